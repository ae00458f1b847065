#ifndef MUNDAP_TUI_WIDGET_PICTURE_H
#define MUNDAP_TUI_WIDGET_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "tui/grid.h"

/* Pictures of numbers in half blocks: two pixels in a cell. Without colour (or when plain letters are wanted) a cell
 * is a letter whose ink says how bright it is. */

enum palette { PALETTE_GRAY, PALETTE_DIVERGING, PALETTE_HEAT };

struct picture_style {
	enum palette palette;
	bool letters; /* no colour */
	float low, high; /* values of the ends of the palette */
};

/** Palette index (of 256) of a level 0…255. */
int palette_colour(enum palette palette, int level);

/** One cell of two levels (0…255). */
void picture_cell(struct area area, int x, int y, enum palette palette, bool letters, int upper,
		  int lower);

/**
 * Draws values [rows, columns] into the area, scaled down by averaging or up by whole steps so that it fits; *width and
 * *height (may be NULL) get the cells used.
 */
void picture_draw(struct area area, const float *values, int rows, int columns,
		  const struct picture_style *style, int *width, int *height);

#endif
