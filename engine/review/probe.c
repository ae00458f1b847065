#include "engine/review/private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/message.h"
#include "engine/review/probe/plan.h"
#include "engine/review/probe/probe.h"

/* The outer side of the live probe: makes the sandbox, hands the files in, reads what the prober says. Nothing is written
 * to the disk: files go in through memory, and everything inside ends with bubblewrap, which ends with us. */

#define PROBE_SECONDS 75
#define MOST_FILES 200
#define MOST_PROBES 40

struct sandbox {
	char *argv[900];
	int argc;
	int fds[MOST_FILES + 8];
	int fd_count;
	struct arena *arena;
	bool failed;
};

static void add(struct sandbox *s, const char *word)
{
	if (s->argc < 896) {
		s->argv[s->argc] = arena_strdup(s->arena, word);
		s->failed |= !s->argv[s->argc];
		s->argc++;
	} else {
		s->failed = true;
	}
	s->argv[s->argc] = NULL;
}

static void add3(struct sandbox *s, const char *a, const char *b, const char *c)
{
	add(s, a);
	add(s, b);
	add(s, c);
}

/* Puts bytes at a path inside, by way of an anonymous file. */
static void add_bytes(struct sandbox *s, const char *path, const char *bytes, size_t length)
{
	char number[16];
	int fd = memfd_create("mundap", 0);
	if (fd < 0 || s->fd_count >= MOST_FILES || write(fd, bytes, length) != (ssize_t)length) {
		s->failed = true;
		if (fd >= 0) {
			close(fd);
		}
		return;
	}
	lseek(fd, 0, SEEK_SET);
	s->fds[s->fd_count++] = fd;
	snprintf(number, sizeof number, "%d", fd);
	add3(s, "--file", number, path);
}

static bool add_asset(struct sandbox *s, const char *name)
{
	struct strbuf path, text;
	char inside[96];
	strbuf_init(&path);
	strbuf_init(&text);
	bool ok = file_share_folder(&path, NULL) == STATUS_OK;
	strbuf_printf(&path, "/assets/review/%s", name);
	ok = ok && file_read(&text, path.text, 0, NULL) == STATUS_OK;
	if (ok) {
		snprintf(inside, sizeof inside, PROBE_TOOLS "/%s", name);
		add_bytes(s, inside, text.text, text.length);
	}
	strbuf_release(&path);
	strbuf_release(&text);
	return ok;
}

/* The longest folder that all submitted paths share; what is inside it keeps its place. */
static size_t shared_folder(const struct review_private *r)
{
	size_t shared = 0;
	for (size_t i = 0; i < r->count; i++) {
		const char *slash = strrchr(r->sources[i].path, '/');
		size_t length = slash ? (size_t)(slash - r->sources[i].path) + 1 : 0;
		if (i == 0) {
			shared = length;
		}
		while (shared && (shared > length ||
				  strncmp(r->sources[0].path, r->sources[i].path, shared) != 0)) {
			do {
				shared--;
			} while (shared && r->sources[0].path[shared - 1] != '/');
		}
	}
	return shared;
}

static void inside_path(char *out, size_t size, const char *path, size_t shared)
{
	const char *rest = path + shared;
	while (*rest == '/' || strncmp(rest, "../", 3) == 0) {
		rest += *rest == '/' ? 1 : 3;
	}
	snprintf(out, size, PROBE_FOLDER "/%s", strcmp(rest, "-") == 0 ? "app.py" : rest);
}

static json_t *plan_json(const struct probe_plan *plan, const char *file)
{
	json_t *bodies = json_array();
	for (int i = 0; i < plan->body_count; i++) {
		json_array_append_new(bodies, json_string(plan->bodies[i]));
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:b, s:s}", "file", file,
			 "predict", plan->predict ? plan->predict : "/predict", "method",
			 plan->method ? plan->method : "POST", "health",
			 plan->health ? plan->health : "", "ready", plan->ready ? plan->ready : "",
			 "metrics", plan->metrics ? plan->metrics : "", "bodies", bodies,
			 "model_missing", 1, "auth", (int)plan->claims_auth, "token_header",
			 plan->token_header ? plan->token_header : "");
}

