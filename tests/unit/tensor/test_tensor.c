#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "engine/tensor/engine.h"
#include "engine/tensor/graph.h"
#include "engine/tensor/ops.h"
#include "engine/tensor/plan.h"
#include "engine/tensor/threads.h"

static struct tensor *draw(int dims, const int64_t *shape)
{
	return tensor_randn(dims, shape, 0, 1, NULL);
}

/* Σ over k written out, in double precision. */
static double worst_product(const struct tensor *a, const struct tensor *b, const struct tensor *c)
{
	int64_t m = a->shape[0], k = a->shape[1], n = b->shape[1];
	double worst = 0;
	for (int64_t i = 0; i < m; i++) {
		for (int64_t j = 0; j < n; j++) {
			double sum = 0;
			for (int64_t q = 0; q < k; q++) {
				sum += tensor_get(a, i * k + q) * tensor_get(b, q * n + j);
			}
			worst = fmax(worst, fabs(sum - tensor_get(c, i * n + j)));
		}
	}
	return worst;
}

static void products_of_every_shape_are_right(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	static const int64_t sizes[] = {1, 2, 3, 5, 8, 16, 17, 47, 48, 49, 100, 193};
	enum { N = sizeof sizes / sizeof *sizes };
	for (int i = 0; i < N * N * N; i += 7) {
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		int64_t m = sizes[i % N], k = sizes[i / N % N], n = sizes[i / N / N];
		int64_t sa[2] = {m, k}, sb[2] = {k, n}, ta[2] = {k, m}, tb[2] = {n, k};
		struct tensor *a = draw(2, sa), *b = draw(2, sb);
		struct tensor *at = tensor_transpose(draw(2, ta), 0, 1, &err);
		struct tensor *bt = tensor_transpose(draw(2, tb), 0, 1, &err);
		double limit = 1e-5 * sqrt((double)k) * 4;
		assert_true(worst_product(a, b, tensor_matmul(a, b, &err)) < limit);
		assert_true(worst_product(at, b, tensor_matmul(at, b, &err)) < limit);
		assert_true(worst_product(a, bt, tensor_matmul(a, bt, &err)) < limit);
		assert_true(worst_product(at, bt, tensor_matmul(at, bt, &err)) < limit);
		tensor_scope_close(&scope);
	}
	assert_int_equal(err.status, STATUS_OK);
}

static double conv_at(const struct tensor *x, const struct tensor *w, const struct conv_options *o,
		      int64_t n, int64_t oc, int64_t u, int64_t v)
{
	int64_t width = w->shape[1], first = oc / (w->shape[0] / o->groups) * width;
	double sum = 0;
	for (int64_t c = 0; c < width; c++) {
		for (int64_t i = 0; i < w->shape[2]; i++) {
			for (int64_t j = 0; j < w->shape[3]; j++) {
				int64_t r = u * o->stride[0] - o->padding[0] + i * o->dilation[0];
				int64_t q = v * o->stride[1] - o->padding[1] + j * o->dilation[1];
				if (r < 0 || q < 0 || r >= x->shape[2] || q >= x->shape[3]) {
					continue;
				}
				int64_t at = ((n * x->shape[1] + first + c) * x->shape[2] + r) *
						     x->shape[3] +
					     q;
				int64_t tap =
					((oc * width + c) * w->shape[2] + i) * w->shape[3] + j;
				sum += (double)tensor_f32(x)[at] * tensor_f32(w)[tap];
			}
		}
	}
	return sum;
}

