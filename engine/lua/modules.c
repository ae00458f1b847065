/* require() and the registration of bound modules and types from their tables. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/lua/bind_mlops.h"
#include "engine/lua/bind_nn.h"
#include "engine/lua/bind_numbers.h"
#include "engine/lua/bind_plot.h"
#include "engine/lua/bind_tensor.h"
#include "engine/lua/binding.h"
#include "engine/tensor/tensor.h"

const struct bound_module *const bound_modules[] = {&tensor_module, &nn_module,       &data_module,
						    &plot_module,   &stats_module,    &ml_module,
						    &mlops_module,  &compress_module, NULL};

#define COURSE_MODULE_LIMIT ((size_t)256 << 10)

static const char type_tag; /* in a metatable: the struct bound_type it was made of */
static const char loaded_key; /* registry: name → view of a module already opened */

static void push_function(lua_State *L, const struct binding *b)
{
	lua_pushlightuserdata(L, (void *)(uintptr_t)b);
	lua_pushcclosure(L, b->function, 1);
}

static void set_functions(lua_State *L, const struct binding *bindings)
{
	int table = lua_gettop(L);
	for (const struct binding *b = bindings; b && b->name; b++) {
		const char *dot = strchr(b->name, '.');
		if (!dot) {
			push_function(L, b);
			lua_setfield(L, table, b->name);
			continue;
		}
		lua_pushlstring(L, b->name, (size_t)(dot - b->name));
		lua_pushvalue(L, -1);
		if (lua_rawget(L, table) != LUA_TTABLE) {
			lua_pop(L, 1);
			lua_newtable(L);
			lua_pushvalue(L, -2);
			lua_pushvalue(L, -2);
			lua_rawset(L, table);
		}
		push_function(L, b);
		lua_setfield(L, -2, dot + 1);
		lua_settop(L, table);
	}
}

static void set_lists(lua_State *L, const struct binding *const *lists)
{
	for (; lists && *lists; lists++) {
		set_functions(L, *lists);
	}
}

/* Sub-tables ("nn.f") become views too. */
static void protect_inner(lua_State *L, const char *name)
{
	int table = lua_gettop(L);
	lua_pushnil(L);
	while (lua_next(L, table)) {
		if (lua_type(L, -1) == LUA_TTABLE) {
			char full[80];
			snprintf(full, sizeof(full), "%s.%s", name, lua_tostring(L, -2));
			binding_protect(L, full);
			lua_pushvalue(L, -2);
			lua_insert(L, -2);
			lua_rawset(L, table); /* an existing key: lua_next allows it */
		} else {
			lua_pop(L, 1);
		}
	}
}

/* Field or method of a bound object: fields are computed, methods come from the table. */
static int type_index(lua_State *L)
{
	const struct bound_type *bound = lua_touserdata(L, lua_upvalueindex(4));
	if (bound->index && lua_isinteger(L, 2)) {
		return bound->index(L, lua_tointeger(L, 2));
	}
	lua_pushvalue(L, 2);
	if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
		return 1;
	}
	lua_pop(L, 1);
	lua_pushvalue(L, 2);
	if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) {
		lua_pushvalue(L, 1);
		lua_call(L, 1, 1);
		return 1;
	}
	lua_pop(L, 1);
	if (lua_type(L, 2) != LUA_TSTRING) {
		lua_pushnil(L);
		return 1;
	}
	const char *type = lua_tostring(L, lua_upvalueindex(3));
	const char *key = lua_tostring(L, 2);
	const char *near = binding_nearest(L, lua_upvalueindex(1), key);
	near = near ? near : binding_nearest(L, lua_upvalueindex(2), key);
	if (near) {
		return binding_raise(L, message(MSG_LUA_NO_FIELD_NEAR), type, key, near);
	}
	return binding_raise(L, message(MSG_LUA_NO_FIELD), type, key);
}

static int type_newindex(lua_State *L)
{
	const struct bound_type *bound = lua_touserdata(L, lua_upvalueindex(2));
	if (bound->newindex && lua_isinteger(L, 2)) {
		return bound->newindex(L, lua_tointeger(L, 2));
	}
	const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
	return binding_raise(L, message(MSG_LUA_READ_ONLY), lua_tostring(L, lua_upvalueindex(1)),
			     key);
}

struct owner {
	void (*release)(void *);
	_Alignas(16) unsigned char memory[];
};

static int collect_owner(lua_State *L)
{
	struct owner *owner = lua_touserdata(L, 1);
	owner->release(owner->memory);
	return 0;
}

void *binding_owner(lua_State *L, size_t size, void (*release)(void *))
{
	struct owner *owner = lua_newuserdatauv(L, sizeof(*owner) + size, 0);
	owner->release = release;
	memset(owner->memory, 0, size);
	if (luaL_newmetatable(L, "mundap.owner")) {
		lua_pushcfunction(L, collect_owner);
		lua_setfield(L, -2, "__gc");
	}
	lua_setmetatable(L, -2);
	return owner->memory;
}

