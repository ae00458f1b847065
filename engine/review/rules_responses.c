#include "engine/review/rules.h"

#include <string.h>

/* What goes into a response: exception texts, status codes, numpy values. */

/* The place where an exception becomes text within an answer; SYNTAX_NO_NODE when it does not. */
static int32_t exception_text(struct py *py, int32_t answer)
{
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = answer; n < tree->nodes[answer].after; n++) {
		/* `raise HTTPException(…) from exc`: the cause stays in the log */
		if (tree->nodes[n].field == FIELD_CAUSE) {
			n = tree->nodes[n].after - 1;
			continue;
		}
		uint32_t taint = py->taint[n];
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
		/* the name of its type tells nobody anything */
		if (kind == SYN_CALL && name_is(py_callee(py, n), "type|isinstance|len|bool")) {
			n = tree->nodes[n].after - 1;
			continue;
		}
		if (!(taint & (TAINT_EXCEPTION | TAINT_TRACE))) {
			continue;
		}
		if (kind == SYN_CALL) {
			const char *callee = py_callee(py, n);
			if (fact_logs(py, n)) {
				n = tree->nodes[n].after - 1;
				continue;
			}
			if (name_is(callee, "str|repr|traceback.*|sys.exc_info|*.format|str.format|"
					    "*.format_exc|type().__name__")) {
				return n;
			}
		} else if (kind == SYN_STRING || kind == SYN_BINARY_OPERATOR) {
			return n;
		} else if (kind == SYN_IDENTIFIER) {
			int32_t parent = tree->nodes[n].parent;
			if (syntax_kind_of(tree, parent) == SYN_KEYWORD_ARGUMENT &&
			    tree->nodes[n].field == FIELD_NAME) {
				continue;
			}
			if (syntax_kind_of(tree, parent) == SYN_ATTRIBUTE) {
				return parent;
			}
			return n;
		}
	}
	return SYNTAX_NO_NODE;
}

/* An exception that the service defines for its callers and answers with 4xx: its text is written for them. */
static bool meant_for_the_caller(struct py *py, int32_t answer)
{
	int32_t except = py_except_around(py, answer);
	int status = status_in(py, answer);
	if (except == SYNTAX_NO_NODE || status < 400 || status >= 500 ||
	    py_catches_all(py, except)) {
		return false;
	}
	const struct syntax_tree *tree = py->tree;
	int32_t value = syntax_child(tree, except, FIELD_VALUE);
	if (syntax_kind_of(tree, value) == SYN_AS_PATTERN) {
		value = tree->nodes[value].first_child;
	}
	bool any = false;
	for (int32_t n = value; value != SYNTAX_NO_NODE && n < tree->nodes[value].after; n++) {
		if (tree->nodes[n].kind != SYN_IDENTIFIER) {
			continue;
		}
		const char *name = py_name(py, n);
		if (*name != '@' && !strchr(name, '.')) {
			return false; /* one of Python's own */
		}
		if (name_is(name,
			    "requests.*|httpx.*|aiohttp.*|urllib*|sqlalchemy.*|json.*|PIL.*|"
			    "pydantic*|psycopg2.*|redis.*|botocore.*|boto3.*|subprocess|"
			    "grpc.*|jwt.*|jose.*|marshmallow.*|pandas.*|numpy.*|torch.*|"
			    "pymongo.*|asyncio.*|werkzeug.*|fastapi.*|starlette.*|flask.*|"
			    "openai.*|cv2.*|binascii.*|socket.*|mlflow.*|sklearn.*|"
			    "tensorflow.*|concurrent.*|zipfile.*|csv.*|yaml.*|jsonschema.*")) {
			return false;
		}
		any = true;
	}
	return any;
}

static bool answers(struct py *py, int32_t call)
{
	const char *text = py_text(py, syntax_child(py->tree, call, FIELD_FUNCTION));
	return name_is(text,
		       "self.write|self.finish|self.wfile.write|context.abort|context.set_details|"
		       "self.send_error|abort|flask.abort|*.send_text|*.send_json|self.render|"
		       "self.write_error|*.set_details|flash|await_only");
}

