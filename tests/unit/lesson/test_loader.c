#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/lua/lesson.h"
#include "tests/support/fail_alloc.h"
#include "tests/support/scratch.h"

/* One lesson file: what is read from it, and what its author is told. */

static struct scratch scratch;
static struct lesson_file file;

static int set_up(void **state)
{
	(void)state;
	scratch_init(&scratch);
	memset(&file, 0, sizeof file);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	lesson_file_release(&file);
	scratch_release(&scratch);
	return 0;
}

static void read_lesson(const char *source)
{
	char folder[256];
	struct error err = ERROR_INIT;
	lesson_file_release(&file);
	scratch_write(&scratch, "course/01-week/lesson.lua", source);
	snprintf(folder, sizeof folder, "%s/course/01-week", scratch.folder);
	if (lesson_read(&file, folder, "course", &err) != STATUS_OK) {
		fail_msg("%s", err.message);
	}
}

static const struct lesson_problem *find_problem(const char *part)
{
	for (size_t i = 0; i < file.problem_count; i++) {
		if (strstr(file.problems[i].message, part)) {
			return &file.problems[i];
		}
	}
	return NULL;
}

static void expect_problem(int line, const char *part)
{
	const struct lesson_problem *problem = find_problem(part);
	if (!problem) {
		fail_msg("no problem says '%s' (%zu problems, first: %s)", part, file.problem_count,
			 file.problem_count ? file.problems[0].message : "none");
	} else if (problem->line != line) {
		fail_msg("'%s' is at line %d, not %d", problem->message, problem->line, line);
	}
}

#define HEAD \
	"return { title = '합성곱', spec = { 'AI-05' }, minutes = 20, summary = '요약',\n" \
	"  prerequisites = { 'AI-03' },\n"

static const char whole[] =
	HEAD "  steps = {\n"
	     "    text { id = 'why', title = '왜', body = 'text/why.md' },\n"
	     "    figure { id = 'slide', title = '그림', script = 'figures/slide.lua', caption = "
	     "'그림 설명' },\n"
	     "    checkpoint { id = 'CP-AI-05', file = 'checkpoint.lua' },\n"
	     "    quiz { id = 'quiz', title = '퀴즈', questions = {\n"
	     "      { id = 'q1', kind = 'choice', ask = '?', choices = { 'ㄱ', 'ㄴ' }, answer = 2, "
	     "explain = 'e' },\n"
	     "      { id = 'q2', kind = 'multiple', ask = '?', choices = { 'a', 'b', 'c' }, answer "
	     "= { 1, 3 }, explain = 'e' },\n"
	     "      { id = 'q3', kind = 'numeric', ask = '?', answer = 0.5, tolerance = 0.01, unit "
	     "= '초', explain = 'e' },\n"
	     "      { id = 'q4', kind = 'match', ask = '?', pairs = { { 'a', 'b' }, { 'c', 'd' } "
	     "}, explain = 'e' },\n"
	     "      { id = 'q5', kind = 'short', ask = '?', accept = { '필터', 'filter' }, explain "
	     "= 'e' },\n"
	     "      { id = 'q6', kind = 'order', ask = '?', choices = { '1', '2', '3' }, explain = "
	     "'e' },\n"
	     "      { id = 'q7', kind = 'predict', ask = '?', code = 'print(1)', accept = '1', "
	     "explain = 'e' },\n"
	     "    } },\n"
	     "    lab { id = 'Lab-AI-05', title = '실습', goal = '직접 짜 봅니다.', folder = "
	     "'labs', seconds = 30,\n"
	     "      memory_mb = 512, pass = '모두 통과', predict = { question = '몇 번?', unit = "
	     "'번' }, explain = '왜?' },\n"
	     "    review { id = 'r', title = '검토', file = 'review/app.py' },\n"
	     "  },\n"
	     "  further = { { title = '책', note = '한 줄' } },\n"
	     "}\n";

