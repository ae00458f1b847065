#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/ml/cluster.h"
#include "engine/ml/ensemble.h"
#include "engine/ml/linear.h"
#include "engine/ml/metrics.h"
#include "tests/unit/ml/golden_models.h"

struct table {
	double *x;
	int32_t *y;
	size_t rows, columns;
};

static struct table iris, cancer, scaled, wine;

static struct table read_table(const char *name)
{
	struct table t = {0};
	char path[128], line[4096];
	snprintf(path, sizeof path, "assets/data/%s.csv", name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof line, file));
	assert_int_equal(sscanf(line, "%zu,%zu", &t.rows, &t.columns), 2);
	t.x = malloc(t.rows * t.columns * sizeof *t.x);
	t.y = malloc(t.rows * sizeof *t.y);
	assert_non_null(t.x);
	assert_non_null(t.y);
	for (size_t r = 0; r < t.rows; r++) {
		assert_non_null(fgets(line, sizeof line, file));
		char *at = line;
		for (size_t c = 0; c < t.columns; c++) {
			t.x[r * t.columns + c] = strtod(at, &at);
			at++;
		}
		t.y[r] = (int32_t)strtol(at, NULL, 10);
	}
	fclose(file);
	return t;
}

static struct table standardised(struct table from)
{
	struct table t = from;
	t.x = malloc(t.rows * t.columns * sizeof *t.x);
	t.y = malloc(t.rows * sizeof *t.y);
	assert_non_null(t.x);
	assert_non_null(t.y);
	memcpy(t.y, from.y, t.rows * sizeof *t.y);
	for (size_t c = 0; c < t.columns; c++) {
		double mean = 0, square = 0;
		for (size_t r = 0; r < t.rows; r++) {
			mean += from.x[r * t.columns + c] / (double)t.rows;
		}
		for (size_t r = 0; r < t.rows; r++) {
			double d = from.x[r * t.columns + c] - mean;
			square += d * d / (double)t.rows;
		}
		for (size_t r = 0; r < t.rows; r++) {
			t.x[r * t.columns + c] = (from.x[r * t.columns + c] - mean) / sqrt(square);
		}
	}
	return t;
}

/* Every second row from first on. */
static struct table half(struct table from, size_t first)
{
	struct table t = {.columns = from.columns, .rows = (from.rows - first + 1) / 2};
	t.x = malloc(t.rows * t.columns * sizeof *t.x);
	t.y = malloc(t.rows * sizeof *t.y);
	assert_non_null(t.x);
	assert_non_null(t.y);
	for (size_t r = 0; r < t.rows; r++) {
		size_t source = 2 * r + first;
		memcpy(t.x + r * t.columns, from.x + source * t.columns, t.columns * sizeof *t.x);
		t.y[r] = from.y[source];
	}
	return t;
}

static void release(struct table t)
{
	free(t.x);
	free(t.y);
}

static void near_by(double actual, double expected, double tolerance, const char *what)
{
	if (!(fabs(actual - expected) <= tolerance * fmax(1, fabs(expected)))) {
		fail_msg("%s: %.12g, expected %.12g", what, actual, expected);
	}
}

static double accuracy(const double *probability, const struct table *t, size_t classes)
{
	double right = 0;
	for (size_t r = 0; r < t->rows; r++) {
		size_t best = 0;
		for (size_t k = 1; k < classes; k++) {
			best = probability[r * classes + k] > probability[r * classes + best]
				       ? k
				       : best;
		}
		right += (int32_t)best == t->y[r];
	}
	return right / (double)t->rows;
}

static int load(void **state)
{
	(void)state;
	iris = read_table("iris");
	cancer = read_table("breast_cancer");
	wine = read_table("wine");
	scaled = standardised(cancer);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	release(iris);
	release(cancer);
	release(wine);
	release(scaled);
	return 0;
}

static void iris_regression(double **x, double **y)
{
	*x = malloc(iris.rows * 3 * sizeof **x);
	*y = malloc(iris.rows * sizeof **y);
	assert_non_null(*x);
	assert_non_null(*y);
	for (size_t r = 0; r < iris.rows; r++) {
		memcpy(*x + 3 * r, iris.x + 4 * r, 3 * sizeof **x);
		(*y)[r] = iris.x[4 * r + 3];
	}
}

