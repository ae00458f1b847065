#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "tests/support/game.h"

void game_environment(const struct scratch *scratch)
{
	char path[256], here[2048];
	snprintf(path, sizeof path, "%s/data", scratch->folder);
	setenv("MUNDAP_HOME", path, 1);
	snprintf(path, sizeof path, "%s/settings", scratch->folder);
	setenv("XDG_CONFIG_HOME", path, 1); /* nobody's own keys */
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

const char *game_program(void)
{
	const char *path = getenv("MUNDAP");
	return path ? path : "build/release/mundap";
}

void game_start(struct game *game, int width, int height, const char *term, const char *option)
{
	char *words[] = {(char *)game_program(), (char *)option, NULL};
	game->width = width;
	game->height = height;
	game->pty = pty_start(width, height, term, words);
	assert_non_null(game->pty);
}

void game_open(struct game *game, int width, int height)
{
	scratch_init(&game->scratch);
	game_environment(&game->scratch);
	game_start(game, width, height, "xterm-256color", NULL);
	/* The first start ever: the teacher's four questions, left for later. */
	if (!pty_wait(game->pty, "팀 규모와", 10000)) {
		fail_msg("no greeting:\n%s", pty_screen(game->pty));
	}
	pty_send(game->pty, "\033");
	if (!pty_wait(game->pty, "시작하기", 10000)) {
		fail_msg("no first screen:\n%s", pty_screen(game->pty));
	}
}

void game_restart(struct game *game)
{
	pty_end(game->pty);
	game_start(game, game->width, game->height, "xterm-256color", NULL);
}

void game_close(struct game *game)
{
	pty_end(game->pty);
	scratch_release(&game->scratch);
}

void game_expect(struct game *game, const char *text)
{
	if (!pty_wait(game->pty, text, 15000)) {
		fail_msg("waited for \"%s\" in vain:\n%s", text, pty_screen(game->pty));
	}
}

void game_press(struct game *game, const char *keys, const char *then)
{
	pty_send(game->pty, keys);
	game_expect(game, then);
}

void game_same_screen(struct game *game, const char *name)
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

void game_write(struct game *game, const char *text)
{
	pty_send(game->pty, "\001\033[200~"); /* all of it, and a paste over it */
	pty_send(game->pty, text);
	pty_send(game->pty, "\033[201~");
	pty_settle(game->pty, 60, 2000);
}

void game_open_lab(struct game *game, const char *text)
{
	game_press(game, "\r", "왜 더할까요");
	for (int i = 0; i < 20 && !pty_holds(game->pty, "실습 시작하기"); i++) {
		/* One at a time: what the key did is awaited. */
		char *before = strdup(pty_screen(game->pty));
		pty_send(game->pty, " ");
		for (int k = 0; k < 100 && !strcmp(before, pty_screen(game->pty)); k++) {
			pty_settle(game->pty, 60, 200);
		}
		free(before);
	}
	game_expect(game, "실습 시작하기");
	game_press(game, "\r", "lab.lua");
	if (text) {
		game_write(game, text);
	}
}
