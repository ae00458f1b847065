#ifndef MUNDAP_NN_TRAIN_H
#define MUNDAP_NN_TRAIN_H

#include "engine/nn/dataset.h"
#include "engine/nn/ema.h"
#include "engine/nn/loss.h"
#include "engine/nn/optimizer.h"

/* The training loop and evaluation. The first step is recorded and compiled into a plan; later steps replay it without
 * allocating. Same seed and thread count: same bits. */

struct fit_progress {
	int64_t step, steps; /* done, in all */
	int epoch, epochs; /* 1-based */
	double loss; /* mean since the last call */
	double accuracy; /* of the same batches; NaN when targets are no classes */
	double validation_loss, validation_accuracy; /* NaN unless just measured */
	double learning_rate;
	double seconds;
};

/** Called every options->every steps and at the end of each epoch. Returns false to stop. */
typedef bool (*fit_callback)(void *context, const struct fit_progress *progress);

struct fit_options {
	int epochs; /* used when steps is 0 */
	int64_t steps;
	int64_t batch_size;
	uint64_t seed; /* shuffling and dropout */
	const char *loss; /* the name of a loss_row() */
	struct loss_options loss_options;
	struct optimizer *optimizer; /* borrowed; parameters are added when it has none */
	struct schedule schedule;
	struct dataset *validation; /* NULL: none */
	int patience; /* epochs without a better validation loss before stopping; 0: never */
	bool shuffle;
	bool drop_last; /* leave out the last batch when it is short */
	bool compile; /* replay a plan (default) or run each step eagerly */
	int64_t accumulate; /* batches whose gradients are averaged for one update; 0 or 1: each batch is one */
	struct ema *ema; /* borrowed, follows the weights; NULL: none */
	int64_t every; /* steps between callbacks; 0: epochs only */
	fit_callback callback;
	/** Keeps a checkpoint: everything needed to go on at the same bits. NULL: none are made. */
	enum status (*save)(void *context, const void *bytes, size_t length, struct error *err);
	int64_t save_every; /* steps between checkpoints; 0: at the end of each epoch */
	const void *resume; /* bytes of a checkpoint to go on from; NULL: from the start */
	size_t resume_length;
	void *context; /* of callback and save */
};

struct fit_options fit_presets(void);

struct fit_result {
	int64_t steps; /* batches, those before a resume included */
	double loss, accuracy; /* of the last epoch's batches */
	double validation_loss, validation_accuracy;
	double seconds;
	bool stopped; /* by the callback or by patience */
};

enum status model_fit(struct fit_result *out, struct module *model, struct dataset *data,
		      const struct fit_options *options, struct error *err);

struct evaluation {
	double loss, accuracy; /* accuracy NaN when targets are no classes */
	struct tensor *confusion; /* i32 [C, C], rows true, columns given; NULL when no classes */
	struct tensor *predictions; /* i32 [N] classes, or f32 [N, …] */
	struct tensor *probabilities; /* f32 [N, C]; NULL when no classes */
};

/** Owns: the tensors are the caller's (evaluation_release). loss NULL: "cross_entropy" */
enum status model_evaluate(struct evaluation *out, struct module *model, struct dataset *data,
			   const char *loss, int64_t batch_size, struct error *err);
void evaluation_release(struct evaluation *e);

#endif
