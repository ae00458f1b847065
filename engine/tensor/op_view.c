#include <string.h>

#include "engine/tensor/op_internal.h"

/* Other ways to look at the same memory: the output shares the input's storage. */

#define VJP(name) \
	static enum status name##_vjp(const struct op_call *call, struct tensor *const *grads, \
				      struct tensor **out, struct error *err)
#define INFER(name) static enum status name##_infer(struct op_call *call, struct error *err)
#define X0 (call->inputs[0])

static struct tensor *view_of(struct op_call *call, struct error *err)
{
	call->outputs[0] = tensor_alias(X0, err);
	return call->outputs[0];
}

INFER(reshape)
{
	int64_t shape[TENSOR_MAX_DIMS];
	int dims = call->params.list_count, free_dim = -1;
	int64_t known = 1, n = tensor_numel(X0);
	bool fits = true;
	for (int d = 0; d < dims; d++) {
		shape[d] = call->params.list[d];
		if (shape[d] == -1 && free_dim < 0) {
			free_dim = d;
		} else if (shape[d] < 0 || (shape[d] && known > INT64_MAX / shape[d])) {
			fits = false;
		} else {
			known *= shape[d];
		}
	}
	if (fits && free_dim >= 0) {
		fits = known > 0 && n % known == 0;
		shape[free_dim] = fits ? n / known : -1;
		known = n;
	}
	if (!fits || known != n) {
		char a[TENSOR_SHAPE_TEXT], b[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_SHAPE, "reshape", message(MSG_TENSOR_RESHAPE),
				 tensor_shape_text(X0, a), (long long)n,
				 tensor_dims_text(dims, call->params.list, b));
	}
	struct tensor *t = view_of(call, err);
	if (!t) {
		return op_made(t, err);
	}
	t->dims = dims;
	int64_t stride = 1;
	for (int d = dims - 1; d >= 0; d--) {
		t->shape[d] = shape[d];
		t->stride[d] = stride;
		stride *= shape[d];
	}
	return STATUS_OK;
}
VJP(reshape)
{
	out[0] = tensor_reshape(grads[0], X0->dims, X0->shape, err);
	return op_made(out[0], err);
}

INFER(permute)
{
	unsigned seen = 0;
	int n = call->params.list_count;
	bool fits = n == X0->dims;
	for (int d = 0; d < n && fits; d++) {
		int64_t from = call->params.list[d];
		from = from < 0 ? from + n : from;
		fits = from >= 0 && from < n && !(seen >> from & 1);
		if (fits) {
			seen |= 1u << from;
			call->params.list[d] = from;
		}
	}
	if (!fits) {
		char a[TENSOR_SHAPE_TEXT], b[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_SHAPE, "permute", message(MSG_TENSOR_PERMUTE),
				 tensor_dims_text(n, call->params.list, b),
				 tensor_shape_text(X0, a));
	}
	struct tensor *t = view_of(call, err);
	for (int d = 0; t && d < n; d++) {
		t->shape[d] = X0->shape[call->params.list[d]];
		t->stride[d] = X0->stride[call->params.list[d]];
	}
	return op_made(t, err);
}
VJP(permute)
{
	int64_t back[TENSOR_MAX_DIMS];
	for (int d = 0; d < X0->dims; d++) {
		back[call->params.list[d]] = d;
	}
	out[0] = tensor_permute(grads[0], X0->dims, back, err);
	return op_made(out[0], err);
}

INFER(transpose)
{
	int a = op_dim("transpose", call->params.i[0], X0, err);
	int b = a < 0 ? -1 : op_dim("transpose", call->params.i[1], X0, err);
	if (b < 0) {
		return STATUS_SHAPE;
	}
	struct tensor *t = view_of(call, err);
	if (t) {
		t->shape[a] = X0->shape[b];
		t->stride[a] = X0->stride[b];
		t->shape[b] = X0->shape[a];
		t->stride[b] = X0->stride[a];
	}
	return op_made(t, err);
}
VJP(transpose)
{
	out[0] = tensor_transpose(grads[0], (int)call->params.i[0], (int)call->params.i[1], err);
	return op_made(out[0], err);
}

