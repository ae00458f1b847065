#include "tui/plain/plain.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/file.h"
#include "engine/base/message.h"
#include "engine/base/utf8.h"
#include "tui/cli/cli.h"
#include "tui/plain/plain_io.h"
#include "tui/text/markdown.h"

bool plain_read(struct plain *plain, struct strbuf *line)
{
	int c;
	strbuf_reset(line);
	fflush(stdout);
	while ((c = getchar()) != EOF && c != '\n') {
		if (c != '\r' && line->length < 65536) {
			strbuf_putc(line, (char)c);
		}
	}
	if (c == EOF && line->length == 0) {
		plain->ended = true;
		return false;
	}
	char *clean = utf8_normalise(line->text, line->length);
	strbuf_reset(line);
	strbuf_puts(line, clean ? clean : "");
	free(clean);
	return true;
}

bool plain_ask(struct plain *plain, const char *prompt, struct strbuf *line)
{
	printf("%s> ", prompt);
	bool read = plain_read(plain, line);
	if (!read) {
		putchar('\n');
	}
	return read;
}

void plain_markdown(const struct plain *plain, const char *markdown)
{
	struct rich_text rich;
	struct strbuf out;
	if (markdown_layout(&rich, markdown, strlen(markdown), plain->width, NULL)) {
		return;
	}
	strbuf_init(&out);
	rich_text_print(&rich, &out);
	fputs(out.text, stdout);
	strbuf_release(&out);
	rich_text_release(&rich);
}