static void leaks(struct judge *j)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	for (int32_t f = 0; f < py->function_count; f++) {
		const struct py_function *function = &py->functions[f];
		if (function->body == SYNTAX_NO_NODE) {
			continue;
		}
		/* handlers, and registered error handlers (which have an exception for a parameter) */
		bool error_handler = false;
		int32_t d = py_decorator(py, function->outer, 0);
		if (d != SYNTAX_NO_NODE) {
			error_handler =
				text_has_any(py_text(py, d), "errorhandler|exception_handler");
		}
		bool answering = function->framework != FRAMEWORK_NONE || error_handler;
		if (!answering && !function->in_request) {
			continue;
		}
		PY_EACH_INSIDE(tree, function->body, n)
		{
			enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
			if (kind == SYN_FUNCTION_DEFINITION && py_function_of(py, n + 1) != f) {
				continue;
			}
			bool sink = false;
			if (kind == SYN_RETURN_STATEMENT) {
				sink = answering ||
				       text_has_any(py_text(py, n), "jsonify|Response|error");
			} else if (kind == SYN_RAISE_STATEMENT) {
				sink = text_has_any(py_text(py, n),
						    "HTTPException(|HTTPError(|web.HTTP|"
						    "HTTPBadRequest(|InternalServerError(|"
						    "BadRequest(|abort(");
			} else if (kind == SYN_YIELD) {
				sink = answering;
			} else if (kind == SYN_CALL) {
				sink = answers(py, n);
			}
			if (!sink) {
				continue;
			}
			int32_t at = exception_text(py, n);
			if (at != SYNTAX_NO_NODE && !meant_for_the_caller(py, n)) {
				report_text(j->r, j->source, RULE_LEAKS_EXCEPTION_TEXT, at, at);
			}
		}
	}
}

/* Status codes */

static bool tests_request(struct py *py, int32_t condition)
{
	for (int32_t n = condition; n < py->tree->nodes[condition].after; n++) {
		uint32_t taint = py->taint[n];
		if (taint & (TAINT_RAW | TAINT_REQUEST) && !(taint & TAINT_MODEL_OUT)) {
			return true;
		}
	}
	return false;
}

static bool body_infers(struct py *py, int32_t try_statement)
{
	const struct syntax_tree *tree = py->tree;
	int32_t body = syntax_child(tree, try_statement, FIELD_BODY);
	for (int32_t n = body; body != SYNTAX_NO_NODE && n < tree->nodes[body].after; n++) {
		struct py *file;
		int32_t f;
		if (tree->nodes[n].kind == SYN_CALL &&
		    (fact_infers(py, n) || fact_trains(py_callee(py, n)) ||
		     (py_called(py, n, &file, &f) && file->functions[f].predicts))) {
			return true;
		}
	}
	return false;
}

static int status_of_statement(struct py *py, int32_t n)
{
	enum syntax_kind kind = (enum syntax_kind)py->tree->nodes[n].kind;
	if (kind == SYN_RETURN_STATEMENT || kind == SYN_RAISE_STATEMENT) {
		return status_in(py, n);
	}
	if (kind == SYN_CALL && name_is(py_text(py, syntax_child(py->tree, n, FIELD_FUNCTION)),
					"abort|flask.abort|self.set_status|self.send_response|self."
					"send_error|context.abort|"
					"context.set_code|self.send_head")) {
		return status_in(py, n);
	}
	return 0;
}

