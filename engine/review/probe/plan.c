#include "engine/review/probe/plan.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/strbuf.h"
#include "engine/review/rules.h"

static const char *keep(struct py_project *project, const char *text)
{
	const char *copy = arena_strdup(&project->review->arena, text);
	return copy ? copy : "";
}

static void routes(struct probe_plan *plan, struct py_project *project, struct py *py)
{
	for (int32_t f = 0; f < py->function_count; f++) {
		const struct py_function *function = &py->functions[f];
		if (function->framework == FRAMEWORK_NONE || !*function->route) {
			continue;
		}
		const char *route = keep(project, function->route);
		if (text_has_any(route, "ready")) {
			plan->ready = route;
		} else if (text_has_any(route, "health|ping|live")) {
			plan->health = route;
		} else if (text_has_any(route, "metrics")) {
			plan->metrics = route;
		} else if (is_predict_handler(function) && !plan->predict &&
			   !strpbrk(route, "{<")) {
			plan->predict = route;
			plan->method = function->methods & METHOD_POST ? "POST" : "GET";
		}
	}
	/* http.server compares self.path */
	for (int32_t n = 0; n < py->tree->count; n++) {
		if (py->framework != FRAMEWORK_HTTP_SERVER ||
		    py->tree->nodes[n].kind != SYN_STRING_CONTENT) {
			continue;
		}
		const char *text = py_text(py, n);
		if (*text != '/' || strlen(text) > 40 || strpbrk(text, " {<")) {
			continue;
		}
		if (text_has_any(text, "ready")) {
			plan->ready = keep(project, text);
		} else if (text_has_any(text, "health")) {
			plan->health = keep(project, text);
		} else if (text_has_any(text, "metrics")) {
			plan->metrics = keep(project, text);
		} else if (text_has_any(text, "predict|infer")) {
			plan->predict = keep(project, text);
			plan->method = "POST";
		}
	}
	if (!plan->predict && has_predict_route(py)) {
		plan->predict = "/predict";
		plan->method = "POST";
	}
}

static void put_value(struct strbuf *out, const char *key, const char *type, int variant)
{
	bool list =
		text_has_any(type, "List|list|Sequence|ndarray|conlist") ||
		(!*type && text_has_any(key, "feature|data|input|instance|values|array|vector"));
	if (text_has_any(type, "str") ||
	    (!*type && text_has_any(key, "text|sentence|review|message|name"))) {
		strbuf_puts(out, list ? "[\"hello\"]" : "\"hello\"");
	} else if (list) {
		bool nested = variant == 1 || text_has_any(type, "List[List|list[list") ||
			      (!*type && text_has_any(key, "instances"));
		strbuf_puts(out, nested ? "[[1.0, 2.0, 3.0, 4.0]]" : "[1.0, 2.0, 3.0, 4.0]");
	} else if (text_has_any(type, "bool")) {
		strbuf_puts(out, "true");
	} else {
		strbuf_puts(out, text_has_any(type, "int") ? "1" : "1.0");
	}
}

/* Keys that handlers ask of the body, and fields of the models that stand for it. */
static void body(struct probe_plan *plan, struct py_project *project, int variant)
{
	struct strbuf out;
	int keys = 0;
	const char *seen[32];
	strbuf_init(&out);
	strbuf_putc(&out, '{');
	for (size_t i = 0; i < project->count && keys < 32; i++) {
		struct py *py = project->files[i];
		const struct syntax_tree *tree = py->tree;
		for (int32_t n = 0; n < tree->count && keys < 32; n++) {
			const char *key = NULL, *type = "";
			enum syntax_kind kind = (enum syntax_kind)tree->nodes[n].kind;
			if (kind == SYN_SUBSCRIPT &&
			    (py->taint[syntax_child(tree, n, FIELD_VALUE)] & TAINT_JSON)) {
				key = py_string(py, syntax_child(tree, n, FIELD_SUBSCRIPT));
			} else if (kind == SYN_CALL) {
				int32_t function = syntax_child(tree, n, FIELD_FUNCTION);
				int32_t object = syntax_child(tree, function, FIELD_OBJECT);
				if (object != SYNTAX_NO_NODE && (py->taint[object] & TAINT_JSON) &&
				    syntax_is(tree, syntax_child(tree, function, FIELD_ATTRIBUTE),
					      "get")) {
					int32_t first = py_argument(py, n, 0, NULL);
					key = first == SYNTAX_NO_NODE ? NULL : py_string(py, first);
				}
			} else if (kind == SYN_ASSIGNMENT && py_function_of(py, n) < 0 &&
				   py_class_of(py, n) >= 0 &&
				   fact_derives(py, py_class_of(py, n), "*BaseModel") &&
				   !text_has_any(py->classes[py_class_of(py, n)].name,
						 "Response|Output|Result")) {
				int32_t field_type = syntax_child(tree, n, FIELD_TYPE);
				if (field_type != SYNTAX_NO_NODE) {
					key = py_text(py, syntax_child(tree, n, FIELD_LEFT));
					type = py_text(py, field_type);
				}
			}
			bool repeated = !key || !*key || strpbrk(key, "\"\\\n");
			for (int k = 0; !repeated && k < keys; k++) {
				repeated = strcmp(seen[k], key) == 0;
			}
			if (repeated) {
				continue;
			}
			seen[keys] = key;
			strbuf_printf(&out, "%s\"%s\": ", keys++ ? ", " : "", key);
			put_value(&out, key, type, variant);
		}
	}
	strbuf_putc(&out, '}');
	if (keys && plan->body_count < 6) {
		plan->bodies[plan->body_count++] = keep(project, out.text);
	}
	strbuf_release(&out);
}

