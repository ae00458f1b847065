#ifndef MUNDAP_ML_DRIFT_WINDOW_H
#define MUNDAP_ML_DRIFT_WINDOW_H

#include "engine/ml/drift.h"

/* Two-sample comparisons on a stream: values are gathered into windows, and each full window is compared with the reference. */

enum window_test {
	WINDOW_PSI,
	WINDOW_KS,
	WINDOW_CHI_SQUARED,
	WINDOW_JENSEN_SHANNON,
	WINDOW_WASSERSTEIN
};

struct window_options {
	enum window_test test;
	size_t window; /* values a window, at least 2 */
	size_t bins; /* PSI, Jensen–Shannon of numbers: 10 is usual */
	/* PSI, JS, Wasserstein: drift from this statistic on; KS, chi-squared: from p-values under it on. 0: calibrated
	 * (PSI, JS, Wasserstein: exceeded by chance in a share alpha of the windows; the tests: alpha itself). */
	double threshold;
	double alpha; /* 0: 0.01 */
	uint64_t seed; /* of the calibration */
};

struct drift_window;

/**
 * reference [n] is copied; chi-squared takes class numbers (whole, 0 … 999).
 * Errors: STATUS_RANGE for fewer than 2 values, options, or class numbers; STATUS_NOMEM. Owns: drift_window_free
 */
enum status drift_window_new(struct drift_window **out, const double *reference, size_t n,
			     const struct window_options *options, struct error *err);
void drift_window_free(struct drift_window *window);
/** DRIFT_NONE while a window fills; at its last value what the comparison says. Errors go to err and count as DRIFT_NONE. */
enum drift_level drift_window_update(struct drift_window *window, double value, struct error *err);
/** Of the last full window; NAN before the first. p_value: KS and chi-squared, else NAN. */
double drift_window_statistic(const struct drift_window *window);
double drift_window_p_value(const struct drift_window *window);
double drift_window_threshold(const struct drift_window *window);
size_t drift_window_count(const struct drift_window *window);

#endif
