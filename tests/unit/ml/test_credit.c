#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "engine/ml/credit.h"

static struct credit_row *make(struct credit_options options)
{
	struct credit_row *rows = calloc(options.count, sizeof(*rows));
	struct error err = ERROR_INIT;
	assert_non_null(rows);
	assert_int_equal(credit_make(rows, &options, &err), STATUS_OK);
	return rows;
}

static double share_of_group(const struct credit_row *rows, size_t count, int group)
{
	size_t found = 0;
	for (size_t i = 0; i < count; i++) {
		found += rows[i].group == group;
	}
	return (double)found / (double)count;
}

static double bad_of_group(const struct credit_row *rows, size_t count, int group)
{
	size_t found = 0, bad = 0;
	for (size_t i = 0; i < count; i++) {
		found += rows[i].group == group;
		bad += rows[i].group == group && rows[i].truth;
	}
	return (double)bad / (double)found;
}

static void same_seed_same_bits(void **state)
{
	(void)state;
	struct credit_options o = credit_defaults();
	o.noise = o.missing = o.duplicates = o.unit_errors = 0.1;
	struct credit_row *a = make(o), *b = make(o);
	assert_memory_equal(a, b, o.count * sizeof(*a));
	o.seed = 2;
	struct credit_row *c = make(o);
	assert_true(memcmp(a, c, o.count * sizeof(*a)) != 0);
	free(a);
	free(b);
	free(c);
}

static void truth_follows_the_stated_rates(void **state)
{
	(void)state;
	struct credit_options o = credit_defaults();
	o.count = 40000;
	o.fraud = 0;
	struct credit_row *rows = make(o);
	double bad = 0, expected = 0;
	for (size_t i = 0; i < o.count; i++) {
		bad += rows[i].truth / (double)o.count;
		expected += rows[i].probability / (double)o.count;
		assert_int_equal(rows[i].truth, rows[i].label);
		assert_true(rows[i].month >= 1 && rows[i].month <= o.months);
		assert_true(i == 0 || rows[i].month >= rows[i - 1].month);
	}
	assert_true(fabs(bad - o.rate) < 0.01);
	assert_true(fabs(expected - o.rate) < 0.01);
	for (int g = 0; g < CREDIT_GROUPS; g++) {
		assert_true(fabs(share_of_group(rows, o.count, g) - credit_shares[g]) < 0.01);
	}
	assert_true(bad_of_group(rows, o.count, CREDIT_OLD) > 0.18);
	free(rows);
}

static void bias_leaves_out_the_old(void **state)
{
	(void)state;
	struct credit_options o = credit_defaults();
	o.count = 20000;
	o.bias = 0.8;
	struct credit_row *rows = make(o);
	/* 0.35 : 0.45 * 0.6 : 0.20 * 0.2 */
	assert_true(fabs(share_of_group(rows, o.count, CREDIT_OLD) - 0.04 / 0.66) < 0.01);
	assert_true(fabs(share_of_group(rows, o.count, CREDIT_MIDDLE) - 0.27 / 0.66) < 0.02);
	free(rows);
}

static void faults_come_at_their_rates(void **state)
{
	(void)state;
	struct credit_options o = credit_defaults();
	o.count = 20000;
	o.noise = 0.05;
	o.missing = 0.1;
	o.unit_errors = 0.02;
	o.duplicates = 0.04;
	struct credit_row *rows = make(o);
	size_t wrong = 0, empty = 0, huge = 0, again = 0, calls_good = 0, calls_bad = 0, bad = 0;
	char *seen = calloc(o.count + 1, 1);
	assert_non_null(seen);
	for (size_t i = 0; i < o.count; i++) {
		wrong += rows[i].truth != rows[i].label;
		empty += isnan(rows[i].values[CREDIT_INCOME]);
		huge += rows[i].values[CREDIT_INCOME] > 100000;
		again += seen[rows[i].id];
		seen[rows[i].id] = 1;
		bad += rows[i].truth == 1;
		*(rows[i].truth ? &calls_bad : &calls_good) += rows[i].values[CREDIT_CALLS] > 0;
	}
	assert_true(fabs((double)wrong / 20000 - 0.05) < 0.01);
	assert_true(fabs((double)empty / 20000 - 0.1) < 0.01);
	assert_true(fabs((double)huge / 20000 - 0.018) < 0.005); /* some of them are empty too */
	assert_int_equal(again, 800);
	assert_true((double)calls_bad / (double)bad > 0.95); /* the future column gives it away */
	assert_true((double)calls_good / (double)(o.count - bad) < 0.08);
	free(seen);
	free(rows);
}

static double mean_of(const struct credit_row *rows, size_t count, int column, int from, int to)
{
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].month >= from && rows[i].month < to) {
			sum += column < 0 ? rows[i].truth : rows[i].values[column];
			n++;
		}
	}
	return sum / (double)n;
}

static void each_drift_changes_what_it_says(void **state)
{
	(void)state;
	struct credit_options o = credit_defaults();
	o.count = 20000;
	struct credit_row *steady = make(o);
	for (int kind = CREDIT_HARMLESS; kind < CREDIT_DRIFTS; kind++) {
		o.drift = (enum credit_drift)kind;
		struct credit_row *rows = make(o);
		for (size_t i = 0; i < o.count && rows[i].month < o.drift_month; i++) {
			assert_memory_equal(&rows[i], &steady[i],
					    sizeof(*rows)); /* the past stays */
		}
		double bad =
			mean_of(rows, o.count, -1, 13, 21) / mean_of(steady, o.count, -1, 13, 21);
		double income = mean_of(rows, o.count, CREDIT_INCOME, 13, 21) /
				mean_of(steady, o.count, CREDIT_INCOME, 13, 21);
		double accounts = mean_of(rows, o.count, CREDIT_ACCOUNTS, 13, 21) /
				  mean_of(steady, o.count, CREDIT_ACCOUNTS, 13, 21);
		assert_true(kind == CREDIT_HARMLESS ? accounts > 1.5 : fabs(accounts - 1) < 0.05);
		assert_true(kind == CREDIT_COVARIATE ? fabs(income - 0.65) < 0.05
			    : kind == CREDIT_CORRUPT ? fabs(income - 0.1) < 0.02
						     : fabs(income - 1) < 0.05);
		bool harmful =
			kind == CREDIT_COVARIATE || kind == CREDIT_CONCEPT || kind == CREDIT_LABEL;
		assert_true(harmful ? bad > 1.15 : fabs(bad - 1) < 0.12);
		free(rows);
	}
	free(steady);
}

static void what_is_out_of_range_is_named(void **state)
{
	(void)state;
	struct credit_row row;
	struct credit_options o = credit_defaults();
	o.count = 1;
	o.bias = 1.5;
	struct error err = ERROR_INIT;
	assert_int_equal(credit_make(&row, &o, &err), STATUS_RANGE);
	assert_non_null(strstr(err.message, "bias"));
	o.bias = NAN;
	error_clear(&err);
	assert_int_equal(credit_make(&row, &o, &err), STATUS_RANGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_bits),
		cmocka_unit_test(truth_follows_the_stated_rates),
		cmocka_unit_test(bias_leaves_out_the_old),
		cmocka_unit_test(faults_come_at_their_rates),
		cmocka_unit_test(each_drift_changes_what_it_says),
		cmocka_unit_test(what_is_out_of_range_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
