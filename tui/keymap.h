#ifndef MUNDAP_TUI_KEYMAP_H
#define MUNDAP_TUI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/request.h"
#include "tui/view.h"

/* Which key asks for what, in each kind of view and everywhere. Help, palette and the row of hints read this table. */

struct binding {
	enum view_kind view;
	uint32_t key;
	enum request request;
};

/** The request of a key in this kind of view alone (VIEW_GENERAL: everywhere); REQUEST_NONE when unbound. */
enum request keymap_find(enum view_kind view, uint32_t key);

/** The first key of a request in a view, or everywhere; INPUT_NONE when it has none. */
uint32_t keymap_key(enum view_kind view, enum request request);
/** The same among the keys that taken does not claim: those that type, or that a figure uses. */
typedef bool keymap_taken_fn(void *context, uint32_t key);
uint32_t keymap_free_key(enum view_kind view, enum request request, keymap_taken_fn *taken,
			 void *context);

/** All bindings, the user's own first; *count of them. */
const struct binding *keymap_all(size_t *count);

/** Binds a key of the user's; it goes before the built-in ones. False when there are too many. */
bool keymap_bind(enum view_kind view, uint32_t key, enum request request);
void keymap_reset(void);

/** The kind's name in help and config.lua ("lesson"), and the kind of a name (VIEW_KINDS: none). */
const char *view_kind_name(enum view_kind kind);
enum view_kind view_kind_find(const char *name);

#endif
