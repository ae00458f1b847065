#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/tutor/grade.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/drive.h"
#include "tui/cli/lesson_targets.h"

/* mundap lesson test: every lab's solution passes, its starter, an empty answer and its planted mistakes fail, each
 * mistake with its own message; every checkpoint's sample answers are graded as they are labelled. */

enum { SOURCE_LIMIT = 1 << 20, QUICK_SECONDS = 60, MOST_MUTANTS = 64 };
static const double answers_right_share = 0.95;

struct testing {
	const struct cli_options *options;
	struct grader *grader;
	long seeds;
	bool quick, labs_only, answers_only;
	json_t *lessons;
	json_t *problems; /* of the lesson at hand */
	size_t problem_count; /* of all */
	size_t right, wrong; /* answers of all */
};

static void add_problem(struct testing *testing, const char *path, int line, const char *text)
{
	testing->problem_count++;
	json_array_append_new(testing->problems,
			      json_pack("{s:s,s:i,s:s}", "file", lesson_short_path(path), "line",
					line, "message", text));
	if (!testing->options->json) {
		printf("%s:%d: %s\n", lesson_short_path(path), line, text);
	}
}

/* ---- labs ---- */

/* One check of a learner's file; why gets the first failed test's message, or the error. */
struct outcome {
	bool passed;
	char why[1200];
	double seconds;
};

static void first_failure(struct outcome *outcome, const struct drive *drive,
			  const struct worker_result *result)
{
	size_t i;
	json_t *test;
	json_array_foreach(drive->tests, i, test)
	{
		if (!json_is_true(json_object_get(test, "passed"))) {
			const char *name = json_string_value(json_object_get(test, "name"));
			const char *text = json_string_value(json_object_get(test, "message"));
			snprintf(outcome->why, sizeof outcome->why, "%s: %s", name ? name : "",
				 text ? text : "");
			return;
		}
	}
	snprintf(outcome->why, sizeof outcome->why, "%s", result->error.message);
}

static enum status check(struct outcome *outcome, const struct lab *lab, const char *path,
			 const struct strbuf *source, const struct strbuf *checker, uint64_t seed,
			 struct error *err)
{
	struct worker_request request = {.kind = WORKER_CHECK,
					 .file = path,
					 .source = source->text,
					 .source_length = source->length,
					 .check_file = "check.lua",
					 .check = checker->text,
					 .check_length = checker->length,
					 .seed = seed,
					 .seconds = lab->seconds,
					 .memory_mb = lab->memory_mb,
					 .local_services = lab->local_services};
	struct worker_result result;
	struct drive drive;
	drive_init(&drive, false);
	memset(outcome, 0, sizeof *outcome);
	enum status status = drive_worker(&drive, &request, &result, err);
	if (status == STATUS_OK && drive.stopped) {
		status = error_set(err, STATUS_CANCELLED, lab->id, "%s",
				   message(MSG_CLI_TEST_STOPPED));
	}
	if (status == STATUS_OK) {
		outcome->passed = result.ok && result.passed;
		outcome->seconds = result.seconds;
		if (!outcome->passed) {
			first_failure(outcome, &drive, &result);
		}
	}
	drive_release(&drive);
	return status;
}

static enum status load(struct strbuf *out, const struct lab *lab, const char *name, char *path,
			struct error *err)
{
	strbuf_reset(out);
	if (snprintf(path, PATH_MAX, "%s/%s", lab->folder, name) >= PATH_MAX) {
		return error_set(err, STATUS_NOT_FOUND, lab->id, "%s/%s", lab->folder, name);
	}
	return file_read(out, path, SOURCE_LIMIT, err);
}

/* The text after "-- expects:" at the file's top; "" when there is none. */
static void expected_words(const struct strbuf *source, char *out, size_t size)
{
	const char *at = strstr(source->text, "-- expects:");
	out[0] = '\0';
	if (at) {
		at += strlen("-- expects:");
		at += strspn(at, " \t");
		snprintf(out, size, "%.*s", (int)strcspn(at, "\r\n"), at);
	}
}

