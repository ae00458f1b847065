#include "engine/nn/ema.h"

#include <string.h>

#include "engine/base/message.h"
#include "engine/tensor/ops.h"

enum status ema_init(struct ema *ema, struct module *model, double decay, struct error *err)
{
	*ema = (struct ema){.decay = decay};
	if (!(decay >= 0 && decay < 1)) {
		return error_set(err, STATUS_RANGE, "ema", message(MSG_TENSOR_SETTING), "ema",
				 "decay", decay);
	}
	enum status status = module_parameters(&ema->means, model, err);
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	bool old = tensor_grad_mode(false);
	for (int i = 0; status == STATUS_OK && i < ema->means.count; i++) {
		struct tensor *copy = tensor_clone(ema->means.items[i].tensor, err);
		status = copy ? STATUS_OK : STATUS_NOMEM;
		if (copy) {
			tensor_unref(ema->means.items[i].tensor);
			ema->means.items[i].tensor = tensor_ref(copy);
		}
	}
	tensor_grad_mode(old);
	tensor_scope_close(&scope);
	if (status != STATUS_OK) {
		ema_release(ema);
		return status;
	}
	ema->model = module_ref(model);
	return STATUS_OK;
}

void ema_release(struct ema *ema)
{
	module_list_release(&ema->means);
	module_unref(ema->model);
	ema->model = NULL;
}

/* Calls fn for each pair of weight and mean. */
static enum status for_each(struct ema *ema,
			    enum status (*fn)(struct ema *, struct tensor *mean,
					      struct tensor *weight, struct error *),
			    struct error *err)
{
	struct module_list weights;
	enum status status = module_parameters(&weights, ema->model, err);
	for (int i = 0; status == STATUS_OK && i < weights.count; i++) {
		status = fn(ema, ema->means.items[i].tensor, weights.items[i].tensor, err);
	}
	module_list_release(&weights);
	return status;
}

static enum status move_mean(struct ema *ema, struct tensor *mean, struct tensor *weight,
			     struct error *err)
{
	struct op_params p = op_presets(OP_ACCUMULATE);
	p.f[0] = 1 - ema->decay;
	p.f[1] = ema->decay;
	struct tensor *in[2] = {mean, weight};
	return op_apply_multi(NULL, 0, OP_ACCUMULATE, in, 2, &p, err);
}

enum status ema_update(struct ema *ema, struct error *err)
{
	bool old = tensor_grad_mode(false);
	enum status status = for_each(ema, move_mean, err);
	tensor_grad_mode(old);
	ema->updates++;
	return status;
}

static enum status swap(struct ema *ema, struct tensor *mean, struct tensor *weight,
			struct error *err)
{
	(void)ema;
	(void)err;
	float *a = tensor_f32(mean), *b = tensor_f32(weight);
	for (int64_t i = 0, n = tensor_numel(mean); i < n; i++) {
		float t = a[i];
		a[i] = b[i];
		b[i] = t;
	}
	return STATUS_OK;
}

void ema_swap(struct ema *ema)
{
	for_each(ema, swap, NULL);
}
