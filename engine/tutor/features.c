#include "engine/tutor/features.h"

#include <math.h>
#include <string.h>

#include "engine/tutor/clauses.h"

/* How much each kind of feature weighs before the whole is scaled to length 1; found on the bank's held-out part. */
static const float stem_weight = 1.0f, opening_weight = 0.8f, gram_weight = 0.22f,
		   pair_weight = 0.6f, meaning_weight = 1.6f, meaning_pair_weight = 0.8f,
		   negated_weight = 0.6f;

static uint32_t hash_bytes(uint32_t hash, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		hash = (hash ^ bytes[i]) * 16777619u;
	}
	return hash;
}

static uint32_t hash_kind(char kind)
{
	return (2166136261u ^ (uint8_t)kind) * 16777619u;
}

static uint32_t finish(uint32_t hash)
{
	hash ^= hash >> 16;
	hash *= 0x85EBCA6Bu;
	hash ^= hash >> 13;
	hash *= 0xC2B2AE35u;
	return hash ^ hash >> 16;
}

struct list {
	struct feature *items;
	int count;
};

static void put(struct list *list, uint32_t hash, float weight)
{
	if (list->count < FEATURES_MOST) {
		list->items[list->count++] = (struct feature){finish(hash), weight};
	}
}

/* Units of the first n syllables; without the final of the last one when open is set (바뀐, 바뀌, 바뀝 agree). */
static size_t opening(const struct word *word, int n, bool open)
{
	size_t i = 0;
	int syllables = 0;
	while (i < word->key_length) {
		if (text_key_is_initial(word->key[i]) && ++syllables > n) {
			break;
		}
		i++;
	}
	if (open && i > 2 && text_key_is_final(word->key[i - 1])) {
		i--;
	}
	return i;
}

static void put_grams(struct list *list, const struct word *word)
{
	uint8_t padded[70];
	size_t n = word->key_length < 64 ? word->key_length : 64;
	padded[0] = '<';
	memcpy(padded + 1, word->key, n);
	padded[n + 1] = '>';
	n += 2;
	for (size_t size = 4; size <= 6; size++) {
		for (size_t i = 0; i + size <= n; i++) {
			put(list, hash_bytes(hash_kind('g'), padded + i, size), gram_weight);
		}
	}
}

static void put_meanings(struct list *list, const struct text *text, int first, int count,
			 const struct thesaurus *thesaurus)
{
	struct meaning_hit hits[64];
	int n = thesaurus_find(thesaurus, text, first, count, hits, 64);
	for (int i = 0; i < n; i++) {
		uint8_t a[2] = {(uint8_t)(hits[i].meaning & 0xFF), (uint8_t)(hits[i].meaning >> 8)};
		put(list, hash_bytes(hash_kind('m'), a, 2), meaning_weight);
		for (int j = i + 1; j < n && j < i + 8; j++) {
			uint16_t low = hits[i].meaning, high = hits[j].meaning;
			if (low == high) {
				continue;
			}
			if (low > high) {
				uint16_t swap = low;
				low = high;
				high = swap;
			}
			uint8_t both[4] = {(uint8_t)(low & 0xFF), (uint8_t)(low >> 8),
					   (uint8_t)(high & 0xFF), (uint8_t)(high >> 8)};
			put(list, hash_bytes(hash_kind('M'), both, 4), meaning_pair_weight);
		}
	}
}

static bool negation(const struct word *word)
{
	return word_is(word, "안") || word_is(word, "못") || word_is(word, "말고") ||
	       word_holds(word, "않") || word_holds(word, "아니") || word_holds(word, "아닌") ||
	       word_holds(word, "아닙") || word_holds(word, "없") || word_begins(word, "못하") ||
	       word_begins(word, "못해") || word_begins(word, "못한");
}

int features_of(struct feature out[FEATURES_MOST], const struct text *text, int first, int count,
		const struct thesaurus *thesaurus)
{
	struct list list = {out, 0};
	uint32_t last_stem = 0;
	for (int w = first; w < first + count; w++) {
		const struct word *word = &text->words[w];
		size_t stem = word->stem;
		uint32_t stem_hash = hash_bytes(hash_kind('s'), word->key, stem);
		put(&list, stem_hash, stem_weight);
		put(&list, hash_bytes(hash_kind('o'), word->key, opening(word, 2, true)),
		    opening_weight);
		if (word->syllables > 3) {
			put(&list, hash_bytes(hash_kind('o'), word->key, opening(word, 3, true)),
			    opening_weight);
		}
		put_grams(&list, word);
		if (w > first) {
			put(&list, hash_bytes(last_stem, word->key, stem), pair_weight);
		}
		last_stem = stem_hash;
		/* Negation reaches back over two words and, for 안 and 못, forward to the next. */
		if (negation(word)) {
			for (int back = w - 1; back >= first && back >= w - 2; back--) {
				const struct word *under = &text->words[back];
				put(&list,
				    hash_bytes(hash_kind('n'), under->key, opening(under, 2, true)),
				    negated_weight);
			}
			if (word->syllables == 1 && w + 1 < first + count) {
				const struct word *under = &text->words[w + 1];
				put(&list,
				    hash_bytes(hash_kind('n'), under->key, opening(under, 2, true)),
				    negated_weight);
			}
			put(&list, hash_kind('x'), negated_weight);
		}
	}
	if (thesaurus) {
		put_meanings(&list, text, first, count, thesaurus);
	}
	float square = 0;
	for (int i = 0; i < list.count; i++) {
		square += out[i].weight * out[i].weight;
	}
	if (square > 0) {
		float scale = 1.0f / sqrtf(square);
		for (int i = 0; i < list.count; i++) {
			out[i].weight *= scale;
		}
	}
	return list.count;
}
