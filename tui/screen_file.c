#include "tui/screen_file.h"

#include <string.h>

#include "engine/base/utf8.h"

enum { CELL_W = 9, CELL_H = 18, BASELINE = 14, MARGIN = 12 };
enum { UPPER_HALF = 0x2580 };

unsigned palette_rgb(int index)
{
	static const unsigned basic[16] = {
		0x000000, 0xcd3131, 0x0dbc79, 0xe5e510, 0x2472c8, 0xbc3fbc, 0x11a8cd, 0xe5e5e5,
		0x666666, 0xf14c4c, 0x23d18b, 0xf5f543, 0x3b8eea, 0xd670d6, 0x29b8db, 0xffffff};
	static const unsigned steps[6] = {0, 95, 135, 175, 215, 255};
	if (index < 16) {
		return basic[index < 0 ? 0 : index];
	}
	if (index < 232) {
		index -= 16;
		return steps[index / 36] << 16 | steps[index / 6 % 6] << 8 | steps[index % 6];
	}
	unsigned gray = (unsigned)(8 + (index - 232) * 10);
	return gray << 16 | gray << 8 | gray;
}

/* How a cell looks in the end: colours of the 256 (-1 the terminal's own), attributes with reverse resolved where the
 * colours are known. */
struct look_now {
	int foreground, background;
	unsigned attributes;
};

static struct look_now look_of(const struct cell *cell, const struct theme *theme)
{
	const struct look *look = &theme->looks[cell->style];
	struct look_now now = {look->foreground, look->background, look->attributes};
	if (look->foreground >= 0 && look->background >= 0) {
		now.attributes &= ~(unsigned)LOOK_REVERSE; /* as on the screen */
	}
	now.foreground = cell->foreground ? cell->foreground - 1 : now.foreground;
	now.background = cell->background ? cell->background - 1 : now.background;
	now.attributes |= cell->attributes & CELL_BOLD ? LOOK_BOLD : 0;
	now.attributes |= cell->attributes & CELL_UNDERLINE ? LOOK_UNDERLINE : 0;
	now.attributes ^= cell->attributes & CELL_REVERSE ? LOOK_REVERSE : 0;
	return now;
}

static bool same(struct look_now a, struct look_now b)
{
	return a.foreground == b.foreground && a.background == b.background &&
	       a.attributes == b.attributes;
}

static void put_cell(struct strbuf *out, const struct cell *cell)
{
	char bytes[4];
	strbuf_add(out, bytes, (size_t)utf8_encode(cell->code_point, bytes));
	if (cell->mark) {
		strbuf_add(out, bytes, (size_t)utf8_encode(cell->mark, bytes));
	}
}

/* ---- terminal ---- */

static void put_look(struct strbuf *out, struct look_now now)
{
	static const struct {
		unsigned bit;
		const char *code;
	} rows[] = {{LOOK_BOLD, ";1"},
		    {LOOK_DIM, ";2"},
		    {LOOK_ITALIC, ";3"},
		    {LOOK_UNDERLINE, ";4"},
		    {LOOK_REVERSE, ";7"}};
	strbuf_puts(out, "\033[0");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		strbuf_puts(out, now.attributes & rows[i].bit ? rows[i].code : "");
	}
	if (now.foreground >= 0) {
		strbuf_printf(out, ";38;5;%d", now.foreground);
	}
	if (now.background >= 0) {
		strbuf_printf(out, ";48;5;%d", now.background);
	}
	strbuf_putc(out, 'm');
}

void screen_ansi(const struct grid *grid, const struct theme *theme, struct strbuf *out)
{
	struct look_now now = {-2, -2, 0};
	strbuf_puts(out, "\033[H");
	for (int y = 0; y < grid->height; y++) {
		if (y) {
			strbuf_puts(out, "\r\n");
		}
		for (int x = 0; x < grid->width; x++) {
			const struct cell *cell = grid_at(grid, x, y);
			struct look_now look = look_of(cell, theme);
			if (!cell->code_point) {
				continue;
			}
			if (!same(look, now)) {
				put_look(out, look);
				now = look;
			}
			put_cell(out, cell);
		}
	}
	strbuf_puts(out, "\033[0m");
}

