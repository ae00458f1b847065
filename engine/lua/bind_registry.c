/* mlops.registry: a model registry inside a script, by the rules of the one on disk (mundap registry). */
#include <stdlib.h>
#include <string.h>

#include "engine/lua/bind_json.h"
#include "engine/lua/bind_records.h"

#define REGISTRY_KEY "mundap.Registry"

/* User value 1: { [model] = { versions = { { version, stage, digest … } … }, files = { bytes … }, production = { … },
 * events = { … } } }. production is the stack of versions that were put into production. */

static int make_registry(lua_State *L)
{
	lua_newuserdatauv(L, 0, 1);
	lua_newtable(L);
	lua_setiuservalue(L, -2, 1);
	luaL_setmetatable(L, REGISTRY_KEY);
	return 1;
}

/* Pushes the model's entry; creates it when asked, else raises when there is none. Returns its place. */
static int push_model(lua_State *L, const char *name, bool create)
{
	static const char *const parts[] = {"versions", "files", "production", "events"};
	luaL_checkudata(L, 1, REGISTRY_KEY);
	lua_getiuservalue(L, 1, 1);
	if (lua_getfield(L, -1, name) != LUA_TTABLE) {
		if (!create) {
			binding_raise(L, message(MSG_MLOPS_NO_MODEL), name, "");
		}
		lua_pop(L, 1);
		lua_newtable(L);
		for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
			lua_newtable(L);
			lua_setfield(L, -2, parts[i]);
		}
		lua_pushvalue(L, -1);
		lua_setfield(L, -3, name);
	}
	lua_remove(L, -2);
	return lua_gettop(L);
}

static void append(lua_State *L, int table)
{
	lua_rawseti(L, table, (lua_Integer)lua_rawlen(L, table) + 1);
}

static void add_event(lua_State *L, int entry, lua_Integer version, const char *what,
		      const char *detail)
{
	lua_getfield(L, entry, "events");
	int events = lua_gettop(L);
	lua_newtable(L);
	lua_pushinteger(L, version);
	lua_setfield(L, -2, "version");
	lua_pushstring(L, what);
	lua_setfield(L, -2, "what");
	lua_pushstring(L, detail);
	lua_setfield(L, -2, "detail");
	append(L, events);
	lua_pop(L, 1);
}

/* Pushes the version meant by the value at index: a number, a stage, "latest" or nil (latest). Returns its number. */
static lua_Integer push_version(lua_State *L, int entry, int index, const char *name)
{
	lua_getfield(L, entry, "versions");
	int versions = lua_gettop(L);
	lua_Integer count = (lua_Integer)lua_rawlen(L, versions), found = 0;
	const char *word = lua_isnoneornil(L, index) ? "latest" : luaL_tolstring(L, index, NULL);
	if (lua_isinteger(L, index)) {
		found = lua_tointeger(L, index);
	} else if (strcmp(word, "latest") == 0) {
		found = count;
	}
	for (lua_Integer v = count; v >= 1 && !found; v--) {
		lua_rawgeti(L, versions, v);
		lua_getfield(L, -1, "stage");
		found = strcmp(lua_tostring(L, -1), word) == 0 ? v : 0;
		lua_pop(L, 2);
	}
	if (found < 1 || found > count) {
		binding_raise(L, message(MSG_MLOPS_NO_MODEL), name, word);
	}
	lua_rawgeti(L, versions, found);
	return found;
}

