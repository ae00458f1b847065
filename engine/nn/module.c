#include "engine/nn/module.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/nn/layers.h"
#include "engine/tensor/profile.h"

static const struct module_kind *const kinds[] = {
#define X(name) &module_##name,
#include "engine/nn/module_list.def"
#undef X
};
#define KIND_COUNT ((int)(sizeof kinds / sizeof *kinds))

const struct module_kind *const *module_kinds(int *count)
{
	*count = KIND_COUNT;
	return kinds;
}

const struct module_kind *module_kind_find(const char *name)
{
	for (int k = 0; k < KIND_COUNT; k++) {
		if (strcmp(kinds[k]->name, name) == 0) {
			return kinds[k];
		}
	}
	return NULL;
}

/* Shared prefix and equal letters anywhere: enough to guess what a slip of the keyboard meant. */
static int likeness(const char *a, const char *b)
{
	int score = 0;
	for (size_t i = 0; a[i]; i++) {
		score += strchr(b, a[i]) != NULL;
		score += b[0] && strncmp(a, b, i + 1) == 0 ? 3 : 0;
	}
	int longer = (int)strlen(b) - (int)strlen(a);
	return 4 * score - (longer < 0 ? -longer : longer);
}

const char *module_kind_nearest(const char *name)
{
	int best = 0;
	for (int k = 1; k < KIND_COUNT; k++) {
		if (likeness(name, kinds[k]->name) > likeness(name, kinds[best]->name)) {
			best = k;
		}
	}
	return kinds[best]->name;
}

int module_field_index(const struct module_kind *kind, const char *name)
{
	for (int i = 0; i < MODULE_MAX_FIELDS && kind->fields[i].name; i++) {
		if (strcmp(kind->fields[i].name, name) == 0) {
			return i;
		}
	}
	return -1;
}

struct module_config module_presets(const struct module_kind *kind)
{
	struct module_config config;
	memset(&config, 0, sizeof config);
	for (int i = 0; i < MODULE_MAX_FIELDS && kind->fields[i].name; i++) {
		config.value[i] = kind->fields[i].preset;
		snprintf(config.text[i], sizeof config.text[i], "%s",
			 kind->fields[i].preset_text ? kind->fields[i].preset_text : "");
	}
	return config;
}

struct module *module_new(const struct module_kind *kind, const struct module_config *config,
			  struct error *err)
{
	for (int i = 0; i < MODULE_MAX_FIELDS && kind->fields[i].name; i++) {
		if (kind->fields[i].required && !config->given[i]) {
			error_set(err, STATUS_INVALID, kind->name, message(MSG_NN_FIELD_MISSING),
				  kind->name, kind->fields[i].name);
			return NULL;
		}
		double v = config->value[i];
		if (kind->fields[i].kind == MODULE_INT && !(v > -1e9 && v < 1e9)) {
			error_set(err, STATUS_INVALID, kind->name, message(MSG_NN_FIELD_VALUE),
				  kind->name, kind->fields[i].name, v);
			return NULL;
		}
	}
	struct module *m = calloc(1, sizeof *m);
	if (!m) {
		error_set(err, STATUS_NOMEM, kind->name, message(MSG_TENSOR_NOMEM), 0.0);
		return NULL;
	}
	m->kind = kind;
	m->config = *config;
	m->training = true;
	m->refs = 1;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	enum status status = kind->build ? kind->build(m, err) : STATUS_OK;
	tensor_scope_close(&scope);
	if (status != STATUS_OK) {
		module_unref(m);
		return NULL;
	}
	return m;
}

