#include "engine/review/taint.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_LIMIT 160
#define PARAM_LIMIT 16
#define VAR_LIMIT 256

/* Request data followed through one function at a time, in the order of the text; what reaches a parameter of one of
 * our functions is remembered there and followed in the next round. */

struct var {
	const char *name;
	uint32_t taint;
};

struct flow {
	struct py *py;
	struct py_function *function;
	struct var vars[VAR_LIMIT];
	int count;
	int branches; /* depth of conditional blocks: an assignment there adds, it does not replace */
	uint8_t framework;
	bool changed;
	bool handler_body; /* nested functions are followed with the variables around them */
};

static uint32_t eval(struct flow *flow, int32_t node, int depth);

static struct var *find(struct flow *flow, const char *name)
{
	for (int i = flow->count - 1; i >= 0; i--) {
		if (strcmp(flow->vars[i].name, name) == 0) {
			return &flow->vars[i];
		}
	}
	return NULL;
}

static void set(struct flow *flow, const char *name, uint32_t taint, bool add)
{
	struct var *var = find(flow, name);
	if (var) {
		var->taint = add ? var->taint | taint : taint;
	} else if (flow->count < VAR_LIMIT && taint) {
		flow->vars[flow->count++] = (struct var){name, taint};
	}
}

static void assign(struct flow *flow, int32_t target, uint32_t taint, bool add, int depth)
{
	const struct syntax_tree *tree = flow->py->tree;
	switch (syntax_kind_of(tree, target)) {
	case SYN_IDENTIFIER:
	case SYN_ATTRIBUTE:
		set(flow, py_text(flow->py, target), taint, add || flow->branches > 0);
		break;
	case SYN_SUBSCRIPT: /* d[k] = tainted: the dictionary carries it */
		if (taint & (TAINT_RAW | TAINT_EXCEPTION | TAINT_TRACE)) {
			int32_t base = syntax_child(tree, target, FIELD_VALUE);
			if (syntax_kind_of(tree, base) == SYN_IDENTIFIER) {
				set(flow, py_text(flow->py, base),
				    (taint & ~(uint32_t)(TAINT_JSON | TAINT_FORM)) | TAINT_WRAPPED,
				    true);
			}
		}
		break;
	default:
		if (target != SYNTAX_NO_NODE && depth < 20) {
			PY_EACH_CHILD(tree, target, c)
			{
				assign(flow, c, taint, add, depth + 1);
			}
		}
	}
}

static bool is_request_object(struct flow *flow, int32_t node, const char *name)
{
	(void)node;
	return name_is(name,
		       "flask.request|quart.request|fastapi.*Request()|starlette.requests.Request()"
		       "|"
		       "aiohttp.web.Request()|aiohttp.web_request.*|bottle.request|Request()") ||
	       (flow->framework == FRAMEWORK_FLASK && strcmp(name, "request") == 0);
}

