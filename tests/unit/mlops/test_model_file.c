#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/ml/linear.h"
#include "engine/mlops/model_file.h"

#define ROWS 200
#define COLUMNS 3
#define CLASSES 3

static double x[ROWS * COLUMNS], number[ROWS], class_number[ROWS];
static int32_t label[ROWS];

static int make_data(void **state)
{
	(void)state;
	struct rng rng;
	rng_init(&rng, 7, 0);
	for (int r = 0; r < ROWS; r++) {
		double *row = x + r * COLUMNS;
		for (int c = 0; c < COLUMNS; c++) {
			row[c] = fabs(rng_normal(&rng));
		}
		number[r] = 2 * row[0] - row[1] + 0.1 * rng_normal(&rng);
		label[r] = number[r] > 1 ? 2 : number[r] > 0;
		class_number[r] = label[r];
	}
	return 0;
}

static double *numbers(int64_t count)
{
	double *memory = calloc((size_t)count, sizeof *memory);
	assert_non_null(memory);
	return memory;
}

/* A fitted model of a kind; classes 0 asks for the one of numbers. */
static struct learned fitted(enum learned_kind kind, int64_t classes)
{
	struct learned m = {.kind = kind, .columns = COLUMNS, .classes = classes};
	struct forest_options forest = {
		.trees = 5, .min_samples_leaf = 1, .max_bins = 255, .seed = 1};
	struct boosting_options boosting = {.loss = classes ? BOOSTING_SOFTMAX : BOOSTING_SQUARED,
					    .rounds = 4,
					    .learning_rate = 0.3,
					    .max_depth = 3,
					    .min_samples_leaf = 2,
					    .lambda = 1,
					    .max_bins = 255,
					    .subsample = 1,
					    .patience = 10};
	enum status status = STATUS_OK;
	unsigned steps;
	switch (kind) {
	case LEARNED_RIDGE:
		m.a = numbers(COLUMNS);
		m.b = numbers(1);
		status = ridge_fit(m.a, m.b, x, number, ROWS, COLUMNS, 0.1, NULL);
		break;
	case LEARNED_LOGISTIC: {
		struct logistic_options logistic = {.l2 = 1};
		m.a = numbers(CLASSES * COLUMNS);
		m.b = numbers(CLASSES);
		status = logistic_fit(m.a, m.b, &steps, x, label, ROWS, COLUMNS, CLASSES, &logistic,
				      NULL);
		break;
	}
	case LEARNED_NAIVE_BAYES:
		m.a = numbers(CLASSES * COLUMNS);
		m.b = numbers(CLASSES);
		status = naive_bayes_fit(m.b, m.a, x, label, ROWS, COLUMNS, CLASSES, 1, NULL);
		break;
	case LEARNED_KNN:
		m.rows = ROWS;
		m.k = 3;
		m.a = numbers(ROWS * COLUMNS);
		memcpy(m.a, x, sizeof x);
		m.labels = malloc(sizeof label);
		assert_non_null(m.labels);
		memcpy(m.labels, label, sizeof label);
		break;
	case LEARNED_FOREST:
		status = classes ? forest_fit_classes(&m.forest, x, label, ROWS, COLUMNS, CLASSES,
						      &forest, NULL)
				 : forest_fit_numbers(&m.forest, x, number, ROWS, COLUMNS, &forest,
						      NULL);
		break;
	case LEARNED_BOOSTING:
		status = boosting_fit(&m.boosting, x, classes ? class_number : number, ROWS,
				      COLUMNS, (size_t)classes, &boosting, NULL);
		break;
	default:
		m.k = 2;
		m.a = numbers(2 * COLUMNS);
		memcpy(m.a, x, 2 * COLUMNS * sizeof *x);
	}
	assert_int_equal(status, STATUS_OK);
	return m;
}

static const struct {
	enum learned_kind kind;
	int64_t classes;
} kinds[] = {
	{LEARNED_RIDGE, 0},          {LEARNED_LOGISTIC, CLASSES}, {LEARNED_NAIVE_BAYES, CLASSES},
	{LEARNED_KNN, CLASSES},      {LEARNED_FOREST, CLASSES},   {LEARNED_FOREST, 0},
	{LEARNED_BOOSTING, CLASSES}, {LEARNED_BOOSTING, 0},       {LEARNED_KMEANS, 0}};

/* What the model itself says about every row. */
static void ask(const struct learned *m, double *out)
{
	if (m->classes) {
		assert_int_equal(learned_probabilities(m, x, ROWS, out, NULL), STATUS_OK);
	} else if (m->kind == LEARNED_KMEANS) {
		int32_t nearest[ROWS];
		learned_nearest(m, x, ROWS, nearest);
		for (int r = 0; r < ROWS; r++) {
			out[r] = nearest[r];
		}
	} else {
		learned_numbers(m, x, ROWS, out);
	}
}

static void file_predicts_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct learned m = fitted(kinds[i].kind, kinds[i].classes);
		double before[ROWS * CLASSES], after[ROWS * CLASSES];
		struct strbuf file;
		struct server_model served;
		strbuf_init(&file);
		assert_int_equal(
			model_file_write_learned(&file, &m, &(struct model_notes){0}, NULL),
			STATUS_OK);
		ask(&m, before);
		learned_release(&m);
		assert_int_equal(model_file_read(&served, file.text, file.length, "m", "1", NULL),
				 STATUS_OK);
		assert_int_equal(served.inputs, COLUMNS);
		assert_int_equal(served.outputs, kinds[i].classes ? kinds[i].classes : 1);
		assert_int_equal(served.predict(served.context, x, ROWS, after, NULL), STATUS_OK);
		assert_memory_equal(before, after, sizeof(double) * ROWS * (size_t)served.outputs);
		served.release(served.context);
		strbuf_release(&file);
	}
}

