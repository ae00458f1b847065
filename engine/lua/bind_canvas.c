/* The canvas that figure scripts draw on. Positions are cells counted from 1. */
#include "engine/lua/bind_canvas.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "engine/lua/values.h"

#define CANVAS_KEY "mundap.Canvas"
#define MAX_SERIES 16
#define AXIS_CELLS 8 /* "-12.34 ┤" */

struct handle {
	struct canvas *canvas;
};

void bind_canvas_push(lua_State *L, struct canvas *canvas)
{
	binding_register_type(L, &canvas_type);
	struct handle *handle = lua_newuserdatauv(L, sizeof(*handle), 0);
	handle->canvas = canvas;
	luaL_setmetatable(L, CANVAS_KEY);
}

void bind_canvas_replace(lua_State *L, int index, struct canvas *canvas)
{
	((struct handle *)lua_touserdata(L, index))->canvas = canvas;
}

void bind_canvas_detach(lua_State *L, int index)
{
	bind_canvas_replace(L, index, NULL);
}

static struct canvas *check_canvas(lua_State *L)
{
	struct handle *handle = luaL_checkudata(L, 1, CANVAS_KEY);
	if (!handle->canvas) {
		binding_raise(L, "%s", message(MSG_CANVAS_STALE));
	}
	return handle->canvas;
}

/* A whole number that may be far outside the canvas. */
static int check_cell(lua_State *L, int index)
{
	lua_Number value = luaL_checknumber(L, index);
	return value > 10000 ? 10000 : value > -10000 ? (int)floor(value) : -10000;
}

static enum canvas_style check_style(lua_State *L, const char *word)
{
	enum canvas_style style;
	if (!canvas_style_find(word, &style)) {
		binding_raise(L, message(MSG_CANVAS_STYLE), word);
	}
	return style;
}

static enum canvas_style opt_style(lua_State *L, int index)
{
	return lua_isnoneornil(L, index) ? CANVAS_NORMAL
					 : check_style(L, luaL_checkstring(L, index));
}

/* A style in a table of options. */
static enum canvas_style style_field(lua_State *L, int index, const char *name,
				     enum canvas_style otherwise)
{
	if (!lua_istable(L, index) || lua_getfield(L, index, name) == LUA_TNIL) {
		lua_settop(L, lua_gettop(L) - (lua_istable(L, index) ? 1 : 0));
		return otherwise;
	}
	enum canvas_style style = check_style(L, luaL_checkstring(L, -1));
	lua_pop(L, 1);
	return style;
}

struct area {
	int x, y, width, height; /* 0-based */
};

static struct area check_area(lua_State *L)
{
	struct area area = {check_cell(L, 2) - 1, check_cell(L, 3) - 1, check_cell(L, 4),
			    check_cell(L, 5)};
	if (area.width < 1 || area.height < 1 || area.width > CANVAS_MAX_WIDTH ||
	    area.height > CANVAS_MAX_HEIGHT) {
		binding_raise(L, message(MSG_CANVAS_AREA), area.width, area.height);
	}
	return area;
}

static int draw_text(lua_State *L)
{
	struct canvas *canvas = check_canvas(L);
	size_t length;
	int x = check_cell(L, 2) - 1, y = check_cell(L, 3) - 1;
	enum canvas_style style = opt_style(L, 5);
	const char *text = luaL_tolstring(L, 4, &length);
	lua_pushinteger(L, canvas_text(canvas, x, y, text, length, style));
	return 1;
}

static void put(struct canvas *canvas, int x, int y, const char *text, enum canvas_style style)
{
	canvas_text(canvas, x, y, text, strlen(text), style);
}

static int draw_box(lua_State *L)
{
	struct canvas *canvas = check_canvas(L);
	struct area area = check_area(L);
	size_t length = 0;
	const char *title = luaL_optlstring(L, 6, "", &length);
	enum canvas_style style = opt_style(L, 7);
	int right = area.x + area.width - 1, bottom = area.y + area.height - 1;
	for (int x = area.x + 1; x < right; x++) {
		put(canvas, x, area.y, "─", style);
		put(canvas, x, bottom, "─", style);
	}
	for (int y = area.y + 1; y < bottom; y++) {
		put(canvas, area.x, y, "│", style);
		put(canvas, right, y, "│", style);
	}
	put(canvas, area.x, area.y, "┌", style);
	put(canvas, right, area.y, "┐", style);
	put(canvas, area.x, bottom, "└", style);
	put(canvas, right, bottom, "┘", style);
	int room = area.width - 4;
	if (length && room > 2) {
		size_t cut = values_cut(title, length, room - 1);
		put(canvas, area.x + 1, area.y, " ", style);
		int used = canvas_text(canvas, area.x + 2, area.y, title, cut, style);
		put(canvas, area.x + 2 + used, area.y, " ", style);
	}
	return 0;
}

