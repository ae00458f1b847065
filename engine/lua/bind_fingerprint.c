/* data.fingerprint: one short name for a value's whole content, so that versions can say what they were made of. */
#include <math.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "engine/lua/bind_data.h"
#include "engine/lua/values.h"

#define MAX_DEPTH 16

/* The value is written as: b0 b1 | n double | s length bytes | T dims sizes doubles | { list length values } keys values. All
 * numbers are doubles in the machine's order (little-endian on everything we build for), every NaN the same one. */
struct digest {
	EVP_MD_CTX *context;
};

static void release(void *memory)
{
	EVP_MD_CTX_free(((struct digest *)memory)->context);
}

static void feed(struct digest *d, const void *bytes, size_t length)
{
	EVP_DigestUpdate(d->context, bytes, length);
}

static void feed_number(struct digest *d, double value)
{
	value = isnan(value) ? (double)NAN : value;
	feed(d, &value, sizeof(value));
}

static void feed_text(struct digest *d, const char *text, size_t length)
{
	feed(d, "s", 1);
	feed_number(d, (double)length);
	feed(d, text, length);
}

static void feed_tensor(lua_State *L, struct digest *d, int index, const struct tensor *t)
{
	int64_t count = tensor_numel(t);
	double *items = lua_newuserdatauv(L, sizeof(*items) * (size_t)(count + 1), 0);
	values_copy_tensor(L, index, items);
	feed(d, "T", 1);
	feed_number(d, t->dims);
	for (int i = 0; i < t->dims; i++) {
		feed_number(d, (double)t->shape[i]);
	}
	for (int64_t i = 0; i < count; i++) {
		feed_number(d, items[i]);
	}
	lua_pop(L, 1);
}

struct name {
	const char *text;
	size_t length;
};

static int by_text(const void *a, const void *b)
{
	const struct name *x = a, *y = b;
	size_t shorter = x->length < y->length ? x->length : y->length;
	int order = memcmp(x->text, y->text, shorter);
	return order ? order : x->length < y->length ? -1 : x->length > y->length;
}

static void feed_value(lua_State *L, struct digest *d, int index, int depth);

static void feed_table(lua_State *L, struct digest *d, int index, int depth)
{
	luaL_checkstack(L, 8, NULL);
	lua_Unsigned length = lua_rawlen(L, index), entries = 0, names = 0;
	lua_pushnil(L);
	while (lua_next(L, index)) {
		entries++;
		names += lua_type(L, -2) == LUA_TSTRING;
		lua_pop(L, 1);
	}
	if (entries != length + names) {
		binding_raise(L, "%s", message(MSG_LUA_FINGERPRINT_KEY));
	}
	feed(d, "{", 1);
	feed_number(d, (double)length);
	for (lua_Unsigned i = 1; i <= length; i++) {
		lua_rawgeti(L, index, (lua_Integer)i);
		feed_value(L, d, lua_gettop(L), depth + 1);
		lua_pop(L, 1);
	}
	struct name *list = lua_newuserdatauv(L, sizeof(*list) * (size_t)(names + 1), 0);
	names = 0;
	lua_pushnil(L);
	while (lua_next(L, index)) {
		if (lua_type(L, -2) == LUA_TSTRING) { /* the table keeps the text alive */
			list[names].text = lua_tolstring(L, -2, &list[names].length);
			names++;
		}
		lua_pop(L, 1);
	}
	qsort(list, (size_t)names, sizeof(*list), by_text);
	for (lua_Unsigned i = 0; i < names; i++) {
		feed_text(d, list[i].text, list[i].length);
		lua_pushlstring(L, list[i].text, list[i].length);
		lua_rawget(L, index);
		feed_value(L, d, lua_gettop(L), depth + 1);
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
	feed(d, "}", 1);
}

static void feed_value(lua_State *L, struct digest *d, int index, int depth)
{
	const struct tensor *tensor = handle_test(L, index);
	if (tensor) {
		feed_tensor(L, d, index, tensor);
		return;
	}
	switch (depth > MAX_DEPTH ? LUA_TNONE : lua_type(L, index)) {
	case LUA_TBOOLEAN:
		feed(d, lua_toboolean(L, index) ? "b1" : "b0", 2);
		break;
	case LUA_TNUMBER:
		feed(d, "n", 1);
		feed_number(d, lua_tonumber(L, index));
		break;
	case LUA_TSTRING: {
		size_t length;
		const char *text = lua_tolstring(L, index, &length);
		feed_text(d, text, length);
		break;
	}
	case LUA_TTABLE:
		feed_table(L, d, index, depth);
		break;
	default:
		binding_raise(L, message(MSG_LUA_FINGERPRINT_KIND), luaL_typename(L, index));
	}
}

/* data.fingerprint(value) → 64 hex digits */
static int fingerprint(lua_State *L)
{
	lua_settop(L, 1);
	struct digest *d = binding_owner(L, sizeof(*d), release);
	d->context = EVP_MD_CTX_new();
	if (!d->context || EVP_DigestInit_ex(d->context, EVP_sha256(), NULL) != 1) {
		const struct error err = {STATUS_NOMEM, "fingerprint", "out of memory"};
		return binding_raise_error(L, &err);
	}
	feed_value(L, d, 1, 0);
	unsigned char raw[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	EVP_DigestFinal_ex(d->context, raw, &length);
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	for (unsigned i = 0; i < length; i++) {
		static const char digits[] = "0123456789abcdef";
		hex[2 * i] = digits[raw[i] >> 4];
		hex[2 * i + 1] = digits[raw[i] & 15];
	}
	lua_pushlstring(L, hex, (size_t)length * 2);
	return 1;
}

const struct binding bind_fingerprint[] = {
	{"fingerprint", fingerprint, "value: any", "string",
	 "값(수, 글, 표, 텐서) 전체의 SHA-256 지문. 내용이 한 곳이라도 다르면 달라집니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
