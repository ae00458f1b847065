/* mlops.metrics: counters, gauges and histograms of a lab's own service, as Prometheus text. */
#include <math.h>
#include <string.h>

#include "engine/lua/bind_numbers.h"
#include "engine/lua/bind_watch.h"
#include "engine/mlops/metrics.h"

#define METRICS_KEY "mundap.Metrics"
#define METRIC_KEY "mundap.Metric"
#define MOST_BUCKETS 200

struct metrics_handle {
	struct metrics *metrics;
};

/* Holds its registry by a user value. */
struct metric_handle {
	struct metric *metric;
	enum metric_kind kind;
};

static int make_metrics(lua_State *L)
{
	struct metrics_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 0);
	handle->metrics = NULL;
	luaL_setmetatable(L, METRICS_KEY);
	handle->metrics = metrics_new();
	if (!handle->metrics) {
		const struct error err = {STATUS_NOMEM, "metrics", "out of memory"};
		return binding_raise_error(L, &err);
	}
	return 1;
}

static int release(lua_State *L)
{
	struct metrics_handle *handle = luaL_checkudata(L, 1, METRICS_KEY);
	metrics_free(handle->metrics);
	handle->metrics = NULL;
	return 0;
}

static struct metrics *metrics_check(lua_State *L)
{
	struct metrics *metrics =
		((struct metrics_handle *)luaL_checkudata(L, 1, METRICS_KEY))->metrics;
	luaL_argcheck(L, metrics, 1, "closed");
	return metrics;
}

/* "a=1,b=2" of a table, names in order; left on the stack. */
static const char *labels_text(lua_State *L, int index)
{
	if (lua_isnoneornil(L, index)) {
		return "";
	}
	luaL_checktype(L, index, LUA_TTABLE);
	const char *names[16];
	int count = 0;
	lua_pushnil(L);
	while (lua_next(L, index)) {
		luaL_argcheck(L, lua_type(L, -2) == LUA_TSTRING && count < 16, index, "labels");
		const char *name = lua_tostring(L, -2);
		int at = count++;
		for (; at > 0 && strcmp(names[at - 1], name) > 0; at--) {
			names[at] = names[at - 1];
		}
		names[at] = name;
		lua_pop(L, 1);
	}
	luaL_Buffer text;
	luaL_buffinit(L, &text);
	for (int i = 0; i < count; i++) {
		lua_getfield(L, index, names[i]);
		const char *value = luaL_tolstring(L, -1, NULL);
		luaL_argcheck(L, !strpbrk(value, ",=\n"), index, "labels: , =");
		lua_remove(L, -2);
		/* the value is on top of the buffer's own place: put both into one string first */
		lua_pushfstring(L, "%s%s=%s", i ? "," : "", names[i], value);
		lua_remove(L, -2);
		luaL_addvalue(&text);
	}
	luaL_pushresult(&text);
	return lua_tostring(L, -1);
}

static int add_series(lua_State *L, enum metric_kind kind, const double *buckets, size_t count)
{
	struct metrics *metrics = metrics_check(L);
	const char *name = luaL_checkstring(L, 2), *help = luaL_optstring(L, 3, name);
	const char *labels = labels_text(L, 4);
	struct metric_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 1);
	struct error err = ERROR_INIT;
	handle->kind = kind;
	handle->metric = metrics_series(metrics, kind, name, help, labels, buckets, count, &err);
	if (!handle->metric) {
		return binding_raise_error(L, &err);
	}
	luaL_setmetatable(L, METRIC_KEY);
	lua_pushvalue(L, 1);
	lua_setiuservalue(L, -2, 1);
	return 1;
}

static int counter(lua_State *L)
{
	lua_settop(L, 4);
	return add_series(L, METRIC_COUNTER, NULL, 0);
}

static int gauge(lua_State *L)
{
	lua_settop(L, 4);
	return add_series(L, METRIC_GAUGE, NULL, 0);
}

static int histogram(lua_State *L)
{
	lua_settop(L, 5);
	if (lua_isnil(L, 5)) {
		return add_series(L, METRIC_HISTOGRAM, metrics_latency_buckets,
				  metrics_latency_bucket_count);
	}
	const struct values *buckets = values_check(L, 5, 1);
	bool rising = buckets->columns >= 1 && buckets->columns <= MOST_BUCKETS;
	for (int64_t i = 1; rising && i < buckets->columns; i++) {
		rising = buckets->items[i] > buckets->items[i - 1];
	}
	luaL_argcheck(L, rising, 5, "buckets");
	return add_series(L, METRIC_HISTOGRAM, buckets->items, (size_t)buckets->columns);
}