static uint32_t eval_attribute(struct flow *flow, int32_t node, int depth)
{
	const struct syntax_tree *tree = flow->py->tree;
	int32_t object = syntax_child(tree, node, FIELD_OBJECT);
	const char *member = py_text(flow->py, syntax_child(tree, node, FIELD_ATTRIBUTE));
	uint32_t base = eval(flow, object, depth + 1);
	struct var *var = find(flow, py_text(flow->py, node));
	if (var) {
		return var->taint;
	}
	if (strcmp(member, "request") == 0 &&
	    is_request_object(flow, node, py_name(flow->py, node))) {
		return TAINT_REQUEST;
	}
	if ((flow->framework == FRAMEWORK_TORNADO || flow->framework == FRAMEWORK_AIOHTTP ||
	     flow->framework == FRAMEWORK_STARLETTE) &&
	    strcmp(member, "request") == 0 && syntax_is(tree, object, "self")) {
		return TAINT_REQUEST;
	}
	if (flow->framework == FRAMEWORK_HTTP_SERVER && syntax_is(tree, object, "self")) {
		return strcmp(member, "rfile") == 0 || strcmp(member, "path") == 0 ? TAINT_VALUE
										   : 0;
	}
	if (base & TAINT_REQUEST) {
		return taint_of_member(flow->framework, member);
	}
	/* flask_restx: api.payload is the parsed body */
	if (flow->framework == FRAMEWORK_FLASK && strcmp(member, "payload") == 0 &&
	    name_is(py_name(flow->py, object), "flask_restx.*|flask_restplus.*")) {
		return TAINT_JSON | TAINT_VALUE;
	}
	if ((base & TAINT_FILE) && name_is(member, "filename|name")) {
		return TAINT_NAME | TAINT_VALUE;
	}
	if ((base & TAINT_EXCEPTION) &&
	    name_is(member, "messages|normalized_messages|errors|detail|status_code|code|name|"
			    "description|status|json|reason|status_message")) {
		return 0;
	}
	if (name_is(member, "shape|size|ndim|dtype|content_type|columns")) {
		return 0;
	}
	/* an attribute of a mapping is one of its methods: calls look at the object themselves */
	return base & ~(uint32_t)(TAINT_JSON | TAINT_FORM);
}

static uint32_t of_subscript(uint32_t base)
{
	if (base & TAINT_REQUEST) {
		return TAINT_VALUE | TAINT_PATH;
	}
	if (base & TAINT_FILE && base & TAINT_FORM) {
		return TAINT_FILE;
	}
	if (base & TAINT_FORM) {
		return TAINT_VALUE;
	}
	return base;
}

static bool never_carries(const char *callee)
{
	return name_is(callee, "len|isinstance|hasattr|bool|type|id|hash|callable|range|"
			       "hashlib.*|os.path.exists|os.path.isfile|uuid.*|time.*|issubclass|"
			       "*.secure_filename|secure_filename|*.exists|hmac.*|"
			       "werkzeug.utils.secure_filename|any|all|print|os.path.basename");
}

/* Arguments of a call to one of our functions reach its parameters. */
static void reach(struct flow *flow, struct py *file, int32_t f, int32_t call, bool method)
{
	struct py *py = flow->py;
	struct py_function *target = &file->functions[f];
	if (!target->param_taint) {
		target->param_taint = calloc(PARAM_LIMIT, sizeof *target->param_taint);
		if (!target->param_taint) {
			return;
		}
	}
	int32_t arguments = syntax_child(py->tree, call, FIELD_ARGUMENTS);
	if (arguments == SYNTAX_NO_NODE) {
		return;
	}
	int at = method ? 1 : 0;
	PY_EACH_CHILD(py->tree, arguments, a)
	{
		uint32_t taint = py->taint[a];
		int place = at;
		if (py->tree->nodes[a].kind == SYN_KEYWORD_ARGUMENT) {
			const char *keyword = py_text(py, syntax_child(py->tree, a, FIELD_NAME));
			taint = py->taint[syntax_child(py->tree, a, FIELD_VALUE)];
			place = -1;
			const char *name;
			for (int i = 0; (name = py_parameter(file, target, i, NULL)); i++) {
				if (strcmp(name, keyword) == 0) {
					place = i;
				}
			}
		} else {
			at++;
		}
		if (place >= 0 && place < PARAM_LIMIT &&
		    (target->param_taint[place] | taint) != target->param_taint[place]) {
			target->param_taint[place] |= taint;
			flow->changed = true;
		}
	}
}

/* app.state.http_client.post(…), self.session.get(…): a client by its name. */
static bool asks_a_service(struct py *py, int32_t function, const char *member)
{
	if (!name_is(member, "get|post|put|patch|delete|request|fetch|send")) {
		return false;
	}
	const char *object = py_text(py, syntax_child(py->tree, function, FIELD_OBJECT));
	return name_is(object, "client|*_client|*.client|session|*.session|*_session|http|*.http|"
			       "*Client|*.httpx");
}

