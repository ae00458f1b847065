#ifndef MUNDAP_TUI_PROGRAM_H
#define MUNDAP_TUI_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/error.h"
#include "engine/base/message.h"
#include "engine/lua/catalog.h"
#include "engine/store/store.h"
#include "engine/tutor/grade.h"
#include "tui/backend.h"
#include "tui/loop.h"
#include "tui/theme.h"
#include "tui/view.h"
#include "tui/widget/hangul.h"

/* The running program as views see it: what they may read, and what they may ask for. */

enum { APP_STACK = 32, APP_SESSIONS = APP_STACK * 2 + 8 };

struct lab_session;

/* Kept in the store under "tui.…", changed in the settings view. */
struct app_settings {
	char theme[16];
	int goal_hours; /* a week */
	bool read_only; /* lessons without their questions */
	bool ascii; /* pictures and bars of plain letters */
	bool mouse;
};

struct app {
	struct loop *loop;
	struct backend *backend;
	struct grid grid;
	struct catalog *catalog;
	struct store *
		store; /* NULL when the database cannot be used: nothing is kept, and the screen says so */
	const struct theme *theme;
	struct app_settings settings;
	struct hangul_input hangul;
	struct view *stack[APP_STACK];
	int depth;
	struct view *dropped[APP_STACK]; /* left by going back, newest last */
	int dropped_count;
	bool placed; /* the place of the last start was restored; from now on it is kept */
	bool away; /* another program has the terminal: nothing is read or shown */
	bool dirty; /* something changed since the last frame */
	char notice[512]; /* a sentence in place of the hints, until the next key */
	enum style notice_style;
	struct grader *grader;
	char share[1024];
	char config_path[1024];
	int64_t last_activity; /* seconds; for the days of activity */
	struct lab_session *sessions[APP_SESSIONS]; /* labs open, and those whose run was left */
	int session_count;
	int quit_asked; /* > 0: the last key asked to quit while a lab runs */
	uint64_t dropped_frames;
};

/** Builds the program on a backend. Owns: app_close. store and catalog become the program's. */
enum status app_open(struct app *app, struct backend *backend, struct store *store,
		     struct catalog *catalog, struct error *err);
void app_close(struct app *app);
/** Draws the frame and shows it when something changed. */
void app_paint(struct app *app);
/** One event as it came from the backend. */
void app_event(struct app *app, struct event *event);

/** Shows a view over the present one; the program owns it. NULL (out of memory) is told to the learner. */
void app_push(struct app *app, struct view *view);
/** Takes the top view away (the last one stays). keep: it can be come back to by FORWARD. */
void app_pop(struct app *app, bool keep);
/** Exchanges the top view. */
void app_replace(struct app *app, struct view *view);
struct view *app_top(const struct app *app);
/** Does a request as if its key had been pressed. */
void app_do(struct app *app, enum request request);

/** Opens a lesson at a step (NULL: where it was left) by any name the catalog knows; says so when it cannot. */
void app_open_lesson(struct app *app, const char *name, const char *step);

/** Something changed: a new frame is wanted. */
void app_changed(struct app *app);
void app_notice(struct app *app, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/** Tells what went wrong; the store's failures among it. Returns whether status was STATUS_OK. */
bool app_told(struct app *app, enum status status, const struct error *err);

/** The grader, opened at first use; NULL (and a notice) when it cannot be. */
const struct grader *app_grader(struct app *app);

void app_load_settings(struct app *app);
void app_save_settings(struct app *app);
void app_apply_theme(struct app *app, const char *id);

#endif
