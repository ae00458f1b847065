#include "engine/tensor/plan.h"

#include <stdlib.h>
#include <string.h>

#include "engine/base/clock.h"
#include "engine/tensor/op_internal.h"

/* A recorded step as a list of calls. Storages made while recording are temporaries: each gets a place in one shared
 * buffer, chosen so that lives that overlap do not. */

/* A recorder keeps shadows: headers that share a tensor's storage but want none of its values. A storage whose only
 * references are shadows' lets its values go, so that recording takes no more memory than running does. */

struct plan_recorder {
	struct op_call *calls;
	int count, capacity;
	uint64_t first_draw; /* counter of the random numbers when recording began */
	bool read;
};

struct slot {
	struct tensor_storage *storage;
	size_t place;
	int first, last; /* calls between which it lives */
	bool kept; /* an output: alive to the end */
};

struct plan {
	struct op_call *calls;
	int count, recorded, fused;
	struct slot *slots;
	int slot_count;
	void *buffer;
	size_t buffer_bytes, unplanned_bytes;
	void *workspace;
	struct tensor **outputs;
	int output_count;
	double flops;
	uint64_t *
		draws; /* of each random call, counted from the first of the step; a part run again draws the same */
	uint64_t draw_count; /* of a step */
	int64_t *spent; /* nanoseconds of each call over the runs that were watched */
	int64_t watched_runs;
};

enum status plan_record_begin(struct error *err)
{
	plan_record_cancel();
	tensor_state.recordings++;
	tensor_state.recorder = calloc(1, sizeof *tensor_state.recorder);
	if (!tensor_state.recorder) {
		return error_set(err, STATUS_NOMEM, "plan", message(MSG_TENSOR_NOMEM), 0.0);
	}
	tensor_state.recorder->first_draw = tensor_rng_get().counter;
	return STATUS_OK;
}

static void call_release(struct op_call *call)
{
	for (int k = 0; k < call->input_count; k++) {
		tensor_unref(call->inputs[k]);
	}
	free(call->inputs);
	for (int k = 0; k < call->output_count; k++) {
		tensor_unref(call->outputs[k]);
	}
}

void plan_record_cancel(void)
{
	struct plan_recorder *r = tensor_state.recorder;
	if (r) {
		for (int i = 0; i < r->count; i++) {
			call_release(&r->calls[i]);
		}
		free(r->calls);
		free(r);
	}
	tensor_state.recorder = NULL;
}

void plan_note_read(void)
{
	tensor_state.recorder->read = true;
}

/* The header the recorder keeps for a tensor, the same one whenever the tensor comes again. NULL without memory. */
static struct tensor *shadow_of(struct tensor *t)
{
	uint32_t now = tensor_state.recordings;
	if (t->storage->recording != now && !t->node) {
		return tensor_ref(t); /* was there before: its values are read at each run */
	}
	if (!t->shadow || t->shadow->recording != now) {
		struct tensor_scope scope;
		tensor_scope_open(&scope);
		struct tensor *shadow = tensor_ref(tensor_alias(t, NULL));
		tensor_scope_close(&scope);
		if (!shadow) {
			return NULL;
		}
		tensor_unref(t->shadow);
		t->shadow = shadow;
		if (t->storage->recording == now) {
			shadow->recording = now;
			shadow->storage->recorded++;
		}
	}
	return tensor_ref(t->shadow);
}

