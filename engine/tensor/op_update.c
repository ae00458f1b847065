#include <math.h>

#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/op_internal.h"

/* One step of an optimiser on one parameter, in place and in one pass over memory. The last input holds what changes from
 * step to step, f64 [4]: learning rate, step number from 1, factor on the gradient (clipping), norm of all gradients, so that a recorded plan
 * reads it anew. */

#define PARAM (call->inputs[0])
enum { RATE, STEP, SCALE, NORM };

static double setting(const struct op_call *call, int k)
{
	return tensor_f64(call->inputs[call->input_count - 1])[k];
}

static enum status update_infer(struct op_call *call, struct error *err)
{
	for (int k = 0; k < call->input_count - 1; k++) {
		if (!tensor_same_shape(PARAM, call->inputs[k])) {
			return op_shapes_error(call->op->name, PARAM, call->inputs[k], "", err);
		}
		enum status status = op_want_dtype(call, k, DTYPE_F32, err);
		if (status != STATUS_OK) {
			return status;
		}
	}
	return op_want_dtype(call, call->input_count - 1, DTYPE_F64, err);
}

static void update_cost(const struct op_call *call, struct op_cost *cost)
{
	double n = (double)tensor_numel(PARAM);
	cost->flops = 10 * n;
	cost->bytes = 4 * n * (2 * call->input_count - 3);
}

static void update_run(struct op_call *call, threads_body body)
{
	threads_for(tensor_numel(PARAM), 8192, body, call);
}

/* Source: Kingma and Ba, "Adam" (2015), algorithm 1; decoupled decay: Loshchilov and Hutter (2019).
 * f: beta1, beta2, epsilon, decay; i[0]: decoupled */
static void adam_range(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	const double *f = call->params.f;
	double rate = setting(call, RATE), step = setting(call, STEP);
	bool decoupled = call->params.i[0] != 0;
	struct adam_step s = {.learning_rate = (float)rate,
			      .beta1 = (float)f[0],
			      .beta2 = (float)f[1],
			      .epsilon = (float)f[2],
			      .correction1 = (float)(1 - pow(f[0], step)),
			      .correction2 = (float)(1 - pow(f[1], step)),
			      .decay = decoupled ? 0 : (float)f[3],
			      .shrink = decoupled ? (float)(1 - rate * f[3]) : 1,
			      .scale = (float)setting(call, SCALE)};
	row_kernels()->adam(tensor_f32(PARAM) + first, tensor_f32(call->inputs[1]) + first,
			    tensor_f32(call->inputs[2]) + first,
			    tensor_f32(call->inputs[3]) + first, &s, last - first);
}
static void adam_update_forward(struct op_call *call)
{
	update_run(call, adam_range);
}

/* f: momentum, decay; i[0]: Nesterov. v ← μ v + g; p ← p - η (v, or g + μ v) */
static void sgd_range(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	float *p = tensor_f32(PARAM), *v = tensor_f32(call->inputs[1]);
	const float *g = tensor_f32(call->inputs[2]);
	float rate = (float)setting(call, RATE), scale = (float)setting(call, SCALE);
	float momentum = (float)call->params.f[0], decay = (float)call->params.f[1];
	bool first_step = setting(call, STEP) <= 1;
	for (int64_t i = first; i < last; i++) {
		float step = g[i] * scale + decay * p[i];
		if (momentum != 0) {
			v[i] = first_step ? step : momentum * v[i] + step;
			step = call->params.i[0] ? step + momentum * v[i] : v[i];
		}
		p[i] -= rate * step;
	}
}
static void sgd_update_forward(struct op_call *call)
{
	update_run(call, sgd_range);
}

/* f: alpha, epsilon, momentum, decay. Source: Hinton's lecture 6e, as in PyTorch */
static void rmsprop_range(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	float *p = tensor_f32(PARAM), *s = tensor_f32(call->inputs[1]);
	float *v = tensor_f32(call->inputs[2]);
	const float *g = tensor_f32(call->inputs[3]);
	float rate = (float)setting(call, RATE), scale = (float)setting(call, SCALE);
	float alpha = (float)call->params.f[0], epsilon = (float)call->params.f[1];
	float momentum = (float)call->params.f[2], decay = (float)call->params.f[3];
	for (int64_t i = first; i < last; i++) {
		float slope = g[i] * scale + decay * p[i];
		s[i] = alpha * s[i] + (1 - alpha) * slope * slope;
		float step = slope / (sqrtf(s[i]) + epsilon);
		if (momentum != 0) {
			v[i] = momentum * v[i] + step;
			step = v[i];
		}
		p[i] -= rate * step;
	}
}
static void rmsprop_update_forward(struct op_call *call)
{
	update_run(call, rmsprop_range);
}

/* f: beta1, beta2, decay. Source: Chen et al., "Symbolic Discovery of Optimization Algorithms" (2023), algorithm 2 */
static void lion_range(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	float *p = tensor_f32(PARAM), *m = tensor_f32(call->inputs[1]);
	const float *g = tensor_f32(call->inputs[2]);
	float rate = (float)setting(call, RATE), scale = (float)setting(call, SCALE);
	float beta1 = (float)call->params.f[0], beta2 = (float)call->params.f[1];
	float decay = (float)call->params.f[2];
	for (int64_t i = first; i < last; i++) {
		float slope = g[i] * scale;
		float c = beta1 * m[i] + (1 - beta1) * slope;
		p[i] -= rate * ((float)((c > 0) - (c < 0)) + decay * p[i]);
		m[i] = beta2 * m[i] + (1 - beta2) * slope;
	}
}
static void lion_update_forward(struct op_call *call)
{
	update_run(call, lion_range);
}

