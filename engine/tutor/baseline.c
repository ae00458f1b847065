#include "engine/tutor/baseline.h"

#include <stdlib.h>
#include <string.h>

/* Cosine from which the nearest sentence's labels are taken over; the best of 0.1, 0.2 … 0.5 on the bank. */
static const float least_cosine = 0.2f;

struct vector {
	struct feature *features; /* by hash, no hash twice */
	int count;
	int fold;
};

static int by_hash(const void *a, const void *b)
{
	uint32_t x = ((const struct feature *)a)->hash, y = ((const struct feature *)b)->hash;
	return (x > y) - (x < y);
}

static bool make_vector(struct vector *out, struct arena *arena, const char *sentence, int folds,
			struct feature *scratch)
{
	struct text text;
	if (text_analyse(&text, arena, sentence, strlen(sentence), NULL)) {
		return false;
	}
	int n = features_of(scratch, &text, 0, text.word_count, NULL);
	qsort(scratch, (size_t)n, sizeof *scratch, by_hash);
	int kept = 0;
	for (int i = 0; i < n; i++) {
		if (kept > 0 && scratch[kept - 1].hash == scratch[i].hash) {
			scratch[kept - 1].weight += scratch[i].weight;
		} else {
			scratch[kept++] = scratch[i];
		}
	}
	out->features = malloc(((size_t)kept + 1) * sizeof *scratch);
	if (!out->features) {
		return false;
	}
	memcpy(out->features, scratch, (size_t)kept * sizeof *scratch);
	out->count = kept;
	out->fold = train_fold(sentence, folds);
	return true;
}

static float cosine(const struct vector *a, const struct vector *b)
{
	float dot = 0;
	for (int i = 0, j = 0; i < a->count && j < b->count;) {
		uint32_t x = a->features[i].hash, y = b->features[j].hash;
		if (x == y) {
			dot += a->features[i].weight * b->features[j].weight;
		}
		i += x <= y;
		j += y <= x;
	}
	return dot;
}

enum status baseline_measure(const struct bank *bank, int folds, struct train_report reports[2],
			     struct error *err)
{
	struct arena arena;
	arena_init(&arena);
	struct vector *vectors = calloc((size_t)bank->count + 1, sizeof *vectors);
	struct feature *scratch = malloc(FEATURES_MOST * sizeof *scratch);
	bool ok = vectors && scratch;
	for (int i = 0; ok && i < bank->count; i++) {
		ok = make_vector(&vectors[i], &arena, bank->sentences[i].text, folds, scratch);
		arena_reset(&arena);
	}
	for (int i = 0; ok && i < bank->count; i++) {
		const struct bank_sentence *s = &bank->sentences[i];
		float best = least_cosine;
		uint16_t found = 0;
		for (int j = 0; j < bank->count; j++) {
			if (bank->sentences[j].unit == s->unit &&
			    vectors[j].fold != vectors[i].fold) {
				float c = cosine(&vectors[i], &vectors[j]);
				if (c > best) {
					best = c;
					found = bank->sentences[j].labels;
				}
			}
		}
		for (int l = 0; l < BANK_LABELS; l++) {
			bool known = !s->near || (s->near >> l & 1) || (s->labels >> l & 1);
			struct train_report *report = &reports[l >= BANK_FIRST_MISCONCEPTION];
			bool has = s->labels >> l & 1, says = found >> l & 1;
			report->true_positive += known && has && says;
			report->false_positive += known && !has && says;
			report->false_negative += known && has && !says;
		}
	}
	for (int i = 0; vectors && i < bank->count; i++) {
		free(vectors[i].features);
	}
	free(vectors);
	free(scratch);
	arena_release(&arena);
	return ok ? STATUS_OK : error_set(err, STATUS_NOMEM, "baseline", "out of memory");
}
