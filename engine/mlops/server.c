#include "engine/mlops/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>
#include <microhttpd.h>

#include "engine/base/clock.h"
#include "engine/base/rng.h"
#include "engine/base/strbuf.h"
#include "engine/mlops/batcher.h"
#include "engine/mlops/predict_body.h"

enum route { ROUTE_PREDICT, ROUTE_HEALTH, ROUTE_READY, ROUTE_METRICS, ROUTE_VERSION, ROUTE_NONE };

static const struct {
	const char *path, *method;
} routes[] = {
	[ROUTE_PREDICT] = {"/predict", "POST"}, [ROUTE_HEALTH] = {"/health", "GET"},
	[ROUTE_READY] = {"/ready", "GET"},      [ROUTE_METRICS] = {"/metrics", "GET"},
	[ROUTE_VERSION] = {"/version", "GET"},  [ROUTE_NONE] = {"other", ""},
};

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
	uint64_t id_seed;
	int64_t ready_at_ns;
	int port;
};

/* One request, from its first header to its last byte. */
struct request {
	struct batch_job job; /* first: the batcher hands back a pointer to it */
	struct server *server;
	struct MHD_Connection *connection;
	enum route route;
	const char *method, *path;
	char id[72];
	struct strbuf body;
	int64_t started_ns;
	bool too_large;
	atomic_bool predicted;
	int status;
};

static void error_body(struct strbuf *out, const char *kind, const char *field, const char *text,
		       const char *id)
{
	json_t *document = json_pack("{s:{s:s,s:s,s:s},s:s}", "error", "kind", kind, "message",
				     text, "field", field, "request_id", id);
	char *dumped = document ? json_dumps(document, JSON_COMPACT) : NULL;
	strbuf_puts(out, dumped ? dumped : "{\"error\":{\"kind\":\"memory\"}}");
	free(dumped);
	json_decref(document);
}

static enum MHD_Result answer(struct request *r, int status, const char *type, struct strbuf *body)
{
	r->status = status;
	size_t length = body->length;
	char *text = strbuf_detach(body);
	struct MHD_Response *response =
		text ? MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE) : NULL;
	if (!response) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, "Content-Type", type);
	MHD_add_response_header(response, "X-Request-ID", r->id);
	if (status == 503) {
		MHD_add_response_header(response, "Retry-After", "1");
	}
	if (status == 405) {
		MHD_add_response_header(response, "Allow", routes[r->route].method);
	}
	if (status == 401) {
		MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
	}
	if (atomic_load(&r->server->draining) || r->too_large) {
		MHD_add_response_header(response, "Connection", "close");
	}
	enum MHD_Result result = MHD_queue_response(r->connection, (unsigned)status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(struct request *r, int status, const char *kind, const char *field,
			      const char *text)
{
	struct strbuf body;
	strbuf_init(&body);
	error_body(&body, kind, field, text, r->id);
	return answer(r, status, "application/json", &body);
}

static int status_of(enum status status)
{
	switch (status) {
	case STATUS_PARSE:
		return 400;
	case STATUS_TYPE:
	case STATUS_SHAPE:
	case STATUS_RANGE:
	case STATUS_NOT_FOUND:
		return 422;
	case STATUS_CANCELLED:
	case STATUS_BUSY:
		return 503;
	default:
		return 500;
	}
}

static enum MHD_Result answer_prediction(struct request *r)
{
	struct batch_job *job = &r->job;
	if (job->error.status != STATUS_OK) {
		enum status why = job->error.status;
		return refuse(r, status_of(why), status_name(why), "",
			      why == STATUS_CANCELLED
				      ? "서버가 멈추는 중입니다. 잠시 뒤에 다시 보내 주세요."
			      : why == STATUS_BUSY
				      ? "기다리는 요청이 많습니다. 잠시 뒤에 다시 보내 주세요."
				      : "예측하지 못했습니다. 요청 ID로 로그를 확인해 주세요.");
	}
	const struct server_model *m = &job->model->model;
	struct strbuf body;
	strbuf_init(&body);
	predict_answer_write(&body, job->y, job->rows, m->outputs);
	strbuf_printf(&body, ",\"model\":\"%s\",\"version\":\"%s\",\"request_id\":\"%s\"}", m->name,
		      m->version, r->id);
	metric_add(r->server->rows_total, job->rows);
	return answer(r, 200, "application/json", &body);
}

static void job_finished(struct batch_job *job)
{
	struct request *r = (struct request *)job;
	atomic_store(&r->predicted, true);
	MHD_resume_connection(r->connection);
}

static bool same_key(const char *a, const char *b)
{
	/* Takes as long for a near miss as for a far one. */
	size_t la = strlen(a), lb = strlen(b);
	unsigned differ = la != lb;
	for (size_t i = 0; i < lb; i++) {
		differ |= (unsigned char)b[i] ^ (unsigned char)(la ? a[i % la] : 0);
	}
	return differ == 0;
}

static enum server_role role_of(struct request *r)
{
	struct server *s = r->server;
	if (s->options.key_count == 0) {
		return SERVER_ROLE_ADMIN;
	}
	const char *given =
		MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "Authorization");
	if (given && strncmp(given, "Bearer ", 7) == 0) {
		given += 7;
	} else {
		given = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "X-API-Key");
	}
	enum server_role role = SERVER_ROLE_NONE;
	for (size_t i = 0; given && i < s->options.key_count; i++) {
		if (same_key(given, s->keys[i].key)) {
			role = s->keys[i].role;
		}
	}
	return role;
}

