#include "engine/nn/loss.h"

#include <string.h>

#include "engine/tensor/ops.h"

#define LOSS(row) \
	static struct tensor *row##_loss(struct tensor *x, struct tensor *t, \
					 const struct loss_options *options, struct error *err)

LOSS(cross_entropy)
{
	return tensor_cross_entropy(x, t, options->label_smoothing, err);
}
LOSS(mse)
{
	(void)options;
	return tensor_mse(x, t, err);
}
LOSS(mae)
{
	(void)options;
	return tensor_mean_all(tensor_abs(tensor_sub(x, t, err), err), err);
}
/* ½ d² within delta, delta (|d| - ½ delta) beyond: with c = min(|d|, delta), c (|d| - ½ c) */
LOSS(huber)
{
	struct tensor *d = tensor_abs(tensor_sub(x, t, err), err);
	struct tensor *c = tensor_clamp(d, 0, options->delta, err);
	struct tensor *y = tensor_mul(c, tensor_sub(d, tensor_mul_scalar(c, 0.5, err), err), err);
	return tensor_mean_all(y, err);
}
LOSS(bce_with_logits)
{
	(void)options;
	return tensor_bce_with_logits(x, t, err);
}
/* Targets -1 or 1: max(0, margin - t x) */
LOSS(hinge)
{
	struct tensor *tx = tensor_neg(tensor_mul(x, t, err), err);
	return tensor_mean_all(tensor_relu(tensor_add_scalar(tx, options->margin, err), err), err);
}
/* Σ t (log t - log softmax(x)) T², targets are logits of a teacher; the mean over rows */
LOSS(distillation)
{
	double temperature = options->temperature;
	struct tensor *teacher = tensor_mul_scalar(t, 1 / temperature, err);
	struct tensor *log_t = tensor_log_softmax(teacher, -1, err);
	struct tensor *log_x =
		tensor_log_softmax(tensor_mul_scalar(x, 1 / temperature, err), -1, err);
	struct tensor *kl = tensor_mul(tensor_exp(log_t, err), tensor_sub(log_t, log_x, err), err);
	kl = tensor_mean_all(tensor_sum(kl, -1, false, err), err);
	return tensor_mul_scalar(kl, temperature * temperature, err);
}
/* x: log-probabilities, t: probabilities. Σ t (log t - x), the mean over rows */
LOSS(kl)
{
	(void)options;
	struct tensor *log_t = tensor_log(tensor_clamp(t, 1e-30, 1e300, err), err);
	struct tensor *kl = tensor_mul(t, tensor_sub(log_t, x, err), err);
	return tensor_mean_all(tensor_sum(kl, -1, false, err), err);
}
/* x: distances [N], t: 1 alike, 0 different. t d² + (1-t) max(0, margin - d)² */
LOSS(contrastive)
{
	struct tensor *gap =
		tensor_relu(tensor_add_scalar(tensor_neg(x, err), options->margin, err), err);
	struct tensor *other = tensor_add_scalar(tensor_neg(t, err), 1, err);
	struct tensor *y = tensor_add(tensor_mul(t, tensor_square(x, err), err),
				      tensor_mul(other, tensor_square(gap, err), err), err);
	return tensor_mean_all(y, err);
}
/* x: [N, 3, D] anchor, positive, negative; t is not used. max(0, d(a,p) - d(a,n) + margin) */
LOSS(triplet)
{
	(void)t;
	struct tensor *a = tensor_select(x, 1, 0, err);
	struct tensor *distance[2];
	for (int k = 0; k < 2; k++) {
		struct tensor *d = tensor_sub(a, tensor_select(x, 1, k + 1, err), err);
		struct tensor *s = tensor_sum(tensor_square(d, err), -1, false, err);
		distance[k] = tensor_sqrt(tensor_add_scalar(s, 1e-12, err), err);
	}
	struct tensor *y = tensor_sub(distance[0], distance[1], err);
	return tensor_mean_all(tensor_relu(tensor_add_scalar(y, options->margin, err), err), err);
}
/* x: similarities [N, N], the diagonal belongs together. Source: van den Oord et al. 2018, InfoNCE */
LOSS(info_nce)
{
	struct tensor *scaled = tensor_mul_scalar(x, 1 / options->temperature, err);
	return tensor_cross_entropy(scaled, t, 0, err);
}

static const struct loss_kind rows[] = {
	{"cross_entropy", "classes from logits", true, cross_entropy_loss},
	{"mse", "mean squared difference", false, mse_loss},
	{"mae", "mean absolute difference", false, mae_loss},
	{"huber", "squared near 0, absolute beyond delta", false, huber_loss},
	{"bce_with_logits", "yes or no from a logit", false, bce_with_logits_loss},
	{"hinge", "margin between classes -1 and 1", false, hinge_loss},
	{"kl", "Kullback-Leibler divergence from log-probabilities", false, kl_loss},
	{"distillation", "a teacher's softened probabilities", false, distillation_loss},
	{"contrastive", "pairs alike or different by distance", false, contrastive_loss},
	{"triplet", "nearer to the like than to the other", false, triplet_loss},
	{"info_nce", "the right partner among a batch", true, info_nce_loss},
};
#define ROWS ((int)(sizeof rows / sizeof *rows))

const struct loss_kind *loss_row(int i)
{
	return i >= 0 && i < ROWS ? &rows[i] : NULL;
}

const struct loss_kind *loss_find(const char *name)
{
	for (int i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].name, name) == 0) {
			return &rows[i];
		}
	}
	return NULL;
}

struct loss_options loss_presets(void)
{
	return (struct loss_options){
		.label_smoothing = 0, .delta = 1, .margin = 1, .temperature = 1};
}
