#ifndef MUNDAP_TUI_WIDGET_FIELD_H
#define MUNDAP_TUI_WIDGET_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/strbuf.h"
#include "tui/grid.h"

/* A text to be typed, wrapped over a few rows. The hardware cursor stands at the caret, so that the terminal's input
 * method shows its preview there. */

struct field {
	struct strbuf text;
	size_t caret; /* byte offset, always between characters */
	int top; /* first row shown */
};

void field_init(struct field *field);
void field_release(struct field *field);
void field_set(struct field *field, const char *text);
/** Types text at the caret; newlines become spaces unless many_lines. */
void field_insert(struct field *field, const char *text, bool many_lines);
/** An editing key or a typed character; false when the key means nothing here. */
bool field_key(struct field *field, uint32_t key);
/** Rows that the text takes at a width (at least 1). */
int field_rows(const struct field *field, int width, const char *preedit);
/** Draws the text and the syllable being composed, and puts the cursor at the caret. */
void field_draw(struct field *field, struct area area, const char *preedit, bool focused);

#endif
