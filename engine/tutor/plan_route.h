#ifndef MUNDAP_TUTOR_PLAN_ROUTE_H
#define MUNDAP_TUTOR_PLAN_ROUTE_H

#include "engine/tutor/plan.h"

/* From what a learner says about their work to where to start and in what order to go on. */

/** Sets start, reason, steps and placement from the answers. Errors: STATUS_NOMEM. */
enum status plan_route(struct plan *plan, struct error *err);
/** Sets the steps from plan->start. */
enum status plan_route_from(struct plan *plan, struct error *err);
/** Whether the unit is one that a roadmap can hold. */
bool plan_route_known(const char *unit);
/** Whether an answer says anything that the choice depends on. */
bool plan_route_hears(const char *answer);
/** Hours a week that the answer names ("주 3시간", "하루 30분"), else otherwise. */
double plan_route_hours(const char *answer, double otherwise);

#endif
