#include "engine/review/rules.h"

#include <string.h>

/* Where the model is loaded, what happens when that fails, and when a prediction fails. */

static bool mentions_model_state(struct py *py, int32_t node)
{
	const char *text = py_text(py, node);
	return text_has_any(text, "model|ready|loaded|pipeline|session|predictor|classifier");
}

static bool ask_readiness_knows_model(const struct judge *j)
{
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		for (int32_t f = 0; f < py->function_count; f++) {
			const struct py_function *function = &py->functions[f];
			if (function->framework != FRAMEWORK_NONE &&
			    text_has_any(function->route, "ready|health|ping") &&
			    mentions_model_state(py, function->body)) {
				return true;
			}
		}
	}
	return false;
}

static bool readiness_knows_model(const struct judge *j)
{
	return ASKED_ONCE(j->project, ASK_READY, ask_readiness_knows_model(j));
}

/* Whether two pieces of code speak of the same file: a constant or a variable in both. */
static bool share_a_path(struct py *py, int32_t condition, int32_t statement)
{
	const struct syntax_tree *tree = py->tree;
	const char *text = py_text(py, statement);
	for (int32_t n = condition; n < tree->nodes[condition].after; n++) {
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
		if ((kind == SYN_IDENTIFIER || kind == SYN_STRING) &&
		    tree->nodes[n].end - tree->nodes[n].start > 2 &&
		    !name_is(py_text(py, n), "path|exists|isfile|is_file|Path|not|pathlib") &&
		    text_has(text, py_text(py, n))) {
			return true;
		}
	}
	return false;
}

static bool checks_file_first(struct py *py, int32_t call)
{
	int32_t f = py_function_of(py, call);
	int32_t scope = f >= 0 ? py->functions[f].body : 0;
	const struct syntax_tree *tree = py->tree;
	int32_t with = syntax_enclosing(tree, call, SYN_WITH_STATEMENT);
	int32_t statement = with != SYNTAX_NO_NODE && with > scope ? with : py_statement(py, call);
	for (int32_t n = scope; n < call; n++) {
		if (tree->nodes[n].kind != SYN_IF_STATEMENT ||
		    py->scope_of[n] != py->scope_of[call]) {
			continue;
		}
		int32_t condition = syntax_child(tree, n, FIELD_CONDITION);
		if (text_has_any(py_text(py, condition), "exists(|isfile(|is_file(") &&
		    (share_a_path(py, condition, statement) || syntax_inside(tree, call, n))) {
			return true;
		}
	}
	return false;
}

static void load_failure(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	int32_t index = py_function_of(py, call);
	const struct py_function *f = index >= 0 ? &py->functions[index] : NULL;
	if (f && !f->at_startup) {
		return;
	}
	if (py_try_around(py, call) != SYNTAX_NO_NODE || checks_file_first(py, call)) {
		return;
	}
	if (name_is(py_callee(py, call), "*.load_state_dict|*.load_weights") ||
	    py_except_around(py, call) != SYNTAX_NO_NODE) {
		return;
	}
	if (f && (f->is_lifespan ? readiness_knows_model(j) : (f->called && !f->called_untried))) {
		return;
	}
	if (f && f->in_request && lazily_guarded(py, call) && !f->at_startup) {
		return;
	}
	report_text(j->r, j->source, RULE_MODEL_LOAD_UNHANDLED, call,
		    syntax_child(py->tree, call, FIELD_FUNCTION));
}

/* The assigned global under `if __name__ == "__main__":` that handlers read and nothing else sets. */
static void only_under_main(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	if (py_function_of(py, call) >= 0 || !py_under_main(py, call)) {
		return;
	}
	int32_t statement = py_statement(py, call);
	int32_t assignment = syntax_child_of_kind(tree, statement, SYN_ASSIGNMENT);
	int32_t left = syntax_child(tree, assignment, FIELD_LEFT);
	bool entry = syntax_kind_of(tree, left) == SYN_SUBSCRIPT; /* models[name] = load(…) */
	int32_t named = entry ? syntax_child(tree, left, FIELD_VALUE) : left;
	if (assignment == SYNTAX_NO_NODE || syntax_kind_of(tree, named) != SYN_IDENTIFIER) {
		return;
	}
	const char *name = py_text(py, named);
	for (int32_t b = py_lookup_here(py, 0, name, strlen(name)); b >= 0 && !entry;
	     b = py_older(py, b)) {
		const struct py_binding *binding = &py->bindings[b];
		if (binding->node != left && binding->value != SYNTAX_NO_NODE &&
		    syntax_kind_of(tree, binding->value) != SYN_NONE &&
		    !py_under_main(py, binding->node)) {
			return;
		}
	}
	for (int32_t f = 0; f < py->function_count; f++) {
		if (py->functions[f].in_request && py_uses(py, py->functions[f].body, name)) {
			report_text(j->r, j->source, RULE_MODEL_ONLY_UNDER_MAIN, call, assignment);
			return;
		}
	}
}

