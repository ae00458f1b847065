#ifndef MUNDAP_SYNTAX_SYNTAX_H
#define MUNDAP_SYNTAX_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* Syntax trees of Python, Lua and YAML, and colours for the reader and the editor. The tree is kept as one flat
 * array in reading order, so that parents, siblings and whole subtrees cost nothing to reach:
 * the subtree of node n is the range [n, nodes[n].after). Node 0 is the root. */

enum syntax_language { SYNTAX_NONE, SYNTAX_PYTHON, SYNTAX_LUA, SYNTAX_YAML };

enum syntax_kind {
	SYN_OTHER,
#define X(name, text) SYN_##name,
#include "engine/syntax/kinds.def"
#undef X
	SYN_COUNT
};

enum syntax_field {
	FIELD_NONE,
#define X(name, text) FIELD_##name,
#include "engine/syntax/fields.def"
#undef X
	FIELD_COUNT
};

#define SYNTAX_NO_NODE (-1)

struct syntax_node {
	uint16_t
		kind; /* enum syntax_kind; operators and other unnamed nodes with a field are SYN_OTHER */
	uint8_t field; /* enum syntax_field: this node's role in its parent */
	bool named;
	bool missing; /* the parser supplied it to go on */
	uint32_t start, end; /* bytes */
	int32_t parent, first_child, next; /* SYNTAX_NO_NODE where there is none */
	int32_t after; /* one past the last node of the subtree */
};

struct syntax_tree {
	enum syntax_language language;
	const char *text; /* borrowed: outlives the tree */
	size_t length;
	struct syntax_node *nodes;
	int32_t count;
	bool has_error; /* part of the text could not be parsed; the rest is here */
	int32_t first_error; /* a node, or SYNTAX_NO_NODE */
};

/**
 * Parses text. The text is borrowed and must outlive the tree.
 * Owns: the caller frees the tree with syntax_free.
 * Errors: STATUS_NOMEM; STATUS_RANGE for more than 64 MB or more nodes than fit; STATUS_TIMEOUT after 10 s.
 * A syntax error is none: the tree holds what could be read and has_error is set.
 */
enum status syntax_parse(struct syntax_tree **out, enum syntax_language language, const char *text,
			 size_t length, struct error *err);
void syntax_free(struct syntax_tree *tree);

/** The language of a file by its name ("a.py", "b.lua", "c.yml"), SYNTAX_NONE when it is none of ours. */
enum syntax_language syntax_language_of(const char *file_name);
/** The language of a fenced block ("python", "py", "lua", "yaml" …). */
enum syntax_language syntax_language_named(const char *name, size_t length);

/** First child with a role, SYNTAX_NO_NODE when there is none. n may be SYNTAX_NO_NODE. */
int32_t syntax_child(const struct syntax_tree *tree, int32_t n, enum syntax_field field);
/** First child of a kind. */
int32_t syntax_child_of_kind(const struct syntax_tree *tree, int32_t n, enum syntax_kind kind);
/** The nearest enclosing node of a kind (not n itself). */
int32_t syntax_enclosing(const struct syntax_tree *tree, int32_t n, enum syntax_kind kind);
/** Whether a node lies inside another (or is it). */
bool syntax_inside(const struct syntax_tree *tree, int32_t inner, int32_t outer);
/** The source text of a node; not NUL-terminated. */
const char *syntax_text(const struct syntax_tree *tree, int32_t n, size_t *length);
/** Whether the source text of a node is exactly this. */
bool syntax_is(const struct syntax_tree *tree, int32_t n, const char *text);
/** Kind of a node, SYN_OTHER for SYNTAX_NO_NODE. */
enum syntax_kind syntax_kind_of(const struct syntax_tree *tree, int32_t n);

/* Colours */

enum syntax_class {
	SYNTAX_CLASS_PLAIN,
	SYNTAX_CLASS_KEYWORD,
	SYNTAX_CLASS_STRING,
	SYNTAX_CLASS_NUMBER,
	SYNTAX_CLASS_COMMENT,
	SYNTAX_CLASS_FUNCTION, /* a name being defined or called */
	SYNTAX_CLASS_TYPE, /* class names, annotations, YAML keys */
	SYNTAX_CLASS_CONSTANT /* true, nil, None … */
};

struct syntax_span {
	uint32_t start, end; /* bytes, in order, not overlapping; gaps are plain */
	enum syntax_class class;
};

/**
 * Colour spans of a text; works on incomplete code too.
 * Owns: the caller frees *out (free). Nothing is an error but memory: an unknown language gives no spans.
 */
enum status syntax_highlight(struct syntax_span **out, size_t *count, enum syntax_language language,
			     const char *text, size_t length);

#endif
