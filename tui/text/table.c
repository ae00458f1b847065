#include <stdlib.h>
#include <string.h>

#include "engine/base/utf8.h"
#include "tui/text/builder.h"
#include "tui/text/layout.h"

enum { MAX_COLUMNS = 32, SMALLEST_COLUMN = 4, GUTTER = 3 /* " │ " */ };

void table_init(struct table *table, int columns)
{
	*table = (struct table){.columns = columns > MAX_COLUMNS ? MAX_COLUMNS
					   : columns < 1         ? 1
								 : columns};
}

void table_release(struct table *table)
{
	for (int i = 0; i < table->count; i++) {
		styled_release(&table->cells[i].text);
	}
	free(table->cells);
	*table = (struct table){0};
}

struct styled *table_add(struct table *table, int align)
{
	if (table->count == table->room) {
		int room = table->room ? table->room * 2 : 32;
		struct table_cell *cells = realloc(table->cells, (size_t)room * sizeof *cells);
		if (!cells) {
			table->failed = true;
			return NULL;
		}
		table->cells = cells;
		table->room = room;
	}
	struct table_cell *cell = &table->cells[table->count++];
	styled_init(&cell->text);
	cell->align = align;
	return &cell->text;
}

static int cell_width(const struct table_cell *cell)
{
	return (int)utf8_width(cell->text.text.text, cell->text.text.length);
}

/* Columns get what they need; where that is too much, the widest give up a cell at a time. */
static void share_width(const struct table *table, int width, int *columns)
{
	int total = (table->columns - 1) * GUTTER;
	for (int i = 0; i < table->columns; i++) {
		columns[i] = 1;
	}
	for (int i = 0; i < table->count; i++) {
		int wanted = cell_width(&table->cells[i]);
		if (wanted > columns[i % table->columns]) {
			columns[i % table->columns] = wanted;
		}
	}
	for (int i = 0; i < table->columns; i++) {
		total += columns[i];
	}
	while (total > width) {
		int widest = 0;
		for (int i = 1; i < table->columns; i++) {
			if (columns[i] > columns[widest]) {
				widest = i;
			}
		}
		if (columns[widest] <= SMALLEST_COLUMN) {
			break;
		}
		columns[widest]--;
		total--;
	}
}

static void add_spaces(struct styled *line, int count)
{
	while (count-- > 0) {
		styled_puts(line, " ", STYLE_NORMAL);
	}
}

static void build_row(const struct table *table, int row, const int *columns,
		      struct builder *builder)
{
	size_t at[MAX_COLUMNS] = {0};
	struct styled line;
	styled_init(&line);
	for (bool more = true, first = true; (more || first) && !builder->failed; first = false) {
		more = false;
		styled_reset(&line);
		for (int i = 0; i < table->columns; i++) {
			int index = row * table->columns + i;
			if (i) {
				styled_puts(&line, " │ ", STYLE_BORDER);
			}
			if (index >= table->count) {
				continue;
			}
			const struct table_cell *cell = &table->cells[index];
			if (!styled_ok(&cell->text)) {
				builder->failed = true;
				break;
			}
			const struct strbuf *text = &cell->text.text;
			size_t next = 0, end = 0;
			if (at[i] < text->length) {
				end = text_break(text->text + at[i], text->length - at[i],
						 columns[i], &next);
			}
			int room = columns[i] - (int)utf8_width(text->text + at[i], end);
			int left = cell->align > 0 ? room : cell->align == 0 ? room / 2 : 0;
			add_spaces(&line, left);
			for (size_t k = at[i]; k < at[i] + end;) {
				size_t stop = k + 1;
				while (stop < at[i] + end &&
				       cell->text.styles.text[stop] == cell->text.styles.text[k] &&
				       cell->text.links.text[stop] == cell->text.links.text[k]) {
					stop++;
				}
				styled_add(&line, text->text + k, stop - k,
					   (enum style)cell->text.styles.text[k],
					   (unsigned char)cell->text.links.text[k]);
				k = stop;
			}
			if (i + 1 < table->columns) {
				add_spaces(&line, room - left);
			}
			at[i] += next;
			more = more || at[i] < text->length;
		}
		if (!builder->failed) {
			builder_line(builder, &line, 0, line.text.length, 0);
		}
	}
	styled_release(&line);
}

void table_build(const struct table *table, struct builder *builder)
{
	if (table->failed || table->count == 0) {
		builder->failed = builder->failed || table->failed;
		return;
	}
	int columns[MAX_COLUMNS];
	share_width(table, builder_width(builder), columns);
	int rows = (table->count + table->columns - 1) / table->columns;
	for (int row = 0; row < rows && !builder->failed; row++) {
		build_row(table, row, columns, builder);
		if (row > 0) {
			continue;
		}
		struct styled rule;
		styled_init(&rule);
		for (int i = 0; i < table->columns; i++) {
			styled_puts(&rule, i ? "─┼─" : "", STYLE_BORDER);
			for (int k = 0; k < columns[i]; k++) {
				styled_puts(&rule, "─", STYLE_BORDER);
			}
		}
		builder_line(builder, &rule, 0, rule.text.length, 0);
		styled_release(&rule);
	}
}
