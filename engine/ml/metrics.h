#ifndef MUNDAP_ML_METRICS_H
#define MUNDAP_ML_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* How good predictions are, float64. Classes are numbers 0 … classes - 1. */

/**
 * Confusion matrix, rows true, columns predicted.
 * Shapes: truth, predicted [n] -> out [classes, classes]
 * Errors: STATUS_RANGE when a label is outside 0 … classes - 1 (named with its place)
 */
enum status confusion_matrix(double *out, const int32_t *truth, const int32_t *predicted, size_t n,
			     size_t classes, struct error *err);

struct class_scores {
	double precision, recall, f1; /* 0 where undefined (no such prediction or no such truth) */
	double support; /* how often the class is the truth */
};

struct classification_report {
	double accuracy, balanced_accuracy;
	double macro_precision, macro_recall, macro_f1;
	double micro_f1, weighted_f1;
	double kappa; /* Cohen's, agreement beyond chance */
	double mcc; /* Matthews correlation (multi-class, Gorodkin 2004) */
};

/** Shapes: confusion [classes, classes]; per_class [classes] or NULL. Errors: STATUS_RANGE for an empty matrix. */
enum status classification_report(struct classification_report *out, struct class_scores *per_class,
				  const double *confusion, size_t classes, struct error *err);

/** Area under the ROC curve, ties counted half. NAN when one of the classes is missing. truth: 0 or 1. */
double roc_auc(const int32_t *truth, const double *score, size_t n);
/** Average precision (area under the precision–recall curve, step interpolation). */
double average_precision(const int32_t *truth, const double *score, size_t n);
/** Points of the ROC curve from (0,0) to (1,1); arrays of n + 1 entries. Returns how many, 0 on failure. */
size_t roc_curve(double *false_positive_rate, double *true_positive_rate, double *threshold,
		 const int32_t *truth, const double *score, size_t n);

/** Mean negative log-likelihood; probability [n, classes] clipped to 1e-15. Units: nats. */
double log_loss(const int32_t *truth, const double *probability, size_t n, size_t classes);
double brier_score(const int32_t *truth, const double *probability, size_t n);
/**
 * Expected calibration error over equal-width bins of the confidence.
 * Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", eq. 5.
 */
double calibration_error(const int32_t *correct, const double *confidence, size_t n, size_t bins);

double mean_absolute_error(const double *truth, const double *predicted, size_t n);
double root_mean_squared_error(const double *truth, const double *predicted, size_t n);
/** Share in [0, ...) ; observations with truth 0 are skipped, NAN when none is left. */
double mean_absolute_percentage_error(const double *truth, const double *predicted, size_t n);
/** Coefficient of determination; NAN when the truth is constant. */
double r_squared(const double *truth, const double *predicted, size_t n);

/** NDCG at k of a ranking: relevance[i] of the item shown at place i (gain 2^rel - 1). 0 when nothing is relevant. */
double ndcg(const double *relevance, size_t n, size_t k);
/** Reciprocal of the place of the first relevant item, 0 when there is none. */
double reciprocal_rank(const double *relevance, size_t n);

#endif
