#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "engine/nn/files.h"
#include "engine/nn/nn.h"
#include "engine/tensor/engine.h"
#include "engine/tensor/ops.h"

static struct error err;

static void add(struct module *m, struct module *child)
{
	assert_non_null(child);
	assert_int_equal(module_add(m, NULL, child, &err), STATUS_OK);
	module_unref(child);
}

/* The CNN of the benchmarks. */
static struct module *make_cnn(uint64_t seed)
{
	tensor_seed(seed);
	struct module *m = module_make("sequential", &err, NULL);
	add(m, module_make("conv2d", &err, "in", 1.0, "out", 16.0, "padding", 1.0, NULL));
	add(m, module_make("relu", &err, NULL));
	add(m, module_make("max_pool2d", &err, NULL));
	add(m, module_make("conv2d", &err, "in", 16.0, "out", 32.0, "padding", 1.0, NULL));
	add(m, module_make("relu", &err, NULL));
	add(m, module_make("max_pool2d", &err, NULL));
	add(m, module_make("flatten", &err, NULL));
	add(m, module_make("linear", &err, "in", 1568.0, "out", 128.0, NULL));
	add(m, module_make("relu", &err, NULL));
	add(m, module_make("linear", &err, "in", 128.0, "out", 10.0, NULL));
	return m;
}

/* Bright squares in one of ten places: a task a CNN learns in a few steps. */
static struct dataset *make_squares(int64_t n, uint64_t seed)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	tensor_seed(seed);
	int64_t shape[4] = {n, 1, 28, 28};
	struct tensor *images = tensor_rand(4, shape, 0, 0.5, &err);
	struct tensor *labels = tensor_randint(1, &n, 0, 10, &err);
	for (int64_t i = 0; i < n; i++) {
		int32_t c = tensor_i32(labels)[i];
		for (int64_t k = 0; k < 25; k++) {
			int64_t y = 3 + c / 5 * 12 + k / 5, x = 2 + c % 5 * 5 + k % 5;
			tensor_f32(images)[i * 784 + y * 28 + x] += 1;
		}
	}
	struct dataset *ds = dataset_new(images, labels, &err);
	tensor_scope_close(&scope);
	return ds;
}

struct watch {
	uint64_t allocations[2];
	int calls;
};

static bool watch_memory(void *context, const struct fit_progress *progress)
{
	struct watch *w = context;
	if (progress->step == 5) {
		w->allocations[0] = tensor_memory_usage().allocations;
	}
	w->allocations[1] = tensor_memory_usage().allocations;
	w->calls++;
	return true;
}

static void a_planned_step_allocates_nothing(void **state)
{
	(void)state;
	struct dataset *ds = make_squares(1024, 3);
	struct module *m = make_cnn(1);
	struct watch w = {0};
	struct fit_options o = fit_presets();
	o.every = 1;
	o.steps = 16;
	o.callback = watch_memory;
	o.context = &w;
	struct fit_result r;
	assert_int_equal(model_fit(&r, m, ds, &o, &err), STATUS_OK);
	assert_true(w.calls >= 16);
	assert_int_equal(w.allocations[0], w.allocations[1]);
	module_unref(m);
	dataset_unref(ds);
}

static double first_weight_after(bool compile, int threads, int64_t steps)
{
	engine_start(threads, NULL);
	struct dataset *ds = make_squares(500, 3);
	struct module *m = make_cnn(1);
	struct fit_options o = fit_presets();
	o.steps = steps;
	o.seed = 9;
	o.compile = compile;
	struct fit_result r;
	assert_int_equal(model_fit(&r, m, ds, &o, &err), STATUS_OK);
	struct module_list list;
	assert_int_equal(module_parameters(&list, m, &err), STATUS_OK);
	double sum = 0;
	for (int i = 0; i < list.count; i++) {
		for (int64_t k = 0; k < tensor_numel(list.items[i].tensor); k++) {
			sum += tensor_get(list.items[i].tensor, k) * cos((double)(k % 97));
		}
	}
	module_list_release(&list);
	module_unref(m);
	dataset_unref(ds);
	return sum;
}

static void the_same_seed_gives_the_same_bits(void **state)
{
	(void)state;
	assert_true(first_weight_after(true, 2, 20) == first_weight_after(true, 2, 20));
	assert_true(first_weight_after(true, 1, 20) == first_weight_after(true, 1, 20));
}

