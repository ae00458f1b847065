#ifndef MUNDAP_LUA_CATALOG_INDEX_H
#define MUNDAP_LUA_CATALOG_INDEX_H

#include <jansson.h>
#include <stdbool.h>

#include "engine/base/arena.h"
#include "engine/lua/catalog.h"

/* The light part of every lesson, kept in a JSON file of the data folder so that listing opens no lesson that has not
 * changed. A row is keyed by the lesson's folder and stamped with the times and sizes of its files. */

struct catalog_index {
	json_t *rows; /* folder → row */
	json_t *fresh; /* what this run saw, written back when something changed */
	bool changed;
};

/** Reads the file; a missing, damaged or foreign one is an empty index. False when memory ran out. */
bool catalog_index_open(struct catalog_index *index, const char *path);
/** Writes the index when it changed (a data folder that cannot be written costs only time) and releases it. */
void catalog_index_close(struct catalog_index *index, const char *path);
/** Fills entry from the row of its folder when the stamp is the row's. */
bool catalog_index_get(struct catalog_index *index, const char *stamp, struct arena *arena,
		       struct lesson_entry *entry);
void catalog_index_put(struct catalog_index *index, const char *stamp,
		       const struct lesson_entry *entry);

#endif
