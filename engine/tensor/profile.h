#ifndef MUNDAP_TENSOR_PROFILE_H
#define MUNDAP_TENSOR_PROFILE_H

#include "engine/tensor/op.h"

/* Time, floating-point operations and bytes per op while profiling is on (thread-wide). */

struct profile_row {
	enum op_id id;
	int64_t calls, nanoseconds;
	double flops, bytes;
};

void profile_start(void);
void profile_stop(void);
/** Rows of ops that were called, the slowest first; at most places rows. Returns how many. */
int profile_rows(struct profile_row *out, int places);

/* Only counting (no clock): the multiply-accumulates of products, convolutions, attention and recurrent cells between start
 * and stop. What is added, compared or averaged element by element does not count. */
void profile_macs_start(void);
double profile_macs_stop(void);

#endif
