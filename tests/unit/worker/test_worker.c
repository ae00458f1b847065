#include <dirent.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/base/clock.h"
#include "engine/worker/worker.h"

/* This program is its own worker: worker_start() runs it again with the word "worker". */

static struct worker *start(const char *source, double seconds)
{
	struct worker_request request = {.kind = WORKER_RUN,
					 .file = "test.lua",
					 .source = source,
					 .source_length = strlen(source),
					 .threads = 1,
					 .seconds = seconds,
					 .memory_mb = 64};
	struct worker *worker;
	struct error err = ERROR_INIT;
	assert_int_equal(worker_start(&worker, &request, &err), STATUS_OK);
	return worker;
}

/* Waits for what comes next, at most ten seconds. */
static enum worker_next wait_next(struct worker *worker, struct frame *frame)
{
	int64_t until = clock_now_ns() + 10000000000ll;
	enum worker_next next;
	while ((next = worker_next(worker, frame)) == WORKER_NOTHING && clock_now_ns() < until) {
		int wait = worker_wait_ms(worker);
		struct pollfd fd = {.fd = worker_fd(worker), .events = worker_events(worker)};
		poll(&fd, 1, wait < 0 || wait > 1000 ? 1000 : wait);
	}
	return next;
}

static const struct worker_result *run_out(struct worker *worker, int *frames)
{
	struct frame frame;
	enum worker_next next;
	int count = 0;
	while ((next = wait_next(worker, &frame)) == WORKER_FRAME) {
		count++;
	}
	assert_int_equal(next, WORKER_ENDED);
	if (frames) {
		*frames = count;
	}
	return worker_result(worker);
}

static void a_script_runs_and_its_log_arrives(void **state)
{
	(void)state;
	struct worker *worker = start("print('하나') print('둘')", 5);
	struct frame frame;
	assert_int_equal(wait_next(worker, &frame), WORKER_FRAME);
	assert_int_equal(frame.type, FRAME_LOG);
	assert_string_equal(frame.json, "{\"text\":\"하나\"}");
	int frames;
	const struct worker_result *result = run_out(worker, &frames);
	assert_int_equal(frames, 1);
	assert_true(result->ok);
	assert_true(result->peak_mb > 0);
	assert_int_equal(worker_fd(worker), -1);
	worker_free(worker);
}

static void an_endless_loop_times_out(void **state)
{
	(void)state;
	int64_t begun = clock_now_ns();
	struct worker *worker = start("while true do end", 0.2);
	const struct worker_result *result = run_out(worker, NULL);
	assert_false(result->ok);
	assert_int_equal(result->error.fault, SCRIPT_FAULT_TIMEOUT);
	assert_int_equal(result->error.line, 1);
	assert_true(clock_now_ns() - begun < 2000000000ll);
	worker_free(worker);
}

static void stop_ends_it_within_100_ms(void **state)
{
	(void)state;
	static const char *const sources[] = {
		"print('x') while true do end",
		"print('x') while true do pcall(function() while true do end end) end",
		/* inside a C function, where no hook comes */
		"print('x') string.find(('a'):rep(40), ('a?'):rep(40) .. ('a'):rep(40) .. 'b')",
	};
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct worker *worker = start(sources[i], 30);
		struct frame frame;
		assert_int_equal(wait_next(worker, &frame), WORKER_FRAME);
		int64_t begun = clock_now_ns();
		worker_stop(worker);
		const struct worker_result *result = run_out(worker, NULL);
		int64_t took = clock_now_ns() - begun;
		assert_int_equal(result->error.fault, SCRIPT_FAULT_KILLED);
		assert_true(took < 150000000ll); /* 100 ms, and what a loaded machine adds */
		worker_free(worker);
	}
}

static void a_killed_worker_is_told_apart(void **state)
{
	(void)state;
	struct worker *worker = start("print('x') while true do end", 30);
	struct frame frame;
	assert_int_equal(wait_next(worker, &frame), WORKER_FRAME);
	/* Its process group holds it alone. */
	FILE *children = popen("ps -o pid= --ppid $PPID -C test_worker", "r");
	assert_non_null(children);
	pid_t victim = 0;
	char line[64];
	while (fgets(line, sizeof(line), children)) {
		pid_t pid = atoi(line);
		victim = pid != getpid() && getpgid(pid) == pid ? pid : victim;
	}
	pclose(children);
	assert_true(victim > 0);
	kill(victim, SIGABRT);
	const struct worker_result *result = run_out(worker, NULL);
	assert_false(result->ok);
	assert_int_equal(result->error.fault, SCRIPT_FAULT_KILLED);
	assert_non_null(strstr(result->error.message, "SIGABRT"));
	worker_free(worker);
}

static void pauses_do_not_count(void **state)
{
	(void)state;
	struct worker *worker =
		start("print('x') local t = os.clock() while os.clock() - t < 0.3 do end", 1);
	struct frame frame;
	assert_int_equal(wait_next(worker, &frame), WORKER_FRAME);
	worker_pause(worker);
	assert_true(worker_paused(worker));
	struct timespec nap = {1, 200000000};
	nanosleep(&nap, NULL);
	assert_int_equal(worker_next(worker, &frame), WORKER_NOTHING);
	worker_resume(worker);
	const struct worker_result *result = run_out(worker, NULL);
	assert_true(result->ok);
	worker_free(worker);
}

static void a_flood_is_bounded(void **state)
{
	(void)state;
	struct worker *worker = start("for i = 1, 300000 do print(i) end", 20);
	int frames;
	const struct worker_result *result = run_out(worker, &frames);
	assert_true(result->ok);
	assert_true(frames > 1000 && frames < 10000);
	worker_free(worker);
}

static int open_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	assert_non_null(directory);
	int count = 0;
	while (readdir(directory)) {
		count++;
	}
	closedir(directory);
	return count;
}

static void nothing_is_left_behind(void **state)
{
	(void)state;
	int before = open_descriptors();
	for (int i = 0; i < 10; i++) {
		struct worker *worker = start("while true do end", 30);
		worker_free(worker); /* while it runs */
	}
	assert_int_equal(open_descriptors(), before);
}

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "worker") == 0) {
		return worker_main();
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_script_runs_and_its_log_arrives),
		cmocka_unit_test(an_endless_loop_times_out),
		cmocka_unit_test(stop_ends_it_within_100_ms),
		cmocka_unit_test(a_killed_worker_is_told_apart),
		cmocka_unit_test(pauses_do_not_count),
		cmocka_unit_test(a_flood_is_bounded),
		cmocka_unit_test(nothing_is_left_behind),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
