#include "engine/tensor/kernels/int8.h"

#if defined(__AVX512VNNI__)
#include <immintrin.h>
#include <string.h>

#define NAME(x) x##_vnni
#include "engine/tensor/kernels/int8_rows.inc"

static inline __m512i four(const void *a)
{
	int32_t v;
	memcpy(&v, a, 4);
	return _mm512_set1_epi32(v);
}

/* rows × wide vectors: eight rows of two fill half of the registers and hide the latency of the product. */
static inline void product_of(int32_t *c, int64_t c_row, const uint8_t *a, int64_t a_row,
			      const int8_t *panel, int64_t panel_bytes, int64_t groups, int rows,
			      int wide)
{
	__m512i sum[INT8_ROWS][2];
	for (int r = 0; r < rows; r++) {
		for (int p = 0; p < wide; p++) {
			sum[r][p] = _mm512_setzero_si512();
		}
	}
	for (int64_t g = 0; g < groups; g++) {
		__m512i w[2];
		for (int p = 0; p < wide; p++) {
			w[p] = _mm512_loadu_si512(panel + p * panel_bytes + 64 * g);
		}
		for (int r = 0; r < rows; r++) {
			__m512i x = four(a + r * a_row + 4 * g);
			for (int p = 0; p < wide; p++) {
				sum[r][p] = _mm512_dpbusd_epi32(sum[r][p], x, w[p]);
			}
		}
	}
	for (int r = 0; r < rows; r++) {
		for (int p = 0; p < wide; p++) {
			_mm512_storeu_si512(c + r * c_row + INT8_WIDE * p, sum[r][p]);
		}
	}
}

static inline void taps_of(int32_t *c, int64_t c_row, const uint8_t *x, const int64_t *offsets,
			   int64_t taps, const int8_t *w, int64_t w_row, int rows, int wide)
{
	__m512i sum[INT8_ROWS][2];
	for (int r = 0; r < rows; r++) {
		for (int p = 0; p < wide; p++) {
			sum[r][p] = _mm512_setzero_si512();
		}
	}
	for (int64_t t = 0; t < taps; t++) {
		__m512i a[2];
		for (int p = 0; p < wide; p++) {
			a[p] = _mm512_loadu_si512(x + offsets[t] + 64 * p);
		}
		for (int r = 0; r < rows; r++) {
			__m512i v = four(w + r * w_row + 4 * t);
			for (int p = 0; p < wide; p++) {
				sum[r][p] = _mm512_dpbusd_epi32(sum[r][p], a[p], v);
			}
		}
	}
	for (int r = 0; r < rows; r++) {
		for (int p = 0; p < wide; p++) {
			_mm512_storeu_si512(c + r * c_row + INT8_WIDE * p, sum[r][p]);
		}
	}
}

/* The full block written out: an array of sums, even of constant size, costs the compiler a move for each product. */
#define EIGHT(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define CLEAR(r) __m512i p##r = _mm512_setzero_si512(), q##r = p##r;
#define MULTIPLY_ROW(r) \
	{ \
		__m512i x = four(a + r * a_row + 4 * g); \
		p##r = _mm512_dpbusd_epi32(p##r, x, w0); \
		q##r = _mm512_dpbusd_epi32(q##r, x, w1); \
	}
#define MULTIPLY_TAP(r) \
	{ \
		__m512i v = four(w + r * w_row + 4 * t); \
		p##r = _mm512_dpbusd_epi32(p##r, a0, v); \
		q##r = _mm512_dpbusd_epi32(q##r, a1, v); \
	}
#define KEEP(r) \
	_mm512_storeu_si512(c + r * c_row, p##r); \
	_mm512_storeu_si512(c + r * c_row + INT8_WIDE, q##r);

static void product_8(int32_t *c, int64_t c_row, const uint8_t *a, int64_t a_row,
		      const int8_t *panel, int64_t panel_bytes, int64_t groups)
{
	EIGHT(CLEAR)
	for (int64_t g = 0; g < groups; g++) {
		__m512i w0 = _mm512_loadu_si512(panel + 64 * g);
		__m512i w1 = _mm512_loadu_si512(panel + panel_bytes + 64 * g);
		EIGHT(MULTIPLY_ROW)
	}
	EIGHT(KEEP)
}

static void taps_8(int32_t *c, int64_t c_row, const uint8_t *x, const int64_t *offsets,
		   int64_t taps, const int8_t *w, int64_t w_row)
{
	EIGHT(CLEAR)
	for (int64_t t = 0; t < taps; t++) {
		__m512i a0 = _mm512_loadu_si512(x + offsets[t]);
		__m512i a1 = _mm512_loadu_si512(x + offsets[t] + 64);
		EIGHT(MULTIPLY_TAP)
	}
	EIGHT(KEEP)
}

/* The numbers of rows and vectors are constants in each branch, so that the sums stay in registers. */
#define EACH(CASE, wide) \
	switch (rows) { \
		CASE(1, wide) \
		CASE(2, wide) \
		CASE(3, wide) \
		CASE(4, wide) \
		CASE(5, wide) CASE(6, wide) CASE(7, wide) CASE(8, wide) default : break; \
	}
#define PRODUCT(n, wide) \
	case n: \
		product_of(c, c_row, a, a_row, panel, panel_bytes, groups, n, wide); \
		break;
#define TAPS(n, wide) \
	case n: \
		taps_of(c, c_row, x, offsets, taps, w, w_row, n, wide); \
		break;

static void product(int32_t *c, int64_t c_row, const uint8_t *a, int64_t a_row, const int8_t *panel,
		    int64_t panel_bytes, int64_t panels, int64_t groups, int rows)
{
	for (; panels > 1; panels -= 2, panel += 2 * panel_bytes, c += 2 * INT8_WIDE) {
		if (rows == INT8_ROWS) {
			product_8(c, c_row, a, a_row, panel, panel_bytes, groups);
			continue;
		}
		EACH(PRODUCT, 2)
	}
	if (panels) {
		EACH(PRODUCT, 1)
	}
}

static void taps(int32_t *c, int64_t c_row, const uint8_t *x, const int64_t *offsets, int64_t taps,
		 const int8_t *w, int64_t w_row, int rows, int vectors)
{
	if (vectors == 2 && rows == INT8_ROWS) {
		taps_8(c, c_row, x, offsets, taps, w, w_row);
	} else if (vectors == 2) {
		EACH(TAPS, 2)
	} else {
		EACH(TAPS, 1)
	}
}

const struct int8_kernels int8_vnni = {
	.name = "vnni",
	.product = product,
	.taps = taps,
	.quantise = NAME(int8_quantise),
	.interleave = NAME(int8_interleave),
	.finish = NAME(int8_finish),
	.finish_one = NAME(int8_finish_one),
};
#endif
