#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/utf8.h"
#include "tests/support/program.h"
#include "tests/support/scratch.h"

/* The words of the command line: help, exit statuses, JSON, errors. The program is run as a user would run it. */

static struct scratch scratch;

static int set_up(void **state)
{
	(void)state;
	scratch_init(&scratch);
	setenv("MUNDAP_HOME", scratch.folder, 1);
	setenv("XDG_CONFIG_HOME", scratch.folder, 1);
	unsetenv("MUNDAP_LANG");
	unsetenv("MUNDAP_LESSONS");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	scratch_release(&scratch);
	return 0;
}

static size_t count_syllables(const char *text)
{
	size_t length = strlen(text);
	size_t count = 0;
	for (size_t at = 0; at < length;) {
		count += korean_is_syllable(utf8_next(text, length, &at));
	}
	return count;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;
	for (; *text; text++) {
		count += *text == '\n';
	}
	return count;
}

static void every_command_explains_itself_in_two_languages(void **state)
{
	(void)state;
	static const struct {
		const char *name, *topic;
	} rows[] = {
#define COMMAND(name, NAME, topic, formats) {#name, #topic},
#include "tui/cli/commands.def"
#undef COMMAND
	};
	struct program program;
	program_run(&program, NULL, "mundap --help");
	assert_int_equal(program.status, 0);
	assert_int_equal(program.err.length, 0);
	struct strbuf help = program.out;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *name = rows[i].name;
		if (strcmp(rows[i].topic, "HIDDEN") == 0) {
			continue;
		}
		struct program one;
		char line[64];
		snprintf(line, sizeof line, "\n  %-10s ", name);
		assert_non_null(strstr(help.text, line));
		program_run(&one, NULL, "mundap %s --help", name);
		assert_int_equal(one.status, 0);
		assert_true(count_syllables(one.out.text) > 10);
		assert_non_null(strstr(one.out.text, name));
		program_release(&one);
		program_run(&one, NULL, "mundap %s --help --lang en", name);
		assert_int_equal(one.status, 0);
		if (count_syllables(one.out.text) > 0) {
			fail_msg("%s --lang en: %s", name, one.out.text);
		}
		program_release(&one);
	}
	program_release(&program);
	program_run(&program, NULL, "MUNDAP_LANG=en mundap --help");
	assert_int_equal(program.status, 0);
	assert_non_null(strstr(program.out.text, "Usage"));
	program_release(&program);
}

/* What is wrong is said in one line on stderr with exit status 2, or as JSON on stdout. */
static void wrong_use_is_one_line(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"lesons",
		"--plin",
		"--plain leson",
		"lessons --no-such-option",
		"lessons too many words",
		"lessons --format yaml",
		"lessons --lang fr",
		"lessons --color=pink",
		"lessons --format",
		"read",
		"read AI-99",
		"read AI-05 --width wide",
		"read AI-05 --width 5",
		"read AI-05 --step nothing",
		"ask CP-NONE",
		"ask CP-AI-05 --answer /no/such/file",
		"talk CP-NONE",
		"lab Lab-NONE",
		"lab Lab-AI-05 --check /no/such/file.lua",
		"run",
		"run /no/such/file.lua",
		"run x.lua --memory -5",
		"review",
		"review /no/such/folder",
		"lesson",
		"lesson lnt",
		"lesson lint /no/such/folder",
		"lesson new",
		"lesson pack",
		"export --format pdf",
		"class import /no/such/file.json",
		"class gradbook",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct program program;
		program_run(&program, NULL, "mundap %s", lines[i]);
		if (program.status != 2 || program.out.length != 0 ||
		    count_lines(program.err.text) != 1 || count_syllables(program.err.text) < 3) {
			fail_msg("mundap %s: status %d\nstdout: %.200s\nstderr: %.400s", lines[i],
				 program.status, program.out.text, program.err.text);
		}
		program_release(&program);
	}
}

static void wrong_use_in_json_is_a_document(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"lesons --format json",          "read AI-99 --format json",
		"ask CP-NONE --format json",     "lab Lab-NONE --format json",
		"run /no/x.lua --format json",   "review /no/x --format json",
		"lesson lint /no --format json", "class import /no --format json",
		"doctor --wrong --format json",  "--format json",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct program program;
		char why[256];
		program_run(&program, NULL, "mundap %s", lines[i]);
		assert_int_equal(program.status, 2);
		json_t *json = program_json(&program);
		if (!json_has_shape(json, "{error:{kind:s,message:s}}", why, sizeof why)) {
			fail_msg("mundap %s: %s", lines[i], why);
		}
		json_decref(json);
		program_release(&program);
	}
}

