/* mlops.hash and mlops.versions: data named by its content. */
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "engine/lua/bind_json.h"
#include "engine/lua/bind_nn.h"
#include "engine/lua/bind_records.h"

#define STORE_KEY "mundap.DataStore"

struct hashing {
	EVP_MD_CTX *context;
};

static void release_hashing(void *memory)
{
	EVP_MD_CTX_free(((struct hashing *)memory)->context);
}

/* The shape counts as well as the numbers: [2,3] and [3,2] are other data. */
static void add_tensor(EVP_MD_CTX *context, const struct tensor *t)
{
	char head[TENSOR_SHAPE_TEXT + 32], shape[TENSOR_SHAPE_TEXT];
	int length = snprintf(head, sizeof(head), "tensor %s %s\n", tensor_dtype_name(t->dtype),
			      tensor_shape_text(t, shape));
	EVP_DigestUpdate(context, head, (size_t)length);
	if (tensor_is_contiguous(t)) {
		EVP_DigestUpdate(context, tensor_data(t),
				 (size_t)tensor_numel(t) * tensor_dtype_size(t->dtype));
		return;
	}
	/* Strided: number by number, in the type's own bytes. */
	for (int64_t i = 0; i < tensor_numel(t); i++) {
		double value = tensor_get(t, i);
		float f = (float)value;
		int32_t n = (int32_t)value;
		int8_t b = (int8_t)(n & 255);
		const void *bytes = t->dtype == DTYPE_F64   ? (const void *)&value
				    : t->dtype == DTYPE_F32 ? (const void *)&f
				    : t->dtype == DTYPE_I32 ? (const void *)&n
							    : (const void *)&b;
		EVP_DigestUpdate(context, bytes, tensor_dtype_size(t->dtype));
	}
}

void records_push_hash(lua_State *L, int index)
{
	index = lua_absindex(L, index);
	struct hashing *h = binding_owner(L, sizeof(*h), release_hashing);
	int owner = lua_gettop(L);
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	char hex[2 * EVP_MAX_MD_SIZE + 1] = "";
	struct dataset_handle *set = luaL_testudata(L, index, DATASET_KEY);
	struct tensor *t = handle_test(L, index);
	h->context = EVP_MD_CTX_new();
	bool good = h->context && EVP_DigestInit_ex(h->context, EVP_sha256(), NULL);
	if (good && t) {
		add_tensor(h->context, t);
	} else if (good && set && set->dataset) {
		const struct dataset *d = set->dataset;
		add_tensor(h->context, d->inputs);
		if (d->targets) {
			add_tensor(h->context, d->targets);
		}
	} else if (good) {
		size_t bytes;
		const char *text = lua_type(L, index) == LUA_TSTRING
					   ? lua_tolstring(L, index, &bytes)
					   : json_push_text(L, index, &bytes);
		good = EVP_DigestUpdate(h->context, text, bytes);
	}
	if (!good || !EVP_DigestFinal_ex(h->context, raw, &length)) {
		const struct error err = {STATUS_NOMEM, "hash", "out of memory"};
		binding_raise_error(L, &err);
	}
	for (unsigned i = 0; i < length; i++) {
		snprintf(hex + 2 * i, 3, "%02x", raw[i]);
	}
	lua_settop(L, owner - 1);
	lua_pushstring(L, hex);
}

static int hash(lua_State *L)
{
	luaL_checkany(L, 1);
	records_push_hash(L, 1);
	return 1;
}

/* ---- a store of versions: user value 1 hash → content, 2 name → list of { version, hash, note } ---- */

static int make_store(lua_State *L)
{
	lua_newuserdatauv(L, 0, 2);
	lua_newtable(L);
	lua_setiuservalue(L, -2, 1);
	lua_newtable(L);
	lua_setiuservalue(L, -2, 2);
	luaL_setmetatable(L, STORE_KEY);
	return 1;
}

/* What is kept cannot be changed from outside: a copy of a tensor, the JSON text of anything else. */
static void push_kept(lua_State *L, int index)
{
	struct tensor *t = handle_test(L, index);
	if (t) {
		struct tensor_handle *handle = handle_new(L);
		struct error err = ERROR_INIT;
		struct tensor *copy = tensor_new(t->dtype, t->dims, t->shape, &err);
		if (copy) {
			tensor_copy_into(copy, t, NULL);
		}
		handle_finish(L, handle, copy, &err);
	} else {
		json_push_text(L, index, NULL);
	}
}

