#include "engine/mlops/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/rng.h"
#include "engine/base/strbuf.h"
#include "engine/mlops/http_client.h"

#define ANSWER_LIMIT (1 << 20)
#define GIVE_UP_NS 30000000000
#define PER_DECADE 200

struct connection {
	int fd; /* -1: closed */
	bool busy;
	bool reused; /* the request went out on a connection that had carried another */
	int64_t due_ns; /* what the latency counts from */
	size_t request, sent;
	struct strbuf answer;
};

struct run {
	const struct load_options *options;
	struct load_result *result;
	struct connection *connections;
	struct strbuf *requests; /* as bytes */
	int epoll, free_count;
	int *free_list;
	int64_t start_ns, end_ns;
	size_t next_request;
	struct rng rng;
	double latency_sum;
};

double load_bucket_bound(int bucket)
{
	return 1e-6 * pow(10, (double)bucket / PER_DECADE);
}

static void count_latency(struct run *run, int64_t nanoseconds)
{
	double seconds = (double)nanoseconds * 1e-9;
	int bucket = seconds > 1e-6 ? (int)(log10(seconds * 1e6) * PER_DECADE) : 0;
	bucket = bucket < 0 ? 0 : bucket >= LOAD_BUCKETS ? LOAD_BUCKETS - 1 : bucket;
	run->result->histogram[bucket]++;
	run->latency_sum += seconds;
	if (seconds > run->result->longest) {
		run->result->longest = seconds;
	}
}

static double percentile(const struct load_result *r, double q)
{
	uint64_t rank = (uint64_t)ceil(q * (double)r->answered), seen = 0;
	for (int b = 0; b < LOAD_BUCKETS; b++) {
		seen += r->histogram[b];
		if (seen >= rank && seen) {
			return fmin(load_bucket_bound(b + 1), r->longest);
		}
	}
	return r->longest;
}

static void disconnect(struct connection *c)
{
	if (c->fd >= 0) {
		close(c->fd);
		c->fd = -1;
	}
}

static bool dial(struct run *run, struct connection *c)
{
	if (run->options->dial) {
		c->fd = run->options->dial(run->options->dial_context);
		if (c->fd >= 0) {
			fcntl(c->fd, F_SETFL, O_NONBLOCK);
		}
		return c->fd >= 0;
	}
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)run->options->port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0) {
		return false;
	}
	int one = 1;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (connect(c->fd, (struct sockaddr *)&address, sizeof address) < 0 &&
	    errno != EINPROGRESS) {
		disconnect(c);
		return false;
	}
	return true;
}

static bool open_connection(struct run *run, struct connection *c)
{
	if (!dial(run, c)) {
		return false;
	}
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
	if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, c->fd, &event) < 0) {
		disconnect(c);
		return false;
	}
	return true;
}

static void put_back(struct run *run, struct connection *c)
{
	c->busy = false;
	run->free_list[run->free_count++] = (int)(c - run->connections);
}

static void fail_request(struct run *run, struct connection *c)
{
	run->result->failed++;
	disconnect(c);
	put_back(run, c);
}

static void broken(struct run *run, struct connection *c);

/* Sends what is left of the request; false when the connection broke. */
static bool push(struct run *run, struct connection *c)
{
	const struct strbuf *bytes = &run->requests[c->request];
	while (c->sent < bytes->length) {
		ssize_t n =
			send(c->fd, bytes->text + c->sent, bytes->length - c->sent, MSG_NOSIGNAL);
		if (n < 0) {
			return errno == EAGAIN || errno == EINTR || errno == ENOTCONN;
		}
		c->sent += (size_t)n;
	}
	return true;
}

static void send_request(struct run *run, struct connection *c)
{
	c->sent = 0;
	strbuf_reset(&c->answer);
	c->reused = c->fd >= 0;
	if ((c->fd < 0 && !open_connection(run, c)) || !push(run, c)) {
		broken(run, c);
	}
}

/* A service may close an idle connection just as the next request goes out: such a request is sent again, once. */
static void broken(struct run *run, struct connection *c)
{
	if (c->reused && c->answer.length == 0) {
		disconnect(c);
		send_request(run, c);
		return;
	}
	fail_request(run, c);
}

