#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/base/spelling.h"
#include "tui/cli/bundle.h"
#include "tui/cli/class_items.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"

/* mundap class: the instructor's side. Bundles are others' files: nothing in them is trusted. */

enum { BUNDLE_LIMIT = 64 << 20 };

struct class_room {
	const struct cli_options *options;
	struct store *store;
	struct arena arena;
	struct class_member *members;
	json_t **bundles;
	size_t count;
};

/* ---- members ---- */

static int import_one(struct class_room *room, const char *path, json_t *done)
{
	struct error err = ERROR_INIT;
	struct strbuf bytes;
	json_t *bundle = NULL;
	strbuf_init(&bytes);
	enum status status = file_read(&bytes, path, BUNDLE_LIMIT, &err);
	if (status == STATUS_OK) {
		bundle = json_loadb(bytes.text, bytes.length, 0, NULL);
		if (!bundle_valid(bundle, &err)) {
			status = err.status;
		}
	}
	if (status == STATUS_OK) {
		const json_t *learner = json_object_get(bundle, "learner");
		const struct class_member member = {.learner = bundle_text(learner, "id"),
						    .name = bundle_text(learner, "name"),
						    .bundle = bytes.text};
		status = store_put_class_member(room->store, &member, &err);
		json_array_append_new(done, json_pack("{s:s,s:s}", "learner", member.learner,
						      "name", member.name));
	}
	json_decref(bundle);
	strbuf_release(&bytes);
	if (status == STATUS_OK) {
		return 0;
	}
	return err.status == STATUS_NEWER || err.status == STATUS_PARSE
		       ? cli_fail(room->options, CLI_WRONG_USE, status_name(err.status), "%s: %s",
				  path, err.message)
		       : cli_fail_error(room->options, &err);
}

static int import_files(struct class_room *room, int argc, char **argv)
{
	if (argc < 2) {
		return cli_fail(room->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"FILE", "mundap class import kim.json lee.json");
	}
	json_t *done = json_array();
	int status = 0;
	for (int i = 1; i < argc && status == 0; i++) {
		status = import_one(room, argv[i], done);
	}
	if (status == 0 && room->options->json) {
		status = cli_print_json(json_pack("{s:O}", "imported", done)) ? CLI_PASSED
									      : CLI_FAULT;
	} else if (status == 0) {
		printf(message(MSG_CLI_CLASS_IMPORTED), json_array_size(done));
	}
	json_decref(done);
	return status;
}

static int remove_member(struct class_room *room, int argc, char **argv)
{
	struct error err = ERROR_INIT;
	if (argc != 2) {
		return cli_fail(room->options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"LEARNER", "mundap class remove learner-0a1b");
	}
	for (size_t i = 0; i < room->count; i++) {
		if (strcmp(room->members[i].learner, argv[1]) == 0) {
			enum status status = store_delete_class_member(room->store, argv[1], &err);
			return status == STATUS_OK ? CLI_PASSED
						   : cli_fail_error(room->options, &err);
		}
	}
	return cli_fail(room->options, CLI_WRONG_USE, "not-found",
			message(MSG_CLI_CLASS_NO_LEARNER), argv[1]);
}

/* ---- gradebook ---- */

static size_t count_list(const json_t *bundle, const char *list, const char *id_key, bool passed)
{
	json_t *ids = json_object();
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(bundle, list), i, row)
	{
		if (!passed || json_is_true(json_object_get(row, "passed"))) {
			json_object_set_new(ids, bundle_text(row, id_key), json_true());
		}
	}
	size_t count = json_object_size(ids);
	json_decref(ids);
	return count;
}

static double quiz_mean(const struct class_table *table, size_t learner)
{
	double sum = 0;
	int count = 0;
	for (size_t i = 0; i < table->count; i++) {
		const struct class_score *score = &table->items[i].scores[learner];
		if (strcmp(table->items[i].kind, "quiz") == 0 && score->attempts > 0) {
			sum += score->best;
			count++;
		}
	}
	return count ? sum / count : NAN;
}

static json_t *real_or_null(double value)
{
	return isnan(value) ? json_null() : json_real(value);
}

