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

void datafiles_open(struct datafiles *files)
{
	files->count = 0;
	struct strbuf path;
	strbuf_init(&path);
	if (file_share_folder(&path, NULL) == STATUS_OK) {
		strbuf_puts(&path, "/assets/data");
		open_folder(files, path.text, "");
	}
	strbuf_release(&path);
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
