#include "engine/base/rng.h"

#include <math.h>

void rng_philox(const uint32_t key_in[2], const uint32_t counter[4], uint32_t out[4])
{
	uint32_t key[2] = {key_in[0], key_in[1]};
	uint32_t c[4] = {counter[0], counter[1], counter[2], counter[3]};
	for (int round = 0; round < 10; round++) {
		uint64_t p0 = (uint64_t)0xD2511F53u * c[0];
		uint64_t p1 = (uint64_t)0xCD9E8D57u * c[2];
		uint32_t next[4] = {(uint32_t)(p1 >> 32) ^ c[1] ^ key[0], (uint32_t)p1,
				    (uint32_t)(p0 >> 32) ^ c[3] ^ key[1], (uint32_t)p0};
		for (int i = 0; i < 4; i++) {
			c[i] = next[i];
		}
		key[0] += 0x9E3779B9u;
		key[1] += 0xBB67AE85u;
	}
	for (int i = 0; i < 4; i++) {
		out[i] = c[i];
	}
}

void rng_init(struct rng *rng, uint64_t seed, uint64_t stream)
{
	rng->key[0] = (uint32_t)seed;
	rng->key[1] = (uint32_t)(seed >> 32);
	rng->counter = 0;
	rng->stream = stream;
	rng->used = 4;
}

uint32_t rng_u32(struct rng *rng)
{
	if (rng->used == 4) {
		uint32_t counter[4] = {(uint32_t)rng->counter, (uint32_t)(rng->counter >> 32),
				       (uint32_t)rng->stream, (uint32_t)(rng->stream >> 32)};
		rng_philox(rng->key, counter, rng->block);
		rng->counter++;
		rng->used = 0;
	}
	return rng->block[rng->used++];
}

uint64_t rng_u64(struct rng *rng)
{
	uint64_t high = rng_u32(rng);
	return high << 32 | rng_u32(rng);
}

uint64_t rng_below(struct rng *rng, uint64_t n)
{
	uint64_t limit = UINT64_MAX - UINT64_MAX % n;
	uint64_t x;
	do {
		x = rng_u64(rng);
	} while (x >= limit);
	return x % n;
}

double rng_uniform(struct rng *rng)
{
	return (double)(rng_u64(rng) >> 11) * 0x1p-53;
}

float rng_uniform_f32(struct rng *rng)
{
	return (float)(rng_u32(rng) >> 8) * 0x1p-24f;
}

double rng_normal(struct rng *rng)
{
	double u = 1.0 - rng_uniform(rng);
	double v = rng_uniform(rng);
	return sqrt(-2.0 * log(u)) * cos(2.0 * 3.14159265358979323846 * v);
}

void rng_permutation(struct rng *rng, uint32_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t j = (size_t)rng_below(rng, i + 1);
		if (j != i) {
			out[i] = out[j];
		}
		out[j] = (uint32_t)i;
	}
}
