#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/program.h"
#include "tui/progress.h"
#include "tui/views/views.h"
#include "tui/widget/list.h"

/* Every course with its lessons, as a tree whose courses open and close. */

struct map_row {
	const struct course *course;
	const struct lesson_entry *lesson; /* NULL on the row of a course */
};

struct map {
	struct view base;
	struct list_cursor list;
	struct progress progress;
	struct map_row *rows;
	int row_count;
	bool *open; /* by course */
	int page;
};

static struct map *self(struct view *view)
{
	return (struct map *)view;
}

static void fill(struct map *map)
{
	size_t count;
	const struct course *courses = catalog_courses(map->base.app->catalog, &count);
	map->row_count = 0;
	for (size_t i = 0; i < count; i++) {
		map->rows[map->row_count++] = (struct map_row){&courses[i], NULL};
		for (size_t k = 0; map->open[i] && k < courses[i].lesson_count; k++) {
			map->rows[map->row_count++] =
				(struct map_row){&courses[i], courses[i].lessons[k]};
		}
	}
}

static void shown(struct view *view)
{
	struct map *map = self(view);
	progress_release(&map->progress);
	progress_load(&map->progress, view->app);
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	(void)view;
	(void)right;
	strbuf_puts(left, message(MSG_TUI_MAP_TITLE));
}

static void draw_course(struct map *map, struct area area, int y, const struct map_row *row,
			bool chosen)
{
	char text[64];
	size_t count;
	const struct course *courses = catalog_courses(map->base.app->catalog, &count);
	bool open = map->open[row->course - courses];
	int done = progress_course(&map->progress, row->course);
	int lessons = (int)row->course->lesson_count;
	area_text(area, 2, y, open ? "▾" : "▸", chosen ? STYLE_ACCENT : STYLE_DIM);
	area_text_cut(area, 4, y, 38, row->course->title, chosen ? STYLE_ACCENT : STYLE_BOLD);
	area_bar(area, 44, y, 14, lessons ? (double)done / lessons : 0, STYLE_GOOD);
	snprintf(text, sizeof text, "%d/%d", done, lessons);
	area_text(area, 60, y, text, STYLE_NORMAL);
}

static void draw_lesson(struct map *map, struct area area, int y, const struct map_row *row,
			bool chosen)
{
	const struct lesson_entry *entry = row->lesson;
	int total, done = progress_lesson(&map->progress, entry, &total);
	char text[64] = "";
	const char *mark = entry->problem           ? "!"
			   : total && done == total ? "✔"
			   : done || !entry->ready  ? "·"
						    : "○";
	area_text(area, 4, y, chosen ? "▸" : " ", STYLE_ACCENT);
	area_text(area, 6, y, mark,
		  entry->problem           ? STYLE_BAD
		  : total && done == total ? STYLE_GOOD
					   : STYLE_DIM);
	const char *unit = entry->spec.count ? entry->spec.items[0] : "";
	area_text_cut(area, 8, y, 9, unit, STYLE_DIM);
	if (entry->problem || !entry->ready) {
		snprintf(text, sizeof text, "%s",
			 message(entry->problem ? MSG_TUI_LESSON_BROKEN : MSG_TUI_ONLY_QUESTION));
	} else {
		snprintf(text, sizeof text, message(MSG_TUI_LESSON_SIZE), done, total,
			 entry->minutes);
	}
	int right = area_text_right(area, 2, y, text, STYLE_DIM);
	area_text_cut(area, 18, y, right - 20, entry->title,
		      chosen         ? STYLE_ACCENT
		      : entry->ready ? STYLE_NORMAL
				     : STYLE_DIM);
}

static void draw(struct view *view, struct area area)
{
	struct map *map = self(view);
	fill(map);
	int rows = area.height - 3;
	map->page = rows;
	list_fit(&map->list, map->row_count, rows);
	for (int i = 0; i < rows && map->list.top + i < map->row_count; i++) {
		const struct map_row *row = &map->rows[map->list.top + i];
		bool chosen = map->list.top + i == map->list.at;
		if (row->lesson) {
			draw_lesson(map, area, i, row, chosen);
		} else {
			draw_course(map, area, i, row, chosen);
		}
	}
	if (map->row_count) {
		const struct map_row *row = &map->rows[map->list.at];
		const char *summary = row->lesson ? row->lesson->problem ? row->lesson->problem
									 : row->lesson->summary
						  : row->course->summary;
		area_rule(area_part(area, 0, area.height - 2, area.width, 1), 0, NULL);
		area_text_cut(area, 2, area.height - 1, area.width - 4, summary, STYLE_DIM);
	}
}

static bool request(struct view *view, enum request request)
{
	struct map *map = self(view);
	const struct map_row *row = map->row_count ? &map->rows[map->list.at] : NULL;
	size_t count;
	const struct course *courses = catalog_courses(view->app->catalog, &count);
	if (request == REQUEST_OPEN && row) {
		if (row->lesson) {
			app_open_lesson(view->app, row->lesson->id, NULL);
		} else {
			map->open[row->course - courses] = !map->open[row->course - courses];
		}
		return true;
	}
	return list_request(&map->list, request, map->page);
}

static void click(struct view *view, int x, int y, int wheel)
{
	(void)x;
	(void)wheel;
	struct map *map = self(view);
	if (map->list.top + y < map->row_count) {
		map->list.at = map->list.top + y;
		request(view, REQUEST_OPEN);
	}
}

static bool key(struct view *view, uint32_t key)
{
	(void)view;
	(void)key;
	return false;
}

static const enum request *hints(struct view *view)
{
	(void)view;
	static const enum request list[] = {REQUEST_OPEN, REQUEST_BACK, REQUEST_HOME, REQUEST_NONE};
	return list;
}

static void free_view(struct view *view)
{
	struct map *map = self(view);
	progress_release(&map->progress);
	free(map->rows);
	free(map->open);
	free(map);
}

static const struct view_ops ops = {
	.kind = VIEW_MAP,
	.name = "map",
	.draw = draw,
	.title = title,
	.request = request,
	.key = key,
	.hints = hints,
	.click = click,
	.shown = shown,
	.free = free_view,
};

struct view *view_map_new(struct app *app)
{
	struct map *map = calloc(1, sizeof *map);
	if (!map) {
		return NULL;
	}
	map->base = (struct view){&ops, app};
	arena_init(&map->progress.arena);
	size_t count, rows = 0;
	const struct course *courses = catalog_courses(app->catalog, &count);
	for (size_t i = 0; i < count; i++) {
		rows += 1 + courses[i].lesson_count;
	}
	map->rows = calloc(rows + 1, sizeof *map->rows);
	map->open = calloc(count + 1, sizeof *map->open);
	if (!map->rows || !map->open) {
		free_view(&map->base);
		return NULL;
	}
	/* The course in use is open, else the first. */
	struct arena arena;
	arena_init(&arena);
	struct position position = {.lesson = ""};
	if (app->store) {
		store_position(app->store, &arena, NULL, &position, NULL);
	}
	const struct lesson_entry *here = catalog_find(app->catalog, position.lesson);
	size_t chosen = 0;
	for (size_t i = 0; i < count && here; i++) {
		if (!strcmp(courses[i].id, here->course)) {
			chosen = i;
		}
	}
	arena_release(&arena);
	if (count) {
		map->open[chosen] = true;
		map->list.at = (int)chosen;
	}
	return &map->base;
}
