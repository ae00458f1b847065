#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/base/message.h"
#include "tui/plain/plain_io.h"
#include "tui/widget/board.h"
#include "tui/work.h"

/* Labs and figures without a screen: results and pictures as sentences. */

/* ---- figures ---- */

struct told_figure {
	struct strbuf say;
	char keys[1024];
	bool fresh; /* something new was drawn */
};

static void take_canvas(struct told_figure *figure, const struct frame *frame)
{
	json_t *json = json_loadb(frame->json, frame->json_length, 0, NULL);
	const char *say = json_string_value(json_object_get(json, "say"));
	const json_t *keys = json_object_get(json, "keys");
	strbuf_reset(&figure->say);
	strbuf_puts(&figure->say, say ? say : "");
	figure->keys[0] = '\0';
	size_t used = 0;
	for (size_t i = 0; i < json_array_size(keys) && used < sizeof figure->keys; i++) {
		const json_t *row = json_array_get(keys, i);
		const char *key = json_string_value(json_array_get(row, 0));
		const char *what = json_string_value(json_array_get(row, 1));
		used += (size_t)snprintf(figure->keys + used, sizeof figure->keys - used, "%s%s %s",
					 used ? ", " : "", key ? key : "", what ? what : "");
	}
	figure->fresh = true;
	json_decref(json);
}

/* Waits until the figure has drawn (or a second has passed). False when it ended. */
static bool await(struct worker *worker, struct told_figure *figure)
{
	int64_t until = clock_now_ns() + 1000000000;
	figure->fresh = false;
	for (;;) {
		struct frame frame;
		enum worker_next next;
		while ((next = worker_next(worker, &frame)) == WORKER_FRAME) {
			if (frame.type == FRAME_CANVAS) {
				take_canvas(figure, &frame);
			}
		}
		if (next == WORKER_ENDED) {
			return false;
		}
		if (figure->fresh || clock_now_ns() > until) {
			return true;
		}
		struct pollfd poll_row = {worker_fd(worker), worker_events(worker), 0};
		poll(&poll_row, 1, 50);
	}
}

void plain_figure(struct plain *plain, const struct step *step)
{
	struct error err = ERROR_INIT;
	struct strbuf source, line;
	struct told_figure figure = {.fresh = false};
	struct worker *worker = NULL;
	strbuf_init(&source);
	strbuf_init(&line);
	strbuf_init(&figure.say);
	if (plain_told(file_read(&source, step->figure.path, 0, &err), &err)) {
		struct worker_request request = {.kind = WORKER_FIGURE,
						 .file = "figure.lua",
						 .source = source.text,
						 .source_length = source.length,
						 .seed = 1,
						 .threads = 1,
						 .width = 78,
						 .height = 16};
		plain_told(worker_start(&worker, &request, &err), &err);
	}
	while (worker) {
		if (!await(worker, &figure)) {
			plain_say("! %s", worker_result(worker)->error.message);
			break;
		}
		plain_say("%s", figure.say.text);
		plain_say(message(MSG_PLAIN_FIGURE_KEYS), figure.keys);
		if (!plain_ask(plain, message(MSG_PLAIN_FIGURE_KEY), &line) || !line.length) {
			break;
		}
		worker_send_key(worker, line.text);
	}
	worker_free(worker);
	strbuf_release(&figure.say);
	strbuf_release(&source);
	strbuf_release(&line);
}

/* ---- labs ---- */

static void print_frame(struct board *board, const struct frame *frame)
{
	json_t *json;
	const char *text;
	board_take(board, frame);
	switch (frame->type) {
	case FRAME_LOG:
		json = json_loadb(frame->json, frame->json_length, 0, NULL);
		text = json_string_value(json_object_get(json, "text"));
		plain_say("%s", text ? text : "");
		fflush(stdout);
		json_decref(json);
		break;
	case FRAME_TEST:
		json = json_loadb(frame->json, frame->json_length, 0, NULL);
		plain_say("%s %s %s", json_is_true(json_object_get(json, "passed")) ? "✔" : "✘",
			  json_string_value(json_object_get(json, "name")),
			  json_string_value(json_object_get(json, "message")));
		json_decref(json);
		break;
	default:
		break;
	}
}

static void print_pictures(const struct board *board)
{
	struct strbuf text;
	strbuf_init(&text);
	for (int i = 0; i < board_pictures(board); i++) {
		strbuf_reset(&text);
		board_say(board, i, &text);
		if (text.length) {
			plain_say("%s", text.text);
		}
	}
	strbuf_release(&text);
}

