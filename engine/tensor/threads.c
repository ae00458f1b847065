#include "engine/tensor/threads.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_THREADS 64
#define SPINS 4000 /* some tens of µs of waiting before a worker sleeps */

struct pool {
	int wanted, running; /* threads, the caller included */
	pthread_t threads[MAX_THREADS];
	uint32_t generation; /* raised for each job */
	uint32_t finished;
	uint32_t sleepers;
	bool ending;
	threads_part_body body;
	void *context;
	int parts;
};
static struct pool pool;
static pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER; /* one job at a time; others run alone */
static _Thread_local bool inside; /* a job's body does not start another */

struct scratch {
	void *memory[THREADS_SCRATCH_SLOTS];
	size_t bytes[THREADS_SCRATCH_SLOTS];
};
static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;

static void scratch_free(void *memory)
{
	struct scratch *s = memory;
	for (int slot = 0; slot < THREADS_SCRATCH_SLOTS; slot++) {
		free(s->memory[slot]);
	}
	free(s);
}

static void scratch_make_key(void)
{
	pthread_key_create(&scratch_key, scratch_free);
}

void *threads_scratch(int slot, size_t bytes)
{
	pthread_once(&scratch_once, scratch_make_key);
	struct scratch *s = pthread_getspecific(scratch_key);
	if (!s) {
		s = calloc(1, sizeof *s);
		if (s) {
			pthread_setspecific(scratch_key, s);
		}
	}
	if (s && s->bytes[slot] < bytes) {
		free(s->memory[slot]);
		s->memory[slot] = aligned_alloc(64, (bytes + 63) / 64 * 64);
		s->bytes[slot] = s->memory[slot] ? bytes : 0;
	}
	if (!s || !s->memory[slot]) {
		fputs("mundap: out of memory in a kernel\n", stderr);
		abort();
	}
	return s->memory[slot];
}

static void relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#else
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
#endif
}

static void futex_wait(uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, MAX_THREADS, NULL, NULL, 0);
}

static uint32_t wait_for_job(uint32_t seen)
{
	uint32_t now;
	for (int spin = 0; spin < SPINS; spin++) {
		now = __atomic_load_n(&pool.generation, __ATOMIC_ACQUIRE);
		if (now != seen) {
			return now;
		}
		relax();
	}
	__atomic_add_fetch(&pool.sleepers, 1, __ATOMIC_SEQ_CST);
	while ((now = __atomic_load_n(&pool.generation, __ATOMIC_SEQ_CST)) == seen) {
		futex_wait(&pool.generation, seen);
	}
	__atomic_sub_fetch(&pool.sleepers, 1, __ATOMIC_SEQ_CST);
	return now;
}

struct start {
	int part;
	uint32_t generation;
};

static void *worker(void *argument)
{
	struct start start = *(struct start *)argument;
	free(argument);
	uint32_t seen = start.generation;
	inside = true;
	for (;;) {
		seen = wait_for_job(seen);
		if (pool.ending) {
			return NULL;
		}
		if (start.part < pool.parts) {
			pool.body(pool.context, start.part, pool.parts);
		}
		__atomic_add_fetch(&pool.finished, 1, __ATOMIC_RELEASE);
	}
}

static void publish(void)
{
	__atomic_add_fetch(&pool.generation, 1, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&pool.sleepers, __ATOMIC_SEQ_CST)) {
		futex_wake(&pool.generation);
	}
}

void threads_set(int count)
{
	if (count <= 0) {
		long processors = sysconf(_SC_NPROCESSORS_ONLN);
		count = processors < 1 ? 1 : (int)processors;
	}
	count = count > MAX_THREADS ? MAX_THREADS : count;
	if (pool.running && pool.running != count) {
		threads_stop();
	}
	pool.wanted = count;
}

int threads_count(void)
{
	if (pool.wanted == 0) {
		threads_set(0);
	}
	return pool.wanted;
}

void threads_start(void)
{
	int wanted = threads_count();
	pthread_mutex_lock(&busy);
	if (!pool.running) {
		pool.running = 1;
		pool.ending = false;
		while (pool.running < wanted) {
			struct start *s = malloc(sizeof *s);
			if (!s) {
				break;
			}
			*s = (struct start){pool.running, pool.generation};
			if (pthread_create(&pool.threads[pool.running], NULL, worker, s) != 0) {
				free(s);
				break;
			}
			pool.running++;
		}
	}
	pthread_mutex_unlock(&busy);
}

void threads_stop(void)
{
	pthread_mutex_lock(&busy);
	if (pool.running) {
		pool.ending = true;
		publish();
		for (int i = 1; i < pool.running; i++) {
			pthread_join(pool.threads[i], NULL);
		}
		pool.running = 0;
	}
	pthread_mutex_unlock(&busy);
}

void threads_parts(threads_part_body body, void *context)
{
	int parts = threads_count();
	if (parts > 1 && !inside && !pool.running) {
		threads_start();
	}
	if (parts == 1 || inside || pthread_mutex_trylock(&busy) != 0) {
		for (int part = 0; part < parts; part++) {
			body(context, part, parts);
		}
		return;
	}
	pool.body = body;
	pool.context = context;
	pool.parts = parts;
	__atomic_store_n(&pool.finished, 0, __ATOMIC_RELAXED);
	inside = true;
	publish();
	body(context, 0, parts);
	/* Parts of workers that could not be started are done here. */
	for (int part = pool.running; part < parts; part++) {
		body(context, part, parts);
	}
	for (int spin = 0;
	     __atomic_load_n(&pool.finished, __ATOMIC_ACQUIRE) + 1 < (uint32_t)pool.running;
	     spin++) {
		if (spin < SPINS) {
			relax();
		} else {
			sched_yield(); /* the worker's processor is taken by somebody else */
		}
	}
	inside = false;
	pthread_mutex_unlock(&busy);
}

struct range {
	threads_body body;
	void *context;
	int64_t n;
	int64_t parts;
};

static void run_range(void *context, int part, int parts)
{
	const struct range *r = context;
	(void)parts;
	if (part < r->parts) {
		int64_t first = r->n * part / r->parts, last = r->n * (part + 1) / r->parts;
		if (last > first) {
			r->body(r->context, first, last);
		}
	}
}

void threads_for(int64_t n, int64_t grain, threads_body body, void *context)
{
	int64_t parts = threads_count();
	if (grain > 0 && n / grain < parts) {
		parts = n / grain;
	}
	if (parts <= 1 || inside) {
		if (n > 0) {
			body(context, 0, n);
		}
		return;
	}
	struct range r = {body, context, n, parts};
	threads_parts(run_range, &r);
}
