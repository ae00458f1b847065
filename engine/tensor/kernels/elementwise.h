#ifndef MUNDAP_TENSOR_KERNELS_ELEMENTWISE_H
#define MUNDAP_TENSOR_KERNELS_ELEMENTWISE_H

#include <stdint.h>

/* Loops over contiguous elements, one per element-wise op, for each instruction set. */

enum ew_id {
	EW_NONE,
#define EW1(id, expression) EW_##id,
#define EW2(id, expression) EW_##id,
#define EW3(id, expression) EW_##id,
#include "engine/tensor/kernels/elementwise.def"
#undef EW1
#undef EW2
#undef EW3
	EW_COUNT
};

/** out[i] = f(in[0][i], …) for i < n; out may be one of the inputs. parameters: f[0], f[1] of the op. */
typedef void (*ew_kernel)(int64_t n, void *out, const void *const *in, const double *parameters);

extern const ew_kernel ew_f32_portable[EW_COUNT], ew_f32_avx2[EW_COUNT], ew_f32_avx512[EW_COUNT],
	ew_f64[EW_COUNT];

/** The table of the processor's instruction set. */
const ew_kernel *ew_f32(void);

#endif
