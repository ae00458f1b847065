#include "engine/tensor/op.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/tensor/op_internal.h"

static const struct op *const table[OP_COUNT] = {
#define X(id, name) [OP_##id] = &op_##name,
#include "engine/tensor/op_list.def"
#undef X
};

const struct op *op_row(enum op_id id)
{
	return table[id];
}

bool op_find(enum op_id *out, const char *name)
{
	for (int id = 0; id < OP_COUNT; id++) {
		if (strcmp(table[id]->name, name) == 0) {
			*out = (enum op_id)id;
			return true;
		}
	}
	return false;
}

/* Levenshtein distance, names up to 31 letters. */
static int distance(const char *a, const char *b)
{
	int row[32];
	size_t n = strlen(b) < 31 ? strlen(b) : 31;
	for (size_t j = 0; j <= n; j++) {
		row[j] = (int)j;
	}
	for (size_t i = 0; i < 64 && a[i]; i++) {
		int diagonal = row[0];
		row[0] = (int)i + 1;
		for (size_t j = 1; j <= n; j++) {
			int change = diagonal + (a[i] != b[j - 1]);
			diagonal = row[j];
			int drop = row[j] + 1, insert = row[j - 1] + 1;
			int best = change < drop ? change : drop;
			row[j] = best < insert ? best : insert;
		}
	}
	return row[n];
}

const char *op_nearest(const char *name)
{
	const char *best = table[0]->name;
	int least = 1000;
	for (int id = 0; id < OP_COUNT; id++) {
		int d = table[id]->flags & OP_INTERNAL ? 1000 : distance(name, table[id]->name);
		if (d < least) {
			least = d;
			best = table[id]->name;
		}
	}
	return best;
}

struct op_params op_presets(enum op_id id)
{
	struct op_params p;
	memset(&p, 0, sizeof p);
	const struct op_param *row = table[id]->params;
	for (int k = 0; k < OP_MAX_PARAMS && row[k].name; k++) {
		if (row[k].kind == OP_PARAM_FLOAT) {
			p.f[row[k].slot] = row[k].preset;
		} else if (row[k].kind != OP_PARAM_LIST && row[k].kind != OP_PARAM_TEXT) {
			p.i[row[k].slot] = (int64_t)row[k].preset;
		}
	}
	return p;
}

const struct op_param *op_param_find(const struct op *op, const char *name)
{
	for (int k = 0; k < OP_MAX_PARAMS && op->params[k].name; k++) {
		if (strcmp(op->params[k].name, name) == 0) {
			return &op->params[k];
		}
	}
	return NULL;
}

/* --- helpers of the families --- */
int op_dim(const char *op, int64_t dim, const struct tensor *t, struct error *err)
{
	int64_t d = dim < 0 ? dim + t->dims : dim;
	if (d < 0 || d >= t->dims) {
		char text[TENSOR_SHAPE_TEXT];
		error_set(err, STATUS_SHAPE, op, message(MSG_TENSOR_DIM), op, (long long)dim,
			  tensor_shape_text(t, text));
		return -1;
	}
	return (int)d;
}

static const char *input_name(const struct op *op, int k)
{
	return k < 6 && op->inputs[k] ? op->inputs[k] : "input";
}

enum status op_want_dims(const struct op_call *call, int input, int dims, struct error *err)
{
	if (call->inputs[input]->dims == dims) {
		return STATUS_OK;
	}
	char text[TENSOR_SHAPE_TEXT];
	return error_set(err, STATUS_SHAPE, call->op->name, message(MSG_TENSOR_DIMS),
			 call->op->name, input_name(call->op, input), dims,
			 tensor_shape_text(call->inputs[input], text));
}

enum status op_want_dtype(const struct op_call *call, int input, enum dtype dtype,
			  struct error *err)
{
	enum dtype has = call->inputs[input]->dtype;
	if (has == dtype) {
		return STATUS_OK;
	}
	return error_set(err, STATUS_TYPE, call->op->name, message(MSG_TENSOR_DTYPE),
			 call->op->name, input_name(call->op, input), tensor_dtype_name(dtype),
			 tensor_dtype_name(has));
}

enum status op_shapes_error(const char *op, const struct tensor *a, const struct tensor *b,
			    const char *rule, struct error *err)
{
	char ta[TENSOR_SHAPE_TEXT], tb[TENSOR_SHAPE_TEXT];
	return error_set(err, STATUS_SHAPE, op, message(MSG_TENSOR_SHAPES), op,
			 tensor_shape_text(a, ta), tensor_shape_text(b, tb), rule);
}

enum status op_output(struct op_call *call, int k, enum dtype dtype, int dims, const int64_t *shape,
		      struct error *err)
{
	call->outputs[k] = tensor_empty(dtype, dims, shape, err);
	return op_made(call->outputs[k], err);
}

enum status op_output_like(struct op_call *call, int k, const struct tensor *t, struct error *err)
{
	return op_output(call, k, t->dtype, t->dims, t->shape, err);
}

