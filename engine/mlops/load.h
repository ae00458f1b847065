#ifndef MUNDAP_MLOPS_LOAD_H
#define MUNDAP_MLOPS_LOAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* Sends load to an HTTP/1.1 service on this machine (127.0.0.1 only) and measures how it answers.
 * Closed loop: each connection sends its next request when the last is answered. Open loop: requests are due at times
 * that do not wait for answers, and a latency is counted from the time a request was due, so that a stalled service
 * cannot hide behind requests that were never sent (no coordinated omission). */

enum load_shape {
	LOAD_CLOSED,
	LOAD_CONSTANT, /* open, evenly spaced */
	LOAD_POISSON, /* open, exponential gaps */
	LOAD_RAMP, /* open, Poisson, rate rising from 0 to rate over the run */
	LOAD_SPIKE /* open, Poisson, rate for the middle fifth, a tenth of it else */
};

struct load_request {
	const char *method, *path; /* "POST", "/predict" */
	const char *body; /* JSON or NULL */
};

struct load_options {
	int port;
	/** Instead of port: makes a connection, the client's end of which is returned (-1: refused). */
	int (*dial)(void *context);
	/** Called at each turn of the loop, for a service that runs on this thread; may be NULL. */
	void (*turn)(void *context);
	void *dial_context;
	enum load_shape shape;
	int connections; /* 1 … 1000 */
	double rate; /* requests a second, open shapes */
	double seconds; /* 0 < seconds <= 600 */
	uint64_t most_requests; /* 0: 10 million */
	const struct load_request *requests; /* sent in turn */
	size_t request_count;
	const char *bearer; /* API key or NULL */
	uint64_t seed;
	atomic_bool *stop; /* set by another thread to end early; may be NULL */
};

#define LOAD_BUCKETS 1600 /* 1 µs … 100 s, 200 a decade */

struct load_result {
	uint64_t sent, answered, failed; /* failed: connection refused or cut, no answer in 30 s */
	uint64_t status[6]; /* [2] counts 2xx … [5] 5xx */
	double seconds, per_second; /* answers a second */
	double mean, p50, p90, p95, p99, p999, longest; /* latency of answers, seconds */
	uint64_t histogram[LOAD_BUCKETS];
	uint64_t late; /* open shapes: requests due that found no free connection in time */
};

/** Errors: STATUS_INVALID, STATUS_RANGE for options; STATUS_IO when no connection could be made at all; STATUS_NOMEM */
enum status load_run(struct load_result *out, const struct load_options *options,
		     struct error *err);

/** Lower bound of a histogram bucket, seconds. */
double load_bucket_bound(int bucket);

#endif
