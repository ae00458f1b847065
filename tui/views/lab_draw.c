#include <stdio.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/text/layout.h"
#include "tui/views/lab.h"

enum { GOAL_WIDTH = 25, SMALL_OUTPUT = 5 };

static bool letters_only(const struct lab_view *lab)
{
	return lab->base.app->settings.ascii || !lab->base.app->theme->coloured;
}

/* A rule with the pane's name, brighter when the pane is in use. */
static void pane_rule(const struct lab_view *lab, struct area area, int y, enum lab_pane pane,
		      const char *title, const char *right)
{
	struct area row = area_part(area, 0, y, area.width, 1);
	bool active = lab->pane == pane && !lab->prompt;
	for (int x = 0; x < row.width; x++) {
		area_put(row, x, 0, 0x2500, STYLE_BORDER);
	}
	int end = row.width - 1;
	if (right && *right) {
		end = row.width - (int)utf8_width(right, strlen(right)) - 2;
		area_put(row, end - 1, 0, ' ', STYLE_BORDER);
		int x = area_text(row, end, 0, right, STYLE_DIM);
		area_put(row, x, 0, ' ', STYLE_BORDER);
		end--;
	}
	area_put(row, 1, 0, ' ', STYLE_BORDER);
	int x = area_text_cut(row, 2, 0, end - 3, title, active ? STYLE_ACCENT : STYLE_DIM);
	area_put(row, x, 0, ' ', STYLE_BORDER);
}

static int draw_wrapped(struct area area, int y, const char *text, enum style style)
{
	size_t length = strlen(text);
	for (size_t at = 0; at < length && y < area.height; y++) {
		size_t next, end = text_break(text + at, length - at, area.width, &next);
		if (area.grid) {
			area_textn(area, 0, y, text + at, end, style);
		}
		at += next;
	}
	return y;
}

/* ---- the goal ---- */

static int draw_tests(const struct lab_view *lab, struct area area, int y)
{
	const struct board_test *tests;
	int count = board_tests(lab->session->board, &tests);
	for (int i = 0; i < count && y < area.height; i++, y++) {
		area_text(area, 0, y, tests[i].passed ? "✔" : "✘",
			  tests[i].passed ? STYLE_GOOD : STYLE_BAD);
		struct area name = area_part(area, 2, y, area.width - 2, area.height - y);
		y += draw_wrapped(name, 0, tests[i].name, STYLE_NORMAL) - 1;
	}
	return count ? y + 1 : y;
}

static void draw_goal(struct lab_view *lab, struct area area)
{
	char text[256];
	if (lab->goal_width != area.width) {
		if (lab->goal_width) {
			rich_text_release(&lab->goal);
			lab->goal_width = 0;
		}
		const char *goal = lab->step->lab.goal;
		if (!markdown_layout(&lab->goal, goal, strlen(goal), area.width, NULL)) {
			lab->goal_width = area.width;
		}
	}
	int y = draw_tests(lab, area, 0);
	if (lab->prediction && lab->prediction[0] && y < area.height) {
		snprintf(text, sizeof text, message(MSG_TUI_LAB_PREDICTED), lab->prediction);
		area_text_cut(area, 0, y, area.width, text, STYLE_LEARNER);
		y += 2;
	}
	struct area rest = area_part(area, 0, y, area.width, area.height - y);
	int most = lab->goal_width ? lab->goal.count - rest.height : 0;
	lab->goal_top = lab->goal_top > most ? most : lab->goal_top;
	lab->goal_top = lab->goal_top < 0 ? 0 : lab->goal_top;
	if (lab->goal_width) {
		rich_text_draw(&lab->goal, rest, lab->goal_top);
		if (lab->goal_top < most) {
			area_text_right(rest, 0, rest.height - 1, "↓", STYLE_DIM);
		}
	}
}

/* ---- the output ---- */

static int draw_verdict(const struct lab_view *lab, struct area area, int y)
{
	const struct lab_session *session = lab->session;
	const struct board_test *tests;
	int count = board_tests(session->board, &tests);
	char text[256];
	if (!session->ended) {
		return y;
	}
	if (session->error[0]) {
		return draw_wrapped(area, y, session->error, STYLE_BAD);
	}
	if (!session->checking) {
		snprintf(text, sizeof text, message(MSG_TUI_LAB_FINISHED), session->seconds);
		return draw_wrapped(area, y, text, STYLE_GOOD);
	}
	if (session->passed) {
		snprintf(text, sizeof text, message(MSG_TUI_LAB_PASSED), count);
		return draw_wrapped(area, y, text, STYLE_GOOD);
	}
	for (int i = 0; i < count && y < area.height; i++) {
		if (!tests[i].passed) {
			snprintf(text, sizeof text, "✘ %s", tests[i].name);
			y = draw_wrapped(area, y, text, STYLE_BAD);
			y = draw_wrapped(area, y, tests[i].message, STYLE_NORMAL);
		}
	}
	return y;
}

