#ifndef MUNDAP_TENSOR_KERNELS_WINOGRAD_H
#define MUNDAP_TENSOR_KERNELS_WINOGRAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 3 × 3 convolution of stride 1 by Winograd's minimal filtering F(2×2, 3×3): 16 multiplications give four outputs where
 * the definition takes 36. Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), section 4.1.
 * Differences to the direct sum are of the order of rounding. */

#define WINOGRAD_BLOCK 48 /* tiles multiplied at a time */
#define WINOGRAD_ROW \
	64 /* floats of a row of transformed tiles: a vector may write past the last tile */

struct winograd {
	int64_t batch, in_channels, in_height, in_width;
	int64_t out_channels, out_height, out_width;
	int64_t padding[2];
	int64_t in_image, out_image; /* floats from one image to the next */
	bool relu;
};

/** Whether it is used: enough channels to pay for the transforms. */
bool winograd_pays(int64_t in_channels, int64_t out_channels, int64_t height, int64_t width);
/** Bytes for the transformed filters. */
size_t winograd_workspace(int64_t in_channels, int64_t out_channels);
/** Filters weight[m · m_step + c · c_step + tap] into the workspace; flipped: taps in reverse order. */
void winograd_filters(void *workspace, const float *weight, int64_t in_channels,
		      int64_t out_channels, int64_t m_step, int64_t c_step, bool flipped);
void winograd_run(const struct winograd *w, float *out, const float *in, const float *bias,
		  const void *workspace);

/* Loops of the transforms for each instruction set, over n <= WINOGRAD_BLOCK tiles; whole vectors are read and written. */
struct winograd_kernels {
	/** v[16][v_step]: transformed tiles whose top left corners are at planes[phase][0 … n). */
	void (*input)(float *v, int64_t v_step, const float *const *planes, int64_t pitch,
		      int64_t n);
	/** out[4][WINOGRAD_BLOCK] (row, column of the 2 × 2 results) from m[16][m_step]. */
	void (*output)(float *out, const float *m, int64_t m_step, float bias, bool relu,
		       int64_t n);
	/** to[2i], to[2i+1] = a[i], b[i] */
	void (*interleave)(float *to, const float *a, const float *b, int64_t n);
	/** even[i], odd[i] = from[2i], from[2i+1]; n floats of from */
	void (*split)(float *even, float *odd, const float *from, int64_t n);
};
extern const struct winograd_kernels winograd_portable, winograd_avx2, winograd_avx512;
const struct winograd_kernels *winograd_kernels(void);

#endif
