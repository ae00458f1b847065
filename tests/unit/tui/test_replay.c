#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/scratch.h"
#include "tui/key.h"
#include "tui/program.h"
#include "tui/views/views.h"

/* A recorded run on its timeline, without a terminal. */

struct stage {
	struct scratch scratch;
	struct app app;
	struct backend *backend;
	struct strbuf screen;
	int64_t run;
};

static void set_up(struct stage *stage)
{
	char path[256], here[2048];
	struct store *store = NULL;
	struct catalog *catalog = NULL;
	struct error err = ERROR_INIT;
	memset(stage, 0, sizeof *stage);
	scratch_init(&stage->scratch);
	snprintf(path, sizeof path, "%s/data", stage->scratch.folder);
	setenv("MUNDAP_HOME", path, 1);
	assert_non_null(getcwd(here, sizeof here - 32));
	strcat(here, "/tests/fixtures/play");
	setenv("MUNDAP_SHARE", here, 1);
	assert_int_equal(store_open(&store, NULL, &err), STATUS_OK);
	assert_int_equal(catalog_load(&catalog, &err), STATUS_OK);
	struct run_record record = {.name = "더하기 짜기",
				    .lab = "Lab-AI-01",
				    .source = "",
				    .parameters = "{}",
				    .status = "running",
				    .result = "",
				    .seed = 7};
	assert_int_equal(store_start_run(store, &record, &stage->run, &err), STATUS_OK);
	struct run_point points[100];
	for (int i = 0; i < 50; i++) {
		points[i * 2] = (struct run_point){"loss", i + 1, 1.0 / (i + 1)};
		points[i * 2 + 1] = (struct run_point){"accuracy", i + 1, i / 50.0};
	}
	assert_int_equal(store_add_points(store, stage->run, points, 100, &err), STATUS_OK);
	assert_int_equal(store_finish_run(store, stage->run, "finished", "{}", &err), STATUS_OK);
	stage->backend = backend_headless_new(100, 30);
	assert_int_equal(app_open(&stage->app, stage->backend, store, catalog, &err), STATUS_OK);
	strbuf_init(&stage->screen);
}

static void tear_down(struct stage *stage)
{
	app_close(&stage->app);
	stage->backend->ops->free(stage->backend);
	strbuf_release(&stage->screen);
	scratch_release(&stage->scratch);
}

static const char *screen(struct stage *stage)
{
	app_changed(&stage->app);
	app_paint(&stage->app);
	strbuf_reset(&stage->screen);
	grid_dump(&stage->app.grid, &stage->screen);
	return stage->screen.text;
}

static void press(struct stage *stage, uint32_t key)
{
	struct event event = {.kind = EVENT_KEY, .key = key};
	app_event(&stage->app, &event);
}

static void a_run_is_scrubbed_and_played(void **state)
{
	(void)state;
	static struct stage stage;
	set_up(&stage);
	press(&stage, 'E');
	assert_non_null(strstr(screen(&stage), "Lab-AI-01"));
	press(&stage, 't');
	assert_non_null(strstr(screen(&stage), "걸음 50 / 50"));
	assert_non_null(strstr(stage.screen.text, "손실"));
	assert_non_null(strstr(stage.screen.text, "정확도"));
	assert_non_null(strstr(stage.screen.text, "seed 7"));
	press(&stage, INPUT_LEFT);
	assert_non_null(strstr(screen(&stage), "걸음 49 / 50"));
	press(&stage, INPUT_HOME);
	assert_non_null(strstr(screen(&stage), "걸음 1 / 50"));
	/* What is said holds for the place on the line. */
	press(&stage, INPUT_RIGHT);
	press(&stage, 'p');
	assert_non_null(strstr(screen(&stage), "1에서 0.500"));
	press(&stage, ' ');
	for (int i = 0; i < 200 && !strstr(screen(&stage), "걸음 50 / 50"); i++) {
		loop_step(stage.app.loop, 100);
	}
	assert_non_null(strstr(screen(&stage), "걸음 50 / 50"));
	assert_non_null(strstr(stage.screen.text, "‖")); /* it stopped at the end */
	press(&stage, INPUT_ESCAPE);
	assert_null(strstr(screen(&stage), "걸음 50 / 50"));
	assert_null(view_replay_new(&stage.app, 99));
	tear_down(&stage);
}

int main(void)
{
	setlocale(LC_ALL, "C.UTF-8");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_is_scrubbed_and_played),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
