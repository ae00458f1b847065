#ifndef MUNDAP_TUTOR_REDIRECT_H
#define MUNDAP_TUTOR_REDIRECT_H

#include "engine/tutor/dialogue_state.h"

/* What the teacher says to a text that is no answer. The checkpoint's state stays as it is, but for the ladder. */

/** Appends the reply to the dialogue's last text; returns whether the ladder goes one rung down for it. */
bool redirect_reply(struct dialogue *d, const char *text);

#endif