static void convolutions_agree_with_their_definition(void **state)
{
	(void)state;
	static const struct {
		int64_t n, c, h, w, o, k, stride, padding, dilation, groups;
	} cases[] = {
		{2, 1, 28, 28, 16, 3, 1, 1, 1, 1},
		{3, 16, 14, 14, 32, 3, 1, 1, 1, 1},
		{1, 3, 9, 7, 5, 3, 2, 1, 1, 1},
		{2, 4, 11, 13, 6, 4, 3, 2, 1, 2},
		{2, 8, 10, 10, 8, 3, 1, 2, 2, 8},
		{1, 2, 5, 5, 3, 5, 1, 0, 1, 1},
		{5, 6, 7, 7, 9, 1, 1, 0, 1, 3},
		{2, 32, 14, 14, 64, 4, 2, 1, 1, 1},
		/* by minimal filtering: even and odd sizes, every padding, groups */
		{2, 16, 14, 14, 32, 3, 1, 1, 1, 1},
		{3, 17, 7, 9, 19, 3, 1, 0, 1, 1},
		{2, 64, 28, 27, 32, 3, 1, 2, 1, 2},
		{4, 32, 8, 5, 48, 3, 1, 1, 1, 1},
	};
	struct error err = ERROR_INIT;
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		struct conv_options o = conv_presets();
		o.stride[0] = o.stride[1] = cases[k].stride;
		o.padding[0] = o.padding[1] = cases[k].padding;
		o.dilation[0] = o.dilation[1] = cases[k].dilation;
		o.groups = cases[k].groups;
		int64_t sx[4] = {cases[k].n, cases[k].c, cases[k].h, cases[k].w};
		int64_t sw[4] = {cases[k].o, cases[k].c / o.groups, cases[k].k, cases[k].k};
		struct tensor *x = draw(4, sx), *w = draw(4, sw);
		struct tensor *y = tensor_conv2d(x, w, NULL, &o, &err);
		assert_non_null(y);
		double worst = 0;
		for (int64_t i = 0; i < tensor_numel(y); i++) {
			int64_t v = i % y->shape[3], u = i / y->shape[3] % y->shape[2];
			int64_t oc = i / (y->shape[3] * y->shape[2]) % y->shape[1];
			int64_t n = i / (y->shape[3] * y->shape[2] * y->shape[1]);
			double want = conv_at(x, w, &o, n, oc, u, v);
			worst = fmax(worst, fabs(want - (double)tensor_f32(y)[i]));
		}
		assert_true(worst < 1e-4);
		tensor_scope_close(&scope);
	}
}

static void broadcasting_and_views(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *a = tensor_arange(0, 24, 1, &err);
	int64_t shape[3] = {2, 3, 4}, row[2] = {3, 1};
	a = tensor_reshape(a, 3, shape, &err);
	struct tensor *b = tensor_reshape(tensor_arange(0, 3, 1, &err), 2, row, &err);
	struct tensor *sum = tensor_add(a, b, &err);
	assert_true(tensor_get(sum, 23) == 25);
	struct tensor *t = tensor_transpose(sum, 0, 2, &err);
	assert_true(t->storage == sum->storage);
	assert_true(tensor_get(t, 1) == tensor_get(sum, 12));
	struct tensor *s = tensor_select(tensor_narrow(t, 0, 1, 2, &err), 1, -1, &err);
	assert_int_equal(s->dims, 2);
	assert_true(tensor_get(s, 0) == tensor_get(sum, 9));
	assert_true(tensor_item(tensor_sum_all(t, &err)) == 300);
	struct tensor *logical = tensor_compare(OP_EQ, tensor_cast(a, DTYPE_I32, &err), a, &err);
	assert_true(tensor_item(tensor_mean_all(logical, &err)) == 1);
	assert_int_equal(err.status, STATUS_OK);
	tensor_scope_close(&scope);
}

