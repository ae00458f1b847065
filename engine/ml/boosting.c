#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/ml/ensemble_private.h"
#include "engine/ml/tree_histogram.h"
#include "engine/tensor/threads.h"

struct fitting {
	struct boosting *model;
	const struct boosting_options *options;
	const double *x, *target;
	size_t rows, train_rows, outputs;
	double *margin; /* [rows, outputs] */
	double *gradient; /* [rows]: minus gradient over Hessian, the target of an exact tree */
	double *hessian; /* [rows] */
	float *slope,
		*curve; /* [rows]: minus gradient and Hessian, what a tree of histograms takes */
	int32_t *leaf; /* [rows]: node each row of the sample ended in, -1: not in the sample */
	uint32_t *sample;
};

static double sigmoid(double x)
{
	return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}

static void softmax(const double *margin, size_t n, double *out)
{
	double most = margin[0], sum = 0;
	for (size_t k = 1; k < n; k++) {
		most = fmax(most, margin[k]);
	}
	for (size_t k = 0; k < n; k++) {
		sum += out[k] = exp(margin[k] - most);
	}
	for (size_t k = 0; k < n; k++) {
		out[k] /= sum;
	}
}

struct deriving {
	struct fitting *f;
	size_t output;
};

/* One class of the softmax of n margins, without the others. */
static double softmax_one(const double *margin, size_t n, size_t which)
{
	double most = margin[0], sum = 0;
	for (size_t k = 1; k < n; k++) {
		most = fmax(most, margin[k]);
	}
	for (size_t k = 0; k < n; k++) {
		sum += exp(margin[k] - most);
	}
	return exp(margin[which] - most) / sum;
}

/* A tree with lambda fits sum(h * t) / (sum(h) + lambda): with t = -g / h that is Newton's step. */
static void derive_rows(void *context, int64_t first, int64_t last)
{
	const struct deriving *d = context;
	struct fitting *f = d->f;
	for (int64_t at = first; at < last; at++) {
		size_t r = (size_t)at;
		const double *margin = f->margin + r * f->outputs;
		double residual, h = 1;
		if (f->options->loss == BOOSTING_SQUARED) {
			residual = f->target[r] - margin[0];
		} else {
			double p, truth;
			if (f->options->loss == BOOSTING_LOGISTIC) {
				p = sigmoid(margin[0]);
				truth = f->target[r];
			} else {
				p = softmax_one(margin, f->outputs, d->output);
				truth = (size_t)f->target[r] == d->output;
			}
			residual = truth - p;
			h = fmax(p * (1 - p), 1e-16);
		}
		if (f->slope) {
			f->slope[r] = (float)residual;
			f->curve[r] = (float)h;
		} else {
			f->gradient[r] = residual / h;
			f->hessian[r] = h;
		}
	}
}

/* Mean loss over rows [from, rows). */
static double loss_of(const struct fitting *f, size_t from, double *probabilities)
{
	double sum = 0;
	for (size_t r = from; r < f->rows; r++) {
		const double *margin = f->margin + r * f->outputs;
		if (f->options->loss == BOOSTING_SQUARED) {
			sum += (f->target[r] - margin[0]) * (f->target[r] - margin[0]);
		} else if (f->options->loss == BOOSTING_LOGISTIC) {
			double z = f->target[r] > 0.5 ? margin[0] : -margin[0];
			sum += z > 0 ? log1p(exp(-z)) : -z + log1p(exp(z));
		} else {
			softmax(margin, f->outputs, probabilities);
			sum -= log(fmax(probabilities[(size_t)f->target[r]], 1e-300));
		}
	}
	return sum / (double)(f->rows - from);
}

struct moving {
	struct fitting *f;
	const struct tree *tree;
	size_t output;
};

static void move_margins(void *context, int64_t first, int64_t last)
{
	struct moving *m = context;
	struct fitting *f = m->f;
	for (int64_t r = first; r < last; r++) {
		const double *row = f->x + (size_t)r * f->model->columns;
		const double *value = f->leaf && f->leaf[r] >= 0 ? m->tree->values + f->leaf[r]
								 : tree_predict(m->tree, row);
		f->margin[(size_t)r * f->outputs + m->output] += f->options->learning_rate * *value;
	}
}

