/* Files of classic models: tensors in the safetensors format, their kind and sizes in its header. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/ml/ensemble_private.h"
#include "engine/ml/learned.h"
#include "engine/nn/files.h"

#define MOST_ITEMS 12
#define MOST_PAIRS 48
#define LINKS 5 /* left, right, column, nan_left, depth */
#define NUMBERS 3 /* threshold, gain, weight */
#define MOST_SIZE 100000000

/* ---- writing ---- */

struct writing {
	struct module_tensor items[MOST_ITEMS];
	struct module_list list;
	const char *pairs[2 * MOST_PAIRS + 1];
	char texts[8][32];
	int pair_count, text_count;
	struct error *err;
	enum status status;
};

static void put_tensor(struct writing *w, const char *name, enum dtype dtype, int64_t rows,
		       int64_t columns, const void *data)
{
	const int64_t shape[] = {rows, columns};
	struct tensor *t = w->status == STATUS_OK ? tensor_wrap(dtype, columns ? 2 : 1, shape,
								(void *)(uintptr_t)data, w->err)
						  : NULL;
	if (!t) {
		w->status = w->status ? w->status : STATUS_NOMEM;
		return;
	}
	struct module_tensor *item = &w->items[w->list.count++];
	snprintf(item->name, sizeof item->name, "%s", name);
	item->tensor = t;
}

static void put_pair(struct writing *w, const char *name, const char *value)
{
	if (w->pair_count < MOST_PAIRS) {
		w->pairs[2 * w->pair_count] = name;
		w->pairs[2 * w->pair_count + 1] = value;
		w->pair_count++;
	}
}

static void put_number(struct writing *w, const char *name, double value)
{
	char *text = w->texts[w->text_count++];
	snprintf(text, sizeof w->texts[0], "%.17g", value);
	put_pair(w, name, text);
}

struct packed_trees {
	int32_t *first, *links;
	double *numbers, *values;
};

static void release_packed(struct packed_trees *p)
{
	free(p->first);
	free(p->links);
	free(p->numbers);
	free(p->values);
}

static bool pack_trees(struct packed_trees *p, size_t *nodes, struct tree *const *trees,
		       size_t count)
{
	size_t outputs = count ? trees[0]->outputs : 1, at = 0;
	*nodes = 0;
	for (size_t t = 0; t < count; t++) {
		*nodes += trees[t]->node_count;
	}
	p->first = malloc((count + 1) * sizeof *p->first);
	p->links = malloc((*nodes * LINKS + 1) * sizeof *p->links);
	p->numbers = malloc((*nodes * NUMBERS + 1) * sizeof *p->numbers);
	p->values = malloc((*nodes * outputs + 1) * sizeof *p->values);
	if (!p->first || !p->links || !p->numbers || !p->values || *nodes > INT32_MAX) {
		return false;
	}
	for (size_t t = 0; t < count; t++) {
		p->first[t] = (int32_t)at;
		for (size_t i = 0; i < trees[t]->node_count; i++, at++) {
			const struct tree_node *n = &trees[t]->nodes[i];
			const int32_t links[LINKS] = {n->left, n->right, (int32_t)n->column,
						      n->nan_left, (int32_t)n->depth};
			const double numbers[NUMBERS] = {n->threshold, n->gain, n->weight};
			memcpy(p->links + at * LINKS, links, sizeof links);
			memcpy(p->numbers + at * NUMBERS, numbers, sizeof numbers);
			memcpy(p->values + at * outputs, trees[t]->values + n->value,
			       outputs * sizeof *p->values);
		}
	}
	p->first[count] = (int32_t)at;
	return true;
}

static void put_trees(struct writing *w, struct packed_trees *p, struct tree *const *trees,
		      size_t count)
{
	size_t nodes;
	if (!pack_trees(p, &nodes, trees, count)) {
		w->status = error_set(w->err, STATUS_NOMEM, "model", "out of memory");
		return;
	}
	put_tensor(w, "tree.first", DTYPE_I32, (int64_t)count + 1, 0, p->first);
	put_tensor(w, "tree.links", DTYPE_I32, (int64_t)nodes, LINKS, p->links);
	put_tensor(w, "tree.numbers", DTYPE_F64, (int64_t)nodes, NUMBERS, p->numbers);
	put_tensor(w, "tree.values", DTYPE_F64, (int64_t)nodes,
		   count ? (int64_t)trees[0]->outputs : 1, p->values);
}

