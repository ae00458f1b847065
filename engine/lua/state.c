#include "engine/lua/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/utf8.h"
#include "engine/lua/binding.h"
#include "engine/tensor/tensor.h"

#define DEFAULT_MEMORY ((size_t)64 << 20)
#define HOOK_STEP 1000 /* instructions between looks at the instruction budget */

const char *script_fault_word(enum script_fault fault)
{
	static const char *const words[] = {
		[SCRIPT_FAULT_NONE] = "",           [SCRIPT_FAULT_LUA] = "lua",
		[SCRIPT_FAULT_TIMEOUT] = "timeout", [SCRIPT_FAULT_MEMORY] = "memory",
		[SCRIPT_FAULT_KILLED] = "killed",   [SCRIPT_FAULT_DENIED] = "denied",
	};
	return words[fault];
}

struct script *script_of(lua_State *L)
{
	return *(struct script **)lua_getextraspace(L);
}

static void *allocate(void *context, void *block, size_t old_size, size_t new_size)
{
	struct script *script = context;
	size_t old = block ? old_size : 0;
	if (new_size == 0) {
		free(block);
		script->used -= old;
		return NULL;
	}
	if (new_size > old && script->used - old + new_size > script->options.memory) {
		return NULL;
	}
	void *fresh = realloc(block, new_size);
	if (!fresh) {
		return NULL;
	}
	script->used = script->used - old + new_size;
	if (script->used > script->peak) {
		script->peak = script->used;
	}
	return fresh;
}

/* Where the first Lua function on the stack stands. */
static void locate(lua_State *L, struct script_error *out)
{
	lua_Debug frame;
	for (int level = 0; lua_getstack(L, level, &frame); level++) {
		lua_getinfo(L, "Sl", &frame);
		if (frame.currentline > 0) {
			out->line = frame.currentline;
			snprintf(out->file, sizeof(out->file), "%s", frame.short_src);
			utf8_trim_partial(out->file);
			return;
		}
	}
}

/* Runs between instructions, only when armed. It keeps firing at each instruction once the script has to stop, so that
 * whatever catches the error is interrupted next. */
static void on_hook(lua_State *L, lua_Debug *frame)
{
	(void)frame;
	struct script *script = script_of(L);
	if (!script->stop) {
		script->instructions += HOOK_STEP;
		if (!script->options.instructions ||
		    script->instructions <= script->options.instructions) {
			return;
		}
		script->stop = SCRIPT_FAULT_TIMEOUT;
	}
	if (script->stopped_at.line == 0) {
		locate(L, &script->stopped_at);
	}
	script_arm(L);
	lua_pushlightuserdata(L, script); /* needs no memory; nobody looks at it */
	lua_error(L);
}

void script_arm(lua_State *L)
{
	lua_sethook(L, on_hook, LUA_MASKCOUNT, 1);
}

void script_interrupt(struct script *script, enum script_fault fault)
{
	if (!script->stop) {
		script->stop = (sig_atomic_t)fault;
	}
	script_arm(script->current);
}

static int panic(lua_State *L)
{
	(void)L; /* cannot happen: every entry goes through lua_pcall; end loudly rather than run on */
	fputs("mundap: Lua error outside a protected call\n", stderr);
	return 0;
}

static int open_protected(lua_State *L)
{
	sandbox_open(L);
	return 0;
}

enum status script_new(struct script **out, const struct script_options *options, struct error *err)
{
	*out = NULL;
	struct script *script = calloc(1, sizeof(*script));
	if (!script) {
		return error_set(err, STATUS_NOMEM, "lua", "out of memory");
	}
	script->options = *options;
	if (!script->options.memory) {
		script->options.memory = DEFAULT_MEMORY;
	}
	script->host = options->host;
	script->started_ns = clock_now_ns();
	script->tensor_threshold = (size_t)64 << 20;
	strbuf_init(&script->line);
	rng_init(&script->random, options->seed, 1);
	script->L = lua_newstate(allocate, script);
	if (!script->L) {
		free(script);
		return error_set(err, STATUS_NOMEM, "lua", "out of memory");
	}
	script->current = script->L;
	*(struct script **)lua_getextraspace(script->L) = script;
	lua_atpanic(script->L, panic);
	if (options->instructions) {
		lua_sethook(script->L, on_hook, LUA_MASKCOUNT, HOOK_STEP);
	}
	lua_pushcfunction(script->L, open_protected);
	if (lua_pcall(script->L, 0, 0, 0) != LUA_OK) {
		error_set(err, STATUS_NOMEM, "lua", "%s", lua_tostring(script->L, -1));
		script_free(script);
		return STATUS_NOMEM;
	}
	*out = script;
	return STATUS_OK;
}

void script_free(struct script *script)
{
	if (script) {
		if (script->engine_ready) {
			tensor_memory_pressure(NULL, NULL);
		}
		lua_close(script->L);
		strbuf_release(&script->line);
		free(script);
	}
}

size_t script_memory(const struct script *script, size_t *peak)
{
	if (peak) {
		*peak = script->peak;
	}
	return script->used;
}

/* ---- errors ---- */

/* Message handler: notes the line while the stack still stands, keeps strings and gives other values a text. */
static int note_error(lua_State *L)
{
	struct script *script = script_of(L);
	if (!script->stop) {
		script->stopped_at.line = 0;
		locate(L, &script->stopped_at);
	}
	if (lua_type(L, 1) == LUA_TSTRING || lua_islightuserdata(L, 1)) {
		return 1;
	}
	luaL_tolstring(L, 1, NULL);
	return 1;
}

