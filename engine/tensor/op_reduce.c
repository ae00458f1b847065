#include <math.h>
#include <string.h>

#include "engine/tensor/op_internal.h"

/* Reductions over one dimension, or over all when dim is OP_ALL. Sums of f32 are formed in blocks of 16 partial sums
 * (pairwise within a row), so that long sums keep their digits. */

#define VJP(name) \
	static enum status name##_vjp(const struct op_call *call, struct tensor *const *grads, \
				      struct tensor **out, struct error *err)
#define INFER(name) static enum status name##_infer(struct op_call *call, struct error *err)
#define X0 (call->inputs[0])
#define Y0 (call->outputs[0])

static bool is_all(const struct op_call *call)
{
	return call->params.i[0] == OP_ALL;
}

static enum status reduce_shape(struct op_call *call, int *dims, int64_t *shape, struct error *err)
{
	bool keep = call->params.i[1] != 0;
	int d = -1;
	if (!is_all(call)) {
		d = op_dim(call->op->name, call->params.i[0], X0, err);
		if (d < 0) {
			return STATUS_SHAPE;
		}
		call->params.i[0] = d;
	}
	*dims = 0;
	for (int k = 0; k < X0->dims; k++) {
		if (!is_all(call) && k != d) {
			shape[(*dims)++] = X0->shape[k];
		} else if (keep) {
			shape[(*dims)++] = 1;
		}
	}
	return STATUS_OK;
}

INFER(reduce)
{
	int dims;
	int64_t shape[TENSOR_MAX_DIMS];
	enum status status = reduce_shape(call, &dims, shape, err);
	return status == STATUS_OK ? op_output(call, 0, X0->dtype, dims, shape, err) : status;
}

static struct op_split split_of(const struct op_call *call)
{
	if (is_all(call)) {
		return (struct op_split){1, tensor_numel(X0), 1};
	}
	return op_split_at(X0, (int)call->params.i[0]);
}

static float sum_f32(const float *x, int64_t n)
{
	double total = 0;
	int64_t i = 0;
	while (i < n) {
		float part[16] = {0};
		int64_t stop = n - i > 4096 ? i + 4096 : n;
		for (; i + 16 <= stop; i += 16) {
			for (int k = 0; k < 16; k++) {
				part[k] += x[i + k];
			}
		}
		float rest = 0;
		for (; i < stop; i++) {
			rest += x[i];
		}
		for (int k = 0; k < 16; k++) {
			rest += part[k];
		}
		total += (double)rest;
	}
	return (float)total;
}

struct sum_job {
	struct op_split s;
	const void *x;
	void *y;
	enum dtype dtype;
	double scale;
};

static void sum_outer(void *context, int64_t first, int64_t last)
{
	const struct sum_job *j = context;
	int64_t n = j->s.n, inner = j->s.inner;
	for (int64_t o = first; o < last; o++) {
		if (j->dtype == DTYPE_F32) {
			const float *x = (const float *)j->x + o * n * inner;
			float *y = (float *)j->y + o * inner;
			if (inner == 1) {
				*y = (float)(sum_f32(x, n) * j->scale);
				continue;
			}
			memset(y, 0, (size_t)inner * sizeof *y);
			for (int64_t i = 0; i < n; i++) {
				for (int64_t k = 0; k < inner; k++) {
					y[k] += x[i * inner + k];
				}
			}
			for (int64_t k = 0; k < inner && j->scale != 1; k++) {
				y[k] *= (float)j->scale;
			}
		} else {
			const double *x = (const double *)j->x + o * n * inner;
			double *y = (double *)j->y + o * inner;
			memset(y, 0, (size_t)inner * sizeof *y);
			for (int64_t i = 0; i < n; i++) {
				for (int64_t k = 0; k < inner; k++) {
					y[k] += x[i * inner + k];
				}
			}
			for (int64_t k = 0; k < inner; k++) {
				y[k] *= j->scale;
			}
		}
	}
}

static void sum_with(struct op_call *call, double scale)
{
	struct sum_job j = {split_of(call), tensor_data(X0), tensor_data(Y0), X0->dtype, scale};
	int64_t work = j.s.n * j.s.inner;
	threads_for(j.s.outer, 32768 / (work + 1) + 1, sum_outer, &j);
}
static void sum_forward(struct op_call *call)
{
	sum_with(call, 1);
}
static void mean_forward(struct op_call *call)
{
	sum_with(call, 1.0 / (double)split_of(call).n);
}

/* The reduced dimension put back with size 1, then repeated. */
static struct tensor *spread(const struct op_call *call, struct tensor *t, struct error *err)
{
	int64_t shape[TENSOR_MAX_DIMS];
	for (int k = 0; k < X0->dims; k++) {
		shape[k] = is_all(call) || k == call->params.i[0] ? 1 : X0->shape[k];
	}
	t = tensor_reshape(t, X0->dims, shape, err);
	return tensor_expand(t, X0->dims, X0->shape, err);
}
VJP(sum)
{
	out[0] = spread(call, grads[0], err);
	return op_made(out[0], err);
}
VJP(mean)
{
	struct tensor *g = tensor_mul_scalar(grads[0], 1.0 / (double)split_of(call).n, err);
	out[0] = spread(call, g, err);
	return op_made(out[0], err);
}

