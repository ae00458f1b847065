#include "tui/grid.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"

static const struct cell blank = {.code_point = ' '};

void grid_init(struct grid *grid)
{
	*grid = (struct grid){.cursor_x = -1, .cursor_y = -1};
}

void grid_release(struct grid *grid)
{
	free(grid->cells);
	grid_init(grid);
}

bool grid_resize(struct grid *grid, int width, int height)
{
	if (width < 1 || height < 1) {
		return false;
	}
	if (width != grid->width || height != grid->height) {
		struct cell *cells = malloc((size_t)width * (size_t)height * sizeof *cells);
		if (!cells) {
			return false;
		}
		free(grid->cells);
		grid->cells = cells;
		grid->width = width;
		grid->height = height;
	}
	grid_clear(grid);
	return true;
}

void grid_clear(struct grid *grid)
{
	int count = grid->width * grid->height;
	for (int i = 0; i < count; i++) {
		grid->cells[i] = blank;
	}
	grid->cursor_x = grid->cursor_y = -1;
}

const struct cell *grid_at(const struct grid *grid, int x, int y)
{
	if (x < 0 || y < 0 || x >= grid->width || y >= grid->height) {
		return &blank;
	}
	return &grid->cells[y * grid->width + x];
}

struct area grid_area(struct grid *grid)
{
	return (struct area){grid, 0, 0, grid->width, grid->height};
}

void grid_dump(const struct grid *grid, struct strbuf *out)
{
	for (int y = 0; y < grid->height; y++) {
		size_t end = out->length; /* after the last cell that is not a space */
		for (int x = 0; x < grid->width; x++) {
			const struct cell *cell = grid_at(grid, x, y);
			if (cell->code_point == 0) {
				continue;
			}
			char bytes[4];
			strbuf_add(out, bytes, (size_t)utf8_encode(cell->code_point, bytes));
			if (cell->mark) {
				strbuf_add(out, bytes, (size_t)utf8_encode(cell->mark, bytes));
			}
			if (cell->code_point != ' ') {
				end = out->length;
			}
		}
		strbuf_truncate(out, end);
		strbuf_putc(out, '\n');
	}
}

struct area area_part(struct area area, int x, int y, int width, int height)
{
	if (x < 0) {
		width += x;
		x = 0;
	}
	if (y < 0) {
		height += y;
		y = 0;
	}
	if (width > area.width - x) {
		width = area.width - x;
	}
	if (height > area.height - y) {
		height = area.height - y;
	}
	return (struct area){area.grid, area.x + x, area.y + y, width < 0 ? 0 : width,
			     height < 0 ? 0 : height};
}

static struct cell *cell_of(struct area area, int x, int y)
{
	if (x < 0 || y < 0 || x >= area.width || y >= area.height) {
		return NULL;
	}
	x += area.x;
	y += area.y;
	if (x < 0 || y < 0 || x >= area.grid->width || y >= area.grid->height) {
		return NULL;
	}
	return &area.grid->cells[y * area.grid->width + x];
}

/* Before a cell is overwritten: the other half of a wide character that it belongs to becomes a space. */
static void free_cell(struct area area, struct cell *cell)
{
	struct cell *row =
		area.grid->cells + (cell - area.grid->cells) / area.grid->width * area.grid->width;
	if (cell->code_point == 0 && cell > row) {
		cell[-1].code_point = ' ';
		cell[-1].mark = 0;
	}
	if (cell + 1 < row + area.grid->width && cell[1].code_point == 0) {
		cell[1].code_point = ' ';
	}
}

static bool put_cell(struct area area, int x, int y, struct cell value)
{
	int cells = utf8_cells(value.code_point);
	struct cell *cell = cell_of(area, x, y);
	if (!cell) {
		return false;
	}
	if (cells == 2 && !cell_of(area, x + 1, y)) {
		value.code_point = ' '; /* half of it would be outside */
		cells = 1;
	}
	free_cell(area, cell);
	if (cells == 2) {
		free_cell(area, cell + 1);
		cell[1] = value;
		cell[1].code_point = 0;
		cell[1].mark = 0;
	}
	*cell = value;
	return true;
}

int area_put(struct area area, int x, int y, uint32_t code_point, enum style style)
{
	if (code_point < ' ' || (code_point >= 0x7F && code_point < 0xA0)) {
		code_point = code_point == '\t' ? ' ' : UTF8_REPLACEMENT;
	}
	int cells = utf8_cells(code_point);
	if (cells == 0) {
		struct cell *before = cell_of(area, x - 1, y);
		if (before && before->code_point == 0) {
			before = cell_of(area, x - 2, y);
		}
		if (before) {
			before->mark = code_point;
		}
		return 0;
	}
	if (!put_cell(area, x, y,
		      (struct cell){.code_point = code_point, .style = (uint8_t)style})) {
		return 0;
	}
	return cells;
}

void area_paint(struct area area, int x, int y, uint32_t code_point, int foreground, int background)
{
	put_cell(area, x, y,
		 (struct cell){.code_point = code_point,
			       .style = STYLE_NORMAL,
			       .foreground = (uint16_t)foreground,
			       .background = (uint16_t)background});
}

