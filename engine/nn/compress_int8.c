#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/nn/compress.h"
#include "engine/nn/files.h"
#include "engine/nn/layers.h"
#include "engine/tensor/int8.h"
#include "engine/tensor/ops.h"

/* Copies of models with other layers in place of theirs. Only layers in sequential, residual and their like are exchanged:
 * what a whole model (gpt, unet …) does with its parts is its own affair. */

struct module *module_clone(const struct module *m, struct error *err)
{
	struct strbuf text;
	strbuf_init(&text);
	struct module *copy = NULL;
	struct module_list list = {NULL, 0};
	if (module_describe(&text, m, err) == STATUS_OK) {
		copy = module_from_description(text.text, text.length, err);
	}
	enum status status = copy ? module_state(&list, m, err) : STATUS_NOMEM;
	status = status == STATUS_OK ? module_load(copy, &list, true, err) : status;
	module_list_release(&list);
	strbuf_release(&text);
	if (status != STATUS_OK) {
		module_unref(copy);
		return NULL;
	}
	module_train(copy, m->training);
	return copy;
}

/* Makes what stands in the place of children[*at] (and perhaps of those after it: then *at moves on). NULL fails. */
typedef struct module *(*exchange)(const struct module *parent, int *at, void *context,
				   struct error *err);

static bool holds_children(const struct module *m)
{
	return m->kind == &module_sequential || m->kind == &module_residual ||
	       m->kind == &module_checkpoint;
}

static struct module *rebuild(const struct module *m, exchange fn, void *context, struct error *err)
{
	struct module *copy = module_new(m->kind, &m->config, err);
	for (int i = 0; copy && i < m->child_count; i++) {
		const struct module *child = m->children[i].module;
		struct module *made = holds_children(child) ? rebuild(child, fn, context, err)
							    : fn(m, &i, context, err);
		enum status status = made ? module_add(copy, NULL, made, err) : STATUS_NOMEM;
		module_unref(made);
		if (status != STATUS_OK) {
			module_unref(copy);
			copy = NULL;
		}
	}
	if (copy) {
		module_train(copy, m->training);
	}
	return copy;
}

/* A model that is one layer is treated as a sequence of one. */
static struct module *rebuild_root(const struct module *m, exchange fn, void *context,
				   struct error *err)
{
	if (holds_children(m)) {
		return rebuild(m, fn, context, err);
	}
	struct module *sequence = module_make("sequential", err, NULL), *out = NULL;
	struct module *borrowed = (struct module *)(uintptr_t)m;
	if (sequence && module_add(sequence, NULL, borrowed, err) == STATUS_OK) {
		out = rebuild(sequence, fn, context, err);
	}
	module_unref(sequence);
	return out;
}

static struct module *layer_after(const struct module *parent, int at)
{
	return at + 1 < parent->child_count ? parent->children[at + 1].module : NULL;
}

/* --- normalisation folded into the convolution before it --- */
static enum status fold(struct module *conv, const struct module *norm, struct error *err)
{
	struct tensor *w = module_parameter(conv, "weight"), *b = module_parameter(conv, "bias");
	const struct tensor *g = module_parameter(norm, "weight");
	const struct tensor *shift = module_parameter(norm, "bias");
	const struct tensor *mean = module_buffer(norm, "running_mean");
	const struct tensor *variance = module_buffer(norm, "running_var");
	if (!g || !shift || !mean || !variance || !b) {
		return error_set(err, STATUS_INTERNAL, "fold", "%s", norm->kind->name);
	}
	int64_t each = tensor_numel(w) / w->shape[0];
	for (int64_t o = 0; o < w->shape[0]; o++) {
		float k = tensor_f32(g)[o] /
			  sqrtf(tensor_f32(variance)[o] + (float)module_setting(norm, "epsilon"));
		for (int64_t i = 0; i < each; i++) {
			tensor_f32(w)[o * each + i] *= k;
		}
		tensor_f32(b)[o] =
			(tensor_f32(b)[o] - tensor_f32(mean)[o]) * k + tensor_f32(shift)[o];
	}
	return STATUS_OK;
}

