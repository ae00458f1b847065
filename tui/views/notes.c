#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/utf8.h"
#include "tui/key.h"
#include "tui/program.h"
#include "tui/text/layout.h"
#include "tui/views/lesson.h"
#include "tui/views/views.h"
#include "tui/widget/field.h"
#include "tui/widget/list.h"

/* One's own notes: those of a step with a line to write a new one, or all of them. */

struct notes {
	struct view base;
	char lesson[256], step[128]; /* "" : all notes */
	char quote[512]; /* what the note to be written stands at, "" the step */
	struct list_cursor list;
	struct arena arena;
	struct note *rows;
	size_t count;
	struct field field;
	bool writing;
	int page;
};

static struct notes *self(struct view *view)
{
	return (struct notes *)view;
}

static void load(struct notes *notes)
{
	struct app *app = notes->base.app;
	arena_reset(&notes->arena);
	notes->count = 0;
	if (app->store &&
	    store_notes(app->store, &notes->arena, notes->lesson[0] ? notes->lesson : NULL,
			&notes->rows, &notes->count, NULL)) {
		notes->count = 0;
	}
}

static const struct note *note_at(const struct notes *notes, int row)
{
	/* Newest first. */
	return row >= 0 && (size_t)row < notes->count ? &notes->rows[notes->count - 1 - (size_t)row]
						      : NULL;
}

/* What was written; behind it, or alone, the words it stands at. */
static void draw_words(const struct note *note, struct area row)
{
	int x = 0;
	if (!strcmp(note->kind, "bookmark")) {
		x = area_text(row, x, 0, "⚑ ", STYLE_WARN);
	} else if (note->text[0]) {
		x = area_text_cut(row, x, 0, row.width, note->text, STYLE_NORMAL) + 2;
	}
	if (note->quote[0] && x < row.width - 6) {
		x = area_text(row, x, 0, "“", STYLE_DIM);
		x = area_text_cut(row, x, 0, row.width - x - 1, note->quote,
				  note->text[0] ? STYLE_DIM : STYLE_EVIDENCE);
		area_text(row, x, 0, "”", STYLE_DIM);
	}
}

static void draw(struct view *view, struct area area)
{
	struct notes *notes = self(view);
	const char *preedit = hangul_preedit(&view->app->hangul);
	int top = 0;
	if (notes->lesson[0]) {
		int rows = field_rows(&notes->field, area.width - 8, preedit);
		rows = rows > 4 ? 4 : rows;
		area_text(area, 2, 0, "✎", STYLE_ACCENT);
		struct area input = area_part(area, 4, 0, area.width - 6, rows);
		if (!notes->field.text.length && !*preedit) {
			area_text_cut(
				input, notes->writing ? 1 : 0, 0, input.width,
				message(notes->writing ? MSG_TUI_NOTE_HINT : MSG_TUI_NOTE_ENTER),
				STYLE_DIM);
		}
		field_draw(&notes->field, input, preedit, notes->writing);
		area_rule(area_part(area, 0, rows, area.width, 1), 0, NULL);
		top = rows + 1;
	}
	int rows = (area.height - top) / 3;
	notes->page = rows;
	list_fit(&notes->list, (int)notes->count, rows);
	for (int i = 0; i < rows; i++) {
		const struct note *note = note_at(notes, notes->list.top + i);
		if (!note) {
			break;
		}
		bool here = !notes->writing && notes->list.top + i == notes->list.at;
		int y = top + i * 3;
		char when[32];
		time_t time = (time_t)note->when;
		struct tm local;
		localtime_r(&time, &local);
		strftime(when, sizeof when, "%m.%d %H:%M", &local);
		const struct lesson_entry *entry = catalog_find(view->app->catalog, note->lesson);
		area_text(area, 2, y, here ? "▸" : " ", STYLE_ACCENT);
		area_text_right(area, 2, y, when, STYLE_DIM);
		area_text_cut(area, 4, y, area.width - 20, entry ? entry->title : note->lesson,
			      here ? STYLE_ACCENT : STYLE_DIM);
		draw_words(note, area_part(area, 4, y + 1, area.width - 6, 1));
	}
	if (!notes->count) {
		area_text(area, 4, top + 1, message(MSG_TUI_NO_NOTES), STYLE_DIM);
	}
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	struct notes *notes = self(view);
	const struct lesson_entry *entry =
		notes->lesson[0] ? catalog_find(view->app->catalog, notes->lesson) : NULL;
	strbuf_printf(left, "%s%s%s", message(MSG_TUI_NOTES_TITLE), entry ? " · " : "",
		      entry ? entry->title : "");
	strbuf_printf(right, message(MSG_TUI_NOTES_COUNT), (int)notes->count);
}

