#include <math.h>
#include <string.h>

#include "engine/tensor/kernels/math_f32.h"
#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/op_internal.h"

/* Softmax and the losses built on it. */

#define VJP(name) \
	static enum status name##_vjp(const struct op_call *call, struct tensor *const *grads, \
				      struct tensor **out, struct error *err)
#define INFER(name) static enum status name##_infer(struct op_call *call, struct error *err)
#define X0 (call->inputs[0])
#define T1 (call->inputs[1])
#define Y0 (call->outputs[0])

INFER(softmax)
{
	int d = op_dim(call->op->name, call->params.i[0], X0, err);
	call->params.i[0] = d;
	return d < 0 ? STATUS_SHAPE : op_infer_like(call, err);
}

/* One column in double precision: dimensions other than the last, and f64. */
static void softmax_column(const struct op_call *call, int64_t at, int64_t n, int64_t step,
			   bool log)
{
	bool f32 = X0->dtype == DTYPE_F32;
	double most = -INFINITY, sum = 0;
#define IN(i) (f32 ? (double)tensor_f32(X0)[at + (i)*step] : tensor_f64(X0)[at + (i)*step])
	for (int64_t i = 0; i < n; i++) {
		most = fmax(most, IN(i));
	}
	for (int64_t i = 0; i < n; i++) {
		sum += exp(IN(i) - most);
	}
	for (int64_t i = 0; i < n; i++) {
		double y = log ? IN(i) - most - log1p(sum - 1) : exp(IN(i) - most) / sum;
		if (f32) {
			tensor_f32(Y0)[at + i * step] = (float)y;
		} else {
			tensor_f64(Y0)[at + i * step] = y;
		}
	}
#undef IN
}

static void softmax_rows(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	int64_t n = X0->shape[X0->dims - 1];
	const struct row_kernels *k = row_kernels();
	for (int64_t o = first; o < last; o++) {
		const float *x = tensor_f32(X0) + o * n;
		float *y = tensor_f32(Y0) + o * n;
		if (call->id == OP_LOG_SOFTMAX) {
			k->log_softmax(y, x, n);
		} else {
			k->softmax(y, x, n);
		}
	}
}

static void softmax_forward(struct op_call *call)
{
	struct op_split s = op_split_at(X0, (int)call->params.i[0]);
	if (s.inner == 1 && X0->dtype == DTYPE_F32) {
		threads_for(s.outer, 8192 / (s.n + 1) + 1, softmax_rows, call);
		return;
	}
	for (int64_t o = 0; o < s.outer; o++) {
		for (int64_t k = 0; k < s.inner; k++) {
			softmax_column(call, o * s.n * s.inner + k, s.n, s.inner,
				       call->id == OP_LOG_SOFTMAX);
		}
	}
}

/* y (g - Σ g y) */
VJP(softmax)
{
	int d = (int)call->params.i[0];
	struct tensor *gy = tensor_mul(grads[0], Y0, err);
	struct tensor *sum = tensor_sum(gy, d, true, err);
	out[0] = tensor_sub(gy, tensor_mul(Y0, sum, err), err);
	return op_made(out[0], err);
}
/* g - e^y Σ g */
VJP(log_softmax)
{
	int d = (int)call->params.i[0];
	struct tensor *sum = tensor_sum(grads[0], d, true, err);
	out[0] = tensor_sub(grads[0], tensor_mul(tensor_exp(Y0, err), sum, err), err);
	return op_made(out[0], err);
}

/* --- cross-entropy of logits [N, C] (or [..., C]) and classes [N]; the mean over rows. Rows of class ignore_index count
 * nothing. Second output: the softmax, kept for the gradient. --- */
INFER(cross_entropy)
{
	if (X0->dims < 1) {
		return op_want_dims(call, 0, 2, err);
	}
	enum status status = op_want_dtype(call, 0, DTYPE_F32, err);
	status = status == STATUS_OK ? op_want_dtype(call, 1, DTYPE_I32, err) : status;
	if (status != STATUS_OK) {
		return status;
	}
	int64_t classes = X0->shape[X0->dims - 1], n = tensor_numel(T1);
	if (n * classes != tensor_numel(X0) || classes == 0) {
		return op_shapes_error("cross_entropy", X0, T1,
				       message(MSG_TENSOR_CROSS_ENTROPY_RULE), err);
	}
	const int32_t *p = tensor_i32(T1);
	for (int64_t i = 0; i < n; i++) {
		if ((p[i] < 0 || p[i] >= classes) && p[i] != call->params.i[0]) {
			return error_set(err, STATUS_RANGE, "cross_entropy",
					 message(MSG_TENSOR_CLASS_RANGE), "cross_entropy",
					 (long long)i, (long long)p[i], (long long)classes);
		}
	}
	status = op_output(call, 0, DTYPE_F32, 0, NULL, err);
	return status == STATUS_OK ? op_output(call, 1, DTYPE_F32, X0->dims, X0->shape, err)
				   : status;
}

