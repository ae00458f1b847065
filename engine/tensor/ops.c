#include "engine/tensor/ops.h"

#include <string.h>

#include "engine/tensor/op_internal.h"

#define UNARY(name, ID) \
	struct tensor *tensor_##name(struct tensor *a, struct error *err) \
	{ \
		return op_call1(OP_##ID, a, err); \
	}
UNARY(neg, NEG)
UNARY(abs, ABS)
UNARY(exp, EXP)
UNARY(log, LOG)
UNARY(sqrt, SQRT)
UNARY(square, SQUARE)
UNARY(reciprocal, RECIPROCAL)
UNARY(sign, SIGN)
UNARY(relu, RELU)
UNARY(tanh, TANH)
UNARY(sigmoid, SIGMOID)
UNARY(silu, SILU)
UNARY(softplus, SOFTPLUS)

#define BINARY(name, ID) \
	struct tensor *tensor_##name(struct tensor *a, struct tensor *b, struct error *err) \
	{ \
		return op_call2(OP_##ID, a, b, err); \
	}
BINARY(add, ADD)
BINARY(sub, SUB)
BINARY(mul, MUL)
BINARY(div, DIV)
BINARY(maximum, MAXIMUM)
BINARY(minimum, MINIMUM)
BINARY(matmul, MATMUL)
BINARY(bce_with_logits, BCE_WITH_LOGITS)

static struct tensor *with_float(enum op_id id, struct tensor *a, double f0, double f1,
				 struct error *err)
{
	struct op_params p = op_presets(id);
	p.f[0] = f0;
	p.f[1] = f1;
	return op_apply(id, &a, 1, &p, err);
}

struct tensor *tensor_gelu(struct tensor *a, bool tanh_form, struct error *err)
{
	return op_call_i(OP_GELU, a, NULL, tanh_form, 0, err);
}

struct tensor *tensor_leaky_relu(struct tensor *a, double slope, struct error *err)
{
	return with_float(OP_LEAKY_RELU, a, slope, 0, err);
}

struct tensor *tensor_clamp(struct tensor *a, double low, double high, struct error *err)
{
	return with_float(OP_CLAMP, a, low, high, err);
}

struct tensor *tensor_pow_scalar(struct tensor *a, double exponent, struct error *err)
{
	return with_float(OP_POW_SCALAR, a, exponent, 0, err);
}

struct tensor *tensor_add_scalar(struct tensor *a, double value, struct error *err)
{
	return with_float(OP_ADD_SCALAR, a, value, 0, err);
}

struct tensor *tensor_mul_scalar(struct tensor *a, double value, struct error *err)
{
	return with_float(OP_MUL_SCALAR, a, value, 0, err);
}

struct tensor *tensor_cast(struct tensor *a, enum dtype dtype, struct error *err)
{
	return op_call_i(OP_CAST, a, NULL, dtype, 0, err);
}

struct tensor *tensor_compare(enum op_id op, struct tensor *a, struct tensor *b, struct error *err)
{
	return op_call2(op, a, b, err);
}

struct tensor *tensor_where(struct tensor *condition, struct tensor *a, struct tensor *b,
			    struct error *err)
{
	return op_call3(OP_WHERE, condition, a, b, err);
}

struct tensor *tensor_masked_fill(struct tensor *a, struct tensor *mask, double value,
				  struct error *err)
{
	struct tensor *fill = a ? tensor_full(a->dtype, 0, NULL, value, err) : NULL;
	return tensor_where(mask, fill, a, err);
}

/* --- shapes --- */
static struct tensor *with_list(enum op_id id, struct tensor *a, int dims, const int64_t *list,
				struct error *err)
{
	struct op_params p = op_presets(id);
	p.list_count = dims < TENSOR_MAX_DIMS ? dims : TENSOR_MAX_DIMS;
	memcpy(p.list, list, (size_t)p.list_count * sizeof *list);
	return op_apply(id, &a, 1, &p, err);
}

struct tensor *tensor_reshape(struct tensor *a, int dims, const int64_t *shape, struct error *err)
{
	return with_list(OP_RESHAPE, a, dims, shape, err);
}

struct tensor *tensor_permute(struct tensor *a, int dims, const int64_t *order, struct error *err)
{
	return with_list(OP_PERMUTE, a, dims, order, err);
}

struct tensor *tensor_expand(struct tensor *a, int dims, const int64_t *shape, struct error *err)
{
	return with_list(OP_EXPAND, a, dims, shape, err);
}

struct tensor *tensor_transpose(struct tensor *a, int dim0, int dim1, struct error *err)
{
	return op_call_i(OP_TRANSPOSE, a, NULL, dim0, dim1, err);
}

struct tensor *tensor_narrow(struct tensor *a, int dim, int64_t start, int64_t length,
			     struct error *err)
{
	struct op_params p = op_presets(OP_NARROW);
	p.i[0] = dim;
	p.i[1] = start;
	p.i[2] = length;
	return op_apply(OP_NARROW, &a, 1, &p, err);
}

struct tensor *tensor_select(struct tensor *a, int dim, int64_t index, struct error *err)
{
	return op_call_i(OP_SELECT, a, NULL, dim, index, err);
}

struct tensor *tensor_squeeze(struct tensor *a, int dim, struct error *err)
{
	return op_call_i(OP_SQUEEZE, a, NULL, dim, 0, err);
}

struct tensor *tensor_unsqueeze(struct tensor *a, int dim, struct error *err)
{
	return op_call_i(OP_UNSQUEEZE, a, NULL, dim, 0, err);
}

struct tensor *tensor_contiguous(struct tensor *a, struct error *err)
{
	return a && tensor_is_contiguous(a) ? a : op_call1(OP_CONTIGUOUS, a, err);
}

struct tensor *tensor_clone(struct tensor *a, struct error *err)
{
	return op_call1(OP_CONTIGUOUS, a, err);
}

struct tensor *tensor_flatten(struct tensor *a, int dim, struct error *err)
{
	int d = a ? op_dim("flatten", dim, a, err) : -1;
	if (d < 0) {
		return NULL;
	}
	int64_t shape[TENSOR_MAX_DIMS];
	memcpy(shape, a->shape, sizeof shape);
	shape[d] = 1;
	for (int k = d; k < a->dims; k++) {
		shape[d] *= k == d ? a->shape[d] : a->shape[k];
	}
	return tensor_reshape(a, d + 1, shape, err);
}

static struct tensor *join(enum op_id id, struct tensor *const *parts, int count, int dim,
			   struct error *err)
{
	struct op_params p = op_presets(id);
	p.i[0] = dim;
	return op_apply(id, parts, count, &p, err);
}

struct tensor *tensor_cat(struct tensor *const *parts, int count, int dim, struct error *err)
{
	return join(OP_CAT, parts, count, dim, err);
}

struct tensor *tensor_stack(struct tensor *const *parts, int count, int dim, struct error *err)
{
	return join(OP_STACK, parts, count, dim, err);
}

struct tensor *tensor_pad2d(struct tensor *a, int64_t top, int64_t bottom, int64_t left,
			    int64_t right, double value, struct error *err)
{
	struct op_params p = op_presets(OP_PAD);
	p.i[0] = top;
	p.i[1] = bottom;
	p.i[2] = left;
	p.i[3] = right;
	p.f[0] = value;
	return op_apply(OP_PAD, &a, 1, &p, err);
}

/* --- reductions --- */
struct tensor *tensor_sum(struct tensor *a, int dim, bool keep, struct error *err)
{
	return op_call_i(OP_SUM, a, NULL, dim, keep, err);
}

struct tensor *tensor_mean(struct tensor *a, int dim, bool keep, struct error *err)
{
	return op_call_i(OP_MEAN, a, NULL, dim, keep, err);
}

struct tensor *tensor_var(struct tensor *a, int dim, bool unbiased, bool keep, struct error *err)
{
	struct op_params p = op_presets(OP_VAR);
	p.i[0] = dim;
	p.i[1] = keep;
	p.i[2] = unbiased;
	return op_apply(OP_VAR, &a, 1, &p, err);
}

struct tensor *tensor_max(struct tensor *a, int dim, bool keep, struct error *err)
{
	return op_call_i(OP_MAX, a, NULL, dim, keep, err);
}

struct tensor *tensor_min(struct tensor *a, int dim, bool keep, struct error *err)
{
	return op_call_i(OP_MIN, a, NULL, dim, keep, err);
}

struct tensor *tensor_sum_all(struct tensor *a, struct error *err)
{
	return op_call1(OP_SUM, a, err);
}

struct tensor *tensor_mean_all(struct tensor *a, struct error *err)
{
	return op_call1(OP_MEAN, a, err);
}

struct tensor *tensor_argmax(struct tensor *a, int dim, bool keep, struct error *err)
{
	return op_call_i(OP_ARGMAX, a, NULL, dim, keep, err);
}

struct tensor *tensor_sum_to(struct tensor *a, const struct tensor *target, struct error *err)
{
	if (!a || tensor_same_shape(a, target)) {
		return a;
	}
	/* Leading dimensions in one go: they are rows over a block of the target's size. */
	int lead = a->dims - target->dims;
	if (lead > 0) {
		int64_t shape[TENSOR_MAX_DIMS] = {1};
		int rest = a->dims - lead;
		for (int d = 0; d < lead; d++) {
			shape[0] *= a->shape[d];
		}
		memcpy(shape + 1, a->shape + lead, (size_t)rest * sizeof *shape);
		a = tensor_sum(tensor_reshape(a, rest + 1, shape, err), 0, false, err);
	}
	for (int d = 0; a && d < target->dims; d++) {
		if (target->shape[d] == 1 && a->shape[d] != 1) {
			a = tensor_sum(a, d, true, err);
		}
	}
	return a;
}

struct tensor *tensor_softmax(struct tensor *a, int dim, struct error *err)
{
	return op_call_i(OP_SOFTMAX, a, NULL, dim, 0, err);
}

struct tensor *tensor_log_softmax(struct tensor *a, int dim, struct error *err)
{
	return op_call_i(OP_LOG_SOFTMAX, a, NULL, dim, 0, err);
}

/* --- layers --- */
struct tensor *tensor_linear(struct tensor *x, struct tensor *weight, struct tensor *bias,
			     struct error *err)
{
	struct tensor *in[3] = {x, weight, bias};
	return op_apply(OP_LINEAR, in, bias ? 3 : 2, NULL, err);
}

struct conv_options conv_presets(void)
{
	return (struct conv_options){{1, 1}, {0, 0}, {1, 1}, 1, {0, 0}};
}

static struct op_params conv_params(enum op_id id, const struct conv_options *o)
{
	struct op_params p = op_presets(id);
	for (int d = 0; d < 2; d++) {
		p.i[d] = o->stride[d];
		p.i[2 + d] = o->padding[d];
		p.i[4 + d] = o->dilation[d];
		p.list[d] = o->output_padding[d];
	}
	p.i[6] = o->groups;
	p.list_count = id == OP_CONV_TRANSPOSE2D ? 2 : 0;
	return p;
}

struct tensor *tensor_conv2d(struct tensor *x, struct tensor *weight, struct tensor *bias,
			     const struct conv_options *options, struct error *err)
{
	struct op_params p = conv_params(OP_CONV2D, options);
	struct tensor *in[3] = {x, weight, bias};
	return op_apply(OP_CONV2D, in, bias ? 3 : 2, &p, err);
}

struct tensor *tensor_conv_transpose2d(struct tensor *x, struct tensor *weight, struct tensor *bias,
				       const struct conv_options *options, struct error *err)
{
	struct op_params p = conv_params(OP_CONV_TRANSPOSE2D, options);
	struct tensor *in[3] = {x, weight, bias};
	return op_apply(OP_CONV_TRANSPOSE2D, in, bias ? 3 : 2, &p, err);
}

static struct tensor *pool(enum op_id id, struct tensor *x, int64_t kernel, int64_t stride,
			   int64_t padding, struct error *err)
{
	struct op_params p = op_presets(id);
	p.i[0] = kernel;
	p.i[1] = stride;
	p.i[2] = padding;
	return op_apply(id, &x, 1, &p, err);
}

struct tensor *tensor_max_pool2d(struct tensor *x, int64_t kernel, int64_t stride, int64_t padding,
				 struct error *err)
{
	return pool(OP_MAX_POOL2D, x, kernel, stride, padding, err);
}

struct tensor *tensor_avg_pool2d(struct tensor *x, int64_t kernel, int64_t stride, int64_t padding,
				 struct error *err)
{
	return pool(OP_AVG_POOL2D, x, kernel, stride, padding, err);
}

struct tensor *tensor_upsample2d(struct tensor *x, int64_t factor, struct error *err)
{
	return op_call_i(OP_UPSAMPLE_NEAREST2D, x, NULL, factor, 0, err);
}

struct tensor *tensor_embedding(struct tensor *weight, struct tensor *ids, struct error *err)
{
	return op_call2(OP_EMBEDDING, weight, ids, err);
}

struct tensor *tensor_cross_entropy(struct tensor *logits, struct tensor *targets,
				    double label_smoothing, struct error *err)
{
	struct op_params p = op_presets(OP_CROSS_ENTROPY);
	p.f[0] = label_smoothing;
	struct tensor *in[2] = {logits, targets};
	return op_apply(OP_CROSS_ENTROPY, in, 2, &p, err);
}

struct tensor *tensor_mse(struct tensor *a, struct tensor *b, struct error *err)
{
	return tensor_mean_all(tensor_square(tensor_sub(a, b, err), err), err);
}

struct tensor *tensor_layer_norm(struct tensor *x, struct tensor *weight, struct tensor *bias,
				 double epsilon, struct error *err)
{
	struct op_params p = op_presets(OP_LAYER_NORM);
	p.f[0] = epsilon;
	struct tensor *in[3] = {x, weight, bias};
	return op_apply(OP_LAYER_NORM, in, 3, &p, err);
}

struct tensor *tensor_dropout(struct tensor *x, double p, struct error *err)
{
	return with_float(OP_DROPOUT, x, p, 0, err);
}

struct tensor *tensor_attention(struct tensor *q, struct tensor *k, struct tensor *v,
				struct tensor *mask, bool causal, double scale, struct error *err)
{
	struct op_params p = op_presets(OP_ATTENTION);
	p.i[0] = causal;
	p.f[0] = scale;
	struct tensor *in[4] = {q, k, v, mask};
	return op_apply(OP_ATTENTION, in, mask ? 4 : 3, &p, err);
}
