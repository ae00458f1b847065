/* A server's life: starting, swapping models, draining, stopping. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/mlops/server_private.h"

static enum status make_metrics(struct server *s, struct error *err)
{
	s->metrics = metrics_new();
	if (!s->metrics) {
		return error_set(err, STATUS_NOMEM, "server", "out of memory");
	}
	for (int route = 0; route <= ROUTE_NONE; route++) {
		char labels[64];
		snprintf(labels, sizeof labels, "route=%s", server_routes[route].path);
		s->latency[route] = metrics_series(
			s->metrics, METRIC_HISTOGRAM, "mundap_request_duration_seconds",
			"Seconds from the first header to the last byte of the answer.", labels,
			metrics_latency_buckets, metrics_latency_bucket_count, err);
	}
	s->in_flight_gauge = metrics_series(s->metrics, METRIC_GAUGE, "mundap_requests_in_flight",
					    "Requests under way.", "", NULL, 0, err);
	s->queue_gauge = metrics_series(s->metrics, METRIC_GAUGE, "mundap_queue_rows",
					"Rows that wait for a prediction.", "", NULL, 0, err);
	s->rows_total = metrics_series(s->metrics, METRIC_COUNTER, "mundap_predictions_total",
				       "Rows predicted.", "", NULL, 0, err);
	bool good = s->in_flight_gauge && s->queue_gauge && s->rows_total;
	for (int route = 0; route <= ROUTE_NONE; route++) {
		good = good && s->latency[route];
	}
	return good ? STATUS_OK : error_set(err, STATUS_NOMEM, "server", "out of memory");
}

static enum status copy_keys(struct server *s, const struct server_options *options,
			     struct error *err)
{
	s->keys = calloc(options->key_count + 1, sizeof *s->keys);
	for (size_t i = 0; s->keys && i < options->key_count; i++) {
		s->keys[i].role = options->keys[i].role;
		s->keys[i].key = strdup(options->keys[i].key);
		if (!s->keys[i].key) {
			return error_set(err, STATUS_NOMEM, "server", "out of memory");
		}
	}
	return s->keys ? STATUS_OK : error_set(err, STATUS_NOMEM, "server", "out of memory");
}

static void server_free(struct server *s)
{
	batcher_free(s->batcher);
	metrics_free(s->metrics);
	for (size_t i = 0; s->keys && i < s->options.key_count; i++) {
		free((char *)s->keys[i].key);
	}
	free(s->keys);
	free(s);
}

static enum status start_daemon(struct server *s, struct error *err)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)(s->port < 0 ? 0 : s->port)),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
			 (s->port < 0 ? MHD_USE_NO_LISTEN_SOCKET : 0);
	const struct MHD_OptionItem listening[] = {{MHD_OPTION_SOCK_ADDR, 0, &address},
						   {MHD_OPTION_END, 0, NULL}};
	errno = 0;
	s->daemon = MHD_start_daemon(
		flags, (uint16_t)(s->port < 0 ? 0 : s->port), NULL, NULL, server_handle, s,
		MHD_OPTION_THREAD_POOL_SIZE, (unsigned)s->options.threads,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)s->options.timeout_seconds,
		MHD_OPTION_CONNECTION_LIMIT, 1000u, MHD_OPTION_NOTIFY_CONNECTION,
		server_connection_changed, s, MHD_OPTION_NOTIFY_COMPLETED, server_completed, s,
		MHD_OPTION_ARRAY, s->port < 0 ? listening + 1 : listening, MHD_OPTION_END);
	if (!s->daemon) {
		bool taken = errno == EADDRINUSE;
		return error_set(err, taken ? STATUS_BUSY : STATUS_IO, "server", "port %d: %s",
				 s->options.port, errno ? strerror(errno) : "could not start");
	}
	const union MHD_DaemonInfo *info =
		s->port < 0 ? NULL : MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
	s->port = info ? info->port : s->port;
	return STATUS_OK;
}

/* Says in the metrics which version answers: 1 for the one in use, 0 for those before. */
static void note_model(struct server *s, const struct server_model *model)
{
	char labels[192];
	snprintf(labels, sizeof labels, "model=%.80s,version=%.80s", model->name, model->version);
	struct metric *info =
		metrics_series(s->metrics, METRIC_GAUGE, "mundap_model_info",
			       "1 for the model and version that answer now, 0 for earlier ones.",
			       labels, NULL, 0, NULL);
	if (s->model_info && s->model_info != info) {
		metric_set(s->model_info, 0);
	}
	if (info) {
		metric_set(info, 1);
	}
	s->model_info = info;
}

static enum status check_model(const struct server_model *model, struct error *err)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+";
	const char *texts[] = {model->name, model->version};
	for (int i = 0; i < 2; i++) {
		if (!texts[i] || !*texts[i] || texts[i][strspn(texts[i], plain)]) {
			return error_set(err, STATUS_INVALID, "model",
					 "name and version are letters, digits and -_.+ only");
		}
	}
	if (model->inputs < 1 || model->outputs < 1 || !model->predict) {
		return error_set(err, STATUS_INVALID, "model", "a model needs inputs and outputs");
	}
	return STATUS_OK;
}

