#ifndef MUNDAP_MLOPS_SERVER_H
#define MUNDAP_MLOPS_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"
#include "engine/mlops/metrics.h"

/* Serves a model over HTTP/1.1 on the loopback interface: POST /predict, GET /health /ready /metrics /version.
 *   request   {"features": [numbers]} or {"instances": [[numbers], …]}
 *   answer    {"predictions": [class or number, …], "scores": [[…], …], "model": …, "version": …, "request_id": …}
 *   refusal   4xx or 503 {"error": {"kind", "message", "field"}}; the request is never half done
 * Requests that wait at the same time are predicted together (dynamic batching). */

struct server_model {
	const char *name, *version;
	int inputs,
		outputs; /* numbers a row; outputs 1: a number, more: scores of classes 0 … outputs - 1 */
	/** Fills y [rows, outputs] from x [rows, inputs]. Called by one thread at a time. */
	enum status (*predict)(void *context, const double *x, int rows, double *y,
			       struct error *err);
	void (*release)(void *context); /* when no request uses the model any more; may be NULL */
	void *context;
};

enum server_role { SERVER_ROLE_NONE, SERVER_ROLE_PREDICT, SERVER_ROLE_ADMIN };

struct server_key {
	const char *key;
	enum server_role
		role; /* predict: /predict; admin: also /metrics and /version when keys are set */
};

#define SERVER_LOCAL (-1)

struct server_options {
	int port; /* 0: any free one; SERVER_LOCAL: none, only server_connect() */
	int threads; /* that read and write requests; 0: 2 */
	size_t most_body; /* bytes; 0: 1 MiB. Larger: 413 */
	int most_rows; /* a batch request may hold; 0: 1024 */
	int queue; /* rows that may wait; 0: 4096. More: 503 with Retry-After */
	int batch; /* rows predicted together; 0: 64 */
	int batch_wait_us; /* how long the first of a batch waits for others; 0: not at all */
	int timeout_seconds; /* of a slow client; 0: 10 */
	const struct server_key *keys; /* empty: no authentication */
	size_t key_count;
	int log_fd; /* one JSON line a request; -1: none */
	int warm_up_ms; /* not ready before: for lessons on readiness */
};

struct server;

/** Errors: STATUS_BUSY when the port is taken; STATUS_INVALID; STATUS_NOMEM. Takes its own copy of everything;
 * on an error the model stays the caller's (release is not called). */
enum status server_start(struct server **out, const struct server_options *options,
			 const struct server_model *model, struct error *err);
int server_port(const struct server *server);
/** Requests that arrive from now on get the new model; those under way finish on the old one. */
enum status server_swap(struct server *server, const struct server_model *model, struct error *err);
/** Turns /ready to 503 (or back) without refusing anything. */
void server_set_ready(struct server *server, bool ready);
struct metrics *server_metrics(struct server *server);

/**
 * A connection to a server of this process that needs no network: *descriptor is the client's end (the caller's, close()).
 * Errors: STATUS_BUSY once it stops; STATUS_IO
 */
enum status server_connect(struct server *server, int *descriptor, struct error *err);

/**
 * Stops taking connections, lets requests under way finish for at most grace_ms, then closes and frees everything.
 * Returns how many requests were cut off; *answered (may be NULL) how many the server answered in its life.
 */
int server_stop(struct server *server, int grace_ms, uint64_t *answered);

#endif