static void make_sandbox(struct sandbox *s, struct review_private *r, const struct probe_plan *plan)
{
	static const char *const system_folders[] = {"/usr",
						     "/bin",
						     "/sbin",
						     "/lib",
						     "/lib64",
						     "/lib32",
						     "/etc/alternatives",
						     "/etc/ld.so.cache",
						     "/etc/python3",
						     "/etc/python3.11"};
	char self[4096], inside[512];
	add(s, "bwrap");
	static const char *const flags[] = {
		"--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop",
		"ALL",
		/* the prober is the first process: no other one holds its pipe */
		"--as-pid-1"};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		add(s, flags[i]);
	}
	for (size_t i = 0; i < sizeof system_folders / sizeof *system_folders; i++) {
		struct stat info;
		if (lstat(system_folders[i], &info) != 0) {
			continue;
		}
		if (S_ISLNK(info.st_mode)) {
			char target[256];
			ssize_t n = readlink(system_folders[i], target, sizeof target - 1);
			target[n > 0 ? n : 0] = '\0';
			add3(s, "--symlink", target, system_folders[i]);
		} else {
			add3(s, "--ro-bind", system_folders[i], system_folders[i]);
		}
	}
	add(s, "--proc");
	add(s, "/proc");
	add(s, "--dev");
	add(s, "/dev");
	add3(s, "--size", "268435456", "--tmpfs");
	add(s, "/tmp");
	add3(s, "--size", "268435456", "--tmpfs");
	add(s, PROBE_FOLDER);
	/* every place that can be written to is small: what fills it fills only that */
	add3(s, "--size", "67108864", "--tmpfs");
	add(s, "/dev/shm");
	add3(s, "--size", "16777216", "--tmpfs");
	add(s, PROBE_TOOLS);
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	self[n > 0 ? n : 0] = '\0';
	add3(s, "--ro-bind", self, PROBE_TOOLS "/mundap");
	add3(s, "--setenv", "PATH", "/usr/bin:/bin");
	add3(s, "--setenv", "HOME", "/tmp");
	add3(s, "--setenv", "LANG", "C.UTF-8");
	add3(s, "--setenv", "PYTHONDONTWRITEBYTECODE", "1");
	add3(s, "--setenv", "PYTHONUNBUFFERED", "1");
	for (int i = 0; i < plan->secret_count; i++) {
		add3(s, "--setenv", plan->secrets[i], PROBE_TOKEN);
	}
	add(s, "--chdir");
	add(s, PROBE_FOLDER);
	size_t shared = shared_folder(r);
	for (size_t i = 0; i < r->count && i < MOST_FILES - 8; i++) {
		if (r->sources[i].text) {
			inside_path(inside, sizeof inside, r->sources[i].path, shared);
			add_bytes(s, inside, r->sources[i].text, r->sources[i].length);
		}
	}
	s->failed |= !add_asset(s, "launcher.py") || !add_asset(s, "mundap_stub.py");
	inside_path(inside, sizeof inside, plan->file, shared);
	json_t *wanted = plan_json(plan, inside);
	char *text = wanted ? json_dumps(wanted, 0) : NULL;
	if (text) {
		add_bytes(s, PROBE_TOOLS "/plan.json", text, strlen(text));
	}
	free(text);
	json_decref(wanted);
	add(s, "--remount-ro");
	add(s, PROBE_TOOLS);
	add(s, "--remount-ro");
	add(s, "/dev");
	add(s, "--remount-ro");
	add(s, "/");
	add(s, PROBE_TOOLS "/mundap");
	add(s, "probe");
	add(s, PROBE_TOOLS "/plan.json");
}

