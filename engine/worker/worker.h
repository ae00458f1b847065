#ifndef MUNDAP_WORKER_WORKER_H
#define MUNDAP_WORKER_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"
#include "engine/lua/state.h"
#include "engine/worker/frame.h"

/* A worker: this program started again to run one script, check or figure in a sandbox. Nothing here blocks: a caller
 * polls worker_fd() for worker_events() at most worker_wait_ms() long, then calls worker_next() until it has no more.
 *
 *	struct worker *w;
 *	worker_start(&w, &request, &err);
 *	for (;;) {
 *		poll({worker_fd(w), worker_events(w)}, worker_wait_ms(w));
 *		while ((next = worker_next(w, &frame)) == WORKER_FRAME) show(&frame);
 *		if (next == WORKER_ENDED) break;
 *	}
 *	use(worker_result(w));
 *	worker_free(w);
 */

struct worker;

enum worker_kind {
	WORKER_RUN, /* a script */
	WORKER_CHECK, /* a lab's check over a learner's file */
	WORKER_PIPELINE, /* check empty: describes a pipeline; else one step, check the request of pipeline.h */
	WORKER_FIGURE /* a figure: answers keys until it is stopped */
};

struct worker_request {
	enum worker_kind kind;
	const char *file; /* name of source in messages; base name is enough */
	const char *source;
	size_t source_length;
	const char *check_file; /* WORKER_CHECK only */
	const char *check;
	size_t check_length;
	uint64_t seed;
	int threads; /* 0: as many as cores; figures: 1 */
	double seconds; /* wall-clock limit, pauses not counted; 0: 60; figures: for each key or tick, 0: 4 */
	int memory_mb; /* 0: 1024 */
	bool local_services; /* scripts may start HTTP services that only they can reach */
	int width, height; /* cells, WORKER_FIGURE only */
};

/* How it ended. Valid once worker_next() said WORKER_ENDED. */
struct worker_result {
	bool ok; /* the script (or check) ran to its end */
	bool passed; /* WORKER_CHECK: every test passed */
	struct script_error error; /* fault SCRIPT_FAULT_NONE when ok */
	double seconds; /* wall clock, pauses not counted */
	double peak_mb; /* resident memory at most */
};

enum worker_next { WORKER_NOTHING, WORKER_FRAME, WORKER_ENDED };

/** Starts a worker; strings of the request are copied. Errors: STATUS_IO, STATUS_NOMEM, STATUS_RANGE. */
enum status worker_start(struct worker **out, const struct worker_request *request,
			 struct error *err);
/** The descriptor to poll; stays the worker's. -1 once it ended. */
int worker_fd(const struct worker *worker);
/** POLLIN, and POLLOUT while something waits to be sent. */
short worker_events(const struct worker *worker);
/** How long a poll may sleep before worker_next() must be called again; milliseconds, -1: for ever. */
int worker_wait_ms(const struct worker *worker);
/** The next frame, without waiting. frame is borrowed until the next call. FRAME_RESULT is never handed out. */
enum worker_next worker_next(struct worker *worker, struct frame *frame);
const struct worker_result *worker_result(const struct worker *worker);

/** For figures. Errors: STATUS_NOMEM; a worker that ended ignores them. */
enum status worker_send_key(struct worker *worker, const char *key);
enum status worker_send_resize(struct worker *worker, int width, int height);

/** Holds all threads of the worker still; its time limit stands still too. */
void worker_pause(struct worker *worker);
void worker_resume(struct worker *worker);
bool worker_paused(const struct worker *worker);

/** Asks it to end; one that has not after 80 ms is killed. What it sent before can still be read by worker_next(). */
void worker_stop(struct worker *worker);

/** Kills it when it still runs, and frees everything. NULL is fine. */
void worker_free(struct worker *worker);

/** The worker's side: serves the request that arrives on descriptor 3 and ends the process. */
int worker_main(void);

/** Whether this build confines workers by seccomp. */
bool worker_confined(void);

#endif
