#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/mlops/load.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"

/* mundap load PORT: sends load to a service on this machine and says how it answered. */

static atomic_bool stop;

static void ask_to_stop(int signal)
{
	(void)signal;
	atomic_store(&stop, true);
}

static bool shape_of(const char *word, enum load_shape *shape)
{
	static const char *const words[] = {"closed", "constant", "poisson", "ramp", "spike"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcmp(word, words[i]) == 0) {
			*shape = (enum load_shape)i;
			return true;
		}
	}
	return false;
}

static json_t *histogram_json(const struct load_result *r)
{
	json_t *rows = json_array();
	for (int b = 0; b < LOAD_BUCKETS; b++) {
		if (r->histogram[b]) {
			json_array_append_new(rows, json_pack("[f,I]", load_bucket_bound(b) * 1e3,
							      (json_int_t)r->histogram[b]));
		}
	}
	return rows;
}

static int print_json(const struct load_result *r)
{
	json_t *status = json_object();
	for (int i = 2; i < 6; i++) {
		char name[8];
		snprintf(name, sizeof name, "%dxx", i);
		json_object_set_new(status, name, json_integer((json_int_t)r->status[i]));
	}
	return cli_print_json(json_pack(
		       "{s:I,s:I,s:I,s:I,s:o,s:f,s:f,s:{s:f,s:f,s:f,s:f,s:f,s:f},s:o}", "sent",
		       (json_int_t)r->sent, "answered", (json_int_t)r->answered, "failed",
		       (json_int_t)r->failed, "late", (json_int_t)r->late, "status", status,
		       "seconds", r->seconds, "per_second", r->per_second, "latency_ms", "mean",
		       r->mean * 1e3, "p50", r->p50 * 1e3, "p90", r->p90 * 1e3, "p99", r->p99 * 1e3,
		       "p999", r->p999 * 1e3, "max", r->longest * 1e3, "histogram_ms",
		       histogram_json(r)))
		       ? CLI_PASSED
		       : CLI_FAULT;
}

/* Twelve bars over the latencies seen, a bar a factor. */
static void print_bars(const struct load_result *r)
{
	enum { BARS = 12, WIDTH = 40 };
	int first = 0, last = LOAD_BUCKETS - 1;
	while (first < last && !r->histogram[first]) {
		first++;
	}
	while (last > first && !r->histogram[last]) {
		last--;
	}
	uint64_t bars[BARS] = {0}, most = 1;
	int step = (last - first) / BARS + 1;
	for (int b = first; b <= last; b++) {
		bars[(b - first) / step] += r->histogram[b];
	}
	for (int i = 0; i < BARS; i++) {
		most = bars[i] > most ? bars[i] : most;
	}
	for (int i = 0; i < BARS && first + i * step <= last; i++) {
		printf("  %9.3f ms ", load_bucket_bound(first + i * step) * 1e3);
		int length = (int)((double)bars[i] / (double)most * WIDTH + 0.5);
		for (int k = 0; k < length; k++) {
			fputs("█", stdout);
		}
		printf("%s%llu\n", length ? " " : "", (unsigned long long)bars[i]);
	}
}

static void print_text(const struct load_result *r)
{
	printf(message(MSG_LOAD_SUMMARY), (unsigned long long)r->answered, r->seconds,
	       r->per_second);
	printf(message(MSG_LOAD_STATUS), (unsigned long long)r->status[2],
	       (unsigned long long)r->status[3], (unsigned long long)r->status[4],
	       (unsigned long long)r->status[5], (unsigned long long)r->failed);
	printf(message(MSG_LOAD_LATENCY), r->mean * 1e3, r->p50 * 1e3, r->p90 * 1e3, r->p99 * 1e3,
	       r->p999 * 1e3, r->longest * 1e3);
	if (r->late) {
		fputs(message(MSG_LOAD_LATE), stdout);
	}
	print_bars(r);
}

int cmd_load(int argc, char **argv, const struct cli_options *options)
{
	const char *path = "/predict", *body_file = NULL, *shape = "closed", *key = NULL;
	long connections = 8, requests = 0, seed = 0;
	double rate = 0, seconds = 5;
	const struct cli_option own[] = {{"--path", CLI_TEXT, &path, 0, 0},
					 {"--body", CLI_TEXT, &body_file, 0, 0},
					 {"--shape", CLI_TEXT, &shape, 0, 0},
					 {"--key", CLI_TEXT, &key, 0, 0},
					 {"--connections", CLI_INTEGER, &connections, 1, 1000},
					 {"--requests", CLI_INTEGER, &requests, 1, 1e9},
					 {"--seed", CLI_INTEGER, &seed, 0, 0},
					 {"--rate", CLI_NUMBER, &rate, 0.01, 1e6},
					 {"--seconds", CLI_NUMBER, &seconds, 0.01, 600}};
	int wrong = cli_take_options(&argc, argv, own, sizeof own / sizeof *own, options);
	if (wrong) {
		return wrong;
	}
	enum load_shape kind;
	if (argc != 2 || atoi(argv[1]) < 1 || atoi(argv[1]) > 65535) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD), "PORT",
				"mundap load 8000");
	}
	if (!shape_of(shape, &kind) || (kind != LOAD_CLOSED && rate == 0)) {
		return cli_fail(options, CLI_WRONG_USE, "usage", "%s", message(MSG_LOAD_SHAPE));
	}
	struct strbuf body;
	strbuf_init(&body);
	struct error err = ERROR_INIT;
	if (body_file && file_read(&body, body_file, (size_t)16 << 20, &err) != STATUS_OK) {
		strbuf_release(&body);
		return cli_fail_error(options, &err);
	}
	const struct load_request request = {body_file ? "POST" : "GET", path,
					     body_file ? body.text : NULL};
	const struct load_options load = {.port = atoi(argv[1]),
					  .shape = kind,
					  .connections = (int)connections,
					  .rate = rate,
					  .seconds = seconds,
					  .most_requests = (uint64_t)requests,
					  .requests = &request,
					  .request_count = 1,
					  .bearer = key,
					  .seed = (uint64_t)seed,
					  .stop = &stop};
	struct load_result *result = malloc(sizeof *result);
	struct sigaction action = {.sa_handler = ask_to_stop}, old;
	sigaction(SIGINT, &action, &old);
	enum status status = result ? load_run(result, &load, &err)
				    : error_set(&err, STATUS_NOMEM, "load", "out of memory");
	sigaction(SIGINT, &old, NULL);
	int exit_status;
	if (status != STATUS_OK) {
		exit_status = status == STATUS_IO ? cli_fail(options, CLI_NOT_PASSED, "io",
							     message(MSG_LOAD_NOBODY), load.port)
						  : cli_fail_error(options, &err);
	} else if (options->json) {
		exit_status = print_json(result);
	} else {
		print_text(result);
		exit_status = CLI_PASSED;
	}
	if (exit_status == CLI_PASSED && (result->failed || result->status[5])) {
		exit_status = CLI_NOT_PASSED;
	}
	free(result);
	strbuf_release(&body);
	return exit_status;
}
