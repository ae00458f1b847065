#include "engine/ml/sorting.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double *sorted_copy(const double *x, size_t n)
{
	double *copy = malloc((n ? n : 1) * sizeof *copy);
	if (copy) {
		memcpy(copy, x, n * sizeof *copy);
		qsort(copy, n, sizeof *copy, ascending);
	}
	return copy;
}

/* Bottom-up merge sort of indices: stable, and free of the global state a qsort comparator would need. */
enum status argsort(uint32_t *order, const double *x, size_t n, struct error *err)
{
	uint32_t *spare = malloc((n ? n : 1) * sizeof *spare);
	if (!spare) {
		return error_set(err, STATUS_NOMEM, "argsort", "out of memory");
	}
	uint32_t *from = order, *to = spare;
	for (size_t i = 0; i < n; i++) {
		from[i] = (uint32_t)i;
	}
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t start = 0; start < n; start += 2 * width) {
			size_t middle = start + width < n ? start + width : n;
			size_t end = start + 2 * width < n ? start + 2 * width : n;
			size_t i = start, j = middle;
			for (size_t k = start; k < end; k++) {
				if (i < middle && (j >= end || !(x[from[j]] < x[from[i]]))) {
					to[k] = from[i++];
				} else {
					to[k] = from[j++];
				}
			}
		}
		uint32_t *swap = from;
		from = to;
		to = swap;
	}
	if (from != order) {
		memcpy(order, from, n * sizeof *order);
	}
	free(spare);
	return STATUS_OK;
}

enum status check_sample(const double *x, size_t n, size_t least, const char *what,
			 struct error *err)
{
	if (n < least) {
		return error_set(err, STATUS_RANGE, what, "%zu values given, at least %zu needed",
				 n, least);
	}
	for (size_t i = 0; i < n; i++) {
		if (isnan(x[i])) {
			return error_set(err, STATUS_INVALID, what, "value %zu is NaN", i + 1);
		}
	}
	return STATUS_OK;
}
