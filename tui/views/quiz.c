#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/utf8.h"
#include "tui/key.h"
#include "tui/program.h"
#include "tui/quiz_entry.h"
#include "tui/text/layout.h"
#include "tui/text/markdown.h"
#include "tui/views/lesson.h"
#include "tui/views/views.h"
#include "tui/widget/field.h"

/* A quiz, one question at a time: answer, see why, go on. */

struct quiz_view {
	struct view base;
	const struct lesson *lesson;
	const struct step *step;
	size_t at; /* question; count: the result */
	struct quiz_entry answer;
	struct field field;
	int cursor, top;
	bool answered; /* this question: the explanation is shown */
	struct quiz_result result;
	double *scores; /* by question, -1 while open */
	unsigned attempt;
};

static struct quiz_view *self(struct view *view)
{
	return (struct quiz_view *)view;
}

static const struct question *question_of(const struct quiz_view *quiz)
{
	return quiz->at < quiz->step->quiz.count ? &quiz->step->quiz.questions[quiz->at] : NULL;
}

static void go_to(struct quiz_view *quiz, size_t at)
{
	quiz->at = at;
	quiz->cursor = quiz->top = 0;
	quiz->answered = false;
	field_set(&quiz->field, "");
	const struct question *question = question_of(quiz);
	if (question) {
		quiz_entry_begin(&quiz->answer, question, quiz->attempt * 31 + (unsigned)at);
	}
}

/* ---- drawing ---- */

static int draw_markdown(struct area area, int y, const char *markdown, enum style restyle)
{
	struct rich_text rich;
	if (!*markdown ||
	    markdown_layout(&rich, markdown, strlen(markdown), area.width - 4, NULL)) {
		return y;
	}
	for (int i = 0; restyle != STYLE_NORMAL && i < rich.count; i++) {
		for (int k = 0; k < rich.lines[i].count; k++) {
			if (rich.lines[i].spans[k].style == STYLE_NORMAL) {
				rich.lines[i].spans[k].style = restyle;
			}
		}
	}
	rich_text_draw(&rich, area_part(area, 2, y, area.width - 2, area.height - y), 0);
	y += rich.count;
	rich_text_release(&rich);
	return y;
}

static int draw_wrapped(struct area area, int x, int y, const char *text, enum style style)
{
	size_t length = strlen(text);
	for (size_t at = 0; at < length; y++) {
		size_t next, end = text_break(text + at, length - at, area.width - x - 2, &next);
		area_textn(area, x, y, text + at, end, style);
		at += next;
	}
	return y;
}

static const char *row_mark(const struct quiz_view *quiz, int row)
{
	const struct question *question = quiz->answer.question;
	bool several = question->kind == QUESTION_MULTIPLE;
	if (quiz->answered) {
		bool right = false;
		for (size_t i = 0; i < question->answer_count; i++) {
			right = right || question->answers[i] == quiz->answer.shown[row];
		}
		return right ? "✔" : quiz->answer.chosen[row] ? "✘" : " ";
	}
	if (several) {
		return quiz->answer.chosen[row] ? "[x]" : "[ ]";
	}
	return quiz->answer.chosen[row] ? "(•)" : "( )";
}

static int draw_choices(struct quiz_view *quiz, struct area area, int y)
{
	for (int row = 0; row < quiz->answer.count; row++) {
		bool here = row == quiz->cursor && !quiz->answered;
		const char *mark = row_mark(quiz, row);
		enum style style = here ? STYLE_ACCENT : STYLE_NORMAL;
		area_text(area, 2, y, here ? "▸" : " ", STYLE_ACCENT);
		area_text(area, 4, y, mark,
			  !strcmp(mark, "✔")   ? STYLE_GOOD
			  : !strcmp(mark, "✘") ? STYLE_BAD
					       : style);
		char number[16];
		snprintf(number, sizeof number, "%d.", row + 1);
		area_text(area, 8, y, number, STYLE_DIM);
		y = draw_wrapped(area, 11, y, quiz_entry_row(&quiz->answer, row), style);
	}
	return y;
}

