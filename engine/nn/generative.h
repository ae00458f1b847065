#ifndef MUNDAP_NN_GENERATIVE_H
#define MUNDAP_NN_GENERATIVE_H

#include "engine/nn/module.h"

/* Losses of generative models that take more than a prediction and a target. Results belong to the innermost scope. */

/** How far the critic's slope is from 1 between real and fake: mean (‖∇critic(x̂)‖ - 1)², x̂ = ε real + (1 - ε) fake. The result
 * can be differentiated. Source: Gulrajani et al. 2017 */
struct tensor *gradient_penalty(struct module *critic, struct tensor *real, struct tensor *fake,
				struct error *err);

/** Negative evidence lower bound of an example, mean over the batch: cross-entropy of x in 0 … 1 under its logits, plus beta
 * times the divergence of the code from N(0, 1). Source: Kingma and Welling 2014, appendix B */
struct tensor *vae_loss(struct tensor *logits, struct tensor *x, struct tensor *mean,
			struct tensor *log_variance, double beta, struct error *err);

#endif
