#include "tui/cli/drive.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"

#define MAX_POINTS 100000 /* kept of one metric */
#define MAX_SHOWN 1000

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

void drive_init(struct drive *drive, bool live)
{
	*drive = (struct drive){.log = json_array(),
				.metrics = json_object(),
				.tests = json_array(),
				.shown = json_array(),
				.records = json_array(),
				.artifacts = json_array(),
				.artifact_error = ERROR_INIT,
				.live = live};
}

void drive_release(struct drive *drive)
{
	json_decref(drive->log);
	json_decref(drive->metrics);
	json_decref(drive->tests);
	json_decref(drive->shown);
	json_decref(drive->records);
	json_decref(drive->artifacts);
}

static void take_log(struct drive *drive, const json_t *json)
{
	const char *text = json_string_value(json_object_get(json, "text"));
	if (!text) {
		return;
	}
	json_array_append_new(drive->log, json_string(text));
	if (drive->live) {
		puts(text);
		fflush(stdout);
	}
}

static void take_metric(struct drive *drive, const json_t *json)
{
	const char *name = json_string_value(json_object_get(json, "name"));
	if (!name) {
		return;
	}
	json_t *points = json_object_get(drive->metrics, name);
	if (!points) {
		points = json_array();
		json_object_set_new(drive->metrics, name, points);
	}
	if (json_array_size(points) < MAX_POINTS) {
		json_array_append_new(points, json_pack("[O,O]", json_object_get(json, "step"),
							json_object_get(json, "value")));
	}
}

static void take_test(struct drive *drive, json_t *json)
{
	json_array_append(drive->tests, json);
	if (drive->live) {
		bool passed = json_is_true(json_object_get(json, "passed"));
		const char *name = json_string_value(json_object_get(json, "name"));
		const char *text = json_string_value(json_object_get(json, "message"));
		printf("%s %s\n", passed ? "✓" : "✗", name ? name : "");
		if (!passed && text) {
			printf("    %s\n", text);
		}
		fflush(stdout);
	}
}

static void take_shown(struct drive *drive, const struct frame *frame, json_t *json)
{
	if (json_array_size(drive->shown) < MAX_SHOWN) {
		json_object_set_new(json, "type", json_string(frame_type_word(frame->type)));
		json_array_append(drive->shown, json);
	}
}

static void take_progress(const struct drive *drive, const json_t *json)
{
	if (!drive->live || !isatty(STDERR_FILENO)) {
		return;
	}
	double fraction = json_number_value(json_object_get(json, "fraction"));
	const char *text = json_string_value(json_object_get(json, "text"));
	fprintf(stderr, "\r\033[K%3.0f%% %s", fraction < 0 ? 0 : fraction * 100, text ? text : "");
	if (fraction >= 1) {
		fputs("\r\033[K", stderr);
	}
}

/* The worker is not trusted: only a plain name is used, below the folder. */
static void take_artifact(struct drive *drive, const struct frame *frame, const json_t *json)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
	const char *name = json_string_value(json_object_get(json, "name"));
	const char *kind = json_string_value(json_object_get(json, "kind"));
	if (!name || !*name || *name == '.' || name[strspn(name, plain)] || !kind ||
	    json_array_size(drive->artifacts) >= MAX_SHOWN) {
		return;
	}
	json_t *row = json_pack("{s:s,s:s,s:I}", "name", name, "kind", kind, "bytes",
				(json_int_t)frame->bytes_length);
	if (drive->artifact_folder) {
		struct strbuf path;
		strbuf_init(&path);
		strbuf_printf(&path, "%s/%s%s", drive->artifact_folder, name,
			      strcmp(kind, "model") == 0 ? ".safetensors" : "");
		if (file_make_folder(drive->artifact_folder, &drive->artifact_error) == STATUS_OK &&
		    file_write(path.text, frame->bytes, frame->bytes_length,
			       &drive->artifact_error) == STATUS_OK) {
			json_object_set_new(row, "path", json_string(path.text));
		}
		strbuf_release(&path);
	}
	json_array_append_new(drive->artifacts, row);
}