static const char checkpoint[] =
	"return { id = 'CP-AI-05', unit = 'AI-05', title = '합성곱', question = '왜 쓸까요?',\n"
	"  variants = { '다르게 물으면?' },\n"
	"  expectations = {\n"
	"    { id = 'AI-05.k1', name = '필터', statement = '작은 창이 훑는다.', terms = { '필터', "
	"'filter' },\n"
	"      ask = '무엇으로 훑나요?', hints = { '창을 떠올려요', '큰 창과 견주면?', '필터라는 "
	"이름이에요' }, praise = '좋아요' },\n"
	"  },\n"
	"  misconceptions = {\n"
	"    { id = 'AI-05.m1', belief = '사람이 정한다', terms = { '사람' }, counter = '정말 "
	"그럴까요?' },\n"
	"  },\n"
	"  after = '설명', next = '다음 질문',\n"
	"  answers = {\n"
	"    { text = '필터로 훑어요.', verdict = 'pass', concepts = { 'k1' } },\n"
	"    { text = '사람이 정해요.', verdict = 'fail', misconceptions = { 'm1' } },\n"
	"    { text = '모르겠어요.', verdict = 'redirect' },\n"
	"  },\n"
	"}\n";

static void write_files_beside(void)
{
	static const char *const names[] = {
		"course/01-week/figures/slide.lua",      "course/01-week/labs/starter.lua",
		"course/01-week/labs/check.lua",         "course/01-week/labs/solution.lua",
		"course/01-week/labs/mutants/one.lua",   "course/01-week/labs/mutants/two.lua",
		"course/01-week/labs/mutants/three.lua", "course/01-week/review/app.py",
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		scratch_write(&scratch, names[i], "-- x\n");
	}
	scratch_write(&scratch, "course/01-week/text/why.md", "# 왜\n\n창으로 훑습니다.\n");
	scratch_write(&scratch, "course/01-week/checkpoint.lua", checkpoint);
}

static void a_whole_lesson_is_read(void **state)
{
	(void)state;
	write_files_beside();
	read_lesson(whole);
	if (file.problem_count > 0) {
		fail_msg("%s", file.problems[0].message);
	}
	const struct lesson *lesson = file.lesson;
	assert_string_equal(lesson->id, "course/01-week");
	assert_int_equal(lesson->minutes, 20);
	assert_string_equal(lesson->spec.items[0], "AI-05");
	assert_int_equal(lesson->step_count, 6);
	assert_string_equal(lesson->steps[0].text, "# 왜\n\n창으로 훑습니다.\n");
	assert_string_equal(strrchr(lesson->steps[1].figure.path, '/'), "/slide.lua");
	const struct checkpoint *cp = lesson->steps[2].checkpoint;
	assert_string_equal(lesson->steps[2].title, "합성곱");
	assert_string_equal(cp->question, "왜 쓸까요?");
	assert_int_equal(cp->expectation_count, 1);
	assert_int_equal(cp->expectations[0].hints.count, 3);
	assert_int_equal(cp->sample_count, 3);
	assert_int_equal(cp->samples[1].verdict, VERDICT_FAIL);
	assert_int_equal(cp->samples[1].line, 13);
	const struct quiz *quiz = &lesson->steps[3].quiz;
	assert_int_equal(quiz->count, 7);
	assert_int_equal(quiz->questions[0].answers[0], 1);
	assert_int_equal(quiz->questions[1].answer_count, 2);
	assert_int_equal(quiz->questions[1].answers[1], 2);
	assert_true(quiz->questions[2].number == 0.5 && quiz->questions[2].tolerance == 0.01);
	assert_string_equal(quiz->questions[3].right.items[1], "d");
	assert_int_equal(quiz->questions[4].accept.count, 2);
	assert_string_equal(quiz->questions[6].accept.items[0], "1");
	const struct lab *lab = &lesson->steps[4].lab;
	assert_int_equal(lab->memory_mb, 512);
	assert_string_equal(lab->predict_unit, "번");
	assert_string_equal(lesson->further[0].note, "한 줄");
}

