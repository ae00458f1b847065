#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"
#include "tui/cli/pipeline_run.h"
#include "tui/cli/pipeline_store.h"

/* mundap pipeline: steps that need each other, done once for each content of their inputs. */

struct session {
	const struct cli_options *options;
	struct pipeline_options run;
	int argc;
	char **argv;
};

/* ---- parameters: NAME=VALUE, of the type that the preset has ---- */

static json_t *parse(const char *text, const json_t *preset)
{
	char *end;
	errno = 0;
	switch (json_typeof(preset)) {
	case JSON_STRING:
		return json_string(text);
	case JSON_TRUE:
	case JSON_FALSE:
		return strcmp(text, "true") == 0    ? json_true()
		       : strcmp(text, "false") == 0 ? json_false()
						    : NULL;
	case JSON_INTEGER: {
		long long value = strtoll(text, &end, 10);
		return *text && !*end && !errno ? json_integer(value) : NULL;
	}
	case JSON_REAL: {
		double value = strtod(text, &end);
		return *text && !*end && isfinite(value) ? json_real(value) : NULL;
	}
	default:
		return json_loads(text, JSON_DECODE_ANY, NULL);
	}
}

static int read_params(const struct session *s, json_t *params)
{
	static const char *const words[] = {"object", "list",       "text",       "whole number",
					    "number", "true/false", "true/false", "null"};
	for (int i = 3; i < s->argc; i++) {
		const char *equals = strchr(s->argv[i], '=');
		char name[64];
		snprintf(name, sizeof name, "%.*s",
			 equals ? (int)(equals - s->argv[i]) : (int)strlen(s->argv[i]), s->argv[i]);
		const json_t *preset = equals ? json_object_get(params, name) : NULL;
		if (!preset) {
			return cli_fail(s->options, CLI_WRONG_USE, "usage",
					message(MSG_PIPELINE_PARAM), s->argv[i]);
		}
		json_t *value = parse(equals + 1, preset);
		if (!value) {
			return cli_fail(s->options, CLI_WRONG_USE, "usage",
					message(MSG_PIPELINE_PARAM_TYPE), name,
					words[json_typeof(preset)], equals + 1);
		}
		json_object_set_new(params, name, value);
	}
	return CLI_PASSED;
}

/* ---- the words ---- */

static void print_end(const json_t *document)
{
	size_t counts[3] = {0}, i, all = json_array_size(json_object_get(document, "steps"));
	json_t *step;
	json_array_foreach(json_object_get(document, "steps"), i, step)
	{
		const char *status = json_string_value(json_object_get(step, "status"));
		counts[0] += strcmp(status, "done") == 0;
		counts[1] += strcmp(status, "cached") == 0;
		counts[2] += strcmp(status, "failed") == 0;
	}
	printf(message(MSG_PIPELINE_END), all, counts[0], counts[1], counts[2],
	       json_number_value(json_object_get(document, "seconds")));
}

static int run(struct session *s)
{
	struct pipeline_file file;
	struct error err = ERROR_INIT;
	if (s->argc < 3) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"FILE.lua", "mundap pipeline run train.lua");
	}
	int status = pipeline_file_open(&file, s->argv[2], s->options);
	json_t *params = json_deep_copy(json_object_get(file.description, "params")),
	       *document = NULL;
	if (status == CLI_PASSED) {
		status = read_params(s, params);
	}
	if (status == CLI_PASSED) {
		s->run.live = !s->options->json;
		if (pipeline_run(&document, &file, params, &s->run, &err) != STATUS_OK) {
			status = cli_fail_error(s->options, &err);
		} else {
			status = json_is_true(json_object_get(document, "ok")) ? CLI_PASSED
									       : CLI_NOT_PASSED;
			if (s->options->json) {
				status = cli_print_json(json_incref(document)) ? status : CLI_FAULT;
			} else {
				print_end(document);
			}
		}
	}
	json_decref(document);
	json_decref(params);
	pipeline_file_release(&file);
	return status;
}

/* Each step in order, indented by how deep it lies, with what it waits for. */
static void print_graph(const json_t *description)
{
	const json_t *rows = json_object_get(description, "steps");
	json_t *index, *need;
	size_t i, k;
	json_array_foreach(json_object_get(description, "order"), i, index)
	{
		const json_t *row = json_array_get(rows, (size_t)json_integer_value(index));
		const json_t *needs = json_object_get(row, "needs");
		printf("  %-20s", json_string_value(json_object_get(row, "name")));
		json_array_foreach(needs, k, need)
		{
			printf("%s%s", k ? ", " : "← ", json_string_value(need));
		}
		putchar('\n');
	}
}

