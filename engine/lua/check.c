/* The check of a lab: runs the instructor's check over the learner's file. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "engine/lua/binding.h"

#define CHECK_TYPE "mundap.Check"

/* What a check run knows; lives on the C stack of script_check. */
struct check_run {
	const char *learner_name, *learner, *check_name, *check;
	size_t learner_length, check_length;
	uint64_t seed;
	bool all_passed;
	int tests;
	bool in_test;
	bool learner_failed; /* the error in flight came out of the learner's code */
	struct script_error learner_error;
};

static struct check_run *run_of(lua_State *L)
{
	return *(struct check_run **)luaL_checkudata(L, 1, CHECK_TYPE);
}

/* ---- assertions: each raises, which ends the test ---- */

static int fail_with(lua_State *L, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	utf8_trim_partial(text);
	lua_pushstring(L, text); /* no position: the learner reads this */
	return lua_error(L);
}

static int check_fail(lua_State *L)
{
	run_of(L);
	return fail_with(L, "%s", luaL_checkstring(L, 2));
}

static int check_ok(lua_State *L)
{
	run_of(L);
	luaL_checkany(L, 2);
	if (!lua_toboolean(L, 2)) {
		return fail_with(L, "%s", luaL_optstring(L, 3, message(MSG_CHECK_NOT_TRUE)));
	}
	return 0;
}

/* Shows a value in a message without running anything of the learner's. */
static void show_value(lua_State *L, int index, char *out, size_t size)
{
	switch (lua_type(L, index)) {
	case LUA_TNUMBER:
		if (lua_isinteger(L, index)) {
			snprintf(out, size, "%lld", (long long)lua_tointeger(L, index));
		} else {
			snprintf(out, size, "%.6g", lua_tonumber(L, index));
		}
		break;
	case LUA_TSTRING:
		snprintf(out, size, "\"%s\"", lua_tostring(L, index));
		utf8_trim_partial(out);
		break;
	case LUA_TBOOLEAN:
		snprintf(out, size, "%s", lua_toboolean(L, index) ? "true" : "false");
		break;
	case LUA_TNIL:
	case LUA_TNONE:
		snprintf(out, size, "nil");
		break;
	default:
		if (!binding_describe_tensor(L, index, out, size)) {
			snprintf(out, size, "%s", lua_typename(L, lua_type(L, index)));
		}
	}
}

#define EQUAL_DEPTH 16

/* Same numbers, strings, booleans, tables entry by entry, tensors element by element; metamethods are not asked. */
static bool same(lua_State *L, int a, int b, int depth)
{
	if (lua_rawequal(L, a, b)) {
		return true;
	}
	bool equal;
	if (binding_tensors_equal(L, a, b, &equal)) {
		return equal;
	}
	if (!lua_istable(L, a) || !lua_istable(L, b) || depth == EQUAL_DEPTH) {
		return false;
	}
	luaL_checkstack(L, 6, NULL);
	a = lua_absindex(L, a);
	b = lua_absindex(L, b);
	size_t entries = 0;
	lua_pushnil(L);
	while (lua_next(L, a)) {
		entries++;
		lua_pushvalue(L, -2);
		lua_rawget(L, b);
		if (!same(L, -2, -1, depth + 1)) {
			lua_pop(L, 3);
			return false;
		}
		lua_pop(L, 2);
	}
	lua_pushnil(L);
	while (lua_next(L, b)) {
		lua_pop(L, 1);
		if (entries-- == 0) {
			lua_pop(L, 1);
			return false;
		}
	}
	return entries == 0;
}

static int check_equal(lua_State *L)
{
	run_of(L);
	lua_settop(L, 4);
	if (!same(L, 2, 3, 0)) {
		char got[160], wanted[160];
		show_value(L, 2, got, sizeof(got));
		show_value(L, 3, wanted, sizeof(wanted));
		return fail_with(L, message(MSG_CHECK_NOT_EQUAL),
				 luaL_optstring(L, 4, message(MSG_CHECK_DIFFERENT)), got, wanted);
	}
	return 0;
}

/* Largest difference of two values that may be numbers, nested tables of numbers or tensors. Negative: not comparable,
 * and why holds the reason. */