void plain_say(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

bool plain_told(enum status status, const struct error *err)
{
	if (status != STATUS_OK) {
		plain_say("! %s", err->message[0] ? err->message : status_name(status));
	}
	return status == STATUS_OK;
}

const struct grader *plain_grader(struct plain *plain)
{
	if (!plain->grader) {
		struct error err = ERROR_INIT;
		struct strbuf share;
		strbuf_init(&share);
		enum status status = file_share_folder(&share, &err);
		if (status == STATUS_OK) {
			status = grader_open(&plain->grader, share.text, &err);
		}
		strbuf_release(&share);
		plain_told(status, &err);
	}
	return plain->grader;
}

int plain_chosen(const struct strbuf *line, int count)
{
	char *end;
	long number = strtol(line->text, &end, 10);
	return end != line->text && *end == '\0' && number >= 1 && number <= count ? (int)number
										   : 0;
}

static bool wants_out(const struct strbuf *line)
{
	return !strcasecmp(line->text, "q") || !strcmp(line->text, "나가기") ||
	       !strcmp(line->text, "ㅂ");
}

bool plain_open(struct plain *plain, const char *name, const char *step)
{
	struct error err = ERROR_INIT;
	const struct checkpoint *checkpoint;
	const struct lesson_entry *entry = catalog_find(plain->catalog, name);
	const struct lesson *lesson;
	if (!entry) {
		plain_say(message(MSG_TUI_NO_LESSON), name);
		return true;
	}
	if (!strncasecmp(name, "CP-", 3) || !entry->ready) {
		if (plain_told(catalog_checkpoint(plain->catalog,
						  !strncasecmp(name, "CP-", 3) ||
								  !entry->checkpoints.count
							  ? name
							  : entry->checkpoints.items[0],
						  &checkpoint, NULL, &err),
			       &err)) {
			plain_dialogue(plain, checkpoint, false);
		}
		return true;
	}
	if (!plain_told(catalog_open(plain->catalog, entry, &lesson, &err), &err)) {
		return true;
	}
	return plain_lesson(plain, lesson, step);
}

static bool choose_lesson(struct plain *plain, const struct course *course)
{
	struct strbuf line;
	bool stay = true;
	strbuf_init(&line);
	plain_say("\n%s", course->title);
	for (size_t i = 0; i < course->lesson_count; i++) {
		const struct lesson_entry *entry = course->lessons[i];
		plain_say("  %zu. %s %s%s", i + 1, entry->spec.count ? entry->spec.items[0] : "",
			  entry->title, entry->ready ? "" : message(MSG_PLAIN_ONLY_QUESTION));
	}
	if (plain_ask(plain, message(MSG_PLAIN_CHOOSE_LESSON), &line)) {
		int number = plain_chosen(&line, (int)course->lesson_count);
		if (number) {
			stay = plain_open(plain, course->lessons[number - 1]->id, NULL);
		} else if (wants_out(&line)) {
			stay = false;
		} else if (line.length) {
			stay = plain_open(plain, line.text, NULL);
		}
	}
	strbuf_release(&line);
	return stay;
}

void plain_last_place(struct plain *plain, char *lesson, size_t lesson_size, char *step,
		      size_t step_size)
{
	struct arena arena;
	struct position position;
	arena_init(&arena);
	lesson[0] = step[0] = '\0';
	if (plain->store && !store_position(plain->store, &arena, NULL, &position, NULL) &&
	    catalog_find(plain->catalog, position.lesson)) {
		snprintf(lesson, lesson_size, "%s", position.lesson);
		snprintf(step, step_size, "%s", position.step);
	}
	arena_release(&arena);
}

/* Reads the choices out. */
static void list_home(struct plain *plain, const char *lesson)
{
	size_t count;
	const struct course *courses = catalog_courses(plain->catalog, &count);
	plain_say("\n%s", message(MSG_PLAIN_HOME));
	if (*lesson) {
		plain_say(message(MSG_PLAIN_CONTINUE), catalog_find(plain->catalog, lesson)->title);
	}
	for (size_t i = 0; i < count; i++) {
		plain_say(message(MSG_PLAIN_COURSE), (int)i + 1, courses[i].title,
			  (int)courses[i].lesson_count);
	}
	plain->listed = true;
	plain_menu_print(plain, (int)count + 1);
}

static bool home(struct plain *plain)
{
	size_t count;
	const struct course *courses = catalog_courses(plain->catalog, &count);
	char lesson[256], step[128];
	struct strbuf line;
	bool stay = true;
	strbuf_init(&line);
	plain_last_place(plain, lesson, sizeof lesson, step, sizeof step);
	if (plain->listed) {
		plain_say("\n%s",
			  message(MSG_PLAIN_HOME_AGAIN)); /* once is enough to hear it all */
	} else {
		list_home(plain, lesson);
	}
	if (!plain_ask(plain, message(MSG_PLAIN_CHOOSE), &line)) {
		strbuf_release(&line);
		return false;
	}
	int number = plain_chosen(&line, (int)count + plain_menu_count());
	if (number > (int)count) {
		stay = plain_menu_do(plain, number - (int)count - 1);
	} else if (number) {
		stay = choose_lesson(plain, &courses[number - 1]);
	} else if (wants_out(&line)) {
		stay = false;
	} else if (!strcmp(line.text, "0")) {
		stay = *lesson ? plain_open(plain, lesson, step) : true;
	} else if (!line.length || !strcmp(line.text, "?")) {
		plain->listed = false;
	} else {
		stay = plain_open(plain, line.text, NULL);
	}
	strbuf_release(&line);
	return stay;
}

int plain_main(const struct app_options *options)
{
	struct plain plain = {.width = cli_columns()};
	struct error err = ERROR_INIT, store_error = ERROR_INIT;
	plain.width = plain.width > 100 ? 100 : plain.width < 20 ? 20 : plain.width;
	if (catalog_load(&plain.catalog, &err) != STATUS_OK) {
		fprintf(stderr, "mundap: %s\n", err.message);
		return CLI_FAULT;
	}
	if (store_open(&plain.store, NULL, &store_error) != STATUS_OK) {
		plain_say(message(MSG_TUI_NOT_KEPT), store_error.message);
	}
	plain_say("%s", message(MSG_PLAIN_WELCOME));
	bool stay = !options->start || plain_open(&plain, options->start, NULL);
	while (stay && !plain.ended) {
		stay = home(&plain);
	}
	plain_say("%s", message(MSG_PLAIN_BYE));
	grader_free(plain.grader);
	store_close(plain.store);
	catalog_free(plain.catalog);
	return 0;
}
