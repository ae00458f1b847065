#ifndef MUNDAP_TENSOR_KERNELS_INT8_H
#define MUNDAP_TENSOR_KERNELS_INT8_H

#include <stdint.h>

/* Products of small integers: activations of 0 … 127, weights of -127 … 127, sums of 32 bits. Seven bits of activation, so
 * that the sum of two products fits 16 bits and every instruction set gives the same sums. */

#define INT8_WIDE 16
#define INT8_ROWS 8 /* at most, of one call */

struct int8_kernels {
	const char *name;
	/** A matrix product. c[r][j] = Σ_k a[r][k] w[j][k] for rows ≤ INT8_ROWS. Weights are packed in panels of INT8_WIDE
	 * outputs, panel_bytes apart: for each of the groups of four inputs the four weights of every output. A depth that
	 * is no multiple of four is filled up with weights of 0; up to three bytes beyond a row of activations are read. */
	void (*product)(int32_t *c, int64_t c_row, const uint8_t *a, int64_t a_row,
			const int8_t *panel, int64_t panel_bytes, int64_t panels, int64_t groups,
			int rows);
	/** A convolution of rows ≤ INT8_ROWS output channels at vectors · INT8_WIDE (1 or 2) neighbouring pixels.
	 * c[r][i] = Σ_t Σ_k x[offsets[t] + 4 i + k] w[r][t][k]: the image holds four channels of each pixel together. */
	void (*taps)(int32_t *c, int64_t c_row, const uint8_t *x, const int64_t *offsets,
		     int64_t taps, const int8_t *w, int64_t w_row, int rows, int vectors);
	/** q = round(x · inverse) + zero within 0 … 127 */
	void (*quantise)(uint8_t *q, const float *x, float inverse, int32_t zero, int64_t n);
	/** The same for four channels, put together pixel by pixel. */
	void (*interleave)(uint32_t *q, const float *const x[4], float inverse, int32_t zero,
			   int64_t n);
	/** y = (c - shift) · scale + bias, then ReLU when asked for. */
	void (*finish)(float *y, const int32_t *c, const int32_t *shift, const float *scale,
		       const float *bias, int relu, int64_t n);
	void (*finish_one)(float *y, const int32_t *c, int32_t shift, float scale, float bias,
			   int relu, int64_t n);
};

extern const struct int8_kernels int8_portable, int8_avx2, int8_vnni;

/** The ones for this processor. MUNDAP_KERNELS lowers the choice. */
const struct int8_kernels *int8_kernels(void);

/** Groups of four that hold so many inputs; panels that hold so many outputs. */
static inline int64_t int8_groups(int64_t inputs)
{
	return (inputs + 3) / 4;
}
static inline int64_t int8_panels(int64_t outputs)
{
	return (outputs + INT8_WIDE - 1) / INT8_WIDE;
}

#endif
