/* Data sets as Lua values: looking at them, choosing rows, going through them in batches. The sets themselves come from
 * bind_data.c and bind_generate.c. */
#include <stdlib.h>
#include <string.h>

#include "engine/lua/bind_data.h"
#include "engine/lua/bind_nn.h"
#include "engine/lua/values.h"

struct dataset_handle *dataset_new_handle(lua_State *L)
{
	struct dataset_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 2);
	handle->dataset = NULL;
	luaL_setmetatable(L, DATASET_KEY);
	return handle;
}

struct dataset *dataset_check(lua_State *L, int index)
{
	struct dataset_handle *handle = luaL_checkudata(L, index, DATASET_KEY);
	if (!handle->dataset) {
		binding_raise(L, "%s", message(MSG_BIND_CLOSED));
	}
	return handle->dataset;
}

int bind_dataset_finish(lua_State *L, struct dataset_handle *handle, struct dataset *dataset,
			const struct error *err)
{
	if (!dataset) {
		return binding_raise_error(L, err);
	}
	handle->dataset = dataset;
	handle_collect(L);
	return 1;
}

static int release(lua_State *L)
{
	struct dataset_handle *handle = luaL_checkudata(L, 1, DATASET_KEY);
	dataset_unref(handle->dataset);
	handle->dataset = NULL;
	return 0;
}

/* Copies rows into fresh tensors; x and y are handles already on the stack (y may be NULL). */
static void gather(lua_State *L, struct dataset *ds, const uint32_t *positions, int64_t count,
		   struct tensor_handle *x, struct tensor_handle *y)
{
	struct tensor *inputs = NULL, *targets = NULL;
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	enum status status = dataset_batch_tensors(&inputs, &targets, ds, count, &err);
	if (status == STATUS_OK) {
		status = dataset_gather(inputs, targets, ds, positions, count, &err);
	}
	if (status == STATUS_OK) {
		x->t = tensor_scope_keep(&scope, inputs);
		if (y && targets) {
			y->t = tensor_scope_keep(&scope, targets);
		}
	}
	tensor_scope_close(&scope);
	if (status != STATUS_OK) {
		binding_raise_error(L, &err);
	}
	handle_collect(L);
}

/* All rows as tensors, made once and kept as user values 1 and 2 of the handle. */
static int all_rows(lua_State *L, int which)
{
	struct dataset *ds = dataset_check(L, 1);
	if (lua_getiuservalue(L, 1, which) != LUA_TNIL) {
		return 1;
	}
	lua_pop(L, 1);
	if (which == 2 && !ds->targets) {
		lua_pushnil(L);
		return 1;
	}
	uint32_t *positions = lua_newuserdatauv(L, sizeof(*positions) * (size_t)(ds->count + 1), 0);
	for (int64_t i = 0; i < ds->count; i++) {
		positions[i] = (uint32_t)i;
	}
	struct tensor_handle *x = handle_new(L);
	lua_pushvalue(L, -1);
	lua_setiuservalue(L, 1, 1);
	struct tensor_handle *y = ds->targets ? handle_new(L) : NULL;
	if (y) {
		lua_pushvalue(L, -1);
		lua_setiuservalue(L, 1, 2);
	}
	gather(L, ds, positions, ds->count, x, y);
	lua_getiuservalue(L, 1, which);
	return 1;
}

static int get_inputs(lua_State *L)
{
	return all_rows(L, 1);
}

static int get_labels(lua_State *L)
{
	return all_rows(L, 2);
}

static int get_classes(lua_State *L)
{
	struct dataset *ds = dataset_check(L, 1);
	lua_createtable(L, ds->class_count, 0);
	for (int i = 0; i < ds->class_count && ds->class_names; i++) {
		lua_pushstring(L, ds->class_names[i]);
		lua_rawseti(L, -2, i + 1);
	}
	return 1;
}

