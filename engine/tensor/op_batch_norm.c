#include <math.h>
#include <string.h>

#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/op_internal.h"

/* Batch normalisation of [N, C, …]: each channel over the batch. Inputs x, weight, bias, running mean, running variance;
 * i[0]: training, which uses the batch's own statistics and moves the running ones by f[1]. The second output keeps mean
 * and 1/deviation of each channel. */

#define INFER(name) static enum status name##_infer(struct op_call *call, struct error *err)
#define X0 (call->inputs[0])
#define Y0 (call->outputs[0])

struct layout {
	int64_t batch, channels, plane;
};
static struct layout layout_of(const struct tensor *x)
{
	struct layout l = {x->shape[0], x->shape[1], 1};
	for (int d = 2; d < x->dims; d++) {
		l.plane *= x->shape[d];
	}
	return l;
}

INFER(batch_norm)
{
	if (X0->dims < 2) {
		return op_want_dims(call, 0, 4, err);
	}
	for (int k = 1; k < 5; k++) {
		if (call->inputs[k]->dims != 1 || call->inputs[k]->shape[0] != X0->shape[1]) {
			return op_shapes_error("batch_norm", X0, call->inputs[k], "", err);
		}
	}
	int64_t shape[2] = {X0->shape[1], 2};
	enum status status = op_infer_like(call, err);
	return status == STATUS_OK ? op_output(call, 1, DTYPE_F32, 2, shape, err) : status;
}

static void channel_moments(const struct layout *l, const float *x, int64_t c, float *mean,
			    float *variance)
{
	const struct row_kernels *k = row_kernels();
	double sum = 0, square = 0;
	int64_t count = l->batch * l->plane;
	for (int64_t n = 0; n < l->batch; n++) {
		sum += (double)k->sum(x + (n * l->channels + c) * l->plane, l->plane);
	}
	*mean = (float)(sum / (double)count);
	for (int64_t n = 0; n < l->batch; n++) {
		const float *p = x + (n * l->channels + c) * l->plane;
		float part[16] = {0}, rest = 0, m = *mean;
		int64_t i = 0;
		for (; i + 16 <= l->plane; i += 16) {
			for (int j = 0; j < 16; j++) {
				part[j] += (p[i + j] - m) * (p[i + j] - m);
			}
		}
		for (; i < l->plane; i++) {
			rest += (p[i] - m) * (p[i] - m);
		}
		for (int j = 0; j < 16; j++) {
			rest += part[j];
		}
		square += (double)rest;
	}
	*variance = (float)(square / (double)count);
}

static void batch_channels(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	struct layout l = layout_of(X0);
	float epsilon = (float)call->params.f[0], momentum = (float)call->params.f[1];
	for (int64_t c = first; c < last; c++) {
		float *running_mean = tensor_f32(call->inputs[3]) + c;
		float *running_variance = tensor_f32(call->inputs[4]) + c;
		float mean = *running_mean, variance = *running_variance;
		if (call->params.i[0]) {
			channel_moments(&l, tensor_f32(X0), c, &mean, &variance);
			float count = (float)(l.batch * l.plane);
			float unbiased = count > 1 ? variance * count / (count - 1) : variance;
			*running_mean += momentum * (mean - *running_mean);
			*running_variance += momentum * (unbiased - *running_variance);
		}
		float scale = 1 / sqrtf(variance + epsilon);
		float slope = scale * tensor_f32(call->inputs[1])[c];
		float shift = tensor_f32(call->inputs[2])[c] - mean * slope;
		for (int64_t n = 0; n < l.batch; n++) {
			const float *x = tensor_f32(X0) + (n * l.channels + c) * l.plane;
			float *y = tensor_f32(Y0) + (n * l.channels + c) * l.plane;
			for (int64_t i = 0; i < l.plane; i++) {
				y[i] = x[i] * slope + shift;
			}
		}
		tensor_f32(call->outputs[1])[2 * c] = mean;
		tensor_f32(call->outputs[1])[2 * c + 1] = scale;
	}
}
static void batch_norm_forward(struct op_call *call)
{
	threads_for(X0->shape[1], 1, batch_channels, call);
}

