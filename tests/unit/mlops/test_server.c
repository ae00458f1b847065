#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/rng.h"
#include "engine/base/strbuf.h"
#include "engine/mlops/load.h"
#include "engine/mlops/server.h"

/* Two inputs, three scores: (a, b, a + b), times the factor of the version. */
struct toy {
	float factor;
	int delay_us;
	atomic_int released, calls, rows;
};

static enum status toy_predict(void *context, const double *x, int rows, double *y,
			       struct error *err)
{
	(void)err;
	struct toy *toy = context;
	atomic_fetch_add(&toy->calls, 1);
	atomic_fetch_add(&toy->rows, rows);
	if (toy->delay_us) {
		nanosleep(&(struct timespec){toy->delay_us / 1000000,
					     toy->delay_us % 1000000 * 1000L},
			  NULL);
	}
	for (int r = 0; r < rows; r++) {
		y[3 * r] = toy->factor * x[2 * r];
		y[3 * r + 1] = toy->factor * x[2 * r + 1];
		y[3 * r + 2] = toy->factor * (x[2 * r] + x[2 * r + 1]);
	}
	return STATUS_OK;
}

static void toy_release(void *context)
{
	atomic_fetch_add(&((struct toy *)context)->released, 1);
}

static struct server_model model_of(struct toy *toy, const char *version)
{
	return (struct server_model){"toy", version, 2, 3, toy_predict, toy_release, toy};
}

static int dial(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0);
	struct timeval limit = {20, 0};
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fd;
}

static void say(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t n = send(fd, text, length, MSG_NOSIGNAL);
		if (n <= 0) {
			return; /* the server may refuse before it has read everything */
		}
		text += n;
		length -= (size_t)n;
	}
}

/* Reads until the server closes; the status, or 0 when none came. */
static int hear(int fd, struct strbuf *answer)
{
	char buffer[4096];
	ssize_t n;
	while ((n = recv(fd, buffer, sizeof buffer, 0)) > 0) {
		strbuf_add(answer, buffer, (size_t)n);
	}
	close(fd);
	int status = 0;
	sscanf(answer->text, "HTTP/1.1 %d", &status);
	return status;
}

static int ask(int port, const char *method, const char *path, const char *headers,
	       const char *body, struct strbuf *answer)
{
	struct strbuf text;
	strbuf_init(&text);
	strbuf_printf(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s", method,
		      path, headers);
	if (body) {
		strbuf_printf(&text, "Content-Length: %zu\r\n", strlen(body));
	}
	strbuf_printf(&text, "\r\n%s", body ? body : "");
	int fd = dial(port);
	say(fd, text.text, text.length);
	strbuf_release(&text);
	strbuf_reset(answer);
	return hear(fd, answer);
}

#define JSON "Content-Type: application/json\r\n"

/* A start that fails leaves the model to the caller. */
static void a_taken_port_releases_nothing(void **state)
{
	(void)state;
	struct toy toy = {.factor = 1}, other = {.factor = 1};
	struct server_model model = model_of(&toy, "1"), second = model_of(&other, "1");
	struct server_options options = {.log_fd = -1};
	struct server *server, *none;
	assert_int_equal(server_start(&server, &options, &model, NULL), STATUS_OK);
	options.port = server_port(server);
	assert_int_equal(server_start(&none, &options, &second, NULL), STATUS_BUSY);
	assert_null(none);
	assert_int_equal(atomic_load(&other.released), 0);
	assert_int_equal(server_stop(server, 1000, NULL), 0);
	assert_int_equal(atomic_load(&toy.released), 1);
}

