/* Tensors where any value may stand: checks, charts, pictures. */
#include <math.h>
#include <stdio.h>

#include "engine/lua/handle.h"
#include "engine/lua/values.h"

/* The tensor at index without raising: NULL when it is none, or closed. */
static struct tensor *peek(lua_State *L, int index)
{
	struct tensor_handle *handle = luaL_testudata(L, index, TENSOR_KEY);
	return handle ? handle->t : NULL;
}

bool binding_describe_tensor(lua_State *L, int index, char *out, size_t size)
{
	struct tensor *t = peek(L, index);
	if (!t) {
		return false;
	}
	char shape[TENSOR_SHAPE_TEXT];
	if (tensor_numel(t) == 1) {
		snprintf(out, size, "Tensor %.6g", tensor_item(t));
	} else {
		snprintf(out, size, "Tensor %s", tensor_shape_text(t, shape));
	}
	return true;
}

bool binding_tensors_equal(lua_State *L, int a, int b, bool *equal)
{
	struct tensor *x = peek(L, a), *y = peek(L, b);
	if (!x && !y) {
		return false;
	}
	*equal = x && y && tensor_same_shape(x, y) && tensor_max_abs_diff(x, y) == 0;
	return true;
}

bool binding_tensor_difference(lua_State *L, int actual, int expected, double *largest, char *why,
			       size_t size)
{
	struct tensor *a = peek(L, actual), *e = peek(L, expected);
	if (!a && !e) {
		return false;
	}
	int top = lua_gettop(L);
	char got[64], wanted[64];
	/* A number or nested table may stand for either side. */
	if (!a && (lua_istable(L, actual) || lua_type(L, actual) == LUA_TNUMBER)) {
		lua_pushvalue(L, actual);
		a = handle_coerce(L, -1);
	}
	if (!e && (lua_istable(L, expected) || lua_type(L, expected) == LUA_TNUMBER)) {
		lua_pushvalue(L, expected);
		e = handle_coerce(L, -1);
	}
	if (!a || !e) {
		if (!a) {
			snprintf(got, sizeof(got), "%s", luaL_typename(L, actual));
		} else {
			binding_describe_tensor(L, actual, got, sizeof(got));
		}
		if (!e || !binding_describe_tensor(L, expected, wanted, sizeof(wanted))) {
			snprintf(wanted, sizeof(wanted), "%s", luaL_typename(L, expected));
		}
		snprintf(why, size, message(MSG_CHECK_KIND), got, wanted);
		*largest = -1;
	} else if (!tensor_same_shape(a, e) && !(tensor_numel(a) == 1 && tensor_numel(e) == 1)) {
		char ta[TENSOR_SHAPE_TEXT], te[TENSOR_SHAPE_TEXT];
		snprintf(why, size, message(MSG_CHECK_SHAPE), tensor_shape_text(a, ta),
			 tensor_shape_text(e, te));
		*largest = -1;
	} else {
		double d = tensor_same_shape(a, e) ? tensor_max_abs_diff(a, e)
						   : fabs(tensor_item(a) - tensor_item(e));
		*largest = isnan(d) ? INFINITY : d;
	}
	lua_settop(L, top);
	return true;
}

void binding_seed_engine(uint64_t seed)
{
	tensor_seed(seed);
}

/* Copies a tensor into a values block made by the caller's shape rules. */
bool values_shape_of(lua_State *L, int index, int dims, int64_t *rows, int64_t *columns)
{
	struct tensor *t = handle_test(L, index);
	if (!t) {
		return false;
	}
	int64_t count = tensor_numel(t);
	if (dims == 1) {
		*rows = 1;
		*columns = count;
		return true;
	}
	/* leading dimensions of size 1 do not matter: [1, 28, 28] is a picture */
	int extra = 0;
	while (extra < t->dims - 2 && t->shape[extra] == 1) {
		extra++;
	}
	if (t->dims - extra > 2 || t->dims == 0) {
		char shape[TENSOR_SHAPE_TEXT];
		binding_raise(L, message(MSG_VALUES_MATRIX), tensor_shape_text(t, shape));
	}
	*rows = t->dims - extra == 2 ? t->shape[t->dims - 2] : 1;
	*columns = t->shape[t->dims - 1];
	return true;
}

void values_copy_tensor(lua_State *L, int index, double *items)
{
	struct tensor *t = handle_check(L, index);
	int64_t count = tensor_numel(t);
	for (int64_t i = 0; i < count; i++) {
		items[i] = tensor_get(t, i);
	}
}

double values_scalar(lua_State *L, int index)
{
	struct tensor *t = handle_test(L, index);
	if (!t) {
		return luaL_checknumber(L, index);
	}
	if (tensor_numel(t) != 1) {
		char shape[TENSOR_SHAPE_TEXT];
		binding_raise(L, message(MSG_BIND_ITEM), tensor_shape_text(t, shape));
	}
	return tensor_get(t, 0);
}

/* [N,1,H,W] and [N,H,W] are N pictures, [H,W] is one. */
static bool picture_shape(const struct tensor *t, int64_t *count, int64_t *height, int64_t *width)
{
	bool channel = t->dims == 4 && t->shape[1] == 1;
	if (t->dims != 2 && t->dims != 3 && !channel) {
		return false;
	}
	*count = t->dims == 2 ? 1 : t->shape[0];
	*height = t->shape[t->dims - 2];
	*width = t->shape[t->dims - 1];
	return true;
}

const double *values_pictures(lua_State *L, int index, int64_t max, int64_t *count, int64_t *height,
			      int64_t *width)
{
	const int64_t limit = (int64_t)4 << 20;
	struct tensor *t = handle_test(L, index);
	char shape[TENSOR_SHAPE_TEXT];
	if (t) {
		if (!picture_shape(t, count, height, width)) {
			binding_raise(L, message(MSG_VALUES_PICTURES), tensor_shape_text(t, shape));
		}
		*count = *count > max ? max : *count;
	} else {
		luaL_checktype(L, index, LUA_TTABLE);
		*count = (int64_t)lua_rawlen(L, index);
		*count = *count > max ? max : *count;
		lua_rawgeti(L, index, 1);
		const struct values *first = *count ? values_check(L, lua_gettop(L), 2) : NULL;
		*height = first ? first->rows : 0;
		*width = first ? first->columns : 0;
	}
	if (*height > 4096 || *width > 4096 || *count * *height * *width > limit) {
		binding_raise(L, message(MSG_VALUES_TOO_MANY), (long long)limit);
	}
	int64_t size = *height * *width;
	double *items = lua_newuserdatauv(L, sizeof(double) * (size_t)(*count * size + 1), 0);
	for (int64_t i = 0; t && i < *count * size; i++) {
		items[i] = tensor_get(t, i);
	}
	for (int64_t i = 0; !t && i < *count; i++) {
		lua_rawgeti(L, index, i + 1);
		const struct values *v = values_check(L, lua_gettop(L), 2);
		if (v->rows != *height || v->columns != *width) {
			binding_raise(L, message(MSG_VALUES_ROW), (long long)i + 1,
				      (long long)*width);
		}
		for (int64_t j = 0; j < size; j++) {
			items[i * size + j] = v->items[j];
		}
		lua_pop(L, 2);
	}
	return items;
}
