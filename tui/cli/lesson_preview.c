#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "tui/app.h"
#include "tui/cli/lesson_targets.h"
#include "tui/cli/lesson_text.h"

/* mundap lesson preview LESSON: the lesson as a learner sees it, read again at every save. On a pipe its text, once. */

/* The author's own records stay out of it: a preview keeps its place in a folder of its own. */
static enum status use_own_folder(const struct lesson_target *target, struct error *err)
{
	struct strbuf folder, lessons;
	strbuf_init(&folder);
	strbuf_init(&lessons);
	const char *more = getenv("MUNDAP_LESSONS");
	enum status status = file_data_folder(&folder, err);
	strbuf_puts(&folder, "/preview");
	strbuf_printf(&lessons, "%s%s%s", more ? more : "", more && *more ? ":" : "",
		      target->folder);
	if (status == STATUS_OK) {
		status = file_make_folder(folder.text, err);
	}
	if (status == STATUS_OK && (setenv("MUNDAP_HOME", folder.text, 1) != 0 ||
				    setenv("MUNDAP_LESSONS", lessons.text, 1) != 0)) {
		status = error_set(err, STATUS_NOMEM, "preview", "%s", message(MSG_CLI_NO_MEMORY));
	}
	strbuf_release(&folder);
	strbuf_release(&lessons);
	return status;
}

static int print_once(const struct lesson_target *target, const struct cli_options *options)
{
	struct lesson_file file;
	struct strbuf markdown;
	struct error err = ERROR_INIT;
	enum status status = lesson_read(&file, target->folder, target->course, &err);
	if (status != STATUS_OK) {
		return cli_fail_error(options, &err);
	}
	strbuf_init(&markdown);
	if (file.lesson) {
		lesson_text_all(&markdown, file.lesson);
		status = lesson_text_print(&markdown, cli_columns(), options->color, &err);
	}
	for (size_t i = 0; i < file.problem_count; i++) {
		fprintf(stderr, "%s:%d: %s\n", lesson_short_path(file.problems[i].file),
			file.problems[i].line, file.problems[i].message);
	}
	size_t problems = file.problem_count;
	strbuf_release(&markdown);
	lesson_file_release(&file);
	return status != STATUS_OK ? cli_fail_error(options, &err)
	       : problems > 0      ? CLI_NOT_PASSED
				   : CLI_PASSED;
}

int lesson_preview(int argc, char **argv, const struct cli_options *options)
{
	struct lesson_targets targets;
	struct error err = ERROR_INIT;
	int status = cli_take_options(&argc, argv, NULL, 0, options);
	if (status != 0) {
		return status;
	}
	if (argc != 2) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"LESSON", "mundap lesson preview my-course/01-mean");
	}
	status = lesson_targets_init(&targets, argc, argv, options);
	if (status != 0) {
		return status;
	}
	const struct lesson_target *target = &targets.items[0];
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		status = print_once(target, options);
	} else if (use_own_folder(target, &err) != STATUS_OK) {
		status = cli_fail_error(options, &err);
	} else {
		const struct app_options app = {.start = target->id, .preview = target->folder};
		status = app_main(&app);
	}
	lesson_targets_release(&targets);
	return status;
}
