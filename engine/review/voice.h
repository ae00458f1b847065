#ifndef MUNDAP_REVIEW_VOICE_H
#define MUNDAP_REVIEW_VOICE_H

#include "engine/review/rules.h"

/* What the teacher says besides findings. */

/** The TODO code for the next step, in the framework and for the findings of the review; in the arena. */
const char *skeleton_make(struct review_private *r, const char *framework);
/** The questions that no code can answer, for a service that predicts. */
enum status questions_make(struct review *review, bool serves);

#endif
