#include "engine/lua/pipeline_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/lua/bind_mlops.h"
#include "engine/lua/handle.h"
#include "engine/lua/values.h"
#include "engine/mlops/dag.h"

#define MOST_STEPS 100
#define MOST_NEEDS 50

static const char *const types[] = {"number", "integer", "string", "boolean", "list",
				    "table",  "tensor",  "file",   "any",     NULL};

struct holder {
	json_t *json;
	struct dag_step *steps;
	const char **needs;
	size_t *order;
};

static void release(void *memory)
{
	struct holder *h = memory;
	json_decref(h->json);
	free(h->steps);
	free(h->needs);
	free(h->order);
}

static void add_need(json_t *needs, const char *name, size_t length)
{
	size_t i;
	json_t *have;
	json_array_foreach(needs, i, have)
	{
		if (json_string_length(have) == length &&
		    memcmp(json_string_value(have), name, length) == 0) {
			return;
		}
	}
	json_array_append_new(needs, json_stringn(name, length));
}

/* Texts of the list in the field of the step at index. */
static json_t *text_list(lua_State *L, int index, const char *field, const char *step)
{
	json_t *list = NULL;
	if (lua_getfield(L, index, field) == LUA_TTABLE) {
		for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, -1); i++) {
			if (lua_rawgeti(L, -1, i) != LUA_TSTRING || i > MOST_NEEDS) {
				json_decref(list);
				binding_raise(L, message(MSG_PIPELINE_FIELD), step, field);
			}
			list = list ? list : json_array();
			json_array_append_new(list, json_string(lua_tostring(L, -1)));
			lua_pop(L, 1);
		}
		list = list ? list : json_array();
	} else if (!lua_isnil(L, -1)) {
		binding_raise(L, message(MSG_PIPELINE_FIELD), step, field);
	}
	lua_pop(L, 1);
	return list;
}

/* Texts by name of the table in a field; checked by good. */
static void text_map(lua_State *L, int index, const char *field, const char *step, json_t *out)
{
	if (lua_getfield(L, index, field) == LUA_TTABLE) {
		lua_pushnil(L);
		while (lua_next(L, -2)) {
			if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING) {
				binding_raise(L, message(MSG_PIPELINE_FIELD), step, field);
			}
			json_object_set_new(out, lua_tostring(L, -2),
					    json_string(lua_tostring(L, -1)));
			lua_pop(L, 1);
		}
	} else if (!lua_isnil(L, -1)) {
		binding_raise(L, message(MSG_PIPELINE_FIELD), step, field);
	}
	lua_pop(L, 1);
}

static double number_field(lua_State *L, int index, const char *field, double otherwise, double low,
			   double high, const char *step)
{
	double value = values_number_field(L, index, field, otherwise);
	if (!(value >= low && value <= high)) {
		binding_raise(L, message(MSG_PIPELINE_NUMBER), step, field, low, high);
	}
	return value;
}

static void check_names(lua_State *L, int index, const char *const *known, const char *where)
{
	lua_pushnil(L);
	while (lua_next(L, index)) {
		const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
		size_t i = 0;
		while (known[i] && strcmp(known[i], name) != 0) {
			i++;
		}
		if (!known[i]) {
			binding_raise(L, message(MSG_PIPELINE_UNKNOWN), where, name);
		}
		lua_pop(L, 1);
	}
}

/* Inputs name a step or an output of one; each such step is needed. */
static void needs_of_inputs(json_t *step)
{
	json_t *needs = json_object_get(step, "needs"), *from;
	const char *as;
	json_object_foreach(json_object_get(step, "inputs"), as, from)
	{
		const char *text = json_string_value(from);
		add_need(needs, text, strcspn(text, "."));
	}
}

static void check_output_types(lua_State *L, const json_t *step, const char *name)
{
	const char *output;
	json_t *type;
	json_object_foreach(json_object_get(step, "outputs"), output, type)
	{
		int i = 0;
		while (types[i] && strcmp(types[i], json_string_value(type)) != 0) {
			i++;
		}
		if (!types[i]) {
			binding_raise(L, message(MSG_PIPELINE_TYPE_NAME), name, output,
				      json_string_value(type));
		}
	}
}

