#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/nn/onnx_write.h"

/* One engine op in ONNX's words (operator set 17, https://onnx.ai/onnx/operators). */

#define IN(k) (call->inputs[k])
#define OUT (call->outputs[0])

/* What is needed while the nodes of one call are written. */
struct words {
	struct onnx_graph *g;
	const struct op_call *call;
	char in[8][ONNX_NAME], out[ONNX_NAME];
	struct strbuf attributes;
};

static const char *input(struct words *w, int k)
{
	return onnx_input(w->g, w->call->inputs[k], w->in[k]);
}

/* A node between: its output's name. */
static const char *step(struct words *w, char name[ONNX_NAME], const char *type, const char *a,
			const char *b)
{
	onnx_node(w->g, type, onnx_fresh(w->g, name), &w->attributes, a, b, NULL);
	return name;
}
/* The last node of the call. */
static bool end(struct words *w, const char *type, const char *a, const char *b)
{
	onnx_node(w->g, type, w->out, &w->attributes, a, b, NULL);
	return true;
}

static const char *constant(struct words *w, char name[ONNX_NAME], double value)
{
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *t = tensor_scalar(value, NULL);
	snprintf(name, ONNX_NAME, "c%d", w->g->made++);
	if (t) {
		onnx_tensor(&w->g->initializers, 5, name, t);
	} else {
		w->g->failed = "memory";
	}
	tensor_scope_close(&scope);
	return name;
}

static const char *whole(struct words *w, char name[ONNX_NAME], const int64_t *values, int count)
{
	snprintf(name, ONNX_NAME, "c%d", w->g->made++);
	onnx_ints(&w->g->initializers, 5, name, values, count);
	return name;
}

static bool to_shape(struct words *w, const char *from)
{
	char shape[ONNX_NAME];
	whole(w, shape, w->call->outputs[0]->shape, w->call->outputs[0]->dims);
	return end(w, "Reshape", from, shape);
}

/* --- element by element --- */
static const struct {
	enum op_id id;
	const char *type;
} plain[] = {{OP_NEG, "Neg"},
	     {OP_ABS, "Abs"},
	     {OP_SIGN, "Sign"},
	     {OP_EXP, "Exp"},
	     {OP_LOG, "Log"},
	     {OP_SQRT, "Sqrt"},
	     {OP_RECIPROCAL, "Reciprocal"},
	     {OP_SIN, "Sin"},
	     {OP_COS, "Cos"},
	     {OP_ERF, "Erf"},
	     {OP_FLOOR, "Floor"},
	     {OP_RELU, "Relu"},
	     {OP_TANH, "Tanh"},
	     {OP_SIGMOID, "Sigmoid"},
	     {OP_SOFTPLUS, "Softplus"},
	     {OP_CONTIGUOUS, "Identity"},
	     {OP_ADD, "Add"},
	     {OP_SUB, "Sub"},
	     {OP_MUL, "Mul"},
	     {OP_DIV, "Div"},
	     {OP_POW, "Pow"},
	     {OP_MAXIMUM, "Max"},
	     {OP_MINIMUM, "Min"},
	     {OP_MATMUL, "MatMul"}};

static bool gelu(struct words *w)
{
	char a[ONNX_NAME], b[ONNX_NAME], c[ONNX_NAME], k[ONNX_NAME];
	const char *x = input(w, 0), *inner;
	if (w->call->params.i[0]) { /* 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))) */
		step(w, a, "Mul", x, x);
		step(w, b, "Mul", a, x);
		step(w, a, "Mul", b, constant(w, k, 0.044715));
		step(w, b, "Add", a, x);
		step(w, a, "Mul", b, constant(w, k, 0.7978845608028654));
		inner = step(w, b, "Tanh", a, NULL);
	} else {
		step(w, a, "Mul", x, constant(w, k, 0.7071067811865476));
		inner = step(w, b, "Erf", a, NULL);
	}
	step(w, a, "Add", inner, constant(w, k, 1));
	step(w, c, "Mul", a, constant(w, k, 0.5));
	return end(w, "Mul", c, x);
}

