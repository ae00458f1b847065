#include "engine/review/yaml.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_LIMIT 120

struct anchor {
	const char *name;
	int32_t value;
};

struct builder {
	struct yaml *y;
	struct arena *arena;
	const struct syntax_tree *tree;
	struct anchor anchors[256];
	int anchor_count;
};

static int32_t add(struct builder *b, enum yaml_kind kind, int32_t node)
{
	struct yaml *y = b->y;
	if (y->count == y->capacity) {
		int32_t capacity = y->capacity ? y->capacity * 2 : 128;
		struct yaml_value *values = realloc(y->values, (size_t)capacity * sizeof *values);
		if (!values) {
			y->failed = true;
			return -1;
		}
		y->values = values;
		y->capacity = capacity;
	}
	const struct syntax_node *n = &b->tree->nodes[node];
	y->values[y->count] = (struct yaml_value){.kind = kind,
						  .text = "",
						  .start = n->start,
						  .end = n->end,
						  .value_start = n->start,
						  .first = -1,
						  .next = -1,
						  .alias = -1,
						  .merge = -1};
	return y->count++;
}

static const char *copy(struct builder *b, const char *text, size_t length)
{
	const char *out = arena_strndup(b->arena, text, length);
	if (!out) {
		b->y->failed = true;
	}
	return out ? out : "";
}

/* Folded and literal blocks: the indentation of the first line goes; enough for looking words up. */
static const char *block_text(struct builder *b, int32_t node)
{
	size_t length;
	const char *text = syntax_text(b->tree, node, &length);
	const char *newline = memchr(text, '\n', length);
	if (!newline) {
		return "";
	}
	size_t header = (size_t)(newline - text) + 1;
	return copy(b, text + header, length - header);
}

static int32_t build(struct builder *b, int32_t node, int depth);

static void append(struct yaml *y, int32_t parent, int32_t *last, int32_t child)
{
	if (child < 0) {
		return;
	}
	if (*last < 0) {
		y->values[parent].first = child;
	} else {
		y->values[*last].next = child;
	}
	*last = child;
}

static int32_t build_map(struct builder *b, int32_t node, int depth)
{
	int32_t map = add(b, YAML_MAP, node);
	int32_t last = -1;
	for (int32_t pair = b->tree->nodes[node].first_child; map >= 0 && pair != SYNTAX_NO_NODE;
	     pair = b->tree->nodes[pair].next) {
		enum syntax_kind kind = (enum syntax_kind)b->tree->nodes[pair].kind;
		int32_t key_node = pair, value_node = SYNTAX_NO_NODE;
		if (kind == SYN_BLOCK_MAPPING_PAIR || kind == SYN_FLOW_PAIR) {
			key_node = syntax_child(b->tree, pair, FIELD_KEY);
			value_node = syntax_child(b->tree, pair, FIELD_VALUE);
		} else if (kind != SYN_FLOW_NODE) {
			continue;
		}
		if (key_node == SYNTAX_NO_NODE) {
			continue;
		}
		int32_t key = build(b, key_node, depth + 1);
		const char *name = key < 0 ? "" : b->y->values[key].text;
		int32_t value = value_node == SYNTAX_NO_NODE ? add(b, YAML_NULL, pair)
							     : build(b, value_node, depth + 1);
		if (value < 0) {
			continue;
		}
		struct yaml_value *v = &b->y->values[value];
		v->key = name;
		v->start = b->tree->nodes[key_node].start;
		if (b->tree->nodes[pair].end > v->end) {
			v->end = b->tree->nodes[pair].end;
		}
		if (strcmp(name, "<<") == 0) {
			b->y->values[map].merge = value;
		}
		append(b->y, map, &last, value);
	}
	return map;
}

static int32_t build_list(struct builder *b, int32_t node, int depth)
{
	int32_t list = add(b, YAML_LIST, node);
	int32_t last = -1;
	for (int32_t c = b->tree->nodes[node].first_child; list >= 0 && c != SYNTAX_NO_NODE;
	     c = b->tree->nodes[c].next) {
		enum syntax_kind kind = (enum syntax_kind)b->tree->nodes[c].kind;
		int32_t inner = c;
		if (kind == SYN_BLOCK_SEQUENCE_ITEM) {
			inner = b->tree->nodes[c].first_child;
			while (syntax_kind_of(b->tree, inner) == SYN_COMMENT) {
				inner = b->tree->nodes[inner].next;
			}
		} else if (kind == SYN_COMMENT) {
			continue;
		}
		int32_t value =
			inner == SYNTAX_NO_NODE ? add(b, YAML_NULL, c) : build(b, inner, depth + 1);
		append(b->y, list, &last, value);
	}
	return list;
}

