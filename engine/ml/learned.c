#include "engine/ml/learned.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ml/linear.h"

const char *learned_kind_word(enum learned_kind kind)
{
	static const char *const words[LEARNED_KINDS] = {
		[LEARNED_RIDGE] = "ridge",
		[LEARNED_LOGISTIC] = "logistic",
		[LEARNED_NAIVE_BAYES] = "naive_bayes",
		[LEARNED_KNN] = "knn",
		[LEARNED_FOREST] = "forest",
		[LEARNED_BOOSTING] = "boosting",
		[LEARNED_ISOLATION] = "isolation_forest",
		[LEARNED_KMEANS] = "kmeans",
		[LEARNED_PCA] = "pca",
	};
	return kind < LEARNED_KINDS ? words[kind] : "";
}

void learned_release(struct learned *m)
{
	free(m->a);
	free(m->b);
	free(m->c);
	free(m->labels);
	forest_free(m->forest);
	boosting_free(m->boosting);
	isolation_free(m->isolation);
	enum learned_kind kind = m->kind;
	memset(m, 0, sizeof *m);
	m->kind = kind;
}

bool learned_has_probabilities(const struct learned *m)
{
	return m->classes > 0 &&
	       (m->kind == LEARNED_LOGISTIC || m->kind == LEARNED_NAIVE_BAYES ||
		m->kind == LEARNED_KNN || m->kind == LEARNED_FOREST || m->kind == LEARNED_BOOSTING);
}

enum status learned_probabilities(const struct learned *m, const double *x, size_t rows,
				  double *out, struct error *err)
{
	size_t columns = (size_t)m->columns, classes = (size_t)m->classes;
	switch (m->classes ? m->kind : LEARNED_PCA) {
	case LEARNED_LOGISTIC:
		logistic_predict(m->a, m->b, x, rows, columns, classes, out);
		return STATUS_OK;
	case LEARNED_NAIVE_BAYES:
		naive_bayes_predict(m->b, m->a, x, rows, columns, classes, out);
		return STATUS_OK;
	case LEARNED_KNN:
		return knn_predict(out, m->a, m->labels, (size_t)m->rows, columns, classes, x, rows,
				   (size_t)m->k, err);
	case LEARNED_FOREST:
		forest_predict(m->forest, x, rows, out);
		return STATUS_OK;
	case LEARNED_BOOSTING:
		boosting_predict(m->boosting, x, rows, out);
		if (m->classes == 2) {
			for (size_t r = rows; r-- > 0;) {
				double p = out[r];
				out[2 * r] = 1 - p;
				out[2 * r + 1] = p;
			}
		}
		return STATUS_OK;
	default:
		return error_set(err, STATUS_UNSUPPORTED, learned_kind_word(m->kind),
				 "no probabilities");
	}
}

void learned_numbers(const struct learned *m, const double *x, size_t rows, double *out)
{
	size_t columns = (size_t)m->columns;
	if (m->kind == LEARNED_FOREST) {
		forest_predict(m->forest, x, rows, out);
	} else if (m->kind == LEARNED_BOOSTING) {
		boosting_predict(m->boosting, x, rows, out);
	} else if (m->kind == LEARNED_ISOLATION) {
		isolation_score(m->isolation, x, rows, out);
	} else {
		for (size_t r = 0; r < rows; r++) {
			out[r] = m->b[0];
			for (size_t c = 0; c < columns; c++) {
				out[r] += m->a[c] * x[r * columns + c];
			}
		}
	}
}

void learned_nearest(const struct learned *m, const double *x, size_t rows, int32_t *out)
{
	for (size_t r = 0; r < rows; r++) {
		double best = INFINITY;
		out[r] = 0;
		for (int64_t k = 0; k < m->k; k++) {
			double sum = 0;
			for (int64_t c = 0; c < m->columns; c++) {
				double d =
					x[(int64_t)r * m->columns + c] - m->a[k * m->columns + c];
				sum += d * d;
			}
			if (sum < best) {
				best = sum;
				out[r] = (int32_t)k;
			}
		}
	}
}
