#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/nn/compress.h"
#include "engine/nn/dataset.h"
#include "engine/nn/train.h"
#include "engine/nn/workload_private.h"
#include "engine/tensor/ops.h"

#define OPEN(row) static enum status row##_open(struct workload *w, struct error *err)
#define STEP(row) static enum status row##_step(struct workload *w, struct error *err)

static enum status add(struct module *m, struct module *child, struct error *err)
{
	enum status status = child ? module_add(m, NULL, child, err) : err->status;
	module_unref(child);
	return status;
}

static enum status normal_data(struct workload *w, int k, const char *name, int dims,
			       const int64_t *shape, struct error *err)
{
	return workload_data(w, k, name, tensor_randn(dims, shape, 0, 1, err), err);
}
static enum status class_data(struct workload *w, int k, const char *name, int dims,
			      const int64_t *shape, int64_t classes, struct error *err)
{
	return workload_data(w, k, name, tensor_randint(dims, shape, 0, classes, err), err);
}

/* --- images: MLP and CNN --- */
static struct module *make_mlp(struct error *err)
{
	static const double sizes[4] = {784, 256, 128, 10};
	struct module *m = module_make("sequential", err, NULL);
	for (int k = 0; k < 3 && m; k++) {
		add(m, module_make("linear", err, "in", sizes[k], "out", sizes[k + 1], NULL), err);
		if (k < 2) {
			add(m, module_make("relu", err, NULL), err);
		}
	}
	return m;
}
static struct module *make_cnn(struct error *err)
{
	struct module *m = module_make("sequential", err, NULL);
	for (int k = 0; k < 2 && m; k++) {
		add(m,
		    module_make("conv2d", err, "in", k ? 16.0 : 1.0, "out", k ? 32.0 : 16.0,
				"padding", 1.0, NULL),
		    err);
		add(m, module_make("relu", err, NULL), err);
		add(m, module_make("max_pool2d", err, NULL), err);
	}
	if (m) {
		add(m, module_make("flatten", err, NULL), err);
		add(m, module_make("linear", err, "in", 1568.0, "out", 128.0, NULL), err);
		add(m, module_make("relu", err, NULL), err);
		add(m, module_make("linear", err, "in", 128.0, "out", 10.0, NULL), err);
	}
	return m;
}

static enum status open_images(struct workload *w, bool cnn, struct error *err)
{
	int64_t flat[2] = {w->batch, 784}, image[4] = {w->batch, 1, 28, 28};
	w->model = cnn ? make_cnn(err) : make_mlp(err);
	if (!w->model || err->status) {
		return err->status;
	}
	enum status status = normal_data(w, 0, "x", cnn ? 4 : 2, cnn ? image : flat, err);
	status = status == STATUS_OK ? class_data(w, 1, "y", 1, &w->batch, 10, err) : status;
	if (status == STATUS_OK && w->kind->trains) {
		status = workload_adam(&w->optimizer, w->model, 1e-3, 0.9, err);
	}
	return status;
}
OPEN(mlp)
{
	return open_images(w, false, err);
}
OPEN(cnn)
{
	return open_images(w, true, err);
}
/* The same models in integers of 8 bits, calibrated on the batch itself. */
static enum status to_int8(struct workload *w, struct error *err)
{
	struct module *watched = module_watch(w->model, true, false, err);
	bool old = tensor_grad_mode(false);
	bool ran = watched && module_forward(watched, w->data[0], err);
	tensor_grad_mode(old);
	struct module *small = ran ? module_to_int8(watched, err) : NULL;
	module_unref(watched);
	if (!small) {
		return err->status;
	}
	module_unref(w->model);
	w->model = small;
	return STATUS_OK;
}
OPEN(mlp_int8)
{
	enum status status = open_images(w, false, err);
	return status == STATUS_OK ? to_int8(w, err) : status;
}
OPEN(cnn_int8)
{
	enum status status = open_images(w, true, err);
	return status == STATUS_OK ? to_int8(w, err) : status;
}
/* One step of classification: also characters and tokens, whose logits are flattened first. */
STEP(classify)
{
	struct tensor *logits = module_forward(w->model, w->data[0], err);
	struct tensor *targets = w->data[1];
	if (logits && logits->dims == 3) {
		int64_t rows[2] = {-1, logits->shape[2]}, all = -1;
		logits = tensor_reshape(logits, 2, rows, err);
		targets = tensor_reshape(targets, 1, &all, err);
	}
	struct tensor *loss = tensor_cross_entropy(logits, targets, 0, err);
	enum status status = workload_update(w->optimizer, loss, err);
	return status == STATUS_OK ? workload_read(w, 0, loss, err) : status;
}
STEP(infer)
{
	return workload_read(w, 0, module_forward(w->model, w->data[0], err), err);
}

