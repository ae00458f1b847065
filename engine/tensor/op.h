#ifndef MUNDAP_TENSOR_OP_H
#define MUNDAP_TENSOR_OP_H

#include "engine/tensor/tensor.h"

/* The op table. Every computation is a row: its shape rule, its kernel, its vector-Jacobian product, its cost. The
 * autograd tape, the gradient checks, the planner, the profiler, the bindings and the documentation all read this table.
 * Adding an op is a line in op_list.def and a row beside its functions in the family's file. */

enum op_id {
#define X(id, name) OP_##id,
#include "engine/tensor/op_list.def"
#undef X
	OP_COUNT
};

#define OP_MAX_INPUTS 16 /* of ops with a fixed number; cat and stack take any number */
#define OP_MAX_OUTPUTS 4
#define OP_MAX_PARAMS 8
#define OP_ALL (-1000) /* the dim of a reduction over everything */

/** Settings of one call. Slots are named by the row's params. */
struct op_params {
	int64_t i[OP_MAX_PARAMS];
	double f[OP_MAX_PARAMS];
	int64_t list[TENSOR_MAX_DIMS]; /* the one OP_PARAM_LIST */
	int list_count;
	char text[32]; /* the one OP_PARAM_TEXT */
};

enum op_param_kind {
	OP_PARAM_INT, /* i[slot] */
	OP_PARAM_BOOL, /* i[slot] */
	OP_PARAM_DIM, /* i[slot]: a dimension, negative from the end */
	OP_PARAM_FLOAT, /* f[slot] */
	OP_PARAM_LIST, /* list: a shape, a permutation, several dimensions */
	OP_PARAM_TEXT, /* text: an einsum equation */
	OP_PARAM_DTYPE /* i[slot] */
};

struct op_param {
	const char *name;
	enum op_param_kind kind;
	int slot;
	double preset; /* used when the caller says nothing */
	bool required;
};

enum op_flag {
	OP_DIFFERENTIABLE = 1 << 0, /* has a vjp */
	OP_VIEW = 1 << 1, /* the output shares the first input's storage */
	OP_ELEMENTWISE = 1 << 2, /* out[i] depends on in[i] only (after broadcasting) */
	OP_WANTS_CONTIGUOUS = 1 << 3, /* inputs are made contiguous before the kernel runs */
	OP_RANDOM = 1 << 4, /* draws from the step's random stream */
	OP_INPLACE =
		1
		<< 5, /* writes to inputs (optimisers, running statistics); never differentiable */
	OP_ANY_DTYPE = 1 << 6, /* accepts every dtype; others want f32 or f64 */
	OP_INTERNAL = 1 << 7, /* a part of another op's backward pass; not offered to scripts */
	OP_F64 = 1 << 8, /* has f64 kernels too; others are f32 only */
	OP_MIXED_DTYPES = 1 << 9, /* infer checks the inputs' types itself */
	OP_OPTIONAL_INPUTS = 1 << 10 /* inputs beyond min_inputs may be NULL, meaning left out */
};

/** One call: what the kernel gets, and the node of the graph when gradients are wanted. */
struct op_call {
	const struct op *op;
	enum op_id id;
	int input_count, output_count;
	struct tensor **inputs;
	struct tensor *outputs[OP_MAX_OUTPUTS];
	struct op_params params;
	uint64_t random; /* counter of the random stream for OP_RANDOM */
	void *workspace; /* op->workspace bytes */
	bool needs_grad; /* some input requires a gradient: keep what the vjp wants */
};

struct op_cost {
	double flops; /* multiply and add count two */
	double bytes; /* read and written */
};

struct op {
	const char *name;
	const char *summary; /* one line, for the documentation */
	int min_inputs, max_inputs; /* max -1: any number */
	const char *inputs[6]; /* names, for errors and documentation */
	struct op_param params[OP_MAX_PARAMS];
	unsigned flags;
	unsigned
		aux; /* bit k: output k is an index or a saved statistic, without gradient of its own */
	int kernel; /* element-wise ops: an enum ew_id; plus kernel_step * i[0] */
	int kernel_step;
	/** Checks the inputs and makes the outputs (tensor_new or a view). */
	enum status (*infer)(struct op_call *call, struct error *err);
	/** Computes the outputs. Cannot fail: everything was checked by infer. NULL for views. */
	void (*forward)(struct op_call *call);
	/** Gradients of the inputs from those of the outputs (NULL where none arrived), built from ops. Entries of
	 * input_grads that need none stay NULL. */
	enum status (*vjp)(const struct op_call *call, struct tensor *const *output_grads,
			   struct tensor **input_grads, struct error *err);
	/** Takes (true) or gives back what a node's parameters point to. NULL: they point to nothing. */
	void (*keep)(const struct op_call *call, bool hold);
	size_t (*workspace)(const struct op_call *call);
	void (*cost)(const struct op_call *call, struct op_cost *cost);
};

/** Sees every call after it ran (thread-wide), with the settings as they were used. NULL: nobody looks. */
typedef void (*op_tracer)(void *context, const struct op_call *call);
void op_trace(op_tracer tracer, void *context);

/** The row of an op. Owns: static. */
const struct op *op_row(enum op_id id);
/** By name; false when there is none. */
bool op_find(enum op_id *out, const char *name);
/** The known name nearest to one mistyped, for "did you mean". */
const char *op_nearest(const char *name);
/** Parameters with the row's presets. */
struct op_params op_presets(enum op_id id);
/** The row's parameter of that name, NULL when it has none. */
const struct op_param *op_param_find(const struct op *op, const char *name);

/**
 * Calls an op. outputs may hold fewer places than the op has outputs (the rest is dropped); params NULL: presets.
 * Owns: outputs belong to the innermost scope. inputs are borrowed; a NULL input gives NULL outputs.
 * Errors: STATUS_SHAPE, STATUS_TYPE, STATUS_INVALID naming the op, the shapes and the rule
 */
enum status op_apply_multi(struct tensor **outputs, int output_places, enum op_id id,
			   struct tensor *const *inputs, int input_count,
			   const struct op_params *params, struct error *err);
/** The same for the first output. */
struct tensor *op_apply(enum op_id id, struct tensor *const *inputs, int input_count,
			const struct op_params *params, struct error *err);

#endif
