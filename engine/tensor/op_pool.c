#include <math.h>
#include <string.h>

#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/op_internal.h"

/* Pooling over windows of [N,C,H,W] and nearest-neighbour upsampling. i = kernel, stride, padding; the gradients also
 * input height, width in i[3], i[4]. */

#define VJP(name) \
	static enum status name##_vjp(const struct op_call *call, struct tensor *const *grads, \
				      struct tensor **out, struct error *err)
#define INFER(name) static enum status name##_infer(struct op_call *call, struct error *err)
#define X0 (call->inputs[0])
#define Y0 (call->outputs[0])

struct window {
	int64_t kernel, stride, padding, height, width, out_height, out_width;
};

static struct window window_of(const struct op_call *call, int64_t height, int64_t width)
{
	const int64_t *i = call->params.i;
	struct window w = {i[0], i[1], i[2], height, width, 0, 0};
	w.out_height = (height + 2 * w.padding - w.kernel) / w.stride + 1;
	w.out_width = (width + 2 * w.padding - w.kernel) / w.stride + 1;
	return w;
}

static enum status pool_shape(struct op_call *call, int64_t *shape, struct error *err)
{
	int64_t *i = call->params.i;
	enum status status = op_want_dims(call, 0, 4, err);
	if (status != STATUS_OK) {
		return status;
	}
	i[1] = i[1] == 0 ? i[0] : i[1];
	if (i[0] < 1 || i[1] < 1 || i[2] < 0 || i[2] > i[0] / 2) {
		const char *what = i[0] < 1 ? "kernel" : i[1] < 1 ? "stride" : "padding";
		int64_t value = i[0] < 1 ? i[0] : i[1] < 1 ? i[1] : i[2];
		return error_set(err, STATUS_INVALID, call->op->name, message(MSG_TENSOR_SETTING),
				 call->op->name, what, (double)value);
	}
	int64_t h = X0->shape[2], w = X0->shape[3];
	if (h + 2 * i[2] < i[0] || w + 2 * i[2] < i[0]) {
		char tx[TENSOR_SHAPE_TEXT], tk[TENSOR_SHAPE_TEXT];
		int64_t kernel[2] = {i[0], i[0]};
		return error_set(err, STATUS_SHAPE, call->op->name, message(MSG_TENSOR_CONV_SMALL),
				 call->op->name, tensor_shape_text(X0, tx),
				 tensor_dims_text(2, kernel, tk));
	}
	struct window win = window_of(call, h, w);
	shape[0] = X0->shape[0];
	shape[1] = X0->shape[1];
	shape[2] = win.out_height;
	shape[3] = win.out_width;
	return STATUS_OK;
}

/* --- max: the second output says which element of the window won (row · kernel + column) --- */
INFER(max_pool2d)
{
	int64_t shape[4];
	enum status status = pool_shape(call, shape, err);
	status = status == STATUS_OK && call->params.i[0] > 15
			 ? error_set(err, STATUS_INVALID, "max_pool2d", message(MSG_TENSOR_SETTING),
				     "max_pool2d", "kernel", (double)call->params.i[0])
			 : status;
	status = status == STATUS_OK ? op_output(call, 0, DTYPE_F32, 4, shape, err) : status;
	return status == STATUS_OK ? op_output(call, 1, DTYPE_U8, 4, shape, err) : status;
}

