#define ROWS rows_avx2
#include "engine/tensor/kernels/rows_body.inc"
