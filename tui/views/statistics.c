#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/program.h"
#include "tui/progress.h"
#include "tui/views/views.h"

/* What was learnt, as a page of Markdown with exact numbers. */

static void add_days(struct strbuf *out, struct app *app, struct arena *arena)
{
	struct activity_day *days;
	size_t count = 0;
	long seconds = 0;
	int answers = 0, attempts = 0, steps = 0;
	if (store_activity(app->store, arena, NULL, &days, &count, NULL)) {
		count = 0;
	}
	for (size_t i = 0; i < count; i++) {
		seconds += days[i].seconds;
		answers += days[i].answers;
		attempts += days[i].attempts;
		steps += days[i].steps;
	}
	strbuf_printf(out, message(MSG_TUI_STAT_TOTAL), (int)count, (int)(seconds / 3600),
		      (int)(seconds / 60 % 60), steps, answers, attempts);
	if (!count) {
		return;
	}
	strbuf_printf(out, "\n\n## %s\n\n| %s | %s | %s | %s | %s |\n|---|--:|--:|--:|--:|\n",
		      message(MSG_TUI_STAT_DAYS), message(MSG_TUI_STAT_DAY),
		      message(MSG_TUI_STAT_MINUTES), message(MSG_TUI_STAT_STEPS),
		      message(MSG_TUI_STAT_ANSWERS), message(MSG_TUI_STAT_ATTEMPTS));
	for (size_t i = count > 14 ? count - 14 : 0; i < count; i++) {
		strbuf_printf(out, "| %s | %d | %d | %d | %d |\n", days[i].day,
			      days[i].seconds / 60, days[i].steps, days[i].answers,
			      days[i].attempts);
	}
}

static void add_courses(struct strbuf *out, struct app *app)
{
	struct progress progress;
	size_t count;
	const struct course *courses = catalog_courses(app->catalog, &count);
	progress_load(&progress, app);
	strbuf_printf(out, "\n\n## %s\n\n| %s | %s |\n|---|--:|\n", message(MSG_TUI_COURSES),
		      message(MSG_TUI_COURSES), message(MSG_TUI_PROGRESS));
	for (size_t i = 0; i < count; i++) {
		strbuf_printf(out, "| %s | %d/%d |\n", courses[i].title,
			      progress_course(&progress, &courses[i]),
			      (int)courses[i].lesson_count);
	}
	progress_release(&progress);
}

static void add_cards(struct strbuf *out, struct app *app, struct arena *arena)
{
	struct review_card *cards;
	struct review_log *logs;
	size_t count = 0, reviews = 0;
	int kept = 0;
	if (store_cards_due(app->store, arena, INT64_MAX, 0, &cards, &count, NULL)) {
		count = 0;
	}
	if (store_review_logs(app->store, arena, NULL, &logs, &reviews, NULL)) {
		reviews = 0;
	}
	for (size_t i = 0; i < reviews; i++) {
		kept += logs[i].grade > 1;
	}
	strbuf_printf(out, "\n## %s\n\n", message(MSG_TUI_REVIEWS));
	if (!count && !reviews) {
		strbuf_puts(out, message(MSG_TUI_STAT_NO_CARDS));
		return;
	}
	strbuf_printf(out, message(MSG_TUI_STAT_CARDS), (int)count, (int)reviews,
		      reviews ? 100 * kept / (int)reviews : 0);
}

void statistics_text(struct app *app, struct strbuf *out)
{
	struct arena arena;
	arena_init(&arena);
	if (app->store) {
		add_days(out, app, &arena);
		add_courses(out, app);
		add_cards(out, app, &arena);
	} else {
		strbuf_puts(out, message(MSG_TUI_STAT_NONE));
	}
	arena_release(&arena);
}

struct view *view_statistics_new(struct app *app)
{
	struct strbuf page;
	strbuf_init(&page);
	statistics_text(app, &page);
	struct view *view = view_page_new(app, message(MSG_TUI_STATISTICS_TITLE), page.text);
	strbuf_release(&page);
	return view;
}
