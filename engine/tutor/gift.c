#include "engine/tutor/gift.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ---- */

static void escaped(struct strbuf *out, const char *text)
{
	for (; text && *text; text++) {
		if (strchr("~=#{}:\\", *text)) {
			strbuf_putc(out, '\\');
		}
		if (*text == '\n') {
			strbuf_puts(out, "\\n");
		} else if (*text != '\r') {
			strbuf_putc(out, *text);
		}
	}
}

static bool is_answer(const struct question *q, size_t choice)
{
	for (size_t i = 0; i < q->answer_count; i++) {
		if (q->answers[i] == (int)choice) {
			return true;
		}
	}
	return false;
}

static void write_choices(struct strbuf *out, const struct question *q)
{
	size_t n = q->choices.count;
	for (size_t i = 0; i < n; i++) {
		if (q->kind != QUESTION_MULTIPLE) {
			strbuf_putc(out, is_answer(q, i) ? '=' : '~');
		} else if (is_answer(q, i)) {
			strbuf_printf(out, "~%%%.5f%%", 100.0 / (double)q->answer_count);
		} else {
			strbuf_puts(out, "~%-100%");
		}
		escaped(out, q->choices.items[i]);
		strbuf_putc(out, '\n');
	}
}

static void write_pairs(struct strbuf *out, const struct question *q)
{
	size_t n = q->kind == QUESTION_ORDER ? q->choices.count : q->left.count;
	for (size_t i = 0; i < n; i++) {
		strbuf_putc(out, '=');
		if (q->kind == QUESTION_ORDER) {
			strbuf_printf(out, "%zu", i + 1);
		} else {
			escaped(out, q->left.items[i]);
		}
		strbuf_puts(out, " -> ");
		escaped(out, q->kind == QUESTION_ORDER ? q->choices.items[i] : q->right.items[i]);
		strbuf_putc(out, '\n');
	}
}

void gift_write(struct strbuf *out, const struct question *q)
{
	bool with_choices = q->kind == QUESTION_CHOICE || q->kind == QUESTION_MULTIPLE ||
			    (q->kind == QUESTION_PREDICT && q->accept.count == 0);
	if (q->kind == QUESTION_ORDER || q->kind == QUESTION_PREDICT || q->kind == QUESTION_FILL) {
		strbuf_printf(out, "// mundap: kind=%s\n", question_kind_name(q->kind));
	}
	strbuf_puts(out, "::");
	escaped(out, q->id);
	strbuf_puts(out, "::[markdown]");
	escaped(out, q->ask);
	if (q->code && *q->code) {
		strbuf_puts(out, "\\n\\n```lua\\n");
		escaped(out, q->code);
		strbuf_puts(out, "\\n```");
	}
	strbuf_puts(out, " {");
	if (q->kind == QUESTION_NUMERIC) {
		strbuf_printf(out, "#%.15g:%.15g", q->number, q->tolerance);
	} else {
		strbuf_putc(out, '\n');
		if (with_choices) {
			write_choices(out, q);
		} else if (q->kind == QUESTION_ORDER || q->kind == QUESTION_MATCH) {
			write_pairs(out, q);
		} else {
			for (size_t i = 0; i < q->accept.count; i++) {
				strbuf_putc(out, '=');
				escaped(out, q->accept.items[i]);
				strbuf_putc(out, '\n');
			}
		}
	}
	if (q->explain && *q->explain) {
		strbuf_puts(out, "####");
		escaped(out, q->explain);
	}
	strbuf_puts(out, "}");
	if (q->kind == QUESTION_NUMERIC && q->unit && *q->unit) {
		strbuf_putc(out, ' ');
		escaped(out, q->unit);
	}
	strbuf_puts(out, "\n\n");
}

/* ---- reading ---- */

struct reader {
	struct arena *arena;
	const char *at;
	int line;
	enum question_kind hint; /* from a comment line */
	bool hinted;
};

struct option {
	char mark; /* '=' or '~' */
	bool weighted;
	double weight;
	char *text, *match;
};

/* Undoes escapes and trims; NULL when memory ran out. */
static char *plain(struct arena *arena, const char *text, size_t length)
{
	while (length > 0 && isspace((unsigned char)text[length - 1]) &&
	       !(length > 1 && text[length - 2] == '\\')) {
		length--;
	}
	while (length > 0 && isspace((unsigned char)*text)) {
		text++;
		length--;
	}
	char *out = arena_alloc(arena, length + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < length; i++) {
		if (text[i] == '\\' && i + 1 < length && strchr("~=#{}:\\n", text[i + 1])) {
			i++;
			out[n++] = text[i] == 'n' ? '\n' : text[i];
		} else {
			out[n++] = text[i];
		}
	}
	return out;
}

/* Length up to one of the marks, which no backslash escapes. */
static size_t until(const char *text, const char *end, const char *marks)
{
	const char *at = text;
	while (at < end && !strchr(marks, *at)) {
		at += *at == '\\' && at + 1 < end ? 2 : 1;
	}
	return (size_t)((at < end ? at : end) - text);
}

