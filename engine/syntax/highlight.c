#include "engine/syntax/syntax.h"

#include <stdlib.h>
#include <string.h>

#include <tree_sitter/api.h>

#include "engine/syntax/grammar.h"

struct spans {
	struct syntax_span *items;
	size_t count, capacity;
};

static bool spans_add(struct spans *spans, uint32_t start, uint32_t end, enum syntax_class class)
{
	if (start >= end || class == SYNTAX_CLASS_PLAIN) {
		return true;
	}
	if (spans->count && spans->items[spans->count - 1].end > start) {
		return true;
	}
	if (spans->count == spans->capacity) {
		size_t capacity = spans->capacity ? spans->capacity * 2 : 128;
		struct syntax_span *items = realloc(spans->items, capacity * sizeof *items);
		if (!items) {
			return false;
		}
		spans->items = items;
		spans->capacity = capacity;
	}
	spans->items[spans->count++] = (struct syntax_span){start, end, class};
	return true;
}

static bool is_word(const char *name)
{
	for (const char *c = name; *c; c++) {
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || *c == '_' ||
		      *c == ' ')) {
			return false;
		}
	}
	return *name != '\0';
}

/* Names get their class from the place they stand in. */
static enum syntax_class name_class(enum syntax_kind parent, enum syntax_field field)
{
	switch (parent) {
	case SYN_FUNCTION_DEFINITION:
	case SYN_FUNCTION_DECLARATION:
		return field == FIELD_NAME ? SYNTAX_CLASS_FUNCTION : SYNTAX_CLASS_PLAIN;
	case SYN_CALL:
		return field == FIELD_FUNCTION ? SYNTAX_CLASS_FUNCTION : SYNTAX_CLASS_PLAIN;
	case SYN_FUNCTION_CALL:
		return field == FIELD_NAME ? SYNTAX_CLASS_FUNCTION : SYNTAX_CLASS_PLAIN;
	case SYN_CLASS_DEFINITION:
		return field == FIELD_NAME ? SYNTAX_CLASS_TYPE : SYNTAX_CLASS_PLAIN;
	case SYN_TYPE:
	case SYN_GENERIC_TYPE:
		return SYNTAX_CLASS_TYPE;
	case SYN_DECORATOR:
		return SYNTAX_CLASS_FUNCTION;
	case SYN_METHOD_INDEX_EXPRESSION:
		return field == FIELD_METHOD ? SYNTAX_CLASS_FUNCTION : SYNTAX_CLASS_PLAIN;
	default:
		return SYNTAX_CLASS_PLAIN;
	}
}

/* The class of a whole node; *descend tells whether to look at its parts instead. */
static enum syntax_class node_class(const struct grammar *grammar, TSNode node,
				    enum syntax_kind kind, enum syntax_kind parent,
				    enum syntax_field field, bool in_yaml_key, bool *descend)
{
	*descend = false;
	if (!ts_node_is_named(node)) {
		return is_word(ts_node_type(node)) ? SYNTAX_CLASS_KEYWORD : SYNTAX_CLASS_PLAIN;
	}
	switch (kind) {
	case SYN_COMMENT:
		return SYNTAX_CLASS_COMMENT;
	case SYN_STRING:
		if (grammar->language == grammar_of(SYNTAX_PYTHON)->language) {
			break;
		}
		return SYNTAX_CLASS_STRING;
	case SYN_STRING_START:
	case SYN_STRING_CONTENT:
	case SYN_STRING_END:
	case SYN_ESCAPE_SEQUENCE:
		return SYNTAX_CLASS_STRING;
	case SYN_DOUBLE_QUOTE_SCALAR:
	case SYN_SINGLE_QUOTE_SCALAR:
	case SYN_BLOCK_SCALAR:
		return in_yaml_key ? SYNTAX_CLASS_TYPE : SYNTAX_CLASS_STRING;
	case SYN_PLAIN_SCALAR:
		if (in_yaml_key) {
			return SYNTAX_CLASS_TYPE;
		}
		break;
	case SYN_ANCHOR:
	case SYN_ALIAS:
	case SYN_TAG:
		return SYNTAX_CLASS_FUNCTION;
	case SYN_INTEGER:
	case SYN_FLOAT:
	case SYN_NUMBER:
		return SYNTAX_CLASS_NUMBER;
	case SYN_TRUE:
	case SYN_FALSE:
	case SYN_NONE:
	case SYN_NIL:
		return SYNTAX_CLASS_CONSTANT;
	case SYN_IDENTIFIER:
		return name_class(parent, field);
	default:
		break;
	}
	const char *type = ts_node_type(node);
	if (strcmp(type, "integer_scalar") == 0 || strcmp(type, "float_scalar") == 0) {
		return SYNTAX_CLASS_NUMBER;
	}
	if (strcmp(type, "boolean_scalar") == 0 || strcmp(type, "null_scalar") == 0) {
		return SYNTAX_CLASS_CONSTANT;
	}
	*descend = true;
	return SYNTAX_CLASS_PLAIN;
}