static void eager_and_planned_runs_agree(void **state)
{
	(void)state;
	assert_true(fabs(first_weight_after(true, 2, 12) - first_weight_after(false, 2, 12)) <
		    1e-4);
}

static void a_cnn_learns(void **state)
{
	(void)state;
	struct dataset *ds = make_squares(1500, 3), *test = make_squares(300, 4);
	struct module *m = make_cnn(1);
	assert_int_equal(module_parameter_count(m), 206922);
	struct fit_options o = fit_presets();
	o.epochs = 3;
	o.validation = test;
	struct fit_result r;
	assert_int_equal(model_fit(&r, m, ds, &o, &err), STATUS_OK);
	assert_true(r.validation_accuracy > 0.95);
	struct evaluation e;
	assert_int_equal(model_evaluate(&e, m, test, NULL, 128, &err), STATUS_OK);
	int64_t all = 0, diagonal = 0;
	for (int64_t i = 0; i < 100; i++) {
		all += tensor_i32(e.confusion)[i];
		diagonal += i % 11 == 0 ? tensor_i32(e.confusion)[i] : 0;
	}
	assert_int_equal(all, 300);
	assert_true(fabs((double)diagonal / 300 - e.accuracy) < 1e-9);
	evaluation_release(&e);
	module_unref(m);
	dataset_unref(ds);
	dataset_unref(test);
}

static void every_optimizer_goes_downhill(void **state)
{
	(void)state;
	static const char *const names[] = {"sgd", "rmsprop", "adam", "adamw", "lion"};
	for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
		struct dataset *ds = make_squares(640, 3);
		struct module *m = make_cnn(2);
		struct optimizer_options options;
		assert_int_equal(optimizer_presets(&options, names[k], &err), STATUS_OK);
		options.momentum = k == 0 ? 0.9 : 0;
		options.clip_norm = 5;
		options.learning_rate = k == 0 ? 0.05 : 0.001;
		struct optimizer *o = optimizer_new(names[k], &options, &err);
		struct fit_options f = fit_presets();
		f.optimizer = o;
		f.epochs = 2;
		struct fit_result r;
		assert_int_equal(model_fit(&r, m, ds, &f, &err), STATUS_OK);
		if (!(r.loss < 2)) {
			print_error("%s: loss %g\n", names[k], r.loss);
			fail();
		}
		assert_true(optimizer_grad_norm(o) > 0);
		optimizer_free(o);
		module_unref(m);
		dataset_unref(ds);
	}
}

static void shuffling_spreads_the_classes(void **state)
{
	(void)state;
	enum { N = 1000, BATCH = 50 };
	struct dataset *ds = make_squares(N, 3);
	static uint32_t order[N], again[N], later[N];
	int share[10] = {0};
	bool there[N] = {false};
	assert_int_equal(dataset_shuffle(order, ds, 5, 0, &err), STATUS_OK);
	assert_int_equal(dataset_shuffle(again, ds, 5, 0, &err), STATUS_OK);
	assert_int_equal(dataset_shuffle(later, ds, 5, 1, &err), STATUS_OK);
	assert_memory_equal(order, again, sizeof order);
	assert_memory_not_equal(order, later, sizeof order);
	for (int i = 0; i < N; i++) {
		assert_true(order[i] < N && !there[order[i]]);
		there[order[i]] = true;
		share[tensor_i32(ds->targets)[i]]++;
	}
	for (int at = 0; at < N; at += BATCH) {
		int seen[10] = {0};
		for (int i = at; i < at + BATCH; i++) {
			seen[tensor_i32(ds->targets)[order[i]]]++;
		}
		for (int c = 0; c < 10; c++) {
			assert_true(fabs(seen[c] - (double)share[c] * BATCH / N) < 2);
		}
	}
	/* Targets that are no classes are shuffled as they are. */
	tensor_i32(ds->targets)[7] = -1;
	struct dataset *numbers = dataset_new(ds->inputs, ds->targets, &err);
	assert_int_equal(numbers->class_count, 0);
	assert_int_equal(dataset_shuffle(order, numbers, 5, 0, &err), STATUS_OK);
	dataset_unref(numbers);
	dataset_unref(ds);
}

