/* Tensors in Lua: looking at them, views, changing them in place. Ops stand in bind_tensor_ops.c, making tensors in
 * bind_make.c, gradients in bind_grad.c. */
#include "engine/lua/bind_tensor.h"

#include <math.h>
#include <string.h>

#include "engine/lua/bind_files.h"
#include "engine/lua/bind_nn.h"
#include "engine/lua/handle.h"
#include "engine/lua/values.h"

/* ---- life ---- */

int bind_tensor_release(lua_State *L)
{
	struct tensor_handle *handle = luaL_checkudata(L, 1, TENSOR_KEY);
	tensor_unref(handle->t);
	handle->t = NULL;
	return 0;
}

int bind_tensor_len(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	lua_pushinteger(L, t->dims ? t->shape[0] : 0);
	return 1;
}

int bind_tensor_tostring(lua_State *L)
{
	struct tensor_handle *handle = luaL_checkudata(L, 1, TENSOR_KEY);
	if (!handle->t) {
		lua_pushliteral(L, "Tensor (closed)");
		return 1;
	}
	handle_push_text(L, handle->t);
	return 1;
}

/* ---- looking ---- */

static int get_shape(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	lua_createtable(L, t->dims, 0);
	for (int d = 0; d < t->dims; d++) {
		lua_pushinteger(L, t->shape[d]);
		lua_rawseti(L, -2, d + 1);
	}
	return 1;
}

static int get_dtype(lua_State *L)
{
	lua_pushstring(L, tensor_dtype_name(handle_check(L, 1)->dtype));
	return 1;
}

static int get_grad(lua_State *L)
{
	handle_push(L, handle_check(L, 1)->grad);
	return 1;
}

static int get_size(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	if (lua_isnoneornil(L, 2)) {
		return get_shape(L);
	}
	lua_pushinteger(L, t->shape[handle_dim(L, luaL_checkinteger(L, 2), t, 0)]);
	return 1;
}

static int get_dim(lua_State *L)
{
	lua_pushinteger(L, handle_check(L, 1)->dims);
	return 1;
}

static int get_numel(lua_State *L)
{
	lua_pushinteger(L, tensor_numel(handle_check(L, 1)));
	return 1;
}

static void push_value(lua_State *L, const struct tensor *t, int64_t position)
{
	double value = tensor_get(t, position);
	if (t->dtype == DTYPE_F32 || t->dtype == DTYPE_F64) {
		lua_pushnumber(L, value);
	} else {
		lua_pushinteger(L, (lua_Integer)value);
	}
}

static int get_item(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	if (tensor_numel(t) != 1) {
		char shape[TENSOR_SHAPE_TEXT];
		return binding_raise(L, message(MSG_BIND_ITEM), tensor_shape_text(t, shape));
	}
	push_value(L, t, 0);
	return 1;
}

static int to_table(lua_State *L)
{
	handle_to_table(L, handle_check(L, 1));
	return 1;
}

/* Row-major position of the indices at first … first + dims - 1. */
static int64_t check_position(lua_State *L, const struct tensor *t, int first, int given)
{
	if (given != t->dims) {
		char shape[TENSOR_SHAPE_TEXT];
		binding_raise(L, message(MSG_BIND_INDICES), tensor_shape_text(t, shape), t->dims,
			      given);
	}
	int64_t position = 0;
	for (int d = 0; d < t->dims; d++) {
		position = position * t->shape[d] +
			   handle_index(L, luaL_checkinteger(L, first + d), t->shape[d]);
	}
	return position;
}

static int get_element(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	push_value(L, t, check_position(L, t, 2, lua_gettop(L) - 1));
	return 1;
}

static int set_element(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	int last = lua_gettop(L);
	double value = luaL_checknumber(L, last);
	tensor_set(t, check_position(L, t, 2, last - 2), value);
	lua_settop(L, 1);
	return 1;
}

static int all_close(lua_State *L)
{
	struct tensor *a = handle_coerce(L, 1), *b = handle_coerce(L, 2);
	double tolerance = luaL_optnumber(L, 3, 1e-5);
	bool same = tensor_same_shape(a, b);
	lua_pushboolean(L, same && tensor_max_abs_diff(a, b) <= tolerance);
	return 1;
}

static int max_abs_diff(lua_State *L)
{
	struct tensor *a = handle_coerce(L, 1), *b = handle_coerce(L, 2);
	if (!tensor_same_shape(a, b)) {
		char ta[TENSOR_SHAPE_TEXT], tb[TENSOR_SHAPE_TEXT];
		return binding_raise(L, message(MSG_BIND_SHAPES_DIFFER), "max_abs_diff",
				     tensor_shape_text(a, ta), tensor_shape_text(b, tb));
	}
	lua_pushnumber(L, tensor_max_abs_diff(a, b));
	return 1;
}

