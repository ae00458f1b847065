#include "engine/nn/compress.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/tensor/ops.h"

static struct tensor *own(enum dtype dtype, int dims, const int64_t *shape, struct error *err)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *t = tensor_ref(tensor_new(dtype, dims, shape, err));
	tensor_scope_close(&scope);
	return t;
}

/* Matrices and filters: what has a row per output. */
static bool is_weight(const struct tensor *t)
{
	return t->dims >= 2 && t->dtype == DTYPE_F32;
}

enum status quantize(struct quantized *out, const struct tensor *weight, int bits, bool per_channel,
		     struct error *err)
{
	memset(out, 0, sizeof *out);
	if (weight->dtype != DTYPE_F32 || weight->dims < 1 || !tensor_is_contiguous(weight)) {
		return error_set(err, STATUS_TYPE, "quantize", message(MSG_TENSOR_DTYPE),
				 "quantize", "weight", "f32", tensor_dtype_name(weight->dtype));
	}
	if (bits < 2 || bits > 8) {
		return error_set(err, STATUS_RANGE, "quantize", message(MSG_TENSOR_SETTING),
				 "quantize", "bits", (double)bits);
	}
	int64_t channels = per_channel ? weight->shape[0] : 1;
	int64_t n = channels ? tensor_numel(weight) / channels : 0;
	out->bits = bits;
	out->per_channel = per_channel;
	out->values = own(DTYPE_I8, weight->dims, weight->shape, err);
	out->scales = own(DTYPE_F32, 1, &channels, err);
	if (!out->values || !out->scales) {
		quantized_release(out);
		return err ? err->status : STATUS_NOMEM;
	}
	int most = (1 << (bits - 1)) - 1;
	for (int64_t c = 0; c < channels; c++) {
		const float *w = tensor_f32(weight) + c * n;
		int8_t *q = (int8_t *)tensor_data(out->values) + c * n;
		float largest = 0;
		for (int64_t i = 0; i < n; i++) {
			if (!isfinite(w[i])) {
				quantized_release(out);
				return error_set(err, STATUS_RANGE, "quantize",
						 message(MSG_NN_NOT_FINITE), "quantize");
			}
			largest = fmaxf(largest, fabsf(w[i]));
		}
		float scale = largest > 0 ? largest / (float)most : 1;
		tensor_f32(out->scales)[c] = scale;
		for (int64_t i = 0; i < n; i++) {
			float v = rintf(w[i] / scale);
			v = v > (float)most ? (float)most : v < (float)-most ? (float)-most : v;
			q[i] = (int8_t)v;
		}
	}
	return STATUS_OK;
}

struct tensor *dequantize(const struct quantized *q, struct error *err)
{
	struct tensor *t = tensor_new(DTYPE_F32, q->values->dims, q->values->shape, err);
	if (!t) {
		return NULL;
	}
	int64_t channels = q->scales->shape[0], n = channels ? tensor_numel(t) / channels : 0;
	const int8_t *from = tensor_data(q->values);
	for (int64_t i = 0; i < channels * n; i++) {
		tensor_f32(t)[i] = tensor_f32(q->scales)[i / n] * (float)from[i];
	}
	return t;
}

void quantized_release(struct quantized *q)
{
	tensor_unref(q->values);
	tensor_unref(q->scales);
	q->values = q->scales = NULL;
}

size_t quantized_bytes(const struct quantized *q)
{
	size_t n = (size_t)tensor_numel(q->values);
	return (n * (size_t)q->bits + 7) / 8 + (size_t)tensor_numel(q->scales) * sizeof(float);
}

enum status module_quantize(struct module *m, int bits, bool per_channel, size_t *bytes,
			    struct error *err)
{
	struct module_list list;
	size_t total = 0;
	enum status status = module_parameters(&list, m, err);
	for (int i = 0; status == STATUS_OK && i < list.count; i++) {
		struct tensor *t = list.items[i].tensor;
		if (!is_weight(t)) {
			total += (size_t)tensor_numel(t) * sizeof(float);
			continue;
		}
		struct quantized q;
		status = quantize(&q, t, bits, per_channel, err);
		if (status != STATUS_OK) {
			break;
		}
		total += quantized_bytes(&q);
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		struct tensor *rounded = dequantize(&q, err);
		status = rounded ? tensor_copy_into(t, rounded, err) : STATUS_NOMEM;
		tensor_scope_close(&scope);
		quantized_release(&q);
	}
	module_list_release(&list);
	if (bytes) {
		*bytes = total;
	}
	return status;
}

