#include <math.h>

#include "engine/base/message.h"
#include "engine/nn/layers.h"
#include "engine/tensor/ops.h"

/* Whole models as modules: made in one line, open to be taken apart (their children have names). */

#define FIELD_INT(label, value, must) \
	{ \
		label, MODULE_INT, value, must, NULL \
	}
#define FIELD_FLOAT(label, value) \
	{ \
		label, MODULE_FLOAT, value, false, NULL \
	}
#define FIELD_TEXT(label, value) \
	{ \
		label, MODULE_TEXT, 0, false, value \
	}

/* Adds children one after the other; stops at the first failure. */
#define OWN(name, child) \
	do { \
		if (status == STATUS_OK) { \
			status = module_own(m, name, child, err); \
		} \
	} while (0)

static struct module *linear(int64_t in, int64_t outs, struct error *err)
{
	return module_make("linear", err, "in", (double)in, "out", (double)outs, NULL);
}
static struct module *conv(int64_t in, int64_t outs, int64_t kernel, int64_t stride,
			   int64_t padding, struct error *err)
{
	return module_make("conv2d", err, "in", (double)in, "out", (double)outs, "kernel",
			   (double)kernel, "stride", (double)stride, "padding", (double)padding,
			   NULL);
}

/* --- GPT: a causal language model, pre-LN, tanh-GELU, head tied to the embedding --- */
enum { GPT_VOCABULARY, GPT_D, GPT_HEADS, GPT_LAYERS, GPT_CONTEXT, GPT_DROPOUT };

MODULE_BUILD(gpt)
{
	for (int i = GPT_VOCABULARY; i <= GPT_CONTEXT; i++) {
		if (module_want(m, i, 1, err) != STATUS_OK) {
			return STATUS_INVALID;
		}
	}
	const double *v = m->config.value;
	enum status status = STATUS_OK;
	struct module *tokens =
		module_make("embedding", err, "n", v[GPT_VOCABULARY], "d", v[GPT_D], NULL);
	if (tokens) {
		/* Source: Radford et al. 2019: deviation 0.02 */
		struct tensor *w = module_parameter(tokens, "weight");
		for (int64_t i = 0, n = tensor_numel(w); i < n; i++) {
			tensor_f32(w)[i] *= 0.02f;
		}
	}
	OWN("tokens", tokens);
	OWN("positions",
	    module_make("positions", err, "length", v[GPT_CONTEXT], "d", v[GPT_D], NULL));
	for (int64_t layer = 0; layer < module_int(m, GPT_LAYERS); layer++) {
		OWN(NULL,
		    module_make("transformer_block", err, "d", v[GPT_D], "heads", v[GPT_HEADS],
				"causal", 1.0, "dropout", v[GPT_DROPOUT], "tanh_gelu", 1.0, NULL));
	}
	OWN("norm", module_make("layer_norm", err, "features", v[GPT_D], NULL));
	return status;
}
MODULE_FORWARD(gpt)
{
	MODULE_UNUSED;
	struct tensor *x = inputs[0];
	for (int i = 0; i < m->child_count && x; i++) {
		x = module_run_child1(m, i, x, err);
	}
	struct tensor *tokens = module_parameter(m->children[0].module, "weight");
	return module_result(outputs, tensor_linear(x, tokens, NULL, err), err);
}
const struct module_kind module_gpt = {
	.name = "gpt",
	.summary = "causal language model: ids [N, T] become logits [N, T, vocabulary]",
	.fields = {FIELD_INT("vocabulary", 0, true), FIELD_INT("d", 128, false),
		   FIELD_INT("heads", 4, false), FIELD_INT("layers", 4, false),
		   FIELD_INT("context", 128, false), FIELD_FLOAT("dropout", 0)},
	.build = gpt_build,
	.forward = gpt_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};

/* --- language model of characters on a recurrent network --- */
enum { LM_VOCABULARY, LM_EMBEDDING, LM_HIDDEN, LM_LAYERS, LM_CELL };

