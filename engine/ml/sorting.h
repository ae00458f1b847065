#ifndef MUNDAP_ML_SORTING_H
#define MUNDAP_ML_SORTING_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/** Heap copy of x in ascending order, NULL when memory ran out. Owns: caller frees. */
double *sorted_copy(const double *x, size_t n);

/** order[i] = index of the i-th smallest of x; equal values keep their order. Errors: STATUS_NOMEM. */
enum status argsort(uint32_t *order, const double *x, size_t n, struct error *err);

/** STATUS_INVALID with a message naming what when x holds a NaN; STATUS_RANGE when n < least. */
enum status check_sample(const double *x, size_t n, size_t least, const char *what,
			 struct error *err);

#endif
