/* Constructors of layers and models: nn.conv2d{1, 16, kernel = 3}, nn.conv2d(1, 16), nn.sequential{a, b}. Settings come from
 * the engine's table of kinds; here stands what the learner reads about each. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/lua/bind_nn.h"
#include "engine/lua/values.h"

static void set_field(lua_State *L, const struct module_kind *kind, struct module_config *config,
		      int field, int index)
{
	const struct module_field *f = &kind->fields[field];
	config->given[field] = true;
	switch (f->kind) {
	case MODULE_INT: {
		int whole;
		lua_Integer value = lua_tointegerx(L, index, &whole);
		if (lua_isboolean(L, index)) {
			config->value[field] = lua_toboolean(L, index);
		} else if (!whole || lua_type(L, index) != LUA_TNUMBER) {
			binding_raise(L, message(MSG_LUA_NN_SETTING), kind->name, f->name,
				      "integer", luaL_typename(L, index));
		} else {
			/* dimensions count from 1 in Lua */
			bool dim = strcmp(f->name, "dim") == 0;
			config->value[field] = (double)(dim && value > 0 ? value - 1 : value);
		}
		break;
	}
	case MODULE_FLOAT:
		if (lua_type(L, index) != LUA_TNUMBER) {
			binding_raise(L, message(MSG_LUA_NN_SETTING), kind->name, f->name, "number",
				      luaL_typename(L, index));
		}
		config->value[field] = lua_tonumber(L, index);
		break;
	case MODULE_BOOL:
		config->value[field] = lua_toboolean(L, index);
		break;
	case MODULE_TEXT:
		if (lua_type(L, index) != LUA_TSTRING) {
			binding_raise(L, message(MSG_LUA_NN_SETTING), kind->name, f->name, "string",
				      luaL_typename(L, index));
		}
		snprintf(config->text[field], sizeof(config->text[field]), "%s",
			 lua_tostring(L, index));
		break;
	}
}

static int field_count(const struct module_kind *kind)
{
	int count = 0;
	while (count < MODULE_MAX_FIELDS && kind->fields[count].name) {
		count++;
	}
	return count;
}

static const char *nearest_field(lua_State *L, const struct module_kind *kind, const char *name)
{
	lua_newtable(L);
	for (int i = 0; i < field_count(kind); i++) {
		lua_pushboolean(L, 1);
		lua_setfield(L, -2, kind->fields[i].name);
	}
	return binding_nearest(L, -1, name); /* the table stays on the stack and keeps the key */
}

/* Settings from a table: the list part in the order of the fields, the rest by name. Children are skipped. */
static void read_table(lua_State *L, const struct module_kind *kind, struct module_config *config,
		       int index)
{
	int next = 0;
	lua_Unsigned length = lua_rawlen(L, index);
	for (lua_Unsigned i = 1; i <= length; i++) {
		lua_rawgeti(L, index, (lua_Integer)i);
		if (!model_test(L, -1)) {
			if (next >= field_count(kind)) {
				binding_raise(L, message(MSG_LUA_NN_TOO_MANY), kind->name,
					      field_count(kind));
			}
			set_field(L, kind, config, next++, lua_gettop(L));
		}
		lua_pop(L, 1);
	}
	lua_pushnil(L);
	while (lua_next(L, index)) {
		if (lua_type(L, -2) == LUA_TSTRING) {
			const char *name = lua_tostring(L, -2);
			int field = module_field_index(kind, name);
			if (field < 0) {
				const char *near = nearest_field(L, kind, name);
				binding_raise(
					L, message(near ? MSG_LUA_NN_FIELD_NEAR : MSG_LUA_NN_FIELD),
					kind->name, name, near);
			}
			set_field(L, kind, config, field, lua_gettop(L));
		}
		lua_pop(L, 1);
	}
}

/* Adds the models in the list at index as children. */
static void add_children(lua_State *L, struct module *parent, int index)
{
	struct error err = ERROR_INIT;
	lua_Unsigned length = lua_rawlen(L, index);
	for (lua_Unsigned i = 1; i <= length; i++) {
		lua_rawgeti(L, index, (lua_Integer)i);
		struct module *child = model_test(L, -1);
		if (child && module_add(parent, NULL, child, &err) != STATUS_OK) {
			binding_raise_error(L, &err);
		}
		lua_pop(L, 1);
	}
}

