#include "engine/tensor/tensor.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/tensor/state.h"

/* The numbers in a tensor: looked at one by one, described, and changed in place. */

/* --- looking --- */
int64_t tensor_numel(const struct tensor *t)
{
	int64_t n = 1;
	for (int d = 0; d < t->dims; d++) {
		n *= t->shape[d];
	}
	return n;
}

bool tensor_is_contiguous(const struct tensor *t)
{
	int64_t stride = 1;
	for (int d = t->dims - 1; d >= 0; d--) {
		if (t->shape[d] != 1 && t->stride[d] != stride) {
			return false;
		}
		stride *= t->shape[d];
	}
	return true;
}

bool tensor_same_shape(const struct tensor *a, const struct tensor *b)
{
	return a->dims == b->dims &&
	       memcmp(a->shape, b->shape, (size_t)a->dims * sizeof *a->shape) == 0;
}

void *tensor_data(const struct tensor *t)
{
	return (char *)t->storage->data + (size_t)t->offset * tensor_dtype_size(t->dtype);
}

static int64_t place_of(const struct tensor *t, int64_t i)
{
	int64_t at = t->offset;
	for (int d = t->dims - 1; d >= 0; d--) {
		at += i % t->shape[d] * t->stride[d];
		i /= t->shape[d];
	}
	return at;
}

static double load(const struct tensor *t, int64_t at)
{
	switch (t->dtype) {
	case DTYPE_F32:
		return ((const float *)t->storage->data)[at];
	case DTYPE_F64:
		return ((const double *)t->storage->data)[at];
	case DTYPE_I32:
		return ((const int32_t *)t->storage->data)[at];
	case DTYPE_I8:
		return ((const int8_t *)t->storage->data)[at];
	default:
		return ((const uint8_t *)t->storage->data)[at];
	}
}

/* Integers saturate; NaN becomes 0. */
static double into_range(double v, double low, double high)
{
	return v >= low ? (v <= high ? v : high) : (v < low ? low : 0);
}

static void store(struct tensor *t, int64_t at, double v)
{
	switch (t->dtype) {
	case DTYPE_F32:
		((float *)t->storage->data)[at] = (float)v;
		break;
	case DTYPE_F64:
		((double *)t->storage->data)[at] = v;
		break;
	case DTYPE_I32:
		((int32_t *)t->storage->data)[at] = (int32_t)into_range(v, INT32_MIN, INT32_MAX);
		break;
	case DTYPE_I8:
		((int8_t *)t->storage->data)[at] = (int8_t)into_range(v, INT8_MIN, INT8_MAX);
		break;
	default:
		((uint8_t *)t->storage->data)[at] = (uint8_t)into_range(v, 0, UINT8_MAX);
		break;
	}
}

double tensor_get(const struct tensor *t, int64_t i)
{
	assert(i >= 0 && i < tensor_numel(t));
	PLAN_NOTE_READ();
	return load(t, place_of(t, i));
}

double tensor_item(const struct tensor *t)
{
	return tensor_numel(t) == 1 ? tensor_get(t, 0) : NAN;
}

void tensor_touch(struct tensor *t)
{
	t->storage->version++;
}

void tensor_set(struct tensor *t, int64_t i, double value)
{
	assert(i >= 0 && i < tensor_numel(t));
	store(t, place_of(t, i), value);
	tensor_touch(t);
}

enum status tensor_position(int64_t *out, const struct tensor *t, const int64_t *index, int count,
			    struct error *err)
{
	char text[TENSOR_SHAPE_TEXT], place[TENSOR_SHAPE_TEXT];
	bool inside = count == t->dims;
	int64_t at = 0;
	for (int d = 0; inside && d < count; d++) {
		int64_t i = index[d] < 0 ? index[d] + t->shape[d] : index[d];
		inside = i >= 0 && i < t->shape[d];
		at = at * t->shape[d] + i;
	}
	if (!inside) {
		return error_set(err, STATUS_RANGE, "index", message(MSG_TENSOR_INDEX),
				 tensor_dims_text(count, index, place), tensor_shape_text(t, text));
	}
	*out = at;
	return STATUS_OK;
}

char *tensor_dims_text(int dims, const int64_t *shape, char *out)
{
	size_t used = (size_t)snprintf(out, TENSOR_SHAPE_TEXT, "[");
	for (int d = 0; d < dims && d < TENSOR_MAX_DIMS; d++) {
		used += (size_t)snprintf(out + used, TENSOR_SHAPE_TEXT - used,
					 d ? ", %lld" : "%lld", (long long)shape[d]);
		if (used > TENSOR_SHAPE_TEXT - 24) {
			break;
		}
	}
	snprintf(out + used, TENSOR_SHAPE_TEXT - used, "]");
	return out;
}

char *tensor_shape_text(const struct tensor *t, char *out)
{
	return tensor_dims_text(t->dims, t->shape, out);
}

double tensor_max_abs_diff(const struct tensor *a, const struct tensor *b)
{
	if (!tensor_same_shape(a, b)) {
		return INFINITY;
	}
	double worst = 0;
	for (int64_t i = 0, n = tensor_numel(a); i < n; i++) {
		double difference = fabs(tensor_get(a, i) - tensor_get(b, i));
		if (!(difference <= worst)) {
			worst = isnan(difference) ? INFINITY : difference;
		}
	}
	return worst;
}

/* --- changing in place --- */
void tensor_fill(struct tensor *t, double value)
{
	int64_t n = tensor_numel(t);
	if (tensor_is_contiguous(t) && t->dtype == DTYPE_F32) {
		float *p = tensor_f32(t);
		for (int64_t i = 0; i < n; i++) {
			p[i] = (float)value;
		}
	} else {
		for (int64_t i = 0; i < n; i++) {
			store(t, place_of(t, i), value);
		}
	}
	tensor_touch(t);
}

enum status tensor_copy_into(struct tensor *to, const struct tensor *from, struct error *err)
{
	char a[TENSOR_SHAPE_TEXT], b[TENSOR_SHAPE_TEXT];
	if (!tensor_same_shape(to, from)) {
		return error_set(err, STATUS_SHAPE, "copy", message(MSG_TENSOR_COPY_SHAPE),
				 tensor_shape_text(from, a), tensor_shape_text(to, b));
	}
	int64_t n = tensor_numel(to);
	if (to->dtype == from->dtype && tensor_is_contiguous(to) && tensor_is_contiguous(from)) {
		memmove(tensor_data(to), tensor_data(from),
			(size_t)n * tensor_dtype_size(to->dtype));
	} else {
		for (int64_t i = 0; i < n; i++) {
			store(to, place_of(to, i), load(from, place_of(from, i)));
		}
	}
	tensor_touch(to);
	return STATUS_OK;
}
