/* The parent's side: starts workers, talks to them without ever waiting, and says how they ended. */
#include "engine/worker/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/message.h"
#include "engine/worker/exit.h"
#include "engine/worker/files.h"

#define CHANNEL 3
#define STOP_NS 80000000ll /* from worker_stop() to the kill */
#define OVERTIME_NS 2000000000ll /* a worker keeps its own time; this long after it, it is killed */
#define DEFAULT_SECONDS 60
#define DEFAULT_FIGURE_SECONDS 4
#define DEFAULT_MEMORY_MB 1024
#define MAX_THREADS 64
#define READ_SIZE 65536

enum phase {
	PHASE_RUNNING,
	PHASE_CLOSED, /* the channel ended; the process is not reaped yet */
	PHASE_ENDED
};

struct worker {
	pid_t pid;
	int channel;
	enum phase phase;
	enum worker_kind kind;
	struct frame_reader reader;
	struct strbuf out; /* waits to be sent */
	size_t sent;
	struct worker_result result;
	bool have_result;
	struct files_taker files;
	struct strbuf note; /* JSON of a log frame of ours */
	char told[1024]; /* path of the file last reported: checkpoints come again and again */
	int64_t started, limit_ns; /* limit 0: none (figures) */
	int64_t paused_at, paused_ns; /* paused_at 0: runs */
	int64_t stop_at; /* 0, or when it is to be killed */
	enum script_fault killed_for; /* why we killed it */
};

/* Workers freed before they were gone: reaped whenever there is a chance. */
#define ORPHANS 64
static pid_t orphans[ORPHANS];

static void reap_orphans(void)
{
	for (int i = 0; i < ORPHANS; i++) {
		if (orphans[i] && waitpid(orphans[i], NULL, WNOHANG) != 0) {
			orphans[i] = 0;
		}
	}
}

static void adopt(pid_t pid)
{
	for (int i = 0; i < ORPHANS; i++) {
		if (!orphans[i]) {
			orphans[i] = pid;
			return;
		}
	}
	waitpid(pid, NULL, 0); /* it was killed: this takes as long as its memory takes to go */
}

/* ---- start ---- */

static bool passed_on(const char *entry)
{
	static const char *const prefixes[] = {
		"MUNDAP_",          "ASAN_OPTIONS=", "UBSAN_OPTIONS=", "TSAN_OPTIONS=",
		"LD_LIBRARY_PATH=", "HOME=",         "XDG_DATA_HOME="};
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (strncmp(entry, prefixes[i], strlen(prefixes[i])) == 0) {
			return true;
		}
	}
	return false;
}

#define ENVIRONMENT_MAX 48

static pid_t spawn(int channel, struct error *err)
{
	char *environment[ENVIRONMENT_MAX] = {"LC_ALL=C.UTF-8"};
	int count = 1;
	for (char **entry = environ; *entry && count < ENVIRONMENT_MAX - 1; entry++) {
		if (passed_on(*entry)) {
			environment[count++] = *entry;
		}
	}
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_adddup2(&actions, channel, CHANNEL);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	if (!getenv("MUNDAP_WORKER_STDERR")) {
		posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	}
	sigset_t none, all;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setpgroup(&attributes,
				  0); /* its own group: one kill reaches everything in it */
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						      POSIX_SPAWN_SETPGROUP);
	const char *program = getenv("MUNDAP_PROGRAM"); /* set by tests, which are other programs */
	char name[] = "mundap", word[] = "worker";
	char *arguments[] = {name, word, NULL};
	pid_t pid = -1;
	int failed = posix_spawn(&pid, program ? program : "/proc/self/exe", &actions, &attributes,
				 arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (failed) {
		error_set(err, STATUS_IO, "worker", "%s", strerror(failed));
		return -1;
	}
	return pid;
}

