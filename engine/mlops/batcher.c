#include "engine/mlops/batcher.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct batcher {
	pthread_mutex_t lock; /* queue, refs, current */
	pthread_mutex_t running; /* held while a model predicts */
	pthread_cond_t arrived;
	pthread_t thread;
	struct batch_job *first, **last;
	struct loaded_model *current;
	int waiting_rows, queue_rows, batch_rows, wait_us;
	bool stopping;
};

static void drop_model(struct loaded_model *model)
{
	if (model->model.release) {
		model->model.release(model->model.context);
	}
	free(model->name);
	free(model->version);
	free(model);
}

void batcher_release_model(struct batcher *batcher, struct loaded_model *model)
{
	pthread_mutex_lock(&batcher->lock);
	bool last = --model->refs == 0;
	pthread_mutex_unlock(&batcher->lock);
	if (last) {
		drop_model(model);
	}
}

struct loaded_model *batcher_hold_model(struct batcher *batcher)
{
	pthread_mutex_lock(&batcher->lock);
	struct loaded_model *model = batcher->current;
	model->refs++;
	pthread_mutex_unlock(&batcher->lock);
	return model;
}

enum status batcher_set_model(struct batcher *batcher, const struct server_model *model,
			      struct error *err)
{
	struct loaded_model *loaded = calloc(1, sizeof *loaded);
	if (loaded) {
		loaded->model = *model;
		loaded->name = strdup(model->name);
		loaded->version = strdup(model->version);
		loaded->refs = 1;
	}
	if (!loaded || !loaded->name || !loaded->version) {
		if (loaded) {
			free(loaded->name);
			free(loaded->version);
		}
		free(loaded);
		return error_set(err, STATUS_NOMEM, "server", "out of memory");
	}
	loaded->model.name = loaded->name;
	loaded->model.version = loaded->version;
	pthread_mutex_lock(&batcher->lock);
	struct loaded_model *old = batcher->current;
	batcher->current = loaded;
	pthread_mutex_unlock(&batcher->lock);
	if (old) {
		batcher_release_model(batcher, old);
	}
	return STATUS_OK;
}

void batcher_forget_release(struct batcher *batcher)
{
	pthread_mutex_lock(&batcher->lock);
	batcher->current->model.release = NULL;
	pthread_mutex_unlock(&batcher->lock);
}

static void predict_one(struct batch_job *job)
{
	const struct server_model *m = &job->model->model;
	enum status status = m->predict(m->context, job->x, job->rows, job->y, &job->error);
	if (status != STATUS_OK) {
		error_set(&job->error, status, "predict", "prediction failed");
	}
}

/* Jobs of one model from the head of the queue, at most batch_rows rows (one job at least). */
static struct batch_job *take_batch(struct batcher *b)
{
	struct batch_job *batch = b->first, *end = batch;
	int rows = batch->rows;
	for (struct batch_job *j = batch->next; j; j = j->next) {
		if (j->model != batch->model || rows + j->rows > b->batch_rows) {
			break;
		}
		rows += j->rows;
		end = j;
	}
	b->first = end->next;
	if (!b->first) {
		b->last = &b->first;
	}
	end->next = NULL;
	b->waiting_rows -= rows;
	return batch;
}

static void predict_batch(struct batcher *b, struct batch_job *batch)
{
	const struct server_model *m = &batch->model->model;
	size_t in = (size_t)m->inputs, out = (size_t)m->outputs;
	int rows = 0;
	for (struct batch_job *j = batch; j; j = j->next) {
		rows += j->rows;
	}
	double *x = batch->next ? malloc((size_t)rows * (in + out) * sizeof *x) : NULL;
	pthread_mutex_lock(&b->running);
	if (!x) {
		/* Alone, or no memory to put the rows together. */
		for (struct batch_job *j = batch; j; j = j->next) {
			predict_one(j);
		}
	} else {
		double *y = x + (size_t)rows * in, *at = x;
		for (struct batch_job *j = batch; j; j = j->next) {
			memcpy(at, j->x, (size_t)j->rows * in * sizeof *at);
			at += (size_t)j->rows * in;
		}
		struct error err = ERROR_INIT;
		enum status status = m->predict(m->context, x, rows, y, &err);
		for (struct batch_job *j = batch; j; j = j->next) {
			memcpy(j->y, y, (size_t)j->rows * out * sizeof *y);
			y += (size_t)j->rows * out;
			if (status != STATUS_OK) {
				error_set(&j->error, status, "predict", "%s", err.message);
			}
		}
	}
	pthread_mutex_unlock(&b->running);
	free(x);
	while (batch) {
		struct batch_job *next = batch->next;
		batch->finished(batch);
		batch = next;
	}
}

