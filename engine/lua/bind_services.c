/* mlops.serve and mlops.service: HTTP services that live inside the script. */
#include "engine/lua/bind_services.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "engine/lua/bind_json.h"
#include "engine/lua/bind_ml.h"
#include "engine/lua/bind_nn.h"
#include "engine/lua/values.h"
#include "engine/mlops/model_file.h"

void services_allowed(lua_State *L)
{
	if (!script_of(L)->options.local_services) {
		binding_raise(L, "%s", message(MSG_MLOPS_NO_SERVICES));
	}
}

void services_check_stop(lua_State *L)
{
	struct script *script = script_of(L);
	if (script->host && script->host->stopping &&
	    script->host->stopping(script->host->context)) {
		script_arm(L);
		binding_raise(L, "%s", message(MSG_SCRIPT_STOPPED));
	}
}

struct target target_check(lua_State *L, int index)
{
	struct target target = {.server = luaL_testudata(L, index, SERVER_KEY),
				.service = luaL_testudata(L, index, SERVICE_KEY)};
	if (!target.server && !target.service) {
		binding_raise(L, "%s", message(MSG_MLOPS_TARGET));
	}
	if (target.server ? !target.server->server : !target.service->service) {
		binding_raise(L, "%s", message(MSG_MLOPS_CLOSED));
	}
	return target;
}

int target_connect(const struct target *target, struct error *err)
{
	int descriptor = -1;
	if (target->server) {
		server_connect(target->server->server, &descriptor, err);
	} else {
		service_connect(target->service->service, &descriptor, err);
	}
	return descriptor;
}

void target_turn(lua_State *L, const struct target *target, int index)
{
	struct service_handle *handle = target->service;
	if (!handle) {
		return;
	}
	if (service_turning(handle->service)) {
		binding_raise(L, "%s", message(MSG_MLOPS_INSIDE));
	}
	luaL_checkstack(L, 12, "service");
	int top = lua_gettop(L);
	lua_getiuservalue(L, index, 1);
	handle->L = L;
	handle->routes = top + 1;
	service_turn(handle->service);
	handle->L = NULL;
	lua_settop(L, top);
}

/* ---- a service of Lua handlers ---- */

static void push_pairs(lua_State *L, const struct service_header *rows, size_t count)
{
	lua_createtable(L, 0, (int)count);
	for (size_t i = 0; i < count; i++) {
		lua_pushstring(L, rows[i].value);
		lua_setfield(L, -2, rows[i].name);
	}
}

/* The request as handlers see it: method, path, query, headers, body, and json when the body is some. */
static int push_request(lua_State *L)
{
	const struct service_request *r = lua_touserdata(L, 1);
	json_error_t why;
	lua_createtable(L, 0, 6);
	lua_pushstring(L, r->method);
	lua_setfield(L, -2, "method");
	lua_pushstring(L, r->path);
	lua_setfield(L, -2, "path");
	push_pairs(L, r->headers, r->header_count);
	lua_setfield(L, -2, "headers");
	push_pairs(L, r->query, r->query_count);
	lua_setfield(L, -2, "query");
	lua_pushlstring(L, r->body, r->body_length);
	lua_setfield(L, -2, "body");
	if (r->body_length && json_push_parsed(L, r->body, r->body_length, &why)) {
		lua_setfield(L, -2, "json");
	}
	return 1;
}

/* (answer, status, body, headers): what a handler returned, into the answer. */
static int take_answer(lua_State *L)
{
	struct service_answer *answer = lua_touserdata(L, 1);
	int whole;
	lua_settop(L, 4);
	lua_Integer status = lua_tointegerx(L, 2, &whole);
	if (!whole || status < 100 || status > 599) {
		return luaL_error(L, "%s", message(MSG_MLOPS_ANSWER));
	}
	size_t length = 0;
	if (lua_type(L, 3) == LUA_TSTRING) {
		const char *text = lua_tolstring(L, 3, &length);
		strbuf_add(&answer->body, text, length);
	} else if (!lua_isnil(L, 3)) {
		const char *text = json_push_text(L, 3, &length);
		strbuf_add(&answer->body, text, length);
		strcpy(answer->type, "application/json");
	}
	if (!lua_isnil(L, 4)) {
		luaL_checktype(L, 4, LUA_TTABLE);
		lua_pushnil(L);
		while (lua_next(L, 4)) {
			if (lua_type(L, -2) != LUA_TSTRING || !lua_isstring(L, -1)) {
				return luaL_error(L, "%s", message(MSG_MLOPS_ANSWER));
			}
			const char *name = lua_tostring(L, -2),
				   *value = luaL_tolstring(L, -1, NULL);
			if (strcasecmp(name, "Content-Type") == 0) {
				snprintf(answer->type, sizeof(answer->type), "%s", value);
			} else {
				strbuf_add(&answer->headers, name, strlen(name) + 1);
				strbuf_add(&answer->headers, value, strlen(value) + 1);
			}
			lua_pop(L, 2);
		}
	}
	answer->status = (int)status;
	return 0;
}

