#include <string.h>

#include "engine/tensor/kernels/conv.h"
#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/op_internal.h"

/* Convolution, its two gradients, and the transposed convolution, which is the first of them. Parameters of all four:
 * i = stride h, w; padding h, w; dilation h, w; groups; list = what the input's size cannot be told from. */

#define VJP(name) \
	static enum status name##_vjp(const struct op_call *call, struct tensor *const *grads, \
				      struct tensor **out, struct error *err)
#define INFER(name) static enum status name##_infer(struct op_call *call, struct error *err)
#define X0 (call->inputs[0])
#define W1 (call->inputs[1])
#define BIAS (call->input_count > 2 ? call->inputs[2] : NULL)
#define Y0 (call->outputs[0])

static enum status check_settings(const struct op_call *call, struct error *err)
{
	const int64_t *i = call->params.i;
	static const char *const names[7] = {"stride",   "stride",   "padding", "padding",
					     "dilation", "dilation", "groups"};
	for (int k = 0; k < 7; k++) {
		int64_t least = k == 2 || k == 3 ? 0 : 1;
		if (i[k] < least || i[k] > 1 << 20) {
			return error_set(err, STATUS_INVALID, call->op->name,
					 message(MSG_TENSOR_SETTING), call->op->name, names[k],
					 (double)i[k]);
		}
	}
	return STATUS_OK;
}

static struct conv_geometry geometry(const struct op_params *p, const int64_t *in,
				     const int64_t *weight, const int64_t *outs)
{
	return (struct conv_geometry){.batch = in[0],
				      .in_channels = in[1],
				      .in_height = in[2],
				      .in_width = in[3],
				      .out_channels = outs[1],
				      .out_height = outs[2],
				      .out_width = outs[3],
				      .kernel_height = weight[2],
				      .kernel_width = weight[3],
				      .stride = {p->i[0], p->i[1]},
				      .padding = {p->i[2], p->i[3]},
				      .dilation = {p->i[4], p->i[5]},
				      .groups = p->i[6]};
}

/* Size after convolution: floor((n + 2 pad - dilation (k-1) - 1) / stride) + 1 */
static int64_t out_size(const struct op_params *p, int d, int64_t n, int64_t kernel)
{
	int64_t room = n + 2 * p->i[2 + d] - p->i[4 + d] * (kernel - 1) - 1;
	return room < 0 ? 0 : room / p->i[d] + 1;
}

static enum status channels_error(const struct op_call *call, int64_t expected, struct error *err)
{
	char tx[TENSOR_SHAPE_TEXT], tw[TENSOR_SHAPE_TEXT];
	return error_set(err, STATUS_SHAPE, call->op->name, message(MSG_TENSOR_CONV_CHANNELS),
			 call->op->name, tensor_shape_text(X0, tx), (long long)X0->shape[1],
			 tensor_shape_text(W1, tw), (long long)call->params.i[6],
			 (long long)expected);
}

static enum status check_bias(const struct op_call *call, int64_t channels, struct error *err)
{
	if (BIAS && (BIAS->dims != 1 || BIAS->shape[0] != channels)) {
		return op_shapes_error(call->op->name, W1, BIAS, "", err);
	}
	return STATUS_OK;
}

INFER(conv2d)
{
	enum status status = check_settings(call, err);
	status = status == STATUS_OK ? op_want_dims(call, 0, 4, err) : status;
	status = status == STATUS_OK ? op_want_dims(call, 1, 4, err) : status;
	if (status != STATUS_OK) {
		return status;
	}
	int64_t groups = call->params.i[6];
	if (X0->shape[1] != W1->shape[1] * groups || W1->shape[0] % groups != 0) {
		return channels_error(call, W1->shape[1] * groups, err);
	}
	int64_t shape[4] = {X0->shape[0], W1->shape[0],
			    out_size(&call->params, 0, X0->shape[2], W1->shape[2]),
			    out_size(&call->params, 1, X0->shape[3], W1->shape[3])};
	if (shape[2] < 1 || shape[3] < 1) {
		char tx[TENSOR_SHAPE_TEXT], tw[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_SHAPE, "conv2d", message(MSG_TENSOR_CONV_SMALL),
				 "conv2d", tensor_shape_text(X0, tx), tensor_shape_text(W1, tw));
	}
	status = check_bias(call, shape[1], err);
	return status == STATUS_OK ? op_output(call, 0, DTYPE_F32, 4, shape, err) : status;
}
static size_t conv2d_workspace(const struct op_call *call)
{
	struct conv_geometry g = geometry(&call->params, X0->shape, W1->shape, Y0->shape);
	return conv_workspace(&g);
}
static void conv2d_forward(struct op_call *call)
{
	struct conv_geometry g = geometry(&call->params, X0->shape, W1->shape, Y0->shape);
	conv_forward(&g, tensor_f32(Y0), tensor_f32(X0), tensor_f32(W1),
		     BIAS ? tensor_f32(BIAS) : NULL, call->params.i[7] != 0, call->workspace);
}

