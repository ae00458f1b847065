#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/strbuf.h"
#include "engine/tensor/engine.h"
#include "engine/tensor/graph.h"
#include "engine/tensor/ops.h"

/* Central differences against the vjp, for every differentiable row of the op table. A row without a case fails. */

struct shape {
	int dims;
	int64_t size[5];
};

enum fill {
	PLAIN, /* normal draws */
	POSITIVE, /* 0.5 … 2 */
	APART, /* distinct values, no two close: for max, sort, relu at kinks */
	CLASSES, /* i32 in [0, 3) */
	ZERO_ONE, /* f32 0 or 1 */
	BETWEEN, /* 0.1 … 0.9 */
	PLACES, /* u8 in [0, 4) */
	LABELS /* i32 in [1, 3) */
};

struct input {
	struct shape shape;
	enum fill fill;
};

struct check {
	enum op_id id;
	struct input inputs[8];
	int count;
	int64_t i[OP_MAX_PARAMS];
	double f[OP_MAX_PARAMS];
	int64_t list[5];
	int list_count;
	double tolerance; /* 0: the usual one */
	bool set; /* i and f are given; else presets */
};

#define S(...) \
	{ \
		(int)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), \
		{ \
			__VA_ARGS__ \
		} \
	}
#define ONE(id, fill) \
	{ \
		id, {{S(3, 4), fill}}, 1 \
	}
#define SET .set = true

/* Cases name what they need; the rest is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
static const struct check checks[] = {
#include "tests/unit/tensor/gradient_cases.h"
};
#define CHECKS ((int)(sizeof checks / sizeof *checks))

static struct tensor *make_input(const struct input *in, bool f64)
{
	struct tensor *t = NULL;
	struct error err = ERROR_INIT;
	int dims = in->shape.dims;
	const int64_t *size = in->shape.size;
	if (in->fill == CLASSES) {
		return tensor_randint(dims, size, 0, 3, &err);
	}
	if (in->fill == LABELS) {
		return tensor_randint(dims, size, 1, 3, &err);
	}
	if (in->fill == PLACES) {
		t = tensor_new(DTYPE_U8, dims, size, &err);
		for (int64_t i = 0; i < tensor_numel(t); i++) {
			tensor_set(t, i, (double)(i * 7 % 4));
		}
		return t;
	}
	t = tensor_new(f64 ? DTYPE_F64 : DTYPE_F32, dims, size, &err);
	assert_non_null(t);
	int64_t n = tensor_numel(t);
	struct tensor *draws =
		in->fill == APART ? tensor_permutation(n, &err) : tensor_randn(1, &n, 0, 1, &err);
	struct tensor *even = tensor_rand(1, &n, 0, 1, &err);
	for (int64_t i = 0; i < n; i++) {
		double x = tensor_get(draws, i), u = tensor_get(even, i);
		switch (in->fill) {
		case APART:
			x = (x - (double)n / 2 + 0.37) * 0.3;
			break;
		case POSITIVE:
			x = 0.5 + 1.5 * u;
			break;
		case BETWEEN:
			x = 0.1 + 0.8 * u;
			break;
		case ZERO_ONE:
			x = u > 0.5;
			break;
		default:
			break;
		}
		tensor_set(t, i, x);
	}
	if (in->fill != ZERO_ONE) {
		tensor_require_grad(t, true, &err);
	}
	return t;
}

static struct op_params params_of(const struct check *c)
{
	struct op_params p = op_presets(c->id);
	if (c->set) {
		memcpy(p.i, c->i, sizeof p.i);
		memcpy(p.f, c->f, sizeof p.f);
	}
	memcpy(p.list, c->list, sizeof c->list);
	p.list_count = c->list_count;
	return p;
}

static void run_check(const struct check *c)
{
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	tensor_seed(7);
	bool f64 = (op_row(c->id)->flags & OP_F64) != 0;
	struct tensor *inputs[8];
	for (int k = 0; k < c->count; k++) {
		inputs[k] = make_input(&c->inputs[k], f64);
	}
	struct op_params p = params_of(c);
	double worst;
	double step = f64 ? 1e-5 : 5e-3;
	double limit = c->tolerance > 0 ? c->tolerance : f64 ? 1e-6 : 4e-3;
	enum status status = tensor_gradient_check(&worst, c->id, inputs, c->count, &p, step, &err);
	if (status != STATUS_OK || !(worst <= limit)) {
		print_error("%s (case %d): worst %g, limit %g, %s\n", op_row(c->id)->name,
			    (int)(c - checks), worst, limit, err.message);
	}
	assert_int_equal(status, STATUS_OK);
	assert_true(worst <= limit);
	tensor_scope_close(&scope);
}

static void vjps_agree_with_differences(void **state)
{
	(void)state;
	for (int i = 0; i < CHECKS; i++) {
		run_check(&checks[i]);
	}
}

static void every_differentiable_op_has_a_check(void **state)
{
	(void)state;
	int missing = 0;
	for (int id = 0; id < OP_COUNT; id++) {
		bool found = false;
		for (int i = 0; i < CHECKS; i++) {
			found |= (int)checks[i].id == id;
		}
		const struct op *op = op_row((enum op_id)id);
		bool says = (op->flags & OP_DIFFERENTIABLE) != 0;
		assert_int_equal(says, op->vjp != NULL);
		/* A checkpoint has a function for an input: tests/unit/nn/test_inside.c. */
		if (says && !found && id != OP_CHECKPOINT) {
			print_error("no gradient check for %s\n", op->name);
			missing++;
		}
	}
	assert_int_equal(missing, 0);
}

