#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "engine/syntax/syntax.h"

static struct syntax_tree *parse(enum syntax_language language, const char *text)
{
	struct syntax_tree *tree = NULL;
	assert_int_equal(syntax_parse(&tree, language, text, strlen(text), NULL), STATUS_OK);
	assert_non_null(tree);
	return tree;
}

static void the_flat_tree_is_a_tree(void **state)
{
	(void)state;
	struct syntax_tree *tree =
		parse(SYNTAX_PYTHON, "def f(a, b=1):\n    return a['x'] + g(b)\n");
	assert_false(tree->has_error);
	for (int32_t n = 0; n < tree->count; n++) {
		const struct syntax_node *node = &tree->nodes[n];
		assert_true(node->after > n && node->after <= tree->count);
		int32_t expected = n + 1;
		for (int32_t c = node->first_child; c != SYNTAX_NO_NODE; c = tree->nodes[c].next) {
			assert_int_equal(c, expected);
			assert_int_equal(tree->nodes[c].parent, n);
			expected = tree->nodes[c].after;
		}
		assert_int_equal(expected, node->after);
	}
	int32_t def = syntax_child_of_kind(tree, 0, SYN_FUNCTION_DEFINITION);
	assert_true(syntax_is(tree, syntax_child(tree, def, FIELD_NAME), "f"));
	syntax_free(tree);
}

static void errors_leave_the_rest(void **state)
{
	(void)state;
	struct syntax_tree *tree = parse(SYNTAX_PYTHON, "x = (1,\n\ndef ok():\n    return 1\n");
	assert_true(tree->has_error);
	assert_int_not_equal(tree->first_error, SYNTAX_NO_NODE);
	syntax_free(tree);
}

static void deep_nesting_is_survived(void **state)
{
	(void)state;
	size_t depth = 20000;
	char *text = malloc(depth * 2 + 1);
	memset(text, '(', depth);
	memset(text + depth, ')', depth);
	text[depth * 2] = '\0';
	struct syntax_tree *tree = NULL;
	syntax_parse(&tree, SYNTAX_PYTHON, text, depth * 2, NULL);
	syntax_free(tree);
	free(text);
}

static enum syntax_class class_at(const struct syntax_span *spans, size_t count, const char *text,
				  const char *word)
{
	uint32_t at = (uint32_t)(strstr(text, word) - text);
	for (size_t i = 0; i < count; i++) {
		if (spans[i].start <= at && at < spans[i].end) {
			return spans[i].class;
		}
	}
	return SYNTAX_CLASS_PLAIN;
}

static void colours(void **state)
{
	(void)state;
	static const struct {
		enum syntax_language language;
		const char *text, *word;
		enum syntax_class class;
	} rows[] = {
		{SYNTAX_PYTHON, "def f():\n    return None # hi\n", "def", SYNTAX_CLASS_KEYWORD},
		{SYNTAX_PYTHON, "def f():\n    return None # hi\n", "f(", SYNTAX_CLASS_FUNCTION},
		{SYNTAX_PYTHON, "def f():\n    return None # hi\n", "None", SYNTAX_CLASS_CONSTANT},
		{SYNTAX_PYTHON, "def f():\n    return None # hi\n", "# hi", SYNTAX_CLASS_COMMENT},
		{SYNTAX_PYTHON, "x = f'{y} 가'\n", "가", SYNTAX_CLASS_STRING},
		{SYNTAX_PYTHON, "x = f'{y} 가'\n", "y", SYNTAX_CLASS_PLAIN},
		{SYNTAX_PYTHON, "model.predict(x)\n", "predict", SYNTAX_CLASS_FUNCTION},
		{SYNTAX_LUA, "local x = 3 -- 셋\nprint(\"안녕\")\n", "local", SYNTAX_CLASS_KEYWORD},
		{SYNTAX_LUA, "local x = 3 -- 셋\nprint(\"안녕\")\n", "3", SYNTAX_CLASS_NUMBER},
		{SYNTAX_LUA, "local x = 3 -- 셋\nprint(\"안녕\")\n", "-- 셋", SYNTAX_CLASS_COMMENT},
		{SYNTAX_LUA, "local x = 3 -- 셋\nprint(\"안녕\")\n", "\"안녕", SYNTAX_CLASS_STRING},
		{SYNTAX_YAML, "name: web # x\nn: 3\n", "name", SYNTAX_CLASS_TYPE},
		{SYNTAX_YAML, "name: web # x\nn: 3\n", "3", SYNTAX_CLASS_NUMBER},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct syntax_span *spans;
		size_t count;
		assert_int_equal(syntax_highlight(&spans, &count, rows[i].language, rows[i].text,
						  strlen(rows[i].text)),
				 STATUS_OK);
		for (size_t s = 1; s < count; s++) {
			assert_true(spans[s - 1].end <= spans[s].start);
		}
		assert_int_equal(class_at(spans, count, rows[i].text, rows[i].word), rows[i].class);
		free(spans);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_flat_tree_is_a_tree),
		cmocka_unit_test(errors_leave_the_rest),
		cmocka_unit_test(deep_nesting_is_survived),
		cmocka_unit_test(colours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
