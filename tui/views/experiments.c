#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tui/program.h"
#include "tui/views/views.h"
#include "tui/widget/list.h"
#include "tui/widget/plot.h"

/* Past runs: a table above, the curves of the marked ones below. */

enum { MAX_MARKED = 4 };

struct curve {
	int64_t run;
	double *steps, *values;
	size_t count;
	char name[64];
};

struct experiments {
	struct view base;
	struct list_cursor list;
	struct arena arena;
	struct run_record *runs;
	size_t count;
	int64_t marked[MAX_MARKED];
	int marked_count;
	char metric[64]; /* shown; "" the first there is */
	struct plot_look look;
	size_t points; /* of the first curve, as drawn last */
	int page;
};

static struct experiments *self(struct view *view)
{
	return (struct experiments *)view;
}

static void load(struct experiments *experiments)
{
	struct app *app = experiments->base.app;
	arena_reset(&experiments->arena);
	experiments->count = 0;
	if (app->store && store_runs(app->store, &experiments->arena, NULL, &experiments->runs,
				     &experiments->count, NULL)) {
		experiments->count = 0;
	}
}

static int mark_of(const struct experiments *experiments, int64_t run)
{
	for (int i = 0; i < experiments->marked_count; i++) {
		if (experiments->marked[i] == run) {
			return i;
		}
	}
	return -1;
}

static void toggle(struct experiments *experiments)
{
	if (!experiments->count) {
		return;
	}
	int64_t run = experiments->runs[experiments->list.at].id;
	int at = mark_of(experiments, run);
	if (at >= 0) {
		experiments->marked_count--;
		memmove(experiments->marked + at, experiments->marked + at + 1,
			(size_t)(experiments->marked_count - at) * sizeof run);
	} else if (experiments->marked_count < MAX_MARKED) {
		experiments->marked[experiments->marked_count++] = run;
	} else {
		app_notice(experiments->base.app, STYLE_DIM, message(MSG_TUI_RUNS_MOST),
			   MAX_MARKED);
	}
}

/* Points of the metric shown of one run. */
static bool load_curve(struct experiments *experiments, int64_t run, struct arena *arena,
		       struct curve *curve)
{
	struct run_point *points;
	size_t count;
	struct app *app = experiments->base.app;
	if (store_points(app->store, arena, run,
			 experiments->metric[0] ? experiments->metric : NULL, &points, &count,
			 NULL) ||
	    !count) {
		return false;
	}
	const char *metric = points[0].metric;
	curve->run = run;
	curve->steps = arena_alloc(arena, count * sizeof(double));
	curve->values = arena_alloc(arena, count * sizeof(double));
	curve->count = 0;
	for (size_t i = 0; curve->steps && curve->values && i < count; i++) {
		if (!strcmp(points[i].metric, metric)) {
			curve->steps[curve->count] = (double)points[i].step;
			curve->values[curve->count++] = points[i].value;
		}
	}
	snprintf(curve->name, sizeof curve->name, "#%lld %s", (long long)run, metric);
	return curve->count > 0;
}

/* The next metric that the chosen run has. */
static void next_metric(struct experiments *experiments)
{
	struct app *app = experiments->base.app;
	struct arena arena;
	struct run_point *points;
	size_t count;
	if (!experiments->count || !app->store) {
		return;
	}
	int64_t run = experiments->marked_count ? experiments->marked[0]
						: experiments->runs[experiments->list.at].id;
	arena_init(&arena);
	if (!store_points(app->store, &arena, run, NULL, &points, &count, NULL) && count) {
		const char *next = points[0].metric;
		bool found = !experiments->metric[0];
		for (size_t i = 0; i < count; i++) {
			bool same = !strcmp(points[i].metric, experiments->metric);
			if (found && !same && strcmp(points[i].metric, points[0].metric) != 0) {
				next = points[i].metric;
				break;
			}
			found = found || same;
		}
		snprintf(experiments->metric, sizeof experiments->metric, "%s", next);
	}
	arena_release(&arena);
}

/* The curves of the marked runs, else of the one under the cursor; their points live in the arena. */
static int load_curves(struct experiments *experiments, struct arena *arena, struct curve *curves,
		       struct plot_series *series)
{
	int count = 0;
	for (int i = 0; i < experiments->marked_count; i++) {
		count += load_curve(experiments, experiments->marked[i], arena, &curves[count]);
	}
	if (!experiments->marked_count && experiments->count) {
		count += load_curve(experiments, experiments->runs[experiments->list.at].id, arena,
				    &curves[0]);
	}
	for (int i = 0; i < count; i++) {
		series[i] = (struct plot_series){curves[i].name, curves[i].steps, curves[i].values,
						 curves[i].count};
	}
	return count;
}

static void draw_curves(struct experiments *experiments, struct area area)
{
	struct app *app = experiments->base.app;
	struct arena arena;
	struct curve curves[MAX_MARKED];
	struct plot_series series[MAX_MARKED];
	arena_init(&arena);
	int count = load_curves(experiments, &arena, curves, series);
	experiments->points = count ? curves[0].count : 0;
	if (count) {
		struct strbuf say;
		strbuf_init(&say);
		plot_say_series(&say, &series[0]);
		area_text_cut(area, 0, area.height - 1, area.width, say.text, STYLE_DIM);
		strbuf_release(&say);
		plot_lines(area_part(area, 0, 0, area.width, area.height - 1), series, count,
			   &experiments->look, app->settings.ascii || !app->theme->coloured);
	} else {
		area_text(area, 0, 0, message(MSG_TUI_RUNS_NO_POINTS), STYLE_DIM);
	}
	arena_release(&arena);
}

