#ifndef MUNDAP_LUA_BIND_ML_H
#define MUNDAP_LUA_BIND_ML_H

#include "engine/lua/bind_numbers.h"
#include "engine/ml/learned.h"

/* Shared by the files that bind classic models. */

#define LEARNED_KEY "mundap.Learned"

/** Pushes an empty model. */
struct learned *ml_new_model(lua_State *L, enum learned_kind kind, int64_t columns);

extern const struct binding ml_fits[]; /* bind_ml_fit.c */
extern const struct binding ml_searches[]; /* bind_search.c */

#endif
