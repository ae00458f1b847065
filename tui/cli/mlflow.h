#ifndef MUNDAP_CLI_MLFLOW_H
#define MUNDAP_CLI_MLFLOW_H

#include "engine/store/store.h"

/**
 * Writes a run into MLflow's file-store layout: FOLDER/0/<run id>/{meta.yaml, params/, metrics/, tags/}; the experiment
 * is made when missing. Writing the same run again replaces it.
 */
enum status mlflow_write_run(const char *folder, const struct run_record *run,
			     const struct run_point *points, size_t count, struct error *err);

#endif
