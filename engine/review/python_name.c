#include "engine/review/python.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_LIMIT 48
#define NAME_LIMIT 240

static const char *name_of(struct py *py, int32_t node, int depth);

static const char *append(struct py *py, const char *base, const char *tail, size_t tail_length)
{
	size_t length = strlen(base);
	if (length + tail_length > NAME_LIMIT) {
		return "?";
	}
	char *text = arena_text(py->arena, length + tail_length);
	if (!text) {
		return "?";
	}
	memcpy(text, base, length);
	memcpy(text + length, tail, tail_length);
	return text;
}

static bool unknown(const char *name)
{
	return strcmp(name, "?") == 0;
}

/* The type behind an annotation: Optional[X], List[X], Annotated[X, …], "X | None", "X" in quotes. */
static const char *annotation_name(struct py *py, int32_t type, int depth)
{
	const struct syntax_tree *tree = py->tree;
	int32_t inner =
		syntax_kind_of(tree, type) == SYN_TYPE ? tree->nodes[type].first_child : type;
	switch (syntax_kind_of(tree, inner)) {
	case SYN_STRING: {
		const char *text = py_string(py, inner);
		int32_t b = text ? py_lookup(py, py->scope_of[type], text, strlen(text)) : -1;
		if (b >= 0 && py->bindings[b].class >= 0) {
			return append(py, "@", text, strlen(text));
		}
		return b >= 0 && py->bindings[b].qualified ? py->bindings[b].qualified : "?";
	}
	case SYN_GENERIC_TYPE:
	case SYN_SUBSCRIPT: {
		const char *outer = name_of(py, tree->nodes[inner].first_child, depth + 1);
		if (!name_is(outer, "*Optional|*Annotated|*Union")) {
			return outer;
		}
		PY_EACH_INSIDE(tree, inner, c)
		{
			if (tree->nodes[c].kind == SYN_TYPE ||
			    tree->nodes[c].field == FIELD_SUBSCRIPT) {
				return annotation_name(py, c, depth + 1);
			}
		}
		return outer;
	}
	case SYN_BINARY_OPERATOR:
	case SYN_UNION_TYPE:
		return annotation_name(py, tree->nodes[inner].first_child, depth + 1);
	default:
		return name_of(py, inner, depth + 1);
	}
}

/* What a function gives back, by its annotation or its first return that can be known. */
static const char *result_of(struct py *py, const struct py_function *f, int depth)
{
	if (depth > DEPTH_LIMIT / 2 || f->body == SYNTAX_NO_NODE) {
		return "?";
	}
	const char *best = "?";
	PY_EACH_INSIDE(py->tree, f->body, n)
	{
		enum syntax_kind kind = (enum syntax_kind)py->tree->nodes[n].kind;
		if (kind == SYN_FUNCTION_DEFINITION || kind == SYN_LAMBDA) {
			n = py->tree->nodes[n].after - 1;
			continue;
		}
		if (kind == SYN_RETURN_STATEMENT || kind == SYN_YIELD) {
			int32_t value = py->tree->nodes[n].first_child;
			if (value == SYNTAX_NO_NODE) {
				continue;
			}
			const char *name = name_of(py, value, depth + 1);
			if (!unknown(name) && strcmp(name, "None") != 0) {
				return name;
			}
		}
	}
	int32_t type = syntax_child(py->tree, f->node, FIELD_RETURN_TYPE);
	if (type != SYNTAX_NO_NODE) {
		const char *name = annotation_name(py, type, depth + 1);
		return unknown(name) || strcmp(name, "None") == 0 ? best
								  : append(py, name, "()", 2);
	}
	return best;
}

static const char *binding_name(struct py *py, int32_t index, int depth)
{
	const struct py_binding *b = &py->bindings[index];
	switch ((enum binding_kind)b->kind) {
	case BIND_IMPORT:
		return b->qualified;
	case BIND_DEF:
	case BIND_CLASS:
		return append(py, "@", b->name, strlen(b->name));
	case BIND_ASSIGN:
		return b->value == SYNTAX_NO_NODE ? "?" : name_of(py, b->value, depth + 1);
	case BIND_UNPACK:
	case BIND_FOR: {
		const char *whole =
			b->value == SYNTAX_NO_NODE ? "?" : name_of(py, b->value, depth + 1);
		return unknown(whole) ? whole : append(py, whole, "[]", 2);
	}
	case BIND_WITH:
		return b->value == SYNTAX_NO_NODE ? "?" : name_of(py, b->value, depth + 1);
	case BIND_PARAM: {
		if (b->value == SYNTAX_NO_NODE) {
			return "?";
		}
		const char *type = annotation_name(py, b->value, depth + 1);
		return unknown(type) ? type : append(py, type, "()", 2);
	}
	case BIND_EXCEPT:
		return "exception";
	default:
		return "?";
	}
}

