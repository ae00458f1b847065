#ifndef MUNDAP_TENSOR_KERNELS_MATH_F32_H
#define MUNDAP_TENSOR_KERNELS_MATH_F32_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Functions the compiler can vectorise: no calls, no branches. Errors are a few units in the last place.
 * MADD is a fused multiply-add where the including file's instruction set has one. */

#if defined(__FMA__)
#define MADD(a, b, c) __builtin_fmaf(a, b, c)
#else
#define MADD(a, b, c) ((a) * (b) + (c))
#endif

static inline float bits_to_f32(int32_t i)
{
	float f;
	memcpy(&f, &i, sizeof f);
	return f;
}

static inline int32_t f32_to_bits(float f)
{
	int32_t i;
	memcpy(&i, &f, sizeof i);
	return i;
}

/* e^x = 2^n e^r, |r| <= ln 2 / 2; the polynomial is the Taylor series to r^7. */
static inline float exp_f32(float x)
{
	float bounded = x > 88.5f ? 88.5f : x;
	bounded = bounded < -87.3f ? -87.3f : bounded;
	float shifted = MADD(bounded, 1.44269504088896341f, 12582912.0f);
	float n = shifted - 12582912.0f;
	float r = MADD(n, -0.693359375f, bounded);
	r = MADD(n, 2.12194440e-4f, r);
	float p = MADD(r, 1.9841270e-4f, 1.3888889e-3f);
	p = MADD(p, r, 8.3333333e-3f);
	p = MADD(p, r, 4.1666667e-2f);
	p = MADD(p, r, 1.6666667e-1f);
	p = MADD(p, r, 0.5f);
	p = MADD(p, r, 1.0f);
	p = MADD(p, r, 1.0f);
	int32_t e = f32_to_bits(shifted) - f32_to_bits(12582912.0f);
	float y = p * bits_to_f32((int32_t)((uint32_t)(e + 127) << 23));
	y = x > 88.72f ? INFINITY : y;
	y = x < -87.3f ? 0.0f : y;
	return x != x ? x : y;
}

/* log x = e ln 2 + log m, m in [√½, √2): the series of Cephes. */
static inline float log_f32(float x)
{
	int32_t bits = f32_to_bits(x);
	int32_t e = (int32_t)((uint32_t)bits >> 23) - 126;
	float m = bits_to_f32((bits & 0x007FFFFF) | 0x3F000000);
	int small = m < 0.70710678f;
	float t = small ? m + m - 1.0f : m - 1.0f;
	float fe = (float)(e - small);
	float z = t * t;
	float p = MADD(t, 7.0376836292e-2f, -1.1514610310e-1f);
	p = MADD(p, t, 1.1676998740e-1f);
	p = MADD(p, t, -1.2420140846e-1f);
	p = MADD(p, t, 1.4249322787e-1f);
	p = MADD(p, t, -1.6668057665e-1f);
	p = MADD(p, t, 2.0000714765e-1f);
	p = MADD(p, t, -2.4999993993e-1f);
	p = MADD(p, t, 3.3333331174e-1f);
	float y = p * t * z;
	y = MADD(fe, -2.12194440e-4f, y);
	y = MADD(z, -0.5f, y);
	y = MADD(fe, 0.693359375f, t + y);
	y = x > 3.4028234e38f ? x : y;
	y = x < 1.17549435e-38f ? (x > 0 ? -87.33654475f : x == 0 ? -INFINITY : NAN) : y;
	return x != x ? x : y;
}

static inline float tanh_f32(float x)
{
	float z = x * x;
	float p = MADD(z, -5.70498872745e-3f, 2.06390887954e-2f);
	p = MADD(p, z, -5.37397155531e-2f);
	p = MADD(p, z, 1.33314422036e-1f);
	p = MADD(p, z, -3.33332819422e-1f);
	float near = MADD(p * z, x, x);
	float magnitude = fabsf(x);
	float far = 1.0f - 2.0f / (exp_f32(2.0f * magnitude) + 1.0f);
	far = x < 0 ? -far : far;
	return magnitude < 0.625f ? near : far;
}

/* Near 0 the Taylor series, else Abramowitz and Stegun 7.1.26 (error below 1.5e-7). */
static inline float erf_f32(float x)
{
	float z = x * x;
	float p = MADD(z, -8.5483e-4f, 5.2239776e-3f);
	p = MADD(p, z, -2.6866170e-2f);
	p = MADD(p, z, 1.1283792e-1f);
	p = MADD(p, z, -3.7612639e-1f);
	p = MADD(p, z, 1.1283792f);
	float magnitude = fabsf(x);
	float t = 1.0f / MADD(0.3275911f, magnitude, 1.0f);
	float q = MADD(t, 1.061405429f, -1.453152027f);
	q = MADD(q, t, 1.421413741f);
	q = MADD(q, t, -0.284496736f);
	q = MADD(q, t, 0.254829592f);
	float far = 1.0f - q * t * exp_f32(-z);
	far = x < 0 ? -far : far;
	return magnitude < 0.5f ? x * p : far;
}

/* d/dx of the tanh form of GELU, x σ(v) with v = 1.5957691 (x + 0.044715 x³). */
static inline float gelu_tanh_slope_f32(float x)
{
	float v = 1.5957691216057308f * (x + 0.044715f * x * x * x);
	float s = 1.0f / (1.0f + exp_f32(-v));
	float dv = 1.5957691216057308f * (1.0f + 0.134145f * x * x);
	return s + x * s * (1.0f - s) * dv;
}

static inline float silu_slope_f32(float x)
{
	float s = 1.0f / (1.0f + exp_f32(-x));
	return s * (1.0f + x * (1.0f - s));
}

#endif
