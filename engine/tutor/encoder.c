#include "engine/tutor/encoder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double encoder_exp(double x)
{
	if (x > 80) {
		x = 80;
	}
	if (x < -80) {
		return 0;
	}
	/* exp(x) = 2^k · exp(r), |r| ≤ ln2/2, by its series. */
	double k = floor(x * 1.4426950408889634 + 0.5);
	double r = x - k * 0.69314718055994530942;
	double term = 1, sum = 1;
	for (int i = 1; i < 14; i++) {
		term *= r / i;
		sum += term;
	}
	return ldexp(sum, (int)k);
}

double encoder_logistic(double x)
{
	return 1.0 / (1.0 + encoder_exp(-x));
}

const struct encoder_unit *encoder_find(const struct encoder *encoder, const char *unit)
{
	for (int i = 0; encoder && i < encoder->unit_count; i++) {
		if (!strcmp(encoder->units[i].id, unit)) {
			return &encoder->units[i];
		}
	}
	return NULL;
}

void encoder_pool(const struct encoder *encoder, const struct feature *features, int count,
		  float h[ENCODER_D])
{
	memset(h, 0, ENCODER_D * sizeof *h);
	for (int i = 0; i < count; i++) {
		uint32_t row = features[i].hash % ENCODER_ROWS;
		const int8_t *e = encoder->table + (size_t)row * ENCODER_D;
		float weight = features[i].weight * encoder->row_scale[row];
		for (int d = 0; d < ENCODER_D; d++) {
			h[d] += weight * e[d];
		}
	}
}

static void near_signals(const struct encoder_unit *unit, const float h[ENCODER_D],
			 struct signals out[BANK_LABELS])
{
	enum { K = 10 };
	float norm = 0;
	for (int d = 0; d < ENCODER_D; d++) {
		norm += h[d] * h[d];
	}
	float scale = norm > 0 ? 1.0f / (127.0f * sqrtf(norm)) : 0;
	float best[K];
	int who[K], kept = 0;
	float yes[BANK_LABELS], no[BANK_LABELS];
	for (int l = 0; l < BANK_LABELS; l++) {
		yes[l] = no[l] = -1;
	}
	for (int i = 0; i < unit->neighbours; i++) {
		const int8_t *v = unit->vectors + (size_t)i * ENCODER_D;
		float dot = 0;
		for (int d = 0; d < ENCODER_D; d++) {
			dot += h[d] * v[d];
		}
		dot *= scale;
		for (int l = 0; l < BANK_LABELS; l++) {
			float *side = unit->said[i] >> l & 1 ? yes : no;
			side[l] = dot > side[l] ? dot : side[l];
		}
		if (kept == K && dot <= best[K - 1]) {
			continue;
		}
		int at = kept < K ? kept++ : K - 1;
		for (; at > 0 && best[at - 1] < dot; at--) {
			best[at] = best[at - 1];
			who[at] = who[at - 1];
		}
		best[at] = dot;
		who[at] = i;
	}
	for (int l = 0; l < BANK_LABELS; l++) {
		float share = 0, all = 0;
		for (int i = 0; i < kept; i++) {
			float weight = best[i] > 0 ? best[i] * best[i] : 0;
			all += weight;
			share += unit->said[who[i]] >> l & 1 ? weight : 0;
		}
		out[l].value[2] = yes[l];
		out[l].value[3] = no[l];
		out[l].value[4] = all > 0 ? share / all : 0;
	}
}

/* How far each label leads the best of the others. */
static void lead(const struct encoder_unit *unit, struct signals out[BANK_LABELS], int from, int to)
{
	float best = -1e9f, second = -1e9f;
	for (int l = 0; l < BANK_LABELS; l++) {
		if (unit->slot[l] < 0) {
			continue;
		}
		float v = out[l].value[from];
		if (v > best) {
			second = best;
			best = v;
		} else if (v > second) {
			second = v;
		}
	}
	for (int l = 0; l < BANK_LABELS; l++) {
		float v = out[l].value[from];
		float other = v >= best ? second : best;
		float by = unit->slot[l] >= 0 && other > -1e8f ? v - other : 0;
		out[l].value[to] = by > 4 ? 4 : by < -4 ? -4 : by;
	}
}

