#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/review/custom.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/lesson_targets.h"

/* mundap lesson lint: every problem of the lessons named, all at once. */

static bool is_rule(const char *path)
{
	size_t length = strlen(path);
	return length > 4 && strcmp(path + length - 4, ".lua") == 0 && access(path, R_OK) == 0;
}

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

/* Rules of the reviewer, each tried on its own samples. */

struct rule_lint {
	const struct cli_options *options;
	json_t *lessons, *problems; /* of the rule at hand */
	size_t count, problem_count;
};

static void tell_rule(void *context, const char *file, int line, const char *text)
{
	struct rule_lint *lint = context;
	lint->problem_count++;
	json_array_append_new(lint->problems,
			      json_pack("{s:s,s:i,s:s}", "file", lesson_short_path(file), "line",
					line, "message", text));
	if (!lint->options->json) {
		printf("%s:%d: %s\n", lesson_short_path(file), line, text);
	}
}

static enum status lint_rule(struct rule_lint *lint, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	struct strbuf id;
	strbuf_init(&id);
	strbuf_printf(&id, "rules/%s", slash ? slash + 1 : path);
	lint->problems = json_array();
	size_t before = lint->problem_count;
	enum status status = review_check_rule(path, tell_rule, lint, err);
	lint->count++;
	if (status == STATUS_OK && !lint->options->json && lint->problem_count == before) {
		printf(message(MSG_CLI_LINT_CLEAN), id.text);
	}
	json_array_append_new(lint->lessons,
			      json_pack("{s:s,s:o}", "id", id.text, "problems", lint->problems));
	strbuf_release(&id);
	return status;
}

static enum status lint_rules_in(void *context, const char *folder, struct error *err)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	enum status status = STATUS_OK;
	for (int i = 0; i < count; i++) {
		struct strbuf path;
		strbuf_init(&path);
		strbuf_printf(&path, "%s/%s", folder, entries[i]->d_name);
		if (status == STATUS_OK && *entries[i]->d_name != '.' && is_rule(path.text)) {
			status = lint_rule(context, path.text, err);
		}
		strbuf_release(&path);
		free(entries[i]);
	}
	if (count >= 0) {
		free(entries);
	}
	return status;
}

static int lint_rule_files(int argc, char **argv, struct rule_lint *lint)
{
	struct error err = ERROR_INIT;
	enum status status = STATUS_OK;
	for (int i = 1; i < argc && status == STATUS_OK; i++) {
		status = lint_rule(lint, argv[i], &err);
	}
	if (argc == 1) {
		status = review_each_rule_folder(lint_rules_in, lint, &err);
	}
	return status == STATUS_OK ? CLI_PASSED : cli_fail_error(lint->options, &err);
}

static int only_rules(int argc, char **argv, const struct cli_options *options)
{
	struct rule_lint lint = {options, json_array(), NULL, 0, 0};
	int status = lint_rule_files(argc, argv, &lint);
	if (status == CLI_PASSED && options->json) {
		bool ok = cli_print_json(json_pack("{s:O}", "lessons", lint.lessons));
		status = ok ? CLI_PASSED : CLI_FAULT;
	}
	json_decref(lint.lessons);
	return status == CLI_PASSED && lint.problem_count ? CLI_NOT_PASSED : status;
}

int lesson_lint(int argc, char **argv, const struct cli_options *options)
{
	struct lesson_targets targets;
	int status = cli_take_options(&argc, argv, NULL, 0, options);
	if (status == 0 && argc > 1 && is_rule(argv[1])) {
		return only_rules(argc, argv, options);
	}
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
	if (status == 0 && argc == 1) {
		struct rule_lint lint = {options, lessons, NULL, 0, 0};
		status = lint_rule_files(argc, argv, &lint);
		problems += lint.problem_count;
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
