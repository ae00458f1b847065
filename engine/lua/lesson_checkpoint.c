#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "engine/base/utf8.h"
#include "engine/lua/lesson_fields.h"

/* checkpoint.lua: the question, what a good answer covers, and sample answers that test the grader. */

static const char *const checkpoint_names[] = {
	"id",           "unit",           "course", "title", "file",    "question", "variants",
	"expectations", "misconceptions", "after",  "next",  "answers", NULL};
static const char *const expectation_names[] = {"id",  "name",  "statement", "terms", "patterns",
						"ask", "hints", "praise",    NULL};
static const char *const misconception_names[] = {"id",      "belief",     "terms",  "patterns",
						  "counter", "experiment", "closed", NULL};
static const char *const sample_names[] = {"text", "verdict", "concepts", "misconceptions", NULL};

/* "B1.k3" for unit "B1" and letter 'k'. */
static bool well_named(const char *id, const char *unit, char letter)
{
	size_t length = strlen(unit);
	if (strncasecmp(id, unit, length) != 0) {
		return false;
	}
	const char *at = id + length;
	if (*at == '.' && isdigit((unsigned char)at[1])) { /* B1.2.k1: of the checkpoint CP-B1.2 */
		at += 1 + strspn(at + 1, "0123456789");
	}
	return at[0] == '.' && at[1] == letter && isdigit((unsigned char)at[2]) &&
	       at[2 + strspn(at + 2, "0123456789")] == '\0';
}

static void check_id(struct lesson_reader *reader, const struct place *place, const char *what,
		     const char *id, const char *unit, char letter)
{
	char kind[2] = {letter, '\0'};
	if (*id && !well_named(id, unit, letter)) {
		lesson_problem(reader, place->line, message(MSG_LESSON_CONCEPT_ID), id, what, unit,
			       kind);
	}
}

static void check_signs(struct lesson_reader *reader, const struct place *place,
			const struct string_list *terms, const struct string_list *patterns)
{
	if (terms->count == 0 && patterns->count == 0) {
		lesson_problem(reader, place->line, message(MSG_LESSON_NO_SIGNS), place->name);
	}
}

/* The name of a concept may appear in the last hint only (the ladder's L3). */
static void check_hints(struct lesson_reader *reader, const struct place *place,
			const struct expectation *expectation)
{
	size_t count = expectation->hints.count;
	if (count != 3) {
		lesson_problem(reader, lesson_field_line(reader, place, "hints"),
			       message(MSG_LESSON_HINT_COUNT), place->name, count);
	}
	bool telling = utf8_length(expectation->name, strlen(expectation->name)) >= 2;
	if (telling && strstr(expectation->ask, expectation->name)) {
		lesson_problem(reader, lesson_field_line(reader, place, "ask"),
			       message(MSG_LESSON_HINT_NAMES), place->name, "ask",
			       expectation->name);
	}
	for (size_t i = 0; i < count; i++) {
		if (telling && i < 2 && strstr(expectation->hints.items[i], expectation->name)) {
			lesson_problem(reader, lesson_field_line(reader, place, "hints"),
				       message(MSG_LESSON_HINT_NAMES), place->name,
				       i == 0 ? "L1" : "L2", expectation->name);
		}
		for (size_t j = 0; j < i && i < 8; j++) {
			if (strcmp(expectation->hints.items[i], expectation->hints.items[j]) == 0) {
				lesson_problem(reader, lesson_field_line(reader, place, "hints"),
					       message(MSG_LESSON_HINT_SAME), place->name);
			}
		}
	}
}

/* The place of the table on top of the stack, named after its id and found by it in the file. */
static struct place item_place(struct lesson_reader *reader, const struct place *above,
			       enum message what, const char *field, size_t i)
{
	struct place place = {lua_gettop(reader->lua), above->line, NULL};
	lua_pushstring(reader->lua, field);
	lua_rawget(reader->lua, place.table);
	const char *id =
		lua_type(reader->lua, -1) == LUA_TSTRING ? lua_tostring(reader->lua, -1) : NULL;
	if (id) {
		place.line = lesson_quoted_line(reader, above->line, id);
	}
	if (id && strcmp(field, "id") == 0) {
		place.name = lesson_printf(reader, message(what), id);
	} else {
		place.name =
			lesson_printf(reader, message(what), lesson_printf(reader, "%zu", i + 1));
	}
	lua_pop(reader->lua, 1);
	return place;
}

