#include <stdio.h>

#include "tui/cli/cli_json.h"
#include "tui/cli/lesson_targets.h"

/* mundap lesson lint: every problem of the lessons named, all at once. */

static json_t *problems_json(const struct lesson_file *file)
{
	json_t *list = json_array();
	for (size_t i = 0; i < file->problem_count; i++) {
		const struct lesson_problem *problem = &file->problems[i];
		json_array_append_new(list, json_pack("{s:s,s:i,s:s}", "file",
						      lesson_short_path(problem->file), "line",
						      problem->line, "message", problem->message));
	}
	return list;
}

static void print_problems(const struct lesson_target *target, const struct lesson_file *file)
{
	for (size_t i = 0; i < file->problem_count; i++) {
		const struct lesson_problem *problem = &file->problems[i];
		printf("%s:%d: %s\n", lesson_short_path(problem->file), problem->line,
		       problem->message);
	}
	if (file->problem_count == 0) {
		printf(message(MSG_CLI_LINT_CLEAN), target->id);
	}
}

int lesson_lint(int argc, char **argv, const struct cli_options *options)
{
	struct lesson_targets targets;
	int status = cli_take_options(&argc, argv, NULL, 0, options);
	if (status != 0 || (status = lesson_targets_init(&targets, argc, argv, options)) != 0) {
		return status;
	}
	json_t *lessons = json_array();
	size_t problems = 0;
	for (size_t i = 0; i < targets.count && status == 0; i++) {
		const struct lesson_target *target = &targets.items[i];
		struct lesson_file file;
		struct error err = ERROR_INIT;
		if (lesson_read(&file, target->folder, target->course, &err) != STATUS_OK) {
			status = cli_fail_error(options, &err);
			continue;
		}
		problems += file.problem_count;
		if (options->json) {
			json_array_append_new(lessons, json_pack("{s:s,s:o}", "id", target->id,
								 "problems", problems_json(&file)));
		} else {
			print_problems(target, &file);
		}
		lesson_file_release(&file);
	}
	if (status == 0 && options->json) {
		bool ok = cli_print_json(json_pack("{s:O}", "lessons", lessons));
		status = ok ? CLI_PASSED : CLI_FAULT;
	} else if (status == 0) {
		printf(message(MSG_CLI_LINT_SUM), targets.count, problems);
	}
	json_decref(lessons);
	lesson_targets_release(&targets);
	return status == 0 && problems > 0 ? CLI_NOT_PASSED : status;
}
