#include "engine/ml/tree_histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/ml/tree_bins.h"
#include "engine/tensor/threads.h"

#define PLACES 256 /* codes of a column: NaN and up to 255 bins */
#define PARALLEL 65536 /* updates below which threads cost more than they bring */

struct bin {
	double g, h, n;
};

struct pair {
	float g, h;
};

/* A node that is not split yet, with the sums of its rows. */
struct open_node {
	int32_t node;
	uint32_t depth;
	size_t start, count; /* its rows in builder.rows */
	struct bin all;
	struct bin *bins; /* [columns, PLACES] */
};

struct split {
	double gain;
	uint32_t column, code; /* codes 1 … code go left */
	bool nan_left;
	struct bin left;
};

struct builder {
	const struct tree_bins *bins;
	const float *gradient, *hessian;
	const struct tree_options *options;
	uint32_t *rows, *spare;
	struct pair *pairs; /* of the rows of the node at hand, in their order */
	struct tree *tree;
	size_t capacity;
	struct bin **pool; /* histograms to be used again */
	size_t pooled, pool_capacity;
};

/* ---- histograms ---- */

struct filling {
	const struct builder *b;
	const uint32_t *rows;
	size_t count;
	struct bin *bins;
};

static void fill_columns(void *context, int64_t first, int64_t last)
{
	const struct filling *f = context;
	const struct pair *pairs = f->b->pairs;
	const uint32_t *rows = f->rows;
	for (int64_t c = first; c < last; c++) {
		const uint8_t *codes = f->b->bins->small + (size_t)c * f->b->bins->rows;
		struct bin *bins = f->bins + (size_t)c * PLACES;
		memset(bins, 0, PLACES * sizeof *bins);
		size_t i = 0;
		/* Four at a time: the codes are far apart in memory, so they are asked for before any is used. */
		for (; i + 4 <= f->count; i += 4) {
			struct bin *const at[4] = {bins + codes[rows[i]], bins + codes[rows[i + 1]],
						   bins + codes[rows[i + 2]],
						   bins + codes[rows[i + 3]]};
			for (int k = 0; k < 4; k++) {
				const struct pair *pair = pairs + i + k;
				at[k]->g += (double)pair->g;
				at[k]->h += (double)pair->h;
				at[k]->n += 1;
			}
		}
		for (; i < f->count; i++) {
			struct bin *bin = bins + codes[rows[i]];
			bin->g += (double)pairs[i].g;
			bin->h += (double)pairs[i].h;
			bin->n += 1;
		}
	}
}

static void fill(struct builder *b, const struct open_node *open)
{
	struct filling filling = {b, b->rows + open->start, open->count, open->bins};
	for (size_t i = 0; i < open->count; i++) {
		uint32_t row = filling.rows[i];
		b->pairs[i] = (struct pair){b->gradient[row], b->hessian[row]};
	}
	int64_t columns = (int64_t)b->bins->columns;
	int64_t grain = (int64_t)(PARALLEL / (open->count + 1)) + 1;
	threads_for(columns, grain < columns ? grain : columns, fill_columns, &filling);
}

static struct bin *take_histogram(struct builder *b)
{
	return b->pooled ? b->pool[--b->pooled]
			 : malloc(b->bins->columns * PLACES * sizeof(struct bin));
}

static void give_back(struct builder *b, struct bin *bins)
{
	if (bins && b->pooled < b->pool_capacity) {
		b->pool[b->pooled++] = bins;
	} else {
		free(bins);
	}
}

static void subtract(const struct builder *b, struct bin *from, const struct bin *less)
{
	size_t count = b->bins->columns * PLACES;
	for (size_t i = 0; i < count; i++) {
		from[i].g -= less[i].g;
		from[i].h -= less[i].h;
		from[i].n -= less[i].n;
	}
}

/* ---- splits ---- */

