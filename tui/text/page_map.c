#include "tui/text/page_map.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/utf8.h"

static bool blank(const struct rich_line *line)
{
	for (int i = 0; i < line->count; i++) {
		const struct rich_span *span = &line->spans[i];
		if (strspn(span->text, " ") < (size_t)span->length) {
			return false;
		}
	}
	return true;
}

/* Whether a line begins an item of a list or a quote, which are sentences of their own. */
static bool item(const struct rich_line *line)
{
	static const char *const signs[] = {"•", "◦", "▪", "☐", "✔", "▎"};
	const char *text = line->count ? line->spans[0].text : "";
	text += strspn(text, " ");
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		if (!strncmp(text, signs[i], strlen(signs[i]))) {
			return true;
		}
	}
	size_t digits = strspn(text, "0123456789");
	return digits && text[digits] == '.' && text[digits + 1] == ' ';
}

bool page_map_build(struct page_map *map, const struct rich_text *page)
{
	size_t room = 1;
	strbuf_init(&map->text);
	for (int y = 0; y < page->count; y++) {
		for (int i = 0; i < page->lines[y].count; i++) {
			room += (size_t)page->lines[y].spans[i].length;
		}
		room++;
	}
	map->places = malloc(room * sizeof *map->places);
	if (!map->places) {
		return false;
	}
	for (int y = 0; y < page->count; y++) {
		const struct rich_line *line = &page->lines[y];
		for (int i = 0; i < line->count; i++) {
			const struct rich_span *span = &line->spans[i];
			int x = span->x;
			for (size_t at = 0; at < (size_t)span->length;) {
				size_t next = at;
				uint32_t c = utf8_next(span->text, (size_t)span->length, &next);
				for (; at < next; at++) {
					map->places[map->text.length] = (struct page_place){y, x};
					strbuf_putc(&map->text, span->text[at]);
				}
				x += utf8_cells(c);
			}
		}
		bool paragraph = blank(line) || line->heading || y + 1 == page->count ||
				 blank(&page->lines[y + 1]) || item(&page->lines[y + 1]);
		map->places[map->text.length] = (struct page_place){y, page->width};
		strbuf_putc(&map->text, paragraph ? '\n' : ' ');
	}
	if (!strbuf_ok(&map->text)) {
		page_map_release(map);
		return false;
	}
	return true;
}

void page_map_release(struct page_map *map)
{
	strbuf_release(&map->text);
	free(map->places);
	map->places = NULL;
}

static bool space(uint32_t c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == 0xA0;
}

static uint32_t small(uint32_t c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

/* Whether the text at at begins with wanted; *end gets where that ends. */
static bool reads(const struct strbuf *text, size_t at, const char *wanted, size_t *end)
{
	size_t length = strlen(wanted);
	for (size_t i = 0; i < length;) {
		uint32_t want = utf8_next(wanted, length, &i);
		if (space(want)) {
			size_t begin = at;
			while (at < text->length && space((unsigned char)text->text[at])) {
				at++;
			}
			if (at == begin) {
				return false;
			}
			continue;
		}
		if (at >= text->length) {
			return false;
		}
		uint32_t have = utf8_next(text->text, text->length, &at);
		if (small(have) != small(want) && korean_initial(have) != want) {
			return false;
		}
	}
	*end = at;
	return true;
}

bool page_map_find(const struct page_map *map, size_t from, const char *wanted, size_t *begin,
		   size_t *end)
{
	wanted += strspn(wanted, " ");
	if (!*wanted || !map->places) {
		return false;
	}
	for (size_t at = from; at < map->text.length;) {
		if (reads(&map->text, at, wanted, end)) {
			*begin = at;
			return true;
		}
		utf8_next(map->text.text, map->text.length, &at);
	}
	return false;
}

/* A sentence ends behind . ? ! … (and what closes them) before a space, and at the end of a paragraph. */
static size_t sentence_end(const struct strbuf *text, size_t at)
{
	while (at < text->length && text->text[at] != '\n') {
		uint32_t c = utf8_next(text->text, text->length, &at);
		if (c == '.' || c == '?' || c == '!' || c == 0x2026) {
			size_t after = at;
			while (after < text->length && strchr(")\"'", text->text[after])) {
				after++;
			}
			if (after >= text->length || space((unsigned char)text->text[after])) {
				return after;
			}
		}
	}
	return at;
}

bool page_map_sentence(const struct page_map *map, size_t at, size_t *begin, size_t *end)
{
	const struct strbuf *text = &map->text;
	size_t start = 0;
	for (;;) {
		while (start < text->length && space((unsigned char)text->text[start])) {
			start++;
		}
		if (start >= text->length) {
			return false;
		}
		size_t stop = sentence_end(text, start);
		if (stop > at) {
			*begin = start;
			*end = stop;
			return true;
		}
		start = stop > start ? stop : start + 1;
	}
}

size_t page_map_line(const struct page_map *map, int line)
{
	size_t at = 0;
	while (map->places && at < map->text.length && map->places[at].line < line) {
		at++;
	}
	return at;
}

void page_map_paint(const struct page_map *map, struct area area, int top, size_t begin, size_t end,
		    enum style style, unsigned attributes)
{
	for (size_t at = begin; map->places && at < end && at < map->text.length;) {
		const struct page_place *place = &map->places[at];
		uint32_t c = utf8_next(map->text.text, map->text.length, &at);
		int y = place->line - top, cells = utf8_cells(c);
		if (y < 0 || y >= area.height || cells < 1) {
			continue;
		}
		if (style != STYLE_COUNT) {
			area_restyle(area, place->x, y, cells, style);
		}
		if (attributes) {
			area_attribute(area, place->x, y, cells, attributes);
		}
	}
}
