#ifndef MUNDAP_TUI_TEXT_BUILDER_H
#define MUNDAP_TUI_TEXT_BUILDER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/strbuf.h"
#include "tui/text/markdown.h"

/* Builds rich text: styled paragraphs are wrapped into lines behind the prefixes (bullets, quote bars) of the blocks
 * around them. Internal to the text folder. */

/* Text with a style and a link for each of its bytes. */
struct styled {
	struct strbuf text, styles, links;
};

void styled_init(struct styled *styled);
void styled_release(struct styled *styled);
void styled_reset(struct styled *styled);
/** False when memory ran out since the last reset: then the three may differ in length. */
bool styled_ok(const struct styled *styled);
void styled_add(struct styled *styled, const char *text, size_t length, enum style style, int link);
void styled_puts(struct styled *styled, const char *text, enum style style);

enum { BUILDER_DEPTH = 24 };

/* What stands at the left of the lines of a block. */
struct prefix {
	char first[24], rest[24];
	enum style style;
	bool used; /* first was written */
};

struct builder {
	struct rich_text *out;
	int line_room, link_room;
	struct prefix prefixes[BUILDER_DEPTH];
	int depth;
	bool failed;
	bool gap_wanted; /* a blank line goes before the next line */
};

void builder_init(struct builder *builder, struct rich_text *out, int width);
void builder_push(struct builder *builder, const char *first, const char *rest, enum style style);
void builder_pop(struct builder *builder);
/** Cells left for text behind the prefixes. */
int builder_width(const struct builder *builder);
/** A link target; its number, counted from 1. */
int builder_link(struct builder *builder, const char *target, size_t length);
/** The next line is set off by a blank one (not at the top). */
void builder_gap(struct builder *builder);
/** Wraps a paragraph into lines. heading: its level, 0 for other text. */
void builder_paragraph(struct builder *builder, const struct styled *text, int heading);
/** One line as it is. */
void builder_line(struct builder *builder, const struct styled *text, size_t from, size_t to,
		  int heading);
void builder_rule(struct builder *builder);

/* A table collected cell by cell. */
struct table_cell {
	struct styled text;
	int align; /* -1 left, 0 centre, 1 right */
};

struct table {
	struct table_cell *cells; /* row by row */
	int columns, count, room;
	bool failed;
};

void table_init(struct table *table, int columns);
void table_release(struct table *table);
/** A new cell to be filled; NULL without memory. */
struct styled *table_add(struct table *table, int align);
/** Writes the table; the first row is the heading. */
void table_build(const struct table *table, struct builder *builder);

/** Markdown made ready for the parser: relaxed Korean emphasis, footnotes. Owns: caller frees out with strbuf. */
void markdown_prepare(struct strbuf *out, const char *markdown, size_t length);

/** The sign put beside emphasis so that the parser sees it; never shown. */
#define MARKDOWN_JOINT 0x2E31u

/** LaTeX of lessons as readable Unicode (\frac{a}{b} → a/b, x_i^2 → xᵢ²). */
void formula_unicode(struct strbuf *out, const char *latex, size_t length);

/** A style for each byte of code; language NULL or unknown leaves STYLE_CODE. */
void highlight_code(const char *code, size_t length, const char *language, unsigned char *styles);

#endif
