#ifndef MUNDAP_TUTOR_BASELINE_H
#define MUNDAP_TUTOR_BASELINE_H

#include "engine/tutor/train.h"

/**
 * The simple method to be beaten: a held-out sentence is given the labels of the sentence of its unit nearest in the
 * cosine of stems and jamo n-grams, nothing learned, no thesaurus. Same folds as the encoder's own figures.
 * Errors: STATUS_NOMEM.
 */
enum status baseline_measure(const struct bank *bank, int folds, struct train_report reports[2],
			     struct error *err);

#endif
