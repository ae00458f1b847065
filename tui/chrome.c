#include "tui/chrome.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/key.h"
#include "tui/keymap.h"
#include "tui/lab_session.h"

static void draw_title(struct view *view, struct area row)
{
	struct strbuf left, right;
	strbuf_init(&left);
	strbuf_init(&right);
	if (view->ops->title) {
		view->ops->title(view, &left, &right);
	}
	area_fill(row, STYLE_TITLE);
	int end = row.width - 1;
	if (right.length) {
		end = area_text_right(row, 1, 0, right.text, STYLE_TITLE);
	}
	area_text_cut(row, 1, 0, end - 2, left.text, STYLE_TITLE);
	strbuf_release(&left);
	strbuf_release(&right);
}

/* Keys that mean the same everywhere come last and may fall away where there is no room. */
static const enum request everywhere[] = {REQUEST_SEARCH, REQUEST_PALETTE, REQUEST_HELP,
					  REQUEST_NONE};

static bool taken(void *context, uint32_t key)
{
	struct view *view = context;
	return (key_is_text(key) && view->ops->wants_text && view->ops->wants_text(view)) ||
	       (view->ops->takes && view->ops->takes(view, key));
}

struct hints {
	struct app *app;
	struct area row;
	int x, limit;
	bool shown[REQUEST_COUNT];
	int probe; /* a cell to find the request of, -1 while drawing */
	enum request found;
};

static void add_hints(struct hints *hints, struct view *view, const enum request *requests)
{
	for (; requests && *requests != REQUEST_NONE; requests++) {
		uint32_t key = keymap_free_key(view->ops->kind, *requests, taken, view);
		if (!key || hints->shown[*requests]) {
			continue;
		}
		char name[32];
		key_label(key, name, sizeof name);
		const char *label = request_label(*requests);
		int width = (int)(utf8_width(name, strlen(name)) + 1 +
				  utf8_width(label, strlen(label)));
		if (hints->x + width > hints->limit) {
			continue;
		}
		hints->shown[*requests] = true;
		if (hints->probe < 0) {
			int x = area_text(hints->row, hints->x, 0, name, STYLE_KEY);
			area_text(hints->row, x + 1, 0, label, STYLE_NORMAL);
		} else if (hints->probe >= hints->x && hints->probe < hints->x + width) {
			hints->found = *requests;
		}
		hints->x += width + 2;
	}
}

static enum request walk_hints(struct app *app, struct area row, int probe)
{
	struct view *view = app_top(app);
	struct strbuf status;
	strbuf_init(&status);
	if (app->hangul.layout != HANGUL_OFF) {
		strbuf_printf(&status, "%s [한]", hangul_layout_name(app->hangul.layout));
	}
	lab_sessions_say(app, view, &status);
	if (view->ops->status) {
		if (status.length) {
			strbuf_puts(&status, "  ");
		}
		view->ops->status(view, &status);
	}
	struct hints hints = {
		.app = app, .row = row, .x = 1, .limit = row.width - 1, .probe = probe};
	if (status.length) {
		hints.limit = row.width - 2 - (int)utf8_width(status.text, status.length);
		if (probe < 0) {
			area_text_right(row, 1, 0, status.text, STYLE_DIM);
			hints.limit--;
		}
	}
	strbuf_release(&status);
	add_hints(&hints, view, view->ops->hints ? view->ops->hints(view) : NULL);
	add_hints(&hints, view, everywhere);
	return hints.found;
}

static void draw_hints(struct app *app, struct area row)
{
	if (app->notice[0]) {
		area_text_cut(row, 1, 0, row.width - 2, app->notice, app->notice_style);
		return;
	}
	walk_hints(app, row, -1);
}

enum request chrome_hint_at(struct app *app, int x)
{
	return walk_hints(app, grid_area(&app->grid), x);
}

static void draw_too_small(struct area all)
{
	char line[128];
	const enum message rows[] = {MSG_TUI_TOO_SMALL, MSG_TUI_TOO_SMALL_SIZE,
				     MSG_TUI_TOO_SMALL_HELP};
	int y = all.height / 2 - 1;
	for (int i = 0; i < 3; i++) {
		if (i == 1) {
			snprintf(line, sizeof line, message(MSG_TUI_TOO_SMALL_SIZE),
				 SCREEN_MIN_WIDTH, SCREEN_MIN_HEIGHT, all.width, all.height);
		} else {
			snprintf(line, sizeof line, "%s", message(rows[i]));
		}
		int width = (int)utf8_width(line, strlen(line));
		area_text(all, width < all.width ? (all.width - width) / 2 : 0, y + i, line,
			  i ? STYLE_DIM : STYLE_BOLD);
	}
}

void chrome_draw(struct app *app)
{
	struct area all = grid_area(&app->grid);
	struct view *view = app_top(app);
	grid_clear(&app->grid);
	if (all.width < SCREEN_MIN_WIDTH || all.height < SCREEN_MIN_HEIGHT) {
		draw_too_small(all);
		return;
	}
	draw_title(view, area_part(all, 0, 0, all.width, 1));
	if (view->ops->whole) {
		view->ops->draw(view, area_part(all, 0, 1, all.width, all.height - 2));
	} else {
		area_rule(area_part(all, 0, 1, all.width, 1), 0, NULL);
		area_rule(area_part(all, 0, all.height - 2, all.width, 1), 0, NULL);
		view->ops->draw(view, area_part(all, 0, 2, all.width, all.height - 4));
	}
	draw_hints(app, area_part(all, 0, all.height - 1, all.width, 1));
}
