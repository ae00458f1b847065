#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/key.h"
#include "tui/program.h"
#include "tui/views/views.h"
#include "tui/widget/board.h"

/* A recorded run, played again: its charts as they were at a step, and a timeline to move along. */

enum { TICK_MS = 60, PLAY_TICKS = 120 /* a run takes about seven seconds to play */ };

struct replay {
	struct view base;
	struct arena arena;
	struct run_record run;
	struct run_point *points; /* by metric, then step */
	size_t count;
	int64_t *steps; /* all there are, each once, in order */
	size_t step_count, at;
	struct board *board; /* the points up to steps[at] */
	size_t on_board; /* 1 + at it was made for, 0 none */
	int timer; /* while it plays */
	int picture;
	struct plot_look look;
};

static struct replay *self(struct view *view)
{
	return (struct replay *)view;
}

static int by_step(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
	return (left > right) - (left < right);
}

static bool load(struct replay *replay, int64_t id)
{
	struct app *app = replay->base.app;
	struct run_record *runs;
	size_t count;
	if (!app->store || store_runs(app->store, &replay->arena, NULL, &runs, &count, NULL)) {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (runs[i].id == id) {
			replay->run = runs[i];
		}
	}
	if (!replay->run.id || store_points(app->store, &replay->arena, id, NULL, &replay->points,
					    &replay->count, NULL)) {
		return false;
	}
	replay->steps = arena_alloc(&replay->arena, (replay->count + 1) * sizeof *replay->steps);
	if (!replay->steps) {
		return false;
	}
	for (size_t i = 0; i < replay->count; i++) {
		replay->steps[i] = replay->points[i].step;
	}
	qsort(replay->steps, replay->count, sizeof *replay->steps, by_step);
	for (size_t i = 0; i < replay->count; i++) {
		if (i == 0 || replay->steps[i] != replay->steps[i - 1]) {
			replay->steps[replay->step_count++] = replay->steps[i];
		}
	}
	replay->at = replay->step_count ? replay->step_count - 1 : 0;
	return true;
}

static void fill_board(struct replay *replay)
{
	if (replay->on_board == replay->at + 1 || !replay->step_count) {
		return;
	}
	board_free(replay->board);
	replay->board = board_new();
	replay->on_board = replay->at + 1;
	for (size_t i = 0; replay->board && i < replay->count; i++) {
		const struct run_point *point = &replay->points[i];
		if (point->step <= replay->steps[replay->at]) {
			board_point(replay->board, point->metric, (double)point->step,
				    point->value);
		}
	}
}

static void draw_timeline(struct replay *replay, struct area row)
{
	char text[64];
	snprintf(text, sizeof text, "%s %lld / %lld", message(MSG_TUI_STEP),
		 (long long)replay->steps[replay->at],
		 (long long)replay->steps[replay->step_count - 1]);
	area_text(row, 2, 0, replay->timer ? "▶" : "‖", STYLE_ACCENT);
	int end = area_text_right(row, 2, 0, text, STYLE_BOLD);
	int width = end - 6, last = (int)replay->step_count - 1;
	int here =
		last > 0 && width > 1 ? (int)(replay->at * (size_t)(width - 1) / (size_t)last) : 0;
	for (int x = 0; x < width; x++) {
		area_put(row, 4 + x, 0,
			 x == here  ? 0x25CF
			 : x < here ? 0x2501
				    : 0x2500,
			 x <= here ? STYLE_ACCENT : STYLE_BORDER);
	}
}

static void draw_chart(struct replay *replay, int picture, struct area area)
{
	struct app *app = replay->base.app;
	area_text_cut(area, 0, 0, area.width, board_picture_title(replay->board, picture),
		      STYLE_DIM);
	board_draw_picture(replay->board, picture,
			   area_part(area, 0, 1, area.width, area.height - 1), &replay->look,
			   app->settings.ascii || !app->theme->coloured);
}