/* --- characters --- */
OPEN(char_lm)
{
	const struct module_kind *kind = module_kind_find("char_lm");
	struct module_config config = module_presets(kind);
	snprintf(config.text[4], sizeof config.text[4], "%s", w->kind->cell);
	w->model = module_new(kind, &config, err);
	int64_t shape[2] = {w->batch, 64};
	enum status status = w->model ? class_data(w, 0, "x", 2, shape, 256, err) : err->status;
	status = status == STATUS_OK ? class_data(w, 1, "y", 2, shape, 256, err) : status;
	return status == STATUS_OK && w->kind->trains
		       ? workload_adam(&w->optimizer, w->model, 1e-3, 0.9, err)
		       : status;
}

/* One character after the other: data 0 is the character, 1 and 2 the state. */
OPEN(lstm_gen)
{
	w->model = module_make("char_lm", err, NULL);
	int64_t id[2] = {w->batch, 1}, state[3] = {1, w->batch, 256};
	enum status status = w->model ? class_data(w, 0, "x", 2, id, 256, err) : err->status;
	for (int k = 1; k < 3 && status == STATUS_OK; k++) {
		status = workload_data(w, k, k == 1 ? "h" : "c",
				       tensor_new(DTYPE_F32, 3, state, err), err);
	}
	return status;
}
STEP(lstm_gen)
{
	struct tensor *out[3];
	enum status status = module_forward_multi(w->model, out, 3, w->data, 3, err);
	for (int k = 0; k < 3 && status == STATUS_OK; k++) {
		status = workload_read(w, k, out[k], err);
	}
	return status;
}
static enum status lstm_gen_run(struct workload *w, struct error *err)
{
	enum status status = STATUS_OK;
	for (int step = 0; step < 64 && status == STATUS_OK; step++) {
		status = plan_run(w->plan, err);
		for (int k = 1; k < 3 && status == STATUS_OK; k++) {
			status = tensor_copy_into(w->data[k], w->read[k], err);
		}
		for (int64_t b = 0; b < w->batch; b++) {
			const float *logits = tensor_f32(w->read[0]) + b * 256;
			int32_t best = 0;
			for (int32_t c = 1; c < 256; c++) {
				best = logits[c] > logits[best] ? c : best;
			}
			tensor_i32(w->data[0])[b] = best;
		}
	}
	return status;
}

/* --- GPT --- */
OPEN(gpt)
{
	w->model = module_make("gpt", err, "vocabulary", 512.0, NULL);
	int64_t shape[2] = {w->batch, 128};
	enum status status = w->model ? class_data(w, 0, "x", 2, shape, 512, err) : err->status;
	status = status == STATUS_OK ? class_data(w, 1, "y", 2, shape, 512, err) : status;
	return status == STATUS_OK && w->kind->trains
		       ? workload_adam(&w->optimizer, w->model, 1e-3, 0.9, err)
		       : status;
}
OPEN(gpt_decode)
{
	w->batch = 1;
	w->model = module_make("gpt", err, "vocabulary", 512.0, NULL);
	return w->model ? gpt_decoder_open(&w->decoder, w->model, err) : err->status;
}
static enum status gpt_decode_run(struct workload *w, struct error *err)
{
	gpt_decoder_reset(w->decoder);
	int64_t token = 1;
	enum status status = STATUS_OK;
	for (int step = 0; step < 128 && status == STATUS_OK; step++) {
		const float *logits;
		status = gpt_decoder_step(w->decoder, token, &logits, err);
		for (int64_t c = 0; c < 512 && status == STATUS_OK; c++) {
			token = c == 0 || logits[c] > logits[token] ? c : token;
		}
	}
	return status;
}

/* --- DCGAN: one step of the discriminator on real and fake, one of the generator --- */
OPEN(dcgan)
{
	w->model = module_make("dcgan_generator", err, NULL);
	w->second = w->model ? module_make("dcgan_discriminator", err, NULL) : NULL;
	int64_t z[2] = {w->batch, 64}, image[4] = {w->batch, 1, 28, 28}, one[2] = {w->batch, 1};
	enum status status = w->second ? normal_data(w, 0, "z", 2, z, err) : err->status;
	if (status == STATUS_OK) {
		status = workload_data(w, 1, "real", tensor_rand(4, image, -1, 1, err), err);
	}
	for (int k = 2; k < 4 && status == STATUS_OK; k++) {
		status = workload_data(w, k, k == 2 ? "ones" : "zeros",
				       tensor_full(DTYPE_F32, 2, one, k == 2, err), err);
	}
	status = status == STATUS_OK ? workload_adam(&w->optimizer, w->model, 2e-4, 0.5, err)
				     : status;
	return status == STATUS_OK ? workload_adam(&w->second_optimizer, w->second, 2e-4, 0.5, err)
				   : status;
}
STEP(dcgan)
{
	struct tensor *fake = module_forward(w->model, w->data[0], err);
	struct tensor *seen = tensor_detach(fake, err);
	struct tensor *real_loss =
		tensor_bce_with_logits(module_forward(w->second, w->data[1], err), w->data[2], err);
	struct tensor *fake_loss =
		tensor_bce_with_logits(module_forward(w->second, seen, err), w->data[3], err);
	struct tensor *loss = tensor_add(real_loss, fake_loss, err);
	enum status status = workload_update(w->second_optimizer, loss, err);
	status = status == STATUS_OK ? workload_read(w, 0, loss, err) : status;
	if (status != STATUS_OK) {
		return status;
	}
	struct tensor *fooled =
		tensor_bce_with_logits(module_forward(w->second, fake, err), w->data[2], err);
	status = workload_update(w->optimizer, fooled, err);
	return status == STATUS_OK ? workload_read(w, 1, fooled, err) : status;
}