static int make_layer(lua_State *L)
{
	const struct binding *row = binding_row(L);
	const struct module_kind *kind = module_kind_find(row->name);
	if (!kind) {
		return binding_raise(L, message(MSG_LUA_NN_NO_KIND), row->name);
	}
	struct module_config config = module_presets(kind);
	int arguments = lua_gettop(L);
	if (arguments == 1 && lua_istable(L, 1)) {
		read_table(L, kind, &config, 1);
	} else {
		/* positional arguments, perhaps a table of settings at the end */
		int last = arguments && lua_istable(L, arguments) ? arguments - 1 : arguments;
		int next = 0;
		for (int i = 1; i <= last; i++) {
			if (!model_test(L, i)) {
				if (next >= field_count(kind)) {
					binding_raise(L, message(MSG_LUA_NN_TOO_MANY), kind->name,
						      field_count(kind));
				}
				set_field(L, kind, &config, next++, i);
			}
		}
		if (last < arguments) {
			read_table(L, kind, &config, arguments);
		}
		lua_createtable(L, arguments, 0); /* the children among the arguments */
		for (int i = 1, n = 0; i <= last; i++) {
			if (model_test(L, i)) {
				lua_pushvalue(L, i);
				lua_rawseti(L, -2, ++n);
			}
		}
		lua_insert(L, 1);
	}
	struct model_handle *handle = model_new(L);
	struct error err = ERROR_INIT;
	handle->module = module_new(kind, &config, &err);
	if (!handle->module) {
		return binding_raise_error(L, &err);
	}
	if (lua_istable(L, 1)) {
		add_children(L, handle->module, 1);
	}
	return 1;
}

#define LAYER(name, parameters, doc) \
	{ \
		name, make_layer, parameters, "Model", doc, 0 \
	}

#define CONVOLUTION \
	"in: integer, out: integer, kernel?: integer, stride?: integer, padding?: integer, " \
	"groups?: integer, " \
	"bias?: boolean, dilation?: integer"
#define TRANSFORMER \
	"vocabulary: integer, d?: integer, heads?: integer, layers?: integer, context?: integer, " \
	"dropout?: number"
#define RECURRENT \
	"in: integer, hidden: integer, layers?: integer, bidirectional?: boolean, dropout?: " \
	"number"

