#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/lua/catalog.h"
#include "tests/support/scratch.h"

/* Courses and lessons on disk: listing, the index, names, content. */

static struct scratch scratch;
static char index_path[256];

static int set_up(void **state)
{
	(void)state;
	scratch_init(&scratch);
	snprintf(index_path, sizeof index_path, "%s/lessons.index", scratch.folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_release(&scratch);
	return 0;
}

static struct catalog *load(const char *first, const char *second)
{
	char paths[2][256];
	const char *folders[] = {paths[0], paths[1]};
	struct catalog *catalog = NULL;
	struct error err = ERROR_INIT;
	snprintf(paths[0], sizeof paths[0], "%s/%s", scratch.folder, first);
	snprintf(paths[1], sizeof paths[1], "%s/%s", scratch.folder, second ? second : "");
	enum status status =
		catalog_load_folders(&catalog, folders, second ? 2 : 1, index_path, &err);
	if (status != STATUS_OK) {
		fail_msg("%s", err.message);
	}
	return catalog;
}

static void write_lesson(const char *path, const char *title, const char *unit)
{
	char source[1024];
	snprintf(source, sizeof source,
		 "return { title = '%s', spec = { '%s' }, minutes = 10, summary = 's',\n"
		 " steps = { text { id = 'a', title = 't', body = '본문' },\n"
		 "  checkpoint { id = 'CP-%s', question = '?', expectations = { { id = '%s.k1',\n"
		 "   name = 'nn', statement = 's', terms = { 't' }, ask = 'a', hints = { '1', '2', "
		 "'3' } } } },\n"
		 "  lab { id = 'Lab-%sb', title = 'l', goal = 'g', folder = 'labs', pass = 'p' } } "
		 "}\n",
		 title, unit, unit, unit, unit);
	scratch_write(&scratch, path, source);
}

static void courses_and_lessons_stand_in_order(void **state)
{
	(void)state;
	scratch_write(&scratch, "l/zeta/course.lua",
		      "return { id = 'zeta', title = '첫 코스', order = 1 }");
	scratch_write(&scratch, "l/alpha/course.lua",
		      "return { id = 'alpha', title = '둘째 코스', order = 2 }");
	write_lesson("l/alpha/10-ten/lesson.lua", "열", "A10");
	write_lesson("l/alpha/02-two/lesson.lua", "둘", "A2");
	write_lesson("l/zeta/01-one/lesson.lua", "하나", "Z1");
	scratch_write(&scratch, "l/notes/README.md", "no course");
	struct catalog *catalog = load("l", NULL);
	size_t count = 0;
	const struct course *courses = catalog_courses(catalog, &count);
	assert_int_equal(count, 2);
	assert_string_equal(courses[0].title, "첫 코스");
	assert_int_equal(courses[1].lesson_count, 2);
	assert_string_equal(courses[1].lessons[0]->id, "alpha/02-two");
	assert_string_equal(courses[1].lessons[1]->title, "열");
	assert_string_equal(courses[1].lessons[1]->labs.items[0], "Lab-A10b");
	catalog_free(catalog);
}

static void a_lesson_answers_to_many_names_in_any_case(void **state)
{
	(void)state;
	write_lesson("l/alpha/02-two/lesson.lua", "둘", "AI-05");
	struct catalog *catalog = load("l", NULL);
	static const char *const names[] = {"AI-05",      "ai-05",    "CP-AI-05",
					    "cp-ai-05",   "02-two",   "alpha/02-two",
					    "lab-ai-05B", "AI-05.k1", "ai-05.M2"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		assert_non_null(catalog_find(catalog, names[i]));
	}
	assert_null(catalog_find(catalog, "AI-06"));
	assert_null(catalog_find(catalog, ""));
	assert_string_equal(catalog_nearest(catalog, "AI-06"), "AI-05");
	assert_null(catalog_nearest(catalog, "전혀 다른 이름"));
	const struct checkpoint *checkpoint = NULL;
	const struct step *lab = NULL;
	const struct lesson_entry *entry = NULL;
	assert_int_equal(catalog_checkpoint(catalog, "ai-05", &checkpoint, &entry, NULL),
			 STATUS_OK);
	assert_string_equal(checkpoint->id, "CP-AI-05");
	assert_int_equal(catalog_lab(catalog, "LAB-AI-05b", &lab, NULL, NULL), STATUS_OK);
	assert_string_equal(lab->lab.pass, "p");
	assert_int_equal(catalog_lab(catalog, "AI-05", &lab, NULL, NULL), STATUS_NOT_FOUND);
	catalog_free(catalog);
}

static void the_index_follows_the_files(void **state)
{
	(void)state;
	write_lesson("l/alpha/01-one/lesson.lua", "앞", "A1");
	write_lesson("l/alpha/02-two/lesson.lua", "둘", "A2");
	catalog_free(load("l", NULL));
	assert_int_equal(access(index_path, F_OK), 0);
	write_lesson("l/alpha/01-one/lesson.lua", "뒤", "A1");
	char gone[256];
	snprintf(gone, sizeof gone, "%s/l/alpha/02-two/lesson.lua", scratch.folder);
	assert_int_equal(unlink(gone), 0);
	struct catalog *catalog = load("l", NULL);
	assert_string_equal(catalog_find(catalog, "A1")->title, "뒤");
	assert_null(catalog_find(catalog, "A2"));
	catalog_free(catalog);
	/* Whatever stands in the index file, the lessons are listed. */
	static const char *const broken[] = {"", "{", "[]", "{\"version\":3}", "{\"rows\":7}"};
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		scratch_write(&scratch, "lessons.index", broken[i]);
		catalog = load("l", NULL);
		assert_string_equal(catalog_find(catalog, "A1")->title, "뒤");
		catalog_free(catalog);
	}
}

