/* Making tensors: from tables, filled, counted, drawn at random, joined. */
#include "engine/lua/bind_tensor.h"
#include "engine/lua/handle.h"

/* The dtype named in the last argument, when it is a string (taken off the stack). */
static enum dtype take_dtype(lua_State *L, enum dtype otherwise)
{
	int last = lua_gettop(L);
	if (last == 0 || lua_type(L, last) != LUA_TSTRING) {
		return otherwise;
	}
	enum dtype dtype;
	if (!tensor_dtype_parse(&dtype, lua_tostring(L, last))) {
		binding_raise(L, message(MSG_BIND_DTYPE), lua_tostring(L, last));
	}
	lua_settop(L, last - 1);
	return dtype;
}

static int make_tensor(lua_State *L)
{
	enum dtype dtype = take_dtype(L, DTYPE_F32);
	luaL_checkany(L, 1);
	struct tensor *given = handle_test(L, 1);
	if (given) {
		struct tensor_handle *handle = handle_new(L);
		struct error err = ERROR_INIT;
		return handle_finish(L, handle, tensor_clone(given, &err), &err);
	}
	if (lua_type(L, 1) == LUA_TNUMBER) {
		struct tensor_handle *handle = handle_new(L);
		struct error err = ERROR_INIT;
		return handle_finish(L, handle,
				     tensor_full(dtype, 0, NULL, lua_tonumber(L, 1), &err), &err);
	}
	luaL_checktype(L, 1, LUA_TTABLE);
	handle_from_table(L, 1, dtype);
	return 1;
}

static int make_filled(lua_State *L, double value, int first, enum dtype dtype)
{
	int64_t shape[TENSOR_MAX_DIMS];
	int dims = handle_shape(L, first, shape);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return handle_finish(L, handle, tensor_full(dtype, dims, shape, value, &err), &err);
}

static int make_zeros(lua_State *L)
{
	enum dtype dtype = take_dtype(L, DTYPE_F32);
	return make_filled(L, 0, 1, dtype);
}

static int make_ones(lua_State *L)
{
	enum dtype dtype = take_dtype(L, DTYPE_F32);
	return make_filled(L, 1, 1, dtype);
}

/* T.full({2, 3}, 0.5) */
static int make_full(lua_State *L)
{
	enum dtype dtype = take_dtype(L, DTYPE_F32);
	luaL_checktype(L, 1, LUA_TTABLE);
	double value = luaL_checknumber(L, 2);
	lua_settop(L, 1);
	return make_filled(L, value, 1, dtype);
}

static int make_eye(lua_State *L)
{
	int64_t n = luaL_checkinteger(L, 1);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return handle_finish(L, handle, tensor_eye(n, &err), &err);
}

/* T.arange(stop) or T.arange(start, stop, step): stop is left out, as in PyTorch */
static int make_arange(lua_State *L)
{
	double start = luaL_checknumber(L, 1), stop;
	if (lua_isnoneornil(L, 2)) {
		stop = start;
		start = 0;
	} else {
		stop = luaL_checknumber(L, 2);
	}
	double step = luaL_optnumber(L, 3, 1);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return handle_finish(L, handle, tensor_arange(start, stop, step, &err), &err);
}

static int make_linspace(lua_State *L)
{
	double first = luaL_checknumber(L, 1), last = luaL_checknumber(L, 2);
	int64_t count = luaL_checkinteger(L, 3);
	luaL_argcheck(L, count >= 1, 3, "at least 1");
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor *t = tensor_new(DTYPE_F32, 1, &count, &err);
	for (int64_t i = 0; t && i < count; i++) {
		double at = count > 1 ? (double)i / (double)(count - 1) : 0;
		tensor_set(t, i, first + (last - first) * at);
	}
	return handle_finish(L, handle, t, &err);
}

static int make_rand(lua_State *L)
{
	int64_t shape[TENSOR_MAX_DIMS];
	int dims = handle_shape(L, 1, shape);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return handle_finish(L, handle, tensor_rand(dims, shape, 0, 1, &err), &err);
}

static int make_randn(lua_State *L)
{
	int64_t shape[TENSOR_MAX_DIMS];
	int dims = handle_shape(L, 1, shape);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return handle_finish(L, handle, tensor_randn(dims, shape, 0, 1, &err), &err);
}