static void draw_output(struct lab_view *lab, struct area area)
{
	const struct lab_session *session = lab->session;
	const char *text;
	double fraction = board_progress(session->board, &text);
	int y = 0;
	if (run_active(session->run) && (fraction >= 0 || *text)) {
		int width = fraction >= 0 ? 14 : 0;
		if (width) {
			area_bar(area, 0, 0, width, fraction, STYLE_ACCENT);
			char percent[16];
			snprintf(percent, sizeof percent, "%3.0f%%", fraction * 100);
			width = area_text(area, width + 1, 0, percent, STYLE_NORMAL) + 2;
		}
		area_text_cut(area, width, 0, area.width - width, text, STYLE_DIM);
		y = 1;
	}
	struct area said = area_part(area, 0, y, area.width, area.height - y);
	if (lab->log_back <= 0) {
		/* Below zero: what the check says is longer than the pane and scrolled. */
		struct area probe = {.width = said.width, .height = 10000};
		int rows = draw_verdict(lab, probe, 0);
		int most = rows > said.height ? rows - said.height : 0;
		if (-lab->log_back > most) {
			lab->log_back = -most;
		}
		draw_verdict(lab, said, lab->log_back);
		if (most + lab->log_back > 0) {
			area_text_right(said, 0, said.height - 1, "↓", STYLE_ACCENT);
		}
		y += rows < said.height ? rows : said.height;
	}
	struct area rest = area_part(area, 0, y, area.width, area.height - y);
	board_draw_log(session->board, rest, lab->log_back > 0 ? lab->log_back : 0);
	if (!run_active(session->run) && !session->ended) {
		draw_wrapped(area, 0, message(MSG_TUI_LAB_HOW), STYLE_DIM);
	}
}

/* ---- panes ---- */

static void editor_title(const struct lab_view *lab, char *out, size_t size)
{
	bool open = editor_version(lab->editor) != lab->saved;
	snprintf(out, size, "lab.lua%s", open ? " ●" : "");
}

static void draw_editor(struct lab_view *lab, struct area area)
{
	const char *said = editor_message(lab->editor);
	int rows = area.height - (said ? 1 : 0);
	bool focused = lab->pane == PANE_EDITOR && !lab->prompt;
	editor_draw(lab->editor, area_part(area, 0, 0, area.width, rows),
		    hangul_preedit(&lab->base.app->hangul), focused);
	if (said) {
		area_text_cut(area, 1, rows, area.width - 2, said, STYLE_BAD);
	}
}

static void picture_title_of(const struct lab_view *lab, char *out, size_t size)
{
	int count = board_pictures(lab->session->board);
	int at = count ? lab->picture % count : 0;
	snprintf(out, size, count > 1 ? "%s %d/%d" : "%s",
		 count ? board_picture_title(lab->session->board, at)
		       : message(MSG_TUI_LAB_PICTURES),
		 at + 1, count);
}

static void draw_picture(struct lab_view *lab, struct area area)
{
	int count = board_pictures(lab->session->board);
	if (!count) {
		draw_wrapped(area_part(area, 1, 0, area.width - 2, area.height), 0,
			     message(MSG_TUI_LAB_NO_PICTURES), STYLE_DIM);
		return;
	}
	int at = lab->picture % count;
	/* Where there is room, the next picture stands beside it. */
	if (count > 1 && area.width >= 96) {
		int left = area.width / 2;
		board_draw_picture(lab->session->board, at,
				   area_part(area, 1, 0, left - 2, area.height), &lab->look,
				   letters_only(lab));
		area_vertical(area, left, 0, area.height);
		int next = (at + 1) % count;
		struct area right =
			area_part(area, left + 2, 0, area.width - left - 3, area.height);
		area_text_cut(right, 0, 0, right.width,
			      board_picture_title(lab->session->board, next), STYLE_DIM);
		board_draw_picture(lab->session->board, next,
				   area_part(right, 0, 1, right.width, right.height - 1),
				   &lab->look, letters_only(lab));
		return;
	}
	board_draw_picture(lab->session->board, at,
			   area_part(area, 1, 0, area.width - 2, area.height), &lab->look,
			   letters_only(lab));
}

/* How lines are shown when that is not as they are: on a rule that has room for a few words. */
static void say_look(const struct lab_view *lab, char *out, size_t size)
{
	const struct plot_look *look = &lab->look;
	bool lines = board_points(lab->session->board,
				  lab->picture % (board_pictures(lab->session->board) + 1)) > 0;
	out[0] = '\0';
	if (lines) {
		snprintf(out, size, "%s%s%.*s%s", look->log ? message(MSG_TUI_LOOK_LOG) : "",
			 look->smooth ? message(MSG_TUI_LOOK_SMOOTH) : "", look->smooth, "+++",
			 look->past ? message(MSG_TUI_LOOK_PAST) : "");
	}
}

