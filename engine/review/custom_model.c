#include "engine/review/custom_model.h"

#include <string.h>

#include "engine/review/service.h"

#define SHOWN 160
#define MOST_ARGUMENTS 8

static void put_text(struct strbuf *out, const char *text, size_t length)
{
	strbuf_putc(out, '"');
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c < 32 || c == '"' || c == '\\' || c == 127) {
			strbuf_printf(out, "\\%03d", c);
		} else {
			strbuf_putc(out, (char)c);
		}
	}
	strbuf_putc(out, '"');
}

static void put_field(struct strbuf *out, const char *name, const char *text)
{
	strbuf_printf(out, "%s=", name);
	put_text(out, text, strlen(text));
	strbuf_putc(out, ',');
}

static void put_flag(struct strbuf *out, const char *name, bool value)
{
	if (value) {
		strbuf_printf(out, "%s=true,", name);
	}
}

static void put_place(struct strbuf *out, const struct py *py, int32_t node, size_t file)
{
	int line, column;
	source_position(py->source, py->tree->nodes[node].start, &line, &column);
	strbuf_printf(out, "file=%zu,line=%d,column=%d,", file, line, column);
}

static void put_functions(struct strbuf *out, struct py *py, size_t file)
{
	strbuf_puts(out, "functions={");
	for (int32_t i = 0; i < py->function_count; i++) {
		const struct py_function *f = &py->functions[i];
		strbuf_putc(out, '{');
		put_place(out, py, f->node, file);
		put_field(out, "name", f->name);
		if (f->framework != FRAMEWORK_NONE) {
			put_field(out, "route", f->route);
			put_field(out, "framework", framework_name(f->framework));
		}
		put_flag(out, "async", f->async);
		put_flag(out, "get", f->framework != FRAMEWORK_NONE && (f->methods & METHOD_GET));
		put_flag(out, "post", f->framework != FRAMEWORK_NONE && (f->methods & METHOD_POST));
		put_flag(out, "in_request", f->in_request);
		put_flag(out, "at_startup", f->at_startup);
		put_flag(out, "predicts", f->predicts);
		strbuf_puts(out, "},");
	}
	strbuf_puts(out, "},");
}

static void put_arguments(struct strbuf *out, struct py *py, int32_t call)
{
	int32_t arguments = syntax_child(py->tree, call, FIELD_ARGUMENTS);
	int count = 0;
	strbuf_puts(out, "arguments={");
	if (arguments != SYNTAX_NO_NODE) {
		PY_EACH_CHILD(py->tree, arguments, a)
		{
			int32_t value = a;
			if (count++ == MOST_ARGUMENTS) {
				break;
			}
			if (py->tree->nodes[a].kind == SYN_KEYWORD_ARGUMENT) {
				const char *name =
					py_text(py, syntax_child(py->tree, a, FIELD_NAME));
				value = syntax_child(py->tree, a, FIELD_VALUE);
				strbuf_puts(out, "[");
				put_text(out, name, strlen(name));
				strbuf_puts(out, "]=");
			}
			size_t length;
			const char *text = syntax_text(py->tree, value, &length);
			put_text(out, text, length < SHOWN ? length : SHOWN);
			strbuf_putc(out, ',');
		}
	}
	strbuf_puts(out, "},");
}

static void put_calls(struct strbuf *out, struct py *py, size_t file)
{
	strbuf_puts(out, "calls={");
	for (int32_t c = 0; c < py->call_count; c++) {
		int32_t call = py->calls[c];
		int32_t f = py_function_of(py, call);
		strbuf_putc(out, '{');
		put_place(out, py, call, file);
		put_field(out, "name", py_callee(py, call));
		size_t length;
		const char *text = syntax_text(py->tree, call, &length);
		strbuf_puts(out, "text=");
		put_text(out, text, length < SHOWN ? length : SHOWN);
		strbuf_putc(out, ',');
		put_arguments(out, py, call);
		if (f >= 0) {
			put_field(out, "inside", py->functions[f].name);
			put_flag(out, "in_request", py->functions[f].in_request);
			put_flag(out, "in_async", py->functions[f].async);
		}
		put_flag(out, "awaited",
			 syntax_kind_of(py->tree, py->tree->nodes[call].parent) == SYN_AWAIT);
		put_flag(out, "tried", py_try_around(py, call) != SYNTAX_NO_NODE);
		put_flag(out, "under_main", py_under_main(py, call));
		strbuf_puts(out, "},");
	}
	strbuf_puts(out, "},");
}

static void put_imports(struct strbuf *out, struct py *py, size_t file)
{
	strbuf_puts(out, "imports={");
	for (int32_t b = 0; b < py->binding_count; b++) {
		if (py->bindings[b].kind == BIND_IMPORT && py->bindings[b].qualified) {
			strbuf_putc(out, '{');
			put_place(out, py, py->bindings[b].node, file);
			put_field(out, "name", py->bindings[b].qualified);
			put_field(out, "as", py->bindings[b].name);
			strbuf_puts(out, "},");
		}
	}
	strbuf_puts(out, "},");
}

void custom_model_write(struct strbuf *out, struct review_private *r, struct py_project *project)
{
	strbuf_puts(out, "{files={");
	for (size_t i = 0; i < r->count; i++) {
		struct source *source = &r->sources[i];
		strbuf_printf(out, "{index=%zu,", i + 1);
		put_field(out, "path", source->path);
		put_field(out, "language", source_kind_name(source->kind));
		strbuf_puts(out, "text=");
		put_text(out, source->text ? source->text : "", source->text ? source->length : 0);
		strbuf_putc(out, ',');
		struct py *py = NULL;
		for (size_t k = 0; k < project->count; k++) {
			if (project->files[k]->source == source) {
				py = project->files[k];
			}
		}
		if (py) {
			if (py->framework != FRAMEWORK_NONE) {
				put_field(out, "framework", framework_name(py->framework));
			}
			put_flag(out, "makes_app", py->creates_app);
			put_functions(out, py, i + 1);
			put_calls(out, py, i + 1);
			put_imports(out, py, i + 1);
			py_forget_texts(py);
		} else {
			strbuf_puts(out, "functions={},calls={},imports={},");
		}
		strbuf_puts(out, "},");
	}
	strbuf_puts(out, "}}");
}
