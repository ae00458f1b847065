#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/lua/config.h"
#include "tests/support/game.h"

/* config.lua: what is read from it, and what a learner sees when it is saved while the program runs. */

static struct config read_text(const struct scratch *scratch, const char *text, enum status *status,
			       struct error *err)
{
	struct config config;
	char path[256];
	scratch_write(scratch, "config.lua", text);
	snprintf(path, sizeof path, "%s/config.lua", scratch->folder);
	*status = config_read(&config, path, err);
	return config;
}

static void values_come_with_their_lines(void **state)
{
	(void)state;
	struct scratch scratch;
	struct error err = ERROR_INIT;
	enum status status;
	scratch_init(&scratch);
	struct config config = read_text(&scratch,
					 "local big = 2 + 3\n"
					 "return {\n"
					 "  goal_hours = big,\n"
					 "  keys = {\n"
					 "    lesson = { [\"ctrl-g\"] = \"map\" },\n"
					 "    q = false,\n"
					 "  },\n"
					 "}\n",
					 &status, &err);
	assert_int_equal(status, STATUS_OK);
	assert_int_equal(config.count, 3);
	assert_string_equal(config.values[0].names[0], "goal_hours");
	assert_true(config.values[0].number == 5);
	assert_int_equal(config.values[0].line, 3);
	assert_int_equal(config.values[1].depth, 3);
	assert_string_equal(config.values[1].names[2], "ctrl-g");
	assert_string_equal(config.values[1].text, "map");
	assert_int_equal(config.values[1].line, 5);
	assert_int_equal(config.values[2].kind, CONFIG_FLAG);
	assert_int_equal(config.values[2].line, 6);
	config_release(&config);
	scratch_release(&scratch);
}

static void nothing_in_it_can_harm(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int line; /* -1: whichever limit is met first */
	} cases[] = {
		{"return {\n theme = \n}", 3},
		{"\nos.execute('touch /tmp/x')\nreturn {}", 2},
		{"while true do end", 0},
		{"local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end", -1},
		{"return 5", 0},
		{"local function f() return f() + 1 end\nreturn f()", -1},
		{"\x1bLua", 0},
		{"local t = {} t.t = t return t", 1},
		{"return { a = print }", 1},
	};
	struct scratch scratch;
	scratch_init(&scratch);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = ERROR_INIT;
		enum status status;
		struct config config = read_text(&scratch, cases[i].text, &status, &err);
		assert_int_equal(status, STATUS_PARSE);
		assert_true(err.message[0] != '\0');
		if (cases[i].line >= 0) {
			assert_int_equal(config.error_line, cases[i].line);
		}
		config_release(&config);
	}
	scratch_release(&scratch);
}

static void write_config(const struct game *game, const char *text)
{
	scratch_write(&game->scratch, "settings/mundap/config.lua", text);
}

static void own_keys_hold_and_are_read_again(void **state)
{
	(void)state;
	struct game game;
	scratch_init(&game.scratch);
	game_environment(&game.scratch);
	write_config(&game, "return { keys = { x = 'map', home = { g = false } } }\n");
	game_start(&game, 80, 24, "xterm-256color", NULL);
	game_expect(&game, "팀 규모와");
	game_press(&game, "\033", "시작하기");
	game_press(&game, "x", "과정 지도");
	game_press(&game, "\033", "시작하기");
	/* Saved while it runs. */
	write_config(&game, "return { keys = { y = 'glossary' } }\n");
	game_expect(&game, "다시 읽었어요");
	game_press(&game, "y", "더하기(addition)는");
	pty_settle(game.pty, 100, 1000);
	game_press(&game, "\033", "이번 주");
	pty_send(game.pty, "x");
	pty_settle(game.pty, 100, 1000);
	game_expect(&game, "이번 주"); /* still at home */
	/* A mistake is told with its line; the rest of the file holds. */
	write_config(&game, "return {\n keys = {\n  z = 'mapp',\n  w = 'map' } }\n");
	game_expect(&game, "config.lua 3행: ‘mapp’라는 명령은 없습니다. 혹시 ‘map’인가요?");
	game_press(&game, "w", "과정 지도");
	write_config(&game, "return {\n keys = {\n");
	game_expect(&game, "config.lua 3행");
	game_press(&game, "\033", "시작하기");
	game_press(&game, "w", "과정 지도");
	game_close(&game);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_with_their_lines),
		cmocka_unit_test(nothing_in_it_can_harm),
		cmocka_unit_test(own_keys_hold_and_are_read_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