void encoder_signals(const struct encoder *encoder, const struct encoder_unit *unit,
		     const struct feature *features, int count, struct signals out[BANK_LABELS])
{
	float h[ENCODER_D];
	encoder_pool(encoder, features, count, h);
	float wide[BANK_LABELS] = {0};
	for (int i = 0; i < count; i++) {
		const int8_t *w = unit->wide + (size_t)(features[i].hash % ENCODER_BUCKETS) *
						       (size_t)unit->label_count;
		for (int c = 0; c < unit->label_count; c++) {
			wide[c] += features[i].weight * w[c];
		}
	}
	near_signals(unit, h, out);
	for (int l = 0; l < BANK_LABELS; l++) {
		if (unit->slot[l] < 0) {
			continue;
		}
		float deep = unit->bias[l];
		for (int d = 0; d < ENCODER_D; d++) {
			deep += unit->prototype[l][d] * h[d];
		}
		out[l].value[0] = deep;
		out[l].value[1] = wide[unit->slot[l]] * unit->wide_scale + unit->wide_bias[l];
	}
	lead(unit, out, 0, 5);
	lead(unit, out, 1, 6);
}

float encoder_log_odds(const struct encoder *encoder, const struct encoder_unit *unit, int label,
		       const struct signals *signals)
{
	float sum = encoder->mix[ENCODER_SIGNALS] + unit->offset[label];
	for (int i = 0; i < ENCODER_SIGNALS; i++) {
		sum += encoder->mix[i] * signals->value[i];
	}
	return sum;
}

/* ---- the file: little endian, magic, counts, arrays in the order of the structs ---- */

static const char magic[8] = "MDENC03";

static void put(struct strbuf *out, const void *bytes, size_t n)
{
	strbuf_add(out, bytes, n);
}

enum status encoder_write(const struct encoder *encoder, struct strbuf *out)
{
	int32_t head[4] = {ENCODER_D, ENCODER_ROWS, ENCODER_BUCKETS, encoder->unit_count};
	put(out, magic, sizeof magic);
	put(out, head, sizeof head);
	put(out, encoder->mix, sizeof encoder->mix);
	put(out, encoder->row_scale, ENCODER_ROWS * sizeof *encoder->row_scale);
	put(out, encoder->table, (size_t)ENCODER_ROWS * ENCODER_D);
	for (int u = 0; u < encoder->unit_count; u++) {
		const struct encoder_unit *unit = &encoder->units[u];
		int32_t counts[2] = {unit->labels, unit->neighbours};
		put(out, unit->id, sizeof unit->id);
		put(out, counts, sizeof counts);
		put(out, &unit->wide_scale, sizeof unit->wide_scale);
		for (int l = 0; l < BANK_LABELS; l++) {
			if (unit->slot[l] >= 0) {
				put(out, unit->prototype[l], sizeof unit->prototype[l]);
				put(out, &unit->bias[l], sizeof(float));
				put(out, &unit->wide_bias[l], sizeof(float));
				put(out, &unit->offset[l], sizeof(float));
			}
		}
		put(out, unit->wide, (size_t)ENCODER_BUCKETS * (size_t)unit->label_count);
		put(out, unit->vectors, (size_t)unit->neighbours * ENCODER_D);
		put(out, unit->said, (size_t)unit->neighbours * sizeof *unit->said);
	}
	return strbuf_ok(out) ? STATUS_OK : STATUS_NOMEM;
}

struct reader {
	const unsigned char *at, *end;
};

