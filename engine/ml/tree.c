#include "engine/ml/tree.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/rng.h"
#include "engine/ml/tree_bins.h"

/* A node waits here until it is split or left a leaf. */
struct open_node {
	int32_t node;
	size_t start, count; /* its rows in builder.rows */
};

struct split {
	double gain, threshold;
	uint32_t column;
	uint32_t code; /* codes 1 … code go left */
	bool nan_left;
};

struct builder {
	const struct tree_bins *bins;
	const double *target, *weight;
	const int32_t *labels;
	size_t outputs, stride; /* stride: outputs sums, the weight, the count */
	struct tree_options options;
	struct rng rng;
	uint32_t *rows, *spare, *columns;
	double *histogram; /* [codes + 1, stride] */
	double *side; /* [2, stride] */
	uint32_t *touched; /* codes seen in a small node */
	struct tree *tree;
	size_t node_capacity;
};

static void add_row(const struct builder *b, double *sums, uint32_t row)
{
	double w = b->weight ? b->weight[row] : 1;
	if (b->target) {
		for (size_t k = 0; k < b->outputs; k++) {
			sums[k] += b->target[row * b->outputs + k] * w;
		}
	} else {
		sums[b->labels[row]] += w;
	}
	sums[b->outputs] += w;
	sums[b->outputs + 1] += 1;
}

static double score(const struct builder *b, const double *sums)
{
	double total = 0;
	for (size_t k = 0; k < b->outputs; k++) {
		total += sums[k] * sums[k];
	}
	double weight = sums[b->outputs] + b->options.lambda;
	return weight > 0 ? total / weight : 0;
}

static int by_code(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static void sum_codes(struct builder *b, const uint16_t *codes, const uint32_t *rows, size_t n)
{
	if (b->outputs != 1 || !b->target || !b->weight) {
		for (size_t i = 0; i < n; i++) {
			add_row(b, b->histogram + codes[rows[i]] * b->stride, rows[i]);
		}
		return;
	}
	/* Boosting spends its time here: the same sums with everything known in advance. */
	for (size_t i = 0; i < n; i++) {
		uint32_t row = rows[i];
		double *sums = b->histogram + (size_t)codes[row] * 3, w = b->weight[row];
		sums[0] += b->target[row] * w;
		sums[1] += w;
		sums[2] += 1;
	}
}

/* Sums of each code among the rows; returns how many codes are listed in touched, in rising order. */
static size_t fill_histogram(struct builder *b, const uint16_t *codes, uint32_t code_count,
			     const uint32_t *rows, size_t n)
{
	size_t stride = b->stride, listed = 0;
	if (n >= code_count) {
		memset(b->histogram, 0, (code_count + 1) * stride * sizeof *b->histogram);
		sum_codes(b, codes, rows, n);
		for (uint32_t c = 0; c <= code_count; c++) {
			if (b->histogram[c * stride + b->outputs + 1] > 0) {
				b->touched[listed++] = c;
			}
		}
		return listed;
	}
	/* A small node touches few codes: sort those instead of sweeping all. */
	for (size_t i = 0; i < n; i++) {
		b->touched[i] = codes[rows[i]];
		memset(b->histogram + b->touched[i] * stride, 0, stride * sizeof *b->histogram);
	}
	for (size_t i = 0; i < n; i++) {
		add_row(b, b->histogram + codes[rows[i]] * stride, rows[i]);
	}
	qsort(b->touched, n, sizeof *b->touched, by_code);
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || b->touched[i] != b->touched[i - 1]) {
			b->touched[listed++] = b->touched[i];
		}
	}
	return listed;
}

