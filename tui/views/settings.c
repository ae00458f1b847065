#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/program.h"
#include "tui/views/views.h"
#include "tui/widget/list.h"

/* What can be changed, each with a word of explanation; changes hold and are kept at once. */

enum setting { SET_THEME, SET_GOAL, SET_READ_ONLY, SET_HANGUL, SET_ASCII, SET_LANGUAGE, SET_COUNT };

struct settings_view {
	struct view base;
	struct list_cursor list;
};

static struct settings_view *self(struct view *view)
{
	return (struct settings_view *)view;
}

static const enum message names[SET_COUNT] = {MSG_TUI_SET_THEME, MSG_TUI_SET_GOAL,
					      MSG_TUI_SET_READ,  MSG_TUI_SET_HANGUL,
					      MSG_TUI_SET_ASCII, MSG_TUI_SET_LANGUAGE};
static const enum message words[SET_COUNT] = {MSG_TUI_SET_THEME_WHAT, MSG_TUI_SET_GOAL_WHAT,
					      MSG_TUI_SET_READ_WHAT,  MSG_TUI_SET_HANGUL_WHAT,
					      MSG_TUI_SET_ASCII_WHAT, MSG_TUI_SET_LANGUAGE_WHAT};

static void value_of(const struct app *app, int setting, char *out, size_t size)
{
	const char *yes = message(MSG_TUI_ON), *no = message(MSG_TUI_OFF);
	switch (setting) {
	case SET_THEME:
		snprintf(out, size, "%s", app->theme->name);
		break;
	case SET_GOAL:
		snprintf(out, size, message(MSG_TUI_HOURS), app->settings.goal_hours);
		break;
	case SET_READ_ONLY:
		snprintf(out, size, "%s", app->settings.read_only ? yes : no);
		break;
	case SET_HANGUL:
		snprintf(out, size, "%s",
			 app->hangul.layout ? hangul_layout_name(app->hangul.layout) : no);
		break;
	case SET_ASCII:
		snprintf(out, size, "%s", app->settings.ascii ? yes : no);
		break;
	case SET_LANGUAGE:
		snprintf(out, size, "%s", message_language() == LANGUAGE_KO ? "한국어" : "English");
		break;
	}
}

static void draw(struct view *view, struct area area)
{
	struct settings_view *settings = self(view);
	list_fit(&settings->list, SET_COUNT, SET_COUNT);
	for (int i = 0; i < SET_COUNT; i++) {
		bool here = i == settings->list.at;
		char value[64];
		int y = 1 + i * 2;
		value_of(view->app, i, value, sizeof value);
		area_text(area, 2, y, here ? "▸" : " ", STYLE_ACCENT);
		area_text(area, 4, y, message(names[i]), here ? STYLE_ACCENT : STYLE_BOLD);
		area_text_cut(area, 26, y, 14, value, STYLE_NORMAL);
		area_text_cut(area, 41, y, area.width - 43, message(words[i]), STYLE_DIM);
	}
	struct strbuf where;
	strbuf_init(&where);
	strbuf_printf(&where, message(MSG_TUI_SET_WHERE),
		      view->app->store ? store_path(view->app->store) : "-");
	area_text_cut(area, 4, SET_COUNT * 2 + 2, area.width - 6, where.text, STYLE_DIM);
	strbuf_reset(&where);
	strbuf_printf(&where, message(MSG_TUI_SET_CONFIG), view->app->config_path);
	area_text_cut(area, 4, SET_COUNT * 2 + 3, area.width - 6, where.text, STYLE_DIM);
	strbuf_release(&where);
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	(void)view;
	(void)right;
	strbuf_puts(left, message(MSG_TUI_SETTINGS_TITLE));
}

static void change(struct app *app, int setting)
{
	struct strbuf nothing;
	switch (setting) {
	case SET_THEME: {
		if (!app->backend->ops->colours(app->backend)) {
			app_notice(app, STYLE_DIM, "%s", message(MSG_TUI_NO_COLOUR));
			return;
		}
		int next = 0;
		for (int i = 0; theme_at(i); i++) {
			if (theme_at(i) == app->theme) {
				next = i + 1;
			}
		}
		app_apply_theme(app, theme_at(next) ? theme_at(next)->id : theme_at(0)->id);
		break;
	}
	case SET_GOAL:
		app->settings.goal_hours = app->settings.goal_hours % 20 + 1;
		break;
	case SET_READ_ONLY:
		app->settings.read_only = !app->settings.read_only;
		break;
	case SET_HANGUL:
		strbuf_init(&nothing);
		hangul_next_layout(&app->hangul, &nothing);
		strbuf_release(&nothing);
		break;
	case SET_ASCII:
		app->settings.ascii = !app->settings.ascii;
		break;
	case SET_LANGUAGE:
		message_set_language(message_language() == LANGUAGE_KO ? LANGUAGE_EN : LANGUAGE_KO);
		break;
	}
	app_save_settings(app);
}

static bool request(struct view *view, enum request request)
{
	struct settings_view *settings = self(view);
	if (request == REQUEST_CHANGE || request == REQUEST_OPEN) {
		change(view->app, settings->list.at);
		return true;
	}
	return list_request(&settings->list, request, SET_COUNT);
}

static void click(struct view *view, int x, int y, int wheel)
{
	(void)x;
	(void)wheel;
	if (y >= 1 && (y - 1) / 2 < SET_COUNT) {
		self(view)->list.at = (y - 1) / 2;
	}
}

static const enum request *hints(struct view *view)
{
	(void)view;
	static const enum request list[] = {REQUEST_CHANGE, REQUEST_BACK, REQUEST_NONE};
	return list;
}

static void free_view(struct view *view)
{
	free(view);
}

static const struct view_ops ops = {
	.kind = VIEW_SETTINGS,
	.name = "settings",
	.draw = draw,
	.title = title,
	.request = request,
	.hints = hints,
	.click = click,
	.free = free_view,
};

struct view *view_settings_new(struct app *app)
{
	struct settings_view *settings = calloc(1, sizeof *settings);
	if (settings) {
		settings->base = (struct view){&ops, app};
	}
	// cppcheck-suppress memleak
	return settings ? &settings->base : NULL; /* the view is the struct's first member */
}
