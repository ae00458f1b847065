#include "engine/review/python.h"

#include <stdlib.h>
#include <string.h>

/* Collects scopes, bindings, functions, classes and calls in one pass over the flat tree. */

#define GROW(py, array, count, capacity) \
	((count) < (capacity) || grow((py), (void **)&(array), &(capacity), sizeof *(array)))

static bool grow(struct py *py, void **array, int32_t *capacity, size_t size)
{
	int32_t wanted = *capacity ? *capacity * 2 : 64;
	void *more = realloc(*array, (size_t)wanted * size);
	if (!more) {
		py->failed = true;
		return false;
	}
	*array = more;
	*capacity = wanted;
	return true;
}

int32_t py_hash(const char *name, size_t length, int32_t scope)
{
	uint32_t hash = 2166136261u ^ (uint32_t)scope * 16777619u;
	for (size_t i = 0; i < length; i++) {
		hash = (hash ^ (unsigned char)name[i]) * 16777619u;
	}
	return (int32_t)(hash & (PY_HEADS - 1));
}

static bool same(const struct py_binding *b, int32_t scope, const char *name, size_t length)
{
	return b->scope == scope && strncmp(b->name, name, length) == 0 && b->name[length] == '\0';
}

int32_t py_lookup_here(const struct py *py, int32_t scope, const char *name, size_t length)
{
	int32_t b = py->heads[py_hash(name, length, scope)];
	while (b >= 0 && !same(&py->bindings[b], scope, name, length)) {
		b = py->bindings[b].older;
	}
	return b;
}

int32_t py_older(const struct py *py, int32_t binding)
{
	const struct py_binding *first = &py->bindings[binding];
	size_t length = strlen(first->name);
	int32_t b = first->older;
	while (b >= 0 && !same(&py->bindings[b], first->scope, first->name, length)) {
		b = py->bindings[b].older;
	}
	return b;
}

int32_t py_lookup(const struct py *py, int32_t scope, const char *name, size_t length)
{
	bool first = true;
	while (scope >= 0) {
		if (first || py->scopes[scope].kind != SCOPE_CLASS) {
			int32_t b = py_lookup_here(py, scope, name, length);
			if (b >= 0 && py->bindings[b].kind == BIND_GLOBAL) {
				return py_lookup_here(py, 0, name, length);
			}
			if (b >= 0) {
				return b;
			}
		}
		first = false;
		scope = py->scopes[scope].parent;
	}
	return -1;
}

static struct py_binding *bind_in(struct py *py, int32_t scope, int32_t from, const char *name,
				  size_t length, enum binding_kind kind, int32_t node,
				  int32_t value)
{
	if (!GROW(py, py->bindings, py->binding_count, py->binding_capacity)) {
		return NULL;
	}
	const char *copy = arena_strndup(py->arena, name, length);
	if (!copy) {
		py->failed = true;
		return NULL;
	}
	int32_t head = py_hash(name, length, scope);
	struct py_binding *b = &py->bindings[py->binding_count];
	*b = (struct py_binding){
		.name = copy,
		.node = node,
		.value = value,
		.scope = scope,
		.from_scope = from,
		.older = py->heads[head],
		.kind = (uint8_t)kind,
		.function = -1,
		.class = -1,
	};
	py->heads[head] = py->binding_count++;
	return b;
}

static struct py_binding *bind(struct py *py, int32_t scope, int32_t name_node,
			       enum binding_kind kind, int32_t value)
{
	size_t length;
	const char *name = syntax_text(py->tree, name_node, &length);
	int32_t target = scope;
	/* a name assigned within a comprehension's condition belongs to the scope around it */
	while (kind != BIND_FOR && py->scopes[target].kind == SCOPE_COMPREHENSION) {
		target = py->scopes[target].parent;
	}
	int32_t declared = py_lookup_here(py, target, name, length);
	if (declared >= 0 && py->bindings[declared].kind == BIND_GLOBAL && kind != BIND_GLOBAL) {
		target = 0;
	}
	return bind_in(py, target, scope, name, length, kind, name_node, value);
}

/* The class whose attribute `self.x` is, seen from inside a method; -1 when the object is not self. */
static int32_t self_class_scope(const struct py *py, int32_t scope, int32_t object)
{
	if (syntax_kind_of(py->tree, object) != SYN_IDENTIFIER ||
	    !(syntax_is(py->tree, object, "self") || syntax_is(py->tree, object, "cls"))) {
		return -1;
	}
	while (scope >= 0 && py->scopes[scope].kind != SCOPE_CLASS) {
		scope = py->scopes[scope].parent;
	}
	return scope;
}