/* The gradient's own gradient: Σ (∂f/∂x · v) differentiated again, against differences of the first gradient. */
static void second_order_check(const struct check *c)
{
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	tensor_seed(11);
	bool f64 = (op_row(c->id)->flags & OP_F64) != 0;
	struct tensor *inputs[8];
	for (int k = 0; k < c->count; k++) {
		inputs[k] = make_input(&c->inputs[k], f64);
	}
	struct op_params p = params_of(c);
	struct grad_options twice = {.create_graph = true};
	double step = f64 ? 1e-5 : 1e-2, limit = f64 ? 1e-5 : 2e-2;
	struct tensor *x = inputs[0], *first, *second, *v = NULL;
	double numeric = 0;
	for (int side = 1; side >= -1; side--) {
		/* side 0: the analytic one, at the middle */
		double moved[64];
		int64_t n = tensor_numel(x);
		assert_true(n <= 64);
		for (int64_t i = 0; i < n; i++) {
			moved[i] = tensor_get(x, i);
			tensor_set(x, i, moved[i] + side * step * sin(1.0 + (double)i));
		}
		tensor_rng_put((struct tensor_rng_state){5, 0});
		struct tensor *y = op_apply(c->id, inputs, c->count, &p, &err);
		assert_non_null(y);
		struct tensor *loss =
			tensor_sum_all(tensor_mul(y, tensor_square(y, &err), &err), &err);
		assert_int_equal(tensor_gradients(&first, loss, NULL, &x, 1, &twice, &err),
				 STATUS_OK);
		if (!v) {
			v = tensor_full(first->dtype, first->dims, first->shape, 0, &err);
			for (int64_t i = 0; i < n; i++) {
				tensor_set(v, i, cos(0.7 * (double)i));
			}
		}
		struct tensor *along = tensor_sum_all(tensor_mul(first, v, &err), &err);
		numeric += side * tensor_item(along);
		if (side == 0 && along->requires_grad) {
			assert_int_equal(tensor_gradients(&second, along, NULL, &x, 1, NULL, &err),
					 STATUS_OK);
		} else if (side == 0) {
			second = tensor_new(x->dtype, x->dims, x->shape, &err);
		}
		for (int64_t i = 0; i < n; i++) {
			tensor_set(x, i, moved[i]);
		}
	}
	numeric /= 2 * step;
	double analytic = 0;
	for (int64_t i = 0; i < tensor_numel(x); i++) {
		analytic += tensor_get(second, i) * sin(1.0 + (double)i);
	}
	if (!(fabs(numeric - analytic) <= limit * fmax(1, fabs(numeric)))) {
		print_error("%s twice: %g by differences, %g by the graph\n", op_row(c->id)->name,
			    numeric, analytic);
		fail();
	}
	tensor_scope_close(&scope);
}

static void gradients_can_be_differentiated_again(void **state)
{
	(void)state;
	static const enum op_id ids[] = {
		OP_EXP,
		OP_LOG,
		OP_TANH,
		OP_SIGMOID,
		OP_GELU,
		OP_SILU,
		OP_SQUARE,
		OP_MUL,
		OP_DIV,
		OP_MATMUL,
		OP_LINEAR,
		OP_CONV2D,
		OP_SOFTMAX,
		OP_LEAKY_RELU,
		OP_MEAN,
		OP_SQRT,
		OP_CONV_TRANSPOSE2D,
	};
	for (size_t k = 0; k < sizeof ids / sizeof *ids; k++) {
		for (int i = 0; i < CHECKS; i++) {
			if (checks[i].id == ids[k]) {
				second_order_check(&checks[i]);
				break;
			}
		}
	}
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
		cmocka_unit_test(every_differentiable_op_has_a_check),
		cmocka_unit_test(vjps_agree_with_differences),
		cmocka_unit_test(gradients_can_be_differentiated_again),
	};
	return cmocka_run_group_tests(tests, start, NULL);
}
