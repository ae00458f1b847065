#include "tui/text/markdown.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <md4c.h>

#include "engine/base/utf8.h"
#include "tui/text/builder.h"
#include "tui/text/layout.h"

enum { MAX_NESTED = 64 };

struct list {
	bool ordered;
	unsigned number;
	bool tight;
};

struct reader {
	struct builder builder;
	struct styled text; /* of the paragraph, heading or item being read */
	struct strbuf code;
	char language[32];
	struct table table;
	struct styled *cell; /* of the table being read */
	struct list lists[MAX_NESTED];
	int list_depth;
	int quotes;
	enum style styles[MAX_NESTED];
	int span_depth;
	int link;
	bool in_table, in_code, in_head;
	bool item_open; /* the bullet of a list item still stands alone */
	int formula; /* 1 inline, 2 display */
	struct strbuf latex;
	int heading;
};

static enum style current_style(const struct reader *reader)
{
	if (reader->span_depth > 0 && reader->span_depth <= MAX_NESTED) {
		return reader->styles[reader->span_depth - 1];
	}
	if (reader->heading) {
		return reader->heading <= 1 ? STYLE_HEADING : STYLE_SUBHEADING;
	}
	if (reader->in_head) {
		return STYLE_STRONG;
	}
	return reader->quotes ? STYLE_QUOTE : STYLE_NORMAL;
}

static struct styled *target(struct reader *reader)
{
	return reader->in_table && reader->cell ? reader->cell : &reader->text;
}

static void flush(struct reader *reader)
{
	if (!styled_ok(&reader->text)) {
		reader->builder.failed = true;
		return;
	}
	if (reader->text.text.length) {
		builder_paragraph(&reader->builder, &reader->text, reader->heading);
		styled_reset(&reader->text);
		reader->item_open = false;
	}
}

static bool in_tight_list(const struct reader *reader)
{
	return reader->list_depth > 0 && reader->list_depth <= MAX_NESTED &&
	       reader->lists[reader->list_depth - 1].tight;
}

static void want_gap(struct reader *reader)
{
	if (!in_tight_list(reader) && !reader->item_open) {
		builder_gap(&reader->builder);
	}
}

static void open_item(struct reader *reader, const MD_BLOCK_LI_DETAIL *detail)
{
	char first[24] = "• ", rest[24] = "  ";
	struct list *list = reader->list_depth > 0 && reader->list_depth <= MAX_NESTED
				    ? &reader->lists[reader->list_depth - 1]
				    : NULL;
	if (list && list->ordered) {
		int width = snprintf(first, sizeof first, "%u. ", list->number++ % 100000);
		snprintf(rest, sizeof rest, "%*s", width, "");
	} else if (detail->is_task) {
		snprintf(first, sizeof first, "%s", detail->task_mark == ' ' ? "☐ " : "✔ ");
	} else if (reader->list_depth % 2 == 0) {
		snprintf(first, sizeof first, "– ");
	}
	if (list && !list->tight) {
		builder_gap(&reader->builder);
	}
	builder_push(&reader->builder, first, rest, STYLE_DIM);
	reader->item_open = true;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *context)
{
	struct reader *reader = context;
	flush(reader);
	switch (type) {
	case MD_BLOCK_QUOTE:
		want_gap(reader);
		builder_push(&reader->builder, "▎ ", "▎ ", STYLE_ACCENT);
		reader->item_open = true;
		reader->quotes++;
		break;
	case MD_BLOCK_UL:
	case MD_BLOCK_OL:
		if (reader->list_depth == 0) {
			want_gap(reader);
		}
		if (reader->list_depth < MAX_NESTED) {
			struct list *list = &reader->lists[reader->list_depth];
			list->ordered = type == MD_BLOCK_OL;
			list->tight = list->ordered ? ((MD_BLOCK_OL_DETAIL *)detail)->is_tight
						    : ((MD_BLOCK_UL_DETAIL *)detail)->is_tight;
			list->number = list->ordered ? ((MD_BLOCK_OL_DETAIL *)detail)->start : 1;
		}
		reader->list_depth++;
		break;
	case MD_BLOCK_LI:
		open_item(reader, detail);
		break;
	case MD_BLOCK_HR:
		want_gap(reader);
		builder_rule(&reader->builder);
		break;
	case MD_BLOCK_H:
		want_gap(reader);
		reader->heading = (int)((MD_BLOCK_H_DETAIL *)detail)->level;
		break;
	case MD_BLOCK_P:
	case MD_BLOCK_HTML:
		want_gap(reader);
		break;
	case MD_BLOCK_CODE: {
		const MD_ATTRIBUTE *lang = &((MD_BLOCK_CODE_DETAIL *)detail)->lang;
		snprintf(reader->language, sizeof reader->language, "%.*s",
			 lang->size < 31 ? (int)lang->size : 31, lang->text ? lang->text : "");
		want_gap(reader);
		reader->in_code = true;
		strbuf_reset(&reader->code);
		break;
	}
	case MD_BLOCK_TABLE:
		want_gap(reader);
		reader->in_table = true;
		table_init(&reader->table, (int)((MD_BLOCK_TABLE_DETAIL *)detail)->col_count);
		break;
	case MD_BLOCK_TH:
	case MD_BLOCK_TD: {
		MD_ALIGN align = ((MD_BLOCK_TD_DETAIL *)detail)->align;
		reader->in_head = type == MD_BLOCK_TH;
		reader->cell = table_add(&reader->table, align == MD_ALIGN_RIGHT    ? 1
							 : align == MD_ALIGN_CENTER ? 0
										    : -1);
		break;
	}
	default:
		break;
	}
	return reader->builder.failed;
}

