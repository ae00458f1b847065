#include <math.h>
#include <stdlib.h>

#include "engine/base/rng.h"
#include "engine/ml/drift.h"
#include "engine/ml/hypothesis.h"
#include "engine/ml/sorting.h"

#define LEAST_SHARE 1e-4

static enum status totals(double *reference_total, double *current_total, const double *reference,
			  const double *current, size_t classes, struct error *err)
{
	*reference_total = *current_total = 0;
	for (size_t i = 0; i < classes; i++) {
		if (!(reference[i] >= 0) || !(current[i] >= 0)) {
			return error_set(err, STATUS_INVALID, "drift",
					 "count of class %zu is not a number from 0 up", i);
		}
		*reference_total += reference[i];
		*current_total += current[i];
	}
	if (!(*reference_total > 0) || !(*current_total > 0)) {
		return error_set(err, STATUS_RANGE, "drift", "one of the samples is empty");
	}
	return STATUS_OK;
}

enum status drift_psi_counts(double *out, const double *reference, const double *current,
			     size_t classes, struct error *err)
{
	double nr, nc, sum = 0;
	enum status status = totals(&nr, &nc, reference, current, classes, err);
	if (status != STATUS_OK) {
		return status;
	}
	for (size_t i = 0; i < classes; i++) {
		double r = fmax(reference[i] / nr, LEAST_SHARE),
		       c = fmax(current[i] / nc, LEAST_SHARE);
		sum += (c - r) * log(c / r);
	}
	*out = sum;
	return STATUS_OK;
}

