#include "tui/text/builder.h"

#include <stdio.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/text/layout.h"

void styled_init(struct styled *styled)
{
	strbuf_init(&styled->text);
	strbuf_init(&styled->styles);
	strbuf_init(&styled->links);
}

void styled_release(struct styled *styled)
{
	strbuf_release(&styled->text);
	strbuf_release(&styled->styles);
	strbuf_release(&styled->links);
}

void styled_reset(struct styled *styled)
{
	strbuf_reset(&styled->text);
	strbuf_reset(&styled->styles);
	strbuf_reset(&styled->links);
}

bool styled_ok(const struct styled *styled)
{
	return strbuf_ok(&styled->text) && strbuf_ok(&styled->styles) && strbuf_ok(&styled->links);
}

void styled_add(struct styled *styled, const char *text, size_t length, enum style style, int link)
{
	for (size_t at = 0; at < length;) {
		size_t start = at;
		uint32_t c = utf8_next(text, length, &at);
		if (c == MARKDOWN_JOINT || (c < ' ' && c != '\n')) {
			continue;
		}
		char bytes[4];
		size_t count = at - start;
		const char *from = text + start;
		if (c == UTF8_REPLACEMENT) {
			count = (size_t)utf8_encode(c, bytes);
			from = bytes;
		}
		strbuf_add(&styled->text, from, count);
		for (size_t i = 0; i < count; i++) {
			strbuf_putc(&styled->styles, (char)style);
			strbuf_putc(&styled->links, (char)(link < 256 ? link : 0));
		}
	}
}

void styled_puts(struct styled *styled, const char *text, enum style style)
{
	styled_add(styled, text, strlen(text), style, 0);
}

void builder_init(struct builder *builder, struct rich_text *out, int width)
{
	memset(builder, 0, sizeof *builder);
	memset(out, 0, sizeof *out);
	arena_init(&out->arena);
	out->width = width < 4 ? 4 : width;
	builder->out = out;
}

void builder_push(struct builder *builder, const char *first, const char *rest, enum style style)
{
	if (builder->depth < BUILDER_DEPTH) {
		struct prefix *prefix = &builder->prefixes[builder->depth];
		snprintf(prefix->first, sizeof prefix->first, "%s", first);
		snprintf(prefix->rest, sizeof prefix->rest, "%s", rest);
		prefix->style = style;
		prefix->used = false;
	}
	builder->depth++;
}

void builder_pop(struct builder *builder)
{
	if (builder->depth > 0) {
		builder->depth--;
	}
}

static int prefixes(const struct builder *builder)
{
	return builder->depth < BUILDER_DEPTH ? builder->depth : BUILDER_DEPTH;
}

int builder_width(const struct builder *builder)
{
	int width = builder->out->width;
	for (int i = 0; i < prefixes(builder); i++) {
		const char *rest = builder->prefixes[i].rest;
		width -= (int)utf8_width(rest, strlen(rest));
	}
	return width < 8 ? 8 : width;
}

int builder_link(struct builder *builder, const char *target, size_t length)
{
	struct rich_text *out = builder->out;
	if (out->link_count == builder->link_room) {
		int room = builder->link_room ? builder->link_room * 2 : 8;
		const char **links = arena_alloc(&out->arena, (size_t)room * sizeof *links);
		if (!links) {
			builder->failed = true;
			return 0;
		}
		if (out->link_count) {
			memcpy(links, out->links, (size_t)out->link_count * sizeof *links);
		}
		out->links = links;
		builder->link_room = room;
	}
	char *copy = arena_strndup(&out->arena, target, length);
	if (!copy) {
		builder->failed = true;
		return 0;
	}
	out->links[out->link_count++] = copy;
	return out->link_count;
}

void builder_gap(struct builder *builder)
{
	builder->gap_wanted = builder->out->count > 0;
}

