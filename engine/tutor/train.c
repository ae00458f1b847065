#include "engine/tutor/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/tutor/train_fit.h"

/* One sentence ready for training. */
struct example {
	int unit;
	uint16_t labels, near;
	size_t first; /* in the feature pool */
	int count;
};

struct trainer {
	const struct bank *bank;
	struct example *examples;
	int count;
	struct feature *pool;
	size_t pool_size, pool_room;
	float *table, *table_square; /* [ROWS, D], [ROWS] */
	float (*prototype)[BANK_LABELS][ENCODER_D];
	float (*prototype_square)[BANK_LABELS];
	float (*bias)[BANK_LABELS];
	float (*wide_bias)[BANK_LABELS];
	float **wide, **wide_square; /* per unit [BUCKETS, BANK_LABELS] */
	uint16_t *unit_labels;
	struct rng rng;
};

static const float deep_rate = 0.25f, wide_rate = 0.5f, keep = 0.7f, near_weight = 2.0f,
		   other_weight = 0.25f, decay = 2e-4f, paired = 0.5f;

int train_fold(const char *sentence, int folds)
{
	uint32_t hash = 2166136261u;
	for (; *sentence; sentence++) {
		hash = (hash ^ (unsigned char)*sentence) * 16777619u;
	}
	hash ^= hash >> 15;
	return (int)(hash * 0x2C1B3C6Du % (uint32_t)folds);
}

static bool add_example(struct trainer *t, struct arena *arena, const struct bank_sentence *s,
			struct thesaurus *thesaurus, struct feature *scratch)
{
	struct text text;
	if (text_analyse(&text, arena, s->text, strlen(s->text), NULL)) {
		return false;
	}
	int n = features_of(scratch, &text, 0, text.word_count, thesaurus);
	if (t->pool_size + (size_t)n > t->pool_room) {
		size_t room = t->pool_room * 2 + 65536;
		struct feature *pool = realloc(t->pool, room * sizeof *pool);
		if (!pool) {
			return false;
		}
		t->pool = pool;
		t->pool_room = room;
	}
	memcpy(t->pool + t->pool_size, scratch, (size_t)n * sizeof *scratch);
	t->examples[t->count++] = (struct example){s->unit, s->labels, s->near, t->pool_size, n};
	t->pool_size += (size_t)n;
	t->unit_labels[s->unit] |= s->labels | s->near;
	return true;
}

static bool prepare(struct trainer *t, const struct bank *bank, struct thesaurus *thesaurus,
		    const struct train_options *options)
{
	size_t units = (size_t)bank->unit_count;
	t->bank = bank;
	t->examples = calloc((size_t)bank->count + 1, sizeof *t->examples);
	t->table = malloc((size_t)ENCODER_ROWS * ENCODER_D * sizeof *t->table);
	t->table_square = calloc(ENCODER_ROWS, sizeof *t->table_square);
	t->prototype = calloc(units + 1, sizeof *t->prototype);
	t->prototype_square = calloc(units + 1, sizeof *t->prototype_square);
	t->bias = calloc(units + 1, sizeof *t->bias);
	t->wide_bias = calloc(units + 1, sizeof *t->wide_bias);
	t->wide = calloc(units + 1, sizeof *t->wide);
	t->wide_square = calloc(units + 1, sizeof *t->wide_square);
	t->unit_labels = calloc(units + 1, sizeof *t->unit_labels);
	struct feature *scratch = malloc(FEATURES_MOST * sizeof *scratch);
	bool ok = t->examples && t->table && t->table_square && t->prototype &&
		  t->prototype_square && t->bias && t->wide_bias && t->wide && t->wide_square &&
		  t->unit_labels && scratch;
	for (size_t u = 0; ok && u < units; u++) {
		size_t cells = (size_t)ENCODER_BUCKETS * BANK_LABELS;
		t->wide[u] = calloc(cells, sizeof **t->wide);
		t->wide_square[u] = calloc(cells, sizeof **t->wide_square);
		ok = t->wide[u] && t->wide_square[u];
	}
	struct arena arena;
	arena_init(&arena);
	for (int i = 0; ok && i < bank->count; i++) {
		const struct bank_sentence *s = &bank->sentences[i];
		if (options->left_out < 0 ||
		    train_fold(s->text, options->folds) != options->left_out) {
			ok = add_example(t, &arena, s, thesaurus, scratch);
			arena_reset(&arena);
		}
	}
	arena_release(&arena);
	free(scratch);
	if (!ok) {
		return false;
	}
	rng_init(&t->rng, options->seed, 1);
	for (size_t i = 0; i < (size_t)ENCODER_ROWS * ENCODER_D; i++) {
		t->table[i] = (rng_uniform_f32(&t->rng) - 0.5f) * 0.2f;
	}
	for (size_t u = 0; u < units; u++) {
		for (int l = 0; l < BANK_LABELS; l++) {
			for (int d = 0; d < ENCODER_D; d++) {
				t->prototype[u][l][d] = (rng_uniform_f32(&t->rng) - 0.5f) * 0.5f;
			}
			t->bias[u][l] = t->wide_bias[u][l] = -2.0f;
		}
	}
	return true;
}

