#ifndef MUNDAP_ML_CSV_H
#define MUNDAP_ML_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/error.h"

/* A table of named columns read from CSV. A column is numeric when all its non-empty cells are numbers, else text. */

struct csv_column {
	const char *name;
	bool numeric;
	double *numbers; /* [rows], NaN where empty; NULL for text */
	const char **texts; /* [rows], "" where empty; NULL for numbers */
	size_t missing; /* empty cells, and "NA", "NaN", "null" */
};

struct csv_table {
	struct csv_column *columns;
	size_t column_count, rows;
	struct arena arena;
};

/**
 * Reads RFC 4180 CSV with a header line (quotes, doubled quotes, CRLF, line ends inside quotes, a byte-order mark).
 * Errors: STATUS_PARSE naming the line (a row with another number of cells, an open quote, no header);
 * STATUS_RANGE over 10 million rows or 10,000 columns; STATUS_NOMEM. Owns: csv_release
 */
enum status csv_read(struct csv_table *out, const char *text, size_t length, struct error *err);
void csv_release(struct csv_table *table);
/** NULL when there is none. */
const struct csv_column *csv_find_column(const struct csv_table *table, const char *name);

#endif