/* --- diffusion --- */
static double signal_left(int t)
{
	double left = 1;
	for (int k = 0; k <= t; k++) {
		left *= 1 - (1e-4 + (0.02 - 1e-4) * k / 999);
	}
	return left;
}
OPEN(ddpm)
{
	w->model = module_make("unet", err, NULL);
	int64_t image[4] = {w->batch, 1, 28, 28}, each[4] = {w->batch, 1, 1, 1};
	enum status status = w->model ? normal_data(w, 0, "x0", 4, image, err) : err->status;
	status = status == STATUS_OK ? normal_data(w, 1, "noise", 4, image, err) : status;
	struct tensor *t = tensor_new(DTYPE_F32, 1, &w->batch, err);
	struct tensor *signal = tensor_new(DTYPE_F32, 4, each, err);
	struct tensor *sigma = tensor_new(DTYPE_F32, 4, each, err);
	struct tensor *draws = tensor_randint(1, &w->batch, 0, 1000, err);
	if (!t || !signal || !sigma || !draws) {
		return err->status;
	}
	for (int64_t i = 0; i < w->batch; i++) {
		int32_t step = tensor_i32(draws)[i];
		tensor_f32(t)[i] = (float)step;
		tensor_f32(signal)[i] = (float)sqrt(signal_left(step));
		tensor_f32(sigma)[i] = (float)sqrt(1 - signal_left(step));
	}
	status = status == STATUS_OK ? workload_data(w, 2, "t", t, err) : status;
	status = status == STATUS_OK ? workload_data(w, 3, "signal", signal, err) : status;
	status = status == STATUS_OK ? workload_data(w, 4, "sigma", sigma, err) : status;
	return status == STATUS_OK ? workload_adam(&w->optimizer, w->model, 1e-3, 0.9, err)
				   : status;
}
STEP(ddpm)
{
	struct tensor *x = tensor_add(tensor_mul(w->data[0], w->data[3], err),
				      tensor_mul(w->data[1], w->data[4], err), err);
	struct tensor *in[2] = {x, w->data[2]}, *guess;
	enum status status = module_forward_multi(w->model, &guess, 1, in, 2, err);
	struct tensor *loss = status == STATUS_OK ? tensor_mse(guess, w->data[1], err) : NULL;
	status = workload_update(w->optimizer, loss, err);
	return status == STATUS_OK ? workload_read(w, 0, loss, err) : status;
}
/* DDIM without noise: x ← √ā' x̂0 + √(1-ā') ε; data 0: x, 1: t, 2 … 5: the four factors */
OPEN(ddim)
{
	static const char *const names[4] = {"a", "b", "c", "d"};
	w->model = module_make("unet", err, NULL);
	int64_t image[4] = {w->batch, 1, 28, 28};
	enum status status = w->model ? normal_data(w, 0, "x", 4, image, err) : err->status;
	if (status == STATUS_OK) {
		status = workload_data(w, 1, "t", tensor_new(DTYPE_F32, 1, &w->batch, err), err);
	}
	for (int k = 0; k < 4 && status == STATUS_OK; k++) {
		status = workload_data(w, 2 + k, names[k], tensor_scalar(1, err), err);
	}
	return status;
}
STEP(ddim)
{
	struct tensor *noise;
	enum status status = module_forward_multi(w->model, &noise, 1, w->data, 2, err);
	if (status != STATUS_OK) {
		return status;
	}
	/* x̂0 = a x - b ε; x' = c x̂0 + d ε */
	struct tensor *clean = tensor_sub(tensor_mul(w->data[0], w->data[2], err),
					  tensor_mul(noise, w->data[3], err), err);
	struct tensor *next = tensor_add(tensor_mul(clean, w->data[4], err),
					 tensor_mul(noise, w->data[5], err), err);
	return workload_read(w, 0, next, err);
}
static enum status ddim_run(struct workload *w, struct error *err)
{
	enum status status = STATUS_OK;
	for (int step = 49; step >= 0 && status == STATUS_OK; step--) {
		double now = signal_left(step * 20),
		       before = step ? signal_left(step * 20 - 20) : 1;
		double factors[4] = {1 / sqrt(now), sqrt(1 - now) / sqrt(now), sqrt(before),
				     sqrt(1 - before)};
		for (int k = 0; k < 4; k++) {
			*tensor_f32(w->data[2 + k]) = (float)factors[k];
		}
		tensor_fill(w->data[1], step * 20);
		status = plan_run(w->plan, err);
		if (status == STATUS_OK) {
			status = tensor_copy_into(w->data[0], w->read[0], err);
		}
	}
	return status;
}

