#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/error.h"
#include "engine/base/spelling.h"
#include "engine/base/strbuf.h"
#include "engine/base/utf8.h"
#include "tests/support/fail_alloc.h"

/* Strings, UTF-8, spelling, errors, arenas. */

static void malformed_bytes_become_one_sign_each(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t length;
		size_t code_points;
		bool valid;
	} rows[] = {
		{"가나", 6, 2, true},
		{"\xEA\xB0", 2, 2, false},
		{"\xC0\xAF", 2, 2, false},
		{"\xED\xA0\x80", 3, 3, false},
		{"\xFF", 1, 1, false},
		{"\xF0\x9F\x98\x80", 4, 1, true},
		{"\xF4\x90\x80\x80", 4, 4, false},
		{"", 0, 0, true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(utf8_valid(rows[i].bytes, rows[i].length), rows[i].valid);
		assert_int_equal(utf8_length(rows[i].bytes, rows[i].length), rows[i].code_points);
	}
}

static void composed_text_is_what_terminals_measure(void **state)
{
	(void)state;
	static const struct {
		const char *text, *composed;
	} rows[] = {
		{"\xE1\x84\x80\xE1\x85\xA1", "가"}, /* NFD, as file names of macOS */
		{"\xE2\x9D\xA4\xEF\xB8\x8F", "\xE2\x9D\xA4"}, /* heart with a variation selector */
		{"a\xFFz", "a\xEF\xBF\xBDz"},
		{"그대로", "그대로"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *composed = utf8_normalise(rows[i].text, strlen(rows[i].text));
		assert_string_equal(composed, rows[i].composed);
		free(composed);
	}
	char *folded = utf8_fold("ＣＮＮ Ａ", strlen("ＣＮＮ Ａ"));
	assert_string_equal(folded, "cnn a");
	free(folded);
	setlocale(LC_ALL, "C.UTF-8");
	assert_int_equal(utf8_width("가a나", strlen("가a나")), 5);
}

static void stepping_back_undoes_stepping_on(void **state)
{
	(void)state;
	static const char text[] = "aé가😀z";
	size_t starts[8], count = 0;
	for (size_t at = 0; at < sizeof text - 1;) {
		starts[count++] = at;
		utf8_next(text, sizeof text - 1, &at);
	}
	for (size_t at = sizeof text - 1; count > 0;) {
		at = utf8_previous(text, at);
		assert_int_equal(at, starts[--count]);
	}
}

static void near_words_are_found(void **state)
{
	(void)state;
	static const char *const names[] = {"concepts", "question", "expectations", "개념",
					    "오개념"};
	assert_string_equal(spelling_nearest("concpts", names, 5), "concepts");
	assert_string_equal(spelling_nearest("quesiton", names, 5), "question");
	assert_string_equal(spelling_nearest("Question", names, 5), "question");
	assert_string_equal(spelling_nearest("오개념", names, 5), "오개념");
	assert_null(spelling_nearest("zebra", names, 5));
	assert_null(spelling_nearest("x", names, 0));
	assert_int_equal(spelling_distance("", ""), 0);
	assert_int_equal(spelling_distance("ab", "ba"), 1);
	assert_int_equal(spelling_distance("가나", "가다"), 1);
	assert_int_equal(spelling_distance("kitten", "sitting"), 3);
}

static void the_first_error_is_kept_and_cut_between_letters(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	char text[1024];
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	for (size_t at = 0; at + 3 < sizeof text; at += 3) {
		memcpy(text + at, "가", 3);
	}
	text[1020] = '\0';
	assert_int_equal(error_set(&err, STATUS_SHAPE, "here", "%s", text), STATUS_SHAPE);
	assert_true(utf8_valid(err.message, strlen(err.message)));
	assert_int_equal(error_set(&err, STATUS_IO, "there", "later"), STATUS_SHAPE);
	assert_string_equal(err.where, "here");
	error_clear(&err);
	assert_int_equal(err.status, STATUS_OK);
	assert_int_equal(error_set(NULL, STATUS_BUSY, NULL, "x"), STATUS_BUSY);
}

static void a_buffer_grows_cuts_and_gives_itself_away(void **state)
{
	(void)state;
	struct strbuf sb;
	strbuf_init(&sb);
	assert_string_equal(sb.text, "");
	for (int i = 0; i < 1000; i++) {
		strbuf_printf(&sb, "%03d", i);
	}
	assert_int_equal(sb.length, 3000);
	strbuf_insert(&sb, 3, "가", 3);
	strbuf_remove(&sb, 0, 3);
	assert_int_equal(strncmp(sb.text, "가001", 6), 0);
	strbuf_truncate(&sb, 3);
	assert_string_equal(sb.text, "가");
	strbuf_truncate(&sb, 99);
	assert_int_equal(sb.length, 3);
	char *taken = strbuf_detach(&sb);
	assert_string_equal(taken, "가");
	assert_string_equal(sb.text, "");
	free(taken);
	strbuf_release(&sb);
}

static void a_buffer_without_memory_keeps_what_it_has(void **state)
{
	(void)state;
	struct strbuf sb;
	if (!fail_alloc_works()) {
		skip();
	}
	strbuf_init(&sb);
	strbuf_puts(&sb, "먼저");
	char big[10000];
	memset(big, 'x', sizeof big);
	fail_alloc_at(1);
	strbuf_add(&sb, big, sizeof big);
	fail_alloc_at(0);
	assert_false(strbuf_ok(&sb));
	assert_string_equal(sb.text, "먼저");
	strbuf_puts(&sb, "나중");
	assert_string_equal(sb.text, "먼저");
	assert_null(strbuf_detach(&sb));
	strbuf_release(&sb);
}

static void arena_memory_is_zeroed_aligned_and_given_back(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	for (int round = 0; round < 3; round++) {
		for (size_t size = 1; size < 300000; size *= 3) {
			unsigned char *memory = arena_alloc(&arena, size);
			assert_non_null(memory);
			assert_int_equal((size_t)memory % 64, 0);
			for (size_t i = 0; i < size; i++) {
				assert_int_equal(memory[i], 0);
			}
			memset(memory, 0xAA, size);
		}
		arena_reset(&arena);
	}
	assert_null(arena_alloc(&arena, SIZE_MAX - 10));
	assert_string_equal(arena_strndup(&arena, "가나다", 6), "가나");
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_bytes_become_one_sign_each),
		cmocka_unit_test(composed_text_is_what_terminals_measure),
		cmocka_unit_test(stepping_back_undoes_stepping_on),
		cmocka_unit_test(near_words_are_found),
		cmocka_unit_test(the_first_error_is_kept_and_cut_between_letters),
		cmocka_unit_test(a_buffer_grows_cuts_and_gives_itself_away),
		cmocka_unit_test(a_buffer_without_memory_keeps_what_it_has),
		cmocka_unit_test(arena_memory_is_zeroed_aligned_and_given_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