static void *serve_queue(void *context)
{
	struct batcher *b = context;
	pthread_mutex_lock(&b->lock);
	while (!b->stopping || b->first) {
		if (!b->first) {
			pthread_cond_wait(&b->arrived, &b->lock);
			continue;
		}
		if (b->wait_us > 0 && !b->stopping) {
			struct timespec until;
			clock_gettime(CLOCK_MONOTONIC, &until);
			until.tv_nsec += (long)(b->wait_us % 1000000) * 1000;
			until.tv_sec += b->wait_us / 1000000 + until.tv_nsec / 1000000000;
			until.tv_nsec %= 1000000000;
			while (b->waiting_rows < b->batch_rows && !b->stopping &&
			       pthread_cond_timedwait(&b->arrived, &b->lock, &until) != ETIMEDOUT) {
			}
		}
		struct batch_job *batch = take_batch(b);
		bool stopping = b->stopping;
		pthread_mutex_unlock(&b->lock);
		if (stopping) {
			while (batch) {
				struct batch_job *next = batch->next;
				error_set(&batch->error, STATUS_CANCELLED, "predict",
					  "the server is stopping");
				batch->finished(batch);
				batch = next;
			}
		} else {
			predict_batch(b, batch);
		}
		pthread_mutex_lock(&b->lock);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

struct batcher *batcher_new(int queue_rows, int batch_rows, int wait_us)
{
	struct batcher *b = calloc(1, sizeof *b);
	if (!b) {
		return NULL;
	}
	b->queue_rows = queue_rows;
	b->batch_rows = batch_rows;
	b->wait_us = wait_us;
	b->last = &b->first;
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&b->arrived, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&b->lock, NULL);
	pthread_mutex_init(&b->running, NULL);
	if (pthread_create(&b->thread, NULL, serve_queue, b) != 0) {
		pthread_mutex_destroy(&b->running);
		pthread_mutex_destroy(&b->lock);
		pthread_cond_destroy(&b->arrived);
		free(b);
		return NULL;
	}
	return b;
}

void batcher_stop(struct batcher *b)
{
	pthread_mutex_lock(&b->lock);
	bool again = b->stopping;
	b->stopping = true;
	pthread_cond_broadcast(&b->arrived);
	pthread_mutex_unlock(&b->lock);
	if (!again) {
		pthread_join(b->thread, NULL);
	}
}

void batcher_free(struct batcher *b)
{
	if (!b) {
		return;
	}
	batcher_stop(b);
	if (b->current) {
		batcher_release_model(b, b->current);
	}
	pthread_mutex_destroy(&b->running);
	pthread_mutex_destroy(&b->lock);
	pthread_cond_destroy(&b->arrived);
	free(b);
}

bool batcher_try(struct batcher *b, struct batch_job *job)
{
	if (b->wait_us > 0) {
		return false;
	}
	pthread_mutex_lock(&b->lock);
	bool mine = !b->first && !b->stopping && pthread_mutex_trylock(&b->running) == 0;
	pthread_mutex_unlock(&b->lock);
	if (mine) {
		predict_one(job);
		pthread_mutex_unlock(&b->running);
	}
	return mine;
}

bool batcher_submit(struct batcher *b, struct batch_job *job)
{
	pthread_mutex_lock(&b->lock);
	bool room = !b->stopping && b->waiting_rows + job->rows <= b->queue_rows;
	if (room) {
		job->next = NULL;
		*b->last = job;
		b->last = &job->next;
		b->waiting_rows += job->rows;
		pthread_cond_signal(&b->arrived);
	}
	pthread_mutex_unlock(&b->lock);
	return room;
}

int batcher_depth(struct batcher *b)
{
	pthread_mutex_lock(&b->lock);
	int depth = b->waiting_rows;
	pthread_mutex_unlock(&b->lock);
	return depth;
}