MODULE_BUILD(char_lm)
{
	const double *v = m->config.value;
	enum status status = STATUS_OK;
	OWN("embedding",
	    module_make("embedding", err, "n", v[LM_VOCABULARY], "d", v[LM_EMBEDDING], NULL));
	OWN("recurrent", module_make(m->config.text[LM_CELL], err, "in", v[LM_EMBEDDING], "hidden",
				     v[LM_HIDDEN], "layers", v[LM_LAYERS], NULL));
	OWN("head", linear(module_int(m, LM_HIDDEN), module_int(m, LM_VOCABULARY), err));
	return status;
}
MODULE_FORWARD(char_lm)
{
	struct tensor *in[3] = {module_run_child1(m, 0, inputs[0], err)}, *out[3] = {0};
	for (int k = 1; k < input_count && k < 3; k++) {
		in[k] = inputs[k];
	}
	int places = output_places < 3 ? output_places : 3;
	enum status status = module_run_child(m, 1, out, places, in, input_count, err);
	for (int k = 1; k < places; k++) {
		outputs[k] = out[k];
	}
	return status == STATUS_OK
		       ? module_result(outputs, module_run_child1(m, 2, out[0], err), err)
		       : status;
}
const struct module_kind module_char_lm = {
	.name = "char_lm",
	.summary = "ids [N, T] become logits [N, T, vocabulary]; cell: rnn, lstm or gru",
	.fields = {FIELD_INT("vocabulary", 256, false), FIELD_INT("embedding", 64, false),
		   FIELD_INT("hidden", 256, false), FIELD_INT("layers", 1, false),
		   FIELD_TEXT("cell", "lstm")},
	.build = char_lm_build,
	.forward = char_lm_forward,
	.max_inputs = 3,
	.max_outputs = 3,
};

/* --- DCGAN for 28 × 28 images. Source: Radford et al. 2015 --- */
MODULE_BUILD(dcgan_generator)
{
	int64_t width = module_int(m, 1);
	enum status status = STATUS_OK;
	OWN("project", linear(module_int(m, 0), 49 * 2 * width, err));
	OWN("up1", module_make("conv_transpose2d", err, "in", 2.0 * (double)width, "out",
			       (double)width, "kernel", 4.0, "stride", 2.0, "padding", 1.0, NULL));
	OWN("norm", module_make("batch_norm2d", err, "channels", (double)width, NULL));
	OWN("up2", module_make("conv_transpose2d", err, "in", (double)width, "out", 1.0, "kernel",
			       4.0, "stride", 2.0, "padding", 1.0, NULL));
	return status;
}
MODULE_FORWARD(dcgan_generator)
{
	MODULE_UNUSED;
	int64_t shape[4] = {-1, 2 * module_int(m, 1), 7, 7};
	struct tensor *x = module_run_child1(m, 0, inputs[0], err);
	x = module_run_child1(m, 1, tensor_reshape(x, 4, shape, err), err);
	x = tensor_relu(module_run_child1(m, 2, x, err), err);
	return module_result(outputs, tensor_tanh(module_run_child1(m, 3, x, err), err), err);
}
const struct module_kind module_dcgan_generator = {
	.name = "dcgan_generator",
	.summary = "noise [N, z] becomes images [N, 1, 28, 28] from -1 to 1",
	.fields = {FIELD_INT("z", 64, false), FIELD_INT("width", 32, false)},
	.build = dcgan_generator_build,
	.forward = dcgan_generator_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};

MODULE_BUILD(dcgan_discriminator)
{
	int64_t width = module_int(m, 0);
	enum status status = STATUS_OK;
	OWN("down1", conv(1, width, 4, 2, 1, err));
	OWN("down2", conv(width, 2 * width, 4, 2, 1, err));
	OWN("norm", module_make("batch_norm2d", err, "channels", 2.0 * (double)width, NULL));
	OWN("score", linear(49 * 2 * width, 1, err));
	return status;
}
MODULE_FORWARD(dcgan_discriminator)
{
	MODULE_UNUSED;
	struct tensor *x = tensor_leaky_relu(module_run_child1(m, 0, inputs[0], err), 0.2, err);
	x = module_run_child1(m, 2, module_run_child1(m, 1, x, err), err);
	x = tensor_flatten(tensor_leaky_relu(x, 0.2, err), 1, err);
	return module_result(outputs, module_run_child1(m, 3, x, err), err);
}
const struct module_kind module_dcgan_discriminator = {
	.name = "dcgan_discriminator",
	.summary = "images [N, 1, 28, 28] become one logit each",
	.fields = {FIELD_INT("width", 32, false)},
	.build = dcgan_discriminator_build,
	.forward = dcgan_discriminator_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};

