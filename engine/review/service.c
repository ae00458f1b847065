#include "engine/review/rules.h"

#include <string.h>
#include <strings.h>

const char *framework_name(int framework)
{
	static const char *const names[FRAMEWORK_COUNT] = {NULL,        "flask",       "fastapi",
							   "starlette", "aiohttp",     "tornado",
							   "bentoml",   "http.server", "grpc"};
	return names[framework];
}

/* Whether the file imports a package or anything below it. */
static bool imports(const struct py *py, const char *package)
{
	size_t length = strlen(package);
	for (int32_t i = 0; i < py->binding_count; i++) {
		const char *q = py->bindings[i].qualified;
		if (q && strncmp(q, package, length) == 0 &&
		    (q[length] == '\0' || q[length] == '.')) {
			return true;
		}
	}
	for (int32_t i = 0; i < py->wildcard_count; i++) {
		if (strncmp(py->wildcards[i], package, length) == 0) {
			return true;
		}
	}
	return false;
}

static int framework_of_object(struct py *py, const char *object, const char *method)
{
	if (name_is(object, "flask.Flask()|*Blueprint()|quart.Quart()|Flask()|flask_restx.*|flask_"
			    "restplus.*|"
			    "flask_openapi3.*|apiflask.*|flask_smorest.*|connexion.*|Flask")) {
		return FRAMEWORK_FLASK;
	}
	if (name_is(object,
		    "fastapi.*FastAPI()|fastapi.*APIRouter()|FastAPI()|*APIRouter()|ray.serve*")) {
		return FRAMEWORK_FASTAPI;
	}
	if (name_is(object, "starlette.*")) {
		return FRAMEWORK_STARLETTE;
	}
	if (name_is(object, "aiohttp.web.RouteTableDef()|*RouteTableDef()")) {
		return FRAMEWORK_AIOHTTP;
	}
	if (name_is(object, "bentoml.Service()|bentoml*") && strcmp(method, "api") == 0) {
		return FRAMEWORK_BENTOML;
	}
	/* an application that another module made: told by what this file imports */
	if (text_has(object, "sanic") || text_has(object, "bottle") || *object == '@') {
		return FRAMEWORK_NONE;
	}
	if (strcmp(method, "route") == 0 && (imports(py, "flask") || imports(py, "quart"))) {
		return FRAMEWORK_FLASK;
	}
	bool verb = name_is(method, "get|post|put|delete|patch|websocket|api_route|head|options");
	if (verb && imports(py, "fastapi")) {
		return FRAMEWORK_FASTAPI;
	}
	if (name_is(method, "get|post|put|delete|patch") && imports(py, "flask") &&
	    !imports(py, "requests")) {
		return FRAMEWORK_FLASK;
	}
	if (strcmp(method, "route") == 0 && imports(py, "starlette")) {
		return FRAMEWORK_STARLETTE;
	}
	return FRAMEWORK_NONE;
}

static uint8_t methods_of(struct py *py, int32_t call, const char *verb)
{
	if (name_is(verb, "get|head|options|do_GET|do_HEAD|add_get")) {
		return METHOD_GET;
	}
	if (name_is(verb, "post|do_POST|add_post")) {
		return METHOD_POST;
	}
	if (name_is(verb, "put|delete|patch|do_PUT|do_DELETE|add_put|add_delete|add_patch")) {
		return METHOD_OTHER;
	}
	if (strcmp(verb, "websocket") == 0) {
		return METHOD_WEBSOCKET;
	}
	uint8_t methods = 0;
	int32_t list =
		call == SYNTAX_NO_NODE ? SYNTAX_NO_NODE : py_argument(py, call, -1, "methods");
	if (list == SYNTAX_NO_NODE) {
		return METHOD_GET;
	}
	for (int32_t n = list; n < py->tree->nodes[list].after; n++) {
		const char *s = py_string(py, n);
		if (s) {
			methods |= strcasecmp(s, "GET") == 0    ? METHOD_GET
				   : strcasecmp(s, "POST") == 0 ? METHOD_POST
								: METHOD_OTHER;
		}
	}
	return methods ? methods : METHOD_GET;
}

static void make_handler(struct py *py, int32_t f, int framework, uint8_t methods,
			 const char *route, int32_t route_node)
{
	struct py_function *function = &py->functions[f];
	if (function->framework == FRAMEWORK_NONE) {
		function->framework = (uint8_t)framework;
		function->route_node = route_node;
	}
	function->methods |= methods;
	if (route && (*function->route == '\0' || strcmp(function->route, "/") == 0)) {
		function->route = route;
	}
	function->in_request = true;
	py->serves = true;
	if (py->framework == FRAMEWORK_NONE) {
		py->framework = (uint8_t)framework;
	}
}

