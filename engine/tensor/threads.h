#ifndef MUNDAP_TENSOR_THREADS_H
#define MUNDAP_TENSOR_THREADS_H

#include <stddef.h>
#include <stdint.h>

/* The engine's own thread pool: workers spin briefly, then sleep. One pool per process. Work is cut into a number of
 * parts that depends only on the thread count, so a result depends on (seed, threads) alone. */

/** Number of threads kernels use, the calling one included; 0 chooses the number of processors. Starts no thread yet. */
void threads_set(int count);
int threads_count(void);
/** Starts the workers now: before a sandbox forbids it. */
void threads_start(void);
/** Ends the workers. */
void threads_stop(void);

/** Runs body(context, first, last) over [0, n) cut into at most threads_count() ranges of at least grain items. */
typedef void (*threads_body)(void *context, int64_t first, int64_t last);
void threads_for(int64_t n, int64_t grain, threads_body body, void *context);

/** As threads_for, telling the body which part (0 … threads_count()-1) it is. */
typedef void (*threads_part_body)(void *context, int part, int parts);
void threads_parts(threads_part_body body, void *context);

/** Memory of the calling thread for a kernel's packed blocks, 64-byte aligned, kept until the thread ends; a larger
 * request may move it. Slot 0 is gemm_serial()'s. */
#define THREADS_SCRATCH_SLOTS 2
void *threads_scratch(int slot, size_t bytes);

#endif