static void every_problem_is_told_at_once_with_its_line(void **state)
{
	(void)state;
	read_lesson(
		"return { title = '합성곱', spec = { 'ai 5' }, minutes = 2000, summry = 'x',\n"
		"  steps = {\n"
		"    text { id = 'a', title = 'A', body = 'no.md' },\n"
		"    text { id = 'a', title = 'A', body = '' },\n"
		"    quiz { id = 'q', title = 'Q', questions = {\n"
		"      { id = 'q1', kind = 'choise', ask = '?', choices = { 'x', 'x' },\n"
		"        answer = 3, explain = 'e' },\n"
		"    } },\n"
		"    lab { id = 'L', title = 'L', goal = 'g', folder = '../labs', pass = 'p' },\n"
		"    { id = 'bare' },\n"
		"  } }\n");
	assert_non_null(file.lesson);
	expect_problem(1, "혹시 ‘summary’");
	expect_problem(0, "‘summary’ 칸이 없습니다");
	expect_problem(1, "‘ai 5’");
	expect_problem(1, "‘minutes’ 칸은");
	expect_problem(3, "‘no.md’");
	expect_problem(4, "두 번 나옵니다");
	expect_problem(4, "‘body’ 칸이 비어");
	expect_problem(6, "혹시 ‘choice’");
	expect_problem(6, "보기 ‘x’");
	expect_problem(7, "번호(1에서 2)");
	expect_problem(9, "Lab-으로 시작");
	expect_problem(9, "레슨 폴더 안의 파일만");
	expect_problem(2, "5번째가 단계가 아닙니다");
}

static void a_checkpoint_is_checked_against_the_rules_of_the_dialogue(void **state)
{
	(void)state;
	read_lesson(
		HEAD
		"  steps = { checkpoint { id = 'CP-AI-05', question = '?',\n"
		"    expectations = {\n"
		"      { id = 'AI-06.k1', name = '필터', statement = 's', ask = '필터가 뭔가요?',\n"
		"        hints = { '필터는', 'b' } },\n"
		"    },\n"
		"    answers = { { text = 't', verdict = 'good', concepts = { 'k9' } } } } } }\n");
	expect_problem(5, "AI-05.k1 꼴");
	expect_problem(5, "terms나 patterns가");
	expect_problem(5, "ask에 개념 이름 ‘필터’");
	expect_problem(6, "힌트가 세 개");
	expect_problem(6, "L1에 개념 이름 ‘필터’");
	expect_problem(8, "verdict ‘good’");
	expect_problem(8, "‘k9’라는 id");
	expect_problem(8, "예시 답(answers)이 1개뿐");
}

static void mistakes_of_lua_are_explained(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		int line;
		const char *part;
	} rows[] = {
		{"return {\n title = \n}", 3, "unexpected symbol"},
		{"\nreturn { steps = { txt { id = 'a' } } }", 2, "혹시 ‘text’"},
		{"return os.time()", 1, "‘os’라는 이름은"},
		{"local f = io", 1, "‘io’라는 이름은"},
		{"return require 'x'", 1, "‘require’라는 이름은"},
		{"return text 'a'", 1, "표 하나를"},
		{"return 3", 0, "return { … }"},
		{"error('여기서 멈춤')", 1, "여기서 멈춤"},
		{"\xff\xfe", 0, "UTF-8"},
		{"\x1bLua", 0, "text"},
		{"return setmetatable({}, {})", 1, "‘setmetatable’"},
		{"return load('return {}')()", 1, "‘load’"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		read_lesson(rows[i].source);
		assert_null(file.lesson);
		if (rows[i].line > 0) {
			expect_problem(rows[i].line, rows[i].part);
		} else if (!find_problem(rows[i].part)) {
			assert_true(file.problem_count > 0);
		}
	}
}

#ifdef __SANITIZE_ADDRESS__
static const int64_t longest_ns = 20000000000;
#else
static const int64_t longest_ns = 5000000000;
#endif

/* Each ends soon, with a problem and nothing else. */
static void hostile_lessons_end_soon(void **state)
{
	(void)state;
	static const char *const sources[] = {
		"while true do end",
		"local s = 'x' while true do s = s .. s end",
		"local t = {} for i = 1, 1e9 do t[i] = i end",
		"return ('x'):rep(1 << 40)",
		"return (''):rep(1 << 60)",
		"local function f() return f() + 1 end f()",
		"local t = {} t.t = t return t",
		"local t = { id = 'q', kind = 'choice', ask = 'x', choices = { 'a', 'b' }, answer "
		"= 1, explain = 'e' }\n"
		"local q = {} for i = 1, 4000 do q[i] = t end\n"
		"local s = {} for i = 1, 4000 do s[i] = quiz { id = 'q', title = 't', questions = "
		"q } end\n"
		"return { title = 't', spec = { 'A' }, summary = 's', steps = s }",
		"local h = {} for i = 1, 4000 do h[i] = ('x'):rep(1000) end\n"
		"local e = {} for i = 1, 4000 do e[i] = { id = 'A.k1', name = 'n', hints = h } "
		"end\n"
		"return { title = 't', spec = { 'A' }, summary = 's',\n"
		"  steps = { checkpoint { id = 'CP-A', question = '?', expectations = e } } }",
		("local t = {} t[1] = 1 for i = 1, 62 do t[1 << i] = 1 end table.insert(t, 1)\n"
		 "return { title = 't', spec = t, summary = 's', steps = t }"),
		"return table.concat({}, ('x'):rep(1 << 19), 1, 1 << 62)",
		"return string.format(('%99.99f'):rep(1000), 1)",
	};
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		int64_t start = clock_now_ns();
		read_lesson(sources[i]);
		int64_t spent = clock_now_ns() - start;
		assert_true(file.problem_count > 0);
		assert_true(file.problem_count <= 200);
		if (spent > longest_ns) {
			fail_msg("source %zu took %.1f s", i, (double)spent / 1e9);
		}
	}
}