static void ridge_matches(void **state)
{
	(void)state;
	double *x, *y, w[4];
	iris_regression(&x, &y);
	assert_int_equal(ridge_fit(w, w + 3, x, y, iris.rows, 3, 0, NULL), STATUS_OK);
	for (int i = 0; i < 4; i++) {
		near_by(w[i], golden_ols[i], 1e-10, "least squares");
	}
	assert_int_equal(ridge_fit(w, w + 3, x, y, iris.rows, 3, 5, NULL), STATUS_OK);
	for (int i = 0; i < 4; i++) {
		near_by(w[i], golden_ridge[i], 1e-10, "ridge");
	}
	for (size_t r = 0; r < iris.rows; r++) {
		x[3 * r + 2] = 2 * x[3 * r] - x[3 * r + 1];
	}
	struct error err = ERROR_INIT;
	assert_int_equal(ridge_fit(w, w + 3, x, y, iris.rows, 3, 0, &err), STATUS_INVALID);
	assert_non_null(strstr(err.message, "column 3"));
	free(x);
	free(y);
}

static void logistic_matches(void **state)
{
	(void)state;
	double w[31], w3[12], b3[3], p[3];
	struct logistic_options options = {.l2 = 2, .most_iterations = 5000, .tolerance = 1e-6};
	unsigned steps;
	assert_int_equal(logistic_fit(w, w + 30, &steps, scaled.x, scaled.y, scaled.rows, 30, 2,
				      &options, NULL),
			 STATUS_OK);
	for (int i = 0; i < 31; i++) {
		near_by(w[i], golden_logistic[i], 1e-5, "logistic");
	}
	options.l2 = 1;
	assert_int_equal(
		logistic_fit(w3, b3, &steps, iris.x, iris.y, iris.rows, 4, 3, &options, NULL),
		STATUS_OK);
	static const size_t rows[] = {0, 70, 120};
	for (int i = 0; i < 3; i++) {
		logistic_predict(w3, b3, iris.x + 4 * rows[i], 1, 4, 3, p);
		for (int k = 0; k < 3; k++) {
			near_by(p[k], golden_softmax[3 * i + k], 1e-5, "softmax");
		}
	}
}

/* A row that counts three times is that row given three times; one that counts not at all is not there. */
static void logistic_counts_rows_by_weight(void **state)
{
	(void)state;
	static const double x[] = {0.1, 2, 1.4, -1, 0.7, 0.5, -0.3, 1, 2.2, 0, 1, 1};
	static const int32_t y[] = {0, 1, 1, 0, 1, 0};
	double again[2 * 7];
	int32_t labels[7];
	size_t n = 0;
	double weights[] = {1, 1, 3, 1, 1, 0};
	for (size_t r = 0; r < 6; r++) {
		for (int k = 0; k < (int)weights[r]; k++) {
			memcpy(again + 2 * n, x + 2 * r, 2 * sizeof *x);
			labels[n++] = y[r];
		}
	}
	struct logistic_options options = {.l2 = 0.5};
	double w[3], v[3];
	assert_int_equal(logistic_fit(v, v + 2, NULL, again, labels, n, 2, 2, &options, NULL),
			 STATUS_OK);
	options.weights = weights;
	assert_int_equal(logistic_fit(w, w + 2, NULL, x, y, 6, 2, 2, &options, NULL), STATUS_OK);
	for (int i = 0; i < 3; i++) {
		near_by(w[i], v[i], 1e-6, "weighted");
	}
	weights[1] = -1;
	struct error err = ERROR_INIT;
	assert_int_equal(logistic_fit(w, w + 2, NULL, x, y, 6, 2, 2, &options, &err), STATUS_RANGE);
	assert_non_null(strstr(err.message, "weight 2"));
}

