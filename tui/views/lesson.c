#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/key.h"
#include "tui/keymap.h"
#include "tui/program.h"
#include "tui/progress.h"
#include "tui/text/layout.h"
#include "tui/text/markdown.h"
#include "tui/views/lesson.h"
#include "tui/views/views.h"
#include "tui/widget/figure_pane.h"

/* The reader: one step of a lesson at a time. Texts scroll, figures move, the other kinds of step say what they are
 * and open their own view. */

enum { MARGIN = 2, WIDEST_TEXT = 92, FIGURE_ROWS = 16 };

struct reader_view {
	struct view base;
	const struct lesson *lesson;
	const struct lesson_entry *entry;
	size_t at; /* step; step_count: the page after the last */
	int top; /* first line shown */
	int page; /* lines in sight */
	int link; /* chosen link, 0 none */
	struct rich_text text;
	int laid_out; /* width of text, 0 when it is not made yet */
	struct figure_pane *figure;
	struct progress progress;
};

static struct reader_view *self(struct view *view)
{
	return (struct reader_view *)view;
}

static const struct step *step_at(const struct reader_view *reader)
{
	return reader->at < reader->lesson->step_count ? &reader->lesson->steps[reader->at] : NULL;
}

static bool is_question(const struct step *step)
{
	return step->kind == STEP_CHECKPOINT || step->kind == STEP_QUIZ;
}

static bool step_done(const struct reader_view *reader, const struct step *step)
{
	return progress_step(&reader->progress, reader->lesson->id, step->id) >= STEP_STATE_DONE;
}

static void save_position(struct reader_view *reader)
{
	const struct step *step = step_at(reader);
	struct app *app = reader->base.app;
	if (step && app->store) {
		struct position position = {
			.lesson = reader->lesson->id, .step = step->id, .line = reader->top};
		struct error err = ERROR_INIT;
		app_told(app, store_set_position(app->store, &position, &err), &err);
	}
}

static void set_step(struct reader_view *reader, enum step_state state)
{
	const struct step *step = step_at(reader);
	struct app *app = reader->base.app;
	if (step && app->store) {
		struct error err = ERROR_INIT;
		app_told(app, store_set_step(app->store, reader->lesson->id, step->id, state, &err),
			 &err);
	}
}

static void forget_page(struct reader_view *reader)
{
	if (reader->laid_out) {
		rich_text_release(&reader->text);
		reader->laid_out = 0;
	}
	figure_pane_free(reader->figure);
	reader->figure = NULL;
	reader->top = 0;
	reader->link = 0;
}

static void go_to(struct reader_view *reader, size_t at)
{
	forget_page(reader);
	reader->at = at;
	set_step(reader, STEP_STATE_OPENED);
	save_position(reader);
	progress_release(&reader->progress);
	progress_load(&reader->progress, reader->base.app);
	app_changed(reader->base.app);
}

static void go_next(struct reader_view *reader)
{
	const struct step *step = step_at(reader);
	size_t at = reader->at;
	if (!step) {
		return;
	}
	if (step->kind == STEP_TEXT || step->kind == STEP_FIGURE) {
		set_step(reader, STEP_STATE_DONE);
	}
	do {
		at++;
	} while (reader->base.app->settings.read_only && at < reader->lesson->step_count &&
		 is_question(&reader->lesson->steps[at]));
	go_to(reader, at);
}

static void go_previous(struct reader_view *reader)
{
	if (reader->at > 0) {
		go_to(reader, reader->at - 1);
	} else {
		app_notice(reader->base.app, STYLE_DIM, "%s", message(MSG_TUI_FIRST_STEP));
	}
}

bool view_lesson_go_to(struct view *view, const char *step)
{
	struct reader_view *reader = self(view);
	for (size_t i = 0; i < reader->lesson->step_count; i++) {
		if (!strcmp(reader->lesson->steps[i].id, step)) {
			go_to(reader, i);
			return true;
		}
	}
	return false;
}

bool view_lesson_go_to_experiment(struct view *view)
{
	struct reader_view *reader = self(view);
	/* The nearest figure before, else the nearest lab after. */
	for (size_t i = reader->at + 1; i-- > 0;) {
		if (i < reader->lesson->step_count &&
		    reader->lesson->steps[i].kind == STEP_FIGURE) {
			go_to(reader, i);
			return true;
		}
	}
	for (size_t i = reader->at; i < reader->lesson->step_count; i++) {
		if (reader->lesson->steps[i].kind == STEP_LAB ||
		    reader->lesson->steps[i].kind == STEP_FIGURE) {
			go_to(reader, i);
			return true;
		}
	}
	return false;
}

