#include "tui/cli/bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "engine/base/clock.h"
#include "engine/base/message.h"
#include "engine/base/utf8.h"

void bundle_time(char out[32], int64_t when)
{
	time_t seconds = (time_t)when;
	struct tm parts;
	gmtime_r(&seconds, &parts);
	strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

const char *bundle_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : "";
}

/* Learners' texts may hold bytes that are no UTF-8, which JSON cannot. */
static json_t *text(const char *raw)
{
	json_t *string = json_string(raw);
	if (!string) {
		char *clean = utf8_normalise(raw, strlen(raw));
		string = clean ? json_string(clean) : NULL;
		free(clean);
	}
	return string;
}

static json_t *time_json(int64_t when)
{
	char out[32];
	bundle_time(out, when);
	return json_string(out);
}

/* A JSON text of the store, as JSON; what cannot be read becomes null. */
static json_t *parsed(const char *raw)
{
	json_t *value = json_loads(raw, JSON_DECODE_ANY, NULL);
	return value ? value : json_null();
}

/* The learner's id is made at random at the first export and kept. */
static enum status learner_id(struct store *store, struct strbuf *out, struct error *err)
{
	enum status status = store_setting(store, "learner.id", out, err);
	if (status != STATUS_NOT_FOUND) {
		return status;
	}
	unsigned char bytes[8];
	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
		return error_set(err, STATUS_IO, "export", "getrandom");
	}
	strbuf_puts(out, "learner-");
	for (size_t i = 0; i < sizeof bytes; i++) {
		strbuf_printf(out, "%02x", bytes[i]);
	}
	return store_set_setting(store, "learner.id", out->text, err);
}

static enum status add_learner(json_t *bundle, struct store *store, struct error *err)
{
	struct strbuf id, name;
	strbuf_init(&id);
	strbuf_init(&name);
	enum status status = learner_id(store, &id, err);
	if (status == STATUS_OK) {
		status = store_setting(store, "learner.name", &name, err);
	}
	if (status == STATUS_NOT_FOUND) {
		const char *user = getenv("USER");
		strbuf_puts(&name, user && *user ? user : id.text);
		status = STATUS_OK;
	}
	json_object_set_new(bundle, "learner",
			    json_pack("{s:o,s:o}", "id", text(id.text), "name", text(name.text)));
	strbuf_release(&id);
	strbuf_release(&name);
	return status;
}

static enum status add_steps(json_t *bundle, struct store *store, struct arena *arena,
			     struct error *err)
{
	static const char *const words[] = {"", "opened", "done", "tested-out"};
	struct step_progress *rows = NULL;
	size_t count = 0;
	json_t *list = json_array();
	enum status status = store_steps(store, arena, NULL, &rows, &count, err);
	for (size_t i = 0; i < count; i++) {
		size_t state = (size_t)rows[i].state < 4 ? (size_t)rows[i].state : 0;
		json_array_append_new(list,
				      json_pack("{s:o,s:o,s:s,s:o}", "lesson", text(rows[i].lesson),
						"step", text(rows[i].step), "state", words[state],
						"at", time_json(rows[i].when)));
	}
	json_object_set_new(bundle, "steps", list);
	return status;
}

static enum status add_answers(json_t *bundle, struct store *store, struct arena *arena,
			       struct error *err)
{
	struct answer_record *rows = NULL;
	size_t count = 0;
	json_t *list = json_array();
	enum status status = store_answers(store, arena, NULL, &rows, &count, err);
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(
			list, json_pack("{s:o,s:i,s:o,s:o,s:o,s:f,s:o,s:o,s:o}", "checkpoint",
					text(rows[i].checkpoint), "turn", rows[i].turn, "question",
					text(rows[i].question), "answer", text(rows[i].answer),
					"verdict", text(rows[i].verdict), "score", rows[i].score,
					"detail", parsed(rows[i].detail), "reply",
					text(rows[i].reply), "at", time_json(rows[i].when)));
	}
	json_object_set_new(bundle, "answers", list);
	return status;
}

