#include "tui/widget/field.h"

#include <string.h>

#include "engine/base/utf8.h"
#include "tui/key.h"

enum { LIMIT = 64 * 1024 };

void field_init(struct field *field)
{
	strbuf_init(&field->text);
	field->caret = 0;
	field->top = 0;
}

void field_release(struct field *field)
{
	strbuf_release(&field->text);
}

void field_set(struct field *field, const char *text)
{
	strbuf_reset(&field->text);
	strbuf_puts(&field->text, text);
	field->caret = field->text.length;
	field->top = 0;
}

void field_insert(struct field *field, const char *text, bool many_lines)
{
	for (const char *at = text; *at; at++) {
		char c = *at;
		if (field->text.length >= LIMIT) {
			break;
		}
		if (c == '\t' || (c == '\n' && !many_lines)) {
			c = ' ';
		}
		if ((unsigned char)c < ' ' && c != '\n') {
			continue;
		}
		strbuf_insert(&field->text, field->caret, &c, 1);
		field->caret++;
	}
}

static size_t after(const struct field *field, size_t at)
{
	utf8_next(field->text.text, field->text.length, &at);
	return at;
}

static void remove_range(struct field *field, size_t from, size_t to)
{
	strbuf_remove(&field->text, from, to - from);
	field->caret = from;
}

static size_t word_before(const struct field *field)
{
	size_t at = field->caret;
	while (at > 0 && field->text.text[at - 1] == ' ') {
		at--;
	}
	while (at > 0 && field->text.text[at - 1] != ' ') {
		at--;
	}
	return at;
}

static size_t word_after(const struct field *field)
{
	size_t at = field->caret;
	while (at < field->text.length && field->text.text[at] != ' ') {
		at++;
	}
	while (at < field->text.length && field->text.text[at] == ' ') {
		at++;
	}
	return at;
}

bool field_key(struct field *field, uint32_t key)
{
	size_t length = field->text.length;
	switch (key) {
	case INPUT_LEFT:
		field->caret = field->caret ? utf8_previous(field->text.text, field->caret) : 0;
		return true;
	case INPUT_RIGHT:
		field->caret = field->caret < length ? after(field, field->caret) : length;
		return true;
	case INPUT_CTRL | INPUT_LEFT:
	case INPUT_ALT | 'b':
		field->caret = word_before(field);
		return true;
	case INPUT_CTRL | INPUT_RIGHT:
	case INPUT_ALT | 'f':
		field->caret = word_after(field);
		return true;
	case INPUT_HOME:
	case CTRL_KEY('a'):
		field->caret = 0;
		return true;
	case INPUT_END:
		field->caret = length;
		return true;
	case INPUT_BACKSPACE:
		if (field->caret) {
			remove_range(field, utf8_previous(field->text.text, field->caret),
				     field->caret);
		}
		return true;
	case INPUT_DELETE:
	case CTRL_KEY('d'):
		if (field->caret < length) {
			remove_range(field, field->caret, after(field, field->caret));
		}
		return true;
	case CTRL_KEY('w'):
		remove_range(field, word_before(field), field->caret);
		return true;
	case CTRL_KEY('u'):
		remove_range(field, 0, field->caret);
		return true;
	}
	if (key_is_text(key)) {
		char bytes[5];
		bytes[utf8_encode(key, bytes)] = '\0';
		field_insert(field, bytes, false);
		return true;
	}
	return false;
}

/* Walks over the characters with their cells; a callback would hide the wrapping, so the drawing passes NULL areas
 * when only the rows are wanted. */
static int walk(const struct field *field, const char *preedit, int width, const struct area *area,
		int top, int *caret_x, int *caret_y)
{
	int x = 0, y = 0;
	size_t length = field->text.length;
	*caret_x = *caret_y = 0;
	if (width < 2) {
		return 1;
	}
	for (size_t at = 0;;) {
		if (at == field->caret) {
			for (size_t i = 0; preedit && preedit[i];) {
				uint32_t c = utf8_next(preedit, strlen(preedit), &i);
				int cells = utf8_cells(c);
				if (x + cells > width) {
					x = 0;
					y++;
				}
				if (area) {
					area_put(*area, x, y - top, c, STYLE_EMPHASIS);
				}
				*caret_x = x;
				*caret_y = y;
				x += cells;
			}
			if (!preedit || !*preedit) {
				*caret_x = x;
				*caret_y = y;
				if (x >= width) {
					*caret_x = 0;
					*caret_y = y + 1;
				}
			}
		}
		if (at >= length) {
			break;
		}
		uint32_t c = utf8_next(field->text.text, length, &at);
		if (c == '\n') {
			x = 0;
			y++;
			continue;
		}
		int cells = utf8_cells(c);
		if (x + cells > width) {
			x = 0;
			y++;
		}
		if (area) {
			area_put(*area, x, y - top, c, STYLE_NORMAL);
		}
		x += cells;
	}
	return (y > *caret_y ? y : *caret_y) + 1;
}

int field_rows(const struct field *field, int width, const char *preedit)
{
	int x, y;
	return walk(field, preedit, width, NULL, 0, &x, &y);
}

void field_draw(struct field *field, struct area area, const char *preedit, bool focused)
{
	int x, y;
	walk(field, preedit, area.width, NULL, 0, &x, &y);
	if (y < field->top) {
		field->top = y;
	}
	if (y >= field->top + area.height) {
		field->top = y - area.height + 1;
	}
	walk(field, preedit, area.width, &area, field->top, &x, &y);
	if (focused) {
		area_cursor(area, x, y - field->top);
	}
}
