#include <stdlib.h>
#include <string.h>

#include "engine/tensor/op_internal.h"

/* Picking by position. Index tensors are i32, counted from 0. An index outside is an error found by infer, since kernels
 * cannot fail; within a recorded plan the kernel clamps instead. */

#define VJP(name) \
	static enum status name##_vjp(const struct op_call *call, struct tensor *const *grads, \
				      struct tensor **out, struct error *err)
#define INFER(name) static enum status name##_infer(struct op_call *call, struct error *err)
#define X0 (call->inputs[0])
#define I1 (call->inputs[1])
#define Y0 (call->outputs[0])

static enum status check_range(const struct op_call *call, const struct tensor *index, int64_t size,
			       struct error *err)
{
	const int32_t *p = tensor_i32(index);
	for (int64_t i = 0, n = tensor_numel(index); i < n; i++) {
		if (p[i] < 0 || p[i] >= size) {
			return error_set(err, STATUS_RANGE, call->op->name,
					 message(MSG_TENSOR_CLASS_RANGE), call->op->name,
					 (long long)i, (long long)p[i], (long long)size);
		}
	}
	return STATUS_OK;
}

static inline int64_t clamped(int32_t i, int64_t size)
{
	return i < 0 ? 0 : i < size ? i : size - 1;
}

static enum status want_float(const struct op_call *call, struct error *err)
{
	return dtype_is_float(X0->dtype) ? STATUS_OK : op_want_dtype(call, 0, DTYPE_F32, err);
}

/* --- sort, topk: values and their places, descending by i[1] --- */
struct pair {
	double value;
	int32_t place;
};
static int ascending(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	if (x->value != y->value) {
		return x->value < y->value ? -1 : 1;
	}
	return (x->place > y->place) - (x->place < y->place);
}
static int descending(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	if (x->value != y->value) {
		return x->value > y->value ? -1 : 1;
	}
	return (x->place > y->place) - (x->place < y->place);
}

static size_t sort_workspace(const struct op_call *call)
{
	int64_t n = X0->dims ? X0->shape[call->params.i[0]] : 1;
	return (size_t)(n + 1) * sizeof(struct pair);
}

static void sort_keep(struct op_call *call, int64_t keep, bool down)
{
	struct op_split s = op_split_at(X0, (int)call->params.i[0]);
	struct pair *pairs = call->workspace;
	bool f32 = X0->dtype == DTYPE_F32;
	for (int64_t o = 0; o < s.outer; o++) {
		for (int64_t k = 0; k < s.inner; k++) {
			int64_t from = o * s.n * s.inner + k, to = o * keep * s.inner + k;
			for (int64_t i = 0; i < s.n; i++) {
				int64_t at = from + i * s.inner;
				pairs[i].value =
					f32 ? (double)tensor_f32(X0)[at] : tensor_f64(X0)[at];
				pairs[i].place = (int32_t)i;
			}
			qsort(pairs, (size_t)s.n, sizeof *pairs, down ? descending : ascending);
			for (int64_t i = 0; i < keep; i++) {
				int64_t at = to + i * s.inner;
				if (f32) {
					tensor_f32(Y0)[at] = (float)pairs[i].value;
				} else {
					tensor_f64(Y0)[at] = pairs[i].value;
				}
				tensor_i32(call->outputs[1])[at] = pairs[i].place;
			}
		}
	}
}

/* i: dim, descending */
INFER(sort)
{
	int d = op_dim("sort", call->params.i[0], X0, err);
	call->params.i[0] = d;
	enum status status = d < 0 ? STATUS_SHAPE : op_infer_like(call, err);
	return status == STATUS_OK ? op_output(call, 1, DTYPE_I32, X0->dims, X0->shape, err)
				   : status;
}
static void sort_forward(struct op_call *call)
{
	sort_keep(call, X0->shape[call->params.i[0]], call->params.i[1] != 0);
}
/* i: dim, largest, k */
INFER(topk)
{
	int d = op_dim("topk", call->params.i[0], X0, err);
	int64_t shape[TENSOR_MAX_DIMS], k = call->params.i[2];
	if (d < 0) {
		return STATUS_SHAPE;
	}
	memcpy(shape, X0->shape, sizeof shape);
	if (k < 0 || k > shape[d]) {
		return error_set(err, STATUS_RANGE, "topk", message(MSG_TENSOR_SETTING), "topk",
				 "k", (double)k);
	}
	call->params.i[0] = d;
	shape[d] = k;
	enum status status = op_output(call, 0, X0->dtype, X0->dims, shape, err);
	return status == STATUS_OK ? op_output(call, 1, DTYPE_I32, X0->dims, shape, err) : status;
}
static void topk_forward(struct op_call *call)
{
	sort_keep(call, call->params.i[2], call->params.i[1] != 0);
}
VJP(sort)
{
	struct op_params p = op_presets(OP_SCATTER_ADD);
	p.i[0] = call->params.i[0];
	p.i[1] = X0->shape[p.i[0]];
	struct tensor *in[2] = {grads[0], call->outputs[1]};
	out[0] = op_apply(OP_SCATTER_ADD, in, 2, &p, err);
	return op_made(out[0], err);
}

