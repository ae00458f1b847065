#ifndef MUNDAP_BASE_SPELLING_H
#define MUNDAP_BASE_SPELLING_H

#include <stddef.h>

/* How far apart two words are spelled, for "did you mean". */

/**
 * The fewest insertions, deletions, replacements and swaps of neighbours that turn a into b, over code points, Latin
 * letters compared without case. Words of more than 64 code points count as 64 apart.
 */
int spelling_distance(const char *a, const char *b);

/** The name nearest to word, NULL when none is near enough to be meant (a third of the word, at most 3 steps). */
const char *spelling_nearest(const char *word, const char *const *names, size_t count);

#endif
