#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "engine/tutor/gift.h"
#include "engine/tutor/quiz.h"

#define LIST(...) \
	{ \
		(const char *const[]){__VA_ARGS__}, \
			sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *) \
	}

static double by_picks(const struct question *q, const int *picks, size_t n)
{
	return quiz_grade(q, &(struct quiz_answer){picks, n, NULL}).score;
}

static struct quiz_result by_text(const struct question *q, const char *text)
{
	return quiz_grade(q, &(struct quiz_answer){NULL, 0, text});
}

static void check(double actual, double expected)
{
	if (fabs(actual - expected) > 1e-9) {
		fail_msg("%g instead of %g", actual, expected);
	}
}

static void choices_and_partial_credit(void **state)
{
	(void)state;
	struct question one = {.kind = QUESTION_CHOICE,
			       .choices = LIST("가", "나", "다"),
			       .answers = (int[]){1},
			       .answer_count = 1};
	check(by_picks(&one, (int[]){1}, 1), 1);
	check(by_picks(&one, (int[]){0}, 1), 0);
	check(by_picks(&one, (int[]){1, 0}, 2), 0);
	assert_int_equal(quiz_grade(&one, &(struct quiz_answer){0}).note, QUIZ_NOTE_EMPTY);
	struct question some = {.kind = QUESTION_MULTIPLE,
				.choices = LIST("가", "나", "다", "라"),
				.answers = (int[]){0, 2},
				.answer_count = 2};
	check(by_picks(&some, (int[]){2, 0}, 2), 1);
	check(by_picks(&some, (int[]){0}, 1), 0.5);
	check(by_picks(&some, (int[]){0, 1}, 2), 0);
	check(by_picks(&some, (int[]){0, 1, 2, 3}, 4), 0);
	check(by_picks(&some, (int[]){0, 0}, 2), 0.5);
	struct question order = {.kind = QUESTION_ORDER, .choices = LIST("1", "2", "3", "4")};
	check(by_picks(&order, (int[]){0, 1, 2, 3}, 4), 1);
	check(by_picks(&order, (int[]){1, 2, 3, 0}, 4), 2.0 / 3);
	check(by_picks(&order, (int[]){3, 2, 1, 0}, 4), 0);
	struct question match = {
		.kind = QUESTION_MATCH, .left = LIST("a", "b", "c"), .right = LIST("x", "y", "x")};
	check(by_picks(&match, (int[]){2, 1, 0}, 3), 1);
	check(by_picks(&match, (int[]){1, 1, 0}, 3), 2.0 / 3);
}

static void numbers_as_learners_write_them(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		double value;
	} numbers[] = {{"1,568", 1568}, {"3.5만", 35000}, {" -2e-3 ", -0.002},
		       {"2억", 2e8},    {"10k", 1e4},     {".5", 0.5}};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		double value;
		const char *rest;
		assert_true(quiz_read_number(numbers[i].text, &value, &rest));
		check(value, numbers[i].value);
	}
	double value;
	const char *rest;
	assert_false(quiz_read_number("많이", &value, &rest));
	assert_false(quiz_read_number("", &value, &rest));
	struct question q = {.kind = QUESTION_NUMERIC, .number = 120, .tolerance = 5, .unit = "ms"};
	static const struct {
		const char *text;
		bool right;
		enum quiz_note note;
	} rows[] = {
		{"120 ms", true, QUIZ_NOTE_NONE},          {"123ms", true, QUIZ_NOTE_NONE},
		{"118", true, QUIZ_NOTE_UNIT_MISSING},     {"120 초", false, QUIZ_NOTE_UNIT_WRONG},
		{"126 ms", false, QUIZ_NOTE_CLOSE},        {"300ms", false, QUIZ_NOTE_NONE},
		{"빠르게", false, QUIZ_NOTE_NOT_A_NUMBER}, {"  ", false, QUIZ_NOTE_EMPTY},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct quiz_result result = by_text(&q, rows[i].text);
		if (result.right != rows[i].right || result.note != rows[i].note) {
			fail_msg("%s: right %d note %d", rows[i].text, result.right, result.note);
		}
	}
}

static void words_forgive_what_does_not_matter(void **state)
{
	(void)state;
	struct question q = {.kind = QUESTION_SHORT,
			     .accept = LIST("데이터 드리프트", "data drift")};
	assert_true(by_text(&q, "데이터드리프트").right);
	assert_true(by_text(&q, "Data  Drift").right);
	assert_true(by_text(&q, "데이터 드리프트를").right);
	assert_int_equal(by_text(&q, "데이타 드리프트").note, QUIZ_NOTE_CLOSE);
	assert_false(by_text(&q, "컨셉 드리프트").right);
	struct question fill = {.kind = QUESTION_FILL, .accept = LIST("x:reshape(4, 7)")};
	assert_true(by_text(&fill, "x:reshape(4,7)").right);
	assert_false(by_text(&fill, "x:reshape(4,8)").right);
}

static void shuffling_is_repeatable(void **state)
{
	(void)state;
	int a[6], b[6];
	for (uint64_t seed = 0; seed < 200; seed++) {
		quiz_shuffle(a, 6, seed);
		quiz_shuffle(b, 6, seed);
		assert_memory_equal(a, b, sizeof a);
		unsigned seen = 0;
		bool authored = true;
		for (int i = 0; i < 6; i++) {
			seen |= 1u << a[i];
			authored = authored && a[i] == i;
		}
		assert_int_equal(seen, 63);
		assert_false(authored);
	}
}

