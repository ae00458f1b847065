#ifndef MUNDAP_TENSOR_OP_ELEMENTWISE_H
#define MUNDAP_TENSOR_OP_ELEMENTWISE_H

#include "engine/tensor/kernels/elementwise.h"
#include "engine/tensor/op_internal.h"

/* The one forward function of all element-wise rows: broadcasting, strides and threads around the loops of
 * kernels/elementwise.def. */

enum status elementwise_infer(struct op_call *call, struct error *err);
void elementwise_forward(struct op_call *call);
/** The loop a call uses. */
ew_kernel elementwise_kernel(const struct op_call *call);

#endif