/* Sweeps a column's bins from low to high, the NaN rows on the left or on the right. */
static void try_column(const struct builder *b, const struct open_node *open, uint32_t column,
		       struct split *best)
{
	const struct bin *bins = open->bins + (size_t)column * PLACES;
	const double lambda = b->options->lambda;
	const double least = b->options->min_samples_leaf ? b->options->min_samples_leaf : 1;
	const double base = open->all.g * open->all.g / (open->all.h + lambda);
	const uint32_t counts = b->bins->counts[column];
	for (int nan_left = bins[0].n > 0 ? 1 : 0; nan_left >= 0; nan_left--) {
		struct bin left = nan_left ? bins[0] : (struct bin){0, 0, 0};
		/* With NaN rows on the right even the last bin can be on the left. */
		uint32_t last = nan_left || bins[0].n == 0 ? counts - 1 : counts;
		for (uint32_t code = 1; code <= last; code++) {
			if (bins[code].n == 0) {
				continue; /* what a subtraction leaves in an empty bin is rounding */
			}
			left.g += bins[code].g;
			left.h += bins[code].h;
			left.n += bins[code].n;
			double n = open->all.n - left.n;
			if (left.n < least) {
				continue;
			}
			if (n < least) {
				break;
			}
			double g = open->all.g - left.g, h = open->all.h - left.h;
			double gain =
				left.g * left.g / (left.h + lambda) + g * g / (h + lambda) - base;
			if (gain > best->gain) {
				*best = (struct split){gain, column, code, nan_left, left};
			}
		}
	}
}

static struct split best_split(const struct builder *b, const struct open_node *open)
{
	struct split best = {.gain = b->options->min_gain > 0 ? b->options->min_gain : 1e-12};
	for (uint32_t c = 0; c < b->bins->columns; c++) {
		try_column(b, open, c, &best);
	}
	return best;
}

/* ---- growing ---- */

static bool add_node(struct builder *b, uint32_t depth, const struct bin *all, int32_t *out)
{
	struct tree *tree = b->tree;
	if (tree->node_count == b->capacity) {
		size_t capacity = b->capacity ? 2 * b->capacity : 64;
		struct tree_node *nodes = realloc(tree->nodes, capacity * sizeof *nodes);
		if (!nodes) {
			return false;
		}
		tree->nodes = nodes;
		double *values = realloc(tree->values, capacity * sizeof *values);
		if (!values) {
			return false;
		}
		tree->values = values;
		b->capacity = capacity;
	}
	*out = (int32_t)tree->node_count;
	double weight = all->h + b->options->lambda;
	tree->values[tree->node_count] = weight > 0 ? all->g / weight : 0;
	tree->nodes[tree->node_count] = (struct tree_node){.left = -1,
							   .right = -1,
							   .weight = all->h,
							   .depth = depth,
							   .value = tree->node_count};
	tree->node_count++;
	return true;
}

/* Moves the rows that go left to the front, keeping the order on both sides. */
static size_t partition(struct builder *b, const struct open_node *open, const struct split *split)
{
	const uint8_t *codes = b->bins->small + (size_t)split->column * b->bins->rows;
	uint32_t *rows = b->rows + open->start;
	size_t left = 0, right = 0;
	for (size_t i = 0; i < open->count; i++) {
		uint32_t row = rows[i];
		uint8_t code = codes[row];
		bool goes_left = code ? code <= split->code : split->nan_left;
		/* Both are written, one counts: no branch to guess wrong. */
		rows[left] = row;
		b->spare[right] = row;
		left += goes_left;
		right += !goes_left;
	}
	memcpy(rows + left, b->spare, right * sizeof *rows);
	return left;
}

static bool may_split(const struct builder *b, const struct open_node *open)
{
	size_t least = b->options->min_samples_leaf ? b->options->min_samples_leaf : 1;
	return open->count >= 2 * least &&
	       !(b->options->max_depth && open->depth >= b->options->max_depth);
}

static void settle(const struct builder *b, const struct open_node *open, int32_t *leaf)
{
	for (size_t i = 0; i < open->count; i++) {
		leaf[b->rows[open->start + i]] = open->node;
	}
}

/* The histograms of two children: the smaller one's is counted, the other is what the parent's leaves. */
static bool share_histogram(struct builder *b, struct open_node *parent, struct open_node *children)
{
	struct open_node *small = &children[children[0].count > children[1].count];
	struct open_node *large = &children[children[0].count <= children[1].count];
	if (!may_split(b, small) && !may_split(b, large)) {
		return true;
	}
	small->bins = take_histogram(b);
	if (!small->bins) {
		return false;
	}
	fill(b, small);
	if (may_split(b, large)) {
		large->bins = parent->bins;
		parent->bins = NULL;
		subtract(b, large->bins, small->bins);
	}
	return true;
}

