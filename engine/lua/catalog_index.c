#include "engine/lua/catalog_index.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"

enum { INDEX_LIMIT = 64 << 20 };
static const char index_version[] = "mundap lesson index 1 " MUNDAP_VERSION;

bool catalog_index_open(struct catalog_index *index, const char *path)
{
	memset(index, 0, sizeof *index);
	index->fresh = json_object();
	struct strbuf bytes;
	strbuf_init(&bytes);
	if (path && file_read(&bytes, path, INDEX_LIMIT, NULL) == STATUS_OK) {
		json_t *document = json_loadb(bytes.text, bytes.length, 0, NULL);
		const char *version = json_string_value(json_object_get(document, "version"));
		if (version && strcmp(version, index_version) == 0) {
			index->rows = json_incref(json_object_get(document, "rows"));
		}
		json_decref(document);
	}
	strbuf_release(&bytes);
	return index->fresh != NULL;
}

void catalog_index_close(struct catalog_index *index, const char *path)
{
	bool fewer = json_object_size(index->fresh) != json_object_size(index->rows);
	if (path && (index->changed || fewer)) {
		json_t *document =
			json_pack("{s:s,s:O}", "version", index_version, "rows", index->fresh);
		char *text = json_dumps(document, JSON_COMPACT);
		if (text) {
			file_write(path, text, strlen(text), NULL);
		}
		free(text);
		json_decref(document);
	}
	json_decref(index->rows);
	json_decref(index->fresh);
}

static const char *text_of(struct arena *arena, const json_t *row, const char *key)
{
	const char *text = json_string_value(json_object_get(row, key));
	char *copy = text ? arena_strdup(arena, text) : NULL;
	return copy ? copy : "";
}

static struct string_list texts_of(struct arena *arena, const json_t *row, const char *key)
{
	json_t *array = json_object_get(row, key);
	size_t count = json_array_size(array);
	const char **items = arena_alloc(arena, (count + 1) * sizeof *items);
	struct string_list list = {items, 0};
	for (size_t i = 0; items && i < count; i++) {
		const char *text = json_string_value(json_array_get(array, i));
		char *copy = text ? arena_strdup(arena, text) : NULL;
		if (copy) {
			items[list.count++] = copy;
		}
	}
	return list;
}

static void steps_of(struct arena *arena, const json_t *row, struct lesson_entry *entry)
{
	json_t *array = json_object_get(row, "steps");
	size_t count = json_array_size(array);
	struct step_entry *steps = arena_alloc(arena, (count + 1) * sizeof *steps);
	for (size_t i = 0; steps && i < count; i++) {
		json_t *step = json_array_get(array, i);
		int kind = (int)json_integer_value(json_object_get(step, "kind"));
		if (kind < STEP_TEXT || kind > STEP_REVIEW) {
			continue;
		}
		steps[entry->step_count++] =
			(struct step_entry){(enum step_kind)kind, text_of(arena, step, "id"),
					    text_of(arena, step, "title")};
	}
	entry->steps = steps;
}

bool catalog_index_get(struct catalog_index *index, const char *stamp, struct arena *arena,
		       struct lesson_entry *entry)
{
	json_t *row = json_object_get(index->rows, entry->folder);
	const char *held = json_string_value(json_object_get(row, "stamp"));
	if (!held || strcmp(held, stamp) != 0) {
		return false;
	}
	entry->title = text_of(arena, row, "title");
	entry->summary = text_of(arena, row, "summary");
	entry->minutes = (int)json_integer_value(json_object_get(row, "minutes"));
	entry->ready = json_is_true(json_object_get(row, "ready"));
	entry->quizzes = (int)json_integer_value(json_object_get(row, "quizzes"));
	entry->figures = (int)json_integer_value(json_object_get(row, "figures"));
	entry->spec = texts_of(arena, row, "spec");
	entry->prerequisites = texts_of(arena, row, "prerequisites");
	entry->checkpoints = texts_of(arena, row, "checkpoints");
	entry->labs = texts_of(arena, row, "labs");
	steps_of(arena, row, entry);
	json_object_set(index->fresh, entry->folder, row);
	return true;
}

static json_t *array_of(const struct string_list *list)
{
	json_t *array = json_array();
	for (size_t i = 0; i < list->count; i++) {
		json_array_append_new(array, json_string(list->items[i]));
	}
	return array;
}

void catalog_index_put(struct catalog_index *index, const char *stamp,
		       const struct lesson_entry *entry)
{
	index->changed = true;
	if (entry->problem) {
		return; /* read again next time: its message is not kept */
	}
	json_t *steps = json_array();
	for (size_t i = 0; i < entry->step_count; i++) {
		json_array_append_new(
			steps, json_pack("{s:i,s:s,s:s}", "kind", (int)entry->steps[i].kind, "id",
					 entry->steps[i].id, "title", entry->steps[i].title));
	}
	json_t *row =
		json_pack("{s:s,s:s,s:s,s:i,s:b,s:i,s:i}", "stamp", stamp, "title", entry->title,
			  "summary", entry->summary, "minutes", entry->minutes, "ready",
			  (int)entry->ready, "quizzes", entry->quizzes, "figures", entry->figures);
	json_object_set_new(row, "spec", array_of(&entry->spec));
	json_object_set_new(row, "prerequisites", array_of(&entry->prerequisites));
	json_object_set_new(row, "checkpoints", array_of(&entry->checkpoints));
	json_object_set_new(row, "labs", array_of(&entry->labs));
	json_object_set_new(row, "steps", steps);
	json_object_set_new(index->fresh, entry->folder, row);
}
