#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/nn/layers.h"
#include "engine/tensor/checkpoint.h"
#include "engine/tensor/ops.h"

/* Linear maps, convolutions, pooling, activations, containers. */

enum status module_want(const struct module *m, int i, double low, struct error *err)
{
	if (m->config.value[i] >= low) {
		return STATUS_OK;
	}
	return error_set(err, STATUS_INVALID, m->kind->name, message(MSG_NN_FIELD_VALUE),
			 m->kind->name, m->kind->fields[i].name, m->config.value[i]);
}

enum status module_uniform(struct module *m, const char *name, int dims, const int64_t *shape,
			   double bound, struct error *err)
{
	return module_add_parameter(m, name, tensor_rand(dims, shape, -bound, bound, err), err);
}

enum status module_constant(struct module *m, const char *name, int dims, const int64_t *shape,
			    double value, struct error *err)
{
	return module_add_parameter(m, name, tensor_full(DTYPE_F32, dims, shape, value, err), err);
}

enum status module_own(struct module *m, const char *name, struct module *child, struct error *err)
{
	enum status status = module_add(m, name, child, err);
	module_unref(child);
	return status;
}

#define FIELD_INT(label, value, must) \
	{ \
		label, MODULE_INT, value, must, NULL \
	}
#define FIELD_BOOL(label, value) \
	{ \
		label, MODULE_BOOL, value, false, NULL \
	}
#define FIELD_FLOAT(label, value) \
	{ \
		label, MODULE_FLOAT, value, false, NULL \
	}
#define FIELD_TEXT(label, value) \
	{ \
		label, MODULE_TEXT, 0, false, value \
	}

/* Weights within gain/√fan_in, the bias within 1/√fan_in. Gain 1 is He et al. 2015 with a = √5, PyTorch's default. */
static enum status weight_and_bias(struct module *m, int dims, const int64_t *shape, double fan_in,
				   double gain, int64_t bias, struct error *err)
{
	double bound = fan_in > 0 ? 1 / sqrt(fan_in) : 0;
	enum status status = module_uniform(m, "weight", dims, shape, gain * bound, err);
	if (status == STATUS_OK && bias > 0) {
		status = module_uniform(m, "bias", 1, &bias, bound, err);
	}
	return status;
}

MODULE_BUILD(linear)
{
	for (int i = 0; i < 2; i++) {
		if (module_want(m, i, 1, err) != STATUS_OK) {
			return STATUS_INVALID;
		}
	}
	int64_t shape[2] = {module_int(m, 1), module_int(m, 0)};
	return weight_and_bias(m, 2, shape, (double)shape[1], 1, module_int(m, 2) ? shape[0] : 0,
			       err);
}
MODULE_FORWARD(linear)
{
	MODULE_UNUSED;
	return module_result(outputs,
			     tensor_linear(inputs[0], module_parameter(m, "weight"),
					   module_parameter(m, "bias"), err),
			     err);
}
const struct module_kind module_linear = {
	.name = "linear",
	.summary = "x · weightᵀ + bias",
	.fields = {FIELD_INT("in", 0, true), FIELD_INT("out", 0, true), FIELD_BOOL("bias", 1)},
	.build = linear_build,
	.forward = linear_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};

/* "he": √6 keeps the signal's size from layer to layer where a ReLU follows (the same paper). With it the CNN of the
 * lessons ends its first epoch about one point higher, and deep plain stacks can still be trained. */
static enum status conv_gain(double *out, const struct module *m, int field, struct error *err)
{
	static const struct {
		const char *name;
		double gain;
	} starts[] = {{"he", 2.449489742783178}, {"uniform", 1}};
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
		if (strcmp(m->config.text[field], starts[i].name) == 0) {
			*out = starts[i].gain;
			return STATUS_OK;
		}
	}
	return error_set(err, STATUS_INVALID, m->kind->name, message(MSG_NN_FIELD_WORD),
			 m->kind->name, m->kind->fields[field].name, m->config.text[field],
			 "he, uniform");
}

