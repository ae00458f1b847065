#include <string.h>

#include "engine/tensor/kernels/gemm.h"
#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/op_internal.h"

/* Recurrent layers over a whole sequence in one op. x [B,T,I], w_ih [gH,I], w_hh [gH,H], b_ih, b_hh [gH], h0 [B,H] (and
 * c0 for LSTM) -> y [B,T,H] (and the last cell). Gates are ordered as in PyTorch: i f g o; r z n. The products with the
 * inputs are formed for all steps at once, and so are all weight gradients; only the product with the state goes step by
 * step. The batch is cut over the threads, each of which walks its rows through time alone. */

#define X (call->inputs[0])
#define W_IH (call->inputs[1])
#define W_HH (call->inputs[2])
#define B_IH (call->inputs[3])
#define B_HH (call->inputs[4])
#define H0 (call->inputs[5])
#define C0 (call->inputs[6])
#define Y (call->outputs[0])

struct sizes {
	int64_t batch, steps, in, hidden, wide; /* wide: gates · hidden */
};

static struct sizes sizes_of(const struct op_call *call)
{
	return (struct sizes){X->shape[0], X->shape[1], X->shape[2], W_HH->shape[1],
			      W_HH->shape[0]};
}

static int gates_of(enum op_id id)
{
	return id == OP_LSTM ? 4 : id == OP_GRU ? 3 : 1;
}

static enum status recurrent_infer(struct op_call *call, struct error *err)
{
	static const int dims[7] = {3, 2, 2, 1, 1, 2, 2};
	for (int k = 0; k < call->input_count; k++) {
		enum status status = op_want_dims(call, k, dims[k], err);
		if (status != STATUS_OK) {
			return status;
		}
	}
	struct sizes s = sizes_of(call);
	int gates = gates_of(call->id);
	if (W_HH->shape[0] != gates * s.hidden || W_IH->shape[0] != s.wide) {
		return op_shapes_error(call->op->name, W_IH, W_HH, "", err);
	}
	if (W_IH->shape[1] != s.in) {
		return op_shapes_error(call->op->name, X, W_IH, "x [N,T,in]", err);
	}
	if (B_IH->shape[0] != s.wide || B_HH->shape[0] != s.wide) {
		return op_shapes_error(call->op->name, B_IH, B_HH, "", err);
	}
	for (int k = 5; k < call->input_count; k++) {
		if (call->inputs[k]->shape[0] != s.batch || call->inputs[k]->shape[1] != s.hidden) {
			return op_shapes_error(call->op->name, X, call->inputs[k], "", err);
		}
	}
	int64_t y[3] = {s.batch, s.steps, s.hidden};
	int64_t saved[3] = {s.batch, s.steps, call->id == OP_RNN ? 1 : 4 * s.hidden};
	enum status status = op_output(call, 0, DTYPE_F32, 3, y, err);
	if (call->id == OP_LSTM) { /* y, last cell, gates, cells */
		int64_t cell[2] = {s.batch, s.hidden};
		status = status == STATUS_OK ? op_output(call, 1, DTYPE_F32, 2, cell, err) : status;
		status =
			status == STATUS_OK ? op_output(call, 2, DTYPE_F32, 3, saved, err) : status;
		status = status == STATUS_OK ? op_output(call, 3, DTYPE_F32, 3, y, err) : status;
	} else if (call->id == OP_GRU) { /* y, (r, z, n, state part of n) */
		status =
			status == STATUS_OK ? op_output(call, 1, DTYPE_F32, 3, saved, err) : status;
	}
	return status;
}

/* c [rows][wide] (+)= a [rows][k] · weightᵀ */
static void rows_times(float *c, int64_t c_row, const float *a, int64_t a_row, const float *weight,
		       int64_t rows, int64_t wide, int64_t k, const float *bias, bool accumulate)
{
	struct gemm g = {.m = rows,
			 .n = wide,
			 .k = k,
			 .a = a,
			 .a_row = a_row,
			 .a_col = 1,
			 .b = weight,
			 .b_row = 1,
			 .b_col = k,
			 .c = c,
			 .c_row = c_row,
			 .bias_col = bias,
			 .accumulate = accumulate};
	gemm_serial(&g);
}

