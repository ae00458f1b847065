#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "engine/base/utf8.h"
#include "tui/text/builder.h"

/* CommonMark closes `**국소 특징(Local Feature)**을` wrongly: the closing sign follows punctuation and precedes a letter,
 * so that it may only open. People write it all the time. A joint (a rare punctuation sign, dropped when text is
 * shown) beside such a sign makes the parser read it as meant. */

static bool is_punctuation(uint32_t c)
{
	if (c < 0x80) {
		return ispunct((int)c);
	}
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_PC:
	case UTF8PROC_CATEGORY_PD:
	case UTF8PROC_CATEGORY_PS:
	case UTF8PROC_CATEGORY_PE:
	case UTF8PROC_CATEGORY_PI:
	case UTF8PROC_CATEGORY_PF:
	case UTF8PROC_CATEGORY_PO:
	case UTF8PROC_CATEGORY_SC:
	case UTF8PROC_CATEGORY_SK:
	case UTF8PROC_CATEGORY_SM:
	case UTF8PROC_CATEGORY_SO:
		return true;
	default:
		return false;
	}
}

static bool is_space(uint32_t c)
{
	return c == 0 || c == ' ' || c == '\n' || c == '\t' || c == 0xA0 || c == 0x3000;
}

static void put_joint(struct strbuf *out)
{
	char bytes[4];
	strbuf_add(out, bytes, (size_t)utf8_encode(MARKDOWN_JOINT, bytes));
}

struct footnotes {
	char names[64][24];
	int count;
};

static int footnote_number(struct footnotes *notes, const char *name, size_t length)
{
	if (length == 0 || length >= sizeof notes->names[0]) {
		return 0;
	}
	for (int i = 0; i < notes->count; i++) {
		if (strlen(notes->names[i]) == length && !memcmp(notes->names[i], name, length)) {
			return i + 1;
		}
	}
	if (notes->count == 64) {
		return 0;
	}
	memcpy(notes->names[notes->count], name, length);
	notes->names[notes->count][length] = '\0';
	return ++notes->count;
}

static void put_superscript(struct strbuf *out, int number)
{
	static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
	if (number >= 10) {
		strbuf_puts(out, digits[number / 10 % 10]);
	}
	strbuf_puts(out, digits[number % 10]);
	strbuf_puts(out, "⁾");
}

/* `[^name]` at text: the bytes it takes, 0 when there is none. */
static size_t footnote_at(const char *text, size_t length, const char **name, size_t *name_length)
{
	if (length < 4 || text[0] != '[' || text[1] != '^') {
		return 0;
	}
	const char *end = memchr(text, ']', length < 40 ? length : 40);
	if (!end || end == text + 2 || memchr(text, '\n', (size_t)(end - text))) {
		return 0;
	}
	*name = text + 2;
	*name_length = (size_t)(end - text) - 2;
	return (size_t)(end - text) + 1;
}

struct emphasis {
	int open; /* runs of stars that are open in this paragraph */
	size_t code; /* length of the run of backquotes that opened code, 0 outside */
};

static void put_stars(struct strbuf *out, const char *line, size_t length, size_t at, size_t run,
		      struct emphasis *state)
{
	size_t after = at + run;
	uint32_t before = 0, behind = 0;
	if (at > 0) {
		size_t previous = utf8_previous(line, at);
		before = utf8_next(line, at, &previous);
	}
	if (after < length) {
		size_t next = after;
		behind = utf8_next(line, length, &next);
	}
	bool closes = state->open > 0 && !is_space(before);
	if (closes) {
		state->open--;
		strbuf_add(out, line + at, run);
		if (is_punctuation(before) && !is_space(behind) && !is_punctuation(behind)) {
			put_joint(out);
		}
		return;
	}
	if (!is_space(behind)) {
		state->open++;
		if (is_punctuation(behind) && !is_space(before) && !is_punctuation(before)) {
			put_joint(out);
		}
	}
	strbuf_add(out, line + at, run);
}

static void prepare_line(struct strbuf *out, const char *line, size_t length,
			 struct emphasis *state, struct footnotes *notes)
{
	for (size_t at = 0; at < length;) {
		size_t run = 1;
		if (line[at] == '\\' && at + 1 < length && !state->code) {
			strbuf_add(out, line + at, 2);
			at += 2;
			continue;
		}
		if (line[at] == '`') {
			while (at + run < length && line[at + run] == '`') {
				run++;
			}
			state->code = state->code == run ? 0 : state->code ? state->code : run;
		} else if (line[at] == '*' && !state->code) {
			while (at + run < length && line[at + run] == '*') {
				run++;
			}
			if (run <= 3 && !(at == 0 && at + run < length && line[at + run] == ' ')) {
				put_stars(out, line, length, at, run, state);
				at += run;
				continue;
			}
		} else if (line[at] == '[' && !state->code) {
			const char *name;
			size_t name_length;
			size_t taken = footnote_at(line + at, length - at, &name, &name_length);
			int number = taken ? footnote_number(notes, name, name_length) : 0;
			if (number) {
				put_superscript(out, number);
				at += taken;
				continue;
			}
		}
		strbuf_add(out, line + at, run);
		at += run;
	}
}

void markdown_prepare(struct strbuf *out, const char *markdown, size_t length)
{
	struct footnotes notes = {.count = 0};
	struct emphasis state = {0, 0};
	struct strbuf below;
	strbuf_init(&below);
	size_t fence = 0;
	char fence_sign = 0;
	for (size_t at = 0; at < length;) {
		const char *line = markdown + at;
		const char *newline = memchr(line, '\n', length - at);
		size_t size = newline ? (size_t)(newline - line) : length - at;
		size_t indent = 0;
		while (indent < size && line[indent] == ' ') {
			indent++;
		}
		size_t run = 0;
		char sign = indent < size ? line[indent] : 0;
		while ((sign == '`' || sign == '~') && indent + run < size &&
		       line[indent + run] == sign) {
			run++;
		}
		const char *name;
		size_t name_length, taken;
		if (fence ? (run >= fence && sign == fence_sign)
			  : (run >= 3 && !memchr(line + indent + run, sign, size - indent - run))) {
			fence_sign = sign;
			fence = fence ? 0 : run;
			strbuf_add(out, line, size);
			state = (struct emphasis){0, 0};
		} else if (fence) {
			strbuf_add(out, line, size);
		} else if ((taken = footnote_at(line, size, &name, &name_length)) > 0 &&
			   taken < size && line[taken] == ':' &&
			   footnote_number(&notes, name, name_length)) {
			strbuf_putc(&below, '\n');
			struct emphasis own = {0, 0};
			put_superscript(&below, footnote_number(&notes, name, name_length));
			prepare_line(&below, line + taken + 1, size - taken - 1, &own, &notes);
			strbuf_putc(&below, '\n');
		} else {
			if (indent == size) {
				state = (struct emphasis){0, 0};
			}
			prepare_line(out, line, size, &state, &notes);
		}
		if (newline) {
			strbuf_putc(out, '\n');
		}
		at += size + (newline != NULL);
	}
	if (below.length) {
		strbuf_puts(out, "\n\n---\n");
		strbuf_add(out, below.text, below.length);
	}
	strbuf_release(&below);
}
