#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/rng.h"
#include "engine/base/utf8.h"
#include "tests/support/scratch.h"
#include "tui/chrome.h"
#include "tui/key.h"
#include "tui/keymap.h"
#include "tui/program.h"

/* A monkey at the keyboard: random keys, pastes and window sizes over the whole program, without a terminal. After
 * each frame the grid has to be sound. MUNDAP_KEYS sets how many (the long tests ask for 100,000). */

static void check_frame(const struct grid *grid)
{
	for (int y = 0; y < grid->height; y++) {
		for (int x = 0; x < grid->width; x++) {
			const struct cell *cell = grid_at(grid, x, y);
			assert_true(cell->style < STYLE_COUNT);
			if (cell->code_point == 0) {
				assert_true(x > 0);
				assert_int_equal(utf8_cells(grid_at(grid, x - 1, y)->code_point),
						 2);
			} else if (utf8_cells(cell->code_point) == 2) {
				assert_true(x + 1 < grid->width);
				assert_int_equal(grid_at(grid, x + 1, y)->code_point, 0);
			}
		}
	}
	assert_true(grid->cursor_x < grid->width && grid->cursor_y < grid->height);
}

static uint32_t random_key(struct rng *rng)
{
	static const uint32_t special[] = {
		INPUT_ENTER,  INPUT_ENTER, INPUT_ESCAPE,    INPUT_ESCAPE,    INPUT_UP,
		INPUT_DOWN,   INPUT_DOWN,  INPUT_LEFT,      INPUT_RIGHT,     INPUT_HOME,
		INPUT_END,    INPUT_TAB,   INPUT_PAGE_UP,   INPUT_PAGE_DOWN, INPUT_DELETE,
		INPUT_INSERT, ' ',         INPUT_BACKSPACE,
	};
	switch (rng_below(rng, 8)) {
	case 0:
	case 1:
	case 2:
		return special[rng_below(rng, sizeof special / sizeof *special)];
	case 3:
		return CTRL_KEY('a' + rng_below(rng, 26));
	case 4:
		return F_KEY(1 + (uint32_t)rng_below(rng, 12));
	case 5:
		return 0xAC00 + (uint32_t)rng_below(rng, 11172);
	case 6:
		return (uint32_t)(rng_below(rng, 3) ? INPUT_SHIFT : INPUT_ALT) |
		       special[rng_below(rng, sizeof special / sizeof *special)];
	default:
		return '!' + (uint32_t)rng_below(rng, 94);
	}
}

static void random_keys_leave_the_program_sound(void **state)
{
	(void)state;
	struct scratch scratch;
	char path[256], here[2048];
	scratch_init(&scratch);
	snprintf(path, sizeof path, "%s/data", scratch.folder);
	setenv("MUNDAP_HOME", path, 1);
	assert_non_null(getcwd(here, sizeof here - 32));
	strcat(here, "/tests/fixtures/play");
	setenv("MUNDAP_SHARE", here, 1);
	signal(SIGTSTP, SIG_IGN); /* the palette offers it too */
	unsetenv("EDITOR");
	unsetenv("VISUAL");
	const char *program = getenv("MUNDAP");
	setenv("MUNDAP_PROGRAM", program ? program : "build/release/mundap", 1);

	const char *wish = getenv("MUNDAP_KEYS");
	long count = wish ? strtol(wish, NULL, 10) : 3000;
	static struct app app;
	struct store *store = NULL;
	struct catalog *catalog = NULL;
	struct error err = ERROR_INIT;
	struct backend *backend = backend_headless_new(80, 24);
	assert_int_equal(store_open(&store, NULL, &err), STATUS_OK);
	assert_int_equal(catalog_load(&catalog, &err), STATUS_OK);
	assert_int_equal(app_open(&app, backend, store, catalog, &err), STATUS_OK);
	struct rng rng;
	long seen[VIEW_KINDS] = {0};
	rng_init(&rng, 20250101, 0);
	for (long i = 0; i < count; i++) {
		if (rng_below(&rng, 150) == 0) {
			/* Straight to a step and into it: by chance alone one seldom comes so far. */
			static const char *const steps[] = {"why", "pile", "CP-AI-01", "quiz",
							    "Lab-AI-01"};
			app_do(&app, REQUEST_HOME);
			app_open_lesson(&app, "AI-01",
					steps[rng_below(&rng, sizeof steps / sizeof *steps)]);
			app_do(&app, REQUEST_OPEN);
		}
		if (rng_below(&rng, 200) == 0) {
			app_do(&app, (enum request)(1 + rng_below(&rng, REQUEST_COUNT - 1)));
		}
		struct event event = {.kind = EVENT_KEY, .key = random_key(&rng)};
		if (rng_below(&rng, 50) == 0) {
			backend_headless_resize(backend, 20 + (int)rng_below(&rng, 200),
						8 + (int)rng_below(&rng, 60));
			app_changed(&app);
		}
		if (rng_below(&rng, 200) == 0) {
			event.kind = EVENT_PASTE;
			event.paste = strdup("붙여 넣은 글\n둘째 줄\t탭 `코드`");
		}
		app_event(&app, &event);
		loop_step(app.loop, 0);
		app_paint(&app);
		check_frame(&app.grid);
		seen[app_top(&app)->ops->kind]++;
	}
	/* It got around: most kinds of view were on the screen. */
	int kinds = 0;
	for (int i = 0; i < VIEW_KINDS; i++) {
		kinds += seen[i] > 0;
		print_message("%s %ld  ", view_kind_name((enum view_kind)i), seen[i]);
	}
	print_message("\n");
	assert_true(kinds >= 12);
	app_close(&app);
	backend->ops->free(backend);
	scratch_release(&scratch);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_keys_leave_the_program_sound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
