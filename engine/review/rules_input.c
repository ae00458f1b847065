#include "engine/review/rules.h"

#include <string.h>

/* Request data: is it checked before use, what happens when a key is missing. */

struct checks {
	bool validated; /* types, shape, presence looked at */
	bool all_keys; /* every key is known to be there */
};

static bool raw(uint32_t taint)
{
	return (taint & (TAINT_JSON | TAINT_FORM | TAINT_VALUE | TAINT_FILE)) &&
	       !(taint & TAINT_TYPED);
}

static bool holds_raw(const struct py *py, int32_t node)
{
	for (int32_t n = node; n < py->tree->nodes[node].after; n++) {
		if (raw(py->taint[n])) {
			return true;
		}
	}
	return false;
}

/* Whether an expression is the whole body, which a test for emptiness does not validate. */
static bool whole_body(struct py *py, int32_t node)
{
	return name_is(py_name(py, node),
		       "*.json|*.get_json()|*.json()|*.form|*.data|*.get_data()|*.args|"
		       "*.files|json.loads()|*.form()|*.read()|*.body()|dict()|Dict()|"
		       "typing.Dict()|?.post()|*.post()|*.body|*json_decode()");
}

static bool comparison_checks(struct py *py, int32_t n, struct checks *checks)
{
	const struct syntax_tree *tree = py->tree;
	int32_t first = tree->nodes[n].first_child;
	bool membership = false, null_test = false;
	PY_EACH_CHILD(tree, n, c)
	{
		if (tree->nodes[c].field == FIELD_OPERATORS) {
			const char *op = py_text(py, c);
			membership |= strcmp(op, "in") == 0 || strcmp(op, "not in") == 0;
			null_test |= strncmp(op, "is", 2) == 0;
		}
	}
	if (!holds_raw(py, n)) {
		return false;
	}
	if (membership) {
		if (!py_is_constant(py, first)) {
			checks->all_keys = true;
		}
		return true;
	}
	/* `data is None` says nothing about what is in it; `features is None` does */
	return !(null_test && whole_body(py, first)) && !whole_body(py, first);
}

static bool try_checks(struct py *py, int32_t n)
{
	const struct syntax_tree *tree = py->tree;
	int32_t body = syntax_child(tree, n, FIELD_BODY);
	if (body == SYNTAX_NO_NODE || !holds_raw(py, body)) {
		return false;
	}
	PY_EACH_CHILD(tree, n, c)
	{
		if (tree->nodes[c].kind == SYN_EXCEPT_CLAUSE && !py_catches_all(py, c) &&
		    text_has_any(py_caught(py, c),
				 "ValueError|KeyError|TypeError|ValidationError|"
				 "JSONDecodeError|BadRequest|UnidentifiedImageError|"
				 "IndexError|InvalidInput")) {
			enum outcome outcome = except_outcome(py, c);
			if (outcome == OUTCOME_CLIENT || outcome == OUTCOME_RAISES ||
			    outcome == OUTCOME_OK) {
				return true;
			}
		}
	}
	return false;
}

