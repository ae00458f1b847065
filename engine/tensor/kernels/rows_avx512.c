#define ROWS rows_avx512
#include "engine/tensor/kernels/rows_body.inc"