/* Sweeps one column's codes from low to high, NaN rows joined to the left or the right side. */
static void try_column(struct builder *b, uint32_t column, const uint32_t *rows, size_t n,
		       const double *all, double base, struct split *best)
{
	size_t stride = b->stride;
	const uint16_t *codes = b->bins->codes + (size_t)column * b->bins->rows;
	size_t listed = fill_histogram(b, codes, b->bins->counts[column], rows, n);
	bool has_nan = listed > 0 && b->touched[0] == 0;
	double *left = b->side, *right = b->side + stride;
	double least = b->options.min_samples_leaf ? b->options.min_samples_leaf : 1;
	for (int nan_left = has_nan ? 1 : 0; nan_left >= 0; nan_left--) {
		memset(left, 0, stride * sizeof *left);
		if (nan_left) {
			memcpy(left, b->histogram, stride * sizeof *left);
		}
		for (size_t i = has_nan; i < listed; i++) {
			const double *here = b->histogram + b->touched[i] * stride;
			for (size_t k = 0; k < stride; k++) {
				left[k] += here[k];
				right[k] = all[k] - left[k];
			}
			/* Left of the last code only NaN rows can be on the other side. */
			if (left[b->outputs + 1] < least || right[b->outputs + 1] < least ||
			    (i + 1 == listed && (nan_left || !has_nan))) {
				continue;
			}
			double gain = score(b, left) + score(b, right) - base;
			if (gain > best->gain) {
				uint32_t code = b->touched[i];
				const double *cuts = b->bins->thresholds[column];
				*best = (struct split){
					.gain = gain,
					.column = column,
					.code = code,
					.nan_left = nan_left,
					.threshold = code < b->bins->counts[column] ? cuts[code - 1]
										    : INFINITY,
				};
			}
		}
	}
}

static struct split best_split(struct builder *b, const struct open_node *open, const double *all)
{
	struct split best = {.gain = b->options.min_gain > 0 ? b->options.min_gain : 1e-12};
	double base = score(b, all);
	uint32_t columns = (uint32_t)b->bins->columns;
	uint32_t tries = b->options.max_features && b->options.max_features < columns
				 ? b->options.max_features
				 : columns;
	for (uint32_t i = 0; i < columns; i++) {
		if (tries < columns) {
			/* A partial shuffle; goes on past the limit while nothing could be split. */
			uint32_t j = i + (uint32_t)rng_below(&b->rng, columns - i);
			uint32_t swap = b->columns[i];
			b->columns[i] = b->columns[j];
			b->columns[j] = swap;
			if (i >= tries && best.code) {
				break;
			}
		}
		try_column(b, b->columns[i], b->rows + open->start, open->count, all, base, &best);
	}
	return best;
}

static enum status add_node(struct builder *b, uint32_t depth, const double *sums, int32_t *out)
{
	struct tree *tree = b->tree;
	if (tree->node_count == b->node_capacity) {
		size_t capacity = b->node_capacity ? 2 * b->node_capacity : 64;
		struct tree_node *nodes = realloc(tree->nodes, capacity * sizeof *nodes);
		if (!nodes) {
			return STATUS_NOMEM;
		}
		tree->nodes = nodes;
		double *values = realloc(tree->values, capacity * b->outputs * sizeof *values);
		if (!values) {
			return STATUS_NOMEM;
		}
		tree->values = values;
		b->node_capacity = capacity;
	}
	*out = (int32_t)tree->node_count;
	size_t value = tree->node_count * b->outputs;
	tree->nodes[tree->node_count++] = (struct tree_node){.left = -1,
							     .right = -1,
							     .weight = sums[b->outputs],
							     .depth = depth,
							     .value = value};
	double weight = sums[b->outputs] + b->options.lambda;
	for (size_t k = 0; k < b->outputs; k++) {
		tree->values[value + k] = weight > 0 ? sums[k] / weight : 0;
	}
	return STATUS_OK;
}

static void sums_of(const struct builder *b, const uint32_t *rows, size_t n, double *sums)
{
	memset(sums, 0, b->stride * sizeof *sums);
	for (size_t i = 0; i < n; i++) {
		add_row(b, sums, rows[i]);
	}
}

/* Moves the rows that go left to the front, keeping the order on both sides. */
static size_t partition(struct builder *b, const struct open_node *open, const struct split *split)
{
	const uint16_t *codes = b->bins->codes + (size_t)split->column * b->bins->rows;
	uint32_t *rows = b->rows + open->start;
	size_t left = 0, right = 0;
	for (size_t i = 0; i < open->count; i++) {
		uint16_t code = codes[rows[i]];
		if (code ? code <= split->code : split->nan_left) {
			rows[left++] = rows[i];
		} else {
			b->spare[right++] = rows[i];
		}
	}
	memcpy(rows + left, b->spare, right * sizeof *rows);
	return left;
}