/* Order and match: the rows with the place each was given. */
static int draw_places(struct quiz_view *quiz, struct area area, int y)
{
	const struct question *question = quiz->answer.question;
	bool match = question->kind == QUESTION_MATCH;
	char text[512];
	if (match) {
		for (int i = 0; i < quiz->answer.count; i++) {
			int row = quiz->answer.place[i];
			bool turn = !quiz->answered && i == quiz->answer.placed;
			bool right = row >= 0 && quiz->answer.shown[row] == i;
			snprintf(text, sizeof text, "%s → %s", question->left.items[i],
				 row >= 0 ? quiz_entry_row(&quiz->answer, row)
				 : turn   ? "?"
					  : "");
			area_text(area, 4, y, quiz->answered ? right ? "✔" : "✘" : " ",
				  right ? STYLE_GOOD : STYLE_BAD);
			y = draw_wrapped(area, 6, y, text, turn ? STYLE_ACCENT : STYLE_NORMAL);
		}
		y++;
	}
	for (int row = 0; row < quiz->answer.count && !(match && quiz->answered); row++) {
		bool here = row == quiz->cursor && !quiz->answered;
		int place = -1;
		for (int i = 0; i < quiz->answer.count; i++) {
			if (quiz->answer.place[i] == row) {
				place = i;
			}
		}
		area_text(area, 2, y, here ? "▸" : " ", STYLE_ACCENT);
		snprintf(text, sizeof text, place >= 0 ? "%d" : "·", place + 1);
		if (match) {
			snprintf(text, sizeof text, "%s", place >= 0 ? "✓" : "·");
		}
		bool right = place >= 0 && quiz->answer.shown[row] == place;
		enum style style = place >= 0 ? STYLE_ACCENT : STYLE_DIM;
		if (quiz->answered) {
			style = right ? STYLE_GOOD : STYLE_BAD;
			area_text(area, 4, y, right ? "✔" : "✘", style);
		}
		area_text(area, 6, y, text, style);
		y = draw_wrapped(area, 10, y, quiz_entry_row(&quiz->answer, row),
				 here ? STYLE_ACCENT : STYLE_NORMAL);
	}
	return y;
}

static int draw_field(struct quiz_view *quiz, struct area area, int y)
{
	const struct question *question = quiz->answer.question;
	area_text(area, 2, y, message(MSG_TUI_QUIZ_ANSWER), STYLE_LEARNER);
	int x = 2 +
		(int)utf8_width(message(MSG_TUI_QUIZ_ANSWER),
				strlen(message(MSG_TUI_QUIZ_ANSWER))) +
		2;
	int unit = (int)utf8_width(question->unit, strlen(question->unit));
	struct area input = area_part(area, x, y, area.width - x - unit - 4, 2);
	field_draw(&quiz->field, input, hangul_preedit(&quiz->base.app->hangul), !quiz->answered);
	if (unit) {
		area_text_right(area, 2, y, question->unit, STYLE_DIM);
	}
	return y + 1;
}

