#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/message.h"
#include "engine/review/review.h"
#include "tui/plain/plain_io.h"
#include "tui/quiz_entry.h"
#include "tui/talk.h"

static void set_step(struct plain *plain, const struct lesson *lesson, const struct step *step,
		     enum step_state state)
{
	if (plain->store) {
		struct error err = ERROR_INIT;
		struct position position = {.lesson = lesson->id, .step = step->id};
		plain_told(store_set_step(plain->store, lesson->id, step->id, state, &err), &err);
		error_clear(&err);
		plain_told(store_set_position(plain->store, &position, &err), &err);
	}
}

/* ---- dialogue ---- */

static void print_evidence(const struct talk *talk)
{
	const struct utterance *said =
		talk->said_count > 1 ? &talk->said[talk->said_count - 2] : NULL;
	for (int i = 0; said && said->learner && i < said->evidence_count; i++) {
		plain_say(message(MSG_PLAIN_EVIDENCE), (int)said->evidence[i].length,
			  said->text + said->evidence[i].start, said->evidence[i].label);
	}
}

void plain_dialogue(struct plain *plain, const struct checkpoint *checkpoint, bool revisit)
{
	const struct grader *grader = plain_grader(plain);
	struct talk talk;
	struct strbuf line;
	struct error err = ERROR_INIT;
	if (!grader || !plain_told(talk_open(&talk, plain->store, plain->catalog, grader,
					     checkpoint, revisit, &err),
				   &err)) {
		return;
	}
	strbuf_init(&line);
	plain_say(message(MSG_PLAIN_TALK_HOW), checkpoint->id);
	plain_say("%s: %s", message(MSG_TUI_TEACHER),
		  talk.said_count ? talk.said[talk.said_count - 1].text : checkpoint->question);
	while (plain_ask(plain, message(MSG_TUI_LEARNER), &line)) {
		error_clear(&err);
		if (!line.length || !strcmp(line.text, "/뒤로") ||
		    !strcasecmp(line.text, "/back") || !strcasecmp(line.text, "q") ||
		    !strcmp(line.text, "ㅂ")) {
			break;
		}
		bool hint = !strcmp(line.text, "/힌트") || !strcasecmp(line.text, "/hint");
		if (!plain_told(hint ? talk_hint(&talk, &err) : talk_answer(&talk, line.text, &err),
				&err)) {
			break;
		}
		if (!hint) {
			print_evidence(&talk);
		}
		plain_say("%s: %s", message(MSG_TUI_TEACHER), talk.said[talk.said_count - 1].text);
		plain_say(message(MSG_TUI_TALK_STATE), talk_covered(&talk),
			  (int)checkpoint->expectation_count, talk.hints);
		if (talk.last.stage == DIALOGUE_DONE) {
			break;
		}
	}
	talk_close(&talk);
	strbuf_release(&line);
}

/* ---- quiz ---- */

/* Numbers in a line, in the order given: "2", "1,3", "3 1 2". */
static void take_numbers(struct quiz_entry *answer, const char *text)
{
	bool placed = answer->question->kind == QUESTION_ORDER ||
		      answer->question->kind == QUESTION_MATCH;
	while (*text) {
		char *end;
		long number = strtol(text, &end, 10);
		if (end == text) {
			text++;
			continue;
		}
		text = end;
		if (number < 1 || number > answer->count) {
			continue;
		}
		if (placed && answer->placed < answer->count) {
			answer->place[answer->placed++] = (int)number - 1;
		} else if (!placed) {
			answer->chosen[number - 1] = true;
		}
	}
}

