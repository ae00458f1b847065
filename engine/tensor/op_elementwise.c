#include "engine/tensor/op_elementwise.h"

#include <string.h>

#include "engine/tensor/engine.h"

#define CHUNK 512 /* elements gathered at a time when an input is strided */
#define GRAIN 16384 /* elements worth a thread */

const ew_kernel *ew_f32(void)
{
	switch (engine_simd()) {
#if defined(__x86_64__)
	case ENGINE_AVX512:
		return ew_f32_avx512;
	case ENGINE_AVX2:
		return ew_f32_avx2;
#endif
	default:
		return ew_f32_portable;
	}
}

ew_kernel elementwise_kernel(const struct op_call *call)
{
	int id = call->op->kernel + (call->op->kernel_step ? (int)call->params.i[0] : 0);
	return (call->outputs[0]->dtype == DTYPE_F64 ? ew_f64 : ew_f32())[id];
}

enum status elementwise_infer(struct op_call *call, struct error *err)
{
	const struct tensor *a = call->inputs[0];
	int dims = a->dims;
	int64_t shape[TENSOR_MAX_DIMS];
	memcpy(shape, a->shape, sizeof shape);
	for (int k = 1; k < call->input_count; k++) {
		struct tensor so_far = {.dims = dims};
		memcpy(so_far.shape, shape, sizeof shape);
		enum status status =
			op_broadcast(call->op->name, &so_far, call->inputs[k], &dims, shape, err);
		if (status != STATUS_OK) {
			return status;
		}
	}
	return op_output(call, 0, a->dtype, dims, shape, err);
}

/* The loops left after dimensions that are walked alike were joined; the last one is innermost. */
struct walk {
	ew_kernel kernel;
	const double *parameters;
	int inputs, dims;
	int64_t shape[TENSOR_MAX_DIMS];
	int64_t stride[3][TENSOR_MAX_DIMS];
	size_t size; /* of an element */
	char *out;
	const char *in[3];
};

static void plan_walk(struct walk *w, const struct op_call *call)
{
	const struct tensor *out = call->outputs[0];
	w->dims = 0;
	for (int d = 0; d < out->dims; d++) {
		if (out->shape[d] == 1) {
			continue;
		}
		int64_t stride[3] = {0, 0, 0};
		for (int k = 0; k < w->inputs; k++) {
			const struct tensor *in = call->inputs[k];
			int at = d - (out->dims - in->dims);
			stride[k] = at >= 0 && in->shape[at] != 1 ? in->stride[at] : 0;
		}
		bool joins = w->dims > 0;
		for (int k = 0; k < w->inputs && joins; k++) {
			joins = w->stride[k][w->dims - 1] == stride[k] * out->shape[d];
		}
		if (joins) {
			w->shape[w->dims - 1] *= out->shape[d];
		} else {
			w->shape[w->dims++] = out->shape[d];
		}
		for (int k = 0; k < w->inputs; k++) {
			w->stride[k][w->dims - 1] = stride[k];
		}
	}
	if (w->dims == 0) {
		w->dims = 1;
		w->shape[0] = 1;
		w->stride[0][0] = w->stride[1][0] = w->stride[2][0] = 0;
	}
}

static void gather(void *to, const char *from, int64_t stride, int64_t n, size_t size)
{
	if (size == 4) {
		const float *p = (const float *)from;
		float *q = to;
		for (int64_t i = 0; i < n; i++) {
			q[i] = p[i * stride];
		}
	} else {
		const double *p = (const double *)from;
		double *q = to;
		for (int64_t i = 0; i < n; i++) {
			q[i] = p[i * stride];
		}
	}
}

static void walk_row(const struct walk *w, char *out, const char *const *in, int64_t n)
{
	_Alignas(64) char room[3][CHUNK * sizeof(double)];
	bool unit = true;
	for (int k = 0; k < w->inputs; k++) {
		unit &= w->stride[k][w->dims - 1] == 1;
	}
	if (unit) {
		w->kernel(n, out, (const void *const *)in, w->parameters);
		return;
	}
	for (int64_t at = 0; at < n; at += CHUNK) {
		int64_t count = n - at < CHUNK ? n - at : CHUNK;
		const void *ready[3] = {0};
		for (int k = 0; k < w->inputs; k++) {
			int64_t stride = w->stride[k][w->dims - 1];
			const char *from = in[k] + (size_t)(at * stride) * w->size;
			ready[k] = from;
			if (stride != 1) {
				if (stride != 0 || at == 0) {
					gather(room[k], from, stride, count, w->size);
				}
				ready[k] = room[k];
			}
		}
		w->kernel(count, out + (size_t)at * w->size, ready, w->parameters);
	}
}

static void walk_outer(void *context, int64_t first, int64_t last)
{
	const struct walk *w = context;
	int64_t n = w->shape[w->dims - 1];
	for (int64_t row = first; row < last; row++) {
		const char *in[3] = {w->in[0], w->in[1], w->in[2]};
		int64_t rest = row;
		for (int d = w->dims - 2; d >= 0; d--) {
			int64_t i = rest % w->shape[d];
			rest /= w->shape[d];
			for (int k = 0; k < w->inputs; k++) {
				in[k] += (size_t)(i * w->stride[k][d]) * w->size;
			}
		}
		walk_row(w, w->out + (size_t)(row * n) * w->size, in, n);
	}
}

static void walk_flat(void *context, int64_t first, int64_t last)
{
	const struct walk *w = context;
	const char *in[3] = {0};
	for (int k = 0; k < w->inputs; k++) {
		in[k] = w->in[k] + (size_t)(first * w->stride[k][0]) * w->size;
	}
	walk_row(w, w->out + (size_t)first * w->size, in, last - first);
}

void elementwise_forward(struct op_call *call)
{
	struct tensor *out = call->outputs[0];
	int64_t total = tensor_numel(out);
	if (total == 0) {
		return;
	}
	struct walk w = {.kernel = elementwise_kernel(call),
			 .parameters = call->params.f,
			 .inputs = call->input_count,
			 .size = tensor_dtype_size(out->dtype),
			 .out = tensor_data(out)};
	for (int k = 0; k < call->input_count; k++) {
		w.in[k] = tensor_data(call->inputs[k]);
	}
	plan_walk(&w, call);
	int64_t n = w.shape[w.dims - 1];
	if (w.dims == 1) {
		threads_for(n, GRAIN, walk_flat, &w);
	} else {
		threads_for(total / n, GRAIN / n + 1, walk_outer, &w);
	}
}
