#ifndef MUNDAP_TUTOR_ENCODER_H
#define MUNDAP_TUTOR_ENCODER_H

#include "engine/base/strbuf.h"
#include "engine/tutor/bank.h"
#include "engine/tutor/features.h"

/* The sentence encoder. Hashed features → embedding table [ROWS, D] pooled to a vector h [D]; each label (a concept or
 * misconception of a unit) has a prototype in that space ("deep"), a weight for each feature ("wide"), and the bank's
 * sentences near h vote ("near"). A logistic regression over these, fitted on sentences the encoder had not seen,
 * makes a log-odds of them. Everything is 8 bit in the file and in memory. */

#define ENCODER_D 64
#define ENCODER_ROWS 65536
#define ENCODER_BUCKETS 16384 /* wide weights of a unit, hashed */
#define ENCODER_SIGNALS 7

struct encoder_unit {
	char id[16];
	uint16_t labels; /* which of the BANK_LABELS exist */
	int label_count;
	int8_t slot[BANK_LABELS]; /* label → column, -1 none */
	float prototype[BANK_LABELS][ENCODER_D];
	float bias[BANK_LABELS], wide_bias[BANK_LABELS];
	float offset[BANK_LABELS]; /* calibration of the label */
	int8_t *wide; /* [BUCKETS, label_count] */
	float wide_scale;
	int neighbours;
	int8_t *vectors; /* [neighbours, D], length 127 */
	uint16_t *said; /* labels of each neighbour */
};

struct encoder {
	int8_t *table; /* [ROWS, D] */
	float *row_scale;
	struct encoder_unit *units;
	int unit_count;
	float mix[ENCODER_SIGNALS + 1]; /* of the signals, and a constant */
	struct thesaurus *thesaurus; /* borrowed; NULL: none */
};

/* What the encoder makes of one run of words for one label. */
struct signals {
	float value[ENCODER_SIGNALS]; /* deep, wide, nearest that says it, nearest that does not,
					  share of near ones, lead over the next label: deep, wide */
};

/** Owns: encoder_free. Errors: STATUS_CORRUPT, STATUS_NOMEM. */
enum status encoder_read(struct encoder **out, const void *bytes, size_t length, struct error *err);
enum status encoder_write(const struct encoder *encoder, struct strbuf *out);
void encoder_free(struct encoder *encoder);

const struct encoder_unit *encoder_find(const struct encoder *encoder, const char *unit);

/** Signals of words [first, first + count) for every label of the unit. */
void encoder_signals(const struct encoder *encoder, const struct encoder_unit *unit,
		     const struct feature *features, int count, struct signals out[BANK_LABELS]);

/** Calibrated log-odds that the words say the label. */
float encoder_log_odds(const struct encoder *encoder, const struct encoder_unit *unit, int label,
		       const struct signals *signals);

/** Pooled vector h of features, not scaled. */
void encoder_pool(const struct encoder *encoder, const struct feature *features, int count,
		  float h[ENCODER_D]);

/** exp and the logistic function by plain arithmetic, the same bits on every machine. */
double encoder_exp(double x);
double encoder_logistic(double x);

#endif
