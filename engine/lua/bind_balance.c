/* mlops.balance: a rule that chooses among replicas, under an open load. */
#include <string.h>

#include "engine/lua/bind_json.h"
#include "engine/lua/bind_numbers.h"
#include "engine/lua/bind_services.h"
#include "engine/mlops/balance.h"

#define MOST_REPLICAS 64

struct balancing {
	lua_State *L;
	int servers, choose, raised; /* stack places */
	bool failed;
	const struct balance_replica *replicas; /* for the call at hand */
	size_t count, chosen;
	uint64_t request;
};

/* A replica that was stopped refuses, as a machine that is gone would. */
static int dial(void *context, size_t replica)
{
	struct balancing *b = context;
	int descriptor = -1;
	lua_rawgeti(b->L, b->servers, (lua_Integer)replica + 1);
	struct server_handle *handle = luaL_testudata(b->L, -1, SERVER_KEY);
	if (handle && handle->server) {
		server_connect(handle->server, &descriptor, NULL);
	}
	lua_pop(b->L, 1);
	return descriptor;
}

/* (balancing, choose) */
static int choose_protected(lua_State *L)
{
	struct balancing *b = lua_touserdata(L, 1);
	lua_createtable(L, (int)b->count, 0);
	for (size_t i = 0; i < b->count; i++) {
		const struct balance_replica *r = &b->replicas[i];
		lua_createtable(L, 0, 4);
		lua_pushinteger(L, r->active);
		lua_setfield(L, -2, "active");
		lua_pushboolean(L, r->down);
		lua_setfield(L, -2, "down");
		lua_pushinteger(L, (lua_Integer)r->answered);
		lua_setfield(L, -2, "answered");
		lua_pushinteger(L, (lua_Integer)r->failed);
		lua_setfield(L, -2, "failed");
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_pushinteger(L, (lua_Integer)b->request);
	lua_call(L, 2, 1);
	int whole;
	lua_Integer index = lua_tointegerx(L, -1, &whole);
	if (!whole || index < 1 || index > (lua_Integer)b->count) {
		return binding_raise(L, message(MSG_BALANCE_CHOICE), (int)b->count);
	}
	b->chosen = (size_t)index - 1;
	return 0;
}

static int stop_protected(lua_State *L)
{
	services_check_stop(L);
	return 0;
}

/* Calls what is on the stack with so many arguments; what it raises waits until the run is over. */
static bool call(struct balancing *b, int arguments)
{
	if (lua_pcall(b->L, arguments, 0, 0) == LUA_OK) {
		return true;
	}
	lua_replace(b->L, b->raised);
	b->failed = true;
	return false;
}

static size_t choose(void *context, const struct balance_replica *replicas, uint64_t request)
{
	struct balancing *b = context;
	b->replicas = replicas;
	b->request = request;
	lua_pushcfunction(b->L, choose_protected);
	lua_pushlightuserdata(b->L, b);
	lua_pushvalue(b->L, b->choose);
	return call(b, 2) ? b->chosen : BALANCE_NONE;
}

static bool turn(void *context)
{
	struct balancing *b = context;
	lua_pushcfunction(b->L, stop_protected);
	return call(b, 0);
}

static int push_result(lua_State *L, const struct balance_result *r,
		       const struct balance_replica *replicas, size_t count)
{
	lua_newtable(L);
	lua_pushinteger(L, (lua_Integer)r->answered);
	lua_setfield(L, -2, "answered");
	lua_pushinteger(L, (lua_Integer)r->failed);
	lua_setfield(L, -2, "failed");
	lua_pushinteger(L, (lua_Integer)r->retried);
	lua_setfield(L, -2, "retried");
	numbers_set(L, "seconds", r->seconds);
	if (r->answered) {
		numbers_set(L, "mean", r->mean);
		numbers_set(L, "p50", r->p50);
		numbers_set(L, "p95", r->p95);
		numbers_set(L, "p99", r->p99);
	}
	lua_createtable(L, (int)count, 0);
	for (size_t i = 0; i < count; i++) {
		lua_createtable(L, 0, 2);
		lua_pushinteger(L, (lua_Integer)replicas[i].answered);
		lua_setfield(L, -2, "answered");
		lua_pushinteger(L, (lua_Integer)replicas[i].failed);
		lua_setfield(L, -2, "failed");
		lua_rawseti(L, -2, (lua_Integer)i + 1);
	}
	lua_setfield(L, -2, "servers");
	return 1;
}

/* mlops.balance{ servers =, choose =, rate =, requests =, body =, path =, retries =, seed = } */
static int balance(lua_State *L)
{
	char path[1024];
	struct balance_replica replicas[MOST_REPLICAS];
	struct balance_result result;
	struct balancing b = {.L = L};
	lua_settop(L, 1);
	luaL_checktype(L, 1, LUA_TTABLE);
	luaL_checkstack(L, 30, "balance");
	lua_getfield(L, 1, "servers");
	b.servers = lua_gettop(L);
	luaL_checktype(L, b.servers, LUA_TTABLE);
	b.count = (size_t)lua_rawlen(L, b.servers);
	luaL_argcheck(L, b.count >= 1 && b.count <= MOST_REPLICAS, 1, "servers: 1…64");
	for (size_t i = 1; i <= b.count; i++) {
		lua_rawgeti(L, b.servers, (lua_Integer)i);
		luaL_checkudata(L, -1, SERVER_KEY);
		lua_pop(L, 1);
	}
	lua_getfield(L, 1, "choose");
	b.choose = lua_gettop(L);
	luaL_checktype(L, b.choose, LUA_TFUNCTION);
	lua_pushnil(L);
	b.raised = lua_gettop(L);
	if (!values_text_field(L, 1, "path", path, sizeof(path))) {
		strcpy(path, "/predict");
	}
	const char *body = NULL;
	if (lua_getfield(L, 1, "body") != LUA_TNIL) {
		body = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1)
						      : json_push_text(L, -1, NULL);
	}
	int64_t requests = values_integer_field(L, 1, "requests", 500);
	const struct balance_options options = {
		.replicas = b.count,
		.dial = dial,
		.choose = choose,
		.turn = turn,
		.context = &b,
		.rate = values_number_field(L, 1, "rate", 100),
		.requests = requests > 0 ? (uint64_t)requests : 0,
		.retries = (int)values_integer_field(L, 1, "retries", 1),
		.path = path,
		.body = body,
		.seed = (uint64_t)values_integer_field(L, 1, "seed",
						       (int64_t)script_of(L)->options.seed)};
	struct error err = ERROR_INIT;
	enum status status = balance_run(&result, replicas, &options, &err);
	if (b.failed) {
		lua_settop(L, b.raised);
		return lua_error(L);
	}
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	return push_result(L, &result, replicas, b.count);
}

const struct binding bind_balance[] = {
	{"balance", balance, "options: table", "table",
	 "여러 서버에 요청을 나눕니다. servers, choose = function(servers, n) return 번호 "
	 "end(서버마다 active, down, answered, "
	 "failed), rate, requests, body, retries, seed. { answered, failed, retried, mean, p50, "
	 "p95, p99, servers }",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