void binding_register_type(lua_State *L, const struct bound_type *type)
{
	char key[64];
	snprintf(key, sizeof(key), "mundap.%s", type->name);
	if (!luaL_newmetatable(L, key)) {
		lua_rawgetp(L, -1, &type_tag);
		if (lua_touserdata(L, -1) !=
		    type) { /* one taken for the other would corrupt memory */
			luaL_error(L, "two types are named %s", type->name);
		}
		lua_pop(L, 2);
		return;
	}
	lua_pushlightuserdata(L, (void *)(uintptr_t)type);
	lua_rawsetp(L, -2, &type_tag);
	lua_pushstring(L, type->name); /* messages say "Tensor expected" */
	lua_setfield(L, -2, "__name");
	lua_newtable(L);
	set_lists(L, type->methods);
	lua_newtable(L);
	set_functions(L, type->fields);
	lua_pushstring(L, type->name);
	lua_pushlightuserdata(L, (void *)(uintptr_t)type);
	lua_pushcclosure(L, type_index, 4);
	lua_setfield(L, -2, "__index");
	lua_pushstring(L, type->name);
	lua_pushlightuserdata(L, (void *)(uintptr_t)type);
	lua_pushcclosure(L, type_newindex, 2);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	if (type->operators) {
		luaL_setfuncs(L, type->operators, 0);
	}
	lua_pop(L, 1);
}

static void open_module(lua_State *L, const struct bound_module *module)
{
	for (const struct bound_type *const *type = module->types; type && *type; type++) {
		binding_register_type(L, *type);
	}
	lua_newtable(L);
	if (module->methods_of) {
		set_lists(L, module->methods_of->methods);
	}
	set_functions(L, module->functions);
	set_lists(L, module->lists);
	protect_inner(L, module->name);
	binding_protect(L, module->name);
}

/* What nobody in Lua reaches any more may make room for what is wanted now. */
static void collect_all(void *script)
{
	lua_gc(((struct script *)script)->current, LUA_GCCOLLECT);
}

/* The engine's state belongs to the thread: set it for this script before it makes the first tensor. */
static void prepare_engine(struct script *script)
{
	if (!script->engine_ready) {
		script->engine_ready = true;
		tensor_seed(script->options.seed);
		tensor_memory_limit(script->options.memory);
		tensor_memory_pressure(collect_all, script);
	}
}

/* The descriptor of "course/module.lua" for "course.module", negative when there is none. */
static int find_course_module(lua_State *L, const char *name)
{
	const struct host *host = script_of(L)->host;
	const char *dot = strchr(name, '.');
	char file[96];
	int descriptor = -1;
	if (!host || !host->open_data || !dot || strchr(name, '/')) {
		return -1;
	}
	int length = snprintf(file, sizeof(file), "%.*s/%s.lua", (int)(dot - name), name, dot + 1);
	if (length < 0 || (size_t)length >= sizeof(file) ||
	    host->open_data(host->context, file, &descriptor, NULL) != STATUS_OK) {
		return -1;
	}
	return descriptor;
}

/* Lua that a course shares among its labs and figures. It runs anew for each require(), in globals of its own, so that a
 * learner's file cannot reach into the copy that the check uses. */
static bool run_course_module(lua_State *L, const char *name)
{
	int descriptor = find_course_module(L, name);
	if (descriptor < 0) {
		return false;
	}
	luaL_Buffer text;
	luaL_buffinit(L, &text);
	ssize_t n = 1;
	for (size_t total = 0; n > 0 && total < COURSE_MODULE_LIMIT; total += (size_t)n) {
		n = read(descriptor, luaL_prepbuffer(&text), LUAL_BUFFERSIZE);
		n = n < 0 ? 0 : n;
		luaL_addsize(&text, (size_t)n);
	}
	luaL_pushresult(&text);
	size_t length;
	const char *source = lua_tolstring(L, -1, &length);
	sandbox_push_globals(L);
	if (script_load(L, strchr(name, '.') + 1, source, length, -1) != LUA_OK) {
		lua_error(L);
	}
	lua_call(L, 0, 1);
	return true;
}

int modules_require(lua_State *L)
{
	const char *name = luaL_checkstring(L, 1);
	if (lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded_key) != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_rawsetp(L, LUA_REGISTRYINDEX, &loaded_key);
	}
	if (lua_getfield(L, -1, name) != LUA_TNIL) {
		return 1;
	}
	lua_pop(L, 1);
	luaL_Buffer names;
	luaL_buffinit(L, &names);
	if (script_of(L)->options.compute) {
		for (const struct bound_module *const *m = bound_modules; *m; m++) {
			if (strcmp((*m)->name, name) == 0) {
				luaL_pushresult(&names);
				lua_pop(L, 1);
				prepare_engine(script_of(L));
				open_module(L, *m);
				lua_pushvalue(L, -1);
				lua_setfield(L, -3, name);
				return 1;
			}
			luaL_addstring(&names, m == bound_modules ? "" : ", ");
			luaL_addstring(&names, (*m)->name);
		}
	}
	luaL_pushresult(&names);
	if (script_of(L)->options.compute && run_course_module(L, name)) {
		return 1;
	}
	return binding_raise(L, message(MSG_LUA_NO_MODULE), name, lua_tostring(L, -1));
}
