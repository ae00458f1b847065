#ifndef MUNDAP_LUA_LESSON_H
#define MUNDAP_LUA_LESSON_H

/* What a lesson's Lua file declares, as plain C structs. Everything lives in the arena of the lesson that holds it. */

struct lesson_strings {
	const char **items;
	int count;
};

struct lesson_expectation {
	const char *id; /* "AI-05.k1" */
	const char *name; /* "필터" */
	const char *statement; /* what a good answer says; never shown */
	struct lesson_strings terms; /* head term first, then synonyms */
	struct lesson_strings patterns; /* exact patterns, fast and explainable; may be empty */
	const char *ask; /* L0: open question */
	struct lesson_strings hints; /* L1, L2, L3 */
	const char *praise;
};

struct lesson_misconception {
	const char *id; /* "AI-05.m1" */
	const char *belief;
	struct lesson_strings terms, patterns;
	const char *counter; /* the question that makes the contradiction visible */
	const char *experiment; /* what to try when it comes back; may be NULL */
	const char *closed; /* said once it is put right */
};

/* A graded sample answer. */
struct lesson_sample {
	const char *text;
	const char *verdict; /* pass | partial | fail | redirect */
	struct lesson_strings concepts, misconceptions; /* "k1", "m1" */
};

struct checkpoint {
	const char *id; /* "CP-AI-05" */
	const char *unit; /* "AI-05" */
	const char *course; /* "foundations" */
	const char *title;
	const char *question;
	struct lesson_strings variants; /* other angles on the same question */
	struct lesson_expectation *expectations;
	int expectation_count;
	struct lesson_misconception *misconceptions;
	int misconception_count;
	const char *after; /* explanation after passing; Markdown */
	const char *next; /* the question that leads on */
	struct lesson_sample *samples;
	int sample_count;
};

#endif
