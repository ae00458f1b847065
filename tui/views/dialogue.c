#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/program.h"
#include "tui/talk.h"
#include "tui/text/layout.h"
#include "tui/views/lesson.h"
#include "tui/views/views.h"
#include "tui/widget/field.h"

/* The talk on one checkpoint: what was said above, the learner's line below with the cursor in it. */

enum { NAME_WIDTH = 10, FIELD_ROWS = 4, WIDEST_TEXT = 84 };

/* A row of the transcript. */
struct row {
	int utterance; /* -1: an empty row */
	size_t start, end; /* bytes of its text */
	bool first;
	int label; /* which row of evidence names it is, -1: a row of text */
	bool marks; /* the row under the text that marks evidence */
};

struct dialogue_view {
	struct view base;
	const struct lesson *lesson;
	struct talk talk;
	bool ready; /* talk is open */
	struct field field;
	struct row *rows;
	int row_count, row_room;
	int back; /* rows scrolled back from the end */
	int page;
};

static struct dialogue_view *self(struct view *view)
{
	return (struct dialogue_view *)view;
}

static int text_width(struct area area)
{
	int width = area.width - NAME_WIDTH - 3;
	return width > WIDEST_TEXT ? WIDEST_TEXT : width;
}

static struct row *add_row(struct dialogue_view *dialogue)
{
	if (dialogue->row_count == dialogue->row_room) {
		int room = dialogue->row_room ? dialogue->row_room * 2 : 128;
		struct row *rows = realloc(dialogue->rows, (size_t)room * sizeof *rows);
		if (!rows) {
			return NULL;
		}
		dialogue->rows = rows;
		dialogue->row_room = room;
	}
	struct row *row = &dialogue->rows[dialogue->row_count++];
	*row = (struct row){.utterance = -1, .label = -1};
	return row;
}

/* Whether a piece of evidence begins on the line [start, end). */
static bool begins_on(const struct evidence *evidence, size_t start, size_t end)
{
	return evidence->start >= start && evidence->start < end;
}

static bool touches(const struct evidence *evidence, size_t start, size_t end)
{
	return evidence->start < end && evidence->start + evidence->length > start;
}

static int column(const struct utterance *one, size_t start, size_t at)
{
	return at > start ? (int)utf8_width(one->text + start, at - start) : 0;
}

/* Where the name of a piece of evidence stands under the line [start, end): below its first letter, names beside each
 * other as long as they fit. */
struct name {
	int row, x;
	bool here;
};

static int place_names(const struct utterance *one, size_t start, size_t end, int width,
		       struct name *names)
{
	int ends[MAX_EVIDENCE] = {0}, rows = 0;
	bool placed[MAX_EVIDENCE] = {false};
	memset(names, 0, MAX_EVIDENCE * sizeof *names);
	for (int n = 0; n < one->evidence_count; n++) {
		/* From left to right. */
		int next = -1;
		for (int i = 0; i < one->evidence_count; i++) {
			if (!placed[i] && begins_on(&one->evidence[i], start, end) &&
			    (next < 0 || one->evidence[i].start < one->evidence[next].start)) {
				next = i;
			}
		}
		if (next < 0) {
			break;
		}
		placed[next] = true;
		const char *label = one->evidence[next].label;
		int cells = (int)utf8_width(label, strlen(label));
		int x = column(one, start, one->evidence[next].start), row = 0;
		if (x + cells > width) {
			x = width > cells ? width - cells : 0;
		}
		while (row < rows && ends[row] > x) {
			row++;
		}
		rows = row + 1 > rows ? row + 1 : rows;
		ends[row] = x + cells + 2;
		names[next] = (struct name){row, x, true};
	}
	return rows;
}

