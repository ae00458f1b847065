#include "engine/review/rules.h"

#include <string.h>

static bool in_lambda(const struct py *py, int32_t node)
{
	for (int32_t s = py->scope_of[node]; s >= 0; s = py->scopes[s].parent) {
		if (py->scopes[s].kind == SCOPE_LAMBDA) {
			return true;
		}
		if (py->scopes[s].kind == SCOPE_FUNCTION) {
			return false;
		}
	}
	return false;
}

/* A plain function that blocks whoever calls it: it predicts, or does blocking I/O itself. */
static bool function_blocks(struct py *py, int32_t index, int depth)
{
	const struct py_function *f = &py->functions[index];
	if (f->async || f->generator || depth > 4 || f->body == SYNTAX_NO_NODE) {
		return false;
	}
	if (f->predicts) {
		return true;
	}
	for (int32_t c = 0; c < py->call_count; c++) {
		int32_t call = py->calls[c];
		if (!syntax_inside(py->tree, call, f->body)) {
			continue;
		}
		struct py *file;
		int32_t g;
		if (fact_blocks(py_callee(py, call))) {
			return true;
		}
		if (py_called(py, call, &file, &g) && (file != py || g != index) &&
		    function_blocks(file, g, depth + 1)) {
			return true;
		}
	}
	return false;
}

static bool runs_on_loop(const struct py_function *f)
{
	return f->in_request && (f->async || f->framework == FRAMEWORK_TORNADO) && !f->is_lifespan;
}

static void blocking(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	int32_t index = py_function_of(py, call);
	if (index < 0 || !runs_on_loop(&py->functions[index]) || in_lambda(py, call) ||
	    !syntax_inside(py->tree, call, py->functions[index].body)) {
		return;
	}
	if (syntax_kind_of(py->tree, py->tree->nodes[call].parent) == SYN_AWAIT) {
		return;
	}
	struct py *file;
	int32_t f;
	bool blocks = fact_blocks(py_callee(py, call));
	if (!blocks && py_called(py, call, &file, &f)) {
		blocks = function_blocks(file, f, 0);
	} else if (!blocks) {
		blocks = fact_infers(py, call) || fact_trains(py_callee(py, call));
	}
	if (blocks) {
		report_text(j->r, j->source, RULE_BLOCKING_IN_ASYNC, call,
			    syntax_child(py->tree, call, FIELD_FUNCTION));
	}
}

static bool is_cached(const struct py *py, int32_t index)
{
	for (int32_t i = index; i >= 0; i = py->functions[i].parent) {
		if (py->functions[i].cached) {
			return true;
		}
	}
	return false;
}

static void per_request(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	int32_t index = py_function_of(py, call);
	if (index < 0 || !py->functions[index].in_request || is_cached(py, index) ||
	    py->functions[index].is_lifespan ||
	    !syntax_inside(py->tree, call, py->functions[index].body)) {
		return;
	}
	/* a route made for loading another version may load */
	const struct py_function *around = &py->functions[index];
	bool reloads = around->framework != FRAMEWORK_NONE && !around->predicts &&
		       (text_has_any(around->name, "update|reload|refresh|load_model|switch") ||
			text_has_any(around->route, "update|reload|refresh|load"));
	if (fact_loads_model(py, call) && !lazily_guarded(py, call) && !reloads) {
		report_text(j->r, j->source, RULE_MODEL_PER_REQUEST, call,
			    syntax_child(py->tree, call, FIELD_FUNCTION));
	} else if (fact_builds_client(py_callee(py, call)) && !lazily_guarded(py, call)) {
		report_text(j->r, j->source, RULE_CLIENT_PER_REQUEST, call,
			    syntax_child(py->tree, call, FIELD_FUNCTION));
	}
}

