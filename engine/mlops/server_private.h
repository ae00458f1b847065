#ifndef MUNDAP_MLOPS_SERVER_PRIVATE_H
#define MUNDAP_MLOPS_SERVER_PRIVATE_H

#include <stdatomic.h>

#include <microhttpd.h>

#include "engine/mlops/batcher.h"
#include "engine/mlops/server.h"

/* Shared by the files of the server: what it holds, and the callbacks of its requests. */

enum route { ROUTE_PREDICT, ROUTE_HEALTH, ROUTE_READY, ROUTE_METRICS, ROUTE_VERSION, ROUTE_NONE };

struct route_row {
	const char *path, *method;
};
extern const struct route_row server_routes[]; /* by enum route */

struct server {
	struct server_options options;
	struct server_key *keys;
	struct MHD_Daemon *daemon;
	struct batcher *batcher;
	struct metrics *metrics;
	struct metric *latency[ROUTE_NONE + 1], *in_flight_gauge, *queue_gauge, *rows_total;
	atomic_int in_flight, connections;
	atomic_bool ready, draining;
	atomic_uint_fast64_t requests; /* numbers request IDs */
	atomic_uint_fast64_t answered; /* with any status */
	uint64_t id_seed;
	int64_t ready_at_ns;
	int port; /* -1: none, connections come by server_connect() */
	struct metric *model_info; /* of the model in use */
};

/** Callbacks of the HTTP library (server.c); context is the server. */
enum MHD_Result server_handle(void *context, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **state);
void server_completed(void *context, struct MHD_Connection *connection, void **state,
		      enum MHD_RequestTerminationCode how);
void server_connection_changed(void *context, struct MHD_Connection *connection, void **state,
			       enum MHD_ConnectionNotificationCode what);

/** Gives a daemon one end of a new pair of connected sockets; *descriptor is the other. Errors: STATUS_IO, STATUS_BUSY */
enum status server_add_pair(struct MHD_Daemon *daemon, int *descriptor, struct error *err);

#endif
