#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/message.h"
#include "engine/base/spelling.h"
#include "engine/base/utf8.h"
#include "engine/lua/catalog_private.h"

static void free_chain(struct loaded *loaded)
{
	while (loaded) {
		struct loaded *next = loaded->next;
		lesson_file_release(&loaded->file);
		free(loaded);
		loaded = next;
	}
}

void catalog_free(struct catalog *catalog)
{
	if (!catalog) {
		return;
	}
	free_chain(catalog->loaded);
	free_chain(catalog->retired);
	arena_release(&catalog->arena);
	free(catalog->courses);
	free(catalog->entries);
	free(catalog);
}

/* ---- looking up ---- */

const struct course *catalog_courses(const struct catalog *catalog, size_t *count)
{
	*count = catalog->course_count;
	return catalog->courses;
}

static bool list_holds(const struct string_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcasecmp(list->items[i], name) == 0) {
			return true;
		}
	}
	return false;
}

static bool answers_to(const struct lesson_entry *entry, const char *name)
{
	const char *slug = strchr(entry->id, '/');
	return strcasecmp(entry->id, name) == 0 || (slug && strcasecmp(slug + 1, name) == 0) ||
	       list_holds(&entry->spec, name) || list_holds(&entry->checkpoints, name) ||
	       list_holds(&entry->labs, name);
}

static const struct lesson_entry *find_plain(const struct catalog *catalog, const char *name)
{
	const struct lesson_entry *waiting = NULL;
	for (size_t i = 0; i < catalog->entry_count; i++) {
		if (answers_to(catalog->entries[i], name)) {
			if (catalog->entries[i]->ready) {
				return catalog->entries[i];
			}
			waiting = waiting ? waiting : catalog->entries[i];
		}
	}
	return waiting;
}

const struct lesson_entry *catalog_find(const struct catalog *catalog, const char *name)
{
	char *composed = utf8_normalise(name, strlen(name));
	if (!composed) {
		return NULL;
	}
	const struct lesson_entry *entry = find_plain(catalog, composed);
	char *point = strrchr(composed, '.'); /* "AI-05.k3": the concept's unit */
	if (!entry && point && strchr("kKmM", point[1]) && isdigit((unsigned char)point[2])) {
		*point = '\0';
		entry = find_plain(catalog, composed);
	}
	free(composed);
	return entry;
}

const char *catalog_nearest(const struct catalog *catalog, const char *name)
{
	const char *best = NULL;
	int best_distance = 64;
	for (size_t i = 0; i < catalog->entry_count; i++) {
		const struct lesson_entry *entry = catalog->entries[i];
		const struct string_list lists[] = {
			{&entry->id, 1}, entry->spec, entry->checkpoints, entry->labs};
		for (size_t k = 0; k < 4; k++) {
			const char *near = spelling_nearest(name, lists[k].items, lists[k].count);
			int distance = near ? spelling_distance(name, near) : 64;
			if (distance < best_distance) {
				best = near;
				best_distance = distance;
			}
		}
	}
	return best;
}

/* ---- content ---- */

static enum status load_file(struct catalog *catalog, const struct lesson_entry *entry,
			     const struct lesson_file **out, struct error *err)
{
	for (struct loaded *at = catalog->loaded; at; at = at->next) {
		if (at->entry == entry) {
			*out = &at->file;
			return STATUS_OK;
		}
	}
	struct loaded *loaded = calloc(1, sizeof *loaded);
	if (!loaded) {
		return error_set(err, STATUS_NOMEM, entry->id, "out of memory");
	}
	enum status status = lesson_read(&loaded->file, entry->folder, entry->course, err);
	if (status != STATUS_OK) {
		free(loaded);
		return status;
	}
	loaded->entry = entry;
	loaded->next = catalog->loaded;
	catalog->loaded = loaded;
	*out = &loaded->file;
	return STATUS_OK;
}

static enum status broken(const struct lesson_entry *entry, const struct lesson_file *file,
			  struct error *err)
{
	const struct lesson_problem none = {"lesson.lua", 0, ""};
	const struct lesson_problem *first = file->problem_count ? &file->problems[0] : &none;
	const char *slash = strrchr(first->file, '/');
	return error_set(err, STATUS_SCRIPT, entry->id, message(MSG_LESSON_BROKEN), entry->id,
			 slash ? slash + 1 : first->file, first->line, first->message);
}

enum status catalog_open(struct catalog *catalog, const struct lesson_entry *entry,
			 const struct lesson **out, struct error *err)
{
	const struct lesson_file *file = NULL;
	*out = NULL;
	enum status status = load_file(catalog, entry, &file, err);
	if (status != STATUS_OK) {
		return status;
	}
	if (file->lesson && file->lesson->step_count > 0) {
		*out = file->lesson;
		return STATUS_OK;
	}
	if (file->checkpoint) {
		return error_set(err, STATUS_UNSUPPORTED, entry->id, message(MSG_LESSON_NOT_READY),
				 entry->title, file->checkpoint->id);
	}
	return broken(entry, file, err);
}

static const struct step *find_step(const struct lesson *lesson, enum step_kind kind,
				    const char *id)
{
	for (size_t i = 0; lesson && i < lesson->step_count; i++) {
		if (lesson->steps[i].kind == kind && strcasecmp(lesson->steps[i].id, id) == 0) {
			return &lesson->steps[i];
		}
	}
	return NULL;
}

enum status catalog_checkpoint(struct catalog *catalog, const char *name,
			       const struct checkpoint **out, const struct lesson_entry **entry,
			       struct error *err)
{
	char id[128];
	const struct lesson_file *file = NULL;
	*out = NULL;
	snprintf(id, sizeof id, "%s%s", strncasecmp(name, "CP-", 3) == 0 ? "" : "CP-", name);
	const struct lesson_entry *found = find_plain(catalog, id);
	if (!found) {
		return error_set(err, STATUS_NOT_FOUND, name, message(MSG_LESSON_UNKNOWN), name);
	}
	enum status status = load_file(catalog, found, &file, err);
	if (status != STATUS_OK) {
		return status;
	}
	const struct step *step = find_step(file->lesson, STEP_CHECKPOINT, id);
	*out = step ? step->checkpoint : file->checkpoint;
	if (!*out || (*out)->expectation_count == 0) {
		*out = NULL;
		return broken(found, file, err);
	}
	if (entry) {
		*entry = found;
	}
	return STATUS_OK;
}

enum status catalog_lab(struct catalog *catalog, const char *name, const struct step **out,
			const struct lesson_entry **entry, struct error *err)
{
	char id[128];
	const struct lesson_file *file = NULL;
	*out = NULL;
	snprintf(id, sizeof id, "%s%s", strncasecmp(name, "Lab-", 4) == 0 ? "" : "Lab-", name);
	const struct lesson_entry *found = find_plain(catalog, id);
	if (!found) {
		return error_set(err, STATUS_NOT_FOUND, name, message(MSG_LESSON_UNKNOWN), name);
	}
	enum status status = load_file(catalog, found, &file, err);
	if (status != STATUS_OK) {
		return status;
	}
	*out = find_step(file->lesson, STEP_LAB, id);
	if (!*out) {
		return broken(found, file, err);
	}
	if (entry) {
		*entry = found;
	}
	return STATUS_OK;
}

void catalog_forget(struct catalog *catalog, const struct lesson_entry *entry)
{
	for (struct loaded **at = &catalog->loaded; *at; at = &(*at)->next) {
		if ((*at)->entry == entry) {
			struct loaded *gone = *at;
			*at = gone->next;
			gone->next = catalog->retired;
			catalog->retired = gone;
			return;
		}
	}
}
