#ifndef MUNDAP_TUTOR_TERMS_H
#define MUNDAP_TUTOR_TERMS_H

#include "engine/lua/lesson.h"
#include "engine/tutor/grade.h"
#include "engine/tutor/text.h"

/* Matching of authored terms and patterns in an answer: spaces do not count, inflection may follow, one typing error
 * is forgiven in a word of four syllables or more (two in seven or more).
 *
 * A pattern may join parts with '+': all must stand in one sentence in any order ("입력+바뀌"); alternatives
 * within a part are divided by '|' ("입력|들어오는 값+바뀌|달라"). */

struct term_hit {
	bool found;
	bool negated; /* every place where it stands denies it */
	bool fuzzy;
	int clause; /* of the first place that counts */
	struct span span;
};

/** Looks for one term in the whole answer. Errors: none; a term without letters is never found. */
struct term_hit term_find(const struct text *text, struct arena *arena, const char *term);

/** The best hit of a list: not negated before negated, exact before fuzzy. */
struct term_hit terms_find(const struct text *text, struct arena *arena,
			   const struct string_list *terms);

/** The same for patterns. */
struct term_hit patterns_find(const struct text *text, struct arena *arena,
			      const struct string_list *patterns);

#endif