static enum status add_checkpoints(json_t *bundle, struct store *store, struct arena *arena,
				   struct error *err)
{
	struct dialogue_record *rows = NULL;
	size_t count = 0;
	json_t *list = json_array();
	enum status status = store_dialogues(store, arena, &rows, &count, err);
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(list, json_pack("{s:o,s:b,s:o}", "checkpoint",
						      text(rows[i].checkpoint), "passed",
						      (int)rows[i].passed, "at",
						      time_json(rows[i].when)));
	}
	json_object_set_new(bundle, "checkpoints", list);
	return status;
}

static enum status add_quizzes(json_t *bundle, struct store *store, struct arena *arena,
			       struct error *err)
{
	struct quiz_record *rows = NULL;
	size_t count = 0;
	json_t *list = json_array();
	enum status status = store_quiz_answers(store, arena, NULL, &rows, &count, err);
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(
			list, json_pack("{s:o,s:o,s:o,s:o,s:f,s:o}", "lesson", text(rows[i].lesson),
					"step", text(rows[i].step), "question",
					text(rows[i].question), "answer", text(rows[i].answer),
					"score", rows[i].score, "at", time_json(rows[i].when)));
	}
	json_object_set_new(bundle, "quizzes", list);
	return status;
}

static enum status add_labs(json_t *bundle, struct store *store, struct arena *arena,
			    struct error *err)
{
	struct lab_attempt *rows = NULL;
	size_t count = 0;
	json_t *list = json_array();
	enum status status = store_lab_attempts(store, arena, NULL, &rows, &count, err);
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(
			list,
			json_pack("{s:o,s:b,s:f,s:I,s:o,s:o,s:o,s:o}", "lab", text(rows[i].lab),
				  "passed", (int)rows[i].passed, "seconds", rows[i].seconds, "seed",
				  (json_int_t)rows[i].seed, "source", text(rows[i].source), "tests",
				  parsed(rows[i].tests), "metrics", parsed(rows[i].metrics), "at",
				  time_json(rows[i].when)));
	}
	json_object_set_new(bundle, "labs", list);
	return status;
}

static enum status add_reviews(json_t *bundle, struct store *store, struct arena *arena,
			       struct error *err)
{
	struct review_log *rows = NULL;
	size_t count = 0;
	json_t *list = json_array();
	enum status status = store_review_logs(store, arena, NULL, &rows, &count, err);
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(
			list,
			json_pack("{s:o,s:i,s:f,s:f,s:f,s:o,s:o,s:o}", "item", text(rows[i].item),
				  "grade", rows[i].grade, "elapsed_days", rows[i].elapsed_days,
				  "stability", rows[i].stability, "difficulty", rows[i].difficulty,
				  "state", text(rows[i].state), "algorithm",
				  text(rows[i].algorithm), "at", time_json(rows[i].when)));
	}
	json_object_set_new(bundle, "reviews", list);
	return status;
}

static enum status add_notes(json_t *bundle, struct store *store, struct arena *arena,
			     struct error *err)
{
	struct note *rows = NULL;
	size_t count = 0;
	json_t *list = json_array();
	enum status status = store_notes(store, arena, NULL, &rows, &count, err);
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(
			list, json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "kind", text(rows[i].kind),
					"lesson", text(rows[i].lesson), "step", text(rows[i].step),
					"quote", text(rows[i].quote), "text", text(rows[i].text),
					"at", time_json(rows[i].when)));
	}
	json_object_set_new(bundle, "notes", list);
	return status;
}

static enum status add_activity(json_t *bundle, struct store *store, struct arena *arena,
				struct error *err)
{
	struct activity_day *rows = NULL;
	size_t count = 0;
	json_t *list = json_array();
	enum status status = store_activity(store, arena, NULL, &rows, &count, err);
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(list, json_pack("{s:s,s:i,s:i,s:i,s:i}", "day", rows[i].day,
						      "seconds", rows[i].seconds, "answers",
						      rows[i].answers, "attempts", rows[i].attempts,
						      "steps", rows[i].steps));
	}
	json_object_set_new(bundle, "activity", list);
	return status;
}

