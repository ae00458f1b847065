#ifndef MUNDAP_TUTOR_TRAIN_H
#define MUNDAP_TUTOR_TRAIN_H

#include "engine/tutor/encoder.h"

/* Training of the sentence encoder on the bank: single-threaded, counter-based random numbers, plain arithmetic, so
 * that the same bank gives the same file to the bit. */

struct train_options {
	uint64_t seed;
	int epochs;
	/* For measuring: leave out the sentences whose fold (by their text) is this one; -1 leaves out none. */
	int left_out, folds;
};

/** Fold of a sentence, 0…folds-1, by a hash of its text. */
int train_fold(const char *sentence, int folds);

/** Trains an encoder without calibration (mix and offsets are zero). Owns: encoder_free. Errors: STATUS_NOMEM. */
enum status train_encoder(struct encoder **out, const struct bank *bank,
			  struct thesaurus *thesaurus, const struct train_options *options,
			  struct error *err);

/* Figures of one kind of decision over the held-out sentences. */
struct train_report {
	long true_positive, false_positive, false_negative;
};

/**
 * Trains one encoder for each fold left out, fits the calibration on the sentences left out and on answers made of
 * several of them, then trains on everything and attaches the calibration. reports: concepts, misconceptions by
 * sentence; may be NULL. Owns: encoder_free.
 */
enum status train_all(struct encoder **out, const struct bank *bank, struct thesaurus *thesaurus,
		      uint64_t seed, int epochs, struct train_report reports[2], struct error *err);

#endif
