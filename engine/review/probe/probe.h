#ifndef MUNDAP_REVIEW_PROBE_PROBE_H
#define MUNDAP_REVIEW_PROBE_PROBE_H

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "engine/base/strbuf.h"

/* The live probe: the service runs in a sandbox, and the prober with it, since the sandbox's loopback is the only
 * network there is. The prober is this program started again inside; it says what it saw as JSON lines. */

#define PROBE_PORT 8642
#define PROBE_TOKEN "mundap-probe-token" /* what the service's own secrets are set to inside */
#define PROBE_FOLDER "/srv" /* the submitted files inside the sandbox */
#define PROBE_TOOLS "/tools" /* launcher.py, mundap_stub.py, plan.json */

/* One answer of the service. status 0: none came (problem says why). */
struct http_answer {
	long status;
	double seconds;
	struct strbuf body, type;
	char problem[128];
};

void http_answer_init(struct http_answer *answer);
void http_answer_release(struct http_answer *answer);
/** Sends one request to the service. type may be NULL (no content type), body NULL (no body). */
void http_request(struct http_answer *answer, const char *method, const char *path,
		  const char *type, const char *body, size_t length, double seconds);

/** What every request shows from now on: a token, under the usual headers and one more; NULL for none. */
void http_show_token(const char *token, const char *header);

/** The probes, run inside the sandbox; plan as written by the reviewer. Prints a JSON line a probe on fd out. */
int probe_inside(const json_t *plan, int out);

/* service.c: the service as a child of the prober */
struct probe_service {
	int pid; /* 0: not running */
	int errors; /* read end of its stderr */
	struct strbuf said; /* the last of what it wrote there, as of probe_service_alive */
	int exit_status; /* as of waitpid, once it ended */
	/* a thread reads all the while: a service whose pipe is full would stand still */
	pthread_t reader;
	pthread_mutex_t lock; /* of heard */
	struct strbuf heard;
	bool reading, stop_reading;
};
/** Starts it and waits until the port answers, it ends, or the seconds are over. True when the port answers. */
bool probe_service_start(struct probe_service *service, const char *file, bool stub,
			 double seconds);
/** Collects what it wrote and whether it ended; true while it runs. */
bool probe_service_alive(struct probe_service *service);
/** Waits for its end; true when it ended in time. */
bool probe_service_wait(struct probe_service *service, double seconds);
void probe_service_stop(struct probe_service *service);
/** The most memory it ever held, in MB. */
double probe_service_memory(const struct probe_service *service);
bool probe_port_open(void);

/* guard.c: ends everything inside when there is too much of it */
void probe_guard_start(void);
/** Why everything was ended ("700 threads"), NULL while nothing was. */
const char *probe_guard_verdict(void);

#endif
