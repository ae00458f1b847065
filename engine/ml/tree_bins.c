#include "engine/ml/tree_bins.h"

#include <math.h>
#include <stdlib.h>

#include "engine/ml/sorting.h"
#include "engine/ml/tree.h"

#define MOST_CODES 65535u

void tree_bins_free(struct tree_bins *bins)
{
	if (!bins) {
		return;
	}
	for (size_t c = 0; bins->thresholds && c < bins->columns; c++) {
		free(bins->thresholds[c]);
	}
	free(bins->thresholds);
	free(bins->counts);
	free(bins->codes);
	free(bins->small);
	free(bins);
}

/* A cut strictly between two neighbours, so that rounding can never move a training value across it. */
static double cut_between(double low, double high)
{
	double middle = low + (high - low) / 2;
	return middle >= high || !isfinite(middle) ? low : middle;
}

/* Thresholds of one column from its sorted values; returns how many codes there are. */
static uint32_t choose_cuts(double *cuts, const double *sorted, size_t n, uint32_t limit)
{
	size_t distinct = n > 0;
	for (size_t i = 1; i < n; i++) {
		distinct += sorted[i] != sorted[i - 1];
	}
	uint32_t codes = 1;
	if (distinct <= limit) {
		for (size_t i = 1; i < n; i++) {
			if (sorted[i] != sorted[i - 1]) {
				cuts[codes++ - 1] = cut_between(sorted[i - 1], sorted[i]);
			}
		}
		return codes;
	}
	for (uint32_t b = 1; b < limit; b++) {
		size_t at = (size_t)((double)b / limit * (double)n);
		while (at < n && at > 0 && sorted[at] == sorted[at - 1]) {
			at++;
		}
		if (at == 0 || at >= n) {
			continue;
		}
		double cut = cut_between(sorted[at - 1], sorted[at]);
		if (codes == 1 || cut > cuts[codes - 2]) {
			cuts[codes++ - 1] = cut;
		}
	}
	return codes;
}

static uint16_t code_of(double x, const double *cuts, uint32_t codes)
{
	if (isnan(x)) {
		return 0;
	}
	uint32_t low = 0, high = codes - 1;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (x > cuts[middle]) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return (uint16_t)(low + 1);
}

static enum status code_column(struct tree_bins *bins, size_t column, const double *x,
			       uint32_t limit, double *values)
{
	size_t n = 0;
	for (size_t r = 0; r < bins->rows; r++) {
		double v = x[r * bins->columns + column];
		if (!isnan(v)) {
			values[n++] = v;
		}
	}
	double *sorted = sorted_copy(values, n);
	double *cuts = malloc((limit < n ? limit : n + 1) * sizeof *cuts);
	if (!sorted || !cuts) {
		free(cuts);
		free(sorted);
		return STATUS_NOMEM;
	}
	uint32_t codes = choose_cuts(cuts, sorted, n, limit);
	free(sorted);
	bins->counts[column] = codes;
	bins->thresholds[column] = cuts;
	if (codes > bins->max_count) {
		bins->max_count = codes;
	}
	uint16_t *out = bins->codes + column * bins->rows;
	for (size_t r = 0; r < bins->rows; r++) {
		out[r] = code_of(x[r * bins->columns + column], cuts, codes);
	}
	for (size_t r = 0; bins->small && r < bins->rows; r++) {
		bins->small[column * bins->rows + r] = (uint8_t)out[r];
	}
	return STATUS_OK;
}

enum status tree_bins_new(struct tree_bins **out, const double *x, size_t rows, size_t columns,
			  unsigned max_bins, struct error *err)
{
	*out = NULL;
	if (rows == 0 || columns == 0 || rows > UINT32_MAX || max_bins == 1 || max_bins > 255) {
		return error_set(err, STATUS_RANGE, "tree",
				 "rows and columns must be above 0, bins 0 or 2 to 255");
	}
	struct tree_bins *bins = calloc(1, sizeof *bins);
	double *values = malloc(rows * sizeof *values);
	if (!bins || !values) {
		goto nomem;
	}
	bins->rows = rows;
	bins->columns = columns;
	bins->codes = malloc(rows * columns * sizeof *bins->codes);
	bins->counts = calloc(columns, sizeof *bins->counts);
	bins->thresholds = calloc(columns, sizeof *bins->thresholds);
	bins->small = max_bins ? malloc(rows * columns) : NULL;
	if (!bins->codes || !bins->counts || !bins->thresholds || (max_bins && !bins->small)) {
		goto nomem;
	}
	for (size_t c = 0; c < columns; c++) {
		if (code_column(bins, c, x, max_bins ? max_bins : MOST_CODES, values) !=
		    STATUS_OK) {
			goto nomem;
		}
	}
	free(values);
	*out = bins;
	return STATUS_OK;
nomem:
	free(values);
	tree_bins_free(bins);
	return error_set(err, STATUS_NOMEM, "tree", "out of memory");
}
