#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/message.h"
#include "tui/indexer.h"
#include "tui/plain/plain_io.h"
#include "tui/road.h"
#include "tui/views/views.h"
#include "tui/widget/plot.h"

/* What the screen has besides lessons, as numbered choices and lines. */

enum { LIST_MOST = 20 };

/* For functions of the views, which ask an app for its catalog and store. */
static struct app *shell(struct plain *plain)
{
	static struct app app;
	app.catalog = plain->catalog;
	app.store = plain->store;
	return &app;
}

/* ---- reviews ---- */

static size_t due(struct plain *plain, struct arena *arena, struct review_card **cards)
{
	size_t count = 0;
	if (!plain->store || store_cards_due(plain->store, arena, clock_unix(), 0, cards, &count,
					     NULL) != STATUS_OK) {
		return 0;
	}
	return count;
}

static bool reviews(struct plain *plain)
{
	struct arena arena;
	struct review_card *cards;
	struct strbuf line;
	arena_init(&arena);
	strbuf_init(&line);
	size_t count = due(plain, &arena, &cards);
	if (!count) {
		plain_say("%s", message(MSG_PLAIN_REVIEWS_NONE));
	}
	for (size_t i = 0; i < count && !plain->ended; i++) {
		const struct checkpoint *checkpoint;
		if (strncmp(cards[i].item, "CP-", 3) != 0 ||
		    catalog_checkpoint(plain->catalog, cards[i].item, &checkpoint, NULL, NULL)) {
			continue;
		}
		plain_dialogue(plain, checkpoint, true);
		if (i + 1 < count) {
			plain_say(message(MSG_PLAIN_REVIEWS_LEFT), (int)(count - i - 1));
			if (!plain_ask(plain, "", &line) || !strcmp(line.text, "0")) {
				break;
			}
		}
	}
	strbuf_release(&line);
	arena_release(&arena);
	return true;
}

/* ---- code review, glossary: a word in, an answer out ---- */

static bool code_review(struct plain *plain)
{
	struct strbuf line;
	strbuf_init(&line);
	while (plain_ask(plain, message(MSG_PLAIN_CODE_PATH), &line) && line.length) {
		plain_review_path(plain, line.text);
	}
	strbuf_release(&line);
	return true;
}

static bool glossary(struct plain *plain)
{
	struct strbuf line, text;
	strbuf_init(&line);
	strbuf_init(&text);
	while (plain_ask(plain, message(MSG_PLAIN_TERM), &line) && line.length) {
		strbuf_reset(&text);
		glossary_text(shell(plain), line.text, &text);
		plain_markdown(plain, text.text);
	}
	strbuf_release(&line);
	strbuf_release(&text);
	return true;
}

/* ---- search ---- */

static bool search(struct plain *plain)
{
	struct strbuf line;
	bool stay = true;
	strbuf_init(&line);
	if (plain->store) {
		indexer_all(shell(plain));
	}
	while (stay && plain->store && plain_ask(plain, message(MSG_PLAIN_SEARCH_WORDS), &line) &&
	       line.length) {
		struct arena arena;
		struct search_hit *hits;
		size_t count = 0;
		struct error err = ERROR_INIT;
		arena_init(&arena);
		plain_told(store_search(plain->store, &arena, line.text, LIST_MOST, &hits, &count,
					&err),
			   &err);
		for (size_t i = 0; i < count; i++) {
			const struct lesson_entry *entry =
				catalog_find(plain->catalog, hits[i].lesson);
			plain_say("  %zu. %s, %s: %s", i + 1, entry ? entry->title : hits[i].lesson,
				  hits[i].title, hits[i].excerpt);
		}
		if (!count) {
			plain_say("%s", message(MSG_TUI_NOTHING_FOUND));
		} else if (plain_ask(plain, message(MSG_PLAIN_SEARCH_OPEN), &line)) {
			int number = plain_chosen(&line, (int)count);
			if (number) {
				stay = plain_open(plain, hits[number - 1].lesson,
						  hits[number - 1].step);
			}
		}
		arena_release(&arena);
	}
	strbuf_release(&line);
	return stay;
}

/* ---- notes ---- */

static void write_note(struct plain *plain)
{
	char lesson[256], step[128];
	struct strbuf line;
	struct error err = ERROR_INIT;
	strbuf_init(&line);
	plain_last_place(plain, lesson, sizeof lesson, step, sizeof step);
	if (!*lesson) {
		plain_say("%s", message(MSG_PLAIN_NOTE_NO_PLACE));
	} else if (plain_ask(plain, message(MSG_PLAIN_NOTE_NEW), &line) && line.length) {
		struct note note = {.kind = "note",
				    .lesson = lesson,
				    .step = step,
				    .quote = "",
				    .text = line.text};
		if (plain_told(store_add_note(plain->store, &note, NULL, &err), &err)) {
			plain_say("%s", message(MSG_TUI_NOTE_SAVED));
		}
	}
	strbuf_release(&line);
}