static bool elementwise(struct words *w)
{
	const struct op_params *p = &w->call->params;
	char k[ONNX_NAME], m[ONNX_NAME];
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		if (plain[i].id == w->call->id) {
			const char *a = input(w, 0);
			return end(w, plain[i].type, a,
				   w->call->input_count > 1 ? input(w, 1) : NULL);
		}
	}
	const char *x = w->call->inputs[0] ? input(w, 0) : "";
	switch (w->call->id) {
	case OP_SQUARE:
		return end(w, "Mul", x, x);
	case OP_LEAKY_RELU:
		onnx_attribute_float(&w->attributes, "alpha", p->f[0]);
		return end(w, "LeakyRelu", x, NULL);
	case OP_GELU:
		return gelu(w);
	case OP_SILU:
		return end(w, "Mul", x, step(w, m, "Sigmoid", x, NULL));
	case OP_POW_SCALAR:
		return end(w, "Pow", x, constant(w, k, p->f[0]));
	case OP_ADD_SCALAR:
		return end(w, "Add", x, constant(w, k, p->f[0]));
	case OP_MUL_SCALAR:
		return end(w, "Mul", x, constant(w, k, p->f[0]));
	case OP_CAST:
		onnx_attribute_int(&w->attributes, "to", p->i[0] == DTYPE_I32 ? 6 : 1);
		return end(w, "Cast", x, NULL);
	default:
		return false;
	}
}

/* --- shapes --- */
static bool slice(struct words *w, int64_t dim, int64_t start, int64_t length, int64_t stride)
{
	char from[ONNX_NAME], to[ONNX_NAME], axis[ONNX_NAME], by[ONNX_NAME], part[ONNX_NAME];
	int64_t stop = start + length * stride;
	const char *x = input(w, 0);
	whole(w, from, &start, 1);
	whole(w, to, &stop, 1);
	whole(w, axis, &dim, 1);
	whole(w, by, &stride, 1);
	onnx_node(w->g, "Slice", onnx_fresh(w->g, part), NULL, x, from, to, axis, by, NULL);
	return to_shape(w, part);
}

static bool join(struct words *w)
{
	const struct op_call *call = w->call;
	struct strbuf node;
	strbuf_init(&node);
	int64_t dim = call->params.i[0] < 0 ? call->params.i[0] + OUT->dims : call->params.i[0];
	for (int k = 0; k < call->input_count; k++) {
		char name[ONNX_NAME], shape[ONNX_NAME], part[ONNX_NAME];
		onnx_input(w->g, call->inputs[k], name);
		if (call->id == OP_STACK) {
			int64_t one[TENSOR_MAX_DIMS];
			memcpy(one, OUT->shape, sizeof one);
			one[dim] = 1;
			onnx_node(w->g, "Reshape", onnx_fresh(w->g, part), NULL, name,
				  whole(w, shape, one, OUT->dims), NULL);
			memcpy(name, part, sizeof name);
		}
		proto_text(&node, 1, name);
	}
	proto_text(&node, 2, w->out);
	proto_text(&node, 4, "Concat");
	onnx_attribute_int(&node, "axis", dim);
	proto_message(&w->g->nodes, 1, &node);
	return true;
}

static bool view(struct words *w)
{
	const struct op_call *call = w->call;
	const int64_t *i = call->params.i;
	int64_t order[TENSOR_MAX_DIMS];
	char shape[ONNX_NAME];
	switch (call->id) {
	case OP_RESHAPE:
	case OP_SQUEEZE:
	case OP_UNSQUEEZE:
		return to_shape(w, input(w, 0));
	case OP_TRANSPOSE:
	case OP_PERMUTE:
		for (int d = 0; d < OUT->dims; d++) {
			int64_t from = call->id == OP_PERMUTE ? call->params.list[d] : d;
			order[d] = from < 0 ? from + OUT->dims : from;
		}
		if (call->id == OP_TRANSPOSE) {
			int64_t a = i[0] < 0 ? i[0] + OUT->dims : i[0];
			int64_t b = i[1] < 0 ? i[1] + OUT->dims : i[1];
			order[a] = b;
			order[b] = a;
		}
		onnx_attribute_ints(&w->attributes, "perm", order, OUT->dims);
		return end(w, "Transpose", input(w, 0), NULL);
	case OP_EXPAND:
		whole(w, shape, OUT->shape, OUT->dims);
		return end(w, "Expand", input(w, 0), shape);
	case OP_NARROW:
		return slice(w, i[0], i[1], i[2], i[3]);
	case OP_SELECT:
		return slice(w, i[0], i[1], 1, 1);
	case OP_CAT:
	case OP_STACK:
		return join(w);
	case OP_FLIP: {
		int64_t dim = i[0] < 0 ? i[0] + OUT->dims : i[0], last = -1, first = INT64_MIN + 1,
			back = -1;
		char from[ONNX_NAME], to[ONNX_NAME], axis[ONNX_NAME], by[ONNX_NAME];
		const char *x = input(w, 0);
		whole(w, from, &last, 1);
		whole(w, to, &first, 1);
		whole(w, axis, &dim, 1);
		whole(w, by, &back, 1);
		onnx_node(w->g, "Slice", w->out, NULL, x, from, to, axis, by, NULL);
		return true;
	}
	default:
		return false;
	}
}

