#include "tui/widget/plot.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/message.h"
#include "engine/base/utf8.h"
#include "tui/text/layout.h"

const char *plot_number(double value, char *buffer, size_t size)
{
	double magnitude = fabs(value);
	if (value == floor(value) && magnitude < 1e7) {
		snprintf(buffer, size, "%.0f", value);
	} else if (magnitude >= 1e6 || (magnitude < 1e-3 && magnitude > 0)) {
		snprintf(buffer, size, "%.1e", value);
	} else {
		snprintf(buffer, size, "%.*f",
			 magnitude >= 100  ? 1
			 : magnitude >= 10 ? 2
					   : 3,
			 value);
	}
	return buffer;
}

/* ---- dots ---- */

struct dots {
	int width, height; /* cells */
	uint8_t *bits, *styles;
	bool letters;
};

static bool dots_init(struct dots *dots, int width, int height, bool letters)
{
	*dots = (struct dots){.width = width, .height = height, .letters = letters};
	if (width <= 0 || height <= 0) {
		return false;
	}
	dots->bits = calloc((size_t)width * (size_t)height, 2);
	dots->styles = dots->bits ? dots->bits + (size_t)width * (size_t)height : NULL;
	return dots->bits != NULL;
}

static void dot(struct dots *dots, int x, int y, int series)
{
	static const uint8_t bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
	if (x < 0 || y < 0 || x >= dots->width * 2 || y >= dots->height * 4) {
		return;
	}
	size_t at = (size_t)(y / 4) * (size_t)dots->width + (size_t)(x / 2);
	dots->bits[at] |= bits[y % 4][x % 2];
	dots->styles[at] = (uint8_t)series;
}

static void dots_draw(const struct dots *dots, struct area area)
{
	static const char marks[] = "*+ox#@%&";
	for (int y = 0; y < dots->height; y++) {
		for (int x = 0; x < dots->width; x++) {
			size_t at = (size_t)y * (size_t)dots->width + (size_t)x;
			if (!dots->bits[at]) {
				continue;
			}
			int series = dots->styles[at] % PLOT_SERIES;
			area_put(area, x, y,
				 dots->letters ? (uint32_t)marks[series] : 0x2800u + dots->bits[at],
				 (enum style)(STYLE_SERIES1 + series % 4));
		}
	}
}

static void segment(struct dots *dots, int x0, int y0, int x1, int y1, int series)
{
	int steps = abs(x1 - x0) > abs(y1 - y0) ? abs(x1 - x0) : abs(y1 - y0);
	for (int i = 0; i <= steps; i++) {
		int x = steps ? x0 + (x1 - x0) * i / steps : x0;
		int y = steps ? y0 + (y1 - y0) * i / steps : y0;
		/* The second series is dashed, the third dotted. */
		int phase = series % 4;
		if ((phase == 1 && x % 6 >= 4) || (phase == 2 && x % 3) ||
		    (phase == 3 && x % 8 >= 5 && x % 8 != 6)) {
			continue;
		}
		dot(dots, x, y, series);
	}
}

/* ---- lines ---- */

struct range {
	double low, high;
};

static void widen(struct range *range, double value)
{
	if (isfinite(value)) {
		range->low = value < range->low ? value : range->low;
		range->high = value > range->high ? value : range->high;
	}
}

static void settle(struct range *range)
{
	if (range->low > range->high) {
		*range = (struct range){0, 1};
	}
	if (range->high - range->low < 1e-12) {
		double room = fabs(range->low) > 1e-9 ? fabs(range->low) * 0.1 : 1;
		range->low -= room;
		range->high += room;
	}
}

static int place(double value, struct range range, int pixels)
{
	double at = (value - range.low) / (range.high - range.low) * (pixels - 1);
	return at < 0 ? 0 : at > pixels - 1 ? pixels - 1 : (int)lround(at);
}

static int draw_axes(struct area area, struct range x, struct range y, int height)
{
	char text[32];
	int widest = 3;
	double values[3] = {y.high, (y.low + y.high) / 2, y.low};
	int rows[3] = {0, (height - 1) / 2, height - 1};
	for (int i = 0; i < 3; i++) {
		plot_number(values[i], text, sizeof text);
		widest = (int)strlen(text) > widest ? (int)strlen(text) : widest;
	}
	for (int i = 0; i < 3; i++) {
		if (i == 1 && height < 5) {
			continue;
		}
		plot_number(values[i], text, sizeof text);
		area_text(area, widest - (int)strlen(text), rows[i], text, STYLE_DIM);
	}
	for (int i = 0; i < height; i++) {
		bool tick = i == rows[0] || i == rows[2] || (i == rows[1] && height >= 5);
		area_put(area, widest, i, tick ? 0x2524 : 0x2502, STYLE_BORDER);
	}
	area_put(area, widest, height, 0x2514, STYLE_BORDER);
	for (int i = widest + 1; i < area.width; i++) {
		area_put(area, i, height, 0x2500, STYLE_BORDER);
	}
	area_text(area, widest + 1, height + 1, plot_number(x.low, text, sizeof text), STYLE_DIM);
	area_text_right(area, 0, height + 1, plot_number(x.high, text, sizeof text), STYLE_DIM);
	return widest + 1;
}