static void draw_pane(struct lab_view *lab, enum lab_pane pane, struct area area)
{
	char title[128], right[64] = "";
	lab->places[pane] = area;
	lab->places[pane].y -= 1; /* the title of the screen stands above the view */
	struct area body = area_part(area, 0, 1, area.width, area.height - 1);
	switch (pane) {
	case PANE_GOAL:
		pane_rule(lab, area, 0, pane, message(MSG_TUI_LAB_GOAL), "");
		draw_goal(lab, area_part(body, 1, 0, body.width - 2, body.height));
		break;
	case PANE_EDITOR: {
		int line, column;
		editor_title(lab, title, sizeof title);
		editor_where(lab->editor, &line, &column);
		snprintf(right, sizeof right, "%d:%d", line, column);
		pane_rule(lab, area, 0, pane, title, right);
		draw_editor(lab, body);
		break;
	}
	case PANE_PICTURE:
		picture_title_of(lab, title, sizeof title);
		say_look(lab, right, sizeof right);
		pane_rule(lab, area, 0, pane, title, right);
		draw_picture(lab, body);
		break;
	default:
		pane_rule(lab, area, 0, pane, message(MSG_TUI_LAB_OUTPUT), "");
		draw_output(lab, area_part(body, 1, 0, body.width - 2, body.height));
	}
}

static void draw_prompt(struct lab_view *lab, struct area all)
{
	const struct lab *data = &lab->step->lab;
	bool predict = lab->prompt == PROMPT_PREDICT;
	const char *question = predict ? data->predict_question : data->explain;
	int width = all.width - 12;
	int rows = text_line_count(question, strlen(question), width - 4);
	struct area box = area_part(all, 6, all.height / 2 - 5, width, rows + 7);
	area_fill(box, STYLE_NORMAL);
	area_frame(box, message(predict ? MSG_TUI_LAB_PREDICT : MSG_TUI_LAB_EXPLAIN), STYLE_ACCENT);
	int y = draw_wrapped(area_part(box, 2, 1, width - 4, rows), 0, question, STYLE_BOLD) + 2;
	area_text(box, 2, y, "▸", STYLE_ACCENT);
	int unit = predict ? (int)utf8_width(data->predict_unit, strlen(data->predict_unit)) : 0;
	field_draw(&lab->field, area_part(box, 4, y, width - 8 - unit, 2),
		   hangul_preedit(&lab->base.app->hangul), true);
	if (unit) {
		area_text_right(box, 2, y, data->predict_unit, STYLE_DIM);
	}
	area_text_cut(box, 2, box.height - 2, width - 4, message(MSG_TUI_LAB_PROMPT_HOW),
		      STYLE_DIM);
}

void lab_draw(struct view *view, struct area area)
{
	struct lab_view *lab = (struct lab_view *)view;
	struct area body = area_part(area, 0, 0, area.width, area.height - 1);
	area_rule(area_part(area, 0, area.height - 1, area.width, 1), 0, NULL);
	memset(lab->places, 0, sizeof lab->places);
	if (lab->zoomed) {
		draw_pane(lab, lab->pane, body);
	} else {
		int goal = area.width >= 110 ? 34 : GOAL_WIDTH;
		struct area left = area_part(body, 0, 0, goal, body.height);
		struct area right =
			area_part(body, goal + 1, 0, area.width - goal - 1, body.height);
		bool busy = run_active(lab->session->run) || lab->session->ended;
		/* What a check says comes before its pictures where there is little room. */
		bool pictures =
			board_pictures(lab->session->board) > 0 &&
			(!lab->session->checking || body.height > 30 || lab->pane == PANE_PICTURE);
		int output = busy && !pictures ? body.height / 2 : SMALL_OUTPUT;
		if (body.height > 30) {
			output = body.height / 4;
		}
		int picture = pictures ? (body.height - output) / 2 : 0;
		int editor = body.height - output - picture;
		draw_pane(lab, PANE_GOAL, left);
		draw_pane(lab, PANE_EDITOR, area_part(right, 0, 0, right.width, editor));
		if (picture) {
			draw_pane(lab, PANE_PICTURE,
				  area_part(right, 0, editor, right.width, picture));
		}
		draw_pane(lab, PANE_OUTPUT,
			  area_part(right, 0, editor + picture, right.width, output));
		area_vertical(body, goal, 1, body.height - 1);
		area_put(body, goal, 0, 0x252C, STYLE_BORDER);
		area_put(body, goal, editor, 0x251C, STYLE_BORDER);
		if (picture) {
			area_put(body, goal, editor + picture, 0x251C, STYLE_BORDER);
		}
		area_put(area, goal, area.height - 1, 0x2534, STYLE_BORDER);
	}
	if (lab->prompt) {
		draw_prompt(lab, area);
	}
}

void lab_title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	struct lab_view *lab = (struct lab_view *)view;
	const struct lab_session *session = lab->session;
	int seconds = (int)lab_session_seconds(session);
	strbuf_printf(left, "%s  %s", lab->step->lab.id, lab->step->title);
	if (run_active(session->run)) {
		strbuf_printf(right,
			      message(lab_session_paused(session) ? MSG_TUI_LAB_PAUSED
				      : session->checking         ? MSG_TUI_LAB_CHECKING
								  : MSG_TUI_LAB_RUNNING),
			      seconds / 60, seconds % 60);
	} else if (session->ended && session->checking) {
		strbuf_puts(right, message(session->passed ? MSG_TUI_LAB_TITLE_PASSED
							   : MSG_TUI_LAB_TITLE_OPEN));
	}
}
