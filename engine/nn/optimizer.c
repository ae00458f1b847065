#include "engine/nn/optimizer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/tensor/ops.h"

#define PI 3.14159265358979323846
#define MAX_STATES 2

struct optimizer_kind {
	const char *name;
	enum op_id update;
	int states; /* moments kept for each parameter */
	const char *state_names[MAX_STATES];
	struct optimizer_options presets;
	void (*params)(struct op_params *p, const struct optimizer_options *o);
};

static void sgd_params(struct op_params *p, const struct optimizer_options *o)
{
	p->f[0] = o->momentum;
	p->f[1] = o->weight_decay;
	p->i[0] = o->nesterov;
}
static void rmsprop_params(struct op_params *p, const struct optimizer_options *o)
{
	p->f[0] = o->alpha;
	p->f[1] = o->epsilon;
	p->f[2] = o->momentum;
	p->f[3] = o->weight_decay;
}
static void adam_params(struct op_params *p, const struct optimizer_options *o)
{
	p->f[0] = o->beta1;
	p->f[1] = o->beta2;
	p->f[2] = o->epsilon;
	p->f[3] = o->weight_decay;
	p->i[0] = 0;
}
static void adamw_params(struct op_params *p, const struct optimizer_options *o)
{
	adam_params(p, o);
	p->i[0] = 1;
}
static void lion_params(struct op_params *p, const struct optimizer_options *o)
{
	p->f[0] = o->beta1;
	p->f[1] = o->beta2;
	p->f[2] = o->weight_decay;
}

static const struct optimizer_kind kinds[] = {
	{"sgd", OP_SGD_UPDATE, 1, {"momentum"}, {.learning_rate = 0.01}, sgd_params},
	{"rmsprop",
	 OP_RMSPROP_UPDATE,
	 2,
	 {"square", "momentum"},
	 {.learning_rate = 0.01, .alpha = 0.99, .epsilon = 1e-8},
	 rmsprop_params},
	{"adam",
	 OP_ADAM_UPDATE,
	 2,
	 {"mean", "square"},
	 {.learning_rate = 0.001, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8},
	 adam_params},
	{"adamw",
	 OP_ADAM_UPDATE,
	 2,
	 {"mean", "square"},
	 {.learning_rate = 0.001,
	  .beta1 = 0.9,
	  .beta2 = 0.999,
	  .epsilon = 1e-8,
	  .weight_decay = 0.01},
	 adamw_params},
	{"lion",
	 OP_LION_UPDATE,
	 1,
	 {"momentum"},
	 {.learning_rate = 0.0001, .beta1 = 0.9, .beta2 = 0.99},
	 lion_params},
};

struct slot {
	struct tensor *parameter;
	struct tensor *state[MAX_STATES];
	struct op_params params;
	int group;
};

struct group {
	struct optimizer_options options;
	struct tensor *settings; /* f64 [4]: see op_update.c */
};

struct optimizer {
	const struct optimizer_kind *kind;
	struct optimizer_options options;
	struct slot *slots;
	int slot_count;
	struct group *groups;
	int group_count;
	double factor; /* of the schedule, relative to the groups' rates */
	int64_t steps;
};

static const struct optimizer_kind *find(const char *name)
{
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		if (strcmp(kinds[k].name, name) == 0) {
			return &kinds[k];
		}
	}
	return NULL;
}

enum status optimizer_presets(struct optimizer_options *out, const char *kind, struct error *err)
{
	const struct optimizer_kind *k = find(kind);
	if (!k) {
		return error_set(err, STATUS_NOT_FOUND, kind, message(MSG_NN_OPTIMIZER), kind);
	}
	*out = k->presets;
	return STATUS_OK;
}

