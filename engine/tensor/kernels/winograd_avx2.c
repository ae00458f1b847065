#define WIDTH 8
#define KERNELS winograd_avx2
#include "engine/tensor/kernels/winograd_body.inc"
