#include <string.h>

#include "engine/base/message.h"
#include "engine/nn/layers.h"
#include "engine/tensor/int8.h"
#include "engine/tensor/ops.h"

/* Layers in integers and with sparse weights, made from trained ones by compress_int8.c, and the wrapper that watches a
 * layer's input (and, for training that knows of the rounding, computes with rounded values). */

#define FIELD_INT(label, value, must) \
	{ \
		label, MODULE_INT, value, must, NULL \
	}
#define FIELD_BOOL(label, value) \
	{ \
		label, MODULE_BOOL, value, false, NULL \
	}

static enum status buffer(struct module *m, const char *name, enum dtype dtype, int dims,
			  const int64_t *shape, struct error *err)
{
	return module_add_buffer(m, name, tensor_new(dtype, dims, shape, err), err);
}

/* Packed weights, sums, scales, bias, range: the order of tensor_linear_int8(). */
static enum status int8_buffers(struct module *m, const int64_t packed[3], int64_t outs,
				struct error *err)
{
	int64_t two = 2;
	enum status status = buffer(m, "weight", DTYPE_I8, 3, packed, err);
	status = status == STATUS_OK ? buffer(m, "sums", DTYPE_I32, 1, &outs, err) : status;
	status = status == STATUS_OK ? buffer(m, "scales", DTYPE_F32, 1, &outs, err) : status;
	status = status == STATUS_OK ? buffer(m, "bias", DTYPE_F32, 1, &outs, err) : status;
	return status == STATUS_OK ? buffer(m, "range", DTYPE_F32, 1, &two, err) : status;
}

static void int8_weights(const struct module *m, struct tensor *out[5])
{
	for (int k = 0; k < 5; k++) {
		out[k] = m->buffers[k].tensor;
	}
}

static enum status want_all(struct module *m, int count, struct error *err)
{
	for (int i = 0; i < count; i++) {
		if (module_want(m, i, 1, err) != STATUS_OK) {
			return STATUS_INVALID;
		}
	}
	return STATUS_OK;
}

MODULE_BUILD(linear_int8)
{
	if (want_all(m, 2, err) != STATUS_OK) {
		return STATUS_INVALID;
	}
	int64_t outs = module_int(m, 1);
	int64_t packed[3] = {(outs + 15) / 16, (module_int(m, 0) + 3) / 4, 64};
	return int8_buffers(m, packed, outs, err);
}
MODULE_FORWARD(linear_int8)
{
	MODULE_UNUSED;
	struct tensor *w[5];
	int8_weights(m, w);
	return module_result(outputs, tensor_linear_int8(inputs[0], w, module_int(m, 2) != 0, err),
			     err);
}
const struct module_kind module_linear_int8 = {
	.name = "linear_int8",
	.summary = "a linear layer in integers of 8 bits",
	.fields = {FIELD_INT("in", 0, true), FIELD_INT("out", 0, true), FIELD_BOOL("relu", 0)},
	.build = linear_int8_build,
	.forward = linear_int8_forward,
	.derived = true,
	.max_inputs = 1,
	.max_outputs = 1,
};

MODULE_BUILD(conv2d_int8)
{
	if (want_all(m, 3, err) != STATUS_OK) {
		return STATUS_INVALID;
	}
	int64_t outs = module_int(m, 1), k = module_int(m, 2);
	int64_t packed[3] = {outs, (module_int(m, 0) + 3) / 4 * k * k, 4};
	return int8_buffers(m, packed, outs, err);
}
MODULE_FORWARD(conv2d_int8)
{
	MODULE_UNUSED;
	struct tensor *w[5];
	int8_weights(m, w);
	return module_result(outputs,
			     tensor_conv2d_int8(inputs[0], w, module_int(m, 2), module_int(m, 3),
						module_int(m, 4) != 0, err),
			     err);
}
const struct module_kind module_conv2d_int8 = {
	.name = "conv2d_int8",
	.summary = "a convolution of stride 1 in integers of 8 bits",
	.fields = {FIELD_INT("in", 0, true), FIELD_INT("out", 0, true),
		   FIELD_INT("kernel", 3, false), FIELD_INT("padding", 0, false),
		   FIELD_BOOL("relu", 0)},
	.build = conv2d_int8_build,
	.forward = conv2d_int8_forward,
	.derived = true,
	.max_inputs = 1,
	.max_outputs = 1,
};

