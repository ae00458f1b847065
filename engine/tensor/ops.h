#ifndef MUNDAP_TENSOR_OPS_H
#define MUNDAP_TENSOR_OPS_H

#include "engine/tensor/op.h"

/* The ops as C functions, and functions composed of several ops (differentiable where their parts are). All follow the
 * rules of tensor.h: results belong to the innermost scope, NULL in gives NULL out, the first error is kept.
 * Broadcasting as in NumPy. dim may be negative, counted from the end. */

struct tensor *tensor_neg(struct tensor *a, struct error *err);
struct tensor *tensor_abs(struct tensor *a, struct error *err);
struct tensor *tensor_exp(struct tensor *a, struct error *err);
struct tensor *tensor_log(struct tensor *a, struct error *err);
struct tensor *tensor_sqrt(struct tensor *a, struct error *err);
struct tensor *tensor_square(struct tensor *a, struct error *err);
struct tensor *tensor_reciprocal(struct tensor *a, struct error *err);
struct tensor *tensor_sign(struct tensor *a, struct error *err);
struct tensor *tensor_relu(struct tensor *a, struct error *err);
struct tensor *tensor_tanh(struct tensor *a, struct error *err);
struct tensor *tensor_sigmoid(struct tensor *a, struct error *err);
struct tensor *tensor_gelu(struct tensor *a, bool tanh_form, struct error *err);
struct tensor *tensor_silu(struct tensor *a, struct error *err);
struct tensor *tensor_leaky_relu(struct tensor *a, double slope, struct error *err);
struct tensor *tensor_softplus(struct tensor *a, struct error *err);
struct tensor *tensor_clamp(struct tensor *a, double low, double high, struct error *err);
struct tensor *tensor_pow_scalar(struct tensor *a, double exponent, struct error *err);
struct tensor *tensor_add_scalar(struct tensor *a, double value, struct error *err);
struct tensor *tensor_mul_scalar(struct tensor *a, double value, struct error *err);
struct tensor *tensor_cast(struct tensor *a, enum dtype dtype, struct error *err);

struct tensor *tensor_add(struct tensor *a, struct tensor *b, struct error *err);
struct tensor *tensor_sub(struct tensor *a, struct tensor *b, struct error *err);
struct tensor *tensor_mul(struct tensor *a, struct tensor *b, struct error *err);
struct tensor *tensor_div(struct tensor *a, struct tensor *b, struct error *err);
struct tensor *tensor_maximum(struct tensor *a, struct tensor *b, struct error *err);
struct tensor *tensor_minimum(struct tensor *a, struct tensor *b, struct error *err);
/** op one of OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE; the result holds 0 and 1 in a's dtype. */
struct tensor *tensor_compare(enum op_id op, struct tensor *a, struct tensor *b, struct error *err);
struct tensor *tensor_where(struct tensor *condition, struct tensor *a, struct tensor *b,
			    struct error *err);
struct tensor *tensor_masked_fill(struct tensor *a, struct tensor *mask, double value,
				  struct error *err);

/** One size may be -1: what remains. */
struct tensor *tensor_reshape(struct tensor *a, int dims, const int64_t *shape, struct error *err);
struct tensor *tensor_permute(struct tensor *a, int dims, const int64_t *order, struct error *err);
struct tensor *tensor_transpose(struct tensor *a, int dim0, int dim1, struct error *err);
struct tensor *tensor_expand(struct tensor *a, int dims, const int64_t *shape, struct error *err);
struct tensor *tensor_narrow(struct tensor *a, int dim, int64_t start, int64_t length,
			     struct error *err);
struct tensor *tensor_select(struct tensor *a, int dim, int64_t index, struct error *err);
struct tensor *tensor_squeeze(struct tensor *a, int dim, struct error *err);
struct tensor *tensor_unsqueeze(struct tensor *a, int dim, struct error *err);
struct tensor *tensor_contiguous(struct tensor *a, struct error *err); /* a itself when it is */
struct tensor *tensor_clone(struct tensor *a, struct error *err); /* always a copy */
/** Joins dimensions from dim to the end into one. */
struct tensor *tensor_flatten(struct tensor *a, int dim, struct error *err);
struct tensor *tensor_cat(struct tensor *const *parts, int count, int dim, struct error *err);
struct tensor *tensor_stack(struct tensor *const *parts, int count, int dim, struct error *err);
/** Zero (or value) around the last two dimensions. */
struct tensor *tensor_pad2d(struct tensor *a, int64_t top, int64_t bottom, int64_t left,
			    int64_t right, double value, struct error *err);

