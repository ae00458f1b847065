#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/key.h"
#include "tui/views/lesson.h"
#include "tui/views/lesson_state.h"
#include "tui/views/views.h"

/* The reader's marks: finding in the page, bookmarks, and sentences the learner underlines or notes something at. A mark
 * is kept with the words it stands at, so that it is found again at any width and after small changes of the text. */

enum { QUOTE_LIMIT = 400, BOOKMARK_LIMIT = 60 };

void reader_marks_unmap(struct reader_view *reader)
{
	if (reader->mapped) {
		page_map_release(&reader->map);
		reader->mapped = false;
	}
	arena_reset(&reader->marks_arena);
	reader->mark_count = 0;
}

void reader_marks_forget(struct reader_view *reader)
{
	reader_marks_unmap(reader);
	reader->finding = reader->choosing = false;
}

void reader_marks_release(struct reader_view *reader)
{
	reader_marks_unmap(reader);
	arena_release(&reader->marks_arena);
	field_release(&reader->find);
}

static void load_marks(struct reader_view *reader)
{
	const struct step *step = reader_step_at(reader);
	struct note *notes;
	size_t count;
	if (!step || !reader->base.app->store ||
	    store_notes(reader->base.app->store, &reader->marks_arena, reader->lesson->id, &notes,
			&count, NULL)) {
		return;
	}
	reader->marks = arena_alloc(&reader->marks_arena, (count + 1) * sizeof *reader->marks);
	for (size_t i = 0; reader->marks && i < count; i++) {
		struct reader_mark mark = {.id = notes[i].id, .kind = notes[i].kind};
		if (!strcmp(notes[i].step, step->id) && notes[i].quote[0] &&
		    page_map_find(&reader->map, 0, notes[i].quote, &mark.begin, &mark.end)) {
			reader->marks[reader->mark_count++] = mark;
		}
	}
}

void reader_marks_prepare(struct reader_view *reader)
{
	if (reader->mapped || !reader->laid_out) {
		return;
	}
	reader->mapped = page_map_build(&reader->map, &reader->text);
	if (!reader->mapped) {
		return;
	}
	load_marks(reader);
	if (reader->wanted_quote[0]) {
		size_t begin, end;
		if (page_map_find(&reader->map, 0, reader->wanted_quote, &begin, &end)) {
			reader->top = reader->map.places[begin].line - 1;
		}
		reader->wanted_quote[0] = '\0';
	}
}

/* Marks were added or taken away. */
static void renew(struct reader_view *reader)
{
	arena_reset(&reader->marks_arena);
	reader->mark_count = 0;
	if (reader->mapped) {
		load_marks(reader);
	}
	app_changed(reader->base.app);
}

static void quote_of(const struct reader_view *reader, size_t begin, size_t end, char *out,
		     size_t size)
{
	size_t length = end - begin < size - 1 ? end - begin : size - 1;
	memcpy(out, reader->map.text.text + begin, length);
	out[length] = '\0';
	utf8_trim_partial(out);
	for (char *at = out; *at; at++) {
		*at = *at == '\n' ? ' ' : *at;
	}
}

static bool keep(struct reader_view *reader, const char *kind, const char *quote)
{
	struct app *app = reader->base.app;
	const struct step *step = reader_step_at(reader);
	struct error err = ERROR_INIT;
	struct note note = {.kind = kind,
			    .lesson = reader->lesson->id,
			    .step = step ? step->id : "",
			    .quote = quote,
			    .text = ""};
	return step && app->store &&
	       app_told(app, store_add_note(app->store, &note, NULL, &err), &err);
}

static bool drop(struct reader_view *reader, const struct reader_mark *mark)
{
	struct app *app = reader->base.app;
	struct error err = ERROR_INIT;
	return app->store && app_told(app, store_delete_note(app->store, mark->id, &err), &err);
}

/* ---- bookmarks ---- */

