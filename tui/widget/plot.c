#include "tui/widget/plot.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/key.h"
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

/* The number at a height of the axis; on a scale of powers of ten the axis holds exponents. */
static const char *axis_number(double value, bool logarithm, char *buffer, size_t size)
{
	return plot_number(logarithm ? pow(10, value) : value, buffer, size);
}

static int draw_axes(struct area area, struct range x, struct range y, int height, bool logarithm)
{
	char text[32];
	int widest = 3;
	double values[3] = {y.high, (y.low + y.high) / 2, y.low};
	int rows[3] = {0, (height - 1) / 2, height - 1};
	for (int i = 0; i < 3; i++) {
		axis_number(values[i], logarithm, text, sizeof text);
		widest = (int)strlen(text) > widest ? (int)strlen(text) : widest;
	}
	for (int i = 0; i < 3; i++) {
		if (i == 1 && height < 5) {
			continue;
		}
		axis_number(values[i], logarithm, text, sizeof text);
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

/* The mean of neighbours, fewer at the ends; the sum moves along. */
static double *smoothed(const struct plot_series *series, int strength)
{
	static const size_t reach[PLOT_SMOOTH_MOST + 1] = {0, 2, 8, 32};
	size_t count = series->count, half = reach[strength];
	double *out = malloc((count + 1) * sizeof *out);
	for (size_t i = 0; out && i < count; i++) {
		size_t from = i > half ? i - half : 0, to = i + half < count ? i + half : count - 1;
		double sum = 0;
		size_t used = 0;
		for (size_t k = from; k <= to; k++) {
			if (isfinite(series->y[k])) {
				sum += series->y[k];
				used++;
			}
		}
		out[i] = used ? sum / (double)used : NAN;
	}
	return out;
}

/* Values as they are drawn: smoothed, and their logarithms. */
static double scaled(double value, bool logarithm)
{
	return !logarithm ? value : value > 0 ? log10(value) : NAN;
}

/* Whether a scale of powers of ten has anything to show. */
static bool above_zero(const struct plot_series *series, int count)
{
	for (int s = 0; s < count; s++) {
		for (size_t i = 0; i < series[s].count; i++) {
			if (series[s].y[i] > 0) {
				return true;
			}
		}
	}
	return false;
}

static size_t nearest_point(const struct plot_series *series, double x)
{
	size_t best = 0;
	for (size_t i = 1; i < series->count; i++) {
		best = fabs(series->x[i] - x) < fabs(series->x[best] - x) ? i : best;
	}
	return best;
}

static void draw_curve(struct dots *dots, const struct plot_series *series, int index,
		       struct range x, struct range y, bool logarithm)
{
	int before_x = -1, before_y = 0;
	for (size_t i = 0; i < series->count; i++) {
		double value = scaled(series->y[i], logarithm);
		if (!isfinite(value)) {
			before_x = -1;
			continue;
		}
		int px = place(series->x[i], x, dots->width * 2);
		int py = dots->height * 4 - 1 - place(value, y, dots->height * 4);
		if (before_x >= 0) {
			segment(dots, before_x, before_y, px, py, index);
		} else {
			dot(dots, px, py, index);
		}
		before_x = px;
		before_y = py;
	}
}

static const char *series_sign(int index, bool letters)
{
	static const char *const dashes[] = {"━━", "╍╍", "┈┈", "╌╌"};
	static const char *const marks[] = {"*", "+", "o", "x", "#", "@", "%", "&"};
	return letters ? marks[index % PLOT_SERIES] : dashes[index % 4];
}

/* Series of one name are told by number. */
static int draw_name(struct area area, int x, const struct plot_series *series, int count,
		     int index)
{
	int same = 0, number = 1;
	x = area_text(area, x, 0, series[index].name, STYLE_DIM);
	for (int k = 0; k < count; k++) {
		same += !strcmp(series[k].name, series[index].name);
		number += k < index && !strcmp(series[k].name, series[index].name);
	}
	return same > 1 ? area_printf(area, x, 0, STYLE_DIM, " %d", number) : x;
}

static void draw_legend(struct area row, const struct plot_series *series, int count, bool letters)
{
	int at = 0;
	for (int s = 0; s < count; s++) {
		at = area_text(row, at, 0, series_sign(s, letters),
			       (enum style)(STYLE_SERIES1 + s % 4));
		at = draw_name(row, at + 1, series, count, s) + 2;
	}
}

/* "600  loss 0.4123  validation_loss 0.5017": as they came, whatever the scale and the smoothing. */
static void draw_exact(struct area row, const struct plot_series *series, int count, double x,
		       bool letters)
{
	int at = area_printf(row, 0, 0, STYLE_ACCENT, "%.10g", x) + 2;
	for (int s = 0; s < count; s++) {
		if (!series[s].count) {
			continue;
		}
		size_t point = nearest_point(&series[s], x);
		at = area_text(row, at, 0, series_sign(s, letters),
			       (enum style)(STYLE_SERIES1 + s % 4));
		at = draw_name(row, at + 1, series, count, s);
		at = area_printf(row, at + 1, 0, STYLE_BOLD, "%.6g", series[s].y[point]);
		if (series[s].x[point] != x) {
			at = area_printf(row, at, 0, STYLE_DIM, "@%.10g", series[s].x[point]);
		}
		at += 2;
	}
}

static void draw_lines(struct area area, const struct plot_series *series,
		       const struct plot_series *given, int count, const struct plot_look *look,
		       bool letters)
{
	struct range x = {INFINITY, -INFINITY}, y = {INFINITY, -INFINITY};
	bool logarithm = look->log && above_zero(given, count);
	for (int s = 0; s < count; s++) {
		for (size_t i = 0; i < series[s].count; i++) {
			widen(&x, series[s].x[i]);
			widen(&y, scaled(series[s].y[i], logarithm));
		}
	}
	settle(&x);
	settle(&y);
	bool pointed = look->pointed && given[0].count > 0;
	int legend = (count > 1 || pointed) && area.height > 4;
	int height = area.height - 2 - legend;
	if (height < 1 || area.width < 12) {
		return;
	}
	struct area body = area_part(area, 0, legend, area.width, area.height - legend);
	int left = draw_axes(body, x, y, height, logarithm);
	struct dots dots;
	if (!dots_init(&dots, area.width - left, height, letters)) {
		return;
	}
	struct area field = area_part(body, left, 0, dots.width, height);
	size_t last = given[0].count ? given[0].count - 1 : 0;
	double at = pointed ? given[0].x[look->point < last ? look->point : last] : 0;
	if (pointed) {
		area_vertical(field, place(at, x, dots.width * 2) / 2, 0, height);
	}
	for (int s = count - 1; s >= 0; s--) {
		draw_curve(&dots, &series[s], s, x, y, logarithm);
	}
	dots_draw(&dots, field);
	free(dots.bits);
	struct area row = area_part(area, left, 0, area.width - left, legend);
	if (pointed) {
		draw_exact(row, given, count, at, letters);
	} else if (legend) {
		draw_legend(row, series, count, letters);
	}
}

void plot_lines(struct area area, const struct plot_series *series, int count,
		const struct plot_look *look, bool letters)
{
	static const struct plot_look plain = {.log = false};
	struct plot_series shown[PLOT_SERIES];
	double *values[PLOT_SERIES] = {NULL};
	look = look ? look : &plain;
	count = count > PLOT_SERIES ? PLOT_SERIES : count;
	for (int s = 0; s < count; s++) {
		shown[s] = series[s];
		if (look->smooth > 0 && series[s].count) {
			values[s] = smoothed(&series[s], look->smooth);
			shown[s].y = values[s] ? values[s] : series[s].y;
		}
	}
	if (count > 0) {
		draw_lines(area, shown, series, count, look, letters);
	}
	for (int s = 0; s < count; s++) {
		free(values[s]);
	}
}

bool plot_look_key(struct plot_look *look, uint32_t key, size_t points)
{
	size_t step = key & INPUT_SHIFT ? points / 10 + 1 : 1;
	uint32_t plain = key & ~INPUT_SHIFT;
	if ((plain != INPUT_LEFT && plain != INPUT_RIGHT) || !points) {
		return false;
	}
	if (!look->pointed) {
		look->pointed = true;
		look->point = points - 1; /* where a run is now */
	} else if (plain == INPUT_RIGHT) {
		look->point = look->point + step < points ? look->point + step : points - 1;
	} else {
		look->point = look->point > step ? look->point - step : 0;
	}
	return true;
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
			     (struct range){0, most > 0 ? most : 1}, height, false);
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
	int left = draw_axes(area, x, y, height, false);
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
