#include "engine/base/message.h"
#include "engine/store/db.h"

#include <stdio.h>

/* The schema as it grew: a row a version, never changed once released. Tables a learner can reset carry `undo`: 0 for
 * what counts, else the reset that set the row aside. */
/* clang-format off */
static const struct {
	int version;
	const char *sql;
} migrations[] = {
	{1,
	 "CREATE TABLE setting(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT"
	 " ROWID;"
	 "CREATE TABLE intake(undo INTEGER NOT NULL DEFAULT 0, question TEXT NOT NULL,"
	 " answer TEXT NOT NULL, known INTEGER NOT NULL, asked INTEGER NOT NULL, PRIMARY"
	 " KEY(undo, question)) STRICT;"
	 "CREATE TABLE roadmap(undo INTEGER NOT NULL DEFAULT 0, week INTEGER NOT NULL, unit"
	 " TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY(undo, week, unit)) STRICT;"
	 "CREATE TABLE position(undo INTEGER NOT NULL DEFAULT 0, lesson TEXT NOT NULL, step"
	 " TEXT NOT NULL, line INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(undo,"
	 " lesson)) STRICT;"
	 "CREATE TABLE step(undo INTEGER NOT NULL DEFAULT 0, lesson TEXT NOT NULL, step TEXT"
	 " NOT NULL, state INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(undo, lesson,"
	 " step)) STRICT;"
	 "CREATE TABLE answer(id INTEGER PRIMARY KEY, undo INTEGER NOT NULL DEFAULT 0,"
	 " checkpoint TEXT NOT NULL, turn INTEGER NOT NULL, question TEXT NOT NULL, answer"
	 " TEXT NOT NULL, verdict TEXT NOT NULL, score REAL NOT NULL, detail TEXT NOT NULL,"
	 " reply TEXT NOT NULL, at INTEGER NOT NULL) STRICT;"
	 "CREATE INDEX answer_checkpoint ON answer(checkpoint);"
	 "CREATE TABLE dialogue(undo INTEGER NOT NULL DEFAULT 0, checkpoint TEXT NOT NULL,"
	 " state TEXT NOT NULL, passed INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY"
	 " KEY(undo, checkpoint)) STRICT;"
	 "CREATE TABLE quiz_answer(id INTEGER PRIMARY KEY, undo INTEGER NOT NULL DEFAULT 0,"
	 " lesson TEXT NOT NULL, step TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT"
	 " NULL, score REAL NOT NULL, at INTEGER NOT NULL) STRICT;"
	 "CREATE INDEX quiz_answer_lesson ON quiz_answer(lesson);"
	 "CREATE TABLE lab_attempt(id INTEGER PRIMARY KEY, undo INTEGER NOT NULL DEFAULT 0,"
	 " lab TEXT NOT NULL, passed INTEGER NOT NULL, seconds REAL NOT NULL, seed INTEGER"
	 " NOT NULL, source TEXT NOT NULL, tests TEXT NOT NULL, metrics TEXT NOT NULL, at"
	 " INTEGER NOT NULL) STRICT;"
	 "CREATE INDEX lab_attempt_lab ON lab_attempt(lab);"
	 "CREATE TABLE lab_text(undo INTEGER NOT NULL DEFAULT 0, lab TEXT NOT NULL, kind"
	 " TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(undo, lab,"
	 " kind)) STRICT;"
	 "CREATE TABLE card(undo INTEGER NOT NULL DEFAULT 0, item TEXT NOT NULL, state TEXT"
	 " NOT NULL, stability REAL NOT NULL, difficulty REAL NOT NULL, due INTEGER NOT NULL,"
	 " last INTEGER NOT NULL, step INTEGER NOT NULL, repetitions INTEGER NOT NULL, lapses"
	 " INTEGER NOT NULL, algorithm TEXT NOT NULL, PRIMARY KEY(undo, item)) STRICT;"
	 "CREATE INDEX card_due ON card(undo, due);"
	 "CREATE TABLE review_log(id INTEGER PRIMARY KEY, undo INTEGER NOT NULL DEFAULT 0,"
	 " item TEXT NOT NULL, grade INTEGER NOT NULL, elapsed_days REAL NOT NULL, stability"
	 " REAL NOT NULL, difficulty REAL NOT NULL, state TEXT NOT NULL, algorithm TEXT NOT"
	 " NULL, at INTEGER NOT NULL) STRICT;"
	 "CREATE TABLE run(id INTEGER PRIMARY KEY, undo INTEGER NOT NULL DEFAULT 0, name"
	 " TEXT NOT NULL, lab TEXT NOT NULL, source TEXT NOT NULL, parameters TEXT NOT NULL,"
	 " status TEXT NOT NULL, result TEXT NOT NULL, seed INTEGER NOT NULL, started INTEGER"
	 " NOT NULL, ended INTEGER NOT NULL) STRICT;"
	 "CREATE TABLE point(run INTEGER NOT NULL REFERENCES run(id) ON DELETE CASCADE,"
	 " metric TEXT NOT NULL, step INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY(run,"
	 " metric, step)) STRICT, WITHOUT ROWID;"
	 "CREATE TABLE note(id INTEGER PRIMARY KEY, kind TEXT NOT NULL, lesson TEXT NOT"
	 " NULL, step TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, quote"
	 " TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL) STRICT;"
	 "CREATE TABLE submission(id INTEGER PRIMARY KEY, undo INTEGER NOT NULL DEFAULT 0,"
	 " name TEXT NOT NULL, files TEXT NOT NULL, findings TEXT NOT NULL, at INTEGER NOT"
	 " NULL) STRICT;"
	 "CREATE TABLE activity(undo INTEGER NOT NULL DEFAULT 0, day TEXT NOT NULL, seconds"
	 " INTEGER NOT NULL DEFAULT 0, answers INTEGER NOT NULL DEFAULT 0, attempts INTEGER"
	 " NOT NULL DEFAULT 0, steps INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(undo, day))"
	 " STRICT;"
	 "CREATE TABLE undo(id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, at"
	 " INTEGER NOT NULL) STRICT;"},
	{2,
	 "CREATE TABLE search_lesson(lesson TEXT PRIMARY KEY, fingerprint TEXT NOT NULL)"
	 " STRICT, WITHOUT ROWID;"
	 "CREATE TABLE search_document(id INTEGER PRIMARY KEY, lesson TEXT NOT NULL, step"
	 " TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL) STRICT;"
	 "CREATE INDEX search_document_lesson ON search_document(lesson);"
	 "CREATE VIRTUAL TABLE search_index USING fts5(jamo, initials, tokenize='trigram');"},
	{3,
	 "CREATE TABLE class_member(learner TEXT PRIMARY KEY, name TEXT NOT NULL, bundle"
	 " TEXT NOT NULL, imported INTEGER NOT NULL) STRICT;"},
	{4,
	 "CREATE TABLE model_version(model TEXT NOT NULL, version INTEGER NOT NULL,"
	 " stage TEXT NOT NULL, digest TEXT NOT NULL, bytes INTEGER NOT NULL, run INTEGER NOT NULL,"
	 " note TEXT NOT NULL, metadata TEXT NOT NULL, approved_by TEXT NOT NULL,"
	 " created INTEGER NOT NULL, PRIMARY KEY(model, version)) STRICT;"
	 "CREATE TABLE model_event(id INTEGER PRIMARY KEY, model TEXT NOT NULL,"
	 " version INTEGER NOT NULL, what TEXT NOT NULL, detail TEXT NOT NULL, actor TEXT NOT NULL,"
	 " at INTEGER NOT NULL) STRICT;"
	 "CREATE INDEX model_event_model ON model_event(model);"},
};
/* clang-format on */
static const size_t migration_count = sizeof migrations / sizeof *migrations;

int schema_newest(void)
{
	return migrations[migration_count - 1].version;
}

static enum status upgrade(struct store *store, size_t i, struct error *err)
{
	char version[64];
	enum status status = db_script(store, err, "BEGIN IMMEDIATE");
	if (status != STATUS_OK) {
		return status;
	}
	/* Another program may have done it while this one waited for the lock. */
	if (store_file_version(store) < migrations[i].version) {
		snprintf(version, sizeof version, "PRAGMA user_version = %d",
			 migrations[i].version);
		status = db_script(store, err, migrations[i].sql);
		if (status == STATUS_OK) {
			status = db_script(store, err, version);
		}
	}
	if (status == STATUS_OK) {
		status = db_script(store, err, "COMMIT");
	}
	if (status != STATUS_OK) {
		db_script(store, NULL, "ROLLBACK");
	}
	return status;
}

enum status schema_migrate(struct store *store, struct error *err)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < migration_count && status == STATUS_OK; i++) {
		if (store_file_version(store) < migrations[i].version) {
			status = upgrade(store, i, err);
		}
	}
	return status;
}
