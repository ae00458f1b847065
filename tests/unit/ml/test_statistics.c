#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "engine/ml/sorting.h"
#include "engine/base/rng.h"
#include "engine/ml/drift.h"
#include "engine/ml/hypothesis.h"
#include "engine/ml/metrics.h"
#include "engine/ml/special.h"
#include "tests/unit/ml/golden_stats.h"

#define COUNT(x) (sizeof(x) / sizeof *(x))
#define A golden_a, COUNT(golden_a)
#define B golden_b, COUNT(golden_b)

static void near_by(double actual, double expected, double tolerance, const char *what)
{
	if (!(fabs(actual - expected) <= tolerance * fmax(1, fabs(expected)))) {
		fail_msg("%s: %.17g, expected %.17g", what, actual, expected);
	}
}

static void distribution_functions_match_scipy(void **state)
{
	(void)state;
	/* SciPy's inverse is good to 1e-9 here: its own tail at that point is 0.02500000001. */
	near_by(student_t_quantile(0.975, 7.3), GOLDEN_T_Q, 1e-9, "t quantile");
	near_by(normal_quantile(1e-7), GOLDEN_N_Q, 1e-12, "normal quantile");
	near_by(f_sf(3.3, 4, 17), GOLDEN_F_SF, 1e-12, "F");
	near_by(chi_squared_sf(30.5, 12), GOLDEN_CHI_SF, 1e-12, "chi-squared");
	near_by(special_beta_i(2.5, 0.7, 0.83), GOLDEN_BETA, 1e-12, "beta");
	near_by(kolmogorov_sf(0.5), GOLDEN_KOLMOGOROV_05, 1e-12, "Kolmogorov 0.5");
	near_by(kolmogorov_sf(1.2), GOLDEN_KOLMOGOROV_12, 1e-12, "Kolmogorov 1.2");
	for (double p = 0.001; p < 1; p += 0.0371) {
		near_by(normal_cdf(normal_quantile(p)), p, 1e-14, "normal round trip");
		near_by(student_t_cdf(student_t_quantile(p, 3), 3), p, 1e-12, "t round trip");
	}
}

static void tests_match_scipy(void **state)
{
	(void)state;
	struct test_result r;
	assert_int_equal(t_test_one(&r, A, 9.5, 0.95, NULL), STATUS_OK);
	near_by(r.statistic, GOLDEN_T1, 1e-10, "t one");
	near_by(r.p_value, GOLDEN_T1_P, 1e-10, "t one p");
	assert_int_equal(t_test_pooled(&r, A, B, 0.95, NULL), STATUS_OK);
	near_by(r.statistic, GOLDEN_TP, 1e-10, "t pooled");
	near_by(r.p_value, GOLDEN_TP_P, 1e-10, "t pooled p");
	assert_int_equal(t_test_welch(&r, A, B, 0.95, NULL), STATUS_OK);
	near_by(r.statistic, GOLDEN_TW, 1e-10, "Welch");
	near_by(r.p_value, GOLDEN_TW_P, 1e-10, "Welch p");
	assert_true(r.low < r.estimate && r.estimate < r.high);
	assert_int_equal(t_test_paired(&r, golden_a, B, 0.95, NULL), STATUS_OK);
	near_by(r.statistic, GOLDEN_TR, 1e-10, "paired");
	near_by(r.p_value, GOLDEN_TR_P, 1e-10, "paired p");
	assert_int_equal(mann_whitney(&r, A, B, NULL), STATUS_OK);
	near_by(r.statistic, GOLDEN_MW, 1e-12, "U");
	near_by(r.p_value, GOLDEN_MW_P, 1e-10, "U p");
	assert_int_equal(mann_whitney(&r, golden_tied_a, COUNT(golden_tied_a), golden_tied_b,
				      COUNT(golden_tied_b), NULL),
			 STATUS_OK);
	near_by(r.statistic, GOLDEN_MWT, 1e-12, "U with ties");
	near_by(r.p_value, GOLDEN_MWT_P, 1e-10, "U with ties p");
	assert_int_equal(ks_two_sample(&r, A, B, NULL), STATUS_OK);
	near_by(r.statistic, GOLDEN_KS, 1e-12, "D");
	near_by(r.p_value, GOLDEN_KS_P, 1e-9, "D p");
	assert_int_equal(chi_squared_independence(&r, golden_table, 2, 3, NULL), STATUS_OK);
	near_by(r.statistic, GOLDEN_CHI, 1e-12, "chi");
	near_by(r.p_value, GOLDEN_CHI_P, 1e-12, "chi p");
	assert_int_equal(fisher_exact(&r, 8, 2, 1, 5, NULL), STATUS_OK);
	near_by(r.estimate, GOLDEN_FISHER_ODDS, 1e-12, "odds");
	near_by(r.p_value, GOLDEN_FISHER_P, 1e-9, "Fisher p");
}

