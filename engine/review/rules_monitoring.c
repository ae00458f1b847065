#include "engine/review/rules.h"

#include <stdio.h>
#include <string.h>

/* What is absent from a whole service. Everything submitted together counts. */

static bool names_any(const struct judge *j, const char *words, bool strings)
{
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		for (int32_t n = 0; n < py->tree->count; n++) {
			enum syntax_kind kind = (enum syntax_kind)py->tree->nodes[n].kind;
			if ((kind == SYN_IDENTIFIER || (strings && kind == SYN_STRING_CONTENT)) &&
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

static bool imports_any(const struct judge *j, const char *patterns)
{
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		for (int32_t b = 0; b < py->binding_count; b++) {
			if (py->bindings[b].qualified &&
			    name_is(py->bindings[b].qualified, patterns)) {
				return true;
			}
		}
		for (int32_t w = 0; w < py->wildcard_count; w++) {
			if (name_is(py->wildcards[w], patterns)) {
				return true;
			}
		}
	}
	return false;
}

/* Whether a path is served: in a decorator, a route list or a comparison of self.path. */
static bool serves_path(const struct judge *j, const char *words)
{
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		for (int32_t f = 0; f < py->function_count; f++) {
			const struct py_function *function = &py->functions[f];
			if (function->framework != FRAMEWORK_NONE &&
			    (text_has_any(function->route, words) ||
			     (function->class < 0 && text_has_any(function->name, words)))) {
				return true;
			}
		}
		for (int32_t n = 0; py->in_service && n < py->tree->count; n++) {
			if (py->tree->nodes[n].kind == SYN_STRING_CONTENT &&
			    py->tree->text[py->tree->nodes[n].start] == '/' &&
			    py->tree->nodes[n].end - py->tree->nodes[n].start < 40 &&
			    text_has_any(py_text(py, n), words)) {
				return true;
			}
		}
	}
	return false;
}

static bool health_knows_model(const struct judge *j)
{
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		for (int32_t f = 0; f < py->function_count; f++) {
			const struct py_function *function = &py->functions[f];
			bool health =
				text_has_any(function->route, "health|ping|status|alive|live") ||
				text_has_any(function->name, "health");
			if (function->framework != FRAMEWORK_NONE && health &&
			    text_has_any(
				    py_text(py, function->body),
				    "model|ready|loaded|pipeline|session|predictor|classifier")) {
				return true;
			}
		}
	}
	return false;
}

static bool measures_time(const struct judge *j)
{
	/* two readings of a clock that are kept or subtracted (a time stamp in an answer is no measurement),
	 * or a metric that times */
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		int readings = 0;
		for (int32_t c = 0; c < py->call_count; c++) {
			const char *callee = py_callee(py, py->calls[c]);
			enum syntax_kind into =
				syntax_kind_of(py->tree, py->tree->nodes[py->calls[c]].parent);
			readings +=
				(into == SYN_ASSIGNMENT || into == SYN_BINARY_OPERATOR) &&
				name_is(callee, "time.time|time.perf_counter|time.monotonic|"
						"timeit.default_timer|datetime.datetime.now|time|"
						"perf_counter|datetime.now|time.time_ns|"
						"time.perf_counter_ns|datetime.datetime.utcnow|"
						"default_timer|monotonic|time.process_time") &&
				py_argument_count(py, py->calls[c]) == 0;
		}
		if (readings >= 2 && py->in_service) {
			return true;
		}
	}
	return imports_any(j, "*.Histogram|*.Summary|timeit*") ||
	       names_any(j,
			 "Instrumentator|latency|elapsed|process_time|response_time|"
			 "inference_time|processing_time",
			 false);
}

static bool tells_version(const struct judge *j)
{
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		const struct syntax_tree *tree = py->tree;
		for (int32_t n = 0; n < tree->count; n++) {
			enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
			if (kind != SYN_PAIR && kind != SYN_KEYWORD_ARGUMENT &&
			    kind != SYN_ASSIGNMENT && kind != SYN_CALL) {
				continue;
			}
			int32_t f = py_function_of(py, n);
			bool answer = f >= 0 && py->functions[f].in_request;
			bool model_field =
				kind == SYN_ASSIGNMENT && f < 0 && py_class_of(py, n) >= 0;
			if (!answer && !model_field) {
				continue;
			}
			int32_t key = kind == SYN_PAIR ? syntax_child(tree, n, FIELD_KEY)
				      : kind == SYN_KEYWORD_ARGUMENT
					      ? syntax_child(tree, n, FIELD_NAME)
				      : kind == SYN_CALL ? py_argument(py, n, 0, NULL)
							 : syntax_child(tree, n, FIELD_LEFT);
			if (key == SYNTAX_NO_NODE ||
			    tree->nodes[key].end - tree->nodes[key].start > 50) {
				continue;
			}
			const char *text = py_text(py, key);
			if (text_has_any(text, "model_version|modelversion|model-version") ||
			    name_is(text,
				    "'version'|\"version\"|version|'model'|\"model\"|"
				    "'model_name'|\"model_name\"|model_name|model_id|'model_id'|"
				    "\"model_id\"|\"model_tag\"|'model_tag'|model_tag")) {
				return true;
			}
		}
	}
	return false;
}

