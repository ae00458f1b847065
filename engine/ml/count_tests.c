#include <math.h>
#include <stdlib.h>

#include "engine/ml/hypothesis.h"
#include "engine/ml/sorting.h"
#include "engine/ml/special.h"

static enum status check_counts(const double *counts, size_t n, const char *what, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!(counts[i] >= 0) || isinf(counts[i])) {
			return error_set(err, STATUS_INVALID, what,
					 "count %zu is %g, not a number from 0 up", i + 1,
					 counts[i]);
		}
	}
	return STATUS_OK;
}

enum status chi_squared_independence(struct test_result *out, const double *table, size_t rows,
				     size_t columns, struct error *err)
{
	enum status status = check_counts(table, rows * columns, "chi-squared", err);
	if (status != STATUS_OK) {
		return status;
	}
	double *row_sum = calloc(rows + columns + 1, sizeof *row_sum);
	if (!row_sum) {
		return error_set(err, STATUS_NOMEM, "chi-squared", "out of memory");
	}
	double *column_sum = row_sum + rows, total = 0;
	for (size_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < columns; c++) {
			row_sum[r] += table[r * columns + c];
			column_sum[c] += table[r * columns + c];
			total += table[r * columns + c];
		}
	}
	size_t used_rows = 0, used_columns = 0;
	for (size_t r = 0; r < rows; r++) {
		used_rows += row_sum[r] > 0;
	}
	for (size_t c = 0; c < columns; c++) {
		used_columns += column_sum[c] > 0;
	}
	if (used_rows < 2 || used_columns < 2) {
		status = error_set(err, STATUS_RANGE, "chi-squared",
				   "two rows and two columns with counts are needed");
	} else {
		double statistic = 0;
		for (size_t r = 0; r < rows; r++) {
			for (size_t c = 0; c < columns; c++) {
				double expected = row_sum[r] * column_sum[c] / total;
				double d = table[r * columns + c] - expected;
				statistic += expected > 0 ? d * d / expected : 0;
			}
		}
		double df = (double)((used_rows - 1) * (used_columns - 1));
		/* Cramér's V as the size of the effect. */
		double smaller =
			(double)((used_rows < used_columns ? used_rows : used_columns) - 1);
		*out = (struct test_result){statistic, chi_squared_sf(statistic, df),
					    df,        sqrt(statistic / (total * smaller)),
					    NAN,       NAN};
	}
	free(row_sum);
	return status;
}

enum status chi_squared_fit(struct test_result *out, const double *observed, const double *expected,
			    size_t n, struct error *err)
{
	enum status status = check_counts(observed, n, "observed", err);
	if (status == STATUS_OK) {
		status = check_counts(expected, n, "expected", err);
	}
	if (status != STATUS_OK) {
		return status;
	}
	double observed_total = 0, expected_total = 0;
	for (size_t i = 0; i < n; i++) {
		observed_total += observed[i];
		expected_total += expected[i];
	}
	if (n < 2 || observed_total <= 0 || expected_total <= 0) {
		return error_set(err, STATUS_RANGE, "chi-squared",
				 "two classes with counts are needed");
	}
	double statistic = 0;
	for (size_t i = 0; i < n; i++) {
		double e = expected[i] * observed_total / expected_total;
		if (e <= 0 && observed[i] > 0) {
			return error_set(err, STATUS_RANGE, "chi-squared",
					 "class %zu was seen but its expected count is 0", i + 1);
		}
		statistic += e > 0 ? (observed[i] - e) * (observed[i] - e) / e : 0;
	}
	double df = (double)(n - 1);
	*out = (struct test_result){statistic, chi_squared_sf(statistic, df), df, NAN, NAN, NAN};
	return STATUS_OK;
}