/* --- diffusion: a U-Net that predicts noise. Source: Ho et al. 2020; inputs: image, step numbers [N] f32 --- */

/* GroupNorm, SiLU, conv, plus the time's projection, GroupNorm, SiLU, conv, plus the input. Inputs x, time [N, time]. */
MODULE_BUILD(diffusion_block)
{
	int64_t in = module_int(m, 0), outs = module_int(m, 1);
	enum status status = STATUS_OK;
	OWN("norm1", module_make("group_norm", err, "channels", (double)in, "groups", 8.0, NULL));
	OWN("conv1", conv(in, outs, 3, 1, 1, err));
	OWN("time", linear(module_int(m, 2), outs, err));
	OWN("norm2", module_make("group_norm", err, "channels", (double)outs, "groups", 8.0, NULL));
	OWN("conv2", conv(outs, outs, 3, 1, 1, err));
	if (in != outs) {
		OWN("skip", conv(in, outs, 1, 1, 0, err));
	}
	return status;
}
MODULE_FORWARD(diffusion_block)
{
	MODULE_UNUSED;
	struct tensor *x = inputs[0], *time = input_count > 1 ? inputs[1] : NULL;
	struct tensor *h = tensor_silu(module_run_child1(m, 0, x, err), err);
	h = module_run_child1(m, 1, h, err);
	if (time && h) {
		int64_t shape[4] = {time->shape[0], module_int(m, 1), 1, 1};
		struct tensor *t = module_run_child1(m, 2, tensor_silu(time, err), err);
		h = tensor_add(h, tensor_reshape(t, 4, shape, err), err);
	}
	h = tensor_silu(module_run_child1(m, 3, h, err), err);
	h = module_run_child1(m, 4, h, err);
	if (m->child_count > 5) {
		x = module_run_child1(m, 5, x, err);
	}
	return module_result(outputs, tensor_add(h, x, err), err);
}
const struct module_kind module_diffusion_block = {
	.name = "diffusion_block",
	.summary = "residual block of a U-Net; inputs: image, time embedding",
	.fields = {FIELD_INT("in", 0, true), FIELD_INT("out", 0, true),
		   FIELD_INT("time", 64, false)},
	.build = diffusion_block_build,
	.forward = diffusion_block_forward,
	.max_inputs = 2,
	.max_outputs = 1,
};

/* Sines and cosines of step numbers [N], then two layers. */
MODULE_BUILD(time_embedding)
{
	int64_t d = module_int(m, 0);
	enum status status = STATUS_OK;
	OWN("first", linear(d, d, err));
	OWN("second", linear(d, d, err));
	int64_t half = d / 2;
	struct tensor *rates = tensor_new(DTYPE_F32, 1, &half, err);
	for (int64_t i = 0; rates && i < half; i++) {
		tensor_f32(rates)[i] = (float)exp(-log(10000) * (double)i / (double)half);
	}
	return status == STATUS_OK ? module_add_buffer(m, "rates", rates, err) : status;
}
MODULE_FORWARD(time_embedding)
{
	MODULE_UNUSED;
	struct tensor *angle =
		tensor_mul(tensor_unsqueeze(inputs[0], -1, err), module_buffer(m, "rates"), err);
	struct tensor *both[2] = {op_apply(OP_SIN, &angle, 1, NULL, err),
				  op_apply(OP_COS, &angle, 1, NULL, err)};
	struct tensor *h = module_run_child1(m, 0, tensor_cat(both, 2, -1, err), err);
	return module_result(outputs, module_run_child1(m, 1, tensor_silu(h, err), err), err);
}
const struct module_kind module_time_embedding = {
	.name = "time_embedding",
	.summary = "step numbers [N] become vectors [N, d]",
	.fields = {FIELD_INT("d", 64, false)},
	.build = time_embedding_build,
	.forward = time_embedding_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};

