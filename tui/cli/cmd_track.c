#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/base/file.h"
#include "engine/mlops/mlflow.h"
#include "engine/store/store.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"

/* mundap track: the runs recorded on this machine. */

struct session {
	struct store *store;
	struct arena arena;
	const struct cli_options *options;
	const char *lab, *sort;
	int argc;
	char **argv;
};

/* Series of a run as {name: [[step, value], …]}. */
static json_t *series_json(const struct run_point *points, size_t count)
{
	json_t *all = json_object(), *one = NULL;
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(points[i].metric, points[i - 1].metric) != 0) {
			one = json_array();
			json_object_set_new(all, points[i].metric, one);
		}
		json_array_append_new(
			one, json_pack("[I,f]", (json_int_t)points[i].step, points[i].value));
	}
	return all;
}

static json_t *last_values(const struct run_point *points, size_t count)
{
	json_t *last = json_object();
	for (size_t i = 0; i < count; i++) {
		json_object_set_new(last, points[i].metric, json_real(points[i].value));
	}
	return last;
}

static json_t *run_json(const struct run_record *r)
{
	json_t *parameters = json_loads(r->parameters, 0, NULL),
	       *result = json_loads(r->result, 0, NULL);
	return json_pack("{s:I,s:s,s:s,s:s,s:I,s:I,s:I,s:o,s:o}", "id", (json_int_t)r->id, "name",
			 r->name, "lab", r->lab, "status", r->status, "seed", (json_int_t)r->seed,
			 "started", (json_int_t)r->started, "ended", (json_int_t)r->ended,
			 "parameters", parameters ? parameters : json_object(), "result",
			 result ? result : json_null());
}

static enum status all_runs(struct session *s, struct run_record **runs, size_t *count,
			    struct error *err)
{
	return store_runs(s->store, &s->arena, s->lab, runs, count, err);
}

static double last_of(const json_t *row, const char *metric)
{
	json_t *value = json_object_get(json_object_get(row, "last"), metric);
	return value ? json_number_value(value) : -INFINITY;
}

/* Insertion sort, highest value first: keeps the newest first among equals. */
static void sort_rows(json_t *rows, const char *metric)
{
	for (size_t i = 1; i < json_array_size(rows); i++) {
		json_t *row = json_incref(json_array_get(rows, i));
		size_t at = i;
		while (at > 0 &&
		       last_of(json_array_get(rows, at - 1), metric) < last_of(row, metric)) {
			json_array_set(rows, at, json_array_get(rows, at - 1));
			at--;
		}
		json_array_set_new(rows, at, row);
	}
}

static int list(struct session *s)
{
	struct run_record *runs;
	size_t count;
	struct error err = ERROR_INIT;
	if (all_runs(s, &runs, &count, &err) != STATUS_OK) {
		return cli_fail_error(s->options, &err);
	}
	json_t *rows = json_array();
	for (size_t i = 0; i < count; i++) {
		struct run_point *points;
		size_t n;
		if (store_points(s->store, &s->arena, runs[i].id, "", &points, &n, &err) !=
		    STATUS_OK) {
			json_decref(rows);
			return cli_fail_error(s->options, &err);
		}
		json_t *row = run_json(&runs[i]);
		json_object_set_new(row, "last", last_values(points, n));
		json_array_append_new(rows, row);
	}
	if (s->sort) {
		sort_rows(rows, s->sort);
	}
	if (s->options->json) {
		return cli_print_json(json_pack("{s:o}", "runs", rows)) ? CLI_PASSED : CLI_FAULT;
	}
	fputs(message(count ? MSG_TRACK_HEAD : MSG_TRACK_EMPTY), stdout);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i), *value;
		const char *metric;
		printf("  %-5lld %-21s %-9s %-7lld",
		       (long long)json_integer_value(json_object_get(row, "id")),
		       json_string_value(json_object_get(row, "name")),
		       json_string_value(json_object_get(row, "status")),
		       (long long)json_integer_value(json_object_get(row, "seed")));
		json_object_foreach(json_object_get(row, "last"), metric, value)
		{
			printf(" %s=%.4g", metric, json_number_value(value));
		}
		putchar('\n');
	}
	json_decref(rows);
	return CLI_PASSED;
}

