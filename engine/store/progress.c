#include <stdio.h>
#include <string.h>
#include <time.h>

#include "engine/base/clock.h"
#include "engine/store/db.h"

/* Settings, intake and roadmap, positions, steps, quiz answers, days of activity. */

enum status store_setting(struct store *store, const char *key, struct strbuf *out,
			  struct error *err)
{
	struct db_query query;
	bool found = false;
	db_query(&query, store, "SELECT value FROM setting WHERE key = ?1", "t", key);
	if (db_next(&query)) {
		found = true;
		strbuf_puts(out, (const char *)sqlite3_column_text(query.statement, 0));
	}
	enum status status = db_end(&query, err);
	if (status == STATUS_OK && !strbuf_ok(out)) {
		return error_set(err, STATUS_NOMEM, "store", "out of memory");
	}
	return status != STATUS_OK ? status : found ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status store_set_setting(struct store *store, const char *key, const char *value,
			      struct error *err)
{
	return db_run(store, err,
		      "INSERT INTO setting(key, value) VALUES(?1, ?2)"
		      " ON CONFLICT DO UPDATE SET value = excluded.value",
		      "tt", key, value);
}

enum status store_set_intake(struct store *store, const struct intake_answer *answer,
			     struct error *err)
{
	return db_run(store, err,
		      "INSERT INTO intake(question, answer, known, asked) VALUES(?1, ?2, ?3, ?4)"
		      " ON CONFLICT DO UPDATE SET answer = excluded.answer, known = excluded.known,"
		      " asked = excluded.asked",
		      "ttii", answer->question, answer->answer, (int)answer->known, answer->asked);
}

enum status store_intake(struct store *store, struct arena *arena, struct intake_answer **out,
			 size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct intake_answer);
	struct db_query query;
	db_query(&query, store,
		 "SELECT question, answer, known, asked FROM intake WHERE undo = 0 ORDER BY rowid",
		 "");
	while (db_next(&query)) {
		struct intake_answer *row = db_rows_add(&rows, &query);
		if (row) {
			row->question = db_text(&query, arena, 0);
			row->answer = db_text(&query, arena, 1);
			row->known = db_integer(&query, 2) != 0;
			row->asked = (int)db_integer(&query, 3);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}

enum status store_set_roadmap(struct store *store, const struct roadmap_row *rows, size_t count,
			      struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	status = db_run(store, err, "DELETE FROM roadmap WHERE undo = 0", "");
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = db_run(store, err,
				"INSERT INTO roadmap(week, unit, reason) VALUES(?1, ?2, ?3)", "itt",
				rows[i].week, rows[i].unit, rows[i].reason);
	}
	if (status != STATUS_OK) {
		store_rollback(store);
		return status;
	}
	return store_commit(store, err);
}

enum status store_roadmap(struct store *store, struct arena *arena, struct roadmap_row **out,
			  size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct roadmap_row);
	struct db_query query;
	db_query(&query, store,
		 "SELECT unit, reason, week FROM roadmap WHERE undo = 0 ORDER BY week, rowid", "");
	while (db_next(&query)) {
		struct roadmap_row *row = db_rows_add(&rows, &query);
		if (row) {
			row->unit = db_text(&query, arena, 0);
			row->reason = db_text(&query, arena, 1);
			row->week = (int)db_integer(&query, 2);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}

enum status store_set_position(struct store *store, const struct position *position,
			       struct error *err)
{
	/* REPLACE gives the row the highest rowid: among positions of one second the last one written is the newest. */
	return db_run(
		store, err,
		"INSERT OR REPLACE INTO position(lesson, step, line, at) VALUES(?1, ?2, ?3, ?4)",
		"ttil", position->lesson, position->step, position->line, clock_unix());
}

enum status store_position(struct store *store, struct arena *arena, const char *lesson,
			   struct position *out, struct error *err)
{
	struct db_query query;
	bool found = false;
	if (lesson) {
		db_query(&query, store,
			 "SELECT lesson, step, line, at FROM position WHERE undo = 0 AND lesson = "
			 "?1",
			 "t", lesson);
	} else {
		db_query(&query, store,
			 "SELECT lesson, step, line, at FROM position WHERE undo = 0"
			 " ORDER BY at DESC, rowid DESC LIMIT 1",
			 "");
	}
	if (db_next(&query)) {
		found = true;
		out->lesson = db_text(&query, arena, 0);
		out->step = db_text(&query, arena, 1);
		out->line = (int)db_integer(&query, 2);
		out->when = db_integer(&query, 3);
	}
	enum status status = db_end(&query, err);
	return status != STATUS_OK ? status : found ? STATUS_OK : STATUS_NOT_FOUND;
}

enum status store_set_step(struct store *store, const char *lesson, const char *step,
			   enum step_state state, struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	status = db_run(store, err,
			"INSERT INTO step(lesson, step, state, at) VALUES(?1, ?2, ?3, ?4)"
			" ON CONFLICT DO UPDATE SET state = excluded.state, at = excluded.at"
			" WHERE excluded.state > state",
			"ttil", lesson, step, (int)state, clock_unix());
	if (status == STATUS_OK && sqlite3_changes(store->db) > 0 && state >= STEP_STATE_DONE) {
		status = db_count_today(store, "steps", 1, err);
	}
	if (status != STATUS_OK) {
		store_rollback(store);
		return status;
	}
	return store_commit(store, err);
}

enum status store_steps(struct store *store, struct arena *arena, const char *lesson,
			struct step_progress **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct step_progress);
	struct db_query query;
	db_query(&query, store,
		 "SELECT lesson, step, state, at FROM step"
		 " WHERE undo = 0 AND (?1 = '' OR lesson = ?1) ORDER BY at, rowid",
		 "t", lesson);
	while (db_next(&query)) {
		struct step_progress *row = db_rows_add(&rows, &query);
		if (row) {
			row->lesson = db_text(&query, arena, 0);
			row->step = db_text(&query, arena, 1);
			row->state = (enum step_state)db_integer(&query, 2);
			row->when = db_integer(&query, 3);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}

enum status store_add_quiz_answer(struct store *store, const struct quiz_record *answer,
				  struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	status = db_run(store, err,
			"INSERT INTO quiz_answer(lesson, step, question, answer, score, at)"
			" VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
			"ttttdl", answer->lesson, answer->step, answer->question, answer->answer,
			answer->score, clock_unix());
	if (status == STATUS_OK) {
		status = db_count_today(store, "answers", 1, err);
	}
	if (status != STATUS_OK) {
		store_rollback(store);
		return status;
	}
	return store_commit(store, err);
}

enum status store_quiz_answers(struct store *store, struct arena *arena, const char *lesson,
			       struct quiz_record **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct quiz_record);
	struct db_query query;
	db_query(&query, store,
		 "SELECT lesson, step, question, answer, score, at FROM quiz_answer"
		 " WHERE undo = 0 AND (?1 = '' OR lesson = ?1) ORDER BY id",
		 "t", lesson);
	while (db_next(&query)) {
		struct quiz_record *row = db_rows_add(&rows, &query);
		if (row) {
			row->lesson = db_text(&query, arena, 0);
			row->step = db_text(&query, arena, 1);
			row->question = db_text(&query, arena, 2);
			row->answer = db_text(&query, arena, 3);
			row->score = db_real(&query, 4);
			row->when = db_integer(&query, 5);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}

/* ---- days ---- */

static void today(char out[16])
{
	time_t now = (time_t)clock_unix();
	struct tm local;
	localtime_r(&now, &local);
	strftime(out, 16, "%Y-%m-%d", &local);
}

enum status db_count_today(struct store *store, const char *column, int amount, struct error *err)
{
	char day[16];
	today(day);
	return db_run(
		store, err,
		"INSERT INTO activity(day, seconds, answers, attempts, steps)"
		" VALUES(?1, iif(?2 = 'seconds', ?3, 0), iif(?2 = 'answers', ?3, 0),"
		" iif(?2 = 'attempts', ?3, 0), iif(?2 = 'steps', ?3, 0))"
		" ON CONFLICT DO UPDATE SET seconds = seconds + excluded.seconds,"
		" answers = answers + excluded.answers, attempts = attempts + excluded.attempts,"
		" steps = steps + excluded.steps",
		"tti", day, column, amount);
}

enum status store_add_activity(struct store *store, int seconds, struct error *err)
{
	return db_count_today(store, "seconds", seconds, err);
}

enum status store_activity(struct store *store, struct arena *arena, const char *since,
			   struct activity_day **out, size_t *count, struct error *err)
{
	struct db_rows rows = DB_ROWS(arena, struct activity_day);
	struct db_query query;
	db_query(&query, store,
		 "SELECT day, seconds, answers, attempts, steps FROM activity"
		 " WHERE undo = 0 AND day >= ?1 ORDER BY day",
		 "t", since);
	while (db_next(&query)) {
		struct activity_day *row = db_rows_add(&rows, &query);
		if (row) {
			row->day = db_text(&query, arena, 0);
			row->seconds = (int)db_integer(&query, 1);
			row->answers = (int)db_integer(&query, 2);
			row->attempts = (int)db_integer(&query, 3);
			row->steps = (int)db_integer(&query, 4);
		}
	}
	*out = rows.items;
	*count = rows.count;
	return db_end(&query, err);
}
