#include "tui/views/lab.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "tui/key.h"
#include "tui/views/inspector.h"
#include "tui/views/lesson.h"
#include "tui/views/views.h"
#include "tui/work.h"

enum { SAVE_MS = 400, AWAY_MS = 50 };

static struct lab_view *self(struct view *view)
{
	return (struct lab_view *)view;
}

/* ---- the file ---- */

static bool save(struct lab_view *lab)
{
	size_t length;
	struct error err = ERROR_INIT;
	if (lab->save_timer) {
		loop_cancel(lab->base.app->loop, lab->save_timer);
		lab->save_timer = 0;
	}
	if (lab->editor_failed || editor_version(lab->editor) == lab->saved) {
		return true;
	}
	const char *text = editor_text(lab->editor, &length);
	bool ok = app_told(lab->base.app, work_save(&lab->step->lab, text, length, &err), &err);
	if (ok) {
		lab->saved = editor_version(lab->editor);
	}
	return ok;
}

static void save_later(void *context)
{
	struct lab_view *lab = context;
	lab->save_timer = 0;
	save(lab);
	app_changed(lab->base.app);
}

/* Typing is written down soon after; a crash costs less than half a second of it. Files of megabytes are written less
 * often, for writing one takes longer than a frame. */
static void edited(struct lab_view *lab)
{
	if (!lab->save_timer && editor_version(lab->editor) != lab->saved) {
		int wait = SAVE_MS + (int)(editor_length(lab->editor) / 5000);
		lab->save_timer = loop_timer(lab->base.app->loop, wait, true, save_later, lab);
	}
}

static void load(struct lab_view *lab, const struct strbuf *text)
{
	editor_load(lab->editor, text->text, text->length);
	lab->saved = editor_version(lab->editor);
}

/* The same over what was there: undo brings that back. */
static void take_over(struct lab_view *lab, const struct strbuf *text)
{
	if (editor_replace(lab->editor, text->text, text->length)) {
		lab->saved = editor_version(lab->editor);
	}
}

static void start(struct lab_view *lab, bool check);

/* Another program wrote the file: take it over and check it. */
static void file_changed(void *context)
{
	struct lab_view *lab = context;
	struct strbuf text;
	size_t length;
	strbuf_init(&text);
	const char *mine = editor_text(lab->editor, &length);
	if (file_read(&text, lab->path, 0, NULL) == STATUS_OK &&
	    (text.length != length || memcmp(text.text, mine, length) != 0) &&
	    editor_version(lab->editor) == lab->saved) {
		take_over(lab, &text);
		start(lab, true);
		app_notice(lab->base.app, STYLE_DIM, "%s", message(MSG_TUI_LAB_CHANGED_OUTSIDE));
	}
	strbuf_release(&text);
}

static void edit_outside(struct lab_view *lab)
{
	struct app *app = lab->base.app;
	const char *program = getenv("VISUAL");
	if (!program || !*program) {
		program = getenv("EDITOR");
	}
	if (!program || !*program) {
		app_notice(app, STYLE_WARN, "%s", message(MSG_TUI_LAB_NO_EDITOR));
		return;
	}
	if (!save(lab)) {
		return;
	}
	app->backend->ops->leave(app->backend);
	app->away = true;
	pid_t child = fork();
	if (child == 0) {
		char command[4096];
		snprintf(command, sizeof command, "exec %s \"$1\"", program);
		execl("/bin/sh", "sh", "-c", command, "sh", lab->path, (char *)NULL);
		_exit(127);
	}
	/* The editor has the terminal; each time it saves, the file is checked behind it. */
	int status = 0, keyboard = app->backend->ops->descriptor(app->backend);
	loop_watch_events(app->loop, keyboard, 0);
	pid_t ended = child < 0 ? child : 0;
	while (ended == 0 || (ended < 0 && child > 0 && errno == EINTR)) {
		ended = waitpid(child, &status, WNOHANG);
		if (ended == 0) {
			loop_step(app->loop, AWAY_MS);
		}
	}
	app->away = false;
	loop_watch_events(app->loop, keyboard, POLLIN);
	app->backend->ops->enter(app->backend);
	app_changed(app);
	if (child < 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 127)) {
		app_notice(app, STYLE_WARN, message(MSG_TUI_LAB_EDITOR_FAILED), program);
		return;
	}
	file_changed(lab);
}

/* ---- running ---- */