static double difference(lua_State *L, int actual, int expected, char *why, size_t size, int depth)
{
	if (lua_type(L, actual) == LUA_TNUMBER && lua_type(L, expected) == LUA_TNUMBER) {
		double a = lua_tonumber(L, actual), e = lua_tonumber(L, expected);
		if (a == e || (isnan(a) && isnan(e))) {
			return 0;
		}
		double d = fabs(a - e);
		return isnan(d) ? INFINITY : d;
	}
	double largest;
	if (binding_tensor_difference(L, actual, expected, &largest, why, size)) {
		return largest;
	}
	if (!lua_istable(L, actual) || !lua_istable(L, expected) || depth == EQUAL_DEPTH) {
		char got[160], wanted[160];
		show_value(L, actual, got, sizeof(got));
		show_value(L, expected, wanted, sizeof(wanted));
		snprintf(why, size, message(MSG_CHECK_KIND), got, wanted);
		return -1;
	}
	luaL_checkstack(L, 4, NULL);
	actual = lua_absindex(L, actual);
	expected = lua_absindex(L, expected);
	lua_Unsigned count = lua_rawlen(L, expected);
	if (lua_rawlen(L, actual) != count) {
		snprintf(why, size, message(MSG_CHECK_COUNT), (long long)lua_rawlen(L, actual),
			 (long long)count);
		return -1;
	}
	largest = 0;
	for (lua_Unsigned i = 1; i <= count && largest >= 0; i++) {
		lua_rawgeti(L, actual, (lua_Integer)i);
		lua_rawgeti(L, expected, (lua_Integer)i);
		double d = difference(L, -2, -1, why, size, depth + 1);
		lua_pop(L, 2);
		largest = d < 0 ? d : fmax(largest, d);
	}
	return largest;
}

static int check_near(lua_State *L)
{
	run_of(L);
	lua_settop(L, 5);
	double tolerance = luaL_optnumber(L, 4, 1e-4);
	const char *text = luaL_optstring(L, 5, message(MSG_CHECK_DIFFERENT));
	char why[400] = "";
	double d = difference(L, 2, 3, why, sizeof(why), 0);
	if (d < 0) {
		return fail_with(L, "%s — %s", text, why);
	}
	if (!(d <= tolerance)) {
		if (lua_type(L, 2) == LUA_TNUMBER) {
			return fail_with(L, message(MSG_CHECK_FAR_NUMBER), text,
					 lua_tonumber(L, 2));
		}
		return fail_with(L, message(MSG_CHECK_FAR), text, d, tolerance);
	}
	return 0;
}

static int check_metric(lua_State *L)
{
	run_of(L);
	const char *name = luaL_checkstring(L, 2);
	double value = luaL_checknumber(L, 3);
	json_t *json = json_pack("{s:s,s:i,s:o}", "name", name, "step", 0, "value",
				 isfinite(value) ? json_real(value) : json_null());
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	if (text) {
		binding_emit(L, HOST_METRIC, text, NULL, 0);
	}
	free(text);
	return 0;
}

static void send_test(lua_State *L, const char *name, bool passed, const char *text, int line)
{
	struct check_run *run = run_of(L);
	run->tests++;
	run->all_passed = run->all_passed && passed;
	char *clean_name = utf8_normalise(name, strlen(name));
	char *clean = utf8_normalise(text, strlen(text));
	json_t *json = json_pack("{s:s,s:b,s:s}", "name", clean_name ? clean_name : "", "passed",
				 passed, "message", clean ? clean : "");
	if (json && line > 0) {
		json_object_set_new(json, "line", json_integer(line));
	}
	char *dump = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	free(clean);
	free(clean_name);
	if (dump) {
		binding_emit(L, HOST_TEST, dump, NULL, 0);
	}
	free(dump);
}

/* Message handler of tests and of the learner's chunk. When the innermost Lua function is the learner's, the error is
 * told as theirs, with its line; what the check itself raised is the text to show. */
static int note_whose(lua_State *L)
{
	struct check_run *run = lua_touserdata(L, lua_upvalueindex(1));
	struct script *script = script_of(L);
	if (script->stop) {
		return 1;
	}
	if (lua_type(L, 1) != LUA_TSTRING) {
		luaL_tolstring(L, 1, NULL);
	}
	lua_Debug frame;
	for (int level = 0; lua_getstack(L, level, &frame); level++) {
		lua_getinfo(L, "Sl", &frame);
		if (frame.currentline <= 0) {
			continue;
		}
		if (strncmp(frame.short_src, CHECK_CHUNK, strlen(CHECK_CHUNK)) != 0) {
			struct script_error *error = &run->learner_error;
			run->learner_failed = true;
			*error = (struct script_error){.fault = SCRIPT_FAULT_LUA,
						       .line = frame.currentline};
			script_explain(lua_tostring(L, -1), error);
		}
		break;
	}
	return 1;
}

static void push_handler(lua_State *L, struct check_run *run)
{
	lua_pushlightuserdata(L, run);
	lua_pushcclosure(L, note_whose, 1);
}

/* New random streams for each test, so that reseeding in the learner's code does not make its inputs foreseeable. */
static void draw_anew(struct script *script, const struct check_run *run)
{
	uint64_t seed = run->seed * 1000003u + (uint64_t)run->tests;
	rng_init(&script->random, seed, 2);
	binding_seed_engine(seed);
}

