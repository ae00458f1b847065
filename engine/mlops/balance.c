#include "engine/mlops/balance.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/clock.h"
#include "engine/base/rng.h"
#include "engine/base/strbuf.h"
#include "engine/ml/hypothesis.h"
#include "engine/mlops/http_client.h"

#define MOST_CONNECTIONS 512
#define ANSWER_LIMIT (1 << 20)
#define REST_NS 200000000 /* a replica that lost a request is called down for so long */
#define GIVE_UP_NS 30000000000

struct connection {
	int fd; /* -1: a free place */
	size_t replica, sent;
	bool busy, reused;
	int tries;
	int64_t due_ns;
	struct strbuf answer;
};

struct run {
	const struct balance_options *options;
	struct balance_result *result;
	struct balance_replica *replicas;
	int64_t *down_until;
	struct connection *connections;
	struct strbuf request;
	double *latencies;
	uint64_t begun, ended;
	bool stopped;
};

static void close_connection(struct connection *c)
{
	if (c->fd >= 0) {
		close(c->fd);
		c->fd = -1;
	}
	c->busy = false;
	strbuf_reset(&c->answer);
}

/* An idle connection to the replica, or a new one; NULL when the replica refuses or no place is free. */
static struct connection *connection_to(struct run *run, size_t replica)
{
	struct connection *place = NULL;
	for (int i = 0; i < MOST_CONNECTIONS; i++) {
		struct connection *c = &run->connections[i];
		if (c->fd >= 0 && !c->busy && c->replica == replica) {
			c->reused = true;
			return c;
		}
		place = place || c->fd >= 0 ? place : c;
	}
	if (place) {
		place->fd = run->options->dial(run->options->context, replica);
		place->replica = replica;
		place->reused = false;
	}
	return place && place->fd >= 0 ? place : NULL;
}

static void end_request(struct run *run, int64_t due_ns, bool good)
{
	if (good) {
		run->latencies[run->result->answered++] = (double)(clock_now_ns() - due_ns) * 1e-9;
	} else {
		run->result->failed++;
	}
	run->ended++;
}

static void send_request(struct run *run, int64_t due_ns, int tries);

/* The replica did not answer: another try, or the request is lost. */
static void lost(struct run *run, size_t replica, int64_t due_ns, int tries)
{
	run->replicas[replica].failed++;
	run->replicas[replica].down = true;
	run->down_until[replica] = clock_now_ns() + REST_NS;
	if (tries < run->options->retries && !run->stopped) {
		run->result->retried++;
		send_request(run, due_ns, tries + 1);
	} else {
		end_request(run, due_ns, false);
	}
}

static void send_request(struct run *run, int64_t due_ns, int tries)
{
	size_t replica = run->options->choose(run->options->context, run->replicas, run->begun);
	if (replica >= run->options->replicas) {
		run->stopped = true;
		end_request(run, due_ns, false);
		return;
	}
	struct connection *c = connection_to(run, replica);
	if (!c) {
		lost(run, replica, due_ns, tries);
		return;
	}
	c->busy = true;
	c->sent = 0;
	c->tries = tries;
	c->due_ns = due_ns;
	strbuf_reset(&c->answer);
	run->replicas[replica].active++;
}

static void drop(struct run *run, struct connection *c)
{
	size_t replica = c->replica;
	int64_t due_ns = c->due_ns;
	int tries = c->tries;
	/* A kept connection that was closed before anything came back costs no try. */
	bool stale = c->reused && c->answer.length == 0;
	run->replicas[replica].active--;
	close_connection(c);
	if (stale) {
		struct connection *again = connection_to(run, replica);
		if (again) {
			again->busy = true;
			again->sent = 0;
			again->tries = tries;
			again->due_ns = due_ns;
			run->replicas[replica].active++;
			return;
		}
	}
	lost(run, replica, due_ns, tries);
}

/* Moves the bytes of a busy connection; ends its request when the answer is whole. */
static void move(struct run *run, struct connection *c)
{
	char bytes[16384];
	while (c->sent < run->request.length) {
		ssize_t n = send(c->fd, run->request.text + c->sent, run->request.length - c->sent,
				 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			return;
		}
		if (n < 0) {
			drop(run, c);
			return;
		}
		c->sent += (size_t)n;
	}
	ssize_t n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		if (clock_now_ns() - c->due_ns > GIVE_UP_NS) {
			c->reused = false;
			drop(run, c);
		}
		return;
	}
	if (n <= 0) {
		drop(run, c);
		return;
	}
	strbuf_add(&c->answer, bytes, (size_t)n);
	struct http_answer answer = {0};
	enum http_reading reading =
		http_answer_read(&answer, c->answer.text, c->answer.length, ANSWER_LIMIT);
	if (reading == HTTP_MORE) {
		return;
	}
	if (reading == HTTP_BROKEN || answer.status == 503) {
		c->reused = false;
		drop(run, c);
		return;
	}
	run->replicas[c->replica].active--;
	run->replicas[c->replica].answered++;
	end_request(run, c->due_ns, answer.status < 500);
	c->busy = false;
	if (!answer.keep) {
		close_connection(c);
	}
}