/* Of several assignments to a name, the newest before its use in the same scope that can be known; else any. */
static const char *best_binding(struct py *py, int32_t binding, int32_t use, int depth)
{
	const char *fallback = "?";
	int32_t use_scope = use == SYNTAX_NO_NODE ? -1 : py->scope_of[use];
	for (int pass = 0; pass < 2; pass++) {
		int tried = 0;
		for (int32_t b = binding; b >= 0 && tried < 12; b = py_older(py, b), tried++) {
			const struct py_binding *at = &py->bindings[b];
			bool before = at->scope != use_scope || at->node < use;
			/* x = f(x): the use inside the assigned value means the older one */
			bool inside = at->value != SYNTAX_NO_NODE && use != SYNTAX_NO_NODE &&
				      syntax_inside(py->tree, use, at->value);
			if ((pass == 0 && !before) || inside) {
				continue;
			}
			const char *name = binding_name(py, b, depth);
			if (!unknown(name) && strcmp(name, "None") != 0) {
				return name;
			}
			fallback = strcmp(name, "None") == 0 ? name : fallback;
		}
	}
	return fallback;
}

static const char *attribute_of_class(struct py *py, int32_t class, const char *attribute,
				      size_t length, int depth)
{
	int32_t b = py_lookup_here(py, py->classes[class].scope, attribute, length);
	if (b >= 0) {
		const struct py_binding *at = &py->bindings[b];
		if (at->kind == BIND_DEF) {
			const char *name = append(py, "@", py->classes[class].name,
						  strlen(py->classes[class].name));
			name = append(py, name, ".", 1);
			return append(py, name, attribute, length);
		}
		return best_binding(py, b, SYNTAX_NO_NODE, depth);
	}
	int32_t bases = py->classes[class].bases;
	if (bases != SYNTAX_NO_NODE && depth < DEPTH_LIMIT) {
		PY_EACH_CHILD(py->tree, bases, c)
		{
			const char *base = name_of(py, c, depth + 1);
			int32_t index;
			struct py *file;
			if (*base == '@' && py_class_named(py, base, &file, &index) && file == py &&
			    index != class) {
				return attribute_of_class(py, index, attribute, length, depth + 1);
			}
		}
	}
	return "?";
}

static const char *name_of_identifier(struct py *py, int32_t node, int depth)
{
	size_t length;
	const char *text = syntax_text(py->tree, node, &length);
	int32_t b = py_lookup(py, py->scope_of[node], text, length);
	if (b >= 0) {
		const struct py_binding *at = &py->bindings[b];
		/* the first parameter of a method is the instance */
		if (at->kind == BIND_PARAM && at->value == SYNTAX_NO_NODE &&
		    strcmp(at->name, "self") == 0) {
			int32_t class = py_class_of(py, node);
			if (class >= 0) {
				const char *name = append(py, "@", py->classes[class].name,
							  strlen(py->classes[class].name));
				return append(py, name, "()", 2);
			}
		}
		return best_binding(py, b, node, depth);
	}
	if (length > NAME_LIMIT) {
		return "?";
	}
	return append(py, "", text, length);
}

static const char *name_of_attribute(struct py *py, int32_t node, int depth)
{
	const struct syntax_tree *tree = py->tree;
	int32_t object = syntax_child(tree, node, FIELD_OBJECT);
	size_t length;
	const char *attribute =
		syntax_text(tree, syntax_child(tree, node, FIELD_ATTRIBUTE), &length);
	const char *base = name_of(py, object, depth + 1);
	if (*base == '@') {
		size_t base_length = strlen(base);
		bool instance = base_length > 2 && strcmp(base + base_length - 2, "()") == 0;
		char class_name[NAME_LIMIT + 8];
		int32_t class;
		struct py *file;
		if (base_length - 1 < sizeof class_name) {
			memcpy(class_name, base, base_length + 1);
			if (instance) {
				class_name[base_length - 2] = '\0';
			}
			if (!strpbrk(class_name + 1, ".([") &&
			    py_class_named(py, class_name, &file, &class) && file == py) {
				const char *found =
					attribute_of_class(py, class, attribute, length, depth + 1);
				if (!unknown(found)) {
					return found;
				}
			}
		}
	}
	const char *dotted = append(py, base, ".", 1);
	return unknown(dotted) ? dotted : append(py, dotted, attribute, length);
}

