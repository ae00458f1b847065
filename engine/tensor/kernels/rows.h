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
	/** p holds scores, dp the gradient of their softmax: p = e^(p - log_sum), dp = p (dp - delta) scale */
	void (*softmax_grad)(float *p, float *dp, float log_sum, float delta, float scale,
			     int64_t n);
	void (*log_softmax)(float *y, const float *x, int64_t n);
	float (*sum)(const float *x, int64_t n);
	float (*dot)(const float *a, const float *b, int64_t n);
	/** Four at once: a with b, b + b_row, … */
	void (*dot4)(float *out, const float *a, const float *b, int64_t b_row, int64_t n);
	/** y[0 … 63] += Σ values[k] x[64 columns[k] + 0 … 63] */
	void (*sparse)(float *y, const float *x, const int32_t *columns, const float *values,
		       int32_t count);
	/** y += s x */
	void (*axpy)(float *y, const float *x, float s, int64_t n);
	void (*adam)(float *p, float *m, float *v, const float *g, const struct adam_step *s,
		     int64_t n);
	/** y = (x - mean) · scale · w + b; w, b NULL: left out */
	void (*affine)(float *y, const float *x, float mean, float scale, const float *w,
		       const float *b, int64_t n);
	/** One row of n hidden units; see op_recurrent.c. gates: 4n (input, forget, candidate, output), before → after
	 * their activations; c_old, c, h: cell and state. */
	void (*lstm)(float *gates, const float *c_old, float *c, float *h, int64_t n);
	/** gates (after activation) → their gradients before activation; dc: gradient of c in, of c_old out. */
	void (*lstm_grad)(const float *gates, const float *c_old, const float *c, const float *dh,
			  float *dc, float *dgates, int64_t n);
	/** gi: 3n from the input (r, z, n), gh: 3n from the state; saved: 4n (r, z, n, gh of n). */
	void (*gru)(const float *gi, const float *gh, const float *h_old, float *saved, float *h,
		    int64_t n);
	/** dh: gradient of h in, the part that goes straight to h_old out. dgi, dgh: 3n. */
	void (*gru_grad)(const float *saved, const float *h_old, float *dh, float *dgi, float *dgh,
			 int64_t n);
	/** y = tanh(y); and dx = g (1 - y²) */
	void (*tanh)(float *y, int64_t n);
	void (*tanh_grad)(float *dx, const float *y, const float *g, int64_t n);
	/** Largest of each 2 × 2 window of two rows, and which of the four it was; n windows. */
	void (*pool2)(float *y, uint8_t *place, const float *top, const float *bottom, int64_t n);
	/** Puts g where the largest was, 0 at the other three. */
	void (*pool2_grad)(float *top, float *bottom, const uint8_t *place, const float *g,
			   int64_t n);
	/** Mean, and mean squared distance from it. */
	void (*moments)(float *mean, float *variance, const float *x, int64_t n);
};

extern const struct row_kernels rows_portable, rows_avx2, rows_avx512;
const struct row_kernels *row_kernels(void);

#endif
