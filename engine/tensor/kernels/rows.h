#ifndef MUNDAP_TENSOR_KERNELS_ROWS_H
#define MUNDAP_TENSOR_KERNELS_ROWS_H

#include <stdint.h>

/* Kernels over one row of n floats, for each instruction set. */

struct adam_step {
	float learning_rate, beta1, beta2, epsilon;
	float correction1, correction2; /* 1 - beta^t */
	float decay; /* L2 term added to the gradient */
	float shrink; /* decoupled: factor on the parameter */
	float scale; /* of the gradient: clipping */
};

struct row_kernels {
	/** Returns log Σ e^x. */
	float (*softmax)(float *y, const float *x, int64_t n);
	void (*log_softmax)(float *y, const float *x, int64_t n);
	float (*sum)(const float *x, int64_t n);
	float (*dot)(const float *a, const float *b, int64_t n);
	/** y += s x */
	void (*axpy)(float *y, const float *x, float s, int64_t n);
	void (*adam)(float *p, float *m, float *v, const float *g, const struct adam_step *s,
		     int64_t n);
	/** y = (x - mean) · scale · w + b; w, b NULL: left out */
	void (*affine)(float *y, const float *x, float mean, float scale, const float *w,
		       const float *b, int64_t n);
	/** Mean, and mean squared distance from it. */
	void (*moments)(float *mean, float *variance, const float *x, int64_t n);
};

extern const struct row_kernels rows_portable, rows_avx2, rows_avx512;
const struct row_kernels *row_kernels(void);

#endif
