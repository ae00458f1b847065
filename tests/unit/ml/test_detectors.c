#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "engine/base/rng.h"
#include "engine/ml/drift_window.h"
#include "tests/unit/ml/golden_windows.h"

/* Runs of a quality test: few beside everything else, 1,000 in the long tests (MUNDAP_LONG=1). */
static int run_count(int few)
{
	const char *wish = getenv("MUNDAP_LONG");
	return wish && *wish == '1' ? 1000 : few;
}

/* The samples of scripts/golden_windows.py. */
static double sample(long i, long step, double shift, double scale)
{
	return shift + scale * ((double)((i * step) % 997) / 997.0 +
				(double)((i * i * 7 + i * step) % 503) / 503.0);
}

static void agrees_with_scipy(void **state)
{
	(void)state;
	enum { N = 400, W = 150 };
	static const struct {
		enum window_test test;
		double statistic, p_value, tolerance;
	} cases[] = {
		{WINDOW_PSI, GOLDEN_PSI, NAN, 1e-12},
		{WINDOW_JENSEN_SHANNON, GOLDEN_JENSEN_SHANNON, NAN, 1e-12},
		{WINDOW_WASSERSTEIN, GOLDEN_WASSERSTEIN, NAN, 1e-12},
		{WINDOW_KS, GOLDEN_KS, GOLDEN_KS_P, 1e-10},
		{WINDOW_CHI_SQUARED, GOLDEN_CHI_SQUARED, GOLDEN_CHI_SQUARED_P, 1e-10},
	};
	double reference[N];
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		bool classes = cases[c].test == WINDOW_CHI_SQUARED;
		for (long i = 0; i < N; i++) {
			reference[i] = classes ? (double)(i * 7 % 11 % 4) : sample(i, 131, 0, 1);
		}
		const struct window_options options = {
			.test = cases[c].test, .window = W, .bins = 8, .threshold = 1e-9};
		struct drift_window *w;
		assert_int_equal(drift_window_new(&w, reference, N, &options, NULL), STATUS_OK);
		assert_true(isnan(drift_window_statistic(w)));
		for (long i = 0; i < W; i++) {
			drift_window_update(
				w, classes ? (double)(i * 5 % 13 % 4) : sample(i, 211, 0.25, 0.9),
				NULL);
		}
		assert_int_equal(drift_window_count(w), 1);
		assert_true(fabs(drift_window_statistic(w) - cases[c].statistic) <
			    cases[c].tolerance);
		if (!isnan(cases[c].p_value)) {
			assert_true(fabs(drift_window_p_value(w) - cases[c].p_value) < 1e-9);
		}
		drift_window_free(w);
	}
}

/* Runs of one stream each: how many of them cry drift on a stream that is (not) shifted. */
static int alarms(enum window_test test, int runs, double shift)
{
	enum { N = 1000, W = 500 };
	int count = 0;
	double reference[N];
	for (int run = 0; run < runs; run++) {
		struct rng rng;
		rng_init(&rng, 1000 + (uint64_t)run, 0);
		bool classes = test == WINDOW_CHI_SQUARED;
		for (int i = 0; i < N; i++) {
			reference[i] =
				classes ? (double)(rng_uniform(&rng) < 0.3) : rng_normal(&rng);
		}
		const struct window_options options = {
			.test = test, .window = W, .alpha = 0.01, .seed = (uint64_t)run};
		struct drift_window *w;
		assert_int_equal(drift_window_new(&w, reference, N, &options, NULL), STATUS_OK);
		enum drift_level level = DRIFT_NONE;
		for (int i = 0; i < W; i++) {
			double value = classes ? (double)(rng_uniform(&rng) < 0.3 + shift / 3)
					       : rng_normal(&rng) + shift;
			level = drift_window_update(w, value, NULL);
		}
		count += level == DRIFT_DETECTED;
		drift_window_free(w);
	}
	return count;
}

/* Streams of 1,000 errors (or measurements) that stay as they are, then 1,000 that have changed. */
enum stream { STREAM_DDM, STREAM_DDM_CAREFUL, STREAM_PAGE_HINKLEY, STREAM_ADWIN, STREAM_EWMA };

static bool sees(enum stream kind, void *detector, double value)
{
	enum drift_level level = kind <= STREAM_DDM_CAREFUL ? ddm_update(detector, value != 0)
				 : kind == STREAM_PAGE_HINKLEY
					 ? page_hinkley_update(detector, value)
				 : kind == STREAM_ADWIN ? adwin_update(detector, value)
							: ewma_update(detector, value);
	return level == DRIFT_DETECTED;
}