#define UPDATE(row, text, n, ...) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = n, \
				    .max_inputs = n, \
				    .inputs = {"parameter"}, \
				    .flags = OP_INPLACE | OP_MIXED_DTYPES | OP_INTERNAL | \
					     OP_WANTS_CONTIGUOUS, \
				    .infer = update_infer, \
				    .forward = row##_forward, \
				    .cost = update_cost, \
				    .params = {__VA_ARGS__}}
UPDATE(sgd_update, "gradient descent with momentum", 4, {"momentum", OP_PARAM_FLOAT, 0, 0, false},
       {"decay", OP_PARAM_FLOAT, 1, 0, false}, {"nesterov", OP_PARAM_BOOL, 0, 0, false});
UPDATE(rmsprop_update, "RMSProp", 5, {"alpha", OP_PARAM_FLOAT, 0, 0.99, false},
       {"epsilon", OP_PARAM_FLOAT, 1, 1e-8, false}, {"momentum", OP_PARAM_FLOAT, 2, 0, false},
       {"decay", OP_PARAM_FLOAT, 3, 0, false});
UPDATE(adam_update, "Adam, AdamW", 5, {"beta1", OP_PARAM_FLOAT, 0, 0.9, false},
       {"beta2", OP_PARAM_FLOAT, 1, 0.999, false}, {"epsilon", OP_PARAM_FLOAT, 2, 1e-8, false},
       {"decay", OP_PARAM_FLOAT, 3, 0, false}, {"decoupled", OP_PARAM_BOOL, 0, 0, false});
UPDATE(lion_update, "Lion", 4, {"beta1", OP_PARAM_FLOAT, 0, 0.9, false},
       {"beta2", OP_PARAM_FLOAT, 1, 0.99, false}, {"decay", OP_PARAM_FLOAT, 2, 0, false});

/* Norm of all gradients, and the factor that brings it down to f[0]; inputs: the settings, then the gradients. */
static enum status clip_norm_infer(struct op_call *call, struct error *err)
{
	return op_want_dtype(call, 0, DTYPE_F64, err);
}
static void clip_norm_forward(struct op_call *call)
{
	double sum = 0;
	for (int k = 1; k < call->input_count; k++) {
		const float *g = tensor_f32(call->inputs[k]);
		int64_t n = tensor_numel(call->inputs[k]);
		for (int64_t i = 0; i < n; i += 4096) {
			int64_t part = n - i < 4096 ? n - i : 4096;
			sum += (double)row_kernels()->dot(g + i, g + i, part);
		}
	}
	double *settings = tensor_f64(PARAM), limit = call->params.f[0];
	settings[NORM] = sqrt(sum);
	settings[SCALE] = limit > 0 && settings[NORM] > limit ? limit / (settings[NORM] + 1e-6) : 1;
}

const struct op op_clip_norm = {
	.name = "clip_norm",
	.summary = "norm of all gradients and the factor that limits it",
	.min_inputs = 2,
	.max_inputs = -1,
	.inputs = {"settings", "gradients"},
	.params = {{"limit", OP_PARAM_FLOAT, 0, 0, false}},
	.flags = OP_INPLACE | OP_MIXED_DTYPES | OP_INTERNAL | OP_WANTS_CONTIGUOUS,
	.infer = clip_norm_infer,
	.forward = clip_norm_forward,
};

/* sum ← sum + scale · addend: gradients of several batches, and averages of weights (decay f[1] on the sum first). */
static enum status accumulate_infer(struct op_call *call, struct error *err)
{
	if (!tensor_same_shape(PARAM, call->inputs[1])) {
		return op_shapes_error(call->op->name, PARAM, call->inputs[1], "", err);
	}
	enum status status = op_want_dtype(call, 0, DTYPE_F32, err);
	return status == STATUS_OK ? op_want_dtype(call, 1, DTYPE_F32, err) : status;
}
static void accumulate_range(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	float *sum = tensor_f32(PARAM);
	const float *x = tensor_f32(call->inputs[1]);
	float scale = (float)call->params.f[0], decay = (float)call->params.f[1];
	for (int64_t i = first; i < last; i++) {
		sum[i] = decay * sum[i] + scale * x[i];
	}
}
static void accumulate_forward(struct op_call *call)
{
	update_run(call, accumulate_range);
}
static void accumulate_cost(const struct op_call *call, struct op_cost *cost)
{
	double n = (double)tensor_numel(PARAM);
	cost->flops = 3 * n;
	cost->bytes = 12 * n;
}

const struct op op_accumulate = {
	.name = "accumulate",
	.summary = "sum = decay · sum + scale · addend, in place",
	.min_inputs = 2,
	.max_inputs = 2,
	.inputs = {"sum", "addend"},
	.params = {{"scale", OP_PARAM_FLOAT, 0, 1, false}, {"decay", OP_PARAM_FLOAT, 1, 1, false}},
	.flags = OP_INPLACE | OP_MIXED_DTYPES | OP_INTERNAL | OP_WANTS_CONTIGUOUS,
	.infer = accumulate_infer,
	.forward = accumulate_forward,
	.cost = accumulate_cost,
};
