#include "engine/ml/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ml/lbfgs.h"

/* Solves a symmetric positive definite system in place; returns the first column without a pivot, or n. */
static size_t cholesky_solve(double *a, double *b, size_t n)
{
	for (size_t j = 0; j < n; j++) {
		double whole = a[j * n + j], pivot = whole;
		for (size_t k = 0; k < j; k++) {
			pivot -= a[j * n + k] * a[j * n + k];
		}
		if (!(pivot > whole * 1e-11) || !(whole > 0)) {
			return j;
		}
		a[j * n + j] = sqrt(pivot);
		for (size_t i = j + 1; i < n; i++) {
			double sum = a[i * n + j];
			for (size_t k = 0; k < j; k++) {
				sum -= a[i * n + k] * a[j * n + k];
			}
			a[i * n + j] = sum / a[j * n + j];
		}
	}
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < i; k++) {
			b[i] -= a[i * n + k] * b[k];
		}
		b[i] /= a[i * n + i];
	}
	for (size_t i = n; i-- > 0;) {
		for (size_t k = i + 1; k < n; k++) {
			b[i] -= a[k * n + i] * b[k];
		}
		b[i] /= a[i * n + i];
	}
	return n;
}

enum status ridge_fit(double *coefficients, double *intercept, const double *x, const double *y,
		      size_t rows, size_t columns, double alpha, struct error *err)
{
	if (rows < 2 || columns == 0 || !(alpha >= 0) || (alpha == 0 && rows <= columns)) {
		return error_set(
			err, STATUS_RANGE, "ridge",
			"%zu rows do not determine %zu coefficients; add rows or set alpha", rows,
			columns);
	}
	double *memory = calloc(columns * columns + 2 * columns, sizeof *memory);
	if (!memory) {
		return error_set(err, STATUS_NOMEM, "ridge", "out of memory");
	}
	double *gram = memory, *means = memory + columns * columns, *row = means + columns;
	double y_mean = 0;
	for (size_t r = 0; r < rows; r++) {
		y_mean += y[r] / (double)rows;
		for (size_t c = 0; c < columns; c++) {
			means[c] += x[r * columns + c] / (double)rows;
		}
	}
	memset(coefficients, 0, columns * sizeof *coefficients);
	for (size_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < columns; c++) {
			row[c] = x[r * columns + c] - means[c];
		}
		for (size_t i = 0; i < columns; i++) {
			for (size_t j = 0; j <= i; j++) {
				gram[i * columns + j] += row[i] * row[j];
			}
			coefficients[i] += row[i] * (y[r] - y_mean);
		}
	}
	for (size_t c = 0; c < columns; c++) {
		gram[c * columns + c] += alpha;
	}
	enum status status = STATUS_OK;
	size_t stuck = cholesky_solve(gram, coefficients, columns);
	if (stuck < columns) {
		status = error_set(err, STATUS_INVALID, "ridge",
				   "column %zu is constant or follows from the columns before it",
				   stuck + 1);
	} else {
		*intercept = y_mean;
		for (size_t c = 0; c < columns; c++) {
			*intercept -= coefficients[c] * means[c];
		}
	}
	free(memory);
	return status;
}

struct logistic {
	const double *x;
	const int32_t *labels;
	size_t rows, columns, outputs; /* outputs 1 for two classes */
	double l2;
	double *margin; /* [outputs] */
	const double *weights; /* [rows] or NULL */
};

static void margins(const struct logistic *l, const double *w, size_t row)
{
	const double *x = l->x + row * l->columns;
	for (size_t k = 0; k < l->outputs; k++) {
		double sum = w[l->outputs * l->columns + k];
		for (size_t c = 0; c < l->columns; c++) {
			sum += w[k * l->columns + c] * x[c];
		}
		l->margin[k] = sum;
	}
}