/* ---- views with positions counted from 1 ---- */

static int finish_view(lua_State *L, struct tensor_handle *handle, struct tensor *t,
		       const struct error *err)
{
	return handle_finish(L, handle, t, err);
}

static int select_at(lua_State *L, struct tensor *t, int dim, int64_t given)
{
	int64_t index = handle_index(L, given, t->shape[dim]);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return finish_view(L, handle, tensor_select(t, dim, index, &err), &err);
}

static int select(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	return select_at(L, t, handle_dim(L, luaL_checkinteger(L, 2), t, 0),
			 luaL_checkinteger(L, 3));
}

/* x:narrow(dim, start, length) */
static int narrow(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	int dim = handle_dim(L, luaL_checkinteger(L, 2), t, 0);
	int64_t given = luaL_checkinteger(L, 3), length = luaL_checkinteger(L, 4);
	int64_t start = handle_index(L, given, t->shape[dim]);
	if (length < 0 || length > t->shape[dim] - start) {
		return binding_raise(L, message(MSG_BIND_NARROW), (long long)given,
				     (long long)length, (long long)t->shape[dim]);
	}
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return finish_view(L, handle, tensor_narrow(t, dim, start, length, &err), &err);
}

static int transpose(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	int a = handle_dim(L, luaL_optinteger(L, 2, t->dims > 1 ? -2 : -1), t, 0);
	int b = handle_dim(L, luaL_optinteger(L, 3, -1), t, 0);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return finish_view(L, handle, tensor_transpose(t, a, b, &err), &err);
}

/* x:squeeze(dim), or all dimensions of size 1 */
static int squeeze(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	struct error err = ERROR_INIT;
	if (!lua_isnoneornil(L, 2)) {
		int dim = handle_dim(L, luaL_checkinteger(L, 2), t, 0);
		struct tensor_handle *handle = handle_new(L);
		struct tensor *out =
			t->shape[dim] == 1 ? tensor_squeeze(t, dim, &err) : tensor_ref(t);
		return finish_view(L, handle, out, &err);
	}
	int64_t shape[TENSOR_MAX_DIMS];
	int dims = 0;
	for (int d = 0; d < t->dims; d++) {
		if (t->shape[d] != 1) {
			shape[dims++] = t->shape[d];
		}
	}
	struct tensor_handle *handle = handle_new(L);
	return finish_view(L, handle, tensor_reshape(t, dims, shape, &err), &err);
}

static int flatten(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	int dim = t->dims ? handle_dim(L, luaL_optinteger(L, 2, 1), t, 0) : 0;
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return finish_view(L, handle, tensor_flatten(t, dim, &err), &err);
}

static int clone(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	return handle_finish(L, handle, tensor_clone(t, &err), &err);
}

static int to_dtype(lua_State *L)
{
	struct tensor *t = handle_check(L, 1);
	enum dtype dtype;
	const char *name = luaL_checkstring(L, 2);
	if (!tensor_dtype_parse(&dtype, name)) {
		return binding_raise(L, message(MSG_BIND_DTYPE), name);
	}
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor *out = dtype == t->dtype ? tensor_ref(t) : tensor_cast(t, dtype, &err);
	return handle_finish(L, handle, out, &err);
}

/* x:masked_fill(mask, value) */
static int masked_fill(lua_State *L)
{
	struct tensor *t = handle_check(L, 1), *mask = handle_check(L, 2);
	double value = luaL_checknumber(L, 3);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	if (mask->dtype != t->dtype) {
		mask = tensor_cast(mask, t->dtype, &err);
	}
	struct tensor *out = mask ? tensor_masked_fill(t, mask, value, &err) : NULL;
	out = out ? tensor_scope_keep(&scope, out) : NULL;
	tensor_scope_close(&scope);
	return handle_finish(L, handle, out, &err);
}

