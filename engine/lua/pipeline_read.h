#ifndef MUNDAP_LUA_PIPELINE_READ_H
#define MUNDAP_LUA_PIPELINE_READ_H

#include "engine/lua/bind_json.h"

/* Shared by the two places that run pipelines: mundap pipeline's workers and mlops.pipeline. */

/**
 * Checks the pipeline table at index and describes it: {"name", "params": {name: preset}, "order": [index from 0 …], "steps":
 * [{"name", "needs", "inputs": {as: "step" | "step.output"}, "outputs": {name: type}, "params": [names] or null, "retries",
 * "backoff", "timeout", "memory_mb", "first", "last"} …]}; first and last are lines of the step's function.
 * Leaves a userdata that holds the result on the stack; borrowed. Raises.
 */
const json_t *pipeline_read(lua_State *L, int index);
/** Raises unless the value at index is of a type of a description ("number", "integer", "string", "boolean", "list", "table",
 * "tensor", "file", "any"). */
void pipeline_check_type(lua_State *L, int index, const char *step, const char *what,
			 const char *type);
/** Checks what a step returned (at index; nil: nothing) against its outputs; replaces nil by an empty table. */
void pipeline_check_outputs(lua_State *L, int index, const json_t *step);

#endif