static int32_t build(struct builder *b, int32_t node, int depth)
{
	const struct syntax_tree *tree = b->tree;
	if (depth > DEPTH_LIMIT || b->y->failed) {
		return -1;
	}
	switch ((enum syntax_kind)tree->nodes[node].kind) {
	case SYN_BLOCK_NODE:
	case SYN_FLOW_NODE: {
		const char *anchor = NULL;
		int32_t value = -1;
		for (int32_t c = tree->nodes[node].first_child; c != SYNTAX_NO_NODE;
		     c = tree->nodes[c].next) {
			enum syntax_kind kind = (enum syntax_kind)tree->nodes[c].kind;
			if (kind == SYN_ANCHOR) {
				size_t length;
				const char *text = syntax_text(tree, c, &length);
				anchor = copy(b, text + 1, length ? length - 1 : 0);
			} else if (kind != SYN_TAG && kind != SYN_COMMENT) {
				value = build(b, c, depth + 1);
			}
		}
		if (value < 0) {
			value = add(b, YAML_NULL, node);
		}
		if (anchor && value >= 0 && b->anchor_count < 256) {
			b->anchors[b->anchor_count++] = (struct anchor){anchor, value};
		}
		return value;
	}
	case SYN_BLOCK_MAPPING:
	case SYN_FLOW_MAPPING:
		return build_map(b, node, depth);
	case SYN_BLOCK_SEQUENCE:
	case SYN_FLOW_SEQUENCE:
		return build_list(b, node, depth);
	case SYN_ALIAS: {
		size_t length;
		const char *text = syntax_text(tree, node, &length);
		int32_t value = add(b, YAML_NULL, node);
		for (int i = b->anchor_count - 1; value >= 0 && i >= 0; i--) {
			if (length && strlen(b->anchors[i].name) == length - 1 &&
			    strncmp(b->anchors[i].name, text + 1, length - 1) == 0) {
				b->y->values[value].alias = b->anchors[i].value;
				break;
			}
		}
		return value;
	}
	case SYN_BLOCK_SCALAR: {
		int32_t value = add(b, YAML_SCALAR, node);
		if (value >= 0) {
			b->y->values[value].text = block_text(b, node);
			b->y->values[value].quoted = true;
		}
		return value;
	}
	case SYN_DOUBLE_QUOTE_SCALAR:
	case SYN_SINGLE_QUOTE_SCALAR: {
		size_t length;
		const char *text = syntax_text(tree, node, &length);
		int32_t value = add(b, YAML_SCALAR, node);
		if (value >= 0) {
			b->y->values[value].text = copy(b, text + 1, length >= 2 ? length - 2 : 0);
			b->y->values[value].quoted = true;
		}
		return value;
	}
	case SYN_PLAIN_SCALAR: {
		size_t length;
		const char *text = syntax_text(tree, node, &length);
		int32_t value = add(b, YAML_SCALAR, node);
		if (value >= 0) {
			b->y->values[value].text = copy(b, text, length);
		}
		return value;
	}
	default:
		return -1;
	}
}

static void add_document(struct yaml *y, int32_t value)
{
	if (y->document_count == y->document_capacity) {
		int32_t capacity = y->document_capacity ? y->document_capacity * 2 : 8;
		int32_t *documents = realloc(y->documents, (size_t)capacity * sizeof *documents);
		if (!documents) {
			y->failed = true;
			return;
		}
		y->documents = documents;
		y->document_capacity = capacity;
	}
	y->documents[y->document_count++] = value;
}

struct yaml *yaml_new(struct arena *arena, const struct syntax_tree *tree)
{
	struct yaml *y = calloc(1, sizeof *y);
	struct builder *b = calloc(1, sizeof *b);
	if (!y || !b) {
		free(y);
		free(b);
		return NULL;
	}
	b->y = y;
	b->arena = arena;
	b->tree = tree;
	for (int32_t d = tree->nodes[0].first_child; d != SYNTAX_NO_NODE; d = tree->nodes[d].next) {
		if (tree->nodes[d].kind != SYN_DOCUMENT && tree->nodes[d].kind != SYN_ERROR) {
			continue;
		}
		for (int32_t c = tree->nodes[d].first_child; c != SYNTAX_NO_NODE;
		     c = tree->nodes[c].next) {
			if (tree->nodes[c].kind == SYN_BLOCK_NODE ||
			    tree->nodes[c].kind == SYN_FLOW_NODE) {
				int32_t value = build(b, c, 0);
				if (value >= 0) {
					add_document(y, value);
				}
			}
		}
	}
	free(b);
	if (y->failed) {
		yaml_free(y);
		return NULL;
	}
	return y;
}

