#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/match.h"
#include "tui/program.h"
#include "tui/views/views.h"
#include "tui/widget/field.h"
#include "tui/widget/list.h"

/* Search over the lessons and one's own notes, as one types. */

enum { LIMIT = 60 };

struct hit {
	const char *lesson, *step, *title, *excerpt;
	int begin, end;
	bool note;
};

struct search {
	struct view base;
	struct field field;
	struct list_cursor list;
	struct arena arena;
	struct hit hits[LIMIT];
	int count, page;
};

static struct search *self(struct view *view)
{
	return (struct search *)view;
}

static void add(struct search *search, struct hit hit)
{
	if (search->count < LIMIT) {
		search->hits[search->count++] = hit;
	}
}

/* Lessons by title, which also works before the index is made. */
static void find_titles(struct search *search, const char *query)
{
	size_t count;
	const struct course *courses = catalog_courses(search->base.app->catalog, &count);
	/* A name that opens something: "Lab-AI-05", "CP-AI-05". */
	const struct lesson_entry *named = catalog_find(search->base.app->catalog, query);
	const char *name = named ? arena_strdup(&search->arena, query) : NULL;
	if (name) {
		add(search, (struct hit){.lesson = name,
					 .step = "",
					 .title = named->title,
					 .excerpt = named->summary});
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < courses[i].lesson_count; k++) {
			const struct lesson_entry *entry = courses[i].lessons[k];
			bool unit = false;
			for (size_t u = 0; u < entry->spec.count; u++) {
				unit = unit || match_text(entry->spec.items[u], query);
			}
			if ((unit || match_text(entry->title, query)) && search->count < 8) {
				add(search, (struct hit){.lesson = entry->id,
							 .step = "",
							 .title = entry->title,
							 .excerpt = entry->summary});
			}
		}
	}
}

static void find(struct search *search)
{
	struct app *app = search->base.app;
	const char *query = search->field.text.text;
	arena_reset(&search->arena);
	search->count = 0;
	if (query[strspn(query, " ")] == '\0') {
		return;
	}
	find_titles(search, query);
	struct search_hit *hits;
	size_t count;
	if (app->store &&
	    !store_search(app->store, &search->arena, query, LIMIT, &hits, &count, NULL)) {
		for (size_t i = 0; i < count; i++) {
			if (*hits[i].step) {
				add(search, (struct hit){hits[i].lesson, hits[i].step,
							 hits[i].title, hits[i].excerpt,
							 hits[i].begin, hits[i].end, false});
			}
		}
	}
	struct note *notes;
	if (app->store && !store_notes(app->store, &search->arena, NULL, &notes, &count, NULL)) {
		for (size_t i = 0; i < count; i++) {
			if (match_text(notes[i].text, query)) {
				add(search, (struct hit){.lesson = notes[i].lesson,
							 .step = notes[i].step,
							 .title = message(MSG_TUI_NOTE),
							 .excerpt = notes[i].text,
							 .note = true});
			}
		}
	}
}

static void draw_hit(struct search *search, struct area area, int y, const struct hit *hit,
		     bool here)
{
	const struct lesson_entry *entry = catalog_find(search->base.app->catalog, hit->lesson);
	area_text(area, 2, y, here ? "▸" : " ", STYLE_ACCENT);
	int x = area_text_cut(area, 4, y, 40, entry ? entry->title : hit->lesson,
			      here ? STYLE_ACCENT : STYLE_BOLD);
	if (*hit->step) {
		x = area_text(area, x, y, " · ", STYLE_DIM);
		area_text_cut(area, x, y, area.width - x - 2, hit->title, STYLE_NORMAL);
	}
	/* The excerpt on one line, its match marked. */
	x = 6;
	size_t length = strlen(hit->excerpt);
	for (size_t at = 0; at < length && x < area.width - 2;) {
		size_t start = at;
		uint32_t c = utf8_next(hit->excerpt, length, &at);
		bool marked = (int)start >= hit->begin && (int)start < hit->end;
		if (c == '\n') {
			c = ' ';
		}
		if (x + utf8_cells(c) > area.width - 2) {
			break;
		}
		x += area_put(area, x, y + 1, c, marked ? STYLE_MATCH : STYLE_DIM);
	}
}

static void draw(struct view *view, struct area area)
{
	struct search *search = self(view);
	area_text(area, 2, 0, "/", STYLE_ACCENT);
	field_draw(&search->field, area_part(area, 4, 0, area.width - 6, 1),
		   hangul_preedit(&view->app->hangul), true);
	area_rule(area_part(area, 0, 1, area.width, 1), 0, NULL);
	int rows = (area.height - 2) / 2;
	search->page = rows;
	list_fit(&search->list, search->count, rows);
	for (int i = 0; i < rows && search->list.top + i < search->count; i++) {
		int index = search->list.top + i;
		draw_hit(search, area, 2 + i * 2, &search->hits[index], index == search->list.at);
	}
	if (!search->count) {
		area_text(area, 4, 3,
			  message(search->field.text.length ? MSG_TUI_NOTHING_FOUND
							    : MSG_TUI_SEARCH_HOW),
			  STYLE_DIM);
	}
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	struct search *search = self(view);
	strbuf_puts(left, message(MSG_TUI_SEARCH_TITLE));
	if (search->count) {
		strbuf_printf(right, message(MSG_TUI_SEARCH_COUNT), search->count);
	}
}

static bool request(struct view *view, enum request request)
{
	struct search *search = self(view);
	if (request == REQUEST_OPEN) {
		if (search->count) {
			const struct hit *hit = &search->hits[search->list.at];
			app_open_lesson(view->app, hit->lesson, *hit->step ? hit->step : NULL);
		}
		return true;
	}
	if (request == REQUEST_BACK) {
		app_pop(view->app, false);
		return true;
	}
	return list_request(&search->list, request, search->page);
}

static bool key(struct view *view, uint32_t key)
{
	struct search *search = self(view);
	if (field_key(&search->field, key)) {
		search->list.at = 0;
		find(search);
		return true;
	}
	return false;
}

static bool paste(struct view *view, const char *text)
{
	field_insert(&self(view)->field, text, false);
	find(self(view));
	return true;
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
	struct search *search = self(view);
	field_release(&search->field);
	arena_release(&search->arena);
	free(search);
}

static const struct view_ops ops = {
	.kind = VIEW_SEARCH,
	.name = "search",
	.draw = draw,
	.title = title,
	.request = request,
	.key = key,
	.paste = paste,
	.wants_text = wants_text,
	.hints = hints,
	.free = free_view,
};

struct view *view_search_new(struct app *app)
{
	struct search *search = calloc(1, sizeof *search);
	if (search) {
		search->base = (struct view){&ops, app};
		field_init(&search->field);
		arena_init(&search->arena);
	}
	return search ? &search->base : NULL;
}
