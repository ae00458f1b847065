#include "engine/lua/handle.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MB ((size_t)1 << 20)
#define MAX_TABLE ((int64_t)4 << 20) /* values that go into or out of tables */

struct tensor_handle *handle_new(lua_State *L)
{
	struct tensor_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 0);
	handle->t = NULL;
	luaL_setmetatable(L, TENSOR_KEY);
	return handle;
}

int handle_finish(lua_State *L, struct tensor_handle *handle, struct tensor *t,
		  const struct error *err)
{
	if (!t) {
		return binding_raise_error(L, err);
	}
	handle->t = t;
	handle_collect(L);
	return 1;
}

void handle_push(lua_State *L, struct tensor *t)
{
	if (t) {
		struct tensor_handle *handle = handle_new(L);
		handle->t = tensor_ref(t);
	} else {
		lua_pushnil(L);
	}
}

struct tensor *handle_test(lua_State *L, int index)
{
	struct tensor_handle *handle = luaL_testudata(L, index, TENSOR_KEY);
	if (handle && !handle->t) {
		binding_raise(L, "%s", message(MSG_BIND_CLOSED));
	}
	return handle ? handle->t : NULL;
}

struct tensor *handle_check(lua_State *L, int index)
{
	luaL_checkudata(L, index, TENSOR_KEY);
	return handle_test(L, index);
}

struct tensor *handle_coerce(lua_State *L, int index)
{
	index = lua_absindex(L, index);
	struct tensor *t = handle_test(L, index);
	if (t) {
		return t;
	}
	if (lua_type(L, index) == LUA_TNUMBER) {
		struct tensor_handle *handle = handle_new(L);
		struct error err = ERROR_INIT;
		handle_finish(L, handle, tensor_scalar(lua_tonumber(L, index), &err), &err);
		lua_replace(L, index);
		return handle->t;
	}
	if (lua_istable(L, index)) {
		t = handle_from_table(L, index, DTYPE_F32);
		lua_replace(L, index);
		return t;
	}
	luaL_typeerror(L, index, "Tensor");
	return NULL;
}

void handle_collect(lua_State *L)
{
	struct script *script = script_of(L);
	struct tensor_memory memory = tensor_memory_usage();
	if (memory.live_bytes < script->tensor_threshold) {
		return;
	}
	lua_gc(L, LUA_GCCOLLECT);
	size_t live = tensor_memory_usage().live_bytes;
	size_t next = live * 2 > 64 * MB ? live * 2 : 64 * MB;
	if (memory.limit_bytes && next > memory.limit_bytes) { /* near the limit: look more often */
		next = live + (memory.limit_bytes -
			       (live < memory.limit_bytes ? live : memory.limit_bytes)) /
				      4;
	}
	script->tensor_threshold = next;
}

/* ---- shapes and indices ---- */

int handle_shape(lua_State *L, int first, int64_t shape[TENSOR_MAX_DIMS])
{
	bool table = lua_istable(L, first);
	int count = table ? (int)lua_rawlen(L, first) : lua_gettop(L) - first + 1;
	if (count > TENSOR_MAX_DIMS) {
		binding_raise(L, message(MSG_BIND_TOO_MANY_DIMS), count, TENSOR_MAX_DIMS);
	}
	for (int i = 0; i < count; i++) {
		int at = first + i;
		if (table) {
			lua_rawgeti(L, first, i + 1);
			at = lua_gettop(L);
		}
		int whole;
		shape[i] = lua_tointegerx(L, at, &whole);
		if (!whole || lua_type(L, at) != LUA_TNUMBER) {
			binding_raise(L, message(MSG_BIND_SHAPE), i + 1,
				      luaL_tolstring(L, at, NULL));
		}
		if (table) {
			lua_pop(L, 1);
		}
	}
	return count < 0 ? 0 : count;
}

int handle_dim(lua_State *L, int64_t given, const struct tensor *t, int extra)
{
	int dims = t->dims + extra;
	if (given >= 1 && given <= dims) {
		return (int)given - 1;
	}
	if (given < 0 && given >= -dims) {
		return (int)given + dims;
	}
	char text[TENSOR_SHAPE_TEXT];
	binding_raise(L, message(MSG_BIND_DIM), (long long)given, tensor_shape_text(t, text));
	return 0;
}

int64_t handle_index(lua_State *L, int64_t given, int64_t size)
{
	if (given >= 1 && given <= size) {
		return given - 1;
	}
	if (given < 0 && given >= -size) {
		return given + size;
	}
	binding_raise(L, message(MSG_BIND_INDEX), (long long)given, (long long)size);
	return 0;
}

/* ---- tables ---- */

/* The shape a nested table has along its first entries. */
static int table_shape(lua_State *L, int index, int64_t shape[TENSOR_MAX_DIMS])
{
	int dims = 0;
	lua_pushvalue(L, index);
	while (lua_istable(L, -1)) {
		if (dims == TENSOR_MAX_DIMS) {
			binding_raise(L, message(MSG_BIND_TOO_MANY_DIMS), dims + 1,
				      TENSOR_MAX_DIMS);
		}
		shape[dims++] = (int64_t)lua_rawlen(L, -1);
		lua_rawgeti(L, -1, 1);
		lua_remove(L, -2);
	}
	lua_pop(L, 1);
	return dims;
}

struct filling {
	struct tensor *t;
	int64_t next;
	int64_t path[TENSOR_MAX_DIMS];
};

