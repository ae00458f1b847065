#ifndef MUNDAP_TUTOR_DIALOGUE_STATE_H
#define MUNDAP_TUTOR_DIALOGUE_STATE_H

#include "engine/base/strbuf.h"
#include "engine/tutor/dialogue.h"

/* What a dialogue remembers; only the dialogue's own files look inside. */

enum { LADDER_TOP = 3 };

struct concept_state {
	bool covered;
	int level; /* hint level given last: -1 not asked yet, 0…3 */
	char *words; /* the learner's own, NULL until covered */
};

struct misconception_state {
	bool open, closed;
	int times; /* how often it was held */
	char *words;
};

struct dialogue {
	const struct grader *grader;
	const struct checkpoint *checkpoint;
	const char *lesson_text, *prerequisite, *prerequisite_title;
	int variant; /* 0: the question itself, n: variants[n-1] */
	enum dialogue_stage stage;
	bool passed;
	bool junior; /* teach back */
	int turns;
	int stuck; /* "모르겠어요" in a row */
	int refusals;
	int asked; /* concept asked about, -1 none */
	struct concept_state *concepts;
	struct misconception_state *misconceptions;
	char *last_answer, *summary;
	struct grade grade;
	bool graded;
	struct strbuf reply;
	unsigned offers;
};

/** Reads a saved state into a fresh dialogue; false when it does not fit. */
bool dialogue_state_read(struct dialogue *dialogue, const char *json);

/** Cuts text to about limit code points at a word's end, with an ellipsis. Owns: caller frees. */
char *dialogue_excerpt(const char *text, size_t length, size_t limit);

#endif
