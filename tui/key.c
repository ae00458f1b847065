#include "tui/key.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/base/korean.h"
#include "engine/base/strbuf.h"
#include "engine/base/utf8.h"

static const struct {
	uint32_t key;
	const char *shown, *word;
} names[] = {
	{INPUT_UP, "↑", "up"},
	{INPUT_DOWN, "↓", "down"},
	{INPUT_LEFT, "←", "left"},
	{INPUT_RIGHT, "→", "right"},
	{INPUT_HOME, "Home", "home"},
	{INPUT_END, "End", "end"},
	{INPUT_PAGE_UP, "PgUp", "pageup"},
	{INPUT_PAGE_DOWN, "PgDn", "pagedown"},
	{INPUT_INSERT, "Ins", "insert"},
	{INPUT_DELETE, "Del", "delete"},
	{INPUT_BACKSPACE, "Backspace", "backspace"},
	{INPUT_ENTER, "Enter", "enter"},
	{INPUT_TAB, "Tab", "tab"},
	{INPUT_ESCAPE, "Esc", "esc"},
	{' ', "Space", "space"},
};

const char *key_label(uint32_t key, char *buffer, size_t size)
{
	uint32_t code = INPUT_CODE(key);
	char base[16] = "";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (names[i].key == code) {
			snprintf(base, sizeof base, "%s", names[i].shown);
		}
	}
	if (!base[0]) {
		if (code >= INPUT_F1 && code <= INPUT_F12) {
			snprintf(base, sizeof base, "F%u", code - INPUT_F1 + 1);
		} else if (key & INPUT_CTRL && code >= 'a' && code <= 'z') {
			snprintf(base, sizeof base, "%c", (char)(code - 'a' + 'A'));
		} else {
			base[utf8_encode(code, base)] = '\0';
		}
	}
	snprintf(buffer, size, "%s%s%s%s", key & INPUT_CTRL ? "Ctrl-" : "",
		 key & INPUT_ALT ? "Alt-" : "", key & INPUT_SHIFT ? "Shift-" : "", base);
	return buffer;
}

uint32_t key_from_name(const char *name)
{
	uint32_t modifiers = 0;
	for (;;) {
		if (!strncasecmp(name, "ctrl-", 5)) {
			modifiers |= INPUT_CTRL;
			name += 5;
		} else if (!strncasecmp(name, "alt-", 4)) {
			modifiers |= INPUT_ALT;
			name += 4;
		} else if (!strncasecmp(name, "shift-", 6)) {
			modifiers |= INPUT_SHIFT;
			name += 6;
		} else {
			break;
		}
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!strcasecmp(names[i].word, name) || !strcmp(names[i].shown, name)) {
			return modifiers | names[i].key;
		}
	}
	unsigned number;
	char rest;
	if (sscanf(name, "f%u%c", &number, &rest) == 1 ||
	    sscanf(name, "F%u%c", &number, &rest) == 1) {
		return number >= 1 && number <= 12 ? modifiers | F_KEY(number) : INPUT_NONE;
	}
	size_t length = strlen(name), at = 0;
	uint32_t code = utf8_next(name, length, &at);
	if (at != length || code < ' ') {
		return INPUT_NONE;
	}
	if (modifiers & INPUT_CTRL && code >= 'A' && code <= 'Z') {
		code += 'a' - 'A';
	}
	return modifiers | code;
}

/* A vowel or final that takes two keys: its parts as jamo. */
static int split_cluster(uint32_t jamo, uint32_t *parts)
{
	static const uint16_t clusters[][3] = {
		{0x3133, 0x3131, 0x3145}, {0x3135, 0x3134, 0x3148}, {0x3136, 0x3134, 0x314E},
		{0x313A, 0x3139, 0x3131}, {0x313B, 0x3139, 0x3141}, {0x313C, 0x3139, 0x3142},
		{0x313D, 0x3139, 0x3145}, {0x313E, 0x3139, 0x314C}, {0x313F, 0x3139, 0x314D},
		{0x3140, 0x3139, 0x314E}, {0x3144, 0x3142, 0x3145}, {0x3158, 0x3157, 0x314F},
		{0x3159, 0x3157, 0x3150}, {0x315A, 0x3157, 0x3163}, {0x315D, 0x315C, 0x3153},
		{0x315E, 0x315C, 0x3154}, {0x315F, 0x315C, 0x3163}, {0x3162, 0x3161, 0x3163},
	};
	for (size_t i = 0; i < sizeof clusters / sizeof *clusters; i++) {
		if (clusters[i][0] == jamo) {
			parts[0] = clusters[i][1];
			parts[1] = clusters[i][2];
			return 2;
		}
	}
	parts[0] = jamo;
	return 1;
}

int key_unhangul(uint32_t key, uint32_t *keys)
{
	uint32_t code = INPUT_CODE(key), modifiers = key & ~0x00FFFFFFu;
	if (!(code >= 0x3131 && code <= 0x3163) && !korean_is_syllable(code)) {
		return 0;
	}
	char bytes[4];
	struct strbuf jamo;
	strbuf_init(&jamo);
	korean_decompose(&jamo, bytes, (size_t)utf8_encode(code, bytes));
	int count = 0;
	for (size_t at = 0; at < jamo.length;) {
		uint32_t parts[2];
		int n = split_cluster(utf8_next(jamo.text, jamo.length, &at), parts);
		for (int i = 0; i < n && count < 5; i++) {
			char latin = korean_key_of_jamo(parts[i]);
			if (latin) {
				keys[count++] = modifiers | (uint32_t)latin;
			}
		}
	}
	strbuf_release(&jamo);
	return count;
}

bool key_is_text(uint32_t key)
{
	return !(key & (INPUT_CTRL | INPUT_ALT)) && INPUT_CODE(key) >= ' ' &&
	       INPUT_CODE(key) < INPUT_FIRST && INPUT_CODE(key) != 0x7F;
}
