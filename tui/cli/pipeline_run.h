#ifndef MUNDAP_CLI_PIPELINE_RUN_H
#define MUNDAP_CLI_PIPELINE_RUN_H

#include "tui/cli/cli.h"
#include "tui/cli/drive.h"

/* Runs pipelines: each step in a worker of its own, in the order its needs allow, several at a time. */

struct pipeline_file {
	const char *path;
	struct strbuf source;
	json_t *description; /* as pipeline_read.h tells */
};

struct pipeline_options {
	uint64_t seed;
	int jobs; /* steps at a time */
	bool force; /* does again what the cache holds */
	bool local_services;
	bool live; /* text on stdout as it happens */
};

/**
 * Reads a file and has a worker describe it. Returns CLI_PASSED, or reports and returns the exit status.
 * Owns: pipeline_file_release, whatever it returned.
 */
int pipeline_file_open(struct pipeline_file *out, const char *path,
		       const struct cli_options *options);
void pipeline_file_release(struct pipeline_file *file);
/** Appends the file without the functions of other steps: what a step (a row of the description) may depend on. */
void pipeline_step_code(struct strbuf *out, const struct pipeline_file *file, const json_t *step);

/**
 * Runs all steps with the parameters given. *document gets what happened, also when steps failed: {"pipeline", "run", "ok",
 * "stopped", "seconds", "params", "steps": [{"name", "status", "attempts", "seconds", "key", "outputs", "error", "log",
 * "metrics"}]}; status: "done", "cached", "failed", "skipped" or "stopped". It is saved as the pipeline's newest run.
 * Errors: STATUS_IO, STATUS_NOMEM. Owns: the caller's reference.
 */
enum status pipeline_run(json_t **document, const struct pipeline_file *file, const json_t *params,
			 const struct pipeline_options *options, struct error *err);

#endif