static void dispose(struct trainer *t)
{
	for (int u = 0; u < t->bank->unit_count; u++) {
		free(t->wide ? t->wide[u] : NULL);
		free(t->wide_square ? t->wide_square[u] : NULL);
	}
	free(t->wide);
	free(t->wide_square);
	free(t->examples);
	free(t->pool);
	free(t->table);
	free(t->table_square);
	free(t->prototype);
	free(t->prototype_square);
	free(t->bias);
	free(t->wide_bias);
	free(t->unit_labels);
}

/* How the error of a label counts: what the sentence was written for fully, what it only resembles more. */
static float weight_of(const struct example *e, int label)
{
	if (e->labels >> label & 1) {
		return 3.0f; /* few say it, many do not */
	}
	if (e->near >> label & 1) {
		return near_weight;
	}
	return e->near ? other_weight : 1.0f;
}

/* One step of Adagrad on a sentence; a random part of its features is left out, so that none is relied upon. */
static int keep_some(struct trainer *t, const struct example *e, struct feature *kept, int n)
{
	for (int i = 0; i < e->count && n < FEATURES_MOST; i++) {
		if (rng_uniform_f32(&t->rng) < keep) {
			kept[n++] = t->pool[e->first + (size_t)i];
		}
	}
	return n;
}

static void step(struct trainer *t, const struct example *one, const struct example *two, int unit,
		 float scale)
{
	struct feature kept[FEATURES_MOST];
	struct example both = *one;
	const struct example *e = &both;
	int n = keep_some(t, one, kept, 0);
	if (two) {
		n = keep_some(t, two, kept, n);
		both.labels |= two->labels;
		both.near = (uint16_t)((one->near | two->near) & ~both.labels);
	}
	float square = 0;
	for (int i = 0; i < n; i++) {
		square += kept[i].weight * kept[i].weight;
	}
	if (n == 0) {
		return;
	}
	float norm = 1.0f / sqrtf(square);
	float h[ENCODER_D] = {0}, back[ENCODER_D] = {0};
	for (int i = 0; i < n; i++) {
		kept[i].weight *= norm;
		const float *row = t->table + (size_t)(kept[i].hash % ENCODER_ROWS) * ENCODER_D;
		for (int d = 0; d < ENCODER_D; d++) {
			h[d] += kept[i].weight * row[d];
		}
	}
	float wide[BANK_LABELS] = {0}, wide_error[BANK_LABELS] = {0};
	for (int i = 0; i < n; i++) {
		const float *w =
			t->wide[unit] + (size_t)(kept[i].hash % ENCODER_BUCKETS) * BANK_LABELS;
		for (int l = 0; l < BANK_LABELS; l++) {
			wide[l] += kept[i].weight * w[l];
		}
	}
	bool own = unit == e->unit;
	for (int l = 0; l < BANK_LABELS; l++) {
		if (!(t->unit_labels[unit] >> l & 1)) {
			continue;
		}
		float *p = t->prototype[unit][l];
		float deep = t->bias[unit][l];
		for (int d = 0; d < ENCODER_D; d++) {
			deep += p[d] * h[d];
		}
		float target = own && (e->labels >> l & 1) ? 1.0f : 0.0f;
		float weight = scale * (own ? weight_of(e, l) : 1.0f);
		float error = weight * ((float)encoder_logistic(deep) - target);
		float p_square = 0;
		for (int d = 0; d < ENCODER_D; d++) {
			back[d] += error * p[d];
			p_square += error * h[d] * error * h[d];
		}
		t->prototype_square[unit][l] += p_square / ENCODER_D;
		float rate = deep_rate / sqrtf(t->prototype_square[unit][l] + 1e-4f);
		for (int d = 0; d < ENCODER_D; d++) {
			p[d] -= rate * (error * h[d] + decay * p[d]);
		}
		t->bias[unit][l] -= 0.05f * error;
		wide_error[l] = weight *
				((float)encoder_logistic(wide[l] + t->wide_bias[unit][l]) - target);
		t->wide_bias[unit][l] -= 0.05f * wide_error[l];
	}
	float back_square = 0;
	for (int d = 0; d < ENCODER_D; d++) {
		back_square += back[d] * back[d];
	}
	back_square /= ENCODER_D;
	for (int i = 0; i < n; i++) {
		size_t r = kept[i].hash % ENCODER_ROWS;
		float *row = t->table + r * ENCODER_D;
		float weight = kept[i].weight;
		t->table_square[r] += weight * weight * back_square;
		float rate = deep_rate * weight / sqrtf(t->table_square[r] + 1e-4f);
		for (int d = 0; d < ENCODER_D; d++) {
			row[d] -= rate * back[d];
		}
		size_t b = (size_t)(kept[i].hash % ENCODER_BUCKETS) * BANK_LABELS;
		float *w = t->wide[unit] + b, *w_square = t->wide_square[unit] + b;
		for (int l = 0; l < BANK_LABELS; l++) {
			float gradient = wide_error[l] * weight;
			w_square[l] += gradient * gradient;
			w[l] -= wide_rate * (gradient + decay * w[l] * weight) /
				sqrtf(w_square[l] + 1e-2f);
		}
	}
}

