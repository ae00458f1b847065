#include "engine/tensor/op_elementwise.h"

/* Functions of one tensor, element by element. g is the gradient of the output, y the output, x the input. */

#define VJP(name) \
	static enum status name##_vjp(const struct op_call *call, struct tensor *const *grads, \
				      struct tensor **out, struct error *err)
#define X0 (call->inputs[0])
#define Y0 (call->outputs[0])
#define G0 (grads[0])

VJP(neg)
{
	(void)call;
	out[0] = tensor_neg(G0, err);
	return op_made(out[0], err);
}
VJP(abs)
{
	out[0] = tensor_mul(G0, tensor_sign(X0, err), err);
	return op_made(out[0], err);
}
VJP(exp)
{
	out[0] = tensor_mul(G0, Y0, err);
	return op_made(out[0], err);
}
VJP(log)
{
	out[0] = tensor_div(G0, X0, err);
	return op_made(out[0], err);
}
VJP(sqrt)
{
	out[0] = tensor_div(tensor_mul_scalar(G0, 0.5, err), Y0, err);
	return op_made(out[0], err);
}
VJP(square)
{
	out[0] = tensor_mul(tensor_mul_scalar(G0, 2, err), X0, err);
	return op_made(out[0], err);
}
VJP(reciprocal)
{
	out[0] = tensor_neg(tensor_mul(G0, tensor_square(Y0, err), err), err);
	return op_made(out[0], err);
}
VJP(sin)
{
	out[0] = tensor_mul(G0, op_call1(OP_COS, X0, err), err);
	return op_made(out[0], err);
}
VJP(cos)
{
	out[0] = tensor_neg(tensor_mul(G0, op_call1(OP_SIN, X0, err), err), err);
	return op_made(out[0], err);
}
VJP(erf)
{
	struct tensor *slope = tensor_exp(tensor_neg(tensor_square(X0, err), err), err);
	out[0] = tensor_mul(G0, tensor_mul_scalar(slope, 1.1283791670955126, err), err);
	return op_made(out[0], err);
}
VJP(relu)
{
	out[0] = op_call2(OP_RELU_GRAD, X0, G0, err);
	return op_made(out[0], err);
}
/* The same call with this op's parameters. */
static struct tensor *with_params(enum op_id id, const struct op_call *call, struct tensor *a,
				  struct tensor *b, struct error *err)
{
	struct tensor *in[2] = {a, b};
	return op_apply(id, in, 2, &call->params, err);
}
VJP(leaky_relu)
{
	out[0] = with_params(OP_LEAKY_RELU_GRAD, call, X0, G0, err);
	return op_made(out[0], err);
}
VJP(tanh)
{
	out[0] = op_call2(OP_TANH_GRAD, Y0, G0, err);
	return op_made(out[0], err);
}
VJP(sigmoid)
{
	out[0] = op_call2(OP_SIGMOID_GRAD, Y0, G0, err);
	return op_made(out[0], err);
}
VJP(gelu)
{
	out[0] = with_params(OP_GELU_GRAD, call, X0, G0, err);
	return op_made(out[0], err);
}
VJP(silu)
{
	out[0] = op_call2(OP_SILU_GRAD, X0, G0, err);
	return op_made(out[0], err);
}
VJP(softplus)
{
	out[0] = tensor_mul(G0, tensor_sigmoid(X0, err), err);
	return op_made(out[0], err);
}
VJP(clamp)
{
	struct tensor *low = tensor_full(X0->dtype, 0, NULL, call->params.f[0], err);
	struct tensor *high = tensor_full(X0->dtype, 0, NULL, call->params.f[1], err);
	struct tensor *inside = tensor_mul(tensor_compare(OP_GE, X0, low, err),
					   tensor_compare(OP_LE, X0, high, err), err);
	out[0] = tensor_mul(G0, inside, err);
	return op_made(out[0], err);
}
VJP(pow_scalar)
{
	double p = call->params.f[0];
	struct tensor *slope = tensor_mul_scalar(tensor_pow_scalar(X0, p - 1, err), p, err);
	out[0] = tensor_mul(G0, slope, err);
	return op_made(out[0], err);
}
VJP(add_scalar)
{
	(void)call;
	(void)err;
	out[0] = G0;
	return STATUS_OK;
}
VJP(mul_scalar)
{
	out[0] = tensor_mul_scalar(G0, call->params.f[0], err);
	return op_made(out[0], err);
}
VJP(cast)
{
	out[0] = tensor_cast(G0, X0->dtype, err);
	return op_made(out[0], err);
}

