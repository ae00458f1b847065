#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/base64.h"
#include "tests/support/game.h"
#include "tui/key.h"
#include "tui/widget/complete.h"
#include "tui/widget/editor.h"

static const char head[] = "local nn = require \"nn\"\n"
			   "local T = require('tensor')\n"
			   "local data = require \"data\"\n";

static struct completion found;

static bool offered(const char *line, bool asked)
{
	char text[1024];
	snprintf(text, sizeof text, "%s%s", head, line);
	return completion_find(&found, text, strlen(text), head, asked);
}

static bool names(const char *name)
{
	for (int i = 0; i < found.count; i++) {
		if (!strcmp(found.items[i].text, name)) {
			return true;
		}
	}
	return false;
}

static void modules_and_methods_are_offered(void **state)
{
	(void)state;
	assert_true(offered("local m = nn.con", false));
	assert_true(names("conv2d") && names("conv1d"));
	assert_false(names("linear"));
	assert_true(offered("x = T.linalg.s", false));
	assert_true(names("linalg.solve"));
	assert_true(offered("return x:mat", false));
	assert_true(names("matmul"));
	assert_true(offered("return x.sha", false));
	assert_true(names("shape"));
	assert_true(offered("f(nn.", false));
	assert_true(found.count > 20);
	/* Each name exists in the reference. */
	for (int i = 0; i < found.count; i++) {
		assert_non_null(found.items[i].entry);
		assert_string_equal(found.items[i].entry->owner, "nn");
	}
}

static void nothing_is_offered_where_nothing_fits(void **state)
{
	(void)state;
	assert_false(offered("local m = nn.zzz", false));
	assert_false(offered("-- nn.con", false));
	assert_false(offered("print(\"nn.con", false));
	assert_false(offered("[[ nn.con", false));
	assert_true(offered("print('a') -- x\nnn.con", false));
	assert_false(offered("x = 1.", false));
	assert_false(offered("a = b..", false));
	assert_false(offered("con", false)); /* bare words only when asked */
	assert_true(offered("local accuracy = 1\nacc", true));
	assert_true(names("accuracy"));
	assert_true(offered("func", true) && names("function"));
}

static const char *call(const char *line, int *argument)
{
	char text[1024];
	snprintf(text, sizeof text, "%s%s", head, line);
	const struct reference_entry *entry = completion_call(text, strlen(text), head, argument);
	return entry ? entry->name : "";
}

static void calls_are_explained(void **state)
{
	(void)state;
	int argument;
	assert_string_equal(call("x = nn.conv2d(1, 16, ", &argument), "conv2d");
	assert_int_equal(argument, 2);
	assert_string_equal(call("x = nn.conv2d { 1, ", &argument), "conv2d");
	assert_int_equal(argument, -1);
	assert_string_equal(call("model:fit(train, { epochs = 3", &argument), "fit");
	assert_int_equal(argument, 1);
	assert_string_equal(call("T.zeros(", &argument), "zeros");
	assert_string_equal(call("T.zeros(2)", &argument), "");
	assert_string_equal(call("mine(T.zeros(2), ", &argument), "");
	assert_string_equal(call("nn.linear(\"(\", ", &argument), "linear");
	int unused;
	const struct reference_entry *entry =
		completion_call("local nn = require 'nn' nn.conv2d(", 34,
				"local nn = require 'nn' nn.conv2d(", &unused);
	size_t from, to;
	assert_non_null(entry);
	assert_true(completion_parameter(entry, 0, &from, &to));
	assert_memory_equal(entry->parameters + from, "in: integer", to - from);
	assert_true(completion_parameter(entry, 1, &from, &to));
	assert_memory_equal(entry->parameters + from, "out: integer", to - from);
	assert_false(completion_parameter(entry, 90, &from, &to));
}

static void type(struct editor *editor, const char *text)
{
	for (; *text; text++) {
		editor_key(editor, (uint32_t)(unsigned char)*text);
	}
}

static void a_name_is_taken_with_tab(void **state)
{
	(void)state;
	size_t length;
	struct grid grid;
	struct strbuf screen;
	struct editor *editor = editor_new("lua");
	grid_init(&grid);
	strbuf_init(&screen);
	grid_resize(&grid, 70, 20);
	assert_true(editor_load(editor, head, strlen(head)));
	editor_key(editor, INPUT_CTRL | INPUT_END);
	type(editor, "x = nn.conv_t");
	editor_draw(editor, grid_area(&grid), "", true);
	grid_dump(&grid, &screen);
	assert_non_null(strstr(screen.text, "conv_transpose2d"));
	assert_non_null(strstr(screen.text, "Tab"));
	assert_true(editor_offer_key(editor, INPUT_TAB));
	type(editor, "(1, ");
	assert_non_null(strstr(editor_text(editor, &length), "x = nn.conv_transpose2d(1, "));
	grid_clear(&grid);
	editor_draw(editor, grid_area(&grid), "", true);
	strbuf_reset(&screen);
	grid_dump(&grid, &screen);
	assert_non_null(strstr(screen.text, "nn.conv_transpose2d(in: integer, out: integer"));
	/* Undo takes the whole name back; Escape closes the list; Tab then indents as ever. */
	type(editor, "nn.li");
	assert_true(editor_offer_key(editor, INPUT_ESCAPE));
	assert_false(editor_offer_key(editor, INPUT_TAB));
	strbuf_release(&screen);
	grid_release(&grid);
	editor_free(editor);
}

