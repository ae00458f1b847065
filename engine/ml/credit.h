#ifndef MUNDAP_ML_CREDIT_H
#define MUNDAP_ML_CREDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* Applications for small loans at a made-up credit union, with everything about them known: who applies, by which rule a
 * loan goes bad, what the collection left out or got wrong, and how the world changes. */

enum credit_column {
	CREDIT_AGE, /* years */
	CREDIT_INCOME, /* 10,000 won a month; NaN where missing */
	CREDIT_DEBT, /* 10,000 won */
	CREDIT_LATE, /* late payments of the last year */
	CREDIT_TENURE, /* months as a member */
	CREDIT_AMOUNT, /* asked for, 10,000 won */
	CREDIT_SELF_EMPLOYED, /* 0 or 1 */
	CREDIT_ACCOUNTS, /* never part of the rule */
	CREDIT_CALLS, /* collection calls: known only after a loan went bad */
	CREDIT_COLUMNS
};

enum credit_group { CREDIT_YOUNG, CREDIT_MIDDLE, CREDIT_OLD, CREDIT_GROUPS };
/** Shares of the groups among all who apply. */
extern const double credit_shares[CREDIT_GROUPS];

enum credit_drift {
	CREDIT_STEADY,
	CREDIT_HARMLESS, /* accounts, which mean nothing, double */
	CREDIT_COVARIATE, /* incomes fall, debts rise: other people, same rule */
	CREDIT_CONCEPT, /* the rule changes: the self-employed fail more often, late payments tell less */
	CREDIT_LABEL, /* everybody fails more often */
	CREDIT_CORRUPT, /* incomes arrive divided by ten */
	CREDIT_DRIFTS
};

struct credit_options {
	size_t count;
	int months; /* rows are spread evenly over months 1 … months, in order of time */
	double rate; /* of loans that go bad among all who apply, before fraud and drift */
	double bias; /* share of old applicants who never reach the table (and half as many of middle age) */
	double noise; /* share of recorded labels that are wrong */
	double missing; /* share of incomes that are not recorded; the self-employed leave out twice as many */
	double duplicates; /* share of rows that are an earlier row handed in again in a later month */
	double unit_errors; /* share of incomes recorded in won, 10,000 times too large */
	double fraud; /* share of applicants who never mean to pay: large amounts, spotless past */
	enum credit_drift drift;
	int drift_month; /* the first month of the changed world */
	double drift_strength; /* 1 as described above */
	uint64_t seed;
};

/** All rates 0 but rate 0.12 and fraud 0.01; 2,000 rows of 20 months; drift from month 13 with strength 1, when asked for. */
struct credit_options credit_defaults(void);

struct credit_row {
	double values[CREDIT_COLUMNS];
	double probability; /* by the rule, that the loan goes bad */
	int32_t id; /* of the application; an application handed in twice keeps it */
	int32_t month, group;
	int32_t truth, label; /* 1: the loan went bad; label is what was recorded */
};

/**
 * Fills rows [options->count]. The same options give the same bits.
 * Errors: STATUS_RANGE naming the option that is out of range
 */
enum status credit_make(struct credit_row *rows, const struct credit_options *options,
			struct error *err);

#endif
