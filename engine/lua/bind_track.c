/* mlops.run and its kin: experiments recorded so that somebody else can repeat them. */
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/lua/bind_json.h"
#include "engine/lua/bind_records.h"
#include "engine/lua/values.h"
#include "engine/mlops/mlflow.h"
#include "engine/tensor/engine.h"
#include "engine/tensor/threads.h"

#define RUN_KEY "mundap.Run"

static const char runs_key; /* registry: the finished records of this script */

struct run_handle {
	int64_t id;
	bool finished;
};

/* The eight things a record needs before anybody else can repeat and judge the experiment. */
static const char *const needed[] = {"parameters", "metrics",     "data",      "code",
				     "seed",       "environment", "artifacts", "hypothesis"};

static void push_runs(lua_State *L)
{
	if (lua_rawgetp(L, LUA_REGISTRYINDEX, &runs_key) != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_rawsetp(L, LUA_REGISTRYINDEX, &runs_key);
	}
}

/* A copy that shares nothing: through JSON, which also refuses what no record can hold. */
static void push_copy(lua_State *L, int index)
{
	json_push(L, json_check(L, index));
	lua_remove(L, -2);
}

static void set_environment(lua_State *L, int record)
{
	lua_newtable(L);
	lua_pushstring(L, "mundap " MUNDAP_VERSION);
	lua_setfield(L, -2, "program");
	lua_pushstring(L, LUA_RELEASE);
	lua_setfield(L, -2, "language");
	lua_pushstring(L, engine_simd_name());
	lua_setfield(L, -2, "kernels");
	lua_pushstring(L, engine_blas_name());
	lua_setfield(L, -2, "blas");
	lua_pushinteger(L, threads_count());
	lua_setfield(L, -2, "threads");
	lua_setfield(L, record, "environment");
}

/* A table in the record, from the options when they have it. */
static void set_table(lua_State *L, int options, int record, const char *name)
{
	if (lua_getfield(L, options, name) == LUA_TTABLE) {
		push_copy(L, lua_gettop(L));
		lua_remove(L, -2);
	} else {
		lua_pop(L, 1);
		lua_newtable(L);
	}
	lua_setfield(L, record, name);
}

/* mlops.run{ name =, parameters =, tags =, data =, code =, seed =, hypothesis = } */
static int make_run(lua_State *L)
{
	static const char *const texts[] = {"data", "code", "hypothesis"};
	lua_settop(L, 1);
	luaL_checktype(L, 1, LUA_TTABLE);
	struct run_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 1);
	handle->finished = false;
	luaL_setmetatable(L, RUN_KEY);
	lua_newtable(L);
	int record = lua_gettop(L);
	lua_getfield(L, 1, "name");
	lua_pushstring(L, mlops_text(L, lua_gettop(L), "name", 200));
	lua_setfield(L, record, "name");
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (lua_getfield(L, 1, texts[i]) != LUA_TNIL) {
			lua_pushstring(L, mlops_text(L, lua_gettop(L), texts[i], 1000));
			lua_setfield(L, record, texts[i]);
		}
		lua_settop(L, record);
	}
	set_table(L, 1, record, "parameters");
	set_table(L, 1, record, "tags");
	lua_newtable(L);
	lua_setfield(L, record, "metrics");
	lua_newtable(L);
	lua_setfield(L, record, "artifacts");
	lua_pushinteger(L, (lua_Integer)values_integer_field(L, 1, "seed",
							     (int64_t)script_of(L)->options.seed));
	lua_setfield(L, record, "seed");
	lua_pushstring(L, "running");
	lua_setfield(L, record, "status");
	set_environment(L, record);
	push_runs(L);
	handle->id = (int64_t)lua_rawlen(L, -1) + 1;
	lua_settop(L, record);
	lua_setiuservalue(L, -2, 1);
	return 1;
}

/* Pushes the record of the run at 1, which may still be changed. */
static int push_open(lua_State *L)
{
	const struct run_handle *handle = luaL_checkudata(L, 1, RUN_KEY);
	if (handle->finished) {
		binding_raise(L, "%s", message(MSG_MLOPS_FINISHED));
	}
	lua_getiuservalue(L, 1, 1);
	return lua_gettop(L);
}

static int set_member(lua_State *L, const char *table)
{
	lua_settop(L, 3);
	const char *name = mlops_text(L, 2, "name", 200);
	int record = push_open(L);
	lua_getfield(L, record, table);
	push_copy(L, 3);
	lua_setfield(L, -2, name);
	return 0;
}

static int parameter(lua_State *L)
{
	return set_member(L, "parameters");
}

static int tag(lua_State *L)
{
	return set_member(L, "tags");
}