/* --- gather: out[o][i][k] = x[o][index[o][i][k]][k] --- */
INFER(gather)
{
	int d = op_dim("gather", call->params.i[0], X0, err);
	enum status status = d < 0 ? STATUS_SHAPE : want_float(call, err);
	status = status == STATUS_OK ? op_want_dtype(call, 1, DTYPE_I32, err) : status;
	if (status != STATUS_OK) {
		return status;
	}
	bool fits = I1->dims == X0->dims;
	for (int k = 0; k < X0->dims && fits; k++) {
		fits = k == d || I1->shape[k] == X0->shape[k];
	}
	if (!fits) {
		return op_shapes_error("gather", X0, I1, "", err);
	}
	call->params.i[0] = d;
	status = check_range(call, I1, X0->shape[d], err);
	return status == STATUS_OK ? op_output(call, 0, X0->dtype, I1->dims, I1->shape, err)
				   : status;
}
static void gather_forward(struct op_call *call)
{
	int d = (int)call->params.i[0];
	struct op_split from = op_split_at(X0, d), to = op_split_at(I1, d);
	const int32_t *index = tensor_i32(I1);
	for (int64_t o = 0, at = 0; o < to.outer; o++) {
		for (int64_t i = 0; i < to.n; i++) {
			for (int64_t k = 0; k < to.inner; k++, at++) {
				int64_t source =
					(o * from.n + clamped(index[at], from.n)) * from.inner + k;
				if (X0->dtype == DTYPE_F32) {
					tensor_f32(Y0)[at] = tensor_f32(X0)[source];
				} else {
					tensor_f64(Y0)[at] = tensor_f64(X0)[source];
				}
			}
		}
	}
}
VJP(gather)
{
	struct op_params p = op_presets(OP_SCATTER_ADD);
	p.i[0] = call->params.i[0];
	p.i[1] = X0->shape[p.i[0]];
	struct tensor *in[2] = {grads[0], I1};
	out[0] = op_apply(OP_SCATTER_ADD, in, 2, &p, err);
	return op_made(out[0], err);
}

/* --- scatter_add: zeros of size i[1] along i[0], x added at the places --- */
INFER(scatter_add)
{
	int d = op_dim("scatter_add", call->params.i[0], X0, err);
	enum status status = d < 0 ? STATUS_SHAPE : want_float(call, err);
	status = status == STATUS_OK ? op_want_dtype(call, 1, DTYPE_I32, err) : status;
	if (status != STATUS_OK) {
		return status;
	}
	if (!tensor_same_shape(X0, I1)) {
		return op_shapes_error("scatter_add", X0, I1, "", err);
	}
	call->params.i[0] = d;
	int64_t shape[TENSOR_MAX_DIMS];
	memcpy(shape, X0->shape, sizeof shape);
	shape[d] = call->params.i[1];
	status = check_range(call, I1, shape[d], err);
	return status == STATUS_OK ? op_output(call, 0, X0->dtype, X0->dims, shape, err) : status;
}
static void scatter_add_forward(struct op_call *call)
{
	int d = (int)call->params.i[0];
	struct op_split from = op_split_at(X0, d);
	int64_t size = call->params.i[1];
	const int32_t *index = tensor_i32(I1);
	memset(tensor_data(Y0), 0, (size_t)tensor_numel(Y0) * tensor_dtype_size(Y0->dtype));
	for (int64_t o = 0, at = 0; o < from.outer; o++) {
		for (int64_t i = 0; i < from.n; i++) {
			for (int64_t k = 0; k < from.inner; k++, at++) {
				int64_t target =
					(o * size + clamped(index[at], size)) * from.inner + k;
				if (X0->dtype == DTYPE_F32) {
					tensor_f32(Y0)[target] += tensor_f32(X0)[at];
				} else {
					tensor_f64(Y0)[target] += tensor_f64(X0)[at];
				}
			}
		}
	}
}
VJP(scatter_add)
{
	struct op_params p = op_presets(OP_GATHER);
	p.i[0] = call->params.i[0];
	struct tensor *in[2] = {grads[0], I1};
	out[0] = op_apply(OP_GATHER, in, 2, &p, err);
	return op_made(out[0], err);
}