static void preprocessing_goes_with_the_model(void **state)
{
	(void)state;
	const double mean[COLUMNS] = {1, 2, 3}, std[COLUMNS] = {2, 4, 0.5};
	const double none[COLUMNS] = {1, 0, 1};
	struct learned m = fitted(LEARNED_RIDGE, 0);
	struct strbuf file;
	struct server_model served;
	strbuf_init(&file);
	struct model_notes notes = {.mean = mean, .std = none};
	assert_int_equal(model_file_write_learned(&file, &m, &notes, NULL), STATUS_RANGE);
	notes.std = std;
	strbuf_reset(&file);
	assert_int_equal(model_file_write_learned(&file, &m, &notes, NULL), STATUS_OK);
	assert_int_equal(model_file_read(&served, file.text, file.length, "m", "1", NULL),
			 STATUS_OK);
	double scaled[COLUMNS], expected, got;
	for (int c = 0; c < COLUMNS; c++) {
		scaled[c] = (x[c] - mean[c]) / std[c];
	}
	learned_numbers(&m, scaled, 1, &expected);
	assert_int_equal(served.predict(served.context, x, 1, &got, NULL), STATUS_OK);
	assert_true(got == expected);
	served.release(served.context);
	learned_release(&m);
	strbuf_release(&file);
}

static struct module *network(void)
{
	struct module *m = module_make("sequential", NULL, NULL);
	struct module *layers[] = {module_make("linear", NULL, "in", 3.0, "out", 5.0, NULL),
				   module_make("relu", NULL, NULL),
				   module_make("linear", NULL, "in", 5.0, "out", 2.0, NULL)};
	for (int i = 0; i < 3; i++) {
		assert_int_equal(module_add(m, NULL, layers[i], NULL), STATUS_OK);
		module_unref(layers[i]);
	}
	return m;
}

static void network_predicts_the_same(void **state)
{
	(void)state;
	struct module *m = network();
	const int64_t shape[] = {3};
	struct strbuf file;
	struct server_model served;
	strbuf_init(&file);
	assert_int_equal(
		model_file_write_module(&file, m, 1, shape, &(struct model_notes){0}, NULL),
		STATUS_OK);
	assert_int_equal(model_file_read(&served, file.text, file.length, "m", "1", NULL),
			 STATUS_OK);
	assert_int_equal(served.inputs, 3);
	assert_int_equal(served.outputs, 2);
	double y[2 * 4];
	assert_int_equal(served.predict(served.context, x, 4, y, NULL), STATUS_OK);
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *in = tensor_new(DTYPE_F32, 2, (int64_t[]){4, 3}, NULL);
	for (int i = 0; i < 12; i++) {
		tensor_f32(in)[i] = (float)x[i];
	}
	module_train(m, false);
	struct tensor *out = module_forward(m, in, NULL);
	for (int i = 0; i < 8; i++) {
		assert_true(y[i] == tensor_get(out, i));
	}
	tensor_scope_close(&scope);
	served.release(served.context);
	module_unref(m);
	strbuf_release(&file);
}

/* A changed file is refused or predicts something; it never reads outside what it was given. */
static void damaged_files_are_survived(void **state)
{
	(void)state;
	struct rng rng;
	rng_init(&rng, 11, 0);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		struct learned m = fitted(kinds[i].kind, kinds[i].classes);
		struct strbuf file;
		strbuf_init(&file);
		assert_int_equal(
			model_file_write_learned(&file, &m, &(struct model_notes){0}, NULL),
			STATUS_OK);
		learned_release(&m);
		for (int trial = 0; trial < 300; trial++) {
			/* Exactly as long as it is, so that a read beyond it is seen. */
			size_t length =
				trial % 3 ? file.length : (size_t)rng_below(&rng, file.length);
			char *copy = malloc(length + 1);
			assert_non_null(copy);
			memcpy(copy, file.text, length);
			for (int k = 0; k <= trial % 4 && length; k++) {
				size_t at = (size_t)rng_below(
					&rng, trial % 2 || length < 400 ? length : 400);
				copy[at] = (char)rng_below(&rng, 256);
			}
			struct server_model served;
			double y[CLASSES * 2];
			if (model_file_read(&served, copy, length, "m", "1", NULL) == STATUS_OK) {
				if (served.inputs == COLUMNS && served.outputs <= CLASSES) {
					served.predict(served.context, x, 2, y, NULL);
				}
				served.release(served.context);
			}
			free(copy);
		}
		strbuf_release(&file);
	}
	struct error err = ERROR_INIT;
	struct server_model served;
	assert_int_equal(model_file_read(&served, "junk", 4, "m", "1", &err), STATUS_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_predicts_the_same),
		cmocka_unit_test(preprocessing_goes_with_the_model),
		cmocka_unit_test(network_predicts_the_same),
		cmocka_unit_test(damaged_files_are_survived),
	};
	return cmocka_run_group_tests(tests, make_data, NULL);
}