/* in, out, kernel, stride, padding, groups, bias, dilation, init */
static enum status conv_build(struct module *m, int spatial, bool transposed, struct error *err)
{
	static const double least[8] = {1, 1, 1, 1, 0, 1, 0, 1};
	for (int i = 0; i < 8; i++) {
		if (module_want(m, i, least[i], err) != STATUS_OK) {
			return STATUS_INVALID;
		}
	}
	int64_t in = module_int(m, 0), outs = module_int(m, 1), k = module_int(m, 2);
	int64_t groups = module_int(m, 5);
	if (in % groups || outs % groups) {
		return error_set(err, STATUS_INVALID, m->kind->name, message(MSG_NN_FIELD_VALUE),
				 m->kind->name, "groups", (double)groups);
	}
	int64_t shape[4] = {transposed ? in : outs, (transposed ? outs : in) / groups, k, k};
	double fan_in = (double)(shape[1] * k * (spatial == 2 ? k : 1));
	double gain = 1;
	enum status status = conv_gain(&gain, m, 8, err);
	return status == STATUS_OK ? weight_and_bias(m, 2 + spatial, shape, fan_in, gain,
						     module_int(m, 6) ? outs : 0, err)
				   : status;
}
static struct conv_options conv_settings(const struct module *m)
{
	struct conv_options o = conv_presets();
	for (int d = 0; d < 2; d++) {
		o.stride[d] = module_int(m, 3);
		o.padding[d] = module_int(m, 4);
		o.dilation[d] = module_int(m, 7);
	}
	o.groups = module_int(m, 5);
	return o;
}
#define CONV_FIELDS \
	FIELD_INT("in", 0, true), FIELD_INT("out", 0, true), FIELD_INT("kernel", 3, false), \
		FIELD_INT("stride", 1, false), FIELD_INT("padding", 0, false), \
		FIELD_INT("groups", 1, false), FIELD_BOOL("bias", 1), \
		FIELD_INT("dilation", 1, false), FIELD_TEXT("init", "he")

MODULE_BUILD(conv2d)
{
	return conv_build(m, 2, false, err);
}
MODULE_FORWARD(conv2d)
{
	MODULE_UNUSED;
	struct conv_options o = conv_settings(m);
	return module_result(outputs,
			     tensor_conv2d(inputs[0], module_parameter(m, "weight"),
					   module_parameter(m, "bias"), &o, err),
			     err);
}
const struct module_kind module_conv2d = {
	.name = "conv2d",
	.summary = "2-D convolution of [N, in, H, W]; groups = in makes it depthwise",
	.fields = {CONV_FIELDS},
	.build = conv2d_build,
	.forward = conv2d_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};

/* A row of pixels: [N, C, L] is [N, C, 1, L]. */
MODULE_BUILD(conv1d)
{
	return conv_build(m, 1, false, err);
}
MODULE_FORWARD(conv1d)
{
	MODULE_UNUSED;
	struct conv_options o = conv_settings(m);
	o.stride[0] = o.dilation[0] = 1;
	o.padding[0] = 0;
	struct tensor *x = tensor_unsqueeze(inputs[0], 2, err);
	struct tensor *w = tensor_unsqueeze(module_parameter(m, "weight"), 2, err);
	struct tensor *y = tensor_conv2d(x, w, module_parameter(m, "bias"), &o, err);
	return module_result(outputs, tensor_squeeze(y, 2, err), err);
}
const struct module_kind module_conv1d = {
	.name = "conv1d",
	.summary = "1-D convolution of [N, in, L]",
	.fields = {CONV_FIELDS},
	.build = conv1d_build,
	.forward = conv1d_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};