void yaml_free(struct yaml *yaml)
{
	if (yaml) {
		free(yaml->values);
		free(yaml->documents);
		free(yaml);
	}
}

int32_t yaml_real(const struct yaml *y, int32_t v)
{
	for (int i = 0; v >= 0 && y->values[v].alias >= 0 && i < 20; i++) {
		v = y->values[v].alias;
	}
	return v;
}

enum yaml_kind yaml_kind_of(const struct yaml *y, int32_t v)
{
	v = yaml_real(y, v);
	return v < 0 ? YAML_NULL : y->values[v].kind;
}

int32_t yaml_first(const struct yaml *y, int32_t v)
{
	v = yaml_real(y, v);
	return v < 0 ? -1 : y->values[v].first;
}

int32_t yaml_size(const struct yaml *y, int32_t v)
{
	int32_t size = 0;
	YAML_EACH(y, v, c)
	{
		size++;
	}
	return size;
}

static int32_t get(const struct yaml *y, int32_t v, const char *key, int depth)
{
	v = yaml_real(y, v);
	if (v < 0 || y->values[v].kind != YAML_MAP || depth > 8) {
		return -1;
	}
	for (int32_t c = y->values[v].first; c >= 0; c = y->values[c].next) {
		if (y->values[c].key && strcmp(y->values[c].key, key) == 0) {
			return c;
		}
	}
	int32_t merge = yaml_real(y, y->values[v].merge);
	if (merge < 0) {
		return -1;
	}
	if (y->values[merge].kind == YAML_LIST) {
		for (int32_t c = y->values[merge].first; c >= 0; c = y->values[c].next) {
			int32_t found = get(y, c, key, depth + 1);
			if (found >= 0) {
				return found;
			}
		}
		return -1;
	}
	return get(y, merge, key, depth + 1);
}

int32_t yaml_get(const struct yaml *y, int32_t v, const char *key)
{
	return get(y, v, key, 0);
}

int32_t yaml_at(const struct yaml *y, int32_t v, const char *path)
{
	char key[64];
	while (*path && v >= 0) {
		size_t length = strcspn(path, ".");
		if (length >= sizeof key) {
			return -1;
		}
		memcpy(key, path, length);
		key[length] = '\0';
		v = yaml_get(y, v, key);
		path += length;
		path += *path == '.';
	}
	return v;
}

const char *yaml_text(const struct yaml *y, int32_t v)
{
	v = yaml_real(y, v);
	return v < 0 ? "" : y->values[v].text;
}

const char *yaml_text_at(const struct yaml *y, int32_t v, const char *path)
{
	return yaml_text(y, yaml_at(y, v, path));
}

void yaml_report(struct review_private *r, struct source *source, enum rule_id rule, int32_t v,
		 const char *detail)
{
	const struct yaml_value *value = &source->yaml->values[v];
	report_at(r, source, rule, SEVERITY_OF_RULE, value->start, value->end,
		  detail ? arena_strdup(&r->arena, detail) : NULL);
}

void judge_yaml(struct review_private *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct source *source = &r->sources[i];
		if (source->tree && source->tree->language == SYNTAX_YAML) {
			source->yaml = yaml_new(&r->arena, source->tree);
			r->nomem |= !source->yaml;
			if (source->yaml && source->tree->has_error &&
			    source->tree->first_error != SYNTAX_NO_NODE &&
			    source->kind != SOURCE_YAML && !source_mentions(source, "{{")) {
				report(r, source, RULE_SYNTAX_ERROR, source->tree->first_error,
				       NULL);
			}
		}
	}
	judge_kubernetes(r);
	judge_compose(r);
	judge_workflows(r);
	judge_prometheus(r);
	for (size_t i = 0; i < r->count; i++) {
		yaml_free(r->sources[i].yaml);
		r->sources[i].yaml = NULL;
	}
}
