#ifndef MUNDAP_TENSOR_TENSOR_H
#define MUNDAP_TENSOR_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* Arrays of numbers: reference counted, strided, row-major when fresh. Dimensions are ordered as in PyTorch (N, C, H, W;
 * time before features) and counted from 0 here; a scalar has 0 dimensions.
 *
 * Ownership. Every tensor made by this module or by an op belongs to the innermost open scope and lives until that scope
 * closes; tensor_ref() keeps it longer. Outside any scope the caller owns it and calls tensor_unref(). So a chain of calls
 * needs no clean-up of its own:
 *
 *	struct tensor_scope scope;
 *	tensor_scope_open(&scope);
 *	struct tensor *loss = tensor_mean_all(tensor_square(tensor_sub(a, b, err), err), err);
 *	double value = loss ? tensor_item(loss) : NAN;
 *	tensor_scope_close(&scope);
 *
 * Errors. A function that makes a tensor returns NULL on failure with err filled in; ops given a NULL input return NULL
 * and keep the first error, so a chain is checked once at its end.
 *
 * State (scopes, gradient mode, recorder, default random stream) is per thread: a tensor is used by one thread at a time. */

#define TENSOR_MAX_DIMS 8

enum dtype { DTYPE_F32, DTYPE_F64, DTYPE_I32, DTYPE_I8, DTYPE_U8, DTYPE_COUNT };

/** Memory shared by a tensor and its views. */
struct tensor_storage {
	void *data;
	size_t bytes;
	int refs;
	int recorded; /* how many of refs are a recorder's, which needs no values (plan.c) */
	uint32_t recording; /* the recording whose call made it, else 0 */
	uint32_t version; /* raised by every in-place change; saved values are checked against it */
	bool planned; /* data points into a plan's buffer or memory of somebody else, not to be freed here */
	int plan_slot; /* used while a plan is made, else -1 */
};

struct tensor_node;

struct tensor {
	int refs;
	enum dtype dtype;
	int dims;
	int64_t shape[TENSOR_MAX_DIMS];
	int64_t stride[TENSOR_MAX_DIMS]; /* in elements; 0 along expanded dimensions */
	int64_t offset; /* in elements */
	struct tensor_storage *storage;
	bool requires_grad; /* a leaf whose gradient is wanted, or computed from one */
	struct tensor *grad; /* of leaves, after tensor_backward() */
	struct tensor_node *node; /* the op that made it; NULL for leaves */
	int node_output;
	struct tensor *shadow; /* what a recorder keeps of it: see plan.c */
	uint32_t recording; /* of a shadow: the recording it belongs to, else 0 */
};

/* --- scopes --- */
struct tensor_scope {
	size_t mark;
};
void tensor_scope_open(struct tensor_scope *scope);
void tensor_scope_close(struct tensor_scope *scope);
/** Hands a tensor of the innermost scope to the one around it (or to the caller when there is none). */
struct tensor *tensor_scope_keep(struct tensor_scope *scope, struct tensor *t);
/** Gives the caller's reference to the innermost scope, if one is open; lets it go and fails without memory. */
struct tensor *tensor_to_scope(struct tensor *t, struct error *err);

/** Gives back what the thread's state holds; called by a thread that used tensors before it ends. */
void tensor_thread_end(void);

/* --- life --- */
struct tensor *tensor_ref(struct tensor *t);
void tensor_unref(struct tensor *t); /* NULL is accepted */

/** Zeroed, contiguous. Errors: STATUS_RANGE (too many elements, negative size, memory limit), STATUS_NOMEM */
struct tensor *tensor_new(enum dtype dtype, int dims, const int64_t *shape, struct error *err);
struct tensor *tensor_new_f32(int dims, const int64_t *shape, const float *values,
			      struct error *err);
struct tensor *tensor_scalar(double value, struct error *err);
/** Borrows memory that must outlive the tensor. */
struct tensor *tensor_wrap(enum dtype dtype, int dims, const int64_t *shape, void *data,
			   struct error *err);
struct tensor *tensor_full(enum dtype dtype, int dims, const int64_t *shape, double value,
			   struct error *err);
struct tensor *tensor_arange(double start, double stop, double step, struct error *err);
struct tensor *tensor_eye(int64_t n, struct error *err);

/* --- looking --- */
int64_t tensor_numel(const struct tensor *t);
size_t tensor_dtype_size(enum dtype dtype);
const char *tensor_dtype_name(enum dtype dtype); /* "f32" … */
bool tensor_dtype_parse(enum dtype *out, const char *name);
bool tensor_is_contiguous(const struct tensor *t);
bool tensor_same_shape(const struct tensor *a, const struct tensor *b);
void *tensor_data(const struct tensor *t); /* address of element [0,…,0] */
static inline float *tensor_f32(const struct tensor *t)
{
	return (float *)t->storage->data + t->offset;
}
static inline double *tensor_f64(const struct tensor *t)
{
	return (double *)t->storage->data + t->offset;
}
static inline int32_t *tensor_i32(const struct tensor *t)
{
	return (int32_t *)t->storage->data + t->offset;
}
/** The one element of a one-element tensor; NaN when there are more. */
double tensor_item(const struct tensor *t);
/** Element at linear position i of the row-major order, whatever the strides. No bounds check beyond assert. */
double tensor_get(const struct tensor *t, int64_t i);
/** Writes an element in row-major order and raises the version. */
void tensor_set(struct tensor *t, int64_t i, double value);
/** Row-major position of a multi-index. Errors: STATUS_RANGE naming the index and the shape */
enum status tensor_position(int64_t *out, const struct tensor *t, const int64_t *index, int count,
			    struct error *err);
/** "[64, 1, 28, 28]" into a caller's buffer of TENSOR_SHAPE_TEXT bytes; returns it. */
#define TENSOR_SHAPE_TEXT 160
char *tensor_shape_text(const struct tensor *t, char *out);
char *tensor_dims_text(int dims, const int64_t *shape, char *out);
double tensor_max_abs_diff(const struct tensor *a, const struct tensor *b);

/* --- changing in place (outside the graph) --- */
enum status tensor_copy_into(struct tensor *to, const struct tensor *from, struct error *err);
void tensor_fill(struct tensor *t, double value);

/* --- random numbers: the thread's default stream --- */
void tensor_seed(uint64_t seed);
/** State of the default stream, to be stored and put back: resumed runs draw the same numbers. */
struct tensor_rng_state {
	uint64_t seed, counter;
};
struct tensor_rng_state tensor_rng_get(void);
void tensor_rng_put(struct tensor_rng_state state);
struct tensor *tensor_rand(int dims, const int64_t *shape, double low, double high,
			   struct error *err);
struct tensor *tensor_randn(int dims, const int64_t *shape, double mean, double deviation,
			    struct error *err);
struct tensor *tensor_randint(int dims, const int64_t *shape, int64_t low, int64_t high,
			      struct error *err); /* i32 in [low, high) */
struct tensor *tensor_permutation(int64_t n, struct error *err); /* i32 */

/* --- memory --- */
struct tensor_memory {
	size_t live_bytes, peak_bytes,
		limit_bytes; /* limit 0: none; headers and graph nodes count too */
	uint64_t allocations; /* since start: unchanged over a planned step */
};
struct tensor_memory tensor_memory_usage(void);
/** Refuses tensors beyond this many bytes in all with STATUS_RANGE. */
void tensor_memory_limit(size_t bytes);
/** Called (thread-wide) when an allocation would fail: a collector lets go of tensors nobody can reach, and the allocation
 * is tried once more. NULL: none. */
void tensor_memory_pressure(void (*release)(void *context), void *context);

#endif
