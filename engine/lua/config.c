#include "engine/lua/config.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/message.h"
#include "engine/lua/lesson_fields.h"

enum { INSTRUCTIONS = 2 * 1000 * 1000, MEMORY = 8 << 20, MAX_VALUES = 2000 };

struct walk {
	struct lesson_reader *reader;
	const char *path;
	struct config *out;
};

/* The line of a name: word = … or ["word"] = …, from the line of the table around it on. */
static int line_of(struct walk *walk, int from, const char *name)
{
	struct place place = {.line = from};
	int line = lesson_field_line(walk->reader, &place, name);
	return line != from ? line : lesson_quoted_line(walk->reader, from, name);
}

static bool add(struct walk *walk, const struct config_value *path, int line)
{
	lua_State *lua = walk->reader->lua;
	struct config *out = walk->out;
	if (out->count == MAX_VALUES) {
		return false;
	}
	struct config_value *value = &out->values[out->count++];
	*value = *path;
	value->line = line;
	value->text = "";
	size_t length;
	switch (lua_type(lua, -1)) {
	case LUA_TSTRING: {
		const char *text = lua_tolstring(lua, -1, &length);
		value->kind = CONFIG_TEXT;
		value->text = lesson_text(walk->reader, text, length);
		return true;
	}
	case LUA_TNUMBER:
		value->kind = CONFIG_NUMBER;
		value->number = lua_tonumber(lua, -1);
		return true;
	case LUA_TBOOLEAN:
		value->kind = CONFIG_FLAG;
		value->flag = lua_toboolean(lua, -1);
		return true;
	default:
		out->count--;
		lesson_problem(walk->reader, line, message(MSG_CONFIG_BAD_VALUE),
			       path->names[path->depth - 1]);
		return true;
	}
}

static int by_name(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;
	return strcmp(*left, *right);
}

/* The names of the table on top, sorted: Lua's own order differs from run to run. */
static const char **names_of(struct walk *walk, size_t *count)
{
	lua_State *lua = walk->reader->lua;
	size_t room = 0;
	*count = 0;
	lua_pushnil(lua);
	while (lua_next(lua, -2)) {
		room++;
		lua_pop(lua, 1);
	}
	const char **names = lesson_array(walk->reader, room + 1, sizeof *names);
	lua_pushnil(lua);
	while (names && lua_next(lua, -2)) {
		char number[32];
		lua_pop(lua, 1);
		if (lua_type(lua, -1) == LUA_TSTRING) {
			size_t length;
			const char *name = lua_tolstring(lua, -1, &length);
			names[(*count)++] = lesson_text(walk->reader, name, length);
		} else if (lua_isinteger(lua, -1)) {
			int length = snprintf(number, sizeof number, "%lld",
					      (long long)lua_tointeger(lua, -1));
			names[(*count)++] = lesson_text(walk->reader, number, (size_t)length);
		}
	}
	if (names) {
		qsort(names, *count, sizeof *names, by_name);
	}
	return names;
}

/* Pushes the value of a name as names_of wrote it. */
static void push_value(lua_State *lua, const char *name)
{
	if (lua_getfield(lua, -1, name) == LUA_TNIL) {
		lua_pop(lua, 1);
		lua_geti(lua, -1, strtoll(name, NULL, 10));
	}
}

static void walk_table(struct walk *walk, struct config_value *path, int line)
{
	lua_State *lua = walk->reader->lua;
	size_t count;
	luaL_checkstack(lua, 8, NULL);
	const char **names = names_of(walk, &count);
	for (size_t i = 0; i < count; i++) {
		int here = line_of(walk, line, names[i]);
		push_value(lua, names[i]);
		path->names[path->depth++] = names[i];
		if (lua_type(lua, -1) == LUA_TTABLE && path->depth < CONFIG_DEPTH) {
			walk_table(walk, path, here);
		} else {
			add(walk, path, here);
		}
		path->depth--;
		lua_pop(lua, 1);
	}
}

static int read_protected(lua_State *lua)
{
	struct walk *walk = lua_touserdata(lua, 1);
	if (!lesson_run_file(walk->reader, walk->path)) {
		return 0;
	}
	struct config_value path = {.depth = 0};
	walk_table(walk, &path, 1);
	return 0;
}

static enum status told(struct config *out, const struct lesson_reader *reader, struct error *err)
{
	struct lesson_problem *problems =
		arena_alloc(&out->arena, reader->problem_count * sizeof *problems);
	if (!problems || lesson_problems_copy(reader, problems) == 0) {
		return error_set(err, STATUS_NOMEM, "config", "out of memory");
	}
	out->error_line = problems[0].line;
	return error_set(err, STATUS_PARSE, "config", "%s", problems[0].message);
}

enum status config_read(struct config *out, const char *path, struct error *err)
{
	memset(out, 0, sizeof *out);
	arena_init(&out->arena);
	if (access(path, F_OK) != 0) {
		return error_set(err, STATUS_NOT_FOUND, "config", "%s", path);
	}
	struct lesson_state state;
	struct lesson_reader reader = {
		.arena = &out->arena, .memory_left = 1 << 20, .file = path, .folder = ""};
	struct walk walk = {&reader, path, out};
	out->values = arena_alloc(&out->arena, MAX_VALUES * sizeof *out->values);
	if (!out->values || !lesson_state_init(&state, INSTRUCTIONS, MEMORY)) {
		return error_set(err, STATUS_NOMEM, "config", "out of memory");
	}
	reader.state = &state;
	reader.lua = state.lua;
	lua_pushcfunction(state.lua, read_protected);
	lua_pushlightuserdata(state.lua, &walk);
	enum status status = STATUS_OK;
	if (lua_pcall(state.lua, 1, 0, 0) != LUA_OK) {
		const char *text = lua_tostring(state.lua, -1);
		status = error_set(err, STATUS_PARSE, "config", "%s", text ? text : "?");
	} else if (reader.problem_count > 0) {
		status = told(out, &reader, err);
	}
	lesson_state_release(&state);
	return status;
}

void config_release(struct config *config)
{
	arena_release(&config->arena);
}