static uint32_t eval_call(struct flow *flow, int32_t node, int depth)
{
	struct py *py = flow->py;
	const struct syntax_tree *tree = py->tree;
	int32_t function = syntax_child(tree, node, FIELD_FUNCTION);
	int32_t arguments = syntax_child(tree, node, FIELD_ARGUMENTS);
	uint32_t receiver = 0, given = 0;
	const char *member = "";
	if (syntax_kind_of(tree, function) == SYN_ATTRIBUTE) {
		int32_t object = syntax_child(tree, function, FIELD_OBJECT);
		receiver = eval(flow, object, depth + 1);
		member = py_text(py, syntax_child(tree, function, FIELD_ATTRIBUTE));
		py->taint[function] = receiver;
		if (syntax_is(tree, object, "self") && flow->framework == FRAMEWORK_TORNADO &&
		    name_is(member,
			    "get_argument|get_body_argument|get_query_argument|get_arguments|"
			    "get_query_arguments|get_body_arguments")) {
			given |= TAINT_VALUE;
		}
	} else {
		receiver = eval(flow, function, depth + 1) & (TAINT_EXCEPTION | TAINT_TRACE);
	}
	if (arguments != SYNTAX_NO_NODE) {
		if (tree->nodes[arguments].kind == SYN_GENERATOR_EXPRESSION) {
			given |= eval(flow, arguments, depth + 1);
		} else {
			PY_EACH_CHILD(tree, arguments, a)
			{
				given |= eval(flow, a, depth + 1);
			}
		}
	}
	const char *callee = py_name(py, function);
	struct py *file;
	int32_t f;
	if (py_function_named(py, callee, &file, &f)) {
		struct py_function *target = &file->functions[f];
		reach(flow, file, f, node,
		      target->class >= 0 && target->parameters != SYNTAX_NO_NODE);
		return target->return_taint;
	}
	if (name_is(callee, "traceback.format_exc|traceback.format_exception*|traceback.format_tb|"
			    "sys.exc_info|traceback.print_exc")) {
		return name_is(callee, "traceback.print_exc") ? 0 : TAINT_TRACE | TAINT_EXCEPTION;
	}
	if (never_carries(callee)) {
		return 0;
	}
	if (fact_outbound(callee) || asks_a_service(py, function, member)) {
		return 0; /* another service's answer is not what our caller sent */
	}
	if (name_is(callee, "os.path.join|pathlib.Path|*.joinpath")) {
		uint32_t joined = (receiver | given) & ~(uint32_t)(TAINT_JSON | TAINT_FORM);
		return joined | (joined & TAINT_RAW ? TAINT_JOINED : 0);
	}
	if (fact_infers(py, node)) {
		return TAINT_MODEL_OUT;
	}
	if (receiver & TAINT_REQUEST) {
		return taint_of_member(flow->framework, member);
	}
	if ((receiver & TAINT_EXCEPTION) &&
	    name_is(member, "errors|json|normalized_messages|get_response")) {
		return 0;
	}
	if (name_is(callee, "int|float")) {
		return (given & (TAINT_EXCEPTION | TAINT_TRACE)) |
		       (given & TAINT_RAW ? TAINT_NUMBER | TAINT_TYPED : 0);
	}
	if (name_is(callee, "json.loads|json.load|ujson.loads|orjson.loads|simplejson.loads|"
			    "tornado.escape.json_decode|json_decode|*.json_decode|*parse_qs|"
			    "ast.literal_eval|flask.json.loads|cgi.FieldStorage")) {
		return given & TAINT_RAW ? TAINT_JSON | TAINT_VALUE : given;
	}
	if (receiver & TAINT_FORM && name_is(member, "get|getlist|to_dict|values|items|pop")) {
		return strcmp(member, "to_dict") == 0 ? TAINT_JSON | TAINT_VALUE
		       : receiver & TAINT_FILE        ? TAINT_FILE
						      : TAINT_VALUE;
	}
	if (receiver & TAINT_JSON) {
		return name_is(member, "keys") ? 0 : receiver;
	}
	if (fact_logs(py, node)) {
		return 0;
	}
	/* the bytes themselves, never a name of something */
	if (name_is(callee, "io.BytesIO|io.StringIO|BytesIO|base64.*|numpy.*|pandas.*|PIL.Image.*|"
			    "cv2.imdecode|"
			    "*.DataFrame|tensorflow.*|torch.*")) {
		uint32_t carried =
			(receiver | given) & ~(uint32_t)(TAINT_JSON | TAINT_FORM | TAINT_REQUEST);
		return carried | (carried & TAINT_RAW ? TAINT_WRAPPED : 0);
	}
	/* pydantic, marshmallow, jsonschema: what comes out was checked */
	if ((given & TAINT_RAW) &&
	    name_is(callee,
		    "*.model_validate|*.parse_obj|*.validate_python|*.validate|*Schema().load|"
		    "*.model_validate_json|*.parse_raw|*_schema.load|*schema.load")) {
		return TAINT_TYPED | TAINT_VALUE;
	}
	if (*callee == '@' && !strpbrk(callee, ".(")) {
		return (given & ~(uint32_t)(TAINT_JSON | TAINT_FORM)) |
		       (given & TAINT_RAW ? TAINT_TYPED : 0);
	}
	bool derived =
		!(receiver & TAINT_RAW) && (given & TAINT_RAW) &&
		!name_is(callee, "str|repr|json.*|dict|list|tuple|set|sorted|copy.*|*.format|"
				 "*.copy|*.join|urllib.parse.*|html.*|bytes|zip|enumerate|map|"
				 "filter|reversed|?*");
	return ((receiver | given) & ~(uint32_t)(TAINT_JSON | TAINT_FORM | TAINT_REQUEST)) |
	       (derived ? TAINT_DERIVED : 0) |
	       (given & TAINT_JSON && name_is(callee, "dict|copy.*|*.copy") ? TAINT_JSON : 0);
}

