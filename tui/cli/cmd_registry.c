#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/store/registry.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"

/* mundap registry: versions of models, their stages, approval and rollback. */

struct session {
	struct store *store;
	struct arena arena;
	const struct cli_options *options;
	const char *actor, *note, *metadata;
	long run;
	int argc;
	char **argv;
};

static json_t *version_json(const struct model_version *v)
{
	json_t *metadata = json_loads(v->metadata, 0, NULL);
	return json_pack("{s:s,s:i,s:s,s:s,s:I,s:I,s:s,s:o,s:s,s:I}", "model", v->model, "version",
			 v->version, "stage", v->stage, "digest", v->digest, "bytes",
			 (json_int_t)v->bytes, "run", (json_int_t)v->run, "note", v->note,
			 "metadata", metadata ? metadata : json_object(), "approved_by",
			 v->approved_by, "created", (json_int_t)v->created);
}

static void print_date(int64_t seconds)
{
	char text[32];
	time_t t = (time_t)seconds;
	struct tm parts;
	strftime(text, sizeof text, "%Y-%m-%d %H:%M", localtime_r(&t, &parts));
	fputs(text, stdout);
}

static int list(struct session *s)
{
	struct model_version *rows;
	size_t count;
	struct error err = ERROR_INIT;
	const char *model = s->argc > 2 ? s->argv[2] : "";
	if (registry_list(s->store, &s->arena, model, &rows, &count, &err) != STATUS_OK) {
		return cli_fail_error(s->options, &err);
	}
	if (s->options->json) {
		json_t *array = json_array();
		for (size_t i = 0; i < count; i++) {
			json_array_append_new(array, version_json(&rows[i]));
		}
		return cli_print_json(json_pack("{s:o}", "versions", array)) ? CLI_PASSED
									     : CLI_FAULT;
	}
	if (count == 0) {
		fputs(message(MSG_REGISTRY_EMPTY), stdout);
	}
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(rows[i].model, rows[i - 1].model) != 0) {
			printf("%s%s\n%s", i ? "\n" : "", rows[i].model,
			       message(MSG_REGISTRY_HEAD));
		}
		printf("  %-5d %-11s %-11lld %-11s ", rows[i].version, rows[i].stage,
		       (long long)rows[i].bytes, *rows[i].approved_by ? rows[i].approved_by : "-");
		print_date(rows[i].created);
		printf("%s%s\n", *rows[i].note ? "  " : "", rows[i].note);
	}
	return CLI_PASSED;
}

static int add(struct session *s)
{
	if (s->argc != 4) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"NAME FILE", "mundap registry add fashion model.safetensors");
	}
	json_error_t where;
	json_t *metadata = json_loads(s->metadata, 0, &where);
	if (!json_is_object(metadata)) {
		json_decref(metadata);
		return cli_fail(s->options, CLI_WRONG_USE, "parse", "--metadata: JSON {…}");
	}
	json_decref(metadata);
	struct model_version v = {
		.model = s->argv[2], .run = s->run, .note = s->note, .metadata = s->metadata};
	struct error err = ERROR_INIT;
	int number = 0;
	char text[16];
	if (registry_add(s->store, s->argv[3], &v, s->actor, &number, &err) != STATUS_OK) {
		return cli_fail_error(s->options, &err);
	}
	snprintf(text, sizeof text, "%d", number);
	if (registry_find(s->store, &s->arena, s->argv[2], text, &v, &err) != STATUS_OK) {
		return cli_fail_error(s->options, &err);
	}
	if (s->options->json) {
		return cli_print_json(version_json(&v)) ? CLI_PASSED : CLI_FAULT;
	}
	printf(message(MSG_REGISTRY_ADDED), v.model, v.version, v.digest);
	return CLI_PASSED;
}

static int show(struct session *s)
{
	struct model_version v;
	struct model_event *events;
	size_t count;
	struct error err = ERROR_INIT;
	if (s->argc < 3) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"NAME", "mundap registry show fashion production");
	}
	if (registry_find(s->store, &s->arena, s->argv[2], s->argc > 3 ? s->argv[3] : "latest", &v,
			  &err) != STATUS_OK ||
	    registry_events(s->store, &s->arena, v.model, &events, &count, &err) != STATUS_OK) {
		return cli_fail_error(s->options, &err);
	}
	json_t *document = version_json(&v), *history = json_array();
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(history,
				      json_pack("{s:i,s:s,s:s,s:s,s:I}", "version",
						events[i].version, "what", events[i].what, "detail",
						events[i].detail, "actor", events[i].actor, "at",
						(json_int_t)events[i].at));
	}
	json_object_set_new(document, "history", history);
	if (s->options->json) {
		return cli_print_json(document) ? CLI_PASSED : CLI_FAULT;
	}
	json_decref(document);
	printf("%s %d · %s\n  sha256 %s\n  %lld bytes · run %lld · %s\n", v.model, v.version,
	       v.stage, v.digest, (long long)v.bytes, (long long)v.run, v.metadata);
	for (size_t i = 0; i < count; i++) {
		fputs("  ", stdout);
		print_date(events[i].at);
		printf("  %d  %-9s %s%s%s\n", events[i].version, events[i].what, events[i].actor,
		       *events[i].detail ? " · " : "", events[i].detail);
	}
	return CLI_PASSED;
}