static void draw_feedback(struct quiz_view *quiz, struct area area, int y)
{
	const struct question *question = quiz->answer.question;
	struct strbuf solution;
	char text[64];
	y++;
	if (quiz->result.score >= 1) {
		y = draw_wrapped(area, 2, y, message(MSG_TUI_QUIZ_RIGHT), STYLE_GOOD);
		if (quiz->result.note == QUIZ_NOTE_UNIT_MISSING) {
			y = draw_wrapped(area, 2, y, message(MSG_TUI_QUIZ_UNIT), STYLE_DIM);
		}
	} else {
		if (quiz->result.score > 0) {
			snprintf(text, sizeof text, message(MSG_TUI_QUIZ_PART),
				 (int)(quiz->result.score * 100 + 0.5));
		} else {
			snprintf(text, sizeof text, "%s", message(MSG_TUI_QUIZ_WRONG));
		}
		y = draw_wrapped(area, 2, y, text, STYLE_WARN);
		static const enum message notes[] = {
			[QUIZ_NOTE_UNIT_WRONG] = MSG_TUI_QUIZ_UNIT_WRONG,
			[QUIZ_NOTE_NOT_A_NUMBER] = MSG_TUI_QUIZ_NO_NUMBER,
			[QUIZ_NOTE_CLOSE] = MSG_TUI_QUIZ_CLOSE,
			[QUIZ_NOTE_SOME] = 0,
		};
		if (notes[quiz->result.note]) {
			y = draw_wrapped(area, 2, y, message(notes[quiz->result.note]), STYLE_DIM);
		}
		strbuf_init(&solution);
		strbuf_puts(&solution, message(MSG_TUI_QUIZ_SOLUTION));
		quiz_entry_solution(question, &solution);
		y = draw_wrapped(area, 2, y, solution.text, STYLE_BOLD);
		strbuf_release(&solution);
	}
	draw_markdown(area, y + 1, question->explain, STYLE_NORMAL);
}

static void draw_result(struct quiz_view *quiz, struct area area)
{
	double sum = 0;
	size_t count = quiz->step->quiz.count;
	char text[128];
	int y = 1;
	for (size_t i = 0; i < count; i++) {
		sum += quiz->scores[i] > 0 ? quiz->scores[i] : 0;
	}
	snprintf(text, sizeof text, message(MSG_TUI_QUIZ_RESULT), (int)count, sum);
	area_text(area, 2, y, text, STYLE_HEADING);
	y += 2;
	for (size_t i = 0; i < count && y < area.height - 3; i++, y++) {
		double score = quiz->scores[i];
		area_text(area, 2, y,
			  score >= 1  ? "✔"
			  : score > 0 ? "◐"
				      : "✘",
			  score >= 1  ? STYLE_GOOD
			  : score > 0 ? STYLE_WARN
				      : STYLE_BAD);
		area_text_cut(area, 5, y, area.width - 8, quiz->step->quiz.questions[i].ask,
			      STYLE_NORMAL);
	}
	area_text(area, 2, y + 1,
		  message(sum >= (double)count ? MSG_TUI_QUIZ_ALL : MSG_TUI_QUIZ_AGAIN), STYLE_DIM);
}

static void draw(struct view *view, struct area area)
{
	struct quiz_view *quiz = self(view);
	const struct question *question = question_of(quiz);
	if (!question) {
		draw_result(quiz, area);
		return;
	}
	int y = draw_markdown(area, 1, question->ask, STYLE_BOLD);
	if (question->code[0]) {
		struct rich_text code;
		if (!markdown_layout_code(&code, question->code, strlen(question->code), "lua",
					  area.width - 4, NULL)) {
			rich_text_draw(
				&code,
				area_part(area, 2, y + 1, area.width - 2, area.height - y - 1), 0);
			y += code.count + 1;
			rich_text_release(&code);
		}
	}
	y++;
	if (quiz_entry_is_typed(question)) {
		y = draw_field(quiz, area, y);
	} else if (question->kind == QUESTION_ORDER || question->kind == QUESTION_MATCH) {
		y = draw_places(quiz, area, y);
	} else {
		y = draw_choices(quiz, area, y);
	}
	if (quiz->answered) {
		draw_feedback(quiz, area_part(area, 0, 0, area.width, area.height - 1), y);
		area_text(area, 2, area.height - 1, message(MSG_TUI_QUIZ_NEXT), STYLE_DIM);
		return;
	}
	static const enum message how[] = {
		[QUESTION_CHOICE] = MSG_TUI_QUIZ_HOW_CHOICE,
		[QUESTION_MULTIPLE] = MSG_TUI_QUIZ_HOW_MULTIPLE,
		[QUESTION_ORDER] = MSG_TUI_QUIZ_HOW_ORDER,
		[QUESTION_MATCH] = MSG_TUI_QUIZ_HOW_MATCH,
		[QUESTION_NUMERIC] = MSG_TUI_QUIZ_HOW_NUMBER,
		[QUESTION_SHORT] = MSG_TUI_QUIZ_HOW_TEXT,
		[QUESTION_PREDICT] = MSG_TUI_QUIZ_HOW_TEXT,
		[QUESTION_FILL] = MSG_TUI_QUIZ_HOW_TEXT,
	};
	enum message line = how[question->kind];
	if (question->kind == QUESTION_PREDICT && question->choices.count) {
		line = MSG_TUI_QUIZ_HOW_CHOICE;
	}
	if (quiz->answer.count && quiz->answer.placed == quiz->answer.count) {
		line = MSG_TUI_QUIZ_PLACED;
	}
	area_text_cut(area, 2, area.height - 1, area.width - 4, message(line), STYLE_DIM);
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	struct quiz_view *quiz = self(view);
	const struct lesson *lesson = quiz->lesson;
	strbuf_printf(left, "%s · %s", lesson->spec.count ? lesson->spec.items[0] : lesson->title,
		      quiz->step->title);
	if (question_of(quiz)) {
		strbuf_printf(right, message(MSG_TUI_QUIZ_PLACE), (int)quiz->at + 1,
			      (int)quiz->step->quiz.count);
	}
}

