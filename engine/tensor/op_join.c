#include <string.h>

#include "engine/tensor/op_internal.h"

/* Joining, turning round, padding, triangles. */

#define VJP(name) \
	static enum status name##_vjp(const struct op_call *call, struct tensor *const *grads, \
				      struct tensor **out, struct error *err)
#define INFER(name) static enum status name##_infer(struct op_call *call, struct error *err)
#define X0 (call->inputs[0])

/* Parts along dimension d; stack is cat with a size of 1 each. */
static void join(struct op_call *call, int d, bool stacked)
{
	struct tensor *y = call->outputs[0];
	size_t size = tensor_dtype_size(y->dtype);
	struct op_split whole = op_split_at(y, d);
	int64_t at = 0;
	for (int k = 0; k < call->input_count; k++) {
		int64_t n = stacked ? 1 : call->inputs[k]->shape[d];
		size_t row = (size_t)(n * whole.inner) * size;
		const char *from = tensor_data(call->inputs[k]);
		char *to = (char *)tensor_data(y) + (size_t)(at * whole.inner) * size;
		for (int64_t o = 0; o < whole.outer; o++) {
			memcpy(to, from, row);
			from += row;
			to += (size_t)(whole.n * whole.inner) * size;
		}
		at += n;
	}
}

static enum status join_infer(struct op_call *call, bool stacked, struct error *err)
{
	const char *name = call->op->name;
	int64_t d = call->params.i[0], shape[TENSOR_MAX_DIMS];
	int dims = X0->dims + stacked;
	d = d < 0 ? d + dims : d;
	if (d < 0 || d >= dims || dims > TENSOR_MAX_DIMS) {
		op_dim(name, stacked ? TENSOR_MAX_DIMS : call->params.i[0], X0, err);
		return STATUS_SHAPE;
	}
	int64_t total = 0;
	for (int k = 0; k < call->input_count; k++) {
		const struct tensor *t = call->inputs[k];
		bool fits = t->dims == X0->dims;
		for (int j = 0; j < t->dims && fits; j++) {
			fits = t->shape[j] == X0->shape[j] || (!stacked && j == d);
		}
		if (!fits) {
			char a[TENSOR_SHAPE_TEXT], b[TENSOR_SHAPE_TEXT];
			return error_set(err, STATUS_SHAPE, name, message(MSG_TENSOR_CAT), name,
					 tensor_shape_text(X0, a), tensor_shape_text(t, b), (int)d);
		}
		total += stacked ? 1 : t->shape[d];
	}
	for (int j = 0, from = 0; j < dims; j++) {
		shape[j] = j == d ? total : X0->shape[from];
		from += !(stacked && j == d);
	}
	call->params.i[0] = d;
	return op_output(call, 0, X0->dtype, dims, shape, err);
}

INFER(cat)
{
	return join_infer(call, false, err);
}
static void cat_forward(struct op_call *call)
{
	join(call, (int)call->params.i[0], false);
}
VJP(cat)
{
	int d = (int)call->params.i[0];
	int64_t at = 0;
	for (int k = 0; k < call->input_count; k++) {
		int64_t n = call->inputs[k]->shape[d];
		if (NEEDS(call, k)) {
			out[k] = tensor_narrow(grads[0], d, at, n, err);
			if (!out[k]) {
				return op_made(NULL, err);
			}
		}
		at += n;
	}
	return STATUS_OK;
}
INFER(stack)
{
	return join_infer(call, true, err);
}
static void stack_forward(struct op_call *call)
{
	join(call, (int)call->params.i[0], true);
}
VJP(stack)
{
	for (int k = 0; k < call->input_count; k++) {
		if (NEEDS(call, k)) {
			out[k] = tensor_select(grads[0], (int)call->params.i[0], k, err);
			if (!out[k]) {
				return op_made(NULL, err);
			}
		}
	}
	return STATUS_OK;
}

INFER(flip)
{
	int d = op_dim("flip", call->params.i[0], X0, err);
	call->params.i[0] = d;
	return d < 0 ? STATUS_SHAPE : op_infer_like(call, err);
}
static void flip_forward(struct op_call *call)
{
	struct op_split s = op_split_at(X0, (int)call->params.i[0]);
	size_t row = (size_t)s.inner * tensor_dtype_size(X0->dtype);
	const char *from = tensor_data(X0);
	char *to = tensor_data(call->outputs[0]);
	for (int64_t o = 0; o < s.outer; o++) {
		for (int64_t i = 0; i < s.n; i++) {
			memcpy(to + (size_t)(o * s.n + s.n - 1 - i) * row,
			       from + (size_t)(o * s.n + i) * row, row);
		}
	}
}
VJP(flip)
{
	out[0] = op_apply(OP_FLIP, grads, 1, &call->params, err);
	return op_made(out[0], err);
}

