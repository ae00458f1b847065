/* Whole models from Lua beyond calling them: text from language models, the losses of generative ones. */
#include <stdlib.h>

#include "engine/lua/bind_nn.h"
#include "engine/lua/values.h"
#include "engine/nn/generate.h"
#include "engine/nn/generative.h"

#define MOST_TOKENS 65536

static int finish(lua_State *L, struct tensor_handle *handle, struct tensor_scope *scope,
		  struct tensor *t, const struct error *err)
{
	t = t ? tensor_scope_keep(scope, t) : NULL;
	tensor_scope_close(scope);
	return handle_finish(L, handle, t, err);
}

/* model:generate(ids, count, {temperature = 1, top_k, top_p}) → the new ids */
static int generate(lua_State *L)
{
	lua_settop(L, 4);
	struct module *model = model_check(L, 1);
	struct tensor *prompt = handle_coerce(L, 2);
	struct generate_options o = generate_presets();
	o.count = luaL_optinteger(L, 3, o.count);
	o.temperature = values_number_field(L, 4, "temperature", o.temperature);
	o.top_k = values_integer_field(L, 4, "top_k", o.top_k);
	o.top_p = values_number_field(L, 4, "top_p", o.top_p);
	int64_t length = tensor_numel(prompt), made = 0;
	luaL_argcheck(L, o.count >= 1 && o.count <= MOST_TOKENS, 3, "1 to 65536");
	luaL_argcheck(L, length >= 1 && length <= MOST_TOKENS, 2, "1 to 65536 ids");
	int32_t *ids = lua_newuserdatauv(L, (size_t)(length + o.count) * sizeof(*ids), 0);
	struct tensor_handle *handle = handle_new(L);
	for (int64_t i = 0; i < length; i++) {
		ids[i] = (int32_t)tensor_get(prompt, i);
	}
	struct error err = ERROR_INIT;
	if (model_generate(ids + length, &made, model, ids, length, &o, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *out = tensor_new(DTYPE_I32, 1, &made, &err);
	for (int64_t i = 0; out && i < made; i++) {
		tensor_i32(out)[i] = ids[length + i];
	}
	return finish(L, handle, &scope, out, &err);
}

/* nn.gradient_penalty(critic, real, fake) */
static int penalty(lua_State *L)
{
	struct module *critic = model_check(L, 1);
	struct tensor *real = handle_coerce(L, 2), *fake = handle_coerce(L, 3);
	luaL_argcheck(L, real->dims >= 2 && tensor_same_shape(real, fake), 3,
		      "real and fake of one shape");
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	return finish(L, handle, &scope, gradient_penalty(critic, real, fake, &err), &err);
}

/* nn.vae_loss(logits, x, mean, log_variance, {beta = 1}) */
static int bind_vae_loss(lua_State *L)
{
	struct tensor *in[4];
	for (int k = 0; k < 4; k++) {
		in[k] = handle_coerce(L, k + 1);
	}
	luaL_argcheck(L, in[0]->dims == 2 && in[1]->dims >= 2, 1, "logits [N, features]");
	luaL_argcheck(L, in[2]->dims == 2 && tensor_same_shape(in[2], in[3]), 4,
		      "mean and log_variance of one shape");
	double beta = values_number_field(L, 5, "beta", 1);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *loss = vae_loss(in[0], in[1], in[2], in[3], beta, &err);
	return finish(L, handle, &scope, loss, &err);
}

const struct binding bind_generate_model[] = {
	{"generate", generate,
	 "ids: Tensor|integer[], count?: integer, options?: {temperature?: number, top_k?: "
	 "integer, "
	 "top_p?: number}",
	 "Tensor",
	 "언어 모델(gpt, char_lm)이 ids에 이어 count개의 번호를 만듭니다. 앞의 계산을 간직해서(KV "
	 "캐시) 하나씩 빠르게 만듭니다. temperature = 0이면 늘 가장 그럴듯한 것을 고릅니다.",
	 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};

const struct binding bind_generative[] = {
	{"gradient_penalty", penalty, "critic: Model, real: Tensor, fake: Tensor", "Tensor",
	 "WGAN-GP의 기울기 벌점: 진짜와 가짜 사이에서 판별자의 기울기 크기가 1에서 벗어난 만큼", 0},
	{"vae_loss", bind_vae_loss,
	 "logits: Tensor, x: Tensor, mean: Tensor, log_variance: Tensor, options?: {beta?: number}",
	 "Tensor", "VAE의 손실: 복원의 교차 엔트로피와 beta배의 KL 발산", 0},
	{NULL, NULL, NULL, NULL, NULL, 0}};
