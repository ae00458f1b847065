#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

#include "engine/ml/search.h"

static const struct search_dimension dimensions[] = {
	{.low = 1e-5, .high = 1, .log = true},
	{.low = 1, .high = 12, .whole = true},
	{.choices = 4},
	{.low = -1, .high = 1},
};

/* Least at 3e-3, 7, choice 2, 0.4. */
static double loss_of(const double *p)
{
	double a = log10(p[0] / 3e-3), b = (p[1] - 7) / 4, d = (p[3] - 0.4) * 2;
	return a * a + b * b + (p[2] == 2 ? 0 : 1) + d * d;
}

static double best_of(enum search_method method, uint64_t seed, int trials)
{
	struct search *s;
	const struct search_options options = {.method = method, .seed = seed, .grid_points = 3};
	assert_int_equal(search_new(&s, dimensions, 4, &options, NULL), STATUS_OK);
	double best = INFINITY, point[4];
	for (int i = 0; i < trials && search_next(s, point); i++) {
		assert_true(point[0] >= 1e-5 && point[0] <= 1);
		assert_true(point[1] >= 1 && point[1] <= 12 && point[1] == floor(point[1]));
		assert_true(point[2] == 0 || point[2] == 1 || point[2] == 2 || point[2] == 3);
		assert_true(point[3] >= -1 && point[3] <= 1);
		double loss = i % 17 == 16 ? NAN : loss_of(point); /* a trial that fails */
		assert_int_equal(search_tell(s, point, loss, NULL), STATUS_OK);
		best = loss < best ? loss : best;
	}
	search_free(s);
	return best;
}

static void guided_beats_random(void **state)
{
	(void)state;
	double guided = 0, random = 0;
	int wins = 0;
	for (uint64_t seed = 0; seed < 40; seed++) {
		double a = best_of(SEARCH_TPE, seed, 60), b = best_of(SEARCH_RANDOM, seed, 60);
		guided += a / 40;
		random += b / 40;
		wins += a < b;
	}
	print_message("60 trials, 40 seeds: TPE %.4f, random %.4f, TPE better in %d\n", guided,
		      random, wins);
	assert_true(guided < 0.6 * random);
	assert_true(wins >= 28);
	assert_true(best_of(SEARCH_TPE, 5, 60) == best_of(SEARCH_TPE, 5, 60));
}

static void grid_covers_everything_once(void **state)
{
	(void)state;
	struct search *s;
	const struct search_options options = {.method = SEARCH_GRID, .grid_points = 3};
	const struct search_dimension two[] = {{.low = 1e-2, .high = 1, .log = true},
					       {.choices = 2}};
	static const double expected[6][2] = {{0.01, 0}, {0.01, 1}, {0.1, 0},
					      {0.1, 1},  {1, 0},    {1, 1}};
	double point[2];
	assert_int_equal(search_new(&s, two, 2, &options, NULL), STATUS_OK);
	for (int i = 0; i < 6; i++) {
		assert_true(search_next(s, point));
		assert_true(fabs(point[0] - expected[i][0]) < 1e-12 && point[1] == expected[i][1]);
	}
	assert_false(search_next(s, point));
	search_free(s);
	const struct search_dimension wrong[] = {{.low = 1, .high = 1}};
	assert_int_equal(search_new(&s, wrong, 1, &options, NULL), STATUS_RANGE);
	assert_int_equal(search_new(&s, wrong, 0, &options, NULL), STATUS_RANGE);
}

/* The table of the paper for R = 81, eta = 3. */
static void brackets_are_the_papers(void **state)
{
	(void)state;
	static const struct hyperband_rung table[5][5] = {
		{{5, 81}},
		{{8, 27}, {2, 81}},
		{{15, 9}, {5, 27}, {1, 81}},
		{{34, 3}, {11, 9}, {3, 27}, {1, 81}},
		{{81, 1}, {27, 3}, {9, 9}, {3, 27}, {1, 81}},
	};
	struct hyperband_rung rungs[8];
	assert_int_equal(hyperband_first(81, 3), 4);
	for (size_t s = 0; s <= 4; s++) {
		assert_int_equal(hyperband_bracket(rungs, 8, s, 81, 3), s + 1);
		for (size_t r = 0; r <= s; r++) {
			assert_int_equal(rungs[r].points, table[s][r].points);
			assert_true(fabs(rungs[r].budget - table[s][r].budget) < 1e-9);
		}
	}
	assert_int_equal(hyperband_bracket(rungs, 8, 5, 81, 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guided_beats_random),
		cmocka_unit_test(grid_covers_everything_once),
		cmocka_unit_test(brackets_are_the_papers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