static enum status batch_norm_composite(const struct op_call *call, struct tensor **outputs,
					struct error *err)
{
	int64_t affine[TENSOR_MAX_DIMS], order[TENSOR_MAX_DIMS];
	for (int d = 0; d < X0->dims; d++) {
		affine[d] = d == 1 ? X0->shape[1] : 1;
		order[d] = d == 0 ? 1 : d == 1 ? 0 : d;
	}
	struct tensor *mean, *variance;
	if (call->params.i[0]) {
		int64_t rows[2] = {X0->shape[1], -1};
		struct tensor *x = tensor_permute(X0, X0->dims, order, err);
		x = tensor_reshape(x, 2, rows, err);
		mean = tensor_mean(x, 1, true, err);
		struct tensor *off = tensor_sub(x, mean, err);
		variance = tensor_mean(tensor_square(off, err), 1, true, err);
	} else {
		mean = call->inputs[3];
		variance = call->inputs[4];
	}
	mean = tensor_reshape(mean, X0->dims, affine, err);
	variance = tensor_reshape(variance, X0->dims, affine, err);
	struct tensor *deviation =
		tensor_sqrt(tensor_add_scalar(variance, call->params.f[0], err), err);
	struct tensor *y = tensor_div(tensor_sub(X0, mean, err), deviation, err);
	y = tensor_mul(y, tensor_reshape(call->inputs[1], X0->dims, affine, err), err);
	outputs[0] = tensor_add(y, tensor_reshape(call->inputs[2], X0->dims, affine, err), err);
	return op_made(outputs[0], err);
}

static enum status batch_norm_vjp(const struct op_call *call, struct tensor *const *grads,
				  struct tensor **out, struct error *err)
{
	if (tensor_grad_enabled()) {
		return op_vjp_composite(call, grads, out, batch_norm_composite, err);
	}
	struct tensor *in[4] = {X0, call->outputs[1], grads[0], call->inputs[1]};
	return op_apply_multi(out, 3, OP_BATCH_NORM_GRAD, in, 4, &call->params, err);
}

INFER(batch_norm_grad)
{
	enum status status = op_infer_like(call, err);
	for (int k = 1; k < 3 && status == STATUS_OK; k++) {
		status = op_output(call, k, DTYPE_F32, 1, &X0->shape[1], err);
	}
	return status;
}
static void batch_grad_channels(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	struct layout l = layout_of(X0);
	const struct row_kernels *k = row_kernels();
	float count = (float)(l.batch * l.plane);
	for (int64_t c = first; c < last; c++) {
		float mean = tensor_f32(call->inputs[1])[2 * c];
		float scale = tensor_f32(call->inputs[1])[2 * c + 1];
		float w = tensor_f32(call->inputs[3])[c];
		double sum = 0, dot = 0;
		for (int64_t n = 0; n < l.batch; n++) {
			int64_t at = (n * l.channels + c) * l.plane;
			const float *x = tensor_f32(X0) + at, *g = tensor_f32(call->inputs[2]) + at;
			double one = (double)k->sum(g, l.plane);
			sum += one;
			dot += (double)k->dot(g, x, l.plane) - (double)mean * one;
		}
		float hat = (float)dot * scale;
		tensor_f32(call->outputs[1])[c] = hat;
		tensor_f32(call->outputs[2])[c] = (float)sum;
		float of_g = w * scale, of_x = 0, shift = 0;
		if (call->params.i[0]) {
			of_x = -of_g * scale * hat / count;
			shift = -of_g * (float)sum / count - of_x * mean;
		}
		for (int64_t n = 0; n < l.batch; n++) {
			int64_t at = (n * l.channels + c) * l.plane;
			const float *x = tensor_f32(X0) + at, *g = tensor_f32(call->inputs[2]) + at;
			float *dx = tensor_f32(Y0) + at;
			for (int64_t i = 0; i < l.plane; i++) {
				dx[i] = of_g * g[i] + of_x * x[i] + shift;
			}
		}
	}
}
static void batch_norm_grad_forward(struct op_call *call)
{
	threads_for(X0->shape[1], 1, batch_grad_channels, call);
}

#define BATCH_PARAMS \
	{"training", OP_PARAM_BOOL, 0, 1, false}, {"epsilon", OP_PARAM_FLOAT, 0, 1e-5, false}, \
	{ \
		"momentum", OP_PARAM_FLOAT, 1, 0.1, false \
	}
const struct op op_batch_norm = {
	.name = "batch_norm",
	.summary = "each channel brought to mean 0 and deviation 1 over the batch",
	.min_inputs = 5,
	.max_inputs = 5,
	.inputs = {"x", "weight", "bias", "running_mean", "running_var"},
	.params = {BATCH_PARAMS},
	.flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS,
	.aux = 2,
	.infer = batch_norm_infer,
	.forward = batch_norm_forward,
	.vjp = batch_norm_vjp,
	.cost = op_cost_elements,
};
const struct op op_batch_norm_grad = {
	.name = "batch_norm_grad",
	.summary = "gradients of batch_norm",
	.min_inputs = 4,
	.max_inputs = 4,
	.inputs = {"x", "statistics", "gradient", "weight"},
	.params = {BATCH_PARAMS},
	.flags = OP_WANTS_CONTIGUOUS | OP_INTERNAL,
	.infer = batch_norm_grad_infer,
	.forward = batch_norm_grad_forward,
	.cost = op_cost_elements,
};
