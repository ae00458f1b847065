#include "tui/cli/ask_json.h"

static json_t *part(const char *answer, struct span span)
{
	return json_stringn(answer + span.start, span.length);
}

static json_t *expectations_json(const struct checkpoint *checkpoint, const struct grade *grade,
				 const char *answer)
{
	json_t *list = json_array();
	for (int i = 0; i < grade->concept_count; i++) {
		const struct grade_concept *concept = &grade->concepts[i];
		json_t *evidence = concept->met ? part(answer, concept->evidence) : NULL;
		json_array_append_new(list,
				      json_pack("{s:s,s:s,s:b,s:f,s:o}", "id",
						checkpoint->expectations[i].id, "name",
						checkpoint->expectations[i].name, "met",
						concept->met, "score", concept->score, "evidence",
						evidence ? evidence : json_string("")));
	}
	return list;
}

static json_t *held_json(const struct checkpoint *checkpoint, const struct grade *grade)
{
	json_t *list = json_array();
	for (int i = 0; i < grade->misconception_count; i++) {
		if (grade->misconceptions[i].held) {
			json_array_append_new(list, json_string(checkpoint->misconceptions[i].id));
		}
	}
	return list;
}

static json_t *flags_json(unsigned flags)
{
	json_t *list = json_array();
	for (unsigned flag = 1; flag && flag <= ANSWER_TRUNCATED; flag <<= 1) {
		if (flags & flag) {
			json_array_append_new(
				list, json_string(answer_flag_name((enum answer_flag)flag)));
		}
	}
	return list;
}

json_t *ask_turn_json(const struct checkpoint *checkpoint, const char *question,
		      const struct turn *turn, const char *answer)
{
	static const char *const stages[] = {"open", "summary", "done"};
	json_t *object = json_pack("{s:s,s:s}", "checkpoint", checkpoint->id, "question", question);
	if (turn->grade && answer) {
		json_object_set_new(object, "verdict",
				    json_string(verdict_name(turn->grade->verdict)));
		json_object_set_new(object, "score", json_real(turn->grade->score));
		json_object_set_new(object, "expectations",
				    expectations_json(checkpoint, turn->grade, answer));
		json_object_set_new(object, "misconceptions", held_json(checkpoint, turn->grade));
		json_object_set_new(object, "flags", flags_json(turn->grade->flags));
	}
	json_object_set_new(object, "reply", json_string(turn->reply));
	json_object_set_new(object, "stage", json_string(stages[turn->stage]));
	json_object_set_new(object, "passed", json_boolean(turn->passed));
	return object;
}