/* registry:add(name, model or file, options) → version. The file's bytes and hash never change afterwards. */
static int add(lua_State *L)
{
	static const char *const kept[] = {"note", "metadata", "run", "data"};
	lua_settop(L, 4);
	const char *name = mlops_text(L, 2, "name", 64);
	if (lua_type(L, 3) != LUA_TSTRING) {
		model_file_push(L, 3, 4);
		lua_replace(L, 3);
	}
	int entry = push_model(L, name, true);
	lua_newtable(L);
	int row = lua_gettop(L);
	for (size_t i = 0; lua_istable(L, 4) && i < sizeof(kept) / sizeof(*kept); i++) {
		lua_getfield(L, 4, kept[i]);
		json_push(L, json_check(L, lua_gettop(L)));
		lua_setfield(L, row, kept[i]);
		lua_settop(L, row);
	}
	lua_getfield(L, entry, "versions");
	lua_Integer number = (lua_Integer)lua_rawlen(L, -1) + 1;
	lua_pop(L, 1);
	lua_pushinteger(L, number);
	lua_setfield(L, row, "version");
	lua_pushvalue(L, 2);
	lua_setfield(L, row, "model");
	lua_pushstring(L, "none");
	lua_setfield(L, row, "stage");
	lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 3));
	lua_setfield(L, row, "bytes");
	records_push_hash(L, 3);
	lua_pushvalue(L, -1);
	lua_setfield(L, row, "digest");
	const char *digest = lua_tostring(L, -1);
	add_event(L, entry, number, "register", digest);
	lua_getfield(L, entry, "files");
	lua_pushvalue(L, 3);
	append(L, lua_gettop(L) - 1);
	lua_getfield(L, entry, "versions");
	lua_pushvalue(L, row);
	append(L, lua_gettop(L) - 1);
	lua_pushinteger(L, number);
	return 1;
}

static int find(lua_State *L)
{
	lua_settop(L, 3);
	const char *name = mlops_text(L, 2, "name", 64);
	push_version(L, push_model(L, name, false), 3, name);
	json_push(L, json_check(L, lua_gettop(L)));
	return 1;
}

/* registry:file(name, which) → bytes, version */
static int file(lua_State *L)
{
	lua_settop(L, 3);
	const char *name = mlops_text(L, 2, "name", 64);
	int entry = push_model(L, name, false);
	lua_Integer version = push_version(L, entry, 3, name);
	lua_getfield(L, entry, "files");
	lua_rawgeti(L, -1, version);
	lua_pushinteger(L, version);
	return 2;
}

/* registry:verify(name, which, bytes): whether the bytes are the ones that were registered. */
static int verify(lua_State *L)
{
	lua_settop(L, 4);
	const char *name = mlops_text(L, 2, "name", 64);
	luaL_checktype(L, 4, LUA_TSTRING);
	push_version(L, push_model(L, name, false), 3, name);
	lua_getfield(L, -1, "digest");
	records_push_hash(L, 4);
	lua_pushboolean(L, lua_rawequal(L, -1, -2));
	return 1;
}

static int approve(lua_State *L)
{
	lua_settop(L, 4);
	const char *name = mlops_text(L, 2, "name", 64);
	const char *by = mlops_text(L, 4, "by", 64);
	int entry = push_model(L, name, false);
	lua_Integer version = push_version(L, entry, 3, name);
	lua_pushstring(L, by);
	lua_setfield(L, -2, "approved_by");
	add_event(L, entry, version, "approve", by);
	return 0;
}

static void set_stage(lua_State *L, int entry, lua_Integer version, const char *stage)
{
	lua_getfield(L, entry, "versions");
	int versions = lua_gettop(L);
	bool production = strcmp(stage, "production") == 0;
	for (lua_Integer v = 1; production && v <= (lua_Integer)lua_rawlen(L, versions); v++) {
		lua_rawgeti(L, versions, v);
		lua_getfield(L, -1, "stage");
		if (strcmp(lua_tostring(L, -1), "production") == 0 && v != version) {
			lua_pushstring(L, "archived");
			lua_setfield(L, -3, "stage");
		}
		lua_settop(L, versions);
	}
	lua_rawgeti(L, versions, version);
	lua_pushstring(L, stage);
	lua_setfield(L, -2, "stage");
	lua_settop(L, versions - 1);
}

