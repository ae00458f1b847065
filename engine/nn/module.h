#ifndef MUNDAP_NN_MODULE_H
#define MUNDAP_NN_MODULE_H

#include <stdbool.h>

#include "engine/base/strbuf.h"
#include "engine/tensor/graph.h"

/* Layers and models: a module has settings, named parameters (trained), named buffers (kept, not trained) and named
 * children. Kinds are rows of one table, so that bindings and documentation can be generated from it. Parameters are
 * drawn from the thread's random stream, as PyTorch does (Kaiming uniform with a = √5); a convolution starts with
 * larger weights unless init = "uniform". */

#define MODULE_MAX_FIELDS 12
#define MODULE_NAME 48

enum module_field_kind { MODULE_INT, MODULE_FLOAT, MODULE_BOOL, MODULE_TEXT };

struct module_field {
	const char *name; /* "in", "out", "kernel", "stride", … */
	enum module_field_kind kind;
	double preset;
	bool required;
	const char *preset_text;
};

struct module;

struct module_kind {
	const char *name; /* "linear", "conv2d", … */
	const char *summary;
	struct module_field
		fields[MODULE_MAX_FIELDS]; /* also in the order of positional arguments */
	/** Makes parameters and children from the settings. */
	enum status (*build)(struct module *m, struct error *err);
	/** inputs: usually one; masks, states and memories follow. outputs: the result, then states. */
	enum status (*forward)(struct module *m, struct tensor **outputs, int output_places,
			       struct tensor *const *inputs, int input_count, struct error *err);
	int max_inputs, max_outputs;
	/** Refuses values that would make forward read elsewhere; called after values came from a file. NULL: any will do. */
	enum status (*check)(const struct module *m, struct error *err);
	bool derived; /* made from trained layers (compress.h), never by a script's constructor */
	bool container; /* has a build function, but its children are given by whoever makes it */
};

struct module_config {
	double value[MODULE_MAX_FIELDS]; /* in the order of the kind's fields */
	char text[MODULE_MAX_FIELDS][32];
	bool given[MODULE_MAX_FIELDS];
};

struct module_tensor {
	char name[MODULE_NAME];
	struct tensor *tensor;
};
struct module_child {
	char name[MODULE_NAME];
	struct module *module;
};

struct module {
	const struct module_kind *kind;
	struct module_config config;
	struct module_tensor *parameters, *buffers;
	int parameter_count, buffer_count;
	struct module_child *children;
	int child_count;
	bool training;
	int refs;
	void *binding; /* for a Lua-defined module: opaque to the engine */
};

/** All kinds; *count rows. */
const struct module_kind *const *module_kinds(int *count);
const struct module_kind *module_kind_find(const char *name);
const char *module_kind_nearest(const char *name);
/** Index of a field, -1 when the kind has none. */
int module_field_index(const struct module_kind *kind, const char *name);
/** Settings with the presets filled in. */
struct module_config module_presets(const struct module_kind *kind);

/**
 * Makes a module. Owns: the caller's reference (module_unref).
 * Errors: STATUS_INVALID naming kind and field (missing, out of range)
 */
struct module *module_new(const struct module_kind *kind, const struct module_config *config,
			  struct error *err);
/** Shorthand: module_make("conv2d", err, "in", 1.0, "out", 16.0, "kernel", 3.0, NULL). Values are double. */
struct module *module_make(const char *kind, struct error *err, ...);
struct module *module_ref(struct module *m);
void module_unref(struct module *m);

/** Adds a child; name NULL numbers it ("0", "1", …). Takes its own reference. */
enum status module_add(struct module *parent, const char *name, struct module *child,
		       struct error *err);
/** Adds a parameter or a buffer to a module under construction; holds a reference. */
enum status module_add_parameter(struct module *m, const char *name, struct tensor *t,
				 struct error *err);
enum status module_add_buffer(struct module *m, const char *name, struct tensor *t,
			      struct error *err);
struct tensor *module_parameter(const struct module *m, const char *name);
struct tensor *module_buffer(const struct module *m, const char *name);
struct module *module_child(const struct module *m, const char *name);
/** Setting by field name. */
double module_setting(const struct module *m, const char *field);

/** Runs the module on one input. Owns: the result belongs to the innermost scope. */
struct tensor *module_forward(struct module *m, struct tensor *input, struct error *err);
enum status module_forward_multi(struct module *m, struct tensor **outputs, int output_places,
				 struct tensor *const *inputs, int input_count, struct error *err);

/** Dropout and batch norm behave differently in training; applies to all descendants. */
void module_train(struct module *m, bool training);

/* All parameters of a module and its descendants in a fixed order, names joined by dots ("0.weight"). */
struct module_list {
	struct module_tensor *items;
	int count;
};
enum status module_parameters(struct module_list *out, const struct module *m, struct error *err);
/** Parameters, then buffers: what a model file holds. */
enum status module_state(struct module_list *out, const struct module *m, struct error *err);
void module_list_release(struct module_list *list);
int64_t module_parameter_count(const struct module *m);
void module_zero_grad(struct module *m);

/** Called with each child's output while installed (NULL: none); the name is dotted. */
typedef void (*module_hook)(void *context, const char *name, struct module *m,
			    struct tensor *output);
void module_set_hook(module_hook hook, void *context);

/** A table of layers, output shapes and parameter counts for an input of this shape (one example, no batch dimension). */
enum status module_summary(struct strbuf *out, struct module *m, int dims, const int64_t *shape,
			   struct error *err);
/** Multiply-accumulates of one forward pass for an input of this shape (with batch dimension). */
enum status module_macs(double *out, struct module *m, int dims, const int64_t *shape,
			struct error *err);

#endif
