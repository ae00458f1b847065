#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "engine/base/file.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/lesson_targets.h"

/* mundap lesson pack LESSON…: lessons without problems in one .tar.gz (POSIX ustar), as <course>/<lesson>/…, the same
 * bytes for the same files. */

enum { BLOCK = 512, FILE_LIMIT = 64 << 20, DEPTH = 8 };

struct pack {
	gzFile out;
	size_t files;
	struct error *err;
};

static enum status put(struct pack *pack, const void *bytes, size_t length)
{
	static const char zeros[BLOCK];
	size_t rest = (BLOCK - length % BLOCK) % BLOCK;
	bool ok = (length == 0 || gzwrite(pack->out, bytes, (unsigned)length) == (int)length) &&
		  (rest == 0 || gzwrite(pack->out, zeros, (unsigned)rest) == (int)rest);
	return ok ? STATUS_OK
		  : error_set(pack->err, STATUS_IO, "pack", "%s", message(MSG_CLI_PACK_WRITE));
}

/* The header of one file. Times and owners are left out, so that equal lessons give equal packs. */
static enum status put_header(struct pack *pack, const char *name, size_t size)
{
	char header[BLOCK] = {0};
	const char *split = name;
	size_t length = strlen(name);
	if (length > 100) { /* a long name is split at a slash into prefix and name */
		split = strchr(name + length - 101, '/');
		if (!split || split - name > 154) {
			return error_set(pack->err, STATUS_RANGE, "pack",
					 message(MSG_CLI_PACK_NAME), name);
		}
		memcpy(header + 345, name, (size_t)(split - name));
		split++;
	}
	memcpy(header, split, strlen(split));
	memcpy(header + 100, "0000644", 7);
	memcpy(header + 108, "0000000", 7);
	memcpy(header + 116, "0000000", 7);
	snprintf(header + 124, 12, "%011zo", size);
	memcpy(header + 136, "00000000000", 11);
	memset(header + 148, ' ', 8);
	header[156] = '0';
	memcpy(header + 257, "ustar\00000", 8);
	unsigned sum = 0;
	for (size_t i = 0; i < BLOCK; i++) {
		sum += (unsigned char)header[i];
	}
	snprintf(header + 148, 8, "%06o", sum);
	return put(pack, header, BLOCK);
}

static enum status put_file(struct pack *pack, const char *path, const char *name)
{
	struct strbuf bytes;
	strbuf_init(&bytes);
	enum status status = file_read(&bytes, path, FILE_LIMIT, pack->err);
	if (status == STATUS_OK) {
		status = put_header(pack, name, bytes.length);
	}
	if (status == STATUS_OK) {
		status = put(pack, bytes.text, bytes.length);
		pack->files++;
	}
	strbuf_release(&bytes);
	return status;
}

static int compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int shown(const struct dirent *item)
{
	return item->d_name[0] != '.';
}

static enum status put_tree(struct pack *pack, const char *folder, const char *name, int depth)
{
	struct dirent **items = NULL;
	int count = depth > 0 ? scandir(folder, &items, shown, compare) : -1;
	enum status status =
		count < 0 ? error_set(pack->err, STATUS_IO, "pack", "%s", folder) : STATUS_OK;
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX], inner[PATH_MAX];
		struct stat info;
		bool fits =
			snprintf(path, sizeof path, "%s/%s", folder, items[i]->d_name) < PATH_MAX &&
			snprintf(inner, sizeof inner, "%s/%s", name, items[i]->d_name) < PATH_MAX;
		/* A link could lead out of the lesson: it is left behind. */
		if (status == STATUS_OK && fits && lstat(path, &info) == 0) {
			if (S_ISDIR(info.st_mode)) {
				status = put_tree(pack, path, inner, depth - 1);
			} else if (S_ISREG(info.st_mode)) {
				status = put_file(pack, path, inner);
			}
		}
		free(items[i]);
	}
	free(items);
	return status;
}