static struct module *folded(const struct module *parent, int *at, void *context, struct error *err)
{
	(void)context;
	const struct module *layer = parent->children[*at].module, *next = layer_after(parent, *at);
	bool foldable =
		next && ((layer->kind == &module_conv2d && next->kind == &module_batch_norm2d) ||
			 (layer->kind == &module_linear && next->kind == &module_batch_norm1d));
	if (!foldable) {
		return module_clone(layer, err);
	}
	struct module_config config = layer->config;
	config.value[module_field_index(layer->kind, "bias")] = 1;
	struct module *copy = module_new(layer->kind, &config, err);
	struct tensor *b = copy ? module_parameter(copy, "bias") : NULL;
	enum status status = copy ? tensor_copy_into(module_parameter(copy, "weight"),
						     module_parameter(layer, "weight"), err)
				  : STATUS_NOMEM;
	if (status == STATUS_OK && module_parameter(layer, "bias")) {
		status = tensor_copy_into(b, module_parameter(layer, "bias"), err);
	} else if (status == STATUS_OK) {
		tensor_fill(b, 0);
	}
	status = status == STATUS_OK ? fold(copy, next, err) : status;
	if (status != STATUS_OK) {
		module_unref(copy);
		return NULL;
	}
	++*at;
	return copy;
}

struct module *module_fold_norms(const struct module *m, struct error *err)
{
	return rebuild_root(m, folded, NULL, err);
}

/* --- watching --- */
struct watch_options {
	bool per_channel, fake;
};

/* Layers that have a kernel in integers. */
static bool has_int8(const struct module *layer)
{
	/* With fewer than four channels most of each product would be padding: the first layer stays as it is. */
	return layer->kind == &module_linear ||
	       (layer->kind == &module_conv2d && module_setting(layer, "in") >= 4 &&
		module_setting(layer, "stride") == 1 && module_setting(layer, "dilation") == 1 &&
		module_setting(layer, "groups") == 1);
}

static struct module *watched(const struct module *parent, int *at, void *context,
			      struct error *err)
{
	const struct watch_options *o = context;
	const struct module *layer = parent->children[*at].module;
	struct module *copy = module_clone(layer, err);
	if (!copy || !has_int8(layer)) {
		return copy;
	}
	struct module *wrapper =
		module_make("quant_aware", err, "per_channel", o->per_channel ? 1.0 : 0.0, "fake",
			    o->fake ? 1.0 : 0.0, NULL);
	if (wrapper && module_add(wrapper, NULL, copy, err) != STATUS_OK) {
		module_unref(wrapper);
		wrapper = NULL;
	}
	module_unref(copy);
	return wrapper;
}

struct module *module_watch(const struct module *m, bool per_channel, bool fake, struct error *err)
{
	struct watch_options o = {per_channel, fake};
	struct module *plain = module_fold_norms(m, err);
	struct module *out = plain ? rebuild_root(plain, watched, &o, err) : NULL;
	module_unref(plain);
	return out;
}

/* --- into integers --- */
static enum status fill_int8(struct module *to, const struct module *layer, bool per_channel,
			     const struct tensor *range, struct error *err)
{
	struct quantized q;
	enum status status = quantize(&q, module_parameter(layer, "weight"), 8, per_channel, err);
	if (status != STATUS_OK) {
		return status;
	}
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *sums = NULL, *packed = int8_pack(q.values, &sums, err);
	status = packed ? tensor_copy_into(module_buffer(to, "weight"), packed, err) : STATUS_NOMEM;
	status = status == STATUS_OK ? tensor_copy_into(module_buffer(to, "sums"), sums, err)
				     : status;
	float *scales = tensor_f32(module_buffer(to, "scales"));
	for (int64_t o = 0; o < tensor_numel(sums); o++) {
		scales[o] = tensor_f32(q.scales)[per_channel ? o : 0];
	}
	const struct tensor *bias = module_parameter(layer, "bias");
	if (status == STATUS_OK && bias) {
		status = tensor_copy_into(module_buffer(to, "bias"), bias, err);
	}
	struct int8_range r = int8_range_of(tensor_f32(range)[0], tensor_f32(range)[1]);
	tensor_f32(module_buffer(to, "range"))[0] = r.scale;
	tensor_f32(module_buffer(to, "range"))[1] = (float)r.zero;
	tensor_scope_close(&scope);
	quantized_release(&q);
	return status;
}

