/* The engine's ops as methods of tensors (x:relu()) and functions of the module (T.relu(x)). One function serves all: the
 * names in a row's parameter list say which argument is which input or setting of the op. */
#include <math.h>
#include <string.h>

#include "engine/lua/bind_tensor.h"
#include "engine/lua/handle.h"
#include "engine/lua/values.h"

#define OUTPUTS(n) ((n) << 16)

/* What was read from the arguments. */
struct call {
	enum op_id id;
	const struct op *op;
	struct tensor *inputs[OP_MAX_INPUTS];
	double numbers
		[OP_MAX_INPUTS]; /* of inputs given as numbers: inputs[k] is NULL and given[k] set */
	bool number[OP_MAX_INPUTS];
	int count;
	struct op_params params;
};

static int input_index(const struct op *op, const char *name)
{
	for (int k = 0; k < 6 && op->inputs[k]; k++) {
		if (strcmp(op->inputs[k], name) == 0) {
			return k;
		}
	}
	return -1;
}

/* Copies the next name of "index: Tensor, dim?: integer" and moves on; false at the end. */
static bool next_name(const char **list, char name[32])
{
	const char *at = *list;
	size_t length = strcspn(at, "?:,");
	if (length == 0 || length >= 32) {
		return false;
	}
	memcpy(name, at, length);
	name[length] = '\0';
	int depth = 0; /* commas inside {…} belong to a type */
	for (at += length; *at && (*at != ',' || depth); at++) {
		depth += *at == '{' ? 1 : *at == '}' ? -1 : 0;
	}
	*list = *at ? at + 2 : at;
	return true;
}

static void read_input(lua_State *L, struct call *call, int k, int index)
{
	if (lua_type(L, index) == LUA_TNUMBER) {
		call->number[k] = true;
		call->numbers[k] = lua_tonumber(L, index);
	} else if (!lua_isnil(L, index)) {
		call->inputs[k] = handle_coerce(L, index);
	}
	if (k >= call->count) {
		call->count = k + 1;
	}
}

/* Reads one setting from the value at index (a list may go on over the arguments after it). */
static void read_setting(lua_State *L, struct call *call, const struct op_param *param, int index)
{
	struct op_params *p = &call->params;
	switch (param->kind) {
	case OP_PARAM_INT:
		p->i[param->slot] = luaL_checkinteger(L, index);
		break;
	case OP_PARAM_BOOL:
		p->i[param->slot] = lua_toboolean(L, index);
		break;
	case OP_PARAM_DIM:
		p->i[param->slot] = handle_dim(L, luaL_checkinteger(L, index), call->inputs[0],
					       call->id == OP_UNSQUEEZE);
		break;
	case OP_PARAM_FLOAT:
		p->f[param->slot] = luaL_checknumber(L, index);
		break;
	case OP_PARAM_LIST:
		p->list_count = handle_shape(L, index, p->list);
		for (int i = 0; strcmp(param->name, "order") == 0 && i < p->list_count; i++) {
			p->list[i] = handle_dim(L, p->list[i], call->inputs[0], 0);
		}
		break;
	case OP_PARAM_TEXT:
		snprintf(p->text, sizeof(p->text), "%s", luaL_checkstring(L, index));
		break;
	case OP_PARAM_DTYPE: {
		enum dtype dtype;
		const char *name = luaL_checkstring(L, index);
		if (!tensor_dtype_parse(&dtype, name)) {
			binding_raise(L, message(MSG_BIND_DTYPE), name);
		}
		p->i[param->slot] = (int64_t)dtype;
		break;
	}
	}
}

/* Settings by name in a table: x:sum{dim = 2, keepdim = true} */
static void read_options(lua_State *L, struct call *call, int index)
{
	lua_pushnil(L);
	while (lua_next(L, index)) {
		const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
		const struct op_param *param = op_param_find(call->op, name);
		int input = input_index(call->op, name);
		if (param) {
			read_setting(L, call, param, lua_gettop(L));
		} else if (input > 0) {
			binding_raise(L, message(MSG_BIND_OPTION_TENSOR), call->op->name, name);
		} else {
			binding_raise(L, message(MSG_BIND_OPTION), call->op->name, name);
		}
		lua_pop(L, 1);
	}
}

