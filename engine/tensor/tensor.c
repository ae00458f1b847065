#include "engine/tensor/tensor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/tensor/state.h"

_Thread_local struct tensor_state tensor_state;

static struct tensor_memory usage; /* changed by one thread at a time: relaxed atomics below */

static const struct {
	const char *name;
	size_t size;
} dtypes[DTYPE_COUNT] = {
	[DTYPE_F32] = {"f32", 4}, [DTYPE_F64] = {"f64", 8}, [DTYPE_I32] = {"i32", 4},
	[DTYPE_I8] = {"i8", 1},   [DTYPE_U8] = {"u8", 1},
};

size_t tensor_dtype_size(enum dtype dtype)
{
	return dtypes[dtype].size;
}

const char *tensor_dtype_name(enum dtype dtype)
{
	return dtypes[dtype].name;
}

bool tensor_dtype_parse(enum dtype *out, const char *name)
{
	for (int d = 0; d < DTYPE_COUNT; d++) {
		if (strcmp(name, dtypes[d].name) == 0) {
			*out = (enum dtype)d;
			return true;
		}
	}
	return false;
}

/* --- memory --- */

/* A tensor, its storage, and what the allocator adds to them and to the values. */
#define HEADER_BYTES (sizeof(struct tensor) + sizeof(struct tensor_storage) + 128)

/* Not aligned_alloc(): glibc looks for a block larger than the one it will give back, so that a freed block is never
 * used again for the same size and the heap grows without end. The byte before the values tells how far they were moved. */
void *tensor_alloc_bytes(size_t bytes)
{
	unsigned char *block = bytes < SIZE_MAX - 64 ? malloc(bytes + 64) : NULL;
	if (!block) {
		return NULL;
	}
	unsigned char *at = block + 64 - ((uintptr_t)block & 63);
	at[-1] = (unsigned char)(at - block);
	return at;
}

void tensor_free_bytes(void *memory)
{
	if (memory) {
		unsigned char *at = memory;
		free(at - at[-1]);
	}
}

void *tensor_scratch(size_t bytes)
{
	struct tensor_state *s = &tensor_state;
	if (s->scratch_bytes < bytes) {
		tensor_free_bytes(s->scratch);
		s->scratch = tensor_alloc_bytes(bytes);
		s->scratch_bytes = s->scratch ? bytes : 0;
	}
	return s->scratch;
}

struct tensor_memory tensor_memory_usage(void)
{
	struct tensor_memory m;
	m.live_bytes = __atomic_load_n(&usage.live_bytes, __ATOMIC_RELAXED);
	m.peak_bytes = __atomic_load_n(&usage.peak_bytes, __ATOMIC_RELAXED);
	m.limit_bytes = __atomic_load_n(&usage.limit_bytes, __ATOMIC_RELAXED);
	m.allocations = __atomic_load_n(&usage.allocations, __ATOMIC_RELAXED);
	return m;
}

void tensor_memory_limit(size_t bytes)
{
	__atomic_store_n(&usage.limit_bytes, bytes, __ATOMIC_RELAXED);
}

void tensor_memory_note(ptrdiff_t bytes)
{
	__atomic_add_fetch(&usage.live_bytes, (size_t)bytes, __ATOMIC_RELAXED);
}

void tensor_memory_pressure(void (*release)(void *context), void *context)
{
	tensor_state.release = release;
	tensor_state.release_context = context;
}

/* Asks a collector to let go of what nobody reaches. */
static bool relieve(void)
{
	if (!tensor_state.release) {
		return false;
	}
	tensor_state.release(tensor_state.release_context);
	return true;
}

static bool over_limit(size_t bytes)
{
	size_t limit = __atomic_load_n(&usage.limit_bytes, __ATOMIC_RELAXED);
	size_t live = __atomic_load_n(&usage.live_bytes, __ATOMIC_RELAXED);
	return limit && (bytes > limit || live > limit - bytes);
}

static struct tensor_storage *storage_new(size_t bytes, bool zero, struct error *err)
{
	if (over_limit(bytes) && !(relieve() && !over_limit(bytes))) {
		struct tensor_memory now = tensor_memory_usage();
		error_set(err, STATUS_RANGE, "tensor", message(MSG_TENSOR_MEMORY_LIMIT),
			  (double)bytes / 1e6, (double)now.live_bytes / 1e6,
			  (double)now.limit_bytes / 1e6);
		return NULL;
	}
	struct tensor_storage *s = calloc(1, sizeof *s);
	void *data = s ? tensor_alloc_bytes(bytes) : NULL;
	if (s && !data && relieve()) {
		data = tensor_alloc_bytes(bytes);
	}
	if (!data) {
		free(s);
		error_set(err, STATUS_NOMEM, "tensor", message(MSG_TENSOR_NOMEM),
			  (double)bytes / 1e6);
		return NULL;
	}
	if (zero) {
		memset(data, 0, bytes);
	}
	s->data = data;
	s->bytes = bytes;
	s->refs = 1;
	s->plan_slot = -1;
	size_t live = __atomic_add_fetch(&usage.live_bytes, bytes, __ATOMIC_RELAXED);
	if (live > __atomic_load_n(&usage.peak_bytes, __ATOMIC_RELAXED)) {
		__atomic_store_n(&usage.peak_bytes, live, __ATOMIC_RELAXED);
	}
	__atomic_add_fetch(&usage.allocations, 1, __ATOMIC_RELAXED);
	return s;
}

