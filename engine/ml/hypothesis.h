#ifndef MUNDAP_ML_HYPOTHESIS_H
#define MUNDAP_ML_HYPOTHESIS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* Classical tests, float64. Two-sided unless said otherwise. Inputs are borrowed and never changed; NaN among them
 * is STATUS_INVALID, too few values STATUS_RANGE. */

struct test_result {
	double statistic;
	double p_value;
	double df; /* degrees of freedom where the test has them, else 0 */
	double estimate; /* the difference or ratio tested, in the data's units */
	double low, high; /* confidence interval of the estimate where computed, else NAN */
};

struct summary {
	size_t count;
	double mean, variance; /* unbiased */
	double minimum, maximum, median, q1, q3; /* linear interpolation between order statistics */
	double skewness, kurtosis; /* population moments; excess kurtosis */
};

enum status summary_compute(struct summary *out, const double *x, size_t n, struct error *err);

/** q-quantile, 0 <= q <= 1, linear interpolation (type 7); x need not be sorted. NAN for n = 0. */
double quantile(const double *x, size_t n, double q);

/** One-sample t test of mean = mu. confidence e.g. 0.95. */
enum status t_test_one(struct test_result *out, const double *x, size_t n, double mu,
		       double confidence, struct error *err);
/** Student's two-sample t test, equal variances; estimate = mean(a) - mean(b). */
enum status t_test_pooled(struct test_result *out, const double *a, size_t na, const double *b,
			  size_t nb, double confidence, struct error *err);
/** Welch's t test. Source: Welch 1947, Satterthwaite's degrees of freedom. */
enum status t_test_welch(struct test_result *out, const double *a, size_t na, const double *b,
			 size_t nb, double confidence, struct error *err);
/** Paired t test. */
enum status t_test_paired(struct test_result *out, const double *a, const double *b, size_t n,
			  double confidence, struct error *err);

/** Mann–Whitney U (of a), normal approximation with tie and continuity correction. */
enum status mann_whitney(struct test_result *out, const double *a, size_t na, const double *b,
			 size_t nb, struct error *err);

/**
 * Two-sample Kolmogorov–Smirnov: statistic D. The p-value is exact (lattice paths) while na * nb <= 1e6 and there
 * are no ties across samples to speak of, else from Kolmogorov's limit law at sqrt(na nb / (na + nb)).
 */
enum status ks_two_sample(struct test_result *out, const double *a, size_t na, const double *b,
			  size_t nb, struct error *err);

/** Pearson's chi-squared test of independence, table [rows, columns] of counts; empty rows/columns are dropped. */
enum status chi_squared_independence(struct test_result *out, const double *table, size_t rows,
				     size_t columns, struct error *err);
/** Goodness of fit: observed counts against expected counts (scaled to the same total). */
enum status chi_squared_fit(struct test_result *out, const double *observed, const double *expected,
			    size_t n, struct error *err);

/** Fisher's exact test of [[a, b], [c, d]]; estimate = sample odds ratio. */
enum status fisher_exact(struct test_result *out, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			 struct error *err);

/** Two-proportion z test, pooled; estimate = x1/n1 - x2/n2 with an unpooled interval. */
enum status two_proportion_z(struct test_result *out, uint64_t x1, uint64_t n1, uint64_t x2,
			     uint64_t n2, double confidence, struct error *err);

/**
 * Sample size a group to see p1 against p2 with two-sided level alpha and power.
 * Source: Fleiss, Levin, Paik, "Statistical Methods for Rates and Proportions", 3rd ed., eq. 4.14 (no continuity
 * correction). Returns 0 for p1 = p2 or values outside (0, 1).
 */
uint64_t sample_size_proportions(double p1, double p2, double alpha, double power);
/** Power of that test with n a group. */
double power_proportions(double p1, double p2, uint64_t n, double alpha);
/** Sample size a group to see a mean difference delta with standard deviation sd (normal approximation). */
uint64_t sample_size_means(double delta, double sd, double alpha, double power);

/** Percentile bootstrap interval of the mean; result in out->estimate, low, high. */
enum status bootstrap_mean(struct test_result *out, const double *x, size_t n, size_t resamples,
			   double confidence, uint64_t seed, struct error *err);

/** Holm's step-down adjusted p-values (out may be p). */
enum status adjust_holm(double *out, const double *p, size_t n, struct error *err);
/** Benjamini–Hochberg adjusted p-values. */
enum status adjust_benjamini_hochberg(double *out, const double *p, size_t n, struct error *err);

#endif
