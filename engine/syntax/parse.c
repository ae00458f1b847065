#include "engine/syntax/syntax.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <tree_sitter/api.h>

#include "engine/syntax/grammar.h"

const TSLanguage *tree_sitter_python(void);
const TSLanguage *tree_sitter_lua(void);
const TSLanguage *tree_sitter_yaml(void);

static const char *const kind_names[] = {
	NULL,
#define X(name, text) text,
#include "engine/syntax/kinds.def"
#undef X
};

static const char *const field_names[] = {
	NULL,
#define X(name, text) text,
#include "engine/syntax/fields.def"
#undef X
};

static struct grammar grammars[SYNTAX_YAML + 1];
static pthread_once_t grammars_once = PTHREAD_ONCE_INIT;

static void grammar_fill(struct grammar *grammar, const TSLanguage *language)
{
	grammar->language = language;
	grammar->kind_count = ts_language_symbol_count(language);
	grammar->kinds = calloc(grammar->kind_count, sizeof *grammar->kinds);
	uint32_t fields = ts_language_field_count(language);
	grammar->field_count = fields + 1;
	grammar->fields = calloc(fields + 1, sizeof *grammar->fields);
	if (!grammar->kinds || !grammar->fields) {
		grammar->language = NULL;
		return;
	}
	for (uint32_t i = 0; i < grammar->kind_count; i++) {
		if (ts_language_symbol_type(language, (TSSymbol)i) != TSSymbolTypeRegular) {
			continue;
		}
		const char *name = ts_language_symbol_name(language, (TSSymbol)i);
		for (uint16_t k = 1; k < SYN_COUNT; k++) {
			if (strcmp(kind_names[k], name) == 0) {
				grammar->kinds[i] = k;
			}
		}
	}
	for (uint32_t i = 1; i <= fields; i++) {
		const char *name = ts_language_field_name_for_id(language, (TSFieldId)i);
		for (uint8_t f = 1; name && f < FIELD_COUNT; f++) {
			if (strcmp(field_names[f], name) == 0) {
				grammar->fields[i] = f;
			}
		}
	}
}

static void grammars_fill(void)
{
	grammar_fill(&grammars[SYNTAX_PYTHON], tree_sitter_python());
	grammar_fill(&grammars[SYNTAX_LUA], tree_sitter_lua());
	grammar_fill(&grammars[SYNTAX_YAML], tree_sitter_yaml());
}

const struct grammar *grammar_of(enum syntax_language language)
{
	pthread_once(&grammars_once, grammars_fill);
	if (language <= SYNTAX_NONE || language > SYNTAX_YAML) {
		return NULL;
	}
	return grammars[language].language ? &grammars[language] : NULL;
}

struct builder {
	struct syntax_tree *tree;
	const struct grammar *grammar;
	int32_t capacity;
};

static int32_t builder_add(struct builder *builder, TSNode node, TSFieldId field, int32_t parent,
			   int32_t previous)
{
	struct syntax_tree *tree = builder->tree;
	if (tree->count == builder->capacity) {
		int32_t capacity = builder->capacity ? builder->capacity * 2 : 512;
		struct syntax_node *nodes =
			capacity > 0 && capacity < 1 << 26
				? realloc(tree->nodes, (size_t)capacity * sizeof *nodes)
				: NULL;
		if (!nodes) {
			return SYNTAX_NO_NODE;
		}
		tree->nodes = nodes;
		builder->capacity = capacity;
	}
	int32_t at = tree->count++;
	struct syntax_node *out = &tree->nodes[at];
	TSSymbol symbol = ts_node_symbol(node);
	*out = (struct syntax_node){
		.kind = symbol == (TSSymbol)-1                  ? SYN_ERROR
			: symbol < builder->grammar->kind_count ? builder->grammar->kinds[symbol]
								: SYN_OTHER,
		.field = field < builder->grammar->field_count ? builder->grammar->fields[field]
							       : FIELD_NONE,
		.named = ts_node_is_named(node),
		.missing = ts_node_is_missing(node),
		.start = ts_node_start_byte(node),
		.end = ts_node_end_byte(node),
		.parent = parent,
		.first_child = SYNTAX_NO_NODE,
		.next = SYNTAX_NO_NODE,
	};
	if ((out->kind == SYN_ERROR || out->missing) && tree->first_error == SYNTAX_NO_NODE) {
		tree->first_error = at;
	}
	if (previous != SYNTAX_NO_NODE) {
		tree->nodes[previous].next = at;
	} else if (parent != SYNTAX_NO_NODE) {
		tree->nodes[parent].first_child = at;
	}
	return at;
}