struct level {
	enum syntax_kind kind;
	bool yaml_key;
};

static bool walk(struct spans *spans, const struct grammar *grammar, TSTree *tree)
{
	bool fine = true;
	size_t depth = 0, capacity = 64;
	struct level *levels = malloc(capacity * sizeof *levels);
	TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
	if (!levels) {
		fine = false;
		goto out;
	}
	levels[0] = (struct level){SYN_OTHER, false};
	for (;;) {
		TSNode node = ts_tree_cursor_current_node(&cursor);
		TSSymbol symbol = ts_node_symbol(node);
		TSFieldId field_id = ts_tree_cursor_current_field_id(&cursor);
		enum syntax_kind kind =
			symbol < grammar->kind_count ? grammar->kinds[symbol] : SYN_OTHER;
		enum syntax_field field =
			field_id < grammar->field_count ? grammar->fields[field_id] : FIELD_NONE;
		struct level parent = levels[depth];
		bool yaml_key = parent.yaml_key ||
				(field == FIELD_KEY && (parent.kind == SYN_BLOCK_MAPPING_PAIR ||
							parent.kind == SYN_FLOW_PAIR));
		/* a call or decorator on a dotted name colours its last part */
		if (kind == SYN_IDENTIFIER && field == FIELD_ATTRIBUTE && depth > 0 &&
		    levels[depth - 1].kind == SYN_CALL) {
			parent.kind = SYN_CALL;
			field = FIELD_FUNCTION;
		}
		bool descend;
		enum syntax_class class =
			node_class(grammar, node, kind, parent.kind, field, yaml_key, &descend);
		if (!spans_add(spans, ts_node_start_byte(node), ts_node_end_byte(node), class)) {
			fine = false;
			break;
		}
		if (descend && ts_tree_cursor_goto_first_child(&cursor)) {
			if (++depth == capacity) {
				capacity *= 2;
				struct level *more = realloc(levels, capacity * sizeof *levels);
				if (!more) {
					fine = false;
					break;
				}
				levels = more;
			}
			levels[depth] = (struct level){kind, yaml_key};
			continue;
		}
		while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
			if (depth == 0 || !ts_tree_cursor_goto_parent(&cursor)) {
				goto out;
			}
			depth--;
		}
	}
out:
	ts_tree_cursor_delete(&cursor);
	free(levels);
	return fine;
}

enum status syntax_highlight(struct syntax_span **out, size_t *count, enum syntax_language language,
			     const char *text, size_t length)
{
	*out = NULL;
	*count = 0;
	const struct grammar *grammar = grammar_of(language);
	if (!grammar || length > (size_t)8 << 20) {
		return STATUS_OK;
	}
	struct spans spans = {NULL, 0, 0};
	bool fine = false;
	TSTree *tree = NULL;
	TSParser *parser = ts_parser_new();
	if (parser && ts_parser_set_language(parser, grammar->language)) {
		ts_parser_set_timeout_micros(parser, 200 * 1000);
		tree = ts_parser_parse_string(parser, NULL, text, (uint32_t)length);
		fine = !tree || walk(&spans, grammar, tree);
	}
	ts_tree_delete(tree);
	ts_parser_delete(parser);
	if (!fine) {
		free(spans.items);
		return STATUS_NOMEM;
	}
	*out = spans.items;
	*count = spans.count;
	return STATUS_OK;
}
