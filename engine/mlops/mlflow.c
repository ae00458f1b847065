#include "engine/mlops/mlflow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "engine/base/rng.h"
#include "engine/base/strbuf.h"

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

struct writing {
	mlflow_put put;
	void *context;
	char folder[64]; /* of the run */
};

/* One file of the run; part "" for those beside its folders. */
static enum status put_file(const struct writing *w, const char *part, const char *name,
			    const char *text, size_t length, struct error *err)
{
	struct strbuf path;
	strbuf_init(&path);
	strbuf_printf(&path, "%s/%s%s", w->folder, part, *part ? "/" : "");
	put_name(&path, name);
	enum status status = w->put(w->context, path.text, text, length, err);
	strbuf_release(&path);
	return status;
}

/* 32 hex digits that are the same for the same run. */
static void run_id(char out[33], const struct mlflow_run *run)
{
	struct rng rng;
	rng_init(&rng, (uint64_t)run->id, (uint64_t)run->started);
	for (int i = 0; i < 4; i++) {
		snprintf(out + 8 * i, 9, "%08x", rng_u32(&rng));
	}
}

static enum status put_metrics(const struct writing *w, const struct mlflow_run *run,
			       const struct mlflow_point *points, size_t count, struct error *err)
{
	enum status status = STATUS_OK;
	struct strbuf text;
	strbuf_init(&text);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		strbuf_printf(&text, "%lld %.17g %lld\n", (long long)run->started * 1000,
			      points[i].value, (long long)points[i].step);
		if (i + 1 == count || strcmp(points[i].metric, points[i + 1].metric) != 0) {
			status = put_file(w, "metrics", points[i].metric, text.text, text.length,
					  err);
			strbuf_reset(&text);
		}
	}
	strbuf_release(&text);
	return status;
}

/* A file for each member of a JSON object. */
static enum status put_members(const struct writing *w, const char *part, const char *json,
			       struct error *err)
{
	enum status status = STATUS_OK;
	json_t *members = json ? json_loads(json, 0, NULL) : NULL, *value;
	const char *name;
	json_object_foreach(members, name, value)
	{
		char *dumped = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
		const char *text = dumped                  ? dumped
				   : json_is_string(value) ? json_string_value(value)
							   : "";
		if (status == STATUS_OK) {
			status = put_file(w, part, name, text, strlen(text), err);
		}
		free(dumped);
	}
	json_decref(members);
	return status;
}

static enum status put_meta(const struct writing *w, const char *id, const struct mlflow_run *run,
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
	enum status status = put_file(w, "", "meta.yaml", text.text, text.length, err);
	strbuf_release(&text);
	free(quoted);
	json_decref(name);
	return status;
}

enum status mlflow_write_run(const struct mlflow_run *run, const struct mlflow_point *points,
			     size_t count, mlflow_put put, void *context, struct error *err)
{
	static const char experiment[] = "artifact_location: ''\nexperiment_id: '0'\n"
					 "lifecycle_stage: active\nname: mundap\n";
	struct writing w = {.put = put, .context = context};
	char id[33], seed[32];
	run_id(id, run);
	snprintf(w.folder, sizeof w.folder, "0/%s", id);
	int length = snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);
	enum status status = put(context, "0/meta.yaml", experiment, sizeof experiment - 1, err);
	if (status == STATUS_OK) {
		status = put_meta(&w, id, run, err);
	}
	if (status == STATUS_OK) {
		status = put_members(&w, "params", run->parameters, err);
	}
	if (status == STATUS_OK) {
		status = put_file(&w, "params", "seed", seed, (size_t)length, err);
	}
	if (status == STATUS_OK) {
		status = put_members(&w, "tags", run->tags, err);
	}
	if (status == STATUS_OK) {
		status = put_file(&w, "tags", "mlflow.runName", run->name, strlen(run->name), err);
	}
	if (status == STATUS_OK) {
		status = put_metrics(&w, run, points, count, err);
	}
	return status;
}
