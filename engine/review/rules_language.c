#include "engine/review/rules.h"

#include <string.h>

/* Python itself: files left open, errors swallowed, Python 2, wildcard imports. */

static bool closed_later(struct py *py, int32_t name_node)
{
	const char *name = py_text(py, name_node);
	const struct syntax_tree *tree = py->tree;
	size_t length = strlen(name);
	int32_t scope = py->scope_of[name_node];
	int32_t root = py->scopes[scope].node;
	for (int32_t n = root; n < tree->nodes[root].after; n++) {
		if (tree->nodes[n].kind == SYN_ATTRIBUTE &&
		    syntax_is(tree, syntax_child(tree, n, FIELD_ATTRIBUTE), "close") &&
		    syntax_is(tree, syntax_child(tree, n, FIELD_OBJECT), name)) {
			return true;
		}
		/* given away, or used as a context later: somebody else closes it */
		if (tree->nodes[n].kind == SYN_IDENTIFIER &&
		    tree->nodes[n].end - tree->nodes[n].start == length && n != name_node &&
		    syntax_is(tree, n, name)) {
			int32_t parent = tree->nodes[n].parent;
			enum syntax_kind kind = syntax_kind_of(tree, parent);
			if (kind == SYN_RETURN_STATEMENT || kind == SYN_WITH_ITEM ||
			    kind == SYN_YIELD || kind == SYN_AS_PATTERN) {
				return true;
			}
		}
	}
	return false;
}

static void unclosed(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	const char *callee = py_callee(py, call);
	if (!name_is(callee, "open|io.open|codecs.open|gzip.open|bz2.open")) {
		return;
	}
	int32_t child = call;
	for (int32_t n = tree->nodes[call].parent; n != SYNTAX_NO_NODE; n = tree->nodes[n].parent) {
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
		if (kind == SYN_WITH_ITEM || kind == SYN_RETURN_STATEMENT || kind == SYN_YIELD ||
		    kind == SYN_LAMBDA) {
			return;
		}
		if (kind == SYN_CALL && child != SYNTAX_NO_NODE) {
			const char *outer = py_callee(py, n);
			if (name_is(outer,
				    "*enter_context|*closing|*FileResponse|*StreamingResponse|"
				    "*send_file|*file_response") ||
			    (*outer == '@')) {
				return;
			}
			/* open(…).close() and open(…).read() differ; both end here */
		}
		if (kind == SYN_ASSIGNMENT) {
			int32_t left = syntax_child(tree, n, FIELD_LEFT);
			int32_t right = syntax_child(tree, n, FIELD_RIGHT);
			if (right != call) {
				break; /* x = f(open(…)) */
			}
			if (syntax_kind_of(tree, left) != SYN_IDENTIFIER ||
			    closed_later(py, left)) {
				return;
			}
			break;
		}
		if (kind == SYN_KEYWORD_ARGUMENT || kind == SYN_PAIR) {
			/* files={'f': open(…)}: still open after the call */
			child = n;
			continue;
		}
		if (kind == SYN_BLOCK || kind == SYN_MODULE) {
			break;
		}
		child = n;
	}
	report(j->r, j->source, RULE_UNCLOSED_FILE, call, NULL);
}

/* x = None, label, score = "unknown", 0.0: a stand-in is put in place and nobody learns of it. */
static bool puts_stand_in(struct py *py, int32_t statement)
{
	const struct syntax_tree *tree = py->tree;
	int32_t assignment = tree->nodes[statement].first_child;
	if (syntax_kind_of(tree, assignment) != SYN_ASSIGNMENT ||
	    py_function_of(py, statement) < 0) {
		return false;
	}
	int32_t left = syntax_child(tree, assignment, FIELD_LEFT);
	int32_t right = syntax_child(tree, assignment, FIELD_RIGHT);
	if (syntax_kind_of(tree, left) != SYN_IDENTIFIER &&
	    syntax_kind_of(tree, left) != SYN_PATTERN_LIST) {
		return false; /* an entry of a report is a trace */
	}
	if (syntax_kind_of(tree, right) == SYN_EXPRESSION_LIST) {
		PY_EACH_CHILD(tree, right, c)
		{
			if (!py_is_constant(py, c)) {
				return false;
			}
		}
		return true;
	}
	return right != SYNTAX_NO_NODE && py_is_constant(py, right);
}

