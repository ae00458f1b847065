#ifndef MUNDAP_NN_GENERATE_H
#define MUNDAP_NN_GENERATE_H

#include "engine/nn/module.h"

/* Text from language models, one token after the other: a "gpt" keeps keys and values of the places before (KV cache), a
 * "char_lm" its state, so that each token costs one step. */

struct generate_options {
	int64_t count; /* tokens wanted */
	double temperature; /* 0: always the most likely */
	int64_t top_k; /* only among so many; 0: all */
	double top_p; /* only among the likeliest that reach this probability together; 1: all */
};
struct generate_options generate_presets(void);

/**
 * Continues a prompt of at least one token. *made: tokens written to out (fewer than wanted when the context is full).
 * Draws come from the thread's default stream. Errors: STATUS_TYPE (no language model), STATUS_RANGE (a token that the
 * vocabulary lacks, an empty prompt, options out of range)
 */
enum status model_generate(int32_t *out, int64_t *made, struct module *m, const int32_t *prompt,
			   int64_t length, const struct generate_options *options,
			   struct error *err);

/** Picks a token from logits. Used by model_generate. */
int64_t pick_token(const float *logits, int64_t vocabulary, const struct generate_options *options,
		   double draw, float *work);

#endif