static size_t bin_of(double x, const double *cuts, size_t n_cuts)
{
	size_t low = 0, high = n_cuts;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (x > cuts[middle]) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

enum status drift_psi(double *out, const double *reference, size_t n_reference,
		      const double *current, size_t n_current, size_t bins, struct error *err)
{
	enum status status = check_sample(reference, n_reference, 1, "reference", err);
	if (status == STATUS_OK) {
		status = check_sample(current, n_current, 1, "current", err);
	}
	if (status != STATUS_OK) {
		return status;
	}
	if (bins < 2 || bins > 1000) {
		return error_set(err, STATUS_RANGE, "psi", "bins must be 2 to 1000, not %zu", bins);
	}
	double *sorted = sorted_copy(reference, n_reference);
	double *work = calloc(3 * bins, sizeof *work);
	if (!sorted || !work) {
		free(work);
		free(sorted);
		return error_set(err, STATUS_NOMEM, "psi", "out of memory");
	}
	double *cuts = work, *nr = work + bins, *nc = work + 2 * bins;
	for (size_t b = 1; b < bins; b++) {
		double place = (double)b / (double)bins * (double)(n_reference - 1);
		size_t below = (size_t)place;
		size_t above = below + 1 < n_reference ? below + 1 : below;
		cuts[b - 1] =
			sorted[below] + (place - (double)below) * (sorted[above] - sorted[below]);
	}
	for (size_t i = 0; i < n_reference; i++) {
		nr[bin_of(reference[i], cuts, bins - 1)] += 1;
	}
	for (size_t i = 0; i < n_current; i++) {
		nc[bin_of(current[i], cuts, bins - 1)] += 1;
	}
	status = drift_psi_counts(out, nr, nc, bins, err);
	free(work);
	free(sorted);
	return status;
}

enum status drift_jensen_shannon(double *out, const double *reference, const double *current,
				 size_t classes, struct error *err)
{
	double nr, nc, sum = 0;
	enum status status = totals(&nr, &nc, reference, current, classes, err);
	if (status != STATUS_OK) {
		return status;
	}
	for (size_t i = 0; i < classes; i++) {
		double r = reference[i] / nr, c = current[i] / nc, m = (r + c) / 2;
		sum += (r > 0 ? r * log(r / m) : 0) + (c > 0 ? c * log(c / m) : 0);
	}
	*out = fmax(sum / 2, 0);
	return STATUS_OK;
}

static double sorted_wasserstein(const double *a, size_t na, const double *b, size_t nb)
{
	/* Integral of |Fa - Fb| over the merged values. */
	double distance = 0, last = a[0] < b[0] ? a[0] : b[0];
	for (size_t i = 0, j = 0; i < na || j < nb;) {
		double x = j >= nb || (i < na && a[i] <= b[j]) ? a[i] : b[j];
		double gap = (double)i / (double)na - (double)j / (double)nb;
		distance += fabs(gap) * (x - last);
		last = x;
		while (i < na && a[i] == x) {
			i++;
		}
		while (j < nb && b[j] == x) {
			j++;
		}
	}
	return distance;
}

enum status drift_wasserstein(double *out, const double *a, size_t na, const double *b, size_t nb,
			      struct error *err)
{
	return drift_sliced_wasserstein(out, a, na, b, nb, 1, 1, 0, err);
}

enum status drift_sliced_wasserstein(double *out, const double *a, size_t na, const double *b,
				     size_t nb, size_t dimensions, size_t directions, uint64_t seed,
				     struct error *err)
{
	if (dimensions == 0 || directions == 0) {
		return error_set(err, STATUS_RANGE, "wasserstein",
				 "dimensions and directions must be at least 1");
	}
	enum status status = check_sample(a, na * dimensions, 1, "first sample", err);
	if (status == STATUS_OK) {
		status = check_sample(b, nb * dimensions, 1, "second sample", err);
	}
	if (status != STATUS_OK) {
		return status;
	}
	double *pa = malloc(na * sizeof *pa), *pb = malloc(nb * sizeof *pb);
	double *direction = malloc(dimensions * sizeof *direction);
	double *sa = NULL, *sb = NULL;
	if (!pa || !pb || !direction) {
		status = error_set(err, STATUS_NOMEM, "wasserstein", "out of memory");
		goto out;
	}
	struct rng rng;
	rng_init(&rng, seed, 0);
	double sum = 0;
	for (size_t k = 0; k < directions; k++) {
		double norm = 0;
		for (size_t d = 0; d < dimensions; d++) {
			direction[d] = dimensions == 1 ? 1 : rng_normal(&rng);
			norm += direction[d] * direction[d];
		}
		norm = sqrt(norm);
		for (size_t i = 0; i < na; i++) {
			pa[i] = 0;
			for (size_t d = 0; d < dimensions; d++) {
				pa[i] += a[i * dimensions + d] * direction[d] / norm;
			}
		}
		for (size_t i = 0; i < nb; i++) {
			pb[i] = 0;
			for (size_t d = 0; d < dimensions; d++) {
				pb[i] += b[i * dimensions + d] * direction[d] / norm;
			}
		}
		sa = sorted_copy(pa, na);
		sb = sorted_copy(pb, nb);
		if (!sa || !sb) {
			status = error_set(err, STATUS_NOMEM, "wasserstein", "out of memory");
			goto out;
		}
		sum += sorted_wasserstein(sa, na, sb, nb);
		free(sa);
		free(sb);
		sa = sb = NULL;
	}
	*out = sum / (double)directions;
out:
	free(sb);
	free(sa);
	free(direction);
	free(pb);
	free(pa);
	return status;
}

static double squared_distance(const double *a, const double *b, size_t dimensions)
{
	double sum = 0;
	for (size_t d = 0; d < dimensions; d++) {
		sum += (a[d] - b[d]) * (a[d] - b[d]);
	}
	return sum;
}

static double median_distance(const double *a, size_t na, const double *b, size_t nb,
			      size_t dimensions)
{
	size_t n = na + nb, used = n < 500 ? n : 500, count = 0; /* 500 points give it closely */
	double *distances = malloc((used * (used - 1) / 2 + 1) * sizeof *distances);
	if (!distances) {
		return NAN;
	}
	for (size_t i = 0; i < used; i++) {
		for (size_t j = 0; j < i; j++) {
			size_t pi = i * n / used, pj = j * n / used;
			const double *x =
				pi < na ? a + pi * dimensions : b + (pi - na) * dimensions;
			const double *y =
				pj < na ? a + pj * dimensions : b + (pj - na) * dimensions;
			distances[count++] = sqrt(squared_distance(x, y, dimensions));
		}
	}
	double median = quantile(distances, count, 0.5);
	free(distances);
	return median;
}

static double mean_kernel(const double *a, size_t na, const double *b, size_t nb, size_t dimensions,
			  double gamma, bool same)
{
	double sum = 0;
	for (size_t i = 0; i < na; i++) {
		for (size_t j = 0; j < (same ? i : nb); j++) {
			sum += exp(-gamma * squared_distance(a + i * dimensions, b + j * dimensions,
							     dimensions));
		}
	}
	return same ? 2 * sum / ((double)na * (double)(na - 1)) : sum / ((double)na * (double)nb);
}

enum status drift_mmd(double *out, const double *a, size_t na, const double *b, size_t nb,
		      size_t dimensions, double bandwidth, struct error *err)
{
	if (na < 2 || nb < 2 || dimensions == 0) {
		return error_set(err, STATUS_RANGE, "mmd", "two rows a sample are needed");
	}
	enum status status = check_sample(a, na * dimensions, 1, "first sample", err);
	if (status == STATUS_OK) {
		status = check_sample(b, nb * dimensions, 1, "second sample", err);
	}
	if (status != STATUS_OK) {
		return status;
	}
	if (!(bandwidth > 0)) {
		bandwidth = median_distance(a, na, b, nb, dimensions);
	}
	if (!(bandwidth > 0)) {
		bandwidth = 1; /* all points equal */
	}
	double gamma = 1 / (2 * bandwidth * bandwidth);
	*out = mean_kernel(a, na, a, na, dimensions, gamma, true) +
	       mean_kernel(b, nb, b, nb, dimensions, gamma, true) -
	       2 * mean_kernel(a, na, b, nb, dimensions, gamma, false);
	return STATUS_OK;
}