static void max_plane(const struct window *w, float *y, uint8_t *place, const float *x)
{
	for (int64_t u = 0; u < w->out_height; u++) {
		if (w->kernel == 2 && w->stride == 2 && w->padding == 0) {
			const float *top = x + 2 * u * w->width;
			row_kernels()->pool2(y + u * w->out_width, place + u * w->out_width, top,
					     top + w->width, w->out_width);
			continue;
		}
		for (int64_t v = 0; v < w->out_width; v++) {
			float best = -INFINITY;
			int64_t won = -1;
			for (int64_t i = 0; i < w->kernel; i++) {
				int64_t r = u * w->stride - w->padding + i;
				for (int64_t j = 0; j < w->kernel && r >= 0 && r < w->height; j++) {
					int64_t c = v * w->stride - w->padding + j;
					if (c >= 0 && c < w->width &&
					    (won < 0 || x[r * w->width + c] > best)) {
						best = x[r * w->width + c];
						won = i * w->kernel + j;
					}
				}
			}
			y[u * w->out_width + v] = best;
			place[u * w->out_width + v] = (uint8_t)won;
		}
	}
}
static void max_range(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	struct window w = window_of(call, X0->shape[2], X0->shape[3]);
	int64_t out_plane = w.out_height * w.out_width;
	for (int64_t p = first; p < last; p++) {
		max_plane(&w, tensor_f32(Y0) + p * out_plane,
			  (uint8_t *)tensor_data(call->outputs[1]) + p * out_plane,
			  tensor_f32(X0) + p * w.height * w.width);
	}
}
static void max_pool2d_forward(struct op_call *call)
{
	threads_for(X0->shape[0] * X0->shape[1], 16384 / (X0->shape[2] * X0->shape[3]) + 1,
		    max_range, call);
}
static enum status pool_grad(enum op_id id, const struct op_call *call, struct tensor *g,
			     struct tensor *places, struct tensor **out, struct error *err)
{
	struct op_params p = call->params;
	p.i[3] = X0->shape[2];
	p.i[4] = X0->shape[3];
	struct tensor *in[2] = {g, places};
	out[0] = op_apply(id, in, places ? 2 : 1, &p, err);
	return op_made(out[0], err);
}
VJP(max_pool2d)
{
	return pool_grad(OP_MAX_POOL2D_GRAD, call, grads[0], call->outputs[1], out, err);
}

INFER(pool_grad)
{
	int64_t shape[4] = {X0->shape[0], X0->shape[1], call->params.i[3], call->params.i[4]};
	return op_output(call, 0, DTYPE_F32, 4, shape, err);
}
static void max_grad_range(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	struct window w = window_of(call, call->params.i[3], call->params.i[4]);
	int64_t out_plane = w.out_height * w.out_width, plane = w.height * w.width;
	bool tiles = w.kernel == 2 && w.stride == 2 && w.padding == 0;
	for (int64_t p = first; p < last; p++) {
		const float *g = tensor_f32(X0) + p * out_plane;
		const uint8_t *place = (uint8_t *)tensor_data(call->inputs[1]) + p * out_plane;
		float *x = tensor_f32(Y0) + p * plane;
		if (!tiles || w.height % 2 || w.width % 2) {
			memset(x, 0, (size_t)plane * sizeof *x);
		}
		for (int64_t u = 0; u < w.out_height; u++) {
			if (tiles) {
				float *to = x + 2 * u * w.width;
				row_kernels()->pool2_grad(to, to + w.width, place + u * w.out_width,
							  g + u * w.out_width, w.out_width);
			}
			for (int64_t v = 0; v < w.out_width && !tiles; v++) {
				int64_t won = place[u * w.out_width + v];
				int64_t r = u * w.stride - w.padding + won / w.kernel;
				int64_t c = v * w.stride - w.padding + won % w.kernel;
				x[r * w.width + c] += g[u * w.out_width + v];
			}
		}
	}
}
static void max_pool2d_grad_forward(struct op_call *call)
{
	threads_for(X0->shape[0] * X0->shape[1], 8192 / (X0->shape[2] * X0->shape[3]) + 1,
		    max_grad_range, call);
}
/* The gradient of the gradient picks what the windows' winners have. */
VJP(max_pool2d_grad)
{
	struct window w = window_of(call, call->params.i[3], call->params.i[4]);
	int64_t n = X0->shape[0], c = X0->shape[1], per = w.out_height * w.out_width;
	int64_t flat[3] = {n, c, w.height * w.width}, picked[3] = {n, c, per};
	struct tensor *index = tensor_new(DTYPE_I32, 3, picked, err);
	if (!index) {
		return op_made(index, err);
	}
	const uint8_t *place = tensor_data(call->inputs[1]);
	for (int64_t i = 0; i < n * c * per; i++) {
		int64_t u = i % per / w.out_width, v = i % w.out_width;
		int64_t r = u * w.stride - w.padding + place[i] / w.kernel;
		tensor_i32(index)[i] =
			(int32_t)(r * w.width + v * w.stride - w.padding + place[i] % w.kernel);
	}
	struct op_params p = op_presets(OP_GATHER);
	p.i[0] = 2;
	struct tensor *in[2] = {tensor_reshape(grads[0], 3, flat, err), index};
	out[0] = tensor_reshape(op_apply(OP_GATHER, in, 2, &p, err), 4, X0->shape, err);
	return op_made(out[0], err);
}

