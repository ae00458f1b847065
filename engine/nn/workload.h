#ifndef MUNDAP_NN_WORKLOAD_H
#define MUNDAP_NN_WORKLOAD_H

#include "engine/nn/module.h"

/* The benchmark's workloads: a model, a fixed random batch, and one step of work on them. Training workloads record their
 * first step and replay it. */

struct workload;

/** Name and summary of row i; false past the end. */
bool workload_row(int i, const char **name, const char **summary, int64_t *batch);

/** batch 0: the workload's own. Errors: STATUS_NOT_FOUND, STATUS_NOMEM */
enum status workload_open(struct workload **out, const char *name, int64_t batch, uint64_t seed,
			  struct error *err);
void workload_close(struct workload *w);
/** Trains one step, or runs one inference. */
enum status workload_step(struct workload *w, struct error *err);
/** Loss of the last training step (of the discriminator for a GAN); NaN for inference. */
double workload_loss(const struct workload *w);
int64_t workload_batch(const struct workload *w);
int64_t workload_parameters(const struct workload *w);
/** Floating-point operations of one step; 0 before the first. */
double workload_flops(const struct workload *w);
/** Tokens or images a step makes; 0 where that means nothing. */
int64_t workload_items(const struct workload *w);
/** Initial weights and the batch as a safetensors file, for a peer to start from the same. Before the first step. */
enum status workload_export(struct workload *w, const char *path, struct error *err);
/** What the plan does, one call a line. */
void workload_describe(struct strbuf *out, const struct workload *w);

#endif
