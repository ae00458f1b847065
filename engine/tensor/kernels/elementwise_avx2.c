#include "engine/tensor/kernels/elementwise.h"
#include "engine/tensor/kernels/math_f32.h"

#define REAL float
#define TABLE ew_f32_avx2
#include "engine/tensor/kernels/elementwise_f32.h"
#include "engine/tensor/kernels/elementwise_body.inc"
