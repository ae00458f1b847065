#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/text/layout.h"
#include "tui/widget/plot.h"

enum { LABEL_MOST = 12, CELL_LEAST = 3, CELL_MOST = 8, NUMBER_LEAST = 5 };

static int level_of(float value, const struct picture_style *style)
{
	float span = style->high - style->low;
	float level = span > 0 && isfinite(value) ? (value - style->low) / span * 255 : 0;
	return level < 0 ? 0 : level > 255 ? 255 : (int)lroundf(level);
}

/* Dark ink on bright cells, bright ink on dark ones; both can be read in any palette. */
static int ink_on(enum palette palette, int level)
{
	bool bright = palette == PALETTE_DIVERGING ? level > 60 && level < 200 : level > 140;
	return bright ? 17 : 1 + 231; /* black, white of the cube */
}

static void draw_value(struct area area, int x, int y, int width, float value,
		       const struct picture_style *style)
{
	char text[32] = "";
	int level = level_of(value, style);
	if (width >= NUMBER_LEAST) {
		snprintf(text, sizeof text, "%*.2f", width - 1, (double)value);
	}
	if (style->letters) {
		/* Without colour the number tells, or how dark the sign is. */
		static const char ink[] = " .:-=+*#%@";
		if (text[0]) {
			area_text(area, x, y, text, level > 170 ? STYLE_BOLD : STYLE_NORMAL);
		} else {
			for (int i = 0; i + 1 < width; i++) {
				area_put(area, x + i, y, (uint32_t)ink[level * 9 / 255],
					 STYLE_NORMAL);
			}
		}
		return;
	}
	for (int i = 0; i < width; i++) {
		uint32_t c = (size_t)i < strlen(text) ? (uint32_t)(unsigned char)text[i] : ' ';
		area_paint(area, x + i, y, c, ink_on(style->palette, level),
			   1 + palette_colour(style->palette, level));
	}
}

bool plot_named_heatmap(struct area area, const float *values, int rows, int columns,
			const char *const *row_names, const char *const *column_names,
			const struct picture_style *style)
{
	int label = 0;
	for (int y = 0; y < rows; y++) {
		int width = (int)utf8_width(row_names[y], strlen(row_names[y]));
		label = width > label ? width : label;
	}
	label = (label > LABEL_MOST ? LABEL_MOST : label) + 1;
	int cell = columns > 0 ? (area.width - label) / columns : 0;
	cell = cell > CELL_MOST ? CELL_MOST : cell;
	if (cell < CELL_LEAST || rows + 1 > area.height) {
		return false;
	}
	for (int x = 0; x < columns; x++) {
		int width = 0;
		size_t fits = text_fit(column_names[x], strlen(column_names[x]), cell - 1, &width);
		area_textn(area, label + x * cell + (cell - width) / 2, 0, column_names[x], fits,
			   STYLE_DIM);
	}
	for (int y = 0; y < rows; y++) {
		area_text_cut(area, 0, y + 1, label - 1, row_names[y], STYLE_DIM);
		for (int x = 0; x < columns; x++) {
			draw_value(area, label + x * cell, y + 1, cell, values[y * columns + x],
				   style);
		}
	}
	return true;
}
