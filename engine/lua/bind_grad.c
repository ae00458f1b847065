/* Automatic differentiation from Lua. */
#include "engine/lua/bind_tensor.h"
#include "engine/lua/handle.h"
#include "engine/lua/values.h"

static int require_grad(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	bool on = lua_isnone(L, 2) || lua_toboolean(L, 2);
	struct error err = ERROR_INIT;
	if (tensor_require_grad(t, on, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_settop(L, 1);
	return 1;
}

static struct grad_options check_grad_options(lua_State *L, int index)
{
	struct grad_options options = {values_flag_field(L, index, "retain_graph"),
				       values_flag_field(L, index, "create_graph")};
	return options;
}

/* loss:backward([gradient], {retain_graph, create_graph}) */
static int backward(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	struct tensor *gradient = handle_test(L, 2);
	struct grad_options options = check_grad_options(L, gradient ? 3 : 2);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	enum status status = tensor_backward(t, gradient, &options, &err);
	tensor_scope_close(&scope);
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	handle_collect(L);
	return 0;
}

/* T.grad(loss, {a, b}, {create_graph = true}) → list */
static int gradients(lua_State *L)
{
	struct tensor *root = handle_check(L, 1);
	bool one = handle_test(L, 2) != NULL;
	if (!one) {
		luaL_checktype(L, 2, LUA_TTABLE);
	}
	int count = one ? 1 : (int)lua_rawlen(L, 2);
	luaL_argcheck(L, count > 0 && count <= 256, 2, "1 to 256 tensors");
	struct grad_options options = check_grad_options(L, 3);
	struct tensor *inputs[256], *out[256] = {NULL};
	struct tensor_handle *handles[256];
	luaL_checkstack(L, count + 8, NULL);
	lua_settop(L, 3);
	for (int i = 0; i < count; i++) {
		if (one) {
			inputs[i] = handle_check(L, 2);
		} else {
			lua_rawgeti(L, 2, i + 1);
			inputs[i] = handle_check(L, -1);
			lua_pop(L, 1);
		}
	}
	lua_createtable(L, count, 0);
	for (int i = 0; i < count; i++) {
		handles[i] = handle_new(L);
		lua_rawseti(L, 4, i + 1);
	}
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	enum status status = tensor_gradients(out, root, NULL, inputs, count, &options, &err);
	for (int i = 0; i < count && status == STATUS_OK; i++) {
		handles[i]->t = tensor_scope_keep(&scope, out[i]);
	}
	tensor_scope_close(&scope);
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	if (one) {
		lua_rawgeti(L, 4, 1);
	}
	return 1;
}

static int detach(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return handle_finish(L, handle, tensor_detach(t, &err), &err);
}

static int zero_grad(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	tensor_unref(t->grad);
	t->grad = NULL;
	return 0;
}

/* T.no_grad(fn, …): calls fn with the tape off */
static int no_grad(lua_State *L)
{
	luaL_checkany(L, 1); /* a function, or what can be called like one */
	bool before = tensor_grad_mode(false);
	int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
	tensor_grad_mode(before);
	if (status != LUA_OK) {
		return lua_error(L);
	}
	return lua_gettop(L);
}

const struct binding bind_grad_methods[] = {
	{"requires_grad", require_grad, "on?: boolean", "Tensor",
	 "기울기를 구할 텐서로 표시합니다.", 0},
	{"backward", backward, "gradient?: Tensor, options?: table", "",
	 "이 값의 기울기를 거슬러 계산해 .grad에 더합니다.", 0},
	{"detach", detach, "", "Tensor", "값은 같고 계산 그래프에서 떼어 낸 텐서입니다.", 0},
	{"zero_grad", zero_grad, "", "", ".grad를 비웁니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

const struct binding bind_grad_functions[] = {
	{"grad", gradients, "root: Tensor, inputs: Tensor|Tensor[], options?: table", "Tensor[]",
	 "root를 inputs로 미분한 기울기입니다(.grad는 그대로).", 0},
	{"no_grad", no_grad, "fn: function, ...: any", "any", "기울기 기록을 끄고 fn을 부릅니다.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
