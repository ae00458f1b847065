#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "engine/nn/compress.h"
#include "engine/nn/nn.h"
#include "engine/nn/onnx.h"
#include "engine/tensor/engine.h"
#include "engine/tensor/explain.h"
#include "engine/tensor/ops.h"

static struct error err;

static void add(struct module *m, struct module *child)
{
	assert_non_null(child);
	assert_int_equal(module_add(m, NULL, child, &err), STATUS_OK);
	module_unref(child);
}

/* Three parts of linear, tanh, dropout, linear; parts: "sequential" or "checkpoint". */
static struct module *make_deep(const char *parts)
{
	tensor_seed(4);
	struct module *m = module_make("sequential", &err, NULL);
	for (int k = 0; k < 3; k++) {
		struct module *part = module_make(parts, &err, NULL);
		add(part, module_make("linear", &err, "in", 32.0, "out", 256.0, NULL));
		add(part, module_make("tanh", &err, NULL));
		add(part, module_make("dropout", &err, "p", 0.3, NULL));
		add(part, module_make("linear", &err, "in", 256.0, "out", 32.0, NULL));
		add(m, part);
	}
	return m;
}

/* Gradients of all parameters after one pass, and the memory the graph held. */
static size_t gradients_of(struct module *m, struct module_list *list)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	int64_t shape[2] = {512, 32};
	tensor_seed(5);
	struct tensor *x = tensor_randn(2, shape, 0, 1, &err);
	size_t before = tensor_memory_usage().live_bytes;
	struct tensor *y = module_forward(m, x, &err);
	assert_non_null(y);
	size_t held = tensor_memory_usage().live_bytes - before;
	assert_int_equal(
		tensor_backward(tensor_mean_all(tensor_square(y, &err), &err), NULL, NULL, &err),
		STATUS_OK);
	assert_int_equal(module_parameters(list, m, &err), STATUS_OK);
	tensor_scope_close(&scope);
	return held;
}

static void checkpoints_save_memory_and_change_nothing(void **state)
{
	(void)state;
	struct module *plain = make_deep("sequential"), *saving = make_deep("checkpoint");
	struct module_list a, b;
	size_t all = gradients_of(plain, &a), less = gradients_of(saving, &b);
	assert_true((double)less <= 0.6 * (double)all);
	assert_int_equal(a.count, b.count);
	for (int i = 0; i < a.count; i++) {
		assert_true(tensor_max_abs_diff(a.items[i].tensor->grad, b.items[i].tensor->grad) ==
			    0);
	}
	module_list_release(&a);
	module_list_release(&b);
	module_unref(plain);
	module_unref(saving);
}

static float trained(const char *parts, bool compile)
{
	struct module *m = make_deep(parts);
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	int64_t shape[2] = {128, 32};
	tensor_seed(6);
	struct tensor *x = tensor_randn(2, shape, 0, 1, &err);
	struct dataset *ds = dataset_new(x, tensor_square(x, &err), &err);
	struct fit_options o = fit_presets();
	o.batch_size = 32;
	o.steps = 10;
	o.loss = "mse";
	o.compile = compile;
	struct fit_result r;
	assert_int_equal(model_fit(&r, m, ds, &o, &err), STATUS_OK);
	float weight = tensor_f32(
		module_parameter(m->children[1].module->children[0].module, "weight"))[9];
	dataset_unref(ds);
	tensor_scope_close(&scope);
	module_unref(m);
	return weight;
}

/* Also when a plan replays the step: the part that runs again draws the same random numbers. */
static void plans_know_checkpoints(void **state)
{
	(void)state;
	float plain = trained("sequential", true);
	assert_true(trained("sequential", false) == plain);
	assert_true(trained("checkpoint", false) == plain);
	assert_true(trained("checkpoint", true) == plain);
}