static void mistakes_name_op_and_shapes(void **state)
{
	(void)state;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	int64_t s23[2] = {2, 3}, s45[2] = {4, 5}, s3[1] = {3};
	struct tensor *a = draw(2, s23), *b = draw(2, s45), *c = draw(1, s3);
	struct error err = ERROR_INIT;
	assert_null(tensor_matmul(a, b, &err));
	assert_int_equal(err.status, STATUS_SHAPE);
	assert_non_null(strstr(err.message, "matmul"));
	assert_non_null(strstr(err.message, "[2, 3]"));
	assert_non_null(strstr(err.message, "[4, 5]"));
	error_clear(&err);
	/* The first error is kept through a chain. */
	assert_null(tensor_relu(tensor_mul(tensor_add(a, b, &err), c, &err), &err));
	assert_non_null(strstr(err.message, "add"));
	error_clear(&err);
	assert_int_equal(tensor_backward(a, NULL, NULL, &err), STATUS_INVALID);
	error_clear(&err);
	tensor_require_grad(a, true, &err);
	struct tensor *y = tensor_sum_all(tensor_square(a, &err), &err);
	assert_int_equal(tensor_backward(y, NULL, NULL, &err), STATUS_OK);
	assert_int_equal(tensor_backward(y, NULL, NULL, &err), STATUS_INVALID);
	error_clear(&err);
	y = tensor_sum_all(tensor_square(a, &err), &err);
	tensor_set(a, 0, 9);
	assert_int_equal(tensor_backward(y, NULL, NULL, &err), STATUS_INVALID);
	assert_non_null(strstr(err.message, "square"));
	error_clear(&err);
	enum op_id id;
	assert_false(op_find(&id, "sofmax"));
	assert_string_equal(op_nearest("sofmax"), "softmax");
	assert_true(op_find(&id, "softmax"));
	tensor_scope_close(&scope);
}

static void gradients_add_up_and_stop(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *x = tensor_scalar(3, &err);
	tensor_require_grad(x, true, &err);
	for (int k = 1; k <= 2; k++) {
		struct tensor *y = tensor_mul(x, x, &err);
		assert_int_equal(tensor_backward(y, NULL, NULL, &err), STATUS_OK);
		assert_true(tensor_item(x->grad) == 6 * k);
	}
	struct tensor *cut = tensor_mul(tensor_detach(x, &err), x, &err), *g;
	assert_int_equal(tensor_gradients(&g, cut, NULL, &x, 1, NULL, &err), STATUS_OK);
	assert_true(tensor_item(g) == 3);
	bool old = tensor_grad_mode(false);
	assert_false(tensor_mul(x, x, &err)->requires_grad);
	tensor_grad_mode(old);
	tensor_scope_close(&scope);
}

static void a_long_tape_is_freed_without_recursion(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	size_t before = tensor_memory_usage().live_bytes;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *x = tensor_scalar(1, &err);
	tensor_require_grad(x, true, &err);
	struct tensor *y = x;
	for (int k = 0; k < 200000; k++) {
		struct tensor_scope step;
		tensor_scope_open(&step);
		y = tensor_scope_keep(&step, tensor_add_scalar(y, 1e-6, &err));
		tensor_scope_close(&step);
	}
	assert_int_equal(tensor_backward(y, NULL, NULL, &err), STATUS_OK);
	assert_true(tensor_item(x->grad) == 1);
	tensor_scope_close(&scope);
	assert_int_equal(tensor_memory_usage().live_bytes, before);
}

/* y ← tanh(y · w), keeping nothing but the newest. */
static struct tensor *tanh_chain(struct tensor *x, struct tensor *w, int steps, struct error *err)
{
	struct tensor *y = tensor_ref(x);
	for (int k = 0; k < steps; k++) {
		struct tensor_scope step;
		tensor_scope_open(&step);
		struct tensor *next = tensor_ref(tensor_tanh(tensor_mul(y, w, err), err));
		tensor_scope_close(&step);
		tensor_unref(y);
		y = next;
	}
	return tensor_to_scope(y, err);
}

static void the_graph_alone_keeps_what_it_needs(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	int64_t n = 1000;
	struct tensor *x = tensor_full(DTYPE_F32, 1, &n, 0.5, &err);
	struct tensor *w = tensor_full(DTYPE_F32, 1, &n, 1, &err);
	tensor_require_grad(w, true, &err);
	struct tensor *y = tensor_sum_all(tanh_chain(x, w, 3, &err), &err);
	assert_int_equal(tensor_backward(y, NULL, NULL, &err), STATUS_OK);
	double a = tanh(0.5), b = tanh(a), c = tanh(b);
	double slope = (1 - c * c) * (b + (1 - b * b) * (a + (1 - a * a) * 0.5));
	assert_true(fabs(tensor_get(w->grad, 7) - slope) < 1e-6);
	tensor_scope_close(&scope);
}

