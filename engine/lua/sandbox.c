/* What a script sees of Lua's own libraries: an allow-list, read-only, with a word of explanation for what is missing. */
#include <lualib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/base/clock.h"
#include "engine/lua/binding.h"

/* ---- read-only views ---- */

static int view_refuse_write(lua_State *L)
{
	const char *name = lua_tostring(L, lua_upvalueindex(1));
	const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
	return binding_raise(L, message(MSG_LUA_READ_ONLY), name, key);
}

/* pairs(view): over a copy, so that the table behind the view stays out of reach. */
static int view_pairs(lua_State *L)
{
	lua_getglobal(L, "next");
	lua_newtable(L);
	lua_pushnil(L);
	while (lua_next(L, lua_upvalueindex(1))) {
		lua_pushvalue(L, -2);
		lua_insert(L, -2);
		lua_settable(L, -4);
	}
	lua_pushnil(L);
	return 3;
}

/* A field that is not there: say so, and name what the learner may have meant. */
static int view_missing(lua_State *L)
{
	if (lua_type(L, 2) != LUA_TSTRING) {
		lua_pushnil(L);
		return 1;
	}
	const char *key = lua_tostring(L, 2);
	lua_getfield(L, lua_upvalueindex(2), key);
	if (!lua_isnil(L, -1)) {
		return 1;
	}
	const char *name = lua_tostring(L, lua_upvalueindex(1));
	const char *near = binding_nearest(L, lua_upvalueindex(2), key);
	if (near) {
		return binding_raise(L, message(MSG_LUA_NO_FIELD_NEAR), name, key, near);
	}
	return binding_raise(L, message(MSG_LUA_NO_FIELD), name, key);
}

static int view_name(lua_State *L)
{
	lua_pushfstring(L, "module %s", lua_tostring(L, lua_upvalueindex(1)));
	return 1;
}

static void make_view(lua_State *L, const char *name, bool strict)
{
	int table = lua_gettop(L);
	lua_newuserdatauv(L, 0, 0); /* not a table: rawset and setmetatable cannot touch it */
	lua_createtable(L, 0, 6);
	if (strict) {
		lua_pushstring(L, name);
		lua_pushvalue(L, table);
		lua_pushcclosure(L, view_missing, 2);
	} else {
		lua_pushvalue(L, table);
	}
	lua_setfield(L, -2, "__index");
	lua_pushstring(L, name);
	lua_pushcclosure(L, view_refuse_write, 1);
	lua_setfield(L, -2, "__newindex");
	lua_pushvalue(L, table);
	lua_pushcclosure(L, view_pairs, 1);
	lua_setfield(L, -2, "__pairs");
	lua_pushstring(L, name);
	lua_pushcclosure(L, view_name, 1);
	lua_setfield(L, -2, "__tostring");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_replace(L, table);
}

void binding_protect(lua_State *L, const char *name)
{
	make_view(L, name, true);
}

/* ---- guarded functions ---- */

static int denied_function(lua_State *L)
{
	return binding_deny(L, lua_tostring(L, lua_upvalueindex(1)));
}

static void push_denied(lua_State *L, const char *name)
{
	lua_pushstring(L, name);
	lua_pushcclosure(L, denied_function, 1);
}

/* Finalisers run with hooks off: nothing could interrupt one that loops. */
static int safe_setmetatable(lua_State *L)
{
	int type = lua_type(L, 2);
	luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
	luaL_checktype(L, 1, LUA_TTABLE);
	if (type == LUA_TTABLE) {
		lua_pushliteral(L, "__gc");
		lua_rawget(L, 2);
		if (!lua_isnil(L, -1)) {
			return binding_deny(L, "__gc");
		}
		lua_pop(L, 1);
	}
	if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) {
		return luaL_error(L, "cannot change a protected metatable");
	}
	lua_settop(L, 2);
	lua_setmetatable(L, 1);
	return 1;
}

/* The handler given to xpcall. After an interrupt it is not called: the error then comes out of a hook, and what runs inside
 * a hook cannot be interrupted again. */
static int call_handler(lua_State *L)
{
	if (script_of(L)->stop) {
		return 1;
	}
	lua_settop(L, 1);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, 1, 1);
	return 1;
}