static void answers_and_refuses(void **state)
{
	(void)state;
	struct toy toy = {.factor = 1};
	struct server_model model = model_of(&toy, "1");
	struct server_options options = {.log_fd = -1, .most_body = 100000, .most_rows = 4};
	struct server *server;
	assert_int_equal(server_start(&server, &options, &model, NULL), STATUS_OK);
	int port = server_port(server);
	struct strbuf a;
	strbuf_init(&a);
	assert_int_equal(ask(port, "POST", "/predict", JSON, "{\"features\":[1,2.5]}", &a), 200);
	assert_non_null(strstr(a.text, "\"predictions\":[2],\"scores\":[[1,2.5,3.5]]"));
	assert_non_null(strstr(a.text, "\"version\":\"1\""));
	assert_int_equal(ask(port, "POST", "/predict", JSON "X-Request-ID: abc-1\r\n",
			     "{\"instances\":[[1,0],[0,1]]}", &a),
			 200);
	assert_non_null(strstr(a.text, "X-Request-ID: abc-1"));
	assert_non_null(strstr(a.text, "\"scores\":[[1,0,1],[0,1,1]]"));

	static const struct {
		const char *body;
		int status;
		const char *says;
	} bad[] = {
		{"", 400, "parse"},
		{"{", 400, "parse"},
		{"[1,2]", 422, "type"},
		{"{}", 422, "features"},
		{"{\"features\":null}", 422, "type"},
		{"{\"features\":[1]}", 422, "shape"},
		{"{\"features\":[1,\"2\"]}", 422, "features[1]"},
		{"{\"features\":[1,NaN]}", 400, "parse"},
		{"{\"features\":[1,1e300]}", 422, "range"},
		{"{\"features\":[1,2],\"instances\":[[1,2]]}", 422, "instances"},
		{"{\"instances\":[]}", 422, "instances"},
		{"{\"instances\":[[1,2],[3]]}", 422, "instances[1]"},
		{"{\"instances\":[[1,2],[1,2],[1,2],[1,2],[1,2]]}", 422, "range"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(ask(port, "POST", "/predict", JSON, bad[i].body, &a),
				 bad[i].status);
		assert_non_null(strstr(a.text, bad[i].says));
		assert_non_null(strstr(a.text, "application/json"));
	}
	char *deep = malloc(40001);
	assert_non_null(deep);
	memset(deep, '[', 20000);
	memset(deep + 20000, ']', 20000);
	deep[40000] = '\0';
	assert_int_equal(ask(port, "POST", "/predict", JSON, deep, &a), 400);
	free(deep);
	char *big = malloc(200001);
	assert_non_null(big);
	memset(big, ' ', 200000);
	big[200000] = '\0';
	assert_int_equal(ask(port, "POST", "/predict", JSON, big, &a), 413);
	free(big);
	assert_int_equal(ask(port, "POST", "/predict", "", "{\"features\":[1,2]}", &a), 415);
	assert_int_equal(ask(port, "GET", "/predict", "", NULL, &a), 405);
	assert_non_null(strstr(a.text, "Allow: POST"));
	assert_int_equal(ask(port, "GET", "/nothing", "", NULL, &a), 404);
	assert_int_equal(ask(port, "GET", "/health", "", NULL, &a), 200);
	assert_int_equal(ask(port, "GET", "/ready", "", NULL, &a), 200);
	server_set_ready(server, false);
	assert_int_equal(ask(port, "GET", "/ready", "", NULL, &a), 503);
	assert_non_null(strstr(a.text, "Retry-After"));
	/* Whoever still sends is still served: readiness only tells a balancer to send no more. */
	assert_int_equal(ask(port, "POST", "/predict", JSON, "{\"features\":[1,2]}", &a), 200);
	server_set_ready(server, true);
	assert_int_equal(ask(port, "GET", "/version", "", NULL, &a), 200);
	assert_int_equal(ask(port, "GET", "/metrics", "", NULL, &a), 200);
	assert_non_null(strstr(a.text, "mundap_requests_total{route=\"/predict\",code=\"200\"} 3"));
	assert_non_null(strstr(
		a.text, "mundap_request_duration_seconds_bucket{route=\"/predict\",le=\"+Inf\"}"));
	strbuf_release(&a);
	assert_int_equal(server_stop(server, 1000, NULL), 0);
	assert_int_equal(atomic_load(&toy.released), 1);
}

static void keys_have_roles(void **state)
{
	(void)state;
	struct toy toy = {.factor = 1};
	struct server_model model = model_of(&toy, "1");
	struct server_key keys[] = {{"alpha", SERVER_ROLE_PREDICT}, {"omega", SERVER_ROLE_ADMIN}};
	struct server_options options = {.log_fd = -1, .keys = keys, .key_count = 2};
	struct server *server;
	assert_int_equal(server_start(&server, &options, &model, NULL), STATUS_OK);
	int port = server_port(server);
	struct strbuf a;
	strbuf_init(&a);
	const char *body = "{\"features\":[1,2]}";
	assert_int_equal(ask(port, "POST", "/predict", JSON, body, &a), 401);
	assert_int_equal(ask(port, "POST", "/predict", JSON "X-API-Key: alphb\r\n", body, &a), 401);
	assert_int_equal(ask(port, "POST", "/predict", JSON "X-API-Key: \r\n", body, &a), 401);
	assert_int_equal(
		ask(port, "POST", "/predict", JSON "Authorization: Bearer alpha\r\n", body, &a),
		200);
	assert_int_equal(ask(port, "GET", "/metrics", "X-API-Key: alpha\r\n", NULL, &a), 403);
	assert_int_equal(ask(port, "GET", "/metrics", "X-API-Key: omega\r\n", NULL, &a), 200);
	assert_int_equal(ask(port, "GET", "/health", "", NULL, &a), 200);
	strbuf_release(&a);
	server_stop(server, 1000, NULL);
}

static void malformed_and_slow_clients_leave_it_serving(void **state)
{
	(void)state;
	struct toy toy = {.factor = 1};
	struct server_model model = model_of(&toy, "1");
	struct server_options options = {.log_fd = -1, .timeout_seconds = 2};
	struct server *server;
	assert_int_equal(server_start(&server, &options, &model, NULL), STATUS_OK);
	int port = server_port(server), slow[20];
	for (int i = 0; i < 20; i++) {
		slow[i] = dial(port);
		say(slow[i], "POST /predict HTTP/1.1\r\nContent-Le", 34);
	}
	struct rng rng;
	rng_init(&rng, 9, 0);
	struct strbuf a;
	strbuf_init(&a);
	for (int i = 0; i < 1000; i++) {
		char junk[256];
		size_t length = 1 + (size_t)rng_below(&rng, sizeof junk - 1);
		for (size_t k = 0; k < length; k++) {
			junk[k] = (char)rng_u32(&rng);
		}
		int fd = dial(port);
		if (i % 2) {
			static const char head[] =
				"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: "
				"application/json\r\nContent-Length: 40\r\n\r\n";
			say(fd, head, sizeof head - 1);
		}
		say(fd, junk, length);
		close(fd);
	}
	assert_int_equal(ask(port, "POST", "/predict", JSON, "{\"features\":[1,2]}", &a), 200);
	strbuf_release(&a);
	for (int i = 0; i < 20; i++) {
		close(slow[i]);
	}
	server_stop(server, 1000, NULL);
}

static void *run_load(void *context)
{
	struct load_result *result = context;
	const struct load_request requests[] = {{"POST", "/predict", "{\"features\":[1,2]}"},
						{"POST", "/predict", "{\"features\":[3,4]}"}};
	struct load_options options = {.port = (int)result->sent,
				       .shape = LOAD_CLOSED,
				       .connections = 16,
				       .seconds = 1.5,
				       .requests = requests,
				       .request_count = 2};
	struct error err = ERROR_INIT;
	load_run(result, &options, &err);
	return NULL;
}

static void swaps_lose_no_request_and_batches_form(void **state)
{
	(void)state;
	struct toy toys[2] = {{.factor = 1, .delay_us = 200}, {.factor = 2, .delay_us = 200}};
	struct server_model model = model_of(&toys[0], "1");
	struct server_options options = {.log_fd = -1, .threads = 2};
	struct server *server;
	assert_int_equal(server_start(&server, &options, &model, NULL), STATUS_OK);
	static struct load_result result;
	result.sent = (uint64_t)server_port(server);
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, run_load, &result), 0);
	int swaps = 0;
	for (int64_t until = clock_now_ns() + 1200000000; clock_now_ns() < until; swaps++) {
		model = model_of(&toys[swaps % 2], swaps % 2 ? "2" : "1");
		assert_int_equal(server_swap(server, &model, NULL), STATUS_OK);
		nanosleep(&(struct timespec){0, 5000000}, NULL);
	}
	pthread_join(thread, NULL);
	assert_true(result.answered > 500);
	assert_int_equal(result.failed, 0);
	assert_int_equal(result.status[2], result.answered);
	assert_int_equal(result.sent, result.answered);
	int calls = atomic_load(&toys[0].calls) + atomic_load(&toys[1].calls);
	int rows = atomic_load(&toys[0].rows) + atomic_load(&toys[1].rows);
	assert_true(rows > calls); /* some of the 16 were predicted together */
	server_stop(server, 1000, NULL);
	/* Every model put in place was given back: the first and one a swap. */
	assert_int_equal(atomic_load(&toys[0].released) + atomic_load(&toys[1].released),
			 swaps + 1);
}

