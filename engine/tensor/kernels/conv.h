#ifndef MUNDAP_TENSOR_KERNELS_CONV_H
#define MUNDAP_TENSOR_KERNELS_CONV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Convolution without a patch matrix. The input of one image is copied once into planes with their margins; the planes
 * are then read at a fixed offset per filter tap, so that a row of the patch matrix is plain memory:
 *
 *	out[m][u][v] = Σ_tap weight[m][tap] · plane[tap.plane][u + tap.y][v + tap.x]
 *
 * A stride s of the input is s² planes per channel; a stride of the output (transposed convolution) is s² such sums. */

struct conv_geometry {
	int64_t batch, in_channels, in_height, in_width; /* of the convolution's input side */
	int64_t out_channels, out_height, out_width;
	int64_t kernel_height, kernel_width;
	int64_t stride[2], padding[2], dilation[2];
	int64_t groups;
};

/** Bytes of workspace that one of the three functions below needs. */
size_t conv_workspace(const struct conv_geometry *g);

/** y = conv(x, weight [O, C/groups, KH, KW]) + bias; bias NULL: none; relu applied at the end when asked. */
void conv_forward(const struct conv_geometry *g, float *y, const float *x, const float *weight,
		  const float *bias, bool relu, void *workspace);
/** x = the transposed map of y (gradient of the input). bias [C] or NULL. */
void conv_input_grad(const struct conv_geometry *g, float *x, const float *y, const float *weight,
		     const float *bias, void *workspace);
/** weight = gradient of the filters. */
void conv_weight_grad(const struct conv_geometry *g, float *weight, const float *x, const float *y,
		      void *workspace);

#endif
