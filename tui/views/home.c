#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/clock.h"
#include "engine/base/utf8.h"
#include "tui/key.h"
#include "tui/program.h"
#include "tui/progress.h"
#include "tui/text/layout.h"
#include "tui/views/views.h"
#include "tui/widget/list.h"

/* Today: what to go on with, what is due, the week, the courses. */

enum row_kind { ROW_CONTINUE, ROW_REVIEWS, ROW_CODE, ROW_ROAD, ROW_COURSE };

struct home {
	struct view base;
	struct list_cursor list;
	struct arena arena;
	const struct lesson_entry *lesson; /* to go on with; NULL when there is none */
	char step_title[256], step_id[64];
	bool begun;
	size_t due;
	char due_names[256];
	int week_seconds[7]; /* Monday first */
	int weekday; /* today, 0 Monday */
	int streak;
	char last_reply[512];
	char road[160], road_start[64]; /* "" while there is none */
	struct progress progress;
};

enum { FIXED_ROWS = ROW_COURSE };

static struct home *self(struct view *view)
{
	return (struct home *)view;
}

static void find_road(struct home *home)
{
	struct app *app = home->base.app;
	struct roadmap_row *rows;
	size_t count = 0;
	home->road[0] = home->road_start[0] = '\0';
	if (!app->store || store_roadmap(app->store, &home->arena, &rows, &count, NULL) || !count) {
		return;
	}
	const struct lesson_entry *entry = catalog_find(app->catalog, rows[0].unit);
	snprintf(home->road_start, sizeof home->road_start, "%s", rows[0].unit);
	snprintf(home->road, sizeof home->road, message(MSG_TUI_ROAD), rows[0].unit,
		 entry ? entry->title : "", rows[count - 1].week);
	utf8_trim_partial(home->road);
}

static void find_lesson(struct home *home)
{
	struct app *app = home->base.app;
	struct position position;
	home->lesson = NULL;
	home->step_title[0] = home->step_id[0] = '\0';
	home->begun = false;
	if (app->store &&
	    store_position(app->store, &home->arena, NULL, &position, NULL) == STATUS_OK) {
		const struct lesson_entry *entry = catalog_find(app->catalog, position.lesson);
		int total = 0;
		if (entry && progress_lesson(&home->progress, entry, &total) < total) {
			home->lesson = entry;
			home->begun = true;
			snprintf(home->step_id, sizeof home->step_id, "%s", position.step);
			for (size_t i = 0; i < entry->step_count; i++) {
				if (!strcmp(entry->steps[i].id, position.step)) {
					snprintf(home->step_title, sizeof home->step_title, "%s",
						 entry->steps[i].title);
				}
			}
			return;
		}
		const struct course *course =
			entry ? progress_find_course(app->catalog, entry->course) : NULL;
		home->lesson = course ? progress_next(&home->progress, course) : NULL;
	}
	if (!home->lesson && home->road_start[0]) {
		home->lesson = catalog_find(app->catalog, home->road_start);
	}
	size_t count;
	const struct course *courses = catalog_courses(app->catalog, &count);
	/* Whole lessons first, then the ones that only have their question. */
	for (int ready = 1; ready >= 0 && !home->lesson; ready--) {
		for (size_t i = 0; i < count && !home->lesson; i++) {
			const struct lesson_entry *entry =
				progress_next(&home->progress, &courses[i]);
			home->lesson = entry && entry->ready >= (ready != 0) ? entry : NULL;
		}
	}
}

static void find_reviews(struct home *home)
{
	struct app *app = home->base.app;
	struct review_card *cards;
	home->due = 0;
	home->due_names[0] = '\0';
	if (!app->store ||
	    store_cards_due(app->store, &home->arena, clock_unix(), 0, &cards, &home->due, NULL)) {
		home->due = 0;
		return;
	}
	size_t used = 0;
	for (size_t i = 0; i < home->due && i < 4; i++) {
		const struct lesson_entry *entry = catalog_find(app->catalog, cards[i].item);
		used += (size_t)snprintf(home->due_names + used, sizeof home->due_names - used,
					 "%s%s", i ? ", " : "",
					 entry ? entry->title : cards[i].item);
		if (used >= sizeof home->due_names) {
			break;
		}
	}
	utf8_trim_partial(home->due_names);
}