static int graph(struct session *s)
{
	struct pipeline_file file;
	if (s->argc != 3) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"FILE.lua", "mundap pipeline graph train.lua");
	}
	int status = pipeline_file_open(&file, s->argv[2], s->options);
	if (status == CLI_PASSED && s->options->json) {
		status = cli_print_json(json_incref(file.description)) ? CLI_PASSED : CLI_FAULT;
	} else if (status == CLI_PASSED) {
		printf("%s\n", json_string_value(json_object_get(file.description, "name")));
		print_graph(file.description);
	}
	pipeline_file_release(&file);
	return status;
}

static int list(struct session *s)
{
	json_t *names = pipeline_names(), *rows = json_array(), *name;
	size_t i;
	json_array_foreach(names, i, name)
	{
		json_t *last = pipeline_last_run(json_string_value(name));
		json_array_append_new(
			rows,
			json_pack("{s:O,s:o,s:b}", "name", name, "run",
				  last ? json_incref(json_object_get(last, "run")) : json_null(),
				  "ok", json_is_true(json_object_get(last, "ok"))));
		json_decref(last);
	}
	json_decref(names);
	if (s->options->json) {
		return cli_print_json(json_pack("{s:o}", "pipelines", rows)) ? CLI_PASSED
									     : CLI_FAULT;
	}
	fputs(json_array_size(rows) ? "" : message(MSG_PIPELINE_NONE), stdout);
	json_array_foreach(rows, i, name)
	{
		const char *run = json_string_value(json_object_get(name, "run"));
		printf("  %s %-24s %s\n", json_is_true(json_object_get(name, "ok")) ? "✓" : "✗",
		       json_string_value(json_object_get(name, "name")), run ? run : "-");
	}
	json_decref(rows);
	return CLI_PASSED;
}

static int show(struct session *s)
{
	if (s->argc != 3) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"NAME", "mundap pipeline show churn");
	}
	json_t *last = strchr(s->argv[2], '/') ? NULL : pipeline_last_run(s->argv[2]), *step;
	size_t i;
	if (!last) {
		return cli_fail(s->options, CLI_WRONG_USE, "not-found",
				message(MSG_PIPELINE_NO_RUN), s->argv[2]);
	}
	if (s->options->json) {
		return cli_print_json(last) ? CLI_PASSED : CLI_FAULT;
	}
	json_array_foreach(json_object_get(last, "steps"), i, step)
	{
		const char *why = json_string_value(
			json_object_get(json_object_get(step, "error"), "message"));
		printf("  %-20s %-8s %8.2f s  %s\n",
		       json_string_value(json_object_get(step, "name")),
		       json_string_value(json_object_get(step, "status")),
		       json_number_value(json_object_get(step, "seconds")), why ? why : "");
	}
	print_end(last);
	json_decref(last);
	return CLI_PASSED;
}

static int clean(struct session *s)
{
	struct error err = ERROR_INIT;
	if (s->argc != 3 || strchr(s->argv[2], '/')) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"NAME", "mundap pipeline clean churn");
	}
	if (pipeline_clean(s->argv[2], &err) != STATUS_OK) {
		return cli_fail_error(s->options, &err);
	}
	if (s->options->json) {
		return cli_print_json(json_pack("{s:s}", "cleaned", s->argv[2])) ? CLI_PASSED
										 : CLI_FAULT;
	}
	printf(message(MSG_PIPELINE_CLEANED), s->argv[2]);
	return CLI_PASSED;
}

int cmd_pipeline(int argc, char **argv, const struct cli_options *options)
{
	static const struct {
		const char *word;
		int (*run)(struct session *s);
	} words[] = {
		{"run", run}, {"graph", graph}, {"list", list}, {"show", show}, {"clean", clean}};
	struct session s = {.options = options};
	long seed = 0, jobs = 2;
	const char *network = NULL;
	const struct cli_option own[] = {{"--seed", CLI_INTEGER, &seed, 0, 0},
					 {"--jobs", CLI_INTEGER, &jobs, 1, 16},
					 {"--network", CLI_TEXT, &network, 0, 0},
					 {"--force", CLI_FLAG, &s.run.force, 0, 0}};
	int status = cli_take_options(&argc, argv, own, sizeof own / sizeof *own, options);
	if (status) {
		return status;
	}
	if (network && strcmp(network, "local") != 0) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_RUN_NETWORK), network);
	}
	s.run.seed = (uint64_t)seed;
	s.run.jobs = (int)jobs;
	s.run.local_services = network != NULL;
	s.argc = argc;
	s.argv = argv;
	for (size_t i = 0; argc > 1 && i < sizeof words / sizeof *words; i++) {
		if (strcmp(argv[1], words[i].word) == 0) {
			return words[i].run(&s);
		}
	}
	return cli_fail(options, CLI_WRONG_USE, "usage", "%s", message(MSG_PIPELINE_WORD));
}