static enum MHD_Result predict(struct request *r)
{
	struct server *s = r->server;
	if (atomic_load(&r->predicted)) {
		return answer_prediction(r);
	}
	if (r->too_large) {
		return refuse(r, 413, "range", "body", "본문이 너무 큽니다.");
	}
	const char *type =
		MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "Content-Type");
	if (!type || strncasecmp(type, "application/json", 16) != 0) {
		return refuse(r, 415, "type", "Content-Type",
			      "Content-Type은 application/json이어야 합니다.");
	}
	if (!atomic_load(&s->ready) || clock_now_ns() < s->ready_at_ns) {
		return refuse(r, 503, "busy", "", "아직 준비되지 않았습니다.");
	}
	struct error err = ERROR_INIT;
	r->job.model = batcher_hold_model(s->batcher);
	const struct server_model *m = &r->job.model->model;
	enum status status =
		predict_body_read(&r->job.x, &r->job.rows, r->body.text, r->body.length, m->inputs,
				  s->options.most_rows, &err);
	if (status != STATUS_OK) {
		return refuse(r, status_of(status), status_name(status), err.where, err.message);
	}
	r->job.y = malloc((size_t)r->job.rows * (size_t)m->outputs * sizeof *r->job.y);
	if (!r->job.y) {
		return refuse(r, 503, "memory", "",
			      "메모리가 모자랍니다. 잠시 뒤에 다시 보내 주세요.");
	}
	r->job.finished = job_finished;
	/* The only client is answered at once; requests of several wait to be predicted together. */
	if (atomic_load(&s->connections) == 1 && batcher_try(s->batcher, &r->job)) {
		return answer_prediction(r);
	}
	/* Suspended first: the batcher may be done before batcher_submit returns. */
	MHD_suspend_connection(r->connection);
	if (!batcher_submit(s->batcher, &r->job)) {
		error_set(&r->job.error, STATUS_BUSY, "queue", "full");
		job_finished(&r->job);
	}
	return MHD_YES;
}

static enum MHD_Result answer_simple(struct request *r)
{
	struct server *s = r->server;
	struct strbuf body;
	strbuf_init(&body);
	if (r->route == ROUTE_METRICS) {
		metric_set(s->queue_gauge, batcher_depth(s->batcher));
		metric_set(s->in_flight_gauge, atomic_load(&s->in_flight));
		metrics_expose(s->metrics, &body);
		return answer(r, 200, "text/plain; version=0.0.4; charset=utf-8", &body);
	}
	if (r->route == ROUTE_READY) {
		bool ready = atomic_load(&s->ready) && !atomic_load(&s->draining) &&
			     clock_now_ns() >= s->ready_at_ns;
		strbuf_printf(&body, "{\"ready\":%s}", ready ? "true" : "false");
		return answer(r, ready ? 200 : 503, "application/json", &body);
	}
	if (r->route == ROUTE_VERSION) {
		struct loaded_model *m = batcher_hold_model(s->batcher);
		strbuf_printf(&body,
			      "{\"model\":\"%s\",\"version\":\"%s\",\"server\":\"mundap %s\"}",
			      m->name, m->version, MUNDAP_VERSION);
		batcher_release_model(s->batcher, m);
		return answer(r, 200, "application/json", &body);
	}
	strbuf_puts(&body, "{\"status\":\"ok\"}");
	return answer(r, 200, "application/json", &body);
}

