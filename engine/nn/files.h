#ifndef MUNDAP_NN_FILES_H
#define MUNDAP_NN_FILES_H

#include "engine/base/strbuf.h"
#include "engine/nn/module.h"

/* Model and array files. Readers take bytes in memory, never trust a size, and read nothing outside what they were given.
 * Each names what is wrong: STATUS_CORRUPT, STATUS_UNSUPPORTED (a type we have not), STATUS_RANGE. */

/** safetensors: 8 bytes of header length, JSON, data. metadata: pairs of strings, NULL at the end; or NULL. */
enum status safetensors_write(struct strbuf *out, const struct module_list *list,
			      const char *const *metadata, struct error *err);
/** Owns: out's tensors (module_list_release). F64, F32, F16, BF16, I32, I64, I8, U8 are read; halves become f32, I64 i32. */
enum status safetensors_read(struct module_list *out, const void *bytes, size_t length,
			     struct error *err);

/** Appends the texts of the header's __metadata__ as a JSON object; "{}" when there are none or the file is no safetensors. */
void safetensors_metadata(struct strbuf *out, const void *bytes, size_t length);

/** One array in NumPy's format, version 1.0. */
enum status npy_write(struct strbuf *out, const struct tensor *t, struct error *err);
struct tensor *npy_read(const void *bytes, size_t length, struct error *err);
/** A zip of arrays, stored or deflated. */
enum status npz_write(struct strbuf *out, const struct module_list *list, struct error *err);
enum status npz_read(struct module_list *out, const void *bytes, size_t length, struct error *err);

/** Copies values by name into a model's parameters and buffers. strict: every name must be there, and no more.
 * Errors: STATUS_NOT_FOUND, STATUS_SHAPE naming the tensor */
enum status module_load(struct module *m, const struct module_list *list, bool strict,
			struct error *err);

/**
 * Appends the model's layers as JSON: {"kind", "settings": {…}, "children": [… of containers]}.
 * Errors: STATUS_UNSUPPORTED for a layer written in Lua
 */
enum status module_describe(struct strbuf *out, const struct module *m, struct error *err);
/** Makes an untrained model of a description. NULL with STATUS_CORRUPT (unknown layer or setting), STATUS_NOMEM. */
struct module *module_from_description(const char *text, size_t length, struct error *err);

/** A safetensors file with the weights, buffers and, under "layers" in its metadata, the description: it alone gives back
 * the model. Errors of reading: STATUS_NOT_FOUND when the file describes no model */
enum status module_file_write(struct strbuf *out, const struct module *m, struct error *err);
enum status module_file_read(struct module **out, const void *bytes, size_t length,
			     struct error *err);

/** By the ending of the path (.safetensors, .npz). */
enum status module_save_file(const struct module *m, const char *path, struct error *err);
enum status module_load_file(struct module *m, const char *path, struct error *err);
/** A named set of tensors as a safetensors file. */
enum status tensors_save_file(const struct module_list *list, const char *path, struct error *err);

#endif