static void bind_target(struct py *py, int32_t scope, int32_t target, enum binding_kind kind,
			int32_t value, int depth)
{
	const struct syntax_tree *tree = py->tree;
	switch (syntax_kind_of(tree, target)) {
	case SYN_IDENTIFIER:
		bind(py, scope, target, kind, value);
		break;
	case SYN_ATTRIBUTE: {
		int32_t class_scope =
			self_class_scope(py, scope, syntax_child(tree, target, FIELD_OBJECT));
		size_t length;
		const char *name =
			syntax_text(tree, syntax_child(tree, target, FIELD_ATTRIBUTE), &length);
		if (class_scope >= 0) {
			bind_in(py, class_scope, scope, name, length, kind, target, value);
		}
		break;
	}
	case SYN_SUBSCRIPT:
		break;
	default:
		if (depth < 40 && target != SYNTAX_NO_NODE) {
			PY_EACH_CHILD(tree, target, c)
			{
				bind_target(py, scope, c, kind == BIND_ASSIGN ? BIND_UNPACK : kind,
					    value, depth + 1);
			}
		}
	}
}

static int32_t push_scope(struct py *py, int32_t node, int32_t parent, enum scope_kind kind)
{
	if (!GROW(py, py->scopes, py->scope_count, py->scope_capacity)) {
		return parent;
	}
	py->scopes[py->scope_count] = (struct py_scope){node, parent, (uint8_t)kind, -1, -1};
	return py->scope_count++;
}

static int32_t outer_of(const struct syntax_tree *tree, int32_t node)
{
	int32_t parent = tree->nodes[node].parent;
	return syntax_kind_of(tree, parent) == SYN_DECORATED_DEFINITION ? parent : node;
}

static void bind_parameters(struct py *py, int32_t scope, int32_t parameters)
{
	const struct syntax_tree *tree = py->tree;
	if (parameters == SYNTAX_NO_NODE) {
		return;
	}
	PY_EACH_CHILD(tree, parameters, p)
	{
		int32_t type = syntax_child(tree, p, FIELD_TYPE);
		int32_t name = syntax_child(tree, p, FIELD_NAME);
		if (name == SYNTAX_NO_NODE) {
			name = tree->nodes[p].kind == SYN_IDENTIFIER ? p
								     : tree->nodes[p].first_child;
		}
		if (syntax_kind_of(tree, name) == SYN_LIST_SPLAT_PATTERN ||
		    syntax_kind_of(tree, name) == SYN_DICTIONARY_SPLAT_PATTERN) {
			name = tree->nodes[name].first_child;
		}
		bind_target(py, scope, name, BIND_PARAM, type, 0);
	}
}

static int32_t enter_function(struct py *py, int32_t node, int32_t scope)
{
	const struct syntax_tree *tree = py->tree;
	int32_t name = syntax_child(tree, node, FIELD_NAME);
	int32_t inner = push_scope(py, node, scope, SCOPE_FUNCTION);
	if (py->failed || py->function_count >= INT16_MAX ||
	    !GROW(py, py->functions, py->function_count, py->function_capacity)) {
		return inner;
	}
	size_t length;
	const char *text = syntax_text(tree, name, &length);
	struct py_binding *b = bind(py, scope, name, BIND_DEF, node);
	if (b) {
		b->function = (int16_t)py->function_count;
	}
	int16_t parent = -1;
	for (int32_t s = scope; s >= 0; s = py->scopes[s].parent) {
		if (py->scopes[s].kind == SCOPE_FUNCTION) {
			parent = py->scopes[s].function;
			break;
		}
	}
	py->functions[py->function_count] = (struct py_function){
		.name = b ? b->name : "",
		.node = node,
		.outer = outer_of(tree, node),
		.parameters = syntax_child(tree, node, FIELD_PARAMETERS),
		.body = syntax_child(tree, node, FIELD_BODY),
		.scope = inner,
		.class = py->scopes[scope].kind == SCOPE_CLASS ? py->scopes[scope].class : -1,
		.parent = parent,
		.async = syntax_text(tree, node, &length) && length > 5 &&
			 strncmp(tree->text + tree->nodes[node].start, "async", 5) == 0,
		.route = "",
		.route_node = SYNTAX_NO_NODE,
	};
	(void)text;
	py->scopes[inner].function = (int16_t)py->function_count++;
	bind_parameters(py, inner, syntax_child(tree, node, FIELD_PARAMETERS));
	return inner;
}