static void keep_attempt(struct plain *plain, const struct lesson *lesson, const struct step *step,
			 const struct board *board, const struct worker_result *result,
			 const char *source, uint64_t seed)
{
	struct error err = ERROR_INIT;
	const struct board_test *tests;
	int count = board_tests(board, &tests);
	json_t *json = json_array();
	for (int i = 0; i < count; i++) {
		json_array_append_new(json,
				      json_pack("{s:s, s:b, s:s}", "name", tests[i].name, "passed",
						tests[i].passed, "message", tests[i].message));
	}
	char *text = json_dumps(json, JSON_COMPACT);
	bool passed = result->ok && result->passed;
	if (plain->store && text) {
		struct lab_attempt attempt = {.lab = step->lab.id,
					      .passed = passed,
					      .seconds = result->seconds,
					      .seed = seed,
					      .source = source,
					      .tests = text,
					      .metrics = "{}"};
		plain_told(store_add_lab_attempt(plain->store, &attempt, NULL, &err), &err);
		if (passed) {
			plain_told(store_set_step(plain->store, lesson->id, step->id,
						  STEP_STATE_DONE, &err),
				   &err);
		}
	}
	free(text);
	json_decref(json);
}

static void run_lab(struct plain *plain, const struct lesson *lesson, const struct step *step,
		    bool check)
{
	struct error err = ERROR_INIT;
	struct strbuf source, path, checker;
	struct worker *worker = NULL;
	struct board *board = board_new();
	uint64_t seed = check ? (uint64_t)clock_now_ns() / 1000 % 1000000 + 1 : 1;
	strbuf_init(&source);
	strbuf_init(&path);
	strbuf_init(&checker);
	enum status status = work_open(&source, &path, &step->lab, &err);
	if (status == STATUS_OK && check) {
		strbuf_reset(&path);
		strbuf_printf(&path, "%s/check.lua", step->lab.folder);
		status = file_read(&checker, path.text, 0, &err);
	}
	if (status == STATUS_OK && board) {
		struct worker_request request = {.kind = check ? WORKER_CHECK : WORKER_RUN,
						 .file = "lab.lua",
						 .source = source.text,
						 .source_length = source.length,
						 .check_file = "check.lua",
						 .check = checker.text,
						 .check_length = checker.length,
						 .seed = seed,
						 .seconds = step->lab.seconds,
						 .memory_mb = step->lab.memory_mb,
						 .local_services = step->lab.local_services};
		status = worker_start(&worker, &request, &err);
	}
	plain_told(status, &err);
	enum worker_next next = WORKER_NOTHING;
	while (worker && next != WORKER_ENDED) {
		struct frame frame;
		struct pollfd poll_row = {worker_fd(worker), worker_events(worker), 0};
		poll(&poll_row, 1, worker_wait_ms(worker));
		while ((next = worker_next(worker, &frame)) == WORKER_FRAME) {
			print_frame(board, &frame);
		}
	}
	if (worker) {
		const struct worker_result *result = worker_result(worker);
		const struct board_test *tests;
		print_pictures(board);
		if (!result->ok) {
			plain_say("✘ %s", result->error.message);
		} else if (check) {
			plain_say(message(result->passed ? MSG_TUI_LAB_PASSED : MSG_PLAIN_LAB_OPEN),
				  board_tests(board, &tests));
		} else {
			plain_say(message(MSG_TUI_LAB_FINISHED), result->seconds);
		}
		if (check) {
			keep_attempt(plain, lesson, step, board, result, source.text, seed);
		}
	}
	worker_free(worker);
	board_free(board);
	strbuf_release(&source);
	strbuf_release(&path);
	strbuf_release(&checker);
}

static void predict(struct plain *plain, const struct lab *lab)
{
	struct strbuf line;
	strbuf_init(&line);
	if (lab->predict_question[0] && plain->store &&
	    store_lab_text(plain->store, lab->id, "prediction", &line, NULL)) {
		plain_say("%s %s", message(MSG_TUI_LAB_PREDICT), lab->predict_question);
		if (plain_ask(plain, lab->predict_unit, &line) && line.length) {
			store_set_lab_text(plain->store, lab->id, "prediction", line.text, NULL);
		}
	}
	strbuf_release(&line);
}

void plain_lab(struct plain *plain, const struct lesson *lesson, const struct step *step)
{
	struct error err = ERROR_INIT;
	struct strbuf line, text, path;
	strbuf_init(&line);
	strbuf_init(&text);
	strbuf_init(&path);
	if (plain_told(work_open(&text, &path, &step->lab, &err), &err)) {
		plain_say(message(MSG_PLAIN_LAB_FILE), path.text);
		predict(plain, &step->lab);
		while (plain_ask(plain, message(MSG_PLAIN_LAB_CHOOSE), &line) && line.length &&
		       strcmp(line.text, "0") != 0) {
			if (!strcmp(line.text, "1") || !strcmp(line.text, "2")) {
				run_lab(plain, lesson, step, line.text[0] == '2');
			} else {
				plain_say("%s", message(MSG_PLAIN_WHICH));
			}
		}
	}
	strbuf_release(&line);
	strbuf_release(&text);
	strbuf_release(&path);
}
