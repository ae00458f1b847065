#ifndef MUNDAP_TUTOR_DIALOGUE_H
#define MUNDAP_TUTOR_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/tutor/grade.h"

/* The Socratic dialogue on one checkpoint: what is covered grows from turn to turn, one missing concept is asked
 * about at a time, hints climb a ladder of four steps and never reach the answer, a misconception is met with a
 * question, then an experiment, and is closed when the learner says it right. The same turns give the same words. */

struct dialogue;

enum dialogue_stage {
	DIALOGUE_OPEN, /* concepts are missing or a misconception is open */
	DIALOGUE_SUMMARY, /* passed; the learner is asked to sum up in a sentence */
	DIALOGUE_DONE
};

enum dialogue_offer {
	OFFER_HINT = 1 << 0,
	OFFER_BREAK = 1 << 1,
	OFFER_PREREQUISITE = 1 << 2,
	OFFER_EXPERIMENT = 1 << 3, /* the lab or experiment that would settle it */
	OFFER_NEXT = 1 << 4 /* go on to the next step */
};

struct turn {
	const char *reply; /* lives until the next call on the dialogue */
	const struct grade *grade; /* of this answer alone; NULL for hints and openings */
	enum dialogue_stage stage;
	bool passed; /* the checkpoint is passed, now or earlier */
	bool just_passed;
	unsigned offers; /* enum dialogue_offer */
	int asked; /* index of the concept asked about, -1 none */
	int hint_level; /* 0…3 of that concept */
};

/**
 * Opens the dialogue; saved is what dialogue_save gave earlier, or NULL for a first meeting. The checkpoint and
 * the grader are borrowed and must outlive it. A saved state of another checkpoint or a damaged one starts anew.
 * Owns: dialogue_free.
 */
enum status dialogue_open(struct dialogue **out, const struct grader *grader,
			  const struct checkpoint *checkpoint, const char *saved,
			  struct error *err);
void dialogue_free(struct dialogue *dialogue);

/** Lesson text for telling copies; borrowed. variant: index of the question asked, 0 the main one. */
void dialogue_set_context(struct dialogue *dialogue, const char *lesson_text, int variant);
/** Unit and title offered when the learner is stuck twice (borrowed; NULL: none). */
void dialogue_set_prerequisite(struct dialogue *dialogue, const char *unit, const char *title);

/** The words that open the turn: the question, or for a returning learner what was said and what is missing. */
enum status dialogue_greet(struct dialogue *dialogue, struct turn *out, struct error *err);
/** One answer of the learner. */
enum status dialogue_answer(struct dialogue *dialogue, const char *text, size_t length,
			    struct turn *out, struct error *err);
/** The learner asks for a hint: one step up the ladder of the concept in question. */
enum status dialogue_hint(struct dialogue *dialogue, struct turn *out, struct error *err);

/** Question as put to the learner. */
const char *dialogue_question(const struct dialogue *dialogue);
/** Concepts covered so far over all turns. */
int dialogue_covered(const struct dialogue *dialogue, int concept_index);
bool dialogue_passed(const struct dialogue *dialogue);

/** State as JSON text. Owns: caller frees; NULL when memory ran out. */
char *dialogue_save(const struct dialogue *dialogue);

/* Plays the curious junior to whom the learner explains the checkpoint (teach back): asks one naive question a
 * turn about what the explanation left out, and closes when it is whole. */
enum status dialogue_teach_back(struct dialogue *dialogue, struct turn *out, struct error *err);

#endif