static void drop_values(struct tensor_storage *s)
{
	if (!s->planned && s->data) {
		tensor_free_bytes(s->data);
		__atomic_sub_fetch(&usage.live_bytes, s->bytes, __ATOMIC_RELAXED);
		s->data = NULL;
	}
}

void tensor_storage_unref(struct tensor_storage *s)
{
	if (!s) {
		return;
	}
	s->refs--;
	if (s->refs == s->recorded) {
		drop_values(s);
	}
	if (s->refs == 0) {
		free(s);
	}
}

void tensor_storage_lend(struct tensor_storage *s, void *place)
{
	drop_values(s);
	s->data = place;
	s->planned = true;
}

void tensor_storage_take_back(struct tensor_storage *s)
{
	if (!s->planned) {
		return;
	}
	void *own = tensor_alloc_bytes(s->bytes);
	if (own) {
		memcpy(own, s->data, s->bytes);
		__atomic_add_fetch(&usage.live_bytes, s->bytes, __ATOMIC_RELAXED);
	}
	s->data = own; /* NULL is seen by nobody unless memory ran out while a plan was freed */
	s->planned = false;
}

/* --- scopes --- */
void tensor_scope_open(struct tensor_scope *scope)
{
	scope->mark = tensor_state.scope_count;
	tensor_state.scope_depth++;
}

void tensor_scope_close(struct tensor_scope *scope)
{
	struct tensor_state *s = &tensor_state;
	while (s->scope_count > scope->mark) {
		tensor_unref(s->scope_items[--s->scope_count]);
	}
	if (--s->scope_depth == 0) {
		s->scope_count = 0; /* what was kept is the caller's now */
	}
}

void tensor_thread_end(void)
{
	free(tensor_state.scope_items);
	tensor_free_bytes(tensor_state.scratch);
	tensor_state.scope_items = NULL;
	tensor_state.scope_count = tensor_state.scope_capacity = 0;
	tensor_state.scratch = NULL;
	tensor_state.scratch_bytes = 0;
}

struct tensor *tensor_scope_keep(struct tensor_scope *scope, struct tensor *t)
{
	struct tensor_state *s = &tensor_state;
	for (size_t i = s->scope_count; t && i > scope->mark; i--) {
		if (s->scope_items[i - 1] == t) {
			memmove(&s->scope_items[scope->mark + 1], &s->scope_items[scope->mark],
				(i - 1 - scope->mark) * sizeof *s->scope_items);
			s->scope_items[scope->mark++] = t;
			return t;
		}
	}
	return t;
}

struct tensor *tensor_to_scope(struct tensor *t, struct error *err)
{
	struct tensor_state *s = &tensor_state;
	if (s->scope_depth == 0) {
		return t;
	}
	if (s->scope_count == s->scope_capacity) {
		size_t capacity = s->scope_capacity ? 2 * s->scope_capacity : 256;
		struct tensor **items = realloc(s->scope_items, capacity * sizeof *items);
		if (!items) {
			tensor_unref(t);
			error_set(err, STATUS_NOMEM, "tensor", message(MSG_TENSOR_NOMEM), 0.0);
			return NULL;
		}
		s->scope_items = items;
		s->scope_capacity = capacity;
	}
	s->scope_items[s->scope_count++] = t;
	return t;
}

/* --- life --- */
struct tensor *tensor_ref(struct tensor *t)
{
	if (t) {
		t->refs++;
	}
	return t;
}

void tensor_unref(struct tensor *t)
{
	if (!t || --t->refs > 0) {
		return;
	}
	if (t->node) {
		t->node->call.outputs[t->node_output] = NULL;
		tensor_node_unref(t->node);
	}
	tensor_unref(t->grad);
	tensor_unref(t->shadow);
	if (t->recording) {
		t->storage->recorded--;
	}
	tensor_storage_unref(t->storage);
	free(t);
	tensor_memory_note(-(ptrdiff_t)HEADER_BYTES);
}

