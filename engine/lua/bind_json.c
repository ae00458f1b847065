#include "engine/lua/bind_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "engine/lua/bind_mlops.h"
#include "engine/lua/handle.h"

#define DEEPEST 100

static void push_value(lua_State *L, const json_t *json, int depth)
{
	luaL_checkstack(L, 4, "json");
	if (depth > DEEPEST) {
		binding_raise(L, "%s", message(MSG_MLOPS_JSON_DEEP));
	}
	switch (json_typeof(json)) {
	case JSON_OBJECT: {
		const char *name;
		json_t *value;
		lua_createtable(L, 0, (int)json_object_size(json));
		json_object_foreach((json_t *)(uintptr_t)json, name, value)
		{
			push_value(L, value, depth + 1);
			lua_setfield(L, -2, name);
		}
		break;
	}
	case JSON_ARRAY:
		lua_createtable(L, (int)json_array_size(json), 0);
		for (size_t i = 0; i < json_array_size(json); i++) {
			push_value(L, json_array_get(json, i), depth + 1);
			lua_rawseti(L, -2, (lua_Integer)i + 1);
		}
		break;
	case JSON_STRING:
		lua_pushlstring(L, json_string_value(json), json_string_length(json));
		break;
	case JSON_INTEGER:
		lua_pushinteger(L, (lua_Integer)json_integer_value(json));
		break;
	case JSON_REAL:
		lua_pushnumber(L, json_real_value(json));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		lua_pushboolean(L, json_is_true(json));
		break;
	default:
		lua_pushnil(L);
	}
}

void json_push(lua_State *L, const json_t *json)
{
	push_value(L, json, 0);
}

struct holder {
	json_t *json;
};

static void release_holder(void *memory)
{
	json_decref(((struct holder *)memory)->json);
}

static json_t *from_value(lua_State *L, int index, int depth);

/* Children are put into their parent before they are filled, so that what raises leaks nothing. */
static void fill_object(lua_State *L, json_t *object, int index, int depth);

static void fill(lua_State *L, json_t *json, int index, int depth)
{
	if (json_is_array(json)) {
		lua_Unsigned count = lua_rawlen(L, index);
		for (lua_Unsigned i = 1; i <= count; i++) {
			lua_rawgeti(L, index, (lua_Integer)i);
			json_t *value = from_value(L, lua_gettop(L), depth + 1);
			json_array_append_new(json, value);
			fill(L, value, lua_gettop(L), depth + 1);
			lua_pop(L, 1);
		}
	} else if (json_is_object(json)) {
		fill_object(L, json, index, depth);
	}
}

static void fill_object(lua_State *L, json_t *object, int index, int depth)
{
	lua_pushnil(L);
	while (lua_next(L, index)) {
		size_t length;
		const char *name =
			lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &length) : NULL;
		if (!name || !utf8_valid(name, length) || strlen(name) != length) {
			binding_raise(L, "%s", message(MSG_MLOPS_JSON_KEY));
		}
		json_t *value = from_value(L, lua_gettop(L), depth + 1);
		json_object_set_new(object, name, value);
		fill(L, value, lua_gettop(L), depth + 1);
		lua_pop(L, 1);
	}
}

/* A new value; lists and objects come empty. A tensor at index is replaced by its nested tables. */
static json_t *from_value(lua_State *L, int index, int depth)
{
	size_t length;
	const char *text;
	luaL_checkstack(L, 6, "json");
	if (depth > DEEPEST) {
		binding_raise(L, "%s", message(MSG_MLOPS_JSON_DEEP));
	}
	if (handle_test(L, index)) {
		handle_to_table(L, handle_test(L, index));
		lua_replace(L, index);
	}
	switch (lua_type(L, index)) {
	case LUA_TNIL:
		return json_null();
	case LUA_TBOOLEAN:
		return json_boolean(lua_toboolean(L, index));
	case LUA_TNUMBER:
		if (lua_isinteger(L, index)) {
			return json_integer((json_int_t)lua_tointeger(L, index));
		}
		if (!isfinite(lua_tonumber(L, index))) {
			binding_raise(L, "%s", message(MSG_MLOPS_JSON_FINITE));
		}
		return json_real(lua_tonumber(L, index));
	case LUA_TSTRING:
		text = lua_tolstring(L, index, &length);
		if (!utf8_valid(text, length)) {
			binding_raise(L, "%s", message(MSG_MLOPS_JSON_TEXT));
		}
		return json_stringn(text, length);
	case LUA_TTABLE: {
		bool list = lua_rawlen(L, index) > 0;
		if (!list) {
			lua_pushnil(L);
			list = !lua_next(L, index);
			lua_pop(L, list ? 0 : 2);
		}
		return list ? json_array() : json_object();
	}
	default:
		binding_raise(L, message(MSG_MLOPS_JSON_VALUE), luaL_typename(L, index));
		return NULL;
	}
}

json_t *json_check(lua_State *L, int index)
{
	index = lua_absindex(L, index);
	struct holder *holder = binding_owner(L, sizeof(*holder), release_holder);
	lua_pushvalue(L, index);
	holder->json = from_value(L, lua_gettop(L), 0);
	fill(L, holder->json, lua_gettop(L), 0);
	lua_pop(L, 1);
	return holder->json;
}

struct text_holder {
	char *text;
};

static void release_text(void *memory)
{
	free(((struct text_holder *)memory)->text);
}

const char *json_push_text(lua_State *L, int index, size_t *length)
{
	index = lua_absindex(L, index);
	struct text_holder *holder = binding_owner(L, sizeof(*holder), release_text);
	const json_t *json = json_check(L, index);
	holder->text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
	if (!holder->text) {
		const struct error err = {STATUS_NOMEM, "json", "out of memory"};
		binding_raise_error(L, &err);
	}
	lua_pushstring(L, holder->text);
	lua_replace(L, -3); /* the text in place of its holder */
	lua_pop(L, 1);
	return lua_tolstring(L, -1, length);
}

bool json_push_parsed(lua_State *L, const char *text, size_t length, json_error_t *why)
{
	struct holder *holder = binding_owner(L, sizeof(*holder), release_holder);
	holder->json = json_loadb(text, length, JSON_DECODE_ANY, why);
	if (!holder->json) {
		lua_pop(L, 1);
		return false;
	}
	json_push(L, holder->json);
	lua_remove(L, -2);
	return true;
}

static int encode(lua_State *L)
{
	luaL_checkany(L, 1);
	json_push_text(L, 1, NULL);
	return 1;
}

/* Wrong JSON is the environment's failure: nil and why. */
static int decode(lua_State *L)
{
	size_t length;
	const char *text = luaL_checklstring(L, 1, &length);
	json_error_t why;
	if (!json_push_parsed(L, text, length, &why)) {
		lua_pushnil(L);
		lua_pushfstring(L, "%d:%d: %s", why.line, why.column, why.text);
		return 2;
	}
	return 1;
}

const struct binding bind_json[] = {
	{"encode", encode, "value: any", "string",
	 "값을 JSON 글로 바꿉니다. 빈 표는 []가 되고 이름은 가나다순입니다.", 0},
	{"decode", decode, "text: string", "any, string?",
	 "JSON 글을 값으로 읽습니다. JSON이 아니면 nil과 까닭을 돌려줍니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
