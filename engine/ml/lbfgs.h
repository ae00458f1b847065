#ifndef MUNDAP_ML_LBFGS_H
#define MUNDAP_ML_LBFGS_H

#include <stddef.h>

#include "engine/base/error.h"

/** Value of a function at x, gradient written to gradient [n]. */
typedef double (*lbfgs_function)(void *context, const double *x, double *gradient);

/**
 * Minimises a smooth function from x, in place, until no part of the gradient is larger than tolerance.
 * Source: Nocedal and Wright, "Numerical Optimization", 2nd ed., algorithms 7.4 and 7.5 (ten pairs), line search by
 * backtracking with the Armijo condition and a curvature check.
 * Errors: STATUS_NOMEM; *iterations says how many steps were taken
 */
enum status lbfgs_minimise(double *x, size_t n, lbfgs_function function, void *context,
			   unsigned most_iterations, double tolerance, unsigned *iterations,
			   struct error *err);

#endif