static void set_start(struct fitting *f)
{
	struct boosting *model = f->model;
	double mean = 0;
	for (size_t r = 0; r < f->train_rows; r++) {
		mean += (f->target[r] - mean) / (double)(r + 1);
	}
	if (f->options->loss == BOOSTING_SQUARED) {
		model->start[0] = mean;
	} else if (f->options->loss == BOOSTING_LOGISTIC) {
		double p = fmin(fmax(mean, 1e-6), 1 - 1e-6);
		model->start[0] = log(p / (1 - p));
	} else {
		for (size_t r = 0; r < f->train_rows; r++) {
			model->start[(size_t)f->target[r]] += 1;
		}
		for (size_t k = 0; k < f->outputs; k++) {
			model->start[k] = log(fmax(model->start[k], 0.5) / (double)f->train_rows);
		}
	}
	for (size_t r = 0; r < f->rows; r++) {
		memcpy(f->margin + r * f->outputs, model->start, f->outputs * sizeof *f->margin);
	}
}

static enum status grow_tree(struct fitting *f, const struct tree_bins *bins, struct tree **out,
			     size_t chosen, const struct tree_options *options)
{
	if (!f->slope) {
		return tree_grow(out, bins, f->sample, chosen, f->gradient, NULL, 1, f->hessian,
				 options, NULL);
	}
	memset(f->leaf, 0xff, f->rows * sizeof *f->leaf);
	return tree_grow_histogram(out, bins, f->sample, chosen, f->slope, f->curve, options,
				   f->leaf, NULL);
}

static enum status run_rounds(struct fitting *f, const struct tree_bins *bins,
			      double *probabilities)
{
	struct boosting *model = f->model;
	const struct boosting_options *o = f->options;
	double best = INFINITY;
	unsigned best_round = 0;
	for (unsigned round = 0; round < o->rounds; round++) {
		struct rng rng;
		rng_init(&rng, o->seed, round);
		size_t chosen = 0;
		for (size_t r = 0; r < f->train_rows; r++) {
			if (o->subsample >= 1 || rng_uniform(&rng) < o->subsample) {
				f->sample[chosen++] = (uint32_t)r;
			}
		}
		if (chosen == 0) {
			f->sample[chosen++] = (uint32_t)rng_below(&rng, f->train_rows);
		}
		struct tree_options options = {.max_depth = o->max_depth,
					       .min_samples_leaf = o->min_samples_leaf,
					       .lambda = o->lambda,
					       .seed = rng_u64(&rng)};
		for (size_t k = 0; k < f->outputs; k++) {
			struct deriving deriving = {f, k};
			threads_for((int64_t)f->train_rows, 4096, derive_rows, &deriving);
			struct tree **slot = &model->trees[(size_t)round * f->outputs + k];
			enum status status = grow_tree(f, bins, slot, chosen, &options);
			if (status != STATUS_OK) {
				return status;
			}
			struct moving moving = {f, *slot, k};
			threads_for((int64_t)f->rows, 1024, move_margins, &moving);
		}
		model->rounds = round + 1;
		if (f->train_rows == f->rows) {
			continue;
		}
		double loss = loss_of(f, f->train_rows, probabilities);
		if (loss < best) {
			best = loss;
			best_round = round + 1;
		} else if (round + 1 - best_round >= o->patience) {
			break;
		}
	}
	if (f->train_rows < f->rows) {
		for (size_t t = best_round * f->outputs; t < model->rounds * f->outputs; t++) {
			tree_free(model->trees[t]);
			model->trees[t] = NULL;
		}
		model->rounds = best_round;
	}
	return STATUS_OK;
}

static enum status check(const double *target, size_t rows, size_t outputs,
			 const struct boosting_options *o, struct error *err)
{
	if (o->rounds == 0 || o->rounds > 100000 || !(o->learning_rate > 0) || !(o->lambda >= 0) ||
	    !(o->subsample > 0) || !(o->validation >= 0) || !(o->validation < 1)) {
		return error_set(err, STATUS_RANGE, "boosting",
				 "rounds 1 to 100000, learning_rate and subsample above 0, "
				 "validation in [0, 1)");
	}
	for (size_t r = 0; r < rows; r++) {
		bool whole = target[r] == floor(target[r]) && target[r] >= 0;
		bool good = o->loss == BOOSTING_SQUARED    ? isfinite(target[r])
			    : o->loss == BOOSTING_LOGISTIC ? target[r] == 0 || target[r] == 1
							   : whole && target[r] < (double)outputs;
		if (!good) {
			return error_set(err, STATUS_RANGE, "boosting",
					 "target %zu is %g, which this loss cannot use", r + 1,
					 target[r]);
		}
	}
	return STATUS_OK;
}