void drive_take(struct drive *drive, const struct frame *frame)
{
	json_t *json = json_loadb(frame->json, frame->json_length, 0, NULL);
	if (!json) {
		return;
	}
	switch (frame->type) {
	case FRAME_LOG:
		take_log(drive, json);
		break;
	case FRAME_METRIC:
		take_metric(drive, json);
		break;
	case FRAME_PROGRESS:
		take_progress(drive, json);
		break;
	case FRAME_TEST:
		take_test(drive, json);
		break;
	case FRAME_ARTIFACT:
		take_artifact(drive, frame, json);
		break;
	case FRAME_RECORD:
		if (json_array_size(drive->records) < MAX_SHOWN) {
			json_array_append(drive->records, json);
		}
		break;
	default:
		take_shown(drive, frame, json);
		break;
	}
	json_decref(json);
}

enum status drive_worker(struct drive *drive, const struct worker_request *request,
			 struct worker_result *result, struct error *err)
{
	struct worker *worker;
	enum status status = worker_start(&worker, request, err);
	if (status != STATUS_OK) {
		return status;
	}
	interrupted = 0;
	struct sigaction action = {.sa_handler = on_signal}, old[3];
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	sigset_t caught, before;
	sigemptyset(&caught);
	for (int i = 0; i < 3; i++) {
		sigaddset(&caught, signals[i]);
		sigaction(signals[i], &action, &old[i]);
	}
	sigprocmask(SIG_BLOCK, &caught, &before); /* they come in during the poll only */
	for (;;) {
		struct frame frame;
		enum worker_next next;
		while ((next = worker_next(worker, &frame)) == WORKER_FRAME) {
			drive_take(drive, &frame);
		}
		if (next == WORKER_ENDED) {
			break;
		}
		if (interrupted) {
			drive->stopped = true;
			worker_stop(worker);
		}
		int wait = worker_wait_ms(worker);
		struct timespec timeout = {wait / 1000, (long)(wait % 1000) * 1000000};
		struct pollfd channel = {.fd = worker_fd(worker), .events = worker_events(worker)};
		ppoll(&channel, 1, wait < 0 ? NULL : &timeout, &before);
	}
	for (int i = 0; i < 3; i++) {
		sigaction(signals[i], &old[i], NULL);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	*result = *worker_result(worker);
	worker_free(worker);
	return STATUS_OK;
}

json_t *drive_error_json(const struct worker_result *result)
{
	if (result->ok) {
		return json_null();
	}
	const struct script_error *error = &result->error;
	json_t *json = json_pack("{s:s,s:s,s:o}", "kind", script_fault_word(error->fault),
				 "message", error->message, "line",
				 error->line > 0 ? json_integer(error->line) : json_null());
	return json;
}

void drive_print_error(const struct worker_result *result)
{
	const struct script_error *error = &result->error;
	if (error->line > 0 && error->file[0]) {
		fprintf(stderr, message(MSG_RUN_ERROR_LINE), error->file, error->line,
			error->message);
	} else {
		fprintf(stderr, "%s\n", error->message);
	}
}

void drive_print_metrics(const struct drive *drive)
{
	const char *name;
	json_t *points;
	json_object_foreach(drive->metrics, name, points)
	{
		size_t count = json_array_size(points);
		double first = json_number_value(json_array_get(json_array_get(points, 0), 1));
		double last =
			json_number_value(json_array_get(json_array_get(points, count - 1), 1));
		double least = INFINITY, greatest = -INFINITY;
		size_t i;
		json_t *point;
		json_array_foreach(points, i, point)
		{
			double value = json_number_value(json_array_get(point, 1));
			least = fmin(least, value);
			greatest = fmax(greatest, value);
		}
		if (count == 1) {
			printf(message(MSG_RUN_METRIC_ONE), name, last);
		} else {
			printf(message(MSG_RUN_METRIC), name, first, last, least, greatest, count);
		}
	}
}
