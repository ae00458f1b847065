#ifndef MUNDAP_TENSOR_INT8_H
#define MUNDAP_TENSOR_INT8_H

#include "engine/tensor/op.h"

/* Layers in small integers: weights of 8 bits packed once, activations rounded to 0 … 127 on the way in, sums of 32 bits,
 * results in f32 again. */

/** value ≈ (level - zero) · scale, level 0 … 127, for values between low ≤ 0 and high ≥ 0. */
struct int8_range {
	float scale;
	int32_t zero;
};
struct int8_range int8_range_of(float low, float high);

/** Packs i8 weights [out, in] or filters [out, in, k, k]; sums: i32 [out], of each output's weights.
 * Owns: both belong to the innermost scope. */
struct tensor *int8_pack(const struct tensor *weight, struct tensor **sums, struct error *err);

/** x [..., in] f32; packed and sums from int8_pack; scales, bias f32 [out] (scales: of the weights); input f32 [2]: the
 * activation's scale and zero. */
struct tensor *tensor_linear_int8(struct tensor *x, struct tensor *const weights[5], bool relu,
				  struct error *err);
/** x [N, C, H, W]; stride and dilation 1, square kernel. */
struct tensor *tensor_conv2d_int8(struct tensor *x, struct tensor *const weights[5], int64_t kernel,
				  int64_t padding, bool relu, struct error *err);

/** What "vnni", "avx2" or "portable" computes them. */
const char *int8_kernel_name(void);

#endif
