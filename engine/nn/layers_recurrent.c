#include <math.h>
#include <stdio.h>

#include "engine/base/message.h"
#include "engine/nn/layers.h"
#include "engine/tensor/ops.h"

/* RNN, LSTM and GRU: input [N, T, in] (then the state [layers, N, hidden], for LSTM also the cell), output [N, T, hidden]
 * (then the last states). bidirectional: a second network reads backwards, outputs side by side. */

#define FIELD_INT(label, value, must) \
	{ \
		label, MODULE_INT, value, must, NULL \
	}
#define FIELD_BOOL(label, value) \
	{ \
		label, MODULE_BOOL, value, false, NULL \
	}
#define FIELD_FLOAT(label, value) \
	{ \
		label, MODULE_FLOAT, value, false, NULL \
	}
enum { IN, HIDDEN, LAYERS, BIDIRECTIONAL, DROPOUT };

static enum status recurrent_build(struct module *m, int gates, struct error *err)
{
	for (int i = IN; i <= LAYERS; i++) {
		if (module_want(m, i, 1, err) != STATUS_OK) {
			return STATUS_INVALID;
		}
	}
	int64_t hidden = module_int(m, HIDDEN), in = module_int(m, IN);
	int ways = module_int(m, BIDIRECTIONAL) ? 2 : 1;
	double bound = 1 / sqrt((double)hidden);
	enum status status = STATUS_OK;
	for (int64_t layer = 0; layer < module_int(m, LAYERS); layer++) {
		for (int way = 0; way < ways && status == STATUS_OK; way++) {
			static const char *const parts[4] = {"weight_ih", "weight_hh", "bias_ih",
							     "bias_hh"};
			int64_t wide = gates * hidden, from = layer ? hidden * ways : in;
			int64_t shapes[4][2] = {{wide, from}, {wide, hidden}, {wide, 0}, {wide, 0}};
			for (int k = 0; k < 4 && status == STATUS_OK; k++) {
				char name[MODULE_NAME];
				snprintf(name, sizeof name, "%s_l%d%s", parts[k], (int)layer,
					 way ? "_reverse" : "");
				status = module_uniform(m, name, k < 2 ? 2 : 1, shapes[k], bound,
							err);
			}
		}
	}
	return status;
}

struct states {
	struct tensor *h, *c; /* [layers · ways, N, hidden] or NULL */
	struct tensor *last_h[32], *last_c[32];
	int count;
};

static struct tensor *state_of(struct tensor *given, int at, const struct tensor *x, int64_t hidden,
			       struct error *err)
{
	if (given) {
		return tensor_select(given, 0, at, err);
	}
	int64_t shape[2] = {x->shape[0], hidden};
	return tensor_new(DTYPE_F32, 2, shape, err);
}

static struct tensor *turned_round(struct tensor *x, int dim, struct error *err)
{
	struct op_params p = op_presets(OP_FLIP);
	p.i[0] = dim;
	return op_apply(OP_FLIP, &x, 1, &p, err);
}

/* One direction of one layer; its four tensors stand in order among the parameters. */
static struct tensor *run_way(struct module *m, enum op_id id, struct tensor *x, int at,
			      bool reverse, struct states *s, struct error *err)
{
	int64_t hidden = module_int(m, HIDDEN);
	struct tensor *in[7] = {reverse ? turned_round(x, 1, err) : x};
	for (int k = 0; k < 4; k++) {
		in[1 + k] = m->parameters[4 * at + k].tensor;
	}
	in[5] = state_of(s->h, at, x, hidden, err);
	in[6] = id == OP_LSTM ? state_of(s->c, at, x, hidden, err) : NULL;
	struct tensor *made[2] = {NULL, NULL};
	if (op_apply_multi(made, id == OP_LSTM ? 2 : 1, id, in, id == OP_LSTM ? 7 : 6, NULL, err) !=
	    STATUS_OK) {
		return NULL;
	}
	if (s->count < 32) {
		s->last_h[s->count] = tensor_select(made[0], 1, -1, err);
		s->last_c[s->count++] = made[1];
	}
	return reverse ? turned_round(made[0], 1, err) : made[0];
}

static enum status recurrent_forward(struct module *m, enum op_id id, struct tensor **outputs,
				     int output_places, struct tensor *const *inputs,
				     int input_count, struct error *err)
{
	struct tensor *x = inputs[0];
	struct states s = {.h = input_count > 1 ? inputs[1] : NULL,
			   .c = input_count > 2 ? inputs[2] : NULL};
	if (x->dims != 3) {
		char text[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_SHAPE, m->kind->name, message(MSG_TENSOR_DIMS),
				 m->kind->name, "x", 3, tensor_shape_text(x, text));
	}
	int ways = module_int(m, BIDIRECTIONAL) ? 2 : 1;
	for (int64_t layer = 0; layer < module_int(m, LAYERS) && x; layer++) {
		struct tensor *way[2] = {NULL, NULL};
		for (int k = 0; k < ways && (k == 0 || way[0]); k++) {
			way[k] = run_way(m, id, x, (int)layer * ways + k, k == 1, &s, err);
		}
		x = ways == 2 && way[1] ? tensor_cat(way, 2, 2, err) : way[ways - 1];
		double p = m->config.value[DROPOUT];
		if (p > 0 && m->training && layer + 1 < module_int(m, LAYERS)) {
			x = tensor_dropout(x, p, err);
		}
	}
	if (x && output_places > 1) {
		outputs[1] = tensor_stack(s.last_h, s.count, 0, err);
	}
	if (x && output_places > 2 && id == OP_LSTM) {
		outputs[2] = tensor_stack(s.last_c, s.count, 0, err);
	}
	return module_result(outputs, x, err);
}

#define RECURRENT(row, ID, gates, text, outs) \
	MODULE_BUILD(row) \
	{ \
		return recurrent_build(m, gates, err); \
	} \
	MODULE_FORWARD(row) \
	{ \
		return recurrent_forward(m, OP_##ID, outputs, output_places, inputs, input_count, \
					 err); \
	} \
	const struct module_kind module_##row = { \
		.name = #row, \
		.summary = text, \
		.fields = {FIELD_INT("in", 0, true), FIELD_INT("hidden", 0, true), \
			   FIELD_INT("layers", 1, false), FIELD_BOOL("bidirectional", 0), \
			   FIELD_FLOAT("dropout", 0)}, \
		.build = row##_build, \
		.forward = row##_forward, \
		.max_inputs = outs, \
		.max_outputs = outs, \
	}
RECURRENT(rnn, RNN, 1, "h ← tanh(W x + b + U h + c) along a sequence", 2);
RECURRENT(lstm, LSTM, 4, "long short-term memory along a sequence", 3);
RECURRENT(gru, GRU, 3, "gated recurrent unit along a sequence", 2);

/* What a classifier of sequences looks at: the last step. */
MODULE_FORWARD(last_step)
{
	MODULE_UNUSED;
	return module_result(outputs, tensor_select(inputs[0], 1, -1, err), err);
}
const struct module_kind module_last_step = {
	.name = "last_step",
	.summary = "[N, T, C] becomes its last step [N, C]",
	.forward = last_step_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};