/* T.randint(low, high, shape…): low ≤ value < high */
static int make_randint(lua_State *L)
{
	int64_t low = luaL_checkinteger(L, 1), high = luaL_checkinteger(L, 2);
	luaL_argcheck(L, low < high, 2, "must be greater than the first");
	int64_t shape[TENSOR_MAX_DIMS];
	int dims = handle_shape(L, 3, shape);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return handle_finish(L, handle, tensor_randint(dims, shape, low, high, &err), &err);
}

static int make_permutation(lua_State *L)
{
	int64_t n = luaL_checkinteger(L, 1);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return handle_finish(L, handle, tensor_permutation(n, &err), &err);
}

static int set_seed(lua_State *L)
{
	tensor_seed((uint64_t)luaL_checkinteger(L, 1));
	return 0;
}

/* T.cat({a, b}, dim), T.stack({a, b}, dim) */
static int join(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	int count = (int)lua_rawlen(L, 1);
	int64_t dim = luaL_optinteger(L, 2, 1);
	bool stack = binding_row(L)->id == OP_STACK;
	struct tensor **parts = lua_newuserdatauv(L, sizeof(*parts) * (size_t)(count + 1), 0);
	for (int i = 0; i < count; i++) {
		lua_rawgeti(L, 1, i + 1);
		parts[i] = handle_check(L, -1); /* the table keeps it alive */
		lua_pop(L, 1);
	}
	luaL_argcheck(L, count > 0, 1, "empty list");
	int at = handle_dim(L, dim, parts[0], stack);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor *out =
		stack ? tensor_stack(parts, count, at, &err) : tensor_cat(parts, count, at, &err);
	return handle_finish(L, handle, out, &err);
}

/* T.einsum("ij,jk->ik", a, b) */
static int einsum(lua_State *L)
{
	const char *equation = luaL_checkstring(L, 1);
	struct tensor *inputs[OP_MAX_INPUTS];
	int count = lua_gettop(L) - 1;
	luaL_argcheck(L, count <= OP_MAX_INPUTS, OP_MAX_INPUTS + 1, "too many tensors");
	for (int i = 0; i < count; i++) {
		inputs[i] = handle_coerce(L, i + 2);
	}
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *out = tensor_einsum(equation, inputs, count, &err);
	out = out ? tensor_scope_keep(&scope, out) : NULL;
	tensor_scope_close(&scope);
	return handle_finish(L, handle, out, &err);
}

const struct binding bind_makers[] = {
	{"tensor", make_tensor, "values: table|number, dtype?: string", "Tensor",
	 "겹친 표로 텐서를 만듭니다.", 0},
	{"zeros", make_zeros, "...: integer|integer[]", "Tensor", "0으로 채운 텐서입니다.", 0},
	{"ones", make_ones, "...: integer|integer[]", "Tensor", "1로 채운 텐서입니다.", 0},
	{"full", make_full, "shape: integer[], value: number", "Tensor",
	 "한 값으로 채운 텐서입니다.", 0},
	{"eye", make_eye, "n: integer", "Tensor", "단위행렬입니다.", 0},
	{"arange", make_arange, "start: number, stop?: number, step?: number", "Tensor",
	 "start부터 stop 앞까지 step씩 늘어놓습니다. 수 하나만 주면 0부터 셉니다.", 0},
	{"linspace", make_linspace, "first: number, last: number, count: integer", "Tensor",
	 "first부터 last까지 고르게 count개입니다.", 0},
	{"rand", make_rand, "...: integer|integer[]", "Tensor", "[0,1) 균등 난수입니다.", 0},
	{"randn", make_randn, "...: integer|integer[]", "Tensor", "표준정규 난수입니다.", 0},
	{"randint", make_randint, "low: integer, high: integer, ...: integer|integer[]", "Tensor",
	 "low 이상 high 미만의 정수 난수입니다.", 0},
	{"permutation", make_permutation, "n: integer", "Tensor",
	 "0부터 n-1까지를 섞은 순서입니다.", 0},
	{"seed", set_seed, "seed: integer", "", "난수의 씨앗을 정합니다.", 0},
	{"cat", join, "parts: Tensor[], dim?: integer", "Tensor", "있는 차원을 따라 이어 붙입니다.",
	 OP_CAT},
	{"stack", join, "parts: Tensor[], dim?: integer", "Tensor", "새 차원을 만들어 쌓습니다.",
	 OP_STACK},
	{"einsum", einsum, "equation: string, ...: Tensor", "Tensor",
	 "글자로 적은 식대로 곱하고 더합니다. 예: \"ij,jk->ik\"", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
