#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "tests/support/game.h"

/* The program in a terminal, played as a learner would, on a small lesson of the tests' own. Screens that hold nothing
 * but the interface's and that lesson's words are compared as a whole (MUNDAP_UPDATE=1 writes them anew). */

static void play(int width, int height)
{
	struct game game;
	game_open(&game, width, height);
	game_expect(&game, "더하기");
	game_same_screen(&game, "home");
	game_press(&game, "m", "과정 지도");
	game_same_screen(&game, "map");
	game_press(&game, "\033", "시작하기");
	game_press(&game, "\r", "왜 더할까요");
	game_same_screen(&game, "text");
	/* Space reads to the end of the text, however many pages that takes, then goes to the figure. */
	for (int i = 0; i < 4 && !pty_holds(game.pty, "사과 3개"); i++) {
		pty_send(game.pty, " ");
		pty_wait(game.pty, "사과 3개", 1500);
	}
	game_expect(&game, "사과가 3개 있습니다.");
	game_press(&game, "\033[C", "사과가 4개 있습니다.");
	game_press(&game, "\033OC", "사과가 5개 있습니다.");
	game_same_screen(&game, "figure");
	game_press(&game, "\r", "문답 · CP-AI-01");
	game_press(&game, "순서를 바꾸어도 모으는 것은 같습니다.", "모으는 것은 같습니다.");
	game_press(&game, "\177\177", "모으는 것은 같습니");
	game_press(&game, "다. 그래서 합은 같아요.\r", "(1) 교환 법칙");
	game_expect(&game, "~~~");
	game_press(&game, "\033", "▸ Enter");
	game_press(&game, " ", "문제 풀기");
	game_press(&game, "\r", "셋과 둘을 더하면?");
	game_same_screen(&game, "quiz-choice");
	game_press(&game, "2\r", "맞았어요");
	game_same_screen(&game, "quiz-right");
	game_press(&game, "\r", "10 더하기 20은?");
	game_press(&game, "30\r", "맞았어요");
	game_press(&game, "\r", "작은 것부터");
	game_press(&game, "\r\033[B\r\033[B\r", "다 골랐어요");
	game_press(&game, "\r", "맞는 답");
	game_press(&game, "\r", "짝수를 모두");
	game_press(&game, "13\r", "맞았어요");
	game_press(&game, "\r", "짝을 지으세요");
	game_press(&game, "12", "다 골랐어요");
	game_press(&game, "\r", "Enter 다음 문제");
	game_press(&game, "\r", "5개 중");
	game_press(&game, "\r", "실습 시작하기");
	game_same_screen(&game, "lab-step");
	game_press(&game, "\r", "lab.lua");
	game_same_screen(&game, "lab");
	game_press(&game, "\033[18~", "검사"); /* F7 */
	game_expect(&game, "둘을 모으면 몇 개인가요?");
	/* Down to "return 0", its end, and the change that passes. */
	game_press(&game, "\033[B\033[B\033[B\033[F\177a + b", "return a + b");
	game_press(&game, "\033[18~", "✔ 통과");
	game_expect(&game, "왜 순서가 상관없을까요?");
	game_press(&game, "모으는 것은 같아서\r", "설명을 저장했어요");
	game_press(&game, "\033", "✔ 마쳤어요");
	game_press(&game, "q", "");
	assert_int_equal(pty_wait_end(game.pty, 5000), 0);
	assert_true(pty_restored(game.pty));
	/* The next start is at the same place, and everything is there. */
	pty_end(game.pty);
	game_start(&game, width, height, "xterm-256color", NULL);
	game_expect(&game, "더하기 짜기");
	game_press(&game, "\r", "return a + b");
	game_close(&game);
}

static void lesson_is_played_at_80x24(void **state)
{
	(void)state;
	play(80, 24);
}

static void lesson_is_played_at_120x40(void **state)
{
	(void)state;
	play(120, 40);
}

static void signals_give_the_terminal_back(void **state)
{
	(void)state;
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGSEGV, SIGABRT};
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct game game;
		game_open(&game, 80, 24);
		assert_false(pty_restored(game.pty));
		pty_signal(game.pty, signals[i]);
		int status = pty_wait_end(game.pty, 5000);
		bool crash = signals[i] == SIGSEGV || signals[i] == SIGABRT;
		assert_int_equal(status, crash ? 128 + signals[i] : 0);
		assert_true(pty_restored(game.pty));
		game_close(&game);
	}
}

static void suspending_and_going_on(void **state)
{
	(void)state;
	struct game game;
	game_open(&game, 80, 24);
	/* Curses ignores the signal while it draws; who sends it by hand sends it again. */
	bool stopped = false;
	for (int i = 0; i < 20 && !stopped; i++) {
		pty_signal(game.pty, SIGTSTP);
		stopped = pty_wait_stopped(game.pty, 500);
	}
	assert_true(stopped);
	pty_settle(game.pty, 50, 1000);
	assert_false(pty_holds(game.pty, "시작하기"));
	assert_true(pty_restored(game.pty));
	pty_signal(game.pty, SIGCONT);
	game_expect(&game, "시작하기");
	assert_false(pty_restored(game.pty));
	game_press(&game, "m", "과정 지도");
	game_close(&game);
}

static void small_windows_say_so(void **state)
{
	(void)state;
	struct game game;
	game_open(&game, 80, 24);
	pty_resize(game.pty, 60, 15);
	game_expect(&game, "80×24 이상이 필요한데");
	for (int i = 0; i < 60; i++) {
		pty_resize(game.pty, 80 + i % 7 * 10, 24 + i % 5 * 4);
	}
	pty_resize(game.pty, 100, 30);
	game_expect(&game, "시작하기");
	game_press(&game, "m", "과정 지도");
	game_close(&game);
}

