#ifndef MUNDAP_NN_COMPRESS_H
#define MUNDAP_NN_COMPRESS_H

#include "engine/nn/module.h"

/* Smaller models: fewer bits for each weight, fewer weights. Quantisation is symmetric: value ≈ scale · integer with
 * integers in ±(2^(bits-1) - 1); a channel of zeros gets scale 1. Dimension 0 of a weight counts its outputs. */

struct quantized {
	struct tensor *values; /* i8, the weight's shape */
	struct tensor *scales; /* f32 [channels] or [1] */
	int bits;
	bool per_channel;
};

/** Owns: quantized_release. bits 2 … 8. Errors: STATUS_RANGE (bits, values that are no numbers), STATUS_TYPE (not f32) */
enum status quantize(struct quantized *out, const struct tensor *weight, int bits, bool per_channel,
		     struct error *err);
struct tensor *dequantize(const struct quantized *q, struct error *err);
void quantized_release(struct quantized *q);
/** Bytes of the packed integers (bits each) and the scales. */
size_t quantized_bytes(const struct quantized *q);

/** Rounds every weight matrix and filter of a model (not biases, not norms) to what `bits` can hold, in place. Adds up the
 * bytes the model would take: packed weights and scales, the rest in f32. */
enum status module_quantize(struct module *m, int bits, bool per_channel, size_t *bytes,
			    struct error *err);

/** Sets the share `fraction` of the smallest weights (by magnitude, over all weight matrices and filters together) to
 * zero. masks: 0/1 tensors in the order of the model's parameters, NULL for those left alone; apply them after each
 * training step to keep the zeros. Owns: prune_masks_release. */
struct prune_masks {
	struct tensor **masks;
	int count;
};
enum status module_prune(struct prune_masks *out, struct module *m, double fraction,
			 struct error *err);
enum status module_apply_masks(struct module *m, const struct prune_masks *masks,
			       struct error *err);
void prune_masks_release(struct prune_masks *masks);
/* --- other layers in place of a model's own; the model itself stays as it is --- */

/** A model of the same layers and values. NULL fails. Owns (all of these): module_unref. */
struct module *module_clone(const struct module *m, struct error *err);
/** Batch normalisation folded into the convolution or linear layer before it (as in evaluation). */
struct module *module_fold_norms(const struct module *m, struct error *err);
/** Norms folded, and each layer that has a kernel in integers wrapped: running the copy on examples notes between which
 * values its inputs lie. fake: it computes with rounded values, and is trained so (quantisation-aware training). */
struct module *module_watch(const struct module *m, bool per_channel, bool fake, struct error *err);
/** From a watched model: weights and activations in integers of 8 bits, ReLU joined to the layer before it.
 * Errors: STATUS_INVALID when it has seen no examples */
struct module *module_to_int8(const struct module *watched, struct error *err);
/** Linear layers with at least this share of zeros keep only their other weights. */
struct module *module_to_sparse(const struct module *m, double least, struct error *err);
/** Where linear_sparse begins to pay: measured on 512 × 512 weights, one thread, AVX-512, batches of 64 and 256 are 1.2 to
 * 1.3 times as fast as dense at 0.7, 2 at 0.8, 3.5 at 0.9; a single row pays from 0.88 on. */
#define SPARSE_BREAK_EVEN 0.7
/** A sequence whose layers lose `fraction` of their channels, the ones with the smallest weights. */
struct module *module_prune_channels(const struct module *m, double fraction, struct error *err);
/** Bytes of all parameters and buffers. */
size_t module_bytes(const struct module *m);

/** Share of zeros among the weights that pruning may touch. */
double module_sparsity(const struct module *m);

#endif