static void status_codes(struct judge *j, const struct py_function *f)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	PY_EACH_INSIDE(tree, f->body, n)
	{
		int status = status_of_statement(py, n);
		if (status < 400) {
			continue;
		}
		int32_t except = py_except_around(py, n);
		if (except != SYNTAX_NO_NODE) {
			int32_t around = tree->nodes[except].parent;
			const char *caught = py_caught(py, except);
			bool specific = !py_catches_all(py, except);
			bool caller = text_has_any(caught,
						   "KeyError|ValueError|TypeError|JSONDecodeError|"
						   "BadRequest|ValidationError|UnidentifiedImage|"
						   "InvalidRequest");
			if (specific && caller && status >= 500 &&
			    tests_request(py, syntax_child(tree, around, FIELD_BODY))) {
				report(j->r, j->source, RULE_WRONG_STATUS_CODE, n,
				       "요청이 잘못된 경우인데 5xx");
			} else if (!specific && status >= 400 && status < 500 && status != 401 &&
				   status != 403 && status != 404 && body_infers(py, around)) {
				report(j->r, j->source, RULE_WRONG_STATUS_CODE, n,
				       "예측 중 난 모든 예외를 4xx로");
			}
			continue;
		}
		if (status < 500) {
			continue;
		}
		/* the nearest condition looks at the request */
		int32_t test = syntax_enclosing(tree, n, SYN_IF_STATEMENT);
		int32_t condition = syntax_child(tree, test, FIELD_CONDITION);
		if (test != SYNTAX_NO_NODE && test > f->body && tests_request(py, condition) &&
		    syntax_inside(tree, n, syntax_child(tree, test, FIELD_CONSEQUENCE)) &&
		    status != 501 && status != 503) {
			report(j->r, j->source, RULE_WRONG_STATUS_CODE, n,
			       "요청이 잘못된 경우인데 5xx");
		}
	}
}

static bool says_error(struct py *py, int32_t answer)
{
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = answer; n < tree->nodes[answer].after; n++) {
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
		if (kind == SYN_PAIR || kind == SYN_KEYWORD_ARGUMENT) {
			int32_t key = tree->nodes[n].first_child;
			if (text_has_any(py_text(py, key), "error|exception|traceback|err_msg")) {
				int32_t value = syntax_child(tree, n, FIELD_VALUE);
				if (syntax_kind_of(tree, value) == SYN_NONE ||
				    syntax_kind_of(tree, value) == SYN_FALSE) {
					continue;
				}
				return true;
			}
			int32_t value = syntax_child(tree, n, FIELD_VALUE);
			const char *s = value == SYNTAX_NO_NODE ? NULL : py_string(py, value);
			if (s &&
			    name_is(s, "error|Error|fail|failed|failure|ERROR|FAILED|Failed")) {
				return true;
			}
		}
	}
	return false;
}

static bool plain_error_text(struct py *py, int32_t value)
{
	enum syntax_kind kind = syntax_kind_of(py->tree, value);
	if (kind != SYN_STRING && kind != SYN_CONCATENATED_STRING && kind != SYN_BINARY_OPERATOR) {
		return false;
	}
	return text_has_any(py_text(py, value),
			    "error|invalid|fail|missing|no file|not found|no selected|"
			    "wrong|unable|cannot|could not|bad request|exception|"
			    "오류|실패|없습니다");
}

static bool block_sets_status(struct py *py, int32_t statement)
{
	const struct syntax_tree *tree = py->tree;
	int32_t block = tree->nodes[statement].parent;
	if (syntax_kind_of(tree, block) != SYN_BLOCK) {
		return false;
	}
	return text_has_any(py_text(py, block),
			    "status_code|set_status|.status =|send_response|send_error|"
			    "set_code|abort(");
}