static json_t *gradebook_row(const struct class_room *room, const struct class_table *table,
			     size_t i)
{
	const json_t *bundle = room->bundles[i];
	size_t k, steps = 0;
	json_t *row;
	json_array_foreach(json_object_get(bundle, "steps"), k, row)
	{
		steps += strcmp(bundle_text(row, "state"), "opened") != 0;
	}
	double seconds = 0;
	json_array_foreach(json_object_get(bundle, "activity"), k, row)
	{
		seconds += json_number_value(json_object_get(row, "seconds"));
	}
	json_t *passed = json_array();
	json_array_foreach(json_object_get(bundle, "checkpoints"), k, row)
	{
		if (json_is_true(json_object_get(row, "passed"))) {
			json_array_append_new(passed, json_string(bundle_text(row, "checkpoint")));
		}
	}
	return json_pack("{s:s,s:s,s:s,s:i,s:o,s:i,s:o,s:i}", "learner", room->members[i].learner,
			 "name", room->members[i].name, "exported", bundle_text(bundle, "exported"),
			 "steps", (int)steps, "checkpoints", passed, "labs",
			 (int)count_list(bundle, "labs", "lab", true), "quiz",
			 real_or_null(quiz_mean(table, i)), "minutes", (int)(seconds / 60));
}

static void gradebook_csv(struct strbuf *out, const json_t *rows)
{
	size_t i;
	json_t *row;
	strbuf_puts(out, "learner,name,exported,steps,checkpoints,labs,quiz,minutes\r\n");
	json_array_foreach(rows, i, row)
	{
		json_t *quiz = json_object_get(row, "quiz");
		csv_field(out, bundle_text(row, "learner"), true);
		csv_field(out, bundle_text(row, "name"), false);
		csv_field(out, bundle_text(row, "exported"), false);
		strbuf_printf(out, ",%lld,%zu,%lld,",
			      (long long)json_integer_value(json_object_get(row, "steps")),
			      json_array_size(json_object_get(row, "checkpoints")),
			      (long long)json_integer_value(json_object_get(row, "labs")));
		if (json_is_real(quiz)) {
			strbuf_printf(out, "%.3f", json_real_value(quiz));
		}
		strbuf_printf(out, ",%lld\r\n",
			      (long long)json_integer_value(json_object_get(row, "minutes")));
	}
}

static void gradebook_text(struct strbuf *out, const json_t *rows)
{
	size_t i;
	json_t *row;
	json_array_foreach(rows, i, row)
	{
		json_t *quiz = json_object_get(row, "quiz");
		char share[16] = "-";
		if (json_is_real(quiz)) {
			snprintf(share, sizeof share, "%.0f%%", 100 * json_real_value(quiz));
		}
		add_printable(out, bundle_text(row, "name"));
		strbuf_puts(out, " (");
		add_printable(out, bundle_text(row, "learner"));
		strbuf_printf(out, message(MSG_CLI_CLASS_ROW),
			      (int)json_integer_value(json_object_get(row, "steps")),
			      json_array_size(json_object_get(row, "checkpoints")),
			      (int)json_integer_value(json_object_get(row, "labs")), share,
			      (int)json_integer_value(json_object_get(row, "minutes")));
	}
}

static int print_text(const struct class_room *room, const struct strbuf *text)
{
	if (!strbuf_ok(text)) {
		return cli_fail(room->options, CLI_FAULT, "memory", "%s",
				message(MSG_CLI_NO_MEMORY));
	}
	fwrite(text->text, 1, text->length, stdout);
	return CLI_PASSED;
}

static int gradebook(struct class_room *room, const struct class_table *table)
{
	json_t *rows = json_array();
	struct strbuf text;
	strbuf_init(&text);
	for (size_t i = 0; i < room->count; i++) {
		json_array_append_new(rows, gradebook_row(room, table, i));
	}
	int status = CLI_PASSED;
	if (room->options->json) {
		status = cli_print_json(json_pack("{s:O}", "learners", rows)) ? CLI_PASSED
									      : CLI_FAULT;
	} else {
		if (strcmp(room->options->format, "csv") == 0) {
			gradebook_csv(&text, rows);
		} else {
			gradebook_text(&text, rows);
		}
		status = print_text(room, &text);
	}
	strbuf_release(&text);
	json_decref(rows);
	return status;
}

/* ---- item statistics ---- */

static void items_csv(struct strbuf *out, const struct class_table *table)
{
	strbuf_puts(out, "kind,id,learners,attempts,first,best,discrimination\r\n");
	for (size_t i = 0; i < table->count; i++) {
		const struct class_item *item = &table->items[i];
		csv_field(out, item->kind, true);
		csv_field(out, item->id, false);
		strbuf_printf(out, ",%d,%d,%.3f,%.3f,", item->learners, item->attempts, item->first,
			      item->best);
		if (!isnan(item->discrimination)) {
			strbuf_printf(out, "%.3f", item->discrimination);
		}
		strbuf_puts(out, "\r\n");
	}
}

