#ifndef MUNDAP_LUA_BIND_NUMBERS_H
#define MUNDAP_LUA_BIND_NUMBERS_H

#include "engine/lua/handle.h"
#include "engine/lua/values.h"

/* Shared by the bindings of statistics and classic models: whole numbers in, tables and tensors out. */

extern const struct bound_module stats_module, ml_module;
extern const struct binding bind_detectors[]; /* bind_detectors.c */
extern const struct bound_type detector_type;

/** Class numbers at index (list or tensor) as int32, in memory left on the stack; raises for what is no whole number. */
const int32_t *numbers_labels(lua_State *L, int index, int64_t *count);
/** Largest label + 1, at least 2. */
int64_t numbers_classes(const int32_t *labels, int64_t count);
/** Raises unless both hold the same number of rows. */
void numbers_same_count(lua_State *L, const char *what, int64_t a, int64_t b);

/** t[name] = value for the table on top. */
void numbers_set(lua_State *L, const char *name, double value);
/** Pushes a list. */
void numbers_push_list(lua_State *L, const double *values, int64_t count);
/** Pushes a float64 tensor [rows, columns], or [rows] when columns is 0, whose memory *data may be filled at once. */
double *numbers_push_f64(lua_State *L, int64_t rows, int64_t columns);
/** Pushes an int32 tensor [count]. */
int32_t *numbers_push_i32(lua_State *L, int64_t count);

#endif