/* The state matrix is packed once for all steps: [k][n] with n contiguous costs no transposition later. */
static size_t recurrent_workspace(const struct op_call *call)
{
	struct sizes s = sizes_of(call);
	size_t floats = (size_t)(s.wide * s.hidden); /* W_hhᵀ */
	floats += (size_t)(s.batch * s.steps * s.wide); /* products with the inputs */
	floats += (size_t)(s.batch * s.wide); /* products with the state */
	return floats * sizeof(float);
}

static float *turned(const struct op_call *call)
{
	return call->workspace;
}

static void turn(float *to, const float *from, int64_t rows, int64_t columns)
{
	for (int64_t i = 0; i < rows; i++) {
		for (int64_t j = 0; j < columns; j++) {
			to[j * rows + i] = from[i * columns + j];
		}
	}
}

/* Turning the state matrix pays when it is used for many rows. */
static bool turns(const struct sizes *s)
{
	return s->steps * s->batch >= 16;
}

static void state_product(const struct sizes *s, float *c, int64_t c_row, const float *h,
			  int64_t h_row, const float *weight, int64_t rows, const float *bias,
			  bool accumulate)
{
	struct gemm g = {.m = rows,
			 .n = s->wide,
			 .k = s->hidden,
			 .a = h,
			 .a_row = h_row,
			 .a_col = 1,
			 .b = weight,
			 .b_row = turns(s) ? s->wide : 1,
			 .b_col = turns(s) ? 1 : s->hidden,
			 .c = c,
			 .c_row = c_row,
			 .bias_col = bias,
			 .accumulate = accumulate};
	gemm_serial(&g);
}

static void walk_rows(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	struct sizes s = sizes_of(call);
	const struct row_kernels *k = row_kernels();
	int64_t rows = last - first, h = s.hidden, per = s.steps * s.wide;
	const float *weight = turns(&s) ? turned(call) : tensor_f32(W_HH);
	float *in = turned(call) + s.wide * h + first * per;
	float *from_state = turned(call) + s.wide * h + s.batch * per + first * s.wide;
	float *y = tensor_f32(Y) + first * s.steps * h;
	/* An LSTM's gates are formed where they are saved. */
	float *gates = call->id == OP_LSTM ? tensor_f32(call->outputs[2]) + first * per : in;
	float *cells =
		call->id == OP_LSTM ? tensor_f32(call->outputs[3]) + first * s.steps * h : NULL;
	rows_times(gates, s.wide, tensor_f32(X) + first * s.steps * s.in, s.in, tensor_f32(W_IH),
		   rows * s.steps, s.wide, s.in, tensor_f32(B_IH), false);
	for (int64_t t = 0; t < s.steps; t++) {
		const float *old = t ? y + (t - 1) * h : tensor_f32(H0) + first * h;
		int64_t old_row = t ? s.steps * h : h;
		if (call->id == OP_GRU) {
			state_product(&s, from_state, s.wide, old, old_row, weight, rows,
				      tensor_f32(B_HH), false);
		} else {
			state_product(&s, gates + t * s.wide, per, old, old_row, weight, rows,
				      tensor_f32(B_HH), true);
		}
		for (int64_t b = 0; b < rows; b++) {
			float *gate = gates + b * per + t * s.wide;
			float *out = y + (b * s.steps + t) * h;
			if (call->id == OP_LSTM) {
				const float *c_old = t ? cells + (b * s.steps + t - 1) * h
						       : tensor_f32(C0) + (first + b) * h;
				k->lstm(gate, c_old, cells + (b * s.steps + t) * h, out, h);
			} else if (call->id == OP_GRU) {
				float *saved = tensor_f32(call->outputs[1]) +
					       ((first + b) * s.steps + t) * 4 * h;
				k->gru(gate, from_state + b * s.wide, old + b * old_row, saved, out,
				       h);
			} else {
				memcpy(out, gate, (size_t)h * sizeof *out);
				k->tanh(out, h);
			}
		}
	}
	for (int64_t b = 0; b < rows && call->id == OP_LSTM; b++) {
		memcpy(tensor_f32(call->outputs[1]) + (first + b) * h,
		       s.steps ? cells + (b * s.steps + s.steps - 1) * h
			       : tensor_f32(C0) + (first + b) * h,
		       (size_t)h * sizeof *cells);
	}
}

