#include "engine/syntax/syntax.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	enum syntax_language language;
} names[] = {
	{"py", SYNTAX_PYTHON},     {"pyw", SYNTAX_PYTHON},     {"pyi", SYNTAX_PYTHON},
	{"python", SYNTAX_PYTHON}, {"python3", SYNTAX_PYTHON}, {"lua", SYNTAX_LUA},
	{"yaml", SYNTAX_YAML},     {"yml", SYNTAX_YAML},
};

enum syntax_language syntax_language_named(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strlen(names[i].name) == length &&
		    strncasecmp(names[i].name, name, length) == 0) {
			return names[i].language;
		}
	}
	return SYNTAX_NONE;
}

enum syntax_language syntax_language_of(const char *file_name)
{
	const char *dot = strrchr(file_name, '.');
	return dot && !strchr(dot, '/') ? syntax_language_named(dot + 1, strlen(dot + 1))
					: SYNTAX_NONE;
}

int32_t syntax_child(const struct syntax_tree *tree, int32_t n, enum syntax_field field)
{
	if (n == SYNTAX_NO_NODE) {
		return SYNTAX_NO_NODE;
	}
	for (int32_t c = tree->nodes[n].first_child; c != SYNTAX_NO_NODE; c = tree->nodes[c].next) {
		if (tree->nodes[c].field == field) {
			return c;
		}
	}
	return SYNTAX_NO_NODE;
}

int32_t syntax_child_of_kind(const struct syntax_tree *tree, int32_t n, enum syntax_kind kind)
{
	if (n == SYNTAX_NO_NODE) {
		return SYNTAX_NO_NODE;
	}
	for (int32_t c = tree->nodes[n].first_child; c != SYNTAX_NO_NODE; c = tree->nodes[c].next) {
		if (tree->nodes[c].kind == kind) {
			return c;
		}
	}
	return SYNTAX_NO_NODE;
}

int32_t syntax_enclosing(const struct syntax_tree *tree, int32_t n, enum syntax_kind kind)
{
	while (n != SYNTAX_NO_NODE) {
		n = tree->nodes[n].parent;
		if (n != SYNTAX_NO_NODE && tree->nodes[n].kind == kind) {
			return n;
		}
	}
	return SYNTAX_NO_NODE;
}

bool syntax_inside(const struct syntax_tree *tree, int32_t inner, int32_t outer)
{
	return inner != SYNTAX_NO_NODE && outer != SYNTAX_NO_NODE && inner >= outer &&
	       inner < tree->nodes[outer].after;
}

const char *syntax_text(const struct syntax_tree *tree, int32_t n, size_t *length)
{
	if (n == SYNTAX_NO_NODE) {
		*length = 0;
		return "";
	}
	*length = tree->nodes[n].end - tree->nodes[n].start;
	return tree->text + tree->nodes[n].start;
}

bool syntax_is(const struct syntax_tree *tree, int32_t n, const char *text)
{
	size_t length;
	const char *have = syntax_text(tree, n, &length);
	return n != SYNTAX_NO_NODE && strlen(text) == length && memcmp(have, text, length) == 0;
}

enum syntax_kind syntax_kind_of(const struct syntax_tree *tree, int32_t n)
{
	return n == SYNTAX_NO_NODE ? SYN_OTHER : (enum syntax_kind)tree->nodes[n].kind;
}
