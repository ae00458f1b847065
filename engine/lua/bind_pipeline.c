/* mlops.pipeline: a pipeline inside a script, by the rules of mundap pipeline, but in this process: what a lab replays. */
#include <string.h>

#include "engine/lua/bind_records.h"
#include "engine/lua/pipeline_read.h"

#define PIPELINE_KEY "mundap.Pipeline"

/* User value 1: the definition, 2: the cache { [key] = outputs }. */

static int make_pipeline(lua_State *L)
{
	lua_settop(L, 1);
	lua_newuserdatauv(L, 0, 2);
	luaL_setmetatable(L, PIPELINE_KEY);
	lua_pushvalue(L, 1);
	lua_setiuservalue(L, 2, 1);
	lua_newtable(L);
	lua_setiuservalue(L, 2, 2);
	pipeline_read(L, 1);
	lua_settop(L, 2);
	return 1;
}

/* What a run works with, by place on the stack. */
struct places {
	int definition, cache, outputs, report, params;
	lua_Integer executed;
};

/* Pushes what "step" or "step.output" stands for; false (nothing pushed) when that step did not end well. */
static bool push_source(lua_State *L, const struct places *p, const char *from)
{
	size_t length = strcspn(from, ".");
	lua_pushlstring(L, from, length);
	if (lua_rawget(L, p->outputs) != LUA_TTABLE) {
		lua_pop(L, 1);
		return false;
	}
	if (from[length]) {
		lua_getfield(L, -1, from + length + 1);
		lua_remove(L, -2);
	}
	return true;
}

static bool needs_are_done(lua_State *L, const struct places *p, const json_t *step)
{
	size_t i;
	json_t *need;
	json_array_foreach(json_object_get(step, "needs"), i, need)
	{
		if (!push_source(L, p, json_string_value(need))) {
			return false;
		}
		lua_pop(L, 1);
	}
	return true;
}

static void push_inputs(lua_State *L, const struct places *p, const json_t *step)
{
	const char *as;
	json_t *from;
	lua_newtable(L);
	json_object_foreach(json_object_get(step, "inputs"), as, from)
	{
		if (push_source(L, p, json_string_value(from))) {
			lua_setfield(L, -2, as);
		}
	}
}

static void push_params(lua_State *L, const struct places *p, const json_t *step)
{
	const json_t *names = json_object_get(step, "params");
	size_t i;
	json_t *name;
	lua_newtable(L);
	if (!json_is_array(names)) {
		lua_pushnil(L);
		while (lua_next(L, p->params)) {
			lua_pushvalue(L, -2);
			lua_insert(L, -2);
			lua_rawset(L, -4);
		}
		return;
	}
	json_array_foreach(names, i, name)
	{
		lua_getfield(L, p->params, json_string_value(name));
		lua_setfield(L, -2, json_string_value(name));
	}
}

/* Pushes the hash of a value; of a table member by member, because outputs may be tensors or bytes of files. */
static void push_hash(lua_State *L, int index)
{
	const char *names[64];
	int count = 0, list = 0;
	if (!lua_istable(L, index) || lua_rawlen(L, index) > 0) {
		records_push_hash(L, index);
		return;
	}
	lua_pushnil(L);
	while (lua_next(L, index)) {
		lua_pop(L, 1);
		if (lua_type(L, -1) != LUA_TSTRING || count == 64) {
			lua_pop(L, 1);
			records_push_hash(L, index);
			return;
		}
		const char *name = lua_tostring(L, -1);
		int at = count++;
		for (; at > 0 && strcmp(names[at - 1], name) > 0; at--) {
			names[at] = names[at - 1];
		}
		names[at] = name;
	}
	lua_newtable(L);
	list = lua_gettop(L);
	for (int i = 0; i < count; i++) {
		lua_pushstring(L, names[i]);
		lua_rawseti(L, list, 2 * i + 1);
		lua_getfield(L, index, names[i]);
		records_push_hash(L, lua_gettop(L));
		lua_rawseti(L, list, 2 * i + 2);
		lua_settop(L, list);
	}
	records_push_hash(L, list);
	lua_remove(L, list);
}

