#include "engine/mlops/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine/mlops/server_private.h"

#define MOST_PAIRS 64

struct service {
	struct MHD_Daemon *daemon;
	service_handler handler;
	void *context;
	size_t most_body;
	int descriptor;
	bool turning;
};

/* One request while its body arrives. */
struct arriving {
	struct strbuf body;
	bool too_large;
};

struct pairs {
	struct service_header rows[MOST_PAIRS];
	size_t count;
};

static enum MHD_Result take_pair(void *context, enum MHD_ValueKind kind, const char *name,
				 const char *value)
{
	(void)kind;
	struct pairs *pairs = context;
	if (pairs->count < MOST_PAIRS) {
		pairs->rows[pairs->count++] = (struct service_header){name, value ? value : ""};
	}
	return MHD_YES;
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, struct service_answer *answer)
{
	size_t length = answer->body.length;
	char *text = strbuf_detach(&answer->body);
	struct MHD_Response *response =
		text ? MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE) : NULL;
	if (!response) {
		free(text);
		return MHD_NO;
	}
	MHD_add_response_header(response, "Content-Type", answer->type);
	for (size_t at = 0; at < answer->headers.length;) {
		const char *name = answer->headers.text + at, *value = name + strlen(name) + 1;
		MHD_add_response_header(response, name, value);
		at += strlen(name) + strlen(value) + 2;
	}
	int status = answer->status >= 100 && answer->status <= 599 ? answer->status : 500;
	enum MHD_Result result = MHD_queue_response(connection, (unsigned)status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result respond(struct service *s, struct MHD_Connection *connection,
			       const char *path, const char *method, const struct arriving *a)
{
	struct pairs headers = {.count = 0}, query = {.count = 0};
	MHD_get_connection_values(connection, MHD_HEADER_KIND, take_pair, &headers);
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_pair, &query);
	const struct service_request request = {.method = method,
						.path = path,
						.headers = headers.rows,
						.header_count = headers.count,
						.query = query.rows,
						.query_count = query.count,
						.body = a->body.text,
						.body_length = a->body.length};
	struct service_answer answer = {.status = 500, .type = "text/plain; charset=utf-8"};
	strbuf_init(&answer.body);
	strbuf_init(&answer.headers);
	if (a->too_large) {
		answer.status = 413;
	} else {
		s->handler(s->context, &request, &answer);
	}
	enum MHD_Result result = send_answer(connection, &answer);
	strbuf_release(&answer.body);
	strbuf_release(&answer.headers);
	return result;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **state)
{
	(void)version;
	struct service *s = context;
	struct arriving *a = *state;
	if (!a) {
		a = *state = calloc(1, sizeof *a);
		if (a) {
			strbuf_init(&a->body);
		}
		return a ? MHD_YES : MHD_NO;
	}
	if (*upload_size) {
		if (a->body.length + *upload_size > s->most_body) {
			a->too_large = true;
		} else if (!a->too_large) {
			strbuf_add(&a->body, upload, *upload_size);
		}
		*upload_size = 0;
		return MHD_YES;
	}
	return respond(s, connection, url, method, a);
}

static void completed(void *context, struct MHD_Connection *connection, void **state,
		      enum MHD_RequestTerminationCode how)
{
	(void)context;
	(void)connection;
	(void)how;
	struct arriving *a = *state;
	if (a) {
		strbuf_release(&a->body);
		free(a);
		*state = NULL;
	}
}

enum status service_new(struct service **out, size_t most_body, service_handler handler,
			void *context, struct error *err)
{
	struct service *s = calloc(1, sizeof *s);
	*out = NULL;
	if (!s) {
		return error_set(err, STATUS_NOMEM, "service", "out of memory");
	}
	s->handler = handler;
	s->context = context;
	s->most_body = most_body;
	s->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
				     handle, s, MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
				     MHD_OPTION_CONNECTION_LIMIT, 1000u, MHD_OPTION_END);
	const union MHD_DaemonInfo *info =
		s->daemon ? MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
	if (!info) {
		int why = errno;
		service_free(s);
		return error_set(err, STATUS_IO, "service", "%s", strerror(why));
	}
	s->descriptor = info->epoll_fd;
	*out = s;
	return STATUS_OK;
}

void service_free(struct service *s)
{
	if (s) {
		if (s->daemon) {
			MHD_stop_daemon(s->daemon);
		}
		free(s);
	}
}

enum status service_connect(struct service *s, int *descriptor, struct error *err)
{
	return server_add_pair(s->daemon, descriptor, err);
}

void service_turn(struct service *s)
{
	if (!s->turning) {
		s->turning = true;
		MHD_run(s->daemon);
		s->turning = false;
	}
}

bool service_turning(const struct service *s)
{
	return s->turning;
}

int service_descriptor(const struct service *s)
{
	return s->descriptor;
}