static bool logging_configured(const struct judge *j)
{
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		for (int32_t c = 0; c < py->call_count; c++) {
			const char *callee = py_callee(py, py->calls[c]);
			if (name_is(callee,
				    "logging.basicConfig|logging.config.*|logging.getLogger|"
				    "structlog.*|*getLogger|*get_logger|*setup_logging|"
				    "*configure_logging|tornado.options.parse_command_line|"
				    "tornado.log.enable_pretty_logging|*init_logging|"
				    "*enable_pretty_logging|*parse_command_line|*Logger|"
				    "*setup_logger|*create_logger|*make_logger|*init_logger")) {
				return true;
			}
		}
	}
	return imports_any(j, "loguru*|structlog*|*.logger|*logger|*.logging|absl.logging*|*_log|"
			      "*.log|*log_config|*logging_config|*_logging") ||
	       names_any(j, "dictConfig|fileConfig|addHandler", false);
}

static int32_t application_node(struct py *py)
{
	for (int32_t f = 0; f < py->function_count; f++) {
		if (py->functions[f].framework != FRAMEWORK_NONE) {
			return py->functions[f].outer;
		}
	}
	return 0;
}

static void absent(struct judge *j, enum rule_id rule)
{
	int32_t at = application_node(j->py);
	uint32_t start = j->py->tree->nodes[at].start;
	report_at(j->r, j->source, rule, SEVERITY_OF_RULE, start, start + 1, NULL);
}

static bool ask_project_predicts(const struct judge *j)
{
	for (size_t i = 0; i < j->project->count; i++) {
		if (has_predict_route(j->project->files[i])) {
			return true;
		}
	}
	return false;
}

static bool project_predicts(const struct judge *j)
{
	return ASKED_ONCE(j->project, ASK_PREDICTS, ask_project_predicts(j));
}

static bool has_metrics(const struct judge *j)
{
	return imports_any(
		       j,
		       "prometheus_client*|prometheus_flask_exporter*|prometheus_fastapi_"
		       "instrumentator*|"
		       "starlette_exporter*|starlette_prometheus*|opentelemetry*|statsd*|datadog*|"
		       "ddtrace*|"
		       "prometheus_async*|aioprometheus*|py_grpc_prometheus*|newrelic*|elasticapm*|"
		       "aiohttp_prometheus*|tornado_prometheus*|*Instrumentator|*metrics|*.metrics."
		       "*|"
		       "applicationinsights*") ||
	       serves_path(j, "/metrics") || names_any(j, "Instrumentator|MeterProvider", false);
}

static bool has_health(const struct judge *j)
{
	return serves_path(j, "health|ping|live|ready|alive|heartbeat|status") ||
	       imports_any(j, "grpc_health*|healthcheck*|*healthcheck*");
}

static bool has_readiness(const struct judge *j)
{
	return serves_path(j, "ready|readiness|readyz") || health_knows_model(j) ||
	       imports_any(j, "grpc_health*|*healthcheck*");
}

static bool has_latency(const struct judge *j)
{
	return measures_time(j) ||
	       imports_any(j, "prometheus_flask_exporter*|prometheus_fastapi_instrumentator*|"
			      "starlette_exporter*|aiohttp_prometheus*|tornado_prometheus*|"
			      "opentelemetry*|ddtrace*|py_grpc_prometheus*|newrelic*|"
			      "elasticapm*");
}

static bool has_logging(const struct judge *j)
{
	return logging_configured(j) || names_any(j, "app.logger", false);
}

static bool module_submitted(const struct py_project *project, const char *name)
{
	for (size_t i = 0; i < project->count; i++) {
		char base[128];
		snprintf(base, sizeof base, "%s",
			 source_base_name(project->files[i]->source->path));
		char *dot = strrchr(base, '.');
		if (dot) {
			*dot = '\0';
		}
		if (*base && text_has(name, base)) {
			return true;
		}
	}
	return false;
}

