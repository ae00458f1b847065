#ifndef MUNDAP_TUI_LOOP_H
#define MUNDAP_TUI_LOOP_H

#include <stdbool.h>
#include <stdint.h>

/* The one place where the program waits: descriptors (keyboard, workers, file watches), signals and timers.
 * Signals are turned into a byte in a pipe, so that every callback runs in ordinary context. */

struct loop;

typedef void loop_ready_fn(void *context);
typedef void loop_signal_fn(void *context, int signal);

struct loop *loop_new(void);
void loop_free(struct loop *loop);

/** Calls ready when the descriptor can be read. One callback per descriptor; a second call replaces it. */
bool loop_watch(struct loop *loop, int descriptor, loop_ready_fn *ready, void *context);
void loop_unwatch(struct loop *loop, int descriptor);
/** Which events of poll(2) a watched descriptor waits for; POLLIN at first. */
void loop_watch_events(struct loop *loop, int descriptor, short events);

/** Calls ready every period milliseconds (once: after that time only). Returns an id > 0, 0 without memory. */
int loop_timer(struct loop *loop, int milliseconds, bool once, loop_ready_fn *ready, void *context);
void loop_cancel(struct loop *loop, int timer);

/** Calls ready when the file changed (written, replaced). Returns an id > 0, 0 when it cannot be watched. */
int loop_file(struct loop *loop, const char *path, loop_ready_fn *ready, void *context);
void loop_file_cancel(struct loop *loop, int file);

/** Which function hears of SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT. */
void loop_signals(struct loop *loop, loop_signal_fn *function, void *context);

/** Called once after the callbacks of every round, before waiting again. */
void loop_idle(struct loop *loop, loop_ready_fn *ready, void *context);

/** Waits (at most limit milliseconds, -1 for ever) and runs what is due. */
void loop_step(struct loop *loop, int limit);
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

#endif