enum status plan_note_call(struct op_call *call, struct error *err)
{
	struct plan_recorder *r = tensor_state.recorder;
	if (r->count == r->capacity) {
		int capacity = r->capacity ? 2 * r->capacity : 128;
		struct op_call *grown = realloc(r->calls, (size_t)capacity * sizeof *grown);
		if (!grown) {
			return error_set(err, STATUS_NOMEM, "plan", message(MSG_TENSOR_NOMEM), 0.0);
		}
		r->calls = grown;
		r->capacity = capacity;
	}
	struct op_call *copy = &r->calls[r->count];
	*copy = *call;
	copy->needs_grad = false;
	copy->inputs = calloc((size_t)call->input_count + 1, sizeof *copy->inputs);
	if (!copy->inputs) {
		return error_set(err, STATUS_NOMEM, "plan", message(MSG_TENSOR_NOMEM), 0.0);
	}
	bool ok = true;
	for (int k = 0; k < call->output_count; k++) {
		if (!(call->op->flags & OP_VIEW)) {
			call->outputs[k]->storage->recording = tensor_state.recordings;
		}
		copy->outputs[k] = shadow_of(call->outputs[k]);
		ok = ok && copy->outputs[k];
	}
	for (int k = 0; k < call->input_count; k++) {
		copy->inputs[k] = call->inputs[k] ? shadow_of(call->inputs[k]) : NULL;
		ok = ok && (copy->inputs[k] || !call->inputs[k]);
	}
	r->count++;
	return ok ? STATUS_OK
		  : error_set(err, STATUS_NOMEM, "plan", message(MSG_TENSOR_NOMEM), 0.0);
}

/* --- making a plan --- */
static bool storage_used(const struct op_call *calls, int count, int from,
			 const struct tensor_storage *s)
{
	for (int i = from; i < count; i++) {
		for (int k = 0; k < calls[i].input_count; k++) {
			if (calls[i].inputs[k] && calls[i].inputs[k]->storage == s) {
				return true;
			}
		}
	}
	return false;
}

/* Calls whose results nobody reads, found from the end. Updates in place are always wanted. */
static void drop_unused(struct plan *p)
{
	for (int i = p->count - 1; i >= 0; i--) {
		struct op_call *call = &p->calls[i];
		bool wanted = (call->op->flags & OP_INPLACE) != 0;
		for (int k = 0; k < call->output_count && !wanted; k++) {
			const struct tensor_storage *s = call->outputs[k]->storage;
			wanted = storage_used(p->calls, p->count, i + 1, s);
			for (int o = 0; o < p->output_count && !wanted; o++) {
				wanted = p->outputs[o]->storage == s;
			}
		}
		if (!wanted) {
			call_release(call);
			memmove(call, call + 1, (size_t)(p->count - i - 1) * sizeof *call);
			p->count--;
		}
	}
}

/* --- joining calls --- */

/* How many inputs of calls read this very tensor; outputs of the plan count as readers. */
static int readers(const struct plan *p, const struct tensor *t)
{
	int count = 0;
	for (int i = 0; i < p->count; i++) {
		for (int k = 0; k < p->calls[i].input_count; k++) {
			count += p->calls[i].inputs[k] &&
				 p->calls[i].inputs[k]->storage == t->storage;
		}
	}
	for (int o = 0; o < p->output_count; o++) {
		count += p->outputs[o]->storage == t->storage;
	}
	return count;
}

static void replace_input(struct op_call *call, int k, struct tensor *t)
{
	tensor_ref(t);
	tensor_unref(call->inputs[k]);
	call->inputs[k] = t;
}

static void remove_call(struct plan *p, int i)
{
	call_release(&p->calls[i]);
	memmove(&p->calls[i], &p->calls[i + 1], (size_t)(p->count - i - 1) * sizeof *p->calls);
	p->count--;
	p->fused++;
}

/* conv2d or linear, then relu: the product's kernel applies it. The backward pass asks only which values were positive,
 * and those are the same before and after. */
