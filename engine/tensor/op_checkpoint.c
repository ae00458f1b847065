#include <stdlib.h>

#include "engine/tensor/checkpoint.h"
#include "engine/tensor/op_internal.h"

/* Gradient checkpointing (Chen et al. 2016): a part of a model runs off the tape, so that nothing inside is kept; when its
 * gradient is wanted it runs again, on the tape. Inputs: what it computed, its input, the parameters it uses. The function
 * and its context stand in the parameters as integers, with the state of the random numbers, which are drawn again. */
enum { MADE, GIVEN, FIRST_PARAMETER };
enum { FUNCTION, CONTEXT, KEEP, SEED, COUNTER };

static struct checkpoint_part part_of(const struct op_call *call)
{
	const int64_t *i = call->params.i;
	return (struct checkpoint_part){
		(struct tensor * (*)(void *, struct tensor *, struct error *)) i[FUNCTION],
		(void *)i[CONTEXT], (void (*)(void *, bool))i[KEEP]};
}

static void checkpoint_keep(const struct op_call *call, bool hold)
{
	struct checkpoint_part part = part_of(call);
	part.keep(part.context, hold);
}

static enum status checkpoint_infer(struct op_call *call, struct error *err)
{
	call->outputs[0] = tensor_alias(call->inputs[MADE], err);
	return op_made(call->outputs[0], err);
}

static enum status checkpoint_vjp(const struct op_call *call, struct tensor *const *grads,
				  struct tensor **out, struct error *err)
{
	int n = call->input_count - GIVEN, count = 0;
	struct tensor **wanted = calloc((size_t)n * 2, sizeof(void *));
	int *places = calloc((size_t)n, sizeof *places);
	struct tensor *x = tensor_detach(call->inputs[GIVEN], err);
	if (!wanted || !places || !x) {
		free(wanted);
		free(places);
		return error_set(err, STATUS_NOMEM, "checkpoint", message(MSG_TENSOR_NOMEM), 0.0);
	}
	struct tensor **results = wanted + n;
	x->requires_grad = NEEDS(call, GIVEN);
	for (int k = 0; k < n; k++) {
		struct tensor *t = k == 0 ? x : call->inputs[GIVEN + k];
		if (t->requires_grad) {
			wanted[count] = t;
			places[count++] = GIVEN + k;
		}
	}
	struct tensor_rng_state now = tensor_rng_get();
	tensor_rng_put((struct tensor_rng_state){(uint64_t)call->params.i[SEED],
						 (uint64_t)call->params.i[COUNTER]});
	bool old = tensor_grad_mode(true);
	struct checkpoint_part part = part_of(call);
	struct tensor *y = part.run(part.context, x, err);
	tensor_grad_mode(old);
	tensor_rng_put(now);
	enum status status = y ? tensor_gradients(results, y, grads[0], wanted, count, NULL, err)
			       : op_made(NULL, err);
	for (int k = 0; k < count && status == STATUS_OK; k++) {
		out[places[k]] = results[k];
	}
	free(wanted);
	free(places);
	return status;
}

const struct op op_checkpoint = {
	.name = "checkpoint",
	.summary = "a part that is computed again for its gradient",
	.min_inputs = 2,
	.max_inputs = -1,
	.inputs = {"made", "given", "parameters"},
	.flags = OP_DIFFERENTIABLE | OP_VIEW | OP_ANY_DTYPE | OP_MIXED_DTYPES | OP_INTERNAL,
	.infer = checkpoint_infer,
	.vjp = checkpoint_vjp,
	.keep = checkpoint_keep,
};

struct tensor *tensor_checkpoint(const struct checkpoint_part *part, struct tensor *x,
				 struct tensor *const *parameters, int count, struct error *err)
{
	struct tensor_rng_state draws = tensor_rng_get();
	bool old = tensor_grad_mode(false);
	struct tensor *made = part->run(part->context, x, err);
	tensor_grad_mode(old);
	struct tensor **in = made && old ? malloc((size_t)(count + 2) * sizeof *in) : NULL;
	if (!in) {
		return made && old ? (error_set(err, STATUS_NOMEM, "checkpoint",
						message(MSG_TENSOR_NOMEM), 0.0),
				      NULL)
				   : made;
	}
	in[MADE] = made;
	in[GIVEN] = x;
	for (int k = 0; k < count; k++) {
		in[FIRST_PARAMETER + k] = parameters[k];
	}
	struct op_params p = op_presets(OP_CHECKPOINT);
	p.i[FUNCTION] = (int64_t)(intptr_t)part->run;
	p.i[CONTEXT] = (int64_t)(intptr_t)part->context;
	p.i[KEEP] = (int64_t)(intptr_t)part->keep;
	p.i[SEED] = (int64_t)draws.seed;
	p.i[COUNTER] = (int64_t)draws.counter;
	struct tensor *out = op_apply(OP_CHECKPOINT, in, count + 2, &p, err);
	free(in);
	return out;
}