static void a_layer_says_what_is_wrong(void **state)
{
	(void)state;
	struct error e = ERROR_INIT;
	assert_null(module_make("conv2d", &e, "in", 3.0, NULL));
	assert_int_equal(e.status, STATUS_INVALID);
	assert_non_null(strstr(e.message, "out"));
	error_clear(&e);
	assert_null(module_make("conv2e", &e, NULL));
	assert_non_null(strstr(e.message, "conv2d"));
	error_clear(&e);
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct module *m = make_cnn(1);
	int64_t shape[4] = {2, 3, 28, 28};
	assert_null(module_forward(m, tensor_new(DTYPE_F32, 4, shape, &e), &e));
	assert_int_equal(e.status, STATUS_SHAPE);
	assert_non_null(strstr(e.message, "conv2d"));
	assert_non_null(strstr(e.message, "[2, 3, 28, 28]"));
	assert_non_null(strstr(e.message, "[16, 1, 3, 3]"));
	module_unref(m);
	tensor_scope_close(&scope);
}

static void write_idx(int fd, const unsigned char *bytes, size_t n)
{
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(pwrite(fd, bytes, n, 0), (ssize_t)n);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
}

static void idx_files_are_read_or_refused(void **state)
{
	(void)state;
	char path[] = "/tmp/mundap-idx-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	unlink(path);
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	unsigned char good[] = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};
	struct error e = ERROR_INIT;
	write_idx(fd, good, sizeof good);
	struct tensor *t = idx_read_fd(fd, "good", 1000, &e);
	assert_non_null(t);
	assert_int_equal(t->shape[1], 3);
	assert_true(tensor_get(t, 5) == 6);
	for (size_t cut = 0; cut < sizeof good; cut++) {
		error_clear(&e);
		write_idx(fd, good, cut);
		assert_null(idx_read_fd(fd, "cut", 1000, &e));
		assert_int_equal(e.status, STATUS_CORRUPT);
	}
	error_clear(&e);
	good[4] = 0xFF; /* a negative size */
	write_idx(fd, good, sizeof good);
	assert_null(idx_read_fd(fd, "negative", 1000, &e));
	assert_int_equal(e.status, STATUS_CORRUPT);
	error_clear(&e);
	good[4] = 0x7F; /* two thousand million rows */
	write_idx(fd, good, sizeof good);
	assert_null(idx_read_fd(fd, "large", 1000, &e));
	assert_int_equal(e.status, STATUS_RANGE);
	tensor_scope_close(&scope);
	close(fd);
}

static void fashion_mnist_is_what_it_should_be(void **state)
{
	(void)state;
	struct error e = ERROR_INIT;
	struct dataset *ds = fashion_mnist_open(false, &e);
	if (!ds) {
		assert_int_equal(e.status, STATUS_NOT_FOUND);
		assert_non_null(strstr(e.message, "dataset-fashion-mnist"));
		skip();
	}
	assert_int_equal(ds->count, 10000);
	assert_int_equal(ds->class_count, 10);
	assert_int_equal(tensor_i32(ds->targets)[0], 9);
	dataset_unref(ds);
}

static int start(void **state)
{
	(void)state;
	engine_start(2, NULL);
	return 0;
}

/* Weights after 12 batches of 16, as numbers. */
static float *weights_after(int64_t batch_size, int64_t steps, int64_t accumulate, bool compile)
{
	struct dataset *ds = make_squares(192, 3);
	struct module *m = make_cnn(1);
	struct fit_options o = fit_presets();
	o.batch_size = batch_size;
	o.steps = steps;
	o.accumulate = accumulate;
	o.compile = compile;
	o.shuffle = false;
	struct fit_result r;
	assert_int_equal(model_fit(&r, m, ds, &o, &err), STATUS_OK);
	struct module_list list;
	assert_int_equal(module_parameters(&list, m, &err), STATUS_OK);
	const struct tensor *w = list.items[list.count - 2].tensor;
	float *copy = malloc((size_t)tensor_numel(w) * sizeof *copy);
	memcpy(copy, tensor_f32(w), (size_t)tensor_numel(w) * sizeof *copy);
	module_list_release(&list);
	module_unref(m);
	dataset_unref(ds);
	return copy;
}

static void small_batches_add_up_to_large_ones(void **state)
{
	(void)state;
	float *large = weights_after(32, 6, 0, true);
	float *small = weights_after(16, 12, 2, true);
	float *eager = weights_after(16, 12, 2, false);
	for (int i = 0; i < 1280; i++) {
		assert_true(fabsf(large[i] - small[i]) < 2e-5f);
		assert_true(small[i] == eager[i]);
	}
	free(large);
	free(small);
	free(eager);
}

