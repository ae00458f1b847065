#ifndef MUNDAP_LUA_BIND_SERVICES_H
#define MUNDAP_LUA_BIND_SERVICES_H

#include "engine/lua/bind_mlops.h"
#include "engine/mlops/server.h"
#include "engine/mlops/service.h"

/* HTTP services inside a script: a served model (Server), a service of Lua handlers (Service), and who calls them (Client). */

#define SERVER_KEY "mundap.Server"
#define SERVICE_KEY "mundap.Service"
#define CLIENT_KEY "mundap.Client"

struct server_handle {
	struct server *server; /* NULL once stopped */
	int delay_ms;
};

struct service_handle {
	struct service *service; /* NULL once closed */
	lua_State *L; /* whose handlers run, while it is turned */
	int routes; /* stack index of the handlers then */
};

/* Whichever of the two a value is; both NULL: neither. */
struct target {
	struct server_handle *server;
	struct service_handle *service;
};

extern const struct bound_type server_type, service_type, client_type;
extern const struct binding bind_services[]; /* bind_services.c */
extern const struct binding bind_load[]; /* bind_load.c */
extern const struct binding bind_balance[]; /* bind_balance.c */
extern const struct binding client_methods[]; /* bind_client.c */

/** Raises unless the run may start services. */
void services_allowed(lua_State *L);
/** The service at index; raises for anything else and for a stopped one. */
struct target target_check(lua_State *L, int index);
/** The client's end of a new connection, -1 with err filled in. */
int target_connect(const struct target *target, struct error *err);
/**
 * Lets a Lua service handle what has come. index: where the service is on L's stack. Does nothing for a Server. Raises when
 * the service is being turned already (it calls itself).
 */
void target_turn(lua_State *L, const struct target *target, int index);
/** Raises when the run was asked to stop. */
void services_check_stop(lua_State *L);
/** Pushes a client of the service at index. */
int client_new(lua_State *L, int index);

#endif