static void watch_streams(enum stream kind, int runs, int *early, int *found)
{
	union {
		struct ddm ddm;
		struct page_hinkley page_hinkley;
		struct adwin adwin;
		struct ewma ewma;
	} detector;
	*early = *found = 0;
	for (int run = 0; run < runs; run++) {
		struct rng rng;
		rng_init(&rng, 5000 + (uint64_t)run, 1);
		if (kind <= STREAM_DDM_CAREFUL) {
			ddm_init(&detector.ddm);
			if (kind == STREAM_DDM_CAREFUL) {
				detector.ddm.minimum_count = 100;
				detector.ddm.drift_factor = 4;
			}
		} else if (kind == STREAM_PAGE_HINKLEY) {
			page_hinkley_init(&detector.page_hinkley, 0.05, 20);
		} else if (kind == STREAM_ADWIN) {
			adwin_init(&detector.adwin, 0.002);
		} else {
			ewma_init(&detector.ewma, 0.2, 4, 0, 1);
		}
		bool before = false, after = false;
		for (int i = 0; i < 2000; i++) {
			bool changed = i >= 1000;
			double value =
				kind == STREAM_EWMA
					? rng_normal(&rng) + (changed ? 1.5 : 0)
					: (double)(rng_uniform(&rng) < (changed ? 0.4 : 0.1));
			bool alarm = sees(kind, &detector, value);
			before = before || (alarm && !changed);
			after = after || (alarm && changed);
		}
		*early += before;
		*found += after;
	}
}

/* Stated for each: at most this share of quiet streams of 1,000 values raises an alarm. */
static void streams_are_watched_well(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		double most_early;
	} stated[] = {{"DDM as in the paper", 0.60},
		      {"DDM, 100 values first, factor 4", 0.08},
		      {"Page-Hinkley, delta 0.05, threshold 20", 0.01},
		      {"ADWIN, delta 0.002", 0.05},
		      {"EWMA, weight 0.2, limit 4", 0.10}};
	int runs = run_count(100);
	for (int kind = STREAM_DDM; kind <= STREAM_EWMA; kind++) {
		int early, found;
		watch_streams((enum stream)kind, runs, &early, &found);
		print_message("%s, %d runs: %.3f false alarms, power %.3f\n", stated[kind].name,
			      runs, (double)early / runs, (double)found / runs);
		assert_true(early <= stated[kind].most_early * runs);
		assert_true(found >= 0.9 * runs);
	}
}

/* Level 0.01 a window: more than this many false alarms in so many runs has a chance under one in a thousand. */
static int most_false_alarms(int runs)
{
	double mean = 0.01 * runs;
	return (int)ceil(mean + 3.1 * sqrt(mean * 0.99) + 0.5);
}

static void finds_shifts_and_cries_seldom(void **state)
{
	(void)state;
	int runs = run_count(20);
	for (int test = WINDOW_PSI; test <= WINDOW_WASSERSTEIN; test++) {
		int quiet = alarms((enum window_test)test, runs, 0);
		int found = alarms((enum window_test)test, runs, 0.35);
		print_message("test %d, %d runs: %.4f false alarms, power %.4f\n", test, runs,
			      (double)quiet / runs, (double)found / runs);
		assert_true(quiet <= most_false_alarms(runs));
		assert_true(found >= 0.9 * runs);
	}
}

static void wrong_use_is_refused(void **state)
{
	(void)state;
	const double some[] = {1, 2, 3, 0.5}, gap[] = {1, NAN};
	struct drift_window *w;
	struct window_options options = {.test = WINDOW_CHI_SQUARED, .window = 2, .bins = 3};
	assert_int_equal(drift_window_new(&w, some, 4, &options, NULL), STATUS_RANGE);
	options.test = WINDOW_PSI;
	assert_int_equal(drift_window_new(&w, gap, 2, &options, NULL), STATUS_INVALID);
	options.window = 1;
	assert_int_equal(drift_window_new(&w, some, 4, &options, NULL), STATUS_RANGE);
	options.window = 2;
	assert_int_equal(drift_window_new(&w, some, 4, &options, NULL), STATUS_OK);
	struct error err = ERROR_INIT;
	assert_int_equal(drift_window_update(w, NAN, &err), DRIFT_NONE);
	assert_int_equal(err.status, STATUS_RANGE);
	drift_window_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_scipy),
		cmocka_unit_test(finds_shifts_and_cries_seldom),
		cmocka_unit_test(streams_are_watched_well),
		cmocka_unit_test(wrong_use_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