/* ---- answering ---- */

static void finish(struct quiz_view *quiz)
{
	struct app *app = quiz->base.app;
	struct error err = ERROR_INIT;
	if (app->store) {
		app_told(app,
			 store_set_step(app->store, quiz->lesson->id, quiz->step->id,
					STEP_STATE_DONE, &err),
			 &err);
	}
}

static bool typing(const struct quiz_view *quiz)
{
	const struct question *question = question_of(quiz);
	return question && quiz_entry_is_typed(question) && !quiz->answered;
}

static void grade(struct quiz_view *quiz)
{
	struct app *app = quiz->base.app;
	struct strbuf given;
	quiz->answer.text = quiz->field.text.text;
	if (!quiz_entry_given(&quiz->answer)) {
		bool typed = typing(quiz);
		app_notice(app, STYLE_DIM, "%s",
			   message(typed ? MSG_TUI_QUIZ_EMPTY_TYPED : MSG_TUI_QUIZ_EMPTY));
		return;
	}
	quiz->result = quiz_entry_grade(&quiz->answer);
	quiz->scores[quiz->at] = quiz->result.score;
	quiz->answered = true;
	strbuf_init(&given);
	quiz_entry_describe(&quiz->answer, &given);
	if (app->store) {
		struct error err = ERROR_INIT;
		struct quiz_record record = {.lesson = quiz->lesson->id,
					     .step = quiz->step->id,
					     .question = quiz->answer.question->id,
					     .answer = given.text,
					     .score = quiz->result.score};
		app_told(app, store_add_quiz_answer(app->store, &record, &err), &err);
	}
	strbuf_release(&given);
}

static void toggle(struct quiz_view *quiz, int row)
{
	struct quiz_entry *answer = &quiz->answer;
	if (quiz->answered || row < 0 || row >= answer->count) {
		return;
	}
	quiz->cursor = row;
	if (answer->question->kind == QUESTION_ORDER || answer->question->kind == QUESTION_MATCH) {
		for (int i = 0; i < answer->placed; i++) {
			if (answer->place[i] == row) {
				/* Taken back, and what came after it with it. */
				for (int k = i; k < answer->placed; k++) {
					answer->place[k] = -1;
				}
				answer->placed = i;
				return;
			}
		}
		if (answer->placed < answer->count) {
			answer->place[answer->placed++] = row;
		}
		return;
	}
	bool several = answer->question->kind == QUESTION_MULTIPLE;
	for (int i = 0; !several && i < answer->count; i++) {
		answer->chosen[i] = false;
	}
	answer->chosen[row] = several ? !answer->chosen[row] : true;
}

