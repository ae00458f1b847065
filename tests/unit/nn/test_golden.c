#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/nn/files.h"
#include "engine/nn/nn.h"
#include "engine/tensor/engine.h"
#include "engine/tensor/ops.h"

/* Layers, losses and optimisers against values of PyTorch, written by scripts/golden_layers.py. */

#define FILE_NAME "tests/unit/nn/golden_layers.safetensors"
#define TOLERANCE 2e-5

static struct module_list golden;
static struct error err;

static struct tensor *find(const char *format, const char *a, const char *b)
{
	char name[96];
	snprintf(name, sizeof name, format, a, b);
	for (int i = 0; i < golden.count; i++) {
		if (strcmp(golden.items[i].name, name) == 0) {
			return golden.items[i].tensor;
		}
	}
	return NULL;
}

static void agree(const char *what, const char *name, struct tensor *got, struct tensor *want)
{
	assert_non_null(want);
	if (!got) {
		print_error("%s %s: %s\n", what, name, err.message);
		fail();
	}
	double scale = 1;
	for (int64_t i = 0; i < tensor_numel(want); i++) {
		scale = fmax(scale, fabs(tensor_get(want, i)));
	}
	double worst = tensor_max_abs_diff(got, want) / scale;
	if (!(worst < TOLERANCE)) {
		print_error("%s %s: differs by %g\n", what, name, worst);
		fail();
	}
}

struct setting {
	const char *name;
	double value;
};
struct layer_case {
	const char *name, *kind;
	struct setting settings[8];
};

static const struct layer_case layers[] = {
	{"linear", "linear", {{"in", 7}, {"out", 5}}},
	{"conv2d", "conv2d", {{"in", 3}, {"out", 5}, {"stride", 2}, {"padding", 1}}},
	{"conv2d_wide", "conv2d", {{"in", 16}, {"out", 24}, {"padding", 1}}},
	{"conv2d_groups",
	 "conv2d",
	 {{"in", 4}, {"out", 6}, {"padding", 2}, {"dilation", 2}, {"groups", 2}}},
	{"conv2d_depthwise", "conv2d", {{"in", 5}, {"out", 5}, {"padding", 1}, {"groups", 5}}},
	{"conv1d", "conv1d", {{"in", 3}, {"out", 4}, {"kernel", 5}, {"stride", 2}, {"padding", 2}}},
	{"conv_transpose2d",
	 "conv_transpose2d",
	 {{"in", 4}, {"out", 3}, {"kernel", 4}, {"stride", 2}, {"padding", 1}}},
	{"max_pool2d", "max_pool2d", {{"kernel", 3}, {"stride", 2}, {"padding", 1}}},
	{"avg_pool2d", "avg_pool2d", {{"kernel", 3}, {"stride", 2}, {"padding", 1}}},
	{"upsample2d", "upsample2d", {{"factor", 3}}},
	{"batch_norm2d", "batch_norm2d", {{"channels", 4}}},
	{"batch_norm1d", "batch_norm1d", {{"channels", 6}}},
	{"layer_norm", "layer_norm", {{"features", 9}}},
	{"group_norm", "group_norm", {{"channels", 6}, {"groups", 2}}},
	{"relu", "relu", {{NULL, 0}}},
	{"tanh", "tanh", {{NULL, 0}}},
	{"sigmoid", "sigmoid", {{NULL, 0}}},
	{"gelu", "gelu", {{NULL, 0}}},
	{"gelu_tanh", "gelu", {{"tanh", 1}}},
	{"silu", "silu", {{NULL, 0}}},
	{"softplus", "softplus", {{NULL, 0}}},
	{"leaky_relu", "leaky_relu", {{"slope", 0.2}}},
	{"softmax", "softmax", {{NULL, 0}}},
	{"embedding", "embedding", {{"n", 11}, {"d", 6}}},
	{"rnn", "rnn", {{"in", 4}, {"hidden", 6}}},
	{"lstm", "lstm", {{"in", 4}, {"hidden", 6}}},
	{"gru", "gru", {{"in", 4}, {"hidden", 6}}},
	{"rnn_deep", "rnn", {{"in", 4}, {"hidden", 5}, {"layers", 2}, {"bidirectional", 1}}},
	{"lstm_deep", "lstm", {{"in", 4}, {"hidden", 5}, {"layers", 2}, {"bidirectional", 1}}},
	{"gru_deep", "gru", {{"in", 4}, {"hidden", 5}, {"layers", 2}, {"bidirectional", 1}}},
	{"attention", "multi_head_attention", {{"d", 8}, {"heads", 2}}},
	{"attention_causal", "multi_head_attention", {{"d", 8}, {"heads", 2}, {"causal", 1}}},
};