INFER(expand)
{
	int n = call->params.list_count, lead = n - X0->dims;
	bool fits = lead >= 0;
	for (int d = 0; d < n && fits; d++) {
		int64_t *want = &call->params.list[d];
		int64_t has = d < lead ? 1 : X0->shape[d - lead];
		if (*want == -1 && d >= lead) {
			*want = has;
		}
		fits = *want >= 0 && (has == 1 || has == *want);
	}
	if (!fits) {
		char a[TENSOR_SHAPE_TEXT], b[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_SHAPE, "expand", message(MSG_TENSOR_EXPAND),
				 tensor_shape_text(X0, a),
				 tensor_dims_text(n, call->params.list, b));
	}
	struct tensor *t = view_of(call, err);
	if (t) {
		t->dims = n;
		for (int d = 0; d < n; d++) {
			int64_t has = d < lead ? 1 : X0->shape[d - lead];
			t->shape[d] = call->params.list[d];
			t->stride[d] = d < lead || has != t->shape[d] ? 0 : X0->stride[d - lead];
		}
	}
	return op_made(t, err);
}
VJP(expand)
{
	out[0] = tensor_sum_to(grads[0], X0, err);
	return op_made(out[0], err);
}

/* i: dimension, start, length, step */
INFER(narrow)
{
	int d = op_dim("narrow", call->params.i[0], X0, err);
	if (d < 0) {
		return STATUS_SHAPE;
	}
	int64_t size = X0->shape[d], start = call->params.i[1], n = call->params.i[2];
	int64_t step = call->params.i[3];
	start = start < 0 ? start + size : start;
	if (start < 0 || n < 0 || step < 1 || start > size ||
	    (n > 0 && (n - 1 > (size - 1 - start) / step || start >= size))) {
		char text[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_RANGE, "narrow", message(MSG_TENSOR_NARROW),
				 (long long)call->params.i[1], (long long)n,
				 tensor_shape_text(X0, text), d);
	}
	call->params.i[0] = d;
	call->params.i[1] = start;
	struct tensor *t = view_of(call, err);
	if (t) {
		t->shape[d] = n;
		t->offset += start * t->stride[d];
		t->stride[d] *= step;
	}
	return op_made(t, err);
}

/* Zeros of the input's shape with the gradient in its place. */
VJP(narrow)
{
	struct op_params p = op_presets(OP_NARROW_GRAD);
	memcpy(p.i, call->params.i, sizeof p.i);
	p.i[4] = X0->shape[call->params.i[0]];
	out[0] = op_apply(OP_NARROW_GRAD, grads, 1, &p, err);
	return op_made(out[0], err);
}

INFER(narrow_grad)
{
	int64_t shape[TENSOR_MAX_DIMS];
	memcpy(shape, X0->shape, sizeof shape);
	shape[call->params.i[0]] = call->params.i[4];
	return op_output(call, 0, X0->dtype, X0->dims, shape, err);
}
static void narrow_grad_forward(struct op_call *call)
{
	struct tensor *y = call->outputs[0];
	int d = (int)call->params.i[0];
	int64_t start = call->params.i[1], step = call->params.i[3];
	struct op_split s = op_split_at(X0, d);
	size_t row = (size_t)s.inner * tensor_dtype_size(y->dtype);
	char *to = tensor_data(y);
	const char *from = tensor_data(X0);
	int64_t size = y->shape[d];
	if (s.n < size) {
		memset(to, 0, (size_t)(s.outer * size) * row);
	}
	for (int64_t o = 0; o < s.outer; o++) {
		if (step == 1) {
			memcpy(to + (size_t)(o * size + start) * row,
			       from + (size_t)(o * s.n) * row, (size_t)s.n * row);
			continue;
		}
		for (int64_t i = 0; i < s.n; i++) {
			memcpy(to + (size_t)(o * size + start + i * step) * row,
			       from + (size_t)(o * s.n + i) * row, row);
		}
	}
}
VJP(narrow_grad)
{
	struct op_params p = op_presets(OP_NARROW);
	memcpy(p.i, call->params.i, sizeof p.i);
	out[0] = op_apply(OP_NARROW, grads, 1, &p, err);
	return op_made(out[0], err);
}

