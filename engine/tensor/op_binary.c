#include "engine/tensor/op_elementwise.h"

/* Functions of two or three tensors with broadcasting. A gradient is summed back to its input's shape. */

#define VJP(name) \
	static enum status name##_vjp(const struct op_call *call, struct tensor *const *grads, \
				      struct tensor **out, struct error *err)
#define A (call->inputs[0])
#define B (call->inputs[1])
#define G (grads[0])

/* Sums both gradients to their inputs' shapes; a NULL one that is needed means a failed call. */
static enum status reduced(const struct op_call *call, struct tensor **out, struct error *err)
{
	for (int k = 0; k < call->input_count; k++) {
		if (NEEDS(call, k)) {
			out[k] = tensor_sum_to(out[k], call->inputs[k], err);
			if (!out[k]) {
				return op_made(NULL, err);
			}
		}
	}
	return STATUS_OK;
}

VJP(add)
{
	out[0] = out[1] = G;
	return reduced(call, out, err);
}
VJP(sub)
{
	out[0] = G;
	out[1] = NEEDS(call, 1) ? tensor_neg(G, err) : NULL;
	return reduced(call, out, err);
}
VJP(mul)
{
	out[0] = NEEDS(call, 0) ? tensor_mul(G, B, err) : NULL;
	out[1] = NEEDS(call, 1) ? tensor_mul(G, A, err) : NULL;
	return reduced(call, out, err);
}
VJP(div)
{
	out[0] = tensor_div(G, B, err);
	out[1] = NEEDS(call, 1) ? tensor_neg(tensor_mul(out[0], tensor_div(A, B, err), err), err)
				: NULL;
	return reduced(call, out, err);
}
VJP(pow)
{
	struct tensor *y = call->outputs[0];
	if (NEEDS(call, 0)) {
		struct tensor *lower = op_call2(OP_POW, A, tensor_add_scalar(B, -1, err), err);
		out[0] = tensor_mul(G, tensor_mul(B, lower, err), err);
	}
	if (NEEDS(call, 1)) {
		out[1] = tensor_mul(G, tensor_mul(y, tensor_log(A, err), err), err);
	}
	return reduced(call, out, err);
}
/* Ties go to the first. */
VJP(maximum)
{
	struct tensor *first = tensor_compare(OP_GE, A, B, err);
	out[0] = tensor_mul(G, first, err);
	out[1] = tensor_mul(G, tensor_compare(OP_LT, A, B, err), err);
	return reduced(call, out, err);
}
VJP(minimum)
{
	struct tensor *first = tensor_compare(OP_LE, A, B, err);
	out[0] = tensor_mul(G, first, err);
	out[1] = tensor_mul(G, tensor_compare(OP_GT, A, B, err), err);
	return reduced(call, out, err);
}
VJP(where)
{
	struct tensor *zero = tensor_full(G->dtype, 0, NULL, 0, err);
	out[1] = NEEDS(call, 1) ? tensor_where(A, G, zero, err) : NULL;
	out[2] = NEEDS(call, 2) ? tensor_where(A, zero, G, err) : NULL;
	if (NEEDS(call, 0)) {
		out[0] = tensor_mul_scalar(tensor_mul(A, G, err), 0, err); /* a step: flat */
	}
	return reduced(call, out, err);
}

#define BINARY(row, ID, text, more, ...) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = 2, \
				    .max_inputs = 2, \
				    .inputs = {"a", "b"}, \
				    .flags = OP_ELEMENTWISE | OP_F64 | (more), \
				    .kernel = EW_##ID, \
				    .infer = elementwise_infer, \
				    .forward = elementwise_forward, \
				    .cost = op_cost_elements, \
				    __VA_ARGS__}
BINARY(add, ADD, "a + b", OP_DIFFERENTIABLE, .vjp = add_vjp);
BINARY(sub, SUB, "a - b", OP_DIFFERENTIABLE, .vjp = sub_vjp);
BINARY(mul, MUL, "a · b, element by element", OP_DIFFERENTIABLE, .vjp = mul_vjp);
BINARY(div, DIV, "a / b", OP_DIFFERENTIABLE, .vjp = div_vjp);
BINARY(pow, POW, "a to the power b", OP_DIFFERENTIABLE, .vjp = pow_vjp);
BINARY(maximum, MAXIMUM, "the larger of each pair", OP_DIFFERENTIABLE, .vjp = maximum_vjp);
BINARY(minimum, MINIMUM, "the smaller of each pair", OP_DIFFERENTIABLE, .vjp = minimum_vjp);
BINARY(eq, EQ, "1 where a = b, else 0", 0, .vjp = NULL);
BINARY(ne, NE, "1 where a ≠ b, else 0", 0, .vjp = NULL);
BINARY(lt, LT, "1 where a < b, else 0", 0, .vjp = NULL);
BINARY(le, LE, "1 where a ≤ b, else 0", 0, .vjp = NULL);
BINARY(gt, GT, "1 where a > b, else 0", 0, .vjp = NULL);
BINARY(ge, GE, "1 where a ≥ b, else 0", 0, .vjp = NULL);

const struct op op_where = {
	.name = "where",
	.summary = "b where the condition is not 0, else c",
	.min_inputs = 3,
	.max_inputs = 3,
	.inputs = {"condition", "b", "c"},
	.flags = OP_DIFFERENTIABLE | OP_ELEMENTWISE | OP_F64,
	.kernel = EW_WHERE,
	.infer = elementwise_infer,
	.forward = elementwise_forward,
	.vjp = where_vjp,
	.cost = op_cost_elements,
};
