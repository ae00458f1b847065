#include <math.h>
#include <string.h>

#include "engine/tensor/kernels/gemm.h"
#include "engine/tensor/kernels/rows.h"
#include "engine/tensor/op_internal.h"

/* Scaled dot-product attention, a block of query rows at a time: the T × S matrix of weights never exists as a whole.
 * Source: Dao et al., "FlashAttention" (2022), the recomputation of weights from their log-sum in the backward pass.
 * q [B,H,T,D], k and v [B,H,S,D]; mask [T,S], [B,1,T,S] or any shape that broadcasts to [B,H,T,S], 0 keeps out.
 * i[0]: causal: row t sees columns up to t + S - T. f[0]: scale, 0 means 1/√D. */

#define Q (call->inputs[0])
#define K (call->inputs[1])
#define V (call->inputs[2])
#define MASK (call->input_count > 3 ? call->inputs[3] : NULL)
#define ROWS 64 /* query rows of a block */

struct head {
	int64_t heads, t, s, d, dv;
	float scale;
	bool causal;
	const struct tensor *mask;
	int64_t mask_step[4];
};

static bool mask_steps(const struct tensor *mask, const int64_t *shape, int64_t *step)
{
	int lead = 4 - mask->dims;
	for (int d = 0; d < 4; d++) {
		int64_t size = d < lead ? 1 : mask->shape[d - lead];
		if (size != 1 && size != shape[d]) {
			return false;
		}
		step[d] = size == 1 ? 0 : mask->stride[d - lead];
	}
	return true;
}

static struct head head_of(const struct op_call *call)
{
	struct head h = {.heads = Q->shape[0] * Q->shape[1],
			 .t = Q->shape[2],
			 .s = K->shape[2],
			 .d = Q->shape[3],
			 .dv = V->shape[3],
			 .causal = call->params.i[0] != 0,
			 .mask = MASK};
	h.scale = call->params.f[0] != 0 ? (float)call->params.f[0] : 1 / sqrtf((float)h.d);
	if (MASK) {
		int64_t shape[4] = {Q->shape[0], Q->shape[1], h.t, h.s};
		mask_steps(MASK, shape, h.mask_step);
	}
	return h;
}

static enum status attention_infer(struct op_call *call, struct error *err)
{
	for (int k = 0; k < 3; k++) {
		enum status status = op_want_dims(call, k, 4, err);
		if (status != STATUS_OK) {
			return status;
		}
	}
	bool fits = Q->shape[0] == K->shape[0] && Q->shape[1] == K->shape[1] &&
		    Q->shape[3] == K->shape[3];
	if (!fits) {
		return op_shapes_error("attention", Q, K, "q [B,H,T,D], k [B,H,S,D]", err);
	}
	if (V->shape[0] != K->shape[0] || V->shape[1] != K->shape[1] ||
	    V->shape[2] != K->shape[2]) {
		return op_shapes_error("attention", K, V, "k, v [B,H,S,…]", err);
	}
	int64_t shape[4] = {Q->shape[0], Q->shape[1], Q->shape[2], K->shape[2]}, step[4];
	if (MASK && (MASK->dims > 4 || !mask_steps(MASK, shape, step))) {
		return op_shapes_error("attention", Q, MASK, "mask: [B,H,T,S]", err);
	}
	shape[3] = V->shape[3];
	enum status status = op_output(call, 0, DTYPE_F32, 4, shape, err);
	return status == STATUS_OK ? op_output(call, 1, DTYPE_F32, 3, shape, err) : status;
}

/* Columns a block of rows ending before row `last` can see. */
static int64_t columns_seen(const struct head *h, int64_t last)
{
	if (!h->causal) {
		return h->s;
	}
	int64_t seen = last + h->s - h->t;
	return seen < 0 ? 0 : seen < h->s ? seen : h->s;
}

/* scores [rows][columns] ← scaled q kᵀ, what must not be seen at -∞ */
static void block_scores(const struct head *h, const float *q, const float *k, float *scores,
			 int64_t first, int64_t rows, int64_t columns)
{
	struct gemm g = {.m = rows,
			 .n = columns,
			 .k = h->d,
			 .a = q + first * h->d,
			 .a_row = h->d,
			 .a_col = 1,
			 .b = k,
			 .b_row = 1,
			 .b_col = h->d,
			 .c = scores,
			 .c_row = columns};
	gemm_serial(&g);
	for (int64_t i = 0; i < rows; i++) {
		float *row = scores + i * columns;
		int64_t open = h->causal ? first + i + 1 + h->s - h->t : columns;
		open = open < 0 ? 0 : open < columns ? open : columns;
		for (int64_t j = 0; j < open; j++) {
			row[j] *= h->scale;
		}
		for (int64_t j = open; j < columns; j++) {
			row[j] = -INFINITY;
		}
	}
}