static void recording_keeps_no_values_nobody_reads(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	int64_t n = 1 << 18; /* a megabyte each */
	struct tensor *x = tensor_full(DTYPE_F32, 1, &n, 0.5, &err);
	struct tensor *w = tensor_full(DTYPE_F32, 1, &n, 0.9, &err);
	size_t before = tensor_memory_usage().live_bytes;
	assert_int_equal(plan_record_begin(&err), STATUS_OK);
	struct tensor *y = tanh_chain(x, w, 20, &err);
	double expected = *tensor_f32(y);
	assert_true(tensor_memory_usage().live_bytes < before + 2 * (1 << 20));
	struct plan *plan;
	assert_int_equal(plan_compile(&plan, &y, 1, &err), STATUS_OK);
	assert_true(*tensor_f32(y) == (float)expected);
	tensor_fill(x, 0.25);
	assert_int_equal(plan_run(plan, &err), STATUS_OK);
	double other = *tensor_f32(y), want = 0.25;
	for (int k = 0; k < 20; k++) {
		want = tanh(want * 0.9);
	}
	assert_true(fabs(other - want) < 1e-6 && other != expected);
	plan_free(plan);
	assert_true(*tensor_f32(y) == (float)other);
	tensor_scope_close(&scope);
}

struct hoard {
	struct tensor *kept;
	int asked;
};

static void give_up(void *context)
{
	struct hoard *h = context;
	tensor_unref(h->kept);
	h->kept = NULL;
	h->asked++;
}

static void a_collector_makes_room(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	int64_t n = 1 << 18;
	struct hoard h = {.kept = tensor_new(DTYPE_F32, 1, &n, &err)};
	tensor_memory_limit(tensor_memory_usage().live_bytes + 1000);
	tensor_memory_pressure(give_up, &h);
	struct tensor *t = tensor_new(DTYPE_F32, 1, &n, &err);
	assert_non_null(t);
	assert_int_equal(h.asked, 1);
	assert_null(tensor_new(DTYPE_F32, 1, &n, &err));
	assert_int_equal(err.status, STATUS_RANGE);
	tensor_memory_pressure(NULL, NULL);
	tensor_memory_limit(0);
	tensor_unref(t);
}

static void einsum_patterns(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	int64_t s234[3] = {2, 3, 4}, s245[3] = {2, 4, 5}, s34[2] = {3, 4};
	struct tensor *a = draw(3, s234), *b = draw(3, s245), *m = draw(2, s34);
	struct tensor *ab[2] = {a, b}, *am[2] = {a, m};
	assert_true(tensor_max_abs_diff(tensor_einsum("bij,bjk->bik", ab, 2, &err),
					tensor_matmul(a, b, &err)) < 1e-6);
	struct tensor *outer = tensor_einsum("bij,ij->b", am, 2, &err);
	struct tensor *want =
		tensor_sum(tensor_flatten(tensor_mul(a, m, &err), 1, &err), 1, false, &err);
	assert_true(tensor_max_abs_diff(outer, want) < 1e-5);
	assert_true(tensor_max_abs_diff(tensor_einsum("ij->ji", &m, 1, &err),
					tensor_transpose(m, 0, 1, &err)) == 0);
	struct tensor *three[3] = {a, b, m};
	assert_true(
		tensor_max_abs_diff(tensor_einsum("bij,bjk,ij->kb", three, 3, &err),
				    tensor_einsum("bij,bjk->kb",
						  (struct tensor *[]){tensor_mul(a, m, &err), b}, 2,
						  &err)) < 1e-5);
	assert_int_equal(err.status, STATUS_OK);
	assert_null(tensor_einsum("bij,bjk", ab, 2, &err));
	assert_int_equal(err.status, STATUS_INVALID);
	tensor_scope_close(&scope);
}

