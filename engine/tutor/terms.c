#include "engine/tutor/terms.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "engine/tutor/clauses.h"

struct needle {
	const uint8_t *key;
	size_t length;
	int syllables;
	bool latin; /* no Hangul at all */
};

static bool make_needle(struct needle *out, struct arena *arena, const char *term, size_t length)
{
	char *folded = utf8_fold(term, length);
	if (!folded) {
		return false;
	}
	out->key = text_key(arena, folded, &out->length);
	free(folded);
	out->syllables = 0;
	out->latin = true;
	for (size_t i = 0; out->key && i < out->length; i++) {
		out->syllables += text_key_is_initial(out->key[i]);
		out->latin = out->latin && out->key[i] < 0x80;
	}
	return out->key && out->length > 0;
}

/* Units of the answer from word w, unit i, over word borders; at most most. */
static size_t gather(const struct text *text, int w, size_t i, uint8_t *out, size_t most,
		     int *word_of)
{
	size_t n = 0;
	int stop_sentence = text->clauses[text->words[w].clause].sentence;
	for (; w < text->word_count && n < most; w++, i = 0) {
		if (text->clauses[text->words[w].clause].sentence != stop_sentence) {
			break;
		}
		for (; i < text->words[w].key_length && n < most; i++) {
			out[n] = text->words[w].key[i];
			word_of[n++] = w;
		}
	}
	return n;
}

/* Whether the place that ends in word last is denied: "…가 아니라", "… 없이", "…하지 않아". */
static bool denied_after(const struct text *text, int last)
{
	const struct word *word = &text->words[last];
	if (word_ends(word, "없이") || word_holds(word, "아니") || word_holds(word, "아닌")) {
		return true;
	}
	if (last + 1 >= text->word_count) {
		return false;
	}
	const struct word *next = &text->words[last + 1];
	bool same_sentence =
		text->clauses[next->clause].sentence == text->clauses[word->clause].sentence;
	if (!same_sentence) {
		return false;
	}
	bool conditional = word_ends(next, "으면") || word_ends(next, "다면") ||
			   word_ends(next, "을때") || word_ends(next, "어도") ||
			   word_ends(next, "더라도");
	if (word_begins(next, "아니") || word_begins(next, "아닌") || word_begins(next, "아닙") ||
	    word_begins(next, "말고") || word_begins(next, "없이")) {
		return true;
	}
	if (word_begins(next, "없") && !conditional && !word_begins(next, "없애") &&
	    !word_begins(next, "없어지")) {
		return true;
	}
	if ((word_begins(next, "상관") || word_begins(next, "무관") || word_begins(next, "관계")) &&
	    last + 2 < text->word_count && word_begins(&text->words[last + 2], "없")) {
		return true;
	}
	return word_ends(word, "지") && (word_begins(next, "않") || word_begins(next, "못"));
}

static bool whole_token(const struct word *word, size_t from, size_t to)
{
	bool starts = from == 0 || word->key[from - 1] >= 0x80 || isdigit(word->key[from - 1]);
	bool ends = to >= word->key_length || word->key[to] >= 0x80;
	return starts && ends;
}

static int match_length(const struct needle *needle, const uint8_t *units, size_t n, int limit)
{
	if (n >= needle->length && !memcmp(units, needle->key, needle->length)) {
		return (int)needle->length;
	}
	if (limit == 0 || units[0] != needle->key[0]) {
		return 0;
	}
	for (int slack = 0; slack <= limit; slack++) {
		for (int sign = -1; sign <= 1; sign += 2) {
			size_t length = needle->length + (size_t)(sign * slack);
			if (length <= n && length > 2 &&
			    text_distance(needle->key, needle->length, units, length, limit) <=
				    limit) {
				return (int)length;
			}
		}
	}
	return 0;
}

