#include "engine/tensor/profile.h"

#include <stdlib.h>
#include <string.h>

#include "engine/tensor/state.h"

void profile_start(void)
{
	struct tensor_state *s = &tensor_state;
	free(s->profile);
	s->profile = calloc(OP_COUNT, sizeof *s->profile);
}

void profile_stop(void)
{
	free(tensor_state.profile);
	tensor_state.profile = NULL;
}

static bool multiplies(enum op_id id)
{
	switch (id) {
	case OP_MATMUL:
	case OP_LINEAR:
	case OP_CONV2D:
	case OP_CONV2D_INPUT_GRAD:
	case OP_CONV2D_WEIGHT_GRAD:
	case OP_CONV_TRANSPOSE2D:
	case OP_ATTENTION:
	case OP_RNN:
	case OP_LSTM:
	case OP_GRU:
	case OP_LINEAR_INT8:
	case OP_CONV2D_INT8:
	case OP_LINEAR_SPARSE:
		return true;
	default:
		return false;
	}
}

void profile_note(const struct op_call *call, int64_t nanoseconds)
{
	struct op_cost cost = {0, 0};
	if (call->op->cost) {
		call->op->cost(call, &cost);
	}
	struct tensor_state *s = &tensor_state;
	s->macs += multiplies(call->id) ? cost.flops / 2 : 0;
	if (s->profile) {
		struct profile_row *row = &s->profile[call->id];
		row->id = call->id;
		row->calls++;
		row->nanoseconds += nanoseconds;
		row->flops += cost.flops;
		row->bytes += cost.bytes;
	}
}

static int slower_first(const void *a, const void *b)
{
	int64_t x = ((const struct profile_row *)a)->nanoseconds;
	int64_t y = ((const struct profile_row *)b)->nanoseconds;
	return (x < y) - (x > y);
}

int profile_rows(struct profile_row *out, int places)
{
	if (!tensor_state.profile) {
		return 0;
	}
	struct profile_row rows[OP_COUNT];
	int count = 0;
	for (int id = 0; id < OP_COUNT; id++) {
		if (tensor_state.profile[id].calls) {
			rows[count++] = tensor_state.profile[id];
		}
	}
	qsort(rows, (size_t)count, sizeof *rows, slower_first);
	count = count < places ? count : places;
	memcpy(out, rows, (size_t)count * sizeof *rows);
	return count;
}

void profile_macs_start(void)
{
	tensor_state.counting = true;
	tensor_state.macs = 0;
}

double profile_macs_stop(void)
{
	tensor_state.counting = false;
	return tensor_state.macs;
}