/* Which rules a probe speaks for, and the title it has in reports. */
static const struct probe_row {
	const char *id, *ko, *en, *rules;
} rows[] = {
	{"start", "시작", "start", "model-load-failure-unhandled"},
	{"valid", "올바른 본문", "valid body", "returns-numpy-not-json-serialisable"},
	{"auth", "토큰 없음", "no token", "no-auth"},
	{"wrong-token", "틀린 토큰", "wrong token", "no-auth"},
	{"malformed", "깨진 JSON", "malformed JSON",
	 "no-input-validation|no-error-handling-around-predict"},
	{"empty", "빈 본문", "empty body", ""},
	{"content-type", "다른 내용 타입", "wrong content type", ""},
	{"missing-key", "빠진 키", "missing key", "unchecked-key-access|no-input-validation"},
	{"wrong-type", "틀린 타입", "wrong type",
	 "no-input-validation|no-error-handling-around-predict"},
	{"null", "null 본문", "null body", "no-input-validation"},
	{"list-for-object", "객체 자리에 리스트", "list for object", "no-input-validation"},
	{"nan", "NaN", "NaN", "no-input-validation"},
	{"deep", "20,000겹 중첩", "nesting 20,000 deep", "no-request-size-limit"},
	{"survives", "살아남기", "survival", "no-input-validation"},
	{"bounds", "자원 한도", "bounds", "unbounded-tasks|unbounded-cache"},
	{"error-bodies", "오류 응답의 내용", "error bodies", "debug-server|leaks-exception-text"},
	{"large-body", "32 MB 본문", "32 MB body", "no-request-size-limit"},
	{"wrong-method", "틀린 메서드", "wrong method", ""},
	{"wrong-path", "없는 경로", "wrong path", ""},
	{"health", "/health", "/health", "no-health-endpoint"},
	{"ready", "/ready", "/ready", "no-readiness"},
	{"metrics", "/metrics", "/metrics", "no-metrics"},
	{"counters", "움직이는 카운터", "counters move", "no-metrics"},
	{"slow-client", "느린 손님", "slow client", ""},
	{"concurrency", "동시 예측", "concurrent predictions", "blocking-call-in-async-handler"},
	{"sigterm", "처리 중의 종료 신호", "SIGTERM while busy",
	 "dev-server-in-production|no-graceful-shutdown"},
	{"missing-model", "모델 파일 없음", "missing model file", "model-load-failure-unhandled"},
};

static bool listed(const char *list, const char *rule)
{
	const char *at = strstr(list, rule);
	size_t length = strlen(rule);
	return at && (at == list || at[-1] == '|') && (at[length] == '\0' || at[length] == '|');
}

static void attach(struct review *review, const struct probe_row *row, bool passed,
		   const char *detail)
{
	struct arena *arena = &review->private->arena;
	struct strbuf text;
	strbuf_init(&text);
	strbuf_printf(&text, "%s: %s", message_language() == LANGUAGE_KO ? row->ko : row->en,
		      detail);
	const char *evidence = arena_strdup(arena, text.text);
	strbuf_release(&text);
	for (size_t f = 0; !passed && f < review->file_count; f++) {
		for (size_t i = 0; i < review->files[f].finding_count; i++) {
			struct review_finding *finding = &review->files[f].findings[i];
			if (!finding->evidence && listed(row->rules, finding->rule)) {
				finding->evidence = evidence;
			}
		}
	}
}

static void take_line(struct review *review, const char *line, review_progress progress,
		      void *context)
{
	json_t *said = json_loads(line, 0, NULL);
	const char *id = json_string_value(json_object_get(said, "name"));
	const char *detail = json_string_value(json_object_get(said, "detail"));
	bool passed = json_is_true(json_object_get(said, "passed"));
	size_t count = sizeof rows / sizeof *rows;
	for (size_t i = 0; id && detail && i < count && review->live.probe_count < MOST_PROBES;
	     i++) {
		if (strcmp(rows[i].id, id) != 0) {
			continue;
		}
		const char *title = message_language() == LANGUAGE_KO ? rows[i].ko : rows[i].en;
		const char *copy = arena_strdup(&review->private->arena, detail);
		review->live.probes[review->live.probe_count++] =
			(struct review_probe){title, passed, copy ? copy : ""};
		attach(review, &rows[i], passed, copy ? copy : "");
		if (progress) {
			progress(context, title, (int)i + 1, (int)count);
		}
	}
	json_decref(said);
}

