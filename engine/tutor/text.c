#include "engine/tutor/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/utf8.h"
#include "engine/tutor/clauses.h"

bool text_key_is_initial(uint8_t unit)
{
	return unit >= 0x80 && unit <= 0x92;
}

bool text_key_is_vowel(uint8_t unit)
{
	return unit >= 0xA0 && unit <= 0xB4;
}

bool text_key_is_final(uint8_t unit)
{
	return unit >= 0xC1 && unit <= 0xDB;
}

bool text_key_boundary(const uint8_t *key, size_t i)
{
	if (i == 0) {
		return true;
	}
	uint8_t here = key[i], before = key[i - 1];
	if (here >= 0x80) {
		return text_key_is_initial(here);
	}
	return before >= 0x80 || !isalpha(here) != !isalpha(before);
}

/* Compatibility jamo U+3131… that can stand first in a syllable, by the index of the initial. */
static int initial_of_jamo(uint32_t c)
{
	for (int i = 0; i < 19; i++) {
		if (korean_initial(korean_join(i, 0, 0)) == c) {
			return i;
		}
	}
	return -1;
}

static size_t put_key(uint8_t *out, const char *folded, size_t length)
{
	size_t n = 0;
	for (size_t at = 0; at < length;) {
		uint32_t c = utf8_next(folded, length, &at);
		if (korean_is_syllable(c)) {
			int initial, vowel, final;
			korean_split(c, &initial, &vowel, &final);
			out[n++] = (uint8_t)(0x80 + initial);
			out[n++] = (uint8_t)(0xA0 + vowel);
			if (final) {
				out[n++] = (uint8_t)(0xC0 + final);
			}
		} else if (c >= 0x3131 && c <= 0x314E) {
			int initial = initial_of_jamo(c);
			if (initial >= 0) {
				out[n++] = (uint8_t)(0x80 + initial);
			}
		} else if (c >= 0x1100 && c <= 0x1112) { /* what NFKC makes of a lone jamo */
			out[n++] = (uint8_t)(0x80 + (c - 0x1100));
		} else if (c < 0x80 && isalnum((int)c)) {
			out[n++] = (uint8_t)tolower((int)c);
		}
	}
	return n;
}

uint8_t *text_key(struct arena *arena, const char *folded, size_t *length)
{
	size_t bytes = strlen(folded);
	uint8_t *key = arena_alloc(arena, bytes + 1);
	if (!key) {
		return NULL;
	}
	*length = put_key(key, folded, bytes);
	key[*length] = 0;
	return key;
}

/* Particles and endings by what they look like at the end of a word, longest first within a group. */
static const char *const tails[] = {
	"이라는", "이라고", "에서는", "에서도", "으로는", "으로도", "으로써", "이라서", "이지만",
	"입니다", "합니다", "됩니다", "습니다", "하면서", "되면서", "에게서", "까지도", "부터는",
	"처럼",   "에서",   "에게",   "으로",   "까지",   "부터",   "보다",   "마다",   "조차",
	"마저",   "밖에",   "이나",   "이랑",   "하고",   "이며",   "이면",   "이고",   "에요",
	"예요",   "해요",   "돼요",   "해서",   "되어",   "하는",   "되는",   "하면",   "되면",
	"하기",   "되기",   "하지",   "되지",   "들이",   "들은",   "들을",   "들의",   "에는",
	"에도",   "와는",   "과는",   "로는",   "은",     "는",     "이",     "가",     "을",
	"를",     "의",     "에",     "로",     "와",     "과",     "도",     "만",     "랑",
	"나",     "들",
};

#define TAIL_COUNT (sizeof tails / sizeof *tails)

size_t text_stem_length(const uint8_t *key, size_t length)
{
	for (size_t i = 0; i < TAIL_COUNT; i++) {
		uint8_t tail[32];
		size_t n = put_key(tail, tails[i], strlen(tails[i]));
		/* At least a whole syllable and a bit must stay: 이 of 차이, 도 of 온도 are no particles. */
		if (length >= n + 3 && !memcmp(key + length - n, tail, n)) {
			return length - n;
		}
	}
	return length;
}

int text_distance(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length, int limit)
{
	enum { MOST = 64 };
	if (a_length > MOST || b_length > MOST || abs((int)a_length - (int)b_length) > limit) {
		return limit + 1;
	}
	int rows[3][MOST + 1];
	int *before = rows[0], *last = rows[1], *now = rows[2];
	for (size_t j = 0; j <= b_length; j++) {
		last[j] = (int)j;
		before[j] = 0;
	}
	for (size_t i = 1; i <= a_length; i++) {
		int best = now[0] = (int)i;
		for (size_t j = 1; j <= b_length; j++) {
			int cost = a[i - 1] != b[j - 1];
			int d = last[j - 1] + cost;
			d = last[j] + 1 < d ? last[j] + 1 : d;
			d = now[j - 1] + 1 < d ? now[j - 1] + 1 : d;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < d) {
				d = before[j - 2] + 1;
			}
			now[j] = d;
			best = d < best ? d : best;
		}
		if (best > limit) {
			return limit + 1;
		}
		int *free_row = before;
		before = last;
		last = now;
		now = free_row;
	}
	return last[b_length];
}