/* Walks without recursion: the depth of hostile input costs heap, not stack. */
static enum status flatten(struct builder *builder, TSTree *parsed)
{
	struct syntax_tree *tree = builder->tree;
	TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(parsed));
	enum status status = STATUS_NOMEM;
	int32_t current = builder_add(builder, ts_tree_cursor_current_node(&cursor), 0,
				      SYNTAX_NO_NODE, SYNTAX_NO_NODE);
	if (current == SYNTAX_NO_NODE) {
		goto out;
	}
	/* current: the kept node whose children are being visited; last: its newest kept child. A node that
	 * is not kept (punctuation) has no children. */
	int32_t last = SYNTAX_NO_NODE;
	bool moved = ts_tree_cursor_goto_first_child(&cursor);
	int depth = moved ? 1 : 0;
	while (depth > 0) {
		TSNode node = ts_tree_cursor_current_node(&cursor);
		TSFieldId field = ts_tree_cursor_current_field_id(&cursor);
		if (ts_node_is_named(node) || field || ts_node_is_missing(node)) {
			last = builder_add(builder, node, field, current, last);
			if (last == SYNTAX_NO_NODE) {
				goto out;
			}
			if (ts_tree_cursor_goto_first_child(&cursor)) {
				current = last;
				last = SYNTAX_NO_NODE;
				depth++;
				continue;
			}
			tree->nodes[last].after = tree->count;
		}
		while (depth > 0 && !ts_tree_cursor_goto_next_sibling(&cursor)) {
			ts_tree_cursor_goto_parent(&cursor);
			depth--;
			tree->nodes[current].after = tree->count;
			last = current;
			current = tree->nodes[current].parent;
		}
	}
	tree->nodes[0].after = tree->count;
	status = STATUS_OK;
out:
	ts_tree_cursor_delete(&cursor);
	return status;
}

enum status syntax_parse(struct syntax_tree **out, enum syntax_language language, const char *text,
			 size_t length, struct error *err)
{
	*out = NULL;
	const struct grammar *grammar = grammar_of(language);
	if (!grammar) {
		return error_set(err, STATUS_UNSUPPORTED, "syntax", "no grammar for this language");
	}
	if (length > (size_t)64 << 20) {
		return error_set(err, STATUS_RANGE, "syntax", "more than 64 MB");
	}
	enum status status = STATUS_NOMEM;
	TSTree *parsed = NULL;
	struct builder builder = {.grammar = grammar};
	TSParser *parser = ts_parser_new();
	builder.tree = calloc(1, sizeof *builder.tree);
	if (!parser || !builder.tree || !ts_parser_set_language(parser, grammar->language)) {
		goto out;
	}
	builder.tree->language = language;
	builder.tree->text = text;
	builder.tree->length = length;
	builder.tree->first_error = SYNTAX_NO_NODE;
	ts_parser_set_timeout_micros(parser, 10 * 1000 * 1000);
	parsed = ts_parser_parse_string(parser, NULL, text, (uint32_t)length);
	if (!parsed) {
		status = STATUS_TIMEOUT;
		goto out;
	}
	builder.tree->has_error = ts_node_has_error(ts_tree_root_node(parsed));
	status = flatten(&builder, parsed);
	if (status == STATUS_OK) {
		/* many trees live at once: give back what the doubling reserved */
		struct syntax_node *fitted =
			realloc(builder.tree->nodes, (size_t)builder.tree->count * sizeof *fitted);
		builder.tree->nodes = fitted ? fitted : builder.tree->nodes;
	}
out:
	ts_tree_delete(parsed);
	ts_parser_delete(parser);
	if (status != STATUS_OK) {
		syntax_free(builder.tree);
		return error_set(err, status, "syntax", "the text could not be parsed");
	}
	*out = builder.tree;
	return STATUS_OK;
}

void syntax_free(struct syntax_tree *tree)
{
	if (tree) {
		free(tree->nodes);
		free(tree);
	}
}
