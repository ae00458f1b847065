#ifndef MUNDAP_TUI_QUIZ_ENTRY_H
#define MUNDAP_TUI_QUIZ_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/strbuf.h"
#include "engine/lua/lesson.h"
#include "engine/tutor/quiz.h"

/* An answer to a quiz question while it is being given. Shared by the screen and the plain mode. */

enum { QUIZ_MAX = 16 };

struct quiz_entry {
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
void quiz_entry_begin(struct quiz_entry *answer, const struct question *question, unsigned seed);
/** Whether the answer is typed and not chosen. */
bool quiz_entry_is_typed(const struct question *question);
/** The text of a row. */
const char *quiz_entry_row(const struct quiz_entry *answer, int row);
/** Whether something was answered. */
bool quiz_entry_given(const struct quiz_entry *answer);
/** How right it is. */
struct quiz_result quiz_entry_grade(const struct quiz_entry *answer);
/** The answer as it is kept. */
void quiz_entry_describe(const struct quiz_entry *answer, struct strbuf *out);
/** The right answer in words, for after the attempt. */
void quiz_entry_solution(const struct question *question, struct strbuf *out);

#endif
