#include <math.h>

#include "engine/tensor/int8.h"
#include "engine/tensor/op_internal.h"

/* What integers would make of values, still in f32: for training that knows of the rounding. None has a gradient of its own;
 * the straight-through estimator around them is made of other ops. */

/* range ← the least and the largest seen: i[0] = 1 moves towards each batch's by f[0], 0 takes what is wider. */
static enum status observe_infer(struct op_call *call, struct error *err)
{
	if (tensor_numel(call->inputs[0]) != 2) {
		return op_want_dims(call, 0, 1, err);
	}
	enum status status = op_want_dtype(call, 0, DTYPE_F32, err);
	return status == STATUS_OK ? op_want_dtype(call, 1, DTYPE_F32, err) : status;
}
static void observe_forward(struct op_call *call)
{
	float *range = tensor_f32(call->inputs[0]), low = 0, high = 0;
	const float *x = tensor_f32(call->inputs[1]);
	for (int64_t i = 0, n = tensor_numel(call->inputs[1]); i < n; i++) {
		low = x[i] < low ? x[i] : low;
		high = x[i] > high ? x[i] : high;
	}
	if (call->params.i[0] && (range[0] != 0 || range[1] != 0)) {
		float step = (float)call->params.f[0];
		range[0] += step * (low - range[0]);
		range[1] += step * (high - range[1]);
	} else {
		range[0] = fminf(range[0], low);
		range[1] = fmaxf(range[1], high);
	}
}

const struct op op_observe = {
	.name = "observe",
	.summary = "notes between which values x lies, in place",
	.min_inputs = 2,
	.max_inputs = 2,
	.inputs = {"range", "x"},
	.params = {{"moving", OP_PARAM_BOOL, 0, 0, false},
		   {"step", OP_PARAM_FLOAT, 0, 0.05, false}},
	.flags = OP_INPLACE | OP_MIXED_DTYPES | OP_INTERNAL | OP_WANTS_CONTIGUOUS,
	.infer = observe_infer,
	.forward = observe_forward,
};

/* inputs x, range [2] */
static enum status fake_quant_infer(struct op_call *call, struct error *err)
{
	return op_infer_like(call, err);
}
static void fake_quant_forward(struct op_call *call)
{
	const float *x = tensor_f32(call->inputs[0]), *r = tensor_f32(call->inputs[1]);
	float *y = tensor_f32(call->outputs[0]);
	struct int8_range range = int8_range_of(r[0], r[1]);
	for (int64_t i = 0, n = tensor_numel(call->inputs[0]); i < n; i++) {
		float q = rintf(x[i] / range.scale) + (float)range.zero;
		q = q > 0 ? (q < 127 ? q : 127) : 0;
		y[i] = (q - (float)range.zero) * range.scale;
	}
}

const struct op op_fake_quant = {
	.name = "fake_quant",
	.summary = "x rounded to the 128 levels of a range",
	.min_inputs = 2,
	.max_inputs = 2,
	.inputs = {"x", "range"},
	.flags = OP_INTERNAL | OP_WANTS_CONTIGUOUS,
	.infer = fake_quant_infer,
	.forward = fake_quant_forward,
	.cost = op_cost_elements,
};

/* i: bits, per channel (dimension 0). The same rounding as quantize(). */
static void fake_quant_weight_forward(struct op_call *call)
{
	const struct tensor *w = call->inputs[0];
	int most = (1 << (call->params.i[0] - 1)) - 1;
	int64_t channels = call->params.i[1] ? w->shape[0] : 1;
	int64_t n = channels ? tensor_numel(w) / channels : 0;
	for (int64_t c = 0; c < channels; c++) {
		const float *x = tensor_f32(w) + c * n;
		float *y = tensor_f32(call->outputs[0]) + c * n, largest = 0;
		for (int64_t i = 0; i < n; i++) {
			largest = fmaxf(largest, fabsf(x[i]));
		}
		float scale = largest > 0 ? largest / (float)most : 1;
		for (int64_t i = 0; i < n; i++) {
			y[i] = scale * rintf(x[i] / scale);
		}
	}
}

const struct op op_fake_quant_weight = {
	.name = "fake_quant_weight",
	.summary = "weights rounded to so many bits",
	.min_inputs = 1,
	.max_inputs = 1,
	.inputs = {"weight"},
	.params = {{"bits", OP_PARAM_INT, 0, 8, false},
		   {"per_channel", OP_PARAM_BOOL, 1, 1, false}},
	.flags = OP_INTERNAL | OP_WANTS_CONTIGUOUS,
	.infer = op_infer_like,
	.forward = fake_quant_weight_forward,
	.cost = op_cost_elements,
};