static struct tensor *make(enum dtype dtype, int dims, const int64_t *shape, bool zero,
			   struct error *err)
{
	char text[TENSOR_SHAPE_TEXT];
	if (dims < 0 || dims > TENSOR_MAX_DIMS) {
		error_set(err, STATUS_RANGE, "tensor", message(MSG_TENSOR_TOO_MANY_DIMS), dims,
			  TENSOR_MAX_DIMS);
		return NULL;
	}
	int64_t count = 1;
	for (int d = 0; d < dims; d++) {
		if (shape[d] < 0 || (shape[d] > 0 && count > INT64_MAX / 16 / shape[d])) {
			error_set(err, STATUS_RANGE, "tensor", message(MSG_TENSOR_BAD_SIZE),
				  tensor_dims_text(dims, shape, text));
			return NULL;
		}
		count *= shape[d];
	}
	struct tensor *t = calloc(1, sizeof *t);
	if (!t) {
		error_set(err, STATUS_NOMEM, "tensor", message(MSG_TENSOR_NOMEM), 0.0);
		return NULL;
	}
	t->storage = storage_new((size_t)count * dtypes[dtype].size, zero, err);
	if (!t->storage) {
		free(t);
		return NULL;
	}
	tensor_memory_note(HEADER_BYTES);
	t->refs = 1;
	t->dtype = dtype;
	t->dims = dims;
	int64_t stride = 1;
	for (int d = dims - 1; d >= 0; d--) {
		t->shape[d] = shape[d];
		t->stride[d] = stride;
		stride *= shape[d];
	}
	return tensor_to_scope(t, err);
}

struct tensor *tensor_empty(enum dtype dtype, int dims, const int64_t *shape, struct error *err)
{
	return make(dtype, dims, shape, false, err);
}

struct tensor *tensor_new(enum dtype dtype, int dims, const int64_t *shape, struct error *err)
{
	return make(dtype, dims, shape, true, err);
}

struct tensor *tensor_new_f32(int dims, const int64_t *shape, const float *values,
			      struct error *err)
{
	struct tensor *t = make(DTYPE_F32, dims, shape, false, err);
	if (t) {
		memcpy(tensor_f32(t), values, (size_t)tensor_numel(t) * sizeof *values);
	}
	return t;
}

struct tensor *tensor_scalar(double value, struct error *err)
{
	return tensor_full(DTYPE_F32, 0, NULL, value, err);
}

struct tensor *tensor_wrap(enum dtype dtype, int dims, const int64_t *shape, void *data,
			   struct error *err)
{
	int64_t none = 0;
	struct tensor *t = make(dtype, dims ? 1 : 0, &none, false, err);
	if (!t) {
		return NULL;
	}
	tensor_storage_unref(t->storage);
	t->storage = calloc(1, sizeof *t->storage);
	if (!t->storage) {
		error_set(err, STATUS_NOMEM, "tensor", message(MSG_TENSOR_NOMEM), 0.0);
		if (tensor_state.scope_depth == 0) {
			tensor_unref(t);
		}
		return NULL;
	}
	int64_t stride = 1;
	for (int d = dims - 1; d >= 0; d--) {
		t->shape[d] = shape[d];
		t->stride[d] = stride;
		stride *= shape[d];
	}
	t->dims = dims;
	*t->storage = (struct tensor_storage){.data = data,
					      .bytes = (size_t)stride * dtypes[dtype].size,
					      .refs = 1,
					      .planned = true,
					      .plan_slot = -1};
	return t;
}

struct tensor *tensor_alias(const struct tensor *t, struct error *err)
{
	struct tensor *view = malloc(sizeof *view);
	if (!view) {
		error_set(err, STATUS_NOMEM, "tensor", message(MSG_TENSOR_NOMEM), 0.0);
		return NULL;
	}
	*view = *t;
	view->refs = 1;
	view->requires_grad = false;
	view->grad = NULL;
	view->node = NULL;
	view->shadow = NULL;
	view->recording = 0;
	view->storage->refs++;
	tensor_memory_note(HEADER_BYTES);
	return tensor_to_scope(view, err);
}

struct tensor *tensor_full(enum dtype dtype, int dims, const int64_t *shape, double value,
			   struct error *err)
{
	struct tensor *t = make(dtype, dims, shape, false, err);
	if (t) {
		tensor_fill(t, value);
	}
	return t;
}

struct tensor *tensor_arange(double start, double stop, double step, struct error *err)
{
	double count = step == 0 ? -1 : ceil((stop - start) / step);
	if (!(count < 1e12) || step == 0) {
		error_set(err, STATUS_RANGE, "arange", message(MSG_TENSOR_ARANGE), start, stop,
			  step);
		return NULL;
	}
	int64_t n = count < 0 ? 0 : (int64_t)count;
	struct tensor *t = make(DTYPE_F32, 1, &n, false, err);
	for (int64_t i = 0; t && i < n; i++) {
		tensor_f32(t)[i] = (float)(start + (double)i * step);
	}
	return t;
}

struct tensor *tensor_eye(int64_t n, struct error *err)
{
	int64_t shape[2] = {n, n};
	struct tensor *t = tensor_new(DTYPE_F32, 2, shape, err);
	for (int64_t i = 0; t && i < n; i++) {
		tensor_f32(t)[i * n + i] = 1;
	}
	return t;
}