static void block_mask(const struct head *h, int64_t batch, int64_t head, float *scores,
		       int64_t first, int64_t rows, int64_t columns)
{
	if (!h->mask) {
		return;
	}
	const float *mask = tensor_f32(h->mask) + batch * h->mask_step[0] + head * h->mask_step[1];
	for (int64_t i = 0; i < rows; i++) {
		const float *row = mask + (first + i) * h->mask_step[2];
		for (int64_t j = 0; j < columns; j++) {
			if (row[j * h->mask_step[3]] == 0) {
				scores[i * columns + j] = -INFINITY;
			}
		}
	}
}

static void forward_heads(void *context, int64_t first_head, int64_t last_head)
{
	struct op_call *call = context;
	struct head h = head_of(call);
	float *scores = threads_scratch(1, (size_t)(ROWS * h.s) * sizeof *scores);
	for (int64_t head = first_head; head < last_head; head++) {
		const float *q = tensor_f32(Q) + head * h.t * h.d;
		const float *k = tensor_f32(K) + head * h.s * h.d;
		float *log_sum = tensor_f32(call->outputs[1]) + head * h.t;
		for (int64_t at = 0; at < h.t; at += ROWS) {
			int64_t rows = h.t - at < ROWS ? h.t - at : ROWS;
			int64_t columns = columns_seen(&h, at + rows);
			block_scores(&h, q, k, scores, at, rows, columns);
			block_mask(&h, head / Q->shape[1], head % Q->shape[1], scores, at, rows,
				   columns);
			for (int64_t i = 0; i < rows; i++) {
				float *row = scores + i * columns;
				log_sum[at + i] =
					columns ? row_kernels()->softmax(row, row, columns)
						: -INFINITY;
				if (log_sum[at + i] == -INFINITY) { /* sees nothing: gives 0 */
					memset(row, 0, (size_t)columns * sizeof *row);
				}
			}
			struct gemm g = {.m = rows,
					 .n = h.dv,
					 .k = columns,
					 .a = scores,
					 .a_row = columns,
					 .a_col = 1,
					 .b = tensor_f32(V) + head * h.s * h.dv,
					 .b_row = h.dv,
					 .b_col = 1,
					 .c = tensor_f32(call->outputs[0]) +
					      (head * h.t + at) * h.dv,
					 .c_row = h.dv};
			gemm_serial(&g);
		}
	}
}

static void attention_forward(struct op_call *call)
{
	threads_for(Q->shape[0] * Q->shape[1], 1, forward_heads, call);
}

static enum status attention_composite(const struct op_call *call, struct tensor **outputs,
				       struct error *err)
{
	struct head h = head_of(call);
	struct tensor *scores = tensor_matmul(Q, tensor_transpose(K, 2, 3, err), err);
	scores = tensor_mul_scalar(scores, (double)h.scale, err);
	if (h.causal) {
		int64_t shape[2] = {h.t, h.s};
		struct tensor *ones = tensor_full(DTYPE_F32, 2, shape, 1, err);
		struct tensor *hidden = op_call_i(OP_TRIU, ones, NULL, 1 + h.s - h.t, 0, err);
		scores = tensor_masked_fill(scores, hidden, -1e30, err);
	}
	if (MASK) {
		struct tensor *zero = tensor_scalar(0, err);
		struct tensor *hidden = tensor_compare(OP_EQ, MASK, zero, err);
		scores = tensor_masked_fill(scores, hidden, -1e30, err);
	}
	outputs[0] = tensor_matmul(tensor_softmax(scores, -1, err), V, err);
	return op_made(outputs[0], err);
}

static enum status attention_vjp(const struct op_call *call, struct tensor *const *grads,
				 struct tensor **out, struct error *err)
{
	if (tensor_grad_enabled()) {
		return op_vjp_composite(call, grads, out, attention_composite, err);
	}
	struct tensor *in[7] = {Q, K, V, MASK, call->outputs[0], call->outputs[1], grads[0]};
	return op_apply_multi(out, 3, OP_ATTENTION_GRAD, in, 7, &call->params, err);
}

/* --- gradients of q, k, v; inputs 4 … 6: output, log-sums, gradient ---
 * P = e^(scores - log-sum), dV = Pᵀ G, dP = G Vᵀ, dS = P (dP - Σ G O) scale, dQ = dS K, dK = dSᵀ Q */
static enum status attention_grad_infer(struct op_call *call, struct error *err)
{
	enum status status = STATUS_OK;
	for (int k = 0; k < 3 && status == STATUS_OK; k++) {
		status = op_output_like(call, k, call->inputs[k], err);
	}
	return status;
}

static void small_product(float *c, const float *a, int64_t a_row, int64_t a_col, const float *b,
			  int64_t b_row, int64_t b_col, int64_t m, int64_t n, int64_t k,
			  int64_t c_row, bool accumulate)
{
	struct gemm g = {.m = m,
			 .n = n,
			 .k = k,
			 .a = a,
			 .a_row = a_row,
			 .a_col = a_col,
			 .b = b,
			 .b_row = b_row,
			 .b_col = b_col,
			 .c = c,
			 .c_row = c_row,
			 .accumulate = accumulate};
	gemm_serial(&g);
}

