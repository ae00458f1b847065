#include "tui/lab_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"

enum { CLOCK_MS = 500, KEEP_EVERY = 4, MAX_BATCH = 512, MAX_LEFT = 8 };

/* Points of the metrics that are not in the store yet. */
static void keep_points(struct lab_session *session)
{
	struct run_point points[MAX_BATCH];
	size_t count = 0, size;
	const double *steps, *values;
	const char *name;
	for (int i = 0; i < 64 && (name = board_metric(session->board, i, &steps, &values, &size));
	     i++) {
		while (session->kept[i] < size && count < MAX_BATCH) {
			size_t at = session->kept[i]++;
			points[count++] = (struct run_point){name, (int64_t)steps[at], values[at]};
		}
	}
	if (count && session->store_run) {
		store_add_points(session->app->store, session->store_run, points, count, NULL);
	}
}

/* Moves the clock in the title; every other second what came in is written down. */
static void tick(void *context)
{
	struct lab_session *session = context;
	if (++session->ticks % KEEP_EVERY == 0) {
		keep_points(session);
	}
	app_changed(session->app);
}

static void stop_keeping(struct lab_session *session)
{
	if (session->keeper) {
		loop_cancel(session->app->loop, session->keeper);
		session->keeper = 0;
		for (int i = 0; i < 200; i++) {
			keep_points(session);
		}
	}
}

static void release(struct lab_session *session)
{
	if (run_active(session->run)) {
		stop_keeping(session);
		if (session->store_run) {
			store_finish_run(session->app->store, session->store_run, "stopped", "{}",
					 NULL);
		}
	}
	run_free(session->run);
	board_free(session->board);
	free(session->source);
	free(session);
}

static char *metrics_json(const struct lab_session *session)
{
	json_t *json = json_object();
	const double *steps, *values;
	size_t count;
	const char *name;
	for (int i = 0; (name = board_metric(session->board, i, &steps, &values, &count)); i++) {
		if (count) {
			json_object_set_new(json, name, json_real(values[count - 1]));
		}
	}
	char *text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return text;
}

static char *tests_json(const struct lab_session *session)
{
	const struct board_test *tests;
	int count = board_tests(session->board, &tests);
	json_t *json = json_array();
	for (int i = 0; i < count; i++) {
		json_array_append_new(json,
				      json_pack("{s:s, s:b, s:s}", "name", tests[i].name, "passed",
						tests[i].passed, "message", tests[i].message));
	}
	char *text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	return text;
}

static void keep_attempt(struct lab_session *session)
{
	struct app *app = session->app;
	char *metrics = metrics_json(session), *tests = tests_json(session);
	struct error err = ERROR_INIT;
	if (app->store && metrics && tests) {
		struct lab_attempt attempt = {.lab = session->step->lab.id,
					      .passed = session->passed,
					      .seconds = session->seconds,
					      .seed = session->seed,
					      .source = session->source,
					      .tests = tests,
					      .metrics = metrics};
		app_told(app, store_add_lab_attempt(app->store, &attempt, NULL, &err), &err);
		if (session->passed && session->lesson) {
			app_told(app,
				 store_set_step(app->store, session->lesson->id, session->step->id,
						STEP_STATE_DONE, &err),
				 &err);
		}
	}
	free(metrics);
	free(tests);
}

static void on_frame(void *context, const struct frame *frame)
{
	struct lab_session *session = context;
	board_take(session->board, frame);
}