static void full_queue_is_503_and_stop_drains(void **state)
{
	(void)state;
	struct toy toy = {.factor = 1, .delay_us = 300000};
	struct server_model model = model_of(&toy, "1");
	struct server_options options = {.log_fd = -1, .queue = 2, .batch = 1};
	struct server *server;
	assert_int_equal(server_start(&server, &options, &model, NULL), STATUS_OK);
	int port = server_port(server), fds[6], served = 0, refused = 0;
	static const char text[] =
		"POST /predict HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
		"application/json\r\nContent-Length: 18\r\n\r\n{\"features\":[1,2]}";
	for (int i = 0; i < 6; i++) {
		fds[i] = dial(port);
		say(fds[i], text, sizeof text - 1);
		nanosleep(&(struct timespec){0, 10000000}, NULL);
	}
	/* Stopped while busy: what was accepted is still answered. */
	assert_int_equal(server_stop(server, 5000, NULL), 0);
	for (int i = 0; i < 6; i++) {
		struct strbuf a;
		strbuf_init(&a);
		int status = hear(fds[i], &a);
		served += status == 200;
		refused += status == 503;
		strbuf_release(&a);
	}
	assert_int_equal(served + refused, 6);
	assert_true(served >= 3);
	assert_true(refused >= 1);
}

