#ifndef MUNDAP_WORKER_CONFINE_H
#define MUNDAP_WORKER_CONFINE_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/error.h"

/* Locks the calling process in, for good: resource limits, no new privileges, and a seccomp allow-list for all its threads.
 * After it: no opening of files, no sockets, no exec, no fork; threads, memory and what is already open still work. */

struct confine_limits {
	size_t memory; /* bytes that may be mapped beyond what is mapped now */
	double seconds; /* processor time of one thread; the limit is for all */
	int threads;
	bool local_services; /* connected pairs of sockets inside this process; still none that reaches out of it */
};

/** Errors: STATUS_INTERNAL when the kernel refuses; the process must not go on then. */
enum status confine_process(const struct confine_limits *limits, struct error *err);

#endif
