#include <stdio.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/text/layout.h"
#include "tui/views/lesson_state.h"

enum { MARGIN = 2, WIDEST_TEXT = 92, FIGURE_ROWS = 16 };

/* The Markdown of the page for the present step. */
static void page_text(struct reader_view *reader, struct strbuf *out)
{
	const struct lesson *lesson = reader->lesson;
	const struct step *step = reader_step_at(reader);
	if (!step) {
		strbuf_printf(out, message(MSG_TUI_LESSON_END), lesson->title);
		for (size_t i = 0; i < lesson->step_count; i++) {
			strbuf_printf(out, "- [%c] %s\n",
				      reader_step_done(reader, &lesson->steps[i]) ? 'x' : ' ',
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
	reader_marks_unmap(reader);
	struct strbuf page;
	strbuf_init(&page);
	page_text(reader, &page);
	if (markdown_layout(&reader->text, page.text, page.length, width, NULL) == STATUS_OK) {
		reader->laid_out = width;
	}
	strbuf_release(&page);
}

/* The question that waits behind a text or figure, when it is next. */
const struct step *reader_waiting_question(const struct reader_view *reader)
{
	const struct step *step = reader_step_at(reader);
	size_t next = reader->at + 1;
	if (!step || (step->kind != STEP_TEXT && step->kind != STEP_FIGURE) ||
	    next >= reader->lesson->step_count || reader->base.app->settings.read_only) {
		return NULL;
	}
	const struct step *after = &reader->lesson->steps[next];
	return after->kind == STEP_CHECKPOINT && !reader_step_done(reader, after) ? after : NULL;
}

static int draw_question(struct reader_view *reader, struct area area, bool draw)
{
	const struct step *question = reader_waiting_question(reader);
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
	const struct step *step = reader_step_at(reader);
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
	if (step && reader_step_done(reader, step)) {
		area_text(area, x + 2, y, message(MSG_TUI_STEP_DONE), STYLE_GOOD);
	}
}

bool reader_has_action(const struct reader_view *reader)
{
	const struct step *step = reader_step_at(reader);
	return !step || (step->kind != STEP_TEXT && step->kind != STEP_FIGURE);
}

static void draw_text(struct reader_view *reader, struct area area)
{
	reader->page = area.height;
	reader_marks_prepare(reader);
	int last = reader->text.count - area.height;
	if (reader->top > last) {
		reader->top = last;
	}
	if (reader->top < 0) {
		reader->top = 0;
	}
	struct area column = area_part(area, MARGIN, 0, area.width - MARGIN, area.height);
	rich_text_draw(&reader->text, column, reader->top);
	reader_marks_draw(reader, column, area_part(area, 0, 0, MARGIN, area.height));
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

bool reader_more_below(const struct reader_view *reader)
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
		reader->figure =
			figure_pane_new(reader->base.app, reader_step_at(reader)->figure.path,
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

void reader_draw(struct view *view, struct area area)
{
	struct reader_view *reader = (struct reader_view *)view;
	const struct step *step = reader_step_at(reader);
	int width = area.width - 2 * MARGIN;
	width = width > WIDEST_TEXT ? WIDEST_TEXT : width;
	if (step && step->kind == STEP_FIGURE) {
		draw_figure(reader, area, width);
		return;
	}
	lay_out(reader, width);
	if (reader->finding || reader->choosing) {
		/* What is done with the page stands below it, in place of what would come next. */
		draw_text(reader, area_part(area, 0, 0, area.width, area.height - 2));
		area_rule(area_part(area, 0, area.height - 2, area.width, 1), 0, NULL);
		reader_marks_foot(reader, area_part(area, 0, area.height - 1, area.width, 1));
		return;
	}
	int foot = reader_has_action(reader) ? 2 : draw_question(reader, area, false);
	/* The question is shown under the end of the text, not over its middle. */
	if (!reader_has_action(reader) && foot &&
	    reader->top + area.height - foot < reader->text.count) {
		foot = 0;
	}
	draw_text(reader, area_part(area, 0, 0, area.width, area.height - foot));
	if (reader_has_action(reader)) {
		draw_action(reader, area);
	} else if (foot) {
		draw_question(reader, area, true);
	}
}