static bool join_relu(struct plan *p, int i)
{
	struct op_call *relu = &p->calls[i], *maker = NULL;
	if (relu->id != OP_RELU) {
		return false;
	}
	struct tensor *x = relu->inputs[0], *y = relu->outputs[0];
	for (int j = 0; j < i; j++) {
		if (p->calls[j].output_count == 1 && p->calls[j].outputs[0] == x) {
			maker = &p->calls[j];
		}
	}
	if (!maker || (maker->id != OP_CONV2D && maker->id != OP_LINEAR)) {
		return false;
	}
	int others = readers(p, x) - 1;
	for (int j = i + 1; j < p->count; j++) {
		others -= p->calls[j].id == OP_RELU_GRAD && p->calls[j].inputs[0] == x &&
			  p->calls[j].inputs[1]->storage != x->storage;
	}
	if (others != 0) {
		return false;
	}
	maker->params.i[maker->id == OP_CONV2D ? 7 : 0] = 1;
	for (int j = i + 1; j < p->count; j++) {
		if (p->calls[j].id == OP_RELU_GRAD && p->calls[j].inputs[0] == x) {
			replace_input(&p->calls[j], 0, y);
		}
	}
	tensor_ref(y);
	tensor_unref(maker->outputs[0]);
	maker->outputs[0] = y;
	remove_call(p, i);
	return true;
}

/* relu, max-pool; then back: max_pool2d_grad, relu_grad. A window's largest value was positive before the rectifier if it
 * is after pooling, so the rectifier's gradient can be taken on the pooled quarter. */
static bool swap_pool_and_relu(struct plan *p, int i)
{
	struct op_call *spread = &p->calls[i];
	if (spread->id != OP_MAX_POOL2D_GRAD || i + 1 >= p->count) {
		return false;
	}
	struct op_call *slope = &p->calls[i + 1], *pool = NULL;
	struct tensor *wide = spread->outputs[0];
	if (slope->id != OP_RELU_GRAD || slope->inputs[1] != wide || readers(p, wide) != 1) {
		return false;
	}
	for (int j = 0; j < i; j++) {
		if (p->calls[j].id == OP_MAX_POOL2D &&
		    p->calls[j].outputs[1] == spread->inputs[1] &&
		    p->calls[j].inputs[0] == slope->inputs[0]) {
			pool = &p->calls[j];
		}
	}
	/* The gradient must be nobody else's, for it is changed in place by the rectifier's. */
	struct tensor *g = spread->inputs[0];
	if (!pool || readers(p, g) != 1 || !tensor_same_shape(g, pool->outputs[0]) ||
	    !tensor_is_contiguous(g)) {
		return false;
	}
	struct tensor *result = slope->outputs[0];
	tensor_ref(result);
	tensor_ref(g);
	tensor_unref(slope->outputs[0]);
	tensor_unref(spread->outputs[0]);
	spread->outputs[0] = result;
	slope->outputs[0] = g;
	replace_input(slope, 0, pool->outputs[0]);
	replace_input(slope, 1, g);
	struct op_call first = *slope;
	*slope = *spread;
	*spread = first;
	p->fused++;
	return true;
}

static void join_calls(struct plan *p)
{
	for (int i = 0; i < p->count; i++) {
		if (join_relu(p, i)) {
			i--;
		}
	}
	for (int i = 0; i < p->count; i++) {
		swap_pool_and_relu(p, i);
	}
}

static void note_life(struct plan *p, struct tensor *t, int call, bool made)
{
	struct tensor_storage *s = t->storage;
	if (s->plan_slot < 0) {
		if (!made || s->planned) {
			return; /* was there before: an input, a parameter, a constant */
		}
		s->plan_slot = p->slot_count;
		p->slots[p->slot_count++] = (struct slot){.storage = s, .first = call};
		s->refs++;
	}
	p->slots[s->plan_slot].last = call;
}

/* First fit: each slot at the lowest place free during its whole life, large ones first. */
static int larger_first(const void *a, const void *b)
{
	size_t x = ((const struct slot *)a)->storage->bytes;
	size_t y = ((const struct slot *)b)->storage->bytes;
	return (x < y) - (x > y);
}

static size_t round_up(size_t bytes)
{
	return (bytes + 63) / 64 * 64 + 64; /* a line between: neighbours written by two threads */
}

