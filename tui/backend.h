#ifndef MUNDAP_TUI_BACKEND_H
#define MUNDAP_TUI_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/grid.h"
#include "tui/theme.h"

/* Shows frames and hands in keys. Two backends: the terminal by curses, and one without a terminal for tests. */

enum event_kind { EVENT_NONE, EVENT_KEY, EVENT_PASTE, EVENT_MOUSE };

struct event {
	enum event_kind kind;
	uint32_t key;
	char *paste; /* EVENT_PASTE: NUL-terminated, NFC; the receiver frees it */
	int x, y, wheel; /* EVENT_MOUSE: a click (wheel 0) or the wheel (-1 up, 1 down) */
};

struct backend {
	const struct backend_ops *ops;
};

struct backend_ops {
	void (*size)(struct backend *backend, int *width, int *height);
	void (*present)(struct backend *backend, const struct grid *grid);
	/** The next event that has already arrived; EVENT_NONE when there is none. */
	void (*next)(struct backend *backend, struct event *event);
	int (*descriptor)(struct backend *backend); /* to poll; -1 for none */
	void (*resized)(struct backend *backend);
	void (*leave)(struct backend *backend); /* gives the terminal back (suspend, $EDITOR) */
	void (*enter)(struct backend *backend);
	void (*set_theme)(struct backend *backend, const struct theme *theme);
	/** Puts text into the clipboard of the terminal, where it lets programs do so (OSC 52). */
	void (*copy)(struct backend *backend, const char *text);
	int (*colours)(struct backend *backend); /* 0, 8, 16, 256 */
	void (*free)(struct backend *backend);
};

/** The terminal. NULL when it cannot be used (reason gets a message); mono forbids colour. */
struct backend *backend_curses_new(bool mono, const char **reason);

/** No terminal: frames are kept, keys come from a queue. */
struct backend *backend_headless_new(int width, int height);
void backend_headless_resize(struct backend *backend, int width, int height);
void backend_headless_key(struct backend *backend, uint32_t key);
void backend_headless_paste(struct backend *backend, const char *text);
const struct grid *backend_headless_frame(struct backend *backend);

#endif
