#include "engine/ml/special.h"

#include <math.h>
#include <stdbool.h>

#define TINY 1e-300
#define TOLERANCE 1e-16
#define MAX_TERMS 10000
#define PI 3.14159265358979323846

static double gamma_series(double a, double x)
{
	double term = 1 / a, sum = term;
	for (int n = 1; n < MAX_TERMS; n++) {
		term *= x / (a + n);
		sum += term;
		if (fabs(term) < fabs(sum) * TOLERANCE) {
			break;
		}
	}
	return sum * exp(-x + a * log(x) - lgamma(a));
}

static double gamma_fraction(double a, double x)
{
	double b = x + 1 - a, c = 1 / TINY, d = 1 / b, h = d;
	for (int i = 1; i < MAX_TERMS; i++) {
		double an = -i * (i - a);
		b += 2;
		d = an * d + b;
		d = 1 / (fabs(d) < TINY ? TINY : d);
		c = b + an / c;
		c = fabs(c) < TINY ? TINY : c;
		double step = d * c;
		h *= step;
		if (fabs(step - 1) < TOLERANCE) {
			break;
		}
	}
	return exp(-x + a * log(x) - lgamma(a)) * h;
}

double special_gamma_p(double a, double x)
{
	if (!(a > 0) || !(x >= 0)) {
		return NAN;
	}
	if (x == 0) {
		return 0;
	}
	return x < a + 1 ? gamma_series(a, x) : 1 - gamma_fraction(a, x);
}

double special_gamma_q(double a, double x)
{
	if (!(a > 0) || !(x >= 0)) {
		return NAN;
	}
	if (x == 0) {
		return 1;
	}
	if (isinf(x)) {
		return 0;
	}
	return x < a + 1 ? 1 - gamma_series(a, x) : gamma_fraction(a, x);
}

static double beta_fraction(double a, double b, double x)
{
	double c = 1, d = 1 - (a + b) * x / (a + 1);
	d = 1 / (fabs(d) < TINY ? TINY : d);
	double h = d;
	for (int m = 1; m < MAX_TERMS; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double step = 1;
		for (int half = 0; half < 2; half++) {
			double coefficient = half ? odd : even;
			d = 1 + coefficient * d;
			d = 1 / (fabs(d) < TINY ? TINY : d);
			c = 1 + coefficient / c;
			c = fabs(c) < TINY ? TINY : c;
			step = d * c;
			h *= step;
		}
		if (fabs(step - 1) < TOLERANCE) {
			break;
		}
	}
	return h;
}

double special_beta_i(double a, double b, double x)
{
	if (!(a > 0) || !(b > 0) || !(x >= 0) || !(x <= 1)) {
		return NAN;
	}
	if (x == 0 || x == 1) {
		return x;
	}
	double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	if (x < (a + 1) / (a + b + 2)) {
		return front * beta_fraction(a, b, x) / a;
	}
	return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double normal_cdf(double x)
{
	return 0.5 * erfc(-x / sqrt(2));
}

double normal_sf(double x)
{
	return 0.5 * erfc(x / sqrt(2));
}

/* Peter Acklam's rational approximation (relative error 1.15e-9) as the start of Halley's iteration. */
static double normal_quantile_start(double p)
{
	static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,
				   -2.759285104469687e+02, 1.383577518672690e+02,
				   -3.066479806614716e+01, 2.506628277459239e+00};
	static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02,
				   -1.556989798598866e+02, 6.680131188771972e+01,
				   -1.328068155288572e+01};
	static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01,
				   -2.400758277161838e+00, -2.549732539343734e+00,
				   4.374664141464968e+00,  2.938163982698783e+00};
	static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01,
				   2.445134137142996e+00, 3.754408661907416e+00};
	const double low = 0.02425;
	if (p < low || p > 1 - low) {
		double q = sqrt(-2 * log(p < low ? p : 1 - p));
		double x = (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
			   ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
		return p < low ? x : -x;
	}
	double q = p - 0.5, r = q * q;
	return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
	       (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

double normal_quantile(double p)
{
	if (!(p > 0) || !(p < 1)) {
		return p == 0 ? -INFINITY : p == 1 ? INFINITY : NAN;
	}
	double x = normal_quantile_start(p);
	for (int i = 0; i < 2; i++) {
		double e = x <= 0 ? normal_cdf(x) - p : (1 - p) - normal_sf(x);
		double u = e * sqrt(2 * PI) * exp(x * x / 2);
		x -= u / (1 + x * u / 2);
	}
	return x;
}

double student_t_two_sided(double t, double df)
{
	if (isnan(t) || !(df > 0)) {
		return NAN;
	}
	return isinf(t) ? 0 : special_beta_i(df / 2, 0.5, df / (df + t * t));
}

double student_t_cdf(double t, double df)
{
	double tail = student_t_two_sided(t, df) / 2;
	return t > 0 ? 1 - tail : tail;
}

double student_t_quantile(double p, double df)
{
	if (!(p > 0) || !(p < 1) || !(df > 0)) {
		return NAN;
	}
	if (p == 0.5) {
		return 0;
	}
	bool lower = p < 0.5;
	double tail = lower ? p : 1 - p; /* find t > 0 with P(T > t) = tail */
	double low = 0, high = 1;
	while (student_t_two_sided(high, df) / 2 > tail && high < 1e300) {
		high *= 2;
	}
	for (int i = 0; i < 200 && high - low > 1e-15 * high; i++) {
		double middle = (low + high) / 2;
		if (student_t_two_sided(middle, df) / 2 > tail) {
			low = middle;
		} else {
			high = middle;
		}
	}
	double t = (low + high) / 2;
	return lower ? -t : t;
}

double chi_squared_sf(double x, double df)
{
	return x <= 0 ? 1 : special_gamma_q(df / 2, x / 2);
}

double f_sf(double x, double df1, double df2)
{
	return x <= 0 ? 1 : special_beta_i(df2 / 2, df1 / 2, df2 / (df2 + df1 * x));
}

double kolmogorov_sf(double x)
{
	if (x <= 0) {
		return 1;
	}
	if (x < 1) {
		/* The theta-function form converges fast where the alternating series does not. */
		double sum = 0;
		for (int k = 1; k < 40; k += 2) {
			double term = exp(-(double)k * k * PI * PI / (8 * x * x));
			sum += term;
			if (term < 1e-18) {
				break;
			}
		}
		return 1 - sqrt(2 * PI) / x * sum;
	}
	double sum = 0;
	for (int k = 1; k < 100; k++) {
		double term = exp(-2.0 * k * k * x * x);
		sum += k % 2 ? term : -term;
		if (term < 1e-18) {
			break;
		}
	}
	return 2 * sum;
}
