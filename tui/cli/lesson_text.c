#include "tui/cli/lesson_text.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/base/utf8.h"
#include "tui/text/markdown.h"
#include "tui/theme.h"

static void add_choices(struct strbuf *out, const struct question *question)
{
	const struct string_list *choices = &question->choices;
	if (question->kind == QUESTION_MATCH) {
		for (size_t i = 0; i < question->left.count; i++) {
			strbuf_printf(out, "- %s\n", question->left.items[i]);
		}
		return;
	}
	if (question->kind == QUESTION_ORDER) {
		return; /* they stand in the right order */
	}
	for (size_t i = 0; i < choices->count; i++) {
		strbuf_printf(out, "   %zu. %s\n", i + 1, choices->items[i]);
	}
}

static void add_quiz(struct strbuf *out, const struct quiz *quiz)
{
	for (size_t i = 0; i < quiz->count; i++) {
		const struct question *question = &quiz->questions[i];
		strbuf_printf(out, "\n**%zu.** %s\n\n", i + 1, question->ask);
		if (*question->code) {
			strbuf_printf(out, "```lua\n%s\n```\n", question->code);
		}
		add_choices(out, question);
	}
}

static void add_lab(struct strbuf *out, const struct lab *lab)
{
	strbuf_printf(out, "%s\n\n", lab->goal);
	strbuf_printf(out, message(MSG_CLI_READ_LAB), lab->pass, lab->id);
	if (*lab->predict_question) {
		strbuf_printf(out, message(MSG_CLI_READ_PREDICT), lab->predict_question);
	}
}

/* Whether the text opens with the title as its own heading. */
static bool opens_with(const char *text, const char *title)
{
	size_t length = strlen(title);
	const char *at = text + strspn(text, "#");
	at += strspn(at, " ");
	return at != text && strncmp(at, title, length) == 0 && strchr("\r\n", at[length]);
}

void lesson_text_step(struct strbuf *out, const struct step *step)
{
	strbuf_puts(out, "\n\n");
	if (step->kind != STEP_TEXT || !opens_with(step->text, step->title)) {
		strbuf_printf(out, "## %s\n\n", step->title);
	}
	switch (step->kind) {
	case STEP_TEXT:
		strbuf_puts(out, step->text);
		break;
	case STEP_FIGURE:
		strbuf_printf(out, "%s\n\n%s", message(MSG_CLI_READ_FIGURE), step->figure.caption);
		break;
	case STEP_CHECKPOINT:
		strbuf_printf(out, "> %s\n\n", step->checkpoint->question);
		strbuf_printf(out, message(MSG_CLI_READ_CHECKPOINT), step->checkpoint->id);
		break;
	case STEP_QUIZ:
		add_quiz(out, &step->quiz);
		break;
	case STEP_LAB:
		add_lab(out, &step->lab);
		break;
	case STEP_REVIEW:
		strbuf_printf(out, "%s\n\n", step->review.body);
		strbuf_printf(out, message(MSG_CLI_READ_REVIEW), step->review.path);
		break;
	}
	strbuf_putc(out, '\n');
}

void lesson_text_all(struct strbuf *out, const struct lesson *lesson)
{
	strbuf_printf(out, "# %s\n\n%s\n", lesson->title, lesson->summary);
	for (size_t i = 0; i < lesson->step_count; i++) {
		lesson_text_step(out, &lesson->steps[i]);
	}
	if (lesson->further_count > 0) {
		strbuf_printf(out, "\n## %s\n\n", message(MSG_CLI_READ_FURTHER));
	}
	for (size_t i = 0; i < lesson->further_count; i++) {
		strbuf_printf(out, "- **%s** %s\n", lesson->further[i].title,
			      lesson->further[i].note);
	}
}

static void print_span(const struct rich_span *span, const struct theme *theme)
{
	const struct look *look = &theme->looks[span->style];
	static const struct {
		unsigned short attribute;
		const char *code;
	} codes[] = {{LOOK_BOLD, ";1"},
		     {LOOK_DIM, ";2"},
		     {LOOK_ITALIC, ";3"},
		     {LOOK_UNDERLINE, ";4"},
		     {LOOK_REVERSE, ";7"}};
	fputs("\033[0", stdout);
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		if (look->attributes & codes[i].attribute) {
			fputs(codes[i].code, stdout);
		}
	}
	if (look->foreground >= 0) {
		printf(";38;5;%d", look->foreground);
	}
	printf("m%s\033[0m", span->text);
}

static void print_coloured(const struct rich_text *rich)
{
	const struct theme *theme = theme_at(0);
	for (int i = 0; i < rich->count; i++) {
		int column = 0;
		for (int k = 0; k < rich->lines[i].count; k++) {
			const struct rich_span *span = &rich->lines[i].spans[k];
			printf("%*s", span->x > column ? span->x - column : 0, "");
			print_span(span, theme);
			column = span->x + (int)utf8_width(span->text, (size_t)span->length);
		}
		putchar('\n');
	}
}

enum status lesson_text_print(const struct strbuf *markdown, int width, bool color,
			      struct error *err)
{
	struct rich_text rich;
	if (!strbuf_ok(markdown)) {
		return error_set(err, STATUS_NOMEM, "read", "%s", message(MSG_CLI_NO_MEMORY));
	}
	enum status status = markdown_layout(&rich, markdown->text, markdown->length, width, err);
	if (status != STATUS_OK) {
		return status;
	}
	if (color) {
		print_coloured(&rich);
	} else {
		struct strbuf plain;
		strbuf_init(&plain);
		rich_text_print(&rich, &plain);
		fwrite(plain.text, 1, plain.length, stdout);
		strbuf_release(&plain);
	}
	rich_text_release(&rich);
	return STATUS_OK;
}