/* t:test(name, function() … end) */
static int check_test(lua_State *L)
{
	struct check_run *run = run_of(L);
	struct script *script = script_of(L);
	const char *name = luaL_checkstring(L, 2);
	luaL_checktype(L, 3, LUA_TFUNCTION);
	lua_settop(L, 3);
	run->learner_failed = false;
	draw_anew(script, run);
	push_handler(L, run);
	lua_pushvalue(L, 3);
	int status = lua_pcall(L, 0, 0, 4);
	if (script->stop) {
		lua_pushlightuserdata(L, script);
		return lua_error(L);
	}
	if (status == LUA_OK) {
		send_test(L, name, true, "", 0);
		return 0;
	}
	if (status == LUA_ERRMEM) {
		return luaL_error(L, "not enough memory");
	}
	if (run->learner_failed) {
		char text[1200];
		snprintf(text, sizeof(text), message(MSG_CHECK_LEARNER_ERROR),
			 run->learner_error.line, run->learner_error.message);
		send_test(L, name, false, text, run->learner_error.line);
		return 0;
	}
	const char *text = lua_tostring(L, -1);
	text = text ? text : "?";
	if (strncmp(text, CHECK_CHUNK, strlen(CHECK_CHUNK)) == 0) {
		/* not an assertion: the check stumbled, mostly over a value of another form than agreed */
		struct script_error stumble = {0};
		char told[1200];
		script_explain(text, &stumble);
		snprintf(told, sizeof(told), message(MSG_CHECK_STUMBLED), stumble.message);
		send_test(L, name, false, told, 0);
		return 0;
	}
	send_test(L, name, false, text, 0);
	return 0;
}

static int check_index(lua_State *L)
{
	struct check_run *run = run_of(L);
	const char *key = luaL_checkstring(L, 2);
	if (strcmp(key, "seed") == 0) {
		lua_pushinteger(L, (lua_Integer)run->seed);
		return 1;
	}
	lua_getfield(L, lua_upvalueindex(1), key);
	if (lua_isnil(L, -1)) {
		return binding_raise(L, message(MSG_LUA_NO_FIELD), "t", key);
	}
	return 1;
}

static void push_check_object(lua_State *L, struct check_run *run)
{
	static const luaL_Reg methods[] = {
		{"test", check_test}, {"near", check_near}, {"equal", check_equal},
		{"ok", check_ok},     {"fail", check_fail}, {"metric", check_metric},
		{NULL, NULL}};
	struct check_run **object = lua_newuserdatauv(L, sizeof(*object), 0);
	*object = run;
	luaL_newmetatable(L, CHECK_TYPE);
	luaL_newlib(L, methods);
	lua_pushcclosure(L, check_index, 1);
	lua_setfield(L, -2, "__index");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
}

/* Runs the learner's chunk; leaves the table it returned on the stack. Raises when it fails. */
static void run_learner(lua_State *L, struct check_run *run)
{
	push_handler(L, run);
	int handler = lua_gettop(L);
	sandbox_push_globals(L);
	int status = script_load(L, run->learner_name, run->learner, run->learner_length, -1);
	if (status == LUA_OK) {
		lua_remove(L, -2);
		status = lua_pcall(L, 0, 1, handler);
	}
	if (status != LUA_OK) {
		lua_error(L);
	}
	lua_remove(L, handler);
	if (!lua_istable(L, -1)) {
		luaL_error(L, "%s", message(MSG_CHECK_NO_TABLE));
	}
}

static int check_protected(lua_State *L)
{
	struct check_run *run = lua_touserdata(L, 1);
	struct script *script = script_of(L);
	run_learner(L, run);
	run->learner_failed = false;
	draw_anew(script, run);
	char name[160];
	snprintf(name, sizeof(name), CHECK_CHUNK "%s", binding_base_name(run->check_name));
	sandbox_push_globals(L);
	if (script_load(L, name, run->check, run->check_length, -1) != LUA_OK) {
		return lua_error(L);
	}
	lua_call(L, 0, 1);
	if (!lua_isfunction(L, -1)) {
		return luaL_error(L, "%s must return function(t, learner)", run->check_name);
	}
	push_check_object(L, run);
	lua_pushvalue(L, 2);
	lua_call(L, 2, 0);
	return 0;
}

bool script_check(struct script *script, const char *learner_name, const char *learner,
		  size_t learner_length, const char *check_name, const char *check,
		  size_t check_length, uint64_t seed, bool *passed, struct script_error *fault)
{
	struct check_run run = {.learner_name = learner_name,
				.learner = learner,
				.learner_length = learner_length,
				.check_name = check_name,
				.check = check,
				.check_length = check_length,
				.seed = seed,
				.all_passed = true};
	lua_pushcfunction(script->L, check_protected);
	lua_pushlightuserdata(script->L, &run);
	bool ok = script_call(script, 1, 0, fault);
	if (!ok && run.learner_failed && fault->fault == SCRIPT_FAULT_LUA) {
		fault->line = run.learner_error.line;
		snprintf(fault->message, sizeof(fault->message), "%s", run.learner_error.message);
	}
	binding_flush_log(script);
	*passed = ok && run.all_passed && run.tests > 0;
	return ok;
}