static struct tensor *input_grad(const struct op_params *params, struct tensor *g,
				 struct tensor *weight, const int64_t *shape, struct error *err)
{
	struct op_params p = *params;
	p.i[7] = 0;
	p.list_count = 2;
	p.list[0] = shape[2];
	p.list[1] = shape[3];
	struct tensor *in[2] = {g, weight};
	return op_apply(OP_CONV2D_INPUT_GRAD, in, 2, &p, err);
}
static struct tensor *weight_grad(const struct op_params *params, struct tensor *x,
				  struct tensor *g, const int64_t *shape, struct error *err)
{
	struct op_params p = *params;
	p.i[7] = 0;
	p.list_count = 2;
	p.list[0] = shape[2];
	p.list[1] = shape[3];
	struct tensor *in[2] = {x, g};
	return op_apply(OP_CONV2D_WEIGHT_GRAD, in, 2, &p, err);
}
static struct tensor *plain_conv(const struct op_params *params, struct tensor *x,
				 struct tensor *weight, struct error *err)
{
	struct op_params p = *params;
	p.i[7] = 0;
	p.list_count = 0;
	struct tensor *in[2] = {x, weight};
	return op_apply(OP_CONV2D, in, 2, &p, err);
}

static enum status all_made(const struct op_call *call, struct tensor *const *out,
			    struct error *err)
{
	for (int k = 0; k < call->input_count; k++) {
		if (NEEDS(call, k) && !out[k]) {
			return op_made(NULL, err);
		}
	}
	return STATUS_OK;
}

VJP(conv2d)
{
	struct tensor *g = grads[0];
	if (call->params.i[7]) {
		g = op_call2(OP_RELU_GRAD, Y0, g, err);
	}
	if (NEEDS(call, 0)) {
		out[0] = input_grad(&call->params, g, W1, X0->shape, err);
	}
	if (NEEDS(call, 1)) {
		out[1] = weight_grad(&call->params, X0, g, W1->shape, err);
	}
	if (BIAS && NEEDS(call, 2)) {
		out[2] = op_call1(OP_CHANNEL_SUM, g, err);
	}
	return all_made(call, out, err);
}

/* --- gradient of the input: g [N,O,OH,OW], weight [O,C/g,KH,KW], list = input height, width --- */
static void input_shape(const struct op_call *call, int64_t *shape)
{
	shape[0] = X0->shape[0];
	shape[1] = W1->shape[1] * call->params.i[6];
	shape[2] = call->params.list[0];
	shape[3] = call->params.list[1];
}
INFER(conv2d_input_grad)
{
	int64_t shape[4];
	input_shape(call, shape);
	return op_output(call, 0, DTYPE_F32, 4, shape, err);
}
static size_t conv2d_input_grad_workspace(const struct op_call *call)
{
	struct conv_geometry g = geometry(&call->params, Y0->shape, W1->shape, X0->shape);
	return conv_workspace(&g);
}
static void conv2d_input_grad_forward(struct op_call *call)
{
	struct conv_geometry g = geometry(&call->params, Y0->shape, W1->shape, X0->shape);
	conv_input_grad(&g, tensor_f32(Y0), tensor_f32(X0), tensor_f32(W1),
			BIAS ? tensor_f32(BIAS) : NULL, call->workspace);
}
VJP(conv2d_input_grad)
{
	if (NEEDS(call, 0)) {
		out[0] = plain_conv(&call->params, grads[0], W1, err);
	}
	if (NEEDS(call, 1)) {
		out[1] = weight_grad(&call->params, grads[0], X0, W1->shape, err);
	}
	if (BIAS && NEEDS(call, 2)) {
		out[2] = op_call1(OP_CHANNEL_SUM, grads[0], err);
	}
	return all_made(call, out, err);
}

