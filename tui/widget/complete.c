#include "tui/widget/complete.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64, MAX_NAME = 64 };

/* The reference is walked from its start for each entry, so it is listed once. */
static const struct reference_entry *entries(int *count)
{
	enum { ROOM = 1024 };
	static struct reference_entry list[ROOM];
	static int known;
	if (!known) {
		while (known < ROOM && reference_entry(known, &list[known])) {
			known++;
		}
	}
	*count = known;
	return list;
}

static bool word_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* ---- the text before the caret ---- */

struct opener {
	size_t at; /* offset of the bracket */
	char bracket;
	int commas;
};

struct lexed {
	bool quoted; /* the caret is in a string or comment */
	struct opener open[MAX_DEPTH];
	int depth;
};

/* Past a long bracket [[ … ]] or [==[ … ]==] at at; 0 when there is none. */
static size_t long_bracket(const char *text, size_t length, size_t at)
{
	size_t level = 0, i = at + 1;
	while (i < length && text[i] == '=') {
		level++;
		i++;
	}
	if (i >= length || text[i] != '[') {
		return 0;
	}
	for (; i < length; i++) {
		size_t k = 0;
		if (text[i] != ']') {
			continue;
		}
		while (k < level && i + 1 + k < length && text[i + 1 + k] == '=') {
			k++;
		}
		if (k == level && i + 1 + k < length && text[i + 1 + k] == ']') {
			return i + k + 2;
		}
	}
	return length + 1; /* it does not end here */
}

/* Past a string or comment that begins at at; at when none does; beyond length when it does not end. */
static size_t skip_quoted(const char *text, size_t length, size_t at)
{
	char c = text[at];
	if (c == '-' && at + 1 < length && text[at + 1] == '-') {
		size_t end = at + 2 < length && text[at + 2] == '['
				     ? long_bracket(text, length, at + 2)
				     : 0;
		if (end) {
			return end;
		}
		const char *newline = memchr(text + at, '\n', length - at);
		return newline ? (size_t)(newline - text) : length + 1;
	}
	if (c == '[') {
		size_t end = long_bracket(text, length, at);
		return end ? end : at;
	}
	if (c != '"' && c != '\'') {
		return at;
	}
	for (size_t i = at + 1; i < length; i++) {
		if (text[i] == '\\') {
			i++;
		} else if (text[i] == c || text[i] == '\n') {
			return i + 1;
		}
	}
	return length + 1;
}

static void lex(struct lexed *out, const char *text, size_t length)
{
	memset(out, 0, sizeof *out);
	for (size_t at = 0; at < length;) {
		size_t past = skip_quoted(text, length, at);
		if (past != at) {
			out->quoted = past > length;
			at = past;
			continue;
		}
		char c = text[at];
		if ((c == '(' || c == '{' || c == '[') && out->depth < MAX_DEPTH) {
			out->open[out->depth++] = (struct opener){at, c, 0};
		} else if ((c == ')' || c == '}' || c == ']') && out->depth > 0) {
			out->depth--;
		} else if (c == ',' && out->depth > 0) {
			out->open[out->depth - 1].commas++;
		}
		at++;
	}
}

/* The dotted path that ends at end: "nn.f.conv2d", "x:sum". Returns where it begins. */
static size_t path_start(const char *text, size_t end)
{
	while (end > 0 &&
	       (word_byte(text[end - 1]) || text[end - 1] == '.' || text[end - 1] == ':')) {
		end--;
	}
	return end;
}

/* The module that a local name stands for: local nn = require "nn". "" when it stands for none. */
static const char *module_of(const char *head, const char *name, size_t length)
{
	for (const char *at = head; (at = strstr(at, "require")); at += 7) {
		const char *quote = at + 7 + strspn(at + 7, " (");
		if (*quote != '"' && *quote != '\'') {
			continue;
		}
		const char *before = at;
		while (before > head && (before[-1] == ' ' || before[-1] == '=')) {
			before--;
		}
		const char *start = before;
		while (start > head && word_byte(start[-1])) {
			start--;
		}
		if ((size_t)(before - start) != length || memcmp(start, name, length) != 0) {
			continue;
		}
		for (int i = 0; reference_module(i); i++) {
			size_t size = strlen(reference_module(i));
			if (!strncmp(quote + 1, reference_module(i), size) &&
			    quote[1 + size] == *quote) {
				return reference_module(i);
			}
		}
	}
	return "";
}

/* ---- completing ---- */

static bool has_item(const struct completion *out, const char *text)
{
	for (int i = 0; i < out->count; i++) {
		if (!strcmp(out->items[i].text, text)) {
			return true;
		}
	}
	return false;
}

static void add(struct completion *out, const char *text, const struct reference_entry *entry)
{
	if (out->count < COMPLETION_MAX && !has_item(out, text)) {
		out->items[out->count++] = (struct completion_item){text, entry};
	}
}

static void add_word(struct completion *out, const char *word, size_t length)
{
	if (length >= MAX_NAME || out->words_used + length + 1 > COMPLETION_WORDS) {
		return;
	}
	char *copy = out->words + out->words_used;
	memcpy(copy, word, length);
	copy[length] = '\0';
	if (!has_item(out, copy) && out->count < COMPLETION_MAX) {
		out->words_used += length + 1;
		add(out, copy, NULL);
	}
}

