#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "engine/base/spelling.h"
#include "engine/lua/lesson_fields.h"

/* quiz { questions = { … } }: eight kinds of questions. */

static const char *const kind_names[] = {
	[QUESTION_CHOICE] = "choice",   [QUESTION_MULTIPLE] = "multiple",
	[QUESTION_ORDER] = "order",     [QUESTION_MATCH] = "match",
	[QUESTION_NUMERIC] = "numeric", [QUESTION_SHORT] = "short",
	[QUESTION_PREDICT] = "predict", [QUESTION_FILL] = "fill",
};
static const size_t kind_count = sizeof kind_names / sizeof *kind_names;

static const char *const question_names[] = {"id",      "kind",   "ask",       "code",
					     "choices", "answer", "tolerance", "unit",
					     "accept",  "pairs",  "explain",   NULL};

const char *question_kind_name(enum question_kind kind)
{
	return kind_names[kind];
}

static void read_kind(struct lesson_reader *reader, const struct place *place,
		      struct question *question)
{
	const char *word = lesson_string(reader, place, "kind", REQUIRED);
	for (size_t i = 0; i < kind_count; i++) {
		if (strcmp(word, kind_names[i]) == 0) {
			question->kind = (enum question_kind)i;
			return;
		}
	}
	if (*word) {
		const char *near = spelling_nearest(word, kind_names, kind_count);
		lesson_problem(reader, lesson_field_line(reader, place, "kind"),
			       message(MSG_LESSON_QUESTION_KIND), place->name, word,
			       near ? near : "choice");
	}
}

static void check_choices(struct lesson_reader *reader, const struct place *place,
			  const struct question *question)
{
	int line = lesson_field_line(reader, place, "choices");
	if (question->choices.count < 2) {
		lesson_problem(reader, line, message(MSG_LESSON_CHOICE_COUNT), place->name);
	}
	size_t count = question->choices.count < 32 ? question->choices.count : 32;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (strcmp(question->choices.items[i], question->choices.items[j]) == 0) {
				lesson_problem(reader, line, message(MSG_LESSON_CHOICE_SAME),
					       place->name, question->choices.items[i]);
			}
		}
	}
}

/* answer = 2 or answer = { 1, 3 }: numbers of choices. */
static void read_indices(struct lesson_reader *reader, const struct place *place,
			 struct question *question)
{
	lua_State *lua = reader->lua;
	lua_pushliteral(lua, "answer");
	int type = lua_rawget(lua, place->table);
	size_t count = type == LUA_TNUMBER ? 1 : type == LUA_TTABLE ? lua_rawlen(lua, -1) : 0;
	if (count > question->choices.count) {
		count = 0;
	}
	int *answers = lesson_array(reader, count, sizeof *answers);
	bool right = count > 0 && (count == 1 || question->kind == QUESTION_MULTIPLE);
	for (size_t i = 0; i < count; i++) {
		int whole = 0;
		if (type == LUA_TTABLE) {
			lua_rawgeti(lua, -1, (lua_Integer)i + 1);
		} else {
			lua_pushvalue(lua, -1);
		}
		lua_Integer number = lua_tointegerx(lua, -1, &whole);
		lua_pop(lua, 1);
		if (whole && number >= 1 && (size_t)number <= question->choices.count) {
			answers[i] = (int)number - 1;
		} else {
			right = false;
		}
	}
	lua_pop(lua, 1);
	if (!right && question->choices.count > 0) {
		lesson_problem(reader, lesson_field_line(reader, place, "answer"),
			       message(MSG_LESSON_ANSWER_INDEX), place->name,
			       question->choices.count);
	}
	question->answers = answers;
	question->answer_count = count;
}

/* pairs = { { "left", "right" }, … } */
static void read_pairs(struct lesson_reader *reader, const struct place *place,
		       struct question *question)
{
	lua_State *lua = reader->lua;
	int list = 0;
	size_t count = lesson_list(reader, place, "pairs", REQUIRED, &list);
	const char **left = lesson_array(reader, count, sizeof *left);
	const char **right = lesson_array(reader, count, sizeof *right);
	size_t good = 0;
	for (size_t i = 0; i < count; i++) {
		if (!lesson_item(reader, place, "pairs", list, i)) {
			continue;
		}
		int pair = lua_gettop(lua);
		bool texts = lua_rawlen(lua, pair) == 2 &&
			     lua_rawgeti(lua, pair, 1) == LUA_TSTRING &&
			     lua_rawgeti(lua, pair, 2) == LUA_TSTRING;
		if (texts) {
			size_t length = 0;
			const char *raw = lua_tolstring(lua, -2, &length);
			left[good] = lesson_text(reader, raw, length);
			raw = lua_tolstring(lua, -1, &length);
			right[good++] = lesson_text(reader, raw, length);
		}
		lua_settop(lua, pair - 1);
	}
	lua_pop(lua, list ? 1 : 0);
	if (good < 2 || good != count) {
		lesson_problem(reader, lesson_field_line(reader, place, "pairs"),
			       message(MSG_LESSON_PAIRS), place->name);
	}
	question->left = (struct string_list){left, good};
	question->right = (struct string_list){right, good};
}

