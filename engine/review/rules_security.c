#include "engine/review/rules.h"

#include <string.h>

static void unsafe_loads(struct judge *j, int32_t call)
{
	if (fact_unsafe_load(j->py, call)) {
		report_text(j->r, j->source, RULE_UNSAFE_DESERIALIZATION, call,
			    syntax_child(j->py->tree, call, FIELD_FUNCTION));
	}
}

static bool checks_hash(struct py *py)
{
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = 0; n < tree->count; n++) {
		if (tree->nodes[n].kind == SYN_IDENTIFIER &&
		    name_is(py_text(py, n),
			    "hashlib|sha256|md5|file_hash|check_hash|known_hash|checksum|"
			    "sha256sum|verify_checksum|hash_prefix|digest|hexdigest")) {
			return true;
		}
	}
	return false;
}

static void downloads(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	const char *callee = py_callee(py, call);
	bool fetched =
		name_is(callee,
			"urllib.request.urlretrieve|urllib.urlretrieve|urlretrieve|wget.download|"
			"gdown.download|gdown.download_folder|torch.hub.load_state_dict_from_url|"
			"torch.utils.model_zoo.load_url|*download_file|*download_fileobj|"
			"*keras.utils.get_file|*download_to_filename|*data_utils.get_file") &&
		*callee != '@';
	if (!fetched && name_is(callee, "requests.get|urllib.request.urlopen")) {
		/* fetched and written to a file in the same function */
		int32_t f = py_function_of(py, call);
		int32_t body = f >= 0 ? py->functions[f].body : 0;
		const char *text = py_text(py, body);
		fetched = (f < 0 || !py->functions[f].in_request) && text_has(text, ".write(") &&
			  (text_has(text, "'wb'") || text_has(text, "\"wb\""));
	}
	if (!fetched || checks_hash(py)) {
		return;
	}
	if (name_is(callee, "torch.hub.load_state_dict_from_url|torch.utils.model_zoo.load_url")) {
		report_text(j->r, j->source, RULE_DOWNLOAD_WITHOUT_INTEGRITY, call,
			    syntax_child(py->tree, call, FIELD_FUNCTION));
		return;
	}
	for (int32_t i = 0; i < py->call_count; i++) {
		if (fact_loads_model(py, py->calls[i])) {
			report_text(j->r, j->source, RULE_DOWNLOAD_WITHOUT_INTEGRITY, call,
				    syntax_child(py->tree, call, FIELD_FUNCTION));
			return;
		}
	}
}

static bool runs_application(struct py *py, int32_t call)
{
	int32_t function = syntax_child(py->tree, call, FIELD_FUNCTION);
	if (syntax_kind_of(py->tree, function) != SYN_ATTRIBUTE ||
	    !syntax_is(py->tree, syntax_child(py->tree, function, FIELD_ATTRIBUTE), "run")) {
		return false;
	}
	int32_t object = syntax_child(py->tree, function, FIELD_OBJECT);
	const char *name = py_name(py, object);
	if (name_is(name,
		    "flask.Flask()|Flask()|quart.Quart()|connexion.*|flask_socketio.SocketIO()|"
		    "dash.Dash()|*SocketIO()|apiflask.*|flask_openapi3.*")) {
		return true;
	}
	const char *text = py_text(py, object);
	return name_is(text, "app|application|server|api|socketio|*.app") &&
	       !name_is(name,
			"uvicorn*|aiohttp*|fastapi*|subprocess|asyncio|docker*|typer*|*argparse*|"
			"fastmcp*|mcp*|*FastMCP*|gradio*|streamlit*");
}

static void debug_servers(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	const char *callee = py_callee(py, call);
	const char *keyword = "debug";
	if (name_is(callee, "tornado.autoreload.start")) {
		report_text(j->r, j->source, RULE_DEBUG_SERVER, call, call);
		return;
	}
	bool run = runs_application(py, call);
	if (!run) {
		if (name_is(callee, "uvicorn.run|hypercorn.run")) {
			keyword = "reload";
		} else if (!name_is(callee, "fastapi.*FastAPI|FastAPI|starlette.*Starlette|"
					    "tornado.web.Application|quart.Quart|*Application|"
					    "aiohttp.web.Application|werkzeug.serving.run_simple|"
					    "run_simple")) {
			return;
		}
		if (name_is(callee, "*run_simple")) {
			keyword = "use_debugger";
		}
	}
	int32_t argument = py_keyword(py, call, keyword);
	if (argument == SYNTAX_NO_NODE && strcmp(keyword, "reload") == 0) {
		argument = py_keyword(py, call, "debug");
	}
	if (argument == SYNTAX_NO_NODE && name_is(callee, "tornado.web.Application")) {
		argument = py_keyword(py, call, "autoreload");
	}
	if (argument == SYNTAX_NO_NODE ||
	    !value_is_true(py, syntax_child(py->tree, argument, FIELD_VALUE))) {
		return;
	}
	/* in a call that spans lines the offence is the argument's */
	const struct syntax_node *nodes = py->tree->nodes;
	const char *from = py->tree->text + nodes[call].start;
	bool one_line = !memchr(from, '\n', nodes[argument].start - nodes[call].start);
	int32_t at = one_line ? call : argument;
	report_text(j->r, j->source, RULE_DEBUG_SERVER, at, argument);
	if (run) {
		const char *host = value_string(py, py_argument(py, call, 0, "host"));
		if (host && strcmp(host, "0.0.0.0") == 0) {
			report(j->r, j->source, RULE_BINDS_ALL_INTERFACES_WITH_DEBUG, call, NULL);
		}
	}
}

