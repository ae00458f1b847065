#ifndef MUNDAP_WORKER_EXIT_H
#define MUNDAP_WORKER_EXIT_H

/* Exit statuses of a worker that could not send its result. */
enum worker_exit {
	WORKER_EXIT_REQUEST = 64, /* no request came */
	WORKER_EXIT_ORPHAN = 65, /* the channel closed */
	WORKER_EXIT_TIMEOUT = 66,
	WORKER_EXIT_STOPPED = 67
};

#endif