static bool reduce(struct words *w, const char *type, bool axes_are_input)
{
	const struct op_call *call = w->call;
	int64_t axes[TENSOR_MAX_DIMS], dim = call->params.i[0];
	int count = 1;
	axes[0] = dim < 0 ? dim + IN(0)->dims : dim;
	if (dim == OP_ALL) {
		for (count = 0; count < IN(0)->dims; count++) {
			axes[count] = count;
		}
	}
	char name[ONNX_NAME], part[ONNX_NAME];
	const char *x = input(w, 0);
	if (!axes_are_input) {
		onnx_attribute_ints(&w->attributes, "axes", axes, count);
	}
	onnx_node(w->g, type, onnx_fresh(w->g, part), &w->attributes, x,
		  axes_are_input ? whole(w, name, axes, count) : NULL, NULL);
	return to_shape(w, part);
}

/* --- products --- */
static bool linear(struct words *w)
{
	const struct op_call *call = w->call;
	bool bias = call->input_count > 2 && IN(2), relu = call->params.i[0] != 0;
	const char *x = input(w, 0), *weight = input(w, 1);
	char turned[ONNX_NAME], product[ONNX_NAME], sum[ONNX_NAME];
	if (IN(0)->dims == 2) {
		onnx_attribute_int(&w->attributes, "transB", 1);
		const char *to = relu ? onnx_fresh(w->g, sum) : w->out;
		onnx_node(w->g, "Gemm", to, &w->attributes, x, weight, bias ? input(w, 2) : NULL,
			  NULL);
		return !relu || end(w, "Relu", sum, NULL);
	}
	step(w, turned, "Transpose", weight, NULL);
	if (!bias && !relu) {
		return end(w, "MatMul", x, turned);
	}
	step(w, product, "MatMul", x, turned);
	if (!bias) {
		return end(w, "Relu", product, NULL);
	}
	if (!relu) {
		return end(w, "Add", product, input(w, 2));
	}
	step(w, sum, "Add", product, input(w, 2));
	return end(w, "Relu", sum, NULL);
}

static bool convolution(struct words *w)
{
	const struct op_call *call = w->call;
	const int64_t *i = call->params.i;
	bool transposed = call->id == OP_CONV_TRANSPOSE2D, relu = !transposed && i[7];
	const char *x = input(w, 0), *weight = input(w, 1);
	const char *bias = call->input_count > 2 && IN(2) ? input(w, 2) : NULL;
	int64_t pads[4] = {i[2], i[3], i[2], i[3]}, more[2] = {0, 0};
	onnx_attribute_ints(&w->attributes, "strides", i, 2);
	onnx_attribute_ints(&w->attributes, "pads", pads, 4);
	onnx_attribute_ints(&w->attributes, "dilations", i + 4, 2);
	onnx_attribute_int(&w->attributes, "group", i[6]);
	if (transposed) {
		for (int d = 0; d < 2 && d < call->params.list_count; d++) {
			more[d] = call->params.list[d];
		}
		onnx_attribute_ints(&w->attributes, "output_padding", more, 2);
	}
	char made[ONNX_NAME];
	const char *to = relu ? onnx_fresh(w->g, made) : w->out;
	onnx_node(w->g, transposed ? "ConvTranspose" : "Conv", to, &w->attributes, x, weight, bias,
		  NULL);
	return !relu || end(w, "Relu", made, NULL);
}

