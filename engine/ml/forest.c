#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/ml/ensemble_private.h"
#include "engine/tensor/threads.h"

struct growing {
	struct forest *forest;
	const struct tree_bins *bins;
	const double *target;
	const int32_t *labels;
	struct tree_options options;
	uint64_t seed;
	size_t rows;
	bool every_row;
	enum status *status; /* a tree each */
};

static void grow_trees(void *context, int64_t first, int64_t last)
{
	struct growing *g = context;
	uint32_t *sample = malloc(g->rows * sizeof *sample);
	for (int64_t t = first; t < last; t++) {
		if (!sample) {
			g->status[t] = STATUS_NOMEM;
			continue;
		}
		struct rng rng;
		rng_init(&rng, g->seed, (uint64_t)t);
		for (size_t i = 0; i < g->rows; i++) {
			sample[i] = g->every_row ? (uint32_t)i : (uint32_t)rng_below(&rng, g->rows);
		}
		struct tree_options options = g->options;
		options.seed = rng_u64(&rng);
		g->status[t] = tree_grow(&g->forest->trees[t], g->bins, sample, g->rows, g->target,
					 g->labels, g->forest->outputs, NULL, &options, NULL);
	}
	free(sample);
}

static enum status forest_fit(struct forest **out, const double *x, const double *target,
			      const int32_t *labels, size_t rows, size_t columns, size_t outputs,
			      const struct forest_options *options, struct error *err)
{
	*out = NULL;
	if (options->trees == 0 || options->trees > 100000) {
		return error_set(err, STATUS_RANGE, "forest", "trees must be 1 to 100000, not %u",
				 options->trees);
	}
	struct tree_bins *bins;
	enum status status = tree_bins_new(&bins, x, rows, columns, options->max_bins, err);
	if (status != STATUS_OK) {
		return status;
	}
	struct forest *forest = calloc(1, sizeof *forest);
	enum status *each = calloc(options->trees, sizeof *each);
	if (forest) {
		forest->trees = calloc(options->trees, sizeof *forest->trees);
	}
	if (!forest || !each || !forest->trees) {
		status = error_set(err, STATUS_NOMEM, "forest", "out of memory");
		goto out;
	}
	forest->tree_count = options->trees;
	forest->columns = columns;
	forest->outputs = outputs;
	unsigned root = (unsigned)sqrt((double)columns);
	struct growing growing = {.forest = forest,
				  .bins = bins,
				  .target = target,
				  .labels = labels,
				  .options = {.max_depth = options->max_depth,
					      .min_samples_leaf = options->min_samples_leaf,
					      .max_features = options->max_features
								      ? options->max_features
							      : labels ? (root ? root : 1)
								       : 0},
				  .seed = options->seed,
				  .rows = rows,
				  .every_row = options->every_row,
				  .status = each};
	threads_for((int64_t)options->trees, 1, grow_trees, &growing);
	for (unsigned t = 0; t < options->trees; t++) {
		if (each[t] != STATUS_OK) {
			status = error_set(err, each[t], "forest", "tree %u: out of memory", t + 1);
			break;
		}
	}
out:
	free(each);
	tree_bins_free(bins);
	if (status != STATUS_OK) {
		forest_free(forest);
		forest = NULL;
	}
	*out = forest;
	return status;
}

enum status forest_fit_classes(struct forest **out, const double *x, const int32_t *labels,
			       size_t rows, size_t columns, size_t classes,
			       const struct forest_options *options, struct error *err)
{
	for (size_t i = 0; i < rows; i++) {
		if (labels[i] < 0 || (size_t)labels[i] >= classes) {
			*out = NULL;
			return error_set(err, STATUS_RANGE, "forest",
					 "label %zu is %d, not 0 to %zu", i + 1, labels[i],
					 classes - 1);
		}
	}
	return forest_fit(out, x, NULL, labels, rows, columns, classes, options, err);
}

enum status forest_fit_numbers(struct forest **out, const double *x, const double *target,
			       size_t rows, size_t columns, const struct forest_options *options,
			       struct error *err)
{
	return forest_fit(out, x, target, NULL, rows, columns, 1, options, err);
}

void forest_free(struct forest *forest)
{
	if (!forest) {
		return;
	}
	for (size_t t = 0; forest->trees && t < forest->tree_count; t++) {
		tree_free(forest->trees[t]);
	}
	free(forest->trees);
	free(forest);
}

struct asking {
	const struct forest *forest;
	const double *x;
	double *out;
};

static void predict_rows(void *context, int64_t first, int64_t last)
{
	struct asking *a = context;
	size_t outputs = a->forest->outputs;
	for (int64_t r = first; r < last; r++) {
		double *out = a->out + (size_t)r * outputs;
		memset(out, 0, outputs * sizeof *out);
		for (size_t t = 0; t < a->forest->tree_count; t++) {
			const double *v = tree_predict(a->forest->trees[t],
						       a->x + (size_t)r * a->forest->columns);
			for (size_t k = 0; k < outputs; k++) {
				out[k] += v[k];
			}
		}
		for (size_t k = 0; k < outputs; k++) {
			out[k] /= (double)a->forest->tree_count;
		}
	}
}

void forest_predict(const struct forest *forest, const double *x, size_t rows, double *out)
{
	struct asking asking = {forest, x, out};
	threads_for((int64_t)rows, 64, predict_rows, &asking);
}

void forest_importance(const struct forest *forest, double *out)
{
	memset(out, 0, forest->columns * sizeof *out);
	double total = 0;
	for (size_t t = 0; t < forest->tree_count; t++) {
		tree_importance(forest->trees[t], out);
	}
	for (size_t c = 0; c < forest->columns; c++) {
		total += out[c];
	}
	for (size_t c = 0; c < forest->columns && total > 0; c++) {
		out[c] /= total;
	}
}
