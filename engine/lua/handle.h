#ifndef MUNDAP_LUA_HANDLE_H
#define MUNDAP_LUA_HANDLE_H

#include "engine/lua/binding.h"
#include "engine/tensor/graph.h"
#include "engine/tensor/ops.h"
#include "engine/tensor/tensor.h"

/* Tensors as Lua values. A handle holds one reference; __gc and __close give it back, and a closed handle raises.
 *
 * The order in every binding: read the arguments (may raise), make the handles of the results (may raise), then compute
 * without raising, then fill the handles or raise what the engine said. */

#define TENSOR_KEY "mundap.Tensor"

struct tensor_handle {
	struct tensor *t; /* NULL once closed */
};

extern const struct bound_type tensor_type;

/** Pushes an empty handle. */
struct tensor_handle *handle_new(lua_State *L);
/** Fills the handle on top of the stack with t (the caller's reference goes over) or raises err; returns 1. */
int handle_finish(lua_State *L, struct tensor_handle *handle, struct tensor *t,
		  const struct error *err);
/** Pushes a handle with a reference of its own. NULL pushes nil. */
void handle_push(lua_State *L, struct tensor *t);
/** The tensor at index; raises when it is none or closed. Borrowed from the handle. */
struct tensor *handle_check(lua_State *L, int index);
/** The same, NULL when the value is no tensor. A closed one raises. */
struct tensor *handle_test(lua_State *L, int index);
/**
 * The tensor at index, which may also be a number or a nested table of numbers: then a tensor is made of it, held by a
 * handle that replaces the value.
 */
struct tensor *handle_coerce(lua_State *L, int index);
/** Reads a shape: numbers from first on, or a table at first. Returns the number of dimensions; raises. */
int handle_shape(lua_State *L, int first, int64_t shape[TENSOR_MAX_DIMS]);
/** A dimension counted from 1, or from the end when negative, as the engine counts; extra 1 allows one past the last. */
int handle_dim(lua_State *L, int64_t given, const struct tensor *t, int extra);
/** An index counted from 1, or from the end, within size, as the engine counts. */
int64_t handle_index(lua_State *L, int64_t given, int64_t size);

/** Collects garbage when the engine holds much more than after the last collection. */
void handle_collect(lua_State *L);

/** Makes a tensor of a nested table; pushes its handle. dtype: of the result. */
struct tensor *handle_from_table(lua_State *L, int index, enum dtype dtype);
/** Pushes the values as nested tables (a number for a scalar). */
void handle_to_table(lua_State *L, const struct tensor *t);
/** Pushes the text that tostring() gives. */
void handle_push_text(lua_State *L, const struct tensor *t);

#endif
