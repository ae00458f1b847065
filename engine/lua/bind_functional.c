/* Losses (nn.cross_entropy …) and layers as plain functions (nn.f.conv2d …). */
#include <math.h>

#include "engine/lua/bind_nn.h"
#include "engine/lua/bind_tensor.h"
#include "engine/lua/values.h"

/* nn.mse(prediction, target, options) */
static int loss(lua_State *L)
{
	const struct binding *row = binding_row(L);
	const struct loss_kind *kind = loss_find(row->name);
	if (!kind) {
		return binding_raise(L, message(MSG_LUA_NN_NO_LOSS), row->name);
	}
	struct tensor *prediction = handle_coerce(L, 1), *target = handle_coerce(L, 2);
	struct loss_options options = loss_presets();
	options.label_smoothing =
		values_number_field(L, 3, "label_smoothing", options.label_smoothing);
	options.delta = values_number_field(L, 3, "delta", options.delta);
	options.margin = values_number_field(L, 3, "margin", options.margin);
	options.temperature = values_number_field(L, 3, "temperature", options.temperature);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	if (kind->classes && target->dtype != DTYPE_I32) {
		target = tensor_cast(target, DTYPE_I32, &err);
	}
	struct tensor *out = target ? kind->compute(prediction, target, &options, &err) : NULL;
	out = out ? tensor_scope_keep(&scope, out) : NULL;
	tensor_scope_close(&scope);
	return handle_finish(L, handle, out, &err);
}

#define LOSS(name, doc) \
	{ \
		name, loss, "prediction: Tensor, target: Tensor, options?: table", "Tensor", doc, \
			0 \
	}

const struct binding bind_losses[] = {
	LOSS("cross_entropy", "교차 엔트로피: 로짓과 번호(0부터)를 받습니다."),
	LOSS("mse", "평균 제곱 오차"),
	LOSS("mae", "평균 절대 오차"),
	LOSS("huber", "Huber 손실"),
	LOSS("bce_with_logits", "로짓을 받는 이진 교차 엔트로피"),
	LOSS("hinge", "힌지 손실"),
	LOSS("kl", "쿨백-라이블러 발산: 로그 확률과 확률을 받습니다."),
	LOSS("distillation", "선생 모델의 부드러운 확률을 따라가는 손실"),
	LOSS("contrastive", "비슷한 짝은 가깝게, 다른 짝은 멀게 하는 손실"),
	LOSS("triplet", "비슷한 것을 다른 것보다 가깝게 하는 손실"),
	LOSS("info_nce", "묶음 안에서 맞는 짝을 찾는 손실"),
	{NULL, NULL, NULL, NULL, NULL, 0}};

/* ---- functional layers ---- */

/* A size given as one number or {rows, columns}. */
static void read_pair(lua_State *L, int options, const char *name, int64_t pair[2])
{
	if (!lua_istable(L, options)) {
		return;
	}
	if (lua_getfield(L, options, name) == LUA_TTABLE) {
		for (int i = 0; i < 2; i++) {
			lua_rawgeti(L, -1, i + 1);
			pair[i] = luaL_checkinteger(L, -1);
			lua_pop(L, 1);
		}
	} else if (!lua_isnil(L, -1)) {
		pair[0] = pair[1] = luaL_checkinteger(L, -1);
	}
	lua_pop(L, 1);
}

enum function { CONV2D, CONV_TRANSPOSE2D, MAX_POOL2D, AVG_POOL2D, LINEAR, EMBEDDING };

static int convolve(lua_State *L)
{
	bool transposed = binding_row(L)->id == CONV_TRANSPOSE2D;
	struct tensor *x = handle_coerce(L, 1), *w = handle_coerce(L, 2);
	bool third = lua_istable(L, 3) && lua_rawlen(L, 3) == 0; /* the bias was left out */
	struct tensor *bias = third || lua_isnoneornil(L, 3) ? NULL : handle_coerce(L, 3);
	int options = third ? 3 : 4;
	struct conv_options conv = conv_presets();
	read_pair(L, options, "stride", conv.stride);
	read_pair(L, options, "padding", conv.padding);
	read_pair(L, options, "dilation", conv.dilation);
	read_pair(L, options, "output_padding", conv.output_padding);
	conv.groups = values_integer_field(L, options, "groups", conv.groups);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *out = transposed ? tensor_conv_transpose2d(x, w, bias, &conv, &err)
					: tensor_conv2d(x, w, bias, &conv, &err);
	out = out ? tensor_scope_keep(&scope, out) : NULL;
	tensor_scope_close(&scope);
	return handle_finish(L, handle, out, &err);
}

