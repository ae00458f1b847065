#define WIDTH 8
#define ROWS 6
#define VECTORS 2
#define KERNELS gemm_avx2
#include "engine/tensor/kernels/gemm_body.inc"
