#include "engine/review/rules.h"

#include <string.h>

#include "engine/review/secret.h"

static void judge_value(struct judge *j, int32_t at, const char *name, const char *value)
{
	struct py *py = j->py;
	enum secret secret = secret_value(value);
	if (secret == SECRET_NO) {
		return;
	}
	const struct syntax_node *n = &py->tree->nodes[at];
	report_at(j->r, j->source, RULE_HARDCODED_SECRET,
		  secret == SECRET_PLACEHOLDER ? (int)REVIEW_LOW : SEVERITY_OF_RULE, n->start,
		  n->end, name);
}

static bool in_test(const struct judge *j)
{
	const char *path = j->source->path, *base = source_base_name(path);
	if (strncmp(base, "test_", 5) == 0 || strcmp(base, "conftest.py") == 0 ||
	    strstr(base, "_test.py")) {
		return true;
	}
	/* a helper beside tests; a service is none, wherever it lies */
	size_t before = (size_t)(base - path);
	return !j->py->creates_app && before >= 6 && strncmp(base - 6, "tests/", 6) == 0;
}

void rules_secrets(struct judge *j)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	if (in_test(j)) {
		return;
	}
	for (int32_t n = 0; n < tree->count; n++) {
		int32_t key = SYNTAX_NO_NODE, value = SYNTAX_NO_NODE;
		const char *name = NULL;
		switch ((enum syntax_kind)tree->nodes[n].kind) {
		case SYN_ASSIGNMENT: {
			key = syntax_child(tree, n, FIELD_LEFT);
			value = syntax_child(tree, n, FIELD_RIGHT);
			int32_t index = syntax_child(tree, key, FIELD_SUBSCRIPT);
			if (syntax_kind_of(tree, key) == SYN_SUBSCRIPT) {
				name = py_string(py, index);
			} else if (syntax_kind_of(tree, key) == SYN_ATTRIBUTE) {
				name = py_text(py, syntax_child(tree, key, FIELD_ATTRIBUTE));
			} else if (syntax_kind_of(tree, key) == SYN_IDENTIFIER) {
				name = py_text(py, key);
			}
			break;
		}
		case SYN_KEYWORD_ARGUMENT:
			name = py_text(py, syntax_child(tree, n, FIELD_NAME));
			value = syntax_child(tree, n, FIELD_VALUE);
			break;
		case SYN_PAIR:
			name = py_string(py, syntax_child(tree, n, FIELD_KEY));
			value = syntax_child(tree, n, FIELD_VALUE);
			break;
		case SYN_STRING: {
			const char *text = py_string(py, n);
			if (text && secret_shape(text)) {
				const struct syntax_node *node = &tree->nodes[n];
				int32_t statement = py_statement(py, n);
				(void)statement;
				report_at(j->r, j->source, RULE_HARDCODED_SECRET, SEVERITY_OF_RULE,
					  node->start, node->end, "키");
			}
			continue;
		}
		default:
			continue;
		}
		if (!name || syntax_kind_of(tree, value) != SYN_STRING || !secret_name(name)) {
			continue;
		}
		const char *text = py_string(py, value);
		if (!text || secret_shape(text)) {
			continue; /* told at the string itself */
		}
		judge_value(j, n, name, text);
	}
}