INFER(select)
{
	int d = op_dim("select", call->params.i[0], X0, err);
	if (d < 0) {
		return STATUS_SHAPE;
	}
	int64_t size = X0->shape[d], at = call->params.i[1];
	at = at < 0 ? at + size : at;
	if (at < 0 || at >= size) {
		char text[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_RANGE, "select", message(MSG_TENSOR_SELECT),
				 (long long)call->params.i[1], tensor_shape_text(X0, text), d);
	}
	call->params.i[0] = d;
	call->params.i[1] = at;
	struct tensor *t = view_of(call, err);
	if (t) {
		t->offset += at * t->stride[d];
		t->dims--;
		for (int k = d; k < t->dims; k++) {
			t->shape[k] = X0->shape[k + 1];
			t->stride[k] = X0->stride[k + 1];
		}
	}
	return op_made(t, err);
}
VJP(select)
{
	struct op_params p = op_presets(OP_NARROW_GRAD);
	p.i[0] = call->params.i[0];
	p.i[1] = call->params.i[1];
	p.i[2] = p.i[3] = 1;
	p.i[4] = X0->shape[p.i[0]];
	struct tensor *g = tensor_unsqueeze(grads[0], (int)p.i[0], err);
	out[0] = op_apply(OP_NARROW_GRAD, &g, 1, &p, err);
	return op_made(out[0], err);
}

INFER(squeeze)
{
	int d = op_dim("squeeze", call->params.i[0], X0, err);
	if (d < 0) {
		return STATUS_SHAPE;
	}
	struct tensor *t = view_of(call, err);
	if (t && t->shape[d] == 1) {
		t->dims--;
		for (int k = d; k < t->dims; k++) {
			t->shape[k] = X0->shape[k + 1];
			t->stride[k] = X0->stride[k + 1];
		}
	}
	return op_made(t, err);
}

INFER(unsqueeze)
{
	int64_t at = call->params.i[0] < 0 ? call->params.i[0] + X0->dims + 1 : call->params.i[0];
	if (at < 0 || at > X0->dims || X0->dims == TENSOR_MAX_DIMS) {
		char text[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_SHAPE, "unsqueeze", message(MSG_TENSOR_DIM),
				 "unsqueeze", (long long)call->params.i[0],
				 tensor_shape_text(X0, text));
	}
	struct tensor *t = view_of(call, err);
	if (t) {
		for (int k = t->dims; k > at; k--) {
			t->shape[k] = X0->shape[k - 1];
			t->stride[k] = X0->stride[k - 1];
		}
		t->shape[at] = 1;
		t->stride[at] = at < t->dims ? t->shape[at + 1] * t->stride[at + 1] : 1;
		t->dims++;
	}
	return op_made(t, err);
}

/* --- contiguous: a copy in row-major order --- */
struct copy {
	const struct tensor *from;
	char *to;
	size_t size;
	int64_t inner;
};

static void copy_rows(void *context, int64_t first, int64_t last)
{
	const struct copy *c = context;
	const struct tensor *t = c->from;
	int64_t inner = c->inner, stride = t->dims ? t->stride[t->dims - 1] : 1;
	for (int64_t row = first; row < last; row++) {
		int64_t at = t->offset, rest = row;
		for (int d = t->dims - 2; d >= 0; d--) {
			at += rest % t->shape[d] * t->stride[d];
			rest /= t->shape[d];
		}
		char *to = c->to + (size_t)(row * inner) * c->size;
		const char *from = (const char *)t->storage->data + (size_t)at * c->size;
		if (stride == 1) {
			memcpy(to, from, (size_t)inner * c->size);
		} else if (c->size == 4) {
			for (int64_t i = 0; i < inner; i++) {
				((float *)to)[i] = ((const float *)from)[i * stride];
			}
		} else {
			for (int64_t i = 0; i < inner; i++) {
				memcpy(to + (size_t)i * c->size,
				       from + (size_t)(i * stride) * c->size, c->size);
			}
		}
	}
}