static void add_utterance(struct dialogue_view *dialogue, int index, int width)
{
	const struct utterance *one = &dialogue->talk.said[index];
	size_t length = strlen(one->text);
	bool first = true;
	for (size_t at = 0; at < length || first; first = false) {
		size_t next, end = text_break(one->text + at, length - at, width, &next);
		struct row *row = add_row(dialogue);
		if (!row) {
			return;
		}
		row->utterance = index;
		row->start = at;
		row->end = at + end;
		row->first = first;
		bool marked = false;
		for (int i = 0; i < one->evidence_count; i++) {
			marked = marked || touches(&one->evidence[i], at, at + end);
		}
		if (marked && (row = add_row(dialogue)) != NULL) {
			row->utterance = index;
			row->start = at;
			row->end = at + end;
			row->marks = true;
		}
		struct name names[MAX_EVIDENCE];
		int name_rows = place_names(one, at, at + end, width, names);
		for (int i = 0; i < name_rows && (row = add_row(dialogue)) != NULL; i++) {
			row->utterance = index;
			row->start = at;
			row->end = at + end;
			row->label = i;
		}
		at += next;
	}
	add_row(dialogue);
}

static void lay_out(struct dialogue_view *dialogue, int width)
{
	dialogue->row_count = 0;
	for (int i = 0; i < dialogue->talk.said_count; i++) {
		add_utterance(dialogue, i, width);
	}
}

static void draw_marks(const struct utterance *one, const struct row *row, struct area area, int y)
{
	for (int i = 0; i < one->evidence_count; i++) {
		const struct evidence *evidence = &one->evidence[i];
		size_t from = evidence->start > row->start ? evidence->start : row->start;
		size_t to = evidence->start + evidence->length;
		to = to < row->end ? to : row->end;
		if (from >= to) {
			continue;
		}
		int x = column(one, row->start, from), end = column(one, row->start, to);
		for (; x < end; x++) {
			area_put(area, NAME_WIDTH + x, y, '~', STYLE_GOOD);
		}
	}
}

static void draw_row(struct dialogue_view *dialogue, const struct row *row, struct area area, int y)
{
	if (row->utterance < 0) {
		return;
	}
	const struct utterance *one = &dialogue->talk.said[row->utterance];
	if (row->marks) {
		draw_marks(one, row, area, y);
		return;
	}
	if (row->label >= 0) {
		struct name names[MAX_EVIDENCE];
		place_names(one, row->start, row->end, text_width(area), names);
		for (int i = 0; i < one->evidence_count; i++) {
			if (names[i].here && names[i].row == row->label) {
				area_text(area, NAME_WIDTH + names[i].x, y, one->evidence[i].label,
					  STYLE_GOOD);
			}
		}
		return;
	}
	if (row->first) {
		area_text(area, 2, y, message(one->learner ? MSG_TUI_LEARNER : MSG_TUI_TEACHER),
			  one->learner ? STYLE_LEARNER : STYLE_TEACHER);
	}
	area_textn(area, NAME_WIDTH, y, one->text + row->start, row->end - row->start,
		   STYLE_NORMAL);
	for (int i = 0; i < one->evidence_count; i++) {
		const struct evidence *evidence = &one->evidence[i];
		size_t from = evidence->start > row->start ? evidence->start : row->start;
		size_t to = evidence->start + evidence->length;
		to = to < row->end ? to : row->end;
		if (from < to) {
			int x = column(one, row->start, from);
			area_restyle(area, NAME_WIDTH + x, y, column(one, row->start, to) - x,
				     STYLE_EVIDENCE);
		}
	}
}

