#include "tui/widget/figure_pane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "engine/base/file.h"
#include "engine/base/utf8.h"
#include "engine/lua/canvas.h"
#include "tui/key.h"
#include "tui/run.h"
#include "tui/text/layout.h"
#include "tui/widget/picture.h"

enum { MAX_KEYS = 24 };

struct figure_pane {
	struct app *app;
	struct run *run;
	struct strbuf cells; /* of the last canvas */
	struct strbuf say;
	char keys[MAX_KEYS][40], uses[MAX_KEYS][64];
	int key_count;
	char problem[1200];
	int width, height;
	int rows; /* of the last canvas that are used */
	bool touched;
};

static void take_keys(struct figure_pane *pane, const json_t *keys)
{
	pane->key_count = 0;
	size_t count = json_array_size(keys);
	for (size_t i = 0; i < count && i < MAX_KEYS; i++) {
		const json_t *row = json_array_get(keys, i);
		const char *key = json_string_value(json_array_get(row, 0));
		const char *what = json_string_value(json_array_get(row, 1));
		if (key && what) {
			snprintf(pane->keys[pane->key_count], sizeof pane->keys[0], "%s", key);
			snprintf(pane->uses[pane->key_count], sizeof pane->uses[0], "%s", what);
			utf8_trim_partial(pane->uses[pane->key_count]);
			pane->key_count++;
		}
	}
}

static void count_rows(struct figure_pane *pane)
{
	struct canvas_reader reader;
	struct canvas_run run;
	pane->rows = 0;
	canvas_reader_init(&reader, pane->cells.text, pane->cells.length);
	while (canvas_reader_next(&reader, &run) == STATUS_OK) {
		for (size_t i = 0; i < run.length; i++) {
			if (run.text[i] != ' ' || run.style == CANVAS_REVERSE) {
				pane->rows = run.row + 1;
				break;
			}
		}
	}
}

static void on_frame(void *context, const struct frame *frame)
{
	struct figure_pane *pane = context;
	if (frame->type != FRAME_CANVAS) {
		return;
	}
	json_t *json = json_loadb(frame->json, frame->json_length, 0, NULL);
	if (!json) {
		return;
	}
	strbuf_reset(&pane->cells);
	strbuf_add(&pane->cells, frame->bytes, frame->bytes_length);
	count_rows(pane);
	const char *say = json_string_value(json_object_get(json, "say"));
	strbuf_reset(&pane->say);
	strbuf_puts(&pane->say, say ? say : "");
	take_keys(pane, json_object_get(json, "keys"));
	json_decref(json);
}

static void on_end(void *context, const struct worker_result *result)
{
	struct figure_pane *pane = context;
	if (!result->ok) {
		snprintf(pane->problem, sizeof pane->problem, "%s", result->error.message);
	}
}

static const struct run_events events = {on_frame, on_end};

static void start(struct figure_pane *pane, const char *path)
{
	struct error err = ERROR_INIT;
	struct strbuf source;
	strbuf_init(&source);
	if (file_read(&source, path, 0, &err) == STATUS_OK) {
		const char *name = strrchr(path, '/');
		struct worker_request request = {.kind = WORKER_FIGURE,
						 .file = name ? name + 1 : path,
						 .source = source.text,
						 .source_length = source.length,
						 .seed = 1,
						 .threads = 1,
						 .width = pane->width,
						 .height = pane->height};
		run_start(&pane->run, pane->app, &request, &events, pane, &err);
	}
	strbuf_release(&source);
	if (err.status) {
		snprintf(pane->problem, sizeof pane->problem, "%s", err.message);
	}
}

struct figure_pane *figure_pane_new(struct app *app, const char *path, int width, int height)
{
	struct figure_pane *pane = calloc(1, sizeof *pane);
	if (!pane) {
		return NULL;
	}
	pane->app = app;
	pane->width = width;
	pane->height = height;
	strbuf_init(&pane->cells);
	strbuf_init(&pane->say);
	start(pane, path);
	return pane;
}

