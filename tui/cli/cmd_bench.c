#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/nn/workload.h"
#include "engine/tensor/engine.h"
#include "engine/tensor/profile.h"
#include "engine/tensor/threads.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"

/* mundap bench [NAME…]: the workloads of the speed comparison. --export and --losses let a peer start from the same
 * weights and batch and compare what both compute. */

#define MAX_SAMPLES 100000

struct bench {
	long threads, batch, losses, seed;
	double seconds;
	bool list, profile, plan;
	const char *export_path;
	const struct cli_options *options;
	json_t *results;
};

static double peak_mb(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_maxrss / 1024;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static int list_workloads(const struct bench *b)
{
	const char *name, *summary;
	int64_t batch;
	json_t *all = json_array();
	for (int i = 0; workload_row(i, &name, &summary, &batch); i++) {
		json_array_append_new(all, json_pack("{s:s,s:s,s:I}", "name", name, "summary",
						     summary, "batch", (json_int_t)batch));
		if (!b->options->json) {
			printf("%-14s %5lld  %s\n", name, (long long)batch, summary);
		}
	}
	json_t *root = json_pack("{s:o}", "workloads", all);
	if (b->options->json) {
		return cli_print_json(root) ? CLI_PASSED : CLI_FAULT;
	}
	json_decref(root);
	return CLI_PASSED;
}

static json_t *machine(void)
{
	struct utsname name;
	char processor[128] = "", line[256];
	FILE *info = fopen("/proc/cpuinfo", "re");
	while (info && fgets(line, sizeof line, info)) {
		if (strncmp(line, "model name", 10) == 0 && strchr(line, ':')) {
			snprintf(processor, sizeof processor, "%.120s", strchr(line, ':') + 2);
			processor[strcspn(processor, "\n")] = '\0';
			break;
		}
	}
	if (info) {
		fclose(info);
	}
	uname(&name);
	return json_pack("{s:s,s:s,s:I,s:s,s:s,s:s}", "processor", processor, "architecture",
			 name.machine, "processors", (json_int_t)sysconf(_SC_NPROCESSORS_ONLN),
			 "kernels", engine_simd_name(), "blas", engine_blas_name(), "system",
			 name.release);
}

static void print_profile(double seconds)
{
	struct profile_row rows[16];
	int count = profile_rows(rows, 16);
	for (int i = 0; i < count; i++) {
		double s = (double)rows[i].nanoseconds / 1e9;
		fprintf(stderr, "  %-22s %7lld × %9.1f µs %5.1f %% %8.1f GFLOP/s %7.1f GB/s\n",
			op_row(rows[i].id)->name, (long long)rows[i].calls,
			1e6 * s / (double)rows[i].calls, 100 * s / seconds, rows[i].flops / s / 1e9,
			rows[i].bytes / s / 1e9);
	}
}

/* Losses of the first steps, for the comparison with a peer. */
static enum status note_losses(const struct bench *b, struct workload *w, json_t *losses,
			       struct error *err)
{
	enum status status = STATUS_OK;
	for (long k = 0; k < b->losses && status == STATUS_OK; k++) {
		status = workload_step(w, err);
		double loss = workload_loss(w);
		json_array_append_new(losses, isfinite(loss) ? json_real(loss) : json_null());
	}
	return status;
}

static enum status measure(const struct bench *b, struct workload *w, double *samples, int *count,
			   struct error *err)
{
	enum status status = STATUS_OK;
	int64_t start = clock_now_ns();
	/* Warm-up: until a tenth of the time is used, three steps at least; a single long step stands for itself. */
	for (int k = 0; status == STATUS_OK; k++) {
		status = workload_step(w, err);
		double used = (double)(clock_now_ns() - start) / 1e9;
		if ((k >= 2 && used > b->seconds / 10) || used > b->seconds / 2) {
			break;
		}
	}
	if (b->profile) {
		profile_start();
	}
	start = clock_now_ns();
	*count = 0;
	int64_t before = start;
	while (status == STATUS_OK && *count < MAX_SAMPLES) {
		status = workload_step(w, err);
		int64_t now = clock_now_ns();
		samples[(*count)++] = (double)(now - before) / 1e6;
		before = now;
		if ((double)(now - start) / 1e9 >= b->seconds) {
			break;
		}
	}
	if (b->profile) {
		print_profile((double)(before - start) / 1e9);
		profile_stop();
	}
	return status;
}

static void report(struct bench *b, const char *name, struct workload *w, double *samples,
		   int count, json_t *losses)
{
	qsort(samples, (size_t)count, sizeof *samples, ascending);
	double median = count ? samples[count / 2] : 0;
	double gflops = median > 0 ? workload_flops(w) / median / 1e6 : 0;
	json_t *row =
		json_pack("{s:s,s:i,s:I,s:I,s:{s:f,s:f,s:f},s:i,s:f,s:f}", "name", name, "threads",
			  threads_count(), "batch", (json_int_t)workload_batch(w), "params",
			  (json_int_t)workload_parameters(w), "ms_per_step", "median", median,
			  "min", count ? samples[0] : 0.0, "max", count ? samples[count - 1] : 0.0,
			  "steps", count, "gflops", gflops, "peak_mb", peak_mb());
	if (isfinite(workload_loss(w))) {
		json_object_set_new(row, "loss", json_real(workload_loss(w)));
	}
	if (workload_items(w) && median > 0) {
		json_object_set_new(row, "items_per_second",
				    json_real(1000 * (double)workload_items(w) / median));
	}
	if (b->losses) {
		json_object_set(row, "losses", losses);
	}
	if (!b->options->json) {
		printf("%-14s %2d %6lld %9lld %10.3f %10.3f %10.3f %7d %8.1f %7.1f\n", name,
		       threads_count(), (long long)workload_batch(w),
		       (long long)workload_parameters(w), median, count ? samples[0] : 0.0,
		       count ? samples[count - 1] : 0.0, count, gflops, peak_mb());
		fflush(stdout);
	}
	json_array_append_new(b->results, row);
}

static int run_one(struct bench *b, const char *name)
{
	struct error err = ERROR_INIT;
	struct workload *w;
	if (workload_open(&w, name, b->batch, (uint64_t)b->seed, &err) != STATUS_OK) {
		return cli_fail_error(b->options, &err);
	}
	double *samples = malloc(MAX_SAMPLES * sizeof *samples);
	json_t *losses = json_array();
	int count = 0;
	enum status status =
		samples ? STATUS_OK
			: error_set(&err, STATUS_NOMEM, "bench", "%s", status_name(STATUS_NOMEM));
	if (status == STATUS_OK && b->export_path) {
		status = workload_export(w, b->export_path, &err);
	}
	if (status == STATUS_OK) {
		status = note_losses(b, w, losses, &err);
	}
	if (status == STATUS_OK && b->seconds > 0) {
		status = measure(b, w, samples, &count, &err);
	}
	if (status == STATUS_OK) {
		report(b, name, w, samples, count, losses);
	}
	if (status == STATUS_OK && b->plan) {
		struct strbuf text;
		strbuf_init(&text);
		workload_describe(&text, w);
		fputs(text.text, stderr);
		strbuf_release(&text);
	}
	json_decref(losses);
	free(samples);
	workload_close(w);
	return status == STATUS_OK ? CLI_PASSED : cli_fail_error(b->options, &err);
}

static int run_all(struct bench *b, int argc, char **argv)
{
	if (!b->options->json && !b->list) {
		printf("%-14s %2s %6s %9s %10s %10s %10s %7s %8s %7s\n", message(MSG_BENCH_NAME),
		       "T", message(MSG_BENCH_BATCH), message(MSG_BENCH_PARAMETERS), "ms",
		       message(MSG_BENCH_LEAST), message(MSG_BENCH_MOST), message(MSG_BENCH_STEPS),
		       "GFLOP/s", "MB");
	}
	int code = CLI_PASSED;
	for (int i = 1; i < argc && code == CLI_PASSED; i++) {
		code = run_one(b, argv[i]);
	}
	const char *name, *summary;
	int64_t batch;
	for (int i = 0; argc == 1 && code == CLI_PASSED && workload_row(i, &name, &summary, &batch);
	     i++) {
		code = run_one(b, name);
	}
	return code;
}

int cmd_bench(int argc, char **argv, const struct cli_options *options)
{
	struct bench b = {.seconds = 5, .seed = 1, .options = options};
	const struct cli_option wanted[] = {
		{"--list", CLI_FLAG, &b.list, 0, 0},
		{"--threads", CLI_INTEGER, &b.threads, 1, 64},
		{"--seconds", CLI_NUMBER, &b.seconds, 0, 3600},
		{"--batch", CLI_INTEGER, &b.batch, 1, 65536},
		{"--seed", CLI_INTEGER, &b.seed, 0, 1e9},
		{"--losses", CLI_INTEGER, &b.losses, 0, 100000},
		{"--export", CLI_TEXT, &b.export_path, 0, 0},
		{"--profile", CLI_FLAG, &b.profile, 0, 0},
		{"--plan", CLI_FLAG, &b.plan, 0, 0},
	};
	int code = cli_take_options(&argc, argv, wanted, sizeof wanted / sizeof *wanted, options);
	if (code) {
		return code;
	}
	if (b.list) {
		return list_workloads(&b);
	}
	engine_start((int)b.threads, NULL);
	b.results = json_array();
	code = run_all(&b, argc, argv);
	if (code == CLI_PASSED && options->json) {
		json_t *root = json_pack("{s:o,s:O}", "machine", machine(), "results", b.results);
		code = cli_print_json(root) ? CLI_PASSED : CLI_FAULT;
	}
	json_decref(b.results);
	return code;
}
