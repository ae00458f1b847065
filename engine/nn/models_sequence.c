#include <math.h>
#include <stdio.h>

#include "engine/base/message.h"
#include "engine/nn/layers.h"
#include "engine/tensor/ops.h"

/* Models of sequences beside gpt and char_lm: an encoder (as BERT), encoder and decoder (as the first Transformer and T5), a
 * recurrent translator with attention; and the variational autoencoder. */

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
#define OWN(name, child) \
	do { \
		if (status == STATUS_OK) { \
			status = module_own(m, name, child, err); \
		} \
	} while (0)

static struct module *linear(double in, double outs, struct error *err)
{
	return module_make("linear", err, "in", in, "out", outs, NULL);
}

enum { VOCABULARY, D, HEADS, LAYERS, CONTEXT, DROPOUT };
#define TRANSFORMER_FIELDS \
	FIELD_INT("vocabulary", 0, true), FIELD_INT("d", 64, false), FIELD_INT("heads", 4, false), \
		FIELD_INT("layers", 2, false), FIELD_INT("context", 128, false), \
		FIELD_FLOAT("dropout", 0)

static enum status want_sizes(struct module *m, struct error *err)
{
	for (int i = VOCABULARY; i <= CONTEXT; i++) {
		if (module_want(m, i, 1, err) != STATUS_OK) {
			return STATUS_INVALID;
		}
	}
	return STATUS_OK;
}

/* Embedding of deviation 0.02, as the head shares it. */
static struct module *tokens(const struct module *m, struct error *err)
{
	struct module *e = module_make("embedding", err, "n", m->config.value[VOCABULARY], "d",
				       m->config.value[D], NULL);
	struct tensor *w = e ? module_parameter(e, "weight") : NULL;
	for (int64_t i = 0; w && i < tensor_numel(w); i++) {
		tensor_f32(w)[i] *= 0.02f;
	}
	return e;
}
static struct module *places(const struct module *m, struct error *err)
{
	return module_make("positions", err, "length", m->config.value[CONTEXT], "d",
			   m->config.value[D], NULL);
}
static struct module *block(const struct module *m, bool causal, bool cross, struct error *err)
{
	return module_make("transformer_block", err, "d", m->config.value[D], "heads",
			   m->config.value[HEADS], "causal", causal ? 1.0 : 0.0, "cross",
			   cross ? 1.0 : 0.0, "dropout", m->config.value[DROPOUT], NULL);
}
static struct module *norm(const struct module *m, struct error *err)
{
	return module_make("layer_norm", err, "features", m->config.value[D], NULL);
}

/* [N, S] of 0 and 1 becomes [N, 1, 1, S]: what every place may look at. */
static struct tensor *key_mask(struct tensor *mask, struct error *err)
{
	if (!mask || mask->dims != 2) {
		return mask;
	}
	int64_t shape[4] = {mask->shape[0], 1, 1, mask->shape[1]};
	return tensor_reshape(tensor_cast(mask, DTYPE_F32, err), 4, shape, err);
}

static struct tensor *run_block(struct module *m, int child, struct tensor *x,
				struct tensor *memory, struct tensor *mask,
				struct tensor *memory_mask, struct error *err)
{
	struct tensor *in[4] = {x, memory, mask, memory_mask}, *y = NULL;
	return x && module_run_child(m, child, &y, 1, in, 4, err) == STATUS_OK ? y : NULL;
}

/* --- encoder: sees both sides; inputs ids [N, T], mask [N, T]; gives logits and the last hidden vectors --- */
MODULE_BUILD(encoder)
{
	if (want_sizes(m, err) != STATUS_OK) {
		return STATUS_INVALID;
	}
	enum status status = STATUS_OK;
	OWN("tokens", tokens(m, err));
	OWN("positions", places(m, err));
	for (int64_t k = 0; k < module_int(m, LAYERS); k++) {
		OWN(NULL, block(m, false, false, err));
	}
	OWN("norm", norm(m, err));
	return status;
}
MODULE_FORWARD(encoder)
{
	struct tensor *mask = key_mask(input_count > 1 ? inputs[1] : NULL, err);
	struct tensor *x = module_run_child1(m, 0, inputs[0], err);
	x = module_run_child1(m, 1, x, err);
	int last = m->child_count - 1;
	for (int k = 2; k < last; k++) {
		x = run_block(m, k, x, NULL, mask, NULL, err);
	}
	x = module_run_child1(m, last, x, err);
	if (output_places > 1) {
		outputs[1] = x;
	}
	struct tensor *words = module_parameter(m->children[0].module, "weight");
	return module_result(outputs, tensor_linear(x, words, NULL, err), err);
}
const struct module_kind module_encoder = {
	.name = "encoder",
	.summary =
		"masked language model: ids [N, T] and mask [N, T] become logits, hidden [N, T, d]",
	.fields = {TRANSFORMER_FIELDS},
	.build = encoder_build,
	.forward = encoder_forward,
	.max_inputs = 2,
	.max_outputs = 2,
};

