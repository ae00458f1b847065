#include <string.h>

#include "engine/tensor/op_internal.h"

/* Einsum by way of matrix products: each input is permuted to (batch, own, summed), the pair multiplied, and the result
 * permuted to the order asked for. More than two inputs are taken from the left. */

struct letters {
	char text[TENSOR_MAX_DIMS + 1];
	int count;
};

static enum status complain(struct error *err, const char *equation, int count, const char *why)
{
	return error_set(err, STATUS_INVALID, "einsum", message(MSG_TENSOR_EINSUM), equation, count,
			 why);
}

static bool has(const struct letters *l, char c)
{
	return memchr(l->text, c, (size_t)l->count) != NULL;
}

static int place(const struct letters *l, char c)
{
	return (int)((const char *)memchr(l->text, c, (size_t)l->count) - l->text);
}

/* A letter that stands twice in one input takes the diagonal: not among the usual patterns, refused. */
static enum status parse(const char *equation, struct letters *in, int count, struct letters *out,
			 struct error *err)
{
	const char *p = equation;
	int k = 0;
	memset(in, 0, (size_t)count * sizeof *in);
	out->count = 0;
	for (; *p && !(p[0] == '-' && p[1] == '>'); p++) {
		if (*p == ',') {
			if (++k >= count) {
				return complain(err, equation, count, ",");
			}
		} else if (*p != ' ') {
			bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
			if (!letter || in[k].count == TENSOR_MAX_DIMS || has(&in[k], *p)) {
				char one[2] = {*p, 0};
				return complain(err, equation, count, one);
			}
			in[k].text[in[k].count++] = *p;
		}
	}
	if (k != count - 1 || !*p) {
		return complain(err, equation, count, *p ? "," : "->");
	}
	for (p += 2; *p; p++) {
		bool known = false;
		for (int i = 0; i < count; i++) {
			known |= has(&in[i], *p);
		}
		if (*p != ' ' && (!known || has(out, *p) || out->count == TENSOR_MAX_DIMS)) {
			char one[2] = {*p, 0};
			return complain(err, equation, count, one);
		}
		if (*p != ' ') {
			out->text[out->count++] = *p;
		}
	}
	return STATUS_OK;
}

/* Dimensions in the order wanted (a subset is an error of ours, not of the caller). */
static struct tensor *arrange(struct tensor *t, const struct letters *from,
			      const struct letters *to, struct error *err)
{
	int64_t order[TENSOR_MAX_DIMS];
	bool same = true;
	for (int d = 0; d < to->count; d++) {
		order[d] = place(from, to->text[d]);
		same &= order[d] == d;
	}
	return same ? t : tensor_permute(t, to->count, order, err);
}

/* Sums over letters of t that nobody else wants. */
static struct tensor *drop(struct tensor *t, struct letters *own, const struct letters *others,
			   const struct letters *out, struct error *err)
{
	for (int d = own->count - 1; d >= 0 && t; d--) {
		if (!has(others, own->text[d]) && !has(out, own->text[d])) {
			t = tensor_sum(t, d, false, err);
			memmove(own->text + d, own->text + d + 1, (size_t)(own->count - d - 1));
			own->count--;
		}
	}
	return t;
}

static void push(struct letters *l, char c)
{
	if (l->count < TENSOR_MAX_DIMS) {
		l->text[l->count++] = c;
	}
}

/* a, b -> their product with letters left; keep: letters wanted later. */
static struct tensor *pair(struct tensor *a, struct letters *la, struct tensor *b,
			   struct letters *lb, const struct letters *keep, struct letters *left,
			   struct error *err)
{
	a = drop(a, la, lb, keep, err);
	b = drop(b, lb, la, keep, err);
	if (!a || !b) {
		return NULL;
	}
	struct letters order_a = {.count = 0}, order_b = {.count = 0}, own_b = {.count = 0};
	struct letters summed = {.count = 0};
	int64_t shape[3][TENSOR_MAX_DIMS],
		sizes[4] = {1, 1, 1, 1}; /* batch, own a, summed, own b */
	int dims = 0;
	left->count = 0;
	for (int d = 0; d < la->count; d++) {
		char c = la->text[d];
		if (has(lb, c) && has(keep, c)) {
			push(&order_a, c);
			push(&order_b, c);
			push(left, c);
			sizes[0] *= a->shape[d];
			shape[0][dims++] = a->shape[d];
		} else if (has(lb, c)) {
			push(&summed, c);
			sizes[2] *= a->shape[d];
		}
	}
	for (int d = 0; d < la->count; d++) {
		if (!has(lb, la->text[d])) {
			push(&order_a, la->text[d]);
			push(left, la->text[d]);
			sizes[1] *= a->shape[d];
			shape[0][dims++] = a->shape[d];
		}
	}
	for (int d = 0; d < lb->count; d++) {
		if (!has(la, lb->text[d])) {
			push(&own_b, lb->text[d]);
			push(left, lb->text[d]);
			sizes[3] *= b->shape[d];
			shape[0][dims++] = b->shape[d];
		}
	}
	for (int k = 0; k < summed.count; k++) {
		push(&order_a, summed.text[k]);
		push(&order_b, summed.text[k]);
		int64_t sa = a->shape[place(la, summed.text[k])];
		int64_t sb = b->shape[place(lb, summed.text[k])];
		if (sa != sb) {
			op_shapes_error("einsum", a, b, summed.text, err);
			return NULL;
		}
	}
	for (int k = 0; k < own_b.count; k++) {
		push(&order_b, own_b.text[k]);
	}
	int64_t shape_a[3] = {sizes[0], sizes[1], sizes[2]};
	int64_t shape_b[3] = {sizes[0], sizes[2], sizes[3]};
	a = tensor_reshape(arrange(a, la, &order_a, err), 3, shape_a, err);
	b = tensor_reshape(arrange(b, lb, &order_b, err), 3, shape_b, err);
	return tensor_reshape(tensor_matmul(a, b, err), dims, shape[0], err);
}

struct tensor *tensor_einsum(const char *equation, struct tensor *const *inputs, int count,
			     struct error *err)
{
	struct letters in[OP_MAX_INPUTS], out;
	if (count < 1 || count > OP_MAX_INPUTS) {
		complain(err, equation, count, "");
		return NULL;
	}
	if (parse(equation, in, count, &out, err) != STATUS_OK) {
		return NULL;
	}
	for (int k = 0; k < count; k++) {
		if (!inputs[k] || inputs[k]->dims != in[k].count) {
			char text[TENSOR_SHAPE_TEXT];
			complain(err, equation, count,
				 inputs[k] ? tensor_shape_text(inputs[k], text) : "");
			return NULL;
		}
	}
	struct tensor *t = inputs[0];
	struct letters now = in[0];
	for (int k = 1; k < count && t; k++) {
		/* Wanted later: by the result and by the inputs still to come. */
		struct letters keep = out, left;
		for (int j = k + 1; j < count; j++) {
			for (int d = 0; d < in[j].count; d++) {
				if (!has(&keep, in[j].text[d])) {
					push(&keep, in[j].text[d]);
				}
			}
		}
		t = pair(t, &now, inputs[k], &in[k], &keep, &left, err);
		now = left;
	}
	struct letters nothing = {.count = 0};
	t = drop(t, &now, &nothing, &out, err);
	return t ? arrange(t, &now, &out, err) : NULL;
}
