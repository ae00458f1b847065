#include "engine/review/rules.h"

#include <string.h>

/* What requests share: globals, files with one name, caches that only grow; and the end of the process. */

static bool locked(struct py *py, int32_t node)
{
	return inside_with(py, node, "*lock*|*Lock*|*LOCK*|*mutex*|*semaphore*|*Semaphore*");
}

static bool runs_per_request(const struct py_function *f)
{
	return f->in_request && !f->is_lifespan && strcmp(f->name, "__init__") != 0;
}

static void globals(struct judge *j)
{
	struct py *py = j->py;
	for (int32_t b = 0; b < py->binding_count; b++) {
		const struct py_binding *binding = &py->bindings[b];
		if (binding->scope != 0 || binding->from_scope == 0 ||
		    (binding->kind != BIND_ASSIGN && binding->kind != BIND_AUGMENTED &&
		     binding->kind != BIND_UNPACK)) {
			continue;
		}
		int32_t f = py->scopes[binding->from_scope].function;
		if (f < 0 || !runs_per_request(&py->functions[f]) || locked(py, binding->node)) {
			continue;
		}
		int32_t statement = py_statement(py, binding->node);
		report_text(j->r, j->source, RULE_GLOBAL_STATE, statement, statement);
	}
}

/* app.vars["model"] = …, app.state.model = …: the application object is everybody's */
static void application_attributes(struct judge *j)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = 0; n < tree->count; n++) {
		if (tree->nodes[n].kind != SYN_ASSIGNMENT &&
		    tree->nodes[n].kind != SYN_AUGMENTED_ASSIGNMENT) {
			continue;
		}
		int32_t f = py_function_of(py, n);
		if (f < 0 || !runs_per_request(&py->functions[f]) || locked(py, n)) {
			continue;
		}
		int32_t left = syntax_child(tree, n, FIELD_LEFT), base = left;
		int depth = 0;
		for (; syntax_kind_of(tree, base) == SYN_ATTRIBUTE ||
		       syntax_kind_of(tree, base) == SYN_SUBSCRIPT;
		     depth++) {
			base = tree->nodes[base].first_child;
		}
		if (depth > 0 && syntax_kind_of(tree, base) == SYN_IDENTIFIER &&
		    name_is(py_name(py, base),
			    "flask.Flask()|fastapi.*FastAPI()|Flask()|FastAPI()|"
			    "quart.Quart()|flask.current_app|"
			    "aiohttp.web.Application()|starlette.*Starlette()")) {
			report_text(j->r, j->source, RULE_GLOBAL_STATE, n, left);
		}
	}
}

static bool constant_path(struct py *py, int32_t node)
{
	enum syntax_kind kind = syntax_kind_of(py->tree, node);
	if (kind == SYN_STRING) {
		return py_string(py, node) != NULL;
	}
	if (kind == SYN_IDENTIFIER) {
		size_t length;
		const char *name = syntax_text(py->tree, node, &length);
		int32_t b = py_lookup(py, py->scope_of[node], name, length);
		return b >= 0 && py->bindings[b].kind == BIND_ASSIGN && py_older(py, b) < 0 &&
		       py->bindings[b].value != node &&
		       syntax_kind_of(py->tree, py->bindings[b].value) != SYN_IDENTIFIER &&
		       constant_path(py, py->bindings[b].value);
	}
	if (kind == SYN_CALL && name_is(py_callee(py, node), "os.path.join")) {
		int32_t arguments = syntax_child(py->tree, node, FIELD_ARGUMENTS);
		PY_EACH_CHILD(py->tree, arguments, a)
		{
			if (!constant_path(py, a) && syntax_kind_of(py->tree, a) != SYN_SUBSCRIPT) {
				return false;
			}
		}
		return true;
	}
	return false;
}

static void shared_files(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	int32_t f = py_function_of(py, call);
	if (f < 0 || !runs_per_request(&py->functions[f]) || locked(py, call)) {
		return;
	}
	const char *callee = py_callee(py, call);
	const char *text = py_text(py, syntax_child(py->tree, call, FIELD_FUNCTION));
	int32_t path = py_argument(py, call, 0, NULL);
	if (path == SYNTAX_NO_NODE || !constant_path(py, path)) {
		return;
	}
	bool writes = name_is(callee, "cv2.imwrite|*.savefig|matplotlib*.savefig|*.to_csv|*.imsave|"
				      "soundfile.write|*.write_html");
	if (name_is(callee, "open|io.open|aiofiles.open")) {
		const char *mode = value_string(py, py_argument(py, call, 1, "mode"));
		writes = mode && strchr(mode, 'w');
	}
	writes |= name_is(text, "*.save") && syntax_kind_of(py->tree, path) == SYN_STRING;
	if (writes) {
		report_text(j->r, j->source, RULE_GLOBAL_STATE, call, call);
	}
}

