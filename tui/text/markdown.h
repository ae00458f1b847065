#ifndef MUNDAP_TUI_TEXT_MARKDOWN_H
#define MUNDAP_TUI_TEXT_MARKDOWN_H

#include <stddef.h>

#include "engine/base/arena.h"
#include "engine/base/error.h"
#include "engine/base/strbuf.h"
#include "tui/grid.h"

/* Markdown laid out for a width: lines of styled spans. Korean emphasis is read as people write it
 * (`**굵게(Bold)**를`), formulas ($…$, $$…$$) become readable Unicode, tables keep their columns with wide cells. */

struct rich_span {
	const char *text; /* NUL-terminated */
	int length; /* bytes */
	int x; /* cells from the left */
	enum style style;
	int link; /* 1 + index into links, 0 for none */
};

struct rich_line {
	struct rich_span *spans;
	int count;
	int heading; /* 1…6 on the line of a heading, 0 otherwise */
};

struct rich_text {
	struct arena arena; /* holds everything below */
	struct rich_line *lines;
	int count;
	const char **links; /* where each link goes */
	int link_count;
	int width;
};

/**
 * Lays Markdown out in lines of at most width cells (a table or a long word of code may not fit; it is cut).
 * Owns: out, to be given to rich_text_release. Errors: STATUS_NOMEM.
 */
enum status markdown_layout(struct rich_text *out, const char *markdown, size_t length, int width,
			    struct error *err);
/** The same for code alone, coloured by language ("lua", "python"; others plain). */
enum status markdown_layout_code(struct rich_text *out, const char *code, size_t length,
				 const char *language, int width, struct error *err);
void rich_text_release(struct rich_text *rich);

/** Draws lines first… into the area. */
void rich_text_draw(const struct rich_text *rich, struct area area, int first);

/** The lines as plain text (for pipes), each ended by a newline. */
void rich_text_print(const struct rich_text *rich, struct strbuf *out);

#endif
