#ifndef MUNDAP_NN_DECODE_H
#define MUNDAP_NN_DECODE_H

#include "engine/nn/module.h"

/* Generating with a "gpt" module one token at a time. Keys and values of the places before are kept (the KV cache), so
 * that a token costs one row through each layer. */

struct gpt_decoder;

/** Copies the model's weights into the layout for single rows; later training does not change a decoder.
 * Errors: STATUS_TYPE when the module is no "gpt", STATUS_NOMEM */
enum status gpt_decoder_open(struct gpt_decoder **out, const struct module *gpt, struct error *err);
void gpt_decoder_free(struct gpt_decoder *d);
/** Forgets all places. */
void gpt_decoder_reset(struct gpt_decoder *d);
/** Tokens taken in so far. */
int64_t gpt_decoder_length(const struct gpt_decoder *d);
/**
 * Takes in one token; *logits points to the vocabulary's logits for the next, valid until the next call.
 * Errors: STATUS_RANGE: the context is full, or no such token
 */
enum status gpt_decoder_step(struct gpt_decoder *d, int64_t token, const float **logits,
			     struct error *err);

#endif