static void misuse_is_an_explained_error(void **state)
{
	(void)state;
	struct test_result r;
	struct error err = ERROR_INIT;
	double one[] = {1}, bad[] = {1, NAN, 3};
	assert_int_equal(t_test_one(&r, one, 1, 0, 0.95, &err), STATUS_RANGE);
	error_clear(&err);
	assert_int_equal(mann_whitney(&r, bad, 3, one, 1, &err), STATUS_INVALID);
	assert_string_equal(err.message, "value 2 is NaN");
	double p[] = {0.2, 1.2};
	assert_int_equal(adjust_holm(p, p, 2, NULL), STATUS_RANGE);
	assert_int_equal(sample_size_proportions(0.1, 0.1, 0.05, 0.8), 0);
}

static void planning_and_adjusting(void **state)
{
	(void)state;
	/* Textbook case: 10 % against 12 %, 5 % two-sided, 80 % power. */
	uint64_t n = sample_size_proportions(0.10, 0.12, 0.05, 0.8);
	assert_in_range(n, 3838, 3844);
	assert_true(power_proportions(0.10, 0.12, n, 0.05) >= 0.8);
	assert_true(power_proportions(0.10, 0.12, n - 40, 0.05) < 0.8);
	assert_int_equal(sample_size_means(0.5, 1, 0.05, 0.8), 63);
	double p[] = {0.01, 0.04, 0.03, 0.005}, out[4];
	adjust_holm(out, p, 4, NULL);
	near_by(out[3], 0.02, 1e-12, "Holm 1");
	near_by(out[0], 0.03, 1e-12, "Holm 2");
	near_by(out[2], 0.06, 1e-12, "Holm 3");
	near_by(out[1], 0.06, 1e-12, "Holm 4");
	adjust_benjamini_hochberg(out, p, 4, NULL);
	near_by(out[1], 0.04, 1e-12, "BH");
}

static void metrics_match_scikit_learn(void **state)
{
	(void)state;
	double confusion[9];
	struct classification_report r;
	assert_int_equal(confusion_matrix(confusion, golden_truth, golden_predicted,
					  COUNT(golden_truth), 3, NULL),
			 STATUS_OK);
	assert_int_equal(classification_report(&r, NULL, confusion, 3, NULL), STATUS_OK);
	near_by(r.accuracy, GOLDEN_ACC, 1e-12, "accuracy");
	near_by(r.balanced_accuracy, GOLDEN_BALANCED, 1e-12, "balanced");
	near_by(r.macro_f1, GOLDEN_MACRO_F1, 1e-12, "macro F1");
	near_by(r.weighted_f1, GOLDEN_WEIGHTED_F1, 1e-12, "weighted F1");
	near_by(r.kappa, GOLDEN_KAPPA, 1e-12, "kappa");
	near_by(r.mcc, GOLDEN_MCC, 1e-12, "mcc");
	size_t n = COUNT(golden_binary);
	near_by(roc_auc(golden_binary, golden_score, n), GOLDEN_AUC, 1e-12, "AUC");
	near_by(average_precision(golden_binary, golden_score, n), GOLDEN_AP, 1e-12, "AP");
	near_by(brier_score(golden_binary, golden_probability, n), GOLDEN_BRIER, 1e-12, "Brier");
	double *both = malloc(2 * n * sizeof *both);
	assert_non_null(both);
	for (size_t i = 0; i < n; i++) {
		both[2 * i] = 1 - golden_probability[i];
		both[2 * i + 1] = golden_probability[i];
	}
	near_by(log_loss(golden_binary, both, n, 2), GOLDEN_LOGLOSS, 1e-12, "log loss");
	free(both);
	near_by(ndcg(golden_relevance, COUNT(golden_relevance), 5), GOLDEN_NDCG5, 1e-12, "NDCG");
	near_by(r_squared(golden_a, golden_b, 35), GOLDEN_R2, 1e-12, "R2");
	near_by(root_mean_squared_error(golden_a, golden_b, 35), GOLDEN_RMSE, 1e-12, "RMSE");
	int32_t outside[] = {3};
	assert_int_equal(confusion_matrix(confusion, outside, outside, 1, 3, NULL), STATUS_RANGE);
}

