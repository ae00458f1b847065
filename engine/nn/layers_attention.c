#include <math.h>
#include <stdio.h>

#include "engine/base/message.h"
#include "engine/nn/layers.h"
#include "engine/tensor/ops.h"

/* Attention, Transformer blocks, positions. Sequences are [N, T, D]. A mask holds 0 where nothing may be seen. */

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

static struct module *linear(int64_t in, int64_t outs, bool bias, struct error *err)
{
	return module_make("linear", err, "in", (double)in, "out", (double)outs, "bias",
			   bias ? 1.0 : 0.0, NULL);
}

/* --- multi-head attention: inputs query, memory (NULL or left out: the query), mask --- */
enum { DIM, HEADS, CAUSAL, BIAS, ROTARY };

MODULE_BUILD(multi_head_attention)
{
	int64_t d = module_int(m, DIM), heads = module_int(m, HEADS);
	bool bias = module_int(m, BIAS) != 0;
	if (module_want(m, DIM, 1, err) != STATUS_OK ||
	    module_want(m, HEADS, 1, err) != STATUS_OK) {
		return STATUS_INVALID;
	}
	if (d % heads || (module_int(m, ROTARY) && d / heads % 2)) {
		return error_set(err, STATUS_INVALID, m->kind->name, message(MSG_NN_FIELD_VALUE),
				 m->kind->name, "heads", (double)heads);
	}
	/* One product makes queries, keys and values. */
	enum status status = module_own(m, "qkv", linear(d, 3 * d, bias, err), err);
	return status == STATUS_OK ? module_own(m, "out", linear(d, d, bias, err), err) : status;
}

/* [N, T, D] -> [N, heads, T, D / heads] */
static struct tensor *split_heads(struct tensor *x, int64_t heads, struct error *err)
{
	if (!x) {
		return NULL;
	}
	int64_t shape[4] = {x->shape[0], x->shape[1], heads, x->shape[2] / heads};
	return tensor_transpose(tensor_reshape(x, 4, shape, err), 1, 2, err);
}

static struct tensor *join_heads(struct tensor *x, struct error *err)
{
	if (!x) {
		return NULL;
	}
	int64_t shape[3] = {x->shape[0], x->shape[2], x->shape[1] * x->shape[3]};
	return tensor_reshape(tensor_transpose(x, 1, 2, err), 3, shape, err);
}

/* Rows [from, to) of the joined projection, for queries or for keys and values alone. */
static struct tensor *project(struct module *qkv, struct tensor *x, int64_t from, int64_t to,
			      struct error *err)
{
	struct tensor *w = tensor_narrow(module_parameter(qkv, "weight"), 0, from, to - from, err);
	struct tensor *b = module_parameter(qkv, "bias");
	b = b ? tensor_narrow(b, 0, from, to - from, err) : NULL;
	return tensor_linear(x, w, b, err);
}

/* x cos + (x turned by a quarter) sin, the angle growing with the place: products of queries and keys then depend on how far
 * apart two places are, not on where they are. x [N, heads, T, size], size even; halves are the two parts of each pair.
 * Source: Su et al. 2021, equation 34 */
static struct tensor *rotated(struct tensor *x, struct error *err)
{
	if (!x) {
		return NULL;
	}
	int64_t size = x->shape[3], half = size / 2, shape[2] = {x->shape[2], size};
	struct tensor *cosines = tensor_new(DTYPE_F32, 2, shape, err);
	struct tensor *sines = tensor_new(DTYPE_F32, 2, shape, err);
	for (int64_t i = 0; cosines && sines && i < shape[0] * size; i++) {
		double rate = pow(10000, -2.0 * (double)(i % size % half) / (double)size);
		double angle = (double)(i / size) * rate;
		tensor_f32(cosines)[i] = (float)cos(angle);
		tensor_f32(sines)[i] = (float)sin(angle);
	}
	struct tensor *turned[2] = {tensor_neg(tensor_narrow(x, 3, half, half, err), err),
				    tensor_narrow(x, 3, 0, half, err)};
	return tensor_add(tensor_mul(x, cosines, err),
			  tensor_mul(tensor_cat(turned, 2, 3, err), sines, err), err);
}

