#include <stdio.h>
#include <string.h>

#include "engine/lua/catalog.h"
#include "tui/cli/cli_json.h"
#include "tui/cli/commands.h"

/* mundap lessons: every course with its lessons. */

static json_t *texts(const struct string_list *list)
{
	json_t *array = json_array();
	for (size_t i = 0; i < list->count; i++) {
		json_array_append_new(array, json_string(list->items[i]));
	}
	return array;
}

static json_t *lesson_json(const struct lesson_entry *entry)
{
	json_t *row =
		json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o}", "id", entry->id, "title", entry->title,
			  "summary", entry->summary, "spec", texts(&entry->spec), "checkpoints",
			  texts(&entry->checkpoints), "labs", texts(&entry->labs), "prerequisites",
			  texts(&entry->prerequisites));
	json_object_set_new(row, "quizzes", json_integer(entry->quizzes));
	json_object_set_new(row, "figures", json_integer(entry->figures));
	json_object_set_new(row, "minutes", json_integer(entry->minutes));
	json_object_set_new(row, "ready", json_boolean(entry->ready));
	if (entry->problem) {
		json_object_set_new(row, "problem", json_string(entry->problem));
	}
	return row;
}

static json_t *catalog_json(const struct catalog *catalog)
{
	size_t count = 0;
	const struct course *courses = catalog_courses(catalog, &count);
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *weeks = json_array();
		for (size_t k = 0; k < courses[i].lesson_count; k++) {
			json_array_append_new(weeks, lesson_json(courses[i].lessons[k]));
		}
		json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:o}", "id", courses[i].id,
						      "title", courses[i].title, "summary",
						      courses[i].summary, "weeks", weeks));
	}
	return json_pack("{s:o}", "courses", list);
}

static void print_lesson(const struct lesson_entry *entry, bool color)
{
	const char *unit = entry->spec.count ? entry->spec.items[0] : "";
	printf("  %-9s %s", unit, entry->title);
	if (entry->problem) {
		printf(message(MSG_CLI_LESSONS_PROBLEM), entry->problem);
	} else if (!entry->ready) {
		printf("%s%s%s", color ? "\033[2m" : "", message(MSG_CLI_LESSONS_WAITING),
		       color ? "\033[0m" : "");
	} else {
		printf(message(MSG_CLI_LESSONS_MINUTES), entry->minutes);
		for (size_t i = 0; i < entry->labs.count; i++) {
			printf(" · %s", entry->labs.items[i]);
		}
	}
	putchar('\n');
}

static void print_courses(const struct catalog *catalog, bool color)
{
	size_t count = 0;
	const struct course *courses = catalog_courses(catalog, &count);
	for (size_t i = 0; i < count; i++) {
		printf("%s%s%s%s (%s)\n", i ? "\n" : "", color ? "\033[1m" : "", courses[i].title,
		       color ? "\033[0m" : "", courses[i].id);
		for (size_t k = 0; k < courses[i].lesson_count; k++) {
			print_lesson(courses[i].lessons[k], color);
		}
	}
	if (count == 0) {
		puts(message(MSG_CLI_LESSONS_NONE));
	}
}

int cmd_lessons(int argc, char **argv, const struct cli_options *options)
{
	int status = cli_take_options(&argc, argv, NULL, 0, options);
	if (status != 0) {
		return status;
	}
	if (argc > 1) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_TOO_MANY_WORDS),
				argv[1], options->command);
	}
	struct catalog *catalog = NULL;
	struct error err = ERROR_INIT;
	if (catalog_load(&catalog, &err) != STATUS_OK) {
		return cli_fail_error(options, &err);
	}
	if (options->json) {
		status = cli_print_json(catalog_json(catalog)) ? CLI_PASSED : CLI_FAULT;
	} else {
		print_courses(catalog, options->color);
	}
	catalog_free(catalog);
	return status;
}