static uint32_t eval_children(struct flow *flow, int32_t node, int depth)
{
	uint32_t taint = 0;
	PY_EACH_CHILD(flow->py->tree, node, c)
	{
		taint |= eval(flow, c, depth + 1);
	}
	return taint;
}

static uint32_t eval_comprehension(struct flow *flow, int32_t node, int depth)
{
	const struct syntax_tree *tree = flow->py->tree;
	PY_EACH_CHILD(tree, node, c)
	{
		if (tree->nodes[c].kind == SYN_FOR_IN_CLAUSE) {
			uint32_t from = eval(flow, syntax_child(tree, c, FIELD_RIGHT), depth + 1);
			assign(flow, syntax_child(tree, c, FIELD_LEFT),
			       from & ~(uint32_t)(TAINT_FORM), false, 0);
		} else if (tree->nodes[c].kind == SYN_IF_CLAUSE) {
			eval_children(flow, c, depth + 1);
		}
	}
	uint32_t body = eval(flow, syntax_child(tree, node, FIELD_BODY), depth + 1);
	return (body & ~(uint32_t)(TAINT_JSON | TAINT_FORM)) |
	       (body & TAINT_RAW ? TAINT_WRAPPED : 0);
}

static void eval_statement_block(struct flow *flow, int32_t node, int depth, bool conditional)
{
	flow->branches += conditional;
	eval_children(flow, node, depth);
	flow->branches -= conditional;
}