MODULE_FORWARD(multi_head_attention)
{
	(void)output_places;
	int64_t d = module_int(m, DIM), heads = module_int(m, HEADS);
	struct tensor *x = inputs[0], *memory = input_count > 1 ? inputs[1] : NULL;
	struct tensor *mask = input_count > 2 ? inputs[2] : NULL;
	if (x->dims != 3) {
		char text[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_SHAPE, m->kind->name, message(MSG_TENSOR_DIMS),
				 m->kind->name, "x", 3, tensor_shape_text(x, text));
	}
	struct tensor *part[3];
	if (!memory || memory == x) {
		struct tensor *all = module_run_child1(m, 0, x, err);
		for (int k = 0; k < 3; k++) {
			part[k] = split_heads(tensor_narrow(all, 2, k * d, d, err), heads, err);
		}
	} else {
		struct module *qkv = m->children[0].module;
		struct tensor *both = project(qkv, memory, d, 3 * d, err);
		part[0] = split_heads(project(qkv, x, 0, d, err), heads, err);
		part[1] = split_heads(tensor_narrow(both, 2, 0, d, err), heads, err);
		part[2] = split_heads(tensor_narrow(both, 2, d, d, err), heads, err);
	}
	if (module_int(m, ROTARY)) {
		part[0] = rotated(part[0], err);
		part[1] = rotated(part[1], err);
	}
	struct tensor *y = tensor_attention(part[0], part[1], part[2], mask,
					    module_int(m, CAUSAL) != 0, 0, err);
	return module_result(outputs, module_run_child1(m, 1, join_heads(y, err), err), err);
}
const struct module_kind module_multi_head_attention = {
	.name = "multi_head_attention",
	.summary = "attention by several heads; inputs: queries, memory (none: itself), mask",
	.fields = {FIELD_INT("d", 0, true), FIELD_INT("heads", 1, false), FIELD_BOOL("causal", 0),
		   FIELD_BOOL("bias", 1), FIELD_BOOL("rotary", 0)},
	.build = multi_head_attention_build,
	.forward = multi_head_attention_forward,
	.max_inputs = 3,
	.max_outputs = 1,
};

/* --- Transformer block: pre-LN; cross: also attends to a memory. inputs x, memory, mask of x, mask of memory --- */
enum {
	BLOCK_D,
	BLOCK_HEADS,
	BLOCK_HIDDEN,
	BLOCK_CAUSAL,
	BLOCK_CROSS,
	BLOCK_DROPOUT,
	BLOCK_TANH,
	BLOCK_ROTARY
};

static struct module *attention(const struct module *m, bool causal, bool rotary, struct error *err)
{
	return module_make("multi_head_attention", err, "d", m->config.value[BLOCK_D], "heads",
			   m->config.value[BLOCK_HEADS], "causal", causal ? 1.0 : 0.0, "rotary",
			   rotary ? 1.0 : 0.0, NULL);
}
static struct module *norm(const struct module *m, struct error *err)
{
	return module_make("layer_norm", err, "features", m->config.value[BLOCK_D], NULL);
}

MODULE_BUILD(transformer_block)
{
	int64_t d = module_int(m, BLOCK_D);
	int64_t hidden = module_int(m, BLOCK_HIDDEN) ? module_int(m, BLOCK_HIDDEN) : 4 * d;
	bool causal = module_int(m, BLOCK_CAUSAL) != 0;
	enum status status = module_own(m, "norm1", norm(m, err), err);
	status = status == STATUS_OK
			 ? module_own(m, "attention",
				      attention(m, causal, module_int(m, BLOCK_ROTARY) != 0, err),
				      err)
			 : status;
	status = status == STATUS_OK ? module_own(m, "norm2", norm(m, err), err) : status;
	status = status == STATUS_OK ? module_own(m, "up", linear(d, hidden, true, err), err)
				     : status;
	status = status == STATUS_OK ? module_own(m, "down", linear(hidden, d, true, err), err)
				     : status;
	if (status == STATUS_OK && module_int(m, BLOCK_CROSS)) {
		status = module_own(m, "norm3", norm(m, err), err);
		status = status == STATUS_OK
				 ? module_own(m, "cross", attention(m, false, false, err), err)
				 : status;
	}
	return status;
}

static struct tensor *maybe_drop(struct module *m, struct tensor *x, struct error *err)
{
	double p = m->config.value[BLOCK_DROPOUT];
	return m->training && p > 0 ? tensor_dropout(x, p, err) : x;
}

