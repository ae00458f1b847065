#include "engine/nn/decode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/tensor/kernels/elementwise.h"
#include "engine/tensor/kernels/gemm.h"
#include "engine/tensor/kernels/rows.h"

struct layer {
	struct gemm_packed qkv, out, up, down;
	const struct module *block;
	float *keys, *values; /* [heads][context][d / heads] */
};

struct gpt_decoder {
	struct module *model;
	int64_t vocabulary, d, heads, layers, context, hidden, length;
	struct layer *layer;
	struct gemm_packed head;
	float *x, *normal, *wide, *scores, *logits;
};

static const float *parameter(const struct module *m, const char *name)
{
	const struct tensor *t = module_parameter(m, name);
	return t ? tensor_f32(t) : NULL;
}

static bool pack(struct gemm_packed *out, const struct module *linear)
{
	const struct tensor *w = module_parameter(linear, "weight");
	return gemm_packed_make(out, tensor_f32(w), w->shape[0], w->shape[1]);
}

static bool layer_open(struct gpt_decoder *d, struct layer *l, const struct module *block)
{
	const struct module *attention = module_child(block, "attention");
	l->block = block;
	size_t cache = (size_t)(d->context * d->d) * sizeof(float);
	l->keys = malloc(cache);
	l->values = malloc(cache);
	d->hidden = module_parameter(module_child(block, "up"), "weight")->shape[0];
	return l->keys && l->values && pack(&l->qkv, module_child(attention, "qkv")) &&
	       pack(&l->out, module_child(attention, "out")) &&
	       pack(&l->up, module_child(block, "up")) &&
	       pack(&l->down, module_child(block, "down"));
}

enum status gpt_decoder_open(struct gpt_decoder **out, const struct module *gpt, struct error *err)
{
	*out = NULL;
	if (strcmp(gpt->kind->name, "gpt") != 0) {
		return error_set(err, STATUS_TYPE, "decode", message(MSG_NN_NOT_GPT),
				 gpt->kind->name);
	}
	struct gpt_decoder *d = calloc(1, sizeof *d);
	if (!d) {
		return error_set(err, STATUS_NOMEM, "decode", message(MSG_TENSOR_NOMEM), 0.0);
	}
	d->vocabulary = (int64_t)module_setting(gpt, "vocabulary");
	d->d = (int64_t)module_setting(gpt, "d");
	d->heads = (int64_t)module_setting(gpt, "heads");
	d->context = (int64_t)module_setting(gpt, "context");
	d->layers = gpt->child_count - 3;
	d->layer = calloc((size_t)d->layers, sizeof *d->layer);
	d->model = (struct module *)(uintptr_t)gpt;
	module_ref(d->model);
	bool ok = d->layer != NULL;
	for (int64_t k = 0; k < d->layers && ok; k++) {
		ok = layer_open(d, &d->layer[k], gpt->children[2 + k].module);
	}
	int64_t widest = d->hidden > 3 * d->d ? d->hidden : 3 * d->d;
	d->x = malloc((size_t)(d->d + GEMM_VECTOR_ROOM) * sizeof(float));
	d->normal = malloc((size_t)(d->d + GEMM_VECTOR_ROOM) * sizeof(float));
	d->wide = malloc((size_t)(widest + GEMM_VECTOR_ROOM) * sizeof(float));
	d->scores = malloc((size_t)d->context * sizeof(float));
	d->logits = malloc((size_t)(d->vocabulary + GEMM_VECTOR_ROOM) * sizeof(float));
	ok = ok && d->x && d->normal && d->wide && d->scores && d->logits &&
	     pack(&d->head, gpt->children[0].module);
	if (!ok) {
		gpt_decoder_free(d);
		return error_set(err, STATUS_NOMEM, "decode", message(MSG_TENSOR_NOMEM), 0.0);
	}
	*out = d;
	return STATUS_OK;
}

void gpt_decoder_free(struct gpt_decoder *d)
{
	if (!d) {
		return;
	}
	for (int64_t k = 0; d->layer && k < d->layers; k++) {
		struct layer *l = &d->layer[k];
		gemm_packed_release(&l->qkv);
		gemm_packed_release(&l->out);
		gemm_packed_release(&l->up);
		gemm_packed_release(&l->down);
		free(l->keys);
		free(l->values);
	}
	gemm_packed_release(&d->head);
	free(d->layer);
	free(d->x);
	free(d->normal);
	free(d->wide);
	free(d->scores);
	free(d->logits);
	module_unref(d->model);
	free(d);
}

