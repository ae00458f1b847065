#include "engine/review/rules.h"

#include <stdlib.h>
#include <string.h>

static int32_t value_of_name(struct py *py, int32_t node)
{
	if (syntax_kind_of(py->tree, node) != SYN_IDENTIFIER) {
		return node;
	}
	size_t length;
	const char *name = syntax_text(py->tree, node, &length);
	int32_t b = py_lookup(py, py->scope_of[node], name, length);
	return b >= 0 && py->bindings[b].kind == BIND_ASSIGN ? py->bindings[b].value : node;
}

bool value_is_true(struct py *py, int32_t node)
{
	return node != SYNTAX_NO_NODE && py_is_true(py, value_of_name(py, node));
}

const char *value_string(struct py *py, int32_t node)
{
	return node == SYNTAX_NO_NODE ? NULL : py_string(py, value_of_name(py, node));
}

static int number_of(struct py *py, int32_t node)
{
	const struct syntax_tree *tree = py->tree;
	if (syntax_kind_of(tree, node) == SYN_INTEGER) {
		return atoi(py_text(py, node));
	}
	if (syntax_kind_of(tree, node) == SYN_ATTRIBUTE) {
		/* status.HTTP_400_BAD_REQUEST, HTTPStatus.BAD_REQUEST, grpc.StatusCode.INTERNAL */
		static const struct {
			const char *name;
			int code;
		} names[] = {
			{"BAD_REQUEST", 400},
			{"UNPROCESSABLE_ENTITY", 422},
			{"NOT_FOUND", 404},
			{"INTERNAL_SERVER_ERROR", 500},
			{"SERVICE_UNAVAILABLE", 503},
			{"UNAUTHORIZED", 401},
			{"FORBIDDEN", 403},
			{"OK", 200},
			{"INVALID_ARGUMENT", 400},
			{"INTERNAL", 500},
			{"UNAVAILABLE", 503},
			{"REQUEST_ENTITY_TOO_LARGE", 413},
			{"TOO_MANY_REQUESTS", 429},
			{"UNSUPPORTED_MEDIA_TYPE", 415},
			{"UNPROCESSABLE_CONTENT", 422},
			{"CREATED", 201},
		};
		const char *text = py_text(py, syntax_child(tree, node, FIELD_ATTRIBUTE));
		const char *code = strstr(text, "HTTP_");
		if (code && atoi(code + 5) >= 100) {
			return atoi(code + 5);
		}
		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			if (strcmp(text, names[i].name) == 0) {
				return names[i].code;
			}
		}
	}
	return 0;
}

static int status_of_call(struct py *py, int32_t call)
{
	static const char *const keywords[] = {"status_code", "status", "code", "http_status"};
	for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
		int32_t value = py_argument(py, call, -1, keywords[i]);
		int n = value == SYNTAX_NO_NODE ? 0 : number_of(py, value);
		if (n >= 100 && n < 600) {
			return n;
		}
	}
	const char *callee = py_callee(py, call);
	const char *text = py_text(py, syntax_child(py->tree, call, FIELD_FUNCTION));
	if (name_is(callee,
		    "*HTTPException|*abort|*.HTTPError|*set_status|*send_response|*send_error|"
		    "*set_code") ||
	    name_is(text, "abort|HTTPException|*.abort|*.set_status|*.send_response|*.send_error|"
			  "*.set_code")) {
		int32_t first = py_argument(py, call, 0, NULL);
		int n = first == SYNTAX_NO_NODE ? 0 : number_of(py, first);
		return n >= 100 && n < 600 ? n : 0;
	}
	if (name_is(callee, "*make_response|*Response|*PlainTextResponse")) {
		int32_t second = py_argument(py, call, 1, NULL);
		int n = second == SYNTAX_NO_NODE ? 0 : number_of(py, second);
		return n >= 100 && n < 600 ? n : 0;
	}
	static const struct {
		const char *names;
		int code;
	} classes[] = {
		{"*HTTPBadRequest|*BadRequest", 400},
		{"*HTTPInternalServerError|*InternalServerError", 500},
		{"*HTTPUnprocessableEntity|*UnprocessableEntity|*InvalidArgument", 422},
		{"*HTTPNotFound|*exceptions.NotFound", 404},
		{"*HTTPServiceUnavailable|*ServiceUnavailable", 503},
	};
	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
		if (name_is(callee, classes[i].names)) {
			return classes[i].code;
		}
	}
	return 0;
}