/* --- pruning --- */
static int ascending(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return (x > y) - (x < y);
}

/* The magnitude below which `fraction` of all weights lie. */
static enum status threshold(float *out, const struct module_list *list, double fraction,
			     struct error *err)
{
	int64_t total = 0, at = 0;
	for (int i = 0; i < list->count; i++) {
		total += is_weight(list->items[i].tensor) ? tensor_numel(list->items[i].tensor) : 0;
	}
	float *all = malloc(((size_t)total + 1) * sizeof *all);
	if (!all) {
		return error_set(err, STATUS_NOMEM, "prune", message(MSG_TENSOR_NOMEM), 0.0);
	}
	for (int i = 0; i < list->count; i++) {
		const struct tensor *t = list->items[i].tensor;
		for (int64_t k = 0; is_weight(t) && k < tensor_numel(t); k++) {
			all[at++] = fabsf(tensor_f32(t)[k]);
		}
	}
	qsort(all, (size_t)total, sizeof *all, ascending);
	int64_t cut = (int64_t)(fraction * (double)total);
	*out = cut > 0 ? all[cut - 1] : -1;
	free(all);
	return STATUS_OK;
}

enum status module_prune(struct prune_masks *out, struct module *m, double fraction,
			 struct error *err)
{
	*out = (struct prune_masks){NULL, 0};
	if (!(fraction >= 0 && fraction < 1)) {
		return error_set(err, STATUS_RANGE, "prune", message(MSG_TENSOR_SETTING), "prune",
				 "fraction", fraction);
	}
	struct module_list list;
	float limit = 0;
	enum status status = module_parameters(&list, m, err);
	status = status == STATUS_OK ? threshold(&limit, &list, fraction, err) : status;
	out->masks = calloc((size_t)list.count + 1, sizeof *out->masks);
	if (status == STATUS_OK && !out->masks) {
		status = error_set(err, STATUS_NOMEM, "prune", message(MSG_TENSOR_NOMEM), 0.0);
	}
	for (int i = 0; status == STATUS_OK && i < list.count; i++) {
		const struct tensor *t = list.items[i].tensor;
		out->count = i + 1;
		if (!is_weight(t)) {
			continue;
		}
		out->masks[i] = own(DTYPE_F32, t->dims, t->shape, err);
		if (!out->masks[i]) {
			status = STATUS_NOMEM;
			break;
		}
		for (int64_t k = 0; k < tensor_numel(t); k++) {
			tensor_f32(out->masks[i])[k] = fabsf(tensor_f32(t)[k]) > limit;
		}
	}
	module_list_release(&list);
	status = status == STATUS_OK ? module_apply_masks(m, out, err) : status;
	if (status != STATUS_OK) {
		prune_masks_release(out);
	}
	return status;
}

enum status module_apply_masks(struct module *m, const struct prune_masks *masks, struct error *err)
{
	struct module_list list;
	enum status status = module_parameters(&list, m, err);
	for (int i = 0; status == STATUS_OK && i < list.count && i < masks->count; i++) {
		struct tensor *t = list.items[i].tensor;
		for (int64_t k = 0; masks->masks[i] && k < tensor_numel(t); k++) {
			tensor_f32(t)[k] *= tensor_f32(masks->masks[i])[k];
		}
	}
	module_list_release(&list);
	return status;
}

void prune_masks_release(struct prune_masks *masks)
{
	for (int i = 0; i < masks->count; i++) {
		tensor_unref(masks->masks[i]);
	}
	free(masks->masks);
	*masks = (struct prune_masks){NULL, 0};
}

double module_sparsity(const struct module *m)
{
	struct module_list list;
	double zeros = 0, total = 0;
	if (module_parameters(&list, m, NULL) != STATUS_OK) {
		return 0;
	}
	for (int i = 0; i < list.count; i++) {
		const struct tensor *t = list.items[i].tensor;
		for (int64_t k = 0; is_weight(t) && k < tensor_numel(t); k++) {
			zeros += tensor_f32(t)[k] == 0;
			total++;
		}
	}
	module_list_release(&list);
	return total > 0 ? zeros / total : 0;
}