static enum MHD_Result dispatch(struct request *r)
{
	if (r->route == ROUTE_NONE) {
		return refuse(r, 404, "not-found", "path", "그런 주소는 없습니다.");
	}
	bool get = strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0;
	if (r->route == ROUTE_PREDICT ? strcmp(r->method, "POST") != 0 : !get) {
		return refuse(r, 405, "invalid", "method", "이 주소는 다른 메서드로 부릅니다.");
	}
	enum server_role needed = r->route == ROUTE_PREDICT ? SERVER_ROLE_PREDICT
				  : r->route == ROUTE_METRICS || r->route == ROUTE_VERSION
					  ? SERVER_ROLE_ADMIN
					  : SERVER_ROLE_NONE;
	if (needed != SERVER_ROLE_NONE && !atomic_load(&r->predicted)) {
		enum server_role role = role_of(r);
		if (role == SERVER_ROLE_NONE) {
			return refuse(r, 401, "denied", "Authorization", "API 키가 필요합니다.");
		}
		if (role < needed) {
			return refuse(r, 403, "denied", "Authorization",
				      "이 키로는 할 수 없는 일입니다.");
		}
	}
	return r->route == ROUTE_PREDICT ? predict(r) : answer_simple(r);
}

static void choose_id(struct request *r)
{
	const char *given =
		MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "X-Request-ID");
	size_t length = given ? strspn(given, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					      "0123456789-_.")
			      : 0;
	if (length > 0 && length <= 64 && given[length] == '\0') {
		memcpy(r->id, given, length + 1);
		return;
	}
	struct rng rng;
	rng_init(&rng, r->server->id_seed, atomic_fetch_add(&r->server->requests, 1));
	snprintf(r->id, sizeof r->id, "%016llx", (unsigned long long)rng_u64(&rng));
}

static enum MHD_Result begin(struct server *s, struct MHD_Connection *connection, const char *url,
			     const char *method, void **state)
{
	struct request *r = calloc(1, sizeof *r);
	if (!r) {
		return MHD_NO;
	}
	*state = r;
	r->server = s;
	r->connection = connection;
	r->method = method;
	r->started_ns = clock_now_ns();
	strbuf_init(&r->body);
	for (r->route = 0; r->route < ROUTE_NONE && strcmp(url, routes[r->route].path) != 0;
	     r->route++) {
	}
	r->path = routes[r->route].path;
	choose_id(r);
	const char *length =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
	atomic_fetch_add(&s->in_flight, 1);
	if (length && strtoull(length, NULL, 10) > s->options.most_body) {
		/* Told at once, before the body is read. */
		r->too_large = true;
		return refuse(r, 413, "range", "body", "본문이 너무 큽니다.");
	}
	return MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **state)
{
	(void)version;
	struct server *s = context;
	struct request *r = *state;
	if (!r) {
		return begin(s, connection, url, method, state);
	}
	if (*upload_size) {
		if (r->body.length + *upload_size > s->options.most_body) {
			r->too_large = true;
			strbuf_release(&r->body);
		} else if (!r->too_large) {
			strbuf_add(&r->body, upload, *upload_size);
		}
		*upload_size = 0;
		return MHD_YES;
	}
	return dispatch(r);
}

static void log_request(const struct request *r, double seconds)
{
	char line[512];
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	int length = snprintf(
		line, sizeof line,
		"{\"time\":%lld.%03ld,\"request_id\":\"%s\",\"method\":\"%.8s\",\"path\":\"%s\","
		"\"status\":%d,\"ms\":%.3f,\"rows\":%d,\"bytes_in\":%zu}\n",
		(long long)now.tv_sec, now.tv_nsec / 1000000, r->id, r->method, r->path, r->status,
		seconds * 1e3, r->job.rows, r->body.length);
	if (length > 0 && write(r->server->options.log_fd, line, (size_t)length) < 0) {
		return; /* a full or closed log must not stop the service */
	}
}

