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
#include "engine/base/file.h"
#include "tests/support/pty.h"
#include "tests/support/scratch.h"

/* The program in a terminal, played as a learner would, on a small lesson of the tests' own. Screens that hold nothing
 * but the interface's and that lesson's words are compared as a whole (MUNDAP_UPDATE=1 writes them anew). */

struct game {
	struct scratch scratch;
	struct pty *pty;
	int width, height;
};

static void set_environment(const struct scratch *scratch)
{
	char path[256], here[2048];
	snprintf(path, sizeof path, "%s/data", scratch->folder);
	setenv("MUNDAP_HOME", path, 1);
	assert_non_null(getcwd(here, sizeof here - 32));
	strcat(here, "/tests/fixtures/play");
	setenv("MUNDAP_SHARE", here, 1);
	setenv("MUNDAP_NOW", "1763800000", 1); /* 2025-11-22, a Saturday */
	setenv("TZ", "Asia/Seoul", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("MUNDAP_LANG");
	unsetenv("EDITOR");
	unsetenv("VISUAL");
}

static const char *program(void)
{
	const char *path = getenv("MUNDAP");
	return path ? path : "build/release/mundap";
}

static void start(struct game *game, int width, int height, const char *term, const char *option)
{
	char *words[] = {(char *)program(), (char *)option, NULL};
	game->width = width;
	game->height = height;
	game->pty = pty_start(width, height, term, words);
	assert_non_null(game->pty);
}

static void open_game(struct game *game, int width, int height)
{
	scratch_init(&game->scratch);
	set_environment(&game->scratch);
	start(game, width, height, "xterm-256color", NULL);
	/* The first start ever: the teacher's four questions, left for later. */
	if (!pty_wait(game->pty, "팀 규모와", 10000)) {
		fail_msg("no greeting:\n%s", pty_screen(game->pty));
	}
	pty_send(game->pty, "\033");
	if (!pty_wait(game->pty, "시작하기", 10000)) {
		fail_msg("no first screen:\n%s", pty_screen(game->pty));
	}
}

static void close_game(struct game *game)
{
	pty_end(game->pty);
	scratch_release(&game->scratch);
}

static void expect(struct game *game, const char *text)
{
	if (!pty_wait(game->pty, text, 15000)) {
		fail_msg("waited for \"%s\" in vain:\n%s", text, pty_screen(game->pty));
	}
}

static void press(struct game *game, const char *keys, const char *then)
{
	pty_send(game->pty, keys);
	expect(game, then);
}

/* Compares the screen with the one kept under tests/fixtures/play/screens. */
static void same_screen(struct game *game, const char *name)
{
	char path[256];
	struct strbuf kept;
	pty_settle(game->pty, 60, 1000);
	const char *screen = pty_screen(game->pty);
	snprintf(path, sizeof path, "tests/fixtures/play/screens/%s-%dx%d.txt", name, game->width,
		 game->height);
	if (getenv("MUNDAP_UPDATE")) {
		assert_int_equal(file_write(path, screen, strlen(screen), NULL), 0);
		return;
	}
	strbuf_init(&kept);
	if (file_read(&kept, path, 0, NULL)) {
		fail_msg("%s is missing; MUNDAP_UPDATE=1 makes it", path);
	}
	if (strcmp(kept.text, screen) != 0) {
		print_message("expected %s:\n%s\nfound:\n%s\n", path, kept.text, screen);
	}
	assert_string_equal(screen, kept.text);
	strbuf_release(&kept);
}

static void play(int width, int height)
{
	struct game game;
	open_game(&game, width, height);
	expect(&game, "더하기");
	same_screen(&game, "home");
	press(&game, "m", "과정 지도");
	same_screen(&game, "map");
	press(&game, "\033", "시작하기");
	press(&game, "\r", "왜 더할까요");
	same_screen(&game, "text");
	/* Space reads to the end of the text, however many pages that takes, then goes to the figure. */
	for (int i = 0; i < 4 && !pty_holds(game.pty, "사과 3개"); i++) {
		pty_send(game.pty, " ");
		pty_wait(game.pty, "사과 3개", 1500);
	}
	expect(&game, "사과가 3개 있습니다.");
	press(&game, "\033[C", "사과가 4개 있습니다.");
	press(&game, "\033OC", "사과가 5개 있습니다.");
	same_screen(&game, "figure");
	press(&game, "\r", "문답 · CP-AI-01");
	press(&game, "순서를 바꾸어도 모으는 것은 같습니다.", "모으는 것은 같습니다.");
	press(&game, "\177\177", "모으는 것은 같습니");
	press(&game, "다. 그래서 합은 같아요.\r", "(1) 교환 법칙");
	expect(&game, "~~~");
	press(&game, "\033", "▸ Enter");
	press(&game, " ", "문제 풀기");
	press(&game, "\r", "셋과 둘을 더하면?");
	same_screen(&game, "quiz-choice");
	press(&game, "2\r", "맞았어요");
	same_screen(&game, "quiz-right");
	press(&game, "\r", "10 더하기 20은?");
	press(&game, "30\r", "맞았어요");
	press(&game, "\r", "작은 것부터");
	press(&game, "\r\033[B\r\033[B\r", "다 골랐어요");
	press(&game, "\r", "맞는 답");
	press(&game, "\r", "짝수를 모두");
	press(&game, "13\r", "맞았어요");
	press(&game, "\r", "짝을 지으세요");
	press(&game, "12", "다 골랐어요");
	press(&game, "\r", "Enter 다음 문제");
	press(&game, "\r", "5개 중");
	press(&game, "\r", "실습 시작하기");
	same_screen(&game, "lab-step");
	press(&game, "\r", "lab.lua");
	same_screen(&game, "lab");
	press(&game, "\033[18~", "검사"); /* F7 */
	expect(&game, "둘을 모으면 몇 개인가요?");
	/* Down to "return 0", its end, and the change that passes. */
	press(&game, "\033[B\033[B\033[B\033[F\177a + b", "return a + b");
	press(&game, "\033[18~", "✔ 통과");
	expect(&game, "왜 순서가 상관없을까요?");
	press(&game, "모으는 것은 같아서\r", "설명을 저장했어요");
	press(&game, "\033", "✔ 마쳤어요");
	press(&game, "q", "");
	assert_int_equal(pty_wait_end(game.pty, 5000), 0);
	assert_true(pty_restored(game.pty));
	/* The next start is at the same place, and everything is there. */
	pty_end(game.pty);
	start(&game, width, height, "xterm-256color", NULL);
	expect(&game, "더하기 짜기");
	press(&game, "\r", "return a + b");
	close_game(&game);
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
		open_game(&game, 80, 24);
		assert_false(pty_restored(game.pty));
		pty_signal(game.pty, signals[i]);
		int status = pty_wait_end(game.pty, 5000);
		bool crash = signals[i] == SIGSEGV || signals[i] == SIGABRT;
		assert_int_equal(status, crash ? 128 + signals[i] : 0);
		assert_true(pty_restored(game.pty));
		close_game(&game);
	}
}

