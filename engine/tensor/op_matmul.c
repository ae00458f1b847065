#include <string.h>

#include "engine/tensor/blas.h"
#include "engine/tensor/kernels/gemm.h"
#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/op_internal.h"

/* Matrix products. f32 goes to our own kernels (kernels/gemm.h), f64 to BLAS. */

#define VJP(name) \
	static enum status name##_vjp(const struct op_call *call, struct tensor *const *grads, \
				      struct tensor **out, struct error *err)
#define INFER(name) static enum status name##_infer(struct op_call *call, struct error *err)
#define A (call->inputs[0])
#define B (call->inputs[1])
#define Y (call->outputs[0])

/* A product as seen by the loops: vectors get a dimension of 1, batch dimensions are broadcast. */
struct product {
	int64_t m, n, k;
	int64_t a_row, a_col, b_row, b_col;
	int batch_dims;
	int64_t batch[TENSOR_MAX_DIMS], a_step[TENSOR_MAX_DIMS], b_step[TENSOR_MAX_DIMS];
	int64_t batches;
};

static bool view_product(struct product *p, const struct tensor *a, const struct tensor *b)
{
	memset(p, 0, sizeof *p);
	if (a->dims < 1 || b->dims < 1) {
		return false;
	}
	p->k = a->shape[a->dims - 1];
	p->a_col = a->stride[a->dims - 1];
	p->m = a->dims > 1 ? a->shape[a->dims - 2] : 1;
	p->a_row = a->dims > 1 ? a->stride[a->dims - 2] : 0;
	p->b_row = b->dims > 1 ? b->stride[b->dims - 2] : b->stride[0];
	p->n = b->dims > 1 ? b->shape[b->dims - 1] : 1;
	p->b_col = b->dims > 1 ? b->stride[b->dims - 1] : 0;
	if ((b->dims > 1 ? b->shape[b->dims - 2] : b->shape[0]) != p->k) {
		return false;
	}
	int da = a->dims > 2 ? a->dims - 2 : 0, db = b->dims > 2 ? b->dims - 2 : 0;
	p->batch_dims = da > db ? da : db;
	p->batches = 1;
	for (int d = 0; d < p->batch_dims; d++) {
		int ia = d - (p->batch_dims - da), ib = d - (p->batch_dims - db);
		int64_t sa = ia >= 0 ? a->shape[ia] : 1, sb = ib >= 0 ? b->shape[ib] : 1;
		if (sa != sb && sa != 1 && sb != 1) {
			return false;
		}
		p->batch[d] = sa == 1 ? sb : sa;
		p->a_step[d] = ia >= 0 && sa != 1 ? a->stride[ia] : 0;
		p->b_step[d] = ib >= 0 && sb != 1 ? b->stride[ib] : 0;
		p->batches *= p->batch[d];
	}
	return true;
}

INFER(matmul)
{
	struct product p;
	if (!view_product(&p, A, B)) {
		char ta[TENSOR_SHAPE_TEXT], tb[TENSOR_SHAPE_TEXT];
		int64_t inner_a = A->dims ? A->shape[A->dims - 1] : 0;
		int64_t inner_b = B->dims > 1 ? B->shape[B->dims - 2] : B->dims ? B->shape[0] : 0;
		return error_set(err, STATUS_SHAPE, "matmul", message(MSG_TENSOR_MATMUL), "matmul",
				 tensor_shape_text(A, ta), tensor_shape_text(B, tb),
				 (long long)inner_a, (long long)inner_b);
	}
	int64_t shape[TENSOR_MAX_DIMS + 2];
	int dims = p.batch_dims;
	memcpy(shape, p.batch, sizeof p.batch);
	if (A->dims > 1) {
		shape[dims++] = p.m;
	}
	if (B->dims > 1) {
		shape[dims++] = p.n;
	}
	return op_output(call, 0, A->dtype, dims, shape, err);
}

static void product_at(const struct product *p, int64_t index, int64_t *a, int64_t *b)
{
	*a = *b = 0;
	for (int d = p->batch_dims - 1; d >= 0; d--) {
		*a += index % p->batch[d] * p->a_step[d];
		*b += index % p->batch[d] * p->b_step[d];
		index /= p->batch[d];
	}
}

struct batch_job {
	const struct product *p;
	const float *a, *b;
	float *y;
};

