/* Training from Lua: model:fit, model:evaluate. The loop runs in the engine; what happens is shown as metrics and progress, and
 * a callback may look in every few steps. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/base/file.h"
#include "engine/lua/bind_files.h"
#include "engine/lua/bind_nn.h"
#include "engine/lua/values.h"

#define PROGRESS_NS 50000000ll /* at most 20 progress events a second */

struct fit_run {
	lua_State *L;
	struct script *script;
	char prefix[48]; /* of metric names */
	int callback; /* stack index, 0: none */
	int history; /* stack index of the list of points */
	int points;
	bool failed; /* the callback raised: its error is on the stack */
	bool stopped; /* the callback returned false */
	char checkpoint[96]; /* name of the file; "": none */
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
	o->accumulate = values_integer_field(L, index, "accumulate", o->accumulate);
	o->save_every = values_integer_field(L, index, "save_every", o->save_every);
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

/* Protected: sends the file. Arguments: name, bytes, length. */
static int save_protected(lua_State *L)
{
	files_save(L, lua_touserdata(L, 1), lua_touserdata(L, 2), (size_t)lua_tointeger(L, 3));
	return 0;
}

static enum status on_save(void *context, const void *bytes, size_t length, struct error *err)
{
	struct fit_run *run = context;
	lua_State *L = run->L;
	lua_pushcfunction(L, save_protected);
	lua_pushlightuserdata(L, run->checkpoint);
	lua_pushlightuserdata(L, (void *)(uintptr_t)bytes);
	lua_pushinteger(L, (lua_Integer)length);
	if (lua_pcall(L, 3, 0, 0) != LUA_OK) {
		run->failed = true;
		return error_set(err, STATUS_IO, "fit", "%s", run->checkpoint);
	}
	return STATUS_OK;
}

/* checkpoint = "run.safetensors": keeps one; resume = true goes on from it when it is there (pushed on the stack). */
static void read_checkpoint(lua_State *L, int index, struct fit_options *o, struct fit_run *run)
{
	if (!values_text_field(L, index, "checkpoint", run->checkpoint, sizeof(run->checkpoint))) {
		return;
	}
	if (!file_plain_name(run->checkpoint)) {
		binding_raise(L, message(MSG_FILE_NAME), run->checkpoint);
	}
	o->save = on_save;
	if (values_flag_field(L, index, "resume") && files_load(L, run->checkpoint)) {
		o->resume = lua_tolstring(L, -1, &o->resume_length);
	}
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
	if (push_option(L, 3, "ema") != LUA_TNIL) {
		options.ema = ema_check(L, -1);
		luaL_argcheck(L, options.ema->model == module, 3, "ema of another model");
	}
	read_checkpoint(L, 3, &options, &run);
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