void area_fill(struct area area, enum style style)
{
	for (int y = 0; y < area.height; y++) {
		for (int x = 0; x < area.width; x++) {
			area_put(area, x, y, ' ', style);
		}
	}
}

int area_textn(struct area area, int x, int y, const char *text, size_t length, enum style style)
{
	for (size_t at = 0; at < length;) {
		uint32_t code_point = utf8_next(text, length, &at);
		int cells = utf8_cells(code_point);
		if (code_point < ' ') {
			if (code_point != '\t') {
				continue;
			}
			cells = 1;
		}
		if (x + cells > area.width) {
			if (x < area.width) {
				area_put(area, x, y, ' ', style);
			}
			break;
		}
		if (x >= 0 || x + cells <= 0) {
			area_put(area, x, y, code_point, style);
		}
		x += cells;
	}
	return x;
}

int area_text(struct area area, int x, int y, const char *text, enum style style)
{
	return area_textn(area, x, y, text, strlen(text), style);
}

int area_printf(struct area area, int x, int y, enum style style, const char *format, ...)
{
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	utf8_trim_partial(text);
	return area_text(area, x, y, text, style);
}

int area_text_right(struct area area, int margin, int y, const char *text, enum style style)
{
	int x = area.width - margin - (int)utf8_width(text, strlen(text));
	area_text(area, x < 0 ? 0 : x, y, text, style);
	return x < 0 ? 0 : x;
}

int area_text_cut(struct area area, int x, int y, int width, const char *text, enum style style)
{
	size_t length = strlen(text);
	if ((int)utf8_width(text, length) <= width) {
		return area_textn(area, x, y, text, length, style);
	}
	int limit = x + width - 1;
	for (size_t at = 0; at < length;) {
		size_t next = at;
		int cells = utf8_cells(utf8_next(text, length, &next));
		if (x + cells > limit) {
			break;
		}
		x = area_textn(area, x, y, text + at, next - at, style);
		at = next;
	}
	return width > 0 ? area_text(area, x, y, "…", style) : x;
}

void area_rule(struct area area, int y, const char *title)
{
	for (int x = 0; x < area.width; x++) {
		area_put(area, x, y, 0x2500, STYLE_BORDER);
	}
	if (title && *title && area.width > 4) {
		area_put(area, 1, y, ' ', STYLE_BORDER);
		int x = area_text_cut(area, 2, y, area.width - 4, title, STYLE_DIM);
		area_put(area, x, y, ' ', STYLE_BORDER);
	}
}

void area_vertical(struct area area, int x, int y, int height)
{
	for (int i = 0; i < height; i++) {
		area_put(area, x, y + i, 0x2502, STYLE_BORDER);
	}
}

void area_frame(struct area area, const char *title, enum style style)
{
	int right = area.width - 1, bottom = area.height - 1;
	if (right < 1 || bottom < 1) {
		return;
	}
	for (int x = 1; x < right; x++) {
		area_put(area, x, 0, 0x2500, style);
		area_put(area, x, bottom, 0x2500, style);
	}
	for (int y = 1; y < bottom; y++) {
		area_put(area, 0, y, 0x2502, style);
		area_put(area, right, y, 0x2502, style);
	}
	area_put(area, 0, 0, 0x250C, style);
	area_put(area, right, 0, 0x2510, style);
	area_put(area, 0, bottom, 0x2514, style);
	area_put(area, right, bottom, 0x2518, style);
	if (title && *title && right > 4) {
		area_put(area, 1, 0, ' ', style);
		int x = area_text_cut(area, 2, 0, right - 3, title, STYLE_BOLD);
		area_put(area, x, 0, ' ', style);
	}
}

void area_attribute(struct area area, int x, int y, int width, unsigned attributes)
{
	for (int i = 0; i < width; i++) {
		struct cell *cell = cell_of(area, x + i, y);
		if (cell) {
			cell->attributes |= (uint8_t)attributes;
		}
	}
}

void area_restyle(struct area area, int x, int y, int width, enum style style)
{
	for (int i = 0; i < width; i++) {
		struct cell *cell = cell_of(area, x + i, y);
		if (cell) {
			cell->style = (uint8_t)style;
			cell->foreground = cell->background = 0;
		}
	}
}

void area_cursor(struct area area, int x, int y)
{
	if (cell_of(area, x, y)) {
		area.grid->cursor_x = area.x + x;
		area.grid->cursor_y = area.y + y;
	}
}

void area_bar(struct area area, int x, int y, int width, double fraction, enum style style)
{
	if (!(fraction > 0)) {
		fraction = 0;
	}
	if (fraction > 1) {
		fraction = 1;
	}
	int full = (int)lround(fraction * width);
	if (fraction > 0 && full == 0) {
		full = 1; /* something done is seen as something */
	}
	if (fraction < 1 && full == width && width > 0) {
		full = width - 1;
	}
	for (int i = 0; i < width; i++) {
		area_put(area, x + i, y, i < full ? 0x2588 : 0x2591, i < full ? style : STYLE_DIM);
	}
}