static struct gemm gemm_of(const struct batch_job *j, int64_t index)
{
	const struct product *p = j->p;
	int64_t a, b;
	product_at(p, index, &a, &b);
	return (struct gemm){.m = p->m,
			     .n = p->n,
			     .k = p->k,
			     .a = j->a + a,
			     .a_row = p->a_row,
			     .a_col = p->a_col,
			     .b = j->b + b,
			     .b_row = p->b_row,
			     .b_col = p->b_col,
			     .c = j->y + index * p->m * p->n,
			     .c_row = p->n};
}

static void batch_range(void *context, int64_t first, int64_t last)
{
	for (int64_t i = first; i < last; i++) {
		struct gemm g = gemm_of(context, i);
		gemm_serial(&g);
	}
}

static void product_f64(const struct product *p, const double *a, const double *b, double *y)
{
	bool plain_a = p->a_col == 1, plain_b = p->b_col == 1;
	int64_t lda = plain_a ? p->a_row : p->a_col, ldb = plain_b ? p->b_row : p->b_col;
	bool fits = (plain_a || p->a_row == 1) && (plain_b || p->b_row == 1) &&
		    lda >= (plain_a ? p->k : p->m) && ldb >= (plain_b ? p->n : p->k) && p->n > 0 &&
		    p->k > 0 && p->m > 0;
	if (fits && blas()->loaded) {
		blas()->dgemm(BLAS_ROW_MAJOR, plain_a ? BLAS_PLAIN : BLAS_TRANSPOSED,
			      plain_b ? BLAS_PLAIN : BLAS_TRANSPOSED, (int)p->m, (int)p->n,
			      (int)p->k, 1, a, (int)lda, b, (int)ldb, 0, y, (int)p->n);
		return;
	}
	for (int64_t i = 0; i < p->m; i++) {
		for (int64_t j = 0; j < p->n; j++) {
			double sum = 0;
			for (int64_t k = 0; k < p->k; k++) {
				sum += a[i * p->a_row + k * p->a_col] *
				       b[k * p->b_row + j * p->b_col];
			}
			y[i * p->n + j] = sum;
		}
	}
}

static void matmul_forward(struct op_call *call)
{
	struct product p;
	view_product(&p, A, B);
	if (A->dtype == DTYPE_F64) {
		for (int64_t i = 0; i < p.batches; i++) {
			int64_t a, b;
			product_at(&p, i, &a, &b);
			product_f64(&p, tensor_f64(A) + a, tensor_f64(B) + b,
				    tensor_f64(Y) + i * p.m * p.n);
		}
		return;
	}
	struct batch_job j = {&p, tensor_f32(A), tensor_f32(B), tensor_f32(Y)};
	/* One matrix times a whole batch of rows is a single product. */
	if (B->dims <= 2 && p.batches > 1 && tensor_is_contiguous(A)) {
		p.m *= p.batches;
		p.batches = 1;
		p.batch_dims = 0;
	}
	if (p.batches >= threads_count()) {
		int64_t work = p.m * p.n * p.k;
		threads_for(p.batches, 65536 / (work + 1) + 1, batch_range, &j);
	} else {
		for (int64_t i = 0; i < p.batches; i++) {
			struct gemm g = gemm_of(&j, i);
			gemm_parallel(&g);
		}
	}
}

VJP(matmul)
{
	struct tensor *a = A, *b = B, *g = grads[0];
	if (b->dims == 1) {
		b = tensor_unsqueeze(b, 1, err);
		g = tensor_unsqueeze(g, g->dims, err);
	}
	if (a->dims == 1 && g) {
		a = tensor_unsqueeze(a, 0, err);
		g = tensor_unsqueeze(g, g->dims - 1, err);
	}
	if (!a || !b || !g) {
		return op_made(NULL, err);
	}
	if (b->dims == 2 && a->dims > 2) {
		/* All rows at once: the gradient of b is one product. */
		int64_t rows_a[2] = {-1, a->shape[a->dims - 1]}, rows_g[2] = {-1, b->shape[1]};
		a = tensor_reshape(a, 2, rows_a, err);
		g = tensor_reshape(g, 2, rows_g, err);
	}
	if (NEEDS(call, 0)) {
		struct tensor *t = tensor_matmul(g, tensor_transpose(b, -2, -1, err), err);
		out[0] = t && tensor_numel(t) == tensor_numel(A)
				 ? tensor_reshape(t, A->dims, A->shape, err)
				 : tensor_sum_to(t, A, err);
	}
	if (NEEDS(call, 1)) {
		struct tensor *t = tensor_matmul(tensor_transpose(a, -2, -1, err), g, err);
		out[1] = t && tensor_numel(t) == tensor_numel(B)
				 ? tensor_reshape(t, B->dims, B->shape, err)
				 : tensor_sum_to(t, B, err);
	}
	return (NEEDS(call, 0) && !out[0]) || (NEEDS(call, 1) && !out[1]) ? op_made(NULL, err)
									  : STATUS_OK;
}