static void check_layer(const struct layer_case *c)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	const struct module_kind *kind = module_kind_find(c->kind);
	struct module_config config = module_presets(kind);
	for (int k = 0; c->settings[k].name; k++) {
		int field = module_field_index(kind, c->settings[k].name);
		assert_true(field >= 0);
		config.value[field] = c->settings[k].value;
		config.given[field] = true;
	}
	struct module *m = module_new(kind, &config, &err);
	assert_non_null(m);
	struct module_list list;
	assert_int_equal(module_parameters(&list, m, &err), STATUS_OK);
	struct tensor *wanted[32], *grads[32];
	int count = 0;
	for (int i = 0; i < list.count; i++) {
		struct tensor *from = find("%s.p.%s", c->name, list.items[i].name);
		assert_non_null(from);
		assert_int_equal(tensor_copy_into(list.items[i].tensor, from, &err), STATUS_OK);
		wanted[count++] = list.items[i].tensor;
	}
	struct tensor *x = tensor_clone(find("%s.%s", c->name, "x"), &err);
	if (find("%s.%s", c->name, "dx")) {
		tensor_require_grad(x, true, &err);
		wanted[count++] = x;
	}
	struct tensor *y = module_forward(m, x, &err);
	agree("output of", c->name, y, find("%s.%s", c->name, "y"));
	assert_int_equal(
		tensor_gradients(grads, y, find("%s.%s", c->name, "g"), wanted, count, NULL, &err),
		STATUS_OK);
	for (int i = 0; i < list.count; i++) {
		agree(c->name, list.items[i].name, grads[i],
		      find("%s.d.%s", c->name, list.items[i].name));
	}
	if (count > list.count) {
		agree(c->name, "input gradient", grads[list.count], find("%s.%s", c->name, "dx"));
	}
	module_list_release(&list);
	module_unref(m);
	tensor_scope_close(&scope);
}

static void layers_agree(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof layers / sizeof *layers; k++) {
		check_layer(&layers[k]);
	}
}

static struct tensor *compute(const char *name, struct tensor *x, struct tensor *t)
{
	struct loss_options options = loss_presets();
	if (strcmp(name, "ctc") == 0) {
		struct tensor *in[2] = {tensor_log_softmax(x, -1, &err), t};
		return op_apply(OP_CTC_LOSS, in, 2, NULL, &err);
	}
	if (strcmp(name, "cross_entropy_smooth") == 0) {
		options.label_smoothing = 0.1;
		name = "cross_entropy";
	}
	return loss_find(name)->compute(x, t, &options, &err);
}

static void losses_agree(void **state)
{
	(void)state;
	static const char *const names[] = {"cross_entropy",
					    "cross_entropy_smooth",
					    "mse",
					    "mae",
					    "huber",
					    "bce_with_logits",
					    "kl",
					    "triplet",
					    "ctc"};
	for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		struct tensor *x = tensor_clone(find("%s.%s", names[k], "x"), &err), *g;
		tensor_require_grad(x, true, &err);
		struct tensor *y = compute(names[k], x, find("%s.%s", names[k], "t"));
		agree("loss", names[k], y, find("%s.%s", names[k], "y"));
		assert_int_equal(tensor_gradients(&g, y, NULL, &x, 1, NULL, &err), STATUS_OK);
		agree("gradient of", names[k], g, find("%s.%s", names[k], "dx"));
		tensor_scope_close(&scope);
	}
}

