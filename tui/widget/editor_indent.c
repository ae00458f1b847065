#include <ctype.h>
#include <string.h>

#include "tui/widget/editor_state.h"

/* Lines set in and out: what Enter, Tab and a closing word do. */

enum { INDENT = 2, LOOKED_AT = 32 * 1024 };

/* Whether the file indents by tabs, as its beginning tells: reading all of a long one would cost a frame. */
static bool uses_tabs(const struct editor *editor)
{
	size_t length = buffer_length(editor->buffer);
	for (size_t at = 0; at < length && at < LOOKED_AT; at++) {
		if (buffer_at(editor->buffer, at) == '\t') {
			return true;
		}
	}
	return false;
}

size_t editor_indentation(struct editor *editor, size_t line, size_t limit)
{
	size_t at = line;
	while (at < limit &&
	       (buffer_at(editor->buffer, at) == ' ' || buffer_at(editor->buffer, at) == '\t')) {
		at++;
	}
	return at - line;
}

/* Whether the line up to the caret opens a block. */
static bool opens_block(const struct editor *editor, const char *line)
{
	size_t length = strlen(line);
	while (length && isspace((unsigned char)line[length - 1])) {
		length--;
	}
	if (!length) {
		return false;
	}
	char last = line[length - 1];
	if (last == '{' || last == '(' || last == '[') {
		return true;
	}
	if (!strcmp(editor->language, "python")) {
		return last == ':';
	}
	static const char *const words[] = {"then", "do", "else", "repeat"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		size_t n = strlen(words[i]);
		if (length >= n && !memcmp(line + length - n, words[i], n) &&
		    (length == n || !isalnum((unsigned char)line[length - n - 1]))) {
			return true;
		}
	}
	/* function … ( … ) with nothing behind it */
	return last == ')' && strstr(line, "function") != NULL;
}

void editor_new_line(struct editor *editor)
{
	size_t start = buffer_line_start(editor->buffer, editor->caret);
	size_t indent = editor_indentation(editor, start, editor->caret);
	char line[512];
	size_t length = editor->caret - start;
	length = buffer_copy(editor->buffer, start, length < 511 ? length : 511, line);
	line[length] = '\0';
	struct strbuf text;
	strbuf_init(&text);
	strbuf_putc(&text, '\n');
	char unit = indent ? buffer_at(editor->buffer, start) : '\t';
	for (size_t i = 0; i < indent; i++) {
		strbuf_putc(&text, buffer_at(editor->buffer, start + i));
	}
	if (opens_block(editor, line)) {
		/* As the file does it: by tabs or by spaces. */
		bool tabs = indent ? unit == '\t' : uses_tabs(editor);
		strbuf_puts(&text, tabs ? "\t" : "  ");
	}
	buffer_break(editor->buffer);
	editor_insert(editor, text.text, text.length);
	strbuf_release(&text);
}

/* "end", "else", "}" that close a block step back to its column. */
void editor_step_back(struct editor *editor)
{
	size_t start = buffer_line_start(editor->buffer, editor->caret);
	size_t indent = editor_indentation(editor, start, editor->caret);
	char word[16];
	size_t length = editor->caret - start - indent;
	if (indent == 0 || length == 0 || length >= sizeof word) {
		return;
	}
	word[buffer_copy(editor->buffer, start + indent, length, word)] = '\0';
	static const char *const closers[] = {"end", "else", "elseif", "until", "}", ")"};
	bool closes = false;
	for (size_t i = 0; i < sizeof closers / sizeof *closers; i++) {
		closes = closes || !strcmp(word, closers[i]);
	}
	/* "elseif" grows out of "else", which has stepped back already. */
	if (!closes || !strcmp(word, "elseif") || start == 0) {
		return;
	}
	size_t above = buffer_line_start(editor->buffer, start - 1);
	if (editor_indentation(editor, above, start - 1) > indent) {
		return;
	}
	size_t drop = buffer_at(editor->buffer, start) == '\t' ? 1 : INDENT;
	drop = drop > indent ? indent : drop;
	buffer_delete(editor->buffer, start, drop);
	editor->caret -= drop;
}

void editor_indent_lines(struct editor *editor, bool in)
{
	size_t from = editor->caret, to = editor->caret;
	editor_selection(editor, &from, &to);
	bool tabs = uses_tabs(editor);
	const char *unit = tabs ? "\t" : "  ";
	size_t width = strlen(unit);
	buffer_group_begin(editor->buffer);
	size_t line = buffer_line_start(editor->buffer, from);
	do {
		size_t change = 0;
		if (in) {
			buffer_insert(editor->buffer, line, unit, width);
			change = width;
		} else {
			size_t indent = editor_indentation(editor, line,
							   buffer_line_end(editor->buffer, line));
			change = indent < width ? indent : width;
			buffer_delete(editor->buffer, line, change);
		}
		size_t *ends[] = {&editor->caret, &editor->anchor, &to};
		for (int i = 0; i < 3; i++) {
			if (*ends[i] != NO_ANCHOR && *ends[i] >= line) {
				*ends[i] = in                          ? *ends[i] + change
					   : *ends[i] >= line + change ? *ends[i] - change
								       : line;
			}
		}
		line = buffer_line_end(editor->buffer, line) + 1;
	} while (line < to);
	buffer_group_end(editor->buffer);
}

void editor_tab(struct editor *editor)
{
	size_t from, to;
	if (editor_selection(editor, &from, &to)) {
		editor_indent_lines(editor, true);
		return;
	}
	bool tabs = uses_tabs(editor);
	editor_insert(editor, tabs ? "\t" : "  ", tabs ? 1 : 2);
}