static enum status test_solution(struct testing *testing, const struct lab *lab,
				 const struct strbuf *checker, bool *passed, struct error *err)
{
	char path[PATH_MAX];
	struct strbuf source;
	struct outcome outcome;
	strbuf_init(&source);
	enum status status = load(&source, lab, "solution.lua", path, err);
	*passed = true;
	for (long seed = 1; seed <= testing->seeds && status == STATUS_OK; seed++) {
		status = check(&outcome, lab, path, &source, checker, (uint64_t)seed, err);
		if (status == STATUS_OK && !outcome.passed) {
			char text[1400];
			snprintf(text, sizeof text, message(MSG_CLI_TEST_SOLUTION), seed,
				 outcome.why);
			add_problem(testing, path, 0, text);
			*passed = false;
		}
	}
	strbuf_release(&source);
	return status;
}

/* The starter and an empty answer must fail. */
static enum status test_unfinished(struct testing *testing, const struct lab *lab,
				   const struct strbuf *checker, bool *passed, struct error *err)
{
	char path[PATH_MAX];
	struct strbuf source;
	struct outcome outcome;
	strbuf_init(&source);
	enum status status = load(&source, lab, "starter.lua", path, err);
	if (status == STATUS_OK) {
		status = check(&outcome, lab, path, &source, checker, 1, err);
		*passed = status == STATUS_OK && outcome.passed;
		if (*passed) {
			add_problem(testing, path, 0, message(MSG_CLI_TEST_STARTER));
		}
	}
	if (status == STATUS_OK) {
		strbuf_reset(&source);
		strbuf_puts(&source, "return {}\n");
		status = check(&outcome, lab, "empty.lua", &source, checker, 1, err);
		if (status == STATUS_OK && outcome.passed) {
			add_problem(testing, path, 0, message(MSG_CLI_TEST_EMPTY));
		}
	}
	strbuf_release(&source);
	return status;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t list_mutants(const struct lab *lab, char *names[MOST_MUTANTS])
{
	char folder[PATH_MAX];
	size_t count = 0;
	snprintf(folder, sizeof folder, "%s/mutants", lab->folder);
	DIR *dir = opendir(folder);
	for (struct dirent *item; dir && count < MOST_MUTANTS && (item = readdir(dir)) != NULL;) {
		size_t length = strlen(item->d_name);
		if (length > 4 && strcmp(item->d_name + length - 4, ".lua") == 0 &&
		    (names[count] = strdup(item->d_name)) != NULL) {
			count++;
		}
	}
	if (dir) {
		closedir(dir);
	}
	if (count > 0) {
		qsort(names, count, sizeof *names, by_name);
	}
	return count;
}

static enum status test_mutant(struct testing *testing, const struct lab *lab, const char *name,
			       const struct strbuf *checker, bool *caught, struct error *err)
{
	char path[PATH_MAX], file[NAME_MAX + 16], expected[256], text[1600];
	struct strbuf source;
	struct outcome outcome;
	strbuf_init(&source);
	snprintf(file, sizeof file, "mutants/%s", name);
	enum status status = load(&source, lab, file, path, err);
	if (status == STATUS_OK) {
		status = check(&outcome, lab, path, &source, checker, 1, err);
	}
	if (status == STATUS_OK) {
		expected_words(&source, expected, sizeof expected);
		*caught = !outcome.passed && strstr(outcome.why, expected) != NULL;
		if (outcome.passed) {
			add_problem(testing, path, 0, message(MSG_CLI_TEST_MUTANT_PASSED));
		} else if (!*expected) {
			add_problem(testing, path, 0, message(MSG_CLI_TEST_MUTANT_SILENT));
			*caught = false;
		} else if (!*caught) {
			snprintf(text, sizeof text, message(MSG_CLI_TEST_MUTANT_OTHER), expected,
				 outcome.why);
			add_problem(testing, path, 2, text);
		}
	}
	strbuf_release(&source);
	return status;
}

static enum status test_mutants(struct testing *testing, const struct lab *lab,
				const struct strbuf *checker, size_t *caught, size_t *all,
				struct error *err)
{
	char *names[MOST_MUTANTS];
	enum status status = STATUS_OK;
	*all = list_mutants(lab, names);
	*caught = 0;
	for (size_t i = 0; i < *all; i++) {
		bool one = false;
		if (status == STATUS_OK) {
			status = test_mutant(testing, lab, names[i], checker, &one, err);
		}
		*caught += one;
		free(names[i]);
	}
	return status;
}

static enum status test_lab(struct testing *testing, const struct lab *lab, json_t *labs,
			    struct error *err)
{
	char path[PATH_MAX], share[32];
	struct strbuf checker;
	bool solution = false, starter = false;
	size_t caught = 0, all = 0;
	strbuf_init(&checker);
	enum status status = load(&checker, lab, "check.lua", path, err);
	if (status == STATUS_OK) {
		status = test_solution(testing, lab, &checker, &solution, err);
	}
	if (status == STATUS_OK) {
		status = test_unfinished(testing, lab, &checker, &starter, err);
	}
	if (status == STATUS_OK) {
		status = test_mutants(testing, lab, &checker, &caught, &all, err);
	}
	strbuf_release(&checker);
	if (status == STATUS_NOT_FOUND) { /* lint names the missing file */
		add_problem(testing, path, 0, err->message);
		error_clear(err);
		status = STATUS_OK;
	}
	snprintf(share, sizeof share, "%zu/%zu", caught, all);
	json_array_append_new(labs, json_pack("{s:s,s:s,s:s,s:s}", "id", lab->id, "solution",
					      solution ? "pass" : "fail", "starter",
					      starter ? "pass" : "fail", "mutants_caught", share));
	if (!testing->options->json && status == STATUS_OK) {
		printf(message(MSG_CLI_TEST_LAB), lab->id,
		       message(solution ? MSG_CLI_TEST_PASSES : MSG_CLI_TEST_FAILS),
		       message(starter ? MSG_CLI_TEST_PASSES : MSG_CLI_TEST_FAILS), share);
		fflush(stdout);
	}
	return status;
}

/* ---- sample answers ---- */

static enum status test_answers(struct testing *testing, const struct checkpoint *checkpoint,
				const char *lesson_text, size_t *right, size_t *wrong,
				struct error *err)
{
	for (size_t i = 0; i < checkpoint->sample_count; i++) {
		const struct sample_answer *sample = &checkpoint->samples[i];
		const struct grade_context context = {checkpoint->question, lesson_text};
		struct grade grade;
		enum status status = grade_answer(&grade, testing->grader, checkpoint, &context,
						  sample->text, strlen(sample->text), err);
		if (status != STATUS_OK) {
			return status;
		}
		bool same = grade.verdict == sample->verdict;
		*right += same;
		*wrong += !same;
		if (!same && !testing->options->json) {
			printf(message(MSG_CLI_TEST_ANSWER), lesson_short_path(checkpoint->path),
			       sample->line, checkpoint->id, i + 1, verdict_name(sample->verdict),
			       verdict_name(grade.verdict));
		}
		grade_release(&grade);
	}
	return STATUS_OK;
}

/* ---- lessons ---- */

static enum status test_steps(struct testing *testing, const struct lesson_file *file, json_t *labs,
			      size_t *right, size_t *wrong, struct error *err)
{
	const struct lesson *lesson = file->lesson;
	enum status status = STATUS_OK;
	if (!lesson) {
		return file->checkpoint && !testing->labs_only
			       ? test_answers(testing, file->checkpoint, NULL, right, wrong, err)
			       : STATUS_OK;
	}
	struct strbuf text;
	strbuf_init(&text);
	for (size_t i = 0; i < lesson->step_count; i++) {
		if (lesson->steps[i].kind == STEP_TEXT) {
			strbuf_printf(&text, "%s\n", lesson->steps[i].text);
		}
	}
	for (size_t i = 0; i < lesson->step_count && status == STATUS_OK; i++) {
		const struct step *step = &lesson->steps[i];
		if (step->kind == STEP_CHECKPOINT && !testing->labs_only) {
			status = test_answers(testing, step->checkpoint, text.text, right, wrong,
					      err);
		} else if (step->kind == STEP_LAB && !testing->answers_only &&
			   (!testing->quick || step->lab.seconds <= QUICK_SECONDS)) {
			status = test_lab(testing, &step->lab, labs, err);
		}
	}
	strbuf_release(&text);
	return status;
}

static enum status test_lesson(struct testing *testing, const struct lesson_target *target,
			       struct error *err)
{
	struct lesson_file file;
	json_t *labs = json_array();
	size_t right = 0, wrong = 0;
	testing->problems = json_array();
	enum status status = lesson_read(&file, target->folder, target->course, err);
	if (status == STATUS_OK) {
		for (size_t i = 0; i < file.problem_count; i++) {
			add_problem(testing, file.problems[i].file, file.problems[i].line,
				    file.problems[i].message);
		}
		status = test_steps(testing, &file, labs, &right, &wrong, err);
		lesson_file_release(&file);
	}
	testing->right += right;
	testing->wrong += wrong;
	if (status == STATUS_OK && !testing->options->json) {
		printf(message(MSG_CLI_TEST_LESSON), target->id, json_array_size(testing->problems),
		       right, right + wrong);
	}
	json_array_append_new(testing->lessons,
			      json_pack("{s:s,s:o,s:o,s:{s:i,s:i}}", "id", target->id, "problems",
					testing->problems, "labs", labs, "answers", "right",
					(int)right, "wrong", (int)wrong));
	return status;
}

static int conclude(const struct testing *testing)
{
	size_t answers = testing->right + testing->wrong;
	bool enough = (double)testing->right >= answers_right_share * (double)answers;
	bool passed = testing->problem_count == 0 && enough;
	if (testing->options->json) {
		bool ok = cli_print_json(json_pack("{s:O}", "lessons", testing->lessons));
		return !ok ? CLI_FAULT : passed ? CLI_PASSED : CLI_NOT_PASSED;
	}
	printf(message(MSG_CLI_TEST_SUM), json_array_size(testing->lessons), testing->problem_count,
	       testing->right, answers);
	return passed ? CLI_PASSED : CLI_NOT_PASSED;
}

/* Workers look for the modules of a course where MUNDAP_LESSONS says: lessons named by their path add their own. */
static enum status share_modules(const struct lesson_targets *targets, struct error *err)
{
	const char *wish = getenv("MUNDAP_LESSONS");
	struct strbuf lessons;
	strbuf_init(&lessons);
	strbuf_puts(&lessons, wish ? wish : "");
	for (size_t i = 0; i < targets->count; i++) {
		if (i == 0 || strcmp(targets->items[i].course, targets->items[i - 1].course) != 0) {
			strbuf_printf(&lessons, ":%s", targets->items[i].folder);
		}
	}
	enum status status = STATUS_OK;
	if (!strbuf_ok(&lessons) || setenv("MUNDAP_LESSONS", lessons.text, 1) != 0) {
		status = error_set(err, STATUS_NOMEM, "lessons", "%s", message(MSG_CLI_NO_MEMORY));
	}
	strbuf_release(&lessons);
	return status;
}

int lesson_test(int argc, char **argv, const struct cli_options *options)
{
	struct testing testing = {.options = options, .seeds = 1};
	const struct cli_option own[] = {
		{"--seeds", CLI_INTEGER, &testing.seeds, 1, 100},
		{"--quick", CLI_FLAG, &testing.quick, 0, 0},
		{"--labs", CLI_FLAG, &testing.labs_only, 0, 0},
		{"--answers", CLI_FLAG, &testing.answers_only, 0, 0},
	};
	struct lesson_targets targets;
	struct strbuf share;
	struct error err = ERROR_INIT;
	int status = cli_take_options(&argc, argv, own, sizeof own / sizeof *own, options);
	if (status != 0 || (status = lesson_targets_init(&targets, argc, argv, options)) != 0) {
		return status;
	}
	strbuf_init(&share);
	testing.lessons = json_array();
	enum status got = share_modules(&targets, &err);
	if (got == STATUS_OK) {
		got = file_share_folder(&share, &err);
	}
	if (got == STATUS_OK) {
		got = grader_open(&testing.grader, share.text, &err);
	}
	for (size_t i = 0; i < targets.count && got == STATUS_OK; i++) {
		got = test_lesson(&testing, &targets.items[i], &err);
	}
	status = got == STATUS_OK ? conclude(&testing) : cli_fail_error(options, &err);
	grader_free(testing.grader);
	json_decref(testing.lessons);
	strbuf_release(&share);
	lesson_targets_release(&targets);
	return status;
}
