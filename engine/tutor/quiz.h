#ifndef MUNDAP_TUTOR_QUIZ_H
#define MUNDAP_TUTOR_QUIZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"
#include "engine/lua/lesson.h"

/* Grading of quiz questions, with partial credit where it makes sense. */

/* What the learner gave. Kinds choice, multiple, order, match (and predict with choices) use picks: 0-based indices
 * into the lesson's own order, not the shuffled one on the screen. The others use text. */
struct quiz_answer {
	const int *picks;
	size_t pick_count;
	const char *text; /* numeric, short, fill, predict */
};

enum quiz_note {
	QUIZ_NOTE_NONE,
	QUIZ_NOTE_EMPTY,
	QUIZ_NOTE_UNIT_MISSING, /* right number, no unit */
	QUIZ_NOTE_UNIT_WRONG,
	QUIZ_NOTE_NOT_A_NUMBER,
	QUIZ_NOTE_CLOSE, /* near the number, yet outside the tolerance; or one typing error in a word */
	QUIZ_NOTE_SOME /* some of several are right */
};

struct quiz_result {
	bool right;
	double score; /* 0…1 */
	enum quiz_note note;
};

/**
 * choice: all or nothing. multiple: right picks less wrong ones, over the number of right ones, at least 0. order: share
 * of neighbouring pairs in the right order. match: share of pairs; picks[i] is the right-hand index given to left[i].
 * numeric: within tolerance, thousands separators and Korean units of number (만, 억, %) read; a unit, where the question
 * has one, must stand or be left out (then it is noted). short, fill, predict: one of accept, spacing and case ignored,
 * one typing error forgiven in words of four syllables or more (not in predict and fill, which are exact but for spacing).
 */
struct quiz_result quiz_grade(const struct question *question, const struct quiz_answer *answer);

/** Order in which to show n choices for a seed; the same seed gives the same order; never the authored order for n > 2. */
void quiz_shuffle(int *out, size_t n, uint64_t seed);

/** Reads a number as a learner writes it ("1,568", "3.5만", "12 %", "½" is none); rest points after it. False: none. */
bool quiz_read_number(const char *text, double *out, const char **rest);

#endif
