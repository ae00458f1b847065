#include "engine/base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <utf8proc.h>

#include "engine/base/strbuf.h"

uint32_t utf8_next(const char *text, size_t length, size_t *at)
{
	if (*at >= length) {
		return 0;
	}
	utf8proc_int32_t code_point;
	size_t left = length - *at;
	utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text + *at,
					      (utf8proc_ssize_t)(left > 4 ? 4 : left), &code_point);
	if (n <= 0 || code_point < 0) {
		*at += 1;
		return UTF8_REPLACEMENT;
	}
	*at += (size_t)n;
	return (uint32_t)code_point;
}

size_t utf8_previous(const char *text, size_t at)
{
	size_t start = at;
	while (start > 0 && at - start < 4) {
		start--;
		if (((unsigned char)text[start] & 0xC0) != 0x80) {
			break;
		}
	}
	size_t end = start;
	utf8_next(text, at, &end);
	return end == at ? start : at - 1;
}

int utf8_encode(uint32_t code_point, char *out)
{
	if (!utf8proc_codepoint_valid((utf8proc_int32_t)code_point)) {
		code_point = UTF8_REPLACEMENT;
	}
	return (int)utf8proc_encode_char((utf8proc_int32_t)code_point, (utf8proc_uint8_t *)out);
}

bool utf8_valid(const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		utf8proc_int32_t code_point;
		size_t left = length - at;
		utf8proc_ssize_t n =
			utf8proc_iterate((const utf8proc_uint8_t *)text + at,
					 (utf8proc_ssize_t)(left > 4 ? 4 : left), &code_point);
		if (n <= 0) {
			return false;
		}
		at += (size_t)n;
	}
	return true;
}

void utf8_trim_partial(char *text)
{
	size_t length = strlen(text);
	size_t start = length;
	while (start > 0 && length - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) {
		start--;
	}
	if (start == 0) {
		return;
	}
	unsigned char lead = (unsigned char)text[start - 1];
	size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	if (length - (start - 1) < need) {
		text[start - 1] = '\0';
	}
}

size_t utf8_length(const char *text, size_t length)
{
	size_t count = 0;
	for (size_t at = 0; at < length; count++) {
		utf8_next(text, length, &at);
	}
	return count;
}

int utf8_cells(uint32_t code_point)
{
	if (code_point < 0x7F) {
		return code_point >= 0x20;
	}
	int cells = wcwidth((wchar_t)code_point);
	return cells < 0 ? 0 : cells;
}

size_t utf8_width(const char *text, size_t length)
{
	size_t cells = 0;
	for (size_t at = 0; at < length;) {
		cells += (size_t)utf8_cells(utf8_next(text, length, &at));
	}
	return cells;
}

static bool terminals_mis_measure(uint32_t c)
{
	return (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x1F3FB && c <= 0x1F3FF) || c == 0x200B ||
	       c == 0x2060 || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE01EF);
}

char *utf8_normalise(const char *text, size_t length)
{
	struct strbuf sb;
	strbuf_init(&sb);
	for (size_t at = 0; at < length;) {
		uint32_t c = utf8_next(text, length, &at);
		if (c == 0x200D) {
			/* A joined emoji keeps its first part only. */
			utf8_next(text, length, &at);
			continue;
		}
		if (c == 0 || terminals_mis_measure(c)) {
			continue;
		}
		if (c >= 0x1F1E6 && c <= 0x1F1FF) {
			c = 0x2691; /* a flag's two regional letters: one plain flag */
			size_t next = at;
			uint32_t second = utf8_next(text, length, &next);
			if (second >= 0x1F1E6 && second <= 0x1F1FF) {
				at = next;
			}
		}
		char bytes[4];
		strbuf_add(&sb, bytes, (size_t)utf8_encode(c, bytes));
	}
	char *clean = strbuf_detach(&sb);
	if (!clean) {
		return NULL;
	}
	utf8proc_uint8_t *composed = utf8proc_NFC((const utf8proc_uint8_t *)clean);
	free(clean);
	return (char *)composed;
}

char *utf8_fold(const char *text, size_t length)
{
	char *clean = utf8_normalise(text, length);
	if (!clean) {
		return NULL;
	}
	utf8proc_uint8_t *folded = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)clean, 0, &folded,
					  UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE |
						  UTF8PROC_COMPAT | UTF8PROC_CASEFOLD);
	free(clean);
	return n < 0 ? NULL : (char *)folded;
}
