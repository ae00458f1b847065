/* Training from Lua: model:fit, model:evaluate, optimisers. The loop runs in the engine; what happens is shown as metrics and
 * progress, and a callback may look in every few steps. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/lua/bind_nn.h"
#include "engine/lua/values.h"

#define PROGRESS_NS 50000000ll /* at most 20 progress events a second */

/* ---- optimisers ---- */

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

/* ---- fit ---- */

struct fit_run {
	lua_State *L;
	struct script *script;
	char prefix[48]; /* of metric names */
	int callback; /* stack index, 0: none */
	int history; /* stack index of the list of points */
	int points;
	bool failed; /* the callback raised: its error is on the stack */
	bool stopped; /* the callback returned false */
	int64_t shown_at;
	double loss,
		accuracy; /* newest; the engine gives NaN where no batch passed since its last call */
};

static void emit_metric(struct fit_run *run, const char *name, int64_t step, double value)
{
	if (isnan(value)) {
		return;
	}
	char full[96];
	snprintf(full, sizeof(full), "%s%s", run->prefix, name);
	json_t *json = json_pack("{s:s,s:I,s:o}", "name", full, "step", (json_int_t)step, "value",
				 isfinite(value) ? json_real(value) : json_null());
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	if (text) {
		binding_emit(run->L, HOST_METRIC, text, NULL, 0);
	}
	free(text);
}

static void emit_progress(struct fit_run *run, const struct fit_progress *p)
{
	int64_t now = clock_now_ns();
	if (p->step < p->steps && now - run->shown_at < PROGRESS_NS) {
		return;
	}
	run->shown_at = now;
	char text[160];
	if (isnan(p->accuracy)) {
		snprintf(text, sizeof(text), message(MSG_LUA_NN_PROGRESS), p->epoch, p->epochs,
			 p->loss);
	} else {
		snprintf(text, sizeof(text), message(MSG_LUA_NN_PROGRESS_ACCURACY), p->epoch,
			 p->epochs, p->loss, p->accuracy * 100);
	}
	double fraction = p->steps > 0 ? (double)p->step / (double)p->steps : -1;
	json_t *json = json_pack("{s:f,s:s}", "fraction", fraction, "text", text);
	char *dump = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	if (dump) {
		binding_emit(run->L, HOST_PROGRESS, dump, NULL, 0);
	}
	free(dump);
}

static void set_number(lua_State *L, const char *name, double value)
{
	if (!isnan(value)) {
		lua_pushnumber(L, value);
		lua_setfield(L, -2, name);
	}
}

/* Pushes what the callback gets and the history keeps. */
static void push_progress(lua_State *L, const struct fit_progress *p)
{
	lua_createtable(L, 0, 8);
	lua_pushinteger(L, p->step);
	lua_setfield(L, -2, "step");
	lua_pushinteger(L, p->epoch);
	lua_setfield(L, -2, "epoch");
	set_number(L, "loss", p->loss);
	set_number(L, "accuracy", p->accuracy);
	set_number(L, "validation_loss", p->validation_loss);
	set_number(L, "validation_accuracy", p->validation_accuracy);
	set_number(L, "learning_rate", p->learning_rate);
	set_number(L, "seconds", p->seconds);
}

/* Protected: keeps the point, calls the callback. Arguments: callback or nil, history. */
static int note_protected(lua_State *L)
{
	const struct fit_progress *p = lua_touserdata(L, 3);
	push_progress(L, p);
	lua_pushvalue(L, -1);
	lua_rawseti(L, 2, (lua_Integer)lua_rawlen(L, 2) + 1);
	if (lua_isnil(L, 1)) {
		lua_pushboolean(L, 1);
		return 1;
	}
	lua_pushvalue(L, 1);
	lua_insert(L, -2);
	lua_call(L, 1, 1);
	return 1;
}

