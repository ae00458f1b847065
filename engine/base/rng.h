#ifndef MUNDAP_BASE_RNG_H
#define MUNDAP_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

/* Counter-based random numbers: the same key and counter give the same bits on every machine and for every
 * number of threads. State can be copied and stored.
 * Source: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3" (SC11), Philox4x32-10. */
struct rng {
	uint32_t key[2];
	uint64_t counter; /* next block */
	uint64_t stream;
	uint32_t block[4];
	int used; /* words of block already handed out; 4 means none left */
};

/** A generator for a seed; streams of one seed are independent. */
void rng_init(struct rng *rng, uint64_t seed, uint64_t stream);
uint32_t rng_u32(struct rng *rng);
uint64_t rng_u64(struct rng *rng);
/** Uniform integer in [0, n), without bias; n > 0. */
uint64_t rng_below(struct rng *rng, uint64_t n);
/** Uniform in [0, 1). */
double rng_uniform(struct rng *rng);
float rng_uniform_f32(struct rng *rng);
/** Standard normal (Box–Muller, one of the pair). */
double rng_normal(struct rng *rng);
/** Fisher–Yates shuffle of 0…n-1 into out. */
void rng_permutation(struct rng *rng, uint32_t *out, size_t n);
/** The block function itself, for bulk filling: out = Philox(key, counter). */
void rng_philox(const uint32_t key[2], const uint32_t counter[4], uint32_t out[4]);

#endif
