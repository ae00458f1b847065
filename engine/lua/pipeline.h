#ifndef MUNDAP_LUA_PIPELINE_H
#define MUNDAP_LUA_PIPELINE_H

#include "engine/lua/state.h"

/* Pipelines: a chunk that returns { name, params, steps = { { name, needs, inputs, outputs, run = function … } … } }.
 * The host gets, as events,
 *   HOST_PIPELINE when the pipeline is only looked at: its description
 *   HOST_ARTIFACT for each output of a step that ran: {name, kind: "json" | "file" | "tensor"} and its bytes */

/**
 * request empty: reads and describes the pipeline. Else runs one step; request is JSON
 * {"step", "params": {…}, "attempt", "inputs": {as: {"kind", "at", "length"} or {output: {…}, …}}}, a NUL, and the bytes that
 * at and length point into.
 * Returns whether it ended well; otherwise fills *fault.
 */
bool script_pipeline(struct script *script, const char *name, const char *source, size_t length,
		     const char *request, size_t request_length, struct script_error *fault);

#endif
