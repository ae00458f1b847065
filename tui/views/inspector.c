#include "tui/views/inspector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/program.h"
#include "tui/run.h"
#include "tui/text/layout.h"
#include "tui/views/views.h"
#include "tui/widget/board.h"
#include "tui/widget/list.h"

/* What the models of a lab hold: a list of their parts by name, and the picture of the chosen one. The worker that trained
 * them is gone, so the file is run again with the same seed, which gives the same models. */

enum { LIST_WIDTH = 28 };

struct inspector {
	struct view base;
	const struct lab *lab;
	struct run *run;
	struct board *board;
	struct list_cursor list;
	int page;
	bool ended, right;
	char error[1024];
};

static struct inspector *self(struct view *view)
{
	return (struct inspector *)view;
}

static void take(void *context, const struct frame *frame)
{
	struct inspector *inspector = context;
	/* The curves of training are the workbench's. */
	if (frame->type != FRAME_METRIC) {
		board_take(inspector->board, frame);
	}
}

static void ended(void *context, const struct worker_result *result)
{
	struct inspector *inspector = context;
	inspector->ended = true;
	inspector->right = result->ok;
	snprintf(inspector->error, sizeof inspector->error, "%s",
		 result->ok ? "" : result->error.message);
	utf8_trim_partial(inspector->error);
}

static const struct run_events events = {take, ended};

static void say(struct area area, const char *text, enum style style)
{
	size_t length = strlen(text);
	int y = 1;
	for (size_t at = 0; at < length && y < area.height; y++) {
		size_t next, end = text_break(text + at, length - at, area.width - 4, &next);
		area_textn(area, 2, y, text + at, end, style);
		at += next;
	}
}

static void draw_progress(const struct inspector *inspector, struct area row)
{
	const char *text;
	double fraction = board_progress(inspector->board, &text);
	if (inspector->ended) {
		return;
	}
	area_bar(row, 2, 0, 14, fraction > 0 ? fraction : 0, STYLE_ACCENT);
	area_text_cut(row, 18, 0, row.width - 20, *text ? text : message(MSG_TUI_INSPECTOR_WAIT),
		      STYLE_DIM);
}

static void draw(struct view *view, struct area area)
{
	struct inspector *inspector = self(view);
	struct app *app = view->app;
	int count = board_pictures(inspector->board);
	draw_progress(inspector, area_part(area, 0, 0, area.width, 1));
	if (!count) {
		if (inspector->ended) {
			say(area,
			    inspector->right ? message(MSG_TUI_INSPECTOR_NONE) : inspector->error,
			    inspector->right ? STYLE_DIM : STYLE_BAD);
		}
		return;
	}
	int top = inspector->ended ? 0 : 1, rows = area.height - top;
	inspector->page = rows;
	list_fit(&inspector->list, count, rows);
	for (int i = 0; i < rows && inspector->list.top + i < count; i++) {
		int index = inspector->list.top + i;
		bool here = index == inspector->list.at;
		area_text(area, 1, top + i, here ? "▸" : " ", STYLE_ACCENT);
		area_text_cut(area, 3, top + i, LIST_WIDTH - 4,
			      board_picture_title(inspector->board, index),
			      here ? STYLE_ACCENT : STYLE_NORMAL);
	}
	area_vertical(area, LIST_WIDTH, top, rows);
	struct area right = area_part(area, LIST_WIDTH + 2, top, area.width - LIST_WIDTH - 3, rows);
	board_draw_picture(inspector->board, inspector->list.at,
			   area_part(right, 0, 0, right.width, rows - 2), NULL,
			   app->settings.ascii || !app->theme->coloured);
	struct strbuf said;
	strbuf_init(&said);
	board_say(inspector->board, inspector->list.at, &said);
	size_t next, end = text_break(said.text, said.length, right.width, &next);
	area_textn(right, 0, rows - 2, said.text, end, STYLE_DIM);
	area_text_cut(right, 0, rows - 1, right.width, said.text + next, STYLE_DIM);
	strbuf_release(&said);
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	struct inspector *inspector = self(view);
	strbuf_printf(left, "%s  %s", inspector->lab->id, request_label(REQUEST_INSPECT));
	strbuf_printf(right, message(MSG_TUI_NOTES_COUNT), board_pictures(inspector->board));
}

static void show_values(struct inspector *inspector)
{
	struct strbuf text;
	if (!board_pictures(inspector->board)) {
		return;
	}
	strbuf_init(&text);
	board_values(inspector->board, inspector->list.at, &text);
	app_push(inspector->base.app,
		 view_page_new(inspector->base.app,
			       board_picture_title(inspector->board, inspector->list.at),
			       text.text));
	strbuf_release(&text);
}

static bool request(struct view *view, enum request request)
{
	struct inspector *inspector = self(view);
	if (request == REQUEST_OPEN || request == REQUEST_VALUES) {
		show_values(inspector);
		return true;
	}
	if (request == REQUEST_BACK) {
		app_pop(view->app, false);
		return true;
	}
	list_fit(&inspector->list, board_pictures(inspector->board), inspector->page);
	return list_request(&inspector->list, request, inspector->page);
}

static const enum request *hints(struct view *view)
{
	(void)view;
	static const enum request list[] = {REQUEST_DOWN, REQUEST_UP, REQUEST_VALUES, REQUEST_BACK,
					    REQUEST_NONE};
	return list;
}

static void free_view(struct view *view)
{
	run_free(self(view)->run);
	board_free(self(view)->board);
	free(view);
}

static const struct view_ops ops = {
	.kind = VIEW_INSPECTOR,
	.name = "inspector",
	.draw = draw,
	.title = title,
	.request = request,
	.hints = hints,
	.free = free_view,
};

struct view *view_inspector_new(struct app *app, const struct lab *lab, const char *source,
				size_t length)
{
	struct inspector *inspector = calloc(1, sizeof *inspector);
	struct board *board = board_new();
	struct error err = ERROR_INIT;
	if (!inspector || !board) {
		free(inspector);
		board_free(board);
		return NULL;
	}
	inspector->base = (struct view){&ops, app};
	inspector->lab = lab;
	inspector->board = board;
	struct worker_request wanted = {.kind = WORKER_CHECK,
					.file = "lab.lua",
					.source = source,
					.source_length = length,
					.check_file = "inspect.lua",
					.check = inspector_script,
					.check_length = strlen(inspector_script),
					.seed = 1, /* as runs have */
					.seconds = lab->seconds,
					.memory_mb = lab->memory_mb};
	if (run_start(&inspector->run, app, &wanted, &events, inspector, &err) != STATUS_OK) {
		inspector->ended = true;
		snprintf(inspector->error, sizeof inspector->error, "%s", err.message);
	}
	return &inspector->base;
}
