#ifndef MUNDAP_MLOPS_SERVICE_H
#define MUNDAP_MLOPS_SERVICE_H

#include <stdbool.h>

#include "engine/base/error.h"
#include "engine/base/strbuf.h"

/* An HTTP/1.1 service inside this process whose requests are handled on the thread that turns it: for handlers written in
 * Lua. Nothing listens; clients come by service_connect(). */

struct service_header {
	const char *name, *value;
};

struct service_request {
	const char *method, *path;
	const struct service_header *headers, *query;
	size_t header_count, query_count;
	const char *body;
	size_t body_length;
};

struct service_answer {
	int status;
	char type[96]; /* Content-Type */
	struct strbuf body;
	struct strbuf headers; /* "name\0value\0" pairs besides it */
};

/** Fills the answer (status 500 and empty before the call). */
typedef void (*service_handler)(void *context, const struct service_request *request,
				struct service_answer *answer);

struct service;

/** Bodies over most_body bytes are refused with 413. Errors: STATUS_IO, STATUS_NOMEM */
enum status service_new(struct service **out, size_t most_body, service_handler handler,
			void *context, struct error *err);
void service_free(struct service *service);
/** The client's end of a new connection; the caller closes it. Errors: STATUS_IO */
enum status service_connect(struct service *service, int *descriptor, struct error *err);
/** Handles what has come, without waiting. Not while it is being turned already: see service_turning(). */
void service_turn(struct service *service);
bool service_turning(const struct service *service);
/** Readable when a turn would do something. */
int service_descriptor(const struct service *service);

#endif
