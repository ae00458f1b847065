#ifndef MUNDAP_NN_WORKLOAD_PRIVATE_H
#define MUNDAP_NN_WORKLOAD_PRIVATE_H

#include "engine/nn/decode.h"
#include "engine/nn/optimizer.h"
#include "engine/nn/workload.h"
#include "engine/tensor/plan.h"

/* Shared by the files that hold the workloads. */

#define WORKLOAD_TENSORS 6

struct workload_kind {
	const char *name, *summary;
	int64_t batch;
	const char *cell; /* of recurrent ones */
	/** Makes models, optimisers and the batch's tensors. */
	enum status (*open)(struct workload *w, struct error *err);
	/** What is recorded: leaves what is to be read in w->read[]. NULL: run does the work. */
	enum status (*step)(struct workload *w, struct error *err);
	/** After or instead of a replay. */
	enum status (*run)(struct workload *w, struct error *err);
	bool trains;
	int64_t items; /* per example of the batch */
};

struct workload {
	const struct workload_kind *kind;
	int64_t batch;
	struct module *model, *second;
	struct optimizer *optimizer, *second_optimizer;
	struct tensor *data[WORKLOAD_TENSORS];
	const char *data_names[WORKLOAD_TENSORS];
	struct tensor *read[WORKLOAD_TENSORS];
	struct plan *plan;
	struct gpt_decoder *decoder;
	double loss, flops;
};

extern const struct workload_kind workload_kinds[];
extern const int workload_kind_count;

/** Holds a tensor made in the current scope as batch data k. */
enum status workload_data(struct workload *w, int k, const char *name, struct tensor *t,
			  struct error *err);
/** An Adam over all of a module's parameters. */
enum status workload_adam(struct optimizer **out, struct module *m, double rate, double beta1,
			  struct error *err);
/** Gradients of a loss for an optimiser's parameters, and its update. */
enum status workload_update(struct optimizer *o, struct tensor *loss, struct error *err);
/** Holds what the step is to leave readable. */
enum status workload_read(struct workload *w, int k, struct tensor *t, struct error *err);

#endif
