#ifndef MUNDAP_NN_EMA_H
#define MUNDAP_NN_EMA_H

#include "engine/nn/module.h"

/* Exponential moving average of a model's parameters: mean ← decay · mean + (1 - decay) · weight after each step. The means
 * usually predict better than the last weights. */

struct ema {
	struct module_list means; /* in the order of the model's parameters */
	struct module *model; /* held */
	double decay;
	int64_t updates;
};

/** Starts from copies of the weights. Errors: STATUS_RANGE (decay outside 0 … 1), STATUS_NOMEM */
enum status ema_init(struct ema *ema, struct module *model, double decay, struct error *err);
void ema_release(struct ema *ema);
enum status ema_update(struct ema *ema, struct error *err);
/** Exchanges the model's weights and the means: once to try the means, once more to train on. */
void ema_swap(struct ema *ema);

#endif
