#ifndef MUNDAP_TUI_WIDGET_EDITOR_H
#define MUNDAP_TUI_WIDGET_EDITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/grid.h"
#include "tui/request.h"
#include "tui/widget/buffer.h"

/* An editor of code: colours, indentation, selection, undo, and the errors of the last run at their lines. */

struct editor;

struct editor *editor_new(const char *language);
void editor_free(struct editor *editor);
/** Replaces the text and forgets undo; the caret stays near where it was. */
bool editor_load(struct editor *editor, const char *text, size_t length);
/** Replaces the text as one step that undo takes back. False without memory. */
bool editor_replace(struct editor *editor, const char *text, size_t length);
const char *editor_text(struct editor *editor, size_t *length);
size_t editor_length(const struct editor *editor);
/** Grows with each change. */
unsigned long editor_version(const struct editor *editor);
/** A typed character or an editing key; false: not used. */
bool editor_key(struct editor *editor, uint32_t key);
/** UNDO, REDO, CUT, COPY, PASTE, SELECT_ALL; false for others. */
bool editor_request(struct editor *editor, enum request request);
void editor_paste(struct editor *editor, const char *text);
/** A key for the list of names that is offered (it goes before all others); false: none is, or the key is not its. */
bool editor_offer_key(struct editor *editor, uint32_t key);
/** What was cut or copied last. */
const char *editor_clipboard(const struct editor *editor);
/** The character under a cell of the area it was drawn in last. */
void editor_click(struct editor *editor, int x, int y);
/** Marks a 1-based line with a message; line 0 takes the mark away. */
void editor_mark(struct editor *editor, int line, const char *text);
/** The message of the line under the caret, NULL when it has none. */
const char *editor_message(const struct editor *editor);
/** 1-based line and column (in characters) of the caret. */
void editor_where(struct editor *editor, int *line, int *column);
void editor_go_to(struct editor *editor, int line);
/** Draws; the hardware cursor goes to the caret when focused. */
void editor_draw(struct editor *editor, struct area area, const char *preedit, bool focused);

#endif