void view_lesson_go_on(struct view *view)
{
	go_next(self(view));
}

const struct lesson *view_lesson_of(struct view *view)
{
	return self(view)->lesson;
}

/* The Markdown of the page for the present step. */
static void page_text(struct reader_view *reader, struct strbuf *out)
{
	const struct lesson *lesson = reader->lesson;
	const struct step *step = step_at(reader);
	if (!step) {
		strbuf_printf(out, message(MSG_TUI_LESSON_END), lesson->title);
		for (size_t i = 0; i < lesson->step_count; i++) {
			strbuf_printf(out, "- [%c] %s\n",
				      step_done(reader, &lesson->steps[i]) ? 'x' : ' ',
				      lesson->steps[i].title);
		}
		if (lesson->further_count) {
			strbuf_printf(out, "\n## %s\n\n", message(MSG_TUI_FURTHER));
		}
		for (size_t i = 0; i < lesson->further_count; i++) {
			strbuf_printf(out, "- **%s** %s\n", lesson->further[i].title,
				      lesson->further[i].note);
		}
		return;
	}
	switch (step->kind) {
	case STEP_TEXT:
		strbuf_puts(out, step->text);
		break;
	case STEP_FIGURE:
		strbuf_puts(out, step->figure.caption);
		break;
	case STEP_CHECKPOINT:
		strbuf_printf(out, "## %s\n\n> %s\n\n%s\n", message(MSG_TUI_CHECKPOINT_HEAD),
			      step->checkpoint->question, message(MSG_TUI_CHECKPOINT_WORDS));
		break;
	case STEP_QUIZ:
		strbuf_printf(out, "## %s\n\n", step->title);
		strbuf_printf(out, message(MSG_TUI_QUIZ_WORDS), (int)step->quiz.count);
		break;
	case STEP_LAB:
		strbuf_printf(out, "## %s\n\n%s\n\n", step->title, step->lab.goal);
		if (step->lab.pass[0]) {
			strbuf_printf(out, message(MSG_TUI_LAB_PASS), step->lab.pass);
		}
		strbuf_printf(out, message(MSG_TUI_LAB_BUDGET), step->lab.seconds,
			      step->lab.memory_mb);
		break;
	case STEP_REVIEW:
		strbuf_printf(out, "## %s\n\n%s\n", step->title, step->review.body);
		break;
	}
}

static void lay_out(struct reader_view *reader, int width)
{
	if (reader->laid_out == width) {
		return;
	}
	if (reader->laid_out) {
		rich_text_release(&reader->text);
		reader->laid_out = 0;
	}
	struct strbuf page;
	strbuf_init(&page);
	page_text(reader, &page);
	if (markdown_layout(&reader->text, page.text, page.length, width, NULL) == STATUS_OK) {
		reader->laid_out = width;
	}
	strbuf_release(&page);
}

/* The question that waits behind a text or figure, when it is next. */
static const struct step *waiting_question(const struct reader_view *reader)
{
	const struct step *step = step_at(reader);
	size_t next = reader->at + 1;
	if (!step || (step->kind != STEP_TEXT && step->kind != STEP_FIGURE) ||
	    next >= reader->lesson->step_count || reader->base.app->settings.read_only) {
		return NULL;
	}
	const struct step *after = &reader->lesson->steps[next];
	return after->kind == STEP_CHECKPOINT && !step_done(reader, after) ? after : NULL;
}

static int draw_question(struct reader_view *reader, struct area area, bool draw)
{
	const struct step *question = waiting_question(reader);
	if (!question) {
		return 0;
	}
	const char *text = question->checkpoint->question;
	size_t length = strlen(text);
	int rows = text_line_count(text, length, area.width - 8) + 2;
	if (draw) {
		int y = area.height - rows + 1;
		area_text(area, 2, y, "🤔", STYLE_ACCENT);
		for (size_t at = 0; at < length; y++) {
			size_t next;
			size_t end = text_break(text + at, length - at, area.width - 8, &next);
			area_textn(area, 5, y, text + at, end, STYLE_BOLD);
			at += next;
		}
		area_text_cut(area, 5, y, area.width - 7, message(MSG_TUI_ANSWER_HINT), STYLE_DIM);
	}
	return rows;
}

