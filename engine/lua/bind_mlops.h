#ifndef MUNDAP_LUA_BIND_MLOPS_H
#define MUNDAP_LUA_BIND_MLOPS_H

#include "engine/lua/binding.h"

/* Shared by the files that bind the module "mlops". */

extern const struct bound_module mlops_module;

extern const struct binding bind_model_files[]; /* bind_model_file.c */
extern const struct binding bind_json[]; /* bind_json.c */

/** Pushes the bytes of the file of the model at index (with the options at another); raises. (bind_model_file.c) */
void model_file_push(lua_State *L, int model, int options);

/** Text at index, valid UTF-8 of at most so many bytes; raises otherwise. Borrowed from the stack. */
const char *mlops_text(lua_State *L, int index, const char *what, size_t most);

#endif
