#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/store/store.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/game.h"

/* How soon the first frame is there, and how much memory the interface takes, with many lessons and a long record. The
 * sizes come from MUNDAP_LESSON_COUNT and MUNDAP_ANSWER_COUNT (the long tests ask for 1,000 and 1,000,000). */

enum { STARTS = 9, FRAME_MS = 50, MEMORY_KB = 40 * 1024 };

static long size_of(const char *name, long otherwise)
{
	const char *wish = getenv(name);
	return wish ? strtol(wish, NULL, 10) : otherwise;
}

static void write_lessons(const struct scratch *scratch, long count)
{
	char path[128], text[2048];
	for (long i = 0; i < count; i++) {
		long course = i / 50;
		snprintf(path, sizeof path, "lessons/course-%02ld/course.lua", course);
		snprintf(text, sizeof text,
			 "return { id = \"course-%02ld\", title = \"과정 %ld\", order = %ld }\n",
			 course, course, course);
		if (i % 50 == 0) {
			scratch_write(scratch, path, text);
		}
		snprintf(path, sizeof path, "lessons/course-%02ld/%02ld-lesson/lesson.lua", course,
			 i % 50 + 1);
		snprintf(text, sizeof text,
			 "return {\n\ttitle = \"강의 %ld\", spec = { \"T-%ld\" }, minutes = 10,\n"
			 "\tsummary = \"한 줄 요약 %ld\",\n\tsteps = {\n"
			 "\t\ttext { id = \"a\", title = \"글\", body = [[# 글\n\n**낱말(word "
			 "%ld)**을 "
			 "배웁니다.]] },\n"
			 "\t\ttext { id = \"b\", title = \"더\", body = \"둘째 글입니다.\" },\n"
			 "\t\tquiz { id = \"quiz\", title = \"문제\", questions = { { id = \"q1\", "
			 "kind = \"numeric\", ask = \"1+%ld?\", answer = %ld, explain = "
			 "\"더합니다.\" } "
			 "} },\n\t},\n}\n",
			 i, i, i, i, i, i + 1);
		scratch_write(scratch, path, text);
	}
}

static void write_record(long answers, long lessons)
{
	struct store *store;
	struct error err = ERROR_INIT;
	char checkpoint[32], lesson[64];
	assert_int_equal(store_open(&store, NULL, &err), STATUS_OK);
	assert_int_equal(store_set_setting(store, "tui.met", "1", &err), STATUS_OK);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	for (long i = 0; i < answers; i++) {
		snprintf(checkpoint, sizeof checkpoint, "CP-T-%ld", i % 500);
		struct answer_record answer = {
			.checkpoint = checkpoint,
			.turn = (int)(i % 7),
			.question = "같은 필터를 이미지 전체에 쓰면 무엇을 얻나요?",
			.answer = "외워야 할 숫자가 줄어들고 어디에 있든 같은 무늬를 찾습니다.",
			.verdict = "partial",
			.score = 0.5,
			.detail = "{\"expectations\":[],\"misconceptions\":[],\"flags\":[]}",
			.reply = "두 가지를 정확히 짚으셨어요."};
		assert_int_equal(store_add_answer(store, &answer, &err), STATUS_OK);
	}
	for (long i = 0; i < lessons; i++) {
		snprintf(lesson, sizeof lesson, "course-%02ld/%02ld-lesson", i / 50, i % 50 + 1);
		store_set_step(store, lesson, "a", STEP_STATE_DONE, &err);
		if (i % 2) {
			store_set_step(store, lesson, "b", STEP_STATE_DONE, &err);
		}
		snprintf(checkpoint, sizeof checkpoint, "CP-T-%ld", i);
		struct review_card card = {.item = checkpoint,
					   .state = "review",
					   .stability = 3,
					   .difficulty = 5,
					   .due = 1763700000,
					   .last = 1763000000,
					   .algorithm = "fsrs-6"};
		assert_int_equal(store_put_card(store, &card, NULL, &err), STATUS_OK);
	}
	assert_int_equal(store_commit(store, &err), STATUS_OK);
	store_close(store);
}

static int by_size(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
	return (left > right) - (left < right);
}

static long resident_kb(int process)
{
	char path[64], line[256];
	long kb = 0;
	snprintf(path, sizeof path, "/proc/%d/status", process);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof line, file)) {
		sscanf(line, "VmRSS: %ld", &kb);
	}
	if (file) {
		fclose(file);
	}
	return kb;
}

static void the_first_frame_is_soon_there(void **state)
{
	(void)state;
	struct game game;
	long lessons = size_of("MUNDAP_LESSON_COUNT", 60);
	long answers = size_of("MUNDAP_ANSWER_COUNT", 2000);
	int64_t times[STARTS];
	long memory = 0;
	scratch_init(&game.scratch);
	game_environment(&game.scratch);
	setenv("MUNDAP_SHARE", game.scratch.folder, 1);
	write_lessons(&game.scratch, lessons);
	write_record(answers, lessons);
	for (int i = 0; i < STARTS; i++) {
		int64_t begin = clock_now_ns();
		game_start(&game, 80, 24, "xterm-256color", NULL);
		game_expect(&game, "이번 주");
		times[i] = clock_now_ns() - begin;
		if (i == STARTS - 1) {
			/* Through the map and the glossary, which look at every lesson. */
			game_press(&game, "m", "T-3 ");
			pty_settle(game.pty, 100, 1000);
			game_press(&game, "\033", "이번 주");
			pty_settle(game.pty, 100, 1000);
			game_press(&game, "g", "낱말(word");
			pty_settle(game.pty, 100, 1000);
			game_press(&game, "\033", "이번 주");
			pty_settle(game.pty, 500, 1000);
			memory = resident_kb(pty_process(game.pty));
		}
		pty_send(game.pty, "q");
		pty_wait_end(game.pty, 5000);
		pty_end(game.pty);
	}
	qsort(times, STARTS, sizeof *times, by_size);
	print_message(
		"%ld lessons, %ld answers: first frame %.1f ms (median), %.1f (best), %.1f MB\n",
		lessons, answers, (double)times[STARTS / 2] / 1e6, (double)times[0] / 1e6,
		(double)memory / 1024);
	/* The best of them: the machine of a test has other things to do. */
	assert_true(times[0] < (int64_t)FRAME_MS * 1000000);
	/* A sanitizer keeps books of its own in the same memory. */
	assert_true(memory > 0 && (memory < MEMORY_KB || !fail_alloc_works()));
	scratch_release(&game.scratch);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	if (access(game_program(), X_OK)) {
		print_message("no program at %s\n", game_program());
		return 77;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_frame_is_soon_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
