#include <stdio.h>
#include <string.h>

#include "engine/nn/onnx_write.h"

/* Recurrent layers: ONNX wants time first, one more dimension for directions, and its own order of gates (LSTM i o f c, GRU
 * z r h; ours are PyTorch's: i f g o and r z n). The weights are constants, so they are written in that order. */

static const int lstm_order[4] = {0, 3, 1, 2}, gru_order[3] = {1, 0, 2}, rnn_order[1] = {0};

/* Blocks of `hidden` rows of w (and of more, put behind) in another order, under a fresh name. */
static void reordered(struct onnx_graph *g, char name[ONNX_NAME], const struct tensor *w,
		      const struct tensor *more, const int *order, int gates)
{
	int64_t rows = w->shape[0], each = rows / gates, columns = w->dims > 1 ? w->shape[1] : 1;
	int64_t shape[3] = {1, more ? 2 * rows : rows, columns};
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *t = tensor_new(DTYPE_F32, w->dims > 1 ? 3 : 2, shape, NULL);
	for (int part = 0; t && part < (more ? 2 : 1); part++) {
		const struct tensor *from = part ? more : w;
		for (int k = 0; k < gates; k++) {
			for (int64_t i = 0; i < each * columns; i++) {
				tensor_f32(t)[(part * rows + k * each) * columns + i] =
					(float)tensor_get(from, order[k] * each * columns + i);
			}
		}
	}
	snprintf(name, ONNX_NAME, "c%d", g->made++);
	if (t) {
		onnx_tensor(&g->initializers, 5, name, t);
	} else {
		g->failed = "memory";
	}
	tensor_scope_close(&scope);
}

static const char *with_direction(struct onnx_graph *g, char name[ONNX_NAME],
				  const struct tensor *state)
{
	char from[ONNX_NAME], shape[ONNX_NAME];
	int64_t sizes[3] = {1, state->shape[0], state->shape[1]};
	onnx_input(g, state, from);
	snprintf(shape, sizeof shape, "c%d", g->made++);
	onnx_ints(&g->initializers, 5, shape, sizes, 3);
	onnx_node(g, "Reshape", onnx_fresh(g, name), NULL, from, shape, NULL);
	return name;
}

bool onnx_write_recurrent(struct onnx_graph *g, const struct op_call *call)
{
	bool lstm = call->id == OP_LSTM, gru = call->id == OP_GRU;
	int gates = lstm ? 4 : gru ? 3 : 1;
	const int *order = lstm ? lstm_order : gru ? gru_order : rnn_order;
	struct tensor **in = call->inputs;
	char x[ONNX_NAME], turned[ONNX_NAME], w[ONNX_NAME], r[ONNX_NAME], b[ONNX_NAME];
	char h[ONNX_NAME], c[ONNX_NAME], y[ONNX_NAME], last[ONNX_NAME], cell[ONNX_NAME];
	char flat[ONNX_NAME], shape[ONNX_NAME], out[ONNX_NAME], out_cell[ONNX_NAME];
	struct strbuf node, attributes;
	strbuf_init(&node);
	strbuf_init(&attributes);
	int64_t time_first[3] = {1, 0, 2};
	onnx_input(g, in[0], x);
	onnx_attribute_ints(&attributes, "perm", time_first, 3);
	onnx_node(g, "Transpose", onnx_fresh(g, turned), &attributes, x, NULL);
	reordered(g, w, in[1], NULL, order, gates);
	reordered(g, r, in[2], NULL, order, gates);
	reordered(g, b, in[3], in[4], order, gates);
	with_direction(g, h, in[5]);
	const char *const inputs[6] = {turned, w, r, b, "", h};
	for (int k = 0; k < 6; k++) {
		proto_text(&node, 1, inputs[k]);
	}
	if (lstm) {
		proto_text(&node, 1, with_direction(g, c, in[6]));
	}
	proto_text(&node, 2, onnx_fresh(g, y));
	proto_text(&node, 2, onnx_fresh(g, last));
	if (lstm) {
		proto_text(&node, 2, onnx_fresh(g, cell));
	}
	proto_text(&node, 4, lstm ? "LSTM" : gru ? "GRU" : "RNN");
	const struct tensor *made = call->outputs[0]; /* [N, T, H] */
	onnx_attribute_int(&node, "hidden_size", made->shape[2]);
	if (gru) {
		onnx_attribute_int(&node, "linear_before_reset", 1);
	}
	proto_message(&g->nodes, 1, &node);
	/* [T, 1, N, H] → [T, N, H] → [N, T, H] */
	int64_t sizes[3] = {made->shape[1], made->shape[0], made->shape[2]};
	snprintf(shape, sizeof shape, "c%d", g->made++);
	onnx_ints(&g->initializers, 5, shape, sizes, 3);
	onnx_node(g, "Reshape", onnx_fresh(g, flat), NULL, y, shape, NULL);
	onnx_attribute_ints(&attributes, "perm", time_first, 3);
	onnx_node(g, "Transpose", onnx_fresh(g, out), &attributes, flat, NULL);
	onnx_name_it(g, made, out, false);
	if (lstm && call->outputs[1]) {
		snprintf(shape, sizeof shape, "c%d", g->made++);
		onnx_ints(&g->initializers, 5, shape, call->outputs[1]->shape, 2);
		onnx_node(g, "Reshape", onnx_fresh(g, out_cell), NULL, cell, shape, NULL);
		onnx_name_it(g, call->outputs[1], out_cell, false);
	}
	return true;
}