static bool pool(struct words *w)
{
	const int64_t *i = w->call->params.i;
	int64_t kernel[2] = {i[0], i[0]}, stride[2] = {i[1] ? i[1] : i[0], i[1] ? i[1] : i[0]};
	int64_t pads[4] = {i[2], i[2], i[2], i[2]};
	onnx_attribute_ints(&w->attributes, "kernel_shape", kernel, 2);
	onnx_attribute_ints(&w->attributes, "strides", stride, 2);
	onnx_attribute_ints(&w->attributes, "pads", pads, 4);
	bool mean = w->call->id == OP_AVG_POOL2D;
	if (mean) {
		onnx_attribute_int(&w->attributes, "count_include_pad", 1);
	}
	return end(w, mean ? "AveragePool" : "MaxPool", input(w, 0), NULL);
}

static bool upsample(struct words *w)
{
	char size[ONNX_NAME];
	const char *x = input(w, 0);
	whole(w, size, w->call->outputs[0]->shape, 4);
	onnx_attribute_text(&w->attributes, "mode", "nearest");
	onnx_attribute_text(&w->attributes, "coordinate_transformation_mode", "asymmetric");
	onnx_attribute_text(&w->attributes, "nearest_mode", "floor");
	onnx_node(w->g, "Resize", w->out, &w->attributes, x, "", "", size, NULL);
	return true;
}

/* --- normalisation and attention --- */
static bool normalise(struct words *w)
{
	const struct op_call *call = w->call;
	const char *x = input(w, 0);
	char a[ONNX_NAME], b[ONNX_NAME], k[ONNX_NAME], one[ONNX_NAME], zero[ONNX_NAME];
	if (call->id == OP_LAYER_NORM) {
		onnx_attribute_int(&w->attributes, "axis", -1);
		onnx_attribute_float(&w->attributes, "epsilon", call->params.f[0]);
		const char *weight = input(w, 1);
		onnx_node(w->g, "LayerNormalization", w->out, &w->attributes, x, weight,
			  call->input_count > 2 && IN(2) ? input(w, 2) : NULL, NULL);
		return true;
	}
	if (call->id == OP_BATCH_NORM) {
		onnx_attribute_float(&w->attributes, "epsilon", call->params.f[0]);
		onnx_node(w->g, "BatchNormalization", w->out, &w->attributes, x, input(w, 1),
			  input(w, 2), input(w, 3), input(w, 4), NULL);
		return call->params.i[0] == 0;
	}
	/* Each group as one channel of instance normalisation, then the weights of the channels. */
	int64_t groups = call->params.i[0];
	int64_t shape[3] = {IN(0)->shape[0], groups, -1}, channels[TENSOR_MAX_DIMS];
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *ones = tensor_full(DTYPE_F32, 1, &groups, 1, NULL);
	struct tensor *zeros = tensor_full(DTYPE_F32, 1, &groups, 0, NULL);
	snprintf(one, sizeof one, "c%d", w->g->made++);
	snprintf(zero, sizeof zero, "c%d", w->g->made++);
	if (ones && zeros) {
		onnx_tensor(&w->g->initializers, 5, one, ones);
		onnx_tensor(&w->g->initializers, 5, zero, zeros);
	}
	tensor_scope_close(&scope);
	step(w, a, "Reshape", x, whole(w, k, shape, 3));
	onnx_attribute_float(&w->attributes, "epsilon", call->params.f[0]);
	onnx_node(w->g, "InstanceNormalization", onnx_fresh(w->g, b), &w->attributes, a, one, zero,
		  NULL);
	step(w, a, "Reshape", b, whole(w, k, OUT->shape, OUT->dims));
	for (int d = 0; d < OUT->dims - 1; d++) {
		channels[d] = d == 0 ? IN(1)->shape[0] : 1;
	}
	char weight[ONNX_NAME], bias[ONNX_NAME];
	whole(w, k, channels, OUT->dims - 1);
	step(w, weight, "Reshape", input(w, 1), k);
	step(w, bias, "Reshape", input(w, 2), k);
	step(w, b, "Mul", a, weight);
	return end(w, "Add", b, bias);
}

static bool rms_norm(struct words *w)
{
	char a[ONNX_NAME], b[ONNX_NAME], k[ONNX_NAME];
	const char *x = input(w, 0);
	int64_t last = -1;
	step(w, a, "Mul", x, x);
	onnx_attribute_ints(&w->attributes, "axes", &last, 1);
	step(w, b, "ReduceMean", a, NULL);
	step(w, a, "Add", b, constant(w, k, w->call->params.f[0]));
	step(w, b, "Sqrt", a, NULL);
	step(w, a, "Div", x, b);
	return end(w, "Mul", a, input(w, 1));
}