static void look_for_checks(struct py *py, int32_t body, struct checks *checks, int depth)
{
	const struct syntax_tree *tree = py->tree;
	if (body == SYNTAX_NO_NODE || depth > 3) {
		return;
	}
	PY_EACH_INSIDE(tree, body, n)
	{
		switch ((enum syntax_kind)tree->nodes[n].kind) {
		case SYN_COMPARISON_OPERATOR:
			checks->validated |= comparison_checks(py, n, checks);
			break;
		case SYN_TRY_STATEMENT:
			checks->validated |= try_checks(py, n);
			break;
		case SYN_NOT_OPERATOR: {
			int32_t operand = syntax_child(tree, n, FIELD_ARGUMENT);
			if (operand != SYNTAX_NO_NODE && raw(py->taint[operand]) &&
			    !whole_body(py, operand)) {
				checks->validated = true;
			}
			break;
		}
		case SYN_CALL: {
			const char *text = py_text(py, syntax_child(tree, n, FIELD_FUNCTION));
			int32_t arguments = syntax_child(tree, n, FIELD_ARGUMENTS);
			bool touches = arguments != SYNTAX_NO_NODE && holds_raw(py, arguments);
			if (name_is(text, "isinstance|hasattr|*.issubset|allowed_file|*allowed*|"
					  "*valid*|*Valid*|*Schema*.load|*schema.load|"
					  "*jsonschema.*|*check_*|*.fullmatch|re.match|*verify*|"
					  "*sanitize*|*parse_obj|*TypeAdapter*|*.parse_args|all") &&
			    (touches || name_is(text, "*.parse_args|*validate_on_submit"))) {
				checks->validated = true;
				checks->all_keys |=
					name_is(text, "*valid*|*issubset|*check_*|*verify*|"
						      "*parse_obj|*jsonschema.*|*schema.load|"
						      "all") != 0;
			}
			if (name_is(text, "*.parse_args|*.validate_on_submit")) {
				checks->validated = true;
			}
			struct py *file;
			int32_t f;
			if (touches && py_called(py, n, &file, &f)) {
				look_for_checks(file, file->functions[f].body, checks, depth + 1);
			}
			break;
		}
		default:
			break;
		}
	}
}

/* pydantic-like construction from the raw data: Item(**data) */
static bool built_into_model(struct py *py, int32_t body)
{
	PY_EACH_INSIDE(py->tree, body, n)
	{
		if (py->tree->nodes[n].kind == SYN_DICTIONARY_SPLAT &&
		    raw(py->taint[py->tree->nodes[n].first_child])) {
			int32_t call = syntax_enclosing(py->tree, n, SYN_CALL);
			struct py *file;
			int32_t class;
			const char *callee = call == SYNTAX_NO_NODE ? "?" : py_callee(py, call);
			if (name_is(callee,
				    "*Request|*Input|*Schema|*Item|*Features|*Payload|*Model|"
				    "*Data") ||
			    (py_class_named(py, callee, &file, &class) &&
			     fact_derives(file, class, "*BaseModel|*Schema|*Struct"))) {
				return true;
			}
		}
	}
	return false;
}

static bool decorated_with_validation(struct py *py, const struct py_function *f)
{
	for (int i = 0; i < 8; i++) {
		int32_t d = py_decorator(py, f->outer, i);
		if (d == SYNTAX_NO_NODE) {
			return false;
		}
		if (text_has_any(py_text(py, d),
				 "valid|schema|expect|use_args|use_kwargs|arguments|"
				 "expects_json|.input(")) {
			return true;
		}
	}
	return false;
}

static int32_t first_raw_use(struct py *py, const struct py_function *f)
{
	const struct syntax_tree *tree = py->tree;
	PY_EACH_INSIDE(tree, f->body, n)
	{
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
		if (kind == SYN_FUNCTION_DEFINITION) {
			int32_t inner = py_function_of(py, syntax_child(tree, n, FIELD_BODY));
			if (inner >= 0 && py->functions[inner].framework != FRAMEWORK_NONE) {
				n = tree->nodes[n].after - 1;
				continue;
			}
		}
		uint32_t taint = py->taint[n];
		if ((kind == SYN_SUBSCRIPT || kind == SYN_CALL || kind == SYN_ATTRIBUTE ||
		     kind == SYN_IDENTIFIER) &&
		    raw(taint) && !(taint & TAINT_REQUEST)) {
			if ((taint & TAINT_PATH) && !(taint & (TAINT_JSON | TAINT_FORM))) {
				continue;
			}
			return n;
		}
	}
	return SYNTAX_NO_NODE;
}

