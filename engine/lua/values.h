#ifndef MUNDAP_LUA_VALUES_H
#define MUNDAP_LUA_VALUES_H

#include "engine/lua/binding.h"

/* Numbers and options that scripts pass in one form or another. */

/* A matrix of numbers; a list is one row. */
struct values {
	int64_t rows, columns;
	double items[];
};

/**
 * Reads a list (dims 1: any nesting is flattened into one row) or a matrix (dims 2) from a tensor or nested tables;
 * raises when it is neither. The memory is a userdata pushed on the stack.
 */
const struct values *values_check(lua_State *L, int index, int dims);

/** A number, or the value of a one-element tensor; raises otherwise. */
double values_scalar(lua_State *L, int index);

/**
 * Pictures of one size: a tensor [N,H,W] (or [N,1,H,W], or one [H,W]) or a list of matrices. Returns their numbers, in memory
 * left on the stack; at most max pictures are taken.
 */
const double *values_pictures(lua_State *L, int index, int64_t max, int64_t *count, int64_t *height,
			      int64_t *width);

/** Fields of an optional table of options; the value at index may be none or nil. A wrong type raises. */
double values_number_field(lua_State *L, int index, const char *name, double otherwise);
int64_t values_integer_field(lua_State *L, int index, const char *name, int64_t otherwise);
bool values_flag_field(lua_State *L, int index, const char *name);
/** Copies the text; false (out "") when it is not there. */
bool values_text_field(lua_State *L, int index, const char *name, char *out, size_t size);

/** For values_check (tensor_values.c): the size of the tensor at index, false when it is none; and its numbers. */
bool values_shape_of(lua_State *L, int index, int dims, int64_t *rows, int64_t *columns);
void values_copy_tensor(lua_State *L, int index, double *items);

/** Bytes of text that fit into so many cells. */
size_t values_cut(const char *text, size_t length, int cells);

#endif
