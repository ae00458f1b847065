#include <stdio.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/message.h"
#include "engine/store/db.h"

/* Resetting sets rows aside (undo = the reset's id) instead of deleting them, so that nothing is lost on the way back. */

enum { KEPT_RESETS = 20 };

/* The tables a scope takes, with the condition on the name ?2. */
static const struct {
	enum reset_scope scope;
	const char *table;
	const char *condition;
} rows[] = {
	{RESET_CHECKPOINT, "answer", "checkpoint = ?2 COLLATE NOCASE"},
	{RESET_CHECKPOINT, "dialogue", "checkpoint = ?2 COLLATE NOCASE"},
	{RESET_CHECKPOINT, "card",
	 "item = ?2 COLLATE NOCASE OR item LIKE substr(?2, 4) || '.k%' OR item LIKE substr(?2, 4) "
	 "|| '.m%'"},
	{RESET_CHECKPOINT, "review_log",
	 "item = ?2 COLLATE NOCASE OR item LIKE substr(?2, 4) || '.k%' OR item LIKE substr(?2, 4) "
	 "|| '.m%'"},
	{RESET_LAB, "lab_attempt", "lab = ?2 COLLATE NOCASE"},
	{RESET_LAB, "lab_text", "lab = ?2 COLLATE NOCASE"},
	{RESET_LESSON, "step", "lesson = ?2"},
	{RESET_LESSON, "position", "lesson = ?2"},
	{RESET_LESSON, "quiz_answer", "lesson = ?2"},
	{RESET_ALL, "answer", "?2 = ?2"},
	{RESET_ALL, "dialogue", "?2 = ?2"},
	{RESET_ALL, "card", "?2 = ?2"},
	{RESET_ALL, "review_log", "?2 = ?2"},
	{RESET_ALL, "lab_attempt", "?2 = ?2"},
	{RESET_ALL, "lab_text", "?2 = ?2"},
	{RESET_ALL, "step", "?2 = ?2"},
	{RESET_ALL, "position", "?2 = ?2"},
	{RESET_ALL, "quiz_answer", "?2 = ?2"},
	{RESET_ALL, "intake", "?2 = ?2"},
	{RESET_ALL, "roadmap", "?2 = ?2"},
	{RESET_ALL, "run", "?2 = ?2"},
	{RESET_ALL, "submission", "?2 = ?2"},
	{RESET_ALL, "activity", "?2 = ?2"},
};

static const char *const tables[] = {
	"answer",   "dialogue",    "card",   "review_log", "lab_attempt", "lab_text",   "step",
	"position", "quiz_answer", "intake", "roadmap",    "run",         "submission", "activity"};

/* Runs SQL made here (names from the tables above only) with the reset's id and an optional name. */
static enum status run_made(struct store *store, const char *sql, int64_t undo, const char *name,
			    struct error *err)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
	if (code == SQLITE_OK) {
		code = sqlite3_bind_int64(statement, 1, undo);
	}
	if (code == SQLITE_OK && name) {
		code = sqlite3_bind_text(statement, 2, name, -1, SQLITE_TRANSIENT);
	}
	if (code == SQLITE_OK) {
		code = sqlite3_step(statement);
	}
	enum status status = code == SQLITE_DONE ? STATUS_OK : db_fail(store, code, err);
	sqlite3_finalize(statement);
	return status;
}

static enum status set_aside(struct store *store, const struct reset_target *target, int64_t undo,
			     struct error *err)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < sizeof rows / sizeof *rows && status == STATUS_OK; i++) {
		if (rows[i].scope != target->scope) {
			continue;
		}
		char sql[512];
		/* An earlier target of the same reset may hold the same key: the row is then aside already. */
		snprintf(sql, sizeof sql,
			 "UPDATE OR REPLACE %s SET undo = ?1 WHERE undo = 0 AND (%s)",
			 rows[i].table, rows[i].condition);
		status = run_made(store, sql, undo, target->name ? target->name : "", err);
	}
	return status;
}

