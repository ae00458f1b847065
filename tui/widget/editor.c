#include "tui/widget/editor_state.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/key.h"

enum { TAB_STOP = 4, TEXT_LIMIT = 24 << 20 };

struct editor *editor_new(const char *language)
{
	struct editor *editor = calloc(1, sizeof *editor);
	if (!editor) {
		return NULL;
	}
	snprintf(editor->language, sizeof editor->language, "%s", language);
	editor->anchor = NO_ANCHOR;
	editor->column = -1;
	strbuf_init(&editor->clipboard);
	editor->buffer = buffer_new();
	if (!editor->buffer) {
		free(editor);
		return NULL;
	}
	return editor;
}

void editor_free(struct editor *editor)
{
	if (editor) {
		buffer_free(editor->buffer);
		strbuf_release(&editor->clipboard);
		free(editor->styles);
		free(editor->offer);
		free(editor);
	}
}

bool editor_load(struct editor *editor, const char *text, size_t length)
{
	size_t line = buffer_line_of(editor->buffer, editor->caret);
	if (!buffer_load(editor->buffer, text, length)) {
		return false;
	}
	editor->caret = buffer_line_offset(editor->buffer, line);
	editor->anchor = NO_ANCHOR;
	editor->top = 0;
	editor->left = 0;
	return true;
}

bool editor_replace(struct editor *editor, const char *text, size_t length)
{
	size_t line = buffer_line_of(editor->buffer, editor->caret);
	buffer_group_begin(editor->buffer);
	bool ok = buffer_delete(editor->buffer, 0, buffer_length(editor->buffer)) &&
		  buffer_insert(editor->buffer, 0, text, length);
	buffer_group_end(editor->buffer);
	editor->caret = buffer_line_offset(editor->buffer, line);
	editor->anchor = NO_ANCHOR;
	editor->column = -1;
	editor->top = 0;
	return ok;
}

const char *editor_text(struct editor *editor, size_t *length)
{
	*length = buffer_length(editor->buffer);
	return buffer_text(editor->buffer);
}

size_t editor_length(const struct editor *editor)
{
	return buffer_length(editor->buffer);
}

unsigned long editor_version(const struct editor *editor)
{
	return buffer_version(editor->buffer);
}

/* ---- selection ---- */

bool editor_selection(const struct editor *editor, size_t *from, size_t *to)
{
	if (editor->anchor == NO_ANCHOR || editor->anchor == editor->caret) {
		return false;
	}
	*from = editor->anchor < editor->caret ? editor->anchor : editor->caret;
	*to = editor->anchor < editor->caret ? editor->caret : editor->anchor;
	return true;
}

static void delete_range(struct editor *editor, size_t from, size_t to)
{
	buffer_delete(editor->buffer, from, to - from);
	editor->caret = from;
	editor->anchor = NO_ANCHOR;
}

static bool delete_selection(struct editor *editor)
{
	size_t from, to;
	if (!editor_selection(editor, &from, &to)) {
		editor->anchor = NO_ANCHOR;
		return false;
	}
	delete_range(editor, from, to);
	return true;
}

static void copy_selection(struct editor *editor)
{
	size_t from, to;
	if (!editor_selection(editor, &from, &to)) {
		/* Without a selection: the line. */
		from = buffer_line_start(editor->buffer, editor->caret);
		to = buffer_line_end(editor->buffer, editor->caret);
		to += to < buffer_length(editor->buffer);
	}
	strbuf_reset(&editor->clipboard);
	char chunk[1024];
	for (size_t at = from; at < to;) {
		size_t want = to - at > sizeof chunk ? sizeof chunk : to - at;
		size_t count = buffer_copy(editor->buffer, at, want, chunk);
		strbuf_add(&editor->clipboard, chunk, count);
		at += count;
	}
}

/* ---- changing ---- */

void editor_insert(struct editor *editor, const char *text, size_t length)
{
	bool group = editor->anchor != NO_ANCHOR && editor->anchor != editor->caret;
	if (length > TEXT_LIMIT || buffer_length(editor->buffer) > TEXT_LIMIT - length) {
		return; /* pasted over and over: more than anybody edits */
	}
	if (group) {
		buffer_group_begin(editor->buffer);
	}
	delete_selection(editor);
	if (buffer_insert(editor->buffer, editor->caret, text, length)) {
		editor->caret += length;
	}
	if (group) {
		buffer_group_end(editor->buffer);
	}
	editor->column = -1;
}

void editor_paste(struct editor *editor, const char *text)
{
	buffer_break(editor->buffer);
	editor_insert(editor, text, strlen(text));
	buffer_break(editor->buffer);
}

static void type(struct editor *editor, uint32_t key)
{
	char bytes[4];
	size_t length = (size_t)utf8_encode(key, bytes);
	editor_insert(editor, bytes, length);
	if (key < 0x80 && !strcmp(editor->language, "lua")) {
		editor_step_back(editor);
	}
}