static uint32_t eval_node(struct flow *flow, int32_t node, int depth)
{
	struct py *py = flow->py;
	const struct syntax_tree *tree = py->tree;
	switch ((enum syntax_kind)tree->nodes[node].kind) {
	case SYN_IDENTIFIER: {
		struct var *var = find(flow, py_text(py, node));
		if (var) {
			return var->taint;
		}
		return is_request_object(flow, node, py_name(py, node)) ? TAINT_REQUEST : 0;
	}
	case SYN_ATTRIBUTE:
		return eval_attribute(flow, node, depth);
	case SYN_SUBSCRIPT: {
		uint32_t base = eval(flow, syntax_child(tree, node, FIELD_VALUE), depth + 1);
		uint32_t index = eval(flow, syntax_child(tree, node, FIELD_SUBSCRIPT), depth + 1);
		(void)index;
		return of_subscript(base);
	}
	case SYN_CALL:
		return eval_call(flow, node, depth);
	case SYN_KEYWORD_ARGUMENT:
		return eval(flow, syntax_child(tree, node, FIELD_VALUE), depth + 1);
	case SYN_ASSIGNMENT: {
		int32_t right = syntax_child(tree, node, FIELD_RIGHT);
		if (right == SYNTAX_NO_NODE) {
			return 0;
		}
		uint32_t taint = eval(flow, right, depth + 1);
		int32_t left = syntax_child(tree, node, FIELD_LEFT);
		eval(flow, left, depth + 1);
		assign(flow, left, taint, false, 0);
		return taint;
	}
	case SYN_AUGMENTED_ASSIGNMENT:
		assign(flow, syntax_child(tree, node, FIELD_LEFT),
		       eval(flow, syntax_child(tree, node, FIELD_RIGHT), depth + 1), true, 0);
		return 0;
	case SYN_NAMED_EXPRESSION: {
		uint32_t taint = eval(flow, syntax_child(tree, node, FIELD_VALUE), depth + 1);
		assign(flow, syntax_child(tree, node, FIELD_NAME), taint, false, 0);
		return taint;
	}
	case SYN_AS_PATTERN: {
		uint32_t taint = eval(flow, tree->nodes[node].first_child, depth + 1);
		int32_t target = syntax_child_of_kind(tree, node, SYN_AS_PATTERN_TARGET);
		int32_t around = tree->nodes[node].parent;
		if (syntax_kind_of(tree, around) == SYN_EXCEPT_CLAUSE) {
			const char *caught = py_caught(py, around);
			taint = text_has_any(caught,
					     "ValidationError|HTTPException|BadRequest|Abort")
					? 0
					: TAINT_EXCEPTION;
		}
		if (target != SYNTAX_NO_NODE) {
			assign(flow, tree->nodes[target].first_child, taint, false, 0);
		}
		return taint;
	}
	case SYN_EXCEPT_CLAUSE:
		if (syntax_child(tree, node, FIELD_ALIAS) != SYNTAX_NO_NODE) {
			assign(flow, syntax_child(tree, node, FIELD_ALIAS), TAINT_EXCEPTION, false,
			       0);
		}
		eval_statement_block(flow, node, depth, true);
		return 0;
	case SYN_FOR_STATEMENT: {
		uint32_t from = eval(flow, syntax_child(tree, node, FIELD_RIGHT), depth + 1);
		assign(flow, syntax_child(tree, node, FIELD_LEFT), from & ~(uint32_t)TAINT_FORM,
		       false, 0);
		eval_statement_block(flow, node, depth, true);
		return 0;
	}
	case SYN_IF_STATEMENT:
	case SYN_WHILE_STATEMENT:
	case SYN_TRY_STATEMENT:
		eval_statement_block(flow, node, depth,
				     tree->nodes[node].kind != SYN_TRY_STATEMENT);
		return 0;
	case SYN_LIST_COMPREHENSION:
	case SYN_SET_COMPREHENSION:
	case SYN_DICTIONARY_COMPREHENSION:
	case SYN_GENERATOR_EXPRESSION:
		return eval_comprehension(flow, node, depth);
	case SYN_DICTIONARY:
	case SYN_LIST:
	case SYN_SET:
	case SYN_TUPLE: {
		uint32_t taint = eval_children(flow, node, depth);
		return (taint & ~(uint32_t)(TAINT_JSON | TAINT_FORM)) |
		       (taint & TAINT_RAW ? TAINT_WRAPPED : 0);
	}
	case SYN_COMPARISON_OPERATOR:
	case SYN_NOT_OPERATOR:
		eval_children(flow, node, depth);
		return 0;
	case SYN_CONDITIONAL_EXPRESSION: {
		int32_t value = tree->nodes[node].first_child;
		uint32_t taint = 0;
		int i = 0;
		for (; value != SYNTAX_NO_NODE; value = tree->nodes[value].next, i++) {
			uint32_t one = eval(flow, value, depth + 1);
			taint |= i == 1 ? 0 : one; /* the middle one is the condition */
		}
		return taint;
	}
	case SYN_RETURN_STATEMENT: {
		uint32_t taint = eval_children(flow, node, depth);
		uint32_t kept = taint & ~(uint32_t)TAINT_REQUEST;
		if (flow->function && flow->branches >= 0 &&
		    (flow->function->return_taint | kept) != flow->function->return_taint) {
			flow->function->return_taint |= kept;
			flow->changed = true;
		}
		return taint;
	}
	case SYN_FUNCTION_DEFINITION: {
		int32_t f = py_function_of(py, syntax_child(tree, node, FIELD_BODY));
		if (f >= 0 && py->functions[f].framework != FRAMEWORK_NONE) {
			return 0; /* a handler within a factory has its own round */
		}
		struct py_function *outer = flow->function;
		flow->function = f >= 0 ? &py->functions[f] : NULL;
		eval(flow, syntax_child(tree, node, FIELD_BODY), depth + 1);
		flow->function = outer;
		return 0;
	}
	case SYN_CLASS_DEFINITION:
		return 0;
	case SYN_STRING: {
		uint32_t taint = 0;
		PY_EACH_CHILD(tree, node, c)
		{
			if (tree->nodes[c].kind == SYN_INTERPOLATION) {
				taint |= eval(flow, c, depth + 1);
			}
		}
		return taint & ~(uint32_t)(TAINT_JSON | TAINT_FORM);
	}
	case SYN_COMMENT:
	case SYN_TYPE:
		return 0;
	default:
		return eval_children(flow, node, depth);
	}
}

