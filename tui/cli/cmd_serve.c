#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/mlops/model_file.h"
#include "engine/mlops/server.h"
#include "engine/store/registry.h"
#include "engine/tensor/engine.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"

/* mundap serve MODEL: a model of the registry (or a file) over HTTP, following promotions, until SIGTERM. */

#define MODEL_LIMIT ((size_t)2 << 30)
#define MOST_KEYS 64

static volatile sig_atomic_t stops; /* signals to stop so far */

static void on_stop(int number)
{
	(void)number;
	stops++;
}

struct serving {
	const struct cli_options *options;
	struct store *store; /* NULL: a file is served */
	struct server *server;
	struct strbuf name; /* of the model */
	const char *follow; /* "production", "latest", "staging" or a number */
	bool fell_back; /* no production version: the newest is served */
	int version; /* served now, 0 for a file */
	int refused; /* a version that could not be loaded: said once */
	struct server_model model;
	char version_text[32];
};

/* ---- the model ---- */

static enum status read_file(struct serving *s, const char *path, const char *version,
			     struct error *err)
{
	struct strbuf bytes;
	strbuf_init(&bytes);
	enum status status = file_read(&bytes, path, MODEL_LIMIT, err);
	if (status == STATUS_OK) {
		snprintf(s->version_text, sizeof s->version_text, "%s", version);
		status = model_file_read(&s->model, bytes.text, bytes.length, s->name.text,
					 s->version_text, err);
	}
	strbuf_release(&bytes);
	return status;
}

/* The version to serve now. production falls back on the newest until there is one. */
static enum status wanted(struct serving *s, struct arena *arena, struct model_version *v,
			  struct error *err)
{
	struct error own = ERROR_INIT;
	enum status status = registry_find(s->store, arena, s->name.text, s->follow, v, &own);
	s->fell_back = false;
	if (status == STATUS_NOT_FOUND && strcmp(s->follow, "production") == 0) {
		s->fell_back = true;
		return registry_find(s->store, arena, s->name.text, "latest", v, err);
	}
	return status == STATUS_OK ? status : error_set(err, status, own.where, "%s", own.message);
}

/* Loads a registered version into s->model; its file must be the one that was registered. */
static enum status load_version(struct serving *s, const struct model_version *v, struct error *err)
{
	struct strbuf path;
	char number[16];
	strbuf_init(&path);
	snprintf(number, sizeof number, "%d", v->version);
	enum status status = registry_verify(s->store, v, err);
	if (status == STATUS_OK) {
		status = registry_path(s->store, &path, v->digest, err);
	}
	if (status == STATUS_OK) {
		status = read_file(s, path.text, number, err);
	}
	strbuf_release(&path);
	return status;
}

/* A file when it names one, else "name", "name@3", "name@staging" of the registry. */
static enum status open_model(struct serving *s, const char *word, struct error *err)
{
	struct stat info;
	strbuf_init(&s->name);
	if (stat(word, &info) == 0 && S_ISREG(info.st_mode)) {
		const char *slash = strrchr(word, '/'), *base = slash ? slash + 1 : word;
		for (const char *c = base; *c && (*c != '.' || c == base); c++) {
			strbuf_putc(&s->name,
				    strchr(" /\\\"'", *c) || *c < 33 || *c > 126 ? '_' : *c);
		}
		return read_file(s, word, "file", err);
	}
	const char *at = strchr(word, '@');
	strbuf_add(&s->name, word, at ? (size_t)(at - word) : strlen(word));
	s->follow = at ? at + 1 : "production";
	if (strchr(word, '/') || strstr(word, ".safetensors")) {
		return error_set(err, STATUS_NOT_FOUND, word, message(MSG_SERVE_NO_MODEL), word);
	}
	enum status status = store_open(&s->store, NULL, err);
	if (status != STATUS_OK) {
		return status;
	}
	struct arena arena;
	struct model_version v;
	arena_init(&arena);
	struct error own = ERROR_INIT;
	status = wanted(s, &arena, &v, &own);
	if (status == STATUS_NOT_FOUND && !at) {
		error_set(err, status, word, message(MSG_SERVE_NO_MODEL), word);
	} else if (status != STATUS_OK) {
		error_set(err, status, own.where, "%s", own.message);
	} else {
		status = load_version(s, &v, err);
		s->version = v.version;
	}
	arena_release(&arena);
	return status;
}

/* A word to whoever watches the terminal; the log on standard error stays JSON, and so does standard output in that mode. */
static void tell(const struct serving *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void tell(const struct serving *s, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (!s->options->json) {
		vprintf(format, args);
		fflush(stdout);
	}
	va_end(args);
}

static void log_event(int fd, const char *event, const char *detail)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	json_t *line = json_pack("{s:f,s:s,s:s}", "time",
				 (double)now.tv_sec + (double)(now.tv_nsec / 1000000) / 1e3,
				 "event", event, "detail", detail);
	char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(13));
	json_decref(line);
	if (text && fd >= 0) {
		dprintf(fd, "%s\n", text);
	}
	free(text);
}