static int32_t enter_class(struct py *py, int32_t node, int32_t scope)
{
	const struct syntax_tree *tree = py->tree;
	int32_t inner = push_scope(py, node, scope, SCOPE_CLASS);
	if (py->failed || py->class_count >= INT16_MAX ||
	    !GROW(py, py->classes, py->class_count, py->class_capacity)) {
		return inner;
	}
	struct py_binding *b =
		bind(py, scope, syntax_child(tree, node, FIELD_NAME), BIND_CLASS, node);
	if (b) {
		b->class = (int16_t)py->class_count;
	}
	py->classes[py->class_count] = (struct py_class){
		.name = b ? b->name : "",
		.node = node,
		.outer = outer_of(tree, node),
		.body = syntax_child(tree, node, FIELD_BODY),
		.bases = syntax_child(tree, node, FIELD_SUPERCLASSES),
		.scope = inner,
		.function = -1,
	};
	for (int32_t s = scope; s >= 0; s = py->scopes[s].parent) {
		if (py->scopes[s].kind == SCOPE_FUNCTION) {
			py->classes[py->class_count].function = py->scopes[s].function;
			break;
		}
	}
	py->scopes[inner].class = (int16_t)py->class_count++;
	return inner;
}

static const char *joined(struct py *py, const char *module, size_t module_length, const char *name,
			  size_t name_length)
{
	char *text = arena_alloc(py->arena, module_length + name_length + 2);
	if (!text) {
		py->failed = true;
		return "?";
	}
	memcpy(text, module, module_length);
	size_t at = module_length;
	if (at && text[at - 1] != '.') {
		text[at++] = '.';
	}
	memcpy(text + at, name, name_length);
	text[at + name_length] = '\0';
	return text;
}

static void bind_import(struct py *py, int32_t scope, int32_t statement)
{
	const struct syntax_tree *tree = py->tree;
	size_t module_length = 0;
	const char *module = "";
	int32_t module_node = syntax_child(tree, statement, FIELD_MODULE_NAME);
	bool from = module_node != SYNTAX_NO_NODE;
	if (from) {
		module = syntax_text(tree, module_node, &module_length);
	}
	PY_EACH_CHILD(tree, statement, c)
	{
		if (tree->nodes[c].kind == SYN_WILDCARD_IMPORT) {
			if (GROW(py, py->wildcards, py->wildcard_count, py->wildcard_capacity)) {
				py->wildcards[py->wildcard_count++] =
					joined(py, "", 0, module, module_length);
			}
			continue;
		}
		if (tree->nodes[c].field != FIELD_NAME) {
			continue;
		}
		int32_t alias = syntax_child(tree, c, FIELD_ALIAS);
		int32_t named = alias != SYNTAX_NO_NODE ? syntax_child(tree, c, FIELD_NAME) : c;
		size_t length;
		const char *name = syntax_text(tree, named, &length);
		int32_t bound = alias != SYNTAX_NO_NODE ? alias : tree->nodes[named].first_child;
		struct py_binding *b = bind(py, scope, bound, BIND_IMPORT, statement);
		if (!b) {
			continue;
		}
		if (!from && alias == SYNTAX_NO_NODE) {
			b->qualified = b->name; /* import a.b binds a */
		} else {
			b->qualified = joined(py, module, module_length, name, length);
		}
	}
}

