#ifndef MUNDAP_TUI_WIDGET_EDITOR_STATE_H
#define MUNDAP_TUI_WIDGET_EDITOR_STATE_H

#include "engine/base/strbuf.h"
#include "tui/widget/editor.h"

/* The editor's state, shared by the file that edits (editor.c) and the one that draws (editor_draw.c). */

#define NO_ANCHOR ((size_t)-1)

struct editor {
	struct buffer *buffer;
	char language[16];
	size_t caret, anchor; /* anchor: other end of the selection */
	int column; /* cells to keep while moving up and down, -1 none */
	size_t top; /* offset of the first line shown */
	int left; /* cells scrolled to the right */
	int rows;
	struct strbuf clipboard;
	unsigned char *styles; /* of every byte, for version coloured */
	unsigned long coloured;
	int mark_line;
	char mark_text[512];
};

/** The selection as a range; false when there is none. */
bool editor_selection(const struct editor *editor, size_t *from, size_t *to);
/** Cells of a character that stands at a column. */
int editor_cells(uint32_t code_point, int column);
/** Cells from the line's start to an offset. */
int editor_column(const struct editor *editor, size_t at);

#endif