static void on_end(void *context, const struct worker_result *result)
{
	struct lab_session *session = context;
	session->ended = true;
	session->ok = result->ok;
	session->passed = session->checking && result->ok && result->passed;
	session->seconds = result->seconds;
	session->error[0] = '\0';
	session->error_line = 0;
	if (!result->ok) {
		snprintf(session->error, sizeof session->error, "%s", result->error.message);
		/* A line of the check is none of the learner's. */
		if (!strcmp(result->error.file, "lab.lua")) {
			session->error_line = result->error.line;
		}
	}
	stop_keeping(session);
	if (session->store_run) {
		bool stopped = result->error.fault == SCRIPT_FAULT_KILLED;
		char *metrics = metrics_json(session);
		store_finish_run(session->app->store, session->store_run,
				 result->ok ? "finished"
				 : stopped  ? "stopped"
					    : "failed",
				 metrics ? metrics : "{}", NULL);
		free(metrics);
	}
	if (session->checking && (result->ok || result->error.fault != SCRIPT_FAULT_KILLED)) {
		keep_attempt(session);
	}
	if (session->context) {
		session->changed(session->context);
	} else {
		app_notice(session->app, session->ok ? STYLE_GOOD : STYLE_WARN,
			   message(MSG_TUI_LAB_ENDED_BEHIND), session->step->lab.id);
	}
}

static const struct run_events events = {on_frame, on_end};

static void begin_record(struct lab_session *session)
{
	struct app *app = session->app;
	session->store_run = 0;
	memset(session->kept, 0, sizeof session->kept);
	if (app->store && !session->checking) {
		struct run_record record = {.name = session->step->lab.title,
					    .lab = session->step->lab.id,
					    .source = session->source,
					    .parameters = "{}",
					    .status = "running",
					    .result = "",
					    .seed = session->seed};
		store_start_run(app->store, &record, &session->store_run, NULL);
	}
}

/* Another seed at each check, so that written-in numbers do not pass; runs repeat. */
static uint64_t choose_seed(bool check)
{
	return check ? (uint64_t)clock_now_ns() / 1000 % 1000000 + 1 : 1;
}

enum status lab_session_start(struct lab_session *session, const char *text, size_t length,
			      bool check, struct error *err)
{
	const struct lab *lab = &session->step->lab;
	struct strbuf checker;
	strbuf_init(&checker);
	if (run_active(session->run)) {
		lab_session_stop(session);
		stop_keeping(session);
		if (session->store_run) {
			store_finish_run(session->app->store, session->store_run, "stopped", "{}",
					 NULL);
		}
	}
	run_free(session->run);
	session->run = NULL;
	board_clear(session->board);
	free(session->source);
	session->source = strndup(text, length);
	session->checking = check;
	session->ended = session->passed = session->ok = false;
	session->error[0] = '\0';
	session->error_line = 0;
	session->seed = choose_seed(check);
	enum status status = session->source ? STATUS_OK : STATUS_NOMEM;
	if (status == STATUS_OK && check) {
		struct strbuf path;
		strbuf_init(&path);
		strbuf_printf(&path, "%s/check.lua", lab->folder);
		status = file_read(&checker, path.text, 0, err);
		strbuf_release(&path);
	}
	if (status == STATUS_OK) {
		struct worker_request request = {.kind = check ? WORKER_CHECK : WORKER_RUN,
						 .file = "lab.lua",
						 .source = session->source,
						 .source_length = length,
						 .check_file = "check.lua",
						 .check = checker.text,
						 .check_length = checker.length,
						 .seed = session->seed,
						 .seconds = lab->seconds,
						 .memory_mb = lab->memory_mb,
						 .local_services = lab->local_services};
		status = run_start(&session->run, session->app, &request, &events, session, err);
	}
	strbuf_release(&checker);
	if (status == STATUS_OK) {
		session->started = clock_now_ns();
		begin_record(session);
		session->keeper = loop_timer(session->app->loop, CLOCK_MS, false, tick, session);
	}
	return status;
}

void lab_session_stop(struct lab_session *session)
{
	if (lab_session_paused(session)) {
		worker_resume(run_worker(session->run));
	}
	run_stop(session->run);
}

void lab_session_pause(struct lab_session *session)
{
	if (!run_active(session->run)) {
		return;
	}
	struct worker *worker = run_worker(session->run);
	if (worker_paused(worker)) {
		worker_resume(worker);
	} else {
		worker_pause(worker);
	}
	run_touch(session->run);
}