static void linear_algebra(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	if (engine_start(2, &err) != STATUS_OK) {
		skip();
	}
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	int64_t s55[2] = {5, 5}, s53[2] = {5, 3};
	struct tensor *a = draw(2, s55), *b = draw(2, s53), *q, *r, *w, *v, *u, *s, *vt;
	struct tensor *x = linalg_solve(a, b, &err);
	assert_true(tensor_max_abs_diff(tensor_matmul(a, x, &err), b) < 1e-4);
	struct tensor *spd = tensor_add(tensor_matmul(a, tensor_transpose(a, 0, 1, &err), &err),
					tensor_eye(5, &err), &err);
	struct tensor *l = linalg_cholesky(spd, &err);
	assert_true(tensor_max_abs_diff(tensor_matmul(l, tensor_transpose(l, 0, 1, &err), &err),
					spd) < 1e-4);
	assert_int_equal(linalg_qr(&q, &r, b, &err), STATUS_OK);
	assert_true(tensor_max_abs_diff(tensor_matmul(q, r, &err), b) < 1e-5);
	assert_int_equal(linalg_eigh(&w, &v, spd, &err), STATUS_OK);
	assert_true(tensor_max_abs_diff(tensor_matmul(spd, v, &err), tensor_mul(v, w, &err)) <
		    1e-3);
	assert_int_equal(linalg_svd(&u, &s, &vt, b, &err), STATUS_OK);
	assert_true(tensor_max_abs_diff(tensor_matmul(tensor_mul(u, s, &err), vt, &err), b) < 1e-5);
	struct tensor *least = linalg_lstsq(b, tensor_matmul(b, tensor_eye(3, &err), &err), &err);
	assert_true(tensor_max_abs_diff(least, tensor_eye(3, &err)) < 1e-5);
	assert_null(linalg_solve(tensor_new(DTYPE_F32, 2, s55, &err), b, &err));
	assert_int_equal(err.status, STATUS_RANGE);
	tensor_scope_close(&scope);
}

static void count_items(void *context, int64_t first, int64_t last)
{
	__atomic_add_fetch((int64_t *)context, last - first, __ATOMIC_RELAXED);
}

static void threads_cover_every_item_once(void **state)
{
	(void)state;
	for (int threads = 1; threads <= 4; threads++) {
		threads_set(threads);
		for (int64_t n = 0; n < 200; n++) {
			int64_t total = 0;
			threads_for(n, 3, count_items, &total);
			assert_int_equal(total, n);
		}
	}
	threads_set(2);
}

static void memory_is_limited(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	tensor_memory_limit(tensor_memory_usage().live_bytes + 1000);
	int64_t small = 10, large = 1000;
	assert_non_null(tensor_new(DTYPE_F32, 1, &small, &err));
	assert_null(tensor_new(DTYPE_F32, 1, &large, &err));
	assert_int_equal(err.status, STATUS_RANGE);
	tensor_memory_limit(0);
	int64_t huge[3] = {1 << 20, 1 << 30, 1 << 30};
	error_clear(&err);
	assert_null(tensor_new(DTYPE_F32, 3, huge, &err));
	assert_int_equal(err.status, STATUS_RANGE);
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
		cmocka_unit_test(products_of_every_shape_are_right),
		cmocka_unit_test(convolutions_agree_with_their_definition),
		cmocka_unit_test(broadcasting_and_views),
		cmocka_unit_test(mistakes_name_op_and_shapes),
		cmocka_unit_test(gradients_add_up_and_stop),
		cmocka_unit_test(a_long_tape_is_freed_without_recursion),
		cmocka_unit_test(the_graph_alone_keeps_what_it_needs),
		cmocka_unit_test(recording_keeps_no_values_nobody_reads),
		cmocka_unit_test(a_collector_makes_room),
		cmocka_unit_test(einsum_patterns),
		cmocka_unit_test(linear_algebra),
		cmocka_unit_test(threads_cover_every_item_once),
		cmocka_unit_test(memory_is_limited),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