struct tensor *tensor_sum(struct tensor *a, int dim, bool keep, struct error *err);
struct tensor *tensor_mean(struct tensor *a, int dim, bool keep, struct error *err);
struct tensor *tensor_var(struct tensor *a, int dim, bool unbiased, bool keep, struct error *err);
struct tensor *tensor_max(struct tensor *a, int dim, bool keep, struct error *err);
struct tensor *tensor_min(struct tensor *a, int dim, bool keep, struct error *err);
struct tensor *tensor_sum_all(struct tensor *a, struct error *err);
struct tensor *tensor_mean_all(struct tensor *a, struct error *err);
struct tensor *tensor_argmax(struct tensor *a, int dim, bool keep, struct error *err);
/** Sums over broadcast dimensions so that the result has target's shape. */
struct tensor *tensor_sum_to(struct tensor *a, const struct tensor *target, struct error *err);

struct tensor *tensor_softmax(struct tensor *a, int dim, struct error *err);
struct tensor *tensor_log_softmax(struct tensor *a, int dim, struct error *err);
struct tensor *tensor_matmul(struct tensor *a, struct tensor *b, struct error *err);
/** x [..., in] · weightᵀ + bias; bias may be NULL (an input left out, not an error). */
struct tensor *tensor_linear(struct tensor *x, struct tensor *weight, struct tensor *bias,
			     struct error *err);

struct conv_options {
	int64_t stride[2], padding[2], dilation[2], groups;
	int64_t output_padding[2]; /* transposed only */
};
struct conv_options conv_presets(void);
/** x [N,C,H,W], weight [O,C/groups,KH,KW], bias [O] or NULL. */
struct tensor *tensor_conv2d(struct tensor *x, struct tensor *weight, struct tensor *bias,
			     const struct conv_options *options, struct error *err);
/** weight [C,O/groups,KH,KW]. */
struct tensor *tensor_conv_transpose2d(struct tensor *x, struct tensor *weight, struct tensor *bias,
				       const struct conv_options *options, struct error *err);
struct tensor *tensor_max_pool2d(struct tensor *x, int64_t kernel, int64_t stride, int64_t padding,
				 struct error *err);
struct tensor *tensor_avg_pool2d(struct tensor *x, int64_t kernel, int64_t stride, int64_t padding,
				 struct error *err);
struct tensor *tensor_upsample2d(struct tensor *x, int64_t factor, struct error *err);

struct tensor *tensor_embedding(struct tensor *weight, struct tensor *ids, struct error *err);
struct tensor *tensor_layer_norm(struct tensor *x, struct tensor *weight, struct tensor *bias,
				 double epsilon, struct error *err);
struct tensor *tensor_dropout(struct tensor *x, double p, struct error *err);
/** logits [N,C] (or [N,C,…]), targets i32 [N]; mean over the batch. */
struct tensor *tensor_cross_entropy(struct tensor *logits, struct tensor *targets,
				    double label_smoothing, struct error *err);
struct tensor *tensor_mse(struct tensor *a, struct tensor *b, struct error *err);
struct tensor *tensor_bce_with_logits(struct tensor *logits, struct tensor *targets,
				      struct error *err);
/** q [B,H,T,D], k, v [B,H,S,D] -> [B,H,T,D]; mask (0 keeps out) or NULL. */
struct tensor *tensor_attention(struct tensor *q, struct tensor *k, struct tensor *v,
				struct tensor *mask, bool causal, double scale, struct error *err);

/** Letters name dimensions, a repeated letter left out of the result is summed: "bij,bjk->bik". */
struct tensor *tensor_einsum(const char *equation, struct tensor *const *inputs, int count,
			     struct error *err);

/* Linear algebra through LAPACK, f32 or f64, last two dimensions, no gradients. Errors: STATUS_SHAPE, STATUS_RANGE
 * (singular, not positive definite), STATUS_UNSUPPORTED (no LAPACK). */
struct tensor *linalg_solve(struct tensor *a, struct tensor *b, struct error *err);
struct tensor *linalg_inverse(struct tensor *a, struct error *err);
struct tensor *linalg_cholesky(struct tensor *a, struct error *err);
struct tensor *linalg_lstsq(struct tensor *a, struct tensor *b, struct error *err);
enum status linalg_qr(struct tensor **q, struct tensor **r, struct tensor *a, struct error *err);
/** Eigenvalues ascending, eigenvectors in columns. */
enum status linalg_eigh(struct tensor **values, struct tensor **vectors, struct tensor *a,
			struct error *err);
/** a = u · diag(s) · vt, the thin form. */
enum status linalg_svd(struct tensor **u, struct tensor **s, struct tensor **vt, struct tensor *a,
		       struct error *err);

#endif