/* Looks at the registry and swaps when another version is wanted now. */
static void follow_registry(struct serving *s, int log_fd)
{
	struct arena arena;
	struct model_version v;
	struct error err = ERROR_INIT;
	char old[32];
	arena_init(&arena);
	if (wanted(s, &arena, &v, &err) == STATUS_OK && v.version != s->version &&
	    v.version != s->refused) {
		snprintf(old, sizeof old, "%s", s->version_text);
		enum status status = load_version(s, &v, &err);
		if (status == STATUS_OK) {
			status = server_swap(s->server, &s->model, &err);
			if (status != STATUS_OK) {
				s->model.release(s->model.context);
			}
		}
		if (status == STATUS_OK) {
			s->version = v.version;
			s->refused = 0;
			log_event(log_fd, "swap", s->version_text);
			tell(s, message(MSG_SERVE_SWAPPED), s->name.text, old, s->version_text);
		} else {
			s->refused = v.version;
			snprintf(s->version_text, sizeof s->version_text, "%s", old);
			log_event(log_fd, "refused", err.message);
			tell(s, message(MSG_SERVE_KEPT), v.version, err.message);
		}
	}
	arena_release(&arena);
}

/* ---- keys ---- */

struct keys {
	struct strbuf text;
	struct server_key rows[MOST_KEYS];
	size_t count;
};

static enum status read_keys(struct keys *keys, const char *path, struct error *err)
{
	enum status status = file_read(&keys->text, path, (size_t)1 << 20, err);
	if (status != STATUS_OK) {
		return status;
	}
	struct stat info;
	if (stat(path, &info) == 0 && (info.st_mode & 077)) {
		fprintf(stderr, message(MSG_SERVE_KEYS_OPEN), path);
	}
	int number = 0;
	char *rest = keys->text.text, *line;
	while ((line = strsep(&rest, "\n")) != NULL) {
		char *inner = NULL, *role = strtok_r(line, " \t\r", &inner);
		number++;
		if (!role || *role == '#') {
			continue;
		}
		char *key = strtok_r(NULL, " \t\r", &inner);
		bool admin = strcmp(role, "admin") == 0;
		if ((!admin && strcmp(role, "predict") != 0) || !key || strlen(key) < 8 ||
		    strtok_r(NULL, " \t\r", &inner) || keys->count == MOST_KEYS) {
			return error_set(err, STATUS_INVALID, path, message(MSG_SERVE_KEYS_LINE),
					 path, number);
		}
		keys->rows[keys->count++] =
			(struct server_key){key, admin ? SERVER_ROLE_ADMIN : SERVER_ROLE_PREDICT};
	}
	if (keys->count == 0) {
		return error_set(err, STATUS_INVALID, path, message(MSG_SERVE_KEYS_EMPTY), path);
	}
	return STATUS_OK;
}

/* ---- serving ---- */

static bool announce(const struct serving *s)
{
	int port = server_port(s->server);
	if (s->options->json) {
		char url[64];
		snprintf(url, sizeof url, "http://127.0.0.1:%d", port);
		return cli_print_json_line(json_pack(
			"{s:s,s:s,s:i,s:s,s:i,s:i,s:i}", "model", s->name.text, "version",
			s->version_text, "port", port, "url", url, "inputs", s->model.inputs,
			"outputs", s->model.outputs, "pid", (int)getpid()));
	}
	if (s->fell_back) {
		fputs(message(MSG_SERVE_LATEST), stdout);
	}
	printf(message(MSG_SERVE_START), s->name.text, s->version_text, port, s->model.inputs,
	       s->model.outputs);
	return fflush(stdout) == 0;
}

/* Sleeps until the time, a second signal, or ms passed. */
static void sleep_ms(int ms, const sigset_t *open_mask)
{
	const struct timespec limit = {ms / 1000, (long)(ms % 1000) * 1000000};
	ppoll(NULL, 0, &limit, open_mask);
}

