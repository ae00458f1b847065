/* plot: what a script shows besides log lines. Each function sends one event to the host. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "engine/lua/bind_plot.h"
#include "engine/lua/values.h"

#define MAX_NAME 64
#define MAX_PICTURES 256
#define MAX_LABELS 256

/* Sends the document (given away) with bytes. */
static void send(lua_State *L, enum host_event event, json_t *json, const void *bytes,
		 size_t length)
{
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	if (text) {
		binding_emit(L, event, text, bytes, length);
	}
	free(text);
}

/* A string that is valid UTF-8 without control characters. New reference. */
static json_t *clean_string(const char *text, size_t length)
{
	char *clean = utf8_normalise(text, length);
	json_t *string = json_string(clean ? clean : "");
	free(clean);
	return string;
}

/* A finite number, or null, which is what JSON has for the others. New reference. */
static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static void check_name(lua_State *L, char name[MAX_NAME])
{
	size_t length;
	const char *given = luaL_checklstring(L, 1, &length);
	if (length == 0 || length >= MAX_NAME || !utf8_valid(given, length)) {
		binding_raise(L, message(MSG_PLOT_NAME), MAX_NAME - 1);
	}
	memcpy(name, given, length + 1);
}

/* The list of texts in a field of the options; NULL when it is not there. New reference. */
static json_t *text_list(lua_State *L, int options, const char *name)
{
	if (!lua_istable(L, options)) {
		return NULL;
	}
	lua_pushstring(L, name);
	if (lua_rawget(L, options) != LUA_TTABLE) {
		lua_pop(L, 1);
		return NULL;
	}
	json_t *list = json_array();
	lua_Unsigned count = lua_rawlen(L, -1);
	for (lua_Unsigned i = 1; i <= count && i <= MAX_LABELS; i++) {
		lua_rawgeti(L, -1, (lua_Integer)i);
		size_t length = 0;
		/* numbers and strings only: a metamethod could raise and lose the list */
		const char *text = lua_isstring(L, -1) ? lua_tolstring(L, -1, &length) : "";
		json_array_append_new(list, clean_string(text, length));
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
	return list;
}

/* Converts to the float32 of the frames; the memory is a userdata left on the stack. */
static float *to_floats(lua_State *L, const double *items, int64_t count)
{
	float *floats = lua_newuserdatauv(L, sizeof(float) * (size_t)(count + 1), 0);
	for (int64_t i = 0; i < count; i++) {
		floats[i] = (float)items[i];
	}
	return floats;
}

struct limits {
	double low, high;
};

static struct limits find_limits(lua_State *L, int options, const double *items, int64_t count)
{
	struct limits limits = {INFINITY, -INFINITY};
	for (int64_t i = 0; i < count; i++) {
		limits.low = isfinite(items[i]) ? fmin(limits.low, items[i]) : limits.low;
		limits.high = isfinite(items[i]) ? fmax(limits.high, items[i]) : limits.high;
	}
	if (limits.low > limits.high) {
		limits = (struct limits){0, 1};
	}
	limits.low = values_number_field(L, options, "min", limits.low);
	limits.high = values_number_field(L, options, "max", limits.high);
	return limits;
}

/* ---- numbers over time ---- */

static int plot_metric(lua_State *L)
{
	char name[MAX_NAME];
	lua_settop(L, 3); /* options stand at 3, given or not */
	check_name(L, name);
	lua_Number step = luaL_checknumber(L, 2);
	double value = values_scalar(L, 3);
	json_t *at = step == floor(step) && fabs(step) < 9e15 ? json_integer((json_int_t)step)
							      : number(step);
	send(L, HOST_METRIC,
	     json_pack("{s:s,s:o,s:o}", "name", name, "step", at, "value", number(value)), NULL, 0);
	return 0;
}

static int plot_series(lua_State *L)
{
	char name[MAX_NAME];
	lua_settop(L, 3); /* options stand at 3, given or not */
	check_name(L, name);
	const struct values *v = values_check(L, 2, 1);
	float *floats = to_floats(L, v->items, v->columns);
	json_t *json = json_pack("{s:s}", "name", name);
	json_t *labels = text_list(L, 3, "labels");
	if (labels) {
		json_object_set_new(json, "labels", labels);
	}
	send(L, HOST_SERIES, json, floats, sizeof(float) * (size_t)v->columns);
	return 0;
}

static int plot_progress(lua_State *L)
{
	double fraction = luaL_checknumber(L, 1);
	size_t length;
	const char *text = luaL_optlstring(L, 2, "", &length);
	send(L, HOST_PROGRESS,
	     json_pack("{s:o,s:o}", "fraction", number(fmin(fraction, 1)), "text",
		       clean_string(text, length)),
	     NULL, 0);
	return 0;
}

/* ---- matrices ---- */

static int plot_image(lua_State *L)
{
	char name[MAX_NAME], title[128];
	lua_settop(L, 3); /* options stand at 3, given or not */
	check_name(L, name);
	const struct values *v = values_check(L, 2, 2);
	int64_t count = v->rows * v->columns;
	struct limits limits = find_limits(L, 3, v->items, count);
	float *floats = to_floats(L, v->items, count);
	values_text_field(L, 3, "title", title, sizeof(title));
	json_t *json = json_pack("{s:s,s:s,s:I,s:I,s:o,s:o}", "name", name, "title", title,
				 "height", (json_int_t)v->rows, "width", (json_int_t)v->columns,
				 "min", number(limits.low), "max", number(limits.high));
	send(L, HOST_IMAGE, json, floats, sizeof(float) * (size_t)count);
	return 0;
}

/* plot.images(name, [N,H,W] or list of matrices, {captions}) */
static int plot_images(lua_State *L)
{
	char name[MAX_NAME], title[128];
	lua_settop(L, 3); /* options stand at 3, given or not */
	check_name(L, name);
	int64_t count, height, width;
	const double *items = values_pictures(L, 2, MAX_PICTURES, &count, &height, &width);
	struct limits limits = find_limits(L, 3, items, count * height * width);
	float *floats = to_floats(L, items, count * height * width);
	values_text_field(L, 3, "title", title, sizeof(title));
	json_t *captions = text_list(L, 3, "captions");
	json_t *json =
		json_pack("{s:s,s:s,s:I,s:I,s:I,s:o,s:o,s:o}", "name", name, "title", title,
			  "count", (json_int_t)count, "height", (json_int_t)height, "width",
			  (json_int_t)width, "min", number(limits.low), "max", number(limits.high),
			  "captions", captions ? captions : json_array());
	send(L, HOST_IMAGES, json, floats, sizeof(float) * (size_t)(count * height * width));
	return 0;
}

static int plot_heatmap(lua_State *L)
{
	char name[MAX_NAME], title[128];
	lua_settop(L, 3); /* options stand at 3, given or not */
	check_name(L, name);
	const struct values *v = values_check(L, 2, 2);
	int64_t count = v->rows * v->columns;
	struct limits limits = find_limits(L, 3, v->items, count);
	float *floats = to_floats(L, v->items, count);
	values_text_field(L, 3, "title", title, sizeof(title));
	json_t *json = json_pack("{s:s,s:s,s:I,s:I,s:o,s:o}", "name", name, "title", title, "rows",
				 (json_int_t)v->rows, "columns", (json_int_t)v->columns, "min",
				 number(limits.low), "max", number(limits.high));
	static const char *const lists[] = {"row_labels", "column_labels"};
	for (int i = 0; i < 2; i++) {
		json_t *labels = text_list(L, 3, lists[i]);
		if (labels) {
			json_object_set_new(json, lists[i], labels);
		}
	}
	send(L, HOST_HEATMAP, json, floats, sizeof(float) * (size_t)count);
	return 0;
}

/* plot.confusion(name, matrix, classes): rows are the true class, columns what was given */
static int plot_confusion(lua_State *L)
{
	char name[MAX_NAME];
	lua_settop(L, 3); /* options stand at 3, given or not */
	check_name(L, name);
	const struct values *v = values_check(L, 2, 2);
	if (v->rows != v->columns) {
		return binding_raise(L, message(MSG_PLOT_SQUARE), (long long)v->rows,
				     (long long)v->columns);
	}
	float *floats = to_floats(L, v->items, v->rows * v->columns);
	lua_createtable(L, 0, 1);
	lua_pushvalue(L, 3);
	lua_setfield(L, -2, "classes");
	json_t *classes = text_list(L, lua_gettop(L), "classes");
	json_t *json = json_pack("{s:s,s:I,s:o}", "name", name, "rows", (json_int_t)v->rows,
				 "classes", classes ? classes : json_array());
	send(L, HOST_CONFUSION, json, floats, sizeof(float) * (size_t)(v->rows * v->columns));
	return 0;
}

#define MAX_BINS 200

static int plot_histogram(lua_State *L)
{
	char name[MAX_NAME], title[128];
	lua_settop(L, 3); /* options stand at 3, given or not */
	check_name(L, name);
	const struct values *v = values_check(L, 2, 1);
	struct limits limits = find_limits(L, 3, v->items, v->columns);
	int64_t bins = values_integer_field(L, 3, "bins", 20);
	bins = bins < 1 ? 1 : bins > MAX_BINS ? MAX_BINS : bins;
	values_text_field(L, 3, "title", title, sizeof(title));
	float counts[MAX_BINS] = {0};
	double width = (limits.high - limits.low) / (double)bins;
	for (int64_t i = 0; i < v->columns; i++) {
		double value = v->items[i];
		if (value >= limits.low && value <= limits.high) {
			int64_t bin = width > 0 ? (int64_t)((value - limits.low) / width) : 0;
			counts[bin < bins ? bin : bins - 1]++;
		}
	}
	send(L, HOST_HISTOGRAM,
	     json_pack("{s:s,s:s,s:o,s:o,s:I}", "name", name, "title", title, "min",
		       number(limits.low), "max", number(limits.high), "bins", (json_int_t)bins),
	     counts, sizeof(float) * (size_t)bins);
	return 0;
}

/* plot.scatter(name, {{x, y[, group]}, …}, {title, x, y}) */
static int plot_scatter(lua_State *L)
{
	char name[MAX_NAME], title[128], x[64], y[64];
	lua_settop(L, 3); /* options stand at 3, given or not */
	check_name(L, name);
	const struct values *v = values_check(L, 2, 2);
	if (v->columns < 2 || v->columns > 3) {
		return binding_raise(L, "%s", message(MSG_CANVAS_POINTS));
	}
	values_text_field(L, 3, "title", title, sizeof(title));
	values_text_field(L, 3, "x", x, sizeof(x));
	values_text_field(L, 3, "y", y, sizeof(y));
	float *points = lua_newuserdatauv(L, sizeof(float) * (size_t)(v->rows * 3 + 1), 0);
	for (int64_t i = 0; i < v->rows; i++) {
		const double *p = v->items + i * v->columns;
		points[i * 3] = (float)p[0];
		points[i * 3 + 1] = (float)p[1];
		points[i * 3 + 2] = v->columns > 2 ? (float)p[2] : 0;
	}
	send(L, HOST_SCATTER,
	     json_pack("{s:s,s:s,s:I,s:s,s:s}", "name", name, "title", title, "count",
		       (json_int_t)v->rows, "x", x, "y", y),
	     points, sizeof(float) * (size_t)(v->rows * 3));
	return 0;
}

#define MAX_MARKDOWN ((size_t)64 << 10)

static int plot_text(lua_State *L)
{
	char name[MAX_NAME];
	lua_settop(L, 3); /* options stand at 3, given or not */
	check_name(L, name);
	size_t length;
	const char *text = luaL_checklstring(L, 2, &length);
	json_t *markdown = json_string("");
	char *clean = utf8_normalise(text, length > MAX_MARKDOWN ? MAX_MARKDOWN : length);
	if (clean) {
		json_string_set(markdown, clean);
	}
	free(clean);
	send(L, HOST_TEXT, json_pack("{s:s,s:o}", "name", name, "markdown", markdown), NULL, 0);
	return 0;
}

static const struct binding functions[] = {
	{"metric", plot_metric, "name: string, step: number, value: number", "",
	 "꺾은선에 점 하나를 더합니다. 학습하는 동안 실시간으로 그려집니다.", 0},
	{"series", plot_series,
	 "name: string, values: number[]|Tensor, options?: {labels?: string[]}", "",
	 "값의 줄을 한 번에 그립니다.", 0},
	{"progress", plot_progress, "fraction: number, text?: string", "",
	 "진행 막대를 0과 1 사이로 옮깁니다.", 0},
	{"image", plot_image,
	 "name: string, image: Tensor|number[][], options?: {title?: string, min?: number, max?: "
	 "number}",
	 "", "행렬을 그림으로 보여 줍니다.", 0},
	{"images", plot_images,
	 "name: string, images: Tensor, options?: {title?: string, captions?: string[]}", "",
	 "그림 여러 장[N,H,W]을 나란히 보여 줍니다.", 0},
	{"confusion", plot_confusion, "name: string, matrix: Tensor|number[][], classes?: string[]",
	 "", "혼동 행렬을 보여 줍니다(줄은 정답, 칸은 모델의 답).", 0},
	{"heatmap", plot_heatmap,
	 "name: string, matrix: Tensor|number[][], options?: {title?: string, row_labels?: "
	 "string[], "
	 "column_labels?: string[]}",
	 "", "행렬의 값을 색으로 보여 줍니다.", 0},
	{"histogram", plot_histogram,
	 "name: string, values: Tensor|number[], options?: {title?: string, bins?: integer, min?: "
	 "number, "
	 "max?: number}",
	 "", "값의 분포를 막대로 보여 줍니다.", 0},
	{"scatter", plot_scatter,
	 "name: string, points: Tensor|number[][], options?: {title?: string, x?: string, y?: "
	 "string}",
	 "", "점 {x, y, 무리}를 흩뿌려 보여 줍니다.", 0},
	{"text", plot_text, "name: string, markdown: string", "", "Markdown 글을 보여 줍니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

const struct bound_module plot_module = {
	.name = "plot", .doc = "그림, 표, 진행 막대", .functions = functions};
