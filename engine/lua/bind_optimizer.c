/* Optimisers in Lua, and the means of weights. */
#include "engine/lua/bind_nn.h"
#include "engine/lua/values.h"

static struct optimizer_handle *check_handle(lua_State *L, int index)
{
	struct optimizer_handle *handle = luaL_checkudata(L, index, OPTIMIZER_KEY);
	if (!handle->optimizer) {
		binding_raise(L, "%s", message(MSG_BIND_CLOSED));
	}
	return handle;
}

struct optimizer *optimizer_check(lua_State *L, int index)
{
	return check_handle(L, index)->optimizer;
}

static int release_optimizer(lua_State *L)
{
	struct optimizer_handle *handle = luaL_checkudata(L, 1, OPTIMIZER_KEY);
	optimizer_free(handle->optimizer);
	handle->optimizer = NULL;
	return 0;
}

static void add_tensor(lua_State *L, struct optimizer_handle *handle, struct tensor *t)
{
	struct error err = ERROR_INIT;
	if (optimizer_add(handle->optimizer, &t, 1, NULL, &err) != STATUS_OK) {
		binding_raise_error(L, &err);
	}
	handle->filled = true;
}

void optimizer_fill(lua_State *L, struct optimizer_handle *handle, int index)
{
	struct module *module = model_test(L, index);
	struct tensor *one = handle_test(L, index);
	if (one) {
		add_tensor(L, handle, one);
		return;
	}
	if (!module) {
		luaL_checktype(L, index, LUA_TTABLE);
		lua_Unsigned count = lua_rawlen(L, index);
		for (lua_Unsigned i = 1; i <= count; i++) {
			lua_rawgeti(L, index, (lua_Integer)i);
			add_tensor(L, handle, handle_check(L, -1));
			lua_pop(L, 1);
		}
		return;
	}
	struct module_list list;
	struct error err = ERROR_INIT;
	enum status status = module_parameters(&list, module, &err);
	for (int i = 0; status == STATUS_OK && i < list.count; i++) {
		status = optimizer_add(handle->optimizer, &list.items[i].tensor, 1, NULL, &err);
	}
	if (status == STATUS_OK || list.items) {
		module_list_release(&list);
	}
	if (status != STATUS_OK) {
		binding_raise_error(L, &err);
	}
	handle->filled = true;
}

static void read_optimizer_options(lua_State *L, int index, struct optimizer_options *o)
{
	o->learning_rate = values_number_field(L, index, "learning_rate", o->learning_rate);
	o->momentum = values_number_field(L, index, "momentum", o->momentum);
	o->nesterov = values_flag_field(L, index, "nesterov") || o->nesterov;
	o->beta1 = values_number_field(L, index, "beta1", o->beta1);
	o->beta2 = values_number_field(L, index, "beta2", o->beta2);
	o->alpha = values_number_field(L, index, "alpha", o->alpha);
	o->epsilon = values_number_field(L, index, "epsilon", o->epsilon);
	o->weight_decay = values_number_field(L, index, "weight_decay", o->weight_decay);
	o->clip_norm = values_number_field(L, index, "clip_norm", o->clip_norm);
	o->clip_value = values_number_field(L, index, "clip_value", o->clip_value);
}