void gpt_decoder_reset(struct gpt_decoder *d)
{
	d->length = 0;
}

int64_t gpt_decoder_length(const struct gpt_decoder *d)
{
	return d->length;
}

static void normalise(const struct gpt_decoder *d, const struct module *norm)
{
	float mean, variance;
	row_kernels()->moments(&mean, &variance, d->x, d->d);
	float scale = 1 / sqrtf(variance + (float)module_setting(norm, "epsilon"));
	row_kernels()->affine(d->normal, d->x, mean, scale, parameter(norm, "weight"),
			      parameter(norm, "bias"), d->d);
}

/* wide holds q, k, v of this place; the result goes to normal. */
static void attend(struct gpt_decoder *d, struct layer *l)
{
	int64_t size = d->d / d->heads, seen = d->length + 1;
	float scale = 1 / sqrtf((float)size);
	const struct row_kernels *k = row_kernels();
	for (int64_t head = 0; head < d->heads; head++) {
		float *keys = l->keys + head * d->context * size;
		float *values = l->values + head * d->context * size;
		const float *q = d->wide + head * size;
		memcpy(keys + d->length * size, q + d->d, (size_t)size * sizeof *keys);
		memcpy(values + d->length * size, q + 2 * d->d, (size_t)size * sizeof *values);
		int64_t i = 0;
		for (; i + 4 <= seen; i += 4) {
			k->dot4(d->scores + i, q, keys + i * size, size, size);
		}
		for (; i < seen; i++) {
			d->scores[i] = k->dot(q, keys + i * size, size);
		}
		for (i = 0; i < seen; i++) {
			d->scores[i] *= scale;
		}
		k->softmax(d->scores, d->scores, seen);
		float *y = d->normal + head * size;
		memset(y, 0, (size_t)size * sizeof *y);
		for (i = 0; i < seen; i++) {
			k->axpy(y, values + i * size, d->scores[i], size);
		}
	}
}

static void add_to_x(struct gpt_decoder *d, const float *y)
{
	for (int64_t i = 0; i < d->d; i++) {
		d->x[i] += y[i];
	}
}

static void run_layer(struct gpt_decoder *d, struct layer *l)
{
	const struct module *attention = module_child(l->block, "attention");
	normalise(d, module_child(l->block, "norm1"));
	gemm_packed_vector(d->wide, &l->qkv, d->normal,
			   parameter(module_child(attention, "qkv"), "bias"));
	attend(d, l);
	gemm_packed_vector(d->wide, &l->out, d->normal,
			   parameter(module_child(attention, "out"), "bias"));
	add_to_x(d, d->wide);
	normalise(d, module_child(l->block, "norm2"));
	gemm_packed_vector(d->wide, &l->up, d->normal,
			   parameter(module_child(l->block, "up"), "bias"));
	const void *in[1] = {d->wide};
	const double none[2] = {0, 0};
	bool tanh_form = module_setting(l->block, "tanh_gelu") != 0;
	ew_f32()[tanh_form ? EW_GELU_TANH : EW_GELU_ERF](d->hidden, d->wide, in, none);
	gemm_packed_vector(d->normal, &l->down, d->wide,
			   parameter(module_child(l->block, "down"), "bias"));
	add_to_x(d, d->normal);
}

enum status gpt_decoder_step(struct gpt_decoder *d, int64_t token, const float **logits,
			     struct error *err)
{
	if (d->length >= d->context || token < 0 || token >= d->vocabulary) {
		return error_set(err, STATUS_RANGE, "decode", message(MSG_NN_DECODE_RANGE),
				 (long long)token, (long long)d->vocabulary, (long long)d->length,
				 (long long)d->context);
	}
	const float *embedding = parameter(d->model->children[0].module, "weight");
	const float *positions = parameter(d->model->children[1].module, "weight");
	for (int64_t i = 0; i < d->d; i++) {
		d->x[i] = embedding[token * d->d + i] + positions[d->length * d->d + i];
	}
	for (int64_t k = 0; k < d->layers; k++) {
		run_layer(d, &d->layer[k]);
	}
	d->length++;
	normalise(d, module_child(d->model, "norm"));
	gemm_packed_vector(d->logits, &d->head, d->normal, NULL);
	*logits = d->logits;
	return STATUS_OK;
}
