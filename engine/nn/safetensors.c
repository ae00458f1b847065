#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/base/message.h"
#include "engine/nn/files.h"

/* Source: the safetensors format, https://github.com/huggingface/safetensors (README, "Format"). */

#define MAX_HEADER ((uint64_t)100 << 20)

static const char *const dtype_names[DTYPE_COUNT] = {
	[DTYPE_F32] = "F32", [DTYPE_F64] = "F64", [DTYPE_I32] = "I32",
	[DTYPE_I8] = "I8",   [DTYPE_U8] = "U8",
};

static json_t *describe(const struct tensor *t, uint64_t at, uint64_t bytes)
{
	json_t *shape = json_array();
	for (int d = 0; d < t->dims; d++) {
		json_array_append_new(shape, json_integer(t->shape[d]));
	}
	return json_pack("{s:s, s:o, s:[I, I]}", "dtype", dtype_names[t->dtype], "shape", shape,
			 "data_offsets", (json_int_t)at, (json_int_t)(at + bytes));
}

enum status safetensors_write(struct strbuf *out, const struct module_list *list,
			      const char *const *metadata, struct error *err)
{
	json_t *root = json_object();
	uint64_t at = 0;
	if (metadata && root) {
		json_t *pairs = json_object();
		for (int k = 0; metadata[k] && metadata[k + 1]; k += 2) {
			json_object_set_new(pairs, metadata[k], json_string(metadata[k + 1]));
		}
		json_object_set_new(root, "__metadata__", pairs);
	}
	for (int i = 0; i < list->count && root; i++) {
		const struct tensor *t = list->items[i].tensor;
		uint64_t bytes = (uint64_t)tensor_numel(t) * tensor_dtype_size(t->dtype);
		json_object_set_new(root, list->items[i].name, describe(t, at, bytes));
		at += bytes;
	}
	char *header = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	if (!header) {
		return error_set(err, STATUS_NOMEM, "safetensors", message(MSG_TENSOR_NOMEM), 0.0);
	}
	/* The data starts at a multiple of 8: the header is padded with spaces. */
	size_t length = strlen(header), padded = (length + 7) / 8 * 8;
	unsigned char size[8];
	for (int k = 0; k < 8; k++) {
		size[k] = (unsigned char)((uint64_t)padded >> (8 * k));
	}
	strbuf_add(out, size, 8);
	strbuf_add(out, header, length);
	for (; length < padded; length++) {
		strbuf_putc(out, ' ');
	}
	free(header);
	for (int i = 0; i < list->count; i++) {
		const struct tensor *t = list->items[i].tensor;
		if (tensor_is_contiguous(t)) {
			strbuf_add(out, tensor_data(t),
				   (size_t)tensor_numel(t) * tensor_dtype_size(t->dtype));
			continue;
		}
		struct tensor *row = tensor_new(t->dtype, t->dims, t->shape, err);
		if (!row) {
			return err ? err->status : STATUS_NOMEM;
		}
		tensor_copy_into(row, t, NULL);
		strbuf_add(out, tensor_data(row),
			   (size_t)tensor_numel(row) * tensor_dtype_size(row->dtype));
	}
	return strbuf_ok(out) ? STATUS_OK
			      : error_set(err, STATUS_NOMEM, "safetensors",
					  message(MSG_TENSOR_NOMEM), 0.0);
}

/* --- reading --- */
enum source { FROM_F16, FROM_BF16, FROM_I64, FROM_SAME };

struct source_type {
	const char *name;
	size_t size;
	enum source from;
	enum dtype to;
};
static const struct source_type source_types[] = {
	{"F32", 4, FROM_SAME, DTYPE_F32},  {"F64", 8, FROM_SAME, DTYPE_F64},
	{"I32", 4, FROM_SAME, DTYPE_I32},  {"I8", 1, FROM_SAME, DTYPE_I8},
	{"U8", 1, FROM_SAME, DTYPE_U8},    {"F16", 2, FROM_F16, DTYPE_F32},
	{"BF16", 2, FROM_BF16, DTYPE_F32}, {"I64", 8, FROM_I64, DTYPE_I32},
};

/* IEEE 754 half precision. */
static float half_to_f32(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, mantissa = h & 0x3FF;
	float f;
	uint32_t bits;
	if (exponent == 0) {
		f = (float)mantissa * 0x1p-24f;
		return sign ? -f : f;
	}
	bits = exponent == 31 ? sign | 0x7F800000u | mantissa << 13
			      : sign | (exponent + 112) << 23 | mantissa << 13;
	memcpy(&f, &bits, sizeof f);
	return f;
}