static void swallowed(struct judge *j, int32_t except)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	int32_t block = syntax_child_of_kind(tree, except, SYN_BLOCK);
	if (block == SYNTAX_NO_NODE || !py_catches_all(py, except)) {
		return;
	}
	PY_EACH_CHILD(tree, block, s)
	{
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[s].kind;
		if (kind == SYN_COMMENT || kind == SYN_PASS_STATEMENT ||
		    kind == SYN_CONTINUE_STATEMENT) {
			continue;
		}
		if (kind == SYN_EXPRESSION_STATEMENT &&
		    syntax_kind_of(tree, tree->nodes[s].first_child) == SYN_ELLIPSIS) {
			continue;
		}
		if (kind == SYN_EXPRESSION_STATEMENT && puts_stand_in(py, s)) {
			continue;
		}
		if (kind == SYN_RETURN_STATEMENT) {
			int32_t value = tree->nodes[s].first_child;
			enum syntax_kind what = syntax_kind_of(tree, value);
			if (value == SYNTAX_NO_NODE || what == SYN_NONE || what == SYN_FALSE) {
				continue;
			}
		}
		return;
	}
	report(j->r, j->source, RULE_SWALLOWED_EXCEPTION, except, NULL);
}

static bool python2(struct judge *j, int32_t n)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	switch ((enum syntax_kind)tree->nodes[n].kind) {
	case SYN_PRINT_STATEMENT:
	case SYN_EXEC_STATEMENT:
		break;
	case SYN_EXCEPT_CLAUSE:
		/* since 3.14 `except A, B:` is two types again: a type is written with a capital */
		if (syntax_child(tree, n, FIELD_ALIAS) == SYNTAX_NO_NODE ||
		    strpbrk(py_text(py, syntax_child(tree, n, FIELD_ALIAS)),
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
			return false;
		}
		break;
	case SYN_IDENTIFIER:
		if (!name_is(py_text(py, n),
			     "xrange|raw_input|unicode|basestring|unichr|reduce|execfile") ||
		    syntax_is(tree, n, "reduce") ||
		    py_lookup(py, py->scope_of[n], py_text(py, n), strlen(py_text(py, n))) >= 0 ||
		    tree->nodes[n].field == FIELD_ATTRIBUTE ||
		    (syntax_kind_of(tree, tree->nodes[n].parent) == SYN_KEYWORD_ARGUMENT &&
		     tree->nodes[n].field == FIELD_NAME)) {
			return false;
		}
		break;
	case SYN_IMPORT_STATEMENT:
	case SYN_IMPORT_FROM_STATEMENT: {
		int32_t parent = syntax_enclosing(tree, n, SYN_TRY_STATEMENT);
		const char *text = py_text(py, n);
		if (parent != SYNTAX_NO_NODE ||
		    !name_is(
			    text,
			    "import urllib2*|import cPickle*|import ConfigParser*|import StringIO*|"
			    "from StringIO *|import BaseHTTPServer*|from BaseHTTPServer *|"
			    "import Queue*|import SocketServer*|from urllib2 *|import httplib|"
			    "from urlparse *|import urlparse|from SimpleHTTPServer *")) {
			return false;
		}
		break;
	}
	case SYN_ATTRIBUTE:
		if (!name_is(py_text(py, syntax_child(tree, n, FIELD_ATTRIBUTE)),
			     "has_key|iteritems|itervalues|iterkeys")) {
			return false;
		}
		break;
	default:
		return false;
	}
	report_text(j->r, j->source, RULE_PYTHON2, n, n);
	return true;
}

void rules_language(struct judge *j)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	bool told = false;
	for (int32_t n = 0; n < tree->count; n++) {
		switch ((enum syntax_kind)tree->nodes[n].kind) {
		case SYN_CALL:
			unclosed(j, n);
			break;
		case SYN_EXCEPT_CLAUSE:
			swallowed(j, n);
			break;
		case SYN_WILDCARD_IMPORT:
			if (strcmp(source_base_name(j->source->path), "__init__.py") != 0) {
				report(j->r, j->source, RULE_WILDCARD_IMPORT, tree->nodes[n].parent,
				       NULL);
			}
			break;
		default:
			break;
		}
		if (!told) {
			told = python2(j, n);
		}
	}
	if (tree->has_error && tree->first_error != SYNTAX_NO_NODE && !told) {
		report(j->r, j->source, RULE_SYNTAX_ERROR, tree->first_error, NULL);
	}
	for (int32_t c = 0; c < py->call_count; c++) {
		int32_t call = py->calls[c];
		if (fact_needs_timeout(py_callee(py, call)) &&
		    py_argument(py, call, -1, "timeout") == SYNTAX_NO_NODE &&
		    !text_has(py_text(py, syntax_child(tree, call, FIELD_ARGUMENTS)), "**") &&
		    !(name_is(py_callee(py, call), "*urlopen") &&
		      py_argument(py, call, 2, NULL) != SYNTAX_NO_NODE)) {
			report_text(j->r, j->source, RULE_NO_TIMEOUTS, call,
				    syntax_child(tree, call, FIELD_FUNCTION));
		}
	}
}
