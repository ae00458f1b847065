#include "tui/run.h"

#include <stdlib.h>

#include "engine/base/clock.h"

enum { SLICE_NS = 4000000 /* time for frames before the keyboard has its turn */ };

struct run {
	struct app *app;
	struct worker *worker;
	const struct run_events *events;
	void *context;
	int descriptor; /* watched; -1 none */
	int timer;
	bool ended;
};

static void pump(void *context);

static void wait_for(struct run *run, int milliseconds)
{
	if (run->timer) {
		loop_cancel(run->app->loop, run->timer);
		run->timer = 0;
	}
	if (milliseconds >= 0) {
		run->timer = loop_timer(run->app->loop, milliseconds, true, pump, run);
	}
}

static void unwatch(struct run *run)
{
	if (run->descriptor >= 0) {
		loop_unwatch(run->app->loop, run->descriptor);
		run->descriptor = -1;
	}
	wait_for(run, -1);
}

static void watch(struct run *run)
{
	int descriptor = worker_fd(run->worker);
	if (descriptor != run->descriptor) {
		unwatch(run);
		if (descriptor >= 0) {
			loop_watch(run->app->loop, descriptor, pump, run);
			run->descriptor = descriptor;
		}
	}
	if (descriptor >= 0) {
		loop_watch_events(run->app->loop, descriptor, worker_events(run->worker));
	}
}

static void pump(void *context)
{
	struct run *run = context;
	int64_t until = clock_now_ns() + SLICE_NS;
	/* Called for a frame too: a timer that still waits must not outlive the run. */
	wait_for(run, -1);
	for (;;) {
		struct frame frame;
		switch (worker_next(run->worker, &frame)) {
		case WORKER_FRAME:
			run->events->frame(run->context, &frame);
			app_changed(run->app);
			if (clock_now_ns() > until) {
				watch(run);
				wait_for(run, 1);
				return;
			}
			continue;
		case WORKER_NOTHING:
			watch(run);
			wait_for(run, worker_wait_ms(run->worker));
			return;
		case WORKER_ENDED:
			unwatch(run);
			if (!run->ended) {
				run->ended = true;
				app_changed(run->app);
				run->events->ended(run->context, worker_result(run->worker));
			}
			return;
		}
	}
}

enum status run_start(struct run **out, struct app *app, const struct worker_request *request,
		      const struct run_events *events, void *context, struct error *err)
{
	struct run *run = calloc(1, sizeof *run);
	if (!run) {
		return error_set(err, STATUS_NOMEM, "run", "out of memory");
	}
	*run = (struct run){.app = app, .events = events, .context = context, .descriptor = -1};
	enum status status = worker_start(&run->worker, request, err);
	if (status != STATUS_OK) {
		free(run);
		return status;
	}
	watch(run);
	wait_for(run, worker_wait_ms(run->worker));
	*out = run;
	return STATUS_OK;
}

void run_free(struct run *run)
{
	if (run) {
		unwatch(run);
		worker_free(run->worker);
		free(run);
	}
}

bool run_active(const struct run *run)
{
	return run && !run->ended;
}

struct worker *run_worker(struct run *run)
{
	return run->worker;
}

void run_stop(struct run *run)
{
	if (run_active(run)) {
		worker_stop(run->worker);
		run_touch(run);
	}
}

void run_touch(struct run *run)
{
	if (run_active(run)) {
		watch(run);
		wait_for(run, worker_wait_ms(run->worker));
	}
}
