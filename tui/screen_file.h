#ifndef MUNDAP_TUI_SCREEN_FILE_H
#define MUNDAP_TUI_SCREEN_FILE_H

#include "engine/base/strbuf.h"
#include "tui/grid.h"
#include "tui/theme.h"

/* A frame as a file: for teaching material and bug reports. Text alone is grid_dump(). */

/** The frame as a terminal of 256 colours takes it, drawn from its top left corner. */
void screen_ansi(const struct grid *grid, const struct theme *theme, struct strbuf *out);
/** The frame as a picture that can be enlarged; its text stays text. */
void screen_svg(const struct grid *grid, const struct theme *theme, const char *title,
		struct strbuf *out);
/** A colour of the 256 as 0xRRGGBB. */
unsigned palette_rgb(int index);

#endif
