#include <math.h>
#include <string.h>

#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/op_internal.h"

/* Normalisation within an example: over the last dimension (layer, RMS) or over groups of channels. The second output
 * keeps mean and 1/deviation of each row for the backward pass. */

#define VJP(name) \
	static enum status name##_vjp(const struct op_call *call, struct tensor *const *grads, \
				      struct tensor **out, struct error *err)
#define INFER(name) static enum status name##_infer(struct op_call *call, struct error *err)
#define X0 (call->inputs[0])
#define WEIGHT (call->input_count > 1 ? call->inputs[1] : NULL)
#define BIAS (call->input_count > 2 ? call->inputs[2] : NULL)
#define Y0 (call->outputs[0])
#define EPSILON ((float)call->params.f[0])

static const float *data_or_null(const struct tensor *t)
{
	return t ? tensor_f32(t) : NULL;
}

static enum status check_affine(const struct op_call *call, int64_t n, struct error *err)
{
	for (int k = 1; k < 3 && k < call->input_count; k++) {
		const struct tensor *t = call->inputs[k];
		if (t && (t->dims != 1 || t->shape[0] != n)) {
			return op_shapes_error(call->op->name, X0, t, "", err);
		}
	}
	return STATUS_OK;
}

/* --- layer and RMS --- */
INFER(layer_norm)
{
	if (X0->dims < 1) {
		return op_want_dims(call, 0, 2, err);
	}
	int64_t n = X0->shape[X0->dims - 1];
	int64_t shape[2] = {n ? tensor_numel(X0) / n : 0, 2};
	enum status status = check_affine(call, n, err);
	status = status == STATUS_OK ? op_infer_like(call, err) : status;
	return status == STATUS_OK ? op_output(call, 1, DTYPE_F32, 2, shape, err) : status;
}

static void layer_rows(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	int64_t n = X0->shape[X0->dims - 1];
	const struct row_kernels *k = row_kernels();
	const float *w = data_or_null(WEIGHT), *b = data_or_null(BIAS);
	for (int64_t row = first; row < last; row++) {
		const float *x = tensor_f32(X0) + row * n;
		float *y = tensor_f32(Y0) + row * n, mean, variance;
		if (call->id == OP_RMS_NORM) {
			mean = 0;
			variance = k->dot(x, x, n) / (float)n;
		} else {
			k->moments(&mean, &variance, x, n);
		}
		float scale = 1 / sqrtf(variance + EPSILON);
		k->affine(y, x, mean, scale, w, b, n);
		tensor_f32(call->outputs[1])[2 * row] = mean;
		tensor_f32(call->outputs[1])[2 * row + 1] = scale;
	}
}
static void layer_norm_forward(struct op_call *call)
{
	int64_t rows = call->outputs[1]->shape[0], n = X0->shape[X0->dims - 1];
	threads_for(rows, 8192 / (n + 1) + 1, layer_rows, call);
}

/* The same from simple ops, for second derivatives. */
static enum status layer_norm_composite(const struct op_call *call, struct tensor **outputs,
					struct error *err)
{
	struct tensor *x = X0;
	if (call->id != OP_RMS_NORM) {
		x = tensor_sub(x, tensor_mean(x, -1, true, err), err);
	}
	struct tensor *variance = tensor_mean(tensor_square(x, err), -1, true, err);
	struct tensor *deviation =
		tensor_sqrt(tensor_add_scalar(variance, call->params.f[0], err), err);
	struct tensor *y = tensor_div(x, deviation, err);
	y = WEIGHT ? tensor_mul(y, WEIGHT, err) : y;
	outputs[0] = BIAS ? tensor_add(y, BIAS, err) : y;
	return op_made(outputs[0], err);
}