static void assign_places(struct plan *p)
{
	qsort(p->slots, (size_t)p->slot_count, sizeof *p->slots, larger_first);
	for (int i = 0; i < p->slot_count; i++) {
		struct slot *s = &p->slots[i];
		size_t want = round_up(s->storage->bytes), place = 0;
		bool moved = true;
		while (moved) {
			moved = false;
			for (int j = 0; j < i; j++) {
				const struct slot *o = &p->slots[j];
				size_t end = o->place + round_up(o->storage->bytes);
				if (o->first <= s->last && s->first <= o->last && place < end &&
				    o->place < place + want) {
					place = end;
					moved = true;
				}
			}
		}
		s->place = place;
		s->storage->plan_slot = -1;
		p->unplanned_bytes += want;
		if (place + want > p->buffer_bytes) {
			p->buffer_bytes = place + want;
		}
	}
}

static enum status move_in(struct plan *p, uint64_t first_draw, struct error *err)
{
	size_t workspace = 0;
	for (int i = 0; i < p->count; i++) {
		const struct op *op = p->calls[i].op;
		size_t want = op->workspace ? op->workspace(&p->calls[i]) : 0;
		workspace = want > workspace ? want : workspace;
		struct op_cost cost = {0, 0};
		if (op->cost) {
			op->cost(&p->calls[i], &cost);
		}
		p->flops += cost.flops;
	}
	p->buffer = tensor_alloc_bytes(p->buffer_bytes);
	p->workspace = tensor_alloc_bytes(workspace);
	p->spent = calloc((size_t)p->count + 1, sizeof *p->spent);
	p->draws = calloc((size_t)p->count + 1, sizeof *p->draws);
	if (!p->buffer || !p->workspace || !p->spent || !p->draws) {
		return error_set(err, STATUS_NOMEM, "plan", message(MSG_TENSOR_NOMEM),
				 (double)p->buffer_bytes / 1e6);
	}
	for (int i = 0; i < p->slot_count; i++) {
		struct tensor_storage *s = p->slots[i].storage;
		char *to = (char *)p->buffer + p->slots[i].place;
		if (p->slots[i].kept) {
			memcpy(to, s->data, s->bytes);
		}
		tensor_storage_lend(s, to);
	}
	for (int i = 0; i < p->count; i++) {
		p->calls[i].workspace = p->workspace;
		p->draws[i] = p->calls[i].random - first_draw;
	}
	return STATUS_OK;
}

/* Storages read before any call made them stay outside the plan: they existed before, or hold constants. */
static enum status find_lives(struct plan *p, struct error *err)
{
	size_t most = 0;
	for (int i = 0; i < p->count; i++) {
		most += (size_t)p->calls[i].output_count;
	}
	p->slots = calloc(most + 1, sizeof *p->slots);
	if (!p->slots) {
		return error_set(err, STATUS_NOMEM, "plan", message(MSG_TENSOR_NOMEM), 0.0);
	}
	for (int i = 0; i < p->count; i++) {
		struct op_call *call = &p->calls[i];
		for (int k = 0; k < call->input_count; k++) {
			if (call->inputs[k]) {
				note_life(p, call->inputs[k], i, false);
			}
		}
		for (int k = 0; k < call->output_count; k++) {
			note_life(p, call->outputs[k], i, !(call->op->flags & OP_VIEW));
		}
	}
	for (int o = 0; o < p->output_count; o++) {
		int slot = p->outputs[o]->storage->plan_slot;
		if (slot >= 0) {
			p->slots[slot].last = p->count;
			p->slots[slot].kept = true;
		}
	}
	return STATUS_OK;
}