#define UNARY(row, ID, text, extra) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = 1, \
				    .max_inputs = 1, \
				    .inputs = {"x"}, \
				    .flags = OP_DIFFERENTIABLE | OP_ELEMENTWISE | OP_F64, \
				    .kernel = EW_##ID, \
				    .infer = elementwise_infer, \
				    .forward = elementwise_forward, \
				    .vjp = row##_vjp, \
				    .cost = op_cost_elements, \
				    extra}
#define FLAT(row, ID, text) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = 1, \
				    .max_inputs = 1, \
				    .inputs = {"x"}, \
				    .flags = OP_ELEMENTWISE | OP_F64, \
				    .kernel = EW_##ID, \
				    .infer = elementwise_infer, \
				    .forward = elementwise_forward, \
				    .cost = op_cost_elements}

UNARY(neg, NEG, "-x", );
UNARY(abs, ABS, "|x|", );
FLAT(sign, SIGN, "-1, 0 or 1");
UNARY(exp, EXP, "e^x", );
UNARY(log, LOG, "natural logarithm", );
UNARY(sqrt, SQRT, "square root", );
UNARY(square, SQUARE, "x²", );
UNARY(reciprocal, RECIPROCAL, "1/x", );
UNARY(sin, SIN, "sine, x in radians", );
UNARY(cos, COS, "cosine, x in radians", );
UNARY(erf, ERF, "error function", );
FLAT(floor, FLOOR, "largest integer not above x");
FLAT(round, ROUND, "nearest integer, halves to even");
UNARY(relu, RELU, "max(x, 0)", );
#define LEAK .params = {{"slope", OP_PARAM_FLOAT, 0, 0.01, false}}
UNARY(leaky_relu, LEAKY_RELU, "x, or slope·x below 0", LEAK);
UNARY(tanh, TANH, "hyperbolic tangent", );
UNARY(sigmoid, SIGMOID, "1/(1+e^-x)", );
#define FORM .kernel_step = 1, .params = {{"tanh", OP_PARAM_BOOL, 0, 0, false}}
UNARY(gelu, GELU_ERF, "x·Φ(x); with tanh the usual approximation", FORM);
UNARY(silu, SILU, "x·sigmoid(x)", );
UNARY(softplus, SOFTPLUS, "log(1+e^x)", );
#define BOUNDS \
	.params = {{"min", OP_PARAM_FLOAT, 0, -1e300, false}, \
		   {"max", OP_PARAM_FLOAT, 1, 1e300, false}}
UNARY(clamp, CLAMP, "x kept between min and max", BOUNDS);
#define EXPONENT .params = {{"exponent", OP_PARAM_FLOAT, 0, 0, true}}
UNARY(pow_scalar, POW_SCALAR, "x to a fixed power", EXPONENT);
#define VALUE .params = {{"value", OP_PARAM_FLOAT, 0, 0, true}}
UNARY(add_scalar, ADD_SCALAR, "x + value", VALUE);
UNARY(mul_scalar, MUL_SCALAR, "x · value", VALUE);

/* --- slopes: their own rows, so that the backward pass is one loop and can be differentiated again --- */
#define A0 (call->inputs[0])
#define B0 (call->inputs[1])

VJP(relu_grad)
{
	if (NEEDS(call, 1)) {
		out[1] = op_call2(OP_RELU_GRAD, A0, G0, err);
		return op_made(out[1], err);
	}
	return STATUS_OK;
}
VJP(leaky_relu_grad)
{
	if (NEEDS(call, 1)) {
		out[1] = with_params(OP_LEAKY_RELU_GRAD, call, A0, G0, err);
		return op_made(out[1], err);
	}
	return STATUS_OK;
}
VJP(tanh_grad)
{
	struct tensor *t = tensor_mul(tensor_mul(A0, B0, err), G0, err);
	out[0] = tensor_mul_scalar(t, -2, err);
	out[1] = op_call2(OP_TANH_GRAD, A0, G0, err);
	return out[0] ? op_made(out[1], err) : op_made(out[0], err);
}
VJP(sigmoid_grad)
{
	struct tensor *slope = tensor_add_scalar(tensor_mul_scalar(A0, -2, err), 1, err);
	out[0] = tensor_mul(tensor_mul(B0, G0, err), slope, err);
	out[1] = op_call2(OP_SIGMOID_GRAD, A0, G0, err);
	return out[0] ? op_made(out[1], err) : op_made(out[0], err);
}

/* s' (2v' + x v'' + x v'² (1-2s)) with s = σ(v): the second derivative of x σ(v(x)). */
static struct tensor *gated_curvature(struct tensor *x, struct tensor *v, struct tensor *v1,
				      struct tensor *v2, struct error *err)
{
	struct tensor *s = tensor_sigmoid(v, err);
	struct tensor *s1 = tensor_sub(s, tensor_square(s, err), err);
	struct tensor *flip = tensor_add_scalar(tensor_mul_scalar(s, -2, err), 1, err);
	struct tensor *sum = tensor_mul_scalar(v1, 2, err);
	sum = tensor_add(sum, tensor_mul(x, v2, err), err);
	sum = tensor_add(sum, tensor_mul(tensor_mul(x, tensor_square(v1, err), err), flip, err),
			 err);
	return tensor_mul(s1, sum, err);
}