/* run:metric(name, value, step): a point of a series; without a step the next one. */
static int metric(lua_State *L)
{
	lua_settop(L, 4);
	const char *name = mlops_text(L, 2, "name", 200);
	double value = values_scalar(L, 3);
	int record = push_open(L);
	lua_getfield(L, record, "metrics");
	if (lua_getfield(L, -1, name) != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_setfield(L, -3, name);
	}
	lua_Integer next = (lua_Integer)lua_rawlen(L, -1) + 1;
	lua_createtable(L, 2, 0);
	lua_pushinteger(L, luaL_optinteger(L, 4, next));
	lua_rawseti(L, -2, 1);
	lua_pushnumber(L, value);
	lua_rawseti(L, -2, 2);
	lua_rawseti(L, -2, next);
	return 0;
}

/* run:artifact(name, value): its content hash goes into the record. */
static int artifact(lua_State *L)
{
	lua_settop(L, 3);
	const char *name = mlops_text(L, 2, "name", 200);
	int record = push_open(L);
	lua_getfield(L, record, "artifacts");
	records_push_hash(L, 3);
	lua_pushvalue(L, -1);
	lua_setfield(L, -3, name);
	return 1;
}

/* run:finish(status): into the list of runs, and to whoever runs the script. */
static int finish(lua_State *L)
{
	static const char *const words[] = {"finished", "failed", NULL};
	lua_settop(L, 2);
	int which = luaL_checkoption(L, 2, "finished", words);
	int record = push_open(L);
	lua_pushstring(L, words[which]);
	lua_setfield(L, record, "status");
	const char *text = json_push_text(L, record, NULL);
	binding_emit(L, HOST_RECORD, text, NULL, 0);
	((struct run_handle *)lua_touserdata(L, 1))->finished = true;
	push_runs(L);
	push_copy(L, record);
	lua_pushvalue(L, -1);
	lua_rawseti(L, -3, (lua_Integer)lua_rawlen(L, -3) + 1);
	return 1;
}

static int record_of(lua_State *L)
{
	luaL_checkudata(L, 1, RUN_KEY);
	lua_getiuservalue(L, 1, 1);
	push_copy(L, lua_gettop(L));
	return 1;
}

/* ---- records ---- */

static int all_runs(lua_State *L)
{
	push_runs(L);
	push_copy(L, lua_gettop(L));
	return 1;
}

/* mlops.missing(record): which of the eight are not there or empty. */
static int missing(lua_State *L)
{
	lua_settop(L, 1);
	luaL_checktype(L, 1, LUA_TTABLE);
	lua_newtable(L);
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		int type = lua_getfield(L, 1, needed[i]);
		bool empty = type == LUA_TNIL;
		if (type == LUA_TSTRING) {
			empty = lua_rawlen(L, -1) == 0;
		} else if (type == LUA_TTABLE) {
			lua_pushnil(L);
			empty = !lua_next(L, -2);
		}
		lua_settop(L, 2);
		if (empty) {
			lua_pushstring(L, needed[i]);
			lua_rawseti(L, 2, (lua_Integer)lua_rawlen(L, 2) + 1);
		}
	}
	return 1;
}

/* Last value of a metric of the record at index; false when it has none. */
static bool last_value(lua_State *L, int index, const char *name, double *value)
{
	int top = lua_gettop(L);
	bool found = lua_istable(L, index) && lua_getfield(L, index, "metrics") == LUA_TTABLE &&
		     lua_getfield(L, -1, name) == LUA_TTABLE &&
		     lua_rawgeti(L, -1, (lua_Integer)lua_rawlen(L, -1)) == LUA_TTABLE &&
		     lua_rawgeti(L, -1, 2) == LUA_TNUMBER;
	*value = found ? lua_tonumber(L, -1) : 0;
	lua_settop(L, top);
	return found;
}

/* mlops.best(records, metric, mode) → record, value; the first among equals. */
static int best(lua_State *L)
{
	lua_settop(L, 3);
	luaL_checktype(L, 1, LUA_TTABLE);
	const char *name = mlops_text(L, 2, "metric", 200);
	const char *mode = luaL_optstring(L, 3, "max");
	if (strcmp(mode, "max") != 0 && strcmp(mode, "min") != 0) {
		return binding_raise(L, message(MSG_MLOPS_MODE), mode);
	}
	double least = 0, value;
	lua_Integer at = 0;
	for (lua_Integer i = 1; i <= (lua_Integer)lua_rawlen(L, 1); i++) {
		lua_rawgeti(L, 1, i);
		if (last_value(L, lua_gettop(L), name, &value)) {
			value = strcmp(mode, "max") == 0 ? -value : value;
			if (!at || value < least) {
				at = i;
				least = value;
			}
		}
		lua_pop(L, 1);
	}
	if (!at) {
		lua_pushnil(L);
		return 1;
	}
	lua_rawgeti(L, 1, at);
	lua_pushnumber(L, strcmp(mode, "max") == 0 ? -least : least);
	return 2;
}

