/* The worker's side: takes one request from descriptor 3, locks itself in, runs it and sends what it shows.
 *
 * Two threads: the main one runs the script; the watchdog reads what the parent sends and keeps the time. To stop the
 * script the watchdog signals the main thread, whose handler arms Lua's hook; a script that hangs inside a C function
 * does not come back from that, and then the watchdog reports and ends the process itself. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/message.h"
#include "engine/lua/figure.h"
#include "engine/lua/pipeline.h"
#include "engine/tensor/engine.h"
#include "engine/tensor/threads.h"
#include "engine/worker/confine.h"
#include "engine/worker/datafiles.h"
#include "engine/worker/exit.h"
#include "engine/worker/worker.h"

#define CHANNEL 3
#define MEGABYTE ((size_t)1 << 20)
#define SLACK \
	(256 * \
	 MEGABYTE) /* thread stacks, BLAS buffers and allocator slack beside the script's memory */
#define TICK_MS 20
#define GRACE_NS 300000000ll /* from the request to stop until the process ends itself */
#define SHOWN_LIMIT (512 * MEGABYTE) /* all that one run may send */
#define KEY_QUEUE 64

struct event {
	enum frame_type type; /* FRAME_KEY or FRAME_RESIZE */
	char key[32];
	int width, height;
};

static struct {
	struct script *script;
	struct worker_request request;
	char file[128], check_file[128];
	pthread_t main_thread;
	pthread_mutex_t sending; /* the channel, out and shown */
	struct strbuf out;
	size_t shown;
	bool ended; /* the result was sent: nothing may follow */
	_Atomic int stop; /* enum script_fault asked for */
	_Atomic int64_t
		active_ns; /* running time of the run, or of the current key of a figure; -1: idle */
	int64_t started_ns, total_ns;
	int status_file; /* /proc/self/status */
	struct datafiles data;
	/* figures */
	pthread_mutex_t queue_lock;
	pthread_cond_t queue_filled;
	struct event queue[KEY_QUEUE];
	int queued;
} worker = {.sending = PTHREAD_MUTEX_INITIALIZER,
	    .queue_lock = PTHREAD_MUTEX_INITIALIZER,
	    .queue_filled = PTHREAD_COND_INITIALIZER,
	    .active_ns = -1};

/* ---- sending ---- */

static void write_all(const char *bytes, size_t length)
{
	while (length) {
		ssize_t n = write(CHANNEL, bytes, length);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			_exit(WORKER_EXIT_ORPHAN); /* nobody listens any more */
		}
		bytes += n;
		length -= (size_t)n;
	}
}

/* Call with sending held. */
static void send_frame(enum frame_type type, const char *json, const void *bytes, size_t length)
{
	strbuf_reset(&worker.out);
	if (frame_append(&worker.out, type, json, bytes, length, NULL) == STATUS_OK) {
		write_all(worker.out.text, worker.out.length);
	}
	if (worker.out.capacity > MEGABYTE) {
		strbuf_release(&worker.out);
	}
}

static void emit(void *context, enum host_event event, const char *json, const void *bytes,
		 size_t length)
{
	(void)context;
	pthread_mutex_lock(&worker.sending);
	size_t size = strlen(json) + length;
	bool figure = worker.request.kind ==
		      WORKER_FIGURE; /* lives long, each picture replaces the last */
	if (!worker.ended && (figure || worker.shown + size <= SHOWN_LIMIT)) {
		worker.shown += size;
		send_frame((enum frame_type)event, json, bytes, length);
	}
	pthread_mutex_unlock(&worker.sending);
}

static double peak_mb(void)
{
	char text[4096];
	ssize_t n = pread(worker.status_file, text, sizeof(text) - 1, 0);
	if (n <= 0) {
		return 0;
	}
	text[n] = '\0';
	const char *line = strstr(text, "VmHWM:");
	return line ? strtod(line + 6, NULL) / 1024 : 0;
}

/* Sends the last frame. Call with sending held. */
static void send_result(bool ok, bool passed, const struct script_error *error)
{
	double seconds = (double)(clock_now_ns() - worker.started_ns) / 1e9;
	json_t *result = json_pack("{s:b,s:b,s:f,s:f}", "ok", ok, "passed", passed, "seconds",
				   seconds, "peak_mb", peak_mb());
	if (result && !ok) {
		json_object_set_new(result, "error",
				    json_pack("{s:s,s:s,s:i,s:s}", "kind",
					      script_fault_word(error->fault), "message",
					      error->message, "line", error->line, "file",
					      error->file));
	}
	char *json = result ? json_dumps(result, JSON_COMPACT) : NULL;
	if (json && !worker.ended) {
		send_frame(FRAME_RESULT, json, NULL, 0);
	}
	worker.ended = true;
	free(json);
	json_decref(result);
}