static int finish_xpcall(lua_State *L, int status, lua_KContext extra)
{
	if (status != LUA_OK && status != LUA_YIELD) {
		lua_pushboolean(L, 0);
		lua_pushvalue(L, -2);
		return 2;
	}
	return lua_gettop(L) - (int)extra;
}

static int safe_xpcall(lua_State *L)
{
	int count = lua_gettop(L);
	luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_pushvalue(L, 2);
	lua_pushcclosure(L, call_handler, 1);
	lua_replace(L, 2);
	lua_pushboolean(L, 1);
	lua_pushvalue(L, 1);
	lua_rotate(L, 3, 2);
	return finish_xpcall(L, lua_pcallk(L, count - 2, LUA_MULTRET, 2, 2, finish_xpcall), 2);
}

static int safe_collectgarbage(lua_State *L)
{
	static const char *const options[] = {"collect", "count", "step", NULL};
	switch (luaL_checkoption(L, 1, "collect", options)) {
	case 1: {
		size_t used = script_of(L)->used;
		lua_pushnumber(L, (lua_Number)used / 1024);
		return 1;
	}
	case 2:
		lua_pushboolean(L, lua_gc(L, LUA_GCSTEP, 0));
		return 1;
	default:
		lua_gc(L, LUA_GCCOLLECT);
		lua_pushinteger(L, 0);
		return 1;
	}
}

static int log_print(lua_State *L)
{
	binding_log_values(L, 1, lua_gettop(L), "\t");
	return 0;
}

static int log_write(lua_State *L)
{
	binding_log_write(L, 1, lua_gettop(L));
	return 0;
}

/* math.random over the run's own generator: the same seed gives the same numbers. */
static int seeded_random(lua_State *L)
{
	struct rng *random = &script_of(L)->random;
	lua_Integer low = 1, high;
	switch (lua_gettop(L)) {
	case 0:
		lua_pushnumber(L, rng_uniform(random));
		return 1;
	case 1:
		high = luaL_checkinteger(L, 1);
		if (high == 0) {
			lua_pushinteger(L, (lua_Integer)rng_u64(random));
			return 1;
		}
		break;
	default:
		low = luaL_checkinteger(L, 1);
		high = luaL_checkinteger(L, 2);
	}
	luaL_argcheck(L, low <= high, lua_gettop(L) < 2 ? 1 : 2, "interval is empty");
	uint64_t span = (uint64_t)high - (uint64_t)low + 1;
	uint64_t draw = span ? rng_below(random, span) : rng_u64(random);
	lua_pushinteger(L, (lua_Integer)((uint64_t)low + draw));
	return 1;
}

static int seeded_randomseed(lua_State *L)
{
	struct script *script = script_of(L);
	uint64_t seed = script->options.seed;
	if (lua_gettop(L)) {
		seed = lua_isinteger(L, 1) ? (uint64_t)lua_tointeger(L, 1)
					   : (uint64_t)(int64_t)luaL_checknumber(L, 1);
	}
	rng_init(&script->random, seed, 1);
	return 0;
}

/* Seconds on the wall since the run began: what a learner who compares speeds means, also with several threads. (Time of
 * the processor comes in steps of milliseconds on some machines.) */
static int run_clock(lua_State *L)
{
	lua_pushnumber(L, (lua_Number)(clock_now_ns() - script_of(L)->started_ns) / 1e9);
	return 1;
}

static int run_time(lua_State *L)
{
	if (!lua_isnoneornil(L, 1)) {
		return binding_raise(L, "%s", message(MSG_LUA_TIME_PLAIN));
	}
	lua_pushinteger(L, (lua_Integer)time(NULL));
	return 1;
}

/* Whether the function that called the running C function is the check's own. */
static bool called_from_check(lua_State *L)
{
	lua_Debug frame;
	if (!lua_getstack(L, 1, &frame)) {
		return false;
	}
	lua_getinfo(L, "S", &frame);
	return strncmp(frame.short_src, CHECK_CHUNK, strlen(CHECK_CHUNK)) == 0;
}

