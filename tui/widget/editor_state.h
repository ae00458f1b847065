#ifndef MUNDAP_TUI_WIDGET_EDITOR_STATE_H
#define MUNDAP_TUI_WIDGET_EDITOR_STATE_H

#include "engine/base/strbuf.h"
#include "tui/style.h"
#include "tui/widget/complete.h"
#include "tui/widget/editor.h"
#include "tui/widget/list.h"

/* The editor's state, shared by the file that edits (editor.c) and the one that draws (editor_draw.c). */

#define NO_ANCHOR ((size_t)-1)

struct editor {
	struct buffer *buffer;
	char language[16];
	size_t caret, anchor; /* anchor: other end of the selection */
	int column; /* cells to keep while moving up and down, -1 none */
	size_t top; /* offset of the first line shown */
	int left; /* cells scrolled to the right */
	int rows, gutter; /* as drawn last */
	struct strbuf clipboard;
	unsigned char *styles; /* of the bytes from styled_from on, for version coloured */
	size_t styled_from, styled_to;
	unsigned long coloured;
	int mark_line;
	char mark_text[512];
	struct completion *offer; /* names that may stand at the caret; NULL before the first */
	bool offered; /* … are shown, while text and caret are as they were then */
	unsigned long offer_version;
	size_t offer_caret;
	struct list_cursor offer_list;
	const struct reference_entry *call; /* the call that is explained */
	int argument;
};

/** The selection as a range; false when there is none. */
bool editor_selection(const struct editor *editor, size_t *from, size_t *to);
/** Cells of a character that stands at a column. */
int editor_cells(uint32_t code_point, int column);
/** Cells from the line's start to an offset. */
int editor_column(const struct editor *editor, size_t at);

/** Puts text in the place of the selection, or at the caret. */
void editor_insert(struct editor *editor, const char *text, size_t length);
/** Bytes of space at the beginning of the line that begins at line, up to limit. */
size_t editor_indentation(struct editor *editor, size_t line, size_t limit);
void editor_new_line(struct editor *editor);
/** After a typed letter: "end", "else", "}" that close a block step back to its column. */
void editor_step_back(struct editor *editor);
void editor_indent_lines(struct editor *editor, bool in);
void editor_tab(struct editor *editor);

/** The style of a byte; STYLE_CODE where nothing is coloured. */
int editor_style_at(const struct editor *editor, size_t at);

/** Looks for names that may stand at the caret; asked: also for bare words. */
void editor_offer(struct editor *editor, bool asked);
/** Rows that the explanation of the call at the caret wants below a text of so many rows. */
int editor_help_rows(struct editor *editor, int height);
/** Draws it, and the names offered over the text at the caret's row (-1: the caret is not in sight). */
void editor_draw_help(struct editor *editor, struct area text, struct area rows, int caret_y);
/** The bracket at the caret and the one that belongs to it. */
bool editor_brackets(const struct editor *editor, size_t *here, size_t *mate);

#endif
