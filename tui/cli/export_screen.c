#include "tui/cli/export_screen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "engine/base/clock.h"
#include "tui/key.h"
#include "tui/program.h"
#include "tui/screen_file.h"
#include "tui/views/views.h"

enum {
	STEP_MS = 20,
	QUIET_MS = 250, /* without a new frame: it is as it will be */
	WAIT_MS = 6000, /* for the first picture of a figure */
	KEY_PAUSE_MS = 700 /* between keys of a recording */
};

struct recording {
	struct app app;
	struct backend *backend;
	const struct cli_options *options;
	bool moving; /* an asciicast: each frame is written */
	struct strbuf *out;
	struct strbuf last; /* the frame written last */
	double clock; /* seconds of the recording */
};

static int fail(const struct cli_options *options, enum message words, const char *what)
{
	return cli_fail(options, CLI_WRONG_USE, "usage", message(words), what);
}

/* ---- frames ---- */

/* Writes the present frame when it differs from the last one. */
static bool note_frame(struct recording *recording)
{
	struct strbuf frame;
	strbuf_init(&frame);
	screen_ansi(backend_headless_frame(recording->backend), recording->app.theme, &frame);
	bool fresh = frame.length != recording->last.length ||
		     memcmp(frame.text, recording->last.text, frame.length) != 0;
	if (fresh) {
		if (recording->moving) {
			json_t *line = json_pack("[f, s, s]", floor(recording->clock * 1000) / 1000,
						 "o", frame.text);
			char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(6));
			strbuf_puts(recording->out, text ? text : "");
			strbuf_putc(recording->out, '\n');
			free(text);
			json_decref(line);
		}
		strbuf_reset(&recording->last);
		strbuf_add(&recording->last, frame.text, frame.length);
	}
	strbuf_release(&frame);
	return fresh;
}

/* Lets the program go on for so long, or until it has been quiet. */
static void go_on(struct recording *recording, int limit_ms, int quiet_ms)
{
	int64_t begin = clock_now_ns(), changed = begin;
	double base = recording->clock;
	for (;;) {
		int64_t now = clock_now_ns();
		recording->clock = base + (double)(now - begin) / 1e9;
		if (note_frame(recording)) {
			changed = now;
		}
		if (now - begin > (int64_t)limit_ms * 1000000 ||
		    (quiet_ms && now - changed > (int64_t)quiet_ms * 1000000)) {
			break;
		}
		loop_step(recording->app.loop, STEP_MS);
		app_paint(&recording->app);
	}
}

/* ---- what is shown ---- */

static bool open_run(struct recording *recording, const char *number)
{
	char *end;
	long long id = strtoll(number, &end, 10);
	struct view *view = *number && !*end ? view_replay_new(&recording->app, id) : NULL;
	if (view) {
		app_push(&recording->app, view);
	}
	return view != NULL;
}

static bool open_step(struct recording *recording, const char *what)
{
	struct app *app = &recording->app;
	char name[256];
	snprintf(name, sizeof name, "%s", what);
	/* "AI-05/slide"; but also a lesson's own id may hold a slash. */
	char *slash = strrchr(name, '/');
	const char *step = NULL;
	if (!catalog_find(app->catalog, name) && slash) {
		*slash = '\0';
		step = slash + 1;
	}
	int depth = app->depth;
	if (!catalog_find(app->catalog, name)) {
		return false;
	}
	app_open_lesson(app, name, step);
	struct strbuf place;
	strbuf_init(&place);
	if (step && app->depth > depth && app_top(app)->ops->place) {
		app_top(app)->ops->place(app_top(app), &place);
	}
	const char *at = strchr(place.text, '#');
	bool right = app->depth > depth && (!step || (at && !strcmp(at + 1, step)));
	strbuf_release(&place);
	return right;
}

static int open_what(struct recording *recording, const char *what)
{
	bool found = true;
	if (*what == '#' || !strncmp(what, "run:", 4)) {
		found = open_run(recording, *what == '#' ? what + 1 : what + 4);
	} else if (!strcmp(what, "map")) {
		app_push(&recording->app, view_map_new(&recording->app));
	} else if (strcmp(what, "home") != 0) {
		found = open_step(recording, what);
	}
	return found ? CLI_PASSED : fail(recording->options, MSG_EXPORT_SCREEN_WHAT, what);
}