struct optimizer *optimizer_new(const char *kind, const struct optimizer_options *options,
				struct error *err)
{
	const struct optimizer_kind *k = find(kind);
	if (!k) {
		error_set(err, STATUS_NOT_FOUND, kind, message(MSG_NN_OPTIMIZER), kind);
		return NULL;
	}
	if (options && !(options->learning_rate > 0)) {
		error_set(err, STATUS_INVALID, kind, message(MSG_NN_RATE), options->learning_rate);
		return NULL;
	}
	struct optimizer *o = calloc(1, sizeof *o);
	if (!o) {
		error_set(err, STATUS_NOMEM, kind, message(MSG_TENSOR_NOMEM), 0.0);
		return NULL;
	}
	o->kind = k;
	o->options = options ? *options : k->presets;
	o->factor = 1;
	return o;
}

void optimizer_free(struct optimizer *o)
{
	if (!o) {
		return;
	}
	for (int i = 0; i < o->slot_count; i++) {
		tensor_unref(o->slots[i].parameter);
		for (int k = 0; k < MAX_STATES; k++) {
			tensor_unref(o->slots[i].state[k]);
		}
	}
	for (int i = 0; i < o->group_count; i++) {
		tensor_unref(o->groups[i].settings);
	}
	free(o->slots);
	free(o->groups);
	free(o);
}

/* A tensor that belongs to no scope. */
static struct tensor *own(enum dtype dtype, int dims, const int64_t *shape, struct error *err)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *t = tensor_ref(tensor_new(dtype, dims, shape, err));
	tensor_scope_close(&scope);
	return t;
}

enum status optimizer_add(struct optimizer *o, struct tensor *const *parameters, int count,
			  const struct optimizer_options *options, struct error *err)
{
	struct group *groups = realloc(o->groups, (size_t)(o->group_count + 1) * sizeof *groups);
	struct slot *slots = realloc(o->slots, (size_t)(o->slot_count + count + 1) * sizeof *slots);
	o->groups = groups ? groups : o->groups;
	o->slots = slots ? slots : o->slots;
	int64_t four = 4;
	struct tensor *settings = groups && slots ? own(DTYPE_F64, 1, &four, err) : NULL;
	if (!settings) {
		/* Both arrays belong to the optimiser already. */
		// cppcheck-suppress memleak
		return error_set(err, STATUS_NOMEM, "optimizer", message(MSG_TENSOR_NOMEM), 0.0);
	}
	groups[o->group_count] = (struct group){options ? *options : o->options, settings};
	tensor_set(settings, 2, 1);
	for (int i = 0; i < count; i++) {
		bool known = false; /* tied weights are stepped once */
		for (int j = 0; j < o->slot_count && !known; j++) {
			known = slots[j].parameter == parameters[i];
		}
		if (known) {
			continue;
		}
		struct slot s = {.parameter = parameters[i], .group = o->group_count};
		s.params = op_presets(o->kind->update);
		o->kind->params(&s.params, &groups[o->group_count].options);
		for (int k = 0; k < o->kind->states; k++) {
			s.state[k] = own(DTYPE_F32, parameters[i]->dims, parameters[i]->shape, err);
			if (!s.state[k]) {
				tensor_unref(s.state[0]);
				return err ? err->status : STATUS_NOMEM;
			}
		}
		tensor_ref(parameters[i]);
		slots[o->slot_count++] = s;
	}
	o->group_count++;
	return STATUS_OK;
}

int optimizer_parameter_count(const struct optimizer *o)
{
	return o->slot_count;
}

struct tensor *optimizer_parameter(const struct optimizer *o, int i)
{
	return o->slots[i].parameter;
}

void optimizer_advance(struct optimizer *o)
{
	o->steps++;
	for (int g = 0; g < o->group_count; g++) {
		double *settings = tensor_f64(o->groups[g].settings);
		settings[0] = o->groups[g].options.learning_rate * o->factor;
		settings[1] = (double)o->steps;
	}
}

