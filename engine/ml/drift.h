#ifndef MUNDAP_ML_DRIFT_H
#define MUNDAP_ML_DRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* Has the data changed? Distances between two samples, and detectors that watch a stream one value at a time. */

/**
 * Population stability index over bins cut at the reference's quantiles; shares below 1e-4 are raised to it.
 * Usual reading: under 0.1 stable, 0.1 to 0.2 watch, 0.2 and over shifted.
 * Errors: STATUS_RANGE for fewer than 2 bins or an empty sample
 */
enum status drift_psi(double *out, const double *reference, size_t n_reference,
		      const double *current, size_t n_current, size_t bins, struct error *err);
/** PSI of two vectors of counts over the same classes. */
enum status drift_psi_counts(double *out, const double *reference, const double *current,
			     size_t classes, struct error *err);
/** Jensen–Shannon divergence of two vectors of counts. Units: nats, 0 to ln 2. */
enum status drift_jensen_shannon(double *out, const double *reference, const double *current,
				 size_t classes, struct error *err);
/** First Wasserstein distance of two one-dimensional samples, in the data's units. */
enum status drift_wasserstein(double *out, const double *a, size_t na, const double *b, size_t nb,
			      struct error *err);
/**
 * Squared maximum mean discrepancy (unbiased), Gaussian kernel; bandwidth <= 0: the median distance.
 * Shapes: a [na, dimensions], b [nb, dimensions]
 * Source: Gretton et al. 2012, JMLR 13, eq. 3
 */
enum status drift_mmd(double *out, const double *a, size_t na, const double *b, size_t nb,
		      size_t dimensions, double bandwidth, struct error *err);
/**
 * Sliced Wasserstein distance: the mean over random directions of the one-dimensional distance.
 * Shapes: a [na, dimensions], b [nb, dimensions]
 */
enum status drift_sliced_wasserstein(double *out, const double *a, size_t na, const double *b,
				     size_t nb, size_t dimensions, size_t directions, uint64_t seed,
				     struct error *err);

enum drift_level { DRIFT_NONE, DRIFT_WARNING, DRIFT_DETECTED };

/** DDM on a stream of errors (1 wrong, 0 right). Source: Gama et al. 2004. Resets itself after a detection. */
struct ddm {
	uint64_t count, minimum_count;
	double error_rate, lowest_rate, lowest_deviation;
	double warning_factor, drift_factor; /* 2 and 3 in the paper */
};
void ddm_init(struct ddm *ddm);
enum drift_level ddm_update(struct ddm *ddm, bool wrong);

/** Page–Hinkley test for a rise of the mean. Source: Page 1954, Hinkley 1971. */
struct page_hinkley {
	uint64_t count, minimum_count;
	double mean, sum, lowest;
	double delta; /* change that is tolerated, in the stream's units */
	double threshold; /* lambda */
};
void page_hinkley_init(struct page_hinkley *ph, double delta, double threshold);
enum drift_level page_hinkley_update(struct page_hinkley *ph, double value);

/**
 * ADWIN: a window that drops its old part when two sub-windows differ.
 * Source: Bifet and Gavaldà 2007, ADWIN2 (exponential histogram, five buckets a row, delta the confidence).
 * Values are expected in [0, 1].
 */
#define ADWIN_ROWS 40
#define ADWIN_PER_ROW 6
struct adwin {
	double delta;
	struct adwin_row {
		int count;
		double sum[ADWIN_PER_ROW], variance[ADWIN_PER_ROW];
	} rows[ADWIN_ROWS];
	uint64_t width, seen;
	double total, variance;
};
void adwin_init(struct adwin *adwin, double delta);
/** DRIFT_DETECTED when old values were dropped. */
enum drift_level adwin_update(struct adwin *adwin, double value);
double adwin_mean(const struct adwin *adwin);

/** EWMA control chart: |ewma - target| beyond limit standard deviations. Source: Roberts 1959. */
struct ewma {
	double weight, limit; /* 0.2 and 3 are usual */
	double target, deviation, value;
	uint64_t count;
};
void ewma_init(struct ewma *ewma, double weight, double limit, double target, double deviation);
enum drift_level ewma_update(struct ewma *ewma, double value);

/**
 * Generalised ESD test: which of x are outliers, at most `most` of them, level alpha.
 * Source: Rosner 1983. outlier[i] is set; returns how many in *count. Errors: STATUS_RANGE when most >= n - 2.
 */
enum status outliers_esd(bool *outlier, size_t *count, const double *x, size_t n, size_t most,
			 double alpha, struct error *err);

#endif
