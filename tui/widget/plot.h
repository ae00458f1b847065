#ifndef MUNDAP_TUI_WIDGET_PLOT_H
#define MUNDAP_TUI_WIDGET_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/strbuf.h"
#include "tui/grid.h"

/* Charts in cells: braille dots, or letters where those cannot be shown. Each has a sentence that says what it shows. */

struct plot_series {
	const char *name;
	const double *x, *y;
	size_t count;
};

enum { PLOT_SERIES = 8 };

/** Lines over a common pair of axes; series are told apart by dash and legend, not by hue alone. */
void plot_lines(struct area area, const struct plot_series *series, int count, bool letters);
void plot_histogram(struct area area, const float *counts, int bins, double low, double high);
/** points [count, 3]: x, y, group. */
void plot_scatter(struct area area, const float *points, int count, bool letters);
/** matrix [rows, rows]: true by given. */
void plot_confusion(struct area area, const float *matrix, int rows, const char *const *classes);

/** One sentence about a series: where it began, where it is, its best. */
void plot_say_series(struct strbuf *out, const struct plot_series *series);
void plot_say_confusion(struct strbuf *out, const float *matrix, int rows,
			const char *const *classes);

/** A number as short as it can be read: 0.861, 12.3, 1,568, 4.1e-05. Returns buffer. */
const char *plot_number(double value, char *buffer, size_t size);

#endif
