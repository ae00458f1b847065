/* Fitting classic models: the functions of the module "ml". */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/lua/bind_ml.h"
#include "engine/ml/cluster.h"
#include "engine/ml/linear.h"

static double *numbers_of(lua_State *L, int64_t count)
{
	double *memory = calloc((size_t)count + 1, sizeof(*memory));
	if (!memory) {
		const struct error err = {STATUS_NOMEM, "ml", "out of memory"};
		binding_raise_error(L, &err);
	}
	return memory;
}

static void check_status(lua_State *L, enum status status, const struct error *err)
{
	if (status != STATUS_OK) {
		binding_raise_error(L, err);
	}
}

struct table_input {
	const struct values *x;
	const int32_t *labels;
	int64_t classes;
};

static struct table_input labelled(lua_State *L)
{
	lua_settop(L, 3); /* arguments that were left out are nil: reading others pushes */
	struct table_input in = {.x = values_check(L, 1, 2)};
	int64_t n;
	in.labels = numbers_labels(L, 2, &n);
	if (n != in.x->rows) {
		binding_raise(L, message(MSG_ML_ROWS), binding_row(L)->name, (long long)in.x->rows,
			      (long long)n);
	}
	in.classes = values_integer_field(L, 3, "classes", numbers_classes(in.labels, n));
	return in;
}

static const struct values *numeric_target(lua_State *L, const struct values *x)
{
	const struct values *y = values_check(L, 2, 1);
	if (y->columns != x->rows) {
		binding_raise(L, message(MSG_ML_ROWS), binding_row(L)->name, (long long)x->rows,
			      (long long)y->columns);
	}
	return y;
}

static int64_t between(lua_State *L, const char *name, int64_t otherwise, int64_t low, int64_t high)
{
	int64_t value = values_integer_field(L, 3, name, otherwise);
	if (value < low || value > high) {
		binding_raise(L, message(MSG_ML_BETWEEN), (double)low, (double)high, name,
			      (double)value);
	}
	return value;
}

static uint64_t seed_of(lua_State *L, int index)
{
	return (uint64_t)values_integer_field(L, index, "seed",
					      (int64_t)script_of(L)->options.seed);
}

/* ---- fitting ---- */

static int fit_ridge(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *x = values_check(L, 1, 2), *y = numeric_target(L, x);
	struct error err = ERROR_INIT;
	struct learned *m = ml_new_model(L, LEARNED_RIDGE, x->columns);
	m->a = numbers_of(L, x->columns);
	m->b = numbers_of(L, 1);
	check_status(L,
		     ridge_fit(m->a, m->b, x->items, y->items, (size_t)x->rows, (size_t)x->columns,
			       values_number_field(L, 3, "alpha", 0), &err),
		     &err);
	return 1;
}

/* How much each row counts: options.weights, or NULL when there is none. */
static const double *row_weights(lua_State *L, int64_t rows)
{
	if (!lua_istable(L, 3) || lua_getfield(L, 3, "weights") == LUA_TNIL) {
		return NULL;
	}
	const struct values *weights = values_check(L, lua_gettop(L), 1);
	numbers_same_count(L, "weights", rows, weights->columns);
	return weights->items;
}

static int fit_logistic(lua_State *L)
{
	lua_settop(L, 3);
	struct table_input in = labelled(L);
	int64_t outputs = in.classes == 2 ? 1 : in.classes;
	struct error err = ERROR_INIT;
	struct logistic_options options = {
		.l2 = values_number_field(L, 3, "l2", 1),
		.most_iterations = (unsigned)between(L, "iterations", 1000, 1, 100000),
		.weights = row_weights(L, in.x->rows)};
	struct learned *m = ml_new_model(L, LEARNED_LOGISTIC, in.x->columns);
	m->classes = in.classes;
	m->a = numbers_of(L, outputs * in.x->columns);
	m->b = numbers_of(L, outputs);
	unsigned steps;
	check_status(L,
		     logistic_fit(m->a, m->b, &steps, in.x->items, in.labels, (size_t)in.x->rows,
				  (size_t)in.x->columns, (size_t)in.classes, &options, &err),
		     &err);
	m->k = steps;
	return 1;
}