/* Turns margins into what each output's gradient is multiplied with; returns the row's loss. */
static double row_loss(const struct logistic *l, int32_t label)
{
	double *m = l->margin;
	if (l->outputs == 1) {
		double z = label ? m[0] : -m[0];
		double loss = z > 0 ? log1p(exp(-z)) : -z + log1p(exp(z));
		m[0] = (m[0] >= 0 ? 1 / (1 + exp(-m[0])) : exp(m[0]) / (1 + exp(m[0]))) - label;
		return loss;
	}
	double most = m[0], sum = 0, own = m[label];
	for (size_t k = 1; k < l->outputs; k++) {
		most = fmax(most, m[k]);
	}
	for (size_t k = 0; k < l->outputs; k++) {
		sum += m[k] = exp(m[k] - most);
	}
	for (size_t k = 0; k < l->outputs; k++) {
		m[k] = m[k] / sum - ((int32_t)k == label);
	}
	// cppcheck-suppress invalidFunctionArg
	return log(sum) + most - own; /* the largest margin adds exp(0) = 1 */
}

static double logistic_loss(void *context, const double *w, double *gradient)
{
	struct logistic *l = context;
	size_t weights = l->outputs * l->columns;
	double loss = 0;
	memset(gradient, 0, (weights + l->outputs) * sizeof *gradient);
	for (size_t r = 0; r < l->rows; r++) {
		double times = l->weights ? l->weights[r] : 1;
		margins(l, w, r);
		loss += times * row_loss(l, l->labels[r]);
		const double *x = l->x + r * l->columns;
		for (size_t k = 0; k < l->outputs; k++) {
			double d = times * l->margin[k];
			double *g = gradient + k * l->columns;
			for (size_t c = 0; c < l->columns; c++) {
				g[c] += d * x[c];
			}
			gradient[weights + k] += d;
		}
	}
	for (size_t i = 0; i < weights; i++) {
		loss += l->l2 / 2 * w[i] * w[i];
		gradient[i] += l->l2 * w[i];
	}
	return loss;
}

enum status logistic_fit(double *coefficients, double *intercepts, unsigned *iterations,
			 const double *x, const int32_t *labels, size_t rows, size_t columns,
			 size_t classes, const struct logistic_options *options, struct error *err)
{
	if (rows == 0 || columns == 0 || classes < 2 || !(options->l2 >= 0)) {
		return error_set(err, STATUS_RANGE, "logistic",
				 "rows, columns, two classes and a penalty from 0 up are needed");
	}
	for (size_t r = 0; r < rows; r++) {
		if (labels[r] < 0 || (size_t)labels[r] >= classes) {
			return error_set(err, STATUS_RANGE, "logistic",
					 "label %zu is %d, not 0 to %zu", r + 1, labels[r],
					 classes - 1);
		}
		if (options->weights &&
		    !(options->weights[r] >= 0 && isfinite(options->weights[r]))) {
			return error_set(err, STATUS_RANGE, "logistic",
					 "weight %zu is not a number from 0 up", r + 1);
		}
	}
	size_t outputs = classes == 2 ? 1 : classes, weights = outputs * columns;
	double *w = calloc(weights + 2 * outputs, sizeof *w);
	if (!w) {
		return error_set(err, STATUS_NOMEM, "logistic", "out of memory");
	}
	struct logistic l = {.x = x,
			     .labels = labels,
			     .rows = rows,
			     .columns = columns,
			     .outputs = outputs,
			     .l2 = options->l2,
			     .margin = w + weights + outputs,
			     .weights = options->weights};
	double tolerance = options->tolerance > 0 ? options->tolerance : 1e-8 * (double)rows;
	unsigned most = options->most_iterations ? options->most_iterations : 1000, taken;
	enum status status = lbfgs_minimise(w, weights + outputs, logistic_loss, &l, most,
					    tolerance, &taken, err);
	if (status == STATUS_OK) {
		memcpy(coefficients, w, weights * sizeof *w);
		memcpy(intercepts, w + weights, outputs * sizeof *w);
		if (iterations) {
			*iterations = taken;
		}
	}
	free(w);
	return status;
}

static void to_probabilities(double *out, size_t classes)
{
	double most = out[0], sum = 0;
	for (size_t k = 1; k < classes; k++) {
		most = fmax(most, out[k]);
	}
	for (size_t k = 0; k < classes; k++) {
		sum += out[k] = exp(out[k] - most);
	}
	for (size_t k = 0; k < classes; k++) {
		out[k] /= sum;
	}
}

