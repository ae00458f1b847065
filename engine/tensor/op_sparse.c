#include <string.h>

#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/op_internal.h"

/* A matrix with few values: for each output the inputs it looks at (compressed sparse rows). Inputs: x [..., in], values
 * f32 [n], columns i32 [n], starts i32 [out + 1], bias f32 [out]; i[0]: in. Whoever fills the columns and starts has
 * checked them (module_linear_sparse.check). */
enum { X, VALUES, COLUMNS, STARTS, BIAS };

#define BLOCK 64 /* rows of x at a time, turned so that each input is a row */

static enum status linear_sparse_infer(struct op_call *call, struct error *err)
{
	static const enum dtype types[5] = {DTYPE_F32, DTYPE_F32, DTYPE_I32, DTYPE_I32, DTYPE_F32};
	for (int k = 0; k < 5; k++) {
		enum status status = op_want_dtype(call, k, types[k], err);
		if (status != STATUS_OK) {
			return status;
		}
	}
	const struct tensor *x = call->inputs[X];
	int64_t outs = tensor_numel(call->inputs[STARTS]) - 1, in = call->params.i[0];
	int64_t n = tensor_numel(call->inputs[VALUES]);
	if (x->dims < 1 || x->shape[x->dims - 1] != in || outs < 0 ||
	    tensor_numel(call->inputs[COLUMNS]) != n || tensor_numel(call->inputs[BIAS]) != outs) {
		return op_shapes_error("linear_sparse", x, call->inputs[BIAS], "", err);
	}
	int64_t shape[TENSOR_MAX_DIMS];
	memcpy(shape, x->shape, sizeof shape);
	shape[x->dims - 1] = outs;
	return op_output(call, 0, DTYPE_F32, x->dims, shape, err);
}

#define SOME 16 /* inputs or outputs taken together: as many as a line of the cache holds */

/* n rows of x become columns of `turned`, the rest of its BLOCK columns 0. */
static void turn(float *turned, const float *x, int64_t in, int64_t n)
{
	for (int64_t at = 0; at < in; at += SOME) {
		int64_t some = in - at < SOME ? in - at : SOME;
		for (int64_t r = 0; r < BLOCK; r++) {
			for (int64_t i = 0; i < some; i++) {
				turned[(at + i) * BLOCK + r] = r < n ? x[r * in + at + i] : 0;
			}
		}
	}
}

static void sparse_blocks(void *context, int64_t first, int64_t last)
{
	const struct op_call *call = context;
	int64_t in = call->params.i[0], outs = tensor_numel(call->inputs[BIAS]);
	int64_t rows = in ? tensor_numel(call->inputs[X]) / in : 0;
	const int32_t *starts = tensor_i32(call->inputs[STARTS]);
	const int32_t *columns = tensor_i32(call->inputs[COLUMNS]);
	const float *values = tensor_f32(call->inputs[VALUES]);
	const float *bias = tensor_f32(call->inputs[BIAS]);
	float *turned = threads_scratch(1, (size_t)(in + SOME) * BLOCK * sizeof *turned);
	float *y = turned + in * BLOCK;
	for (int64_t block = first; block < last; block++) {
		int64_t from = block * BLOCK, n = rows - from < BLOCK ? rows - from : BLOCK;
		const float *x = tensor_f32(call->inputs[X]) + from * in;
		turn(turned, x, in, n);
		for (int64_t o = 0; o < outs; o += SOME) {
			int64_t some = outs - o < SOME ? outs - o : SOME;
			for (int64_t j = 0; j < some; j++) {
				for (int64_t r = 0; r < BLOCK; r++) {
					y[j * BLOCK + r] = bias[o + j];
				}
				int32_t start = starts[o + j], end = starts[o + j + 1];
				row_kernels()->sparse(y + j * BLOCK, turned, columns + start,
						      values + start, end - start);
			}
			float *to = tensor_f32(call->outputs[0]) + from * outs + o;
			for (int64_t r = 0; r < n; r++) {
				for (int64_t j = 0; j < some; j++) {
					to[r * outs + j] = y[j * BLOCK + r];
				}
			}
		}
	}
}

/* One row: each output gathers its few inputs. */
static void sparse_row(struct op_call *call)
{
	const int32_t *starts = tensor_i32(call->inputs[STARTS]);
	const int32_t *columns = tensor_i32(call->inputs[COLUMNS]);
	const float *values = tensor_f32(call->inputs[VALUES]), *x = tensor_f32(call->inputs[X]);
	for (int64_t o = 0, outs = tensor_numel(call->inputs[BIAS]); o < outs; o++) {
		float sum = tensor_f32(call->inputs[BIAS])[o];
		for (int32_t k = starts[o]; k < starts[o + 1]; k++) {
			sum += values[k] * x[columns[k]];
		}
		tensor_f32(call->outputs[0])[o] = sum;
	}
}

static void linear_sparse_forward(struct op_call *call)
{
	int64_t in = call->params.i[0], rows = in ? tensor_numel(call->inputs[X]) / in : 0;
	if (rows == 1) {
		sparse_row(call);
	} else {
		threads_for((rows + BLOCK - 1) / BLOCK, 1, sparse_blocks, call);
	}
}

static void linear_sparse_cost(const struct op_call *call, struct op_cost *cost)
{
	int64_t in = call->params.i[0];
	double rows = in ? (double)(tensor_numel(call->inputs[X]) / in) : 0;
	cost->flops = 2 * rows * (double)tensor_numel(call->inputs[VALUES]);
	cost->bytes = 8 * (double)tensor_numel(call->inputs[VALUES]) +
		      4 * (double)tensor_numel(call->inputs[X]);
}

const struct op op_linear_sparse = {
	.name = "linear_sparse",
	.summary = "x · weightᵀ + bias with a sparse weight",
	.min_inputs = 5,
	.max_inputs = 5,
	.inputs = {"x", "values", "columns", "starts", "bias"},
	.params = {{"in", OP_PARAM_INT, 0, 0, true}},
	.flags = OP_MIXED_DTYPES | OP_WANTS_CONTIGUOUS | OP_INTERNAL,
	.infer = linear_sparse_infer,
	.forward = linear_sparse_forward,
	.cost = linear_sparse_cost,
};
