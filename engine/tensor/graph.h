#ifndef MUNDAP_TENSOR_GRAPH_H
#define MUNDAP_TENSOR_GRAPH_H

#include "engine/tensor/op.h"

/* Automatic differentiation. Each op called while gradients are on, with an input that requires one, leaves a node; the
 * backward pass calls the rows' vjp functions, which are ops again: with create_graph they leave nodes too and can be
 * differentiated once more. */

/** One call kept for the backward pass. */
struct tensor_node {
	struct op_call call; /* inputs are held; outputs are looked up, not held */
	uint64_t sequence;
	int refs;
	bool used; /* a backward pass went through and released what was saved */
	struct tensor_node *next_dying; /* queue of nodes about to be freed */
	uint32_t *versions; /* of the inputs' storages when they were read */
};

struct grad_options {
	bool retain_graph; /* keep the graph for a second pass */
	bool create_graph; /* the gradients can be differentiated themselves (implies retain_graph) */
};

/** Whether new ops are put on the tape (thread-wide). Returns the old value. */
bool tensor_grad_mode(bool on);
bool tensor_grad_enabled(void);

/** Makes a leaf a parameter whose gradient is wanted. Errors: STATUS_TYPE for integers */
enum status tensor_require_grad(struct tensor *t, bool on, struct error *err);

/**
 * Adds d root / d leaf into leaf->grad of every leaf that requires one. gradient NULL: root must have one element.
 * Errors: STATUS_SHAPE (root is no scalar), STATUS_INVALID (graph used before, or a saved tensor was changed in place:
 * names the op)
 */
enum status tensor_backward(struct tensor *root, struct tensor *gradient,
			    const struct grad_options *options, struct error *err);

/** Gradients of root for the tensors named, without touching .grad; a tensor not reached gives zeros. */
enum status tensor_gradients(struct tensor **out, struct tensor *root, struct tensor *gradient,
			     struct tensor *const *inputs, int count,
			     const struct grad_options *options, struct error *err);

/** Same values, cut from the graph (shares storage). */
struct tensor *tensor_detach(struct tensor *t, struct error *err);

/**
 * Largest relative difference between the vjp and central differences over every input that requires a gradient.
 * step: of the central difference; runs in f64. Used by the tests and by lessons.
 */
enum status tensor_gradient_check(double *worst, enum op_id id, struct tensor *const *inputs,
				  int count, const struct op_params *params, double step,
				  struct error *err);

/** Writes the graph that leads to t as DOT. */
struct strbuf;
void tensor_graph_dot(struct strbuf *out, const struct tensor *t);

#endif