bool lab_session_paused(const struct lab_session *session)
{
	return run_active(session->run) && worker_paused(run_worker(session->run));
}

double lab_session_seconds(const struct lab_session *session)
{
	return run_active(session->run) ? (double)(clock_now_ns() - session->started) / 1e9
					: session->seconds;
}

/* ---- all of them ---- */

static void drop(struct app *app, int index)
{
	release(app->sessions[index]);
	app->session_count--;
	memmove(app->sessions + index, app->sessions + index + 1,
		(size_t)(app->session_count - index) * sizeof *app->sessions);
}

/* The oldest one that nobody looks at and that does nothing. */
static void drop_one_left(struct app *app)
{
	for (int i = 0; i < app->session_count; i++) {
		if (!app->sessions[i]->context && !run_active(app->sessions[i]->run)) {
			drop(app, i);
			return;
		}
	}
}

struct lab_session *lab_session_open(struct app *app, const struct lesson *lesson,
				     const struct step *step, void (*changed)(void *context),
				     void *context)
{
	for (int i = 0; i < app->session_count; i++) {
		struct lab_session *session = app->sessions[i];
		if (session->step == step && !session->context) {
			session->changed = changed;
			session->context = context;
			return session;
		}
	}
	if (app->session_count >= MAX_LEFT) {
		drop_one_left(app);
	}
	if (app->session_count == APP_SESSIONS) {
		return NULL;
	}
	struct lab_session *session = calloc(1, sizeof *session);
	struct board *board = board_new();
	if (!session || !board) {
		free(session);
		board_free(board);
		return NULL;
	}
	*session = (struct lab_session){.app = app,
					.lesson = lesson,
					.step = step,
					.board = board,
					.changed = changed,
					.context = context};
	app->sessions[app->session_count++] = session;
	return session;
}

void lab_session_leave(struct lab_session *session)
{
	if (!session) {
		return;
	}
	session->context = NULL;
	/* What was never run, or was seen to its end, has nothing to come back to but the text, which is in its file. */
	if (!run_active(session->run)) {
		struct app *app = session->app;
		for (int i = 0; i < app->session_count; i++) {
			if (app->sessions[i] == session) {
				drop(app, i);
				return;
			}
		}
	}
}

bool lab_sessions_running(const struct app *app)
{
	for (int i = 0; i < app->session_count; i++) {
		if (run_active(app->sessions[i]->run)) {
			return true;
		}
	}
	return false;
}

struct lab_session *lab_sessions_latest(const struct app *app)
{
	struct lab_session *found = NULL;
	for (int i = 0; i < app->session_count; i++) {
		struct lab_session *session = app->sessions[i];
		bool runs = run_active(session->run);
		if ((runs || !session->context) && (!found || runs || !run_active(found->run))) {
			found = session;
		}
	}
	return found;
}

void lab_sessions_say(const struct app *app, const struct view *view, struct strbuf *out)
{
	for (int i = 0; i < app->session_count; i++) {
		const struct lab_session *session = app->sessions[i];
		int seconds = (int)lab_session_seconds(session);
		bool runs = run_active(session->run);
		if ((view && session->context == view) || (!runs && session->context)) {
			continue;
		}
		if (out->length) {
			strbuf_puts(out, "  ");
		}
		strbuf_printf(out,
			      message(!runs                         ? MSG_TUI_LAB_BEHIND_ENDED
				      : lab_session_paused(session) ? MSG_TUI_LAB_BEHIND_PAUSED
								    : MSG_TUI_LAB_BEHIND),
			      session->step->lab.id, seconds / 60, seconds % 60);
	}
}

void lab_sessions_free(struct app *app)
{
	while (app->session_count) {
		drop(app, app->session_count - 1);
	}
}
