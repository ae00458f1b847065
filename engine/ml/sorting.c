#include "engine/ml/sorting.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

#define DIGIT 11 /* bits a pass */
#define PASSES 6
#define RADIX_FROM 4096 /* values from which passes over all bits beat comparing */

/* Bits whose order as an unsigned number is the order of the values. */
static uint64_t key_of(double x)
{
	uint64_t bits;
	memcpy(&bits, &x, sizeof bits);
	return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

/* Least significant digits first; passes in which all values agree are left out. False when memory ran out. */
static bool radix_sort(double *x, size_t n)
{
	uint64_t *keys = malloc(2 * n * sizeof *keys);
	size_t(*counts)[1 << DIGIT] = calloc(PASSES, sizeof *counts);
	if (!keys || !counts) {
		free(counts);
		free(keys);
		return false;
	}
	uint64_t *from = keys, *to = keys + n;
	const uint64_t mask = (1 << DIGIT) - 1;
	for (size_t i = 0; i < n; i++) {
		from[i] = key_of(x[i]);
		for (int p = 0; p < PASSES; p++) {
			counts[p][from[i] >> (p * DIGIT) & mask]++;
		}
	}
	for (int p = 0; p < PASSES; p++) {
		size_t start = 0;
		bool same = counts[p][from[0] >> (p * DIGIT) & mask] == n;
		for (size_t d = 0; d <= mask && !same; d++) {
			size_t count = counts[p][d];
			counts[p][d] = start;
			start += count;
		}
		for (size_t i = 0; i < n && !same; i++) {
			to[counts[p][from[i] >> (p * DIGIT) & mask]++] = from[i];
		}
		uint64_t *swap = from;
		from = same ? from : to;
		to = same ? to : swap;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t bits = from[i] >> 63 ? from[i] & ~((uint64_t)1 << 63) : ~from[i];
		memcpy(&x[i], &bits, sizeof bits);
	}
	free(counts);
	free(keys);
	return true;
}

double *sorted_copy(const double *x, size_t n)
{
	double *copy = malloc((n ? n : 1) * sizeof *copy);
	if (copy) {
		memcpy(copy, x, n * sizeof *copy);
		if (n < RADIX_FROM || !radix_sort(copy, n)) {
			qsort(copy, n, sizeof *copy, ascending);
		}
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
