#ifndef MUNDAP_TENSOR_ENGINE_H
#define MUNDAP_TENSOR_ENGINE_H

#include "engine/base/error.h"

/* Start-up of the compute engine. Programs that never compute never call it: the BLAS library is loaded here, with its
 * own threads off. */

enum engine_simd { ENGINE_PORTABLE, ENGINE_AVX2, ENGINE_AVX512 };

/**
 * Loads BLAS and LAPACK, picks kernels by what the processor has (MUNDAP_KERNELS=portable|avx2|avx512 lowers the choice)
 * and starts the threads. Call it before a sandbox closes the file system. May be called again at no cost.
 * threads 0: as many as processors. Errors: STATUS_UNSUPPORTED when the library cannot be loaded (the engine still
 * works with its own kernels; linear algebra does not)
 */
enum status engine_start(int threads, struct error *err);

enum engine_simd engine_simd(void);
const char *engine_simd_name(void); /* "avx512" … */
/** "OpenBLAS 0.3.21 Haswell", or "" when none was loaded. */
const char *engine_blas_name(void);

#endif
