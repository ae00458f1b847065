#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/store/store.h"

static char folder[64];
static char path[128];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/mundap-store-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/mundap.db", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	static const char *const names[] = {"", "-wal", "-shm", "-journal"};
	for (size_t i = 0; i < 4; i++) {
		char name[160];
		snprintf(name, sizeof name, "%s%s", path, names[i]);
		unlink(name);
	}
	return rmdir(folder);
}

static struct store *open_store(void)
{
	struct store *store = NULL;
	struct error err = ERROR_INIT;
	if (store_open(&store, path, &err) != STATUS_OK) {
		fail_msg("%s", err.message);
	}
	return store;
}

static void what_is_written_is_read_by_the_next_program(void **state)
{
	(void)state;
	struct store *store = open_store();
	struct arena arena;
	struct strbuf value;
	arena_init(&arena);
	strbuf_init(&value);
	const struct position here = {.lesson = "foundations/05-cnn-1", .step = "why", .line = 12};
	const struct position there = {.lesson = "beginner/01-a", .step = "intro", .line = 3};
	const struct answer_record answer = {.checkpoint = "CP-AI-05",
					     .turn = 2,
					     .question = "왜?",
					     .answer = "필터가 \"움직여요\".\n",
					     .verdict = "partial",
					     .score = 0.1,
					     .detail = "{}",
					     .reply = "좋아요"};
	const struct dialogue_record dialogue = {"CP-AI-05", "{\"level\":2}", true, 0};
	const struct lab_attempt attempt = {.lab = "Lab-AI-05",
					    .passed = true,
					    .seconds = 1.25,
					    .seed = UINT64_MAX,
					    .source = "return {}",
					    .tests = "[]",
					    .metrics = "{}"};
	assert_int_equal(store_set_setting(store, "theme", "밝게", NULL), STATUS_OK);
	assert_int_equal(store_set_position(store, &here, NULL), STATUS_OK);
	assert_int_equal(store_set_position(store, &there, NULL), STATUS_OK);
	assert_int_equal(store_set_position(store, &here, NULL), STATUS_OK);
	assert_int_equal(store_add_answer(store, &answer, NULL), STATUS_OK);
	assert_int_equal(store_set_dialogue(store, &dialogue, NULL), STATUS_OK);
	assert_int_equal(store_add_lab_attempt(store, &attempt, NULL, NULL), STATUS_OK);
	assert_int_equal(store_set_lab_text(store, "Lab-AI-05", "source", "-- 초안", NULL),
			 STATUS_OK);
	store_close(store);

	store = open_store();
	struct position position;
	struct answer_record *answers = NULL;
	struct lab_attempt *attempts = NULL;
	struct dialogue_record held;
	struct activity_day *days = NULL;
	size_t count = 0;
	assert_int_equal(store_setting(store, "theme", &value, NULL), STATUS_OK);
	assert_string_equal(value.text, "밝게");
	assert_int_equal(store_setting(store, "nothing", &value, NULL), STATUS_NOT_FOUND);
	assert_int_equal(store_position(store, &arena, NULL, &position, NULL), STATUS_OK);
	assert_string_equal(position.lesson, here.lesson);
	assert_int_equal(position.line, 12);
	assert_int_equal(store_position(store, &arena, there.lesson, &position, NULL), STATUS_OK);
	assert_string_equal(position.step, "intro");
	assert_int_equal(store_answers(store, &arena, "CP-AI-05", &answers, &count, NULL),
			 STATUS_OK);
	assert_int_equal(count, 1);
	assert_string_equal(answers[0].answer, answer.answer);
	assert_true(answers[0].score == 0.1);
	assert_int_equal(store_answers(store, &arena, "CP-B1", &answers, &count, NULL), STATUS_OK);
	assert_int_equal(count, 0);
	assert_int_equal(store_dialogue(store, &arena, "CP-AI-05", &held, NULL), STATUS_OK);
	assert_true(held.passed);
	assert_int_equal(store_lab_attempts(store, &arena, NULL, &attempts, &count, NULL),
			 STATUS_OK);
	assert_int_equal(count, 1);
	assert_true(attempts[0].seed == UINT64_MAX);
	strbuf_reset(&value);
	assert_int_equal(store_lab_text(store, "Lab-AI-05", "source", &value, NULL), STATUS_OK);
	assert_string_equal(value.text, "-- 초안");
	assert_int_equal(store_activity(store, &arena, NULL, &days, &count, NULL), STATUS_OK);
	assert_int_equal(count, 1);
	assert_int_equal(days[0].answers, 1);
	assert_int_equal(days[0].attempts, 1);
	strbuf_release(&value);
	arena_release(&arena);
	store_close(store);
}

