#include "tui/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/inotify.h>
#endif

#include "engine/base/clock.h"

struct watch {
	int descriptor;
	loop_ready_fn *ready;
	void *context;
	short events;
};

struct timer {
	int id;
	int64_t due, period; /* nanoseconds */
	bool once;
	loop_ready_fn *ready;
	void *context;
};

/* A file is watched through its folder, since editors replace files; its time and size tell whether it changed. */
struct watched_file {
	int id;
	char *path;
	int inotify; /* watch descriptor of the folder, -1 where there is no inotify */
	struct timespec modified;
	off_t size;
	loop_ready_fn *ready;
	void *context;
};

enum { MAX_WATCHES = 64, MAX_TIMERS = 64, MAX_FILES = 16 };

struct loop {
	struct watch watches[MAX_WATCHES];
	int watch_count;
	struct timer timers[MAX_TIMERS];
	int timer_count;
	struct watched_file files[MAX_FILES];
	int file_count;
	int next_id;
	int inotify;
	int file_timer;
	loop_signal_fn *signal;
	void *signal_context;
	loop_ready_fn *idle;
	void *idle_context;
	bool stopped;
};

static int signal_pipe[2] = {-1, -1};

static void on_signal(int number)
{
	int saved = errno;
	unsigned char byte = (unsigned char)number;
	ssize_t ignored = write(signal_pipe[1], &byte, 1);
	(void)ignored;
	errno = saved;
}

static void read_signals(void *context)
{
	struct loop *loop = context;
	unsigned char bytes[64];
	ssize_t count = read(signal_pipe[0], bytes, sizeof bytes);
	bool resized = false;
	for (ssize_t i = 0; i < count; i++) {
		if (bytes[i] == SIGWINCH) {
			resized = true; /* a storm of them is one change */
		} else if (loop->signal) {
			loop->signal(loop->signal_context, bytes[i]);
		}
	}
	if (resized && loop->signal) {
		loop->signal(loop->signal_context, SIGWINCH);
	}
}

struct loop *loop_new(void)
{
	struct loop *loop = calloc(1, sizeof *loop);
	if (!loop) {
		return NULL;
	}
	loop->inotify = -1;
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop) {
		return;
	}
	for (int i = 0; i < loop->file_count; i++) {
		free(loop->files[i].path);
	}
	if (loop->inotify >= 0) {
		close(loop->inotify);
	}
	free(loop);
}

bool loop_watch(struct loop *loop, int descriptor, loop_ready_fn *ready, void *context)
{
	for (int i = 0; i < loop->watch_count; i++) {
		if (loop->watches[i].descriptor == descriptor) {
			loop->watches[i] = (struct watch){descriptor, ready, context, POLLIN};
			return true;
		}
	}
	if (loop->watch_count == MAX_WATCHES) {
		return false;
	}
	loop->watches[loop->watch_count++] = (struct watch){descriptor, ready, context, POLLIN};
	return true;
}

void loop_unwatch(struct loop *loop, int descriptor)
{
	for (int i = 0; i < loop->watch_count; i++) {
		if (loop->watches[i].descriptor == descriptor) {
			loop->watches[i] = loop->watches[--loop->watch_count];
			return;
		}
	}
}

void loop_watch_events(struct loop *loop, int descriptor, short events)
{
	for (int i = 0; i < loop->watch_count; i++) {
		if (loop->watches[i].descriptor == descriptor) {
			loop->watches[i].events = events;
		}
	}
}

int loop_timer(struct loop *loop, int milliseconds, bool once, loop_ready_fn *ready, void *context)
{
	if (loop->timer_count == MAX_TIMERS) {
		return 0;
	}
	int64_t period = (int64_t)milliseconds * 1000000;
	loop->timers[loop->timer_count++] = (struct timer){
		++loop->next_id, clock_now_ns() + period, period, once, ready, context};
	return loop->next_id;
}

void loop_cancel(struct loop *loop, int timer)
{
	for (int i = 0; i < loop->timer_count; i++) {
		if (loop->timers[i].id == timer) {
			loop->timers[i] = loop->timers[--loop->timer_count];
			return;
		}
	}
}

static bool file_changed(struct watched_file *file)
{
	struct stat now;
	if (stat(file->path, &now)) {
		return false;
	}
	bool changed = now.st_size != file->size || now.st_mtim.tv_sec != file->modified.tv_sec ||
		       now.st_mtim.tv_nsec != file->modified.tv_nsec;
	file->size = now.st_size;
	file->modified = now.st_mtim;
	return changed;
}

