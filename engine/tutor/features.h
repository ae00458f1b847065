#ifndef MUNDAP_TUTOR_FEATURES_H
#define MUNDAP_TUTOR_FEATURES_H

#include "engine/tutor/text.h"
#include "engine/tutor/thesaurus.h"

/* A run of words as a weighted set of hashed features: stems, their openings, jamo n-grams (typing errors and
 * inflection), neighbouring stems, meanings from the thesaurus and pairs of them, and what stands under a negation.
 * The weights have Euclidean length 1. */

#define FEATURES_MOST 1200

struct feature {
	uint32_t hash;
	float weight;
};

/** Fills out with the features of words [first, first + count); returns their number. thesaurus may be NULL. */
int features_of(struct feature out[FEATURES_MOST], const struct text *text, int first, int count,
		const struct thesaurus *thesaurus);

#endif
