#include "engine/tutor/train_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct row {
	struct signals signals;
	uint16_t unit;
	uint8_t label;
	uint8_t said;
};

struct calibration {
	struct row *rows;
	size_t count, room;
};

struct calibration *calibration_new(void)
{
	return calloc(1, sizeof(struct calibration));
}

void calibration_free(struct calibration *calibration)
{
	if (calibration) {
		free(calibration->rows);
		free(calibration);
	}
}

static bool add(struct calibration *c, const struct row *row)
{
	if (c->count == c->room) {
		size_t room = c->room ? c->room * 2 : 65536;
		struct row *rows = realloc(c->rows, room * sizeof *rows);
		if (!rows) {
			return false;
		}
		c->rows = rows;
		c->room = room;
	}
	c->rows[c->count++] = *row;
	return true;
}

enum status calibration_collect(struct calibration *calibration, const struct encoder *encoder,
				const struct bank *bank, const struct train_options *options,
				struct error *err)
{
	struct arena arena;
	arena_init(&arena);
	struct feature *features = malloc(FEATURES_MOST * sizeof *features);
	bool ok = features != NULL;
	for (int i = 0; ok && i < bank->count; i++) {
		const struct bank_sentence *s = &bank->sentences[i];
		if (train_fold(s->text, options->folds) != options->left_out) {
			continue;
		}
		const struct encoder_unit *unit = &encoder->units[s->unit];
		struct text text;
		ok = text_analyse(&text, &arena, s->text, strlen(s->text), err) == STATUS_OK;
		if (!ok) {
			break;
		}
		struct signals signals[BANK_LABELS];
		int n = features_of(features, &text, 0, text.word_count, encoder->thesaurus);
		encoder_signals(encoder, unit, features, n, signals);
		for (int l = 0; ok && l < BANK_LABELS; l++) {
			/* What a near miss says besides was not written down. */
			bool known = !s->near || (s->near >> l & 1) || (s->labels >> l & 1);
			if (unit->slot[l] >= 0 && known) {
				ok = add(calibration,
					 &(struct row){signals[l], (uint16_t)s->unit, (uint8_t)l,
						       s->labels >> l & 1});
			}
		}
		arena_reset(&arena);
	}
	arena_release(&arena);
	free(features);
	return ok ? STATUS_OK : error_set(err, STATUS_NOMEM, "calibration", "out of memory");
}

void calibration_fit(struct calibration *calibration, struct encoder *encoder,
		     struct train_report reports[2])
{
	/* Gradient descent with a diagonal step on the mean log loss; offsets are drawn to 0. */
	memset(encoder->mix, 0, sizeof encoder->mix);
	double square[ENCODER_SIGNALS + 1] = {0}, mix[ENCODER_SIGNALS + 1] = {0};
	for (size_t i = 0; i < calibration->count; i++) {
		for (int s = 0; s < ENCODER_SIGNALS; s++) {
			double v = calibration->rows[i].signals.value[s];
			square[s] += v * v / (double)calibration->count;
		}
	}
	square[ENCODER_SIGNALS] = 1;
	size_t cells = (size_t)encoder->unit_count * BANK_LABELS;
	double *offset = calloc(cells + 1, sizeof *offset);
	double *slope = calloc(cells + 1, sizeof *slope);
	double *seen = calloc(cells + 1, sizeof *seen);
	for (int pass = 0; offset && slope && seen && pass < 400; pass++) {
		double gradient[ENCODER_SIGNALS + 1] = {0};
		memset(slope, 0, cells * sizeof *slope);
		memset(seen, 0, cells * sizeof *seen);
		for (size_t i = 0; i < calibration->count; i++) {
			const struct row *row = &calibration->rows[i];
			size_t cell = (size_t)row->unit * BANK_LABELS + row->label;
			double z = mix[ENCODER_SIGNALS] + offset[cell];
			for (int s = 0; s < ENCODER_SIGNALS; s++) {
				z += mix[s] * row->signals.value[s];
			}
			double error = encoder_logistic(z) - row->said;
			for (int s = 0; s < ENCODER_SIGNALS; s++) {
				gradient[s] += error * row->signals.value[s];
			}
			gradient[ENCODER_SIGNALS] += error;
			slope[cell] += error;
			seen[cell] += 1;
		}
		for (int s = 0; s <= ENCODER_SIGNALS; s++) {
			mix[s] -=
				2.0 * gradient[s] / (double)calibration->count / (square[s] + 1e-9);
		}
		for (size_t c = 0; c < cells; c++) {
			if (seen[c] > 0) {
				offset[c] -= 0.5 * (slope[c] + 2.0 * offset[c]) / seen[c];
			}
		}
	}
	for (int s = 0; s <= ENCODER_SIGNALS; s++) {
		encoder->mix[s] = (float)mix[s];
	}
	for (size_t c = 0; offset && c < cells; c++) {
		encoder->units[c / BANK_LABELS].offset[c % BANK_LABELS] = (float)offset[c];
	}
	free(offset);
	free(slope);
	free(seen);
	for (size_t i = 0; reports && i < calibration->count; i++) {
		const struct row *row = &calibration->rows[i];
		struct train_report *report = &reports[row->label >= BANK_FIRST_MISCONCEPTION];
		bool found = encoder_log_odds(encoder, &encoder->units[row->unit], row->label,
					      &row->signals) > 0;
		report->true_positive += found && row->said;
		report->false_positive += found && !row->said;
		report->false_negative += !found && row->said;
	}
}