void plot_lines(struct area area, const struct plot_series *series, int count, bool letters)
{
	struct range x = {INFINITY, -INFINITY}, y = {INFINITY, -INFINITY};
	for (int s = 0; s < count; s++) {
		for (size_t i = 0; i < series[s].count; i++) {
			widen(&x, series[s].x[i]);
			widen(&y, series[s].y[i]);
		}
	}
	settle(&x);
	settle(&y);
	int legend = count > 1 && area.height > 5;
	int height = area.height - 2 - legend;
	if (height < 1 || area.width < 12) {
		return;
	}
	struct area body = area_part(area, 0, legend, area.width, area.height - legend);
	int left = draw_axes(body, x, y, height);
	struct dots dots;
	if (!dots_init(&dots, area.width - left, height, letters)) {
		return;
	}
	for (int s = count - 1; s >= 0; s--) {
		int before_x = -1, before_y = 0;
		for (size_t i = 0; i < series[s].count; i++) {
			if (!isfinite(series[s].y[i])) {
				before_x = -1;
				continue;
			}
			int px = place(series[s].x[i], x, dots.width * 2);
			int py = dots.height * 4 - 1 - place(series[s].y[i], y, dots.height * 4);
			if (before_x >= 0) {
				segment(&dots, before_x, before_y, px, py, s);
			} else {
				dot(&dots, px, py, s);
			}
			before_x = px;
			before_y = py;
		}
	}
	dots_draw(&dots, area_part(body, left, 0, dots.width, height));
	free(dots.bits);
	static const char *const dashes[] = {"━━", "╍╍", "┈┈", "╌╌"};
	int at = left;
	for (int s = 0; legend && s < count; s++) {
		at = area_text(area, at, 0,
			       letters ? (char[]){"*+ox#@%&"[s % 8], 0} : dashes[s % 4],
			       (enum style)(STYLE_SERIES1 + s % 4));
		at = area_text(area, at + 1, 0, series[s].name, STYLE_DIM);
		/* Series of one name are told by number. */
		int same = 0, number = 1;
		for (int k = 0; k < count; k++) {
			same += !strcmp(series[k].name, series[s].name);
			number += k < s && !strcmp(series[k].name, series[s].name);
		}
		if (same > 1) {
			at = area_printf(area, at, 0, STYLE_DIM, " %d", number);
		}
		at += 2;
	}
}

/* ---- other charts ---- */

void plot_histogram(struct area area, const float *counts, int bins, double low, double high)
{
	static const uint32_t eighths[] = {' ',    0x2581, 0x2582, 0x2583, 0x2584,
					   0x2585, 0x2586, 0x2587, 0x2588};
	int height = area.height - 2;
	double most = 0;
	if (bins <= 0 || height < 1) {
		return;
	}
	for (int i = 0; i < bins; i++) {
		most = counts[i] > most ? counts[i] : most;
	}
	int left = draw_axes(area, (struct range){low, high},
			     (struct range){0, most > 0 ? most : 1}, height);
	int width = area.width - left;
	for (int x = 0; x < width; x++) {
		int from = x * bins / width, to = (x + 1) * bins / width;
		double value = 0;
		for (int i = from; i < (to > from ? to : from + 1) && i < bins; i++) {
			value = counts[i] > value ? counts[i] : value;
		}
		int level = most > 0 ? (int)lround(value / most * height * 8) : 0;
		if (value > 0 && level == 0) {
			level = 1;
		}
		for (int y = 0; y < height; y++) {
			int part = level - y * 8;
			part = part < 0 ? 0 : part > 8 ? 8 : part;
			if (part) {
				area_put(area, left + x, height - 1 - y, eighths[part],
					 STYLE_SERIES1);
			}
		}
	}
}

void plot_scatter(struct area area, const float *points, int count, bool letters)
{
	struct range x = {INFINITY, -INFINITY}, y = {INFINITY, -INFINITY};
	for (int i = 0; i < count; i++) {
		widen(&x, points[i * 3]);
		widen(&y, points[i * 3 + 1]);
	}
	settle(&x);
	settle(&y);
	int height = area.height - 2;
	if (height < 1 || area.width < 12) {
		return;
	}
	int left = draw_axes(area, x, y, height);
	struct dots dots;
	if (!dots_init(&dots, area.width - left, height, letters)) {
		return;
	}
	for (int i = 0; i < count; i++) {
		if (isfinite(points[i * 3]) && isfinite(points[i * 3 + 1])) {
			dot(&dots, place(points[i * 3], x, dots.width * 2),
			    dots.height * 4 - 1 - place(points[i * 3 + 1], y, dots.height * 4),
			    (int)points[i * 3 + 2] & 7);
		}
	}
	dots_draw(&dots, area_part(area, left, 0, dots.width, height));
	free(dots.bits);
}