static void packages(struct probe_plan *plan, struct py_project *project)
{
	for (size_t i = 0; i < project->count; i++) {
		struct py *py = project->files[i];
		for (int32_t b = 0; b < py->binding_count; b++) {
			const char *q = py->bindings[b].qualified;
			if (!q || *q == '.' || plan->import_count >= 32 ||
			    syntax_enclosing(py->tree, py->bindings[b].node, SYN_TRY_STATEMENT) !=
				    SYNTAX_NO_NODE) {
				continue;
			}
			char name[64];
			snprintf(name, sizeof name, "%.*s", (int)strcspn(q, "."), q);
			bool known = false;
			for (int k = 0; k < plan->import_count; k++) {
				known |= strcmp(plan->imports[k], name) == 0;
			}
			/* a module that was submitted along */
			for (size_t k = 0; k < project->count; k++) {
				const char *base =
					source_base_name(project->files[k]->source->path);
				known |= strncmp(base, name, strlen(name)) == 0 &&
					 strcmp(base + strlen(name), ".py") == 0;
				known |= strstr(project->files[k]->source->path, "/") &&
					 strstr(project->files[k]->source->path, name) != NULL;
			}
			if (!known && strcmp(name, "joblib") != 0) {
				plan->imports[plan->import_count++] = keep(project, name);
			}
		}
	}
}

/* os.environ["API_KEY"], os.getenv("TOKEN", …): what the prober sets so that it can show the right token. */
static void secrets(struct probe_plan *plan, struct py_project *project, struct py *py)
{
	const struct syntax_tree *tree = py->tree;
	for (int32_t n = 0; n < tree->count; n++) {
		int32_t key = SYNTAX_NO_NODE;
		const char *from = "";
		if (tree->nodes[n].kind == SYN_SUBSCRIPT) {
			from = py_name(py, syntax_child(tree, n, FIELD_VALUE));
			key = syntax_child(tree, n, FIELD_SUBSCRIPT);
		} else if (tree->nodes[n].kind == SYN_CALL) {
			from = py_callee(py, n);
			key = py_argument(py, n, 0, NULL);
		}
		const char *name = key == SYNTAX_NO_NODE ? NULL : py_string(py, key);
		if (!name || !*name || strlen(name) > 60) {
			continue;
		}
		if (name_is(from, "os.environ|os.environ.get|os.getenv|environ.get|getenv") &&
		    text_has_any(name, "KEY|TOKEN|SECRET|PASSWORD") && plan->secret_count < 8) {
			plan->secrets[plan->secret_count++] = keep(project, name);
		}
		/* request.headers.get("X-Service-Token"), Header(alias="…") is rarer */
		if (text_has_any(name, "token|key|auth") && strchr(name, '-') &&
		    (text_has_any(from, "headers") || name_ends(from, "APIKeyHeader"))) {
			plan->token_header = keep(project, name);
		}
	}
}

void probe_plan_make(struct probe_plan *plan, struct py_project *project)
{
	*plan = (struct probe_plan){0};
	for (size_t i = 0; i < project->count; i++) {
		struct py *py = project->files[i];
		if (py->creates_app && !plan->file) {
			plan->file = py->source->path;
			plan->framework = framework_name(py->framework);
		}
		routes(plan, project, py);
	}
	if (!plan->file) {
		return;
	}
	body(plan, project, 0);
	body(plan, project, 1);
	static const char *const common[] = {"{\"features\": [1.0, 2.0, 3.0, 4.0]}",
					     "{\"data\": [[1.0, 2.0, 3.0, 4.0]]}",
					     "[[1.0, 2.0, 3.0, 4.0]]"};
	for (size_t i = 0; i < 3 && plan->body_count < 6; i++) {
		plan->bodies[plan->body_count++] = common[i];
	}
	plan->claims_auth = project_has_auth(project);
	for (size_t i = 0; plan->claims_auth && i < project->count; i++) {
		secrets(plan, project, project->files[i]);
	}
	packages(plan, project);
}