static struct module *integer(const struct module *parent, int *at, void *context,
			      struct error *err)
{
	(void)context;
	const struct module *wrapper = parent->children[*at].module;
	if (wrapper->kind != &module_quant_aware) {
		return module_clone(wrapper, err);
	}
	const struct module *layer = wrapper->children[0].module, *next = layer_after(parent, *at);
	const struct tensor *range = module_buffer(wrapper, "range");
	if (tensor_f32(range)[0] == 0 && tensor_f32(range)[1] == 0) {
		error_set(err, STATUS_INVALID, "compress", "%s", message(MSG_NN_NOT_CALIBRATED));
		return NULL;
	}
	bool relu = next && next->kind == &module_relu;
	struct module *to =
		layer->kind == &module_linear
			? module_make("linear_int8", err, "in", module_setting(layer, "in"), "out",
				      module_setting(layer, "out"), "relu", relu ? 1.0 : 0.0, NULL)
			: module_make("conv2d_int8", err, "in", module_setting(layer, "in"), "out",
				      module_setting(layer, "out"), "kernel",
				      module_setting(layer, "kernel"), "padding",
				      module_setting(layer, "padding"), "relu", relu ? 1.0 : 0.0,
				      NULL);
	bool per_channel = module_setting(wrapper, "per_channel") != 0;
	if (to && fill_int8(to, layer, per_channel, range, err) != STATUS_OK) {
		module_unref(to);
		return NULL;
	}
	*at += relu;
	return to;
}

struct module *module_to_int8(const struct module *watched_model, struct error *err)
{
	struct module *out = rebuild_root(watched_model, integer, NULL, err);
	if (out) {
		module_train(out, false);
	}
	return out;
}

/* --- sparse --- */
static struct module *sparse(const struct module *parent, int *at, void *context, struct error *err)
{
	const struct module *layer = parent->children[*at].module;
	if (layer->kind != &module_linear) {
		return module_clone(layer, err);
	}
	const struct tensor *w = module_parameter(layer, "weight");
	const struct tensor *bias = module_parameter(layer, "bias");
	int64_t outs = w->shape[0], in = w->shape[1], count = 0;
	for (int64_t i = 0; i < outs * in; i++) {
		count += tensor_f32(w)[i] != 0;
	}
	double least = *(const double *)context;
	if ((double)count > (1 - least) * (double)(outs * in)) {
		return module_clone(layer, err);
	}
	struct module *to = module_make("linear_sparse", err, "in", (double)in, "out", (double)outs,
					"nonzeros", (double)count, NULL);
	if (!to) {
		return NULL;
	}
	float *values = tensor_f32(module_buffer(to, "values"));
	int32_t *columns = tensor_i32(module_buffer(to, "columns"));
	int32_t *starts = tensor_i32(module_buffer(to, "starts"));
	int32_t n = 0;
	for (int64_t o = 0; o < outs; o++) {
		starts[o] = n;
		for (int64_t i = 0; i < in; i++) {
			if (tensor_f32(w)[o * in + i] != 0) {
				columns[n] = (int32_t)i;
				values[n++] = tensor_f32(w)[o * in + i];
			}
		}
	}
	starts[outs] = n;
	if (bias) {
		tensor_copy_into(module_buffer(to, "bias"), bias, NULL);
	}
	return to;
}

struct module *module_to_sparse(const struct module *m, double least, struct error *err)
{
	return rebuild_root(m, sparse, &least, err);
}

size_t module_bytes(const struct module *m)
{
	struct module_list list;
	size_t total = 0;
	if (module_state(&list, m, NULL) == STATUS_OK) {
		for (int i = 0; i < list.count; i++) {
			const struct tensor *t = list.items[i].tensor;
			total += (size_t)tensor_numel(t) * tensor_dtype_size(t->dtype);
		}
		module_list_release(&list);
	}
	return total;
}
