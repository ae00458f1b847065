#ifndef MUNDAP_MLOPS_METRICS_H
#define MUNDAP_MLOPS_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"
#include "engine/base/strbuf.h"

/* Counters, gauges and histograms with labels, exposed as Prometheus text. Any thread may move a value: updates are
 * atomic, and registering locks.
 * Source: "Prometheus exposition formats", text format 0.0.4 */

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metrics; /* a registry */
struct metric; /* one time series: a name with one set of label values */

struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);

/**
 * The series of a name and its labels, made at the first call. labels: "route=/predict,code=200" or "" (values may hold
 * anything but ',' and '='). buckets: upper bounds in rising order for a histogram, else NULL.
 * Owns: the registry. Errors: STATUS_INVALID for a name outside [a-zA-Z_:][a-zA-Z0-9_:]* or a kind that differs from
 * the first; STATUS_RANGE over 1,000 series of one name (a label with unbounded values); STATUS_NOMEM
 */
struct metric *metrics_series(struct metrics *metrics, enum metric_kind kind, const char *name,
			      const char *help, const char *labels, const double *buckets,
			      size_t bucket_count, struct error *err);

void metric_add(struct metric *metric, double amount);
void metric_set(struct metric *metric, double value);
/** A histogram takes an observation. */
void metric_observe(struct metric *metric, double value);
double metric_value(const struct metric *metric);
/** Observations so far of a histogram. */
uint64_t metric_count(const struct metric *metric);
/** q-quantile by linear interpolation inside the bucket, as histogram_quantile() of PromQL. NAN without observations. */
double metric_quantile(const struct metric *metric, double q);

/** Appends all series in the text format, names in the order of their registration. */
void metrics_expose(struct metrics *metrics, struct strbuf *out);

/** Bounds 0.5 ms … 10 s for latencies in seconds. */
extern const double metrics_latency_buckets[];
extern const size_t metrics_latency_bucket_count;

#endif
