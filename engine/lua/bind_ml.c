/* The module "ml": models that need no gradient, and what they answer. Fitting is in bind_ml_fit.c. */
#include "engine/lua/bind_ml.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ml/cluster.h"
#include "engine/ml/linear.h"

struct learned *ml_new_model(lua_State *L, enum learned_kind kind, int64_t columns)
{
	struct learned *m = lua_newuserdatauv(L, sizeof(*m), 0);
	memset(m, 0, sizeof(*m));
	m->kind = kind;
	m->columns = columns;
	luaL_setmetatable(L, LEARNED_KEY);
	return m;
}

static int release(lua_State *L)
{
	learned_release(luaL_checkudata(L, 1, LEARNED_KEY));
	return 0;
}

/* ---- using ---- */

static struct learned *check_model(lua_State *L)
{
	return luaL_checkudata(L, 1, LEARNED_KEY);
}

static const struct values *check_rows(lua_State *L, const struct learned *m)
{
	const struct values *x = values_check(L, 2, 2);
	if (x->columns != m->columns) {
		binding_raise(L, message(MSG_ML_COLUMNS), (long long)m->columns,
			      (long long)x->columns);
	}
	return x;
}

static void fill_probabilities(lua_State *L, const struct learned *m, const struct values *x,
			       double *out)
{
	struct error err = ERROR_INIT;
	if (learned_probabilities(m, x->items, (size_t)x->rows, out, &err) != STATUS_OK) {
		binding_raise_error(L, &err);
	}
}

static int probabilities(lua_State *L)
{
	const struct learned *m = check_model(L);
	const struct values *x = check_rows(L, m);
	if (!learned_has_probabilities(m)) {
		return binding_raise(L, "%s", message(MSG_ML_NO_PROBABILITIES));
	}
	fill_probabilities(L, m, x, numbers_push_f64(L, x->rows, m->classes));
	return 1;
}

static int predict(lua_State *L)
{
	const struct learned *m = check_model(L);
	const struct values *x = check_rows(L, m);
	if (m->kind == LEARNED_KMEANS) {
		learned_nearest(m, x->items, (size_t)x->rows, numbers_push_i32(L, x->rows));
		return 1;
	}
	if (m->kind == LEARNED_PCA) {
		double *out = numbers_push_f64(L, x->rows, m->k);
		pca_transform(m->a, m->b, x->items, (size_t)x->rows, (size_t)x->columns,
			      (size_t)m->k, out);
		return 1;
	}
	if (!m->classes) {
		learned_numbers(m, x->items, (size_t)x->rows, numbers_push_f64(L, x->rows, 0));
		return 1;
	}
	double *p = lua_newuserdatauv(L, sizeof(*p) * (size_t)(x->rows * m->classes + 1), 0);
	fill_probabilities(L, m, x, p);
	int32_t *out = numbers_push_i32(L, x->rows);
	for (int64_t r = 0; r < x->rows; r++) {
		out[r] = 0;
		for (int64_t k = 1; k < m->classes; k++) {
			out[r] = p[r * m->classes + k] > p[r * m->classes + out[r]] ? (int32_t)k
										    : out[r];
		}
	}
	return 1;
}

static int importance(lua_State *L)
{
	const struct learned *m = check_model(L);
	double *out = lua_newuserdatauv(L, sizeof(*out) * (size_t)(m->columns + 1), 0);
	if (m->kind == LEARNED_FOREST) {
		forest_importance(m->forest, out);
	} else if (m->kind == LEARNED_BOOSTING) {
		boosting_importance(m->boosting, out);
	} else {
		return binding_raise(L, "%s", message(MSG_ML_NO_IMPORTANCE));
	}
	numbers_push_list(L, out, m->columns);
	return 1;
}

static void set_matrix(lua_State *L, const char *name, const double *values, int64_t rows,
		       int64_t columns)
{
	lua_createtable(L, (int)rows, 0);
	for (int64_t r = 0; r < rows; r++) {
		numbers_push_list(L, values + r * columns, columns);
		lua_rawseti(L, -2, r + 1);
	}
	lua_setfield(L, -2, name);
}

/* What was learned, as plain tables: the names depend on the kind. */
static int learned(lua_State *L)
{
	const struct learned *m = check_model(L);
	int64_t outputs = m->classes == 2 ? 1 : m->classes;
	lua_newtable(L);
	switch (m->kind) {
	case LEARNED_RIDGE:
		numbers_push_list(L, m->a, m->columns);
		lua_setfield(L, -2, "coefficients");
		numbers_set(L, "intercept", m->b[0]);
		break;
	case LEARNED_LOGISTIC:
		set_matrix(L, "coefficients", m->a, outputs, m->columns);
		numbers_push_list(L, m->b, outputs);
		lua_setfield(L, -2, "intercepts");
		numbers_set(L, "iterations", (double)m->k);
		break;
	case LEARNED_NAIVE_BAYES:
		numbers_push_list(L, m->b, m->classes);
		lua_setfield(L, -2, "log_prior");
		set_matrix(L, "log_likelihood", m->a, m->classes, m->columns);
		break;
	case LEARNED_KMEANS:
		set_matrix(L, "centres", m->a, m->k, m->columns);
		numbers_set(L, "inertia", m->score);
		break;
	case LEARNED_PCA:
		set_matrix(L, "components", m->a, m->k, m->columns);
		numbers_push_list(L, m->c, m->k);
		lua_setfield(L, -2, "variances");
		break;
	case LEARNED_BOOSTING:
		numbers_set(L, "rounds", (double)m->k);
		break;
	default:
		break;
	}
	return 1;
}

static const struct binding methods[] = {
	{"predict", predict, "x: Matrix", "Tensor",
	 "라벨(또는 숫자, 군집 번호, 이상 점수, 주성분 좌표)을 냅니다.", 0},
	{"probabilities", probabilities, "x: Matrix", "Tensor", "행마다 클래스의 확률을 냅니다.",
	 0},
	{"importance", importance, "", "number[]", "열마다 갈림에 이바지한 몫(합 1)", 0},
	{"learned", learned, "", "table", "배운 값: 계수, 절편, 중심, 주성분 등", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
static const struct binding *const method_lists[] = {methods, NULL};
static const luaL_Reg operators[] = {{"__gc", release}, {"__close", release}, {NULL, NULL}};
static const struct bound_type model_type = {.name = "Learned",
					     .doc = "ml이 배운 모델",
					     .methods = method_lists,
					     .operators = operators};

static const struct bound_type *const types[] = {&model_type, NULL};

static const struct binding *const lists[] = {ml_searches, NULL};

const struct bound_module ml_module = {.name = "ml",
				       .doc = "기울기 없이 배우는 고전 모델",
				       .functions = ml_fits,
				       .lists = lists,
				       .types = types};
