#ifndef MUNDAP_LUA_FIGURE_H
#define MUNDAP_LUA_FIGURE_H

#include "engine/lua/state.h"

/* A figure: a script that returns { keys, init, key, tick, interval, draw, say }; it runs in a worker, and each draw goes
 * to the host as a HOST_CANVAS event. */

struct figure_run;

/** Loads the script, calls init(seed) and draws once. Owns: free before the script's state. */
bool figure_open(struct figure_run **out, struct script *script, const char *name,
		 const char *source, size_t length, uint64_t seed, int width, int height,
		 struct script_error *fault);
void figure_free(struct figure_run *figure);
/** Feeds a key ("left", "space", "f") and draws. */
bool figure_key(struct figure_run *figure, const char *key, struct script_error *fault);
bool figure_resize(struct figure_run *figure, int width, int height, struct script_error *fault);
/** Lets time pass and draws. Units: milliseconds. */
bool figure_tick(struct figure_run *figure, int ms, struct script_error *fault);
/** Units: milliseconds between ticks, 0 when the figure does not move by itself. */
int figure_interval(const struct figure_run *figure);

#endif
