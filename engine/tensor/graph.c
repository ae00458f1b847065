#include "engine/tensor/graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/strbuf.h"
#include "engine/tensor/op_internal.h"

bool tensor_grad_mode(bool on)
{
	bool old = !tensor_state.grad_off;
	tensor_state.grad_off = !on;
	return old;
}

bool tensor_grad_enabled(void)
{
	return !tensor_state.grad_off;
}

enum status tensor_require_grad(struct tensor *t, bool on, struct error *err)
{
	if (on && !dtype_is_float(t->dtype)) {
		return error_set(err, STATUS_TYPE, "requires_grad",
				 message(MSG_TENSOR_GRAD_INTEGER), tensor_dtype_name(t->dtype));
	}
	t->requires_grad = on;
	return STATUS_OK;
}

struct tensor *tensor_detach(struct tensor *t, struct error *err)
{
	return t ? tensor_alias(t, err) : NULL;
}

/* Lets go of what a node holds. The node itself stays while outputs point to it. */
static void release_saved(struct tensor_node *node)
{
	for (int k = 0; k < node->call.input_count; k++) {
		struct tensor *t = node->call.inputs[k];
		node->call.inputs[k] = NULL;
		tensor_unref(t);
	}
	for (int k = 0; k < node->call.output_count; k++) {
		if (node->call.op->aux >> k & 1) {
			struct tensor *t = node->call.outputs[k];
			node->call.outputs[k] = NULL;
			tensor_unref(t);
		}
	}
}

static _Thread_local struct tensor_node *dying;
static _Thread_local bool draining;

void tensor_node_unref(struct tensor_node *node)
{
	if (--node->refs > 0) {
		return;
	}
	/* Freeing an input may free the node before it, and so on down a long tape: queue instead of recursing. */
	node->next_dying = dying;
	dying = node;
	if (draining) {
		return;
	}
	draining = true;
	while (dying) {
		struct tensor_node *next = dying;
		dying = next->next_dying;
		release_saved(next);
		if (next->call.op->keep) {
			next->call.op->keep(&next->call, false);
		}
		size_t n = (size_t)next->call.input_count;
		tensor_memory_note(-(ptrdiff_t)(sizeof *next + n * (sizeof(void *) + 4)));
		free(next);
	}
	draining = false;
}

/* --- the backward pass --- */
struct pass {
	struct tensor_node **nodes;
	struct tensor **grads; /* OP_MAX_OUTPUTS a node; references */
	struct tensor **
		made; /* the same for outputs that later nodes had saved: their maker may look at them */
	int count, capacity;
	struct tensor *const *wanted; /* tensor_gradients: what is asked for; NULL: leaves' .grad */
	struct tensor **results;
	int wanted_count;
	struct error *err;
};

static int by_sequence(const void *a, const void *b)
{
	uint64_t x = (*(struct tensor_node *const *)a)->sequence;
	uint64_t y = (*(struct tensor_node *const *)b)->sequence;
	return (x > y) - (x < y);
}

