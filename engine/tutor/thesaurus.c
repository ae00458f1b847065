#include "engine/tutor/thesaurus.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/arena.h"
#include "engine/base/utf8.h"

/* Roots hang in a trie over jamo units; children are a linked list (a root is short, the trie small). */
struct node {
	uint8_t unit;
	int child, sibling;
	int meanings; /* index of the first entry, -1 none */
};

struct entry {
	uint16_t meaning;
	uint8_t kind; /* 0 anywhere, 1 begins a word, 2 is the whole stem */
	int next;
};

struct thesaurus {
	struct arena arena;
	struct node *nodes;
	int node_count, node_room;
	struct entry *entries;
	int entry_count, entry_room;
	const char **names;
	int size, name_room;
};

static void *grow(void *array, int *room, int count, size_t size)
{
	if (count < *room) {
		return array;
	}
	int wanted = *room ? *room * 2 : 256;
	void *bigger = realloc(array, (size_t)wanted * size);
	if (bigger) {
		*room = wanted;
	}
	return bigger;
}

static int add_node(struct thesaurus *t, uint8_t unit)
{
	struct node *nodes = grow(t->nodes, &t->node_room, t->node_count, sizeof *nodes);
	if (!nodes) {
		return -1;
	}
	t->nodes = nodes;
	t->nodes[t->node_count] = (struct node){unit, -1, -1, -1};
	return t->node_count++;
}

static int child_of(const struct thesaurus *t, int node, uint8_t unit)
{
	int child = t->nodes[node].child;
	while (child >= 0 && t->nodes[child].unit != unit) {
		child = t->nodes[child].sibling;
	}
	return child;
}

static bool add_root(struct thesaurus *t, const char *root, size_t length, int meaning)
{
	uint8_t kind = 0;
	if (length > 0 && (*root == '^' || *root == '=')) {
		kind = *root == '^' ? 1 : 2;
		root++;
		length--;
	}
	char *folded = utf8_fold(root, length);
	size_t n = 0;
	uint8_t *key = folded ? text_key(&t->arena, folded, &n) : NULL;
	free(folded);
	if (!key) {
		return false;
	}
	int node = 0;
	for (size_t i = 0; i < n; i++) {
		int child = child_of(t, node, key[i]);
		if (child < 0) {
			child = add_node(t, key[i]);
			if (child < 0) {
				return false;
			}
			t->nodes[child].sibling = t->nodes[node].child;
			t->nodes[node].child = child;
		}
		node = child;
	}
	struct entry *entries = grow(t->entries, &t->entry_room, t->entry_count, sizeof *entries);
	if (!entries || n == 0) {
		return n == 0 && entries;
	}
	t->entries = entries;
	t->entries[t->entry_count] =
		(struct entry){(uint16_t)meaning, kind, t->nodes[node].meanings};
	t->nodes[node].meanings = t->entry_count++;
	return true;
}

enum status thesaurus_read(struct thesaurus **out, const char *text, size_t length,
			   struct error *err)
{
	*out = NULL;
	struct thesaurus *t = calloc(1, sizeof *t);
	if (!t) {
		return error_set(err, STATUS_NOMEM, "thesaurus", "out of memory");
	}
	arena_init(&t->arena);
	bool ok = add_node(t, 0) == 0;
	const char *end = text + length;
	for (const char *line = text; ok && line < end;) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		stop = stop ? stop : end;
		const char *tab = memchr(line, '\t', (size_t)(stop - line));
		if (*line != '#' && tab) {
			const char **names = grow(t->names, &t->name_room, t->size, sizeof *names);
			ok = names != NULL;
			if (ok) {
				t->names = names;
				t->names[t->size] =
					arena_strndup(&t->arena, line, (size_t)(tab - line));
				ok = t->names[t->size] != NULL;
			}
			while (ok && tab < stop) {
				const char *root = tab + 1;
				tab = memchr(root, '\t', (size_t)(stop - root));
				tab = tab ? tab : stop;
				ok = add_root(t, root, (size_t)(tab - root), t->size);
			}
			t->size++;
		}
		line = stop + 1;
	}
	if (!ok) {
		thesaurus_free(t);
		return error_set(err, STATUS_NOMEM, "thesaurus", "out of memory");
	}
	*out = t;
	return STATUS_OK;
}

void thesaurus_free(struct thesaurus *t)
{
	if (t) {
		arena_release(&t->arena);
		free(t->nodes);
		free(t->entries);
		free(t->names);
		free(t);
	}
}

int thesaurus_size(const struct thesaurus *t)
{
	return t->size;
}

const char *thesaurus_name(const struct thesaurus *t, int meaning)
{
	return t->names[meaning];
}

/* Walks from word w, unit i; fills the longest root found there. */
static bool longest(const struct thesaurus *t, const struct text *text, int w, size_t i, int stop,
		    int *entry, int *last_word, size_t *last_unit)
{
	bool begins = i == 0, found = false;
	int node = 0, start = w;
	size_t stem = text->words[w].stem;
	while (w < stop) {
		const struct word *word = &text->words[w];
		if (i >= word->key_length) {
			w++;
			i = 0;
			continue;
		}
		node = child_of(t, node, word->key[i]);
		if (node < 0) {
			break;
		}
		i++;
		/* A root may end anywhere but inside a syllable that it wrote out in full: 변하 does end in 변한다. */
		bool whole = begins && w == start && (i == stem || i == word->key_length);
		for (int e = t->nodes[node].meanings; e >= 0; e = t->entries[e].next) {
			if (t->entries[e].kind == 0 || (t->entries[e].kind == 1 && begins) ||
			    (t->entries[e].kind == 2 && whole)) {
				*entry = t->nodes[node].meanings;
				*last_word = w;
				*last_unit = i;
				found = true;
				break;
			}
		}
	}
	return found;
}

int thesaurus_find(const struct thesaurus *t, const struct text *text, int first, int count,
		   struct meaning_hit *out, int most)
{
	int found = 0;
	for (int w = first; w < first + count; w++) {
		const struct word *word = &text->words[w];
		for (size_t i = 0; i < word->key_length; i++) {
			int entry, last_word;
			size_t last_unit;
			if (!text_key_boundary(word->key, i) ||
			    !longest(t, text, w, i, first + count, &entry, &last_word,
				     &last_unit)) {
				continue;
			}
			for (; entry >= 0 && found < most; entry = t->entries[entry].next) {
				out[found++] =
					(struct meaning_hit){t->entries[entry].meaning, (uint16_t)w,
							     (uint16_t)last_word};
			}
			if (last_word == w) {
				i = last_unit - 1;
			} else {
				break;
			}
		}
	}
	return found;
}
