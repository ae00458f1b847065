#include "tui/program.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/utf8.h"
#include "tui/chrome.h"
#include "tui/key.h"
#include "tui/keymap.h"
#include "tui/lab_session.h"
#include "tui/views/views.h"

enum { ACTIVITY_GAP = 120 /* seconds without a key that still count as learning */ };

struct view *app_top(const struct app *app)
{
	return app->depth ? app->stack[app->depth - 1] : NULL;
}

void app_changed(struct app *app)
{
	app->dirty = true;
}

void app_notice(struct app *app, enum style style, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(app->notice, sizeof app->notice, format, args);
	va_end(args);
	utf8_trim_partial(app->notice);
	app->notice_style = style;
	app_changed(app);
}

bool app_told(struct app *app, enum status status, const struct error *err)
{
	if (status != STATUS_OK) {
		app_notice(app, STYLE_BAD, "%s",
			   err && err->message[0] ? err->message : status_name(status));
	}
	return status == STATUS_OK;
}

static void free_view(struct view *view)
{
	if (view) {
		view->ops->free(view);
	}
}

static void forget_dropped(struct app *app)
{
	while (app->dropped_count) {
		free_view(app->dropped[--app->dropped_count]);
	}
}

static void note_place(struct app *app)
{
	struct strbuf place;
	strbuf_init(&place);
	for (int i = app->depth - 1; i >= 0 && !place.length; i--) {
		if (app->stack[i]->ops->place) {
			app->stack[i]->ops->place(app->stack[i], &place);
		}
	}
	if (app->store && app->placed) {
		store_set_setting(app->store, "tui.place", place.text, NULL);
	}
	strbuf_release(&place);
}

static void shown(struct app *app)
{
	struct view *view = app_top(app);
	if (view->ops->shown) {
		view->ops->shown(view);
	}
	note_place(app);
	app_changed(app);
}

void app_push(struct app *app, struct view *view)
{
	if (!view) {
		app_notice(app, STYLE_BAD, "%s", message(MSG_TUI_NO_MEMORY));
		return;
	}
	forget_dropped(app);
	if (app->depth == APP_STACK) {
		/* The oldest place but the first is forgotten. */
		free_view(app->stack[1]);
		memmove(app->stack + 1, app->stack + 2, (APP_STACK - 2) * sizeof *app->stack);
		app->depth--;
	}
	app->stack[app->depth++] = view;
	shown(app);
}

void app_pop(struct app *app, bool keep)
{
	if (app->depth <= 1) {
		return;
	}
	struct view *view = app->stack[--app->depth];
	if (keep && app->dropped_count < APP_STACK) {
		app->dropped[app->dropped_count++] = view;
	} else {
		free_view(view);
	}
	shown(app);
}

void app_replace(struct app *app, struct view *view)
{
	if (!view) {
		app_notice(app, STYLE_BAD, "%s", message(MSG_TUI_NO_MEMORY));
		return;
	}
	free_view(app->stack[app->depth - 1]);
	app->stack[app->depth - 1] = view;
	shown(app);
}

void app_open_lesson(struct app *app, const char *name, const char *step)
{
	struct error err = ERROR_INIT;
	const struct lesson_entry *entry = catalog_find(app->catalog, name);
	if (!entry) {
		app_notice(app, STYLE_WARN, message(MSG_TUI_NO_LESSON), name);
		return;
	}
	if (!entry->ready) {
		const struct checkpoint *checkpoint;
		if (entry->checkpoints.count &&
		    !catalog_checkpoint(app->catalog, entry->checkpoints.items[0], &checkpoint,
					NULL, &err)) {
			app_push(app, view_dialogue_new(app, checkpoint, NULL));
			app_notice(app, STYLE_DIM, "%s", message(MSG_TUI_NOT_READY));
		} else {
			app_notice(app, STYLE_WARN, "%s", message(MSG_TUI_NOT_READY_AT_ALL));
		}
		return;
	}
	const struct lesson *lesson;
	if (app_told(app, catalog_open(app->catalog, entry, &lesson, &err), &err)) {
		for (size_t i = 0; !step && i < lesson->step_count; i++) {
			/* A lab is named by its step. */
			step = strcasecmp(lesson->steps[i].id, name) ? NULL : lesson->steps[i].id;
		}
		app_push(app, view_lesson_new(app, lesson, step));
	}
}

const struct grader *app_grader(struct app *app)
{
	if (!app->grader) {
		struct error err = ERROR_INIT;
		app_told(app, grader_open(&app->grader, app->share, &err), &err);
	}
	return app->grader;
}

static void go_home(struct app *app)
{
	while (app->depth > 1) {
		free_view(app->stack[--app->depth]);
	}
	forget_dropped(app);
	shown(app);
}

