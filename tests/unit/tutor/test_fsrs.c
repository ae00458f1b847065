#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "engine/base/rng.h"
#include "engine/tutor/fsrs.h"

static void near(double actual, double expected, double tolerance)
{
	if (!(fabs(actual - expected) <= tolerance)) {
		fail_msg("%.10f instead of %.10f", actual, expected);
	}
}

static struct fsrs_state play(const struct fsrs_weights *weights)
{
	static const int grades[] = {1, 3, 3, 3, 3, 3};
	static const double days[] = {0, 0, 1, 3, 8, 21};
	struct fsrs_state state = {0, 0};
	for (int i = 0; i < 6; i++) {
		state = fsrs_review(weights, state, (enum fsrs_grade)grades[i], days[i]);
	}
	return state;
}

static void memory_state_matches_the_reference(void **state)
{
	(void)state;
	struct fsrs_state s = play(&fsrs_default_weights);
	near(s.stability, 53.62691, 1e-5); /* the reference computes in float32 */
	near(s.difficulty, 6.3574867, 5e-7);
	struct fsrs_weights long_term = fsrs_default_weights;
	long_term.w[17] = long_term.w[18] = long_term.w[19] = 0;
	near(play(&long_term).stability, 53.335106, 5e-5);
}

static void intervals_match_the_reference(void **state)
{
	(void)state;
	static const double expected[] = {3116769, 34793, 2508, 387, 90, 27, 9, 3, 1, 1};
	for (int i = 0; i < 10; i++) {
		double days = floor(fsrs_interval(&fsrs_default_weights, 1, (i + 1) / 10.0) + 0.5);
		near(days < 1 ? 1 : days, expected[i], 0);
	}
}

static void learning_steps_match_the_reference(void **state)
{
	(void)state;
	static const int grades[] = {3, 3, 3, 3, 3, 3, 1, 1, 3, 3, 3, 3, 3};
	static const int expected[] = {0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21};
	struct fsrs_card card = {0};
	int64_t now = 1700000000;
	for (int i = 0; i < 13; i++) {
		fsrs_card_review(&card, &fsrs_default_weights, 0.9, (enum fsrs_grade)grades[i],
				 now);
		assert_int_equal((card.due - now) / 86400, expected[i]);
		now = card.due;
	}
}

static void recall_falls_to_the_wanted_retention(void **state)
{
	(void)state;
	for (double retention = 0.7; retention < 0.98; retention += 0.05) {
		double days = fsrs_interval(&fsrs_default_weights, 12.5, retention);
		near(fsrs_recall(&fsrs_default_weights, 12.5, days), retention, 1e-12);
	}
	near(fsrs_recall(&fsrs_default_weights, 30, 30), 0.9, 1e-12);
}

/* A learner who forgets twice as fast: the optimiser must explain the log better than the defaults do. */
static void optimiser_learns_from_the_log(void **state)
{
	(void)state;
	enum { CARDS = 120, REVIEWS = 8 };
	struct fsrs_log_row *rows = calloc(CARDS * REVIEWS, sizeof *rows);
	assert_non_null(rows);
	struct fsrs_weights truth = fsrs_default_weights;
	for (int i = 0; i < 4; i++) {
		truth.w[i] *= 0.3;
	}
	struct rng rng;
	rng_init(&rng, 11, 0);
	int count = 0;
	for (int c = 0; c < CARDS; c++) {
		struct fsrs_state memory = {0, 0};
		int64_t now = 1700000000;
		for (int r = 0; r < REVIEWS; r++) {
			double days = r == 0 ? 0 : 1 + (double)rng_below(&rng, 12);
			now += (int64_t)(days * 86400);
			double recall = fsrs_recall(&truth, memory.stability, days);
			int grade = r == 0 || rng_uniform(&rng) < recall ? 3 : 1;
			memory = fsrs_review(&truth, memory, (enum fsrs_grade)grade, days);
			rows[count++] = (struct fsrs_log_row){c, now, grade, FSRS_VERSION};
		}
	}
	struct fsrs_weights fitted;
	double before, after;
	int used = fsrs_optimise(&fitted, &fsrs_default_weights, rows, count, &before, &after);
	assert_int_equal(used, CARDS * (REVIEWS - 1));
	if (!(after < before - 0.005)) {
		fail_msg("%f then %f", before, after);
	}
	assert_true(fitted.w[2] < fsrs_default_weights.w[2]);
	/* Too few reviews: nothing is changed. */
	used = fsrs_optimise(&fitted, &fsrs_default_weights, rows, 80, &before, &after);
	assert_true(used < 200);
	near(fitted.w[2], fsrs_default_weights.w[2], 0);
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_state_matches_the_reference),
		cmocka_unit_test(intervals_match_the_reference),
		cmocka_unit_test(learning_steps_match_the_reference),
		cmocka_unit_test(recall_falls_to_the_wanted_retention),
		cmocka_unit_test(optimiser_learns_from_the_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