/* --- index_select: rows of a dimension by a list --- */
INFER(index_select)
{
	int d = op_dim("index_select", call->params.i[0], X0, err);
	enum status status = d < 0 ? STATUS_SHAPE : op_want_dtype(call, 1, DTYPE_I32, err);
	status = status == STATUS_OK ? op_want_dims(call, 1, 1, err) : status;
	status = status == STATUS_OK ? check_range(call, I1, X0->shape[d], err) : status;
	if (status != STATUS_OK) {
		return status;
	}
	int64_t shape[TENSOR_MAX_DIMS];
	memcpy(shape, X0->shape, sizeof shape);
	shape[d] = I1->shape[0];
	call->params.i[0] = d;
	return op_output(call, 0, X0->dtype, X0->dims, shape, err);
}
static void index_select_forward(struct op_call *call)
{
	struct op_split s = op_split_at(X0, (int)call->params.i[0]);
	size_t row = (size_t)s.inner * tensor_dtype_size(X0->dtype);
	int64_t n = I1->shape[0];
	const int32_t *index = tensor_i32(I1);
	char *to = tensor_data(Y0);
	for (int64_t o = 0; o < s.outer; o++) {
		for (int64_t i = 0; i < n; i++, to += row) {
			const char *from = tensor_data(X0);
			memcpy(to, from + (size_t)(o * s.n + clamped(index[i], s.n)) * row, row);
		}
	}
}
VJP(index_select)
{
	int d = (int)call->params.i[0];
	int64_t shape[TENSOR_MAX_DIMS];
	for (int k = 0; k < X0->dims; k++) {
		shape[k] = k == d ? I1->shape[0] : 1;
	}
	struct tensor *index = tensor_reshape(I1, X0->dims, shape, err);
	index = tensor_expand(index, X0->dims, grads[0]->shape, err);
	struct op_params p = op_presets(OP_SCATTER_ADD);
	p.i[0] = d;
	p.i[1] = X0->shape[d];
	struct tensor *in[2] = {grads[0], index};
	out[0] = op_apply(OP_SCATTER_ADD, in, 2, &p, err);
	return op_made(out[0], err);
}

/* --- embedding: weight [V,D], ids [...] -> [..., D] --- */
INFER(embedding)
{
	enum status status = op_want_dims(call, 0, 2, err);
	status = status == STATUS_OK ? op_want_dtype(call, 1, DTYPE_I32, err) : status;
	status = status == STATUS_OK ? op_want_dtype(call, 0, DTYPE_F32, err) : status;
	status = status == STATUS_OK ? check_range(call, I1, X0->shape[0], err) : status;
	if (status != STATUS_OK) {
		return status;
	}
	int64_t shape[TENSOR_MAX_DIMS];
	if (I1->dims == TENSOR_MAX_DIMS) {
		return op_want_dims(call, 1, TENSOR_MAX_DIMS - 1, err);
	}
	memcpy(shape, I1->shape, sizeof shape);
	shape[I1->dims] = X0->shape[1];
	return op_output(call, 0, DTYPE_F32, I1->dims + 1, shape, err);
}
static void embedding_forward(struct op_call *call)
{
	int64_t width = X0->shape[1], n = tensor_numel(I1);
	const int32_t *ids = tensor_i32(I1);
	for (int64_t i = 0; i < n; i++) {
		memcpy(tensor_f32(Y0) + i * width,
		       tensor_f32(X0) + clamped(ids[i], X0->shape[0]) * width,
		       (size_t)width * sizeof(float));
	}
}
VJP(embedding)
{
	out[0] = op_call_i(OP_EMBEDDING_GRAD, grads[0], I1, X0->shape[0], 0, err);
	return op_made(out[0], err);
}
INFER(embedding_grad)
{
	int64_t shape[2] = {call->params.i[0], X0->shape[X0->dims - 1]};
	return op_output(call, 0, DTYPE_F32, 2, shape, err);
}
static void embedding_grad_forward(struct op_call *call)
{
	int64_t width = Y0->shape[1], n = tensor_numel(I1);
	const int32_t *ids = tensor_i32(I1);
	float *y = tensor_f32(Y0);
	memset(y, 0, (size_t)tensor_numel(Y0) * sizeof *y);
	for (int64_t i = 0; i < n; i++) {
		float *to = y + clamped(ids[i], Y0->shape[0]) * width;
		const float *from = tensor_f32(X0) + i * width;
		for (int64_t k = 0; k < width; k++) {
			to[k] += from[k];
		}
	}
}
VJP(embedding_grad)
{
	out[0] = op_call2(OP_EMBEDDING, grads[0], I1, err);
	return op_made(out[0], err);
}