const struct binding bind_layers[] = {
	LAYER("linear", "in: integer, out: integer, bias?: boolean", "완전 연결층: y = x·Wᵀ + b"),
	LAYER("conv2d", CONVOLUTION, "2차원 합성곱층: 입력 [N,C,H,W]"),
	LAYER("conv1d", CONVOLUTION, "1차원 합성곱층: 입력 [N,C,T]"),
	LAYER("conv_transpose2d", CONVOLUTION ", output_padding?: integer",
	      "전치 합성곱층: 크기를 늘립니다."),
	LAYER("max_pool2d", "kernel?: integer, stride?: integer, padding?: integer",
	      "창마다 가장 큰 값을 남기는 풀링"),
	LAYER("avg_pool2d", "kernel?: integer, stride?: integer, padding?: integer",
	      "창마다 평균을 남기는 풀링"),
	LAYER("global_avg_pool", "", "채널마다 전체의 평균: [N,C,…]이 [N,C]가 됩니다."),
	LAYER("global_max_pool", "", "채널마다 전체의 최댓값: [N,C,…]이 [N,C]가 됩니다."),
	LAYER("upsample2d", "factor?: integer", "점 하나를 factor×factor로 늘립니다."),
	LAYER("flatten", "", "묶음 차원만 남기고 한 줄로 폅니다."),
	LAYER("relu", "", "ReLU 활성화"),
	LAYER("leaky_relu", "slope?: number", "LeakyReLU 활성화"),
	LAYER("tanh", "", "tanh 활성화"),
	LAYER("sigmoid", "", "시그모이드 활성화"),
	LAYER("gelu", "tanh?: boolean", "GELU 활성화"),
	LAYER("silu", "", "SiLU 활성화"),
	LAYER("softplus", "", "softplus 활성화"),
	LAYER("softmax", "dim?: integer", "합이 1인 확률로 바꿉니다(기본: 마지막 차원)."),
	LAYER("embedding", "n: integer, d: integer", "번호(0부터) n가지를 d개의 수로 바꿉니다."),
	LAYER("sequential", "...: Model|Model[]", "층을 차례로 잇습니다."),
	LAYER("checkpoint", "...: Model|Model[]",
	      "안쪽 층의 중간 값을 버렸다가 기울기를 구할 때 다시 계산합니다. 메모리를 아낍니다."),
	LAYER("residual", "...: Model|Model[]", "안쪽 층의 결과에 입력을 더합니다."),
	LAYER("batch_norm2d", "channels: integer, epsilon?: number, momentum?: number",
	      "배치 정규화 [N,C,H,W]"),
	LAYER("batch_norm1d", "channels: integer, epsilon?: number, momentum?: number",
	      "배치 정규화 [N,C]"),
	LAYER("layer_norm", "features: integer, epsilon?: number", "층 정규화(마지막 차원)"),
	LAYER("rms_norm", "features: integer, epsilon?: number", "RMS 정규화(마지막 차원)"),
	LAYER("group_norm", "channels: integer, groups?: integer, epsilon?: number", "그룹 정규화"),
	LAYER("dropout", "p?: number", "학습할 때 확률 p로 값을 0으로 만듭니다."),
	LAYER("rnn", RECURRENT, "단순 순환층: 입력 [N,T,in], 출력 [N,T,hidden]과 마지막 상태"),
	LAYER("lstm", RECURRENT, "LSTM 순환층: 출력, 마지막 상태, 마지막 셀"),
	LAYER("gru", RECURRENT, "GRU 순환층: 출력과 마지막 상태"),
	LAYER("last_step", "", "[N,T,C]에서 마지막 걸음 [N,C]만 남깁니다."),
	LAYER("multi_head_attention",
	      "d: integer, heads?: integer, causal?: boolean, bias?: boolean, rotary?: boolean",
	      "멀티 헤드 어텐션: 질의, 기억(없으면 자기 자신), 마스크"),
	LAYER("transformer_block",
	      "d: integer, heads?: integer, hidden?: integer, causal?: boolean, cross?: boolean, "
	      "dropout?: "
	      "number, tanh_gelu?: boolean, rotary?: boolean",
	      "어텐션과 두 층 신경망을 정규화하고 더하는 블록"),
	LAYER("positions", "length: integer, d: integer, kind?: string",
	      "자리마다 다른 벡터를 더합니다. kind는 learned, sinusoidal"),
	LAYER("gpt",
	      "vocabulary: integer, d?: integer, heads?: integer, layers?: integer, context?: "
	      "integer, "
	      "dropout?: number",
	      "GPT 언어 모델: 번호 [N,T]가 로짓 [N,T,vocabulary]가 됩니다."),
	LAYER("char_lm",
	      "vocabulary?: integer, embedding?: integer, hidden?: integer, layers?: integer, "
	      "cell?: string",
	      "순환 언어 모델. cell은 rnn, lstm, gru"),
	LAYER("encoder", TRANSFORMER,
	      "BERT 같은 인코더: 번호 [N,T]와 마스크 [N,T]가 로짓과 은닉 벡터 [N,T,d]가 됩니다."),
	LAYER("transformer", TRANSFORMER,
	      "인코더-디코더: 원문 [N,S]와 번역문 [N,T]이 다음 번호의 로짓 [N,T,vocabulary]이 "
	      "됩니다."),
	LAYER("seq2seq",
	      "vocabulary: integer, embedding?: integer, hidden?: integer, cell?: string",
	      "어텐션이 있는 순환 번역 모델: 원문과 번역문이 로짓과 어텐션 [N,T,S]이 됩니다."),
	LAYER("vae", "in: integer, hidden?: integer, latent?: integer",
	      "변분 오토인코더: 복원의 로짓, 평균, 로그 분산을 돌려줍니다. 손실은 nn.vae_loss"),
	LAYER("dcgan_generator", "z?: integer, width?: integer",
	      "DCGAN 생성자: 잡음 [N,z]가 그림 [N,1,28,28](-1~1)이 됩니다."),
	LAYER("dcgan_discriminator", "width?: integer", "DCGAN 판별자: 그림마다 로짓 하나"),
	LAYER("time_embedding", "d?: integer", "걸음 번호 [N]을 벡터 [N,d]로 바꿉니다."),
	LAYER("diffusion_block", "in: integer, out: integer, time?: integer",
	      "U-Net의 잔차 블록: 그림과 걸음 벡터를 받습니다."),
	LAYER("unet", "channels?: integer, width?: integer, time?: integer",
	      "확산 모델의 U-Net: 그림 [N,C,H,W]와 걸음 [N]을 받아 잡음을 짐작합니다."),
	{NULL, NULL, NULL, NULL, NULL, 0}};