/* Routers, blueprints or sub-applications whose file was not submitted: nobody knows what they serve. */
static bool ask_unseen_routes(const struct judge *j)
{
	for (size_t i = 0; i < j->project->count; i++) {
		struct py *py = j->project->files[i];
		for (int32_t c = 0; c < py->call_count; c++) {
			int32_t call = py->calls[c];
			const char *text =
				py_text(py, syntax_child(py->tree, call, FIELD_FUNCTION));
			if (!name_is(text, "*.include_router|*.register_blueprint|*.add_namespace|"
					   "*.add_routes|*register_routes|*setup_routes")) {
				continue;
			}
			int32_t first = py_argument(py, call, 0, "router");
			const char *name = first == SYNTAX_NO_NODE ? "?" : py_name(py, first);
			/* of another module, and not of one that came along */
			if (strchr(name, '.') && !name_ends(name, "()") && *name != '@' &&
			    !module_submitted(j->project, name)) {
				return true;
			}
		}
	}
	return false;
}

static bool unseen_routes(const struct judge *j)
{
	return ASKED_ONCE(j->project, ASK_UNSEEN, ask_unseen_routes(j));
}

static void absences(struct judge *j)
{
	bool built_in = j->py->framework == FRAMEWORK_BENTOML || unseen_routes(j);
	bool predicts = project_predicts(j);
	if (!built_in && !ASKED_ONCE(j->project, ASK_HEALTH, has_health(j))) {
		absent(j, RULE_NO_HEALTH);
	}
	if (!built_in && predicts && !ASKED_ONCE(j->project, ASK_READINESS, has_readiness(j))) {
		absent(j, RULE_NO_READINESS);
	}
	if (!built_in && !ASKED_ONCE(j->project, ASK_METRICS, has_metrics(j))) {
		absent(j, RULE_NO_METRICS);
	}
	if (!built_in && predicts && !ASKED_ONCE(j->project, ASK_LATENCY, has_latency(j))) {
		absent(j, RULE_NO_LATENCY);
	}
	if (predicts && !ASKED_ONCE(j->project, ASK_VERSION, tells_version(j))) {
		absent(j, RULE_NO_MODEL_VERSION);
	}
	if (!ASKED_ONCE(j->project, ASK_LOGGING, has_logging(j))) {
		absent(j, RULE_NO_STRUCTURED_LOGGING);
	}
}

static void prints(struct judge *j)
{
	struct py *py = j->py;
	for (int32_t c = 0; c < py->call_count; c++) {
		int32_t call = py->calls[c];
		int32_t f = py_function_of(py, call);
		if (strcmp(py_callee(py, call), "print") != 0 || f < 0 ||
		    !(py->functions[f].in_request ||
		      (py->functions[f].at_startup &&
		       !name_is(py->functions[f].name, "main|run|serve")))) {
			continue;
		}
		report(j->r, j->source, RULE_PRINT_LOGGING, call, NULL);
	}
}

static void labels(struct judge *j, int32_t call)
{
	struct py *py = j->py;
	if (!name_ends(py_text(py, syntax_child(py->tree, call, FIELD_FUNCTION)), ".labels")) {
		return;
	}
	int32_t arguments = syntax_child(py->tree, call, FIELD_ARGUMENTS);
	PY_EACH_CHILD(py->tree, arguments, a)
	{
		const char *text = py_text(py, a);
		if (text_has_any(text, "user_id|request_id|session_id|uuid|email|customer_id|ip|"
				       "remote_addr|str(e)|client.host|trace_id|request.url.path|"
				       "request.path") &&
		    !text_has_any(text, "pipeline|script|recip|descript|equip|skip|zip")) {
			report_text(j->r, j->source, RULE_HIGH_CARDINALITY, a, a);
			return;
		}
		if (py->taint[a] & (TAINT_JSON | TAINT_VALUE) &&
		    !(py->taint[a] & (TAINT_NUMBER | TAINT_TYPED))) {
			report_text(j->r, j->source, RULE_HIGH_CARDINALITY, a, a);
			return;
		}
	}
}

void rules_monitoring(struct judge *j)
{
	if (!j->py->in_service) {
		return;
	}
	if (is_application(j)) {
		absences(j);
	}
	prints(j);
	for (int32_t c = 0; c < j->py->call_count; c++) {
		labels(j, j->py->calls[c]);
	}
}
