/* Smaller and faster models from Lua: require "compress". */
#include "engine/lua/bind_nn.h"
#include "engine/lua/values.h"
#include "engine/nn/compress.h"
#include "engine/tensor/int8.h"

#define MASKS_KEY "mundap.Masks"
#define MOST_EXAMPLES 1024 /* of a data set, to measure ranges on */

struct masks_handle {
	struct module *model;
	struct prune_masks masks;
};

static int finish_model(lua_State *L, struct model_handle *handle, struct module *made,
			const struct error *err)
{
	handle->module = made;
	if (!made) {
		return binding_raise_error(L, err);
	}
	handle_collect(L);
	return 1;
}

static bool flag_field(lua_State *L, int index, const char *name, bool otherwise)
{
	if (!lua_istable(L, index) || lua_getfield(L, index, name) == LUA_TNIL) {
		return otherwise;
	}
	bool value = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return value;
}

/* Runs a watched model on rows of a tensor, so that it learns between which values its inputs lie. */
static enum status run_rows(struct module *m, struct tensor *rows, int64_t batch, struct error *err)
{
	enum status status = STATUS_OK;
	int64_t n = rows->dims ? rows->shape[0] : 0;
	for (int64_t at = 0; at < n && status == STATUS_OK; at += batch) {
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		struct tensor *part =
			tensor_narrow(rows, 0, at, n - at < batch ? n - at : batch, err);
		status = module_forward(m, part, err) ? STATUS_OK : err->status;
		tensor_scope_close(&scope);
	}
	return status;
}

static enum status run_dataset(struct module *m, struct dataset *ds, int64_t batch,
			       struct error *err)
{
	uint32_t rows[MOST_EXAMPLES];
	enum status status = STATUS_OK;
	int64_t n = ds->count < MOST_EXAMPLES ? ds->count : MOST_EXAMPLES;
	batch = batch < MOST_EXAMPLES ? batch : MOST_EXAMPLES;
	for (int64_t at = 0; at < n && status == STATUS_OK; at += batch) {
		int64_t count = n - at < batch ? n - at : batch;
		for (int64_t i = 0; i < count; i++) {
			rows[i] = (uint32_t)(at + i);
		}
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		struct tensor *inputs, *targets;
		status = dataset_batch_tensors(&inputs, &targets, ds, count, err);
		status = status == STATUS_OK ? dataset_gather(inputs, targets, ds, rows, count, err)
					     : status;
		if (status == STATUS_OK && !module_forward(m, inputs, err)) {
			status = err->status;
		}
		tensor_scope_close(&scope);
	}
	return status;
}

/* compress.quantize(model, examples, {per_channel = true, batch_size = 64}) */
static int quantize_model(lua_State *L)
{
	struct module *model = model_check(L, 1);
	struct tensor *rows = handle_test(L, 2);
	struct dataset *ds = rows ? NULL : dataset_check(L, 2);
	bool per_channel = flag_field(L, 3, "per_channel", true);
	int64_t batch = values_integer_field(L, 3, "batch_size", 64);
	luaL_argcheck(L, batch > 0, 3, "batch_size");
	struct model_handle *watched = model_new(L), *out = model_new(L);
	struct error err = ERROR_INIT;
	watched->module = module_watch(model, per_channel, false, &err);
	if (!watched->module) {
		return binding_raise_error(L, &err);
	}
	module_train(watched->module, false);
	bool old = tensor_grad_mode(false);
	enum status status = rows ? run_rows(watched->module, rows, batch, &err)
				  : run_dataset(watched->module, ds, batch, &err);
	tensor_grad_mode(old);
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	return finish_model(L, out, module_to_int8(watched->module, &err), &err);
}

/* compress.aware(model, {per_channel = true}): a copy to be trained, which knows of the rounding */
static int aware(lua_State *L)
{
	struct module *model = model_check(L, 1);
	bool per_channel = flag_field(L, 2, "per_channel", true);
	struct model_handle *out = model_new(L);
	struct error err = ERROR_INIT;
	return finish_model(L, out, module_watch(model, per_channel, true, &err), &err);
}

static int convert(lua_State *L)
{
	struct module *model = model_check(L, 1);
	struct model_handle *out = model_new(L);
	struct error err = ERROR_INIT;
	return finish_model(L, out, module_to_int8(model, &err), &err);
}

static int fold(lua_State *L)
{
	struct module *model = model_check(L, 1);
	struct model_handle *out = model_new(L);
	struct error err = ERROR_INIT;
	return finish_model(L, out, module_fold_norms(model, &err), &err);
}

static int clone(lua_State *L)
{
	struct module *model = model_check(L, 1);
	struct model_handle *out = model_new(L);
	struct error err = ERROR_INIT;
	return finish_model(L, out, module_clone(model, &err), &err);
}

/* compress.round(model, {bits = 8, per_channel = true}) → bytes; in place */
static int round_weights(lua_State *L)
{
	struct module *model = model_check(L, 1);
	int bits = (int)values_integer_field(L, 2, "bits", 8);
	size_t bytes = 0;
	struct error err = ERROR_INIT;
	if (module_quantize(model, bits, flag_field(L, 2, "per_channel", true), &bytes, &err) !=
	    STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_pushinteger(L, (lua_Integer)bytes);
	return 1;
}

static int sparse(lua_State *L)
{
	struct module *model = model_check(L, 1);
	double least = values_number_field(L, 2, "least", SPARSE_BREAK_EVEN);
	struct model_handle *out = model_new(L);
	struct error err = ERROR_INIT;
	return finish_model(L, out, module_to_sparse(model, least, &err), &err);
}

static int prune_channels(lua_State *L)
{
	struct module *model = model_check(L, 1);
	double fraction = luaL_checknumber(L, 2);
	struct model_handle *out = model_new(L);
	struct error err = ERROR_INIT;
	return finish_model(L, out, module_prune_channels(model, fraction, &err), &err);
}

static int sparsity(lua_State *L)
{
	lua_pushnumber(L, module_sparsity(model_check(L, 1)));
	return 1;
}

static int bytes_of(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)module_bytes(model_check(L, 1)));
	return 1;
}