/* Lists the newest notes; rows gets them in the order of their numbers. */
static int list_notes(struct plain *plain, struct arena *arena, struct note **rows)
{
	size_t count = 0;
	if (store_notes(plain->store, arena, NULL, rows, &count, NULL) != STATUS_OK || !count) {
		plain_say("%s", message(MSG_PLAIN_NOTES_NONE));
		return 0;
	}
	int shown = count > LIST_MOST ? LIST_MOST : (int)count;
	*rows += count - (size_t)shown;
	for (int i = 0; i < shown; i++) {
		const struct note *note = &(*rows)[i];
		const struct lesson_entry *entry = catalog_find(plain->catalog, note->lesson);
		plain_say("  %d. %s: %s%s%s%s", i + 1, entry ? entry->title : note->lesson,
			  note->text, note->quote[0] ? " “" : "", note->quote,
			  note->quote[0] ? "”" : "");
	}
	return shown;
}

static bool notes(struct plain *plain)
{
	struct strbuf line;
	bool stay = true;
	strbuf_init(&line);
	while (stay && plain->store) {
		struct arena arena;
		struct note *rows;
		struct error err = ERROR_INIT;
		arena_init(&arena);
		int shown = list_notes(plain, &arena, &rows);
		if (!plain_ask(plain, message(MSG_PLAIN_NOTES_CHOOSE), &line) || !line.length) {
			arena_release(&arena);
			break;
		}
		int number = atoi(line.text);
		if (line.text[0] == '+') {
			write_note(plain);
		} else if (number < 0 && -number <= shown) {
			plain_told(store_delete_note(plain->store, rows[-number - 1].id, &err),
				   &err);
		} else if (number > 0 && number <= shown) {
			stay = plain_open(plain, rows[number - 1].lesson, rows[number - 1].step);
		} else {
			plain_say("%s", message(MSG_PLAIN_WHICH));
		}
		arena_release(&arena);
	}
	strbuf_release(&line);
	return stay;
}

/* ---- runs ---- */

static const char *state_of(const struct run_record *run)
{
	static const struct {
		const char *status;
		enum message words;
	} rows[] = {{"finished", MSG_PLAIN_RUN_FINISHED},
		    {"failed", MSG_PLAIN_RUN_FAILED},
		    {"stopped", MSG_PLAIN_RUN_STOPPED}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!strcmp(rows[i].status, run->status)) {
			return message(rows[i].words);
		}
	}
	return message(MSG_PLAIN_RUN_RUNNING);
}

/* A sentence on each metric of a run. */
static void say_run(struct plain *plain, int64_t run)
{
	struct arena arena;
	struct run_point *points;
	struct strbuf said;
	size_t count = 0;
	arena_init(&arena);
	strbuf_init(&said);
	if (store_points(plain->store, &arena, run, NULL, &points, &count, NULL) != STATUS_OK ||
	    !count) {
		plain_say("%s", message(MSG_TUI_RUNS_NO_POINTS));
	}
	double *x = arena_alloc(&arena, (count + 1) * sizeof *x);
	double *y = arena_alloc(&arena, (count + 1) * sizeof *y);
	for (size_t from = 0; x && y && from < count;) {
		size_t to = from;
		for (; to < count && !strcmp(points[to].metric, points[from].metric); to++) {
			x[to - from] = (double)points[to].step;
			y[to - from] = points[to].value;
		}
		struct plot_series series = {points[from].metric, x, y, to - from};
		strbuf_reset(&said);
		plot_say_series(&said, &series);
		plain_say("%s", said.text);
		from = to;
	}
	strbuf_release(&said);
	arena_release(&arena);
}

static bool runs(struct plain *plain)
{
	struct arena arena;
	struct run_record *rows;
	struct strbuf line;
	size_t count = 0;
	arena_init(&arena);
	strbuf_init(&line);
	if (!plain->store ||
	    store_runs(plain->store, &arena, NULL, &rows, &count, NULL) != STATUS_OK || !count) {
		plain_say("%s", message(MSG_TUI_RUNS_NONE));
		count = 0;
	}
	count = count > LIST_MOST ? LIST_MOST : count;
	for (size_t i = 0; i < count; i++) {
		plain_say(message(MSG_PLAIN_RUN_ROW), (int)i + 1, (long long)rows[i].id,
			  rows[i].lab, rows[i].name, state_of(&rows[i]));
	}
	while (count && plain_ask(plain, message(MSG_PLAIN_RUNS_CHOOSE), &line) && line.length) {
		int number = plain_chosen(&line, (int)count);
		if (number) {
			say_run(plain, rows[number - 1].id);
		} else {
			plain_say("%s", message(MSG_PLAIN_WHICH));
		}
	}
	strbuf_release(&line);
	arena_release(&arena);
	return true;
}