static void contiguous_forward(struct op_call *call)
{
	const struct tensor *t = X0;
	struct copy c = {t, tensor_data(call->outputs[0]), tensor_dtype_size(t->dtype),
			 t->dims ? t->shape[t->dims - 1] : 1};
	int64_t n = tensor_numel(t);
	if (n && tensor_is_contiguous(t)) {
		memcpy(c.to, tensor_data(t), (size_t)n * c.size);
	} else if (n) {
		threads_for(n / c.inner, 16384 / c.inner + 1, copy_rows, &c);
	}
}
VJP(contiguous)
{
	(void)call;
	(void)err;
	out[0] = grads[0];
	return STATUS_OK;
}

#define VIEW(row, text, more, ...) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = 1, \
				    .max_inputs = 1, \
				    .inputs = {"x"}, \
				    .flags = OP_DIFFERENTIABLE | OP_VIEW | OP_ANY_DTYPE | OP_F64 | \
					     (more), \
				    .infer = row##_infer, \
				    __VA_ARGS__}
#define DIM(n, label) \
	{ \
		label, OP_PARAM_DIM, n, 0, true \
	}
VIEW(reshape, "the same elements in another shape; one size may be -1", OP_WANTS_CONTIGUOUS,
     .vjp = reshape_vjp, .params = {{"shape", OP_PARAM_LIST, 0, 0, true}});
VIEW(permute, "dimensions in another order", 0, .vjp = permute_vjp,
     .params = {{"order", OP_PARAM_LIST, 0, 0, true}});
VIEW(transpose, "two dimensions exchanged", 0, .vjp = transpose_vjp,
     .params = {DIM(0, "dim0"), DIM(1, "dim1")});
VIEW(expand, "dimensions of size 1 repeated without copying", 0, .vjp = expand_vjp,
     .params = {{"shape", OP_PARAM_LIST, 0, 0, true}});
VIEW(narrow, "a range of one dimension", 0, .vjp = narrow_vjp,
     .params = {DIM(0, "dim"),
		{"start", OP_PARAM_INT, 1, 0, true},
		{"length", OP_PARAM_INT, 2, 0, true},
		{"step", OP_PARAM_INT, 3, 1, false}});
VIEW(select, "one place of a dimension, which disappears", 0, .vjp = select_vjp,
     .params = {DIM(0, "dim"), {"index", OP_PARAM_INT, 1, 0, true}});
VIEW(squeeze, "a dimension of size 1 left out", 0, .vjp = reshape_vjp, .params = {DIM(0, "dim")});
VIEW(unsqueeze, "a dimension of size 1 put in", 0, .vjp = reshape_vjp, .params = {DIM(0, "dim")});

const struct op op_narrow_grad = {
	.name = "narrow_grad",
	.summary = "zeros with a range filled in",
	.min_inputs = 1,
	.max_inputs = 1,
	.inputs = {"gradient"},
	.flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS | OP_F64 | OP_INTERNAL,
	.infer = narrow_grad_infer,
	.forward = narrow_grad_forward,
	.vjp = narrow_grad_vjp,
	.cost = op_cost_elements,
};

const struct op op_contiguous = {
	.name = "contiguous",
	.summary = "a copy in row-major order",
	.min_inputs = 1,
	.max_inputs = 1,
	.inputs = {"x"},
	.flags = OP_DIFFERENTIABLE | OP_ANY_DTYPE | OP_F64,
	.infer = op_infer_like,
	.forward = contiguous_forward,
	.vjp = contiguous_vjp,
	.cost = op_cost_elements,
};
