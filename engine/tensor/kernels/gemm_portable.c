#define WIDTH 4
#define ROWS 4
#define VECTORS 2
#define KERNELS gemm_portable
#include "engine/tensor/kernels/gemm_body.inc"