static void draw(struct view *view, struct area area)
{
	struct dialogue_view *dialogue = self(view);
	const char *preedit = hangul_preedit(&view->app->hangul);
	int width = text_width(area);
	int field_height = field_rows(&dialogue->field, width, preedit);
	field_height = field_height > FIELD_ROWS ? FIELD_ROWS : field_height;
	int height = area.height - field_height - 1;
	dialogue->page = height;
	lay_out(dialogue, width);
	/* The last utterance ends with an empty row that is not needed at the bottom. */
	int count = dialogue->row_count ? dialogue->row_count - 1 : 0;
	int most = count > height ? count - height : 0;
	if (dialogue->back > most) {
		dialogue->back = most;
	}
	int top = count > height ? count - height - dialogue->back : 0;
	struct area above = area_part(area, 0, 0, area.width, height);
	for (int y = 0; y < height && top + y < count; y++) {
		draw_row(dialogue, &dialogue->rows[top + y], above, y);
	}
	if (dialogue->back) {
		area_text_right(above, 1, height - 1, message(MSG_TUI_MORE_BELOW), STYLE_DIM);
	}
	area_rule(area_part(area, 0, height, area.width, 1), 0, NULL);
	area_text(area, 2, height + 1, message(MSG_TUI_LEARNER), STYLE_LEARNER);
	struct area input = area_part(area, 6, height + 1, area.width - 8, field_height);
	if (!dialogue->field.text.length && !*preedit) {
		area_text_cut(input, 1, 0, input.width - 1,
			      message(dialogue->ready && dialogue->talk.last.stage == DIALOGUE_DONE
					      ? MSG_TUI_TALK_DONE_HINT
					      : MSG_TUI_TALK_HINT),
			      STYLE_DIM);
	}
	field_draw(&dialogue->field, input, preedit, true);
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	struct dialogue_view *dialogue = self(view);
	const struct checkpoint *checkpoint = dialogue->talk.checkpoint;
	strbuf_printf(left, message(MSG_TUI_TALK_TITLE), checkpoint->id, checkpoint->title);
	if (dialogue->ready) {
		strbuf_printf(right, message(MSG_TUI_TALK_STATE), talk_covered(&dialogue->talk),
			      (int)checkpoint->expectation_count, dialogue->talk.hints);
		if (dialogue_passed(dialogue->talk.dialogue)) {
			strbuf_puts(right, message(MSG_TUI_TALK_PASSED));
		}
	}
}

static void mark_done(struct dialogue_view *dialogue)
{
	struct app *app = dialogue->base.app;
	const struct lesson *lesson = dialogue->lesson;
	for (size_t i = 0; lesson && app->store && i < lesson->step_count; i++) {
		if (lesson->steps[i].kind == STEP_CHECKPOINT &&
		    !strcmp(lesson->steps[i].checkpoint->id, dialogue->talk.checkpoint->id)) {
			struct error err = ERROR_INIT;
			app_told(app,
				 store_set_step(app->store, lesson->id, lesson->steps[i].id,
						STEP_STATE_DONE, &err),
				 &err);
		}
	}
}

static void leave_for_next(struct dialogue_view *dialogue)
{
	struct app *app = dialogue->base.app;
	bool lesson = dialogue->lesson != NULL;
	app_pop(app, true);
	if (lesson && app_top(app)->ops->kind == VIEW_LESSON) {
		view_lesson_go_on(app_top(app));
	}
}

static void send(struct dialogue_view *dialogue)
{
	struct app *app = dialogue->base.app;
	struct error err = ERROR_INIT;
	struct strbuf composing;
	if (!dialogue->ready) {
		return;
	}
	strbuf_init(&composing);
	hangul_flush(&app->hangul, &composing);
	field_insert(&dialogue->field, composing.text, false);
	strbuf_release(&composing);
	const char *text = dialogue->field.text.text;
	if (strspn(text, " \n") == strlen(text)) {
		if (dialogue_passed(dialogue->talk.dialogue)) {
			leave_for_next(dialogue);
		}
		return;
	}
	if (app_told(app, talk_answer(&dialogue->talk, text, &err), &err)) {
		field_set(&dialogue->field, "");
		dialogue->back = 0;
	}
	if (dialogue_passed(dialogue->talk.dialogue)) {
		mark_done(dialogue);
	}
}

static void experiment(struct dialogue_view *dialogue)
{
	struct app *app = dialogue->base.app;
	struct view *view = dialogue->lesson ? view_lesson_experiment_new(app, dialogue->lesson,
									  dialogue->talk.checkpoint)
					     : NULL;
	if (!view) {
		app_notice(app, STYLE_DIM, "%s", message(MSG_TUI_NO_EXPERIMENT));
		return;
	}
	app_push(app, view);
	app_notice(app, STYLE_DIM, "%s", message(MSG_TUI_EXPERIMENT_HERE));
}