static void recurrent_forward(struct op_call *call)
{
	struct sizes s = sizes_of(call);
	if (turns(&s)) {
		turn(turned(call), tensor_f32(W_HH), s.wide, s.hidden);
	}
	threads_for(s.batch, 1, walk_rows, call);
}

/* --- from simple ops, for second derivatives --- */
static struct tensor *gate(struct tensor *t, int64_t at, int64_t h, struct error *err)
{
	return tensor_narrow(t, 1, at * h, h, err);
}

static enum status recurrent_composite(const struct op_call *call, struct tensor **outputs,
				       struct error *err)
{
	struct sizes s = sizes_of(call);
	struct tensor *steps[512];
	struct tensor *h = H0, *c = call->id == OP_LSTM ? C0 : NULL;
	if (s.steps > 512) {
		return error_set(err, STATUS_UNSUPPORTED, call->op->name,
				 message(MSG_TENSOR_SECOND_ORDER), call->op->name);
	}
	for (int64_t t = 0; t < s.steps; t++) {
		struct tensor *x = tensor_select(X, 1, t, err);
		struct tensor *gi = tensor_linear(x, W_IH, B_IH, err);
		struct tensor *gh = tensor_linear(h, W_HH, B_HH, err);
		int64_t n = s.hidden;
		if (call->id == OP_LSTM) {
			struct tensor *g = tensor_add(gi, gh, err);
			struct tensor *i = tensor_sigmoid(gate(g, 0, n, err), err);
			struct tensor *f = tensor_sigmoid(gate(g, 1, n, err), err);
			struct tensor *m = tensor_tanh(gate(g, 2, n, err), err);
			struct tensor *o = tensor_sigmoid(gate(g, 3, n, err), err);
			c = tensor_add(tensor_mul(f, c, err), tensor_mul(i, m, err), err);
			h = tensor_mul(o, tensor_tanh(c, err), err);
		} else if (call->id == OP_GRU) {
			struct tensor *r = tensor_sigmoid(
				tensor_add(gate(gi, 0, n, err), gate(gh, 0, n, err), err), err);
			struct tensor *z = tensor_sigmoid(
				tensor_add(gate(gi, 1, n, err), gate(gh, 1, n, err), err), err);
			struct tensor *part = tensor_mul(r, gate(gh, 2, n, err), err);
			struct tensor *m =
				tensor_tanh(tensor_add(gate(gi, 2, n, err), part, err), err);
			h = tensor_add(m, tensor_mul(z, tensor_sub(h, m, err), err), err);
		} else {
			h = tensor_tanh(tensor_add(gi, gh, err), err);
		}
		steps[t] = h;
	}
	outputs[0] = tensor_stack(steps, (int)s.steps, 1, err);
	outputs[1] = c;
	return op_made(outputs[0], err);
}

/* --- gradients --- */

