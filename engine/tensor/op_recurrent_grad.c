#include <string.h>

#include "engine/tensor/kernels/gemm.h"
#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/op_internal.h"

/* Backward through time of op_recurrent.c: gradients of the gates at every step, and of the first state. What they give
 * to weights and inputs is formed afterwards for all steps at once. Input 0: gradient of y [B,T,H]; 1: w_hh. */

#define G (call->inputs[0])
#define W_HH (call->inputs[1])

static enum status grad_infer(struct op_call *call, struct error *err)
{
	int64_t gates[3] = {G->shape[0], G->shape[1], W_HH->shape[0]};
	int64_t state[2] = {G->shape[0], G->shape[2]};
	enum status status = op_output(call, 0, DTYPE_F32, 3, gates, err);
	status = status == STATUS_OK ? op_output(call, 1, DTYPE_F32, 2, state, err) : status;
	if (status == STATUS_OK && call->id == OP_LSTM_GRAD) {
		status = op_output(call, 2, DTYPE_F32, 2, state, err);
	} else if (status == STATUS_OK && call->id == OP_GRU_GRAD) {
		status = op_output(call, 2, DTYPE_F32, 3, gates, err);
	}
	return status;
}

/* dh [rows][H] (+)= dgates · w_hh */
static void to_state(float *dh, const float *dgates, int64_t gates_row, const float *weight,
		     int64_t rows, int64_t wide, int64_t hidden, bool accumulate)
{
	struct gemm g = {.m = rows,
			 .n = hidden,
			 .k = wide,
			 .a = dgates,
			 .a_row = gates_row,
			 .a_col = 1,
			 .b = weight,
			 .b_row = hidden,
			 .b_col = 1,
			 .c = dh,
			 .c_row = hidden,
			 .accumulate = accumulate};
	gemm_serial(&g);
}

static void walk_back(void *context, int64_t first, int64_t last)
{
	struct op_call *call = context;
	const struct row_kernels *k = row_kernels();
	int64_t steps = G->shape[1], h = G->shape[2], wide = W_HH->shape[0], rows = last - first;
	const float *g = tensor_f32(G) + first * steps * h;
	float *dgates = tensor_f32(call->outputs[0]) + first * steps * wide;
	float *dh = tensor_f32(call->outputs[1]) + first * h; /* arriving from the step after */
	float *dc = call->id == OP_LSTM_GRAD ? tensor_f32(call->outputs[2]) + first * h : NULL;
	float *dgh = call->id == OP_GRU_GRAD ? tensor_f32(call->outputs[2]) + first * steps * wide
					     : dgates;
	memset(dh, 0, (size_t)(rows * h) * sizeof *dh);
	if (dc) {
		const struct tensor *last_cell = call->inputs[5];
		if (last_cell) {
			memcpy(dc, tensor_f32(last_cell) + first * h,
			       (size_t)(rows * h) * sizeof *dc);
		} else {
			memset(dc, 0, (size_t)(rows * h) * sizeof *dc);
		}
	}
	for (int64_t t = steps - 1; t >= 0; t--) {
		for (int64_t b = 0; b < rows; b++) {
			int64_t at = b * steps + t;
			float *here = dh + b * h, *to = dgates + at * wide;
			for (int64_t j = 0; j < h; j++) {
				here[j] += g[at * h + j];
			}
			int64_t row = (first + b) * steps + t;
			if (call->id == OP_LSTM_GRAD) {
				const float *cells = tensor_f32(call->inputs[3]) + row * h;
				const float *old =
					t ? cells - h
					  : tensor_f32(call->inputs[4]) + (first + b) * h;
				k->lstm_grad(tensor_f32(call->inputs[2]) + row * wide, old, cells,
					     here, dc + b * h, to, h);
			} else if (call->id == OP_GRU_GRAD) {
				const float *old =
					t ? tensor_f32(call->inputs[3]) + (row - 1) * h
					  : tensor_f32(call->inputs[4]) + (first + b) * h;
				k->gru_grad(tensor_f32(call->inputs[2]) + row * 4 * h, old, here,
					    to, dgh + at * wide, h);
			} else {
				k->tanh_grad(to, tensor_f32(call->inputs[2]) + row * h, here, h);
			}
		}
		to_state(dh, dgh + t * wide, steps * wide, tensor_f32(W_HH), rows, wide, h,
			 call->id == OP_GRU_GRAD);
	}
}

static void grad_forward(struct op_call *call)
{
	threads_for(G->shape[0], 1, walk_back, call);
}

static void grad_cost(const struct op_call *call, struct op_cost *cost)
{
	op_cost_elements(call, cost);
	cost->flops = 2 * (double)tensor_numel(call->outputs[0]) * (double)G->shape[2];
}

#define GRAD(row, least, most) \
	const struct op op_##row = { \
		.name = #row, \
		.summary = "gradients of the gates, backward through time", \
		.min_inputs = least, \
		.max_inputs = most, \
		.inputs = {"gradient", "weight_hh"}, \
		.flags = OP_WANTS_CONTIGUOUS | OP_OPTIONAL_INPUTS | OP_INTERNAL, \
		.infer = grad_infer, \
		.forward = grad_forward, \
		.cost = grad_cost, \
	}
GRAD(rnn_grad, 3, 3);
GRAD(lstm_grad, 5, 6);
GRAD(gru_grad, 5, 5);
