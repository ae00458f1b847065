#include "engine/review/private.h"

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/file.h"
#include "engine/base/message.h"

#define FILE_LIMIT ((size_t)16 << 20)
#define FILES_LIMIT 20000
#define DEPTH_LIMIT 40

struct review *review_new(void)
{
	struct review *review = calloc(1, sizeof *review);
	if (review) {
		review->private = calloc(1, sizeof *review->private);
		if (!review->private) {
			free(review);
			return NULL;
		}
		arena_init(&review->private->arena);
	}
	return review;
}

enum status review_add(struct review *review, const char *path, const char *bytes, size_t length,
		       struct error *err)
{
	return source_add(review->private, path, bytes, length, NULL, err);
}

static enum status add_file(struct review *review, const char *path, bool named, struct error *err)
{
	struct strbuf content;
	struct error reading = ERROR_INIT;
	strbuf_init(&content);
	enum status status = file_read(&content, path, FILE_LIMIT, &reading);
	if (status == STATUS_OK) {
		status = source_add(review->private, path, content.text, content.length, NULL, err);
	} else if (named && status == STATUS_NOT_FOUND) {
		error_set(err, status, path, "%s", message(MSG_REVIEW_NOT_FOUND));
	} else {
		const char *why = status == STATUS_RANGE    ? message(MSG_REVIEW_TOO_LARGE)
				  : status == STATUS_DENIED ? message(MSG_REVIEW_DENIED)
							    : message(MSG_REVIEW_UNREADABLE);
		status = named && status == STATUS_DENIED
				 ? error_set(err, status, path, "%s", why)
				 : source_add(review->private, path, "", 0, why, err);
	}
	strbuf_release(&content);
	return status;
}

/* Folders that hold other people's code, or what tools leave behind. */
static bool skipped_folder(const char *name)
{
	static const char *const names[] = {
		".git",  ".hg",   "node_modules", "__pycache__",   ".venv",       "venv",
		"env",   ".tox",  ".mypy_cache",  ".pytest_cache", ".idea",       "site-packages",
		".eggs", "build", "dist",         ".cache",        ".ruff_cache",
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(name, names[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* What is worth reading in a folder; anything named on the command line is read whatever its name. */
static bool reviewable(const char *name)
{
	static const char *const ends[] = {".py",   ".lua",  ".yml",  ".yaml", ".dockerignore",
					   ".lock", ".conf", ".toml", ".ini"};
	size_t length = strlen(name);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t n = strlen(ends[i]);
		if (length >= n && strcasecmp(name + length - n, ends[i]) == 0) {
			return true;
		}
	}
	return strcasestr(name, "dockerfile") || strcasestr(name, "containerfile") ||
	       strcasecmp(name, "Procfile") == 0 ||
	       (strcasestr(name, "requirements") && strcasestr(name, ".txt"));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum status add_folder(struct review *review, const char *path, int depth, struct error *err)
{
	DIR *folder = opendir(path);
	if (!folder) {
		return source_add(review->private, path, "", 0, message(MSG_REVIEW_DENIED), err);
	}
	char **names = NULL;
	size_t count = 0, capacity = 0;
	enum status status = STATUS_OK;
	for (struct dirent *entry; (entry = readdir(folder));) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
			continue;
		}
		if (count == capacity) {
			capacity = capacity ? capacity * 2 : 32;
			char **more = realloc(names, capacity * sizeof *names);
			if (!more) {
				status = STATUS_NOMEM;
				break;
			}
			names = more;
		}
		names[count] = strdup(entry->d_name);
		if (!names[count]) {
			status = STATUS_NOMEM;
			break;
		}
		count++;
	}
	closedir(folder);
	if (count) {
		qsort(names, count, sizeof *names, by_name);
	}
	for (size_t i = 0; i < count; i++) {
		struct strbuf child;
		struct stat info;
		strbuf_init(&child);
		strbuf_puts(&child, path);
		if (child.length && child.text[child.length - 1] != '/') {
			strbuf_putc(&child, '/');
		}
		strbuf_puts(&child, names[i]);
		/* lstat: links are not followed, so that circles end and nothing outside is read */
		if (status == STATUS_OK && strbuf_ok(&child) && lstat(child.text, &info) == 0) {
			if (S_ISDIR(info.st_mode) && depth < DEPTH_LIMIT &&
			    !skipped_folder(names[i])) {
				status = add_folder(review, child.text, depth + 1, err);
			} else if (S_ISREG(info.st_mode) && reviewable(names[i]) &&
				   review->private->count < FILES_LIMIT) {
				status = add_file(review, child.text, false, err);
			}
		}
		strbuf_release(&child);
		free(names[i]);
	}
	free(names);
	return status;
}

static enum status add_named(struct review *review, const char *path, struct error *err)
{
	struct stat info;
	if (stat(path, &info) == 0) {
		return S_ISDIR(info.st_mode)   ? add_folder(review, path, 0, err)
		       : S_ISREG(info.st_mode) ? add_file(review, path, true, err)
					       : error_set(err, STATUS_INVALID, path, "%s",
							   message(MSG_REVIEW_NOT_REGULAR));
	}
	return error_set(err, STATUS_NOT_FOUND, path, "%s", message(MSG_REVIEW_NOT_FOUND));
}

enum status review_add_path(struct review *review, const char *path, struct error *err)
{
	struct stat info;
	if (stat(path, &info) == 0 || !strpbrk(path, "*?[")) {
		return add_named(review, path, err);
	}
	glob_t found;
	if (glob(path, GLOB_BRACE, NULL, &found) != 0) {
		return error_set(err, STATUS_NOT_FOUND, path, "%s", message(MSG_REVIEW_NO_MATCH));
	}
	enum status status = STATUS_OK;
	for (size_t i = 0; i < found.gl_pathc && status == STATUS_OK; i++) {
		status = add_named(review, found.gl_pathv[i], err);
	}
	globfree(&found);
	return status;
}
