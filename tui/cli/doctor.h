#ifndef MUNDAP_CLI_DOCTOR_H
#define MUNDAP_CLI_DOCTOR_H

#include <jansson.h>
#include <stdbool.h>

#include "engine/base/message.h"

/* One look at the machine. Each function adds its checks by doctor_report. */

struct doctor_check {
	const char *id; /* stable word for scripts */
	enum message name;
	bool ok;
	bool needed; /* false: one feature only */
	const char *detail; /* what was found */
	const char *mend; /* how to mend it; shown when it is not ok */
};

struct doctor {
	json_t *checks; /* NULL: printed as text */
	bool color;
	int failed; /* needed and not ok */
	int missing; /* not ok, but only one feature */
};

void doctor_report(struct doctor *doctor, const struct doctor_check *check);

void doctor_terminal(struct doctor *doctor); /* terminal, locale */
void doctor_libraries(struct doctor *doctor); /* what this build was made with */
void doctor_engine(struct doctor *doctor); /* kernels, BLAS, sandbox */
void doctor_data(struct doctor *doctor); /* data sets, grading model */
void doctor_database(struct doctor *doctor); /* data folder, database */
void doctor_lessons(struct doctor *doctor);

#endif
