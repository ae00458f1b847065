#ifndef MUNDAP_TUI_TALK_H
#define MUNDAP_TUI_TALK_H

#include "engine/tutor/dialogue.h"
#include "tui/program.h"

/* A dialogue with what surrounds it: the state is kept in the store after each turn, answers are recorded, a passed
 * checkpoint becomes a card of the reviews. Shared by the screen and the plain mode. */

struct evidence {
	size_t start, length; /* bytes of the answer */
	char label[96]; /* "(3) 가중치 공유" */
};

enum { MAX_EVIDENCE = 16 };

/* One thing said. */
struct utterance {
	bool learner;
	char *text;
	struct evidence evidence[MAX_EVIDENCE];
	int evidence_count;
};

struct talk {
	struct store *store; /* NULL: nothing is kept */
	struct strbuf prose; /* of the lesson, for telling copies */
	const struct checkpoint *checkpoint;
	struct dialogue *dialogue;
	struct utterance *said;
	int said_count, said_room;
	int turn; /* answers recorded so far */
	int hints;
	struct turn last; /* reply is not kept */
	bool revisit; /* a review: the card is graded at the end */
	bool graded;
};

/**
 * Opens the dialogue where it was left, with what was said before; revisit: asked anew, as a review.
 * Owns: talk_close (also after a failure).
 */
enum status talk_open(struct talk *talk, struct store *store, struct catalog *catalog,
		      const struct grader *grader, const struct checkpoint *checkpoint,
		      bool revisit, struct error *err);
void talk_close(struct talk *talk);
enum status talk_answer(struct talk *talk, const char *text, struct error *err);
enum status talk_hint(struct talk *talk, struct error *err);
/** Concepts covered so far. */
int talk_covered(const struct talk *talk);

/** Schedules an item of the reviews after a grade (1 again … 4 easy). */
enum status schedule_item(struct store *store, const char *item, int grade, struct error *err);

#endif