static void errors_as_200(struct judge *j, const struct py_function *f)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	if (f->framework == FRAMEWORK_BENTOML || (f->methods & METHOD_WEBSOCKET)) {
		return;
	}
	bool grpc = f->framework == FRAMEWORK_GRPC;
	PY_EACH_INSIDE(tree, f->body, n)
	{
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
		int32_t value = SYNTAX_NO_NODE;
		if (kind == SYN_RETURN_STATEMENT) {
			value = tree->nodes[n].first_child;
		} else if (kind == SYN_CALL && f->framework == FRAMEWORK_TORNADO &&
			   name_is(py_text(py, syntax_child(tree, n, FIELD_FUNCTION)),
				   "self.write|self.finish")) {
			value = py_argument(py, n, 0, NULL);
		}
		if (value == SYNTAX_NO_NODE || status_in(py, n) ||
		    block_sets_status(py, py_statement(py, n))) {
			continue;
		}
		if (kind == SYN_RETURN_STATEMENT &&
		    (f->framework == FRAMEWORK_TORNADO || f->framework == FRAMEWORK_HTTP_SERVER)) {
			continue;
		}
		int32_t inner = py_inner(py, value);
		enum syntax_kind inner_kind = syntax_kind_of(tree, inner);
		bool in_except = py_except_around(py, n) != SYNTAX_NO_NODE;
		bool in_branch = syntax_enclosing(tree, n, SYN_IF_STATEMENT) > f->body;
		if (!in_except && (!in_branch || grpc)) {
			continue;
		}
		if (grpc) {
			/* a message that carries the exception's text arrives with status OK */
			if (exception_text(py, n) != SYNTAX_NO_NODE) {
				report(j->r, j->source, RULE_ERRORS_AS_200, n, NULL);
			}
			continue;
		}
		/* a tuple may carry a status that is not a number: return body, code */
		if (inner_kind == SYN_EXPRESSION_LIST || inner_kind == SYN_TUPLE) {
			continue;
		}
		const char *callee = inner_kind == SYN_CALL ? py_callee(py, inner) : "";
		if (name_is(callee, "*redirect|*RedirectResponse|*abort|*url_for|*flash")) {
			continue;
		}
		struct py *file;
		int32_t g;
		if (inner_kind == SYN_CALL && py_called(py, inner, &file, &g)) {
			continue; /* a helper may set the status */
		}
		bool template = name_is(
			callee, "*render_template|*TemplateResponse|*render_template_string");
		bool error = says_error(py, inner) || plain_error_text(py, inner) ||
			     (in_except && exception_text(py, n) != SYNTAX_NO_NODE);
		if (inner_kind == SYN_CALL && !error && !template) {
			int32_t first = py_argument(py, inner, 0, NULL);
			error = first != SYNTAX_NO_NODE && plain_error_text(py, first);
		}
		if (error && !(template && !in_except)) {
			report(j->r, j->source, RULE_ERRORS_AS_200, n, NULL);
		}
	}
}

/* numpy in JSON */

/* list(x) keeps the values of x as they are: x; SYNTAX_NO_NODE for anything else. */
static int32_t list_of(struct py *py, int32_t node)
{
	return syntax_kind_of(py->tree, node) == SYN_CALL &&
			       strcmp(py_callee(py, node), "list") == 0 &&
			       py_argument_count(py, node) == 1
		       ? py_argument(py, node, 0, NULL)
		       : SYNTAX_NO_NODE;
}

/* json.dumps(x, cls=NumpyEncoder), default=float */
static bool encodes_itself(struct py *py, int32_t call)
{
	return py_keyword(py, call, "cls") != SYNTAX_NO_NODE ||
	       py_keyword(py, call, "default") != SYNTAX_NO_NODE;
}

static bool converts(struct py *py, int32_t node)
{
	if (syntax_kind_of(py->tree, node) != SYN_CALL || list_of(py, node) != SYNTAX_NO_NODE) {
		return false;
	}
	const char *text = py_text(py, syntax_child(py->tree, node, FIELD_FUNCTION));
	return encodes_itself(py, node) ||
	       name_is(text,
		       "int|float|str|bool|round|list|len|*.item|*.tolist|*.to_dict|*.to_json|"
		       "json.loads|*.decode|*.lower|*.format|*.get|*.strip|*.title|max|min|sum") ||
	       *py_callee(py, node) == '@';
}

