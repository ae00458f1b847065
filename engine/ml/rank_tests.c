#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ml/hypothesis.h"
#include "engine/ml/sorting.h"
#include "engine/ml/special.h"

#define EXACT_PATHS_LIMIT 1e6

static enum status check_two(const double *a, size_t na, const double *b, size_t nb,
			     struct error *err)
{
	enum status status = check_sample(a, na, 1, "first sample", err);
	return status == STATUS_OK ? check_sample(b, nb, 1, "second sample", err) : status;
}

enum status mann_whitney(struct test_result *out, const double *a, size_t na, const double *b,
			 size_t nb, struct error *err)
{
	enum status status = check_two(a, na, b, nb, err);
	if (status != STATUS_OK) {
		return status;
	}
	size_t n = na + nb;
	double *all = malloc(n * sizeof *all);
	uint32_t *order = malloc(n * sizeof *order);
	if (!all || !order) {
		status = error_set(err, STATUS_NOMEM, "mann_whitney", "out of memory");
		goto out;
	}
	memcpy(all, a, na * sizeof *all);
	memcpy(all + na, b, nb * sizeof *all);
	status = argsort(order, all, n, err);
	if (status != STATUS_OK) {
		goto out;
	}
	double rank_sum = 0, ties = 0;
	for (size_t i = 0; i < n;) {
		size_t j = i;
		while (j < n && all[order[j]] == all[order[i]]) {
			j++;
		}
		double rank = ((double)i + (double)j + 1) / 2;
		double t = (double)(j - i);
		ties += t * t * t - t;
		for (; i < j; i++) {
			rank_sum += order[i] < na ? rank : 0;
		}
	}
	double da = (double)na, db = (double)nb, dn = (double)n;
	double u = rank_sum - da * (da + 1) / 2;
	double variance = da * db / 12 * (dn + 1 - (n > 1 ? ties / (dn * (dn - 1)) : 0));
	double distance = fabs(u - da * db / 2) - 0.5;
	double z = variance > 0 ? fmax(distance, -0.5) / sqrt(variance) : 0;
	double p = 2 * normal_sf(z);
	*out = (struct test_result){.statistic = u,
				    .p_value = p > 1 ? 1 : p,
				    .estimate = u / (da * db),
				    .low = NAN,
				    .high = NAN};
out:
	free(order);
	free(all);
	return status;
}

/* P(D >= d) when all orders of the two samples are equally likely: the share of lattice paths from (0,0) to (m,n)
 * that leave the band |i/m - j/n| < d. Source: Hodges, "The significance probability of the Smirnov two-sample
 * test", Arkiv för Matematik 3 (1958). Each cell holds the probability that a path through it stayed inside. */
static double exact_ks_tail(size_t m, size_t n, double d, double *row)
{
	double limit = d - 1e-9 / ((double)m * (double)n);
	for (size_t i = 0; i <= m; i++) {
		for (size_t j = 0; j <= n; j++) {
			double gap = fabs((double)i / (double)m - (double)j / (double)n);
			if (gap >= limit) {
				row[j] = 0;
			} else if (i == 0 && j == 0) {
				row[0] = 1;
			} else {
				/* Of the i + j steps so far the last went right or up, in proportion. */
				double from_i = i ? row[j] * (double)i : 0;
				double from_j = j ? row[j - 1] * (double)j : 0;
				row[j] = (from_i + from_j) / (double)(i + j);
			}
		}
	}
	return 1 - row[n];
}

enum status ks_two_sample(struct test_result *out, const double *a, size_t na, const double *b,
			  size_t nb, struct error *err)
{
	enum status status = check_two(a, na, b, nb, err);
	if (status != STATUS_OK) {
		return status;
	}
	double *sa = sorted_copy(a, na), *sb = sorted_copy(b, nb);
	double *row = calloc(nb + 1, sizeof *row);
	if (!sa || !sb || !row) {
		status = error_set(err, STATUS_NOMEM, "ks_two_sample", "out of memory");
		goto out;
	}
	double d = 0, location = sa[0];
	for (size_t i = 0, j = 0; i < na && j < nb;) {
		double x = sa[i] < sb[j] ? sa[i] : sb[j];
		while (i < na && sa[i] == x) {
			i++;
		}
		while (j < nb && sb[j] == x) {
			j++;
		}
		double gap = fabs((double)i / (double)na - (double)j / (double)nb);
		if (gap > d) {
			d = gap;
			location = x;
		}
	}
	double product = (double)na * (double)nb;
	double p = product <= EXACT_PATHS_LIMIT
			   ? exact_ks_tail(na, nb, d, row)
			   : kolmogorov_sf(d * sqrt(product / ((double)na + (double)nb)));
	*out = (struct test_result){.statistic = d,
				    .p_value = p < 0   ? 0
					       : p > 1 ? 1
						       : p,
				    .estimate = location,
				    .low = NAN,
				    .high = NAN};
out:
	free(row);
	free(sb);
	free(sa);
	return status;
}