static void read_expectations(struct lesson_reader *reader, const struct place *above,
			      struct checkpoint *checkpoint)
{
	int list = 0;
	size_t count = lesson_list(reader, above, "expectations", REQUIRED, &list);
	struct expectation *items = lesson_array(reader, count, sizeof *items);
	for (size_t i = 0; i < count; i++) {
		if (!lesson_item(reader, above, "expectations", list, i)) {
			continue;
		}
		struct place place =
			item_place(reader, above, MSG_LESSON_WHAT_EXPECTATION, "id", i);
		struct expectation *item = &items[checkpoint->expectation_count++];
		lesson_check_names(reader, &place, expectation_names);
		item->id = lesson_string(reader, &place, "id", REQUIRED);
		item->name = lesson_string(reader, &place, "name", REQUIRED);
		item->statement = lesson_string(reader, &place, "statement", REQUIRED);
		item->terms = lesson_strings(reader, &place, "terms", OPTIONAL);
		item->patterns = lesson_strings(reader, &place, "patterns", OPTIONAL);
		item->ask = lesson_string(reader, &place, "ask", REQUIRED);
		item->hints = lesson_strings(reader, &place, "hints", REQUIRED);
		item->praise = lesson_string(reader, &place, "praise", OPTIONAL);
		check_id(reader, &place, "expectation", item->id, checkpoint->unit, 'k');
		check_signs(reader, &place, &item->terms, &item->patterns);
		check_hints(reader, &place, item);
		lua_pop(reader->lua, 1);
	}
	checkpoint->expectations = items;
	lua_pop(reader->lua, list ? 1 : 0);
}

static void read_misconceptions(struct lesson_reader *reader, const struct place *above,
				struct checkpoint *checkpoint)
{
	int list = 0;
	size_t count = lesson_list(reader, above, "misconceptions", OPTIONAL, &list);
	struct misconception *items = lesson_array(reader, count, sizeof *items);
	for (size_t i = 0; i < count; i++) {
		if (!lesson_item(reader, above, "misconceptions", list, i)) {
			continue;
		}
		struct place place =
			item_place(reader, above, MSG_LESSON_WHAT_MISCONCEPTION, "id", i);
		struct misconception *item = &items[checkpoint->misconception_count++];
		lesson_check_names(reader, &place, misconception_names);
		item->id = lesson_string(reader, &place, "id", REQUIRED);
		item->belief = lesson_string(reader, &place, "belief", REQUIRED);
		item->terms = lesson_strings(reader, &place, "terms", OPTIONAL);
		item->patterns = lesson_strings(reader, &place, "patterns", OPTIONAL);
		item->counter = lesson_string(reader, &place, "counter", REQUIRED);
		item->experiment = lesson_string(reader, &place, "experiment", OPTIONAL);
		item->closed = lesson_string(reader, &place, "closed", OPTIONAL);
		check_id(reader, &place, "misconception", item->id, checkpoint->unit, 'm');
		lua_pop(reader->lua, 1);
	}
	checkpoint->misconceptions = items;
	lua_pop(reader->lua, list ? 1 : 0);
}

static bool verdict_of(const char *word, enum verdict *verdict)
{
	for (int i = VERDICT_PASS; i <= VERDICT_REDIRECT; i++) {
		if (strcmp(word, verdict_name((enum verdict)i)) == 0) {
			*verdict = (enum verdict)i;
			return true;
		}
	}
	return false;
}

/* Whether name ("k1" or "B1.k1") is the id, or its part after the last point. */
static bool names_id(const char *id, const char *name)
{
	const char *last = strrchr(id, '.');
	return strcasecmp(id, name) == 0 || (last && strcasecmp(last + 1, name) == 0);
}

