#ifndef MUNDAP_TENSOR_CHECKPOINT_H
#define MUNDAP_TENSOR_CHECKPOINT_H

#include "engine/tensor/tensor.h"

/** A part of a model that can be run again; it must compute the same from the same input and random numbers. */
struct checkpoint_part {
	struct tensor *(*run)(void *context, struct tensor *x, struct error *err);
	void *context;
	void (*keep)(
		void *context,
		bool hold); /* the graph takes (true) or gives back a reference to the context */
};

/** The part's result on x. Nothing inside is kept for the backward pass, which runs it again (its results cannot be
 * differentiated twice). parameters: every tensor inside whose gradient may be wanted. */
struct tensor *tensor_checkpoint(const struct checkpoint_part *part, struct tensor *x,
				 struct tensor *const *parameters, int count, struct error *err);

#endif