static int find_node(const struct pass *p, const struct tensor_node *node)
{
	int low = 0, high = p->count - 1;
	while (low < high) {
		int middle = (low + high) / 2;
		if (p->nodes[middle]->sequence < node->sequence) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* Every node that leads to root, in tape order. A mark in output_count's sign would touch the calls, so membership is
 * kept in a hash set of pointers. */
static enum status collect(struct pass *p, struct tensor_node *root, struct error *err)
{
	size_t slots = 1024, used = 0;
	struct tensor_node **set = calloc(slots, sizeof *set);
	int stack_capacity = 256, top = 0;
	struct tensor_node **stack = malloc((size_t)stack_capacity * sizeof *stack);
	enum status status = set && stack ? STATUS_OK : STATUS_NOMEM;
	if (status == STATUS_OK) {
		stack[top++] = root;
	}
	while (top > 0 && status == STATUS_OK) {
		struct tensor_node *node = stack[--top];
		size_t at = ((uintptr_t)node >> 4) * 0x9E3779B97F4A7C15u & (slots - 1);
		while (set[at] && set[at] != node) {
			at = (at + 1) & (slots - 1);
		}
		if (set[at]) {
			continue;
		}
		set[at] = node;
		if (p->count == p->capacity) {
			int capacity = p->capacity ? 2 * p->capacity : 256;
			void *grown = realloc(p->nodes, (size_t)capacity * sizeof(void *));
			if (!grown) {
				status = STATUS_NOMEM;
				break;
			}
			p->nodes = (struct tensor_node **)grown;
			p->capacity = capacity;
		}
		p->nodes[p->count++] = node;
		if (++used * 2 > slots) {
			struct tensor_node **bigger = calloc(slots * 2, sizeof *bigger);
			if (!bigger) {
				status = STATUS_NOMEM;
				break;
			}
			for (size_t i = 0; i < slots; i++) {
				size_t to = ((uintptr_t)set[i] >> 4) * 0x9E3779B97F4A7C15u &
					    (slots * 2 - 1);
				while (set[i] && bigger[to]) {
					to = (to + 1) & (slots * 2 - 1);
				}
				if (set[i]) {
					bigger[to] = set[i];
				}
			}
			free(set);
			set = bigger;
			slots *= 2;
		}
		for (int k = 0; k < node->call.input_count; k++) {
			struct tensor *in = node->call.inputs[k];
			if (!in || !in->node) {
				continue;
			}
			if (top == stack_capacity) {
				void *grown =
					realloc(stack, (size_t)stack_capacity * 2 * sizeof(void *));
				if (!grown) {
					status = STATUS_NOMEM;
					break;
				}
				stack = (struct tensor_node **)grown;
				stack_capacity *= 2;
			}
			stack[top++] = in->node;
		}
	}
	free(set);
	free(stack);
	if (status != STATUS_OK) {
		return error_set(err, status, "backward", message(MSG_TENSOR_NOMEM), 0.0);
	}
	qsort(p->nodes, (size_t)p->count, sizeof *p->nodes, by_sequence);
	size_t places = (size_t)p->count * OP_MAX_OUTPUTS + 1;
	p->grads = calloc(places, sizeof *p->grads);
	p->made = calloc(places, sizeof *p->made);
	return p->grads && p->made
		       ? STATUS_OK
		       : error_set(err, STATUS_NOMEM, "backward", message(MSG_TENSOR_NOMEM), 0.0);
}

/* place += grad, holding a reference. */
static enum status accumulate(struct tensor **place, struct tensor *grad, struct error *err)
{
	if (!*place) {
		*place = tensor_ref(grad);
		return STATUS_OK;
	}
	struct tensor *sum = tensor_add(*place, grad, err);
	if (!sum) {
		return err->status;
	}
	tensor_unref(*place);
	*place = tensor_ref(sum);
	return STATUS_OK;
}

static enum status deliver(struct pass *p, struct tensor *t, struct tensor *grad)
{
	enum status status = STATUS_OK;
	for (int k = 0; k < p->wanted_count && status == STATUS_OK; k++) {
		if (p->wanted[k] == t) {
			status = accumulate(&p->results[k], grad, p->err);
		}
	}
	if (status == STATUS_OK && t->node) {
		int at = find_node(p, t->node);
		status = accumulate(&p->grads[at * OP_MAX_OUTPUTS + t->node_output], grad, p->err);
	} else if (status == STATUS_OK && !p->wanted) {
		/* A leaf keeps memory of its own: a view of somebody's gradient could change under it. */
		if (!t->grad &&
		    (!tensor_is_contiguous(grad) || grad->storage->refs > 1 || grad->refs > 1)) {
			grad = tensor_clone(grad, p->err);
		}
		status = grad ? accumulate(&t->grad, grad, p->err) : p->err->status;
	}
	return status;
}

static enum status check_node(const struct tensor_node *node, struct error *err)
{
	const struct op *op = node->call.op;
	if (node->used) {
		return error_set(err, STATUS_INVALID, op->name, message(MSG_TENSOR_GRAPH_USED),
				 op->name);
	}
	for (int k = 0; k < node->call.input_count; k++) {
		const struct tensor *in = node->call.inputs[k];
		if (in && in->storage->version != node->versions[k] && !(op->flags & OP_VIEW)) {
			return error_set(err, STATUS_INVALID, op->name, message(MSG_TENSOR_CHANGED),
					 op->name, k + 1);
		}
	}
	return STATUS_OK;
}

static enum status step_back(struct pass *p, int at)
{
	struct tensor_node *node = p->nodes[at];
	struct tensor **out = &p->grads[at * OP_MAX_OUTPUTS];
	bool any = false;
	for (int k = 0; k < OP_MAX_OUTPUTS; k++) {
		any |= out[k] != NULL;
	}
	if (!any) {
		return STATUS_OK;
	}
	enum status status = check_node(node, p->err);
	if (status != STATUS_OK) {
		return status;
	}
	int n = node->call.input_count;
	struct tensor *few[OP_MAX_INPUTS] = {0};
	struct tensor **in = n <= OP_MAX_INPUTS ? few : calloc((size_t)n, sizeof *in);
	if (!in) {
		return error_set(p->err, STATUS_NOMEM, "backward", message(MSG_TENSOR_NOMEM), 0.0);
	}
	status = node->call.op->vjp(&node->call, out, in, p->err);
	for (int k = 0; k < n && status == STATUS_OK; k++) {
		struct tensor *target = node->call.inputs[k];
		if (in[k] && target && target->requires_grad) {
			status = deliver(p, target, in[k]);
		}
	}
	if (in != few) {
		free(in);
	}
	return status;
}

static void drop(struct tensor **place)
{
	tensor_unref(*place);
	*place = NULL;
}

/* A node that is done lets go of what it saved, so that activations go as the pass does; the outputs of nodes that still
 * come stay until those are done. */
static void hand_on_saved(struct pass *p, struct tensor_node *node)
{
	node->used = true;
	for (int k = 0; k < node->call.input_count; k++) {
		struct tensor *in = node->call.inputs[k];
		if (in && in->node) {
			struct tensor **place =
				&p->made[find_node(p, in->node) * OP_MAX_OUTPUTS + in->node_output];
			if (!*place) {
				*place = tensor_ref(in);
			}
		}
	}
	release_saved(node);
}

static enum status run_pass(struct pass *p, struct tensor *root, struct tensor *gradient,
			    const struct grad_options *options)
{
	struct error *err = p->err;
	bool create = options && options->create_graph;
	bool retain = create || (options && options->retain_graph);
	if (!root->requires_grad) {
		return error_set(err, STATUS_INVALID, "backward", "%s",
				 message(MSG_TENSOR_NO_GRAPH));
	}
	if (!gradient && tensor_numel(root) != 1) {
		char text[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_SHAPE, "backward", message(MSG_TENSOR_NOT_SCALAR),
				 tensor_shape_text(root, text));
	}
	if (gradient && !tensor_same_shape(root, gradient)) {
		return op_shapes_error("backward", root, gradient, "", err);
	}
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	bool old = tensor_grad_mode(create), held = false;
	enum status status = STATUS_OK;
	if (root->node) {
		status = collect(p, root->node, err);
	}
	if (!gradient && status == STATUS_OK) {
		gradient = tensor_full(root->dtype, root->dims, root->shape, 1, err);
		status = op_made(gradient, err);
	}
	if (status == STATUS_OK) {
		status = deliver(p, root, gradient);
	}
	for (int at = p->count - 1; at >= 0 && status == STATUS_OK && !retain; at--) {
		p->nodes[at]->refs++; /* releasing inputs ends earlier nodes of the list */
		held = true;
	}
	for (int at = p->count - 1; at >= 0 && status == STATUS_OK; at--) {
		/* Gradients on the way are given back node by node, those delivered are held by their places. */
		struct tensor_scope one;
		tensor_scope_open(&one);
		status = step_back(p, at);
		tensor_scope_close(&one);
		if (status == STATUS_OK && !retain) {
			hand_on_saved(p, p->nodes[at]);
		}
		for (int k = 0; k < OP_MAX_OUTPUTS; k++) {
			drop(&p->grads[at * OP_MAX_OUTPUTS + k]);
			drop(&p->made[at * OP_MAX_OUTPUTS + k]);
		}
	}
	for (int at = p->count - 1; at >= 0 && held; at--) {
		tensor_node_unref(p->nodes[at]);
	}
	for (int i = 0; p->grads && p->made && i < p->count * OP_MAX_OUTPUTS; i++) {
		drop(&p->grads[i]);
		drop(&p->made[i]);
	}
	free(p->grads);
	free(p->made);
	free(p->nodes);
	tensor_grad_mode(old);
	tensor_scope_close(&scope);
	return status;
}

enum status tensor_backward(struct tensor *root, struct tensor *gradient,
			    const struct grad_options *options, struct error *err)
{
	struct error local = ERROR_INIT;
	struct pass p = {.err = err ? err : &local};
	return run_pass(&p, root, gradient, options);
}

enum status tensor_gradients(struct tensor **out, struct tensor *root, struct tensor *gradient,
			     struct tensor *const *inputs, int count,
			     const struct grad_options *options, struct error *err)
{
	struct error local = ERROR_INIT;
	struct pass p = {
		.err = err ? err : &local, .wanted = inputs, .results = out, .wanted_count = count};
	for (int k = 0; k < count; k++) {
		out[k] = NULL;
	}
	enum status status = run_pass(&p, root, gradient, options);
	for (int k = 0; k < count; k++) {
		if (status != STATUS_OK) {
			tensor_unref(out[k]);
			out[k] = NULL;
		} else if (!out[k]) {
			out[k] = tensor_new(inputs[k]->dtype, inputs[k]->dims, inputs[k]->shape,
					    p.err);
			status = op_made(out[k], p.err);
		} else if (tensor_state.scope_depth > 0) {
			/* The place's own reference goes to the caller's scope. */
			out[k] = tensor_to_scope(out[k], p.err);
			status = op_made(out[k], p.err);
		}
	}
	return status;
}
