#include "engine/review/taint.h"

#include <string.h>

/* Where request data comes from: members of the request object, parameters of handlers. */

/* What reading an attribute or calling a method of the request object gives. */
uint32_t taint_of_member(int framework, const char *member)
{
	if (name_is(member, "headers|cookies|remote_addr|method|url|base_url|client|state|app|host|"
			    "content_type|mimetype|content_length|endpoint|scope|user|session|"
			    "is_json|transport|path|uri|remote_ip")) {
		return strcmp(member, "path") == 0 && framework == FRAMEWORK_HTTP_SERVER
			       ? TAINT_VALUE
			       : 0;
	}
	switch (framework) {
	case FRAMEWORK_FLASK:
		if (name_is(member, "json|get_json")) {
			return TAINT_JSON | TAINT_VALUE;
		}
		if (name_is(member, "files")) {
			return TAINT_FORM | TAINT_FILE;
		}
		return name_is(member, "form|args|values") ? TAINT_FORM | TAINT_VALUE : TAINT_VALUE;
	case FRAMEWORK_TORNADO:
		return name_is(member, "files|arguments|body_arguments|query_arguments")
			       ? TAINT_JSON | TAINT_VALUE
			       : TAINT_VALUE;
	case FRAMEWORK_GRPC:
		return TAINT_VALUE | TAINT_TYPED;
	case FRAMEWORK_AIOHTTP:
	case FRAMEWORK_FASTAPI:
	case FRAMEWORK_STARLETTE:
		if (name_is(member, "json|form|post|query|query_params|rel_url")) {
			return TAINT_JSON | TAINT_VALUE;
		}
		return name_is(member, "match_info|path_params") ? TAINT_PATH | TAINT_VALUE
								 : TAINT_VALUE;
	default:
		return TAINT_VALUE;
	}
}

/* What a parameter of a handler holds when it is called by the framework. */
uint32_t taint_of_parameter(struct py *py, const struct py_function *f, int index, int32_t node)
{
	int32_t type = py_parameter_type(py, node);
	const char *type_text = type == SYNTAX_NO_NODE ? "" : py_text(py, type);
	const char *name = py_parameter(py, f, index, NULL);
	switch (f->framework) {
	case FRAMEWORK_FASTAPI: {
		int32_t value = py_parameter_default(py, node);
		const char *marker = value == SYNTAX_NO_NODE ? "" : py_text(py, value);
		if (text_has(marker, "Depends(") || text_has(type_text, "Depends(") ||
		    text_has(marker, "Security(") || text_has(type_text, "WebSocket") ||
		    text_has(type_text, "BackgroundTasks") || name_is(type_text, "Response")) {
			return 0;
		}
		if (text_has(type_text, "Request") && name_is(py_name(py, type), "*Request")) {
			return TAINT_REQUEST;
		}
		if (text_has(type_text, "UploadFile")) {
			return TAINT_FILE;
		}
		if (name_is(type_text,
			    "dict|Dict|Dict[str, Any]|dict[str, Any]|Dict[Any, Any]|Any|"
			    "Dict[str, any]|typing.Dict|Mapping[str, Any]|object|Dict[str,Any]|"
			    "dict[str,Any]")) {
			return TAINT_JSON | TAINT_VALUE;
		}
		if (*type_text == '\0') {
			return text_has(marker, "Body(") ? TAINT_JSON | TAINT_VALUE
			       : f->methods & METHOD_GET ? TAINT_VALUE | TAINT_TYPED
							 : TAINT_VALUE | TAINT_TYPED;
		}
		if (strstr(f->route, "{") && name && strstr(f->route, name)) {
			return TAINT_PATH | TAINT_VALUE | TAINT_TYPED;
		}
		if (name_is(type_text, "int|float|bool|Optional[int]|Optional[float]")) {
			return TAINT_NUMBER | TAINT_TYPED;
		}
		if (name_is(type_text,
			    "str|Optional[str]|str | None|Union[str, None]|UUID|uuid.UUID") &&
		    !text_has_any(marker, "Body(|Form(|File(")) {
			return TAINT_VALUE | TAINT_TYPED | TAINT_SCALAR;
		}
		return TAINT_VALUE | TAINT_TYPED;
	}
	case FRAMEWORK_FLASK:
		return strcmp(name, "self") == 0 ? 0 : TAINT_PATH | TAINT_VALUE;
	case FRAMEWORK_STARLETTE:
	case FRAMEWORK_AIOHTTP:
		return strcmp(name, "self") == 0 ? 0 : TAINT_REQUEST;
	case FRAMEWORK_GRPC:
		return index == 1 ? TAINT_VALUE | TAINT_TYPED : 0;
	case FRAMEWORK_BENTOML:
		if (strcmp(name, "self") == 0 || strcmp(name, "ctx") == 0 ||
		    strcmp(name, "context") == 0) {
			return 0;
		}
		if (name_is(type_text, "dict|Dict|Dict[str, Any]|dict[str, Any]|Dict[Any, Any]")) {
			return TAINT_JSON | TAINT_VALUE;
		}
		if (*type_text == '\0' || text_has(type_text, "JSONSerializable")) {
			const char *route =
				f->route_node == SYNTAX_NO_NODE ? "" : py_text(py, f->route_node);
			return text_has(route, "JSON(") && !text_has(route, "pydantic_model")
				       ? TAINT_JSON | TAINT_VALUE
				       : TAINT_VALUE | TAINT_TYPED;
		}
		return TAINT_VALUE | TAINT_TYPED;
	default:
		return 0;
	}
}

bool taint_error_handler(struct py *py, const struct py_function *f)
{
	for (int i = 0; i < 4; i++) {
		int32_t d = py_decorator(py, f->outer, i);
		if (d == SYNTAX_NO_NODE) {
			return false;
		}
		const char *text = py_text(py, d);
		if (text_has_any(text,
				 "errorhandler(Exception|exception_handler(Exception|"
				 "errorhandler(500|exception_handler(500|errorhandler(ValueError|"
				 "exception_handler(ValueError|errorhandler(KeyError|"
				 "errorhandler(RuntimeError|exception_handler(RuntimeError")) {
			return true;
		}
	}
	return false;
}