/* What may not be seen gets a score of -1e9: a matrix [T, S]. */
static const char *causal_mask(struct words *w, char name[ONNX_NAME], int64_t t, int64_t s)
{
	int64_t shape[2] = {t, s};
	struct tensor_scope scope;
	tensor_scope_open(&scope);
	struct tensor *mask = tensor_new(DTYPE_F32, 2, shape, NULL);
	for (int64_t i = 0; mask && i < t * s; i++) {
		tensor_f32(mask)[i] = i % s > i / s + (s - t) ? -1e9f : 0;
	}
	snprintf(name, ONNX_NAME, "c%d", w->g->made++);
	if (mask) {
		onnx_tensor(&w->g->initializers, 5, name, mask);
	}
	tensor_scope_close(&scope);
	return name;
}

static bool attention(struct words *w)
{
	const struct op_call *call = w->call;
	char a[ONNX_NAME], b[ONNX_NAME], k[ONNX_NAME];
	const char *q = input(w, 0), *keys = input(w, 1), *values = input(w, 2);
	int64_t turned[4] = {0, 1, 3, 2};
	double scale =
		call->params.f[0] != 0 ? call->params.f[0] : 1 / sqrt((double)IN(0)->shape[3]);
	onnx_attribute_ints(&w->attributes, "perm", turned, 4);
	step(w, a, "Transpose", keys, NULL);
	step(w, b, "MatMul", q, a);
	step(w, a, "Mul", b, constant(w, k, scale));
	if (call->params.i[0]) {
		step(w, b, "Add", a, causal_mask(w, k, IN(0)->shape[2], IN(1)->shape[2]));
		memcpy(a, b, sizeof a);
	}
	if (call->input_count > 3 && IN(3)) { /* (mask - 1) · 1e9 */
		char mask[ONNX_NAME], m[ONNX_NAME];
		step(w, m, "Sub", input(w, 3), constant(w, k, 1));
		step(w, mask, "Mul", m, constant(w, k, 1e9));
		step(w, b, "Add", a, mask);
		memcpy(a, b, sizeof a);
	}
	onnx_attribute_int(&w->attributes, "axis", -1);
	step(w, b, "Softmax", a, NULL);
	return end(w, "MatMul", b, values);
}

static bool other(struct words *w)
{
	const struct op_call *call = w->call;
	switch (call->id) {
	case OP_LINEAR:
		return linear(w);
	case OP_CONV2D:
	case OP_CONV_TRANSPOSE2D:
		return convolution(w);
	case OP_MAX_POOL2D:
	case OP_AVG_POOL2D:
		return pool(w);
	case OP_UPSAMPLE_NEAREST2D:
		return upsample(w);
	case OP_LAYER_NORM:
	case OP_BATCH_NORM:
	case OP_GROUP_NORM:
		return normalise(w);
	case OP_RMS_NORM:
		return rms_norm(w);
	case OP_ATTENTION:
		return attention(w);
	case OP_SUM:
		return reduce(w, "ReduceSum", true);
	case OP_MEAN:
		return reduce(w, "ReduceMean", false);
	case OP_MAX:
		return reduce(w, "ReduceMax", false);
	case OP_SOFTMAX:
	case OP_LOG_SOFTMAX:
		onnx_attribute_int(&w->attributes, "axis", call->params.i[0]);
		return end(w, call->id == OP_SOFTMAX ? "Softmax" : "LogSoftmax", input(w, 0), NULL);
	case OP_EMBEDDING: {
		const char *weight = input(w, 0);
		return end(w, "Gather", weight, input(w, 1));
	}
	default:
		return false;
	}
}

bool onnx_write_call(struct onnx_graph *g, const struct op_call *call)
{
	if (call->id == OP_RNN || call->id == OP_LSTM || call->id == OP_GRU) {
		return onnx_write_recurrent(g, call);
	}
	struct words w = {.g = g, .call = call};
	strbuf_init(&w.attributes);
	onnx_fresh(g, w.out);
	bool known = elementwise(&w) || view(&w) || other(&w);
	strbuf_release(&w.attributes);
	onnx_name_it(g, OUT, w.out, false);
	return known;
}