enum {
	TIME,
	INPUT,
	DOWN_A,
	SHRINK_A,
	DOWN_B,
	SHRINK_B,
	MIDDLE,
	GROW_B,
	UP_B,
	GROW_A,
	UP_A,
	NORM,
	OUTPUT
};

static struct module *block(int64_t in, int64_t outs, int64_t time, struct error *err)
{
	return module_make("diffusion_block", err, "in", (double)in, "out", (double)outs, "time",
			   (double)time, NULL);
}

MODULE_BUILD(unet)
{
	int64_t c = module_int(m, 0), w = module_int(m, 1), time = module_int(m, 2);
	enum status status = STATUS_OK;
	if (w < 8 || w % 8) {
		return error_set(err, STATUS_INVALID, "unet", message(MSG_NN_FIELD_VALUE), "unet",
				 "width", (double)w);
	}
	OWN("time", module_make("time_embedding", err, "d", (double)time, NULL));
	OWN("input", conv(c, w, 3, 1, 1, err));
	OWN("down_a", block(w, w, time, err));
	OWN("shrink_a", conv(w, w, 3, 2, 1, err));
	OWN("down_b", block(w, 2 * w, time, err));
	OWN("shrink_b", conv(2 * w, 2 * w, 3, 2, 1, err));
	OWN("middle", block(2 * w, 2 * w, time, err));
	OWN("grow_b", conv(2 * w, 2 * w, 3, 1, 1, err));
	OWN("up_b", block(4 * w, 2 * w, time, err));
	OWN("grow_a", conv(2 * w, 2 * w, 3, 1, 1, err));
	OWN("up_a", block(3 * w, w, time, err));
	OWN("norm", module_make("group_norm", err, "channels", (double)w, "groups", 8.0, NULL));
	OWN("output", conv(w, c, 3, 1, 1, err));
	return status;
}

static struct tensor *with_time(struct module *m, int child, struct tensor *x, struct tensor *time,
				struct error *err)
{
	struct tensor *in[2] = {x, time}, *y = NULL;
	return module_run_child(m, child, &y, 1, in, 2, err) == STATUS_OK ? y : NULL;
}

MODULE_FORWARD(unet)
{
	MODULE_UNUSED;
	if (input_count < 2) {
		return error_set(err, STATUS_INVALID, "unet", message(MSG_NN_NO_INPUT), "unet");
	}
	struct tensor *time = module_run_child1(m, TIME, inputs[1], err);
	struct tensor *a =
		with_time(m, DOWN_A, module_run_child1(m, INPUT, inputs[0], err), time, err);
	struct tensor *b = with_time(m, DOWN_B, module_run_child1(m, SHRINK_A, a, err), time, err);
	struct tensor *x = with_time(m, MIDDLE, module_run_child1(m, SHRINK_B, b, err), time, err);
	x = module_run_child1(m, GROW_B, tensor_upsample2d(x, 2, err), err);
	x = with_time(m, UP_B, tensor_cat((struct tensor *[]){x, b}, 2, 1, err), time, err);
	x = module_run_child1(m, GROW_A, tensor_upsample2d(x, 2, err), err);
	x = with_time(m, UP_A, tensor_cat((struct tensor *[]){x, a}, 2, 1, err), time, err);
	x = tensor_silu(module_run_child1(m, NORM, x, err), err);
	return module_result(outputs, module_run_child1(m, OUTPUT, x, err), err);
}
const struct module_kind module_unet = {
	.name = "unet",
	.summary = "noise in an image [N, C, H, W] at steps [N]; H and W multiples of 4",
	.fields = {FIELD_INT("channels", 1, false), FIELD_INT("width", 32, false),
		   FIELD_INT("time", 64, false)},
	.build = unet_build,
	.forward = unet_forward,
	.max_inputs = 2,
	.max_outputs = 1,
};