/* ---- picture ---- */

static void put_escaped(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			strbuf_puts(out, "&amp;");
			break;
		case '<':
			strbuf_puts(out, "&lt;");
			break;
		case '>':
			strbuf_puts(out, "&gt;");
			break;
		case '"':
			strbuf_puts(out, "&quot;");
			break;
		default:
			strbuf_putc(out, *text);
		}
	}
}

struct paint {
	unsigned foreground, background; /* 0xRRGGBB */
};

static struct paint paint_of(struct look_now look, struct paint own)
{
	struct paint paint = {look.foreground >= 0 ? palette_rgb(look.foreground) : own.foreground,
			      look.background >= 0 ? palette_rgb(look.background) : own.background};
	if (look.attributes & LOOK_REVERSE) {
		paint = (struct paint){paint.background, paint.foreground};
	}
	return paint;
}

static void put_rectangle(struct strbuf *out, int x, int y, int width, int height, unsigned rgb)
{
	strbuf_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n",
		      x, y, width, height, rgb);
}

/* Cells of one look, from x on; returns the x behind them. */
static int put_run(const struct grid *grid, const struct theme *theme, struct paint own, int x,
		   int y, struct strbuf *out)
{
	const struct cell *first = grid_at(grid, x, y);
	struct look_now look = look_of(first, theme);
	struct paint paint = paint_of(look, own);
	int from = x, left = MARGIN + x * CELL_W, top = MARGIN + y * CELL_H;
	bool half = first->code_point == UPPER_HALF, blank = true;
	struct strbuf text;
	strbuf_init(&text);
	for (; x < grid->width; x++) {
		const struct cell *cell = grid_at(grid, x, y);
		if (cell->code_point && (!same(look_of(cell, theme), look) ||
					 (cell->code_point == UPPER_HALF) != half)) {
			break;
		}
		if (cell->code_point) {
			put_cell(&text, cell);
			blank = blank && cell->code_point == ' ';
		}
	}
	int width = (x - from) * CELL_W;
	if (paint.background != own.background) {
		put_rectangle(out, left, top, width, CELL_H, paint.background);
	}
	if (half) {
		put_rectangle(out, left, top, width, CELL_H / 2, paint.foreground);
	} else if (!blank) {
		strbuf_printf(
			out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"#%06x\"%s%s%s>",
			left, top + BASELINE, width, paint.foreground,
			look.attributes & LOOK_BOLD ? " font-weight=\"bold\"" : "",
			look.attributes & LOOK_ITALIC ? " font-style=\"italic\"" : "",
			look.attributes & LOOK_UNDERLINE ? " text-decoration=\"underline\"" : "");
		put_escaped(out, text.text);
		strbuf_puts(out, "</text>\n");
	}
	strbuf_release(&text);
	return x;
}

void screen_svg(const struct grid *grid, const struct theme *theme, const char *title,
		struct strbuf *out)
{
	struct look_now normal = look_of(&(const struct cell){.code_point = ' '}, theme);
	struct paint own = {normal.foreground >= 0 ? palette_rgb(normal.foreground) : 0xd0d0d0,
			    normal.background >= 0 ? palette_rgb(normal.background) : 0x1c1c1c};
	int width = grid->width * CELL_W + 2 * MARGIN, height = grid->height * CELL_H + 2 * MARGIN;
	strbuf_printf(
		out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" font-family=\"D2Coding, 'Noto Sans Mono CJK KR', "
		"'Nanum Gothic Coding', monospace\" font-size=\"15\" xml:space=\"preserve\">\n"
		"<title>",
		width, height, width, height);
	put_escaped(out, title);
	strbuf_puts(out, "</title>\n");
	put_rectangle(out, 0, 0, width, height, own.background);
	for (int y = 0; y < grid->height; y++) {
		for (int x = 0; x < grid->width;) {
			x = put_run(grid, theme, own, x, y, out);
		}
	}
	strbuf_puts(out, "</svg>\n");
}