MODULE_BUILD(conv_transpose2d)
{
	return conv_build(m, 2, true, err);
}
MODULE_FORWARD(conv_transpose2d)
{
	MODULE_UNUSED;
	struct conv_options o = conv_settings(m);
	o.output_padding[0] = o.output_padding[1] = module_int(m, 8);
	return module_result(outputs,
			     tensor_conv_transpose2d(inputs[0], module_parameter(m, "weight"),
						     module_parameter(m, "bias"), &o, err),
			     err);
}
const struct module_kind module_conv_transpose2d = {
	.name = "conv_transpose2d",
	.summary = "transposed convolution: an image stride times as large",
	.fields = {CONV_FIELDS, FIELD_INT("output_padding", 0, false)},
	.build = conv_transpose2d_build,
	.forward = conv_transpose2d_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};

/* --- pooling --- */
MODULE_FORWARD(max_pool2d)
{
	MODULE_UNUSED;
	return module_result(outputs,
			     tensor_max_pool2d(inputs[0], module_int(m, 0), module_int(m, 1),
					       module_int(m, 2), err),
			     err);
}
MODULE_FORWARD(avg_pool2d)
{
	MODULE_UNUSED;
	return module_result(outputs,
			     tensor_avg_pool2d(inputs[0], module_int(m, 0), module_int(m, 1),
					       module_int(m, 2), err),
			     err);
}
MODULE_FORWARD(global_avg_pool)
{
	MODULE_UNUSED;
	struct tensor *flat = tensor_flatten(inputs[0], 2, err);
	return module_result(outputs, tensor_mean(flat, -1, false, err), err);
}
MODULE_FORWARD(global_max_pool)
{
	MODULE_UNUSED;
	struct tensor *flat = tensor_flatten(inputs[0], 2, err);
	return module_result(outputs, tensor_max(flat, -1, false, err), err);
}
MODULE_FORWARD(upsample2d)
{
	MODULE_UNUSED;
	return module_result(outputs, tensor_upsample2d(inputs[0], module_int(m, 0), err), err);
}
MODULE_FORWARD(flatten)
{
	MODULE_UNUSED;
	return module_result(outputs, tensor_flatten(inputs[0], 1, err), err);
}
#define PLAIN(row, text, ...) \
	const struct module_kind module_##row = {.name = #row, \
						 .summary = text, \
						 .fields = {__VA_ARGS__}, \
						 .forward = row##_forward, \
						 .max_inputs = 1, \
						 .max_outputs = 1}
#define POOL_FIELDS \
	FIELD_INT("kernel", 2, false), FIELD_INT("stride", 0, false), FIELD_INT("padding", 0, false)
PLAIN(max_pool2d, "largest value of each window; stride 0: the kernel", POOL_FIELDS);
PLAIN(avg_pool2d, "mean of each window; stride 0: the kernel", POOL_FIELDS);
PLAIN(global_avg_pool, "mean of each channel: [N, C, …] becomes [N, C]", {NULL, 0, 0, 0, NULL});
PLAIN(global_max_pool, "largest value of each channel: [N, C, …] becomes [N, C]",
      {NULL, 0, 0, 0, NULL});
PLAIN(upsample2d, "each pixel repeated", FIELD_INT("factor", 2, false));
PLAIN(flatten, "[N, …] becomes [N, features]", {NULL, 0, 0, 0, NULL});

/* --- activations --- */
#define ACTIVATION(row, text, call, ...) \
	MODULE_FORWARD(row) \
	{ \
		MODULE_UNUSED; \
		return module_result(outputs, call, err); \
	} \
	PLAIN(row, text, __VA_ARGS__)
#define NO_FIELDS \
	{ \
		NULL, 0, 0, 0, NULL \
	}
ACTIVATION(relu, "max(x, 0)", tensor_relu(inputs[0], err), NO_FIELDS);
ACTIVATION(leaky_relu, "x, or slope · x below 0",
	   tensor_leaky_relu(inputs[0], m->config.value[0], err), FIELD_FLOAT("slope", 0.01));
