#ifndef MUNDAP_TUI_KEY_H
#define MUNDAP_TUI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key is a code point or one of the codes below, with modifiers in the top bits. Control with a letter is
 * KEY_CTRL('h'); Enter, Tab, Escape and Backspace have codes of their own. */

enum input_key {
	INPUT_NONE = 0,
	INPUT_FIRST = 0x110000,
	INPUT_UP,
	INPUT_DOWN,
	INPUT_LEFT,
	INPUT_RIGHT,
	INPUT_HOME,
	INPUT_END,
	INPUT_PAGE_UP,
	INPUT_PAGE_DOWN,
	INPUT_INSERT,
	INPUT_DELETE,
	INPUT_BACKSPACE,
	INPUT_ENTER,
	INPUT_TAB,
	INPUT_ESCAPE,
	INPUT_F1, /* … INPUT_F1 + 11 is F12 */
	INPUT_F12 = INPUT_F1 + 11,
	INPUT_LAST
};

#define INPUT_CTRL 0x01000000u
#define INPUT_ALT 0x02000000u
#define INPUT_SHIFT 0x04000000u
#define INPUT_CODE(key) ((key)&0x00FFFFFFu)
#define CTRL_KEY(letter) (INPUT_CTRL | (uint32_t)(letter))
#define F_KEY(n) ((uint32_t)INPUT_F1 + (n)-1u)

/** Writes a key as people write it: "Enter", "Ctrl-H", "F5", "←", "q". Returns buffer. */
const char *key_label(uint32_t key, char *buffer, size_t size);

/** Reads such a name ("ctrl-h", "f5", "space", "한" …); INPUT_NONE when it is none. */
uint32_t key_from_name(const char *name);

/**
 * The keys of the 2-set keyboard that typed a jamo or a composed syllable (ㅂ → q, 바 → q k), for commands
 * pressed while the keyboard is in Hangul mode. keys has room for 5; returns their number, 0 for other keys.
 */
int key_unhangul(uint32_t key, uint32_t *keys);

/** Whether the key types a character. */
bool key_is_text(uint32_t key);

#endif
