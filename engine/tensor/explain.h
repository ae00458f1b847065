#ifndef MUNDAP_TENSOR_EXPLAIN_H
#define MUNDAP_TENSOR_EXPLAIN_H

#include "engine/tensor/graph.h"

/* "Where did this number come from": one element of a tensor, the op that made it, and the elements it was made of. What
 * an element depends on is asked of the op's own vjp with a gradient of 1 at that element: the slopes that come back are
 * the factors of linear ops (so that slope · value are exactly the terms of their sums) and the derivatives of others. */

struct explain_term {
	int input; /* which of the op's inputs */
	int64_t position; /* row-major */
	double value, slope;
};

struct explanation {
	const struct op *op; /* NULL: a leaf, or a graph that was let go (released) */
	bool released;
	double value;
	struct tensor **inputs; /* of the op, borrowed from the graph */
	int input_count;
	int64_t dependents[OP_MAX_INPUTS]; /* how many elements of each input count */
	struct explain_term *terms; /* those with the largest |slope · value| of each input */
	int term_count;
};

/** most: terms kept of each input. Owns: explanation_release. The graph stays usable. */
enum status explain_element(struct explanation *out, struct tensor *t, int64_t position, int most,
			    struct error *err);
void explanation_release(struct explanation *e);

#endif