static void calibration_of_known_cases(void **state)
{
	(void)state;
	int32_t correct[100];
	double confidence[100];
	for (int i = 0; i < 100; i++) {
		correct[i] = i < 70;
		confidence[i] = 0.7;
	}
	near_by(calibration_error(correct, confidence, 100, 10), 0, 1e-12, "calibrated");
	for (int i = 0; i < 100; i++) {
		confidence[i] = 0.95;
	}
	near_by(calibration_error(correct, confidence, 100, 10), 0.25, 1e-12, "over-confident");
}

static void distances_match(void **state)
{
	(void)state;
	double d;
	assert_int_equal(drift_wasserstein(&d, A, B, NULL), STATUS_OK);
	near_by(d, GOLDEN_WASSERSTEIN, 1e-12, "Wasserstein");
	double p[] = {10, 20, 30, 40}, q[] = {25, 25, 25, 25};
	assert_int_equal(drift_jensen_shannon(&d, p, q, 4, NULL), STATUS_OK);
	near_by(d, GOLDEN_JS, 1e-12, "JS");
	assert_int_equal(drift_psi_counts(&d, p, p, 4, NULL), STATUS_OK);
	near_by(d, 0, 1e-15, "PSI of equals");
	assert_int_equal(drift_psi_counts(&d, p, q, 4, NULL), STATUS_OK);
	near_by(d, 0.15 * log(2.5) + 0.05 * log(1.25) - 0.05 * log(25.0 / 30) - 0.15 * log(0.625),
		1e-12, "PSI");
	double zero[4] = {0};
	assert_int_equal(drift_psi_counts(&d, p, zero, 4, NULL), STATUS_RANGE);
}

/* Windows of 2,000 normal values, 200 pairs each way: what the thresholds of the lessons rest on. */
static void psi_tells_shift_from_none(void **state)
{
	(void)state;
	enum { WINDOW = 2000, PAIRS = 200 };
	static double reference[WINDOW], current[WINDOW];
	int alarms = 0, found = 0;
	struct rng rng;
	rng_init(&rng, 11, 0);
	for (int pair = 0; pair < PAIRS; pair++) {
		double psi;
		for (int i = 0; i < WINDOW; i++) {
			reference[i] = rng_normal(&rng);
			current[i] = rng_normal(&rng);
		}
		assert_int_equal(drift_psi(&psi, reference, WINDOW, current, WINDOW, 10, NULL),
				 STATUS_OK);
		alarms += psi >= 0.1;
		for (int i = 0; i < WINDOW; i++) {
			current[i] += 0.6;
		}
		drift_psi(&psi, reference, WINDOW, current, WINDOW, 10, NULL);
		found += psi >= 0.2;
	}
	assert_int_equal(alarms, 0);
	assert_int_equal(found, PAIRS);
}

static void detectors_see_change_and_stay_quiet_without(void **state)
{
	(void)state;
	enum { RUNS = 200, BEFORE = 1000, AFTER = 1000 };
	int ddm_found = 0, ph_found = 0, adwin_found = 0, early_ph = 0, early_adwin = 0;
	for (int run = 0; run < RUNS; run++) {
		struct rng rng;
		rng_init(&rng, 100, (uint64_t)run);
		struct ddm ddm;
		struct page_hinkley ph;
		struct adwin adwin;
		ddm_init(&ddm);
		page_hinkley_init(&ph, 0.05, 20);
		adwin_init(&adwin, 0.002);
		bool ddm_seen = false, ph_seen = false, adwin_seen = false;
		for (int i = 0; i < BEFORE + AFTER; i++) {
			bool wrong = rng_uniform(&rng) < (i < BEFORE ? 0.1 : 0.3);
			enum drift_level d = ddm_update(&ddm, wrong);
			enum drift_level p = page_hinkley_update(&ph, wrong);
			enum drift_level a = adwin_update(&adwin, wrong);
			if (i < BEFORE) {
				early_ph += p == DRIFT_DETECTED;
				early_adwin += a == DRIFT_DETECTED;
				continue;
			}
			ddm_seen |= d == DRIFT_DETECTED;
			ph_seen |= p == DRIFT_DETECTED;
			adwin_seen |= a == DRIFT_DETECTED;
		}
		ddm_found += ddm_seen;
		ph_found += ph_seen;
		adwin_found += adwin_seen;
	}
	assert_true(ddm_found >= RUNS * 9 / 10);
	assert_true(ph_found >= RUNS * 9 / 10);
	assert_true(adwin_found >= RUNS * 9 / 10);
	assert_true(early_ph <= RUNS / 20);
	assert_true(early_adwin <= RUNS / 20);
}

