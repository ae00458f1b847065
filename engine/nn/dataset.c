#include "engine/nn/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/base/rng.h"

struct dataset *dataset_new(struct tensor *inputs, struct tensor *targets, struct error *err)
{
	if (!inputs || inputs->dims < 1 || inputs->shape[0] < 1) {
		error_set(err, STATUS_INVALID, "data", "%s", message(MSG_NN_NO_DATA));
		return NULL;
	}
	if (targets && (targets->dims < 1 || targets->shape[0] != inputs->shape[0])) {
		error_set(err, STATUS_SHAPE, "data", message(MSG_NN_ROWS),
			  (long long)inputs->shape[0],
			  (long long)(targets->dims ? targets->shape[0] : 0));
		return NULL;
	}
	struct dataset *ds = calloc(1, sizeof *ds);
	if (!ds) {
		error_set(err, STATUS_NOMEM, "data", message(MSG_TENSOR_NOMEM), 0.0);
		return NULL;
	}
	ds->inputs = tensor_ref(inputs);
	ds->targets = tensor_ref(targets);
	ds->count = inputs->shape[0];
	ds->scale = 1.0 / 255;
	ds->refs = 1;
	if (targets && targets->dtype == DTYPE_I32 && targets->dims == 1) {
		for (int64_t i = 0; i < ds->count && ds->class_count >= 0; i++) {
			int32_t c = tensor_i32(targets)[i * targets->stride[0]];
			ds->class_count = c < 0 || c == INT32_MAX ? -1
					  : c >= ds->class_count  ? c + 1
								  : ds->class_count;
		}
		ds->class_count = ds->class_count < 0 ? 0 : ds->class_count; /* no classes */
	}
	return ds;
}

struct dataset *dataset_ref(struct dataset *ds)
{
	ds->refs++;
	return ds;
}

void dataset_unref(struct dataset *ds)
{
	if (!ds || --ds->refs > 0) {
		return;
	}
	for (int i = 0; ds->class_names && i < ds->class_count; i++) {
		free(ds->class_names[i]);
	}
	free(ds->class_names);
	free(ds->order);
	tensor_unref(ds->inputs);
	tensor_unref(ds->targets);
	free(ds);
}

static enum status copy_names(struct dataset *to, const struct dataset *from, struct error *err)
{
	if (!from->class_names) {
		return STATUS_OK;
	}
	to->class_names = calloc((size_t)from->class_count + 1, sizeof *to->class_names);
	bool ok = to->class_names != NULL;
	for (int i = 0; i < from->class_count && ok; i++) {
		to->class_names[i] = strdup(from->class_names[i]);
		ok = to->class_names[i] != NULL;
	}
	return ok ? STATUS_OK
		  : error_set(err, STATUS_NOMEM, "data", message(MSG_TENSOR_NOMEM), 0.0);
}

struct dataset *dataset_subset(struct dataset *ds, const int64_t *rows, int64_t count,
			       struct error *err)
{
	struct dataset *sub = calloc(1, sizeof *sub);
	int64_t *order = malloc(((size_t)count + 1) * sizeof *order);
	if (!sub || !order) {
		free(sub);
		free(order);
		error_set(err, STATUS_NOMEM, "data", message(MSG_TENSOR_NOMEM), 0.0);
		return NULL;
	}
	for (int64_t i = 0; i < count; i++) {
		if (rows[i] < 0 || rows[i] >= ds->count) {
			error_set(err, STATUS_RANGE, "data", message(MSG_NN_ROW_RANGE),
				  (long long)rows[i], (long long)ds->count);
			free(sub);
			free(order);
			return NULL;
		}
		order[i] = ds->order ? ds->order[rows[i]] : rows[i];
	}
	*sub = *ds;
	sub->refs = 1;
	sub->class_names = NULL;
	sub->order = order;
	sub->count = count;
	tensor_ref(sub->inputs);
	tensor_ref(sub->targets);
	if (copy_names(sub, ds, err) != STATUS_OK) {
		dataset_unref(sub);
		return NULL;
	}
	return sub;
}

