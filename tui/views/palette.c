#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/key.h"
#include "tui/keymap.h"
#include "tui/match.h"
#include "tui/program.h"
#include "tui/views/views.h"
#include "tui/widget/field.h"
#include "tui/widget/list.h"

/* Commands by name (Korean, English, initials) or by key. What is chosen is done in the view below. */

struct palette {
	struct view base;
	struct field field;
	struct list_cursor list;
	enum request found[REQUEST_COUNT];
	int count, page;
	enum view_kind below;
};

static struct palette *self(struct view *view)
{
	return (struct palette *)view;
}

static bool wanted(const struct palette *palette, enum request request)
{
	const char *text = palette->field.text.text;
	char name[32] = "";
	uint32_t key = keymap_key(palette->below, request);
	if (key) {
		key_label(key, name, sizeof name);
	}
	return match_text(request_label(request), text) ||
	       match_text(request_help(request), text) || match_text(request_name(request), text) ||
	       (*text && !strcmp(name, text));
}

static void search(struct palette *palette)
{
	palette->count = 0;
	for (int i = 1; i < REQUEST_COUNT; i++) {
		if (i != REQUEST_PALETTE && keymap_key(palette->below, (enum request)i) &&
		    wanted(palette, (enum request)i)) {
			palette->found[palette->count++] = (enum request)i;
		}
	}
}

static void draw(struct view *view, struct area area)
{
	struct palette *palette = self(view);
	search(palette);
	area_text(area, 2, 0, ":", STYLE_ACCENT);
	field_draw(&palette->field, area_part(area, 4, 0, area.width - 6, 1),
		   hangul_preedit(&view->app->hangul), true);
	area_rule(area_part(area, 0, 1, area.width, 1), 0, NULL);
	int rows = area.height - 2;
	palette->page = rows;
	list_fit(&palette->list, palette->count, rows);
	for (int i = 0; i < rows && palette->list.top + i < palette->count; i++) {
		int index = palette->list.top + i;
		enum request request = palette->found[index];
		bool here = index == palette->list.at;
		char name[32];
		key_label(keymap_key(palette->below, request), name, sizeof name);
		area_text(area, 2, 2 + i, here ? "▸" : " ", STYLE_ACCENT);
		area_text_cut(area, 4, 2 + i, 12, name, STYLE_KEY);
		area_text_cut(area, 17, 2 + i, 16, request_label(request),
			      here ? STYLE_ACCENT : STYLE_BOLD);
		const char *word = request_name(request); /* as in config.lua */
		int words = (int)strlen(word);
		area_text_cut(area, 34, 2 + i, area.width - 38 - words, request_help(request),
			      STYLE_DIM);
		area_text_right(area, 2, 2 + i, word, STYLE_DIM);
	}
	if (!palette->count) {
		area_text(area, 4, 3, message(MSG_TUI_NOTHING_FOUND), STYLE_DIM);
	}
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	(void)view;
	(void)right;
	strbuf_puts(left, message(MSG_TUI_PALETTE_TITLE));
}

static bool request(struct view *view, enum request request)
{
	struct palette *palette = self(view);
	struct app *app = view->app;
	if (request == REQUEST_OPEN) {
		search(palette);
		list_fit(&palette->list, palette->count, palette->page);
		enum request chosen =
			palette->count ? palette->found[palette->list.at] : REQUEST_NONE;
		app_pop(app, false);
		app_do(app, chosen);
		return true;
	}
	if (request == REQUEST_BACK) {
		app_pop(app, false);
		return true;
	}
	return list_request(&palette->list, request, palette->page);
}

static bool key(struct view *view, uint32_t key)
{
	struct palette *palette = self(view);
	if (field_key(&palette->field, key)) {
		palette->list.at = 0;
		return true;
	}
	return false;
}

static bool wants_text(struct view *view)
{
	(void)view;
	return true;
}

static const enum request *hints(struct view *view)
{
	(void)view;
	static const enum request list[] = {REQUEST_OPEN, REQUEST_DOWN, REQUEST_BACK, REQUEST_NONE};
	return list;
}

static void free_view(struct view *view)
{
	field_release(&self(view)->field);
	free(view);
}

static const struct view_ops ops = {
	.kind = VIEW_PALETTE,
	.name = "palette",
	.draw = draw,
	.title = title,
	.request = request,
	.key = key,
	.wants_text = wants_text,
	.hints = hints,
	.free = free_view,
};

struct view *view_palette_new(struct app *app)
{
	struct palette *palette = calloc(1, sizeof *palette);
	if (palette) {
		palette->base = (struct view){&ops, app};
		field_init(&palette->field);
		palette->below = app_top(app)->ops->kind;
	}
	return palette ? &palette->base : NULL;
}
