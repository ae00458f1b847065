#include "tui/quiz.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/base/utf8.h"

bool quiz_is_typed(const struct question *question)
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

void quiz_begin(struct quiz_answer *answer, const struct question *question, unsigned seed)
{
	memset(answer, 0, sizeof *answer);
	answer->question = question;
	answer->text = "";
	size_t count = quiz_is_typed(question) ? 0 : rows_of(question)->count;
	answer->count = count > QUIZ_MAX ? QUIZ_MAX : (int)count;
	uint32_t order[QUIZ_MAX];
	struct rng rng;
	rng_init(&rng, seed, 0);
	for (int i = 0; i < answer->count; i++) {
		answer->shown[i] = i;
		answer->place[i] = -1;
	}
	if (question->kind != QUESTION_ORDER && question->kind != QUESTION_MATCH) {
		return;
	}
	/* Never the right order itself. */
	for (bool sorted = answer->count > 1; sorted;) {
		rng_permutation(&rng, order, (size_t)answer->count);
		sorted = true;
		for (int i = 0; i < answer->count; i++) {
			answer->shown[i] = (int)order[i];
			sorted = sorted && order[i] == (uint32_t)i;
		}
	}
}

const char *quiz_row(const struct quiz_answer *answer, int row)
{
	return rows_of(answer->question)->items[answer->shown[row]];
}

bool quiz_given(const struct quiz_answer *answer)
{
	if (quiz_is_typed(answer->question)) {
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

/* Folded, without spaces and full stops at the end: how short answers are compared. */
static char *bare(const char *text)
{
	char *folded = utf8_fold(text, strlen(text));
	if (!folded) {
		return NULL;
	}
	char *to = folded;
	for (const char *at = folded; *at; at++) {
		if (!isspace((unsigned char)*at)) {
			*to++ = *at;
		}
	}
	while (to > folded && (to[-1] == '.' || to[-1] == '!' || to[-1] == ';')) {
		to--;
	}
	*to = '\0';
	return folded;
}

static bool accepted(const struct question *question, const char *text)
{
	char *given = bare(text);
	bool found = false;
	for (size_t i = 0; given && *given && i < question->accept.count && !found; i++) {
		char *wanted = bare(question->accept.items[i]);
		found = wanted && !strcmp(given, wanted);
		free(wanted);
	}
	free(given);
	return found;
}

/* A number as people write it: 1,024 or 3/4 or 25%. */
static bool read_number(const char *text, double *out)
{
	char digits[64];
	size_t used = 0;
	for (const char *at = text; *at && used < sizeof digits - 1; at++) {
		if (*at != ',' && *at != ' ' && *at != '_') {
			digits[used++] = *at;
		}
	}
	digits[used] = '\0';
	char *end;
	double value = strtod(digits, &end);
	if (end == digits || !isfinite(value)) {
		return false;
	}
	if (*end == '/') {
		char *after;
		double below = strtod(end + 1, &after);
		if (after == end + 1 || below == 0) {
			return false;
		}
		value /= below;
	}
	*out = value;
	return true;
}

static double grade_number(const struct question *question, const char *text)
{
	double value;
	if (!read_number(text, &value)) {
		return 0;
	}
	/* Exact numbers keep a hair of room for the way decimals are stored. */
	double room = question->tolerance + 1e-9 * fabs(question->number);
	if (fabs(value - question->number) <= room) {
		return 1;
	}
	bool percent = strchr(text, '%') != NULL;
	return percent && fabs(value / 100 - question->number) <= room ? 1 : 0;
}

static bool is_answer(const struct question *question, int choice)
{
	for (size_t i = 0; i < question->answer_count; i++) {
		if (question->answers[i] == choice) {
			return true;
		}
	}
	return false;
}

static double grade_choices(const struct quiz_answer *answer)
{
	int hits = 0, misses = 0;
	for (int i = 0; i < answer->count; i++) {
		if (answer->chosen[i]) {
			bool right = is_answer(answer->question, answer->shown[i]);
			hits += right;
			misses += !right;
		}
	}
	double wanted = (double)answer->question->answer_count;
	double score = wanted > 0 ? (hits - misses) / wanted : 0;
	return score < 0 ? 0 : score;
}

double quiz_grade(const struct quiz_answer *answer)
{
	const struct question *question = answer->question;
	int right = 0;
	switch (question->kind) {
	case QUESTION_NUMERIC:
		return grade_number(question, answer->text);
	case QUESTION_SHORT:
	case QUESTION_FILL:
		return accepted(question, answer->text);
	case QUESTION_PREDICT:
		if (!question->choices.count) {
			return accepted(question, answer->text);
		}
		return grade_choices(answer);
	case QUESTION_CHOICE:
	case QUESTION_MULTIPLE:
		return grade_choices(answer);
	case QUESTION_ORDER:
	case QUESTION_MATCH:
		for (int i = 0; i < answer->count; i++) {
			int row = answer->place[i];
			right += row >= 0 && answer->shown[row] == i;
		}
		return answer->count ? (double)right / answer->count : 0;
	}
	return 0;
}

void quiz_describe(const struct quiz_answer *answer, struct strbuf *out)
{
	const struct question *question = answer->question;
	if (quiz_is_typed(question)) {
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
		strbuf_puts(out, quiz_row(answer, row));
		divider = " / ";
	}
}

void quiz_solution(const struct question *question, struct strbuf *out)
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
	if (quiz_is_typed(question)) {
		strbuf_puts(out, question->accept.count ? question->accept.items[0] : "");
		return;
	}
	for (size_t i = 0; i < question->answer_count; i++) {
		strbuf_printf(out, "%s%s", divider, question->choices.items[question->answers[i]]);
		divider = ", ";
	}
}