static void show_values(struct experiments *experiments)
{
	struct app *app = experiments->base.app;
	struct arena arena;
	struct curve curves[MAX_MARKED];
	struct plot_series series[MAX_MARKED];
	struct strbuf text;
	arena_init(&arena);
	strbuf_init(&text);
	int count = load_curves(experiments, &arena, curves, series);
	if (count) {
		plot_say_values(&text, series, count);
		app_push(app, view_page_new(app, curves[0].name, text.text));
	}
	strbuf_release(&text);
	arena_release(&arena);
}

static void draw(struct view *view, struct area area)
{
	struct experiments *experiments = self(view);
	int table = area.height / 2;
	experiments->page = table - 1;
	list_fit(&experiments->list, (int)experiments->count, table - 1);
	if (!experiments->count) {
		area_text(area, 2, 1, message(MSG_TUI_RUNS_NONE), STYLE_DIM);
		return;
	}
	for (int i = 0; i < table - 1; i++) {
		int index = experiments->list.top + i;
		if ((size_t)index >= experiments->count) {
			break;
		}
		const struct run_record *run = &experiments->runs[index];
		bool here = index == experiments->list.at;
		int mark = mark_of(experiments, run->id);
		char when[32], text[64];
		time_t started = (time_t)run->started;
		struct tm local;
		localtime_r(&started, &local);
		strftime(when, sizeof when, "%m.%d %H:%M", &local);
		area_text(area, 2, i, here ? "▸" : " ", STYLE_ACCENT);
		area_text(area, 4, i, mark >= 0 ? "[x]" : "[ ]",
			  mark >= 0 ? (enum style)(STYLE_SERIES1 + mark % 4) : STYLE_DIM);
		snprintf(text, sizeof text, "#%lld", (long long)run->id);
		area_text(area, 8, i, text, STYLE_DIM);
		area_text_cut(area, 14, i, 14, run->lab, here ? STYLE_ACCENT : STYLE_NORMAL);
		area_text(area, 29, i, when, STYLE_DIM);
		area_text_cut(area, 42, i, 9, run->status,
			      !strcmp(run->status, "finished") ? STYLE_GOOD : STYLE_WARN);
		if (run->ended) {
			snprintf(text, sizeof text, "%llds",
				 (long long)(run->ended - run->started));
			area_text(area, 52, i, text, STYLE_DIM);
		}
		area_text_cut(area, 58, i, area.width - 60, run->result, STYLE_DIM);
	}
	area_rule(area_part(area, 0, table - 1, area.width, 1), 0, experiments->metric);
	draw_curves(experiments, area_part(area, 2, table, area.width - 4, area.height - table));
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	strbuf_puts(left, request_label(REQUEST_EXPERIMENTS));
	strbuf_printf(right, message(MSG_TUI_NOTES_COUNT), (int)self(view)->count);
}

static bool request(struct view *view, enum request request)
{
	struct experiments *experiments = self(view);
	switch (request) {
	case REQUEST_OPEN:
		toggle(experiments);
		return true;
	case REQUEST_PICTURE:
		next_metric(experiments);
		return true;
	case REQUEST_REPLAY:
		if (experiments->count) {
			app_push(view->app,
				 view_replay_new(view->app,
						 experiments->runs[experiments->list.at].id));
		}
		return true;
	case REQUEST_VALUES:
		show_values(experiments);
		return true;
	case REQUEST_LOG_SCALE:
		experiments->look.log = !experiments->look.log;
		return true;
	case REQUEST_SMOOTH:
		experiments->look.smooth = (experiments->look.smooth + 1) % (PLOT_SMOOTH_MOST + 1);
		return true;
	case REQUEST_BACK:
		if (experiments->look.pointed) {
			experiments->look.pointed = false;
			return true;
		}
		return false;
	case REQUEST_DELETE:
		if (experiments->count && view->app->store) {
			struct error err = ERROR_INIT;
			app_told(view->app,
				 store_delete_run(view->app->store,
						  experiments->runs[experiments->list.at].id, &err),
				 &err);
			experiments->marked_count = 0;
			load(experiments);
		}
		return true;
	default:
		return list_request(&experiments->list, request, experiments->page);
	}
}

static bool key(struct view *view, uint32_t key)
{
	if (key == ' ') {
		toggle(self(view));
		return true;
	}
	return plot_look_key(&self(view)->look, key, self(view)->points);
}

static const enum request *hints(struct view *view)
{
	(void)view;
	static const enum request list[] = {REQUEST_OPEN,   REQUEST_PICTURE, REQUEST_LOG_SCALE,
					    REQUEST_SMOOTH, REQUEST_DELETE,  REQUEST_BACK,
					    REQUEST_NONE};
	return list;
}

static void free_view(struct view *view)
{
	arena_release(&self(view)->arena);
	free(view);
}

static const struct view_ops ops = {
	.kind = VIEW_EXPERIMENTS,
	.name = "experiments",
	.draw = draw,
	.title = title,
	.request = request,
	.key = key,
	.hints = hints,
	.free = free_view,
};

struct view *view_experiments_new(struct app *app)
{
	struct experiments *experiments = calloc(1, sizeof *experiments);
	if (experiments) {
		experiments->base = (struct view){&ops, app};
		arena_init(&experiments->arena);
		load(experiments);
	}
	return experiments ? &experiments->base : NULL;
}
