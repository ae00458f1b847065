#include "engine/tensor/int8.h"

#include <math.h>
#include <string.h>

#include "engine/tensor/kernels/int8.h"
#include "engine/tensor/op_internal.h"

/* Inputs of both: x, packed weights, their sums, scales, bias, the activation's scale and zero. */
enum { X, PACKED, SUMS, SCALES, BIAS, RANGE };

#define SLACK 64 /* pixels read beyond a plane, at most */

const char *int8_kernel_name(void)
{
	return int8_kernels()->name;
}

struct int8_range int8_range_of(float low, float high)
{
	low = fminf(low, 0);
	high = fmaxf(high, 0);
	float scale = (high - low) / 127;
	if (!(scale > 0) || !isfinite(scale)) {
		return (struct int8_range){1, 0};
	}
	return (struct int8_range){scale, (int32_t)rintf(-low / scale)};
}

/* --- packing --- */

/* [out, in] → [panels, groups, 16 outputs, 4 inputs] */
static void pack_matrix(int8_t *to, const int8_t *w, int64_t outs, int64_t in)
{
	int64_t groups = int8_groups(in);
	for (int64_t o = 0; o < outs; o++) {
		int8_t *panel = to + o / INT8_WIDE * groups * 4 * INT8_WIDE;
		for (int64_t k = 0; k < in; k++) {
			panel[k / 4 * 4 * INT8_WIDE + o % INT8_WIDE * 4 + k % 4] = w[o * in + k];
		}
	}
}

/* [out, in, k, k] → [out, groups, k · k, 4 inputs] */
static void pack_filters(int8_t *to, const int8_t *w, int64_t outs, int64_t in, int64_t area)
{
	int64_t groups = int8_groups(in);
	for (int64_t o = 0; o < outs; o++) {
		for (int64_t c = 0; c < in; c++) {
			for (int64_t k = 0; k < area; k++) {
				to[((o * groups + c / 4) * area + k) * 4 + c % 4] =
					w[(o * in + c) * area + k];
			}
		}
	}
}

struct tensor *int8_pack(const struct tensor *weight, struct tensor **sums, struct error *err)
{
	int64_t outs = weight->shape[0], in = weight->shape[1];
	int64_t area = weight->dims == 4 ? weight->shape[2] * weight->shape[3] : 1;
	int64_t matrix[3] = {int8_panels(outs), int8_groups(in), 4 * INT8_WIDE};
	int64_t filters[3] = {outs, int8_groups(in) * area, 4};
	struct tensor *packed = tensor_new(DTYPE_I8, 3, weight->dims == 4 ? filters : matrix, err);
	*sums = tensor_new(DTYPE_I32, 1, &outs, err);
	if (!packed || !*sums) {
		return NULL;
	}
	const int8_t *w = tensor_data(weight);
	if (weight->dims == 4) {
		pack_filters(tensor_data(packed), w, outs, in, area);
	} else {
		pack_matrix(tensor_data(packed), w, outs, in);
	}
	for (int64_t o = 0; o < outs; o++) {
		for (int64_t k = 0; k < in * area; k++) {
			tensor_i32(*sums)[o] += w[o * in * area + k];
		}
	}
	return packed;
}

static enum status check_weights(const struct op_call *call, struct error *err)
{
	static const enum dtype types[6] = {DTYPE_F32, DTYPE_I8,  DTYPE_I32,
					    DTYPE_F32, DTYPE_F32, DTYPE_F32};
	int64_t outs = tensor_numel(call->inputs[SUMS]);
	for (int k = 0; k < 6; k++) {
		enum status status = op_want_dtype(call, k, types[k], err);
		if (status != STATUS_OK) {
			return status;
		}
		if (k >= SUMS && tensor_numel(call->inputs[k]) != (k == RANGE ? 2 : outs)) {
			return op_shapes_error(call->op->name, call->inputs[SUMS], call->inputs[k],
					       "", err);
		}
	}
	return op_want_dims(call, PACKED, 3, err);
}

static struct int8_range range_of(const struct op_call *call)
{
	const float *r = tensor_f32(call->inputs[RANGE]);
	return (struct int8_range){r[0], (int32_t)r[1]};
}

