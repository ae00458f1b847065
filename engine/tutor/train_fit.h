#ifndef MUNDAP_TUTOR_TRAIN_FIT_H
#define MUNDAP_TUTOR_TRAIN_FIT_H

#include "engine/tutor/train.h"

/* Calibration: what encoders say of sentences they were not trained on, and the logistic regression fitted to it. */
struct calibration;

struct calibration *calibration_new(void);
void calibration_free(struct calibration *calibration);

/** Adds the signals for each sentence of the fold left out. Errors: STATUS_NOMEM. */
enum status calibration_collect(struct calibration *calibration, const struct encoder *encoder,
				const struct bank *bank, const struct train_options *options,
				struct error *err);

/** Fits mix and offsets of an encoder trained on the same bank; reports may be NULL. */
void calibration_fit(struct calibration *calibration, struct encoder *encoder,
		     struct train_report reports[2]);

#endif