/* Splits one node and puts its children on the stack. False when memory ran out. */
static bool split_node(struct builder *b, struct open_node *open, struct open_node *stack,
		       size_t *open_count, int32_t *leaf)
{
	struct split split = {0};
	if (may_split(b, open)) {
		split = best_split(b, open);
	}
	if (!split.code) {
		settle(b, open, leaf);
		return true;
	}
	size_t left_count = partition(b, open, &split);
	struct bin right = {open->all.g - split.left.g, open->all.h - split.left.h,
			    open->all.n - split.left.n};
	struct open_node children[2] = {{.depth = open->depth + 1,
					 .start = open->start,
					 .count = left_count,
					 .all = split.left},
					{.depth = open->depth + 1,
					 .start = open->start + left_count,
					 .count = open->count - left_count,
					 .all = right}};
	if (!add_node(b, open->depth + 1, &split.left, &children[0].node) ||
	    !add_node(b, open->depth + 1, &right, &children[1].node)) {
		return false;
	}
	struct tree_node *node = &b->tree->nodes[open->node];
	const double *cuts = b->bins->thresholds[split.column];
	node->left = children[0].node;
	node->right = children[1].node;
	node->column = split.column;
	node->threshold =
		split.code < b->bins->counts[split.column] ? cuts[split.code - 1] : INFINITY;
	node->nan_left = split.nan_left;
	node->gain = split.gain;
	bool shared = share_histogram(b, open, children);
	stack[(*open_count)++] = children[0];
	stack[(*open_count)++] = children[1];
	return shared;
}

static bool grow(struct builder *b, size_t row_count, struct open_node *stack, size_t places,
		 int32_t *leaf)
{
	struct open_node root = {.count = row_count};
	for (size_t i = 0; i < row_count; i++) {
		root.all.g += (double)b->gradient[b->rows[i]];
		root.all.h += (double)b->hessian[b->rows[i]];
	}
	root.all.n = (double)row_count;
	bool good = add_node(b, 0, &root.all, &root.node);
	root.bins = good ? take_histogram(b) : NULL;
	good = root.bins != NULL;
	if (good) {
		fill(b, &root);
	}
	size_t open_count = 0;
	stack[open_count++] = root;
	while (open_count) {
		struct open_node open = stack[--open_count];
		good = good && open_count + 2 <= places &&
		       split_node(b, &open, stack, &open_count, leaf);
		give_back(b, open.bins);
	}
	return good;
}

enum status tree_grow_histogram(struct tree **out, const struct tree_bins *bins,
				const uint32_t *rows, size_t row_count, const float *gradient,
				const float *hessian, const struct tree_options *options,
				int32_t *leaf, struct error *err)
{
	*out = NULL;
	if (row_count == 0 || !bins->small) {
		return error_set(err, STATUS_RANGE, "tree", "no rows or no bins to learn from");
	}
	struct builder b = {
		.bins = bins, .gradient = gradient, .hessian = hessian, .options = options};
	/* Depth first: each level leaves one open node behind, and no more than there are rows. */
	size_t depth = options->max_depth ? options->max_depth : row_count;
	size_t places = (depth < row_count ? depth : row_count) + 3;
	struct open_node *stack = malloc(places * sizeof *stack);
	b.pool_capacity = 64;
	b.pool = malloc(b.pool_capacity * sizeof(struct bin *));
	b.rows = malloc(row_count * sizeof *b.rows);
	b.spare = malloc((row_count + 1) * sizeof *b.spare);
	b.pairs = malloc(row_count * sizeof *b.pairs);
	b.tree = calloc(1, sizeof *b.tree);
	bool good = stack && b.pool && b.rows && b.spare && b.pairs && b.tree;
	if (good) {
		memcpy(b.rows, rows, row_count * sizeof *rows);
		b.tree->outputs = 1;
		good = grow(&b, row_count, stack, places, leaf);
	}
	while (b.pooled) {
		free(b.pool[--b.pooled]);
	}
	free(b.pool);
	free(b.pairs);
	free(b.spare);
	free(b.rows);
	free(stack);
	if (!good) {
		if (b.tree) {
			tree_free(b.tree);
		}
		return error_set(err, STATUS_NOMEM, "tree", "out of memory");
	}
	*out = b.tree;
	return STATUS_OK;
}
