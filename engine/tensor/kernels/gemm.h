#ifndef MUNDAP_TENSOR_KERNELS_GEMM_H
#define MUNDAP_TENSOR_KERNELS_GEMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Single-precision matrix products with our own blocked kernels. A is read in place (any strides), B is packed into
 * panels, a tile of C stays in registers over a block of K. The order of additions does not depend on the number of
 * threads. */

struct gemm {
	int64_t m, n, k;
	const float *a;
	int64_t a_row, a_col; /* strides in elements */
	const float *b;
	int64_t b_row, b_col;
	float *c;
	int64_t c_row; /* c is row-major */
	bool accumulate; /* c += instead of c = */
	const float *bias_row,
		*bias_col; /* added at the end: one per row, one per column; or NULL */
	bool relu; /* at the end */
	/** Fills a panel itself (convolution without a patch matrix): rows [k0, k0+k) and columns [n0, n0+n) of B into
	 * panel[k][width], zeros beyond n. NULL: from b. */
	void (*pack)(const struct gemm *g, float *panel, int64_t k0, int64_t k, int64_t n0,
		     int64_t n, int64_t width);
	const void *pack_context;
};

/** One product on the calling thread. */
void gemm_serial(const struct gemm *g);
/** One product cut over the threads. */
void gemm_parallel(const struct gemm *g);

/* A matrix kept in the layout of the vector kernel, for products with one row again and again (decoding). */
struct gemm_packed {
	int64_t k, n;
	float *panels; /* [n / (8·width)][k][8·width] */
};
/** weight [n][k], as linear layers have it. Returns false when memory ran out. */
bool gemm_packed_make(struct gemm_packed *out, const float *weight, int64_t n, int64_t k);
void gemm_packed_release(struct gemm_packed *p);
/** y [n] = weight · x + bias (NULL: none); y needs room for n rounded up to GEMM_VECTOR_ROOM. */
#define GEMM_VECTOR_ROOM 128
void gemm_packed_vector(float *y, const struct gemm_packed *p, const float *x, const float *bias);

#define GEMM_K 192 /* block of K: a panel of B stays in the first-level cache */
#define GEMM_MAX_ROWS 8

/* A tile of up to rows × (vectors · width) of C. */
struct gemm_tile {
	int64_t k;
	const float *a;
	int64_t a_row, a_col;
	const float
		*panel; /* [k][vectors · width]; with offsets: row k starts at panel + offsets[k] */
	const int64_t *offsets;
	const int64_t *
		row_offsets; /* tile_rows: row i of A is at a + row_offsets[i] instead of a + i a_row */
	float *c;
	int64_t c_row;
	int64_t columns; /* of C that are really there */
	bool accumulate, relu;
	const float *bias_row, *bias_col;
};
typedef void (*gemm_tile_fn)(const struct gemm_tile *t);

struct gemm_kernels {
	int rows, vectors, width;
	gemm_tile_fn tile[3][GEMM_MAX_ROWS]; /* [vectors - 1][rows - 1] */
	gemm_tile_fn tile_offsets[3][GEMM_MAX_ROWS];
	gemm_tile_fn tile_rows[3][GEMM_MAX_ROWS];
	/** y[0 … 8·width) = Σ x[k] panel[k][8·width]: one row against columns that lie side by side. */
	void (*vector)(float *y, const float *x, const float *panel, int64_t k);
	/** Packs n <= 48 columns, each contiguous along K, into panel[k][width]; zeros beyond n. */
	void (*pack_columns)(float *panel, const float *const *columns, int64_t k, int64_t n,
			     int64_t width);
};
extern const struct gemm_kernels gemm_portable, gemm_avx2, gemm_avx512;
const struct gemm_kernels *gemm_kernels(void);

#endif
