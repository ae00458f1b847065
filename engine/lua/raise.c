/* Raising errors from bindings, and showing things through the host. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/utf8.h"
#include "engine/lua/binding.h"

#define LOG_MAX_LINES 5000
#define LOG_MAX_BYTES ((size_t)1 << 20)
#define LOG_MAX_LINE 8192

/* Pushes "file:line: " of the Lua code that called, looking through C functions such as pcall. */
static void push_where(lua_State *L)
{
	lua_Debug frame;
	for (int level = 1; level < 16 && lua_getstack(L, level, &frame); level++) {
		lua_getinfo(L, "Sl", &frame);
		if (frame.currentline > 0) {
			lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
			return;
		}
	}
	lua_pushliteral(L, "");
}

static int raise_text(lua_State *L, const char *text)
{
	push_where(L);
	lua_pushstring(L, text);
	lua_concat(L, 2);
	return lua_error(L);
}

int binding_raise(lua_State *L, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	utf8_trim_partial(text);
	korean_settle_particles(text);
	return raise_text(L, text);
}

int binding_deny(lua_State *L, const char *what)
{
	struct script *script = script_of(L);
	snprintf(script->denied, sizeof(script->denied), message(MSG_LUA_DENIED), what);
	utf8_trim_partial(script->denied);
	return raise_text(L, script->denied);
}

/* The engine reports its own limit as STATUS_RANGE; for a script it is memory all the same. */
static bool is_memory_limit(const struct error *err)
{
	const char *format = message(MSG_TENSOR_MEMORY_LIMIT);
	return err->status == STATUS_RANGE &&
	       strncmp(err->message, format, strcspn(format, "%")) == 0;
}

int binding_raise_error(lua_State *L, const struct error *err)
{
	struct script *script = script_of(L);
	char text[sizeof(err->where) + sizeof(err->message) + 4];
	snprintf(text, sizeof(text), "%s%s%s", err->where, err->where[0] ? ": " : "", err->message);
	if (err->status == STATUS_NOMEM || is_memory_limit(err)) {
		snprintf(script->out_of_memory, sizeof(script->out_of_memory), "%s (%s)",
			 message(MSG_SCRIPT_MEMORY), err->message);
		utf8_trim_partial(script->out_of_memory);
		return raise_text(L, script->out_of_memory);
	}
	if (err->status == STATUS_DENIED) {
		snprintf(script->denied, sizeof(script->denied), "%s", text);
		utf8_trim_partial(script->denied);
		return raise_text(L, script->denied);
	}
	return raise_text(L, text);
}

/* ---- near names ---- */

/* Edit distance with swaps of neighbours, at most 3; names are short and ASCII. */
static int distance(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);
	if (n > 40 || m > 40) {
		return 99;
	}
	int row[3][42];
	for (size_t j = 0; j <= m; j++) {
		row[0][j] = (int)j;
	}
	for (size_t i = 1; i <= n; i++) {
		int *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3];
		now[0] = (int)i;
		for (size_t j = 1; j <= m; j++) {
			int cost = before[j - 1] + (a[i - 1] != b[j - 1]);
			cost = before[j] + 1 < cost ? before[j] + 1 : cost;
			cost = now[j - 1] + 1 < cost ? now[j - 1] + 1 : cost;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    earlier[j - 2] + 1 < cost) {
				cost = earlier[j - 2] + 1;
			}
			now[j] = cost;
		}
	}
	return row[n % 3][m];
}

const char *binding_nearest(lua_State *L, int index, const char *written)
{
	const char *best = NULL;
	int least = (int)strlen(written) <= 3 ? 2 : 3; /* exclusive */
	index = lua_absindex(L, index);
	lua_pushnil(L);
	while (lua_next(L, index)) {
		lua_pop(L, 1);
		if (lua_type(L, -1) != LUA_TSTRING) {
			continue;
		}
		const char *name = lua_tostring(L, -1);
		int d = distance(written, name);
		if (d < least && name[0] != '_') {
			least = d;
			best = name; /* stays alive: it is a key of the table */
		}
	}
	return best;
}

/* ---- showing ---- */

void binding_emit(lua_State *L, enum host_event event, const char *json, const void *bytes,
		  size_t length)
{
	const struct host *host = script_of(L)->host;
	if (host && host->emit) {
		host->emit(host->context, event, json, bytes, length);
	}
}

/* A log line; a flood is counted instead of sent. text need not be valid UTF-8. */
static void log_line(struct script *script, const char *text, size_t length)
{
	if (!script->host || !script->host->emit) {
		return;
	}
	if (script->log_lines >= LOG_MAX_LINES || script->log_bytes >= LOG_MAX_BYTES) {
		script->log_dropped++;
		return;
	}
	script->log_lines++;
	size_t kept = length > LOG_MAX_LINE ? LOG_MAX_LINE : length;
	script->log_bytes += kept;
	char *clean = utf8_normalise(text, kept);
	json_t *object =
		clean ? json_pack("{s:s+}", "text", clean, kept < length ? " …" : "") : NULL;
	char *json = object ? json_dumps(object, JSON_COMPACT) : NULL;
	if (json) {
		script->host->emit(script->host->context, HOST_LOG, json, NULL, 0);
	}
	free(json);
	json_decref(object);
	free(clean);
}

void binding_flush_log(struct script *script)
{
	if (script->line.length) {
		log_line(script, script->line.text, script->line.length);
		strbuf_reset(&script->line);
	}
	if (script->log_dropped) {
		char text[160];
		snprintf(text, sizeof(text), message(MSG_LUA_LOG_DROPPED), script->log_dropped);
		script->log_lines = script->log_bytes = script->log_dropped = 0;
		log_line(script, text, strlen(text));
	}
}

void binding_log_values(lua_State *L, int first, int last, const char *separator)
{
	struct script *script = script_of(L);
	luaL_Buffer buffer;
	luaL_buffinit(L, &buffer);
	for (int i = first; i <= last; i++) {
		if (i > first) {
			luaL_addstring(&buffer, separator);
		}
		luaL_tolstring(L, i, NULL);
		luaL_addvalue(&buffer);
	}
	luaL_pushresult(&buffer);
	size_t length;
	const char *text = lua_tolstring(L, -1, &length);
	if (script->line.length) { /* what io.write began ends with this line */
		strbuf_add(&script->line, text, length > LOG_MAX_LINE ? LOG_MAX_LINE : length);
		log_line(script, script->line.text, script->line.length);
		strbuf_reset(&script->line);
	} else {
		log_line(script, text, length);
	}
	lua_pop(L, 1);
}

void binding_log_write(lua_State *L, int first, int last)
{
	struct script *script = script_of(L);
	for (int i = first; i <= last; i++) {
		size_t length;
		const char *text = luaL_checklstring(L, i, &length);
		const char *newline;
		while ((newline = memchr(text, '\n', length))) {
			size_t part = (size_t)(newline - text);
			if (script->line.length <= LOG_MAX_LINE) {
				strbuf_add(&script->line, text,
					   part > LOG_MAX_LINE ? LOG_MAX_LINE : part);
			}
			log_line(script, script->line.text, script->line.length);
			strbuf_reset(&script->line);
			text = newline + 1;
			length -= part + 1;
		}
		if (script->line.length <= LOG_MAX_LINE) {
			strbuf_add(&script->line, text,
				   length > LOG_MAX_LINE ? LOG_MAX_LINE : length);
		}
	}
}