enum status op_infer_like(struct op_call *call, struct error *err)
{
	return op_output_like(call, 0, call->inputs[0], err);
}

enum status op_broadcast(const char *op, const struct tensor *a, const struct tensor *b, int *dims,
			 int64_t *shape, struct error *err)
{
	*dims = a->dims > b->dims ? a->dims : b->dims;
	for (int k = 1; k <= *dims; k++) {
		int64_t x = k <= a->dims ? a->shape[a->dims - k] : 1;
		int64_t y = k <= b->dims ? b->shape[b->dims - k] : 1;
		if (x != y && x != 1 && y != 1) {
			char ta[TENSOR_SHAPE_TEXT], tb[TENSOR_SHAPE_TEXT];
			return error_set(err, STATUS_SHAPE, op, message(MSG_TENSOR_BROADCAST), op,
					 tensor_shape_text(a, ta), tensor_shape_text(b, tb), k,
					 (long long)x, (long long)y);
		}
		shape[*dims - k] = x == 1 ? y : x;
	}
	return STATUS_OK;
}

struct op_split op_split_at(const struct tensor *t, int dim)
{
	struct op_split s = {1, t->dims ? t->shape[dim] : 1, 1};
	for (int d = 0; d < dim; d++) {
		s.outer *= t->shape[d];
	}
	for (int d = dim + 1; d < t->dims; d++) {
		s.inner *= t->shape[d];
	}
	return s;
}

void op_cost_elements(const struct op_call *call, struct op_cost *cost)
{
	double n = (double)tensor_numel(call->outputs[0]);
	cost->flops = n;
	cost->bytes = 0;
	for (int k = 0; k < call->input_count; k++) {
		if (call->inputs[k]) {
			cost->bytes += (double)call->inputs[k]->storage->bytes;
		}
	}
	cost->bytes += n * (double)tensor_dtype_size(call->outputs[0]->dtype);
}

struct tensor *op_call1(enum op_id id, struct tensor *a, struct error *err)
{
	return op_apply(id, &a, 1, NULL, err);
}

struct tensor *op_call2(enum op_id id, struct tensor *a, struct tensor *b, struct error *err)
{
	struct tensor *in[2] = {a, b};
	return op_apply(id, in, 2, NULL, err);
}

struct tensor *op_call3(enum op_id id, struct tensor *a, struct tensor *b, struct tensor *c,
			struct error *err)
{
	struct tensor *in[3] = {a, b, c};
	return op_apply(id, in, 3, NULL, err);
}

struct tensor *op_call_i(enum op_id id, struct tensor *a, struct tensor *b, int64_t i0, int64_t i1,
			 struct error *err)
{
	struct op_params p = op_presets(id);
	p.i[0] = i0;
	p.i[1] = i1;
	struct tensor *in[2] = {a, b};
	return op_apply(id, in, b ? 2 : 1, &p, err);
}

void op_trace(op_tracer tracer, void *context)
{
	tensor_state.tracer = tracer;
	tensor_state.trace_context = context;
}

/* --- calling --- */
static enum status check_inputs(const struct op *op, struct tensor *const *inputs, int count,
				struct error *err)
{
	if (count < op->min_inputs || (op->max_inputs >= 0 && count > op->max_inputs)) {
		return error_set(err, STATUS_INVALID, op->name, message(MSG_TENSOR_ARITY), op->name,
				 op->min_inputs, count);
	}
	for (int k = 0; k < count; k++) {
		if (!inputs[k]) {
			if (k >= op->min_inputs && op->flags & OP_OPTIONAL_INPUTS) {
				continue;
			}
			return error_set(err, STATUS_INVALID, op->name,
					 message(MSG_TENSOR_INPUT_NULL), op->name, k + 1);
		}
	}
	return STATUS_OK;
}

/* The type all inputs are brought to: integers become f32, f64 wins where the op has f64 kernels. DTYPE_COUNT: the op
 * takes them as they are. */
static enum dtype common_dtype(const struct op *op, struct tensor *const *inputs, int count)
{
	if (op->flags & OP_MIXED_DTYPES) {
		return DTYPE_COUNT;
	}
	bool same = true, wide = false;
	for (int k = 0; k < count; k++) {
		same &= !inputs[k] || inputs[k]->dtype == inputs[0]->dtype;
		wide |= inputs[k] && inputs[k]->dtype == DTYPE_F64;
	}
	if (same && op->flags & OP_ANY_DTYPE) {
		return DTYPE_COUNT;
	}
	return wide && op->flags & OP_F64 ? DTYPE_F64 : DTYPE_F32;
}