/* How many steps of a lesson are done. */
static int steps_done(const json_t *bundle, const char *lesson)
{
	size_t i;
	json_t *row;
	int done = 0;
	json_array_foreach(json_object_get(bundle, "steps"), i, row)
	{
		done += strcmp(bundle_text(row, "lesson"), lesson) == 0 &&
			strcmp(bundle_text(row, "state"), "opened") != 0;
	}
	return done;
}

/* The lessons as they are now, so that whoever reads the bundle needs none of the lesson files. */
static void add_lessons(json_t *bundle, const struct catalog *catalog)
{
	size_t count = 0;
	json_t *list = json_array();
	const struct course *courses = catalog ? catalog_courses(catalog, &count) : NULL;
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < courses[i].lesson_count; k++) {
			const struct lesson_entry *entry = courses[i].lessons[k];
			const char *unit = entry->spec.count ? entry->spec.items[0] : "";
			json_array_append_new(
				list, json_pack("{s:s,s:s,s:s,s:s,s:i,s:i}", "id", entry->id,
						"course", entry->course, "unit", unit, "title",
						entry->title, "steps", (int)entry->step_count,
						"done", steps_done(bundle, entry->id)));
		}
	}
	json_object_set_new(bundle, "lessons", list);
}

json_t *bundle_make(struct store *store, struct catalog *catalog, struct error *err)
{
	static enum status (*const parts[])(json_t *, struct store *, struct arena *,
					    struct error *) = {
		add_steps, add_answers, add_checkpoints, add_quizzes,
		add_labs,  add_reviews, add_notes,       add_activity};
	struct arena arena;
	json_t *bundle = json_pack("{s:i,s:s,s:o}", "mundap_bundle", BUNDLE_VERSION, "program",
				   MUNDAP_VERSION, "exported", time_json(clock_unix()));
	arena_init(&arena);
	enum status status = bundle ? add_learner(bundle, store, err)
				    : error_set(err, STATUS_NOMEM, "export", "out of memory");
	for (size_t i = 0; i < sizeof parts / sizeof *parts && status == STATUS_OK; i++) {
		status = parts[i](bundle, store, &arena, err);
	}
	if (status == STATUS_OK) {
		add_lessons(bundle, catalog);
	}
	arena_release(&arena);
	if (status != STATUS_OK) {
		json_decref(bundle);
		return NULL;
	}
	return bundle;
}

bool bundle_valid(const json_t *bundle, struct error *err)
{
	static const char *const lists[] = {"steps", "answers", "checkpoints", "quizzes",
					    "labs",  "lessons", "activity"};
	json_int_t version = json_integer_value(json_object_get(bundle, "mundap_bundle"));
	if (version > BUNDLE_VERSION) {
		error_set(err, STATUS_NEWER, "bundle", message(MSG_CLI_BUNDLE_NEWER), (int)version);
		return false;
	}
	const json_t *learner = json_object_get(bundle, "learner");
	const char *id = bundle_text(learner, "id");
	bool valid = version == BUNDLE_VERSION && *id && strlen(id) <= 200 &&
		     strlen(bundle_text(learner, "name")) <= 1000;
	for (size_t i = 0; i < sizeof lists / sizeof *lists && valid; i++) {
		size_t k;
		json_t *row;
		json_t *list = json_object_get(bundle, lists[i]);
		valid = json_is_array(list);
		json_array_foreach(list, k, row)
		{
			valid = valid && json_is_object(row);
		}
	}
	if (!valid) {
		error_set(err, STATUS_PARSE, "bundle", "%s", message(MSG_CLI_BUNDLE_BROKEN));
	}
	return valid;
}
