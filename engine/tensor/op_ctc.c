#include <math.h>
#include <string.h>

#include "engine/tensor/op_internal.h"

/* Connectionist temporal classification. log-probabilities [B,T,C], targets i32 [B,S] padded with -1, class 0 the blank.
 * The mean over the batch of each loss divided by its number of targets, as in PyTorch.
 * Source: Graves et al., "Connectionist Temporal Classification" (2006), the α–β recursion in logs. The gradient for the
 * log-probabilities is formed with the loss and kept as second output. */

#define X0 (call->inputs[0])
#define T1 (call->inputs[1])

static enum status ctc_infer(struct op_call *call, struct error *err)
{
	enum status status = op_want_dims(call, 0, 3, err);
	status = status == STATUS_OK ? op_want_dims(call, 1, 2, err) : status;
	status = status == STATUS_OK ? op_want_dtype(call, 0, DTYPE_F32, err) : status;
	status = status == STATUS_OK ? op_want_dtype(call, 1, DTYPE_I32, err) : status;
	if (status != STATUS_OK) {
		return status;
	}
	if (X0->shape[0] != T1->shape[0]) {
		return op_shapes_error("ctc_loss", X0, T1, "", err);
	}
	for (int64_t i = 0, n = tensor_numel(T1); i < n; i++) {
		int32_t c = tensor_i32(T1)[i];
		if (c >= X0->shape[2] || c < -1 || c == 0) {
			return error_set(err, STATUS_RANGE, "ctc_loss",
					 message(MSG_TENSOR_CLASS_RANGE), "ctc_loss", (long long)i,
					 (long long)c, (long long)X0->shape[2]);
		}
	}
	status = op_output(call, 0, DTYPE_F32, 0, NULL, err);
	return status == STATUS_OK ? op_output_like(call, 1, X0, err) : status;
}

static size_t ctc_workspace(const struct op_call *call)
{
	return (size_t)(2 * X0->shape[1] * (2 * T1->shape[1] + 1)) * sizeof(double);
}

static double add_logs(double a, double b)
{
	double most = a > b ? a : b;
	return most == -INFINITY ? most : most + log1p(exp(-fabs(a - b)));
}

/* State s of the path: even ones are blanks, odd ones the targets. */
static int64_t state_class(const int32_t *targets, int64_t s)
{
	return s % 2 ? targets[s / 2] : 0;
}

static bool may_skip(const int32_t *targets, int64_t s)
{
	return s % 2 && s >= 3 && targets[s / 2] != targets[s / 2 - 1];
}

static double ctc_one(const float *x, const int32_t *targets, int64_t length, int64_t steps,
		      int64_t classes, double *alpha, double *beta, float *gradient)
{
	int64_t states = 2 * length + 1;
#define AT(table, t, s) table[(t)*states + (s)]
#define LOGP(t, s) ((double)x[(t)*classes + state_class(targets, s)])
	for (int64_t t = 0; t < steps; t++) {
		for (int64_t s = 0; s < states; s++) {
			double path = -INFINITY;
			if (t == 0) {
				path = s < 2 ? 0 : -INFINITY;
			} else {
				path = AT(alpha, t - 1, s);
				path = s > 0 ? add_logs(path, AT(alpha, t - 1, s - 1)) : path;
				path = may_skip(targets, s)
					       ? add_logs(path, AT(alpha, t - 1, s - 2))
					       : path;
			}
			AT(alpha, t, s) = path + LOGP(t, s);
		}
	}
	for (int64_t t = steps - 1; t >= 0; t--) {
		for (int64_t s = states - 1; s >= 0; s--) {
			double path = -INFINITY;
			if (t == steps - 1) {
				path = s >= states - 2 ? 0 : -INFINITY;
			} else {
				path = AT(beta, t + 1, s) + LOGP(t + 1, s);
				if (s + 1 < states) {
					path = add_logs(path, AT(beta, t + 1, s + 1) +
								      LOGP(t + 1, s + 1));
				}
				if (s + 2 < states && may_skip(targets, s + 2)) {
					path = add_logs(path, AT(beta, t + 1, s + 2) +
								      LOGP(t + 1, s + 2));
				}
			}
			AT(beta, t, s) = path;
		}
	}
	double total = AT(alpha, steps - 1, states - 1);
	if (states > 1) {
		total = add_logs(total, AT(alpha, steps - 1, states - 2));
	}
	for (int64_t t = 0; t < steps && total > -INFINITY; t++) {
		for (int64_t s = 0; s < states; s++) {
			gradient[t * classes + state_class(targets, s)] -=
				(float)exp(AT(alpha, t, s) + AT(beta, t, s) - total);
		}
	}
	return -total;
#undef AT
#undef LOGP
}

static void ctc_forward(struct op_call *call)
{
	int64_t batch = X0->shape[0], steps = X0->shape[1], classes = X0->shape[2];
	int64_t width = T1->shape[1];
	double *alpha = call->workspace, *beta = alpha + steps * (2 * width + 1);
	float *gradient = tensor_f32(call->outputs[1]);
	memset(gradient, 0, (size_t)tensor_numel(X0) * sizeof *gradient);
	double sum = 0;
	for (int64_t b = 0; b < batch; b++) {
		const int32_t *targets = tensor_i32(T1) + b * width;
		int64_t length = 0, per = steps * classes;
		while (length < width && targets[length] > 0) {
			length++;
		}
		double loss = ctc_one(tensor_f32(X0) + b * per, targets, length, steps, classes,
				      alpha, beta, gradient + b * per);
		double share = 1 / ((double)(length ? length : 1) * (double)batch);
		sum += loss * share;
		for (int64_t i = 0; i < per; i++) {
			gradient[b * per + i] *= (float)share;
		}
	}
	*tensor_f32(call->outputs[0]) = (float)sum;
}

static enum status ctc_vjp(const struct op_call *call, struct tensor *const *grads,
			   struct tensor **out, struct error *err)
{
	if (tensor_grad_enabled()) {
		return error_set(err, STATUS_UNSUPPORTED, "ctc_loss",
				 message(MSG_TENSOR_SECOND_ORDER), "ctc_loss");
	}
	out[0] = tensor_mul(call->outputs[1], grads[0], err);
	return op_made(out[0], err);
}

const struct op op_ctc_loss = {
	.name = "ctc_loss",
	.summary =
		"loss of a sequence of labels without their places in time; class 0 is the blank",
	.min_inputs = 2,
	.max_inputs = 2,
	.inputs = {"log_probabilities", "targets"},
	.flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS | OP_MIXED_DTYPES,
	.aux = 2,
	.infer = ctc_infer,
	.forward = ctc_forward,
	.vjp = ctc_vjp,
	.workspace = ctc_workspace,
	.cost = op_cost_elements,
};