static void answer_error(struct service_answer *answer, int status, const char *kind,
			 const char *text)
{
	json_t *json = json_pack("{s:{s:s,s:s}}", "error", "kind", kind, "message", text);
	char *dumped = json ? json_dumps(json, JSON_COMPACT) : NULL;
	strbuf_reset(&answer->body);
	strbuf_reset(&answer->headers);
	strbuf_puts(&answer->body, dumped ? dumped : "{}");
	strcpy(answer->type, "application/json");
	answer->status = status;
	free(dumped);
	json_decref(json);
}

/* Whether some route has this path under another method. */
static bool path_is_known(lua_State *L, int routes, const char *path)
{
	bool known = false;
	lua_pushnil(L);
	while (lua_next(L, routes)) {
		const char *route = lua_tostring(L, -2);
		known = known || strcmp(strchr(route, ' ') + 1, path) == 0;
		lua_pop(L, 1);
	}
	return known;
}

struct handling {
	const struct service_request *request;
	struct service_answer *answer;
	int routes;
};

/* (handling, routes): finds the handler, calls it, takes what it returned. */
static int handle_protected(lua_State *L)
{
	const struct handling *h = lua_touserdata(L, 1);
	lua_pushfstring(L, "%s %s", h->request->method, h->request->path);
	if (lua_rawget(L, 2) != LUA_TFUNCTION) {
		bool known = path_is_known(L, 2, h->request->path);
		answer_error(h->answer, known ? 405 : 404, known ? "method" : "not-found",
			     h->request->path);
		return 0;
	}
	lua_pushcfunction(L, push_request);
	lua_pushlightuserdata(L, (void *)(uintptr_t)h->request);
	lua_call(L, 1, 1);
	lua_call(L, 1, 3);
	lua_pushcfunction(L, take_answer);
	lua_insert(L, -4);
	lua_pushlightuserdata(L, h->answer);
	lua_insert(L, -4);
	lua_call(L, 4, 0);
	return 0;
}

/* Called by the HTTP library: nothing may be raised through it. */
static void handle_request(void *context, const struct service_request *request,
			   struct service_answer *answer)
{
	struct service_handle *handle = context;
	lua_State *L = handle->L;
	struct handling handling = {.request = request, .answer = answer};
	int top = lua_gettop(L);
	lua_pushcfunction(L, handle_protected);
	lua_pushlightuserdata(L, &handling);
	lua_pushvalue(L, handle->routes);
	if (lua_pcall(L, 2, 0, 0) != LUA_OK) {
		const char *why = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "error";
		answer_error(answer, 500, "handler", why);
	}
	lua_settop(L, top);
}

/* mlops.service{ ["POST /predict"] = function(request) return 200, { … } end } */
static int make_service(lua_State *L)
{
	lua_settop(L, 2);
	services_allowed(L);
	luaL_checktype(L, 1, LUA_TTABLE);
	int64_t most_body = values_integer_field(L, 2, "most_body", 1 << 20);
	luaL_argcheck(L, most_body > 0 && most_body <= 1 << 26, 2, "most_body");
	lua_newtable(L); /* the routes as they are now */
	lua_pushnil(L);
	while (lua_next(L, 1)) {
		const char *route = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
		const char *space = strchr(route, ' ');
		if (!space || space == route || space[1] != '/' || strchr(space + 1, ' ') ||
		    lua_type(L, -1) != LUA_TFUNCTION) {
			return binding_raise(L, message(MSG_MLOPS_ROUTE), route);
		}
		lua_pushvalue(L, -2);
		lua_insert(L, -2);
		lua_rawset(L, 3);
	}
	struct service_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 1);
	memset(handle, 0, sizeof(*handle));
	luaL_setmetatable(L, SERVICE_KEY);
	lua_pushvalue(L, 3);
	lua_setiuservalue(L, -2, 1);
	struct error err = ERROR_INIT;
	if (service_new(&handle->service, (size_t)most_body, handle_request, handle, &err) !=
	    STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	return 1;
}