static bool run_epochs(struct trainer *t, int epochs)
{
	uint32_t *order = malloc(((size_t)t->count + 1) * sizeof *order);
	for (int epoch = 0; order && epoch < epochs; epoch++) {
		float scale = 1.0f - 0.9f * (float)epoch / (float)epochs;
		rng_permutation(&t->rng, order, (size_t)t->count);
		for (int i = 0; i < t->count; i++) {
			const struct example *e = &t->examples[order[i]];
			step(t, e, NULL, e->unit, scale);
			/* And beside another sentence of its unit, as in an answer. */
			if (rng_uniform_f32(&t->rng) < paired) {
				const struct example *two =
					&t->examples[rng_below(&t->rng, (uint64_t)t->count)];
				for (int tries = 0; tries < 200 && two->unit != e->unit; tries++) {
					two = &t->examples[rng_below(&t->rng, (uint64_t)t->count)];
				}
				if (two->unit == e->unit) {
					step(t, e, two, e->unit, scale);
				}
			}
			/* Now and then as a sentence that says nothing of another unit. */
			if (t->bank->unit_count > 1 && rng_below(&t->rng, 4) == 0) {
				int other = (int)rng_below(&t->rng, (uint64_t)t->bank->unit_count);
				if (other != e->unit) {
					step(t, e, NULL, other, scale * 0.2f);
				}
			}
		}
	}
	free(order);
	return order != NULL;
}

/* ---- to 8 bits ---- */

static int8_t quantised(float value, float scale)
{
	float q = value / scale;
	q = q < -127 ? -127 : q > 127 ? 127 : q;
	return (int8_t)(q < 0 ? q - 0.5f : q + 0.5f);
}

