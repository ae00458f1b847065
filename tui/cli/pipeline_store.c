#include "tui/cli/pipeline_store.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/message.h"

/* Appends <data>/pipelines/<name>/<part>; makes the folder part stands in when wanted. */
static enum status path_of(struct strbuf *out, const char *name, const char *part, bool make,
			   struct error *err)
{
	enum status status = file_data_folder(out, err);
	strbuf_printf(out, "/pipelines/%s/%s", name, part);
	if (status == STATUS_OK && make) {
		char *slash = strrchr(out->text, '/');
		*slash = '\0';
		status = file_make_folder(out->text, err);
		*slash = '/';
	}
	return status;
}

static enum status write_part(const char *name, const char *part, const void *bytes, size_t length,
			      struct error *err)
{
	struct strbuf path;
	strbuf_init(&path);
	enum status status = path_of(&path, name, part, true, err);
	if (status == STATUS_OK) {
		status = file_write(path.text, bytes, length, err);
	}
	strbuf_release(&path);
	return status;
}

static json_t *read_document(const char *name, const char *part)
{
	struct strbuf path, text;
	strbuf_init(&path);
	strbuf_init(&text);
	json_t *document = NULL;
	if (path_of(&path, name, part, false, NULL) == STATUS_OK &&
	    file_read(&text, path.text, 0, NULL) == STATUS_OK) {
		document = json_loadb(text.text, text.length, 0, NULL);
	}
	strbuf_release(&text);
	strbuf_release(&path);
	return document;
}

static enum status write_document(const char *name, const char *part, const json_t *document,
				  struct error *err)
{
	char *text = json_dumps(document, JSON_INDENT(1));
	enum status status = text ? write_part(name, part, text, strlen(text), err)
				  : error_set(err, STATUS_NOMEM, name, "out of memory");
	free(text);
	return status;
}

static void object_part(char part[96], const char *hex)
{
	snprintf(part, 96, "objects/%.2s/%.62s", hex, hex + 2);
}

enum status pipeline_fetch(const char *name, const char *hex, struct strbuf *out, struct error *err)
{
	char part[96], now[DIGEST_HEX];
	struct strbuf path;
	size_t before = out->length;
	strbuf_init(&path);
	object_part(part, hex);
	enum status status = path_of(&path, name, part, false, err);
	if (status == STATUS_OK) {
		status = file_read(out, path.text, 0, err);
	}
	if (status == STATUS_OK) {
		status = digest_sha256(now, out->text + before, out->length - before, err);
	}
	if (status == STATUS_OK && strcmp(now, hex) != 0) {
		status =
			error_set(err, STATUS_CORRUPT, path.text, "%s: content changed", path.text);
	}
	strbuf_release(&path);
	return status;
}

enum status pipeline_keep(const char *name, const void *bytes, size_t length, char hex[65],
			  struct error *err)
{
	char part[96];
	struct strbuf kept;
	enum status status = digest_sha256(hex, bytes, length, err);
	strbuf_init(&kept);
	object_part(part, hex);
	/* One that was damaged meanwhile is written anew. */
	if (status == STATUS_OK && pipeline_fetch(name, hex, &kept, NULL) != STATUS_OK) {
		status = write_part(name, part, bytes, length, err);
	}
	strbuf_release(&kept);
	return status;
}

json_t *pipeline_recall(const char *name, const char *key)
{
	char part[96];
	snprintf(part, sizeof part, "steps/%.64s.json", key);
	json_t *record = read_document(name, part), *output;
	const char *as;
	bool whole = json_is_object(json_object_get(record, "outputs"));
	struct strbuf bytes;
	strbuf_init(&bytes);
	json_object_foreach(json_object_get(record, "outputs"), as, output)
	{
		const char *hex = json_string_value(json_object_get(output, "hash"));
		strbuf_reset(&bytes);
		whole = whole && hex && strlen(hex) == 64 &&
			pipeline_fetch(name, hex, &bytes, NULL) == STATUS_OK;
	}
	strbuf_release(&bytes);
	if (!whole) {
		json_decref(record);
		return NULL;
	}
	return record;
}

enum status pipeline_remember(const char *name, const char *key, const json_t *record,
			      struct error *err)
{
	char part[96];
	snprintf(part, sizeof part, "steps/%.64s.json", key);
	return write_document(name, part, record, err);
}

enum status pipeline_save_run(const char *name, const char *id, const json_t *document,
			      struct error *err)
{
	char part[96];
	snprintf(part, sizeof part, "runs/%.64s.json", id);
	return write_document(name, part, document, err);
}

/* File names of a folder, greatest last; new reference. */
static json_t *names_in(const char *folder)
{
	json_t *names = json_array();
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.') {
			json_array_append_new(names, json_string(entries[i]->d_name));
		}
		free(entries[i]);
	}
	if (count >= 0) {
		free(entries);
	}
	return names;
}

json_t *pipeline_last_run(const char *name)
{
	struct strbuf folder;
	char part[300];
	strbuf_init(&folder);
	json_t *names = path_of(&folder, name, "runs", false, NULL) == STATUS_OK
				? names_in(folder.text)
				: json_array();
	json_t *last = json_array_get(names, json_array_size(names) - 1), *document = NULL;
	if (last) {
		snprintf(part, sizeof part, "runs/%s", json_string_value(last));
		document = read_document(name, part);
	}
	json_decref(names);
	strbuf_release(&folder);
	return document;
}

json_t *pipeline_names(void)
{
	struct strbuf folder;
	strbuf_init(&folder);
	file_data_folder(&folder, NULL);
	strbuf_puts(&folder, "/pipelines");
	json_t *names = names_in(folder.text);
	strbuf_release(&folder);
	return names;
}

/* Removes the files of a folder that lies two levels deep at most. */
static void remove_below(const char *folder, int depth)
{
	json_t *names = names_in(folder), *name;
	size_t i;
	json_array_foreach(names, i, name)
	{
		struct strbuf path;
		strbuf_init(&path);
		strbuf_printf(&path, "%s/%s", folder, json_string_value(name));
		if (unlink(path.text) != 0 && depth > 0) {
			remove_below(path.text, depth - 1);
			rmdir(path.text);
		}
		strbuf_release(&path);
	}
	json_decref(names);
}

enum status pipeline_clean(const char *name, struct error *err)
{
	static const char *const parts[] = {"steps", "objects"};
	json_t *last = pipeline_last_run(name);
	if (!last) {
		return error_set(err, STATUS_NOT_FOUND, name, message(MSG_PIPELINE_NO_RUN), name);
	}
	json_decref(last);
	for (int i = 0; i < 2; i++) {
		struct strbuf folder;
		strbuf_init(&folder);
		if (path_of(&folder, name, parts[i], false, err) == STATUS_OK) {
			remove_below(folder.text, 1);
		}
		strbuf_release(&folder);
	}
	return STATUS_OK;
}
