#ifndef MUNDAP_TENSOR_OP_INTERNAL_H
#define MUNDAP_TENSOR_OP_INTERNAL_H

#include "engine/base/message.h"
#include "engine/tensor/graph.h"
#include "engine/tensor/ops.h"
#include "engine/tensor/state.h"
#include "engine/tensor/threads.h"

/* Shared by the op families. Private to engine/tensor. */

#define X(id, name) extern const struct op op_##name;
#include "engine/tensor/op_list.def"
#undef X

#define NEEDS(call, k) ((call)->inputs[k] && (call)->inputs[k]->requires_grad)

/** Dimension counted from 0, or -1 with an error. */
int op_dim(const char *op, int64_t dim, const struct tensor *t, struct error *err);
/** Checks the number of dimensions. */
enum status op_want_dims(const struct op_call *call, int input, int dims, struct error *err);
enum status op_want_dtype(const struct op_call *call, int input, enum dtype dtype,
			  struct error *err);
enum status op_shapes_error(const char *op, const struct tensor *a, const struct tensor *b,
			    const char *rule, struct error *err);
/** Makes output k. */
enum status op_output(struct op_call *call, int k, enum dtype dtype, int dims, const int64_t *shape,
		      struct error *err);
enum status op_output_like(struct op_call *call, int k, const struct tensor *t, struct error *err);
/** infer of one-input ops whose output looks like the input. */
enum status op_infer_like(struct op_call *call, struct error *err);
/** Common shape of two by broadcasting. */
enum status op_broadcast(const char *op, const struct tensor *a, const struct tensor *b, int *dims,
			 int64_t *shape, struct error *err);
/** STATUS_OK when t is there, else the status err holds. */
static inline enum status op_made(const struct tensor *t, const struct error *err)
{
	return t ? STATUS_OK : err ? err->status : STATUS_INTERNAL;
}
/** Calls with parameters given by slot. */
struct tensor *op_call_i(enum op_id id, struct tensor *a, struct tensor *b, int64_t i0, int64_t i1,
			 struct error *err);
struct tensor *op_call1(enum op_id id, struct tensor *a, struct error *err);
struct tensor *op_call2(enum op_id id, struct tensor *a, struct tensor *b, struct error *err);
struct tensor *op_call3(enum op_id id, struct tensor *a, struct tensor *b, struct tensor *c,
			struct error *err);
/** Sizes before, of and after a dimension of a contiguous tensor. */
struct op_split {
	int64_t outer, n, inner;
};
struct op_split op_split_at(const struct tensor *t, int dim);

/** Cost of element-wise work: flops per element of the output. */
void op_cost_elements(const struct op_call *call, struct op_cost *cost);

/** Computes the differentiable outputs of a call from simple ops. */
typedef enum status (*op_composite)(const struct op_call *call, struct tensor **outputs,
				    struct error *err);
enum status op_vjp_composite(const struct op_call *call, struct tensor *const *output_grads,
			     struct tensor **input_grads, op_composite compute, struct error *err);

#endif