static void go_to_running(struct app *app)
{
	struct lab_session *session = lab_sessions_latest(app);
	if (!session) {
		app_notice(app, STYLE_DIM, "%s", message(MSG_TUI_NOTHING_RUNS));
		return;
	}
	for (int i = 0; i < app->depth; i++) {
		if (app->stack[i] == session->context) {
			while (app->depth > i + 1) {
				app_pop(app, false);
			}
			return;
		}
	}
	app_push(app, view_lab_new(app, session->lesson, session->step));
}

/* A view of a kind that is opened once: going there again from itself goes back. */
static void open_once(struct app *app, enum view_kind kind, struct view *view)
{
	if (app_top(app)->ops->kind == kind) {
		free_view(view);
		app_pop(app, true);
	} else {
		app_push(app, view);
	}
}

/* Quitting ends the runs under way, so it takes two. */
static void quit(struct app *app)
{
	if (lab_sessions_running(app) && app->quit_asked == 0) {
		app->quit_asked = 2;
		app_notice(app, STYLE_WARN, "%s", message(MSG_TUI_QUIT_RUNNING));
		return;
	}
	if (app->loop) {
		loop_stop(app->loop);
	}
}

static void general_request(struct app *app, enum request request)
{
	struct strbuf committed;
	switch (request) {
	case REQUEST_QUIT:
		quit(app);
		break;
	case REQUEST_BACK:
		if (app->depth > 1) {
			app_pop(app, true);
		} else {
			app_notice(app, STYLE_DIM, "%s", message(MSG_TUI_AT_HOME));
		}
		break;
	case REQUEST_FORWARD:
		if (app->dropped_count && app->depth < APP_STACK) {
			app->stack[app->depth++] = app->dropped[--app->dropped_count];
			shown(app);
		}
		break;
	case REQUEST_HOME:
		go_home(app);
		break;
	case REQUEST_MAP:
		open_once(app, VIEW_MAP, view_map_new(app));
		break;
	case REQUEST_SEARCH:
		app_push(app, view_search_new(app));
		break;
	case REQUEST_PALETTE:
		app_push(app, view_palette_new(app));
		break;
	case REQUEST_HELP:
		open_once(app, VIEW_HELP, view_help_new(app, app_top(app)->ops->kind));
		break;
	case REQUEST_GLOSSARY:
		open_once(app, VIEW_GLOSSARY, view_glossary_new(app, NULL));
		break;
	case REQUEST_NOTES:
		open_once(app, VIEW_NOTES, view_notes_new(app, NULL, NULL));
		break;
	case REQUEST_STATISTICS:
		open_once(app, VIEW_STATISTICS, view_statistics_new(app));
		break;
	case REQUEST_SETTINGS:
		open_once(app, VIEW_SETTINGS, view_settings_new(app));
		break;
	case REQUEST_EXPERIMENTS:
		open_once(app, VIEW_EXPERIMENTS, view_experiments_new(app));
		break;
	case REQUEST_ROAD:
		app_push(app, view_meeting_new(app));
		break;
	case REQUEST_CODE_REVIEW:
		open_once(app, VIEW_REVIEW, view_review_new(app, NULL, NULL, NULL));
		break;
	case REQUEST_RUNNING:
		go_to_running(app);
		break;
	case REQUEST_REVIEWS:
		app_push(app, view_reviews_new(app));
		break;
	case REQUEST_SUSPEND:
		raise(SIGTSTP);
		break;
	case REQUEST_REDRAW:
		app->backend->ops->resized(app->backend);
		break;
	case REQUEST_HANGUL:
		strbuf_init(&committed);
		hangul_next_layout(&app->hangul, &committed);
		if (committed.length && app_top(app)->ops->paste) {
			app_top(app)->ops->paste(app_top(app), committed.text);
		}
		strbuf_release(&committed);
		if (app->hangul.layout == HANGUL_OFF) {
			app_notice(app, STYLE_DIM, "%s", message(MSG_TUI_HANGUL_OFF));
		}
		break;
	default:
		break;
	}
}

void app_do(struct app *app, enum request request)
{
	struct view *view = app_top(app);
	if (request == REQUEST_NONE) {
		return;
	}
	if (!view->ops->request || !view->ops->request(view, request)) {
		general_request(app, request);
	}
	app_changed(app);
}

static bool view_key(struct view *view, uint32_t key)
{
	return view->ops->key && view->ops->key(view, key);
}

static void command_key(struct app *app, uint32_t key)
{
	struct view *view = app_top(app);
	if (view->ops->first_key && view->ops->first_key(view, key)) {
		return;
	}
	enum request request = keymap_find(view->ops->kind, key);
	if (request == REQUEST_NONE && view_key(view, key)) {
		return;
	}
	app_do(app, request != REQUEST_NONE ? request : keymap_find(VIEW_GENERAL, key));
}

