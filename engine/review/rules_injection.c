#include "engine/review/rules.h"

#include <string.h>

/* Request data that becomes an address, a path, a statement or a command. */

#define FROM_CALLER (TAINT_JSON | TAINT_FORM | TAINT_VALUE | TAINT_NAME | TAINT_PATH)

static bool from_caller(uint32_t taint)
{
	return (taint & FROM_CALLER) && !(taint & (TAINT_NUMBER | TAINT_MODEL_OUT));
}

/* A text that starts with a fixed scheme and host leaves the caller only the path. */
static bool fixed_host(struct py *py, int32_t node)
{
	const struct syntax_tree *tree = py->tree;
	if (syntax_kind_of(tree, node) == SYN_IDENTIFIER) {
		size_t length;
		const char *name = syntax_text(tree, node, &length);
		int32_t b = py_lookup(py, py->scope_of[node], name, length);
		if (b >= 0 && py->bindings[b].kind == BIND_ASSIGN) {
			node = py->bindings[b].value;
		}
	}
	if (syntax_kind_of(tree, node) == SYN_BINARY_OPERATOR) {
		node = syntax_child(tree, node, FIELD_LEFT);
		if (syntax_kind_of(tree, node) == SYN_IDENTIFIER) {
			return !from_caller(py->taint[node]); /* BASE_URL + x */
		}
	}
	if (syntax_kind_of(tree, node) == SYN_CALL) {
		int32_t function = syntax_child(tree, node, FIELD_FUNCTION);
		if (syntax_is(tree, syntax_child(tree, function, FIELD_ATTRIBUTE), "format")) {
			node = syntax_child(tree, function, FIELD_OBJECT);
		}
	}
	if (syntax_kind_of(tree, node) != SYN_STRING) {
		return false;
	}
	PY_EACH_CHILD(tree, node, c)
	{
		if (tree->nodes[c].kind == SYN_STRING_CONTENT) {
			const char *text = py_text(py, c);
			const char *host = strstr(text, "://");
			return host && host[3] != '\0' && host[3] != '{';
		}
		if (tree->nodes[c].kind == SYN_INTERPOLATION) {
			return !from_caller(py->taint[c]);
		}
	}
	return false;
}

/* A library's function that says it fetches an address: preprocessor.from_url(…). */
static bool fetches_by_name(const char *callee)
{
	const char *dot = strrchr(callee, '.');
	return *callee != '@' &&
	       name_is(dot ? dot + 1 : callee,
		       "from_url|*_from_url|fetch_url|download_url|download_image");
}

static void ssrf(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	const char *callee = py_callee(py, call);
	if (!fact_outbound(callee) && !fetches_by_name(callee) &&
	    !name_is(callee, "cv2.VideoCapture|*imread|pandas.read_csv|"
			     "newspaper.Article|*.WebBaseLoader|"
			     "tensorflow.keras.utils.get_file")) {
		return;
	}
	bool fetches_only_urls = fetches_by_name(callee) ||
				 (fact_outbound(callee) && !name_is(callee, "*imread|*get_file"));
	int32_t url = py_argument(py, call, name_is(callee, "*.request|*get_file") ? 1 : 0, "url");
	if (url == SYNTAX_NO_NODE) {
		url = py_argument(py, call, -1, "origin");
	}
	if (url == SYNTAX_NO_NODE || !from_caller(py->taint[url]) ||
	    (py->taint[url] & (TAINT_WRAPPED | TAINT_FILE)) || fixed_host(py, url)) {
		return;
	}
	if (!fetches_only_urls && !text_has_any(py_text(py, url), "url|uri|link")) {
		return;
	}
	report_text(j->r, j->source, RULE_SSRF, call, call);
}

static bool looks_like_sql(const char *text)
{
	return text_has_any(text, "select |insert into|update |delete from|drop table|create table|"
				  "where ");
}

