/* mlops: what watches a running service: drift of a stream by windows, alert rules, error budgets, metrics. */
#include <math.h>
#include <string.h>

#include "engine/lua/bind_numbers.h"
#include "engine/lua/bind_watch.h"
#include "engine/ml/drift_window.h"
#include "engine/mlops/alert.h"
#include "engine/mlops/metrics.h"

#define WINDOW_KEY "mundap.WindowDetector"
#define ALERT_KEY "mundap.Alert"
#define SLO_KEY "mundap.Slo"

static const char *const level_words[] = {"none", "warning", "drift"};
static const char *const state_words[] = {"quiet", "pending", "firing"};

/* nil, "fired" or "resolved" */
static int push_event(lua_State *L, enum alert_event event)
{
	if (event == ALERT_NOTHING) {
		lua_pushnil(L);
	} else {
		lua_pushstring(L, event == ALERT_FIRED ? "fired" : "resolved");
	}
	return 1;
}

/* ---- windows ---- */

struct window_handle {
	struct drift_window *window;
};

static int make_window(lua_State *L)
{
	static const char *const words[] = {"psi", "ks", "chi_squared", "jensen_shannon",
					    "wasserstein"};
	char word[32];
	lua_settop(L, 1);
	luaL_checktype(L, 1, LUA_TTABLE);
	values_text_field(L, 1, "test", word, sizeof(word));
	int test = 0;
	while (test < 5 && strcmp(words[test], word) != 0) {
		test++;
	}
	if (test == 5) {
		return binding_raise(L, message(MSG_MLOPS_WINDOW_TEST), word);
	}
	int64_t window = values_integer_field(L, 1, "window", 500);
	int64_t bins = values_integer_field(L, 1, "bins", 10);
	const struct window_options options = {
		.test = (enum window_test)test,
		.window = window > 0 ? (size_t)window : 0,
		.bins = bins > 0 ? (size_t)bins : 1,
		.threshold = values_number_field(L, 1, "threshold", 0),
		.alpha = values_number_field(L, 1, "alpha", 0.01),
		.seed = (uint64_t)values_integer_field(L, 1, "seed",
						       (int64_t)script_of(L)->options.seed)};
	lua_getfield(L, 1, "reference");
	const struct values *reference = values_check(L, 2, 1);
	struct window_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 0);
	handle->window = NULL;
	luaL_setmetatable(L, WINDOW_KEY);
	struct error err = ERROR_INIT;
	if (drift_window_new(&handle->window, reference->items, (size_t)reference->columns,
			     &options, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	return 1;
}

static struct drift_window *window_check(lua_State *L)
{
	return ((struct window_handle *)luaL_checkudata(L, 1, WINDOW_KEY))->window;
}

static int window_update(lua_State *L)
{
	struct error err = ERROR_INIT;
	double value = lua_isboolean(L, 2) ? lua_toboolean(L, 2) : values_scalar(L, 2);
	enum drift_level level = drift_window_update(window_check(L), value, &err);
	if (err.status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_pushstring(L, level_words[level]);
	return 1;
}

static void set_unless_nan(lua_State *L, const char *name, double value)
{
	if (!isnan(value)) {
		numbers_set(L, name, value);
	}
}

static int window_result(lua_State *L)
{
	const struct drift_window *window = window_check(L);
	lua_newtable(L);
	lua_pushinteger(L, (lua_Integer)drift_window_count(window));
	lua_setfield(L, -2, "windows");
	set_unless_nan(L, "statistic", drift_window_statistic(window));
	set_unless_nan(L, "p_value", drift_window_p_value(window));
	numbers_set(L, "threshold", drift_window_threshold(window));
	return 1;
}

static int release_window(lua_State *L)
{
	struct window_handle *handle = luaL_checkudata(L, 1, WINDOW_KEY);
	drift_window_free(handle->window);
	handle->window = NULL;
	return 0;
}

/* ---- alert rules ---- */

static int make_alert(lua_State *L)
{
	lua_settop(L, 1);
	luaL_checktype(L, 1, LUA_TTABLE);
	double above = values_number_field(L, 1, "above", NAN);
	double below = values_number_field(L, 1, "below", NAN);
	if (isnan(above) == isnan(below)) {
		return binding_raise(L, "%s", message(MSG_MLOPS_ALERT_SIDE));
	}
	double threshold = isnan(above) ? below : above;
	const struct alert_rule rule = {.below = isnan(above),
					.threshold = threshold,
					.clear = values_number_field(L, 1, "clear", threshold),
					.hold = values_number_field(L, 1, "hold", 0),
					.clear_hold = values_number_field(L, 1, "clear_hold", 0)};
	struct alert *alert = lua_newuserdatauv(L, sizeof(*alert), 0);
	struct error err = ERROR_INIT;
	if (alert_init(alert, &rule, &err) != STATUS_OK) {
		return binding_raise(L, "%s", message(MSG_MLOPS_ALERT_CLEAR));
	}
	luaL_setmetatable(L, ALERT_KEY);
	return 1;
}

static int alert_take(lua_State *L)
{
	struct alert *alert = luaL_checkudata(L, 1, ALERT_KEY);
	return push_event(L, alert_update(alert, luaL_checknumber(L, 2), values_scalar(L, 3)));
}

static int alert_current(lua_State *L)
{
	const struct alert *alert = luaL_checkudata(L, 1, ALERT_KEY);
	lua_pushstring(L, state_words[alert->state]);
	lua_pushinteger(L, alert->fired);
	return 2;
}

static int alert_silence(lua_State *L)
{
	struct alert *alert = luaL_checkudata(L, 1, ALERT_KEY);
	alert->silent_until = luaL_checknumber(L, 2);
	return 0;
}

static int alert_is_loud(lua_State *L)
{
	const struct alert *alert = luaL_checkudata(L, 1, ALERT_KEY);
	lua_pushboolean(L, alert_loud(alert, luaL_checknumber(L, 2)));
	return 1;
}

/* ---- error budgets ---- */

struct slo_handle {
	struct burn *burn;
};

#define MOST_WINDOWS 8

static int make_slo(lua_State *L)
{
	struct burn_window windows[MOST_WINDOWS + 1] = {{0}};
	lua_settop(L, 1);
	luaL_checktype(L, 1, LUA_TTABLE);
	double target = values_number_field(L, 1, "target", 0.999);
	bool own = lua_getfield(L, 1, "windows") == LUA_TTABLE;
	lua_Unsigned count = own ? lua_rawlen(L, 2) : 0;
	for (lua_Unsigned i = 0; i < count && i < MOST_WINDOWS; i++) {
		lua_rawgeti(L, 2, (lua_Integer)i + 1);
		int row = lua_gettop(L);
		luaL_checktype(L, row, LUA_TTABLE);
		windows[i] = (struct burn_window){values_number_field(L, row, "long", 0),
						  values_number_field(L, row, "short", 0),
						  values_number_field(L, row, "factor", 0)};
		lua_settop(L, 2);
	}
	struct slo_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 0);
	handle->burn = NULL;
	luaL_setmetatable(L, SLO_KEY);
	struct error err = ERROR_INIT;
	if (burn_new(&handle->burn, target, own ? windows : burn_usual_windows, &err) !=
	    STATUS_OK) {
		return binding_raise(L, "%s", message(MSG_MLOPS_SLO));
	}
	return 1;
}

static struct burn *slo_check(lua_State *L)
{
	return ((struct slo_handle *)luaL_checkudata(L, 1, SLO_KEY))->burn;
}

/* slo:update(time, good, total) → nil, "fired" or "resolved" */
static int slo_update(lua_State *L)
{
	struct burn *burn = slo_check(L);
	struct error err = ERROR_INIT;
	if (burn_add(burn, luaL_checknumber(L, 2), luaL_checknumber(L, 3), luaL_checknumber(L, 4),
		     &err) != STATUS_OK) {
		return binding_raise(L, "%s", message(MSG_MLOPS_SLO_COUNT));
	}
	return push_event(L, burn_event(burn));
}

static int slo_rate(lua_State *L)
{
	lua_pushnumber(L, burn_rate(slo_check(L), luaL_checknumber(L, 2)));
	return 1;
}

static int slo_left(lua_State *L)
{
	lua_pushnumber(L, burn_left(slo_check(L), luaL_checknumber(L, 2)));
	return 1;
}

static int slo_current(lua_State *L)
{
	lua_pushstring(L, state_words[burn_state(slo_check(L))]);
	return 1;
}

static int release_slo(lua_State *L)
{
	struct slo_handle *handle = luaL_checkudata(L, 1, SLO_KEY);
	burn_free(handle->burn);
	handle->burn = NULL;
	return 0;
}

/* ---- types ---- */

static const struct binding window_methods[] = {
	{"update", window_update, "value: number|boolean", "string",
	 "값 하나를 보여 줍니다. 창이 찰 때마다 기준과 견주어 \"none\"이나 \"drift\"를 돌려줍니다.",
	 0},
	{"result", window_result, "", "table",
	 "마지막 창의 { windows, statistic, p_value, threshold }", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
static const struct binding alert_methods[] = {
	{"update", alert_take, "time: number, value: number", "string?",
	 "값을 보여 줍니다. 울리기 시작하면 \"fired\", 그치면 \"resolved\", 아니면 nil", 0},
	{"state", alert_current, "", "string, integer",
	 "\"quiet\", \"pending\", \"firing\" 가운데 하나와 지금까지 울린 횟수", 0},
	{"silence", alert_silence, "until_time: number", "", "그 시각까지 알림을 보내지 않습니다.",
	 0},
	{"loud", alert_is_loud, "time: number", "boolean", "그 시각에 알림을 보내야 하는지", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
static const struct binding slo_methods[] = {
	{"update", slo_update, "time: number, good: number, total: number", "string?",
	 "그동안의 좋은 요청과 모든 요청의 수를 더합니다. \"fired\", \"resolved\" 또는 nil", 0},
	{"burn_rate", slo_rate, "seconds: number", "number",
	 "최근 몇 초 동안 에러 예산을 허용치의 몇 배로 썼는지", 0},
	{"budget_left", slo_left, "seconds: number", "number",
	 "최근 몇 초의 에러 예산에서 남은 몫(넘겨 쓰면 음수)", 0},
	{"state", slo_current, "", "string", "\"quiet\"이나 \"firing\"", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct binding *const window_lists[] = {window_methods, NULL};
static const struct binding *const alert_lists[] = {alert_methods, NULL};
static const struct binding *const slo_lists[] = {slo_methods, NULL};
static const luaL_Reg window_operators[] = {
	{"__gc", release_window}, {"__close", release_window}, {NULL, NULL}};
static const luaL_Reg slo_operators[] = {
	{"__gc", release_slo}, {"__close", release_slo}, {NULL, NULL}};

const struct bound_type window_type = {.name = "WindowDetector",
				       .doc = "창마다 기준 표본과 견주는 드리프트 탐지기",
				       .methods = window_lists,
				       .operators = window_operators};
const struct bound_type alert_type = {.name = "Alert",
				      .doc = "유지 시간과 이력(hysteresis)이 있는 알람 규칙",
				      .methods = alert_lists};
const struct bound_type slo_type = {.name = "Slo",
				    .doc = "에러 예산과 소진 속도(burn rate) 알람",
				    .methods = slo_lists,
				    .operators = slo_operators};

const struct binding bind_watch[] = {
	{"window", make_window, "options: table", "WindowDetector",
	 "test(\"psi\", \"ks\", \"chi_squared\", \"jensen_shannon\", \"wasserstein\"), reference, "
	 "window, "
	 "alpha. threshold를 주지 않으면 우연히 넘을 몫이 alpha가 되게 정합니다.",
	 0},
	{"alert", make_alert, "rule: table", "Alert",
	 "above나 below, clear(되돌아올 값), hold와 clear_hold(초)로 알람 규칙을 만듭니다.", 0},
	{"slo", make_slo, "options: table", "Slo",
	 "target(0.999)과 windows({ long, short, factor }의 목록)로 소진 속도 알람을 만듭니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