/* --- encoder and decoder. Source: Vaswani et al. 2017 (normalised before, not after). Inputs: source ids [N, S], target ids
 * [N, T] (each place predicts the next), mask of the source [N, S]. Children: tokens, positions, encoder blocks, a norm,
 * decoder blocks, a norm. --- */
MODULE_BUILD(transformer)
{
	if (want_sizes(m, err) != STATUS_OK) {
		return STATUS_INVALID;
	}
	enum status status = STATUS_OK;
	char name[MODULE_NAME];
	OWN("tokens", tokens(m, err));
	OWN("positions", places(m, err));
	for (int64_t k = 0; k < module_int(m, LAYERS); k++) {
		snprintf(name, sizeof name, "encoder%d", (int)k);
		OWN(name, block(m, false, false, err));
	}
	OWN("encoder_norm", norm(m, err));
	for (int64_t k = 0; k < module_int(m, LAYERS); k++) {
		snprintf(name, sizeof name, "decoder%d", (int)k);
		OWN(name, block(m, true, true, err));
	}
	OWN("decoder_norm", norm(m, err));
	return status;
}
MODULE_FORWARD(transformer)
{
	(void)output_places;
	if (input_count < 2 || !inputs[1]) {
		return error_set(err, STATUS_INVALID, "transformer", message(MSG_NN_NO_INPUT),
				 "transformer");
	}
	int layers = (int)module_int(m, LAYERS), at = 2;
	struct tensor *mask = key_mask(input_count > 2 ? inputs[2] : NULL, err);
	struct tensor *memory = module_run_child1(m, 0, inputs[0], err);
	memory = module_run_child1(m, 1, memory, err);
	for (int k = 0; k < layers; k++) {
		memory = run_block(m, at++, memory, NULL, mask, NULL, err);
	}
	memory = module_run_child1(m, at++, memory, err);
	struct tensor *x = module_run_child1(m, 0, inputs[1], err);
	x = module_run_child1(m, 1, x, err);
	for (int k = 0; k < layers && memory; k++) {
		x = run_block(m, at++, x, memory, NULL, mask, err);
	}
	x = memory ? module_run_child1(m, at, x, err) : NULL;
	struct tensor *words = module_parameter(m->children[0].module, "weight");
	return module_result(outputs, tensor_linear(x, words, NULL, err), err);
}
const struct module_kind module_transformer = {
	.name = "transformer",
	.summary = "encoder and decoder: source [N, S] and target [N, T] become logits [N, T, "
		   "vocabulary]",
	.fields = {TRANSFORMER_FIELDS},
	.build = transformer_build,
	.forward = transformer_forward,
	.max_inputs = 3,
	.max_outputs = 1,
};

/* --- recurrent translator with attention. Source: Luong et al. 2015 (dot score): context c = Σ softmax(h · s) h; the next
 * token from tanh(W [c; s]). Inputs: source ids, target ids; gives logits and the attention [N, T, S]. --- */
enum { S_VOCABULARY, S_EMBEDDING, S_HIDDEN, S_CELL };

