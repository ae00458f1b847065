#ifndef MUNDAP_TUI_QUIZ_H
#define MUNDAP_TUI_QUIZ_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/strbuf.h"
#include "engine/lua/lesson.h"

/* An answer to a quiz question while it is being given, and its grade. Shared by the screen and the plain mode. */

enum { QUIZ_MAX = 16 };

struct quiz_answer {
	const struct question *question;
	int shown
		[QUIZ_MAX]; /* order on the screen: index of the choice (or of the right side) at each row */
	int count; /* rows to choose from */
	bool chosen[QUIZ_MAX]; /* choice, multiple: by row */
	int place
		[QUIZ_MAX]; /* order: row at each place; match: row of the right side for each left one, -1 none */
	int placed;
	const char *text; /* numeric, short, fill, predict without choices */
};

/** Begins an answer with the rows shuffled by seed (choices keep the author's order). */
void quiz_begin(struct quiz_answer *answer, const struct question *question, unsigned seed);
/** Whether the answer is typed and not chosen. */
bool quiz_is_typed(const struct question *question);
/** The text of a row. */
const char *quiz_row(const struct quiz_answer *answer, int row);
/** Whether something was answered. */
bool quiz_given(const struct quiz_answer *answer);
/** Share that is right, 0…1: order and match by places, several choices by hits less misses. */
double quiz_grade(const struct quiz_answer *answer);
/** The answer as it is kept. */
void quiz_describe(const struct quiz_answer *answer, struct strbuf *out);
/** The right answer in words, for after the attempt. */
void quiz_solution(const struct question *question, struct strbuf *out);

#endif
