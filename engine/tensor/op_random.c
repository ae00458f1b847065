#include <math.h>
#include <string.h>

#include "engine/tensor/op_internal.h"

/* Ops that draw numbers. Each call has its own counter of the thread's stream, so a replayed plan draws anew and a run is
 * repeated exactly from its seed. */

#define X0 (call->inputs[0])
#define Y0 (call->outputs[0])

/* Four words for block b of this call. */
static void draw(const struct op_call *call, uint64_t b, uint32_t out[4])
{
	uint64_t seed = tensor_state.seed;
	const uint32_t key[2] = {(uint32_t)seed ^ 0x6D75u, (uint32_t)(seed >> 32)};
	const uint32_t counter[4] = {(uint32_t)b, (uint32_t)(b >> 32), (uint32_t)call->random,
				     (uint32_t)(call->random >> 32)};
	rng_philox(key, counter, out);
}

/* --- dropout: zero with probability p, the rest divided by 1-p; the second output says what stayed --- */
static enum status dropout_infer(struct op_call *call, struct error *err)
{
	double p = call->params.f[0];
	if (!(p >= 0 && p < 1)) {
		return error_set(err, STATUS_INVALID, "dropout", message(MSG_TENSOR_SETTING),
				 "dropout", "p", p);
	}
	enum status status = op_infer_like(call, err);
	return status == STATUS_OK ? op_output(call, 1, DTYPE_U8, X0->dims, X0->shape, err)
				   : status;
}
static void dropout_forward(struct op_call *call)
{
	int64_t n = tensor_numel(X0);
	double p = call->params.f[0];
	uint32_t limit = (uint32_t)(p * 65536);
	float scale = (float)(1 / (1 - p));
	uint8_t *stay = tensor_data(call->outputs[1]);
	uint32_t words[4];
	for (int64_t i = 0; i < n; i += 8) {
		draw(call, (uint64_t)i / 8, words);
		int64_t stop = n - i < 8 ? n - i : 8;
		for (int64_t k = 0; k < stop; k++) {
			stay[i + k] = (words[k / 2] >> (k % 2 * 16) & 0xFFFF) >= limit;
			tensor_f32(Y0)[i + k] = stay[i + k] ? tensor_f32(X0)[i + k] * scale : 0;
		}
	}
}
static enum status dropout_vjp(const struct op_call *call, struct tensor *const *grads,
			       struct tensor **out, struct error *err)
{
	struct tensor *in[2] = {grads[0], call->outputs[1]};
	out[0] = op_apply(OP_DROPOUT_GRAD, in, 2, &call->params, err);
	return op_made(out[0], err);
}
static void dropout_grad_forward(struct op_call *call)
{
	float scale = (float)(1 / (1 - call->params.f[0]));
	const uint8_t *stay = tensor_data(call->inputs[1]);
	for (int64_t i = 0, n = tensor_numel(X0); i < n; i++) {
		tensor_f32(Y0)[i] = stay[i] ? tensor_f32(X0)[i] * scale : 0;
	}
}
static enum status dropout_grad_vjp(const struct op_call *call, struct tensor *const *grads,
				    struct tensor **out, struct error *err)
{
	struct tensor *in[2] = {grads[0], call->inputs[1]};
	out[0] = op_apply(OP_DROPOUT_GRAD, in, 2, &call->params, err);
	return op_made(out[0], err);
}

/* --- noise --- */
static void randn_like_forward(struct op_call *call)
{
	float *y = tensor_f32(Y0);
	int64_t n = tensor_numel(Y0);
	uint32_t words[4];
	for (int64_t i = 0; i < n; i += 4) {
		draw(call, (uint64_t)i / 4, words);
		for (int64_t k = 0; k < 4 && i + k < n; k += 2) {
			/* Box–Muller: two normals from two uniforms in (0, 1] and [0, 1) */
			float u = ((float)(words[k] >> 8) + 1) * 0x1p-24f;
			float angle = (float)(words[k + 1] >> 8) * 0x1p-24f * 6.28318530718f;
			float radius = sqrtf(-2 * logf(u));
			y[i + k] = radius * cosf(angle);
			if (i + k + 1 < n) {
				y[i + k + 1] = radius * sinf(angle);
			}
		}
	}
}
static void rand_like_forward(struct op_call *call)
{
	float *y = tensor_f32(Y0);
	int64_t n = tensor_numel(Y0);
	uint32_t words[4];
	for (int64_t i = 0; i < n; i += 4) {
		draw(call, (uint64_t)i / 4, words);
		for (int64_t k = 0; k < 4 && i + k < n; k++) {
			y[i + k] = (float)(words[k] >> 8) * 0x1p-24f;
		}
	}
}

const struct op op_dropout = {
	.name = "dropout",
	.summary = "zeros with probability p, the rest scaled up",
	.min_inputs = 1,
	.max_inputs = 1,
	.inputs = {"x"},
	.params = {{"p", OP_PARAM_FLOAT, 0, 0.5, false}},
	.flags = OP_DIFFERENTIABLE | OP_RANDOM | OP_WANTS_CONTIGUOUS,
	.aux = 2,
	.infer = dropout_infer,
	.forward = dropout_forward,
	.vjp = dropout_vjp,
	.cost = op_cost_elements,
};
const struct op op_dropout_grad = {
	.name = "dropout_grad",
	.summary = "gradients of what dropout let stay",
	.min_inputs = 2,
	.max_inputs = 2,
	.inputs = {"gradient", "stay"},
	.params = {{"p", OP_PARAM_FLOAT, 0, 0.5, false}},
	.flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS | OP_MIXED_DTYPES | OP_INTERNAL,
	.infer = op_infer_like,
	.forward = dropout_grad_forward,
	.vjp = dropout_grad_vjp,
	.cost = op_cost_elements,
};
#define NOISE(row, text) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = 1, \
				    .max_inputs = 1, \
				    .inputs = {"x"}, \
				    .flags = OP_RANDOM, \
				    .infer = op_infer_like, \
				    .forward = row##_forward, \
				    .cost = op_cost_elements}
NOISE(randn_like, "normal draws in the shape of x");
NOISE(rand_like, "uniform draws from 0 below 1 in the shape of x");
