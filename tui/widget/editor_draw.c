#include <stdio.h>
#include <stdlib.h>

#include "tui/text/builder.h"
#include "tui/widget/editor_state.h"

enum {
	COLOURED_WHOLE =
		48 * 1024, /* bytes; of larger texts only what surrounds the screen is coloured */
	COLOURED_BEFORE = 16 * 1024,
	COLOURED_AFTER = 16 * 1024
};

/* Colours the text, or the part of it around the first line shown. A part begins at a line, so that only a string or
 * comment of many lines may be taken for code. */
static void colour(struct editor *editor)
{
	size_t length = buffer_length(editor->buffer);
	size_t from = 0, to = length;
	if (length > COLOURED_WHOLE) {
		size_t top = editor->top < length ? editor->top : 0;
		bool inside = editor->styles && top >= editor->styled_from &&
			      (editor->styled_to == length ||
			       top + COLOURED_AFTER / 2 < editor->styled_to);
		if (editor->coloured == buffer_version(editor->buffer) && inside) {
			return;
		}
		from = top > COLOURED_BEFORE
			       ? buffer_line_start(editor->buffer, top - COLOURED_BEFORE)
			       : 0;
		to = top + COLOURED_AFTER < length ? top + COLOURED_AFTER : length;
	} else if (editor->coloured == buffer_version(editor->buffer) && editor->styles) {
		return;
	}
	editor->coloured = buffer_version(editor->buffer);
	free(editor->styles);
	editor->styles = malloc(to - from + 1);
	char *text = malloc(to - from + 1);
	editor->styled_from = from;
	editor->styled_to = to;
	if (editor->styles && text) {
		size_t count = buffer_copy(editor->buffer, from, to - from, text);
		highlight_code(text, count, editor->language, editor->styles);
	} else {
		free(editor->styles);
		editor->styles = NULL;
	}
	free(text);
}

int editor_style_at(const struct editor *editor, size_t at)
{
	bool known = editor->styles && editor->coloured == buffer_version(editor->buffer) &&
		     at >= editor->styled_from && at < editor->styled_to;
	return known ? editor->styles[at - editor->styled_from] : STYLE_CODE;
}

static void keep_in_sight(struct editor *editor, int rows, int width)
{
	size_t line = buffer_line_start(editor->buffer, editor->caret);
	if (editor->top > buffer_length(editor->buffer)) {
		editor->top = 0;
	}
	editor->top = buffer_line_start(editor->buffer, editor->top);
	if (line < editor->top) {
		editor->top = line;
	}
	/* Down: walk back from the caret by as many lines as are shown. */
	size_t lowest = line;
	for (int i = 1; i < rows && lowest > 0; i++) {
		lowest = buffer_line_start(editor->buffer, lowest - 1);
	}
	if (editor->top < lowest) {
		editor->top = lowest;
	}
	int column = editor_column(editor, editor->caret);
	if (column < editor->left) {
		editor->left = column > 8 ? column - 8 : 0;
	}
	if (column >= editor->left + width - 1) {
		editor->left = column - width + 2;
	}
}

static void draw_line(struct editor *editor, struct area area, int y, size_t line, size_t end)
{
	size_t from = 0, to = 0;
	size_t here = (size_t)-1, mate = (size_t)-1;
	editor_selection(editor, &from, &to);
	editor_brackets(editor, &here, &mate);
	int column = 0;
	for (size_t at = line; at < end && column <= editor->left + area.width;) {
		uint32_t c = buffer_code_point(editor->buffer, at);
		int cells = editor_cells(c, column);
		enum style style = (enum style)editor_style_at(editor, at);
		if (at >= from && at < to) {
			style = STYLE_SELECTION;
		}
		int x = column - editor->left;
		if (c == '\t') {
			for (int i = 0; i < cells; i++) {
				if (x + i >= 0) {
					area_put(area, x + i, y, ' ', style);
				}
			}
		} else if (x >= 0) {
			area_put(area, x, y, c, style);
			if (at == here || at == mate) {
				area_attribute(area, x, y, 1, CELL_BOLD | CELL_UNDERLINE);
			}
		}
		column += cells;
		at = buffer_next(editor->buffer, at);
	}
	/* There is more to the right, or to the left. */
	if (column > editor->left + area.width) {
		area_put(area, area.width - 1, y, 0x203A, STYLE_DIM);
	}
	if (editor->left && end > line) {
		area_put(area, 0, y, 0x2039, STYLE_DIM);
	}
}

void editor_draw(struct editor *editor, struct area area, const char *preedit, bool focused)
{
	int help = focused ? editor_help_rows(editor, area.height) : 0;
	struct area rows = area_part(area, 0, area.height - help, area.width, help);
	int caret_y = -1;
	area.height -= help;
	editor->rows = area.height;
	size_t length = buffer_length(editor->buffer);
	size_t first = buffer_line_of(editor->buffer, editor->top > length ? 0 : editor->top);
	char number[24];
	int gutter = snprintf(number, sizeof number, "%zu", first + (size_t)area.height) + 2;
	gutter = gutter < 5 ? 5 : gutter;
	struct area text = area_part(area, gutter, 0, area.width - gutter, area.height);
	keep_in_sight(editor, area.height, text.width);
	colour(editor);
	editor->gutter = gutter;
	size_t caret_line = buffer_line_start(editor->buffer, editor->caret);
	size_t line = editor->top;
	first = buffer_line_of(editor->buffer, line);
	for (int y = 0; y < area.height; y++) {
		size_t end = buffer_line_end(editor->buffer, line);
		bool marked =
			editor->mark_line && (size_t)editor->mark_line == first + (size_t)y + 1;
		snprintf(number, sizeof number, "%*zu", gutter - 2, first + (size_t)y + 1);
		area_text(area, 0, y, number,
			  marked               ? STYLE_BAD
			  : line == caret_line ? STYLE_BOLD
					       : STYLE_LINE_NUMBER);
		if (marked) {
			area_text(area, gutter - 1, y, "●", STYLE_BAD);
		}
		draw_line(editor, text, y, line, end);
		if (marked) {
			area_attribute(text, 0, y, text.width, CELL_UNDERLINE);
		}
		if (line == caret_line) {
			int x = editor_column(editor, editor->caret) - editor->left;
			caret_y = y;
			if (preedit && *preedit && focused) {
				area_text(text, x, y, preedit, STYLE_EMPHASIS);
			}
			if (focused) {
				area_cursor(text, x, y);
			}
		}
		if (end >= length) {
			break;
		}
		line = end + 1;
	}
	if (focused) {
		editor_draw_help(editor, text, rows, caret_y);
	}
}
