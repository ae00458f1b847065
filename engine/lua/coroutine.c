/* The coroutine library, written anew so that an interrupt reaches the coroutine that runs and those around it. */
#include "engine/lua/binding.h"

static lua_State *check_coroutine(lua_State *L)
{
	lua_State *co = lua_tothread(L, 1);
	luaL_argexpected(L, co, 1, "coroutine");
	return co;
}

/* Resumes co with the top arguments; returns how many results (or -1 with the error) are pushed on L. */
static int resume(lua_State *L, lua_State *co, int arguments)
{
	struct script *script = script_of(L);
	if (!lua_checkstack(co, arguments)) {
		lua_pushliteral(L, "too many arguments to resume");
		return -1;
	}
	lua_xmove(L, co, arguments);
	lua_State *outer = script->current;
	script->current = co;
	if (script->stop) {
		script_arm(co);
	}
	int results = 0;
	int status = lua_resume(co, L, arguments, &results);
	script->current = outer;
	if (script->stop) {
		script_arm(L);
	}
	if (status != LUA_OK && status != LUA_YIELD) {
		lua_xmove(co, L, 1);
		return -1;
	}
	if (!lua_checkstack(L, results + 1)) {
		lua_pop(co, results);
		lua_pushliteral(L, "too many results to resume");
		return -1;
	}
	lua_xmove(co, L, results);
	return results;
}

static int co_resume(lua_State *L)
{
	lua_State *co = check_coroutine(L);
	int results = resume(L, co, lua_gettop(L) - 1);
	if (results < 0) {
		lua_pushboolean(L, 0);
		lua_insert(L, -2);
		return 2;
	}
	lua_pushboolean(L, 1);
	lua_insert(L, -(results + 1));
	return results + 1;
}

/* Closes the pending variables of co, which runs code. Not after an interrupt: a coroutine that a hook ended has its hooks
 * off for good, and a __close that loops could not be stopped. */
static int reset(lua_State *L, lua_State *co)
{
	struct script *script = script_of(L);
	lua_State *outer = script->current;
	if (script->stop) {
		script_arm(co);
	}
	script->current = co;
	int status = lua_resetthread(co);
	script->current = outer;
	if (script->stop) {
		script_arm(L);
	}
	return status;
}

static int co_wrapped(lua_State *L)
{
	lua_State *co = lua_tothread(L, lua_upvalueindex(1));
	int results = resume(L, co, lua_gettop(L));
	if (results >= 0) {
		return results;
	}
	int status = lua_status(co);
	if (status != LUA_OK && status != LUA_YIELD && !script_of(L)->stop) {
		status = reset(L, co); /* closes its variables */
		lua_xmove(co, L, 1);
	}
	if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
		luaL_where(L, 1);
		lua_insert(L, -2);
		lua_concat(L, 2);
	}
	return lua_error(L);
}

static int co_create(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TFUNCTION);
	lua_State *co = lua_newthread(L);
	lua_pushvalue(L, 1);
	lua_xmove(L, co, 1);
	return 1;
}

static int co_wrap(lua_State *L)
{
	co_create(L);
	lua_pushcclosure(L, co_wrapped, 1);
	return 1;
}

static int co_yield (lua_State *L)
{
	return lua_yield(L, lua_gettop(L));
}

static const char *status_of(lua_State *L, lua_State *co)
{
	if (L == co) {
		return "running";
	}
	switch (lua_status(co)) {
	case LUA_YIELD:
		return "suspended";
	case LUA_OK: {
		lua_Debug frame;
		if (lua_getstack(co, 0, &frame)) {
			return "normal";
		}
		return lua_gettop(co) == 0 ? "dead" : "suspended";
	}
	default:
		return "dead";
	}
}

static int co_status(lua_State *L)
{
	lua_pushstring(L, status_of(L, check_coroutine(L)));
	return 1;
}

static int co_isyieldable(lua_State *L)
{
	lua_State *co = lua_isnone(L, 1) ? L : check_coroutine(L);
	lua_pushboolean(L, lua_isyieldable(co));
	return 1;
}

static int co_running(lua_State *L)
{
	lua_pushboolean(L, lua_pushthread(L));
	return 2;
}

static int co_close(lua_State *L)
{
	lua_State *co = check_coroutine(L);
	const char *status = status_of(L, co);
	if (status[0] != 's' && status[0] != 'd') {
		return luaL_error(L, "cannot close a %s coroutine", status);
	}
	if (script_of(L)->stop) {
		return lua_error(L);
	}
	int closed = reset(L, co);
	if (closed == LUA_OK) {
		lua_pushboolean(L, 1);
		return 1;
	}
	lua_pushboolean(L, 0);
	lua_xmove(co, L, 1);
	return 2;
}

int sandbox_open_coroutine(lua_State *L)
{
	static const luaL_Reg functions[] = {
		{"create", co_create},   {"resume", co_resume}, {"wrap", co_wrap},
		{"yield", co_yield },    {"status", co_status}, {"isyieldable", co_isyieldable},
		{"running", co_running}, {"close", co_close},   {NULL, NULL}};
	luaL_newlib(L, functions);
	return 1;
}