/* The line that says what Enter does on a step with a view of its own. */
static void draw_action(struct reader_view *reader, struct area area)
{
	const struct step *step = step_at(reader);
	enum message what = MSG_TUI_ENTER_HOME;
	if (step) {
		switch (step->kind) {
		case STEP_CHECKPOINT:
			what = MSG_TUI_ENTER_ANSWER;
			break;
		case STEP_QUIZ:
			what = MSG_TUI_ENTER_QUIZ;
			break;
		case STEP_LAB:
			what = MSG_TUI_ENTER_LAB;
			break;
		case STEP_REVIEW:
			what = MSG_TUI_ENTER_REVIEW;
			break;
		default:
			return;
		}
	}
	int y = area.height - 1;
	int x = area_text(area, 2, y, "▸ Enter ", STYLE_ACCENT);
	x = area_text(area, x + 1, y, message(what), STYLE_BOLD);
	if (step && step_done(reader, step)) {
		area_text(area, x + 2, y, message(MSG_TUI_STEP_DONE), STYLE_GOOD);
	}
}

static bool has_action(const struct reader_view *reader)
{
	const struct step *step = step_at(reader);
	return !step || (step->kind != STEP_TEXT && step->kind != STEP_FIGURE);
}

static void draw_text(struct reader_view *reader, struct area area)
{
	int last = reader->text.count - area.height;
	reader->page = area.height;
	if (reader->top > last) {
		reader->top = last;
	}
	if (reader->top < 0) {
		reader->top = 0;
	}
	struct area column = area_part(area, MARGIN, 0, area.width - MARGIN, area.height);
	rich_text_draw(&reader->text, column, reader->top);
	for (int y = 0; reader->link && y < area.height && reader->top + y < reader->text.count;
	     y++) {
		const struct rich_line *line = &reader->text.lines[reader->top + y];
		for (int i = 0; i < line->count; i++) {
			if (line->spans[i].link == reader->link) {
				area_attribute(column, line->spans[i].x, y,
					       (int)utf8_width(line->spans[i].text,
							       (size_t)line->spans[i].length),
					       CELL_REVERSE);
			}
		}
	}
}

static bool more_below(const struct reader_view *reader)
{
	return reader->laid_out && reader->top + reader->page < reader->text.count;
}

/* The figure's own rows come first, then its keys, the caption, the sentence that says what is to be seen; a caption
 * that finds no room is shown until the figure is touched. */
static void draw_figure(struct reader_view *reader, struct area area, int text_width)
{
	lay_out(reader, text_width);
	if (!reader->figure) {
		int height = area.height - 4 > FIGURE_ROWS ? area.height - 4 : FIGURE_ROWS;
		reader->figure = figure_pane_new(reader->base.app, step_at(reader)->figure.path,
						 area.width - 2, height);
	}
	if (!reader->figure) {
		return;
	}
	figure_pane_resize(reader->figure, area.width - 2,
			   area.height - 4 > FIGURE_ROWS ? area.height - 4 : FIGURE_ROWS);
	int canvas = figure_pane_rows(reader->figure);
	int keys = figure_pane_key_rows(reader->figure, area.width);
	int say = figure_pane_say_rows(reader->figure, area.width);
	int question = draw_question(reader, area, false);
	int caption = reader->text.count;
	int left = area.height - canvas - keys - caption;
	bool fits = left >= 0;
	if (!fits && figure_pane_touched(reader->figure)) {
		caption = area.height - canvas - keys;
		caption = caption < 0 ? 0 : caption;
		left = 0;
	}
	int gap = left > 0 && caption > 0;
	left -= gap;
	question = left >= question ? question : 0;
	left -= question;
	say = left >= say ? say : 0;
	left -= say;
	draw_text(reader, area_part(area, 0, 0, area.width, caption));
	int y = caption + gap;
	int rows = area.height - y - keys - say - question;
	figure_pane_draw(reader->figure, area_part(area, 0, y, area.width, rows));
	/* The foot stands right under the figure, the question at the bottom. */
	y += rows < canvas + 1 ? rows : canvas + 1;
	y += figure_pane_draw_say(reader->figure, area_part(area, 0, y, area.width, say));
	if (say && left > 2) {
		y++;
	}
	figure_pane_draw_keys(reader->figure, area_part(area, 0, y, area.width, keys));
	if (question) {
		draw_question(reader, area, true);
	}
}