/* A line of code that is too long goes on below, behind a sign. */
static void code_line(struct builder *builder, const struct styled *text)
{
	int width = builder_width(builder);
	size_t at = 0, length = text->text.length;
	bool first = true;
	do {
		size_t end = length - at;
		if ((int)utf8_width(text->text.text + at, end) > width - (first ? 0 : 2)) {
			end = text_fit(text->text.text + at, end, width - (first ? 0 : 2), NULL);
		}
		if (!first) {
			builder_push(builder, "↳ ", "↳ ", STYLE_DIM);
		}
		builder_line(builder, text, at, at + end, 0);
		if (!first) {
			builder_pop(builder);
		}
		first = false;
		at += end ? end : length;
	} while (at < length && !builder->failed);
}

static void build_code(struct builder *builder, const char *code, size_t length,
		       const char *language)
{
	unsigned char *styles = malloc(length ? length : 1);
	if (!styles) {
		builder->failed = true;
		return;
	}
	highlight_code(code, length, language, styles);
	struct styled text;
	styled_init(&text);
	builder_push(builder, "  ", "  ", STYLE_BORDER);
	for (size_t at = 0; at < length && !builder->failed;) {
		const char *newline = memchr(code + at, '\n', length - at);
		size_t end = newline ? (size_t)(newline - code) : length;
		styled_reset(&text);
		for (size_t i = at; i < end;) {
			size_t stop = i + 1;
			while (stop < end && styles[stop] == styles[i] && code[stop] != '\t') {
				stop++;
			}
			if (code[i] == '\t') {
				styled_puts(&text, "  ", (enum style)styles[i]);
				i++;
				continue;
			}
			styled_add(&text, code + i, stop - i, (enum style)styles[i], 0);
			i = stop;
		}
		code_line(builder, &text);
		at = end + 1;
	}
	builder_pop(builder);
	styled_release(&text);
	free(styles);
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *context)
{
	(void)detail;
	struct reader *reader = context;
	switch (type) {
	case MD_BLOCK_QUOTE:
		flush(reader);
		reader->quotes--;
		reader->item_open = false;
		builder_pop(&reader->builder);
		break;
	case MD_BLOCK_UL:
	case MD_BLOCK_OL:
		reader->list_depth--;
		break;
	case MD_BLOCK_LI:
		if (reader->item_open && !reader->text.text.length) {
			builder_line(&reader->builder, &reader->text, 0, 0, 0);
		}
		flush(reader);
		reader->item_open = false;
		builder_pop(&reader->builder);
		break;
	case MD_BLOCK_H:
		flush(reader);
		reader->heading = 0;
		break;
	case MD_BLOCK_CODE:
		reader->in_code = false;
		if (!strbuf_ok(&reader->code)) {
			reader->builder.failed = true;
		}
		build_code(&reader->builder, reader->code.text, reader->code.length,
			   reader->language);
		reader->item_open = false;
		break;
	case MD_BLOCK_TH:
	case MD_BLOCK_TD:
		reader->in_head = false;
		reader->cell = NULL;
		break;
	case MD_BLOCK_TABLE:
		reader->in_table = false;
		table_build(&reader->table, &reader->builder);
		table_release(&reader->table);
		reader->item_open = false;
		break;
	default:
		flush(reader);
		break;
	}
	return reader->builder.failed;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *context)
{
	struct reader *reader = context;
	enum style style = current_style(reader);
	switch (type) {
	case MD_SPAN_EM:
		style = style == STYLE_STRONG ? STYLE_STRONG : STYLE_EMPHASIS;
		break;
	case MD_SPAN_STRONG:
		style = STYLE_STRONG;
		break;
	case MD_SPAN_CODE:
		style = STYLE_CODE;
		break;
	case MD_SPAN_A: {
		const MD_ATTRIBUTE *href = &((MD_SPAN_A_DETAIL *)detail)->href;
		style = STYLE_LINK;
		reader->link =
			builder_link(&reader->builder, href->text ? href->text : "", href->size);
		break;
	}
	case MD_SPAN_LATEXMATH:
	case MD_SPAN_LATEXMATH_DISPLAY:
		reader->formula = type == MD_SPAN_LATEXMATH ? 1 : 2;
		strbuf_reset(&reader->latex);
		style = STYLE_EMPHASIS;
		break;
	default:
		break;
	}
	if (reader->span_depth < MAX_NESTED) {
		reader->styles[reader->span_depth] = style;
	}
	reader->span_depth++;
	return 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *context)
{
	(void)detail;
	struct reader *reader = context;
	if (type == MD_SPAN_A) {
		reader->link = 0;
	}
	reader->span_depth--;
	if (reader->formula && (type == MD_SPAN_LATEXMATH || type == MD_SPAN_LATEXMATH_DISPLAY)) {
		struct strbuf shown;
		strbuf_init(&shown);
		formula_unicode(&shown, reader->latex.text, reader->latex.length);
		if (!strbuf_ok(&reader->latex) || !strbuf_ok(&shown)) {
			reader->builder.failed = true;
		}
		struct styled *out = target(reader);
		bool display = reader->formula == 2;
		if (display && out->text.length) {
			styled_puts(out, "\n", STYLE_NORMAL);
		}
		styled_puts(out, display ? "    " : "", STYLE_NORMAL);
		styled_add(out, shown.text, shown.length, STYLE_STRONG, 0);
		if (display) {
			styled_puts(out, "\n", STYLE_NORMAL);
		}
		strbuf_release(&shown);
		reader->formula = 0;
	}
	return 0;
}

