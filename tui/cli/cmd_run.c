#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/store/store.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"
#include "tui/cli/drive.h"

/* mundap run FILE.lua: a script on the engine, in a sandboxed worker. */

#define SOURCE_LIMIT ((size_t)4 << 20)

static enum status read_source(struct strbuf *out, const char *path, struct error *err)
{
	if (strcmp(path, "-") != 0) {
		return file_read(out, path, SOURCE_LIMIT, err);
	}
	char bytes[4096];
	size_t n;
	while ((n = fread(bytes, 1, sizeof(bytes), stdin)) > 0 && out->length <= SOURCE_LIMIT) {
		strbuf_add(out, bytes, n);
	}
	return strbuf_ok(out) ? STATUS_OK : error_set(err, STATUS_NOMEM, path, "out of memory");
}

static void print_json(const struct drive *drive, const struct worker_result *result)
{
	cli_print_json(json_pack("{s:b,s:o,s:O,s:O,s:O,s:O,s:O,s:f,s:f}", "ok", result->ok, "error",
				 drive_error_json(result), "metrics", drive->metrics, "log",
				 drive->log, "shown", drive->shown, "artifacts", drive->artifacts,
				 "runs", drive->records, "seconds", result->seconds, "peak_mb",
				 result->peak_mb));
}

static void print_text(const struct drive *drive, const struct worker_result *result)
{
	if (json_array_size(drive->shown)) {
		printf(message(MSG_RUN_SHOWN), json_array_size(drive->shown));
	}
	drive_print_metrics(drive);
	size_t i, files = json_array_size(drive->artifacts), runs = json_array_size(drive->records);
	json_t *file;
	json_array_foreach(drive->artifacts, i, file)
	{
		const char *path = json_string_value(json_object_get(file, "path"));
		if (path) {
			printf(message(MSG_RUN_ARTIFACT), path,
			       (size_t)json_integer_value(json_object_get(file, "bytes")));
		}
	}
	if (files && !drive->artifact_folder) {
		printf(message(MSG_RUN_ARTIFACT_HINT), files);
	}
	if (runs) {
		printf(message(MSG_RUN_RECORDED), runs);
	}
	fflush(stdout);
	if (!result->ok) {
		drive_print_error(result);
	}
	fprintf(stderr, message(MSG_RUN_SPENT), result->seconds, result->peak_mb);
}

/* One run the script tracked, into the learner's record. */
static enum status record_run(struct store *store, json_t *record,
			      const struct worker_request *request, struct error *err)
{
	const char *name = json_string_value(json_object_get(record, "name")), *metric;
	const char *state = json_string_value(json_object_get(record, "status"));
	char *parameters = json_dumps(json_object_get(record, "parameters"), JSON_COMPACT);
	char *tags = json_dumps(json_object_get(record, "tags"), JSON_COMPACT);
	const struct run_record run = {
		.name = name ? name : request->file,
		.lab = "",
		.source = request->source,
		.parameters = parameters ? parameters : "{}",
		.status = "running",
		.result = "",
		.seed = (uint64_t)json_integer_value(json_object_get(record, "seed"))};
	int64_t id = 0;
	json_t *series, *point;
	size_t i;
	enum status status = store_start_run(store, &run, &id, err);
	json_object_foreach(json_object_get(record, "metrics"), metric, series)
	{
		json_array_foreach(series, i, point)
		{
			const struct run_point row = {metric,
						      json_integer_value(json_array_get(point, 0)),
						      json_number_value(json_array_get(point, 1))};
			if (status == STATUS_OK) {
				status = store_add_points(store, id, &row, 1, err);
			}
		}
	}
	if (status == STATUS_OK) {
		status = store_finish_run(
			store, id, state && strcmp(state, "failed") == 0 ? "failed" : "finished",
			tags ? tags : "{}", err);
	}
	if (status == STATUS_OK) {
		json_object_set_new(record, "id", json_integer((json_int_t)id));
	}
	free(parameters);
	free(tags);
	return status;
}

static enum status record_runs(const struct drive *drive, const struct worker_request *request,
			       struct error *err)
{
	struct store *store;
	json_t *record;
	size_t i;
	if (json_array_size(drive->records) == 0) {
		return STATUS_OK;
	}
	enum status status = store_open(&store, NULL, err);
	if (status != STATUS_OK) {
		return status;
	}
	status = store_begin(store, err);
	json_array_foreach(drive->records, i, record)
	{
		status = status == STATUS_OK ? record_run(store, record, request, err) : status;
	}
	if (status == STATUS_OK) {
		status = store_commit(store, err);
	} else {
		store_rollback(store);
	}
	store_close(store);
	return status;
}

int cmd_run(int argc, char **argv, const struct cli_options *options)
{
	long seed = 0, threads = 0, memory = 1024;
	double seconds = 60;
	const char *artifacts = NULL, *network = NULL;
	const struct cli_option own[] = {
		{"--seed", CLI_INTEGER, &seed, 0, 0},
		{"--threads", CLI_INTEGER, &threads, 1, 64},
		{"--time", CLI_NUMBER, &seconds, 0.01, 86400},
		{"--memory", CLI_INTEGER, &memory, 16, 65536},
		{"--artifacts", CLI_TEXT, &artifacts, 0, 0},
		{"--network", CLI_TEXT, &network, 0, 0},
	};
	int wrong = cli_take_options(&argc, argv, own, sizeof(own) / sizeof(own[0]), options);
	if (wrong) {
		return wrong;
	}
	if (argc < 2) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"FILE.lua", "mundap run train.lua");
	}
	if (argc > 2) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_TOO_MANY_WORDS),
				argv[2], "run");
	}
	if (network && strcmp(network, "local") != 0) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_RUN_NETWORK), network);
	}
	struct strbuf source;
	strbuf_init(&source);
	struct error err = ERROR_INIT;
	struct worker_result result;
	struct drive drive;
	drive_init(&drive, !options->json);
	drive.artifact_folder = artifacts;
	int status = CLI_FAULT;
	if (read_source(&source, argv[1], &err) != STATUS_OK) {
		status = err.status == STATUS_NOT_FOUND
				 ? cli_fail(options, CLI_WRONG_USE, "not-found",
					    message(MSG_RUN_NO_FILE), argv[1])
				 : cli_fail_error(options, &err);
		goto out;
	}
	struct worker_request request = {.kind = WORKER_RUN,
					 .file = strcmp(argv[1], "-") == 0 ? "stdin.lua" : argv[1],
					 .source = source.text,
					 .source_length = source.length,
					 .seed = (uint64_t)seed,
					 .threads = (int)threads,
					 .seconds = seconds,
					 .memory_mb = (int)memory,
					 .local_services = network != NULL};
	if (drive_worker(&drive, &request, &result, &err) != STATUS_OK) {
		status = cli_fail(options, CLI_FAULT, status_name(err.status), "%s", err.message);
		goto out;
	}
	if (drive.artifact_error.status != STATUS_OK) {
		status = cli_fail_error(options, &drive.artifact_error);
		goto out;
	}
	if (record_runs(&drive, &request, &err) != STATUS_OK) {
		status = cli_fail_error(options, &err);
		goto out;
	}
	if (options->json) {
		print_json(&drive, &result);
	} else {
		print_text(&drive, &result);
	}
	status = result.ok ? CLI_PASSED : CLI_NOT_PASSED;
out:
	drive_release(&drive);
	strbuf_release(&source);
	return status;
}