static enum status grads_from(enum op_id id, const struct op_call *call, struct tensor *g,
			      struct tensor **out, struct error *err)
{
	struct tensor *in[4] = {X0, call->outputs[1], g, WEIGHT}, *made[3];
	struct op_params p = call->params;
	p.i[7] = call->id == OP_RMS_NORM;
	enum status status = op_apply_multi(made, 3, id, in, WEIGHT ? 4 : 3, &p, err);
	for (int k = 0; k < call->input_count && k < 3; k++) {
		out[k] = made[k];
	}
	return status;
}
VJP(layer_norm)
{
	return tensor_grad_enabled() ? op_vjp_composite(call, grads, out, layer_norm_composite, err)
				     : grads_from(OP_LAYER_NORM_GRAD, call, grads[0], out, err);
}

/* Inputs x, stats [rows, 2], g, weight; outputs dx, dweight, dbias.
 * dx = s (gw - mean(gw) - x̂ mean(gw x̂)); without the first mean for RMS */
#define STATS (call->inputs[1])
#define G2 (call->inputs[2])
#define W3 (call->input_count > 3 ? call->inputs[3] : NULL)

INFER(layer_norm_grad)
{
	int64_t n = X0->shape[X0->dims - 1];
	enum status status = op_infer_like(call, err);
	for (int k = 1; k < 3 && status == STATUS_OK; k++) {
		status = op_output(call, k, DTYPE_F32, 1, &n, err);
	}
	return status;
}
static size_t layer_norm_grad_workspace(const struct op_call *call)
{
	return (size_t)(X0->shape[X0->dims - 1] * 2 * threads_count()) * sizeof(float);
}
static void layer_grad_part(void *context, int part, int parts)
{
	struct op_call *call = context;
	int64_t n = X0->shape[X0->dims - 1], rows = STATS->shape[0];
	float *dw = (float *)call->workspace + 2 * n * part, *db = dw + n;
	bool centred = call->params.i[7] == 0;
	memset(dw, 0, (size_t)(2 * n) * sizeof *dw);
	const float *w = data_or_null(W3);
	for (int64_t row = rows * part / parts; row < rows * (part + 1) / parts; row++) {
		const float *x = tensor_f32(X0) + row * n, *g = tensor_f32(G2) + row * n;
		float *dx = tensor_f32(Y0) + row * n;
		float mean = tensor_f32(STATS)[2 * row], scale = tensor_f32(STATS)[2 * row + 1];
		float sums[16] = {0}, dots[16] = {0}, sum = 0, dot = 0;
		for (int64_t i = 0; i < n; i += 16) {
			int64_t stop = n - i < 16 ? n - i : 16;
			for (int64_t k = 0; k < stop; k++) {
				float hat = (x[i + k] - mean) * scale;
				float gw = w ? g[i + k] * w[i + k] : g[i + k];
				sums[k] += gw;
				dots[k] += gw * hat;
				dw[i + k] += g[i + k] * hat;
				db[i + k] += g[i + k];
			}
		}
		for (int k = 0; k < 16; k++) {
			sum += sums[k];
			dot += dots[k];
		}
		float a = centred ? sum / (float)n : 0, b = dot / (float)n;
		for (int64_t i = 0; i < n; i++) {
			float gw = w ? g[i] * w[i] : g[i];
			dx[i] = scale * (gw - a - (x[i] - mean) * scale * b);
		}
	}
}
static void sum_parts(const struct op_call *call, int64_t n)
{
	float *dw = tensor_f32(call->outputs[1]), *db = tensor_f32(call->outputs[2]);
	memcpy(dw, call->workspace, (size_t)n * sizeof *dw);
	memcpy(db, (float *)call->workspace + n, (size_t)n * sizeof *db);
	for (int part = 1; part < threads_count(); part++) {
		const float *from = (float *)call->workspace + 2 * n * part;
		for (int64_t i = 0; i < n; i++) {
			dw[i] += from[i];
			db[i] += from[n + i];
		}
	}
}
static void layer_norm_grad_forward(struct op_call *call)
{
	threads_parts(layer_grad_part, call);
	sum_parts(call, X0->shape[X0->dims - 1]);
}