static int fit_naive_bayes(lua_State *L)
{
	lua_settop(L, 3);
	struct table_input in = labelled(L);
	struct error err = ERROR_INIT;
	struct learned *m = ml_new_model(L, LEARNED_NAIVE_BAYES, in.x->columns);
	m->classes = in.classes;
	m->a = numbers_of(L, in.classes * in.x->columns);
	m->b = numbers_of(L, in.classes);
	check_status(L,
		     naive_bayes_fit(m->b, m->a, in.x->items, in.labels, (size_t)in.x->rows,
				     (size_t)in.x->columns, (size_t)in.classes,
				     values_number_field(L, 3, "alpha", 1), &err),
		     &err);
	return 1;
}

static int fit_knn(lua_State *L)
{
	lua_settop(L, 3);
	struct table_input in = labelled(L);
	int64_t count = in.x->rows * in.x->columns, k = between(L, "k", 5, 1, in.x->rows);
	struct learned *m = ml_new_model(L, LEARNED_KNN, in.x->columns);
	m->classes = in.classes;
	m->rows = in.x->rows;
	m->k = k;
	m->a = numbers_of(L, count);
	m->labels = malloc(((size_t)in.x->rows + 1) * sizeof(*m->labels));
	if (!m->labels) {
		const struct error err = {STATUS_NOMEM, "knn", "out of memory"};
		return binding_raise_error(L, &err);
	}
	memcpy(m->a, in.x->items, (size_t)count * sizeof(*m->a));
	memcpy(m->labels, in.labels, (size_t)in.x->rows * sizeof(*m->labels));
	return 1;
}

static struct forest_options forest_options_of(lua_State *L, unsigned trees)
{
	return (struct forest_options){
		.trees = (unsigned)between(L, "trees", trees, 1, 10000),
		.max_depth = (unsigned)between(L, "max_depth", 0, 0, 1000),
		.min_samples_leaf = (unsigned)between(L, "min_samples_leaf", 1, 1, 1000000),
		.max_features = (unsigned)between(L, "max_features", 0, 0, 100000),
		.max_bins = values_flag_field(L, 3, "exact") ? 0 : 255,
		.seed = seed_of(L, 3)};
}

static int fit_forest(lua_State *L)
{
	lua_settop(L, 3);
	struct table_input in = labelled(L);
	struct error err = ERROR_INIT;
	struct forest_options options = forest_options_of(L, 100);
	struct learned *m = ml_new_model(L, LEARNED_FOREST, in.x->columns);
	m->classes = in.classes;
	check_status(L,
		     forest_fit_classes(&m->forest, in.x->items, in.labels, (size_t)in.x->rows,
					(size_t)in.x->columns, (size_t)in.classes, &options, &err),
		     &err);
	return 1;
}

static int fit_forest_regressor(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *x = values_check(L, 1, 2), *y = numeric_target(L, x);
	struct error err = ERROR_INIT;
	struct forest_options options = forest_options_of(L, 100);
	struct learned *m = ml_new_model(L, LEARNED_FOREST, x->columns);
	check_status(L,
		     forest_fit_numbers(&m->forest, x->items, y->items, (size_t)x->rows,
					(size_t)x->columns, &options, &err),
		     &err);
	return 1;
}

/* A single tree that sees every row and every column: what a beginner draws. */
static int fit_tree(lua_State *L)
{
	lua_settop(L, 3);
	struct table_input in = labelled(L);
	struct error err = ERROR_INIT;
	struct forest_options options = forest_options_of(L, 1);
	options.max_features =
		options.max_features ? options.max_features : (unsigned)in.x->columns;
	options.max_bins = 0;
	options.every_row = true;
	struct learned *m = ml_new_model(L, LEARNED_FOREST, in.x->columns);
	m->classes = in.classes;
	check_status(L,
		     forest_fit_classes(&m->forest, in.x->items, in.labels, (size_t)in.x->rows,
					(size_t)in.x->columns, (size_t)in.classes, &options, &err),
		     &err);
	return 1;
}

