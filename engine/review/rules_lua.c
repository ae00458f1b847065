#include "engine/review/private.h"

#include <string.h>
#include <strings.h>

/* Lua files of labs. */

#define EACH_INSIDE(tree, n, c) for (int32_t c = (n) + 1; c < (tree)->nodes[n].after; c++)

static bool node_has(const struct syntax_tree *tree, int32_t n, const char *word)
{
	size_t length;
	const char *text = syntax_text(tree, n, &length);
	return memmem(text, length, word, strlen(word)) != NULL;
}

/* Whether a name is declared anywhere: local, parameter, loop variable, function. */
static bool declared(const struct syntax_tree *tree, int32_t name)
{
	size_t length;
	const char *text = syntax_text(tree, name, &length);
	for (int32_t n = 0; n < tree->count; n++) {
		if (tree->nodes[n].kind != SYN_IDENTIFIER ||
		    tree->nodes[n].end - tree->nodes[n].start != length ||
		    strncmp(tree->text + tree->nodes[n].start, text, length) != 0) {
			continue;
		}
		int32_t parent = tree->nodes[n].parent;
		enum syntax_kind kind = syntax_kind_of(tree, parent);
		if (kind == SYN_PARAMETERS || kind == SYN_FOR_NUMERIC_CLAUSE ||
		    (kind == SYN_FUNCTION_DECLARATION && tree->nodes[n].field == FIELD_NAME)) {
			return true;
		}
		if (kind == SYN_VARIABLE_LIST) {
			int32_t up = tree->nodes[parent].parent;
			enum syntax_kind above = syntax_kind_of(tree, up);
			if (above == SYN_FOR_GENERIC_CLAUSE || above == SYN_VARIABLE_DECLARATION ||
			    syntax_kind_of(tree,
					   up == SYNTAX_NO_NODE ? up : tree->nodes[up].parent) ==
				    SYN_VARIABLE_DECLARATION) {
				return true;
			}
		}
	}
	return false;
}

/* A name is told at the first place that sets it. */
static bool set_before(const struct syntax_tree *tree, int32_t name)
{
	size_t length;
	const char *text = syntax_text(tree, name, &length);
	for (int32_t n = 0; n < name; n++) {
		if (tree->nodes[n].kind == SYN_IDENTIFIER &&
		    syntax_kind_of(tree, tree->nodes[n].parent) == SYN_VARIABLE_LIST &&
		    tree->nodes[n].end - tree->nodes[n].start == length &&
		    strncmp(tree->text + tree->nodes[n].start, text, length) == 0) {
			return true;
		}
	}
	return false;
}

static void globals(struct review_private *r, struct source *source, int32_t assignment)
{
	const struct syntax_tree *tree = source->tree;
	if (syntax_kind_of(tree, tree->nodes[assignment].parent) == SYN_VARIABLE_DECLARATION) {
		return;
	}
	int32_t list = syntax_child_of_kind(tree, assignment, SYN_VARIABLE_LIST);
	for (int32_t c = list == SYNTAX_NO_NODE ? list : tree->nodes[list].first_child;
	     c != SYNTAX_NO_NODE; c = tree->nodes[c].next) {
		if (tree->nodes[c].kind == SYN_IDENTIFIER && !syntax_is(tree, c, "_") &&
		    !declared(tree, c) && !set_before(tree, c)) {
			report_text(r, source, RULE_LUA_GLOBAL, c, c);
		}
	}
}

static bool seeded(const struct syntax_tree *tree, bool math)
{
	return node_has(tree, 0, math ? "randomseed" : "seed");
}

static void calls(struct review_private *r, struct source *source, int32_t call)
{
	const struct syntax_tree *tree = source->tree;
	int32_t name = syntax_child(tree, call, FIELD_NAME);
	int32_t member = syntax_child(tree, name, FIELD_FIELD);
	int32_t table = syntax_child(tree, name, FIELD_TABLE);
	if (syntax_is(tree, table, "math") && syntax_is(tree, member, "random") &&
	    !seeded(tree, true)) {
		report_text(r, source, RULE_LUA_UNSEEDED, call, name);
	}
	static const char *const random[] = {"rand", "randn", "randint", "randperm", "permutation"};
	for (size_t i = 0; i < sizeof random / sizeof *random; i++) {
		if (member != SYNTAX_NO_NODE && syntax_is(tree, member, random[i]) &&
		    !seeded(tree, false)) {
			report_text(r, source, RULE_LUA_UNSEEDED, call, name);
		}
	}
	int32_t method = syntax_child(tree, name, FIELD_METHOD);
	int32_t arguments = syntax_child(tree, call, FIELD_ARGUMENTS);
	bool fits = syntax_is(tree, method, "fit") || syntax_is(tree, member, "fit");
	int32_t first =
		arguments == SYNTAX_NO_NODE ? arguments : tree->nodes[arguments].first_child;
	/* what is trained on is the first argument; validation sets come by name in the options */
	if (fits && first != SYNTAX_NO_NODE && tree->nodes[first].kind != SYN_TABLE_CONSTRUCTOR &&
	    (node_has(tree, first, "test") || node_has(tree, first, "Test"))) {
		report_text(r, source, RULE_LUA_TEST_IN_FIT, call, first);
	}
}

static void loops(struct review_private *r, struct source *source, int32_t loop)
{
	const struct syntax_tree *tree = source->tree;
	bool repeat = tree->nodes[loop].kind == SYN_REPEAT_STATEMENT;
	enum syntax_kind condition =
		syntax_kind_of(tree, syntax_child(tree, loop, FIELD_CONDITION));
	if (condition != (repeat ? SYN_FALSE : SYN_TRUE)) {
		return;
	}
	EACH_INSIDE(tree, loop, c)
	{
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[c].kind;
		if (kind == SYN_BREAK_STATEMENT || kind == SYN_RETURN_STATEMENT ||
		    kind == SYN_GOTO_STATEMENT ||
		    (kind == SYN_FUNCTION_CALL &&
		     (syntax_is(tree, syntax_child(tree, c, FIELD_NAME), "error") ||
		      node_has(tree, c, "coroutine.yield")))) {
			return;
		}
	}
	report(r, source, RULE_LUA_UNBOUNDED, loop, NULL);
}

void judge_lua(struct review_private *r)
{
	for (size_t i = 0; i < r->count; i++) {
		struct source *source = &r->sources[i];
		if (source->kind != SOURCE_LUA || !source->tree) {
			continue;
		}
		const struct syntax_tree *tree = source->tree;
		for (int32_t n = 0; n < tree->count; n++) {
			switch ((enum syntax_kind)tree->nodes[n].kind) {
			case SYN_ASSIGNMENT_STATEMENT:
				globals(r, source, n);
				break;
			case SYN_FUNCTION_CALL:
				calls(r, source, n);
				break;
			case SYN_WHILE_STATEMENT:
			case SYN_REPEAT_STATEMENT:
				loops(r, source, n);
				break;
			default:
				break;
			}
		}
		if (tree->has_error && tree->first_error != SYNTAX_NO_NODE) {
			report(r, source, RULE_SYNTAX_ERROR, tree->first_error, NULL);
		}
	}
}