static enum status grow(struct builder *b, size_t row_count, struct open_node *stack)
{
	size_t open_count = 0;
	double *sums = b->side + 2 * b->stride;
	sums_of(b, b->rows, row_count, sums);
	int32_t root;
	enum status status = add_node(b, 0, sums, &root);
	stack[open_count++] = (struct open_node){root, 0, row_count};
	while (status == STATUS_OK && open_count) {
		struct open_node open = stack[--open_count];
		uint32_t depth = b->tree->nodes[open.node].depth;
		if (open.count < 2 || (b->options.max_depth && depth >= b->options.max_depth)) {
			continue;
		}
		sums_of(b, b->rows + open.start, open.count, sums);
		struct split split = best_split(b, &open, sums);
		if (!split.code) {
			continue;
		}
		size_t left_count = partition(b, &open, &split);
		int32_t children[2];
		for (int side = 0; side < 2 && status == STATUS_OK; side++) {
			size_t start = open.start + (side ? left_count : 0);
			size_t count = side ? open.count - left_count : left_count;
			sums_of(b, b->rows + start, count, sums);
			status = add_node(b, depth + 1, sums, &children[side]);
			stack[open_count + (size_t)side] =
				(struct open_node){children[side], start, count};
		}
		if (status == STATUS_OK) {
			struct tree_node *node = &b->tree->nodes[open.node];
			node->left = children[0];
			node->right = children[1];
			node->column = split.column;
			node->threshold = split.threshold;
			node->nan_left = split.nan_left;
			node->gain = split.gain;
			open_count += 2;
		}
	}
	return status;
}

enum status tree_grow(struct tree **out, const struct tree_bins *bins, const uint32_t *rows,
		      size_t row_count, const double *target, const int32_t *labels, size_t outputs,
		      const double *weight, const struct tree_options *options, struct error *err)
{
	*out = NULL;
	if (row_count == 0 || outputs == 0 || (!target && !labels)) {
		return error_set(err, STATUS_RANGE, "tree", "no rows or no target to learn from");
	}
	struct builder b = {.bins = bins,
			    .target = target,
			    .weight = weight,
			    .labels = labels,
			    .outputs = outputs,
			    .stride = outputs + 2,
			    .options = *options};
	rng_init(&b.rng, options->seed, 1);
	uint32_t codes = bins->max_count + 1;
	size_t listable = codes > row_count ? codes : row_count;
	b.rows = malloc(row_count * sizeof *b.rows);
	b.spare = malloc(row_count * sizeof *b.spare);
	b.columns = malloc(bins->columns * sizeof *b.columns);
	b.histogram = malloc((size_t)codes * b.stride * sizeof *b.histogram);
	b.side = malloc(3 * b.stride * sizeof *b.side);
	b.touched = malloc(listable * sizeof *b.touched);
	b.tree = calloc(1, sizeof *b.tree);
	/* Depth first, right child on top: never more than one open node a row. */
	struct open_node *stack = malloc((row_count + 2) * sizeof *stack);
	enum status status = STATUS_NOMEM;
	if (b.rows && b.spare && b.columns && b.histogram && b.side && b.touched && b.tree &&
	    stack) {
		memcpy(b.rows, rows, row_count * sizeof *b.rows);
		for (uint32_t c = 0; c < bins->columns; c++) {
			b.columns[c] = c;
		}
		b.tree->outputs = outputs;
		status = grow(&b, row_count, stack);
	}
	free(stack);
	free(b.touched);
	free(b.side);
	free(b.histogram);
	free(b.columns);
	free(b.spare);
	free(b.rows);
	if (status != STATUS_OK) {
		tree_free(b.tree);
		return error_set(err, status, "tree", "out of memory");
	}
	*out = b.tree;
	return STATUS_OK;
}

void tree_free(struct tree *tree)
{
	if (tree) {
		free(tree->nodes);
		free(tree->values);
		free(tree);
	}
}

const double *tree_predict(const struct tree *tree, const double *x)
{
	const struct tree_node *node = tree->nodes;
	while (node->left >= 0) {
		double v = x[node->column];
		bool left = isnan(v) ? node->nan_left : v <= node->threshold;
		node = tree->nodes + (left ? node->left : node->right);
	}
	return tree->values + node->value;
}

void tree_importance(const struct tree *tree, double *importance)
{
	for (size_t i = 0; i < tree->node_count; i++) {
		if (tree->nodes[i].left >= 0) {
			importance[tree->nodes[i].column] += tree->nodes[i].gain;
		}
	}
}
