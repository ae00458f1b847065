#include "tui/cli/mlflow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "engine/base/file.h"
#include "engine/base/rng.h"

/* File names MLflow allows: letters, digits, - _ . space and /; anything else becomes '_'. */
static void put_name(struct strbuf *out, const char *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_. ";
	for (size_t i = 0; name[i]; i++) {
		strbuf_putc(out, strchr(allowed, name[i]) && !(i == 0 && name[i] == '.') ? name[i]
											 : '_');
	}
}

static enum status put_file(const char *folder, const char *part, const char *name,
			    const struct strbuf *text, struct error *err)
{
	struct strbuf path;
	strbuf_init(&path);
	strbuf_printf(&path, "%s/%s", folder, part);
	enum status status = file_make_folder(path.text, err);
	strbuf_putc(&path, '/');
	put_name(&path, name);
	if (status == STATUS_OK) {
		status = file_write(path.text, text->text, text->length, err);
	}
	strbuf_release(&path);
	return status;
}

/* 32 hex digits that are the same for the same run. */
static void run_id(char out[33], const struct run_record *run)
{
	struct rng rng;
	rng_init(&rng, (uint64_t)run->id, (uint64_t)run->started);
	for (int i = 0; i < 4; i++) {
		snprintf(out + 8 * i, 9, "%08x", rng_u32(&rng));
	}
}

static enum status put_metrics(const char *folder, const struct run_record *run,
			       const struct run_point *points, size_t count, struct error *err)
{
	enum status status = STATUS_OK;
	struct strbuf text;
	strbuf_init(&text);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		strbuf_printf(&text, "%lld %.17g %lld\n", (long long)run->started * 1000,
			      points[i].value, (long long)points[i].step);
		if (i + 1 == count || strcmp(points[i].metric, points[i + 1].metric) != 0) {
			status = put_file(folder, "metrics", points[i].metric, &text, err);
			strbuf_reset(&text);
		}
	}
	strbuf_release(&text);
	return status;
}

static enum status put_parameters(const char *folder, const struct run_record *run,
				  struct error *err)
{
	enum status status = STATUS_OK;
	json_t *parameters = json_loads(run->parameters, 0, NULL), *value;
	struct strbuf text;
	const char *name;
	strbuf_init(&text);
	json_object_foreach(parameters, name, value)
	{
		char *dumped = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
		strbuf_reset(&text);
		strbuf_puts(&text, dumped                  ? dumped
				   : json_is_string(value) ? json_string_value(value)
							   : "");
		free(dumped);
		if (status == STATUS_OK) {
			status = put_file(folder, "params", name, &text, err);
		}
	}
	strbuf_reset(&text);
	strbuf_printf(&text, "%llu", (unsigned long long)run->seed);
	if (status == STATUS_OK) {
		status = put_file(folder, "params", "seed", &text, err);
	}
	strbuf_release(&text);
	json_decref(parameters);
	return status;
}

static enum status put_meta(const char *folder, const char *id, const struct run_record *run,
			    struct error *err)
{
	int code = strcmp(run->status, "finished") == 0  ? 3
		   : strcmp(run->status, "failed") == 0  ? 4
		   : strcmp(run->status, "stopped") == 0 ? 5
							 : 1;
	json_t *name = json_string(run->name);
	char *quoted = name ? json_dumps(name, JSON_ENCODE_ANY) : NULL;
	struct strbuf text;
	strbuf_init(&text);
	strbuf_printf(&text, "artifact_uri: ''\nend_time: ");
	if (run->ended) {
		strbuf_printf(&text, "%lld\n", (long long)run->ended * 1000);
	} else {
		strbuf_puts(&text, "null\n");
	}
	strbuf_printf(
		&text,
		"entry_point_name: ''\nexperiment_id: '0'\nlifecycle_stage: active\nrun_id: %s\n"
		"run_name: %s\nrun_uuid: %s\nsource_name: ''\nsource_type: 4\nsource_version: ''\n"
		"start_time: %lld\nstatus: %d\ntags: []\nuser_id: learner\n",
		id, quoted ? quoted : "''", id, (long long)run->started * 1000, code);
	enum status status = put_file(folder, "", "meta.yaml", &text, err);
	strbuf_reset(&text);
	strbuf_puts(&text, run->name);
	if (status == STATUS_OK) {
		status = put_file(folder, "tags", "mlflow.runName", &text, err);
	}
	strbuf_release(&text);
	free(quoted);
	json_decref(name);
	return status;
}

enum status mlflow_write_run(const char *folder, const struct run_record *run,
			     const struct run_point *points, size_t count, struct error *err)
{
	char id[33];
	struct strbuf path, text;
	strbuf_init(&path);
	strbuf_init(&text);
	strbuf_puts(&text, "artifact_location: ''\nexperiment_id: '0'\nlifecycle_stage: "
			   "active\nname: mundap\n");
	enum status status = put_file(folder, "0", "meta.yaml", &text, err);
	run_id(id, run);
	strbuf_printf(&path, "%s/0/%s", folder, id);
	if (status == STATUS_OK) {
		status = put_meta(path.text, id, run, err);
	}
	if (status == STATUS_OK) {
		status = put_parameters(path.text, run, err);
	}
	if (status == STATUS_OK) {
		status = put_metrics(path.text, run, points, count, err);
	}
	strbuf_release(&text);
	strbuf_release(&path);
	return status;
}