/* Appends the description of the step at index to the list; the list owns it before anything may raise. */
static void read_step(lua_State *L, int index, json_t *list)
{
	static const char *const fields[] = {"name",      "needs",   "inputs",  "outputs",
					     "params",    "retries", "backoff", "timeout",
					     "memory_mb", "run",     NULL};
	json_t *step = json_object();
	json_array_append_new(list, step);
	luaL_checktype(L, index, LUA_TTABLE);
	lua_getfield(L, index, "name");
	const char *name = mlops_text(L, lua_gettop(L), "name", 60);
	if (strpbrk(name, ". /\\\"\n")) {
		binding_raise(L, message(MSG_PIPELINE_NAME), name);
	}
	check_names(L, index, fields, name);
	json_object_set_new(step, "name", json_string(name));
	json_t *needs = text_list(L, index, "needs", name);
	json_object_set_new(step, "needs", needs ? needs : json_array());
	json_object_set_new(step, "inputs", json_object());
	json_object_set_new(step, "outputs", json_object());
	text_map(L, index, "inputs", name, json_object_get(step, "inputs"));
	text_map(L, index, "outputs", name, json_object_get(step, "outputs"));
	check_output_types(L, step, name);
	json_t *params = text_list(L, index, "params", name);
	json_object_set_new(step, "params", params ? params : json_null());
	if (json_object_size(json_object_get(step, "inputs")) == 0) {
		/* Without inputs named, each need is one, whole. */
		size_t i;
		json_t *need;
		json_array_foreach(json_object_get(step, "needs"), i, need)
		{
			json_object_set(json_object_get(step, "inputs"), json_string_value(need),
					need);
		}
	}
	needs_of_inputs(step);
	json_object_set_new(
		step, "retries",
		json_integer((json_int_t)number_field(L, index, "retries", 0, 0, 100, name)));
	json_object_set_new(step, "backoff",
			    json_real(number_field(L, index, "backoff", 1, 0, 3600, name)));
	json_object_set_new(step, "timeout",
			    json_real(number_field(L, index, "timeout", 60, 0.01, 86400, name)));
	json_object_set_new(step, "memory_mb",
			    json_integer((json_int_t)number_field(L, index, "memory_mb", 1024, 16,
								  65536, name)));
	if (lua_getfield(L, index, "run") != LUA_TFUNCTION) {
		binding_raise(L, message(MSG_PIPELINE_RUN), name);
	}
	lua_Debug where;
	lua_getinfo(L, ">S", &where); /* pops the function */
	json_object_set_new(step, "first", json_integer(where.linedefined));
	json_object_set_new(step, "last", json_integer(where.lastlinedefined));
	lua_pop(L, 1);
}

/* An input "step.output" must be one that the step says it gives, when it says. */
static void check_inputs(lua_State *L, const json_t *list)
{
	size_t i, k;
	json_t *step, *other, *from;
	const char *as;
	json_array_foreach(list, i, step)
	{
		json_object_foreach(json_object_get(step, "inputs"), as, from)
		{
			const char *text = json_string_value(from), *dot = strchr(text, '.');
			json_array_foreach(list, k, other)
			{
				const char *name =
					json_string_value(json_object_get(other, "name"));
				json_t *outputs = json_object_get(other, "outputs");
				if (dot && strlen(name) == (size_t)(dot - text) &&
				    strncmp(name, text, strlen(name)) == 0 &&
				    json_object_size(outputs) &&
				    !json_object_get(outputs, dot + 1)) {
					binding_raise(
						L, message(MSG_PIPELINE_NO_OUTPUT),
						json_string_value(json_object_get(step, "name")),
						text);
				}
			}
		}
	}
}

static void set_order(lua_State *L, struct holder *h, const json_t *list)
{
	size_t count = json_array_size(list), needs = 0, i, k;
	json_t *step, *need, *order = json_array();
	struct error err = ERROR_INIT;
	json_object_set_new(h->json, "order", order);
	json_array_foreach(list, i, step)
	{
		needs += json_array_size(json_object_get(step, "needs"));
	}
	h->steps = calloc(count + 1, sizeof *h->steps);
	h->needs = calloc(needs + 1, sizeof *h->needs);
	h->order = calloc(count + 1, sizeof *h->order);
	if (!h->steps || !h->needs || !h->order) {
		error_set(&err, STATUS_NOMEM, "pipeline", "out of memory");
		binding_raise_error(L, &err);
	}
	needs = 0;
	json_array_foreach(list, i, step)
	{
		json_t *names = json_object_get(step, "needs");
		h->steps[i] = (struct dag_step){json_string_value(json_object_get(step, "name")),
						h->needs + needs, json_array_size(names)};
		json_array_foreach(names, k, need)
		{
			h->needs[needs++] = json_string_value(need);
		}
	}
	if (dag_order(h->order, h->steps, count, &err) != STATUS_OK) {
		binding_raise(L, "%s", err.message);
	}
	for (i = 0; i < count; i++) {
		json_array_append_new(order, json_integer((json_int_t)h->order[i]));
	}
}

