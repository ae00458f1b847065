#ifndef MUNDAP_TUTOR_PLAN_H
#define MUNDAP_TUTOR_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/error.h"
#include "engine/base/strbuf.h"

/* The first meeting: greeting, four intake questions, and the personal roadmap made from the answers. */

#define PLAN_QUESTIONS 4
#define PLAN_MAX_STEPS 48
#define PLAN_MAX_PLACEMENT 4

enum plan_stage { PLAN_ASKING, PLAN_READY };

struct plan_step {
	char unit[16]; /* "B1" */
	int week; /* 1… */
	double hours; /* in that week */
	char *reason; /* why, quoting the learner's own words where they led to it */
};

struct plan {
	enum plan_stage stage;
	int asking; /* question in turn, 0…3 */
	bool asked_again; /* an unanswered or vague one is asked once more, then recorded as unknown */
	char *answers[PLAN_QUESTIONS]; /* NULL: not given; "": unknown */
	double hours_per_week;
	char start[16]; /* unit to start with */
	char *reason; /* why there */
	struct plan_step steps[PLAN_MAX_STEPS];
	int step_count;
	char placement[PLAN_MAX_PLACEMENT]
		      [16]; /* units whose checkpoints may be tried first, to test out of */
	int placement_count;
};

void plan_init(struct plan *plan);
void plan_release(struct plan *plan);

/** Stable id of an intake question: "deploy", "infra", "pain", "team". */
const char *plan_question_id(int question);
/** The question itself. */
const char *plan_question(int question);

/** The first screen: greeting, what is never handed out, the four questions in order. Names no technology. */
enum status plan_greet(struct strbuf *out, struct error *err);
/** The learner's answer to the question in turn; out gets the teacher's next words (the roadmap after the last). */
enum status plan_answer(struct plan *plan, const char *text, struct strbuf *out, struct error *err);
/** All four at once: NULL entries count as unknown. hours_per_week ≤ 0: what the answers say, else 4. */
enum status plan_make(struct plan *plan, const char *const answers[PLAN_QUESTIONS],
		      double hours_per_week, struct error *err);
/** The roadmap in words. */
enum status plan_say(const struct plan *plan, struct strbuf *out, struct error *err);
/** Changes the start unit by hand and orders the weeks anew. Errors: STATUS_NOT_FOUND for an unknown unit. */
enum status plan_restart_at(struct plan *plan, const char *unit, struct error *err);

/** As JSON text and back. Owns: caller frees. */
char *plan_save(const struct plan *plan);
enum status plan_load(struct plan *plan, const char *json, struct error *err);

#endif
