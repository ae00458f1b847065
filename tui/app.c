#include "tui/app.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/message.h"
#include "tui/config.h"
#include "tui/indexer.h"
#include "tui/plain/plain.h"
#include "tui/preview.h"
#include "tui/program.h"
#include "tui/views/views.h"

static void read_keys(void *context)
{
	struct app *app = context;
	struct event event;
	if (app->away) {
		return;
	}
	/* All that has arrived is taken before the next frame, so that a burst of keys costs one. */
	for (int i = 0; i < 512; i++) {
		app->backend->ops->next(app->backend, &event);
		if (event.kind == EVENT_NONE) {
			break;
		}
		app_event(app, &event);
	}
}

static void suspend(struct app *app)
{
	app->backend->ops->leave(app->backend);
	raise(SIGSTOP); /* returns when the shell continues us */
}

static void on_signal(void *context, int number)
{
	struct app *app = context;
	if (app->away && number != SIGTERM && number != SIGHUP) {
		return; /* meant for the program that has the terminal */
	}
	switch (number) {
	case SIGWINCH:
		app->backend->ops->resized(app->backend);
		app_changed(app);
		break;
	case SIGTSTP:
		suspend(app);
		app->backend->ops->enter(app->backend);
		app_changed(app);
		break;
	case SIGCONT:
		app->backend->ops->enter(app->backend);
		app->backend->ops->resized(app->backend);
		app_changed(app);
		break;
	default: /* SIGTERM, SIGHUP, SIGINT: everything is saved already */
		loop_stop(app->loop);
	}
}

static void paint(void *context)
{
	struct app *app = context;
	/* Keys that curses has read ahead do not wake poll. */
	read_keys(app);
	app_paint(app);
}

static void restore_place(struct app *app, const char *start)
{
	if (start && *start) {
		const struct checkpoint *checkpoint;
		if (!strncasecmp(start, "CP-", 3) &&
		    !catalog_checkpoint(app->catalog, start, &checkpoint, NULL, NULL)) {
			app_push(app, view_dialogue_new(app, checkpoint, NULL));
			return;
		}
		app_open_lesson(app, start, NULL);
		return;
	}
	struct strbuf place;
	strbuf_init(&place);
	if (app->store && store_setting(app->store, "tui.met", &place, NULL)) {
		/* A learner who was never here is greeted, once. */
		store_set_setting(app->store, "tui.met", "1", NULL);
		app_push(app, view_meeting_new(app));
		strbuf_release(&place);
		return;
	}
	strbuf_reset(&place);
	if (app->store && !store_setting(app->store, "tui.place", &place, NULL)) {
		char *step = strchr(place.text, '#');
		const struct checkpoint *checkpoint;
		if (!strncmp(place.text, "talk:", 5) &&
		    !catalog_checkpoint(app->catalog, place.text + 5, &checkpoint, NULL, NULL)) {
			app_push(app, view_dialogue_new(app, checkpoint, NULL));
		}
		if (!strncmp(place.text, "lesson:", 7)) {
			if (step) {
				*step++ = '\0';
			}
			if (catalog_find(app->catalog, place.text + 7)) {
				app_open_lesson(app, place.text + 7, step);
			}
		}
	}
	strbuf_release(&place);
}

static int run(const struct app_options *options, struct backend *backend)
{
	struct error err = ERROR_INIT;
	struct store *store = NULL;
	struct catalog *catalog = NULL;
	static struct app app;
	enum status stored = store_open(&store, NULL, &err);
	struct error store_error = err;
	error_clear(&err);
	if (catalog_load(&catalog, &err) || app_open(&app, backend, store, catalog, &err)) {
		backend->ops->free(backend);
		fprintf(stderr, "mundap: %s\n", err.message);
		store_close(store);
		return 3;
	}
	loop_signals(app.loop, on_signal, &app);
	loop_watch(app.loop, backend->ops->descriptor(backend), read_keys, &app);
	loop_idle(app.loop, paint, &app);
	config_start(&app);
	char told[sizeof app.notice];
	memcpy(told, app.notice, sizeof told);
	restore_place(&app, options->start);
	if (told[0]) {
		app_notice(&app, STYLE_WARN, "%s", told);
	}
	if (options->preview) {
		preview_watch(&app, options->start, options->preview);
	}
	app.placed = true;
	if (stored != STATUS_OK) {
		app_notice(&app, STYLE_BAD, message(MSG_TUI_NOT_KEPT), store_error.message);
	}
	indexer_start(&app);
	app_paint(&app);
	loop_run(app.loop);
	app_close(&app);
	backend->ops->free(backend);
	return 0;
}

int app_main(const struct app_options *options)
{
	if (options->plain) {
		return plain_main(options);
	}
	const char *reason = "";
	struct backend *backend = backend_curses_new(options->no_colour, &reason);
	if (!backend) {
		bool pipe = !strcmp(reason, "tty");
		fprintf(stderr, "%s\n",
			message(pipe ? MSG_TUI_PLAIN_NO_TERMINAL : MSG_TUI_PLAIN_POOR_TERMINAL));
		return plain_main(options);
	}
	return run(options, backend);
}
