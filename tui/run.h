#ifndef MUNDAP_TUI_RUN_H
#define MUNDAP_TUI_RUN_H

#include <stdbool.h>

#include "engine/worker/worker.h"
#include "tui/program.h"

/* A worker tied to the loop: its frames arrive as calls, never many at once, so that a flood of them leaves the
 * keyboard its turn. */

struct run;

struct run_events {
	void (*frame)(void *context, const struct frame *frame);
	/** It ended; the run is still there and is freed by its owner, not from within this call. */
	void (*ended)(void *context, const struct worker_result *result);
};

/** Starts a worker. events and context outlive the run. Owns: run_free. */
enum status run_start(struct run **out, struct app *app, const struct worker_request *request,
		      const struct run_events *events, void *context, struct error *err);
/** Ends it (at once when it still runs). NULL is fine. */
void run_free(struct run *run);
/** Whether it still runs. NULL is not running. */
bool run_active(const struct run *run);
struct worker *run_worker(struct run *run);
void run_stop(struct run *run);
/** After something was sent to the worker: looks anew at what it waits for. */
void run_touch(struct run *run);

#endif
