#ifndef MUNDAP_STORE_STORE_H
#define MUNDAP_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/error.h"
#include "engine/base/strbuf.h"

/* All that is kept about a learner, in one SQLite file. Rules that hold for every function here:
 * - A writing call that returns STATUS_OK is on disk: a kill or a power cut afterwards does not lose it.
 * - Several programs may use one file; a call waits up to five seconds for another's write, then says STATUS_BUSY.
 * - Reading calls put what they find into the caller's arena; strings are never NULL unless said so.
 * - Times are seconds since 1970 (UTC), filled in by the store where a struct says "set by the store".
 * - Structured values (dialogue state, findings, tests …) are JSON texts whose form belongs to the caller.
 * Errors common to all: STATUS_NOMEM, STATUS_BUSY, STATUS_IO (disk full, read-only), STATUS_CORRUPT. */
struct store;

/**
 * Opens the database, creating or migrating it. path NULL: mundap.db in the data folder.
 * Errors: STATUS_CORRUPT (not a database or damaged; the file is left untouched), STATUS_NEWER (written by a newer
 * version; untouched), STATUS_DENIED, STATUS_IO; the message says what to do.
 */
enum status store_open(struct store **out, const char *path, struct error *err);
/** Opens an existing database to look only: nothing is created or migrated. STATUS_NOT_FOUND when there is none. */
enum status store_open_readonly(struct store **out, const char *path, struct error *err);
void store_close(struct store *store);
const char *store_path(const struct store *store);
/** The schema version this program writes, and the one the file holds. */
int store_schema_version(void);
int store_file_version(const struct store *store);
/** Runs SQLite's own check. STATUS_CORRUPT with what it found. */
enum status store_check(struct store *store, struct error *err);

/**
 * Groups writes: all or none of the calls between begin and commit are kept. Nests (inner pairs join the outer).
 * Units: none is durable before the outermost commit returned.
 */
enum status store_begin(struct store *store, struct error *err);
enum status store_commit(struct store *store, struct error *err);
void store_rollback(struct store *store);

/* ---- settings: small texts by name ---- */

/** Appends the value; STATUS_NOT_FOUND (and no message) when it was never set. */
enum status store_setting(struct store *store, const char *key, struct strbuf *out,
			  struct error *err);
enum status store_set_setting(struct store *store, const char *key, const char *value,
			      struct error *err);

/* ---- profile, intake, roadmap ---- */

struct intake_answer {
	const char *question; /* stable id: "deploy", "infra", "pain", "team" */
	const char *answer; /* "" when skipped */
	bool known; /* false: recorded as unknown */
	int asked; /* how often it was asked */
};
enum status store_set_intake(struct store *store, const struct intake_answer *answer,
			     struct error *err);
enum status store_intake(struct store *store, struct arena *arena, struct intake_answer **out,
			 size_t *count, struct error *err);

struct roadmap_row {
	const char *unit;
	const char *reason; /* quotes the learner's own words */
	int week; /* 1-based */
};
/** Replaces the roadmap. */
enum status store_set_roadmap(struct store *store, const struct roadmap_row *rows, size_t count,
			      struct error *err);
enum status store_roadmap(struct store *store, struct arena *arena, struct roadmap_row **out,
			  size_t *count, struct error *err);

/* ---- where the learner is ---- */

struct position {
	const char *lesson;
	const char *step;
	int line; /* scroll position inside the step, in the reader's own units */
	int64_t when; /* set by the store */
};
enum status store_set_position(struct store *store, const struct position *position,
			       struct error *err);
/** lesson NULL: the newest of all. STATUS_NOT_FOUND (no message) when there is none. */
enum status store_position(struct store *store, struct arena *arena, const char *lesson,
			   struct position *out, struct error *err);

enum step_state { STEP_STATE_OPENED = 1, STEP_STATE_DONE = 2, STEP_STATE_TESTED_OUT = 3 };
struct step_progress {
	const char *lesson;
	const char *step;
	enum step_state state;
	int64_t when;
};
/** A step never falls back: a lower state than the one held changes nothing. */
enum status store_set_step(struct store *store, const char *lesson, const char *step,
			   enum step_state state, struct error *err);
/** lesson NULL: of all lessons. */
enum status store_steps(struct store *store, struct arena *arena, const char *lesson,
			struct step_progress **out, size_t *count, struct error *err);

/* ---- checkpoints ---- */

struct answer_record {
	int64_t id; /* set by the store */
	const char *checkpoint;
	int turn; /* 0 first */
	const char *question; /* as it was asked */
	const char *answer;
	const char *verdict; /* "pass" "partial" "fail" "redirect" */
	double score;
	const char *detail; /* JSON: expectations, misconceptions, flags */
	const char *reply;
	int64_t when; /* set by the store */
};
enum status store_add_answer(struct store *store, const struct answer_record *answer,
			     struct error *err);
