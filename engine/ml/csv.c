#include "engine/ml/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "engine/base/message.h"

#define MOST_ROWS 10000000u
#define MOST_COLUMNS 10000u

/* Cells of the whole text in reading order, unquoted, in the table's arena. */
struct cells {
	const char **items;
	size_t count, capacity;
};

static enum status add_cell(struct cells *cells, const char *cell, struct error *err)
{
	if (cells->count == cells->capacity) {
		size_t capacity = cells->capacity ? 2 * cells->capacity : 1024;
		const char **items = realloc(cells->items, capacity * sizeof *items);
		if (!items) {
			return error_set(err, STATUS_NOMEM, "csv", "out of memory");
		}
		cells->items = items;
		cells->capacity = capacity;
	}
	cells->items[cells->count++] = cell;
	return STATUS_OK;
}

struct reader {
	char *at, *end; /* a copy of the text: cells are unquoted in place */
	size_t line;
};

/* Reads one cell, NUL-terminates it in place; *last says whether it ended its row. */
static enum status read_cell(struct reader *r, char **cell, bool *last, struct error *err)
{
	size_t opened = r->line;
	char *out = r->at;
	*cell = out;
	if (r->at < r->end && *r->at == '"') {
		for (r->at++;; r->at++) {
			if (r->at >= r->end) {
				return error_set(err, STATUS_PARSE, "csv", message(MSG_CSV_QUOTE),
						 opened);
			}
			if (*r->at == '"') {
				if (r->at + 1 < r->end && r->at[1] == '"') {
					r->at++;
				} else {
					r->at++;
					break;
				}
			}
			r->line += *r->at == '\n';
			*out++ = *r->at;
		}
	}
	while (r->at < r->end && *r->at != ',' && *r->at != '\n') {
		if (*r->at != '\r' || (r->at + 1 < r->end && r->at[1] != '\n')) {
			*out++ = *r->at;
		}
		r->at++;
	}
	*last = r->at >= r->end || *r->at == '\n';
	r->line += r->at < r->end && *r->at == '\n';
	r->at += r->at < r->end;
	*out = '\0';
	return STATUS_OK;
}

static enum status read_cells(struct cells *cells, size_t *columns, char *text, size_t length,
			      struct error *err)
{
	struct reader r = {text, text + length, 1};
	if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		r.at += 3;
	}
	size_t in_row = 0;
	*columns = 0;
	while (r.at < r.end || in_row > 0) {
		char *cell;
		bool last = true;
		size_t line = r.line;
		enum status status = read_cell(&r, &cell, &last, err);
		if (status == STATUS_OK && last && in_row == 0 && *cell == '\0') {
			continue; /* an empty line */
		}
		if (status == STATUS_OK) {
			status = add_cell(cells, cell, err);
		}
		if (status != STATUS_OK) {
			return status;
		}
		in_row++;
		if (!last) {
			if (r.at >= r.end) { /* the text ends after a comma */
				status = add_cell(cells, "", err);
				if (status != STATUS_OK) {
					return status;
				}
				in_row++;
			} else {
				continue;
			}
		}
		if (*columns == 0) {
			*columns = in_row;
		}
		if (in_row != *columns) {
			return error_set(err, STATUS_PARSE, "csv", message(MSG_CSV_CELLS), line,
					 in_row, *columns);
		}
		in_row = 0;
		if (*columns > MOST_COLUMNS || cells->count / *columns > MOST_ROWS) {
			return error_set(err, STATUS_RANGE, "csv", message(MSG_CSV_LIMIT),
					 MOST_ROWS, MOST_COLUMNS);
		}
	}
	if (*columns == 0) {
		return error_set(err, STATUS_PARSE, "csv", "%s", message(MSG_CSV_HEADER));
	}
	return STATUS_OK;
}

static bool is_missing(const char *cell)
{
	return *cell == '\0' || strcasecmp(cell, "na") == 0 || strcasecmp(cell, "nan") == 0 ||
	       strcasecmp(cell, "null") == 0;
}

static bool is_number(const char *cell, double *value)
{
	char *end;
	*value = strtod(cell, &end);
	while (*end == ' ') {
		end++;
	}
	return end != cell && *end == '\0' && isfinite(*value) && !strpbrk(cell, "xX");
}

static enum status fill_column(struct csv_table *t, size_t c, const struct cells *cells)
{
	struct csv_column *column = &t->columns[c];
	column->name = cells->items[c];
	column->numeric = true;
	for (size_t r = 1; r <= t->rows; r++) {
		const char *cell = cells->items[r * t->column_count + c];
		double value;
		column->missing += is_missing(cell);
		column->numeric = column->numeric && (is_missing(cell) || is_number(cell, &value));
	}
	column->numeric = column->numeric && column->missing < t->rows;
	size_t bytes = t->rows * (column->numeric ? sizeof(double) : sizeof(char *));
	void *values = arena_alloc(&t->arena, bytes ? bytes : 1);
	if (!values) {
		return STATUS_NOMEM;
	}
	column->numbers = column->numeric ? values : NULL;
	column->texts = column->numeric ? NULL : values;
	for (size_t r = 0; r < t->rows; r++) {
		const char *cell = cells->items[(r + 1) * t->column_count + c];
		if (!column->numeric) {
			column->texts[r] = is_missing(cell) ? "" : cell;
		} else if (is_missing(cell) || !is_number(cell, &column->numbers[r])) {
			column->numbers[r] = NAN;
		}
	}
	return STATUS_OK;
}

enum status csv_read(struct csv_table *out, const char *text, size_t length, struct error *err)
{
	memset(out, 0, sizeof *out);
	arena_init(&out->arena);
	struct cells cells = {0};
	char *copy = arena_strndup(&out->arena, text, length);
	enum status status = copy ? read_cells(&cells, &out->column_count, copy, length, err)
				  : error_set(err, STATUS_NOMEM, "csv", "out of memory");
	if (status == STATUS_OK) {
		out->rows = cells.count / out->column_count - 1;
		out->columns = arena_alloc(&out->arena, out->column_count * sizeof *out->columns);
		status = out->columns ? STATUS_OK : STATUS_NOMEM;
		for (size_t c = 0; c < out->column_count && status == STATUS_OK; c++) {
			status = fill_column(out, c, &cells);
		}
		if (status != STATUS_OK) {
			error_set(err, status, "csv", "out of memory");
		}
	}
	free(cells.items);
	if (status != STATUS_OK) {
		csv_release(out);
	}
	return status;
}

void csv_release(struct csv_table *table)
{
	arena_release(&table->arena);
	memset(table, 0, sizeof *table);
}

const struct csv_column *csv_find_column(const struct csv_table *table, const char *name)
{
	for (size_t c = 0; c < table->column_count; c++) {
		if (strcmp(table->columns[c].name, name) == 0) {
			return &table->columns[c];
		}
	}
	return NULL;
}