/* nn.adam{learning_rate = 1e-3} or nn.adam(parameters, {…}) */
static int make_optimizer(lua_State *L)
{
	const char *kind = binding_row(L)->name;
	struct error err = ERROR_INIT;
	struct optimizer_options options;
	if (optimizer_presets(&options, kind, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	bool plain = lua_istable(L, 1) && lua_rawlen(L, 1) == 0;
	bool filled = !plain && !lua_isnoneornil(L, 1);
	read_optimizer_options(L, filled ? 2 : 1, &options);
	struct optimizer_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 0);
	*handle = (struct optimizer_handle){NULL, false};
	luaL_setmetatable(L, OPTIMIZER_KEY);
	handle->optimizer = optimizer_new(kind, &options, &err);
	if (!handle->optimizer) {
		return binding_raise_error(L, &err);
	}
	if (filled) {
		optimizer_fill(L, handle, 1);
	}
	return 1;
}

/* opt:step([parameters]): the first call may bring the parameters */
static int step(lua_State *L)
{
	struct optimizer_handle *handle = check_handle(L, 1);
	if (!handle->filled) {
		if (lua_isnoneornil(L, 2)) {
			return binding_raise(L, "%s", message(MSG_LUA_NN_NO_PARAMETERS));
		}
		optimizer_fill(L, handle, 2);
	}
	struct error err = ERROR_INIT;
	if (optimizer_step(handle->optimizer, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	return 0;
}

static int add(lua_State *L)
{
	optimizer_fill(L, check_handle(L, 1), 2);
	lua_settop(L, 1);
	return 1;
}

static int zero_grad(lua_State *L)
{
	optimizer_zero_grad(optimizer_check(L, 1));
	return 0;
}

static int set_learning_rate(lua_State *L)
{
	optimizer_set_learning_rate(optimizer_check(L, 1), luaL_checknumber(L, 2));
	lua_settop(L, 1);
	return 1;
}

static int get_learning_rate(lua_State *L)
{
	lua_pushnumber(L, optimizer_learning_rate(optimizer_check(L, 1)));
	return 1;
}

static int get_grad_norm(lua_State *L)
{
	lua_pushnumber(L, optimizer_grad_norm(optimizer_check(L, 1)));
	return 1;
}

static const struct binding optimizer_methods[] = {
	{"step", step, "parameters?: Tensor[]|Model", "", "기울기의 반대쪽으로 한 걸음 옮깁니다.",
	 0},
	{"add", add, "parameters: Tensor[]|Model", "Optimizer", "학습할 매개변수를 더합니다.", 0},
	{"zero_grad", zero_grad, "", "", "맡은 매개변수의 기울기를 비웁니다.", 0},
	{"set_learning_rate", set_learning_rate, "rate: number", "Optimizer", "학습률을 바꿉니다.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct binding optimizer_fields[] = {
	{"learning_rate", get_learning_rate, "", "number", "학습률", 0},
	{"grad_norm", get_grad_norm, "", "number", "마지막 걸음의 기울기 크기", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const luaL_Reg optimizer_operators[] = {
	{"__gc", release_optimizer}, {"__close", release_optimizer}, {NULL, NULL}};

static const struct binding *const optimizer_lists[] = {optimizer_methods, NULL};

const struct bound_type optimizer_type = {.name = "Optimizer",
					  .doc = "매개변수를 기울기에 따라 바꾸는 방법입니다.",
					  .methods = optimizer_lists,
					  .operators = optimizer_operators,
					  .fields = optimizer_fields};

#define OPTIMIZER(name, more, doc) \
	{ \
		name, make_optimizer, \
			"options?: {learning_rate?: number, " more \
			"weight_decay?: number, clip_norm?: number}", \
			"Optimizer", doc, 0 \
	}

const struct binding bind_optimizers[] = {
	OPTIMIZER("sgd", "momentum?: number, nesterov?: boolean, ", "확률적 경사하강법"),
	OPTIMIZER("rmsprop", "alpha?: number, momentum?: number, ", "RMSProp"),
	OPTIMIZER("adam", "beta1?: number, beta2?: number, ", "Adam"),
	OPTIMIZER("adamw", "beta1?: number, beta2?: number, ", "AdamW(가중치 감쇠를 따로 둔 Adam)"),
	OPTIMIZER("lion", "beta1?: number, beta2?: number, ", "Lion"),
	{NULL, NULL, NULL, NULL, NULL, 0}};

/* ---- means of weights ---- */

struct ema *ema_check(lua_State *L, int index)
{
	struct ema *ema = luaL_checkudata(L, index, EMA_KEY);
	if (!ema->model) {
		binding_raise(L, "%s", message(MSG_BIND_CLOSED));
	}
	return ema;
}

static int release_ema(lua_State *L)
{
	ema_release(luaL_checkudata(L, 1, EMA_KEY));
	return 0;
}

/* nn.ema(model, {decay = 0.999}) */
static int make_ema(lua_State *L)
{
	struct module *model = model_check(L, 1);
	double decay = values_number_field(L, 2, "decay", 0.999);
	struct ema *ema = lua_newuserdatauv(L, sizeof(*ema), 0);
	*ema = (struct ema){.model = NULL};
	luaL_setmetatable(L, EMA_KEY);
	struct error err = ERROR_INIT;
	if (ema_init(ema, model, decay, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	return 1;
}

static int update_ema(lua_State *L)
{
	struct error err = ERROR_INIT;
	if (ema_update(ema_check(L, 1), &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_settop(L, 1);
	return 1;
}

static int swap_ema(lua_State *L)
{
	ema_swap(ema_check(L, 1));
	lua_settop(L, 1);
	return 1;
}

static const struct binding ema_methods[] = {
	{"update", update_ema, "", "Ema", "평균을 지금 가중치 쪽으로 옮깁니다. 걸음마다 부릅니다.",
	 0},
	{"swap", swap_ema, "", "Ema",
	 "모델의 가중치와 평균을 맞바꿉니다. 한 번 더 부르면 되돌아옵니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const luaL_Reg ema_operators[] = {
	{"__gc", release_ema}, {"__close", release_ema}, {NULL, NULL}};

static const struct binding *const ema_lists[] = {ema_methods, NULL};

const struct bound_type ema_type = {.name = "Ema",
				    .doc = "가중치의 지수 이동 평균(EMA)입니다.",
				    .methods = ema_lists,
				    .operators = ema_operators};

const struct binding bind_ema[] = {
	{"ema", make_ema, "model: Model, options?: {decay?: number}", "Ema",
	 "가중치의 이동 평균을 따로 둡니다. model:fit의 ema로 주면 걸음마다 따라갑니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
