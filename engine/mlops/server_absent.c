#include "engine/base/message.h"
#include "engine/mlops/server.h"

/* Stands in for server.c in a build without libmicrohttpd: a server never starts. */

enum status server_start(struct server **out, const struct server_options *options,
			 const struct server_model *model, struct error *err)
{
	(void)options;
	(void)model;
	*out = NULL;
	return error_set(err, STATUS_UNSUPPORTED, "server", message(MSG_CLI_NO_LIBRARY),
			 "libmicrohttpd");
}

int server_port(const struct server *server)
{
	(void)server;
	return 0;
}

enum status server_swap(struct server *server, const struct server_model *model, struct error *err)
{
	(void)server;
	(void)model;
	return error_set(err, STATUS_UNSUPPORTED, "server", message(MSG_CLI_NO_LIBRARY),
			 "libmicrohttpd");
}

void server_set_ready(struct server *server, bool ready)
{
	(void)server;
	(void)ready;
}

struct metrics *server_metrics(struct server *server)
{
	(void)server;
	return NULL;
}

int server_stop(struct server *server, int grace_ms)
{
	(void)server;
	(void)grace_ms;
	return 0;
}