static enum status clip(struct optimizer *o, struct tensor **gradients, struct error *err)
{
	double limit = o->options.clip_norm;
	struct tensor **in = malloc(((size_t)o->slot_count + 1) * sizeof *in);
	if (!in) {
		return error_set(err, STATUS_NOMEM, "clip_norm", message(MSG_TENSOR_NOMEM), 0.0);
	}
	int n = 1;
	for (int i = 0; i < o->slot_count; i++) {
		if (gradients[i]) {
			in[n++] = gradients[i];
		}
	}
	struct op_params p = op_presets(OP_CLIP_NORM);
	p.f[0] = limit;
	enum status status = STATUS_OK;
	for (int g = 0; g < o->group_count && n > 1 && status == STATUS_OK; g++) {
		in[0] = o->groups[g].settings;
		status = op_apply_multi(NULL, 0, OP_CLIP_NORM, in, n, &p, err);
	}
	free(in);
	return status;
}

enum status optimizer_apply(struct optimizer *o, struct tensor *const *given, struct error *err)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	bool old = tensor_grad_mode(false);
	struct tensor **gradients = malloc(((size_t)o->slot_count + 1) * sizeof *gradients);
	enum status status = gradients ? STATUS_OK
				       : error_set(err, STATUS_NOMEM, "optimizer",
						   message(MSG_TENSOR_NOMEM), 0.0);
	for (int i = 0; i < o->slot_count && status == STATUS_OK; i++) {
		gradients[i] = given[i];
		double limit = o->options.clip_value;
		if (given[i] && limit > 0) {
			gradients[i] = tensor_clamp(given[i], -limit, limit, err);
			status = gradients[i] ? STATUS_OK : STATUS_NOMEM;
		}
	}
	if (status == STATUS_OK && o->options.clip_norm > 0) {
		status = clip(o, gradients, err);
	}
	for (int i = 0; i < o->slot_count && status == STATUS_OK; i++) {
		struct slot *s = &o->slots[i];
		if (!gradients[i]) {
			continue;
		}
		struct tensor *in[3 + MAX_STATES] = {s->parameter};
		int n = 1;
		for (int k = 0; k < o->kind->states; k++) {
			in[n++] = s->state[k];
		}
		in[n++] = gradients[i];
		in[n++] = o->groups[s->group].settings;
		status = op_apply_multi(NULL, 0, o->kind->update, in, n, &s->params, err);
	}
	free(gradients);
	tensor_grad_mode(old);
	tensor_scope_close(&scope);
	return status;
}

enum status optimizer_step(struct optimizer *o, struct error *err)
{
	struct tensor **gradients = malloc(((size_t)o->slot_count + 1) * sizeof *gradients);
	if (!gradients) {
		return error_set(err, STATUS_NOMEM, "optimizer", message(MSG_TENSOR_NOMEM), 0.0);
	}
	for (int i = 0; i < o->slot_count; i++) {
		gradients[i] = o->slots[i].parameter->grad;
	}
	optimizer_advance(o);
	enum status status = optimizer_apply(o, gradients, err);
	free(gradients);
	return status;
}

void optimizer_zero_grad(struct optimizer *o)
{
	for (int i = 0; i < o->slot_count; i++) {
		tensor_unref(o->slots[i].parameter->grad);
		o->slots[i].parameter->grad = NULL;
	}
}

void optimizer_set_learning_rate(struct optimizer *o, double learning_rate)
{
	o->factor = learning_rate / o->options.learning_rate;
}

double optimizer_learning_rate(const struct optimizer *o)
{
	return o->options.learning_rate * o->factor;
}

double optimizer_base_rate(const struct optimizer *o)
{
	return o->options.learning_rate;
}

double optimizer_grad_norm(const struct optimizer *o)
{
	return o->group_count ? tensor_f64(o->groups[0].settings)[3] : 0;
}

int64_t optimizer_step_count(const struct optimizer *o)
{
	return o->steps;
}

void optimizer_set_step_count(struct optimizer *o, int64_t steps)
{
	o->steps = steps;
}

const char *optimizer_kind(const struct optimizer *o)
{
	return o->kind->name;
}

