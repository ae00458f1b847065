#include "engine/tensor/kernels/int8.h"

#if defined(__AVX2__)
#include <immintrin.h>
#include <string.h>

#define NAME(x) x##_avx2
#include "engine/tensor/kernels/int8_rows.inc"

/* maddubs multiplies bytes and adds pairs into 16 bits, madd adds those pairs into 32. */
static inline __m256i add_products(__m256i sum, __m256i a, __m256i w)
{
	__m256i pairs = _mm256_maddubs_epi16(a, w);
	return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

static inline __m256i four(const void *a)
{
	int32_t v;
	memcpy(&v, a, 4);
	return _mm256_set1_epi32(v);
}

static inline __m256i load(const void *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

static inline void store(int32_t *p, __m256i v)
{
	_mm256_storeu_si256((__m256i *)(void *)p, v);
}

static inline void rows_of(int32_t *c, int64_t c_row, const uint8_t *a, int64_t a_row,
			   const int8_t *panel, int64_t groups, int rows)
{
	__m256i sum[4][2];
	for (int r = 0; r < rows; r++) {
		sum[r][0] = sum[r][1] = _mm256_setzero_si256();
	}
	for (int64_t g = 0; g < groups; g++) {
		__m256i w0 = load(panel + 64 * g), w1 = load(panel + 64 * g + 32);
		for (int r = 0; r < rows; r++) {
			__m256i x = four(a + r * a_row + 4 * g);
			sum[r][0] = add_products(sum[r][0], x, w0);
			sum[r][1] = add_products(sum[r][1], x, w1);
		}
	}
	for (int r = 0; r < rows; r++) {
		store(c + r * c_row, sum[r][0]);
		store(c + r * c_row + 8, sum[r][1]);
	}
}

static void product(int32_t *c, int64_t c_row, const uint8_t *a, int64_t a_row, const int8_t *panel,
		    int64_t panel_bytes, int64_t panels, int64_t groups, int rows)
{
	for (int64_t p = 0; p < panels; p++, panel += panel_bytes, c += INT8_WIDE) {
		int r = 0;
		for (; r + 4 <= rows; r += 4) {
			rows_of(c + r * c_row, c_row, a + r * a_row, a_row, panel, groups, 4);
		}
		for (; r < rows; r++) {
			rows_of(c + r * c_row, c_row, a + r * a_row, a_row, panel, groups, 1);
		}
	}
}

static inline void taps_of(int32_t *c, int64_t c_row, const uint8_t *x, const int64_t *offsets,
			   int64_t taps, const int8_t *w, int64_t w_row, int rows)
{
	__m256i sum[4][2];
	for (int r = 0; r < rows; r++) {
		sum[r][0] = sum[r][1] = _mm256_setzero_si256();
	}
	for (int64_t t = 0; t < taps; t++) {
		__m256i a0 = load(x + offsets[t]), a1 = load(x + offsets[t] + 32);
		for (int r = 0; r < rows; r++) {
			__m256i v = four(w + r * w_row + 4 * t);
			sum[r][0] = add_products(sum[r][0], a0, v);
			sum[r][1] = add_products(sum[r][1], a1, v);
		}
	}
	for (int r = 0; r < rows; r++) {
		store(c + r * c_row, sum[r][0]);
		store(c + r * c_row + 8, sum[r][1]);
	}
}

static void taps(int32_t *c, int64_t c_row, const uint8_t *x, const int64_t *offsets, int64_t taps,
		 const int8_t *w, int64_t w_row, int rows, int vectors)
{
	for (int v = 0; v < vectors; v++, c += INT8_WIDE, x += 4 * INT8_WIDE) {
		int r = 0;
		for (; r + 4 <= rows; r += 4) {
			taps_of(c + r * c_row, c_row, x, offsets, taps, w + r * w_row, w_row, 4);
		}
		for (; r < rows; r++) {
			taps_of(c + r * c_row, c_row, x, offsets, taps, w + r * w_row, w_row, 1);
		}
	}
}

const struct int8_kernels int8_avx2 = {
	.name = "avx2",
	.product = product,
	.taps = taps,
	.quantise = NAME(int8_quantise),
	.interleave = NAME(int8_interleave),
	.finish = NAME(int8_finish),
	.finish_one = NAME(int8_finish_one),
};
#endif
