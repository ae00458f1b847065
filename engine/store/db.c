#include "engine/store/db.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"

enum status db_fail(struct store *store, int code, struct error *err)
{
	const char *path = store->path ? store->path : "";
	const char *what = store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(code);
	switch (code == SQLITE_IOERR_NOMEM ? SQLITE_NOMEM : code & 0xFF) {
	case SQLITE_NOMEM:
		return error_set(err, STATUS_NOMEM, "store", "out of memory");
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(err, STATUS_BUSY, "store", "%s", message(MSG_STORE_BUSY));
	case SQLITE_CORRUPT:
		return error_set(err, STATUS_CORRUPT, "store", message(MSG_STORE_DAMAGED), path,
				 what);
	case SQLITE_NOTADB:
		return error_set(err, STATUS_CORRUPT, "store", message(MSG_STORE_NOT_DATABASE),
				 path);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return error_set(err, STATUS_DENIED, "store", message(MSG_STORE_READ_ONLY), path);
	case SQLITE_CANTOPEN:
		return error_set(err, STATUS_DENIED, "store", message(MSG_STORE_CANNOT_OPEN), path,
				 what);
	case SQLITE_FULL:
		return error_set(err, STATUS_IO, "store", "%s", message(MSG_STORE_FULL));
	case SQLITE_IOERR:
		return error_set(err, STATUS_IO, "store", message(MSG_STORE_IO), what);
	default:
		return error_set(err, STATUS_INTERNAL, "store", message(MSG_STORE_INTERNAL), what);
	}
}

/* The prepared statement of a literal, kept for the life of the connection. */
static int prepare(struct store *store, const char *sql, sqlite3_stmt **out)
{
	for (size_t i = 0; i < store->prepared_count; i++) {
		if (store->prepared[i].sql == sql) {
			*out = store->prepared[i].statement;
			return SQLITE_OK;
		}
	}
	if (store->prepared_count == sizeof store->prepared / sizeof *store->prepared) {
		sqlite3_finalize(store->prepared[--store->prepared_count].statement);
	}
	int code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
	if (code == SQLITE_OK) {
		store->prepared[store->prepared_count].sql = sql;
		store->prepared[store->prepared_count++].statement = *out;
	}
	return code;
}

static int bind(sqlite3_stmt *statement, const char *types, va_list args)
{
	if ((size_t)sqlite3_bind_parameter_count(statement) != strlen(types)) {
		return SQLITE_MISUSE;
	}
	int code = SQLITE_OK;
	for (int i = 1; *types && code == SQLITE_OK; i++, types++) {
		if (*types == 't') {
			const char *text = va_arg(args, const char *);
			code = sqlite3_bind_text(statement, i, text ? text : "", -1,
						 SQLITE_TRANSIENT);
		} else if (*types == 'i') {
			code = sqlite3_bind_int(statement, i, va_arg(args, int));
		} else if (*types == 'l') {
			code = sqlite3_bind_int64(statement, i, va_arg(args, int64_t));
		} else {
			code = sqlite3_bind_double(statement, i, va_arg(args, double));
		}
	}
	return code;
}

enum status db_run(struct store *store, struct error *err, const char *sql, const char *types, ...)
{
	sqlite3_stmt *statement = NULL;
	if (store->rolled_back && store->depth > 0) {
		return error_set(err, STATUS_CANCELLED, "store", "an inner part was rolled back");
	}
	int code = prepare(store, sql, &statement);
	if (code == SQLITE_OK) {
		va_list args;
		va_start(args, types);
		code = bind(statement, types, args);
		va_end(args);
	}
	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
	}
	enum status status = STATUS_OK;
	if (code != SQLITE_DONE && code != SQLITE_ROW) {
		status = db_fail(store, code, err);
	}
	if (statement) {
		sqlite3_reset(statement);
		sqlite3_clear_bindings(statement);
	}
	return status;
}

enum status db_script(struct store *store, struct error *err, const char *sql)
{
	int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
	return code == SQLITE_OK ? STATUS_OK : db_fail(store, code, err);
}

void db_query(struct db_query *query, struct store *store, const char *sql, const char *types, ...)
{
	*query = (struct db_query){.store = store};
	query->code = prepare(store, sql, &query->statement);
	if (query->code == SQLITE_OK) {
		va_list args;
		va_start(args, types);
		query->code = bind(query->statement, types, args);
		va_end(args);
	}
}

bool db_next(struct db_query *query)
{
	if (query->code == SQLITE_OK || query->code == SQLITE_ROW) {
		query->code = sqlite3_step(query->statement);
	}
	return query->code == SQLITE_ROW;
}

enum status db_end(struct db_query *query, struct error *err)
{
	enum status status = STATUS_OK;
	if (query->code != SQLITE_DONE && query->code != SQLITE_ROW && query->code != SQLITE_OK) {
		status = db_fail(query->store, query->code, err);
	}
	if (query->statement) {
		sqlite3_reset(query->statement);
		sqlite3_clear_bindings(query->statement);
	}
	return status;
}

const char *db_text(struct db_query *query, struct arena *arena, int column)
{
	const char *text = (const char *)sqlite3_column_text(query->statement, column);
	int length = sqlite3_column_bytes(query->statement, column);
	char *copy = arena_strndup(arena, text ? text : "", text ? (size_t)length : 0);
	if (!copy) {
		query->code = SQLITE_NOMEM;
	}
	return copy ? copy : "";
}

int64_t db_integer(struct db_query *query, int column)
{
	return sqlite3_column_int64(query->statement, column);
}

double db_real(struct db_query *query, int column)
{
	return sqlite3_column_double(query->statement, column);
}

void *db_rows_add(struct db_rows *rows, struct db_query *query)
{
	if (rows->count == rows->capacity) {
		size_t capacity = rows->capacity ? rows->capacity * 2 : 16;
		char *items = arena_alloc(rows->arena, capacity * rows->size);
		if (!items) {
			query->code = SQLITE_NOMEM;
			return NULL;
		}
		if (rows->count > 0) {
			memcpy(items, rows->items, rows->count * rows->size);
		}
		rows->items = items;
		rows->capacity = capacity;
	}
	return (char *)rows->items + rows->size * rows->count++;
}
