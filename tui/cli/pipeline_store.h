#ifndef MUNDAP_CLI_PIPELINE_STORE_H
#define MUNDAP_CLI_PIPELINE_STORE_H

#include <jansson.h>

#include "engine/base/error.h"
#include "engine/base/strbuf.h"

/* What pipelines leave on disk, below <data>/pipelines/<name>/: outputs by content hash, what each step made of which
 * inputs, and a document a run. Each file is written in one step and is on disk when a call returns, so that a kill at any
 * moment leaves finished steps finished and nothing half. */

/** Keeps bytes; hex gets their hash. */
enum status pipeline_keep(const char *name, const void *bytes, size_t length, char hex[65],
			  struct error *err);
/** Appends what was kept. STATUS_CORRUPT when the file is not what the hash says. */
enum status pipeline_fetch(const char *name, const char *hex, struct strbuf *out,
			   struct error *err);

/** The record of a finished step by its key, NULL when there is none, or when an output of it is gone. New reference. */
json_t *pipeline_recall(const char *name, const char *key);
enum status pipeline_remember(const char *name, const char *key, const json_t *record,
			      struct error *err);

/** Saves a run's document under its id. */
enum status pipeline_save_run(const char *name, const char *id, const json_t *document,
			      struct error *err);
/** The newest run's document, NULL when there is none. New reference. */
json_t *pipeline_last_run(const char *name);
/** Names of pipelines that have run, in order. New reference. */
json_t *pipeline_names(void);
/** Forgets all steps (and outputs) of a pipeline; runs stay. STATUS_NOT_FOUND for one that never ran. */
enum status pipeline_clean(const char *name, struct error *err);

#endif
