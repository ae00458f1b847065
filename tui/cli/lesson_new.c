#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "tui/cli/lesson_targets.h"

/* mundap lesson new FOLDER: a small whole lesson, copied from assets/lesson-template with its names filled in. */

enum { TEMPLATE_LIMIT = 1 << 20 };

struct names {
	const char *unit, *title;
};

static void fill_in(struct strbuf *out, const char *text, const struct names *names)
{
	while (*text) {
		if (strncmp(text, "@UNIT@", 6) == 0) {
			strbuf_puts(out, names->unit);
			text += 6;
		} else if (strncmp(text, "@TITLE@", 7) == 0) {
			strbuf_puts(out, names->title);
			text += 7;
		} else {
			strbuf_putc(out, *text++);
		}
	}
}

static enum status copy_file(const char *from, const char *to, const struct names *names,
			     struct error *err)
{
	struct strbuf text, filled;
	strbuf_init(&text);
	strbuf_init(&filled);
	enum status status = file_read(&text, from, TEMPLATE_LIMIT, err);
	if (status == STATUS_OK) {
		fill_in(&filled, text.text, names);
		status = strbuf_ok(&filled) ? file_write(to, filled.text, filled.length, err)
					    : error_set(err, STATUS_NOMEM, to, "out of memory");
	}
	if (status == STATUS_OK && chmod(to, 0644) < 0) {
		status = error_set(err, STATUS_IO, to, "%s", to);
	}
	strbuf_release(&text);
	strbuf_release(&filled);
	return status;
}

static enum status copy_tree(const char *from, const char *to, const struct names *names,
			     struct error *err)
{
	DIR *dir = opendir(from);
	if (!dir) {
		return error_set(err, STATUS_NOT_FOUND, from, message(MSG_CLI_NEW_NO_TEMPLATE),
				 from);
	}
	enum status status = file_make_folder(to, err);
	for (struct dirent *item; status == STATUS_OK && (item = readdir(dir)) != NULL;) {
		char source[PATH_MAX], target[PATH_MAX];
		struct stat info;
		if (item->d_name[0] == '.') {
			continue;
		}
		if (snprintf(source, sizeof source, "%s/%s", from, item->d_name) >= PATH_MAX ||
		    snprintf(target, sizeof target, "%s/%s", to, item->d_name) >= PATH_MAX ||
		    stat(source, &info) < 0) {
			status = error_set(err, STATUS_IO, from, "%s/%s", from, item->d_name);
		} else {
			status = S_ISDIR(info.st_mode) ? copy_tree(source, target, names, err)
						       : copy_file(source, target, names, err);
		}
	}
	closedir(dir);
	return status;
}

/* The course above the lesson gets a course.lua when it has none. */
static enum status write_course(const char *folder, struct error *err)
{
	char path[PATH_MAX], text[NAME_MAX * 2 + 128];
	const char *slash = strrchr(folder, '/');
	const char *name = slash ? slash + 1 : folder;
	if (snprintf(path, sizeof path, "%s/course.lua", folder) >= PATH_MAX) {
		return error_set(err, STATUS_RANGE, folder, "%s", folder);
	}
	if (access(path, F_OK) == 0) {
		return STATUS_OK;
	}
	snprintf(text, sizeof text,
		 "return { id = \"%.*s\", title = \"%.*s\", order = 100, summary = \"\" }\n",
		 NAME_MAX, name, NAME_MAX, name);
	enum status status = file_make_folder(folder, err);
	return status == STATUS_OK ? file_write(path, text, strlen(text), err) : status;
}

/* A unit's id made from the folder's name: "10-my-lesson" → "OWN-10". */
static void default_unit(char *out, size_t size, const char *slug)
{
	int number = atoi(slug);
	snprintf(out, size, "OWN-%02d", number > 0 && number < 1000 ? number : 1);
}

static bool good_unit(const char *unit)
{
	size_t length = strlen(unit);
	return length > 0 && length < 32 && isupper((unsigned char)unit[0]) &&
	       unit[strspn(unit, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")] == '\0';
}

static int make(const char *word, const struct names *names, const struct cli_options *options)
{
	struct error err = ERROR_INIT;
	struct strbuf template;
	char folder[PATH_MAX], course[PATH_MAX];
	size_t length = strlen(word);
	while (length > 1 && word[length - 1] == '/') {
		length--;
	}
	if (length >= sizeof folder) {
		return cli_fail(options, CLI_WRONG_USE, "usage", "%s", word);
	}
	snprintf(folder, sizeof folder, "%.*s", (int)length, word);
	if (access(folder, F_OK) == 0) {
		return cli_fail(options, CLI_WRONG_USE, "exists", message(MSG_CLI_NEW_EXISTS),
				folder);
	}
	snprintf(course, sizeof course, "%s", folder);
	char *slash = strrchr(course, '/');
	strbuf_init(&template);
	enum status status = file_share_folder(&template, &err);
	strbuf_puts(&template, "/assets/lesson-template");
	if (status == STATUS_OK) {
		status = copy_tree(template.text, folder, names, &err);
	}
	if (status == STATUS_OK && slash) {
		*slash = '\0';
		status = write_course(course, &err);
	}
	strbuf_release(&template);
	if (status != STATUS_OK) {
		return cli_fail_error(options, &err);
	}
	printf(message(MSG_CLI_NEW_DONE), folder, folder, folder);
	return CLI_PASSED;
}

int lesson_new(int argc, char **argv, const struct cli_options *options)
{
	const char *unit = NULL, *title = NULL;
	char made_unit[32];
	const struct cli_option own[] = {
		{"--unit", CLI_TEXT, &unit, 0, 0},
		{"--title", CLI_TEXT, &title, 0, 0},
	};
	int status = cli_take_options(&argc, argv, own, sizeof own / sizeof *own, options);
	if (status != 0) {
		return status;
	}
	if (argc != 2) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEED_WORD),
				"FOLDER", "mundap lesson new my-course/01-mean");
	}
	const char *slash = strrchr(argv[1], '/');
	default_unit(made_unit, sizeof made_unit, slash ? slash + 1 : argv[1]);
	unit = unit ? unit : made_unit;
	if (!good_unit(unit)) {
		return cli_fail(options, CLI_WRONG_USE, "usage", message(MSG_CLI_NEW_UNIT), unit);
	}
	if (title && strpbrk(title, "\"\\\n")) {
		return cli_fail(options, CLI_WRONG_USE, "usage", "%s", message(MSG_CLI_NEW_TITLE));
	}
	const struct names names = {unit, title ? title : message(MSG_CLI_NEW_TITLE_MADE)};
	return make(argv[1], &names, options);
}
