#include "tui/text/layout.h"

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/korean.h"
#include "engine/base/utf8.h"

/* Signs that must not begin a line (금칙). */
static bool sticks_to_the_left(uint32_t c)
{
	static const uint32_t signs[] = {
		'!',    '%',    ')',    ',',    '.',    ':',    ';',    '?',    ']',    '}',
		0x2019, 0x201D, 0x2026, 0x203A, 0x00BB, 0x3001, 0x3002, 0x3009, 0x300B, 0x300D,
		0x300F, 0x3011, 0x3015, 0xFF01, 0xFF05, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B,
		0xFF1F, 0xFF5D, 0x2030, 0x00B0, 0x2032, '~',    0x223C, 0x30FC, 0x3005,
	};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (signs[i] == c) {
			return true;
		}
	}
	return utf8_cells(c) == 0;
}

/* Signs that must not end a line. */
static bool sticks_to_the_right(uint32_t c)
{
	static const uint32_t signs[] = {'(',    '[',    '{',    0x2018, 0x201C, 0x2039, 0x00AB,
					 0x3008, 0x300A, 0x300C, 0x300E, 0x3010, 0x3014, 0xFF08,
					 0xFF5B, 0x20A9, '$',    '#',    '@'};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (signs[i] == c) {
			return true;
		}
	}
	return false;
}

static bool is_cjk(uint32_t c)
{
	return korean_is_syllable(c) || (c >= 0x2E80 && c <= 0x30FF) ||
	       (c >= 0x3130 && c <= 0x318F) || (c >= 0x3400 && c <= 0x9FFF) ||
	       (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

/* Whether a line may be broken between two code points inside a word. */
static bool may_break_between(uint32_t before, uint32_t after)
{
	if (sticks_to_the_left(after) || sticks_to_the_right(before)) {
		return false;
	}
	if (before == '-' || before == '/' || before == 0x2014 || before == 0x2192) {
		return !(after >= '0' && after <= '9');
	}
	return is_cjk(before) || is_cjk(after);
}

size_t text_break(const char *text, size_t length, int width, size_t *next)
{
	size_t at = 0;
	size_t end = 0; /* after the last code point that is not a space */
	size_t space_end = 0, space_next = 0; /* the last space where the line may end */
	int space_cells = 0;
	size_t inside = 0; /* the last place inside a word */
	int inside_cells = 0;
	int cells = 0;
	uint32_t before = 0;
	while (at < length) {
		size_t start = at;
		uint32_t c = utf8_next(text, length, &at);
		if (c == '\n') {
			*next = at;
			return end;
		}
		if (c == ' ' || c == '\t') {
			if (before != ' ') {
				space_end = end;
				space_cells = cells;
			}
			cells++;
			space_next = at;
			before = ' ';
			continue;
		}
		if (start > 0 && before != ' ' && may_break_between(before, c)) {
			inside = start;
			inside_cells = cells;
		}
		cells += utf8_cells(c);
		if (cells > width && start > 0) {
			bool has_space = space_next > 0 && space_end > 0;
			/* A line of words that stays more than half empty is broken inside the long word. */
			if (has_space && (space_cells * 2 >= width || inside <= space_next)) {
				*next = space_next;
				return space_end;
			}
			if (inside > 0 && inside_cells <= width) {
				*next = inside;
				return inside;
			}
			if (has_space) {
				*next = space_next;
				return space_end;
			}
			*next = start;
			return start;
		}
		end = at;
		before = c;
	}
	*next = length;
	return end;
}

int text_line_count(const char *text, size_t length, int width)
{
	int count = 0;
	for (size_t at = 0; at < length;) {
		size_t next;
		text_break(text + at, length - at, width, &next);
		at += next;
		count++;
	}
	return count;
}

size_t text_fit(const char *text, size_t length, int width, int *cells)
{
	int taken = 0;
	size_t at = 0;
	while (at < length) {
		size_t next = at;
		int more = utf8_cells(utf8_next(text, length, &next));
		if (taken + more > width) {
			break;
		}
		taken += more;
		at = next;
	}
	if (cells) {
		*cells = taken;
	}
	return at;
}
