#include "engine/review/rules.h"

#include <string.h>

/* How large a request may be. */

static bool limits_elsewhere(const struct judge *j)
{
	return review_mentions(j->r, SOURCE_PROXY, "client_max_body_size") ||
	       review_mentions(j->r, SOURCE_PROXY, "limit_request_body") ||
	       review_mentions(j->r, SOURCE_KUBERNETES, "proxy-body-size") ||
	       review_mentions(j->r, SOURCE_PROXY, "--limit-request");
}

static bool project_mentions(const struct judge *j, const char *words)
{
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		for (int32_t n = 0; n < py->tree->count; n++) {
			enum syntax_kind kind = (enum syntax_kind)py->tree->nodes[n].kind;
			if ((kind == SYN_IDENTIFIER || kind == SYN_STRING_CONTENT) &&
			    py->tree->nodes[n].end - py->tree->nodes[n].start < 60 &&
			    text_has_any(py_text(py, n), words)) {
				return true;
			}
		}
		if (py != j->py) {
			py_forget_texts(py);
		}
	}
	return false;
}

static bool unbounded_type(const char *type)
{
	if (text_has_any(type, "constr|conlist|conbytes|max_length|Literal|EmailStr|HttpUrl|UUID|"
			       "Enum|datetime|MaxLen|max_items|StringConstraints")) {
		return false;
	}
	return name_is(type,
		       "str|bytes|list|List|dict|Dict|Any|Optional[str]|str | None|Optional[bytes]|"
		       "List[*|list[*|Optional[List[*|Optional[list[*|Dict[*|dict[*|Sequence[*|"
		       "Union[str*|Union[List*|Optional[Dict*|List|Set[*|Tuple[*...]|Base64Bytes");
}

static bool unbounded_model(struct py *py, int32_t class)
{
	const struct syntax_tree *tree = py->tree;
	PY_EACH_CHILD(tree, py->classes[class].body, s)
	{
		int32_t n = tree->nodes[s].kind == SYN_EXPRESSION_STATEMENT
				    ? tree->nodes[s].first_child
				    : SYNTAX_NO_NODE;
		if (syntax_kind_of(tree, n) != SYN_ASSIGNMENT) {
			continue;
		}
		int32_t type = syntax_child(tree, n, FIELD_TYPE);
		int32_t value = syntax_child(tree, n, FIELD_RIGHT);
		const char *field = value == SYNTAX_NO_NODE ? "" : py_text(py, value);
		if (type != SYNTAX_NO_NODE && unbounded_type(py_text(py, type)) &&
		    !text_has_any(field, "max_length|max_items|max_digits|pattern|regex")) {
			return true;
		}
	}
	return false;
}

/* request.json() and the like, of this request and not of some answer. */
static bool reads_itself(struct py *py, const struct py_function *f, const char *request)
{
	PY_EACH_INSIDE(py->tree, f->body, n)
	{
		if (py->tree->nodes[n].kind == SYN_ATTRIBUTE &&
		    syntax_is(py->tree, syntax_child(py->tree, n, FIELD_OBJECT), request) &&
		    name_is(py_text(py, syntax_child(py->tree, n, FIELD_ATTRIBUTE)),
			    "json|body|form|stream")) {
			return true;
		}
	}
	return false;
}