static void raise_at(lua_State *L, const struct filling *f, int depth, const char *what)
{
	char place[128] = "";
	size_t used = 0;
	for (int i = 0; i < depth; i++) {
		used += (size_t)snprintf(place + used, sizeof(place) - used, "[%lld]",
					 (long long)f->path[i]);
		if (used >= sizeof(place)) {
			break;
		}
	}
	binding_raise(L, message(MSG_BIND_TABLE), place, what);
}

/* Copies the value on top (popped) into the tensor at depth. */
static void fill_from(lua_State *L, struct filling *f, int depth)
{
	const struct tensor *t = f->t;
	if (depth == t->dims) {
		if (lua_type(L, -1) == LUA_TBOOLEAN) {
			tensor_set(f->t, f->next++, lua_toboolean(L, -1));
		} else if (lua_type(L, -1) == LUA_TNUMBER) {
			tensor_set(f->t, f->next++, lua_tonumber(L, -1));
		} else {
			raise_at(L, f, depth, luaL_typename(L, -1));
		}
		lua_pop(L, 1);
		return;
	}
	if (!lua_istable(L, -1) || (int64_t)lua_rawlen(L, -1) != t->shape[depth]) {
		raise_at(L, f, depth, message(MSG_BIND_UNEVEN));
	}
	luaL_checkstack(L, 3, NULL);
	for (int64_t i = 1; i <= t->shape[depth]; i++) {
		f->path[depth] = i;
		lua_rawgeti(L, -1, i);
		fill_from(L, f, depth + 1);
	}
	lua_pop(L, 1);
}

struct tensor *handle_from_table(lua_State *L, int index, enum dtype dtype)
{
	int64_t shape[TENSOR_MAX_DIMS];
	index = lua_absindex(L, index);
	int dims = table_shape(L, index, shape);
	int64_t count = 1;
	for (int d = 0; d < dims; d++) {
		if (shape[d] && count > MAX_TABLE / shape[d]) {
			binding_raise(L, message(MSG_VALUES_TOO_MANY), (long long)MAX_TABLE);
		}
		count *= shape[d];
	}
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	handle_finish(L, handle, tensor_new(dtype, dims, shape, &err), &err);
	struct filling f = {.t = handle->t};
	lua_pushvalue(L, index);
	fill_from(L, &f, 0);
	return handle->t;
}

static void push_number(lua_State *L, const struct tensor *t, int64_t i)
{
	double value = tensor_get(t, i);
	if (t->dtype == DTYPE_F32 || t->dtype == DTYPE_F64) {
		lua_pushnumber(L, value);
	} else {
		lua_pushinteger(L, (lua_Integer)value);
	}
}

static void push_part(lua_State *L, const struct tensor *t, int depth, int64_t *next)
{
	if (depth == t->dims) {
		push_number(L, t, (*next)++);
		return;
	}
	luaL_checkstack(L, 3, NULL);
	lua_createtable(L, (int)t->shape[depth], 0);
	for (int64_t i = 1; i <= t->shape[depth]; i++) {
		push_part(L, t, depth + 1, next);
		lua_rawseti(L, -2, i);
	}
}

void handle_to_table(lua_State *L, const struct tensor *t)
{
	if (tensor_numel(t) > MAX_TABLE) {
		binding_raise(L, message(MSG_VALUES_TOO_MANY), (long long)MAX_TABLE);
	}
	int64_t next = 0;
	push_part(L, t, 0, &next);
}

/* ---- text ---- */

#define EDGE 3 /* entries shown at each end of a long dimension */
#define SHORT 8 /* a dimension up to this is shown whole */

static void add_value(luaL_Buffer *b, const struct tensor *t, int64_t i)
{
	char text[48];
	double value = tensor_get(t, i);
	if (t->dtype != DTYPE_F32 && t->dtype != DTYPE_F64) {
		snprintf(text, sizeof(text), "%lld", (long long)value);
	} else if (value != 0 && (fabs(value) >= 1e6 || fabs(value) < 1e-4)) {
		snprintf(text, sizeof(text), "%.4g", value);
	} else {
		snprintf(text, sizeof(text), "%.4f", value);
	}
	luaL_addstring(b, text);
}

static void add_part(luaL_Buffer *b, const struct tensor *t, int depth, int64_t first)
{
	if (depth == t->dims) {
		add_value(b, t, first);
		return;
	}
	int64_t size = t->shape[depth], inner = 1;
	for (int d = depth + 1; d < t->dims; d++) {
		inner *= t->shape[d];
	}
	bool whole = size <= (depth == t->dims - 1 ? 2 * SHORT : SHORT);
	luaL_addchar(b, '[');
	for (int64_t i = 0; i < size; i++) {
		if (!whole && i == EDGE) {
			luaL_addstring(b, ", …");
			i = size - EDGE;
		}
		if (i > 0) {
			luaL_addstring(b, ", ");
		}
		if (i > 0 && depth < t->dims - 1) {
			luaL_addchar(b, '\n');
			for (int d = 0; d <= depth; d++) {
				luaL_addchar(b, ' ');
			}
		}
		add_part(b, t, depth + 1, first + i * inner);
	}
	luaL_addchar(b, ']');
}

void handle_push_text(lua_State *L, const struct tensor *t)
{
	char shape[TENSOR_SHAPE_TEXT];
	luaL_Buffer b;
	luaL_buffinit(L, &b);
	add_part(&b, t, 0, 0);
	luaL_addstring(&b, t->dims ? " Tensor " : " Tensor");
	luaL_addstring(&b, t->dims ? tensor_shape_text(t, shape) : "");
	luaL_addchar(&b, ' ');
	luaL_addstring(&b, tensor_dtype_name(t->dtype));
	luaL_pushresult(&b);
}