/* ---- images ---- */

struct range {
	double low, high;
};

/* Limits from the options, else those of the values. */
static struct range check_range(lua_State *L, int options, struct range natural)
{
	struct range range = {values_number_field(L, options, "min", natural.low),
			      values_number_field(L, options, "max", natural.high)};
	if (!(range.high > range.low)) {
		range.high = range.low + 1;
	}
	return range;
}

static uint8_t level(double value, struct range range)
{
	double t = (value - range.low) / (range.high - range.low);
	return isnan(t) ? 0 : t <= 0 ? 0 : t >= 1 ? 255 : (uint8_t)(t * 255 + 0.5);
}

/* Mean of the source cells that pixel (x, y) of a w × h picture covers. */
static double sample(const struct values *v, int x, int y, int w, int h)
{
	int64_t top = y * v->rows / h, bottom = (y + 1) * v->rows / h;
	int64_t left = x * v->columns / w, right = (x + 1) * v->columns / w;
	bottom = bottom > top ? bottom : top + 1;
	right = right > left ? right : left + 1;
	double sum = 0;
	for (int64_t i = top; i < bottom; i++) {
		for (int64_t j = left; j < right; j++) {
			sum += v->items[i * v->columns + j];
		}
	}
	return sum / (double)((bottom - top) * (right - left));
}

static struct range natural_range(const struct values *v)
{
	struct range range = {INFINITY, -INFINITY};
	for (int64_t i = 0; i < v->rows * v->columns; i++) {
		range.low = fmin(range.low, v->items[i]);
		range.high = fmax(range.high, v->items[i]);
	}
	return isfinite(range.low) && isfinite(range.high) ? range : (struct range){0, 1};
}

static int draw_image(lua_State *L)
{
	lua_settop(L, 7);
	struct canvas *canvas = check_canvas(L);
	struct area area = check_area(L);
	const struct values *v = values_check(L, 6, 2);
	bool diverging = values_flag_field(L, 7, "diverging");
	struct range natural = natural_range(v);
	if (diverging) { /* zero is the neutral middle */
		natural.high = fmax(fabs(natural.low), fabs(natural.high));
		natural.low = -natural.high;
	}
	struct range range = check_range(L, 7, natural);
	enum canvas_style style = diverging ? CANVAS_DIVERGING : CANVAS_GRAY;
	int pixels = area.height * 2;
	for (int y = 0; y < area.height; y++) {
		for (int x = 0; x < area.width; x++) {
			uint8_t upper = level(sample(v, x, 2 * y, area.width, pixels), range);
			uint8_t lower = level(sample(v, x, 2 * y + 1, area.width, pixels), range);
			canvas_pixels(canvas, area.x + x, area.y + y, style, upper, lower);
		}
	}
	return 0;
}

/* ---- charts in braille: 2 × 4 dots in a cell ---- */

struct dots {
	struct area area;
	uint8_t *bits; /* area.width * area.height */
	uint8_t *style;
};

/* Memory of the dots is a userdata left on the stack. */
static struct dots new_dots(lua_State *L, struct area area)
{
	size_t cells = (size_t)area.width * (size_t)area.height;
	uint8_t *memory = lua_newuserdatauv(L, cells * 2, 0);
	memset(memory, 0, cells * 2);
	return (struct dots){area, memory, memory + cells};
}

