#include "tui/road.h"

#include <stdlib.h>

static enum status keep_all(struct store *store, const struct plan *plan, const char *json,
			    struct error *err)
{
	enum status status = store_set_setting(store, "tutor.plan", json, err);
	for (int i = 0; status == STATUS_OK && i < PLAN_QUESTIONS; i++) {
		const char *given = plan->answers[i];
		struct intake_answer row = {.question = plan_question_id(i),
					    .answer = given ? given : "",
					    .known = given && *given,
					    .asked = 1};
		if (given) {
			status = store_set_intake(store, &row, err);
		}
	}
	if (status == STATUS_OK && plan->stage == PLAN_READY) {
		struct roadmap_row rows[PLAN_MAX_STEPS];
		for (int i = 0; i < plan->step_count; i++) {
			const struct plan_step *step = &plan->steps[i];
			rows[i] = (struct roadmap_row){step->unit, step->reason ? step->reason : "",
						       step->week};
		}
		status = store_set_roadmap(store, rows, (size_t)plan->step_count, err);
	}
	return status;
}

enum status road_keep(struct store *store, const struct plan *plan, struct error *err)
{
	char *json = plan_save(plan);
	if (!store || !json) {
		free(json);
		return STATUS_OK;
	}
	enum status status = store_begin(store, err);
	if (status == STATUS_OK) {
		status = keep_all(store, plan, json, err);
		if (status == STATUS_OK) {
			status = store_commit(store, err);
		} else {
			store_rollback(store);
		}
	}
	free(json);
	return status;
}
