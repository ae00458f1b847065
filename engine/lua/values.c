#include "engine/lua/values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/utf8.h"

#define MAX_VALUES ((int64_t)4 << 20)

static struct values *new_values(lua_State *L, int64_t rows, int64_t columns)
{
	if (rows < 0 || columns < 0 || (columns && rows > MAX_VALUES / columns)) {
		binding_raise(L, message(MSG_VALUES_TOO_MANY), (long long)MAX_VALUES);
	}
	size_t count = (size_t)(rows * columns);
	struct values *v = lua_newuserdatauv(L, sizeof(*v) + count * sizeof(double), 0);
	v->rows = rows;
	v->columns = columns;
	return v;
}

/* Reads a row of numbers from the table on top (popped) into items. */
static void read_row(lua_State *L, double *items, int64_t columns, int64_t row)
{
	if (!lua_istable(L, -1) || (int64_t)lua_rawlen(L, -1) != columns) {
		binding_raise(L, message(MSG_VALUES_ROW), (long long)row, (long long)columns);
	}
	for (int64_t j = 1; j <= columns; j++) {
		if (lua_rawgeti(L, -1, j) != LUA_TNUMBER) {
			binding_raise(L, message(MSG_VALUES_NUMBER), (long long)j,
				      luaL_typename(L, -1));
		}
		items[j - 1] = lua_tonumber(L, -1);
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
}

static const struct values *read_table(lua_State *L, int index, int dims)
{
	int64_t rows = (int64_t)lua_rawlen(L, index);
	bool nested = rows > 0 && lua_rawgeti(L, index, 1) == LUA_TTABLE;
	int64_t columns = nested ? (int64_t)lua_rawlen(L, -1) : rows;
	lua_settop(L, lua_gettop(L) - (rows > 0));
	if (!nested) {
		struct values *v = new_values(L, 1, columns);
		lua_pushvalue(L, index);
		read_row(L, v->items, columns, 1);
		return v;
	}
	struct values *v = new_values(L, rows, columns);
	for (int64_t i = 1; i <= rows; i++) {
		lua_rawgeti(L, index, i);
		read_row(L, v->items + (i - 1) * columns, columns, i);
	}
	if (dims == 1) {
		v->columns *= v->rows;
		v->rows = 1;
	}
	return v;
}

const struct values *values_check(lua_State *L, int index, int dims)
{
	index = lua_absindex(L, index);
	if (lua_istable(L, index)) {
		return read_table(L, index, dims);
	}
	int64_t rows, columns;
	if (!values_shape_of(L, index, dims, &rows, &columns)) {
		luaL_typeerror(L, index, "table or Tensor");
	}
	struct values *v = new_values(L, rows, columns);
	values_copy_tensor(L, index, v->items);
	return v;
}

/* Pushes the field; false (nothing pushed) when there is none. */
static bool push_field(lua_State *L, int index, const char *name)
{
	if (lua_isnoneornil(L, index)) {
		return false;
	}
	luaL_checktype(L, index, LUA_TTABLE);
	if (lua_getfield(L, index, name) == LUA_TNIL) {
		lua_pop(L, 1);
		return false;
	}
	return true;
}

static void wrong_field(lua_State *L, const char *name, const char *expected)
{
	binding_raise(L, message(MSG_VALUES_FIELD), name, expected, luaL_typename(L, -1));
}

double values_number_field(lua_State *L, int index, const char *name, double otherwise)
{
	if (!push_field(L, index, name)) {
		return otherwise;
	}
	if (lua_type(L, -1) != LUA_TNUMBER) {
		wrong_field(L, name, "number");
	}
	double value = lua_tonumber(L, -1);
	lua_pop(L, 1);
	return value;
}

int64_t values_integer_field(lua_State *L, int index, const char *name, int64_t otherwise)
{
	if (!push_field(L, index, name)) {
		return otherwise;
	}
	int whole;
	int64_t value = lua_tointegerx(L, -1, &whole);
	if (!whole || lua_type(L, -1) != LUA_TNUMBER) {
		wrong_field(L, name, "integer");
	}
	lua_pop(L, 1);
	return value;
}

bool values_flag_field(lua_State *L, int index, const char *name)
{
	if (!push_field(L, index, name)) {
		return false;
	}
	bool value = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return value;
}

bool values_text_field(lua_State *L, int index, const char *name, char *out, size_t size)
{
	out[0] = '\0';
	if (!push_field(L, index, name)) {
		return false;
	}
	if (lua_type(L, -1) != LUA_TSTRING) {
		wrong_field(L, name, "string");
	}
	snprintf(out, size, "%s", lua_tostring(L, -1));
	utf8_trim_partial(out);
	lua_pop(L, 1);
	return true;
}

size_t values_cut(const char *text, size_t length, int cells)
{
	size_t at = 0;
	int used = 0;
	while (at < length) {
		size_t from = at;
		used += utf8_cells(utf8_next(text, length, &at));
		if (used > cells) {
			return from;
		}
	}
	return length;
}