static void save(struct notes *notes)
{
	struct app *app = notes->base.app;
	struct error err = ERROR_INIT;
	struct strbuf composing;
	strbuf_init(&composing);
	hangul_flush(&app->hangul, &composing);
	field_insert(&notes->field, composing.text, false);
	strbuf_release(&composing);
	if (!notes->field.text.length || !app->store) {
		return;
	}
	struct note note = {.kind = "note",
			    .lesson = notes->lesson,
			    .step = notes->step,
			    .quote = notes->quote,
			    .text = notes->field.text.text};
	if (app_told(app, store_add_note(app->store, &note, NULL, &err), &err)) {
		field_set(&notes->field, "");
		notes->list.at = 0;
		load(notes);
		app_notice(app, STYLE_GOOD, "%s", message(MSG_TUI_NOTE_SAVED));
	}
}

static void delete (struct notes *notes)
{
	struct app *app = notes->base.app;
	struct error err = ERROR_INIT;
	const struct note *note = note_at(notes, notes->list.at);
	if (note && app->store &&
	    app_told(app, store_delete_note(app->store, note->id, &err), &err)) {
		load(notes);
	}
}

/* To where it was written: in the reader below when that is the lesson's. */
static void open_note(struct notes *notes, const struct note *note)
{
	struct app *app = notes->base.app;
	struct view *below = app->depth > 1 ? app->stack[app->depth - 2] : NULL;
	char quote[512];
	snprintf(quote, sizeof quote, "%s", note->quote);
	if (below && below->ops->kind == VIEW_LESSON &&
	    !strcmp(view_lesson_of(below)->id, note->lesson)) {
		view_lesson_go_to(below, note->step);
		app_pop(app, false); /* with it go the notes */
	} else {
		app_open_lesson(app, note->lesson, *note->step ? note->step : NULL);
	}
	struct view *top = app_top(app);
	if (quote[0] && top->ops->kind == VIEW_LESSON) {
		view_lesson_go_to_quote(top, quote);
	}
}

static bool request(struct view *view, enum request request)
{
	struct notes *notes = self(view);
	switch (request) {
	case REQUEST_SAVE:
		save(notes);
		return true;
	case REQUEST_DELETE:
		delete (notes);
		return true;
	case REQUEST_OPEN: {
		const struct note *note = note_at(notes, notes->list.at);
		if (notes->writing) {
			save(notes);
		} else if (note) {
			open_note(notes, note);
		} else if (notes->lesson[0]) {
			notes->writing = true;
		}
		return true;
	}
	case REQUEST_NOTES:
		if (notes->lesson[0] && !notes->writing) {
			notes->writing = true;
			return true;
		}
		return false;
	case REQUEST_BACK:
		if (notes->writing && notes->field.text.length) {
			save(notes);
		}
		if (notes->writing && notes->count) {
			notes->writing = false;
			return true;
		}
		app_pop(view->app, false);
		return true;
	default:
		return !notes->writing && list_request(&notes->list, request, notes->page);
	}
}

static bool key(struct view *view, uint32_t key)
{
	struct notes *notes = self(view);
	if (notes->writing && key == INPUT_ENTER) {
		save(notes);
		return true;
	}
	return notes->writing && field_key(&notes->field, key);
}

static bool paste(struct view *view, const char *text)
{
	if (self(view)->writing) {
		field_insert(&self(view)->field, text, false);
	}
	return true;
}

static bool wants_text(struct view *view)
{
	return self(view)->writing;
}

static const enum request *hints(struct view *view)
{
	static const enum request writing[] = {REQUEST_SAVE, REQUEST_BACK, REQUEST_NONE};
	static const enum request reading[] = {REQUEST_OPEN, REQUEST_DELETE, REQUEST_BACK,
					       REQUEST_NONE};
	static const enum request here[] = {REQUEST_OPEN, REQUEST_NOTES, REQUEST_DELETE,
					    REQUEST_BACK, REQUEST_NONE};
	return self(view)->writing ? writing : self(view)->lesson[0] ? here : reading;
}

static void free_view(struct view *view)
{
	struct notes *notes = self(view);
	field_release(&notes->field);
	arena_release(&notes->arena);
	free(notes);
}

static const struct view_ops ops = {
	.kind = VIEW_NOTES,
	.name = "notes",
	.draw = draw,
	.title = title,
	.request = request,
	.key = key,
	.paste = paste,
	.wants_text = wants_text,
	.hints = hints,
	.free = free_view,
};

struct view *view_notes_new(struct app *app, const char *lesson, const char *step)
{
	struct notes *notes = calloc(1, sizeof *notes);
	if (!notes) {
		return NULL;
	}
	notes->base = (struct view){&ops, app};
	snprintf(notes->lesson, sizeof notes->lesson, "%s", lesson ? lesson : "");
	snprintf(notes->step, sizeof notes->step, "%s", step ? step : "");
	notes->writing = lesson != NULL;
	field_init(&notes->field);
	arena_init(&notes->arena);
	load(notes);
	return &notes->base;
}

struct view *view_notes_at_new(struct app *app, const char *lesson, const char *step,
			       const char *quote)
{
	struct view *view = view_notes_new(app, lesson, step);
	if (view) {
		snprintf(self(view)->quote, sizeof self(view)->quote, "%s", quote);
		utf8_trim_partial(self(view)->quote);
	}
	return view;
}