static void naive_bayes_and_neighbours_match(void **state)
{
	(void)state;
	double prior[3], likelihood[39], p[3];
	assert_int_equal(
		naive_bayes_fit(prior, likelihood, wine.x, wine.y, wine.rows, 13, 3, 1, NULL),
		STATUS_OK);
	static const size_t rows[] = {0, 80, 150};
	for (int i = 0; i < 3; i++) {
		naive_bayes_predict(prior, likelihood, wine.x + 13 * rows[i], 1, 13, 3, p);
		for (int k = 0; k < 3; k++) {
			near_by(p[k], golden_naive_bayes[3 * i + k], 1e-9, "naive Bayes");
		}
	}
	struct table train = half(scaled, 0), test = half(scaled, 1);
	double *out = malloc(test.rows * 2 * sizeof *out);
	assert_non_null(out);
	assert_int_equal(
		knn_predict(out, train.x, train.y, train.rows, 30, 2, test.x, test.rows, 7, NULL),
		STATUS_OK);
	near_by(accuracy(out, &test, 2), GOLDEN_KNN, 1e-12, "7 neighbours");
	free(out);
	release(train);
	release(test);
}

static void one_tree_matches(void **state)
{
	(void)state;
	struct tree_bins *bins;
	assert_int_equal(tree_bins_new(&bins, cancer.x, cancer.rows, 30, 0, NULL), STATUS_OK);
	uint32_t *rows = malloc(cancer.rows * sizeof *rows);
	double *out = malloc(cancer.rows * 2 * sizeof *out);
	assert_non_null(rows);
	assert_non_null(out);
	for (size_t r = 0; r < cancer.rows; r++) {
		rows[r] = (uint32_t)r;
	}
	struct tree_options options = {.max_depth = 3};
	struct tree *tree;
	assert_int_equal(
		tree_grow(&tree, bins, rows, cancer.rows, NULL, cancer.y, 2, NULL, &options, NULL),
		STATUS_OK);
	for (size_t r = 0; r < cancer.rows; r++) {
		memcpy(out + 2 * r, tree_predict(tree, cancer.x + 30 * r), 2 * sizeof *out);
	}
	near_by(accuracy(out, &cancer, 2), GOLDEN_TREE_DEPTH3, 0.002, "depth 3");
	tree_free(tree);
	options.max_depth = 0;
	assert_int_equal(
		tree_grow(&tree, bins, rows, cancer.rows, NULL, cancer.y, 2, NULL, &options, NULL),
		STATUS_OK);
	for (size_t r = 0; r < cancer.rows; r++) {
		memcpy(out + 2 * r, tree_predict(tree, cancer.x + 30 * r), 2 * sizeof *out);
	}
	near_by(accuracy(out, &cancer, 2), 1, 0, "a full tree separates its training rows");
	tree_free(tree);
	tree_bins_free(bins);
	free(out);

	double *x, *y, square = 0;
	iris_regression(&x, &y);
	assert_int_equal(tree_bins_new(&bins, x, iris.rows, 3, 0, NULL), STATUS_OK);
	options.max_depth = 2;
	assert_int_equal(tree_grow(&tree, bins, rows, iris.rows, y, NULL, 1, NULL, &options, NULL),
			 STATUS_OK);
	for (size_t r = 0; r < iris.rows; r++) {
		double d = tree_predict(tree, x + 3 * r)[0] - y[r];
		square += d * d / (double)iris.rows;
	}
	near_by(square, GOLDEN_TREE_MSE, 1e-10, "regression tree");
	tree_free(tree);
	tree_bins_free(bins);
	free(x);
	free(y);
	free(rows);
}

static void missing_values_go_where_they_fit(void **state)
{
	(void)state;
	/* The label is 1 exactly where the value is missing or above 5. */
	double x[40];
	int32_t y[40];
	uint32_t rows[40];
	for (int i = 0; i < 40; i++) {
		x[i] = i % 4 == 0 ? NAN : i % 10;
		y[i] = isnan(x[i]) || x[i] > 5;
		rows[i] = (uint32_t)i;
	}
	struct tree_bins *bins;
	struct tree *tree;
	struct tree_options options = {.max_depth = 1};
	assert_int_equal(tree_bins_new(&bins, x, 40, 1, 255, NULL), STATUS_OK);
	assert_int_equal(tree_grow(&tree, bins, rows, 40, NULL, y, 2, NULL, &options, NULL),
			 STATUS_OK);
	for (int i = 0; i < 40; i++) {
		near_by(tree_predict(tree, &x[i])[1], y[i], 0, "share of class 1");
	}
	tree_free(tree);
	tree_bins_free(bins);
}