/* ---- MLflow's layout ---- */

struct files {
	json_t *files; /* path → text */
	struct mlflow_point *points;
};

static void release_files(void *memory)
{
	struct files *f = memory;
	json_decref(f->files);
	free(f->points);
}

static enum status put_file(void *context, const char *path, const char *text, size_t length,
			    struct error *err)
{
	struct files *f = context;
	return json_object_set_new(f->files, path, json_stringn(text, length)) == 0
		       ? STATUS_OK
		       : error_set(err, STATUS_NOMEM, "mlflow", "out of memory");
}

static size_t read_points(struct files *f, const json_t *metrics)
{
	size_t count = 0, i;
	const char *name;
	json_t *series, *point;
	json_object_foreach((json_t *)(uintptr_t)metrics, name, series)
	{
		count += json_array_size(series);
	}
	f->points = calloc(count + 1, sizeof(*f->points));
	count = 0;
	json_object_foreach((json_t *)(uintptr_t)metrics, name, series)
	{
		json_array_foreach(series, i, point)
		{
			if (f->points) {
				f->points[count++] = (struct mlflow_point){
					name, json_integer_value(json_array_get(point, 0)),
					json_number_value(json_array_get(point, 1))};
			}
		}
	}
	return count;
}

/* mlops.mlflow(record) → { [path] = text } */
static int to_mlflow(lua_State *L)
{
	lua_settop(L, 1);
	luaL_checktype(L, 1, LUA_TTABLE);
	const json_t *record = json_check(L, 1);
	struct files *f = binding_owner(L, sizeof(*f), release_files);
	f->files = json_object();
	lua_getfield(L, 1, "parameters");
	const char *parameters = json_push_text(L, -1, NULL);
	lua_getfield(L, 1, "tags");
	const char *tags = json_push_text(L, -1, NULL);
	const char *name = json_string_value(json_object_get(record, "name"));
	const char *status = json_string_value(json_object_get(record, "status"));
	size_t count = read_points(f, json_object_get(record, "metrics"));
	const struct mlflow_run run = {
		.id = 1,
		.name = name ? name : "run",
		.status = status ? status : "finished",
		.parameters = parameters,
		.tags = tags,
		.seed = (uint64_t)json_integer_value(json_object_get(record, "seed")),
		.started = clock_unix(),
		.ended = clock_unix()};
	struct error err = ERROR_INIT;
	if (!f->points || !f->files ||
	    mlflow_write_run(&run, f->points, count, put_file, f, &err) != STATUS_OK) {
		error_set(&err, STATUS_NOMEM, "mlflow", "out of memory");
		return binding_raise_error(L, &err);
	}
	json_push(L, f->files);
	return 1;
}

static const struct binding run_methods[] = {
	{"parameter", parameter, "name: string, value: any", "", "하이퍼파라미터를 적습니다.", 0},
	{"tag", tag, "name: string, value: any", "", "꼬리표를 답니다.", 0},
	{"metric", metric, "name: string, value: number, step?: integer", "",
	 "지표의 값을 차례로 적습니다.", 0},
	{"artifact", artifact, "name: string, value: any", "string",
	 "산출물(모델 파일 등)의 내용 해시를 기록에 적고 돌려줍니다.", 0},
	{"finish", finish, "status?: \"finished\"|\"failed\"", "table",
	 "기록을 끝냅니다. mundap run으로 돌리면 mundap track에도 남습니다.", 0},
	{"record", record_of, "", "table", "지금까지의 기록(복사본)", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
static const struct binding *const run_lists[] = {run_methods, NULL};

const struct bound_type run_type = {.name = "Run", .doc = "실험 하나의 기록", .methods = run_lists};

const struct binding bind_track[] = {
	{"run", make_run, "options: table", "Run",
	 "실험 기록을 시작합니다. name, parameters, tags, data(데이터 해시), code(코드 버전), "
	 "seed, "
	 "hypothesis",
	 0},
	{"runs", all_runs, "", "table[]", "이 스크립트에서 끝낸 실험의 기록", 0},
	{"best", best, "records: table[], metric: string, mode?: \"max\"|\"min\"",
	 "table?, number?", "지표의 마지막 값이 가장 좋은 기록과 그 값", 0},
	{"missing", missing, "record: table", "string[]",
	 "다시 해 보는 데 필요한 여덟 칸 가운데 비어 있는 칸", 0},
	{"mlflow", to_mlflow, "record: table", "table<string, string>",
	 "기록을 MLflow의 파일 배치로: 경로마다 글", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
