#include "engine/tensor/kernels/int8.h"

#include "engine/tensor/engine.h"

const struct int8_kernels *int8_kernels(void)
{
#if defined(__x86_64__)
	/* Asked for apart from AVX-512: the first processors that have it lack these instructions. */
	if (engine_simd() == ENGINE_AVX512 && __builtin_cpu_supports("avx512vnni")) {
		return &int8_vnni;
	}
	if (engine_simd() >= ENGINE_AVX2) {
		return &int8_avx2;
	}
#endif
	return &int8_portable;
}