/* A text put together from parts that are no constants. */
static bool joined_text(struct py *py, int32_t node, bool *caller)
{
	const struct syntax_tree *tree = py->tree;
	enum syntax_kind kind = syntax_kind_of(tree, node);
	if (kind == SYN_STRING) {
		bool any = false;
		PY_EACH_CHILD(tree, node, c)
		{
			if (tree->nodes[c].kind == SYN_INTERPOLATION) {
				any = true;
				*caller |= from_caller(py->taint[c]);
			}
		}
		return any;
	}
	if (kind == SYN_BINARY_OPERATOR) {
		const char *op = py_text(py, syntax_child(tree, node, FIELD_OPERATOR));
		int32_t right = syntax_child(tree, node, FIELD_RIGHT);
		if ((strcmp(op, "+") == 0 || strcmp(op, "%") == 0) && right != SYNTAX_NO_NODE) {
			for (int32_t n = node; n < tree->nodes[node].after; n++) {
				*caller |= from_caller(py->taint[n]);
			}
			return !py_is_constant(py, right) ||
			       !py_is_constant(py, syntax_child(tree, node, FIELD_LEFT));
		}
	}
	if (kind == SYN_CALL) {
		int32_t function = syntax_child(tree, node, FIELD_FUNCTION);
		if (syntax_is(tree, syntax_child(tree, function, FIELD_ATTRIBUTE), "format")) {
			for (int32_t n = node; n < tree->nodes[node].after; n++) {
				*caller |= from_caller(py->taint[n]);
			}
			return true;
		}
		if (name_is(py_callee(py, node), "sqlalchemy.text|text")) {
			int32_t inner = py_argument(py, node, 0, NULL);
			return inner != SYNTAX_NO_NODE && joined_text(py, inner, caller);
		}
	}
	return false;
}

static void sql(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	int32_t function = syntax_child(tree, call, FIELD_FUNCTION);
	const char *callee = py_text(py, function);
	if (!name_is(callee,
		     "*.execute|*.executemany|*.executescript|*.read_sql|*.read_sql_query|*.raw|"
		     "*.fetch|*.fetchrow|*.query")) {
		return;
	}
	int32_t statement = py_argument(py, call, 0, NULL);
	if (statement == SYNTAX_NO_NODE) {
		return;
	}
	int32_t built = statement;
	if (syntax_kind_of(tree, statement) == SYN_IDENTIFIER) {
		size_t length;
		const char *name = syntax_text(tree, statement, &length);
		int32_t b = py_lookup(py, py->scope_of[statement], name, length);
		if (b < 0 || (py->bindings[b].kind != BIND_ASSIGN &&
			      py->bindings[b].kind != BIND_AUGMENTED)) {
			return;
		}
		built = py->bindings[b].value;
	}
	bool caller = false;
	if (!joined_text(py, built, &caller) || !looks_like_sql(py_text(py, built))) {
		return;
	}
	caller |= from_caller(py->taint[statement]);
	/* a parameter of the function around counts as input too */
	int32_t f = py_function_of(py, call);
	const char *parameter;
	for (int i = 0;
	     !caller && f >= 0 && (parameter = py_parameter(py, &py->functions[f], i, NULL)); i++) {
		caller = strcmp(parameter, "self") != 0 && py_uses(py, built, parameter);
	}
	if (caller) {
		report(j->r, j->source, RULE_SQL_INJECTION, call, NULL);
	}
}

/* Paths */

static bool path_is_open(struct py *py, int32_t node)
{
	uint32_t taint = py->taint[node];
	if (!(taint & (TAINT_NAME | TAINT_VALUE | TAINT_JSON | TAINT_PATH)) ||
	    (taint & (TAINT_NUMBER | TAINT_MODEL_OUT | TAINT_WRAPPED))) {
		return false;
	}
	if ((taint & TAINT_FILE) && !(taint & TAINT_NAME)) {
		return false;
	}
	/* a part of the URL has no slash in it unless the route says so */
	if ((taint & TAINT_PATH) && !(taint & (TAINT_NAME | TAINT_JSON))) {
		int32_t f = py_function_of(py, node);
		return f >= 0 && text_has_any(py->functions[f].route, "path:|:path");
	}
	return true;
}

static bool name_is_new(struct py *py, int32_t node)
{
	return text_has_any(py_text(py, node), "uuid|secure_filename|basename(|token_hex|hashlib|"
					       ".stem|.suffix|splitext");
}

static bool containment_checked(struct py *py, int32_t f)
{
	return f >= 0 &&
	       text_has_any(py_text(py, py->functions[f].body),
			    "is_relative_to|commonpath|.resolve(|realpath|abspath(|safe_join");
}

