#include "engine/base/korean.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "engine/base/utf8.h"

static const uint32_t initials[19] = {0x3131, 0x3132, 0x3134, 0x3137, 0x3138, 0x3139, 0x3141,
				      0x3142, 0x3143, 0x3145, 0x3146, 0x3147, 0x3148, 0x3149,
				      0x314A, 0x314B, 0x314C, 0x314D, 0x314E};
static const uint32_t finals[28] = {0,      0x3131, 0x3132, 0x3133, 0x3134, 0x3135, 0x3136,
				    0x3137, 0x3139, 0x313A, 0x313B, 0x313C, 0x313D, 0x313E,
				    0x313F, 0x3140, 0x3141, 0x3142, 0x3144, 0x3145, 0x3146,
				    0x3147, 0x3148, 0x314A, 0x314B, 0x314C, 0x314D, 0x314E};

bool korean_is_syllable(uint32_t c)
{
	return c >= 0xAC00 && c <= 0xD7A3;
}

void korean_split(uint32_t syllable, int *initial, int *vowel, int *final)
{
	int index = (int)(syllable - 0xAC00);
	*initial = index / 588;
	*vowel = index % 588 / 28;
	*final = index % 28;
}

uint32_t korean_join(int initial, int vowel, int final)
{
	return 0xAC00u + (uint32_t)(initial * 588 + vowel * 28 + final);
}

uint32_t korean_initial(uint32_t c)
{
	return korean_is_syllable(c) ? initials[(c - 0xAC00) / 588] : c;
}

static void put(struct strbuf *out, uint32_t c)
{
	char bytes[4];
	strbuf_add(out, bytes, (size_t)utf8_encode(c, bytes));
}

void korean_decompose(struct strbuf *out, const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		uint32_t c = utf8_next(text, length, &at);
		if (!korean_is_syllable(c)) {
			put(out, c);
			continue;
		}
		int initial, vowel, final;
		korean_split(c, &initial, &vowel, &final);
		put(out, initials[initial]);
		put(out, 0x314Fu + (uint32_t)vowel);
		if (final) {
			put(out, finals[final]);
		}
	}
}

void korean_initials(struct strbuf *out, const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		put(out, korean_initial(utf8_next(text, length, &at)));
	}
}

char korean_key_of_jamo(uint32_t c)
{
	/* U+3131…U+3163 in order on the 2-set keyboard; clusters that need two keys give 0. */
	static const char keys[] =
		"rR\0s\0\0eEf\0\0\0\0\0\0\0aqQ\0tTdwWczxvgkoiOjpuPh\0\0\0yn\0\0\0bm\0l";
	if (c < 0x3131 || c > 0x3163) {
		return 0;
	}
	return keys[c - 0x3131];
}

enum ending { ENDS_IN_VOWEL, ENDS_IN_RIEUL, ENDS_IN_CONSONANT };

static enum ending digit_ending(char digit)
{
	switch (digit) {
	case '1':
	case '7':
	case '8':
		return ENDS_IN_RIEUL;
	case '0':
	case '3':
	case '6':
		return ENDS_IN_CONSONANT;
	default:
		return ENDS_IN_VOWEL;
	}
}

/* How a Latin word sounds in Korean at its end: single letters and abbreviations by the letter's name, words by
 * their spelling (close enough for the field's terms; exceptions are listed). */