MODULE_BUILD(linear_sparse)
{
	if (want_all(m, 2, err) != STATUS_OK) {
		return STATUS_INVALID;
	}
	int64_t outs = module_int(m, 1), n = module_int(m, 2), starts = outs + 1;
	enum status status = buffer(m, "values", DTYPE_F32, 1, &n, err);
	status = status == STATUS_OK ? buffer(m, "columns", DTYPE_I32, 1, &n, err) : status;
	status = status == STATUS_OK ? buffer(m, "starts", DTYPE_I32, 1, &starts, err) : status;
	return status == STATUS_OK ? buffer(m, "bias", DTYPE_F32, 1, &outs, err) : status;
}
static enum status linear_sparse_check(const struct module *m, struct error *err)
{
	const int32_t *columns = tensor_i32(module_buffer(m, "columns"));
	const int32_t *starts = tensor_i32(module_buffer(m, "starts"));
	int64_t in = module_int(m, 0), outs = module_int(m, 1), n = module_int(m, 2);
	bool good = starts[0] == 0 && starts[outs] == n;
	for (int64_t o = 0; o < outs && good; o++) {
		good = starts[o] <= starts[o + 1];
	}
	for (int64_t k = 0; k < n && good; k++) {
		good = columns[k] >= 0 && columns[k] < in;
	}
	return good ? STATUS_OK
		    : error_set(err, STATUS_CORRUPT, "linear_sparse", message(MSG_NN_FILE_CORRUPT),
				"linear_sparse", "columns");
}
MODULE_FORWARD(linear_sparse)
{
	MODULE_UNUSED;
	struct tensor *in[5] = {inputs[0]};
	for (int k = 0; k < 4; k++) {
		in[1 + k] = m->buffers[k].tensor;
	}
	struct op_params p = op_presets(OP_LINEAR_SPARSE);
	p.i[0] = module_int(m, 0);
	return module_result(outputs, op_apply(OP_LINEAR_SPARSE, in, 5, &p, err), err);
}
const struct module_kind module_linear_sparse = {
	.name = "linear_sparse",
	.summary = "a linear layer that keeps only the weights that are not 0",
	.fields = {FIELD_INT("in", 0, true), FIELD_INT("out", 0, true),
		   FIELD_INT("nonzeros", 0, true)},
	.build = linear_sparse_build,
	.forward = linear_sparse_forward,
	.derived = true,
	.check = linear_sparse_check,
	.max_inputs = 1,
	.max_outputs = 1,
};

/* --- the wrapper: one child, linear or conv2d --- */
enum { PER_CHANNEL, FAKE };

MODULE_BUILD(quant_aware)
{
	int64_t two = 2;
	return buffer(m, "range", DTYPE_F32, 1, &two, err);
}

/* x + (rounded - x) with the second part cut from the graph: the straight-through estimator. Source: Bengio et al. 2013;
 * Jacob et al. 2018, section 3 */
static struct tensor *straight_through(struct tensor *x, struct tensor *rounded, struct error *err)
{
	bool old = tensor_grad_mode(false);
	struct tensor *difference = tensor_sub(rounded, tensor_detach(x, err), err);
	tensor_grad_mode(old);
	return tensor_add(x, difference, err);
}

static struct tensor *rounded_input(struct module *m, struct tensor *x, struct error *err)
{
	struct tensor *in[2] = {tensor_detach(x, err), module_buffer(m, "range")};
	return straight_through(x, op_apply(OP_FAKE_QUANT, in, 2, NULL, err), err);
}

static struct tensor *rounded_weight(const struct module *m, struct tensor *w, struct error *err)
{
	struct op_params p = op_presets(OP_FAKE_QUANT_WEIGHT);
	p.i[1] = module_int(m, PER_CHANNEL);
	struct tensor *cut = tensor_detach(w, err);
	return straight_through(w, op_apply(OP_FAKE_QUANT_WEIGHT, &cut, 1, &p, err), err);
}

MODULE_FORWARD(quant_aware)
{
	MODULE_UNUSED;
	struct tensor *x = inputs[0];
	bool fake = module_int(m, FAKE) != 0;
	if (m->training || !fake) {
		struct op_params p = op_presets(OP_OBSERVE);
		p.i[0] = fake;
		struct tensor *in[2] = {module_buffer(m, "range"), x};
		if (op_apply_multi(NULL, 0, OP_OBSERVE, in, 2, &p, err) != STATUS_OK) {
			return STATUS_TYPE;
		}
	}
	if (!fake) {
		return module_result(outputs, module_run_child1(m, 0, x, err), err);
	}
	const struct module *layer = m->children[0].module;
	struct tensor *w = rounded_weight(m, module_parameter(layer, "weight"), err);
	struct tensor *b = module_parameter(layer, "bias");
	x = rounded_input(m, x, err);
	if (layer->kind == &module_linear) {
		return module_result(outputs, tensor_linear(x, w, b, err), err);
	}
	struct conv_options o = conv_presets();
	for (int d = 0; d < 2; d++) {
		o.stride[d] = (int64_t)module_setting(layer, "stride");
		o.padding[d] = (int64_t)module_setting(layer, "padding");
		o.dilation[d] = (int64_t)module_setting(layer, "dilation");
	}
	o.groups = (int64_t)module_setting(layer, "groups");
	return module_result(outputs, tensor_conv2d(x, w, b, &o, err), err);
}
const struct module_kind module_quant_aware = {
	.name = "quant_aware",
	.summary = "watches the input of its layer; fake: computes with values rounded to 8 bits",
	.fields = {FIELD_BOOL("per_channel", 1), FIELD_BOOL("fake", 1)},
	.build = quant_aware_build,
	.forward = quant_aware_forward,
	.derived = true,
	.max_inputs = 1,
	.max_outputs = 1,
	.container = true,
};
