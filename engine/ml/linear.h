#ifndef MUNDAP_ML_LINEAR_H
#define MUNDAP_ML_LINEAR_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* Linear models, float64. x [rows, columns] row-major; coefficients [columns] or [classes, columns], then intercepts. */

/**
 * Ridge regression with an unpenalised intercept; alpha 0 is ordinary least squares (normal equations of the centred
 * columns, Cholesky).
 * Shapes: x [rows, columns], y [rows] -> coefficients [columns], intercept scalar
 * Errors: STATUS_RANGE for too few rows; STATUS_INVALID when columns depend on each other (names the column)
 */
enum status ridge_fit(double *coefficients, double *intercept, const double *x, const double *y,
		      size_t rows, size_t columns, double alpha, struct error *err);

struct logistic_options {
	double l2; /* penalty on half the squared coefficients; scikit-learn's 1 / C */
	unsigned most_iterations; /* 0: 1000 */
	double tolerance; /* of the gradient's largest part, 0: 1e-8 of the row count */
	const double *weights; /* [rows] >= 0, how often a row counts; NULL: once each */
};

/**
 * Logistic (classes = 2: one coefficient vector) or softmax regression (classes vectors) by L-BFGS on the sum of the
 * losses plus the penalty; intercepts are not penalised.
 * Shapes: labels [rows] in 0 … classes - 1; coefficients [1 or classes, columns], intercepts [1 or classes]
 * Errors: STATUS_RANGE for labels; STATUS_NOMEM. Not converging is no error: *iterations is then most_iterations
 */
enum status logistic_fit(double *coefficients, double *intercepts, unsigned *iterations,
			 const double *x, const int32_t *labels, size_t rows, size_t columns,
			 size_t classes, const struct logistic_options *options, struct error *err);
/** out [rows, classes] probabilities. */
void logistic_predict(const double *coefficients, const double *intercepts, const double *x,
		      size_t rows, size_t columns, size_t classes, double *out);

/**
 * Multinomial naive Bayes on counts with additive smoothing alpha.
 * Shapes: x [rows, columns] >= 0 -> log_prior [classes], log_likelihood [classes, columns]
 */
enum status naive_bayes_fit(double *log_prior, double *log_likelihood, const double *x,
			    const int32_t *labels, size_t rows, size_t columns, size_t classes,
			    double alpha, struct error *err);
/** out [rows, classes] probabilities. */
void naive_bayes_predict(const double *log_prior, const double *log_likelihood, const double *x,
			 size_t rows, size_t columns, size_t classes, double *out);

/** k nearest neighbours by Euclidean distance: class shares of the k nearest rows, out [queries, classes]. */
enum status knn_predict(double *out, const double *x, const int32_t *labels, size_t rows,
			size_t columns, size_t classes, const double *query, size_t queries,
			size_t k, struct error *err);

#endif
