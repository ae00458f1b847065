#include "engine/review/rules.h"

#include <string.h>

/* Airflow DAG files. */

static int32_t the_dag(struct py *py)
{
	for (int32_t c = 0; c < py->call_count; c++) {
		if (name_is(py_callee(py, py->calls[c]),
			    "airflow.DAG|airflow.models.*DAG|DAG|airflow.sdk.DAG|"
			    "airflow.decorators.dag|airflow.sdk.dag")) {
			return py->calls[c];
		}
	}
	return SYNTAX_NO_NODE;
}

static bool mentions(struct py *py, const char *words)
{
	for (int32_t n = 0; n < py->tree->count; n++) {
		enum syntax_kind kind = (enum syntax_kind)py->tree->nodes[n].kind;
		if ((kind == SYN_IDENTIFIER || kind == SYN_STRING_CONTENT) &&
		    name_is(py_text(py, n), words)) {
			return true;
		}
	}
	return false;
}

static bool within_log(struct py *py, int32_t node)
{
	for (int32_t n = py->tree->nodes[node].parent; n != SYNTAX_NO_NODE;
	     n = py->tree->nodes[n].parent) {
		if (py->tree->nodes[n].kind == SYN_CALL && fact_logs(py, n)) {
			return true;
		}
	}
	return false;
}

/* "retries": 0 or retries=0 */
static bool sets_retries_to_none(struct py *py, int32_t n)
{
	enum syntax_kind kind = (enum syntax_kind)py->tree->nodes[n].kind;
	if (kind == SYN_PAIR) {
		const char *key = py_string(py, syntax_child(py->tree, n, FIELD_KEY));
		return key && strcmp(key, "retries") == 0 &&
		       syntax_is(py->tree, syntax_child(py->tree, n, FIELD_VALUE), "0");
	}
	return kind == SYN_KEYWORD_ARGUMENT &&
	       syntax_is(py->tree, syntax_child(py->tree, n, FIELD_NAME), "retries") &&
	       syntax_is(py->tree, syntax_child(py->tree, n, FIELD_VALUE), "0");
}

static bool heavy_call(struct py *py, int32_t call)
{
	const char *callee = py_callee(py, call);
	return fact_loads_model(py, call) || fact_outbound(callee) ||
	       name_is(callee, "pandas.read_*|*.fit|sqlalchemy.create_engine|*.connect");
}

static bool runs_heavy(struct py *py, int32_t f)
{
	for (int32_t c = 0; c < py->call_count; c++) {
		if (py_function_of(py, py->calls[c]) == f && heavy_call(py, py->calls[c])) {
			return true;
		}
	}
	return false;
}

void rules_airflow(struct judge *j)
{
	struct py *py = j->py;
	int32_t dag = the_dag(py);
	if (dag == SYNTAX_NO_NODE) {
		return;
	}
	const struct syntax_node *at = &py->tree->nodes[dag];
	static const struct {
		const char *words;
		enum rule_id rule;
	} absent[] = {
		{"retries", RULE_AIRFLOW_NO_RETRIES},
		{"catchup", RULE_AIRFLOW_CATCHUP},
		{"execution_timeout|dagrun_timeout", RULE_AIRFLOW_NO_TIMEOUT},
	};
	for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
		if (!mentions(py, absent[i].words)) {
			report_at(j->r, j->source, absent[i].rule, SEVERITY_OF_RULE, at->start,
				  at->start + 1, NULL);
		}
	}
	for (int32_t n = 0; n < py->tree->count; n++) {
		if (sets_retries_to_none(py, n)) {
			report(j->r, j->source, RULE_AIRFLOW_NO_RETRIES, n, NULL);
		}
	}
	for (int32_t c = 0; c < py->call_count; c++) {
		int32_t call = py->calls[c];
		const char *callee = py_callee(py, call);
		if (name_is(callee, "datetime.datetime.now|datetime.datetime.today|datetime."
				    "datetime.utcnow|"
				    "datetime.date.today|time.time|pendulum.now|pendulum.today|"
				    "datetime.now|"
				    "datetime.utcnow") &&
		    !within_log(py, call)) {
			report_text(j->r, j->source, RULE_AIRFLOW_WALL_CLOCK, call,
				    syntax_child(py->tree, call, FIELD_FUNCTION));
		}
		struct py *file;
		int32_t f;
		bool heavy = heavy_call(py, call) ||
			     (py_called(py, call, &file, &f) && runs_heavy(file, f));
		if (py_function_of(py, call) < 0 && heavy && !py_under_main(py, call)) {
			report_text(j->r, j->source, RULE_AIRFLOW_HEAVY_IMPORT, call,
				    syntax_child(py->tree, call, FIELD_FUNCTION));
		}
	}
}
