/* Models in Lua: calling them, looking into them. Training stands in bind_fit.c. */
#include <stdio.h>
#include <string.h>

#include "engine/lua/bind_files.h"
#include "engine/lua/bind_nn.h"
#include "engine/lua/values.h"

#define MAX_CALL 8

struct model_handle *model_new(lua_State *L)
{
	struct model_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 0);
	handle->module = NULL;
	luaL_setmetatable(L, MODEL_KEY);
	return handle;
}

struct module *model_test(lua_State *L, int index)
{
	struct model_handle *handle = luaL_testudata(L, index, MODEL_KEY);
	if (handle && !handle->module) {
		binding_raise(L, "%s", message(MSG_BIND_CLOSED));
	}
	return handle ? handle->module : NULL;
}

struct module *model_check(lua_State *L, int index)
{
	luaL_checkudata(L, index, MODEL_KEY);
	return model_test(L, index);
}

static int release(lua_State *L)
{
	struct model_handle *handle = luaL_checkudata(L, 1, MODEL_KEY);
	module_unref(handle->module);
	handle->module = NULL;
	return 0;
}

static void push_model(lua_State *L, struct module *module)
{
	struct model_handle *handle = model_new(L);
	handle->module = module_ref(module);
}

/* model(x, …) → y, states… */
static int call(lua_State *L)
{
	struct module *module = model_check(L, 1);
	int count = lua_gettop(L) - 1;
	luaL_argcheck(L, count >= 1 && count <= MAX_CALL, 2, "1 to 8 tensors");
	struct tensor *inputs[MAX_CALL], *outputs[OP_MAX_OUTPUTS] = {NULL};
	for (int i = 0; i < count; i++) {
		inputs[i] = lua_isnil(L, i + 2) ? NULL : handle_coerce(L, i + 2);
	}
	int places = module->kind->max_outputs;
	places = places < 1 ? 1 : places > OP_MAX_OUTPUTS ? OP_MAX_OUTPUTS : places;
	struct tensor_handle *handles[OP_MAX_OUTPUTS];
	for (int k = 0; k < places; k++) {
		handles[k] = handle_new(L);
	}
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	enum status status = module_forward_multi(module, outputs, places, inputs, count, &err);
	for (int k = 0; k < places && status == STATUS_OK; k++) {
		handles[k]->t = outputs[k] ? tensor_scope_keep(&scope, outputs[k]) : NULL;
	}
	tensor_scope_close(&scope);
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	while (places > 1 && !handles[places - 1]->t) {
		lua_pop(L, 1);
		places--;
	}
	handle_collect(L);
	return places;
}

static void release_list(void *list)
{
	module_list_release(list);
}