/* error(message, level): as Lua's own, but a position in a lab's check is not told. */
static int safe_error(lua_State *L)
{
	int level = (int)luaL_optinteger(L, 2, 1);
	lua_settop(L, 1);
	if (lua_type(L, 1) == LUA_TSTRING && level > 0) {
		luaL_where(L, level);
		if (strncmp(lua_tostring(L, -1), CHECK_CHUNK, strlen(CHECK_CHUNK)) == 0 &&
		    !called_from_check(L)) {
			lua_pop(L, 1);
			lua_pushliteral(L, "");
		}
		lua_pushvalue(L, 1);
		lua_concat(L, 2);
	}
	return lua_error(L);
}

static int traceback(lua_State *L)
{
	if (lua_type(L, 1) != LUA_TSTRING && !lua_isnoneornil(L, 1)) {
		lua_settop(L, 1);
		return 1;
	}
	luaL_traceback(L, L, lua_tostring(L, 1), 1);
	const char *text = lua_tostring(L, -1);
	luaL_Buffer kept; /* without the lines of a lab's check */
	luaL_buffinit(L, &kept);
	while (*text) {
		size_t line = strcspn(text, "\n");
		line += text[line] == '\n';
		if (!memmem(text, line, CHECK_CHUNK, strlen(CHECK_CHUNK))) {
			luaL_addlstring(&kept, text, line);
		}
		text += line;
	}
	luaL_pushresult(&kept);
	return 1;
}

/* ---- libraries ---- */

/* Functions taken from Lua's own library; NULL ends. */
static const char *const string_names[] = {
	"byte", "char",    "find", "format", "gmatch", "gsub",     "len",    "lower", "match",
	"rep",  "reverse", "sub",  "upper",  "pack",   "packsize", "unpack", NULL};
static const char *const string_denied[] = {"dump", NULL};
static const char *const table_names[] = {"concat", "insert", "move",   "pack",
					  "remove", "sort",   "unpack", NULL};
static const char *const math_names[] = {
	"abs",  "acos", "asin",      "atan", "ceil", "cos",        "deg",        "exp", "floor",
	"fmod", "huge", "log",       "max",  "min",  "modf",       "pi",         "rad", "sin",
	"sqrt", "tan",  "tointeger", "type", "ult",  "maxinteger", "mininteger", NULL};
static const char *const utf8_names[] = {"char", "charpattern", "codepoint", "codes",
					 "len",  "offset",      NULL};
static const char *const os_denied[] = {"execute", "exit",      "getenv", "remove",   "rename",
					"tmpname", "setlocale", "date",   "difftime", NULL};
static const char *const io_denied[] = {"open",   "popen",  "lines",   "read", "close",
					"input",  "output", "tmpfile", "type", "stdin",
					"stdout", "stderr", NULL};
static const char *const debug_denied[] = {"debug",
					   "gethook",
					   "getinfo",
					   "getlocal",
					   "getmetatable",
					   "getregistry",
					   "getupvalue",
					   "getuservalue",
					   "setcstacklimit",
					   "sethook",
					   "setlocal",
					   "setmetatable",
					   "setupvalue",
					   "setuservalue",
					   "upvalueid",
					   "upvaluejoin",
					   NULL};
static const char *const package_denied[] = {"loadlib", "searchpath", NULL};

static const luaL_Reg math_own[] = {
	{"random", seeded_random}, {"randomseed", seeded_randomseed}, {NULL, NULL}};
static const luaL_Reg os_own[] = {{"clock", run_clock}, {"time", run_time}, {NULL, NULL}};
static const luaL_Reg io_own[] = {{"write", log_write}, {NULL, NULL}};
static const luaL_Reg debug_own[] = {{"traceback", traceback}, {NULL, NULL}};

struct library {
	const char *name;
	lua_CFunction open; /* NULL: nothing is taken from Lua's own */
	const char *const *names;
	const char *const *denied;
	const luaL_Reg *own;
};