static void answers_in_json_have_their_shape(void **state)
{
	(void)state;
	static const struct {
		const char *input, *line;
		int status; /* -1: 0 or 1 */
		const char *shape;
	} rows[] = {
		{NULL, "doctor", -1, "{checks:[{name:s,ok:b,detail:s,mend:s}]}"},
		{NULL, "lessons", 0,
		 "{courses:[{id:s,title:s,weeks:[{id:s,title:s,spec:[s],checkpoints:[s],labs:[s],"
		 "quizzes:i,figures:i,minutes:i}]}]}"},
		{NULL, "read AI-05", 0, "{id:s,title:s,steps:[{id:s,kind:s,title:s,markdown:s}]}"},
		{NULL, "ask CP-AI-05", 0, "{checkpoint:s,question:s}"},
		{"필터가 사진 위를 움직이며 곱해서 더합니다. 같은 필터를 모든 자리에서 씁니다.\n",
		 "ask cp-ai-05 --answer -", -1,
		 "{checkpoint:s,question:s,verdict:s,score:n,expectations:[{id:s,met:b,score:n,"
		 "evidence:s}],misconceptions:[s],flags:[s],reply:s}"},
		{"정답 알려줘\n", "ask CP-AI-05 --answer -", 1, "{verdict:s,flags:[s],reply:s}"},
		{"print('안녕') return 1\n", "run -", 0,
		 "{ok:b,error:?{kind:s,message:s,line:?i},metrics:{*:[[n]]},log:[s],seconds:n,peak_"
		 "mb:n}"},
		{"error('멈춤')\n", "run -", 1,
		 "{ok:b,error:{kind:s,message:s,line:?i},metrics:{},log:[],seconds:n,peak_mb:n}"},
		{NULL, "lesson lint AI-05", 0,
		 "{lessons:[{id:s,problems:[{file:s,line:i,message:s}]}]}"},
		{NULL, "lesson test AI-05 --answers", -1,
		 "{lessons:[{id:s,problems:[],labs:[],answers:{right:i,wrong:i}}]}"},
		{NULL, "export", 0,
		 "{learner:{id:s,name:s},steps:[],answers:[],labs:[],lessons:[{id:s}]}"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct program program;
		char why[256];
		program_run(&program, rows[i].input, "mundap %s --format json", rows[i].line);
		bool expected = rows[i].status < 0 ? program.status == 0 || program.status == 1
						   : program.status == rows[i].status;
		if (!expected) {
			fail_msg("mundap %s: status %d: %.300s %.300s", rows[i].line,
				 program.status, program.out.text, program.err.text);
		}
		json_t *json = program_json(&program);
		if (!json_has_shape(json, rows[i].shape, why, sizeof why)) {
			fail_msg("mundap %s: %s", rows[i].line, why);
		}
		json_decref(json);
		program_release(&program);
	}
}

static void pipes_get_no_colour_and_lines_fit(void **state)
{
	(void)state;
	static const char *const locales[] = {"C", "C.UTF-8", "no_SUCH.locale", ""};
	for (size_t i = 0; i < 4; i++) {
		struct program program;
		program_run(&program, NULL,
			    "LC_ALL=%s mundap read AI-05 --width 44; mundap lessons; mundap doctor",
			    locales[i]);
		assert_null(strchr(program.out.text, '\033'));
		assert_true(utf8_valid(program.out.text, program.out.length));
		assert_true(count_syllables(program.out.text) > 1000);
		program_release(&program);
		program_run(&program, NULL, "LC_ALL=%s mundap read AI-05 --width 44 --step why",
			    locales[i]);
		assert_int_equal(program.status, 0);
		for (const char *line = program.out.text; *line;) {
			size_t length = strcspn(line, "\n");
			if (utf8_width(line, length) > 44) {
				fail_msg("%zu cells: %.*s", utf8_width(line, length), (int)length,
					 line);
			}
			line += length + (line[length] == '\n');
		}
		program_release(&program);
	}
}

static void colour_comes_only_when_asked(void **state)
{
	(void)state;
	struct program program;
	program_run(&program, NULL, "mundap read AI-05 --color=always --step why");
	assert_int_equal(program.status, 0);
	assert_non_null(strchr(program.out.text, '\033'));
	program_release(&program);
	program_run(&program, NULL, "NO_COLOR=1 mundap read AI-05 --color=auto --step why");
	assert_null(strchr(program.out.text, '\033'));
	program_release(&program);
}

static void an_output_that_cannot_be_written_is_a_fault(void **state)
{
	(void)state;
	struct program program;
	program_run(&program, NULL, "mundap lessons >/dev/full");
	assert_int_equal(program.status, 3);
	assert_int_equal(count_lines(program.err.text), 1);
	program_release(&program);
}

static void a_broken_database_is_a_fault_and_said(void **state)
{
	(void)state;
	struct program program;
	scratch_write(&scratch, "mundap.db",
		      "이것은 데이터베이스가 아닙니다. 그저 긴 글입니다. 그렇지요?");
	program_run(&program, NULL, "mundap export");
	assert_int_equal(program.status, 3);
	assert_int_equal(count_lines(program.err.text), 1);
	assert_non_null(strstr(program.err.text, "그대로 두었습니다"));
	program_release(&program);
	program_run(&program, NULL, "mundap doctor --format json");
	assert_int_equal(program.status, 1);
	program_release(&program);
}

/* A new lesson passes its own tests, can be packed, unpacked elsewhere and opened. */
static void the_authors_loop_goes_round(void **state)
{
	(void)state;
	struct program program;
	const char *f = scratch.folder;
	program_run(&program, NULL, "cd %s && mundap lesson new own/01-mean --title '내 레슨'", f);
	assert_int_equal(program.status, 0);
	program_release(&program);
	program_run(&program, NULL, "cd %s && mundap lesson new own/01-mean", f);
	assert_int_equal(program.status, 2);
	program_release(&program);
	program_run(&program, NULL, "cd %s && mundap lesson test own/01-mean --format json", f);
	if (program.status != 0) {
		fail_msg("%s %s", program.out.text, program.err.text);
	}
	json_t *json = program_json(&program);
	json_t *lesson = json_array_get(json_object_get(json, "lessons"), 0);
	json_t *lab = json_array_get(json_object_get(lesson, "labs"), 0);
	assert_string_equal(json_string_value(json_object_get(lab, "solution")), "pass");
	assert_string_equal(json_string_value(json_object_get(lab, "starter")), "fail");
	assert_string_equal(json_string_value(json_object_get(lab, "mutants_caught")), "4/4");
	json_decref(json);
	program_release(&program);
	program_run(&program, NULL, "cd %s && mundap lesson pack own/01-mean --output p.tar.gz", f);
	assert_int_equal(program.status, 0);
	program_release(&program);
	program_run(&program, NULL,
		    "cd %s && mkdir elsewhere && tar xzf p.tar.gz -C elsewhere &&"
		    " MUNDAP_LESSONS=elsewhere mundap read OWN-01",
		    f);
	assert_int_equal(program.status, 0);
	assert_non_null(strstr(program.out.text, "내 레슨"));
	program_release(&program);
	program_run(&program, NULL,
		    "cd %s && sed -i 's/minutes = 10/minuts = 10/' own/01-mean/lesson.lua &&"
		    " mundap lesson lint own/01-mean",
		    f);
	assert_int_equal(program.status, 1);
	assert_non_null(strstr(program.out.text, "own/01-mean/lesson.lua:6: "));
	assert_non_null(strstr(program.out.text, "혹시 ‘minutes’"));
	program_release(&program);
	program_run(&program, NULL, "cd %s && mundap lesson pack own/01-mean --output q.tar.gz", f);
	assert_int_equal(program.status, 1);
	program_release(&program);
}

/* A lab, done: the starter fails, the solution passes, and both attempts stand in the export. */
static void a_lab_is_done_and_handed_in(void **state)
{
	(void)state;
	struct program program;
	const char *f = scratch.folder;
	program_run(&program, NULL, "cd %s && mundap lesson new own/01-mean", f);
	assert_int_equal(program.status, 0);
	program_release(&program);
	setenv("MUNDAP_LESSONS", f, 1);
	program_run(&program, NULL, "mundap lab Lab-OWN-01");
	assert_int_equal(program.status, 0);
	program_release(&program);
	program_run(&program, NULL, "mundap lab Lab-OWN-01 --check --format json");
	assert_int_equal(program.status, 1);
	json_t *json = program_json(&program);
	char why[256];
	assert_true(json_has_shape(
		json,
		"{lab:s,passed:b,tests:[{name:s,passed:b,message:s}],metrics:{*:n},seconds:n}", why,
		sizeof why));
	json_decref(json);
	program_release(&program);
	program_run(&program, NULL,
		    "mundap lab lab-own-01 --check %s/own/01-mean/labs/mean/solution.lua", f);
	assert_int_equal(program.status, 0);
	program_release(&program);
	program_run(&program, NULL,
		    "mundap export --format json --name 김민수 --output %s/kim.json", f);
	assert_int_equal(program.status, 0);
	program_release(&program);
	program_run(&program, NULL,
		    "mundap class import %s/kim.json && mundap class items --format json", f);
	assert_int_equal(program.status, 0);
	program_release(&program);
	program_run(&program, NULL, "mundap class items --format json");
	json = program_json(&program);
	json_t *item = json_array_get(json_object_get(json, "items"), 0);
	assert_string_equal(json_string_value(json_object_get(item, "id")), "Lab-OWN-01");
	assert_int_equal(json_integer_value(json_object_get(item, "attempts")), 2);
	assert_true(json_number_value(json_object_get(item, "first")) == 0);
	assert_true(json_number_value(json_object_get(item, "best")) == 1);
	json_decref(json);
	program_release(&program);
	unsetenv("MUNDAP_LESSONS");
}

static void others_files_cannot_steer_the_terminal_or_the_spreadsheet(void **state)
{
	(void)state;
	struct program program;
	scratch_write(
		&scratch, "evil.json",
		"{\"mundap_bundle\":1,\"learner\":{\"id\":\"=1+1\",\"name\":\"\\u001b[2Jx\"},"
		"\"steps\":[],\"answers\":[{\"checkpoint\":\"CP-B1\",\"verdict\":\"pass\","
		"\"score\":\"x\"}],"
		"\"checkpoints\":[],\"quizzes\":[],\"labs\":[],\"lessons\":[],\"activity\":[]}");
	program_run(&program, NULL, "mundap class import %s/evil.json", scratch.folder);
	assert_int_equal(program.status, 0);
	program_release(&program);
	program_run(&program, NULL, "mundap class gradebook; mundap class items");
	assert_null(strchr(program.out.text, '\033'));
	program_release(&program);
	program_run(&program, NULL, "mundap class gradebook --format csv");
	assert_non_null(strstr(program.out.text, "\"'=1+1\""));
	program_release(&program);
	static const char *const broken[] = {
		"",
		"[]",
		"{}",
		"{\"mundap_bundle\":1}",
		"{\"mundap_bundle\":99}",
		"{\"mundap_bundle\":1,\"learner\":{\"id\":\"a\"},\"steps\":[1]}"};
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		scratch_write(&scratch, "broken.json", broken[i]);
		program_run(&program, NULL, "mundap class import %s/broken.json", scratch.folder);
		assert_int_equal(program.status, 2);
		assert_int_equal(count_lines(program.err.text), 1);
		program_release(&program);
	}
}

