#include "engine/nn/generative.h"

#include "engine/tensor/ops.h"

struct tensor *gradient_penalty(struct module *critic, struct tensor *real, struct tensor *fake,
				struct error *err)
{
	int64_t shape[TENSOR_MAX_DIMS] = {real->shape[0]};
	for (int d = 1; d < real->dims; d++) {
		shape[d] = 1;
	}
	struct tensor *share = tensor_rand(real->dims, shape, 0, 1, err);
	struct tensor *difference =
		tensor_sub(tensor_detach(real, err), tensor_detach(fake, err), err);
	struct tensor *between = tensor_detach(
		tensor_add(tensor_detach(fake, err), tensor_mul(share, difference, err), err), err);
	if (!between || tensor_require_grad(between, true, err) != STATUS_OK) {
		return NULL;
	}
	struct tensor *score = tensor_sum_all(module_forward(critic, between, err), err), *slope;
	struct grad_options options = {.create_graph = true};
	if (!score ||
	    tensor_gradients(&slope, score, NULL, &between, 1, &options, err) != STATUS_OK) {
		return NULL;
	}
	struct tensor *flat = tensor_flatten(slope, 1, err);
	struct tensor *squares = tensor_sum(tensor_square(flat, err), 1, false, err);
	/* The root's own slope is without bound at 0. */
	struct tensor *norm = tensor_sqrt(tensor_add_scalar(squares, 1e-12, err), err);
	return tensor_mean_all(tensor_square(tensor_add_scalar(norm, -1, err), err), err);
}

struct tensor *vae_loss(struct tensor *logits, struct tensor *x, struct tensor *mean,
			struct tensor *log_variance, double beta, struct error *err)
{
	int64_t rows = logits->shape[0], features = rows ? tensor_numel(logits) / rows : 0;
	struct tensor *seen =
		tensor_mul_scalar(tensor_bce_with_logits(logits, tensor_flatten(x, 1, err), err),
				  (double)features, err);
	/* -½ Σ (1 + log σ² - μ² - σ²) */
	struct tensor *inner = tensor_sub(
		tensor_sub(tensor_add_scalar(log_variance, 1, err), tensor_square(mean, err), err),
		tensor_exp(log_variance, err), err);
	struct tensor *divergence = tensor_mean_all(tensor_sum(inner, 1, false, err), err);
	return tensor_add(seen, tensor_mul_scalar(divergence, -0.5 * beta, err), err);
}
