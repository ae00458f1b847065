#include "engine/worker/datafiles.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/strbuf.h"
#include "engine/worker/files.h"

#define PROSE_FILE_LIMIT ((size_t)1 << 20)

static bool is_there(const struct datafiles *files, const char *name)
{
	for (int i = 0; i < files->count; i++) {
		if (strcmp(files->files[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* What is named like something opened earlier is left out. */
static void open_folder(struct datafiles *files, const char *folder, const char *prefix)
{
	DIR *directory = opendir(folder);
	if (!directory) {
		return;
	}
	struct dirent *entry;
	while ((entry = readdir(directory)) && files->count < DATAFILES_MAX) {
		size_t size = strlen(entry->d_name);
		bool part = size > 5 && strcmp(entry->d_name + size - 5, ".part") == 0;
		if (entry->d_name[0] == '.' || part) {
			continue;
		}
		struct datafile *file = &files->files[files->count];
		int length =
			snprintf(file->name, sizeof(file->name), "%s%s", prefix, entry->d_name);
		if (length < 0 || (size_t)length >= sizeof(file->name) ||
		    is_there(files, file->name)) {
			continue;
		}
		int descriptor =
			openat(dirfd(directory), entry->d_name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		struct stat info;
		if (descriptor < 0) {
			continue;
		}
		if (fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
			close(descriptor);
			continue;
		}
		file->descriptor = descriptor;
		files->count++;
	}
	closedir(directory);
}

/* ---- modules that a course shares: <course>/shared/NAME is named "course/NAME" ---- */

static void open_shared(struct datafiles *files, const char *course)
{
	const char *slash = strrchr(course, '/');
	char folder[PATH_MAX + 8], prefix[64];
	snprintf(folder, sizeof(folder), "%s/shared", course);
	int named = snprintf(prefix, sizeof(prefix), "%s/", slash ? slash + 1 : course);
	if (named < (int)sizeof(prefix)) {
		open_folder(files, folder, prefix);
	}
}

/* All courses of a folder of courses. */
static void open_courses(struct datafiles *files, const char *lessons)
{
	DIR *directory = opendir(lessons);
	if (!directory) {
		return;
	}
	struct dirent *entry;
	while ((entry = readdir(directory))) {
		char course[PATH_MAX];
		int length = snprintf(course, sizeof(course), "%s/%s", lessons, entry->d_name);
		if (entry->d_name[0] != '.' && length < (int)sizeof(course)) {
			open_shared(files, course);
		}
	}
	closedir(directory);
}

/* MUNDAP_LESSONS names folders of courses, courses and single lessons. */
static void open_wished(struct datafiles *files, const char *wish)
{
	while (*wish) {
		size_t length = strcspn(wish, ":");
		char given[PATH_MAX], folder[PATH_MAX];
		snprintf(given, sizeof(given), "%.*s", (int)length, wish);
		wish += length + (wish[length] == ':');
		if (length == 0 || length >= sizeof(given) || !realpath(given, folder)) {
			continue;
		}
		open_courses(files, folder);
		open_shared(files, folder);
		char *slash = strrchr(folder, '/');
		if (slash && slash != folder) {
			*slash = '\0';
			open_shared(files, folder);
		}
	}
}

/* ---- the lessons' own prose ---- */

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The names in a folder in byte order, so that the prose is the same everywhere. */
static int list_folder(const char *folder, struct dirent ***entries)
{
	int count = scandir(folder, entries, visible, alphasort);
	return count < 0 ? 0 : count;
}

/* Adds what <lesson>/text/NN-name.md holds, each file after a line "\f<course>/<lesson>/NN-name.md". */
static void add_lesson(struct strbuf *prose, const char *lessons, const char *course,
		       const char *lesson)
{
	char folder[768];
	struct dirent **entries = NULL;
	int length = snprintf(folder, sizeof(folder), "%s/%s/%s/text", lessons, course, lesson);
	int count = length < (int)sizeof(folder) ? list_folder(folder, &entries) : 0;
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char path[1100];
		size_t dot = strlen(name);
		length = snprintf(path, sizeof(path), "%s/%s", folder, name);
		if (dot > 3 && strcmp(name + dot - 3, ".md") == 0 && length < (int)sizeof(path)) {
			strbuf_printf(prose, "\f%s/%s/%s\n", course, lesson, name);
			file_read(prose, path, PROSE_FILE_LIMIT, NULL);
			strbuf_puts(prose, "\n");
		}
		free(entries[i]);
	}
	free(entries);
}

static void add_course(struct strbuf *prose, const char *lessons, const char *course)
{
	char folder[640];
	struct dirent **entries = NULL;
	int length = snprintf(folder, sizeof(folder), "%s/%s", lessons, course);
	int count = length < (int)sizeof(folder) ? list_folder(folder, &entries) : 0;
	for (int i = 0; i < count; i++) {
		add_lesson(prose, lessons, course, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

/* All of it as one file in memory: a worker cannot look into folders once it is locked in. */
static void open_prose(struct datafiles *files, const char *lessons)
{
	struct strbuf prose;
	strbuf_init(&prose);
	struct dirent **entries = NULL;
	int count = list_folder(lessons, &entries);
	for (int i = 0; i < count; i++) {
		add_course(&prose, lessons, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	int descriptor = prose.length > 0 && files->count < DATAFILES_MAX
				 ? memfd_create(DATAFILES_PROSE, MFD_CLOEXEC)
				 : -1;
	if (descriptor >= 0 &&
	    write(descriptor, prose.text, prose.length) == (ssize_t)prose.length) {
		struct datafile *file = &files->files[files->count++];
		snprintf(file->name, sizeof(file->name), "%s", DATAFILES_PROSE);
		file->descriptor = descriptor;
	} else if (descriptor >= 0) {
		close(descriptor);
	}
	strbuf_release(&prose);
}

void datafiles_open(struct datafiles *files)
{
	files->count = 0;
	struct strbuf path;
	strbuf_init(&path);
	if (file_share_folder(&path, NULL) == STATUS_OK) {
		size_t root = path.length;
		strbuf_puts(&path, "/assets/data");
		open_folder(files, path.text, "");
		strbuf_truncate(&path, root);
		strbuf_puts(&path, "/lessons");
		open_courses(files, path.text);
		open_prose(files, path.text);
	}
	strbuf_release(&path);
	const char *wish = getenv("MUNDAP_LESSONS");
	open_wished(files, wish ? wish : "");
	const char *datasets = getenv("MUNDAP_DATASETS");
	char folder[512];
	snprintf(folder, sizeof(folder), "%s/fashion-mnist",
		 datasets && *datasets ? datasets : "/usr/share/datasets");
	open_folder(files, folder, "fashion-mnist/");
	if (files_folder(&path, NULL) == STATUS_OK) {
		open_folder(files, path.text, "files/");
	}
	strbuf_release(&path);
}

enum status datafiles_find(struct datafiles *files, const char *name, int *descriptor,
			   struct error *err)
{
	for (int i = 0; i < files->count; i++) {
		if (strcmp(files->files[i].name, name) == 0) {
			*descriptor = files->files[i].descriptor;
			if (lseek(*descriptor, 0, SEEK_SET) < 0) {
				break;
			}
			return STATUS_OK;
		}
	}
	return error_set(err, STATUS_NOT_FOUND, name, "no such data file");
}