/* --- average: zeros of the margin count, as in PyTorch --- */
INFER(avg_pool2d)
{
	int64_t shape[4];
	enum status status = pool_shape(call, shape, err);
	return status == STATUS_OK ? op_output(call, 0, DTYPE_F32, 4, shape, err) : status;
}
/* Adds between planes: to the windows' averages, or from them. */
static void avg_plane(const struct window *w, float *windows, float *image, bool backward)
{
	float share = 1 / (float)(w->kernel * w->kernel);
	for (int64_t u = 0; u < w->out_height; u++) {
		for (int64_t v = 0; v < w->out_width; v++) {
			float sum = 0, *at = &windows[u * w->out_width + v];
			for (int64_t i = 0; i < w->kernel; i++) {
				int64_t r = u * w->stride - w->padding + i;
				for (int64_t j = 0; j < w->kernel && r >= 0 && r < w->height; j++) {
					int64_t c = v * w->stride - w->padding + j;
					if (c < 0 || c >= w->width) {
						continue;
					}
					if (backward) {
						image[r * w->width + c] += *at * share;
					} else {
						sum += image[r * w->width + c];
					}
				}
			}
			if (!backward) {
				*at = sum * share;
			}
		}
	}
}
static void avg_pool2d_forward(struct op_call *call)
{
	struct window w = window_of(call, X0->shape[2], X0->shape[3]);
	for (int64_t p = 0; p < X0->shape[0] * X0->shape[1]; p++) {
		avg_plane(&w, tensor_f32(Y0) + p * w.out_height * w.out_width,
			  tensor_f32(X0) + p * w.height * w.width, false);
	}
}
VJP(avg_pool2d)
{
	return pool_grad(OP_AVG_POOL2D_GRAD, call, grads[0], NULL, out, err);
}
static void avg_pool2d_grad_forward(struct op_call *call)
{
	struct window w = window_of(call, call->params.i[3], call->params.i[4]);
	memset(tensor_f32(Y0), 0, (size_t)tensor_numel(Y0) * sizeof(float));
	for (int64_t p = 0; p < X0->shape[0] * X0->shape[1]; p++) {
		avg_plane(&w, tensor_f32(X0) + p * w.out_height * w.out_width,
			  tensor_f32(Y0) + p * w.height * w.width, true);
	}
}
VJP(avg_pool2d_grad)
{
	out[0] = op_apply(OP_AVG_POOL2D, grads, 1, &call->params, err);
	return op_made(out[0], err);
}