static int kernel(lua_State *L)
{
	lua_pushstring(L, int8_kernel_name());
	return 1;
}

/* ---- masks ---- */

static struct masks_handle *masks_check(lua_State *L, int index)
{
	struct masks_handle *h = luaL_checkudata(L, index, MASKS_KEY);
	if (!h->model) {
		binding_raise(L, "%s", message(MSG_BIND_CLOSED));
	}
	return h;
}

static int release_masks(lua_State *L)
{
	struct masks_handle *h = luaL_checkudata(L, 1, MASKS_KEY);
	if (h->model) {
		prune_masks_release(&h->masks);
		module_unref(h->model);
		h->model = NULL;
	}
	return 0;
}

/* compress.prune(model, fraction) → masks */
static int prune(lua_State *L)
{
	struct module *model = model_check(L, 1);
	double fraction = luaL_checknumber(L, 2);
	struct masks_handle *h = lua_newuserdatauv(L, sizeof(*h), 0);
	*h = (struct masks_handle){.model = NULL};
	luaL_setmetatable(L, MASKS_KEY);
	struct error err = ERROR_INIT;
	if (module_prune(&h->masks, model, fraction, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	h->model = module_ref(model);
	return 1;
}

static int apply_masks(lua_State *L)
{
	struct masks_handle *h = masks_check(L, 1);
	struct error err = ERROR_INIT;
	if (module_apply_masks(h->model, &h->masks, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_settop(L, 1);
	return 1;
}

static const struct binding mask_methods[] = {
	{"apply", apply_masks, "", "Masks",
	 "잘라 낸 가중치를 다시 0으로 만듭니다. 미세 조정하는 동안 걸음마다 부릅니다.", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
static const luaL_Reg mask_operators[] = {
	{"__gc", release_masks}, {"__close", release_masks}, {NULL, NULL}};
static const struct binding *const mask_lists[] = {mask_methods, NULL};
static const struct bound_type masks_type = {.name = "Masks",
					     .doc = "가지치기한 자리를 기억합니다.",
					     .methods = mask_lists,
					     .operators = mask_operators};

static const struct binding functions[] = {
	{"quantize", quantize_model,
	 "model: Model, examples: Tensor|Dataset, options?: {per_channel?: boolean, batch_size?: "
	 "integer}",
	 "Model",
	 "예시로 값의 범위를 재고 linear와 conv2d를 8비트 정수로 바꾼 모델을 만듭니다(훈련 후 "
	 "양자화). 배치 정규화는 앞 층에 합쳐집니다.",
	 0},
	{"aware", aware, "model: Model, options?: {per_channel?: boolean}", "Model",
	 "반올림을 겪으며 학습하는 사본입니다(양자화 인지 학습). fit한 다음 compress.convert에 "
	 "넣습니다.",
	 0},
	{"convert", convert, "model: Model", "Model",
	 "compress.aware로 학습한 모델을 8비트 정수 모델로 바꿉니다.", 0},
	{"round", round_weights, "model: Model, options?: {bits?: integer, per_channel?: boolean}",
	 "integer",
	 "가중치를 bits비트로 나타낼 수 있는 값으로 반올림하고(제자리에서) 그때의 바이트 수를 "
	 "돌려줍니다.",
	 0},
	{"prune", prune, "model: Model, fraction: number", "Masks",
	 "크기가 작은 가중치부터 fraction만큼 0으로 만듭니다(제자리에서).", 0},
	{"prune_channels", prune_channels, "model: Model, fraction: number", "Model",
	 "층마다 채널을 fraction만큼 통째로 덜어 낸 작은 모델을 만듭니다(구조적 가지치기).", 0},
	{"sparse", sparse, "model: Model, options?: {least?: number}", "Model",
	 "0이 least(기본 0.7) 이상인 linear를 희소 행렬로 바꿉니다. 한 번에 여러 예시를 계산하면 "
	 "0.7부터, 하나씩 계산하면 0.88쯤부터 빨라집니다.",
	 0},
	{"fold", fold, "model: Model", "Model", "배치 정규화를 앞 층에 합친 사본입니다.", 0},
	{"clone", clone, "model: Model", "Model", "층과 값이 같은 사본입니다.", 0},
	{"sparsity", sparsity, "model: Model", "number", "가중치 가운데 0의 비율입니다.", 0},
	{"bytes", bytes_of, "model: Model", "integer", "매개변수와 버퍼의 바이트 수입니다.", 0},
	{"kernel", kernel, "", "string", "정수 계산에 쓰는 명령 집합입니다: vnni, avx2, portable.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

static const struct bound_type *const types[] = {&tensor_type, &model_type, &dataset_type,
						 &masks_type, NULL};

const struct bound_module compress_module = {.name = "compress",
					     .doc = "양자화와 가지치기: 더 작고 빠른 모델",
					     .functions = functions,
					     .types = types};