static void forest_is_as_good(void **state)
{
	(void)state;
	struct table train = half(cancer, 0), test = half(cancer, 1);
	double *out = malloc(test.rows * 2 * sizeof *out),
	       *again = malloc(test.rows * 2 * sizeof *out);
	assert_non_null(out);
	assert_non_null(again);
	struct forest_options options = {.trees = 200, .seed = 3};
	struct forest *forest;
	assert_int_equal(
		forest_fit_classes(&forest, train.x, train.y, train.rows, 30, 2, &options, NULL),
		STATUS_OK);
	forest_predict(forest, test.x, test.rows, out);
	assert_true(accuracy(out, &test, 2) >= GOLDEN_FOREST - 0.015);
	double importance[30], sum = 0;
	forest_importance(forest, importance);
	for (int c = 0; c < 30; c++) {
		sum += importance[c];
	}
	near_by(sum, 1, 1e-12, "importances");
	forest_free(forest);
	assert_int_equal(
		forest_fit_classes(&forest, train.x, train.y, train.rows, 30, 2, &options, NULL),
		STATUS_OK);
	forest_predict(forest, test.x, test.rows, again);
	assert_memory_equal(out, again, test.rows * 2 * sizeof *out);
	forest_free(forest);
	free(out);
	free(again);
	release(train);
	release(test);
}

static void boosting_is_as_good(void **state)
{
	(void)state;
	struct table train = half(cancer, 0), test = half(cancer, 1);
	double *target = malloc(train.rows * sizeof *target), *p = malloc(test.rows * sizeof *p);
	assert_non_null(target);
	assert_non_null(p);
	for (size_t r = 0; r < train.rows; r++) {
		target[r] = train.y[r];
	}
	struct boosting_options options = {.loss = BOOSTING_LOGISTIC,
					   .rounds = 100,
					   .learning_rate = 0.1,
					   .max_depth = 5,
					   .min_samples_leaf = 5,
					   .lambda = 1,
					   .max_bins = 255,
					   .subsample = 1};
	struct boosting *model;
	assert_int_equal(boosting_fit(&model, train.x, target, train.rows, 30, 2, &options, NULL),
			 STATUS_OK);
	boosting_predict(model, test.x, test.rows, p);
	double right = 0;
	for (size_t r = 0; r < test.rows; r++) {
		right += (p[r] > 0.5) == (test.y[r] == 1);
	}
	assert_true(right / (double)test.rows >= GOLDEN_BOOSTING - 0.015);
	boosting_free(model);
	options.validation = 0.2;
	options.patience = 5;
	options.rounds = 1000;
	assert_int_equal(boosting_fit(&model, train.x, target, train.rows, 30, 2, &options, NULL),
			 STATUS_OK);
	assert_in_range(boosting_rounds(model), 1, 500);
	boosting_free(model);

	/* Three classes. */
	double iris_target[150], probability[450];
	for (size_t r = 0; r < 150; r++) {
		iris_target[r] = iris.y[r];
	}
	options = (struct boosting_options){.loss = BOOSTING_SOFTMAX,
					    .rounds = 40,
					    .learning_rate = 0.1,
					    .max_depth = 3,
					    .min_samples_leaf = 3,
					    .lambda = 1,
					    .subsample = 1};
	assert_int_equal(boosting_fit(&model, iris.x, iris_target, 150, 4, 3, &options, NULL),
			 STATUS_OK);
	boosting_predict(model, iris.x, 150, probability);
	assert_true(accuracy(probability, &iris, 3) >= 0.97);
	boosting_free(model);
	iris_target[0] = 3;
	struct error err = ERROR_INIT;
	assert_int_equal(boosting_fit(&model, iris.x, iris_target, 150, 4, 3, &options, &err),
			 STATUS_RANGE);
	free(target);
	free(p);
	release(train);
	release(test);
}