/* Forgets what older resets set aside. */
static enum status prune(struct store *store, struct error *err)
{
	enum status status = db_run(store, err,
				    "DELETE FROM undo WHERE id NOT IN"
				    " (SELECT id FROM undo ORDER BY id DESC LIMIT ?1)",
				    "i", (int)KEPT_RESETS);
	for (size_t i = 0; i < sizeof tables / sizeof *tables && status == STATUS_OK; i++) {
		char sql[256];
		snprintf(sql, sizeof sql,
			 "DELETE FROM %s WHERE undo > ?1 AND undo NOT IN (SELECT id FROM undo)",
			 tables[i]);
		status = run_made(store, sql, 0, NULL, err);
	}
	return status;
}

enum status store_reset_many(struct store *store, const struct reset_target *targets, size_t count,
			     const char *title, int64_t *undo, struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	status = db_run(store, err, "INSERT INTO undo(title, at) VALUES(?1, ?2)", "tl", title,
			clock_unix());
	int64_t id = sqlite3_last_insert_rowid(store->db);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = set_aside(store, &targets[i], id, err);
	}
	if (status == STATUS_OK) {
		status = prune(store, err);
	}
	if (status != STATUS_OK) {
		store_rollback(store);
		return status;
	}
	if (undo) {
		*undo = id;
	}
	return store_commit(store, err);
}

enum status store_reset(struct store *store, enum reset_scope scope, const char *name,
			int64_t *undo, struct error *err)
{
	const struct reset_target target = {scope, name};
	const char *title = scope == RESET_ALL ? message(MSG_STORE_UNDO_ALL) : name;
	return store_reset_many(store, &target, 1, title, undo, err);
}

static enum status newest(struct store *store, int64_t *undo, struct error *err)
{
	struct db_query query;
	bool found = false;
	db_query(&query, store, "SELECT id FROM undo WHERE ?1 IN (0, id) ORDER BY id DESC LIMIT 1",
		 "l", *undo);
	if (db_next(&query)) {
		found = true;
		*undo = db_integer(&query, 0);
	}
	enum status status = db_end(&query, err);
	if (status == STATUS_OK && !found) {
		return error_set(err, STATUS_NOT_FOUND, "store", "%s", message(MSG_STORE_NO_UNDO));
	}
	return status;
}

enum status store_undo(struct store *store, int64_t undo, struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	status = newest(store, &undo, err);
	for (size_t i = 0; i < sizeof tables / sizeof *tables && status == STATUS_OK; i++) {
		char sql[256];
		snprintf(sql, sizeof sql, "UPDATE OR IGNORE %s SET undo = 0 WHERE undo = ?1",
			 tables[i]);
		status = run_made(store, sql, undo, NULL, err);
		if (status == STATUS_OK) {
			snprintf(sql, sizeof sql, "DELETE FROM %s WHERE undo = ?1", tables[i]);
			status = run_made(store, sql, undo, NULL, err);
		}
	}
	if (status == STATUS_OK) {
		status = db_run(store, err, "DELETE FROM undo WHERE id = ?1", "l", undo);
	}
	if (status != STATUS_OK) {
		store_rollback(store);
		return status;
	}
	return store_commit(store, err);
}

enum status store_undo_list(struct store *store, struct arena *arena, struct undo_entry **out,
			    size_t *count, struct error *err)
{
	struct db_rows list = DB_ROWS(arena, struct undo_entry);
	struct db_query query;
	db_query(&query, store, "SELECT id, title, at FROM undo ORDER BY id DESC", "");
	while (db_next(&query)) {
		struct undo_entry *row = db_rows_add(&list, &query);
		if (row) {
			row->id = db_integer(&query, 0);
			row->title = db_text(&query, arena, 1);
			row->when = db_integer(&query, 2);
		}
	}
	*out = list.items;
	*count = list.count;
	return db_end(&query, err);
}
