#ifndef MUNDAP_LUA_BIND_TENSOR_H
#define MUNDAP_LUA_BIND_TENSOR_H

#include "engine/lua/binding.h"

/* Shared by the files that bind tensors. */

extern const struct binding bind_tensor_ops[]; /* generic methods, from the op table */
extern const luaL_Reg bind_tensor_operators[];
extern const struct binding bind_makers[], bind_linalg[];
extern const struct binding bind_grad_methods[], bind_grad_functions[];

/** Calls the op that the function's row names. */
int bind_op_call(lua_State *L);

int bind_tensor_release(lua_State *L);
int bind_tensor_len(lua_State *L);
int bind_tensor_tostring(lua_State *L);

extern const struct bound_module tensor_module;

#endif