static void poor_terminals_get_the_plain_mode(void **state)
{
	(void)state;
	struct game game;
	scratch_init(&game.scratch);
	game_environment(&game.scratch);
	game_start(&game, 80, 24, "dumb", NULL);
	game_expect(&game, "한 줄씩");
	game_expect(&game, "무엇을 할까요?");
	game_press(&game, "q\r", "수고하셨어요");
	assert_int_equal(pty_wait_end(game.pty, 5000), 0);
	game_close(&game);
}

static void any_locale_shows_korean(void **state)
{
	(void)state;
	static const char *const locales[] = {"C", "", "xx_YY.broken"};
	for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
		struct game game;
		scratch_init(&game.scratch);
		game_environment(&game.scratch);
		setenv("LC_ALL", locales[i], 1);
		setenv("LANG", locales[i], 1);
		game_start(&game, 80, 24, "xterm-256color", NULL);
		game_expect(&game, "네 가지를");
		game_press(&game, "\033", "시작하기");
		game_same_screen(&game, "home");
		game_close(&game);
	}
}

static void hangul_keys_and_built_in_input(void **state)
{
	(void)state;
	struct game game;
	game_open(&game, 80, 24);
	game_press(&game, "ㅡ", "과정 지도"); /* the key of m */
	game_press(&game, "/", "낱말이나 초성");
	game_press(&game, "\013", "두벌식 [한]"); /* Ctrl-K */
	game_press(&game, "ejgkrl", "더하기"); /* by 두벌식 */
	game_press(&game, "\177", "더하ㄱ"); /* a jamo at a time while composing */
	game_press(&game, "l", "더하기");
	int x, y;
	pty_cursor(game.pty, &x, &y);
	assert_int_equal(y, 2);
	game_close(&game);
}

static void three_set_keyboard_composes(void **state)
{
	(void)state;
	struct game game;
	game_open(&game, 80, 24);
	game_press(&game, "/", "낱말이나 초성");
	game_press(&game, "\013\013", "세벌식 [한]"); /* Ctrl-K twice */
	game_press(&game, "mfs", "한");
	game_press(&game, "kgw", "한글"); /* 초성 ㄱ, ㅡ, 종성 ㄹ */
	game_press(&game, "\177", "한그"); /* by jamo while composing */
	game_press(&game, "w", "한글");
	game_close(&game);
}

static void the_palette_finds_everything(void **state)
{
	(void)state;
	struct game game;
	game_open(&game, 80, 24);
	game_press(&game, ":", "명령 찾기");
	pty_settle(game.pty, 100, 1000);
	game_press(&game, "ㄱㅈㅈㄷ",
		   "map"); /* initials of 과정 지도, and its name for config.lua */
	game_press(&game, "\177\177\177\177glossary", "용어집을 엽니다");
	game_press(&game, "\177\177\177\177\177\177\177\177start over", "(lab)");
	game_press(&game, "\r", "lab 화면에서 쓸 수 있어요");
	game_press(&game, ":", "Esc 뒤로");
	game_press(&game, "statistics\r", "배웠어요");
	game_close(&game);
}

static void hints_can_be_clicked(void **state)
{
	(void)state;
	struct game game;
	game_open(&game, 80, 24);
	game_expect(&game, "r 복습  m 과정 지도");
	pty_settle(game.pty, 100, 1000);
	/* The cell of "m" in the last row: " Enter 열기  r 복습  m …". */
	pty_send(game.pty, "\033[<0;23;24M\033[<0;23;24m");
	game_expect(&game, "▾ 연습 과정");
	game_close(&game);
}

static void first_frame_and_keys_are_quick(void **state)
{
	(void)state;
	struct game game;
	game_open(&game, 80, 24);
	pty_settle(game.pty, 100, 1000);
	/* Two screens in turn; the middle one of many times is what counts on a busy machine. */
	int64_t times[40];
	for (int i = 0; i < 40; i++) {
		int64_t begin = clock_now_ns();
		game_press(&game, i % 2 ? "\033[A" : "\033[B", "");
		size_t before = pty_bytes(game.pty);
		while (pty_bytes(game.pty) == before && clock_now_ns() - begin < 1000000000) {
			pty_settle(game.pty, 1, 2);
		}
		times[i] = clock_now_ns() - begin;
		pty_settle(game.pty, 5, 50);
	}
	for (int i = 1; i < 40; i++) {
		for (int k = i; k > 0 && times[k] < times[k - 1]; k--) {
			int64_t swap = times[k];
			times[k] = times[k - 1];
			times[k - 1] = swap;
		}
	}
	assert_true(times[20] < 60 * 1000000);
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
		cmocka_unit_test(lesson_is_played_at_80x24),
		cmocka_unit_test(lesson_is_played_at_120x40),
		cmocka_unit_test(signals_give_the_terminal_back),
		cmocka_unit_test(suspending_and_going_on),
		cmocka_unit_test(small_windows_say_so),
		cmocka_unit_test(poor_terminals_get_the_plain_mode),
		cmocka_unit_test(any_locale_shows_korean),
		cmocka_unit_test(hangul_keys_and_built_in_input),
		cmocka_unit_test(three_set_keyboard_composes),
		cmocka_unit_test(the_palette_finds_everything),
		cmocka_unit_test(hints_can_be_clicked),
		cmocka_unit_test(first_frame_and_keys_are_quick),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