/* Shares out dgates [B,T,gH] of the input side and of the state side over all inputs but the first state. */
static enum status share_out(const struct op_call *call, struct tensor *of_input,
			     struct tensor *of_state, struct tensor **out, struct error *err)
{
	struct sizes s = sizes_of(call);
	int64_t gates[2] = {-1, s.wide}, ins[2] = {-1, s.in}, states[2] = {-1, s.hidden};
	struct tensor *gi = tensor_reshape(of_input, 2, gates, err);
	struct tensor *gh = tensor_reshape(of_state, 2, gates, err);
	if (NEEDS(call, 0)) {
		out[0] = tensor_reshape(tensor_matmul(gi, W_IH, err), 3, X->shape, err);
	}
	struct tensor *x = tensor_reshape(X, 2, ins, err);
	out[1] = tensor_matmul(tensor_transpose(gi, 0, 1, err), x, err);
	/* States before each step: the first one, then the outputs but the last. */
	struct tensor *before[2] = {tensor_unsqueeze(H0, 1, err),
				    tensor_narrow(Y, 1, 0, s.steps - 1, err)};
	struct tensor *h = tensor_reshape(tensor_cat(before, 2, 1, err), 2, states, err);
	out[2] = tensor_matmul(tensor_transpose(gh, 0, 1, err), h, err);
	out[3] = tensor_sum(gi, 0, false, err);
	out[4] = of_input == of_state ? out[3] : tensor_sum(gh, 0, false, err);
	return out[1] && out[2] && out[3] ? op_made(out[4], err) : op_made(NULL, err);
}

static enum status recurrent_vjp(const struct op_call *call, struct tensor *const *grads,
				 struct tensor **out, struct error *err)
{
	if (tensor_grad_enabled()) {
		return op_vjp_composite(call, grads, out, recurrent_composite, err);
	}
	struct tensor *g = grads[0];
	if (!g) {
		g = tensor_new(DTYPE_F32, Y->dims, Y->shape, err);
	}
	struct tensor *made[4] = {0};
	enum status status;
	if (call->id == OP_LSTM) {
		/* y itself is not needed: tanh of the cells is formed again */
		struct tensor *in[6] = {g, W_HH, call->outputs[2], call->outputs[3], C0, grads[1]};
		status = op_apply_multi(made, 3, OP_LSTM_GRAD, in, 6, NULL, err);
		out[6] = made[2];
		if (status == STATUS_OK) {
			status = share_out(call, made[0], made[0], out, err);
		}
	} else if (call->id == OP_GRU) {
		struct tensor *in[5] = {g, W_HH, call->outputs[1], Y, H0};
		status = op_apply_multi(made, 3, OP_GRU_GRAD, in, 5, NULL, err);
		if (status == STATUS_OK) {
			status = share_out(call, made[0], made[2], out, err);
		}
	} else {
		struct tensor *in[3] = {g, W_HH, Y};
		status = op_apply_multi(made, 2, OP_RNN_GRAD, in, 3, NULL, err);
		if (status == STATUS_OK) {
			status = share_out(call, made[0], made[0], out, err);
		}
	}
	out[5] = made[1];
	return status;
}

static void recurrent_cost(const struct op_call *call, struct op_cost *cost)
{
	struct sizes s = sizes_of(call);
	op_cost_elements(call, cost);
	cost->flops = 2 * (double)(s.batch * s.steps * s.wide) * (double)(s.in + s.hidden);
}

#define RECURRENT(row, text, n, aux_outputs) \
	const struct op op_##row = { \
		.name = #row, \
		.summary = text, \
		.min_inputs = n, \
		.max_inputs = n, \
		.inputs = {"x", "weight_ih", "weight_hh", "bias_ih", "bias_hh", "h0"}, \
		.flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS, \
		.aux = aux_outputs, \
		.infer = recurrent_infer, \
		.forward = recurrent_forward, \
		.vjp = recurrent_vjp, \
		.workspace = recurrent_workspace, \
		.cost = recurrent_cost, \
	}
RECURRENT(rnn, "h ← tanh(W x + b + U h + c) along a sequence", 6, 0);
RECURRENT(lstm, "long short-term memory along a sequence; also gives the last cell", 7, 12);
RECURRENT(gru, "gated recurrent unit along a sequence", 6, 2);
