#ifndef MUNDAP_TUI_WIDGET_FIGURE_PANE_H
#define MUNDAP_TUI_WIDGET_FIGURE_PANE_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/grid.h"
#include "tui/program.h"

/* An interactive figure: its script runs in a worker, its keys go there, what it draws comes back as a canvas. */

struct figure_pane;

/** Starts the script at path. Owns: figure_pane_free. A script that cannot run shows why in place of the figure. */
struct figure_pane *figure_pane_new(struct app *app, const char *path, int width, int height);
void figure_pane_free(struct figure_pane *pane);
void figure_pane_resize(struct figure_pane *pane, int width, int height);
/** Whether the figure has a use for the key; if so it was sent. */
bool figure_pane_key(struct figure_pane *pane, uint32_t key);
/** Draws the last canvas, and its keys and sentence below. */
void figure_pane_draw(struct figure_pane *pane, struct area area);
/** Rows that the keys and the sentence take at a width. */
int figure_pane_foot(const struct figure_pane *pane, int width);
/** What is to be seen, as a sentence; "" while there is none. */
const char *figure_pane_say(const struct figure_pane *pane);

#endif