void logistic_predict(const double *coefficients, const double *intercepts, const double *x,
		      size_t rows, size_t columns, size_t classes, double *out)
{
	size_t outputs = classes == 2 ? 1 : classes;
	for (size_t r = 0; r < rows; r++) {
		double *row = out + r * classes;
		row[0] = 0; /* two classes: class 0 has margin 0 */
		for (size_t k = 0; k < outputs; k++) {
			double sum = intercepts[k];
			for (size_t c = 0; c < columns; c++) {
				sum += coefficients[k * columns + c] * x[r * columns + c];
			}
			row[outputs == 1 ? 1 : k] = sum;
		}
		to_probabilities(row, classes);
	}
}

enum status naive_bayes_fit(double *log_prior, double *log_likelihood, const double *x,
			    const int32_t *labels, size_t rows, size_t columns, size_t classes,
			    double alpha, struct error *err)
{
	if (rows == 0 || columns == 0 || classes < 2 || !(alpha > 0)) {
		return error_set(err, STATUS_RANGE, "naive_bayes",
				 "rows, columns, two classes and smoothing above 0 are needed");
	}
	memset(log_prior, 0, classes * sizeof *log_prior);
	memset(log_likelihood, 0, classes * columns * sizeof *log_likelihood);
	for (size_t r = 0; r < rows; r++) {
		if (labels[r] < 0 || (size_t)labels[r] >= classes) {
			return error_set(err, STATUS_RANGE, "naive_bayes",
					 "label %zu is %d, not 0 to %zu", r + 1, labels[r],
					 classes - 1);
		}
		log_prior[labels[r]] += 1;
		for (size_t c = 0; c < columns; c++) {
			double count = x[r * columns + c];
			if (!(count >= 0)) {
				return error_set(err, STATUS_INVALID, "naive_bayes",
						 "row %zu, column %zu is %g, not a count", r + 1,
						 c + 1, count);
			}
			log_likelihood[(size_t)labels[r] * columns + c] += count;
		}
	}
	for (size_t k = 0; k < classes; k++) {
		double total = 0;
		for (size_t c = 0; c < columns; c++) {
			total += log_likelihood[k * columns + c] + alpha;
		}
		for (size_t c = 0; c < columns; c++) {
			double *cell = &log_likelihood[k * columns + c];
			*cell = log((*cell + alpha) / total);
		}
		log_prior[k] = log(log_prior[k] / (double)rows);
	}
	return STATUS_OK;
}

void naive_bayes_predict(const double *log_prior, const double *log_likelihood, const double *x,
			 size_t rows, size_t columns, size_t classes, double *out)
{
	for (size_t r = 0; r < rows; r++) {
		for (size_t k = 0; k < classes; k++) {
			double sum = log_prior[k];
			for (size_t c = 0; c < columns; c++) {
				sum += x[r * columns + c] * log_likelihood[k * columns + c];
			}
			out[r * classes + k] = sum;
		}
		to_probabilities(out + r * classes, classes);
	}
}

enum status knn_predict(double *out, const double *x, const int32_t *labels, size_t rows,
			size_t columns, size_t classes, const double *query, size_t queries,
			size_t k, struct error *err)
{
	if (k == 0 || k > rows) {
		return error_set(err, STATUS_RANGE, "knn", "k is %zu; there are %zu rows", k, rows);
	}
	double *distance = malloc(2 * k * sizeof *distance);
	if (!distance) {
		return error_set(err, STATUS_NOMEM, "knn", "out of memory");
	}
	double *which = distance + k;
	for (size_t q = 0; q < queries; q++) {
		size_t held = 0; /* the nearest so far, in rising order */
		for (size_t r = 0; r < rows; r++) {
			double sum = 0, limit = held == k ? distance[k - 1] : INFINITY;
			for (size_t c = 0; c < columns && sum < limit; c++) {
				double d = x[r * columns + c] - query[q * columns + c];
				sum += d * d;
			}
			if (!(sum < limit)) {
				continue;
			}
			size_t at = held < k ? held++ : k - 1;
			for (; at > 0 && distance[at - 1] > sum; at--) {
				distance[at] = distance[at - 1];
				which[at] = which[at - 1];
			}
			distance[at] = sum;
			which[at] = labels[r];
		}
		memset(out + q * classes, 0, classes * sizeof *out);
		for (size_t i = 0; i < k; i++) {
			out[q * classes + (size_t)which[i]] += 1 / (double)k;
		}
	}
	free(distance);
	return STATUS_OK;
}
