#include "engine/tensor/kernels/int8.h"

#define NAME(x) x##_portable
#include "engine/tensor/kernels/int8_rows.inc"

static void product(int32_t *c, int64_t c_row, const uint8_t *a, int64_t a_row, const int8_t *panel,
		    int64_t panel_bytes, int64_t panels, int64_t groups, int rows)
{
	for (int64_t p = 0; p < panels; p++, panel += panel_bytes, c += INT8_WIDE) {
		for (int r = 0; r < rows; r++) {
			int32_t sum[INT8_WIDE] = {0};
			const uint8_t *x = a + r * a_row;
			for (int64_t g = 0; g < groups; g++, x += 4) {
				const int8_t *w = panel + g * 4 * INT8_WIDE;
				for (int j = 0; j < INT8_WIDE; j++) {
					sum[j] += x[0] * w[4 * j] + x[1] * w[4 * j + 1] +
						  x[2] * w[4 * j + 2] + x[3] * w[4 * j + 3];
				}
			}
			for (int j = 0; j < INT8_WIDE; j++) {
				c[r * c_row + j] = sum[j];
			}
		}
	}
}

static void taps(int32_t *c, int64_t c_row, const uint8_t *x, const int64_t *offsets, int64_t taps,
		 const int8_t *w, int64_t w_row, int rows, int vectors)
{
	for (int r = 0; r < rows; r++) {
		int32_t sum[2 * INT8_WIDE] = {0};
		for (int64_t t = 0; t < taps; t++) {
			const int8_t *v = w + r * w_row + 4 * t;
			const uint8_t *a = x + offsets[t];
			for (int i = 0; i < vectors * INT8_WIDE; i++) {
				sum[i] += a[4 * i] * v[0] + a[4 * i + 1] * v[1] +
					  a[4 * i + 2] * v[2] + a[4 * i + 3] * v[3];
			}
		}
		for (int i = 0; i < vectors * INT8_WIDE; i++) {
			c[r * c_row + i] = sum[i];
		}
	}
}

const struct int8_kernels int8_portable = {
	.name = "portable",
	.product = product,
	.taps = taps,
	.quantise = NAME(int8_quantise),
	.interleave = NAME(int8_interleave),
	.finish = NAME(int8_finish),
	.finish_one = NAME(int8_finish_one),
};
