#ifndef MUNDAP_MLOPS_MLFLOW_H
#define MUNDAP_MLOPS_MLFLOW_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* A run in MLflow's file-store layout (mlruns/0/<run id>/params, metrics, tags, meta.yaml). */

struct mlflow_run {
	int64_t id;
	const char *name, *status; /* "running" "finished" "failed" "stopped" */
	const char *parameters, *tags; /* JSON objects; tags may be NULL */
	uint64_t seed;
	int64_t started, ended; /* seconds since 1970; 0: not yet */
};

struct mlflow_point {
	const char *metric; /* points of one metric stand together */
	int64_t step;
	double value;
};

/** Takes one file: a path below the tracking folder ("0/meta.yaml") and its text. */
typedef enum status (*mlflow_put)(void *context, const char *path, const char *text, size_t length,
				  struct error *err);

enum status mlflow_write_run(const struct mlflow_run *run, const struct mlflow_point *points,
			     size_t count, mlflow_put put, void *context, struct error *err);

#endif
