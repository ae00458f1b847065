#include "tui/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "engine/base/utf8.h"
#include "engine/tutor/fsrs.h"

static struct utterance *say(struct talk *talk, bool learner, const char *text)
{
	if (!text || !*text) {
		return NULL;
	}
	if (talk->said_count == talk->said_room) {
		int room = talk->said_room ? talk->said_room * 2 : 16;
		struct utterance *said = realloc(talk->said, (size_t)room * sizeof *said);
		if (!said) {
			return NULL;
		}
		talk->said = said;
		talk->said_room = room;
	}
	struct utterance *one = &talk->said[talk->said_count];
	memset(one, 0, sizeof *one);
	one->learner = learner;
	one->text = utf8_normalise(text, strlen(text));
	if (!one->text) {
		return NULL;
	}
	talk->said_count++;
	return one;
}

static void add_evidence(struct talk *talk, struct utterance *one, size_t concept, size_t start,
			 size_t length)
{
	if (!one || one->evidence_count == MAX_EVIDENCE || !length ||
	    concept >= talk->checkpoint->expectation_count || start + length > strlen(one->text)) {
		return;
	}
	struct evidence *evidence = &one->evidence[one->evidence_count++];
	evidence->start = start;
	evidence->length = length;
	snprintf(evidence->label, sizeof evidence->label, "(%zu) %s", concept + 1,
		 talk->checkpoint->expectations[concept].name);
	utf8_trim_partial(evidence->label);
}

/* What was found in an answer, as it is kept with it. */
static json_t *detail_of(const struct talk *talk, const struct grade *grade)
{
	const struct checkpoint *checkpoint = talk->checkpoint;
	json_t *expectations = json_array(), *misconceptions = json_array(), *flags = json_array();
	for (int i = 0; i < grade->concept_count; i++) {
		const struct grade_concept *concept = &grade->concepts[i];
		json_array_append_new(expectations,
				      json_pack("{s:s, s:b, s:f, s:i, s:i}", "id",
						checkpoint->expectations[i].id, "met", concept->met,
						"score", concept->score, "start",
						(int)concept->evidence.start, "length",
						(int)concept->evidence.length));
	}
	for (int i = 0; i < grade->misconception_count; i++) {
		if (grade->misconceptions[i].held) {
			json_array_append_new(misconceptions,
					      json_string(checkpoint->misconceptions[i].id));
		}
	}
	for (unsigned bit = 1; bit <= ANSWER_TRUNCATED; bit <<= 1) {
		if (grade->flags & bit) {
			json_array_append_new(flags,
					      json_string(answer_flag_name((enum answer_flag)bit)));
		}
	}
	return json_pack("{s:o, s:o, s:o}", "expectations", expectations, "misconceptions",
			 misconceptions, "flags", flags);
}

static void recall_evidence(struct talk *talk, struct utterance *one, const char *detail)
{
	json_t *json = json_loads(detail, 0, NULL);
	const json_t *rows = json_object_get(json, "expectations");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		const char *id = json_string_value(json_object_get(row, "id"));
		json_int_t start = json_integer_value(json_object_get(row, "start"));
		json_int_t length = json_integer_value(json_object_get(row, "length"));
		for (size_t k = 0; id && k < talk->checkpoint->expectation_count; k++) {
			if (!strcmp(talk->checkpoint->expectations[k].id, id) && start >= 0 &&
			    json_is_true(json_object_get(row, "met"))) {
				add_evidence(talk, one, k, (size_t)start,
					     length > 0 ? (size_t)length : 0);
			}
		}
	}
	json_decref(json);
}

static void recall(struct talk *talk, struct arena *arena)
{
	struct answer_record *answers;
	size_t count;
	if (store_answers(talk->store, arena, talk->checkpoint->id, &answers, &count, NULL)) {
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(answers[i].question, answers[i - 1].reply)) {
			say(talk, false, answers[i].question);
		}
		struct utterance *one = say(talk, true, answers[i].answer);
		if (one) {
			recall_evidence(talk, one, answers[i].detail);
		}
		say(talk, false, answers[i].reply);
		talk->turn = answers[i].turn + 1;
	}
}

/* What the teacher knows besides the checkpoint: the lesson's prose and what comes before it. */
static void set_surroundings(struct talk *talk, struct catalog *catalog)
{
	const struct lesson_entry *entry = catalog_find(catalog, talk->checkpoint->id);
	const struct lesson *lesson;
	if (!entry) {
		return;
	}
	if (entry->ready && !catalog_open(catalog, entry, &lesson, NULL)) {
		for (size_t i = 0; i < lesson->step_count; i++) {
			if (lesson->steps[i].kind == STEP_TEXT) {
				strbuf_printf(&talk->prose, "%s\n", lesson->steps[i].text);
			}
		}
	}
	if (talk->prose.length) {
		dialogue_set_context(talk->dialogue, talk->prose.text, 0);
	}
	const struct lesson_entry *before =
		entry->prerequisites.count ? catalog_find(catalog, entry->prerequisites.items[0])
					   : NULL;
	if (before) {
		dialogue_set_prerequisite(talk->dialogue, before->id, before->title);
	}
}

