#include "engine/base/clock.h"
#include "engine/store/db.h"

/* Checkpoints: every answer given, and where each dialogue stands. */

enum status store_add_answer(struct store *store, const struct answer_record *answer,
			     struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	status = db_run(store, err,
			"INSERT INTO answer(checkpoint, turn, question, answer, verdict, score, "
			"detail, reply, at)"
			" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
			"titttdttl", answer->checkpoint, answer->turn, answer->question,
			answer->answer, answer->verdict, answer->score, answer->detail,
			answer->reply, clock_unix());
	if (status == STATUS_OK) {
		status = db_count_today(store, "answers", 1, err);
	}
	if (status != STATUS_OK) {
		store_rollback(store);
		return status;
	}
	return store_commit(store, err);
}

enum status store_answers(struct store *store, struct arena *arena, const char *checkpoint,
			  struct answer_record **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct answer_record);
	struct db_query query;
	db_query(&query, store,
		 "SELECT id, checkpoint, turn, question, answer, verdict, score, detail, reply, at"
		 " FROM answer WHERE undo = 0 AND (?1 = '' OR checkpoint = ?1) ORDER BY id",
		 "t", checkpoint);
	while (db_next(&query)) {
		struct answer_record *row = db_rows_add(&rows, &query);
		if (row) {
			row->id = db_integer(&query, 0);
			row->checkpoint = db_text(&query, arena, 1);
			row->turn = (int)db_integer(&query, 2);
			row->question = db_text(&query, arena, 3);
			row->answer = db_text(&query, arena, 4);
			row->verdict = db_text(&query, arena, 5);
			row->score = db_real(&query, 6);
			row->detail = db_text(&query, arena, 7);
			row->reply = db_text(&query, arena, 8);
			row->when = db_integer(&query, 9);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}

enum status store_set_dialogue(struct store *store, const struct dialogue_record *dialogue,
			       struct error *err)
{
	return db_run(store, err,
		      "INSERT INTO dialogue(checkpoint, state, passed, at) VALUES(?1, ?2, ?3, ?4)"
		      " ON CONFLICT DO UPDATE SET state = excluded.state,"
		      " passed = max(passed, excluded.passed), at = excluded.at",
		      "ttil", dialogue->checkpoint, dialogue->state, (int)dialogue->passed,
		      clock_unix());
}

static void read_dialogue(struct db_query *query, struct arena *arena, struct dialogue_record *row)
{
	row->checkpoint = db_text(query, arena, 0);
	row->state = db_text(query, arena, 1);
	row->passed = db_integer(query, 2) != 0;
	row->when = db_integer(query, 3);
}

enum status store_dialogue(struct store *store, struct arena *arena, const char *checkpoint,
			   struct dialogue_record *out, struct error *err)
{
	struct db_query query;
	bool found = false;
	db_query(&query, store,
		 "SELECT checkpoint, state, passed, at FROM dialogue"
		 " WHERE undo = 0 AND checkpoint = ?1",
		 "t", checkpoint);
	if (db_next(&query)) {
		found = true;
		read_dialogue(&query, arena, out);
	}
	enum status status = db_end(&query, err);
	return status != STATUS_OK ? status : found ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status store_dialogues(struct store *store, struct arena *arena, struct dialogue_record **out,
			    size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct dialogue_record);
	struct db_query query;
	db_query(&query, store,
		 "SELECT checkpoint, state, passed, at FROM dialogue WHERE undo = 0"
		 " ORDER BY at, rowid",
		 "");
	while (db_next(&query)) {
		struct dialogue_record *row = db_rows_add(&rows, &query);
		if (row) {
			read_dialogue(&query, arena, row);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}