static void paths(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	const char *callee = py_callee(py, call);
	const char *text = py_text(py, syntax_child(py->tree, call, FIELD_FUNCTION));
	bool join = name_is(callee, "os.path.join|pathlib.Path");
	bool sink = join || name_is(callee, "open|io.open|aiofiles.open|cv2.imread|PIL.Image.open|"
					    "flask.send_file|send_file|os.remove|os.unlink|shutil."
					    "copy|shutil.copyfile|shutil.copy2|"
					    "shutil.move|shutil.rmtree|pandas.read_csv|numpy.load|"
					    "*FileResponse|librosa.load|*load_img|wave.open|"
					    "keras.preprocessing.image.load_img|soundfile.read|"
					    "torchaudio.load|os.rename");
	sink |= name_is(text, "*.save") && py_argument_count(py, call) == 1 &&
		(py->taint[syntax_child(py->tree, call, FIELD_FUNCTION)] & TAINT_FILE);
	int32_t f = py_function_of(py, call);
	if (!sink || f < 0 || !py->functions[f].in_request || containment_checked(py, f)) {
		return;
	}
	int32_t arguments = syntax_child(py->tree, call, FIELD_ARGUMENTS);
	int at = 0;
	PY_EACH_CHILD(py->tree, arguments, a)
	{
		at++;
		if ((!join && at > 1 && !name_is(callee, "os.rename|shutil.*")) ||
		    py->tree->nodes[a].kind == SYN_KEYWORD_ARGUMENT) {
			break;
		}
		if (syntax_kind_of(py->tree, a) == SYN_CALL &&
		    name_is(py_callee(py, a), "os.path.join|pathlib.Path|io.BytesIO")) {
			continue; /* told there */
		}
		if (!path_is_open(py, a) || name_is_new(py, a)) {
			continue;
		}
		/* a variable that was built by a join: told there; a helper's parameter: told where it was made */
		if (syntax_kind_of(py->tree, a) == SYN_IDENTIFIER) {
			const char *name = py_name(py, a);
			size_t length;
			const char *text_of = syntax_text(py->tree, a, &length);
			int32_t b = py_lookup(py, py->scope_of[a], text_of, length);
			if (b >= 0 && py->bindings[b].kind == BIND_PARAM && !join &&
			    py->functions[f].framework == FRAMEWORK_NONE) {
				continue;
			}
			if (name_is(name, "os.path.join()|pathlib.Path()*|?.joinpath()")) {
				continue;
			}
		}
		if (py->taint[a] & TAINT_JOINED) {
			continue; /* told where it was joined */
		}
		report(j->r, j->source, RULE_PATH_TRAVERSAL, call, NULL);
		return;
	}
}

/* DIR / file.filename */
static void path_division(struct judge *j)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = 0; n < tree->count; n++) {
		if (tree->nodes[n].kind != SYN_BINARY_OPERATOR ||
		    !syntax_is(tree, syntax_child(tree, n, FIELD_OPERATOR), "/")) {
			continue;
		}
		int32_t right = syntax_child(tree, n, FIELD_RIGHT);
		if (right != SYNTAX_NO_NODE && (py->taint[right] & TAINT_NAME) &&
		    !name_is_new(py, right) && !containment_checked(py, py_function_of(py, n))) {
			report(j->r, j->source, RULE_PATH_TRAVERSAL, n, NULL);
		}
	}
}

static void commands(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	const char *callee = py_callee(py, call);
	int32_t first = py_argument(py, call, 0, "args");
	if (first == SYNTAX_NO_NODE || !from_caller(py->taint[first])) {
		return;
	}
	bool shell = py_is_true(py, py_argument(py, call, -1, "shell"));
	bool list = syntax_kind_of(py->tree, first) == SYN_LIST ||
		    strcmp(py_name(py, first), "list") == 0;
	if (name_is(callee,
		    "os.system|os.popen|eval|exec|commands.getoutput|subprocess.getoutput|"
		    "subprocess.getstatusoutput|pandas.eval|asyncio.create_subprocess_shell") ||
	    (name_is(callee, "subprocess.*") && (shell || (!list && shell)))) {
		report(j->r, j->source, RULE_COMMAND_INJECTION, call, NULL);
	}
}

void rules_injection(struct judge *j)
{
	struct py *py = j->py;
	for (int32_t i = 0; i < py->call_count; i++) {
		sql(j, py->calls[i]);
		if (py->in_service) {
			ssrf(j, py->calls[i]);
			paths(j, py->calls[i]);
			commands(j, py->calls[i]);
		}
	}
	if (py->in_service) {
		path_division(j);
	}
}
