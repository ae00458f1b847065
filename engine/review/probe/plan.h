#ifndef MUNDAP_REVIEW_PROBE_PLAN_H
#define MUNDAP_REVIEW_PROBE_PLAN_H

#include "engine/review/service.h"

/* What the prober needs to know of a service, taken from its model while that is there. */
struct probe_plan {
	const char *file; /* of the application, as submitted; NULL: nothing to start */
	const char *framework;
	const char *predict, *method, *health, *ready, *metrics;
	const char *bodies[6]; /* JSON texts to try, likeliest first */
	int body_count;
	bool claims_auth;
	const char *
		token_header; /* where the service looks for its token, beside the usual ones; NULL */
	const char *secrets[8]; /* environment variables that it takes tokens from */
	int secret_count;
	const char *imports[32]; /* top-level packages that must be there */
	int import_count;
};

void probe_plan_make(struct probe_plan *plan, struct py_project *project);

#endif
