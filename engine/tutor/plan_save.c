#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tutor/plan.h"

enum { PLAN_VERSION = 1 };

char *plan_save(const struct plan *plan)
{
	json_t *answers = json_array(), *steps = json_array(), *placement = json_array();
	for (int i = 0; i < PLAN_QUESTIONS; i++) {
		json_array_append_new(answers, plan->answers[i] ? json_string(plan->answers[i])
								: json_null());
	}
	for (int i = 0; i < plan->step_count; i++) {
		const struct plan_step *step = &plan->steps[i];
		json_array_append_new(steps, json_pack("{s:s,s:i,s:f,s:s?}", "unit", step->unit,
						       "week", step->week, "hours", step->hours,
						       "reason", step->reason));
	}
	for (int i = 0; i < plan->placement_count; i++) {
		json_array_append_new(placement, json_string(plan->placement[i]));
	}
	json_t *root = json_pack("{s:i,s:b,s:i,s:b,s:f,s:s,s:s?,s:o,s:o,s:o}", "version",
				 PLAN_VERSION, "ready", plan->stage == PLAN_READY, "asking",
				 plan->asking, "asked_again", plan->asked_again, "hours_per_week",
				 plan->hours_per_week, "start", plan->start, "reason", plan->reason,
				 "answers", answers, "steps", steps, "placement", placement);
	char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}

static char *copy_of(const json_t *value)
{
	return json_is_string(value) ? strdup(json_string_value(value)) : NULL;
}

static void name_into(char *out, size_t size, const json_t *value)
{
	const char *text = json_string_value(value);
	snprintf(out, size, "%s", text ? text : "");
}

enum status plan_load(struct plan *plan, const char *text, struct error *err)
{
	plan_init(plan);
	json_t *root = json_loads(text, 0, NULL);
	if (json_integer_value(json_object_get(root, "version")) != PLAN_VERSION) {
		json_decref(root);
		return error_set(err, STATUS_CORRUPT, "plan", "not a saved roadmap");
	}
	plan->stage = json_is_true(json_object_get(root, "ready")) ? PLAN_READY : PLAN_ASKING;
	json_int_t asking = json_integer_value(json_object_get(root, "asking"));
	plan->asking = asking < 0 ? 0 : asking >= PLAN_QUESTIONS ? PLAN_QUESTIONS - 1 : (int)asking;
	plan->asked_again = json_is_true(json_object_get(root, "asked_again"));
	double hours = json_number_value(json_object_get(root, "hours_per_week"));
	plan->hours_per_week = hours > 0 ? hours : 4;
	name_into(plan->start, sizeof plan->start, json_object_get(root, "start"));
	plan->reason = copy_of(json_object_get(root, "reason"));
	for (size_t i = 0; i < PLAN_QUESTIONS; i++) {
		plan->answers[i] = copy_of(json_array_get(json_object_get(root, "answers"), i));
	}
	size_t at;
	json_t *row;
	json_array_foreach(json_object_get(root, "steps"), at, row)
	{
		if (plan->step_count == PLAN_MAX_STEPS) {
			break;
		}
		struct plan_step *step = &plan->steps[plan->step_count++];
		name_into(step->unit, sizeof step->unit, json_object_get(row, "unit"));
		step->week = (int)json_integer_value(json_object_get(row, "week"));
		step->hours = json_number_value(json_object_get(row, "hours"));
		step->reason = copy_of(json_object_get(row, "reason"));
	}
	json_array_foreach(json_object_get(root, "placement"), at, row)
	{
		if (plan->placement_count < PLAN_MAX_PLACEMENT) {
			name_into(plan->placement[plan->placement_count++],
				  sizeof plan->placement[0], row);
		}
	}
	json_decref(root);
	return STATUS_OK;
}