static enum status queue_request(struct worker *worker, const struct worker_request *request,
				 struct error *err)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	bool figure = request->kind == WORKER_FIGURE;
	/* A figure computes little at a time: waiting for a second thread costs more than it brings. */
	int threads = request->threads > 0 ? request->threads : figure ? 1 : (int)cores;
	threads = threads < 1 ? 1 : threads > MAX_THREADS ? MAX_THREADS : threads;
	double seconds = request->seconds > 0 ? request->seconds
			 : figure             ? DEFAULT_FIGURE_SECONDS
					      : DEFAULT_SECONDS;
	int memory = request->memory_mb > 0 ? request->memory_mb : DEFAULT_MEMORY_MB;
	worker->limit_ns = figure ? 0 : (int64_t)(seconds * 1e9) + OVERTIME_NS;
	json_t *json = json_pack(
		"{s:i,s:s,s:s,s:I,s:i,s:f,s:i,s:b,s:i,s:i,s:I,s:s}", "kind", (int)request->kind,
		"file", request->file ? request->file : "script.lua", "check_file",
		request->check_file ? request->check_file : "check.lua", "seed",
		(json_int_t)request->seed, "threads", threads, "seconds", seconds, "memory_mb",
		memory, "local_services", request->local_services, "width", request->width,
		"height", request->height, "source_length", (json_int_t)request->source_length,
		"language", message_language() == LANGUAGE_EN ? "en" : "ko");
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	size_t length = request->source_length + request->check_length;
	char *bytes = malloc(length + 1);
	enum status status = STATUS_NOMEM;
	if (text && bytes) {
		if (request->source_length) {
			memcpy(bytes, request->source, request->source_length);
		}
		if (request->check_length) {
			memcpy(bytes + request->source_length, request->check,
			       request->check_length);
		}
		status = frame_append(&worker->out, FRAME_REQUEST, text, bytes, length, err);
	} else {
		error_set(err, STATUS_NOMEM, "worker", "out of memory");
	}
	free(bytes);
	free(text);
	return status;
}

static void flush(struct worker *worker)
{
	while (worker->channel >= 0 && worker->sent < worker->out.length) {
		ssize_t n = send(worker->channel, worker->out.text + worker->sent,
				 worker->out.length - worker->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n < 0) {
			break; /* full, or gone: reading tells */
		}
		worker->sent += (size_t)n;
	}
	if (worker->sent == worker->out.length) {
		strbuf_reset(&worker->out);
		worker->sent = 0;
	}
}

enum status worker_start(struct worker **out, const struct worker_request *request,
			 struct error *err)
{
	*out = NULL;
	reap_orphans();
	struct worker *worker = calloc(1, sizeof(*worker));
	if (!worker) {
		return error_set(err, STATUS_NOMEM, "worker", "out of memory");
	}
	worker->kind = request->kind;
	worker->channel = -1;
	frame_reader_init(&worker->reader);
	strbuf_init(&worker->out);
	strbuf_init(&worker->note);
	files_taker_init(&worker->files);
	int pair[2];
	enum status status = queue_request(worker, request, err);
	if (status == STATUS_OK && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		status = error_set(err, STATUS_IO, "worker", "%s", strerror(errno));
	} else if (status == STATUS_OK) {
		worker->channel = pair[0];
		worker->pid = spawn(pair[1], err);
		close(pair[1]);
		status = worker->pid < 0 ? STATUS_IO : STATUS_OK;
	}
	if (status != STATUS_OK) {
		worker->phase = PHASE_ENDED;
		worker_free(worker);
		return status;
	}
	worker->started = clock_now_ns();
	flush(worker);
	*out = worker;
	return STATUS_OK;
}

/* ---- end ---- */

static double running_seconds(const struct worker *worker)
{
	int64_t now = worker->paused_at ? worker->paused_at : clock_now_ns();
	return (double)(now - worker->started - worker->paused_ns) / 1e9;
}

static void kill_all(struct worker *worker, enum script_fault fault)
{
	if (worker->phase == PHASE_RUNNING && !worker->killed_for) {
		worker->killed_for = fault;
		kill(-worker->pid, SIGKILL);
	}
}

static void set_fault(struct worker *worker, enum script_fault fault, const char *text)
{
	worker->result.error.fault = fault;
	snprintf(worker->result.error.message, sizeof(worker->result.error.message), "%s", text);
}

/* The process is gone without a result: say why. */
static void classify(struct worker *worker, int status)
{
	char how[64], text[256];
	if (worker->killed_for == SCRIPT_FAULT_TIMEOUT ||
	    (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_TIMEOUT) ||
	    (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)) {
		set_fault(worker, SCRIPT_FAULT_TIMEOUT, message(MSG_SCRIPT_TIMEOUT));
		return;
	}
	if (worker->killed_for == SCRIPT_FAULT_KILLED || worker->stop_at ||
	    (WIFEXITED(status) && WEXITSTATUS(status) == WORKER_EXIT_STOPPED)) {
		set_fault(worker, SCRIPT_FAULT_KILLED, message(MSG_SCRIPT_STOPPED));
		return;
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS) {
		set_fault(worker, SCRIPT_FAULT_DENIED, message(MSG_SCRIPT_DENIED_CALL));
		return;
	}
	if (worker->killed_for == SCRIPT_FAULT_DENIED) {
		snprintf(how, sizeof(how), "%s", message(MSG_WORKER_PROTOCOL));
	} else if (WIFSIGNALED(status)) {
		snprintf(how, sizeof(how), "SIG%s", sigabbrev_np(WTERMSIG(status)));
	} else {
		snprintf(how, sizeof(how), message(MSG_WORKER_EXIT), WEXITSTATUS(status));
	}
	snprintf(text, sizeof(text), message(MSG_SCRIPT_DIED), how);
	set_fault(worker, SCRIPT_FAULT_KILLED, text);
}