static void go_on(struct quiz_view *quiz)
{
	if (quiz->at + 1 <= quiz->step->quiz.count) {
		go_to(quiz, quiz->at + 1);
	}
	if (quiz->at == quiz->step->quiz.count) {
		finish(quiz);
	}
}

static void send(struct quiz_view *quiz)
{
	struct app *app = quiz->base.app;
	const struct question *question = question_of(quiz);
	if (!question) {
		app_pop(app, false);
		if (app_top(app)->ops->kind == VIEW_LESSON) {
			view_lesson_go_on(app_top(app));
		}
		return;
	}
	if (quiz->answered) {
		go_on(quiz);
		return;
	}
	bool one = question->kind == QUESTION_CHOICE ||
		   (question->kind == QUESTION_PREDICT && question->choices.count);
	if (one) {
		toggle(quiz, quiz->cursor);
	} else if ((question->kind == QUESTION_ORDER || question->kind == QUESTION_MATCH) &&
		   quiz->answer.placed < quiz->answer.count) {
		toggle(quiz, quiz->cursor);
		return;
	}
	grade(quiz);
}

static bool request(struct view *view, enum request request)
{
	struct quiz_view *quiz = self(view);
	switch (request) {
	case REQUEST_SEND:
	case REQUEST_OPEN:
		send(quiz);
		return true;
	case REQUEST_NEXT:
		if (quiz->answered) {
			go_on(quiz);
		}
		return true;
	case REQUEST_PREVIOUS:
		return true;
	case REQUEST_UP:
		quiz->cursor -= quiz->cursor > 0;
		return true;
	case REQUEST_DOWN:
		quiz->cursor += quiz->cursor + 1 < quiz->answer.count;
		return true;
	default:
		return false;
	}
}

static bool key(struct view *view, uint32_t key)
{
	struct quiz_view *quiz = self(view);
	if (typing(quiz)) {
		return field_key(&quiz->field, key);
	}
	if (!question_of(quiz) && key == 'r') {
		quiz->attempt++;
		go_to(quiz, 0);
		return true;
	}
	if (question_of(quiz) && key >= '1' && key <= '9') {
		toggle(quiz, (int)key - '1');
		return true;
	}
	if (question_of(quiz) && key == ' ') {
		toggle(quiz, quiz->cursor);
		return true;
	}
	return false;
}

static bool paste(struct view *view, const char *text)
{
	struct quiz_view *quiz = self(view);
	if (typing(quiz)) {
		field_insert(&quiz->field, text, false);
	}
	return true;
}

static bool wants_text(struct view *view)
{
	return typing(self(view));
}

static const enum request *hints(struct view *view)
{
	(void)view;
	static const enum request list[] = {REQUEST_SEND, REQUEST_BACK, REQUEST_NONE};
	return list;
}

static void free_view(struct view *view)
{
	struct quiz_view *quiz = self(view);
	field_release(&quiz->field);
	free(quiz->scores);
	free(quiz);
}

static const struct view_ops ops = {
	.kind = VIEW_QUIZ,
	.name = "quiz",
	.draw = draw,
	.title = title,
	.request = request,
	.key = key,
	.paste = paste,
	.wants_text = wants_text,
	.hints = hints,
	.free = free_view,
};

struct view *view_quiz_new(struct app *app, const struct lesson *lesson, const struct step *step)
{
	struct quiz_view *quiz = calloc(1, sizeof *quiz);
	if (!quiz) {
		return NULL;
	}
	quiz->base = (struct view){&ops, app};
	quiz->lesson = lesson;
	quiz->step = step;
	quiz->attempt = (unsigned)clock_unix();
	quiz->scores = calloc(step->quiz.count + 1, sizeof *quiz->scores);
	field_init(&quiz->field);
	if (!quiz->scores) {
		free_view(&quiz->base);
		return NULL;
	}
	go_to(quiz, 0);
	return &quiz->base;
}
