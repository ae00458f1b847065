#include <immintrin.h>
#include <stdint.h>

/* Pooling rows are short (7 or 14 windows in the usual images): masks instead of a scalar remainder. */

static __mmask16 first(int64_t n)
{
	return (__mmask16)(n >= 16 ? 0xFFFF : n <= 0 ? 0 : (1u << n) - 1);
}

static void pool2_avx512(float *y, uint8_t *place, const float *top, const float *bottom, int64_t n)
{
	const __m512i even =
		_mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
	const __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
	for (int64_t i = 0; i < n; i += 16) {
		int64_t left = n - i;
		__mmask16 low = first(2 * left), high = first(2 * left - 16);
		__m512 t0 = _mm512_maskz_loadu_ps(low, top + 2 * i);
		__m512 t1 = _mm512_maskz_loadu_ps(high, top + 2 * i + 16);
		__m512 b0 = _mm512_maskz_loadu_ps(low, bottom + 2 * i);
		__m512 b1 = _mm512_maskz_loadu_ps(high, bottom + 2 * i + 16);
		__m512 a = _mm512_permutex2var_ps(t0, even, t1);
		__m512 b = _mm512_permutex2var_ps(t0, odd, t1);
		__m512 c = _mm512_permutex2var_ps(b0, even, b1);
		__m512 d = _mm512_permutex2var_ps(b0, odd, b1);
		__mmask16 right = _mm512_cmp_ps_mask(b, a, _CMP_GT_OQ);
		__mmask16 right2 = _mm512_cmp_ps_mask(d, c, _CMP_GT_OQ);
		__m512 ab = _mm512_mask_mov_ps(a, right, b), cd = _mm512_mask_mov_ps(c, right2, d);
		__mmask16 lower = _mm512_cmp_ps_mask(cd, ab, _CMP_GT_OQ);
		__m512i won = _mm512_maskz_set1_epi32(right, 1);
		__m512i won2 = _mm512_mask_set1_epi32(_mm512_set1_epi32(2), right2, 3);
		won = _mm512_mask_mov_epi32(won, lower, won2);
		_mm512_mask_storeu_ps(y + i, first(left), _mm512_mask_mov_ps(ab, lower, cd));
		_mm512_mask_cvtepi32_storeu_epi8(place + i, first(left), won);
	}
}

static void pool2_grad_avx512(float *top, float *bottom, const uint8_t *place, const float *g,
			      int64_t n)
{
	const __m512i low =
		_mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
	const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
	for (int64_t i = 0; i < n; i += 16) {
		int64_t left = n - i;
		__mmask16 some = first(left), store0 = first(2 * left),
			  store1 = first(2 * left - 16);
		__m512 value = _mm512_maskz_loadu_ps(some, g + i);
		__m512i won = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(some, place + i));
		__m512 part[4];
		for (int k = 0; k < 4; k++) {
			part[k] = _mm512_maskz_mov_ps(
				_mm512_cmpeq_epi32_mask(won, _mm512_set1_epi32(k)), value);
		}
		_mm512_mask_storeu_ps(top + 2 * i, store0,
				      _mm512_permutex2var_ps(part[0], low, part[1]));
		_mm512_mask_storeu_ps(top + 2 * i + 16, store1,
				      _mm512_permutex2var_ps(part[0], high, part[1]));
		_mm512_mask_storeu_ps(bottom + 2 * i, store0,
				      _mm512_permutex2var_ps(part[2], low, part[3]));
		_mm512_mask_storeu_ps(bottom + 2 * i + 16, store1,
				      _mm512_permutex2var_ps(part[2], high, part[3]));
	}
}

#define POOL2 pool2_avx512
#define POOL2_GRAD pool2_grad_avx512
#define ROWS rows_avx512
#include "engine/tensor/kernels/rows_body.inc"
