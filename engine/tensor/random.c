#include <math.h>

#include "engine/base/rng.h"
#include "engine/tensor/state.h"

static void ensure_seeded(void)
{
	if (!tensor_state.seeded) {
		tensor_seed(0);
	}
}

void tensor_seed(uint64_t seed)
{
	tensor_state.seeded = true;
	tensor_state.seed = seed;
	tensor_state.random_counter = 0;
}

struct tensor_rng_state tensor_rng_get(void)
{
	ensure_seeded();
	return (struct tensor_rng_state){tensor_state.seed, tensor_state.random_counter};
}

void tensor_rng_put(struct tensor_rng_state state)
{
	tensor_state.seeded = true;
	tensor_state.seed = state.seed;
	tensor_state.random_counter = state.counter;
}

uint64_t tensor_random_next(void)
{
	ensure_seeded();
	return tensor_state.random_counter++;
}

/* Every draw of a whole tensor is a stream of its own, so that its size does not shift the next ones. */
static struct rng next_stream(void)
{
	struct rng rng;
	uint64_t stream = tensor_random_next();
	rng_init(&rng, tensor_state.seed, stream);
	return rng;
}

struct tensor *tensor_rand(int dims, const int64_t *shape, double low, double high,
			   struct error *err)
{
	struct tensor *t = tensor_empty(DTYPE_F32, dims, shape, err);
	if (t) {
		struct rng rng = next_stream();
		float *p = tensor_f32(t);
		for (int64_t i = 0, n = tensor_numel(t); i < n; i++) {
			p[i] = (float)(low + (high - low) * rng_uniform(&rng));
		}
	}
	return t;
}

struct tensor *tensor_randn(int dims, const int64_t *shape, double mean, double deviation,
			    struct error *err)
{
	struct tensor *t = tensor_empty(DTYPE_F32, dims, shape, err);
	if (t) {
		struct rng rng = next_stream();
		float *p = tensor_f32(t);
		for (int64_t i = 0, n = tensor_numel(t); i < n; i++) {
			p[i] = (float)(mean + deviation * rng_normal(&rng));
		}
	}
	return t;
}

struct tensor *tensor_randint(int dims, const int64_t *shape, int64_t low, int64_t high,
			      struct error *err)
{
	struct tensor *t = tensor_empty(DTYPE_I32, dims, shape, err);
	if (t) {
		struct rng rng = next_stream();
		uint64_t span = high > low ? (uint64_t)(high - low) : 1;
		for (int64_t i = 0, n = tensor_numel(t); i < n; i++) {
			tensor_i32(t)[i] = (int32_t)(low + (int64_t)rng_below(&rng, span));
		}
	}
	return t;
}

struct tensor *tensor_permutation(int64_t n, struct error *err)
{
	struct tensor *t = tensor_empty(DTYPE_I32, 1, &n, err);
	if (t) {
		struct rng rng = next_stream();
		rng_permutation(&rng, (uint32_t *)tensor_data(t), (size_t)n);
	}
	return t;
}