/* --- linear --- */
static enum status linear_int8_infer(struct op_call *call, struct error *err)
{
	enum status status = check_weights(call, err);
	if (status != STATUS_OK) {
		return status;
	}
	const struct tensor *x = call->inputs[X], *w = call->inputs[PACKED];
	int64_t outs = tensor_numel(call->inputs[SUMS]);
	if (x->dims < 1 || int8_groups(x->shape[x->dims - 1]) != w->shape[1] ||
	    int8_panels(outs) != w->shape[0]) {
		return op_shapes_error("linear_int8", x, w, "", err);
	}
	int64_t shape[TENSOR_MAX_DIMS];
	memcpy(shape, x->shape, sizeof shape);
	shape[x->dims - 1] = outs;
	return op_output(call, 0, DTYPE_F32, x->dims, shape, err);
}

/* Units of work are blocks of rows times parts of the panels: few rows are shared out by their outputs. */
struct linear_work {
	const struct op_call *call;
	int64_t rows, blocks, parts, panels_each;
};

static void linear_units(void *context, int64_t first, int64_t last)
{
	const struct linear_work *work = context;
	const struct op_call *call = work->call;
	const struct int8_kernels *k = int8_kernels();
	const struct tensor *x = call->inputs[X], *w = call->inputs[PACKED];
	int64_t in = x->shape[x->dims - 1], outs = tensor_numel(call->inputs[SUMS]);
	int64_t groups = w->shape[1], panels = w->shape[0], panel_bytes = groups * 64;
	struct int8_range range = range_of(call);
	int64_t q_row = groups * 4, wide = panels * INT8_WIDE;
	int32_t *sums = threads_scratch(1, (size_t)(INT8_ROWS * (wide * 4 + q_row) + wide * 8));
	int32_t *shift = sums + INT8_ROWS * wide;
	float *scale = (float *)(shift + wide);
	uint8_t *q = (uint8_t *)(scale + wide);
	for (int64_t o = 0; o < outs; o++) {
		shift[o] = range.zero * tensor_i32(call->inputs[SUMS])[o];
		scale[o] = range.scale * tensor_f32(call->inputs[SCALES])[o];
	}
	const float *bias = tensor_f32(call->inputs[BIAS]);
	for (int64_t unit = first; unit < last; unit++) {
		int64_t row = unit / work->parts * INT8_ROWS;
		int64_t panel = unit % work->parts * work->panels_each;
		int rows = (int)(work->rows - row < INT8_ROWS ? work->rows - row : INT8_ROWS);
		int64_t count =
			panels - panel < work->panels_each ? panels - panel : work->panels_each;
		int64_t from = panel * INT8_WIDE, to = from + count * INT8_WIDE;
		to = to < outs ? to : outs;
		for (int r = 0; r < rows; r++) {
			k->quantise(q + r * q_row, tensor_f32(x) + (row + r) * in, 1 / range.scale,
				    range.zero, in);
		}
		k->product(sums, wide, q, q_row,
			   (const int8_t *)tensor_data(w) + panel * panel_bytes, panel_bytes, count,
			   groups, rows);
		for (int r = 0; r < rows; r++) {
			k->finish(tensor_f32(call->outputs[0]) + (row + r) * outs + from,
				  sums + r * wide, shift + from, scale + from, bias + from,
				  call->params.i[0] != 0, to - from);
		}
	}
}

static void linear_int8_forward(struct op_call *call)
{
	const struct tensor *x = call->inputs[X];
	int64_t in = x->shape[x->dims - 1], panels = call->inputs[PACKED]->shape[0];
	struct linear_work work = {.call = call, .rows = in ? tensor_numel(x) / in : 0};
	work.blocks = (work.rows + INT8_ROWS - 1) / INT8_ROWS;
	int64_t threads = threads_count();
	work.parts = work.blocks >= threads || panels * in < 65536 ? 1 : threads;
	work.panels_each = (panels + work.parts - 1) / work.parts;
	work.parts = (panels + work.panels_each - 1) / work.panels_each;
	/* Less than a few microseconds of work is not worth waking another thread. */
	int64_t grain = 262144 / (in * panels * INT8_WIDE * INT8_ROWS / work.parts + 1) + 1;
	threads_for(work.blocks * work.parts, grain, linear_units, &work);
}

