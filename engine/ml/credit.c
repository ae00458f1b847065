#include "engine/ml/credit.h"

#include <math.h>
#include <stdlib.h>

#include "engine/base/message.h"
#include "engine/base/rng.h"

#define STREAM 11
#define CALIBRATION_ROWS 4000

const double credit_shares[CREDIT_GROUPS] = {0.35, 0.45, 0.20};

struct credit_options credit_defaults(void)
{
	return (struct credit_options){.count = 2000,
				       .months = 20,
				       .rate = 0.12,
				       .fraud = 0.01,
				       .drift_month = 13,
				       .drift_strength = 1,
				       .seed = 1};
}

static int poisson(struct rng *rng, double mean)
{
	double limit = exp(-mean), product = rng_uniform(rng);
	int count = 0;
	while (product > limit && count < 1000) {
		product *= rng_uniform(rng);
		count++;
	}
	return count;
}

static double log_normal(struct rng *rng, double median, double spread)
{
	return median * exp(spread * rng_normal(rng));
}

/* How strongly the changed world is felt in this month: 0 before it. */
static double felt(const struct credit_options *o, enum credit_drift drift, int month)
{
	return o->drift == drift && month >= o->drift_month ? o->drift_strength : 0;
}

static int draw_group(struct rng *rng)
{
	double u = rng_uniform(rng);
	return u < credit_shares[CREDIT_YOUNG]                                  ? CREDIT_YOUNG
	       : u < credit_shares[CREDIT_YOUNG] + credit_shares[CREDIT_MIDDLE] ? CREDIT_MIDDLE
										: CREDIT_OLD;
}

static void draw_applicant(struct credit_row *row, struct rng *rng, const struct credit_options *o)
{
	static const int youngest[CREDIT_GROUPS] = {20, 35, 60},
			 years[CREDIT_GROUPS] = {15, 25, 20};
	static const double own_business[CREDIT_GROUPS] = {0.12, 0.25, 0.15};
	static const double incomes[CREDIT_GROUPS] = {260, 380, 180},
			    debts[CREDIT_GROUPS] = {2.5, 4.0, 1.5},
			    tenures[CREDIT_GROUPS] = {20, 50, 90};
	int g = row->group;
	double *v = row->values;
	double poorer = felt(o, CREDIT_COVARIATE, row->month);
	v[CREDIT_AGE] = youngest[g] + (double)rng_below(rng, (uint64_t)years[g]);
	v[CREDIT_SELF_EMPLOYED] = rng_uniform(rng) < own_business[g];
	double income = log_normal(rng, incomes[g], v[CREDIT_SELF_EMPLOYED] != 0 ? 0.65 : 0.4);
	v[CREDIT_INCOME] = round(fmax(40, income * (1 - 0.35 * fmin(poorer, 2))));
	v[CREDIT_DEBT] =
		round(v[CREDIT_INCOME] * log_normal(rng, debts[g], 0.8) * (1 + 0.8 * poorer));
	double ratio = v[CREDIT_DEBT] / v[CREDIT_INCOME];
	v[CREDIT_LATE] = poisson(rng, 0.3 + 0.06 * fmin(ratio, 15));
	v[CREDIT_TENURE] = floor(fmin(300, -tenures[g] * log(1 - rng_uniform(rng))));
	v[CREDIT_AMOUNT] = 10 * round(fmax(5, v[CREDIT_INCOME] * log_normal(rng, 1.2, 0.5) / 10));
	v[CREDIT_ACCOUNTS] = 1 + poisson(rng, 2 * (1 + felt(o, CREDIT_HARMLESS, row->month)));
}

/* The rule, in log-odds without the intercept. The old follow another one: what they ask for counts more, being late less
 * (a model that has seen few of them does not know). */
static double rule(const struct credit_row *row, const struct credit_options *o)
{
	const double *v = row->values;
	double changed = felt(o, CREDIT_CONCEPT, row->month);
	bool old = row->group == CREDIT_OLD;
	return (old ? 2.4 : 0) +
	       (old ? 0.5 : 1.2) * (1 - 0.4 * fmin(changed, 2)) * fmin(v[CREDIT_LATE], 4) +
	       0.9 * log(1 + v[CREDIT_DEBT] / v[CREDIT_INCOME]) +
	       (old ? 2.0 : 0.6) * log(v[CREDIT_AMOUNT] / v[CREDIT_INCOME]) +
	       (0.7 + 2.2 * changed) * v[CREDIT_SELF_EMPLOYED] -
	       0.016 * fmin(v[CREDIT_TENURE], 120) + 1.2 * felt(o, CREDIT_LABEL, row->month);
}

static double logistic(double z)
{
	return 1 / (1 + exp(-z));
}