/* model = None at module level; main() or the __main__ block calls load_model() which sets the global */
static void loader_only_under_main(struct judge *j)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	for (int32_t c = 0; c < py->call_count; c++) {
		int32_t call = py->calls[c];
		struct py *file;
		int32_t f;
		if (py_function_of(py, call) >= 0 || !py_under_main(py, call) ||
		    !py_called(py, call, &file, &f) || file != py || py->functions[f].in_request) {
			continue;
		}
		/* is it called anywhere else? */
		bool elsewhere = false;
		for (int32_t d = 0; d < py->call_count; d++) {
			int32_t g;
			elsewhere |= d != c && py_called(py, py->calls[d], &file, &g) &&
				     file == py && g == f;
		}
		if (elsewhere || py->functions[f].at_startup == false) {
			continue;
		}
		for (int32_t b = 0; b < py->binding_count; b++) {
			const struct py_binding *binding = &py->bindings[b];
			if (binding->scope != 0 || binding->from_scope != py->functions[f].scope ||
			    binding->kind != BIND_ASSIGN) {
				continue;
			}
			int32_t value = py_inner(py, binding->value);
			if (syntax_kind_of(tree, value) != SYN_CALL ||
			    !fact_loads_model(py, value)) {
				continue;
			}
			for (int32_t h = 0; h < py->function_count; h++) {
				if (py->functions[h].framework != FRAMEWORK_NONE &&
				    py->framework == FRAMEWORK_FLASK && h != f &&
				    py_uses(py, py->functions[h].body, binding->name)) {
					report_text(j->r, j->source, RULE_MODEL_ONLY_UNDER_MAIN,
						    call, call);
					return;
				}
			}
		}
	}
}

/* Prediction errors */

static bool wrapped_by_decorator(struct py *py, const struct py_function *f)
{
	for (int i = 0; i < 8; i++) {
		int32_t d = py_decorator(py, f->outer, i);
		if (d == SYNTAX_NO_NODE) {
			return false;
		}
		int32_t callee = syntax_kind_of(py->tree, d) == SYN_CALL
					 ? syntax_child(py->tree, d, FIELD_FUNCTION)
					 : d;
		struct py *file;
		int32_t wrapper;
		if (py_function_named(py, py_name(py, callee), &file, &wrapper) &&
		    text_has(py_text(file, file->functions[wrapper].body), "except")) {
			return true;
		}
		if (text_has_any(py_text(py, callee), "handle_|catch|_errors|error_handler")) {
			return true;
		}
	}
	return false;
}

/* The first place in a function where a prediction can fail unhandled; SYNTAX_NO_NODE when there is none. */
static int32_t unhandled_prediction(struct py *py, int32_t index, int depth)
{
	const struct syntax_tree *tree = py->tree;
	const struct py_function *f = &py->functions[index];
	if (depth > 4 || f->body == SYNTAX_NO_NODE) {
		return SYNTAX_NO_NODE;
	}
	PY_EACH_INSIDE(tree, f->body, n)
	{
		if (tree->nodes[n].kind != SYN_CALL || py_try_around(py, n) != SYNTAX_NO_NODE) {
			continue;
		}
		if (py_function_of(py, n) != index) {
			continue;
		}
		/* calls in an except clause or in a finally clause are not the prediction */
		if (py_except_around(py, n) != SYNTAX_NO_NODE) {
			continue;
		}
		struct py *file;
		int32_t called;
		if (py_called(py, n, &file, &called)) {
			if (file->functions[called].predicts &&
			    unhandled_prediction(file, called, depth + 1) != SYNTAX_NO_NODE) {
				return n;
			}
			continue;
		}
		if (fact_infers(py, n)) {
			return n;
		}
		/* run_in_executor(None, predict, x) */
		int32_t arguments = syntax_child(tree, n, FIELD_ARGUMENTS);
		if (arguments == SYNTAX_NO_NODE ||
		    !text_has_any(py_text(py, syntax_child(tree, n, FIELD_FUNCTION)),
				  "executor|to_thread|threadpool|run_sync")) {
			continue;
		}
		PY_EACH_CHILD(tree, arguments, a)
		{
			enum syntax_kind kind = (enum syntax_kind)tree->nodes[a].kind;
			if ((kind == SYN_IDENTIFIER || kind == SYN_ATTRIBUTE) &&
			    ((py_function_named(py, py_name(py, a), &file, &called) &&
			      file->functions[called].predicts) ||
			     name_is(py_text(py, a), "*.predict|*.predict_proba"))) {
				return n;
			}
		}
	}
	return SYNTAX_NO_NODE;
}

static void prediction_errors(struct judge *j)
{
	struct py *py = j->py;
	if (project_handles_exceptions(j->project)) {
		return;
	}
	for (int32_t i = 0; i < py->function_count; i++) {
		struct py_function *f = &py->functions[i];
		if (f->framework == FRAMEWORK_NONE || f->framework == FRAMEWORK_BENTOML ||
		    !f->predicts || wrapped_by_decorator(py, f)) {
			continue;
		}
		int32_t at = unhandled_prediction(py, i, 0);
		if (at != SYNTAX_NO_NODE) {
			report(j->r, j->source, RULE_NO_ERROR_HANDLING, at, NULL);
		}
	}
}

void rules_model(struct judge *j)
{
	struct py *py = j->py;
	if (!py->in_service) {
		return;
	}
	for (int32_t i = 0; i < py->call_count; i++) {
		if (fact_loads_model(py, py->calls[i])) {
			load_failure(j, py->calls[i]);
			only_under_main(j, py->calls[i]);
		}
	}
	loader_only_under_main(j);
	prediction_errors(j);
}
