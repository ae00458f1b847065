#include "engine/mlops/drift_report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/ml/hypothesis.h"

const struct drift_limits drift_usual_limits = {0.1, 0.2, 0.05, 10};

static size_t present_numbers(const struct csv_column *c, size_t rows, double *out)
{
	size_t n = 0;
	for (size_t r = 0; r < rows; r++) {
		if (!isnan(c->numbers[r])) {
			out[n++] = c->numbers[r];
		}
	}
	return n;
}

static double mean_of(const double *x, size_t n)
{
	double mean = 0;
	for (size_t i = 0; i < n; i++) {
		mean += (x[i] - mean) / (double)(i + 1);
	}
	return mean;
}

/* Counts of both samples over equal-width bins of their common range, for the Jensen–Shannon divergence. */
static void range_counts(double *counts, size_t bins, const double *x, size_t n, double low,
			 double high)
{
	for (size_t i = 0; i < n; i++) {
		double place = high > low ? (x[i] - low) / (high - low) * (double)bins : 0;
		size_t bin = place >= (double)bins ? bins - 1 : (size_t)place;
		counts[bin] += 1;
	}
}

static enum status compare_numbers(struct column_drift *d, const double *a, size_t na,
				   const double *b, size_t nb, const struct drift_limits *limits,
				   struct error *err)
{
	struct test_result ks;
	double *counts = calloc(2 * limits->bins, sizeof *counts);
	if (!counts) {
		return error_set(err, STATUS_NOMEM, "drift", "out of memory");
	}
	d->reference_mean = mean_of(a, na);
	d->current_mean = mean_of(b, nb);
	double low = a[0], high = a[0];
	for (size_t i = 0; i < na + nb; i++) {
		double v = i < na ? a[i] : b[i - na];
		low = fmin(low, v);
		high = fmax(high, v);
	}
	range_counts(counts, limits->bins, a, na, low, high);
	range_counts(counts + limits->bins, limits->bins, b, nb, low, high);
	enum status status = drift_psi(&d->psi, a, na, b, nb, limits->bins, err);
	if (status == STATUS_OK) {
		status = ks_two_sample(&ks, a, na, b, nb, err);
		d->statistic = ks.statistic;
		d->p_value = ks.p_value;
	}
	if (status == STATUS_OK) {
		status = drift_wasserstein(&d->wasserstein, a, na, b, nb, err);
	}
	if (status == STATUS_OK) {
		status = drift_jensen_shannon(&d->js, counts, counts + limits->bins, limits->bins,
					      err);
	}
	free(counts);
	return status;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t place_of(const char **names, size_t n, const char *text)
{
	const char **found = bsearch(&text, names, n, sizeof *names, by_text);
	return found ? (size_t)(found - names) : n;
}

static enum status compare_texts(struct column_drift *d, const struct csv_column *a, size_t na,
				 const struct csv_column *b, size_t nb, struct error *err)
{
	enum status status = STATUS_OK;
	const char **names = malloc((na + nb) * sizeof *names);
	double *counts = NULL;
	size_t n = 0, classes = 0;
	if (!names) {
		return error_set(err, STATUS_NOMEM, "drift", "out of memory");
	}
	for (size_t i = 0; i < na + nb; i++) {
		const char *text = i < na ? a->texts[i] : b->texts[i - na];
		if (*text) {
			names[n++] = text;
		}
	}
	qsort(names, n, sizeof *names, by_text);
	for (size_t i = 0; i < n; i++) {
		if (classes == 0 || strcmp(names[i], names[classes - 1]) != 0) {
			names[classes++] = names[i];
		}
	}
	counts = calloc(2 * classes + 1, sizeof *counts);
	if (!counts) {
		status = error_set(err, STATUS_NOMEM, "drift", "out of memory");
	}
	for (size_t i = 0; counts && i < na + nb; i++) {
		const char *text = i < na ? a->texts[i] : b->texts[i - na];
		size_t place = *text ? place_of(names, classes, text) : classes;
		if (place < classes) {
			counts[(i < na ? 0 : classes) + place] += 1;
		}
	}
	if (status == STATUS_OK) {
		status = drift_psi_counts(&d->psi, counts, counts + classes, classes, err);
	}
	if (status == STATUS_OK) {
		status = drift_jensen_shannon(&d->js, counts, counts + classes, classes, err);
	}
	struct test_result chi = {.p_value = 1};
	if (status == STATUS_OK && classes > 1) {
		status = chi_squared_independence(&chi, counts, 2, classes, err);
	}
	d->statistic = chi.statistic;
	d->p_value = chi.p_value;
	free(counts);
	free(names);
	return status;
}

static enum status compare(struct column_drift *d, const struct csv_column *a, size_t na,
			   const struct csv_column *b, size_t nb, const struct drift_limits *limits,
			   struct error *err)
{
	d->reference_missing = (double)a->missing / (double)na;
	d->current_missing = (double)b->missing / (double)nb;
	if (a->missing == na || b->missing == nb) {
		d->problem = "empty";
		return STATUS_OK;
	}
	if (a->numeric != b->numeric) {
		d->problem = "type";
		return STATUS_OK;
	}
	if (!a->numeric) {
		return compare_texts(d, a, na, b, nb, err);
	}
	double *values = malloc((na + nb) * sizeof *values);
	if (!values) {
		return error_set(err, STATUS_NOMEM, "drift", "out of memory");
	}
	size_t ka = present_numbers(a, na, values);
	size_t kb = present_numbers(b, nb, values + ka);
	enum status status = compare_numbers(d, values, ka, values + ka, kb, limits, err);
	free(values);
	return status;
}

/* A drift must be large (PSI) and not chance (adjusted p); a missing or changed column always is one. */
static enum status judge(struct drift_report *report, const struct drift_limits *limits,
			 struct error *err)
{
	double *p = arena_alloc(&report->arena, (report->count + 1) * sizeof *p);
	if (!p) {
		return error_set(err, STATUS_NOMEM, "drift", "out of memory");
	}
	size_t n = 0;
	for (size_t i = 0; i < report->count; i++) {
		if (!report->columns[i].problem) {
			p[n++] = report->columns[i].p_value;
		}
	}
	enum status status = adjust_holm(p, p, n, err);
	n = 0;
	for (size_t i = 0; i < report->count && status == STATUS_OK; i++) {
		struct column_drift *d = &report->columns[i];
		if (d->problem) {
			d->level = strcmp(d->problem, "new") == 0 ? DRIFT_WARNING : DRIFT_DETECTED;
		} else {
			d->adjusted_p = p[n++];
			bool real = d->adjusted_p < limits->alpha;
			d->level = real && d->psi >= limits->psi_drift     ? DRIFT_DETECTED
				   : real && d->psi >= limits->psi_warning ? DRIFT_WARNING
									   : DRIFT_NONE;
		}
		report->drifted += d->level == DRIFT_DETECTED;
	}
	return status;
}

enum status drift_report_make(struct drift_report *out, const struct csv_table *reference,
			      const struct csv_table *current, const struct drift_limits *limits,
			      struct error *err)
{
	memset(out, 0, sizeof *out);
	arena_init(&out->arena);
	if (reference->rows == 0 || current->rows == 0) {
		return error_set(err, STATUS_RANGE, "drift", "%s", message(MSG_MONITOR_NO_ROWS));
	}
	size_t room = reference->column_count + current->column_count;
	out->columns = arena_alloc(&out->arena, room * sizeof *out->columns);
	enum status status =
		out->columns ? STATUS_OK : error_set(err, STATUS_NOMEM, "drift", "out of memory");
	for (size_t c = 0; c < reference->column_count && status == STATUS_OK; c++) {
		const struct csv_column *a = &reference->columns[c],
					*b = csv_find_column(current, a->name);
		struct column_drift *d = &out->columns[out->count++];
		d->name = arena_strdup(&out->arena, a->name);
		d->numeric = a->numeric;
		if (!d->name) {
			status = error_set(err, STATUS_NOMEM, "drift", "out of memory");
		} else if (!b) {
			d->problem = "missing";
		} else {
			status = compare(d, a, reference->rows, b, current->rows, limits, err);
		}
	}
	for (size_t c = 0; c < current->column_count && status == STATUS_OK; c++) {
		if (!csv_find_column(reference, current->columns[c].name)) {
			struct column_drift *d = &out->columns[out->count++];
			d->name = arena_strdup(&out->arena, current->columns[c].name);
			d->numeric = current->columns[c].numeric;
			d->problem = "new";
			status = d->name ? STATUS_OK
					 : error_set(err, STATUS_NOMEM, "drift", "out of memory");
		}
	}
	if (status == STATUS_OK) {
		status = judge(out, limits, err);
	}
	if (status != STATUS_OK) {
		drift_report_release(out);
	}
	return status;
}

void drift_report_release(struct drift_report *report)
{
	arena_release(&report->arena);
	memset(report, 0, sizeof *report);
}
