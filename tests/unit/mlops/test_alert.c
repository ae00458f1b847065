#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "engine/mlops/alert.h"

static void holds_and_has_hysteresis(void **state)
{
	(void)state;
	struct alert a;
	const struct alert_rule rule = {
		.threshold = 0.5, .clear = 0.4, .hold = 60, .clear_hold = 30};
	assert_int_equal(alert_init(&a, &rule, NULL), STATUS_OK);
	/* a short peak is none */
	assert_int_equal(alert_update(&a, 0, 0.6), ALERT_NOTHING);
	assert_int_equal(a.state, ALERT_PENDING);
	assert_int_equal(alert_update(&a, 30, 0.5), ALERT_NOTHING);
	assert_int_equal(a.state, ALERT_QUIET);
	/* a lasting one is, once */
	assert_int_equal(alert_update(&a, 60, 0.6), ALERT_NOTHING);
	assert_int_equal(alert_update(&a, 119, 0.6), ALERT_NOTHING);
	assert_int_equal(alert_update(&a, 120, 0.6), ALERT_FIRED);
	assert_int_equal(alert_update(&a, 150, 0.9), ALERT_NOTHING);
	assert_true(alert_loud(&a, 150));
	a.silent_until = 200;
	assert_false(alert_loud(&a, 150));
	/* between clear and threshold it neither resolves nor fires again */
	assert_int_equal(alert_update(&a, 180, 0.45), ALERT_NOTHING);
	assert_int_equal(alert_update(&a, 300, 0.45), ALERT_NOTHING);
	assert_int_equal(alert_update(&a, 310, 0.3), ALERT_NOTHING);
	assert_int_equal(alert_update(&a, 320, NAN), ALERT_NOTHING);
	assert_int_equal(alert_update(&a, 340, 0.4), ALERT_RESOLVED);
	assert_int_equal(a.fired, 1);
	const struct alert_rule wrong = {.threshold = 0.5, .clear = 0.6};
	assert_int_equal(alert_init(&a, &wrong, NULL), STATUS_RANGE);
	const struct alert_rule below = {.below = true, .threshold = 0.9, .clear = 0.95};
	assert_int_equal(alert_init(&a, &below, NULL), STATUS_OK);
	assert_int_equal(alert_update(&a, 0, 0.8), ALERT_FIRED);
	assert_int_equal(alert_update(&a, 1, 0.93), ALERT_NOTHING);
	assert_int_equal(alert_update(&a, 2, 0.95), ALERT_RESOLVED);
}

static void burn_counts_windows(void **state)
{
	(void)state;
	struct burn *b;
	const struct burn_window windows[] = {{600, 60, 9.9}, {0, 0, 0}};
	assert_int_equal(burn_new(&b, 0.99, windows, NULL), STATUS_OK);
	for (int t = 10; t <= 600; t += 10) {
		assert_int_equal(burn_add(b, t, 100, 100, NULL), STATUS_OK);
		assert_int_equal(burn_event(b), ALERT_NOTHING);
	}
	/* half of all requests fail: 50 times too fast in the short window, slowly more in the long one */
	int fired_at = 0;
	for (int t = 610; t <= 900; t += 10) {
		assert_int_equal(burn_add(b, t, 50, 100, NULL), STATUS_OK);
		if (burn_event(b) == ALERT_FIRED) {
			fired_at = t;
			break;
		}
	}
	/* 12 of 60 steps at 50 % make 10 % of the long window: 10 times its 1 % */
	assert_int_equal(fired_at, 720);
	assert_true(fabs(burn_rate(b, 60) - 50) < 1e-9);
	assert_true(fabs(burn_rate(b, 600) - 10) < 1e-9);
	assert_true(fabs(burn_left(b, 600) + 9) < 1e-9);
	int resolved_at = 0;
	for (int t = 730; t <= 900 && !resolved_at; t += 10) {
		assert_int_equal(burn_add(b, t, 100, 100, NULL), STATUS_OK);
		resolved_at = burn_event(b) == ALERT_RESOLVED ? t : 0;
	}
	/* under nine in the short window: one bad step of six at most */
	assert_int_equal(resolved_at, 770);
	assert_int_equal(burn_add(b, 100, 1, 1, NULL), STATUS_RANGE);
	assert_int_equal(burn_add(b, 800, 2, 1, NULL), STATUS_RANGE);
	burn_free(b);
	/* memory stays flat over a long life: old samples go */
	assert_int_equal(burn_new(&b, 0.999, burn_usual_windows, NULL), STATUS_OK);
	for (int i = 1; i <= 400000; i++) {
		assert_int_equal(burn_add(b, 60.0 * i, 1, 1, NULL), STATUS_OK);
	}
	assert_true(burn_rate(b, 3600) == 0);
	burn_free(b);
	assert_int_equal(burn_new(&b, 1, burn_usual_windows, NULL), STATUS_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_and_has_hysteresis),
		cmocka_unit_test(burn_counts_windows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