static int close_service(lua_State *L)
{
	struct service_handle *handle = luaL_checkudata(L, 1, SERVICE_KEY);
	if (handle->service && service_turning(handle->service)) {
		return binding_raise(L, "%s", message(MSG_MLOPS_INSIDE));
	}
	service_free(handle->service);
	handle->service = NULL;
	return 0;
}

/* ---- a served model ---- */

/* A model that takes its time: what a slow machine would be. */
struct delayed {
	struct server_model inner;
	int ms;
};

static enum status predict_later(void *context, const double *x, int rows, double *y,
				 struct error *err)
{
	struct delayed *d = context;
	nanosleep(&(struct timespec){d->ms / 1000, (long)(d->ms % 1000) * 1000000}, NULL);
	return d->inner.predict(d->inner.context, x, rows, y, err);
}

static void release_later(void *context)
{
	struct delayed *d = context;
	d->inner.release(d->inner.context);
	free(d);
}

/* Reads the model at index (a file's bytes, or a model, whose file is made) into *model. */
static void read_model(lua_State *L, int index, int options, const char *name, const char *version,
		       int delay_ms, struct server_model *model)
{
	size_t length;
	if (lua_type(L, index) != LUA_TSTRING) {
		model_file_push(L, index, options);
		index = lua_gettop(L);
	}
	const char *bytes = lua_tolstring(L, index, &length);
	struct delayed *delayed = delay_ms ? calloc(1, sizeof(*delayed)) : NULL;
	struct error err = ERROR_INIT;
	enum status status = model_file_read(model, bytes, length, name, version, &err);
	if (status == STATUS_OK && delay_ms && !delayed) {
		model->release(model->context);
		status = error_set(&err, STATUS_NOMEM, "serve", "out of memory");
	}
	if (status != STATUS_OK) {
		free(delayed);
		binding_raise_error(L, &err);
		return; /* never */
	}
	if (delayed) {
		*delayed = (struct delayed){*model, delay_ms};
		model->predict = predict_later;
		model->release = release_later;
		model->context = delayed;
	}
}

static int bounded(lua_State *L, const char *name, int64_t otherwise, int64_t low, int64_t high)
{
	int64_t value = values_integer_field(L, 2, name, otherwise);
	if (value < low || value > high) {
		binding_raise(L, message(MSG_ML_BETWEEN), (double)low, (double)high, name,
			      (double)value);
	}
	return (int)value;
}

#define MOST_KEYS 16

static size_t read_keys(lua_State *L, struct server_key *keys)
{
	size_t count = 0;
	lua_pushstring(L, "keys");
	if (!lua_istable(L, 2) || lua_rawget(L, 2) != LUA_TTABLE) {
		return 0;
	}
	int table = lua_gettop(L);
	lua_pushnil(L);
	while (lua_next(L, table)) {
		const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
		const char *role = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
		bool admin = strcmp(role, "admin") == 0;
		if (strlen(key) < 8 || (!admin && strcmp(role, "predict") != 0) ||
		    count == MOST_KEYS) {
			binding_raise(L, "%s", message(MSG_MLOPS_ROLE));
		}
		keys[count++] =
			(struct server_key){key, admin ? SERVER_ROLE_ADMIN : SERVER_ROLE_PREDICT};
		lua_pop(L, 1);
	}
	return count;
}

/* mlops.serve(model, options) */
static int make_server(lua_State *L)
{
	char name[64], version[64];
	struct server_key keys[MOST_KEYS];
	struct server_model model;
	struct error err = ERROR_INIT;
	lua_settop(L, 2);
	services_allowed(L);
	values_text_field(L, 2, "name", name, sizeof(name));
	values_text_field(L, 2, "version", version, sizeof(version));
	struct server_options options = {
		.port = SERVER_LOCAL,
		.threads = bounded(L, "threads", 1, 1, 8),
		.most_body = (size_t)bounded(L, "most_body", 1 << 20, 64, 1 << 26),
		.most_rows = bounded(L, "most_rows", 1024, 1, 100000),
		.queue = bounded(L, "queue", 4096, 1, 100000),
		.batch = bounded(L, "batch", 64, 1, 4096),
		.batch_wait_us = bounded(L, "batch_wait_us", 0, 0, 1000000),
		.timeout_seconds = bounded(L, "timeout", 10, 1, 600),
		.warm_up_ms = bounded(L, "warm_up_ms", 0, 0, 60000),
		.keys = keys,
		.log_fd = -1};
	int delay_ms = bounded(L, "delay_ms", 0, 0, 10000);
	options.key_count = read_keys(L, keys);
	struct server_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 0);
	int place = lua_gettop(L);
	memset(handle, 0, sizeof(*handle));
	luaL_setmetatable(L, SERVER_KEY);
	handle->delay_ms = delay_ms;
	read_model(L, 1, 2, *name ? name : "model", *version ? version : "1", delay_ms, &model);
	if (server_start(&handle->server, &options, &model, &err) != STATUS_OK) {
		model.release(model.context);
		return binding_raise_error(L, &err);
	}
	lua_settop(L, place);
	return 1;
}