static void a_step_never_falls_back(void **state)
{
	(void)state;
	struct store *store = open_store();
	struct arena arena;
	struct step_progress *steps = NULL;
	size_t count = 0;
	arena_init(&arena);
	assert_int_equal(store_set_step(store, "a/01-b", "x", STEP_STATE_DONE, NULL), STATUS_OK);
	assert_int_equal(store_set_step(store, "a/01-b", "x", STEP_STATE_OPENED, NULL), STATUS_OK);
	assert_int_equal(store_steps(store, &arena, "a/01-b", &steps, &count, NULL), STATUS_OK);
	assert_int_equal(count, 1);
	assert_int_equal(steps[0].state, STEP_STATE_DONE);
	arena_release(&arena);
	store_close(store);
}

static void a_group_is_kept_whole_or_not_at_all(void **state)
{
	(void)state;
	struct store *store = open_store();
	struct arena arena;
	struct note *notes = NULL;
	size_t count = 0;
	const struct note note = {.kind = "note", .lesson = "l", .step = "s", .text = "메모"};
	arena_init(&arena);
	assert_int_equal(store_begin(store, NULL), STATUS_OK);
	assert_int_equal(store_add_note(store, &note, NULL, NULL), STATUS_OK);
	assert_int_equal(store_begin(store, NULL), STATUS_OK);
	assert_int_equal(store_add_note(store, &note, NULL, NULL), STATUS_OK);
	store_rollback(store); /* the inner part gives up */
	assert_int_equal(store_add_note(store, &note, NULL, NULL), STATUS_CANCELLED);
	assert_int_equal(store_commit(store, NULL), STATUS_CANCELLED);
	assert_int_equal(store_notes(store, &arena, NULL, &notes, &count, NULL), STATUS_OK);
	assert_int_equal(count, 0);
	assert_int_equal(store_begin(store, NULL), STATUS_OK);
	assert_int_equal(store_add_note(store, &note, NULL, NULL), STATUS_OK);
	assert_int_equal(store_commit(store, NULL), STATUS_OK);
	assert_int_equal(store_notes(store, &arena, "l", &notes, &count, NULL), STATUS_OK);
	assert_int_equal(count, 1);
	arena_release(&arena);
	store_close(store);
}

static size_t count_answers(struct store *store)
{
	struct arena arena;
	struct answer_record *answers = NULL;
	size_t count = 0;
	arena_init(&arena);
	assert_int_equal(store_answers(store, &arena, NULL, &answers, &count, NULL), STATUS_OK);
	arena_release(&arena);
	return count;
}

static void a_reset_can_be_undone(void **state)
{
	(void)state;
	struct store *store = open_store();
	struct arena arena;
	struct dialogue_record dialogue = {"CP-B1", "{\"old\":1}", true, 0};
	struct answer_record answer = {.checkpoint = "CP-B1", .verdict = "pass"};
	int64_t undo = 0;
	arena_init(&arena);
	assert_int_equal(store_add_answer(store, &answer, NULL), STATUS_OK);
	answer.checkpoint = "CP-B2";
	assert_int_equal(store_add_answer(store, &answer, NULL), STATUS_OK);
	assert_int_equal(store_set_dialogue(store, &dialogue, NULL), STATUS_OK);
	assert_int_equal(store_reset(store, RESET_CHECKPOINT, "cp-b1", &undo, NULL), STATUS_OK);
	assert_int_equal(count_answers(store), 1);
	assert_int_equal(store_dialogue(store, &arena, "CP-B1", &dialogue, NULL), STATUS_NOT_FOUND);
	assert_int_equal(store_undo(store, undo, NULL), STATUS_OK);
	assert_int_equal(count_answers(store), 2);
	assert_int_equal(store_dialogue(store, &arena, "CP-B1", &dialogue, NULL), STATUS_OK);
	assert_string_equal(dialogue.state, "{\"old\":1}");
	assert_int_equal(store_undo(store, undo, NULL), STATUS_NOT_FOUND);

	/* What was made since the reset stays when the rest comes back. */
	assert_int_equal(store_reset(store, RESET_ALL, NULL, &undo, NULL), STATUS_OK);
	assert_int_equal(count_answers(store), 0);
	dialogue = (struct dialogue_record){"CP-B1", "{\"new\":1}", false, 0};
	assert_int_equal(store_set_dialogue(store, &dialogue, NULL), STATUS_OK);
	assert_int_equal(store_undo(store, 0, NULL), STATUS_OK);
	assert_int_equal(count_answers(store), 2);
	assert_int_equal(store_dialogue(store, &arena, "CP-B1", &dialogue, NULL), STATUS_OK);
	assert_string_equal(dialogue.state, "{\"new\":1}");
	arena_release(&arena);
	store_close(store);
}

