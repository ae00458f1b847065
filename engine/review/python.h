#ifndef MUNDAP_REVIEW_PYTHON_H
#define MUNDAP_REVIEW_PYTHON_H

#include "engine/review/private.h"

/* What a Python file defines and what its names mean.
 *
 * Names are resolved to what they stand for, as text: "joblib.load" for `L` after `from joblib import load as L`;
 * "flask.Flask().run" for `app.run` after `app = Flask(__name__)`; "@predict" for a function of this file, "@Model()"
 * for an instance of a class of this file; "?" for what cannot be known. A call's result is the callee with "()"
 * behind, an element has "[]" behind. */

enum binding_kind {
	BIND_ASSIGN,
	BIND_UNPACK, /* one of several targets: value is the whole right side */
	BIND_IMPORT,
	BIND_DEF,
	BIND_CLASS,
	BIND_PARAM, /* value: its type annotation */
	BIND_FOR, /* value: what is iterated over */
	BIND_WITH, /* value: the context expression */
	BIND_EXCEPT, /* value: the exception type */
	BIND_AUGMENTED,
	BIND_GLOBAL, /* a `global` or `nonlocal` statement */
	BIND_OTHER
};

struct py_binding {
	const char *name;
	const char *qualified; /* of imports */
	int32_t node; /* where the name stands */
	int32_t value; /* SYNTAX_NO_NODE when there is none */
	int32_t scope;
	int32_t from_scope; /* where the statement stands: differs after `global` and for self.x */
	int32_t older; /* next binding in the hash chain, newest first */
	uint8_t kind;
	int16_t function; /* of BIND_DEF, else -1 */
	int16_t class; /* of BIND_CLASS, else -1 */
};

enum scope_kind { SCOPE_MODULE, SCOPE_CLASS, SCOPE_FUNCTION, SCOPE_LAMBDA, SCOPE_COMPREHENSION };

struct py_scope {
	int32_t node, parent;
	uint8_t kind;
	int16_t function, class; /* index when it is one, else -1 */
};

enum {
	FRAMEWORK_NONE,
	FRAMEWORK_FLASK,
	FRAMEWORK_FASTAPI,
	FRAMEWORK_STARLETTE,
	FRAMEWORK_AIOHTTP,
	FRAMEWORK_TORNADO,
	FRAMEWORK_BENTOML,
	FRAMEWORK_HTTP_SERVER,
	FRAMEWORK_GRPC,
	FRAMEWORK_COUNT
};

enum { METHOD_GET = 1, METHOD_POST = 2, METHOD_OTHER = 4, METHOD_WEBSOCKET = 8 };

struct py_function {
	const char *name;
	int32_t node, outer, parameters, body; /* outer: with its decorators */
	int32_t scope;
	int16_t class; /* of a method, else -1 */
	int16_t parent; /* the enclosing function, else -1 */
	bool async, generator;
	/* filled by service.c */
	uint8_t framework; /* of a handler, else FRAMEWORK_NONE */
	uint8_t methods;
	const char *route; /* path, "" when unknown */
	int32_t route_node; /* where the route is declared */
	bool in_request; /* a handler or called by one */
	bool at_startup; /* run once, before requests */
	bool cached; /* lru_cache and its kin */
	bool is_lifespan;
	bool predicts; /* calls the model, itself or through what it calls */
	bool called, called_untried; /* from anywhere submitted; outside a try */
	/* filled by taint.c */
	uint32_t *param_taint; /* by parameter position */
	uint32_t return_taint;
};

struct py_class {
	const char *name;
	int32_t node, outer, body, bases;
	int32_t scope;
	int16_t function; /* the enclosing one, else -1 */
};

/* Memo of py_text, made when it is first asked. */
struct py_texts {
	const char **by_node;
	struct arena arena;
};

struct py_project;

struct py {
	struct source *source;
	const struct syntax_tree *tree;
	struct py_project *project;
	struct arena *arena;
	struct py_scope *scopes;
	int32_t scope_count, scope_capacity;
	struct py_binding *bindings;
	int32_t binding_count, binding_capacity;
	int32_t *heads; /* hash of (scope, name) -> newest binding */
	struct py_function *functions;
	int32_t function_count, function_capacity;
	struct py_class *classes;
	int32_t class_count, class_capacity;
	int32_t *calls; /* call nodes in order */
	int32_t call_count, call_capacity;
	int32_t *scope_of; /* by node */
	const char **names; /* memo of py_name by node */
	struct py_texts *texts;
	uint32_t *taint; /* by node, filled by taint.c */
	const char **wildcards; /* modules imported with `*` */
	int32_t wildcard_count, wildcard_capacity;
	bool failed; /* memory ran out */
	/* filled by service.c */
	struct py *next_same_name; /* another file of the same base name */
	uint8_t framework; /* of the file */
	bool serves; /* has handlers */
	bool creates_app; /* constructs the application, not only a router or blueprint */
	bool in_service; /* serves, or is imported by a file that does */
	bool has_exception_handler; /* a registered one for all exceptions */
	bool has_auth;
};

