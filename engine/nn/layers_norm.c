#include "engine/base/message.h"
#include "engine/nn/layers.h"
#include "engine/tensor/ops.h"

/* Normalisation and dropout. */

#define FIELD_INT(label, value, must) \
	{ \
		label, MODULE_INT, value, must, NULL \
	}
#define FIELD_FLOAT(label, value) \
	{ \
		label, MODULE_FLOAT, value, false, NULL \
	}

static enum status affine(struct module *m, int64_t n, bool bias, struct error *err)
{
	enum status status = module_want(m, 0, 1, err);
	status = status == STATUS_OK ? module_constant(m, "weight", 1, &n, 1, err) : status;
	return status == STATUS_OK && bias ? module_constant(m, "bias", 1, &n, 0, err) : status;
}

/* --- batch --- */
static enum status batch_norm_build(struct module *m, struct error *err)
{
	int64_t n = module_int(m, 0);
	enum status status = affine(m, n, true, err);
	if (status == STATUS_OK) {
		status = module_add_buffer(m, "running_mean", tensor_new(DTYPE_F32, 1, &n, err),
					   err);
	}
	if (status == STATUS_OK) {
		status = module_add_buffer(m, "running_var", tensor_full(DTYPE_F32, 1, &n, 1, err),
					   err);
	}
	return status;
}
MODULE_FORWARD(batch_norm)
{
	MODULE_UNUSED;
	struct tensor *in[5] = {inputs[0], module_parameter(m, "weight"),
				module_parameter(m, "bias"), module_buffer(m, "running_mean"),
				module_buffer(m, "running_var")};
	struct op_params p = op_presets(OP_BATCH_NORM);
	p.i[0] = m->training;
	p.f[0] = m->config.value[1];
	p.f[1] = m->config.value[2];
	return module_result(outputs, op_apply(OP_BATCH_NORM, in, 5, &p, err), err);
}
#define BATCH_NORM(row, text) \
	const struct module_kind module_##row = { \
		.name = #row, \
		.summary = text, \
		.fields = {FIELD_INT("channels", 0, true), FIELD_FLOAT("epsilon", 1e-5), \
			   FIELD_FLOAT("momentum", 0.1)}, \
		.build = batch_norm_build, \
		.forward = batch_norm_forward, \
		.max_inputs = 1, \
		.max_outputs = 1, \
	}
BATCH_NORM(batch_norm2d,
	   "channels of [N, C, H, W] brought to mean 0 and deviation 1 over the batch");
BATCH_NORM(batch_norm1d, "features of [N, C] or [N, C, L] brought to mean 0 and deviation 1");

/* --- within an example --- */
MODULE_BUILD(layer_norm)
{
	return affine(m, module_int(m, 0), true, err);
}
MODULE_FORWARD(layer_norm)
{
	MODULE_UNUSED;
	return module_result(outputs,
			     tensor_layer_norm(inputs[0], module_parameter(m, "weight"),
					       module_parameter(m, "bias"), m->config.value[1],
					       err),
			     err);
}
MODULE_BUILD(rms_norm)
{
	return affine(m, module_int(m, 0), false, err);
}
MODULE_FORWARD(rms_norm)
{
	MODULE_UNUSED;
	struct op_params p = op_presets(OP_RMS_NORM);
	p.f[0] = m->config.value[1];
	struct tensor *in[2] = {inputs[0], module_parameter(m, "weight")};
	return module_result(outputs, op_apply(OP_RMS_NORM, in, 2, &p, err), err);
}
MODULE_BUILD(group_norm)
{
	int64_t groups = module_int(m, 1);
	if (groups < 1 || module_int(m, 0) % groups) {
		return error_set(err, STATUS_INVALID, "group_norm", message(MSG_NN_FIELD_VALUE),
				 "group_norm", "groups", (double)groups);
	}
	return affine(m, module_int(m, 0), true, err);
}
MODULE_FORWARD(group_norm)
{
	MODULE_UNUSED;
	struct op_params p = op_presets(OP_GROUP_NORM);
	p.i[0] = module_int(m, 1);
	p.f[0] = m->config.value[2];
	struct tensor *in[3] = {inputs[0], module_parameter(m, "weight"),
				module_parameter(m, "bias")};
	return module_result(outputs, op_apply(OP_GROUP_NORM, in, 3, &p, err), err);
}
MODULE_FORWARD(dropout)
{
	MODULE_UNUSED;
	if (!m->training || m->config.value[0] == 0) {
		return module_result(outputs, inputs[0], err);
	}
	return module_result(outputs, tensor_dropout(inputs[0], m->config.value[0], err), err);
}

const struct module_kind module_layer_norm = {
	.name = "layer_norm",
	.summary = "the last dimension brought to mean 0 and deviation 1",
	.fields = {FIELD_INT("features", 0, true), FIELD_FLOAT("epsilon", 1e-5)},
	.build = layer_norm_build,
	.forward = layer_norm_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};
const struct module_kind module_rms_norm = {
	.name = "rms_norm",
	.summary = "the last dimension divided by its root mean square",
	.fields = {FIELD_INT("features", 0, true), FIELD_FLOAT("epsilon", 1e-5)},
	.build = rms_norm_build,
	.forward = rms_norm_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};
const struct module_kind module_group_norm = {
	.name = "group_norm",
	.summary = "groups of channels brought to mean 0 and deviation 1",
	.fields = {FIELD_INT("channels", 0, true), FIELD_INT("groups", 8, false),
		   FIELD_FLOAT("epsilon", 1e-5)},
	.build = group_norm_build,
	.forward = group_norm_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};
const struct module_kind module_dropout = {
	.name = "dropout",
	.summary = "in training: zeros with probability p, the rest scaled up",
	.fields = {FIELD_FLOAT("p", 0.5)},
	.forward = dropout_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};