static void dev_server(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	int32_t function = syntax_child(py->tree, call, FIELD_FUNCTION);
	if (syntax_kind_of(py->tree, function) != SYN_ATTRIBUTE ||
	    !syntax_is(py->tree, syntax_child(py->tree, function, FIELD_ATTRIBUTE), "run")) {
		return;
	}
	int32_t object = syntax_child(py->tree, function, FIELD_OBJECT);
	const char *name = py_name(py, object);
	bool flask = name_is(name, "flask.Flask()|Flask()|connexion.*|apiflask.*|flask_openapi3.*");
	if (!flask && py->framework == FRAMEWORK_FLASK) {
		flask = name_is(py_text(py, object), "app|application|server|api.app") &&
			!name_is(name,
				 "uvicorn*|*SocketIO*|aiohttp*|asyncio*|subprocess*|Sanic*|sanic*|"
				 "bottle*");
	}
	if (!flask) {
		/* an application that another file made, run from here */
		for (int32_t b = 0; b < py->binding_count; b++) {
			const char *q = py->bindings[b].qualified;
			flask |= q && strncmp(q, "flask", 5) == 0 &&
				 name_is(py_text(py, object), "app") && !py->serves;
		}
	}
	if (flask && !served_by_real_server(j)) {
		report_text(j->r, j->source, RULE_DEV_SERVER, call, call);
	}
}

static bool gradients_off(struct py *py, int32_t call)
{
	static const char contexts[] =
		"torch.no_grad()|torch.inference_mode()|*no_grad()|*inference_mode()|"
		"torch.set_grad_enabled()";
	if (inside_with(py, call, contexts)) {
		return true;
	}
	for (int32_t f = py_function_of(py, call); f >= 0; f = py->functions[f].parent) {
		for (int i = 0; i < 6; i++) {
			int32_t d = py_decorator(py, py->functions[f].outer, i);
			if (d == SYNTAX_NO_NODE) {
				break;
			}
			if (text_has_any(py_text(py, d), "no_grad|inference_mode")) {
				return true;
			}
		}
	}
	for (int32_t n = 0; n < py->tree->count; n++) {
		if (py->tree->nodes[n].kind == SYN_IDENTIFIER &&
		    name_is(py_text(py, n), "set_grad_enabled|requires_grad_")) {
			return true;
		}
	}
	/* every caller switches them off */
	int32_t index = py_function_of(py, call);
	bool any = false, all = true;
	for (int32_t c = 0; index >= 0 && c < py->call_count; c++) {
		struct py *file;
		int32_t f;
		if (py_called(py, py->calls[c], &file, &f) && file == py && f == index) {
			any = true;
			all = all && inside_with(py, py->calls[c], contexts);
		}
	}
	return any && all;
}

static void inference_mode(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	int32_t index = py_function_of(py, call);
	if (index < 0 || !py->functions[index].in_request || !fact_torch_forward(py, call) ||
	    gradients_off(py, call)) {
		return;
	}
	/* hub models of ultralytics switch them off themselves */
	if (memmem(j->source->text, j->source->length, "ultralytics/", 12)) {
		return;
	}
	/* a module's own forward is not the place to decide */
	if (py->functions[index].class >= 0 && fact_torch_module(py, py->functions[index].class)) {
		return;
	}
	report(j->r, j->source, RULE_NO_INFERENCE_MODE, call, NULL);
}

static void unbounded_tasks(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	int32_t index = py_function_of(py, call);
	if (index < 0 || !py->functions[index].in_request ||
	    !syntax_inside(py->tree, call, py->functions[index].body)) {
		return;
	}
	if (name_is(py_callee(py, call),
		    "threading.Thread|Thread|multiprocessing.Process|"
		    "asyncio.create_task|asyncio.ensure_future|subprocess.Popen") &&
	    py->functions[index].framework != FRAMEWORK_NONE) {
		report_text(j->r, j->source, RULE_UNBOUNDED_TASKS, call,
			    syntax_child(py->tree, call, FIELD_FUNCTION));
	}
}

void rules_scaling(struct judge *j)
{
	struct py *py = j->py;
	if (!py->in_service) {
		return;
	}
	for (int32_t i = 0; i < py->call_count; i++) {
		int32_t call = py->calls[i];
		blocking(j, call);
		per_request(j, call);
		dev_server(j, call);
		inference_mode(j, call);
		unbounded_tasks(j, call);
	}
}
