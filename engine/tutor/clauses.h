#ifndef MUNDAP_TUTOR_CLAUSES_H
#define MUNDAP_TUTOR_CLAUSES_H

#include "engine/tutor/text.h"

/**
 * Second half of text_analyse: groups the words into clauses and sentences and marks what each clause does.
 * links: for each word the link its punctuation makes, 0x80 added where it was a question mark.
 */
enum status clauses_split(struct text *text, struct arena *arena, const uint8_t *links,
			  struct error *err);

/** Whether the word's key ends in a Hangul string; one that begins with a lone jamo means a final consonant. */
bool word_ends(const struct word *word, const char *ending);
/** Whether the word's key begins with a Hangul string; a lone jamo at its end means an initial consonant. */
bool word_begins(const struct word *word, const char *beginning);
/** Whether the word is exactly this. */
bool word_is(const struct word *word, const char *text);
/** Whether the word holds this at a syllable's start. */
bool word_holds(const struct word *word, const char *part);

/** Whether the word is a verb form that can close a sentence. */
bool word_is_predicate(const struct word *word);

#endif