static double read(const struct tensor *t, int64_t i)
{
	return t->dtype == DTYPE_F32 ? (double)tensor_f32(t)[i] : tensor_f64(t)[i];
}
static void put(struct tensor *t, int64_t i, double v)
{
	if (t->dtype == DTYPE_F32) {
		tensor_f32(t)[i] = (float)v;
	} else {
		tensor_f64(t)[i] = v;
	}
}

/* Each reduced column in double precision. */
#define FOR_COLUMNS(s, at) \
	for (int64_t at_o = 0; at_o < (s).outer; at_o++) \
		for (int64_t at_k = 0, at = at_o * (s).n * (s).inner; at_k < (s).inner; \
		     at_k++, at++)
#define COLUMN_OUT(s) (at_o * (s).inner + at_k)

/* i[2]: divide by n-1 */
static void var_forward(struct op_call *call)
{
	struct op_split s = split_of(call);
	FOR_COLUMNS(s, at)
	{
		double mean = 0, square = 0;
		for (int64_t i = 0; i < s.n; i++) {
			mean += read(X0, at + i * s.inner);
		}
		mean /= (double)s.n;
		for (int64_t i = 0; i < s.n; i++) {
			double off = read(X0, at + i * s.inner) - mean;
			square += off * off;
		}
		put(Y0, COLUMN_OUT(s), square / (double)(s.n - (call->params.i[2] != 0)));
	}
}
VJP(var)
{
	struct op_params p = op_presets(OP_MEAN);
	p.i[0] = call->params.i[0];
	struct tensor *mean = spread(call, op_apply(OP_MEAN, call->inputs, 1, &p, err), err);
	double n = (double)(split_of(call).n - (call->params.i[2] != 0));
	struct tensor *g = spread(call, tensor_mul_scalar(grads[0], 2 / n, err), err);
	out[0] = tensor_mul(g, tensor_sub(X0, mean, err), err);
	return op_made(out[0], err);
}

/* Largest or smallest, with its place as second output. NaN wins. */
INFER(extreme)
{
	int dims;
	int64_t shape[TENSOR_MAX_DIMS];
	enum status status = reduce_shape(call, &dims, shape, err);
	if (status == STATUS_OK && split_of(call).n == 0) {
		char text[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_SHAPE, call->op->name, message(MSG_TENSOR_EMPTY),
				 call->op->name, tensor_shape_text(X0, text));
	}
	if (status == STATUS_OK) {
		status = op_output(call, 0, X0->dtype, dims, shape, err);
	}
	return status == STATUS_OK ? op_output(call, 1, DTYPE_I32, dims, shape, err) : status;
}
static void extreme(struct op_call *call, double sign, struct tensor *values, struct tensor *places)
{
	struct op_split s = split_of(call);
	FOR_COLUMNS(s, at)
	{
		double best = read(X0, at);
		int64_t place = 0;
		for (int64_t i = 1; i < s.n && best == best; i++) {
			double v = read(X0, at + i * s.inner);
			if (v != v || sign * v > sign * best) {
				best = v;
				place = i;
			}
		}
		if (values) {
			put(values, COLUMN_OUT(s), best);
		}
		tensor_i32(places)[COLUMN_OUT(s)] = (int32_t)place;
	}
}
static void max_forward(struct op_call *call)
{
	extreme(call, 1, Y0, call->outputs[1]);
}
static void min_forward(struct op_call *call)
{
	extreme(call, -1, Y0, call->outputs[1]);
}
VJP(extreme)
{
	int64_t shape[TENSOR_MAX_DIMS], flat = tensor_numel(X0);
	int dims = X0->dims;
	memcpy(shape, X0->shape, sizeof shape);
	int d = is_all(call) ? 0 : (int)call->params.i[0];
	int64_t size = is_all(call) ? flat : shape[d];
	if (is_all(call)) {
		dims = 1;
		shape[0] = 1;
	} else {
		shape[d] = 1;
	}
	struct tensor *g = tensor_reshape(grads[0], dims, shape, err);
	struct tensor *places = tensor_reshape(call->outputs[1], dims, shape, err);
	struct op_params p = op_presets(OP_SCATTER_ADD);
	p.i[0] = d;
	p.i[1] = size;
	struct tensor *in[2] = {g, places};
	out[0] = tensor_reshape(op_apply(OP_SCATTER_ADD, in, 2, &p, err), X0->dims, X0->shape, err);
	return op_made(out[0], err);
}