static void wait_ms(struct run *run, int ms)
{
	struct pollfd watched[MOST_CONNECTIONS];
	nfds_t count = 0;
	for (int i = 0; i < MOST_CONNECTIONS; i++) {
		const struct connection *c = &run->connections[i];
		if (c->busy) {
			bool unsent = c->sent < run->request.length;
			watched[count++] = (struct pollfd){
				.fd = c->fd, .events = (short)(POLLIN | (unsent ? POLLOUT : 0))};
		}
	}
	poll(watched, count, ms);
}

static void loop(struct run *run)
{
	const struct balance_options *o = run->options;
	struct rng rng;
	rng_init(&rng, o->seed, 0);
	int64_t due = clock_now_ns();
	while (run->ended < o->requests && !run->stopped) {
		int64_t now = clock_now_ns();
		for (size_t r = 0; r < o->replicas; r++) {
			run->replicas[r].down = run->replicas[r].down && now < run->down_until[r];
		}
		while (run->begun < o->requests && due <= now && !run->stopped) {
			run->begun++;
			send_request(run, due, 0);
			due += (int64_t)(-log(1 - rng_uniform(&rng)) / o->rate * 1e9);
		}
		for (int i = 0; i < MOST_CONNECTIONS; i++) {
			if (run->connections[i].busy) {
				move(run, &run->connections[i]);
			}
		}
		if (o->turn && !o->turn(o->context)) {
			run->stopped = true;
		}
		int64_t left = (due - clock_now_ns()) / 1000000;
		wait_ms(run, run->begun == o->requests || left > 5 ? 5 : left < 0 ? 0 : (int)left);
	}
}

enum status balance_run(struct balance_result *out, struct balance_replica *replicas,
			const struct balance_options *o, struct error *err)
{
	memset(out, 0, sizeof *out);
	if (o->replicas == 0 || o->requests == 0 || o->requests > 1000000 ||
	    !(o->rate > 0 && o->rate <= 1e5) || o->retries < 0) {
		return error_set(err, STATUS_RANGE, "balance",
				 "replicas, 1 to 1000000 requests, a rate up to 100000 a second");
	}
	struct run run = {.options = o, .result = out, .replicas = replicas};
	memset(replicas, 0, o->replicas * sizeof *replicas);
	run.connections = calloc(MOST_CONNECTIONS, sizeof *run.connections);
	run.down_until = calloc(o->replicas, sizeof *run.down_until);
	run.latencies = malloc(o->requests * sizeof *run.latencies);
	strbuf_init(&run.request);
	http_request_write(&run.request, o->body ? "POST" : "GET", o->path,
			   o->body ? "Content-Type: application/json\r\n" : "", o->body,
			   o->body ? strlen(o->body) : 0);
	bool good = run.connections && run.down_until && run.latencies && strbuf_ok(&run.request);
	for (int i = 0; good && i < MOST_CONNECTIONS; i++) {
		run.connections[i].fd = -1;
		strbuf_init(&run.connections[i].answer);
	}
	if (good) {
		int64_t begun = clock_now_ns();
		loop(&run);
		out->seconds = (double)(clock_now_ns() - begun) * 1e-9;
		for (uint64_t i = 0; i < out->answered; i++) {
			out->mean += run.latencies[i] / (double)out->answered;
		}
		out->p50 = quantile(run.latencies, out->answered, 0.5);
		out->p95 = quantile(run.latencies, out->answered, 0.95);
		out->p99 = quantile(run.latencies, out->answered, 0.99);
	}
	for (int i = 0; good && i < MOST_CONNECTIONS; i++) {
		close_connection(&run.connections[i]);
		strbuf_release(&run.connections[i].answer);
	}
	strbuf_release(&run.request);
	free(run.latencies);
	free(run.down_until);
	free(run.connections);
	return !good         ? error_set(err, STATUS_NOMEM, "balance", "out of memory")
	       : run.stopped ? error_set(err, STATUS_CANCELLED, "balance", "stopped")
			     : STATUS_OK;
}
