#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/base/utf8.h"
#include "engine/mlops/drift_report.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"

/* mundap monitor REFERENCE.csv CURRENT.csv: what has drifted, column by column. */

static const char *level_word(enum drift_level level)
{
	return message(level == DRIFT_DETECTED  ? MSG_MONITOR_DRIFT
		       : level == DRIFT_WARNING ? MSG_MONITOR_WATCH
						: MSG_MONITOR_STABLE);
}

static const char *problem_word(const char *problem)
{
	return message(strcmp(problem, "missing") == 0 ? MSG_MONITOR_MISSING
		       : strcmp(problem, "type") == 0  ? MSG_MONITOR_TYPE
		       : strcmp(problem, "new") == 0   ? MSG_MONITOR_NEW
						       : MSG_MONITOR_EMPTY);
}

static int print_json(const struct drift_report *report)
{
	static const char *const levels[] = {"none", "warning", "drift"};
	json_t *rows = json_array();
	for (size_t i = 0; i < report->count; i++) {
		const struct column_drift *d = &report->columns[i];
		json_t *row = json_pack("{s:s,s:s,s:s}", "name", d->name, "kind",
					d->numeric ? "number" : "text", "level", levels[d->level]);
		if (d->problem) {
			json_object_set_new(row, "problem", json_string(d->problem));
		} else {
			json_object_update_new(
				row, json_pack("{s:f,s:f,s:s,s:f,s:f,s:f,s:f,s:f,s:f}", "psi",
					       d->psi, "jensen_shannon", d->js, "test",
					       d->numeric ? "ks" : "chi-squared", "statistic",
					       d->statistic, "p_value", d->p_value, "adjusted_p",
					       d->adjusted_p, "wasserstein", d->wasserstein,
					       "reference_missing", d->reference_missing,
					       "current_missing", d->current_missing));
			if (d->numeric) {
				json_object_set_new(row, "reference_mean",
						    json_real(d->reference_mean));
				json_object_set_new(row, "current_mean",
						    json_real(d->current_mean));
			}
		}
		json_array_append_new(rows, row);
	}
	return cli_print_json(json_pack("{s:b,s:I,s:o}", "drift", report->drifted > 0, "drifted",
					(json_int_t)report->drifted, "columns", rows))
		       ? 0
		       : -1;
}

static void print_padded(const char *text, int cells)
{
	int width = (int)utf8_width(text, strlen(text));
	printf("%s%*s", text, width < cells ? cells - width : 1, "");
}

static void print_text(const struct drift_report *report)
{
	fputs(message(MSG_MONITOR_HEAD), stdout);
	for (size_t i = 0; i < report->count; i++) {
		const struct column_drift *d = &report->columns[i];
		fputs("  ", stdout);
		print_padded(d->name, 24);
		print_padded(level_word(d->level), 8);
		if (d->problem) {
			printf("%s\n", problem_word(d->problem));
			continue;
		}
		printf("%7.3f  %8.2g  ", d->psi, d->adjusted_p);
		if (d->numeric) {
			printf("%.4g → %.4g", d->reference_mean, d->current_mean);
		}
		if (fabs(d->current_missing - d->reference_missing) > 0.01) {
			printf(message(MSG_MONITOR_GAPS), d->reference_missing * 100,
			       d->current_missing * 100);
		}
		putchar('\n');
	}
	printf(message(report->drifted ? MSG_MONITOR_SUMMARY : MSG_MONITOR_CALM), report->count,
	       report->drifted);
}

static void print_markdown(const struct drift_report *report)
{
	fputs(message(MSG_MONITOR_MARKDOWN), stdout);
	for (size_t i = 0; i < report->count; i++) {
		const struct column_drift *d = &report->columns[i];
		if (d->problem) {
			printf("| %s | %s | %s | | |\n", d->name, level_word(d->level),
			       problem_word(d->problem));
		} else {
			printf("| %s | %s | %.3f | %.2g | %.4g → %.4g |\n", d->name,
			       level_word(d->level), d->psi, d->adjusted_p, d->reference_mean,
			       d->current_mean);
		}
	}
}

static enum status read_table(struct csv_table *out, const char *path, struct error *err)
{
	struct strbuf text;
	strbuf_init(&text);
	enum status status = file_read(&text, path, (size_t)512 << 20, err);
	if (status == STATUS_OK) {
		struct error why = ERROR_INIT;
		status = csv_read(out, text.text, text.length, &why);
		if (status != STATUS_OK) {
			error_set(err, status, path, "%s: %s", path, why.message);
		}
	}
	strbuf_release(&text);
	return status;
}

int cmd_monitor(int argc, char **argv, const struct cli_options *options)
{
	struct drift_limits limits = drift_usual_limits;
	long bins = (long)limits.bins;
	const struct cli_option own[] = {{"--psi", CLI_NUMBER, &limits.psi_drift, 0.001, 100},
					 {"--alpha", CLI_NUMBER, &limits.alpha, 1e-12, 1},
					 {"--bins", CLI_INTEGER, &bins, 2, 1000}};
	int wrong = cli_take_options(&argc, argv, own, sizeof own / sizeof *own, options);
	if (wrong) {
		return wrong;
	}
	if (argc != 3) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"REFERENCE.csv CURRENT.csv", "mundap monitor train.csv today.csv");
	}
	limits.bins = (size_t)bins;
	limits.psi_warning = limits.psi_drift / 2;
	struct csv_table reference, current;
	struct drift_report report;
	struct error err = ERROR_INIT;
	enum status status = read_table(&reference, argv[1], &err);
	if (status != STATUS_OK) {
		return cli_fail_error(options, &err);
	}
	status = read_table(&current, argv[2], &err);
	if (status == STATUS_OK) {
		status = drift_report_make(&report, &reference, &current, &limits, &err);
		csv_release(&current);
	}
	csv_release(&reference);
	if (status != STATUS_OK) {
		return cli_fail_error(options, &err);
	}
	int result = report.drifted ? CLI_NOT_PASSED : CLI_PASSED;
	if (options->json) {
		result = print_json(&report) == 0 ? result : CLI_FAULT;
	} else if (strcmp(options->format, "markdown") == 0) {
		print_markdown(&report);
	} else {
		print_text(&report);
	}
	drift_report_release(&report);
	return result;
}