/* The run numbered word; reports when there is none. */
static const struct run_record *find(struct session *s, const char *word, int *status)
{
	struct run_record *runs;
	size_t count;
	struct error err = ERROR_INIT;
	if (all_runs(s, &runs, &count, &err) != STATUS_OK) {
		*status = cli_fail_error(s->options, &err);
		return NULL;
	}
	for (size_t i = 0; i < count; i++) {
		char number[32];
		snprintf(number, sizeof number, "%lld", (long long)runs[i].id);
		if (strcmp(number, word) == 0) {
			return &runs[i];
		}
	}
	*status = cli_fail(s->options, CLI_WRONG_USE, "not-found", message(MSG_TRACK_NO_RUN), word);
	return NULL;
}

static json_t *whole_run(struct session *s, const struct run_record *run, int *status)
{
	struct run_point *points;
	size_t count;
	struct error err = ERROR_INIT;
	if (store_points(s->store, &s->arena, run->id, "", &points, &count, &err) != STATUS_OK) {
		*status = cli_fail_error(s->options, &err);
		return NULL;
	}
	json_t *document = run_json(run);
	json_object_set_new(document, "metrics", series_json(points, count));
	json_object_set_new(document, "last", last_values(points, count));
	json_object_set_new(document, "source", json_string(run->source));
	return document;
}

static int show(struct session *s)
{
	int status = CLI_PASSED;
	if (s->argc != 3) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"RUN", "mundap track show 3");
	}
	const struct run_record *run = find(s, s->argv[2], &status);
	json_t *document = run ? whole_run(s, run, &status) : NULL;
	if (!document) {
		return status;
	}
	if (s->options->json) {
		return cli_print_json(document) ? CLI_PASSED : CLI_FAULT;
	}
	char *parameters = json_dumps(json_object_get(document, "parameters"), JSON_INDENT(2));
	printf("%lld · %s · %s · seed %llu\n%s\n", (long long)run->id, run->name, run->status,
	       (unsigned long long)run->seed, parameters ? parameters : "{}");
	free(parameters);
	const char *metric;
	json_t *series;
	json_object_foreach(json_object_get(document, "metrics"), metric, series)
	{
		size_t n = json_array_size(series);
		json_t *first = json_array_get(series, 0), *last = json_array_get(series, n - 1);
		printf("  %-20s %zu  %.5g → %.5g\n", metric, n,
		       json_number_value(json_array_get(first, 1)),
		       json_number_value(json_array_get(last, 1)));
	}
	json_decref(document);
	return CLI_PASSED;
}

/* Names under which the objects of rows differ, each with its values. */
static json_t *differences(json_t *rows, const char *part)
{
	json_t *names = json_object(), *different = json_object(), *row, *value;
	size_t i;
	const char *name;
	json_array_foreach(rows, i, row)
	{
		json_object_foreach(json_object_get(row, part), name, value)
		{
			json_object_set_new(names, name, json_true());
		}
	}
	json_object_foreach(names, name, value)
	{
		json_t *values = json_array(), *first = NULL;
		bool same = true;
		json_array_foreach(rows, i, row)
		{
			json_t *own = json_object_get(json_object_get(row, part), name);
			json_array_append(values, own ? own : json_null());
			same = same && (i == 0 || (own && first && json_equal(own, first)));
			first = i == 0 ? own : first;
		}
		if (same) {
			json_decref(values);
		} else {
			json_object_set_new(different, name, values);
		}
	}
	json_decref(names);
	return different;
}

static int compare(struct session *s)
{
	int status = CLI_PASSED;
	if (s->argc < 4) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"RUN RUN", "mundap track compare 3 5");
	}
	json_t *rows = json_array();
	for (int i = 2; i < s->argc; i++) {
		const struct run_record *run = find(s, s->argv[i], &status);
		json_t *row = run ? whole_run(s, run, &status) : NULL;
		if (!row) {
			json_decref(rows);
			return status;
		}
		json_array_append_new(rows, row);
	}
	json_t *settings = differences(rows, "parameters"), *last = differences(rows, "last");
	if (s->options->json) {
		return cli_print_json(json_pack("{s:o,s:o,s:o}", "runs", rows, "parameters",
						settings, "last", last))
			       ? CLI_PASSED
			       : CLI_FAULT;
	}
	const char *name;
	json_t *values, *value;
	size_t i;
	fputs(message(MSG_TRACK_DIFFERENT), stdout);
	for (int part = 0; part < 2; part++) {
		json_object_foreach(part ? last : settings, name, values)
		{
			printf("  %-22s", name);
			json_array_foreach(values, i, value)
			{
				char *text =
					json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(5));
				printf(" %-14s", text ? text : "-");
				free(text);
			}
			putchar('\n');
		}
	}
	json_decref(settings);
	json_decref(last);
	json_decref(rows);
	return CLI_PASSED;
}