struct module *module_make(const char *kind_name, struct error *err, ...)
{
	const struct module_kind *kind = module_kind_find(kind_name);
	if (!kind) {
		error_set(err, STATUS_NOT_FOUND, kind_name, message(MSG_NN_KIND), kind_name,
			  module_kind_nearest(kind_name));
		return NULL;
	}
	struct module_config config = module_presets(kind);
	va_list args;
	va_start(args, err);
	const char *field;
	bool known = true;
	while (known && (field = va_arg(args, const char *)) != NULL) {
		double value = va_arg(args, double);
		int i = module_field_index(kind, field);
		known = i >= 0;
		if (known) {
			config.value[i] = value;
			config.given[i] = true;
		} else {
			error_set(err, STATUS_INVALID, kind_name, message(MSG_NN_FIELD_UNKNOWN),
				  kind_name, field);
		}
	}
	va_end(args);
	return known ? module_new(kind, &config, err) : NULL;
}

struct module *module_ref(struct module *m)
{
	if (m) {
		m->refs++;
	}
	return m;
}

void module_unref(struct module *m)
{
	if (!m || --m->refs > 0) {
		return;
	}
	for (int i = 0; i < m->parameter_count; i++) {
		tensor_unref(m->parameters[i].tensor);
	}
	for (int i = 0; i < m->buffer_count; i++) {
		tensor_unref(m->buffers[i].tensor);
	}
	for (int i = 0; i < m->child_count; i++) {
		module_unref(m->children[i].module);
	}
	free(m->parameters);
	free(m->buffers);
	free(m->children);
	free(m);
}

enum status module_add(struct module *parent, const char *name, struct module *child,
		       struct error *err)
{
	if (!child) {
		return error_set(err, STATUS_INVALID, parent->kind->name, message(MSG_NN_NO_MODULE),
				 parent->kind->name);
	}
	struct module_child *grown =
		realloc(parent->children, (size_t)(parent->child_count + 1) * sizeof *grown);
	if (!grown) {
		return error_set(err, STATUS_NOMEM, "module", message(MSG_TENSOR_NOMEM), 0.0);
	}
	parent->children = grown;
	struct module_child *place = &grown[parent->child_count];
	if (name) {
		snprintf(place->name, sizeof place->name, "%s", name);
	} else {
		snprintf(place->name, sizeof place->name, "%d", parent->child_count);
	}
	place->module = module_ref(child);
	parent->child_count++;
	return STATUS_OK;
}

static enum status add_tensor(struct module_tensor **list, int *count, const char *name,
			      struct tensor *t, struct error *err)
{
	if (!t) {
		return err ? err->status : STATUS_INVALID;
	}
	struct module_tensor *grown = realloc(*list, (size_t)(*count + 1) * sizeof *grown);
	if (!grown) {
		return error_set(err, STATUS_NOMEM, "module", message(MSG_TENSOR_NOMEM), 0.0);
	}
	*list = grown;
	snprintf(grown[*count].name, MODULE_NAME, "%s", name);
	grown[*count].tensor = tensor_ref(t);
	++*count;
	return STATUS_OK;
}

enum status module_add_parameter(struct module *m, const char *name, struct tensor *t,
				 struct error *err)
{
	if (t && tensor_require_grad(t, true, err) != STATUS_OK) {
		return err ? err->status : STATUS_TYPE;
	}
	return add_tensor(&m->parameters, &m->parameter_count, name, t, err);
}

enum status module_add_buffer(struct module *m, const char *name, struct tensor *t,
			      struct error *err)
{
	return add_tensor(&m->buffers, &m->buffer_count, name, t, err);
}

static struct tensor *find_tensor(const struct module_tensor *list, int count, const char *name)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(list[i].name, name) == 0) {
			return list[i].tensor;
		}
	}
	return NULL;
}

struct tensor *module_parameter(const struct module *m, const char *name)
{
	return find_tensor(m->parameters, m->parameter_count, name);
}

struct tensor *module_buffer(const struct module *m, const char *name)
{
	return find_tensor(m->buffers, m->buffer_count, name);
}

struct module *module_child(const struct module *m, const char *name)
{
	for (int i = 0; i < m->child_count; i++) {
		if (strcmp(m->children[i].name, name) == 0) {
			return m->children[i].module;
		}
	}
	return NULL;
}

double module_setting(const struct module *m, const char *field)
{
	int i = module_field_index(m->kind, field);
	return i < 0 ? 0 : m->config.value[i];
}

