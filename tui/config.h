#ifndef MUNDAP_TUI_CONFIG_H
#define MUNDAP_TUI_CONFIG_H

#include "tui/program.h"

/* The user's config.lua: keys, a theme and settings of their own. It is read at the start and again at each save;
 * what is wrong in it is told with its line and skipped. */

/** Reads the file, applies it and watches it. */
void config_start(struct app *app);

#endif
