#ifndef MUNDAP_TUI_TEXT_LAYOUT_H
#define MUNDAP_TUI_TEXT_LAYOUT_H

#include <stddef.h>

/* Where lines may be broken. Korean is broken at spaces; inside a word only where the line would otherwise stay
 * mostly empty, and then by 금칙: never before closing punctuation, never after opening punctuation. A syllable or a
 * wide character is never split. */

/**
 * Finds the end of the line that begins at text.
 * width: cells, > 0. next: offset where the next line begins (spaces at the break and one newline are skipped).
 * Returns the offset where this line's visible text ends. At least one code point is taken, also when it is wider
 * than width.
 */
size_t text_break(const char *text, size_t length, int width, size_t *next);

/** The number of lines that text takes at a width. */
int text_line_count(const char *text, size_t length, int width);

/** The longest prefix, in bytes, that fits into width cells; *cells (may be NULL) gets what it takes. */
size_t text_fit(const char *text, size_t length, int width, int *cells);

#endif