/* Collects the process if it is gone already. */
static bool reap(struct worker *worker)
{
	int status = 0;
	struct rusage usage;
	pid_t pid = wait4(worker->pid, &status, WNOHANG, &usage);
	if (pid == 0) {
		return false;
	}
	if (!worker->have_result) {
		worker->result.seconds = running_seconds(worker);
		if (pid == worker->pid) {
			worker->result.peak_mb = (double)usage.ru_maxrss / 1024;
		}
		classify(worker, status);
	}
	worker->phase = PHASE_ENDED;
	worker->pid = 0;
	return true;
}

static enum script_fault fault_of(const char *word)
{
	for (enum script_fault f = SCRIPT_FAULT_LUA; word && f <= SCRIPT_FAULT_DENIED; f++) {
		if (strcmp(word, script_fault_word(f)) == 0) {
			return f;
		}
	}
	return SCRIPT_FAULT_KILLED;
}

static void take_result(struct worker *worker, const struct frame *frame)
{
	json_t *json = json_loadb(frame->json, frame->json_length, 0, NULL);
	if (!json || worker->have_result) {
		json_decref(json);
		return;
	}
	struct worker_result *result = &worker->result;
	result->ok = json_is_true(json_object_get(json, "ok"));
	result->passed = json_is_true(json_object_get(json, "passed"));
	result->seconds = json_number_value(json_object_get(json, "seconds"));
	result->peak_mb = json_number_value(json_object_get(json, "peak_mb"));
	const json_t *error = json_object_get(json, "error");
	if (!result->ok) {
		const char *text = json_string_value(json_object_get(error, "message"));
		const char *file = json_string_value(json_object_get(error, "file"));
		set_fault(worker, fault_of(json_string_value(json_object_get(error, "kind"))),
			  text ? text : "");
		result->error.line = (int)json_integer_value(json_object_get(error, "line"));
		snprintf(result->error.file, sizeof(result->error.file), "%s", file ? file : "");
	}
	worker->have_result = true;
	json_decref(json);
}

/* ---- frames ---- */

enum received { RECEIVED_SOME, RECEIVED_NOTHING, RECEIVED_END };

