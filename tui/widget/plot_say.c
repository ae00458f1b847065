#include <math.h>
#include <stdio.h>

#include "engine/base/korean.h"
#include "engine/base/message.h"
#include "tui/widget/plot.h"

/* What a picture shows, in a sentence: for the page of exact values and for whoever does not see the picture. */

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

void plot_say_histogram(struct strbuf *out, const float *counts, int bins, double low, double high)
{
	char from[32], to[32];
	double total = 0;
	int most = 0;
	for (int i = 0; i < bins; i++) {
		total += counts[i];
		most = counts[i] > counts[most] ? i : most;
	}
	if (bins <= 0 || total <= 0) {
		return;
	}
	double width = (high - low) / bins;
	plot_number(low + most * width, from, sizeof from);
	plot_number(low + (most + 1) * width, to, sizeof to);
	strbuf_printf(out, message(MSG_TUI_SAY_HISTOGRAM), total, from, to, (double)counts[most],
		      counts[most] / total * 100);
}

void plot_say_scatter(struct strbuf *out, const float *points, int count)
{
	enum { GROUPS = 256 };
	bool seen[GROUPS] = {false};
	int groups = 0;
	double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
	char text[4][32];
	for (int i = 0; i < count; i++) {
		int group = (int)points[i * 3 + 2] & (GROUPS - 1);
		groups += !seen[group];
		seen[group] = true;
		for (int k = 0; k < 2; k++) {
			low[k] = fmin(low[k], points[i * 3 + k]);
			high[k] = fmax(high[k], points[i * 3 + k]);
		}
	}
	if (count <= 0) {
		return;
	}
	for (int k = 0; k < 2; k++) {
		plot_number(low[k], text[k * 2], sizeof text[0]);
		plot_number(high[k], text[k * 2 + 1], sizeof text[0]);
	}
	strbuf_printf(out, message(MSG_TUI_SAY_SCATTER), count, text[0], text[1], text[2], text[3],
		      groups);
}

void plot_say_peak(struct strbuf *out, const float *values, int rows, int columns)
{
	char text[32];
	int count = rows * columns, best = -1;
	for (int i = 0; i < count; i++) {
		if (isfinite(values[i]) && (best < 0 || values[i] > values[best])) {
			best = i;
		}
	}
	if (best >= 0) {
		plot_number(values[best], text, sizeof text);
		strbuf_printf(out, message(MSG_TUI_SAY_PEAK), rows, columns, best / columns + 1,
			      best % columns + 1, text);
	}
}

void plot_say_values(struct strbuf *out, const struct plot_series *series, int count)
{
	char text[32];
	for (int s = 0; s < count; s++) {
		plot_say_series(out, &series[s]);
		strbuf_puts(out, "\n\n");
	}
	for (int s = 0; s < count; s++) {
		/* At most fifty rows, evenly spaced, the last one among them. */
		size_t stride = series[s].count / 50 + 1;
		strbuf_printf(out, "| %s | %s |\n|--:|--:|\n", message(MSG_TUI_STEP),
			      series[s].name);
		for (size_t i = 0; i < series[s].count; i++) {
			if (i % stride == 0 || i + 1 == series[s].count) {
				strbuf_printf(out, "| %.0f | %s |\n", series[s].x[i],
					      plot_number(series[s].y[i], text, sizeof text));
			}
		}
		strbuf_puts(out, "\n");
	}
}