static int push_list(lua_State *L, bool named)
{
	struct module *module = model_check(L, 1);
	struct module_list *list = binding_owner(L, sizeof(*list), release_list);
	struct error err = ERROR_INIT;
	if (module_parameters(list, module, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_createtable(L, named ? 0 : list->count, named ? list->count : 0);
	for (int i = 0; i < list->count; i++) {
		handle_push(L, list->items[i].tensor);
		if (named) {
			lua_setfield(L, -2, list->items[i].name);
		} else {
			lua_rawseti(L, -2, i + 1);
		}
	}
	return 1;
}

static int parameters(lua_State *L)
{
	return push_list(L, false);
}

static int named_parameters(lua_State *L)
{
	return push_list(L, true);
}

static int parameter_count(lua_State *L)
{
	lua_pushinteger(L, module_parameter_count(model_check(L, 1)));
	return 1;
}

static int train(lua_State *L)
{
	module_train(model_check(L, 1), lua_isnone(L, 2) || lua_toboolean(L, 2));
	lua_settop(L, 1);
	return 1;
}

static int eval(lua_State *L)
{
	module_train(model_check(L, 1), false);
	lua_settop(L, 1);
	return 1;
}

static int zero_grad(lua_State *L)
{
	module_zero_grad(model_check(L, 1));
	return 0;
}

/* model:freeze(on): its parameters take no gradients */
static int freeze(lua_State *L)
{
	struct module *module = model_check(L, 1);
	bool on = lua_isnone(L, 2) || lua_toboolean(L, 2);
	struct module_list list;
	struct error err = ERROR_INIT;
	enum status status = module_parameters(&list, module, &err);
	if (status == STATUS_OK) {
		for (int i = 0; i < list.count && status == STATUS_OK; i++) {
			status = tensor_require_grad(list.items[i].tensor, !on, &err);
		}
		module_list_release(&list);
	}
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_settop(L, 1);
	return 1;
}

/* ---- activations ---- */

#define MAX_ACTIVATIONS 512

struct activations {
	int count;
	struct {
		char name[MODULE_NAME * 2];
		struct tensor *tensor;
	} items[MAX_ACTIVATIONS];
};

static void note_activation(void *context, const char *name, struct module *m,
			    struct tensor *output)
{
	(void)m;
	struct activations *a = context;
	if (a->count < MAX_ACTIVATIONS) {
		snprintf(a->items[a->count].name, sizeof(a->items[0].name), "%s", name);
		a->items[a->count++].tensor = tensor_ref(output);
	}
}

static void release_activations(void *memory)
{
	struct activations *a = memory;
	for (int i = 0; i < a->count; i++) {
		tensor_unref(a->items[i].tensor);
	}
	a->count = 0;
}

/* model:activations(x) → { name = tensor }, and the names in order under [1], [2], … */
static int activations(lua_State *L)
{
	struct module *module = model_check(L, 1);
	struct tensor *x = handle_coerce(L, 2);
	struct activations *a = binding_owner(L, sizeof(*a), release_activations);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	bool before = tensor_grad_mode(false);
	tensor_scope_open(&scope);
	module_set_hook(note_activation, a);
	struct tensor *out = module_forward(module, x, &err);
	module_set_hook(NULL, NULL);
	tensor_scope_close(&scope);
	tensor_grad_mode(before);
	if (!out) {
		return binding_raise_error(L, &err);
	}
	lua_createtable(L, a->count, a->count);
	for (int i = 0; i < a->count; i++) {
		handle_push(L, a->items[i].tensor);
		lua_setfield(L, -2, a->items[i].name);
		lua_pushstring(L, a->items[i].name);
		lua_rawseti(L, -2, i + 1);
	}
	return 1;
}

/* ---- summaries ---- */

static void release_text(void *text)
{
	struct strbuf *buffer = text;
	if (buffer->text) {
		strbuf_release(buffer);
	}
}

/* model:summary(shape of one example) → text, also shown in the log */
static int summary(lua_State *L)
{
	struct module *module = model_check(L, 1);
	int64_t shape[TENSOR_MAX_DIMS];
	int dims = handle_shape(L, 2, shape);
	struct strbuf *text = binding_owner(L, sizeof(*text), release_text);
	strbuf_init(text);
	struct error err = ERROR_INIT;
	if (module_summary(text, module, dims, shape, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_pushlstring(L, text->text, text->length);
	binding_log_values(L, lua_gettop(L), lua_gettop(L), "");
	return 1;
}

/* model:macs(shape with the batch dimension) or nn.macs(model, shape) */
static int macs(lua_State *L)
{
	struct module *module = model_check(L, 1);
	int64_t shape[TENSOR_MAX_DIMS];
	int dims = handle_shape(L, 2, shape);
	double count;
	struct error err = ERROR_INIT;
	if (module_macs(&count, module, dims, shape, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_pushinteger(L, (lua_Integer)count);
	return 1;
}

static int to_text(lua_State *L)
{
	struct model_handle *handle = luaL_checkudata(L, 1, MODEL_KEY);
	if (!handle->module) {
		lua_pushliteral(L, "Model (closed)");
		return 1;
	}
	lua_pushfstring(L, "Model %s (%I)", handle->module->kind->name,
			(LUAI_UACINT)module_parameter_count(handle->module));
	return 1;
}

static int length(lua_State *L)
{
	lua_pushinteger(L, model_check(L, 1)->child_count);
	return 1;
}

/* model[i]: its i-th child */
static int child_at(lua_State *L, int64_t index)
{
	struct module *module = model_check(L, 1);
	push_model(L, module->children[handle_index(L, index, module->child_count)].module);
	return 1;
}

static int get_kind(lua_State *L)
{
	lua_pushstring(L, model_check(L, 1)->kind->name);
	return 1;
}

static struct tensor *own_tensor(struct module *module, const char *name)
{
	struct tensor *t = module_parameter(module, name);
	return t ? t : module_buffer(module, name);
}

static int get_weight(lua_State *L)
{
	handle_push(L, own_tensor(model_check(L, 1), "weight"));
	return 1;
}

static int get_bias(lua_State *L)
{
	handle_push(L, own_tensor(model_check(L, 1), "bias"));
	return 1;
}

static const struct binding methods[] = {
	{"forward", call, "x: Tensor, ...: Tensor", "Tensor",
	 "모델을 계산합니다. model(x)와 같습니다.", 0},
	{"parameters", parameters, "", "Tensor[]", "학습하는 텐서의 목록입니다.", 0},
	{"named_parameters", named_parameters, "", "table<string, Tensor>",
	 "이름으로 찾는 매개변수입니다.", 0},
	{"parameter_count", parameter_count, "", "integer", "매개변수의 수입니다.", 0},
	{"train", train, "on?: boolean", "Model", "학습 상태로 바꿉니다(드롭아웃, 배치 정규화).",
	 0},
	{"eval", eval, "", "Model", "평가 상태로 바꿉니다.", 0},
	{"zero_grad", zero_grad, "", "", "모든 기울기를 비웁니다.", 0},
	{"freeze", freeze, "on?: boolean", "Model", "매개변수가 학습되지 않게 합니다.", 0},
	{"fit", bind_fit,
	 "dataset: Dataset, options?: {epochs?: integer, steps?: integer, batch_size?: integer, "
	 "seed?: "
	 "integer, optimizer?: Optimizer, loss?: string, validation?: Dataset, every?: integer, "
	 "patience?: integer, accumulate?: integer, ema?: Ema, checkpoint?: string, save_every?: "
	 "integer, resume?: boolean, name?: string, callback?: fun(info: {step: integer, epoch: "
	 "integer, loss: number, accuracy?: number, learning_rate: number, seconds: number}): "
	 "boolean?}",
	 "table",
	 "학습합니다. 손실과 정확도가 실시간으로 그려지고 기록을 돌려줍니다. callback은 every "
	 "걸음마다 불리고 false를 돌려주면 멈춥니다. checkpoint에 파일 이름을 주면 에폭마다(또는 "
	 "save_every 걸음마다) 저장하고, resume = true면 거기서 똑같이 이어 갑니다.",
	 0},
	{"evaluate", bind_evaluate,
	 "dataset: Dataset, options?: {loss?: string, batch_size?: integer}", "table",
	 "손실, 정확도, 혼동 행렬, 예측을 돌려줍니다.", 0},
	{"activations", activations, "x: Tensor", "table<string, Tensor>",
	 "층마다의 출력을 이름으로 돌려줍니다. [1], [2]…에는 이름이 차례로 있습니다.", 0},
	{"summary", summary, "...: integer|integer[]", "string",
	 "예시 하나의 모양을 주면 층, 출력 모양, 매개변수 수의 표를 보여 줍니다.", 0},
	{"macs", macs, "...: integer|integer[]", "integer", "한 번 계산할 때의 곱셈-덧셈 수입니다.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct binding fields[] = {{"kind", get_kind, "", "string", "층의 종류", 0},
					{"weight", get_weight, "", "Tensor?", "가중치", 0},
					{"bias", get_bias, "", "Tensor?", "편향", 0},
					{NULL, NULL, NULL, NULL, NULL, 0}};

static const luaL_Reg operators[] = {{"__call", call},     {"__gc", release},
				     {"__close", release}, {"__tostring", to_text},
				     {"__len", length},    {NULL, NULL}};

static const struct binding *const method_lists[] = {methods, bind_module_files, bind_inside_model,
						     bind_generate_model, NULL};

const struct bound_type model_type = {.name = "Model",
				      .doc = "층이나 층을 이은 모델입니다. model(x)로 부릅니다.",
				      .methods = method_lists,
				      .operators = operators,
				      .fields = fields,
				      .index = child_at};

static const struct binding functions[] = {
	{"macs", macs, "model: Model, ...: integer|integer[]", "integer",
	 "한 번 계산할 때의 곱셈-덧셈 수입니다(묶음 차원을 포함한 모양).", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct bound_type *const types[] = {&tensor_type,  &model_type, &optimizer_type,
						 &dataset_type, &ema_type,   NULL};
static const struct binding *const lists[] = {bind_layers,    bind_optimizers, bind_ema,
					      bind_losses,    bind_functional, bind_nn_files,
					      bind_inside_nn, bind_generative, NULL};

const struct bound_module nn_module = {.name = "nn",
				       .doc = "층, 모델, 손실, 최적화",
				       .functions = functions,
				       .lists = lists,
				       .types = types};
