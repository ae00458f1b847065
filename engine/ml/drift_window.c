#include "engine/ml/drift_window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/ml/hypothesis.h"
#include "engine/ml/sorting.h"

#define MOST_CLASSES 1000
#define RESAMPLES 400

struct drift_window {
	struct window_options options;
	double *reference, *values; /* [n], [window] */
	size_t n, filled, windows;
	double *cuts, *reference_counts, *counts; /* bins or classes */
	size_t bins;
	double threshold, statistic, p_value;
};

static bool by_p_value(enum window_test test)
{
	return test == WINDOW_KS || test == WINDOW_CHI_SQUARED;
}

static bool by_counts(enum window_test test)
{
	return test == WINDOW_PSI || test == WINDOW_JENSEN_SHANNON || test == WINDOW_CHI_SQUARED;
}

static size_t bin_of(const struct drift_window *w, double x)
{
	if (w->options.test == WINDOW_CHI_SQUARED) {
		return (size_t)x;
	}
	size_t low = 0, high = w->bins - 1;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (x > w->cuts[middle]) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static void count(const struct drift_window *w, double *counts, const double *x, size_t n)
{
	memset(counts, 0, w->bins * sizeof *counts);
	for (size_t i = 0; i < n; i++) {
		counts[bin_of(w, x[i])]++;
	}
}

/* Statistic (and p-value) of values against a reference, both with their counts where the test looks at counts. */
static enum status compare(const struct drift_window *w, const double *reference,
			   const double *reference_counts, const double *values,
			   const double *counts, double *statistic, double *p_value,
			   struct error *err)
{
	struct test_result result = {.p_value = NAN};
	enum status status;
	switch (w->options.test) {
	case WINDOW_PSI:
		status =
			drift_psi_counts(&result.statistic, reference_counts, counts, w->bins, err);
		break;
	case WINDOW_JENSEN_SHANNON:
		status = drift_jensen_shannon(&result.statistic, reference_counts, counts, w->bins,
					      err);
		break;
	case WINDOW_WASSERSTEIN:
		status = drift_wasserstein(&result.statistic, reference, w->n, values,
					   w->options.window, err);
		break;
	case WINDOW_KS:
		status = ks_two_sample(&result, reference, w->n, values, w->options.window, err);
		break;
	default: {
		double *table = malloc(2 * w->bins * sizeof *table);
		if (!table) {
			return error_set(err, STATUS_NOMEM, "drift", "out of memory");
		}
		memcpy(table, reference_counts, w->bins * sizeof *table);
		memcpy(table + w->bins, counts, w->bins * sizeof *table);
		status = chi_squared_independence(&result, table, 2, w->bins, err);
		free(table);
	}
	}
	*statistic = result.statistic;
	*p_value = result.p_value;
	return status;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void draw(struct rng *rng, double *out, size_t n, const struct drift_window *w)
{
	for (size_t i = 0; i < n; i++) {
		out[i] = w->reference[rng_below(rng, w->n)];
	}
}

/* What the statistic exceeds by chance in a share alpha of windows: both samples drawn anew from the reference, so that its
 * own chance counts as well. */
static enum status calibrate(struct drift_window *w, struct error *err)
{
	double *statistics =
		malloc((RESAMPLES + w->n + w->options.window + w->bins) * sizeof(double));
	if (!statistics) {
		return error_set(err, STATUS_NOMEM, "drift", "out of memory");
	}
	double *reference = statistics + RESAMPLES, *values = reference + w->n;
	double *reference_counts = values + w->options.window, ignored;
	enum status status = STATUS_OK;
	struct rng rng;
	rng_init(&rng, w->options.seed, 0);
	for (int i = 0; i < RESAMPLES && status == STATUS_OK; i++) {
		draw(&rng, reference, w->n, w);
		draw(&rng, values, w->options.window, w);
		if (by_counts(w->options.test)) {
			count(w, reference_counts, reference, w->n);
			count(w, w->counts, values, w->options.window);
		}
		status = compare(w, reference, reference_counts, values, w->counts, &statistics[i],
				 &ignored, err);
	}
	qsort(statistics, RESAMPLES, sizeof *statistics, ascending);
	size_t rank = (size_t)ceil((1 - w->options.alpha) * RESAMPLES);
	w->threshold = statistics[rank < RESAMPLES ? rank : RESAMPLES - 1];
	free(statistics);
	return status;
}

static enum status check(const double *reference, size_t n, const struct window_options *o,
			 struct error *err)
{
	enum status status = check_sample(reference, n, 2, "reference", err);
	if (status != STATUS_OK) {
		return status;
	}
	if (o->window < 2 || o->window > 10000000 || o->bins < 2 || o->bins > MOST_CLASSES ||
	    !(o->alpha > 0 && o->alpha < 1) || !(o->threshold >= 0)) {
		return error_set(err, STATUS_RANGE, "drift",
				 "window at least 2, bins 2 to 1000, alpha between 0 and 1");
	}
	for (size_t i = 0; o->test == WINDOW_CHI_SQUARED && i < n; i++) {
		if (!(reference[i] >= 0 && reference[i] < MOST_CLASSES) ||
		    reference[i] != floor(reference[i])) {
			return error_set(err, STATUS_RANGE, "drift",
					 "classes are whole numbers 0 to 999, not %g",
					 reference[i]);
		}
	}
	return STATUS_OK;
}

enum status drift_window_new(struct drift_window **out, const double *reference, size_t n,
			     const struct window_options *options, struct error *err)
{
	struct window_options o = *options;
	o.bins = o.test == WINDOW_CHI_SQUARED ? MOST_CLASSES : o.bins ? o.bins : 10;
	o.alpha = o.alpha > 0 ? o.alpha : 0.01;
	*out = NULL;
	enum status status = check(reference, n, &o, err);
	if (status != STATUS_OK) {
		return status;
	}
	struct drift_window *w = calloc(1, sizeof *w);
	if (w) {
		*w = (struct drift_window){
			.options = o, .n = n, .bins = o.bins, .statistic = NAN, .p_value = NAN};
		w->reference = malloc(n * sizeof *w->reference);
		w->values = malloc(o.window * sizeof *w->values);
		w->cuts = calloc(o.bins, sizeof *w->cuts);
		w->reference_counts = calloc(o.bins, sizeof *w->counts);
		w->counts = calloc(o.bins, sizeof *w->counts);
	}
	if (!w || !w->reference || !w->values || !w->cuts || !w->reference_counts || !w->counts) {
		drift_window_free(w);
		return error_set(err, STATUS_NOMEM, "drift", "out of memory");
	}
	memcpy(w->reference, reference, n * sizeof *reference);
	for (size_t i = 0; o.test != WINDOW_CHI_SQUARED && by_counts(o.test) && i + 1 < o.bins;
	     i++) {
		w->cuts[i] = quantile(reference, n, (double)(i + 1) / (double)o.bins);
	}
	if (by_counts(o.test)) {
		count(w, w->reference_counts, reference, n);
	}
	w->threshold = o.threshold > 0 ? o.threshold : o.alpha;
	if (o.threshold <= 0 && !by_p_value(o.test)) {
		status = calibrate(w, err);
	}
	if (status != STATUS_OK) {
		drift_window_free(w);
		return status;
	}
	*out = w;
	return STATUS_OK;
}

void drift_window_free(struct drift_window *w)
{
	if (w) {
		free(w->reference);
		free(w->values);
		free(w->cuts);
		free(w->reference_counts);
		free(w->counts);
		free(w);
	}
}

enum drift_level drift_window_update(struct drift_window *w, double value, struct error *err)
{
	bool class_number = value >= 0 && value < MOST_CLASSES && value == floor(value);
	if (isnan(value) || (w->options.test == WINDOW_CHI_SQUARED && !class_number)) {
		error_set(err, STATUS_RANGE, "drift", "%g is no value this detector can use",
			  value);
		return DRIFT_NONE;
	}
	w->values[w->filled++] = value;
	if (w->filled < w->options.window) {
		return DRIFT_NONE;
	}
	w->filled = 0;
	if (by_counts(w->options.test)) {
		count(w, w->counts, w->values, w->options.window);
	}
	if (compare(w, w->reference, w->reference_counts, w->values, w->counts, &w->statistic,
		    &w->p_value, err) != STATUS_OK) {
		return DRIFT_NONE;
	}
	w->windows++;
	bool beyond = by_p_value(w->options.test) ? w->p_value < w->threshold
						  : w->statistic > w->threshold;
	return beyond ? DRIFT_DETECTED : DRIFT_NONE;
}

double drift_window_statistic(const struct drift_window *w)
{
	return w->statistic;
}

double drift_window_p_value(const struct drift_window *w)
{
	return w->p_value;
}

double drift_window_threshold(const struct drift_window *w)
{
	return w->threshold;
}

size_t drift_window_count(const struct drift_window *w)
{
	return w->windows;
}