/* ---- what the script asks of us ---- */

static enum status open_data(void *context, const char *file, int *descriptor, struct error *err)
{
	(void)context;
	return datafiles_find(&worker.data, file, descriptor, err);
}

static bool stopping(void *context)
{
	(void)context;
	return atomic_load_explicit(&worker.stop, memory_order_relaxed) != SCRIPT_FAULT_NONE;
}

static const struct host host = {.emit = emit, .open_data = open_data, .stopping = stopping};

/* ---- watchdog ---- */

static void on_interrupt(int signal_number)
{
	(void)signal_number;
	if (worker.script) {
		script_interrupt(worker.script, (enum script_fault)atomic_load(&worker.stop));
	}
}

static void ask_to_stop(enum script_fault fault)
{
	int none = SCRIPT_FAULT_NONE;
	atomic_compare_exchange_strong(&worker.stop, &none, (int)fault);
	pthread_kill(worker.main_thread, SIGUSR1);
	pthread_mutex_lock(&worker.queue_lock);
	pthread_cond_signal(&worker.queue_filled);
	pthread_mutex_unlock(&worker.queue_lock);
}

/* The script did not come back: report for it, when the channel is free, and end. */
static void end_for_it(void)
{
	enum script_fault fault = (enum script_fault)atomic_load(&worker.stop);
	if (pthread_mutex_trylock(&worker.sending) == 0) {
		struct script_error error = {.fault = fault};
		snprintf(error.message, sizeof(error.message), "%s",
			 message(fault == SCRIPT_FAULT_TIMEOUT ? MSG_SCRIPT_TIMEOUT
							       : MSG_SCRIPT_STOPPED));
		send_result(false, false, &error);
		_exit(0);
	}
	_exit(fault == SCRIPT_FAULT_TIMEOUT ? WORKER_EXIT_TIMEOUT : WORKER_EXIT_STOPPED);
}

static void take_event(const struct frame *frame)
{
	json_t *json = json_loadb(frame->json, frame->json_length, 0, NULL);
	struct event event = {.type = frame->type};
	const char *key = json_string_value(json_object_get(json, "key"));
	snprintf(event.key, sizeof(event.key), "%s", key ? key : "");
	event.width = (int)json_integer_value(json_object_get(json, "width"));
	event.height = (int)json_integer_value(json_object_get(json, "height"));
	json_decref(json);
	pthread_mutex_lock(&worker.queue_lock);
	if (worker.queued <
	    KEY_QUEUE) { /* beyond it keys are lost, as at any full keyboard buffer */
		worker.queue[worker.queued++] = event;
		pthread_cond_signal(&worker.queue_filled);
	}
	pthread_mutex_unlock(&worker.queue_lock);
}

/* Reads what the parent sent; the end of the channel ends us. */
static void take_frames(struct frame_reader *reader)
{
	char bytes[4096];
	ssize_t n = read(CHANNEL, bytes, sizeof(bytes));
	if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
		return;
	}
	if (n <= 0 || frame_reader_add(reader, bytes, (size_t)n) != STATUS_OK) {
		_exit(WORKER_EXIT_ORPHAN);
	}
	struct frame frame;
	while (frame_reader_next(reader, &frame, NULL) == STATUS_OK) {
		if (frame.type == FRAME_STOP) {
			ask_to_stop(SCRIPT_FAULT_KILLED);
		} else if (frame.type == FRAME_KEY || frame.type == FRAME_RESIZE) {
			take_event(&frame);
		}
	}
}

static void *watch(void *context)
{
	struct frame_reader *reader = context;
	const int64_t limit = (int64_t)(worker.request.seconds * 1e9);
	int64_t last = clock_now_ns(), stopped_for = 0;
	for (;;) {
		struct pollfd channel = {.fd = CHANNEL, .events = POLLIN};
		if (poll(&channel, 1, TICK_MS) > 0) {
			take_frames(reader);
		}
		/* A long gap means we were paused (SIGSTOP): that time is not the script's. */
		int64_t now = clock_now_ns(), gap = now - last;
		last = now;
		gap = gap > 10 * TICK_MS * 1000000ll ? TICK_MS * 1000000ll : gap;
		int64_t active = atomic_load(&worker.active_ns);
		if (active >= 0 &&
		    atomic_compare_exchange_strong(&worker.active_ns, &active, active + gap) &&
		    active + gap > limit && !stopping(NULL)) {
			ask_to_stop(SCRIPT_FAULT_TIMEOUT);
		}
		if (stopping(NULL)) {
			stopped_for += gap;
			if (stopped_for > GRACE_NS) {
				end_for_it();
			}
		}
	}
	return NULL;
}

