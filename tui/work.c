#include "tui/work.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "tui/lab_files.h"

static enum status read_starter(struct strbuf *out, const struct lab *lab, struct error *err)
{
	struct strbuf path;
	strbuf_init(&path);
	strbuf_printf(&path, "%s/starter.lua", lab->folder);
	enum status status = file_read(out, path.text, 0, err);
	strbuf_release(&path);
	return status;
}

enum status work_save(const struct lab *lab, const char *text, size_t length, struct error *err)
{
	struct strbuf path, folder;
	strbuf_init(&path);
	strbuf_init(&folder);
	enum status status = lab_file_path(&path, lab, err);
	if (status == STATUS_OK) {
		strbuf_add(&folder, path.text, (size_t)(strrchr(path.text, '/') - path.text));
		status = file_make_folder(folder.text, err);
	}
	if (status == STATUS_OK) {
		status = file_write(path.text, text, length, err);
	}
	strbuf_release(&folder);
	strbuf_release(&path);
	return status;
}

enum status work_open(struct strbuf *text, struct strbuf *path, const struct lab *lab,
		      struct error *err)
{
	struct error missing = ERROR_INIT;
	enum status status = lab_file_path(path, lab, err);
	if (status != STATUS_OK) {
		return status;
	}
	status = file_read(text, path->text, 0, &missing);
	if (status == STATUS_NOT_FOUND) {
		status = read_starter(text, lab, err);
		if (status == STATUS_OK) {
			status = work_save(lab, text->text, text->length, err);
		}
		return status;
	}
	return status == STATUS_OK ? status
				   : error_set(err, status, missing.where, "%s", missing.message);
}

enum status work_reset(struct strbuf *text, const struct lab *lab, struct error *err)
{
	struct strbuf path, kept;
	strbuf_init(&path);
	strbuf_init(&kept);
	enum status status = lab_file_path(&path, lab, err);
	if (status == STATUS_OK && !access(path.text, F_OK)) {
		int number = 1;
		do {
			strbuf_reset(&kept);
			strbuf_printf(&kept, "%s.%d", path.text, number++);
		} while (!access(kept.text, F_OK) && number < 10000);
		if (rename(path.text, kept.text)) {
			status = error_set(err, STATUS_IO, "reset", "%s", kept.text);
		}
	}
	if (status == STATUS_OK) {
		status = read_starter(text, lab, err);
	}
	if (status == STATUS_OK) {
		status = work_save(lab, text->text, text->length, err);
	}
	strbuf_release(&path);
	strbuf_release(&kept);
	return status;
}
