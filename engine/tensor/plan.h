#ifndef MUNDAP_TENSOR_PLAN_H
#define MUNDAP_TENSOR_PLAN_H

#include "engine/base/strbuf.h"
#include "engine/tensor/op.h"

/* Recording a step and replaying it. While a recorder is open every op call is noted as well as run. plan_compile()
 * drops calls whose result nobody uses, joins element-wise chains, lets tensors whose lives do not overlap share memory,
 * and keeps everything allocated: plan_run() allocates nothing. Tensors that existed before recording (inputs,
 * parameters, states) are read anew at each run: change their values, not their shapes. */

struct plan;

enum status plan_record_begin(struct error *err);
/** Stops without making a plan. */
void plan_record_cancel(void);
/**
 * Ends recording. outputs: tensors to be read after each run; they get memory of their own.
 * Errors: STATUS_INVALID when a value left the device loop (a script read a tensor's number while recording)
 */
enum status plan_compile(struct plan **out, struct tensor *const *outputs, int count,
			 struct error *err);
/** One replay. Errors: none but STATUS_INVALID on a plan whose inputs changed their memory. */
enum status plan_run(struct plan *plan, struct error *err);
void plan_free(struct plan *plan);

struct plan_stats {
	int calls, calls_recorded, fused;
	size_t buffer_bytes; /* of the shared buffer */
	size_t unplanned_bytes; /* what the same tensors would take apart */
	double flops; /* per run */
};
struct plan_stats plan_stats(const struct plan *plan);
/** One line a call: op, shapes, buffer, what was fused. */
void plan_describe(struct strbuf *out, const struct plan *plan);

#endif