int status_in(struct py *py, int32_t node)
{
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = node; n < tree->nodes[node].after; n++) {
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
		if (kind == SYN_CALL) {
			int status = status_of_call(py, n);
			if (status) {
				return status;
			}
		}
		/* return body, 400 */
		if (kind == SYN_EXPRESSION_LIST || kind == SYN_TUPLE) {
			int32_t second = tree->nodes[n].first_child;
			second = second == SYNTAX_NO_NODE ? second : tree->nodes[second].next;
			int status = second == SYNTAX_NO_NODE ? 0 : number_of(py, second);
			int32_t up = tree->nodes[n].parent;
			if (status >= 100 && status < 600 &&
			    (syntax_kind_of(tree, up) == SYN_RETURN_STATEMENT ||
			     syntax_kind_of(tree, up) == SYN_PARENTHESIZED_EXPRESSION ||
			     syntax_kind_of(tree, up) == SYN_CONDITIONAL_EXPRESSION)) {
				return status;
			}
		}
	}
	return 0;
}

enum outcome except_outcome(struct py *py, int32_t except)
{
	const struct syntax_tree *tree = py->tree;
	int32_t block = syntax_child_of_kind(tree, except, SYN_BLOCK);
	if (block == SYNTAX_NO_NODE) {
		return OUTCOME_NONE;
	}
	enum outcome outcome = OUTCOME_NONE;
	for (int32_t n = block; n < tree->nodes[block].after; n++) {
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
		if (kind == SYN_CALL) {
			int status = status_of_call(py, n);
			if (status >= 400) {
				return status < 500 ? OUTCOME_CLIENT : OUTCOME_SERVER;
			}
		}
		if (kind == SYN_RETURN_STATEMENT) {
			int status = status_in(py, n);
			if (status >= 400) {
				return status < 500 ? OUTCOME_CLIENT : OUTCOME_SERVER;
			}
			outcome = OUTCOME_OK;
		}
		if (kind == SYN_RAISE_STATEMENT) {
			int status = status_in(py, n);
			if (status >= 400) {
				return status < 500 ? OUTCOME_CLIENT : OUTCOME_SERVER;
			}
			outcome = OUTCOME_RAISES;
		}
		/* response.status_code = 400 */
		if (kind == SYN_ASSIGNMENT) {
			int32_t left = syntax_child(tree, n, FIELD_LEFT);
			if (name_ends(py_text(py, left), "status_code") ||
			    name_ends(py_text(py, left), "status")) {
				int status = number_of(py, syntax_child(tree, n, FIELD_RIGHT));
				if (status >= 400) {
					return status < 500 ? OUTCOME_CLIENT : OUTCOME_SERVER;
				}
			}
		}
	}
	return outcome;
}

bool is_predict_handler(const struct py_function *f)
{
	if (f->framework == FRAMEWORK_NONE) {
		return false;
	}
	return f->predicts ||
	       (!(f->methods == METHOD_GET) &&
		(text_has_any(f->route,
			      "predict|infer|classif|recommend|generat|detect|score|forecast|"
			      "translat|summar|chat|complet|embed|transcri|sentiment|"
			      "invocations") ||
		 text_has_any(f->name,
			      "predict|infer|classif|recommend|generat|detect|score|forecast")));
}

bool has_predict_route(const struct py *py)
{
	for (int32_t f = 0; f < py->function_count; f++) {
		if (is_predict_handler(&py->functions[f])) {
			return true;
		}
	}
	return false;
}

