#include <math.h>

#include "engine/tensor/kernels/elementwise.h"

static double gelu_tanh_slope(double x)
{
	double v = 1.5957691216057308 * (x + 0.044715 * x * x * x);
	double s = 1 / (1 + exp(-v));
	return s + x * s * (1 - s) * 1.5957691216057308 * (1 + 0.134145 * x * x);
}

static double silu_slope(double x)
{
	double s = 1 / (1 + exp(-x));
	return s * (1 + x * (1 - s));
}

#define REAL double
#define TABLE ew_f64
#define M_ABS fabs
#define M_EXP exp
#define M_LOG log
#define M_SQRT sqrt
#define M_SIN sin
#define M_COS cos
#define M_ERF erf
#define M_FLOOR floor
#define M_RINT rint
#define M_TANH tanh
#define M_POW pow
#include "engine/tensor/kernels/elementwise_body.inc"