/* A list or dict of the module: what is it, by name; NULL when it is none. */
static const char *module_container(struct py *py, int32_t node, const char *kinds)
{
	if (syntax_kind_of(py->tree, node) != SYN_IDENTIFIER) {
		return NULL;
	}
	size_t length;
	const char *name = syntax_text(py->tree, node, &length);
	int32_t b = py_lookup(py, py->scope_of[node], name, length);
	if (b < 0 || py->bindings[b].scope != 0 || py->bindings[b].kind != BIND_ASSIGN) {
		return NULL;
	}
	int32_t value = py->bindings[b].value;
	const char *what = py_name(py, value);
	return name_is(what, kinds) && text_has(py_text(py, value), "") ? py->bindings[b].name
									: NULL;
}

static bool emptied(struct py *py, const char *name)
{
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = 0; n < tree->count; n++) {
		if (tree->nodes[n].kind == SYN_CALL) {
			int32_t function = syntax_child(tree, n, FIELD_FUNCTION);
			if (syntax_is(tree, syntax_child(tree, function, FIELD_OBJECT), name) &&
			    name_is(py_text(py, syntax_child(tree, function, FIELD_ATTRIBUTE)),
				    "pop|popitem|clear|popleft|remove")) {
				return true;
			}
		}
		if (tree->nodes[n].kind == SYN_DELETE_STATEMENT && py_uses(py, n, name)) {
			return true;
		}
		if (tree->nodes[n].kind == SYN_CALL &&
		    syntax_is(tree, syntax_child(tree, n, FIELD_FUNCTION), "len") &&
		    py_uses(py, n, name)) {
			int32_t test = syntax_enclosing(tree, n, SYN_IF_STATEMENT);
			if (test != SYNTAX_NO_NODE) {
				return true;
			}
		}
	}
	return false;
}

static void growing(struct judge *j)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = 0; n < tree->count; n++) {
		int32_t f = -1;
		if (tree->nodes[n].kind == SYN_CALL) {
			int32_t function = syntax_child(tree, n, FIELD_FUNCTION);
			int32_t object = syntax_child(tree, function, FIELD_OBJECT);
			const char *name = module_container(py, object, "list|list()");
			if (!name ||
			    !name_is(py_text(py, syntax_child(tree, function, FIELD_ATTRIBUTE)),
				     "append|extend|insert") ||
			    (f = py_function_of(py, n)) < 0 ||
			    !runs_per_request(&py->functions[f]) || emptied(py, name) ||
			    locked(py, n)) {
				continue;
			}
			report_text(j->r, j->source, RULE_GLOBAL_STATE, n, n);
		} else if (tree->nodes[n].kind == SYN_ASSIGNMENT) {
			int32_t left = syntax_child(tree, n, FIELD_LEFT);
			if (syntax_kind_of(tree, left) != SYN_SUBSCRIPT) {
				continue;
			}
			int32_t key = syntax_child(tree, left, FIELD_SUBSCRIPT);
			const char *name = module_container(
				py, syntax_child(tree, left, FIELD_VALUE), "dict|dict()");
			if (!name || py_is_constant(py, key) || (f = py_function_of(py, n)) < 0 ||
			    !runs_per_request(&py->functions[f]) || emptied(py, name)) {
				continue;
			}
			report(j->r, j->source, RULE_UNBOUNDED_CACHE, n, name);
		} else if (tree->nodes[n].kind == SYN_CALL) {
			continue;
		}
	}
	/* lru_cache(maxsize=None) and functools.cache over request values */
	for (int32_t i = 0; i < py->function_count; i++) {
		int32_t node;
		if (!py->functions[i].in_request ||
		    !py_parameter(py, &py->functions[i], 0, &node)) {
			continue;
		}
		int32_t d = py_decorator(py, py->functions[i].outer, 0);
		if (d == SYNTAX_NO_NODE) {
			continue;
		}
		const char *text = py_text(py, d);
		if (text_has(text, "maxsize=None") || name_is(text, "cache|functools.cache")) {
			report(j->r, j->source, RULE_UNBOUNDED_CACHE, d, py->functions[i].name);
		}
	}
}

static bool ask_handles_signals(const struct judge *j)
{
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		for (int32_t c = 0; c < py->call_count; c++) {
			if (name_is(py_callee(py, py->calls[c]),
				    "signal.signal|*.add_signal_handler|"
				    "atexit.register|*add_callback_from_signal")) {
				return true;
			}
			/* server.stop(grace) lets the calls in flight end */
			int32_t grace = py_argument(py, py->calls[c], 0, "grace");
			if (grace != SYNTAX_NO_NODE && !syntax_is(py->tree, grace, "0") &&
			    !syntax_is(py->tree, grace, "None") &&
			    name_is(py_text(py,
					    syntax_child(py->tree, py->calls[c], FIELD_FUNCTION)),
				    "server.stop|*.server.stop|*_server.stop")) {
				return true;
			}
		}
	}
	return false;
}

static bool handles_signals(const struct judge *j)
{
	return ASKED_ONCE(j->project, ASK_SIGNALS, ask_handles_signals(j));
}