static void add_entity(struct styled *out, const char *text, size_t length, enum style style)
{
	static const struct {
		const char *entity, *text;
	} rows[] = {{"&lt;", "<"},   {"&gt;", ">"},    {"&amp;", "&"},    {"&quot;", "\""},
		    {"&nbsp;", " "}, {"&times;", "×"}, {"&middot;", "·"}, {"&hellip;", "…"},
		    {"&rarr;", "→"}, {"&larr;", "←"},  {"&apos;", "'"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (strlen(rows[i].entity) == length && !memcmp(rows[i].entity, text, length)) {
			styled_puts(out, rows[i].text, style);
			return;
		}
	}
	char copy[16];
	unsigned long code = 0;
	if (length > 3 && length < sizeof copy && text[1] == '#') {
		memcpy(copy, text + 2, length - 2);
		copy[length - 3] = '\0';
		code = copy[0] == 'x' || copy[0] == 'X' ? strtoul(copy + 1, NULL, 16)
							: strtoul(copy, NULL, 10);
	}
	if (code >= ' ') {
		char bytes[4];
		int count = utf8_encode((uint32_t)code, bytes);
		styled_add(out, bytes, (size_t)count, style, 0);
	} else {
		styled_add(out, text, length, style, 0);
	}
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *context)
{
	struct reader *reader = context;
	enum style style = current_style(reader);
	if (reader->in_code) {
		strbuf_add(&reader->code, text, size);
		return 0;
	}
	if (reader->formula) {
		strbuf_add(&reader->latex, text, size);
		return 0;
	}
	struct styled *out = target(reader);
	switch (type) {
	case MD_TEXT_BR:
		styled_puts(out, "\n", style);
		break;
	case MD_TEXT_SOFTBR:
		styled_puts(out, " ", style);
		break;
	case MD_TEXT_NULLCHAR:
		styled_puts(out, "\uFFFD", style);
		break;
	case MD_TEXT_ENTITY:
		add_entity(out, text, size, style);
		break;
	case MD_TEXT_HTML:
		if (size >= 3 && !strncasecmp(text, "<br", 3)) {
			styled_puts(out, "\n", style);
		}
		break;
	default:
		styled_add(out, text, size, style, reader->link);
	}
	return 0;
}

static void reader_release(struct reader *reader)
{
	styled_release(&reader->text);
	strbuf_release(&reader->code);
	strbuf_release(&reader->latex);
	table_release(&reader->table);
}

enum status markdown_layout(struct rich_text *out, const char *markdown, size_t length, int width,
			    struct error *err)
{
	struct reader reader;
	memset(&reader, 0, sizeof reader);
	builder_init(&reader.builder, out, width);
	styled_init(&reader.text);
	strbuf_init(&reader.code);
	strbuf_init(&reader.latex);
	struct strbuf prepared;
	strbuf_init(&prepared);
	markdown_prepare(&prepared, markdown, length);
	static const MD_PARSER parser = {
		.flags = MD_FLAG_TABLES | MD_FLAG_TASKLISTS | MD_FLAG_LATEXMATHSPANS |
			 MD_FLAG_NOHTMLBLOCKS,
		.enter_block = enter_block,
		.leave_block = leave_block,
		.enter_span = enter_span,
		.leave_span = leave_span,
		.text = add_text,
	};
	bool failed = !strbuf_ok(&prepared) ||
		      md_parse(prepared.text, (MD_SIZE)prepared.length, &parser, &reader) != 0 ||
		      reader.builder.failed;
	strbuf_release(&prepared);
	reader_release(&reader);
	if (failed) {
		rich_text_release(out);
		return error_set(err, STATUS_NOMEM, "markdown", "out of memory");
	}
	return STATUS_OK;
}

enum status markdown_layout_code(struct rich_text *out, const char *code, size_t length,
				 const char *language, int width, struct error *err)
{
	struct builder builder;
	builder_init(&builder, out, width);
	build_code(&builder, code, length, language);
	if (builder.failed) {
		rich_text_release(out);
		return error_set(err, STATUS_NOMEM, "markdown", "out of memory");
	}
	return STATUS_OK;
}

void rich_text_release(struct rich_text *rich)
{
	arena_release(&rich->arena);
	memset(rich, 0, sizeof *rich);
}

void rich_text_draw(const struct rich_text *rich, struct area area, int first)
{
	for (int y = 0; y < area.height && first + y < rich->count; y++) {
		if (first + y < 0) {
			continue;
		}
		const struct rich_line *line = &rich->lines[first + y];
		for (int i = 0; i < line->count; i++) {
			const struct rich_span *span = &line->spans[i];
			area_textn(area, span->x, y, span->text, (size_t)span->length, span->style);
		}
	}
}

void rich_text_print(const struct rich_text *rich, struct strbuf *out)
{
	for (int i = 0; i < rich->count; i++) {
		size_t start = out->length;
		for (int k = 0; k < rich->lines[i].count; k++) {
			const struct rich_span *span = &rich->lines[i].spans[k];
			strbuf_add(out, span->text, (size_t)span->length);
		}
		while (out->length > start && out->text[out->length - 1] == ' ') {
			strbuf_truncate(out, out->length - 1);
		}
		strbuf_putc(out, '\n');
	}
}
