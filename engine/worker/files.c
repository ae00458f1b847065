#include "engine/worker/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/file.h"
#include "engine/base/message.h"

enum status files_folder(struct strbuf *out, struct error *err)
{
	enum status status = file_data_folder(out, err);
	if (status == STATUS_OK) {
		strbuf_puts(out, "/files");
	}
	return status;
}

void files_taker_init(struct files_taker *taker)
{
	memset(taker, 0, sizeof(*taker));
	strbuf_init(&taker->bytes);
}

void files_taker_release(struct files_taker *taker)
{
	strbuf_release(&taker->bytes);
}

/* Bytes in the folder, without the file that is about to be replaced. */
static size_t bytes_used(const char *folder, const char *without)
{
	DIR *directory = opendir(folder);
	size_t total = 0;
	struct dirent *entry;
	while (directory && (entry = readdir(directory))) {
		struct stat info;
		if (strcmp(entry->d_name, without) != 0 &&
		    fstatat(dirfd(directory), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(info.st_mode)) {
			total += (size_t)info.st_size;
		}
	}
	if (directory) {
		closedir(directory);
	}
	return total;
}

static enum status write_whole(struct files_taker *taker, struct strbuf *path, struct error *err)
{
	struct strbuf folder;
	strbuf_init(&folder);
	enum status status = files_folder(&folder, err);
	status = status == STATUS_OK ? file_make_folder(folder.text, err) : status;
	if (status == STATUS_OK &&
	    bytes_used(folder.text, taker->name) + taker->bytes.length > FILES_TOTAL) {
		status = error_set(err, STATUS_RANGE, taker->name, message(MSG_WORKER_FILES_FULL),
				   (int)(FILES_TOTAL >> 20), folder.text);
	}
	if (status == STATUS_OK) {
		strbuf_printf(path, "%s/%s", folder.text, taker->name);
		status = file_write(path->text, taker->bytes.text, taker->bytes.length, err);
	}
	strbuf_release(&folder);
	return status;
}

enum status files_take(struct files_taker *taker, const struct frame *frame, struct strbuf *path,
		       struct error *err)
{
	json_t *json = json_loadb(frame->json, frame->json_length, 0, NULL);
	const char *name = json_string_value(json_object_get(json, "name"));
	int64_t part = json_integer_value(json_object_get(json, "part"));
	int64_t parts = json_integer_value(json_object_get(json, "parts"));
	enum status status = STATUS_OK;
	if (part == 1) {
		strbuf_reset(&taker->bytes);
		snprintf(taker->name, sizeof(taker->name), "%s", name ? name : "");
		taker->next = 1;
	}
	if (!name || !file_plain_name(name) || strcmp(name, taker->name) != 0 ||
	    part != taker->next || part > parts) {
		status = error_set(err, STATUS_INVALID, "file", message(MSG_FILE_NAME),
				   name ? name : "");
	} else if (taker->bytes.length + frame->bytes_length > FILES_LARGEST) {
		status = error_set(err, STATUS_RANGE, name, message(MSG_WORKER_FILE_LARGE), name,
				   (int)(FILES_LARGEST >> 20));
	}
	json_decref(json);
	if (status == STATUS_OK) {
		if (frame->bytes_length) {
			strbuf_add(&taker->bytes, frame->bytes, frame->bytes_length);
		}
		taker->next++;
		if (!strbuf_ok(&taker->bytes)) {
			status = error_set(err, STATUS_NOMEM, "file", "out of memory");
		} else if (part == parts) {
			status = write_whole(taker, path, err);
		}
	}
	if (status != STATUS_OK || part == parts) {
		strbuf_release(&taker->bytes);
		taker->name[0] = '\0';
		taker->next = 0;
	}
	return status;
}
