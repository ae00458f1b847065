#ifndef MUNDAP_BASE_KOREAN_H
#define MUNDAP_BASE_KOREAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/strbuf.h"

/* Hangul by the arithmetic of the Unicode standard, section 3.12: syllables U+AC00–D7A3. */

enum particle {
	PARTICLE_TOPIC, /* 은/는 */
	PARTICLE_SUBJECT, /* 이/가 */
	PARTICLE_OBJECT, /* 을/를 */
	PARTICLE_WITH, /* 과/와 */
	PARTICLE_BY, /* 으로/로 */
	PARTICLE_COPULA, /* 이/"" as in 이에요/예요 is PARTICLE_IS */
	PARTICLE_IS, /* 이에요/예요 */
	PARTICLE_OR /* 이나/나 */
};

/** The particle that follows word by sound (Hangul, numbers, Latin words and letters; closing brackets skipped). */
const char *korean_particle(const char *word, enum particle particle);

/** Chooses in place wherever a text leaves both forms open: "3을(를)" becomes "3을", "a(으)로" "a로". Never longer. */
void korean_settle_particles(char *text);

bool korean_is_syllable(uint32_t code_point);

/** Splits a syllable into indices of initial (0–18), vowel (0–20), final (0–27, 0 none). */
void korean_split(uint32_t syllable, int *initial, int *vowel, int *final);
uint32_t korean_join(int initial, int vowel, int final);

/** The syllable's initial as a compatibility jamo (ㄱ…ㅎ); other code points unchanged. */
uint32_t korean_initial(uint32_t code_point);

/** Appends text with every syllable taken apart into compatibility jamo (모델 → ㅁㅗㄷㅔㄹ); the rest unchanged. */
void korean_decompose(struct strbuf *out, const char *text, size_t length);

/** Appends the initials of text (드리프트 → ㄷㄹㅍㅌ); the rest unchanged. */
void korean_initials(struct strbuf *out, const char *text, size_t length);

/** The Latin key of the 2-set keyboard that types a jamo (ㅂ → 'q', ㅃ → 'Q'), 0 when it is none. */
char korean_key_of_jamo(uint32_t code_point);

#endif
