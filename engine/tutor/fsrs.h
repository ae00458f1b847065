#ifndef MUNDAP_TUTOR_FSRS_H
#define MUNDAP_TUTOR_FSRS_H

#include <stdint.h>

/* Spaced repetition by FSRS-6: memory state from the history of grades, interval from the wanted retention.
 * Units: days; stability S is the interval at which recall is 90 %. Source: the FSRS-6 formulas, 21 weights. */

#define FSRS_VERSION 6
#define FSRS_WEIGHTS 21

enum fsrs_grade { FSRS_AGAIN = 1, FSRS_HARD = 2, FSRS_GOOD = 3, FSRS_EASY = 4 };

struct fsrs_weights {
	double w[FSRS_WEIGHTS];
};
extern const struct fsrs_weights fsrs_default_weights;

struct fsrs_state {
	double stability; /* days; 0: never reviewed */
	double difficulty; /* 1…10 */
};

/** Probability of recall after days. */
double fsrs_recall(const struct fsrs_weights *weights, double stability, double days);
/** Days until recall falls to retention (0 < retention ≤ 1). */
double fsrs_interval(const struct fsrs_weights *weights, double stability, double retention);
/** State after a review; days since the last one (below 1: same day, 0 for the first). */
struct fsrs_state fsrs_review(const struct fsrs_weights *weights, struct fsrs_state before,
			      enum fsrs_grade grade, double days);

/* A card with the usual learning steps (1 and 10 minutes, 10 minutes when relearning) before whole-day intervals. */
enum fsrs_phase { FSRS_NEW, FSRS_LEARNING, FSRS_REVIEW, FSRS_RELEARNING };
struct fsrs_card {
	struct fsrs_state state;
	enum fsrs_phase phase;
	int step; /* of the learning steps */
	int64_t last_review, due; /* seconds since 1970; 0 none */
};

/** Reviews a card at a moment and sets when it is due next. Interval is whole days, rounded, at least 1. */
void fsrs_card_review(struct fsrs_card *card, const struct fsrs_weights *weights, double retention,
		      enum fsrs_grade grade, int64_t now);

/* One row of the review log; rows of one card follow each other in time. */
struct fsrs_log_row {
	int64_t card, time; /* seconds since 1970 */
	int grade;
	int version; /* algorithm that scheduled it */
};

/**
 * Weights that explain the learner's own log best (log loss of recall, by gradient descent from start).
 * Needs at least 200 reviews at intervals of a day or more; fewer leave out = start and return the count.
 * loss_before and loss_after may be NULL. Returns the number of reviews used.
 */
int fsrs_optimise(struct fsrs_weights *out, const struct fsrs_weights *start,
		  const struct fsrs_log_row *rows, int count, double *loss_before,
		  double *loss_after);

#endif