static void gift_keeps_every_kind(void **state)
{
	(void)state;
	const struct question all[] = {
		{.id = "q1",
		 .kind = QUESTION_CHOICE,
		 .ask = "어느 것? {a=b}",
		 .code = "",
		 .unit = "",
		 .explain = "까닭: ~이다",
		 .choices = LIST("하나", "둘: 2"),
		 .answers = (int[]){1},
		 .answer_count = 1},
		{.id = "q2",
		 .kind = QUESTION_MULTIPLE,
		 .ask = "모두",
		 .code = "",
		 .unit = "",
		 .explain = "",
		 .choices = LIST("가", "나", "다"),
		 .answers = (int[]){0, 2},
		 .answer_count = 2},
		{.id = "q3",
		 .kind = QUESTION_ORDER,
		 .ask = "차례",
		 .code = "",
		 .unit = "",
		 .explain = "",
		 .choices = LIST("먼저", "나중")},
		{.id = "q4",
		 .kind = QUESTION_MATCH,
		 .ask = "잇기",
		 .code = "",
		 .unit = "",
		 .explain = "",
		 .left = LIST("x", "y"),
		 .right = LIST("1", "2")},
		{.id = "q5",
		 .kind = QUESTION_NUMERIC,
		 .ask = "몇?",
		 .code = "",
		 .unit = "ms",
		 .explain = "",
		 .number = 12.5,
		 .tolerance = 0.25},
		{.id = "q6",
		 .kind = QUESTION_SHORT,
		 .ask = "이름",
		 .code = "",
		 .unit = "",
		 .explain = "",
		 .accept = LIST("풀링", "pooling")},
		{.id = "q7",
		 .kind = QUESTION_PREDICT,
		 .ask = "출력은?",
		 .code = "print(1)",
		 .unit = "",
		 .explain = "",
		 .accept = LIST("1")},
		{.id = "q8",
		 .kind = QUESTION_FILL,
		 .ask = "빈칸",
		 .code = "",
		 .unit = "",
		 .explain = "",
		 .accept = LIST("x = 3")},
	};
	struct strbuf sb;
	strbuf_init(&sb);
	for (size_t i = 0; i < 8; i++) {
		gift_write(&sb, &all[i]);
	}
	struct arena arena;
	arena_init(&arena);
	struct question *back;
	size_t count, skipped;
	struct error err = ERROR_INIT;
	if (gift_read(&back, &count, &skipped, &arena, sb.text, &err) != STATUS_OK) {
		fail_msg("%s\n%s", err.message, sb.text);
	}
	assert_int_equal(count, 8);
	assert_int_equal(skipped, 0);
	for (size_t i = 0; i < 8; i++) {
		assert_string_equal(back[i].id, all[i].id);
		assert_int_equal(back[i].kind, all[i].kind);
		assert_int_equal(back[i].answer_count, all[i].answer_count);
		for (size_t k = 0; k < all[i].answer_count; k++) {
			assert_int_equal(back[i].answers[k], all[i].answers[k]);
		}
		assert_int_equal(back[i].choices.count, all[i].choices.count);
		for (size_t k = 0; k < all[i].choices.count; k++) {
			assert_string_equal(back[i].choices.items[k], all[i].choices.items[k]);
		}
		assert_int_equal(back[i].accept.count, all[i].accept.count);
	}
	assert_string_equal(back[0].ask, all[0].ask);
	assert_string_equal(back[0].explain, all[0].explain);
	assert_string_equal(back[3].right.items[1], "2");
	check(back[4].number, 12.5);
	check(back[4].tolerance, 0.25);
	assert_string_equal(back[4].unit, "ms");
	arena_release(&arena);
	strbuf_release(&sb);
}

static void gift_of_others_is_read(void **state)
{
	(void)state;
	const char *text = "// a comment\n$CATEGORY: x\n\nJust a description.\n\n"
			   "::T:: The sun rises in the east. {T#no#yes}\n\n"
			   "Who? {=Grant ~no one #why ~Napoleon}\n\nEssay {}\n\n"
			   "When? {#1822:5}\n\nPi {#3.1..3.2}\n\n"
			   "Two are right {~%50%a ~%50%b ~%-100%c}\n";
	struct arena arena;
	arena_init(&arena);
	struct question *q;
	size_t count, skipped;
	assert_int_equal(gift_read(&q, &count, &skipped, &arena, text, NULL), STATUS_OK);
	assert_int_equal(count, 5);
	assert_int_equal(skipped, 2);
	assert_string_equal(q[1].choices.items[1], "no one");
	check(q[3].number, 3.15);
	assert_int_equal(q[4].kind, QUESTION_MULTIPLE);
	assert_int_equal(q[4].answer_count, 2);
	static const char *const broken[] = {"Who? {=a", "Who? {~a ~b}", "How many? {#x}",
					     "Who? {abc}"};
	for (size_t i = 0; i < 4; i++) {
		struct error err = ERROR_INIT;
		assert_int_equal(gift_read(&q, &count, &skipped, &arena, broken[i], &err),
				 STATUS_PARSE);
		assert_non_null(strstr(err.message, "line 1"));
	}
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choices_and_partial_credit),
		cmocka_unit_test(numbers_as_learners_write_them),
		cmocka_unit_test(words_forgive_what_does_not_matter),
		cmocka_unit_test(shuffling_is_repeatable),
		cmocka_unit_test(gift_keeps_every_kind),
		cmocka_unit_test(gift_of_others_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