enum status plan_compile(struct plan **out, struct tensor *const *outputs, int count,
			 struct error *err)
{
	*out = NULL;
	struct plan_recorder *r = tensor_state.recorder;
	if (!r || r->read) {
		enum message why = r ? MSG_TENSOR_PLAN_READ : MSG_TENSOR_NO_PLAN;
		plan_record_cancel();
		return error_set(err, STATUS_INVALID, "plan", "%s", message(why));
	}
	struct plan *p = calloc(1, sizeof *p);
	struct tensor **held = malloc(((size_t)count + 1) * sizeof *held);
	if (!p || !held) {
		free(p);
		free(held);
		plan_record_cancel();
		return error_set(err, STATUS_NOMEM, "plan", message(MSG_TENSOR_NOMEM), 0.0);
	}
	p->calls = r->calls;
	p->count = p->recorded = r->count;
	uint64_t first_draw = r->first_draw;
	p->draw_count = tensor_rng_get().counter - first_draw;
	tensor_state.recorder = NULL;
	free(r);
	p->outputs = held;
	p->output_count = count;
	for (int o = 0; o < count; o++) {
		held[o] = tensor_ref(outputs[o]);
	}
	drop_unused(p);
	join_calls(p);
	enum status status = find_lives(p, err);
	if (status == STATUS_OK) {
		assign_places(p);
		status = move_in(p, first_draw, err);
	}
	if (status != STATUS_OK) {
		plan_free(p);
		return status;
	}
	*out = p;
	return STATUS_OK;
}

enum status plan_run(struct plan *p, struct error *err)
{
	(void)err;
	bool watched = tensor_state.profile || tensor_state.counting;
	struct tensor_rng_state draws = tensor_rng_get();
	for (int i = 0; i < p->count; i++) {
		struct op_call *call = &p->calls[i];
		if (call->op->flags & OP_RANDOM) {
			call->random = draws.counter + p->draws[i];
		}
		int64_t start = watched ? clock_now_ns() : 0;
		if (call->op->forward) {
			call->op->forward(call);
		}
		if (watched) {
			int64_t spent = clock_now_ns() - start;
			profile_note(call, spent);
			p->spent[i] += spent;
		}
	}
	draws.counter += p->draw_count;
	tensor_rng_put(draws);
	p->watched_runs += watched;
	return STATUS_OK;
}

void plan_free(struct plan *p)
{
	if (!p) {
		return;
	}
	for (int i = 0; i < p->count; i++) {
		call_release(&p->calls[i]);
	}
	for (int o = 0; o < p->output_count; o++) {
		tensor_unref(p->outputs[o]);
	}
	for (int i = 0; i < p->slot_count; i++) {
		/* Outputs somebody still holds keep their values in memory of their own. */
		if (p->slots[i].storage->refs > 1) {
			tensor_storage_take_back(p->slots[i].storage);
		}
		tensor_storage_unref(p->slots[i].storage);
	}
	free(p->slots);
	free(p->spent);
	free(p->draws);
	free(p->outputs);
	free(p->calls);
	tensor_free_bytes(p->buffer);
	tensor_free_bytes(p->workspace);
	free(p);
}

struct plan_stats plan_stats(const struct plan *p)
{
	return (struct plan_stats){.calls = p->count,
				   .calls_recorded = p->recorded,
				   .fused = p->fused,
				   .buffer_bytes = p->buffer_bytes,
				   .unplanned_bytes = p->unplanned_bytes,
				   .flops = p->flops};
}

void plan_describe(struct strbuf *out, const struct plan *p)
{
	char text[TENSOR_SHAPE_TEXT];
	for (int i = 0; i < p->count; i++) {
		const struct op_call *call = &p->calls[i];
		strbuf_printf(out, "%3d %-20s", i, call->op->name);
		if (p->watched_runs) {
			strbuf_printf(out, "%9.1f µs ",
				      (double)p->spent[i] / 1e3 / (double)p->watched_runs);
		}
		for (int k = 0; k < call->input_count; k++) {
			if (call->inputs[k]) {
				strbuf_printf(out, " %s", tensor_shape_text(call->inputs[k], text));
			}
		}
		for (int k = 0; k < call->output_count; k++) {
			strbuf_printf(out, "%s%s", k ? " " : " -> ",
				      tensor_shape_text(call->outputs[k], text));
		}
		strbuf_putc(out, '\n');
	}
}