static int stage(lua_State *L)
{
	static const char *const stages[] = {"none", "staging", "production", "archived"};
	lua_settop(L, 4);
	const char *name = mlops_text(L, 2, "name", 64), *word = luaL_checkstring(L, 4);
	bool known = false;
	for (size_t i = 0; i < sizeof(stages) / sizeof(*stages); i++) {
		known = known || strcmp(stages[i], word) == 0;
	}
	if (!known) {
		return binding_raise(L, message(MSG_MLOPS_STAGE), word);
	}
	int entry = push_model(L, name, false);
	lua_Integer version = push_version(L, entry, 3, name);
	bool production = strcmp(word, "production") == 0;
	if (production && lua_getfield(L, -1, "approved_by") == LUA_TNIL) {
		return binding_raise(L, message(MSG_MLOPS_NOT_APPROVED), name, (int)version);
	}
	set_stage(L, entry, version, word);
	add_event(L, entry, version, "stage", word);
	if (production) {
		lua_getfield(L, entry, "production");
		lua_pushinteger(L, version);
		append(L, lua_gettop(L) - 1);
	}
	return 0;
}

/* registry:rollback(name) → the version in production now */
static int rollback(lua_State *L)
{
	lua_settop(L, 2);
	const char *name = mlops_text(L, 2, "name", 64);
	int entry = push_model(L, name, false);
	lua_getfield(L, entry, "production");
	lua_Integer depth = (lua_Integer)lua_rawlen(L, -1);
	if (depth < 2) {
		return binding_raise(L, message(MSG_MLOPS_NO_PREVIOUS), name);
	}
	lua_rawgeti(L, -1, depth - 1);
	lua_Integer version = lua_tointeger(L, -1);
	lua_pop(L, 1);
	lua_pushnil(L);
	lua_rawseti(L, -2, depth);
	set_stage(L, entry, version, "production");
	add_event(L, entry, version, "rollback", "");
	lua_pushinteger(L, version);
	return 1;
}

static int push_part(lua_State *L, const char *part)
{
	lua_settop(L, 2);
	int entry = push_model(L, mlops_text(L, 2, "name", 64), false);
	lua_getfield(L, entry, part);
	json_push(L, json_check(L, lua_gettop(L)));
	return 1;
}

static int list(lua_State *L)
{
	return push_part(L, "versions");
}

static int events(lua_State *L)
{
	return push_part(L, "events");
}

static const struct binding methods[] = {
	{"add", add, "name: string, model: Learned|string, options?: table", "integer",
	 "모델(또는 파일의 바이트)을 새 버전으로 등록합니다. note, metadata, run, data, mean, std, "
	 "shape",
	 0},
	{"find", find, "name: string, which?: integer|string", "table",
	 "버전 번호, 단계, \"latest\"로 찾습니다: { version, stage, digest, bytes … }", 0},
	{"file", file, "name: string, which?: integer|string", "string, integer",
	 "등록한 파일의 바이트와 버전. mlops.serve에 그대로 줄 수 있습니다.", 0},
	{"verify", verify, "name: string, which: integer|string, bytes: string", "boolean",
	 "바이트가 등록할 때와 같은지 해시로 확인합니다.", 0},
	{"approve", approve, "name: string, version: integer, by: string", "",
	 "버전을 승인합니다. production에 필요합니다.", 0},
	{"stage", stage, "name: string, version: integer, stage: string", "",
	 "단계를 옮깁니다. production은 하나뿐이라 앞의 것은 archived가 됩니다.", 0},
	{"rollback", rollback, "name: string", "integer", "바로 앞 production으로 되돌립니다.", 0},
	{"list", list, "name: string", "table[]", "모든 버전", 0},
	{"events", events, "name: string", "table[]", "등록, 승인, 이동, 롤백의 내력", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
static const struct binding *const lists[] = {methods, NULL};

const struct bound_type registry_type = {
	.name = "Registry", .doc = "모델의 버전, 단계, 승인을 담는 등록부", .methods = lists};

const struct binding bind_registry[] = {
	{"registry", make_registry, "", "Registry", "빈 모델 등록부를 만듭니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