static int64_t row_of(const struct dataset *ds, int64_t i)
{
	return ds->order ? ds->order[i] : i;
}

/* The class of position i; 0 where targets are no classes. */
static int32_t class_of(const struct dataset *ds, int64_t i)
{
	return ds->class_count > 0 ? tensor_i32(ds->targets)[row_of(ds, i) * ds->targets->stride[0]]
				   : 0;
}

enum status dataset_split(struct dataset **first, struct dataset **rest, struct dataset *ds,
			  double fraction, uint64_t seed, struct error *err)
{
	*first = *rest = NULL;
	size_t n = (size_t)ds->count;
	uint32_t *mixed = malloc((n + 1) * sizeof *mixed);
	int64_t *chosen = malloc((n + 1) * sizeof *chosen);
	int classes = ds->class_count > 0 ? ds->class_count : 1;
	int64_t *wanted = calloc((size_t)classes, sizeof *wanted);
	if (!mixed || !chosen || !wanted) {
		free(mixed);
		free(chosen);
		free(wanted);
		return error_set(err, STATUS_NOMEM, "data", message(MSG_TENSOR_NOMEM), 0.0);
	}
	struct rng rng;
	rng_init(&rng, seed, 0x5bd1);
	rng_permutation(&rng, mixed, n);
	for (int64_t i = 0; i < ds->count; i++) {
		wanted[class_of(ds, i)]++;
	}
	for (int c = 0; c < classes; c++) {
		wanted[c] = (int64_t)(fraction * (double)wanted[c] + 0.5);
	}
	int64_t left = 0, right = ds->count;
	for (size_t i = 0; i < n; i++) {
		if (wanted[class_of(ds, mixed[i])]-- > 0) {
			chosen[left++] = mixed[i];
		} else {
			chosen[--right] = mixed[i];
		}
	}
	*first = dataset_subset(ds, chosen, left, err);
	*rest = *first ? dataset_subset(ds, chosen + left, ds->count - left, err) : NULL;
	free(mixed);
	free(chosen);
	free(wanted);
	if (!*rest) {
		dataset_unref(*first);
		*first = NULL;
		return err ? err->status : STATUS_NOMEM;
	}
	return STATUS_OK;
}

/* Moves each class's rows, in the order they have, to places evenly apart: its j-th of m goes to (j + start) / m of the
 * way, start drawn for the class. One counting sort by place. */
static void spread_classes(uint32_t *order, const struct dataset *ds, struct rng *rng,
			   int64_t *seen, double *start, uint32_t *next, uint32_t *mixed)
{
	int64_t n = ds->count, *total = seen + ds->class_count;
	for (int c = 0; c < ds->class_count; c++) {
		start[c] = rng_uniform(rng);
	}
	for (int64_t i = 0; i < n; i++) {
		total[class_of(ds, i)]++;
	}
	for (int pass = 0; pass < 2; pass++) {
		memset(seen, 0, (size_t)ds->class_count * sizeof *seen);
		for (int64_t i = 0; i < n; i++) {
			int32_t c = class_of(ds, mixed[i]);
			double way = ((double)seen[c]++ + start[c]) / (double)total[c];
			int64_t place = (int64_t)(way * (double)n);
			if (pass == 0) {
				next[place + 1]++;
			} else {
				order[next[place]++] = mixed[i];
			}
		}
		for (int64_t i = 0; pass == 0 && i < n; i++) {
			next[i + 1] += next[i];
		}
	}
}

