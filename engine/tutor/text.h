#ifndef MUNDAP_TUTOR_TEXT_H
#define MUNDAP_TUTOR_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/error.h"

/* What a learner typed, taken apart: words, clauses, sentences, with the byte spans of the text as typed.
 *
 * Words are compared as "keys": one byte per jamo, so that inflection and typing errors are small differences.
 *   0x80–0x92 initial consonants, 0xA0–0xB4 vowels, 0xC1–0xDB final consonants, ASCII as it is (folded).
 * A stem whose last vowel changes with inflection is written with a lone jamo (변ㅎ for 변하다, 변해서). */

#define TEXT_MAX_BYTES 20000 /* longer answers are read up to here */

struct word {
	size_t start, length; /* in the text as typed */
	const char *folded; /* NFKC, case folded */
	const uint8_t *key; /* jamo key */
	uint16_t key_length;
	uint16_t stem; /* text_stem_length of the key */
	uint16_t syllables; /* Hangul syllables */
	uint16_t clause; /* index of its clause */
};

/* How a clause hangs together with the next one. */
enum link {
	LINK_NONE,
	LINK_AND, /* ~고, ~며, comma */
	LINK_BUT, /* ~지만, ~는데 */
	LINK_CAUSE, /* ~아서, ~니까, 때문에 */
	LINK_IF, /* ~면 */
	LINK_END /* end of a sentence */
};

enum clause_flag {
	CLAUSE_NEGATED = 1 << 0, /* holds a negation: 안, 못, 않다, 아니다, 없다, 말고 */
	CLAUSE_DENIED =
		1 << 1, /* what it says is denied as a whole: ~는 게 아니다, 오해다, 틀렸다 */
	CLAUSE_QUESTION = 1 << 2,
	CLAUSE_REPORTED = 1 << 3, /* somebody's opinion: ~라고 생각하는, 흔히, 많이들 */
	CLAUSE_HEDGED = 1 << 4, /* ~인 것 같아요, 아마 */
	CLAUSE_PREDICATE = 1 << 5, /* ends in a verb form */
	CLAUSE_REFUTED =
		1
		<< 6 /* denied by words about the belief itself: 오해다, 그렇지 않다, 흔히 …지만 */
};

struct clause {
	size_t start, length; /* in the text as typed */
	int first_word, word_count;
	int sentence;
	enum link link;
	unsigned flags;
};

struct text {
	const char *source; /* borrowed */
	size_t length;
	bool truncated;
	struct word *words;
	int word_count;
	struct clause *clauses;
	int clause_count;
	int sentence_count;
	int predicate_sentences; /* sentences that end in a verb form */
};

/** Takes the text apart. Memory comes from the arena; source is borrowed. Errors: STATUS_NOMEM. */
enum status text_analyse(struct text *out, struct arena *arena, const char *source, size_t length,
			 struct error *err);

/** The jamo key of a folded string, spaces and punctuation left out; NUL-terminated in the arena. NULL: no memory. */
uint8_t *text_key(struct arena *arena, const char *folded, size_t *length);

/** Length of the key without the particle or ending that closes the word (at least one syllable is kept). */
size_t text_stem_length(const uint8_t *key, size_t length);

bool text_key_is_initial(uint8_t unit);
bool text_key_is_vowel(uint8_t unit);
bool text_key_is_final(uint8_t unit);

/** Whether unit i of a key begins a syllable, a Latin word or a number. */
bool text_key_boundary(const uint8_t *key, size_t i);

/** Edit distance (insert, delete, substitute, swap) between keys, stopping above limit. */
int text_distance(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length, int limit);

#endif