static void look_at_files(void *context)
{
	struct loop *loop = context;
#ifdef __linux__
	char events[4096];
	while (loop->inotify >= 0 && read(loop->inotify, events, sizeof events) > 0) {
		continue;
	}
#endif
	int ids[MAX_FILES], count = 0;
	for (int i = 0; i < loop->file_count; i++) {
		if (file_changed(&loop->files[i])) {
			ids[count++] = loop->files[i].id;
		}
	}
	for (int i = 0; i < count; i++) {
		for (int k = 0; k < loop->file_count; k++) {
			if (loop->files[k].id == ids[i]) {
				loop->files[k].ready(loop->files[k].context);
				break;
			}
		}
	}
}

static int watch_folder(struct loop *loop, const char *path)
{
#ifdef __linux__
	if (loop->inotify < 0) {
		loop->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		if (loop->inotify >= 0) {
			loop_watch(loop, loop->inotify, look_at_files, loop);
		}
	}
	char *copy = strdup(path);
	int descriptor = -1;
	if (copy && loop->inotify >= 0) {
		descriptor = inotify_add_watch(loop->inotify, dirname(copy),
					       IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE);
	}
	free(copy);
	return descriptor;
#else
	(void)loop;
	(void)path;
	return -1;
#endif
}

int loop_file(struct loop *loop, const char *path, loop_ready_fn *ready, void *context)
{
	if (loop->file_count == MAX_FILES) {
		return 0;
	}
	struct watched_file file = {
		.id = ++loop->next_id, .path = strdup(path), .ready = ready, .context = context};
	if (!file.path) {
		return 0;
	}
	file.inotify = watch_folder(loop, path);
	file_changed(&file);
	if (file.inotify < 0 && !loop->file_timer) {
		loop->file_timer = loop_timer(loop, 500, false, look_at_files, loop);
	}
	loop->files[loop->file_count++] = file;
	return file.id;
}

void loop_file_cancel(struct loop *loop, int id)
{
	for (int i = 0; i < loop->file_count; i++) {
		if (loop->files[i].id == id) {
			free(loop->files[i].path);
			loop->files[i] = loop->files[--loop->file_count];
			return;
		}
	}
}

void loop_signals(struct loop *loop, loop_signal_fn *function, void *context)
{
	loop->signal = function;
	loop->signal_context = context;
	if (signal_pipe[0] < 0 && pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK)) {
		return;
	}
	loop_watch(loop, signal_pipe[0], read_signals, loop);
	static const int signals[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP, SIGCONT};
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		sigaction(signals[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
}

void loop_idle(struct loop *loop, loop_ready_fn *ready, void *context)
{
	loop->idle = ready;
	loop->idle_context = context;
}

static void run_timers(struct loop *loop)
{
	int64_t now = clock_now_ns();
	for (int i = 0; i < loop->timer_count; i++) {
		struct timer *timer = &loop->timers[i];
		if (timer->due > now) {
			continue;
		}
		loop_ready_fn *ready = timer->ready;
		void *context = timer->context;
		if (timer->once) {
			loop->timers[i] = loop->timers[--loop->timer_count];
		} else {
			timer->due = now + timer->period;
		}
		ready(context);
		i = -1; /* the table may have changed */
		if (clock_now_ns() - now > 50000000) {
			break; /* let the keyboard have its turn */
		}
	}
}

void loop_step(struct loop *loop, int limit)
{
	struct pollfd polled[MAX_WATCHES];
	struct watch ready[MAX_WATCHES];
	int count = loop->watch_count;
	for (int i = 0; i < count; i++) {
		polled[i] =
			(struct pollfd){loop->watches[i].descriptor, loop->watches[i].events, 0};
		ready[i] = loop->watches[i];
	}
	int64_t now = clock_now_ns();
	for (int i = 0; i < loop->timer_count; i++) {
		int64_t left = (loop->timers[i].due - now + 999999) / 1000000;
		left = left < 0 ? 0 : left;
		if (limit < 0 || left < limit) {
			limit = (int)left;
		}
	}
	int n = poll(polled, (nfds_t)count, limit);
	for (int i = 0; n > 0 && i < count; i++) {
		if (!polled[i].revents) {
			continue;
		}
		/* An earlier callback may have dropped this one. */
		for (int k = 0; k < loop->watch_count; k++) {
			if (loop->watches[k].descriptor == ready[i].descriptor &&
			    loop->watches[k].context == ready[i].context) {
				ready[i].ready(ready[i].context);
				break;
			}
		}
	}
	run_timers(loop);
	if (loop->idle) {
		loop->idle(loop->idle_context);
	}
}

void loop_run(struct loop *loop)
{
	loop->stopped = false;
	while (!loop->stopped) {
		loop_step(loop, -1);
	}
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}