/* Copies a tensor or number into a view. */
static int copy_into(lua_State *L, struct tensor *view, int value_index)
{
	struct error err = ERROR_INIT;
	if (lua_type(L, value_index) == LUA_TNUMBER) {
		tensor_fill(view, lua_tonumber(L, value_index));
	} else if (tensor_copy_into(view, handle_coerce(L, value_index), &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	return 0;
}

/* x:copy(values): writes values into x */
static int copy(lua_State *L)
{
	copy_into(L, handle_check(L, 1), 2);
	lua_settop(L, 1);
	return 1;
}

/* x[i] */
static int tensor_index(lua_State *L, int64_t index)
{
	struct tensor *t = handle_check(L, 1);
	if (t->dims == 0) {
		return binding_raise(L, "%s", message(MSG_BIND_SCALAR_INDEX));
	}
	if (t->dims == 1 && !t->requires_grad) { /* a number is what is meant */
		push_value(L, t, handle_index(L, index, t->shape[0]));
		return 1;
	}
	return select_at(L, t, 0, index);
}

/* x[i] = value */
static int tensor_newindex(lua_State *L, int64_t index)
{
	struct tensor *t = handle_check(L, 1);
	if (t->dims == 0) {
		return binding_raise(L, "%s", message(MSG_BIND_SCALAR_INDEX));
	}
	if (t->dims == 1 && lua_type(L, 3) == LUA_TNUMBER) {
		tensor_set(t, handle_index(L, index, t->shape[0]), lua_tonumber(L, 3));
		return 0;
	}
	lua_settop(L, 3);
	select_at(L, t, 0, index);
	return copy_into(L, handle_check(L, 4), 3);
}

static const struct binding methods[] = {
	{"size", get_size, "dim?: integer", "integer",
	 "한 차원의 크기(차원을 주지 않으면 모양)입니다.", 0},
	{"dim", get_dim, "", "integer", "차원의 수입니다.", 0},
	{"numel", get_numel, "", "integer", "원소의 수입니다.", 0},
	{"item", get_item, "", "number", "원소가 하나인 텐서의 값을 숫자로 돌려줍니다.", 0},
	{"totable", to_table, "", "table", "값을 겹친 표로 돌려줍니다.", 0},
	{"get", get_element, "...: integer", "number", "한 원소를 읽습니다(자리는 1부터).", 0},
	{"set", set_element, "...: number", "Tensor",
	 "한 원소를 바꿉니다. 마지막 인수가 새 값입니다.", 0},
	{"copy", copy, "values: Tensor|number", "Tensor", "값을 제자리에 옮겨 적습니다.", 0},
	{"select", select, "dim: integer, index: integer", "Tensor",
	 "한 차원에서 한 줄(1부터)을 고릅니다.", 0},
	{"narrow", narrow, "dim: integer, start: integer, length: integer", "Tensor",
	 "한 차원에서 start(1부터)부터 length개를 잘라 봅니다.", 0},
	{"transpose", transpose, "dim0?: integer, dim1?: integer", "Tensor",
	 "두 차원을 맞바꿉니다(기본: 마지막 두 차원).", 0},
	{"squeeze", squeeze, "dim?: integer", "Tensor", "크기가 1인 차원을 없앱니다.", 0},
	{"flatten", flatten, "dim?: integer", "Tensor", "dim부터 끝까지를 한 차원으로 폅니다.", 0},
	{"clone", clone, "", "Tensor", "값을 복사한 새 텐서입니다.", 0},
	{"to", to_dtype, "dtype: string", "Tensor", "자료형을 바꿉니다(f32, f64, i32, i8, u8).", 0},
	{"masked_fill", masked_fill, "mask: Tensor, value: number", "Tensor",
	 "mask가 0이 아닌 자리를 value로 채웁니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct binding fields[] = {
	{"shape", get_shape, "", "integer[]", "모양", 0},
	{"dtype", get_dtype, "", "string", "자료형", 0},
	{"grad", get_grad, "", "Tensor?", "backward가 구한 기울기", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct binding *const method_lists[] = {bind_tensor_ops, methods, bind_grad_methods,
						     NULL};

const struct bound_type tensor_type = {.name = "Tensor",
				       .doc = "수의 배열입니다. 차원과 자리는 1부터 셉니다.",
				       .methods = method_lists,
				       .operators = bind_tensor_operators,
				       .fields = fields,
				       .index = tensor_index,
				       .newindex = tensor_newindex};

static const struct binding functions[] = {
	{"allclose", all_close, "a: Tensor, b: Tensor, tolerance?: number", "boolean",
	 "모양이 같고 모든 값의 차이가 tolerance 이하인지 봅니다.", 0},
	{"max_abs_diff", max_abs_diff, "a: Tensor, b: Tensor", "number", "가장 큰 차이입니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct binding *const lists[] = {bind_makers,       bind_grad_functions, bind_linalg,
					      bind_tensor_files, bind_inside_tensor,  NULL};
static const struct bound_type *const types[] = {&tensor_type, NULL};

const struct bound_module tensor_module = {.name = "tensor",
					   .doc = "텐서와 자동 미분",
					   .functions = functions,
					   .lists = lists,
					   .methods_of = &tensor_type,
					   .types = types};