static enum boosting_loss loss_of(lua_State *L)
{
	char word[24];
	if (!values_text_field(L, 3, "loss", word, sizeof(word))) {
		return BOOSTING_LOGISTIC;
	}
	static const char *const words[] = {"squared", "logistic", "softmax"};
	for (int i = 0; i < 3; i++) {
		if (strcmp(word, words[i]) == 0) {
			return (enum boosting_loss)i;
		}
	}
	binding_raise(L, message(MSG_ML_NO_LOSS), word);
	return BOOSTING_LOGISTIC;
}

static int fit_boosting(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *x = values_check(L, 1, 2), *y = numeric_target(L, x);
	struct error err = ERROR_INIT;
	struct boosting_options options = {
		.loss = loss_of(L),
		.rounds = (unsigned)between(L, "rounds", 100, 1, 10000),
		.learning_rate = values_number_field(L, 3, "learning_rate", 0.1),
		.max_depth = (unsigned)between(L, "max_depth", 6, 1, 100),
		.min_samples_leaf = (unsigned)between(L, "min_samples_leaf", 20, 1, 1000000),
		.lambda = values_number_field(L, 3, "lambda", 1),
		.max_bins = values_flag_field(L, 3, "exact") ? 0 : 255,
		.subsample = values_number_field(L, 3, "subsample", 1),
		.validation = values_number_field(L, 3, "validation", 0),
		.patience = (unsigned)between(L, "patience", 10, 1, 10000),
		.seed = seed_of(L, 3)};
	double most = 1;
	for (int64_t i = 0; i < y->columns; i++) {
		most = fmax(most, y->items[i]);
	}
	int64_t classes = options.loss == BOOSTING_SQUARED    ? 0
			  : options.loss == BOOSTING_LOGISTIC ? 2
			  : most < 1000                       ? (int64_t)most + 1
							      : 1000;
	struct learned *m = ml_new_model(L, LEARNED_BOOSTING, x->columns);
	m->classes = classes;
	check_status(L,
		     boosting_fit(&m->boosting, x->items, y->items, (size_t)x->rows,
				  (size_t)x->columns, (size_t)classes, &options, &err),
		     &err);
	m->k = boosting_rounds(m->boosting);
	return 1;
}

static int fit_isolation(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *x = values_check(L, 1, 2);
	struct error err = ERROR_INIT;
	int64_t trees = values_integer_field(L, 2, "trees", 100);
	int64_t sample = values_integer_field(L, 2, "sample", 256);
	struct learned *m = ml_new_model(L, LEARNED_ISOLATION, x->columns);
	check_status(L,
		     isolation_fit(&m->isolation, x->items, (size_t)x->rows, (size_t)x->columns,
				   (unsigned)(trees > 0 ? trees : 0),
				   (unsigned)(sample > 0 ? sample : 0), seed_of(L, 2), &err),
		     &err);
	return 1;
}

static int fit_kmeans(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *x = values_check(L, 1, 2);
	struct error err = ERROR_INIT;
	int64_t k = values_integer_field(L, 2, "k", 8);
	if (k < 1 || k > x->rows) {
		return binding_raise(L, message(MSG_ML_BETWEEN), 1.0, (double)x->rows, "k",
				     (double)k);
	}
	struct learned *m = ml_new_model(L, LEARNED_KMEANS, x->columns);
	m->k = k;
	m->a = numbers_of(L, k * x->columns);
	check_status(L,
		     kmeans_fit(m->a, NULL, &m->score, x->items, (size_t)x->rows,
				(size_t)x->columns, (size_t)k,
				(unsigned)values_integer_field(L, 2, "restarts", 10), seed_of(L, 2),
				&err),
		     &err);
	return 1;
}

static int fit_pca(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *x = values_check(L, 1, 2);
	struct error err = ERROR_INIT;
	int64_t k = values_integer_field(L, 2, "k", x->columns < 2 ? x->columns : 2);
	if (k < 1 || k > x->columns) {
		return binding_raise(L, message(MSG_ML_BETWEEN), 1.0, (double)x->columns, "k",
				     (double)k);
	}
	struct learned *m = ml_new_model(L, LEARNED_PCA, x->columns);
	m->k = k;
	m->a = numbers_of(L, k * x->columns);
	m->b = numbers_of(L, x->columns);
	m->c = numbers_of(L, k);
	check_status(L,
		     pca_fit(m->a, m->c, m->b, x->items, (size_t)x->rows, (size_t)x->columns,
			     (size_t)k, &err),
		     &err);
	return 1;
}