static struct rich_line *add_line(struct builder *builder, int spans)
{
	struct rich_text *out = builder->out;
	if (out->count == builder->line_room) {
		int room = builder->line_room ? builder->line_room * 2 : 64;
		struct rich_line *lines = arena_alloc(&out->arena, (size_t)room * sizeof *lines);
		if (!lines) {
			builder->failed = true;
			return NULL;
		}
		if (out->count) {
			memcpy(lines, out->lines, (size_t)out->count * sizeof *lines);
		}
		out->lines = lines;
		builder->line_room = room;
	}
	struct rich_line *line = &out->lines[out->count];
	*line = (struct rich_line){0};
	if (spans) {
		line->spans = arena_alloc(&out->arena, (size_t)spans * sizeof *line->spans);
		if (!line->spans) {
			builder->failed = true;
			return NULL;
		}
	}
	out->count++;
	return line;
}

static void add_span(struct builder *builder, struct rich_line *line, int *x, const char *text,
		     size_t length, enum style style, int link)
{
	char *copy = arena_strndup(&builder->out->arena, text, length);
	if (!copy) {
		builder->failed = true;
		return;
	}
	line->spans[line->count++] = (struct rich_span){copy, (int)length, *x, style, link};
	*x += (int)utf8_width(text, length);
}

static int count_spans(const struct styled *text, size_t from, size_t to)
{
	int count = 0;
	for (size_t at = from; at < to; at++) {
		count += at == from || text->styles.text[at] != text->styles.text[at - 1] ||
			 text->links.text[at] != text->links.text[at - 1];
	}
	return count;
}

void builder_line(struct builder *builder, const struct styled *text, size_t from, size_t to,
		  int heading)
{
	if (!styled_ok(text)) {
		builder->failed = true;
		return;
	}
	if (builder->gap_wanted) {
		builder->gap_wanted = false;
		int quotes = 0;
		struct rich_line *gap = add_line(builder, prefixes(builder));
		/* A quote's bar goes through the gap between its paragraphs. */
		for (int x = 0; gap && quotes < prefixes(builder); quotes++) {
			const struct prefix *prefix = &builder->prefixes[quotes];
			if (!prefix->used) {
				break;
			}
			add_span(builder, gap, &x, prefix->rest, strlen(prefix->rest),
				 prefix->style, 0);
		}
	}
	struct rich_line *line = add_line(builder, prefixes(builder) + count_spans(text, from, to));
	if (!line) {
		return;
	}
	line->heading = heading;
	int x = 0;
	for (int i = 0; i < prefixes(builder); i++) {
		struct prefix *prefix = &builder->prefixes[i];
		const char *left = prefix->used ? prefix->rest : prefix->first;
		prefix->used = true;
		if (*left) {
			add_span(builder, line, &x, left, strlen(left), prefix->style, 0);
		}
	}
	for (size_t at = from; at < to;) {
		size_t end = at + 1;
		while (end < to && text->styles.text[end] == text->styles.text[at] &&
		       text->links.text[end] == text->links.text[at]) {
			end++;
		}
		add_span(builder, line, &x, text->text.text + at, end - at,
			 (enum style)text->styles.text[at], (unsigned char)text->links.text[at]);
		at = end;
	}
}

void builder_paragraph(struct builder *builder, const struct styled *text, int heading)
{
	if (!styled_ok(text)) {
		builder->failed = true;
		return;
	}
	int width = builder_width(builder);
	size_t at = 0;
	do {
		size_t next;
		size_t end = text_break(text->text.text + at, text->text.length - at, width, &next);
		builder_line(builder, text, at, at + end, heading);
		at += next;
	} while (at < text->text.length && !builder->failed);
}

void builder_rule(struct builder *builder)
{
	struct styled line;
	styled_init(&line);
	for (int i = builder_width(builder); i > 0; i--) {
		styled_puts(&line, "─", STYLE_BORDER);
	}
	builder_line(builder, &line, 0, line.text.length, 0);
	styled_release(&line);
}