static void run_ended(void *context)
{
	struct lab_view *lab = context;
	struct app *app = lab->base.app;
	const struct lab *data = &lab->step->lab;
	editor_mark(lab->editor, lab->session->error_line, lab->session->error);
	if (lab->session->passed && data->explain[0]) {
		struct strbuf said;
		strbuf_init(&said);
		if (app->store &&
		    store_lab_text(app->store, data->id, "explanation", &said, NULL)) {
			lab->prompt = PROMPT_EXPLAIN;
			field_set(&lab->field, "");
		}
		strbuf_release(&said);
	}
}

static void start(struct lab_view *lab, bool check)
{
	struct app *app = lab->base.app;
	struct error err = ERROR_INIT;
	size_t length;
	if (lab->step->lab.predict_question[0] && !lab->prediction && !check && app->store) {
		lab->prompt = PROMPT_PREDICT;
		lab->run_after_prompt = true;
		field_set(&lab->field, "");
		return;
	}
	save(lab);
	editor_mark(lab->editor, 0, NULL);
	const char *text = editor_text(lab->editor, &length);
	lab->picture = 0;
	lab->log_back = 0;
	app_told(app, lab_session_start(lab->session, text, length, check, &err), &err);
}

static void close_prompt(struct lab_view *lab, bool keep)
{
	struct app *app = lab->base.app;
	struct error err = ERROR_INIT;
	bool predict = lab->prompt == PROMPT_PREDICT;
	struct strbuf composing;
	strbuf_init(&composing);
	hangul_flush(&app->hangul, &composing);
	field_insert(&lab->field, composing.text, false);
	strbuf_release(&composing);
	const char *text = lab->field.text.text;
	lab->prompt = PROMPT_NONE;
	if (keep && *text && app->store) {
		app_told(app,
			 store_set_lab_text(app->store, lab->step->lab.id,
					    predict ? "prediction" : "explanation", text, &err),
			 &err);
		if (!predict) {
			app_notice(app, STYLE_GOOD, "%s", message(MSG_TUI_LAB_EXPLAINED));
		}
	}
	if (predict) {
		free(lab->prediction);
		lab->prediction = strdup(keep ? text : "");
	}
	if (lab->run_after_prompt) {
		lab->run_after_prompt = false;
		start(lab, false);
	}
}

static void reset(struct lab_view *lab)
{
	struct app *app = lab->base.app;
	struct error err = ERROR_INIT;
	struct strbuf text;
	if (!lab->reset_asked) {
		lab->reset_asked = true;
		app_notice(app, STYLE_WARN, "%s", message(MSG_TUI_LAB_RESET_ASK));
		return;
	}
	lab->reset_asked = false;
	strbuf_init(&text);
	save(lab);
	if (app_told(app, work_reset(&text, &lab->step->lab, &err), &err)) {
		take_over(lab, &text);
		app_notice(app, STYLE_DIM, "%s", message(MSG_TUI_LAB_RESET_DONE));
	}
	strbuf_release(&text);
}

static void show_values(struct lab_view *lab)
{
	int count = board_pictures(lab->session->board);
	struct strbuf text;
	if (!count) {
		app_notice(lab->base.app, STYLE_DIM, "%s", message(MSG_TUI_LAB_NO_PICTURES));
		return;
	}
	strbuf_init(&text);
	board_values(lab->session->board, lab->picture % count, &text);
	app_push(lab->base.app,
		 view_page_new(lab->base.app,
			       board_picture_title(lab->session->board, lab->picture % count),
			       text.text));
	strbuf_release(&text);
}

static void next_pane(struct lab_view *lab, int step)
{
	do {
		lab->pane = (enum lab_pane)(((int)lab->pane + LAB_PANES + step) % LAB_PANES);
	} while (lab->pane == PANE_PICTURE && !board_pictures(lab->session->board));
}

/* ---- requests ---- */

static bool scroll(struct lab_view *lab, enum request request)
{
	int lines = request == REQUEST_UP          ? -1
		    : request == REQUEST_DOWN      ? 1
		    : request == REQUEST_PAGE_UP   ? -8
		    : request == REQUEST_PAGE_DOWN ? 8
						   : 0;
	if (!lines || lab->pane == PANE_EDITOR) {
		return false;
	}
	if (lab->pane == PANE_GOAL) {
		lab->goal_top += lines;
	} else if (lab->pane == PANE_OUTPUT) {
		lab->log_back -= lines; /* the drawing keeps it within bounds */
	} else {
		int count = board_pictures(lab->session->board);
		lab->picture = count ? (lab->picture + count + (lines > 0 ? 1 : -1)) % count : 0;
	}
	return true;
}

