#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/base/strbuf.h"
#include "engine/mlops/drift_report.h"

/* 800 rows of three columns; shift moves x and the share of "b" in kind. */
static void make(struct csv_table *t, uint64_t seed, double shift, const char *head)
{
	struct rng rng;
	struct strbuf text;
	rng_init(&rng, seed, 0);
	strbuf_init(&text);
	strbuf_printf(&text, "%s\n", head);
	for (int i = 0; i < 800; i++) {
		double x = rng_normal(&rng) + shift, y = rng_normal(&rng);
		bool b = rng_uniform(&rng) < 0.3 + 0.4 * shift;
		strbuf_printf(&text, "%g,%g,%s\n", x, y, b ? "b" : "a");
	}
	assert_int_equal(csv_read(t, text.text, text.length, NULL), STATUS_OK);
	strbuf_release(&text);
}

static void exactly_the_shifted_columns_are_named(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct csv_table reference, current;
		struct drift_report report;
		make(&reference, 2 * seed, 0, "x,y,kind");
		make(&current, 2 * seed + 1, 1, "x,y,kind");
		assert_int_equal(
			drift_report_make(&report, &reference, &current, &drift_usual_limits, NULL),
			STATUS_OK);
		assert_int_equal(report.drifted, 2);
		assert_int_equal(report.columns[0].level, DRIFT_DETECTED);
		assert_int_equal(report.columns[1].level, DRIFT_NONE);
		assert_int_equal(report.columns[2].level, DRIFT_DETECTED);
		drift_report_release(&report);
		csv_release(&current);
		make(&current, 2 * seed + 1, 0, "x,y,kind");
		assert_int_equal(
			drift_report_make(&report, &reference, &current, &drift_usual_limits, NULL),
			STATUS_OK);
		assert_int_equal(report.drifted, 0);
		drift_report_release(&report);
		csv_release(&current);
		csv_release(&reference);
	}
}

static void changed_columns_are_problems(void **state)
{
	(void)state;
	struct csv_table reference, current;
	struct drift_report report;
	make(&reference, 1, 0, "x,y,kind");
	make(&current, 2, 0, "kind,y,extra");
	assert_int_equal(
		drift_report_make(&report, &reference, &current, &drift_usual_limits, NULL),
		STATUS_OK);
	assert_int_equal(report.count, 4);
	assert_string_equal(report.columns[0].problem, "missing");
	assert_null(report.columns[1].problem);
	assert_string_equal(report.columns[2].problem, "type");
	assert_string_equal(report.columns[3].problem, "new");
	assert_int_equal(report.drifted, 2);
	drift_report_release(&report);
	csv_release(&current);
	csv_release(&reference);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exactly_the_shifted_columns_are_named),
		cmocka_unit_test(changed_columns_are_problems),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