static void read_arguments(lua_State *L, const struct binding *row, struct call *call)
{
	call->id = (enum op_id)(row->id & 0xFFFF);
	call->op = op_row(call->id);
	call->params = op_presets(call->id);
	read_input(L, call, 0, 1);
	if (call->number[0]) {
		call->number[0] = false;
		call->inputs[0] = handle_coerce(L, 1);
	}
	const char *list = row->parameters;
	char name[32];
	int top = lua_gettop(L);
	for (int index = 2; index <= top; index++) {
		if (!next_name(&list, name)) {
			binding_raise(L, message(MSG_BIND_ARGUMENTS), call->op->name, top - 1,
				      row->parameters);
		}
		int input = input_index(call->op, name);
		const struct op_param *param = input < 0 ? op_param_find(call->op, name) : NULL;
		if (input >= 0) {
			read_input(L, call, input, index);
		} else if (lua_isnil(L, index)) {
			continue;
		} else if (lua_istable(L, index) && !(param && param->kind == OP_PARAM_LIST)) {
			read_options(L, call, index);
		} else if (param) {
			read_setting(L, call, param, index);
			if (param->kind == OP_PARAM_LIST && !lua_istable(L, index)) {
				break; /* it took all that follows */
			}
		}
	}
	for (int k = 0; k < call->op->min_inputs; k++) {
		if (!call->inputs[k] && !call->number[k]) {
			binding_raise(L, message(MSG_BIND_ARGUMENTS), call->op->name, top - 1,
				      row->parameters);
		}
	}
}

/* The type all inputs are brought to: integers count as f32 in ops that have no integer form, f64 wins over f32. */
static bool common_dtype(const struct call *call, enum dtype *out)
{
	if (call->op->flags & (OP_ANY_DTYPE | OP_MIXED_DTYPES)) {
		return false;
	}
	*out = DTYPE_F32;
	for (int k = 0; k < call->count; k++) {
		if (call->inputs[k] && call->inputs[k]->dtype == DTYPE_F64) {
			*out = DTYPE_F64;
		}
	}
	return true;
}

/* Inside a scope; never raises. */
static enum status compute(struct call *call, struct tensor **outputs, int places,
			   struct error *err)
{
	enum dtype dtype = DTYPE_F32;
	bool convert = common_dtype(call, &dtype);
	for (int k = 0; k < call->count; k++) {
		if (call->number[k]) {
			enum dtype like = convert           ? dtype
					  : call->inputs[0] ? call->inputs[0]->dtype
							    : dtype;
			call->inputs[k] = tensor_full(like, 0, NULL, call->numbers[k], err);
		} else if (convert && call->inputs[k] && call->inputs[k]->dtype != dtype) {
			call->inputs[k] = tensor_cast(call->inputs[k], dtype, err);
		} else {
			continue;
		}
		if (!call->inputs[k]) {
			return err->status;
		}
	}
	return op_apply_multi(outputs, places, call->id, call->inputs, call->count, &call->params,
			      err);
}

int bind_op_call(lua_State *L)
{
	const struct binding *row = binding_row(L);
	int places = row->id >> 16 ? row->id >> 16 : 1;
	struct call call;
	memset(&call, 0, sizeof(call));
	read_arguments(L, row, &call);
	struct tensor_handle *handles[OP_MAX_OUTPUTS];
	for (int k = 0; k < places; k++) {
		handles[k] = handle_new(L);
	}
	struct tensor *outputs[OP_MAX_OUTPUTS] = {NULL};
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	enum status status = compute(&call, outputs, places, &err);
	for (int k = 0; k < places && status == STATUS_OK; k++) {
		handles[k]->t = tensor_scope_keep(&scope, outputs[k]);
	}
	tensor_scope_close(&scope);
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	handle_collect(L);
	return places;
}

/* ---- operators ---- */