INFER(place)
{
	int dims;
	int64_t shape[TENSOR_MAX_DIMS];
	enum status status = reduce_shape(call, &dims, shape, err);
	return status == STATUS_OK ? op_output(call, 0, DTYPE_I32, dims, shape, err) : status;
}
static void argmax_forward(struct op_call *call)
{
	extreme(call, 1, NULL, Y0);
}
static void argmin_forward(struct op_call *call)
{
	extreme(call, -1, NULL, Y0);
}

static void prod_forward(struct op_call *call)
{
	struct op_split s = split_of(call);
	FOR_COLUMNS(s, at)
	{
		double p = 1;
		for (int64_t i = 0; i < s.n; i++) {
			p *= read(X0, at + i * s.inner);
		}
		put(Y0, COLUMN_OUT(s), p);
	}
}
VJP(prod) /* y/x: wants x without zeros, as its documentation says */
{
	struct tensor *y = spread(call, Y0, err);
	out[0] = tensor_mul(spread(call, grads[0], err), tensor_div(y, X0, err), err);
	return op_made(out[0], err);
}

static void logsumexp_forward(struct op_call *call)
{
	struct op_split s = split_of(call);
	FOR_COLUMNS(s, at)
	{
		double most = -INFINITY, sum = 0;
		for (int64_t i = 0; i < s.n; i++) {
			most = fmax(most, read(X0, at + i * s.inner));
		}
		for (int64_t i = 0; i < s.n && isfinite(most); i++) {
			sum += exp(read(X0, at + i * s.inner) - most);
		}
		put(Y0, COLUMN_OUT(s), isfinite(most) ? most + log(sum) : most);
	}
}
VJP(logsumexp)
{
	struct tensor *share = tensor_exp(tensor_sub(X0, spread(call, Y0, err), err), err);
	out[0] = tensor_mul(spread(call, grads[0], err), share, err);
	return op_made(out[0], err);
}

INFER(cumsum)
{
	int d = op_dim("cumsum", call->params.i[0], X0, err);
	call->params.i[0] = d;
	return d < 0 ? STATUS_SHAPE : op_infer_like(call, err);
}
static void cumsum_forward(struct op_call *call)
{
	struct op_split s = op_split_at(X0, (int)call->params.i[0]);
	bool reverse = call->params.i[1] != 0;
	FOR_COLUMNS(s, at)
	{
		double sum = 0;
		for (int64_t i = 0; i < s.n; i++) {
			int64_t place = at + (reverse ? s.n - 1 - i : i) * s.inner;
			sum += read(X0, place);
			put(Y0, place, sum);
		}
	}
}
VJP(cumsum)
{
	out[0] = op_call_i(OP_CUMSUM, grads[0], NULL, call->params.i[0], !call->params.i[1], err);
	return op_made(out[0], err);
}

#define REDUCE(row, text, more, infer_function, ...) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = 1, \
				    .max_inputs = 1, \
				    .inputs = {"x"}, \
				    .flags = OP_WANTS_CONTIGUOUS | OP_F64 | (more), \
				    .infer = infer_function, \
				    .forward = row##_forward, \
				    .cost = op_cost_elements, \
				    __VA_ARGS__}
#define OVER \
	{"dim", OP_PARAM_DIM, 0, (double)OP_ALL, false}, \
	{ \
		"keepdim", OP_PARAM_BOOL, 1, 0, false \
	}
REDUCE(sum, "sum", OP_DIFFERENTIABLE, reduce_infer, .vjp = sum_vjp, .params = {OVER});
REDUCE(mean, "mean", OP_DIFFERENTIABLE, reduce_infer, .vjp = mean_vjp, .params = {OVER});
REDUCE(var, "variance; unbiased divides by n-1", OP_DIFFERENTIABLE, reduce_infer, .vjp = var_vjp,
       .params = {OVER, {"unbiased", OP_PARAM_BOOL, 2, 1, false}});
REDUCE(max, "largest value, and its place", OP_DIFFERENTIABLE, extreme_infer, .vjp = extreme_vjp,
       .aux = 2, .params = {OVER});
REDUCE(min, "smallest value, and its place", OP_DIFFERENTIABLE, extreme_infer, .vjp = extreme_vjp,
       .aux = 2, .params = {OVER});
REDUCE(prod, "product; its gradient wants no zero", OP_DIFFERENTIABLE, reduce_infer,
       .vjp = prod_vjp, .params = {OVER});
REDUCE(logsumexp, "log of the sum of e^x", OP_DIFFERENTIABLE, reduce_infer, .vjp = logsumexp_vjp,
       .params = {OVER});
REDUCE(argmax, "place of the largest value, from 0", 0, place_infer, .vjp = NULL, .params = {OVER});
REDUCE(argmin, "place of the smallest value, from 0", 0, place_infer, .vjp = NULL,
       .params = {OVER});
REDUCE(cumsum, "running sum along a dimension", OP_DIFFERENTIABLE, cumsum_infer, .vjp = cumsum_vjp,
       .params = {{"dim", OP_PARAM_DIM, 0, -1, false}, {"reverse", OP_PARAM_BOOL, 1, 0, false}});