/* --- running --- */
static _Thread_local module_hook hook;
static _Thread_local void *hook_context;
static _Thread_local char path[256];
static _Thread_local size_t path_length;

void module_set_hook(module_hook function, void *context)
{
	hook = function;
	hook_context = context;
	path_length = 0;
	path[0] = '\0';
}

enum status module_forward_multi(struct module *m, struct tensor **outputs, int output_places,
				 struct tensor *const *inputs, int input_count, struct error *err)
{
	for (int k = 0; k < output_places; k++) {
		outputs[k] = NULL;
	}
	if (input_count < 1 || !inputs[0]) {
		return err && err->status ? err->status
					  : error_set(err, STATUS_INVALID, m->kind->name,
						      message(MSG_NN_NO_INPUT), m->kind->name);
	}
	return m->kind->forward(m, outputs, output_places, inputs, input_count, err);
}

struct tensor *module_forward(struct module *m, struct tensor *input, struct error *err)
{
	struct tensor *out;
	return module_forward_multi(m, &out, 1, &input, 1, err) == STATUS_OK ? out : NULL;
}

enum status module_run_child(struct module *m, int child, struct tensor **outputs,
			     int output_places, struct tensor *const *inputs, int input_count,
			     struct error *err)
{
	size_t before = path_length;
	if (hook) {
		int n = snprintf(path + path_length, sizeof path - path_length, "%s%s",
				 path_length ? "." : "", m->children[child].name);
		path_length += (size_t)n < sizeof path - path_length ? (size_t)n : 0;
	}
	enum status status = module_forward_multi(m->children[child].module, outputs, output_places,
						  inputs, input_count, err);
	if (hook) {
		if (status == STATUS_OK) {
			hook(hook_context, path, m->children[child].module, outputs[0]);
		}
		path_length = before;
		path[before] = '\0';
	}
	return status;
}

struct tensor *module_run_child1(struct module *m, int child, struct tensor *x, struct error *err)
{
	struct tensor *out;
	return module_run_child(m, child, &out, 1, &x, 1, err) == STATUS_OK ? out : NULL;
}

void module_train(struct module *m, bool training)
{
	m->training = training;
	for (int i = 0; i < m->child_count; i++) {
		module_train(m->children[i].module, training);
	}
}

/* --- lists of tensors --- */
static enum status append(struct module_list *out, const char *prefix,
			  const struct module_tensor *list, int count, struct error *err)
{
	if (count == 0) {
		return STATUS_OK;
	}
	struct module_tensor *grown =
		realloc(out->items, (size_t)(out->count + count) * sizeof *grown);
	if (!grown) {
		return error_set(err, STATUS_NOMEM, "module", message(MSG_TENSOR_NOMEM), 0.0);
	}
	out->items = grown;
	for (int i = 0; i < count; i++) {
		struct module_tensor *to = &grown[out->count++];
		int n = snprintf(to->name, sizeof to->name, "%s%s%s", prefix, *prefix ? "." : "",
				 list[i].name);
		if (n >= MODULE_NAME) {
			to->name[MODULE_NAME - 1] = '\0';
		}
		to->tensor = tensor_ref(list[i].tensor);
	}
	return STATUS_OK;
}

static enum status walk(struct module_list *out, const struct module *m, const char *prefix,
			bool buffers, struct error *err)
{
	enum status status = append(out, prefix, buffers ? m->buffers : m->parameters,
				    buffers ? m->buffer_count : m->parameter_count, err);
	for (int i = 0; i < m->child_count && status == STATUS_OK; i++) {
		char name[2 * MODULE_NAME];
		snprintf(name, sizeof name, "%s%s%s", prefix, *prefix ? "." : "",
			 m->children[i].name);
		name[MODULE_NAME - 1] = '\0';
		status = walk(out, m->children[i].module, name, buffers, err);
	}
	return status;
}

enum status module_parameters(struct module_list *out, const struct module *m, struct error *err)
{
	*out = (struct module_list){NULL, 0};
	enum status status = walk(out, m, "", false, err);
	if (status != STATUS_OK) {
		module_list_release(out);
	}
	return status;
}

