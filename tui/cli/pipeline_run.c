#include "tui/cli/pipeline_run.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/digest.h"
#include "engine/base/rng.h"
#include "tui/cli/pipeline_store.h"

#define MOST_JOBS 16
#define MOST_INPUT ((size_t)15 << 20)
#define LONGEST_BACKOFF 600

enum step_state {
	STEP_WAITING,
	STEP_RUNNING,
	STEP_RESTING, /* until due_ns, then again */
	STEP_DONE,
	STEP_CACHED,
	STEP_FAILED,
	STEP_SKIPPED,
	STEP_STOPPED
};

struct step {
	const json_t *row; /* of the description */
	const char *name;
	enum step_state state;
	int attempts;
	char key[DIGEST_HEX];
	json_t *outputs; /* {name: {kind, hash, bytes}} */
	json_t *error;
	struct worker *worker;
	struct drive drive;
	struct error keeping; /* the first output that could not be kept */
	int64_t started_ns, due_ns;
	double seconds;
};

struct run {
	const struct pipeline_file *file;
	const struct pipeline_options *options;
	const json_t *params;
	const char *name;
	struct step *steps;
	size_t count;
	int running;
	bool stopping;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

/* ---- keys ---- */

static struct step *find(const struct run *run, const char *name, size_t length)
{
	for (size_t i = 0; i < run->count; i++) {
		if (strlen(run->steps[i].name) == length &&
		    memcmp(run->steps[i].name, name, length) == 0) {
			return &run->steps[i];
		}
	}
	return NULL;
}

/* What an input stands for: the outputs of a step, or one of them (NULL when it was not given). Borrowed. */
static json_t *source_of(const struct run *run, const char *from)
{
	size_t length = strcspn(from, ".");
	const struct step *step = find(run, from, length);
	json_t *outputs = step ? step->outputs : NULL;
	return from[length] ? json_object_get(outputs, from + length + 1) : outputs;
}

static json_t *params_of(const struct run *run, const struct step *step)
{
	const json_t *names = json_object_get(step->row, "params");
	if (!json_is_array(names)) {
		return json_deep_copy(run->params);
	}
	json_t *own = json_object(), *name;
	size_t i;
	json_array_foreach(names, i, name)
	{
		const char *word = json_string_value(name);
		json_object_set(own, word, json_object_get(run->params, word));
	}
	return own;
}

static enum status set_key(const struct run *run, struct step *step, struct error *err)
{
	struct strbuf code;
	char hex[DIGEST_HEX];
	strbuf_init(&code);
	pipeline_step_code(&code, run->file, step->row);
	enum status status = digest_sha256(hex, code.text, code.length, err);
	json_t *inputs = json_object(), *from;
	const char *as;
	json_object_foreach(json_object_get(step->row, "inputs"), as, from)
	{
		json_object_set(inputs, as, source_of(run, json_string_value(from)));
	}
	json_t *all = json_pack("{s:s,s:s,s:s,s:o,s:o,s:I}", "program", MUNDAP_VERSION, "step",
				step->name, "code", hex, "inputs", inputs, "params",
				params_of(run, step), "seed", (json_int_t)run->options->seed);
	char *text = all ? json_dumps(all, JSON_SORT_KEYS | JSON_COMPACT) : NULL;
	if (status == STATUS_OK) {
		status = text ? digest_sha256(step->key, text, strlen(text), err)
			      : error_set(err, STATUS_NOMEM, "pipeline", "out of memory");
	}
	free(text);
	json_decref(all);
	strbuf_release(&code);
	return status;
}

/* ---- one step ---- */

static void tell(const struct run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void tell(const struct run *run, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (run->options->live) {
		vprintf(format, args);
		fflush(stdout);
	}
	va_end(args);
}

/* Adds an output's bytes to the blob and says where they are. */
static json_t *place(const struct run *run, const json_t *output, struct strbuf *blob,
		     struct error *err)
{
	size_t at = blob->length;
	const char *hex = json_string_value(json_object_get(output, "hash"));
	if (!hex || pipeline_fetch(run->name, hex, blob, err) != STATUS_OK) {
		return NULL;
	}
	return json_pack("{s:O,s:I,s:I}", "kind", json_object_get(output, "kind"), "at",
			 (json_int_t)at, "length", (json_int_t)(blob->length - at));
}

/* The worker's request: JSON, a NUL, the bytes of all inputs. */
static enum status write_request(struct strbuf *out, const struct run *run, const struct step *step,
				 struct error *err)
{
	struct strbuf blob;
	json_t *inputs = json_object(), *from, *output;
	const char *as, *name;
	strbuf_init(&blob);
	enum status status = STATUS_OK;
	json_object_foreach(json_object_get(step->row, "inputs"), as, from)
	{
		json_t *source = source_of(run, json_string_value(from));
		bool one = strchr(json_string_value(from), '.') != NULL;
		json_t *value = one && source ? place(run, source, &blob, err) : json_object();
		if (!one) {
			json_object_foreach(source, name, output)
			{
				json_object_set_new(value, name, place(run, output, &blob, err));
			}
		} else if (!source) {
			status = error_set(err, STATUS_NOT_FOUND, step->name,
					   message(MSG_PIPELINE_NO_OUTPUT), step->name,
					   json_string_value(from));
		}
		json_object_set_new(inputs, as, value);
	}
	status = status == STATUS_OK && err->status != STATUS_OK ? err->status : status;
	if (status == STATUS_OK && blob.length > MOST_INPUT) {
		status = error_set(err, STATUS_RANGE, step->name, message(MSG_PIPELINE_TOO_LARGE),
				   step->name);
	}
	json_t *all = json_pack("{s:s,s:i,s:o,s:o}", "step", step->name, "attempt", step->attempts,
				"params", params_of(run, step), "inputs", inputs);
	char *text = all ? json_dumps(all, JSON_COMPACT) : NULL;
	if (text) {
		strbuf_add(out, text, strlen(text) + 1);
		strbuf_add(out, blob.text, blob.length);
	}
	if (status == STATUS_OK && (!text || !strbuf_ok(out) || !strbuf_ok(&blob))) {
		status = error_set(err, STATUS_NOMEM, "pipeline", "out of memory");
	}
	free(text);
	json_decref(all);
	strbuf_release(&blob);
	return status;
}

static void fail_step(struct run *run, struct step *step, json_t *error)
{
	json_decref(step->error);
	step->error = error;
	step->state = STEP_FAILED;
	const char *text = json_string_value(json_object_get(error, "message"));
	tell(run, message(MSG_PIPELINE_FAILED), step->name, text ? text : "");
}

static void start_step(struct run *run, struct step *step)
{
	struct error err = ERROR_INIT;
	struct strbuf request;
	strbuf_init(&request);
	step->attempts++;
	enum status status = write_request(&request, run, step, &err);
	if (status == STATUS_OK) {
		const struct worker_request worker = {
			.kind = WORKER_PIPELINE,
			.file = run->file->path,
			.source = run->file->source.text,
			.source_length = run->file->source.length,
			.check = request.text,
			.check_length = request.length,
			.seed = run->options->seed,
			.threads = 1,
			.seconds = json_number_value(json_object_get(step->row, "timeout")),
			.memory_mb =
				(int)json_integer_value(json_object_get(step->row, "memory_mb")),
			.local_services = run->options->local_services};
		status = worker_start(&step->worker, &worker, &err);
	}
	strbuf_release(&request);
	json_decref(step->outputs);
	step->outputs = json_object();
	step->started_ns = clock_now_ns();
	if (status != STATUS_OK) {
		fail_step(run, step,
			  json_pack("{s:s,s:s}", "kind", status_name(status), "message",
				    err.message));
		return;
	}
	char again[64] = "";
	if (step->attempts > 1) {
		snprintf(again, sizeof again, message(MSG_PIPELINE_ATTEMPT), step->attempts);
	}
	tell(run, message(MSG_PIPELINE_STARTED), step->name, again);
	step->state = STEP_RUNNING;
	run->running++;
}

static void take(struct run *run, struct step *step, const struct frame *frame)
{
	json_t *json = json_loadb(frame->json, frame->json_length, 0, NULL);
	const char *name = json_string_value(json_object_get(json, "name"));
	const char *kind = json_string_value(json_object_get(json, "kind"));
	if (frame->type == FRAME_ARTIFACT && name && kind && strcmp(kind, "model") != 0) {
		char hex[DIGEST_HEX];
		if (pipeline_keep(run->name, frame->bytes ? (const void *)frame->bytes : "",
				  frame->bytes_length, hex, &step->keeping) == STATUS_OK) {
			json_object_set_new(step->outputs, name,
					    json_pack("{s:s,s:s,s:I}", "kind", kind, "hash", hex,
						      "bytes", (json_int_t)frame->bytes_length));
		}
	} else {
		drive_take(&step->drive, frame);
	}
	if (frame->type == FRAME_LOG) {
		const char *text = json_string_value(json_object_get(json, "text"));
		tell(run, "  %s │ %s\n", step->name, text ? text : "");
	}
	json_decref(json);
}

/* The step's worker has ended: done, again later, or failed for good. */
static void finish_step(struct run *run, struct step *step)
{
	const struct worker_result result = *worker_result(step->worker);
	worker_free(step->worker);
	step->worker = NULL;
	run->running--;
	step->seconds = (double)(clock_now_ns() - step->started_ns) * 1e-9;
	if (result.ok && step->keeping.status == STATUS_OK) {
		json_t *record = json_pack("{s:s,s:f,s:O}", "step", step->name, "seconds",
					   step->seconds, "outputs", step->outputs);
		pipeline_remember(run->name, step->key, record, &step->keeping);
		json_decref(record);
	}
	if (result.ok && step->keeping.status == STATUS_OK) {
		step->state = STEP_DONE;
		tell(run, message(MSG_PIPELINE_DONE), step->name, step->seconds);
		return;
	}
	json_t *error = step->keeping.status
				? json_pack("{s:s,s:s}", "kind", status_name(step->keeping.status),
					    "message", step->keeping.message)
				: drive_error_json(&result);
	int64_t retries = json_integer_value(json_object_get(step->row, "retries"));
	if (run->stopping) {
		json_decref(error);
		step->state = STEP_STOPPED;
	} else if (step->keeping.status || step->attempts > retries) {
		fail_step(run, step, error);
	} else {
		/* Twice as long each time, spread by up to a tenth so that steps do not come back together. */
		struct rng rng;
		rng_init(&rng, run->options->seed, (uint64_t)step->attempts);
		double wait = json_number_value(json_object_get(step->row, "backoff")) *
			      ldexp(1, step->attempts - 1);
		wait = fmin(wait, LONGEST_BACKOFF) * (1 + 0.1 * rng_uniform(&rng));
		const char *text = json_string_value(json_object_get(error, "message"));
		tell(run, message(MSG_PIPELINE_RETRY), step->name, text ? text : "", wait);
		json_decref(step->error);
		step->error = error;
		step->due_ns = clock_now_ns() + (int64_t)(wait * 1e9);
		step->state = STEP_RESTING;
	}
}

/* ---- all steps ---- */

/* What the steps before one say: all ended well, some did not, or not yet. */
static enum step_state needs_of(const struct run *run, const struct step *step)
{
	enum step_state worst = STEP_DONE;
	size_t i;
	json_t *need;
	json_array_foreach(json_object_get(step->row, "needs"), i, need)
	{
		const struct step *other =
			find(run, json_string_value(need), json_string_length(need));
		if (other->state >= STEP_FAILED) {
			return STEP_SKIPPED;
		}
		if (other->state != STEP_DONE && other->state != STEP_CACHED) {
			worst = STEP_WAITING;
		}
	}
	return worst;
}

/* Moves a step that waits; in the order of the description. */
static void advance(struct run *run, struct step *step)
{
	if (step->state == STEP_RESTING && !run->stopping && clock_now_ns() >= step->due_ns &&
	    run->running < run->options->jobs) {
		start_step(run, step);
		return;
	}
	if (run->stopping && (step->state == STEP_WAITING || step->state == STEP_RESTING)) {
		step->state = STEP_STOPPED;
	}
	if (step->state != STEP_WAITING) {
		return;
	}
	enum step_state before = needs_of(run, step);
	if (before == STEP_SKIPPED) {
		step->state = STEP_SKIPPED;
		tell(run, message(MSG_PIPELINE_SKIPPED), step->name);
		return;
	}
	struct error err = ERROR_INIT;
	if (before != STEP_DONE) {
		return;
	}
	if (!*step->key && set_key(run, step, &err) != STATUS_OK) {
		fail_step(run, step,
			  json_pack("{s:s,s:s}", "kind", status_name(err.status), "message",
				    err.message));
		return;
	}
	json_t *record = run->options->force ? NULL : pipeline_recall(run->name, step->key);
	if (record) {
		step->outputs = json_incref(json_object_get(record, "outputs"));
		step->state = STEP_CACHED;
		tell(run, message(MSG_PIPELINE_CACHED), step->name);
		json_decref(record);
	} else if (run->running < run->options->jobs) {
		start_step(run, step);
	}
}

static bool unfinished(const struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		if (run->steps[i].state < STEP_DONE) {
			return true;
		}
	}
	return false;
}

/* Reads from all workers; true when something ended. */
static bool drain(struct run *run)
{
	bool ended = false;
	for (size_t i = 0; i < run->count; i++) {
		struct step *step = &run->steps[i];
		struct frame frame;
		enum worker_next next = WORKER_NOTHING;
		while (step->worker && (next = worker_next(step->worker, &frame)) == WORKER_FRAME) {
			take(run, step, &frame);
		}
		if (step->worker && next == WORKER_ENDED) {
			finish_step(run, step);
			ended = true;
		}
	}
	return ended;
}

static void wait_for_news(struct run *run, const sigset_t *mask)
{
	struct pollfd watched[MOST_JOBS];
	nfds_t count = 0;
	int wait = 200; /* a step that rests is looked at again soon */
	for (size_t i = 0; i < run->count; i++) {
		const struct step *step = &run->steps[i];
		if (step->worker && count < MOST_JOBS) {
			int ms = worker_wait_ms(step->worker);
			wait = ms >= 0 && ms < wait ? ms : wait;
			watched[count++] = (struct pollfd){.fd = worker_fd(step->worker),
							   .events = worker_events(step->worker)};
		} else if (step->state == STEP_RESTING) {
			int64_t ms = (step->due_ns - clock_now_ns()) / 1000000 + 1;
			wait = ms < 0 ? 0 : ms < wait ? (int)ms : wait;
		}
	}
	const struct timespec limit = {wait / 1000, (long)(wait % 1000) * 1000000};
	ppoll(watched, count, &limit, mask);
}

static void loop(struct run *run)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = on_signal}, old[3];
	sigset_t caught, before;
	interrupted = 0;
	sigemptyset(&caught);
	for (int i = 0; i < 3; i++) {
		sigaddset(&caught, signals[i]);
		sigaction(signals[i], &action, &old[i]);
	}
	sigprocmask(SIG_BLOCK, &caught, &before);
	while (unfinished(run)) {
		if (interrupted && !run->stopping) {
			run->stopping = true;
			for (size_t i = 0; i < run->count; i++) {
				if (run->steps[i].worker) {
					worker_stop(run->steps[i].worker);
				}
			}
		}
		for (size_t i = 0; i < run->count; i++) {
			advance(run, &run->steps[i]);
		}
		if (!drain(run) && unfinished(run) && (run->running || !interrupted)) {
			wait_for_news(run, &before);
		}
	}
	for (int i = 0; i < 3; i++) {
		sigaction(signals[i], &old[i], NULL);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* ---- the document ---- */

static json_t *step_json(const struct step *step)
{
	static const char *const words[] = {"waiting", "running", "waiting", "done",
					    "cached",  "failed",  "skipped", "stopped"};
	return json_pack("{s:s,s:s,s:i,s:f,s:s,s:o,s:o,s:O,s:O}", "name", step->name, "status",
			 words[step->state], "attempts", step->attempts, "seconds", step->seconds,
			 "key", step->key, "outputs",
			 step->outputs ? json_incref(step->outputs) : json_object(), "error",
			 step->state == STEP_FAILED && step->error ? json_incref(step->error)
								   : json_null(),
			 "log", step->drive.log, "metrics", step->drive.metrics);
}

static json_t *document_of(const struct run *run, const char *id, double seconds)
{
	json_t *steps = json_array();
	bool ok = true;
	for (size_t i = 0; i < run->count; i++) {
		ok = ok && (run->steps[i].state == STEP_DONE || run->steps[i].state == STEP_CACHED);
		json_array_append_new(steps, step_json(&run->steps[i]));
	}
	return json_pack("{s:s,s:s,s:b,s:b,s:f,s:O,s:o}", "pipeline", run->name, "run", id, "ok",
			 ok, "stopped", run->stopping, "seconds", seconds, "params", run->params,
			 "steps", steps);
}

/* A name that sorts by time. */
static void run_id(char id[64])
{
	struct timespec now;
	struct tm parts;
	char date[32];
	clock_gettime(CLOCK_REALTIME, &now);
	strftime(date, sizeof date, "%Y%m%d-%H%M%S", gmtime_r(&now.tv_sec, &parts));
	snprintf(id, 64, "%s-%03ld-%d", date, now.tv_nsec / 1000000, (int)getpid());
}

enum status pipeline_run(json_t **document, const struct pipeline_file *file, const json_t *params,
			 const struct pipeline_options *options, struct error *err)
{
	const json_t *rows = json_object_get(file->description, "steps");
	const json_t *order = json_object_get(file->description, "order");
	struct run run = {.file = file,
			  .options = options,
			  .params = params,
			  .name = json_string_value(json_object_get(file->description, "name")),
			  .count = json_array_size(rows)};
	char id[64];
	*document = NULL;
	run.steps = calloc(run.count + 1, sizeof *run.steps);
	if (!run.steps) {
		return error_set(err, STATUS_NOMEM, "pipeline", "out of memory");
	}
	for (size_t i = 0; i < run.count; i++) {
		struct step *step = &run.steps[i];
		step->row =
			json_array_get(rows, (size_t)json_integer_value(json_array_get(order, i)));
		step->name = json_string_value(json_object_get(step->row, "name"));
		drive_init(&step->drive, false);
	}
	run_id(id);
	tell(&run, message(MSG_PIPELINE_HEAD), run.name, run.count, id);
	int64_t begun = clock_now_ns();
	loop(&run);
	*document = document_of(&run, id, (double)(clock_now_ns() - begun) * 1e-9);
	enum status status = *document ? pipeline_save_run(run.name, id, *document, err)
				       : error_set(err, STATUS_NOMEM, "pipeline", "out of memory");
	for (size_t i = 0; i < run.count; i++) {
		worker_free(run.steps[i].worker);
		drive_release(&run.steps[i].drive);
		json_decref(run.steps[i].outputs);
		json_decref(run.steps[i].error);
	}
	free(run.steps);
	return status;
}