/* --- groups of channels of [N, C, …]; i[0]: how many --- */
struct groups {
	int64_t batch, channels, groups, width, plane; /* width: channels of a group */
};
static struct groups groups_of(const struct op_call *call)
{
	struct groups g = {X0->shape[0], X0->shape[1], call->params.i[0], 0, 1};
	g.width = g.channels / g.groups;
	for (int d = 2; d < X0->dims; d++) {
		g.plane *= X0->shape[d];
	}
	return g;
}
INFER(group_norm)
{
	if (X0->dims < 2) {
		return op_want_dims(call, 0, 4, err);
	}
	int64_t n = call->params.i[0];
	if (n < 1 || X0->shape[1] % n != 0) {
		return error_set(err, STATUS_INVALID, "group_norm", message(MSG_TENSOR_SETTING),
				 "group_norm", "groups", (double)n);
	}
	int64_t shape[2] = {X0->shape[0] * n, 2};
	enum status status = check_affine(call, X0->shape[1], err);
	status = status == STATUS_OK ? op_infer_like(call, err) : status;
	return status == STATUS_OK ? op_output(call, 1, DTYPE_F32, 2, shape, err) : status;
}
static void group_rows(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	struct groups s = groups_of(call);
	const struct row_kernels *k = row_kernels();
	const float *w = data_or_null(WEIGHT), *b = data_or_null(BIAS);
	for (int64_t row = first; row < last; row++) {
		int64_t at = row * s.width * s.plane, channel = row % s.groups * s.width;
		float mean, variance;
		k->moments(&mean, &variance, tensor_f32(X0) + at, s.width * s.plane);
		float scale = 1 / sqrtf(variance + EPSILON);
		for (int64_t c = channel; c < channel + s.width; c++, at += s.plane) {
			float slope = scale * (w ? w[c] : 1);
			float shift = (b ? b[c] : 0) - mean * slope;
			const float *x = tensor_f32(X0) + at;
			float *y = tensor_f32(Y0) + at;
			for (int64_t i = 0; i < s.plane; i++) {
				y[i] = x[i] * slope + shift;
			}
		}
		tensor_f32(call->outputs[1])[2 * row] = mean;
		tensor_f32(call->outputs[1])[2 * row + 1] = scale;
	}
}
static void group_norm_forward(struct op_call *call)
{
	struct groups s = groups_of(call);
	threads_for(s.batch * s.groups, 8192 / (s.width * s.plane + 1) + 1, group_rows, call);
}
static enum status group_norm_composite(const struct op_call *call, struct tensor **outputs,
					struct error *err)
{
	struct groups s = groups_of(call);
	int64_t rows[2] = {s.batch * s.groups, s.width * s.plane};
	int64_t affine[TENSOR_MAX_DIMS] = {1, s.channels};
	for (int d = 2; d < X0->dims; d++) {
		affine[d] = 1;
	}
	struct tensor *x = tensor_reshape(X0, 2, rows, err);
	x = tensor_sub(x, tensor_mean(x, -1, true, err), err);
	struct tensor *variance = tensor_mean(tensor_square(x, err), -1, true, err);
	struct tensor *deviation =
		tensor_sqrt(tensor_add_scalar(variance, call->params.f[0], err), err);
	struct tensor *y = tensor_reshape(tensor_div(x, deviation, err), X0->dims, X0->shape, err);
	if (WEIGHT) {
		y = tensor_mul(y, tensor_reshape(WEIGHT, X0->dims, affine, err), err);
	}
	if (BIAS) {
		y = tensor_add(y, tensor_reshape(BIAS, X0->dims, affine, err), err);
	}
	outputs[0] = y;
	return op_made(y, err);
}
VJP(group_norm)
{
	return tensor_grad_enabled() ? op_vjp_composite(call, grads, out, group_norm_composite, err)
				     : grads_from(OP_GROUP_NORM_GRAD, call, grads[0], out, err);
}
INFER(group_norm_grad)
{
	enum status status = op_infer_like(call, err);
	for (int k = 1; k < 3 && status == STATUS_OK; k++) {
		status = op_output(call, k, DTYPE_F32, 1, &X0->shape[1], err);
	}
	return status;
}
static size_t group_norm_grad_workspace(const struct op_call *call)
{
	return (size_t)(X0->shape[1] * 2 * threads_count()) * sizeof(float);
}
static void group_grad_part(void *context, int part, int parts)
{
	struct op_call *call = context;
	struct groups s = groups_of(call);
	const struct row_kernels *k = row_kernels();
	float *dw = (float *)call->workspace + 2 * s.channels * part, *db = dw + s.channels;
	memset(dw, 0, (size_t)(2 * s.channels) * sizeof *dw);
	const float *w = data_or_null(W3);
	int64_t first = s.batch * part / parts * s.groups;
	int64_t last = s.batch * (part + 1) / parts * s.groups;
	float size = (float)(s.width * s.plane);
	for (int64_t row = first; row < last; row++) {
		int64_t start = row * s.width * s.plane, channel = row % s.groups * s.width;
		float mean = tensor_f32(STATS)[2 * row], scale = tensor_f32(STATS)[2 * row + 1];
		float sum = 0, dot = 0;
		for (int64_t c = 0; c < s.width; c++) {
			const float *x = tensor_f32(X0) + start + c * s.plane;
			const float *g = tensor_f32(G2) + start + c * s.plane;
			float one = k->sum(g, s.plane);
			float hat = (k->dot(g, x, s.plane) - mean * one) * scale;
			dw[channel + c] += hat;
			db[channel + c] += one;
			sum += one * (w ? w[channel + c] : 1);
			dot += hat * (w ? w[channel + c] : 1);
		}
		/* s (w g - sum/n - (x - mean) s dot/n) as one line in g and x */
		float of_x = -scale * scale * dot / size;
		float shift = -scale * sum / size - of_x * mean;
		for (int64_t c = 0; c < s.width; c++) {
			const float *x = tensor_f32(X0) + start + c * s.plane;
			const float *g = tensor_f32(G2) + start + c * s.plane;
			float *dx = tensor_f32(Y0) + start + c * s.plane;
			float of_g = scale * (w ? w[channel + c] : 1);
			for (int64_t i = 0; i < s.plane; i++) {
				dx[i] = of_g * g[i] + of_x * x[i] + shift;
			}
		}
	}
}
static void group_norm_grad_forward(struct op_call *call)
{
	threads_parts(group_grad_part, call);
	sum_parts(call, X0->shape[1]);
}