static void debug_settings(struct judge *j)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = 0; n < tree->count; n++) {
		if (tree->nodes[n].kind == SYN_ASSIGNMENT) {
			int32_t left = syntax_child(tree, n, FIELD_LEFT);
			int32_t right = syntax_child(tree, n, FIELD_RIGHT);
			if (right == SYNTAX_NO_NODE || !py_is_true(py, right)) {
				continue;
			}
			const char *text = py_text(py, left);
			bool config = syntax_kind_of(tree, left) == SYN_SUBSCRIPT &&
				      text_has(text, "config") &&
				      (text_has(text, "'DEBUG'") || text_has(text, "\"DEBUG\""));
			bool attribute = syntax_kind_of(tree, left) == SYN_ATTRIBUTE &&
					 name_is(text, "app.debug|application.debug|server.debug");
			if (config || attribute) {
				report_text(j->r, j->source, RULE_DEBUG_SERVER, n, n);
			}
		} else if (tree->nodes[n].kind == SYN_KEYWORD_ARGUMENT &&
			   syntax_is(tree, syntax_child(tree, n, FIELD_NAME), "DEBUG") &&
			   py_is_true(py, syntax_child(tree, n, FIELD_VALUE))) {
			int32_t call = syntax_enclosing(tree, n, SYN_CALL);
			if (call != SYNTAX_NO_NODE &&
			    name_ends(py_text(py, syntax_child(tree, call, FIELD_FUNCTION)),
				      "config.update")) {
				report_text(j->r, j->source, RULE_DEBUG_SERVER, n, n);
			}
		}
	}
}

static bool holds_star(struct py *py, int32_t node)
{
	for (int32_t n = node; node != SYNTAX_NO_NODE && n < py->tree->nodes[node].after; n++) {
		if (py->tree->nodes[n].kind == SYN_STRING) {
			const char *s = py_string(py, n);
			if (s && strcmp(s, "*") == 0) {
				return true;
			}
		}
	}
	return false;
}

static void cors(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	const char *callee = py_callee(py, call);
	const char *text = py_text(py, call);
	static const char *const keywords[] = {
		"allow_origins",        "origins",     "origin", "resources",
		"cors_allowed_origins", "allow_origin"};
	bool cors_call = name_is(callee, "*CORS|*.add_middleware|*CORSMiddleware|*cross_origin|"
					 "*Middleware|*SocketIO|aiohttp_cors.*") ||
			 text_has(callee, "CORS");
	int32_t credentials = py_argument(py, call, -1, "allow_credentials");
	if (credentials == SYNTAX_NO_NODE) {
		credentials = py_argument(py, call, -1, "supports_credentials");
	}
	int severity = value_is_true(py, credentials) ? (int)REVIEW_HIGH : SEVERITY_OF_RULE;
	for (size_t i = 0; cors_call && i < sizeof keywords / sizeof *keywords; i++) {
		int32_t argument = py_keyword(py, call, keywords[i]);
		if (argument == SYNTAX_NO_NODE) {
			continue;
		}
		int32_t value = syntax_child(tree, argument, FIELD_VALUE);
		int32_t at = argument;
		if (syntax_kind_of(tree, value) == SYN_IDENTIFIER) {
			size_t length;
			const char *name = syntax_text(tree, value, &length);
			int32_t b = py_lookup(py, py->scope_of[value], name, length);
			if (b < 0 || py->bindings[b].kind != BIND_ASSIGN) {
				continue;
			}
			value = py->bindings[b].value;
			if (syntax_kind_of(tree, value) != SYN_LIST &&
			    syntax_kind_of(tree, value) != SYN_STRING) {
				continue;
			}
			at = py_statement(py, value);
		}
		enum syntax_kind kind = syntax_kind_of(tree, value);
		bool literal = kind == SYN_LIST || kind == SYN_STRING || kind == SYN_DICTIONARY ||
			       kind == SYN_TUPLE || kind == SYN_SET;
		if (literal && holds_star(py, value)) {
			report_at(j->r, j->source, RULE_CORS_WILDCARD, severity,
				  tree->nodes[at].start, tree->nodes[at].end, NULL);
			return;
		}
	}
	if (text_has(text, "Access-Control-Allow-Origin") && py_argument_count(py, call) == 2) {
		const char *name = py_string(py, py_argument(py, call, 0, NULL));
		const char *value = py_string(py, py_argument(py, call, 1, NULL));
		if (name && value && strcmp(name, "Access-Control-Allow-Origin") == 0 &&
		    strcmp(value, "*") == 0) {
			report(j->r, j->source, RULE_CORS_WILDCARD, call, NULL);
		}
	}
}

