#ifndef MUNDAP_ML_TREE_BINS_H
#define MUNDAP_ML_TREE_BINS_H

#include <stddef.h>
#include <stdint.h>

/* Inside of struct tree_bins, for the files that build trees. Code 0 is NaN; codes 1 … counts[c] are in rising order,
 * and thresholds[c][k] lies between code k + 1 and code k + 2. Codes are stored a column at a time. */
struct tree_bins {
	size_t rows, columns;
	uint16_t *codes; /* [columns, rows] */
	uint8_t *small; /* the same in a byte, when bins were asked for; else NULL */
	uint32_t *counts; /* [columns], without NaN */
	double **thresholds; /* [columns][counts - 1] */
	uint32_t max_count;
};

#endif
