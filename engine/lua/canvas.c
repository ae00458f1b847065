#include "engine/lua/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"

#define CELL_BYTES 15 /* a base character and a few combining ones */
#define ROW_END 255
#define RUN_HEADER 5

struct cell {
	char text[CELL_BYTES];
	uint8_t length; /* 0: the right half of a wide character */
	uint8_t style, upper, lower;
};

struct canvas {
	int width, height;
	struct cell cells[];
};

static const char *const words[] = {
#define X(name, word) word,
	CANVAS_STYLES(X)
#undef X
};
#define WORD_COUNT (sizeof(words) / sizeof(words[0]))

const char *canvas_style_word(enum canvas_style style)
{
	return (size_t)style < WORD_COUNT ? words[style] : NULL;
}

bool canvas_style_find(const char *word, enum canvas_style *style)
{
	for (size_t i = 0; i < WORD_COUNT; i++) {
		if (strcmp(words[i], word) == 0) {
			*style = (enum canvas_style)i;
			return true;
		}
	}
	return false;
}

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

static void set_blank(struct cell *cell)
{
	*cell = (struct cell){.text = " ", .length = 1, .style = CANVAS_NORMAL};
}

struct canvas *canvas_new(int width, int height)
{
	width = clamp(width, 1, CANVAS_MAX_WIDTH);
	height = clamp(height, 1, CANVAS_MAX_HEIGHT);
	size_t count = (size_t)width * (size_t)height;
	struct canvas *canvas = malloc(sizeof(*canvas) + count * sizeof(struct cell));
	if (canvas) {
		canvas->width = width;
		canvas->height = height;
		canvas_clear(canvas);
	}
	return canvas;
}

void canvas_free(struct canvas *canvas)
{
	free(canvas);
}

int canvas_width(const struct canvas *canvas)
{
	return canvas->width;
}

int canvas_height(const struct canvas *canvas)
{
	return canvas->height;
}

void canvas_clear(struct canvas *canvas)
{
	for (int i = 0; i < canvas->width * canvas->height; i++) {
		set_blank(&canvas->cells[i]);
	}
}

/* Blanks what a write at x leaves of a wide character it cuts. */
static void cut_wide(struct cell *row, int width, int x)
{
	if (row[x].length == 0 && x > 0) {
		set_blank(&row[x - 1]);
	}
	if (x + 1 < width && row[x + 1].length == 0) {
		set_blank(&row[x + 1]);
	}
}

/* Writes one character of the given width, which fits. */
static void put(struct cell *row, int width, int x, const char *bytes, size_t length, int cells,
		enum canvas_style style)
{
	cut_wide(row, width, x);
	if (cells == 2) {
		cut_wide(row, width, x + 1);
		row[x + 1] = (struct cell){.style = (uint8_t)style};
	}
	row[x] = (struct cell){.length = (uint8_t)length, .style = (uint8_t)style};
	memcpy(row[x].text, bytes, length);
}

/* Adds a combining character to the one before it, when there is room. */
static void combine(struct cell *row, int x, const char *bytes, size_t length)
{
	if (x > 0 && row[x].length == 0) {
		x--;
	}
	struct cell *cell = &row[x];
	if (cell->length && cell->length + length <= CELL_BYTES) {
		memcpy(cell->text + cell->length, bytes, length);
		cell->length = (uint8_t)(cell->length + length);
	}
}

int canvas_text(struct canvas *canvas, int x, int y, const char *text, size_t length,
		enum canvas_style style)
{
	if (y < 0 || y >= canvas->height) {
		return 0;
	}
	struct cell *row = &canvas->cells[(size_t)y * (size_t)canvas->width];
	int start = x;
	size_t at = 0;
	while (at < length && x < canvas->width) {
		size_t from = at;
		uint32_t code_point = utf8_next(text, length, &at);
		int cells = utf8_cells(code_point);
		if (code_point == UTF8_REPLACEMENT && at - from < 3) {
			continue; /* a malformed byte */
		}
		if (code_point < 0x20 || code_point == 0x7F) {
			continue;
		}
		if (cells == 0) {
			if (x > start && x - 1 >= 0) {
				combine(row, x - 1, text + from, at - from);
			}
			continue;
		}
		if (x >= 0 && x + cells <= canvas->width) {
			put(row, canvas->width, x, text + from, at - from, cells, style);
		} else if (cells == 2 && x + 1 == canvas->width) {
			put(row, canvas->width, x, " ", 1, 1, style); /* half a character is none */
		} else if (cells == 2 && x == -1) {
			put(row, canvas->width, 0, " ", 1, 1, style);
		}
		x += cells;
	}
	return x - start;
}

void canvas_pixels(struct canvas *canvas, int x, int y, enum canvas_style style, uint8_t upper,
		   uint8_t lower)
{
	static const char half[] = "\xE2\x96\x80"; /* ▀ */
	if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height) {
		return;
	}
	struct cell *row = &canvas->cells[(size_t)y * (size_t)canvas->width];
	put(row, canvas->width, x, half, sizeof(half) - 1, 1, style);
	row[x].upper = upper;
	row[x].lower = lower;
}

static bool same_look(const struct cell *a, const struct cell *b)
{
	return a->style == b->style && a->upper == b->upper && a->lower == b->lower;
}

static void add_run(struct strbuf *out, const struct cell *from, const struct cell *to)
{
	size_t length = 0;
	for (const struct cell *cell = from; cell < to; cell++) {
		length += cell->length;
	}
	unsigned char header[RUN_HEADER] = {from->style, from->upper, from->lower,
					    (unsigned char)(length & 255),
					    (unsigned char)(length >> 8)};
	strbuf_add(out, header, RUN_HEADER);
	for (const struct cell *cell = from; cell < to; cell++) {
		strbuf_add(out, cell->text, cell->length);
	}
}

void canvas_encode(const struct canvas *canvas, struct strbuf *out)
{
	for (int y = 0; y < canvas->height; y++) {
		const struct cell *row = &canvas->cells[(size_t)y * (size_t)canvas->width];
		const struct cell *end = row + canvas->width;
		while (row < end) {
			const struct cell *to = row + 1;
			while (to < end && (to->length == 0 || same_look(row, to))) {
				to++;
			}
			add_run(out, row, to);
			row = to;
		}
		strbuf_putc(out, (char)ROW_END);
	}
}

void canvas_reader_init(struct canvas_reader *reader, const void *bytes, size_t length)
{
	*reader = (struct canvas_reader){.bytes = bytes, .length = length};
}

enum status canvas_reader_next(struct canvas_reader *reader, struct canvas_run *run)
{
	while (reader->at < reader->length && reader->bytes[reader->at] == ROW_END) {
		reader->at++;
		reader->row++;
	}
	size_t left = reader->length - reader->at;
	if (left == 0) {
		return STATUS_NOT_FOUND;
	}
	const unsigned char *header = reader->bytes + reader->at;
	if (left < RUN_HEADER || header[0] >= CANVAS_STYLE_COUNT ||
	    reader->row >= CANVAS_MAX_HEIGHT) {
		return STATUS_CORRUPT;
	}
	size_t length = (size_t)header[3] | (size_t)header[4] << 8;
	if (left - RUN_HEADER < length || !utf8_valid((const char *)header + RUN_HEADER, length)) {
		return STATUS_CORRUPT;
	}
	*run = (struct canvas_run){.row = reader->row,
				   .style = (enum canvas_style)header[0],
				   .upper = header[1],
				   .lower = header[2],
				   .text = (const char *)header + RUN_HEADER,
				   .length = length};
	reader->at += RUN_HEADER + length;
	return STATUS_OK;
}
