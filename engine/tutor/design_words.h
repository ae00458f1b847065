#ifndef MUNDAP_TUTOR_DESIGN_WORDS_H
#define MUNDAP_TUTOR_DESIGN_WORDS_H

#include "engine/base/message.h"
#include "engine/tutor/design.h"

/* What is heard in an answer about requirements. */

struct design_slot {
	const char *id;
	enum message question;
	const char *words[14]; /* any of them says that the slot is meant */
	bool number; /* wants a number with a unit */
};
extern const struct design_slot design_slots[2][DESIGN_SLOTS];

/** Whether a text holds one of the words, spaces left out; a list ends with NULL. */
bool design_hears(const char *text, const char *const *words);
/** Whether a sentence of it is a question by its form. */
bool design_asks(const char *text);
/** Whether it says "fast", "much", "stable" … and no number. */
bool design_vague(const char *text);
/** Whether it leaves the matter open: 미정, 모르겠어요, 나중에. */
bool design_left_open(const char *text);
/** Index of a contradiction among the answers not in done, -1 none. */
int design_contradiction(const struct design *design, unsigned done);
enum message design_contradiction_question(int contradiction);
/** Bits of detection (1), mitigation (2), follow-up (4) that an answer to a drill holds. */
unsigned design_drill_parts(const char *text);

#endif