/* ---- moving ---- */

int editor_cells(uint32_t c, int column)
{
	return c == '\t' ? TAB_STOP - column % TAB_STOP : utf8_cells(c);
}

int editor_column(const struct editor *editor, size_t at)
{
	int column = 0;
	size_t length = buffer_length(editor->buffer);
	at = at < length ? at : length; /* an offset behind the end is never reached */
	for (size_t i = buffer_line_start(editor->buffer, at); i < at;
	     i = buffer_next(editor->buffer, i)) {
		column += editor_cells(buffer_code_point(editor->buffer, i), column);
	}
	return column;
}

static size_t offset_of_column(const struct editor *editor, size_t line, int wanted)
{
	size_t end = buffer_line_end(editor->buffer, line), at = line;
	for (int column = 0; at < end;) {
		int cells = editor_cells(buffer_code_point(editor->buffer, at), column);
		if (column + cells > wanted) {
			break;
		}
		column += cells;
		at = buffer_next(editor->buffer, at);
	}
	return at;
}

static void move_lines(struct editor *editor, int lines)
{
	if (editor->column < 0) {
		editor->column = editor_column(editor, editor->caret);
	}
	size_t line = buffer_line_start(editor->buffer, editor->caret);
	for (; lines < 0 && line > 0; lines++) {
		line = buffer_line_start(editor->buffer, line - 1);
	}
	for (; lines > 0; lines--) {
		size_t end = buffer_line_end(editor->buffer, line);
		if (end >= buffer_length(editor->buffer)) {
			break;
		}
		line = end + 1;
	}
	editor->caret = offset_of_column(editor, line, editor->column);
}

static bool is_word(uint32_t c)
{
	return c == '_' || c >= 0x80 || (c < 0x80 && isalnum((int)c));
}

static size_t word_left(const struct editor *editor)
{
	size_t at = editor->caret;
	while (at > 0 &&
	       !is_word(buffer_code_point(editor->buffer, buffer_previous(editor->buffer, at)))) {
		at = buffer_previous(editor->buffer, at);
	}
	while (at > 0 &&
	       is_word(buffer_code_point(editor->buffer, buffer_previous(editor->buffer, at)))) {
		at = buffer_previous(editor->buffer, at);
	}
	return at;
}

static size_t word_right(const struct editor *editor)
{
	size_t at = editor->caret, length = buffer_length(editor->buffer);
	while (at < length && !is_word(buffer_code_point(editor->buffer, at))) {
		at = buffer_next(editor->buffer, at);
	}
	while (at < length && is_word(buffer_code_point(editor->buffer, at))) {
		at = buffer_next(editor->buffer, at);
	}
	return at;
}

/* Home: the first letter of the line, then its first column. */
static size_t line_home(struct editor *editor)
{
	size_t start = buffer_line_start(editor->buffer, editor->caret);
	size_t first = start + editor_indentation(editor, start,
						  buffer_line_end(editor->buffer, editor->caret));
	return editor->caret == first ? start : first;
}

static bool move(struct editor *editor, uint32_t key)
{
	size_t length = buffer_length(editor->buffer);
	bool vertical = false;
	switch (key) {
	case INPUT_LEFT:
		editor->caret = buffer_previous(editor->buffer, editor->caret);
		break;
	case INPUT_RIGHT:
		editor->caret = buffer_next(editor->buffer, editor->caret);
		break;
	case INPUT_CTRL | INPUT_LEFT:
		editor->caret = word_left(editor);
		break;
	case INPUT_CTRL | INPUT_RIGHT:
		editor->caret = word_right(editor);
		break;
	case INPUT_UP:
		move_lines(editor, -1);
		vertical = true;
		break;
	case INPUT_DOWN:
		move_lines(editor, 1);
		vertical = true;
		break;
	case INPUT_PAGE_UP:
		move_lines(editor, -(editor->rows > 2 ? editor->rows - 1 : 1));
		vertical = true;
		break;
	case INPUT_PAGE_DOWN:
		move_lines(editor, editor->rows > 2 ? editor->rows - 1 : 1);
		vertical = true;
		break;
	case INPUT_HOME:
		editor->caret = line_home(editor);
		break;
	case INPUT_END:
		editor->caret = buffer_line_end(editor->buffer, editor->caret);
		break;
	case INPUT_CTRL | INPUT_HOME:
		editor->caret = 0;
		break;
	case INPUT_CTRL | INPUT_END:
		editor->caret = length;
		break;
	default:
		return false;
	}
	buffer_break(editor->buffer);
	if (!vertical) {
		editor->column = -1;
	}
	return true;
}

