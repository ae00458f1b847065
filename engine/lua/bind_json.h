#ifndef MUNDAP_LUA_BIND_JSON_H
#define MUNDAP_LUA_BIND_JSON_H

#include <jansson.h>

#include "engine/lua/binding.h"

/* JSON and Lua values. A table whose first place is filled, or that is empty, is a list; others are objects. */

/** Pushes the value; nesting beyond 100 raises. json stays the caller's. */
void json_push(lua_State *L, const json_t *json);
/**
 * The value at index as JSON, held by a userdata pushed on the stack; borrowed. Tensors become lists. Raises for functions, loops
 * and what is not finite.
 */
json_t *json_check(lua_State *L, int index);
/** Pushes the text of the value at index. */
const char *json_push_text(lua_State *L, int index, size_t *length);
/** Reads text and pushes the value; pushes nothing and returns false when it is no JSON. */
bool json_push_parsed(lua_State *L, const char *text, size_t length, json_error_t *why);

#endif
