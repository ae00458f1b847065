#include <math.h>
#include <stdlib.h>

#include "engine/ml/hypothesis.h"
#include "engine/ml/sorting.h"

static double sorted_quantile(const double *sorted, size_t n, double q)
{
	double position = q * (double)(n - 1);
	size_t below = (size_t)position;
	if (below + 1 >= n) {
		return sorted[n - 1];
	}
	return sorted[below] + (position - (double)below) * (sorted[below + 1] - sorted[below]);
}

double quantile(const double *x, size_t n, double q)
{
	if (n == 0 || !(q >= 0) || !(q <= 1)) {
		return NAN;
	}
	double *sorted = sorted_copy(x, n);
	if (!sorted) {
		return NAN;
	}
	double value = sorted_quantile(sorted, n, q);
	free(sorted);
	return value;
}

enum status summary_compute(struct summary *out, const double *x, size_t n, struct error *err)
{
	enum status status = check_sample(x, n, 1, "summary", err);
	if (status != STATUS_OK) {
		return status;
	}
	double *sorted = sorted_copy(x, n);
	if (!sorted) {
		return error_set(err, STATUS_NOMEM, "summary", "out of memory");
	}
	double mean = 0;
	for (size_t i = 0; i < n; i++) {
		mean += (x[i] - mean) / (double)(i + 1);
	}
	double m2 = 0, m3 = 0, m4 = 0;
	for (size_t i = 0; i < n; i++) {
		double d = x[i] - mean;
		m2 += d * d;
		m3 += d * d * d;
		m4 += d * d * d * d;
	}
	double variance = m2 / (double)n;
	*out = (struct summary){
		.count = n,
		.mean = mean,
		.variance = n > 1 ? m2 / (double)(n - 1) : 0,
		.minimum = sorted[0],
		.maximum = sorted[n - 1],
		.median = sorted_quantile(sorted, n, 0.5),
		.q1 = sorted_quantile(sorted, n, 0.25),
		.q3 = sorted_quantile(sorted, n, 0.75),
		.skewness = variance > 0 ? m3 / (double)n / pow(variance, 1.5) : 0,
		.kurtosis = variance > 0 ? m4 / (double)n / (variance * variance) - 3 : 0,
	};
	free(sorted);
	return STATUS_OK;
}