static int get_name(lua_State *L)
{
	lua_pushstring(L, dataset_check(L, 1)->name);
	return 1;
}

static int length(lua_State *L)
{
	lua_pushinteger(L, dataset_check(L, 1)->count);
	return 1;
}

static int to_text(lua_State *L)
{
	struct dataset_handle *handle = luaL_checkudata(L, 1, DATASET_KEY);
	struct dataset *ds = handle->dataset;
	if (!ds) {
		lua_pushliteral(L, "Dataset (closed)");
		return 1;
	}
	char shape[TENSOR_SHAPE_TEXT];
	tensor_dims_text(ds->inputs->dims - 1, ds->inputs->shape + 1, shape);
	lua_pushfstring(L, "Dataset %s: %I × %s", ds->name, (LUAI_UACINT)ds->count, shape);
	return 1;
}

/* ds:get(i) → x, label */
static int get_row(lua_State *L)
{
	struct dataset *ds = dataset_check(L, 1);
	uint32_t position = (uint32_t)handle_index(L, luaL_checkinteger(L, 2), ds->count);
	struct tensor_handle *x = handle_new(L);
	struct tensor_handle *y = ds->targets ? handle_new(L) : NULL;
	gather(L, ds, &position, 1, x, y);
	/* without the batch dimension; a single class as a number */
	struct error err = ERROR_INIT;
	struct tensor_handle *row = handle_new(L);
	handle_finish(L, row, tensor_select(x->t, 0, 0, &err), &err);
	if (!y) {
		return 1;
	}
	if (y->t->dims == 1) {
		double label = tensor_get(y->t, 0);
		if (y->t->dtype == DTYPE_I32) {
			lua_pushinteger(L, (lua_Integer)label);
		} else {
			lua_pushnumber(L, label);
		}
	} else {
		struct tensor_handle *target = handle_new(L);
		handle_finish(L, target, tensor_select(y->t, 0, 0, &err), &err);
	}
	return 2;
}

/* ds:subset(n) the first n, ds:subset{rows…} those rows */
static int subset(lua_State *L)
{
	struct dataset *ds = dataset_check(L, 1);
	bool list = !lua_isinteger(L, 2);
	struct tensor *tensor = handle_test(L, 2);
	if (list && !tensor) {
		luaL_checktype(L, 2, LUA_TTABLE);
	}
	int64_t count = tensor ? tensor_numel(tensor)
			: list ? (int64_t)lua_rawlen(L, 2)
			       : lua_tointeger(L, 2);
	if (count < 1 || (!list && count > ds->count)) {
		return binding_raise(L, message(MSG_LUA_DATA_COUNT), (long long)ds->count);
	}
	int64_t *rows = lua_newuserdatauv(L, sizeof(*rows) * (size_t)count, 0);
	for (int64_t i = 0; i < count; i++) {
		rows[i] = i;
		if (tensor) {
			rows[i] = (int64_t)tensor_get(tensor,
						      i); /* 0-based, as argmax and sort give */
		} else if (list) {
			lua_rawgeti(L, 2, i + 1);
			rows[i] = luaL_checkinteger(L, -1) - 1;
			lua_pop(L, 1);
		}
		if (rows[i] < 0 || rows[i] >= ds->count) {
			return binding_raise(L, message(MSG_LUA_DATA_ROWS), (long long)rows[i] + 1,
					     (long long)ds->count);
		}
	}
	struct dataset_handle *handle = dataset_new_handle(L);
	struct error err = ERROR_INIT;
	return bind_dataset_finish(L, handle, dataset_subset(ds, rows, count, &err), &err);
}

