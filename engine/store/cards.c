#include "engine/base/clock.h"
#include "engine/store/db.h"

/* Spaced repetition: a card an item, and the whole log, so that another algorithm can replay it. */

static enum status put_log(struct store *store, const struct review_log *log, struct error *err)
{
	return db_run(
		store, err,
		"INSERT INTO review_log(item, grade, elapsed_days, stability, difficulty, state,"
		" algorithm, at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		"tidddttl", log->item, log->grade, log->elapsed_days, log->stability,
		log->difficulty, log->state, log->algorithm, log->when ? log->when : clock_unix());
}

enum status store_put_card(struct store *store, const struct review_card *card,
			   const struct review_log *log, struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	status = db_run(
		store, err,
		"INSERT OR REPLACE INTO card(item, state, stability, difficulty, due, last, step,"
		" repetitions, lapses, algorithm) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
		"ttddlliiit", card->item, card->state, card->stability, card->difficulty, card->due,
		card->last, card->step, card->repetitions, card->lapses, card->algorithm);
	if (status == STATUS_OK && log) {
		status = put_log(store, log, err);
	}
	if (status != STATUS_OK) {
		store_rollback(store);
		return status;
	}
	return store_commit(store, err);
}

static void read_card(struct db_query *query, struct arena *arena, struct review_card *row)
{
	row->item = db_text(query, arena, 0);
	row->state = db_text(query, arena, 1);
	row->stability = db_real(query, 2);
	row->difficulty = db_real(query, 3);
	row->due = db_integer(query, 4);
	row->last = db_integer(query, 5);
	row->step = (int)db_integer(query, 6);
	row->repetitions = (int)db_integer(query, 7);
	row->lapses = (int)db_integer(query, 8);
	row->algorithm = db_text(query, arena, 9);
}

enum status store_card(struct store *store, struct arena *arena, const char *item,
		       struct review_card *out, struct error *err)
{
	struct db_query query;
	bool found = false;
	db_query(&query, store,
		 "SELECT item, state, stability, difficulty, due, last, step, repetitions, lapses,"
		 " algorithm FROM card WHERE undo = 0 AND item = ?1",
		 "t", item);
	if (db_next(&query)) {
		found = true;
		read_card(&query, arena, out);
	}
	enum status status = db_end(&query, err);
	return status != STATUS_OK ? status : found ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status store_cards_due(struct store *store, struct arena *arena, int64_t until, size_t limit,
			    struct review_card **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct review_card);
	struct db_query query;
	db_query(&query, store,
		 "SELECT item, state, stability, difficulty, due, last, step, repetitions, lapses,"
		 " algorithm FROM card WHERE undo = 0 AND due <= ?1 ORDER BY due, item LIMIT ?2",
		 "ll", until, limit ? (int64_t)limit : (int64_t)-1);
	while (db_next(&query)) {
		struct review_card *row = db_rows_add(&rows, &query);
		if (row) {
			read_card(&query, arena, row);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}

enum status store_review_logs(struct store *store, struct arena *arena, const char *item,
			      struct review_log **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct review_log);
	struct db_query query;
	db_query(&query, store,
		 "SELECT item, grade, elapsed_days, stability, difficulty, state, algorithm, at"
		 " FROM review_log WHERE undo = 0 AND (?1 = '' OR item = ?1) ORDER BY id",
		 "t", item);
	while (db_next(&query)) {
		struct review_log *row = db_rows_add(&rows, &query);
		if (row) {
			row->item = db_text(&query, arena, 0);
			row->grade = (int)db_integer(&query, 1);
			row->elapsed_days = db_real(&query, 2);
			row->stability = db_real(&query, 3);
			row->difficulty = db_real(&query, 4);
			row->state = db_text(&query, arena, 5);
			row->algorithm = db_text(&query, arena, 6);
			row->when = db_integer(&query, 7);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}