static bool is_auth_word(const char *name)
{
	return text_has_any(
		name,
		"login_required|token_required|jwt_required|requires_auth|require_auth|"
		"auth_required|authenticate|httpbearer|httpbasic|oauth2|apikeyheader|"
		"apikeyquery|verify_token|verify_api|check_auth|get_current_user|"
		"api_key_required|require_api_key|requires_api_key|verify_key|check_token|"
		"validate_token|validate_api|check_api_key|require_token|authorize|"
		"compare_digest|tokenauth|basicauth|authmiddleware|"
		"authenticationmiddleware|verify_jwt|decode_token|require_key|"
		"is_authorized|_authorized|authinterceptor|get_api_key|require_login|"
		"check_key|auth_token|verify_auth|require_user|current_user|check_credentials");
}

static bool is_auth_header(const char *text)
{
	return text_has_any(text,
			    "authorization|x-api-key|x-api-token|x-auth|x-token|api-key|apikey");
}

static bool file_has_auth(struct py *py)
{
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = 0; n < tree->count; n++) {
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
		if (kind == SYN_IDENTIFIER && is_auth_word(py_text(py, n))) {
			return true;
		}
		if (kind == SYN_STRING && tree->nodes[n].end - tree->nodes[n].start < 40) {
			const char *text = py_string(py, n);
			if (!text || !is_auth_header(text)) {
				continue;
			}
			/* only where it is read from the request: headers["…"], headers.get("…"), Header(alias=…) */
			int32_t call = syntax_enclosing(tree, n, SYN_CALL);
			int32_t subscript = syntax_enclosing(tree, n, SYN_SUBSCRIPT);
			int32_t place = subscript > call ? subscript : call;
			if (place == SYNTAX_NO_NODE) {
				continue;
			}
			const char *function = py_text(py, tree->nodes[place].first_child);
			if (text_has(function, "headers") || text_has(function, "Header") ||
			    text_has(function, "metadata")) {
				return true;
			}
		}
		if (kind == SYN_CALL && name_is(py_callee(py, n), "*Depends|*Security")) {
			int32_t on = py_argument(py, n, 0, NULL);
			if (on != SYNTAX_NO_NODE &&
			    text_has_any(py_text(py, on),
					 "auth|token|api_key|user|verify|secur|cred|"
					 "permission|require")) {
				return true;
			}
		}
	}
	return false;
}

static bool ask_project_has_auth(struct py_project *project)
{
	for (size_t i = 0; i < project->count; i++) {
		struct py *py = project->files[i];
		if (py->in_service && file_has_auth(py)) {
			return true;
		}
	}
	return review_mentions(project->review, SOURCE_PROXY, "auth_basic") ||
	       review_mentions(project->review, SOURCE_PROXY, "auth_request");
}

bool project_has_auth(struct py_project *project)
{
	return ASKED_ONCE(project, ASK_AUTH, ask_project_has_auth(project));
}

static bool ask_project_handles_exceptions(struct py_project *project)
{
	for (size_t i = 0; i < project->count; i++) {
		struct py *py = project->files[i];
		if (py->has_exception_handler) {
			return true;
		}
		for (int32_t f = 0; f < py->function_count; f++) {
			const struct py_function *function = &py->functions[f];
			if (strcmp(function->name, "write_error") == 0) {
				return true;
			}
			/* a middleware whose call of the next one stands in a try */
			int32_t d = py_decorator(py, function->outer, 0);
			bool middleware =
				(d != SYNTAX_NO_NODE && text_has(py_text(py, d), "middleware")) ||
				(strcmp(function->name, "dispatch") == 0 && function->class >= 0);
			if (middleware && text_has(py_text(py, function->body), "except")) {
				return true;
			}
		}
	}
	return false;
}

bool project_handles_exceptions(struct py_project *project)
{
	return ASKED_ONCE(project, ASK_HANDLES, ask_project_handles_exceptions(project));
}

