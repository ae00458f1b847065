#ifndef MUNDAP_LUA_BIND_DATA_H
#define MUNDAP_LUA_BIND_DATA_H

#include "engine/lua/bind_nn.h"

extern const struct binding bind_generators[]; /* data.shapes and its kin */
extern const struct binding bind_credit[], bind_fingerprint[], bind_korean[];

/** Fills the handle on top of the stack or raises err; returns 1. */
int bind_dataset_finish(lua_State *L, struct dataset_handle *handle, struct dataset *dataset,
			const struct error *err);
/** Gives a data set a name and class names (copied; count may be 0). False when memory ran out. */
bool bind_dataset_name(struct dataset *dataset, const char *name, const char *const *classes,
		       int count);

/** Reads a whole text file of a data set into memory left on the Lua stack; raises when it is not there. */
char *bind_data_text(lua_State *L, const char *name, size_t limit);

#endif
