#include "engine/lua/reference.h"

#include <string.h>

#include "engine/lua/bind_canvas.h"
#include "engine/lua/bind_plot.h"
#include "engine/lua/binding.h"

#define MAX_TYPES 32

/* Types in the order the modules name them, each with the module whose annotation file declares it. */
struct type_list {
	int count;
	struct {
		const struct bound_type *type;
		const struct bound_module *module;
	} items[MAX_TYPES];
};

static void add_type(struct type_list *list, const struct bound_type *type,
		     const struct bound_module *module)
{
	for (int i = 0; i < list->count; i++) {
		if (list->items[i].type == type) {
			return;
		}
	}
	if (list->count < MAX_TYPES) {
		list->items[list->count].type = type;
		list->items[list->count++].module = module;
	}
}

static struct type_list list_types(void)
{
	struct type_list list = {0};
	for (int m = 0; bound_modules[m]; m++) {
		for (const struct bound_type *const *t = bound_modules[m]->types; t && *t; t++) {
			add_type(&list, *t, bound_modules[m]);
		}
	}
	add_type(&list, &canvas_type, &plot_module); /* figures get theirs without a require */
	return list;
}

const char *reference_module(int i)
{
	int count = 0;
	while (bound_modules[count]) {
		count++;
	}
	return i >= 0 && i < count ? bound_modules[i]->name : NULL;
}

/* ---- walking the tables ---- */

typedef void visitor(void *context, const struct reference_entry *entry);

static void visit_table(visitor *visit, void *context, struct reference_entry entry,
			const struct binding *table)
{
	for (; table && table->name; table++) {
		entry.name = table->name;
		entry.parameters = table->parameters;
		entry.returns = table->returns;
		entry.doc = table->doc;
		visit(context, &entry);
	}
}

static void visit_module(visitor *visit, void *context, const struct bound_module *module)
{
	struct reference_entry entry = {.owner = module->name};
	visit_table(visit, context, entry, module->functions);
	for (const struct binding *const *list = module->lists; list && *list; list++) {
		visit_table(visit, context, entry, *list);
	}
}

static void visit_type(visitor *visit, void *context, const struct bound_type *type)
{
	struct reference_entry entry = {.owner = type->name, .field = true};
	visit_table(visit, context, entry, type->fields);
	entry.field = false;
	entry.method = true;
	for (const struct binding *const *list = type->methods; list && *list; list++) {
		visit_table(visit, context, entry, *list);
	}
}

struct search {
	int left;
	bool found;
	struct reference_entry entry;
};

static void count_down(void *context, const struct reference_entry *entry)
{
	struct search *search = context;
	if (search->left-- == 0) {
		search->found = true;
		search->entry = *entry;
	}
}

bool reference_entry(int i, struct reference_entry *out)
{
	struct search search = {.left = i};
	for (int m = 0; bound_modules[m]; m++) {
		visit_module(count_down, &search, bound_modules[m]);
	}
	struct type_list types = list_types();
	for (int t = 0; t < types.count; t++) {
		visit_type(count_down, &search, types.items[t].type);
	}
	*out = search.entry;
	return search.found;
}

/* ---- Markdown ---- */

static void add_line(void *context, const struct reference_entry *entry)
{
	struct strbuf *out = context;
	if (entry->field) {
		strbuf_printf(out, "- `%s.%s`: `%s` — %s\n", entry->method ? "" : entry->owner,
			      entry->name, entry->returns, entry->doc);
		return;
	}
	strbuf_printf(out, "- `%s%s%s(%s)`", entry->method ? "" : entry->owner,
		      entry->method ? ":" : ".", entry->name, entry->parameters);
	if (entry->returns[0]) {
		strbuf_printf(out, " → `%s`", entry->returns);
	}
	strbuf_printf(out, " — %s\n", entry->doc);
}

void reference_markdown(struct strbuf *out)
{
	strbuf_printf(out, "# %s\n\n%s\n", message(MSG_REFERENCE_TITLE),
		      message(MSG_REFERENCE_INTRO));
	for (int m = 0; bound_modules[m]; m++) {
		const struct bound_module *module = bound_modules[m];
		strbuf_printf(out, "\n## %s — %s\n\n", module->name, module->doc);
		if (module->methods_of) {
			strbuf_printf(out, message(MSG_REFERENCE_METHODS_TOO),
				      module->methods_of->name, module->name);
		}
		visit_module(add_line, out, module);
	}
	struct type_list types = list_types();
	for (int t = 0; t < types.count; t++) {
		const struct bound_type *type = types.items[t].type;
		strbuf_printf(out, "\n## %s\n\n%s\n\n", type->name, type->doc);
		visit_type(add_line, out, type);
	}
}

/* ---- annotations ---- */

struct parameter {
	char name[40], type[256];
	bool optional;
};

