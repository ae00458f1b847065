#ifndef MUNDAP_NN_LOSS_H
#define MUNDAP_NN_LOSS_H

#include "engine/tensor/graph.h"

/* Losses by name: each takes a prediction and a target and gives a scalar (mean over the batch). Units: nats where logs
 * are involved. */

struct loss_options {
	double label_smoothing; /* cross_entropy */
	double delta; /* huber */
	double margin; /* hinge, contrastive, triplet */
	double temperature; /* kl, info_nce */
};

struct loss_kind {
	const char *name;
	const char *summary;
	bool classes; /* targets are class numbers: accuracy means something */
	struct tensor *(*compute)(struct tensor *prediction, struct tensor *target,
				  const struct loss_options *options, struct error *err);
};

/** Row i of the table, NULL past its end. */
const struct loss_kind *loss_row(int i);
const struct loss_kind *loss_find(const char *name);
struct loss_options loss_presets(void);

#endif
