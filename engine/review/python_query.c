#include "engine/review/python.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Questions about a file's syntax that need no judgement. */

static int32_t arguments_of(const struct py *py, int32_t call)
{
	return syntax_child(py->tree, call, FIELD_ARGUMENTS);
}

int32_t py_keyword(const struct py *py, int32_t call, const char *keyword)
{
	int32_t arguments = arguments_of(py, call);
	if (arguments == SYNTAX_NO_NODE) {
		return SYNTAX_NO_NODE;
	}
	PY_EACH_CHILD(py->tree, arguments, c)
	{
		if (py->tree->nodes[c].kind == SYN_KEYWORD_ARGUMENT &&
		    syntax_is(py->tree, syntax_child(py->tree, c, FIELD_NAME), keyword)) {
			return c;
		}
	}
	return SYNTAX_NO_NODE;
}

int32_t py_argument(const struct py *py, int32_t call, int position, const char *keyword)
{
	int32_t arguments = arguments_of(py, call);
	if (arguments == SYNTAX_NO_NODE) {
		return SYNTAX_NO_NODE;
	}
	if (keyword) {
		int32_t k = py_keyword(py, call, keyword);
		if (k != SYNTAX_NO_NODE) {
			return syntax_child(py->tree, k, FIELD_VALUE);
		}
	}
	if (py->tree->nodes[arguments].kind == SYN_GENERATOR_EXPRESSION) {
		return position == 0 ? arguments : SYNTAX_NO_NODE;
	}
	int at = 0;
	PY_EACH_CHILD(py->tree, arguments, c)
	{
		enum syntax_kind kind = (enum syntax_kind)py->tree->nodes[c].kind;
		if (kind == SYN_COMMENT || kind == SYN_KEYWORD_ARGUMENT) {
			continue;
		}
		if (kind == SYN_LIST_SPLAT || kind == SYN_DICTIONARY_SPLAT) {
			break;
		}
		if (at++ == position) {
			return c;
		}
	}
	return SYNTAX_NO_NODE;
}

int py_argument_count(const struct py *py, int32_t call)
{
	int32_t arguments = arguments_of(py, call);
	int count = 0;
	if (arguments != SYNTAX_NO_NODE) {
		PY_EACH_CHILD(py->tree, arguments, c)
		{
			count += py->tree->nodes[c].kind != SYN_COMMENT;
		}
	}
	return count;
}

const char *py_text(const struct py *py, int32_t node)
{
	if (node == SYNTAX_NO_NODE) {
		return "";
	}
	struct py_texts *texts = py->texts;
	if (!texts->by_node) {
		texts->by_node = calloc((size_t)py->tree->count, sizeof *texts->by_node);
		if (!texts->by_node) {
			return "";
		}
	}
	if (!texts->by_node[node]) {
		size_t length;
		const char *text = syntax_text(py->tree, node, &length);
		const char *copy = arena_strndup(&texts->arena, text, length);
		texts->by_node[node] = copy ? copy : "";
	}
	return texts->by_node[node];
}

void py_forget_texts(struct py *py)
{
	free(py->texts->by_node);
	py->texts->by_node = NULL;
	arena_release(&py->texts->arena);
}

const char *py_keep(struct py *py, const char *text)
{
	const char *copy = arena_strdup(py->arena, text);
	return copy ? copy : "?";
}

const char *py_string(const struct py *py, int32_t node)
{
	const struct syntax_tree *tree = py->tree;
	if (syntax_kind_of(tree, node) == SYN_PARENTHESIZED_EXPRESSION) {
		node = tree->nodes[node].first_child;
	}
	if (syntax_kind_of(tree, node) == SYN_CONCATENATED_STRING) {
		node = tree->nodes[node].first_child;
	}
	if (syntax_kind_of(tree, node) != SYN_STRING) {
		return NULL;
	}
	uint32_t start = 0, end = 0;
	bool any = false;
	PY_EACH_CHILD(tree, node, c)
	{
		if (tree->nodes[c].kind == SYN_INTERPOLATION) {
			return NULL;
		}
		if (tree->nodes[c].kind == SYN_STRING_CONTENT) {
			start = any ? start : tree->nodes[c].start;
			end = tree->nodes[c].end;
			any = true;
		}
	}
	const char *copy = any ? arena_strndup(py->arena, tree->text + start, end - start) : "";
	return copy ? copy : "";
}

bool py_is_true(const struct py *py, int32_t node)
{
	return syntax_kind_of(py->tree, node) == SYN_TRUE ||
	       (syntax_kind_of(py->tree, node) == SYN_INTEGER && syntax_is(py->tree, node, "1"));
}

