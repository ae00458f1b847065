#ifndef MUNDAP_ML_LEARNED_H
#define MUNDAP_ML_LEARNED_H

#include <stdbool.h>

#include "engine/base/strbuf.h"
#include "engine/ml/ensemble.h"

/* A fitted classic model of any kind as one value: predicting, and a file of it. */

enum learned_kind {
	LEARNED_RIDGE,
	LEARNED_LOGISTIC,
	LEARNED_NAIVE_BAYES,
	LEARNED_KNN,
	LEARNED_FOREST,
	LEARNED_BOOSTING,
	LEARNED_ISOLATION,
	LEARNED_KMEANS,
	LEARNED_PCA,
	LEARNED_KINDS
};

/* Numbers by kind; each pointer is freed with the model. */
struct learned {
	enum learned_kind kind;
	int64_t columns, classes, k; /* classes 0: predicts numbers */
	double *a, *b; /* ridge, logistic: coefficients, intercepts; bayes: likelihood, prior;
			* knn: rows; k-means: centres; pca: components, means */
	double *c; /* pca: variances */
	int32_t *labels; /* knn */
	int64_t rows; /* knn */
	double score; /* k-means: inertia */
	struct forest *forest;
	struct boosting *boosting;
	struct isolation *isolation;
};

/** The kind as a word ("logistic" …). */
const char *learned_kind_word(enum learned_kind kind);
/** Frees what the model holds and empties it; the struct is the caller's. */
void learned_release(struct learned *model);

/** Whether the model gives class probabilities. */
bool learned_has_probabilities(const struct learned *model);
/**
 * Class probabilities.
 * Shapes: x [rows, columns] -> out [rows, classes]. Errors: STATUS_UNSUPPORTED for a kind without; STATUS_NOMEM
 */
enum status learned_probabilities(const struct learned *model, const double *x, size_t rows,
				  double *out, struct error *err);
/** Numbers of a model without classes (ridge, forests and boosting of numbers, isolation): out [rows]. */
void learned_numbers(const struct learned *model, const double *x, size_t rows, double *out);
/** k-means: index of the nearest centre, out [rows]. */
void learned_nearest(const struct learned *model, const double *x, size_t rows, int32_t *out);

/**
 * The tensors of a model file and what describes them. Kinds that are no predictors of one row (PCA, isolation) are not
 * written. Errors: STATUS_UNSUPPORTED, STATUS_NOMEM
 * metadata: pairs of texts that go into the file's header beside the model's own (NULL at the end, or NULL)
 */
enum status learned_write(struct strbuf *out, const struct learned *model,
			  const char *const *metadata, struct error *err);
/** Reads what learned_write wrote; never trusts it. Owns: learned_release. Errors: STATUS_CORRUPT, STATUS_NOMEM */
enum status learned_read(struct learned *out, const void *bytes, size_t length, struct error *err);

#endif
