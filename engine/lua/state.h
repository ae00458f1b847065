#ifndef MUNDAP_LUA_STATE_H
#define MUNDAP_LUA_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"
#include "engine/lua/host.h"

/* A sandboxed Lua 5.4 state. Scripts see an allow-list of globals, text chunks only, read-only libraries and a
 * locked string metatable; memory is counted and limited; a run can be interrupted so that no pcall, coroutine,
 * message handler, __close or __gc keeps it alive. Code inside engine/lua gets at the lua_State through binding.h. */

struct script;

/* How a run ended when it did not end well: "kind" in machine-readable output. */
enum script_fault {
	SCRIPT_FAULT_NONE,
	SCRIPT_FAULT_LUA, /* an error of the script */
	SCRIPT_FAULT_TIMEOUT,
	SCRIPT_FAULT_MEMORY,
	SCRIPT_FAULT_KILLED, /* stopped by the learner, or the worker died */
	SCRIPT_FAULT_DENIED /* tried what the sandbox does not allow */
};

/** The fault as a word: "lua", "timeout", "memory", "killed", "denied"; "" for none. */
const char *script_fault_word(enum script_fault fault);

struct script_error {
	enum script_fault fault;
	int line; /* 0: unknown */
	char file[64]; /* chunk the line belongs to */
	char message[1024]; /* what went wrong and what to try, in the interface's language */
};

struct script_options {
	size_t memory; /* limit on what Lua itself may hold; bytes, 0: 64 MB */
	uint64_t instructions; /* limit on VM instructions, 0: none (the host interrupts instead) */
	uint64_t seed; /* of T.randn and its kin, and of math.random */
	int threads; /* of the engine, 0: as many as cores */
	bool compute; /* tensor, nn, data, plot … can be required */
	bool local_services; /* mlops.serve and its kin work */
	const struct host *host; /* NULL, or outlives the state */
};

/** Owns: the caller frees with script_free. Errors: STATUS_NOMEM. */
enum status script_new(struct script **out, const struct script_options *options,
		       struct error *err);
void script_free(struct script *script);

/**
 * Runs a chunk in a fresh global environment. name is what messages call it ("conv.lua").
 * Returns whether it ended well; otherwise fills *fault.
 */
bool script_run(struct script *script, const char *name, const char *source, size_t length,
		struct script_error *fault);

/**
 * Runs a check (a chunk that returns function(t, learner)) over a learner's chunk (which returns a table). The two see
 * different globals and share nothing writable. Test results go to the host as HOST_TEST events.
 * Returns whether the check ran to its end; *passed tells whether every test passed.
 */
bool script_check(struct script *script, const char *learner_name, const char *learner,
		  size_t learner_length, const char *check_name, const char *check,
		  size_t check_length, uint64_t seed, bool *passed, struct script_error *fault);

/**
 * Asks the running script to stop at its next instruction; async-signal-safe and callable only on the thread that
 * runs the script (use a signal directed at it from elsewhere). The run then ends with this fault whatever it catches.
 */
void script_interrupt(struct script *script, enum script_fault fault);

/** Bytes Lua holds now and held at most. */
size_t script_memory(const struct script *script, size_t *peak);

#endif
