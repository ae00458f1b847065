#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/base/utf8.h"
#include "tui/key.h"
#include "tui/widget/complete.h"
#include "tui/widget/editor_state.h"

/* What the editor offers while one types: names to complete, the call one is in, and the bracket that belongs to the
 * one at the caret. */

enum {
	WINDOW = 32 * 1024, /* bytes before the caret that are looked at */
	HEAD = 8 * 1024, /* bytes at the beginning of the file, where modules are required */
	POPUP_ROWS = 7,
	POPUP_WIDTH = 34,
	BRACKET_REACH = 200 * 1024
};

/* A part of the text, NUL-ended; NULL without memory. */
static char *part(const struct editor *editor, size_t from, size_t to)
{
	char *text = malloc(to - from + 1);
	if (text) {
		text[buffer_copy(editor->buffer, from, to - from, text)] = '\0';
	}
	return text;
}

static bool helped(const struct editor *editor)
{
	return !strcmp(editor->language, "lua");
}

void editor_offer(struct editor *editor, bool asked)
{
	editor->offered = false;
	if (!helped(editor)) {
		return;
	}
	if (!editor->offer) {
		editor->offer = malloc(sizeof *editor->offer);
	}
	size_t from = editor->caret > WINDOW ? editor->caret - WINDOW : 0;
	size_t length = buffer_length(editor->buffer);
	char *text = part(editor, from, editor->caret);
	char *head = part(editor, 0, length < HEAD ? length : HEAD);
	if (editor->offer && text && head &&
	    completion_find(editor->offer, text, editor->caret - from, head, asked)) {
		editor->offer->start += from;
		editor->offered = true;
		editor->offer_version = buffer_version(editor->buffer);
		editor->offer_caret = editor->caret;
		editor->offer_list.at = editor->offer_list.top = 0;
	}
	free(text);
	free(head);
}

/* Undo, cutting, a file saved outside: whatever changed the text or moved the caret ends the offer. */
static bool offering(struct editor *editor)
{
	editor->offered = editor->offered &&
			  editor->offer_version == buffer_version(editor->buffer) &&
			  editor->offer_caret == editor->caret;
	return editor->offered;
}

static void accept(struct editor *editor)
{
	const struct completion_item *item = &editor->offer->items[editor->offer_list.at];
	size_t start = editor->offer->start;
	buffer_group_begin(editor->buffer);
	buffer_delete(editor->buffer, start, editor->caret - start);
	buffer_insert(editor->buffer, start, item->text, strlen(item->text));
	buffer_group_end(editor->buffer);
	editor->caret = start + strlen(item->text);
	editor->column = -1;
	editor->offered = false;
}

bool editor_offer_key(struct editor *editor, uint32_t key)
{
	if (!offering(editor)) {
		return false;
	}
	struct list_cursor *list = &editor->offer_list;
	list_fit(list, editor->offer->count, POPUP_ROWS);
	switch (key) {
	case INPUT_UP:
		list->at = list->at > 0 ? list->at - 1 : list->count - 1;
		return true;
	case INPUT_DOWN:
		list->at = (list->at + 1) % list->count;
		return true;
	case INPUT_PAGE_UP:
		return list_request(list, REQUEST_PAGE_UP, POPUP_ROWS);
	case INPUT_PAGE_DOWN:
		return list_request(list, REQUEST_PAGE_DOWN, POPUP_ROWS);
	case INPUT_TAB:
		accept(editor);
		return true;
	case INPUT_ESCAPE:
		editor->offered = false;
		return true;
	case INPUT_ENTER:
		/* Taken only from a list that was gone through; else it is the end of a line. */
		if (list->at > 0) {
			accept(editor);
			return true;
		}
		editor->offered = false;
		return false;
	default:
		return false;
	}
}

/* ---- drawing ---- */

static void draw_offer(struct editor *editor, struct area text, int caret_y)
{
	struct list_cursor *list = &editor->offer_list;
	int rows = editor->offer->count < POPUP_ROWS ? editor->offer->count : POPUP_ROWS;
	bool below = caret_y + 1 + rows + 2 <= text.height || caret_y < rows + 2;
	int y = below ? caret_y + 1 : caret_y - rows - 2;
	if (y + rows + 2 > text.height) {
		rows = text.height - y - 2;
	}
	if (rows < 1) {
		return;
	}
	int width = text.width < POPUP_WIDTH ? text.width : POPUP_WIDTH;
	int x = editor_column(editor, editor->offer->start) - editor->left - 2;
	x = x < 0 ? 0 : x > text.width - width ? text.width - width : x;
	struct area box = area_part(text, x, y, width, rows + 2);
	list_fit(list, editor->offer->count, rows);
	area_fill(box, STYLE_NORMAL);
	area_frame(box, message(MSG_TUI_EDITOR_OFFER), STYLE_BORDER);
	for (int i = 0; i < rows && list->top + i < list->count; i++) {
		const struct completion_item *item = &editor->offer->items[list->top + i];
		bool here = list->top + i == list->at;
		int end = area_text_cut(box, 2, 1 + i, width - 4, item->text, STYLE_NORMAL);
		if (item->entry && width - 4 - end > 3) {
			area_text_cut(box, end + 1, 1 + i, width - 3 - end, item->entry->owner,
				      STYLE_DIM);
		}
		if (here) {
			area_restyle(box, 1, 1 + i, width - 2, STYLE_REVERSE);
		}
	}
}