/* ---- words ---- */

static bool word_character(uint32_t c)
{
	return korean_is_syllable(c) || (c < 0x80 && isalnum((int)c)) ||
	       (c >= 0x3131 && c <= 0x318E) || (c >= 0x1100 && c <= 0x11FF) || c == '%' ||
	       (c >= 0xC0 && c < 0x2000 && c != 0xD7 && c != 0xF7) ||
	       (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xFF10 && c <= 0xFF5A);
}

/* Characters that hold a word together when letters stand on both sides: f1-score, p99.9, 3/4. */
static bool joins(uint32_t c)
{
	return c == '-' || c == '_' || c == '.' || c == '/' || c == '\'' || c == '+' || c == '&';
}

static enum link punctuation_link(uint32_t c)
{
	switch (c) {
	case '.':
	case '!':
	case '?':
	case '\n':
	case ';':
	case 0x2026: /* … */
	case 0x3002: /* 。 */
	case 0xFF1F:
	case 0xFF01:
		return LINK_END;
	case ',':
	case 0x3001:
	case 0xFF0C:
		return LINK_AND;
	default:
		return LINK_NONE;
	}
}

struct word_mark {
	enum link link; /* of the punctuation after the word */
	bool question;
};

static enum status add_word(struct text *out, struct arena *arena, size_t start, size_t end,
			    struct error *err)
{
	char *folded = utf8_fold(out->source + start, end - start);
	if (!folded) {
		return error_set(err, STATUS_NOMEM, "text", "out of memory");
	}
	struct word *word = &out->words[out->word_count];
	size_t key_length = 0;
	word->start = start;
	word->length = end - start;
	word->folded = arena_strdup(arena, folded);
	word->key = text_key(arena, folded, &key_length);
	free(folded);
	if (!word->folded || !word->key) {
		return error_set(err, STATUS_NOMEM, "text", "out of memory");
	}
	word->key_length = (uint16_t)key_length;
	word->stem = (uint16_t)text_stem_length(word->key, key_length);
	for (size_t i = 0; i < key_length; i++) {
		word->syllables += text_key_is_initial(word->key[i]);
	}
	out->word_count += key_length > 0;
	return STATUS_OK;
}

enum status text_analyse(struct text *out, struct arena *arena, const char *source, size_t length,
			 struct error *err)
{
	memset(out, 0, sizeof *out);
	if (length > TEXT_MAX_BYTES) {
		out->truncated = true;
		length = TEXT_MAX_BYTES;
		while (length > 0 && ((unsigned char)source[length] & 0xC0) == 0x80) {
			length--;
		}
	}
	out->source = source;
	out->length = length;
	size_t most = length / 2 + 2;
	out->words = arena_alloc(arena, most * sizeof *out->words);
	struct word_mark *marks = arena_alloc(arena, most * sizeof *marks);
	if (!out->words || !marks) {
		return error_set(err, STATUS_NOMEM, "text", "out of memory");
	}
	size_t at = 0, start = 0, end = 0;
	bool inside = false;
	while (at <= length) {
		size_t here = at;
		uint32_t c = utf8_next(source, length, &at);
		bool last = here >= length;
		bool joined = false;
		if (!last && inside && joins(c) && at < length) {
			size_t next = at;
			uint32_t after = utf8_next(source, length, &next);
			uint32_t before = (unsigned char)source[here - 1];
			joined = after < 0x80 && isalnum((int)after) && isalnum((int)before);
		}
		if (!last && (word_character(c) || joined)) {
			if (!inside) {
				start = here;
				inside = true;
			}
			end = at;
			continue;
		}
		if (inside) {
			enum status status = add_word(out, arena, start, end, err);
			if (status) {
				return status;
			}
			inside = false;
		}
		if (last) {
			break;
		}
		enum link link = punctuation_link(c);
		if (out->word_count > 0 && link > marks[out->word_count - 1].link) {
			marks[out->word_count - 1].link = link;
		}
		if (out->word_count > 0 && (c == '?' || c == 0xFF1F)) {
			marks[out->word_count - 1].question = true;
		}
	}
	uint8_t *links = arena_alloc(arena, (size_t)out->word_count + 1);
	if (!links) {
		return error_set(err, STATUS_NOMEM, "text", "out of memory");
	}
	for (int i = 0; i < out->word_count; i++) {
		links[i] = (uint8_t)((unsigned)marks[i].link | (marks[i].question ? 0x80u : 0u));
	}
	return clauses_split(out, arena, links, err);
}
