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
/** Share of zeros among the weights that pruning may touch. */
double module_sparsity(const struct module *m);

#endif