static void a_later_folder_replaces_a_lesson(void **state)
{
	(void)state;
	write_lesson("l/alpha/01-one/lesson.lua", "원래", "A1");
	write_lesson("l/alpha/02-two/lesson.lua", "둘", "A2");
	write_lesson("m/alpha/01-one/lesson.lua", "고친 것", "A1");
	write_lesson("m/own/01-mine/lesson.lua", "내 것", "X1");
	struct catalog *catalog = load("l", "m");
	size_t count = 0;
	catalog_courses(catalog, &count);
	assert_int_equal(count, 2);
	assert_string_equal(catalog_find(catalog, "A1")->title, "고친 것");
	assert_string_equal(catalog_find(catalog, "A2")->title, "둘");
	assert_string_equal(catalog_find(catalog, "X1")->course, "own");
	catalog_free(catalog);
}

static void one_course_or_one_lesson_may_be_named(void **state)
{
	(void)state;
	write_lesson("l/alpha/01-one/lesson.lua", "하나", "A1");
	write_lesson("l/alpha/02-two/lesson.lua", "둘", "A2");
	scratch_write(&scratch, "l/alpha/course.lua", "return { id = 'alpha', title = '코스' }");
	struct catalog *catalog = load("l/alpha", NULL);
	assert_non_null(catalog_find(catalog, "A2"));
	catalog_free(catalog);
	catalog = load("l/alpha/01-one/", NULL);
	size_t count = 0;
	assert_string_equal(catalog_courses(catalog, &count)->title, "코스");
	assert_string_equal(catalog_find(catalog, "A1")->id, "alpha/01-one");
	assert_null(catalog_find(catalog, "A2"));
	catalog_free(catalog);
}