static enum received receive(struct worker *worker)
{
	char bytes[READ_SIZE];
	ssize_t n;
	do {
		n = recv(worker->channel, bytes, sizeof(bytes), MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
		return RECEIVED_NOTHING;
	}
	if (n <= 0 || frame_reader_add(&worker->reader, bytes, (size_t)n) != STATUS_OK) {
		return RECEIVED_END;
	}
	return RECEIVED_SOME;
}

static void keep_deadlines(struct worker *worker)
{
	int64_t now = clock_now_ns();
	if (worker->stop_at && now >= worker->stop_at) {
		kill_all(worker, SCRIPT_FAULT_KILLED);
	} else if (worker->limit_ns && !worker->paused_at &&
		   now - worker->started - worker->paused_ns > worker->limit_ns) {
		kill_all(worker, SCRIPT_FAULT_TIMEOUT);
	}
}

/* A part of a file. When it was the last, or could not be kept, the frame becomes a log line that says so; else false. */
static bool take_file(struct worker *worker, struct frame *frame)
{
	struct strbuf path;
	strbuf_init(&path);
	struct error err = ERROR_INIT;
	enum status status = worker->kind == WORKER_FIGURE
				     ? error_set(&err, STATUS_DENIED, "file", "figure")
				     : files_take(&worker->files, frame, &path, &err);
	bool tell =
		status != STATUS_OK || (path.length > 0 && strcmp(path.text, worker->told) != 0);
	if (tell) {
		char text[2048];
		snprintf(worker->told, sizeof(worker->told), "%s",
			 status == STATUS_OK ? path.text : "");
		snprintf(text, sizeof(text),
			 message(status == STATUS_OK ? MSG_WORKER_FILE_SAVED
						     : MSG_WORKER_FILE_FAILED),
			 status == STATUS_OK ? path.text : err.message);
		json_t *json = json_pack("{s:s}", "text", text);
		char *dump = json ? json_dumps(json, JSON_COMPACT) : NULL;
		json_decref(json);
		strbuf_reset(&worker->note);
		strbuf_puts(&worker->note, dump ? dump : "{\"text\":\"\"}");
		free(dump);
		*frame = (struct frame){.type = FRAME_LOG,
					.json = worker->note.text,
					.json_length = worker->note.length};
	}
	strbuf_release(&path);
	return tell;
}

enum worker_next worker_next(struct worker *worker, struct frame *frame)
{
	while (worker->phase == PHASE_RUNNING) {
		enum status status = frame_reader_next(&worker->reader, frame, NULL);
		if (status == STATUS_OK && frame->type == FRAME_FILE) {
			if (take_file(worker, frame)) {
				return WORKER_FRAME;
			}
			continue;
		}
		if (status == STATUS_OK && frame->type < (enum frame_type)HOST_EVENT_COUNT) {
			return WORKER_FRAME;
		}
		if (status == STATUS_OK) {
			if (frame->type == FRAME_RESULT) {
				take_result(worker, frame);
			}
			continue;
		}
		if (status == STATUS_CORRUPT) {
			kill_all(worker, SCRIPT_FAULT_DENIED);
			frame_reader_release(&worker->reader);
			frame_reader_init(&worker->reader);
		}
		flush(worker);
		keep_deadlines(worker);
		enum received received = receive(worker);
		if (received == RECEIVED_NOTHING) {
			return WORKER_NOTHING;
		}
		if (received == RECEIVED_END) {
			close(worker->channel);
			worker->channel = -1;
			worker->phase = PHASE_CLOSED;
			kill(-worker->pid,
			     SIGKILL); /* it closed the channel: nothing more can come of it */
		}
	}
	if (worker->phase == PHASE_CLOSED && !reap(worker)) {
		return WORKER_NOTHING;
	}
	return WORKER_ENDED;
}

int worker_fd(const struct worker *worker)
{
	return worker->channel;
}

short worker_events(const struct worker *worker)
{
	return (short)(POLLIN | (worker->out.length > worker->sent ? POLLOUT : 0));
}

int worker_wait_ms(const struct worker *worker)
{
	if (worker->phase == PHASE_ENDED) {
		return 0;
	}
	if (worker->phase == PHASE_CLOSED || worker->killed_for) {
		return 5;
	}
	int64_t now = clock_now_ns(), until = INT64_MAX;
	if (worker->limit_ns && !worker->paused_at) {
		until = worker->started + worker->paused_ns + worker->limit_ns;
	}
	if (worker->stop_at && worker->stop_at < until) {
		until = worker->stop_at;
	}
	if (until == INT64_MAX) {
		return -1;
	}
	int64_t ms = (until - now) / 1000000 + 1;
	return ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms;
}

const struct worker_result *worker_result(const struct worker *worker)
{
	return &worker->result;
}

/* ---- control ---- */

static enum status send_json(struct worker *worker, enum frame_type type, json_t *json)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	if (!text) {
		return STATUS_NOMEM;
	}
	enum status status = STATUS_OK;
	if (worker->channel >= 0) {
		status = frame_append(&worker->out, type, text, NULL, 0, NULL);
		flush(worker);
	}
	free(text);
	return status;
}

enum status worker_send_key(struct worker *worker, const char *key)
{
	return send_json(worker, FRAME_KEY, json_pack("{s:s}", "key", key));
}

enum status worker_send_resize(struct worker *worker, int width, int height)
{
	return send_json(worker, FRAME_RESIZE,
			 json_pack("{s:i,s:i}", "width", width, "height", height));
}

void worker_pause(struct worker *worker)
{
	if (worker->phase == PHASE_RUNNING && !worker->paused_at) {
		worker->paused_at = clock_now_ns();
		kill(-worker->pid, SIGSTOP);
	}
}

void worker_resume(struct worker *worker)
{
	if (worker->phase == PHASE_RUNNING && worker->paused_at) {
		worker->paused_ns += clock_now_ns() - worker->paused_at;
		worker->paused_at = 0;
		kill(-worker->pid, SIGCONT);
	}
}

bool worker_paused(const struct worker *worker)
{
	return worker->paused_at != 0;
}

void worker_stop(struct worker *worker)
{
	if (worker->phase != PHASE_RUNNING || worker->stop_at) {
		return;
	}
	worker->stop_at = clock_now_ns() + STOP_NS;
	send_json(worker, FRAME_STOP, json_object());
	worker_resume(worker);
}

void worker_free(struct worker *worker)
{
	if (!worker) {
		return;
	}
	if (worker->channel >= 0) {
		close(worker->channel);
	}
	if (worker->pid > 0 && worker->phase != PHASE_ENDED) {
		kill(-worker->pid, SIGKILL);
		if (!reap(worker)) {
			adopt(worker->pid);
		}
	}
	frame_reader_release(&worker->reader);
	strbuf_release(&worker->out);
	strbuf_release(&worker->note);
	files_taker_release(&worker->files);
	free(worker);
}
