#ifndef MUNDAP_CLI_DRIVE_H
#define MUNDAP_CLI_DRIVE_H

#include <jansson.h>

#include "engine/worker/worker.h"
#include "tui/cli/cli.h"

/* Runs a worker to its end for a command: follows it live on the terminal, stops it on Ctrl-C, keeps what it showed. */

struct drive {
	json_t *log; /* [text…] */
	json_t *metrics; /* {name:[[step,value]…]} */
	json_t *tests; /* [{name,passed,message}…] */
	json_t *shown; /* [{type,name,…}…]: pictures and charts, without their bytes */
	json_t *records; /* [{name,status,parameters,metrics…}…]: runs the script tracked */
	json_t *artifacts; /* [{name,kind,bytes,path?}…] */
	const char
		*artifact_folder; /* files the script makes are written here; NULL: only told of */
	struct error artifact_error; /* the first file that could not be written */
	bool live; /* print log lines and tests as they come */
	bool stopped; /* by a signal */
};

/** live: text on stdout while it runs. */
void drive_init(struct drive *drive, bool live);
void drive_release(struct drive *drive);
/** Errors: what worker_start reports. *result is filled in on STATUS_OK. */
enum status drive_worker(struct drive *drive, const struct worker_request *request,
			 struct worker_result *result, struct error *err);

/** Keeps (and, when live, prints) what a frame holds: for callers with a loop of their own. */
void drive_take(struct drive *drive, const struct frame *frame);

/** {"kind","message","line"} of a failed run, null of one that went well. New reference. */
json_t *drive_error_json(const struct worker_result *result);
/** "conv.lua 12번째 줄: …" on stderr. */
void drive_print_error(const struct worker_result *result);
/** A line for each metric: first and last value, least and greatest. */
void drive_print_metrics(const struct drive *drive);

#endif