static bool request(struct view *view, enum request request)
{
	struct lab_view *lab = self(view);
	if (request != REQUEST_RESET) {
		lab->reset_asked = false;
	}
	switch (request) {
	case REQUEST_RUN:
		start(lab, false);
		return true;
	case REQUEST_CHECK:
		start(lab, true);
		return true;
	case REQUEST_PAUSE:
		lab_session_pause(lab->session);
		return true;
	case REQUEST_STOP:
		lab_session_stop(lab->session);
		return true;
	case REQUEST_PANE:
		next_pane(lab, 1);
		return true;
	case REQUEST_PANE_BACK:
		next_pane(lab, -1);
		return true;
	case REQUEST_ZOOM:
		lab->zoomed = !lab->zoomed;
		return true;
	case REQUEST_PICTURE:
		lab->picture++;
		return true;
	case REQUEST_VALUES:
		show_values(lab);
		return true;
	case REQUEST_INSPECT: {
		size_t length;
		save(lab);
		const char *text = editor_text(lab->editor, &length);
		app_push(view->app, view_inspector_new(view->app, &lab->step->lab, text, length));
		return true;
	}
	case REQUEST_LOG_SCALE:
		lab->look.log = !lab->look.log;
		return true;
	case REQUEST_SMOOTH:
		lab->look.smooth = (lab->look.smooth + 1) % (PLOT_SMOOTH_MOST + 1);
		return true;
	case REQUEST_OVERLAY:
		lab->look.past = !lab->look.past;
		return true;
	case REQUEST_SAVE:
		if (save(lab)) {
			app_notice(view->app, STYLE_GOOD, message(MSG_TUI_LAB_SAVED), lab->path);
		}
		return true;
	case REQUEST_RESET:
		reset(lab);
		return true;
	case REQUEST_EXTERNAL:
		edit_outside(lab);
		return true;
	case REQUEST_BACK:
		if (lab->prompt) {
			close_prompt(lab, false);
			return true;
		}
		if (lab->look.pointed && lab->pane == PANE_PICTURE) {
			lab->look.pointed = false;
			return true;
		}
		if (lab->zoomed) {
			lab->zoomed = false;
			return true;
		}
		save(lab);
		if (run_active(lab->session->run)) {
			app_notice(view->app, STYLE_DIM, "%s", message(MSG_TUI_LAB_GOES_ON));
		}
		app_pop(view->app, false);
		return true;
	default:
		break;
	}
	if (lab->pane == PANE_EDITOR && editor_request(lab->editor, request)) {
		if (request == REQUEST_COPY || request == REQUEST_CUT) {
			/* Also for other windows, where the terminal lets us. */
			view->app->backend->ops->copy(view->app->backend,
						      editor_clipboard(lab->editor));
		}
		edited(lab);
		return true;
	}
	return scroll(lab, request);
}

static bool first_key(struct view *view, uint32_t key)
{
	struct lab_view *lab = self(view);
	if (!lab->prompt && lab->pane == PANE_EDITOR && editor_offer_key(lab->editor, key)) {
		edited(lab);
		return true;
	}
	if (!lab->prompt) {
		/* Shift-Tab belongs to the editor while one is in it. */
		if (lab->pane == PANE_EDITOR && key == (INPUT_SHIFT | INPUT_TAB)) {
			return editor_key(lab->editor, key);
		}
		return false;
	}
	if (key == INPUT_ENTER) {
		close_prompt(lab, true);
		return true;
	}
	return field_key(&lab->field, key);
}

static bool key(struct view *view, uint32_t key)
{
	struct lab_view *lab = self(view);
	if (lab->prompt) {
		return field_key(&lab->field, key);
	}
	if (lab->pane == PANE_EDITOR) {
		bool used = editor_key(lab->editor, key);
		edited(lab);
		return used;
	}
	if (lab->pane == PANE_PICTURE) {
		int count = board_pictures(lab->session->board);
		size_t points = count ? board_points(lab->session->board, lab->picture % count) : 0;
		if (plot_look_key(&lab->look, key, points)) {
			return true;
		}
	}
	if (key == INPUT_TAB) {
		next_pane(lab, 1);
		return true;
	}
	return false;
}

static bool paste(struct view *view, const char *text)
{
	struct lab_view *lab = self(view);
	if (lab->prompt) {
		field_insert(&lab->field, text, false);
	} else if (lab->pane == PANE_EDITOR) {
		editor_paste(lab->editor, text);
		edited(lab);
	}
	return true;
}

static bool wants_text(struct view *view)
{
	return self(view)->prompt || self(view)->pane == PANE_EDITOR;
}