/* ---- figures ---- */

/* Waits for a key or a new size, at most ms (0: for ever). False when the time passed or a stop was asked. */
static bool next_event(int ms, struct event *event)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&worker.queue_lock);
	int waited = 0;
	while (!worker.queued && !stopping(NULL) && waited != ETIMEDOUT) {
		waited = ms ? pthread_cond_timedwait(&worker.queue_filled, &worker.queue_lock,
						     &until)
			    : pthread_cond_wait(&worker.queue_filled, &worker.queue_lock);
	}
	bool got = worker.queued > 0 && !stopping(NULL);
	if (got) {
		*event = worker.queue[0];
		worker.queued--;
		memmove(worker.queue, worker.queue + 1, (size_t)worker.queued * sizeof(*event));
	}
	pthread_mutex_unlock(&worker.queue_lock);
	return got;
}

static bool run_figure(struct script_error *fault)
{
	const struct worker_request *request = &worker.request;
	struct figure_run *figure;
	if (!figure_open(&figure, worker.script, worker.file, request->source,
			 request->source_length, request->seed, request->width, request->height,
			 fault)) {
		return false;
	}
	bool ok = true;
	while (ok && !stopping(NULL)) {
		atomic_store(&worker.active_ns, -1);
		struct event event;
		int interval = figure_interval(figure);
		bool got = next_event(interval, &event);
		if (stopping(NULL)) {
			break;
		}
		atomic_store(&worker.active_ns, 0);
		if (!got) {
			ok = figure_tick(figure, interval, fault);
		} else if (event.type == FRAME_KEY) {
			ok = figure_key(figure, event.key, fault);
		} else {
			ok = figure_resize(figure, event.width, event.height, fault);
		}
	}
	figure_free(figure);
	return ok;
}

/* ---- start ---- */

static void copy_text(char *out, size_t size, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	snprintf(out, size, "%s", text ? text : "script.lua");
}

/* Waits for the request; false when what came is none. The frame's bytes stay in the reader. */
static bool take_request(struct frame_reader *reader)
{
	struct frame frame;
	enum status status;
	while ((status = frame_reader_next(reader, &frame, NULL)) == STATUS_NOT_FOUND) {
		char bytes[65536];
		ssize_t n = read(CHANNEL, bytes, sizeof(bytes));
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0 || frame_reader_add(reader, bytes, (size_t)n) != STATUS_OK) {
			return false;
		}
	}
	json_t *json = status == STATUS_OK && frame.type == FRAME_REQUEST && frame.bytes
			       ? json_loadb(frame.json, frame.json_length, 0, NULL)
			       : NULL;
	if (!json) {
		return false;
	}
	struct worker_request *request = &worker.request;
	request->kind = (enum worker_kind)json_integer_value(json_object_get(json, "kind"));
	copy_text(worker.file, sizeof(worker.file), json, "file");
	copy_text(worker.check_file, sizeof(worker.check_file), json, "check_file");
	request->seed = (uint64_t)json_integer_value(json_object_get(json, "seed"));
	request->threads = (int)json_integer_value(json_object_get(json, "threads"));
	request->seconds = json_number_value(json_object_get(json, "seconds"));
	request->memory_mb = (int)json_integer_value(json_object_get(json, "memory_mb"));
	request->local_services = json_is_true(json_object_get(json, "local_services"));
	request->width = (int)json_integer_value(json_object_get(json, "width"));
	request->height = (int)json_integer_value(json_object_get(json, "height"));
	request->source_length = (size_t)json_integer_value(json_object_get(json, "source_length"));
	const char *language = json_string_value(json_object_get(json, "language"));
	message_set_language(language && strcmp(language, "en") == 0 ? LANGUAGE_EN : LANGUAGE_KO);
	json_decref(json);
	if (request->source_length > frame.bytes_length) {
		return false;
	}
	/* One copy that outlives the reader's buffer. */
	char *bytes = malloc(frame.bytes_length + 1);
	if (!bytes) {
		return false;
	}
	memcpy(bytes, frame.bytes, frame.bytes_length);
	request->source = bytes;
	request->check = bytes + request->source_length;
	request->check_length = frame.bytes_length - request->source_length;
	return true;
}

