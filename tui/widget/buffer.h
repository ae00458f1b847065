#ifndef MUNDAP_TUI_WIDGET_BUFFER_H
#define MUNDAP_TUI_WIDGET_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* A text being edited: a gap buffer with undo. Offsets are bytes; callers keep them between characters. */

struct buffer;

struct buffer *buffer_new(void);
void buffer_free(struct buffer *buffer);
/** Replaces everything and forgets undo. False without memory (the old text stays). */
bool buffer_load(struct buffer *buffer, const char *text, size_t length);
size_t buffer_length(const struct buffer *buffer);
char buffer_at(const struct buffer *buffer, size_t at);
/** The whole text, NUL-terminated; valid until the next change. */
const char *buffer_text(struct buffer *buffer);
/** Copies up to length bytes from at; returns how many. */
size_t buffer_copy(const struct buffer *buffer, size_t at, size_t length, char *out);

/** Changes that can be undone; caret is where it was before. Adjacent typing is one step. False without memory. */
bool buffer_insert(struct buffer *buffer, size_t at, const char *text, size_t length);
bool buffer_delete(struct buffer *buffer, size_t at, size_t length);
/** Between these, changes are one step of undo. */
void buffer_group_begin(struct buffer *buffer);
void buffer_group_end(struct buffer *buffer);
/** The next change begins a new step. */
void buffer_break(struct buffer *buffer);
/** Takes back or repeats a step; *caret gets where it was made. False when there is none. */
bool buffer_undo(struct buffer *buffer, size_t *caret);
bool buffer_redo(struct buffer *buffer, size_t *caret);
/** Grows with each change. */
unsigned long buffer_version(const struct buffer *buffer);

/** Offset after the character at, and before it (0 and the length are the ends). */
size_t buffer_next(const struct buffer *buffer, size_t at);
size_t buffer_previous(const struct buffer *buffer, size_t at);
/** First byte of the line of at; offset of its newline or the end of the text. */
size_t buffer_line_start(const struct buffer *buffer, size_t at);
size_t buffer_line_end(const struct buffer *buffer, size_t at);
/** 0-based line of an offset; remembered, so that near questions cost little. */
size_t buffer_line_of(struct buffer *buffer, size_t at);
/** First byte of a 0-based line; the start of the last line when there are fewer. */
size_t buffer_line_offset(struct buffer *buffer, size_t line);
/** The code point at an offset; 0 at the end. */
unsigned buffer_code_point(const struct buffer *buffer, size_t at);

#endif