static int dbscan_labels(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *x = values_check(L, 1, 2);
	struct error err = ERROR_INIT;
	size_t clusters;
	int64_t neighbours = values_integer_field(L, 2, "neighbours", 5);
	int32_t *labels = numbers_push_i32(L, x->rows);
	check_status(L,
		     dbscan(labels, &clusters, x->items, (size_t)x->rows, (size_t)x->columns,
			    values_number_field(L, 2, "radius", 0.5),
			    (size_t)(neighbours > 0 ? neighbours : 0), &err),
		     &err);
	lua_pushinteger(L, (lua_Integer)clusters);
	return 2;
}

static int silhouette_of(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *x = values_check(L, 1, 2), *y = values_check(L, 2, 1);
	numbers_same_count(L, "silhouette", x->rows, y->columns);
	int32_t *labels = lua_newuserdatauv(L, sizeof(*labels) * (size_t)(y->columns + 1), 0);
	for (int64_t i = 0; i < y->columns; i++) {
		labels[i] = (int32_t)y->items[i];
	}
	lua_pushnumber(L, silhouette(x->items, labels, (size_t)x->rows, (size_t)x->columns));
	return 1;
}

const struct binding ml_fits[] = {
	{"ridge", fit_ridge, "x: Matrix, y: Numbers, options?: table", "Learned",
	 "선형 회귀. alpha를 주면 릿지 회귀가 됩니다.", 0},
	{"logistic", fit_logistic, "x: Matrix, labels: Labels, options?: table", "Learned",
	 "로지스틱(두 클래스) 또는 소프트맥스 회귀. l2(기본 1), weights(행마다 얼마나 셀지, 기본 "
	 "1)",
	 0},
	{"naive_bayes", fit_naive_bayes, "counts: Matrix, labels: Labels, options?: table",
	 "Learned", "다항 나이브 베이즈. alpha(기본 1)는 평활의 크기", 0},
	{"knn", fit_knn, "x: Matrix, labels: Labels, options?: table", "Learned",
	 "k-최근접 이웃. k(기본 5)", 0},
	{"tree", fit_tree, "x: Matrix, labels: Labels, options?: table", "Learned",
	 "결정 트리. max_depth, min_samples_leaf", 0},
	{"forest", fit_forest, "x: Matrix, labels: Labels, options?: table", "Learned",
	 "랜덤 포레스트. trees(기본 100), max_depth, max_features, seed", 0},
	{"forest_regressor", fit_forest_regressor, "x: Matrix, y: Numbers, options?: table",
	 "Learned", "숫자를 맞히는 랜덤 포레스트", 0},
	{"boosting", fit_boosting, "x: Matrix, y: Numbers, options?: table", "Learned",
	 "그래디언트 부스팅. loss=\"logistic\"|\"softmax\"|\"squared\", rounds, learning_rate, "
	 "max_depth",
	 0},
	{"isolation_forest", fit_isolation, "x: Matrix, options?: table", "Learned",
	 "고립 숲. predict가 이상 점수(0~1)를 냅니다. trees, sample", 0},
	{"kmeans", fit_kmeans, "x: Matrix, options: table", "Learned",
	 "k-평균 군집. k, restarts, seed", 0},
	{"pca", fit_pca, "x: Matrix, options?: table", "Learned",
	 "주성분 분석. predict가 좌표를 냅니다. k", 0},
	{"dbscan", dbscan_labels, "x: Matrix, options?: table", "Tensor, integer",
	 "밀도 군집의 번호(-1은 잡음)와 군집 수. radius, neighbours", 0},
	{"silhouette", silhouette_of, "x: Matrix, labels: Numbers", "number",
	 "군집의 평균 실루엣 점수", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