bool py_is_constant(const struct py *py, int32_t node)
{
	switch (syntax_kind_of(py->tree, node)) {
	case SYN_STRING:
		return py_string(py, node) != NULL;
	case SYN_INTEGER:
	case SYN_FLOAT:
	case SYN_TRUE:
	case SYN_FALSE:
	case SYN_NONE:
		return true;
	case SYN_CONCATENATED_STRING:
	case SYN_TUPLE:
	case SYN_LIST:
	case SYN_PARENTHESIZED_EXPRESSION:
		PY_EACH_CHILD(py->tree, node, c)
		{
			if (!py_is_constant(py, c)) {
				return false;
			}
		}
		return true;
	default:
		return false;
	}
}

int32_t py_function_of(const struct py *py, int32_t node)
{
	for (int32_t s = py->scope_of[node]; s >= 0; s = py->scopes[s].parent) {
		if (py->scopes[s].kind == SCOPE_FUNCTION) {
			return py->scopes[s].function;
		}
	}
	return -1;
}

int32_t py_class_of(const struct py *py, int32_t node)
{
	for (int32_t s = py->scope_of[node]; s >= 0; s = py->scopes[s].parent) {
		if (py->scopes[s].kind == SCOPE_CLASS) {
			return py->scopes[s].class;
		}
	}
	return -1;
}

bool py_under_main(const struct py *py, int32_t node)
{
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = tree->nodes[node].parent; n != SYNTAX_NO_NODE; n = tree->nodes[n].parent) {
		if (tree->nodes[n].kind == SYN_IF_STATEMENT) {
			int32_t condition = syntax_child(tree, n, FIELD_CONDITION);
			if (py_uses(py, condition, "__name__") &&
			    syntax_inside(tree, node, syntax_child(tree, n, FIELD_CONSEQUENCE))) {
				return true;
			}
		}
	}
	return false;
}

static bool ends_search(const struct syntax_tree *tree, int32_t n)
{
	return tree->nodes[n].kind == SYN_FUNCTION_DEFINITION ||
	       tree->nodes[n].kind == SYN_CLASS_DEFINITION;
}

int32_t py_try_around(const struct py *py, int32_t node)
{
	const struct syntax_tree *tree = py->tree;
	int32_t child = node;
	for (int32_t n = tree->nodes[node].parent; n != SYNTAX_NO_NODE && !ends_search(tree, n);
	     n = tree->nodes[n].parent) {
		if (tree->nodes[n].kind == SYN_TRY_STATEMENT &&
		    tree->nodes[child].field == FIELD_BODY &&
		    (syntax_child_of_kind(tree, n, SYN_EXCEPT_CLAUSE) != SYNTAX_NO_NODE ||
		     syntax_child_of_kind(tree, n, SYN_EXCEPT_GROUP_CLAUSE) != SYNTAX_NO_NODE)) {
			return n;
		}
		child = n;
	}
	return SYNTAX_NO_NODE;
}

int32_t py_except_around(const struct py *py, int32_t node)
{
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = tree->nodes[node].parent; n != SYNTAX_NO_NODE && !ends_search(tree, n);
	     n = tree->nodes[n].parent) {
		if (tree->nodes[n].kind == SYN_EXCEPT_CLAUSE ||
		    tree->nodes[n].kind == SYN_EXCEPT_GROUP_CLAUSE) {
			return n;
		}
	}
	return SYNTAX_NO_NODE;
}

int32_t py_statement(const struct py *py, int32_t node)
{
	const struct syntax_tree *tree = py->tree;
	int32_t n = node;
	while (tree->nodes[n].parent != SYNTAX_NO_NODE) {
		enum syntax_kind parent = (enum syntax_kind)tree->nodes[tree->nodes[n].parent].kind;
		if (parent == SYN_BLOCK || parent == SYN_MODULE) {
			break;
		}
		n = tree->nodes[n].parent;
	}
	return n;
}

const char *py_parameter(const struct py *py, const struct py_function *f, int i, int32_t *node)
{
	const struct syntax_tree *tree = py->tree;
	if (f->parameters == SYNTAX_NO_NODE) {
		return NULL;
	}
	int at = 0;
	PY_EACH_CHILD(tree, f->parameters, p)
	{
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[p].kind;
		if (kind != SYN_IDENTIFIER && kind != SYN_TYPED_PARAMETER &&
		    kind != SYN_DEFAULT_PARAMETER && kind != SYN_TYPED_DEFAULT_PARAMETER) {
			continue;
		}
		if (at++ == i) {
			int32_t name = syntax_child(tree, p, FIELD_NAME);
			if (name == SYNTAX_NO_NODE) {
				name = kind == SYN_IDENTIFIER ? p : tree->nodes[p].first_child;
			}
			if (node) {
				*node = p;
			}
			return py_text(py, name);
		}
	}
	return NULL;
}

