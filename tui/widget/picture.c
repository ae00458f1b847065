#include "tui/widget/picture.h"

#include <math.h>

enum { UPPER_HALF = 0x2580 };

static int cube(int red, int green, int blue)
{
	return 16 + 36 * red + 6 * green + blue;
}

int palette_colour(enum palette palette, int level)
{
	level = level < 0 ? 0 : level > 255 ? 255 : level;
	switch (palette) {
	case PALETTE_GRAY:
		/* 26 grays: black, the ramp of 24, white. */
		level = (level * 25 + 127) / 255;
		return level == 0 ? 16 : level == 25 ? 231 : 231 + level;
	case PALETTE_DIVERGING: {
		static const int ramp[11][3] = {{0, 1, 4}, {0, 2, 5}, {1, 3, 5}, {2, 4, 5},
						{3, 4, 5}, {5, 5, 5}, {5, 4, 3}, {5, 3, 2},
						{5, 2, 1}, {4, 1, 0}, {3, 0, 0}};
		const int *c = ramp[(level * 10 + 127) / 255];
		return cube(c[0], c[1], c[2]);
	}
	case PALETTE_HEAT: {
		static const int ramp[9][3] = {{0, 0, 1}, {0, 0, 2}, {1, 0, 3},
					       {2, 0, 3}, {3, 1, 2}, {4, 1, 1},
					       {5, 2, 0}, {5, 4, 1}, {5, 5, 3}};
		const int *c = ramp[(level * 8 + 127) / 255];
		return cube(c[0], c[1], c[2]);
	}
	}
	return 16;
}

void picture_cell(struct area area, int x, int y, enum palette palette, bool letters, int upper,
		  int lower)
{
	if (letters) {
		static const char ink[] = " .:-=+*#%@";
		int level = (upper + lower) / 2;
		level = level < 0 ? 0 : level > 255 ? 255 : level;
		area_put(area, x, y, (uint32_t)ink[level * 9 / 255], STYLE_NORMAL);
		return;
	}
	area_paint(area, x, y, UPPER_HALF, 1 + palette_colour(palette, upper),
		   1 + palette_colour(palette, lower));
}

static int level_at(const float *values, int rows, int columns, const struct picture_style *style,
		    double y0, double y1, double x0, double x1)
{
	double sum = 0;
	int count = 0;
	for (int y = (int)y0; y < rows && (y < (int)ceil(y1) || y == (int)y0); y++) {
		for (int x = (int)x0; x < columns && (x < (int)ceil(x1) || x == (int)x0); x++) {
			float value = values[y * columns + x];
			if (isfinite(value)) {
				sum += value;
				count++;
			}
		}
	}
	double span = (double)style->high - style->low;
	double level = count && span > 0 ? (sum / count - style->low) / span * 255 : 0;
	return level < 0 ? 0 : level > 255 ? 255 : (int)lround(level);
}

void picture_draw(struct area area, const float *values, int rows, int columns,
		  const struct picture_style *style, int *width, int *height)
{
	int used_width = 0, used_height = 0;
	if (rows > 0 && columns > 0 && area.width > 0 && area.height > 0) {
		/* A pixel is a cell wide and half a cell high, which is about square. */
		double scale_x = (double)columns / area.width;
		double scale_y = (double)rows / (area.height * 2);
		double scale = scale_x > scale_y ? scale_x : scale_y;
		if (scale < 1) {
			scale = 1 / floor(1 / scale);
		}
		used_width = (int)ceil(columns / scale);
		int pixel_rows = (int)ceil(rows / scale);
		used_height = (pixel_rows + 1) / 2;
		for (int y = 0; y < used_height; y++) {
			for (int x = 0; x < used_width; x++) {
				int level[2] = {0, 0};
				for (int half = 0; half < 2; half++) {
					int row = y * 2 + half;
					if (row < pixel_rows) {
						level[half] =
							level_at(values, rows, columns, style,
								 row * scale, (row + 1) * scale,
								 x * scale, (x + 1) * scale);
					} else {
						level[half] = level[0];
					}
				}
				picture_cell(area, x, y, style->palette, style->letters, level[0],
					     level[1]);
			}
		}
	}
	if (width) {
		*width = used_width;
	}
	if (height) {
		*height = used_height;
	}
}
