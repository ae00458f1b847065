#include "engine/base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64
#define FIRST_BLOCK ((size_t)4 * 1024)
#define LARGEST_BLOCK ((size_t)64 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t size, used;
};

void arena_init(struct arena *arena)
{
	arena->blocks = NULL;
}

static void free_chain(struct arena_block *block)
{
	while (block) {
		struct arena_block *next = block->next;
		free(block);
		block = next;
	}
}

void arena_release(struct arena *arena)
{
	free_chain(arena->blocks);
	arena->blocks = NULL;
}

void arena_reset(struct arena *arena)
{
	if (arena->blocks) {
		free_chain(arena->blocks->next);
		arena->blocks->next = NULL;
		arena->blocks->used = ALIGNMENT;
	}
}

static size_t aligned(size_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void *take(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;
	if (!block || block->size - block->used < size) {
		size_t usual = block ? block->size * 2 : FIRST_BLOCK;
		usual = usual > LARGEST_BLOCK ? LARGEST_BLOCK : usual;
		size_t want = size + ALIGNMENT > usual ? aligned(size) + ALIGNMENT : usual;
		block = aligned_alloc(ALIGNMENT, want);
		if (!block) {
			return NULL;
		}
		block->size = want;
		block->used = ALIGNMENT;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	void *memory = (char *)block + block->used;
	block->used += size;
	return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX / 2) {
		return NULL;
	}
	size = aligned(size);
	if (arena->blocks) {
		/* behind a text */
		size_t used = aligned(arena->blocks->used);
		arena->blocks->used = used < arena->blocks->size ? used : arena->blocks->size;
	}
	void *memory = take(arena, size);
	return memory ? memset(memory, 0, size) : NULL;
}

char *arena_text(struct arena *arena, size_t length)
{
	char *text = length < SIZE_MAX / 2 ? take(arena, length + 1) : NULL;
	if (text) {
		text[length] = '\0';
	}
	return text;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_text(arena, length);
	if (copy) {
		memcpy(copy, text, length);
	}
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}