void figure_pane_free(struct figure_pane *pane)
{
	if (pane) {
		run_free(pane->run);
		strbuf_release(&pane->cells);
		strbuf_release(&pane->say);
		free(pane);
	}
}

void figure_pane_resize(struct figure_pane *pane, int width, int height)
{
	if (width == pane->width && height == pane->height) {
		return;
	}
	pane->width = width;
	pane->height = height;
	if (run_active(pane->run)) {
		worker_send_resize(run_worker(pane->run), width, height);
		run_touch(pane->run);
	}
}

/* The key's name as figures know it. */
static const char *figure_name(uint32_t key, char *buffer, size_t size)
{
	switch (key) {
	case INPUT_LEFT:
		return "left";
	case INPUT_RIGHT:
		return "right";
	case INPUT_UP:
		return "up";
	case INPUT_DOWN:
		return "down";
	case ' ':
		return "space";
	case INPUT_ENTER:
		return "enter";
	case INPUT_TAB:
		return "tab";
	}
	if (!key_is_text(key) || size < 5) {
		return NULL;
	}
	buffer[utf8_encode(key, buffer)] = '\0';
	return buffer;
}

/* Whether name is one of the alternatives of a row of keys ("left/right"). */
static bool listed(const char *keys, const char *name)
{
	size_t length = strlen(name);
	if (!strcasecmp(keys, name)) {
		return true;
	}
	for (const char *at = keys; (at = strstr(at, name)) != NULL; at += length) {
		bool begins = at == keys || at[-1] == '/' || at[-1] == ' ' || at[-1] == ',';
		char after = at[length];
		if (begins && (!after || after == '/' || after == ' ' || after == ',')) {
			return true;
		}
	}
	return false;
}

bool figure_pane_uses(const struct figure_pane *pane, uint32_t key)
{
	char buffer[8];
	const char *name = figure_name(key, buffer, sizeof buffer);
	for (int i = 0; name && i < pane->key_count; i++) {
		if (listed(pane->keys[i], name)) {
			return true;
		}
	}
	return false;
}

bool figure_pane_key(struct figure_pane *pane, uint32_t key)
{
	if (!figure_pane_uses(pane, key)) {
		return false;
	}
	pane->touched = true;
	if (run_active(pane->run)) {
		char buffer[8];
		worker_send_key(run_worker(pane->run), figure_name(key, buffer, sizeof buffer));
		run_touch(pane->run);
	}
	return true;
}

static enum style style_of(enum canvas_style style)
{
	static const enum style styles[] = {
		[CANVAS_NORMAL] = STYLE_NORMAL, [CANVAS_DIM] = STYLE_DIM,
		[CANVAS_BOLD] = STYLE_BOLD,     [CANVAS_ACCENT] = STYLE_ACCENT,
		[CANVAS_GOOD] = STYLE_GOOD,     [CANVAS_BAD] = STYLE_BAD,
		[CANVAS_WARN] = STYLE_WARN,     [CANVAS_REVERSE] = STYLE_REVERSE,
		[CANVAS_S1] = STYLE_SERIES1,    [CANVAS_S2] = STYLE_SERIES2,
		[CANVAS_S3] = STYLE_SERIES3,    [CANVAS_S4] = STYLE_SERIES4,
	};
	return style < CANVAS_GRAY ? styles[style] : STYLE_NORMAL;
}

static void draw_canvas(struct figure_pane *pane, struct area area)
{
	bool letters = pane->app->settings.ascii || !pane->app->theme->coloured;
	struct canvas_reader reader;
	struct canvas_run run;
	int row = -1, x = 0;
	canvas_reader_init(&reader, pane->cells.text, pane->cells.length);
	while (canvas_reader_next(&reader, &run) == STATUS_OK) {
		if (run.row != row) {
			row = run.row;
			x = 0;
		}
		if (run.style < CANVAS_GRAY) {
			x = area_textn(area, x, row, run.text, run.length, style_of(run.style));
			continue;
		}
		for (size_t at = 0; at < run.length; x++) {
			utf8_next(run.text, run.length, &at);
			picture_cell(area, x, row,
				     run.style == CANVAS_GRAY ? PALETTE_GRAY : PALETTE_DIVERGING,
				     letters, run.upper, run.lower);
		}
	}
}