/* `model.predict()` of an object; `predict.predict()` of an imported module may give anything. */
static bool of_an_object(const char *name)
{
	const char *method = strstr(name, ".predict");
	if (!method) {
		return true;
	}
	size_t length = (size_t)(method - name);
	/* an instance of a class that another module of the service defines: its predict is its own */
	if (length > 2 && strncmp(method - 2, "()", 2) == 0 && *name != '@' && *name != '?' &&
	    !name_is(name, "pickle.*|joblib.*|dill.*|cloudpickle.*|_pickle.*|cPickle.*|keras.*|"
			   "tensorflow.*|tf.*|sklearn.*|xgboost.*|lightgbm.*|catboost.*|mlflow.*|"
			   "torch.*|skops.*|*load*|None*|pandas.*|numpy.*|statsmodels.*")) {
		return false;
	}
	if (memchr(name, '(', length) || memchr(name, '[', length) || *name == '?' ||
	    strncmp(name, "None", 4) == 0) {
		return true;
	}
	return length >= 5 && strncmp(method - 5, "model", 5) == 0;
}

static bool numpy_valued(struct py *py, int32_t node)
{
	const char *name = py_name(py, node);
	if (!of_an_object(name)) {
		return false;
	}
	if (name_is(name,
		    "*openai*|*client*|*requests*|*httpx*|*stub*|*Stub*|transformers.pipeline()*|"
		    "*pipeline()[]*|*.predict().*|*to_runner*|*YOLO*")) {
		return false;
	}
	/* float64 is a float and serialises: probabilities of scikit-learn are */
	if (name_is(name,
		    "*.predict()|*.predict()[]|*.predict()[][]|*.predict_classes()[]|"
		    "*.predict_on_batch()[]|*.predict_on_batch()[][]|numpy.argmax()|np.argmax()|"
		    "*.argmax()|numpy.argmax()[]|*.predict_classes()|*.decision_function()|"
		    "*.predict_proba()|*.predict_proba()[]|*.inverse_transform()|"
		    "*.inverse_transform()[]|numpy.array()|numpy.round()|numpy.squeeze()|"
		    "numpy.argsort()|numpy.argsort()[]|*.ravel()|*.flatten()|numpy.expm1()|"
		    "numpy.where()[]|*.round()")) {
		/* self.model.predict(x) of a handler's own attribute is the model's, @f() is ours */
		return !name_is(name, "str*|dict*|?.json()*|list*|*.kneighbors*") &&
		       (*name != '@' || text_has(name, "().model.predict"));
	}
	return false;
}

static bool regression(struct py *py, const char *name)
{
	(void)py;
	return text_has_any(name, "LinearRegression|Regressor|Ridge|Lasso");
}

static void numpy_within(struct judge *j, int32_t node, int depth)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	if (node == SYNTAX_NO_NODE || depth > 20 || converts(py, node)) {
		return;
	}
	enum syntax_kind kind = syntax_kind_of(tree, node);
	switch (kind) {
	case SYN_DICTIONARY:
	case SYN_LIST:
	case SYN_TUPLE:
	case SYN_EXPRESSION_LIST:
	case SYN_PARENTHESIZED_EXPRESSION:
		PY_EACH_CHILD(tree, node, c)
		{
			numpy_within(j, c, depth + 1);
		}
		return;
	case SYN_PAIR:
	case SYN_KEYWORD_ARGUMENT:
		numpy_within(j, syntax_child(tree, node, FIELD_VALUE), depth + 1);
		return;
	case SYN_IDENTIFIER: {
		/* a variable that holds the dictionary, or the value itself */
		size_t length;
		const char *name = syntax_text(tree, node, &length);
		int32_t b = py_lookup_here(py, py->scope_of[node], name, length);
		if (b >= 0 && py->bindings[b].kind == BIND_ASSIGN && py_older(py, b) < 0) {
			enum syntax_kind value = syntax_kind_of(tree, py->bindings[b].value);
			if (value == SYN_DICTIONARY || value == SYN_LIST) {
				numpy_within(j, py->bindings[b].value, depth + 1);
				return;
			}
			if (value == SYN_CALL && converts(py, py->bindings[b].value)) {
				return;
			}
			if (list_of(py, py->bindings[b].value) != SYNTAX_NO_NODE) {
				numpy_within(j, py->bindings[b].value, depth + 1);
				return;
			}
		}
		break;
	}
	case SYN_SUBSCRIPT:
	case SYN_CALL:
	case SYN_ATTRIBUTE:
		break;
	default:
		return;
	}
	int32_t listed = list_of(py, node);
	if (listed != SYNTAX_NO_NODE) {
		numpy_within(j, listed, depth + 1);
		return;
	}
	if (kind == SYN_CALL && fact_response(py_callee(py, node))) {
		int32_t arguments = syntax_child(tree, node, FIELD_ARGUMENTS);
		PY_EACH_CHILD(tree, arguments, a)
		{
			numpy_within(j, a, depth + 1);
		}
		return;
	}
	const char *name = py_name(py, node);
	if (numpy_valued(py, node) && !regression(py, name)) {
		report_text(j->r, j->source, RULE_NUMPY_NOT_JSON, node, node);
	}
}

