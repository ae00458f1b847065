#ifndef MUNDAP_ML_ENSEMBLE_PRIVATE_H
#define MUNDAP_ML_ENSEMBLE_PRIVATE_H

#include "engine/ml/ensemble.h"

/* What the ensembles hold, for the files that fit them and the one that writes and reads them. */

struct forest {
	struct tree **trees;
	size_t tree_count, columns, outputs;
};

struct boosting {
	struct tree **trees; /* [rounds, outputs] */
	double *start; /* [outputs] */
	size_t outputs, columns;
	unsigned rounds;
	double learning_rate;
	enum boosting_loss loss;
};

#endif
