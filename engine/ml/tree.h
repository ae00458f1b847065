#ifndef MUNDAP_ML_TREE_H
#define MUNDAP_ML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* Decision trees and what is built from them. All of them choose splits by one score: with W the weight and S_k the
 * weighted target sums of a side, sum_k S_k^2 / (W + lambda). One-hot targets make that Gini impurity, a scalar target
 * squared error, gradients and Hessians Newton boosting.
 * Shapes: x [rows, columns] float64 row-major; NaN is a value of its own and goes to the side that fits better. */

/** Values of x as small codes, each column cut at the same thresholds for training and use. Owns: tree_bins_free. */
struct tree_bins;

/**
 * Codes x. max_bins <= 255: quantile cuts (histogram splits); 0: every distinct value its own code (exact splits,
 * up to 65,535 distinct values a column, quantile cuts beyond).
 * Errors: STATUS_RANGE for an empty x or infinite values' columns; STATUS_NOMEM
 */
enum status tree_bins_new(struct tree_bins **out, const double *x, size_t rows, size_t columns,
			  unsigned max_bins, struct error *err);
void tree_bins_free(struct tree_bins *bins);

struct tree_options {
	unsigned max_depth; /* 0: no limit */
	unsigned min_samples_leaf; /* at least 1 */
	unsigned max_features; /* columns tried a split, 0: all */
	double lambda; /* L2 on leaf values (boosting) */
	double min_gain;
	uint64_t seed; /* which columns are tried */
};

struct tree_node {
	int32_t left, right; /* -1: a leaf */
	uint32_t column;
	bool nan_left;
	double threshold; /* x[column] <= threshold goes left */
	double gain; /* score won by the split */
	double weight; /* of the training rows that reached the node */
	uint32_t depth;
	size_t value; /* offset into values: outputs numbers */
};

struct tree {
	struct tree_node *nodes;
	double *values;
	size_t node_count, outputs;
};

/**
 * Grows a tree on the rows listed (may repeat, as in a bootstrap sample).
 * Shapes: target [rows, outputs] (or labels [rows] with outputs classes when target is NULL), weight [rows] or NULL
 * Leaf values: weighted mean of the target, S_k / (W + lambda). Owns: tree_free.
 */
enum status tree_grow(struct tree **out, const struct tree_bins *bins, const uint32_t *rows,
		      size_t row_count, const double *target, const int32_t *labels, size_t outputs,
		      const double *weight, const struct tree_options *options, struct error *err);
void tree_free(struct tree *tree);
/** The leaf's values for one row x [columns]; they belong to the tree. */
const double *tree_predict(const struct tree *tree, const double *x);
/** Adds each column's share of the gain to importance [columns]. */
void tree_importance(const struct tree *tree, double *importance);

#endif
