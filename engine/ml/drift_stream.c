#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ml/drift.h"
#include "engine/ml/sorting.h"
#include "engine/ml/special.h"

void ddm_init(struct ddm *ddm)
{
	*ddm = (struct ddm){.minimum_count = 30,
			    .lowest_rate = INFINITY,
			    .lowest_deviation = INFINITY,
			    .warning_factor = 2,
			    .drift_factor = 3};
}

enum drift_level ddm_update(struct ddm *ddm, bool wrong)
{
	ddm->count++;
	double n = (double)ddm->count;
	ddm->error_rate += ((wrong ? 1.0 : 0.0) - ddm->error_rate) / n;
	double deviation = sqrt(ddm->error_rate * (1 - ddm->error_rate) / n);
	if (ddm->count < ddm->minimum_count) {
		return DRIFT_NONE;
	}
	if (ddm->error_rate + deviation <= ddm->lowest_rate + ddm->lowest_deviation) {
		ddm->lowest_rate = ddm->error_rate;
		ddm->lowest_deviation = deviation;
	}
	double level = ddm->error_rate + deviation;
	if (level > ddm->lowest_rate + ddm->drift_factor * ddm->lowest_deviation) {
		struct ddm fresh;
		ddm_init(&fresh);
		fresh.minimum_count = ddm->minimum_count;
		fresh.warning_factor = ddm->warning_factor;
		fresh.drift_factor = ddm->drift_factor;
		*ddm = fresh;
		return DRIFT_DETECTED;
	}
	return level > ddm->lowest_rate + ddm->warning_factor * ddm->lowest_deviation
		       ? DRIFT_WARNING
		       : DRIFT_NONE;
}

void page_hinkley_init(struct page_hinkley *ph, double delta, double threshold)
{
	*ph = (struct page_hinkley){.minimum_count = 30, .delta = delta, .threshold = threshold};
}

enum drift_level page_hinkley_update(struct page_hinkley *ph, double value)
{
	ph->count++;
	ph->mean += (value - ph->mean) / (double)ph->count;
	ph->sum += value - ph->mean - ph->delta;
	if (ph->sum < ph->lowest) {
		ph->lowest = ph->sum;
	}
	if (ph->count < ph->minimum_count || ph->sum - ph->lowest <= ph->threshold) {
		return DRIFT_NONE;
	}
	uint64_t minimum = ph->minimum_count;
	page_hinkley_init(ph, ph->delta, ph->threshold);
	ph->minimum_count = minimum;
	return DRIFT_DETECTED;
}

void adwin_init(struct adwin *adwin, double delta)
{
	memset(adwin, 0, sizeof *adwin);
	adwin->delta = delta;
}

/* Row r holds buckets of 2^r values, oldest last in the row; higher rows are older. */
static void adwin_push(struct adwin_row *row, double sum, double variance)
{
	memmove(row->sum + 1, row->sum, (size_t)row->count * sizeof *row->sum);
	memmove(row->variance + 1, row->variance, (size_t)row->count * sizeof *row->variance);
	row->sum[0] = sum;
	row->variance[0] = variance;
	row->count++;
}

static void adwin_compress(struct adwin *adwin)
{
	for (int r = 0; r + 1 < ADWIN_ROWS; r++) {
		struct adwin_row *row = &adwin->rows[r];
		if (row->count < ADWIN_PER_ROW) {
			break;
		}
		double size = ldexp(1, r);
		int last = row->count - 1;
		double difference = (row->sum[last] - row->sum[last - 1]) / size;
		double variance = row->variance[last] + row->variance[last - 1] +
				  size / 2 * difference * difference;
		double sum = row->sum[last] + row->sum[last - 1];
		row->count -= 2;
		adwin_push(&adwin->rows[r + 1], sum, variance);
	}
}

static int adwin_oldest_row(const struct adwin *adwin)
{
	int r = ADWIN_ROWS - 1;
	while (r > 0 && adwin->rows[r].count == 0) {
		r--;
	}
	return r;
}

static void adwin_drop_oldest(struct adwin *adwin)
{
	int r = adwin_oldest_row(adwin);
	struct adwin_row *row = &adwin->rows[r];
	if (row->count == 0) {
		return;
	}
	int last = row->count - 1;
	double size = ldexp(1, r), width = (double)adwin->width;
	double mean = row->sum[last] / size;
	double rest = width - size;
	double rest_mean = rest > 0 ? (adwin->total - row->sum[last]) / rest : 0;
	double between =
		rest > 0 ? size * rest / width * (mean - rest_mean) * (mean - rest_mean) : 0;
	adwin->variance = fmax(adwin->variance - row->variance[last] - between, 0);
	adwin->total -= row->sum[last];
	adwin->width -= (uint64_t)size;
	row->count--;
}