static void means_follow_the_weights(void **state)
{
	(void)state;
	struct module *m = make_cnn(1);
	struct ema ema;
	assert_int_equal(ema_init(&ema, m, 1.5, &err), STATUS_RANGE);
	error_clear(&err);
	assert_int_equal(ema_init(&ema, m, 0.75, &err), STATUS_OK);
	struct tensor *w = module_parameter(m->children[0].module, "weight");
	float start = tensor_f32(w)[3];
	tensor_f32(w)[3] = start + 4;
	assert_int_equal(ema_update(&ema, &err), STATUS_OK);
	assert_true(fabsf(tensor_f32(ema.means.items[0].tensor)[3] - (start + 1)) < 1e-6f);
	ema_swap(&ema);
	assert_true(fabsf(tensor_f32(w)[3] - (start + 1)) < 1e-6f);
	ema_swap(&ema);
	assert_true(tensor_f32(w)[3] == start + 4);
	ema_release(&ema);
	module_unref(m);
}

struct keeper {
	struct strbuf bytes;
	int left; /* checkpoints until the run is broken off */
};

static enum status keep(void *context, const void *bytes, size_t length, struct error *error)
{
	struct keeper *k = context;
	if (k->left-- == 0) {
		return error_set(error, STATUS_IO, "test", "broken off");
	}
	strbuf_reset(&k->bytes);
	strbuf_add(&k->bytes, bytes, length);
	return STATUS_OK;
}

static void a_checkpoint_refuses_what_does_not_fit(void **state)
{
	(void)state;
	struct dataset *ds = make_squares(192, 3);
	struct module *m = make_cnn(1);
	struct keeper k = {.left = 2};
	strbuf_init(&k.bytes);
	struct fit_options o = fit_presets();
	o.steps = 9;
	o.save = keep;
	o.save_every = 2;
	o.context = &k;
	struct fit_result r;
	assert_int_equal(model_fit(&r, m, ds, &o, &err), STATUS_IO);
	error_clear(&err);
	o.save = NULL;
	o.resume = k.bytes.text;
	o.resume_length = k.bytes.length;
	o.seed = 77;
	assert_int_equal(model_fit(&r, m, ds, &o, &err), STATUS_INVALID);
	error_clear(&err);
	o.seed = 0;
	for (size_t cut = 0; cut < k.bytes.length; cut += k.bytes.length / 50 + 1) {
		o.resume_length = cut;
		assert_int_not_equal(model_fit(&r, m, ds, &o, &err), STATUS_OK);
		error_clear(&err);
	}
	o.resume_length = k.bytes.length;
	assert_int_equal(model_fit(&r, m, ds, &o, &err), STATUS_OK);
	assert_int_equal(r.steps, 9);
	strbuf_release(&k.bytes);
	module_unref(m);
	dataset_unref(ds);
}

static void a_model_file_tells_what_it_is_made_of(void **state)
{
	(void)state;
	struct module *m = make_cnn(4), *again;
	struct strbuf bytes;
	strbuf_init(&bytes);
	assert_int_equal(module_file_write(&bytes, m, &err), STATUS_OK);
	assert_int_equal(module_file_read(&again, bytes.text, bytes.length, &err), STATUS_OK);
	assert_int_equal(again->child_count, m->child_count);
	assert_int_equal(tensor_max_abs_diff(module_parameter(again->children[3].module, "weight"),
					     module_parameter(m->children[3].module, "weight")),
			 0);
	module_unref(again);
	strbuf_release(&bytes);
	module_unref(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_layer_says_what_is_wrong),
		cmocka_unit_test(shuffling_spreads_the_classes),
		cmocka_unit_test(idx_files_are_read_or_refused),
		cmocka_unit_test(fashion_mnist_is_what_it_should_be),
		cmocka_unit_test(a_planned_step_allocates_nothing),
		cmocka_unit_test(the_same_seed_gives_the_same_bits),
		cmocka_unit_test(eager_and_planned_runs_agree),
		cmocka_unit_test(a_cnn_learns),
		cmocka_unit_test(every_optimizer_goes_downhill),
		cmocka_unit_test(small_batches_add_up_to_large_ones),
		cmocka_unit_test(means_follow_the_weights),
		cmocka_unit_test(a_checkpoint_refuses_what_does_not_fit),
		cmocka_unit_test(a_model_file_tells_what_it_is_made_of),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