static struct term_hit find_needle(const struct text *text, const struct needle *needle)
{
	struct term_hit hit = {0};
	enum { MOST = 60 };
	if (needle->length > MOST - 4) {
		return hit;
	}
	int limit = needle->syllables >= 7 ? 2 : needle->syllables >= 4 ? 1 : 0;
	if (needle->latin) {
		limit = needle->length >= 8 ? 1 : 0;
	}
	for (int w = 0; w < text->word_count; w++) {
		const struct word *word = &text->words[w];
		size_t stem = word->stem;
		for (size_t i = 0; i < word->key_length; i++) {
			if (!text_key_boundary(word->key, i)) {
				continue;
			}
			uint8_t units[MOST];
			int word_of[MOST];
			size_t n =
				gather(text, w, i, units, needle->length + (size_t)limit, word_of);
			int length = match_length(needle, units, n, limit);
			if (length == 0) {
				continue;
			}
			int last = word_of[length - 1];
			/* Over a word's border only from the word's start. */
			if (last != w && i != 0) {
				continue;
			}
			if (needle->latin && needle->length <= 4 &&
			    !(last == w && whole_token(word, i, i + (size_t)length))) {
				continue;
			}
			if (needle->syllables == 1 && !needle->latin &&
			    !(i == 0 && last == w &&
			      ((size_t)length == stem || (size_t)length == word->key_length))) {
				continue;
			}
			bool negated = denied_after(text, last);
			if (hit.found && (negated || !hit.negated)) {
				continue;
			}
			const struct word *end = &text->words[last];
			hit = (struct term_hit){
				true,
				negated,
				(size_t)length != needle->length ||
					memcmp(units, needle->key, needle->length) != 0,
				word->clause,
				{word->start, end->start + end->length - word->start}};
		}
	}
	return hit;
}

struct term_hit term_find(const struct text *text, struct arena *arena, const char *term)
{
	struct needle needle;
	if (!make_needle(&needle, arena, term, strlen(term))) {
		return (struct term_hit){0};
	}
	return find_needle(text, &needle);
}

static bool better(const struct term_hit *a, const struct term_hit *b)
{
	if (!a->found || !b->found) {
		return a->found;
	}
	if (a->negated != b->negated) {
		return !a->negated;
	}
	return !a->fuzzy && b->fuzzy;
}

struct term_hit terms_find(const struct text *text, struct arena *arena,
			   const struct string_list *terms)
{
	struct term_hit best = {0};
	for (size_t i = 0; i < terms->count; i++) {
		struct term_hit hit = term_find(text, arena, terms->items[i]);
		if (better(&hit, &best)) {
			best = hit;
		}
	}
	return best;
}

/* One alternative of one part, within the sentence given (-1: any). */
static struct term_hit find_part(const struct text *text, struct arena *arena, const char *part,
				 size_t length, int sentence)
{
	struct term_hit best = {0};
	const char *end = part + length;
	while (part < end) {
		const char *bar = memchr(part, '|', (size_t)(end - part));
		const char *stop = bar ? bar : end;
		struct needle needle;
		if (make_needle(&needle, arena, part, (size_t)(stop - part))) {
			struct text view = *text;
			if (sentence >= 0) {
				/* A view on the words of that sentence. */
				int first = -1, count = 0;
				for (int c = 0; c < text->clause_count; c++) {
					if (text->clauses[c].sentence == sentence) {
						first = first < 0 ? text->clauses[c].first_word
								  : first;
						count += text->clauses[c].word_count;
					}
				}
				view.words = text->words + (first < 0 ? 0 : first);
				view.word_count = count;
			}
			struct term_hit hit = find_needle(&view, &needle);
			if (better(&hit, &best)) {
				best = hit;
			}
		}
		part = stop + 1;
	}
	return best;
}

static struct term_hit find_pattern(const struct text *text, struct arena *arena,
				    const char *pattern)
{
	struct term_hit best = {0};
	for (int s = 0; s < text->sentence_count; s++) {
		struct term_hit whole = {0};
		bool all = true;
		for (const char *part = pattern; all && *part;) {
			size_t length = strcspn(part, "+");
			struct term_hit hit = find_part(text, arena, part, length, s);
			all = hit.found;
			if (all && !whole.found) {
				whole = hit;
			} else if (all) {
				size_t from = hit.span.start < whole.span.start ? hit.span.start
										: whole.span.start;
				size_t a = hit.span.start + hit.span.length;
				size_t b = whole.span.start + whole.span.length;
				whole.span = (struct span){from, (a > b ? a : b) - from};
				whole.negated = whole.negated || hit.negated;
			}
			part += length + (part[length] == '+');
		}
		if (all && better(&whole, &best)) {
			best = whole;
		}
	}
	return best;
}

struct term_hit patterns_find(const struct text *text, struct arena *arena,
			      const struct string_list *patterns)
{
	struct term_hit best = {0};
	for (size_t i = 0; i < patterns->count; i++) {
		struct term_hit hit = find_pattern(text, arena, patterns->items[i]);
		if (better(&hit, &best)) {
			best = hit;
		}
	}
	return best;
}