static void decorated_handler(struct py *py, int32_t f)
{
	struct py_function *function = &py->functions[f];
	for (int i = 0; i < 12; i++) {
		int32_t d = py_decorator(py, function->outer, i);
		if (d == SYNTAX_NO_NODE) {
			break;
		}
		int32_t call = syntax_kind_of(py->tree, d) == SYN_CALL ? d : SYNTAX_NO_NODE;
		int32_t callee =
			call != SYNTAX_NO_NODE ? syntax_child(py->tree, call, FIELD_FUNCTION) : d;
		const char *full = py_name(py, callee);
		if (name_is(full, "bentoml.api")) {
			make_handler(py, f, FRAMEWORK_BENTOML, METHOD_POST, NULL, d);
		}
		if (name_is(full, "functools.lru_cache|functools.cache|lru_cache|cache|*.cached|"
				  "cachetools.*|*cache_resource|*singleton*|streamlit.*cache*|*."
				  "memoize")) {
			function->cached = true;
		}
		if (name_is(full, "*asynccontextmanager") && function->generator) {
			function->is_lifespan = true;
			function->at_startup = true;
		}
		if (syntax_kind_of(py->tree, callee) != SYN_ATTRIBUTE) {
			continue;
		}
		const char *method = py_text(py, syntax_child(py->tree, callee, FIELD_ATTRIBUTE));
		const char *object = py_name(py, syntax_child(py->tree, callee, FIELD_OBJECT));
		if (name_is(method, "on_event|before_first_request|before_serving|on_startup")) {
			int32_t what = call == SYNTAX_NO_NODE
					       ? SYNTAX_NO_NODE
					       : py_argument(py, call, 0, "event_type");
			const char *event =
				what == SYNTAX_NO_NODE ? "startup" : py_string(py, what);
			function->at_startup = event && strcmp(event, "startup") == 0;
			continue;
		}
		if (name_is(method, "errorhandler|exception_handler|app_errorhandler")) {
			const char *caught = call == SYNTAX_NO_NODE ? "" : py_text(py, call);
			py->has_exception_handler |= text_has(caught, "Exception)") ||
						     text_has(caught, "500") ||
						     text_has(caught, "InternalServerError");
			continue;
		}
		if (!name_is(method, "route|get|post|put|delete|patch|api_route|websocket|api|head|"
				     "websocket_route|view|options")) {
			continue;
		}
		int framework = framework_of_object(py, object, method);
		if (framework == FRAMEWORK_NONE ||
		    (call == SYNTAX_NO_NODE && framework != FRAMEWORK_BENTOML)) {
			continue;
		}
		if (framework == FRAMEWORK_FASTAPI && strcmp(method, "route") == 0) {
			framework = FRAMEWORK_STARLETTE;
		}
		int32_t path =
			call == SYNTAX_NO_NODE ? SYNTAX_NO_NODE : py_argument(py, call, 0, "path");
		if (path == SYNTAX_NO_NODE && call != SYNTAX_NO_NODE) {
			path = py_argument(py, call, 0, "rule");
		}
		const char *route = value_string(py, path);
		make_handler(py, f, framework,
			     framework == FRAMEWORK_BENTOML ? METHOD_POST
							    : methods_of(py, call, method),
			     route, d);
	}
}