/* Pushes the key of a step: its name and the hashes of its inputs and params, which are on top of the stack. */
static void push_key(lua_State *L, const json_t *step)
{
	int params = lua_gettop(L), inputs = params - 1;
	const char *as;
	json_t *from;
	lua_newtable(L);
	int parts = lua_gettop(L);
	lua_pushstring(L, json_string_value(json_object_get(step, "name")));
	lua_rawseti(L, parts, 1);
	push_hash(L, params);
	lua_rawseti(L, parts, 2);
	json_object_foreach(json_object_get(step, "inputs"), as, from)
	{
		lua_pushstring(L, as);
		lua_rawseti(L, parts, (lua_Integer)lua_rawlen(L, parts) + 1);
		lua_getfield(L, inputs, as);
		push_hash(L, lua_gettop(L));
		lua_rawseti(L, parts, (lua_Integer)lua_rawlen(L, parts) + 1);
		lua_settop(L, parts);
	}
	records_push_hash(L, parts);
	lua_remove(L, parts);
}

struct call {
	const json_t *step;
	lua_Integer at;
	int attempt;
};

/* (call, definition, inputs, params) → outputs */
static int call_protected(lua_State *L)
{
	const struct call *c = lua_touserdata(L, 1);
	lua_getfield(L, 2, "steps");
	lua_rawgeti(L, -1, c->at);
	lua_getfield(L, -1, "run");
	lua_pushvalue(L, 3);
	lua_pushvalue(L, 4);
	lua_newtable(L);
	lua_pushinteger(L, c->attempt);
	lua_setfield(L, -2, "attempt");
	lua_pushstring(L, json_string_value(json_object_get(c->step, "name")));
	lua_setfield(L, -2, "step");
	lua_call(L, 3, 1);
	pipeline_check_outputs(L, lua_gettop(L), c->step);
	return 1;
}

/* Calls the step until it ends well or has no retry left. Pushes its outputs and returns true, or pushes why it failed. */
static bool call_step(lua_State *L, const struct places *p, const json_t *step, lua_Integer at,
		      int inputs, int *attempts)
{
	int64_t retries = json_integer_value(json_object_get(step, "retries"));
	for (*attempts = 1;; ++*attempts) {
		struct call call = {step, at, *attempts};
		lua_pushcfunction(L, call_protected);
		lua_pushlightuserdata(L, &call);
		lua_pushvalue(L, p->definition);
		lua_pushvalue(L, inputs);
		lua_pushvalue(L, inputs + 1);
		if (lua_pcall(L, 4, 1, 0) == LUA_OK) {
			return true;
		}
		if (*attempts > retries || script_of(L)->stop) {
			return false;
		}
		lua_pop(L, 1);
	}
}

static void add_row(lua_State *L, const struct places *p, const json_t *step, const char *status,
		    int attempts, int error)
{
	lua_createtable(L, 0, 4);
	lua_pushstring(L, json_string_value(json_object_get(step, "name")));
	lua_setfield(L, -2, "name");
	lua_pushstring(L, status);
	lua_setfield(L, -2, "status");
	lua_pushinteger(L, attempts);
	lua_setfield(L, -2, "attempts");
	if (error) {
		lua_pushstring(L, lua_type(L, error) == LUA_TSTRING ? lua_tostring(L, error) : "?");
		lua_setfield(L, -2, "error");
	}
	lua_rawseti(L, p->report, (lua_Integer)lua_rawlen(L, p->report) + 1);
}

