#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "tests/support/game.h"

/* From a key to its letter on the screen while a CNN trains on every core, over the whole training. The time is taken at
 * the terminal's other end, so it holds the wake-ups of both programs. Quick runs only ask that keys arrive; with
 * MUNDAP_LATENCY=1 (tests/long/key_latency.sh) the times are held against the limits. */

#define MAX_KEYS 20000
#define WAIT_MS 5000
#define PAUSE_MS 40 /* a fast typist */

/* The tests' world, with a lab that trains for long. */
static void set_environment(const struct scratch *scratch)
{
	char here[2048];
	game_environment(scratch);
	assert_non_null(getcwd(here, sizeof here - 32));
	strcat(here, "/tests/fixtures/latency");
	setenv("MUNDAP_SHARE", here, 1);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Sends a key and waits until the cursor stands at column want; ms, or -1 when it never came. */
static double time_key(struct pty *pty, const char *key, int want)
{
	int64_t start = clock_now_ns();
	pty_send(pty, key);
	for (;;) {
		int x, y;
		pty_step(pty, 1);
		pty_cursor(pty, &x, &y);
		double ms = (double)(clock_now_ns() - start) / 1e6;
		if (x == want) {
			return ms;
		}
		if (ms > WAIT_MS) {
			return -1;
		}
	}
}

static void keys_are_heard_while_training(void **state)
{
	(void)state;
	static double times[MAX_KEYS];
	bool whole = getenv("MUNDAP_LATENCY") != NULL;
	struct game game;
	scratch_init(&game.scratch);
	set_environment(&game.scratch);
	game_start(&game, 120, 40, "xterm-256color", NULL);
	struct pty *pty = game.pty;
	game_expect(&game, "팀 규모와");
	game_press(&game, "\033", "시작하기");
	game_press(&game, "\r", "실습 시작하기");
	game_press(&game, "\r", "lab.lua");
	pty_settle(pty, 100, 2000);
	int column, row;
	pty_cursor(pty, &column, &row);
	game_press(&game, "\033[15~", "에폭"); /* F5 */
	int count = 0;
	while (count + 1 < MAX_KEYS && pty_holds(pty, "실행 중")) {
		times[count] = time_key(pty, "a", column + 1);
		times[count + 1] = time_key(pty, "\177", column);
		assert_true(times[count] >= 0 && times[count + 1] >= 0);
		count += 2;
		pty_settle(pty, PAUSE_MS, PAUSE_MS);
		if (!whole && count >= 40) {
			break;
		}
	}
	game_close(&game);
	assert_true(count >= 40);
	qsort(times, (size_t)count, sizeof *times, by_value);
	double median = times[count / 2], p99 = times[count * 99 / 100], worst = times[count - 1];
	print_message("%d keys: median %.2f ms, 99th percentile %.2f ms, worst %.2f ms\n", count,
		      median, p99, worst);
	if (whole) {
		assert_true(median <= 4 && p99 <= 16);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(keys_are_heard_while_training)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