static bool take(struct reader *r, void *out, size_t n)
{
	if ((size_t)(r->end - r->at) < n) {
		return false;
	}
	memcpy(out, r->at, n);
	r->at += n;
	return true;
}

static void *take_new(struct reader *r, size_t n)
{
	if ((size_t)(r->end - r->at) < n) {
		return NULL;
	}
	void *bytes = malloc(n ? n : 1);
	if (bytes) {
		memcpy(bytes, r->at, n);
		r->at += n;
	}
	return bytes;
}

static bool read_unit(struct reader *r, struct encoder_unit *unit)
{
	int32_t counts[2];
	if (!take(r, unit->id, sizeof unit->id) || !take(r, counts, sizeof counts) ||
	    !take(r, &unit->wide_scale, sizeof unit->wide_scale) || counts[1] < 0 ||
	    counts[1] > 1000000) {
		return false;
	}
	unit->id[sizeof unit->id - 1] = '\0';
	unit->labels = (uint16_t)counts[0];
	unit->neighbours = counts[1];
	for (int l = 0; l < BANK_LABELS; l++) {
		unit->slot[l] = -1;
		if (unit->labels >> l & 1) {
			unit->slot[l] = (int8_t)unit->label_count++;
			if (!take(r, unit->prototype[l], sizeof unit->prototype[l]) ||
			    !take(r, &unit->bias[l], sizeof(float)) ||
			    !take(r, &unit->wide_bias[l], sizeof(float)) ||
			    !take(r, &unit->offset[l], sizeof(float))) {
				return false;
			}
		}
	}
	unit->wide = take_new(r, (size_t)ENCODER_BUCKETS * (size_t)unit->label_count);
	unit->vectors = take_new(r, (size_t)unit->neighbours * ENCODER_D);
	unit->said = take_new(r, (size_t)unit->neighbours * sizeof *unit->said);
	return unit->wide && unit->vectors && unit->said;
}

enum status encoder_read(struct encoder **out, const void *bytes, size_t length, struct error *err)
{
	*out = NULL;
	struct reader r = {bytes, (const unsigned char *)bytes + length};
	struct encoder *encoder = calloc(1, sizeof *encoder);
	if (!encoder) {
		return error_set(err, STATUS_NOMEM, "encoder", "out of memory");
	}
	char word[sizeof magic];
	int32_t head[4];
	bool ok = take(&r, word, sizeof word) && !memcmp(word, magic, sizeof word) &&
		  take(&r, head, sizeof head) && head[0] == ENCODER_D && head[1] == ENCODER_ROWS &&
		  head[2] == ENCODER_BUCKETS && head[3] >= 0 && head[3] <= 1000 &&
		  take(&r, encoder->mix, sizeof encoder->mix);
	if (ok) {
		encoder->row_scale = take_new(&r, ENCODER_ROWS * sizeof *encoder->row_scale);
		encoder->table = take_new(&r, (size_t)ENCODER_ROWS * ENCODER_D);
		encoder->units = calloc((size_t)head[3] + 1, sizeof *encoder->units);
		ok = encoder->row_scale && encoder->table && encoder->units;
	}
	for (int u = 0; ok && u < head[3]; u++) {
		encoder->unit_count++;
		ok = read_unit(&r, &encoder->units[u]);
	}
	if (!ok || r.at != r.end) {
		encoder_free(encoder);
		return error_set(err, STATUS_CORRUPT, "encoder",
				 "the file is damaged or of another version");
	}
	*out = encoder;
	return STATUS_OK;
}

void encoder_free(struct encoder *encoder)
{
	if (!encoder) {
		return;
	}
	for (int u = 0; u < encoder->unit_count; u++) {
		free(encoder->units[u].wide);
		free(encoder->units[u].vectors);
		free(encoder->units[u].said);
	}
	free(encoder->units);
	free(encoder->table);
	free(encoder->row_scale);
	free(encoder);
}
