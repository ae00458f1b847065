#ifndef MUNDAP_ML_TREE_HISTOGRAM_H
#define MUNDAP_ML_TREE_HISTOGRAM_H

#include "engine/ml/tree.h"

/**
 * Grows a tree of boosting on binned columns: gradients and Hessians instead of targets and weights, histograms of which the
 * larger child's is its parent's less its sibling's.
 * Shapes: gradient, hessian [rows of bins] float32 (minus the gradient: a leaf is sum g / (sum h + lambda));
 * leaf [rows of bins]: gets the index of the node each listed row ends in
 * bins must have been made with max_bins above 0. Owns: tree_free. Errors: STATUS_RANGE without rows; STATUS_NOMEM
 * Source: Ke et al. 2017, "LightGBM", section 2.1; Chen and Guestrin 2016, eq. 7
 */
enum status tree_grow_histogram(struct tree **out, const struct tree_bins *bins,
				const uint32_t *rows, size_t row_count, const float *gradient,
				const float *hessian, const struct tree_options *options,
				int32_t *leaf, struct error *err);

#endif
