/* The functions the element-wise expressions call, single precision. */
#define M_ABS fabsf
#define M_EXP exp_f32
#define M_LOG log_f32
#define M_SQRT sqrtf
#define M_SIN sinf
#define M_COS cosf
#define M_ERF erf_f32
#define M_FLOOR floorf
#define M_RINT rintf
#define M_TANH tanh_f32
#define M_POW powf
#define gelu_tanh_slope gelu_tanh_slope_f32
#define silu_slope silu_slope_f32