static int expose(lua_State *L)
{
	struct metrics *metrics = metrics_check(L);
	struct strbuf text;
	strbuf_init(&text);
	metrics_expose(metrics, &text);
	/* A buffer of Lua's own first: pushing may raise, and the text would be lost. */
	char *copy = lua_newuserdatauv(L, text.length + 1, 0);
	size_t length = text.length;
	memcpy(copy, text.text, length);
	strbuf_release(&text);
	lua_pushlstring(L, copy, length);
	return 1;
}

static struct metric_handle *metric_check(lua_State *L)
{
	return luaL_checkudata(L, 1, METRIC_KEY);
}

static int add(lua_State *L)
{
	struct metric_handle *handle = metric_check(L);
	double amount = luaL_optnumber(L, 2, 1);
	luaL_argcheck(L, handle->kind != METRIC_HISTOGRAM, 1, "observe");
	luaL_argcheck(L, handle->kind == METRIC_GAUGE || amount >= 0, 2, ">= 0");
	metric_add(handle->metric, amount);
	return 0;
}

static int set(lua_State *L)
{
	struct metric_handle *handle = metric_check(L);
	luaL_argcheck(L, handle->kind == METRIC_GAUGE, 1, "gauge");
	metric_set(handle->metric, values_scalar(L, 2));
	return 0;
}

static int observe(lua_State *L)
{
	struct metric_handle *handle = metric_check(L);
	luaL_argcheck(L, handle->kind == METRIC_HISTOGRAM, 1, "histogram");
	metric_observe(handle->metric, values_scalar(L, 2));
	return 0;
}

static int value(lua_State *L)
{
	const struct metric_handle *handle = metric_check(L);
	lua_pushnumber(L, handle->kind == METRIC_HISTOGRAM ? (double)metric_count(handle->metric)
							   : metric_value(handle->metric));
	return 1;
}

static int quantile_of(lua_State *L)
{
	const struct metric_handle *handle = metric_check(L);
	double q = luaL_checknumber(L, 2);
	luaL_argcheck(L, handle->kind == METRIC_HISTOGRAM && q >= 0 && q <= 1, 2, "0…1");
	double result = metric_quantile(handle->metric, q);
	if (isnan(result)) {
		lua_pushnil(L);
	} else {
		lua_pushnumber(L, result);
	}
	return 1;
}

static const struct binding metrics_methods[] = {
	{"counter", counter, "name: string, help?: string, labels?: table", "Metric",
	 "오르기만 하는 수", 0},
	{"gauge", gauge, "name: string, help?: string, labels?: table", "Metric", "오르내리는 값",
	 0},
	{"histogram", histogram, "name: string, help?: string, labels?: table, buckets?: number[]",
	 "Metric", "값의 분포. buckets를 주지 않으면 지연 시간(초)의 구간", 0},
	{"expose", expose, "", "string", "프로메테우스가 읽는 글", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
static const struct binding metric_methods[] = {
	{"add", add, "amount?: number", "", "더합니다(기본 1).", 0},
	{"set", set, "value: number", "", "게이지의 값을 정합니다.", 0},
	{"observe", observe, "value: number", "", "히스토그램에 값 하나를 더합니다.", 0},
	{"value", value, "", "number", "지금 값(히스토그램은 값의 수)", 0},
	{"quantile", quantile_of, "q: number", "number?", "히스토그램의 분위수(구간 안은 직선으로)",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
static const struct binding *const metrics_lists[] = {metrics_methods, NULL};
static const struct binding *const metric_lists[] = {metric_methods, NULL};
static const luaL_Reg operators[] = {{"__gc", release}, {NULL, NULL}};

const struct bound_type metrics_type = {.name = "Metrics",
					.doc = "한 서비스의 계측값 모음",
					.methods = metrics_lists,
					.operators = operators};
const struct bound_type metric_type = {.name = "Metric",
				       .doc = "계측값 하나: 카운터, 게이지, 히스토그램",
				       .methods = metric_lists};

const struct binding bind_metrics[] = {
	{"metrics", make_metrics, "", "Metrics", "계측값 모음을 만듭니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