static void draw(struct view *view, struct area area)
{
	struct replay *replay = self(view);
	fill_board(replay);
	if (!replay->board || !replay->step_count) {
		area_text(area, 2, 1, message(MSG_TUI_RUNS_NO_POINTS), STYLE_DIM);
		return;
	}
	int count = board_pictures(replay->board);
	struct area body = area_part(area, 2, 0, area.width - 4, area.height - 4);
	int shown = count > 1 && body.width >= 76 ? 2 : 1;
	int width = body.width / shown;
	for (int i = 0; i < shown; i++) {
		draw_chart(replay, (replay->picture + i) % count,
			   area_part(body, i * width, 0, width - (i + 1 < shown ? 2 : 0),
				     body.height));
	}
	struct strbuf say;
	strbuf_init(&say);
	board_say(replay->board, replay->picture % count, &say);
	area_text_cut(area, 2, area.height - 3, area.width - 4, say.text, STYLE_DIM);
	strbuf_release(&say);
	draw_timeline(replay, area_part(area, 0, area.height - 1, area.width, 1));
}

static void title(struct view *view, struct strbuf *left, struct strbuf *right)
{
	struct replay *replay = self(view);
	strbuf_printf(left, "#%lld %s", (long long)replay->run.id, replay->run.name);
	strbuf_printf(right, "%s  seed %llu", replay->run.status,
		      (unsigned long long)replay->run.seed);
}

static void stop(struct replay *replay)
{
	if (replay->timer) {
		loop_cancel(replay->base.app->loop, replay->timer);
		replay->timer = 0;
	}
}

static void tick(void *context)
{
	struct replay *replay = context;
	size_t step = replay->step_count / PLAY_TICKS + 1;
	replay->at += step;
	if (replay->at + 1 >= replay->step_count) {
		replay->at = replay->step_count - 1;
		stop(replay);
	}
	app_changed(replay->base.app);
}

static void play(struct replay *replay)
{
	if (replay->timer) {
		stop(replay);
	} else if (replay->step_count) {
		replay->at = replay->at + 1 >= replay->step_count ? 0 : replay->at;
		replay->timer = loop_timer(replay->base.app->loop, TICK_MS, false, tick, replay);
	}
}

static void go(struct replay *replay, long by)
{
	long last = replay->step_count ? (long)replay->step_count - 1 : 0;
	long at = (long)replay->at + by;
	stop(replay);
	replay->at = (size_t)(at < 0 ? 0 : at > last ? last : at);
}

static bool request(struct view *view, enum request request)
{
	struct replay *replay = self(view);
	long page = (long)replay->step_count / 10 + 1;
	switch (request) {
	case REQUEST_OPEN:
	case REQUEST_PLAY:
		play(replay);
		return true;
	case REQUEST_UP:
	case REQUEST_STEP_BACK:
		go(replay, -1);
		return true;
	case REQUEST_DOWN:
	case REQUEST_STEP:
		go(replay, 1);
		return true;
	case REQUEST_PAGE_UP:
		go(replay, -page);
		return true;
	case REQUEST_PAGE_DOWN:
		go(replay, page);
		return true;
	case REQUEST_TOP:
		go(replay, -(long)replay->step_count);
		return true;
	case REQUEST_BOTTOM:
		go(replay, (long)replay->step_count);
		return true;
	case REQUEST_PICTURE:
		replay->picture++;
		return true;
	case REQUEST_LOG_SCALE:
		replay->look.log = !replay->look.log;
		return true;
	case REQUEST_SMOOTH:
		replay->look.smooth = (replay->look.smooth + 1) % (PLOT_SMOOTH_MOST + 1);
		return true;
	default:
		return false;
	}
}

static const enum request *hints(struct view *view)
{
	(void)view;
	static const enum request list[] = {REQUEST_PLAY,    REQUEST_STEP_BACK, REQUEST_STEP,
					    REQUEST_PICTURE, REQUEST_LOG_SCALE, REQUEST_SMOOTH,
					    REQUEST_BACK,    REQUEST_NONE};
	return list;
}

static void free_view(struct view *view)
{
	struct replay *replay = self(view);
	stop(replay);
	board_free(replay->board);
	arena_release(&replay->arena);
	free(replay);
}

static const struct view_ops ops = {
	.kind = VIEW_REPLAY,
	.name = "replay",
	.draw = draw,
	.title = title,
	.request = request,
	.hints = hints,
	.free = free_view,
};

struct view *view_replay_new(struct app *app, int64_t run)
{
	struct replay *replay = calloc(1, sizeof *replay);
	if (!replay) {
		return NULL;
	}
	replay->base = (struct view){&ops, app};
	arena_init(&replay->arena);
	if (!load(replay, run)) {
		free_view(&replay->base);
		return NULL;
	}
	return &replay->base;
}
