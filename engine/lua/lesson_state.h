#ifndef MUNDAP_LUA_LESSON_STATE_H
#define MUNDAP_LUA_LESSON_STATE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/* The Lua state lesson files load in: they declare data, so it holds the six constructors, arithmetic, loops and a few
 * text functions, and nothing that reaches files, the clock, other chunks or the C stack's depth. */

struct lesson_state {
	lua_State *lua;
	size_t memory_used;
	size_t memory_limit;
	long instructions_left;
	bool explained; /* the error raised last is worded for the author already */
};

/** Units: instructions of Lua; bytes. False when memory ran out. */
bool lesson_state_init(struct lesson_state *state, long instructions, size_t memory_limit);
void lesson_state_release(struct lesson_state *state);

/**
 * Runs a chunk (text only) and leaves its one result on the stack; false with the error message there instead.
 * The name is what messages call the file.
 */
bool lesson_state_run(struct lesson_state *state, const char *source, size_t length,
		      const char *name);

/* Fields the constructors leave in a step's table. */
#define LESSON_FIELD_KIND "__kind"
#define LESSON_FIELD_LINE "__line"

#endif
