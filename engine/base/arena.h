#ifndef MUNDAP_BASE_ARENA_H
#define MUNDAP_BASE_ARENA_H

#include <stddef.h>

/* Memory that is given back all at once. Pointers live until arena_release or arena_reset. */
struct arena_block;
struct arena {
	struct arena_block *blocks;
};

void arena_init(struct arena *arena);
void arena_release(struct arena *arena);
/** Forgets everything handed out, keeping the newest block for reuse. */
void arena_reset(struct arena *arena);
/** Zeroed memory aligned to 64 bytes, NULL when memory ran out. */
void *arena_alloc(struct arena *arena, size_t size);
/** Room for a text of so many bytes and its end, packed without alignment; only the end is set. */
char *arena_text(struct arena *arena, size_t length);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_strndup(struct arena *arena, const char *text, size_t length);

#endif
