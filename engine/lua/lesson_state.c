#include "engine/lua/lesson_state.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/base/spelling.h"
#include "engine/lua/lesson.h"

enum { HOOK_EVERY = 1000, REPEAT_LIMIT = 1 << 20 };

static struct lesson_state *state_of(lua_State *lua)
{
	return *(struct lesson_state **)lua_getextraspace(lua);
}

static void *allocate(void *context, void *block, size_t old_size, size_t size)
{
	struct lesson_state *state = context;
	size_t held = block ? old_size : 0;
	if (size == 0) {
		free(block);
		state->memory_used -= held;
		return NULL;
	}
	if (size > held && state->memory_used - held + size > state->memory_limit) {
		return NULL;
	}
	void *moved = realloc(block, size);
	if (moved) {
		state->memory_used += size - held;
	}
	return moved;
}

/* Keeps raising once the budget is spent. */
static void count_instructions(lua_State *lua, lua_Debug *debug)
{
	(void)debug;
	struct lesson_state *state = state_of(lua);
	state->instructions_left -= HOOK_EVERY;
	if (state->instructions_left <= 0) {
		state->explained = true;
		luaL_error(lua, "%s", message(MSG_LESSON_TOO_LONG));
	}
}

/* text { … }, figure { … }, …: notes in the table what it is and the line it begins on. */
static int construct(lua_State *lua)
{
	const char *kind = lua_tostring(lua, lua_upvalueindex(1));
	if (lua_type(lua, 1) != LUA_TTABLE || lua_gettop(lua) != 1) {
		state_of(lua)->explained = true;
		return luaL_error(lua, message(MSG_LESSON_CONSTRUCTOR), kind, kind);
	}
	lua_Debug debug;
	int line = 0;
	if (lua_getstack(lua, 1, &debug) && lua_getinfo(lua, "l", &debug)) {
		line = debug.currentline;
	}
	lua_pushvalue(lua, lua_upvalueindex(1));
	lua_setfield(lua, 1, LESSON_FIELD_KIND);
	lua_pushinteger(lua, line);
	lua_setfield(lua, 1, LESSON_FIELD_LINE);
	return 1;
}

static int unknown_name(lua_State *lua)
{
	static const char *const names[] = {"text",   "figure",   "checkpoint", "quiz", "lab",
					    "review", "string",   "table",      "math", "ipairs",
					    "pairs",  "tostring", "tonumber",   "type", "select"};
	const char *name = lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : "?";
	const char *near = spelling_nearest(name, names, sizeof names / sizeof *names);
	state_of(lua)->explained = true;
	if (near) {
		return luaL_error(lua, message(MSG_LESSON_UNKNOWN_NAME_NEAR), name, near);
	}
	return luaL_error(lua, message(MSG_LESSON_UNKNOWN_NAME), name);
}

/* string.rep with its result bounded: Lua's own would spin for a day on ("").rep(1 << 60). */
static int repeat(lua_State *lua)
{
	size_t length = 0;
	const char *text = luaL_checklstring(lua, 1, &length);
	lua_Integer times = luaL_checkinteger(lua, 2);
	if (times <= 0 || length == 0) {
		lua_pushliteral(lua, "");
		return 1;
	}
	if ((size_t)times > REPEAT_LIMIT / length) {
		return luaL_argerror(lua, 2, "resulting string too large");
	}
	luaL_Buffer buffer;
	luaL_buffinit(lua, &buffer);
	for (lua_Integer i = 0; i < times; i++) {
		luaL_addlstring(&buffer, text, length);
	}
	luaL_pushresult(&buffer);
	return 1;
}

/* table.insert that only appends. */
static int append(lua_State *lua)
{
	luaL_checktype(lua, 1, LUA_TTABLE);
	luaL_argcheck(lua, lua_gettop(lua) == 2, 2, "only insert(list, value)");
	lua_rawseti(lua, 1, (lua_Integer)lua_rawlen(lua, 1) + 1);
	return 0;
}

/* Copies the functions named from the table at from to the one at to. */
static void copy_functions(lua_State *lua, int from, int to, const char *const *names)
{
	for (; *names; names++) {
		lua_getfield(lua, from, *names);
		lua_setfield(lua, to, *names);
	}
}

static void open_part(lua_State *lua, int environment, const char *name, lua_CFunction open,
		      const char *const *names)
{
	luaL_requiref(lua, name, open, 0);
	int library = lua_gettop(lua);
	lua_newtable(lua);
	copy_functions(lua, library, library + 1, names);
	lua_pushvalue(lua, library + 1);
	lua_setfield(lua, environment, name);
	lua_remove(lua, library); /* leaves the new table */
}