static void twenty_resets_are_kept(void **state)
{
	(void)state;
	struct store *store = open_store();
	struct arena arena;
	struct undo_entry *list = NULL;
	size_t count = 0;
	const struct answer_record answer = {.checkpoint = "CP-B1", .verdict = "pass"};
	arena_init(&arena);
	for (int i = 0; i < 25; i++) {
		assert_int_equal(store_add_answer(store, &answer, NULL), STATUS_OK);
		assert_int_equal(store_reset(store, RESET_CHECKPOINT, "CP-B1", NULL, NULL),
				 STATUS_OK);
	}
	assert_int_equal(store_undo_list(store, &arena, &list, &count, NULL), STATUS_OK);
	assert_int_equal(count, 20);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(store_undo(store, 0, NULL), STATUS_OK);
	}
	assert_int_equal(count_answers(store), 20);
	arena_release(&arena);
	store_close(store);
}

static void cards_come_due_in_order_with_their_log(void **state)
{
	(void)state;
	struct store *store = open_store();
	struct arena arena;
	struct review_card *due = NULL;
	struct review_log *logs = NULL;
	size_t count = 0;
	arena_init(&arena);
	for (int i = 0; i < 5; i++) {
		char item[16];
		snprintf(item, sizeof item, "CP-B%d", i);
		const struct review_card card = {.item = item,
						 .state = "review",
						 .stability = 53.62691 + i,
						 .difficulty = 6.3574867,
						 .due = 1000 - i * 100,
						 .algorithm = "fsrs-6"};
		const struct review_log log = {
			item, 3, 1.5, card.stability, card.difficulty, "learning", "fsrs-6", 42};
		assert_int_equal(store_put_card(store, &card, &log, NULL), STATUS_OK);
	}
	assert_int_equal(store_cards_due(store, &arena, 800, 0, &due, &count, NULL), STATUS_OK);
	assert_int_equal(count, 3);
	assert_string_equal(due[0].item, "CP-B4");
	assert_true(due[0].stability == 57.62691);
	assert_int_equal(store_cards_due(store, &arena, 2000, 2, &due, &count, NULL), STATUS_OK);
	assert_int_equal(count, 2);
	assert_int_equal(store_review_logs(store, &arena, "CP-B1", &logs, &count, NULL), STATUS_OK);
	assert_int_equal(count, 1);
	assert_int_equal(logs[0].when, 42);
	arena_release(&arena);
	store_close(store);
}

static void runs_keep_their_series(void **state)
{
	(void)state;
	struct store *store = open_store();
	struct arena arena;
	struct run_record *runs = NULL;
	struct run_point *points = NULL;
	size_t count = 0;
	int64_t id = 0;
	const struct run_record run = {.name = "cnn", .lab = "Lab-AI-06a", .seed = 7};
	const struct run_point series[] = {
		{"loss", 2, 0.5}, {"loss", 1, 0.9}, {"accuracy", 1, 0.8}, {"loss", 2, 0.4}};
	arena_init(&arena);
	assert_int_equal(store_start_run(store, &run, &id, NULL), STATUS_OK);
	assert_int_equal(store_add_points(store, id, series, 4, NULL), STATUS_OK);
	assert_int_equal(store_finish_run(store, id, "finished", "{\"ok\":true}", NULL), STATUS_OK);
	assert_int_equal(store_runs(store, &arena, "Lab-AI-06a", &runs, &count, NULL), STATUS_OK);
	assert_int_equal(count, 1);
	assert_string_equal(runs[0].status, "finished");
	assert_int_equal(store_points(store, &arena, id, "loss", &points, &count, NULL), STATUS_OK);
	assert_int_equal(count, 2);
	assert_true(points[0].value == 0.9);
	assert_true(points[1].value == 0.4);
	assert_int_equal(store_points(store, &arena, id, NULL, &points, &count, NULL), STATUS_OK);
	assert_int_equal(count, 3);
	assert_int_equal(store_delete_run(store, id, NULL), STATUS_OK);
	assert_int_equal(store_points(store, &arena, id, NULL, &points, &count, NULL), STATUS_OK);
	assert_int_equal(count, 0);
	arena_release(&arena);
	store_close(store);
}

