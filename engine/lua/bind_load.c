/* mlops.load: load on a service of the same script. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "engine/lua/bind_json.h"
#include "engine/lua/bind_numbers.h"
#include "engine/lua/bind_services.h"
#include "engine/mlops/load.h"

#define MOST_BODIES 1000

struct loading {
	lua_State *L;
	struct target target;
	int place;
	bool stopped;
	atomic_bool stop;
};

static int dial(void *context)
{
	struct loading *l = context;
	return target_connect(&l->target, NULL);
}

static int turn_protected(lua_State *L)
{
	struct loading *l = lua_touserdata(L, 1);
	target_turn(L, &l->target, 2);
	services_check_stop(L);
	return 0;
}

/* Raising has to wait until the load is over: it holds connections. */
static void turn(void *context)
{
	struct loading *l = context;
	lua_pushcfunction(l->L, turn_protected);
	lua_pushlightuserdata(l->L, l);
	lua_pushvalue(l->L, l->place);
	if (!l->stopped && lua_pcall(l->L, 2, 0, 0) != LUA_OK) {
		l->stopped = true;
		atomic_store(&l->stop, true);
		lua_replace(l->L, l->place + 1);
	} else if (l->stopped) {
		lua_pop(l->L, 3);
	}
}

static enum load_shape shape_of(lua_State *L)
{
	static const char *const words[] = {"closed", "constant", "poisson", "ramp", "spike"};
	char word[16];
	if (!values_text_field(L, 2, "shape", word, sizeof(word))) {
		return LOAD_CLOSED;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(word, words[i]) == 0) {
			return (enum load_shape)i;
		}
	}
	binding_raise(L, "%s", message(MSG_LOAD_SHAPE));
	return LOAD_CLOSED;
}

/* The requests to send in turn: one body, or a list under "bodies". Their texts stay on the stack. */
static struct load_request *requests_of(lua_State *L, const char *path, size_t *count)
{
	bool several = lua_getfield(L, 2, "bodies") == LUA_TTABLE;
	if (!several) {
		lua_pop(L, 1);
		lua_getfield(L, 2, "body");
	}
	int bodies = lua_gettop(L);
	*count = several ? (size_t)lua_rawlen(L, bodies) : 1;
	if (*count == 0 || *count > MOST_BODIES) {
		binding_raise(L, message(MSG_ML_BETWEEN), 1.0, (double)MOST_BODIES, "bodies",
			      (double)*count);
	}
	struct load_request *rows = lua_newuserdatauv(L, sizeof(*rows) * *count, 0);
	lua_createtable(L, (int)*count, 0); /* keeps the texts */
	int texts = lua_gettop(L);
	for (size_t i = 0; i < *count; i++) {
		const char *text = NULL;
		if (several) {
			lua_rawgeti(L, bodies, (lua_Integer)i + 1);
		} else {
			lua_pushvalue(L, bodies);
		}
		if (!lua_isnil(L, -1)) {
			if (lua_type(L, -1) != LUA_TSTRING) {
				json_push_text(L, -1, NULL);
			}
			text = lua_tostring(L, -1);
			lua_rawseti(L, texts, (lua_Integer)i + 1);
		}
		rows[i] = (struct load_request){text ? "POST" : "GET", path, text};
		lua_settop(L, texts);
	}
	return rows;
}

static void set_count(lua_State *L, const char *name, uint64_t count)
{
	lua_pushinteger(L, (lua_Integer)count);
	lua_setfield(L, -2, name);
}

static void push_result(lua_State *L, const struct load_result *r)
{
	static const char *const hundreds[] = {"other", "1xx", "2xx", "3xx", "4xx", "5xx"};
	lua_newtable(L);
	set_count(L, "sent", r->sent);
	set_count(L, "answered", r->answered);
	set_count(L, "failed", r->failed);
	set_count(L, "late", r->late);
	numbers_set(L, "seconds", r->seconds);
	numbers_set(L, "per_second", r->per_second);
	numbers_set(L, "mean", r->mean);
	numbers_set(L, "p50", r->p50);
	numbers_set(L, "p90", r->p90);
	numbers_set(L, "p95", r->p95);
	numbers_set(L, "p99", r->p99);
	numbers_set(L, "longest", r->longest);
	lua_newtable(L);
	for (int i = 0; i < 6; i++) {
		set_count(L, hundreds[i], r->status[i]);
	}
	lua_setfield(L, -2, "status");
}

/* mlops.load(service, { path =, body = | bodies =, shape =, rate =, seconds =, connections =, requests =, seed = }) */
static int load(lua_State *L)
{
	char path[1024], key[256];
	lua_settop(L, 2);
	luaL_checktype(L, 2, LUA_TTABLE);
	struct loading loading = {.L = L, .target = target_check(L, 1)};
	if (!values_text_field(L, 2, "path", path, sizeof(path))) {
		strcpy(path, "/predict");
	}
	bool keyed = values_text_field(L, 2, "key", key, sizeof(key));
	size_t count;
	struct load_request *rows = requests_of(L, path, &count);
	struct load_result *result = lua_newuserdatauv(L, sizeof(*result), 0);
	const struct load_options options = {
		.shape = shape_of(L),
		.connections = (int)values_integer_field(L, 2, "connections", 4),
		.rate = values_number_field(L, 2, "rate", 0),
		.seconds = values_number_field(L, 2, "seconds", 1),
		.most_requests = (uint64_t)values_integer_field(L, 2, "requests", 0),
		.requests = rows,
		.request_count = count,
		.bearer = keyed ? key : NULL,
		.seed = (uint64_t)values_integer_field(L, 2, "seed",
						       (int64_t)script_of(L)->options.seed),
		.stop = &loading.stop,
		.dial = dial,
		.turn = turn,
		.dial_context = &loading};
	struct error err = ERROR_INIT;
	luaL_checkstack(L, 20, "load");
	lua_pushvalue(L, 1);
	loading.place = lua_gettop(L);
	lua_pushnil(L); /* what a turn raised */
	enum status status = load_run(result, &options, &err);
	if (loading.stopped) {
		lua_settop(L, loading.place + 1);
		return lua_error(L);
	}
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	push_result(L, result);
	return 1;
}

const struct binding bind_load[] = {
	{"load", load, "service: Server|Service, options: table", "table",
	 "서비스에 부하를 걸고 지연을 잽니다. path, body나 bodies, shape(closed, constant, "
	 "poisson, ramp, "
	 "spike), rate, seconds, connections, requests, seed. 지연의 단위는 초입니다.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