static void items_text(struct strbuf *out, const struct class_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct class_item *item = &table->items[i];
		char apart[16] = "-";
		if (!isnan(item->discrimination)) {
			snprintf(apart, sizeof apart, "%.2f", item->discrimination);
		}
		add_printable(out, item->id);
		strbuf_printf(out, message(MSG_CLI_CLASS_ITEM), item->learners, item->attempts,
			      100 * item->first, 100 * item->best, apart);
	}
	const char *id;
	json_t *count;
	json_object_foreach(table->misconceptions, id, count)
	{
		add_printable(out, id);
		strbuf_printf(out, message(MSG_CLI_CLASS_MISCONCEPTION),
			      (int)json_integer_value(count));
	}
}

static int items(struct class_room *room, const struct class_table *table)
{
	if (room->options->json) {
		json_t *list = json_array();
		for (size_t i = 0; i < table->count; i++) {
			const struct class_item *item = &table->items[i];
			json_array_append_new(
				list,
				json_pack("{s:s,s:s,s:i,s:i,s:f,s:f,s:o}", "kind", item->kind, "id",
					  item->id, "learners", item->learners, "attempts",
					  item->attempts, "first", item->first, "best", item->best,
					  "discrimination", real_or_null(item->discrimination)));
		}
		json_t *document =
			json_pack("{s:i,s:o,s:O}", "learners", (int)table->learners, "items", list,
				  "misconceptions", table->misconceptions);
		return cli_print_json(document) ? CLI_PASSED : CLI_FAULT;
	}
	struct strbuf text;
	strbuf_init(&text);
	if (strcmp(room->options->format, "csv") == 0) {
		items_csv(&text, table);
	} else {
		items_text(&text, table);
	}
	int status = print_text(room, &text);
	strbuf_release(&text);
	return status;
}

/* ---- the command ---- */

static enum status load_members(struct class_room *room, struct error *err)
{
	enum status status =
		store_class_members(room->store, &room->arena, &room->members, &room->count, err);
	room->bundles = calloc(room->count ? room->count : 1, sizeof *room->bundles);
	if (!room->bundles) {
		return error_set(err, STATUS_NOMEM, "class", "%s", message(MSG_CLI_NO_MEMORY));
	}
	for (size_t i = 0; i < room->count; i++) {
		room->bundles[i] = json_loads(room->members[i].bundle, 0, NULL);
	}
	return status;
}

static int show(struct class_room *room, const char *part)
{
	struct class_table table;
	if (room->count == 0) {
		return cli_fail(room->options, CLI_WRONG_USE, "empty", "%s",
				message(MSG_CLI_CLASS_EMPTY));
	}
	class_table_init(&table, room->bundles, room->count);
	int status = table.failed ? cli_fail(room->options, CLI_FAULT, "memory", "%s",
					     message(MSG_CLI_NO_MEMORY))
		     : strcmp(part, "items") == 0 ? items(room, &table)
						  : gradebook(room, &table);
	class_table_release(&table);
	return status;
}

static int run_part(struct class_room *room, int argc, char **argv)
{
	static const char *const parts[] = {"import", "gradebook", "items", "remove"};
	const char *part = argc > 1 ? argv[1] : "gradebook";
	if (strcmp(part, "import") == 0) {
		return import_files(room, argc - 1, argv + 1);
	}
	if (strcmp(part, "remove") == 0) {
		return remove_member(room, argc - 1, argv + 1);
	}
	if (strcmp(part, "gradebook") == 0 || strcmp(part, "items") == 0) {
		return show(room, part);
	}
	const char *near = spelling_nearest(part, parts, sizeof parts / sizeof *parts);
	return cli_fail(room->options, CLI_WRONG_USE, "usage",
			message(near ? MSG_CLI_UNKNOWN_COMMAND_NEAR : MSG_CLI_UNKNOWN_COMMAND),
			part, near);
}

int cmd_class(int argc, char **argv, const struct cli_options *options)
{
	struct class_room room = {.options = options};
	struct error err = ERROR_INIT;
	int status = cli_take_options(&argc, argv, NULL, 0, options);
	if (status != 0) {
		return status;
	}
	arena_init(&room.arena);
	enum status got = store_open(&room.store, NULL, &err);
	if (got == STATUS_OK) {
		got = load_members(&room, &err);
	}
	status = got == STATUS_OK ? run_part(&room, argc, argv) : cli_fail_error(options, &err);
	for (size_t i = 0; room.bundles && i < room.count; i++) {
		json_decref(room.bundles[i]);
	}
	free(room.bundles);
	arena_release(&room.arena);
	store_close(room.store);
	return status;
}