/* nn.f.max_pool2d(x, kernel, stride, padding) */
static int pool(lua_State *L)
{
	struct tensor *x = handle_coerce(L, 1);
	int64_t kernel = luaL_checkinteger(L, 2);
	int64_t stride = luaL_optinteger(L, 3, kernel), padding = luaL_optinteger(L, 4, 0);
	bool max = binding_row(L)->id == MAX_POOL2D;
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *out = max ? tensor_max_pool2d(x, kernel, stride, padding, &err)
				 : tensor_avg_pool2d(x, kernel, stride, padding, &err);
	out = out ? tensor_scope_keep(&scope, out) : NULL;
	tensor_scope_close(&scope);
	return handle_finish(L, handle, out, &err);
}

static int linear(lua_State *L)
{
	struct tensor *x = handle_coerce(L, 1), *w = handle_coerce(L, 2);
	struct tensor *bias = lua_isnoneornil(L, 3) ? NULL : handle_coerce(L, 3);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *out = tensor_linear(x, w, bias, &err);
	out = out ? tensor_scope_keep(&scope, out) : NULL;
	tensor_scope_close(&scope);
	return handle_finish(L, handle, out, &err);
}

static int embedding(lua_State *L)
{
	struct tensor *weight = handle_coerce(L, 1), *ids = handle_coerce(L, 2);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	ids = ids->dtype == DTYPE_I32 ? ids : tensor_cast(ids, DTYPE_I32, &err);
	struct tensor *out = tensor_embedding(weight, ids, &err);
	out = out ? tensor_scope_keep(&scope, out) : NULL;
	tensor_scope_close(&scope);
	return handle_finish(L, handle, out, &err);
}

/* nn.f.attention(q, k, v, {mask, causal, scale}): [B,H,T,D] */
static int attention(lua_State *L)
{
	struct tensor *q = handle_check(L, 1), *k = handle_check(L, 2), *v = handle_check(L, 3);
	bool causal = values_flag_field(L, 4, "causal");
	double width = q->dims ? (double)q->shape[q->dims - 1] : 1;
	double scale = values_number_field(L, 4, "scale", 1 / sqrt(width > 0 ? width : 1));
	struct tensor *mask = NULL;
	if (lua_istable(L, 4)) {
		mask = lua_getfield(L, 4, "mask") == LUA_TNIL ? NULL
							      : handle_coerce(L, lua_gettop(L));
	}
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *out = tensor_attention(q, k, v, mask, causal, scale, &err);
	out = out ? tensor_scope_keep(&scope, out) : NULL;
	tensor_scope_close(&scope);
	return handle_finish(L, handle, out, &err);
}

const struct binding bind_functional[] = {
	{"f.conv2d", convolve,
	 "x: Tensor, weight: Tensor, bias?: Tensor, options?: {stride?: integer, padding?: "
	 "integer, "
	 "dilation?: integer, groups?: integer}",
	 "Tensor", "합성곱: x [N,C,H,W], weight [O,C,kH,kW]", CONV2D},
	{"f.conv_transpose2d", convolve,
	 "x: Tensor, weight: Tensor, bias?: Tensor, options?: {stride?: integer, padding?: "
	 "integer, "
	 "output_padding?: integer}",
	 "Tensor", "전치 합성곱", CONV_TRANSPOSE2D},
	{"f.max_pool2d", pool, "x: Tensor, kernel: integer, stride?: integer, padding?: integer",
	 "Tensor", "최대 풀링", MAX_POOL2D},
	{"f.avg_pool2d", pool, "x: Tensor, kernel: integer, stride?: integer, padding?: integer",
	 "Tensor", "평균 풀링", AVG_POOL2D},
	{"f.linear", linear, "x: Tensor, weight: Tensor, bias?: Tensor", "Tensor", "x·Wᵀ + b",
	 LINEAR},
	{"f.embedding", embedding, "weight: Tensor, ids: Tensor", "Tensor",
	 "번호(0부터)의 줄을 꺼냅니다.", EMBEDDING},
	{"f.attention", attention,
	 "q: Tensor, k: Tensor, v: Tensor, options?: {mask?: Tensor, causal?: boolean, scale?: "
	 "number}",
	 "Tensor", "스케일드 닷 프로덕트 어텐션 [B,H,T,D]", 0},
	{"f.dropout", bind_op_call, "p?: number", "Tensor", "드롭아웃", OP_DROPOUT},
	{"f.relu", bind_op_call, "", "Tensor", "ReLU", OP_RELU},
	{"f.softmax", bind_op_call, "dim?: integer", "Tensor", "소프트맥스", OP_SOFTMAX},
	{NULL, NULL, NULL, NULL, NULL, 0}};