static void text_key(struct app *app, uint32_t key)
{
	struct view *view = app_top(app);
	if (key_is_text(key)) {
		view_key(view, key);
		return;
	}
	command_key(app, key);
}

/* A key while text is typed: through the built-in Hangul input first when that is on. */
static void typing_key(struct app *app, uint32_t key)
{
	struct view *view = app_top(app);
	if (app->hangul.layout == HANGUL_OFF) {
		text_key(app, key);
		return;
	}
	struct strbuf committed;
	bool consumed;
	strbuf_init(&committed);
	hangul_key(&app->hangul, key, &committed, &consumed);
	for (size_t at = 0; at < committed.length;) {
		view_key(view, utf8_next(committed.text, committed.length, &at));
	}
	strbuf_release(&committed);
	if (!consumed) {
		text_key(app, key);
	}
}

static void press(struct app *app, uint32_t key)
{
	struct view *view = app_top(app);
	app->notice[0] = '\0';
	app->quit_asked -= app->quit_asked > 0;
	app_changed(app);
	if (view->ops->wants_text && view->ops->wants_text(view)) {
		typing_key(app, key);
		return;
	}
	uint32_t latin[5];
	int count = key_unhangul(key, latin);
	if (!count) {
		command_key(app, key);
	}
	for (int i = 0; i < count; i++) {
		command_key(app, latin[i]);
	}
}

static void count_activity(struct app *app)
{
	int64_t now = clock_unix();
	int64_t passed = now - app->last_activity;
	if (passed < 15) {
		return;
	}
	app->last_activity = now;
	if (passed < ACTIVITY_GAP && app->store) {
		store_add_activity(app->store, (int)passed, NULL);
	}
}

static void click(struct app *app, const struct event *event)
{
	struct view *view = app_top(app);
	if (event->y == app->grid.height - 1 && !event->wheel) {
		app_do(app, chrome_hint_at(app, event->x));
	} else if (event->wheel) {
		for (int i = 0; i < 3; i++) {
			app_do(app, event->wheel < 0 ? REQUEST_UP : REQUEST_DOWN);
		}
	} else if (view->ops->click) {
		view->ops->click(view, event->x, event->y - (view->ops->whole ? 1 : 2),
				 event->wheel);
	}
	app_changed(app);
}

void app_event(struct app *app, struct event *event)
{
	struct view *view = app_top(app);
	bool small = app->grid.width &&
		     (app->grid.width < SCREEN_MIN_WIDTH || app->grid.height < SCREEN_MIN_HEIGHT);
	count_activity(app);
	switch (event->kind) {
	case EVENT_KEY:
		if (small) {
			/* What cannot be seen is not acted upon, leaving apart. */
			if (event->key == 'q' || event->key == CTRL_KEY('c')) {
				quit(app);
			}
		} else if (event->key) {
			press(app, event->key);
		}
		break;
	case EVENT_PASTE:
		if (!small && view->ops->paste) {
			view->ops->paste(view, event->paste);
		}
		free(event->paste);
		event->paste = NULL;
		app_changed(app);
		break;
	case EVENT_MOUSE:
		if (!small) {
			click(app, event);
		}
		break;
	default:
		break;
	}
}

void app_paint(struct app *app)
{
	if (!app->dirty || app->away) {
		return;
	}
	int width, height;
	app->dirty = false;
	app->backend->ops->size(app->backend, &width, &height);
	if (!grid_resize(&app->grid, width, height)) {
		return;
	}
	chrome_draw(app);
	app->backend->ops->present(app->backend, &app->grid);
}

enum status app_open(struct app *app, struct backend *backend, struct store *store,
		     struct catalog *catalog, struct error *err)
{
	struct strbuf share;
	memset(app, 0, sizeof *app);
	app->backend = backend;
	app->store = store;
	app->catalog = catalog;
	app->last_activity = clock_unix();
	grid_init(&app->grid);
	hangul_input_init(&app->hangul);
	strbuf_init(&share);
	if (file_share_folder(&share, NULL) == STATUS_OK) {
		snprintf(app->share, sizeof app->share, "%s", share.text);
	}
	strbuf_release(&share);
	app->loop = loop_new();
	if (!app->loop) {
		return error_set(err, STATUS_NOMEM, "app", "out of memory");
	}
	app_load_settings(app);
	app_apply_theme(app, app->settings.theme);
	struct view *home = view_home_new(app);
	if (!home) {
		return error_set(err, STATUS_NOMEM, "app", "out of memory");
	}
	app_push(app, home);
	return STATUS_OK;
}

void app_close(struct app *app)
{
	forget_dropped(app);
	while (app->depth) {
		free_view(app->stack[--app->depth]);
	}
	lab_sessions_free(app);
	grader_free(app->grader);
	hangul_input_release(&app->hangul);
	grid_release(&app->grid);
	loop_free(app->loop);
	store_close(app->store);
	catalog_free(app->catalog);
}