static void an_offer_ends_with_its_text(void **state)
{
	(void)state;
	struct grid grid;
	struct editor *editor = editor_new("lua");
	grid_init(&grid);
	grid_resize(&grid, 70, 20);
	editor_load(editor, head, strlen(head));
	editor_key(editor, INPUT_CTRL | INPUT_END);
	type(editor, "local model = nn.");
	editor_draw(editor, grid_area(&grid), "", true);
	/* Undo takes away the place it stood at. */
	assert_true(editor_request(editor, REQUEST_UNDO));
	editor_draw(editor, grid_area(&grid), "", true);
	assert_false(editor_offer_key(editor, INPUT_TAB));
	type(editor, "nn.");
	assert_true(editor_replace(editor, "", 0));
	editor_draw(editor, grid_area(&grid), "", true);
	assert_false(editor_offer_key(editor, INPUT_TAB));
	grid_release(&grid);
	editor_free(editor);
}

static int underlined(const struct grid *grid)
{
	int count = 0;
	for (int y = 0; y < grid->height; y++) {
		for (int x = 0; x < grid->width; x++) {
			count += (grid_at(grid, x, y)->attributes & CELL_UNDERLINE) != 0;
		}
	}
	return count;
}

static void brackets_are_shown_in_pairs(void **state)
{
	(void)state;
	static const char text[] = "f(a[1], \")\", {2}) -- )\n";
	struct grid grid;
	struct editor *editor = editor_new("lua");
	grid_init(&grid);
	grid_resize(&grid, 60, 10);
	editor_load(editor, text, strlen(text));
	editor_key(editor, INPUT_RIGHT);
	editor_draw(editor, grid_area(&grid), "", true);
	assert_int_equal(underlined(&grid), 2);
	/* To the one that closes it, past the one in the string. */
	editor_key(editor, CTRL_KEY(']'));
	int line, column;
	editor_where(editor, &line, &column);
	assert_int_equal(column, (int)(strstr(text, ") --") - text) + 1);
	editor_key(editor, INPUT_END);
	grid_clear(&grid);
	editor_draw(editor, grid_area(&grid), "", true);
	assert_int_equal(underlined(&grid), 0); /* the one in the comment has none */
	grid_release(&grid);
	editor_free(editor);
}

static void base64_is_as_the_rfc_says(void **state)
{
	(void)state;
	static const char *const rows[][2] = {
		{"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
		{"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"foobar", "Zm9vYmFy"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct strbuf out;
		strbuf_init(&out);
		base64_add(&out, rows[i][0], strlen(rows[i][0]));
		assert_string_equal(out.length ? out.text : "", rows[i][1]);
		strbuf_release(&out);
	}
}

/* An editor of the test's own: saves twice, with time between, and leaves. */
static void outside_editor_is_checked_at_each_save(void **state)
{
	(void)state;
	struct game game;
	char path[256];
	game_open(&game, 80, 24);
	snprintf(path, sizeof path, "%s/ed", game.scratch.folder);
	scratch_write(&game.scratch, "ed",
		      "#!/bin/sh\n"
		      "echo EDITING\n"
		      "sleep 0.4; echo 'return { add = function() return 5 end }' > \"$1\"\n"
		      "sleep 1.5; echo ALMOST; sleep 0.3\n");
	assert_int_equal(chmod(path, 0700), 0);
	pty_end(game.pty);
	setenv("EDITOR", path, 1);
	game_start(&game, 80, 24, "xterm-256color", NULL);
	game_expect(&game, "시작하기");
	game_open_lab(&game, NULL);
	game_press(&game, "\005", "EDITING");
	assert_false(pty_holds(game.pty, "lab.lua"));
	game_expect(&game, "ALMOST");
	/* The check ran behind the editor: its result is there at once. */
	game_expect(&game, "✔ 통과");
	game_expect(&game, "return 5");
	unsetenv("EDITOR");
	game_close(&game);
}

static void copies_reach_the_terminal(void **state)
{
	(void)state;
	struct game game;
	game_open(&game, 80, 24);
	game_open_lab(&game, "복사할 글\n");
	size_t before = pty_bytes(game.pty);
	pty_send(game.pty, "\001\033c"); /* all of it, Alt-C */
	pty_settle(game.pty, 100, 1000);
	assert_true(pty_bytes(game.pty) > before);
	assert_string_equal(pty_clipboard(game.pty), "67O17IKs7ZWgIOq4gAo=");
	game_close(&game);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modules_and_methods_are_offered),
		cmocka_unit_test(nothing_is_offered_where_nothing_fits),
		cmocka_unit_test(calls_are_explained),
		cmocka_unit_test(a_name_is_taken_with_tab),
		cmocka_unit_test(an_offer_ends_with_its_text),
		cmocka_unit_test(brackets_are_shown_in_pairs),
		cmocka_unit_test(base64_is_as_the_rfc_says),
		cmocka_unit_test(outside_editor_is_checked_at_each_save),
		cmocka_unit_test(copies_reach_the_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