static void start_request(struct run *run, int64_t due_ns)
{
	struct connection *c = &run->connections[run->free_list[--run->free_count]];
	c->busy = true;
	c->due_ns = due_ns;
	c->request = run->next_request++ % run->options->request_count;
	run->result->sent++;
	send_request(run, c);
}

static void pull(struct run *run, struct connection *c)
{
	char buffer[65536];
	for (;;) {
		ssize_t n = recv(c->fd, buffer, sizeof buffer, 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			return;
		}
		if (n <= 0) {
			if (c->busy) {
				broken(run, c);
			} else {
				disconnect(c);
			}
			return;
		}
		if (!c->busy) {
			disconnect(c); /* bytes nobody asked for */
			return;
		}
		strbuf_add(&c->answer, buffer, (size_t)n);
		struct http_answer answer;
		enum http_reading reading =
			http_answer_read(&answer, c->answer.text, c->answer.length, ANSWER_LIMIT);
		if (reading == HTTP_BROKEN) {
			fail_request(run, c);
			return;
		}
		if (reading == HTTP_WHOLE) {
			int hundreds = answer.status / 100;
			run->result->answered++;
			run->result->status[hundreds >= 1 && hundreds < 6 ? hundreds : 0]++;
			count_latency(run, clock_now_ns() - c->due_ns);
			if (!answer.keep) {
				disconnect(c);
			}
			put_back(run, c);
			return;
		}
	}
}

static double rate_at(const struct load_options *o, double share)
{
	switch (o->shape) {
	case LOAD_RAMP:
		return o->rate * fmax(share, 0.01);
	case LOAD_SPIKE:
		return share >= 0.4 && share < 0.6 ? o->rate : o->rate / 10;
	default:
		return o->rate;
	}
}

/* Gap to the next request of an open shape, nanoseconds. */
static int64_t next_gap(struct run *run, int64_t now)
{
	double share = (double)(now - run->start_ns) / (double)(run->end_ns - run->start_ns);
	double gap = 1 / rate_at(run->options, share);
	if (run->options->shape != LOAD_CONSTANT) {
		gap *= -log(1 - rng_uniform(&run->rng));
	}
	return (int64_t)(gap * 1e9);
}

static void give_up_on_silent(struct run *run, int64_t now)
{
	for (int i = 0; i < run->options->connections; i++) {
		struct connection *c = &run->connections[i];
		if (c->busy && now - c->due_ns > GIVE_UP_NS) {
			fail_request(run, c);
		}
	}
}

static void loop(struct run *run)
{
	const struct load_options *o = run->options;
	uint64_t most = o->most_requests ? o->most_requests : 10000000;
	bool open_shape = o->shape != LOAD_CLOSED;
	int64_t due = run->start_ns, checked = run->start_ns;
	struct epoll_event events[256];
	for (;;) {
		int64_t now = clock_now_ns();
		bool over = now >= run->end_ns || run->result->sent >= most ||
			    (o->stop && atomic_load(o->stop));
		if (over && (run->free_count == o->connections || now > run->end_ns + GIVE_UP_NS ||
			     (o->stop && atomic_load(o->stop)))) {
			break;
		}
		/* Refused connections come back at once: no more than one pass over the free ones a turn. */
		int starts = over ? 0 : run->free_count;
		while (starts-- > 0 && run->free_count && run->result->sent < most &&
		       (!open_shape || due <= now)) {
			start_request(run, open_shape ? due : clock_now_ns());
			due += open_shape ? next_gap(run, due) : 0;
		}
		if (open_shape && !over && due <= now && run->free_count == 0) {
			run->result->late++;
		}
		int wait_ms = 50;
		if (open_shape && !over && run->free_count) {
			int64_t left = due - clock_now_ns();
			wait_ms = left <= 200000        ? 0
				  : left / 1000000 > 50 ? 50
							: (int)(left / 1000000);
		} else if (!open_shape && run->free_count && !over) {
			wait_ms = 1;
		}
		if (o->turn) {
			o->turn(o->dial_context);
			wait_ms = wait_ms > 1 ? 1 : wait_ms;
		}
		int n = epoll_wait(run->epoll, events, 256, wait_ms);
		for (int i = 0; i < n; i++) {
			struct connection *c = events[i].data.ptr;
			if (c->fd >= 0 && c->busy && (events[i].events & EPOLLOUT) &&
			    !push(run, c)) {
				broken(run, c);
				continue;
			}
			if (c->fd >= 0 && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) {
				pull(run, c);
			}
		}
		if (now - checked > 1000000000) {
			checked = now;
			give_up_on_silent(run, now);
		}
	}
}

