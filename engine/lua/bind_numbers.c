/* Whole numbers in, tables and tensors out: what bind_stats.c and bind_ml.c share. */
#include "engine/lua/bind_numbers.h"

#include <math.h>

const int32_t *numbers_labels(lua_State *L, int index, int64_t *count)
{
	const struct values *v = values_check(L, index, 1);
	int32_t *labels = lua_newuserdatauv(L, sizeof(*labels) * (size_t)(v->columns + 1), 0);
	for (int64_t i = 0; i < v->columns; i++) {
		double x = v->items[i];
		if (x != floor(x) || x < 0 || x > 1e6) {
			binding_raise(L, message(MSG_STATS_LABEL), (long long)(i + 1), x);
		}
		labels[i] = (int32_t)x;
	}
	*count = v->columns;
	return labels;
}

int64_t numbers_classes(const int32_t *labels, int64_t count)
{
	int32_t most = 1;
	for (int64_t i = 0; i < count; i++) {
		most = labels[i] > most ? labels[i] : most;
	}
	return (int64_t)most + 1;
}

void numbers_same_count(lua_State *L, const char *what, int64_t a, int64_t b)
{
	if (a != b) {
		binding_raise(L, message(MSG_STATS_COUNTS), what, (long long)a, (long long)b);
	}
}

void numbers_set(lua_State *L, const char *name, double value)
{
	lua_pushnumber(L, value);
	lua_setfield(L, -2, name);
}

void numbers_push_list(lua_State *L, const double *values, int64_t count)
{
	lua_createtable(L, (int)count, 0);
	for (int64_t i = 0; i < count; i++) {
		lua_pushnumber(L, values[i]);
		lua_rawseti(L, -2, i + 1);
	}
}

static struct tensor *push_tensor(lua_State *L, enum dtype dtype, int64_t rows, int64_t columns)
{
	const int64_t shape[2] = {rows, columns};
	struct error err = ERROR_INIT;
	struct tensor_handle *handle = handle_new(L);
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *t = tensor_new(dtype, columns ? 2 : 1, shape, &err);
	if (t) {
		handle->t = tensor_scope_keep(&scope, t);
	}
	tensor_scope_close(&scope);
	if (!t) {
		binding_raise_error(L, &err);
	}
	handle_collect(L);
	return handle->t;
}

double *numbers_push_f64(lua_State *L, int64_t rows, int64_t columns)
{
	return tensor_f64(push_tensor(L, DTYPE_F64, rows, columns));
}

int32_t *numbers_push_i32(lua_State *L, int64_t count)
{
	return tensor_i32(push_tensor(L, DTYPE_I32, count, 0));
}