/* "conv.lua:12: what" → line 12, "what". */
static const char *strip_position(const char *message, struct script_error *fault)
{
	const char *colon = strstr(message, ".lua:");
	const char *newline = strchr(message, '\n');
	if (!colon || (newline && newline < colon)) {
		return message;
	}
	char *end;
	long line = strtol(colon + 5, &end, 10);
	if (end == colon + 5 || *end != ':' || line <= 0) {
		return message;
	}
	size_t length = (size_t)(colon + 4 - message);
	if (length >= sizeof(fault->file)) {
		return message;
	}
	memcpy(fault->file, message, length);
	fault->file[length] = '\0';
	fault->line = (int)line;
	return end[1] == ' ' ? end + 2 : end + 1;
}

void script_explain(const char *lua_message, struct script_error *fault)
{
	const char *bare = strip_position(lua_message, fault);
	if (!explain_lua_message(bare, fault->message, sizeof(fault->message))) {
		snprintf(fault->message, sizeof(fault->message), "%s", bare);
	}
	utf8_trim_partial(fault->message);
}

const char *binding_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static bool ends_with(const char *text, const char *tail)
{
	size_t length = strlen(text), tail_length = strlen(tail);
	return tail_length && length >= tail_length &&
	       strcmp(text + length - tail_length, tail) == 0;
}

void script_describe(struct script *script, int status, struct script_error *fault)
{
	lua_State *L = script->L;
	*fault = (struct script_error){.fault = SCRIPT_FAULT_LUA};
	if (script->stop) {
		*fault = script->stopped_at;
		fault->fault = (enum script_fault)script->stop;
		snprintf(fault->message, sizeof(fault->message), "%s",
			 message(fault->fault == SCRIPT_FAULT_TIMEOUT  ? MSG_SCRIPT_TIMEOUT
				 : fault->fault == SCRIPT_FAULT_MEMORY ? MSG_SCRIPT_MEMORY
								       : MSG_SCRIPT_STOPPED));
		lua_pop(L, 1);
		return;
	}
	fault->line = script->stopped_at.line;
	memcpy(fault->file, script->stopped_at.file, sizeof(fault->file));
	const char *text = lua_tostring(L, -1);
	text = text ? text : "?";
	if (status == LUA_ERRMEM) {
		fault->fault = SCRIPT_FAULT_MEMORY;
		snprintf(fault->message, sizeof(fault->message), "%s", message(MSG_SCRIPT_MEMORY));
	} else if (ends_with(text, script->denied)) {
		fault->fault = SCRIPT_FAULT_DENIED;
	} else if (ends_with(text, script->out_of_memory)) {
		fault->fault = SCRIPT_FAULT_MEMORY;
	}
	if (!fault->message[0]) {
		script_explain(text, fault);
		if (strstr(text, "attempt to load a binary chunk")) {
			fault->fault = SCRIPT_FAULT_DENIED;
		} else if (strstr(text, "resulting string too large") ||
			   strstr(text, "string length overflow")) {
			fault->fault = SCRIPT_FAULT_MEMORY;
		}
	}
	lua_pop(L, 1);
}

bool script_call(struct script *script, int arguments, int results, struct script_error *fault)
{
	lua_State *L = script->L;
	int handler = lua_gettop(L) - arguments;
	lua_pushcfunction(L, note_error);
	lua_insert(L, handler);
	script->stopped_at = (struct script_error){0};
	int status = lua_pcall(L, arguments, results, handler);
	lua_remove(L, handler);
	if (status == LUA_OK && !script->stop) {
		return true;
	}
	if (status == LUA_OK) { /* it ended by itself while the stop was on its way */
		lua_settop(L, handler - 1);
		lua_pushnil(L);
	}
	script_describe(script, status, fault);
	return false;
}

/* ---- running ---- */

int script_load(lua_State *L, const char *name, const char *source, size_t length, int env)
{
	env = lua_absindex(L, env);
	if (length >= 3 && memcmp(source, "\xEF\xBB\xBF", 3) == 0) {
		source += 3;
		length -= 3;
	}
	if (length && source[0] == '#') { /* "#!": the line stays, empty, so that numbers hold */
		const char *line_end = memchr(source, '\n', length);
		size_t skip = line_end ? (size_t)(line_end - source) : length;
		source += skip;
		length -= skip;
	}
	lua_pushfstring(L, "@%s", binding_base_name(name));
	int status = luaL_loadbufferx(L, source, length, lua_tostring(L, -1), "t");
	lua_remove(L, -2);
	if (status == LUA_OK) {
		lua_pushvalue(L, env);
		lua_setupvalue(L, -2, 1);
	}
	return status;
}

struct run_request {
	const char *name, *source;
	size_t length;
};

/* Everything that may raise happens in here, protected. */
static int run_protected(lua_State *L)
{
	const struct run_request *request = lua_touserdata(L, 1);
	sandbox_push_globals(L);
	if (script_load(L, request->name, request->source, request->length, -1) != LUA_OK) {
		return lua_error(L);
	}
	lua_call(L, 0, 0);
	return 0;
}

bool script_run(struct script *script, const char *name, const char *source, size_t length,
		struct script_error *fault)
{
	struct run_request request = {name, source, length};
	lua_pushcfunction(script->L, run_protected);
	lua_pushlightuserdata(script->L, &request);
	bool ok = script_call(script, 1, 0, fault);
	binding_flush_log(script);
	return ok;
}