#define PY_MODULES 512
#define PY_ANSWERS 24

struct py_project {
	struct review_private *review;
	struct py **files;
	size_t count;
	struct py *modules[PY_MODULES]; /* by hash of the base name, chained by next_same_name */
	int8_t answers
		[PY_ANSWERS]; /* questions about all files, asked once: 0 not yet, 1 no, 2 yes */
};

/** Enters a file under its module's base name. */
void py_project_index(struct py_project *project, struct py *py);

/* python_bind.c */
struct py *py_new(struct review_private *r, struct source *source);
void py_free(struct py *py);
/** Newest binding of a name seen from a scope (functions skip the classes around them); -1 when there is none. */
int32_t py_lookup(const struct py *py, int32_t scope, const char *name, size_t length);
/** Newest binding of a name in exactly this scope; -1. */
int32_t py_lookup_here(const struct py *py, int32_t scope, const char *name, size_t length);
/** The next older binding of the same name in the same scope; -1. */
int32_t py_older(const struct py *py, int32_t binding);
int32_t py_hash(const char *name, size_t length, int32_t scope);
#define PY_HEADS 256

/* python_name.c */
/** What an expression stands for (see above); never NULL. */
const char *py_name(struct py *py, int32_t node);
/** The name of a call's callee. */
const char *py_callee(struct py *py, int32_t call);
/** The function that a call runs, in this file or another one submitted; false when it is none of ours. */
bool py_called(struct py *py, int32_t call, struct py **file, int32_t *function);
/** The function an expression names ("@f", "module.f"). */
bool py_function_named(struct py *py, const char *name, struct py **file, int32_t *function);
/** A class by its resolved name ("@C"). */
bool py_class_named(struct py *py, const char *name, struct py **file, int32_t *class);

/* python_query.c */
/** Argument of a call by keyword, or by position when position >= 0; the value node. */
int32_t py_argument(const struct py *py, int32_t call, int position, const char *keyword);
/** The whole keyword_argument node. */
int32_t py_keyword(const struct py *py, int32_t call, const char *keyword);
int py_argument_count(const struct py *py, int32_t call);
/** A plain string's content (in the arena), NULL for anything else, f-strings included. */
const char *py_string(const struct py *py, int32_t node);
bool py_is_true(const struct py *py, int32_t node);
bool py_is_constant(const struct py *py, int32_t node);
/** Enclosing function of a node, -1 at module level. */
int32_t py_function_of(const struct py *py, int32_t node);
/** The class a node stands in directly or through methods, -1. */
int32_t py_class_of(const struct py *py, int32_t node);
/** Whether a node stands under `if __name__ == "__main__":`. */
bool py_under_main(const struct py *py, int32_t node);
/** The try statement whose body holds the node, within its function; SYNTAX_NO_NODE. */
int32_t py_try_around(const struct py *py, int32_t node);
/** The except clause that holds the node, within its function; SYNTAX_NO_NODE. */
int32_t py_except_around(const struct py *py, int32_t node);
/** The statement a node belongs to. */
int32_t py_statement(const struct py *py, int32_t node);
/** The name of parameter i, its node in *node; NULL when there are fewer. */
const char *py_parameter(const struct py *py, const struct py_function *f, int i, int32_t *node);
/** The type annotation and default of a parameter node. */
int32_t py_parameter_type(const struct py *py, int32_t parameter);
int32_t py_parameter_default(const struct py *py, int32_t parameter);
/** i-th decorator expression of a definition; SYNTAX_NO_NODE. */
int32_t py_decorator(const struct py *py, int32_t outer, int i);
/** Text of a node; lives until py_forget_texts. */
const char *py_text(const struct py *py, int32_t node);
/** Gives back the memory of py_text's answers. */
void py_forget_texts(struct py *py);
/** A copy that lives as long as the review. */
const char *py_keep(struct py *py, const char *text);
/** Whether the subtree holds an identifier of this name. */
bool py_uses(const struct py *py, int32_t node, const char *name);
/** Exception types that an except clause names, as "A,B"; "" for a bare one. */
const char *py_caught(struct py *py, int32_t except);
/** Whether an except clause catches everything: bare, Exception, BaseException. */
bool py_catches_all(struct py *py, int32_t except);
/** Unwraps parentheses and await. */
int32_t py_inner(const struct py *py, int32_t node);

/* Names: "a|b|c" patterns; '*' at the start or end of one stands for anything. */
bool name_is(const char *name, const char *patterns);
bool name_ends(const char *name, const char *end);
bool text_has(const char *text, const char *word);
/** Whether any word of the list "a|b" occurs in the text, case ignored. */
bool text_has_any(const char *text, const char *words);

#define PY_EACH_CHILD(tree, n, c) \
	for (int32_t c = (tree)->nodes[n].first_child; c != SYNTAX_NO_NODE; \
	     c = (tree)->nodes[c].next)
#define PY_EACH_INSIDE(tree, n, c) for (int32_t c = (n) + 1; c < (tree)->nodes[n].after; c++)

#endif