/* --- nearest-neighbour upsampling by a whole factor --- */
INFER(upsample_nearest2d)
{
	int64_t f = call->params.i[0];
	enum status status = op_want_dims(call, 0, 4, err);
	if (status != STATUS_OK || f < 1) {
		return status != STATUS_OK ? status
					   : error_set(err, STATUS_INVALID, "upsample_nearest2d",
						       message(MSG_TENSOR_SETTING),
						       "upsample_nearest2d", "factor", (double)f);
	}
	int64_t shape[4] = {X0->shape[0], X0->shape[1], X0->shape[2] * f, X0->shape[3] * f};
	return op_output(call, 0, DTYPE_F32, 4, shape, err);
}
static void upsample_range(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	int64_t f = call->params.i[0], w = X0->shape[3];
	for (int64_t row = first; row < last; row++) {
		const float *x = tensor_f32(X0) + row * w;
		float *y = tensor_f32(Y0) + row * f * w * f;
		for (int64_t i = 0; i < w; i++) {
			for (int64_t k = 0; k < f; k++) {
				y[i * f + k] = x[i];
			}
		}
		for (int64_t k = 1; k < f; k++) {
			memcpy(y + k * w * f, y, (size_t)(w * f) * sizeof *y);
		}
	}
}
static void upsample_nearest2d_forward(struct op_call *call)
{
	int64_t rows = X0->shape[0] * X0->shape[1] * X0->shape[2];
	threads_for(rows, 8192 / (X0->shape[3] + 1) + 1, upsample_range, call);
}
VJP(upsample_nearest2d)
{
	out[0] = op_apply(OP_UPSAMPLE_NEAREST2D_GRAD, grads, 1, &call->params, err);
	return op_made(out[0], err);
}
INFER(upsample_nearest2d_grad)
{
	int64_t f = call->params.i[0];
	int64_t shape[4] = {X0->shape[0], X0->shape[1], X0->shape[2] / f, X0->shape[3] / f};
	return op_output(call, 0, DTYPE_F32, 4, shape, err);
}
static void upsample_grad_range(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	int64_t f = call->params.i[0], w = Y0->shape[3];
	for (int64_t row = first; row < last; row++) {
		const float *g = tensor_f32(X0) + row * f * w * f;
		float *x = tensor_f32(Y0) + row * w;
		for (int64_t i = 0; i < w; i++) {
			float sum = 0;
			for (int64_t k = 0; k < f; k++) {
				for (int64_t j = 0; j < f; j++) {
					sum += g[k * w * f + i * f + j];
				}
			}
			x[i] = sum;
		}
	}
}
static void upsample_nearest2d_grad_forward(struct op_call *call)
{
	int64_t rows = Y0->shape[0] * Y0->shape[1] * Y0->shape[2];
	threads_for(rows, 4096 / (Y0->shape[3] + 1) + 1, upsample_grad_range, call);
}
VJP(upsample_nearest2d_grad)
{
	out[0] = op_apply(OP_UPSAMPLE_NEAREST2D, grads, 1, &call->params, err);
	return op_made(out[0], err);
}

#define POOL_PARAMS \
	{"kernel", OP_PARAM_INT, 0, 2, true}, {"stride", OP_PARAM_INT, 1, 0, false}, \
	{ \
		"padding", OP_PARAM_INT, 2, 0, false \
	}
#define POOL(row, text, n, more, infer_function, ...) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = n, \
				    .max_inputs = n, \
				    .inputs = {"x"}, \
				    .flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS | (more), \
				    .infer = infer_function, \
				    .forward = row##_forward, \
				    .vjp = row##_vjp, \
				    .cost = op_cost_elements, \
				    .params = {__VA_ARGS__}}
#define POOL_AUX(row, text, n, more, infer_function, ...) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = n, \
				    .max_inputs = n, \
				    .inputs = {"x"}, \
				    .flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS | (more), \
				    .aux = 2, \
				    .infer = infer_function, \
				    .forward = row##_forward, \
				    .vjp = row##_vjp, \
				    .cost = op_cost_elements, \
				    .params = {__VA_ARGS__}}
POOL_AUX(max_pool2d, "largest value of each window; stride 0: the kernel", 1, 0, max_pool2d_infer,
	 POOL_PARAMS);
POOL(max_pool2d_grad, "gradients put back where the largest values were", 2,
     OP_INTERNAL | OP_MIXED_DTYPES, pool_grad_infer, POOL_PARAMS);
POOL(avg_pool2d, "mean of each window; stride 0: the kernel", 1, 0, avg_pool2d_infer, POOL_PARAMS);
POOL(avg_pool2d_grad, "gradients shared out over the windows", 1, OP_INTERNAL, pool_grad_infer,
     POOL_PARAMS);
POOL(upsample_nearest2d, "each pixel repeated factor × factor times", 1, 0,
     upsample_nearest2d_infer, {"factor", OP_PARAM_INT, 0, 2, false});
POOL(upsample_nearest2d_grad, "sums over repeated pixels", 1, OP_INTERNAL,
     upsample_nearest2d_grad_infer, {"factor", OP_PARAM_INT, 0, 2, false});
