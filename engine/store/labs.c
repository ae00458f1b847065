#include "engine/base/clock.h"
#include "engine/store/db.h"

/* Labs: attempts and what the learner wrote; reviewed code. */

enum status store_add_lab_attempt(struct store *store, const struct lab_attempt *attempt,
				  int64_t *id, struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	status = db_run(
		store, err,
		"INSERT INTO lab_attempt(lab, passed, seconds, seed, source, tests, metrics, at)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		"tidltttl", attempt->lab, (int)attempt->passed, attempt->seconds,
		(int64_t)attempt->seed, attempt->source, attempt->tests, attempt->metrics,
		clock_unix());
	int64_t made = sqlite3_last_insert_rowid(store->db);
	if (status == STATUS_OK) {
		status = db_count_today(store, "attempts", 1, err);
	}
	if (status != STATUS_OK) {
		store_rollback(store);
		return status;
	}
	if (id) {
		*id = made;
	}
	return store_commit(store, err);
}

enum status store_lab_attempts(struct store *store, struct arena *arena, const char *lab,
			       struct lab_attempt **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct lab_attempt);
	struct db_query query;
	db_query(&query, store,
		 "SELECT id, lab, passed, seconds, seed, source, tests, metrics, at"
		 " FROM lab_attempt WHERE undo = 0 AND (?1 = '' OR lab = ?1) ORDER BY id",
		 "t", lab);
	while (db_next(&query)) {
		struct lab_attempt *row = db_rows_add(&rows, &query);
		if (row) {
			row->id = db_integer(&query, 0);
			row->lab = db_text(&query, arena, 1);
			row->passed = db_integer(&query, 2) != 0;
			row->seconds = db_real(&query, 3);
			row->seed = (uint64_t)db_integer(&query, 4);
			row->source = db_text(&query, arena, 5);
			row->tests = db_text(&query, arena, 6);
			row->metrics = db_text(&query, arena, 7);
			row->when = db_integer(&query, 8);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}

enum status store_set_lab_text(struct store *store, const char *lab, const char *kind,
			       const char *text, struct error *err)
{
	return db_run(store, err,
		      "INSERT INTO lab_text(lab, kind, text, at) VALUES(?1, ?2, ?3, ?4)"
		      " ON CONFLICT DO UPDATE SET text = excluded.text, at = excluded.at",
		      "tttl", lab, kind, text, clock_unix());
}

enum status store_lab_text(struct store *store, const char *lab, const char *kind,
			   struct strbuf *out, struct error *err)
{
	struct db_query query;
	bool found = false;
	db_query(&query, store,
		 "SELECT text FROM lab_text WHERE undo = 0 AND lab = ?1 AND kind = ?2", "tt", lab,
		 kind);
	if (db_next(&query)) {
		found = true;
		strbuf_add(out, sqlite3_column_text(query.statement, 0),
			   (size_t)sqlite3_column_bytes(query.statement, 0));
	}
	enum status status = db_end(&query, err);
	if (status == STATUS_OK && !strbuf_ok(out)) {
		return error_set(err, STATUS_NOMEM, "store", "out of memory");
	}
	return status != STATUS_OK ? status : found ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status store_add_submission(struct store *store, const struct submission *submission,
				 int64_t *id, struct error *err)
{
	enum status status = db_run(
		store, err,
		"INSERT INTO submission(name, files, findings, at) VALUES(?1, ?2, ?3, ?4)", "tttl",
		submission->name, submission->files, submission->findings, clock_unix());
	if (status == STATUS_OK && id) {
		*id = sqlite3_last_insert_rowid(store->db);
	}
	return status;
}

enum status store_submissions(struct store *store, struct arena *arena, const char *name,
			      struct submission **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct submission);
	struct db_query query;
	db_query(&query, store,
		 "SELECT id, name, files, findings, at FROM submission"
		 " WHERE undo = 0 AND (?1 = '' OR name = ?1) ORDER BY id",
		 "t", name);
	while (db_next(&query)) {
		struct submission *row = db_rows_add(&rows, &query);
		if (row) {
			row->id = db_integer(&query, 0);
			row->name = db_text(&query, arena, 1);
			row->files = db_text(&query, arena, 2);
			row->findings = db_text(&query, arena, 3);
			row->when = db_integer(&query, 4);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}
