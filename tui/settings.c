#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/program.h"

static void read_text(struct app *app, const char *key, char *out, size_t size)
{
	struct strbuf value;
	strbuf_init(&value);
	if (app->store && store_setting(app->store, key, &value, NULL) == STATUS_OK) {
		snprintf(out, size, "%s", value.text);
	}
	strbuf_release(&value);
}

static void read_number(struct app *app, const char *key, int *out, int low, int high)
{
	char text[32] = "";
	read_text(app, key, text, sizeof text);
	char *end;
	long value = strtol(text, &end, 10);
	if (end != text && *end == '\0' && value >= low && value <= high) {
		*out = (int)value;
	}
}

static void read_flag(struct app *app, const char *key, bool *out)
{
	int value = *out;
	read_number(app, key, &value, 0, 1);
	*out = value != 0;
}

void app_load_settings(struct app *app)
{
	app->settings = (struct app_settings){.theme = "auto", .goal_hours = 5};
	read_text(app, "tui.theme", app->settings.theme, sizeof app->settings.theme);
	read_number(app, "tui.goal", &app->settings.goal_hours, 1, 80);
	read_flag(app, "tui.read-only", &app->settings.read_only);
	read_flag(app, "tui.ascii", &app->settings.ascii);
	read_flag(app, "tui.mouse", &app->settings.mouse);
	int layout = 0;
	read_number(app, "tui.hangul", &layout, 0, HANGUL_LAYOUTS - 1);
	struct strbuf nothing;
	strbuf_init(&nothing);
	while ((int)app->hangul.layout != layout) {
		hangul_next_layout(&app->hangul, &nothing);
		if (app->hangul.layout == HANGUL_OFF) {
			break;
		}
	}
	strbuf_release(&nothing);
}

static bool write_number(struct app *app, const char *key, int value, struct error *err)
{
	char text[32];
	snprintf(text, sizeof text, "%d", value);
	return store_set_setting(app->store, key, text, err) == STATUS_OK;
}

void app_save_settings(struct app *app)
{
	struct error err = ERROR_INIT;
	if (!app->store) {
		return;
	}
	bool ok = store_set_setting(app->store, "tui.theme", app->settings.theme, &err) ==
			  STATUS_OK &&
		  write_number(app, "tui.goal", app->settings.goal_hours, &err) &&
		  write_number(app, "tui.read-only", app->settings.read_only, &err) &&
		  write_number(app, "tui.ascii", app->settings.ascii, &err) &&
		  write_number(app, "tui.mouse", app->settings.mouse, &err) &&
		  write_number(app, "tui.hangul", (int)app->hangul.layout, &err);
	if (!ok) {
		app_told(app, err.status ? err.status : STATUS_IO, &err);
	}
}

void app_apply_theme(struct app *app, const char *id)
{
	bool colour = app->backend->ops->colours(app->backend) > 0;
	app->theme = theme_find(colour ? id : "mono");
	snprintf(app->settings.theme, sizeof app->settings.theme, "%s",
		 colour ? app->theme->id : id);
	app->backend->ops->set_theme(app->backend, app->theme);
	app_changed(app);
}
