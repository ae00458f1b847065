#include "engine/worker/datafiles.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/strbuf.h"

static void open_folder(struct datafiles *files, const char *folder, const char *prefix)
{
	DIR *directory = opendir(folder);
	if (!directory) {
		return;
	}
	struct dirent *entry;
	while ((entry = readdir(directory)) && files->count < DATAFILES_MAX) {
		if (entry->d_name[0] == '.') {
			continue;
		}
		struct datafile *file = &files->files[files->count];
		int length =
			snprintf(file->name, sizeof(file->name), "%s%s", prefix, entry->d_name);
		if (length < 0 || (size_t)length >= sizeof(file->name)) {
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

/* What courses share among their labs: <lessons>/<course>/shared/NAME is named "course/NAME". */
static void open_courses(struct datafiles *files, const char *lessons)
{
	DIR *directory = opendir(lessons);
	if (!directory) {
		return;
	}
	struct dirent *entry;
	while ((entry = readdir(directory))) {
		char folder[512], prefix[64];
		int length =
			snprintf(folder, sizeof(folder), "%s/%s/shared", lessons, entry->d_name);
		int named = snprintf(prefix, sizeof(prefix), "%s/", entry->d_name);
		if (entry->d_name[0] != '.' && length < (int)sizeof(folder) &&
		    named < (int)sizeof(prefix)) {
			open_folder(files, folder, prefix);
		}
	}
	closedir(directory);
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
	}
	strbuf_release(&path);
	const char *lessons = getenv("MUNDAP_LESSONS");
	while (lessons && *lessons) {
		size_t length = strcspn(lessons, ":");
		char folder[512];
		if (length > 0 && length < sizeof(folder)) {
			memcpy(folder, lessons, length);
			folder[length] = '\0';
			open_courses(files, folder);
		}
		lessons += length + (lessons[length] == ':');
	}
	const char *datasets = getenv("MUNDAP_DATASETS");
	char folder[512];
	snprintf(folder, sizeof(folder), "%s/fashion-mnist",
		 datasets && *datasets ? datasets : "/usr/share/datasets");
	open_folder(files, folder, "fashion-mnist/");
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
