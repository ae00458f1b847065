#include "tui/cli/lesson_targets.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/arena.h"

static bool is_folder(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool holds(const char *folder, const char *name)
{
	char path[PATH_MAX + 32];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static bool add(struct lesson_targets *targets, const char *folder, const char *course,
		const char *id)
{
	if (targets->count == targets->capacity) {
		size_t capacity = targets->capacity ? targets->capacity * 2 : 32;
		void *moved = realloc(targets->items, capacity * sizeof *targets->items);
		if (!moved) {
			return false;
		}
		targets->items = moved;
		targets->capacity = capacity;
	}
	struct lesson_target *target = &targets->items[targets->count];
	target->folder = arena_strdup(targets->arena, folder);
	target->course = arena_strdup(targets->arena, course);
	target->id = arena_strdup(targets->arena, id);
	if (!target->folder || !target->course || !target->id) {
		return false;
	}
	targets->count++;
	return true;
}

/* A folder of one lesson: its course is the folder above. */
static bool add_folder(struct lesson_targets *targets, const char *path)
{
	char folder[PATH_MAX];
	char id[2 * NAME_MAX + 2];
	if (!realpath(path, folder)) {
		return false;
	}
	char *slug = strrchr(folder, '/');
	*slug = '\0';
	const char *course = strrchr(folder, '/');
	course = course ? course + 1 : "";
	snprintf(id, sizeof id, "%.*s/%.*s", NAME_MAX, course, NAME_MAX, slug + 1);
	char name[NAME_MAX + 1];
	snprintf(name, sizeof name, "%s", course);
	*slug = '/';
	return add(targets, folder, name, id);
}

static bool add_entries(struct lesson_targets *targets, const struct course *course)
{
	for (size_t i = 0; i < course->lesson_count; i++) {
		const struct lesson_entry *entry = course->lessons[i];
		if (!add(targets, entry->folder, entry->course, entry->id)) {
			return false;
		}
	}
	return true;
}

static enum status add_word(struct lesson_targets *targets, const char *word)
{
	size_t count = 0;
	const struct course *courses =
		targets->catalog ? catalog_courses(targets->catalog, &count) : NULL;
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(courses[i].id, word) == 0) {
			return add_entries(targets, &courses[i]) ? STATUS_OK : STATUS_NOMEM;
		}
	}
	const struct lesson_entry *entry =
		targets->catalog ? catalog_find(targets->catalog, word) : NULL;
	if (entry) {
		return add(targets, entry->folder, entry->course, entry->id) ? STATUS_OK
									     : STATUS_NOMEM;
	}
	if (is_folder(word) && (holds(word, "lesson.lua") || holds(word, "checkpoint.lua"))) {
		return add_folder(targets, word) ? STATUS_OK : STATUS_NOMEM;
	}
	return STATUS_NOT_FOUND;
}

/* A folder that holds courses or lessons: its own catalog. */
static enum status add_tree(struct lesson_targets *targets, const char *word)
{
	struct catalog *catalog = NULL;
	char folder[PATH_MAX];
	if (!is_folder(word) || !realpath(word, folder)) {
		return STATUS_NOT_FOUND;
	}
	const char *folders[] = {folder};
	enum status status = catalog_load_folders(&catalog, folders, 1, NULL, NULL);
	if (status != STATUS_OK) {
		return status;
	}
	size_t count = 0;
	size_t before = targets->count;
	const struct course *courses = catalog_courses(catalog, &count);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = add_entries(targets, &courses[i]) ? STATUS_OK : STATUS_NOMEM;
	}
	catalog_free(catalog);
	return status == STATUS_OK && targets->count == before ? STATUS_NOT_FOUND : status;
}

static int fill(struct lesson_targets *targets, int argc, char **argv,
		const struct cli_options *options)
{
	struct error err = ERROR_INIT;
	enum status status = catalog_load(&targets->catalog, &err);
	if (status != STATUS_OK && (argc < 2 || status == STATUS_NOMEM)) {
		return cli_fail_error(options, &err);
	}
	status = STATUS_OK;
	size_t count = 0;
	const struct course *courses = argc < 2 ? catalog_courses(targets->catalog, &count) : NULL;
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = add_entries(targets, &courses[i]) ? STATUS_OK : STATUS_NOMEM;
	}
	for (int i = 1; i < argc && status == STATUS_OK; i++) {
		status = add_word(targets, argv[i]);
		if (status == STATUS_NOT_FOUND) {
			status = add_tree(targets, argv[i]);
		}
		if (status == STATUS_NOT_FOUND) {
			const char *near = targets->catalog
						   ? catalog_nearest(targets->catalog, argv[i])
						   : NULL;
			return cli_fail_unknown(options, MSG_CLI_NO_LESSON, argv[i], near);
		}
	}
	if (status != STATUS_OK) {
		return cli_fail(options, CLI_FAULT, "memory", "%s", message(MSG_CLI_NO_MEMORY));
	}
	return 0;
}

int lesson_targets_init(struct lesson_targets *targets, int argc, char **argv,
			const struct cli_options *options)
{
	memset(targets, 0, sizeof *targets);
	targets->arena = calloc(1, sizeof *targets->arena);
	if (!targets->arena) {
		return cli_fail(options, CLI_FAULT, "memory", "%s", message(MSG_CLI_NO_MEMORY));
	}
	int status = fill(targets, argc, argv, options);
	if (status != 0) {
		lesson_targets_release(targets);
	}
	return status;
}

void lesson_targets_release(struct lesson_targets *targets)
{
	catalog_free(targets->catalog);
	if (targets->arena) {
		arena_release(targets->arena);
		free(targets->arena);
	}
	free(targets->items);
	memset(targets, 0, sizeof *targets);
}

const char *lesson_short_path(const char *path)
{
	static char here[PATH_MAX];
	if (!*here && !getcwd(here, sizeof here)) {
		return path;
	}
	size_t length = strlen(here);
	return strncmp(path, here, length) == 0 && path[length] == '/' ? path + length + 1 : path;
}