/* --- gradient of the filters: x [N,C,H,W], g [N,O,OH,OW], list = kernel height, width --- */
INFER(conv2d_weight_grad)
{
	int64_t shape[4] = {W1->shape[1], X0->shape[1] / call->params.i[6], call->params.list[0],
			    call->params.list[1]};
	return op_output(call, 0, DTYPE_F32, 4, shape, err);
}
static size_t conv2d_weight_grad_workspace(const struct op_call *call)
{
	struct conv_geometry g = geometry(&call->params, X0->shape, Y0->shape, W1->shape);
	return conv_workspace(&g);
}
static void conv2d_weight_grad_forward(struct op_call *call)
{
	struct conv_geometry g = geometry(&call->params, X0->shape, Y0->shape, W1->shape);
	conv_weight_grad(&g, tensor_f32(Y0), tensor_f32(X0), tensor_f32(W1), call->workspace);
}
VJP(conv2d_weight_grad)
{
	if (NEEDS(call, 0)) {
		out[0] = input_grad(&call->params, W1, grads[0], X0->shape, err);
	}
	if (NEEDS(call, 1)) {
		out[1] = plain_conv(&call->params, X0, grads[0], err);
	}
	return all_made(call, out, err);
}

/* --- transposed: x [N,C,H,W], weight [C,O/g,KH,KW]; list = output padding --- */
INFER(conv_transpose2d)
{
	enum status status = check_settings(call, err);
	status = status == STATUS_OK ? op_want_dims(call, 0, 4, err) : status;
	status = status == STATUS_OK ? op_want_dims(call, 1, 4, err) : status;
	if (status != STATUS_OK) {
		return status;
	}
	const int64_t *i = call->params.i;
	if (X0->shape[1] != W1->shape[0] || X0->shape[1] % i[6] != 0) {
		return channels_error(call, W1->shape[0], err);
	}
	int64_t shape[4] = {X0->shape[0], W1->shape[1] * i[6]};
	for (int d = 0; d < 2; d++) {
		int64_t more = call->params.list_count > d ? call->params.list[d] : 0;
		shape[2 + d] = (X0->shape[2 + d] - 1) * i[d] - 2 * i[2 + d] +
			       i[4 + d] * (W1->shape[2 + d] - 1) + more + 1;
	}
	if (shape[2] < 1 || shape[3] < 1) {
		char tx[TENSOR_SHAPE_TEXT], tw[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_SHAPE, call->op->name, message(MSG_TENSOR_CONV_SMALL),
				 call->op->name, tensor_shape_text(X0, tx),
				 tensor_shape_text(W1, tw));
	}
	status = check_bias(call, shape[1], err);
	return status == STATUS_OK ? op_output(call, 0, DTYPE_F32, 4, shape, err) : status;
}
VJP(conv_transpose2d)
{
	if (NEEDS(call, 0)) {
		out[0] = plain_conv(&call->params, grads[0], W1, err);
	}
	if (NEEDS(call, 1)) {
		out[1] = weight_grad(&call->params, grads[0], X0, W1->shape, err);
	}
	if (BIAS && NEEDS(call, 2)) {
		out[2] = op_call1(OP_CHANNEL_SUM, grads[0], err);
	}
	return all_made(call, out, err);
}

/* --- sum of [N,C,H,W] over all but channels --- */
INFER(channel_sum)
{
	if (X0->dims < 2) {
		return op_want_dims(call, 0, 4, err);
	}
	return op_output(call, 0, DTYPE_F32, 1, &X0->shape[1], err);
}
static void channel_sum_range(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	int64_t n = X0->shape[0], channels = X0->shape[1];
	int64_t plane = n > 0 && channels > 0 ? tensor_numel(X0) / (n * channels) : 0;
	for (int64_t c = first; c < last; c++) {
		double sum = 0;
		for (int64_t i = 0; i < n; i++) {
			sum += (double)row_kernels()->sum(
				tensor_f32(X0) + (i * channels + c) * plane, plane);
		}
		tensor_f32(Y0)[c] = (float)sum;
	}
}
static void channel_sum_forward(struct op_call *call)
{
	int64_t channels = X0->shape[1];
	int64_t work = channels ? tensor_numel(X0) / channels : 0;
	threads_for(channels, 32768 / (work + 1) + 1, channel_sum_range, call);
}
VJP(channel_sum)
{
	int64_t shape[TENSOR_MAX_DIMS];
	for (int d = 0; d < X0->dims; d++) {
		shape[d] = d == 1 ? X0->shape[1] : 1;
	}
	struct tensor *g = tensor_reshape(grads[0], X0->dims, shape, err);
	out[0] = tensor_expand(g, X0->dims, X0->shape, err);
	return op_made(out[0], err);
}