static enum ending latin_ending(const char *word, size_t length)
{
	static const struct {
		const char *word;
		enum ending ending;
	} exceptions[] = {
		{"model", ENDS_IN_RIEUL},        {"kernel", ENDS_IN_RIEUL},
		{"pool", ENDS_IN_RIEUL},         {"time", ENDS_IN_CONSONANT},
		{"frame", ENDS_IN_CONSONANT},    {"name", ENDS_IN_CONSONANT},
		{"pipeline", ENDS_IN_CONSONANT}, {"online", ENDS_IN_CONSONANT},
		{"baseline", ENDS_IN_CONSONANT}, {"file", ENDS_IN_RIEUL},
		{"profile", ENDS_IN_RIEUL},      {"rule", ENDS_IN_RIEUL},
		{"module", ENDS_IN_RIEUL},       {"schedule", ENDS_IN_RIEUL},
		{"scale", ENDS_IN_RIEUL},        {"table", ENDS_IN_RIEUL},
		{"variable", ENDS_IN_RIEUL},     {"sample", ENDS_IN_RIEUL},
		{"pipe", ENDS_IN_VOWEL},         {"flask", ENDS_IN_VOWEL},
		{"batch", ENDS_IN_VOWEL},        {"map", ENDS_IN_CONSONANT},
		{"step", ENDS_IN_CONSONANT},     {"app", ENDS_IN_CONSONANT},
		{"web", ENDS_IN_CONSONANT},      {"github", ENDS_IN_VOWEL},
		{"block", ENDS_IN_CONSONANT},    {"lock", ENDS_IN_CONSONANT},
		{"task", ENDS_IN_VOWEL},         {"check", ENDS_IN_VOWEL},
		{"spark", ENDS_IN_VOWEL},        {"network", ENDS_IN_VOWEL},
		{"framework", ENDS_IN_VOWEL},
	};
	for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++) {
		if (strlen(exceptions[i].word) == length &&
		    !strncasecmp(word, exceptions[i].word, length)) {
			return exceptions[i].ending;
		}
	}
	bool letters = true; /* an abbreviation is read letter by letter */
	for (size_t i = 0; i < length; i++) {
		letters = letters && isupper((unsigned char)word[i]);
	}
	char last = (char)tolower((unsigned char)word[length - 1]);
	if (letters || length == 1) {
		return last == 'l' || last == 'r'   ? ENDS_IN_RIEUL
		       : last == 'm' || last == 'n' ? ENDS_IN_CONSONANT
						    : ENDS_IN_VOWEL;
	}
	if (last == 'l') {
		return ENDS_IN_RIEUL;
	}
	if (last == 'm' || last == 'n' || (last == 'g' && word[length - 2] == 'n')) {
		return ENDS_IN_CONSONANT;
	}
	if ((last == 'k' || last == 'p' || last == 't' || last == 'c' || last == 'b') &&
	    length > 1 && strchr("aeiou", tolower((unsigned char)word[length - 2])) &&
	    last != 't') {
		return ENDS_IN_CONSONANT;
	}
	return ENDS_IN_VOWEL;
}

static enum ending ending_of(const char *word)
{
	size_t length = strlen(word);
	while (length > 0) {
		size_t start = utf8_previous(word, length);
		size_t at = start;
		uint32_t c = utf8_next(word, length, &at);
		if (korean_is_syllable(c)) {
			int final = (int)(c - 0xAC00) % 28;
			return final == 0   ? ENDS_IN_VOWEL
			       : final == 8 ? ENDS_IN_RIEUL
					    : ENDS_IN_CONSONANT;
		}
		if (c < 0x80 && isdigit((int)c)) {
			/* 10, 100 … end in 십, 백, 천, 만: consonants all. */
			return digit_ending((char)c);
		}
		if (c < 0x80 && isalpha((int)c)) {
			size_t from = start;
			while (from > 0 && isalpha((unsigned char)word[from - 1])) {
				from--;
			}
			return latin_ending(word + from, length - from);
		}
		if (c == '%') {
			return ENDS_IN_VOWEL; /* 퍼센트 */
		}
		if (c == ')') {
			/* The bracket explains; the sound is that of the word before it. */
			const char *open = memrchr(word, '(', start);
			if (open && open > word) {
				length = (size_t)(open - word);
				continue;
			}
		}
		length = start;
	}
	return ENDS_IN_VOWEL;
}

const char *korean_particle(const char *word, enum particle particle)
{
	static const struct {
		const char *after_consonant, *after_vowel;
	} forms[] = {
		[PARTICLE_TOPIC] = {"은", "는"},    [PARTICLE_SUBJECT] = {"이", "가"},
		[PARTICLE_OBJECT] = {"을", "를"},   [PARTICLE_WITH] = {"과", "와"},
		[PARTICLE_BY] = {"으로", "로"},     [PARTICLE_COPULA] = {"이", ""},
		[PARTICLE_IS] = {"이에요", "예요"}, [PARTICLE_OR] = {"이나", "나"},
	};
	enum ending ending = ending_of(word);
	if (particle == PARTICLE_BY && ending == ENDS_IN_RIEUL) {
		return forms[particle].after_vowel;
	}
	return ending == ENDS_IN_VOWEL ? forms[particle].after_vowel
				       : forms[particle].after_consonant;
}

void korean_settle_particles(char *text)
{
	static const struct {
		const char *open;
		enum particle particle;
	} pairs[] = {{"은(는)", PARTICLE_TOPIC},  {"이(가)", PARTICLE_SUBJECT},
		     {"을(를)", PARTICLE_OBJECT}, {"과(와)", PARTICLE_WITH},
		     {"(으)로", PARTICLE_BY},     {"(이)나", PARTICLE_OR}};
	for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
		size_t length = strlen(pairs[k].open);
		char *at = text;
		while ((at = strstr(at, pairs[k].open)) != NULL) {
			char first = *at;
			*at = '\0';
			const char *form = korean_particle(text, pairs[k].particle);
			*at = first;
			size_t n = strlen(form);
			memcpy(at, form, n);
			memmove(at + n, at + length, strlen(at + length) + 1);
			at += n;
		}
	}
}