static void class_handlers(struct py *py, int32_t c)
{
	static const struct {
		const char *bases, *methods;
		int framework;
	} rows[] = {
		{"tornado.web.RequestHandler|*RequestHandler", "get|post|put|delete|patch",
		 FRAMEWORK_TORNADO},
		{"*BaseHTTPRequestHandler|*SimpleHTTPRequestHandler|*CGIHTTPRequestHandler",
		 "do_GET|do_POST|do_PUT|do_DELETE", FRAMEWORK_HTTP_SERVER},
		{"flask.views.MethodView|*MethodView|flask_restful.Resource|flask_restx.Resource|"
		 "flask_restplus.Resource|Resource",
		 "get|post|put|delete|patch", FRAMEWORK_FLASK},
		{"starlette.endpoints.*|*HTTPEndpoint", "get|post|put|delete|patch",
		 FRAMEWORK_STARLETTE},
		{"aiohttp.web.View|web.View", "get|post|put|delete|patch", FRAMEWORK_AIOHTTP},
		{"*Servicer", "*", FRAMEWORK_GRPC},
	};
	/* BaseHTTPRequestHandler also ends in RequestHandler: the longer name wins */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!fact_derives(py, c, rows[i].bases) ||
		    (rows[i].framework == FRAMEWORK_TORNADO &&
		     (fact_derives(py, c, rows[1].bases) ||
		      fact_derives(py, c, "socketserver.*")))) {
			continue;
		}
		for (int32_t f = 0; f < py->function_count; f++) {
			struct py_function *function = &py->functions[f];
			if (function->class != c || !name_is(function->name, rows[i].methods)) {
				continue;
			}
			int32_t third = SYNTAX_NO_NODE;
			if (rows[i].framework == FRAMEWORK_GRPC &&
			    (*function->name == '_' || !py_parameter(py, function, 2, &third))) {
				continue;
			}
			make_handler(py, f, rows[i].framework,
				     rows[i].framework == FRAMEWORK_GRPC
					     ? METHOD_POST
					     : methods_of(py, SYNTAX_NO_NODE, function->name),
				     NULL, function->node);
		}
		return;
	}
}

static void set_class_route(struct py *py, const char *class_name, const char *route)
{
	struct py *file;
	int32_t class;
	if (!py_class_named(py, class_name, &file, &class)) {
		return;
	}
	for (int32_t f = 0; f < file->function_count; f++) {
		struct py_function *function = &file->functions[f];
		if (function->class == class && function->framework != FRAMEWORK_NONE && route) {
			function->route = route;
		}
	}
}

static int framework_of_registration(struct py *py, const char *callee, const char *method)
{
	if (name_is(method, "add_url_rule")) {
		return FRAMEWORK_FLASK;
	}
	if (name_is(method, "add_api_route|add_api_websocket_route")) {
		return FRAMEWORK_FASTAPI;
	}
	if (name_is(callee, "starlette.routing.Route|starlette.routing.WebSocketRoute|"
			    "fastapi.routing.APIRoute")) {
		return FRAMEWORK_STARLETTE;
	}
	if (name_is(callee, "aiohttp.web.get|aiohttp.web.post|aiohttp.web.put|aiohttp.web.delete|"
			    "aiohttp.web.route|aiohttp.web.patch")) {
		return FRAMEWORK_AIOHTTP;
	}
	if (name_is(method, "add_get|add_post|add_put|add_delete|add_patch|add_route|add_view") &&
	    imports(py, "aiohttp")) {
		return FRAMEWORK_AIOHTTP;
	}
	if (name_is(method, "add_route") && imports(py, "starlette")) {
		return FRAMEWORK_STARLETTE;
	}
	return FRAMEWORK_NONE;
}

/* Routes that are registered by a call: add_url_rule, add_routes([web.post(…)]), Route("/x", f), tornado's list. */
static void registered_handler(struct py *py, int32_t call)
{
	const char *callee = py_callee(py, call);
	int32_t function_node = syntax_child(py->tree, call, FIELD_FUNCTION);
	const char *method =
		syntax_kind_of(py->tree, function_node) == SYN_ATTRIBUTE
			? py_text(py, syntax_child(py->tree, function_node, FIELD_ATTRIBUTE))
			: "";
	if (strcmp(method, "add_resource") == 0) {
		int32_t class = py_argument(py, call, 0, NULL);
		int32_t path = py_argument(py, call, 1, NULL);
		if (class != SYNTAX_NO_NODE) {
			set_class_route(py, py_name(py, class),
					path == SYNTAX_NO_NODE ? NULL : py_string(py, path));
		}
		return;
	}
	if (name_is(method, "add_exception_handler|register_error_handler|errorhandler")) {
		const char *text = py_text(py, call);
		py->has_exception_handler |= text_has(text, "Exception,") || text_has(text, "500");
	}
	int framework = framework_of_registration(py, callee, method);
	if (framework == FRAMEWORK_NONE) {
		return;
	}
	const char *route = NULL;
	uint8_t methods = methods_of(
		py, call, name_is(callee, "aiohttp.web.*") ? strrchr(callee, '.') + 1 : method);
	struct py *file = NULL;
	int32_t f = -1;
	int32_t arguments = syntax_child(py->tree, call, FIELD_ARGUMENTS);
	if (arguments == SYNTAX_NO_NODE) {
		return;
	}
	PY_EACH_CHILD(py->tree, arguments, a)
	{
		int32_t value = py->tree->nodes[a].kind == SYN_KEYWORD_ARGUMENT
					? syntax_child(py->tree, a, FIELD_VALUE)
					: a;
		const char *text = py_string(py, value);
		if (text && *text == '/' && !route) {
			route = text;
		} else if (text && strcasecmp(text, "POST") == 0) {
			methods = METHOD_POST;
		} else if (!text && value != SYNTAX_NO_NODE && f < 0) {
			const char *name = py_name(py, value);
			if (!py_function_named(py, name, &file, &f)) {
				f = -1;
			} else if (strcmp(file->functions[f].name, "__init__") == 0) {
				set_class_route(py, name, route);
				f = -1;
			}
		}
	}
	if (f >= 0) {
		make_handler(file, f, framework, methods, route, call);
	}
}