/* Calls a two-input op on the operands, either of which may be a number. */
static int operate(lua_State *L, enum op_id id)
{
	struct call call;
	memset(&call, 0, sizeof(call));
	call.id = id;
	call.op = op_row(id);
	call.params = op_presets(id);
	for (int k = 0; k < 2; k++) {
		if (lua_type(L, k + 1) != LUA_TNUMBER && lua_type(L, k + 1) != LUA_TTABLE &&
		    !handle_test(L, k + 1)) {
			return binding_raise(L, message(MSG_BIND_OPERAND), call.op->name,
					     luaL_typename(L, k + 1));
		}
		read_input(L, &call, k, k + 1);
	}
	struct tensor_handle *handle = handle_new(L);
	struct tensor *out = NULL;
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	enum status status = compute(&call, &out, 1, &err);
	out = status == STATUS_OK ? tensor_scope_keep(&scope, out) : NULL;
	tensor_scope_close(&scope);
	return handle_finish(L, handle, out, &err);
}

#define OPERATOR(name, id) \
	static int name(lua_State *L) \
	{ \
		return operate(L, id); \
	}
OPERATOR(meta_add, OP_ADD)
OPERATOR(meta_sub, OP_SUB)
OPERATOR(meta_mul, OP_MUL)
OPERATOR(meta_div, OP_DIV)
#undef OPERATOR

/* x ^ n for a number n has a gradient at 0 too; the general power goes through logarithms. */
static int meta_pow(lua_State *L)
{
	struct tensor *x = handle_test(L, 1);
	if (!x || lua_type(L, 2) != LUA_TNUMBER) {
		return operate(L, OP_POW);
	}
	double exponent = lua_tonumber(L, 2);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	if (x->dtype != DTYPE_F32 && x->dtype != DTYPE_F64) {
		x = tensor_cast(x, DTYPE_F32, &err);
	}
	struct tensor *out = tensor_pow_scalar(x, exponent, &err);
	out = out ? tensor_scope_keep(&scope, out) : NULL;
	tensor_scope_close(&scope);
	return handle_finish(L, handle, out, &err);
}

static int meta_unm(lua_State *L)
{
	struct tensor *x = handle_check(L, 1);
	struct tensor_handle *handle = handle_new(L);
	struct error err = ERROR_INIT;
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	if (x->dtype != DTYPE_F32 && x->dtype != DTYPE_F64) {
		x = tensor_cast(x, DTYPE_F32, &err);
	}
	struct tensor *out = tensor_neg(x, &err);
	out = out ? tensor_scope_keep(&scope, out) : NULL;
	tensor_scope_close(&scope);
	return handle_finish(L, handle, out, &err);
}

const luaL_Reg bind_tensor_operators[] = {{"__add", meta_add},
					  {"__sub", meta_sub},
					  {"__mul", meta_mul},
					  {"__div", meta_div},
					  {"__pow", meta_pow},
					  {"__unm", meta_unm},
					  {"__gc", bind_tensor_release},
					  {"__close", bind_tensor_release},
					  {"__len", bind_tensor_len},
					  {"__tostring", bind_tensor_tostring},
					  {NULL, NULL}};

/* ---- the table ---- */

#define OP(name, id, parameters, returns, doc) \
	{ \
		name, bind_op_call, parameters, returns, doc, id \
	}
#define UNARY(name, id, doc) OP(name, id, "", "Tensor", doc)
#define COMPARE(name, id, doc) OP(name, id, "b: Tensor|number", "Tensor", doc)
#define REDUCE(name, id, doc) OP(name, id, "dim?: integer, keepdim?: boolean", "Tensor", doc)