enum status server_start(struct server **out, const struct server_options *options,
			 const struct server_model *model, struct error *err)
{
	*out = NULL;
	if (options->port < SERVER_LOCAL || options->port > 65535 || options->threads < 0 ||
	    options->threads > 64) {
		return error_set(err, STATUS_INVALID, "server", "port 0 to 65535, threads 0 to 64");
	}
	enum status status = check_model(model, err);
	if (status != STATUS_OK) {
		return status;
	}
	bool set = false;
	struct server *s = calloc(1, sizeof *s);
	if (!s) {
		return error_set(err, STATUS_NOMEM, "server", "out of memory");
	}
	s->options = *options;
	s->port = options->port;
	s->options.threads = options->threads ? options->threads : 2;
	s->options.most_body = options->most_body ? options->most_body : (size_t)1 << 20;
	s->options.most_rows = options->most_rows ? options->most_rows : 1024;
	s->options.timeout_seconds = options->timeout_seconds ? options->timeout_seconds : 10;
	s->options.queue = options->queue ? options->queue : 4096;
	s->options.batch = options->batch ? options->batch : 64;
	s->id_seed = (uint64_t)clock_now_ns() ^ ((uint64_t)getpid() << 32);
	s->ready_at_ns = clock_now_ns() + (int64_t)options->warm_up_ms * 1000000;
	atomic_store(&s->ready, true);
	s->batcher = batcher_new(s->options.queue, s->options.batch, options->batch_wait_us);
	status = s->batcher ? STATUS_OK
			    : error_set(err, STATUS_NOMEM, "server", "no memory or thread");
	if (status == STATUS_OK) {
		status = copy_keys(s, options, err);
	}
	if (status == STATUS_OK) {
		status = make_metrics(s, err);
	}
	if (status == STATUS_OK) {
		status = batcher_set_model(s->batcher, model, err);
		set = status == STATUS_OK;
	}
	if (status == STATUS_OK) {
		note_model(s, model);
		status = start_daemon(s, err);
	}
	if (status != STATUS_OK) {
		if (set) {
			batcher_forget_release(s->batcher); /* the caller keeps what it gave */
		}
		server_free(s);
		return status;
	}
	*out = s;
	return STATUS_OK;
}

int server_port(const struct server *server)
{
	return server->port;
}

enum status server_swap(struct server *server, const struct server_model *model, struct error *err)
{
	enum status status = check_model(model, err);
	if (status == STATUS_OK) {
		status = batcher_set_model(server->batcher, model, err);
	}
	if (status == STATUS_OK) {
		note_model(server, model);
	}
	return status;
}

enum status server_add_pair(struct MHD_Daemon *daemon, int *descriptor, struct error *err)
{
	int pair[2];
	struct sockaddr address = {.sa_family = AF_UNIX};
	*descriptor = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		return error_set(err, STATUS_IO, "server", "%s", strerror(errno));
	}
	/* On failure the library has closed its end. */
	if (MHD_add_connection(daemon, pair[1], &address, sizeof address) != MHD_YES) {
		close(pair[0]);
		return error_set(err, STATUS_BUSY, "server", "the server takes no connection now");
	}
	*descriptor = pair[0];
	return STATUS_OK;
}

enum status server_connect(struct server *server, int *descriptor, struct error *err)
{
	return server_add_pair(server->daemon, descriptor, err);
}

void server_set_ready(struct server *server, bool ready)
{
	atomic_store(&server->ready, ready);
}

struct metrics *server_metrics(struct server *server)
{
	return server->metrics;
}

/* Stops listening. Whoever had connected by then is still taken in: the kernel has told them that they are. */
static void stop_listening(struct server *s)
{
	int listening = s->port < 0 ? -1 : MHD_quiesce_daemon(s->daemon);
	if (listening < 0) {
		return;
	}
	struct sockaddr_in address;
	socklen_t size = sizeof address;
	int fd;
	fcntl(listening, F_SETFL, O_NONBLOCK);
	while ((fd = accept4(listening, (struct sockaddr *)&address, &size,
			     SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		MHD_add_connection(s->daemon, fd, (struct sockaddr *)&address, size);
		size = sizeof address;
	}
	close(listening);
}

#define SETTLE_NS 100000000 /* a request that has been sent may take so long to be seen */

int server_stop(struct server *s, int grace_ms, uint64_t *answered)
{
	atomic_store(&s->draining, true);
	stop_listening(s);
	int64_t now = clock_now_ns(), until = now + (int64_t)grace_ms * 1000000, busy = now;
	while (now < until && atomic_load(&s->connections) > 0 && now - busy < SETTLE_NS) {
		nanosleep(&(struct timespec){0, 2000000}, NULL);
		now = clock_now_ns();
		busy = atomic_load(&s->in_flight) > 0 ? now : busy;
	}
	int cut_off = atomic_load(&s->in_flight);
	/* Whatever still waits is answered 503 before the connections close: none may stay suspended. */
	batcher_stop(s->batcher);
	MHD_stop_daemon(s->daemon);
	if (answered) {
		*answered = atomic_load(&s->answered);
	}
	server_free(s);
	return cut_off;
}