static bool request(struct view *view, enum request request)
{
	struct dialogue_view *dialogue = self(view);
	struct error err = ERROR_INIT;
	switch (request) {
	case REQUEST_SEND:
		send(dialogue);
		return true;
	case REQUEST_HINT:
		if (dialogue->ready &&
		    app_told(view->app, talk_hint(&dialogue->talk, &err), &err)) {
			dialogue->back = 0;
		}
		return true;
	case REQUEST_EXPERIMENT:
		experiment(dialogue);
		return true;
	case REQUEST_PAGE_UP:
		dialogue->back += dialogue->page > 2 ? dialogue->page - 1 : 1;
		return true;
	case REQUEST_PAGE_DOWN:
		dialogue->back -= dialogue->page > 2 ? dialogue->page - 1 : 1;
		dialogue->back = dialogue->back < 0 ? 0 : dialogue->back;
		return true;
	case REQUEST_UP:
		dialogue->back++;
		return true;
	case REQUEST_DOWN:
		dialogue->back -= dialogue->back > 0;
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
	static const enum request list[] = {REQUEST_SEND, REQUEST_HINT, REQUEST_EXPERIMENT,
					    REQUEST_BACK, REQUEST_NONE};
	return list;
}

static void place(struct view *view, struct strbuf *out)
{
	struct dialogue_view *dialogue = self(view);
	if (!dialogue->lesson) {
		strbuf_printf(out, "talk:%s", dialogue->talk.checkpoint->id);
	}
}

static void keep_draft(struct dialogue_view *dialogue)
{
	struct app *app = dialogue->base.app;
	char name[96];
	if (app->store) {
		snprintf(name, sizeof name, "tui.draft.%s", dialogue->talk.checkpoint->id);
		store_set_setting(app->store, name, dialogue->field.text.text, NULL);
	}
}

static void free_view(struct view *view)
{
	struct dialogue_view *dialogue = self(view);
	keep_draft(dialogue);
	talk_close(&dialogue->talk);
	field_release(&dialogue->field);
	free(dialogue->rows);
	free(dialogue);
}

static const struct view_ops ops = {
	.kind = VIEW_DIALOGUE,
	.name = "dialogue",
	.draw = draw,
	.title = title,
	.request = request,
	.key = key,
	.paste = paste,
	.wants_text = wants_text,
	.hints = hints,
	.place = place,
	.free = free_view,
};

static struct view *open_view(struct app *app, const struct checkpoint *checkpoint,
			      const struct lesson *lesson, bool revisit)
{
	struct dialogue_view *dialogue = calloc(1, sizeof *dialogue);
	struct error err = ERROR_INIT;
	if (!dialogue) {
		return NULL;
	}
	dialogue->base = (struct view){&ops, app};
	dialogue->lesson = lesson;
	field_init(&dialogue->field);
	dialogue->talk.checkpoint = checkpoint;
	strbuf_init(&dialogue->talk.prose);
	const struct grader *grader = app_grader(app);
	if (grader) {
		dialogue->ready = app_told(app,
					   talk_open(&dialogue->talk, app->store, app->catalog,
						     grader, checkpoint, revisit, &err),
					   &err);
		dialogue->talk.checkpoint = checkpoint;
	}
	char name[96];
	struct strbuf draft;
	strbuf_init(&draft);
	snprintf(name, sizeof name, "tui.draft.%s", checkpoint->id);
	if (app->store && !store_setting(app->store, name, &draft, NULL)) {
		field_set(&dialogue->field, draft.text);
	}
	strbuf_release(&draft);
	return &dialogue->base;
}

struct view *view_dialogue_new(struct app *app, const struct checkpoint *checkpoint,
			       const struct lesson *lesson)
{
	return open_view(app, checkpoint, lesson, false);
}

struct view *view_revisit_new(struct app *app, const struct checkpoint *checkpoint)
{
	return open_view(app, checkpoint, NULL, true);
}
