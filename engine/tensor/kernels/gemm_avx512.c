#include <immintrin.h>
#include <stdint.h>

/* 16 × 16 floats turned over in registers: rows are columns of B, contiguous along K. */
static void transpose16(float *to, int64_t to_row, const float *const *from, int64_t at)
{
	__m512 r[16], t[16];
	for (int i = 0; i < 16; i++) {
		r[i] = _mm512_loadu_ps(from[i] + at);
	}
	for (int i = 0; i < 16; i += 2) {
		t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
		t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
	}
	for (int i = 0; i < 16; i += 4) {
		__m512d a = _mm512_castps_pd(t[i]), b = _mm512_castps_pd(t[i + 1]);
		__m512d c = _mm512_castps_pd(t[i + 2]), d = _mm512_castps_pd(t[i + 3]);
		r[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
		r[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
		r[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
		r[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
	}
	/* r[4g + j] holds, in each 128-bit lane l, column 4l + j of rows 4g … 4g+3. */
	for (int j = 0; j < 4; j++) {
		__m512 a = _mm512_shuffle_f32x4(r[j], r[4 + j], 0x88);
		__m512 b = _mm512_shuffle_f32x4(r[j], r[4 + j], 0xDD);
		__m512 c = _mm512_shuffle_f32x4(r[8 + j], r[12 + j], 0x88);
		__m512 d = _mm512_shuffle_f32x4(r[8 + j], r[12 + j], 0xDD);
		_mm512_storeu_ps(to + j * to_row, _mm512_shuffle_f32x4(a, c, 0x88));
		_mm512_storeu_ps(to + (4 + j) * to_row, _mm512_shuffle_f32x4(b, d, 0x88));
		_mm512_storeu_ps(to + (8 + j) * to_row, _mm512_shuffle_f32x4(a, c, 0xDD));
		_mm512_storeu_ps(to + (12 + j) * to_row, _mm512_shuffle_f32x4(b, d, 0xDD));
	}
}

static void pack_columns_avx512(float *panel, const float *const *columns, int64_t k, int64_t n,
				int64_t width)
{
	for (int64_t j = 0; j < width; j += 16) {
		int64_t i = 0;
		const float *some[16];
		for (int64_t q = 0; q < 16; q++) {
			some[q] = columns[j + q < n ? j + q : n - 1];
		}
		for (; i + 16 <= k; i += 16) {
			transpose16(panel + i * width + j, width, some, i);
		}
		for (; i < k; i++) {
			for (int64_t q = 0; q < 16; q++) {
				panel[i * width + j + q] = some[q][i];
			}
		}
		/* Columns beyond n repeat the last one: their products are never stored. */
	}
}

#define PACK_COLUMNS pack_columns_avx512
#define WIDTH 16
#define ROWS 8
#define VECTORS 3
#define KERNELS gemm_avx512
#include "engine/tensor/kernels/gemm_body.inc"
