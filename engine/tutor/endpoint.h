#ifndef MUNDAP_TUTOR_ENDPOINT_H
#define MUNDAP_TUTOR_ENDPOINT_H

#include <stdbool.h>

#include "engine/base/strbuf.h"
#include "engine/tutor/dialogue.h"

/* An OpenAI-compatible endpoint that the learner may configure: it may put the teacher's reply into other words and
 * nothing else. Grading, passing and what may be said stay local. Off unless a URL is set. The key is sent in one
 * header and appears nowhere else. */

struct endpoint_settings {
	const char *url; /* ".../v1/chat/completions"; NULL or "": off */
	const char *model;
	const char *key; /* NULL: none */
	double seconds; /* most time for the whole exchange; ≤ 0: 8 */
};

/* Why the local words were kept. */
enum endpoint_outcome {
	ENDPOINT_USED,
	ENDPOINT_OFF,
	ENDPOINT_UNREACHABLE, /* refused, timed out, cut short */
	ENDPOINT_BAD_REPLY, /* not 200, not JSON, no text, too long, not Korean */
	ENDPOINT_GIVES_AWAY /* says what the learner is to find, or code */
};

/**
 * Asks the endpoint to phrase a reply of the dialogue and puts into out what to show: its words when they hold to the
 * rules, else the local ones. Blocks up to the time set: call it off the main thread. A failure is no error.
 * Errors: STATUS_NOMEM.
 */
enum status endpoint_phrase(struct strbuf *out, enum endpoint_outcome *outcome,
			    const struct endpoint_settings *settings, const struct grader *grader,
			    const struct dialogue *dialogue, const char *reply, struct error *err);

/** Whether words may be shown at this point of the dialogue (the guard alone). */
bool endpoint_allowed(const struct grader *grader, const struct dialogue *dialogue,
		      const char *words);

#endif