static void put_model(struct writing *w, struct packed_trees *packed, const struct learned *m)
{
	int64_t outputs = m->classes > 2 ? m->classes : 1;
	switch (m->kind) {
	case LEARNED_RIDGE:
	case LEARNED_LOGISTIC:
		put_tensor(w, "coefficients", DTYPE_F64, outputs, m->columns, m->a);
		put_tensor(w, "intercepts", DTYPE_F64, outputs, 0, m->b);
		break;
	case LEARNED_NAIVE_BAYES:
		put_tensor(w, "log_likelihood", DTYPE_F64, m->classes, m->columns, m->a);
		put_tensor(w, "log_prior", DTYPE_F64, m->classes, 0, m->b);
		break;
	case LEARNED_KNN:
		put_tensor(w, "rows", DTYPE_F64, m->rows, m->columns, m->a);
		put_tensor(w, "labels", DTYPE_I32, m->rows, 0, m->labels);
		put_number(w, "k", (double)m->k);
		break;
	case LEARNED_KMEANS:
		put_tensor(w, "centres", DTYPE_F64, m->k, m->columns, m->a);
		break;
	case LEARNED_FOREST:
		put_trees(w, packed, m->forest->trees, m->forest->tree_count);
		break;
	case LEARNED_BOOSTING:
		put_trees(w, packed, m->boosting->trees,
			  (size_t)m->boosting->rounds * m->boosting->outputs);
		put_tensor(w, "start", DTYPE_F64, (int64_t)m->boosting->outputs, 0,
			   m->boosting->start);
		put_number(w, "learning_rate", m->boosting->learning_rate);
		put_number(w, "loss", m->boosting->loss);
		break;
	default:
		w->status = error_set(w->err, STATUS_UNSUPPORTED, learned_kind_word(m->kind),
				      message(MSG_MODEL_FILE_KIND), learned_kind_word(m->kind));
	}
}

enum status learned_write(struct strbuf *out, const struct learned *m, const char *const *metadata,
			  struct error *err)
{
	struct writing w = {.err = err};
	struct packed_trees packed = {0};
	struct tensor_scope scope;
	w.list.items = w.items;
	put_pair(&w, "format", "mundap");
	put_pair(&w, "kind", learned_kind_word(m->kind));
	put_number(&w, "columns", (double)m->columns);
	put_number(&w, "classes", (double)m->classes);
	for (int i = 0; metadata && metadata[i] && metadata[i + 1]; i += 2) {
		put_pair(&w, metadata[i], metadata[i + 1]);
	}
	tensor_scope_open(&scope);
	put_model(&w, &packed, m);
	if (w.status == STATUS_OK) {
		w.status = safetensors_write(out, &w.list, w.pairs, err);
	}
	tensor_scope_close(&scope);
	release_packed(&packed);
	return w.status;
}

/* ---- reading ---- */

struct reading {
	const struct module_list *list;
	json_t *metadata;
	struct error *err;
	enum status status;
};

static void corrupt(struct reading *r, const char *what)
{
	if (r->status == STATUS_OK) {
		r->status = error_set(r->err, STATUS_CORRUPT, what, message(MSG_MODEL_FILE_CORRUPT),
				      what);
	}
}

/* A whole number of the header between low and high. */
static int64_t take_whole(struct reading *r, const char *name, int64_t low, int64_t high)
{
	const char *text = json_string_value(json_object_get(r->metadata, name));
	double value = text ? strtod(text, NULL) : NAN;
	if (!(value >= (double)low && value <= (double)high) || value != floor(value)) {
		corrupt(r, name);
		return low;
	}
	return (int64_t)value;
}

/* The data of a tensor of exactly this shape, or NULL (rows < 0: any number of rows, told in *rows). */
static const void *find(struct reading *r, const char *name, enum dtype dtype, int64_t *rows,
			int64_t columns)
{
	for (int i = 0; r->status == STATUS_OK && i < r->list->count; i++) {
		const struct tensor *t = r->list->items[i].tensor;
		if (strcmp(r->list->items[i].name, name) != 0) {
			continue;
		}
		if (t->dtype == dtype && t->dims == (columns ? 2 : 1) && t->shape[0] <= MOST_SIZE &&
		    (*rows < 0 || t->shape[0] == *rows) && (!columns || t->shape[1] == columns)) {
			*rows = t->shape[0];
			return tensor_data(t);
		}
	}
	corrupt(r, name);
	return NULL;
}