/* The version named by argv[2] and argv[3]; on failure reports and returns the exit status, else 0. */
static int named(struct session *s, struct model_version *v, const char *example)
{
	struct error err = ERROR_INIT;
	if (s->argc < 4) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"NAME VERSION", example);
	}
	return registry_find(s->store, &s->arena, s->argv[2], s->argv[3], v, &err) == STATUS_OK
		       ? 0
		       : cli_fail_error(s->options, &err);
}

static int report(struct session *s, const struct model_version *v, enum message text,
		  const char *what)
{
	struct model_version now;
	struct error err = ERROR_INIT;
	char number[16];
	snprintf(number, sizeof number, "%d", v->version);
	if (registry_find(s->store, &s->arena, v->model, number, &now, &err) != STATUS_OK) {
		return cli_fail_error(s->options, &err);
	}
	if (s->options->json) {
		return cli_print_json(version_json(&now)) ? CLI_PASSED : CLI_FAULT;
	}
	printf(message(text), now.model, now.version, what);
	return CLI_PASSED;
}

static int approve(struct session *s)
{
	struct model_version v;
	struct error err = ERROR_INIT;
	int wrong = named(s, &v, "mundap registry approve fashion 2");
	if (wrong) {
		return wrong;
	}
	if (registry_approve(s->store, v.model, v.version, s->actor, s->note, &err) != STATUS_OK) {
		return cli_fail_error(s->options, &err);
	}
	return report(s, &v, MSG_REGISTRY_APPROVED, s->actor);
}

static int stage(struct session *s)
{
	struct model_version v;
	struct error err = ERROR_INIT;
	int wrong = named(s, &v, "mundap registry stage fashion 2 production");
	if (wrong) {
		return wrong;
	}
	if (s->argc != 5) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"STAGE", "mundap registry stage fashion 2 production");
	}
	if (registry_set_stage(s->store, v.model, v.version, s->argv[4], s->actor, &err) !=
	    STATUS_OK) {
		return err.status == STATUS_DENIED
			       ? cli_fail(s->options, CLI_NOT_PASSED, "denied", "%s", err.message)
			       : cli_fail_error(s->options, &err);
	}
	return report(s, &v, MSG_REGISTRY_MOVED, s->argv[4]);
}

static int rollback(struct session *s)
{
	struct error err = ERROR_INIT;
	int now = 0;
	if (s->argc != 3) {
		return cli_fail(s->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"NAME", "mundap registry rollback fashion");
	}
	if (registry_rollback(s->store, s->argv[2], s->actor, s->note, &now, &err) != STATUS_OK) {
		return err.status == STATUS_NOT_FOUND ? cli_fail(s->options, CLI_NOT_PASSED,
								 "not-found", "%s", err.message)
						      : cli_fail_error(s->options, &err);
	}
	struct model_version v = {.model = s->argv[2], .version = now};
	return report(s, &v, MSG_REGISTRY_ROLLED_BACK, "");
}

static int verify(struct session *s)
{
	struct model_version v;
	struct error err = ERROR_INIT;
	int wrong = named(s, &v, "mundap registry verify fashion 2");
	if (wrong) {
		return wrong;
	}
	if (registry_verify(s->store, &v, &err) != STATUS_OK) {
		return cli_fail(s->options, CLI_NOT_PASSED, status_name(err.status), "%s",
				err.message);
	}
	return report(s, &v, MSG_REGISTRY_GOOD, "");
}

int cmd_registry(int argc, char **argv, const struct cli_options *options)
{
	static const struct {
		const char *word;
		int (*run)(struct session *s);
	} words[] = {{"list", list},       {"add", add},     {"show", show},
		     {"approve", approve}, {"stage", stage}, {"rollback", rollback},
		     {"verify", verify}};
	const char *user = getenv("USER");
	struct session s = {.options = options,
			    .actor = user && *user ? user : "learner",
			    .note = "",
			    .metadata = "{}"};
	const struct cli_option own[] = {{"--by", CLI_TEXT, &s.actor, 0, 0},
					 {"--note", CLI_TEXT, &s.note, 0, 0},
					 {"--metadata", CLI_TEXT, &s.metadata, 0, 0},
					 {"--run", CLI_INTEGER, &s.run, 1, 1e15}};
	int status = cli_take_options(&argc, argv, own, sizeof own / sizeof *own, options);
	if (status) {
		return status;
	}
	int (*run)(struct session *) = NULL;
	for (size_t i = 0; argc > 1 && i < sizeof words / sizeof *words; i++) {
		run = strcmp(argv[1], words[i].word) == 0 ? words[i].run : run;
	}
	if (!run) {
		return cli_fail(options, CLI_WRONG_USE, "usage", "%s", message(MSG_REGISTRY_WORD));
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
