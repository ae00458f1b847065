#include <immintrin.h>
#include <stdint.h>

/* Rows of tiles are short (14 in the usual images): masks instead of a scalar remainder. */

static __mmask16 first(int64_t n)
{
	return (__mmask16)(n >= 16 ? 0xFFFF : n <= 0 ? 0 : (1u << n) - 1);
}

static void interleave_avx512(float *to, const float *a, const float *b, int64_t n)
{
	const __m512i low =
		_mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
	const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
	for (int64_t i = 0; i < n; i += 16) {
		int64_t left = n - i;
		__m512 va = _mm512_maskz_loadu_ps(first(left), a + i);
		__m512 vb = _mm512_maskz_loadu_ps(first(left), b + i);
		_mm512_mask_storeu_ps(to + 2 * i, first(2 * left),
				      _mm512_permutex2var_ps(va, low, vb));
		if (left > 8) {
			_mm512_mask_storeu_ps(to + 2 * i + 16, first(2 * left - 16),
					      _mm512_permutex2var_ps(va, high, vb));
		}
	}
}

static void split_avx512(float *even, float *odd, const float *from, int64_t n)
{
	const __m512i pick =
		_mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
	const __m512i pick1 = _mm512_add_epi32(pick, _mm512_set1_epi32(1));
	for (int64_t i = 0; i < n; i += 32) {
		int64_t left = n - i;
		__m512 low = _mm512_maskz_loadu_ps(first(left), from + i);
		__m512 high = _mm512_maskz_loadu_ps(first(left - 16), from + i + 16);
		_mm512_mask_storeu_ps(even + i / 2, first((left + 1) / 2),
				      _mm512_permutex2var_ps(low, pick, high));
		_mm512_mask_storeu_ps(odd + i / 2, first(left / 2),
				      _mm512_permutex2var_ps(low, pick1, high));
	}
}

#define INTERLEAVE interleave_avx512
#define SPLIT split_avx512
#define WIDTH 16
#define KERNELS winograd_avx512
#include "engine/tensor/kernels/winograd_body.inc"
