#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/nn/compress.h"
#include "engine/nn/layers.h"

/* Structured pruning: whole channels (of convolutions) and units (of linear layers) go, so that the layers that are left are
 * smaller and need no kernel of their own. What follows a layer loses the matching inputs. */

static bool has_weight(const struct module *m)
{
	return (m->kind == &module_conv2d && module_setting(m, "groups") == 1) ||
	       m->kind == &module_linear;
}

/* Layers that treat every channel alike. */
static bool lets_through(const struct module *m)
{
	static const char *const names[] = {
		"relu",    "leaky_relu",      "tanh",       "sigmoid",        "gelu",
		"silu",    "softplus",        "dropout",    "max_pool2d",     "avg_pool2d",
		"flatten", "global_avg_pool", "upsample2d", "global_max_pool"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (strcmp(m->kind->name, names[i]) == 0) {
			return true;
		}
	}
	return false;
}

static bool is_batch_norm(const struct module *m)
{
	return m->kind == &module_batch_norm2d || m->kind == &module_batch_norm1d;
}

struct channel {
	double norm;
	int64_t at;
};

static int larger_first(const void *a, const void *b)
{
	const struct channel *x = a, *y = b;
	return x->norm != y->norm ? (x->norm < y->norm) - (x->norm > y->norm)
				  : (x->at > y->at) - (x->at < y->at);
}

static int by_place(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* The channels with the largest weights, in their old order. Source: Li et al. 2017 (L1 norm of a filter) */
static int64_t *choose(const struct tensor *w, int64_t keep, struct error *err)
{
	int64_t outs = w->shape[0], each = tensor_numel(w) / outs;
	struct channel *all = calloc((size_t)outs, sizeof *all);
	int64_t *kept = calloc((size_t)keep, sizeof *kept);
	for (int64_t o = 0; all && kept && o < outs; o++) {
		all[o].at = o;
		for (int64_t i = 0; i < each; i++) {
			all[o].norm += fabs((double)tensor_f32(w)[o * each + i]);
		}
	}
	if (!all || !kept) {
		free(all);
		free(kept);
		error_set(err, STATUS_NOMEM, "prune", message(MSG_TENSOR_NOMEM), 0.0);
		return NULL;
	}
	qsort(all, (size_t)outs, sizeof *all, larger_first);
	for (int64_t k = 0; k < keep; k++) {
		kept[k] = all[k].at;
	}
	qsort(kept, (size_t)keep, sizeof *kept, by_place);
	free(all);
	return kept;
}

/* Rows of dimension 0 (outputs) or blocks of dimension 1 (inputs) of a contiguous tensor. */
static void copy_outputs(struct tensor *to, const struct tensor *from, const int64_t *kept)
{
	int64_t each = tensor_numel(from) / from->shape[0];
	for (int64_t k = 0; k < to->shape[0]; k++) {
		memcpy(tensor_f32(to) + k * each, tensor_f32(from) + kept[k] * each,
		       (size_t)each * sizeof(float));
	}
}
static void copy_inputs(struct tensor *to, const struct tensor *from, const int64_t *kept,
			int64_t count)
{
	int64_t old_row = tensor_numel(from) / from->shape[0];
	int64_t new_row = tensor_numel(to) / to->shape[0], each = new_row / count;
	for (int64_t o = 0; o < to->shape[0]; o++) {
		for (int64_t k = 0; k < count; k++) {
			memcpy(tensor_f32(to) + o * new_row + k * each,
			       tensor_f32(from) + o * old_row + kept[k] * each,
			       (size_t)each * sizeof(float));
		}
	}
}

/* A layer with other sizes; takes the place of children[at]. */
static struct module *resize(struct module *sequence, int at, const char *field, double value,
			     struct error *err)
{
	const struct module *old = sequence->children[at].module;
	struct module_config config = old->config;
	config.value[module_field_index(old->kind, field)] = value;
	return module_new(old->kind, &config, err);
}

static void put(struct module *sequence, int at, struct module *m)
{
	module_train(m, sequence->training);
	module_unref(sequence->children[at].module);
	sequence->children[at].module = m;
}

static enum status shrink_outputs(struct module *s, int at, const int64_t *kept, int64_t count,
				  struct error *err)
{
	const struct module *old = s->children[at].module;
	bool norm = is_batch_norm(old);
	struct module *m =
		resize(s, at, norm ? old->kind->fields[0].name : "out", (double)count, err);
	if (!m) {
		return err ? err->status : STATUS_NOMEM;
	}
	for (int i = 0; i < m->parameter_count; i++) {
		copy_outputs(m->parameters[i].tensor, old->parameters[i].tensor, kept);
	}
	for (int i = 0; i < m->buffer_count; i++) {
		if (old->buffers[i].tensor->dims == 1 && m->buffers[i].tensor->shape[0] == count) {
			copy_outputs(m->buffers[i].tensor, old->buffers[i].tensor, kept);
		}
	}
	put(s, at, m);
	return STATUS_OK;
}

static enum status shrink_inputs(struct module *s, int at, const int64_t *kept, int64_t count,
				 int64_t before, struct error *err)
{
	const struct module *old = s->children[at].module;
	double in = module_setting(old, "in");
	struct module *m = resize(s, at, "in", in / (double)before * (double)count, err);
	if (!m) {
		return err ? err->status : STATUS_NOMEM;
	}
	copy_inputs(module_parameter(m, "weight"), module_parameter(old, "weight"), kept, count);
	if (module_parameter(m, "bias")) {
		tensor_copy_into(module_parameter(m, "bias"), module_parameter(old, "bias"), NULL);
	}
	put(s, at, m);
	return STATUS_OK;
}

/* The next layer with weights when all between lets channels through; -1 otherwise. */
static int follower(const struct module *s, int at)
{
	for (int j = at + 1; j < s->child_count; j++) {
		const struct module *m = s->children[j].module;
		if (has_weight(m)) {
			return j;
		}
		if (!lets_through(m) && !is_batch_norm(m)) {
			return -1;
		}
	}
	return -1;
}

struct module *module_prune_channels(const struct module *m, double fraction, struct error *err)
{
	struct error local = ERROR_INIT;
	err = err ? err : &local;
	if (m->kind != &module_sequential || !(fraction >= 0 && fraction < 1)) {
		error_set(err, STATUS_INVALID, "prune", "%s", message(MSG_NN_PRUNE_SEQUENTIAL));
		return NULL;
	}
	struct module *s = module_clone(m, err);
	enum status status = s ? STATUS_OK : STATUS_NOMEM;
	for (int i = 0; status == STATUS_OK && i < s->child_count; i++) {
		int next = has_weight(s->children[i].module) ? follower(s, i) : -1;
		if (next < 0) {
			continue;
		}
		const struct tensor *w = module_parameter(s->children[i].module, "weight");
		int64_t before = w->shape[0];
		int64_t count = before - (int64_t)floor(fraction * (double)before + 1e-9);
		count = count > 0 ? count : 1;
		int64_t *kept = choose(w, count, err);
		status = kept ? shrink_outputs(s, i, kept, count, err) : STATUS_NOMEM;
		for (int j = i + 1; j < next && status == STATUS_OK; j++) {
			if (is_batch_norm(s->children[j].module)) {
				status = shrink_outputs(s, j, kept, count, err);
			}
		}
		status = status == STATUS_OK ? shrink_inputs(s, next, kept, count, before, err)
					     : status;
		free(kept);
	}
	if (status != STATUS_OK) {
		module_unref(s);
		return NULL;
	}
	return s;
}