/* store:put(name, value, note) → hash, version: content that is the newest already makes no new version. */
static int put(lua_State *L)
{
	lua_settop(L, 4);
	luaL_checkudata(L, 1, STORE_KEY);
	const char *name = mlops_text(L, 2, "name", 200);
	const char *note = lua_isnil(L, 4) ? "" : mlops_text(L, 4, "note", 1000);
	records_push_hash(L, 3);
	int digest = lua_gettop(L);
	lua_getiuservalue(L, 1, 1);
	lua_pushvalue(L, digest);
	if (lua_rawget(L, -2) == LUA_TNIL) {
		lua_pushvalue(L, digest);
		push_kept(L, 3);
		lua_rawset(L, -4);
	}
	lua_settop(L, digest);
	lua_getiuservalue(L, 1, 2);
	if (lua_getfield(L, -1, name) != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_setfield(L, -3, name);
	}
	int list = lua_gettop(L);
	lua_Integer count = (lua_Integer)lua_rawlen(L, list);
	bool same = lua_rawgeti(L, list, count) == LUA_TTABLE &&
		    lua_getfield(L, -1, "hash") == LUA_TSTRING && lua_rawequal(L, -1, digest);
	lua_settop(L, list);
	if (!same) {
		count++;
		lua_newtable(L);
		lua_pushinteger(L, count);
		lua_setfield(L, -2, "version");
		lua_pushvalue(L, digest);
		lua_setfield(L, -2, "hash");
		lua_pushstring(L, note);
		lua_setfield(L, -2, "note");
		lua_rawseti(L, list, count);
	}
	lua_pushvalue(L, digest);
	lua_pushinteger(L, count);
	return 2;
}

/* Pushes the hash that a name (with a version, else the newest) or a hash's beginning stands for. */
static bool push_named(lua_State *L, const char *name)
{
	lua_getiuservalue(L, 1, 2);
	if (lua_getfield(L, -1, name) == LUA_TTABLE) {
		lua_Integer version = luaL_optinteger(L, 3, (lua_Integer)lua_rawlen(L, -1));
		return lua_rawgeti(L, -1, version) == LUA_TTABLE &&
		       lua_getfield(L, -1, "hash") == LUA_TSTRING;
	}
	lua_getiuservalue(L, 1, 1);
	int contents = lua_gettop(L);
	size_t length = strlen(name);
	lua_pushnil(L);
	while (length >= 6 && lua_next(L, contents)) {
		lua_pop(L, 1);
		if (strncmp(lua_tostring(L, -1), name, length) == 0) {
			return true;
		}
	}
	return false;
}

/* store:get(name or hash, version) → content, hash */
static int get(lua_State *L)
{
	lua_settop(L, 3);
	luaL_checkudata(L, 1, STORE_KEY);
	const char *name = mlops_text(L, 2, "name", 200);
	if (!push_named(L, name)) {
		return binding_raise(L, message(MSG_MLOPS_NO_DATA), name);
	}
	int digest = lua_gettop(L);
	lua_getiuservalue(L, 1, 1);
	lua_pushvalue(L, digest);
	lua_rawget(L, -2);
	if (handle_test(L, lua_gettop(L))) {
		push_kept(L, lua_gettop(L));
	} else {
		size_t length;
		json_error_t why;
		const char *text = lua_tolstring(L, -1, &length);
		json_push_parsed(L, text, length, &why);
	}
	lua_pushvalue(L, digest);
	return 2;
}

/* store:log(name) → { { version, hash, note }, … } */
static int log_of(lua_State *L)
{
	lua_settop(L, 2);
	luaL_checkudata(L, 1, STORE_KEY);
	const char *name = mlops_text(L, 2, "name", 200);
	lua_getiuservalue(L, 1, 2);
	if (lua_getfield(L, -1, name) != LUA_TTABLE) {
		return binding_raise(L, message(MSG_MLOPS_NO_DATA), name);
	}
	json_push(L, json_check(L, lua_gettop(L)));
	return 1;
}

static const struct binding methods[] = {
	{"put", put, "name: string, value: any, note?: string", "string, integer",
	 "데이터를 내용 해시로 보관하고 해시와 버전을 돌려줍니다. 내용이 그대로면 새 버전이 생기지 "
	 "않습니다.",
	 0},
	{"get", get, "name_or_hash: string, version?: integer", "any, string",
	 "이름(과 버전)이나 해시의 앞 6자 이상으로 데이터를 꺼냅니다.", 0},
	{"log", log_of, "name: string", "table[]", "버전마다의 { version, hash, note }", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
static const struct binding *const lists[] = {methods, NULL};

const struct bound_type data_store_type = {
	.name = "DataStore", .doc = "내용 해시로 버전을 매기는 데이터 보관소", .methods = lists};

const struct binding bind_versions[] = {
	{"hash", hash, "value: any", "string",
	 "내용의 SHA-256. 글, 텐서, 데이터 세트, JSON에 담을 수 있는 값", 0},
	{"versions", make_store, "", "DataStore", "데이터 버전 보관소를 만듭니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
