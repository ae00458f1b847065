#ifndef MUNDAP_TUI_WIDGET_COMPLETE_H
#define MUNDAP_TUI_WIDGET_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/lua/reference.h"

/* What may stand at a place in a Lua text, and which call the place is in: answered from the tables that bind the
 * functions, so that it never names what does not exist. */

enum { COMPLETION_MAX = 256, COMPLETION_WORDS = 4096 };

struct completion_item {
	const char *text;
	const struct reference_entry *entry; /* NULL for a word of the text or of Lua */
};

struct completion {
	size_t start; /* offset of the word that is being written */
	int count;
	struct completion_item items[COMPLETION_MAX];
	char words[COMPLETION_WORDS]; /* holds words that are no entries */
	size_t words_used;
};

/**
 * What can follow. text is what stands before the caret (its beginning may be missing), head the beginning of the
 * file, where modules are required. asked: also bare words are completed, not only what follows "." and ":".
 * False when there is nothing to offer.
 */
bool completion_find(struct completion *out, const char *text, size_t caret, const char *head,
		     bool asked);

/** The call whose arguments the caret is in; NULL when it is in none we know. *argument: which one, from 0. */
const struct reference_entry *completion_call(const char *text, size_t caret, const char *head,
					      int *argument);

/** The range of a parameter in entry->parameters; false when it has fewer. */
bool completion_parameter(const struct reference_entry *entry, int argument, size_t *from,
			  size_t *to);

#endif
