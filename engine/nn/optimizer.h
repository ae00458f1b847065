#ifndef MUNDAP_NN_OPTIMIZER_H
#define MUNDAP_NN_OPTIMIZER_H

#include "engine/nn/module.h"

/* Optimisers by name: "sgd" (momentum, Nesterov), "rmsprop", "adam", "adamw", "lion". */

struct optimizer_options {
	double learning_rate;
	double momentum; /* sgd, rmsprop */
	bool nesterov;
	double beta1, beta2; /* adam, adamw, lion */
	double alpha; /* rmsprop */
	double epsilon;
	double weight_decay;
	double clip_norm; /* 0: none */
	double clip_value; /* 0: none */
};

struct optimizer;

/** The options an optimiser starts with (PyTorch's). Errors: STATUS_NOT_FOUND with the nearest name */
enum status optimizer_presets(struct optimizer_options *out, const char *kind, struct error *err);
struct optimizer *optimizer_new(const char *kind, const struct optimizer_options *options,
				struct error *err);
void optimizer_free(struct optimizer *o);
/** Adds parameters (another group may have its own options: NULL takes the optimiser's). Holds references. */
enum status optimizer_add(struct optimizer *o, struct tensor *const *parameters, int count,
			  const struct optimizer_options *options, struct error *err);
/** One step from the parameters' .grad; parameters without a gradient are left alone. */
enum status optimizer_step(struct optimizer *o, struct error *err);
/** One step with gradients given in the order of the parameters (NULL: left alone): a recorder notes it as part of a
 * plan. optimizer_advance() is called before each replay instead. */
enum status optimizer_apply(struct optimizer *o, struct tensor *const *gradients,
			    struct error *err);
/** Counts a step and stores the learning rate where the update kernels read it. */
void optimizer_advance(struct optimizer *o);
int optimizer_parameter_count(const struct optimizer *o);
/** Parameter i in the order they were added. */
struct tensor *optimizer_parameter(const struct optimizer *o, int i);
void optimizer_zero_grad(struct optimizer *o);
void optimizer_set_learning_rate(struct optimizer *o, double learning_rate);
/** The rate it was made with, before any schedule. */
double optimizer_base_rate(const struct optimizer *o);
double optimizer_learning_rate(const struct optimizer *o);
/** Norm of all gradients at the last step (before clipping). */
double optimizer_grad_norm(const struct optimizer *o);
int64_t optimizer_step_count(const struct optimizer *o);
void optimizer_set_step_count(struct optimizer *o, int64_t steps);
/** "adam" … */
const char *optimizer_kind(const struct optimizer *o);
/** Moments and step count, named, to be saved and put back. */
enum status optimizer_state(struct module_list *out, const struct optimizer *o, struct error *err);
enum status optimizer_restore(struct optimizer *o, const struct module_list *state,
			      int64_t step_count, struct error *err);

/* Learning rate schedules: factor on the base rate at a step (0-based). */
enum schedule_kind {
	SCHEDULE_CONSTANT,
	SCHEDULE_STEP, /* × gamma every period steps */
	SCHEDULE_EXPONENTIAL, /* × gamma each step */
	SCHEDULE_COSINE, /* to floor over period steps */
	SCHEDULE_LINEAR, /* to floor over period steps */
	SCHEDULE_ONE_CYCLE
};
struct schedule {
	enum schedule_kind kind;
	int64_t warmup; /* steps of linear warm-up */
	int64_t period;
	double gamma, floor;
};
double schedule_factor(const struct schedule *s, int64_t step);
bool schedule_parse(enum schedule_kind *out, const char *name);

/** Scales gradients so that their common norm is at most limit; returns the norm before. */
double clip_grad_norm(struct tensor *const *parameters, int count, double limit);

#endif