static const char *skip_format(const char *text, const char *end)
{
	static const char *const formats[] = {"[markdown]", "[html]", "[plain]", "[moodle]"};
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		size_t n = strlen(formats[i]);
		if ((size_t)(end - text) >= n && !memcmp(text, formats[i], n)) {
			return text + n;
		}
	}
	return text;
}

static bool read_options(struct option **out, size_t *count, struct arena *arena, const char *text,
			 const char *end)
{
	size_t room = 1;
	for (const char *at = text; at < end; at++) {
		room += *at == '=' || *at == '~';
	}
	*out = arena_alloc(arena, room * sizeof **out);
	*count = 0;
	text += until(text, end, "=~");
	while (*out && text < end) {
		struct option *option = &(*out)[*count];
		option->mark = *text++;
		if (text < end && *text == '%') {
			char *stop;
			option->weight = strtod(text + 1, &stop);
			option->weighted = *stop == '%' && stop < end;
			text = option->weighted ? stop + 1 : text;
		}
		size_t length = until(text, end, "=~");
		size_t body = until(text, text + length, "#"); /* feedback follows '#' */
		for (size_t i = 0; i + 1 < body; i++) {
			if (text[i] == '-' && text[i + 1] == '>') {
				option->match = plain(arena, text + i + 2, body - i - 2);
				body = i;
			}
		}
		option->text = plain(arena, text, body);
		if (!option->text) {
			return false;
		}
		(*count)++;
		text += length;
	}
	return *out != NULL;
}

static bool add_strings(struct arena *arena, struct string_list *list, const struct option *options,
			size_t count, bool matches)
{
	const char **items = arena_alloc(arena, (count + 1) * sizeof *items);
	for (size_t i = 0; items && i < count; i++) {
		items[i] = matches ? options[i].match : options[i].text;
	}
	*list = (struct string_list){items, items ? count : 0};
	return items != NULL;
}

static bool read_numeric(struct question *q, const char *text, const char *end)
{
	text += strspn(text, " \t\n=");
	char *stop;
	q->number = strtod(text, &stop);
	if (stop == text || stop > end) {
		return false;
	}
	if (stop[0] == ':' && stop < end) {
		q->tolerance = fabs(strtod(stop + 1, NULL));
	} else if (stop[0] == '.' && stop[1] == '.') {
		double high = strtod(stop + 2, NULL);
		q->tolerance = fabs(high - q->number) / 2;
		q->number = (high + q->number) / 2;
	}
	q->kind = QUESTION_NUMERIC;
	return true;
}

static bool true_false(struct reader *r, struct question *q, const char *text, const char *end)
{
	size_t n = 0;
	while (text + n < end && isalpha((unsigned char)text[n])) {
		n++;
	}
	bool yes = (n == 1 && *text == 'T') || (n == 4 && !memcmp(text, "TRUE", 4));
	bool no = (n == 1 && *text == 'F') || (n == 5 && !memcmp(text, "FALSE", 5));
	if (!yes && !no) {
		return false;
	}
	const char **items = arena_alloc(r->arena, 2 * sizeof *items);
	int *answers = arena_alloc(r->arena, sizeof *answers);
	if (!items || !answers) {
		return false;
	}
	items[0] = "참";
	items[1] = "거짓";
	*answers = yes ? 0 : 1;
	q->kind = QUESTION_CHOICE;
	q->choices = (struct string_list){items, 2};
	q->answers = answers;
	q->answer_count = 1;
	return true;
}

static enum status sort_out(struct reader *r, struct question *q, const struct option *options,
			    size_t count, struct error *err)
{
	size_t equal = 0, tilde = 0, matched = 0, weighted = 0;
	for (size_t i = 0; i < count; i++) {
		equal += options[i].mark == '=';
		tilde += options[i].mark == '~';
		matched += options[i].match != NULL;
		weighted += options[i].weighted;
	}
	bool ok = true;
	if (matched == count && count > 0) {
		if (r->hinted && r->hint == QUESTION_ORDER) {
			q->kind = QUESTION_ORDER;
			ok = add_strings(r->arena, &q->choices, options, count, true);
		} else {
			q->kind = QUESTION_MATCH;
			ok = add_strings(r->arena, &q->left, options, count, false) &&
			     add_strings(r->arena, &q->right, options, count, true);
		}
	} else if (tilde > 0) {
		int *answers = arena_alloc(r->arena, count * sizeof *answers);
		ok = answers && add_strings(r->arena, &q->choices, options, count, false);
		for (size_t i = 0; ok && i < count; i++) {
			if (options[i].mark == '=' ||
			    (options[i].weighted && options[i].weight > 0)) {
				answers[q->answer_count++] = (int)i;
			}
		}
		q->answers = answers;
		q->kind = weighted > 0 && equal == 0 ? QUESTION_MULTIPLE
			  : r->hinted                ? r->hint
						     : QUESTION_CHOICE;
		if (ok && q->answer_count == 0) {
			return error_set(err, STATUS_PARSE, "gift",
					 "line %d: no choice is marked as right", r->line);
		}
	} else if (equal > 0) {
		q->kind = r->hinted ? r->hint : QUESTION_SHORT;
		ok = add_strings(r->arena, &q->accept, options, count, false);
	}
	return ok ? STATUS_OK : error_set(err, STATUS_NOMEM, "gift", "out of memory");
}