static void int8_cost(const struct op_call *call, struct op_cost *cost)
{
	double each = (double)tensor_numel(call->inputs[PACKED]) /
		      (double)tensor_numel(call->inputs[SUMS]);
	double outs = (double)tensor_numel(call->outputs[0]);
	cost->flops = 2 * each * outs;
	cost->bytes = (double)tensor_numel(call->inputs[PACKED]) + 4 * outs +
		      4 * (double)tensor_numel(call->inputs[X]);
}

/* --- convolution: i = kernel, padding, relu --- */
static enum status conv2d_int8_infer(struct op_call *call, struct error *err)
{
	enum status status = check_weights(call, err);
	status = status == STATUS_OK ? op_want_dims(call, X, 4, err) : status;
	if (status != STATUS_OK) {
		return status;
	}
	const struct tensor *x = call->inputs[X], *w = call->inputs[PACKED];
	int64_t kernel = call->params.i[0], padding = call->params.i[1];
	int64_t shape[4] = {x->shape[0], w->shape[0], x->shape[2] + 2 * padding - kernel + 1,
			    x->shape[3] + 2 * padding - kernel + 1};
	if (int8_groups(x->shape[1]) * kernel * kernel != w->shape[1] || shape[2] < 1 ||
	    shape[3] < 1 || tensor_numel(call->inputs[SUMS]) != w->shape[0]) {
		return op_shapes_error("conv2d_int8", x, w, "", err);
	}
	return op_output(call, 0, DTYPE_F32, 4, shape, err);
}

struct conv_work {
	const struct op_call *call;
	int64_t height, width; /* of the padded image */
	int64_t plane,
		flat; /* pixels of a plane with its slack; of all output rows one after the other */
	int64_t parts, channels_each;
};

/* The padded image, four channels of a pixel together; what lies outside counts as 0, which is the level `zero`. */
static void lay_out(const struct conv_work *work, uint32_t *image, int64_t n)
{
	const struct tensor *x = work->call->inputs[X];
	struct int8_range range = range_of(work->call);
	int64_t channels = x->shape[1], h = x->shape[2], w = x->shape[3];
	int64_t padding = work->call->params.i[1];
	uint32_t outside = (uint32_t)range.zero * 0x01010101u;
	for (int64_t g = 0; g < int8_groups(channels); g++) {
		uint32_t *plane = image + g * work->plane;
		for (int64_t i = 0; padding && i < work->height * work->width; i++) {
			plane[i] = outside;
		}
		for (int64_t y = 0; y < h; y++) {
			const float *rows[4];
			for (int64_t k = 0; k < 4; k++) {
				int64_t c = 4 * g + k < channels ? 4 * g + k : channels - 1;
				rows[k] = tensor_f32(x) + ((n * channels + c) * h + y) * w;
			}
			int8_kernels()->interleave(plane + (y + padding) * work->width + padding,
						   rows, 1 / range.scale, range.zero, w);
		}
	}
}

static void conv_units(void *context, int64_t first, int64_t last)
{
	const struct conv_work *work = context;
	const struct op_call *call = work->call;
	const struct int8_kernels *k = int8_kernels();
	const struct tensor *w = call->inputs[PACKED], *y = call->outputs[0];
	int64_t taps = w->shape[1], outs = w->shape[0], kernel = call->params.i[0];
	int64_t groups = int8_groups(call->inputs[X]->shape[1]);
	int64_t flat = (work->flat + 2 * INT8_WIDE - 1) / (2 * INT8_WIDE) * (2 * INT8_WIDE);
	size_t image_bytes = (size_t)(groups * work->plane) * 4;
	char *memory = threads_scratch(1, image_bytes + (size_t)(INT8_ROWS * flat) * 4 +
						  (size_t)taps * sizeof(int64_t) + 64);
	int64_t *offsets = (int64_t *)(void *)memory;
	uint32_t *image = (uint32_t *)(void *)(offsets + taps);
	int32_t *sums = (int32_t *)(image + groups * work->plane);
	for (int64_t t = 0; t < taps; t++) {
		int64_t area = t % (kernel * kernel);
		offsets[t] = 4 * (t / (kernel * kernel) * work->plane +
				  area / kernel * work->width + area % kernel);
	}
	struct int8_range range = range_of(call);
	int64_t laid = -1;
	for (int64_t unit = first; unit < last; unit++) {
		int64_t n = unit / work->parts, from = unit % work->parts * work->channels_each;
		int64_t to = from + work->channels_each < outs ? from + work->channels_each : outs;
		if (n != laid) {
			lay_out(work, image, n);
			laid = n;
		}
		for (int64_t o = from; o < to; o += INT8_ROWS) {
			int rows = (int)(to - o < INT8_ROWS ? to - o : INT8_ROWS);
			const int8_t *filters = (const int8_t *)tensor_data(w) + o * taps * 4;
			for (int64_t at = 0; at < flat; at += 2 * INT8_WIDE) {
				k->taps(sums + at, flat, (const uint8_t *)(image + at), offsets,
					taps, filters, taps * 4, rows, 2);
			}
			for (int64_t r = 0; r < rows * y->shape[2]; r++) {
				int64_t c = o + r / y->shape[2], row = r % y->shape[2];
				k->finish_one(tensor_f32(y) + ((n * outs + c) * y->shape[2] + row) *
								      y->shape[3],
					      sums + r / y->shape[2] * flat + row * work->width,
					      range.zero * tensor_i32(call->inputs[SUMS])[c],
					      range.scale * tensor_f32(call->inputs[SCALES])[c],
					      tensor_f32(call->inputs[BIAS])[c],
					      call->params.i[2] != 0, y->shape[3]);
			}
		}
	}
}