static void cors_headers(struct judge *j)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = 0; n < tree->count; n++) {
		int32_t key = SYNTAX_NO_NODE, value = SYNTAX_NO_NODE;
		if (tree->nodes[n].kind == SYN_ASSIGNMENT) {
			int32_t left = syntax_child(tree, n, FIELD_LEFT);
			key = syntax_child(tree, left, FIELD_SUBSCRIPT);
			value = syntax_child(tree, n, FIELD_RIGHT);
		} else if (tree->nodes[n].kind == SYN_PAIR) {
			key = syntax_child(tree, n, FIELD_KEY);
			value = syntax_child(tree, n, FIELD_VALUE);
		}
		if (key == SYNTAX_NO_NODE || value == SYNTAX_NO_NODE) {
			continue;
		}
		const char *k = py_string(py, key), *v = py_string(py, value);
		if (k && v && strcmp(k, "Access-Control-Allow-Origin") == 0 &&
		    strcmp(v, "*") == 0) {
			report(j->r, j->source, RULE_CORS_WILDCARD, n, NULL);
		}
	}
}

static void raw_logs(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	int32_t f = py_function_of(py, call);
	if (f < 0 || !py->functions[f].in_request || !fact_logs(py, call)) {
		return;
	}
	int32_t arguments = syntax_child(py->tree, call, FIELD_ARGUMENTS);
	PY_EACH_CHILD(py->tree, arguments, a)
	{
		uint32_t taint = py->taint[a];
		bool content = taint & (TAINT_JSON | TAINT_FORM | TAINT_VALUE) &&
			       !(taint & (TAINT_NAME | TAINT_NUMBER)) && !(taint & TAINT_FILE) &&
			       !((taint & TAINT_PATH) && !(taint & (TAINT_JSON | TAINT_FORM)));
		/* rows read out of an uploaded file */
		const char *shown = py_text(py, a);
		content |= (taint & TAINT_FILE) && (taint & TAINT_WRAPPED) &&
			   name_ends(shown, ".head()");
		/* a parameter of one plain type, which the framework checked, is no body */
		content &= !((taint & (TAINT_SCALAR | TAINT_DERIVED)) &&
			     !(taint & (TAINT_JSON | TAINT_FORM)));
		if (content || (taint & TAINT_REQUEST)) {
			if (syntax_kind_of(py->tree, a) == SYN_IDENTIFIER &&
			    (taint & TAINT_REQUEST) && !content) {
				continue; /* the request object shows its line only */
			}
			report(j->r, j->source, RULE_LOGS_RAW_INPUT, call, NULL);
			return;
		}
	}
}

static void authentication(struct judge *j)
{
	if (!is_application(j) || project_has_auth(j->project)) {
		return;
	}
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		for (int32_t f = 0; f < py->function_count; f++) {
			if (!is_predict_handler(&py->functions[f])) {
				continue;
			}
			int32_t at = py == j->py ? py->functions[f].outer : 0;
			const struct syntax_node *n = &j->py->tree->nodes[at];
			report_at(j->r, j->source, RULE_NO_AUTH, SEVERITY_OF_RULE, n->start,
				  n->start + 1, NULL);
			return;
		}
	}
}

void rules_security(struct judge *j)
{
	struct py *py = j->py;
	for (int32_t i = 0; i < py->call_count; i++) {
		int32_t call = py->calls[i];
		unsafe_loads(j, call);
		downloads(j, call);
		debug_servers(j, call);
		cors(j, call);
		raw_logs(j, call);
	}
	debug_settings(j);
	cors_headers(j);
	authentication(j);
}