/** checkpoint NULL: all, oldest first. */
enum status store_answers(struct store *store, struct arena *arena, const char *checkpoint,
			  struct answer_record **out, size_t *count, struct error *err);

struct dialogue_record {
	const char *checkpoint;
	const char *state; /* JSON of dialogue_save */
	bool passed;
	int64_t when; /* set by the store */
};
/** Once passed stays passed until a reset. */
enum status store_set_dialogue(struct store *store, const struct dialogue_record *dialogue,
			       struct error *err);
/** STATUS_NOT_FOUND (no message) when there is none. */
enum status store_dialogue(struct store *store, struct arena *arena, const char *checkpoint,
			   struct dialogue_record *out, struct error *err);
enum status store_dialogues(struct store *store, struct arena *arena, struct dialogue_record **out,
			    size_t *count, struct error *err);

/* ---- quizzes ---- */

struct quiz_record {
	const char *lesson;
	const char *step;
	const char *question;
	const char *answer; /* JSON or text as given */
	double score; /* 0..1 */
	int64_t when; /* set by the store */
};
enum status store_add_quiz_answer(struct store *store, const struct quiz_record *answer,
				  struct error *err);
/** lesson NULL: all. Oldest first, every attempt. */
enum status store_quiz_answers(struct store *store, struct arena *arena, const char *lesson,
			       struct quiz_record **out, size_t *count, struct error *err);

/* ---- labs ---- */

struct lab_attempt {
	int64_t id; /* set by the store */
	const char *lab;
	bool passed;
	double seconds;
	uint64_t seed;
	const char *source; /* the learner's file as checked */
	const char *tests; /* JSON array of {name, passed, message} */
	const char *metrics; /* JSON object */
	int64_t when; /* set by the store */
};
enum status store_add_lab_attempt(struct store *store, const struct lab_attempt *attempt,
				  int64_t *id, struct error *err);
/** lab NULL: all. Oldest first. */
enum status store_lab_attempts(struct store *store, struct arena *arena, const char *lab,
			       struct lab_attempt **out, size_t *count, struct error *err);

/* What the learner writes around a lab: kind "source" (the editor's text), "prediction", "explanation", "work" … */
enum status store_set_lab_text(struct store *store, const char *lab, const char *kind,
			       const char *text, struct error *err);
/** STATUS_NOT_FOUND (no message) when there is none. */
enum status store_lab_text(struct store *store, const char *lab, const char *kind,
			   struct strbuf *out, struct error *err);

/* ---- spaced repetition ---- */

struct review_card {
	const char *item; /* "CP-B1", "B1.k3", "quiz:<lesson>/<question>" */
	const char *state; /* "new" "learning" "review" "relearning" */
	double stability; /* days */
	double difficulty; /* 1..10 */
	int64_t due;
	int64_t last; /* 0: never */
	int step; /* learning step */
	int repetitions;
	int lapses;
	const char *algorithm; /* "fsrs-6" */
};
struct review_log {
	const char *item;
	int grade; /* 1 again … 4 easy */
	double elapsed_days;
	double stability; /* after */
	double difficulty;
	const char *state; /* before */
	const char *algorithm;
	int64_t when; /* 0: now */
};
/** Writes the card and one log row together (log may be NULL for a new card). */
enum status store_put_card(struct store *store, const struct review_card *card,
			   const struct review_log *log, struct error *err);
enum status store_card(struct store *store, struct arena *arena, const char *item,
		       struct review_card *out, struct error *err);
/** Cards due at or before the time, earliest first; INT64_MAX: all. limit 0: no limit. */
enum status store_cards_due(struct store *store, struct arena *arena, int64_t until, size_t limit,
			    struct review_card **out, size_t *count, struct error *err);
/** item NULL: all. Oldest first. */
enum status store_review_logs(struct store *store, struct arena *arena, const char *item,
			      struct review_log **out, size_t *count, struct error *err);

/* ---- runs and their metric series ---- */

struct run_record {
	int64_t id; /* set by the store */
	const char *name;
	const char *lab; /* "" when free */
	const char *source;
	const char *parameters; /* JSON */
	const char *status; /* "running" "finished" "failed" "stopped" */
	const char *result; /* JSON, "" while running */
	uint64_t seed;
	int64_t started; /* set by the store */
	int64_t ended; /* 0 while running */
};
struct run_point {
	const char *metric;
	int64_t step;
	double value;
};
enum status store_start_run(struct store *store, const struct run_record *run, int64_t *id,
			    struct error *err);
/** Adds points in one transaction; collect a few before calling. */
enum status store_add_points(struct store *store, int64_t run, const struct run_point *points,
			     size_t count, struct error *err);
enum status store_finish_run(struct store *store, int64_t run, const char *status,
			     const char *result, struct error *err);
/** lab NULL: all. Newest first. */
enum status store_runs(struct store *store, struct arena *arena, const char *lab,
		       struct run_record **out, size_t *count, struct error *err);
