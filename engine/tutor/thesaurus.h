#ifndef MUNDAP_TUTOR_THESAURUS_H
#define MUNDAP_TUTOR_THESAURUS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"
#include "engine/tutor/text.h"

/* Everyday words grouped by what they mean: 변하다, 달라지다, 예전 같지 않다 are one meaning. The file is text, a
 * meaning a line: NAME<TAB>root<TAB>root…; a root is matched at the start of a syllable, across spaces, and may end
 * in a lone jamo where the verb's last vowel changes. "^root" only begins a word, "=root" is a whole stem. The
 * longest root wins. */

struct thesaurus;

/** Owns: thesaurus_free. Errors: STATUS_PARSE with the line, STATUS_NOMEM. */
enum status thesaurus_read(struct thesaurus **out, const char *text, size_t length,
			   struct error *err);
void thesaurus_free(struct thesaurus *thesaurus);
int thesaurus_size(const struct thesaurus *thesaurus);
const char *thesaurus_name(const struct thesaurus *thesaurus, int meaning);

struct meaning_hit {
	uint16_t meaning;
	uint16_t word; /* index of the word it begins in */
	uint16_t last_word;
};

/** Meanings in words [first, first + count), in order; a root belongs to one or several meanings. */
int thesaurus_find(const struct thesaurus *thesaurus, const struct text *text, int first, int count,
		   struct meaning_hit *out, int most);

#endif