static void backward_heads(void *context, int64_t first_head, int64_t last_head)
{
	struct op_call *call = context;
	struct head h = head_of(call);
	float *p = threads_scratch(1, (size_t)(2 * ROWS * h.s) * sizeof *p);
	float *dp = p + ROWS * h.s;
	for (int64_t head = first_head; head < last_head; head++) {
		const float *q = tensor_f32(Q) + head * h.t * h.d;
		const float *k = tensor_f32(K) + head * h.s * h.d;
		const float *v = tensor_f32(V) + head * h.s * h.dv;
		const float *o = tensor_f32(call->inputs[4]) + head * h.t * h.dv;
		const float *log_sum = tensor_f32(call->inputs[5]) + head * h.t;
		const float *g = tensor_f32(call->inputs[6]) + head * h.t * h.dv;
		float *dq = tensor_f32(call->outputs[0]) + head * h.t * h.d;
		float *dk = tensor_f32(call->outputs[1]) + head * h.s * h.d;
		float *dv = tensor_f32(call->outputs[2]) + head * h.s * h.dv;
		memset(dk, 0, (size_t)(h.s * h.d) * sizeof *dk);
		memset(dv, 0, (size_t)(h.s * h.dv) * sizeof *dv);
		for (int64_t at = 0; at < h.t; at += ROWS) {
			int64_t rows = h.t - at < ROWS ? h.t - at : ROWS;
			int64_t columns = columns_seen(&h, at + rows);
			block_scores(&h, q, k, p, at, rows, columns);
			block_mask(&h, head / Q->shape[1], head % Q->shape[1], p, at, rows,
				   columns);
			small_product(dp, g + at * h.dv, h.dv, 1, v, 1, h.dv, rows, columns, h.dv,
				      columns, false);
			for (int64_t i = 0; i < rows; i++) {
				float *pr = p + i * columns, *dr = dp + i * columns;
				float shift = log_sum[at + i];
				float delta = row_kernels()->dot(g + (at + i) * h.dv,
								 o + (at + i) * h.dv, h.dv);
				if (shift == -INFINITY) {
					memset(pr, 0, (size_t)columns * sizeof *pr);
					memset(dr, 0, (size_t)columns * sizeof *dr);
					continue;
				}
				row_kernels()->softmax_grad(pr, dr, shift, delta, h.scale, columns);
			}
			small_product(dv, p, 1, columns, g + at * h.dv, h.dv, 1, columns, h.dv,
				      rows, h.dv, true);
			small_product(dq + at * h.d, dp, columns, 1, k, h.d, 1, rows, h.d, columns,
				      h.d, false);
			small_product(dk, dp, 1, columns, q + at * h.d, h.d, 1, columns, h.d, rows,
				      h.d, true);
		}
	}
}
static void attention_grad_forward(struct op_call *call)
{
	threads_for(Q->shape[0] * Q->shape[1], 1, backward_heads, call);
}

static void attention_cost(const struct op_call *call, struct op_cost *cost)
{
	op_cost_elements(call, cost);
	double pairs = (double)(Q->shape[0] * Q->shape[1] * Q->shape[2] * K->shape[2]);
	if (call->params.i[0] &&
	    Q->shape[2] == K->shape[2]) { /* each place sees itself and those before */
		pairs = pairs / (double)K->shape[2] * (double)(K->shape[2] + 1) / 2;
	}
	cost->flops = 2 * pairs * (double)(Q->shape[3] + V->shape[3]);
}

#define ATTENTION_PARAMS \
	{"causal", OP_PARAM_BOOL, 0, 0, false}, \
	{ \
		"scale", OP_PARAM_FLOAT, 0, 0, false \
	}
const struct op op_attention = {
	.name = "attention",
	.summary = "softmax(q kᵀ · scale) v, with mask and causal order",
	.min_inputs = 3,
	.max_inputs = 4,
	.inputs = {"q", "k", "v", "mask"},
	.params = {ATTENTION_PARAMS},
	.flags = OP_DIFFERENTIABLE | OP_WANTS_CONTIGUOUS | OP_OPTIONAL_INPUTS,
	.aux = 2,
	.infer = attention_infer,
	.forward = attention_forward,
	.vjp = attention_vjp,
	.cost = attention_cost,
};
const struct op op_attention_grad = {
	.name = "attention_grad",
	.summary = "gradients of attention",
	.min_inputs = 3,
	.max_inputs = 7,
	.inputs = {"q", "k", "v", "mask", "output", "log_sums"},
	.params = {ATTENTION_PARAMS},
	.flags = OP_WANTS_CONTIGUOUS | OP_OPTIONAL_INPUTS | OP_INTERNAL,
	.infer = attention_grad_infer,
	.forward = attention_grad_forward,
	.cost = attention_cost,
};