static bool quantise_unit(struct trainer *t, struct encoder *encoder, int u)
{
	struct encoder_unit *unit = &encoder->units[u];
	memcpy(unit->id, t->bank->units[u].id, sizeof unit->id);
	unit->labels = t->unit_labels[u];
	for (int l = 0; l < BANK_LABELS; l++) {
		unit->slot[l] = unit->labels >> l & 1 ? (int8_t)unit->label_count++ : (int8_t)-1;
	}
	memcpy(unit->prototype, t->prototype[u], sizeof unit->prototype);
	memcpy(unit->bias, t->bias[u], sizeof unit->bias);
	memcpy(unit->wide_bias, t->wide_bias[u], sizeof unit->wide_bias);
	unit->wide = malloc((size_t)ENCODER_BUCKETS * (size_t)unit->label_count + 1);
	float most = 1e-9f;
	for (size_t i = 0; i < (size_t)ENCODER_BUCKETS * BANK_LABELS; i++) {
		float size = fabsf(t->wide[u][i]);
		most = size > most ? size : most;
	}
	unit->wide_scale = most / 127.0f;
	for (int i = 0; i < t->count; i++) {
		unit->neighbours += t->examples[i].unit == u;
	}
	unit->vectors = malloc((size_t)unit->neighbours * ENCODER_D + 1);
	unit->said = malloc(((size_t)unit->neighbours + 1) * sizeof *unit->said);
	if (!unit->wide || !unit->vectors || !unit->said) {
		return false;
	}
	for (int b = 0; b < ENCODER_BUCKETS; b++) {
		for (int l = 0; l < BANK_LABELS; l++) {
			if (unit->slot[l] >= 0) {
				unit->wide[b * unit->label_count + unit->slot[l]] = quantised(
					t->wide[u][b * BANK_LABELS + l], unit->wide_scale);
			}
		}
	}
	int at = 0;
	for (int i = 0; i < t->count; i++) {
		const struct example *e = &t->examples[i];
		if (e->unit != u) {
			continue;
		}
		float h[ENCODER_D], square = 0;
		encoder_pool(encoder, t->pool + e->first, e->count, h);
		for (int d = 0; d < ENCODER_D; d++) {
			square += h[d] * h[d];
		}
		float scale = sqrtf(square) / 127.0f + 1e-9f;
		for (int d = 0; d < ENCODER_D; d++) {
			unit->vectors[(size_t)at * ENCODER_D + (size_t)d] = quantised(h[d], scale);
		}
		unit->said[at++] = e->labels;
	}
	return true;
}

static struct encoder *quantise(struct trainer *t, struct thesaurus *thesaurus)
{
	struct encoder *encoder = calloc(1, sizeof *encoder);
	if (!encoder) {
		return NULL;
	}
	encoder->thesaurus = thesaurus;
	encoder->table = malloc((size_t)ENCODER_ROWS * ENCODER_D);
	encoder->row_scale = malloc(ENCODER_ROWS * sizeof *encoder->row_scale);
	encoder->units = calloc((size_t)t->bank->unit_count + 1, sizeof *encoder->units);
	bool ok = encoder->table && encoder->row_scale && encoder->units;
	for (size_t r = 0; ok && r < ENCODER_ROWS; r++) {
		/* A row that no sentence touched is noise: a feature never seen says nothing. */
		const float *row = t->table + r * ENCODER_D;
		float most = 1e-9f;
		for (int d = 0; d < ENCODER_D; d++) {
			most = fabsf(row[d]) > most ? fabsf(row[d]) : most;
		}
		encoder->row_scale[r] = t->table_square[r] > 0 ? most / 127.0f : 0;
		for (int d = 0; d < ENCODER_D; d++) {
			encoder->table[r * ENCODER_D + (size_t)d] =
				t->table_square[r] > 0 ? quantised(row[d], most / 127.0f) : 0;
		}
	}
	for (int u = 0; ok && u < t->bank->unit_count; u++) {
		encoder->unit_count++;
		ok = quantise_unit(t, encoder, u);
	}
	if (!ok) {
		encoder_free(encoder);
		return NULL;
	}
	return encoder;
}

enum status train_encoder(struct encoder **out, const struct bank *bank,
			  struct thesaurus *thesaurus, const struct train_options *options,
			  struct error *err)
{
	struct trainer t = {0};
	bool ok = prepare(&t, bank, thesaurus, options) && run_epochs(&t, options->epochs);
	*out = ok ? quantise(&t, thesaurus) : NULL;
	dispose(&t);
	return *out ? STATUS_OK : error_set(err, STATUS_NOMEM, "train", "out of memory");
}

enum status train_all(struct encoder **out, const struct bank *bank, struct thesaurus *thesaurus,
		      uint64_t seed, int epochs, struct train_report reports[2], struct error *err)
{
	struct train_options options = {seed, epochs, 0, 4};
	struct calibration *calibration = calibration_new();
	enum status status = calibration ? STATUS_OK : STATUS_NOMEM;
	for (; !status && options.left_out < options.folds; options.left_out++) {
		struct encoder *encoder = NULL;
		status = train_encoder(&encoder, bank, thesaurus, &options, err);
		if (!status) {
			status = calibration_collect(calibration, encoder, bank, &options, err);
		}
		encoder_free(encoder);
	}
	options.left_out = -1;
	if (!status) {
		status = train_encoder(out, bank, thesaurus, &options, err);
	}
	if (!status) {
		calibration_fit(calibration, *out, reports);
	}
	calibration_free(calibration);
	return status;
}