/* Reads the prober's lines until it ends or time is up. */
static void listen_to(struct review *review, int fd, pid_t pid, review_progress progress,
		      void *context)
{
	struct strbuf text;
	char chunk[4096];
	int64_t end = clock_now_ns() + (int64_t)PROBE_SECONDS * 1000000000;
	strbuf_init(&text);
	for (;;) {
		int64_t left = (end - clock_now_ns()) / 1000000;
		struct pollfd wait = {fd, POLLIN, 0};
		int ready = left > 0 ? poll(&wait, 1, (int)left) : 0;
		if (ready < 0 && errno == EINTR) {
			continue;
		}
		ssize_t got = ready > 0 ? read(fd, chunk, sizeof chunk) : 0;
		if (got <= 0 || text.length > (size_t)1 << 20) {
			break;
		}
		strbuf_add(&text, chunk, (size_t)got);
		char *newline;
		while ((newline = memchr(text.text, '\n', text.length))) {
			*newline = '\0';
			take_line(review, text.text, progress, context);
			strbuf_remove(&text, 0, (size_t)(newline - text.text) + 1);
		}
	}
	strbuf_release(&text);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (progress) {
		progress(context, "", 1, 1);
	}
}

/* What must be on the machine; NULL when all is there, else what is missing and how to get it. */
static const char *what_is_missing(struct review *review, const struct probe_plan *plan)
{
	struct strbuf command, missing;
	if (access("/usr/bin/bwrap", X_OK) != 0 && access("/bin/bwrap", X_OK) != 0) {
		return message(MSG_REVIEW_LIVE_BWRAP);
	}
	if (access("/usr/bin/python3", X_OK) != 0) {
		return message(MSG_REVIEW_LIVE_PYTHON);
	}
	strbuf_init(&command);
	strbuf_init(&missing);
	for (int i = 0; i < plan->import_count; i++) {
		if (strspn(plan->imports[i],
			   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") !=
		    strlen(plan->imports[i])) {
			continue;
		}
		strbuf_reset(&command);
		strbuf_printf(&command,
			      "/usr/bin/python3 -c 'import importlib.util,sys; "
			      "sys.exit(importlib.util.find_spec(\"%s\") is None)' >/dev/null 2>&1",
			      plan->imports[i]);
		if (system(command.text) != 0) {
			strbuf_printf(&missing, "%s%s", missing.length ? ", " : "",
				      plan->imports[i]);
		}
	}
	const char *problem = NULL;
	if (missing.length) {
		strbuf_reset(&command);
		strbuf_printf(&command, message(MSG_REVIEW_LIVE_PACKAGES), missing.text);
		problem = arena_strdup(&review->private->arena, command.text);
	}
	strbuf_release(&command);
	strbuf_release(&missing);
	return problem;
}

enum status review_probe_live(struct review *review, review_progress progress, void *context,
			      struct error *err)
{
	struct review_private *r = review->private;
	const struct probe_plan *plan = r->plan;
	if (!plan || !plan->file || !plan->framework || strcmp(plan->framework, "grpc") == 0 ||
	    strcmp(plan->framework, "bentoml") == 0) {
		review->live.problem = message(MSG_REVIEW_LIVE_NOTHING);
		return STATUS_OK;
	}
	review->live.problem = what_is_missing(review, plan);
	if (review->live.problem) {
		return STATUS_OK;
	}
	struct sandbox *sandbox = calloc(1, sizeof *sandbox);
	review->live.probes = calloc(MOST_PROBES, sizeof *review->live.probes);
	int pipes[2];
	if (!sandbox || !review->live.probes || pipe2(pipes, O_CLOEXEC) != 0) {
		free(sandbox);
		return error_set(err, STATUS_NOMEM, "review", "out of memory");
	}
	sandbox->arena = &r->arena;
	make_sandbox(sandbox, r, plan);
	pid_t pid = sandbox->failed ? -1 : fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(null, STDIN_FILENO);
		dup2(pipes[1], STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvp("bwrap", sandbox->argv);
		_exit(127);
	}
	close(pipes[1]);
	for (int i = 0; i < sandbox->fd_count; i++) {
		close(sandbox->fds[i]);
	}
	if (pid > 0) {
		listen_to(review, pipes[0], pid, progress, context);
		review->live.ran = review->live.probe_count > 0;
	}
	close(pipes[0]);
	free(sandbox);
	if (!review->live.ran) {
		review->live.problem = message(MSG_REVIEW_LIVE_FAILED);
	}
	return STATUS_OK;
}