/** metric NULL: all metrics, by name then step. */
enum status store_points(struct store *store, struct arena *arena, int64_t run, const char *metric,
			 struct run_point **out, size_t *count, struct error *err);
enum status store_delete_run(struct store *store, int64_t run, struct error *err);

/* ---- notes, bookmarks, highlights ---- */

struct note {
	int64_t id; /* set by the store */
	const char *kind; /* "note" "bookmark" "highlight" */
	const char *lesson;
	const char *step;
	int begin, end; /* byte range in the step's Markdown, 0 0 for the whole step */
	const char *quote; /* the text marked */
	const char *text;
	int64_t when; /* set by the store */
};
enum status store_add_note(struct store *store, const struct note *note, int64_t *id,
			   struct error *err);
enum status store_edit_note(struct store *store, int64_t id, const char *text, struct error *err);
enum status store_delete_note(struct store *store, int64_t id, struct error *err);
/** lesson NULL: all. Oldest first. */
enum status store_notes(struct store *store, struct arena *arena, const char *lesson,
			struct note **out, size_t *count, struct error *err);

/* ---- reviewed code ---- */

struct submission {
	int64_t id; /* set by the store */
	const char *name; /* lesson step or path */
	const char *files; /* JSON: path → text */
	const char *findings; /* JSON */
	int64_t when; /* set by the store */
};
enum status store_add_submission(struct store *store, const struct submission *submission,
				 int64_t *id, struct error *err);
/** name NULL: all. Oldest first. */
enum status store_submissions(struct store *store, struct arena *arena, const char *name,
			      struct submission **out, size_t *count, struct error *err);

/* ---- days of activity ---- */

struct activity_day {
	const char *day; /* "2026-03-02", local time */
	int seconds;
	int answers;
	int attempts;
	int steps;
};
/** Adds seconds of use to today. Answers, attempts and steps are counted by the calls that record them. */
enum status store_add_activity(struct store *store, int seconds, struct error *err);
/** The days on or after since ("2026-03-01"; NULL: all), oldest first. */
enum status store_activity(struct store *store, struct arena *arena, const char *since,
			   struct activity_day **out, size_t *count, struct error *err);

/* ---- reset, with undo ---- */

enum reset_scope {
	RESET_CHECKPOINT, /* name: checkpoint id */
	RESET_LAB, /* name: lab id; its work and attempts */
	RESET_LESSON, /* name: lesson id; its steps, position, quiz answers (call for its checkpoints and labs too) */
	RESET_ALL /* everything about the learner but settings and notes */
};
/** Sets the rows aside. *undo is what store_undo takes; kept until undone or replaced after 20 later resets. */
enum status store_reset(struct store *store, enum reset_scope scope, const char *name,
			int64_t *undo, struct error *err);
/** Several scopes as one undoable act. */
struct reset_target {
	enum reset_scope scope;
	const char *name;
};
enum status store_reset_many(struct store *store, const struct reset_target *targets, size_t count,
			     const char *title, int64_t *undo, struct error *err);
/** Puts back what a reset took; rows made since then under the same key win. undo 0: the newest. */
enum status store_undo(struct store *store, int64_t undo, struct error *err);
struct undo_entry {
	int64_t id;
	const char *title;
	int64_t when;
};
enum status store_undo_list(struct store *store, struct arena *arena, struct undo_entry **out,
			    size_t *count, struct error *err);

/* ---- search over lessons ---- */

struct search_document {
	const char *lesson;
	const char *step;
	const char *title;
	const char *text; /* plain text */
};
/** Whether the lesson is indexed with this fingerprint (its files' times). */
bool store_search_current(struct store *store, const char *lesson, const char *fingerprint);
/** Replaces a lesson's documents. */
enum status store_search_put(struct store *store, const char *lesson, const char *fingerprint,
			     const struct search_document *documents, size_t count,
			     struct error *err);
struct search_hit {
	const char *lesson;
	const char *step;
	const char *title;
	const char *excerpt; /* around the first match */
	int begin, end; /* the match in the excerpt, in bytes; 0 0 when it is in the title */
};
/** Words are all required; two-syllable words, parts of words and initials (ㄷㄹㅍㅌ → 드리프트) are found. */
enum status store_search(struct store *store, struct arena *arena, const char *query, size_t limit,
			 struct search_hit **out, size_t *count, struct error *err);

/* ---- a class: bundles of learners imported by an instructor ---- */

struct class_member {
	const char *learner; /* id in the bundle */
	const char *name;
	const char *bundle; /* the JSON of `mundap export --format json` */
	int64_t imported; /* set by the store */
};
/** Replaces an earlier bundle of the same learner. */
enum status store_put_class_member(struct store *store, const struct class_member *member,
				   struct error *err);
enum status store_class_members(struct store *store, struct arena *arena, struct class_member **out,
				size_t *count, struct error *err);
enum status store_delete_class_member(struct store *store, const char *learner, struct error *err);

#endif
