#include <string.h>

#include "engine/base/clock.h"
#include "engine/store/db.h"

/* Runs on the engine and the series of their metrics. */

enum status store_start_run(struct store *store, const struct run_record *run, int64_t *id,
			    struct error *err)
{
	enum status status = db_run(store, err,
				    "INSERT INTO run(name, lab, source, parameters, status, "
				    "result, seed, started, ended)"
				    " VALUES(?1, ?2, ?3, ?4, 'running', '', ?5, ?6, 0)",
				    "ttttll", run->name, run->lab, run->source, run->parameters,
				    (int64_t)run->seed, clock_unix());
	if (status == STATUS_OK) {
		*id = sqlite3_last_insert_rowid(store->db);
	}
	return status;
}

/* Points stream in while a model trains and the screen must not wait for the disk: they reach the log at once, which a
 * killed program does not lose, and the disk with the next write that counts as saved. */
static void wait_for_disk(struct store *store, bool wait)
{
	if (store->depth == 0) {
		db_script(store, NULL,
			  wait ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
	}
}

static enum status add_points(struct store *store, int64_t run, const struct run_point *points,
			      size_t count, struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = db_run(store, err,
				"INSERT OR REPLACE INTO point(run, metric, step, value)"
				" VALUES(?1, ?2, ?3, ?4)",
				"ltld", run, points[i].metric, points[i].step, points[i].value);
	}
	if (status != STATUS_OK) {
		store_rollback(store);
		return status;
	}
	return store_commit(store, err);
}

enum status store_add_points(struct store *store, int64_t run, const struct run_point *points,
			     size_t count, struct error *err)
{
	wait_for_disk(store, false);
	enum status status = add_points(store, run, points, count, err);
	wait_for_disk(store, true);
	return status;
}

enum status store_finish_run(struct store *store, int64_t run, const char *status_word,
			     const char *result, struct error *err)
{
	return db_run(store, err,
		      "UPDATE run SET status = ?2, result = ?3, ended = ?4 WHERE id = ?1", "lttl",
		      run, status_word, result, clock_unix());
}

enum status store_runs(struct store *store, struct arena *arena, const char *lab,
		       struct run_record **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct run_record);
	struct db_query query;
	db_query(&query, store,
		 "SELECT id, name, lab, source, parameters, status, result, seed, started, ended"
		 " FROM run WHERE undo = 0 AND (?1 = '' OR lab = ?1) ORDER BY id DESC",
		 "t", lab);
	while (db_next(&query)) {
		struct run_record *row = db_rows_add(&rows, &query);
		if (row) {
			row->id = db_integer(&query, 0);
			row->name = db_text(&query, arena, 1);
			row->lab = db_text(&query, arena, 2);
			row->source = db_text(&query, arena, 3);
			row->parameters = db_text(&query, arena, 4);
			row->status = db_text(&query, arena, 5);
			row->result = db_text(&query, arena, 6);
			row->seed = (uint64_t)db_integer(&query, 7);
			row->started = db_integer(&query, 8);
			row->ended = db_integer(&query, 9);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}

enum status store_points(struct store *store, struct arena *arena, int64_t run, const char *metric,
			 struct run_point **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct run_point);
	struct db_query query;
	const char *last = NULL;
	db_query(&query, store,
		 "SELECT metric, step, value FROM point WHERE run = ?1 AND (?2 = '' OR metric = ?2)"
		 " ORDER BY metric, step",
		 "lt", run, metric);
	while (db_next(&query)) {
		struct run_point *row = db_rows_add(&rows, &query);
		if (row) {
			const char *name = (const char *)sqlite3_column_text(query.statement, 0);
			bool same = last && name && strcmp(last, name) == 0;
			row->metric = last = same ? last : db_text(&query, arena, 0);
			row->step = db_integer(&query, 1);
			row->value = db_real(&query, 2);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}

enum status store_delete_run(struct store *store, int64_t run, struct error *err)
{
	return db_run(store, err, "DELETE FROM run WHERE id = ?1", "l", run);
}
