#ifndef MUNDAP_LUA_BINDING_H
#define MUNDAP_LUA_BINDING_H

#include <lauxlib.h>
#include <lua.h>
#include <signal.h>

#include "engine/base/message.h"
#include "engine/base/rng.h"
#include "engine/base/strbuf.h"
#include "engine/lua/state.h"

/* Inside engine/lua only: what the binding files share.
 *
 * Lua raises by longjmp, so a binding that owns C memory keeps it in a userdata whose __gc releases it (or in a buffer
 * on the Lua stack) before it calls anything that may raise. */

struct script {
	lua_State *L;
	struct script_options options;
	const struct host *host;
	size_t used, peak; /* bytes held by Lua */
	lua_State *volatile current; /* the coroutine that runs */
	volatile sig_atomic_t stop; /* enum script_fault: unwind now */
	int64_t started_ns;
	uint64_t instructions; /* counted so far, in steps of the hook */
	struct script_error stopped_at; /* where it was when the stop reached it */
	char denied[768]; /* what the last denied call said */
	char out_of_memory[768]; /* what the last failed engine allocation said */
	struct rng random; /* of math.random */
	struct strbuf line; /* io.write without a newline yet */
	size_t log_lines, log_bytes, log_dropped;
	size_t tensor_threshold; /* engine memory at which to collect garbage next */
	bool engine_ready; /* seeded and limited */
};

/** The script a state belongs to. */
struct script *script_of(lua_State *L);

/* ---- binding tables: they register functions and generate the reference and the annotations ---- */

struct binding {
	const char *name;
	lua_CFunction function;
	const char *parameters; /* "x: Tensor, dim?: integer" as in LuaCATS */
	const char *returns; /* "Tensor"; "" for none */
	const char *doc; /* one Korean line */
	int id; /* for generic functions: which op or kind; see binding_row() */
};

/** The row a running function was registered by (its upvalue). */
static inline const struct binding *binding_row(lua_State *L)
{
	return lua_touserdata(L, lua_upvalueindex(1));
}

/* A bound type: methods by ":" and operators ("__add"). Registry name is "mundap.<name>". */
struct bound_type {
	const char *name; /* "Tensor" */
	const char *doc;
	const struct binding *const *methods; /* tables that end with a NULL name; ends with NULL */
	const luaL_Reg
		*operators; /* metamethods besides __index, __name, __metatable; may be NULL */
	const struct binding *fields; /* read-only fields: function gets the object; may be NULL */
	int (*index)(lua_State *L, int64_t index); /* x[i]; may be NULL */
	int (*newindex)(lua_State *L, int64_t index); /* x[i] = value; may be NULL */
};

struct bound_module {
	const char *name; /* as in require */
	const char *doc;
	const struct binding *functions; /* ends with a NULL name; "f.relu" makes a sub-table */
	const struct binding *const *lists; /* more such tables, ends with NULL; may be NULL */
	const struct bound_type *methods_of; /* its methods are functions too; may be NULL */
	const struct bound_type *const *types; /* ends with NULL; may be NULL */
};

/** All modules in the order of the reference; ends with NULL. */
extern const struct bound_module *const bound_modules[];

/** Pushes a read-only view of the table on top, replacing it. name is what messages call it. */
void binding_protect(lua_State *L, const char *name);

/**
 * Zeroed memory in a userdata pushed on the stack; release is called on it when it is collected. It holds what C owns while
 * code that may raise runs.
 */
void *binding_owner(lua_State *L, size_t size, void (*release)(void *));

/** Creates the metatable of a type, once. */
void binding_register_type(lua_State *L, const struct bound_type *type);

/* ---- raising ---- */

/** Raises a Lua error at the caller's line; format is one of the interface's messages. */
int binding_raise(lua_State *L, const char *format, ...) __attribute__((format(printf, 2, 3)));
/** Raises that the sandbox does not allow something; the run's fault becomes "denied" when nothing catches it. */
int binding_deny(lua_State *L, const char *what);
/** Raises what a fallible engine call reported; err->status STATUS_NOMEM makes the fault "memory". */
int binding_raise_error(lua_State *L, const struct error *err);

/* ---- showing ---- */

/** Sends an event; does nothing without a host. */
void binding_emit(lua_State *L, enum host_event event, const char *json, const void *bytes,
		  size_t length);
/** Sends one log line made of the values at stack positions first…last. */
void binding_log_values(lua_State *L, int first, int last, const char *separator);
/** Like io.write: a line is sent once its newline comes. */
void binding_log_write(lua_State *L, int first, int last);
/** Sends what binding_log_write still holds, and tells how much was left out. */
void binding_flush_log(struct script *script);
/** The key of the table at index that is closest to what was written, NULL when none is close. Borrowed. */
const char *binding_nearest(lua_State *L, int index, const char *written);

/* ---- tensors, for code that takes any value (bind_tensor.c) ---- */

/** "Tensor [2, 3]" when the value is one. */
bool binding_describe_tensor(lua_State *L, int index, char *out, size_t size);
/** False when neither is a tensor; else *equal. */
bool binding_tensors_equal(lua_State *L, int a, int b, bool *equal);
/**
 * False when neither is a tensor; else the largest difference, negative with the reason in why when the shapes differ. A
 * nested table of numbers may stand for a tensor.
 */
bool binding_tensor_difference(lua_State *L, int actual, int expected, double *largest, char *why,
			       size_t size);
/** Seeds the engine's default stream. */
void binding_seed_engine(uint64_t seed);

/** Begins the name of a check's chunk; learners' code never sees such names. */
#define CHECK_CHUNK "check:"

/* ---- pieces of a state (sandbox.c, modules.c) ---- */

/** Fills the registry with the protected libraries; called once. */
void sandbox_open(lua_State *L);
/** Pushes a fresh table of globals. */
void sandbox_push_globals(lua_State *L);
/** The coroutine library with interrupts that reach every coroutine. */
int sandbox_open_coroutine(lua_State *L);
/** require(name). */
int modules_require(lua_State *L);

/** Makes the interrupt fire at the next instruction of this thread. */
void script_arm(lua_State *L);

/**
 * Loads text as a chunk with the table of globals at stack index env; pushes the function.
 * Returns LUA_OK or Lua's error status with the message pushed.
 */
int script_load(lua_State *L, const char *name, const char *source, size_t length, int env);
/** lua_pcall with the handler that notes where it went wrong; a failure fills *fault and leaves nothing pushed. */
bool script_call(struct script *script, int arguments, int results, struct script_error *fault);
/** Takes "file:line: " off a message of Lua, and retells it in the interface's language, in *fault. */
void script_explain(const char *lua_message, struct script_error *fault);
/** What follows the last slash. */
const char *binding_base_name(const char *path);
/** Turns the error value on top of the stack (popped) into *fault. */
void script_describe(struct script *script, int status, struct script_error *fault);

/**
 * Explains a message of Lua itself in Korean, with what to try; the original stays in brackets.
 * Returns false (out unchanged) when it is not one of them.
 */
bool explain_lua_message(const char *lua_message, char *out, size_t size);

#endif