ACTIVATION(tanh, "hyperbolic tangent", tensor_tanh(inputs[0], err), NO_FIELDS);
ACTIVATION(sigmoid, "1/(1+e^-x)", tensor_sigmoid(inputs[0], err), NO_FIELDS);
ACTIVATION(gelu, "x · Φ(x)", tensor_gelu(inputs[0], m->config.value[0] != 0, err),
	   FIELD_BOOL("tanh", 0));
ACTIVATION(silu, "x · sigmoid(x)", tensor_silu(inputs[0], err), NO_FIELDS);
ACTIVATION(softplus, "log(1+e^x)", tensor_softplus(inputs[0], err), NO_FIELDS);
ACTIVATION(softmax, "shares of e^x along a dimension",
	   tensor_softmax(inputs[0], (int)module_int(m, 0), err), FIELD_INT("dim", -1, false));

/* --- embedding: normal draws, as PyTorch --- */
MODULE_BUILD(embedding)
{
	int64_t shape[2] = {module_int(m, 0), module_int(m, 1)};
	for (int i = 0; i < 2; i++) {
		if (module_want(m, i, 1, err) != STATUS_OK) {
			return STATUS_INVALID;
		}
	}
	return module_add_parameter(m, "weight", tensor_randn(2, shape, 0, 1, err), err);
}
MODULE_FORWARD(embedding)
{
	MODULE_UNUSED;
	return module_result(outputs,
			     tensor_embedding(module_parameter(m, "weight"), inputs[0], err), err);
}
const struct module_kind module_embedding = {
	.name = "embedding",
	.summary = "a row of numbers for each of n symbols",
	.fields = {FIELD_INT("n", 0, true), FIELD_INT("d", 0, true)},
	.build = embedding_build,
	.forward = embedding_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};

/* --- containers --- */
/* One after the other. What is between two children goes as soon as the second is done, unless the graph keeps it. */
static struct tensor *run_children(struct module *m, struct tensor *input, struct error *err)
{
	struct tensor *x = tensor_ref(input);
	for (int i = 0; i < m->child_count && x; i++) {
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		struct tensor *y = tensor_ref(module_run_child1(m, i, x, err));
		tensor_scope_close(&scope);
		tensor_unref(x);
		x = y;
	}
	return x ? tensor_to_scope(x, err) : NULL;
}

MODULE_FORWARD(sequential)
{
	MODULE_UNUSED;
	return module_result(outputs, run_children(m, inputs[0], err), err);
}
static struct tensor *run_again(void *context, struct tensor *x, struct error *err)
{
	return run_children(context, x, err);
}
static void keep_module(void *context, bool hold)
{
	if (hold) {
		module_ref(context);
	} else {
		module_unref(context);
	}
}
MODULE_FORWARD(checkpoint)
{
	MODULE_UNUSED;
	struct module_list list;
	enum status status = module_parameters(&list, m, err);
	if (status != STATUS_OK) {
		return status;
	}
	struct tensor **parameters = malloc(((size_t)list.count + 1) * sizeof *parameters);
	for (int i = 0; parameters && i < list.count; i++) {
		parameters[i] = list.items[i].tensor;
	}
	struct checkpoint_part part = {run_again, m, keep_module};
	struct tensor *y =
		parameters ? tensor_checkpoint(&part, inputs[0], parameters, list.count, err)
			   : NULL;
	free(parameters);
	module_list_release(&list);
	return y ? module_result(outputs, y, err) : STATUS_NOMEM;
}
MODULE_FORWARD(residual)
{
	MODULE_UNUSED;
	struct tensor *x = run_children(m, inputs[0], err);
	return module_result(outputs, tensor_add(inputs[0], x, err), err);
}
PLAIN(sequential, "modules one after the other", NO_FIELDS);
PLAIN(residual, "x plus its children's result on x", NO_FIELDS);
PLAIN(checkpoint, "its children one after the other, computed again for the gradients", NO_FIELDS);
