#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/lua/canvas.h"
#include "engine/worker/worker.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"
#include "tui/cli/drive.h"

/* mundap figure FILE.lua: draws a figure as text, once and after each key; for authors and tests. */

struct pictures {
	json_t *frames; /* [{rows, say}…] */
	json_t *keys; /* of the newest frame */
	bool text;
};

static json_t *read_rows(const struct frame *frame)
{
	json_t *rows = json_array();
	struct strbuf row;
	strbuf_init(&row);
	struct canvas_reader reader;
	struct canvas_run run;
	canvas_reader_init(&reader, frame->bytes, frame->bytes_length);
	int at = 0;
	while (canvas_reader_next(&reader, &run) == STATUS_OK) {
		for (; at < run.row; at++) {
			json_array_append_new(rows, json_string(row.text));
			strbuf_reset(&row);
		}
		strbuf_add(&row, run.text, run.length);
	}
	json_array_append_new(rows, json_string(row.text));
	strbuf_release(&row);
	return rows;
}

static void take(struct pictures *pictures, const struct frame *frame)
{
	json_t *json = json_loadb(frame->json, frame->json_length, 0, NULL);
	json_t *rows = read_rows(frame);
	const char *say = json_string_value(json_object_get(json, "say"));
	if (pictures->text) {
		size_t i;
		json_t *row;
		json_array_foreach(rows, i, row)
		{
			puts(json_string_value(row));
		}
		printf("%s\n\n", say ? say : "");
	}
	json_decref(pictures->keys);
	pictures->keys = json_incref(json_object_get(json, "keys"));
	json_array_append_new(pictures->frames,
			      json_pack("{s:o,s:s}", "rows", rows, "say", say ? say : ""));
	json_decref(json);
}

/* Sends the next key of "left,right,f"; false when there is none. */
static bool send_key(struct worker *worker, const char **keys)
{
	size_t length = strcspn(*keys, ",");
	char key[32];
	if (length == 0 || length >= sizeof(key)) {
		return false;
	}
	memcpy(key, *keys, length);
	key[length] = '\0';
	*keys += length + ((*keys)[length] == ',');
	worker_send_key(worker, key);
	return true;
}

static enum status draw(struct pictures *pictures, const struct worker_request *request,
			const char *keys, struct worker_result *result, bool *finished,
			struct error *err)
{
	struct worker *worker;
	enum status status = worker_start(&worker, request, err);
	if (status != STATUS_OK) {
		return status;
	}
	for (;;) {
		struct frame frame;
		enum worker_next next;
		while ((next = worker_next(worker, &frame)) == WORKER_FRAME) {
			if (frame.type == FRAME_CANVAS && !*finished) {
				take(pictures, &frame);
				if (!send_key(worker, &keys)) {
					*finished = true;
					worker_stop(worker);
				}
			}
		}
		if (next == WORKER_ENDED) {
			break;
		}
		struct pollfd channel = {.fd = worker_fd(worker), .events = worker_events(worker)};
		poll(&channel, 1, worker_wait_ms(worker));
	}
	*result = *worker_result(worker);
	worker_free(worker);
	return STATUS_OK;
}

int cmd_figure(int argc, char **argv, const struct cli_options *options)
{
	long width = 78, height = 16, seed = 0;
	const char *keys = "";
	const struct cli_option own[] = {
		{"--keys", CLI_TEXT, &keys, 0, 0},
		{"--seed", CLI_INTEGER, &seed, 0, 1e15},
		{"--width", CLI_INTEGER, &width, 1, CANVAS_MAX_WIDTH},
		{"--height", CLI_INTEGER, &height, 1, CANVAS_MAX_HEIGHT},
	};
	int wrong = cli_take_options(&argc, argv, own, sizeof(own) / sizeof(own[0]), options);
	if (wrong) {
		return wrong;
	}
	if (argc != 2) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"FILE.lua", "mundap figure figures/slide.lua --keys right,f");
	}
	struct strbuf source;
	strbuf_init(&source);
	struct error err = ERROR_INIT;
	if (file_read(&source, argv[1], (size_t)1 << 20, &err) != STATUS_OK) {
		strbuf_release(&source);
		return cli_fail_error(options, &err);
	}
	struct worker_request request = {.kind = WORKER_FIGURE,
					 .file = argv[1],
					 .source = source.text,
					 .source_length = source.length,
					 .seed = (uint64_t)seed,
					 .width = (int)width,
					 .height = (int)height};
	struct pictures pictures = {.frames = json_array(), .text = !options->json};
	struct worker_result result = {0};
	bool finished = false;
	int status;
	if (draw(&pictures, &request, keys, &result, &finished, &err) != STATUS_OK) {
		status = cli_fail(options, CLI_FAULT, status_name(err.status), "%s", err.message);
	} else {
		status = finished ? CLI_PASSED : CLI_NOT_PASSED;
		if (options->json) {
			cli_print_json(json_pack("{s:b,s:O,s:O,s:s,s:i}", "ok", finished, "frames",
						 pictures.frames, "keys",
						 pictures.keys ? pictures.keys : json_null(),
						 "message", finished ? "" : result.error.message,
						 "line", finished ? 0 : result.error.line));
		} else if (!finished) {
			drive_print_error(&result);
		}
	}
	json_decref(pictures.frames);
	json_decref(pictures.keys);
	strbuf_release(&source);
	return status;
}