static uint32_t eval(struct flow *flow, int32_t node, int depth)
{
	if (node == SYNTAX_NO_NODE || depth > DEPTH_LIMIT) {
		return 0;
	}
	uint32_t taint = eval_node(flow, node, depth);
	flow->py->taint[node] |= taint;
	return taint;
}

static bool follow_function(struct py *py, int32_t index)
{
	struct py_function *f = &py->functions[index];
	/* a nested helper is followed inside the function around it */
	if (f->body == SYNTAX_NO_NODE ||
	    (f->parent >= 0 && f->framework == FRAMEWORK_NONE && !taint_error_handler(py, f))) {
		return false;
	}
	struct flow *flow = calloc(1, sizeof *flow);
	if (!flow) {
		return false;
	}
	flow->py = py;
	flow->function = f;
	flow->framework = f->framework ? f->framework : py->framework;
	bool error_handler = taint_error_handler(py, f);
	int32_t node;
	const char *name;
	for (int i = 0; i < PARAM_LIMIT && (name = py_parameter(py, f, i, &node)); i++) {
		uint32_t taint = f->param_taint ? f->param_taint[i] : 0;
		if (f->framework != FRAMEWORK_NONE) {
			taint |= taint_of_parameter(py, f, i, node);
		}
		if (error_handler && (name_is(name, "e|err|error|ex|exc|exception"))) {
			taint |= TAINT_EXCEPTION;
		}
		if (taint) {
			set(flow, name, taint, false);
		}
	}
	eval(flow, f->body, 0);
	bool changed = flow->changed;
	free(flow);
	return changed;
}

void taint_follow(struct py_project *project)
{
	bool changed = true;
	for (int round = 0; changed && round < 4; round++) {
		changed = false;
		for (size_t i = 0; i < project->count; i++) {
			struct py *py = project->files[i];
			if (!py->in_service) {
				continue;
			}
			for (int32_t f = 0; f < py->function_count; f++) {
				changed |= follow_function(py, f);
			}
			py_forget_texts(py);
		}
	}
}