static const struct library libraries[] = {
	{LUA_STRLIBNAME, luaopen_string, string_names, string_denied, NULL},
	{LUA_TABLIBNAME, luaopen_table, table_names, NULL, NULL},
	{LUA_MATHLIBNAME, luaopen_math, math_names, NULL, math_own},
	{LUA_UTF8LIBNAME, luaopen_utf8, utf8_names, NULL, NULL},
	{LUA_COLIBNAME, sandbox_open_coroutine, NULL, NULL, NULL},
	{LUA_OSLIBNAME, NULL, NULL, os_denied, os_own},
	{LUA_IOLIBNAME, NULL, NULL, io_denied, io_own},
	{LUA_DBLIBNAME, NULL, NULL, debug_denied, debug_own},
	{LUA_LOADLIBNAME, NULL, NULL, package_denied, NULL},
};
#define LIBRARY_COUNT (sizeof(libraries) / sizeof(libraries[0]))

/* Pushes the filtered table of a library. */
static void push_library(lua_State *L, const struct library *library)
{
	lua_newtable(L);
	int table = lua_gettop(L);
	if (library->open) {
		lua_pushcfunction(L, library->open);
		lua_pushstring(L, library->name);
		lua_call(L, 1, 1);
		if (!library->names) {
			lua_replace(L, table);
		}
	}
	for (const char *const *name = library->names; name && *name; name++) {
		lua_getfield(L, -1, *name);
		lua_setfield(L, table, *name);
	}
	lua_settop(L, table);
	for (const char *const *name = library->denied; name && *name; name++) {
		char full[64];
		snprintf(full, sizeof(full), "%s.%s", library->name, *name);
		push_denied(L, full);
		lua_setfield(L, table, *name);
	}
	if (library->own) {
		luaL_setfuncs(L, library->own, 0);
	}
}

/* Names of the base library a script may use, and those it may not. */
static const char *const base_names[] = {
	"assert", "getmetatable", "ipairs", "next",     "pairs",    "pcall", "rawequal", "rawget",
	"rawlen", "rawset",       "select", "tonumber", "tostring", "type",  "_VERSION", NULL};
static const char *const base_denied[] = {"load", "loadfile", "loadstring", "dofile", NULL};
static const luaL_Reg base_own[] = {{"error", safe_error},
				    {"setmetatable", safe_setmetatable},
				    {"xpcall", safe_xpcall},
				    {"collectgarbage", safe_collectgarbage},
				    {"print", log_print},
				    {"require", modules_require},
				    {NULL, NULL}};

static const char globals_key; /* registry: the table that fresh globals are copied from */

void sandbox_open(lua_State *L)
{
	lua_pushcfunction(L, luaopen_base);
	lua_call(L, 0, 1);
	lua_newtable(L);
	int globals = lua_gettop(L);
	for (const char *const *name = base_names; *name; name++) {
		lua_getfield(L, globals - 1, *name);
		lua_setfield(L, globals, *name);
	}
	for (const char *const *name = base_denied; *name; name++) {
		push_denied(L, *name);
		lua_setfield(L, globals, *name);
	}
	luaL_setfuncs(L, base_own, 0);
	for (size_t i = 0; i < LIBRARY_COUNT; i++) {
		push_library(L, &libraries[i]);
		if (strcmp(libraries[i].name, LUA_STRLIBNAME) == 0) {
			/* ("x"):rep(3): strings look their methods up in the filtered library, and nobody can reach
			 * the metatable to change it. */
			lua_pushliteral(L, "");
			lua_getmetatable(L, -1);
			lua_pushvalue(L, -3);
			lua_setfield(L, -2, "__index");
			lua_pushboolean(L, 0);
			lua_setfield(L, -2, "__metatable");
			lua_pop(L, 2);
		}
		make_view(L, libraries[i].name, false);
		lua_setfield(L, globals, libraries[i].name);
	}
	lua_rawsetp(L, LUA_REGISTRYINDEX, &globals_key);
	/* The state's own globals are not what scripts see; keep only what C code asks for. */
	lua_newtable(L);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &globals_key);
	lua_getfield(L, -1, "next");
	lua_setfield(L, -3, "next");
	lua_pop(L, 1);
	lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
	lua_settop(L, 0);
}

void sandbox_push_globals(lua_State *L)
{
	lua_newtable(L);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &globals_key);
	lua_pushnil(L);
	while (lua_next(L, -2)) {
		lua_pushvalue(L, -2);
		lua_insert(L, -2);
		lua_rawset(L, -5);
	}
	lua_pop(L, 1);
	lua_pushvalue(L, -1);
	lua_setfield(L, -2, "_G");
}