static void completed(void *context, struct MHD_Connection *connection, void **state,
		      enum MHD_RequestTerminationCode how)
{
	(void)connection;
	(void)how;
	struct server *s = context;
	struct request *r = *state;
	if (!r) {
		return;
	}
	*state = NULL;
	double seconds = (double)(clock_now_ns() - r->started_ns) * 1e-9;
	metric_observe(s->latency[r->route], seconds);
	char labels[96];
	snprintf(labels, sizeof labels, "route=%s,code=%d", r->path, r->status);
	struct metric *count = metrics_series(
		s->metrics, METRIC_COUNTER, "mundap_requests_total",
		"Requests answered, by route and status (0: cut off).", labels, NULL, 0, NULL);
	if (count) {
		metric_add(count, 1);
	}
	if (s->options.log_fd >= 0) {
		log_request(r, seconds);
	}
	if (r->job.model) {
		batcher_release_model(s->batcher, r->job.model);
	}
	free(r->job.x);
	free(r->job.y);
	strbuf_release(&r->body);
	free(r);
	atomic_fetch_sub(&s->in_flight, 1);
}

static void connection_changed(void *context, struct MHD_Connection *connection, void **state,
			       enum MHD_ConnectionNotificationCode what)
{
	(void)connection;
	(void)state;
	struct server *s = context;
	atomic_fetch_add(&s->connections, what == MHD_CONNECTION_NOTIFY_STARTED ? 1 : -1);
}

static enum status make_metrics(struct server *s, struct error *err)
{
	s->metrics = metrics_new();
	if (!s->metrics) {
		return error_set(err, STATUS_NOMEM, "server", "out of memory");
	}
	for (int route = 0; route <= ROUTE_NONE; route++) {
		char labels[64];
		snprintf(labels, sizeof labels, "route=%s", routes[route].path);
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

static enum status listen_on_loopback(struct server *s, struct error *err)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)s->options.port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	errno = 0;
	s->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, (uint16_t)s->options.port,
		NULL, NULL, handle, s, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_THREAD_POOL_SIZE,
		(unsigned)s->options.threads, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)s->options.timeout_seconds, MHD_OPTION_CONNECTION_LIMIT, 1000u,
		MHD_OPTION_NOTIFY_CONNECTION, connection_changed, s, MHD_OPTION_NOTIFY_COMPLETED,
		completed, s, MHD_OPTION_END);
	if (!s->daemon) {
		bool taken = errno == EADDRINUSE;
		return error_set(err, taken ? STATUS_BUSY : STATUS_IO, "server", "port %d: %s",
				 s->options.port, errno ? strerror(errno) : "could not start");
	}
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
	s->port = info ? info->port : s->options.port;
	return STATUS_OK;
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
	if (options->port < 0 || options->port > 65535 || options->threads < 0 ||
	    options->threads > 64) {
		return error_set(err, STATUS_INVALID, "server", "port 0 to 65535, threads 0 to 64");
	}
	enum status status = check_model(model, err);
	if (status != STATUS_OK) {
		return status;
	}
	struct server *s = calloc(1, sizeof *s);
	if (!s) {
		return error_set(err, STATUS_NOMEM, "server", "out of memory");
	}
	s->options = *options;
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
	}
	if (status == STATUS_OK) {
		status = listen_on_loopback(s, err);
	}
	if (status != STATUS_OK) {
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
	return status == STATUS_OK ? batcher_set_model(server->batcher, model, err) : status;
}

void server_set_ready(struct server *server, bool ready)
{
	atomic_store(&server->ready, ready);
}

struct metrics *server_metrics(struct server *server)
{
	return server->metrics;
}

int server_stop(struct server *s, int grace_ms)
{
	atomic_store(&s->draining, true);
	int listening = MHD_quiesce_daemon(s->daemon);
	if (listening >= 0) {
		close(listening);
	}
	int64_t until = clock_now_ns() + (int64_t)grace_ms * 1000000;
	while (atomic_load(&s->in_flight) > 0 && clock_now_ns() < until) {
		nanosleep(&(struct timespec){0, 2000000}, NULL);
	}
	int cut_off = atomic_load(&s->in_flight);
	/* Whatever still waits is answered 503 before the connections close: none may stay suspended. */
	batcher_stop(s->batcher);
	MHD_stop_daemon(s->daemon);
	server_free(s);
	return cut_off;
}
