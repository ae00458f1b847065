#ifndef MUNDAP_TUTOR_BANK_H
#define MUNDAP_TUTOR_BANK_H

#include <stdint.h>

#include "engine/base/arena.h"
#include "engine/base/error.h"

/* The sentence bank: assets/bank/<UNIT>.tsv and <UNIT>.<hand>.tsv, a sentence a line, "label<TAB>sentence". Labels: "k1", "m2", "k1,k3",
 * "!k1" (close to k1, yet must not count), "none". */

#define BANK_LABELS 16 /* concepts k1…k12 are bits 0–11, misconceptions m1…m4 bits 12–15 */
#define BANK_FIRST_MISCONCEPTION 12

struct bank_sentence {
	int unit;
	uint16_t labels; /* what it says */
	uint16_t near; /* what it must not be taken for */
	const char *text;
};

struct bank_unit {
	char id[16];
	int sentences;
};

struct bank {
	struct arena arena;
	struct bank_unit *units; /* by id */
	int unit_count;
	struct bank_sentence *sentences; /* by unit, in the order of the file */
	int count;
};

/**
 * Reads every *.tsv of a folder, units in the order of their names. Owns: bank_release.
 * Errors: STATUS_PARSE naming file and line; STATUS_NOT_FOUND; STATUS_IO; STATUS_NOMEM.
 */
enum status bank_read(struct bank *out, const char *folder, struct error *err);
void bank_release(struct bank *bank);

/** Bit of a label such as "k3" or "AI-05.m1"; 0 when it is none. */
uint16_t bank_label_bit(const char *label, size_t length);

#endif
