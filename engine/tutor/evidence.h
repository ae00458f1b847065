#ifndef MUNDAP_TUTOR_EVIDENCE_H
#define MUNDAP_TUTOR_EVIDENCE_H

#include "engine/tutor/encoder.h"
#include "engine/tutor/grade.h"
#include "engine/tutor/text.h"

/* What each part of an answer says for each concept and misconception, before anything is decided. */

struct evidence {
	double log_odds; /* that the answer says it */
	bool term, pattern; /* an authored form stands there, not denied */
	bool denied; /* it stands there only denied */
	struct span span; /* the part that says it most */
	int first_clause, last_clause; /* of that part; -1 none */
	bool settled; /* a misconception found to be held: its part speaks for nothing else */
	double reported; /* log-odds in parts that tell somebody's belief to turn it down */
};

/**
 * Fills one entry per concept, then one per misconception of the checkpoint.
 * unit may be NULL: then terms and patterns alone speak. Errors: STATUS_NOMEM.
 */
enum status evidence_gather(struct evidence *out, const struct text *text, struct arena *arena,
			    const struct encoder *encoder, const struct encoder_unit *unit,
			    const struct checkpoint *checkpoint, struct error *err);

/** Gathers the concepts anew, leaving out the clauses of misconceptions that are settled. Errors: STATUS_NOMEM. */
enum status evidence_outside(struct evidence *out, const struct text *text, struct arena *arena,
			     const struct encoder *encoder, const struct encoder_unit *unit,
			     const struct checkpoint *checkpoint, struct error *err);

/** Number of words of the answer that belong to authored terms, and of terms found. */
void evidence_terms(const struct text *text, struct arena *arena,
		    const struct checkpoint *checkpoint, int *words, int *terms);

#endif