static void suspending_and_going_on(void **state)
{
	(void)state;
	struct game game;
	open_game(&game, 80, 24);
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
	expect(&game, "시작하기");
	assert_false(pty_restored(game.pty));
	press(&game, "m", "과정 지도");
	close_game(&game);
}

static void small_windows_say_so(void **state)
{
	(void)state;
	struct game game;
	open_game(&game, 80, 24);
	pty_resize(game.pty, 60, 15);
	expect(&game, "80×24 이상이 필요한데");
	for (int i = 0; i < 60; i++) {
		pty_resize(game.pty, 80 + i % 7 * 10, 24 + i % 5 * 4);
	}
	pty_resize(game.pty, 100, 30);
	expect(&game, "시작하기");
	press(&game, "m", "과정 지도");
	close_game(&game);
}

static void poor_terminals_get_the_plain_mode(void **state)
{
	(void)state;
	struct game game;
	scratch_init(&game.scratch);
	set_environment(&game.scratch);
	start(&game, 80, 24, "dumb", NULL);
	expect(&game, "한 줄씩");
	expect(&game, "무엇을 할까요?");
	press(&game, "q\r", "수고하셨어요");
	assert_int_equal(pty_wait_end(game.pty, 5000), 0);
	close_game(&game);
}

static void any_locale_shows_korean(void **state)
{
	(void)state;
	static const char *const locales[] = {"C", "", "xx_YY.broken"};
	for (size_t i = 0; i < sizeof locales / sizeof *locales; i++) {
		struct game game;
		scratch_init(&game.scratch);
		set_environment(&game.scratch);
		setenv("LC_ALL", locales[i], 1);
		setenv("LANG", locales[i], 1);
		start(&game, 80, 24, "xterm-256color", NULL);
		expect(&game, "네 가지를");
		press(&game, "\033", "시작하기");
		same_screen(&game, "home");
		close_game(&game);
	}
}

static void hangul_keys_and_built_in_input(void **state)
{
	(void)state;
	struct game game;
	open_game(&game, 80, 24);
	press(&game, "ㅡ", "과정 지도"); /* the key of m */
	press(&game, "/", "낱말이나 초성");
	press(&game, "\013", "두벌식 [한]"); /* Ctrl-K */
	press(&game, "ejgkrl", "더하기"); /* by 두벌식 */
	press(&game, "\177", "더하ㄱ"); /* a jamo at a time while composing */
	press(&game, "l", "더하기");
	int x, y;
	pty_cursor(game.pty, &x, &y);
	assert_int_equal(y, 2);
	close_game(&game);
}

static void first_frame_and_keys_are_quick(void **state)
{
	(void)state;
	struct game game;
	open_game(&game, 80, 24);
	pty_settle(game.pty, 100, 1000);
	/* Two screens in turn; the middle one of many times is what counts on a busy machine. */
	int64_t times[40];
	for (int i = 0; i < 40; i++) {
		int64_t begin = clock_now_ns();
		press(&game, i % 2 ? "\033[A" : "\033[B", "");
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
	close_game(&game);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	if (access(program(), X_OK)) {
		print_message("no program at %s\n", program());
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
		cmocka_unit_test(first_frame_and_keys_are_quick),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