static int serve(struct serving *s, const struct server_options *options, long watch_ms,
		 double drain, double drain_delay)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_stop};
	sigset_t caught, before;
	struct error err = ERROR_INIT;
	sigemptyset(&caught);
	for (int i = 0; i < 3; i++) {
		sigaddset(&caught, signals[i]);
		sigaction(signals[i], &action, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
	/* The server's threads inherit the blocked signals: only the wait below sees them. */
	sigprocmask(SIG_BLOCK, &caught, &before);
	if (server_start(&s->server, options, &s->model, &err) != STATUS_OK) {
		s->model.release(s->model.context);
		return err.status == STATUS_BUSY
			       ? cli_fail(s->options, CLI_FAULT, "busy",
					  message(MSG_SERVE_PORT_TAKEN), options->port)
			       : cli_fail_error(s->options, &err);
	}
	if (!announce(s)) {
		server_stop(s->server, 0, NULL);
		return CLI_FAULT;
	}
	log_event(options->log_fd, "start", s->version_text);
	while (!stops) {
		sleep_ms((int)watch_ms, &before);
		if (!stops && s->store) {
			follow_registry(s, options->log_fd);
		}
	}
	log_event(options->log_fd, "drain", "");
	tell(s, "%s", message(MSG_SERVE_DRAINING));
	int64_t until = clock_now_ns() + (int64_t)(drain_delay * 1e9);
	server_set_ready(s->server, false);
	while (stops < 2 && clock_now_ns() < until) {
		sleep_ms(20, &before);
	}
	/* From here on a second signal ends the process at once. */
	for (int i = 0; i < 3; i++) {
		signal(signals[i], SIG_DFL);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	uint64_t answered = 0;
	int cut = server_stop(s->server, stops > 1 ? 0 : (int)(drain * 1e3), &answered);
	log_event(options->log_fd, "stop", cut ? "cut" : "clean");
	tell(s, message(MSG_SERVE_STOPPED), (unsigned long long)answered, cut);
	return cut ? CLI_NOT_PASSED : CLI_PASSED;
}

static int open_log(const char *word, struct error *err)
{
	if (strcmp(word, "none") == 0) {
		return -1;
	}
	if (strcmp(word, "-") == 0) {
		return STDERR_FILENO;
	}
	int fd = open(word, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) {
		error_set(err, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, word, "%s: %s", word,
			  strerror(errno));
	}
	return fd;
}

int cmd_serve(int argc, char **argv, const struct cli_options *options)
{
	const char *keys_file = NULL, *log = "-";
	long port = 8000, threads = 2, batch = 64, wait_us = 0, queue = 4096, timeout = 10,
	     body = 1 << 20, rows = 1024, watch = 500, warm_up = 0;
	double drain = 10, delay = 0;
	const struct cli_option own[] = {{"--port", CLI_INTEGER, &port, 0, 65535},
					 {"--keys", CLI_TEXT, &keys_file, 0, 0},
					 {"--log", CLI_TEXT, &log, 0, 0},
					 {"--threads", CLI_INTEGER, &threads, 1, 64},
					 {"--batch", CLI_INTEGER, &batch, 1, 4096},
					 {"--batch-wait-us", CLI_INTEGER, &wait_us, 0, 1000000},
					 {"--queue", CLI_INTEGER, &queue, 1, 1000000},
					 {"--timeout", CLI_INTEGER, &timeout, 1, 3600},
					 {"--max-body", CLI_INTEGER, &body, 64, 1 << 30},
					 {"--max-rows", CLI_INTEGER, &rows, 1, 1000000},
					 {"--watch-ms", CLI_INTEGER, &watch, 10, 60000},
					 {"--warm-up-ms", CLI_INTEGER, &warm_up, 0, 600000},
					 {"--drain", CLI_NUMBER, &drain, 0, 3600},
					 {"--drain-delay", CLI_NUMBER, &delay, 0, 3600}};
	int wrong = cli_take_options(&argc, argv, own, sizeof own / sizeof *own, options);
	if (wrong) {
		return wrong;
	}
	if (argc != 2) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"MODEL", "mundap serve fashion");
	}
	struct error err = ERROR_INIT;
	struct keys keys = {.count = 0};
	struct serving s = {.options = options};
	strbuf_init(&keys.text);
	engine_start(1,
		     NULL); /* rows come one by one: threads would only get in each other's way */
	int log_fd = open_log(log, &err), status;
	if (err.status != STATUS_OK || (keys_file && read_keys(&keys, keys_file, &err)) ||
	    open_model(&s, argv[1], &err) != STATUS_OK) {
		bool no_model = err.status == STATUS_UNSUPPORTED || err.status == STATUS_CORRUPT;
		status = no_model ? cli_fail(options, CLI_WRONG_USE, status_name(err.status),
					     "%s: %s", argv[1], err.message)
				  : cli_fail_error(options, &err);
	} else {
		const struct server_options server = {.port = (int)port,
						      .threads = (int)threads,
						      .most_body = (size_t)body,
						      .most_rows = (int)rows,
						      .queue = (int)queue,
						      .batch = (int)batch,
						      .batch_wait_us = (int)wait_us,
						      .timeout_seconds = (int)timeout,
						      .keys = keys.rows,
						      .key_count = keys.count,
						      .log_fd = log_fd,
						      .warm_up_ms = (int)warm_up};
		status = serve(&s, &server, watch, drain, delay);
	}
	if (log_fd > STDERR_FILENO) {
		close(log_fd);
	}
	store_close(s.store);
	strbuf_release(&s.name);
	strbuf_release(&keys.text);
	return status;
}