static void draw(struct view *view, struct area area)
{
	struct reader_view *reader = self(view);
	const struct step *step = step_at(reader);
	int width = area.width - 2 * MARGIN;
	width = width > WIDEST_TEXT ? WIDEST_TEXT : width;
	if (step && step->kind == STEP_FIGURE) {
		draw_figure(reader, area, width);
		return;
	}
	lay_out(reader, width);
	int foot = has_action(reader) ? 2 : draw_question(reader, area, false);
	/* The question is shown under the end of the text, not over its middle. */
	if (!has_action(reader) && foot && reader->top + area.height - foot < reader->text.count) {
		foot = 0;
	}
	draw_text(reader, area_part(area, 0, 0, area.width, area.height - foot));
	if (has_action(reader)) {
		draw_action(reader, area);
	} else if (foot) {
		draw_question(reader, area, true);
	}
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	struct reader_view *reader = self(view);
	const struct step *step = step_at(reader);
	const struct lesson *lesson = reader->lesson;
	strbuf_printf(left, "%s%s%s", lesson->spec.count ? lesson->spec.items[0] : "",
		      lesson->spec.count ? " " : "", lesson->title);
	if (step) {
		strbuf_printf(right, "%zu/%zu %s", reader->at + 1, lesson->step_count, step->title);
	} else {
		strbuf_puts(right, message(MSG_TUI_END));
	}
}

static void open_link(struct reader_view *reader, const char *target)
{
	struct app *app = reader->base.app;
	if (!strncmp(target, "lesson:", 7)) {
		app_open_lesson(app, target + 7, NULL);
	} else if (!strncmp(target, "term:", 5)) {
		app_push(app, view_glossary_new(app, target + 5));
	} else if (catalog_find(app->catalog, target)) {
		app_open_lesson(app, target, NULL);
	} else {
		app_notice(app, STYLE_DIM, message(MSG_TUI_LINK_OUTSIDE), target);
	}
}

static void open_step(struct reader_view *reader)
{
	struct app *app = reader->base.app;
	const struct step *step = step_at(reader);
	if (reader->link) {
		open_link(reader, reader->text.links[reader->link - 1]);
		return;
	}
	if (!step) {
		app_do(app, REQUEST_HOME);
		return;
	}
	switch (step->kind) {
	case STEP_CHECKPOINT:
		app_push(app, view_dialogue_new(app, step->checkpoint, reader->lesson));
		break;
	case STEP_QUIZ:
		app_push(app, view_quiz_new(app, reader->lesson, step));
		break;
	case STEP_LAB:
		app_push(app, view_lab_new(app, reader->lesson, step));
		break;
	case STEP_REVIEW:
		app_push(app, view_review_new(app, reader->lesson, step, NULL));
		break;
	default: {
		const struct step *question = waiting_question(reader);
		bool here = question && !more_below(reader);
		go_next(reader);
		if (here) {
			app_push(app, view_dialogue_new(app, question->checkpoint, reader->lesson));
		}
	}
	}
}

static void scroll(struct reader_view *reader, int lines)
{
	reader->top += lines;
	if (reader->top > reader->text.count - reader->page) {
		reader->top = reader->text.count - reader->page;
	}
	if (reader->top < 0) {
		reader->top = 0;
	}
	save_position(reader);
}

static bool request(struct view *view, enum request request)
{
	struct reader_view *reader = self(view);
	struct app *app = view->app;
	const struct step *step = step_at(reader);
	switch (request) {
	case REQUEST_OPEN:
	case REQUEST_GO_ON:
		open_step(reader);
		return true;
	case REQUEST_NEXT:
		if (step && more_below(reader) && step->kind != STEP_FIGURE) {
			scroll(reader, reader->page > 2 ? reader->page - 1 : 1);
		} else {
			go_next(reader);
		}
		return true;
	case REQUEST_PREVIOUS:
		if (reader->top > 0) {
			scroll(reader, reader->page > 2 ? 1 - reader->page : -1);
		} else {
			go_previous(reader);
		}
		return true;
	case REQUEST_UP:
		scroll(reader, -1);
		return true;
	case REQUEST_DOWN:
		scroll(reader, 1);
		return true;
	case REQUEST_PAGE_UP:
		scroll(reader, 1 - reader->page);
		return true;
	case REQUEST_PAGE_DOWN:
		scroll(reader, reader->page - 1);
		return true;
	case REQUEST_TOP:
		scroll(reader, -reader->text.count);
		return true;
	case REQUEST_BOTTOM:
		scroll(reader, reader->text.count);
		return true;
	case REQUEST_READ_ONLY:
		app->settings.read_only = !app->settings.read_only;
		app_save_settings(app);
		app_notice(app, STYLE_DIM, "%s",
			   message(app->settings.read_only ? MSG_TUI_READ_ONLY_ON
							   : MSG_TUI_READ_ONLY_OFF));
		return true;
	case REQUEST_NOTES:
		app_push(app, view_notes_new(app, reader->lesson->id, step ? step->id : ""));
		return true;
	default:
		return false;
	}
}