enum status boosting_fit(struct boosting **out, const double *x, const double *target, size_t rows,
			 size_t columns, size_t classes, const struct boosting_options *options,
			 struct error *err)
{
	*out = NULL;
	size_t outputs = options->loss == BOOSTING_SOFTMAX ? classes : 1;
	if (outputs == 0) {
		return error_set(err, STATUS_RANGE, "boosting",
				 "softmax needs the number of classes");
	}
	enum status status = check(target, rows, outputs, options, err);
	if (status != STATUS_OK) {
		return status;
	}
	struct tree_bins *bins;
	status = tree_bins_new(&bins, x, rows, columns, options->max_bins, err);
	if (status != STATUS_OK) {
		return status;
	}
	struct boosting *model = calloc(1, sizeof *model);
	size_t held_out = (size_t)(options->validation * (double)rows);
	struct fitting f = {.model = model,
			    .options = options,
			    .x = x,
			    .target = target,
			    .rows = rows,
			    .train_rows = rows - held_out,
			    .outputs = outputs};
	f.margin = malloc(rows * outputs * sizeof *f.margin);
	bool binned = options->max_bins > 0;
	f.gradient = binned ? NULL : malloc(rows * sizeof *f.gradient);
	f.hessian = binned ? NULL : malloc(rows * sizeof *f.hessian);
	f.slope = binned ? malloc(rows * sizeof *f.slope) : NULL;
	f.curve = binned ? malloc(rows * sizeof *f.curve) : NULL;
	f.leaf = binned ? malloc(rows * sizeof *f.leaf) : NULL;
	f.sample = malloc(rows * sizeof *f.sample);
	double *probabilities = malloc(outputs * sizeof *probabilities);
	if (model) {
		model->trees = calloc((size_t)options->rounds * outputs, sizeof(struct tree *));
		model->start = calloc(outputs, sizeof *model->start);
	}
	if (!model || !model->trees || !model->start || !f.margin || !f.sample || !probabilities ||
	    (binned ? !f.slope || !f.curve || !f.leaf : !f.gradient || !f.hessian)) {
		status = STATUS_NOMEM;
	} else {
		model->outputs = outputs;
		model->columns = columns;
		model->learning_rate = options->learning_rate;
		model->loss = options->loss;
		set_start(&f);
		status = run_rounds(&f, bins, probabilities);
	}
	free(probabilities);
	free(f.sample);
	free(f.leaf);
	free(f.curve);
	free(f.slope);
	free(f.hessian);
	free(f.gradient);
	free(f.margin);
	tree_bins_free(bins);
	if (status != STATUS_OK) {
		boosting_free(model);
		return error_set(err, status, "boosting", "out of memory");
	}
	*out = model;
	return STATUS_OK;
}

void boosting_free(struct boosting *model)
{
	if (!model) {
		return;
	}
	for (size_t t = 0; model->trees && t < (size_t)model->rounds * model->outputs; t++) {
		tree_free(model->trees[t]);
	}
	free(model->trees);
	free(model->start);
	free(model);
}

void boosting_predict(const struct boosting *model, const double *x, size_t rows, double *out)
{
	for (size_t r = 0; r < rows; r++) {
		double *margin = out + r * model->outputs;
		memcpy(margin, model->start, model->outputs * sizeof *margin);
		for (unsigned round = 0; round < model->rounds; round++) {
			for (size_t k = 0; k < model->outputs; k++) {
				const struct tree *tree =
					model->trees[(size_t)round * model->outputs + k];
				margin[k] += model->learning_rate *
					     tree_predict(tree, x + r * model->columns)[0];
			}
		}
		if (model->loss == BOOSTING_LOGISTIC) {
			margin[0] = sigmoid(margin[0]);
		} else if (model->loss == BOOSTING_SOFTMAX) {
			softmax(margin, model->outputs, margin);
		}
	}
}

unsigned boosting_rounds(const struct boosting *model)
{
	return model->rounds;
}

void boosting_importance(const struct boosting *model, double *out)
{
	memset(out, 0, model->columns * sizeof *out);
	double total = 0;
	for (size_t t = 0; t < (size_t)model->rounds * model->outputs; t++) {
		tree_importance(model->trees[t], out);
	}
	for (size_t c = 0; c < model->columns; c++) {
		total += out[c];
	}
	for (size_t c = 0; c < model->columns && total > 0; c++) {
		out[c] /= total;
	}
}
