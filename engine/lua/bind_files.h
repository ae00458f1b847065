#ifndef MUNDAP_LUA_BIND_FILES_H
#define MUNDAP_LUA_BIND_FILES_H

#include "engine/lua/binding.h"

/* Files scripts save and load: the host keeps them in one folder; a script knows only plain names. */

/** Hands a file to the host, and remembers it for this run. Raises when the name is no plain one. */
void files_save(lua_State *L, const char *name, const void *bytes, size_t length);
/** Pushes the bytes as a string and returns true, or pushes nothing and returns false when there is no such file. */
bool files_load(lua_State *L, const char *name);

extern const struct binding bind_module_files[]; /* methods of models */
extern const struct binding bind_nn_files[], bind_tensor_files[]; /* functions */

#endif
