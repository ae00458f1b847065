#include "engine/tensor/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tensor/op_internal.h"

static double weight_of(const struct explain_term *term)
{
	return fabs(term->slope * term->value);
}

/* Keeps the list of an input's terms sorted, the heaviest first, at most `most` of them. */
static void keep_term(struct explain_term *list, int *count, int most,
		      const struct explain_term *term)
{
	int at = *count < most ? *count : most;
	while (at > 0 && weight_of(&list[at - 1]) < weight_of(term)) {
		at--;
	}
	if (at == most) {
		return;
	}
	int last = *count < most ? *count : most - 1;
	memmove(&list[at + 1], &list[at], (size_t)(last - at) * sizeof *list);
	list[at] = *term;
	*count = last + 1;
}

static void gather_terms(struct explanation *e, int input, struct tensor *slopes, int most)
{
	const struct tensor *x = e->inputs[input];
	struct explain_term *list = e->terms + e->term_count;
	int count = 0;
	for (int64_t i = 0, n = tensor_numel(x); i < n; i++) {
		double slope = tensor_get(slopes, i);
		if (slope != 0) {
			struct explain_term term = {input, i, tensor_get(x, i), slope};
			keep_term(list, &count, most, &term);
			e->dependents[input]++;
		}
	}
	e->term_count += count;
}

/* Asks the op's vjp, as if every input of floats wanted its gradient. */
static enum status ask(struct explanation *e, struct tensor *t, int64_t position, int most,
		       struct error *err)
{
	struct op_call call = t->node->call;
	struct tensor *slopes[OP_MAX_INPUTS] = {0}, *grads[OP_MAX_OUTPUTS] = {0};
	bool wanted[OP_MAX_INPUTS];
	call.outputs[t->node_output] = t;
	struct tensor *one = tensor_new(t->dtype, t->dims, t->shape, err);
	if (!one) {
		return STATUS_NOMEM;
	}
	tensor_set(one, position, 1);
	grads[t->node_output] = one;
	for (int k = 0; k < e->input_count; k++) {
		struct tensor *in = call.inputs[k];
		wanted[k] = in && in->requires_grad;
		if (in && dtype_is_float(in->dtype)) {
			in->requires_grad = true;
		}
	}
	enum status status = call.op->vjp(&call, grads, slopes, err);
	for (int k = 0; k < e->input_count; k++) {
		if (call.inputs[k]) {
			call.inputs[k]->requires_grad = wanted[k];
		}
	}
	for (int k = 0; k < e->input_count && status == STATUS_OK; k++) {
		if (slopes[k]) {
			gather_terms(e, k, slopes[k], most);
		}
	}
	return status;
}

enum status explain_element(struct explanation *out, struct tensor *t, int64_t position, int most,
			    struct error *err)
{
	*out = (struct explanation){.value = tensor_get(t, position)};
	const struct tensor_node *node = t->node;
	if (!node || node->call.input_count > OP_MAX_INPUTS) {
		return STATUS_OK;
	}
	if (node->used) {
		out->released = true;
		return STATUS_OK;
	}
	most = most < 1 ? 1 : most;
	out->op = node->call.op;
	out->inputs = node->call.inputs;
	out->input_count = node->call.input_count;
	out->terms = calloc((size_t)(out->input_count * most) + 1, sizeof *out->terms);
	if (!out->terms) {
		return error_set(err, STATUS_NOMEM, "explain", message(MSG_TENSOR_NOMEM), 0.0);
	}
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	bool old = tensor_grad_mode(false);
	enum status status = ask(out, t, position, most, err);
	tensor_grad_mode(old);
	tensor_scope_close(&scope);
	if (status != STATUS_OK) {
		explanation_release(out);
	}
	return status;
}

void explanation_release(struct explanation *e)
{
	free(e->terms);
	e->terms = NULL;
	e->term_count = 0;
}
