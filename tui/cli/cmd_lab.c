#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/lua/catalog.h"
#include "engine/store/store.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"
#include "tui/cli/drive.h"
#include "tui/cli/lesson_text.h"
#include "tui/lab_files.h"

/* mundap lab LAB: hands out the starter; --check runs the lab's check over the learner's file. */

struct lab_options {
	bool check;
	long seed; /* -1: another one at each attempt */
	long threads;
};

/* {name: last value} */
static json_t *last_values(const struct drive *drive)
{
	json_t *out = json_object();
	const char *name;
	json_t *points;
	json_object_foreach(drive->metrics, name, points)
	{
		size_t count = json_array_size(points);
		json_object_set(out, name, json_array_get(json_array_get(points, count - 1), 1));
	}
	return out;
}

/* Keeps the attempt; a store that cannot be opened is said, and the check's answer stands. */
static void record(const struct lab *lab, const struct lab_check *check, const struct drive *drive,
		   const struct worker_result *result)
{
	struct error err = ERROR_INIT;
	struct store *store = NULL;
	json_t *values = last_values(drive);
	char *tests = json_dumps(drive->tests, JSON_COMPACT);
	char *metrics = json_dumps(values, JSON_COMPACT);
	enum status status = store_open(&store, NULL, &err);
	if (status == STATUS_OK && tests && metrics) {
		struct lab_attempt attempt = {.lab = lab->id,
					      .passed = result->passed,
					      .seconds = result->seconds,
					      .seed = check->request.seed,
					      .source = check->source.text,
					      .tests = tests,
					      .metrics = metrics};
		int64_t id;
		status = store_add_lab_attempt(store, &attempt, &id, &err);
	}
	if (status != STATUS_OK) {
		fprintf(stderr, message(MSG_LAB_NOT_RECORDED), err.message);
	}
	store_close(store);
	free(tests);
	free(metrics);
	json_decref(values);
}

static void print_result(const struct lab *lab, const struct drive *drive,
			 const struct worker_result *result, const char *path, uint64_t seed,
			 const struct cli_options *options)
{
	if (options->json) {
		cli_print_json(json_pack("{s:s,s:b,s:O,s:o,s:f,s:o,s:I,s:s,s:O}", "lab", lab->id,
					 "passed", result->passed, "tests", drive->tests, "metrics",
					 last_values(drive), "seconds", result->seconds, "error",
					 drive_error_json(result), "seed", (json_int_t)seed, "file",
					 path, "log", drive->log));
		return;
	}
	drive_print_metrics(drive);
	fflush(stdout);
	if (!result->ok) {
		drive_print_error(result);
	}
	size_t passed = 0, i;
	json_t *test;
	json_array_foreach(drive->tests, i, test)
	{
		passed += json_is_true(json_object_get(test, "passed"));
	}
	if (json_array_size(drive->tests) == 0) {
		return; /* it stopped before the first test, and said why */
	}
	printf(message(result->passed ? MSG_LAB_PASSED : MSG_LAB_NOT_PASSED), passed,
	       json_array_size(drive->tests));
}

static int check_lab(const struct lab *lab, const char *file, const struct lab_options *own,
		     const struct cli_options *options)
{
	struct error err = ERROR_INIT;
	struct strbuf path;
	strbuf_init(&path);
	if (file) {
		strbuf_puts(&path, file);
	} else if (lab_file_path(&path, lab, &err) != STATUS_OK) {
		strbuf_release(&path);
		return cli_fail_error(options, &err);
	}
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	uint64_t seed = own->seed >= 0 ? (uint64_t)own->seed
				       : (uint64_t)(now.tv_sec ^ now.tv_nsec) % 1000000;
	struct lab_check check;
	struct drive drive;
	drive_init(&drive, !options->json);
	int status;
	struct worker_result result;
	if (lab_check_prepare(&check, lab, path.text, seed, &err) != STATUS_OK) {
		status = err.status == STATUS_NOT_FOUND
				 ? cli_fail(options, CLI_WRONG_USE, "not-found",
					    message(MSG_LAB_NO_FILE), path.text, lab->id)
				 : cli_fail_error(options, &err);
	} else {
		check.request.threads = (int)own->threads;
		if (drive_worker(&drive, &check.request, &result, &err) != STATUS_OK) {
			status = cli_fail(options, CLI_FAULT, status_name(err.status), "%s",
					  err.message);
		} else {
			record(lab, &check, &drive, &result);
			print_result(lab, &drive, &result, path.text, seed, options);
			status = result.passed ? CLI_PASSED : CLI_NOT_PASSED;
		}
	}
	lab_check_release(&check);
	drive_release(&drive);
	strbuf_release(&path);
	return status;
}

static int hand_out(const struct lab *lab, const struct cli_options *options)
{
	struct error err = ERROR_INIT;
	struct strbuf path;
	strbuf_init(&path);
	bool fresh = false;
	int status = CLI_PASSED;
	if (lab_file_open(&path, lab, &fresh, &err) != STATUS_OK) {
		status = cli_fail(options, CLI_FAULT, status_name(err.status), "%s", err.message);
	} else if (options->json) {
		cli_print_json(json_pack("{s:s,s:s,s:s,s:b,s:s,s:s}", "lab", lab->id, "title",
					 lab->title, "file", path.text, "fresh", fresh, "goal",
					 lab->goal, "pass", lab->pass));
	} else {
		struct strbuf goal;
		int columns = cli_columns();
		strbuf_init(&goal);
		strbuf_printf(&goal, "# %s %s\n\n%s\n", lab->id, lab->title, lab->goal);
		if (lesson_text_print(&goal, columns < MOST_COLUMNS ? columns : MOST_COLUMNS,
				      options->color, &err) != STATUS_OK) {
			status = cli_fail_error(options, &err);
		}
		strbuf_release(&goal);
		putchar('\n');
		printf(message(fresh ? MSG_LAB_COPIED : MSG_LAB_KEPT), path.text);
		printf(message(MSG_LAB_NEXT), lab->pass, lab->id);
	}
	strbuf_release(&path);
	return status;
}

int cmd_lab(int argc, char **argv, const struct cli_options *options)
{
	struct lab_options own = {.seed = -1};
	const struct cli_option known[] = {
		{"--check", CLI_FLAG, &own.check, 0, 0},
		{"--seed", CLI_INTEGER, &own.seed, 0, 1e15},
		{"--threads", CLI_INTEGER, &own.threads, 1, 64},
	};
	int status =
		cli_take_options(&argc, argv, known, sizeof(known) / sizeof(known[0]), options);
	if (status) {
		return status;
	}
	if (argc < 2) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD), "LAB",
				"mundap lab Lab-AI-05");
	}
	if (argc > (own.check ? 3 : 2)) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_TOO_MANY_WORDS),
				argv[argc - 1], "lab");
	}
	struct catalog *catalog = NULL;
	struct error err = ERROR_INIT;
	const struct step *step = NULL;
	if (catalog_load(&catalog, &err) != STATUS_OK) {
		return cli_fail_error(options, &err);
	}
	if (catalog_lab(catalog, argv[1], &step, NULL, &err) != STATUS_OK) {
		status = err.status == STATUS_NOT_FOUND
				 ? cli_fail_unknown(options, MSG_CLI_NO_LAB, argv[1],
						    catalog_nearest(catalog, argv[1]))
				 : cli_fail_error(options, &err);
	} else if (own.check) {
		status = check_lab(&step->lab, argc > 2 ? argv[2] : NULL, &own, options);
	} else {
		status = hand_out(&step->lab, options);
	}
	catalog_free(catalog);
	return status;
}