static struct server_handle *running(lua_State *L)
{
	struct server_handle *handle = luaL_checkudata(L, 1, SERVER_KEY);
	if (!handle->server) {
		binding_raise(L, "%s", message(MSG_MLOPS_CLOSED));
	}
	return handle;
}

static int swap(lua_State *L)
{
	struct server_handle *handle = running(L);
	const char *version = mlops_text(L, 3, "version", 60);
	char name[64];
	struct server_model model;
	struct error err = ERROR_INIT;
	lua_settop(L, 4);
	values_text_field(L, 4, "name", name, sizeof(name));
	read_model(L, 2, 4, *name ? name : "model", version, handle->delay_ms, &model);
	if (server_swap(handle->server, &model, &err) != STATUS_OK) {
		model.release(model.context);
		return binding_raise_error(L, &err);
	}
	return 0;
}

static int set_ready(lua_State *L)
{
	server_set_ready(running(L)->server, lua_toboolean(L, 2));
	return 0;
}

static int stop_server(lua_State *L)
{
	struct server_handle *handle = luaL_checkudata(L, 1, SERVER_KEY);
	double seconds = luaL_optnumber(L, 2, 1);
	luaL_argcheck(L, seconds >= 0 && seconds <= 60, 2, "0…60");
	struct server *server = handle->server;
	handle->server = NULL;
	lua_pushinteger(L, server ? server_stop(server, (int)(seconds * 1000), NULL) : 0);
	return 1;
}

static int release_server(lua_State *L)
{
	struct server_handle *handle = luaL_checkudata(L, 1, SERVER_KEY);
	if (handle->server) {
		server_stop(handle->server, 0, NULL);
		handle->server = NULL;
	}
	return 0;
}

static int connect_client(lua_State *L)
{
	target_check(L, 1);
	return client_new(L, 1);
}

static const struct binding server_methods[] = {
	{"client", connect_client, "", "Client", "이 서비스를 부를 클라이언트를 만듭니다.", 0},
	{"swap", swap, "model: Learned|string, version: string, options?: table", "",
	 "요청을 잃지 않고 다른 버전으로 바꿉니다.", 0},
	{"set_ready", set_ready, "ready: boolean", "",
	 "/ready의 답을 바꿉니다(false면 503). 요청은 그대로 받습니다.", 0},
	{"stop", stop_server, "seconds?: number", "integer",
	 "받은 요청을 마칠 때까지 기다렸다(기본 1초) 멈추고, 끊긴 요청 수를 돌려줍니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
static const struct binding service_methods[] = {
	{"client", connect_client, "", "Client", "이 서비스를 부를 클라이언트를 만듭니다.", 0},
	{"close", close_service, "", "", "서비스를 멈춥니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct binding *const server_lists[] = {server_methods, NULL};
static const struct binding *const service_lists[] = {service_methods, NULL};
static const luaL_Reg server_operators[] = {
	{"__gc", release_server}, {"__close", release_server}, {NULL, NULL}};
static const luaL_Reg service_operators[] = {
	{"__gc", close_service}, {"__close", close_service}, {NULL, NULL}};

const struct bound_type server_type = {
	.name = "Server",
	.doc = "모델을 서빙하는 HTTP 서버: POST /predict, GET /health /ready /metrics /version",
	.methods = server_lists,
	.operators = server_operators};
const struct bound_type service_type = {.name = "Service",
					.doc = "Lua 함수가 요청에 답하는 HTTP 서비스",
					.methods = service_lists,
					.operators = service_operators};

const struct binding bind_services[] = {
	{"serve", make_server, "model: Learned|string, options?: table", "Server",
	 "모델(또는 mlops.save가 준 파일)을 HTTP로 서빙합니다. name, version, shape, batch, "
	 "batch_wait_us, queue, threads, timeout, keys, delay_ms, warm_up_ms",
	 0},
	{"service", make_service, "routes: table<string, function>, options?: table", "Service",
	 "{ [\"POST /predict\"] = function(request) return 200, { … } end }처럼 적은 서비스를 "
	 "켭니다. "
	 "request에는 method, path, query, headers, body, json이 있습니다.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
