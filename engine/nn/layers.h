#ifndef MUNDAP_NN_LAYERS_H
#define MUNDAP_NN_LAYERS_H

#include "engine/nn/module.h"

/* Shared by the files that hold the kinds of modules. Private to engine/nn. */

#define X(name) extern const struct module_kind module_##name;
#include "engine/nn/module_list.def"
#undef X

/** Runs a child, telling the hook. */
enum status module_run_child(struct module *m, int child, struct tensor **outputs,
			     int output_places, struct tensor *const *inputs, int input_count,
			     struct error *err);
struct tensor *module_run_child1(struct module *m, int child, struct tensor *x, struct error *err);

/** Setting i as an integer. */
static inline int64_t module_int(const struct module *m, int i)
{
	return (int64_t)m->config.value[i];
}
/** Checks that setting i is at least low. */
enum status module_want(const struct module *m, int i, double low, struct error *err);
/** Uniform in ±bound, added as a parameter. */
enum status module_uniform(struct module *m, const char *name, int dims, const int64_t *shape,
			   double bound, struct error *err);
/** Filled with a value, added as a parameter. */
enum status module_constant(struct module *m, const char *name, int dims, const int64_t *shape,
			    double value, struct error *err);
/** Makes a child; takes over the reference. NULL (a failed module_make) fails. */
enum status module_own(struct module *m, const char *name, struct module *child, struct error *err);

static inline enum status module_result(struct tensor **outputs, struct tensor *t,
					const struct error *err)
{
	outputs[0] = t;
	return t ? STATUS_OK : err && err->status ? err->status : STATUS_INTERNAL;
}

#define MODULE_FORWARD(row) \
	static enum status row##_forward(struct module *m, struct tensor **outputs, \
					 int output_places, struct tensor *const *inputs, \
					 int input_count, struct error *err)
#define MODULE_BUILD(row) static enum status row##_build(struct module *m, struct error *err)
#define MODULE_UNUSED \
	(void)m; \
	(void)output_places; \
	(void)input_count

#endif
