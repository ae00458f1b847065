#include "engine/base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64
#define BLOCK_SIZE ((size_t)64 * 1024)

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

void *arena_alloc(struct arena *arena, size_t size)
{
	if (size > SIZE_MAX / 2) {
		return NULL;
	}
	size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	struct arena_block *block = arena->blocks;
	if (!block || block->size - block->used < size) {
		size_t want = size + ALIGNMENT > BLOCK_SIZE ? size + ALIGNMENT : BLOCK_SIZE;
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
	memset(memory, 0, size);
	return memory;
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);
	if (copy) {
		memcpy(copy, text, length);
	}
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_strndup(arena, text, strlen(text));
}
