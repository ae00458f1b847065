#ifndef MUNDAP_TUTOR_REPLY_H
#define MUNDAP_TUTOR_REPLY_H

#include <stdarg.h>

#include "engine/base/message.h"
#include "engine/tutor/dialogue_state.h"

/* The teacher's wording. Each function appends a paragraph to the dialogue's reply. */

/** A paragraph from the message table. */
void reply_say(struct dialogue *d, enum message id, ...);
/** A paragraph as authored in the lesson; empty or NULL adds nothing. */
void reply_text(struct dialogue *d, const char *text);
/** One of several messages in a row, chosen by the turn, so that the same turns give the same words. */
void reply_vary(struct dialogue *d, enum message first, int count);
/** Praise for the concepts newly covered, naming the learner's own words. */
void reply_praise(struct dialogue *d, const int *concepts, int count, const char *answer);
/** The follow-up about a concept at its ladder's present level. */
void reply_rung(struct dialogue *d, int concept);
/** Names of concepts in a list: covered ones or the others. */
void reply_concepts(struct dialogue *d, enum message id, bool covered);

/** Whether the reply gives an expectation's statement away. */
bool reply_gives_away(const struct dialogue *d, const char *reply);
/** Whether a text ends by asking or inviting. */
bool reply_invites(const char *reply);

#endif
