#include "engine/tutor/fsrs.h"

#include <math.h>
#include <stdbool.h>

const struct fsrs_weights fsrs_default_weights = {
	{.212,   1.2931, 2.3065, 8.2956, 6.4133, .8334,  3.0194, .001,  1.8722, .1666, .796,
	 1.4835, .0614,  .2629,  1.6483, .6014,  1.8729, .5425,  .0912, .0658,  .1542}};

enum { STABILITY_LEAST_THOUSANDTH = 1, STEP_COUNT = 2 };
static const int64_t learning_steps[STEP_COUNT] = {60, 600}; /* seconds */
static const int64_t relearning_step = 600;
static const double day = 86400;
static const double most_days = 36500;

static double clamped(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

/* F of the forgetting curve R = (1 + F·t/S)^(−w20), chosen so that R(S) = 0.9. */
static double curve_factor(const struct fsrs_weights *weights)
{
	return pow(0.9, -1 / weights->w[20]) - 1;
}

double fsrs_recall(const struct fsrs_weights *weights, double stability, double days)
{
	return stability > 0 ? pow(1 + curve_factor(weights) * days / stability, -weights->w[20])
			     : 0;
}

double fsrs_interval(const struct fsrs_weights *weights, double stability, double retention)
{
	return stability / curve_factor(weights) * (pow(retention, -1 / weights->w[20]) - 1);
}

static double first_difficulty(const double *w, int grade)
{
	return w[4] - exp(w[5] * (grade - 1)) + 1;
}

static double next_difficulty(const double *w, double difficulty, int grade)
{
	double moved = difficulty - w[6] * (grade - 3) * (10 - difficulty) / 9;
	/* Drawn to the first difficulty of an easy card, which is not clamped. */
	return clamped(w[7] * first_difficulty(w, FSRS_EASY) + (1 - w[7]) * moved, 1, 10);
}

static double after_recall(const double *w, struct fsrs_state s, double recall, int grade)
{
	double growth = exp(w[8]) * (11 - s.difficulty) * pow(s.stability, -w[9]) *
			(exp(w[10] * (1 - recall)) - 1);
	growth *= grade == FSRS_HARD ? w[15] : grade == FSRS_EASY ? w[16] : 1;
	return s.stability * (1 + growth);
}

static double after_lapse(const double *w, struct fsrs_state s, double recall)
{
	double forgotten = w[11] * pow(s.difficulty, -w[12]) * (pow(s.stability + 1, w[13]) - 1) *
			   exp(w[14] * (1 - recall));
	double ceiling = s.stability / exp(w[17] * w[18]);
	return forgotten < ceiling ? forgotten : ceiling;
}

static double same_day(const double *w, double stability, int grade)
{
	double factor = exp(w[17] * (grade - 3 + w[18])) * pow(stability, -w[19]);
	if (grade >= FSRS_HARD && factor < 1) {
		factor = 1;
	}
	return stability * factor;
}

struct fsrs_state fsrs_review(const struct fsrs_weights *weights, struct fsrs_state before,
			      enum fsrs_grade grade, double days)
{
	const double *w = weights->w;
	struct fsrs_state after;
	if (before.stability <= 0) {
		after.stability = w[grade - 1];
		after.difficulty = clamped(first_difficulty(w, (int)grade), 1, 10);
		return after;
	}
	if (days < 1) {
		after.stability = same_day(w, before.stability, (int)grade);
	} else {
		double recall = fsrs_recall(weights, before.stability, days);
		after.stability = grade == FSRS_AGAIN ? after_lapse(w, before, recall)
						      : after_recall(w, before, recall, (int)grade);
	}
	after.stability = clamped(after.stability, STABILITY_LEAST_THOUSANDTH / 1000.0, most_days);
	after.difficulty = next_difficulty(w, before.difficulty, (int)grade);
	return after;
}

/* ---- cards ---- */

static void due_in_days(struct fsrs_card *card, const struct fsrs_weights *weights,
			double retention, int64_t now)
{
	double days = floor(fsrs_interval(weights, card->state.stability, retention) + 0.5);
	card->phase = FSRS_REVIEW;
	card->step = 0;
	card->due = now + (int64_t)(clamped(days, 1, most_days) * day);
}

static void learn(struct fsrs_card *card, const struct fsrs_weights *weights, double retention,
		  enum fsrs_grade grade, int64_t now)
{
	bool again = card->phase == FSRS_RELEARNING;
	int steps = again ? 1 : STEP_COUNT;
	const int64_t *step = again ? &relearning_step : learning_steps;
	card->phase = again ? FSRS_RELEARNING : FSRS_LEARNING;
	switch (grade) {
	case FSRS_AGAIN:
		card->step = 0;
		card->due = now + step[0];
		break;
	case FSRS_HARD:
		/* On the first of several steps halfway to the next; else the step once more. */
		card->due = now + (card->step == 0 && steps > 1 ? (step[0] + step[1]) / 2
				   : card->step == 0            ? step[0] * 3 / 2
								: step[card->step]);
		break;
	case FSRS_GOOD:
		if (card->step + 1 < steps) {
			card->step++;
			card->due = now + step[card->step];
			break;
		}
		due_in_days(card, weights, retention, now);
		break;
	case FSRS_EASY:
		due_in_days(card, weights, retention, now);
		break;
	}
}

void fsrs_card_review(struct fsrs_card *card, const struct fsrs_weights *weights, double retention,
		      enum fsrs_grade grade, int64_t now)
{
	double days = card->last_review ? floor((double)(now - card->last_review) / day) : 0;
	card->state = fsrs_review(weights, card->state, grade, days);
	card->last_review = now;
	if (card->phase != FSRS_REVIEW) {
		learn(card, weights, retention, grade, now);
		return;
	}
	if (grade == FSRS_AGAIN) {
		card->phase = FSRS_RELEARNING;
		card->step = 0;
		card->due = now + relearning_step;
		return;
	}
	due_in_days(card, weights, retention, now);
}