enum status dataset_shuffle(uint32_t *order, const struct dataset *ds, uint64_t seed,
			    uint64_t epoch, struct error *err)
{
	struct rng rng;
	rng_init(&rng, seed, epoch);
	size_t n = (size_t)ds->count, classes = (size_t)ds->class_count;
	if (classes <= 1 || classes > n) {
		rng_permutation(&rng, order, n);
		return STATUS_OK;
	}
	uint32_t *mixed = malloc((n + 1) * sizeof *mixed);
	uint32_t *next = calloc(n + 2, sizeof *next);
	int64_t *seen = calloc(classes * 2, sizeof *seen);
	double *start = calloc(classes, sizeof *start);
	bool ready = mixed && next && seen && start;
	if (ready) {
		rng_permutation(&rng, mixed, n);
		spread_classes(order, ds, &rng, seen, start, next, mixed);
	}
	free(mixed);
	free(next);
	free(seen);
	free(start);
	return ready ? STATUS_OK
		     : error_set(err, STATUS_NOMEM, "data", message(MSG_TENSOR_NOMEM), 0.0);
}

enum status dataset_batch_tensors(struct tensor **inputs, struct tensor **targets,
				  const struct dataset *ds, int64_t count, struct error *err)
{
	int64_t shape[TENSOR_MAX_DIMS];
	memcpy(shape, ds->inputs->shape, sizeof shape);
	shape[0] = count;
	enum dtype dtype = ds->inputs->dtype == DTYPE_I32 ? DTYPE_I32 : DTYPE_F32;
	*targets = NULL;
	*inputs = tensor_new(dtype, ds->inputs->dims, shape, err);
	if (*inputs && ds->targets) {
		memcpy(shape, ds->targets->shape, sizeof shape);
		shape[0] = count;
		dtype = ds->targets->dtype == DTYPE_I32 ? DTYPE_I32 : DTYPE_F32;
		*targets = tensor_new(dtype, ds->targets->dims, shape, err);
	}
	return *inputs && (*targets || !ds->targets) ? STATUS_OK : STATUS_NOMEM;
}

static void gather_rows(struct tensor *to, const struct tensor *from, const struct dataset *ds,
			const uint32_t *positions, int64_t count, double scale, double shift)
{
	int64_t width = from->shape[0] ? tensor_numel(from) / from->shape[0] : 0;
	size_t size = tensor_dtype_size(from->dtype);
	for (int64_t i = 0; i < count; i++) {
		int64_t row = row_of(ds, positions[i]);
		const char *source = (const char *)tensor_data(from) + (size_t)(row * width) * size;
		if (from->dtype == DTYPE_U8 && to->dtype == DTYPE_F32) {
			const uint8_t *p = (const uint8_t *)source;
			float *q = tensor_f32(to) + i * width;
			float s = (float)scale, b = (float)shift;
			for (int64_t k = 0; k < width; k++) {
				q[k] = (float)p[k] * s + b;
			}
		} else if (from->dtype == to->dtype) {
			memcpy((char *)tensor_data(to) + (size_t)(i * width) * size, source,
			       (size_t)width * size);
		} else {
			for (int64_t k = 0; k < width; k++) {
				tensor_set(to, i * width + k, tensor_get(from, row * width + k));
			}
		}
	}
}

enum status dataset_gather(struct tensor *inputs, struct tensor *targets, const struct dataset *ds,
			   const uint32_t *positions, int64_t count, struct error *err)
{
	for (int64_t i = 0; i < count; i++) {
		if (positions[i] >= ds->count) {
			return error_set(err, STATUS_RANGE, "data", message(MSG_NN_ROW_RANGE),
					 (long long)positions[i], (long long)ds->count);
		}
	}
	if (!tensor_is_contiguous(ds->inputs) ||
	    (ds->targets && !tensor_is_contiguous(ds->targets))) {
		return error_set(err, STATUS_INVALID, "data", "%s", message(MSG_NN_NO_DATA));
	}
	gather_rows(inputs, ds->inputs, ds, positions, count, ds->scale, ds->shift);
	if (targets && ds->targets) {
		gather_rows(targets, ds->targets, ds, positions, count, 1, 0);
	}
	return STATUS_OK;
}