static void open_loop_counts_the_wait(void **state)
{
	(void)state;
	/* 20 ms a request, one at a time: 50 a second is all it can do; asked for 100 a second, the queue grows and the
	 * latency of the last requests must show it although each connection only waits for its own answer. */
	struct toy toy = {.factor = 1, .delay_us = 20000};
	struct server_model model = model_of(&toy, "1");
	struct server_options options = {.log_fd = -1, .batch = 1};
	struct server *server;
	assert_int_equal(server_start(&server, &options, &model, NULL), STATUS_OK);
	const struct load_request request = {"POST", "/predict", "{\"features\":[1,2]}"};
	struct load_options load = {.port = server_port(server),
				    .shape = LOAD_CONSTANT,
				    .connections = 2,
				    .rate = 100,
				    .seconds = 1,
				    .requests = &request,
				    .request_count = 1};
	static struct load_result result;
	assert_int_equal(load_run(&result, &load, NULL), STATUS_OK);
	assert_true(result.p99 > 0.3);
	assert_true(result.late > 0);
	server_stop(server, 1000, NULL);
	load.port = 1;
	struct error err = ERROR_INIT;
	load.seconds = 0.2;
	assert_int_equal(load_run(&result, &load, &err), STATUS_IO);
	load.rate = 0;
	assert_int_equal(load_run(&result, &load, NULL), STATUS_RANGE);
}

static void metrics_hold_their_rules(void **state)
{
	(void)state;
	struct metrics *m = metrics_new();
	struct error err = ERROR_INIT;
	assert_null(metrics_series(m, METRIC_COUNTER, "9bad", "", "", NULL, 0, &err));
	struct metric *c =
		metrics_series(m, METRIC_COUNTER, "a_total", "A.", "x=1\"\\", NULL, 0, NULL);
	assert_non_null(c);
	error_clear(&err);
	assert_null(metrics_series(m, METRIC_GAUGE, "a_total", "A.", "", NULL, 0, &err));
	metric_add(c, 2);
	static const double bounds[] = {1, 2, 4};
	struct metric *h = metrics_series(m, METRIC_HISTOGRAM, "h", "H.", "", bounds, 3, NULL);
	assert_non_null(h);
	for (int i = 1; i <= 8; i++) {
		metric_observe(h, i * 0.5);
	}
	assert_int_equal(metric_count(h), 8);
	assert_true(metric_quantile(h, 0.5) == 2);
	struct strbuf out;
	strbuf_init(&out);
	metrics_expose(m, &out);
	assert_string_equal(
		out.text,
		"# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"1\\\"\\\\\"} 2\n"
		"# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"2\"} 4\n"
		"h_bucket{le=\"4\"} 8\nh_bucket{le=\"+Inf\"} 8\nh_sum 18\nh_count 8\n");
	char label[32];
	for (int i = 0; i < 1100; i++) {
		snprintf(label, sizeof label, "user=%d", i);
		struct metric *one =
			metrics_series(m, METRIC_COUNTER, "many", "", label, NULL, 0, NULL);
		assert_true((one != NULL) == (i < 1000));
	}
	strbuf_release(&out);
	metrics_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_hold_their_rules),
		cmocka_unit_test(a_taken_port_releases_nothing),
		cmocka_unit_test(answers_and_refuses),
		cmocka_unit_test(keys_have_roles),
		cmocka_unit_test(malformed_and_slow_clients_leave_it_serving),
		cmocka_unit_test(swaps_lose_no_request_and_batches_form),
		cmocka_unit_test(full_queue_is_503_and_stop_drains),
		cmocka_unit_test(open_loop_counts_the_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