/* A key as it is shown: arrows by their signs. */
static void shown_key(const char *keys, char *out, size_t size)
{
	static const struct {
		const char *name, *sign;
	} signs[] = {{"left", "←"},      {"right", "→"},     {"up", "↑"},   {"down", "↓"},
		     {"space", "Space"}, {"enter", "Enter"}, {"tab", "Tab"}};
	size_t used = 0;
	char copy[64], *rest = NULL;
	snprintf(copy, sizeof copy, "%s", keys);
	out[0] = '\0';
	for (char *word = strtok_r(copy, "/", &rest); word; word = strtok_r(NULL, "/", &rest)) {
		const char *sign = word;
		for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
			if (!strcmp(signs[i].name, word)) {
				sign = signs[i].sign;
			}
		}
		bool arrow = sign != word && (unsigned char)sign[0] >= 0x80;
		used += (size_t)snprintf(out + used, used < size ? size - used : 0, "%s%s",
					 used && !arrow ? "/" : "", sign);
		if (used >= size) {
			break;
		}
	}
}

/* Draws the keys over as many rows as they take; returns how many. */
static int draw_keys(const struct figure_pane *pane, struct area area, int y, bool draw)
{
	int x = 2, rows = pane->key_count ? 1 : 0;
	for (int i = 0; i < pane->key_count; i++) {
		char key[64];
		shown_key(pane->keys[i], key, sizeof key);
		int width = (int)(utf8_width(key, strlen(key)) + 1 +
				  utf8_width(pane->uses[i], strlen(pane->uses[i])));
		if (x > 2 && x + width > area.width - 1) {
			x = 2;
			rows++;
		}
		if (draw) {
			int after = area_text(area, x, y + rows - 1, key, STYLE_KEY);
			area_text(area, after + 1, y + rows - 1, pane->uses[i], STYLE_NORMAL);
		}
		x += width + 3;
	}
	return rows;
}

int figure_pane_rows(const struct figure_pane *pane)
{
	return pane->rows;
}

bool figure_pane_touched(const struct figure_pane *pane)
{
	return pane->touched;
}

int figure_pane_key_rows(const struct figure_pane *pane, int width)
{
	struct area probe = {.width = width};
	return draw_keys(pane, probe, 0, false);
}

void figure_pane_draw_keys(const struct figure_pane *pane, struct area area)
{
	draw_keys(pane, area, 0, true);
}

int figure_pane_say_rows(const struct figure_pane *pane, int width)
{
	return pane->say.length ? text_line_count(pane->say.text, pane->say.length, width - 4) : 0;
}

int figure_pane_draw_say(const struct figure_pane *pane, struct area area)
{
	int y = 0;
	for (size_t at = 0; at < pane->say.length && y < area.height; y++) {
		size_t next;
		size_t end = text_break(pane->say.text + at, pane->say.length - at, area.width - 4,
					&next);
		area_textn(area, 2, y, pane->say.text + at, end, STYLE_DIM);
		at += next;
	}
	return y;
}

const char *figure_pane_say(const struct figure_pane *pane)
{
	return pane->say.text;
}

void figure_pane_draw(struct figure_pane *pane, struct area area)
{
	draw_canvas(pane, area_part(area, 2, 0, area.width - 2, area.height));
	if (pane->problem[0]) {
		area_text_cut(area, 2, 0, area.width - 4, message(MSG_TUI_FIGURE_BROKEN),
			      STYLE_WARN);
		for (size_t at = 0, row = 1; at < strlen(pane->problem); row++) {
			size_t next;
			size_t end = text_break(pane->problem + at, strlen(pane->problem) - at,
						area.width - 4, &next);
			area_textn(area, 2, (int)row, pane->problem + at, end, STYLE_DIM);
			at += next;
		}
	} else if (!pane->cells.length) {
		area_text(area, 2, 0, message(MSG_TUI_FIGURE_STARTING), STYLE_DIM);
	}
}