/* Writes a file of the export below the folder. */
static enum status put_file(void *context, const char *path, const char *text, size_t length,
			    struct error *err)
{
	struct strbuf full;
	strbuf_init(&full);
	strbuf_printf(&full, "%s/%s", (const char *)context, path);
	char *slash = strrchr(full.text, '/');
	*slash = '\0';
	enum status status = file_make_folder(full.text, err);
	*slash = '/';
	if (status == STATUS_OK) {
		status = file_write(full.text, text, length, err);
	}
	strbuf_release(&full);
	return status;
}

static enum status export_run(struct session *s, const struct run_record *run, struct error *err)
{
	struct run_point *points;
	size_t count;
	enum status status = store_points(s->store, &s->arena, run->id, "", &points, &count, err);
	struct mlflow_point *rows = arena_alloc(&s->arena, (count + 1) * sizeof *rows);
	if (status == STATUS_OK && !rows) {
		status = error_set(err, STATUS_NOMEM, "track", "out of memory");
	}
	for (size_t i = 0; status == STATUS_OK && i < count; i++) {
		rows[i] = (struct mlflow_point){points[i].metric, points[i].step, points[i].value};
	}
	const struct mlflow_run row = {.id = run->id,
				       .name = run->name,
				       .status = run->status,
				       .parameters = run->parameters,
				       .seed = run->seed,
				       .started = run->started,
				       .ended = run->ended};
	return status == STATUS_OK ? mlflow_write_run(&row, rows, count, put_file, s->argv[2], err)
				   : status;
}

static int export(struct session *s)
{
	struct run_record *runs;
	size_t count;
	struct error err = ERROR_INIT;
	if (s->argc != 3) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"FOLDER", "mundap track export mlruns");
	}
	enum status status = all_runs(s, &runs, &count, &err);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = export_run(s, &runs[i], &err);
	}
	if (status != STATUS_OK) {
		return cli_fail_error(s->options, &err);
	}
	if (s->options->json) {
		return cli_print_json(json_pack("{s:s,s:I}", "folder", s->argv[2], "runs",
						(json_int_t)count))
			       ? CLI_PASSED
			       : CLI_FAULT;
	}
	printf(message(MSG_TRACK_EXPORTED), count, s->argv[2]);
	return CLI_PASSED;
}

static int delete (struct session *s)
{
	int status = CLI_PASSED;
	struct error err = ERROR_INIT;
	if (s->argc != 3) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"RUN", "mundap track delete 3");
	}
	const struct run_record *run = find(s, s->argv[2], &status);
	if (!run) {
		return status;
	}
	if (store_delete_run(s->store, run->id, &err) != STATUS_OK) {
		return cli_fail_error(s->options, &err);
	}
	if (s->options->json) {
		return cli_print_json(json_pack("{s:I}", "deleted", (json_int_t)run->id))
			       ? CLI_PASSED
			       : CLI_FAULT;
	}
	printf(message(MSG_TRACK_DELETED), (long long)run->id);
	return CLI_PASSED;
}

int cmd_track(int argc, char **argv, const struct cli_options *options)
{
	static const struct {
		const char *word;
		int (*run)(struct session *s);
	} words[] = {{"list", list},
		     {"show", show},
		     {"compare", compare},
		     {"export", export},
		     {"delete", delete}};
	struct session s = {.options = options, .lab = ""};
	const struct cli_option own[] = {{"--lab", CLI_TEXT, &s.lab, 0, 0},
					 {"--sort", CLI_TEXT, &s.sort, 0, 0}};
	int status = cli_take_options(&argc, argv, own, sizeof own / sizeof *own, options);
	if (status) {
		return status;
	}
	int (*run)(struct session *) = NULL;
	for (size_t i = 0; argc > 1 && i < sizeof words / sizeof *words; i++) {
		run = strcmp(argv[1], words[i].word) == 0 ? words[i].run : run;
	}
	if (!run) {
		return cli_fail(options, CLI_WRONG_USE, "usage", "%s", message(MSG_TRACK_WORD));
	}
	struct error err = ERROR_INIT;
	if (store_open(&s.store, NULL, &err) != STATUS_OK) {
		return cli_fail_error(options, &err);
	}
	arena_init(&s.arena);
	s.argc = argc;
	s.argv = argv;
	status = run(&s);
	arena_release(&s.arena);
	store_close(s.store);
	return status;
}
