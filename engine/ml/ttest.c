#include <math.h>

#include "engine/base/rng.h"
#include "engine/ml/hypothesis.h"
#include "engine/ml/sorting.h"
#include "engine/ml/special.h"

#include <stdlib.h>

struct moments {
	double mean, variance, n;
};

static struct moments moments_of(const double *x, size_t n)
{
	double mean = 0, m2 = 0;
	for (size_t i = 0; i < n; i++) {
		double d = x[i] - mean;
		mean += d / (double)(i + 1);
		m2 += d * (x[i] - mean);
	}
	return (struct moments){mean, m2 / (double)(n - 1), (double)n};
}

static enum status finish(struct test_result *out, double estimate, double standard_error,
			  double df, double mu, double confidence, struct error *err)
{
	if (!(confidence > 0) || !(confidence < 1)) {
		return error_set(err, STATUS_RANGE, "t test",
				 "confidence %g is not between 0 and 1", confidence);
	}
	double difference = estimate - mu;
	double t = standard_error > 0 ? difference / standard_error
		   : difference == 0  ? 0
				      : copysign(INFINITY, difference);
	double reach = student_t_quantile(0.5 + confidence / 2, df) * standard_error;
	*out = (struct test_result){t,        student_t_two_sided(t, df), df,
				    estimate, estimate - reach,           estimate + reach};
	return STATUS_OK;
}

enum status t_test_one(struct test_result *out, const double *x, size_t n, double mu,
		       double confidence, struct error *err)
{
	enum status status = check_sample(x, n, 2, "t test", err);
	if (status != STATUS_OK) {
		return status;
	}
	struct moments m = moments_of(x, n);
	return finish(out, m.mean, sqrt(m.variance / m.n), m.n - 1, mu, confidence, err);
}

static enum status two_samples(struct moments *ma, struct moments *mb, const double *a, size_t na,
			       const double *b, size_t nb, struct error *err)
{
	enum status status = check_sample(a, na, 2, "first sample", err);
	if (status == STATUS_OK) {
		status = check_sample(b, nb, 2, "second sample", err);
	}
	if (status == STATUS_OK) {
		*ma = moments_of(a, na);
		*mb = moments_of(b, nb);
	}
	return status;
}

enum status t_test_pooled(struct test_result *out, const double *a, size_t na, const double *b,
			  size_t nb, double confidence, struct error *err)
{
	struct moments ma, mb;
	enum status status = two_samples(&ma, &mb, a, na, b, nb, err);
	if (status != STATUS_OK) {
		return status;
	}
	double df = ma.n + mb.n - 2;
	double pooled = ((ma.n - 1) * ma.variance + (mb.n - 1) * mb.variance) / df;
	return finish(out, ma.mean - mb.mean, sqrt(pooled * (1 / ma.n + 1 / mb.n)), df, 0,
		      confidence, err);
}

enum status t_test_welch(struct test_result *out, const double *a, size_t na, const double *b,
			 size_t nb, double confidence, struct error *err)
{
	struct moments ma, mb;
	enum status status = two_samples(&ma, &mb, a, na, b, nb, err);
	if (status != STATUS_OK) {
		return status;
	}
	double va = ma.variance / ma.n, vb = mb.variance / mb.n;
	double spread = va * va / (ma.n - 1) + vb * vb / (mb.n - 1);
	double df = spread > 0 ? (va + vb) * (va + vb) / spread : ma.n + mb.n - 2;
	return finish(out, ma.mean - mb.mean, sqrt(va + vb), df, 0, confidence, err);
}

enum status t_test_paired(struct test_result *out, const double *a, const double *b, size_t n,
			  double confidence, struct error *err)
{
	enum status status = check_sample(a, n, 2, "first sample", err);
	if (status == STATUS_OK) {
		status = check_sample(b, n, 2, "second sample", err);
	}
	if (status != STATUS_OK) {
		return status;
	}
	double *difference = malloc(n * sizeof *difference);
	if (!difference) {
		return error_set(err, STATUS_NOMEM, "t test", "out of memory");
	}
	for (size_t i = 0; i < n; i++) {
		difference[i] = a[i] - b[i];
	}
	status = t_test_one(out, difference, n, 0, confidence, err);
	free(difference);
	return status;
}

enum status bootstrap_mean(struct test_result *out, const double *x, size_t n, size_t resamples,
			   double confidence, uint64_t seed, struct error *err)
{
	enum status status = check_sample(x, n, 1, "bootstrap", err);
	if (status != STATUS_OK) {
		return status;
	}
	if (resamples < 100 || resamples > 1000000 || !(confidence > 0) || !(confidence < 1)) {
		return error_set(err, STATUS_RANGE, "bootstrap",
				 "resamples must be 100 to 1000000 and confidence between 0 and 1");
	}
	double *means = malloc(resamples * sizeof *means);
	if (!means) {
		return error_set(err, STATUS_NOMEM, "bootstrap", "out of memory");
	}
	struct rng rng;
	rng_init(&rng, seed, 0);
	for (size_t r = 0; r < resamples; r++) {
		double sum = 0;
		for (size_t i = 0; i < n; i++) {
			sum += x[rng_below(&rng, n)];
		}
		means[r] = sum / (double)n;
	}
	double mean = 0;
	for (size_t i = 0; i < n; i++) {
		mean += (x[i] - mean) / (double)(i + 1);
	}
	double tail = (1 - confidence) / 2;
	*out = (struct test_result){.statistic = mean,
				    .p_value = NAN,
				    .estimate = mean,
				    .low = quantile(means, resamples, tail),
				    .high = quantile(means, resamples, 1 - tail)};
	free(means);
	return STATUS_OK;
}
