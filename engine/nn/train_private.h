#ifndef MUNDAP_NN_TRAIN_PRIVATE_H
#define MUNDAP_NN_TRAIN_PRIVATE_H

#include "engine/base/strbuf.h"
#include "engine/nn/train.h"
#include "engine/tensor/plan.h"

/* Shared by the training loop and its checkpoints. Private to engine/nn. */

/* One size of batch: its tensors, and its plan once the first step was recorded. */
struct lane {
	int64_t size;
	struct tensor *inputs, *targets;
	struct plan *plan;
	struct tensor *loss, *output; /* read after each step */
};

/* Where a run is: with the tensors, everything that decides what comes next. */
struct fit_position {
	int64_t step; /* batches done */
	int64_t epoch; /* 0-based */
	int64_t row; /* of the epoch's order, where the next batch begins */
	double loss_sum, right;
	int64_t rows; /* since the last callback */
	double epoch_loss, epoch_right;
	int64_t epoch_rows;
	double best; /* validation loss */
	int64_t worse; /* epochs since */
	double validation_loss, validation_accuracy; /* of the last epoch that ended */
};

struct fit {
	struct module *model;
	struct dataset *data;
	const struct fit_options *options;
	const struct loss_kind *loss;
	struct optimizer *optimizer;
	struct lane lanes[2]; /* full batches, and the short one at the end */
	uint32_t *order;
	struct tensor **
		sums; /* of gradients, one for each parameter, when several batches make an update; else NULL */
	int64_t start;
	struct fit_position at;
	int64_t steps;
	struct error *err;
};

/** Appends a checkpoint: a safetensors file with the weights, the optimiser's state, means and sums, and the position. */
enum status fit_checkpoint_write(struct strbuf *out, const struct fit *f, struct error *err);
/** Puts everything back. Errors: STATUS_CORRUPT, STATUS_NOT_FOUND, STATUS_SHAPE (another model or optimiser),
 * STATUS_INVALID (another seed or batch size) */
enum status fit_checkpoint_read(struct fit *f, const void *bytes, size_t length, struct error *err);

#endif
