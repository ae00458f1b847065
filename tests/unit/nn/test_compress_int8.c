#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "engine/nn/compress.h"
#include "engine/nn/files.h"
#include "engine/tensor/engine.h"
#include "engine/tensor/kernels/int8.h"
#include "engine/tensor/ops.h"

static struct error err;

static void add(struct module *m, struct module *child)
{
	assert_non_null(child);
	assert_int_equal(module_add(m, NULL, child, &err), STATUS_OK);
	module_unref(child);
}

static struct tensor *randn(int64_t a, int64_t b, int64_t c, int64_t d)
{
	int64_t shape[4] = {a, b, c, d};
	return tensor_randn(d ? 4 : 2, shape, 0, 1, &err);
}

/* Watches a model on x and turns it into integers. */
static struct module *to_int8(struct module *m, struct tensor *x, bool per_channel)
{
	struct module *watched = module_watch(m, per_channel, false, &err);
	assert_non_null(watched);
	assert_null(module_to_int8(watched, &err)); /* it has seen nothing yet */
	error_clear(&err);
	module_train(watched, false);
	bool old = tensor_grad_mode(false);
	assert_non_null(module_forward(watched, x, &err));
	tensor_grad_mode(old);
	struct module *out = module_to_int8(watched, &err);
	assert_non_null(out);
	module_unref(watched);
	return out;
}

static double worst_share(struct tensor *a, const struct tensor *b)
{
	double largest = 0;
	for (int64_t i = 0; i < tensor_numel(a); i++) {
		largest = fmax(largest, fabs(tensor_get(a, i)));
	}
	return tensor_max_abs_diff(a, b) / largest;
}

/* Odd sizes too: panels, groups of four and blocks of eight that are not full. */
static void integers_are_near_the_floats(void **state)
{
	(void)state;
	static const int64_t sizes[][3] = {
		{1, 7, 5}, {3, 16, 16}, {9, 33, 40}, {64, 130, 17}, {8, 4, 1}};
	for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		struct module *m = module_make("linear", &err, "in", (double)sizes[k][1], "out",
					       (double)sizes[k][2], NULL);
		struct tensor *x = randn(sizes[k][0], sizes[k][1], 0, 0);
		struct module *q = to_int8(m, x, true);
		assert_true(worst_share(module_forward(m, x, &err), module_forward(q, x, &err)) <
			    0.06);
		module_unref(q);
		module_unref(m);
		tensor_scope_close(&scope);
	}
}

static void convolutions_too(void **state)
{
	(void)state;
	/* batch, in, out, kernel, padding, height, width */
	static const int64_t cases[][7] = {{2, 4, 8, 3, 1, 9, 7},
					   {1, 5, 13, 3, 0, 6, 11},
					   {3, 16, 9, 1, 0, 4, 5},
					   {1, 8, 16, 5, 2, 14, 14}};
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		const int64_t *c = cases[k];
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		struct module *m = module_make("sequential", &err, NULL);
		add(m, module_make("conv2d", &err, "in", (double)c[1], "out", (double)c[2],
				   "kernel", (double)c[3], "padding", (double)c[4], NULL));
		add(m, module_make("relu", &err, NULL));
		struct tensor *x = randn(c[0], c[1], c[5], c[6]);
		struct module *q = to_int8(m, x, k % 2 == 0);
		assert_int_equal(q->child_count, 1); /* the rectifier is part of the layer now */
		assert_string_equal(q->children[0].module->kind->name, "conv2d_int8");
		assert_true(worst_share(module_forward(m, x, &err), module_forward(q, x, &err)) <
			    0.06);
		module_unref(q);
		module_unref(m);
		tensor_scope_close(&scope);
	}
}

static bool runs(const struct int8_kernels *k)
{
#if defined(__x86_64__)
	__builtin_cpu_init();
	return k == &int8_avx2 ? __builtin_cpu_supports("avx2")
			       : __builtin_cpu_supports("avx512vnni");
#else
	return k == &int8_portable;
#endif
}