/* accept = { … }, or answer = "…" for the one right answer. */
static void read_accept(struct lesson_reader *reader, const struct place *place,
			struct question *question)
{
	question->accept = lesson_strings(reader, place, "accept", OPTIONAL);
	if (question->accept.count == 0) {
		question->accept = lesson_strings(reader, place, "answer", OPTIONAL);
	}
	if (question->accept.count == 0) {
		lesson_problem(reader, place->line, message(MSG_LESSON_ACCEPT), place->name);
	}
}

static void read_number(struct lesson_reader *reader, const struct place *place,
			struct question *question)
{
	question->number = lesson_number(reader, place, "answer", NAN, -1e300, 1e300);
	if (isnan(question->number)) {
		lesson_problem(reader, lesson_field_line(reader, place, "answer"),
			       message(MSG_LESSON_ANSWER_NUMBER), place->name);
		question->number = 0;
	}
	/* Without a tolerance, what is lost in writing a number down. */
	double slack = 1e-9 * (fabs(question->number) + 1);
	question->tolerance = lesson_number(reader, place, "tolerance", slack, 0, 1e300);
}

static void read_question(struct lesson_reader *reader, const struct place *place,
			  struct question *question)
{
	lesson_check_names(reader, place, question_names);
	question->id = lesson_string(reader, place, "id", REQUIRED);
	question->ask = lesson_string(reader, place, "ask", REQUIRED);
	question->code = lesson_string(reader, place, "code", OPTIONAL);
	question->unit = lesson_string(reader, place, "unit", OPTIONAL);
	question->explain = lesson_string(reader, place, "explain", REQUIRED);
	question->choices = lesson_strings(reader, place, "choices", OPTIONAL);
	read_kind(reader, place, question);
	switch (question->kind) {
	case QUESTION_CHOICE:
	case QUESTION_MULTIPLE:
		check_choices(reader, place, question);
		read_indices(reader, place, question);
		break;
	case QUESTION_ORDER:
		check_choices(reader, place, question);
		break;
	case QUESTION_MATCH:
		read_pairs(reader, place, question);
		break;
	case QUESTION_NUMERIC:
		read_number(reader, place, question);
		break;
	case QUESTION_PREDICT:
		if (question->choices.count > 0) {
			check_choices(reader, place, question);
			read_indices(reader, place, question);
		} else {
			read_accept(reader, place, question);
		}
		break;
	case QUESTION_SHORT:
	case QUESTION_FILL:
		read_accept(reader, place, question);
		break;
	}
}

void lesson_read_quiz(struct lesson_reader *reader, const struct place *above, struct quiz *quiz)
{
	int list = 0;
	size_t count = lesson_list(reader, above, "questions", REQUIRED, &list);
	struct question *questions = lesson_array(reader, count, sizeof *questions);
	for (size_t i = 0; i < count; i++) {
		if (!lesson_item(reader, above, "questions", list, i)) {
			continue;
		}
		struct place place = {lua_gettop(reader->lua), above->line, NULL};
		lua_pushliteral(reader->lua, "id");
		lua_rawget(reader->lua, place.table);
		const char *id = lua_type(reader->lua, -1) == LUA_TSTRING
					 ? lua_tostring(reader->lua, -1)
					 : lesson_printf(reader, "%zu", i + 1);
		place.name = lesson_printf(reader, message(MSG_LESSON_WHAT_QUESTION), id);
		place.line = lesson_quoted_line(reader, above->line, id);
		lua_pop(reader->lua, 1);
		struct question *question = &questions[quiz->count++];
		read_question(reader, &place, question);
		for (size_t k = 0; k + 1 < quiz->count && *question->id; k++) {
			if (strcmp(questions[k].id, question->id) == 0) {
				lesson_problem(reader, place.line, message(MSG_LESSON_SAME_ID),
					       question->id);
			}
		}
		lua_pop(reader->lua, 1);
	}
	quiz->questions = questions;
	lua_pop(reader->lua, list ? 1 : 0);
}
