/* What a server does with a request. Its life is in server_life.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "engine/base/clock.h"
#include "engine/base/rng.h"
#include "engine/base/strbuf.h"
#include "engine/mlops/predict_body.h"
#include "engine/mlops/server_private.h"

const struct route_row server_routes[] = {
	[ROUTE_PREDICT] = {"/predict", "POST"}, [ROUTE_HEALTH] = {"/health", "GET"},
	[ROUTE_READY] = {"/ready", "GET"},      [ROUTE_METRICS] = {"/metrics", "GET"},
	[ROUTE_VERSION] = {"/version", "GET"},  [ROUTE_NONE] = {"other", ""},
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
		MHD_add_response_header(response, "Allow", server_routes[r->route].method);
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
	if (clock_now_ns() < s->ready_at_ns) {
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
	for (r->route = 0; r->route < ROUTE_NONE && strcmp(url, server_routes[r->route].path) != 0;
	     r->route++) {
	}
	r->path = server_routes[r->route].path;
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

enum MHD_Result server_handle(void *context, struct MHD_Connection *connection, const char *url,
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
	char line[768];
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	int length = snprintf(
		line, sizeof line,
		"{\"time\":%lld.%03ld,\"request_id\":\"%s\",\"method\":\"%.8s\",\"path\":\"%s\","
		"\"status\":%d,\"ms\":%.3f,\"rows\":%d,\"bytes_in\":%zu,\"version\":\"%.80s\"}\n",
		(long long)now.tv_sec, now.tv_nsec / 1000000, r->id, r->method, r->path, r->status,
		seconds * 1e3, r->job.rows, r->body.length,
		r->job.model ? r->job.model->version : "");
	if (length > 0 && write(r->server->options.log_fd, line, (size_t)length) < 0) {
		return; /* a full or closed log must not stop the service */
	}
}

void server_completed(void *context, struct MHD_Connection *connection, void **state,
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
	if (r->status) {
		atomic_fetch_add(&s->answered, 1);
	}
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

void server_connection_changed(void *context, struct MHD_Connection *connection, void **state,
			       enum MHD_ConnectionNotificationCode what)
{
	(void)connection;
	(void)state;
	struct server *s = context;
	atomic_fetch_add(&s->connections, what == MHD_CONNECTION_NOTIFY_STARTED ? 1 : -1);
}
