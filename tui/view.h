#ifndef MUNDAP_TUI_VIEW_H
#define MUNDAP_TUI_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/strbuf.h"
#include "tui/grid.h"
#include "tui/request.h"

/* A view is one place of the program: a screen with its own keys. The program keeps a stack of them; the top one is
 * drawn. A view draws itself whole into the area it is given, each time anything changed. */

struct app;
struct view;

enum view_kind {
	VIEW_GENERAL, /* keys that hold everywhere */
	VIEW_HOME,
	VIEW_MAP,
	VIEW_LESSON,
	VIEW_DIALOGUE,
	VIEW_QUIZ,
	VIEW_LAB,
	VIEW_REVIEW,
	VIEW_NOTES,
	VIEW_GLOSSARY,
	VIEW_STATISTICS,
	VIEW_SETTINGS,
	VIEW_HELP,
	VIEW_PALETTE,
	VIEW_SEARCH,
	VIEW_EXPERIMENTS,
	VIEW_REPLAY,
	VIEW_INSPECTOR,
	VIEW_KINDS
};

struct view_ops {
	enum view_kind kind;
	const char *name; /* stable word, kept with the place ("lesson") */
	bool whole; /* draws its own rules: its area reaches from the row below the title to the hints */
	/** The part between the title and the row of hints is for the view; it also writes its title. */
	void (*draw)(struct view *view, struct area area);
	/** Title at the left and what stands at the right of the first row. */
	void (*title)(struct view *view, struct strbuf *left, struct strbuf *right);
	/** Does what a key asks for; false: not mine (the program's own requests follow). */
	bool (*request)(struct view *view, enum request request);
	/** A key that no request claimed, or every key that types while wants_text; false: not used. */
	bool (*key)(struct view *view, uint32_t key);
	/** Sees every key before the key map does; true: taken. */
	bool (*first_key)(struct view *view, uint32_t key);
	/** Whether first_key would take the key just now. */
	bool (*takes)(struct view *view, uint32_t key);
	bool (*paste)(struct view *view, const char *text);
	/** Whether typed characters are text just now and not commands. */
	bool (*wants_text)(struct view *view);
	/** The requests of the row of hints, in order, ended by REQUEST_NONE. */
	const enum request *(*hints)(struct view *view);
	/** What stands at the right of the row of hints. */
	void (*status)(struct view *view, struct strbuf *out);
	void (*click)(struct view *view, int x, int y, int wheel);
	void (*shown)(struct view *view); /* it came (back) to the top */
	/** Writes where one is, enough to come back after a restart ("AI-05/slide"). */
	void (*place)(struct view *view, struct strbuf *out);
	void (*free)(struct view *view);
};

struct view {
	const struct view_ops *ops;
	struct app *app;
};

#endif