static void shutdown(struct judge *j)
{
	struct py *py = j->py;
	if (handles_signals(j)) {
		return;
	}
	for (int32_t c = 0; c < py->call_count; c++) {
		int32_t call = py->calls[c];
		const char *callee = py_callee(py, call);
		const char *text = py_text(py, syntax_child(py->tree, call, FIELD_FUNCTION));
		bool own_loop =
			name_is(text, "*.serve_forever|*.wait_for_termination") ||
			name_is(callee, "tornado.ioloop.*.start|tornado.ioloop.IOLoop.*().start");
		if (own_loop && !text_has_any(callee, "gevent|pywsgi|socketio|waitress")) {
			report(j->r, j->source, RULE_NO_GRACEFUL_SHUTDOWN, call, NULL);
			return;
		}
	}
}

static bool only_waits_after(struct py *py, int32_t tried)
{
	for (int32_t n = py->tree->nodes[tried].next; n != SYNTAX_NO_NODE;
	     n = py->tree->nodes[n].next) {
		int32_t call = py_inner(py, py->tree->nodes[n].first_child);
		if (syntax_kind_of(py->tree, call) != SYN_CALL ||
		    !name_is(py_callee(py, call), "time.sleep|asyncio.sleep|sleep")) {
			return false;
		}
	}
	return true;
}

/* while True around a try that swallows and goes on, without a sleep that grows or a count */
static void retries(struct judge *j)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = 0; n < tree->count; n++) {
		if (tree->nodes[n].kind != SYN_WHILE_STATEMENT ||
		    !py_is_true(py, syntax_child(tree, n, FIELD_CONDITION))) {
			continue;
		}
		int32_t body = syntax_child(tree, n, FIELD_BODY);
		int32_t tried = syntax_child_of_kind(tree, body, SYN_TRY_STATEMENT);
		if (tried == SYNTAX_NO_NODE || !only_waits_after(py, tried)) {
			continue;
		}
		const char *inside = py_text(py, syntax_child(tree, tried, FIELD_BODY));
		if (!text_has_any(inside, "return|break")) {
			continue; /* a service loop, not a retry */
		}
		bool gives_up = false;
		PY_EACH_CHILD(tree, tried, c)
		{
			if (tree->nodes[c].kind == SYN_EXCEPT_CLAUSE) {
				gives_up |= text_has_any(py_text(py, c), "raise|return|break|exit");
			}
		}
		if (!gives_up && !text_has_any(py_text(py, body), "attempt|retries|tries|count")) {
			report(j->r, j->source, RULE_UNBOUNDED_RETRY, n, NULL);
		}
	}
}

/* name = name(…) inside a function, where name is a function of the file and nothing local before it */
static void shadowing(struct judge *j)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	for (int32_t b = 0; b < py->binding_count; b++) {
		const struct py_binding *binding = &py->bindings[b];
		if (binding->kind != BIND_ASSIGN || binding->scope == 0 ||
		    py->scopes[binding->scope].kind != SCOPE_FUNCTION) {
			continue;
		}
		int32_t value = py_inner(py, binding->value);
		if (syntax_kind_of(tree, value) != SYN_CALL ||
		    !syntax_is(tree, syntax_child(tree, value, FIELD_FUNCTION), binding->name) ||
		    py_older(py, b) >= 0) {
			continue;
		}
		int32_t outer = py_lookup(py, py->scopes[binding->scope].parent, binding->name,
					  strlen(binding->name));
		if (outer >= 0 && (py->bindings[outer].kind == BIND_DEF ||
				   py->bindings[outer].kind == BIND_IMPORT)) {
			report(j->r, j->source, RULE_SELF_SHADOWING, binding->node, binding->name);
		}
	}
}

static void websockets(struct judge *j)
{
	struct py *py = j->py;
	for (int32_t i = 0; i < py->function_count; i++) {
		const struct py_function *f = &py->functions[i];
		if (!(f->methods & METHOD_WEBSOCKET) || f->body == SYNTAX_NO_NODE) {
			continue;
		}
		const char *body = py_text(py, f->body);
		if (f->generator) {
			report(j->r, j->source, RULE_WEBSOCKET_GENERATOR, f->node,
			       "yield를 쓰는 처리기");
		} else if (!text_has_any(body, "accept(|connect(")) {
			report(j->r, j->source, RULE_WEBSOCKET_GENERATOR, f->node, "accept가 없음");
		} else if (text_has(body, "while") && !text_has_any(body, "except|iter_")) {
			report(j->r, j->source, RULE_WEBSOCKET_GENERATOR, f->node,
			       "끊김을 다루지 않음");
		}
	}
}

void rules_state(struct judge *j)
{
	struct py *py = j->py;
	retries(j);
	shadowing(j);
	if (!py->in_service) {
		return;
	}
	globals(j);
	application_attributes(j);
	for (int32_t c = 0; c < py->call_count; c++) {
		shared_files(j, py->calls[c]);
	}
	growing(j);
	shutdown(j);
	websockets(j);
}
