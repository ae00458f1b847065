#ifndef MUNDAP_ML_ENSEMBLE_H
#define MUNDAP_ML_ENSEMBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"
#include "engine/ml/tree.h"

/* Random forests, gradient boosting and isolation forests over the trees of tree.h.
 * Shapes: x [rows, columns] float64 row-major. Results depend on the seed alone, not on the number of threads. */

struct forest_options {
	unsigned trees; /* 100 is usual */
	unsigned max_depth; /* 0: no limit */
	unsigned min_samples_leaf; /* 1 is usual */
	unsigned max_features; /* 0: sqrt(columns) for classes, all columns for numbers */
	unsigned max_bins; /* 0: exact splits; 255 is fast */
	bool every_row; /* no bootstrap: each tree sees all rows once */
	uint64_t seed;
};

struct forest;

/** Learns classes. labels [rows] in 0 … classes - 1. Owns: forest_free. */
enum status forest_fit_classes(struct forest **out, const double *x, const int32_t *labels,
			       size_t rows, size_t columns, size_t classes,
			       const struct forest_options *options, struct error *err);
/** Learns a number. target [rows]. */
enum status forest_fit_numbers(struct forest **out, const double *x, const double *target,
			       size_t rows, size_t columns, const struct forest_options *options,
			       struct error *err);
void forest_free(struct forest *forest);
/** out [rows, classes] mean class shares of the trees, or [rows] for numbers. */
void forest_predict(const struct forest *forest, const double *x, size_t rows, double *out);
/** Share of each column in the gain of all splits, sum 1. */
void forest_importance(const struct forest *forest, double *out);

enum boosting_loss { BOOSTING_SQUARED, BOOSTING_LOGISTIC, BOOSTING_SOFTMAX };

struct boosting_options {
	enum boosting_loss loss;
	unsigned rounds; /* trees (a class, for softmax) */
	double learning_rate; /* 0.1 is usual */
	unsigned max_depth; /* 6 is usual */
	unsigned min_samples_leaf;
	double lambda; /* L2 on leaf values, 1 is usual */
	unsigned max_bins; /* 0: exact; 255: histogram splits */
	double subsample; /* share of rows a round, 1: all */
	/* Early stopping on the last `validation` share of the rows, 0: off. */
	double validation;
	unsigned patience;
	uint64_t seed;
};

struct boosting;

/**
 * Newton boosting. target [rows]: numbers, 0/1 for logistic, class numbers for softmax with `classes` of them.
 * Source: Chen and Guestrin 2016, "XGBoost", eqs. 5 to 7; Friedman 2001
 */
enum status boosting_fit(struct boosting **out, const double *x, const double *target, size_t rows,
			 size_t columns, size_t classes, const struct boosting_options *options,
			 struct error *err);
void boosting_free(struct boosting *boosting);
/** out [rows] numbers or probabilities of class 1, [rows, classes] probabilities for softmax. */
void boosting_predict(const struct boosting *boosting, const double *x, size_t rows, double *out);
unsigned boosting_rounds(const struct boosting *boosting);
void boosting_importance(const struct boosting *boosting, double *out);

struct isolation;

/** Isolation forest. Source: Liu, Ting, Zhou 2008. sample: rows a tree (256 in the paper). */
enum status isolation_fit(struct isolation **out, const double *x, size_t rows, size_t columns,
			  unsigned trees, unsigned sample, uint64_t seed, struct error *err);
void isolation_free(struct isolation *isolation);
/** Anomaly score in (0, 1): near 1 stands out, 0.5 and under is ordinary. out [rows]. */
void isolation_score(const struct isolation *isolation, const double *x, size_t rows, double *out);

#endif