static void search_finds_two_syllables_parts_and_initials(void **state)
{
	(void)state;
	struct store *store = open_store();
	struct arena arena;
	arena_init(&arena);
	const struct search_document documents[] = {
		{"beginner/06-monitoring", "drift", "드리프트",
		 "데이터 분포가 달라지면 모델이 틀립니다."},
		{"beginner/06-monitoring", "metrics", "지표",
		 "정확도(Accuracy)와 지연 시간을 봅니다. 수가 큽니다."},
	};
	assert_int_equal(store_search_put(store, "beginner/06-monitoring", "1", documents, 2, NULL),
			 STATUS_OK);
	assert_true(store_search_current(store, "beginner/06-monitoring", "1"));
	assert_false(store_search_current(store, "beginner/06-monitoring", "2"));
	static const struct {
		const char *query;
		const char *step; /* NULL: nothing is found */
		const char *marked;
	} rows[] = {
		{"모델", "drift", "모델"},
		{"ㄷㄹㅍㅌ", "drift", ""},
		{"분포", "drift", "분포"},
		{"accuracy", "metrics", "Accuracy"},
		{"수", "metrics", "수"},
		{"ㅈㅎㄷ", "metrics", "정확도"},
		{"모델 분포", "drift", "모델"},
		{"모델 지연", NULL, ""},
		{"없는말", NULL, ""},
		{"지연 시", "metrics", "지연"},
		{"\"", NULL, ""},
		{"%", NULL, ""},
		{"정확ㄷ", "metrics", "정확도"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct search_hit *hits = NULL;
		size_t count = 0;
		assert_int_equal(
			store_search(store, &arena, rows[i].query, 10, &hits, &count, NULL),
			STATUS_OK);
		if (!rows[i].step) {
			assert_int_equal(count, 0);
			continue;
		}
		assert_int_equal(count, 1);
		assert_string_equal(hits[0].step, rows[i].step);
		char marked[64];
		snprintf(marked, sizeof marked, "%.*s", hits[0].end - hits[0].begin,
			 hits[0].excerpt + hits[0].begin);
		assert_string_equal(marked, rows[i].marked);
	}
	/* A changed lesson leaves nothing of its old text behind. */
	assert_int_equal(
		store_search_put(store, "beginner/06-monitoring", "2", documents + 1, 1, NULL),
		STATUS_OK);
	struct search_hit *hits = NULL;
	size_t count = 0;
	assert_int_equal(store_search(store, &arena, "드리프트", 10, &hits, &count, NULL),
			 STATUS_OK);
	assert_int_equal(count, 0);
	arena_release(&arena);
	store_close(store);
}

static void intake_and_roadmap_are_replaced_whole(void **state)
{
	(void)state;
	struct store *store = open_store();
	struct arena arena;
	arena_init(&arena);
	const struct intake_answer answer = {"deploy", "scp로 올려요", true, 1};
	const struct roadmap_row first[] = {{"B1", "손으로", 1}, {"B2", "b", 2}};
	const struct roadmap_row second[] = {{"B6", "c", 1}};
	struct intake_answer *answers = NULL;
	struct roadmap_row *rows = NULL;
	size_t count = 0;
	assert_int_equal(store_set_intake(store, &answer, NULL), STATUS_OK);
	assert_int_equal(store_set_roadmap(store, first, 2, NULL), STATUS_OK);
	assert_int_equal(store_set_roadmap(store, second, 1, NULL), STATUS_OK);
	assert_int_equal(store_intake(store, &arena, &answers, &count, NULL), STATUS_OK);
	assert_int_equal(count, 1);
	assert_string_equal(answers[0].answer, "scp로 올려요");
	assert_int_equal(store_roadmap(store, &arena, &rows, &count, NULL), STATUS_OK);
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].unit, "B6");
	arena_release(&arena);
	store_close(store);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_is_written_is_read_by_the_next_program),
		STORE_TEST(a_step_never_falls_back),
		STORE_TEST(a_group_is_kept_whole_or_not_at_all),
		STORE_TEST(a_reset_can_be_undone),
		STORE_TEST(twenty_resets_are_kept),
		STORE_TEST(cards_come_due_in_order_with_their_log),
		STORE_TEST(runs_keep_their_series),
		STORE_TEST(search_finds_two_syllables_parts_and_initials),
		STORE_TEST(intake_and_roadmap_are_replaced_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
