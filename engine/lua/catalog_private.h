#ifndef MUNDAP_LUA_CATALOG_PRIVATE_H
#define MUNDAP_LUA_CATALOG_PRIVATE_H

#include "engine/base/arena.h"
#include "engine/lua/catalog.h"
#include "engine/lua/catalog_index.h"

/* Shared by catalog_scan.c (finding lessons on disk) and catalog.c (names and content). */

struct loaded {
	const struct lesson_entry *entry;
	struct lesson_file file;
	struct loaded *next;
};

struct catalog {
	struct arena arena;
	struct course *courses;
	size_t course_count, course_capacity;
	struct lesson_entry **entries;
	size_t entry_count, entry_capacity;
	struct loaded *loaded;
	struct loaded *retired; /* forgotten, but something may still point at them */
	struct catalog_index index;
	bool replacing; /* the course being scanned was there before: a lesson may take an earlier one's place */
	bool out_of_memory;
};

#endif
