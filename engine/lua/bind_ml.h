#ifndef MUNDAP_LUA_BIND_ML_H
#define MUNDAP_LUA_BIND_ML_H

#include "engine/lua/bind_numbers.h"
#include "engine/ml/ensemble.h"

/* Shared by the files that bind classic models. */

#define LEARNED_KEY "mundap.Learned"

enum model_kind {
	MODEL_RIDGE,
	MODEL_LOGISTIC,
	MODEL_NAIVE_BAYES,
	MODEL_KNN,
	MODEL_FOREST,
	MODEL_BOOSTING,
	MODEL_ISOLATION,
	MODEL_KMEANS,
	MODEL_PCA
};

/* What a fit learned; numbers holds coefficients, centres or rows by kind, each freed with the model. */
struct model {
	enum model_kind kind;
	int64_t columns, classes, k; /* classes 0: predicts numbers */
	double *a,
		*b; /* ridge, logistic: coefficients, intercepts; bayes: likelihood, prior; knn: rows;
	                              * k-means: centres; pca: components, means */
	double *c; /* pca: variances */
	int32_t *labels; /* knn */
	int64_t rows; /* knn */
	double score; /* k-means: inertia */
	struct forest *forest;
	struct boosting *boosting;
	struct isolation *isolation;
};

/** Pushes an empty model. */
struct model *ml_new_model(lua_State *L, enum model_kind kind, int64_t columns);

extern const struct binding ml_fits[]; /* bind_ml_fit.c */

#endif
