#include "tui/lab_files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/base/file.h"

#define SOURCE_LIMIT ((size_t)1 << 20)

static enum status add_folder(struct strbuf *out, const struct lab *lab, struct error *err)
{
	enum status status = file_data_folder(out, err);
	if (status == STATUS_OK) {
		strbuf_printf(out, "/work/%s", lab->id);
		status = strbuf_ok(out) ? STATUS_OK
					: error_set(err, STATUS_NOMEM, "lab", "out of memory");
	}
	return status;
}

enum status lab_file_path(struct strbuf *out, const struct lab *lab, struct error *err)
{
	enum status status = add_folder(out, lab, err);
	if (status == STATUS_OK) {
		strbuf_printf(out, "/%s.lua", lab->id);
	}
	return status;
}

enum status lab_file_open(struct strbuf *out, const struct lab *lab, bool *fresh, struct error *err)
{
	struct strbuf path, text;
	strbuf_init(&path);
	strbuf_init(&text);
	*fresh = false;
	enum status status = add_folder(&path, lab, err);
	if (status == STATUS_OK) {
		status = file_make_folder(path.text, err);
	}
	strbuf_reset(&path);
	if (status == STATUS_OK) {
		status = lab_file_path(&path, lab, err);
	}
	struct stat info;
	if (status == STATUS_OK && stat(path.text, &info) != 0) {
		char starter[4096];
		snprintf(starter, sizeof(starter), "%s/starter.lua", lab->folder);
		status = file_read(&text, starter, SOURCE_LIMIT, err);
		if (status == STATUS_OK) {
			status = file_write(path.text, text.text, text.length, err);
		}
		*fresh = status == STATUS_OK;
	}
	if (status == STATUS_OK) {
		strbuf_add(out, path.text, path.length);
	}
	strbuf_release(&path);
	strbuf_release(&text);
	return status;
}

enum status lab_check_prepare(struct lab_check *out, const struct lab *lab, const char *path,
			      uint64_t seed, struct error *err)
{
	strbuf_init(&out->source);
	strbuf_init(&out->check);
	char check[4096];
	snprintf(check, sizeof(check), "%s/check.lua", lab->folder);
	enum status status = file_read(&out->source, path, SOURCE_LIMIT, err);
	if (status == STATUS_OK) {
		status = file_read(&out->check, check, SOURCE_LIMIT, err);
	}
	const char *slash = strrchr(path, '/');
	snprintf(out->file, sizeof(out->file), "%s", slash ? slash + 1 : path);
	out->request = (struct worker_request){.kind = WORKER_CHECK,
					       .file = out->file,
					       .source = out->source.text,
					       .source_length = out->source.length,
					       .check_file = "check.lua",
					       .check = out->check.text,
					       .check_length = out->check.length,
					       .seed = seed,
					       .seconds = lab->seconds,
					       .memory_mb = lab->memory_mb,
					       .local_services = lab->local_services};
	return status;
}

void lab_check_release(struct lab_check *check)
{
	strbuf_release(&check->source);
	strbuf_release(&check->check);
}
