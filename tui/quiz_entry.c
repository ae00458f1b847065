#include "tui/quiz_entry.h"

#include <string.h>

bool quiz_entry_is_typed(const struct question *question)
{
	switch (question->kind) {
	case QUESTION_NUMERIC:
	case QUESTION_SHORT:
	case QUESTION_FILL:
		return true;
	case QUESTION_PREDICT:
		return question->choices.count == 0;
	default:
		return false;
	}
}

static const struct string_list *rows_of(const struct question *question)
{
	return question->kind == QUESTION_MATCH ? &question->right : &question->choices;
}

void quiz_entry_begin(struct quiz_entry *answer, const struct question *question, unsigned seed)
{
	memset(answer, 0, sizeof *answer);
	answer->question = question;
	answer->text = "";
	size_t count = quiz_entry_is_typed(question) ? 0 : rows_of(question)->count;
	answer->count = count > QUIZ_MAX ? QUIZ_MAX : (int)count;
	for (int i = 0; i < answer->count; i++) {
		answer->shown[i] = i;
		answer->place[i] = -1;
	}
	if (question->kind == QUESTION_ORDER || question->kind == QUESTION_MATCH) {
		quiz_shuffle(answer->shown, (size_t)answer->count, seed);
	}
}

const char *quiz_entry_row(const struct quiz_entry *answer, int row)
{
	return rows_of(answer->question)->items[answer->shown[row]];
}

bool quiz_entry_given(const struct quiz_entry *answer)
{
	if (quiz_entry_is_typed(answer->question)) {
		return answer->text[strspn(answer->text, " ")] != '\0';
	}
	if (answer->question->kind == QUESTION_ORDER || answer->question->kind == QUESTION_MATCH) {
		return answer->placed == answer->count;
	}
	for (int i = 0; i < answer->count; i++) {
		if (answer->chosen[i]) {
			return true;
		}
	}
	return false;
}

struct quiz_result quiz_entry_grade(const struct quiz_entry *answer)
{
	int picks[QUIZ_MAX];
	struct quiz_answer given = {.picks = picks, .text = answer->text};
	bool placed = answer->question->kind == QUESTION_ORDER ||
		      answer->question->kind == QUESTION_MATCH;
	for (int i = 0; i < answer->count; i++) {
		if (placed ? answer->place[i] >= 0 : answer->chosen[i]) {
			picks[given.pick_count++] = answer->shown[placed ? answer->place[i] : i];
		}
	}
	return quiz_grade(answer->question, &given);
}

void quiz_entry_describe(const struct quiz_entry *answer, struct strbuf *out)
{
	const struct question *question = answer->question;
	if (quiz_entry_is_typed(question)) {
		strbuf_puts(out, answer->text);
		return;
	}
	bool ordered = question->kind == QUESTION_ORDER || question->kind == QUESTION_MATCH;
	const char *divider = "";
	for (int i = 0; i < answer->count; i++) {
		int row = ordered ? answer->place[i] : i;
		if (ordered ? row < 0 : !answer->chosen[i]) {
			continue;
		}
		strbuf_puts(out, divider);
		if (question->kind == QUESTION_MATCH) {
			strbuf_printf(out, "%s → ", question->left.items[i]);
		}
		strbuf_puts(out, quiz_entry_row(answer, row));
		divider = " / ";
	}
}

void quiz_entry_solution(const struct question *question, struct strbuf *out)
{
	const char *divider = "";
	switch (question->kind) {
	case QUESTION_NUMERIC:
		strbuf_printf(out, "%.10g%s%s", question->number, question->unit[0] ? " " : "",
			      question->unit);
		return;
	case QUESTION_ORDER:
		for (size_t i = 0; i < question->choices.count; i++) {
			strbuf_printf(out, "%s%s", divider, question->choices.items[i]);
			divider = " → ";
		}
		return;
	case QUESTION_MATCH:
		for (size_t i = 0; i < question->left.count; i++) {
			strbuf_printf(out, "%s%s → %s", divider, question->left.items[i],
				      question->right.items[i]);
			divider = ", ";
		}
		return;
	default:
		break;
	}
	if (quiz_entry_is_typed(question)) {
		strbuf_puts(out, question->accept.count ? question->accept.items[0] : "");
		return;
	}
	for (size_t i = 0; i < question->answer_count; i++) {
		strbuf_printf(out, "%s%s", divider, question->choices.items[question->answers[i]]);
		divider = ", ";
	}
}