/* ---- statistics, road, settings, help ---- */

static bool statistics(struct plain *plain)
{
	struct strbuf text;
	strbuf_init(&text);
	statistics_text(shell(plain), &text);
	plain_markdown(plain, text.text);
	strbuf_release(&text);
	return true;
}

static bool road(struct plain *plain)
{
	struct plan plan;
	struct strbuf line, text;
	struct error err = ERROR_INIT;
	plan_init(&plan);
	strbuf_init(&line);
	strbuf_init(&text);
	if (plain->store && store_setting(plain->store, "tutor.plan", &text, NULL) == STATUS_OK) {
		plan_load(&plan, text.text, NULL);
	}
	strbuf_reset(&text);
	if (plan.stage == PLAN_READY) {
		plan_say(&plan, &text, NULL);
	} else if (plan.asking > 0) {
		strbuf_puts(&text, plan_question(plan.asking));
	} else {
		plan_greet(&text, NULL);
	}
	plain_say("%s: %s", message(MSG_TUI_TEACHER), text.text);
	while (plan.stage != PLAN_READY && plain_ask(plain, message(MSG_PLAIN_ROAD_SKIP), &line) &&
	       strcmp(line.text, "0") != 0) {
		strbuf_reset(&text);
		if (!plain_told(plan_answer(&plan, line.text, &text, &err), &err) ||
		    !plain_told(road_keep(plain->store, &plan, &err), &err)) {
			break;
		}
		plain_say("%s: %s", message(MSG_TUI_TEACHER), text.text);
	}
	strbuf_release(&line);
	strbuf_release(&text);
	plan_release(&plan);
	return true;
}

static bool settings(struct plain *plain)
{
	struct app *app = shell(plain);
	struct strbuf line;
	strbuf_init(&line);
	app_load_settings(app);
	for (;;) {
		plain_say(message(MSG_PLAIN_SETTING_GOAL), app->settings.goal_hours);
		plain_say(message(MSG_PLAIN_SETTING_READ),
			  message(app->settings.read_only ? MSG_TUI_ON : MSG_TUI_OFF));
		plain_say(message(MSG_PLAIN_SETTING_LANGUAGE),
			  message_language() == LANGUAGE_KO ? "한국어" : "English");
		if (!plain_ask(plain, message(MSG_PLAIN_SETTING_CHOOSE), &line) || !line.length) {
			break;
		}
		switch (plain_chosen(&line, 3)) {
		case 1:
			app->settings.goal_hours = app->settings.goal_hours % 20 + 1;
			break;
		case 2:
			app->settings.read_only = !app->settings.read_only;
			break;
		case 3:
			message_set_language(message_language() == LANGUAGE_KO ? LANGUAGE_EN
									       : LANGUAGE_KO);
			break;
		default:
			plain_say("%s", message(MSG_PLAIN_WHICH));
		}
		app_save_settings(app);
	}
	hangul_input_release(&app->hangul);
	strbuf_release(&line);
	return true;
}

static bool help(struct plain *plain)
{
	(void)plain;
	plain_say("%s", message(MSG_PLAIN_HELP));
	return true;
}

static const struct {
	enum message words;
	bool (*act)(struct plain *plain);
} menu[] = {
	{MSG_PLAIN_MENU_REVIEWS, reviews},       {MSG_PLAIN_MENU_CODE, code_review},
	{MSG_PLAIN_MENU_SEARCH, search},         {MSG_PLAIN_MENU_GLOSSARY, glossary},
	{MSG_PLAIN_MENU_NOTES, notes},           {MSG_PLAIN_MENU_RUNS, runs},
	{MSG_PLAIN_MENU_STATISTICS, statistics}, {MSG_PLAIN_MENU_ROAD, road},
	{MSG_PLAIN_MENU_SETTINGS, settings},     {MSG_PLAIN_MENU_HELP, help},
};

void plain_menu_print(struct plain *plain, int first)
{
	struct arena arena;
	struct review_card *cards;
	char text[256];
	arena_init(&arena);
	for (int i = 0; i < plain_menu_count(); i++) {
		int today = menu[i].act == reviews ? (int)due(plain, &arena, &cards) : 0;
		snprintf(text, sizeof text, message(menu[i].words), today);
		plain_say(message(MSG_PLAIN_MENU), first + i, text);
	}
	arena_release(&arena);
}

int plain_menu_count(void)
{
	return sizeof menu / sizeof *menu;
}

bool plain_menu_do(struct plain *plain, int row)
{
	return menu[row].act(plain) && !plain->ended;
}