static double log_choose(double n, double k)
{
	return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

enum status fisher_exact(struct test_result *out, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
			 struct error *err)
{
	const uint64_t limit = 1000000;
	if (a > limit || b > limit || c > limit || d > limit) {
		return error_set(err, STATUS_RANGE, "fisher", "counts over %llu: use chi-squared",
				 (unsigned long long)limit);
	}
	uint64_t row = a + b, other_row = c + d, column = a + c;
	uint64_t lowest = column > other_row ? column - other_row : 0;
	uint64_t highest = row < column ? row : column;
	double base = log_choose((double)(row + other_row), (double)column);
	double own = log_choose((double)row, (double)a) + log_choose((double)other_row, (double)c) -
		     base;
	double p = 0;
	for (uint64_t k = lowest; k <= highest; k++) {
		double log_p = log_choose((double)row, (double)k) +
			       log_choose((double)other_row, (double)(column - k)) - base;
		if (log_p <= own + 1e-7) {
			p += exp(log_p);
		}
	}
	double ad = (double)a * (double)d, bc = (double)b * (double)c;
	double odds = bc > 0 ? ad / bc : ad > 0 ? INFINITY : NAN;
	*out = (struct test_result){.statistic = odds,
				    .p_value = p > 1 ? 1 : p,
				    .estimate = odds,
				    .low = NAN,
				    .high = NAN};
	return STATUS_OK;
}

enum status two_proportion_z(struct test_result *out, uint64_t x1, uint64_t n1, uint64_t x2,
			     uint64_t n2, double confidence, struct error *err)
{
	if (n1 == 0 || n2 == 0 || x1 > n1 || x2 > n2 || !(confidence > 0) || !(confidence < 1)) {
		return error_set(err, STATUS_RANGE, "two_proportion_z",
				 "successes must not exceed trials, trials must be above 0");
	}
	double m1 = (double)n1, m2 = (double)n2;
	double p1 = (double)x1 / m1, p2 = (double)x2 / m2;
	double pooled = (double)(x1 + x2) / (m1 + m2);
	double se = sqrt(pooled * (1 - pooled) * (1 / m1 + 1 / m2));
	double z = se > 0 ? (p1 - p2) / se : 0;
	double reach = normal_quantile(0.5 + confidence / 2) *
		       sqrt(p1 * (1 - p1) / m1 + p2 * (1 - p2) / m2);
	*out = (struct test_result){z,       2 * normal_sf(fabs(z)), 0,
				    p1 - p2, p1 - p2 - reach,        p1 - p2 + reach};
	return STATUS_OK;
}

uint64_t sample_size_proportions(double p1, double p2, double alpha, double power)
{
	if (!(p1 > 0 && p1 < 1 && p2 > 0 && p2 < 1 && alpha > 0 && alpha < 1 && power > 0 &&
	      power < 1) ||
	    p1 == p2) {
		return 0;
	}
	double mean = (p1 + p2) / 2;
	double root = normal_quantile(1 - alpha / 2) * sqrt(2 * mean * (1 - mean)) +
		      normal_quantile(power) * sqrt(p1 * (1 - p1) + p2 * (1 - p2));
	return (uint64_t)ceil(root * root / ((p1 - p2) * (p1 - p2)));
}

double power_proportions(double p1, double p2, uint64_t n, double alpha)
{
	if (n == 0) {
		return NAN;
	}
	double mean = (p1 + p2) / 2;
	double root = (fabs(p1 - p2) * sqrt((double)n) -
		       normal_quantile(1 - alpha / 2) * sqrt(2 * mean * (1 - mean))) /
		      sqrt(p1 * (1 - p1) + p2 * (1 - p2));
	return normal_cdf(root);
}

uint64_t sample_size_means(double delta, double sd, double alpha, double power)
{
	if (!(sd > 0) || delta == 0 || !(alpha > 0 && alpha < 1 && power > 0 && power < 1)) {
		return 0;
	}
	double root = (normal_quantile(1 - alpha / 2) + normal_quantile(power)) * sd / delta;
	return (uint64_t)ceil(2 * root * root);
}

static enum status check_p_values(const double *p, size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!(p[i] >= 0) || !(p[i] <= 1)) {
			return error_set(err, STATUS_RANGE, "p-values",
					 "value %zu is %g, not between 0 and 1", i + 1, p[i]);
		}
	}
	return STATUS_OK;
}

static enum status adjust(double *out, const double *p, size_t n, int holm, struct error *err)
{
	enum status status = check_p_values(p, n, err);
	if (status != STATUS_OK || n == 0) {
		return status;
	}
	uint32_t *order = malloc(n * sizeof *order);
	double *adjusted = malloc(n * sizeof *adjusted);
	if (!order || !adjusted) {
		status = error_set(err, STATUS_NOMEM, "adjust", "out of memory");
		goto out;
	}
	status = argsort(order, p, n, err);
	if (status != STATUS_OK) {
		goto out;
	}
	if (holm) {
		double running = 0;
		for (size_t i = 0; i < n; i++) {
			running = fmax(running, p[order[i]] * (double)(n - i));
			adjusted[order[i]] = fmin(running, 1);
		}
	} else {
		double running = 1;
		for (size_t i = n; i-- > 0;) {
			running = fmin(running, p[order[i]] * (double)n / (double)(i + 1));
			adjusted[order[i]] = running;
		}
	}
	for (size_t i = 0; i < n; i++) {
		out[i] = adjusted[i];
	}
out:
	free(adjusted);
	free(order);
	return status;
}

enum status adjust_holm(double *out, const double *p, size_t n, struct error *err)
{
	return adjust(out, p, n, 1, err);
}

enum status adjust_benjamini_hochberg(double *out, const double *p, size_t n, struct error *err)
{
	return adjust(out, p, n, 0, err);
}
