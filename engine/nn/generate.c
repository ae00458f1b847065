#include "engine/nn/generate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/nn/decode.h"
#include "engine/nn/layers.h"
#include "engine/tensor/ops.h"

struct generate_options generate_presets(void)
{
	return (struct generate_options){.count = 32, .temperature = 1, .top_k = 0, .top_p = 1};
}

static int64_t most_likely(const float *p, int64_t n)
{
	int64_t best = 0;
	for (int64_t i = 1; i < n; i++) {
		best = p[i] > p[best] ? i : best;
	}
	return best;
}

static int descending(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return (x < y) - (x > y);
}

/* The probability a token must reach to be among the top k and the top p. work: n floats. */
static float threshold(const float *p, int64_t n, const struct generate_options *o, float *work)
{
	if ((o->top_k <= 0 || o->top_k >= n) && o->top_p >= 1) {
		return 0;
	}
	memcpy(work, p, (size_t)n * sizeof *work);
	qsort(work, (size_t)n, sizeof *work, descending);
	int64_t last = o->top_k > 0 && o->top_k < n ? o->top_k - 1 : n - 1;
	double sum = 0;
	for (int64_t i = 0; i <= last; i++) {
		sum += work[i];
		if (sum >= o->top_p) {
			last = i;
		}
	}
	return work[last];
}

int64_t pick_token(const float *logits, int64_t n, const struct generate_options *o, double draw,
		   float *work)
{
	int64_t best = most_likely(logits, n);
	if (o->temperature <= 0) {
		return best;
	}
	float *p = work, *sorted = work + n;
	double total = 0, kept = 0;
	for (int64_t i = 0; i < n; i++) {
		p[i] = (float)exp((logits[i] - logits[best]) / o->temperature);
		total += p[i];
	}
	for (int64_t i = 0; i < n; i++) {
		p[i] = (float)(p[i] / total);
	}
	float least = threshold(p, n, o, sorted);
	for (int64_t i = 0; i < n; i++) {
		p[i] = p[i] >= least ? p[i] : 0;
		kept += p[i];
	}
	double at = draw * kept;
	int64_t last = best;
	for (int64_t i = 0; i < n; i++) {
		at -= p[i];
		last = p[i] > 0 ? i : last;
		if (p[i] > 0 && at < 0) {
			return i;
		}
	}
	return last;
}

/* What takes one token in and gives the logits of the next. */
struct speaker {
	struct module *m;
	struct gpt_decoder *decoder; /* of a gpt */
	struct tensor *state[2]; /* of a char_lm */
	struct tensor *logits;
	int64_t vocabulary, room;
};

static enum status open_speaker(struct speaker *s, struct module *m, struct error *err)
{
	*s = (struct speaker){.m = m, .room = INT64_MAX};
	s->vocabulary = (int64_t)module_setting(m, "vocabulary");
	if (m->kind == &module_gpt) {
		s->room = (int64_t)module_setting(m, "context");
		return gpt_decoder_open(&s->decoder, m, err);
	}
	return m->kind == &module_char_lm ? STATUS_OK
					  : error_set(err, STATUS_TYPE, "generate",
						      message(MSG_NN_NOT_GPT), m->kind->name);
}

static void close_speaker(struct speaker *s)
{
	gpt_decoder_free(s->decoder);
	tensor_unref(s->state[0]);
	tensor_unref(s->state[1]);
	tensor_unref(s->logits);
}

static enum status step_recurrent(struct speaker *s, int32_t token, const float **logits,
				  struct error *err)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	int64_t one[2] = {1, 1};
	struct tensor *in[3] = {tensor_full(DTYPE_I32, 2, one, token, err), s->state[0],
				s->state[1]};
	struct tensor *out[3] = {NULL, NULL, NULL};
	int count = s->state[1] ? 3 : s->state[0] ? 2 : 1;
	enum status status = module_forward_multi(s->m, out, 3, in, count, err);
	if (status == STATUS_OK) {
		struct tensor *made[3] = {tensor_ref(out[0]), tensor_ref(out[1]),
					  tensor_ref(out[2])};
		close_speaker(s);
		s->logits = made[0];
		s->state[0] = made[1];
		s->state[1] = made[2];
		*logits = tensor_f32(s->logits);
	}
	tensor_scope_close(&scope);
	return status;
}

static enum status take_in(struct speaker *s, int32_t token, const float **logits,
			   struct error *err)
{
	if (token < 0 || token >= s->vocabulary) {
		return error_set(err, STATUS_RANGE, "generate", message(MSG_NN_DECODE_RANGE),
				 (long long)token, (long long)s->vocabulary, 0LL, 0LL);
	}
	return s->decoder ? gpt_decoder_step(s->decoder, token, logits, err)
			  : step_recurrent(s, token, logits, err);
}

static double draw_number(struct error *err)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *t = tensor_rand(0, NULL, 0, 1, err);
	double value = t ? tensor_item(t) : 0;
	tensor_scope_close(&scope);
	return value;
}

enum status model_generate(int32_t *out, int64_t *made, struct module *m, const int32_t *prompt,
			   int64_t length, const struct generate_options *o, struct error *err)
{
	*made = 0;
	if (length < 1 || o->count < 0 || o->temperature < 0 || !(o->top_p > 0) || o->top_k < 0) {
		return error_set(err, STATUS_RANGE, "generate", "%s", message(MSG_NN_GENERATE));
	}
	struct speaker s;
	enum status status = open_speaker(&s, m, err);
	float *work = status == STATUS_OK ? malloc((size_t)s.vocabulary * 2 * sizeof *work) : NULL;
	if (status == STATUS_OK && !work) {
		status = error_set(err, STATUS_NOMEM, "generate", message(MSG_TENSOR_NOMEM), 0.0);
	}
	bool training = m->training, old = tensor_grad_mode(false);
	module_train(m, false);
	const float *logits = NULL;
	/* A prompt longer than the context is cut at its front, so that something can still be said. */
	int64_t from = length >= s.room ? length - s.room + 1 : 0;
	for (int64_t i = from; i < length && status == STATUS_OK; i++) {
		status = take_in(&s, prompt[i], &logits, err);
	}
	int64_t taken = length - from;
	while (status == STATUS_OK && *made < o->count) {
		double draw = o->temperature > 0 ? draw_number(err) : 0;
		int64_t token = pick_token(logits, s.vocabulary, o, draw, work);
		out[(*made)++] = (int32_t)token;
		if (*made == o->count || taken >= s.room) {
			break;
		}
		status = take_in(&s, (int32_t)token, &logits, err);
		taken++;
	}
	module_train(m, training);
	tensor_grad_mode(old);
	free(work);
	close_speaker(&s);
	return status;
}
