#ifndef MUNDAP_TUI_TEXT_PAGE_MAP_H
#define MUNDAP_TUI_TEXT_PAGE_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/strbuf.h"
#include "tui/text/markdown.h"

/* The text of a page that is laid out, as one string in which places can be looked for, and where each byte of it
 * stands on the page. A line that goes on after a break is joined to the next by a space, paragraphs by a newline. */

struct page_map {
	struct strbuf text;
	struct page_place {
		int line, x;
	} * places; /* of each byte */
};

/** False without memory; the map is then empty. Owns: page_map_release. */
bool page_map_build(struct page_map *map, const struct rich_text *page);
void page_map_release(struct page_map *map);

/**
 * The first place at or after from where the text reads wanted: letters in either case, any space for a space, and
 * initials for syllables (ㅎㅅㄱ finds 합성곱).
 */
bool page_map_find(const struct page_map *map, size_t from, const char *wanted, size_t *begin,
		   size_t *end);

/** The sentence at an offset, or the first one after it; false at the end. */
bool page_map_sentence(const struct page_map *map, size_t at, size_t *begin, size_t *end);

/** The first byte of a line; the text's length past the last one. */
size_t page_map_line(const struct page_map *map, int line);

/** Gives the cells of a range a style (STYLE_COUNT: keeps theirs) and attributes, where line top is the area's first. */
void page_map_paint(const struct page_map *map, struct area area, int top, size_t begin, size_t end,
		    enum style style, unsigned attributes);

#endif
