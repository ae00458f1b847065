#ifndef MUNDAP_MLOPS_DAG_H
#define MUNDAP_MLOPS_DAG_H

#include <stddef.h>

#include "engine/base/error.h"

/* Steps that need others: in which order they can be done. */

struct dag_step {
	const char *name;
	const char *const *needs;
	size_t need_count;
};

/**
 * order [count]: indices such that each step comes after all it needs; steps that could go at the same time keep their order.
 * Errors: STATUS_EXISTS a name twice; STATUS_NOT_FOUND an unknown need (with the nearest name); STATUS_INVALID a circle,
 * named step by step; STATUS_NOMEM. The messages are for whoever wrote the steps.
 */
enum status dag_order(size_t *order, const struct dag_step *steps, size_t count, struct error *err);

#endif