MODULE_BUILD(seq2seq)
{
	for (int i = S_VOCABULARY; i <= S_HIDDEN; i++) {
		if (module_want(m, i, 1, err) != STATUS_OK) {
			return STATUS_INVALID;
		}
	}
	const double *v = m->config.value;
	enum status status = STATUS_OK;
	OWN("tokens",
	    module_make("embedding", err, "n", v[S_VOCABULARY], "d", v[S_EMBEDDING], NULL));
	OWN("encoder", module_make(m->config.text[S_CELL], err, "in", v[S_EMBEDDING], "hidden",
				   v[S_HIDDEN], NULL));
	OWN("decoder", module_make(m->config.text[S_CELL], err, "in", v[S_EMBEDDING], "hidden",
				   v[S_HIDDEN], NULL));
	OWN("combine", linear(2 * v[S_HIDDEN], v[S_HIDDEN], err));
	OWN("head", linear(v[S_HIDDEN], v[S_VOCABULARY], err));
	return status;
}
MODULE_FORWARD(seq2seq)
{
	if (input_count < 2 || !inputs[1]) {
		return error_set(err, STATUS_INVALID, "seq2seq", message(MSG_NN_NO_INPUT),
				 "seq2seq");
	}
	struct tensor *in[3] = {module_run_child1(m, 0, inputs[0], err)};
	struct tensor *seen[3] = {0}, *said[3] = {0};
	int states = m->children[1].module->kind->max_outputs;
	enum status status = module_run_child(m, 1, seen, states, in, 1, err);
	if (status == STATUS_OK) {
		in[0] = module_run_child1(m, 0, inputs[1], err);
		in[1] = seen[1]; /* the decoder goes on where the encoder ended */
		in[2] = seen[2];
		status = module_run_child(m, 2, said, 1, in, states, err);
	}
	if (status != STATUS_OK) {
		return status;
	}
	struct tensor *scores = tensor_matmul(said[0], tensor_transpose(seen[0], 1, 2, err), err);
	struct tensor *shares = tensor_softmax(scores, -1, err);
	struct tensor *both[2] = {tensor_matmul(shares, seen[0], err), said[0]};
	struct tensor *x = module_run_child1(m, 3, tensor_cat(both, 2, -1, err), err);
	if (output_places > 1) {
		outputs[1] = shares;
	}
	return module_result(outputs, module_run_child1(m, 4, tensor_tanh(x, err), err), err);
}
const struct module_kind module_seq2seq = {
	.name = "seq2seq",
	.summary = "recurrent encoder and decoder with attention: source, target ids become "
		   "logits, attention",
	.fields = {FIELD_INT("vocabulary", 0, true), FIELD_INT("embedding", 32, false),
		   FIELD_INT("hidden", 64, false), FIELD_TEXT("cell", "gru")},
	.build = seq2seq_build,
	.forward = seq2seq_forward,
	.max_inputs = 2,
	.max_outputs = 2,
};

/* --- variational autoencoder. Source: Kingma and Welling 2014. Gives logits of x, mean and log variance. --- */
enum { V_IN, V_HIDDEN, V_LATENT };

MODULE_BUILD(vae)
{
	for (int i = V_IN; i <= V_LATENT; i++) {
		if (module_want(m, i, 1, err) != STATUS_OK) {
			return STATUS_INVALID;
		}
	}
	const double *v = m->config.value;
	enum status status = STATUS_OK;
	OWN("encoder", linear(v[V_IN], v[V_HIDDEN], err));
	OWN("mean", linear(v[V_HIDDEN], v[V_LATENT], err));
	OWN("log_variance", linear(v[V_HIDDEN], v[V_LATENT], err));
	OWN("decoder", module_make("sequential", err, NULL));
	if (status != STATUS_OK) {
		return status;
	}
	/* A sequence of its own, so that z alone can be turned into an example. */
	struct module *decoder = m->children[3].module;
	status = module_own(decoder, NULL, linear(v[V_LATENT], v[V_HIDDEN], err), err);
	status = status == STATUS_OK
			 ? module_own(decoder, NULL, module_make("relu", err, NULL), err)
			 : status;
	return status == STATUS_OK
		       ? module_own(decoder, NULL, linear(v[V_HIDDEN], v[V_IN], err), err)
		       : status;
}
MODULE_FORWARD(vae)
{
	(void)input_count;
	struct tensor *h = module_run_child1(m, 0, tensor_flatten(inputs[0], 1, err), err);
	h = tensor_relu(h, err);
	struct tensor *mean = module_run_child1(m, 1, h, err);
	struct tensor *log_variance = module_run_child1(m, 2, h, err), *z = mean;
	if (m->training && log_variance) { /* z = mean + deviation · noise lets gradients through */
		struct tensor *noise = op_apply(OP_RANDN_LIKE, &mean, 1, NULL, err);
		struct tensor *deviation =
			tensor_exp(tensor_mul_scalar(log_variance, 0.5, err), err);
		z = tensor_add(mean, tensor_mul(deviation, noise, err), err);
	}
	if (output_places > 1) {
		outputs[1] = mean;
	}
	if (output_places > 2) {
		outputs[2] = log_variance;
	}
	return module_result(outputs, module_run_child1(m, 3, z, err), err);
}
const struct module_kind module_vae = {
	.name = "vae",
	.summary =
		"variational autoencoder: x becomes logits of x, mean and log variance of the code",
	.fields = {FIELD_INT("in", 0, true), FIELD_INT("hidden", 128, false),
		   FIELD_INT("latent", 8, false)},
	.build = vae_build,
	.forward = vae_forward,
	.max_inputs = 1,
	.max_outputs = 3,
};