static void visit(struct py *py, int32_t n, int32_t scope)
{
	const struct syntax_tree *tree = py->tree;
	switch ((enum syntax_kind)tree->nodes[n].kind) {
	case SYN_ASSIGNMENT: {
		int32_t right = syntax_child(tree, n, FIELD_RIGHT);
		int32_t left = syntax_child(tree, n, FIELD_LEFT);
		if (right != SYNTAX_NO_NODE) {
			bind_target(py, scope, left, BIND_ASSIGN, right, 0);
		} else {
			bind_target(py, scope, left, BIND_PARAM, syntax_child(tree, n, FIELD_TYPE),
				    0);
		}
		break;
	}
	case SYN_AUGMENTED_ASSIGNMENT:
		bind_target(py, scope, syntax_child(tree, n, FIELD_LEFT), BIND_AUGMENTED,
			    syntax_child(tree, n, FIELD_RIGHT), 0);
		break;
	case SYN_NAMED_EXPRESSION:
		bind_target(py, scope, syntax_child(tree, n, FIELD_NAME), BIND_ASSIGN,
			    syntax_child(tree, n, FIELD_VALUE), 0);
		break;
	case SYN_FOR_STATEMENT:
	case SYN_FOR_IN_CLAUSE:
		bind_target(py, scope, syntax_child(tree, n, FIELD_LEFT), BIND_FOR,
			    syntax_child(tree, n, FIELD_RIGHT), 0);
		break;
	case SYN_AS_PATTERN_TARGET: {
		int32_t pattern = tree->nodes[n].parent;
		int32_t around = tree->nodes[pattern].parent;
		bool except = syntax_kind_of(tree, around) == SYN_EXCEPT_CLAUSE ||
			      syntax_kind_of(tree, around) == SYN_EXCEPT_GROUP_CLAUSE;
		bind_target(py, scope, tree->nodes[n].first_child, except ? BIND_EXCEPT : BIND_WITH,
			    tree->nodes[pattern].first_child, 0);
		break;
	}
	case SYN_EXCEPT_CLAUSE: /* python 2: except E, e */
		if (syntax_child(tree, n, FIELD_ALIAS) != SYNTAX_NO_NODE) {
			bind_target(py, scope, syntax_child(tree, n, FIELD_ALIAS), BIND_EXCEPT,
				    syntax_child(tree, n, FIELD_VALUE), 0);
		}
		break;
	case SYN_CASE_PATTERN:
		PY_EACH_INSIDE(tree, n, c)
		{
			if (tree->nodes[c].kind == SYN_IDENTIFIER) {
				bind(py, scope, c, BIND_OTHER, SYNTAX_NO_NODE);
			}
		}
		break;
	case SYN_GLOBAL_STATEMENT:
	case SYN_NONLOCAL_STATEMENT:
		PY_EACH_CHILD(tree, n, c)
		{
			if (tree->nodes[n].kind == SYN_GLOBAL_STATEMENT) {
				bind(py, scope, c, BIND_GLOBAL, SYNTAX_NO_NODE);
			}
		}
		break;
	case SYN_IMPORT_STATEMENT:
	case SYN_IMPORT_FROM_STATEMENT:
	case SYN_FUTURE_IMPORT_STATEMENT:
		bind_import(py, scope, n);
		break;
	case SYN_LAMBDA_PARAMETERS:
		bind_parameters(py, scope, n);
		break;
	case SYN_YIELD:
		for (int32_t s = scope; s >= 0; s = py->scopes[s].parent) {
			if (py->scopes[s].kind == SCOPE_FUNCTION) {
				if (py->scopes[s].function >= 0) {
					py->functions[py->scopes[s].function].generator = true;
				}
				break;
			}
		}
		break;
	case SYN_CALL:
		if (GROW(py, py->calls, py->call_count, py->call_capacity)) {
			py->calls[py->call_count++] = n;
		}
		break;
	default:
		break;
	}
}

static void collect(struct py *py)
{
	const struct syntax_tree *tree = py->tree;
	int32_t scope = push_scope(py, 0, -1, SCOPE_MODULE);
	for (int32_t n = 0; n < tree->count && !py->failed; n++) {
		while (scope > 0 && n >= tree->nodes[py->scopes[scope].node].after) {
			scope = py->scopes[scope].parent;
		}
		py->scope_of[n] = scope;
		switch ((enum syntax_kind)tree->nodes[n].kind) {
		case SYN_FUNCTION_DEFINITION:
			scope = enter_function(py, n, scope);
			break;
		case SYN_CLASS_DEFINITION:
			scope = enter_class(py, n, scope);
			break;
		case SYN_LAMBDA:
			scope = push_scope(py, n, scope, SCOPE_LAMBDA);
			break;
		case SYN_LIST_COMPREHENSION:
		case SYN_SET_COMPREHENSION:
		case SYN_DICTIONARY_COMPREHENSION:
		case SYN_GENERATOR_EXPRESSION:
			scope = push_scope(py, n, scope, SCOPE_COMPREHENSION);
			break;
		default:
			visit(py, n, scope);
		}
	}
}

struct py *py_new(struct review_private *r, struct source *source)
{
	struct py *py = calloc(1, sizeof *py);
	if (!py) {
		return NULL;
	}
	py->source = source;
	py->tree = source->tree;
	py->arena = &r->arena;
	size_t count = (size_t)py->tree->count;
	py->scope_of = malloc(count * sizeof *py->scope_of);
	py->names = calloc(count, sizeof *py->names);
	py->texts = calloc(1, sizeof *py->texts);
	py->taint = calloc(count, sizeof *py->taint);
	py->heads = malloc(PY_HEADS * sizeof *py->heads);
	if (!py->scope_of || !py->names || !py->texts || !py->taint || !py->heads) {
		py_free(py);
		return NULL;
	}
	for (int i = 0; i < PY_HEADS; i++) {
		py->heads[i] = -1;
	}
	collect(py);
	if (py->failed) {
		py_free(py);
		return NULL;
	}
	return py;
}

void py_free(struct py *py)
{
	if (!py) {
		return;
	}
	for (int32_t i = 0; i < py->function_count; i++) {
		free(py->functions[i].param_taint);
	}
	free(py->scopes);
	free(py->bindings);
	free(py->heads);
	free(py->functions);
	free(py->classes);
	free(py->calls);
	free(py->scope_of);
	free(py->names);
	if (py->texts) {
		py_forget_texts(py);
	}
	free(py->texts);
	free(py->taint);
	free(py->wildcards);
	free(py);
}
