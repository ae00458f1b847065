#include <stdlib.h>
#include <string.h>

#include "engine/tutor/plan.h"
#include "tui/program.h"
#include "tui/road.h"
#include "tui/text/layout.h"
#include "tui/views/views.h"
#include "tui/widget/field.h"

/* The first meeting: the teacher's four questions, and the road that is drawn from the answers. */

enum { NAME_WIDTH = 10, WIDEST_TEXT = 84 };

struct meeting {
	struct view base;
	struct plan plan;
	struct strbuf said; /* lines that begin with \1 are the learner's */
	struct field field;
	int back, page;
};

static struct meeting *self(struct view *view)
{
	return (struct meeting *)view;
}

/* Draws (or, without a grid, only counts) what was said from row y on; returns the row after it. */
static int draw_said(const struct meeting *meeting, struct area area, int y)
{
	int width = area.width - NAME_WIDTH - 3;
	width = width > WIDEST_TEXT ? WIDEST_TEXT : width;
	bool named = false;
	for (const char *at = meeting->said.text; *at;) {
		bool mine = *at == '\1', theirs = *at == '\2';
		if (mine || theirs) {
			at++;
			named = true;
		}
		const char *newline = strchr(at, '\n');
		size_t length = newline ? (size_t)(newline - at) : strlen(at), from = 0;
		do {
			size_t next, end = text_break(at + from, length - from, width, &next);
			if (area.grid && named) {
				area_text(area, 2, y,
					  message(mine ? MSG_TUI_LEARNER : MSG_TUI_TEACHER),
					  mine ? STYLE_LEARNER : STYLE_TEACHER);
			}
			named = false;
			if (area.grid) {
				area_textn(area, NAME_WIDTH, y, at + from, end, STYLE_NORMAL);
			}
			y++;
			from += next;
		} while (from < length);
		at += length + (newline != NULL);
	}
	return y;
}

static void draw(struct view *view, struct area area)
{
	struct meeting *meeting = self(view);
	const char *preedit = hangul_preedit(&view->app->hangul);
	int rows = field_rows(&meeting->field, area.width - 8, preedit);
	rows = rows > 4 ? 4 : rows;
	struct area above = area_part(area, 0, 0, area.width, area.height - rows - 1);
	struct area probe = {.width = area.width};
	int total = draw_said(meeting, probe, 0);
	int most = total > above.height ? total - above.height : 0;
	meeting->page = above.height;
	meeting->back = meeting->back > most ? most : meeting->back < 0 ? 0 : meeting->back;
	draw_said(meeting, above, meeting->back - most);
	area_rule(area_part(area, 0, above.height, area.width, 1), 0, NULL);
	area_text(area, 2, above.height + 1, message(MSG_TUI_LEARNER), STYLE_LEARNER);
	struct area input = area_part(area, 6, above.height + 1, area.width - 8, rows);
	if (!meeting->field.text.length && !*preedit) {
		bool ready = meeting->plan.stage == PLAN_READY;
		area_text_cut(input, 1, 0, input.width - 1,
			      message(ready ? MSG_TUI_MEETING_DONE : MSG_TUI_MEETING_SKIP),
			      STYLE_DIM);
	}
	field_draw(&meeting->field, input, preedit, true);
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	struct meeting *meeting = self(view);
	strbuf_puts(left, message(MSG_TUI_MEETING_TITLE));
	if (meeting->plan.stage == PLAN_ASKING) {
		strbuf_printf(right, "%d/%d", meeting->plan.asking + 1, PLAN_QUESTIONS);
	}
}

static void send(struct meeting *meeting)
{
	struct app *app = meeting->base.app;
	struct error err = ERROR_INIT;
	struct strbuf reply;
	strbuf_init(&reply);
	hangul_flush(&app->hangul, &reply);
	field_insert(&meeting->field, reply.text, false);
	strbuf_reset(&reply);
	if (meeting->plan.stage == PLAN_READY) {
		strbuf_release(&reply);
		app_pop(app, false);
		return;
	}
	const char *text = meeting->field.text.text;
	if (app_told(app, plan_answer(&meeting->plan, text, &reply, &err), &err)) {
		strbuf_printf(&meeting->said, "\n\1%s\n\n\2%s\n",
			      *text ? text : message(MSG_TUI_MEETING_SKIPPED), reply.text);
		field_set(&meeting->field, "");
		meeting->back = 0;
		app_told(app, road_keep(app->store, &meeting->plan, &err), &err);
	}
	strbuf_release(&reply);
}

static bool request(struct view *view, enum request request)
{
	struct meeting *meeting = self(view);
	switch (request) {
	case REQUEST_SEND:
		send(meeting);
		return true;
	case REQUEST_HINT:
	case REQUEST_EXPERIMENT:
		return true;
	case REQUEST_UP:
		meeting->back++;
		return true;
	case REQUEST_DOWN:
		meeting->back--;
		return true;
	case REQUEST_PAGE_UP:
		meeting->back += meeting->page - 1;
		return true;
	case REQUEST_PAGE_DOWN:
		meeting->back -= meeting->page - 1;
		return true;
	case REQUEST_BACK:
		app_pop(view->app, false);
		return true;
	default:
		return false;
	}
}

static bool key(struct view *view, uint32_t key)
{
	return field_key(&self(view)->field, key);
}

static bool paste(struct view *view, const char *text)
{
	field_insert(&self(view)->field, text, false);
	return true;
}

static bool wants_text(struct view *view)
{
	(void)view;
	return true;
}

static const enum request *hints(struct view *view)
{
	(void)view;
	static const enum request list[] = {REQUEST_SEND, REQUEST_BACK, REQUEST_NONE};
	return list;
}

static void free_view(struct view *view)
{
	struct meeting *meeting = self(view);
	plan_release(&meeting->plan);
	strbuf_release(&meeting->said);
	field_release(&meeting->field);
	free(meeting);
}

static const struct view_ops ops = {
	.kind = VIEW_DIALOGUE,
	.name = "meeting",
	.draw = draw,
	.title = title,
	.request = request,
	.key = key,
	.paste = paste,
	.wants_text = wants_text,
	.hints = hints,
	.free = free_view,
};

struct view *view_meeting_new(struct app *app)
{
	struct meeting *meeting = calloc(1, sizeof *meeting);
	struct strbuf kept;
	if (!meeting) {
		return NULL;
	}
	meeting->base = (struct view){&ops, app};
	plan_init(&meeting->plan);
	strbuf_init(&meeting->said);
	field_init(&meeting->field);
	strbuf_init(&kept);
	if (app->store && !store_setting(app->store, "tutor.plan", &kept, NULL)) {
		plan_load(&meeting->plan, kept.text, NULL);
	}
	strbuf_release(&kept);
	strbuf_puts(&meeting->said, "\2");
	if (meeting->plan.stage == PLAN_READY) {
		plan_say(&meeting->plan, &meeting->said, NULL);
	} else if (meeting->plan.asking > 0) {
		strbuf_puts(&meeting->said, plan_question(meeting->plan.asking));
	} else {
		plan_greet(&meeting->said, NULL);
	}
	strbuf_puts(&meeting->said, "\n");
	return &meeting->base;
}