static void print_question(struct plain *plain, const struct quiz_entry *answer)
{
	const struct question *question = answer->question;
	plain_markdown(plain, question->ask);
	if (question->code[0]) {
		plain_say("\n%s", question->code);
	}
	for (size_t i = 0; question->kind == QUESTION_MATCH && i < question->left.count; i++) {
		plain_say("  %c) %s", (char)('a' + i % 26), question->left.items[i]);
	}
	for (int i = 0; i < answer->count; i++) {
		plain_say("  %d. %s", i + 1, quiz_entry_row(answer, i));
	}
	static const enum message how[] = {
		[QUESTION_CHOICE] = MSG_PLAIN_QUIZ_ONE,
		[QUESTION_MULTIPLE] = MSG_PLAIN_QUIZ_MANY,
		[QUESTION_ORDER] = MSG_PLAIN_QUIZ_ORDER,
		[QUESTION_MATCH] = MSG_PLAIN_QUIZ_MATCH,
		[QUESTION_NUMERIC] = MSG_PLAIN_QUIZ_NUMBER,
		[QUESTION_SHORT] = MSG_PLAIN_QUIZ_TEXT,
		[QUESTION_PREDICT] = MSG_PLAIN_QUIZ_TEXT,
		[QUESTION_FILL] = MSG_PLAIN_QUIZ_TEXT,
	};
	bool one = question->kind == QUESTION_PREDICT && question->choices.count;
	plain_say("%s", message(one ? MSG_PLAIN_QUIZ_ONE : how[question->kind]));
}

void plain_quiz(struct plain *plain, const struct lesson *lesson, const struct step *step)
{
	struct strbuf line, text;
	double sum = 0;
	size_t given = 0;
	strbuf_init(&line);
	strbuf_init(&text);
	for (size_t i = 0; i < step->quiz.count; i++) {
		struct quiz_entry answer;
		quiz_entry_begin(&answer, &step->quiz.questions[i], (unsigned)i + 1);
		putchar('\n');
		plain_say(message(MSG_TUI_QUIZ_PLACE), (int)i + 1, (int)step->quiz.count);
		print_question(plain, &answer);
		if (!plain_ask(plain, message(MSG_TUI_QUIZ_ANSWER), &line)) {
			break;
		}
		answer.text = line.text;
		if (answer.count) {
			take_numbers(&answer, line.text);
		}
		if (!quiz_entry_given(&answer)) {
			plain_say("%s", message(MSG_PLAIN_SKIPPED));
			continue;
		}
		struct quiz_result result = quiz_entry_grade(&answer);
		sum += result.score;
		given++;
		strbuf_reset(&text);
		if (result.right) {
			plain_say("%s", message(MSG_TUI_QUIZ_RIGHT));
		} else {
			quiz_entry_solution(answer.question, &text);
			plain_say(message(MSG_TUI_QUIZ_PART), (int)(result.score * 100 + 0.5));
			plain_say("%s%s", message(MSG_TUI_QUIZ_SOLUTION), text.text);
		}
		plain_markdown(plain, answer.question->explain);
		if (plain->store) {
			struct error err = ERROR_INIT;
			strbuf_reset(&text);
			quiz_entry_describe(&answer, &text);
			struct quiz_record record = {.lesson = lesson->id,
						     .step = step->id,
						     .question = answer.question->id,
						     .answer = text.text,
						     .score = result.score};
			plain_told(store_add_quiz_answer(plain->store, &record, &err), &err);
		}
	}
	putchar('\n');
	plain_say(message(MSG_TUI_QUIZ_RESULT), (int)step->quiz.count, sum);
	if (given == step->quiz.count) {
		set_step(plain, lesson, step, STEP_STATE_DONE);
	}
	strbuf_release(&line);
	strbuf_release(&text);
}

/* ---- review ---- */

void plain_review_path(struct plain *plain, const char *path)
{
	struct error err = ERROR_INIT;
	struct strbuf text;
	struct review *review = review_new();
	if (!review) {
		return;
	}
	strbuf_init(&text);
	(void)plain;
	if (plain_told(review_add_path(review, path, &err), &err) &&
	    plain_told(review_run(review, &err), &err)) {
		review_to_text(review, true, &text);
		plain_say("%s", text.text);
	}
	strbuf_release(&text);
	review_free(review);
}

