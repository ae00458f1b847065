#include "engine/review/rules.h"

#include <string.h>

/* Paths through a handler that answer nothing, or use a variable that was never set on the way. */

struct view {
	struct py *py;
	bool post_only, get_and_post;
};

static bool compares_method(struct py *py, int32_t condition, const char *method)
{
	const char *text = py_text(py, condition);
	return text_has(text, "request.method") && text_has(text, "==") && text_has(text, method) &&
	       !text_has(text, " and ");
}

static bool block_ends(struct view *v, int32_t block);

static bool statement_ends(struct view *v, int32_t s)
{
	const struct syntax_tree *tree = v->py->tree;
	switch ((enum syntax_kind)tree->nodes[s].kind) {
	case SYN_RETURN_STATEMENT:
	case SYN_RAISE_STATEMENT:
		return true;
	case SYN_EXPRESSION_STATEMENT: {
		int32_t call = tree->nodes[s].first_child;
		return syntax_kind_of(tree, call) == SYN_CALL &&
		       name_is(py_text(v->py, syntax_child(tree, call, FIELD_FUNCTION)),
			       "abort|flask.abort|sys.exit|exit|os._exit|*.abort");
	}
	case SYN_IF_STATEMENT: {
		int32_t condition = syntax_child(tree, s, FIELD_CONDITION);
		bool always = (v->post_only && compares_method(v->py, condition, "POST")) ||
			      syntax_kind_of(tree, condition) == SYN_TRUE;
		if (!block_ends(v, syntax_child(tree, s, FIELD_CONSEQUENCE))) {
			return false;
		}
		if (always) {
			return true;
		}
		bool has_else = false, covers_post = compares_method(v->py, condition, "POST"),
		     covers_get = compares_method(v->py, condition, "GET");
		PY_EACH_CHILD(tree, s, c)
		{
			if (tree->nodes[c].kind == SYN_ELIF_CLAUSE) {
				if (!block_ends(v, syntax_child(tree, c, FIELD_CONSEQUENCE))) {
					return false;
				}
				int32_t test = syntax_child(tree, c, FIELD_CONDITION);
				covers_post |= compares_method(v->py, test, "POST");
				covers_get |= compares_method(v->py, test, "GET");
			} else if (tree->nodes[c].kind == SYN_ELSE_CLAUSE) {
				has_else = true;
				if (!block_ends(v, syntax_child(tree, c, FIELD_BODY))) {
					return false;
				}
			}
		}
		return has_else || (v->get_and_post && covers_post && covers_get);
	}
	case SYN_WITH_STATEMENT:
		return block_ends(v, syntax_child(tree, s, FIELD_BODY));
	case SYN_WHILE_STATEMENT: {
		int32_t condition = syntax_child(tree, s, FIELD_CONDITION);
		return py_is_true(v->py, condition) && !text_has(py_text(v->py, s), "break");
	}
	case SYN_FOR_STATEMENT:
		return false;
	case SYN_TRY_STATEMENT: {
		bool body = block_ends(v, syntax_child(tree, s, FIELD_BODY));
		bool excepts = true, otherwise = false, finally = false;
		PY_EACH_CHILD(tree, s, c)
		{
			enum syntax_kind kind = (enum syntax_kind)tree->nodes[c].kind;
			if (kind == SYN_EXCEPT_CLAUSE || kind == SYN_EXCEPT_GROUP_CLAUSE) {
				excepts &= block_ends(v, syntax_child_of_kind(tree, c, SYN_BLOCK));
			} else if (kind == SYN_ELSE_CLAUSE) {
				otherwise = block_ends(v, syntax_child(tree, c, FIELD_BODY));
			} else if (kind == SYN_FINALLY_CLAUSE) {
				finally = block_ends(v, syntax_child_of_kind(tree, c, SYN_BLOCK));
			}
		}
		return finally || ((body || otherwise) && excepts);
	}
	case SYN_MATCH_STATEMENT: {
		bool all = true, any = false;
		int32_t body = syntax_child(tree, s, FIELD_BODY);
		PY_EACH_CHILD(tree, body == SYNTAX_NO_NODE ? s : body, c)
		{
			if (tree->nodes[c].kind == SYN_CASE_CLAUSE) {
				all &= block_ends(v, syntax_child(tree, c, FIELD_CONSEQUENCE));
				any |= strncmp(py_text(v->py, c), "case _", 6) == 0;
			}
		}
		return all && any;
	}
	default:
		return false;
	}
}

static bool block_ends(struct view *v, int32_t block)
{
	if (block == SYNTAX_NO_NODE) {
		return false;
	}
	if (v->py->tree->nodes[block].kind != SYN_BLOCK) {
		return statement_ends(v, block);
	}
	bool ends = false;
	PY_EACH_CHILD(v->py->tree, block, s)
	{
		if (v->py->tree->nodes[s].kind != SYN_COMMENT) {
			ends = ends || statement_ends(v, s);
		}
	}
	return ends;
}

static bool returns_value(struct py *py, int32_t index)
{
	const struct py_function *f = &py->functions[index];
	PY_EACH_INSIDE(py->tree, f->body, n)
	{
		if (py->tree->nodes[n].kind == SYN_RETURN_STATEMENT &&
		    py_function_of(py, n) == index &&
		    py->tree->nodes[n].first_child != SYNTAX_NO_NODE) {
			return true;
		}
	}
	return false;
}