static struct tensor *attend(struct module *m, int child, struct tensor *x, struct tensor *memory,
			     struct tensor *mask, struct error *err)
{
	struct tensor *in[3] = {x, memory, mask}, *y = NULL;
	module_run_child(m, child, &y, 1, in, 3, err);
	return maybe_drop(m, y, err);
}

MODULE_FORWARD(transformer_block)
{
	(void)output_places;
	struct tensor *x = inputs[0];
	struct tensor *memory = input_count > 1 ? inputs[1] : NULL;
	struct tensor *mask = input_count > 2 ? inputs[2] : NULL;
	struct tensor *memory_mask = input_count > 3 ? inputs[3] : NULL;
	struct tensor *h = module_run_child1(m, 0, x, err);
	x = tensor_add(x, attend(m, 1, h, NULL, mask, err), err);
	if (module_int(m, BLOCK_CROSS) && memory) {
		h = module_run_child1(m, 5, x, err);
		x = tensor_add(x, attend(m, 6, h, memory, memory_mask, err), err);
	}
	h = module_run_child1(m, 2, x, err);
	h = tensor_gelu(module_run_child1(m, 3, h, err), module_int(m, BLOCK_TANH) != 0, err);
	h = maybe_drop(m, module_run_child1(m, 4, h, err), err);
	return module_result(outputs, tensor_add(x, h, err), err);
}
const struct module_kind module_transformer_block = {
	.name = "transformer_block",
	.summary = "attention and a two-layer network, each normalised first and added back",
	.fields = {FIELD_INT("d", 0, true), FIELD_INT("heads", 1, false),
		   FIELD_INT("hidden", 0, false), FIELD_BOOL("causal", 0), FIELD_BOOL("cross", 0),
		   FIELD_FLOAT("dropout", 0), FIELD_BOOL("tanh_gelu", 0), FIELD_BOOL("rotary", 0)},
	.build = transformer_block_build,
	.forward = transformer_block_forward,
	.max_inputs = 4,
	.max_outputs = 1,
};

/* --- positions added to [N, T, D]: "learned" or "sinusoidal" --- */
MODULE_BUILD(positions)
{
	int64_t shape[2] = {module_int(m, 0), module_int(m, 1)};
	if (module_want(m, 0, 1, err) != STATUS_OK || module_want(m, 1, 1, err) != STATUS_OK) {
		return STATUS_INVALID;
	}
	if (m->config.text[2][0] != 's') {
		return module_add_parameter(m, "weight", tensor_randn(2, shape, 0, 0.02, err), err);
	}
	/* Source: Vaswani et al. 2017, section 3.5 */
	struct tensor *t = tensor_new(DTYPE_F32, 2, shape, err);
	for (int64_t i = 0; t && i < shape[0] * shape[1]; i++) {
		int64_t k = i % shape[1];
		double angle = (double)(i / shape[1]) *
			       pow(10000, -(double)(k - k % 2) / (double)shape[1]);
		tensor_f32(t)[i] = (float)(k % 2 ? cos(angle) : sin(angle));
	}
	return module_add_buffer(m, "table", t, err);
}
MODULE_FORWARD(positions)
{
	MODULE_UNUSED;
	struct tensor *table = module_parameter(m, "weight");
	table = table ? table : module_buffer(m, "table");
	struct tensor *x = inputs[0];
	if (x->dims != 3 || x->shape[1] > table->shape[0]) {
		char text[TENSOR_SHAPE_TEXT];
		return error_set(err, STATUS_SHAPE, "positions", message(MSG_NN_POSITIONS),
				 (long long)table->shape[0], tensor_shape_text(x, text));
	}
	struct tensor *part = tensor_narrow(table, 0, 0, x->shape[1], err);
	return module_result(outputs, tensor_add(x, part, err), err);
}
const struct module_kind module_positions = {
	.name = "positions",
	.summary = "adds to each place of [N, T, D] a vector that tells where it is",
	.fields = {FIELD_INT("length", 0, true), FIELD_INT("d", 0, true),
		   FIELD_TEXT("kind", "learned")},
	.build = positions_build,
	.forward = positions_forward,
	.max_inputs = 1,
	.max_outputs = 1,
};