static enum status put_lesson(struct pack *pack, const struct lesson_target *target)
{
	struct lesson_file file;
	enum status status = lesson_read(&file, target->folder, target->course, pack->err);
	if (status != STATUS_OK) {
		return status;
	}
	if (file.problem_count > 0) {
		const struct lesson_problem *first = &file.problems[0];
		status = error_set(pack->err, STATUS_PARSE, "pack", message(MSG_CLI_PACK_PROBLEMS),
				   target->id, file.problem_count, lesson_short_path(first->file),
				   first->line, first->message);
	}
	lesson_file_release(&file);
	if (status != STATUS_OK) {
		return status;
	}
	return put_tree(pack, target->folder, target->id, DEPTH);
}

/* Each course's course.lua, once. */
static enum status put_courses(struct pack *pack, const struct lesson_targets *targets)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < targets->count && status == STATUS_OK; i++) {
		char path[PATH_MAX], name[PATH_MAX];
		bool seen = false;
		for (size_t k = 0; k < i; k++) {
			seen |= strcmp(targets->items[k].course, targets->items[i].course) == 0;
		}
		const char *slash = strrchr(targets->items[i].folder, '/');
		snprintf(path, sizeof path, "%.*s/course.lua",
			 (int)(slash - targets->items[i].folder), targets->items[i].folder);
		snprintf(name, sizeof name, "%s/course.lua", targets->items[i].course);
		if (!seen && access(path, R_OK) == 0) {
			status = put_file(pack, path, name);
		}
	}
	return status;
}

static enum status write_pack(struct pack *pack, const struct lesson_targets *targets,
			      const char *path)
{
	static const char end[2 * BLOCK];
	char part[PATH_MAX];
	snprintf(part, sizeof part, "%.4000s.part", path);
	pack->out = gzopen(part, "wb9");
	if (!pack->out) {
		return error_set(pack->err, STATUS_IO, "pack", message(MSG_CLI_PACK_OPEN), path);
	}
	enum status status = put_courses(pack, targets);
	for (size_t i = 0; i < targets->count && status == STATUS_OK; i++) {
		status = put_lesson(pack, &targets->items[i]);
	}
	if (status == STATUS_OK) {
		status = put(pack, end, sizeof end);
	}
	if (gzclose(pack->out) != Z_OK && status == STATUS_OK) {
		status = error_set(pack->err, STATUS_IO, "pack", "%s", message(MSG_CLI_PACK_WRITE));
	}
	if (status == STATUS_OK && rename(part, path) != 0) {
		status = error_set(pack->err, STATUS_IO, "pack", message(MSG_CLI_PACK_OPEN), path);
	}
	if (status != STATUS_OK) {
		unlink(part);
	}
	return status;
}

int lesson_pack(int argc, char **argv, const struct cli_options *options)
{
	const char *path = NULL;
	const struct cli_option own[] = {{"--output", CLI_TEXT, &path, 0, 0}};
	struct lesson_targets targets;
	struct error err = ERROR_INIT;
	char made[NAME_MAX + 16];
	int status = cli_take_options(&argc, argv, own, 1, options);
	if (status != 0) {
		return status;
	}
	if (argc < 2) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"LESSON", "mundap lesson pack my-course/01-mean");
	}
	status = lesson_targets_init(&targets, argc, argv, options);
	if (status != 0) {
		return status;
	}
	if (!path) {
		const char *slash = strrchr(targets.items[0].id, '/');
		const char *name = targets.count > 1 ? targets.items[0].course : slash + 1;
		snprintf(made, sizeof made, "%.*s.tar.gz", NAME_MAX, name);
		path = made;
	}
	struct pack pack = {.err = &err};
	if (write_pack(&pack, &targets, path) != STATUS_OK) {
		status = err.status == STATUS_PARSE
				 ? cli_fail(options, CLI_NOT_PASSED, "problems", "%s", err.message)
				 : cli_fail_error(options, &err);
	} else if (options->json) {
		json_t *document = json_pack("{s:s,s:i,s:i}", "pack", path, "lessons",
					     (int)targets.count, "files", (int)pack.files);
		status = cli_print_json(document) ? CLI_PASSED : CLI_FAULT;
	} else {
		printf(message(MSG_CLI_PACK_DONE), path, targets.count, pack.files);
	}
	lesson_targets_release(&targets);
	return status;
}
