#define WIDTH 4
#define KERNELS winograd_portable
#include "engine/tensor/kernels/winograd_body.inc"