/* "nn.linear(in: integer, out: integer) → Model", the parameter in question set off; what does not fit is cut from
 * the left of it. */
static void draw_signature(struct area row, const struct reference_entry *entry, int argument)
{
	size_t from = 0, to = 0;
	bool known = completion_parameter(entry, argument, &from, &to);
	int x = area_printf(row, 1, 0, STYLE_CODE_FUNCTION, "%s%s%s", entry->owner,
			    entry->method ? ":" : ".", entry->name);
	if (entry->field) {
		area_text_cut(row, x + 1, 0, row.width - x - 2, entry->returns, STYLE_CODE_TYPE);
		return;
	}
	x = area_text(row, x, 0, "(", STYLE_NORMAL);
	const char *text = entry->parameters;
	size_t start = 0;
	int room = row.width - x - 2;
	if (known && (int)utf8_width(text, to) > room) {
		start = from;
		x = area_text(row, x, 0, "…", STYLE_DIM);
	}
	for (size_t at = start; text[at] && x < row.width - 2;) {
		size_t next = at;
		bool here = known && at >= from && at < to;
		utf8_next(text, strlen(text), &next);
		x = area_textn(row, x, 0, text + at, next - at, here ? STYLE_ACCENT : STYLE_NORMAL);
		at = next;
	}
	if (x < row.width - 2) {
		x = area_text(row, x, 0, ")", STYLE_NORMAL);
	}
	if (entry->returns[0] && x < row.width - 6) {
		x = area_text(row, x, 0, " → ", STYLE_DIM);
		area_text_cut(row, x, 0, row.width - x - 1, entry->returns, STYLE_CODE_TYPE);
	}
}

int editor_help_rows(struct editor *editor, int height)
{
	editor->call = NULL;
	editor->argument = -1;
	if (!helped(editor) || height < 6) {
		return 0;
	}
	if (offering(editor)) {
		list_fit(&editor->offer_list, editor->offer->count, POPUP_ROWS);
		editor->call = editor->offer->items[editor->offer_list.at].entry;
		return editor->call ? 2 : 0;
	}
	size_t from = editor->caret > WINDOW ? editor->caret - WINDOW : 0;
	size_t length = buffer_length(editor->buffer);
	char *text = part(editor, from, editor->caret);
	char *head = part(editor, 0, length < HEAD ? length : HEAD);
	if (text && head) {
		editor->call = completion_call(text, editor->caret - from, head, &editor->argument);
	}
	free(text);
	free(head);
	return editor->call ? 2 : 0;
}

void editor_draw_help(struct editor *editor, struct area text, struct area rows, int caret_y)
{
	if (editor->call && rows.height > 0) {
		draw_signature(area_part(rows, 0, 0, rows.width, 1), editor->call,
			       editor->argument);
		area_text_cut(rows, 3, 1, rows.width - 4, editor->call->doc, STYLE_DIM);
	}
	if (offering(editor) && caret_y >= 0) {
		draw_offer(editor, text, caret_y);
	}
}

/* ---- brackets ---- */

static const char pairs[] = "()[]{}";

/* Brackets in strings and comments belong to nothing. */
static bool counts(const struct editor *editor, size_t at)
{
	int style = editor_style_at(editor, at);
	return style != STYLE_CODE_STRING && style != STYLE_CODE_COMMENT;
}

static bool find_mate(const struct editor *editor, size_t at, size_t *mate)
{
	const char *which = strchr(pairs, buffer_at(editor->buffer, at));
	if (!which || !counts(editor, at)) {
		return false;
	}
	bool forward = (which - pairs) % 2 == 0;
	char same = *which, other = forward ? which[1] : which[-1];
	size_t length = buffer_length(editor->buffer);
	int depth = 0;
	for (size_t i = at, steps = 0; steps < BRACKET_REACH; steps++) {
		char c = buffer_at(editor->buffer, i);
		if ((c == same || c == other) && counts(editor, i)) {
			depth += c == same ? 1 : -1;
			if (depth == 0) {
				*mate = i;
				return true;
			}
		}
		if (forward ? i + 1 >= length : i == 0) {
			return false;
		}
		i += forward ? 1 : (size_t)-1;
	}
	return false;
}

bool editor_brackets(const struct editor *editor, size_t *here, size_t *mate)
{
	size_t caret = editor->caret, length = buffer_length(editor->buffer);
	/* The one before the caret comes first: it was typed last. */
	if (caret > 0 && caret <= length && find_mate(editor, caret - 1, mate)) {
		*here = caret - 1;
		return true;
	}
	if (caret < length && find_mate(editor, caret, mate)) {
		*here = caret;
		return true;
	}
	return false;
}