static void tornado_routes(struct py *py)
{
	for (int32_t n = 0; n < py->tree->count; n++) {
		if (py->tree->nodes[n].kind != SYN_TUPLE) {
			continue;
		}
		int32_t path = py->tree->nodes[n].first_child;
		int32_t class =
			path == SYNTAX_NO_NODE ? SYNTAX_NO_NODE : py->tree->nodes[path].next;
		const char *route = path == SYNTAX_NO_NODE ? NULL : py_string(py, path);
		if (route && *route == '/' && class != SYNTAX_NO_NODE) {
			set_class_route(py, py_name(py, class), route);
		}
	}
}

/* aiohttp handlers that another module registers: coroutines of one argument `request` that answer with web.*. */
static void loose_aiohttp_handlers(struct py *py)
{
	if (!imports(py, "aiohttp.web") || py->serves) {
		return;
	}
	for (int32_t f = 0; f < py->function_count; f++) {
		struct py_function *function = &py->functions[f];
		int at = function->class >= 0 ? 1 : 0;
		const char *name = py_parameter(py, function, at, NULL);
		if (function->async && name && strcmp(name, "request") == 0 &&
		    !py_parameter(py, function, at + 1, NULL) &&
		    text_has(py_text(py, function->body), "web.")) {
			make_handler(py, f, FRAMEWORK_AIOHTTP, METHOD_GET | METHOD_POST, NULL,
				     function->node);
		}
	}
}

static void application(struct py *py)
{
	for (int32_t i = 0; i < py->call_count; i++) {
		const char *callee = py_callee(py, py->calls[i]);
		if (name_is(callee,
			    "flask.Flask|Flask|fastapi.*FastAPI|FastAPI|starlette.*Starlette|"
			    "aiohttp.web.Application|tornado.web.Application|bentoml.Service|"
			    "*HTTPServer|grpc.server|grpc.aio.server|quart.Quart|*Application")) {
			py->creates_app = true;
		}
		struct py *file;
		int32_t class;
		if (*callee == '@' && py_class_named(py, callee, &file, &class) && file == py &&
		    fact_derives(py, class, "*HTTPServer|*Application|*TCPServer")) {
			py->creates_app = true;
		}
	}
	for (int32_t c = 0; c < py->class_count; c++) {
		for (int i = 0; i < 6; i++) {
			int32_t d = py_decorator(py, py->classes[c].outer, i);
			if (d == SYNTAX_NO_NODE) {
				break;
			}
			int32_t callee = syntax_kind_of(py->tree, d) == SYN_CALL
						 ? syntax_child(py->tree, d, FIELD_FUNCTION)
						 : d;
			if (name_is(py_name(py, callee), "bentoml.service")) {
				py->creates_app = true;
				py->framework = FRAMEWORK_BENTOML;
			}
		}
	}
}

/* What runs at start, what in a request, and what ends up predicting: spread along calls until nothing changes. */

static void mark(struct py_function *f, bool request, bool startup, bool *changed)
{
	if (request && !f->in_request) {
		f->in_request = true;
		*changed = true;
	}
	if (startup && !f->at_startup) {
		f->at_startup = true;
		*changed = true;
	}
}