static void convert(struct tensor *t, const struct source_type *type, const unsigned char *from)
{
	int64_t n = tensor_numel(t);
	for (int64_t i = 0; i < n && type->from != FROM_SAME; i++) {
		if (type->from == FROM_I64) {
			int64_t v;
			memcpy(&v, from + 8 * i, 8);
			tensor_set(t, i, (double)v);
			continue;
		}
		uint16_t h;
		memcpy(&h, from + 2 * i, 2);
		uint32_t bits = (uint32_t)h << 16;
		float f;
		memcpy(&f, &bits, sizeof f);
		tensor_f32(t)[i] = type->from == FROM_F16 ? half_to_f32(h) : f;
	}
	if (type->from == FROM_SAME && n > 0) {
		memcpy(tensor_data(t), from, (size_t)n * type->size);
	}
}

static enum status corrupt(struct error *err, const char *what)
{
	return error_set(err, STATUS_CORRUPT, "safetensors", message(MSG_NN_FILE_CORRUPT),
			 "safetensors", what);
}

static enum status read_one(struct tensor **out, json_t *entry, const char *name,
			    const unsigned char *data, uint64_t room, struct error *err)
{
	const char *dtype = json_string_value(json_object_get(entry, "dtype"));
	json_t *shape = json_object_get(entry, "shape");
	json_t *offsets = json_object_get(entry, "data_offsets");
	if (!dtype || !json_is_array(shape) || json_array_size(offsets) != 2 ||
	    json_array_size(shape) > TENSOR_MAX_DIMS) {
		return corrupt(err, name);
	}
	const struct source_type *type = NULL;
	for (size_t k = 0; k < sizeof source_types / sizeof *source_types; k++) {
		type = strcmp(source_types[k].name, dtype) == 0 ? &source_types[k] : type;
	}
	if (!type) {
		return error_set(err, STATUS_UNSUPPORTED, "safetensors", message(MSG_NN_FILE_TYPE),
				 "safetensors", dtype);
	}
	int64_t sizes[TENSOR_MAX_DIMS];
	uint64_t count = 1;
	for (size_t d = 0; d < json_array_size(shape); d++) {
		json_t *size = json_array_get(shape, d);
		sizes[d] = json_integer_value(size);
		if (!json_is_integer(size) || sizes[d] < 0 ||
		    (sizes[d] && count > room / (uint64_t)sizes[d] + 1)) {
			return corrupt(err, name);
		}
		count *= (uint64_t)sizes[d];
	}
	int64_t first = json_integer_value(json_array_get(offsets, 0));
	int64_t last = json_integer_value(json_array_get(offsets, 1));
	if (first < 0 || last < first || (uint64_t)last > room ||
	    (uint64_t)(last - first) != count * type->size) {
		return corrupt(err, name);
	}
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *t = tensor_new(type->to, (int)json_array_size(shape), sizes, err);
	if (t) {
		convert(t, type, data + first);
	}
	*out = tensor_ref(t);
	tensor_scope_close(&scope);
	return *out ? STATUS_OK : err ? err->status : STATUS_NOMEM;
}

/* The header as JSON and its length; NULL when it is none. */
static json_t *read_header(const unsigned char *p, size_t length, uint64_t *header)
{
	*header = 0;
	for (int k = 0; k < 8 && length >= 8; k++) {
		*header |= (uint64_t)p[k] << (8 * k);
	}
	if (length < 8 || *header > length - 8 || *header > MAX_HEADER || *header == 0) {
		return NULL;
	}
	json_t *root =
		json_loadb((const char *)p + 8, (size_t)*header, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(root)) {
		json_decref(root);
		return NULL;
	}
	return root;
}

void safetensors_metadata(struct strbuf *out, const void *bytes, size_t length)
{
	uint64_t header;
	json_t *root = read_header(bytes, length, &header), *value;
	json_t *texts = json_object();
	const char *name;
	json_object_foreach(json_object_get(root, "__metadata__"), name, value)
	{
		if (json_is_string(value)) {
			json_object_set(texts, name, value);
		}
	}
	char *dumped = texts ? json_dumps(texts, JSON_COMPACT) : NULL;
	strbuf_puts(out, dumped ? dumped : "{}");
	free(dumped);
	json_decref(texts);
	json_decref(root);
}