struct entropy {
	struct op_call *call;
	double sum[64];
	int64_t count[64];
};

static void cross_entropy_part(void *context, int part, int parts)
{
	struct entropy *e = context;
	struct op_call *call = e->call;
	int64_t classes = X0->shape[X0->dims - 1], n = tensor_numel(T1);
	double smoothing = call->params.f[0];
	const struct row_kernels *k = row_kernels();
	for (int64_t i = n * part / parts; i < n * (part + 1) / parts; i++) {
		const float *x = tensor_f32(X0) + i * classes;
		float *y = tensor_f32(call->outputs[1]) + i * classes;
		float log_sum = k->softmax(y, x, classes);
		int64_t target = tensor_i32(T1)[i];
		if (target == call->params.i[0]) {
			continue;
		}
		target = target < 0 ? 0 : target < classes ? target : classes - 1;
		double loss = (double)log_sum - x[target];
		if (smoothing > 0) {
			double mean = 0;
			for (int64_t c = 0; c < classes; c++) {
				mean += x[c];
			}
			loss = (1 - smoothing) * loss +
			       smoothing * (log_sum - mean / (double)classes);
		}
		e->sum[part] += loss;
		e->count[part]++;
	}
}

static void cross_entropy_forward(struct op_call *call)
{
	struct entropy e = {.call = call};
	if (tensor_numel(X0) < 8192) {
		cross_entropy_part(&e, 0, 1);
	} else {
		threads_parts(cross_entropy_part, &e);
	}
	double sum = 0;
	int64_t count = 0;
	for (int p = 0; p < 64; p++) {
		sum += e.sum[p];
		count += e.count[p];
	}
	*tensor_f32(Y0) = (float)(sum / (double)(count ? count : 1));
}

VJP(cross_entropy)
{
	if (tensor_grad_enabled()) {
		/* To be differentiated again: the softmax must be on the tape. */
		struct tensor *soft = tensor_softmax(X0, -1, err);
		struct tensor *in[3] = {soft, T1, grads[0]};
		out[0] = op_apply(OP_CROSS_ENTROPY_GRAD, in, 3, &call->params, err);
		return op_made(out[0], err);
	}
	struct tensor *in[3] = {call->outputs[1], T1, grads[0]};
	out[0] = op_apply(OP_CROSS_ENTROPY_GRAD, in, 3, &call->params, err);
	return op_made(out[0], err);
}

/* (softmax - target) · g / n */
INFER(cross_entropy_grad)
{
	return op_infer_like(call, err);
}
static int64_t counted_rows(const struct op_call *call)
{
	int64_t count = 0;
	for (int64_t i = 0, n = tensor_numel(T1); i < n; i++) {
		count += tensor_i32(T1)[i] != call->params.i[0];
	}
	return count ? count : 1;
}
static void cross_entropy_grad_rows(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	int64_t classes = X0->shape[X0->dims - 1];
	float scale = *tensor_f32(call->inputs[2]) / (float)call->random;
	float smoothing = (float)call->params.f[0];
	for (int64_t i = first; i < last; i++) {
		const float *p = tensor_f32(X0) + i * classes;
		float *y = tensor_f32(Y0) + i * classes;
		int64_t target = tensor_i32(T1)[i];
		if (target == call->params.i[0]) {
			memset(y, 0, (size_t)classes * sizeof *y);
			continue;
		}
		float floor = smoothing / (float)classes * scale;
		for (int64_t c = 0; c < classes; c++) {
			y[c] = p[c] * scale - floor;
		}
		target = target < 0 ? 0 : target < classes ? target : classes - 1;
		y[target] -= (1 - smoothing) * scale;
	}
}
static void cross_entropy_grad_forward(struct op_call *call)
{
	int64_t n = tensor_numel(T1);
	call->random =
		(uint64_t)counted_rows(call); /* shared with the rows; this op draws nothing */
	threads_for(n, 8192 / X0->shape[X0->dims - 1] + 1, cross_entropy_grad_rows, call);
}
VJP(cross_entropy_grad)
{
	double n = (double)counted_rows(call);
	struct tensor *g = call->inputs[2];
	struct tensor *keep = NULL;
	if (NEEDS(call, 0)) {
		out[0] = tensor_mul_scalar(tensor_mul(grads[0], g, err), 1 / n, err);
	}
	if (NEEDS(call, 2)) {
		struct tensor *one = tensor_scalar(1, err);
		struct tensor *in[3] = {X0, T1, one};
		keep = op_apply(OP_CROSS_ENTROPY_GRAD, in, 3, &call->params, err);
		out[2] = tensor_sum_all(tensor_mul(grads[0], keep, err), err);
	}
	return STATUS_OK;
}