/* --- Fashion-MNIST, one epoch from fresh weights; the loss reported is 1 - test accuracy --- */
OPEN(cnn_epoch)
{
	w->model = make_cnn(err);
	return w->model ? STATUS_OK : err->status;
}
static enum status cnn_epoch_run(struct workload *w, struct error *err)
{
	struct dataset *train = fashion_mnist_open(true, err);
	struct dataset *test = train ? fashion_mnist_open(false, err) : NULL;
	enum status status = test ? STATUS_OK : err->status;
	if (status == STATUS_OK) {
		module_unref(w->model);
		tensor_seed(1);
		w->model = make_cnn(err);
		struct fit_options options = fit_presets();
		options.batch_size = w->batch;
		options.validation = test;
		options.seed = 1;
		struct fit_result result;
		status = model_fit(&result, w->model, train, &options, err);
		w->loss = 1 - result.validation_accuracy;
	}
	dataset_unref(train);
	dataset_unref(test);
	return status;
}

#define TRAINS .trains = true
const struct workload_kind workload_kinds[] = {
	{"mlp", "784-256-128-10, Adam", 64, .open = mlp_open, .step = classify_step, TRAINS},
	{"cnn", "two convolutions, pooling, 1568-128-10, Adam", 64, .open = cnn_open,
	 .step = classify_step, TRAINS},
	{"rnn", "characters, hidden 256, sequence 64", 32, .cell = "rnn", .open = char_lm_open,
	 .step = classify_step, TRAINS},
	{"lstm", "characters, hidden 256, sequence 64", 32, .cell = "lstm", .open = char_lm_open,
	 .step = classify_step, TRAINS},
	{"gru", "characters, hidden 256, sequence 64", 32, .cell = "gru", .open = char_lm_open,
	 .step = classify_step, TRAINS},
	{"dcgan", "generator and discriminator, one step each", 64, .open = dcgan_open,
	 .step = dcgan_step, TRAINS},
	{"ddpm", "U-Net on 28 × 28, noise prediction", 64, .open = ddpm_open, .step = ddpm_step,
	 TRAINS},
	{"gpt", "4 layers, d 128, context 128", 16, .open = gpt_open, .step = classify_step, TRAINS,
	 .items = 128},
	{"mlp-infer1", "forward only, one example", 1, .open = mlp_open, .step = infer_step},
	{"mlp-infer64", "forward only", 64, .open = mlp_open, .step = infer_step},
	{"cnn-infer1", "forward only, one example", 1, .open = cnn_open, .step = infer_step},
	{"cnn-infer64", "forward only", 64, .open = cnn_open, .step = infer_step},
	{"mlp-int8", "forward only, 8-bit integers", 64, .open = mlp_int8_open, .step = infer_step},
	{"cnn-int8", "forward only, 8-bit integers after the first layer", 64,
	 .open = cnn_int8_open, .step = infer_step},
	{"lstm-infer1", "forward only, one sequence", 1, .cell = "lstm", .open = char_lm_open,
	 .step = infer_step},
	{"lstm-infer64", "forward only", 64, .cell = "lstm", .open = char_lm_open,
	 .step = infer_step},
	{"gpt-infer1", "forward only, one sequence", 1, .open = gpt_open, .step = infer_step},
	{"gpt-infer64", "forward only", 64, .open = gpt_open, .step = infer_step},
	{"lstm-gen", "64 characters one at a time", 1, .cell = "lstm", .open = lstm_gen_open,
	 .step = lstm_gen_step, .run = lstm_gen_run, .items = 64},
	{"gpt-decode", "128 tokens with a KV cache", 1, .open = gpt_decode_open,
	 .run = gpt_decode_run, .items = 128},
	{"ddim", "images in 50 steps", 16, .open = ddim_open, .step = ddim_step, .run = ddim_run,
	 .items = 1},
	{"cnn-epoch", "Fashion-MNIST, one epoch and the test", 64, .open = cnn_epoch_open,
	 .run = cnn_epoch_run, TRAINS},
};
const int workload_kind_count = (int)(sizeof workload_kinds / sizeof *workload_kinds);