enum status optimizer_state(struct module_list *out, const struct optimizer *o, struct error *err)
{
	out->count = 0;
	out->items = calloc((size_t)(o->slot_count * MAX_STATES) + 1, sizeof *out->items);
	if (!out->items) {
		return error_set(err, STATUS_NOMEM, "optimizer", message(MSG_TENSOR_NOMEM), 0.0);
	}
	for (int i = 0; i < o->slot_count; i++) {
		for (int k = 0; k < o->kind->states; k++) {
			struct module_tensor *to = &out->items[out->count++];
			snprintf(to->name, sizeof to->name, "%d.%s", i, o->kind->state_names[k]);
			to->tensor = tensor_ref(o->slots[i].state[k]);
		}
	}
	return STATUS_OK;
}

enum status optimizer_restore(struct optimizer *o, const struct module_list *state,
			      int64_t step_count, struct error *err)
{
	struct module_list own_state;
	enum status status = optimizer_state(&own_state, o, err);
	for (int i = 0; i < own_state.count && status == STATUS_OK; i++) {
		struct tensor *from = NULL;
		for (int j = 0; j < state->count && !from; j++) {
			if (strcmp(state->items[j].name, own_state.items[i].name) == 0) {
				from = state->items[j].tensor;
			}
		}
		status = from ? tensor_copy_into(own_state.items[i].tensor, from, err)
			      : error_set(err, STATUS_NOT_FOUND, "optimizer",
					  message(MSG_NN_STATE_MISSING), own_state.items[i].name);
	}
	module_list_release(&own_state);
	o->steps = status == STATUS_OK ? step_count : o->steps;
	return status;
}

/* --- schedules --- */
static const char *const schedule_names[] = {
	[SCHEDULE_CONSTANT] = "constant",       [SCHEDULE_STEP] = "step",
	[SCHEDULE_EXPONENTIAL] = "exponential", [SCHEDULE_COSINE] = "cosine",
	[SCHEDULE_LINEAR] = "linear",           [SCHEDULE_ONE_CYCLE] = "one_cycle",
};

bool schedule_parse(enum schedule_kind *out, const char *name)
{
	for (size_t k = 0; k < sizeof schedule_names / sizeof *schedule_names; k++) {
		if (strcmp(schedule_names[k], name) == 0) {
			*out = (enum schedule_kind)k;
			return true;
		}
	}
	return false;
}

double schedule_factor(const struct schedule *s, int64_t step)
{
	if (step < s->warmup) {
		return (double)(step + 1) / (double)s->warmup;
	}
	double t = (double)(step - s->warmup);
	double period = s->period > 0 ? (double)s->period : 1;
	double done = t < period ? t / period : 1;
	switch (s->kind) {
	case SCHEDULE_STEP:
		return pow(s->gamma, floor(t / period));
	case SCHEDULE_EXPONENTIAL:
		return pow(s->gamma, t);
	case SCHEDULE_COSINE:
		return s->floor + (1 - s->floor) * 0.5 * (1 + cos(PI * done));
	case SCHEDULE_LINEAR:
		return s->floor + (1 - s->floor) * (1 - done);
	case SCHEDULE_ONE_CYCLE:
		/* up from a 25th over the first 30 %, then down to nothing */
		return done < 0.3 ? 0.04 + 0.96 * 0.5 * (1 - cos(PI * done / 0.3))
				  : 0.5 * (1 + cos(PI * (done - 0.3) / 0.7));
	default:
		return 1;
	}
}

double clip_grad_norm(struct tensor *const *parameters, int count, double limit)
{
	double sum = 0;
	for (int i = 0; i < count; i++) {
		const struct tensor *g = parameters[i]->grad;
		for (int64_t k = 0, n = g ? tensor_numel(g) : 0; k < n; k++) {
			sum += tensor_get(g, k) * tensor_get(g, k);
		}
	}
	double norm = sqrt(sum);
	for (int i = 0; i < count && norm > limit; i++) {
		struct tensor *g = parameters[i]->grad;
		for (int64_t k = 0, n = g ? tensor_numel(g) : 0; k < n; k++) {
			tensor_set(g, k, tensor_get(g, k) * limit / (norm + 1e-6));
		}
	}
	return norm;
}