/* Whether some split of the window into old and new parts shows different means. */
static bool adwin_differs(const struct adwin *adwin)
{
	double width = (double)adwin->width;
	double confidence = log(2 * log(width) / adwin->delta);
	double variance = adwin->variance / width;
	double n0 = 0, sum0 = 0;
	for (int r = adwin_oldest_row(adwin); r >= 0; r--) {
		const struct adwin_row *row = &adwin->rows[r];
		for (int i = row->count - 1; i >= 0; i--) {
			n0 += ldexp(1, r);
			sum0 += row->sum[i];
			double n1 = width - n0;
			if (n0 < 5 || n1 < 5) {
				continue;
			}
			double harmonic = 1 / (n0 - 4) + 1 / (n1 - 4);
			double bound = sqrt(2 * harmonic * variance * confidence) +
				       2.0 / 3 * confidence * harmonic;
			if (fabs(sum0 / n0 - (adwin->total - sum0) / n1) > bound) {
				return true;
			}
		}
	}
	return false;
}

enum drift_level adwin_update(struct adwin *adwin, double value)
{
	adwin->seen++;
	if (adwin->width > 0) {
		double d = value - adwin->total / (double)adwin->width;
		adwin->variance += d * d * (double)adwin->width / (double)(adwin->width + 1);
	}
	adwin->width++;
	adwin->total += value;
	adwin_push(&adwin->rows[0], value, 0);
	adwin_compress(adwin);
	/* Looking at every split costs a logarithm of the width; every 32nd value is often enough. */
	if (adwin->seen % 32 != 0 || adwin->width < 10) {
		return DRIFT_NONE;
	}
	enum drift_level level = DRIFT_NONE;
	while (adwin->width > 10 && adwin_differs(adwin)) {
		adwin_drop_oldest(adwin);
		level = DRIFT_DETECTED;
	}
	return level;
}

double adwin_mean(const struct adwin *adwin)
{
	return adwin->width ? adwin->total / (double)adwin->width : 0;
}

void ewma_init(struct ewma *ewma, double weight, double limit, double target, double deviation)
{
	*ewma = (struct ewma){weight, limit, target, deviation, target, 0};
}

enum drift_level ewma_update(struct ewma *ewma, double value)
{
	ewma->count++;
	ewma->value += ewma->weight * (value - ewma->value);
	double share = ewma->weight / (2 - ewma->weight) *
		       (1 - pow(1 - ewma->weight, 2 * (double)ewma->count));
	double reach = ewma->limit * ewma->deviation * sqrt(share);
	double distance = fabs(ewma->value - ewma->target);
	return distance > reach           ? DRIFT_DETECTED
	       : distance > reach * 2 / 3 ? DRIFT_WARNING
					  : DRIFT_NONE;
}

enum status outliers_esd(bool *outlier, size_t *count, const double *x, size_t n, size_t most,
			 double alpha, struct error *err)
{
	enum status status = check_sample(x, n, 3, "esd", err);
	if (status != STATUS_OK) {
		return status;
	}
	if (most + 2 >= n || !(alpha > 0) || !(alpha < 1)) {
		return error_set(err, STATUS_RANGE, "esd",
				 "at most %zu outliers can be looked for among %zu values", n - 3,
				 n);
	}
	uint32_t *removed = malloc((most ? most : 1) * sizeof *removed);
	if (!removed) {
		return error_set(err, STATUS_NOMEM, "esd", "out of memory");
	}
	memset(outlier, 0, n * sizeof *outlier);
	*count = 0;
	for (size_t k = 0; k < most; k++) {
		double mean = 0, m2 = 0, left = 0;
		for (size_t i = 0; i < n; i++) {
			if (!outlier[i]) {
				double d = x[i] - mean;
				mean += d / ++left;
				m2 += d * (x[i] - mean);
			}
		}
		double deviation = sqrt(m2 / (left - 1)), farthest = -1;
		size_t where = 0;
		for (size_t i = 0; i < n; i++) {
			if (!outlier[i] && fabs(x[i] - mean) > farthest) {
				farthest = fabs(x[i] - mean);
				where = i;
			}
		}
		if (!(deviation > 0)) {
			break;
		}
		double p = 1 - alpha / (2 * left);
		double t = student_t_quantile(p, left - 2);
		double critical = (left - 1) * t / sqrt((left - 2 + t * t) * left);
		removed[k] = (uint32_t)where;
		outlier[where] = true;
		if (farthest / deviation > critical) {
			*count = k + 1;
		}
	}
	memset(outlier, 0, n * sizeof *outlier);
	for (size_t k = 0; k < *count; k++) {
		outlier[removed[k]] = true;
	}
	free(removed);
	return STATUS_OK;
}
