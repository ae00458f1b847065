/* The worker's side of mundap pipeline: describes a pipeline, or runs one of its steps. */
#include "engine/lua/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "engine/lua/binding.h"
#include "engine/lua/handle.h"
#include "engine/lua/pipeline_read.h"
#include "engine/nn/files.h"

struct asking {
	const char *name, *source;
	size_t length;
	const char *request, *blob;
	size_t request_length, blob_length;
};

/* Loads the chunk and leaves the table it returned on the stack. */
static int push_pipeline(lua_State *L, const struct asking *a)
{
	sandbox_push_globals(L);
	if (script_load(L, a->name, a->source, a->length, -1) != LUA_OK) {
		return lua_error(L);
	}
	lua_call(L, 0, 1);
	return lua_gettop(L);
}

static int describe(lua_State *L)
{
	const struct asking *a = lua_touserdata(L, 1);
	int table = push_pipeline(L, a);
	json_push(L, pipeline_read(L, table));
	binding_emit(L, HOST_PIPELINE, json_push_text(L, -1, NULL), NULL, 0);
	return 0;
}

/* ---- one step ---- */

/* Pushes the value that {"kind", "at", "length"} stands for. */
static void push_value(lua_State *L, const struct asking *a, const json_t *place)
{
	const char *kind = json_string_value(json_object_get(place, "kind"));
	json_int_t at = json_integer_value(json_object_get(place, "at"));
	json_int_t length = json_integer_value(json_object_get(place, "length"));
	json_error_t why;
	struct error err = ERROR_INIT;
	if (!kind || at < 0 || length < 0 || (size_t)at > a->blob_length ||
	    (size_t)length > a->blob_length - (size_t)at) {
		luaL_error(L, "input out of bounds");
		return;
	}
	const char *bytes = a->blob + at;
	if (strcmp(kind, "file") == 0) {
		lua_pushlstring(L, bytes, (size_t)length);
	} else if (strcmp(kind, "tensor") == 0) {
		lua_pushcfunction(L, modules_require); /* makes the type known */
		lua_pushliteral(L, "tensor");
		lua_call(L, 1, 0);
		struct tensor_handle *handle = handle_new(L);
		handle_finish(L, handle, npy_read(bytes, (size_t)length, &err), &err);
	} else if (!json_push_parsed(L, bytes, (size_t)length, &why)) {
		luaL_error(L, "input is no JSON: %s", why.text);
	}
}

/* The table of inputs: a value each, or a table of all outputs of a step. */
static void push_inputs(lua_State *L, const struct asking *a, const json_t *inputs)
{
	const char *as, *output;
	json_t *place, *inner;
	lua_newtable(L);
	json_object_foreach((json_t *)(uintptr_t)inputs, as, place)
	{
		if (json_is_string(json_object_get(place, "kind"))) {
			push_value(L, a, place);
		} else {
			lua_newtable(L);
			json_object_foreach(place, output, inner)
			{
				push_value(L, a, inner);
				lua_setfield(L, -2, output);
			}
		}
		lua_setfield(L, -2, as);
	}
}

static void release_buffer(void *memory)
{
	struct strbuf *buffer = memory;
	if (buffer->text) {
		strbuf_release(buffer);
	}
}

/* Sends the output on top of the stack. */
static void send_output(lua_State *L, const char *name, const char *type)
{
	int value = lua_gettop(L);
	struct tensor *t = handle_test(L, value);
	size_t length = 0;
	const char *bytes = NULL, *kind = "json";
	if (t) {
		struct strbuf *file = binding_owner(L, sizeof(*file), release_buffer);
		struct error err = ERROR_INIT;
		strbuf_init(file);
		if (npy_write(file, t, &err) != STATUS_OK) {
			binding_raise_error(L, &err);
		}
		bytes = file->text;
		length = file->length;
		kind = "tensor";
	} else if (lua_type(L, value) == LUA_TSTRING) {
		bytes = lua_tolstring(L, value, &length);
		bool plain = utf8_valid(bytes, length) && (!type || strcmp(type, "file") != 0);
		if (plain) {
			bytes = json_push_text(L, value, &length);
		}
		kind = plain ? "json" : "file";
	} else {
		bytes = json_push_text(L, value, &length);
	}
	lua_pushfstring(L, "{\"name\":\"%s\",\"kind\":\"%s\"}", name, kind);
	binding_emit(L, HOST_ARTIFACT, lua_tostring(L, -1), bytes, length);
	lua_settop(L, value);
}

static const json_t *find_step(lua_State *L, const json_t *pipeline, const char *name,
			       lua_Integer *at)
{
	size_t i;
	json_t *step;
	json_array_foreach(json_object_get(pipeline, "steps"), i, step)
	{
		if (strcmp(json_string_value(json_object_get(step, "name")), name) == 0) {
			*at = (lua_Integer)i + 1;
			return step;
		}
	}
	binding_raise(L, message(MSG_PIPELINE_NO_STEP), name);
	return NULL;
}

static int run_step(lua_State *L)
{
	const struct asking *a = lua_touserdata(L, 1);
	json_error_t why;
	int table = push_pipeline(L, a);
	const json_t *pipeline = pipeline_read(L, table);
	if (!json_push_parsed(L, a->request, a->request_length, &why)) {
		return luaL_error(L, "request is no JSON: %s", why.text);
	}
	const json_t *request = json_check(L, -1);
	const char *name = json_string_value(json_object_get(request, "step"));
	lua_Integer at = 0;
	const json_t *step = find_step(L, pipeline, name ? name : "?", &at), *type;
	lua_getfield(L, table, "steps");
	lua_rawgeti(L, -1, at);
	lua_getfield(L, -1, "run");
	push_inputs(L, a, json_object_get(request, "inputs"));
	json_t *params = json_object_get(request, "params");
	if (json_is_object(params)) {
		json_push(L, params);
	} else {
		lua_newtable(L);
	}
	lua_newtable(L);
	lua_pushinteger(L, (lua_Integer)json_integer_value(json_object_get(request, "attempt")));
	lua_setfield(L, -2, "attempt");
	lua_pushstring(L, name);
	lua_setfield(L, -2, "step");
	lua_pushinteger(L, (lua_Integer)script_of(L)->options.seed);
	lua_setfield(L, -2, "seed");
	lua_call(L, 3, 1);
	int result = lua_gettop(L);
	pipeline_check_outputs(L, result, step);
	lua_pushnil(L);
	while (lua_next(L, result)) {
		const char *output = lua_tostring(L, -2);
		type = json_object_get(json_object_get(step, "outputs"), output);
		send_output(L, output, json_string_value(type));
		lua_pop(L, 1);
	}
	return 0;
}

bool script_pipeline(struct script *script, const char *name, const char *source, size_t length,
		     const char *request, size_t request_length, struct script_error *fault)
{
	const char *end = memchr(request, '\0', request_length);
	struct asking a = {.name = name, .source = source, .length = length, .request = request};
	a.request_length = end ? (size_t)(end - request) : request_length;
	a.blob = end ? end + 1 : request + request_length;
	a.blob_length = end ? request_length - a.request_length - 1 : 0;
	lua_pushcfunction(script->L, request_length ? run_step : describe);
	lua_pushlightuserdata(script->L, &a);
	bool ok = script_call(script, 1, 0, fault);
	binding_flush_log(script);
	return ok;
}
