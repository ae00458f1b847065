#include <stdio.h>
#include <strings.h>

#include "engine/lua/catalog.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"
#include "tui/cli/lesson_text.h"

/* mundap read LESSON: the lesson's text, laid out for a width. */

static const struct step *find_step(const struct lesson *lesson, const char *id)
{
	for (size_t i = 0; i < lesson->step_count; i++) {
		if (strcasecmp(lesson->steps[i].id, id) == 0) {
			return &lesson->steps[i];
		}
	}
	return NULL;
}

static int print_json(const struct lesson *lesson)
{
	json_t *steps = json_array();
	for (size_t i = 0; i < lesson->step_count; i++) {
		const struct step *step = &lesson->steps[i];
		struct strbuf text;
		strbuf_init(&text);
		lesson_text_step(&text, step);
		json_array_append_new(steps, json_pack("{s:s,s:s,s:s,s:s}", "id", step->id, "kind",
						       step_kind_name(step->kind), "title",
						       step->title, "markdown", text.text));
		strbuf_release(&text);
	}
	bool ok = cli_print_json(json_pack("{s:s,s:s,s:s,s:i,s:o}", "id", lesson->id, "title",
					   lesson->title, "summary", lesson->summary, "minutes",
					   lesson->minutes, "steps", steps));
	return ok ? CLI_PASSED : CLI_FAULT;
}

static int print_text(const struct lesson *lesson, const char *step_id, int width,
		      const struct cli_options *options)
{
	struct error err = ERROR_INIT;
	struct strbuf markdown;
	const struct step *step = step_id ? find_step(lesson, step_id) : NULL;
	if (step_id && !step) {
		return cli_fail(options, CLI_WRONG_USE, "not-found", message(MSG_CLI_READ_NO_STEP),
				lesson->id, step_id);
	}
	strbuf_init(&markdown);
	if (step) {
		lesson_text_step(&markdown, step);
	} else {
		lesson_text_all(&markdown, lesson);
	}
	enum status status = lesson_text_print(&markdown, width, options->color, &err);
	strbuf_release(&markdown);
	return status == STATUS_OK ? CLI_PASSED : cli_fail_error(options, &err);
}

static int read_lesson(struct catalog *catalog, const char *name, const char *step, int width,
		       const struct cli_options *options)
{
	const struct lesson_entry *entry = catalog_find(catalog, name);
	const struct lesson *lesson = NULL;
	struct error err = ERROR_INIT;
	if (!entry) {
		return cli_fail_unknown(options, MSG_CLI_NO_LESSON, name,
					catalog_nearest(catalog, name));
	}
	enum status status = catalog_open(catalog, entry, &lesson, &err);
	if (status == STATUS_UNSUPPORTED) {
		return cli_fail(options, CLI_WRONG_USE, "not-ready", "%s", err.message);
	}
	if (status != STATUS_OK) {
		return cli_fail_error(options, &err);
	}
	return options->json ? print_json(lesson) : print_text(lesson, step, width, options);
}

int cmd_read(int argc, char **argv, const struct cli_options *options)
{
	long width = 0;
	const char *step = NULL;
	const struct cli_option own[] = {
		{"--width", CLI_INTEGER, &width, 20, 500},
		{"--step", CLI_TEXT, &step, 0, 0},
	};
	int status = cli_take_options(&argc, argv, own, sizeof own / sizeof *own, options);
	if (status != 0) {
		return status;
	}
	if (argc != 2) {
		return argc < 2
			       ? cli_fail(options, CLI_WRONG_USE, "usage",
					  message(MSG_CLI_NEED_WORD), "LESSON", "mundap read AI-05")
			       : cli_fail(options, CLI_WRONG_USE, "usage",
					  message(MSG_CLI_TOO_MANY_WORDS), argv[2], "read");
	}
	if (width == 0) {
		int columns = cli_columns();
		width = columns < MOST_COLUMNS ? columns : MOST_COLUMNS;
	}
	struct catalog *catalog = NULL;
	struct error err = ERROR_INIT;
	if (catalog_load(&catalog, &err) != STATUS_OK) {
		return cli_fail_error(options, &err);
	}
	status = read_lesson(catalog, argv[1], step, (int)width, options);
	catalog_free(catalog);
	return status;
}
