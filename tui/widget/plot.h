#ifndef MUNDAP_TUI_WIDGET_PLOT_H
#define MUNDAP_TUI_WIDGET_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/strbuf.h"
#include "tui/grid.h"
#include "tui/widget/picture.h"

/* Charts in cells: braille dots, or letters where those cannot be shown. Each has a sentence that says what it shows. */

struct plot_series {
	const char *name;
	const double *x, *y;
	size_t count;
};

enum { PLOT_SERIES = 8 };

/* How lines are looked at. */
struct plot_look {
	bool log; /* the values on a scale of powers of ten; those that are not above zero are left out */
	int smooth; /* 0 as they are, up to PLOT_SMOOTH_MOST: the mean of ever more neighbours */
	bool pointed; /* a cursor stands at a point, with the exact values there */
	size_t point; /* of the first series */
	bool past; /* for whoever has it: also the run before */
};

enum { PLOT_SMOOTH_MOST = 3 };

/**
 * Lines over a common pair of axes; series are told apart by dash and legend, not by hue alone. look NULL: as they are.
 * The exact values at the cursor stand in the first row, in place of the legend.
 */
void plot_lines(struct area area, const struct plot_series *series, int count,
		const struct plot_look *look, bool letters);
/** A key of these pictures: ← → (with Shift by tens) move the cursor, others are not used. */
bool plot_look_key(struct plot_look *look, uint32_t key, size_t points);
void plot_histogram(struct area area, const float *counts, int bins, double low, double high);
/** points [count, 3]: x, y, group. */
void plot_scatter(struct area area, const float *points, int count, bool letters);
/**
 * A matrix [rows, columns] with names at its edges (attention over tokens): a cell each, its value in it where that fits.
 * False (nothing drawn) when there is no room for all of it.
 */
bool plot_named_heatmap(struct area area, const float *values, int rows, int columns,
			const char *const *row_names, const char *const *column_names,
			const struct picture_style *style);
/** matrix [rows, rows]: true by given. */
void plot_confusion(struct area area, const float *matrix, int rows, const char *const *classes);

/** One sentence about a series: where it began, where it is, its best. */
void plot_say_series(struct strbuf *out, const struct plot_series *series);
/** The sentences and the exact numbers of lines, as Markdown. */
void plot_say_values(struct strbuf *out, const struct plot_series *series, int count);
void plot_say_histogram(struct strbuf *out, const float *counts, int bins, double low, double high);
void plot_say_scatter(struct strbuf *out, const float *points, int count);
/** Where the largest of the values [rows, columns] stands. */
void plot_say_peak(struct strbuf *out, const float *values, int rows, int columns);
void plot_say_confusion(struct strbuf *out, const float *matrix, int rows,
			const char *const *classes);

/** A number as short as it can be read: 0.861, 12.3, 1,568, 4.1e-05. Returns buffer. */
const char *plot_number(double value, char *buffer, size_t size);

#endif