const json_t *pipeline_read(lua_State *L, int index)
{
	static const char *const fields[] = {"name", "params", "steps", "summary", NULL};
	index = lua_absindex(L, index);
	struct holder *h = binding_owner(L, sizeof(*h), release);
	int owner = lua_gettop(L);
	h->json = json_object();
	if (!lua_istable(L, index)) {
		binding_raise(L, "%s", message(MSG_PIPELINE_NO_TABLE));
	}
	check_names(L, index, fields, "pipeline");
	lua_getfield(L, index, "name");
	const char *name = mlops_text(L, lua_gettop(L), "name", 60);
	if (name[strspn(name,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")] ||
	    *name == '.') {
		binding_raise(L, message(MSG_REGISTRY_BAD_NAME), name);
	}
	json_object_set_new(h->json, "name", json_string(name));
	if (lua_getfield(L, index, "params") == LUA_TTABLE && lua_rawlen(L, -1) == 0) {
		lua_pushnil(L);
		bool any = lua_next(L, -2);
		lua_pop(L, any ? 2 : 0);
		json_object_set_new(h->json, "params",
				    any ? json_deep_copy(json_check(L, -1)) : json_object());
	} else {
		json_object_set_new(h->json, "params", json_object());
	}
	json_t *list = json_array();
	json_object_set_new(h->json, "steps", list);
	lua_settop(L, owner);
	if (lua_getfield(L, index, "steps") != LUA_TTABLE || lua_rawlen(L, -1) == 0 ||
	    lua_rawlen(L, -1) > MOST_STEPS) {
		binding_raise(L, message(MSG_PIPELINE_STEPS), MOST_STEPS);
	}
	int steps = lua_gettop(L);
	for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, steps); i++) {
		lua_rawgeti(L, steps, i);
		read_step(L, lua_gettop(L), list);
		lua_settop(L, steps);
	}
	check_inputs(L, list);
	set_order(L, h, list);
	lua_settop(L, owner);
	return h->json;
}

static bool has_type(lua_State *L, int index, const char *type)
{
	bool tensor = handle_test(L, index) != NULL;
	switch (lua_type(L, index)) {
	case LUA_TNUMBER:
		return strcmp(type, "number") == 0 ||
		       (strcmp(type, "integer") == 0 && lua_isinteger(L, index));
	case LUA_TSTRING:
		return strcmp(type, "string") == 0 || strcmp(type, "file") == 0;
	case LUA_TBOOLEAN:
		return strcmp(type, "boolean") == 0;
	case LUA_TTABLE:
		if (strcmp(type, "list") == 0) {
			lua_pushnil(L);
			bool empty = !lua_next(L, index);
			lua_pop(L, empty ? 0 : 2);
			return empty || lua_rawlen(L, index) > 0;
		}
		return strcmp(type, "table") == 0;
	default:
		return tensor && strcmp(type, "tensor") == 0;
	}
}

void pipeline_check_type(lua_State *L, int index, const char *step, const char *what,
			 const char *type)
{
	bool nothing = lua_isnil(L, index);
	if (nothing || (strcmp(type, "any") != 0 && !has_type(L, index, type))) {
		binding_raise(L, message(MSG_PIPELINE_TYPE), step, what, type,
			      handle_test(L, index) ? "tensor" : luaL_typename(L, index));
	}
}

void pipeline_check_outputs(lua_State *L, int index, const json_t *step)
{
	const char *name = json_string_value(json_object_get(step, "name")), *output;
	json_t *outputs = json_object_get(step, "outputs"), *type;
	if (lua_isnil(L, index)) {
		lua_newtable(L);
		lua_replace(L, index);
	}
	if (!lua_istable(L, index)) {
		binding_raise(L, message(MSG_PIPELINE_RETURN), name, luaL_typename(L, index));
	}
	json_object_foreach(outputs, output, type)
	{
		lua_getfield(L, index, output);
		pipeline_check_type(L, lua_gettop(L), name, output, json_string_value(type));
		lua_pop(L, 1);
	}
	lua_pushnil(L);
	while (lua_next(L, index)) {
		const char *given = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
		if (lua_type(L, -2) != LUA_TSTRING || strpbrk(given, ". /\\\"\n") ||
		    (json_object_size(outputs) && !json_object_get(outputs, given))) {
			binding_raise(L, message(MSG_PIPELINE_UNKNOWN), name, given);
		}
		lua_pop(L, 1);
	}
}