static bool key(struct view *view, uint32_t key)
{
	struct reader_view *reader = self(view);
	if (key == INPUT_TAB && reader->laid_out && reader->text.link_count) {
		reader->link = reader->link % reader->text.link_count + 1;
		return true;
	}
	return false;
}

static bool raw_key(struct view *view, uint32_t key)
{
	struct reader_view *reader = self(view);
	return reader->figure && figure_pane_key(reader->figure, key);
}

static const enum request *hints(struct view *view)
{
	static const enum request reading[] = {REQUEST_NEXT, REQUEST_PREVIOUS, REQUEST_GLOSSARY,
					       REQUEST_NOTES, REQUEST_NONE};
	/* The figure may have uses of its own for Space and letters. */
	static const enum request moving[] = {REQUEST_GO_ON, REQUEST_PREVIOUS, REQUEST_GLOSSARY,
					      REQUEST_NOTES, REQUEST_NONE};
	struct reader_view *reader = self(view);
	return reader->figure ? moving : reading;
}

static void status(struct view *view, struct strbuf *out)
{
	struct reader_view *reader = self(view);
	const struct lesson *lesson = reader->lesson;
	if (more_below(reader)) {
		strbuf_puts(out, message(MSG_TUI_MORE));
	}
	if (lesson->step_count && lesson->minutes && reader->at < lesson->step_count) {
		int left = (int)((size_t)lesson->minutes * (lesson->step_count - reader->at) /
				 lesson->step_count);
		strbuf_printf(out, message(MSG_TUI_MINUTES_LEFT), left ? left : 1);
	}
}

static void shown(struct view *view)
{
	struct reader_view *reader = self(view);
	progress_release(&reader->progress);
	progress_load(&reader->progress, view->app);
	if (has_action(reader) && reader->laid_out) {
		rich_text_release(&reader->text);
		reader->laid_out = 0;
	}
	save_position(reader);
}

static void place(struct view *view, struct strbuf *out)
{
	struct reader_view *reader = self(view);
	const struct step *step = step_at(reader);
	strbuf_printf(out, "lesson:%s#%s", reader->lesson->id, step ? step->id : "");
}

static void free_view(struct view *view)
{
	struct reader_view *reader = self(view);
	forget_page(reader);
	progress_release(&reader->progress);
	free(reader);
}

static const struct view_ops ops = {
	.kind = VIEW_LESSON,
	.name = "lesson",
	.draw = draw,
	.title = title,
	.request = request,
	.key = key,
	.first_key = raw_key,
	.hints = hints,
	.status = status,
	.shown = shown,
	.place = place,
	.free = free_view,
};

struct view *view_lesson_new(struct app *app, const struct lesson *lesson, const char *step)
{
	struct reader_view *reader = calloc(1, sizeof *reader);
	if (!reader) {
		return NULL;
	}
	reader->base = (struct view){&ops, app};
	reader->lesson = lesson;
	reader->entry = catalog_find(app->catalog, lesson->id);
	arena_init(&reader->progress.arena);
	struct arena arena;
	struct position position;
	arena_init(&arena);
	int top = 0;
	if (app->store &&
	    store_position(app->store, &arena, lesson->id, &position, NULL) == STATUS_OK &&
	    (!step || !*step || !strcmp(step, position.step))) {
		step = position.step;
		top = position.line;
	}
	size_t at = 0;
	for (size_t i = 0; step && i < lesson->step_count; i++) {
		if (!strcmp(lesson->steps[i].id, step)) {
			at = i;
		}
	}
	arena_release(&arena);
	go_to(reader, at);
	reader->top = top;
	return &reader->base;
}
