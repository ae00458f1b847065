#ifndef MUNDAP_TUTOR_INTENT_H
#define MUNDAP_TUTOR_INTENT_H

#include "engine/tutor/text.h"

/* What a learner wants with a text, apart from answering: asking for the solution, giving up, telling the grader
 * what to say, being rude, talking of something else. All by the language itself, no lesson is needed. */

/** Flags of enum answer_flag found in the text: ASKS_SOLUTION, GIVES_UP, INSTRUCTS_GRADER, HOSTILE, EMPTY, QUESTION. */
unsigned intent_of(const struct text *text);

/** Words that belong to the field (models, data, computers …), and words of small talk (weather, lunch …). */
int intent_field_words(const struct text *text);
int intent_small_talk(const struct text *text);

/** Share of the words that stand in the source in the same order, in runs of at least run words; 0…1. */
double intent_copied_share(const struct text *text, struct arena *arena, const char *source,
			   int run);

#endif
