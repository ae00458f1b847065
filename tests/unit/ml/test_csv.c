#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/ml/csv.h"

static enum status read(struct csv_table *t, const char *text, struct error *err)
{
	return csv_read(t, text, strlen(text), err);
}

static void quotes_gaps_and_line_ends(void **state)
{
	(void)state;
	struct csv_table t;
	assert_int_equal(
		read(&t,
		     "\xEF\xBB\xBFid,\"na\"\"me\",x\r\n1,\"a,b\nc\",\r\n2, d ,NA\r\n\r\n3,,1e-3",
		     NULL),
		STATUS_OK);
	assert_int_equal(t.rows, 3);
	assert_int_equal(t.column_count, 3);
	assert_string_equal(t.columns[1].name, "na\"me");
	assert_true(t.columns[0].numeric && !t.columns[1].numeric && t.columns[2].numeric);
	assert_true(t.columns[0].numbers[2] == 3);
	assert_string_equal(t.columns[1].texts[0], "a,b\nc");
	assert_string_equal(t.columns[1].texts[1], " d ");
	assert_int_equal(t.columns[2].missing, 2);
	assert_true(isnan(t.columns[2].numbers[0]) && t.columns[2].numbers[2] == 1e-3);
	assert_ptr_equal(csv_find_column(&t, "x"), &t.columns[2]);
	assert_null(csv_find_column(&t, "y"));
	csv_release(&t);
}

static void mistakes_name_their_line(void **state)
{
	(void)state;
	struct csv_table t;
	struct error err = ERROR_INIT;
	assert_int_equal(read(&t, "a,b\n1,2\n3\n", &err), STATUS_PARSE);
	assert_non_null(strstr(err.message, "3"));
	error_clear(&err);
	assert_int_equal(read(&t, "a,b\n\"1,2\n3,4", &err), STATUS_PARSE);
	error_clear(&err);
	assert_int_equal(read(&t, "", &err), STATUS_PARSE);
	error_clear(&err);
	assert_int_equal(read(&t, "a,b\n1,", &err), STATUS_OK);
	assert_int_equal(t.rows, 1);
	csv_release(&t);
}

static void random_bytes_never_crash(void **state)
{
	(void)state;
	static const char letters[] = ",\"\n\r1a \xEF\xBB\xBF";
	struct rng rng;
	rng_init(&rng, 3, 0);
	for (int i = 0; i < 20000; i++) {
		size_t length = (size_t)rng_below(&rng, 40);
		char *text =
			malloc(length + 1); /* exact size: an overrun shows under the sanitizer */
		assert_non_null(text);
		for (size_t k = 0; k < length; k++) {
			text[k] = letters[rng_below(&rng, sizeof letters - 1)];
		}
		struct csv_table t;
		if (csv_read(&t, text, length, NULL) == STATUS_OK) {
			csv_release(&t);
		}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_gaps_and_line_ends),
		cmocka_unit_test(mistakes_name_their_line),
		cmocka_unit_test(random_bytes_never_crash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