const struct binding bind_tensor_ops[] = {
	UNARY("neg", OP_NEG, "부호를 바꿉니다."),
	UNARY("abs", OP_ABS, "절댓값입니다."),
	UNARY("sign", OP_SIGN, "부호(-1, 0, 1)입니다."),
	UNARY("exp", OP_EXP, "지수 함수 e^x입니다."),
	UNARY("log", OP_LOG, "자연로그입니다."),
	UNARY("sqrt", OP_SQRT, "제곱근입니다."),
	UNARY("square", OP_SQUARE, "제곱합니다."),
	UNARY("reciprocal", OP_RECIPROCAL, "역수입니다."),
	UNARY("sin", OP_SIN, "사인입니다."),
	UNARY("cos", OP_COS, "코사인입니다."),
	UNARY("erf", OP_ERF, "오차 함수입니다."),
	UNARY("floor", OP_FLOOR, "내림합니다."),
	UNARY("round", OP_ROUND, "반올림합니다."),
	UNARY("relu", OP_RELU, "0보다 작은 값을 0으로 만듭니다."),
	UNARY("tanh", OP_TANH, "쌍곡탄젠트입니다."),
	UNARY("sigmoid", OP_SIGMOID, "시그모이드 1/(1+e^-x)입니다."),
	UNARY("silu", OP_SILU, "x·sigmoid(x)입니다."),
	UNARY("softplus", OP_SOFTPLUS, "log(1+e^x)입니다."),
	OP("leaky_relu", OP_LEAKY_RELU, "slope?: number", "Tensor",
	   "0보다 작은 쪽에 기울기를 남긴 ReLU입니다."),
	OP("gelu", OP_GELU, "tanh?: boolean", "Tensor", "GELU 활성화입니다."),
	OP("clamp", OP_CLAMP, "min?: number, max?: number", "Tensor",
	   "값을 min과 max 사이로 자릅니다."),
	OP("pow", OP_POW, "b: Tensor|number", "Tensor", "거듭제곱합니다."),
	OP("add", OP_ADD, "b: Tensor|number", "Tensor", "더합니다(a + b)."),
	OP("sub", OP_SUB, "b: Tensor|number", "Tensor", "뺍니다(a - b)."),
	OP("mul", OP_MUL, "b: Tensor|number", "Tensor", "원소끼리 곱합니다(a * b)."),
	OP("div", OP_DIV, "b: Tensor|number", "Tensor", "나눕니다(a / b)."),
	OP("maximum", OP_MAXIMUM, "b: Tensor|number", "Tensor",
	   "둘 가운데 큰 값을 원소마다 고릅니다."),
	OP("minimum", OP_MINIMUM, "b: Tensor|number", "Tensor",
	   "둘 가운데 작은 값을 원소마다 고릅니다."),
	COMPARE("eq", OP_EQ, "같으면 1, 아니면 0입니다."),
	COMPARE("ne", OP_NE, "다르면 1, 아니면 0입니다."),
	COMPARE("lt", OP_LT, "작으면 1, 아니면 0입니다."),
	COMPARE("le", OP_LE, "작거나 같으면 1, 아니면 0입니다."),
	COMPARE("gt", OP_GT, "크면 1, 아니면 0입니다."),
	COMPARE("ge", OP_GE, "크거나 같으면 1, 아니면 0입니다."),
	OP("where", OP_WHERE, "b: Tensor|number, c: Tensor|number", "Tensor",
	   "조건이 0이 아닌 자리는 b, 나머지는 c에서 고릅니다."),
	OP("reshape", OP_RESHAPE, "shape: integer[]", "Tensor",
	   "모양을 바꿉니다. 크기 하나는 -1로 둘 수 있습니다."),
	OP("view", OP_RESHAPE, "shape: integer[]", "Tensor", "reshape와 같습니다."),
	OP("permute", OP_PERMUTE, "order: integer[]", "Tensor", "차원의 순서를 바꿉니다."),
	OP("expand", OP_EXPAND, "shape: integer[]", "Tensor",
	   "크기가 1인 차원을 복사 없이 늘립니다."),
	OP("unsqueeze", OP_UNSQUEEZE, "dim: integer", "Tensor", "크기가 1인 차원을 끼워 넣습니다."),
	UNARY("contiguous", OP_CONTIGUOUS, "메모리에 차례대로 놓인 텐서로 만듭니다."),
	OP("flip", OP_FLIP, "dim?: integer", "Tensor", "한 차원을 뒤집습니다."),
	OP("tril", OP_TRIL, "diagonal?: integer", "Tensor", "아래 삼각만 남깁니다."),
	OP("triu", OP_TRIU, "diagonal?: integer", "Tensor", "위 삼각만 남깁니다."),
	OP("pad", OP_PAD,
	   "top: integer, bottom: integer, left: integer, right: integer, value?: number", "Tensor",
	   "마지막 두 차원의 둘레에 값을 덧붙입니다."),
	REDUCE("sum", OP_SUM, "합입니다. 차원을 주지 않으면 전체의 합입니다."),
	REDUCE("mean", OP_MEAN, "평균입니다."),
	OP("var", OP_VAR, "dim?: integer, keepdim?: boolean, unbiased?: boolean", "Tensor",
	   "분산입니다(기본: n-1로 나눔)."),
	REDUCE("prod", OP_PROD, "곱입니다."),
	REDUCE("logsumexp", OP_LOGSUMEXP, "log(Σ e^x)입니다."),
	REDUCE("argmax", OP_ARGMAX, "가장 큰 값의 자리(0부터)입니다."),
	REDUCE("argmin", OP_ARGMIN, "가장 작은 값의 자리(0부터)입니다."),
	OP("max", OP_MAX | OUTPUTS(2), "dim?: integer, keepdim?: boolean", "Tensor, Tensor",
	   "가장 큰 값과 그 자리(0부터)입니다."),
	OP("min", OP_MIN | OUTPUTS(2), "dim?: integer, keepdim?: boolean", "Tensor, Tensor",
	   "가장 작은 값과 그 자리(0부터)입니다."),
	OP("cumsum", OP_CUMSUM, "dim?: integer, reverse?: boolean", "Tensor",
	   "차례로 더해 간 합입니다."),
	OP("sort", OP_SORT | OUTPUTS(2), "dim?: integer, descending?: boolean", "Tensor, Tensor",
	   "차례대로 늘어놓은 값과 원래 자리(0부터)입니다."),
	OP("topk", OP_TOPK | OUTPUTS(2), "k: integer, dim?: integer, largest?: boolean",
	   "Tensor, Tensor", "큰 것 k개의 값과 자리(0부터)입니다."),
	OP("gather", OP_GATHER, "dim: integer, index: Tensor", "Tensor",
	   "index(0부터)가 가리키는 값을 모읍니다."),
	OP("index_select", OP_INDEX_SELECT, "dim: integer, index: Tensor", "Tensor",
	   "한 차원에서 index(0부터)의 줄을 고릅니다."),
	OP("one_hot", OP_ONE_HOT, "classes: integer", "Tensor",
	   "번호를 그 자리만 1인 벡터로 바꿉니다."),
	OP("softmax", OP_SOFTMAX, "dim?: integer", "Tensor",
	   "합이 1인 확률로 바꿉니다(기본: 마지막 차원)."),
	OP("log_softmax", OP_LOG_SOFTMAX, "dim?: integer", "Tensor", "softmax의 로그입니다."),
	OP("matmul", OP_MATMUL, "b: Tensor", "Tensor", "행렬곱입니다. 앞 차원은 묶음으로 봅니다."),
	OP("scatter_add", OP_SCATTER_ADD, "dim: integer, index: Tensor, size: integer", "Tensor",
	   "값을 index(0부터)가 가리키는 자리에 더해 모읍니다."),
	OP("dropout", OP_DROPOUT, "p?: number", "Tensor",
	   "확률 p로 값을 0으로 만들고 나머지를 키웁니다."),
	UNARY("rand_like", OP_RAND_LIKE, "같은 모양의 [0,1) 균등 난수입니다."),
	UNARY("randn_like", OP_RANDN_LIKE, "같은 모양의 표준정규 난수입니다."),
	OP("bmm", OP_MATMUL, "b: Tensor", "Tensor", "묶음마다 행렬곱을 합니다."),
	{NULL, NULL, NULL, NULL, NULL, 0}};