static int build_environment(lua_State *lua)
{
	static const char *const basics[] = {"ipairs", "pairs", "tostring", "tonumber", "type",
					     "select", "error", "assert",   NULL};
	static const char *const texts[] = {"format", "upper", "lower",   "sub", "len",
					    "byte",   "char",  "reverse", NULL};
	static const char *const lists[] = {"concat", "sort", "unpack", NULL};
	static const char *const numbers[] = {"abs",  "ceil", "floor", "max",       "min",
					      "sqrt", "exp",  "log",   "sin",       "cos",
					      "pi",   "huge", "fmod",  "tointeger", NULL};
	lua_newtable(lua);
	int environment = lua_gettop(lua);
	luaL_requiref(lua, "_G", luaopen_base, 0);
	copy_functions(lua, environment + 1, environment, basics);
	lua_pop(lua, 1);
	open_part(lua, environment, "string", luaopen_string, texts);
	lua_pushcfunction(lua, repeat);
	lua_setfield(lua, -2, "rep");
	lua_pushliteral(lua, "");
	lua_getmetatable(lua, -1);
	lua_pushvalue(lua, -3);
	lua_setfield(lua, -2, "__index"); /* ("…"):upper() finds the same few functions */
	lua_pop(lua, 3);
	open_part(lua, environment, "table", luaopen_table, lists);
	lua_pushcfunction(lua, append);
	lua_setfield(lua, -2, "insert");
	lua_pop(lua, 1);
	open_part(lua, environment, "math", luaopen_math, numbers);
	lua_pop(lua, 1);
	for (int kind = STEP_TEXT; kind <= STEP_REVIEW; kind++) {
		lua_pushstring(lua, step_kind_name((enum step_kind)kind));
		lua_pushcclosure(lua, construct, 1);
		lua_setfield(lua, environment, step_kind_name((enum step_kind)kind));
	}
	lua_newtable(lua);
	lua_pushcfunction(lua, unknown_name);
	lua_setfield(lua, -2, "__index");
	lua_setmetatable(lua, environment);
	lua_setfield(lua, LUA_REGISTRYINDEX, "lesson environment");
	return 0;
}

bool lesson_state_init(struct lesson_state *state, long instructions, size_t memory_limit)
{
	memset(state, 0, sizeof *state);
	state->instructions_left = instructions;
	state->memory_limit = memory_limit;
	state->lua = lua_newstate(allocate, state);
	if (!state->lua) {
		return false;
	}
	*(struct lesson_state **)lua_getextraspace(state->lua) = state;
	lua_pushcfunction(state->lua, build_environment);
	if (lua_pcall(state->lua, 0, 0, 0) != LUA_OK) {
		lesson_state_release(state);
		return false;
	}
	lua_sethook(state->lua, count_instructions, LUA_MASKCOUNT, HOOK_EVERY);
	return true;
}

void lesson_state_release(struct lesson_state *state)
{
	if (state->lua) {
		lua_close(state->lua);
		state->lua = NULL;
	}
}

struct chunk {
	const char *source;
	size_t length;
	const char *name;
	bool syntax; /* the failure was one of syntax */
};

static int run_chunk(lua_State *lua)
{
	struct chunk *chunk = lua_touserdata(lua, 1);
	lua_pushfstring(lua, "=%s", chunk->name);
	int status =
		luaL_loadbufferx(lua, chunk->source, chunk->length, lua_tostring(lua, -1), "t");
	if (status != LUA_OK) {
		chunk->syntax = status == LUA_ERRSYNTAX;
		return lua_error(lua);
	}
	lua_getfield(lua, LUA_REGISTRYINDEX, "lesson environment");
	if (!lua_setupvalue(lua, -2, 1)) {
		lua_pop(lua, 1);
	}
	lua_call(lua, 0, 1);
	return 1;
}

bool lesson_state_run(struct lesson_state *state, const char *source, size_t length,
		      const char *name)
{
	static const char mark[] = "\xEF\xBB\xBF";
	if (length >= 3 && memcmp(source, mark, 3) == 0) {
		source += 3;
		length -= 3;
	}
	struct chunk chunk = {source, length, name, false};
	state->explained = false;
	lua_pushcfunction(state->lua, run_chunk);
	lua_pushlightuserdata(state->lua, &chunk);
	return lua_pcall(state->lua, 1, 1, 0) == LUA_OK;
}