static void find_days(struct home *home)
{
	struct app *app = home->base.app;
	struct activity_day *days;
	size_t count = 0;
	time_t now = (time_t)clock_unix();
	struct tm today;
	localtime_r(&now, &today);
	memset(home->week_seconds, 0, sizeof home->week_seconds);
	home->weekday = (today.tm_wday + 6) % 7;
	home->streak = 0;
	if (!app->store ||
	    store_activity(app->store, &home->arena, NULL, &days, &count, NULL) != STATUS_OK) {
		return;
	}
	/* Days back from today by calendar, noon avoiding the changes of the clock. */
	today.tm_hour = 12;
	today.tm_min = today.tm_sec = 0;
	size_t at = count;
	for (int back = 0;; back++) {
		struct tm day = today;
		day.tm_mday -= back;
		day.tm_isdst = -1;
		mktime(&day);
		char text[16];
		strftime(text, sizeof text, "%Y-%m-%d", &day);
		while (at > 0 && strcmp(days[at - 1].day, text) > 0) {
			at--;
		}
		bool active = at > 0 && !strcmp(days[at - 1].day, text);
		if (active && back <= home->weekday) {
			home->week_seconds[home->weekday - back] = days[at - 1].seconds;
		}
		if (active && home->streak == back) {
			home->streak++;
		} else if (back == 0 && !active) {
			home->streak = 0;
			/* Today is not over: a streak until yesterday still counts. */
			if (at > 0) {
				struct tm yesterday = today;
				yesterday.tm_mday--;
				mktime(&yesterday);
				strftime(text, sizeof text, "%Y-%m-%d", &yesterday);
				home->streak = !strcmp(days[at - 1].day, text) ? 1 : 0;
			}
		} else if (back > home->weekday && home->streak < back) {
			break;
		}
		if (at == 0 && back > home->weekday) {
			break;
		}
	}
}

/* What the teacher said last in the dialogue that is still open. Only that one's answers are read: there may be very
 * many in all. */
static void find_last_words(struct home *home)
{
	struct app *app = home->base.app;
	const struct dialogue_record *open = NULL;
	struct answer_record *answers;
	size_t count;
	home->last_reply[0] = '\0';
	for (size_t i = 0; i < home->progress.dialogue_count; i++) {
		const struct dialogue_record *one = &home->progress.dialogues[i];
		if (!one->passed && (!open || one->when > open->when)) {
			open = one;
		}
	}
	if (open &&
	    store_answers(app->store, &home->arena, open->checkpoint, &answers, &count, NULL) ==
		    STATUS_OK &&
	    count) {
		snprintf(home->last_reply, sizeof home->last_reply, "%s", answers[count - 1].reply);
		utf8_trim_partial(home->last_reply);
	}
}

static void shown(struct view *view)
{
	struct home *home = self(view);
	arena_reset(&home->arena);
	progress_release(&home->progress);
	progress_load(&home->progress, view->app);
	find_road(home);
	find_lesson(home);
	find_reviews(home);
	find_days(home);
	find_last_words(home);
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	struct home *home = self(view);
	time_t now = (time_t)clock_unix();
	struct tm today;
	localtime_r(&now, &today);
	const char *days = message(MSG_TUI_DAY_NAMES);
	size_t at = 0;
	char day[8] = "";
	for (int i = 0; i <= (today.tm_wday + 6) % 7; i++) {
		size_t start = at;
		utf8_next(days, strlen(days), &at);
		snprintf(day, sizeof day, "%.*s", (int)(at - start), days + start);
	}
	strbuf_printf(left, message(MSG_TUI_HOME_TITLE), today.tm_mon + 1, today.tm_mday, day);
	if (home->streak > 0) {
		strbuf_printf(right, message(MSG_TUI_STREAK), home->streak);
	}
	if (home->due) {
		strbuf_printf(right, message(MSG_TUI_DUE), (int)home->due);
	}
}

/* Label and text of a row that can be chosen; the mark stands before the chosen one. */
static int draw_row(struct home *home, struct area area, int y, int index, const char *label,
		    const char *text, const char *more)
{
	bool chosen = home->list.at == index;
	area_text(area, 2, y, chosen ? "▸" : " ", STYLE_ACCENT);
	int x = area_text(area, 4, y, label, chosen ? STYLE_ACCENT : STYLE_BOLD);
	x = x < 14 ? 15 : x + 2;
	int end = area.width - 2;
	if (more && *more) {
		end = area_text_right(area, 2, y, more, STYLE_DIM) - 2;
	}
	area_text_cut(area, x, y, end - x, text, chosen ? STYLE_BOLD : STYLE_NORMAL);
	return x;
}