static bool change_or_move(struct editor *editor, uint32_t key)
{
	size_t old = editor->caret;
	uint32_t plain = key & ~INPUT_SHIFT;
	if (key & INPUT_SHIFT && INPUT_CODE(key) > INPUT_FIRST && plain != INPUT_TAB) {
		size_t anchor = editor->anchor == NO_ANCHOR ? old : editor->anchor;
		if (move(editor, plain)) {
			editor->anchor = anchor;
			return true;
		}
	}
	if (move(editor, key)) {
		editor->anchor = NO_ANCHOR;
		return true;
	}
	switch (key) {
	case INPUT_ENTER:
		editor_new_line(editor);
		return true;
	case INPUT_TAB:
		editor_tab(editor);
		return true;
	case INPUT_SHIFT | INPUT_TAB:
		editor_indent_lines(editor, false);
		return true;
	case INPUT_BACKSPACE:
		if (!delete_selection(editor) && editor->caret > 0) {
			delete_range(editor, buffer_previous(editor->buffer, editor->caret),
				     editor->caret);
		}
		editor->column = -1;
		return true;
	case INPUT_DELETE:
		if (!delete_selection(editor)) {
			delete_range(editor, editor->caret,
				     buffer_next(editor->buffer, editor->caret));
		}
		return true;
	case CTRL_KEY('d'):
		/* The whole line. */
		delete_range(editor, buffer_line_start(editor->buffer, editor->caret),
			     buffer_next(editor->buffer,
					 buffer_line_end(editor->buffer, editor->caret)));
		return true;
	}
	if (key == CTRL_KEY(' ')) {
		editor_offer(editor, true);
		return true;
	}
	if (key == CTRL_KEY(']')) {
		size_t here, mate;
		if (editor_brackets(editor, &here, &mate)) {
			editor->caret = mate + (here < editor->caret);
			editor->anchor = NO_ANCHOR;
			editor->column = -1;
		}
		return true;
	}
	if (key_is_text(key)) {
		type(editor, key);
		if (is_word(key) || key == '.' || key == ':') {
			editor_offer(editor, false);
		}
		return true;
	}
	return false;
}

bool editor_key(struct editor *editor, uint32_t key)
{
	/* The list goes with anything but typing and deleting on. */
	bool offered = editor->offered;
	editor->offered = false;
	bool used = change_or_move(editor, key);
	if (offered && key == INPUT_BACKSPACE) {
		editor_offer(editor, false);
	}
	return used;
}

const char *editor_clipboard(const struct editor *editor)
{
	return editor->clipboard.text;
}

void editor_click(struct editor *editor, int x, int y)
{
	size_t line = editor->top, length = buffer_length(editor->buffer);
	for (int i = 0; i < y; i++) {
		size_t end = buffer_line_end(editor->buffer, line);
		if (end >= length) {
			break;
		}
		line = end + 1;
	}
	x -= editor->gutter;
	editor->caret = offset_of_column(editor, line, (x < 0 ? 0 : x) + editor->left);
	editor->anchor = NO_ANCHOR;
	editor->column = -1;
	editor->offered = false;
	buffer_break(editor->buffer);
}

bool editor_request(struct editor *editor, enum request request)
{
	switch (request) {
	case REQUEST_UNDO:
		buffer_undo(editor->buffer, &editor->caret);
		break;
	case REQUEST_REDO:
		buffer_redo(editor->buffer, &editor->caret);
		break;
	case REQUEST_CUT: {
		size_t from, to;
		copy_selection(editor);
		if (!editor_selection(editor, &from, &to)) {
			from = buffer_line_start(editor->buffer, editor->caret);
			to = buffer_next(editor->buffer,
					 buffer_line_end(editor->buffer, editor->caret));
		}
		delete_range(editor, from, to);
		return true;
	}
	case REQUEST_COPY:
		copy_selection(editor);
		return true;
	case REQUEST_PASTE:
		editor_paste(editor, editor->clipboard.text);
		return true;
	case REQUEST_SELECT_ALL:
		editor->anchor = 0;
		editor->caret = buffer_length(editor->buffer);
		return true;
	default:
		return false;
	}
	editor->anchor = NO_ANCHOR;
	editor->column = -1;
	return true;
}

void editor_mark(struct editor *editor, int line, const char *text)
{
	editor->mark_line = line;
	snprintf(editor->mark_text, sizeof editor->mark_text, "%s", text ? text : "");
	utf8_trim_partial(editor->mark_text);
}

const char *editor_message(const struct editor *editor)
{
	size_t line = buffer_line_of(editor->buffer, editor->caret) + 1;
	return editor->mark_line && (size_t)editor->mark_line == line ? editor->mark_text : NULL;
}

void editor_where(struct editor *editor, int *line, int *column)
{
	*line = (int)buffer_line_of(editor->buffer, editor->caret) + 1;
	*column = 1;
	for (size_t at = buffer_line_start(editor->buffer, editor->caret); at < editor->caret;
	     at = buffer_next(editor->buffer, at)) {
		(*column)++;
	}
}

void editor_go_to(struct editor *editor, int line)
{
	editor->caret = buffer_line_offset(editor->buffer, line > 0 ? (size_t)line - 1 : 0);
	editor->anchor = NO_ANCHOR;
	editor->column = -1;
}
