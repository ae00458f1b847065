#ifndef MUNDAP_BASE_STRBUF_H
#define MUNDAP_BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A growing string. text is always NUL-terminated and never NULL after strbuf_init; bytes may include NUL.
 * When memory runs out the buffer is marked failed, keeps what it holds and ignores further writes: check
 * strbuf_ok() once at the end. */
struct strbuf {
	char *text;
	size_t length;
	size_t capacity; /* 0 while text is the shared empty string */
	bool failed;
};

void strbuf_init(struct strbuf *sb);
void strbuf_release(struct strbuf *sb);
/** Empties the buffer, keeping its memory. */
void strbuf_reset(struct strbuf *sb);
bool strbuf_ok(const struct strbuf *sb);
void strbuf_add(struct strbuf *sb, const void *bytes, size_t length);
void strbuf_puts(struct strbuf *sb, const char *text);
void strbuf_putc(struct strbuf *sb, char c);
void strbuf_printf(struct strbuf *sb, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void strbuf_vprintf(struct strbuf *sb, const char *format, va_list args);
/** Shortens to length bytes (no effect when already shorter). */
void strbuf_truncate(struct strbuf *sb, size_t length);
/** Removes bytes [at, at + length). */
void strbuf_remove(struct strbuf *sb, size_t at, size_t length);
/** Inserts bytes before offset at. */
void strbuf_insert(struct strbuf *sb, size_t at, const void *bytes, size_t length);
/** Hands the heap string to the caller (free() it) and empties the buffer; NULL when memory ran out. */
char *strbuf_detach(struct strbuf *sb);

#endif