static void bookmark(struct reader_view *reader)
{
	struct app *app = reader->base.app;
	if (!reader->mapped) {
		return;
	}
	for (int i = 0; i < reader->mark_count; i++) {
		const struct reader_mark *mark = &reader->marks[i];
		int line = reader->map.places[mark->begin].line;
		if (!strcmp(mark->kind, "bookmark") && line >= reader->top &&
		    line < reader->top + reader->page) {
			if (drop(reader, mark)) {
				app_notice(app, STYLE_DIM, "%s", message(MSG_TUI_BOOKMARK_GONE));
			}
			renew(reader);
			return;
		}
	}
	size_t begin, end;
	char quote[BOOKMARK_LIMIT];
	if (!page_map_sentence(&reader->map, page_map_line(&reader->map, reader->top), &begin,
			       &end)) {
		return;
	}
	size_t line = page_map_line(&reader->map, reader->top);
	begin = begin < line ? line + strspn(reader->map.text.text + line, " \n") : begin;
	quote_of(reader, begin, end, quote, sizeof quote);
	if (quote[0] && keep(reader, "bookmark", quote)) {
		app_notice(app, STYLE_GOOD, "%s", message(MSG_TUI_BOOKMARK_SET));
	}
	renew(reader);
}

/* ---- finding ---- */

static int matches(const struct reader_view *reader, size_t upto, int *before)
{
	size_t begin, end;
	int count = 0;
	*before = 0;
	for (size_t at = 0; page_map_find(&reader->map, at, reader->find.text.text, &begin, &end);
	     at = end > begin ? end : begin + 1) {
		count++;
		*before += begin <= upto;
	}
	return count;
}

static void show_place(struct reader_view *reader, size_t at)
{
	int line = reader->map.places[at].line;
	if (line < reader->top || line >= reader->top + reader->page - 1) {
		reader->top = line - reader->page / 3;
	}
}

static void go_to_match(struct reader_view *reader, bool back, bool here)
{
	size_t begin, end, found = 0;
	bool any = false;
	if (!reader->mapped) {
		return;
	}
	if (back) {
		/* The last one before, else the last of all. */
		size_t last = 0;
		for (size_t at = 0;
		     page_map_find(&reader->map, at, reader->find.text.text, &begin, &end);
		     at = end > begin ? end : begin + 1) {
			any = true;
			found = begin < reader->found ? begin : found;
			last = begin;
		}
		found = any && found >= reader->found ? last : found;
	} else {
		size_t from = here ? reader->found : reader->found + 1;
		any = page_map_find(&reader->map, from, reader->find.text.text, &found, &end) ||
		      page_map_find(&reader->map, 0, reader->find.text.text, &found, &end);
	}
	if (any) {
		reader->found = found;
		show_place(reader, found);
	}
}

static bool find_key(struct reader_view *reader, uint32_t key)
{
	switch (key) {
	case INPUT_ESCAPE:
		reader->finding = false;
		return true;
	case INPUT_ENTER:
	case INPUT_DOWN:
		go_to_match(reader, false, false);
		return true;
	case INPUT_UP:
	case INPUT_SHIFT | INPUT_ENTER:
		go_to_match(reader, true, false);
		return true;
	default:
		if (field_key(&reader->find, key)) {
			go_to_match(reader, false, true);
			return true;
		}
		return false;
	}
}

/* ---- sentences ---- */

static void choose(struct reader_view *reader)
{
	size_t at = page_map_line(&reader->map, reader->top);
	if (reader->mapped &&
	    page_map_sentence(&reader->map, at, &reader->chosen_begin, &reader->chosen_end)) {
		reader->choosing = true;
	}
}

static void next_sentence(struct reader_view *reader, bool extend)
{
	size_t begin, end;
	if (page_map_sentence(&reader->map, reader->chosen_end, &begin, &end)) {
		reader->chosen_begin = extend ? reader->chosen_begin : begin;
		reader->chosen_end = end;
		show_place(reader, begin);
	}
}

static void previous_sentence(struct reader_view *reader)
{
	size_t begin, end, at = 0, last_begin = reader->chosen_begin, last_end = reader->chosen_end;
	while (page_map_sentence(&reader->map, at, &begin, &end) && begin < reader->chosen_begin) {
		last_begin = begin;
		last_end = end;
		at = end;
	}
	reader->chosen_begin = last_begin;
	reader->chosen_end = last_end;
	show_place(reader, last_begin);
}

static void unmark(struct reader_view *reader)
{
	int gone = 0;
	for (int i = 0; i < reader->mark_count; i++) {
		const struct reader_mark *mark = &reader->marks[i];
		if (strcmp(mark->kind, "bookmark") != 0 && mark->begin < reader->chosen_end &&
		    mark->end > reader->chosen_begin) {
			gone += drop(reader, mark);
		}
	}
	app_notice(reader->base.app, STYLE_DIM, "%s",
		   message(gone ? MSG_TUI_MARK_GONE : MSG_TUI_MARK_NONE));
	renew(reader);
}

