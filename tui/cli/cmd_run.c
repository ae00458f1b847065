#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"
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
	cli_print_json(json_pack("{s:b,s:o,s:O,s:O,s:O,s:f,s:f}", "ok", result->ok, "error",
				 drive_error_json(result), "metrics", drive->metrics, "log",
				 drive->log, "shown", drive->shown, "seconds", result->seconds,
				 "peak_mb", result->peak_mb));
}

static void print_text(const struct drive *drive, const struct worker_result *result)
{
	if (json_array_size(drive->shown)) {
		printf(message(MSG_RUN_SHOWN), json_array_size(drive->shown));
	}
	drive_print_metrics(drive);
	fflush(stdout);
	if (!result->ok) {
		drive_print_error(result);
	}
	fprintf(stderr, message(MSG_RUN_SPENT), result->seconds, result->peak_mb);
}

int cmd_run(int argc, char **argv, const struct cli_options *options)
{
	long seed = 0, threads = 0, memory = 1024;
	double seconds = 60;
	const struct cli_option own[] = {
		{"--seed", CLI_INTEGER, &seed, 0, 0},
		{"--threads", CLI_INTEGER, &threads, 1, 64},
		{"--time", CLI_NUMBER, &seconds, 0.01, 86400},
		{"--memory", CLI_INTEGER, &memory, 16, 65536},
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
	struct strbuf source;
	strbuf_init(&source);
	struct error err = ERROR_INIT;
	struct worker_result result;
	struct drive drive;
	drive_init(&drive, !options->json);
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
					 .memory_mb = (int)memory};
	if (drive_worker(&drive, &request, &result, &err) != STATUS_OK) {
		status = cli_fail(options, CLI_FAULT, status_name(err.status), "%s", err.message);
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
