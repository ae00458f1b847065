#ifndef MUNDAP_REVIEW_RULES_H
#define MUNDAP_REVIEW_RULES_H

#include "engine/review/service.h"

/* The predicates of the rules over Python, a file a family. Each looks at one file, knowing the others. */

struct judge {
	struct review_private *r;
	struct py_project *project;
	struct py *py;
	struct source *source;
};

void rules_security(struct judge *j);
void rules_secrets(struct judge *j);
void rules_injection(struct judge *j);
void rules_input(struct judge *j);
/** Called by rules_input. */
void rules_size(struct judge *j);
void rules_responses(struct judge *j);
void rules_returns(struct judge *j);
void rules_model(struct judge *j);
void rules_state(struct judge *j);
void rules_scaling(struct judge *j);
void rules_monitoring(struct judge *j);
void rules_language(struct judge *j);
void rules_names(struct judge *j);
void rules_airflow(struct judge *j);
void strengths_python(struct judge *j);

/* Questions about the whole project are asked once: ASKED_ONCE(project, n, expression) */
enum {
	ASK_AUTH,
	ASK_HANDLES,
	ASK_SERVED,
	ASK_READY,
	ASK_KEY_HANDLER,
	ASK_PREDICTS,
	ASK_METRICS,
	ASK_HEALTH,
	ASK_READINESS,
	ASK_LATENCY,
	ASK_VERSION,
	ASK_LOGGING,
	ASK_SIGNALS,
	ASK_SIZE_FLASK,
	ASK_SIZE_FASTAPI,
	ASK_SIZE_STARLETTE,
	ASK_SIZE_TORNADO,
	ASK_SIZE_HTTP,
	ASK_SERVES,
	ASK_UNSEEN,
	ASK_COUNT
};
#define ASKED_ONCE(project, n, expression) \
	((project)->answers[n] ? (project)->answers[n] == 2 \
			       : ((project)->answers[n] = (int8_t)((expression) ? 2 : 1)) == 2)

/* Shared judgements, rules_common.c */
/** Whether an expression is True, itself or by the variable it names. */
bool value_is_true(struct py *py, int32_t node);
/** A string constant, itself or by the variable it names; NULL. */
const char *value_string(struct py *py, int32_t node);
/** The status code an expression of a response carries (return x, 400; HTTPException(400); status=…); 0 unknown. */
int status_in(struct py *py, int32_t node);
enum outcome { OUTCOME_NONE, OUTCOME_OK, OUTCOME_CLIENT, OUTCOME_SERVER, OUTCOME_RAISES };
/** What an except clause answers with. */
enum outcome except_outcome(struct py *py, int32_t except);
/** Whether a file of the service has a route that predicts. */
bool has_predict_route(const struct py *py);
bool is_predict_handler(const struct py_function *f);
/** Whether an authentication of any kind stands in the submitted code. */
bool project_has_auth(struct py_project *project);
/** Whether any exception handler is registered in the project. */
bool project_handles_exceptions(struct py_project *project);
/** Whether a node stands in a `with` statement whose context matches (names as of py_name). */
bool inside_with(struct py *py, int32_t node, const char *contexts);
/** Whether a condition around the node, within its function, tests that something is missing (lazy loading). */
bool lazily_guarded(struct py *py, int32_t node);
/** Whether the code serves the whole application: it makes the app and has handlers, or includes those that do. */
bool is_application(const struct judge *j);
/** Whether a real server (gunicorn, uvicorn …) runs the application, by what was submitted. */
bool served_by_real_server(const struct judge *j);

#endif
