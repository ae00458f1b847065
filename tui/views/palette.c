#include <stdio.h>
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
	       match_text(request_english(request), text) || (*text && !strcmp(name, text));
}

/* The view that a request belongs to, when it has no meaning here; VIEW_KINDS: it can be done here, with or without a
 * key. */
static enum view_kind elsewhere(const struct palette *palette, enum request request)
{
	size_t count;
	const struct binding *rows = keymap_all(&count);
	enum view_kind other = VIEW_KINDS;
	for (size_t i = 0; i < count; i++) {
		if (rows[i].request == request) {
			if (rows[i].view == palette->below || rows[i].view == VIEW_GENERAL) {
				return VIEW_KINDS;
			}
			other = other == VIEW_KINDS ? rows[i].view : other;
		}
	}
	return other;
}

static void search(struct palette *palette)
{
	palette->count = 0;
	/* What can be done here comes first; the rest says where it can. */
	for (int there = 0; there < 2; there++) {
		for (int i = 1; i < REQUEST_COUNT; i++) {
			bool other = elsewhere(palette, (enum request)i) != VIEW_KINDS;
			if (i != REQUEST_PALETTE && other == there &&
			    wanted(palette, (enum request)i)) {
				palette->found[palette->count++] = (enum request)i;
			}
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
		enum view_kind other = elsewhere(palette, request);
		uint32_t bound = keymap_key(palette->below, request);
		name[0] = '\0';
		if (bound) {
			key_label(bound, name, sizeof name);
		} else if (other != VIEW_KINDS) {
			snprintf(name, sizeof name, "(%s)", view_kind_name(other));
		}
		area_text(area, 2, 2 + i, here ? "▸" : " ", STYLE_ACCENT);
		area_text_cut(area, 4, 2 + i, 12, name,
			      other == VIEW_KINDS ? STYLE_KEY : STYLE_DIM);
		area_text_cut(area, 17, 2 + i, 16, request_label(request),
			      here                  ? STYLE_ACCENT
			      : other == VIEW_KINDS ? STYLE_BOLD
						    : STYLE_DIM);
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
		enum view_kind other =
			chosen != REQUEST_NONE ? elsewhere(palette, chosen) : VIEW_KINDS;
		app_pop(app, false); /* with it goes the palette */
		if (other == VIEW_KINDS) {
			app_do(app, chosen);
		} else {
			app_notice(app, STYLE_DIM, message(MSG_TUI_PALETTE_ELSEWHERE),
				   request_label(chosen), view_kind_name(other));
		}
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