static const enum request *hints(struct view *view)
{
	static const enum request editing[] = {
		REQUEST_RUN,  REQUEST_CHECK, REQUEST_PANE, REQUEST_UNDO,   REQUEST_RESET,
		REQUEST_BACK, REQUEST_HELP,  REQUEST_ZOOM, REQUEST_VALUES, REQUEST_NONE};
	static const enum request looking[] = {
		REQUEST_RUN,     REQUEST_CHECK,   REQUEST_PANE, REQUEST_ZOOM, REQUEST_VALUES,
		REQUEST_PICTURE, REQUEST_INSPECT, REQUEST_BACK, REQUEST_HELP, REQUEST_NONE};
	static const enum request running[] = {REQUEST_PAUSE, REQUEST_STOP,    REQUEST_PANE,
					       REQUEST_ZOOM,  REQUEST_PICTURE, REQUEST_VALUES,
					       REQUEST_BACK,  REQUEST_NONE};
	static const enum request lines[] = {REQUEST_LOG_SCALE, REQUEST_SMOOTH, REQUEST_OVERLAY,
					     REQUEST_PICTURE,   REQUEST_VALUES, REQUEST_ZOOM,
					     REQUEST_PANE,      REQUEST_BACK,   REQUEST_NONE};
	static const enum request asked[] = {REQUEST_NONE};
	struct lab_view *lab = self(view);
	if (lab->pane == PANE_PICTURE && !lab->prompt) {
		return lines;
	}
	return lab->prompt                     ? asked
	       : run_active(lab->session->run) ? running
	       : lab->pane == PANE_EDITOR      ? editing
					       : looking;
}

static void place(struct view *view, struct strbuf *out)
{
	struct lab_view *lab = self(view);
	strbuf_printf(out, "lesson:%s#%s", lab->lesson->id, lab->step->id);
}

static void free_view(struct view *view)
{
	struct lab_view *lab = self(view);
	struct app *app = view->app;
	if (lab->editor) {
		save(lab);
	}
	if (lab->file_watch) {
		loop_file_cancel(app->loop, lab->file_watch);
	}
	lab_session_leave(lab->session);
	editor_free(lab->editor);
	if (lab->goal_width) {
		rich_text_release(&lab->goal);
	}
	field_release(&lab->field);
	free(lab->prediction);
	free(lab->path);
	free(lab);
}

static void click(struct view *view, int x, int y, int wheel)
{
	struct lab_view *lab = self(view);
	(void)wheel;
	for (int i = 0; i < LAB_PANES && !lab->prompt; i++) {
		const struct area *area = &lab->places[i];
		if (x >= area->x && x < area->x + area->width && y >= area->y &&
		    y < area->y + area->height) {
			lab->pane = (enum lab_pane)i;
			if (i == PANE_EDITOR && y > area->y) {
				editor_click(lab->editor, x - area->x, y - area->y - 1);
			}
			return;
		}
	}
}

static const struct view_ops ops = {
	.kind = VIEW_LAB,
	.name = "lab",
	.whole = true,
	.draw = lab_draw,
	.title = lab_title,
	.request = request,
	.first_key = first_key,
	.key = key,
	.paste = paste,
	.wants_text = wants_text,
	.hints = hints,
	.click = click,
	.place = place,
	.free = free_view,
};

static void open_file(struct lab_view *lab)
{
	struct app *app = lab->base.app;
	struct error err = ERROR_INIT;
	struct strbuf text, path;
	strbuf_init(&text);
	strbuf_init(&path);
	enum status status = work_open(&text, &path, &lab->step->lab, &err);
	lab->editor_failed = status != STATUS_OK;
	app_told(app, status, &err);
	load(lab, &text);
	lab->path = strdup(path.text);
	if (!lab->editor_failed) {
		lab->file_watch = loop_file(app->loop, path.text, file_changed, lab);
	}
	strbuf_release(&text);
	strbuf_release(&path);
}

struct view *view_lab_new(struct app *app, const struct lesson *lesson, const struct step *step)
{
	struct lab_view *lab = calloc(1, sizeof *lab);
	if (!lab) {
		return NULL;
	}
	lab->base = (struct view){&ops, app};
	lab->lesson = lesson;
	lab->step = step;
	lab->pane = PANE_EDITOR;
	lab->editor = editor_new("lua");
	field_init(&lab->field);
	lab->session = lab_session_open(app, lesson, step, run_ended, lab);
	if (!lab->editor || !lab->session) {
		lab->editor_failed = true;
		free_view(&lab->base);
		return NULL;
	}
	open_file(lab);
	struct strbuf said;
	strbuf_init(&said);
	if (app->store && !store_lab_text(app->store, step->lab.id, "prediction", &said, NULL)) {
		lab->prediction = strdup(said.text);
	}
	strbuf_release(&said);
	if (lab->session->ended) {
		run_ended(lab);
	}
	return &lab->base;
}
