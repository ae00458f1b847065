/* require() and the registration of bound modules and types from their tables. */
#include <stdio.h>
#include <string.h>

#include "engine/lua/binding.h"

const struct bound_module *const bound_modules[] = {NULL};

static const char loaded_key; /* registry: name → view of a module already opened */

static void set_functions(lua_State *L, const struct binding *bindings)
{
	int table = lua_gettop(L);
	for (const struct binding *b = bindings; b && b->name; b++) {
		const char *dot = strchr(b->name, '.');
		if (!dot) {
			lua_pushcfunction(L, b->function);
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
		lua_pushcfunction(L, b->function);
		lua_setfield(L, -2, dot + 1);
		lua_settop(L, table);
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
	const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
	return binding_raise(L, message(MSG_LUA_READ_ONLY), lua_tostring(L, lua_upvalueindex(1)),
			     key);
}

void binding_register_type(lua_State *L, const struct bound_type *type)
{
	char key[64];
	snprintf(key, sizeof(key), "mundap.%s", type->name);
	if (!luaL_newmetatable(L, key)) {
		lua_pop(L, 1);
		return;
	}
	lua_pushstring(L, type->name); /* messages say "Tensor expected" */
	lua_setfield(L, -2, "__name");
	lua_newtable(L);
	set_functions(L, type->methods);
	lua_newtable(L);
	set_functions(L, type->fields);
	lua_pushstring(L, type->name);
	lua_pushcclosure(L, type_index, 3);
	lua_setfield(L, -2, "__index");
	lua_pushstring(L, type->name);
	lua_pushcclosure(L, type_newindex, 1);
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
	set_functions(L, module->functions);
	protect_inner(L, module->name);
	binding_protect(L, module->name);
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
	return binding_raise(L, message(MSG_LUA_NO_MODULE), name, lua_tostring(L, -1));
}