static void conv2d_int8_forward(struct op_call *call)
{
	const struct tensor *x = call->inputs[X], *y = call->outputs[0];
	struct conv_work work = {.call = call,
				 .height = x->shape[2] + 2 * call->params.i[1],
				 .width = x->shape[3] + 2 * call->params.i[1]};
	work.plane = work.height * work.width + SLACK;
	work.flat = (y->shape[2] - 1) * work.width + y->shape[3];
	int64_t threads = threads_count(), outs = y->shape[1];
	double each = (double)tensor_numel(call->inputs[PACKED]) * (double)work.flat;
	work.parts = x->shape[0] >= threads || each < 1e6 ? 1 : threads;
	work.channels_each = ((outs + work.parts - 1) / work.parts + 7) / 8 * 8;
	work.parts = (outs + work.channels_each - 1) / work.channels_each;
	threads_for(x->shape[0] * work.parts, (int64_t)(262144 * 8 / (each + 1)) + 1, conv_units,
		    &work);
}

#define INT8_OP(row, text, ...) \
	const struct op op_##row = { \
		.name = #row, \
		.summary = text, \
		.min_inputs = 6, \
		.max_inputs = 6, \
		.inputs = {"x", "weight", "sums", "scales", "bias", "range"}, \
		.params = {__VA_ARGS__}, \
		.flags = OP_MIXED_DTYPES | OP_WANTS_CONTIGUOUS | OP_INTERNAL, \
		.infer = row##_infer, \
		.forward = row##_forward, \
		.cost = int8_cost, \
	}
INT8_OP(linear_int8, "x · weightᵀ + bias in integers", {"relu", OP_PARAM_BOOL, 0, 0, false});
INT8_OP(conv2d_int8, "convolution in integers", {"kernel", OP_PARAM_INT, 0, 3, false},
	{"padding", OP_PARAM_INT, 1, 0, false}, {"relu", OP_PARAM_BOOL, 2, 0, false});

static struct tensor *apply(enum op_id id, struct tensor *x, struct tensor *const weights[5],
			    const struct op_params *p, struct error *err)
{
	struct tensor *in[6] = {x, weights[0], weights[1], weights[2], weights[3], weights[4]};
	return op_apply(id, in, 6, p, err);
}

struct tensor *tensor_linear_int8(struct tensor *x, struct tensor *const weights[5], bool relu,
				  struct error *err)
{
	struct op_params p = op_presets(OP_LINEAR_INT8);
	p.i[0] = relu;
	return apply(OP_LINEAR_INT8, x, weights, &p, err);
}

struct tensor *tensor_conv2d_int8(struct tensor *x, struct tensor *const weights[5], int64_t kernel,
				  int64_t padding, bool relu, struct error *err)
{
	struct op_params p = op_presets(OP_CONV2D_INT8);
	p.i[0] = kernel;
	p.i[1] = padding;
	p.i[2] = relu;
	return apply(OP_CONV2D_INT8, x, weights, &p, err);
}