static void every_kernel_gives_the_same_sums(void **state)
{
	(void)state;
#if defined(__x86_64__)
	enum { DEEP = 37, PANELS = 3, TAPS = 18 };
	static uint8_t a[8 * DEEP * 4 + 2048];
	static int8_t w[PANELS * DEEP * 64];
	for (size_t i = 0; i < sizeof a; i++) {
		a[i] = (uint8_t)(rand() % 128);
	}
	for (size_t i = 0; i < sizeof w; i++) {
		w[i] = (int8_t)(rand() % 255 - 127);
	}
	memset(a, 127, 64); /* the largest sums there can be */
	memset(w, 127, 64);
	const struct int8_kernels *const others[2] = {&int8_avx2, &int8_vnni};
	for (int k = 0; k < 2; k++) {
		for (int rows = 1; rows <= 8 && runs(others[k]); rows++) {
			static int32_t want[8 * PANELS * 16], got[8 * PANELS * 16];
			int8_portable.product(want, PANELS * 16, a, DEEP * 4, w, DEEP * 64, PANELS,
					      DEEP, rows);
			others[k]->product(got, PANELS * 16, a, DEEP * 4, w, DEEP * 64, PANELS,
					   DEEP, rows);
			assert_memory_equal(want, got, (size_t)rows * PANELS * 16 * 4);
			int64_t offsets[TAPS];
			for (int t = 0; t < TAPS; t++) {
				offsets[t] = 4 * ((t * 7) % 40);
			}
			for (int vectors = 1; vectors <= 2; vectors++) {
				memset(want, 0, sizeof want);
				memset(got, 0, sizeof got);
				int8_portable.taps(want, 32, a, offsets, TAPS, w, TAPS * 4, rows,
						   vectors);
				others[k]->taps(got, 32, a, offsets, TAPS, w, TAPS * 4, rows,
						vectors);
				assert_memory_equal(want, got, sizeof want);
			}
		}
		if (!runs(others[k])) {
			continue;
		}
		float x[100];
		uint8_t q[2][100];
		for (int i = 0; i < 100; i++) {
			x[i] = (float)(i - 50) * 0.25f;
		}
		x[3] = NAN;
		x[4] = INFINITY;
		int8_portable.quantise(q[0], x, 2, 60, 100);
		others[k]->quantise(q[1], x, 2, 60, 100);
		assert_memory_equal(q[0], q[1], 100);
	}
#endif
}

static struct module *make_model(void)
{
	struct module *m = module_make("sequential", &err, NULL);
	add(m, module_make("conv2d", &err, "in", 4.0, "out", 8.0, "padding", 1.0, NULL));
	add(m, module_make("batch_norm2d", &err, "channels", 8.0, NULL));
	add(m, module_make("relu", &err, NULL));
	add(m, module_make("max_pool2d", &err, NULL));
	add(m, module_make("flatten", &err, NULL));
	add(m, module_make("linear", &err, "in", 8.0 * 9, "out", 12.0, NULL));
	add(m, module_make("relu", &err, NULL));
	add(m, module_make("linear", &err, "in", 12.0, "out", 3.0, NULL));
	struct module *norm = m->children[1].module;
	for (int64_t i = 0; i < 8; i++) {
		tensor_set(module_buffer(norm, "running_mean"), i, 0.1 * (double)i);
		tensor_set(module_buffer(norm, "running_var"), i, 0.5 + 0.1 * (double)i);
		tensor_set(module_parameter(norm, "weight"), i, 1.5 - 0.1 * (double)i);
		tensor_set(module_parameter(norm, "bias"), i, 0.2);
	}
	module_train(m, false);
	return m;
}

static void folding_changes_nothing(void **state)
{
	(void)state;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct module *m = make_model(), *folded = module_fold_norms(m, &err);
	struct tensor *x = randn(3, 4, 6, 6);
	assert_int_equal(folded->child_count, m->child_count - 1);
	assert_true(tensor_max_abs_diff(module_forward(m, x, &err),
					module_forward(folded, x, &err)) < 1e-5);
	module_unref(folded);
	module_unref(m);
	tensor_scope_close(&scope);
}

/* Channels whose weights are zero can go without changing what the model computes. */
static void dead_channels_are_the_ones_that_go(void **state)
{
	(void)state;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct module *m = make_model();
	struct tensor *filters = module_parameter(m->children[0].module, "weight");
	struct tensor *units = module_parameter(m->children[5].module, "weight");
	for (int64_t c = 0; c < 8; c += 2) { /* dead: the value behind the norm is its bias alone */
		for (int64_t i = 0; i < 36; i++) {
			tensor_set(filters, c * 36 + i, 0);
		}
		tensor_set(module_parameter(m->children[0].module, "bias"), c, 0);
		tensor_set(module_buffer(m->children[1].module, "running_mean"), c, 0);
		tensor_set(module_parameter(m->children[1].module, "bias"), c, 0);
	}
	for (int64_t u = 0; u < 6; u++) {
		for (int64_t i = 0; i < 72; i++) {
			tensor_set(units, u * 72 + i, 0);
		}
		tensor_set(module_parameter(m->children[5].module, "bias"), u, 0);
	}
	struct module *small = module_prune_channels(m, 0.5, &err);
	assert_non_null(small);
	assert_int_equal(module_parameter(small->children[0].module, "weight")->shape[0], 4);
	assert_int_equal(module_parameter(small->children[5].module, "weight")->shape[1], 36);
	struct tensor *x = randn(3, 4, 6, 6);
	assert_true(tensor_max_abs_diff(module_forward(m, x, &err),
					module_forward(small, x, &err)) < 1e-5);
	assert_null(module_prune_channels(m, 1, &err));
	error_clear(&err);
	module_unref(small);
	module_unref(m);
	tensor_scope_close(&scope);
}