/* Blank lines and comments before a question; a comment of ours tells the kind. */
static void skip_between(struct reader *r)
{
	r->hinted = false;
	for (;;) {
		while (isspace((unsigned char)*r->at)) {
			r->line += *r->at == '\n';
			r->at++;
		}
		if (strncmp(r->at, "//", 2) != 0 && strncmp(r->at, "$CATEGORY", 9) != 0) {
			return;
		}
		const char *kind = "// mundap: kind=";
		if (!strncmp(r->at, kind, strlen(kind))) {
			const char *word = r->at + strlen(kind);
			for (int k = QUESTION_CHOICE; k <= QUESTION_FILL; k++) {
				const char *name = question_kind_name((enum question_kind)k);
				if (!strncmp(word, name, strlen(name))) {
					r->hint = (enum question_kind)k;
					r->hinted = true;
				}
			}
		}
		r->at += strcspn(r->at, "\n");
	}
}

static enum status read_question(struct reader *r, struct question *q, bool *kept,
				 struct error *err)
{
	const char *end = r->at + strlen(r->at);
	*q = (struct question){.id = "", .ask = "", .code = "", .unit = "", .explain = ""};
	if (!strncmp(r->at, "::", 2)) {
		const char *title = r->at + 2, *at = title;
		while (at < end && strncmp(at, "::", 2) != 0) {
			at += *at == '\\' && at + 1 < end ? 2 : 1;
		}
		q->id = plain(r->arena, title, (size_t)(at - title));
		r->at = at < end ? at + 2 : end;
	}
	const char *stem = skip_format(r->at, end);
	size_t stem_length = until(stem, end, "{");
	const char *open = stem + stem_length;
	const char *blank = strstr(stem, "\n\n");
	*kept = open < end && !(blank && blank < open);
	if (!*kept) {
		/* A description: text without braces, up to the blank line. */
		r->at = blank ? blank : end;
		return STATUS_OK;
	}
	size_t body_length = until(open + 1, end, "}");
	const char *body = open + 1, *close = body + body_length;
	if (close >= end) {
		return error_set(err, STATUS_PARSE, "gift", "line %d: '{' is never closed",
				 r->line);
	}
	const char *tail = close + 1;
	size_t tail_length = strcspn(tail, "\n");
	q->ask = plain(r->arena, stem, stem_length);
	for (const char *at = body; at + 3 < close; at++) {
		if (!memcmp(at, "####", 4) && (at == body || at[-1] != '\\')) {
			q->explain = plain(r->arena, at + 4, (size_t)(close - at - 4));
			body_length = (size_t)(at - body);
			break;
		}
	}
	const char *stop = body + body_length;
	const char *first = body;
	while (first < stop && isspace((unsigned char)*first)) {
		first++;
	}
	enum status status = STATUS_OK;
	if (first == stop) {
		*kept = false; /* an essay */
	} else if (*first == '#') {
		if (!read_numeric(q, first + 1, stop)) {
			status = error_set(err, STATUS_PARSE, "gift",
					   "line %d: a number is expected after '#'", r->line);
		}
		q->unit = plain(r->arena, tail, tail_length);
	} else if (!true_false(r, q, first, stop)) {
		struct option *options;
		size_t count;
		if (!read_options(&options, &count, r->arena, first, stop)) {
			status = error_set(err, STATUS_NOMEM, "gift", "out of memory");
		} else if (count == 0) {
			status = error_set(err, STATUS_PARSE, "gift",
					   "line %d: answers begin with '=' or '~'", r->line);
		} else {
			status = sort_out(r, q, options, count, err);
		}
	}
	if (!status && (!q->ask || !q->id || !q->explain || !q->unit)) {
		status = error_set(err, STATUS_NOMEM, "gift", "out of memory");
	}
	for (const char *at = r->at; at < tail + tail_length; at++) {
		r->line += *at == '\n';
	}
	r->at = tail + tail_length;
	return status;
}

enum status gift_read(struct question **out, size_t *count, size_t *skipped, struct arena *arena,
		      const char *text, struct error *err)
{
	struct reader r = {.arena = arena, .at = text, .line = 1};
	size_t room = 1, left_out = 0;
	for (const char *at = text; *at; at++) {
		room += *at == '{';
	}
	*count = 0;
	*out = arena_alloc(arena, room * sizeof **out);
	enum status status =
		*out ? STATUS_OK : error_set(err, STATUS_NOMEM, "gift", "out of memory");
	for (skip_between(&r); !status && *r.at; skip_between(&r)) {
		bool kept;
		struct question question;
		status = read_question(&r, &question, &kept, err);
		if (!status && kept && *count < room) {
			(*out)[(*count)++] = question;
		}
		left_out += !kept;
	}
	if (skipped) {
		*skipped = left_out;
	}
	return status;
}