static void validation(struct judge *j, struct py_function *f)
{
	struct py *py = j->py;
	int32_t use = first_raw_use(py, f);
	if (use == SYNTAX_NO_NODE || decorated_with_validation(py, f)) {
		return;
	}
	/* what FastAPI takes apart itself is typed; a body read by hand or as a dict is not */
	if (f->framework == FRAMEWORK_FASTAPI) {
		bool by_hand = false;
		PY_EACH_INSIDE(py->tree, f->body, n)
		{
			by_hand |= (py->taint[n] & TAINT_JSON) && raw(py->taint[n]);
		}
		if (!by_hand) {
			return;
		}
	}
	struct checks checks = {false, false};
	look_for_checks(py, f->body, &checks, 0);
	if (checks.validated || built_into_model(py, f->body)) {
		return;
	}
	report(j->r, j->source, RULE_NO_INPUT_VALIDATION, use, NULL);
}

/* Key access */

static bool is_loaded(const struct syntax_tree *tree, int32_t subscript)
{
	int32_t parent = tree->nodes[subscript].parent;
	enum syntax_kind kind = syntax_kind_of(tree, parent);
	return !((kind == SYN_ASSIGNMENT || kind == SYN_AUGMENTED_ASSIGNMENT) &&
		 tree->nodes[subscript].field == FIELD_LEFT) &&
	       kind != SYN_DELETE_STATEMENT && kind != SYN_PATTERN_LIST;
}

/* The key is one that the code puts there itself: d['x'] = … */
static bool key_is_set_here(struct py *py, int32_t access, int32_t key)
{
	const struct syntax_tree *tree = py->tree;
	const char *wanted = py_string(py, key);
	for (int32_t n = 0; wanted && n < tree->count; n++) {
		if (tree->nodes[n].kind == SYN_SUBSCRIPT && !is_loaded(tree, n)) {
			const char *set = py_string(py, syntax_child(tree, n, FIELD_SUBSCRIPT));
			const char *base = py_text(py, syntax_child(tree, n, FIELD_VALUE));
			if (set && strcmp(set, wanted) == 0 &&
			    strcmp(base, py_text(py, syntax_child(tree, access, FIELD_VALUE))) ==
				    0) {
				return true;
			}
		}
	}
	return false;
}

/* Whether something before the access makes sure of the key: `'x' in data`, `data.get('x')` in a condition. */
static bool key_is_checked(struct py *py, const struct py_function *f, int32_t access, int32_t key)
{
	const struct syntax_tree *tree = py->tree;
	const char *wanted = py_string(py, key);
	PY_EACH_INSIDE(tree, f->body, n)
	{
		if (n >= access) {
			break;
		}
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
		if (kind == SYN_COMPARISON_OPERATOR && holds_raw(py, n)) {
			const char *text = py_text(py, n);
			const char *left = py_string(py, tree->nodes[n].first_child);
			if (text_has(text, " in ") && left && wanted && strcmp(left, wanted) == 0) {
				return true;
			}
		}
		if (kind == SYN_CALL && wanted && raw(py->taint[n])) {
			int32_t argument = py_argument(py, n, 0, NULL);
			const char *got =
				argument == SYNTAX_NO_NODE ? NULL : py_string(py, argument);
			int32_t test = syntax_enclosing(tree, n, SYN_IF_STATEMENT);
			if (got && strcmp(got, wanted) == 0 && test != SYNTAX_NO_NODE &&
			    syntax_inside(tree, n, syntax_child(tree, test, FIELD_CONDITION))) {
				return true;
			}
		}
	}
	/* x if 'k' in data else y; 'k' in data and data['k'] */
	for (int32_t n = tree->nodes[access].parent; n != SYNTAX_NO_NODE && n != f->body;
	     n = tree->nodes[n].parent) {
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
		if ((kind == SYN_CONDITIONAL_EXPRESSION || kind == SYN_BOOLEAN_OPERATOR ||
		     kind == SYN_LIST_COMPREHENSION || kind == SYN_DICTIONARY_COMPREHENSION) &&
		    text_has(py_text(py, n), " in ") && wanted &&
		    (text_has(py_text(py, n), " in data") || text_has(py_text(py, n), "' in ") ||
		     text_has(py_text(py, n), "\" in "))) {
			return true;
		}
	}
	return false;
}

