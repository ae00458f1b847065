#ifndef MUNDAP_MLOPS_BALANCE_H
#define MUNDAP_MLOPS_BALANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* A load balancer under an open load: requests are due at Poisson times and each goes to the replica that a rule chooses; one
 * that is lost goes to another. Latency counts from when a request was due, retries included. */

struct balance_replica {
	int active; /* requests under way */
	bool down; /* lost a request just now: rests for a while */
	uint64_t answered, failed;
};

#define BALANCE_NONE SIZE_MAX /* from choose: stop everything */

struct balance_options {
	size_t replicas;
	/** A new connection to a replica, -1 when it refuses. */
	int (*dial)(void *context, size_t replica);
	/** Index of the replica for request number `request`. */
	size_t (*choose)(void *context, const struct balance_replica *replicas, uint64_t request);
	/** Called at each turn; false stops. May be NULL. */
	bool (*turn)(void *context);
	void *context;
	double rate; /* requests a second */
	uint64_t requests;
	int retries; /* more tries a lost request gets */
	const char *path, *body; /* body NULL: GET */
	uint64_t seed;
};

struct balance_result {
	uint64_t answered, failed, retried; /* failed: all tries lost, or an answer 5xx */
	double seconds, mean, p50, p95, p99; /* latencies in seconds */
};

/** replicas [options->replicas] is filled in. Errors: STATUS_RANGE, STATUS_CANCELLED when stopped, STATUS_NOMEM */
enum status balance_run(struct balance_result *out, struct balance_replica *replicas,
			const struct balance_options *options, struct error *err);

#endif
