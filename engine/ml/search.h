#ifndef MUNDAP_ML_SEARCH_H
#define MUNDAP_ML_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* Searching for settings that make a loss small: points are asked for, tried by the caller, and told back. */

struct search_dimension {
	double low, high; /* of a range; low < high, both above 0 when log */
	bool log, whole;
	size_t choices; /* above 0: one of so many things; a point then holds an index from 0 */
};

enum search_method {
	SEARCH_GRID, /* every combination of grid_points values a range and all choices */
	SEARCH_RANDOM,
	SEARCH_TPE /* Source: Bergstra et al. 2011, "Algorithms for Hyper-Parameter Optimization", section 4 */
};

struct search_options {
	enum search_method method;
	size_t grid_points; /* 0: 5 */
	size_t start; /* random points before TPE begins, 0: 10 */
	uint64_t seed;
};

struct search;

/** Dimensions are copied. Errors: STATUS_RANGE naming the dimension, or over 100,000 grid points; STATUS_NOMEM */
enum status search_new(struct search **out, const struct search_dimension *dimensions, size_t count,
		       const struct search_options *options, struct error *err);
void search_free(struct search *search);
/** The next point [count]; false when a grid has no more. */
bool search_next(struct search *search, double *point);
/** What a point cost; NAN counts as worst. Errors: STATUS_NOMEM */
enum status search_tell(struct search *search, const double *point, double loss, struct error *err);

/* Hyperband's brackets: bracket s (from most to 0) begins with n points of budget r; each rung keeps the best 1/eta and
 * gives them eta times as much.
 * Source: Li et al. 2018, JMLR 18, "Hyperband", algorithm 1 */
struct hyperband_rung {
	size_t points;
	double budget;
};
/** Rungs of bracket s for a largest budget; returns how many (at most places), 0 beyond the last bracket. */
size_t hyperband_bracket(struct hyperband_rung *rungs, size_t places, size_t s, double most_budget,
			 double eta);
/** The number s of the first bracket. */
size_t hyperband_first(double most_budget, double eta);

#endif
