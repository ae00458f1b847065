#ifndef MUNDAP_TUTOR_GRADE_H
#define MUNDAP_TUTOR_GRADE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/error.h"
#include "engine/lua/lesson.h"

/* Grading of a learner's free answer to a checkpoint. An answer is split into clauses; each is judged for each
 * expected concept and each misconception by authored patterns, by terms, and by a sentence encoder trained on
 * the sentence bank. Nothing here writes or prints; one grader may serve several threads once it is open. */

struct grader;

/* Why an answer is not taken as one, or what else was noticed. */
enum answer_flag {
	ANSWER_KEYWORDS_ONLY = 1 << 0,
	ANSWER_COPIED = 1 << 1, /* the question's or the lesson's own words */
	ANSWER_TOO_SHORT = 1 << 2,
	ANSWER_OFF_TOPIC = 1 << 3,
	ANSWER_ASKS_SOLUTION = 1 << 4,
	ANSWER_GIVES_UP = 1 << 5,
	ANSWER_INSTRUCTS_GRADER = 1 << 6, /* tries to tell the grader what to say */
	ANSWER_HOSTILE = 1 << 7,
	ANSWER_EMPTY = 1 << 8,
	ANSWER_QUESTION = 1 << 9, /* the learner asks something back */
	ANSWER_TRUNCATED = 1 << 10 /* longer than is read; the rest was left unread */
};

/** The flag's word in JSON: "keywords-only", "copied", "too-short", "off-topic", "asks-for-answer", … */
const char *answer_flag_name(enum answer_flag flag);

/* A part of the answer: bytes [start, start + length). */
struct span {
	size_t start, length;
};

struct grade_concept {
	bool met;
	bool contradicted; /* named, but denied or turned round */
	double score; /* calibrated probability 0…1 that the answer covers it */
	struct span evidence; /* empty unless met */
};

struct grade_misconception {
	bool held;
	bool rejected; /* the learner names it and says that it is wrong */
	double score;
	struct span evidence;
};

struct grade {
	enum verdict verdict;
	double score; /* share of the concepts needed that are met, less what misconceptions cost; 0…1 */
	unsigned flags; /* enum answer_flag */
	int met, needed; /* concepts met, concepts needed to pass */
	int concept_count, misconception_count;
	struct grade_concept *concepts; /* in the checkpoint's order */
	struct grade_misconception *misconceptions;
};

/* What the learner has on the screen, so that copying can be told from answering. Either may be NULL. */
struct grade_context {
	const char *question; /* the variant asked; NULL: the checkpoint's question */
	const char *lesson_text; /* the prose of the lesson */
};

/**
 * Opens the grader with the encoder found in share/assets. Without that file it grades by patterns and terms alone.
 * Owns: grader_free. Errors: STATUS_NOMEM, STATUS_CORRUPT when the file is not what it should be.
 */
enum status grader_open(struct grader **out, const char *share, struct error *err);
void grader_free(struct grader *grader);
/** Whether the encoder is in use, and whether it was trained for this unit. */
bool grader_knows(const struct grader *grader, const char *unit);

/**
 * Grades one answer by itself (what earlier turns covered is the dialogue's business).
 * Owns: grade_release on out. context may be NULL.
 */
enum status grade_answer(struct grade *out, const struct grader *grader,
			 const struct checkpoint *checkpoint, const struct grade_context *context,
			 const char *answer, size_t length, struct error *err);
void grade_release(struct grade *grade);

#endif