static void draw_continue(struct home *home, struct area area, int y)
{
	struct app *app = home->base.app;
	char text[512] = "";
	if (!home->lesson) {
		draw_row(home, area, y, ROW_CONTINUE, message(MSG_TUI_START),
			 message(MSG_TUI_NOTHING_LEFT), "");
		return;
	}
	const struct course *course = progress_find_course(app->catalog, home->lesson->course);
	snprintf(text, sizeof text, "%s · %s", course ? course->title : home->lesson->course,
		 home->lesson->title);
	char right[64] = "";
	int total, done = progress_lesson(&home->progress, home->lesson, &total);
	if (home->begun) {
		snprintf(right, sizeof right, message(MSG_TUI_STEPS_DONE), done, total);
	} else if (home->lesson->minutes) {
		snprintf(right, sizeof right, message(MSG_TUI_MINUTES), home->lesson->minutes);
	}
	int x = draw_row(home, area, y, ROW_CONTINUE,
			 message(home->begun ? MSG_TUI_CONTINUE : MSG_TUI_START), text, right);
	const char *below = home->step_title[0] ? home->step_title : home->lesson->summary;
	area_text_cut(area, x, y + 1, area.width - x - 2, below, STYLE_DIM);
}

static void draw_week(struct home *home, struct area area, int y)
{
	char text[128];
	int total = 0, x = 4;
	area_text(area, 2, y, message(MSG_TUI_THIS_WEEK), STYLE_SUBHEADING);
	const char *days = message(MSG_TUI_DAY_NAMES);
	for (size_t i = 0, at = 0; i < 7; i++) {
		size_t start = at;
		utf8_next(days, strlen(days), &at);
		bool today = (int)i == home->weekday, active = home->week_seconds[i] > 0;
		x = area_textn(area, x, y + 1, days + start, at - start,
			       today ? STYLE_BOLD : STYLE_DIM);
		x = area_text(area, x + 1, y + 1, active ? "■" : "□",
			      active ? STYLE_GOOD : STYLE_DIM) +
		    2;
		total += home->week_seconds[i];
	}
	snprintf(text, sizeof text, message(MSG_TUI_WEEK_GOAL), home->base.app->settings.goal_hours,
		 total / 3600, total / 60 % 60);
	area_text(area, x + 4, y + 1, text, STYLE_DIM);
}

static int course_rows(struct home *home, const struct course **courses, size_t *count)
{
	*courses = catalog_courses(home->base.app->catalog, count);
	return (int)*count;
}

static void draw_courses(struct home *home, struct area area, int y, int rows)
{
	const struct course *courses;
	size_t count;
	course_rows(home, &courses, &count);
	int bar = 30, next = 52;
	area_text(area, 2, y, message(MSG_TUI_COURSES), STYLE_SUBHEADING);
	area_text(area, bar, y, message(MSG_TUI_PROGRESS), STYLE_DIM);
	area_text(area, next, y, message(MSG_TUI_NEXT_LESSON), STYLE_DIM);
	rows--;
	int chosen = home->list.at - FIXED_ROWS;
	int top = chosen >= rows ? chosen - rows + 1 : 0;
	for (int i = 0; i < rows && top + i < (int)count; i++) {
		const struct course *course = &courses[top + i];
		int row = y + 1 + i, index = FIXED_ROWS + top + i;
		bool here = home->list.at == index;
		char text[64];
		int done = progress_course(&home->progress, course);
		area_text(area, 2, row, here ? "▸" : " ", STYLE_ACCENT);
		area_text_cut(area, 4, row, bar - 6, course->title,
			      here ? STYLE_ACCENT : STYLE_NORMAL);
		int lessons = (int)course->lesson_count;
		area_bar(area, bar, row, 12, lessons ? (double)done / lessons : 0, STYLE_GOOD);
		snprintf(text, sizeof text, "%d/%d", done, lessons);
		area_text(area, bar + 14, row, text, STYLE_NORMAL);
		const struct lesson_entry *entry = progress_next(&home->progress, course);
		area_text_cut(area, next, row, area.width - next - 2,
			      entry ? entry->title
				    : message(lessons ? MSG_TUI_COURSE_DONE : MSG_TUI_COURSE_EMPTY),
			      STYLE_DIM);
	}
	if (top + rows < (int)count) {
		area_text_right(area, 2, y, message(MSG_TUI_MORE_BELOW), STYLE_DIM);
	}
}