enum status module_state(struct module_list *out, const struct module *m, struct error *err)
{
	enum status status = module_parameters(out, m, err);
	status = status == STATUS_OK ? walk(out, m, "", true, err) : status;
	if (status != STATUS_OK) {
		module_list_release(out);
	}
	return status;
}

void module_list_release(struct module_list *list)
{
	for (int i = 0; i < list->count; i++) {
		tensor_unref(list->items[i].tensor);
	}
	free(list->items);
	*list = (struct module_list){NULL, 0};
}

/* A tensor shared by two modules (tied weights) counts once. */
int64_t module_parameter_count(const struct module *m)
{
	struct module_list list;
	int64_t total = 0;
	if (module_parameters(&list, m, NULL) != STATUS_OK) {
		return 0;
	}
	for (int i = 0; i < list.count; i++) {
		bool seen = false;
		for (int j = 0; j < i && !seen; j++) {
			seen = list.items[j].tensor == list.items[i].tensor;
		}
		total += seen ? 0 : tensor_numel(list.items[i].tensor);
	}
	module_list_release(&list);
	return total;
}

void module_zero_grad(struct module *m)
{
	for (int i = 0; i < m->parameter_count; i++) {
		tensor_unref(m->parameters[i].tensor->grad);
		m->parameters[i].tensor->grad = NULL;
	}
	for (int i = 0; i < m->child_count; i++) {
		module_zero_grad(m->children[i].module);
	}
}

/* --- looking at a model --- */
struct summary {
	struct strbuf *out;
};

static void summary_line(void *context, const char *name, struct module *m, struct tensor *output)
{
	struct summary *s = context;
	char text[TENSOR_SHAPE_TEXT];
	int64_t own = 0;
	for (int i = 0; i < m->parameter_count; i++) {
		own += tensor_numel(m->parameters[i].tensor);
	}
	tensor_dims_text(output->dims - 1, output->shape + 1, text);
	strbuf_printf(s->out, "%-14s %-18s %-20s %12lld\n", name, m->kind->name, text,
		      (long long)own);
}

/* One forward pass on zeros, without training and gradients. */
static enum status dry_run(struct module *m, int dims, const int64_t *shape, struct error *err)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	bool training = m->training, old = tensor_grad_mode(false);
	module_train(m, false);
	bool ids = m->kind == &module_embedding ||
		   (m->child_count && m->children[0].module->kind == &module_embedding);
	struct tensor *x = tensor_new(ids ? DTYPE_I32 : DTYPE_F32, dims, shape, err);
	struct tensor *y = x ? module_forward(m, x, err) : NULL;
	module_train(m, training);
	tensor_grad_mode(old);
	tensor_scope_close(&scope);
	return y ? STATUS_OK : err ? err->status : STATUS_INTERNAL;
}

enum status module_summary(struct strbuf *out, struct module *m, int dims, const int64_t *shape,
			   struct error *err)
{
	struct summary s = {out};
	int64_t one[TENSOR_MAX_DIMS] = {1};
	if (dims >= TENSOR_MAX_DIMS) {
		return error_set(err, STATUS_RANGE, "summary", message(MSG_TENSOR_TOO_MANY_DIMS),
				 dims, TENSOR_MAX_DIMS - 1);
	}
	memcpy(one + 1, shape, (size_t)dims * sizeof *shape);
	module_set_hook(summary_line, &s);
	enum status status = dry_run(m, dims + 1, one, err);
	module_set_hook(NULL, NULL);
	strbuf_printf(out, message(MSG_NN_TOTAL), (long long)module_parameter_count(m));
	strbuf_putc(out, '\n');
	return status;
}

enum status module_macs(double *out, struct module *m, int dims, const int64_t *shape,
			struct error *err)
{
	profile_macs_start();
	enum status status = dry_run(m, dims, shape, err);
	*out = profile_macs_stop();
	return status;
}