#define WORKER_NICE 5 /* keys come first when training fills every core */

static void prepare_process(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpriority(PRIO_PROCESS, 0, WORKER_NICE); /* inherited by the threads to come */
	if (getppid() == 1) {
		_exit(WORKER_EXIT_ORPHAN);
	}
#ifdef SYS_close_range
	if (syscall(SYS_close_range, CHANNEL + 1, ~0u, 0) != 0)
#endif
	{
		for (int descriptor = CHANNEL + 1; descriptor < 1024; descriptor++) {
			close(descriptor);
		}
	}
	fcntl(CHANNEL, F_SETFL, 0); /* sending waits: that is the back-pressure */
	signal(SIGPIPE, SIG_IGN);
	mallopt(M_ARENA_MAX, 1); /* an arena maps 64 MB whether it uses them or not */
	strbuf_init(&worker.out);
}

/* Scripts that never compute should not wait for the BLAS library. */
static void start_engine(void)
{
	const struct worker_request *request = &worker.request;
	bool wanted = memmem(request->source, request->source_length, "require", 7) ||
		      memmem(request->check, request->check_length, "require", 7);
	if (wanted) {
		engine_start(request->threads,
			     NULL); /* without BLAS the engine's own kernels serve */
		threads_start();
	} else {
		threads_set(1); /* no thread can be started later */
	}
}

static bool set_up(struct frame_reader *reader, struct error *err)
{
	datafiles_open(&worker.data);
	start_engine();
	worker.status_file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	struct script_options options = {.memory = (size_t)worker.request.memory_mb * MEGABYTE,
					 .seed = worker.request.seed,
					 .threads = worker.request.threads,
					 .compute = true,
					 .local_services = worker.request.local_services,
					 .host = &host};
	if (script_new(&worker.script, &options, err) != STATUS_OK) {
		return false;
	}
	worker.main_thread = pthread_self();
	struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = SA_RESTART};
	sigaction(SIGUSR1, &action, NULL);
	sigset_t all, old;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are the main thread's */
	pthread_t watchdog;
	int failed = pthread_create(&watchdog, NULL, watch, reader);
	sigemptyset(&old);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (failed) {
		error_set(err, STATUS_INTERNAL, "thread", "%s", strerror(failed));
		return false;
	}
	struct confine_limits limits = {options.memory + SLACK, worker.request.seconds,
					worker.request.threads + 1, worker.request.local_services};
	if (worker.request.kind == WORKER_FIGURE) {
		limits.seconds = 24 * 3600; /* the watchdog keeps the time of each key */
	}
	return confine_process(&limits, err) == STATUS_OK;
}

int worker_main(void)
{
	struct frame_reader reader;
	frame_reader_init(&reader);
	prepare_process();
	if (!take_request(&reader)) {
		return WORKER_EXIT_REQUEST;
	}
	worker.started_ns = clock_now_ns();
	struct script_error fault = {0};
	struct error err = ERROR_INIT;
	bool ok = false, passed = false;
	if (!set_up(&reader, &err)) {
		fault.fault = SCRIPT_FAULT_KILLED;
		snprintf(fault.message, sizeof(fault.message), message(MSG_WORKER_NOT_CONFINED),
			 err.message);
	} else {
		const struct worker_request *request = &worker.request;
		atomic_store(&worker.active_ns, 0);
		switch (request->kind) {
		case WORKER_RUN:
			ok = script_run(worker.script, worker.file, request->source,
					request->source_length, &fault);
			break;
		case WORKER_CHECK:
			ok = script_check(worker.script, worker.file, request->source,
					  request->source_length, worker.check_file, request->check,
					  request->check_length, request->seed, &passed, &fault);
			break;
		case WORKER_PIPELINE:
			ok = script_pipeline(worker.script, worker.file, request->source,
					     request->source_length, request->check,
					     request->check_length, &fault);
			break;
		case WORKER_FIGURE:
			ok = run_figure(&fault);
			break;
		}
	}
	pthread_mutex_lock(&worker.sending);
	send_result(ok, passed, &fault);
	_exit(0); /* memory goes back with the process; finalisers and exit handlers have nothing to add */
}
