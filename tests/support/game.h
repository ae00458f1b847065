#ifndef MUNDAP_TEST_GAME_H
#define MUNDAP_TEST_GAME_H

#include "tests/support/pty.h"
#include "tests/support/scratch.h"

/* The program in a terminal, played as a learner would, on a small lesson of the tests' own, with a scratch folder as
 * its home. */

struct game {
	struct scratch scratch;
	struct pty *pty;
	int width, height;
};

/** The program under test. */
const char *game_program(void);
/** Sets MUNDAP_HOME, the lessons, the clock and the locale. */
void game_environment(const struct scratch *scratch);
/** Starts the program in an environment that is set. */
void game_start(struct game *game, int width, int height, const char *term, const char *option);
/** The first start ever, past the greeting, to the home screen. */
void game_open(struct game *game, int width, int height);
/** Ends it and starts it again. */
void game_restart(struct game *game);
void game_close(struct game *game);
/** Fails the test when the text does not come within a while. */
void game_expect(struct game *game, const char *text);
void game_press(struct game *game, const char *keys, const char *then);
/** From the home screen to the small lesson's lab, its file replaced by a text (NULL: as it is). */
void game_open_lab(struct game *game, const char *text);
/** Replaces the text of the editor. */
void game_write(struct game *game, const char *text);
/**
 * Compares the screen with the one kept under tests/fixtures/play/screens (MUNDAP_UPDATE=1 writes it anew): for
 * screens that hold nothing but the interface's words and the small lesson's.
 */
void game_same_screen(struct game *game, const char *name);

#endif
