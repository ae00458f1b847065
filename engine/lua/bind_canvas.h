#ifndef MUNDAP_LUA_BIND_CANVAS_H
#define MUNDAP_LUA_BIND_CANVAS_H

#include "engine/lua/binding.h"
#include "engine/lua/canvas.h"

extern const struct bound_type canvas_type;

/** Pushes a canvas as figure scripts see it; it stays the caller's. */
void bind_canvas_push(lua_State *L, struct canvas *canvas);
/** The value goes on with another canvas, or with none (each use then raises). */
void bind_canvas_replace(lua_State *L, int index, struct canvas *canvas);
void bind_canvas_detach(lua_State *L, int index);

#endif
