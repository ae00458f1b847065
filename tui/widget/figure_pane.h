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
/** Whether the figure has a use for the key; figure_pane_key also sends it. */
bool figure_pane_uses(const struct figure_pane *pane, uint32_t key);
bool figure_pane_key(struct figure_pane *pane, uint32_t key);
/** Draws the last canvas, or what keeps the figure from running. */
void figure_pane_draw(struct figure_pane *pane, struct area area);
/** Rows of the canvas down to the last one that is used. */
int figure_pane_rows(const struct figure_pane *pane);
/** The keys and what they do, as rows below the figure. */
int figure_pane_key_rows(const struct figure_pane *pane, int width);
void figure_pane_draw_keys(const struct figure_pane *pane, struct area area);
/** The sentence that says what is to be seen; rows drawn are returned. */
int figure_pane_say_rows(const struct figure_pane *pane, int width);
int figure_pane_draw_say(const struct figure_pane *pane, struct area area);
/** Whether a key was sent to the figure. */
bool figure_pane_touched(const struct figure_pane *pane);
/** What is to be seen, as a sentence; "" while there is none. */
const char *figure_pane_say(const struct figure_pane *pane);

#endif
