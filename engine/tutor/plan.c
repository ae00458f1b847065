#include "engine/tutor/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/message.h"
#include "engine/tutor/clauses.h"
#include "engine/tutor/dialogue_state.h"
#include "engine/tutor/intent.h"
#include "engine/tutor/plan_route.h"

void plan_init(struct plan *plan)
{
	memset(plan, 0, sizeof *plan);
	plan->hours_per_week = 4;
}

static void forget_steps(struct plan *plan)
{
	for (int i = 0; i < plan->step_count; i++) {
		free(plan->steps[i].reason);
	}
	memset(plan->steps, 0, sizeof plan->steps);
	plan->step_count = 0;
	plan->placement_count = 0;
}

void plan_release(struct plan *plan)
{
	for (int i = 0; i < PLAN_QUESTIONS; i++) {
		free(plan->answers[i]);
	}
	free(plan->reason);
	forget_steps(plan);
	memset(plan, 0, sizeof *plan);
}

const char *plan_question_id(int question)
{
	static const char *const ids[PLAN_QUESTIONS] = {"deploy", "infra", "pain", "team"};
	return question >= 0 && question < PLAN_QUESTIONS ? ids[question] : "";
}

const char *plan_question(int question)
{
	static const enum message ids[PLAN_QUESTIONS] = {MSG_PLAN_ASK_DEPLOY, MSG_PLAN_ASK_INFRA,
							 MSG_PLAN_ASK_PAIN, MSG_PLAN_ASK_TEAM};
	return question >= 0 && question < PLAN_QUESTIONS ? message(ids[question]) : "";
}

static enum status finish(const struct strbuf *out, struct error *err)
{
	return strbuf_ok(out) ? STATUS_OK : error_set(err, STATUS_NOMEM, "plan", "out of memory");
}

enum status plan_greet(struct strbuf *out, struct error *err)
{
	strbuf_puts(out, message(MSG_PLAN_GREETING));
	strbuf_puts(out, "\n\n");
	for (int i = 0; i < PLAN_QUESTIONS; i++) {
		strbuf_printf(out, "%d. %s\n", i + 1, plan_question(i));
	}
	strbuf_putc(out, '\n');
	strbuf_printf(out, message(MSG_PLAN_FIRST), plan_question(0));
	return finish(out, err);
}

/* Nothing said: empty, a shrug, or a word that could mean anything. */
static bool vague(const char *text)
{
	struct arena arena;
	arena_init(&arena);
	struct text parts;
	bool result = true;
	if (text_analyse(&parts, &arena, text, strlen(text), NULL) == STATUS_OK) {
		unsigned intent = intent_of(&parts);
		bool says = plan_route_hears(text);
		bool shrug = parts.word_count < 3 && !says;
		result = (intent & ANSWER_EMPTY) || ((intent & ANSWER_GIVES_UP) && !says) || shrug;
	}
	arena_release(&arena);
	return result;
}

enum status plan_answer(struct plan *plan, const char *text, struct strbuf *out, struct error *err)
{
	if (plan->stage == PLAN_READY) {
		return plan_say(plan, out, err);
	}
	bool unclear = vague(text);
	if (unclear && !plan->asked_again) {
		plan->asked_again = true;
		strbuf_printf(out, message(MSG_PLAN_AGAIN), plan_question(plan->asking),
			      message((enum message)(MSG_PLAN_HELP_DEPLOY + plan->asking)));
		return finish(out, err);
	}
	free(plan->answers[plan->asking]);
	plan->answers[plan->asking] = strdup(unclear ? "" : text);
	if (!plan->answers[plan->asking]) {
		return error_set(err, STATUS_NOMEM, "plan", "out of memory");
	}
	plan->asking++;
	plan->asked_again = false;
	if (plan->asking < PLAN_QUESTIONS) {
		strbuf_puts(out, message(unclear ? MSG_PLAN_UNKNOWN : MSG_PLAN_THANKS));
		strbuf_printf(out, "\n\n%s", plan_question(plan->asking));
		return finish(out, err);
	}
	plan->asking = PLAN_QUESTIONS - 1;
	const char *answers[PLAN_QUESTIONS];
	char *kept[PLAN_QUESTIONS];
	for (int i = 0; i < PLAN_QUESTIONS; i++) {
		kept[i] = plan->answers[i];
		answers[i] = kept[i];
	}
	enum status status = plan_make(plan, answers, 0, err);
	return status ? status : plan_say(plan, out, err);
}

enum status plan_make(struct plan *plan, const char *const answers[PLAN_QUESTIONS],
		      double hours_per_week, struct error *err)
{
	for (int i = 0; i < PLAN_QUESTIONS; i++) {
		if (answers[i] == plan->answers[i] && answers[i]) {
			continue;
		}
		char *copy = strdup(answers[i] ? answers[i] : "");
		if (!copy) {
			return error_set(err, STATUS_NOMEM, "plan", "out of memory");
		}
		free(plan->answers[i]);
		plan->answers[i] = copy;
	}
	plan->hours_per_week =
		hours_per_week > 0 ? hours_per_week : plan_route_hours(plan->answers[3], 4);
	forget_steps(plan);
	plan->stage = PLAN_READY;
	return plan_route(plan, err);
}

enum status plan_restart_at(struct plan *plan, const char *unit, struct error *err)
{
	char *reason = strdup(message(MSG_PLAN_CHOSEN));
	if (!reason) {
		return error_set(err, STATUS_NOMEM, "plan", "out of memory");
	}
	if (!plan_route_known(unit)) {
		free(reason);
		return error_set(err, STATUS_NOT_FOUND, "plan", "no unit %s", unit);
	}
	forget_steps(plan);
	free(plan->reason);
	plan->reason = reason;
	snprintf(plan->start, sizeof plan->start, "%s", unit);
	plan->stage = PLAN_READY;
	return plan_route_from(plan, err);
}

enum status plan_say(const struct plan *plan, struct strbuf *out, struct error *err)
{
	strbuf_printf(out, message(MSG_PLAN_READY), plan->start,
		      korean_particle(plan->start, PARTICLE_BY), plan->reason ? plan->reason : "");
	strbuf_puts(out, "\n\n");
	int last_week = 0;
	for (int i = 0; i < plan->step_count;) {
		int week = plan->steps[i].week;
		double hours = plan->steps[i].hours;
		strbuf_printf(out, message(MSG_PLAN_WEEK), week, hours);
		for (bool first = true; i < plan->step_count && plan->steps[i].week == week; i++) {
			strbuf_puts(out, first ? " " : ", ");
			strbuf_puts(out, plan->steps[i].unit);
			first = false;
		}
		const char *reason = plan->steps[i - 1].reason;
		if (reason && *reason) {
			strbuf_printf(out, " — %s", reason);
		}
		strbuf_putc(out, '\n');
		last_week = week;
	}
	strbuf_putc(out, '\n');
	if (plan->placement_count > 0) {
		struct strbuf names;
		strbuf_init(&names);
		for (int i = 0; i < plan->placement_count; i++) {
			strbuf_printf(&names, "%sCP-%s", i ? ", " : "", plan->placement[i]);
		}
		strbuf_printf(out, message(MSG_PLAN_PLACEMENT), names.text);
		strbuf_puts(out, "\n\n");
		strbuf_release(&names);
	}
	strbuf_printf(out, message(MSG_PLAN_CLOSE), last_week);
	return finish(out, err);
}