/* Takes the next "name?: type" off a list; false at its end. */
static bool next_parameter(const char **list, struct parameter *out)
{
	const char *at = *list;
	size_t length = strcspn(at, "?:,");
	if (length == 0 || length >= sizeof(out->name)) {
		return false;
	}
	memcpy(out->name, at, length);
	out->name[length] = '\0';
	at += length;
	out->optional = *at == '?';
	at += strspn(at, "?: ");
	int depth = 0;
	size_t used = 0;
	for (; *at && (*at != ',' || depth); at++) {
		depth += strchr("{<(", *at) ? 1 : strchr("}>)", *at) ? -1 : 0;
		if (used + 1 < sizeof(out->type)) {
			out->type[used++] = *at;
		}
	}
	out->type[used] = '\0';
	*list = *at ? at + 2 : at;
	return true;
}

/* Names such as "in" or "end" cannot be parameters in Lua. */
static const char *safe_name(const char *name)
{
	static const char *const reserved[] = {"in", "end", "repeat",  "and",
					       "or", "not", "function"};
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (strcmp(reserved[i], name) == 0) {
			return "in_";
		}
	}
	return name;
}

struct writer {
	struct strbuf *out;
	const char
		*first; /* a parameter before all others: methods offered as functions; or NULL */
	const char *owner; /* stands for the entry's owner */
	bool fields; /* write fields only, else functions only */
};

static void add_annotation(void *context, const struct reference_entry *entry)
{
	struct writer *writer = context;
	struct strbuf *out = writer->out;
	if (entry->field != writer->fields) {
		return;
	}
	if (entry->field) {
		strbuf_printf(out, "---@field %s %s %s\n", entry->name, entry->returns, entry->doc);
		return;
	}
	strbuf_printf(out, "\n---%s\n", entry->doc);
	if (writer->first) {
		strbuf_printf(out, "---@param x %s\n", writer->first);
	}
	struct strbuf names;
	strbuf_init(&names);
	strbuf_puts(&names, writer->first ? "x" : "");
	const char *list = entry->parameters;
	struct parameter p;
	while (next_parameter(&list, &p)) {
		strbuf_printf(out, "---@param %s%s %s\n", safe_name(p.name), p.optional ? "?" : "",
			      p.type);
		strbuf_printf(&names, "%s%s", names.length ? ", " : "", safe_name(p.name));
	}
	const char *returns = entry->returns;
	while (*returns) {
		/* "Tensor, Tensor" is two results, "table<string, Tensor>" is one */
		size_t length = 0;
		int depth = 0;
		for (; returns[length] && (returns[length] != ',' || depth); length++) {
			depth += returns[length] == '<' ? 1 : returns[length] == '>' ? -1 : 0;
		}
		strbuf_printf(out, "---@return %.*s\n", (int)length, returns);
		returns += length + (returns[length] ? 2 : 0);
	}
	strbuf_printf(out, "function %s%s%s(%s) end\n",
		      writer->owner ? writer->owner : entry->owner,
		      entry->method && !writer->first ? ":" : ".", entry->name, names.text);
	strbuf_release(&names);
}

static void annotate_type(struct strbuf *out, const struct bound_type *type)
{
	struct writer writer = {.out = out, .fields = true};
	strbuf_printf(out, "\n---%s\n---@class %s\n", type->doc, type->name);
	visit_type(add_annotation, &writer, type);
	for (const luaL_Reg *meta = type->operators; meta && meta->name; meta++) {
		static const char *const arithmetic[] = {"add", "sub", "mul", "div", "pow"};
		for (size_t i = 0; i < sizeof(arithmetic) / sizeof(arithmetic[0]); i++) {
			if (strcmp(meta->name + 2, arithmetic[i]) == 0) {
				strbuf_printf(out, "---@operator %s(%s|number): %s\n",
					      arithmetic[i], type->name, type->name);
			}
		}
		if (strcmp(meta->name, "__unm") == 0) {
			strbuf_printf(out, "---@operator unm: %s\n", type->name);
		} else if (strcmp(meta->name, "__call") == 0) {
			strbuf_printf(out, "---@overload fun(x: Tensor, ...: Tensor): Tensor\n");
		}
	}
	strbuf_printf(out, "local %s = {}\n", type->name);
	writer.fields = false;
	visit_type(add_annotation, &writer, type);
}

static const char *const sub_tables[] = {"f", "linalg"};

void reference_annotations(struct strbuf *out, int index)
{
	const struct bound_module *module = bound_modules[index];
	strbuf_printf(out, "---@meta %s\n-- %s\n", module->name, message(MSG_REFERENCE_GENERATED));
	struct type_list types = list_types();
	for (int t = 0; t < types.count; t++) {
		if (types.items[t].module == module) {
			annotate_type(out, types.items[t].type);
		}
	}
	strbuf_printf(out, "\n---%s\nlocal %s = {}\n", module->doc, module->name);
	for (size_t i = 0; i < sizeof(sub_tables) / sizeof(sub_tables[0]); i++) {
		strbuf_printf(out, "%s.%s = {}\n", module->name, sub_tables[i]);
	}
	struct writer writer = {.out = out};
	visit_module(add_annotation, &writer, module);
	if (module->methods_of) {
		writer.first = module->methods_of->name;
		writer.owner = module->name;
		visit_type(add_annotation, &writer, module->methods_of);
	}
	strbuf_printf(out, "\nreturn %s\n", module->name);
}
