#ifndef MUNDAP_TUI_THEME_H
#define MUNDAP_TUI_THEME_H

#include <stdbool.h>

#include "tui/style.h"

/* How each meaning looks. Colours are palette indices, -1 for the terminal's own. */

enum look_attribute {
	LOOK_BOLD = 1,
	LOOK_DIM = 2,
	LOOK_UNDERLINE = 4,
	LOOK_REVERSE = 8,
	LOOK_ITALIC = 16
};

struct look {
	short foreground, background; /* of 256 */
	short foreground16; /* of 16, where that is all there is */
	unsigned short attributes; /* of enum look_attribute */
};

struct theme {
	const char *id; /* as in the settings */
	const char *name; /* as shown */
	bool coloured; /* false: attributes only, also in pictures */
	struct look looks[STYLE_COUNT];
};

/** The themes, in the order in which the settings show them; NULL past the last. */
const struct theme *theme_at(int index);
/** By id; the first theme when there is none of that name. */
const struct theme *theme_find(const char *id);

/** A theme of the user's, shown after the built-in ones (copied; id and name are borrowed). NULL: none any more. */
void theme_set_own(const struct theme *theme);

/** A style's name in config.lua ("code-keyword"); NULL past the last. */
const char *style_name(int style);

#endif