/* Dot at (x, y) of a raster of 2·width × 4·height, y downwards. */
static void set_dot(struct dots *dots, int x, int y, enum canvas_style style)
{
	static const uint8_t bit[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
	if (x < 0 || y < 0 || x >= dots->area.width * 2 || y >= dots->area.height * 4) {
		return;
	}
	size_t cell = (size_t)(y / 4) * (size_t)dots->area.width + (size_t)(x / 2);
	dots->bits[cell] |= bit[y % 4][x % 2];
	dots->style[cell] = (uint8_t)style;
}

static void set_stroke(struct dots *dots, double x0, double y0, double x1, double y1,
		       enum canvas_style style)
{
	double length = fmax(fabs(x1 - x0), fabs(y1 - y0));
	int steps = length < 1 ? 1 : length > 4096 ? 4096 : (int)ceil(length);
	for (int i = 0; i <= steps; i++) {
		double t = (double)i / steps;
		set_dot(dots, (int)lround(x0 + (x1 - x0) * t), (int)lround(y0 + (y1 - y0) * t),
			style);
	}
}

static void put_dots(struct canvas *canvas, const struct dots *dots)
{
	for (int y = 0; y < dots->area.height; y++) {
		for (int x = 0; x < dots->area.width; x++) {
			size_t cell = (size_t)y * (size_t)dots->area.width + (size_t)x;
			if (dots->bits[cell]) {
				char text[4];
				int length = utf8_encode(0x2800u + dots->bits[cell], text);
				canvas_text(canvas, dots->area.x + x, dots->area.y + y, text,
					    (size_t)length, (enum canvas_style)dots->style[cell]);
			}
		}
	}
}

static enum canvas_style series_style(int series)
{
	return (enum canvas_style)(CANVAS_S1 + series % 4);
}

/* Draws the value axis at the left and takes its room off the area. */
static void draw_axis(struct canvas *canvas, struct area *area, struct range range)
{
	if (area->width < AXIS_CELLS + 6 || area->height < 2) {
		return;
	}
	char text[32];
	for (int y = 0; y < area->height; y++) {
		bool end = y == 0 || y == area->height - 1;
		if (end) {
			snprintf(text, sizeof(text), "%*.4g", AXIS_CELLS - 2,
				 y ? range.low : range.high);
			put(canvas, area->x, area->y + y, text, CANVAS_DIM);
		}
		put(canvas, area->x + AXIS_CELLS - 1, area->y + y, end ? "┤" : "│", CANVAS_DIM);
	}
	area->x += AXIS_CELLS;
	area->width -= AXIS_CELLS;
}

/* A legend in the first row, when labels are given; takes the row off the area. */
static void draw_legend(lua_State *L, struct canvas *canvas, struct area *area, int options)
{
	if (!lua_istable(L, options) || area->height < 3) {
		return;
	}
	if (lua_getfield(L, options, "labels") == LUA_TTABLE) {
		int x = area->x, right = area->x + area->width;
		lua_Unsigned count = lua_rawlen(L, -1);
		for (lua_Unsigned i = 1; i <= count && i <= MAX_SERIES && x < right - 4; i++) {
			lua_rawgeti(L, -1, (lua_Integer)i);
			size_t length;
			const char *label = luaL_tolstring(L, -1, &length);
			put(canvas, x, area->y, "━ ", series_style((int)i - 1));
			size_t cut = values_cut(label, length, right - x - 3);
			x += 4 + canvas_text(canvas, x + 2, area->y, label, cut, CANVAS_NORMAL);
			lua_pop(L, 2);
		}
		area->y++;
		area->height--;
	}
	lua_pop(L, 1);
}

/* canvas:line(x, y, w, h, {{…}, {…}}, {min, max, labels}) */
static int draw_line(lua_State *L)
{
	lua_settop(L, 7);
	struct canvas *canvas = check_canvas(L);
	struct area area = check_area(L);
	luaL_argexpected(L, lua_istable(L, 6) || lua_isuserdata(L, 6), 6, "table");
	const struct values *series[MAX_SERIES];
	int count = 0;
	bool nested = false;
	if (lua_istable(L, 6)) {
		nested = lua_rawgeti(L, 6, 1) != LUA_TNUMBER;
		lua_pop(L, 1);
	}
	lua_Unsigned given = nested ? lua_rawlen(L, 6) : 1;
	struct range natural = {INFINITY, -INFINITY};
	int64_t longest = 2;
	for (lua_Unsigned i = 1; i <= given && count < MAX_SERIES; i++) {
		if (nested) {
			lua_rawgeti(L, 6, (lua_Integer)i);
		} else {
			lua_pushvalue(L, 6);
		}
		const struct values *v = values_check(L, lua_gettop(L), 1);
		series[count++] = v;
		longest = v->rows * v->columns > longest ? v->rows * v->columns : longest;
		for (int64_t j = 0; j < v->rows * v->columns; j++) {
			natural.low = isfinite(v->items[j]) ? fmin(natural.low, v->items[j])
							    : natural.low;
			natural.high = isfinite(v->items[j]) ? fmax(natural.high, v->items[j])
							     : natural.high;
		}
	}
	if (!isfinite(natural.low)) {
		natural = (struct range){0, 1};
	}
	struct range range = check_range(L, 7, natural);
	draw_legend(L, canvas, &area, 7);
	draw_axis(canvas, &area, range);
	struct dots dots = new_dots(L, area);
	double wide = area.width * 2 - 1, tall = area.height * 4 - 1;
	for (int s = 0; s < count; s++) {
		int64_t n = series[s]->rows * series[s]->columns;
		double last_x = 0, last_y = NAN;
		for (int64_t j = 0; j < n; j++) {
			double x = wide * (double)j / (double)(longest - 1);
			double y = tall * (1 - (series[s]->items[j] - range.low) /
						       (range.high - range.low));
			y = fmax(-1e6, fmin(1e6, y));
			if (isfinite(series[s]->items[j])) {
				set_stroke(&dots, isnan(last_y) ? x : last_x,
					   isnan(last_y) ? y : last_y, x, y, series_style(s));
				last_y = y;
			} else {
				last_y = NAN;
			}
			last_x = x;
		}
	}
	put_dots(canvas, &dots);
	return 0;
}

/* canvas:scatter(x, y, w, h, {{x, y[, group]}, …}, {xmin, xmax, ymin, ymax, labels}) */
static int draw_scatter(lua_State *L)
{
	lua_settop(L, 7);
	struct canvas *canvas = check_canvas(L);
	struct area area = check_area(L);
	const struct values *v = values_check(L, 6, 2);
	if (v->columns < 2) {
		return binding_raise(L, "%s", message(MSG_CANVAS_POINTS));
	}
	struct range x = {INFINITY, -INFINITY}, y = x;
	for (int64_t i = 0; i < v->rows; i++) {
		const double *p = v->items + i * v->columns;
		x = (struct range){fmin(x.low, p[0]), fmax(x.high, p[0])};
		y = (struct range){fmin(y.low, p[1]), fmax(y.high, p[1])};
	}
	x.low = values_number_field(L, 7, "xmin", isfinite(x.low) ? x.low : 0);
	x.high = values_number_field(L, 7, "xmax", isfinite(x.high) ? x.high : 1);
	y.low = values_number_field(L, 7, "ymin", isfinite(y.low) ? y.low : 0);
	y.high = values_number_field(L, 7, "ymax", isfinite(y.high) ? y.high : 1);
	x.high = x.high > x.low ? x.high : x.low + 1;
	y.high = y.high > y.low ? y.high : y.low + 1;
	draw_legend(L, canvas, &area, 7);
	draw_axis(canvas, &area, y);
	struct dots dots = new_dots(L, area);
	for (int64_t i = 0; i < v->rows; i++) {
		const double *p = v->items + i * v->columns;
		double across = (p[0] - x.low) / (x.high - x.low),
		       up = (p[1] - y.low) / (y.high - y.low);
		int group = v->columns > 2 && p[2] >= 0 && p[2] < 1000 ? (int)p[2] : 0;
		if (across >= 0 && across <= 1 && up >= 0 && up <= 1) {
			set_dot(&dots, (int)lround(across * (area.width * 2 - 1)),
				(int)lround((1 - up) * (area.height * 4 - 1)), series_style(group));
		}
	}
	put_dots(canvas, &dots);
	return 0;
}

/* canvas:bars(x, y, w, h, values, {labels, min, max, style, format}): a bar a row */
static int draw_bars(lua_State *L)
{
	lua_settop(L, 7);
	static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	struct canvas *canvas = check_canvas(L);
	struct area area = check_area(L);
	const struct values *v = values_check(L, 6, 1);
	int64_t count = v->rows * v->columns;
	struct range natural = natural_range(v);
	natural.low = fmin(0, natural.low);
	struct range range = check_range(L, 7, natural);
	enum canvas_style style = style_field(L, 7, "style", CANVAS_S1);
	int highlight = (int)values_number_field(L, 7, "highlight", 0);
	bool labelled = lua_istable(L, 7) && lua_getfield(L, 7, "labels") == LUA_TTABLE;
	int labels = lua_gettop(L), label_width = 0;
	for (int i = 1; labelled && i <= count && i <= area.height; i++) {
		lua_rawgeti(L, labels, i);
		size_t length;
		const char *label = luaL_tolstring(L, -1, &length);
		int width = (int)utf8_width(label, length);
		label_width = width > label_width ? width : label_width;
		lua_pop(L, 2);
	}
	label_width = label_width > area.width / 2 ? area.width / 2 : label_width;
	int left = area.x + label_width + (label_width ? 1 : 0);
	int room = area.x + area.width - left - AXIS_CELLS;
	room = room < 1 ? 1 : room;
	for (int i = 0; i < count && i < area.height; i++) {
		enum canvas_style look = i + 1 == highlight ? CANVAS_ACCENT : style;
		if (labelled) {
			lua_rawgeti(L, labels, i + 1);
			size_t length;
			const char *label = luaL_tolstring(L, -1, &length);
			canvas_text(canvas, area.x, area.y + i, label,
				    values_cut(label, length, label_width), CANVAS_NORMAL);
			lua_pop(L, 2);
		}
		double t = (v->items[i] - range.low) / (range.high - range.low);
		int parts = isnan(t) || t <= 0 ? 0 : t >= 1 ? room * 8 : (int)(t * room * 8 + 0.5);
		for (int x = 0; x < parts / 8; x++) {
			put(canvas, left + x, area.y + i, "█", look);
		}
		put(canvas, left + parts / 8, area.y + i, eighths[parts % 8], look);
		char text[32];
		snprintf(text, sizeof(text), " %.4g", v->items[i]);
		put(canvas, left + (parts + 7) / 8, area.y + i, text, CANVAS_NORMAL);
	}
	return 0;
}

static int draw_clear(lua_State *L)
{
	canvas_clear(check_canvas(L));
	return 0;
}

static int get_width(lua_State *L)
{
	lua_pushinteger(L, canvas_width(check_canvas(L)));
	return 1;
}

static int get_height(lua_State *L)
{
	lua_pushinteger(L, canvas_height(check_canvas(L)));
	return 1;
}

static const struct binding methods[] = {
	{"text", draw_text, "x: integer, y: integer, text: any, style?: string", "integer",
	 "칸 (x, y)부터 글자를 쓰고, 차지한 칸 수를 돌려줍니다.", 0},
	{"box", draw_box,
	 "x: integer, y: integer, width: integer, height: integer, title?: string, style?: string",
	 "", "테두리를 그립니다.", 0},
	{"image", draw_image,
	 "x: integer, y: integer, width: integer, height: integer, values: Tensor|number[][], "
	 "options?: "
	 "{min?: number, max?: number, diverging?: boolean}",
	 "", "행렬을 그림으로 그립니다. 한 칸에 위아래 두 점이 들어갑니다.", 0},
	{"line", draw_line,
	 "x: integer, y: integer, width: integer, height: integer, series: number[]|number[][], "
	 "options?: "
	 "{min?: number, max?: number, labels?: string[]}",
	 "", "꺾은선을 점자로 그립니다.", 0},
	{"bars", draw_bars,
	 "x: integer, y: integer, width: integer, height: integer, values: number[], options?: "
	 "{labels?: "
	 "string[], min?: number, max?: number, style?: string, highlight?: integer}",
	 "", "값마다 한 줄씩 막대를 그립니다.", 0},
	{"scatter", draw_scatter,
	 "x: integer, y: integer, width: integer, height: integer, points: number[][]|Tensor, "
	 "options?: "
	 "{xmin?: number, xmax?: number, ymin?: number, ymax?: number, labels?: string[]}",
	 "", "점 {x, y, 무리}를 점자로 찍습니다.", 0},
	{"clear", draw_clear, "", "", "모두 지웁니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct binding fields[] = {{"width", get_width, "", "integer", "가로 칸 수", 0},
					{"height", get_height, "", "integer", "세로 칸 수", 0},
					{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct binding *const method_lists[] = {methods, NULL};

const struct bound_type canvas_type = {.name = "Canvas",
				       .doc = "그림 스크립트가 그리는 판입니다.",
				       .methods = method_lists,
				       .fields = fields};
