#include "engine/base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char empty[1];

void strbuf_init(struct strbuf *sb)
{
	sb->text = empty;
	sb->length = sb->capacity = 0;
	sb->failed = false;
}

void strbuf_release(struct strbuf *sb)
{
	if (sb->capacity) {
		free(sb->text);
	}
	strbuf_init(sb);
}

void strbuf_reset(struct strbuf *sb)
{
	strbuf_truncate(sb, 0);
	sb->failed = false;
}

bool strbuf_ok(const struct strbuf *sb)
{
	return !sb->failed;
}

static bool reserve(struct strbuf *sb, size_t extra)
{
	if (sb->failed) {
		return false;
	}
	if (extra >= (size_t)-1 / 4 - sb->length) {
		sb->failed = true;
		return false;
	}
	size_t need = sb->length + extra + 1;
	if (need <= sb->capacity) {
		return true;
	}
	size_t capacity = sb->capacity ? sb->capacity : 32;
	while (capacity < need) {
		capacity *= 2;
	}
	char *text = realloc(sb->capacity ? sb->text : NULL, capacity);
	if (!text) {
		sb->failed = true;
		return false;
	}
	if (!sb->capacity) {
		text[0] = '\0';
	}
	sb->text = text;
	sb->capacity = capacity;
	return true;
}

void strbuf_add(struct strbuf *sb, const void *bytes, size_t length)
{
	if (!length || !reserve(sb, length)) {
		return;
	}
	memcpy(sb->text + sb->length, bytes, length);
	sb->length += length;
	sb->text[sb->length] = '\0';
}

void strbuf_puts(struct strbuf *sb, const char *text)
{
	strbuf_add(sb, text, strlen(text));
}

void strbuf_putc(struct strbuf *sb, char c)
{
	strbuf_add(sb, &c, 1);
}

void strbuf_vprintf(struct strbuf *sb, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, format, args);
	if (length > 0 && reserve(sb, (size_t)length)) {
		vsnprintf(sb->text + sb->length, (size_t)length + 1, format, again);
		sb->length += (size_t)length;
	}
	va_end(again);
}

void strbuf_printf(struct strbuf *sb, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	strbuf_vprintf(sb, format, args);
	va_end(args);
}

void strbuf_truncate(struct strbuf *sb, size_t length)
{
	if (length < sb->length) {
		sb->length = length;
		sb->text[length] = '\0';
	}
}

void strbuf_remove(struct strbuf *sb, size_t at, size_t length)
{
	if (at >= sb->length) {
		return;
	}
	if (length > sb->length - at) {
		length = sb->length - at;
	}
	memmove(sb->text + at, sb->text + at + length, sb->length - at - length + 1);
	sb->length -= length;
}

void strbuf_insert(struct strbuf *sb, size_t at, const void *bytes, size_t length)
{
	if (!length || !reserve(sb, length)) {
		return;
	}
	if (at > sb->length) {
		at = sb->length;
	}
	memmove(sb->text + at + length, sb->text + at, sb->length - at + 1);
	memcpy(sb->text + at, bytes, length);
	sb->length += length;
}

char *strbuf_detach(struct strbuf *sb)
{
	if (!reserve(sb, 0)) {
		strbuf_release(sb);
		return NULL;
	}
	char *text = sb->text;
	strbuf_init(sb);
	return text;
}