/* The intercept that gives the wanted rate among all who apply, found on applicants of its own (always the same). */
static enum status find_intercept(double *out, double rate, struct error *err)
{
	double *scores = malloc(CALIBRATION_ROWS * sizeof(*scores));
	if (!scores) {
		return error_set(err, STATUS_NOMEM, "credit", "out of memory");
	}
	struct credit_options plain = credit_defaults();
	struct rng rng;
	rng_init(&rng, 0, STREAM + 1);
	for (size_t i = 0; i < CALIBRATION_ROWS; i++) {
		struct credit_row row = {.group = draw_group(&rng), .month = 1};
		draw_applicant(&row, &rng, &plain);
		scores[i] = rule(&row, &plain);
	}
	double low = -30, high = 30;
	for (int step = 0; step < 60; step++) {
		double middle = (low + high) / 2, sum = 0;
		for (size_t i = 0; i < CALIBRATION_ROWS; i++) {
			sum += logistic(middle + scores[i]);
		}
		*(sum / CALIBRATION_ROWS < rate ? &low : &high) = middle;
	}
	free(scores);
	*out = (low + high) / 2;
	return STATUS_OK;
}

static void make_fraud(struct credit_row *row, struct rng *rng)
{
	double *v = row->values;
	v[CREDIT_LATE] = 0;
	v[CREDIT_TENURE] = (double)rng_below(rng, 4);
	v[CREDIT_AMOUNT] = 10 * round(v[CREDIT_INCOME] * (6 + 4 * rng_uniform(rng)) / 10);
	row->probability = 0.95;
}

/* What happened and what was written down. Draws the same numbers whatever the rates, so that options can be compared. */
static void record(struct credit_row *row, struct rng *rng, const struct credit_options *o)
{
	double outcome = rng_uniform(rng), slip = rng_uniform(rng), gap = rng_uniform(rng),
	       unit = rng_uniform(rng);
	double *v = row->values;
	row->truth = outcome < row->probability;
	row->label = slip < o->noise ? 1 - row->truth : row->truth;
	v[CREDIT_CALLS] = poisson(rng, row->truth ? 4 : 0.05);
	if (unit < o->unit_errors) {
		v[CREDIT_INCOME] *= 10000;
	}
	double corrupt = felt(o, CREDIT_CORRUPT, row->month);
	if (corrupt > 0) {
		v[CREDIT_INCOME] /= 10;
	}
	/* 0.82 of the applicants are employed: the mean over all is then the rate asked for */
	if (gap < o->missing * (v[CREDIT_SELF_EMPLOYED] != 0 ? 2 : 1) / 1.18) {
		v[CREDIT_INCOME] = NAN;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct credit_row *x = a, *y = b;
	if (x->month != y->month) {
		return x->month < y->month ? -1 : 1;
	}
	return x->id < y->id ? -1 : x->id > y->id;
}

static enum status check(const struct credit_options *o, struct error *err)
{
	const struct {
		const char *name;
		double value, low, high;
	} ranges[] = {{"months", o->months, 1, 120},
		      {"rate", o->rate, 0.005, 0.6},
		      {"bias", o->bias, 0, 0.99},
		      {"noise", o->noise, 0, 0.5},
		      {"missing", o->missing, 0, 0.5},
		      {"duplicates", o->duplicates, 0, 0.5},
		      {"unit_errors", o->unit_errors, 0, 0.5},
		      {"fraud", o->fraud, 0, 0.5},
		      {"drift_month", o->drift_month, 1, 1000},
		      {"drift_strength", o->drift_strength, 0, 2}};
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (!(ranges[i].value >= ranges[i].low && ranges[i].value <= ranges[i].high)) {
			return error_set(err, STATUS_RANGE, "credit", message(MSG_ML_BETWEEN),
					 ranges[i].low, ranges[i].high, ranges[i].name,
					 ranges[i].value);
		}
	}
	return STATUS_OK;
}

enum status credit_make(struct credit_row *rows, const struct credit_options *o, struct error *err)
{
	double intercept = 0;
	enum status status = check(o, err);
	status = status == STATUS_OK ? find_intercept(&intercept, o->rate, err) : status;
	if (status != STATUS_OK) {
		return status;
	}
	struct rng rng;
	rng_init(&rng, o->seed, STREAM);
	size_t again = (size_t)((double)o->count * o->duplicates);
	size_t fresh = o->count - again;
	for (size_t i = 0; i < fresh; i++) {
		struct credit_row *row = &rows[i];
		*row = (struct credit_row){.id = (int32_t)i + 1,
					   .month = 1 + (int32_t)(i * (size_t)o->months / fresh)};
		double kept[CREDIT_GROUPS] = {1, 1 - o->bias / 2, 1 - o->bias};
		do {
			row->group = draw_group(&rng);
		} while (rng_uniform(&rng) >= kept[row->group]);
		draw_applicant(row, &rng, o);
		row->probability = logistic(intercept + rule(row, o));
		if (rng_uniform(&rng) < o->fraud) {
			make_fraud(row, &rng);
		}
		record(row, &rng, o);
	}
	for (size_t i = fresh; i < o->count; i++) {
		rows[i] = rows[rng_below(&rng, fresh)];
		rows[i].month +=
			(int32_t)rng_below(&rng, (uint64_t)(o->months - rows[i].month + 1));
	}
	qsort(rows, o->count, sizeof(*rows), by_time);
	return STATUS_OK;
}