static void isolation_forest_ranks_outliers_high(void **state)
{
	(void)state;
	enum { INSIDE = 500, OUTSIDE = 20, N = INSIDE + OUTSIDE };
	static double x[2 * N], score[N];
	static int32_t truth[N];
	struct rng rng;
	rng_init(&rng, 4, 0);
	for (int i = 0; i < N; i++) {
		bool outside = i >= INSIDE;
		truth[i] = outside;
		double angle = 6.283185307179586 * rng_uniform(&rng);
		x[2 * i] = outside ? 6 * cos(angle) : rng_normal(&rng);
		x[2 * i + 1] = outside ? 6 * sin(angle) : rng_normal(&rng);
	}
	struct isolation *model;
	assert_int_equal(isolation_fit(&model, x, N, 2, 100, 256, 1, NULL), STATUS_OK);
	isolation_score(model, x, N, score);
	assert_true(roc_auc(truth, score, N) > 0.99);
	isolation_free(model);
	x[3] = NAN;
	struct error err = ERROR_INIT;
	assert_int_equal(isolation_fit(&model, x, N, 2, 100, 256, 1, &err), STATUS_INVALID);
	assert_non_null(strstr(err.message, "row 2, column 2"));
}

static void clusters_match(void **state)
{
	(void)state;
	double centres[12], inertia;
	int32_t labels[150];
	assert_int_equal(kmeans_fit(centres, labels, &inertia, iris.x, 150, 4, 3, 20, 1, NULL),
			 STATUS_OK);
	near_by(inertia, GOLDEN_KMEANS, 1e-9, "k-means");
	near_by(silhouette(iris.x, labels, 150, 4), GOLDEN_SILHOUETTE, 1e-9, "silhouette");
	size_t clusters;
	assert_int_equal(dbscan(labels, &clusters, iris.x, 150, 4, 0.5, 5, NULL), STATUS_OK);
	int noise = 0;
	for (int i = 0; i < 150; i++) {
		noise += labels[i] < 0;
	}
	near_by((double)clusters, GOLDEN_DBSCAN_CLUSTERS, 0, "DBSCAN clusters");
	near_by(noise, GOLDEN_DBSCAN_NOISE, 0, "DBSCAN noise");
	assert_int_equal(kmeans_fit(centres, NULL, &inertia, iris.x, 2, 4, 3, 1, 1, NULL),
			 STATUS_RANGE);
}

static void principal_components_match(void **state)
{
	(void)state;
	double components[16], variances[4], means[4], *out = malloc(150 * 4 * sizeof *out);
	assert_non_null(out);
	assert_int_equal(pca_fit(components, variances, means, iris.x, 150, 4, 4, NULL), STATUS_OK);
	for (int i = 0; i < 4; i++) {
		near_by(variances[i], golden_pca[i], 1e-10, "variance");
	}
	pca_transform(components, means, iris.x, 150, 4, 4, out);
	/* All components together keep every distance. */
	double before = 0, after = 0;
	for (int c = 0; c < 4; c++) {
		before += (iris.x[c] - iris.x[400 + c]) * (iris.x[c] - iris.x[400 + c]);
		after += (out[c] - out[400 + c]) * (out[c] - out[400 + c]);
	}
	near_by(after, before, 1e-12, "distance");
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ridge_matches),
		cmocka_unit_test(logistic_matches),
		cmocka_unit_test(logistic_counts_rows_by_weight),
		cmocka_unit_test(naive_bayes_and_neighbours_match),
		cmocka_unit_test(one_tree_matches),
		cmocka_unit_test(missing_values_go_where_they_fit),
		cmocka_unit_test(forest_is_as_good),
		cmocka_unit_test(boosting_is_as_good),
		cmocka_unit_test(isolation_forest_ranks_outliers_high),
		cmocka_unit_test(clusters_match),
		cmocka_unit_test(principal_components_match),
	};
	return cmocka_run_group_tests(tests, load, unload);
}
