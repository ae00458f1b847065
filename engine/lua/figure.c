/* Runs figure scripts: { keys, init, key, tick, interval, draw, say }. */
#include "engine/lua/figure.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/strbuf.h"
#include "engine/base/utf8.h"
#include "engine/lua/bind_canvas.h"
#include "engine/lua/binding.h"
#include "engine/lua/canvas.h"

#define MIN_INTERVAL 20
#define MAX_INTERVAL 60000

struct figure_run {
	struct script *script;
	struct canvas *canvas;
	int table, state,
		handle; /* registry references: the script's table, its state, the canvas as a Lua value */
	int interval;
};

/* Pushes a field that must be a function or nil; false when it is nil. */
static bool push_function(lua_State *L, const struct figure_run *figure, const char *name)
{
	lua_rawgeti(L, LUA_REGISTRYINDEX, figure->table);
	int type = lua_getfield(L, -1, name);
	lua_remove(L, -2);
	if (type == LUA_TNIL) {
		lua_pop(L, 1);
		return false;
	}
	if (type != LUA_TFUNCTION) {
		luaL_error(L, message(MSG_FIGURE_FIELD), name, lua_typename(L, type));
	}
	return true;
}

static void push_state(lua_State *L, const struct figure_run *figure)
{
	lua_rawgeti(L, LUA_REGISTRYINDEX, figure->state);
}

/* The keys the figure answers to, as JSON; new reference. */
static json_t *list_keys(lua_State *L, const struct figure_run *figure)
{
	json_t *keys = json_array();
	lua_rawgeti(L, LUA_REGISTRYINDEX, figure->table);
	if (lua_getfield(L, -1, "keys") == LUA_TTABLE) {
		lua_Unsigned count = lua_rawlen(L, -1);
		for (lua_Unsigned i = 1; i <= count && i <= 16; i++) {
			if (lua_rawgeti(L, -1, (lua_Integer)i) == LUA_TTABLE) {
				lua_rawgeti(L, -1, 1);
				lua_rawgeti(L, -2, 2);
				if (lua_isstring(L, -2) && lua_isstring(L, -1)) {
					json_array_append_new(keys, json_pack("[s,s]",
									      lua_tostring(L, -2),
									      lua_tostring(L, -1)));
				}
				lua_pop(L, 2);
			}
			lua_pop(L, 1);
		}
	}
	lua_pop(L, 2);
	return keys;
}

static int draw_protected(lua_State *L)
{
	struct figure_run *figure = lua_touserdata(L, 1);
	canvas_clear(figure->canvas);
	if (!push_function(L, figure, "draw")) {
		return luaL_error(L, message(MSG_FIGURE_NO_DRAW));
	}
	push_state(L, figure);
	lua_rawgeti(L, LUA_REGISTRYINDEX, figure->handle);
	lua_call(L, 2, 0);
	lua_settop(L, 1);
	if (push_function(L, figure, "say")) {
		push_state(L, figure);
		lua_call(L, 1, 1);
	} else {
		lua_pushliteral(L, "");
	}
	size_t length;
	const char *said = luaL_tolstring(L, -1, &length);
	/* From here on nothing raises. */
	char *say = utf8_normalise(said, length);
	struct strbuf cells;
	strbuf_init(&cells);
	canvas_encode(figure->canvas, &cells);
	json_t *json = json_pack("{s:i,s:i,s:s,s:o}", "width", canvas_width(figure->canvas),
				 "height", canvas_height(figure->canvas), "say", say ? say : "",
				 "keys", list_keys(L, figure));
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	if (text && strbuf_ok(&cells)) {
		binding_emit(L, HOST_CANVAS, text, cells.text, cells.length);
	}
	free(text);
	json_decref(json);
	strbuf_release(&cells);
	free(say);
	return 0;
}

static bool draw(struct figure_run *figure, struct script_error *fault)
{
	lua_pushcfunction(figure->script->L, draw_protected);
	lua_pushlightuserdata(figure->script->L, figure);
	return script_call(figure->script, 1, 0, fault);
}

struct open_request {
	struct figure_run *figure;
	const char *name, *source;
	size_t length;
	uint64_t seed;
};

