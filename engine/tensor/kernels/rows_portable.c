#define ROWS rows_portable
#include "engine/tensor/kernels/rows_body.inc"
