#ifndef MUNDAP_MLOPS_BATCHER_H
#define MUNDAP_MLOPS_BATCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/mlops/server.h"

/* Gathers rows of requests that wait at the same time and predicts them together, one batch at a time. */

/* A model in use: freed when the last job that took it is done. */
struct loaded_model {
	struct server_model model;
	char *name, *version;
	int refs; /* guarded by the batcher's lock */
};

struct batch_job {
	struct batch_job *next;
	double *x, *y; /* [rows, inputs], [rows, outputs] */
	int rows;
	struct loaded_model *model;
	struct error error; /* of the prediction */
	void (*finished)(struct batch_job *job); /* called by the batcher's thread, no lock held */
};

struct batcher;

struct batcher *batcher_new(int queue_rows, int batch_rows, int wait_us);
/** Finishes what waits with STATUS_CANCELLED and refuses what comes later. The models stay until batcher_free. */
void batcher_stop(struct batcher *batcher);
void batcher_free(struct batcher *batcher);

/** Puts a model in place for jobs submitted from now on. Copies the struct and its texts. */
enum status batcher_set_model(struct batcher *batcher, const struct server_model *model,
			      struct error *err);
/** The current model will not be released: a server that could not start leaves it to whoever gave it. */
void batcher_forget_release(struct batcher *batcher);
/** The current model, held for the caller until batcher_release_model. */
struct loaded_model *batcher_hold_model(struct batcher *batcher);
void batcher_release_model(struct batcher *batcher, struct loaded_model *model);

/** Predicts at once when nothing waits, nothing runs and no waiting time is set; else does nothing and says false. */
bool batcher_try(struct batcher *batcher, struct batch_job *job);
/** Queues the job; finished is called when it is done. False when the queue is full: finished is not called. */
bool batcher_submit(struct batcher *batcher, struct batch_job *job);
/** Rows that wait now. */
int batcher_depth(struct batcher *batcher);

#endif