/* ds:split(fraction, seed) → first, rest */
static int split(lua_State *L)
{
	struct dataset *ds = dataset_check(L, 1);
	double fraction = luaL_checknumber(L, 2);
	luaL_argcheck(L, fraction > 0 && fraction < 1, 2, "between 0 and 1");
	uint64_t seed = (uint64_t)luaL_optinteger(L, 3, (lua_Integer)script_of(L)->options.seed);
	struct dataset_handle *first = dataset_new_handle(L), *rest = dataset_new_handle(L);
	struct error err = ERROR_INIT;
	if (dataset_split(&first->dataset, &rest->dataset, ds, fraction, seed, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	return 2;
}

/* ---- batches ---- */

struct batches {
	int64_t size, next, count;
	uint32_t order[];
};

/* Upvalues: data set, struct batches. */
static int next_batch(lua_State *L)
{
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_replace(L, 1);
	lua_settop(L, 1);
	struct dataset *ds = dataset_check(L, 1);
	struct batches *b = lua_touserdata(L, lua_upvalueindex(2));
	int64_t left = b->count - b->next;
	if (left <= 0) {
		lua_pushnil(L);
		return 1;
	}
	int64_t count = left < b->size ? left : b->size;
	struct tensor_handle *x = handle_new(L);
	struct tensor_handle *y = ds->targets ? handle_new(L) : NULL;
	gather(L, ds, b->order + b->next, count, x, y);
	b->next += count;
	return y ? 2 : 1;
}

/* for x, y in ds:batches(64, seed) do … end; without a seed in order */
static int batches(lua_State *L)
{
	struct dataset *ds = dataset_check(L, 1);
	int64_t size = luaL_checkinteger(L, 2);
	luaL_argcheck(L, size >= 1, 2, "at least 1");
	bool shuffle = !lua_isnoneornil(L, 3);
	uint64_t seed = shuffle ? (uint64_t)luaL_checkinteger(L, 3) : 0;
	lua_pushvalue(L, 1);
	struct batches *b =
		lua_newuserdatauv(L, sizeof(*b) + sizeof(b->order[0]) * (size_t)ds->count, 0);
	*b = (struct batches){size, 0, ds->count};
	if (shuffle) {
		struct error err = ERROR_INIT;
		if (dataset_shuffle(b->order, ds, seed, 0, &err) != STATUS_OK) {
			return binding_raise_error(L, &err);
		}
	} else {
		for (int64_t i = 0; i < ds->count; i++) {
			b->order[i] = (uint32_t)i;
		}
	}
	lua_pushcclosure(L, next_batch, 2);
	return 1;
}

static const struct binding methods[] = {
	{"get", get_row, "i: integer", "Tensor, integer", "i번째(1부터) 예시와 정답입니다.", 0},
	{"subset", subset, "rows: integer|integer[]|Tensor", "Dataset",
	 "앞에서 n개, 또는 고른 줄(1부터, 텐서는 0부터)만 남깁니다.", 0},
	{"split", split, "fraction: number, seed?: integer", "Dataset, Dataset",
	 "섞어서 둘로 나눕니다. 정답의 비율은 그대로입니다.", 0},
	{"batches", batches, "size: integer, seed?: integer", "function",
	 "size개씩 차례로 돌려주는 반복자입니다. seed를 주면 섞습니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct binding fields[] = {
	{"images", get_inputs, "", "Tensor", "모든 입력", 0},
	{"features", get_inputs, "", "Tensor", "모든 입력(표 데이터)", 0},
	{"labels", get_labels, "", "Tensor?", "모든 정답(0부터)", 0},
	{"classes", get_classes, "", "string[]", "정답의 이름", 0},
	{"name", get_name, "", "string", "데이터 이름", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const luaL_Reg operators[] = {{"__gc", release},
				     {"__close", release},
				     {"__len", length},
				     {"__tostring", to_text},
				     {NULL, NULL}};

static const struct binding *const method_lists[] = {methods, NULL};

const struct bound_type dataset_type = {.name = "Dataset",
					.doc = "예시와 정답의 묶음입니다. #ds는 개수입니다.",
					.methods = method_lists,
					.operators = operators,
					.fields = fields};