/* --- one_hot: ids [...] -> f32 [..., classes] --- */
INFER(one_hot)
{
	int64_t classes = call->params.i[0], shape[TENSOR_MAX_DIMS];
	enum status status = op_want_dtype(call, 0, DTYPE_I32, err);
	status = status == STATUS_OK ? check_range(call, X0, classes, err) : status;
	if (status != STATUS_OK || X0->dims == TENSOR_MAX_DIMS) {
		return status == STATUS_OK ? op_want_dims(call, 0, TENSOR_MAX_DIMS - 1, err)
					   : status;
	}
	memcpy(shape, X0->shape, sizeof shape);
	shape[X0->dims] = classes;
	return op_output(call, 0, DTYPE_F32, X0->dims + 1, shape, err);
}
static void one_hot_forward(struct op_call *call)
{
	int64_t classes = call->params.i[0], n = tensor_numel(X0);
	float *y = tensor_f32(Y0);
	memset(y, 0, (size_t)(n * classes) * sizeof *y);
	for (int64_t i = 0; i < n && classes > 0; i++) {
		y[i * classes + clamped(tensor_i32(X0)[i], classes)] = 1;
	}
}

#define DIM \
	{ \
		"dim", OP_PARAM_DIM, 0, -1, false \
	}
#define INDEX_ROW(row, text, n, more, vjp_function, ...) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = n, \
				    .max_inputs = n, \
				    .inputs = {"x", "index"}, \
				    .flags = OP_WANTS_CONTIGUOUS | (more), \
				    .infer = row##_infer, \
				    .forward = row##_forward, \
				    .vjp = vjp_function, \
				    .cost = op_cost_elements, \
				    __VA_ARGS__}
#define MIXED OP_DIFFERENTIABLE | OP_MIXED_DTYPES
INDEX_ROW(sort, "values in order, and their places", 1, OP_DIFFERENTIABLE | OP_F64, sort_vjp,
	  .workspace = sort_workspace, .aux = 2,
	  .params = {DIM, {"descending", OP_PARAM_BOOL, 1, 0, false}});
INDEX_ROW(topk, "the k largest (or smallest) values, and their places", 1,
	  OP_DIFFERENTIABLE | OP_F64, sort_vjp, .workspace = sort_workspace, .aux = 2,
	  .params = {
		  DIM, {"largest", OP_PARAM_BOOL, 1, 1, false}, {"k", OP_PARAM_INT, 2, 1, true}});
INDEX_ROW(gather, "elements picked along a dimension by an index tensor", 2, MIXED | OP_F64,
	  gather_vjp, .params = {DIM});
INDEX_ROW(scatter_add, "elements added into zeros at places along a dimension", 2, MIXED | OP_F64,
	  scatter_add_vjp, .params = {DIM, {"size", OP_PARAM_INT, 1, 0, true}});
INDEX_ROW(index_select, "places of one dimension chosen by a list", 2, MIXED | OP_ANY_DTYPE,
	  index_select_vjp, .params = {DIM});
INDEX_ROW(embedding, "rows of a table by number", 2, MIXED, embedding_vjp, .aux = 0);
INDEX_ROW(embedding_grad, "rows added back to their places in a table", 2, MIXED | OP_INTERNAL,
	  embedding_grad_vjp, .params = {{"rows", OP_PARAM_INT, 0, 0, true}});
INDEX_ROW(one_hot, "1 at the class's place, else 0", 1, OP_MIXED_DTYPES, NULL,
	  .params = {{"classes", OP_PARAM_INT, 0, 0, true}});