/* Puts the call on the tape: the node holds the inputs, each output holds the node. */
static enum status leave_node(struct op_call *call, struct error *err)
{
	size_t n = (size_t)call->input_count;
	struct tensor_node *node = calloc(1, sizeof *node + n * sizeof(void *) + n * 4);
	if (!node) {
		return error_set(err, STATUS_NOMEM, call->op->name, message(MSG_TENSOR_NOMEM), 0.0);
	}
	node->call = *call;
	node->call.workspace = NULL;
	node->call.inputs = (struct tensor **)(node + 1);
	node->versions = (uint32_t *)(node->call.inputs + n);
	for (size_t k = 0; k < n; k++) {
		node->call.inputs[k] = tensor_ref(call->inputs[k]);
		node->versions[k] = call->inputs[k] ? call->inputs[k]->storage->version : 0;
	}
	tensor_memory_note((ptrdiff_t)(sizeof *node + n * (sizeof(void *) + 4)));
	if (call->op->keep) {
		call->op->keep(call, true);
	}
	node->sequence = tensor_state.sequence++;
	for (int k = 0; k < call->output_count; k++) {
		struct tensor *out = call->outputs[k];
		if (call->op->aux >> k & 1) {
			tensor_ref(out); /* without a node of its own: no cycle */
		} else {
			out->requires_grad = true;
			out->node = node;
			out->node_output = k;
			node->refs++;
		}
	}
	return STATUS_OK;
}

static enum status run(struct op_call *call, struct error *err)
{
	const struct op *op = call->op;
	enum status status = op->infer(call, err);
	if (status != STATUS_OK) {
		return status;
	}
	while (call->output_count < OP_MAX_OUTPUTS && call->outputs[call->output_count]) {
		call->output_count++;
	}
	if (op->flags & OP_RANDOM) {
		call->random = tensor_random_next();
	}
	size_t workspace = op->workspace ? op->workspace(call) : 0;
	if (workspace && !(call->workspace = tensor_scratch(workspace))) {
		return error_set(err, STATUS_NOMEM, op->name, message(MSG_TENSOR_NOMEM),
				 (double)workspace / 1e6);
	}
	bool watched = tensor_state.profile || tensor_state.counting;
	int64_t start = watched ? clock_now_ns() : 0;
	if (op->forward) {
		op->forward(call);
	}
	if (watched) {
		profile_note(call, clock_now_ns() - start);
	}
	if (op->flags & OP_INPLACE) {
		tensor_touch(call->inputs[0]);
	}
	if (call->needs_grad) {
		status = leave_node(call, err);
	}
	if (status == STATUS_OK && tensor_state.tracer) {
		tensor_state.tracer(tensor_state.trace_context, call);
	}
	if (status == STATUS_OK && tensor_state.recorder) {
		status = plan_note_call(call, err);
	}
	return status;
}

enum status op_apply_multi(struct tensor **outputs, int output_places, enum op_id id,
			   struct tensor *const *inputs, int input_count,
			   const struct op_params *params, struct error *err)
{
	const struct op *op = table[id];
	for (int k = 0; k < output_places; k++) {
		outputs[k] = NULL;
	}
	enum status status = check_inputs(op, inputs, input_count, err);
	if (status != STATUS_OK) {
		return status;
	}
	struct tensor *few[OP_MAX_INPUTS];
	struct tensor **in = few;
	if (input_count > OP_MAX_INPUTS && !(in = malloc((size_t)input_count * sizeof *in))) {
		return error_set(err, STATUS_NOMEM, op->name, message(MSG_TENSOR_NOMEM), 0.0);
	}
	struct op_call call;
	memset(&call, 0, offsetof(struct op_call, params));
	call.random = 0;
	call.workspace = NULL;
	call.needs_grad = false;
	call.op = op;
	call.id = id;
	call.inputs = in;
	call.input_count = input_count;
	call.params = params ? *params : op_presets(id);
	enum dtype common = common_dtype(op, inputs, input_count);
	for (int k = 0; k < input_count && status == STATUS_OK; k++) {
		in[k] = inputs[k];
		if (in[k] && common < DTYPE_COUNT && in[k]->dtype != common) {
			in[k] = tensor_cast(in[k], common, err);
			status = op_made(in[k], err);
		}
		if (in[k] && op->flags & OP_WANTS_CONTIGUOUS && !tensor_is_contiguous(in[k])) {
			in[k] = op_call1(OP_CONTIGUOUS, in[k], err);
			status = op_made(in[k], err);
		}
		if (in[k] && in[k]->requires_grad && !tensor_state.grad_off &&
		    op->flags & OP_DIFFERENTIABLE) {
			call.needs_grad = true;
		}
	}
	if (status == STATUS_OK) {
		status = run(&call, err);
	}
	for (int k = 0; k < call.output_count && status == STATUS_OK && k < output_places; k++) {
		outputs[k] = call.outputs[k];
	}
	/* Without a scope the places the caller did not ask for would be lost. */
	for (int k = output_places; k < call.output_count && tensor_state.scope_depth == 0; k++) {
		tensor_unref(call.outputs[k]);
	}
	if (in != few) {
		free(in);
	}
	return status;
}

struct tensor *op_apply(enum op_id id, struct tensor *const *inputs, int input_count,
			const struct op_params *params, struct error *err)
{
	struct tensor *out;
	op_apply_multi(&out, 1, id, inputs, input_count, params, err);
	return out;
}
