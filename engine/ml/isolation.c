#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/ml/ensemble.h"

struct isolation_node {
	int32_t left, right; /* -1: a leaf */
	uint32_t column, size;
	double threshold;
};

struct isolation {
	struct isolation_node *nodes; /* [trees, per_tree] */
	size_t trees, per_tree, columns;
	double normal_depth; /* of an unsuccessful search among `sample` values */
};

/* Mean depth of an unsuccessful search in a binary search tree of n values (eq. 1 of the paper). */
static double search_depth(double n)
{
	const double euler = 0.57721566490153286;
	return n > 2 ? 2 * (log(n - 1) + euler) - 2 * (n - 1) / n : n == 2 ? 1 : 0;
}

struct isolating {
	const double *x;
	size_t columns;
	struct isolation_node *nodes;
	int32_t used;
	unsigned limit;
	struct rng rng;
};

static int32_t isolate(struct isolating *s, uint32_t *rows, size_t n, unsigned depth)
{
	int32_t id = s->used++;
	s->nodes[id] = (struct isolation_node){-1, -1, 0, (uint32_t)n, 0};
	if (n <= 1 || depth >= s->limit) {
		return id;
	}
	/* A column in which the rows differ; give up after looking at each once. */
	uint32_t start = (uint32_t)rng_below(&s->rng, s->columns), column = start;
	double low = 0, high = 0;
	for (size_t tries = 0; tries < s->columns; tries++) {
		column = (uint32_t)((start + tries) % s->columns);
		low = high = s->x[rows[0] * s->columns + column];
		for (size_t i = 1; i < n; i++) {
			double v = s->x[rows[i] * s->columns + column];
			low = fmin(low, v);
			high = fmax(high, v);
		}
		if (low < high) {
			break;
		}
	}
	if (!(low < high)) {
		return id;
	}
	double threshold = low + rng_uniform(&s->rng) * (high - low);
	if (threshold >= high) {
		threshold = low;
	}
	size_t left = 0;
	for (size_t i = 0; i < n; i++) {
		if (s->x[rows[i] * s->columns + column] <= threshold) {
			uint32_t swap = rows[i];
			rows[i] = rows[left];
			rows[left++] = swap;
		}
	}
	int32_t l = isolate(s, rows, left, depth + 1);
	int32_t r = isolate(s, rows + left, n - left, depth + 1);
	s->nodes[id] = (struct isolation_node){l, r, column, (uint32_t)n, threshold};
	return id;
}

enum status isolation_fit(struct isolation **out, const double *x, size_t rows, size_t columns,
			  unsigned trees, unsigned sample, uint64_t seed, struct error *err)
{
	*out = NULL;
	if (rows < 2 || columns == 0 || trees == 0 || trees > 100000 || sample < 2) {
		return error_set(
			err, STATUS_RANGE, "isolation forest",
			"two rows, a column, a tree and a sample of 2 are needed at least");
	}
	for (size_t i = 0; i < rows * columns; i++) {
		if (!isfinite(x[i])) {
			return error_set(err, STATUS_INVALID, "isolation forest",
					 "row %zu, column %zu is not a finite number",
					 i / columns + 1, i % columns + 1);
		}
	}
	size_t n = sample < rows ? sample : rows;
	struct isolation *model = calloc(1, sizeof *model);
	uint32_t *chosen = malloc(rows * sizeof *chosen);
	if (model) {
		model->trees = trees;
		model->per_tree = 2 * n;
		model->columns = columns;
		model->normal_depth = search_depth((double)n);
		model->nodes = malloc(trees * model->per_tree * sizeof *model->nodes);
	}
	if (!model || !chosen || !model->nodes) {
		free(chosen);
		isolation_free(model);
		return error_set(err, STATUS_NOMEM, "isolation forest", "out of memory");
	}
	for (unsigned t = 0; t < trees; t++) {
		struct isolating s = {.x = x,
				      .columns = columns,
				      .nodes = model->nodes + t * model->per_tree,
				      .limit = (unsigned)ceil(log2((double)n))};
		rng_init(&s.rng, seed, t);
		rng_permutation(&s.rng, chosen, rows);
		isolate(&s, chosen, n, 0);
	}
	free(chosen);
	*out = model;
	return STATUS_OK;
}

void isolation_free(struct isolation *model)
{
	if (model) {
		free(model->nodes);
		free(model);
	}
}

void isolation_score(const struct isolation *model, const double *x, size_t rows, double *out)
{
	for (size_t r = 0; r < rows; r++) {
		const double *row = x + r * model->columns;
		double depth = 0;
		for (size_t t = 0; t < model->trees; t++) {
			const struct isolation_node *nodes = model->nodes + t * model->per_tree;
			const struct isolation_node *node = nodes;
			for (; node->left >= 0; depth++) {
				node = nodes + (row[node->column] <= node->threshold ? node->left
										     : node->right);
			}
			depth += search_depth(node->size);
		}
		out[r] = exp2(-depth / (double)model->trees / model->normal_depth);
	}
}