static void adwin_follows_the_mean(void **state)
{
	(void)state;
	struct adwin adwin;
	adwin_init(&adwin, 0.01);
	struct rng rng;
	rng_init(&rng, 5, 0);
	for (int i = 0; i < 20000; i++) {
		adwin_update(&adwin, 0.2 + 0.1 * rng_uniform(&rng));
	}
	assert_true(adwin.width > 15000);
	for (int i = 0; i < 2000; i++) {
		adwin_update(&adwin, 0.7 + 0.1 * rng_uniform(&rng));
	}
	assert_true(adwin.width <= 2100);
	near_by(adwin_mean(&adwin), 0.75, 0.01, "mean after the change");
}

static void outliers_are_found(void **state)
{
	(void)state;
	/* Rosner's data set as NIST prints it (54 values); three outliers at level 0.05. */
	static const double x[] = {
		-0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56,
		1.58,  1.65, 1.69, 1.70, 1.76, 1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.10,
		2.14,  2.15, 2.23, 2.24, 2.26, 2.35, 2.37, 2.40, 2.47, 2.54, 2.62, 2.64, 2.90, 2.92,
		2.92,  2.93, 3.21, 3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01};
	bool outlier[COUNT(x)];
	size_t count;
	assert_int_equal(outliers_esd(outlier, &count, x, COUNT(x), 10, 0.05, NULL), STATUS_OK);
	assert_int_equal(count, 3);
	assert_true(outlier[53] && outlier[52] && outlier[51] && !outlier[50]);
	struct ewma ewma;
	ewma_init(&ewma, 0.2, 3, 10, 1);
	for (int i = 0; i < 50; i++) {
		assert_int_not_equal(ewma_update(&ewma, 10 + (i % 2 ? 0.5 : -0.5)), DRIFT_DETECTED);
	}
	int steps = 0;
	while (ewma_update(&ewma, 12) != DRIFT_DETECTED) {
		steps++;
	}
	assert_true(steps < 5);
}

/* Long samples are sorted by their bits: order, values and count stay what comparing gives. */
static void long_samples_are_sorted(void **state)
{
	(void)state;
	enum { N = 20000 };
	static double x[N];
	struct rng rng;
	rng_init(&rng, 3, 0);
	double sum = 0;
	for (int i = 0; i < N; i++) {
		x[i] = i % 5 == 0 ? (double)(i % 7) - 3 : rng_normal(&rng) * pow(10, i % 9 - 4);
		sum += x[i];
	}
	x[17] = INFINITY;
	x[18] = -INFINITY;
	x[19] = -0.0;
	double *sorted = sorted_copy(x, N), again = 0;
	assert_non_null(sorted);
	for (int i = 1; i < N; i++) {
		assert_true(sorted[i - 1] <= sorted[i]);
		again += isfinite(sorted[i]) ? sorted[i] : 0;
	}
	assert_true(sorted[0] == -INFINITY && sorted[N - 1] == INFINITY);
	double replaced = 0;
	rng_init(&rng, 3, 0);
	for (int i = 0; i < N; i++) {
		double value =
			i % 5 == 0 ? (double)(i % 7) - 3 : rng_normal(&rng) * pow(10, i % 9 - 4);
		replaced += i >= 17 && i <= 19 ? value : 0;
	}
	assert_true(fabs(again - (sum - replaced)) < 1e-6 * fabs(sum) + 1e-3);
	free(sorted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_samples_are_sorted),
		cmocka_unit_test(distribution_functions_match_scipy),
		cmocka_unit_test(tests_match_scipy),
		cmocka_unit_test(misuse_is_an_explained_error),
		cmocka_unit_test(planning_and_adjusting),
		cmocka_unit_test(metrics_match_scikit_learn),
		cmocka_unit_test(calibration_of_known_cases),
		cmocka_unit_test(distances_match),
		cmocka_unit_test(psi_tells_shift_from_none),
		cmocka_unit_test(detectors_see_change_and_stay_quiet_without),
		cmocka_unit_test(adwin_follows_the_mean),
		cmocka_unit_test(outliers_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