static void *take(struct reading *r, const char *name, enum dtype dtype, int64_t *rows,
		  int64_t columns)
{
	const void *data = find(r, name, dtype, rows, columns);
	size_t bytes =
		data ? (size_t)*rows * (size_t)(columns ? columns : 1) * tensor_dtype_size(dtype)
		     : 0;
	void *copy = data ? malloc(bytes + 1) : NULL;
	if (copy) {
		memcpy(copy, data, bytes);
	} else if (data) {
		r->status = error_set(r->err, STATUS_NOMEM, "model", "out of memory");
	}
	return copy;
}

static double *take_doubles(struct reading *r, const char *name, int64_t rows, int64_t columns)
{
	return take(r, name, DTYPE_F64, &rows, columns);
}

static struct tree *unpack_tree(struct reading *r, const int32_t *links, const double *numbers,
				const double *values, size_t nodes, size_t outputs, int64_t columns)
{
	struct tree *tree = calloc(1, sizeof *tree);
	if (tree) {
		tree->nodes = calloc(nodes, sizeof *tree->nodes);
		tree->values = malloc(nodes * outputs * sizeof *tree->values);
	}
	if (!tree || !tree->nodes || !tree->values) {
		r->status = error_set(r->err, STATUS_NOMEM, "model", "out of memory");
		if (tree) {
			tree_free(tree);
		}
		return NULL;
	}
	tree->node_count = nodes;
	tree->outputs = outputs;
	memcpy(tree->values, values, nodes * outputs * sizeof *values);
	for (size_t i = 0; i < nodes; i++) {
		const int32_t *l = links + i * LINKS;
		const double *n = numbers + i * NUMBERS;
		/* Children come after their parent: following them ends. */
		bool leaf = l[0] == -1 && l[1] == -1;
		if (!leaf && (l[0] <= (int32_t)i || l[1] <= (int32_t)i || l[0] >= (int32_t)nodes ||
			      l[1] >= (int32_t)nodes || l[2] < 0 || l[2] >= columns)) {
			corrupt(r, "tree.links");
			break;
		}
		tree->nodes[i] = (struct tree_node){.left = l[0],
						    .right = l[1],
						    .column = (uint32_t)l[2],
						    .nan_left = l[3] != 0,
						    .depth = (uint32_t)l[4],
						    .threshold = n[0],
						    .gain = n[1],
						    .weight = n[2],
						    .value = i * outputs};
	}
	return tree;
}

/* The trees read so far stay in the array even when one fails: the model's release frees them. */
static struct tree **take_trees(struct reading *r, size_t *count, int64_t outputs, int64_t columns)
{
	int64_t firsts = -1, nodes = -1;
	const int32_t *first = find(r, "tree.first", DTYPE_I32, &firsts, 0);
	const int32_t *links = find(r, "tree.links", DTYPE_I32, &nodes, LINKS);
	const double *numbers = find(r, "tree.numbers", DTYPE_F64, &nodes, NUMBERS);
	const double *values = find(r, "tree.values", DTYPE_F64, &nodes, outputs);
	*count = 0;
	if (!first || !links || !numbers || !values || firsts < 2) {
		corrupt(r, "tree.first");
		return NULL;
	}
	struct tree **trees = calloc((size_t)firsts, sizeof(struct tree *));
	if (!trees) {
		r->status = error_set(r->err, STATUS_NOMEM, "model", "out of memory");
		return NULL;
	}
	for (int64_t t = 0; t + 1 < firsts && r->status == STATUS_OK; t++) {
		if (first[t] < 0 || first[t + 1] <= first[t] || first[t + 1] > nodes) {
			corrupt(r, "tree.first");
			break;
		}
		size_t at = (size_t)first[t];
		trees[t] = unpack_tree(r, links + at * LINKS, numbers + at * NUMBERS,
				       values + at * (size_t)outputs,
				       (size_t)(first[t + 1] - first[t]), (size_t)outputs, columns);
		*count += trees[t] != NULL;
	}
	return trees;
}

static void take_forest(struct reading *r, struct learned *m)
{
	m->forest = calloc(1, sizeof *m->forest);
	if (!m->forest) {
		r->status = error_set(r->err, STATUS_NOMEM, "model", "out of memory");
		return;
	}
	m->forest->outputs = m->classes ? (size_t)m->classes : 1;
	m->forest->columns = (size_t)m->columns;
	m->forest->trees =
		take_trees(r, &m->forest->tree_count, (int64_t)m->forest->outputs, m->columns);
}

