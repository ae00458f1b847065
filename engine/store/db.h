#ifndef MUNDAP_STORE_DB_H
#define MUNDAP_STORE_DB_H

#include <sqlite3.h>

#include "engine/store/store.h"

/* What the files of this folder share: one connection, its prepared statements, rows. */

struct store {
	sqlite3 *db;
	char *path;
	int depth; /* of nested store_begin */
	bool rolled_back; /* an inner part failed: the outermost commit must not succeed */
	struct {
		const char *sql; /* a literal: compared by address */
		sqlite3_stmt *statement;
	} prepared[96];
	size_t prepared_count;
};

/** Turns SQLite's last failure into a status and one line. */
enum status db_fail(struct store *store, int code, struct error *err);

/**
 * Runs one statement that returns no rows. sql must be a literal. types has a letter a parameter: t text (NULL becomes
 * ""), i int, l int64_t, d double; a wrong number of them is STATUS_INTERNAL.
 */
enum status db_run(struct store *store, struct error *err, const char *sql, const char *types, ...);
/** The same for SQL that is not a literal and has no parameters; several statements are allowed. */
enum status db_script(struct store *store, struct error *err, const char *sql);

struct db_query {
	struct store *store;
	sqlite3_stmt *statement;
	int code;
};
/** Starts a query; always db_end it. Parameters as in db_run. */
void db_query(struct db_query *query, struct store *store, const char *sql, const char *types, ...);
/** Moves to the next row. */
bool db_next(struct db_query *query);
/** Ends the query and reports how it went. */
enum status db_end(struct db_query *query, struct error *err);
/** Copies a text column into the arena; a failed allocation ends the query with STATUS_NOMEM. */
const char *db_text(struct db_query *query, struct arena *arena, int column);
int64_t db_integer(struct db_query *query, int column);
double db_real(struct db_query *query, int column);

/* Rows of any type collected in an arena: db_rows_add returns the place of the next one. */
struct db_rows {
	struct arena *arena;
	void *items;
	size_t count, capacity, size;
};
#define DB_ROWS(arena, type) \
	{ \
		arena, NULL, 0, 0, sizeof(type) \
	}
/** NULL after a failed allocation, which also ends the query. */
void *db_rows_add(struct db_rows *rows, struct db_query *query);

/** One write that counts towards today's activity: column is "answers", "attempts" or "steps". */
enum status db_count_today(struct store *store, const char *column, int amount, struct error *err);

/** Brings the file to the newest version, each step in its own transaction. */
enum status schema_migrate(struct store *store, struct error *err);
int schema_newest(void);

#endif