static void spread_call(struct py *py, int32_t call, bool *changed)
{
	int32_t caller_index = py_function_of(py, call);
	struct py_function *caller = caller_index >= 0 ? &py->functions[caller_index] : NULL;
	/* a decorator or default is evaluated where the function is defined */
	if (caller && !syntax_inside(py->tree, call, caller->body)) {
		caller = caller->parent >= 0 ? &py->functions[caller->parent] : NULL;
	}
	bool request = caller && caller->in_request;
	bool startup = caller ? caller->at_startup : true;
	bool predicts = fact_infers(py, call);
	struct py *file;
	int32_t f;
	if (py_called(py, call, &file, &f)) {
		mark(&file->functions[f], request, startup, changed);
		predicts |= file->functions[f].predicts;
		if (strcmp(file->functions[f].name, "__init__") == 0 && file == py) {
			/* nothing more: methods are marked by their own calls */
		}
	}
	int32_t arguments = syntax_child(py->tree, call, FIELD_ARGUMENTS);
	if (arguments != SYNTAX_NO_NODE) {
		PY_EACH_CHILD(py->tree, arguments, a)
		{
			int32_t value = py->tree->nodes[a].kind == SYN_KEYWORD_ARGUMENT
						? syntax_child(py->tree, a, FIELD_VALUE)
						: a;
			enum syntax_kind kind = syntax_kind_of(py->tree, value);
			if ((kind == SYN_IDENTIFIER || kind == SYN_ATTRIBUTE) &&
			    (request || startup)) {
				const char *name = py_name(py, value);
				if (py_function_named(py, name, &file, &f) &&
				    strcmp(file->functions[f].name, "__init__") != 0) {
					mark(&file->functions[f], request, false, changed);
					predicts |= request && file->functions[f].predicts;
				}
			}
		}
	}
	while (caller && predicts) {
		if (!caller->predicts) {
			caller->predicts = true;
			*changed = true;
		}
		caller = caller->parent >= 0 ? &py->functions[caller->parent] : NULL;
	}
}

static void factories_and_constructors(struct py *py)
{
	for (int32_t f = 0; f < py->function_count; f++) {
		struct py_function *function = &py->functions[f];
		bool constructor = strcmp(function->name, "__init__") == 0 ||
				   strcmp(function->name, "setup") == 0;
		if (constructor && function->class >= 0 &&
		    (fact_derives(py, function->class, "*Servicer") ||
		     py->classes[function->class].outer != py->classes[function->class].node)) {
			function->at_startup = true;
		}
		if (function->framework == FRAMEWORK_NONE && function->class < 0 &&
		    name_is(function->name,
			    "create_app|make_app|build_app|get_app|init_app|main|serve|"
			    "startup|on_startup|startup_event|init_model|run|lifespan")) {
			function->at_startup = true;
		}
	}
}

void service_model(struct py_project *project)
{
	for (size_t i = 0; i < project->count; i++) {
		struct py *py = project->files[i];
		application(py);
		for (int32_t f = 0; f < py->function_count; f++) {
			decorated_handler(py, f);
		}
		for (int32_t c = 0; c < py->class_count; c++) {
			class_handlers(py, c);
		}
		py_forget_texts(py);
	}
	for (size_t i = 0; i < project->count; i++) {
		struct py *py = project->files[i];
		for (int32_t c = 0; c < py->call_count; c++) {
			registered_handler(py, py->calls[c]);
		}
		if (imports(py, "tornado")) {
			tornado_routes(py);
		}
		loose_aiohttp_handlers(py);
		factories_and_constructors(py);
		py_forget_texts(py);
	}
	bool changed = true;
	for (int round = 0; changed && round < 8; round++) {
		changed = false;
		for (size_t i = 0; i < project->count; i++) {
			struct py *py = project->files[i];
			for (int32_t c = 0; c < py->call_count; c++) {
				spread_call(py, py->calls[c], &changed);
			}
			/* a function defined within a handler belongs to its request */
			for (int32_t f = 0; f < py->function_count; f++) {
				struct py_function *function = &py->functions[f];
				if (function->parent >= 0 &&
				    function->framework == FRAMEWORK_NONE) {
					mark(function, py->functions[function->parent].in_request,
					     false, &changed);
				}
			}
			py_forget_texts(py);
		}
	}
	for (size_t i = 0; i < project->count; i++) {
		struct py *py = project->files[i];
		for (int32_t c = 0; c < py->call_count; c++) {
			struct py *file;
			int32_t f;
			if (py_called(py, py->calls[c], &file, &f)) {
				file->functions[f].called = true;
				file->functions[f].called_untried |=
					py_try_around(py, py->calls[c]) == SYNTAX_NO_NODE;
			}
		}
	}
	for (size_t i = 0; i < project->count; i++) {
		struct py *py = project->files[i];
		py->in_service = py->serves || py->creates_app;
		for (int32_t f = 0; f < py->function_count && !py->in_service; f++) {
			py->in_service = py->functions[f].in_request;
		}
	}
}