bool inside_with(struct py *py, int32_t node, const char *contexts)
{
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = tree->nodes[node].parent; n != SYNTAX_NO_NODE; n = tree->nodes[n].parent) {
		if (tree->nodes[n].kind != SYN_WITH_STATEMENT) {
			continue;
		}
		int32_t clause = syntax_child_of_kind(tree, n, SYN_WITH_CLAUSE);
		if (clause == SYNTAX_NO_NODE) {
			continue;
		}
		PY_EACH_INSIDE(tree, clause, c)
		{
			if (tree->nodes[c].kind == SYN_WITH_ITEM) {
				int32_t value = syntax_child(tree, c, FIELD_VALUE);
				if (name_is(py_name(py, value), contexts) ||
				    name_is(py_text(py, value), contexts)) {
					return true;
				}
			}
		}
	}
	return false;
}

bool lazily_guarded(struct py *py, int32_t node)
{
	const struct syntax_tree *tree = py->tree;
	int32_t child = node;
	for (int32_t n = tree->nodes[node].parent;
	     n != SYNTAX_NO_NODE && tree->nodes[n].kind != SYN_FUNCTION_DEFINITION;
	     n = tree->nodes[n].parent) {
		if (tree->nodes[n].kind == SYN_IF_STATEMENT) {
			int32_t condition = syntax_child(tree, n, FIELD_CONDITION);
			const char *text = py_text(py, condition);
			if (child != condition &&
			    (text_has(text, " is None") || strncmp(text, "not ", 4) == 0 ||
			     text_has(text, " not in ") || text_has(text, "hasattr(") ||
			     text_has(text, "== None"))) {
				return true;
			}
		}
		child = n;
	}
	/* if model is not None: return model — before it */
	int32_t f = py_function_of(py, node);
	if (f < 0) {
		return false;
	}
	PY_EACH_INSIDE(tree, py->functions[f].body, n)
	{
		if (n >= node) {
			break;
		}
		if (tree->nodes[n].kind == SYN_IF_STATEMENT) {
			const char *text = py_text(py, syntax_child(tree, n, FIELD_CONDITION));
			const char *body = py_text(py, syntax_child(tree, n, FIELD_CONSEQUENCE));
			if ((text_has(text, "is not None") || text_has(text, " in ")) &&
			    strncmp(body, "return", 6) == 0) {
				return true;
			}
		}
	}
	return false;
}

static bool any_serves(const struct judge *j)
{
	for (size_t i = 0; i < j->project->count; i++) {
		if (j->project->files[i]->serves) {
			return true;
		}
	}
	return false;
}

bool is_application(const struct judge *j)
{
	if (!j->py->creates_app) {
		return false;
	}
	if (j->py->serves) {
		return true;
	}
	return ASKED_ONCE(j->project, ASK_SERVES, any_serves(j));
}

static bool ask_served_by_real_server(const struct judge *j)
{
	static const char *const servers[] = {"gunicorn",  "uwsgi",  "waitress", "uvicorn",
					      "hypercorn", "gevent", "mod_wsgi", "cheroot"};
	static const enum source_kind kinds[] = {SOURCE_DOCKERFILE, SOURCE_COMPOSE, SOURCE_PROXY,
						 SOURCE_KUBERNETES};
	for (size_t i = 0; i < sizeof servers / sizeof *servers; i++) {
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			if (review_mentions(j->r, kinds[k], servers[i])) {
				return true;
			}
		}
		for (size_t p = 0; p < j->project->count; p++) {
			struct py *py = j->project->files[p];
			for (int32_t b = 0; b < py->binding_count; b++) {
				const char *q = py->bindings[b].qualified;
				if (q && strncmp(q, servers[i], strlen(servers[i])) == 0) {
					return true;
				}
			}
		}
	}
	return false;
}

bool served_by_real_server(const struct judge *j)
{
	return ASKED_ONCE(j->project, ASK_SERVED, ask_served_by_real_server(j));
}