static void check_sample(struct lesson_reader *reader, const struct checkpoint *checkpoint,
			 const struct sample_answer *sample, size_t number)
{
	for (size_t i = 0; i < sample->concepts.count; i++) {
		bool found = false;
		for (size_t k = 0; k < checkpoint->expectation_count; k++) {
			found |=
				names_id(checkpoint->expectations[k].id, sample->concepts.items[i]);
		}
		if (!found) {
			lesson_problem(reader, sample->line, message(MSG_LESSON_SAMPLE_CONCEPT),
				       number, sample->concepts.items[i]);
		}
	}
	for (size_t i = 0; i < sample->misconceptions.count; i++) {
		bool found = false;
		for (size_t m = 0; m < checkpoint->misconception_count; m++) {
			found |= names_id(checkpoint->misconceptions[m].id,
					  sample->misconceptions.items[i]);
		}
		if (!found) {
			lesson_problem(reader, sample->line, message(MSG_LESSON_SAMPLE_CONCEPT),
				       number, sample->misconceptions.items[i]);
		}
	}
}

static void read_samples(struct lesson_reader *reader, const struct place *above,
			 struct checkpoint *checkpoint)
{
	int list = 0;
	size_t count = lesson_list(reader, above, "answers", OPTIONAL, &list);
	struct sample_answer *items = lesson_array(reader, count, sizeof *items);
	for (size_t i = 0; i < count; i++) {
		if (!lesson_item(reader, above, "answers", list, i)) {
			continue;
		}
		struct place place = item_place(reader, above, MSG_LESSON_WHAT_ANSWER, "text", i);
		struct sample_answer *item = &items[checkpoint->sample_count++];
		lesson_check_names(reader, &place, sample_names);
		item->line = place.line;
		item->text = lesson_string(reader, &place, "text", OPTIONAL);
		item->concepts = lesson_strings(reader, &place, "concepts", OPTIONAL);
		item->misconceptions = lesson_strings(reader, &place, "misconceptions", OPTIONAL);
		const char *verdict = lesson_string(reader, &place, "verdict", REQUIRED);
		if (*verdict && !verdict_of(verdict, &item->verdict)) {
			lesson_problem(reader, place.line, message(MSG_LESSON_SAMPLE_VERDICT),
				       i + 1, verdict);
		}
		check_sample(reader, checkpoint, item, i + 1);
		lua_pop(reader->lua, 1);
	}
	checkpoint->samples = items;
	lua_pop(reader->lua, list ? 1 : 0);
	if (checkpoint->sample_count < 3) {
		lesson_problem(reader, lesson_field_line(reader, above, "answers"),
			       message(MSG_LESSON_SAMPLE_COUNT), checkpoint->sample_count);
	}
}

const struct checkpoint *lesson_read_checkpoint(struct lesson_reader *reader,
						const struct place *place)
{
	struct checkpoint *checkpoint = lesson_array(reader, 1, sizeof *checkpoint);
	if (!reader->light) {
		lesson_check_names(reader, place, checkpoint_names);
	}
	checkpoint->path = reader->file;
	checkpoint->id = lesson_string(reader, place, "id", REQUIRED);
	if (*checkpoint->id && strncasecmp(checkpoint->id, "CP-", 3) != 0) {
		lesson_problem(reader, lesson_field_line(reader, place, "id"),
			       message(MSG_LESSON_CHECKPOINT_ID), checkpoint->id);
	}
	checkpoint->unit = lesson_string(reader, place, "unit", OPTIONAL);
	if (!*checkpoint->unit && strlen(checkpoint->id) > 3) {
		checkpoint->unit = checkpoint->id + 3;
	}
	checkpoint->course = lesson_string(reader, place, "course", OPTIONAL);
	if (!*checkpoint->course) {
		checkpoint->course = reader->course;
	}
	checkpoint->title = lesson_string(reader, place, "title", OPTIONAL);
	checkpoint->question = lesson_string(reader, place, "question", REQUIRED);
	if (!*checkpoint->title) {
		checkpoint->title = checkpoint->id;
	}
	if (reader->light) {
		checkpoint->after = checkpoint->next = "";
		return checkpoint;
	}
	checkpoint->variants = lesson_strings(reader, place, "variants", OPTIONAL);
	read_expectations(reader, place, checkpoint);
	read_misconceptions(reader, place, checkpoint);
	checkpoint->after = lesson_markdown(reader, place, "after", OPTIONAL);
	checkpoint->next = lesson_string(reader, place, "next", OPTIONAL);
	read_samples(reader, place, checkpoint);
	return checkpoint;
}