static int press_keys(struct recording *recording, const char *keys)
{
	char name[64];
	int used;
	while (keys && sscanf(keys, " %63s%n", name, &used) == 1) {
		keys += used;
		uint32_t key = key_from_name(name);
		if (!key) {
			return fail(recording->options, MSG_EXPORT_SCREEN_KEY, name);
		}
		struct event event = {.kind = EVENT_KEY, .key = key};
		recording->clock += recording->moving ? KEY_PAUSE_MS / 1000.0 : 0;
		app_event(&recording->app, &event);
		app_paint(&recording->app);
		go_on(recording, WAIT_MS, QUIET_MS);
	}
	return CLI_PASSED;
}

static void put_head(struct recording *recording, const struct screen_wish *wish, int width,
		     int height)
{
	json_t *head =
		json_pack("{s:i, s:i, s:i, s:s, s:{s:s}}", "version", 2, "width", width, "height",
			  height, "title", wish->what, "env", "TERM", "xterm-256color");
	char *text = json_dumps(head, JSON_COMPACT);
	strbuf_puts(recording->out, text ? text : "");
	strbuf_putc(recording->out, '\n');
	free(text);
	json_decref(head);
}

static int record(struct recording *recording, const struct screen_wish *wish, int width,
		  int height)
{
	const char *format = recording->options->format;
	struct app *app = &recording->app;
	recording->moving = !strcmp(format, "asciicast");
	int status = open_what(recording, wish->what);
	if (status != CLI_PASSED) {
		return status;
	}
	if (recording->moving) {
		put_head(recording, wish, width, height);
	}
	app_changed(app);
	app_paint(app);
	bool run = app_top(app)->ops->kind == VIEW_REPLAY;
	/* A figure's worker takes a moment to draw. */
	go_on(recording, run ? 0 : WAIT_MS, run ? 0 : QUIET_MS * 3);
	status = press_keys(recording, wish->keys);
	if (run && recording->moving && !wish->keys) {
		app_do(app, REQUEST_PLAY);
		app_paint(app);
		go_on(recording, 10000, QUIET_MS * 2);
	}
	if (status == CLI_PASSED && wish->seconds > 0) {
		go_on(recording, (int)(wish->seconds * 1000), 0);
	}
	const struct grid *frame = backend_headless_frame(recording->backend);
	if (!strcmp(format, "svg")) {
		screen_svg(frame, app->theme, wish->what, recording->out);
	} else if (!recording->moving) {
		grid_dump(frame, recording->out);
	}
	return status;
}

int export_screen(const struct screen_wish *wish, struct strbuf *out,
		  const struct cli_options *options)
{
	static struct recording recording;
	struct error err = ERROR_INIT;
	struct catalog *catalog = NULL;
	struct store *store = NULL;
	int width = 80, height = 24;
	char rest;
	if (wish->size && (sscanf(wish->size, "%dx%d%c", &width, &height, &rest) != 2 ||
			   width < 80 || height < 24 || width > 500 || height > 200)) {
		return fail(options, MSG_EXPORT_SCREEN_SIZE, wish->size);
	}
	const char *theme = wish->theme ? wish->theme : "dark";
	if (strcmp(theme_find(theme)->id, theme) != 0) {
		return fail(options, MSG_CONFIG_THEME, theme);
	}
	/* A lesson is shown as it is for everybody; the learner's record is looked at where it is what is shown. */
	if (*wish->what == '#' || !strncmp(wish->what, "run:", 4) || !strcmp(wish->what, "home") ||
	    !strcmp(wish->what, "map")) {
		store_open_readonly(&store, NULL, NULL);
	}
	recording = (struct recording){.options = options, .out = out};
	recording.backend = backend_headless_new(width, height);
	strbuf_init(&recording.last);
	int status = CLI_FAULT;
	if (!recording.backend || catalog_load(&catalog, &err) != STATUS_OK ||
	    app_open(&recording.app, recording.backend, store, catalog, &err) != STATUS_OK) {
		status = cli_fail_error(options, &err);
		catalog_free(catalog);
		store_close(store);
	} else {
		app_apply_theme(&recording.app, theme);
		status = record(&recording, wish, width, height);
		app_close(&recording.app);
	}
	if (recording.backend) {
		recording.backend->ops->free(recording.backend);
	}
	strbuf_release(&recording.last);
	return status;
}