/* ---- the lesson ---- */

static void show_step(struct plain *plain, const struct lesson *lesson, size_t at)
{
	const struct step *step = &lesson->steps[at];
	plain_say("\n[%zu/%zu] %s\n", at + 1, lesson->step_count, step->title);
	set_step(plain, lesson, step, STEP_STATE_OPENED);
	switch (step->kind) {
	case STEP_TEXT:
		plain_markdown(plain, step->text);
		break;
	case STEP_FIGURE:
		plain_markdown(plain, step->figure.caption);
		break;
	case STEP_CHECKPOINT:
		plain_say("%s", step->checkpoint->question);
		break;
	case STEP_QUIZ:
		plain_say(message(MSG_TUI_QUIZ_WORDS), (int)step->quiz.count);
		break;
	case STEP_LAB:
		plain_markdown(plain, step->lab.goal);
		break;
	case STEP_REVIEW:
		plain_markdown(plain, step->review.body);
		break;
	}
}

static bool done(struct plain *plain, const char *checkpoint)
{
	struct arena arena;
	struct dialogue_record record = {0};
	arena_init(&arena);
	bool passed = plain->store &&
		      !store_dialogue(plain->store, &arena, checkpoint, &record, NULL) &&
		      record.passed;
	arena_release(&arena);
	return passed;
}

static void do_step(struct plain *plain, const struct lesson *lesson, const struct step *step)
{
	switch (step->kind) {
	case STEP_CHECKPOINT:
		plain_dialogue(plain, step->checkpoint, false);
		if (done(plain, step->checkpoint->id)) {
			set_step(plain, lesson, step, STEP_STATE_DONE);
		}
		break;
	case STEP_FIGURE:
		plain_figure(plain, step);
		break;
	case STEP_QUIZ:
		plain_quiz(plain, lesson, step);
		break;
	case STEP_LAB:
		plain_lab(plain, lesson, step);
		break;
	case STEP_REVIEW:
		plain_review_path(plain, step->review.path);
		set_step(plain, lesson, step, STEP_STATE_DONE);
		break;
	default:
		break;
	}
}

bool plain_lesson(struct plain *plain, const struct lesson *lesson, const char *step)
{
	size_t at = 0;
	struct strbuf line;
	strbuf_init(&line);
	for (size_t i = 0; step && i < lesson->step_count; i++) {
		at = strcmp(lesson->steps[i].id, step) ? at : i;
	}
	plain_say("\n%s", lesson->title);
	bool stay = true;
	for (bool show = true; at < lesson->step_count;) {
		const struct step *now = &lesson->steps[at];
		if (show) {
			show_step(plain, lesson, at);
		}
		show = true;
		bool acts = now->kind != STEP_TEXT;
		if (!plain_ask(plain, message(acts ? MSG_PLAIN_STEP_ACTS : MSG_PLAIN_STEP_READS),
			       &line)) {
			stay = false;
			break;
		}
		if (!strcmp(line.text, "2") || !strcasecmp(line.text, "b") ||
		    !strcmp(line.text, "ㅠ")) {
			at -= at > 0;
		} else if (!strcmp(line.text, "0") || !strcasecmp(line.text, "h")) {
			break;
		} else if (!strcasecmp(line.text, "q") || !strcmp(line.text, "ㅂ")) {
			stay = false;
			break;
		} else if (acts && !strcmp(line.text, "3")) {
			do_step(plain, lesson, now);
			show = false;
		} else if (!line.length || !strcmp(line.text, "1")) {
			if (now->kind == STEP_TEXT || now->kind == STEP_FIGURE) {
				set_step(plain, lesson, now, STEP_STATE_DONE);
			}
			at++;
		} else {
			plain_say("%s", message(MSG_PLAIN_WHICH));
			show = false;
		}
	}
	if (at == lesson->step_count) {
		plain_say(message(MSG_PLAIN_LESSON_END), lesson->title);
	}
	strbuf_release(&line);
	return stay;
}