static void add_entries(struct completion *out, const char *module, bool methods, const char *part,
			size_t length)
{
	int count;
	const struct reference_entry *list = entries(&count);
	for (int i = 0; i < count; i++) {
		bool member = list[i].method || list[i].field;
		bool fits = *module   ? !member && !strcmp(list[i].owner, module)
			    : methods ? list[i].method && !list[i].field
				      : list[i].field;
		if (fits && !strncmp(list[i].name, part, length)) {
			add(out, list[i].name, &list[i]);
		}
	}
}

static void add_bare_words(struct completion *out, const char *text, size_t start, const char *part,
			   size_t length)
{
	static const char *const keywords[] = {
		"and",      "break",    "do",       "else",  "elseif", "end",   "false",  "for",
		"function", "if",       "in",       "local", "nil",    "not",   "or",     "repeat",
		"require",  "return",   "then",     "true",  "until",  "while", "ipairs", "pairs",
		"print",    "tostring", "tonumber", "math",  "string", "table"};
	for (size_t i = 0; i < start;) {
		if (!word_byte(text[i])) {
			i++;
			continue;
		}
		size_t end = i;
		while (end < start && word_byte(text[end])) {
			end++;
		}
		if (end - i > length && end - i > 2 && !isdigit((unsigned char)text[i]) &&
		    !strncmp(text + i, part, length)) {
			add_word(out, text + i, end - i);
		}
		i = end;
	}
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
		if (!strncmp(keywords[i], part, length) && strlen(keywords[i]) > length) {
			add(out, keywords[i], NULL);
		}
	}
}

bool completion_find(struct completion *out, const char *text, size_t caret, const char *head,
		     bool asked)
{
	struct lexed lexed;
	out->count = 0;
	out->words_used = 0;
	lex(&lexed, text, caret);
	if (lexed.quoted) {
		return false;
	}
	size_t path = path_start(text, caret), end = path;
	while (end < caret && word_byte(text[end])) {
		end++;
	}
	if (end == caret) {
		out->start = path;
		if (asked) {
			add_bare_words(out, text, path, text + path, caret - path);
		}
		return out->count > 0;
	}
	bool methods = text[end] == ':';
	const char *module = methods ? "" : module_of(head, text + path, end - path);
	size_t from = end + 1;
	if (!*module) {
		/* Of a value only what follows the last sign counts: a.b.c: */
		from = caret;
		while (from > end + 1 && word_byte(text[from - 1])) {
			from--;
		}
		methods = text[from - 1] == ':';
	}
	if ((end == path && !methods) || isdigit((unsigned char)text[path]) ||
	    (end + 1 < caret && text[end + 1] == '.')) {
		return false; /* ".5", "1.", "a..": no name and one dot */
	}
	out->start = from;
	add_entries(out, module, methods, text + from, caret - from);
	/* What is written whole already needs no offer. */
	if (out->count == 1 && strlen(out->items[0].text) == caret - from) {
		out->count = 0;
	}
	return out->count > 0;
}

/* ---- the call around the caret ---- */

static const struct reference_entry *entry_of_path(const char *path, size_t length,
						   const char *head)
{
	size_t first = 0;
	int count;
	const struct reference_entry *list = entries(&count);
	while (first < length && word_byte(path[first])) {
		first++;
	}
	if (first == length) {
		return NULL;
	}
	const char *module = path[first] == '.' ? module_of(head, path, first) : "";
	size_t from = first + 1;
	if (!*module) {
		from = length;
		while (from > 0 && word_byte(path[from - 1])) {
			from--;
		}
		if (from == 0 || path[from - 1] != ':') {
			return NULL;
		}
	}
	for (int i = 0; i < count; i++) {
		bool fits = *module ? !list[i].method && !list[i].field &&
					      !strcmp(list[i].owner, module)
				    : list[i].method && !list[i].field;
		if (fits && strlen(list[i].name) == length - from &&
		    !memcmp(list[i].name, path + from, length - from)) {
			return &list[i];
		}
	}
	return NULL;
}

const struct reference_entry *completion_call(const char *text, size_t caret, const char *head,
					      int *argument)
{
	struct lexed lexed;
	lex(&lexed, text, caret);
	for (int i = lexed.depth - 1; i >= 0; i--) {
		const struct opener *open = &lexed.open[i];
		size_t end = open->at;
		while (end > 0 && text[end - 1] == ' ') {
			end--;
		}
		size_t start = path_start(text, end);
		const struct reference_entry *entry =
			open->bracket != '[' && start < end
				? entry_of_path(text + start, end - start, head)
				: NULL;
		if (entry) {
			*argument = open->bracket == '(' ? open->commas : -1;
			return entry;
		}
		if (open->bracket == '(') {
			return NULL; /* a call of the learner's own */
		}
	}
	return NULL;
}

bool completion_parameter(const struct reference_entry *entry, int argument, size_t *from,
			  size_t *to)
{
	const char *text = entry->parameters;
	int depth = 0, at = 0;
	*from = 0;
	for (size_t i = 0;; i++) {
		if (text[i] == '{' || text[i] == '(') {
			depth++;
		} else if (text[i] == '}' || text[i] == ')') {
			depth--;
		} else if (text[i] == '\0' || (text[i] == ',' && depth == 0)) {
			*to = i;
			if (at++ == argument ||
			    (text[i] == '\0' && !strncmp(text + *from, "...", 3))) {
				return argument >= 0 && *to > *from;
			}
			if (text[i] == '\0') {
				return false;
			}
			*from = i + 1 + (text[i + 1] == ' ');
		}
	}
}
