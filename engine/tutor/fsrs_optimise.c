#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "engine/tutor/fsrs.h"

/* Weights from the learner's own log: log loss of "recalled or not" over all reviews a day or more after the last,
 * drawn towards the start, minimised by descent along finite differences with a step per weight (Rprop). */

enum { LEAST_REVIEWS = 200, ROUNDS = 60 };
static const double pull = 0.002; /* keeps weights that the log says nothing of */

/* Bounds of each weight, as the reference optimiser keeps them. */
static const double least[FSRS_WEIGHTS] = {.001, .001, .001, .001, 1, .001, .001, .001, 0, 0, .001,
					   .001, .001, .001, 0,    0, 1,    0,    0,    0, .1};
static const double greatest[FSRS_WEIGHTS] = {100, 100, 100, 100, 10, 4, 4, .75, 4.5, .8, 3.5,
					      5,   .25, .9,  4,   1,  6, 2, 2,   .8,  .8};

static double log_loss(const struct fsrs_weights *weights, const struct fsrs_log_row *rows,
		       int count, int *used)
{
	double sum = 0;
	int n = 0;
	struct fsrs_state state = {0, 0};
	for (int i = 0; i < count; i++) {
		bool first = i == 0 || rows[i].card != rows[i - 1].card;
		if (first) {
			state = (struct fsrs_state){0, 0};
		}
		double days =
			first ? 0 : floor((double)(rows[i].time - rows[i - 1].time) / 86400.0);
		if (!first && days >= 1) {
			double recall = fsrs_recall(weights, state.stability, days);
			recall = recall < 1e-6 ? 1e-6 : recall > 1 - 1e-6 ? 1 - 1e-6 : recall;
			sum -= rows[i].grade > FSRS_AGAIN ? log(recall) : log(1 - recall);
			n++;
		}
		state = fsrs_review(weights, state, (enum fsrs_grade)rows[i].grade, days);
	}
	*used = n;
	return n > 0 ? sum / n : 0;
}

static double objective(const struct fsrs_weights *weights, const struct fsrs_weights *start,
			const struct fsrs_log_row *rows, int count)
{
	int used;
	double loss = log_loss(weights, rows, count, &used);
	for (int i = 0; i < FSRS_WEIGHTS; i++) {
		double away = (weights->w[i] - start->w[i]) / (fabs(start->w[i]) + 0.1);
		loss += pull * away * away;
	}
	return loss;
}

int fsrs_optimise(struct fsrs_weights *out, const struct fsrs_weights *start,
		  const struct fsrs_log_row *rows, int count, double *loss_before,
		  double *loss_after)
{
	int used = 0;
	double before = log_loss(start, rows, count, &used);
	*out = *start;
	if (loss_before) {
		*loss_before = before;
	}
	if (loss_after) {
		*loss_after = before;
	}
	if (used < LEAST_REVIEWS) {
		return used;
	}
	double step[FSRS_WEIGHTS], last[FSRS_WEIGHTS] = {0};
	for (int i = 0; i < FSRS_WEIGHTS; i++) {
		step[i] = 0.05 * (fabs(start->w[i]) + 0.05);
	}
	struct fsrs_weights best = *start;
	double best_loss = objective(start, start, rows, count);
	for (int round = 0; round < ROUNDS; round++) {
		struct fsrs_weights now = *out;
		double here = objective(&now, start, rows, count);
		for (int i = 0; i < FSRS_WEIGHTS; i++) {
			struct fsrs_weights probe = now;
			double h = 1e-4 * (fabs(now.w[i]) + 0.01);
			probe.w[i] += h;
			double slope = (objective(&probe, start, rows, count) - here) / h;
			step[i] *= slope * last[i] > 0 ? 1.2 : slope * last[i] < 0 ? 0.5 : 1;
			last[i] = slope;
			double moved = now.w[i] - (slope > 0 ? step[i] : slope < 0 ? -step[i] : 0);
			out->w[i] = moved < least[i]      ? least[i]
				    : moved > greatest[i] ? greatest[i]
							  : moved;
		}
		double loss = objective(out, start, rows, count);
		if (loss < best_loss) {
			best_loss = loss;
			best = *out;
		}
	}
	*out = best;
	if (loss_after) {
		*loss_after = log_loss(&best, rows, count, &used);
	}
	return used;
}