static bool choose_key(struct reader_view *reader, uint32_t key)
{
	struct app *app = reader->base.app;
	const struct step *step = reader_step_at(reader);
	char quote[QUOTE_LIMIT];
	quote_of(reader, reader->chosen_begin, reader->chosen_end, quote, sizeof quote);
	switch (key) {
	case INPUT_ESCAPE:
	case 'v':
		reader->choosing = false;
		return true;
	case INPUT_DOWN:
	case INPUT_RIGHT:
	case 'j':
		next_sentence(reader, false);
		return true;
	case INPUT_UP:
	case INPUT_LEFT:
	case 'k':
		previous_sentence(reader);
		return true;
	case ' ':
		next_sentence(reader, true);
		return true;
	case INPUT_ENTER:
		if (keep(reader, "highlight", quote)) {
			app_notice(app, STYLE_GOOD, "%s", message(MSG_TUI_MARK_SET));
		}
		reader->choosing = false;
		renew(reader);
		return true;
	case 'n':
		reader->choosing = false;
		app_push(app,
			 view_notes_at_new(app, reader->lesson->id, step ? step->id : "", quote));
		return true;
	case 'd':
	case INPUT_DELETE:
		unmark(reader);
		return true;
	default:
		return false;
	}
}

bool reader_marks_key(struct reader_view *reader, uint32_t key)
{
	return reader->finding    ? find_key(reader, key)
	       : reader->choosing ? choose_key(reader, key)
				  : false;
}

bool reader_marks_request(struct reader_view *reader, enum request request)
{
	switch (request) {
	case REQUEST_FIND:
		reader->finding = true;
		reader->found = page_map_line(&reader->map, reader->top);
		field_set(&reader->find, "");
		return true;
	case REQUEST_MARK:
		choose(reader);
		return true;
	case REQUEST_BOOKMARK:
		bookmark(reader);
		return true;
	default:
		return false;
	}
}

void view_lesson_go_to_quote(struct view *view, const char *quote)
{
	struct reader_view *reader = (struct reader_view *)view;
	snprintf(reader->wanted_quote, sizeof reader->wanted_quote, "%s", quote);
	utf8_trim_partial(reader->wanted_quote);
	reader_marks_unmap(reader);
	app_changed(reader->base.app);
}

/* ---- drawing ---- */

void reader_marks_draw(struct reader_view *reader, struct area text, struct area margin)
{
	if (!reader->mapped) {
		return;
	}
	for (int i = 0; i < reader->mark_count; i++) {
		const struct reader_mark *mark = &reader->marks[i];
		int y = reader->map.places[mark->begin].line - reader->top;
		bool place = !strcmp(mark->kind, "bookmark");
		if (!place) {
			page_map_paint(&reader->map, text, reader->top, mark->begin, mark->end,
				       STYLE_EVIDENCE, CELL_UNDERLINE);
		}
		if (y >= 0 && y < margin.height) {
			area_text(margin, 0, y, place ? "⚑" : "✎", STYLE_WARN);
		}
	}
	size_t begin, end;
	for (size_t at = 0; reader->finding &&
			    page_map_find(&reader->map, at, reader->find.text.text, &begin, &end);
	     at = end > begin ? end : begin + 1) {
		page_map_paint(&reader->map, text, reader->top, begin, end, STYLE_MATCH,
			       begin == reader->found ? CELL_BOLD | CELL_UNDERLINE : 0);
	}
	if (reader->choosing) {
		page_map_paint(&reader->map, text, reader->top, reader->chosen_begin,
			       reader->chosen_end, STYLE_SELECTION, 0);
	}
}

/* The row below the text that says what is going on; false when nothing is. */
bool reader_marks_foot(struct reader_view *reader, struct area row)
{
	char count[32] = "";
	if (reader->choosing) {
		area_text_cut(row, 2, 0, row.width - 4, message(MSG_TUI_MARK_HOW), STYLE_WARN);
		return true;
	}
	if (!reader->finding) {
		return false;
	}
	int x = area_text(row, 2, 0, message(MSG_TUI_FIND), STYLE_ACCENT) + 1;
	if (reader->find.text.length && reader->mapped) {
		int at, all = matches(reader, reader->found, &at);
		snprintf(count, sizeof count, "%d/%d", at, all);
	}
	const char *how = message(MSG_TUI_FIND_HOW);
	int left = area_text_right(row, 2, 0, count[0] ? count : how, STYLE_DIM);
	field_draw(&reader->find, area_part(row, x, 0, left - x - 1, 1),
		   hangul_preedit(&reader->base.app->hangul), true);
	return true;
}