/* A local that only one branch sets, used after it. */
static void unset_locals(struct judge *j, struct view *v, int32_t index)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	const struct py_function *f = &py->functions[index];
	PY_EACH_INSIDE(tree, f->body, n)
	{
		if (tree->nodes[n].kind != SYN_IDENTIFIER || py->scope_of[n] != f->scope ||
		    tree->nodes[n].field == FIELD_ATTRIBUTE || tree->nodes[n].field == FIELD_LEFT ||
		    (tree->nodes[n].field == FIELD_NAME &&
		     syntax_kind_of(tree, tree->nodes[n].parent) == SYN_KEYWORD_ARGUMENT)) {
			continue;
		}
		size_t length;
		const char *name = syntax_text(tree, n, &length);
		int32_t b = py_lookup_here(py, f->scope, name, length);
		/* exactly one binding, and it is a plain one */
		if (b < 0 || py_older(py, b) >= 0 ||
		    (py->bindings[b].kind != BIND_ASSIGN && py->bindings[b].kind != BIND_UNPACK)) {
			continue;
		}
		int32_t bound = py->bindings[b].node;
		if (bound >= n) {
			continue;
		}
		/* the structure that holds the binding and not the use */
		int32_t child = bound;
		for (int32_t up = tree->nodes[bound].parent; up != f->body && up != SYNTAX_NO_NODE;
		     child = up, up = tree->nodes[up].parent) {
			if (syntax_inside(tree, n, up)) {
				break;
			}
			enum syntax_kind kind = (enum syntax_kind)tree->nodes[up].kind;
			bool missing = false;
			if (kind == SYN_IF_STATEMENT &&
			    tree->nodes[child].field == FIELD_CONSEQUENCE) {
				missing = !(v->post_only &&
					    compares_method(py,
							    syntax_child(tree, up, FIELD_CONDITION),
							    "POST"));
				PY_EACH_CHILD(tree, up, c)
				{
					if (tree->nodes[c].kind == SYN_ELSE_CLAUSE &&
					    block_ends(v, syntax_child(tree, c, FIELD_BODY))) {
						missing = false;
					}
				}
				/* the same condition later guards the use */
				const char *condition =
					py_text(py, syntax_child(tree, up, FIELD_CONDITION));
				for (int32_t around = tree->nodes[n].parent; around > f->body;
				     around = tree->nodes[around].parent) {
					if (tree->nodes[around].kind == SYN_IF_STATEMENT ||
					    tree->nodes[around].kind ==
						    SYN_CONDITIONAL_EXPRESSION) {
						missing = missing &&
							  !text_has(py_text(py, around), condition);
					}
				}
			} else if (kind == SYN_TRY_STATEMENT &&
				   tree->nodes[child].field == FIELD_BODY) {
				bool any = false;
				PY_EACH_CHILD(tree, up, c)
				{
					if (tree->nodes[c].kind == SYN_EXCEPT_CLAUSE) {
						any |= !block_ends(v, syntax_child_of_kind(
									      tree, c, SYN_BLOCK));
					}
				}
				/* a use within the same try's else or finally is a different matter */
				missing = any;
			}
			if (missing) {
				char detail[160];
				size_t shown = length < 60 ? length : 60;
				memcpy(detail, "`", 1);
				memcpy(detail + 1, name, shown);
				strcpy(detail + 1 + shown, "`");
				report(j->r, j->source, RULE_MISSING_RETURN, n, detail);
				return;
			}
		}
	}
}

/* `return` or `return None` in a Flask view is no response. */
static void nothing_returned(struct judge *j, int32_t index)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	PY_EACH_INSIDE(tree, py->functions[index].body, n)
	{
		if (tree->nodes[n].kind != SYN_RETURN_STATEMENT || py_function_of(py, n) != index) {
			continue;
		}
		int32_t value = tree->nodes[n].first_child;
		if (value == SYNTAX_NO_NODE || syntax_kind_of(tree, value) == SYN_NONE) {
			report(j->r, j->source, RULE_MISSING_RETURN, n, "`None`을 돌려주는 길");
		}
	}
}

void rules_returns(struct judge *j)
{
	struct py *py = j->py;
	for (int32_t i = 0; py->in_service && i < py->function_count; i++) {
		const struct py_function *f = &py->functions[i];
		bool view = f->framework == FRAMEWORK_FLASK || f->framework == FRAMEWORK_AIOHTTP ||
			    f->framework == FRAMEWORK_STARLETTE ||
			    f->framework == FRAMEWORK_FASTAPI;
		if (!view || f->body == SYNTAX_NO_NODE || f->generator ||
		    (f->methods & METHOD_WEBSOCKET)) {
			continue;
		}
		struct view v = {py, f->methods == METHOD_POST,
				 f->methods == (METHOD_GET | METHOD_POST) &&
					 f->framework == FRAMEWORK_FLASK};
		if (!block_ends(&v, f->body) &&
		    (f->framework != FRAMEWORK_FASTAPI || returns_value(py, i)) &&
		    (returns_value(py, i) || text_has(py_text(py, f->body), "\n"))) {
			report(j->r, j->source, RULE_MISSING_RETURN, f->node,
			       "`return` 없이 끝나는 길");
		}
		unset_locals(j, &v, i);
		if (f->framework == FRAMEWORK_FLASK) {
			nothing_returned(j, i);
		}
	}
}