/* One step, with the places kept as they were. Returns whether it (or its cache) ended well. */
static bool do_step(lua_State *L, struct places *p, const json_t *step, lua_Integer at)
{
	int top = lua_gettop(L), attempts = 0;
	luaL_checkstack(L, 40, "pipeline");
	if (!needs_are_done(L, p, step)) {
		add_row(L, p, step, "skipped", 0, 0);
		return false;
	}
	push_inputs(L, p, step);
	push_params(L, p, step);
	push_key(L, step);
	int key = lua_gettop(L);
	lua_pushvalue(L, key);
	bool cached = lua_rawget(L, p->cache) == LUA_TTABLE, good = cached;
	if (!cached) {
		lua_pop(L, 1);
		good = call_step(L, p, step, at, top + 1, &attempts);
		p->executed++;
	}
	int result = lua_gettop(L);
	if (good) {
		lua_pushvalue(L, key);
		lua_pushvalue(L, result);
		lua_rawset(L, p->cache);
		lua_pushstring(L, json_string_value(json_object_get(step, "name")));
		lua_pushvalue(L, result);
		lua_rawset(L, p->outputs);
	}
	add_row(L, p, step,
		cached ? "cached"
		: good ? "done"
		       : "failed",
		attempts, good ? 0 : result);
	lua_settop(L, top);
	return good;
}

/* pipeline:run(params) → { ok, executed, steps = { { name, status, attempts, error } … }, outputs = { step = { … } } } */
static int run(lua_State *L)
{
	lua_settop(L, 2);
	luaL_checkudata(L, 1, PIPELINE_KEY);
	struct places p = {0};
	lua_getiuservalue(L, 1, 1);
	p.definition = 3;
	lua_getiuservalue(L, 1, 2);
	p.cache = 4;
	lua_newtable(L);
	p.outputs = 5;
	lua_newtable(L);
	p.report = 6;
	const json_t *description = pipeline_read(L, 3); /* its holder is at 7 */
	json_push(L, json_object_get(description, "params"));
	p.params = 8;
	if (!lua_isnil(L, 2)) {
		luaL_checktype(L, 2, LUA_TTABLE);
		lua_pushnil(L);
		while (lua_next(L, 2)) {
			lua_pushvalue(L, -2);
			if (lua_type(L, -1) != LUA_TSTRING || lua_rawget(L, 8) == LUA_TNIL) {
				return binding_raise(
					L, message(MSG_PIPELINE_PARAM),
					lua_type(L, -3) == LUA_TSTRING ? lua_tostring(L, -3) : "?");
			}
			lua_pop(L, 1);
			lua_pushvalue(L, -2);
			lua_insert(L, -2);
			lua_rawset(L, 8);
		}
	}
	bool ok = true;
	size_t i;
	json_t *index;
	json_array_foreach(json_object_get(description, "order"), i, index)
	{
		json_int_t at = json_integer_value(index);
		ok = do_step(L, &p,
			     json_array_get(json_object_get(description, "steps"), (size_t)at),
			     (lua_Integer)at + 1) &&
		     ok;
	}
	lua_newtable(L);
	lua_pushboolean(L, ok);
	lua_setfield(L, -2, "ok");
	lua_pushinteger(L, p.executed);
	lua_setfield(L, -2, "executed");
	lua_pushvalue(L, p.report);
	lua_setfield(L, -2, "steps");
	lua_pushvalue(L, p.outputs);
	lua_setfield(L, -2, "outputs");
	return 1;
}

static const struct binding methods[] = {{"run", run, "params?: table", "table",
					  "차례로 돌립니다. 입력과 params가 그대로인 단계는 다시 "
					  "하지 않습니다. { ok, executed, steps, outputs }",
					  0},
					 {NULL, NULL, NULL, NULL, NULL, 0}};
static const struct binding *const lists[] = {methods, NULL};

const struct bound_type pipeline_type = {
	.name = "Pipeline", .doc = "스크립트 안에서 돌리는 파이프라인", .methods = lists};

const struct binding bind_pipeline[] = {
	{"pipeline", make_pipeline, "definition: table", "Pipeline",
	 "mundap pipeline과 같은 표 { name, params, steps }로 파이프라인을 만듭니다. 기다리지 않고 "
	 "다시 하며, timeout은 보지 "
	 "않습니다.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
