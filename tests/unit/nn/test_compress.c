#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>

#include "engine/nn/compress.h"
#include "engine/tensor/ops.h"

static struct error err;

static struct tensor *weight(void)
{
	int64_t shape[2] = {6, 40};
	struct tensor *w = tensor_randn(2, shape, 0, 1, &err);
	for (int64_t i = 0; i < 40; i++) {
		tensor_set(w, i, 0); /* a dead channel */
		tensor_set(w, 40 + i, tensor_get(w, 40 + i) * 100); /* and a loud one */
	}
	return w;
}

static void fewer_bits_err_within_half_a_step(void **state)
{
	(void)state;
	for (int bits = 2; bits <= 8; bits++) {
		for (int per_channel = 0; per_channel < 2; per_channel++) {
			struct tensor_scope scope;
			tensor_scope_open(&scope);
			struct tensor *w = weight();
			struct quantized q;
			assert_int_equal(quantize(&q, w, bits, per_channel, &err), STATUS_OK);
			struct tensor *back = dequantize(&q, &err);
			for (int64_t i = 0; i < 240; i++) {
				double step = tensor_get(q.scales, per_channel ? i / 40 : 0);
				double off = fabs(tensor_get(back, i) - tensor_get(w, i));
				assert_true(isfinite(step) && step > 0);
				assert_true(off <= step / 2 * 1.0001);
			}
			quantized_release(&q);
			tensor_scope_close(&scope);
		}
	}
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *w = weight();
	struct quantized q;
	assert_int_equal(quantize(&q, w, 9, true, &err), STATUS_RANGE);
	error_clear(&err);
	tensor_set(w, 100, NAN);
	assert_int_equal(quantize(&q, w, 8, true, &err), STATUS_RANGE);
	error_clear(&err);
	tensor_scope_close(&scope);
}

static void pruning_keeps_the_large_and_masks_hold(void **state)
{
	(void)state;
	tensor_seed(4);
	struct module *m = module_make("linear", &err, "in", 30.0, "out", 20.0, NULL);
	struct tensor *w = module_parameter(m, "weight");
	double largest = 0;
	for (int64_t i = 0; i < 600; i++) {
		largest = fmax(largest, fabs(tensor_get(w, i)));
	}
	struct prune_masks masks;
	assert_int_equal(module_prune(&masks, m, 0.8, &err), STATUS_OK);
	assert_true(fabs(module_sparsity(m) - 0.8) < 0.01);
	double left = 0;
	for (int64_t i = 0; i < 600; i++) {
		left = fmax(left, fabs(tensor_get(w, i)));
	}
	assert_true(left == largest);
	tensor_fill(w, 1);
	assert_int_equal(module_apply_masks(m, &masks, &err), STATUS_OK);
	assert_true(fabs(module_sparsity(m) - 0.8) < 0.01);
	prune_masks_release(&masks);
	size_t bytes;
	assert_int_equal(module_quantize(m, 8, true, &bytes, &err), STATUS_OK);
	assert_int_equal(bytes, 600 + 20 * 4 + 20 * 4);
	assert_int_equal(module_prune(&masks, m, 1.5, &err), STATUS_RANGE);
	module_unref(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fewer_bits_err_within_half_a_step),
		cmocka_unit_test(pruning_keeps_the_large_and_masks_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