/* The first parameter of a FastAPI handler whose size nothing bounds. */
static bool unbounded_parameter(struct py *py, struct py_function *f)
{
	int32_t node;
	for (int i = 0; py_parameter(py, f, i, &node); i++) {
		int32_t type = py_parameter_type(py, node);
		int32_t value = py_parameter_default(py, node);
		const char *type_text = type == SYNTAX_NO_NODE ? "" : py_text(py, type);
		const char *marker = value == SYNTAX_NO_NODE ? "" : py_text(py, value);
		if (text_has_any(marker, "Depends(|Query(|Header(|Path(|Cookie(|Security(") ||
		    text_has_any(type_text,
				 "Depends(|Query(|Header(|Path(|WebSocket|BackgroundTasks") ||
		    text_has(marker, "max_length")) {
			continue;
		}
		if (text_has(type_text, "UploadFile") ||
		    (text_has(type_text, "bytes") && text_has(marker, "File("))) {
			return true;
		}
		if (text_has(type_text, "Request") && name_is(py_name(py, type), "*Request") &&
		    reads_itself(py, f, py_parameter(py, f, i, NULL))) {
			return true;
		}
		if (name_is(type_text, "dict|Dict|Any|Dict[*|dict[*|list|List[*|list[*")) {
			return true;
		}
		if (unbounded_type(type_text) && text_has_any(marker, "Body(|Form(|File(")) {
			return true;
		}
		struct py *file;
		int32_t class;
		if (type != SYNTAX_NO_NODE) {
			const char *name = py_name(py, type);
			if (py_class_named(py, name, &file, &class) &&
			    !fact_derives(file, class, "*Enum") && unbounded_model(file, class)) {
				return true;
			}
		}
	}
	return false;
}

static bool reads_body(struct py *py, const struct py_function *f)
{
	if (f->methods == METHOD_WEBSOCKET) {
		return false;
	}
	PY_EACH_INSIDE(py->tree, f->body, n)
	{
		uint32_t taint = py->taint[n];
		if ((taint & (TAINT_JSON | TAINT_FORM | TAINT_VALUE | TAINT_FILE)) &&
		    !((taint & TAINT_PATH) && !(taint & (TAINT_JSON | TAINT_FORM)))) {
			return true;
		}
		/* flask_restful's parser reads it for the handler */
		if (py->tree->nodes[n].kind == SYN_CALL && f->framework == FRAMEWORK_FLASK &&
		    name_is(py_text(py, syntax_child(py->tree, n, FIELD_FUNCTION)),
			    "*parser.parse_args|*args.parse_args")) {
			return true;
		}
	}
	return false;
}

void rules_size(struct judge *j)
{
	struct py *py = j->py;
	for (int32_t i = 0; i < py->function_count; i++) {
		struct py_function *f = &py->functions[i];
		bool unbounded = false;
		const char *limits = "";
		int question = ASK_SIZE_FLASK;
		bool needs_app = true;
		switch (f->framework) {
		case FRAMEWORK_FLASK:
			unbounded = (f->methods & ~METHOD_GET) && reads_body(py, f);
			limits = "MAX_CONTENT_LENGTH|content_length|max_form_memory_size";
			break;
		case FRAMEWORK_FASTAPI:
			question = ASK_SIZE_FASTAPI;
			unbounded = (f->methods & (METHOD_POST | METHOD_OTHER)) &&
				    unbounded_parameter(py, f);
			limits = "content-length|content_length|max_upload|MAX_SIZE|MAX_FILE|MAX_"
				 "BODY|"
				 "MAX_UPLOAD|max_body|MAX_BYTES|max_bytes|MAX_IMAGE|max_size|"
				 "LimitUploadSize|MAX_CONTENT|MAX_REQUEST";
			needs_app = false;
			break;
		case FRAMEWORK_STARLETTE:
			question = ASK_SIZE_STARLETTE;
			unbounded = reads_body(py, f);
			limits = "content-length|content_length|max_body|MAX_";
			break;
		case FRAMEWORK_TORNADO:
			question = ASK_SIZE_TORNADO;
			unbounded = (f->methods & ~METHOD_GET) && reads_body(py, f);
			limits = "max_buffer_size|max_body_size";
			break;
		case FRAMEWORK_HTTP_SERVER:
			question = ASK_SIZE_HTTP;
			unbounded = f->methods == METHOD_POST;
			limits = "MAX_|max_body|max_length|max_size|limit";
			break;
		default:
			break;
		}
		if (!unbounded || (needs_app && !is_application(j)) ||
		    ASKED_ONCE(j->project, question,
			       project_mentions(j, limits) || limits_elsewhere(j))) {
			continue;
		}
		const struct syntax_node *n = &py->tree->nodes[f->outer];
		report_at(j->r, j->source, RULE_NO_REQUEST_SIZE_LIMIT, SEVERITY_OF_RULE, n->start,
			  n->start + 1, NULL);
		return;
	}
}
