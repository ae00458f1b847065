/* The module "stats": describing, testing, scoring, drift. */
#include <math.h>
#include <string.h>

#include "engine/lua/bind_numbers.h"
#include "engine/ml/drift.h"
#include "engine/ml/hypothesis.h"
#include "engine/ml/metrics.h"

/* ---- describing ---- */

static int summary(lua_State *L)
{
	lua_settop(L, 3); /* arguments that were left out are nil: reading others pushes */
	const struct values *v = values_check(L, 1, 1);
	struct summary s;
	struct error err = ERROR_INIT;
	if (summary_compute(&s, v->items, (size_t)v->columns, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_createtable(L, 0, 10);
	numbers_set(L, "count", (double)s.count);
	numbers_set(L, "mean", s.mean);
	numbers_set(L, "variance", s.variance);
	numbers_set(L, "std", sqrt(s.variance));
	numbers_set(L, "min", s.minimum);
	numbers_set(L, "max", s.maximum);
	numbers_set(L, "median", s.median);
	numbers_set(L, "q1", s.q1);
	numbers_set(L, "q3", s.q3);
	numbers_set(L, "skewness", s.skewness);
	numbers_set(L, "kurtosis", s.kurtosis);
	return 1;
}

static int quantile_of(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *v = values_check(L, 1, 1);
	lua_pushnumber(L, quantile(v->items, (size_t)v->columns, luaL_checknumber(L, 2)));
	return 1;
}

/* ---- tests: tables of statistic, p_value, df, estimate, low, high ---- */

static int push_test(lua_State *L, enum status status, const struct test_result *r,
		     const struct error *err)
{
	if (status != STATUS_OK) {
		return binding_raise_error(L, err);
	}
	lua_createtable(L, 0, 6);
	numbers_set(L, "statistic", r->statistic);
	numbers_set(L, "p_value", r->p_value);
	if (r->df > 0) {
		numbers_set(L, "df", r->df);
	}
	if (!isnan(r->estimate)) {
		numbers_set(L, "estimate", r->estimate);
	}
	if (!isnan(r->low)) {
		numbers_set(L, "low", r->low);
		numbers_set(L, "high", r->high);
	}
	return 1;
}

static int t_test(lua_State *L)
{
	lua_settop(L, 3);
	bool one = lua_isnumber(L, 2) || lua_isnoneornil(L, 2);
	const struct values *a = values_check(L, 1, 1);
	double confidence = values_number_field(L, 3, "confidence", 0.95);
	struct test_result r;
	struct error err = ERROR_INIT;
	enum status status;
	if (one) {
		status = t_test_one(&r, a->items, (size_t)a->columns, luaL_optnumber(L, 2, 0),
				    confidence, &err);
		return push_test(L, status, &r, &err);
	}
	const struct values *b = values_check(L, 2, 1);
	size_t na = (size_t)a->columns, nb = (size_t)b->columns;
	if (values_flag_field(L, 3, "paired")) {
		numbers_same_count(L, "t_test", a->columns, b->columns);
		status = t_test_paired(&r, a->items, b->items, na, confidence, &err);
	} else if (values_flag_field(L, 3, "equal_variance")) {
		status = t_test_pooled(&r, a->items, na, b->items, nb, confidence, &err);
	} else {
		status = t_test_welch(&r, a->items, na, b->items, nb, confidence, &err);
	}
	return push_test(L, status, &r, &err);
}

typedef enum status two_sample_test(struct test_result *out, const double *a, size_t na,
				    const double *b, size_t nb, struct error *err);

static int two_samples(lua_State *L, two_sample_test *test)
{
	lua_settop(L, 3);
	const struct values *a = values_check(L, 1, 1), *b = values_check(L, 2, 1);
	struct test_result r;
	struct error err = ERROR_INIT;
	enum status status =
		test(&r, a->items, (size_t)a->columns, b->items, (size_t)b->columns, &err);
	return push_test(L, status, &r, &err);
}

static int mann_whitney_test(lua_State *L)
{
	return two_samples(L, mann_whitney);
}

static int ks_test(lua_State *L)
{
	return two_samples(L, ks_two_sample);
}

static int chi_squared(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *table = values_check(L, 1, 2);
	struct test_result r;
	struct error err = ERROR_INIT;
	enum status status = chi_squared_independence(&r, table->items, (size_t)table->rows,
						      (size_t)table->columns, &err);
	return push_test(L, status, &r, &err);
}

static uint64_t check_count(lua_State *L, int index)
{
	lua_Integer n = luaL_checkinteger(L, index);
	luaL_argcheck(L, n >= 0, index, message(MSG_STATS_NOT_COUNT));
	return (uint64_t)n;
}

static int fisher(lua_State *L)
{
	struct test_result r;
	struct error err = ERROR_INIT;
	uint64_t c[4];
	for (int i = 0; i < 4; i++) {
		c[i] = check_count(L, i + 1);
	}
	return push_test(L, fisher_exact(&r, c[0], c[1], c[2], c[3], &err), &r, &err);
}

static int two_proportions(lua_State *L)
{
	struct test_result r;
	struct error err = ERROR_INIT;
	uint64_t c[4];
	for (int i = 0; i < 4; i++) {
		c[i] = check_count(L, i + 1);
	}
	return push_test(L, two_proportion_z(&r, c[0], c[1], c[2], c[3], 0.95, &err), &r, &err);
}

static int sample_size(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	double alpha = values_number_field(L, 1, "alpha", 0.05);
	double power = values_number_field(L, 1, "power", 0.8);
	double delta = values_number_field(L, 1, "difference", 0);
	uint64_t n = delta != 0 ? sample_size_means(delta, values_number_field(L, 1, "std", 1),
						    alpha, power)
				: sample_size_proportions(values_number_field(L, 1, "p1", 0),
							  values_number_field(L, 1, "p2", 0), alpha,
							  power);
	if (n == 0) {
		return binding_raise(L, "%s", message(MSG_STATS_SAMPLE_SIZE));
	}
	lua_pushinteger(L, (lua_Integer)n);
	return 1;
}

static int bootstrap(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *v = values_check(L, 1, 1);
	struct test_result r;
	struct error err = ERROR_INIT;
	int64_t seed = values_integer_field(L, 2, "seed", (int64_t)script_of(L)->options.seed);
	enum status status =
		bootstrap_mean(&r, v->items, (size_t)v->columns,
			       (size_t)values_integer_field(L, 2, "resamples", 2000),
			       values_number_field(L, 2, "confidence", 0.95), (uint64_t)seed, &err);
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_createtable(L, 0, 3);
	numbers_set(L, "estimate", r.estimate);
	numbers_set(L, "low", r.low);
	numbers_set(L, "high", r.high);
	return 1;
}

typedef enum status adjustment(double *out, const double *p, size_t n, struct error *err);

static int adjusted(lua_State *L, adjustment *adjust)
{
	lua_settop(L, 3);
	const struct values *p = values_check(L, 1, 1);
	double *out = lua_newuserdatauv(L, sizeof(*out) * (size_t)(p->columns + 1), 0);
	struct error err = ERROR_INIT;
	if (adjust(out, p->items, (size_t)p->columns, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	numbers_push_list(L, out, p->columns);
	return 1;
}

static int holm(lua_State *L)
{
	return adjusted(L, adjust_holm);
}

static int benjamini_hochberg(lua_State *L)
{
	return adjusted(L, adjust_benjamini_hochberg);
}

/* ---- scores ---- */

static int report(lua_State *L)
{
	lua_settop(L, 3);
	int64_t n, m;
	const int32_t *truth = numbers_labels(L, 1, &n), *predicted = numbers_labels(L, 2, &m);
	numbers_same_count(L, "report", n, m);
	int64_t a = numbers_classes(truth, n), b = numbers_classes(predicted, m);
	int64_t classes = luaL_optinteger(L, 3, a > b ? a : b);
	luaL_argcheck(L, classes >= 1 && classes <= 1000, 3, message(MSG_STATS_CLASSES));
	struct class_scores *each = lua_newuserdatauv(L, sizeof(*each) * (size_t)classes, 0);
	double *confusion = numbers_push_f64(L, classes, classes);
	int tensor = lua_gettop(L);
	struct classification_report r;
	struct error err = ERROR_INIT;
	if (confusion_matrix(confusion, truth, predicted, (size_t)n, (size_t)classes, &err) !=
		    STATUS_OK ||
	    classification_report(&r, each, confusion, (size_t)classes, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_createtable(L, 0, 12);
	lua_pushvalue(L, tensor);
	lua_setfield(L, -2, "confusion");
	numbers_set(L, "accuracy", r.accuracy);
	numbers_set(L, "balanced_accuracy", r.balanced_accuracy);
	numbers_set(L, "macro_precision", r.macro_precision);
	numbers_set(L, "macro_recall", r.macro_recall);
	numbers_set(L, "macro_f1", r.macro_f1);
	numbers_set(L, "weighted_f1", r.weighted_f1);
	numbers_set(L, "kappa", r.kappa);
	numbers_set(L, "mcc", r.mcc);
	lua_createtable(L, (int)classes, 0);
	for (int64_t k = 0; k < classes; k++) {
		lua_createtable(L, 0, 4);
		numbers_set(L, "precision", each[k].precision);
		numbers_set(L, "recall", each[k].recall);
		numbers_set(L, "f1", each[k].f1);
		numbers_set(L, "support", each[k].support);
		lua_rawseti(L, -2, k + 1);
	}
	lua_setfield(L, -2, "classes");
	return 1;
}

typedef double ranking_score(const int32_t *truth, const double *score, size_t n);

static int ranked(lua_State *L, ranking_score *score_of)
{
	lua_settop(L, 3);
	int64_t n;
	const int32_t *truth = numbers_labels(L, 1, &n);
	const struct values *score = values_check(L, 2, 1);
	numbers_same_count(L, binding_row(L)->name, n, score->columns);
	lua_pushnumber(L, score_of(truth, score->items, (size_t)n));
	return 1;
}

static int roc_auc_of(lua_State *L)
{
	return ranked(L, roc_auc);
}

static int average_precision_of(lua_State *L)
{
	return ranked(L, average_precision);
}

static int brier_of(lua_State *L)
{
	return ranked(L, brier_score);
}

static int log_loss_of(lua_State *L)
{
	lua_settop(L, 3);
	int64_t n;
	const int32_t *truth = numbers_labels(L, 1, &n);
	const struct values *p = values_check(L, 2, 2);
	numbers_same_count(L, "log_loss", n, p->rows);
	lua_pushnumber(L, log_loss(truth, p->items, (size_t)n, (size_t)p->columns));
	return 1;
}

static int calibration_error_of(lua_State *L)
{
	lua_settop(L, 3);
	int64_t n;
	const int32_t *correct = numbers_labels(L, 1, &n);
	const struct values *confidence = values_check(L, 2, 1);
	numbers_same_count(L, "calibration_error", n, confidence->columns);
	lua_pushnumber(L, calibration_error(correct, confidence->items, (size_t)n,
					    (size_t)luaL_optinteger(L, 3, 10)));
	return 1;
}

typedef double error_of(const double *truth, const double *predicted, size_t n);

static int regression(lua_State *L, error_of *error)
{
	lua_settop(L, 3);
	const struct values *a = values_check(L, 1, 1), *b = values_check(L, 2, 1);
	numbers_same_count(L, binding_row(L)->name, a->columns, b->columns);
	lua_pushnumber(L, error(a->items, b->items, (size_t)a->columns));
	return 1;
}

static int mae(lua_State *L)
{
	return regression(L, mean_absolute_error);
}

static int rmse(lua_State *L)
{
	return regression(L, root_mean_squared_error);
}

static int mape(lua_State *L)
{
	return regression(L, mean_absolute_percentage_error);
}

static int r2(lua_State *L)
{
	return regression(L, r_squared);
}

static int ndcg_of(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *v = values_check(L, 1, 1);
	lua_pushnumber(L, ndcg(v->items, (size_t)v->columns,
			       (size_t)luaL_optinteger(L, 2, (lua_Integer)v->columns)));
	return 1;
}

static int reciprocal_rank_of(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *v = values_check(L, 1, 1);
	lua_pushnumber(L, reciprocal_rank(v->items, (size_t)v->columns));
	return 1;
}

/* ---- drift ---- */

static int psi(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *a = values_check(L, 1, 1), *b = values_check(L, 2, 1);
	double out;
	struct error err = ERROR_INIT;
	if (drift_psi(&out, a->items, (size_t)a->columns, b->items, (size_t)b->columns,
		      (size_t)luaL_optinteger(L, 3, 10), &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_pushnumber(L, out);
	return 1;
}

static int jensen_shannon(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *a = values_check(L, 1, 1), *b = values_check(L, 2, 1);
	double out;
	struct error err = ERROR_INIT;
	numbers_same_count(L, "jensen_shannon", a->columns, b->columns);
	if (drift_jensen_shannon(&out, a->items, b->items, (size_t)a->columns, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_pushnumber(L, out);
	return 1;
}

static int wasserstein(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *a = values_check(L, 1, 1), *b = values_check(L, 2, 1);
	double out;
	struct error err = ERROR_INIT;
	if (drift_wasserstein(&out, a->items, (size_t)a->columns, b->items, (size_t)b->columns,
			      &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_pushnumber(L, out);
	return 1;
}

static int sliced_wasserstein(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *a = values_check(L, 1, 2), *b = values_check(L, 2, 2);
	double out;
	struct error err = ERROR_INIT;
	numbers_same_count(L, "sliced_wasserstein", a->columns, b->columns);
	int64_t seed = values_integer_field(L, 3, "seed", (int64_t)script_of(L)->options.seed);
	int64_t directions = values_integer_field(L, 3, "directions", 100);
	if (drift_sliced_wasserstein(&out, a->items, (size_t)a->rows, b->items, (size_t)b->rows,
				     (size_t)a->columns, (size_t)(directions > 0 ? directions : 0),
				     (uint64_t)seed, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_pushnumber(L, out);
	return 1;
}

static int mmd(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *a = values_check(L, 1, 2), *b = values_check(L, 2, 2);
	double out;
	struct error err = ERROR_INIT;
	numbers_same_count(L, "mmd", a->columns, b->columns);
	if (drift_mmd(&out, a->items, (size_t)a->rows, b->items, (size_t)b->rows,
		      (size_t)a->columns, luaL_optnumber(L, 3, 0), &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_pushnumber(L, out);
	return 1;
}

static int outliers(lua_State *L)
{
	lua_settop(L, 3);
	const struct values *v = values_check(L, 1, 1);
	size_t n = (size_t)v->columns, count = 0;
	bool *marked = lua_newuserdatauv(L, n + 1, 0);
	struct error err = ERROR_INIT;
	int64_t most = values_integer_field(L, 2, "most", (int64_t)(n / 10));
	if (outliers_esd(marked, &count, v->items, n, (size_t)(most > 0 ? most : 0),
			 values_number_field(L, 2, "alpha", 0.05), &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_createtable(L, (int)count, 0);
	lua_Integer place = 1;
	for (size_t i = 0; i < n; i++) {
		if (marked[i]) {
			lua_pushinteger(L, (lua_Integer)i + 1);
			lua_rawseti(L, -2, place++);
		}
	}
	return 1;
}

static const struct binding functions[] = {
	{"summary", summary, "x: Numbers", "table",
	 "개수, 평균, 분산, 사분위수, 왜도, 첨도를 구합니다.", 0},
	{"quantile", quantile_of, "x: Numbers, q: number", "number",
	 "q 분위수(0~1, 선형 보간)를 구합니다.", 0},
	{"t_test", t_test, "a: Numbers, b: Numbers|number, options?: table", "table",
	 "t 검정: 수와 견주거나(한 표본) 두 표본을 견줍니다. paired, equal_variance를 줄 수 있고 "
	 "기본은 웰치 검정입니다.",
	 0},
	{"mann_whitney", mann_whitney_test, "a: Numbers, b: Numbers", "table", "만-휘트니 U 검정",
	 0},
	{"ks_test", ks_test, "a: Numbers, b: Numbers", "table",
	 "두 표본 KS 검정: 분포가 같은지 봅니다.", 0},
	{"chi_squared", chi_squared, "counts: Matrix", "table", "분할표의 카이제곱 독립성 검정", 0},
	{"fisher", fisher, "a: integer, b: integer, c: integer, d: integer", "table",
	 "2×2 표의 피셔 정확 검정", 0},
	{"two_proportions", two_proportions, "x1: integer, n1: integer, x2: integer, n2: integer",
	 "table", "두 비율의 z 검정과 차이의 신뢰 구간", 0},
	{"sample_size", sample_size, "options: table", "integer",
	 "{p1, p2} 또는 {difference, std}를 알아보는 데 필요한 집단별 표본 수(alpha 0.05, power "
	 "0.8)",
	 0},
	{"bootstrap", bootstrap, "x: Numbers, options?: table", "table",
	 "평균의 부트스트랩 신뢰 구간", 0},
	{"holm", holm, "p: Numbers", "number[]", "홀름 방법으로 보정한 p값", 0},
	{"benjamini_hochberg", benjamini_hochberg, "p: Numbers", "number[]",
	 "BH 방법으로 보정한 p값", 0},
	{"report", report, "truth: Labels, predicted: Labels, classes?: integer", "table",
	 "정확도, 정밀도, 재현율, F1, 카파, MCC와 혼동 행렬", 0},
	{"roc_auc", roc_auc_of, "truth: Labels, score: Numbers", "number", "ROC 곡선 아래 넓이", 0},
	{"average_precision", average_precision_of, "truth: Labels, score: Numbers", "number",
	 "평균 정밀도(PR-AUC)", 0},
	{"brier", brier_of, "truth: Labels, probability: Numbers", "number", "브라이어 점수", 0},
	{"log_loss", log_loss_of, "truth: Labels, probability: Matrix", "number", "로그 손실(nat)",
	 0},
	{"calibration_error", calibration_error_of,
	 "correct: Labels, confidence: Numbers, bins?: integer", "number", "기대 보정 오차(ECE)",
	 0},
	{"mae", mae, "truth: Numbers, predicted: Numbers", "number", "평균 절대 오차", 0},
	{"rmse", rmse, "truth: Numbers, predicted: Numbers", "number", "평균 제곱근 오차", 0},
	{"mape", mape, "truth: Numbers, predicted: Numbers", "number", "평균 절대 비율 오차", 0},
	{"r2", r2, "truth: Numbers, predicted: Numbers", "number", "결정 계수", 0},
	{"ndcg", ndcg_of, "relevance: Numbers, k?: integer", "number", "순위의 NDCG@k", 0},
	{"reciprocal_rank", reciprocal_rank_of, "relevance: Numbers", "number",
	 "처음 맞는 것의 순위의 역수", 0},
	{"psi", psi, "reference: Numbers, current: Numbers, bins?: integer", "number",
	 "집단 안정성 지수(PSI). 0.1 아래면 안정, 0.2부터는 변화로 봅니다.", 0},
	{"jensen_shannon", jensen_shannon, "reference: Numbers, current: Numbers", "number",
	 "같은 범주의 개수 두 줄 사이의 젠슨-섀넌 발산(nat)", 0},
	{"wasserstein", wasserstein, "a: Numbers, b: Numbers", "number", "일차원 바서슈타인 거리",
	 0},
	{"sliced_wasserstein", sliced_wasserstein, "a: Matrix, b: Matrix, options?: table",
	 "number", "여러 방향으로 잘라 본 바서슈타인 거리", 0},
	{"mmd", mmd, "a: Matrix, b: Matrix, bandwidth?: number", "number", "최대 평균 불일치(MMD²)",
	 0},
	{"outliers", outliers, "x: Numbers, options?: table", "integer[]",
	 "ESD 검정으로 찾은 이상값의 자리", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct binding *const lists[] = {bind_detectors, NULL};
static const struct bound_type *const types[] = {&detector_type, NULL};

const struct bound_module stats_module = {.name = "stats",
					  .doc = "통계, 평가 지표, 드리프트",
					  .functions = functions,
					  .lists = lists,
					  .types = types};