static bool on_progress(void *context, const struct fit_progress *given)
{
	struct fit_run *run = context;
	lua_State *L = run->L;
	emit_metric(run, "loss", given->step, given->loss);
	emit_metric(run, "accuracy", given->step, given->accuracy);
	run->loss = isnan(given->loss) ? run->loss : given->loss;
	run->accuracy = isnan(given->accuracy) ? run->accuracy : given->accuracy;
	struct fit_progress now = *given;
	now.loss = run->loss;
	now.accuracy = run->accuracy;
	const struct fit_progress *p = &now;
	emit_metric(run, "validation_loss", p->step, p->validation_loss);
	emit_metric(run, "validation_accuracy", p->step, p->validation_accuracy);
	emit_progress(run, p);
	if (run->script->stop) {
		return false;
	}
	lua_pushcfunction(L, note_protected);
	if (run->callback) {
		lua_pushvalue(L, run->callback);
	} else {
		lua_pushnil(L);
	}
	lua_pushvalue(L, run->history);
	lua_pushlightuserdata(L, (void *)(uintptr_t)p);
	if (lua_pcall(L, 3, 1, 0) != LUA_OK) {
		run->failed = true;
		return false; /* the error stays on the stack */
	}
	bool go_on = lua_isnil(L, -1) || lua_toboolean(L, -1);
	run->stopped = !go_on;
	lua_pop(L, 1);
	return go_on;
}

static const struct {
	const char *name;
	enum schedule_kind kind;
} schedules[] = {{"constant", SCHEDULE_CONSTANT},       {"step", SCHEDULE_STEP},
		 {"exponential", SCHEDULE_EXPONENTIAL}, {"cosine", SCHEDULE_COSINE},
		 {"linear", SCHEDULE_LINEAR},           {"one_cycle", SCHEDULE_ONE_CYCLE}};

static void read_schedule(lua_State *L, int index, struct schedule *schedule)
{
	char name[32];
	if (values_text_field(L, index, "schedule", name, sizeof(name))) {
		bool known = false;
		for (size_t i = 0; i < sizeof(schedules) / sizeof(schedules[0]); i++) {
			if (strcmp(schedules[i].name, name) == 0) {
				schedule->kind = schedules[i].kind;
				known = true;
			}
		}
		if (!known) {
			binding_raise(L, message(MSG_LUA_NN_SCHEDULE), name);
		}
	}
	schedule->warmup = values_integer_field(L, index, "warmup", schedule->warmup);
	schedule->period = values_integer_field(L, index, "period", schedule->period);
	schedule->gamma = values_number_field(L, index, "gamma", schedule->gamma);
	schedule->floor = values_number_field(L, index, "floor", schedule->floor);
}

/* Pushes a field of the options (nil when absent). */
static int push_option(lua_State *L, int index, const char *name)
{
	if (lua_isnoneornil(L, index)) {
		lua_pushnil(L);
		return LUA_TNIL;
	}
	luaL_checktype(L, index, LUA_TTABLE);
	return lua_getfield(L, index, name);
}

static void read_fit_options(lua_State *L, int index, struct fit_options *o, char loss[48])
{
	o->epochs = (int)values_integer_field(L, index, "epochs", o->epochs);
	o->steps = values_integer_field(L, index, "steps", o->steps);
	o->batch_size = values_integer_field(L, index, "batch_size", o->batch_size);
	o->seed = (uint64_t)values_integer_field(L, index, "seed",
						 (int64_t)script_of(L)->options.seed);
	o->every = values_integer_field(L, index, "every", 50);
	o->patience = (int)values_integer_field(L, index, "patience", o->patience);
	o->loss_options.label_smoothing =
		values_number_field(L, index, "label_smoothing", o->loss_options.label_smoothing);
	o->loss_options.delta = values_number_field(L, index, "delta", o->loss_options.delta);
	o->loss_options.margin = values_number_field(L, index, "margin", o->loss_options.margin);
	read_schedule(L, index, &o->schedule);
	if (values_text_field(L, index, "loss", loss, 48)) {
		if (!loss_find(loss)) {
			binding_raise(L, message(MSG_LUA_NN_NO_LOSS), loss);
		}
		o->loss = loss;
	}
	if (push_option(L, index, "shuffle") == LUA_TBOOLEAN) {
		o->shuffle = lua_toboolean(L, -1);
	}
	if (push_option(L, index, "compile") == LUA_TBOOLEAN) {
		o->compile = lua_toboolean(L, -1);
	}
	lua_pop(L, 2);
	if (o->batch_size < 1 || o->epochs < 0 || o->steps < 0 ||
	    (o->epochs == 0 && o->steps == 0)) {
		binding_raise(L, "%s", message(MSG_LUA_NN_FIT_SIZES));
	}
}