/* Padding of the last two dimensions: top, bottom, left, right; negative sizes crop. */
INFER(pad)
{
	int64_t shape[TENSOR_MAX_DIMS];
	const int64_t *p = call->params.i;
	if (X0->dims < 2) {
		return op_want_dims(call, 0, 2, err);
	}
	memcpy(shape, X0->shape, sizeof shape);
	shape[X0->dims - 2] += p[0] + p[1];
	shape[X0->dims - 1] += p[2] + p[3];
	return op_output(call, 0, X0->dtype, X0->dims, shape, err);
}
static void pad_forward(struct op_call *call)
{
	const struct tensor *x = X0;
	struct tensor *y = call->outputs[0];
	size_t size = tensor_dtype_size(x->dtype);
	int64_t h = x->shape[x->dims - 2], w = x->shape[x->dims - 1];
	int64_t oh = y->shape[x->dims - 2], ow = y->shape[x->dims - 1];
	int64_t top = call->params.i[0], left = call->params.i[2];
	int64_t planes = h > 0 && w > 0 ? tensor_numel(x) / (h * w) : 0;
	uint32_t version = y->storage->version;
	tensor_fill(y, call->params.f[0]);
	y->storage->version = version;
	int64_t first = left < 0 ? -left : 0;
	int64_t last = w + left > ow ? ow - left : w;
	for (int64_t p = 0; p < planes && last > first; p++) {
		for (int64_t i = 0; i < h; i++) {
			if (i + top >= 0 && i + top < oh) {
				memcpy((char *)tensor_data(y) +
					       (size_t)((p * oh + i + top) * ow + first + left) *
						       size,
				       (char *)tensor_data(x) +
					       (size_t)((p * h + i) * w + first) * size,
				       (size_t)(last - first) * size);
			}
		}
	}
}
VJP(pad)
{
	const int64_t *p = call->params.i;
	out[0] = tensor_pad2d(grads[0], -p[0], -p[1], -p[2], -p[3], 0, err);
	return op_made(out[0], err);
}

static void triangle(struct op_call *call, bool lower)
{
	const struct tensor *x = X0;
	int64_t rows = x->shape[x->dims - 2], columns = x->shape[x->dims - 1];
	int64_t shift = call->params.i[0], n = tensor_numel(x);
	size_t size = tensor_dtype_size(x->dtype);
	char *to = tensor_data(call->outputs[0]);
	memcpy(to, tensor_data(x), (size_t)n * size);
	for (int64_t at = 0; columns && at < n / columns; at++) {
		int64_t edge =
			at % rows + shift + (lower ? 1 : 0); /* first column of the upper part */
		edge = edge < 0 ? 0 : edge > columns ? columns : edge;
		char *row = to + (size_t)(at * columns) * size;
		if (lower) {
			memset(row + (size_t)edge * size, 0, (size_t)(columns - edge) * size);
		} else {
			memset(row, 0, (size_t)edge * size);
		}
	}
}
INFER(triangle)
{
	return X0->dims < 2 ? op_want_dims(call, 0, 2, err) : op_infer_like(call, err);
}
static void tril_forward(struct op_call *call)
{
	triangle(call, true);
}
static void triu_forward(struct op_call *call)
{
	triangle(call, false);
}
VJP(triangle)
{
	out[0] = op_apply(call->id, grads, 1, &call->params, err);
	return op_made(out[0], err);
}

#define ROW(row, text, most, infer_function, vjp_function, ...) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = 1, \
				    .max_inputs = most, \
				    .inputs = {"x"}, \
				    .flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS | OP_F64 | \
					     OP_ANY_DTYPE, \
				    .infer = infer_function, \
				    .forward = row##_forward, \
				    .vjp = vjp_function, \
				    .cost = op_cost_elements, \
				    __VA_ARGS__}
ROW(cat, "tensors joined along a dimension", -1, cat_infer, cat_vjp,
    .params = {{"dim", OP_PARAM_DIM, 0, 0, false}});
ROW(stack, "tensors joined along a new dimension", -1, stack_infer, stack_vjp,
    .params = {{"dim", OP_PARAM_DIM, 0, 0, false}});
ROW(flip, "a dimension turned round", 1, flip_infer, flip_vjp,
    .params = {{"dim", OP_PARAM_DIM, 0, -1, false}});
ROW(pad, "a frame around the last two dimensions", 1, pad_infer, pad_vjp,
    .params = {{"top", OP_PARAM_INT, 0, 0, false},
	       {"bottom", OP_PARAM_INT, 1, 0, false},
	       {"left", OP_PARAM_INT, 2, 0, false},
	       {"right", OP_PARAM_INT, 3, 0, false},
	       {"value", OP_PARAM_FLOAT, 0, 0, false}});
ROW(tril, "the lower triangle, zeros above it", 1, triangle_infer, triangle_vjp,
    .params = {{"diagonal", OP_PARAM_INT, 0, 0, false}});
ROW(triu, "the upper triangle, zeros below it", 1, triangle_infer, triangle_vjp,
    .params = {{"diagonal", OP_PARAM_INT, 0, 0, false}});
