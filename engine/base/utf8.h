#ifndef MUNDAP_BASE_UTF8_H
#define MUNDAP_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT 0xFFFDu

/**
 * Decodes the code point at text[*at] and moves *at past it. Malformed bytes (overlong, surrogate, cut short)
 * give UTF8_REPLACEMENT and move by one byte. Returns 0 at length.
 */
uint32_t utf8_next(const char *text, size_t length, size_t *at);

/** Offset of the code point before at (at > 0). */
size_t utf8_previous(const char *text, size_t at);

/** Encodes a code point into out (4 bytes of room); returns the number of bytes. */
int utf8_encode(uint32_t code_point, char *out);

/** Whether all bytes are well-formed UTF-8. */
bool utf8_valid(const char *text, size_t length);

/** Cuts a code point left incomplete at the end of a NUL-terminated string. */
void utf8_trim_partial(char *text);

/** Number of code points. */
size_t utf8_length(const char *text, size_t length);

/** Cells of one code point as the C library's wcwidth says; control characters count 0. */
int utf8_cells(uint32_t code_point);

/** Cells of a string. */
size_t utf8_width(const char *text, size_t length);

/**
 * Composed form (NFC) with everything normalised away that terminals mis-measure: emoji variation selectors,
 * zero-width joiners and the parts they join, skin tones; malformed bytes become U+FFFD.
 * Owns: the result is the caller's (free). NULL when memory ran out.
 */
char *utf8_normalise(const char *text, size_t length);

/** NFKC, case folded; for comparing what learners type. Owns: caller frees. */
char *utf8_fold(const char *text, size_t length);

#endif
