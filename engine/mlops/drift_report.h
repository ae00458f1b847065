#ifndef MUNDAP_MLOPS_DRIFT_REPORT_H
#define MUNDAP_MLOPS_DRIFT_REPORT_H

#include "engine/ml/drift.h"
#include "engine/ml/csv.h"

/* Compares a current table with a reference, column by column. */

struct column_drift {
	const char *name;
	bool numeric;
	const char *
		problem; /* "missing" column, "type" changed, "new" column, "empty"; NULL when it was compared */
	double psi, js;
	double statistic, p_value,
		adjusted_p; /* KS for numbers, chi-squared for text; Holm over the columns */
	double wasserstein; /* numbers, in the column's unit; else 0 */
	double reference_mean, current_mean; /* numbers */
	double reference_missing, current_missing; /* shares */
	enum drift_level level;
};

struct drift_report {
	struct column_drift *columns;
	size_t count, drifted; /* columns at DRIFT_DETECTED, problems included */
	struct arena arena;
};

struct drift_limits {
	double psi_warning, psi_drift; /* 0.1 and 0.2 */
	double alpha; /* 0.05: a drift also needs an adjusted p-value under it */
	size_t bins; /* 10 */
};

extern const struct drift_limits drift_usual_limits;

/** Errors: STATUS_RANGE for an empty table; STATUS_NOMEM. Owns: drift_report_release */
enum status drift_report_make(struct drift_report *out, const struct csv_table *reference,
			      const struct csv_table *current, const struct drift_limits *limits,
			      struct error *err);
void drift_report_release(struct drift_report *report);

#endif