/* --- binary cross-entropy of logits and targets in [0,1], mean of all elements --- */
INFER(bce_with_logits)
{
	if (!tensor_same_shape(X0, T1)) {
		return op_shapes_error("bce_with_logits", X0, T1, "", err);
	}
	return op_output(call, 0, X0->dtype, 0, NULL, err);
}
/* max(x,0) - x t + log(1 + e^-|x|) */
static void bce_with_logits_forward(struct op_call *call)
{
	double sum = 0;
	int64_t n = tensor_numel(X0);
	for (int64_t i = 0; i < n; i++) {
		double x = X0->dtype == DTYPE_F32 ? (double)tensor_f32(X0)[i] : tensor_f64(X0)[i];
		double t = X0->dtype == DTYPE_F32 ? (double)tensor_f32(T1)[i] : tensor_f64(T1)[i];
		sum += fmax(x, 0) - x * t + log1p(exp(-fabs(x)));
	}
	sum /= (double)n;
	if (X0->dtype == DTYPE_F32) {
		*tensor_f32(Y0) = (float)sum;
	} else {
		*tensor_f64(Y0) = sum;
	}
}
VJP(bce_with_logits)
{
	double n = (double)tensor_numel(X0);
	struct tensor *g = tensor_mul_scalar(grads[0], 1 / n, err);
	if (NEEDS(call, 0)) {
		out[0] = tensor_mul(tensor_sub(tensor_sigmoid(X0, err), T1, err), g, err);
	}
	if (NEEDS(call, 1)) {
		out[1] = tensor_neg(tensor_mul(X0, g, err), err);
	}
	return NEEDS(call, 0) ? op_made(out[0], err) : STATUS_OK;
}

#define ROW(row, text, n, more, ...) \
	const struct op op_##row = {.name = #row, \
				    .summary = text, \
				    .min_inputs = n, \
				    .max_inputs = n, \
				    .flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS | (more), \
				    .forward = row##_forward, \
				    .vjp = row##_vjp, \
				    .cost = op_cost_elements, \
				    __VA_ARGS__}
ROW(softmax, "e^x as shares of their sum along a dimension", 1, OP_F64, .infer = softmax_infer,
    .inputs = {"x"}, .params = {{"dim", OP_PARAM_DIM, 0, -1, false}});
/* log_softmax shares softmax's forward, which looks at the op's id. */
const struct op op_log_softmax = {
	.name = "log_softmax",
	.summary = "logarithm of softmax",
	.min_inputs = 1,
	.max_inputs = 1,
	.inputs = {"x"},
	.params = {{"dim", OP_PARAM_DIM, 0, -1, false}},
	.flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS | OP_F64,
	.infer = softmax_infer,
	.forward = softmax_forward,
	.vjp = log_softmax_vjp,
	.cost = op_cost_elements,
};
#define SMOOTHING \
	.params = {{"ignore_index", OP_PARAM_INT, 0, -100, false}, \
		   {"label_smoothing", OP_PARAM_FLOAT, 0, 0, false}}
ROW(cross_entropy, "mean negative log-probability of the right class", 2, OP_MIXED_DTYPES,
    .infer = cross_entropy_infer, .inputs = {"logits", "targets"}, .aux = 2, SMOOTHING);
ROW(cross_entropy_grad, "gradient of cross_entropy from the softmax", 3,
    OP_MIXED_DTYPES | OP_INTERNAL, .infer = cross_entropy_grad_infer,
    .inputs = {"softmax", "targets", "gradient"}, SMOOTHING);
ROW(bce_with_logits, "mean binary cross-entropy of logits", 2, OP_F64,
    .infer = bce_with_logits_infer, .inputs = {"logits", "targets"});