static void draw_words(struct home *home, struct area area, int y)
{
	const char *words = home->last_reply[0] ? home->last_reply : message(MSG_TUI_TEACHER_HELLO);
	size_t length = strlen(words), at = 0;
	int x = area_text(area, 2, y, message(MSG_TUI_TEACHER), STYLE_TEACHER) + 2;
	for (int row = 0; row < 2 && at < length; row++) {
		size_t next;
		size_t end = text_break(words + at, length - at, area.width - x - 3, &next);
		area_textn(area, x, y + row, words + at, end, STYLE_NORMAL);
		at += next;
	}
}

static void draw(struct view *view, struct area area)
{
	struct home *home = self(view);
	const struct course *courses;
	size_t count;
	char text[64];
	int courses_count = course_rows(home, &courses, &count);
	list_fit(&home->list, FIXED_ROWS + courses_count, 0);
	draw_continue(home, area, 1);
	if (home->due) {
		/* About two minutes for each question. */
		snprintf(text, sizeof text, message(MSG_TUI_DUE_TIME), (int)home->due,
			 (int)home->due * 2);
	} else {
		snprintf(text, sizeof text, "%s", message(MSG_TUI_NOTHING_DUE));
	}
	draw_row(home, area, 4, ROW_REVIEWS, message(MSG_TUI_REVIEWS), text,
		 home->due ? home->due_names : "");
	draw_row(home, area, 5, ROW_CODE, message(MSG_TUI_CODE_REVIEW),
		 message(MSG_TUI_CODE_REVIEW_HINT), "");
	draw_row(home, area, 6, ROW_ROAD, request_label(REQUEST_ROAD),
		 home->road[0] ? home->road : message(MSG_TUI_ROAD_HINT), "");
	draw_week(home, area, 8);
	int rows = area.height - 11 - 4;
	if (rows > courses_count + 1) {
		rows = courses_count + 1;
	}
	draw_courses(home, area, 11, rows);
	draw_words(home, area, 11 + rows + 1);
}

static void open_chosen(struct home *home)
{
	struct app *app = home->base.app;
	size_t count;
	const struct course *courses = catalog_courses(app->catalog, &count);
	switch (home->list.at) {
	case ROW_CONTINUE:
		if (home->lesson) {
			app_open_lesson(app, home->lesson->id,
					home->step_id[0] ? home->step_id : NULL);
		}
		return;
	case ROW_REVIEWS:
		app_do(app, REQUEST_REVIEWS);
		return;
	case ROW_CODE:
		app_do(app, REQUEST_CODE_REVIEW);
		return;
	case ROW_ROAD:
		app_do(app, REQUEST_ROAD);
		return;
	}
	size_t index = (size_t)(home->list.at - FIXED_ROWS);
	if (index < count) {
		const struct lesson_entry *entry = progress_next(&home->progress, &courses[index]);
		if (entry) {
			app_open_lesson(app, entry->id, NULL);
		} else {
			app_do(app, REQUEST_MAP);
		}
	}
}

static bool request(struct view *view, enum request request)
{
	struct home *home = self(view);
	if (request == REQUEST_OPEN) {
		open_chosen(home);
		return true;
	}
	return list_request(&home->list, request, 5);
}

static void click(struct view *view, int x, int y, int wheel)
{
	(void)x;
	(void)wheel;
	struct home *home = self(view);
	static const int rows[] = {1, 4, 5, 6};
	for (int i = 0; i < FIXED_ROWS; i++) {
		if (y == rows[i]) {
			home->list.at = i;
			open_chosen(home);
		}
	}
}

static const enum request *hints(struct view *view)
{
	(void)view;
	static const enum request list[] = {REQUEST_OPEN, REQUEST_REVIEWS, REQUEST_MAP,
					    REQUEST_NONE};
	return list;
}

static void status(struct view *view, struct strbuf *out)
{
	(void)view;
	strbuf_puts(out, message(MSG_TUI_Q_QUIT));
}

static void place(struct view *view, struct strbuf *out)
{
	(void)view;
	strbuf_puts(out, "home");
}

static void free_view(struct view *view)
{
	struct home *home = self(view);
	progress_release(&home->progress);
	arena_release(&home->arena);
	free(home);
}

static const struct view_ops ops = {
	.kind = VIEW_HOME,
	.name = "home",
	.draw = draw,
	.title = title,
	.request = request,
	.hints = hints,
	.status = status,
	.click = click,
	.shown = shown,
	.place = place,
	.free = free_view,
};

struct view *view_home_new(struct app *app)
{
	struct home *home = calloc(1, sizeof *home);
	if (!home) {
		return NULL;
	}
	home->base = (struct view){&ops, app};
	arena_init(&home->arena);
	arena_init(&home->progress.arena);
	return &home->base;
}
