#include "engine/base/clock.h"
#include "engine/store/db.h"

/* Notes, bookmarks, highlights; and the bundles of a class. */

enum status store_add_note(struct store *store, const struct note *note, int64_t *id,
			   struct error *err)
{
	enum status status =
		db_run(store, err,
		       "INSERT INTO note(kind, lesson, step, first, last, quote, text, at)"
		       " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		       "tttiittl", note->kind, note->lesson, note->step, note->begin, note->end,
		       note->quote, note->text, clock_unix());
	if (status == STATUS_OK && id) {
		*id = sqlite3_last_insert_rowid(store->db);
	}
	return status;
}

enum status store_edit_note(struct store *store, int64_t id, const char *text, struct error *err)
{
	return db_run(store, err, "UPDATE note SET text = ?2 WHERE id = ?1", "lt", id, text);
}

enum status store_delete_note(struct store *store, int64_t id, struct error *err)
{
	return db_run(store, err, "DELETE FROM note WHERE id = ?1", "l", id);
}

enum status store_notes(struct store *store, struct arena *arena, const char *lesson,
			struct note **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct note);
	struct db_query query;
	db_query(&query, store,
		 "SELECT id, kind, lesson, step, first, last, quote, text, at FROM note"
		 " WHERE ?1 = '' OR lesson = ?1 ORDER BY id",
		 "t", lesson);
	while (db_next(&query)) {
		struct note *row = db_rows_add(&rows, &query);
		if (row) {
			row->id = db_integer(&query, 0);
			row->kind = db_text(&query, arena, 1);
			row->lesson = db_text(&query, arena, 2);
			row->step = db_text(&query, arena, 3);
			row->begin = (int)db_integer(&query, 4);
			row->end = (int)db_integer(&query, 5);
			row->quote = db_text(&query, arena, 6);
			row->text = db_text(&query, arena, 7);
			row->when = db_integer(&query, 8);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}

enum status store_put_class_member(struct store *store, const struct class_member *member,
				   struct error *err)
{
	return db_run(store, err,
		      "INSERT OR REPLACE INTO class_member(learner, name, bundle, imported)"
		      " VALUES(?1, ?2, ?3, ?4)",
		      "tttl", member->learner, member->name, member->bundle, clock_unix());
}

enum status store_class_members(struct store *store, struct arena *arena, struct class_member **out,
				size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct class_member);
	struct db_query query;
	db_query(&query, store,
		 "SELECT learner, name, bundle, imported FROM class_member ORDER BY name, learner",
		 "");
	while (db_next(&query)) {
		struct class_member *row = db_rows_add(&rows, &query);
		if (row) {
			row->learner = db_text(&query, arena, 0);
			row->name = db_text(&query, arena, 1);
			row->bundle = db_text(&query, arena, 2);
			row->imported = db_integer(&query, 3);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}

enum status store_delete_class_member(struct store *store, const char *learner, struct error *err)
{
	return db_run(store, err, "DELETE FROM class_member WHERE learner = ?1", "t", learner);
}
