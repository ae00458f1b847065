#ifndef MUNDAP_LUA_CANVAS_H
#define MUNDAP_LUA_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"
#include "engine/base/strbuf.h"

/* A grid of cells that figures draw on, and its encoding in frames. Widths are what utf8_cells says; a wide character
 * takes two cells and is never cut in half: one that does not fit leaves a blank. */

#define CANVAS_STYLES(X) \
	X(NORMAL, "normal") \
	X(DIM, "dim") \
	X(BOLD, "bold") \
	X(ACCENT, "accent") \
	X(GOOD, "good") \
	X(BAD, "bad") \
	X(WARN, "warn") \
	X(REVERSE, "reverse") \
	X(S1, "s1") \
	X(S2, "s2") \
	X(S3, "s3") \
	X(S4, "s4")

enum canvas_style {
#define X(name, word) CANVAS_##name,
	CANVAS_STYLES(X)
#undef X
	/* Two pixels in a cell: the text is "▀", upper is its colour and lower the background's, each a level 0–255.
	 * GRAY runs black to white; DIVERGING blue (0) over neutral (128) to red (255). */
	CANVAS_GRAY,
	CANVAS_DIVERGING,
	CANVAS_STYLE_COUNT
};

/** The word of a named style, NULL for CANVAS_GRAY and CANVAS_DIVERGING. */
const char *canvas_style_word(enum canvas_style style);
/** The style of a word; false when there is none. */
bool canvas_style_find(const char *word, enum canvas_style *style);

#define CANVAS_MAX_WIDTH 512
#define CANVAS_MAX_HEIGHT 256

struct canvas;

/** A blank canvas; sizes are clamped to 1…CANVAS_MAX_*. NULL when memory ran out. */
struct canvas *canvas_new(int width, int height);
void canvas_free(struct canvas *canvas);
int canvas_width(const struct canvas *canvas);
int canvas_height(const struct canvas *canvas);
void canvas_clear(struct canvas *canvas);
/** Writes text from cell (x, y), 0-based; what lies outside is cut. Returns the cells it took. */
int canvas_text(struct canvas *canvas, int x, int y, const char *text, size_t length,
		enum canvas_style style);
/** One cell of two pixels. */
void canvas_pixels(struct canvas *canvas, int x, int y, enum canvas_style style, uint8_t upper,
		   uint8_t lower);

/** Appends the run-length encoding; see struct canvas_run. */
void canvas_encode(const struct canvas *canvas, struct strbuf *out);

/* A run of cells with one style. The encoding is, for each run: u8 style, u8 upper, u8 lower, u16 little-endian byte
 * length, UTF-8 text; a row ends with the byte 255. */
struct canvas_run {
	int row; /* 0-based */
	enum canvas_style style;
	uint8_t upper, lower;
	const char *text; /* not NUL-terminated, borrowed from the frame */
	size_t length;
};

struct canvas_reader {
	const unsigned char *bytes;
	size_t length, at;
	int row;
};

void canvas_reader_init(struct canvas_reader *reader, const void *bytes, size_t length);
/** The next run; STATUS_NOT_FOUND at the end, STATUS_CORRUPT when the bytes are no canvas. */
enum status canvas_reader_next(struct canvas_reader *reader, struct canvas_run *run);

#endif
