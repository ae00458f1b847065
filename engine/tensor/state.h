#ifndef MUNDAP_TENSOR_STATE_H
#define MUNDAP_TENSOR_STATE_H

#include "engine/base/rng.h"
#include "engine/tensor/graph.h"
#include "engine/tensor/profile.h"

/* What tensor.h calls the state of a thread. Private to engine/tensor. */

struct plan_recorder;

struct tensor_state {
	struct tensor **scope_items;
	size_t scope_count, scope_capacity;
	int scope_depth;
	bool grad_off;
	bool seeded;
	struct rng rng;
	uint64_t seed, random_counter;
	struct plan_recorder *recorder;
	op_tracer tracer;
	void *trace_context;
	struct profile_row *profile; /* OP_COUNT rows while profiling */
	bool counting;
	double macs;
	uint64_t sequence; /* of the next node */
	void *scratch; /* workspace of eager calls */
	size_t scratch_bytes;
	struct tensor_node
		*dying; /* nodes to be freed, chained so that long graphs do not recurse */
	bool draining;
	uint32_t recordings; /* begun so far */
	void (*release)(void *context); /* see tensor_memory_pressure() */
	void *release_context;
};

extern _Thread_local struct tensor_state tensor_state;

/** Contiguous, contents undefined. */
struct tensor *tensor_empty(enum dtype dtype, int dims, const int64_t *shape, struct error *err);
/** A tensor header on another's storage; shape, stride, offset copied from it. */
struct tensor *tensor_alias(const struct tensor *t, struct error *err);
/** Counts memory of headers and nodes, which many small tensors need more of than of values. */
void tensor_memory_note(ptrdiff_t bytes);
void tensor_storage_unref(struct tensor_storage *storage);
/** A plan's buffer takes the place of a storage's own memory, which is freed; and the way back, with the values. */
void tensor_storage_lend(struct tensor_storage *storage, void *place);
void tensor_storage_take_back(struct tensor_storage *storage);
void tensor_node_unref(struct tensor_node *node);
void tensor_touch(struct tensor *t); /* raises the version */
/** The next counter for a random op. */
uint64_t tensor_random_next(void);
static inline bool dtype_is_float(enum dtype d)
{
	return d == DTYPE_F32 || d == DTYPE_F64;
}
/** Memory aligned to 64 bytes, kept from call to call. NULL when memory ran out. */
void *tensor_scratch(size_t bytes);
/** 64-byte aligned; a size of 0 gives a valid pointer. */
void *tensor_alloc_bytes(size_t bytes);
void tensor_free_bytes(void *memory); /* NULL is accepted */

#define PLAN_NOTE_READ() \
	do { \
		if (tensor_state.recorder) { \
			plan_note_read(); \
		} \
	} while (0)
/* Recorder hooks (plan.c). */
enum status plan_note_call(struct op_call *call, struct error *err);
void plan_note_read(void);
/* Profiler hook (profile.c). */
void profile_note(const struct op_call *call, int64_t nanoseconds);

#endif