static int push_fit_result(lua_State *L, const struct fit_result *result, int history)
{
	lua_createtable(L, 0, 8);
	lua_pushinteger(L, result->steps);
	lua_setfield(L, -2, "steps");
	lua_pushboolean(L, result->stopped);
	lua_setfield(L, -2, "stopped");
	set_number(L, "loss", result->loss);
	set_number(L, "accuracy", result->accuracy);
	set_number(L, "validation_loss", result->validation_loss);
	set_number(L, "validation_accuracy", result->validation_accuracy);
	set_number(L, "seconds", result->seconds);
	lua_pushvalue(L, history);
	lua_setfield(L, -2, "points");
	return 1;
}

int bind_fit(lua_State *L)
{
	lua_settop(L, 3);
	struct module *module = model_check(L, 1);
	struct dataset *data = dataset_check(L, 2);
	struct fit_options options = fit_presets();
	char loss[48];
	read_fit_options(L, 3, &options, loss);
	struct fit_run run = {.L = L, .script = script_of(L), .loss = NAN, .accuracy = NAN};
	if (values_text_field(L, 3, "name", run.prefix, sizeof(run.prefix) - 1)) {
		strcat(run.prefix, ".");
	}
	if (push_option(L, 3, "callback") == LUA_TFUNCTION) {
		run.callback = lua_gettop(L);
	}
	if (push_option(L, 3, "validation") != LUA_TNIL) {
		options.validation = dataset_check(L, -1); /* kept alive by the stack */
	}
	if (push_option(L, 3, "optimizer") == LUA_TNIL) {
		lua_pop(L, 1);
		struct optimizer_options presets;
		struct error err = ERROR_INIT;
		struct optimizer_handle *handle = lua_newuserdatauv(L, sizeof(*handle), 0);
		*handle = (struct optimizer_handle){NULL, false};
		luaL_setmetatable(L, OPTIMIZER_KEY);
		if (optimizer_presets(&presets, "adam", &err) == STATUS_OK) {
			handle->optimizer = optimizer_new("adam", &presets, &err);
		}
		if (!handle->optimizer) {
			return binding_raise_error(L, &err);
		}
	}
	options.optimizer = optimizer_check(L, -1);
	lua_newtable(L);
	run.history = lua_gettop(L);
	options.callback = on_progress;
	options.context = &run;
	struct fit_result result;
	struct error err = ERROR_INIT;
	enum status status = model_fit(&result, module, data, &options, &err);
	if (run.script->stop) {
		lua_pushlightuserdata(L, run.script);
		return lua_error(L);
	}
	if (run.failed) {
		return lua_error(L); /* the callback's error is on top */
	}
	if (status != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	((struct optimizer_handle *)lua_touserdata(L, run.history - 1))->filled = true;
	handle_collect(L);
	return push_fit_result(L, &result, run.history);
}

static void set_tensor(lua_State *L, const char *name, struct tensor *t)
{
	if (t) {
		handle_push(L, t);
		lua_setfield(L, -2, name);
	}
}

static void release_evaluation(void *evaluation)
{
	evaluation_release(evaluation);
}

int bind_evaluate(lua_State *L)
{
	lua_settop(L, 3);
	struct module *module = model_check(L, 1);
	struct dataset *data = dataset_check(L, 2);
	char loss[48];
	bool named = values_text_field(L, 3, "loss", loss, sizeof(loss));
	int64_t batch_size = values_integer_field(L, 3, "batch_size", 256);
	if (named && !loss_find(loss)) {
		return binding_raise(L, message(MSG_LUA_NN_NO_LOSS), loss);
	}
	struct evaluation *e = binding_owner(L, sizeof(*e), release_evaluation);
	struct error err = ERROR_INIT;
	if (model_evaluate(e, module, data, named ? loss : NULL, batch_size, &err) != STATUS_OK) {
		return binding_raise_error(L, &err);
	}
	lua_createtable(L, 0, 6);
	set_number(L, "loss", e->loss);
	set_number(L, "accuracy", e->accuracy);
	set_tensor(L, "confusion", e->confusion);
	set_tensor(L, "predictions", e->predictions);
	set_tensor(L, "probabilities", e->probabilities);
	return 1;
}
