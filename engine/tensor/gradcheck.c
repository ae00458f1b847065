#include <math.h>
#include <stdlib.h>

#include "engine/base/strbuf.h"
#include "engine/tensor/op_internal.h"

/* A scalar of all differentiable outputs with fixed uneven weights, so that no gradient cancels. */
static struct tensor *weighed(enum op_id id, struct tensor *const *inputs, int count,
			      const struct op_params *params, struct error *err)
{
	struct tensor *out[OP_MAX_OUTPUTS];
	struct tensor_rng_state draws = tensor_rng_get();
	if (op_apply_multi(out, OP_MAX_OUTPUTS, id, inputs, count, params, err) != STATUS_OK) {
		return NULL;
	}
	tensor_rng_put(draws); /* a random op draws the same each time */
	struct tensor *total = NULL;
	for (int k = 0; k < OP_MAX_OUTPUTS && out[k]; k++) {
		if (op_row(id)->aux >> k & 1) {
			continue;
		}
		struct tensor *w = tensor_empty(out[k]->dtype, out[k]->dims, out[k]->shape, err);
		for (int64_t i = 0, n = w ? tensor_numel(w) : 0; i < n; i++) {
			tensor_set(w, i, 0.5 + sin(1.7 * (double)i + 0.3 * k));
		}
		struct tensor *part = w ? tensor_sum_all(tensor_mul(out[k], w, err), err) : NULL;
		total = total && part ? tensor_add(total, part, err) : part;
	}
	return total;
}

/* The weighed sum in double precision, from the plain output values. */
static double weighed_value(enum op_id id, struct tensor *const *inputs, int count,
			    const struct op_params *params, struct error *err)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	bool old = tensor_grad_mode(false);
	struct tensor *out[OP_MAX_OUTPUTS];
	struct tensor_rng_state draws = tensor_rng_get();
	double total = NAN;
	if (op_apply_multi(out, OP_MAX_OUTPUTS, id, inputs, count, params, err) == STATUS_OK) {
		total = 0;
		for (int k = 0; k < OP_MAX_OUTPUTS && out[k]; k++) {
			int64_t n = op_row(id)->aux >> k & 1 ? 0 : tensor_numel(out[k]);
			for (int64_t i = 0; i < n; i++) {
				total += tensor_get(out[k], i) *
					 (0.5 + sin(1.7 * (double)i + 0.3 * k));
			}
		}
	}
	tensor_rng_put(draws);
	tensor_grad_mode(old);
	tensor_scope_close(&scope);
	return total;
}

enum status tensor_gradient_check(double *worst, enum op_id id, struct tensor *const *inputs,
				  int count, const struct op_params *params, double step,
				  struct error *err)
{
	*worst = 0;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *grads[OP_MAX_INPUTS];
	struct tensor *wanted[OP_MAX_INPUTS];
	int wanted_count = 0;
	for (int k = 0; k < count; k++) {
		if (inputs[k] && inputs[k]->requires_grad) {
			wanted[wanted_count++] = inputs[k];
		}
	}
	struct tensor *total = weighed(id, inputs, count, params, err);
	enum status status = op_made(total, err);
	if (status == STATUS_OK) {
		status = tensor_gradients(grads, total, NULL, wanted, wanted_count, NULL, err);
	}
	for (int k = 0; k < wanted_count && status == STATUS_OK; k++) {
		double scale = 1;
		for (int64_t i = 0, n = tensor_numel(grads[k]); i < n; i++) {
			scale = fmax(scale, fabs(tensor_get(grads[k], i)));
		}
		for (int64_t i = 0, n = tensor_numel(grads[k]); i < n && status == STATUS_OK; i++) {
			double x = tensor_get(wanted[k], i);
			tensor_set(wanted[k], i, x + step);
			double up_at = tensor_get(wanted[k], i);
			double up = weighed_value(id, inputs, count, params, err);
			tensor_set(wanted[k], i, x - step);
			double down_at = tensor_get(wanted[k], i);
			double down = weighed_value(id, inputs, count, params, err);
			tensor_set(wanted[k], i, x);
			double numeric = (up - down) / (up_at - down_at);
			double off = fabs(numeric - tensor_get(grads[k], i)) / scale;
			if (!(off <= *worst)) {
				*worst = isnan(off) ? INFINITY : off;
			}
		}
	}
	tensor_scope_close(&scope);
	return status;
}

/* --- the graph as a picture --- */
static void dot_node(struct strbuf *out, const struct tensor *t, int depth)
{
	char text[TENSOR_SHAPE_TEXT];
	const struct tensor_node *node = t->node;
	if (!node || depth > 200) {
		strbuf_printf(out, "  t%p [shape=box,label=\"%s\"];\n", (const void *)t,
			      tensor_shape_text(t, text));
		return;
	}
	strbuf_printf(out, "  n%llu [label=\"%s\\n%s\"];\n", (unsigned long long)node->sequence,
		      node->call.op->name, tensor_shape_text(t, text));
	for (int k = 0; k < node->call.input_count; k++) {
		const struct tensor *in = node->call.inputs[k];
		if (!in) {
			continue;
		}
		if (in->node) {
			strbuf_printf(out, "  n%llu -> n%llu;\n",
				      (unsigned long long)in->node->sequence,
				      (unsigned long long)node->sequence);
		} else {
			strbuf_printf(out, "  t%p -> n%llu;\n", (const void *)in,
				      (unsigned long long)node->sequence);
		}
		/* Sequences fall along every edge, so a node reached twice is only printed twice. */
		dot_node(out, in, depth + 1);
	}
}

void tensor_graph_dot(struct strbuf *out, const struct tensor *t)
{
	strbuf_puts(out, "digraph mundap {\n  rankdir=LR;\n");
	dot_node(out, t, 0);
	strbuf_puts(out, "}\n");
}
