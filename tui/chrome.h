#ifndef MUNDAP_TUI_CHROME_H
#define MUNDAP_TUI_CHROME_H

#include "tui/program.h"

/* What stands around every view: the title above, the row of hints below, and the word about a terminal that is too
 * small. */

enum { SCREEN_MIN_WIDTH = 80, SCREEN_MIN_HEIGHT = 24 };

/** Draws the whole screen: chrome and the top view. */
void chrome_draw(struct app *app);

/** The request whose hint lies at a cell of the bottom row; REQUEST_NONE for none. */
enum request chrome_hint_at(struct app *app, int x);

#endif