static void texts_are_composed_and_stripped_of_what_terminals_mis_measure(void **state)
{
	(void)state;
	/* 한 in three jamo; a joined emoji with a variation selector */
	read_lesson(
		"return { title = '\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB \xE2\x9C\x8C\xEF\xB8\x8F',"
		" spec = { 'AI-05' }, summary = 's',"
		" steps = { text { id = 'a', title = 't', body = '본문' } } }");
	assert_string_equal(file.lesson->title, "한 \xE2\x9C\x8C");
}

static void a_byte_order_mark_is_no_mistake(void **state)
{
	(void)state;
	read_lesson("\xEF\xBB\xBFreturn { title = 't', spec = { 'AI-05' }, summary = 's',"
		    " steps = { text { id = 'a', title = 't', body = '본문' } } }");
	assert_non_null(file.lesson);
	assert_int_equal(file.problem_count, 0);
}

static void a_lone_checkpoint_is_read(void **state)
{
	(void)state;
	char folder[256];
	scratch_write(&scratch, "course/02-later/checkpoint.lua", checkpoint);
	snprintf(folder, sizeof folder, "%s/course/02-later", scratch.folder);
	assert_int_equal(lesson_read(&file, folder, "course", NULL), STATUS_OK);
	assert_null(file.lesson);
	assert_string_equal(file.checkpoint->id, "CP-AI-05");
	assert_int_equal(file.problem_count, 0);
	lesson_file_release(&file);
	struct error err = ERROR_INIT;
	assert_int_equal(lesson_read(&file, scratch.folder, "course", &err), STATUS_NOT_FOUND);
}

static void running_out_of_memory_is_an_ordinary_error(void **state)
{
	(void)state;
	char folder[256];
	bool happened = true;
	if (!fail_alloc_works()) {
		skip();
	}
	write_files_beside();
	scratch_write(&scratch, "course/01-week/lesson.lua", whole);
	snprintf(folder, sizeof folder, "%s/course/01-week", scratch.folder);
	for (long nth = 1; happened; nth += nth < 300 ? 1 : 7) {
		struct error err = ERROR_INIT;
		struct lesson_file read = {0};
		fail_alloc_at(nth);
		enum status status = lesson_read(&read, folder, "course", &err);
		happened = fail_alloc_happened();
		fail_alloc_at(0);
		assert_true(status == STATUS_OK || status == STATUS_NOMEM);
		/* What could not be read is told, never silently left out. */
		if (happened && status == STATUS_OK && read.problem_count == 0) {
			assert_non_null(read.lesson);
			assert_int_equal(read.lesson->step_count, 6);
			assert_int_equal(read.lesson->steps[3].quiz.count, 7);
			assert_string_not_equal(read.lesson->steps[0].text, "");
		}
		lesson_file_release(&read);
	}
}

#define LESSON_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LESSON_TEST(a_whole_lesson_is_read),
		LESSON_TEST(every_problem_is_told_at_once_with_its_line),
		LESSON_TEST(a_checkpoint_is_checked_against_the_rules_of_the_dialogue),
		LESSON_TEST(mistakes_of_lua_are_explained),
		LESSON_TEST(hostile_lessons_end_soon),
		LESSON_TEST(texts_are_composed_and_stripped_of_what_terminals_mis_measure),
		LESSON_TEST(a_byte_order_mark_is_no_mistake),
		LESSON_TEST(a_lone_checkpoint_is_read),
		LESSON_TEST(running_out_of_memory_is_an_ordinary_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