static void matmul_cost(const struct op_call *call, struct op_cost *cost)
{
	op_cost_elements(call, cost);
	cost->flops *= 2 * (double)A->shape[A->dims - 1];
}

const struct op op_matmul = {
	.name = "matmul",
	.summary = "matrix product; leading dimensions are a batch",
	.min_inputs = 2,
	.max_inputs = 2,
	.inputs = {"a", "b"},
	.flags = OP_DIFFERENTIABLE | OP_F64,
	.infer = matmul_infer,
	.forward = matmul_forward,
	.vjp = matmul_vjp,
	.cost = matmul_cost,
};

/* --- linear: x [..., in], weight [out, in], bias [out] --- */
#define BIAS (call->input_count > 2 ? call->inputs[2] : NULL)

INFER(linear)
{
	enum status status = op_want_dims(call, 1, 2, err);
	if (status == STATUS_OK && (A->dims < 1 || A->shape[A->dims - 1] != B->shape[1])) {
		char ta[TENSOR_SHAPE_TEXT], tb[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_SHAPE, "linear", message(MSG_TENSOR_LINEAR),
				 tensor_shape_text(A, ta), tensor_shape_text(B, tb),
				 (long long)B->shape[1]);
	}
	if (status == STATUS_OK && BIAS && (BIAS->dims != 1 || BIAS->shape[0] != B->shape[0])) {
		return op_shapes_error("linear", B, BIAS, "", err);
	}
	if (status != STATUS_OK) {
		return status;
	}
	int64_t shape[TENSOR_MAX_DIMS];
	memcpy(shape, A->shape, sizeof shape);
	shape[A->dims - 1] = B->shape[0];
	return op_output(call, 0, A->dtype, A->dims, shape, err);
}
static void linear_forward(struct op_call *call)
{
	int64_t in = B->shape[1], outs = B->shape[0], rows = in ? tensor_numel(A) / in : 0;
	struct gemm g = {.m = rows,
			 .n = outs,
			 .k = in,
			 .a = tensor_f32(A),
			 .a_row = in,
			 .a_col = 1,
			 .b = tensor_f32(B),
			 .b_row = 1,
			 .b_col = in,
			 .c = tensor_f32(Y),
			 .c_row = outs,
			 .bias_col = BIAS ? tensor_f32(BIAS) : NULL,
			 .relu = call->params.i[0] != 0};
	gemm_parallel(&g);
}
VJP(linear)
{
	struct tensor *g = grads[0];
	if (call->params.i[0]) {
		g = op_call2(OP_RELU_GRAD, Y, g, err);
	}
	int64_t rows_x[2] = {-1, B->shape[1]}, rows_g[2] = {-1, B->shape[0]};
	struct tensor *x2 = tensor_reshape(A, 2, rows_x, err);
	struct tensor *g2 = tensor_reshape(g, 2, rows_g, err);
	if (NEEDS(call, 0)) {
		out[0] = tensor_reshape(tensor_matmul(g2, B, err), A->dims, A->shape, err);
	}
	if (NEEDS(call, 1)) {
		out[1] = tensor_matmul(tensor_transpose(g2, 0, 1, err), x2, err);
	}
	if (BIAS && NEEDS(call, 2)) {
		out[2] = tensor_sum(g2, 0, false, err);
	}
	bool failed = (NEEDS(call, 0) && !out[0]) || (NEEDS(call, 1) && !out[1]) ||
		      (BIAS && NEEDS(call, 2) && !out[2]);
	return failed ? op_made(NULL, err) : STATUS_OK;
}
static void linear_cost(const struct op_call *call, struct op_cost *cost)
{
	op_cost_elements(call, cost);
	cost->flops *= 2 * (double)B->shape[1];
}

const struct op op_linear = {
	.name = "linear",
	.summary = "x · weightᵀ + bias; relu: with the rectifier applied",
	.min_inputs = 2,
	.max_inputs = 3,
	.inputs = {"x", "weight", "bias"},
	.params = {{"relu", OP_PARAM_BOOL, 0, 0, false}},
	.flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS | OP_OPTIONAL_INPUTS,
	.infer = linear_infer,
	.forward = linear_forward,
	.vjp = linear_vjp,
	.cost = linear_cost,
};