static int digits_of(const float *matrix, int count)
{
	float most = 0;
	for (int i = 0; i < count; i++) {
		most = matrix[i] > most ? matrix[i] : most;
	}
	char text[32];
	return snprintf(text, sizeof text, "%.0f", (double)most);
}

/* Counts where there is room for them, else the percentage of the row. */
void plot_confusion(struct area area, const float *matrix, int rows, const char *const *classes)
{
	int label = 4;
	for (int i = 0; i < rows; i++) {
		int width = (int)utf8_width(classes[i], strlen(classes[i]));
		label = width > label ? width : label;
	}
	label = label > 10 ? 10 : label;
	int cell = rows ? (area.width - label - 1) / rows : 0;
	cell = cell > 8 ? 8 : cell;
	if (cell < 2) {
		return;
	}
	bool percent = digits_of(matrix, rows * rows) > cell - 1;
	if (percent) {
		area_text_cut(area, 0, 0, label, "%", STYLE_DIM);
	}
	for (int i = 0; i < rows; i++) {
		int width = 0;
		size_t fits = text_fit(classes[i], strlen(classes[i]), cell - 1, &width);
		area_textn(area, label + 1 + (i + 1) * cell - 1 - width, 0, classes[i], fits,
			   STYLE_DIM);
	}
	for (int y = 0; y < rows && y + 1 < area.height; y++) {
		float total = 0;
		for (int i = 0; i < rows; i++) {
			total += matrix[y * rows + i];
		}
		area_text_cut(area, 0, y + 1, label, classes[y], STYLE_DIM);
		for (int i = 0; i < rows; i++) {
			char text[32];
			float value = matrix[y * rows + i];
			float share = total > 0 ? value / total : 0;
			enum style style = i == y          ? STYLE_GOOD
					   : value == 0    ? STYLE_DIM
					   : share >= 0.1f ? STYLE_BAD
							   : STYLE_NORMAL;
			snprintf(text, sizeof text, "%.0f",
				 (double)(percent ? share * 99.49f : value));
			if (value == 0) {
				snprintf(text, sizeof text, "·");
			}
			int width = (int)utf8_width(text, strlen(text));
			area_text(area, label + 1 + (i + 1) * cell - 1 - width, y + 1, text, style);
		}
	}
}

/* ---- sentences ---- */

/* English sentences have the same arguments and no particles. */
static const char *particle(const char *word, enum particle which)
{
	return message_language() == LANGUAGE_KO ? korean_particle(word, which) : "";
}

void plot_say_series(struct strbuf *out, const struct plot_series *series)
{
	char first[32], last[32], best[32];
	if (!series->count) {
		return;
	}
	double low = series->y[0], high = series->y[0];
	for (size_t i = 1; i < series->count; i++) {
		low = series->y[i] < low ? series->y[i] : low;
		high = series->y[i] > high ? series->y[i] : high;
	}
	double begin = series->y[0], end = series->y[series->count - 1];
	bool falling = end < begin;
	plot_number(begin, first, sizeof first);
	plot_number(end, last, sizeof last);
	plot_number(falling ? low : high, best, sizeof best);
	if (begin == end && low == high) {
		strbuf_printf(out, message(MSG_TUI_SAY_FLAT), series->name,
			      particle(series->name, PARTICLE_TOPIC), first);
		return;
	}
	strbuf_printf(out, message(falling ? MSG_TUI_SAY_FALLS : MSG_TUI_SAY_RISES), series->name,
		      particle(series->name, PARTICLE_TOPIC), first, last,
		      particle(last, PARTICLE_BY), best);
}

void plot_say_confusion(struct strbuf *out, const float *matrix, int rows,
			const char *const *classes)
{
	double total = 0, right = 0;
	float most = 0;
	int from = 0, to = 0;
	for (int y = 0; y < rows; y++) {
		for (int x = 0; x < rows; x++) {
			float value = matrix[y * rows + x];
			total += value;
			right += x == y ? value : 0;
			if (x != y && value > most) {
				most = value;
				from = y;
				to = x;
			}
		}
	}
	if (total <= 0) {
		return;
	}
	strbuf_printf(out, message(MSG_TUI_SAY_ACCURACY), total, right, right / total * 100);
	if (most > 0) {
		strbuf_printf(out, message(MSG_TUI_SAY_CONFUSED), classes[from],
			      particle(classes[from], PARTICLE_OBJECT), classes[to],
			      particle(classes[to], PARTICLE_BY), (double)most);
	}
}