static void sparse_layers_compute_the_same(void **state)
{
	(void)state;
	for (int64_t rows = 1; rows < 200; rows = rows * 3 + 1) {
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		struct module *m = make_model();
		struct prune_masks masks;
		assert_int_equal(module_prune(&masks, m, 0.8, &err), STATUS_OK);
		prune_masks_release(&masks);
		struct module *s = module_to_sparse(m, 0.5, &err);
		assert_string_equal(s->children[5].module->kind->name, "linear_sparse");
		struct tensor *x = randn(rows, 4, 6, 6);
		assert_true(tensor_max_abs_diff(module_forward(m, x, &err),
						module_forward(s, x, &err)) < 1e-5);
		module_unref(s);
		module_unref(m);
		tensor_scope_close(&scope);
	}
}

static void compressed_models_go_through_files(void **state)
{
	(void)state;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct module *m = make_model(), *again;
	struct tensor *x = randn(5, 4, 6, 6);
	struct module *q = to_int8(m, x, true);
	assert_true(module_bytes(q) * 3 < module_bytes(m) * 2);
	struct strbuf bytes;
	strbuf_init(&bytes);
	assert_int_equal(module_file_write(&bytes, q, &err), STATUS_OK);
	assert_int_equal(module_file_read(&again, bytes.text, bytes.length, &err), STATUS_OK);
	assert_true(tensor_max_abs_diff(module_forward(q, x, &err),
					module_forward(again, x, &err)) == 0);
	module_unref(again);
	strbuf_reset(&bytes);
	/* A sparse file whose columns point outside is refused. */
	struct module *s = module_to_sparse(m, 0, &err);
	tensor_i32(module_buffer(s->children[5].module, "columns"))[7] = 72;
	assert_int_equal(module_file_write(&bytes, s, &err), STATUS_OK);
	assert_int_equal(module_file_read(&again, bytes.text, bytes.length, &err), STATUS_CORRUPT);
	error_clear(&err);
	strbuf_release(&bytes);
	module_unref(s);
	module_unref(q);
	module_unref(m);
	tensor_scope_close(&scope);
}

static void training_knows_of_the_rounding(void **state)
{
	(void)state;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct module *m = module_make("linear", &err, "in", 6.0, "out", 2.0, NULL);
	struct module *aware = module_watch(m, true, true, &err);
	struct tensor *x = randn(32, 6, 0, 0);
	struct tensor *loss =
		tensor_mean_all(tensor_square(module_forward(aware, x, &err), &err), &err);
	assert_int_equal(tensor_backward(loss, NULL, NULL, &err), STATUS_OK);
	/* The gradient goes through as if nothing had been rounded: near that of the plain layer. */
	struct tensor *plain =
		tensor_mean_all(tensor_square(module_forward(m, x, &err), &err), &err);
	assert_int_equal(tensor_backward(plain, NULL, NULL, &err), STATUS_OK);
	struct tensor *w =
		module_parameter(aware->children[0].module->children[0].module, "weight");
	assert_non_null(w->grad);
	assert_true(worst_share(module_parameter(m, "weight")->grad, w->grad) < 0.05);
	module_train(aware, false);
	struct module *q = module_to_int8(aware, &err);
	assert_true(worst_share(module_forward(aware, x, &err), module_forward(q, x, &err)) < 1e-3);
	module_unref(q);
	module_unref(aware);
	module_unref(m);
	tensor_scope_close(&scope);
}

static int start(void **state)
{
	(void)state;
	tensor_seed(11);
	engine_start(2, NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_near_the_floats),
		cmocka_unit_test(convolutions_too),
		cmocka_unit_test(every_kernel_gives_the_same_sums),
		cmocka_unit_test(folding_changes_nothing),
		cmocka_unit_test(dead_channels_are_the_ones_that_go),
		cmocka_unit_test(sparse_layers_compute_the_same),
		cmocka_unit_test(compressed_models_go_through_files),
		cmocka_unit_test(training_knows_of_the_rounding),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