static void write_requests(struct run *run)
{
	const struct load_options *o = run->options;
	for (size_t i = 0; i < o->request_count; i++) {
		const struct load_request *q = &o->requests[i];
		struct strbuf *out = &run->requests[i];
		strbuf_init(out);
		char headers[512];
		snprintf(headers, sizeof headers, "%s%.400s%s%s",
			 o->bearer ? "Authorization: Bearer " : "", o->bearer ? o->bearer : "",
			 o->bearer ? "\r\n" : "",
			 q->body ? "Content-Type: application/json\r\n" : "");
		http_request_write(out, q->method, q->path, headers, q->body,
				   q->body ? strlen(q->body) : 0);
	}
}

static enum status check(const struct load_options *o, struct error *err)
{
	if ((!o->dial && (o->port < 1 || o->port > 65535)) || o->request_count == 0) {
		return error_set(err, STATUS_INVALID, "load", "a port and a request are needed");
	}
	if (o->connections < 1 || o->connections > 1000 || !(o->seconds > 0) || o->seconds > 600) {
		return error_set(err, STATUS_RANGE, "load",
				 "connections 1 to 1000, seconds up to 600");
	}
	if (o->shape != LOAD_CLOSED && !(o->rate > 0 && o->rate <= 1e6)) {
		return error_set(err, STATUS_RANGE, "load",
				 "this shape needs a rate up to 1000000 a second");
	}
	return STATUS_OK;
}

enum status load_run(struct load_result *out, const struct load_options *o, struct error *err)
{
	memset(out, 0, sizeof *out);
	enum status status = check(o, err);
	if (status != STATUS_OK) {
		return status;
	}
	struct run run = {.options = o, .result = out};
	run.connections = calloc((size_t)o->connections, sizeof *run.connections);
	run.free_list = calloc((size_t)o->connections, sizeof *run.free_list);
	run.requests = calloc(o->request_count, sizeof *run.requests);
	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!run.connections || !run.free_list || !run.requests || run.epoll < 0) {
		status = error_set(err, STATUS_NOMEM, "load", "out of memory or file descriptors");
		goto out;
	}
	write_requests(&run);
	for (int i = o->connections; i-- > 0;) {
		run.connections[i].fd = -1;
		strbuf_init(&run.connections[i].answer);
		run.free_list[run.free_count++] = i;
	}
	rng_init(&run.rng, o->seed, 0);
	run.start_ns = clock_now_ns();
	run.end_ns = run.start_ns + (int64_t)(o->seconds * 1e9);
	loop(&run);
	out->seconds = (double)(clock_now_ns() - run.start_ns) * 1e-9;
	out->per_second = (double)out->answered / out->seconds;
	out->mean = out->answered ? run.latency_sum / (double)out->answered : 0;
	out->p50 = percentile(out, 0.5);
	out->p90 = percentile(out, 0.9);
	out->p95 = percentile(out, 0.95);
	out->p99 = percentile(out, 0.99);
	out->p999 = percentile(out, 0.999);
	if (out->answered == 0 && out->failed > 0) {
		status = error_set(err, STATUS_IO, "load", "nobody answered on port %d", o->port);
	}
	for (int i = 0; i < o->connections; i++) {
		disconnect(&run.connections[i]);
		strbuf_release(&run.connections[i].answer);
	}
	for (size_t i = 0; i < o->request_count; i++) {
		strbuf_release(&run.requests[i]);
	}
out:
	if (run.epoll >= 0) {
		close(run.epoll);
	}
	free(run.requests);
	free(run.free_list);
	free(run.connections);
	return status;
}
