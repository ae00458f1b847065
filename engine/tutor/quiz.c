#include "engine/tutor/quiz.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/rng.h"
#include "engine/base/utf8.h"
#include "engine/tutor/text.h"

static struct quiz_result scored(double score)
{
	score = score < 0 ? 0 : score;
	bool right = score > 1 - 1e-9;
	return (struct quiz_result){right, right ? 1 : score,
				    !right && score > 0 ? QUIZ_NOTE_SOME : QUIZ_NOTE_NONE};
}

static struct quiz_result noted(enum quiz_note note)
{
	return (struct quiz_result){false, 0, note};
}

static bool is_answer(const struct question *q, int pick)
{
	for (size_t i = 0; i < q->answer_count; i++) {
		if (q->answers[i] == pick) {
			return true;
		}
	}
	return false;
}

static struct quiz_result grade_choice(const struct question *q, const struct quiz_answer *a)
{
	return scored(a->pick_count == 1 && is_answer(q, a->picks[0]) ? 1 : 0);
}

static struct quiz_result grade_multiple(const struct question *q, const struct quiz_answer *a)
{
	int right = 0, wrong = 0;
	for (size_t i = 0; i < a->pick_count; i++) {
		bool again = false;
		for (size_t j = 0; j < i; j++) {
			again = again || a->picks[j] == a->picks[i];
		}
		if (!again) {
			*(is_answer(q, a->picks[i]) ? &right : &wrong) += 1;
		}
	}
	return scored(q->answer_count ? (double)(right - wrong) / (double)q->answer_count
				      : wrong == 0);
}

static struct quiz_result grade_order(const struct question *q, const struct quiz_answer *a)
{
	size_t n = q->choices.count;
	if (a->pick_count != n) {
		return noted(QUIZ_NOTE_NONE);
	}
	if (n < 2) {
		return scored(1);
	}
	size_t right = 0;
	for (size_t i = 0; i + 1 < n; i++) {
		right += a->picks[i + 1] == a->picks[i] + 1;
	}
	return scored((double)right / (double)(n - 1));
}

static struct quiz_result grade_match(const struct question *q, const struct quiz_answer *a)
{
	size_t right = 0, n = q->left.count;
	for (size_t i = 0; i < n && i < a->pick_count; i++) {
		int pick = a->picks[i];
		/* Two lefts may share one right-hand text. */
		right += pick >= 0 && (size_t)pick < q->right.count &&
			 !strcmp(q->right.items[pick], q->right.items[i]);
	}
	return scored(n ? (double)right / (double)n : 1);
}

/* ---- numbers ---- */

static const struct {
	const char *word;
	double factor;
} multipliers[] = {{"억", 1e8}, {"만", 1e4}, {"천", 1e3}, {"백만", 1e6}, {"k", 1e3}};

bool quiz_read_number(const char *text, double *out, const char **rest)
{
	char digits[64];
	size_t n = 0;
	while (isspace((unsigned char)*text)) {
		text++;
	}
	const char *at = text;
	bool any = false;
	for (; *at && n + 1 < sizeof digits; at++) {
		unsigned char c = (unsigned char)*at;
		bool exponent = (c == 'e' || c == 'E') && any &&
				(isdigit((unsigned char)at[1]) ||
				 ((at[1] == '-' || at[1] == '+') && isdigit((unsigned char)at[2])));
		bool sign = (c == '-' || c == '+') &&
			    (n == 0 || digits[n - 1] == 'e' || digits[n - 1] == 'E');
		if (c == ',' && any && isdigit((unsigned char)at[1])) {
			continue; /* thousands */
		}
		if (!isdigit(c) && c != '.' && !sign && !exponent) {
			break;
		}
		if (c == '.' &&
		    (memchr(digits, '.', n) || !(any || isdigit((unsigned char)at[1])))) {
			break;
		}
		any = any || isdigit(c);
		digits[n++] = (char)c;
	}
	digits[n] = '\0';
	if (!any) {
		return false;
	}
	char *end;
	*out = strtod(digits, &end);
	/* "3.5만": a Korean unit of number directly after. */
	for (size_t i = 0; i < sizeof multipliers / sizeof *multipliers; i++) {
		size_t length = strlen(multipliers[i].word);
		bool latin = isalpha((unsigned char)multipliers[i].word[0]);
		if (!strncmp(at, multipliers[i].word, length) &&
		    !(latin && isalpha((unsigned char)at[length]))) {
			*out *= multipliers[i].factor;
			at += length;
			break;
		}
	}
	*rest = at;
	return isfinite(*out);
}

/* The folded text without spaces; what is compared. */
static char *squeezed(const char *text)
{
	char *folded = utf8_fold(text, strlen(text));
	size_t n = 0;
	for (char *at = folded; at && *at; at++) {
		if (!isspace((unsigned char)*at)) {
			folded[n++] = *at;
		}
	}
	if (folded) {
		folded[n] = '\0';
	}
	return folded;
}

static bool same_squeezed(const char *a, const char *b)
{
	char *x = squeezed(a), *y = squeezed(b);
	bool same = x && y && strcmp(x, y) == 0;
	free(x);
	free(y);
	return same;
}

static bool begins_squeezed(const char *text, const char *beginning)
{
	char *x = squeezed(text), *y = squeezed(beginning);
	bool begins = x && y && strncmp(x, y, strlen(y)) == 0;
	free(x);
	free(y);
	return begins;
}