int32_t py_parameter_type(const struct py *py, int32_t parameter)
{
	return syntax_child(py->tree, parameter, FIELD_TYPE);
}

int32_t py_parameter_default(const struct py *py, int32_t parameter)
{
	return syntax_child(py->tree, parameter, FIELD_VALUE);
}

int32_t py_decorator(const struct py *py, int32_t outer, int i)
{
	if (syntax_kind_of(py->tree, outer) != SYN_DECORATED_DEFINITION) {
		return SYNTAX_NO_NODE;
	}
	PY_EACH_CHILD(py->tree, outer, c)
	{
		if (py->tree->nodes[c].kind == SYN_DECORATOR && i-- == 0) {
			int32_t e = py->tree->nodes[c].first_child;
			while (syntax_kind_of(py->tree, e) == SYN_COMMENT) {
				e = py->tree->nodes[e].next;
			}
			return e;
		}
	}
	return SYNTAX_NO_NODE;
}

bool py_uses(const struct py *py, int32_t node, const char *name)
{
	if (node == SYNTAX_NO_NODE) {
		return false;
	}
	for (int32_t n = node; n < py->tree->nodes[node].after; n++) {
		if (py->tree->nodes[n].kind == SYN_IDENTIFIER && syntax_is(py->tree, n, name)) {
			return true;
		}
	}
	return false;
}

int32_t py_inner(const struct py *py, int32_t node)
{
	while (syntax_kind_of(py->tree, node) == SYN_PARENTHESIZED_EXPRESSION ||
	       syntax_kind_of(py->tree, node) == SYN_AWAIT) {
		int32_t c = py->tree->nodes[node].first_child;
		while (syntax_kind_of(py->tree, c) == SYN_COMMENT) {
			c = py->tree->nodes[c].next;
		}
		if (c == SYNTAX_NO_NODE) {
			break;
		}
		node = c;
	}
	return node;
}

const char *py_caught(struct py *py, int32_t except)
{
	int32_t value = syntax_child(py->tree, except, FIELD_VALUE);
	if (value == SYNTAX_NO_NODE && py->tree->nodes[except].kind == SYN_EXCEPT_GROUP_CLAUSE) {
		value = py->tree->nodes[except].first_child;
	}
	if (syntax_kind_of(py->tree, value) == SYN_AS_PATTERN) {
		value = py->tree->nodes[value].first_child;
	}
	return value == SYNTAX_NO_NODE ? "" : py_text(py, value);
}

bool py_catches_all(struct py *py, int32_t except)
{
	const char *caught = py_caught(py, except);
	return *caught == '\0' || name_is(caught, "Exception|BaseException|*.Exception") ||
	       (*caught == '(' &&
		(text_has(caught, "(Exception") || text_has(caught, " Exception")));
}

/* '*' anywhere stands for any run of characters. */
static bool pattern_matches(const char *name, const char *pattern, size_t length)
{
	const char *end = pattern + length, *star = NULL, *retry = NULL;
	while (*name) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			retry = name;
		} else if (pattern < end && *pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			name = ++retry;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*') {
		pattern++;
	}
	return pattern == end;
}

bool name_is(const char *name, const char *patterns)
{
	size_t have = strlen(name);
	while (*patterns) {
		const char *bar = strchr(patterns, '|');
		size_t length = bar ? (size_t)(bar - patterns) : strlen(patterns);
		/* nearly every alternative differs in its first or last letter */
		bool possible = length && (*patterns == '*' || *patterns == *name) &&
				(patterns[length - 1] == '*' ||
				 (have && patterns[length - 1] == name[have - 1]));
		if ((possible || (!length && !have)) && pattern_matches(name, patterns, length)) {
			return true;
		}
		if (!bar) {
			break;
		}
		patterns = bar + 1;
	}
	return false;
}

bool name_ends(const char *name, const char *end)
{
	size_t have = strlen(name), want = strlen(end);
	return have >= want && strcmp(name + have - want, end) == 0;
}

bool text_has(const char *text, const char *word)
{
	return strstr(text, word) != NULL;
}

bool text_has_any(const char *text, const char *words)
{
	char word[64];
	while (*words) {
		size_t length = strcspn(words, "|");
		if (length < sizeof word) {
			memcpy(word, words, length);
			word[length] = '\0';
			if (strcasestr(text, word)) {
				return true;
			}
		}
		words += length;
		words += *words == '|';
	}
	return false;
}
