#include "engine/tensor/op_internal.h"

/* Second derivatives of ops whose backward pass is one fused kernel: the op is computed again from simple ops, which the
 * tape differentiates as often as wanted. */

enum status op_vjp_composite(const struct op_call *call, struct tensor *const *output_grads,
			     struct tensor **input_grads, op_composite compute, struct error *err)
{
	struct tensor *outputs[OP_MAX_OUTPUTS] = {0}, *total = NULL;
	enum status status = compute(call, outputs, err);
	for (int k = 0; k < OP_MAX_OUTPUTS && status == STATUS_OK; k++) {
		if (output_grads[k] && outputs[k]) {
			struct tensor *part =
				tensor_sum_all(tensor_mul(outputs[k], output_grads[k], err), err);
			total = total && part ? tensor_add(total, part, err) : part;
			status = op_made(total, err);
		}
	}
	struct tensor *wanted[OP_MAX_INPUTS], *grads[OP_MAX_INPUTS];
	int place[OP_MAX_INPUTS], count = 0;
	for (int k = 0; k < call->input_count; k++) {
		if (NEEDS(call, k)) {
			place[count] = k;
			wanted[count++] = call->inputs[k];
		}
	}
	if (status == STATUS_OK && total && total->requires_grad) {
		struct grad_options twice = {.create_graph = true};
		status = tensor_gradients(grads, total, NULL, wanted, count, &twice, err);
		for (int k = 0; k < count && status == STATUS_OK; k++) {
			input_grads[place[k]] = grads[k];
		}
	}
	return status;
}
