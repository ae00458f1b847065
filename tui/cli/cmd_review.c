#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/review/custom.h"
#include "engine/review/review.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"

/* mundap review PATH…: the review of files and folders. */

struct wishes {
	bool live, all;
	const char *fail_on, *since, *name, *rules;
};

static enum status add_stdin(struct review *review, const char *name, struct error *err)
{
	struct strbuf text;
	char chunk[1 << 16];
	size_t got;
	strbuf_init(&text);
	while ((got = fread(chunk, 1, sizeof chunk, stdin)) > 0 && text.length < (size_t)16 << 20) {
		strbuf_add(&text, chunk, got);
	}
	enum status status = strbuf_ok(&text)
				     ? review_add(review, name, text.text, text.length, err)
				     : error_set(err, STATUS_NOMEM, "review", "out of memory");
	strbuf_release(&text);
	return status;
}

static enum status add_all(struct review *review, int argc, char **argv,
			   const struct wishes *wishes, struct error *err)
{
	for (int i = 1; i < argc; i++) {
		enum status status = strcmp(argv[i], "-") == 0
					     ? add_stdin(review, wishes->name, err)
					     : review_add_path(review, argv[i], err);
		if (status != STATUS_OK) {
			return status;
		}
	}
	return STATUS_OK;
}

static void show_progress(void *context, const char *text, int done, int total)
{
	(void)context;
	if (isatty(STDERR_FILENO)) {
		fprintf(stderr, "\r\033[K[%d/%d] %s", done, total, text);
		if (done >= total) {
			fputs("\r\033[K", stderr);
		}
		fflush(stderr);
	}
}

static int compare_with(const char *path, const json_t *now, const struct cli_options *options)
{
	json_error_t problem;
	json_t *before = json_load_file(path, 0, &problem);
	if (!before) {
		return cli_fail(options, CLI_WRONG_USE, "parse", message(MSG_CLI_REVIEW_NO_REPORT),
				path);
	}
	struct error err = ERROR_INIT;
	struct review_change *changes = NULL;
	size_t count = 0;
	struct strbuf text;
	strbuf_init(&text);
	enum status status = review_compare(before, now, &changes, &count, &err);
	if (status == STATUS_OK) {
		review_compare_text(changes, count, &text);
		printf("\n%s", text.text);
	}
	strbuf_release(&text);
	free(changes);
	json_decref(before);
	return status == STATUS_OK ? CLI_PASSED : cli_fail_error(options, &err);
}

static int print_review(const struct review *review, const struct wishes *wishes,
			const struct cli_options *options)
{
	if (strcmp(options->format, "sarif") == 0) {
		return cli_print_json(review_to_sarif(review)) ? CLI_PASSED : CLI_FAULT;
	}
	if (strcmp(options->format, "json") == 0) {
		return cli_print_json(review_to_json(review)) ? CLI_PASSED : CLI_FAULT;
	}
	struct strbuf text;
	strbuf_init(&text);
	review_to_text(review, wishes->all, &text);
	bool ok = strbuf_ok(&text) && fputs(text.text, stdout) >= 0;
	strbuf_release(&text);
	if (ok && wishes->since) {
		json_t *now = review_to_json(review);
		int status = compare_with(wishes->since, now, options);
		json_decref(now);
		return status;
	}
	return ok && fflush(stdout) == 0 ? CLI_PASSED : CLI_FAULT;
}

int cmd_review(int argc, char **argv, const struct cli_options *options)
{
	struct wishes wishes = {.name = "-"};
	const struct cli_option own[] = {
		{"--live", CLI_FLAG, &wishes.live, 0, 0},
		{"--all", CLI_FLAG, &wishes.all, 0, 0},
		{"--fail-on", CLI_TEXT, &wishes.fail_on, 0, 0},
		{"--since", CLI_TEXT, &wishes.since, 0, 0},
		{"--stdin-name", CLI_TEXT, &wishes.name, 0, 0},
		{"--rules", CLI_TEXT, &wishes.rules, 0, 0},
	};
	int status = cli_take_options(&argc, argv, own, sizeof own / sizeof *own, options);
	if (status != 0) {
		return status;
	}
	enum review_severity limit = REVIEW_HIGH;
	if (wishes.fail_on && !review_severity_parse(wishes.fail_on, &limit)) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_REVIEW_SEVERITY),
				wishes.fail_on);
	}
	if (argc < 2) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD), "PATH",
				"mundap review app.py");
	}
	struct error err = ERROR_INIT;
	struct review *review = review_new();
	if (!review) {
		return cli_fail(options, CLI_FAULT, "nomem", "%s", "out of memory");
	}
	if (review_add_lesson_rules(review, &err) != STATUS_OK ||
	    (wishes.rules && review_add_rules(review, wishes.rules, &err) != STATUS_OK) ||
	    add_all(review, argc, argv, &wishes, &err) != STATUS_OK ||
	    review_run(review, &err) != STATUS_OK ||
	    (wishes.live && review_probe_live(review, show_progress, NULL, &err) != STATUS_OK)) {
		review_free(review);
		return cli_fail_error(options, &err);
	}
	if (review_rule_trouble(review)) {
		fprintf(stderr, "%s\n", review_rule_trouble(review));
	}
	status = print_review(review, &wishes, options);
	if (status == CLI_PASSED && wishes.fail_on && review_reaches(review, limit)) {
		status = CLI_NOT_PASSED;
	}
	review_free(review);
	return status;
}