static struct quiz_result grade_numeric(const struct question *q, const char *text)
{
	double value;
	const char *rest;
	if (!quiz_read_number(text, &value, &rest)) {
		return noted(QUIZ_NOTE_NOT_A_NUMBER);
	}
	while (isspace((unsigned char)*rest)) {
		rest++;
	}
	double slack = fabs(q->tolerance) + 1e-9 * fabs(q->number);
	double off = fabs(value - q->number);
	bool unit_wanted = q->unit && *q->unit;
	bool unit_right = unit_wanted && begins_squeezed(rest, q->unit);
	/* 0.87 for 87 %: the learner gave the share. */
	if (unit_wanted && !strcmp(q->unit, "%") && !*rest &&
	    fabs(value * 100 - q->number) <= slack && off > slack) {
		return (struct quiz_result){false, 0, QUIZ_NOTE_UNIT_MISSING};
	}
	if (unit_wanted && *rest && !unit_right) {
		return noted(QUIZ_NOTE_UNIT_WRONG);
	}
	if (off > slack) {
		double near_by = 0.05 * fabs(q->number);
		return noted(off <= near_by && near_by > 0 ? QUIZ_NOTE_CLOSE : QUIZ_NOTE_NONE);
	}
	struct quiz_result result = {true, 1, QUIZ_NOTE_NONE};
	if (unit_wanted && !unit_right) {
		result.note = QUIZ_NOTE_UNIT_MISSING;
	}
	return result;
}

static struct quiz_result grade_text(const struct question *q, const char *text, bool exact)
{
	struct quiz_result result = {false, 0, QUIZ_NOTE_NONE};
	struct arena arena;
	arena_init(&arena);
	char *folded = utf8_fold(text, strlen(text));
	size_t n = 0;
	const uint8_t *key = folded ? text_key(&arena, folded, &n) : NULL;
	for (size_t i = 0; i < q->accept.count && !result.right; i++) {
		if (same_squeezed(text, q->accept.items[i])) {
			result = (struct quiz_result){true, 1, QUIZ_NOTE_NONE};
			break;
		}
		char *wanted = utf8_fold(q->accept.items[i], strlen(q->accept.items[i]));
		size_t m = 0;
		const uint8_t *other = wanted ? text_key(&arena, wanted, &m) : NULL;
		free(wanted);
		if (exact || !key || !other || n == 0 || m == 0) {
			continue;
		}
		int syllables = 0;
		for (size_t k = 0; k < m; k++) {
			syllables += text_key_is_initial(other[k]) || other[k] < 0x80;
		}
		size_t stem = text_stem_length(key, n);
		bool same =
			(n == m && !memcmp(key, other, m)) || (stem == m && !memcmp(key, other, m));
		if (same || (syllables >= 4 && text_distance(key, n, other, m, 1) <= 1)) {
			result = (struct quiz_result){true, 1,
						      same ? QUIZ_NOTE_NONE : QUIZ_NOTE_CLOSE};
		}
	}
	free(folded);
	arena_release(&arena);
	return result;
}

struct quiz_result quiz_grade(const struct question *q, const struct quiz_answer *answer)
{
	bool by_picks = q->kind == QUESTION_CHOICE || q->kind == QUESTION_MULTIPLE ||
			q->kind == QUESTION_ORDER || q->kind == QUESTION_MATCH ||
			(q->kind == QUESTION_PREDICT && q->accept.count == 0);
	if (by_picks ? answer->pick_count == 0 && q->kind != QUESTION_MULTIPLE
		     : !answer->text || !answer->text[strspn(answer->text, " \t\r\n")]) {
		return noted(QUIZ_NOTE_EMPTY);
	}
	switch (q->kind) {
	case QUESTION_CHOICE:
		return grade_choice(q, answer);
	case QUESTION_MULTIPLE:
		return grade_multiple(q, answer);
	case QUESTION_ORDER:
		return grade_order(q, answer);
	case QUESTION_MATCH:
		return grade_match(q, answer);
	case QUESTION_NUMERIC:
		return grade_numeric(q, answer->text);
	case QUESTION_SHORT:
		return grade_text(q, answer->text, false);
	case QUESTION_PREDICT:
		return q->accept.count > 0 ? grade_text(q, answer->text, true)
					   : grade_choice(q, answer);
	case QUESTION_FILL:
		return grade_text(q, answer->text, true);
	}
	return noted(QUIZ_NOTE_NONE);
}

void quiz_shuffle(int *out, size_t n, uint64_t seed)
{
	struct rng rng;
	rng_init(&rng, seed, 77);
	for (int tries = 0; tries < 8; tries++) {
		bool authored = true;
		for (size_t i = 0; i < n; i++) {
			out[i] = (int)i;
		}
		for (size_t i = n; i > 1; i--) {
			size_t j = (size_t)rng_below(&rng, i);
			int swap = out[i - 1];
			out[i - 1] = out[j];
			out[j] = swap;
		}
		for (size_t i = 0; i < n; i++) {
			authored = authored && out[i] == (int)i;
		}
		if (!authored || n < 3) {
			return;
		}
	}
	for (size_t i = 0; i < n; i++) {
		out[i] = (int)((i + 1) % n);
	}
}