static void a_broken_lesson_is_listed_and_says_why(void **state)
{
	(void)state;
	scratch_write(&scratch, "l/alpha/01-one/lesson.lua", "return {\n title = \n}");
	scratch_write(&scratch, "l/alpha/02-two/checkpoint.lua",
		      "return { id = 'CP-A2', title = '나중', question = '?', expectations = {\n"
		      " { id = 'A2.k1', name = 'nn', statement = 's', terms = { 't' }, ask = 'a',\n"
		      " hints = { '1', '2', '3' } } } }");
	struct catalog *catalog = load("l", NULL);
	const struct lesson *lesson = NULL;
	const struct checkpoint *checkpoint = NULL;
	struct error err = ERROR_INIT;
	const struct lesson_entry *entry = catalog_find(catalog, "alpha/01-one");
	assert_non_null(entry->problem);
	assert_non_null(strstr(entry->problem, "lesson.lua:3"));
	assert_int_equal(catalog_open(catalog, entry, &lesson, &err), STATUS_SCRIPT);
	assert_non_null(strstr(err.message, "lesson.lua:3"));
	entry = catalog_find(catalog, "A2");
	assert_false(entry->ready);
	assert_string_equal(entry->title, "나중");
	error_clear(&err);
	assert_int_equal(catalog_open(catalog, entry, &lesson, &err), STATUS_UNSUPPORTED);
	assert_int_equal(catalog_checkpoint(catalog, "A2", &checkpoint, NULL, NULL), STATUS_OK);
	catalog_free(catalog);
}

static void an_opened_lesson_is_read_again_when_forgotten(void **state)
{
	(void)state;
	write_lesson("l/alpha/01-one/lesson.lua", "앞", "A1");
	struct catalog *catalog = load("l", NULL);
	const struct lesson_entry *entry = catalog_find(catalog, "A1");
	const struct lesson *lesson = NULL;
	assert_int_equal(catalog_open(catalog, entry, &lesson, NULL), STATUS_OK);
	assert_string_equal(lesson->title, "앞");
	write_lesson("l/alpha/01-one/lesson.lua", "뒤", "A1");
	assert_int_equal(catalog_open(catalog, entry, &lesson, NULL), STATUS_OK);
	assert_string_equal(lesson->title, "앞");
	catalog_forget(catalog, entry);
	assert_int_equal(catalog_open(catalog, entry, &lesson, NULL), STATUS_OK);
	assert_string_equal(lesson->title, "뒤");
	catalog_free(catalog);
}

static void a_thousand_lessons_are_listed_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		char path[64], unit[16];
		snprintf(path, sizeof path, "l/c%d/%02d-x/lesson.lua", i / 100, i % 100);
		snprintf(unit, sizeof unit, "U%d", i);
		write_lesson(path, "레슨", unit);
	}
	catalog_free(load("l", NULL));
	int64_t best = INT64_MAX;
	for (int i = 0; i < 5; i++) {
		int64_t start = clock_now_ns();
		struct catalog *catalog = load("l", NULL);
		int64_t spent = clock_now_ns() - start;
		best = spent < best ? spent : best;
		size_t count = 0;
		catalog_courses(catalog, &count);
		assert_int_equal(count, 10);
		assert_non_null(catalog_find(catalog, "U999"));
		catalog_free(catalog);
	}
	print_message("1,000 lessons in %.1f ms\n", (double)best / 1e6);
#if !defined(__SANITIZE_ADDRESS__)
	assert_true(best < 50 * 1000000);
#endif
}

#define CATALOG_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CATALOG_TEST(courses_and_lessons_stand_in_order),
		CATALOG_TEST(a_lesson_answers_to_many_names_in_any_case),
		CATALOG_TEST(the_index_follows_the_files),
		CATALOG_TEST(a_later_folder_replaces_a_lesson),
		CATALOG_TEST(one_course_or_one_lesson_may_be_named),
		CATALOG_TEST(a_broken_lesson_is_listed_and_says_why),
		CATALOG_TEST(an_opened_lesson_is_read_again_when_forgotten),
		CATALOG_TEST(a_thousand_lessons_are_listed_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