static void a_number_is_the_sum_of_its_terms(void **state)
{
	(void)state;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	int64_t xs[2] = {2, 40}, ws[2] = {3, 40}, three = 3;
	struct tensor *x = tensor_randn(2, xs, 0, 1, &err), *w = tensor_randn(2, ws, 0, 1, &err);
	struct tensor *b = tensor_randn(1, &three, 0, 1, &err);
	tensor_require_grad(w, true, &err);
	struct tensor *y = tensor_linear(x, w, b, &err), *z = tensor_relu(y, &err);
	struct explanation e;
	assert_int_equal(explain_element(&e, y, 4, 100, &err), STATUS_OK);
	assert_string_equal(e.op->name, "linear");
	double sum = 0;
	for (int i = 0; i < e.term_count; i++) { /* terms of x: slope is the weight */
		sum += e.terms[i].input == 0 ? e.terms[i].slope * e.terms[i].value : 0;
		assert_true(e.terms[i].input != 0 || e.terms[i].position / 40 == 1);
		assert_true(i == 0 || e.terms[i].input != e.terms[i - 1].input ||
			    fabs(e.terms[i].slope * e.terms[i].value) <=
				    fabs(e.terms[i - 1].slope * e.terms[i - 1].value));
	}
	assert_true(fabs(sum + tensor_get(b, 1) - e.value) < 1e-5);
	assert_int_equal(e.dependents[0], 40);
	assert_int_equal(e.dependents[2], 1);
	explanation_release(&e);
	assert_int_equal(explain_element(&e, y, 4, 3, &err), STATUS_OK);
	assert_int_equal(e.term_count, 3 + 3 + 1);
	explanation_release(&e);
	assert_false(x->requires_grad); /* asked without leaving a trace */
	assert_int_equal(explain_element(&e, x, 0, 3, &err), STATUS_OK);
	assert_null(e.op);
	explanation_release(&e);
	assert_int_equal(tensor_backward(tensor_sum_all(z, &err), NULL, NULL, &err), STATUS_OK);
	assert_int_equal(explain_element(&e, y, 4, 3, &err), STATUS_OK);
	assert_true(e.released && !e.op);
	explanation_release(&e);
	tensor_scope_close(&scope);
}

static void only_products_are_macs(void **state)
{
	(void)state;
	struct module *m = module_make("sequential", &err, NULL);
	add(m, module_make("conv2d", &err, "in", 2.0, "out", 4.0, "padding", 1.0, NULL));
	add(m, module_make("batch_norm2d", &err, "channels", 4.0, NULL));
	add(m, module_make("relu", &err, NULL));
	add(m, module_make("avg_pool2d", &err, NULL));
	add(m, module_make("flatten", &err, NULL));
	add(m, module_make("linear", &err, "in", 64.0, "out", 10.0, NULL));
	int64_t shape[4] = {3, 2, 8, 8};
	double macs;
	assert_int_equal(module_macs(&macs, m, 4, shape, &err), STATUS_OK);
	assert_true(macs == 3.0 * (4 * 2 * 9 * 64 + 64 * 10));
	module_unref(m);
}

static void onnx_says_what_it_has_no_word_for(void **state)
{
	(void)state;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	int64_t shape[2] = {2, 8};
	struct tensor *x = tensor_randn(2, shape, 0, 1, &err);
	struct module *m = module_make("linear", &err, "in", 8.0, "out", 3.0, NULL);
	struct strbuf out;
	strbuf_init(&out);
	assert_int_equal(onnx_export(&out, m, &x, 1, &err), STATUS_OK);
	assert_true(out.length > 8 * 3 * 4 && out.text[0] == 8 &&
		    out.text[1] == 8); /* ir_version 8 */
	assert_non_null(memmem(out.text, out.length, "Gemm", 4));
	assert_non_null(memmem(out.text, out.length, "p.weight", 8));
	assert_true(m->training);
	strbuf_reset(&out);
	struct module *watched = module_watch(m, true, false, &err);
	bool old = tensor_grad_mode(false);
	assert_non_null(module_forward(watched, x, &err));
	tensor_grad_mode(old);
	struct module *small = module_to_int8(watched, &err);
	assert_int_equal(onnx_export(&out, small, &x, 1, &err), STATUS_UNSUPPORTED);
	assert_non_null(strstr(err.message, "linear_int8"));
	error_clear(&err);
	strbuf_release(&out);
	module_unref(small);
	module_unref(watched);
	module_unref(m);
	tensor_scope_close(&scope);
}

static int start(void **state)
{
	(void)state;
	engine_start(2, NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checkpoints_save_memory_and_change_nothing),
		cmocka_unit_test(plans_know_checkpoints),
		cmocka_unit_test(a_number_is_the_sum_of_its_terms),
		cmocka_unit_test(only_products_are_macs),
		cmocka_unit_test(onnx_says_what_it_has_no_word_for),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