static int open_protected(lua_State *L)
{
	struct open_request *request = lua_touserdata(L, 1);
	struct figure_run *figure = request->figure;
	sandbox_push_globals(L);
	if (script_load(L, request->name, request->source, request->length, -1) != LUA_OK) {
		return lua_error(L);
	}
	lua_call(L, 0, 1);
	if (!lua_istable(L, -1)) {
		return luaL_error(L, message(MSG_FIGURE_NO_TABLE));
	}
	if (lua_getfield(L, -1, "interval") == LUA_TNUMBER) {
		lua_Number ms = lua_tonumber(L, -1);
		figure->interval = ms < MIN_INTERVAL      ? MIN_INTERVAL
				   : !(ms < MAX_INTERVAL) ? MAX_INTERVAL
							  : (int)ms;
	}
	lua_pop(L, 1);
	lua_pushvalue(L, -1);
	figure->table = luaL_ref(L, LUA_REGISTRYINDEX);
	bind_canvas_push(L, figure->canvas);
	figure->handle = luaL_ref(L, LUA_REGISTRYINDEX);
	if (push_function(L, figure, "init")) {
		lua_pushinteger(L, (lua_Integer)request->seed);
		lua_call(L, 1, 1);
	} else {
		lua_newtable(L);
	}
	figure->state = luaL_ref(L, LUA_REGISTRYINDEX);
	return 0;
}

bool figure_open(struct figure_run **out, struct script *script, const char *name,
		 const char *source, size_t length, uint64_t seed, int width, int height,
		 struct script_error *fault)
{
	*out = NULL;
	struct figure_run *figure = calloc(1, sizeof(*figure));
	struct canvas *canvas = canvas_new(width, height);
	if (!figure || !canvas) {
		free(figure);
		canvas_free(canvas);
		*fault = (struct script_error){.fault = SCRIPT_FAULT_MEMORY};
		snprintf(fault->message, sizeof(fault->message), "%s", message(MSG_SCRIPT_MEMORY));
		return false;
	}
	*figure = (struct figure_run){.script = script,
				      .canvas = canvas,
				      .table = LUA_NOREF,
				      .state = LUA_NOREF,
				      .handle = LUA_NOREF};
	struct open_request request = {figure, name, source, length, seed};
	lua_pushcfunction(script->L, open_protected);
	lua_pushlightuserdata(script->L, &request);
	if (!script_call(script, 1, 0, fault) || !draw(figure, fault)) {
		figure_free(figure);
		return false;
	}
	*out = figure;
	return true;
}

void figure_free(struct figure_run *figure)
{
	if (!figure) {
		return;
	}
	lua_State *L = figure->script->L;
	if (figure->handle != LUA_NOREF) {
		lua_rawgeti(L, LUA_REGISTRYINDEX, figure->handle);
		bind_canvas_detach(L, -1);
		lua_pop(L, 1);
	}
	luaL_unref(L, LUA_REGISTRYINDEX, figure->table);
	luaL_unref(L, LUA_REGISTRYINDEX, figure->state);
	luaL_unref(L, LUA_REGISTRYINDEX, figure->handle);
	canvas_free(figure->canvas);
	free(figure);
}

struct event_request {
	struct figure_run *figure;
	const char *function, *key; /* key NULL: ms is passed */
	int ms;
};

static int event_protected(lua_State *L)
{
	struct event_request *request = lua_touserdata(L, 1);
	if (!push_function(L, request->figure, request->function)) {
		return 0;
	}
	push_state(L, request->figure);
	if (request->key) {
		lua_pushstring(L, request->key);
	} else {
		lua_pushinteger(L, request->ms);
	}
	lua_call(L, 2, 0);
	return 0;
}

static bool handle(struct figure_run *figure, const char *function, const char *key, int ms,
		   struct script_error *fault)
{
	struct event_request request = {figure, function, key, ms};
	lua_pushcfunction(figure->script->L, event_protected);
	lua_pushlightuserdata(figure->script->L, &request);
	return script_call(figure->script, 1, 0, fault) && draw(figure, fault);
}

bool figure_key(struct figure_run *figure, const char *key, struct script_error *fault)
{
	return handle(figure, "key", key, 0, fault);
}

bool figure_tick(struct figure_run *figure, int ms, struct script_error *fault)
{
	return handle(figure, "tick", NULL, ms, fault);
}

bool figure_resize(struct figure_run *figure, int width, int height, struct script_error *fault)
{
	struct canvas *fresh = canvas_new(width, height);
	if (fresh) { /* else it keeps its size */
		lua_State *L = figure->script->L;
		lua_rawgeti(L, LUA_REGISTRYINDEX, figure->handle);
		bind_canvas_replace(L, -1, fresh);
		lua_pop(L, 1);
		canvas_free(figure->canvas);
		figure->canvas = fresh;
	}
	return draw(figure, fault);
}

int figure_interval(const struct figure_run *figure)
{
	return figure->interval;
}