static void take_boosting(struct reading *r, struct learned *m)
{
	struct boosting *b = m->boosting = calloc(1, sizeof *b);
	if (!b) {
		r->status = error_set(r->err, STATUS_NOMEM, "model", "out of memory");
		return;
	}
	size_t count;
	const char *rate = json_string_value(json_object_get(r->metadata, "learning_rate"));
	b->loss = (enum boosting_loss)take_whole(r, "loss", 0, BOOSTING_SOFTMAX);
	b->learning_rate = rate ? strtod(rate, NULL) : 0;
	b->outputs = b->loss == BOOSTING_SOFTMAX ? (size_t)m->classes : 1;
	b->columns = (size_t)m->columns;
	bool classes_fit = b->loss == BOOSTING_SQUARED    ? m->classes == 0
			   : b->loss == BOOSTING_LOGISTIC ? m->classes == 2
							  : m->classes >= 1;
	if (!classes_fit) {
		b->outputs = 1;
		corrupt(r, "classes");
	}
	b->start = take_doubles(r, "start", (int64_t)b->outputs, 0);
	b->trees = take_trees(r, &count, 1, m->columns);
	b->rounds = (unsigned)(count / b->outputs);
	if (r->status == STATUS_OK && count % b->outputs) {
		corrupt(r, "tree.first");
	}
	for (size_t t = (size_t)b->rounds * b->outputs; t < count; t++) {
		tree_free(b->trees[t]);
	}
	m->k = b->rounds;
}

static void take_model(struct reading *r, struct learned *m)
{
	int64_t outputs = m->classes > 2 ? m->classes : 1;
	switch (m->kind) {
	case LEARNED_RIDGE:
	case LEARNED_LOGISTIC:
		if ((m->kind == LEARNED_RIDGE) != (m->classes == 0) || m->classes == 1) {
			corrupt(r, "classes");
		}
		m->a = take_doubles(r, "coefficients", outputs, m->columns);
		m->b = take_doubles(r, "intercepts", outputs, 0);
		break;
	case LEARNED_NAIVE_BAYES:
		m->a = take_doubles(r, "log_likelihood", m->classes, m->columns);
		m->b = take_doubles(r, "log_prior", m->classes, 0);
		break;
	case LEARNED_KNN:
		m->rows = -1;
		m->a = take(r, "rows", DTYPE_F64, &m->rows, m->columns);
		m->labels = take(r, "labels", DTYPE_I32, &m->rows, 0);
		m->k = take_whole(r, "k", 1, m->rows > 0 ? m->rows : 1);
		for (int64_t i = 0; m->labels && i < m->rows; i++) {
			if (m->labels[i] < 0 || m->labels[i] >= m->classes) {
				corrupt(r, "labels");
			}
		}
		break;
	case LEARNED_KMEANS:
		m->k = -1;
		m->a = take(r, "centres", DTYPE_F64, &m->k, m->columns);
		break;
	case LEARNED_FOREST:
		take_forest(r, m);
		break;
	case LEARNED_BOOSTING:
		take_boosting(r, m);
		break;
	default:
		corrupt(r, "kind");
	}
}

enum status learned_read(struct learned *out, const void *bytes, size_t length, struct error *err)
{
	memset(out, 0, sizeof *out);
	struct module_list list;
	struct strbuf header;
	strbuf_init(&header);
	enum status status = safetensors_read(&list, bytes, length, err);
	if (status != STATUS_OK) {
		return status;
	}
	safetensors_metadata(&header, bytes, length);
	struct reading r = {.list = &list,
			    .metadata = json_loadb(header.text, header.length, 0, NULL),
			    .err = err};
	const char *kind = json_string_value(json_object_get(r.metadata, "kind"));
	out->kind = LEARNED_KINDS;
	for (int k = 0; kind && k < LEARNED_KINDS; k++) {
		out->kind = strcmp(kind, learned_kind_word((enum learned_kind)k)) == 0
				    ? (enum learned_kind)k
				    : out->kind;
	}
	out->columns = take_whole(&r, "columns", 1, 1000000);
	out->classes = take_whole(&r, "classes", 0, 1000000);
	if (out->kind == LEARNED_KINDS) {
		corrupt(&r, "kind");
	} else if (r.status == STATUS_OK) {
		take_model(&r, out);
	}
	if (r.status != STATUS_OK) {
		learned_release(out);
	}
	json_decref(r.metadata);
	strbuf_release(&header);
	module_list_release(&list);
	return r.status;
}
