#ifndef MUNDAP_ML_SPECIAL_H
#define MUNDAP_ML_SPECIAL_H

/* Distribution functions in double precision. "sf" is the upper tail, 1 - cdf, computed without cancellation. */

/**
 * Regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P, a > 0, x >= 0.
 * Source: NIST DLMF 8.11.4 (series, x < a + 1) and 8.9.2 (continued fraction, modified Lentz).
 */
double special_gamma_p(double a, double x);
double special_gamma_q(double a, double x);

/**
 * Regularised incomplete beta function I_x(a, b), a, b > 0, 0 <= x <= 1.
 * Source: NIST DLMF 8.17.22 (continued fraction), symmetry 8.17.4.
 */
double special_beta_i(double a, double b, double x);

double normal_cdf(double x);
double normal_sf(double x);
/** Inverse of normal_cdf for 0 < p < 1 (Acklam's rational start, two Halley steps). */
double normal_quantile(double p);

/** Two-sided tail P(|T| >= |t|) of Student's t with df degrees of freedom (any positive real). */
double student_t_two_sided(double t, double df);
double student_t_cdf(double t, double df);
/** Inverse of student_t_cdf, 0 < p < 1. */
double student_t_quantile(double p, double df);
double chi_squared_sf(double x, double df);
double f_sf(double x, double df1, double df2);

/** Kolmogorov's limit law: P(K > x) = 2 sum (-1)^(k-1) exp(-2 k^2 x^2). */
double kolmogorov_sf(double x);

#endif