static void numpy_answers(struct judge *j, const struct py_function *f)
{
	struct py *py = j->py;
	const struct syntax_tree *tree = py->tree;
	if (f->framework == FRAMEWORK_GRPC || f->framework == FRAMEWORK_BENTOML) {
		return;
	}
	PY_EACH_INSIDE(tree, f->body, n)
	{
		enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
		if (kind == SYN_RETURN_STATEMENT) {
			int32_t value = tree->nodes[n].first_child;
			enum syntax_kind value_kind = syntax_kind_of(tree, value);
			/* a bare value is no JSON in Flask; templates and plain responses make text of it */
			if (value_kind == SYN_EXPRESSION_LIST) {
				value = tree->nodes[value].first_child;
				value_kind = syntax_kind_of(tree, value);
			}
			if (value_kind == SYN_CALL) {
				const char *callee = py_callee(py, value);
				/* a pydantic answer: it converts what it is given */
				if (f->framework == FRAMEWORK_FASTAPI &&
				    name_is(callee, "*Response") &&
				    !name_is(callee, "fastapi.*|starlette.*|*JSONResponse")) {
					continue;
				}
				if (encodes_itself(py, value) ||
				    !name_is(callee,
					     "*jsonify|*JSONResponse|*.json_response|json.dumps|"
					     "*make_response|dict|*ORJSONResponse|*Response|"
					     "*.dumps")) {
					continue;
				}
			}
			if (value_kind == SYN_DICTIONARY || value_kind == SYN_CALL ||
			    value_kind == SYN_LIST ||
			    (value_kind == SYN_IDENTIFIER &&
			     (f->framework == FRAMEWORK_FASTAPI ||
			      strcmp(py_name(py, value), "dict") == 0))) {
				numpy_within(j, value, 0);
			}
		} else if (kind == SYN_CALL &&
			   name_is(py_text(py, syntax_child(tree, n, FIELD_FUNCTION)),
				   "self.write|json.dumps|self.finish|jsonify|*.send_json") &&
			   !encodes_itself(py, n)) {
			int32_t first = py_argument(py, n, 0, NULL);
			if (first != SYNTAX_NO_NODE) {
				numpy_within(j, first, 0);
			} else {
				numpy_within(j, n, 0);
			}
		}
	}
}

void rules_responses(struct judge *j)
{
	struct py *py = j->py;
	if (!py->in_service) {
		return;
	}
	leaks(j);
	for (int32_t i = 0; i < py->function_count; i++) {
		const struct py_function *f = &py->functions[i];
		if (f->framework != FRAMEWORK_NONE && f->body != SYNTAX_NO_NODE) {
			status_codes(j, f);
			errors_as_200(j, f);
			numpy_answers(j, f);
		}
	}
}
