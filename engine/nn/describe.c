/* A model's layers as JSON and back: what a model file needs beside its numbers. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/nn/files.h"

#define DEEPEST 32
#define MOST_CHILDREN 1000

static bool is_container(const struct module_kind *kind)
{
	return !kind->build ||
	       kind->container; /* others make their own children from their settings */
}

static json_t *describe(const struct module *m, int depth, struct error *err)
{
	if (m->binding || depth > DEEPEST) {
		error_set(err, STATUS_UNSUPPORTED, m->kind->name, message(MSG_NN_NOT_DESCRIBED),
			  m->kind->name);
		return NULL;
	}
	json_t *settings = json_object(), *children = json_array();
	for (int i = 0; i < MODULE_MAX_FIELDS && m->kind->fields[i].name; i++) {
		if (m->config.given[i]) {
			json_object_set_new(settings, m->kind->fields[i].name,
					    m->kind->fields[i].kind == MODULE_TEXT
						    ? json_string(m->config.text[i])
						    : json_real(m->config.value[i]));
		}
	}
	bool good = true;
	for (int i = 0; is_container(m->kind) && i < m->child_count && good; i++) {
		json_t *child = describe(m->children[i].module, depth + 1, err);
		good = child && json_array_append_new(children, child) == 0;
	}
	if (!good) {
		json_decref(settings);
		json_decref(children);
		return NULL;
	}
	return json_pack("{s:s,s:o,s:o}", "kind", m->kind->name, "settings", settings, "children",
			 children);
}

enum status module_describe(struct strbuf *out, const struct module *m, struct error *err)
{
	struct error own = ERROR_INIT;
	json_t *root = describe(m, 0, &own);
	char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	if (!text) {
		return error_set(err, own.status ? own.status : STATUS_NOMEM, own.where, "%s",
				 own.status ? own.message : "out of memory");
	}
	strbuf_puts(out, text);
	free(text);
	return STATUS_OK;
}

static struct module *build(json_t *json, int depth, struct error *err)
{
	const char *name = json_string_value(json_object_get(json, "kind"));
	const struct module_kind *kind = name ? module_kind_find(name) : NULL;
	if (!kind || depth > DEEPEST) {
		error_set(err, STATUS_CORRUPT, "model", message(MSG_NN_KIND), name ? name : "?",
			  module_kind_nearest(name ? name : ""));
		return NULL;
	}
	struct module_config config = module_presets(kind);
	const char *field;
	json_t *value, *children = json_object_get(json, "children");
	json_object_foreach(json_object_get(json, "settings"), field, value)
	{
		int i = module_field_index(kind, field);
		if (i < 0) {
			error_set(err, STATUS_CORRUPT, kind->name, message(MSG_NN_FIELD_UNKNOWN),
				  kind->name, field);
			return NULL;
		}
		config.given[i] = true;
		if (json_is_string(value)) {
			snprintf(config.text[i], sizeof config.text[i], "%s",
				 json_string_value(value));
		} else {
			config.value[i] = json_number_value(value);
		}
	}
	struct module *m = module_new(kind, &config, err);
	size_t count = is_container(kind) ? json_array_size(children) : 0;
	for (size_t i = 0; m && i < count && i < MOST_CHILDREN; i++) {
		struct module *child = build(json_array_get(children, i), depth + 1, err);
		if (!child || module_add(m, NULL, child, err) != STATUS_OK) {
			module_unref(m);
			m = NULL;
		}
		module_unref(child);
	}
	return m;
}

struct module *module_from_description(const char *text, size_t length, struct error *err)
{
	json_t *root = json_loadb(text, length, 0, NULL);
	struct module *m = build(root, 0, err);
	json_decref(root);
	return m;
}

#define LAYERS "layers"

enum status module_file_write(struct strbuf *out, const struct module *m, struct error *err)
{
	struct strbuf layers;
	struct module_list list = {NULL, 0};
	strbuf_init(&layers);
	enum status status = module_describe(&layers, m, err);
	status = status == STATUS_OK ? module_state(&list, m, err) : status;
	if (status == STATUS_OK) {
		const char *const metadata[] = {LAYERS, layers.text, NULL};
		status = safetensors_write(out, &list, metadata, err);
		module_list_release(&list);
	}
	strbuf_release(&layers);
	return status;
}

enum status module_file_read(struct module **out, const void *bytes, size_t length,
			     struct error *err)
{
	struct error local = ERROR_INIT;
	err = err ? err : &local;
	*out = NULL;
	struct strbuf header;
	struct module_list list = {NULL, 0};
	strbuf_init(&header);
	safetensors_metadata(&header, bytes, length);
	json_t *texts = json_loadb(header.text, header.length, 0, NULL);
	const char *layers = json_string_value(json_object_get(texts, LAYERS));
	enum status status = safetensors_read(&list, bytes, length, err);
	if (status == STATUS_OK && !layers) {
		status = error_set(err, STATUS_NOT_FOUND, "model", message(MSG_NN_FILE_CORRUPT),
				   "safetensors", LAYERS);
	} else if (status == STATUS_OK) {
		*out = module_from_description(layers, strlen(layers), err);
		status = *out ? module_load(*out, &list, true, err) : err->status;
	}
	json_decref(texts);
	module_list_release(&list);
	strbuf_release(&header);
	if (status != STATUS_OK) {
		module_unref(*out);
		*out = NULL;
	}
	return status;
}
