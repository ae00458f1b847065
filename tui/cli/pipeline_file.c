/* Pipeline files: reading them, and which part of one a step depends on. */
#include <poll.h>
#include <string.h>

#include "engine/base/file.h"
#include "tui/cli/pipeline_run.h"

static int describe(struct pipeline_file *file, const struct cli_options *options)
{
	const struct worker_request request = {.kind = WORKER_PIPELINE,
					       .file = file->path,
					       .source = file->source.text,
					       .source_length = file->source.length,
					       .threads = 1,
					       .seconds = 20,
					       .memory_mb = 512};
	struct worker *worker;
	struct error err = ERROR_INIT;
	if (worker_start(&worker, &request, &err) != STATUS_OK) {
		return cli_fail_error(options, &err);
	}
	for (;;) {
		struct frame frame;
		enum worker_next next;
		while ((next = worker_next(worker, &frame)) == WORKER_FRAME) {
			if (frame.type == FRAME_PIPELINE && !file->description) {
				file->description =
					json_loadb(frame.json, frame.json_length, 0, NULL);
			}
		}
		if (next == WORKER_ENDED) {
			break;
		}
		struct pollfd channel = {.fd = worker_fd(worker), .events = worker_events(worker)};
		poll(&channel, 1, worker_wait_ms(worker));
	}
	const struct worker_result *result = worker_result(worker);
	int status = CLI_PASSED;
	if (!result->ok || !file->description) {
		const struct script_error *e = &result->error;
		status = e->line > 0 ? cli_fail(options, CLI_WRONG_USE, script_fault_word(e->fault),
						"%s:%d: %s", file->path, e->line, e->message)
				     : cli_fail(options, CLI_WRONG_USE, script_fault_word(e->fault),
						"%s: %s", file->path, e->message);
	}
	worker_free(worker);
	return status;
}

int pipeline_file_open(struct pipeline_file *out, const char *path,
		       const struct cli_options *options)
{
	struct error err = ERROR_INIT;
	*out = (struct pipeline_file){.path = path};
	strbuf_init(&out->source);
	if (file_read(&out->source, path, (size_t)4 << 20, &err) != STATUS_OK) {
		return err.status == STATUS_NOT_FOUND
			       ? cli_fail(options, CLI_WRONG_USE, "not-found",
					  message(MSG_RUN_NO_FILE), path)
			       : cli_fail_error(options, &err);
	}
	return describe(out, options);
}

void pipeline_file_release(struct pipeline_file *file)
{
	strbuf_release(&file->source);
	json_decref(file->description);
}

static bool inside(const json_t *row, int line)
{
	return line >= json_integer_value(json_object_get(row, "first")) &&
	       line <= json_integer_value(json_object_get(row, "last"));
}

void pipeline_step_code(struct strbuf *out, const struct pipeline_file *file, const json_t *step)
{
	const json_t *rows = json_object_get(file->description, "steps");
	const char *at = file->source.text;
	for (int line = 1; *at; line++) {
		size_t length = strcspn(at, "\n"), i;
		json_t *row;
		bool others = false;
		length += at[length] == '\n';
		json_array_foreach(rows, i, row)
		{
			others = others || (row != step && inside(row, line));
		}
		if (!others || inside(step, line)) {
			strbuf_add(out, at, length);
		}
		at += length;
	}
}
