#include "engine/tensor/engine.h"

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/message.h"
#include "engine/tensor/blas.h"
#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/threads.h"

static struct blas functions;
static char blas_text[128];
static enum engine_simd simd;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char load_error[160];

static enum engine_simd detect(void)
{
	enum engine_simd found = ENGINE_PORTABLE;
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
		found = ENGINE_AVX2;
		if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
		    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
			found = ENGINE_AVX512;
		}
	}
#endif
	const char *wish = getenv("MUNDAP_KERNELS");
	if (wish && strcmp(wish, "portable") == 0) {
		return ENGINE_PORTABLE;
	}
	if (wish && strcmp(wish, "avx2") == 0 && found > ENGINE_AVX2) {
		return ENGINE_AVX2;
	}
	return found;
}

static void *symbol(void *library, const char *name, bool *all)
{
	void *address = dlsym(library, name);
	*all &= address != NULL;
	return address;
}

static void load_blas(void)
{
	static const char *const names[] = {"libopenblas.so.0", "libopenblas.so",
					    "libopenblas.dylib"};
	void *library = NULL;
	/* Read by the library's constructor: it must not start threads of its own. */
	setenv("OPENBLAS_NUM_THREADS", "1", 1);
	for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++) {
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	}
	if (!library) {
		const char *why = dlerror();
		snprintf(load_error, sizeof load_error, "%s", why ? why : "");
		return;
	}
	bool all = true;
	/* A pointer to an object becomes one to a function by way of its bytes, as POSIX has it. */
#define LOAD(field, name) \
	do { \
		void *address = symbol(library, name, &all); \
		memcpy(&functions.field, &address, sizeof address); \
	} while (0)
	LOAD(dgemm, "cblas_dgemm");
	LOAD(sgemm, "cblas_sgemm");
	LOAD(dgesv, "dgesv_");
	LOAD(dpotrf, "dpotrf_");
	LOAD(dgels, "dgels_");
	LOAD(dgeqrf, "dgeqrf_");
	LOAD(dorgqr, "dorgqr_");
	LOAD(dsyevd, "dsyevd_");
	LOAD(dgesdd, "dgesdd_");
	functions.loaded = all;
	char *(*config)(void) = NULL;
	void *address = dlsym(library, "openblas_get_config");
	memcpy(&config, &address, sizeof address);
	snprintf(blas_text, sizeof blas_text, "%s", config ? config() : "BLAS");
}

static void start_once(void)
{
	simd = detect();
#if defined(__GLIBC__)
	/* Freed blocks are kept: giving pages back and taking them again costs more than most kernels. */
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
	load_blas();
}

enum status engine_start(int threads, struct error *err)
{
	pthread_once(&once, start_once);
	threads_set(threads);
	threads_start();
	if (!functions.loaded) {
		return error_set(err, STATUS_UNSUPPORTED, "engine", message(MSG_TENSOR_NO_BLAS),
				 load_error);
	}
	return STATUS_OK;
}

enum engine_simd engine_simd(void)
{
	pthread_once(&once, start_once);
	return simd;
}

const char *engine_simd_name(void)
{
	static const char *const names[] = {"portable", "avx2", "avx512"};
	return names[engine_simd()];
}

const char *engine_blas_name(void)
{
	return blas_text;
}

const struct blas *blas(void)
{
	pthread_once(&once, start_once);
	return &functions;
}

const struct row_kernels *row_kernels(void)
{
	switch (engine_simd()) {
#if defined(__x86_64__)
	case ENGINE_AVX512:
		return &rows_avx512;
	case ENGINE_AVX2:
		return &rows_avx2;
#endif
	default:
		return &rows_portable;
	}
}