static const char *name_of_call(struct py *py, int32_t node, int depth)
{
	const char *callee = name_of(py, syntax_child(py->tree, node, FIELD_FUNCTION), depth + 1);
	if (*callee == '@' || text_has(callee, ".") || !text_has(callee, "(")) {
		struct py *file;
		int32_t function;
		if (py_function_named(py, callee, &file, &function) && depth < DEPTH_LIMIT / 2) {
			/* names of another file's functions mean the same there */
			const char *result = result_of(file, &file->functions[function], depth + 1);
			if (!unknown(result)) {
				return result;
			}
		}
	}
	return append(py, callee, "()", 2);
}

static const char *compute(struct py *py, int32_t node, int depth)
{
	const struct syntax_tree *tree = py->tree;
	int32_t first = tree->nodes[node].first_child;
	switch ((enum syntax_kind)tree->nodes[node].kind) {
	case SYN_IDENTIFIER:
		return name_of_identifier(py, node, depth);
	case SYN_ATTRIBUTE:
		return name_of_attribute(py, node, depth);
	case SYN_CALL:
		return name_of_call(py, node, depth);
	case SYN_AWAIT:
	case SYN_PARENTHESIZED_EXPRESSION:
	case SYN_AS_PATTERN:
	case SYN_TYPE:
		return first == SYNTAX_NO_NODE ? "?" : name_of(py, first, depth + 1);
	case SYN_NAMED_EXPRESSION:
		return name_of(py, syntax_child(tree, node, FIELD_VALUE), depth + 1);
	case SYN_ASSIGNMENT: {
		int32_t right = syntax_child(tree, node, FIELD_RIGHT);
		return right == SYNTAX_NO_NODE ? "?" : name_of(py, right, depth + 1);
	}
	case SYN_SUBSCRIPT: {
		const char *base = name_of(py, syntax_child(tree, node, FIELD_VALUE), depth + 1);
		return append(py, base, "[]", 2);
	}
	case SYN_CONDITIONAL_EXPRESSION:
		return first == SYNTAX_NO_NODE ? "?" : name_of(py, first, depth + 1);
	case SYN_BOOLEAN_OPERATOR: {
		const char *left = name_of(py, syntax_child(tree, node, FIELD_LEFT), depth + 1);
		int32_t right = syntax_child(tree, node, FIELD_RIGHT);
		return !unknown(left) || right == SYNTAX_NO_NODE ? left
								 : name_of(py, right, depth + 1);
	}
	case SYN_STRING:
	case SYN_CONCATENATED_STRING:
		return "str";
	case SYN_LIST:
	case SYN_LIST_COMPREHENSION:
		return "list";
	case SYN_DICTIONARY:
	case SYN_DICTIONARY_COMPREHENSION:
		return "dict";
	case SYN_SET:
		return "set";
	case SYN_TUPLE:
		return "tuple";
	case SYN_INTEGER:
		return "int";
	case SYN_FLOAT:
		return "float";
	case SYN_TRUE:
	case SYN_FALSE:
		return "bool";
	case SYN_NONE:
		return "None";
	case SYN_DOTTED_NAME:
		return py_keep(py, py_text(py, node));
	default:
		return "?";
	}
}

static const char *name_of(struct py *py, int32_t node, int depth)
{
	if (node == SYNTAX_NO_NODE || depth > DEPTH_LIMIT) {
		return "?";
	}
	if (py->names[node]) {
		return py->names[node];
	}
	py->names[node] = "?"; /* a cycle ends here */
	const char *name = compute(py, node, depth);
	/* what was cut off by depth is asked again from nearer */
	py->names[node] = depth > DEPTH_LIMIT / 2 && unknown(name) ? NULL : name;
	return name;
}

const char *py_name(struct py *py, int32_t node)
{
	return name_of(py, node, 0);
}

const char *py_callee(struct py *py, int32_t call)
{
	return py_name(py, syntax_child(py->tree, call, FIELD_FUNCTION));
}

static uint32_t module_hash(const char *name, size_t length)
{
	return (uint32_t)py_hash(name, length, 0) % PY_MODULES;
}

/* A path without ".py" and "/__init__". */
static size_t module_path(const char *path)
{
	size_t length = strlen(path);
	if (length < 4 || strcmp(path + length - 3, ".py") != 0) {
		return 0;
	}
	length -= 3;
	return length >= 9 && strncmp(path + length - 9, "/__init__", 9) == 0 ? length - 9 : length;
}