enum status talk_open(struct talk *talk, struct store *store, struct catalog *catalog,
		      const struct grader *grader, const struct checkpoint *checkpoint,
		      bool revisit, struct error *err)
{
	memset(talk, 0, sizeof *talk);
	strbuf_init(&talk->prose);
	talk->store = store;
	talk->checkpoint = checkpoint;
	talk->revisit = revisit;
	struct arena arena;
	arena_init(&arena);
	struct dialogue_record record = {0};
	bool known =
		store && !revisit && !store_dialogue(store, &arena, checkpoint->id, &record, NULL);
	enum status status = dialogue_open(&talk->dialogue, grader, checkpoint,
					   known ? record.state : NULL, err);
	if (status == STATUS_OK) {
		set_surroundings(talk, catalog);
		if (known) {
			recall(talk, &arena);
		}
		status = dialogue_greet(talk->dialogue, &talk->last, err);
	}
	if (status == STATUS_OK) {
		say(talk, false, talk->last.reply);
	}
	arena_release(&arena);
	return status;
}

void talk_close(struct talk *talk)
{
	for (int i = 0; i < talk->said_count; i++) {
		free(talk->said[i].text);
	}
	free(talk->said);
	dialogue_free(talk->dialogue);
	strbuf_release(&talk->prose);
	memset(talk, 0, sizeof *talk);
}

static enum status keep_state(struct talk *talk, struct error *err)
{
	if (!talk->store) {
		return STATUS_OK;
	}
	char *state = dialogue_save(talk->dialogue);
	if (!state) {
		return error_set(err, STATUS_NOMEM, "dialogue", "out of memory");
	}
	struct dialogue_record record = {.checkpoint = talk->checkpoint->id,
					 .state = state,
					 .passed = dialogue_passed(talk->dialogue)};
	enum status status = store_set_dialogue(talk->store, &record, err);
	free(state);
	return status;
}

static enum status record(struct talk *talk, const char *question, const char *answer,
			  const struct turn *turn, struct error *err)
{
	char *detail = NULL;
	if (!talk->store) {
		return STATUS_OK;
	}
	if (turn->grade) {
		json_t *json = detail_of(talk, turn->grade);
		detail = json_dumps(json, JSON_COMPACT);
		json_decref(json);
	}
	struct answer_record row = {.checkpoint = talk->checkpoint->id,
				    .turn = talk->turn,
				    .question = question,
				    .answer = answer,
				    .verdict = turn->grade ? verdict_name(turn->grade->verdict)
							   : "redirect",
				    .score = turn->grade ? turn->grade->score : 0,
				    .detail = detail ? detail : "{}",
				    .reply = turn->reply};
	enum status status = store_begin(talk->store, err);
	if (status == STATUS_OK) {
		status = store_add_answer(talk->store, &row, err);
		if (status == STATUS_OK) {
			status = keep_state(talk, err);
		}
		if (status == STATUS_OK) {
			status = store_commit(talk->store, err);
		} else {
			store_rollback(talk->store);
		}
	}
	free(detail);
	return status;
}

static const char *last_question(const struct talk *talk)
{
	for (int i = talk->said_count - 1; i >= 0; i--) {
		if (!talk->said[i].learner) {
			return talk->said[i].text;
		}
	}
	return dialogue_question(talk->dialogue);
}

/* A first pass makes a card; a revisit grades it. Hints and second attempts count as hard. */
static enum status schedule(struct talk *talk, const struct turn *turn, struct error *err)
{
	if (talk->graded || !(turn->just_passed || (talk->revisit && turn->grade))) {
		return STATUS_OK;
	}
	int grade = talk->hints ? FSRS_HARD : FSRS_GOOD;
	if (talk->revisit) {
		enum verdict verdict = turn->grade->verdict;
		grade = verdict == VERDICT_PASS      ? grade
			: verdict == VERDICT_PARTIAL ? FSRS_HARD
			: verdict == VERDICT_FAIL    ? FSRS_AGAIN
						     : 0;
	}
	if (!grade) {
		return STATUS_OK;
	}
	talk->graded = true;
	return schedule_item(talk->store, talk->checkpoint->id, grade, err);
}

enum status talk_answer(struct talk *talk, const char *text, struct error *err)
{
	struct turn turn;
	char *question = strdup(last_question(talk));
	char *answer = utf8_normalise(text, strlen(text));
	enum status status = STATUS_NOMEM;
	if (!question || !answer) {
		error_set(err, STATUS_NOMEM, "dialogue", "out of memory");
		goto out;
	}
	status = dialogue_answer(talk->dialogue, answer, strlen(answer), &turn, err);
	if (status != STATUS_OK) {
		goto out;
	}
	struct utterance *one = say(talk, true, answer);
	for (int i = 0; turn.grade && i < turn.grade->concept_count; i++) {
		const struct grade_concept *concept = &turn.grade->concepts[i];
		if (concept->met) {
			add_evidence(talk, one, (size_t)i, concept->evidence.start,
				     concept->evidence.length);
		}
	}
	status = record(talk, question, answer, &turn, err);
	if (status == STATUS_OK) {
		status = schedule(talk, &turn, err);
	}
	say(talk, false, turn.reply);
	talk->turn++;
	talk->last = turn;
out:
	free(question);
	free(answer);
	return status;
}

enum status talk_hint(struct talk *talk, struct error *err)
{
	struct turn turn;
	enum status status = dialogue_hint(talk->dialogue, &turn, err);
	if (status != STATUS_OK) {
		return status;
	}
	talk->hints++;
	say(talk, false, turn.reply);
	talk->last = turn;
	return keep_state(talk, err);
}

int talk_covered(const struct talk *talk)
{
	int count = 0;
	for (size_t i = 0; i < talk->checkpoint->expectation_count; i++) {
		count += dialogue_covered(talk->dialogue, (int)i) != 0;
	}
	return count;
}
