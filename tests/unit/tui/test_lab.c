#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "tests/support/game.h"

/* The workbench of a lab in a terminal: runs that are left and come back to, text that is lost and found again. */

#define F5 "\033[15~"
#define F7 "\033[18~"
#define F10 "\033[21~"
#define F12 "\033[24~"
#define ESCAPE "\033"

static const char long_run[] = "print('돌기 시작')\n"
			       "local until_then = os.clock() + 3\n"
			       "while os.clock() < until_then do end\n"
			       "print('끝까지 돌았다')\n"
			       "return {}\n";

static void run_long(struct game *game)
{
	game_open(game, 80, 24);
	game_open_lab(game, long_run);
	game_press(game, F5, "예측해 볼까요");
	game_press(game, "\r", "돌기 시작");
}

static void a_run_goes_on_behind_other_screens(void **state)
{
	(void)state;
	struct game game;
	run_long(&game);
	pty_send(game.pty, ESCAPE);
	game_expect(&game, "뒤에서 계속됩니다");
	game_press(&game, "m", "▶ Lab-AI-01 실행 중");
	/* It ends there, and says so. */
	game_expect(&game, "실행이 끝났어요");
	game_press(&game, "j", "● Lab-AI-01 끝남");
	game_press(&game, "L", "실행을 마쳤습니다");
	game_expect(&game, "│ 끝까지 돌았다");
	game_close(&game);
}

static void coming_back_to_a_run_that_goes_on(void **state)
{
	(void)state;
	struct game game;
	run_long(&game);
	game_press(&game, ESCAPE, "실습 시작하기");
	game_press(&game, "\r", "돌기 시작");
	assert_false(
		pty_holds(game.pty, "끝까지 돌았다\n")); /* the code names it, the output not yet */
	game_expect(&game, "실행을 마쳤습니다");
	game_close(&game);
}

static void quitting_asks_while_a_run_goes_on(void **state)
{
	(void)state;
	struct game game;
	run_long(&game);
	game_press(&game, ESCAPE, "실습 시작하기");
	game_press(&game, "q", "한 번 더 누르면 나갑니다");
	assert_true(pty_running(game.pty));
	/* Another key takes the question back. */
	game_press(&game, "m", "과정 지도");
	game_press(&game, "q", "한 번 더 누르면 나갑니다");
	assert_true(pty_running(game.pty));
	pty_send(game.pty, "q");
	assert_int_equal(pty_wait_end(game.pty, 5000), 0);
	game_close(&game);
}

static void starting_over_can_be_undone(void **state)
{
	(void)state;
	struct game game;
	game_open(&game, 80, 24);
	game_open_lab(&game, "-- 내가 쓴 글\nreturn {}\n");
	game_expect(&game, "Ctrl-Z 되돌리기  F12 처음으로");
	game_press(&game, F12, "F12를 한 번 더");
	game_press(&game, F12, "-- 둘을 더하세요.");
	assert_false(pty_holds(game.pty, "내가 쓴 글"));
	game_press(&game, "\032", "-- 내가 쓴 글"); /* Ctrl-Z */
	assert_false(pty_holds(game.pty, "둘을 더하세요."));
	pty_settle(game.pty, 600, 1500);
	game_restart(&game);
	game_expect(&game, "실습 시작하기");
	game_press(&game, "\r", "-- 내가 쓴 글");
	game_close(&game);
}

static void text_survives_a_kill(void **state)
{
	(void)state;
	struct game game;
	game_open(&game, 80, 24);
	game_open_lab(&game, NULL);
	game_press(&game, "-- 방금 쓴 줄\r", "-- 방금 쓴 줄");
	pty_settle(game.pty, 700, 1500);
	pty_signal(game.pty, SIGKILL);
	assert_int_equal(pty_wait_end(game.pty, 5000), 128 + SIGKILL);
	game_restart(&game);
	game_expect(&game, "실습 시작하기");
	game_press(&game, "\r", "-- 방금 쓴 줄");
	game_close(&game);
}

static void models_are_looked_into(void **state)
{
	(void)state;
	struct game game;
	game_open(&game, 100, 30);
	game_open_lab(&game, "local nn, T = require 'nn', require 'tensor'\n"
			     "local m = nn.sequential { nn.linear { 2, 3 }, nn.relu() }\n"
			     "return { net = m, input = T.ones(1, 2) }\n");
	game_press(&game, F10, "net · 9개");
	game_expect(&game, "net 0.weight");
	game_expect(&game, "net 출력 1");
	game_expect(&game, "3×2"); /* the shape, in the table of parameters */
	/* The weights, and their exact numbers. */
	game_press(&game, "\033[B\033[B", "3행 2열의 그림에서");
	game_press(&game, "i", "값 6개");
	pty_settle(game.pty, 100, 1000);
	game_press(&game, ESCAPE, "▸ net 0.weight");
	pty_settle(game.pty, 100, 1000);
	game_press(&game, ESCAPE, "F5 실행");
	/* A file without one says how to see something here. */
	game_write(&game, "return { add = function() end }\n");
	game_press(&game, F10, "모델이 없어요");
	game_close(&game);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	if (access(game_program(), X_OK)) {
		print_message("no program at %s\n", game_program());
		return 77;
	}
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_goes_on_behind_other_screens),
		cmocka_unit_test(coming_back_to_a_run_that_goes_on),
		cmocka_unit_test(quitting_asks_while_a_run_goes_on),
		cmocka_unit_test(starting_over_can_be_undone),
		cmocka_unit_test(text_survives_a_kill),
		cmocka_unit_test(models_are_looked_into),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