VJP(gelu_grad)
{
	struct tensor *x = A0, *x2 = tensor_square(x, err), *curve;
	if (call->params.i[0]) {
		double c = 1.5957691216057308, k = 0.044715;
		struct tensor *v1 =
			tensor_add_scalar(tensor_mul_scalar(x2, 3 * k * c, err), c, err);
		struct tensor *v = tensor_mul(
			x, tensor_add_scalar(tensor_mul_scalar(x2, k * c, err), c, err), err);
		curve = gated_curvature(x, v, v1, tensor_mul_scalar(x, 6 * k * c, err), err);
	} else {
		struct tensor *density = tensor_mul_scalar(
			tensor_exp(tensor_mul_scalar(x2, -0.5, err), err), 0.3989422804014327, err);
		curve = tensor_mul(density, tensor_add_scalar(tensor_neg(x2, err), 2, err), err);
	}
	out[0] = tensor_mul(tensor_mul(B0, G0, err), curve, err);
	out[1] = with_params(OP_GELU_GRAD, call, x, G0, err);
	return out[0] ? op_made(out[1], err) : op_made(out[0], err);
}
VJP(silu_grad)
{
	struct tensor *x = A0;
	struct tensor *one = tensor_full(x->dtype, 0, NULL, 1, err);
	struct tensor *zero = tensor_full(x->dtype, 0, NULL, 0, err);
	struct tensor *curve = gated_curvature(x, x, one, zero, err);
	out[0] = tensor_mul(tensor_mul(B0, G0, err), curve, err);
	out[1] = op_call2(OP_SILU_GRAD, x, G0, err);
	return out[0] ? op_made(out[1], err) : op_made(out[0], err);
}

#define SLOPE(row, ID, extra) \
	const struct op op_##row = {.name = #row, \
				    .summary = "gradient through the function of the same name", \
				    .min_inputs = 2, \
				    .max_inputs = 2, \
				    .inputs = {"x", "gradient"}, \
				    .flags = OP_DIFFERENTIABLE | OP_ELEMENTWISE | OP_F64 | \
					     OP_INTERNAL, \
				    .kernel = EW_##ID, \
				    .infer = elementwise_infer, \
				    .forward = elementwise_forward, \
				    .vjp = row##_vjp, \
				    .cost = op_cost_elements, \
				    extra}
SLOPE(relu_grad, RELU_GRAD, );
SLOPE(leaky_relu_grad, LEAKY_RELU_GRAD, LEAK);
SLOPE(tanh_grad, TANH_GRAD, );
SLOPE(sigmoid_grad, SIGMOID_GRAD, );
SLOPE(gelu_grad, GELU_ERF_GRAD, FORM);
SLOPE(silu_grad, SILU_GRAD, );

/* --- cast --- */
static enum status cast_infer(struct op_call *call, struct error *err)
{
	int64_t dtype = call->params.i[0];
	if (dtype < 0 || dtype >= DTYPE_COUNT) {
		return error_set(err, STATUS_TYPE, "cast", message(MSG_TENSOR_SETTING), "cast",
				 "dtype", (double)dtype);
	}
	return op_output(call, 0, (enum dtype)dtype, X0->dims, X0->shape, err);
}

static void cast_forward(struct op_call *call)
{
	struct tensor *to = Y0;
	const struct tensor *from = X0;
	int64_t n = tensor_numel(to);
	if (from->dtype == DTYPE_U8 && to->dtype == DTYPE_F32) {
		const uint8_t *p = tensor_data(from);
		float *q = tensor_f32(to);
		for (int64_t i = 0; i < n; i++) {
			q[i] = p[i];
		}
		return;
	}
	uint32_t version = to->storage->version;
	tensor_copy_into(to, from, NULL);
	to->storage->version = version;
}

const struct op op_cast = {
	.name = "cast",
	.summary = "the same values in another type; integers round towards zero and saturate",
	.min_inputs = 1,
	.max_inputs = 1,
	.inputs = {"x"},
	.params = {{"dtype", OP_PARAM_DTYPE, 0, DTYPE_F32, true}},
	.flags = OP_DIFFERENTIABLE | OP_ANY_DTYPE | OP_WANTS_CONTIGUOUS | OP_F64,
	.infer = cast_infer,
	.forward = cast_forward,
	.vjp = cast_vjp,
	.cost = op_cost_elements,
};
