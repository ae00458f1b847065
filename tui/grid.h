#ifndef MUNDAP_TUI_GRID_H
#define MUNDAP_TUI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/strbuf.h"
#include "tui/style.h"

/* The frame: a grid of cells that views draw into and one backend shows. A wide character holds two cells; no
 * operation leaves half of one: what would be cut becomes a space. */

enum cell_attribute { CELL_UNDERLINE = 1, CELL_REVERSE = 2, CELL_BOLD = 4 };

struct cell {
	uint32_t code_point; /* 0: the right half of the wide character before it */
	uint32_t mark; /* one combining mark, 0 for none */
	uint8_t style;
	uint8_t attributes; /* of enum cell_attribute, added to those of the style */
	uint16_t foreground,
		background; /* 1 + index of the 256-colour palette; 0: those of the style */
};

struct grid {
	int width, height;
	struct cell *cells; /* row by row */
	int cursor_x, cursor_y; /* where text is entered; -1 hides the cursor */
};

/** A part of the grid to draw in; everything outside is clipped. Coordinates are 0-based within it. */
struct area {
	struct grid *grid;
	int x, y, width, height;
};

void grid_init(struct grid *grid);
void grid_release(struct grid *grid);
/** Changes the size and clears. Returns false when memory ran out (the old size stays). */
bool grid_resize(struct grid *grid, int width, int height);
void grid_clear(struct grid *grid);
const struct cell *grid_at(const struct grid *grid, int x, int y);
struct area grid_area(struct grid *grid);
/** The rows as text, each ended by a newline, trailing spaces cut. */
void grid_dump(const struct grid *grid, struct strbuf *out);

/** A part of an area, clipped to it. */
struct area area_part(struct area area, int x, int y, int width, int height);
void area_fill(struct area area, enum style style);
/** One code point; returns the cells it took (0 when it does not fit). */
int area_put(struct area area, int x, int y, uint32_t code_point, enum style style);
/** A cell with its own colours (1 + palette index, 0 for the style's). */
void area_paint(struct area area, int x, int y, uint32_t code_point, int foreground,
		int background);
/** Text on one row up to its end or the edge of the area; returns the x after it. */
int area_text(struct area area, int x, int y, const char *text, enum style style);
int area_textn(struct area area, int x, int y, const char *text, size_t length, enum style style);
int area_printf(struct area area, int x, int y, enum style style, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/** Text that ends at the right edge, moved in by margin cells; returns the x where it begins. */
int area_text_right(struct area area, int margin, int y, const char *text, enum style style);
/** Text cut to width cells with an ellipsis where it is longer; returns the x after it. */
int area_text_cut(struct area area, int x, int y, int width, const char *text, enum style style);
/** A horizontal rule over the area's width, with an optional title on it. */
void area_rule(struct area area, int y, const char *title);
void area_vertical(struct area area, int x, int y, int height);
/** A frame along the area's edge, with an optional title. */
void area_frame(struct area area, const char *title, enum style style);
void area_attribute(struct area area, int x, int y, int width, unsigned attributes);
void area_restyle(struct area area, int x, int y, int width, enum style style);
/** Puts the hardware cursor at a cell of the area (ignored outside of it). */
void area_cursor(struct area area, int x, int y);
/** A bar of width cells filled to fraction (0…1) in eighths of a cell. */
void area_bar(struct area area, int x, int y, int width, double fraction, enum style style);

#endif
