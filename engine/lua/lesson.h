#ifndef MUNDAP_LUA_LESSON_H
#define MUNDAP_LUA_LESSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* What a lesson file declares, as plain C. Everything is read-only and belongs to the catalog (catalog.h) or the
 * lesson_file it came from. Strings are UTF-8 in NFC and never NULL unless said otherwise; Markdown is loaded. */

struct string_list {
	const char *const *items;
	size_t count;
};

/* ---- checkpoints ---- */

enum verdict { VERDICT_PASS, VERDICT_PARTIAL, VERDICT_FAIL, VERDICT_REDIRECT };

struct expectation {
	const char *id; /* "B1.k3" */
	const char *name; /* the concept's head term */
	const char *statement; /* one sentence; never shown to the learner */
	struct string_list terms; /* head term and synonyms: any one counts */
	struct string_list patterns; /* optional exact phrases */
	const char *ask; /* L0: the follow-up question while it is missing */
	struct string_list hints; /* L1, L2, L3 */
	const char *praise;
};

struct misconception {
	const char *id; /* "B1.m2" */
	const char *belief;
	struct string_list terms;
	struct string_list patterns;
	const char *counter; /* the question that makes the contradiction seen */
	const char *experiment; /* "" when there is none */
	const char *closed; /* said when the learner restated it correctly */
};

/* A graded sample answer: a test of the grader. */
struct sample_answer {
	const char *text;
	enum verdict verdict;
	struct string_list concepts; /* "k1", "k4" */
	struct string_list misconceptions; /* "m1" */
	int line; /* in the file */
};

struct checkpoint {
	const char *id; /* "CP-B1" */
	const char *unit; /* "B1" */
	const char *course; /* "beginner" */
	const char *title;
	const char *question;
	struct string_list variants; /* the same asked from other angles */
	const struct expectation *expectations;
	size_t expectation_count;
	const struct misconception *misconceptions;
	size_t misconception_count;
	const char *after; /* Markdown shown once it is passed */
	const char *next; /* the question it leads on to */
	const struct sample_answer *samples;
	size_t sample_count;
	const char *path; /* absolute path of its file */
};

/* ---- steps ---- */

enum question_kind {
	QUESTION_CHOICE, /* one of choices */
	QUESTION_MULTIPLE, /* several of choices */
	QUESTION_ORDER, /* choices stand in the right order; shuffle before showing */
	QUESTION_MATCH, /* left[i] belongs to right[i]; shuffle right */
	QUESTION_NUMERIC, /* number within tolerance */
	QUESTION_SHORT, /* one of accept */
	QUESTION_PREDICT, /* what does code do: accept, or choices */
	QUESTION_FILL /* fill the gap: accept */
};

struct question {
	const char *id;
	enum question_kind kind;
	const char *ask; /* Markdown */
	const char *code; /* Lua source shown, "" when none */
	struct string_list choices;
	const int *answers; /* 0-based indices into choices */
	size_t answer_count;
	double number;
	double tolerance; /* absolute */
	const char *unit; /* "" when none */
	struct string_list accept;
	struct string_list left, right;
	const char *explain; /* Markdown, shown after answering */
};

struct quiz {
	const struct question *questions;
	size_t count;
};

struct lab {
	const char *id; /* "Lab-AI-06b" */
	const char *title;
	const char *goal; /* Markdown */
	const char *folder; /* absolute: starter.lua check.lua solution.lua mutants/ */
	double seconds; /* wall clock budget */
	int memory_mb;
	bool local_services; /* network = "local": HTTP services inside the lab */
	const char *pass; /* the criterion in a line */
	const char *predict_question; /* "" when nothing is asked before the run */
	const char *predict_unit;
	const char *explain; /* the question asked after it passed, "" when none */
};

struct figure {
	const char *path; /* absolute path of the script */
	const char *caption; /* Markdown */
};

struct review_exercise {
	const char *path; /* absolute path of the code or folder to review */
	const char *body; /* Markdown before it, "" when none */
};

enum step_kind { STEP_TEXT, STEP_FIGURE, STEP_CHECKPOINT, STEP_QUIZ, STEP_LAB, STEP_REVIEW };

struct step {
	enum step_kind kind;
	const char *id; /* stable: progress hangs on it; unique in the lesson */
	const char *title;
	union {
		const char *text; /* Markdown */
		struct figure figure;
		const struct checkpoint *checkpoint;
		struct quiz quiz;
		struct lab lab;
		struct review_exercise review;
	};
};

struct further {
	const char *title;
	const char *note;
};

struct lesson {
	const char *id; /* "<course>/<NN>-<slug>" */
	const char *course;
	const char *folder; /* absolute */
	const char *title;
	const char *summary;
	int minutes;
	struct string_list spec; /* units it fulfils: "AI-05" */
	struct string_list prerequisites; /* units */
	const struct step *steps;
	size_t step_count;
	const struct further *further;
	size_t further_count;
};

/* ---- reading files ---- */

/* Something wrong with a lesson, for its author. line 0: the file as a whole. */
struct lesson_problem {
	const char *file; /* path as opened */
	int line;
	const char *message;
};

/* One lesson or lone checkpoint read from disk, with every problem found. Owns all it points to. */
struct lesson_file {
	struct lesson *
		lesson; /* NULL when it could not be read (problems say why) or was a lone checkpoint */
	struct checkpoint *checkpoint; /* of a lone checkpoint.lua */
	const struct lesson_problem *problems;
	size_t problem_count;
	void *memory;
};

/**
 * Reads <folder>/lesson.lua (or <folder>/checkpoint.lua alone) with everything it names. Problems never abort: what could be
 * read is there. The Lua state is restricted: declared names only, 20 million instructions, 64 MB, text chunks.
 * Errors: STATUS_NOMEM, STATUS_NOT_FOUND when neither file is there.
 */
enum status lesson_read(struct lesson_file *out, const char *folder, const char *course,
			struct error *err);
void lesson_file_release(struct lesson_file *file);

const char *step_kind_name(enum step_kind kind);
const char *question_kind_name(enum question_kind kind);
const char *verdict_name(enum verdict verdict);

#endif