static size_t base_start(const char *text, size_t length, char separator)
{
	while (length && text[length - 1] != separator) {
		length--;
	}
	return length;
}

void py_project_index(struct py_project *project, struct py *py)
{
	const char *path = py->source->path;
	size_t length = module_path(path);
	if (length) {
		size_t start = base_start(path, length, '/');
		uint32_t hash = module_hash(path + start, length - start);
		py->next_same_name = project->modules[hash];
		project->modules[hash] = py;
	}
}

/* The file whose module path ends with the given one ("app.model" is app/model.py, "model" and ".model" too). */
static struct py *file_of_module(struct py *py, const char *module, size_t length)
{
	while (length && *module == '.') {
		module++;
		length--;
	}
	if (!length || !py->project) {
		return NULL;
	}
	size_t start = base_start(module, length, '.');
	struct py *file = py->project->modules[module_hash(module + start, length - start)];
	for (; file; file = file->next_same_name) {
		const char *path = file->source->path;
		size_t a = module_path(path), b = length;
		/* compare from the end as far as the module's path goes, whole parts only */
		while (a && b &&
		       (path[a - 1] == module[b - 1] ||
			(path[a - 1] == '/' && module[b - 1] == '.'))) {
			a--;
			b--;
		}
		if ((a == 0 || path[a - 1] == '/') && b == 0 && file != py) {
			return file;
		}
	}
	return NULL;
}

static bool method_named(struct py *py, const char *class_name, size_t class_length,
			 const char *method, int32_t *function)
{
	int32_t b = py_lookup_here(py, 0, class_name, class_length);
	for (int32_t i = 0; b < 0 && i < py->class_count; i++) {
		if (strncmp(py->classes[i].name, class_name, class_length) == 0 &&
		    py->classes[i].name[class_length] == '\0') {
			int32_t m =
				py_lookup_here(py, py->classes[i].scope, method, strlen(method));
			if (m >= 0 && py->bindings[m].function >= 0) {
				*function = py->bindings[m].function;
				return true;
			}
		}
	}
	if (b < 0 || py->bindings[b].class < 0) {
		return false;
	}
	int32_t m = py_lookup_here(py, py->classes[py->bindings[b].class].scope, method,
				   strlen(method));
	if (m < 0 || py->bindings[m].function < 0) {
		return false;
	}
	*function = py->bindings[m].function;
	return true;
}

static bool own_function(struct py *py, const char *name, int32_t *function)
{
	const char *dot = strchr(name, '.');
	if (dot) {
		size_t length = (size_t)(dot - name);
		if (length > 2 && strncmp(dot - 2, "()", 2) == 0) {
			length -= 2;
		}
		return !strpbrk(dot + 1, ".([") &&
		       method_named(py, name, length, dot + 1, function);
	}
	for (int32_t i = 0; i < py->function_count; i++) {
		if (py->functions[i].class < 0 && strcmp(py->functions[i].name, name) == 0) {
			*function = i;
			return true;
		}
	}
	/* a class being called runs its constructor */
	return method_named(py, name, strlen(name), "__init__", function);
}

bool py_function_named(struct py *py, const char *name, struct py **file, int32_t *function)
{
	if (*name == '@') {
		*file = py;
		return own_function(py, name + 1, function);
	}
	for (const char *dot = strchr(name + (*name == '.'), '.'); dot;
	     dot = strchr(dot + 1, '.')) {
		struct py *other = file_of_module(py, name, (size_t)(dot - name));
		if (other && own_function(other, dot + 1, function)) {
			*file = other;
			return true;
		}
	}
	return false;
}

bool py_class_named(struct py *py, const char *name, struct py **file, int32_t *class)
{
	struct py *where = py;
	const char *plain = name;
	if (*name == '@') {
		plain = name + 1;
	} else {
		const char *dot = strrchr(name, '.');
		where = dot ? file_of_module(py, name, (size_t)(dot - name)) : NULL;
		plain = dot ? dot + 1 : name;
	}
	for (int32_t i = 0; where && i < where->class_count; i++) {
		if (strcmp(where->classes[i].name, plain) == 0) {
			*file = where;
			*class = i;
			return true;
		}
	}
	return false;
}

bool py_called(struct py *py, int32_t call, struct py **file, int32_t *function)
{
	return py_function_named(py, py_callee(py, call), file, function);
}
