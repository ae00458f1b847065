#ifndef MUNDAP_TUI_WIDGET_HANGUL_H
#define MUNDAP_TUI_WIDGET_HANGUL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/strbuf.h"

/* Built-in Hangul input (libhangul) for consoles and connections without an input method of their own. */

enum hangul_layout { HANGUL_OFF, HANGUL_2SET, HANGUL_3SET, HANGUL_LAYOUTS };

struct hangul_input {
	enum hangul_layout layout;
	void *context; /* of libhangul */
};

void hangul_input_init(struct hangul_input *input);
void hangul_input_release(struct hangul_input *input);
/** Off → 두벌식 → 세벌식 → off. Whatever was being composed is appended to committed. */
void hangul_next_layout(struct hangul_input *input, struct strbuf *committed);
const char *hangul_layout_name(enum hangul_layout layout);

/**
 * One key. Appends what is finished to committed and sets *consumed when the key took part in composing; otherwise
 * the caller handles the key after inserting what was committed. Backspace takes one jamo while composing.
 */
void hangul_key(struct hangul_input *input, uint32_t key, struct strbuf *committed, bool *consumed);
/** The syllable in the making as UTF-8, "" when there is none; valid until the next call. */
const char *hangul_preedit(struct hangul_input *input);
/** Ends composing; appends the syllable. */
void hangul_flush(struct hangul_input *input, struct strbuf *committed);

#endif