enum status safetensors_read(struct module_list *out, const void *bytes, size_t length,
			     struct error *err)
{
	*out = (struct module_list){NULL, 0};
	const unsigned char *p = bytes;
	uint64_t header;
	json_t *root = read_header(p, length, &header);
	if (!root) {
		return corrupt(err, "header");
	}
	out->items = calloc(json_object_size(root) + 1, sizeof *out->items);
	enum status status = out->items ? STATUS_OK
					: error_set(err, STATUS_NOMEM, "safetensors",
						    message(MSG_TENSOR_NOMEM), 0.0);
	const char *name;
	json_t *entry;
	json_object_foreach(root, name, entry)
	{
		if (status != STATUS_OK || strcmp(name, "__metadata__") == 0) {
			continue;
		}
		if (strlen(name) >= MODULE_NAME) {
			status = corrupt(err, name);
			continue;
		}
		struct module_tensor *to = &out->items[out->count];
		snprintf(to->name, sizeof to->name, "%s", name);
		status = read_one(&to->tensor, entry, name, p + 8 + header,
				  (uint64_t)length - 8 - header, err);
		out->count += status == STATUS_OK;
	}
	json_decref(root);
	if (status != STATUS_OK) {
		module_list_release(out);
	}
	return status;
}

/* --- models --- */
static enum status check_values(const struct module *m, struct error *err)
{
	enum status status = m->kind->check ? m->kind->check(m, err) : STATUS_OK;
	for (int i = 0; i < m->child_count && status == STATUS_OK; i++) {
		status = check_values(m->children[i].module, err);
	}
	return status;
}

enum status module_load(struct module *m, const struct module_list *list, bool strict,
			struct error *err)
{
	struct module_list own;
	enum status status = module_state(&own, m, err);
	int used = 0;
	for (int i = 0; i < own.count && status == STATUS_OK; i++) {
		const struct tensor *from = NULL;
		for (int j = 0; j < list->count && !from; j++) {
			if (strcmp(list->items[j].name, own.items[i].name) == 0) {
				from = list->items[j].tensor;
			}
		}
		used += from != NULL;
		if (from && !tensor_same_shape(from, own.items[i].tensor)) {
			char a[TENSOR_SHAPE_TEXT], b[TENSOR_SHAPE_TEXT];
			status = error_set(err, STATUS_SHAPE, "load", message(MSG_NN_LOAD_SHAPE),
					   own.items[i].name, tensor_shape_text(from, a),
					   tensor_shape_text(own.items[i].tensor, b));
		} else if (from) {
			status = tensor_copy_into(own.items[i].tensor, from, err);
		} else if (strict) {
			status = error_set(err, STATUS_NOT_FOUND, "load",
					   message(MSG_NN_STATE_MISSING), own.items[i].name);
		}
	}
	if (status == STATUS_OK && strict && used != list->count) {
		status = error_set(err, STATUS_INVALID, "load", message(MSG_NN_LOAD_MORE),
				   list->count, used);
	}
	module_list_release(&own);
	return status == STATUS_OK ? check_values(m, err) : status;
}

static bool ends_with(const char *path, const char *ending)
{
	size_t n = strlen(path), k = strlen(ending);
	return n >= k && strcmp(path + n - k, ending) == 0;
}

static enum status save(const struct module_list *list, const char *path, struct error *err)
{
	struct strbuf out;
	strbuf_init(&out);
	enum status status = ends_with(path, ".npz") ? npz_write(&out, list, err)
						     : safetensors_write(&out, list, NULL, err);
	if (status == STATUS_OK) {
		status = file_write(path, out.text, out.length, err);
	}
	strbuf_release(&out);
	return status;
}

enum status tensors_save_file(const struct module_list *list, const char *path, struct error *err)
{
	return save(list, path, err);
}

enum status module_save_file(const struct module *m, const char *path, struct error *err)
{
	struct module_list list;
	enum status status = module_state(&list, m, err);
	if (status == STATUS_OK) {
		status = save(&list, path, err);
		module_list_release(&list);
	}
	return status;
}

enum status module_load_file(struct module *m, const char *path, struct error *err)
{
	struct strbuf bytes;
	struct module_list list;
	strbuf_init(&bytes);
	enum status status = file_read(&bytes, path, (size_t)1 << 30, err);
	if (status == STATUS_OK) {
		status = ends_with(path, ".npz")
				 ? npz_read(&list, bytes.text, bytes.length, err)
				 : safetensors_read(&list, bytes.text, bytes.length, err);
	}
	strbuf_release(&bytes);
	if (status == STATUS_OK) {
		status = module_load(m, &list, true, err);
		module_list_release(&list);
	}
	return status;
}
