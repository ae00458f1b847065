#include <stdio.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/lua/catalog.h"
#include "engine/tutor/gift.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"

/* mundap quiz: a lesson's questions out to GIFT, a GIFT file in to a lesson's Lua, one answer graded. */

static int with_lesson(const char *name, struct catalog **catalog, const struct lesson **lesson,
		       const struct cli_options *options)
{
	struct error err = ERROR_INIT;
	if (catalog_load(catalog, &err) != STATUS_OK) {
		return cli_fail_error(options, &err);
	}
	const struct lesson_entry *entry = catalog_find(*catalog, name);
	if (!entry) {
		return cli_fail_unknown(options, MSG_CLI_NO_LESSON, name,
					catalog_nearest(*catalog, name));
	}
	return catalog_open(*catalog, entry, lesson, &err) == STATUS_OK
		       ? 0
		       : cli_fail_error(options, &err);
}

static int export_lesson(const char *name, const struct cli_options *options)
{
	struct catalog *catalog = NULL;
	const struct lesson *lesson = NULL;
	int code = with_lesson(name, &catalog, &lesson, options);
	struct strbuf out;
	strbuf_init(&out);
	for (size_t s = 0; code == 0 && s < lesson->step_count; s++) {
		const struct step *step = &lesson->steps[s];
		for (size_t q = 0; step->kind == STEP_QUIZ && q < step->quiz.count; q++) {
			gift_write(&out, &step->quiz.questions[q]);
		}
	}
	if (code == 0) {
		fputs(out.text, stdout);
	}
	strbuf_release(&out);
	catalog_free(catalog);
	return code;
}

/* ---- GIFT to Lua ---- */

static void lua_string(struct strbuf *out, const char *text)
{
	strbuf_putc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\') {
			strbuf_putc(out, '\\');
		}
		if (*text == '\n') {
			strbuf_puts(out, "\\n");
		} else {
			strbuf_putc(out, *text);
		}
	}
	strbuf_putc(out, '"');
}

static void lua_list(struct strbuf *out, const char *name, const struct string_list *list)
{
	if (list->count == 0) {
		return;
	}
	strbuf_printf(out, ", %s = { ", name);
	for (size_t i = 0; i < list->count; i++) {
		strbuf_puts(out, i ? ", " : "");
		lua_string(out, list->items[i]);
	}
	strbuf_puts(out, " }");
}

static void lua_question(struct strbuf *out, const struct question *q, size_t number)
{
	strbuf_printf(out, "\t{ id = \"q%zu\", kind = \"%s\", ask = ", number,
		      question_kind_name(q->kind));
	lua_string(out, q->ask);
	lua_list(out, "choices", &q->choices);
	lua_list(out, "accept", &q->accept);
	if (q->kind == QUESTION_NUMERIC) {
		strbuf_printf(out, ", answer = %.15g, tolerance = %.15g, unit = ", q->number,
			      q->tolerance);
		lua_string(out, q->unit);
	} else if (q->kind == QUESTION_MULTIPLE) {
		strbuf_puts(out, ", answer = { ");
		for (size_t i = 0; i < q->answer_count; i++) {
			strbuf_printf(out, "%s%d", i ? ", " : "", q->answers[i] + 1);
		}
		strbuf_puts(out, " }");
	} else if (q->answer_count > 0) {
		strbuf_printf(out, ", answer = %d", q->answers[0] + 1);
	}
	for (size_t i = 0; i < q->left.count; i++) {
		strbuf_puts(out, i ? ", { " : ", pairs = { { ");
		lua_string(out, q->left.items[i]);
		strbuf_puts(out, ", ");
		lua_string(out, q->right.items[i]);
		strbuf_puts(out, i + 1 == q->left.count ? " } }" : " }");
	}
	strbuf_puts(out, ", explain = ");
	lua_string(out, q->explain);
	strbuf_puts(out, " },\n");
}

static int import_file(const char *path, const struct cli_options *options)
{
	struct error err = ERROR_INIT;
	struct strbuf text, out;
	struct arena arena;
	strbuf_init(&text);
	strbuf_init(&out);
	arena_init(&arena);
	struct question *questions;
	size_t count = 0, skipped = 0;
	enum status status = file_read(&text, path, 0, &err);
	if (!status) {
		status = gift_read(&questions, &count, &skipped, &arena, text.text, &err);
	}
	strbuf_puts(&out, "quiz { id = \"quiz\", title = \"\", questions = {\n");
	for (size_t i = 0; !status && i < count; i++) {
		lua_question(&out, &questions[i], i + 1);
	}
	strbuf_puts(&out, "} },\n");
	int code = status ? cli_fail_error(options, &err) : CLI_PASSED;
	if (code == CLI_PASSED) {
		fputs(out.text, stdout);
		if (skipped > 0) {
			fprintf(stderr, message(MSG_QUIZ_SKIPPED), skipped);
			fputc('\n', stderr);
		}
	}
	arena_release(&arena);
	strbuf_release(&text);
	strbuf_release(&out);
	return code;
}

int cmd_quiz(int argc, char **argv, const struct cli_options *options)
{
	int code = cli_take_options(&argc, argv, NULL, 0, options);
	if (code) {
		return code;
	}
	if (argc == 3 && strcmp(argv[1], "export") == 0) {
		return export_lesson(argv[2], options);
	}
	if (argc == 3 && strcmp(argv[1], "import") == 0) {
		return import_file(argv[2], options);
	}
	return cli_fail(options, CLI_WRONG_USE, "usage", "%s", message(MSG_QUIZ_NEEDS_VERB));
}