static void optimizers_agree(void **state)
{
	(void)state;
	static const struct {
		const char *name, *kind;
		double rate, momentum, decay;
		bool nesterov;
	} cases[] = {
		{"sgd", "sgd", 0.1, 0.9, 0.01, false},       {"nesterov", "sgd", 0.1, 0.9, 0, true},
		{"rmsprop", "rmsprop", 0.05, 0.5, 0, false}, {"adam", "adam", 0.05, 0, 0.02, false},
		{"adamw", "adamw", 0.05, 0, 0.1, false},
	};
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		struct optimizer_options o;
		optimizer_presets(&o, cases[k].kind, &err);
		o.learning_rate = cases[k].rate;
		o.momentum = cases[k].momentum;
		o.weight_decay = cases[k].decay;
		o.nesterov = cases[k].nesterov;
		struct optimizer *optimizer = optimizer_new(cases[k].kind, &o, &err);
		struct tensor *p = tensor_clone(find("%s.%s", "optimizers", "start"), &err);
		tensor_require_grad(p, true, &err);
		assert_int_equal(optimizer_add(optimizer, &p, 1, NULL, &err), STATUS_OK);
		struct tensor *steps = find("%s.%s", "optimizers", "gradients");
		for (int64_t s = 0; s < steps->shape[0]; s++) {
			tensor_unref(p->grad);
			p->grad = tensor_ref(tensor_select(steps, 0, s, &err));
			assert_int_equal(optimizer_step(optimizer, &err), STATUS_OK);
		}
		agree("optimizer", cases[k].name, p, find("%s.%s", "optimizers", cases[k].name));
		optimizer_free(optimizer);
		tensor_scope_close(&scope);
	}
}

static void files_come_back_as_they_were(void **state)
{
	(void)state;
	struct strbuf bytes;
	struct module_list back;
	for (int kind = 0; kind < 2; kind++) {
		strbuf_init(&bytes);
		enum status status = kind ? npz_write(&bytes, &golden, &err)
					  : safetensors_write(&bytes, &golden, NULL, &err);
		assert_int_equal(status, STATUS_OK);
		status = kind ? npz_read(&back, bytes.text, bytes.length, &err)
			      : safetensors_read(&back, bytes.text, bytes.length, &err);
		assert_int_equal(status, STATUS_OK);
		assert_int_equal(back.count, golden.count);
		for (int i = 0; i < back.count; i++) {
			assert_true(tensor_max_abs_diff(back.items[i].tensor,
							golden.items[i].tensor) == 0);
		}
		module_list_release(&back);
		/* Cut anywhere: an explained error, never a crash. */
		for (size_t cut = 0; cut < bytes.length; cut += 1 + bytes.length / 400) {
			struct error e = ERROR_INIT;
			status = kind ? npz_read(&back, bytes.text, cut, &e)
				      : safetensors_read(&back, bytes.text, cut, &e);
			assert_int_not_equal(status, STATUS_OK);
			assert_true(e.message[0] != '\0');
		}
		strbuf_release(&bytes);
	}
}

static int start(void **state)
{
	(void)state;
	engine_start(2, NULL);
	struct strbuf bytes;
	strbuf_init(&bytes);
	enum status status = file_read(&bytes, FILE_NAME, 0, &err);
	status = status == STATUS_OK ? safetensors_read(&golden, bytes.text, bytes.length, &err)
				     : status;
	strbuf_release(&bytes);
	return (int)status;
}

static int stop(void **state)
{
	(void)state;
	module_list_release(&golden);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layers_agree),
		cmocka_unit_test(losses_agree),
		cmocka_unit_test(optimizers_agree),
		cmocka_unit_test(files_come_back_as_they_were),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