static void conv_flops(const struct op_call *call, const struct tensor *result,
		       const struct tensor *weight, struct op_cost *cost)
{
	op_cost_elements(call, cost);
	double taps = (double)(weight->shape[1] * weight->shape[2] * weight->shape[3]);
	cost->flops = 2 * taps * (double)tensor_numel(result);
}
static void conv2d_cost(const struct op_call *call, struct op_cost *cost)
{
	conv_flops(call, Y0, W1, cost);
}
static void conv2d_input_grad_cost(const struct op_call *call, struct op_cost *cost)
{
	conv_flops(call, X0, W1, cost);
}
static void conv2d_weight_grad_cost(const struct op_call *call, struct op_cost *cost)
{
	conv_flops(call, W1, Y0, cost);
}

#define CONV_PARAMS \
	{"stride", OP_PARAM_INT, 0, 1, false}, {"stride_w", OP_PARAM_INT, 1, 1, false}, \
		{"padding", OP_PARAM_INT, 2, 0, false}, {"padding_w", OP_PARAM_INT, 3, 0, false}, \
		{"dilation", OP_PARAM_INT, 4, 1, false}, \
		{"dilation_w", OP_PARAM_INT, 5, 1, false}, \
	{ \
		"groups", OP_PARAM_INT, 6, 1, false \
	}
#define CONV_FLAGS OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS | OP_OPTIONAL_INPUTS

const struct op op_conv2d = {
	.name = "conv2d",
	.summary = "2-D convolution (correlation, as in every framework); relu: with the rectifier",
	.min_inputs = 2,
	.max_inputs = 3,
	.inputs = {"x", "weight", "bias"},
	.params = {CONV_PARAMS, {"relu", OP_PARAM_BOOL, 7, 0, false}},
	.flags = CONV_FLAGS,
	.infer = conv2d_infer,
	.forward = conv2d_forward,
	.vjp = conv2d_vjp,
	.workspace = conv2d_workspace,
	.cost = conv2d_cost,
};
const struct op op_conv2d_input_grad = {
	.name = "conv2d_input_grad",
	.summary = "gradient of conv2d for its input",
	.min_inputs = 2,
	.max_inputs = 2,
	.inputs = {"gradient", "weight"},
	.params = {CONV_PARAMS, {"size", OP_PARAM_LIST, 0, 0, true}},
	.flags = CONV_FLAGS | OP_INTERNAL,
	.infer = conv2d_input_grad_infer,
	.forward = conv2d_input_grad_forward,
	.vjp = conv2d_input_grad_vjp,
	.workspace = conv2d_input_grad_workspace,
	.cost = conv2d_input_grad_cost,
};
const struct op op_conv2d_weight_grad = {
	.name = "conv2d_weight_grad",
	.summary = "gradient of conv2d for its filters",
	.min_inputs = 2,
	.max_inputs = 2,
	.inputs = {"x", "gradient"},
	.params = {CONV_PARAMS, {"size", OP_PARAM_LIST, 0, 0, true}},
	.flags = CONV_FLAGS | OP_INTERNAL,
	.infer = conv2d_weight_grad_infer,
	.forward = conv2d_weight_grad_forward,
	.vjp = conv2d_weight_grad_vjp,
	.workspace = conv2d_weight_grad_workspace,
	.cost = conv2d_weight_grad_cost,
};
const struct op op_conv_transpose2d = {
	.name = "conv_transpose2d",
	.summary = "the transposed map of a convolution: grows the image by the stride",
	.min_inputs = 2,
	.max_inputs = 3,
	.inputs = {"x", "weight", "bias"},
	.params = {CONV_PARAMS, {"output_padding", OP_PARAM_LIST, 0, 0, false}},
	.flags = CONV_FLAGS,
	.infer = conv_transpose2d_infer,
	.forward = conv2d_input_grad_forward,
	.vjp = conv_transpose2d_vjp,
	.workspace = conv2d_input_grad_workspace,
	.cost = conv2d_input_grad_cost,
};
const struct op op_channel_sum = {
	.name = "channel_sum",
	.summary = "sum over everything but dimension 1",
	.min_inputs = 1,
	.max_inputs = 1,
	.inputs = {"x"},
	.flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS,
	.infer = channel_sum_infer,
	.forward = channel_sum_forward,
	.vjp = channel_sum_vjp,
	.cost = op_cost_elements,
};