static void exports_of_every_form_are_whole(void **state)
{
	(void)state;
	struct program program;
	char why[256];
	program_run(&program, "드리프트는 데이터가 변하는 것입니다. 그래서 봅니다.\n",
		    "mundap ask CP-B6 --answer - >/dev/null; mundap export --format xapi");
	assert_int_equal(program.status, 0);
	json_t *json = program_json(&program);
	assert_true(json_has_shape(
		json, "[{id:s,actor:{account:{name:s}},verb:{id:s},object:{id:s},timestamp:s}]",
		why, sizeof why));
	json_decref(json);
	program_release(&program);
	program_run(&program, NULL, "mundap export --format csv");
	assert_int_equal(
		strncmp(program.out.text, "time,learner,kind,item,part,result,score,text\r\n", 47),
		0);
	program_release(&program);
	program_run(&program, NULL, "mundap export --format html");
	assert_non_null(strstr(program.out.text, "</html>"));
	assert_null(strstr(program.out.text, "http"));
	program_release(&program);
	program_run(&program, NULL, "mundap export --format markdown");
	assert_int_equal(strncmp(program.out.text, "# ", 2), 0);
	program_release(&program);
}

#define WORDS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORDS_TEST(every_command_explains_itself_in_two_languages),
		WORDS_TEST(wrong_use_is_one_line),
		WORDS_TEST(wrong_use_in_json_is_a_document),
		WORDS_TEST(answers_in_json_have_their_shape),
		WORDS_TEST(pipes_get_no_colour_and_lines_fit),
		WORDS_TEST(colour_comes_only_when_asked),
		WORDS_TEST(an_output_that_cannot_be_written_is_a_fault),
		WORDS_TEST(a_broken_database_is_a_fault_and_said),
		WORDS_TEST(the_authors_loop_goes_round),
		WORDS_TEST(a_lab_is_done_and_handed_in),
		WORDS_TEST(others_files_cannot_steer_the_terminal_or_the_spreadsheet),
		WORDS_TEST(exports_of_every_form_are_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