static bool failure_is_answered(struct py *py, int32_t access)
{
	for (int32_t around = py_try_around(py, access); around != SYNTAX_NO_NODE;
	     around = py_try_around(py, around)) {
		PY_EACH_CHILD(py->tree, around, c)
		{
			if (py->tree->nodes[c].kind != SYN_EXCEPT_CLAUSE) {
				continue;
			}
			const char *caught = py_caught(py, c);
			bool key_error =
				text_has_any(caught, "KeyError|LookupError|ValidationError");
			if (!key_error && !py_catches_all(py, c)) {
				continue;
			}
			enum outcome outcome = except_outcome(py, c);
			return key_error || outcome == OUTCOME_CLIENT || outcome == OUTCOME_OK ||
			       outcome == OUTCOME_NONE;
		}
	}
	return false;
}

static bool ask_key_error_handler(const struct judge *j)
{
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		for (int32_t n = 0; n < py->tree->count; n++) {
			if (py->tree->nodes[n].kind == SYN_DECORATOR &&
			    text_has(py_text(py, n), "KeyError")) {
				return true;
			}
		}
	}
	return false;
}

static bool key_error_handler(const struct judge *j)
{
	return ASKED_ONCE(j->project, ASK_KEY_HANDLER, ask_key_error_handler(j));
}

static bool loops_over_names(struct py *py, int32_t key)
{
	if (syntax_kind_of(py->tree, key) != SYN_IDENTIFIER) {
		return false;
	}
	size_t length;
	const char *name = syntax_text(py->tree, key, &length);
	int32_t b = py_lookup(py, py->scope_of[key], name, length);
	return b >= 0 && py->bindings[b].kind == BIND_FOR &&
	       name_is(py_name(py, py->bindings[b].value), "list|tuple") &&
	       !(py->taint[py->bindings[b].value] & TAINT_RAW);
}

static void key_access(struct judge *j, struct py_function *f)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	struct checks checks = {false, false};
	bool looked = false;
	if (decorated_with_validation(py, f)) {
		return;
	}
	PY_EACH_INSIDE(tree, f->body, n)
	{
		if (tree->nodes[n].kind == SYN_FUNCTION_DEFINITION) {
			n = tree->nodes[n].after - 1;
			continue;
		}
		if (tree->nodes[n].kind != SYN_SUBSCRIPT || !is_loaded(tree, n)) {
			continue;
		}
		int32_t base = syntax_child(tree, n, FIELD_VALUE);
		int32_t key = syntax_child(tree, n, FIELD_SUBSCRIPT);
		uint32_t taint = py->taint[base];
		if (!(taint & TAINT_JSON) || (taint & (TAINT_FORM | TAINT_TYPED)) ||
		    (!py_string(py, key) && !loops_over_names(py, key))) {
			continue;
		}
		if (!looked) {
			look_for_checks(py, f->body, &checks, 0);
			looked = true;
		}
		if (checks.all_keys || key_is_set_here(py, n, key) ||
		    key_is_checked(py, f, n, key) || failure_is_answered(py, n)) {
			continue;
		}
		report_text(j->r, j->source, RULE_UNCHECKED_KEY_ACCESS, n, n);
	}
}

void rules_input(struct judge *j)
{
	struct py *py = j->py;
	bool keys_handled = key_error_handler(j);
	for (int32_t i = 0; i < py->function_count; i++) {
		struct py_function *f = &py->functions[i];
		if (f->body == SYNTAX_NO_NODE) {
			continue;
		}
		if (f->framework != FRAMEWORK_NONE && f->framework != FRAMEWORK_GRPC) {
			validation(j, f);
		}
		if (f->in_request && !keys_handled) {
			key_access(j, f);
		}
	}
	rules_size(j);
}