#define EPSILON_PARAM(value) \
	{ \
		"epsilon", OP_PARAM_FLOAT, 0, value, false \
	}
#define NORM(row, text, infer_function, forward_function, vjp_function, ...) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = 1, \
				    .max_inputs = 3, \
				    .inputs = {"x", "weight", "bias"}, \
				    .flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS | \
					     OP_OPTIONAL_INPUTS, \
				    .aux = 2, \
				    .infer = infer_function, \
				    .forward = forward_function, \
				    .vjp = vjp_function, \
				    .cost = op_cost_elements, \
				    .params = {__VA_ARGS__}}
#define NORM_GRAD(row, text) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = 3, \
				    .max_inputs = 4, \
				    .inputs = {"x", "statistics", "gradient", "weight"}, \
				    .flags = OP_WANTS_CONTIGUOUS | OP_INTERNAL, \
				    .infer = row##_infer, \
				    .forward = row##_forward, \
				    .workspace = row##_workspace, \
				    .cost = op_cost_elements}
NORM(layer_norm, "the last dimension brought to mean 0 and deviation 1", layer_norm_infer,
     layer_norm_forward, layer_norm_vjp, EPSILON_PARAM(1e-5));
NORM(rms_norm, "the last dimension divided by its root mean square", layer_norm_infer,
     layer_norm_forward, layer_norm_vjp, EPSILON_PARAM(1e-5));
NORM(group_norm, "groups of channels brought to mean 0 and deviation 1", group_norm_infer,
     group_norm_forward, group_norm_vjp, {"groups", OP_PARAM_INT, 0, 1, true}, EPSILON_PARAM(1e-5));
NORM_GRAD(layer_norm_grad, "gradients of layer_norm and rms_norm");
NORM_GRAD(group_norm_grad, "gradients of group_norm");
